//! Logistic regression with a normal random intercept per group (agent, herd, desk): how much groups differ beyond chance.
//!
//! Log-odds of group `g` are `Xβ + σu` with `u ~ N(0, 1)`. The likelihood integrates `u` out by adaptive Gauss-Hermite
//! quadrature (Pinheiro and Bates 1995); one point is Laplace's approximation, 25 are as good as exact.

mod newton;
mod quadrature;

use statrs::function::factorial::ln_binomial;

use super::least_squares::Design;
use super::logistic::{self, chances, log_likelihood};
use super::permutation::dense;
use super::{Invalid, Proportion, Result};
use newton::{inverse, maximise};
use quadrature::Hermite;

/// Standard deviations of the intercept to start the search from. A tenth of a log-odd is hardly visible; 3 is 50 % for the
/// one and 95 % for the other.
const STARTS: [f64; 5] = [0.1, 0.3, 0.7, 1.5, 3.0];

/// A standard deviation below this is a search that went to zero.
const NOTHING: f64 = 1e-3;

/// What a random-intercept model is fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct MixedLogit<'a> {
    /// Covariates, one row an outcome.
    pub design: &'a Design,
    /// Hits of trials, one a row.
    pub outcomes: &'a [Proportion],
    /// Number of the group of every row.
    pub groups: &'a [usize],
    /// Points of the quadrature, 1 to 50.
    pub points: usize,
}

/// A fitted random-intercept model.
#[derive(Debug, Clone, PartialEq)]
pub struct MixedFit {
    /// Log-odds coefficients of a group of intercept 0, the design's intercept first.
    pub fixed: Vec<f64>,
    /// Their standard errors, from the curvature of the likelihood in all parameters.
    pub fixed_errors: Vec<f64>,
    /// Standard deviation of the intercepts between groups, log-odds; 0 if groups differ no more than by chance.
    pub sd: f64,
    /// Log-likelihood with the binomial coefficients, natural logarithm.
    pub log_likelihood: f64,
    /// The most likely intercept of every group (BLUP), log-odds, in the order of the group numbers.
    pub modes: Vec<f64>,
    /// Variance of every group's intercept given its outcomes and the parameters.
    pub variances: Vec<f64>,
}

impl MixedLogit<'_> {
    /// Maximum likelihood. If the best standard deviation is zero, this is the logistic regression without groups.
    ///
    /// # Errors
    /// [`Invalid::LengthsDiffer`], [`Invalid::OutOfRange`] for the number of points, [`Invalid::TooFew`] for fewer than two
    /// groups, those of [`logistic::fit`] for the design, [`Invalid::NoVariation`] if the likelihood has no peak.
    pub fn fit(&self) -> Result<MixedFit> {
        if self.groups.len() != self.outcomes.len() {
            return Err(Invalid::LengthsDiffer);
        }
        let hermite = Hermite::new(self.points)?;
        let pooled = logistic::fit(self.design, self.outcomes, 0.0)?;
        let (groups, count) = dense(self.groups);
        if count < 2 {
            return Err(Invalid::TooFew);
        }
        let mut members = vec![Vec::new(); count];
        groups.iter().enumerate().for_each(|(row, &group)| members[group].push(row));
        let likelihood = Likelihood { model: self, members, hermite, scales: self.design.sizes() };
        let spread = likelihood.climb(&pooled.coefficients)?;
        let none = likelihood.at(&pooled.coefficients, 0.0);
        match spread {
            Some((at, value)) if value > none => likelihood.finished(&at, value),
            _ => Ok(MixedFit {
                fixed: pooled.coefficients,
                fixed_errors: pooled.standard_errors,
                sd: 0.0,
                log_likelihood: none + likelihood.constant(),
                modes: vec![0.0; count],
                variances: vec![0.0; count],
            }),
        }
    }
}

/// The likelihood as a function of the coefficients, in units of the sizes of their columns, and of the standard deviation.
struct Likelihood<'a> {
    model: &'a MixedLogit<'a>,
    /// Rows of every group.
    members: Vec<Vec<usize>>,
    hermite: Hermite,
    scales: Vec<f64>,
}

impl Likelihood<'_> {
    /// The best parameters of a positive standard deviation and their value; `None` if the search went to zero.
    fn climb(&self, pooled: &[f64]) -> Result<Option<(Vec<f64>, f64)>> {
        let value = |parameters: &[f64]| self.scaled(parameters);
        let mut best: Option<(Vec<f64>, f64)> = None;
        for sd in STARTS {
            // Coefficients within groups are larger than pooled ones (Zeger, Liang and Albert 1988).
            let within = (1.0 + 0.346 * sd * sd).sqrt();
            let start: Vec<f64> = pooled.iter().zip(&self.scales).map(|(b, s)| b * s * within).chain([sd]).collect();
            let height = value(&start);
            if best.as_ref().is_none_or(|(_, highest)| height > *highest) {
                best = Some((start, height));
            }
        }
        let Some((start, _)) = best else { return Ok(None) };
        let (mut top, height) = maximise(&value, &start)?;
        // The likelihood is an even function of the standard deviation.
        if let Some(sd) = top.last_mut() {
            *sd = sd.abs();
        }
        Ok(top.last().is_some_and(|&sd| sd > NOTHING).then_some((top, height)))
    }

    fn finished(&self, top: &[f64], value: f64) -> Result<MixedFit> {
        let (fixed, sd) = self.unscaled(top);
        let covariance = inverse(&newton::information(&|p: &[f64]| self.scaled(p), top)).ok_or(Invalid::NoVariation)?;
        let fixed_errors = self.scales.iter().enumerate().map(|(j, scale)| covariance[j][j].sqrt() / scale).collect();
        let peaks: Vec<Peak> = self.members.iter().map(|rows| self.peak(rows, &fixed, sd)).collect();
        Ok(MixedFit {
            modes: peaks.iter().map(|p| sd * p.mode).collect(),
            variances: peaks.iter().map(|p| (sd * p.width).powi(2)).collect(),
            log_likelihood: value + self.constant(),
            fixed,
            fixed_errors,
            sd,
        })
    }

    fn unscaled(&self, parameters: &[f64]) -> (Vec<f64>, f64) {
        let fixed = parameters.iter().zip(&self.scales).map(|(b, s)| b / s).collect();
        (fixed, parameters[self.scales.len()])
    }

    fn scaled(&self, parameters: &[f64]) -> f64 {
        let (fixed, sd) = self.unscaled(parameters);
        self.at(&fixed, sd)
    }

    /// Log-likelihood without the binomial coefficients.
    fn at(&self, fixed: &[f64], sd: f64) -> f64 {
        self.members.iter().map(|rows| self.of_group(rows, fixed, sd)).sum()
    }

    fn of_group(&self, rows: &[usize], fixed: &[f64], sd: f64) -> f64 {
        let base: Vec<f64> = rows.iter().map(|&row| self.model.design.predict(row, fixed)).collect();
        let height = |u: f64| -> f64 {
            let each = rows.iter().zip(&base).map(|(&row, b)| log_likelihood(self.model.outcomes[row], b + sd * u));
            each.sum::<f64>() - u * u / 2.0
        };
        let peak = self.peak(rows, fixed, sd);
        let top = height(peak.mode);
        top + self.hermite.log_integral(|z| height(peak.mode + z * peak.width) - top) + peak.width.ln()
    }

    /// Where a group's integrand is highest, by Newton's method kept within a bracket: its slope falls all the way.
    fn peak(&self, rows: &[usize], fixed: &[f64], sd: f64) -> Peak {
        let of = |&row: &usize| (self.model.design.predict(row, fixed), self.model.outcomes[row]);
        let data: Vec<(f64, Proportion)> = rows.iter().map(of).collect();
        let slopes = |u: f64| {
            let (mut slope, mut bend) = (-u, 1.0);
            for (base, outcome) in &data {
                let (hit, miss) = chances(base + sd * u);
                let (hits, n) = (outcome.hits() as f64, outcome.n() as f64);
                slope += sd * (hits * miss - (n - hits) * hit);
                bend += sd * sd * n * hit * miss;
            }
            (slope, bend)
        };
        let far = sd.abs() * data.iter().map(|(_, o)| o.n() as f64).sum::<f64>() + 1.0;
        let (mut low, mut high, mut mode) = (-far, far, 0.0);
        for _ in 0..200 {
            let (slope, bend) = slopes(mode);
            if slope > 0.0 {
                low = mode;
            } else {
                high = mode;
            }
            let newton = mode + slope / bend;
            let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
            let still = (next - mode).abs() <= 1e-13 * (1.0 + mode.abs());
            mode = next;
            if still {
                break;
            }
        }
        Peak { mode, width: slopes(mode).1.sqrt().recip() }
    }

    /// Logarithm of the binomial coefficients, which the parameters do not touch.
    fn constant(&self) -> f64 {
        self.model.outcomes.iter().map(|o| ln_binomial(o.n(), o.hits())).sum()
    }
}

/// The peak of a group's integrand, on the scale of the standard normal `u`.
struct Peak {
    mode: f64,
    /// One over the root of the curvature there.
    width: f64,
}

#[cfg(test)]
mod tests;
