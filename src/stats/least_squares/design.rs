//! The right-hand side of a regression.

use crate::stats::{Invalid, Result};

/// The columns of a regression, row by row; the first column is the intercept, always.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    cells: Vec<f64>,
    columns: usize,
}

impl Design {
    /// A design from one list of covariates a row, without the intercept, which is added.
    ///
    /// # Errors
    /// [`Invalid::Empty`] for no rows, [`Invalid::LengthsDiffer`] for rows of different lengths, [`Invalid::NotFinite`].
    pub fn new(rows: &[Vec<f64>]) -> Result<Self> {
        let first = rows.first().ok_or(Invalid::Empty)?;
        if rows.iter().any(|row| row.len() != first.len()) {
            return Err(Invalid::LengthsDiffer);
        }
        if rows.iter().flatten().any(|v| !v.is_finite()) {
            return Err(Invalid::NotFinite);
        }
        let cells = rows.iter().flat_map(|row| std::iter::once(1.0).chain(row.iter().copied())).collect();
        Ok(Self { cells, columns: first.len() + 1 })
    }

    /// The design without covariates.
    ///
    /// # Errors
    /// [`Invalid::Empty`] for no rows.
    pub fn intercept(rows: usize) -> Result<Self> {
        if rows == 0 {
            return Err(Invalid::Empty);
        }
        Ok(Self { cells: vec![1.0; rows], columns: 1 })
    }

    /// How many rows.
    pub const fn rows(&self) -> usize {
        self.cells.len() / self.columns
    }

    /// How many columns, with the intercept.
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// The cells of a row, the intercept first.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.cells[row * self.columns..(row + 1) * self.columns]
    }

    /// The row times the coefficients.
    pub(crate) fn predict(&self, row: usize, coefficients: &[f64]) -> f64 {
        self.row(row).iter().zip(coefficients).map(|(x, b)| x * b).sum()
    }

    /// The cells column by column.
    pub(crate) fn by_columns(&self) -> Vec<Vec<f64>> {
        (0..self.columns).map(|j| self.cells.iter().skip(j).step_by(self.columns).copied().collect()).collect()
    }

    /// The root of the mean square of every column; 1 for a column of zeros.
    pub(crate) fn sizes(&self) -> Vec<f64> {
        let rows = self.rows() as f64;
        let size = |column: Vec<f64>| (column.iter().map(|v| v * v).sum::<f64>() / rows).sqrt();
        self.by_columns().into_iter().map(size).map(|s| if s > 0.0 { s } else { 1.0 }).collect()
    }
}
