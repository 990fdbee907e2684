//! SQL expressions read once, to be evaluated over many parts of a table.

use std::collections::BTreeSet;

use polars::prelude::*;

use super::first_line;
use crate::desk::bug;
use crate::error::{Error, Result};

/// SQL expressions that have been read, with the derived columns they need.
#[derive(Debug)]
pub struct Prepared {
    /// The stored columns they are made of.
    pub(super) stored: BTreeSet<String>,
    pub(super) levels: Vec<Vec<Expr>>,
    pub(super) select: Vec<Expr>,
    pub(super) names: Vec<Expr>,
}

impl Prepared {
    /// The expressions over those rows whose mark is set.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub fn evaluate_marked(&self, rows: &DataFrame, marks: &[bool]) -> Result<DataFrame> {
        // Without any column a frame would forget how many rows it has.
        let is_needed = |c: &&Column| self.stored.is_empty() || self.stored.contains(c.name().as_str());
        let columns = rows.columns().iter().filter(is_needed).cloned().collect();
        let needed = DataFrame::new(rows.height(), columns).map_err(bug)?;
        self.evaluate(&needed.filter(&BooleanChunked::from_slice("mark".into(), marks)).map_err(bug)?)
    }

    /// The expressions over rows of the table they were prepared for.
    ///
    /// # Errors
    /// A config error that says what polars refused.
    pub fn evaluate(&self, rows: &DataFrame) -> Result<DataFrame> {
        let lazy = self.levels.iter().fold(rows.clone().lazy(), |lazy, level| lazy.with_columns(level.clone()));
        // A frame with the rows' own height first: literals alone would give one row.
        let out = lazy.with_columns(self.select.clone()).select(self.names.clone()).collect();
        out.map_err(|e| Error::config(format!("polars refuses an expression: {}", first_line(&e.to_string()))))
    }
}
