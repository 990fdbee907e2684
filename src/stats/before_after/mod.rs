//! Did it change, and by more than it would have anyway?
//!
//! In the order to ask: what regression to the mean gives for free ([`regression_to_mean`]); one number per agent before and
//! after ([`paired`]); a series with a date in it ([`time_series`]); some treated and some not ([`differences`]). None of
//! these says what caused a change.

pub mod differences;
pub mod paired;
pub mod regression_to_mean;
pub mod time_series;

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::{Invalid, Result};

/// Chance of seeing an effect of the size that [`smallest_effect`] gives.
pub const POWER: f64 = 0.8;

/// Two-sided level of all intervals and of [`smallest_effect`].
pub const LEVEL: f64 = 0.05;

/// The smallest true effect that a two-sided test at 5 % would see four times in five, in the unit of the standard error:
/// `(t(0.975) + t(0.8)) · SE` (Bloom 1995).
///
/// # Errors
/// [`Invalid::OutOfRange`] for a standard error or degrees of freedom that are not positive.
pub fn smallest_effect(standard_error: f64, degrees_of_freedom: f64) -> Result<f64> {
    if !standard_error.is_finite() || standard_error <= 0.0 {
        return Err(Invalid::OutOfRange("the standard error"));
    }
    let t = student(degrees_of_freedom)?;
    Ok((t.inverse_cdf(1.0 - LEVEL / 2.0) + t.inverse_cdf(POWER)) * standard_error)
}

/// An estimate against its standard error.
#[derive(Debug, Clone, PartialEq)]
pub struct TTest {
    /// What is tested against zero, in the unit of the data.
    pub estimate: f64,
    /// Standard error of the estimate.
    pub standard_error: f64,
    /// Estimate over standard error.
    pub t: f64,
    /// Degrees of freedom; a fraction for Welch's test.
    pub degrees_of_freedom: f64,
    /// Two-sided p.
    pub p: f64,
    /// 95 % interval of the estimate.
    pub interval: (f64, f64),
    /// See [`smallest_effect`].
    pub smallest_effect: f64,
}

impl TTest {
    /// # Errors
    /// [`Invalid::NoVariation`] for a standard error of zero, [`Invalid::NotFinite`].
    pub(in crate::stats) fn new(estimate: f64, standard_error: f64, degrees_of_freedom: f64) -> Result<Self> {
        super::checked(&[estimate, standard_error])?;
        if standard_error <= 1e-12 * estimate.abs() {
            return Err(Invalid::NoVariation);
        }
        let student = student(degrees_of_freedom)?;
        let t = estimate / standard_error;
        let half = student.inverse_cdf(1.0 - LEVEL / 2.0) * standard_error;
        Ok(Self {
            estimate,
            standard_error,
            t,
            degrees_of_freedom,
            p: (2.0 * student.sf(t.abs())).min(1.0),
            interval: (estimate - half, estimate + half),
            smallest_effect: smallest_effect(standard_error, degrees_of_freedom)?,
        })
    }
}

fn student(degrees_of_freedom: f64) -> Result<StudentsT> {
    StudentsT::new(0.0, 1.0, degrees_of_freedom).map_err(|_| Invalid::OutOfRange("the degrees of freedom"))
}

/// Two-sided p of a standard normal.
fn normal_p(z: f64) -> f64 {
    (2.0 * Normal::standard().sf(z.abs())).min(1.0)
}

/// Mean and variance (denominator `n − 1`) of two values or more.
fn moments(values: &[f64]) -> Result<(f64, f64)> {
    super::checked(values)?;
    if values.len() < 2 {
        return Err(Invalid::TooFew);
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    Ok((mean, values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)))
}

#[cfg(test)]
mod tests;
