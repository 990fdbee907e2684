//! Standard errors that hold when the rows are not independent.

use super::{Design, LeastSquares};
use crate::stats::{Invalid, Result};

/// Standard errors that allow the rows of a cluster to depend on each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Clustered {
    /// Without small-sample correction (CR0, Liang and Zeger 1986).
    pub cr0: Vec<f64>,
    /// Times `√(G/(G−1) · (N−1)/(N−K))` for `G` clusters, `N` rows and `K` columns (CR1, the correction of Stata).
    pub cr1: Vec<f64>,
}

impl LeastSquares {
    /// Newey and West's standard errors (1987): rows up to `lags` apart may depend on each other, weighted by Bartlett's
    /// kernel `1 − l/(lags+1)`; without small-sample correction. The rows must be in order of time and equally far apart.
    ///
    /// # Errors
    /// [`Invalid::LengthsDiffer`] if the design is not the one of the fit, [`Invalid::OutOfRange`] if there are no more rows
    /// than lags.
    pub fn newey_west(&self, design: &Design, lags: usize) -> Result<Vec<f64>> {
        let scores = self.scores(design)?;
        if lags >= scores.len() {
            return Err(Invalid::OutOfRange("the number of lags"));
        }
        let columns = design.columns();
        let mut meat = vec![vec![0.0; columns]; columns];
        for lag in 0..=lags {
            let weight = 1.0 - lag as f64 / (lags as f64 + 1.0);
            for (early, late) in scores.iter().zip(&scores[lag..]) {
                for i in 0..columns {
                    for j in 0..columns {
                        let both = if lag == 0 { early[i] * late[j] } else { early[i] * late[j] + late[i] * early[j] };
                        meat[i][j] += weight * both;
                    }
                }
            }
        }
        Ok(self.sandwich(&meat))
    }

    /// Standard errors by cluster; `clusters` numbers the cluster of every row.
    ///
    /// # Errors
    /// [`Invalid::LengthsDiffer`], [`Invalid::TooFew`] for fewer than two clusters.
    pub fn clustered(&self, design: &Design, clusters: &[usize]) -> Result<Clustered> {
        let scores = self.scores(design)?;
        if clusters.len() != scores.len() {
            return Err(Invalid::LengthsDiffer);
        }
        let columns = design.columns();
        let (numbers, count) = super::super::permutation::dense(clusters);
        if count < 2 {
            return Err(Invalid::TooFew);
        }
        let mut sums = vec![vec![0.0; columns]; count];
        for (score, &cluster) in scores.iter().zip(&numbers) {
            sums[cluster].iter_mut().zip(score).for_each(|(sum, s)| *sum += s);
        }
        let cell = |i: usize, j: usize| sums.iter().map(|s| s[i] * s[j]).sum::<f64>();
        let meat: Vec<Vec<f64>> = (0..columns).map(|i| (0..columns).map(|j| cell(i, j)).collect()).collect();
        let cr0 = self.sandwich(&meat);
        let (g, n) = (count as f64, scores.len() as f64);
        let factor = (g / (g - 1.0) * (n - 1.0) / self.degrees_of_freedom as f64).sqrt();
        Ok(Clustered { cr1: cr0.iter().map(|se| se * factor).collect(), cr0 })
    }

    /// Every row of the design times its residual.
    fn scores(&self, design: &Design) -> Result<Vec<Vec<f64>>> {
        if design.rows() != self.residuals.len() || design.columns() != self.coefficients.len() {
            return Err(Invalid::LengthsDiffer);
        }
        Ok(self.residuals.iter().enumerate().map(|(i, e)| design.row(i).iter().map(|x| x * e).collect()).collect())
    }

    /// Roots of the diagonal of `(XᵀX)⁻¹ M (XᵀX)⁻¹`.
    fn sandwich(&self, meat: &[Vec<f64>]) -> Vec<f64> {
        let variance = |bread: &Vec<f64>| -> f64 {
            let filled = meat.iter().map(|row| row.iter().zip(bread).map(|(m, b)| m * b).sum::<f64>());
            filled.zip(bread).map(|(f, b)| f * b).sum()
        };
        // Rounding may leave a variance of zero just below it.
        self.inverse_gram.iter().map(|bread| variance(bread).max(0.0).sqrt()).collect()
    }
}
