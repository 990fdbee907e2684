//! The SLA clocks of a world's tickets.
//!
//! The arithmetic of a clock is the program's own: it is held against a walk by the minute beside it (`src/clock/sla`). What is looked at here is
//! the way from rows, events and `[sla]` to a clock, and from clocks to figures.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::Days;
use deskcard::clock::calendar::{Calendar, Schedule};
use deskcard::clock::sla::{self, Calendars, Cycle, Kind, OnPriority, Reopen, Target};
use deskcard::clock::timeline::{Doubts, Event, EventKind, NONE, Party, Role, Row, State, Status, Statuses, Timeline};

use super::time::{day_start, local_day};
use crate::world::{self, Span, Ticket, World};

/// A stretch of time: group, opening seconds, other seconds.
pub(crate) type Held = (u32, i64, i64);

/// The share of the target used when the last pause began, and when the priority last changed.
pub(crate) type Moments = (Option<f64>, Option<f64>);

/// The clocks of one ticket, with who held it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    pub(crate) response: Vec<Cycle>,
    pub(crate) resolution: Vec<Cycle>,
    /// Who held it.
    pub(crate) spans: Vec<Held>,
    pub(crate) has_events: bool,
    /// Closed, and neither its row nor its events say when.
    pub(crate) is_end_unknown: bool,
    /// How long after its due time the resolution that decides was waited for, less the time in which it was resolved for once.
    pub(crate) late: Option<i64>,
    /// Whether, besides, no answer is known.
    pub(crate) is_answer_unknown: bool,
    /// For each cycle of the resolution.
    pub(crate) moments: Vec<Moments>,
}

/// What it takes to run them.
pub(crate) struct Clocks<'a> {
    world: &'a World,
    calendar: Calendar,
    /// Until when an open ticket is known to be open still.
    open_until: i64,
    groups: RefCell<BTreeMap<String, u32>>,
}

/// A ticket as its clock sees it.
pub(crate) struct Seen<'a> {
    pub(crate) ticket: &'a Ticket,
    pub(crate) resolved: Option<i64>,
    pub(crate) first_response: Option<i64>,
    pub(crate) has_responses: bool,
    /// Due times the export gives where nothing is promised.
    pub(crate) events: Vec<&'a world::Event>,
}

impl<'a> Clocks<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        let schedule = match &world.calendar {
            None => Schedule::always(world.zone),
            Some(hours) => {
                let secs = |stretches: &Vec<(i64, i64)>| stretches.iter().map(|(a, b)| (a * 60, b * 60)).collect();
                let mut schedule = Schedule::always(hours.zone);
                schedule.hours = std::array::from_fn(|day| secs(&hours.week[day]));
                schedule.holidays = [chrono::Datelike::num_days_from_ce(&hours.holiday) - 719_163].into();
                schedule
            }
        };
        Self {
            world,
            calendar: Calendar::new(&schedule, 1990, 2060).expect("a calendar"),
            open_until: open_until(world),
            groups: RefCell::default(),
        }
    }

    fn group(&self, name: Option<&String>) -> u32 {
        let mut groups = self.groups.borrow_mut();
        let next = groups.len() as u32;
        name.map_or(NONE, |n| *groups.entry(n.clone()).or_insert(next))
    }

    /// The clocks of a ticket.
    pub(crate) fn told(&self, seen: &Seen<'_>) -> Told {
        let t = seen.ticket;
        let status = t.status.as_deref().and_then(status);
        let state = State {
            status: status.unwrap_or(Status::Open),
            hold_reason: NONE,
            priority: priority(t.priority.as_deref()),
            group: self.group(t.group.as_ref()),
            assignee: NONE,
            party: Party::Desk,
        };
        let row = Row {
            created_at: t.created,
            first_response_at: seen.first_response,
            resolved_at: seen.resolved,
            closed_at: t.closed,
            status,
            state,
            first_group: self.group(t.first_group.as_ref()),
        };
        let events: Vec<Event> = seen.events.iter().map(|e| self.event(e)).collect();
        // Closed and nobody says when: it cannot be judged, and nobody held it for a known time.
        let ends = |e: &&world::Event| {
            let by_kind = matches!(e.kind.as_deref(), Some("resolved" | "closed"));
            by_kind || matches!(e.status.as_deref(), Some("resolved" | "closed"))
        };
        let is_over = matches!(status, Some(Status::Resolved | Status::Closed));
        let is_end_unknown = is_over && seen.resolved.is_none() && !seen.events.iter().any(ends);
        let mut row = row;
        if is_end_unknown {
            row.status = Some(Status::Open);
            row.state.status = Status::Open;
        }
        let mut timeline = Timeline::default();
        timeline.tell(&row, &events, self.world.as_of, |_| Party::Desk, &mut Doubts::default());
        let mut told = Told { has_events: !events.is_empty(), is_end_unknown, ..Told::default() };
        if seen.has_responses {
            self.run(t, Kind::FirstResponse, (&timeline, self.world.as_of), &mut told.response);
        }
        self.run(t, Kind::Resolution, (&timeline, self.world.as_of), &mut told.resolution);
        told.late = late(&told.resolution, &timeline);
        if is_end_unknown {
            told.resolution.iter_mut().for_each(|c| c.is_met = None);
            // An answer that came counts; that none came cannot be said.
            if told.response.iter().any(|c| c.stopped_at.is_none()) {
                told.response.iter_mut().for_each(|c| c.is_met = None);
                told.is_answer_unknown = true;
            }
        } else {
            self.hold(t, &timeline, &mut told);
        }
        told
    }

    fn event(&self, e: &world::Event) -> Event {
        let kind = match e.kind.as_deref() {
            Some("created") => EventKind::Created,
            Some("assigned") => EventKind::Assigned,
            Some("reply_public") => EventKind::ReplyPublic,
            Some("reply_internal") => EventKind::ReplyInternal,
            Some("reopened") => EventKind::Reopened,
            Some("resolved") => EventKind::Resolved,
            _ => EventKind::Other,
        };
        Event {
            at: e.at,
            kind,
            status: e.status.as_deref().and_then(status),
            priority: priority(e.priority.as_deref()),
            group: self.group(e.group.as_ref()),
            assignee: NONE,
            hold_reason: NONE,
            role: Role::Unknown,
        }
    }

    fn run(&self, t: &Ticket, kind: Kind, (timeline, as_of): (&Timeline, i64), out: &mut Vec<Cycle>) {
        let (world, is_response) = (self.world, kind == Kind::FirstResponse);
        let given = if is_response { t.due_response } else { t.due_resolution }.map(Target::At);
        let target = |priority: usize| {
            let own = world.promises.get(&format!("P{priority}")).or(world.promises.get("default"));
            let span = own.and_then(|(response, resolution)| if is_response { *response } else { *resolution });
            span.map(target).or(given)
        };
        let pauses = world.clock.pauses && !is_response;
        sla::run(
            &sla::Terms {
                kind,
                start: t.created,
                attached: t.created,
                is_pause_retroactive: true,
                paused: if pauses { Statuses::of(&[Status::Pending]) } else { Statuses::NONE },
                paused_reasons: &[],
                // Where a resolution is no answer, the first response is waited for beyond it.
                stopped: if is_response && !world.clock.is_answered_by_resolution {
                    Statuses::NONE
                } else {
                    Statuses::of(&[Status::Resolved, Status::Closed])
                },
                cancelled: Statuses::of(&[Status::Cancelled]),
                reopen: match world.clock.reopen {
                    "new cycle" => Reopen::NewCycle,
                    "ignore 2h" => Reopen::IgnoreUpTo(7_200),
                    _ => Reopen::Resume,
                },
                on_priority: match world.clock.on_priority {
                    "keep" => OnPriority::Keep,
                    "restart" => OnPriority::Restart,
                    _ => OnPriority::Retarget,
                },
                targets: std::array::from_fn(target),
                is_answered_by_resolution: world.clock.is_answered_by_resolution,
                known_pause: 0,
                groups: &[],
                calendars: Calendars::One(&self.calendar),
                as_of,
            },
            timeline,
            out,
        );
        // A clock that nobody was seen to stop did not run past its due time for sure.
        for cycle in out.iter_mut().filter(|c| c.stopped_at.is_none() && c.is_met == Some(false)) {
            if cycle.breached_at.or(cycle.due_at).is_some_and(|at| at > self.open_until) {
                cycle.is_met = None;
            }
        }
        // Nothing promised and no due time: no clock.
        if (0..6).all(|p| target(p).is_none()) {
            out.clear();
        }
    }

    fn hold(&self, t: &Ticket, timeline: &Timeline, told: &mut Told) {
        for (from, to, state) in timeline.spans(t.created, self.world.as_of) {
            if !matches!(state.status, Status::Resolved | Status::Closed | Status::Cancelled) {
                let open = self.calendar.elapsed(from, to);
                told.spans.push((state.group, open, to - from - open));
            }
        }
        let is_paused = |s: &State| self.world.clock.pauses && s.status == Status::Pending;
        for cycle in told.resolution.clone() {
            let end = cycle.stopped_at.unwrap_or(self.world.as_of);
            let used = |at: i64| {
                let mut out = Vec::new();
                self.run(t, Kind::Resolution, (timeline, at), &mut out);
                out.last().and_then(share)
            };
            let last = |is: &dyn Fn(&State, &State) -> bool| {
                let inside = |at: i64| at > cycle.started_at && at < end;
                timeline.states.windows(2).filter(|p| inside(p[1].0) && is(&p[0].1, &p[1].1)).map(|p| p[1].0).next_back()
            };
            let pause = last(&|a, b| is_paused(b) && !is_paused(a)).and_then(used);
            let priority = last(&|a, b| a.priority != b.priority && a.priority != 0).and_then(used);
            told.moments.push((pause, priority));
        }
    }
}

/// The time a missed resolution was waited for beyond its due time.
fn late(cycles: &[Cycle], timeline: &Timeline) -> Option<i64> {
    let missed = cycles.iter().find(|c| c.is_met == Some(false))?;
    let is_waiting = |s: &State| !matches!(s.status, Status::Resolved | Status::Closed);
    let spans = timeline.spans(missed.due_at?, missed.stopped_at?).filter(|(.., s)| is_waiting(s));
    Some(spans.map(|(from, to, _)| to - from).sum()).filter(|secs: &i64| *secs > 0)
}

/// The last instant at which anything is told of a ticket, not after the cut-off.
pub(crate) fn known_until(world: &World) -> i64 {
    let rows = world.tickets.iter().flatten().filter(|t| t.created < world.as_of);
    let told_at = rows.flat_map(|t| [Some(t.created), t.first_response, t.resolved, t.closed, t.updated]).flatten();
    let events_at = world.events.iter().flatten().map(|e| e.at).filter(|at| *at < world.as_of);
    told_at.chain(events_at).map(|at| at.min(world.as_of)).max().unwrap_or(world.as_of)
}

/// The cut-off, unless so many tickets came at the same time of the weeks before that silence since the last instant told is odd.
fn open_until(world: &World) -> i64 {
    let created = || world.tickets.iter().flatten().map(|t| t.created).filter(|at| *at < world.as_of);
    let (first, until) = (created().min().unwrap_or(world.as_of), known_until(world));
    let weeks_before = |at: i64, weeks: u64| {
        let day = local_day(world.zone, at);
        day_start(world.zone, day - Days::new(7 * weeks)) + at - day_start(world.zone, day)
    };
    let stretches = (1..=4).map(|weeks| (weeks_before(until, weeks), weeks_before(world.as_of, weeks)));
    let reached: Vec<usize> =
        stretches.filter(|(from, _)| *from >= first).map(|(from, to)| created().filter(|at| *at > from && *at < to).count()).collect();
    let is_odd = !reached.is_empty() && reached.iter().sum::<usize>() >= 3 * reached.len();
    if is_odd { until } else { world.as_of }
}

/// The share of the target that is used, to a millionth.
pub(crate) fn share(c: &Cycle) -> Option<f64> {
    c.target_secs.filter(|t| *t > 0).map(|t| (c.used_secs as f64 / t as f64 * 1e6).round() / 1e6)
}

fn target(span: Span) -> Target {
    match span {
        Span::Plain(secs) => Target::Plain(secs),
        Span::Hours(hours) => Target::Open(hours * 3_600),
        Span::Days(days) => Target::Days(days),
    }
}

fn status(word: &str) -> Option<Status> {
    Some(match word {
        "new" => Status::New,
        "open" => Status::Open,
        "pending" => Status::Pending,
        "resolved" => Status::Resolved,
        "closed" => Status::Closed,
        "cancelled" => Status::Cancelled,
        _ => return None,
    })
}

/// 1 to 5; 0 for a word that is none.
fn priority(word: Option<&str>) -> u8 {
    let known = ["P1", "P2", "P3", "P4", "P5"];
    word.and_then(|w| known.iter().position(|k| k.eq_ignore_ascii_case(w))).map_or(0, |p| p as u8 + 1)
}
