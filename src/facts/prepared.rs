//! SQL expressions read once, to be evaluated over many parts of a table.

use std::collections::BTreeSet;

use polars::prelude::*;

use super::{Facts, Table, first_line};
use crate::desk::{Frame, bug, longs};
use crate::error::{Error, Result};

impl Facts {
    /// The rows of a table that are wanted for what they have in the columns `by` (instants, counts or keys, [`MISSING`](crate::desk::MISSING)
    /// for null), with the named columns, part by part. A part without any such row is left out, and of no other row is anything copied.
    ///
    /// # Errors
    /// A config error for a column that the table does not have.
    pub fn parts<const N: usize>(
        &self,
        table: Table,
        (by, names): ([&str; N], &[&str]),
        mut is_wanted: impl FnMut([i64; N]) -> bool,
    ) -> Result<Vec<Frame>> {
        if self.frame(table).height() == 0 {
            return Ok(Vec::new());
        }
        let exprs = |names: &[&str]| names.iter().map(|n| ((*n).to_owned(), format!("\"{n}\""))).collect::<Vec<_>>();
        let (keys, all) = (self.prepare(table, &exprs(&by))?, self.prepare(table, &exprs(names))?);
        let mut out = Vec::new();
        for segment in &self.frame(table).segments {
            let columns = keys.evaluate(segment)?.columns().iter().map(longs).collect::<Result<Vec<_>>>()?;
            let marks: Vec<bool> = (0..segment.height()).map(|row| is_wanted(std::array::from_fn(|column| columns[column][row]))).collect();
            if marks.contains(&true) {
                out.push(Frame { segments: vec![all.evaluate_marked(segment, &marks)?] });
            }
        }
        Ok(out)
    }
}

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
