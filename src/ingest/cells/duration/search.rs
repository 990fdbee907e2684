//! Finding out how a column writes lengths of time, from its header and all its values.

use std::fmt;

use super::DurationUnit::{self, Clock12, DayFraction, Hms, Iso, Mmss, Seconds, Since1900, Since1970, Words};
use super::Units;
use super::clock::colons;
use super::header::Hint;
use super::units::{is_number, is_zero};
use crate::ingest::cells::number::{NumberProblem, NumberSearch, NumberStyle, number};
use crate::ingest::cells::timestamp;

/// How a column writes lengths of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDurations {
    /// Units that read every value that can be read, each in one way; the most frequent first.
    pub units: Vec<DurationUnit>,
    /// How its bare numbers are written.
    pub style: NumberStyle,
    /// What neither values nor header prove but make likely, as a sentence for a person; None: they prove it.
    pub guess: Option<String>,
}

impl FoundDurations {
    /// The same, for reading.
    pub fn into_units(self) -> Units {
        Units::new(self.units).unwrap_or_default().styled(self.style)
    }
}

/// Why no unit was found.
#[derive(Debug, Clone, PartialEq)]
pub enum DurationProblem {
    /// No value was fed.
    NoValues,
    /// A bare number, and the header does not say of what.
    Bare {
        /// The first such number other than zero.
        example: String,
        /// Its line.
        line: u64,
    },
    /// Two numbers with a colon: hours and minutes, or minutes and seconds.
    Clock {
        /// The first such value other than zero.
        example: String,
        /// Its line.
        line: u64,
    },
    /// Most values are no lengths of time.
    Unknown {
        /// The first of them.
        example: String,
        /// Its line.
        line: u64,
    },
    /// Two values that do not go together in one column.
    Mixed {
        /// The earlier value and its line.
        first: (String, u64),
        /// The later one.
        other: (String, u64),
    },
    /// How its numbers are written is not clear.
    Number(NumberProblem),
}

impl fmt::Display for DurationProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoValues => f.write_str("no value"),
            Self::Bare { example, line } => {
                write!(f, "{example:?} on line {line} may be seconds, minutes or hours, and the header does not tell")
            }
            Self::Clock { example, line } => {
                write!(
                    f,
                    "{example:?} on line {line} may be hours and minutes or minutes and seconds, and nothing in the column decides it"
                )
            }
            Self::Unknown { example, line } => write!(f, "{example:?} on line {line} is no length of time of a known form"),
            Self::Mixed { first, other } => {
                write!(f, "two kinds of lengths in one column: {:?} on line {} and {:?} on line {}", first.0, first.1, other.0, other.1)
            }
            Self::Number(problem) => problem.fmt(f),
        }
    }
}

impl DurationProblem {
    /// What to write into the config.
    pub fn answer(&self) -> &'static str {
        match self {
            Self::Bare { .. } => "say what the numbers are: unit = \"s\", \"ms\", \"min\", \"h\" or \"d\"",
            Self::Clock { .. } => "say what it shows: unit = \"hms\" (1:23 is an hour and 23 minutes) or unit = \"mmss\" (83 seconds)",
            Self::Number(problem) => problem.answer(),
            _ => "say which units are meant: unit = [\"ms\", \"hms\"], tried in order",
        }
    }
}

/// What a value looks like, whatever it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// A number other than zero.
    Number,
    Zero,
    /// `1:23`
    TwoParts,
    /// `0:00`
    TwoZeros,
    /// `1:23.5`: what has a fraction is seconds.
    TwoPartsSeconds,
    /// `1:02:03`
    ThreeParts,
    HalfDay,
    From1900,
    From1970,
    Words,
    Iso,
}

impl Look {
    const COUNT: usize = 11;

    fn of(cell: &[u8]) -> Option<Self> {
        let is = |unit: DurationUnit| unit.parse(cell).is_some();
        match colons(cell) {
            0 if is_zero(cell) => Some(Self::Zero),
            0 if is_number(cell) => Some(Self::Number),
            0 if is(Words) => Some(Self::Words),
            0 if is(Iso) => Some(Self::Iso),
            1 if is(Hms) => Some(if Hms.parse(cell) == Some(0) { Self::TwoZeros } else { Self::TwoParts }),
            // Minutes and seconds that are no hours and minutes.
            1 if is(Mmss) => Some(Self::TwoPartsSeconds),
            2 if is(Hms) => Some(Self::ThreeParts),
            1 | 2 if is(Clock12) => Some(Self::HalfDay),
            _ => since(cell),
        }
    }
}

/// A timestamp within ten years of a start that lengths are counted from.
fn since(cell: &[u8]) -> Option<Look> {
    const TEN_YEARS: i64 = 3652 * 86_400;
    let seconds = timestamp::iso(cell)?.secs;
    let from_1900 = Since1900.parse(cell)?;
    if (0..TEN_YEARS).contains(&seconds) { Some(Look::From1970) } else { (0..TEN_YEARS).contains(&from_1900).then_some(Look::From1900) }
}

/// The values of one look.
#[derive(Debug, Clone, Default)]
struct Seen {
    values: u64,
    first: Option<(String, u64)>,
}

/// Narrows the units a column may be written in, value by value.
///
/// A bare number means nothing without a header that says of what, `1:23` nothing without one that says so or a value that decides it.
/// Zeros decide nothing. Values no unit reads do not stop the search, unless there are more of them than of others.
#[derive(Debug)]
pub struct DurationSearch {
    hint: Hint,
    seen: [Seen; Look::COUNT],
    unread: Seen,
    numbers: NumberSearch,
    /// Whether every number so far is below one and has at least five decimals.
    is_fraction: bool,
}

impl DurationSearch {
    /// A search below a header.
    pub fn new(header: &str) -> Self {
        let (seen, unread) = (Default::default(), Seen::default());
        Self { hint: Hint::of(header), seen, unread, numbers: NumberSearch::new(), is_fraction: true }
    }

    /// Takes a value, trimmed and not empty, into account.
    pub fn feed(&mut self, cell: &[u8], line: u64) {
        let look = if cell.len() <= LONGEST { Look::of(cell) } else { None };
        let seen = look.map_or(&mut self.unread, |look| &mut self.seen[look as usize]);
        seen.values += 1;
        seen.first.get_or_insert_with(|| (String::from_utf8_lossy(cell).chars().take(200).collect(), line));
        if look == Some(Look::Number) {
            self.numbers.feed(cell, line);
            self.is_fraction = self.is_fraction && is_day_fraction(cell);
        }
    }

    /// How the values fed are written.
    ///
    /// # Errors
    /// [`DurationProblem`] if that is not known, or a value can be read in two ways.
    pub fn finish(self) -> Result<FoundDurations, DurationProblem> {
        let read: u64 = self.seen.iter().map(|s| s.values).sum();
        if let (Some((example, line)), true) = (&self.unread.first, self.unread.values > read) {
            return Err(DurationProblem::Unknown { example: example.clone(), line: *line });
        }
        if read == 0 {
            return Err(DurationProblem::NoValues);
        }
        let mut found = FoundDurations { units: Vec::new(), style: NumberStyle::PLAIN, guess: None };
        let mut units: Vec<(u64, DurationUnit)> = Vec::new();
        units.extend(self.clock()?);
        units.extend(self.since()?);
        units.extend(self.number(&mut found)?);
        units.extend([(Look::HalfDay, Clock12), (Look::Words, Words), (Look::Iso, Iso)].map(|(look, unit)| (self.values(look), unit)));
        units.retain(|(values, _)| *values > 0);
        units.sort_by_key(|(values, _)| std::cmp::Reverse(*values));
        found.units = units.into_iter().map(|(_, unit)| unit).collect();
        if found.units.is_empty() {
            self.only_zeros(&mut found);
        }
        Ok(found)
    }

    fn values(&self, look: Look) -> u64 {
        self.seen[look as usize].values
    }

    fn first(&self, look: Look) -> (String, u64) {
        self.seen[look as usize].first.clone().unwrap_or_default()
    }

    fn clock(&self) -> Result<Option<(u64, DurationUnit)>, DurationProblem> {
        let (two, seconds, three) = (self.values(Look::TwoParts), self.values(Look::TwoPartsSeconds), self.values(Look::ThreeParts));
        let unit = match self.hint.clock {
            _ if two + seconds == 0 => Hms,
            Some(Hms) if seconds > 0 => {
                let (example, line) = self.first(Look::TwoPartsSeconds);
                return Err(DurationProblem::Clock { example, line });
            }
            Some(unit) => unit,
            None if seconds > 0 => Mmss,
            None => {
                let (example, line) = self.first(Look::TwoParts);
                return Err(DurationProblem::Clock { example, line });
            }
        };
        Ok(Some((self.values(Look::TwoZeros) + two + seconds + three, unit)))
    }

    fn since(&self) -> Result<Option<(u64, DurationUnit)>, DurationProblem> {
        let (from_1900, from_1970) = (self.values(Look::From1900), self.values(Look::From1970));
        if from_1900 > 0 && from_1970 > 0 {
            let (one, other) = (self.first(Look::From1900), self.first(Look::From1970));
            let (first, other) = if one.1 <= other.1 { (one, other) } else { (other, one) };
            return Err(DurationProblem::Mixed { first, other });
        }
        Ok(Some(if from_1900 > 0 { (from_1900, Since1900) } else { (from_1970, Since1970) }))
    }

    fn number(&self, found: &mut FoundDurations) -> Result<Option<(u64, DurationUnit)>, DurationProblem> {
        let values = self.values(Look::Number);
        if values == 0 {
            return Ok(None);
        }
        let (example, line) = self.first(Look::Number);
        let unit = match self.hint.number {
            Some(unit) => unit,
            None if self.is_fraction => {
                found.guess =
                    Some(format!("numbers were taken for fractions of a day, as a spreadsheet writes times: {example} on line {line}"));
                DayFraction
            }
            None => return Err(DurationProblem::Bare { example, line }),
        };
        found.style = self.numbers.style().map_err(DurationProblem::Number)?;
        Ok(Some((values, unit)))
    }

    /// Nothing but zeros: any unit will do for them.
    fn only_zeros(&self, found: &mut FoundDurations) {
        found.units.push(self.hint.number.unwrap_or(Seconds));
        if self.hint.number.is_none() {
            found.guess = Some("every value is zero: which unit is meant cannot be told".to_owned());
        }
    }
}

/// Values of so many bytes are no lengths of time.
const LONGEST: usize = 200;

fn is_day_fraction(cell: &[u8]) -> bool {
    let decimals = cell.iter().skip_while(|b| **b != b'.').skip(1).take_while(|b| b.is_ascii_digit()).count();
    decimals >= 5 && number(cell).is_some_and(|n| (0.0..1.0).contains(&n))
}
