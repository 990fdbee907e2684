//! Random desks: a seed gives the same typed rows, CSV files and config every time.
//!
//! The values are adversarial on purpose: anything may be missing, out of order, unknown or after the cut-off.

mod changes;
mod files;
mod make;
mod rng;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;

pub(crate) use rng::Rng;

/// The zones desks live in: whole, half-hour and midnight changes of the clock, and none.
pub(crate) const ZONES: [Tz; 5] =
    [Tz::Europe__Berlin, Tz::America__New_York, Tz::Asia__Kolkata, Tz::America__Sao_Paulo, Tz::Australia__Lord_Howe];

/// A length of time on the plain or the business clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    /// Seconds round the clock.
    Plain(i64),
    /// Hours of opening time.
    Hours(i64),
    /// Business days: the longest weekday of the calendar each.
    Days(i64),
}

/// Opening hours.
#[derive(Debug, Clone)]
pub(crate) struct Hours {
    /// The wall clock they are written for.
    pub(crate) zone: Tz,
    /// Monday to Sunday: stretches in minutes since midnight.
    pub(crate) week: [Vec<(i64, i64)>; 7],
    /// The one closed day.
    pub(crate) holiday: NaiveDate,
}

/// Promises for one priority: response, resolution.
pub(crate) type Promise = (Option<Span>, Option<Span>);

/// A ticket as its last state stands in the export.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Ticket {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) first_response: Option<i64>,
    pub(crate) first_response_secs: Option<i64>,
    pub(crate) resolved: Option<i64>,
    pub(crate) resolution_secs: Option<i64>,
    pub(crate) closed: Option<i64>,
    pub(crate) updated: Option<i64>,
    pub(crate) status: Option<String>,
    pub(crate) priority: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) requester: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) first_group: Option<String>,
    pub(crate) level: Option<String>,
    pub(crate) assignee: Option<String>,
    pub(crate) resolver: Option<String>,
    pub(crate) reassigned: Option<i64>,
    pub(crate) reopened: Option<i64>,
    pub(crate) replies: Option<i64>,
    pub(crate) fcr_flag: Option<bool>,
    pub(crate) kb_linked: Option<bool>,
    pub(crate) due_response: Option<i64>,
    pub(crate) due_resolution: Option<i64>,
    pub(crate) response_met: Option<bool>,
    pub(crate) resolution_met: Option<bool>,
    pub(crate) csat_score: Option<f64>,
    pub(crate) csat_at: Option<i64>,
}

/// Something that happened to a ticket.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) ticket: String,
    pub(crate) at: i64,
    pub(crate) kind: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) priority: Option<String>,
    pub(crate) group: Option<String>,
}

/// How the desk's clocks run: the keys of `[sla]`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ClockRules {
    /// Whether tickets on hold stop the clock.
    pub(crate) pauses: bool,
    pub(crate) reopen: &'static str,
    pub(crate) on_priority: &'static str,
    /// Whether the resolution is an answer.
    pub(crate) is_answered_by_resolution: bool,
}

/// A call.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) start: i64,
    pub(crate) end: Option<i64>,
    pub(crate) direction: Option<String>,
    pub(crate) queue: Option<String>,
    pub(crate) agent: Option<String>,
    pub(crate) caller: Option<String>,
    pub(crate) wait: Option<i64>,
    pub(crate) talk: Option<i64>,
    pub(crate) hold: Option<i64>,
    pub(crate) acw: Option<i64>,
    pub(crate) handle: Option<i64>,
    pub(crate) outcome: Option<String>,
    pub(crate) transfers: Option<i64>,
    pub(crate) is_acd: Option<bool>,
    pub(crate) ticket: Option<String>,
    pub(crate) fcr_flag: Option<bool>,
    pub(crate) csat_score: Option<f64>,
}

/// A survey sent or answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Survey {
    pub(crate) id: String,
    pub(crate) ticket: Option<String>,
    pub(crate) sent: Option<i64>,
    pub(crate) answered: Option<i64>,
    pub(crate) agent: Option<String>,
    pub(crate) score: Option<f64>,
    pub(crate) first_contact: Option<bool>,
    pub(crate) lost: Option<i64>,
}

/// A stay on the roster.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spell {
    pub(crate) agent_id: String,
    pub(crate) name: Option<String>,
    pub(crate) names: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) login: Option<String>,
    pub(crate) team: Option<String>,
    pub(crate) fte: Option<f64>,
    pub(crate) hired: NaiveDate,
    pub(crate) desk_start: Option<NaiveDate>,
    pub(crate) left: Option<NaiveDate>,
    pub(crate) mentor: Option<String>,
    pub(crate) mentor_since: Option<NaiveDate>,
    pub(crate) hours: Option<f64>,
}

/// Something observed on a day.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Observation {
    pub(crate) agent: Option<String>,
    pub(crate) at: NaiveDate,
    pub(crate) measure: String,
    pub(crate) value: f64,
    pub(crate) note: String,
}

/// The numbers of `[parameters]` that a desk may set.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Numbers {
    pub(crate) service_level: i64,
    pub(crate) short_abandon: i64,
    pub(crate) repeat_window: i64,
    pub(crate) reopen_window: i64,
    pub(crate) fcr_time: i64,
    pub(crate) stale_after: i64,
    pub(crate) near_miss: f64,
    pub(crate) survey_window: i64,
    pub(crate) csat_good: i64,
    pub(crate) match_before: i64,
    pub(crate) match_after: i64,
}

/// A whole desk. A source that is `None` is not in the config at all.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) zone: Tz,
    /// The cut-off, seconds UTC, and as the config says it.
    pub(crate) as_of: i64,
    pub(crate) as_of_text: String,
    /// The days asked about.
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    pub(crate) calendar: Option<Hours>,
    pub(crate) promises: BTreeMap<String, Promise>,
    pub(crate) clock: ClockRules,
    pub(crate) levels: BTreeMap<String, String>,
    pub(crate) cannot_resolve: Vec<String>,
    pub(crate) repeats_by_category: bool,
    pub(crate) numbers: Numbers,
    /// Columns the exports do not have: `tickets.updated_at`.
    pub(crate) absent: BTreeSet<String>,
    pub(crate) tickets: Option<Vec<Ticket>>,
    /// Rows that a newer row of the same ticket replaces, and exact copies.
    pub(crate) old_states: Vec<Ticket>,
    pub(crate) events: Option<Vec<Event>>,
    pub(crate) calls: Option<Vec<Call>>,
    pub(crate) surveys: Option<Vec<Survey>>,
    pub(crate) roster: Option<Vec<Spell>>,
    pub(crate) observations: Option<Vec<Observation>>,
}

impl World {
    /// The desk of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        make::world(seed)
    }

    /// Writes config and files into a folder that is gone when dropped.
    pub(crate) fn write(&self) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a temporary folder");
        self.write_into(dir.path());
        dir
    }
}
