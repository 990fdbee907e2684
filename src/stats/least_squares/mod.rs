//! Ordinary least squares with an intercept, for designs of few columns.

mod design;
mod qr;
mod robust;

pub use design::Design;
pub(crate) use qr::Qr;

use super::{Invalid, Result, checked};

/// A fitted linear model.
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSquares {
    /// One coefficient a column of the design, the intercept first.
    pub coefficients: Vec<f64>,
    /// Classical standard errors of the coefficients: right if the errors are independent and of one variance.
    pub standard_errors: Vec<f64>,
    /// Observed less fitted, one a row.
    pub residuals: Vec<f64>,
    /// Rows less columns.
    pub degrees_of_freedom: usize,
    /// `(XᵀX)⁻¹`, row by row.
    inverse_gram: Vec<Vec<f64>>,
}

/// Least squares of `y`, one value a row of the design, by Householder's QR (Golub 1965).
///
/// # Errors
/// [`Invalid::NotFinite`] and [`Invalid::Empty`] for `y`, [`Invalid::LengthsDiffer`], [`Invalid::TooFew`] if no degree of
/// freedom is left, [`Invalid::NoVariation`] if a column is a combination of others.
pub fn fit(design: &Design, y: &[f64]) -> Result<LeastSquares> {
    checked(y)?;
    if y.len() != design.rows() {
        return Err(Invalid::LengthsDiffer);
    }
    if design.rows() <= design.columns() {
        return Err(Invalid::TooFew);
    }
    let qr = Qr::new(design.by_columns(), y.to_vec())?;
    let coefficients = qr.coefficients();
    let residuals: Vec<f64> = y.iter().enumerate().map(|(i, y)| y - design.predict(i, &coefficients)).collect();
    let degrees_of_freedom = design.rows() - design.columns();
    let variance = sum_of_squares(&residuals) / degrees_of_freedom as f64;
    let inverse_gram = qr.inverse_gram();
    let standard_errors: Vec<f64> = (0..design.columns()).map(|j| (variance * inverse_gram[j][j]).sqrt()).collect();
    checked(&coefficients)?;
    checked(&standard_errors)?;
    Ok(LeastSquares { coefficients, standard_errors, residuals, degrees_of_freedom, inverse_gram })
}

impl LeastSquares {
    /// Whether nothing is left over but rounding: standard errors and tests then mean nothing.
    pub fn is_exact(&self, y: &[f64]) -> bool {
        sum_of_squares(&self.residuals) <= 1e-22 * sum_of_squares(y)
    }

    /// Durbin and Watson's statistic (1950): near 2 for independent errors, towards 0 if a row resembles the one before.
    ///
    /// # Errors
    /// [`Invalid::NoVariation`] if all residuals are zero.
    pub fn durbin_watson(&self) -> Result<f64> {
        let all = sum_of_squares(&self.residuals);
        if all <= 0.0 {
            return Err(Invalid::NoVariation);
        }
        Ok(self.residuals.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum::<f64>() / all)
    }
}

fn sum_of_squares(values: &[f64]) -> f64 {
    values.iter().map(|v| v * v).sum()
}

#[cfg(test)]
mod tests;
