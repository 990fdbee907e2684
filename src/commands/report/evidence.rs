//! What scorecards tell beside figures: stays, clocks, rows worth reading, who comes back.

use std::collections::BTreeMap;

use crate::clock::period::Period;
use crate::commands::clocks::clocks;
use crate::commands::{Context, contacts};
use crate::contacts::Repeats;
use crate::desk::known;
use crate::error::Result;
use crate::facts::{Facts, Table};
use crate::judge::{ClockRows, Differing, Examples, Missed, Stay};
use crate::metrics::Metric;
use crate::metrics::worth::{DESK, worth};
use crate::say;
use crate::scorecard::CardKind;

/// Rows kept as worth reading, on either side.
const EXAMPLES: usize = 5;
/// Columns of a stay on the roster.
pub(super) const STAY: [&str; 9] =
    ["agent", "team", "supplier", "mentor", "mentor_since_at", "started_at", "left_at", "is_new_start", "leave_reason"];
/// Clocks in a list at most.
const CLOCK_ROWS: usize = 15;

/// The stays on the roster: spells that follow each other without a break are one.
pub(super) fn stays(facts: &Facts) -> Result<Vec<Stay>> {
    let spells = facts.frame(Table::Spells);
    let mut out: Vec<Stay> = Vec::new();
    if !STAY.iter().all(|c| spells.has(c)) {
        return Ok(out);
    }
    let text = |name: &str| spells.texts(name);
    let (agent, team, supplier, mentor, reason) =
        (text("agent")?, text("team")?, text("supplier")?, text("mentor")?, text("leave_reason")?);
    let (start, left, since) = (spells.longs("started_at")?, spells.longs("left_at")?, spells.longs("mentor_since_at")?);
    let is_new = spells.flags("is_new_start")?;
    let day = |at: i64| known(at).map(|t| facts.zone().local_day(t));
    for row in 0..agent.len() {
        let (Some(name), Some(first_day)) = (&agent[row], day(start[row])) else { continue };
        let said = |column: &[Option<String>]| column[row].clone().unwrap_or_default();
        let begun = out.pop_if(|last| last.agent == *name && is_new[row] == Some(false)).map_or(first_day, |last| last.first_day);
        out.push(Stay {
            agent: name.clone(),
            team: said(&team),
            supplier: said(&supplier),
            mentor: said(&mentor),
            mentor_since: day(since[row]),
            first_day: begun,
            last_day: day(left[row]),
            reason: said(&reason),
        });
    }
    Ok(out)
}

/// The clocks due in the period that are worth a line.
pub(super) fn clock_rows(facts: &Facts, period: &Period) -> Result<ClockRows> {
    let span = period.start_utc(facts.zone())..period.end_utc(facts.zone());
    let mut out = ClockRows::default();
    for c in clocks(facts, &[], |due| due.is_some_and(|t| span.contains(&t)))? {
        if let Some(theirs) = c.vendor_met.filter(|_| !c.difference.is_empty()) {
            let (ticket, clock) = (c.ticket.clone(), c.name.clone());
            out.differing.push(Differing { ticket, clock, ours: c.is_met, theirs, reason: c.difference.clone() });
        }
        if let Some(late_secs) = c.late_secs {
            let (clock, holder, longest) = (c.name, c.holder, c.longest);
            out.missed.push(Missed {
                ticket: c.ticket,
                clock,
                target_for: c.target_for,
                late_secs,
                is_open: c.is_open_overdue,
                holder,
                longest,
            });
        }
    }
    out.missed.sort_by(|a, b| b.late_secs.cmp(&a.late_secs).then_with(|| a.ticket.cmp(&b.ticket)).then_with(|| a.clock.cmp(&b.clock)));
    out.missed.truncate(CLOCK_ROWS);
    out.differing.sort_by(|a, b| b.ticket.cmp(&a.ticket).then_with(|| a.clock.cmp(&b.clock)));
    out.differing.truncate(CLOCK_ROWS);
    Ok(out)
}

/// What the roster says of each agent: team, supplier, mentor, since when.
pub(super) fn about(facts: &Facts, stays: &[Stay]) -> BTreeMap<String, Vec<(String, String)>> {
    let lines = |stay: &Stay| {
        let described = [(say!("Team"), &stay.team), (say!("Supplier"), &stay.supplier), (say!("Mentor"), &stay.mentor)];
        let mut lines: Vec<(String, String)> =
            described.into_iter().filter(|(_, text)| !text.is_empty()).map(|(label, text)| (label.to_owned(), text.clone())).collect();
        lines.push((
            say!("On the desk since").to_owned(),
            crate::format::day(&facts.zone().format_day(facts.zone().day_start(stay.first_day))),
        ));
        lines
    };
    // Stays come in order of time: the latest one counts.
    stays.iter().map(|stay| (stay.agent.clone(), lines(stay))).collect()
}

/// For each subject and share the rows that are worth reading.
pub(super) fn examples(ctx: &Context, facts: &Facts, metrics: &[&Metric], span: &Period) -> Result<Examples> {
    let mut out = Examples::new();
    for table in [Table::Tickets, Table::Calls, Table::Surveys] {
        for found in worth(facts, table, metrics, (span, EXAMPLES))? {
            let kind = [CardKind::Agent, CardKind::Team, CardKind::Supplier, CardKind::Desk][found.by];
            let name = if found.by == DESK { ctx.settings.desk.name.clone() } else { found.group };
            let worth = out.entry((kind, name, found.metric)).or_default();
            *(if found.is_good { &mut worth.good } else { &mut worth.bad }) = found.rows;
        }
    }
    Ok(out)
}

/// Who comes back about what.
pub(super) fn came_back(ctx: &Context, facts: &Facts, span: &Period) -> Result<Option<Repeats>> {
    let by = contacts::BY.map(str::to_owned);
    contacts::repeats(ctx, facts, &contacts::Question { period: span, window: contacts::WINDOW, by: &by, list: EXAMPLES })
}
