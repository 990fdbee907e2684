//! Proportions: the p chart and Laney's p′ (Laney 2002).

use super::super::{Invalid, Proportion, Result};
use super::Band;
use super::xmr::{MEAN_RANGE, distances, mean_step};

/// How widely proportions of a stable process spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dispersion {
    /// Chance alone (p chart). Too narrow once the true rate wanders between weeks.
    Binomial,
    /// Laney's p′, never narrower than the p chart: `max(1, σ_z)`.
    #[default]
    Laney,
    /// Laney's p′ as published; narrower than the p chart where `σ_z` is below 1.
    LaneyAsPublished,
}

/// Centre and overdispersion of proportions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProportionModel {
    /// All hits of all cases, 0 to 1.
    pub centre: f64,
    /// Laney's `σ_z`: mean moving range of the z-scores over 1.128; 1 where chance explains all. `None` for a centre of 0 or 1
    /// and for one point.
    pub sigma_z: Option<f64>,
}

impl ProportionModel {
    /// Fits `points`, oldest first; `screen` as in [`super::xmr::band`], on the moving ranges of the z-scores.
    ///
    /// # Errors
    /// `Empty` for no points.
    pub fn fit(points: &[Proportion], screen: bool) -> Result<Self> {
        if points.is_empty() {
            return Err(Invalid::Empty);
        }
        let (hits, n) = totals(points);
        let centre = hits / n;
        let z: Vec<f64> = points.iter().map(|p| (p.rate() - centre) / chance(centre, p.n())).collect();
        let measured = points.len() > 1 && centre > 0.0 && centre < 1.0;
        Ok(Self { centre, sigma_z: measured.then(|| mean_step(&distances(&z), screen) / MEAN_RANGE) })
    }

    /// Limits of a point of `n` cases: three sigma, clamped to 0 and 1. An `n` of 0 has limits of 0 and 1.
    pub fn band(&self, n: u64, dispersion: Dispersion) -> Band {
        let sigma_z = self.sigma_z.unwrap_or(1.0);
        let widening = match dispersion {
            Dispersion::Binomial => 1.0,
            Dispersion::Laney => sigma_z.max(1.0),
            Dispersion::LaneyAsPublished => sigma_z,
        };
        Band::new(self.centre, widening * chance(self.centre, n.max(1))).within_unit()
    }
}

/// Standard deviation of a rate by chance alone.
fn chance(centre: f64, n: u64) -> f64 {
    (centre * (1.0 - centre) / n as f64).sqrt()
}

/// All hits and all cases; whole numbers, exact up to 2⁵³.
pub(super) fn totals(points: &[Proportion]) -> (f64, f64) {
    points.iter().fold((0.0, 0.0), |(hits, n), p| (hits + p.hits() as f64, n + p.n() as f64))
}
