//! The row account: what became of every row of every export.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::{Error, Result};

/// Rejects kept with their text; beyond these only the counts go on.
pub const KEPT_REJECTS: usize = 100_000;

/// A row (or the piece of text where one should be) that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// File as named relative to the config.
    pub file: String,
    /// Physical line, from 1.
    pub line: u64,
    /// Offset of the row's first byte in the file.
    pub byte: u64,
    /// Header of the column at fault; empty if the row's shape is.
    pub column: String,
    /// The cell (or the start of the row) as it stands, at most 200 characters.
    pub value: String,
    /// Stable code, named as Frictionless names it: `type-error`, `missing-cell`, `extra-cell` …
    pub code: &'static str,
    /// What is wrong, in words.
    pub reason: String,
}

/// The account of one source.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SourceLedger {
    /// Name in the config.
    pub name: String,
    /// `tickets`, `calls`, …
    pub kind: String,
    /// Files read, relative to the config, sorted.
    pub files: Vec<String>,
    /// Data rows found, those left out by the source's `where` not counted.
    pub rows_in: u64,
    /// Rows that count.
    pub accepted: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Rows equal to one read before.
    pub duplicate: u64,
    /// Older states replaced by a newer row of the same id.
    pub superseded: u64,
    /// Rows left out by the source's `where`.
    pub filtered: u64,
    /// Accepted rows dated after the cut-off, which no figure counts.
    pub after_cut_off: u64,
    /// Rejects by code.
    pub reject_codes: BTreeMap<&'static str, u64>,
    /// The rejects, in file order, up to [`KEPT_REJECTS`].
    pub rejects: Vec<Reject>,
    /// Words that no value map knows: column → word → rows.
    pub unmapped: BTreeMap<String, BTreeMap<String, u64>>,
    /// Rows that hold U+FFFD: text damaged before it came here.
    pub garbled: u64,
    /// Local times that a clock change skipped or repeated.
    pub clock_changes: u64,
    /// Canonical columns found in the files (or constant).
    pub mapped: Vec<String>,
    /// Canonical columns no file has.
    pub unmapped_columns: Vec<String>,
    /// Headers nothing is mapped to.
    pub ignored_headers: Vec<String>,
    /// First and last instant of the rows' own date, seconds UTC.
    pub covers: Option<(i64, i64)>,
}

impl SourceLedger {
    /// Checks that every row is accounted for.
    ///
    /// # Errors
    /// A bug if the identity is broken.
    pub fn check(&self) -> Result<()> {
        let sum = self.accepted + self.rejected + self.duplicate + self.superseded;
        if self.rows_in == sum {
            return Ok(());
        }
        Err(Error::bug(format!("{}: {} rows in, but {sum} accounted for", self.name, self.rows_in)))
    }

    /// `rows in = accepted + rejected + duplicate + superseded`, with the numbers.
    pub fn identity(&self) -> String {
        format!(
            "{} rows in = {} accepted + {} rejected + {} duplicate + {} superseded",
            self.rows_in, self.accepted, self.rejected, self.duplicate, self.superseded
        )
    }

    pub(super) fn reject(&mut self, reject: Reject) {
        self.rejected += 1;
        *self.reject_codes.entry(reject.code).or_default() += 1;
        if self.rejects.len() < KEPT_REJECTS {
            self.rejects.push(reject);
        }
    }
}

/// The accounts of all sources, in config order.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Ledger {
    /// An account a source.
    pub sources: Vec<SourceLedger>,
}
