//! The row account: what became of every row of every export.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::scan::Fault;
use crate::columns::Source;
use crate::error::{Error, Result};

/// Rejects kept with their text; beyond these only the counts go on.
pub const KEPT_REJECTS: usize = 100_000;

/// Raw text of rejects kept, in bytes; beyond it they are listed without.
pub const KEPT_RAW: usize = 64 << 20;

/// A row (or the piece of text where one should be) that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// File as named relative to the config.
    pub file: String,
    /// Physical line, from 1.
    pub line: u64,
    /// Offset of the row's first byte in the file's text.
    pub byte: u64,
    /// Header of the column at fault; empty if the row's shape is.
    pub column: String,
    /// The cell (or the start of the row) as it stands, at most 200 characters.
    pub value: String,
    /// Stable code, named as Frictionless names it: `type-error`, `missing-cell`, `extra-cell` …
    pub code: Cow<'static, str>,
    /// What is wrong, in words.
    pub reason: String,
    /// The whole row as it stands, up to a bound; empty if too much was kept already.
    #[serde(skip)]
    pub raw: String,
}

impl Reject {
    /// A row of the wrong shape.
    pub(super) fn of_fault(file: &str, fault: &Fault) -> Self {
        Self {
            file: file.to_owned(),
            line: fault.line,
            byte: fault.byte,
            column: fault.column.map(|c| format!("column {}", c + 1)).unwrap_or_default(),
            value: fault.raw.chars().take(200).collect(),
            code: fault.code.as_str().into(),
            reason: fault.reason.clone(),
            raw: fault.raw.clone(),
        }
    }
}

/// The account of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLedger {
    /// File as named relative to the config; a file of an archive behind the archive's name.
    pub name: String,
    /// SHA-256 of the file as it lies there, in hexadecimal; empty where it was not asked for.
    pub sha256: String,
    /// How it is written, as found or told: packing, encoding, delimiter, header.
    pub written: Vec<String>,
    /// Data rows found, those set aside not counted.
    pub rows_in: u64,
    /// Rows that count.
    pub accepted: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Rows equal to one read before.
    pub duplicate: u64,
    /// Older states replaced by a newer row of the same id.
    pub superseded: u64,
    /// Rows left out by the rules of the source.
    pub set_aside: u64,
    /// Rows by which the product says that it cut the export short.
    pub partial: u64,
    /// Whether its last line does not end as lines do: it may have been cut off.
    pub is_unended: bool,
    /// Whether that line, being the last of the text as it was unpacked and decoded, could not be used either: then it was cut off.
    #[serde(default)]
    pub is_cut_off: bool,
    /// Why it may not be whole, and what else to know about it, a sentence each.
    pub remarks: Vec<String>,
    /// Its header as it stands.
    #[serde(skip)]
    pub header: String,
}

/// The account of one source.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SourceLedger {
    /// Name in the config.
    pub name: String,
    /// `tickets`, `calls`, …
    pub kind: String,
    /// Preset it was read with.
    pub preset: String,
    /// An account a file, sorted by name.
    pub files: Vec<FileLedger>,
    /// Data rows found, those set aside not counted.
    pub rows_in: u64,
    /// Rows that count.
    pub accepted: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Rows equal to one read before.
    pub duplicate: u64,
    /// Older states replaced by a newer row of the same id.
    pub superseded: u64,
    /// Accepted legs that became part of another leg's call.
    pub folded: u64,
    /// Rows left out by the rules of the source, by rule.
    pub set_aside: BTreeMap<String, u64>,
    /// Accepted rows dated after the cut-off, which no figure counts.
    pub after_cut_off: u64,
    /// Rejects by code.
    pub reject_codes: BTreeMap<Cow<'static, str>, u64>,
    /// The rejects, in file order, up to [`KEPT_REJECTS`].
    pub rejects: Vec<Reject>,
    /// Words that no value map knows: column → word → rows.
    pub unmapped: BTreeMap<String, BTreeMap<String, u64>>,
    /// Rows that hold U+FFFD: text damaged before it came here.
    pub garbled: u64,
    /// Ids that a spreadsheet has rounded (`1.23457E+11`): column → rows.
    pub mangled: BTreeMap<String, u64>,
    /// What was taken for likely about how the columns are written, a sentence each.
    pub guesses: Vec<String>,
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
    /// What the history holds of the source; `None` where it was not asked.
    #[serde(skip)]
    pub history: Option<Held>,
    /// The share of a file's rows that may be rejected.
    #[serde(skip)]
    pub reject_limit: f64,
    /// Bytes of raw text kept with the rejects.
    #[serde(skip)]
    kept_raw: usize,
}

/// What the history holds of a source, of which the rest of the account speaks only for the last batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// Batches taken in so far.
    pub batches: u64,
    /// Rows held.
    pub rows: u64,
    /// Rows that were new in the last batch.
    pub inserted: u64,
    /// Rows replaced by a newer state in the last batch.
    pub updated: u64,
    /// Rows of the last batch that were there as they are.
    pub unchanged: u64,
    /// Rows of the last batch older than what was there.
    pub older: u64,
    /// Rows read so far, in all batches.
    pub rows_in: u64,
    /// Rows refused so far, in all batches.
    pub rejected: u64,
}

impl FileLedger {
    /// Notes what speaks against the file being whole: as many rows as the product exports at most, or rows that say so themselves.
    pub(super) fn doubt(&mut self, product: &str, row_limits: &[u64]) {
        let rows = self.rows_in + self.set_aside;
        if row_limits.contains(&rows) {
            let remark = format!("it has exactly {rows} rows, as many as {product} exports at most: it may be cut off");
            self.remarks.push(remark);
        }
        if self.partial > 0 {
            self.remarks.push(format!("{} of its rows say that the export was not completed", self.partial));
        }
    }
}

impl SourceLedger {
    /// The account of a source that has had no file yet.
    pub(crate) fn without_files(name: &str, (kind, preset): (Source, &str)) -> Self {
        let unmapped_columns = kind.columns().iter().map(|c| c.name.to_owned()).collect();
        Self { name: name.to_owned(), kind: kind.name().to_owned(), preset: preset.to_owned(), unmapped_columns, ..Self::default() }
    }

    /// Checks that every row is accounted for, over the source and over each of its files.
    ///
    /// # Errors
    /// A bug if an identity is broken.
    pub fn check(&self) -> Result<()> {
        let sum = self.accepted + self.rejected + self.duplicate + self.superseded;
        if self.rows_in != sum {
            return Err(Error::bug(format!("{}: {} rows in, but {sum} accounted for", self.name, self.rows_in)));
        }
        let broken = |f: &&FileLedger| f.rows_in != f.accepted + f.rejected + f.duplicate + f.superseded;
        match self.files.iter().find(broken) {
            Some(file) => Err(Error::bug(format!("{}: {} rows in, not all accounted for", file.name, file.rows_in))),
            None if self.files.iter().map(|f| f.rows_in).sum::<u64>() != self.rows_in => {
                Err(Error::bug(format!("{}: the rows of its files do not add up", self.name)))
            }
            None => Ok(()),
        }
    }

    /// `rows in = accepted + rejected + duplicate + superseded`, with the numbers.
    pub fn identity(&self) -> String {
        format!(
            "{} rows in = {} accepted + {} rejected + {} duplicate + {} superseded",
            self.rows_in, self.accepted, self.rejected, self.duplicate, self.superseded
        )
    }

    /// Rows left out by the rules of the source.
    pub fn left_out(&self) -> u64 {
        self.set_aside.values().sum()
    }

    /// Why a file must not be used, if one must not: more of its rows are broken than its source allows.
    ///
    /// A few broken rows never condemn a file, unless nothing else is in it.
    pub fn refusal(&self) -> Option<Error> {
        let is_too_broken = |f: &&FileLedger| {
            let limit = ((f.rows_in as f64 * self.reject_limit) as u64).max(crate::settings::ALWAYS_BORNE);
            f.rejected > limit || (f.rejected > 0 && f.rejected == f.rows_in && self.reject_limit < 1.0)
        };
        let file = self.files.iter().find(is_too_broken)?;
        let what = format!("{} of its {} rows cannot be used, more than this source allows", file.rejected, file.rows_in);
        let mut error = Error::input(what).at(file.name.clone());
        for reject in self.rejects.iter().filter(|r| r.file == file.name).take(3) {
            error = error.hint(format!("line {}: {}", reject.line, reject.reason));
        }
        Some(
            error
                .hint("`deskcard check --rejects DIR` writes them out, to be fixed and read again")
                .hint(format!("if they may be left out, say so in its [[source]]: reject_limit = {:.2}", ceiling(file))),
        )
    }

    /// Notes that a canonical column is there though no header is it.
    pub(super) fn found(&mut self, column: &str) {
        if let Some(at) = self.unmapped_columns.iter().position(|c| c == column) {
            self.mapped.push(self.unmapped_columns.remove(at));
        }
    }

    pub(super) fn reject(&mut self, mut reject: Reject) {
        self.rejected += 1;
        *self.reject_codes.entry(reject.code.clone()).or_default() += 1;
        if self.rejects.len() < KEPT_REJECTS {
            self.kept_raw += reject.raw.len();
            if self.kept_raw > KEPT_RAW {
                reject.raw = String::new();
            }
            self.rejects.push(reject);
        }
    }
}

/// The share of rejects of a file, rounded up to a hundredth.
fn ceiling(file: &FileLedger) -> f64 {
    (file.rejected as f64 / file.rows_in.max(1) as f64 * 100.0).ceil() / 100.0
}

/// The accounts of all sources, in config order.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Ledger {
    /// An account a source.
    pub sources: Vec<SourceLedger>,
}

impl Ledger {
    /// Whether any source of a kind has a canonical column.
    pub fn has_column(&self, kind: crate::columns::Source, column: &str) -> bool {
        self.sources.iter().any(|s| s.kind == kind.name() && s.mapped.iter().any(|mapped| mapped == column))
    }

    /// Refuses what a source does not allow: see [`SourceLedger::refusal`].
    ///
    /// # Errors
    /// An input error that names the file and the first broken rows.
    pub fn accept(&self) -> Result<()> {
        self.sources.iter().find_map(SourceLedger::refusal).map_or(Ok(()), Err)
    }
}
