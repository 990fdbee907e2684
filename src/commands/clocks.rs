//! Single clocks of tickets, as the report and `deskcard sla` speak of them.

use crate::desk::{Frame, known};
use crate::error::Result;
use crate::facts::{Facts, Table, Wanted};

/// What a [`Clock`] is made of.
const COLUMNS: [&str; 16] = [
    "id",
    "clock",
    "cycle",
    "target_for",
    "due_at",
    "stopped_at",
    "is_met",
    "is_near_miss",
    "margin_secs",
    "breach_group",
    "breach_agent",
    "longest_party",
    "vendor_met",
    "difference",
    "basis",
    "is_open_overdue",
];

/// One cycle of one clock of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) ticket: String,
    /// `resolution`, `response` …
    pub(super) name: String,
    /// From 1.
    pub(super) cycle: i64,
    /// The values of the columns asked for.
    pub(super) group: Vec<String>,
    /// The priority the target was taken for.
    pub(super) target_for: String,
    /// Seconds UTC.
    pub(super) due: Option<i64>,
    /// Seconds UTC.
    pub(super) stopped: Option<i64>,
    pub(super) is_met: Option<bool>,
    pub(super) is_near_miss: bool,
    pub(super) is_open_overdue: bool,
    /// How far beyond the target, by the target's clock; only of what was missed.
    pub(super) late_secs: Option<i64>,
    /// Group and agent that held the ticket when the time ran out.
    pub(super) holder: String,
    /// The party that had to act longest, of what was missed.
    pub(super) longest: String,
    pub(super) vendor_met: Option<bool>,
    /// Why the product's verdict is another; empty where it is not.
    pub(super) difference: String,
    pub(super) has_events: bool,
}

/// Adds what clocks are made of, and the columns they are grouped by.
pub(super) fn want(wanted: &mut Wanted, by: &[String]) -> Result<()> {
    COLUMNS.iter().copied().chain(by.iter().map(String::as_str)).try_for_each(|c| wanted.add(Table::SlaClocks, c))
}

/// The clocks due in a span of seconds UTC, in the order of the tickets.
///
/// # Errors
/// A config error for a column to group by that clocks do not have.
pub(super) fn clocks(facts: &Facts, by: &[String], is_in_span: impl Fn(Option<i64>) -> bool) -> Result<Vec<Clock>> {
    let mut out = Vec::new();
    // A column to group by may be one that every clock has.
    let added = by.iter().map(String::as_str).filter(|c| !COLUMNS.contains(c));
    let names: Vec<&str> = COLUMNS.iter().copied().chain(added).collect();
    for part in facts.parts(Table::SlaClocks, (["due_at"], &names), |[due]| is_in_span(known(due)))? {
        add(&part, by, &mut out)?;
    }
    Ok(out)
}

fn add(frame: &Frame, by: &[String], out: &mut Vec<Clock>) -> Result<()> {
    let text = |name: &str| frame.texts(name);
    let (id, clock, target_for, basis) = (text("id")?, text("clock")?, text("target_for")?, text("basis")?);
    let (group, agent, longest, difference) = (text("breach_group")?, text("breach_agent")?, text("longest_party")?, text("difference")?);
    let (due, stopped) = (frame.longs("due_at")?, frame.longs("stopped_at")?);
    let (margin, cycle) = (frame.longs("margin_secs")?, frame.longs("cycle")?);
    let (is_met, vendor) = (frame.flags("is_met")?, frame.flags("vendor_met")?);
    let (near_miss, overdue) = (frame.flags("is_near_miss")?, frame.flags("is_open_overdue")?);
    let by = by.iter().map(|c| frame.texts(c)).collect::<Result<Vec<_>>>()?;
    for row in 0..frame.height() {
        let said = |column: &[Option<String>]| column[row].clone().unwrap_or_default();
        out.push(Clock {
            ticket: said(&id),
            name: said(&clock),
            cycle: cycle[row],
            group: by.iter().map(|c| said(c)).collect(),
            target_for: said(&target_for),
            due: known(due[row]),
            stopped: known(stopped[row]),
            is_met: is_met[row],
            is_near_miss: near_miss[row] == Some(true),
            is_open_overdue: overdue[row] == Some(true),
            late_secs: known(margin[row]).filter(|_| is_met[row] == Some(false)).map(|m| -m),
            holder: [said(&group), said(&agent)].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", "),
            longest: said(&longest),
            vendor_met: vendor[row],
            difference: said(&difference),
            has_events: basis[row].as_deref() == Some("events"),
        });
    }
    Ok(())
}
