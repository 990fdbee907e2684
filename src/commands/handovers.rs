//! Which groups had the tickets of a span, one after the other, as the page on the resolver groups tells.

use crate::clock::period::Period;
use crate::contacts::handovers::Handovers;
use crate::error::Result;
use crate::facts::{Facts, Table, Wanted};

/// What a ticket's way is made of.
const COLUMNS: [&str; 4] = ["id_key", "from_at", "holder_group", "resolved_at"];

/// Adds what hand-overs are made of.
pub(super) fn want(wanted: &mut Wanted) -> Result<()> {
    COLUMNS.iter().try_for_each(|c| wanted.add(Table::TicketSpans, c))
}

/// The hand-overs of the tickets resolved in a span.
///
/// # Errors
/// None but for a bug of ours.
pub(super) fn handovers(facts: &Facts, span: &Period) -> Result<Handovers> {
    let (mut out, wanted) = (Handovers::default(), span.start_utc(facts.zone())..span.end_utc(facts.zone()));
    if facts.frame(Table::TicketSpans).height() == 0 {
        return Ok(out);
    }
    let frame = facts.columns(Table::TicketSpans, &COLUMNS)?;
    let (ids, from, resolved) = (frame.longs("id_key")?, frame.longs("from_at")?, frame.longs("resolved_at")?);
    let groups = frame.texts("holder_group")?;
    let mut rows: Vec<usize> = (0..ids.len()).filter(|&row| wanted.contains(&resolved[row])).collect();
    rows.sort_by_key(|&row| (ids[row], from[row], row));
    for ticket in rows.chunk_by(|&a, &b| ids[a] == ids[b]) {
        let path: Vec<&str> = ticket.iter().map(|&row| groups[row].as_deref().unwrap_or_default()).collect();
        out.add(&path);
    }
    Ok(out)
}
