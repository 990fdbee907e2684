//! Interrupted time series: a straight line with a step and a bend at a date (Wagner et al. 2002).

use super::normal_p;
use crate::stats::least_squares::{self, Design, LeastSquares};
use crate::stats::{Invalid, Result, checked};

/// Points needed on each side of the date.
pub const SIDE: usize = 12;

/// Points needed on each side of a placebo date, which has only the time before to look at.
pub const PLACEBO_SIDE: usize = 6;

/// One coefficient of the segmented line.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The coefficient, in the unit of the values (a point of time, for slopes).
    pub estimate: f64,
    /// Standard error as if the points were independent.
    pub ols_error: f64,
    /// Newey and West's standard error, which lets neighbouring points depend on each other.
    pub hac_error: f64,
    /// Two-sided p of the estimate over `hac_error`, by the normal distribution.
    pub p: f64,
}

/// `y ~ 1 + t + post + post·(t − t0)`, `t` counted from 1 and `t0` the first point after the date.
#[derive(Debug, Clone, PartialEq)]
pub struct Interrupted {
    /// The line at `t = 0`.
    pub start: Term,
    /// Slope before the date.
    pub trend: Term,
    /// The step at the date, beyond where the earlier line would have gone.
    pub level_change: Term,
    /// Slope after the date less slope before.
    pub slope_change: Term,
    /// Near 2 if the points are independent.
    pub durbin_watson: f64,
    /// Lags of the standard errors.
    pub lags: usize,
}

/// What the same question says about a date on which nothing happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Placebo {
    /// Index of the first point after the placebo date.
    pub first_after: usize,
    /// The step found there.
    pub level_change: Term,
}

/// Lags for a series of `n` points: `⌊4 (n/100)^(2/9)⌋` (Newey and West 1994).
pub fn usual_lags(n: usize) -> usize {
    (4.0 * (n as f64 / 100.0).powf(2.0 / 9.0)).floor() as usize
}

/// Fits the segmented line to `values`, one a point of time, equally far apart; `first_after` is the index of the first point
/// after the date. The standard errors have no small-sample correction and lean to the small side in short series.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::TooFew`] for fewer than [`SIDE`] points on a side,
/// [`Invalid::OutOfRange`] for as many lags as points, [`Invalid::NoVariation`] if the line fits without error.
pub fn interrupted(values: &[f64], first_after: usize, lags: usize) -> Result<Interrupted> {
    segmented(values, first_after, lags, SIDE)
}

/// The step at every date inside the time before the real one, with at least [`PLACEBO_SIDE`] points on each side of it.
///
/// If many of these are as large as the step at the real date, the real one is nothing special.
///
/// # Errors
/// As [`interrupted`]; [`Invalid::TooFew`] for fewer than twice [`PLACEBO_SIDE`] points before `first_after`.
pub fn placebos(values: &[f64], first_after: usize, lags: usize) -> Result<Vec<Placebo>> {
    let before = values.get(..first_after).ok_or(Invalid::TooFew)?;
    if before.len() < 2 * PLACEBO_SIDE {
        return Err(Invalid::TooFew);
    }
    let dates = PLACEBO_SIDE..=before.len() - PLACEBO_SIDE;
    dates.map(|date| Ok(Placebo { first_after: date, level_change: segmented(before, date, lags, PLACEBO_SIDE)?.level_change })).collect()
}

fn segmented(values: &[f64], first_after: usize, lags: usize, side: usize) -> Result<Interrupted> {
    checked(values)?;
    if first_after < side || values.len().saturating_sub(first_after) < side {
        return Err(Invalid::TooFew);
    }
    let row = |i: usize| {
        let after = i >= first_after;
        vec![i as f64 + 1.0, f64::from(u8::from(after)), if after { (i - first_after) as f64 } else { 0.0 }]
    };
    let design = Design::new(&(0..values.len()).map(row).collect::<Vec<_>>())?;
    let fit = least_squares::fit(&design, values)?;
    if fit.is_exact(values) {
        return Err(Invalid::NoVariation);
    }
    let errors = fit.newey_west(&design, lags)?;
    Ok(Interrupted {
        start: term(&fit, &errors, 0)?,
        trend: term(&fit, &errors, 1)?,
        level_change: term(&fit, &errors, 2)?,
        slope_change: term(&fit, &errors, 3)?,
        durbin_watson: fit.durbin_watson()?,
        lags,
    })
}

fn term(fit: &LeastSquares, errors: &[f64], column: usize) -> Result<Term> {
    let (estimate, hac_error) = (fit.coefficients[column], errors[column]);
    if hac_error <= 0.0 {
        return Err(Invalid::NoVariation);
    }
    Ok(Term { estimate, ols_error: fit.standard_errors[column], hac_error, p: normal_p(estimate / hac_error) })
}
