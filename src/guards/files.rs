//! A source without files, and exports that stop at a limit.

use super::evidence::{File, Measured};
use super::silence::{days, patience};
use super::{Code, Look, Warning, words};
use crate::columns::Source;
use crate::format;
use crate::say;

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
        Some(at) => say!("none was taken in since {day}", day = words::day_of(look, at)),
        None => say!("none ever was taken in").to_owned(),
    };
    let text = say!(
        "no file matches `{pattern}`, and {since}: check that the export still runs and that the folder can be reached; if the source is no more, take its [[source]] out of the config",
        pattern = words::name(&source.pattern),
        since
    );
    Some(look.warn(Code::SourceMissing, &text, Measured { seen: 0.0, low: 1.0, high: 1.0 }))
}

/// Files of the newest batch with as many rows as there can be.
pub(super) fn at_limit(look: &Look<'_>) -> Option<Warning> {
    let mut files: Vec<(&File, String)> = look.source.files.iter().filter_map(|file| Some((file, limit(look, file)?))).collect();
    files.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    let (first, why) = files.first()?;
    let names: Vec<String> = files.iter().map(|(file, _)| words::name(&file.name)).collect();
    let text = say!(
        names.len() => "{names} has exactly {rows} rows, {why}: it was probably cut off; export a shorter span at a time",
        "{names} have exactly {rows} rows, {why}: they were probably cut off; export a shorter span at a time",
        names = words::listed(&names),
        rows = format::count(first.rows),
        why
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
        return Some(say!("as many as {product} exports at most", product = words::name(&source.product)));
    }
    if SHEETS.contains(&file.rows) {
        return Some(say!("as many as a sheet holds at most").to_owned());
    }
    let twins = source.files.iter().filter(|other| other.rows == file.rows).count();
    (twins > 1 && file.rows.is_multiple_of(ROUND)).then(|| say!("as {twins} files of this batch have", twins))
}
