//! What is wrong with a well-formed record: its number of cells, or that it is no row of the table at all.

use std::collections::BTreeSet;

use super::ahead::SAMPLE;
use super::dialect::{LineEnd, line_end};
use super::fast::Shape;
use super::fault::FaultCode;
use super::look::{Look, LookCount, could_be_names, looks};
use super::record::{self, Outcome, Rules};
use super::rewrite;
use super::watch::is_total;

/// A well-formed record, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) start: usize,
    /// Start of the record behind it.
    pub(super) next: usize,
    /// Cells it has.
    pub(super) cells: usize,
    /// Ends of the first cells, no more than the table has columns.
    pub(super) ends: &'a [u32],
    /// An empty line stands above it.
    pub(super) below_blank: bool,
    /// No byte follows `bytes`.
    pub(super) ended: bool,
}

/// What a well-formed record is.
#[derive(Debug)]
pub(super) enum Verdict {
    Row,
    Fault(FaultCode, Option<usize>, String),
    /// The header of a second table: nothing from here on belongs to the first.
    SecondTable,
    /// That shows only in the bytes below it.
    More,
}

/// Judges a well-formed record.
pub(super) fn judge(at: Candidate, shape: &Shape) -> Verdict {
    let columns = shape.rules.columns;
    if at.cells == columns {
        let suspect = at.below_blank || shape.watch.is_suspect(at.bytes, at.start, at.ends, &shape.rules.dialect);
        return if suspect { judge_suspect(at, shape) } else { Verdict::Row };
    }
    let (code, column) = if at.cells < columns { (FaultCode::MissingCell, at.cells) } else { (FaultCode::ExtraCell, columns) };
    let fault = Verdict::Fault(code, Some(column), format!("{} cells where the header has {columns}", at.cells));
    match starts_another_width(at, shape) {
        None => Verdict::More,
        Some(true) => Verdict::SecondTable,
        Some(false) => fault,
    }
}

/// Judges a record of the right width that does not look like a row.
fn judge_suspect(at: Candidate, shape: &Shape) -> Verdict {
    let cells = rewrite::texts(at.bytes, at.start, at.ends, &shape.rules.dialect);
    let is_header = |row: &Vec<Vec<u8>>| row.len() == cells.len() && same_names(row, &cells) == cells.len();
    if shape.watch.header.iter().any(is_header) {
        return Verdict::Fault(FaultCode::RepeatedHeader, None, "the header once more".to_owned());
    }
    if is_total(&cells) {
        return Verdict::Fault(FaultCode::SourceError, Some(0), "a totals row".to_owned());
    }
    let is_known = at.below_blank || shape.watch.learnt >= ENOUGH;
    if !is_known || !are_names(&cells) || shape.watch.header.is_empty() {
        return Verdict::Row;
    }
    let text_above_digits = |(cell, look): (&Vec<u8>, &Look)| *look != Look::Digits || Look::of(cell) == Look::Text;
    if !cells.iter().zip(&shape.watch.looks).all(text_above_digits) {
        return Verdict::Row;
    }
    let Some(below) = below(at, shape) else { return Verdict::More };
    let same_width: Vec<&[Vec<u8>]> = below.iter().filter(|row| row.len() == cells.len()).map(Vec::as_slice).collect();
    let differ = |(a, b): (&Look, &Look)| matches!((a, b), (Look::Digits, Look::Text) | (Look::Text, Look::Digits));
    let found = looks(cells.len(), same_width.iter().copied());
    let is_other = same_width.len() > 1 && same_width.len() == below.len() && found.iter().zip(&shape.watch.looks).any(differ);
    if is_other { Verdict::SecondTable } else { Verdict::Row }
}

/// Whether a record of another width is the header of a second table: it repeats most names of the first, or digits stand below its
/// text, and the records below it are as wide as it is. `None` if more bytes are needed to tell.
fn starts_another_width(at: Candidate, shape: &Shape) -> Option<bool> {
    if at.cells < 2 || at.cells > shape.rules.limits.columns || shape.watch.header.is_empty() {
        return Some(false);
    }
    let mut ends = Vec::new();
    let rules = Rules { columns: usize::MAX, ..shape.rules };
    record::record(at.bytes, at.start, at.ended, &rules, &mut ends);
    let cells = rewrite::texts(at.bytes, at.start, &ends, &shape.rules.dialect);
    if !are_names(&cells) {
        return Some(false);
    }
    let below = below(at, shape)?;
    let as_wide: Vec<&[Vec<u8>]> = below.iter().filter(|row| row.len() == cells.len()).map(Vec::as_slice).collect();
    let known = shape.watch.header.iter().map(|row| same_names(row, &cells)).max().unwrap_or(0);
    let is_known = known >= 2 && known * 5 >= cells.len().min(shape.rules.columns) * 4;
    let digits_below = as_wide.len() > 1 && looks(cells.len(), as_wide.iter().copied()).contains(&Look::Digits);
    Some(!as_wide.is_empty() && as_wide.len() * 2 > below.len() && (is_known || digits_below))
}

/// Rows from which the looks of columns are known well enough to tell a header among them.
const ENOUGH: usize = 3;

/// Whether all cells could be names of columns and start with a letter.
fn are_names(cells: &[Vec<u8>]) -> bool {
    let is_letter = |b: &u8| b.is_ascii_alphabetic() || !b.is_ascii();
    could_be_names(cells) && cells.iter().all(|cell| cell.trim_ascii().first().is_some_and(is_letter))
}

/// Names that both have; in the same place, if they are as wide.
fn same_names(header: &[Vec<u8>], cells: &[Vec<u8>]) -> usize {
    if header.len() == cells.len() {
        return header.iter().zip(cells).filter(|(a, b)| a == b).count();
    }
    let known: BTreeSet<&[u8]> = header.iter().map(|c| c.trim_ascii()).filter(|c| !c.is_empty()).collect();
    cells.iter().filter(|c| known.contains(c.trim_ascii())).count()
}

/// Records below a header that are looked at.
const BELOW: usize = 3;

/// The cells of the next records, if the next 64 KiB hold them; `None` if fewer bytes are at hand.
fn below(at: Candidate, shape: &Shape) -> Option<Vec<Vec<Vec<u8>>>> {
    let rest = &at.bytes[at.next..];
    if rest.len() < SAMPLE && !at.ended {
        return None;
    }
    let window = &rest[..rest.len().min(SAMPLE)];
    Some(rows_of(window, at.ended && window.len() == rest.len(), &shape.rules, BELOW, false))
}

/// Rows below the header from which the looks of the columns are learnt.
const LEARNT: usize = 50;

/// How the columns look: from the first rows, down to an empty line, or to names below digits, where another table may start.
/// And how many rows that are.
pub(super) fn learn(window: &[u8], ended: bool, rules: &Rules) -> (Vec<Look>, usize) {
    let rows = rows_of(window, ended, rules, LEARNT, true);
    let mut counts = vec![LookCount::default(); rules.columns];
    let mut learnt = 0;
    for row in rows.iter().filter(|row| row.len() == rules.columns) {
        let mut digits = counts.iter().zip(row).filter(|(count, _)| count.look() == Look::Digits).peekable();
        if digits.peek().is_some() && could_be_names(row) && digits.all(|(_, cell)| Look::of(cell) == Look::Text) {
            break;
        }
        counts.iter_mut().zip(row).for_each(|(count, cell)| count.add(cell));
        learnt += 1;
    }
    (counts.into_iter().map(LookCount::look).collect(), learnt)
}

/// The unquoted cells of the first well-formed records of `window`, of whatever width; on demand no further than to an empty line
/// below one of them.
fn rows_of(window: &[u8], ended: bool, rules: &Rules, most: usize, to_blank: bool) -> Vec<Vec<Vec<u8>>> {
    let rules = Rules { columns: usize::MAX, ..*rules };
    let (mut rows, mut ends, mut from) = (Vec::new(), Vec::new(), 0);
    while from < window.len() && rows.len() < most {
        ends.clear();
        from = match record::record(window, from, ended, &rules, &mut ends) {
            Outcome::More => break,
            Outcome::Blank { .. } if to_blank && !rows.is_empty() => break,
            Outcome::Blank { next } => next,
            Outcome::Bad(bad) => match line_end(window, bad.resume_after, rules.dialect.line_ends, ended) {
                LineEnd::At { next, .. } => next,
                LineEnd::Beyond(_) => break,
            },
            Outcome::Row { next, .. } => {
                rows.push(rewrite::texts(window, from, &ends, &rules.dialect));
                next
            }
        };
    }
    rows
}
