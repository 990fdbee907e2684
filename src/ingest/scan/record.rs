//! What a record is: the scalar state machine that the whole scanner answers to.

use super::Limits;
use super::fault::{FaultCode, ScanError};
use crate::ingest::cells;

/// How a file is written, and what its records may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) delimiter: u8,
    /// Cells a record should have; the ends of more are counted but not kept.
    pub(super) columns: usize,
    pub(super) limits: Limits,
}

impl Rules {
    /// A record no longer than this cannot break a limit.
    pub(super) fn plain_length(&self) -> usize {
        self.limits.field.min(self.limits.row)
    }
}

/// What the bytes from the start of a record turn out to be.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The bytes end before that is known.
    More,
    /// An empty line.
    Blank { next: usize },
    /// Well-formed, with this many cells; its text ends at `end`, the next record starts at `next`.
    Row { cells: usize, end: usize, next: usize },
    /// Not well-formed.
    Bad(Bad),
}

/// Why a record is not well-formed, and where to go on.
#[derive(Debug)]
pub(super) struct Bad {
    pub(super) code: FaultCode,
    pub(super) column: Option<usize>,
    pub(super) reason: String,
    /// The next record starts behind the physical line that holds this byte.
    pub(super) resume_after: usize,
}

/// How a cell ends.
enum Cell {
    More,
    /// At `end` its text, with the separator behind it.
    Ends {
        end: usize,
        separator: Separator,
    },
    Bad {
        code: FaultCode,
        at: usize,
        resume_after: usize,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    Delimiter,
    /// A line ending of this many bytes.
    Line(usize),
    EndOfFile,
    /// Something else: the text goes on.
    None,
    /// The bytes end before that is known.
    More,
}

/// Reads the record that starts at `start`; pushes the ends of its first `rules.columns` cells to `ends`.
///
/// `ended` tells that no byte follows `bytes`.
pub(super) fn record(bytes: &[u8], start: usize, ended: bool, rules: &Rules, ends: &mut Vec<u32>) -> Outcome {
    let (mut cell, mut cells) = (start, 0);
    loop {
        let found = match bytes.get(cell) {
            Some(b'"') => quoted(bytes, cell, ended, rules),
            _ => unquoted(bytes, cell, ended, rules),
        };
        let (end, separator) = match found {
            Cell::More => return Outcome::More,
            Cell::Bad { code, at, resume_after } => return Outcome::Bad(bad(bytes, start, cells, code, at, resume_after)),
            Cell::Ends { end, separator } => (end, separator),
        };
        if end - start > rules.limits.row {
            return Outcome::Bad(bad(bytes, start, cells, FaultCode::RowTooLong, end, end));
        }
        if cells < rules.columns {
            ends.push(end as u32);
        }
        cells += 1;
        match separator {
            Separator::Delimiter => cell = end + 1,
            Separator::Line(width) if end == start => return Outcome::Blank { next: end + width },
            Separator::Line(width) => return Outcome::Row { cells, end, next: end + width },
            _ => return Outcome::Row { cells, end, next: end },
        }
    }
}

fn separator(bytes: &[u8], at: usize, ended: bool, delimiter: u8) -> Separator {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(&b), _) if b == delimiter => Separator::Delimiter,
        (Some(b'\n'), _) => Separator::Line(1),
        (Some(b'\r'), Some(b'\n')) => Separator::Line(2),
        (Some(b'\r'), None) if !ended => Separator::More,
        (Some(_), _) => Separator::None,
        (None, _) if ended => Separator::EndOfFile,
        (None, _) => Separator::More,
    }
}

/// A cell without quotes, which no quote may be part of.
fn unquoted(bytes: &[u8], start: usize, ended: bool, rules: &Rules) -> Cell {
    let mut at = start;
    loop {
        match separator(bytes, at, ended, rules.delimiter) {
            Separator::More => return Cell::More,
            Separator::None if bytes[at] == b'"' => return Cell::Bad { code: FaultCode::StrayQuote, at, resume_after: at },
            Separator::None if at - start >= rules.limits.field => {
                return Cell::Bad { code: FaultCode::FieldTooLong, at, resume_after: at };
            }
            Separator::None => at += 1,
            separator => return Cell::Ends { end: at, separator },
        }
    }
}

/// A cell that starts with a quote.
fn quoted(bytes: &[u8], start: usize, ended: bool, rules: &Rules) -> Cell {
    let cap = start + rules.limits.field;
    let mut at = start + 1;
    loop {
        let window = bytes.get(at..cap.min(bytes.len())).unwrap_or_default();
        let Some(quote) = memchr::memchr(b'"', window).map(|n| at + n) else {
            let undecided = !ended && bytes.len() < cap;
            // The quote itself is the suspect: what follows its line may be sound records.
            let unterminated = Cell::Bad { code: FaultCode::UnterminatedQuote, at: start, resume_after: start };
            return if undecided { Cell::More } else { unterminated };
        };
        match separator(bytes, quote + 1, ended, rules.delimiter) {
            Separator::More => return Cell::More,
            Separator::None if bytes[quote + 1] == b'"' => at = quote + 2,
            Separator::None => return text_after(bytes, start, quote),
            separator => return Cell::Ends { end: quote + 1, separator },
        }
    }
}

/// Text behind the closing quote. If that quote stands lines below the opening one, the opening one is the suspect, as if never closed.
fn text_after(bytes: &[u8], start: usize, quote: usize) -> Cell {
    let one_line = memchr::memchr(b'\n', &bytes[start..quote]).is_none();
    Cell::Bad { code: FaultCode::TextAfterQuote, at: quote + 1, resume_after: if one_line { quote } else { start } }
}

fn bad(bytes: &[u8], start: usize, column: usize, code: FaultCode, at: usize, resume_after: usize) -> Bad {
    let what = match code {
        FaultCode::StrayQuote => "a quote inside a cell that does not start with one",
        FaultCode::TextAfterQuote => "text behind a closing quote",
        FaultCode::UnterminatedQuote => "a quote that opens here is not closed within the limit",
        FaultCode::FieldTooLong => "a cell longer than the limit",
        _ => "a row longer than the limit",
    };
    let lines = memchr::memchr_iter(b'\n', &bytes[start..at]).count();
    let below = if lines == 0 { String::new() } else { format!(", {lines} lines below its first") };
    Bad { code, column: Some(column), reason: format!("{what}, at byte {} of the record{below}", at - start + 1), resume_after }
}

/// Where the header starts: behind the byte order mark and `lines_above` lines. `None` if that is not within `bytes`.
pub(super) fn header_start(bytes: &[u8], lines_above: usize, ended: bool) -> Result<Option<usize>, ScanError> {
    let mark = match bytes {
        [0xEF, 0xBB, 0xBF, ..] => 3,
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Err(ScanError::Utf16),
        // It may be the start of a mark.
        [0xEF | 0xFE | 0xFF] | [0xEF, 0xBB] | [] if !ended => return Ok(None),
        _ => 0,
    };
    let enough = ended || bytes.len() >= 4096;
    if enough && memchr::memchr(b'\n', bytes).is_none() && memchr::memchr(b'\r', bytes).is_some() {
        return Err(ScanError::LoneReturns);
    }
    let mut ends = memchr::memchr_iter(b'\n', bytes).map(|n| n + 1);
    Ok(if lines_above == 0 { Some(mark) } else { ends.nth(lines_above - 1) })
}

pub(super) fn header_too_long() -> ScanError {
    ScanError::Header { code: FaultCode::RowTooLong, reason: "the lines above it are longer than the limit of a row".to_owned() }
}

/// Whether a cell without quotes holds a carriage return, which no column name does: the lines end in them.
pub(super) fn has_lone_return(bytes: &[u8], start: usize, ends: &[u32]) -> bool {
    let starts = std::iter::once(start).chain(ends.iter().map(|&e| e as usize + 1));
    starts
        .zip(ends)
        .map(|(from, &to)| &bytes[from..to as usize])
        .any(|cell| !cell.starts_with(b"\"") && memchr::memchr(b'\r', cell).is_some())
}

/// The unquoted names of a header whose cells end at `ends`.
pub(super) fn header_names(bytes: &[u8], start: usize, ends: &[u32]) -> Result<Vec<String>, ScanError> {
    let mut scratch = Vec::new();
    let mut from = start;
    let mut names = Vec::with_capacity(ends.len());
    for &end in ends {
        let raw = &bytes[from..end as usize];
        let name = std::str::from_utf8(cells::unquote(raw, &mut scratch)).map_err(|_| ScanError::HeaderNotUtf8 { column: names.len() })?;
        names.push(name.to_owned());
        from = end as usize + 1;
    }
    Ok(names)
}
