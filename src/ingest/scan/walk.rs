//! The walk through one buffer: the fast path where it goes, the state machine where it does not.

use super::FAULTS_A_BLOCK;
use super::dialect::{LineEnd, count_lines, line_end};
use super::fast::{self, Lists, Shape};
use super::fault::{self, Fault, FaultCode};
use super::judge::{self, Candidate, Verdict};
use super::pending::Blanks;
use super::record::{self, Bad, Outcome};

/// What is known of the file up to the record at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    /// Physical line (from 1) of the record.
    pub(super) line: u64,
    /// The rest of the line belongs to a fault already reported.
    skipping: bool,
    /// An empty line stands above.
    below_blank: bool,
    /// The line on which a second table started.
    second_table: Option<u64>,
}

impl Default for State {
    fn default() -> Self {
        Self { line: 1, skipping: false, below_blank: false, second_table: None }
    }
}

/// The state of the walk through one buffer.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    pub(super) bytes: &'a [u8],
    /// Place of the buffer in the file.
    pub(super) first_byte: u64,
    pub(super) ended: bool,
    /// Start of the first record not yet decided on.
    pub(super) at: usize,
    pub(super) state: State,
    pub(super) scalar_only: bool,
    pub(super) blanks: &'a mut Blanks,
    pub(super) faults: &'a mut Vec<Fault>,
}

impl Walk<'_> {
    pub(super) fn run(&mut self, shape: &Shape, lists: &mut Lists) {
        self.skip_rest_of_line(self.at, shape);
        while self.at < self.bytes.len() && !self.state.skipping && self.faults.len() < FAULTS_A_BLOCK {
            let rows = lists.starts.len();
            let odd = self.fast(shape, lists);
            if lists.starts.len() > rows && self.blanks.confirm(self.faults, FAULTS_A_BLOCK) {
                break;
            }
            let long = self.bytes.len() - self.at > shape.rules.limits.field;
            if !(odd || self.ended || long) || !self.one(shape, lists) {
                break;
            }
        }
        lists.finish();
    }

    /// Runs the fast path from the record at hand; whether it met a record that it leaves to the state machine.
    fn fast(&mut self, shape: &Shape, lists: &mut Lists) -> bool {
        if self.scalar_only || self.state.below_blank || self.state.second_table.is_some() {
            return true;
        }
        let before = lists.starts.len();
        let stop = fast::accept(self.bytes, self.at, shape, lists);
        // Without quoted newlines a row is a line, and nothing needs counting.
        let rows = (lists.starts.len() - before) as u64;
        let counted = || count_lines(&self.bytes[self.at..stop.at], shape.rules.dialect.line_ends);
        self.state.line += if stop.quoted_newline { counted() } else { rows };
        self.at = stop.at;
        stop.odd
    }

    /// Decides on one record by the state machine; `false` if the buffer ends before it can.
    fn one(&mut self, shape: &Shape, lists: &mut Lists) -> bool {
        if self.at == self.bytes.len() {
            return false;
        }
        lists.cells.clear();
        let start = self.at;
        match record::record(self.bytes, start, self.ended, &shape.rules, &mut lists.cells) {
            Outcome::More => return false,
            Outcome::Blank { next } if !shape.rules.blank_is_row() => {
                self.blanks.push(self.first_byte + start as u64, self.state.line, next - start);
                self.pass(next, shape);
                self.state.below_blank = true;
                return true;
            }
            Outcome::Blank { next } => self.row(shape, lists, start, next),
            Outcome::Row { cells, end, next } => {
                if !self.judged(shape, lists, (cells, end, next)) {
                    return false;
                }
            }
            Outcome::Bad(bad) => {
                if !self.refuse(bad, shape) {
                    return false;
                }
            }
        }
        self.state.below_blank = false;
        self.blanks.confirm(self.faults, FAULTS_A_BLOCK);
        true
    }

    /// Takes or refuses a well-formed record, given its number of cells, its end and the start of the next.
    fn judged(&mut self, shape: &Shape, lists: &mut Lists, (cells, end, next): (usize, usize, usize)) -> bool {
        let (bytes, start) = (self.bytes, self.at);
        if let Some(line) = self.state.second_table {
            let reason = format!("it stands below the start of a second table on line {line}");
            self.fault(&bytes[start..end], FaultCode::SourceError, None, reason);
            self.pass(next, shape);
            return true;
        }
        let (below_blank, ended) = (self.state.below_blank, self.ended);
        let candidate = Candidate { bytes, start, next, cells, ends: &lists.cells, below_blank, ended };
        match judge::judge(candidate, shape) {
            Verdict::More => return false,
            Verdict::Row => self.row(shape, lists, end, next),
            Verdict::Fault(code, column, reason) => {
                self.fault(&bytes[start..end], code, column, reason);
                self.pass(next, shape);
            }
            Verdict::SecondTable => {
                self.fault(&bytes[start..end], FaultCode::SourceError, None, "a second table starts here".to_owned());
                self.state.second_table = Some(self.state.line);
                self.pass(next, shape);
            }
        }
        true
    }

    fn row(&mut self, shape: &Shape, lists: &mut Lists, end: usize, next: usize) {
        match shape.rules.dialect.is_ordinary() {
            true => lists.take_cells(self.at, end),
            false => lists.rewrite_cells(self.bytes, self.at, end, &shape.rules),
        }
        self.pass(next, shape);
    }

    /// Refuses a record that is not well-formed, with the rest of its line; `false` if the buffer ends before its text is known.
    fn refuse(&mut self, bad: Bad, shape: &Shape) -> bool {
        let (bytes, start) = (self.bytes, self.at);
        let stop = match line_end(bytes, bad.resume_after, shape.rules.dialect.line_ends, self.ended) {
            LineEnd::At { end, .. } => end.max(bad.resume_after),
            LineEnd::Beyond(end) if end - start < fault::EXCERPT => return false,
            LineEnd::Beyond(end) => end,
        };
        self.fault(&bytes[start..stop], bad.code, bad.column, bad.reason);
        self.state.skipping = true;
        self.skip_rest_of_line(bad.resume_after, shape);
        true
    }

    /// Notes a fault of the record at hand.
    fn fault(&mut self, raw: &[u8], code: FaultCode, column: Option<usize>, reason: String) {
        let byte = self.first_byte + self.at as u64;
        self.faults.push(Fault { code, line: self.state.line, byte, column, raw: fault::excerpt(raw), reason });
    }

    /// If the line is to be skipped, moves behind its end, looking from `from`; or as far as the buffer goes, still skipping.
    fn skip_rest_of_line(&mut self, from: usize, shape: &Shape) {
        if !self.state.skipping {
            return;
        }
        match line_end(self.bytes, from, shape.rules.dialect.line_ends, self.ended) {
            LineEnd::At { next, .. } => {
                self.state.skipping = false;
                self.pass(next, shape);
            }
            LineEnd::Beyond(end) => self.pass(end, shape),
        }
    }

    /// Moves to `next`, counting lines.
    fn pass(&mut self, next: usize, shape: &Shape) {
        self.state.line += count_lines(&self.bytes[self.at..next], shape.rules.dialect.line_ends);
        self.at = next;
    }
}
