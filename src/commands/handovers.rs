//! Which groups had the tickets of a span, one after the other, as the page on the resolver groups tells.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::clock::period::Period;
use crate::contacts::handovers::Handovers;
use crate::desk::text_of;
use crate::error::Result;
use crate::facts::{Facts, Table, Wanted};

/// What a ticket's way is made of.
const COLUMNS: [&str; 3] = ["id_key", "from_at", "holder_group"];

/// Adds what hand-overs are made of.
pub(super) fn want(wanted: &mut Wanted) -> Result<()> {
    COLUMNS.iter().chain(&["resolved_at"]).try_for_each(|c| wanted.add(Table::TicketSpans, c))
}

/// The hand-overs of the tickets resolved in a span.
///
/// # Errors
/// None but for a bug of ours.
pub(super) fn handovers(facts: &Facts, span: &Period) -> Result<Handovers> {
    let wanted = span.start_utc(facts.zone())..span.end_utc(facts.zone());
    let mut rows: Vec<(i64, i64, u32)> = Vec::new();
    for part in facts.parts(Table::TicketSpans, (["resolved_at"], &COLUMNS), |[resolved]| wanted.contains(&resolved))? {
        let (ids, from, groups) = (part.longs("id_key")?, part.longs("from_at")?, part.codes("holder_group")?);
        rows.extend(ids.into_iter().zip(from).zip(groups).map(|((id, from), group)| (id, from, group)));
    }
    // Of equals the order they came in.
    rows.sort_by_key(|(id, from, _)| (*id, *from));
    let mut names: HashMap<u32, String, FixedState> = HashMap::default();
    rows.iter().for_each(|(.., group)| _ = names.entry(*group).or_insert_with(|| text_of(*group)));
    let mut out = Handovers::default();
    for ticket in rows.chunk_by(|a, b| a.0 == b.0) {
        out.add(&ticket.iter().map(|(.., group)| names[group].as_str()).collect::<Vec<_>>());
    }
    Ok(out)
}
