//! Rare events: the chart of days between events (t chart; Nelson 1994).

use super::super::{Invalid, Result, checked};
use super::xmr::{self, Factor};
use super::{Band, Signal, TrendLength, signals};

/// Nelson's power that makes exponential waiting times nearly normal.
const POWER: f64 = 3.6;

/// Fewest waiting times for limits.
const FEWEST: usize = 10;

/// A chart of waiting times.
#[derive(Debug, Clone, PartialEq)]
pub struct RareChart {
    /// Centre line, in days.
    pub centre: f64,
    /// Lower limit, in days, at least 0.
    pub lower: f64,
    /// Upper limit, in days.
    pub upper: f64,
    /// The signal of each waiting time. `High` is a longer wait: events have become rarer.
    pub signals: Vec<Option<Signal>>,
}

/// Limits and signals of waiting times in days, oldest first: an individuals chart of `days^(1/3.6)`, transformed back.
///
/// Moving ranges are not screened and the factor is 3 / 1.128, as in the R package qicharts2.
///
/// # Errors
/// `Empty`, `NotFinite`; `OutOfRange` for a negative wait; `TooFew` for fewer than ten waits; `NoVariation` for equal waits.
pub fn t_chart(days_between: &[f64], trend: TrendLength) -> Result<RareChart> {
    checked(days_between)?;
    if days_between.iter().any(|days| *days < 0.0) {
        return Err(Invalid::OutOfRange("days between events"));
    }
    if days_between.len() < FEWEST {
        return Err(Invalid::TooFew);
    }
    let values: Vec<f64> = days_between.iter().map(|days| days.powf(1.0 / POWER)).collect();
    let band = xmr::band(&values, false, Factor::Exact)?;
    if band.sigma <= 0.0 {
        return Err(Invalid::NoVariation);
    }
    let points: Vec<(f64, Band)> = values.iter().map(|value| (*value, band)).collect();
    let back = |value: f64| value.max(0.0).powf(POWER);
    Ok(RareChart { centre: back(band.centre), lower: back(band.lower), upper: back(band.upper), signals: signals(&points, trend) })
}
