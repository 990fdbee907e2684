//! What a chart is drawn from.

use super::super::{Invalid, Proportion, Result};
use super::xmr::Factor;
use super::{Direction, Dispersion, Known, Phase, TrendLength};

/// The values of a series, oldest first, at even distances; `None` is a gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Values<'a> {
    /// One measured number each: an `XmR` chart.
    Individuals(&'a [Option<f64>]),
    /// Hits of cases each: a p or p′ chart.
    Proportions(&'a [Option<Proportion>]),
}

impl Values<'_> {
    /// Entries, gaps among them.
    pub const fn len(&self) -> usize {
        match self {
            Self::Individuals(values) => values.len(),
            Self::Proportions(values) => values.len(),
        }
    }

    /// No entries at all.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A series to chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Series<'a> {
    /// The values.
    pub values: Values<'a>,
    /// Which way is better.
    pub direction: Direction,
    /// The target, in units of the values; for proportions 0 to 1.
    pub target: Option<f64>,
    /// Where limits start anew; empty is one phase over all.
    pub phases: &'a [Phase],
    /// Choices of method.
    pub options: Options,
}

impl Series<'_> {
    /// The known points, checked.
    pub(super) fn known(&self) -> Result<Vec<Known>> {
        let known = known(&self.values);
        let target = self.target.unwrap_or_default();
        match self.values {
            _ if known.is_empty() => Err(Invalid::Empty),
            _ if !target.is_finite() || known.iter().any(|k| !k.value.is_finite()) => Err(Invalid::NotFinite),
            Values::Proportions(_) if !(0.0..=1.0).contains(&target) => Err(Invalid::OutOfRange("target of a proportion")),
            _ => Ok(known),
        }
    }
}

fn known(values: &Values<'_>) -> Vec<Known> {
    match values {
        Values::Individuals(values) => {
            let point = |(slot, value): (usize, &Option<f64>)| value.map(|value| Known { slot, value, proportion: None });
            values.iter().enumerate().filter_map(point).collect()
        }
        Values::Proportions(values) => {
            let point = |(slot, p): (usize, &Option<Proportion>)| p.map(|p| Known { slot, value: p.rate(), proportion: Some(p) });
            values.iter().enumerate().filter_map(point).collect()
        }
    }
}

/// Choices of method; the default is what a report prints.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Leave moving ranges of 3.267 times their mean or more out of the mean, once. On by default.
    pub screen: bool,
    /// Factor of the moving range; 2.66 by default. For `XmR` alone.
    pub factor: Factor,
    /// Points of a trend; 7 by default.
    pub trend: TrendLength,
    /// Spread of proportions; Laney's, never narrower than binomial, by default.
    pub dispersion: Dispersion,
    /// Chart proportions of few cases or few events all the same. Off by default.
    pub draw_small_denominators: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            screen: true,
            factor: Factor::default(),
            trend: TrendLength::default(),
            dispersion: Dispersion::default(),
            draw_small_denominators: false,
        }
    }
}
