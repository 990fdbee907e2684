//! A piece of a file: whole records, where their cells are, and what was refused.

use std::ops::Range;

use super::dialect::{LineEnds, count_lines};
use super::fault::{self, Fault, FaultCode};

/// Whole records of a file, in file order.
#[derive(Debug, Default)]
pub struct Block {
    /// The text, with what was refused; in the ordinary dialect and without it, if the file is written in another.
    pub bytes: Vec<u8>,
    /// Offset in the file of the first byte the block covers.
    pub first_byte: u64,
    /// Physical line (from 1) of that byte.
    pub first_line: u64,
    /// Cells a row.
    pub columns: usize,
    /// Offset in `bytes` of each accepted row.
    pub starts: Vec<u32>,
    /// Offset in `bytes` behind each cell's raw text (quotes included, line ending not), row by row.
    pub ends: Vec<u32>,
    /// The refused records, in file order.
    pub faults: Vec<Fault>,
    /// Accepted rows that hold U+FFFD: their text was damaged before it came here.
    pub garbled: Vec<u32>,
    /// The file's own text, if `bytes` is not it.
    pub(super) source: Option<Source>,
    pub(super) line_ends: LineEnds,
}

/// Text whose rows had to be written anew.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) bytes: Vec<u8>,
    /// Start and end of each accepted row.
    pub(super) spans: Vec<(u32, u32)>,
}

impl Block {
    /// Accepted rows.
    pub fn rows(&self) -> usize {
        self.starts.len()
    }

    /// The raw text of a cell, quotes included.
    ///
    /// # Panics
    /// If there is no such row or column.
    #[inline]
    pub fn raw(&self, row: usize, column: usize) -> &[u8] {
        assert!(column < self.columns, "column {column} of {}", self.columns);
        let first = row * self.columns;
        let start = if column == 0 { self.starts[row] } else { self.ends[first + column - 1] + 1 };
        &self.bytes[start as usize..self.ends[first + column] as usize]
    }

    /// The raw text of a column's cell in every row, as [`Block::raw`] has it.
    ///
    /// # Panics
    /// If there is no such column.
    pub(crate) fn column(&self, column: usize) -> impl Iterator<Item = &[u8]> {
        assert!(column < self.columns, "column {column} of {}", self.columns);
        let rows = self.ends.chunks_exact(self.columns).zip(&self.starts);
        rows.map(move |(ends, first)| {
            let start = column.checked_sub(1).map_or(*first, |before| ends[before] + 1);
            &self.bytes[start as usize..ends[column] as usize]
        })
    }

    /// Physical line (from 1) on which a row starts. Counts from the start of the block; see [`Block::lines`] for many.
    pub fn line_of(&self, row: usize) -> u64 {
        self.lines().of(row)
    }

    /// For asking the lines of many rows in rising order at the price of one count.
    pub fn lines(&self) -> Lines<'_> {
        Lines { block: self, at: 0, line: self.first_line }
    }

    /// Offset in the file of a row's first byte.
    pub fn byte_of(&self, row: usize) -> u64 {
        self.first_byte + self.place(row) as u64
    }

    /// A row's text as it stands in the file, without its line ending.
    pub fn source_bytes(&self, row: usize) -> &[u8] {
        match &self.source {
            Some(source) => &source.bytes[source.spans[row].0 as usize..source.spans[row].1 as usize],
            None => self.row_bytes(row),
        }
    }

    /// Where the last record starts, be it a row or what was refused as one, and whether it was refused: here, or by whoever typed its cells.
    pub(crate) fn last_record(&self, is_refused: impl Fn(usize) -> bool) -> Option<(u64, bool)> {
        let row = self.rows().checked_sub(1).map(|row| (self.byte_of(row), is_refused(row)));
        row.max(self.faults.last().map(|fault| (fault.byte, true)))
    }

    /// Offset of a row in the file's own text.
    fn place(&self, row: usize) -> usize {
        self.source.as_ref().map_or(self.starts[row], |s| s.spans[row].0) as usize
    }

    fn source_text(&self) -> &[u8] {
        self.source.as_ref().map_or(&self.bytes, |s| &s.bytes)
    }

    /// A row's text without its line ending, its cells separated and quoted as [`Block::raw`] has them.
    pub fn row_bytes(&self, row: usize) -> &[u8] {
        &self.bytes[self.span(row)]
    }

    fn span(&self, row: usize) -> Range<usize> {
        self.starts[row] as usize..self.ends[(row + 1) * self.columns - 1] as usize
    }

    /// Refuses rows that are not UTF-8 and notes the garbled ones. Only the `dirty` ranges can hold either.
    pub(super) fn check_text(&mut self, dirty: &[(usize, usize)]) {
        let spans = joined(self.bytes.len(), dirty);
        let broken: Vec<_> = spans.iter().filter(|s| std::str::from_utf8(&self.bytes[(*s).clone()]).is_err()).cloned().collect();
        if !broken.is_empty() {
            self.refuse_broken(&broken);
        }
        let search = memchr::memmem::Finder::new("\u{FFFD}");
        let found = spans.iter().flat_map(|span| search.find_iter(&self.bytes[span.clone()]).map(|n| span.start + n));
        let mut garbled: Vec<u32> = found.filter_map(|at| self.row_at(at)).collect();
        garbled.dedup();
        self.garbled = garbled;
        self.faults.sort_by_key(|f| f.byte);
    }

    /// The accepted row that holds a byte.
    fn row_at(&self, at: usize) -> Option<u32> {
        let row = self.starts.partition_point(|&s| s as usize <= at).checked_sub(1)?;
        (at < self.span(row).end).then_some(row as u32)
    }

    /// Turns the rows within `broken` that are not UTF-8 into faults.
    fn refuse_broken(&mut self, broken: &[Range<usize>]) {
        let mut refused = vec![false; self.rows()];
        for span in broken {
            let from = self.starts.partition_point(|&s| s as usize <= span.start).saturating_sub(1);
            let to = self.starts.partition_point(|&s| (s as usize) < span.end);
            for (row, refuse) in refused.iter_mut().enumerate().take(to).skip(from) {
                *refuse = std::str::from_utf8(self.row_bytes(row)).is_err();
            }
        }
        let mut faults = std::mem::take(&mut self.faults);
        let mut lines = self.lines();
        faults.extend((0..self.rows()).filter(|&r| refused[r]).map(|row| self.encoding_fault(row, &mut lines)));
        self.faults = faults;
        self.drop_rows(&refused);
    }

    fn encoding_fault(&self, row: usize, lines: &mut Lines) -> Fault {
        let column = (0..self.columns).find(|&c| std::str::from_utf8(self.raw(row, c)).is_err());
        Fault {
            code: FaultCode::EncodingError,
            line: lines.of(row),
            byte: self.byte_of(row),
            column,
            raw: fault::excerpt(self.source_bytes(row)),
            reason: "bytes that are not UTF-8".to_owned(),
        }
    }

    fn drop_rows(&mut self, refused: &[bool]) {
        let mut kept = 0;
        for row in (0..refused.len()).filter(|&r| !refused[r]) {
            self.starts[kept] = self.starts[row];
            self.ends.copy_within(row * self.columns..(row + 1) * self.columns, kept * self.columns);
            if let Some(source) = &mut self.source {
                source.spans[kept] = source.spans[row];
            }
            kept += 1;
        }
        self.starts.truncate(kept);
        self.ends.truncate(kept * self.columns);
    }
}

/// Tells the lines of rows asked for in rising order.
#[derive(Debug)]
pub struct Lines<'a> {
    block: &'a Block,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// Physical line (from 1) on which a row starts.
    ///
    /// # Panics
    /// If the row is above one asked for before.
    pub fn of(&mut self, row: usize) -> u64 {
        let to = self.block.place(row);
        self.line += count_lines(&self.block.source_text()[self.at..to], self.block.line_ends);
        self.at = to;
        self.line
    }
}

/// The ranges in file order, joined where they touch. The text of an accepted row is never cut within a character by their ends;
/// what was refused may be.
fn joined(len: usize, dirty: &[(usize, usize)]) -> Vec<Range<usize>> {
    let mut sorted = dirty.to_vec();
    sorted.sort_unstable();
    let mut spans: Vec<Range<usize>> = Vec::new();
    for (from, to) in sorted {
        let (from, to) = (from.min(len), to.min(len));
        match spans.last_mut() {
            Some(last) if last.end >= from => last.end = last.end.max(to),
            _ => spans.push(from..to),
        }
    }
    spans
}
