//! SLA clocks: terms and a ticket's timeline become cycles, one for each time a clock ran.
//!
//! A clock runs in the spans of a timeline whose state is neither paused nor stopped nor cancelled, from its start to its end. What it
//! counts is open time of a calendar, or time round the clock; a pause stops both. It is due at the first instant at which all of the
//! target is used up, given the pauses there were; beyond what is known, as if it ran on without a pause. So a target is met if
//! and only if the clock stopped at or before its due instant.
//!
//! Nothing here knows a text, a file or the wall clock; a ticket costs no allocation beyond the cycles it adds.
//!
//! Where the field leaves room, this holds:
//!
//! - What happens at `as_of` or later has not happened. A clock that would start then has no cycle.
//! - Unknown priority is no news: it changes nothing. A clock that starts without one takes the first that becomes known.
//! - Cancelling work under way is final for the clock. What was stopped stays stopped if it is cancelled later. A status that is both
//!   stops.
//! - An answer in the second of a cancellation counts: the ticket was answered.
//! - An update or a question on a ticket that is then stopped or cancelled starts nothing; two answers in one second are one update.
//! - A group that was given a ticket only after it was stopped never had to do anything and has no cycle. A reopening that is ignored is
//!   nobody's time.
//! - With [`Follow::Last`] the calendar is that of the group that held the ticket when the cycle ended; a group's own cycle is always
//!   counted on its own calendar.
//! - A change of priority counts from the start to the end of a clock, on hold and while it was solved and reopened again.
//! - Without a target, and with a due instant, `used_secs` is open time.

mod meter;
#[cfg(test)]
mod oracle;
mod pieces;
#[cfg(test)]
mod published;
#[cfg(test)]
mod tests;
mod windows;

use super::calendar::Calendar;
use super::timeline::{State, Statuses, Timeline};
use std::fmt;

/// What a clock measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// From the start to the first answer.
    FirstResponse,
    /// From each question after an answer to the next answer.
    NextResponse,
    /// From each answer to the next.
    Update,
    /// From the start to the resolution.
    Resolution,
    /// As resolution, but only while new or open.
    Work,
    /// As resolution, but not while the requester has to act.
    Wait,
    /// The time in each group.
    Group,
    /// As resolution, but only while a supplier has to act.
    Supplier,
}

impl Kind {
    /// Whether [`Reopen`] has a say.
    fn can_reopen(self) -> bool {
        matches!(self, Kind::Resolution | Kind::Work | Kind::Wait | Kind::Supplier | Kind::Group)
    }
}

/// How much time there is, or until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Seconds round the clock.
    Plain(i64),
    /// Open seconds of the calendar.
    Open(i64),
    /// Business days of the calendar at the start, each of [`Calendar::business_day_secs`].
    Days(i64),
    /// The end of the n-th business day after the start; pauses do not move it.
    EndOfDay(u32),
    /// The n-th business day after the start at a time of day, in seconds since midnight; pauses do not move it.
    DayAt(u32, i64),
    /// An instant; pauses do not move it.
    At(i64),
}

/// What a reopening does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reopen {
    /// The same clock runs on; the time it was stopped is a pause.
    Resume,
    /// The clock stays stopped and a new one starts.
    NewCycle,
    /// As resume, but a reopening of at most so many seconds did not happen.
    IgnoreUpTo(i64),
}

/// What a change of the priority does to a clock that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnPriority {
    /// Nothing: the target is that of the priority at the start.
    Keep,
    /// The clock ends, missed if it was overdue and else cancelled, and a new one starts.
    Restart,
    /// The new target applies to all the time used since the start; a breach before the change stands.
    Retarget,
}

/// Whose opening hours count while a ticket is handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// Each holder's for the time it held the ticket.
    Each,
    /// The last holder's for all of it, as some vendors do.
    Last,
}

/// Where opening hours come from.
#[derive(Clone, Copy)]
pub enum Calendars<'a> {
    /// One calendar for everybody.
    One(&'a Calendar),
    /// One for each group.
    ByGroup {
        /// The calendar of a group's code; [`NONE`](super::timeline::NONE) for no group.
        of: &'a dyn Fn(u32) -> &'a Calendar,
        /// Which groups count.
        follow: Follow,
    },
}

impl fmt::Debug for Calendars<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Calendars::One(_) => f.write_str("One"),
            Calendars::ByGroup { follow, .. } => write!(f, "ByGroup({follow:?})"),
        }
    }
}

/// The terms of one clock for one ticket. Instants in seconds since 1970 UTC.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// What it measures.
    pub kind: Kind,
    /// When it starts.
    pub start: i64,
    /// When the policy was attached; usually the start.
    pub attached: i64,
    /// Whether pauses before that count as pauses.
    pub is_pause_retroactive: bool,
    /// In which statuses it pauses. Work, wait and supplier clocks have their own rule and do not look at it.
    pub paused: Statuses,
    /// For which reasons of a hold it pauses; empty for any.
    pub paused_reasons: &'a [u32],
    /// Which statuses stop it, usually resolved and closed.
    pub stopped: Statuses,
    /// Which statuses end it without a verdict.
    pub cancelled: Statuses,
    /// What a reopening does to resolution, work, wait and supplier clocks.
    pub reopen: Reopen,
    /// What a change of priority does.
    pub on_priority: OnPriority,
    /// The targets by priority; the first for an unknown one.
    pub targets: [Option<Target>; 6],
    /// Whether a resolution answers.
    pub is_answered_by_resolution: bool,
    /// For tickets without a history: the seconds on hold of the target's own clock in all, moving the due instant back; else 0. It is
    /// taken off every cycle, so it is for tickets that have one.
    pub known_pause: i64,
    /// Group clocks: for which groups; empty for all.
    pub groups: &'a [u32],
    /// The opening hours.
    pub calendars: Calendars<'a>,
    /// The cut-off: what happens then or later has not happened.
    pub as_of: i64,
}

/// Where a cycle stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Counting, if the desk is open.
    Running,
    /// Waiting to be resumed.
    Paused,
    /// Ended with a verdict, if it had a target.
    Completed,
    /// Ended without one.
    Cancelled,
}

/// One time a clock ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cycle {
    /// Whose time: [`Kind::Group`] only, else [`NONE`](super::timeline::NONE).
    pub group: u32,
    /// The priority the target was taken for; 0 unknown.
    pub priority: u8,
    /// When it started.
    pub started_at: i64,
    /// When it ended; None while it goes on.
    pub stopped_at: Option<i64>,
    /// Where it stands.
    pub stage: Stage,
    /// The target in its own clock; for a due instant the open seconds from the start to it. None without a target.
    pub target_secs: Option<i64>,
    /// When the target is used up. None without a target, or if that is beyond the years of the calendar.
    pub due_at: Option<i64>,
    /// The same, had it never paused.
    pub original_due_at: Option<i64>,
    /// What was used, in the target's own clock; for a due instant all open seconds since the start.
    pub used_secs: i64,
    /// What was used, in open seconds.
    pub open_secs: i64,
    /// Wall time from the start to the end or the cut-off.
    pub elapsed_secs: i64,
    /// How much of that it did not run.
    pub paused_secs: i64,
    /// When it became overdue, if it did before its end or the cut-off; not before its start.
    pub breached_at: Option<i64>,
    /// The verdict. None for cancelled cycles, without a target, and while it is undecided.
    pub is_met: Option<bool>,
    /// The state it became overdue in.
    pub at_breach: Option<State>,
}

/// Adds the cycles of one clock for one ticket to `out`, in the order of their start (for groups, of each group's first turn).
pub fn run(terms: &Terms, timeline: &Timeline, out: &mut Vec<Cycle>) {
    let happened = |at: i64| at < terms.as_of;
    // Nearly always all of them have.
    let states = match timeline.states.last() {
        Some(last) if happened(last.0) => &timeline.states[..],
        _ => &timeline.states[..timeline.states.partition_point(|s| happened(s.0)).max(1).min(timeline.states.len())],
    };
    if states.is_empty() || !happened(terms.start) {
        return;
    }
    let moments = || &timeline.moments[..timeline.moments.partition_point(|m| happened(m.0))];
    let story = windows::Story { terms, states };
    match terms.kind {
        Kind::FirstResponse => story.first_response(moments(), out),
        Kind::NextResponse | Kind::Update => story.exchanges(moments(), out),
        Kind::Resolution | Kind::Work | Kind::Wait | Kind::Supplier => story.resolution(out),
        Kind::Group => story.groups(out),
    }
}
