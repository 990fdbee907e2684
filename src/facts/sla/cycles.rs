//! `sla_clocks`: a row a clock of a ticket and cycle of it.

use polars::prelude::DataFrame;

use super::rows::Columns;
use super::spans::{PARTIES, longest};
use super::terms::{But, NO_POLICY, Of};
use super::{Segment, difference};
use crate::clock::sla::{Cycle, Kind, Stage};
use crate::clock::timeline::{NONE, State, Timeline};
use crate::desk::{MISSING, Values, bug, code_of};
use crate::error::Result;
use crate::facts::Table;
use crate::settings::sla::{CLOCKS, clock_number};

/// Its own columns; every column of the tickets is there as well.
pub(in crate::facts) const COLUMNS: &[&str] = &[
    "clock",
    "policy",
    "cycle",
    "clock_group",
    "target_for",
    "started_at",
    "stopped_at",
    "ended_at",
    "due_at",
    "original_due_at",
    "breached_at",
    "stage",
    "is_met",
    "target_secs",
    "used_secs",
    "open_secs",
    "elapsed_secs",
    "paused_secs",
    "margin_secs",
    "used_share",
    "used_bin",
    "breach_group",
    "breach_agent",
    "breach_party",
    "longest_party",
    "longest_group",
    "vendor_met",
    "verdicts",
    "difference",
    "basis",
    "last_pause_used",
    "last_priority_used",
];

/// Steps of a twentieth of the target, up to twice the target; the last one is anything above.
const BINS: i64 = 40;

/// The rows of one segment of tickets.
#[derive(Default)]
pub(super) struct Cycles {
    rows: Vec<u32>,
    clocks: Vec<u8>,
    policies: Vec<u16>,
    numbers: Vec<i32>,
    all: Vec<Cycle>,
    /// Who had the ticket longest, of those that were missed: party, group.
    longest: Vec<(u8, u32)>,
    differences: Vec<&'static str>,
    bases: Vec<&'static str>,
    /// The share of the target used when the last pause began, and when the priority last changed.
    moments: Vec<(Option<f64>, Option<f64>)>,
}

impl Cycles {
    /// Adds the cycles of one clock of one ticket.
    pub(super) fn add(&mut self, segment: &Segment<'_>, of: &Of<'_>, timeline: &Timeline, cycles: &[Cycle]) {
        // What looks at the whole story again is done only for those who ask for it.
        let is_wanted = |names: &[&str]| names.iter().any(|n| segment.m.wanted.has(Table::SlaClocks, n));
        for (i, cycle) in cycles.iter().enumerate() {
            self.rows.push(of.row as u32);
            self.clocks.push(clock_number(of.kind) as u8);
            self.policies.push(of.policy);
            self.numbers.push(i as i32 + 1);
            let (has_longest, has_reason) = (is_wanted(&["longest_party", "longest_group"]), is_wanted(&["difference"]));
            let is_missed = cycle.is_met == Some(false);
            self.longest.push(if is_missed && has_longest { longest(segment, of, timeline, cycle) } else { (u8::MAX, NONE) });
            self.differences.push(if has_reason { difference::reason(segment, of, timeline, cycles, cycle) } else { "" });
            self.bases.push(basis(segment, of));
            let has_moments = is_wanted(&["last_pause_used", "last_priority_used"]) && of.kind == Kind::Resolution && of.has_events;
            self.moments.push(if has_moments { moments(segment, of, timeline, cycle) } else { (None, None) });
            self.all.push(*cycle);
        }
    }

    /// The rows as a frame, with the wanted columns of their tickets.
    pub(super) fn frame(&self, segment: &Segment<'_>, tickets: &DataFrame, columns: &Columns) -> Result<DataFrame> {
        let mut frame = super::of_tickets(segment, Table::SlaClocks, COLUMNS, tickets, &self.rows)?;
        for name in COLUMNS.iter().filter(|n| segment.m.wanted.has(Table::SlaClocks, n)) {
            let values = self.values(name, segment, columns)?;
            frame.with_column(values.column(name, 0..self.rows.len())).map_err(bug)?;
        }
        Ok(frame)
    }

    fn values(&self, name: &str, segment: &Segment<'_>, columns: &Columns) -> Result<Values> {
        let long = |f: &dyn Fn(&Cycle) -> Option<i64>| Values::Long(self.all.iter().map(|c| f(c).unwrap_or(MISSING)).collect());
        let secs = |f: &dyn Fn(&Cycle) -> Option<i64>| Values::Whole(self.all.iter().map(|c| f(c).map_or(i32::MIN, whole)).collect());
        let text = |f: &dyn Fn(usize) -> u32| Values::Text((0..self.all.len()).map(f).collect());
        let clocks: Vec<u32> = CLOCKS.iter().map(|(name, _)| code_of(name)).collect::<Result<_>>()?;
        let parties: Vec<u32> = PARTIES.iter().map(|(name, _)| code_of(name)).collect::<Result<_>>()?;
        let party = |p: crate::clock::timeline::Party| PARTIES.iter().position(|(_, known)| *known == p).map_or(NONE, |i| parties[i]);
        let end = |c: &Cycle| Some(c.stopped_at.unwrap_or(segment.m.desk.as_of));
        Ok(match name {
            "clock" => text(&|i| clocks[usize::from(self.clocks[i])]),
            "policy" => {
                let of_export = code_of("the export's due times")?;
                text(&|i| if self.policies[i] == NO_POLICY { of_export } else { segment.terms.name(self.policies[i]) })
            }
            "cycle" => Values::Whole(self.numbers.clone()),
            "clock_group" => text(&|i| self.all[i].group),
            "target_for" => text(&|i| segment.words.priority_code(self.all[i].priority)),
            "started_at" => long(&|c| Some(c.started_at)),
            "stopped_at" => long(&|c| c.stopped_at),
            "ended_at" => long(&end),
            "due_at" => long(&|c| c.due_at),
            "original_due_at" => long(&|c| c.original_due_at),
            "breached_at" => long(&|c| c.breached_at),
            "stage" => {
                let stages = ["in progress", "paused", "completed", "cancelled"].map(code_of);
                let [running, paused, completed, cancelled] = stages;
                let (running, paused, completed, cancelled) = (running?, paused?, completed?, cancelled?);
                text(&|i| match self.all[i].stage {
                    Stage::Running => running,
                    Stage::Paused => paused,
                    Stage::Completed => completed,
                    Stage::Cancelled => cancelled,
                })
            }
            "is_met" => Values::Flag(self.all.iter().map(|c| c.is_met).collect()),
            "target_secs" => secs(&|c| c.target_secs),
            "used_secs" => secs(&|c| Some(c.used_secs)),
            "open_secs" => secs(&|c| Some(c.open_secs)),
            "elapsed_secs" => secs(&|c| Some(c.elapsed_secs)),
            "paused_secs" => secs(&|c| Some(c.paused_secs)),
            "margin_secs" => secs(&|c| c.target_secs.map(|t| t - c.used_secs)),
            "used_share" => Values::Number(self.all.iter().map(used_share).collect()),
            "used_bin" => secs(&used_bin),
            "breach_group" => text(&|i| self.all[i].at_breach.map_or(NONE, |s| s.group)),
            "breach_agent" => text(&|i| self.all[i].at_breach.map_or(NONE, |s| s.assignee)),
            "breach_party" => text(&|i| self.all[i].at_breach.map_or(NONE, |s| party(s.party))),
            "longest_party" => text(&|i| parties.get(usize::from(self.longest[i].0)).copied().unwrap_or(NONE)),
            "longest_group" => text(&|i| self.longest[i].1),
            "vendor_met" => Values::Flag((0..self.all.len()).map(|i| self.vendor_met(i, columns)).collect()),
            "verdicts" => {
                let [both, ours, theirs, neither] =
                    ["both met", "ours met, theirs missed", "ours missed, theirs met", "both missed"].map(code_of);
                let (both, ours, theirs, neither) = (both?, ours?, theirs?, neither?);
                text(&|i| match (self.all[i].is_met, self.vendor_met(i, columns)) {
                    (Some(true), Some(true)) => both,
                    (Some(true), Some(false)) => ours,
                    (Some(false), Some(true)) => theirs,
                    (Some(false), Some(false)) => neither,
                    _ => NONE,
                })
            }
            "difference" => words(&self.differences)?,
            "basis" => words(&self.bases)?,
            "last_pause_used" => Values::Number(self.moments.iter().map(|m| m.0).collect()),
            "last_priority_used" => Values::Number(self.moments.iter().map(|m| m.1).collect()),
            other => return Err(crate::error::Error::bug(format!("sla_clocks has no column {other:?}"))),
        })
    }

    /// The product's verdict: on the last cycle, since that is the one it shows.
    fn vendor_met(&self, i: usize, columns: &Columns) -> Option<bool> {
        let is_last = self.rows.get(i + 1) != Some(&self.rows[i]) || self.clocks[i + 1] != self.clocks[i];
        if is_last { vendor_met(CLOCKS[usize::from(self.clocks[i])].1, columns, self.rows[i] as usize) } else { None }
    }
}

/// The product's verdict on a ticket.
pub(super) fn vendor_met(kind: Kind, columns: &Columns, row: usize) -> Option<bool> {
    match kind {
        Kind::FirstResponse => columns.met[0][row],
        Kind::Resolution => columns.met[1][row],
        _ => None,
    }
}

/// What the clock of a ticket rests on.
fn basis(segment: &Segment<'_>, of: &Of<'_>) -> &'static str {
    match of.has_events {
        true => "events",
        false if segment.terms.pauses(of.policy, of.kind) && of.columns.hold_secs[of.row] != MISSING => "hold total",
        false => "no history",
    }
}

/// The share of the target used when the last pause of a resolution clock began, and when its priority last changed.
fn moments(segment: &Segment<'_>, of: &Of<'_>, timeline: &Timeline, cycle: &Cycle) -> (Option<f64>, Option<f64>) {
    let is_paused = |s: &State| segment.terms.is_paused(of.policy, of.kind, s);
    let end = cycle.stopped_at.unwrap_or(segment.m.desk.as_of);
    let (mut pause, mut priority) = (None, None);
    for pair in timeline.states.windows(2).filter(|p| p[1].0 > cycle.started_at && p[1].0 < end) {
        let ((_, before), (at, after)) = (pair[0], pair[1]);
        if is_paused(&after) && !is_paused(&before) {
            pause = Some(at);
        }
        if before.priority != after.priority && before.priority != 0 {
            priority = Some(at);
        }
    }
    let used = |at: Option<i64>| {
        let mut out = Vec::new();
        segment.terms.run_but(of, timeline, But { until: Some(at?), ..But::default() }, &mut out);
        out.last().and_then(used_share)
    };
    (used(pause), used(priority))
}

/// Codes of a few words that repeat.
fn words(texts: &[&'static str]) -> Result<Values> {
    let mut known: Vec<(&'static str, u32)> = vec![("", NONE)];
    let mut codes = Vec::with_capacity(texts.len());
    for text in texts {
        // The same word mostly stands at the same place, and then need not be read.
        let code = if let Some((_, code)) = known.iter().find(|(t, _)| std::ptr::eq(*t, *text) || t == text) {
            *code
        } else {
            let code = code_of(text)?;
            known.push((text, code));
            code
        };
        codes.push(code);
    }
    Ok(Values::Text(codes))
}

/// Seconds that fit a column of durations: 68 years.
pub(super) fn whole(secs: i64) -> i32 {
    secs.clamp(i64::from(-i32::MAX), i64::from(i32::MAX)) as i32
}

/// The share of the target that is used, to a millionth: what fractions are summed in.
pub(super) fn used_share(c: &Cycle) -> Option<f64> {
    c.target_secs.filter(|t| *t > 0).map(|t| (c.used_secs as f64 / t as f64 * 1e6).round() / 1e6)
}

/// The step of a twentieth of the target, from 0; a step holds its upper end.
fn used_bin(c: &Cycle) -> Option<i64> {
    let target = c.target_secs.filter(|t| *t > 0)?;
    let bin = (c.used_secs * BINS / 2 + target - 1) / target - 1;
    // Used up at closing time and still running the next morning is missed, and a verdict lies on its side of the target.
    Some(match c.is_met {
        Some(true) => bin.clamp(0, BINS / 2 - 1),
        Some(false) => bin.clamp(BINS / 2, BINS),
        None => bin.clamp(0, BINS),
    })
}
