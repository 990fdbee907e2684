//! The life of one ticket.

use crate::dates::{DAY, HOUR, add_business};
use crate::people::{Agent, SUPPLIER};
use crate::rng::Rng;
use crate::topics::{SITES, TOPICS, site};

/// Priorities as the ticket tool spells them.
pub(crate) const PRIORITIES: [&str; 4] = ["1 - Critical", "2 - High", "3 - Moderate", "4 - Low"];

/// What a contact brings to the desk.
pub(crate) struct Request {
    pub(crate) at: i64,
    pub(crate) requester: usize,
    pub(crate) topic: usize,
    pub(crate) kind: usize,
    pub(crate) priority: usize,
    pub(crate) channel: usize,
    /// The agent who gets it first: an index into the roster.
    pub(crate) agent: usize,
}

/// A ticket with all that happens to it, also after the day of the export.
pub(crate) struct Ticket {
    pub(crate) ask: Request,
    pub(crate) response: i64,
    pub(crate) resolved: i64,
    pub(crate) first_contact: bool,
    /// Hand-overs: when, and to whom.
    pub(crate) moves: Vec<(i64, usize)>,
    /// Put on hold and taken up again.
    pub(crate) hold: Option<(i64, i64)>,
    /// Resolved a first time and reopened.
    pub(crate) reopened: Option<(i64, i64)>,
    pub(crate) replies: i64,
    pub(crate) cancelled: bool,
    pub(crate) late: bool,
}

impl Ticket {
    /// Who has it in the end.
    pub(crate) fn owner(&self) -> usize {
        self.moves.last().map_or(self.ask.agent, |hop| hop.1)
    }

    /// When the target for the resolution ends.
    pub(crate) fn due(&self) -> i64 {
        after(self.ask.priority, self.ask.at, RESOLUTION[self.ask.priority])
    }

    /// Forgets what had not happened yet at the moment of the export.
    pub(crate) fn cut(&mut self, now: i64) {
        self.moves.retain(|hop| hop.0 < now);
        self.hold = self.hold.filter(|hold| hold.0 < now);
        self.reopened = self.reopened.filter(|again| again.1 < now);
        if self.response >= now {
            self.replies = 0;
        }
    }
}

/// Targets in seconds: 15 minutes, 1 hour, 4 and 8 business hours to respond.
const RESPONSE: [i64; 4] = [HOUR / 4, HOUR, 4 * HOUR, 8 * HOUR];
/// 4 hours, 8 hours, 3 and 5 business days of ten hours to resolve.
const RESOLUTION: [i64; 4] = [4 * HOUR, 8 * HOUR, 30 * HOUR, 50 * HOUR];

/// The moment this many seconds later, on the clock of the priority: the two highest run around the clock.
fn after(priority: usize, at: i64, seconds: i64) -> i64 {
    if priority < 2 { at + seconds } else { add_business(at, seconds) }
}

/// Lives through a ticket.
pub(crate) fn live(rng: &mut Rng, staff: &[Agent], ask: Request) -> Ticket {
    let agent = &staff[ask.agent];
    let first_contact = rng.chance(TOPICS[ask.topic].first_contact + agent.first_contact_at(ask.at));
    let response = respond(rng, &ask, agent.team == SUPPLIER);
    let cancelled = ask.channel > 0 && !first_contact && rng.chance(0.03);
    let mut ticket = Ticket {
        response,
        resolved: response,
        first_contact,
        moves: Vec::new(),
        hold: None,
        reopened: None,
        replies: 0,
        cancelled,
        late: false,
        ask,
    };
    if first_contact {
        solve_at_once(rng, &mut ticket);
    } else {
        solve_later(rng, staff, &mut ticket);
    }
    ticket
}

/// When somebody takes it up: at once on the telephone, by the target mostly, earlier and more surely at the supplier.
fn respond(rng: &mut Rng, ask: &Request, supplier: bool) -> i64 {
    if ask.channel == 0 {
        return ask.at + rng.between(5, 50);
    }
    let target = RESPONSE[ask.priority] as f64;
    let u = rng.unit();
    let taken = if rng.chance(if supplier { 0.05 } else { 0.11 }) { target * (1.05 + u) } else { target * 0.95 * u * u };
    after(ask.priority, ask.at, taken as i64 + 60)
}

/// A first-contact resolution: some minutes of work and at most one reply.
fn solve_at_once(rng: &mut Rng, ticket: &mut Ticket) {
    ticket.resolved = after(ticket.ask.priority, ticket.response, rng.around(480.0, 0.5).min(3000.0) as i64 + 60);
    ticket.replies = i64::from(ticket.ask.channel > 0 || rng.chance(0.4));
}

/// A longer way: hand-overs, waiting, reopening, and sometimes beyond the target.
fn solve_later(rng: &mut Rng, staff: &[Agent], ticket: &mut Ticket) {
    ticket.replies = rng.between(2, 5);
    let hand_over = if rng.chance(0.3) { 1 + i64::from(rng.chance(0.15)) } else { 0 };
    let mut team = staff[ticket.ask.agent].team;
    let mut takers = Vec::new();
    for _ in 0..hand_over {
        team = next_team(rng, team);
        takers.push(on_duty(rng, staff, team, ticket.ask.at / DAY));
    }
    let supplier = team == SUPPLIER;
    ticket.late = rng.chance(if supplier { 0.075 } else { 0.28 });
    let (u, target) = (rng.unit(), RESOLUTION[ticket.ask.priority] as f64);
    let taken = if ticket.late { target * (1.04 + 1.3 * u * u) } else { target * (0.06 + 0.9 * u * u) };
    ticket.resolved = after(ticket.ask.priority, ticket.ask.at, taken as i64).max(ticket.response + rng.between(600, 2400));
    if rng.chance(0.012) {
        ticket.resolved = i64::MAX / 4;
    }
    stations(rng, ticket, takers, supplier);
}

/// The moments between response and resolution.
fn stations(rng: &mut Rng, ticket: &mut Ticket, takers: Vec<usize>, supplier: bool) {
    let (from, span) = (ticket.response, (ticket.resolved - ticket.response).min(4 * DAY));
    ticket.moves = takers.into_iter().enumerate().map(|(at, who)| (from + span * (1 + at as i64) / 8, who)).collect();
    let stuck = ticket.resolved > i64::MAX / 8;
    if stuck || (!ticket.late && rng.chance(0.22)) {
        ticket.hold = Some((from + span * 3 / 10, if stuck { ticket.resolved } else { from + span * 5 / 10 }));
    }
    if !stuck && rng.chance(if supplier { 0.24 } else { 0.12 }) {
        ticket.reopened = Some((from + span * 6 / 10, from + span * 8 / 10));
    }
}

/// The team that gets a ticket from another: the supplier more often than not.
fn next_team(rng: &mut Rng, team: usize) -> usize {
    match team {
        SUPPLIER => rng.below(2) as usize,
        other if rng.chance(0.4) => 1 - other,
        _ => SUPPLIER,
    }
}

/// Somebody of a team who is at work that day, or employed at least.
pub(crate) fn on_duty(rng: &mut Rng, staff: &[Agent], team: usize, day: i64) -> usize {
    let choose = |fits: &dyn Fn(&Agent) -> bool| -> Vec<usize> {
        (0..staff.len()).filter(|&at| staff[at].team == team && fits(&staff[at])).collect()
    };
    let mut there = choose(&|agent| agent.present(day));
    if there.is_empty() {
        there = choose(&|agent| agent.employed(day));
    }
    *rng.pick(&there)
}

/// The team that hears from a requester first: the one of the site, or the supplier when the desk is busy or closed.
pub(crate) fn first_team(rng: &mut Rng, requester: usize, open: bool) -> usize {
    let home = SITES[site(requester)].2;
    match rng.unit() {
        u if u < 0.19 || !open => SUPPLIER,
        u if u < 0.30 => 1 - home,
        _ => home,
    }
}
