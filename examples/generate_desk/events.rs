//! What happened to the tickets of a bench desk: the rows of `ticket_events.csv`, in the order of tickets and then of time.
//!
//! They are drawn from a stream of their own, so the other files are the same with and without them. What they tell ends as the
//! ticket's row says: resolved, closed, held by its group, in its priority and state, reopened and passed on as often.
//! No two events of a ticket fall on the same second.

use std::io::{self, Write};

use crate::bench::{END, PRIORITIES, moment, numbered};
use crate::dates::DAY;
use crate::rng::Rng;

/// The header line.
const HEAD: &str = "number,at,kind,state,hold_reason,priority,assignment_group,assigned_to,actor,actor_role";
/// Tickets are put on hold at least once, and again, with these probabilities.
const HOLDS: [f64; 3] = [0.70, 0.24, 0.06];
/// As often as they stand here.
const REASONS: [&str; 5] = ["Awaiting Caller", "Awaiting Caller", "Awaiting Caller", "Awaiting Vendor", "Awaiting Change"];
/// The longest time over which the events of a ticket are spread that is never resolved.
const OPEN_DAYS: i64 = 60;

/// A ticket as its row tells it.
#[derive(Default)]
pub(crate) struct Life {
    pub(crate) ticket: u64,
    pub(crate) opened: i64,
    pub(crate) resolved: Option<i64>,
    pub(crate) closed: Option<i64>,
    pub(crate) state: &'static str,
    pub(crate) priority: usize,
    /// Who holds it in the end; the row may name the group only.
    pub(crate) agent: u64,
    pub(crate) is_assigned: bool,
    pub(crate) hops: u64,
    pub(crate) reopened: u64,
    pub(crate) caller: u64,
}

/// Who did it.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Agent,
    Requester,
    System,
}

/// One event; empty where it changes nothing.
#[derive(Clone, Copy)]
struct Event {
    kind: &'static str,
    state: &'static str,
    reason: &'static str,
    priority: &'static str,
    /// The holder it names, and whether as a person or only as a group.
    holder: Option<(u64, bool)>,
    /// Who holds it at the time: the actor, if an agent acts.
    agent: u64,
    role: Role,
}

/// Something that takes more than one event, before the end.
#[derive(Clone, Copy)]
enum Station {
    Hold,
    Reopening,
    Move(u64, bool),
}

/// The file, and what its rows are drawn from.
pub(crate) struct Events<W> {
    rng: Rng,
    agents: u64,
    out: W,
    row: Vec<u8>,
    story: Vec<Event>,
    stations: Vec<Station>,
    times: Vec<i64>,
}

impl<W: Write> Events<W> {
    /// The file with its header line; `agents` is how many the desk has.
    pub(crate) fn new(seed: u64, agents: u64, mut out: W) -> io::Result<Self> {
        writeln!(out, "{HEAD}")?;
        // Any other stream than that of the tickets will do.
        let rng = Rng::new(seed ^ 0x7469_636B_6574_7321);
        let (row, story, stations, times) = (Vec::with_capacity(256), Vec::new(), Vec::new(), Vec::new());
        Ok(Self { rng, agents, out, row, story, stations, times })
    }

    /// Nothing follows.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// The rows of a ticket.
    pub(crate) fn write(&mut self, life: &Life) -> io::Result<()> {
        self.tell(life);
        self.spread(life);
        for at in 0..self.story.len() {
            self.event(life, self.times[at], self.story[at])?;
        }
        Ok(())
    }

    /// What happens, in order: the creation, who takes it up, the answer, the stations, and an end as in the row.
    fn tell(&mut self, life: &Life) {
        self.story.clear();
        let first = self.stations(life);
        let is_changed = self.rng.chance(0.04);
        let before = if is_changed { (life.priority + 1) % 4 } else { life.priority };
        let by_phone = self.rng.chance(0.3);
        let role = if by_phone { Role::Agent } else { Role::System };
        self.story.push(Event { priority: PRIORITIES[before], holder: Some((first, false)), ..said("created", "New", first, role) });
        if is_changed {
            self.story.push(Event { priority: PRIORITIES[life.priority], ..said("priority", "", first, Role::Agent) });
        }
        if self.rng.chance(0.7) && (life.is_assigned || first != life.agent) {
            self.story.push(Event { holder: Some((first, true)), ..said("assigned", "In Progress", first, Role::Agent) });
        }
        if self.rng.chance(0.5) {
            self.story.push(said("reply_public", "", first, Role::Agent));
        }
        let mut agent = first;
        for at in 0..self.stations.len() {
            let is_last = at + 1 == self.stations.len();
            agent = self.station(life, self.stations[at], agent, is_last);
        }
        self.end(life, agent);
    }

    /// Draws the stations and the agent before the first of them.
    fn stations(&mut self, life: &Life) -> u64 {
        self.stations.clear();
        let holds = self.rng.weighted(&HOLDS);
        self.stations.extend(std::iter::repeat_n(Station::Hold, holds));
        self.stations.extend((0..life.reopened).map(|_| Station::Reopening));
        for hop in 0..life.hops {
            let place = self.rng.below(self.stations.len() as u64 + 1) as usize;
            self.stations.insert(place, Station::Move(hop, true));
        }
        // Whichever move comes last goes to the agent of the row.
        let moves = self.stations.iter_mut().rev().filter(|station| matches!(station, Station::Move(..)));
        for (back, station) in moves.enumerate() {
            *station =
                if back == 0 { Station::Move(life.agent, life.is_assigned) } else { Station::Move(self.rng.below(self.agents), true) };
        }
        if life.hops == 0 { life.agent } else { self.rng.below(self.agents) }
    }

    /// The events of a station; returns who holds the ticket after it.
    fn station(&mut self, life: &Life, station: Station, agent: u64, is_last: bool) -> u64 {
        match station {
            Station::Hold => {
                let reason = *self.rng.pick(&REASONS);
                self.story.push(Event { reason, ..said("status", "On Hold", agent, Role::Agent) });
                // Some are resolved while they wait.
                if is_last && life.resolved.is_some() && self.rng.chance(0.3) {
                    return agent;
                }
                let is_answered = reason == REASONS[0] && self.rng.chance(0.6);
                if is_answered {
                    self.story.push(said("reply_public", "", agent, Role::Requester));
                }
                let role = if is_answered { Role::System } else { Role::Agent };
                self.story.push(said("status", "In Progress", agent, role));
            }
            Station::Reopening => {
                self.story.push(said("resolved", "Resolved", agent, Role::Agent));
                self.story.push(said("reopened", "In Progress", agent, Role::Requester));
            }
            Station::Move(to, is_named) => {
                self.story.push(Event { holder: Some((to, is_named)), ..said("assigned", "", agent, Role::Agent) });
                return to;
            }
        }
        agent
    }

    /// The resolution and the closing, or the state in which the row leaves it.
    fn end(&mut self, life: &Life, agent: u64) {
        if life.resolved.is_some() {
            self.story.push(said("resolved", "Resolved", agent, Role::Agent));
        } else if self.story.iter().rev().find(|event| !event.state.is_empty()).is_none_or(|event| event.state != life.state) {
            let reason = if life.state == "On Hold" { *self.rng.pick(&REASONS) } else { "" };
            self.story.push(Event { reason, ..said("status", life.state, agent, Role::Agent) });
        }
        if life.closed.is_some() {
            self.story.push(said("closed", "Closed", agent, Role::System));
        }
    }

    /// When it happens: early rather than late, ascending, and as the row says where it does.
    fn spread(&mut self, life: &Life) {
        let known = usize::from(life.resolved.is_some()) + usize::from(life.closed.is_some());
        let between = self.story.len() - 1 - known;
        let end = life.resolved.unwrap_or(END.min(life.opened + OPEN_DAYS * DAY));
        let room = end - life.opened;
        if room <= between as i64 {
            return self.cut_short(life);
        }
        self.times.clear();
        self.times.push(life.opened);
        for _ in 0..between {
            let early = self.rng.unit();
            self.times.push(life.opened + 1 + ((room - 1) as f64 * early * early) as i64);
        }
        self.times.sort_unstable();
        for at in 1..self.times.len() {
            let latest = end - (self.times.len() - at) as i64;
            self.times[at] = self.times[at].max(self.times[at - 1] + 1).min(latest);
        }
        self.times.extend(life.resolved.iter().chain(&life.closed));
    }

    /// Opened in the last seconds: there is time for the creation alone. Nothing is resolved sooner than after a minute.
    fn cut_short(&mut self, life: &Life) {
        self.story.truncate(1);
        self.story[0].state = life.state;
        self.story[0].priority = PRIORITIES[life.priority];
        self.story[0].holder = Some((life.agent, life.is_assigned));
        self.times.clear();
        self.times.push(life.opened);
    }

    /// One row.
    fn event(&mut self, life: &Life, at: i64, event: Event) -> io::Result<()> {
        let row = &mut self.row;
        row.clear();
        numbered(row, "INC", life.ticket, 9);
        row.push(b',');
        moment(row, at);
        for text in [event.kind, event.state, event.reason, event.priority] {
            row.push(b',');
            row.extend_from_slice(text.as_bytes());
        }
        row.push(b',');
        if let Some((agent, _)) = event.holder {
            numbered(row, "Service Desk ", agent % 20, 2);
        }
        row.push(b',');
        if let Some((agent, true)) = event.holder {
            numbered(row, "agent", agent, 4);
        }
        row.push(b',');
        match event.role {
            Role::Agent => numbered(row, "agent", event.agent, 4),
            Role::Requester => {
                numbered(row, "user", life.caller, 7);
                row.extend_from_slice(b"@example.org");
            }
            Role::System => row.extend_from_slice(b"system"),
        }
        row.extend_from_slice(match event.role {
            Role::Agent => b",agent\n",
            Role::Requester => b",requester\n",
            Role::System => b",system\n",
        });
        self.out.write_all(row)
    }
}

/// An event that changes the state or nothing.
const fn said(kind: &'static str, state: &'static str, agent: u64, role: Role) -> Event {
    Event { kind, state, reason: "", priority: "", holder: None, agent, role }
}
