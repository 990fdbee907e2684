//! How a file is written: what separates cells and lines, what quotes them, and where the header stands.

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnds {
    /// LF or CRLF, mixed as they come; a carriage return elsewhere is text.
    #[default]
    Feed,
    /// CR, LF or CRLF, mixed as they come.
    Any,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Between cells; one ASCII byte.
    pub delimiter: u8,
    /// Around cells that hold other structural bytes; `None` if quotes are text.
    pub quote: Option<u8>,
    /// Takes the meaning off the structural byte behind it. Quotes may be doubled besides. `None`: they are doubled only.
    pub escape: Option<u8>,
    /// What ends a line.
    pub line_ends: LineEnds,
    /// Spaces behind a delimiter belong to it, and so do those between a closing quote and the next one.
    pub blanks: bool,
    /// Physical lines above the header (or above the first row, where there is none).
    pub lines_above: usize,
    /// Records that make up the header: their names are joined by a space. 0: all records are rows.
    pub header_rows: usize,
}

impl Dialect {
    /// Cells between `delimiter`, quotes doubled within quotes, a header on the first line.
    pub const fn ordinary(delimiter: u8) -> Self {
        let line_ends = LineEnds::Feed;
        Self { delimiter, quote: Some(b'"'), escape: None, line_ends, blanks: false, lines_above: 0, header_rows: 1 }
    }

    /// Whether the fast path reads it; where the header stands does not matter.
    pub(super) fn is_ordinary(&self) -> bool {
        let plain = Self { lines_above: 0, header_rows: 1, ..*self };
        plain == Self::ordinary(self.delimiter)
    }

    /// A byte that cannot play the part it is given, if there is one.
    pub(super) fn impossible(&self) -> Option<u8> {
        let structural = |b: u8| matches!(b, b'\n' | b'\r') || !b.is_ascii();
        let delimiter =
            Some(self.delimiter).filter(|&d| structural(d) || d == 0 || d == b'"' || Some(d) == self.quote || (self.blanks && d == b' '));
        let quote = self.quote.filter(|&q| structural(q) || q == b' ');
        let escape = self.escape.filter(|&e| structural(e) || e == self.delimiter || e == b' ');
        delimiter.or(quote).or(escape)
    }
}

/// Lines that end in `bytes`.
pub(crate) fn count_lines(bytes: &[u8], ends: LineEnds) -> u64 {
    let feeds = memchr::memchr_iter(b'\n', bytes).count();
    let returns = || memchr::memchr_iter(b'\r', bytes).filter(|&n| bytes.get(n + 1) != Some(&b'\n')).count();
    (feeds + if ends == LineEnds::Any { returns() } else { 0 }) as u64
}

/// The end of the line that `from` is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnd {
    /// Its text ends at `end`, the next line starts at `next`.
    At { end: usize, next: usize },
    /// Not known up to this offset.
    Beyond(usize),
}

/// Finds the end of the line that `from` is in; the end of the file ends it too.
pub(super) fn line_end(bytes: &[u8], from: usize, ends: LineEnds, ended: bool) -> LineEnd {
    let rest = &bytes[from..];
    let found = match ends {
        LineEnds::Feed => memchr::memchr(b'\n', rest),
        LineEnds::Any => memchr::memchr2(b'\n', b'\r', rest),
    };
    match found.map(|n| from + n) {
        Some(at) if bytes[at] == b'\n' => LineEnd::At { end: at - usize::from(at > from && bytes[at - 1] == b'\r'), next: at + 1 },
        Some(at) if at + 1 == bytes.len() && !ended => LineEnd::Beyond(at),
        Some(at) => LineEnd::At { end: at, next: at + 1 + usize::from(bytes.get(at + 1) == Some(&b'\n')) },
        None if ended => LineEnd::At { end: bytes.len(), next: bytes.len() },
        None => LineEnd::Beyond(bytes.len()),
    }
}
