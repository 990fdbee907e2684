//! Where the header stands, and how many rows it has.

use super::fit::{Fit, RECORDS};
use super::{Dialect, Text, Told};
use crate::ingest::scan::{self, Look, Record, could_be_names, count_lines, looks};

/// Where the header stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) lines_above: usize,
    pub(super) header_rows: usize,
    /// Evidence for the lines above, and for the header.
    pub(super) above: String,
    pub(super) why: String,
    pub(super) warnings: Vec<String>,
}

/// Records from the top among which the header is looked for.
const DEPTH: usize = 40;

/// Most rows a header is believed to have.
const MOST_ROWS: usize = 4;

/// The records of a file's start, as one dialect cuts them.
struct Rows<'a> {
    text: &'a Text<'a>,
    dialect: &'a Dialect,
    columns: usize,
    records: Vec<Record>,
    cells: Vec<Vec<Vec<u8>>>,
}

/// Finds the header.
pub(super) fn find(text: &Text, told: &Told, fit: &Fit, known: &dyn Fn(&str) -> bool) -> Place {
    let mut start = text.start;
    let skipped = told.lines_above.unwrap_or(usize::from(super::named_delimiter(text.bytes).is_some()));
    (0..skipped).for_each(|_| start = scan::line_at(text.bytes, start, &fit.dialect).next);
    let records = scan::records(text.bytes, start, text.ended, &fit.dialect, RECORDS);
    let cells = records.iter().map(|r| scan::texts(text.bytes, r, &fit.dialect)).collect();
    let rows = Rows { text, dialect: &fit.dialect, columns: fit.columns, records, cells };
    let mut place = rows.place(told, known);
    if let Some(lines) = told.lines_above {
        place.lines_above = lines;
    }
    place.header_rows = told.header_rows.unwrap_or(place.header_rows);
    place
}

impl Rows<'_> {
    fn place(&self, told: &Told, known: &dyn Fn(&str) -> bool) -> Place {
        let known_in = |i: &usize| self.cells[*i].iter().filter(|c| std::str::from_utf8(c).is_ok_and(known)).count();
        let depth = if told.lines_above.is_some() { 1 } else { DEPTH.min(self.records.len()) };
        let least = if self.columns == 1 { 1 } else { 2 };
        // A few cells of a row may be names by chance: one that holds values is believed only if most of it is known.
        let is_believed = |i: &usize| {
            let look = |wanted: Look| self.cells[*i].iter().filter(|c| Look::of(c) == wanted).count();
            let (names, values, empty) = (known_in(i), look(Look::Digits), look(Look::Empty));
            names >= least && (values == 0 || names * 2 >= self.cells[*i].len() - empty)
        };
        let best = (0..depth.min(self.records.len())).rev().filter(is_believed).max_by_key(known_in);
        match best.map(|i| (i, known_in(&i))) {
            Some((i, count)) if told.header_rows != Some(0) => {
                let why = format!("{count} of its {} names are known", self.cells[i].len());
                Place { header_rows: 1, why, ..self.above(i) }
            }
            _ => self.by_looks(told),
        }
    }

    /// Without known names: the first full row is the header, if it differs in kind from what stands below it.
    fn by_looks(&self, told: &Told) -> Place {
        let full = |cells: &Vec<Vec<u8>>| {
            let filled = cells.iter().filter(|c| Look::of(c) != Look::Empty).count();
            cells.len() == self.columns && filled > 0 && filled * 2 >= cells.len() && (filled > 1 || cells.len() < 3)
        };
        let is_fixed = told.lines_above.is_some();
        let first = if is_fixed { 0 } else { self.cells.iter().position(full).unwrap_or(0) };
        if first >= self.cells.len() || told.header_rows == Some(0) {
            return Place { why: "no row looks like one".to_owned(), ..self.above(first) };
        }
        if told.header_rows.is_some() {
            return self.above(first);
        }
        if let Some(why) = self.is_header(first) {
            let (header_rows, above) = (self.header_rows(first), self.above(first));
            return Place { header_rows, why, ..above };
        }
        let damaged = first.checked_sub(1).filter(|i| !is_fixed && self.is_damaged_header(*i));
        if let Some(i) = damaged {
            let warning = format!("the header on line {} does not have the {} cells of the rows below it", self.line(i), self.columns);
            return Place { header_rows: 1, why: "its cells are names".to_owned(), warnings: vec![warning], ..self.above(i) };
        }
        let mut place = Place { why: "its first row looks like the rows below it".to_owned(), ..self.above(first) };
        place.warnings.extend(first.checked_sub(1).and_then(|i| self.other_delimiter(i)));
        place
    }

    /// Why the row at `i` is a header, or the first row of one; `None` if it is not.
    fn is_header(&self, i: usize) -> Option<String> {
        let last = (i + MOST_ROWS).min(self.cells.len());
        let of_several = |j: usize| self.is_above(i, j + 1).filter(|_| (i + 1..=j).all(|row| self.is_above(row, j + 1).is_some()));
        (i..last).take_while(|j| self.cells[*j].len() == self.columns).find_map(of_several)
    }

    /// Why the row at `i` is a header of the rows from `from` on.
    fn is_above(&self, i: usize, from: usize) -> Option<String> {
        let cells = &self.cells[i];
        // The header once more says nothing of what stands below it.
        let below: Vec<&[Vec<u8>]> = self.below(from).into_iter().filter(|row| row != cells).collect();
        let found = looks(self.columns, below.iter().copied());
        let (mut for_it, mut against) = (0, 0);
        for (column, (cell, look)) in cells.iter().zip(&found).enumerate() {
            let repeats = || below.len() > 1 && below.iter().any(|row| row[column] == *cell);
            match (Look::of(cell), look) {
                (Look::Text, Look::Digits) => for_it += 1,
                (Look::Digits, Look::Digits) => against += 1,
                (Look::Text, Look::Text) if repeats() => against += 1,
                (Look::Text, Look::Text)
                    if !has_digit(cell) && below.iter().all(|row| row[column].is_empty() || has_digit(&row[column])) =>
                {
                    for_it += 1;
                }
                _ => {}
            }
        }
        let named: Vec<Vec<u8>> = cells.iter().filter(|c| !c.is_empty()).cloned().collect();
        match (for_it, against) {
            // That is too little to tell the rows of a header apart.
            (0, 0) if from > i + 1 && from > self.first_other(i) => None,
            (0, 0) => could_be_names(&named).then(|| "its cells could be names, and none of them comes up again below".to_owned()),
            _ if for_it > against => Some(format!("{for_it} of its {} cells are text above digits", self.columns)),
            _ => None,
        }
    }

    /// The row behind `i` and its exact copies.
    fn first_other(&self, i: usize) -> usize {
        i + self.cells[i..].iter().take_while(|row| **row == self.cells[i]).count()
    }

    /// Rows of the header that starts at `i`.
    fn header_rows(&self, i: usize) -> usize {
        let is_next = |row: &usize| {
            let (above, cells) = (&self.cells[row - 1], &self.cells[*row]);
            let adjacent = self.records[row - 1].next == self.records[*row].start;
            let names: Vec<&Vec<u8>> = cells.iter().filter(|c| !c.is_empty()).collect();
            let found = looks(self.columns, self.below(row + 1).iter().copied());
            let digits: Vec<&Vec<u8>> = cells.iter().zip(&found).filter(|(_, l)| **l == Look::Digits).map(|(c, _)| c).collect();
            let text = digits.iter().filter(|c| Look::of(c) == Look::Text).count();
            let is_names = names.iter().all(|c| Look::of(c) == Look::Text && !has_digit(c));
            let above_digits = text > 1 && text * 2 >= digits.len() && is_names;
            adjacent && cells.len() == self.columns && (above_digits || cells == above)
        };
        1 + (i + 1..self.cells.len()).take(MOST_ROWS - 1).take_while(is_next).count()
    }

    /// The rows of the table from `i` on.
    fn below(&self, i: usize) -> Vec<&[Vec<u8>]> {
        let rows = self.cells.get(i..).unwrap_or_default();
        rows.iter().filter(|row| row.len() == self.columns).take(100).map(Vec::as_slice).collect()
    }

    /// Whether the record right above the rows is a header with a delimiter too few or too many, or a stray quote.
    fn is_damaged_header(&self, i: usize) -> bool {
        let record = &self.records[i];
        let raw = &self.text.bytes[record.start..record.end];
        let cells: Vec<&[u8]> = match self.cells[i].len() {
            0 => raw.split(|b| *b == self.dialect.delimiter).collect(),
            _ => self.cells[i].iter().map(Vec::as_slice).collect(),
        };
        let strip = |c: &[u8]| Look::of(c.strip_prefix(b"\"").unwrap_or(c)) == Look::Text;
        let filled = cells.iter().filter(|c| Look::of(c) != Look::Empty).count();
        let names = cells.iter().filter(|c| strip(c)).count();
        let adjacent = self.records.get(i + 1).is_some_and(|below| record.next == below.start);
        adjacent && names > 1 && cells.len().abs_diff(self.columns) <= 2.max(self.columns / 5) && names * 5 >= filled * 4
    }

    /// Whether another delimiter makes a header of the record right above the rows.
    fn other_delimiter(&self, i: usize) -> Option<String> {
        let record = &self.records[i];
        let other = other_delimiter(&self.text.bytes[record.start..record.end], self.dialect, self.columns)?;
        let shown = super::quoted(other);
        Some(format!("line {} reads as a header if its cells are separated by {shown}, unlike the rows below it", self.line(i)))
    }

    fn line(&self, i: usize) -> u64 {
        1 + count_lines(&self.text.bytes[..self.records[i].start], self.dialect.line_ends)
    }

    /// The place of record `i`, without a header.
    fn above(&self, i: usize) -> Place {
        let start = self.records.get(i).map_or(self.text.start, |r| r.start);
        let lines_above = count_lines(&self.text.bytes[..start], self.dialect.line_ends) as usize;
        Place { lines_above, above: format!("the table starts on line {}", lines_above + 1), ..Place::default() }
    }
}

fn has_digit(cell: &[u8]) -> bool {
    cell.iter().any(u8::is_ascii_digit)
}

/// The delimiter that cuts a line into as many names as there are `columns`, if another than the dialect's does.
pub(crate) fn other_delimiter(line: &[u8], dialect: &Dialect, columns: usize) -> Option<u8> {
    let cut = |delimiter: &u8| {
        let other = Dialect { delimiter: *delimiter, blanks: false, ..*dialect };
        let records = scan::records(line, 0, true, &other, 2);
        matches!(&records[..], [one] if one.width() == columns && could_be_names(&scan::texts(line, one, &other)))
    };
    [b';', b'\t', b'|', b',', b' '].into_iter().filter(|d| *d != dialect.delimiter && columns > 1).find(cut)
}
