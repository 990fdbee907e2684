//! How a file is written: found from its start, with the evidence for each part; what is told is never found.
//!
//! The right dialect cuts the records into the same number of cells. The header is the row whose cells are known names, or else
//! differ in kind from what stands below them. What is rarer needs more evidence: a space separates only where nothing else does.

mod fit;
mod place;
#[cfg(test)]
mod tests;

use std::fmt;

pub use super::scan::{Dialect, LineEnds};
use crate::error::Error;
use fit::Fit;
use place::Place;
pub(crate) use place::other_delimiter;

/// As much of a file as is looked at, in bytes.
pub const SAMPLE: usize = 1 << 16;

/// The parts of a dialect that a config states; the others are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// Between cells.
    pub delimiter: Option<u8>,
    /// Around cells; `Some(None)`: quotes are text.
    pub quote: Option<Option<u8>>,
    /// Before a quote that is text; `Some(None)`: such quotes are doubled.
    pub escape: Option<Option<u8>>,
    /// What ends a line.
    pub line_ends: Option<LineEnds>,
    /// Whether spaces behind a delimiter belong to it.
    pub blanks: Option<bool>,
    /// Physical lines above the header.
    pub lines_above: Option<usize>,
    /// Records that make up the header.
    pub header_rows: Option<usize>,
}

/// Why a part of a dialect is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// `delimiter`, `quote`, `escape`, `line_ends`, `blanks`, `lines_above` or `header_rows`: the key of a `[[source]]` that sets it.
    pub part: &'static str,
    /// Its value, as that key would have it.
    pub value: String,
    /// Whether it was told.
    pub is_told: bool,
    /// The reason, a phrase without a full stop.
    pub why: String,
}

/// A dialect and how it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// How the file is written.
    pub dialect: Dialect,
    /// Cells most records have.
    pub columns: usize,
    /// Why, part by part; parts that are as nearly everywhere, and not told, are left out.
    pub evidence: Vec<Evidence>,
    /// What a person should look at, a sentence each without a full stop.
    pub warnings: Vec<String>,
}

/// Why no dialect was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialectError {
    /// Nothing to look at.
    Empty,
    /// Not text: it is full of NUL bytes.
    Binary,
    /// Under no delimiter do at least half of the records have the same number of cells.
    Unclear,
}

impl fmt::Display for DialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the file is empty",
            Self::Binary => "the file is not text: it is full of NUL bytes",
            Self::Unclear => "no delimiter of , ; tab | gives most rows the same number of cells",
        })
    }
}

impl std::error::Error for DialectError {}

impl From<DialectError> for Error {
    fn from(error: DialectError) -> Self {
        let plain = Self::input(error.to_string());
        match error {
            DialectError::Empty => plain.hint("export it again; a report of nothing still has a header"),
            DialectError::Binary => plain.hint("is it the right file? Export it again, as CSV"),
            DialectError::Unclear => plain.hint("say what separates its cells in its [[source]]: delimiter = \";\""),
        }
    }
}

/// Finds how a file is written from its start, of which the first [`SAMPLE`] bytes count; `is_whole` says that this is all of it.
///
/// What is `told` wins. `known` says whether a header is a column name that some preset knows: a row with two of them is the header.
///
/// # Errors
/// [`DialectError`] if there is nothing to look at, or nothing fits.
pub fn detect(sample: &[u8], is_whole: bool, told: &Told, known: &dyn Fn(&str) -> bool) -> Result<Detected, DialectError> {
    let text = Text::new(sample, is_whole);
    text.check(told)?;
    let (told, named) = with_named(&text, told);
    let fit = fit::best(&text, &told, known)?;
    Ok(detected(&text, &told, named, &fit, known))
}

/// Like [`detect`], but where nothing fits the best of what does not is taken, with a warning.
///
/// # Errors
/// [`DialectError`] if there is nothing to look at.
pub fn guess(sample: &[u8], is_whole: bool, told: &Told, known: &dyn Fn(&str) -> bool) -> Result<Detected, DialectError> {
    let text = Text::new(sample, is_whole);
    text.check(told)?;
    let (told, named) = with_named(&text, told);
    match fit::best(&text, &told, known) {
        Ok(fit) => Ok(detected(&text, &told, named, &fit, known)),
        Err(error) => {
            let fit = fit::least_bad(&text, &told, known);
            let mut guessed = detected(&text, &told, named, &fit, known);
            guessed.warnings.push(error.to_string());
            Ok(guessed)
        }
    }
}

fn detected(text: &Text, told: &Told, named: bool, fit: &Fit, known: &dyn Fn(&str) -> bool) -> Detected {
    let place = place::find(text, told, fit, known);
    let dialect = Dialect { lines_above: place.lines_above, header_rows: place.header_rows, ..fit.dialect };
    let evidence = evidence(told, named, fit, &place);
    Detected { dialect, columns: fit.columns, evidence, warnings: place.warnings }
}

/// The delimiter that a first line such as `sep=;` names, as spreadsheets write it; the header stands below that line.
pub fn named_delimiter(sample: &[u8]) -> Option<u8> {
    let text = sample.strip_prefix(MARK).unwrap_or(sample);
    let line = text.split(|b| matches!(b, b'\n' | b'\r')).next()?;
    match line.strip_prefix(b"\"").and_then(|l| l.strip_suffix(b"\"")).unwrap_or(line) {
        [s, e, p, b'=', delimiter] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") && fit::CANDIDATES.contains(delimiter) => Some(*delimiter),
        _ => None,
    }
}

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The start of a file.
#[derive(Debug, Clone, Copy)]
struct Text<'a> {
    bytes: &'a [u8],
    /// Offset behind the byte order mark and a line that names the delimiter.
    start: usize,
    /// The bytes are the whole file.
    ended: bool,
}

impl<'a> Text<'a> {
    fn new(sample: &'a [u8], is_whole: bool) -> Self {
        let bytes = &sample[..sample.len().min(SAMPLE)];
        let start = if bytes.starts_with(MARK) { MARK.len() } else { 0 };
        Self { bytes, start, ended: is_whole && bytes.len() == sample.len() }
    }

    fn check(&self, told: &Told) -> Result<(), DialectError> {
        let text = &self.bytes[self.start..];
        let nuls = memchr::memchr_iter(0, text).count();
        // Empty lines are rows of one empty cell where there is no header.
        let nothing = if told.header_rows == Some(0) { text.is_empty() } else { text.trim_ascii().is_empty() };
        match () {
            () if nothing => Err(DialectError::Empty),
            () if nuls * 8 > text.len() => Err(DialectError::Binary),
            () => Ok(()),
        }
    }
}

/// What is told, with what a `sep=` line tells; whether there is one.
fn with_named(text: &Text, told: &Told) -> (Told, bool) {
    match named_delimiter(text.bytes) {
        Some(delimiter) => (Told { delimiter: told.delimiter.or(Some(delimiter)), ..*told }, true),
        None => (*told, false),
    }
}

fn evidence(told: &Told, named: bool, fit: &Fit, place: &Place) -> Vec<Evidence> {
    let dialect = &fit.dialect;
    let mut out = Vec::new();
    let mut add = |part, value: String, is_told: bool, why: String| {
        let why = if is_told { "set in the config".to_owned() } else { why };
        out.push(Evidence { part, value, is_told, why });
    };
    match named {
        true => add("delimiter", quoted(dialect.delimiter), false, "its first line names it (sep=)".to_owned()),
        false => add("delimiter", quoted(dialect.delimiter), told.delimiter.is_some(), fit.in_words()),
    }
    let byte = |b: Option<u8>| b.map_or("\"\"".to_owned(), quoted);
    if told.quote.is_some() || dialect.quote != Some(b'"') {
        let why = if dialect.quote.is_some() { "cells start and end with it" } else { "quotes stand inside cells like any text" };
        add("quote", byte(dialect.quote), told.quote.is_some(), why.to_owned());
    }
    if told.escape.is_some() || dialect.escape.is_some() {
        add("escape", byte(dialect.escape), told.escape.is_some(), "it stands before the quotes inside quoted cells".to_owned());
    }
    if told.line_ends.is_some() || dialect.line_ends != LineEnds::Feed {
        let value = if dialect.line_ends == LineEnds::Any { "\"any\"" } else { "\"lf\"" };
        add("line_ends", value.to_owned(), told.line_ends.is_some(), "lines end in carriage returns".to_owned());
    }
    if told.blanks.is_some() || dialect.blanks {
        add("blanks", dialect.blanks.to_string(), told.blanks.is_some(), "a space follows nearly every delimiter".to_owned());
    }
    if told.lines_above.is_some() || place.lines_above > 0 {
        add("lines_above", place.lines_above.to_string(), told.lines_above.is_some(), place.above.clone());
    }
    add("header_rows", place.header_rows.to_string(), told.header_rows.is_some(), place.why.clone());
    out
}

/// A byte as a TOML string.
fn quoted(byte: u8) -> String {
    match byte {
        b'\t' => "\"\\t\"".to_owned(),
        b'"' | b'\\' => format!("\"\\{}\"", char::from(byte)),
        _ => format!("\"{}\"", char::from(byte).escape_default()),
    }
}
