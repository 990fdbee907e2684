//! Householder's QR of a matrix with at least as many rows as columns, and of the right-hand side along with it.

use crate::stats::{Invalid, Result};

/// What is left of a column beside the earlier ones, as a share of its length, below which it counts as their combination.
const DEPENDENT: f64 = 1e-9;

/// `R` and the head of `Qᵀy`.
pub(crate) struct Qr {
    /// Upper triangle, column by column; what lies below the diagonal is of no meaning.
    columns: Vec<Vec<f64>>,
    diagonal: Vec<f64>,
    rhs: Vec<f64>,
}

impl Qr {
    /// Factors the columns, each as long as `rhs`.
    ///
    /// # Errors
    /// [`Invalid::TooFew`] for fewer rows than columns, [`Invalid::NoVariation`] if a column is a combination of the ones
    /// before it, or all zero.
    pub(crate) fn new(mut columns: Vec<Vec<f64>>, mut rhs: Vec<f64>) -> Result<Self> {
        if rhs.len() < columns.len() {
            return Err(Invalid::TooFew);
        }
        let lengths: Vec<f64> = columns.iter().map(|c| length(c)).collect();
        let mut diagonal = Vec::with_capacity(columns.len());
        for k in 0..columns.len() {
            let (done, rest) = columns.split_at_mut(k + 1);
            let reflector = &mut done[k][k..];
            let size = length(reflector);
            if !size.is_finite() {
                return Err(Invalid::NotFinite);
            }
            if size <= DEPENDENT * lengths[k] {
                return Err(Invalid::NoVariation);
            }
            // The sign that does not cancel.
            let pivot = if reflector[0] > 0.0 { -size } else { size };
            reflector[0] -= pivot;
            diagonal.push(pivot);
            rest.iter_mut().for_each(|column| reflect(reflector, &mut column[k..]));
            reflect(reflector, &mut rhs[k..]);
        }
        Ok(Self { columns, diagonal, rhs })
    }

    /// The coefficients of the least squares.
    pub(crate) fn coefficients(&self) -> Vec<f64> {
        self.back(&self.rhs[..self.diagonal.len()])
    }

    /// `(XᵀX)⁻¹ = R⁻¹R⁻ᵀ`.
    pub(crate) fn inverse_gram(&self) -> Vec<Vec<f64>> {
        let size = self.diagonal.len();
        let unit = |j: usize| (0..size).map(|i| f64::from(u8::from(i == j))).collect::<Vec<_>>();
        // Columns of R⁻¹.
        let inverse: Vec<Vec<f64>> = (0..size).map(|j| self.back(&unit(j))).collect();
        let cell = |i: usize, j: usize| inverse.iter().map(|column| column[i] * column[j]).sum();
        (0..size).map(|i| (0..size).map(|j| cell(i, j)).collect()).collect()
    }

    /// `R⁻¹ rhs`.
    fn back(&self, rhs: &[f64]) -> Vec<f64> {
        let mut solution = rhs.to_vec();
        for k in (0..solution.len()).rev() {
            solution[k] /= self.diagonal[k];
            let value = solution[k];
            solution[..k].iter_mut().zip(&self.columns[k]).for_each(|(s, r)| *s -= r * value);
        }
        solution
    }
}

/// `v − 2 u (u·v)/(u·u)`.
fn reflect(u: &[f64], v: &mut [f64]) {
    let (mut uu, mut uv) = (0.0, 0.0);
    for (a, b) in u.iter().zip(v.iter()) {
        uu += a * a;
        uv += a * b;
    }
    let factor = 2.0 * uv / uu;
    v.iter_mut().zip(u).for_each(|(v, u)| *v -= factor * u);
}

fn length(values: &[f64]) -> f64 {
    values.iter().map(|v| v * v).sum::<f64>().sqrt()
}
