//! Logistic regression by Newton's method (iteratively reweighted least squares), with or without a ridge.

use super::least_squares::{Design, Qr};
use super::{Invalid, Proportion, Result};

/// Newton steps before the coefficients count as running away. A separated column moves its log-odds by about 1 a step, so
/// this allows a hit rate of one in 10¹⁰; data that are not separated need about ten.
const STEPS: usize = 30;

/// A step that moves no row's log-odds by more than this, relative to their size, is the last.
const STILL: f64 = 1e-9;

/// A fitted logistic regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic {
    /// Log-odds coefficients, one a column of the design, the intercept first.
    pub coefficients: Vec<f64>,
    /// Their standard errors, from the inverse of the information (with the ridge added, if there is one).
    pub standard_errors: Vec<f64>,
    /// −2 times the log-likelihood of the single trials, without the ridge's penalty: the deviance of rows of one trial each.
    pub deviance: f64,
}

/// Fits the log-odds of a hit; one proportion a row of the design.
///
/// Minimises the negative log-likelihood plus `ridge/2 · Σ b²`, the intercept left out of the sum. Columns are taken as they
/// are: put them on a common scale before a ridge. `ridge` 0 is the maximum likelihood (Nelder and Wedderburn 1972).
///
/// # Errors
/// [`Invalid::LengthsDiffer`], [`Invalid::OutOfRange`] for a negative ridge, [`Invalid::NoVariation`] if a column is a
/// combination of others, and [`Invalid::OutOfRange`] if the columns separate hits from misses, wholly or in part: no finite
/// coefficients fit best then.
pub fn fit(design: &Design, outcomes: &[Proportion], ridge: f64) -> Result<Logistic> {
    if design.rows() != outcomes.len() {
        return Err(Invalid::LengthsDiffer);
    }
    if !ridge.is_finite() || ridge < 0.0 {
        return Err(Invalid::OutOfRange("the ridge"));
    }
    let model = Model { design, outcomes, ridge };
    model.identified()?;
    let mut coefficients = vec![0.0; design.columns()];
    for _ in 0..STEPS {
        let step = model.newton(&coefficients)?.coefficients();
        if (0..design.rows()).all(|i| design.predict(i, &step).abs() <= STILL * design.predict(i, &coefficients).abs().max(1.0)) {
            return model.finished(coefficients.iter().zip(&step).map(|(b, s)| b + s).collect());
        }
        coefficients = model.climb(&coefficients, &step);
    }
    Err(SEPARATED)
}

/// What separation is reported as.
const SEPARATED: Invalid = Invalid::OutOfRange("the coefficient of a column that separates hits from misses");

struct Model<'a> {
    design: &'a Design,
    outcomes: &'a [Proportion],
    ridge: f64,
}

impl Model<'_> {
    /// # Errors
    /// [`Invalid::NoVariation`] if the design, with the ridge, leaves a coefficient open.
    fn identified(&self) -> Result<()> {
        let (mut columns, mut rhs) = (self.design.by_columns(), vec![0.0; self.design.rows()]);
        self.append_ridge(&mut columns, &mut rhs, &vec![0.0; self.design.columns()]);
        match Qr::new(columns, rhs) {
            Err(Invalid::TooFew) => Err(Invalid::NoVariation),
            other => other.map(|_| ()),
        }
    }

    /// The weighted least squares whose solution is Newton's step from `at`.
    fn newton(&self, at: &[f64]) -> Result<Qr> {
        let mut columns = self.design.by_columns();
        let mut rhs = Vec::with_capacity(self.design.rows() + at.len());
        for (i, outcome) in self.outcomes.iter().enumerate() {
            let (hit, miss) = chances(self.design.predict(i, at));
            let (hits, n) = (outcome.hits() as f64, outcome.n() as f64);
            let weight = (n * hit * miss).sqrt();
            // Not `hits − n·hit`, which loses all digits when `hit` is next to 1.
            let residual = hits * miss - (n - hits) * hit;
            columns.iter_mut().for_each(|column| column[i] *= weight);
            rhs.push(if weight > 0.0 { residual / weight } else { 0.0 });
        }
        self.append_ridge(&mut columns, &mut rhs, at);
        // The design itself is sound, so it is the weights that have vanished along some direction.
        Qr::new(columns, rhs).map_err(|_| SEPARATED)
    }

    /// One more row for every penalised coefficient.
    fn append_ridge(&self, columns: &mut [Vec<f64>], rhs: &mut Vec<f64>, at: &[f64]) {
        if self.ridge <= 0.0 {
            return;
        }
        let root = self.ridge.sqrt();
        for (penalised, coefficient) in at.iter().enumerate().skip(1) {
            columns.iter_mut().enumerate().for_each(|(j, column)| column.push(if j == penalised { root } else { 0.0 }));
            rhs.push(-root * coefficient);
        }
    }

    /// Goes along the step, or the half or quarter and so on of it, to where the fit is not worse.
    fn climb(&self, from: &[f64], step: &[f64]) -> Vec<f64> {
        let goal = self.objective(from);
        let mut share = 1.0;
        loop {
            let to: Vec<f64> = from.iter().zip(step).map(|(b, s)| b + share * s).collect();
            if share < 1e-6 || self.objective(&to) <= goal + 1e-12 * goal.abs() {
                return to;
            }
            share /= 2.0;
        }
    }

    /// Negative log-likelihood with the penalty.
    fn objective(&self, at: &[f64]) -> f64 {
        self.deviance(at) / 2.0 + self.ridge / 2.0 * at.iter().skip(1).map(|b| b * b).sum::<f64>()
    }

    fn deviance(&self, at: &[f64]) -> f64 {
        let row = |(i, o): (usize, &Proportion)| log_likelihood(*o, self.design.predict(i, at));
        -2.0 * self.outcomes.iter().enumerate().map(row).sum::<f64>()
    }

    fn finished(&self, coefficients: Vec<f64>) -> Result<Logistic> {
        super::checked(&coefficients)?;
        let inverse = self.newton(&coefficients)?.inverse_gram();
        let standard_errors = (0..coefficients.len()).map(|j| inverse[j][j].sqrt()).collect();
        Ok(Logistic { deviance: self.deviance(&coefficients), standard_errors, coefficients })
    }
}

/// Chances of a hit and of a miss at these log-odds, each to full precision.
pub(crate) fn chances(log_odds: f64) -> (f64, f64) {
    let e = (-log_odds.abs()).exp();
    let (large, small) = (1.0 / (1.0 + e), e / (1.0 + e));
    if log_odds >= 0.0 { (large, small) } else { (small, large) }
}

/// `hits · ln p + misses · ln(1 − p)` at these log-odds.
pub(crate) fn log_likelihood(outcome: Proportion, log_odds: f64) -> f64 {
    let softplus = log_odds.max(0.0) + (-log_odds.abs()).exp().ln_1p();
    outcome.hits() as f64 * log_odds - outcome.n() as f64 * softplus
}

#[cfg(test)]
mod tests;
