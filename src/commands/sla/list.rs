//! Every clock as a row.

use std::collections::HashMap;
use std::io::Write;

use rayon::prelude::*;

use crate::commands::stdout_failed;
use crate::desk::{Frame, known, text_of};
use crate::error::{Error, Result};
use crate::facts::{Facts, Table};
use crate::report::csv::safe_text;

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
pub(super) fn list(facts: &Facts, by: &[String], span: (i64, i64), out: &mut impl Write) -> Result<()> {
    let by = by.iter().map(String::as_str).filter(|c| !LISTED.contains(c));
    let names: Vec<&str> = LISTED.into_iter().chain(by).collect();
    let mut head = csv::Writer::from_writer(Vec::new());
    head.write_record(&names).map_err(|e| Error::bug(e.to_string()))?;
    out.write_all(&head.into_inner().map_err(|e| Error::bug(e.to_string()))?).map_err(|e| stdout_failed(&e))?;
    if facts.frame(Table::SlaClocks).height() > 0 {
        let segments = facts.columns(Table::SlaClocks, &names)?.split();
        // A few segments at a time: their text is larger than they are.
        for some in segments.chunks(rayon::current_num_threads()) {
            let texts = some.par_iter().map(|s| rows(facts, &names, s, span)).collect::<Result<Vec<_>>>()?;
            texts.iter().try_for_each(|text| out.write_all(text)).map_err(|e| stdout_failed(&e))?;
        }
    }
    out.flush().map_err(|e| stdout_failed(&e))
}

/// The rows of a segment as CSV.
fn rows(facts: &Facts, names: &[&str], segment: &Frame, (from, to): (i64, i64)) -> Result<Vec<u8>> {
    let due = segment.longs("due_at")?;
    let columns = names.iter().map(|name| Cells::of(segment, name)).collect::<Result<Vec<_>>>()?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| Error::bug(e.to_string());
    for row in (0..due.len()).filter(|&row| known(due[row]).is_none_or(|t| (from..to).contains(&t))) {
        for column in &columns {
            match column {
                Cells::Short(codes, texts) => writer.write_field(codes.get(row).and_then(|c| texts.get(c)).map_or("", String::as_str)),
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

/// A column about to be printed.
enum Cells {
    /// Codes, and the text of each: a cell is one of few.
    Short(Vec<u32>, HashMap<u32, String>),
    Instant(Vec<i64>),
    Whole(Vec<i64>),
    Other(Vec<Option<String>>),
}

impl Cells {
    fn of(segment: &Frame, name: &str) -> Result<Self> {
        if name.ends_with("_at") {
            return Ok(Self::Instant(segment.longs(name)?));
        }
        if segment.is_short_text(name) {
            let codes = segment.codes(name)?;
            let mut texts = HashMap::new();
            for code in &codes {
                texts.entry(*code).or_insert_with(|| safe_text(&text_of(*code)));
            }
            return Ok(Self::Short(codes, texts));
        }
        if name.ends_with("_secs") || name == "cycle" {
            return Ok(Self::Whole(segment.longs(name)?));
        }
        Ok(Self::Other(segment.texts(name)?))
    }
}
