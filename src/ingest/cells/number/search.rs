//! Finding out how a column writes its numbers, from all its values.

use std::fmt;

use super::style::Bare;
use super::{DecimalMark, NumberStyle, number, number_in};

/// How a column writes its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundNumbers {
    /// The simplest style that reads them all.
    pub style: NumberStyle,
    /// Whether they are percentages.
    pub is_percent: bool,
}

/// Why no style was found.
#[derive(Debug, Clone, PartialEq)]
pub enum NumberProblem {
    /// No value was fed.
    NoValues,
    /// No value proves whether a mark is of decimals or of thousands.
    Ambiguous {
        /// A value that reads both ways.
        example: String,
        /// Its line.
        line: u64,
        /// Its value if the mark is of decimals.
        decimal_reading: f64,
        /// Its value if the mark is of thousands.
        thousands_reading: f64,
    },
    /// Most values are no numbers.
    Unknown {
        /// The first of them.
        example: String,
        /// Its line.
        line: u64,
    },
    /// Two values that no one style reads, or a percentage beside a plain number.
    Mixed {
        /// The earlier value and its line.
        first: (String, u64),
        /// The later one.
        other: (String, u64),
    },
}

impl fmt::Display for NumberProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoValues => f.write_str("no value"),
            Self::Ambiguous { example, line, decimal_reading, thousands_reading } => {
                write!(f, "{example:?} on line {line} may be {decimal_reading} or {thousands_reading}, and no other value decides it")
            }
            Self::Unknown { example, line } => write!(f, "{example:?} on line {line} is no number"),
            Self::Mixed { first, other } => {
                write!(
                    f,
                    "two ways to write numbers in one column: {:?} on line {} and {:?} on line {}",
                    first.0, first.1, other.0, other.1
                )
            }
        }
    }
}

impl NumberProblem {
    /// What to write into the config.
    pub fn answer(&self) -> &'static str {
        match self {
            Self::Ambiguous { .. } => "say which mark comes before the fraction: decimal = \".\" or decimal = \",\"",
            _ => "say how numbers are written: decimal = \",\" and, if there are marks of thousands, thousands = \".\"",
        }
    }
}

type Seen = (String, u64);

/// Narrows the styles a column of numbers may be written in, value by value.
///
/// Whether a mark is of decimals or of thousands is never guessed: `12,5` proves the one, `1,234,567` the other, `1,234` neither.
/// Values no style reads do not stop the search, they are for the reader to refuse, unless there are more of them than of others.
#[derive(Debug)]
pub struct NumberSearch {
    /// Bit `i` is set while [`NumberStyle::ALL`]`[i]` reads every number.
    left: u8,
    read: u64,
    unread: u64,
    first_unread: Option<Seen>,
    /// The values that ruled styles out.
    witnesses: Vec<Seen>,
    /// A value that reads differently with point and comma.
    apart: Option<Seen>,
    percent: Option<Seen>,
    /// A number other than zero that is no percentage.
    other: Option<Seen>,
    problem: Option<NumberProblem>,
}

impl Default for NumberSearch {
    fn default() -> Self {
        Self::new()
    }
}

impl NumberSearch {
    /// A search among all styles.
    pub fn new() -> Self {
        Self {
            left: u8::MAX,
            read: 0,
            unread: 0,
            first_unread: None,
            witnesses: Vec::new(),
            apart: None,
            percent: None,
            other: None,
            problem: None,
        }
    }

    /// Takes a value, trimmed and not empty, into account.
    pub fn feed(&mut self, cell: &[u8], line: u64) {
        if self.problem.is_some() {
            return;
        }
        let is_plain = self.other.is_some() && self.is_plain(cell);
        let reading = if is_plain { u8::MAX } else { styles(cell) };
        if reading == 0 {
            self.unread += 1;
            self.first_unread.get_or_insert_with(|| (text(cell), line));
            return;
        }
        self.read += 1;
        if is_plain {
            return;
        }
        self.narrow(reading, cell, line);
        self.note_percent(cell, line);
    }

    /// Whether all styles left read a value as it stands.
    fn is_plain(&self, cell: &[u8]) -> bool {
        let has_comma = left(self.left).any(|style| style.decimal == DecimalMark::Comma);
        let is_digits = cell.len() < 16 && cell.iter().all(u8::is_ascii_digit);
        is_digits || (!has_comma && number(cell).is_some())
    }

    fn narrow(&mut self, reading: u8, cell: &[u8], line: u64) {
        let left = self.left & reading;
        if left == 0 {
            let against = |(seen, _): &&Seen| styles(seen.as_bytes()) & reading == 0;
            let first = self.witnesses.iter().find(against).or(self.witnesses.last()).cloned().unwrap_or_default();
            self.problem = Some(NumberProblem::Mixed { first, other: (text(cell), line) });
            return;
        }
        if left != self.left {
            self.witnesses.push((text(cell), line));
        }
        self.left = left;
        if self.apart.is_none() && self.readings(cell).is_some_and(|(point, comma)| !same(point, comma)) {
            self.apart = Some((text(cell), line));
        }
    }

    fn note_percent(&mut self, cell: &[u8], line: u64) {
        let is_percent = super::is_percent(cell);
        let slot = if is_percent { &mut self.percent } else { &mut self.other };
        let is_zero = cell.iter().all(|b| !b.is_ascii_digit() || *b == b'0');
        if slot.is_none() && (is_percent || !is_zero) {
            *slot = Some((text(cell), line));
        }
        if let (Some(first), Some(other)) = (&self.percent, &self.other) {
            let (first, other) = if first.1 <= other.1 { (first, other) } else { (other, first) };
            self.problem = Some(NumberProblem::Mixed { first: first.clone(), other: other.clone() });
        }
    }

    /// The readings with a decimal point and with a decimal comma, if styles of both kinds are left.
    fn readings(&self, cell: &[u8]) -> Option<(f64, f64)> {
        let by = |mark| left(self.left).find_map(|style| (style.decimal == mark).then(|| number_in(style, cell))).flatten();
        Some((by(DecimalMark::Point)?, by(DecimalMark::Comma)?))
    }

    /// The style of [`NumberSearch::finish`].
    pub(in crate::ingest::cells) fn style(&self) -> Result<NumberStyle, NumberProblem> {
        self.found().map(|found| found.style)
    }

    /// The style the values fed are written in.
    ///
    /// # Errors
    /// [`NumberProblem`] if there is none, or a value can be read in two ways.
    pub fn finish(self) -> Result<FoundNumbers, NumberProblem> {
        self.found()
    }

    fn found(&self) -> Result<FoundNumbers, NumberProblem> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        if let (Some((example, line)), true) = (&self.first_unread, self.unread > self.read) {
            return Err(NumberProblem::Unknown { example: example.clone(), line: *line });
        }
        if self.read == 0 {
            return Err(NumberProblem::NoValues);
        }
        if let Some((example, line)) = &self.apart
            && let Some((point, comma)) = self.readings(example.as_bytes())
        {
            // The fraction makes it the smaller one.
            let (decimal_reading, thousands_reading) = if point.abs() < comma.abs() { (point, comma) } else { (comma, point) };
            return Err(NumberProblem::Ambiguous { example: example.clone(), line: *line, decimal_reading, thousands_reading });
        }
        let style = left(self.left).next().unwrap_or(NumberStyle::PLAIN);
        Ok(FoundNumbers { style, is_percent: self.percent.is_some() })
    }
}

fn left(bits: u8) -> impl Iterator<Item = NumberStyle> {
    NumberStyle::ALL.into_iter().enumerate().filter(move |(n, _)| bits >> n & 1 == 1).map(|(_, style)| style)
}

/// Bits of the styles that read a value.
fn styles(cell: &[u8]) -> u8 {
    let Some(bare) = Bare::of(cell) else { return 0 };
    let reads = |style: NumberStyle| style.plain(bare.body.as_bytes()).is_some_and(|plain| number(plain.text()).is_some());
    NumberStyle::ALL.into_iter().enumerate().fold(0, |bits, (n, style)| bits | u8::from(reads(style)) << n)
}

fn same(one: f64, other: f64) -> bool {
    one.total_cmp(&other).is_eq()
}

/// As much of a value as a message needs; no number is longer.
fn text(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).chars().take(200).collect()
}
