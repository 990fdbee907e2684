//! A sequential, strict CSV scanner: RFC 4180 with every departure reported by line and byte.
//!
//! What a file means is defined by one scalar state machine (`record`), run from the start of the file. Most bytes never meet it:
//! `fast` accepts the records that are plainly right, 64 bytes at a step, and hands everything else to the state machine.

mod block;
mod fast;
mod fault;
mod masks;
mod pending;
mod record;
#[cfg(test)]
mod tests;

use std::io::Read;

pub use block::{Block, Lines};
pub use fault::{Fault, FaultCode, ScanError};

use fast::{Lists, Shape};
use pending::Blanks;
use record::{Outcome, Rules};

/// Upper bounds on what one record may hold; they bound the memory a broken file can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest cell, in bytes of raw text (quotes included). Default 1 MiB.
    pub field: usize,
    /// Longest record, in bytes of raw text without its line ending. Default 16 MiB.
    pub row: usize,
    /// Most columns a header may have. Default 4,096.
    pub columns: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { field: 1 << 20, row: 16 << 20, columns: 4096 }
    }
}

impl Limits {
    /// Offsets within a block are `u32`: no limit may let a buffer outgrow them.
    fn clamped(self) -> Self {
        const MOST: usize = 1 << 29;
        Self { field: self.field.clamp(2, MOST), row: self.row.clamp(2, MOST), columns: self.columns.max(1) }
    }
}

/// More faults than this end a block early, so that a file of nothing but faults stays within bounds.
const FAULTS_A_BLOCK: usize = 1 << 16;

/// Reads a CSV file as a sequence of [`Block`]s of whole records.
#[derive(Debug)]
pub struct Scanner<R> {
    reader: R,
    rules: Rules,
    header: Vec<String>,
    header_raw: Vec<u8>,
    block_bytes: usize,
    /// Bytes read but not yet part of a block; the next block starts with them.
    tail: Vec<u8>,
    /// Place of the first byte of `tail` in the file.
    byte: u64,
    line: u64,
    /// The rest of the current physical line belongs to a fault already reported.
    skipping: bool,
    blanks: Blanks,
    ended: bool,
    last_byte: Option<u8>,
    /// Buffers given back by [`Scanner::recycle`].
    spare: Option<Block>,
    /// Rows to make room for in a new block: a few more than the last one had.
    rows_before: usize,
    scalar_only: bool,
}

impl<R: Read> Scanner<R> {
    /// Reads the header record (a byte order mark before it is dropped) and stands before the first row.
    ///
    /// `block_bytes` is the size of the buffer a block is read into; 1 to 4 MiB is best.
    ///
    /// # Errors
    /// [`ScanError`] when the file is empty, cannot be read, is UTF-16, or its header is blank, broken, not UTF-8 or too wide; or when
    /// `delimiter` cannot delimit (a quote, a line ending, NUL, or not ASCII).
    pub fn open(reader: R, delimiter: u8, limits: Limits, block_bytes: usize) -> Result<Self, ScanError> {
        Self::open_below(reader, delimiter, limits, block_bytes, 0)
    }

    /// Like [`Scanner::open`] for a file whose header stands below `lines_above` physical lines, which are passed over.
    ///
    /// # Errors
    /// As [`Scanner::open`].
    pub fn open_below(reader: R, delimiter: u8, limits: Limits, block_bytes: usize, lines_above: usize) -> Result<Self, ScanError> {
        if matches!(delimiter, b'"' | b'\n' | b'\r' | 0) || !delimiter.is_ascii() {
            return Err(ScanError::Delimiter(delimiter));
        }
        let mut scanner = Self {
            reader,
            rules: Rules { delimiter, columns: 0, limits: limits.clamped() },
            header: Vec::new(),
            header_raw: Vec::new(),
            block_bytes: block_bytes.clamp(64, 1 << 30),
            tail: Vec::new(),
            byte: 0,
            line: 1,
            skipping: false,
            blanks: Blanks::default(),
            ended: false,
            last_byte: None,
            spare: None,
            rows_before: 0,
            scalar_only: false,
        };
        scanner.read_header(lines_above)?;
        Ok(scanner)
    }

    /// The column names: unquoted, otherwise as they stand in the file.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The next block of whole records, or `None` after the last. A block holds at least one row or one fault.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn next_block(&mut self) -> std::io::Result<Option<Block>> {
        let mut block = self.fresh_block();
        if self.blanks.drain(&mut block.faults, FAULTS_A_BLOCK) {
            block.bytes.clear();
            return Ok(Some(block));
        }
        let mut target = self.block_bytes.max(self.tail.len());
        while !(self.ended && self.tail.is_empty()) {
            let mut bytes = std::mem::take(&mut block.bytes);
            self.fill(&mut bytes, target)?;
            block.bytes = bytes;
            let used = self.scan(&mut block);
            self.keep_tail(&mut block, used);
            if block.rows() > 0 || !block.faults.is_empty() {
                return Ok(Some(block));
            }
            if used == 0 {
                // One record fills the buffer. Twice as much each time, so that looking at it again and again stays cheap.
                target = self.block_bytes.max(self.tail.len() * 2);
            }
            (block.first_byte, block.first_line) = (self.byte, self.line);
        }
        Ok(None)
    }

    /// Whether the file's last byte ends a line (an empty file: no). Known once [`Scanner::next_block`] has returned `None`.
    pub fn has_final_newline(&self) -> bool {
        self.last_byte == Some(b'\n')
    }

    /// Bytes of the file that the blocks so far (and the header) have covered.
    pub fn position(&self) -> u64 {
        self.byte
    }

    /// Gives a block's memory back, to be used again by a later block. Optional; saves page faults.
    pub fn recycle(&mut self, block: Block) {
        self.spare = Some(block);
    }

    fn fresh_block(&mut self) -> Block {
        let mut block = self.spare.take().unwrap_or_else(|| {
            let (starts, ends) = (Vec::with_capacity(self.rows_before), vec![0; self.rows_before * self.rules.columns]);
            Block { starts, ends, ..Block::default() }
        });
        block.starts.clear();
        block.faults.clear();
        block.garbled.clear();
        (block.first_byte, block.first_line, block.columns) = (self.byte, self.line, self.rules.columns);
        block
    }

    /// Makes `bytes` the tail followed by what the reader gives, up to `target` bytes in all.
    fn fill(&mut self, bytes: &mut Vec<u8>, target: usize) -> std::io::Result<()> {
        if bytes.capacity() < target {
            // A fresh zeroed vector costs no writing; growing the old one would copy it.
            *bytes = vec![0; target];
        } else {
            bytes.resize(target, 0);
        }
        let mut filled = self.tail.len();
        bytes[..filled].copy_from_slice(&self.tail);
        self.tail.clear();
        while filled < target && !self.ended {
            match self.reader.read(&mut bytes[filled..]) {
                Ok(0) => self.ended = true,
                Ok(n) => filled += n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.tail.extend_from_slice(&bytes[..filled]);
                    return Err(e);
                }
            }
        }
        bytes.truncate(filled);
        self.last_byte = bytes.last().copied().or(self.last_byte);
        Ok(())
    }

    /// Cuts `block` after the `used` bytes that its records cover; the rest waits for the next one.
    fn keep_tail(&mut self, block: &mut Block, used: usize) {
        self.tail.extend_from_slice(&block.bytes[used..]);
        block.bytes.truncate(used);
        self.byte += used as u64;
    }

    fn read_header(&mut self, lines_above: usize) -> Result<(), ScanError> {
        let mut bytes = Vec::new();
        let mut target = self.block_bytes.min(1 << 16);
        loop {
            self.fill(&mut bytes, target).map_err(ScanError::Io)?;
            if let Some(next) = self.header_in(&bytes, lines_above)? {
                self.line += newlines(&bytes[..next]);
                self.byte = next as u64;
                self.tail.extend_from_slice(&bytes[next..]);
                return Ok(());
            }
            self.tail.extend_from_slice(&bytes);
            target = self.tail.len() * 2 + 64;
        }
    }

    /// Takes the header out of `bytes`; the offset behind it, or `None` if it needs more bytes.
    fn header_in(&mut self, bytes: &[u8], lines_above: usize) -> Result<Option<usize>, ScanError> {
        let start = match record::header_start(bytes, lines_above, self.ended)? {
            Some(start) if start < bytes.len() => start,
            _ if self.ended => return Err(ScanError::Empty),
            _ if bytes.len() > self.rules.limits.row => return Err(record::header_too_long()),
            _ => return Ok(None),
        };
        let most = self.rules.limits.columns;
        let rules = Rules { columns: most, ..self.rules };
        let mut ends = Vec::new();
        match record::record(bytes, start, self.ended, &rules, &mut ends) {
            Outcome::More => Ok(None),
            Outcome::Blank { .. } => Err(ScanError::BlankHeader),
            Outcome::Bad(bad) => Err(ScanError::Header { code: bad.code, reason: bad.reason }),
            Outcome::Row { .. } if record::has_lone_return(bytes, start, &ends) => Err(ScanError::LoneReturns),
            Outcome::Row { cells, .. } if cells > most => Err(ScanError::TooWide { columns: cells, limit: most }),
            Outcome::Row { next, .. } => {
                self.rules.columns = ends.len();
                self.header_raw = bytes[start..*ends.last().expect("a record has a cell") as usize].to_vec();
                self.header = record::header_names(bytes, start, &ends)?;
                Ok(Some(next))
            }
        }
    }

    /// Fills the block's lists from its bytes; how many bytes the records decided on cover.
    fn scan(&mut self, block: &mut Block) -> usize {
        let bytes = std::mem::take(&mut block.bytes);
        let mut lists = Lists::reusing(std::mem::take(&mut block.starts), std::mem::take(&mut block.ends));
        let shape = Shape { rules: self.rules, header: &self.header_raw };
        let mut walk = Walk {
            bytes: &bytes,
            first_byte: self.byte,
            ended: self.ended,
            at: 0,
            line: self.line,
            skipping: self.skipping,
            scalar_only: self.scalar_only,
        };
        walk.run(&shape, &mut lists, &mut self.blanks, &mut block.faults);
        let (at, line, skipping) = (walk.at, walk.line, walk.skipping);
        (self.line, self.skipping) = (line, skipping);
        block.bytes = bytes;
        (block.starts, block.ends) = (lists.starts, lists.ends);
        self.rows_before = block.rows() + block.rows() / 16;
        block.check_text(&lists.dirty);
        at
    }
}

/// The state of the walk through one buffer.
struct Walk<'a> {
    bytes: &'a [u8],
    first_byte: u64,
    ended: bool,
    /// Start of the first record not yet decided on.
    at: usize,
    /// Physical line of `at`.
    line: u64,
    skipping: bool,
    scalar_only: bool,
}

impl Walk<'_> {
    fn run(&mut self, shape: &Shape, lists: &mut Lists, blanks: &mut Blanks, faults: &mut Vec<Fault>) {
        self.skip_rest_of_line(self.at);
        while self.at < self.bytes.len() && faults.len() < FAULTS_A_BLOCK {
            let rows = lists.starts.len();
            let odd = self.fast(shape, lists);
            if lists.starts.len() > rows && blanks.confirm(faults, FAULTS_A_BLOCK) {
                break;
            }
            let long = self.bytes.len() - self.at > shape.rules.limits.field;
            if !(odd || self.ended || long) || !self.one(shape, lists, blanks, faults) {
                break;
            }
        }
        lists.finish();
    }

    /// Runs the fast path from the record at hand; whether it met a record that it leaves to the state machine.
    fn fast(&mut self, shape: &Shape, lists: &mut Lists) -> bool {
        if self.scalar_only {
            return true;
        }
        let before = lists.starts.len();
        let stop = fast::accept(self.bytes, self.at, shape, lists);
        // Without quoted newlines a row is a line, and nothing needs counting.
        let rows = (lists.starts.len() - before) as u64;
        self.line += if stop.quoted_newline { newlines(&self.bytes[self.at..stop.at]) } else { rows };
        self.at = stop.at;
        stop.odd
    }

    /// Decides on one record by the state machine; `false` if the buffer ends before it can.
    fn one(&mut self, shape: &Shape, lists: &mut Lists, blanks: &mut Blanks, faults: &mut Vec<Fault>) -> bool {
        if self.at == self.bytes.len() {
            return false;
        }
        lists.cells.clear();
        let place = |raw: &[u8], code, column, reason| Fault {
            code,
            line: self.line,
            byte: self.first_byte + self.at as u64,
            column,
            raw: fault::excerpt(raw),
            reason,
        };
        let start = self.at;
        match record::record(self.bytes, start, self.ended, &shape.rules, &mut lists.cells) {
            Outcome::More => return false,
            Outcome::Blank { next } => {
                blanks.push(self.first_byte + start as u64, self.line, next - start);
                self.pass(next);
                return true;
            }
            Outcome::Row { cells, end, next } => {
                match fault::judge(&self.bytes[start..end], cells, shape) {
                    None => lists.take_cells(start, end),
                    Some((code, column, reason)) => faults.push(place(&self.bytes[start..end], code, column, reason)),
                }
                self.pass(next);
            }
            Outcome::Bad(bad) => {
                let rest = &self.bytes[bad.resume_after..];
                let end = memchr::memchr(b'\n', rest);
                let stop = end.map_or(self.bytes.len(), |n| bad.resume_after + n);
                if end.is_none() && !self.ended && stop - start < fault::EXCERPT {
                    return false;
                }
                faults.push(place(fault::without_cr(&self.bytes[start..stop]), bad.code, bad.column, bad.reason));
                self.skipping = true;
                self.skip_rest_of_line(bad.resume_after);
            }
        }
        blanks.confirm(faults, FAULTS_A_BLOCK);
        true
    }

    /// If the line is to be skipped, moves behind its end, looking from `from`; or to the end of the buffer, still skipping.
    fn skip_rest_of_line(&mut self, from: usize) {
        if !self.skipping {
            return;
        }
        let end = memchr::memchr(b'\n', &self.bytes[from..]);
        self.skipping = end.is_none() && !self.ended;
        self.pass(end.map_or(self.bytes.len(), |n| from + n + 1));
    }

    /// Moves to `next`, counting lines.
    fn pass(&mut self, next: usize) {
        self.line += newlines(&self.bytes[self.at..next]);
        self.at = next;
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// The raw cells of the records of `sample`, and `None` for each that is not well-formed; blank lines and a record that is cut off are
/// left out. `ended` tells that the sample is the whole file.
pub(crate) fn records(sample: &[u8], delimiter: u8, ended: bool) -> Vec<Option<Vec<&[u8]>>> {
    let rules = Rules { delimiter, columns: usize::MAX, limits: Limits::default() };
    let (mut found, mut ends, mut at) = (Vec::new(), Vec::new(), 0);
    while at < sample.len() {
        ends.clear();
        match record::record(sample, at, ended, &rules, &mut ends) {
            Outcome::More => break,
            Outcome::Blank { next } => at = next,
            Outcome::Row { next, .. } => {
                let starts = std::iter::once(at).chain(ends.iter().map(|&e| e as usize + 1));
                found.push(Some(starts.zip(&ends).map(|(from, &to)| &sample[from..to as usize]).collect()));
                at = next;
            }
            Outcome::Bad(bad) => {
                found.push(None);
                let rest = &sample[bad.resume_after..];
                at = memchr::memchr(b'\n', rest).map_or(sample.len(), |n| bad.resume_after + n + 1);
            }
        }
    }
    found
}
