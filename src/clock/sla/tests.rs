//! Clocks worked out by hand. 2026-11-16 is a Monday; the office is open Monday to Friday, 09:00 to 17:00 UTC, eight hours a day.

mod answers;
mod changes;
mod groups;
mod laws;
mod resolution;

use super::*;
use crate::clock::calendar::Schedule;
use crate::clock::parse_local;
use crate::clock::timeline::{NONE, Party, Status, What};
use chrono_tz::Tz;
use std::sync::LazyLock;

const HOUR: i64 = 3600;

static OFFICE: LazyLock<Calendar> = LazyLock::new(|| office(Tz::UTC));
static NEW_YORK: LazyLock<Calendar> = LazyLock::new(|| office(Tz::America__New_York));
static ALWAYS: LazyLock<Calendar> = LazyLock::new(|| Calendar::new(&Schedule::always(Tz::UTC), 2026, 2027).expect("a calendar"));

fn office(time_zone: Tz) -> Calendar {
    let mut hours: [Vec<(i64, i64)>; 7] = std::array::from_fn(|_| vec![(9 * HOUR, 17 * HOUR)]);
    hours[5] = vec![];
    hours[6] = vec![];
    Calendar::new(&Schedule { hours, ..Schedule::always(time_zone) }, 2026, 2027).expect("a calendar")
}

/// `16 09:00` of November 2026, UTC.
fn at(text: &str) -> i64 {
    parse_local(&format!("2026-11-{text}")).expect("a local time")
}

/// Terms of a clock that starts on Monday at nine, for a target of eight open hours, looked at in the night to the 30th.
fn terms(kind: Kind) -> Terms<'static> {
    Terms {
        kind,
        start: at("16 09:00"),
        attached: at("16 09:00"),
        is_pause_retroactive: true,
        paused: Statuses::of(&[Status::Pending]),
        paused_reasons: &[],
        stopped: Statuses::of(&[Status::Resolved, Status::Closed]),
        cancelled: Statuses::of(&[Status::Cancelled]),
        reopen: Reopen::Resume,
        on_priority: OnPriority::Keep,
        targets: [Some(Target::Open(8 * HOUR)); 6],
        is_answered_by_resolution: true,
        known_pause: 0,
        groups: &[],
        calendars: Calendars::One(&OFFICE),
        as_of: at("30 00:00"),
    }
}

const NEW: State = State::UNKNOWN;
const OPEN: State = State { status: Status::Open, ..NEW };
const PENDING: State = State { status: Status::Pending, ..NEW };
const RESOLVED: State = State { status: Status::Resolved, ..NEW };
const CLOSED: State = State { status: Status::Closed, ..NEW };
const CANCELLED: State = State { status: Status::Cancelled, ..NEW };

fn story(states: &[(&str, State)]) -> Timeline {
    Timeline { states: states.iter().map(|(t, s)| (at(t), *s)).collect(), moments: Vec::new() }
}

fn told(states: &[(&str, State)], moments: &[(&str, What)]) -> Timeline {
    Timeline { moments: moments.iter().map(|(t, w)| (at(t), *w)).collect(), ..story(states) }
}

fn cycles(terms: &Terms, timeline: &Timeline) -> Vec<Cycle> {
    let mut out = Vec::new();
    run(terms, timeline, &mut out);
    out
}

fn only(terms: &Terms, timeline: &Timeline) -> Cycle {
    let all = cycles(terms, timeline);
    assert_eq!(all.len(), 1, "{all:?}");
    all[0]
}

/// Stage, hours used, due, verdict.
fn brief(cycle: &Cycle) -> (Stage, f64, Option<i64>, Option<bool>) {
    (cycle.stage, cycle.used_secs as f64 / HOUR as f64, cycle.due_at, cycle.is_met)
}
