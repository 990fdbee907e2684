//! Ways to read a damaged line, and which of them fits the table best.

use std::cmp::Ordering;

use crate::ingest::scan::{Dialect, Look, records, texts};

/// One way to read a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) cells: Vec<Vec<u8>>,
    /// What separates them.
    delimiter: u8,
    /// How much had to be assumed; less is better.
    pub(super) cost: i32,
}

/// How quotes are taken.
#[derive(Debug, Clone, Copy, Default)]
struct Quotes {
    /// Two quotes within quotes are two, not one.
    single: bool,
    /// The quote that opens this cell (from 0, of those that open one) is text.
    text: Option<usize>,
    /// A quote within an unquoted cell opens the next one: the delimiter before it was lost.
    opens: bool,
    /// Of the doubled quotes, this one (from 0) closes a cell and opens the next.
    parts: Option<usize>,
}

/// Most stray quotes of a line that are tried one by one.
const TRIED: usize = 64;

/// Every reading of a line.
pub(super) fn readings(line: &[u8], dialect: &Dialect) -> Vec<Reading> {
    let mut out = Vec::new();
    let mut add = |quotes: Quotes, cost| out.push(Reading { cells: cells(line, dialect, quotes), delimiter: dialect.delimiter, cost });
    add(Quotes::default(), 0);
    add(Quotes { single: true, ..Quotes::default() }, 2);
    add(Quotes { opens: true, ..Quotes::default() }, 1);
    let quotes = dialect.quote.map_or(0, |q| memchr::memchr_iter(q, line).take(TRIED).count());
    for n in 0..quotes {
        add(Quotes { text: Some(n), ..Quotes::default() }, 1);
        add(Quotes { parts: Some(n), ..Quotes::default() }, 2);
    }
    let others = [b';', b'\t', b'|', b',', b' '].into_iter().filter(|d| *d != dialect.delimiter);
    for delimiter in others {
        let other = Dialect { delimiter, blanks: false, ..*dialect };
        out.push(Reading { cells: cells(line, &other, Quotes::default()), delimiter, cost: 3 });
    }
    out
}

/// The record at `at` read by the rules, if it is well-formed.
pub(super) fn plain(bytes: &[u8], at: usize, dialect: &Dialect) -> Option<(Vec<Vec<u8>>, usize, usize, usize)> {
    let found = records(bytes, at, true, dialect, 1);
    let record = found.first()?;
    Some((texts(bytes, record, dialect), record.start, record.end, record.next))
}

/// The cells of a line; no quote makes it fail.
fn cells(line: &[u8], dialect: &Dialect, quotes: Quotes) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let (mut at, mut opened, mut doubled) = (0, 0, 0);
    loop {
        if dialect.blanks {
            at += line[at..].iter().take_while(|b| **b == b' ').count();
        }
        let is_open = line.get(at).is_some_and(|b| Some(*b) == dialect.quote);
        let is_text = is_open && quotes.text == Some(opened);
        opened += usize::from(is_open);
        let quoted = if is_open && !is_text { within(line, at, dialect, quotes, &mut doubled) } else { None };
        let (cell, end) = quoted.unwrap_or_else(|| bare(line, at, dialect, quotes));
        out.push(cell);
        match line.get(end) {
            Some(b) if *b == dialect.delimiter => at = end + 1,
            Some(_) => at = end,
            None => return out,
        }
    }
}

/// The text of a quoted cell, and where it ends; `None` if no quote closes it.
fn within(line: &[u8], start: usize, dialect: &Dialect, quotes: Quotes, doubled: &mut usize) -> Option<(Vec<u8>, usize)> {
    let quote = dialect.quote?;
    let (mut text, mut at) = (Vec::new(), start + 1);
    while at < line.len() {
        let (byte, next) = (line[at], line.get(at + 1).copied());
        let is_escape = Some(byte) == dialect.escape && byte != quote && next == Some(quote);
        if is_escape {
            text.push(quote);
            at += 2;
            continue;
        }
        if byte != quote {
            text.push(byte);
            at += 1;
            continue;
        }
        let blanks = if dialect.blanks { line[at + 1..].iter().take_while(|b| **b == b' ').count() } else { 0 };
        let behind = line.get(at + 1 + blanks).copied();
        let is_pair = next == Some(quote) && !quotes.single;
        if is_pair && at + 2 < line.len() {
            *doubled += 1;
            if quotes.parts == Some(*doubled - 1) {
                return Some((text, at + 1));
            }
        }
        match behind {
            None => return Some((text, line.len())),
            Some(b) if b == dialect.delimiter => return Some((text, at + 1 + blanks)),
            _ => text.push(quote),
        }
        at += 1 + usize::from(is_pair);
    }
    None
}

/// The text of a cell without quotes, and where it ends.
fn bare(line: &[u8], start: usize, dialect: &Dialect, quotes: Quotes) -> (Vec<u8>, usize) {
    let mut at = start;
    while at < line.len() && line[at] != dialect.delimiter {
        let is_opened = quotes.opens && at > start && Some(line[at]) == dialect.quote;
        if is_opened && within(line, at, dialect, Quotes::default(), &mut 0).is_some() {
            break;
        }
        at += 1;
    }
    (line[start..at].to_vec(), at)
}

/// The reading that fits the columns best, cut or filled to their number.
pub(super) fn best(readings: Vec<Reading>, looks: &[Look]) -> Vec<Vec<u8>> {
    let shaped = readings.into_iter().flat_map(|reading| shaped(reading, looks.len()));
    let scored = shaped.map(|reading| (fitness(&reading.cells, looks) - reading.cost, reading));
    // Of readings that fit equally well the first.
    let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, reading)| reading.cells).unwrap_or_default()
}

/// Twice the cells that look as their column does, less those that do not, and less for quotes that stand alone.
fn fitness(cells: &[Vec<u8>], looks: &[Look]) -> i32 {
    let one = |(cell, look): (&Vec<u8>, &Look)| {
        let is_odd = memchr::memchr_iter(b'"', cell).count() % 2 == 1;
        let stray = i32::from(cell.first() == Some(&b'"')) + i32::from(is_odd);
        match (Look::of(cell), look) {
            (found, look) if found == *look => 2 - stray,
            (_, Look::Mixed) => 1 - stray,
            (Look::Empty, _) => 0,
            _ => -3 - stray,
        }
    };
    cells.iter().zip(looks).map(one).sum()
}

/// The ways to give a reading the right number of cells.
fn shaped(reading: Reading, columns: usize) -> Vec<Reading> {
    match reading.cells.len().cmp(&columns) {
        Ordering::Equal => vec![reading],
        Ordering::Less => filled(&reading, columns),
        Ordering::Greater => joined(&reading, columns),
    }
}

/// With empty cells for the missing ones, together, anywhere.
fn filled(reading: &Reading, columns: usize) -> Vec<Reading> {
    let count = reading.cells.len();
    let missing = columns - count;
    let at = |at: usize| {
        let mut cells = reading.cells.clone();
        cells.splice(at..at, std::iter::repeat_n(Vec::new(), missing));
        // At the end, if nothing speaks for another place.
        Reading { cells, cost: reading.cost + 2 * missing as i32 + i32::from(at < count), ..*reading }
    };
    (0..=count.min(TRIED)).rev().map(at).collect()
}

/// With the cells that are too many joined to their neighbour, or left out if they are empty.
fn joined(reading: &Reading, columns: usize) -> Vec<Reading> {
    let cells = &reading.cells;
    let extra = cells.len() - columns;
    let mut out = Vec::new();
    let mut add = |cells: Vec<Vec<u8>>, cost: i32| out.push(Reading { cells, cost: reading.cost + cost, ..*reading });
    for at in 0..columns.min(TRIED) {
        let pieces = &cells[at..=at + extra];
        let kept = |cell: Vec<u8>| [&cells[..at], &[cell], &cells[at + extra + 1..]].concat();
        let is_alike = pieces.iter().all(|piece| Look::of(piece) == Look::of(&pieces[0]));
        // A comma with a space behind it stands in a text.
        let is_text = reading.delimiter == b' ' || pieces[1..].iter().all(|piece| piece.starts_with(b" "));
        add(kept(pieces.join(&reading.delimiter)), 2 + i32::from(!is_alike) + i32::from(!is_text));
        if extra == 1 && cells[at].is_empty() {
            add(kept(cells[at + 1].clone()), 1);
        }
    }
    if cells[columns..].iter().all(Vec::is_empty) {
        add(cells[..columns].to_vec(), 1);
    }
    out
}
