//! A source without files, and exports that stop at a limit.

use super::evidence::{File, Measured};
use super::silence::{days, patience};
use super::{Code, Look, Warning, words};
use crate::columns::Source;
use crate::format;

/// The most rows a sheet of Excel holds, old and new; one less with a header.
const SHEETS: [u64; 4] = [65_535, 65_536, 1_048_575, 1_048_576];

/// A row count divisible by this, in two files at once, is a limit and no chance.
const ROUND: u64 = 500;

/// No file of the source, and none was taken in since the week reported was over.
pub(super) fn missing(look: &Look<'_>) -> Option<Warning> {
    let source = look.source;
    // A roster, once taken in, is good for years; surveys come when they come.
    let is_borne = |at: i64| match source.kind {
        Source::Agents => true,
        _ if source.may_be_silent() => days(look.e.as_of - at) <= patience(look),
        _ => at >= look.end(),
    };
    if source.files_found > 0 || source.arrived.is_some_and(is_borne) {
        return None;
    }
    let since = match source.arrived {
        Some(at) => format!("none was taken in since {}", words::day_of(look, at)),
        None => "none ever was taken in".to_owned(),
    };
    let text = format!(
        "no file matches `{}`, and {since}: check that the export still runs and that the folder can be reached; if the source is no more, take its [[source]] out of the config",
        words::name(&source.pattern)
    );
    Some(look.warn(Code::SourceMissing, &text, Measured { seen: 0.0, low: 1.0, high: 1.0 }))
}

/// Files of the newest batch with as many rows as there can be.
pub(super) fn at_limit(look: &Look<'_>) -> Option<Warning> {
    let mut files: Vec<(&File, String)> = look.source.files.iter().filter_map(|file| Some((file, limit(look, file)?))).collect();
    files.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    let (first, why) = files.first()?;
    let names: Vec<String> = files.iter().map(|(file, _)| words::name(&file.name)).collect();
    let (verb, they) = if names.len() == 1 { ("has", "it was") } else { ("have", "they were") };
    let text = format!(
        "{} {verb} exactly {} rows, {why}: {they} probably cut off; export a shorter span at a time",
        words::listed(&names),
        format::count(first.rows)
    );
    let rows = first.rows as f64;
    Some(look.warn(Code::RowLimit, &text, Measured { seen: rows, low: 0.0, high: rows - 1.0 }))
}

/// Why a file is taken to stop at a limit.
fn limit(look: &Look<'_>, file: &File) -> Option<String> {
    let source = look.source;
    if file.rows == 0 {
        return None;
    }
    if source.row_limits.contains(&file.rows) {
        return Some(format!("as many as {} exports at most", words::name(&source.product)));
    }
    if SHEETS.contains(&file.rows) {
        return Some("as many as a sheet holds at most".to_owned());
    }
    let twins = source.files.iter().filter(|other| other.rows == file.rows).count();
    (twins > 1 && file.rows.is_multiple_of(ROUND)).then(|| format!("as {twins} files of this batch have"))
}
