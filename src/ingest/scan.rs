//! A sequential, strict CSV scanner for every [`Dialect`]: every departure from it is reported by line and byte.
//!
//! What a file means is defined by one scalar state machine (`record`), run from the start of the file, and by what `judge` says of
//! its records. In the ordinary dialect most bytes never meet them: `fast` accepts the records that are plainly right, 64 bytes at a
//! step, and hands everything else on. Rows of other dialects are written anew in the ordinary one (`rewrite`), so that readers of
//! cells know of one only; lines, bytes and the text of faults stay those of the file.

mod ahead;
mod block;
mod dialect;
mod fast;
mod fault;
mod header;
mod judge;
mod look;
mod masks;
mod pending;
mod record;
mod rewrite;
mod sample;
#[cfg(test)]
mod tests;
mod walk;
mod watch;

use std::io::Read;

pub use block::{Block, Lines};
pub use dialect::{Dialect, LineEnds};
pub use fault::{Fault, FaultCode, ScanError};
pub(crate) use look::{Look, could_be_names, looks};
pub(crate) use sample::{Record, line_at, records, texts};

use ahead::{Ahead, SAMPLE};
use block::Source;
pub(crate) use dialect::count_lines;
use fast::{Lists, Shape};
use pending::Blanks;
use record::Rules;
use walk::{State, Walk};
use watch::Watch;

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
    reader: Ahead<R>,
    rules: Rules,
    names: Vec<String>,
    watch: Watch,
    block_bytes: usize,
    /// Bytes read but not yet part of a block; the next block starts with them.
    tail: Vec<u8>,
    /// Place of the first byte of `tail` in the file.
    byte: u64,
    state: State,
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
    /// Reads the header (a byte order mark before it is dropped) and stands before the first row.
    ///
    /// `block_bytes` is the size of the buffer a block is read into; 1 to 4 MiB is best.
    ///
    /// # Errors
    /// [`ScanError`] when the file is empty, cannot be read, is UTF-16, or its header is blank, broken, not UTF-8 or too wide; or when
    /// a byte of the dialect cannot play its part (a delimiter that is a quote, a line ending, NUL, or not ASCII).
    pub fn open(reader: R, dialect: &Dialect, limits: Limits, block_bytes: usize) -> Result<Self, ScanError> {
        if let Some(byte) = dialect.impossible() {
            return Err(ScanError::Delimiter(byte));
        }
        let mut scanner = Self {
            reader: Ahead::new(reader),
            rules: Rules { dialect: *dialect, columns: 0, limits: limits.clamped() },
            names: Vec::new(),
            watch: Watch::default(),
            block_bytes: block_bytes.clamp(64, 1 << 30),
            tail: Vec::new(),
            byte: 0,
            state: State::default(),
            blanks: Blanks::default(),
            ended: false,
            last_byte: None,
            spare: None,
            rows_before: 0,
            scalar_only: !dialect.is_ordinary(),
        };
        scanner.read_header()?;
        Ok(scanner)
    }

    /// The column names: unquoted, otherwise as they stand in the file. `column 1`, `column 2`, … if it has no header.
    pub fn header(&self) -> &[String] {
        &self.names
    }

    /// Checks that the header is the `expected` one, name by name; blanks around names do not count.
    ///
    /// # Errors
    /// [`ScanError::OtherHeader`] with the first column that differs.
    pub fn expect_header(&self, expected: &[&str]) -> Result<(), ScanError> {
        let (found, wanted) = (|c: usize| self.names.get(c).map(|n| n.trim()), |c: usize| expected.get(c).map(|n| n.trim()));
        match (0..self.names.len().max(expected.len())).find(|&c| found(c) != wanted(c)) {
            None => Ok(()),
            Some(column) => {
                let (found, expected) = (found(column).map(str::to_owned), wanted(column).map(str::to_owned));
                Err(ScanError::OtherHeader { column, found, expected })
            }
        }
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
            let used = self.scan(&mut block, bytes);
            if block.rows() > 0 || !block.faults.is_empty() {
                return Ok(Some(block));
            }
            if used == 0 {
                // One record fills the buffer. Twice as much each time, so that looking at it again and again stays cheap.
                target = self.block_bytes.max(self.tail.len() * 2);
            }
            (block.first_byte, block.first_line) = (self.byte, self.state.line);
        }
        Ok(None)
    }

    /// Whether the file's last byte ends a line (an empty file: no). Known once [`Scanner::next_block`] has returned `None`.
    pub fn has_final_newline(&self) -> bool {
        self.last_byte == Some(b'\n') || (self.last_byte == Some(b'\r') && self.rules.dialect.line_ends == LineEnds::Any)
    }

    /// Whether the file may have been cut off: its last line does not end as lines do. Known once [`Scanner::next_block`] has
    /// returned `None`.
    ///
    /// The last record is kept if it has all its cells; that its last cell is whole is not known. Some products never end the last
    /// line: then all their files are like this one, and a caller that sees them all may take that for an answer.
    pub fn is_cut_off(&self) -> bool {
        self.last_byte.is_some() && !self.has_final_newline()
    }

    /// Bytes of the file that the blocks so far (and the header) have covered.
    pub fn position(&self) -> u64 {
        self.byte
    }

    /// Gives a block's memory back, to be used again by a later block. Optional; saves page faults.
    pub fn recycle(&mut self, block: Block) {
        self.spare = Some(block);
    }

    /// The same scanner without its fast path: for tests that compare the two.
    #[must_use]
    pub fn without_fast_path(mut self) -> Self {
        self.scalar_only = true;
        self
    }

    fn fresh_block(&mut self) -> Block {
        let mut block = self.spare.take().unwrap_or_else(|| {
            let (starts, ends) = (Vec::with_capacity(self.rows_before), vec![0; self.rows_before * self.rules.columns]);
            Block { starts, ends, ..Block::default() }
        });
        block.starts.clear();
        block.faults.clear();
        block.garbled.clear();
        if let Some(source) = block.source.take() {
            block.bytes = source.bytes;
        }
        (block.first_byte, block.first_line, block.columns) = (self.byte, self.state.line, self.rules.columns);
        block.line_ends = self.rules.dialect.line_ends;
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

    fn read_header(&mut self) -> Result<(), ScanError> {
        let mut target = SAMPLE;
        let found = loop {
            self.reader.look(target);
            if let Some(header) = header::header(self.reader.seen(), self.reader.ended(), &self.rules)? {
                break header;
            }
            if let Some(error) = self.reader.take_error() {
                return Err(ScanError::Io(error));
            }
            target *= 2;
        };
        self.reader.look(found.next + SAMPLE);
        let (seen, ended) = (self.reader.seen(), self.reader.ended());
        let window = &seen[found.next..seen.len().min(found.next + SAMPLE)];
        self.rules.columns = found.names.len();
        let (looks, learnt) = judge::learn(window, ended && found.next + window.len() == seen.len(), &self.rules);
        self.watch = Watch::new(found.rows, looks, learnt);
        self.names = found.names;
        self.state.line += count_lines(&seen[..found.next], self.rules.dialect.line_ends);
        self.byte = found.next as u64;
        self.last_byte = seen[..found.next].last().copied();
        self.reader.skip_to(found.next);
        Ok(())
    }

    /// Fills the block from `bytes`; how many bytes the records decided on cover. The rest waits for the next block.
    fn scan(&mut self, block: &mut Block, mut bytes: Vec<u8>) -> usize {
        let mut lists = Lists::reusing(std::mem::take(&mut block.starts), std::mem::take(&mut block.ends));
        let shape = Shape { rules: self.rules, watch: &self.watch };
        let mut walk = Walk {
            bytes: &bytes,
            first_byte: self.byte,
            ended: self.ended,
            at: 0,
            state: self.state,
            scalar_only: self.scalar_only,
            blanks: &mut self.blanks,
            faults: &mut block.faults,
        };
        walk.run(&shape, &mut lists);
        let used = walk.at;
        self.state = walk.state;
        self.tail.extend_from_slice(&bytes[used..]);
        bytes.truncate(used);
        self.byte += used as u64;
        (block.starts, block.ends) = (lists.starts, lists.ends);
        block.bytes = bytes;
        if !self.rules.dialect.is_ordinary() {
            block.source = Some(Source { bytes: std::mem::replace(&mut block.bytes, lists.text), spans: lists.spans });
        }
        self.rows_before = block.rows() + block.rows() / 16;
        block.check_text(&lists.dirty);
        used
    }
}
