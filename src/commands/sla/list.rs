//! Every clock as a row.

use std::io::Write;

use rayon::prelude::*;

use crate::commands::stdout_failed;
use crate::desk::{Frame, known};
use crate::error::{Error, Result};
use crate::facts::{Facts, Table};
use crate::report::csv::safe_text;

use super::cells::Cells;

/// Columns of a clock in a list of all of them.
pub(super) const LISTED: [&str; 23] = [
    "id",
    "clock",
    "cycle",
    "policy",
    "target_for",
    "started_at",
    "due_at",
    "stopped_at",
    "stage",
    "is_met",
    "target_secs",
    "used_secs",
    "open_secs",
    "elapsed_secs",
    "paused_secs",
    "margin_secs",
    "breached_at",
    "breach_group",
    "breach_agent",
    "longest_party",
    "basis",
    "vendor_met",
    "difference",
];

/// Prints a row a clock: instants on the desk's clock, lengths in seconds.
pub(super) fn list(facts: &Facts, by: &[String], is_in_span: impl Fn(Option<i64>) -> bool + Sync, out: &mut impl Write) -> Result<()> {
    let by = by.iter().map(String::as_str).filter(|c| !LISTED.contains(c));
    let names: Vec<&str> = LISTED.into_iter().chain(by).collect();
    let mut head = csv::Writer::from_writer(Vec::new());
    head.write_record(&names).map_err(|e| Error::bug(e.to_string()))?;
    out.write_all(&head.into_inner().map_err(|e| Error::bug(e.to_string()))?).map_err(|e| stdout_failed(&e))?;
    if facts.frame(Table::SlaClocks).height() > 0 {
        let segments = facts.columns(Table::SlaClocks, &names)?.split();
        // A few segments at a time: their text is larger than they are.
        for some in segments.chunks(rayon::current_num_threads()) {
            let texts = some.par_iter().map(|s| rows(facts, &names, s, &is_in_span)).collect::<Result<Vec<_>>>()?;
            texts.iter().try_for_each(|text| out.write_all(text)).map_err(|e| stdout_failed(&e))?;
        }
    }
    out.flush().map_err(|e| stdout_failed(&e))
}

/// The rows of a segment as CSV.
fn rows(facts: &Facts, names: &[&str], segment: &Frame, is_in_span: &dyn Fn(Option<i64>) -> bool) -> Result<Vec<u8>> {
    let due = segment.longs("due_at")?;
    let columns = names.iter().map(|name| Cells::of(segment, name)).collect::<Result<Vec<_>>>()?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| Error::bug(e.to_string());
    for row in (0..due.len()).filter(|&row| is_in_span(known(due[row]))) {
        for column in &columns {
            match column {
                // Of few distinct texts, each made safe once.
                Cells::Short(codes, texts) => writer.write_field(texts.get(&codes[row]).map_or("", |t| t.1.as_str())),
                Cells::Instant(at) => writer.write_field(known(at[row]).map_or_else(String::new, |t| facts.zone().format_second(t))),
                Cells::Whole(numbers) => writer.write_field(known(numbers[row]).map_or_else(String::new, |n| n.to_string())),
                Cells::Other(texts) => writer.write_field(texts[row].as_deref().map_or_else(String::new, safe_text)),
            }
            .map_err(failed)?;
        }
        writer.write_record(None::<&[u8]>).map_err(failed)?;
    }
    writer.into_inner().map_err(|e| Error::bug(e.to_string()))
}
