//! What a record is: the scalar state machine that the whole scanner answers to.

use super::Limits;
use super::dialect::{Dialect, LineEnds, count_lines};
use super::fault::FaultCode;

/// How a file is written, and what its records may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) dialect: Dialect,
    /// Cells a record should have; the ends of more are counted but not kept.
    pub(super) columns: usize,
    pub(super) limits: Limits,
}

impl Rules {
    /// A record no longer than this cannot break a limit.
    pub(super) fn plain_length(&self) -> usize {
        self.limits.field.min(self.limits.row)
    }

    /// Whether an empty line is a row: one empty cell, where there is one column and no header that would expect more.
    pub(super) fn blank_is_row(&self) -> bool {
        self.columns == 1 && self.dialect.header_rows == 0
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
        let text = if rules.dialect.blanks { behind_blanks(bytes, cell) } else { cell };
        let found = match bytes.get(text) {
            _ if text - cell >= rules.limits.field => Cell::Bad { code: FaultCode::FieldTooLong, at: text, resume_after: text },
            None if !ended => Cell::More,
            Some(&b) if Some(b) == rules.dialect.quote => quoted(bytes, text, b, ended, rules),
            _ => unquoted(bytes, text, ended, rules),
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

fn behind_blanks(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|b| **b == b' ').count()
}

fn separator(bytes: &[u8], at: usize, ended: bool, dialect: &Dialect) -> Separator {
    let lone = || if dialect.line_ends == LineEnds::Any { Separator::Line(1) } else { Separator::None };
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(&b), _) if b == dialect.delimiter => Separator::Delimiter,
        (Some(b'\n'), _) => Separator::Line(1),
        (Some(b'\r'), Some(b'\n')) => Separator::Line(2),
        (Some(b'\r'), None) if !ended => Separator::More,
        (Some(b'\r'), _) => lone(),
        (Some(_), _) => Separator::None,
        (None, _) if ended => Separator::EndOfFile,
        (None, _) => Separator::More,
    }
}

/// Whether an escape at `at` takes the meaning off the byte behind it; `None` if that byte is not known yet.
pub(super) fn escapes(bytes: &[u8], at: usize, ended: bool, dialect: &Dialect) -> Option<bool> {
    if dialect.escape != bytes.get(at).copied() {
        return Some(false);
    }
    match bytes.get(at + 1) {
        None if !ended => None,
        None => Some(false),
        Some(&b) if dialect.quote.is_some() => Some(Some(b) == dialect.quote || Some(b) == dialect.escape),
        Some(&b) => Some(b == dialect.delimiter || Some(b) == dialect.escape || matches!(b, b'\n' | b'\r')),
    }
}

/// A cell without quotes, which no quote may be part of. An apostrophe may: it quotes some files and stands in the words of all.
fn unquoted(bytes: &[u8], start: usize, ended: bool, rules: &Rules) -> Cell {
    let dialect = &rules.dialect;
    let stray = dialect.quote.filter(|q| *q != b'\'');
    let mut at = start;
    loop {
        let is_long = at - start >= rules.limits.field;
        if dialect.quote.is_none() && dialect.escape.is_some() {
            match escapes(bytes, at, ended, dialect) {
                None => return Cell::More,
                Some(true) if !is_long => {
                    at += 2;
                    continue;
                }
                _ => {}
            }
        }
        match separator(bytes, at, ended, dialect) {
            Separator::More => return Cell::More,
            Separator::None if Some(bytes[at]) == stray => return Cell::Bad { code: FaultCode::StrayQuote, at, resume_after: at },
            Separator::None if is_long => return Cell::Bad { code: FaultCode::FieldTooLong, at, resume_after: at },
            Separator::None => at += 1,
            separator => return Cell::Ends { end: at, separator },
        }
    }
}

/// A cell that starts with a quote.
fn quoted(bytes: &[u8], start: usize, quote: u8, ended: bool, rules: &Rules) -> Cell {
    let cap = start + rules.limits.field;
    let dialect = &rules.dialect;
    let mut at = start + 1;
    loop {
        let window = bytes.get(at..cap.min(bytes.len())).unwrap_or_default();
        let Some(found) = memchr::memchr2(quote, dialect.escape.unwrap_or(quote), window).map(|n| at + n) else {
            let undecided = !ended && bytes.len() < cap;
            // The quote itself is the suspect: what follows its line may be sound records.
            let unterminated = Cell::Bad { code: FaultCode::UnterminatedQuote, at: start, resume_after: start };
            return if undecided { Cell::More } else { unterminated };
        };
        match escapes(bytes, found, ended, dialect) {
            None => return Cell::More,
            Some(true) => at = found + 2,
            Some(false) if bytes[found] != quote => at = found + 1,
            Some(false) => {
                let end = if dialect.blanks { behind_blanks(bytes, found + 1) } else { found + 1 };
                match separator(bytes, end, ended, dialect) {
                    _ if end - start > rules.limits.field + 1 => {
                        return Cell::Bad { code: FaultCode::FieldTooLong, at: end, resume_after: found };
                    }
                    Separator::More => return Cell::More,
                    Separator::None if bytes[found + 1] == quote => at = found + 2,
                    Separator::None => return text_after(bytes, start, found, dialect.line_ends),
                    _ if quote == b'\'' && has_pair(&bytes[start..found]) => {
                        return Cell::Bad { code: FaultCode::StrayQuote, at: start, resume_after: found };
                    }
                    separator => return Cell::Ends { end, separator },
                }
            }
        }
    }
}

/// Whether text between apostrophes holds `""`, which may be one quote or two: some programs double them whatever their own quote is.
fn has_pair(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"\"\"").is_some()
}

/// Text behind the closing quote. If that quote stands lines below the opening one, the opening one is the suspect, as if never closed.
fn text_after(bytes: &[u8], start: usize, quote: usize, ends: LineEnds) -> Cell {
    let one_line = count_lines(&bytes[start..quote], ends) == 0;
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
