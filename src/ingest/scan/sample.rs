//! The records of the start of a file, for those who have to find out how it is written.

use super::Limits;
use super::dialect::{Dialect, LineEnd, line_end};
use super::record::{self, Outcome, Rules};
use super::rewrite;

/// A record of a sample; blank lines are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// Offset of its first byte.
    pub(crate) start: usize,
    /// Offset behind its text.
    pub(crate) end: usize,
    /// Offset of the line behind it.
    pub(crate) next: usize,
    /// Ends of its raw cells; `None` if it is not well-formed.
    ends: Option<Vec<u32>>,
}

impl Record {
    /// Number of cells; 0 if it is not well-formed.
    pub(crate) fn width(&self) -> usize {
        self.ends.as_ref().map_or(0, Vec::len)
    }

    /// Its raw cells, quotes included; none if it is not well-formed.
    pub(crate) fn raw_cells<'a>(&'a self, sample: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let ends = self.ends.as_deref().unwrap_or_default();
        let starts = std::iter::once(self.start).chain(ends.iter().map(|&e| e as usize + 1));
        starts.zip(ends).map(|(from, &to)| &sample[from..to as usize])
    }
}

/// The first `most` records of `sample` from `start` on; one that is cut off at the end is left out. `ended` tells that the sample is
/// the whole file.
pub(crate) fn records(sample: &[u8], start: usize, ended: bool, dialect: &Dialect, most: usize) -> Vec<Record> {
    let rules = Rules { dialect: *dialect, columns: usize::MAX, limits: Limits::default() };
    let (mut found, mut at) = (Vec::new(), start);
    while at < sample.len() && found.len() < most {
        let mut ends = Vec::new();
        let (end, next, ends) = match record::record(sample, at, ended, &rules, &mut ends) {
            Outcome::More => break,
            Outcome::Blank { next } => {
                at = next;
                continue;
            }
            Outcome::Row { end, next, .. } => (end, next, Some(ends)),
            Outcome::Bad(bad) => match line_end(sample, bad.resume_after, dialect.line_ends, ended) {
                LineEnd::At { end, next } => (end.max(bad.resume_after), next, None),
                LineEnd::Beyond(_) => break,
            },
        };
        found.push(Record { start: at, end, next, ends });
        at = next;
    }
    found
}

/// The unquoted cells of a record; none if it is not well-formed.
pub(crate) fn texts(sample: &[u8], record: &Record, dialect: &Dialect) -> Vec<Vec<u8>> {
    record.ends.as_ref().map_or_else(Vec::new, |ends| rewrite::texts(sample, record.start, ends, dialect))
}

/// A physical line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    /// Offset behind its text.
    pub(crate) end: usize,
    /// Offset of the next line.
    pub(crate) next: usize,
}

/// The physical line that starts at `from`, or what there is of it.
pub(crate) fn line_at(bytes: &[u8], from: usize, dialect: &Dialect) -> Line {
    match line_end(bytes, from, dialect.line_ends, true) {
        LineEnd::At { end, next } => Line { end, next },
        LineEnd::Beyond(end) => Line { end, next: end },
    }
}
