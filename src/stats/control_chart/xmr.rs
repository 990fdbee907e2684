//! Individuals and moving ranges (`XmR`; Shewhart 1931, Wheeler 1993).

use super::super::{Invalid, Result, checked};
use super::Band;

/// Expected moving range of two normal values, in standard deviations (d2 for n = 2).
pub(super) const MEAN_RANGE: f64 = 1.128;

/// Upper limit of moving ranges, in mean moving ranges (D4 for n = 2).
const RANGE_LIMIT: f64 = 3.267;

/// Mean moving ranges from the centre to a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Factor {
    /// 2.66, as printed by Making Data Count.
    #[default]
    Rounded,
    /// 3 / 1.128 = 2.65957, as in the R package qicharts2.
    Exact,
}

impl Factor {
    const fn value(self) -> f64 {
        match self {
            Self::Rounded => 2.66,
            Self::Exact => 3.0 / MEAN_RANGE,
        }
    }
}

/// Mean ± 2.66 mean moving ranges of `values`, oldest first.
///
/// With `screen`, moving ranges of 3.267 times their mean or more are left out once and the mean is taken again.
///
/// # Errors
/// `Empty`, `NotFinite`; `TooFew` for one value.
pub fn band(values: &[f64], screen: bool, factor: Factor) -> Result<Band> {
    let range = mean_step(&steps(values)?, screen);
    let centre = values.iter().sum::<f64>() / values.len() as f64;
    Ok(Band::new(centre, factor.value() * range / 3.0))
}

/// Centre and upper limit of the chart of moving ranges of `values`: their mean and 3.267 times it. No screening.
///
/// # Errors
/// As [`band`].
pub fn moving_range_limit(values: &[f64]) -> Result<(f64, f64)> {
    let mean = mean_step(&steps(values)?, false);
    Ok((mean, RANGE_LIMIT * mean))
}

/// Distances of neighbours.
fn steps(values: &[f64]) -> Result<Vec<f64>> {
    checked(values)?;
    if values.len() < 2 {
        return Err(Invalid::TooFew);
    }
    Ok(distances(values))
}

/// Distances of neighbours, one fewer than values.
pub(super) fn distances(values: &[f64]) -> Vec<f64> {
    values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect()
}

/// Mean of moving ranges, screened once if asked.
///
/// Screening that leaves nothing but zeros (a flat series with one step) is not used: the limits would have no width.
pub(super) fn mean_step(steps: &[f64], screen: bool) -> f64 {
    let mean = |steps: &[f64]| if steps.is_empty() { 0.0 } else { steps.iter().sum::<f64>() / steps.len() as f64 };
    let all = mean(steps);
    if !screen {
        return all;
    }
    let kept: Vec<f64> = steps.iter().copied().filter(|step| *step < RANGE_LIMIT * all).collect();
    let screened = mean(&kept);
    if screened > 0.0 { screened } else { all }
}
