//! The fast path: accepts the records that are plainly right, and stops before any other.
//!
//! It may stop early as often as it likes, but what it accepts must be what the state machine in [`super::record`] would: a record that
//! starts outside quotes, whose every quote opens at the start of a cell or doubles another, whose every closing quote is followed by
//! a separator, and that has the right number of cells and a length no limit could object to.

use fearless_simd::{Simd, dispatch};

use super::masks::{self, STEP};
use super::record::Rules;
use super::rewrite;
use super::watch::Watch;

/// What rows must look like.
#[derive(Debug)]
pub(super) struct Shape<'a> {
    pub(super) rules: Rules,
    pub(super) watch: &'a Watch,
}

/// What a scan collects.
#[derive(Debug)]
pub(super) struct Lists {
    pub(super) starts: Vec<u32>,
    /// Cell ends; only the first `filled` are meant, the others are room to write to without asking.
    pub(super) ends: Vec<u32>,
    filled: usize,
    /// Ranges that hold non-ASCII bytes and have to be looked at.
    pub(super) dirty: Vec<(usize, usize)>,
    /// Scratch: the cell ends of the record under the state machine.
    pub(super) cells: Vec<u32>,
    /// The rows in the ordinary dialect, if the file is written in another.
    pub(super) text: Vec<u8>,
    /// Where each of these rows stands in the file's own text.
    pub(super) spans: Vec<(u32, u32)>,
}

impl Lists {
    pub(super) fn reusing(mut starts: Vec<u32>, ends: Vec<u32>) -> Self {
        starts.clear();
        Self { starts, ends, filled: 0, dirty: Vec::new(), cells: Vec::new(), text: Vec::new(), spans: Vec::new() }
    }

    /// Accepts the record whose cell ends are in `cells`.
    pub(super) fn take_cells(&mut self, start: usize, end: usize) {
        self.starts.push(start as u32);
        self.ends.truncate(self.filled);
        self.ends.extend_from_slice(&self.cells);
        self.filled = self.ends.len();
        self.dirty.push((start, end));
    }

    /// Accepts the record whose cell ends are in `cells`, written in the ordinary dialect.
    pub(super) fn rewrite_cells(&mut self, bytes: &[u8], start: usize, end: usize, rules: &Rules) {
        let mut scratch = Vec::new();
        let (from, delimiter) = (self.text.len(), rules.dialect.delimiter);
        self.starts.push(from as u32);
        self.spans.push((start as u32, end as u32));
        self.ends.truncate(self.filled);
        let mut cell = start;
        for &cell_end in &self.cells {
            if cell > start {
                self.text.push(delimiter);
            }
            rewrite::write(rewrite::text(&bytes[cell..cell_end as usize], &rules.dialect, &mut scratch), delimiter, &mut self.text);
            self.ends.push(self.text.len() as u32);
            cell = cell_end as usize + 1;
        }
        self.filled = self.ends.len();
        self.dirty.push((from, self.text.len()));
        self.text.push(b'\n');
    }

    /// Drops the room that was not used.
    pub(super) fn finish(&mut self) {
        self.ends.truncate(self.filled);
    }

    #[cold]
    fn make_room(&mut self, filled: usize) {
        let len = (filled + 2 * STEP).max(self.ends.len() * 2).max(self.ends.capacity());
        self.ends.resize(len, 0);
    }

    #[inline(never)]
    fn mark_dirty(&mut self, from: usize, to: usize) {
        match self.dirty.last_mut() {
            Some(last) if last.1 == from => last.1 = to,
            _ => self.dirty.push((from, to)),
        }
    }
}

/// Where the fast path stopped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    /// Start of the first record not accepted.
    pub(super) at: usize,
    /// That record is for the state machine to judge; otherwise the buffer just ended within it.
    pub(super) odd: bool,
    /// There may be newlines within quotes before `at`.
    pub(super) quoted_newline: bool,
}

/// What one step has to know of the one before.
#[derive(Debug, Clone, Copy)]
struct Carry {
    /// All ones while within quotes.
    quoted: u64,
    /// The byte before was a separator or a quote.
    opener: u64,
    /// The byte before closed a quote.
    closed: u64,
    /// The byte before was a carriage return behind a closing quote.
    returned: u64,
}

/// The cell and row ends of a step, and where a quote is out of place.
#[derive(Debug, Clone, Copy)]
struct Marks {
    ends: u64,
    newlines: u64,
    bad: u64,
    quoted_newlines: u64,
}

#[expect(clippy::inline_always, reason = "what is not inlined into the dispatched function does not use its instructions")]
#[inline(always)]
fn marks<S: Simd>(simd: S, bytes: &[u8; STEP], m: masks::Masks, carry: &mut Carry) -> Marks {
    let separators = m.delimiter | m.newline;
    if m.quote | carry.quoted | carry.closed | carry.returned == 0 {
        carry.opener = separators >> 63;
        return Marks { ends: separators, newlines: m.newline, bad: 0, quoted_newlines: 0 };
    }
    let inside = masks::prefix_xor(m.quote) ^ carry.quoted;
    let edges = separators | m.quote;
    let close = m.quote & !inside;
    let behind = close << 1 | carry.closed;
    let returned = behind & masks::returns(simd, bytes);
    let misopened = m.quote & inside & !(edges << 1 | carry.opener);
    let misclosed = behind & !(edges | returned) | (returned << 1 | carry.returned) & !m.newline;
    *carry = Carry { quoted: 0u64.wrapping_sub(inside >> 63), opener: edges >> 63, closed: close >> 63, returned: returned >> 63 };
    Marks { ends: separators & !inside, newlines: m.newline & !inside, bad: misopened | misclosed, quoted_newlines: m.newline & inside }
}

/// The row being collected.
#[derive(Debug, Clone, Copy)]
struct Row {
    start: usize,
    /// Index of its first cell end.
    first: usize,
}

/// Accepts records from `from`, which starts one, on.
pub(super) fn accept(bytes: &[u8], from: usize, shape: &Shape, lists: &mut Lists) -> Stop {
    dispatch!(masks::level(), simd => accept_by(simd, bytes, from, (shape, lists)))
}

#[expect(clippy::inline_always, reason = "what is not inlined into the dispatched function does not use its instructions")]
#[inline(always)]
fn accept_by<S: Simd>(simd: S, bytes: &[u8], from: usize, (shape, lists): (&Shape, &mut Lists)) -> Stop {
    let mut carry = Carry { quoted: 0, opener: 1, closed: 0, returned: 0 };
    let mut row = Row { start: from, first: lists.filled };
    let mut filled = lists.filled;
    let mut quoted_newlines = 0;
    let (steps, rest) = bytes[from..].as_chunks::<STEP>();
    let mut padded = [0; STEP];
    padded[..rest.len()].copy_from_slice(rest);
    let last = (!rest.is_empty()).then_some(&padded);
    let mut base = from;
    let mut odd = false;
    for step in steps.iter().chain(last) {
        let m = masks::masks(simd, step, shape.rules.dialect.delimiter);
        if m.text {
            lists.mark_dirty(base, base + STEP);
        }
        let mut marks = marks(simd, step, m, &mut carry);
        quoted_newlines |= marks.quoted_newlines;
        if base + STEP > bytes.len() {
            marks.bad &= (1 << rest.len()) - 1;
        }
        if marks.bad != 0 {
            let before = (marks.bad & marks.bad.wrapping_neg()) - 1;
            (marks.ends, marks.newlines, odd) = (marks.ends & before, marks.newlines & before, true);
        }
        if filled + 2 * STEP > lists.ends.len() {
            lists.make_room(filled);
        }
        write_ends(&mut lists.ends, filled, base, marks.ends);
        if marks.newlines != 0 {
            odd |= !rows_of(bytes, base, marks, filled, shape, lists, &mut row);
        }
        filled += marks.ends.count_ones() as usize;
        odd |= filled - row.first > shape.rules.columns;
        if odd {
            break;
        }
        base += STEP;
    }
    lists.filled = row.first;
    Stop { at: row.start, odd, quoted_newline: quoted_newlines != 0 }
}

/// Writes the place of every set bit; what it writes behind them is overwritten later.
#[inline]
fn write_ends(ends: &mut [u32], filled: usize, base: usize, mut bits: u64) {
    let mut at = filled;
    while bits != 0 {
        let eight = ends[at..].first_chunk_mut::<8>().expect("room was made for a step");
        for slot in eight {
            *slot = base as u32 + bits.trailing_zeros();
            bits &= bits.wrapping_sub(1);
        }
        at += 8;
    }
}

/// Accepts the rows that end in this step; `false` at one that is not plainly right.
#[inline]
fn rows_of(bytes: &[u8], base: usize, marks: Marks, filled: usize, shape: &Shape, lists: &mut Lists, row: &mut Row) -> bool {
    let mut newlines = marks.newlines;
    while newlines != 0 {
        let bit = newlines & newlines.wrapping_neg();
        newlines ^= bit;
        let newline = base + bit.trailing_zeros() as usize;
        let last = filled + (marks.ends & (bit - 1)).count_ones() as usize;
        let end = if newline > row.start && bytes[newline - 1] == b'\r' { newline - 1 } else { newline };
        let len = end - row.start;
        let plain = last + 1 - row.first == shape.rules.columns && len != 0 && len <= shape.rules.plain_length();
        if !plain {
            return false;
        }
        lists.ends[last] = end as u32;
        if shape.watch.is_suspect(bytes, row.start, &lists.ends[row.first..=last], &shape.rules.dialect) {
            return false;
        }
        lists.starts.push(row.start as u32);
        *row = Row { start: newline + 1, first: last + 1 };
    }
    true
}
