//! Random desks: a seed gives the same typed rows, CSV files and config every time.
//!
//! The values are adversarial on purpose: anything may be missing, out of order, unknown or after the cut-off.

mod files;
mod make;
mod rng;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;

pub use rng::Rng;

/// The zones desks live in: whole, half-hour and midnight changes of the clock, and none.
pub const ZONES: [Tz; 5] =
    [Tz::Europe__Berlin, Tz::America__New_York, Tz::Asia__Kolkata, Tz::America__Sao_Paulo, Tz::Australia__Lord_Howe];

/// A length of time on the plain or the business clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Seconds round the clock.
    Plain(i64),
    /// Hours of opening time.
    Hours(i64),
    /// Business days: the longest weekday of the calendar each.
    Days(i64),
}

/// Opening hours.
#[derive(Debug, Clone)]
pub struct Hours {
    /// The wall clock they are written for.
    pub zone: Tz,
    /// Monday to Sunday: stretches in minutes since midnight.
    pub week: [Vec<(i64, i64)>; 7],
    /// The one closed day.
    pub holiday: NaiveDate,
}

/// Promises for one priority: response, resolution.
pub type Promise = (Option<Span>, Option<Span>);

/// A ticket as its last state stands in the export.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ticket {
    pub id: String,
    pub created: i64,
    pub first_response: Option<i64>,
    pub first_response_secs: Option<i64>,
    pub resolved: Option<i64>,
    pub resolution_secs: Option<i64>,
    pub closed: Option<i64>,
    pub updated: Option<i64>,
    pub status: Option<String>,
    pub priority: Option<String>,
    pub category: Option<String>,
    pub channel: Option<String>,
    pub requester: Option<String>,
    pub group: Option<String>,
    pub first_group: Option<String>,
    pub level: Option<String>,
    pub assignee: Option<String>,
    pub resolver: Option<String>,
    pub reassigned: Option<i64>,
    pub reopened: Option<i64>,
    pub replies: Option<i64>,
    pub fcr_flag: Option<bool>,
    pub kb_linked: Option<bool>,
    pub due_response: Option<i64>,
    pub due_resolution: Option<i64>,
    pub response_met: Option<bool>,
    pub resolution_met: Option<bool>,
    pub csat_score: Option<f64>,
    pub csat_at: Option<i64>,
}

/// Something that happened to a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub ticket: String,
    pub at: i64,
    pub kind: Option<String>,
    pub group: Option<String>,
}

/// A call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Call {
    pub id: String,
    pub start: i64,
    pub end: Option<i64>,
    pub direction: Option<String>,
    pub queue: Option<String>,
    pub agent: Option<String>,
    pub caller: Option<String>,
    pub wait: Option<i64>,
    pub talk: Option<i64>,
    pub hold: Option<i64>,
    pub acw: Option<i64>,
    pub handle: Option<i64>,
    pub outcome: Option<String>,
    pub transfers: Option<i64>,
    pub is_acd: Option<bool>,
    pub ticket: Option<String>,
    pub fcr_flag: Option<bool>,
    pub csat_score: Option<f64>,
}

/// A survey sent or answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survey {
    pub id: String,
    pub ticket: Option<String>,
    pub sent: Option<i64>,
    pub answered: Option<i64>,
    pub agent: Option<String>,
    pub score: Option<f64>,
    pub first_contact: Option<bool>,
    pub lost: Option<i64>,
}

/// A stay on the roster.
#[derive(Debug, Clone, PartialEq)]
pub struct Spell {
    pub agent_id: String,
    pub name: Option<String>,
    pub names: Option<String>,
    pub email: Option<String>,
    pub login: Option<String>,
    pub team: Option<String>,
    pub fte: Option<f64>,
    pub hired: NaiveDate,
    pub desk_start: Option<NaiveDate>,
    pub left: Option<NaiveDate>,
    pub mentor: Option<String>,
    pub mentor_since: Option<NaiveDate>,
    pub hours: Option<f64>,
}

/// Something observed on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    pub agent: Option<String>,
    pub at: NaiveDate,
    pub measure: String,
    pub value: f64,
    pub note: String,
}

/// The numbers of `[parameters]` that a desk may set.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbers {
    pub service_level: i64,
    pub short_abandon: i64,
    pub repeat_window: i64,
    pub reopen_window: i64,
    pub fcr_time: i64,
    pub stale_after: i64,
    pub near_miss: f64,
    pub survey_window: i64,
    pub csat_good: i64,
    pub match_before: i64,
    pub match_after: i64,
}

/// A whole desk. A source that is `None` is not in the config at all.
#[derive(Debug, Clone)]
pub struct World {
    pub seed: u64,
    pub zone: Tz,
    /// The cut-off, seconds UTC, and as the config says it.
    pub as_of: i64,
    pub as_of_text: String,
    /// The days asked about.
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub calendar: Option<Hours>,
    pub promises: BTreeMap<String, Promise>,
    pub levels: BTreeMap<String, String>,
    pub cannot_resolve: Vec<String>,
    pub repeats_by_category: bool,
    pub numbers: Numbers,
    /// Columns the exports do not have: `tickets.updated_at`.
    pub absent: BTreeSet<String>,
    pub tickets: Option<Vec<Ticket>>,
    /// Rows that a newer row of the same ticket replaces, and exact copies.
    pub old_states: Vec<Ticket>,
    pub events: Option<Vec<Event>>,
    pub calls: Option<Vec<Call>>,
    pub surveys: Option<Vec<Survey>>,
    pub roster: Option<Vec<Spell>>,
    pub observations: Option<Vec<Observation>>,
}

impl World {
    /// The desk of a seed.
    pub fn new(seed: u64) -> Self {
        make::world(seed)
    }

    /// Writes config and files into a folder that is gone when dropped.
    pub fn write(&self) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a temporary folder");
        self.write_into(dir.path());
        dir
    }
}
