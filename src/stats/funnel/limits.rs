//! Where chance alone would leave a group of a given size, around a rate common to all: three ways to draw a funnel.

use super::super::distribution::{binomial_quantile, z_of};
use super::super::{Invalid, Result, checked_open_unit};

/// Exact binomial limits, interpolated between whole counts (Spiegelhalter 2005, appendix): `(r - α) / n` with `r` the quantile
/// and `α = (F(r) - p) / (F(r) - F(r - 1))`, cut to 0 to 1.
///
/// As published, the low limit is the exact test and the high one is not: all 5 of 5 at a common rate of 85 % are above its high
/// 95 % limit of 98.9 % although that happens to 44 % of such groups. [`mirrored`] has the exact test on both sides.
///
/// # Errors
/// [`Invalid::OutOfRange`] for a rate outside 0 to 1 or a confidence that is not strictly between 0 and 1, [`Invalid::Empty`] for
/// an `n` of 0.
pub fn spiegelhalter(rate: f64, n: u64, confidence: f64) -> Result<(f64, f64)> {
    let tail = (1.0 - checked(rate, n, confidence)?) / 2.0;
    Ok((interpolated(rate, n, tail), interpolated(rate, n, 1.0 - tail)))
}

/// [`spiegelhalter`]'s low limit, and the same for misses as the high limit: a group is outside if and only if the chance of its
/// count or a more extreme one, on its side, is below half of `1 - confidence`. Good and bad may change places.
///
/// # Errors
/// As [`spiegelhalter`].
pub fn mirrored(rate: f64, n: u64, confidence: f64) -> Result<(f64, f64)> {
    let tail = (1.0 - checked(rate, n, confidence)?) / 2.0;
    Ok((interpolated(rate, n, tail), 1.0 - interpolated(1.0 - rate, n, tail)))
}

/// `rate ± z √(rate (1 - rate) / n)`, cut to 0 to 1: the rates whose own Wilson interval just reaches the common rate. What the
/// funnel of `PHEindicatormethods` draws.
///
/// # Errors
/// As [`spiegelhalter`].
pub fn score(rate: f64, n: u64, confidence: f64) -> Result<(f64, f64)> {
    let reach = z_of(checked(rate, n, confidence)?) * (rate * (1.0 - rate) / n as f64).sqrt();
    Ok(((rate - reach).max(0.0), (rate + reach).min(1.0)))
}

/// Limits on the arcsine scale, `sin²(asin √rate ± z √(1/4n + τ²))`, with `tau2` for how much groups differ anyway (Spiegelhalter
/// 2005).
///
/// The angle stays within 0 to 90°: without that the limits of small groups turn round and come back inside.
///
/// # Errors
/// As [`spiegelhalter`]; [`Invalid::OutOfRange`] for a `tau2` that is negative or not finite too.
pub fn arcsine(rate: f64, n: u64, confidence: f64, tau2: f64) -> Result<(f64, f64)> {
    let z = z_of(checked(rate, n, confidence)?);
    if !tau2.is_finite() || tau2 < 0.0 {
        return Err(Invalid::OutOfRange("tau2"));
    }
    let (angle, reach) = (rate.sqrt().asin(), z * (0.25 / n as f64 + tau2).sqrt());
    let back = |angle: f64| angle.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2);
    Ok((back(angle - reach), back(angle + reach)))
}

fn interpolated(rate: f64, n: u64, chance: f64) -> f64 {
    let quantile = binomial_quantile(n, rate, chance);
    let share = (quantile.at_most - chance) / (quantile.at_most - quantile.below);
    ((quantile.count as f64 - share) / n as f64).clamp(0.0, 1.0)
}

/// The confidence, if all three are usable.
fn checked(rate: f64, n: u64, confidence: f64) -> Result<f64> {
    match n {
        0 => Err(Invalid::Empty),
        _ if !(0.0..=1.0).contains(&rate) => Err(Invalid::OutOfRange("rate")),
        _ => checked_open_unit(confidence, "confidence"),
    }
}
