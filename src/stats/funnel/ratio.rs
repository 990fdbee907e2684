//! Funnels of standardised ratios: observed events over those the mix of work would give, around 1.

use super::super::distribution::{gamma_quantile, z_of};
use super::super::{Invalid, Result, checked_open_unit};
use super::overdispersion::{Overdispersion, TRIM, kept, overdispersion, winsorised};

/// Observed over expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    observed: u64,
    expected: f64,
}

impl Ratio {
    /// # Errors
    /// [`Invalid::OutOfRange`] for expected events that are not above 0 and finite.
    pub fn new(observed: u64, expected: f64) -> Result<Self> {
        checked_expected(expected).map(|expected| Self { observed, expected })
    }

    /// Observed events.
    pub const fn observed(self) -> u64 {
        self.observed
    }

    /// Expected events.
    pub const fn expected(self) -> f64 {
        self.expected
    }

    /// `observed / expected`.
    pub fn value(self) -> f64 {
        self.observed as f64 / self.expected
    }
}

/// The scale scores are computed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// `√E ln(O / E)`, outliers left out: the English mortality indicator SHMI. Not defined for no events.
    Log,
    /// `2 √E (√(O / E) - 1)`, outliers drawn in: the Care Quality Commission's.
    SquareRoot,
}

/// A funnel of ratios around 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioFunnel {
    /// The scale of the scores.
    pub scale: Scale,
    /// How much the groups differ on that scale.
    pub overdispersion: Overdispersion,
}

impl RatioFunnel {
    /// # Errors
    /// [`Invalid::Empty`] for no groups, [`Invalid::OutOfRange`] for a group without events on the log scale.
    pub fn fit(groups: &[Ratio], scale: Scale) -> Result<Self> {
        let scores = ratio_scores(groups, scale)?;
        let variances = groups.iter().map(|g| scale.variance(g.expected));
        let overdispersion = match scale {
            Scale::SquareRoot => overdispersion(&winsorised(&scores, TRIM)?, &variances.collect::<Vec<_>>())?,
            Scale::Log => {
                let kept = kept(&scores, TRIM)?;
                let inner = scores.iter().zip(variances).zip(kept).filter(|(_, is_kept)| *is_kept);
                let (scores, variances): (Vec<f64>, Vec<f64>) = inner.map(|((score, variance), _)| (*score, variance)).unzip();
                overdispersion(&scores, &variances)?
            }
        };
        Ok(Self { scale, overdispersion })
    }

    /// The ratios between which a group with so many expected events stays, τ² included; never below 0, and on the ratio's own
    /// scale: the square root's limits are squared back.
    ///
    /// # Errors
    /// [`Invalid::OutOfRange`] for expected events that are not above 0 and finite, or a confidence that is not strictly between
    /// 0 and 1.
    pub fn limits(&self, expected: f64, confidence: f64) -> Result<(f64, f64)> {
        let z = z_of(checked_open_unit(confidence, "confidence")?);
        let reach = z * (self.scale.variance(checked_expected(expected)?) + self.overdispersion.tau2).sqrt();
        Ok(match self.scale {
            Scale::Log => ((-reach).exp(), reach.exp()),
            Scale::SquareRoot => ((1.0 - reach).max(0.0).powi(2), (1.0 + reach).powi(2)),
        })
    }
}

impl Scale {
    fn variance(self, expected: f64) -> f64 {
        match self {
            Self::Log => 1.0 / expected,
            Self::SquareRoot => 0.25 / expected,
        }
    }
}

/// The groups' distances from 1 in standard errors.
///
/// # Errors
/// [`Invalid::Empty`] for no groups, [`Invalid::OutOfRange`] for a group without events on the log scale.
pub fn ratio_scores(groups: &[Ratio], scale: Scale) -> Result<Vec<f64>> {
    if groups.is_empty() {
        return Err(Invalid::Empty);
    }
    let scores = groups.iter().map(|g| match scale {
        Scale::Log if g.observed == 0 => Err(Invalid::OutOfRange("observed events on the log scale")),
        Scale::Log => Ok(g.expected.sqrt() * g.value().ln()),
        Scale::SquareRoot => Ok(2.0 * g.expected.sqrt() * (g.value().sqrt() - 1.0)),
    });
    scores.collect()
}

/// Exact Poisson limits of the ratio around 1: `χ²(α/2; 2E) / 2E` and `χ²(1-α/2; 2E+2) / 2E`.
///
/// # Errors
/// [`Invalid::OutOfRange`] for expected events that are not above 0 and finite, or a confidence that is not strictly between 0 and 1.
pub fn poisson_ratio_limits(expected: f64, confidence: f64) -> Result<(f64, f64)> {
    let tail = (1.0 - checked_open_unit(confidence, "confidence")?) / 2.0;
    let expected = checked_expected(expected)?;
    Ok((gamma_quantile(expected, tail) / expected, gamma_quantile(expected + 1.0, 1.0 - tail) / expected))
}

fn checked_expected(expected: f64) -> Result<f64> {
    if expected.is_finite() && expected > 0.0 { Ok(expected) } else { Err(Invalid::OutOfRange("expected events")) }
}
