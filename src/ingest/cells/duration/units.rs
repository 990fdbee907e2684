//! The units a column of lengths of time is written in.

use super::DurationUnit;
use crate::ingest::cells::number::{NumberStyle, number};

/// Units tried in order, of which no two read the same cell, and the style of its bare numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Units {
    units: Vec<DurationUnit>,
    style: NumberStyle,
}

impl Default for Units {
    /// Seconds.
    fn default() -> Self {
        Self::of(DurationUnit::Seconds)
    }
}

impl Units {
    /// One unit.
    pub fn of(unit: DurationUnit) -> Self {
        Self { units: vec![unit], style: NumberStyle::PLAIN }
    }

    /// Several units, tried in order; none are seconds.
    ///
    /// # Errors
    /// Two of them whose cells may look the same, so that the first would take what is meant for the second.
    pub fn new(units: Vec<DurationUnit>) -> Result<Self, (DurationUnit, DurationUnit)> {
        for (n, one) in units.iter().enumerate() {
            if let Some(other) = units[n + 1..].iter().find(|other| look(**other) == look(*one)) {
                return Err((*one, *other));
            }
        }
        Ok(if units.is_empty() { Self::default() } else { Self { units, style: NumberStyle::PLAIN } })
    }

    /// The same units with their numbers in a style.
    #[must_use]
    pub fn styled(self, style: NumberStyle) -> Self {
        Self { style, ..self }
    }

    /// The units.
    pub fn units(&self) -> &[DurationUnit] {
        &self.units
    }

    /// The style of bare numbers.
    pub fn style(&self) -> NumberStyle {
        self.style
    }

    /// Whether a cell of digits alone is that many seconds.
    #[inline]
    pub fn starts_with_seconds(&self) -> bool {
        self.units.first() == Some(&DurationUnit::Seconds)
    }

    /// Reads a trimmed cell as seconds by the first unit that can. A bare zero is no time at all in any unit.
    pub fn parse(&self, text: &[u8]) -> Option<i64> {
        let read = self.units.iter().find_map(|unit| unit.parse_in(self.style, text));
        read.or_else(|| is_zero(text).then_some(0))
    }
}

/// Whether a cell is a number in some style, with nothing around it: no money, no percentages; and small enough for any unit.
pub(super) fn is_number(cell: &[u8]) -> bool {
    const MOST: f64 = 1e13;
    let reads = |style: &NumberStyle| style.plain(cell).and_then(|plain| number(plain.text())).is_some_and(|n| n.abs() < MOST);
    NumberStyle::ALL.iter().any(reads)
}

/// Whether a cell is such a number and all its digits are 0.
pub(super) fn is_zero(cell: &[u8]) -> bool {
    let has_value = cell.iter().any(|b| matches!(b, b'1'..=b'9'));
    !has_value && is_number(cell)
}

/// What the cells of a unit look like.
fn look(unit: DurationUnit) -> u8 {
    match unit {
        unit if unit.is_number() => 0,
        DurationUnit::Hms | DurationUnit::Mmss => 1,
        DurationUnit::Clock12 => 2,
        DurationUnit::Since1900 | DurationUnit::Since1970 => 3,
        DurationUnit::Words => 4,
        _ => 5,
    }
}
