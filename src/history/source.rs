//! What a table knows of how it came to be: the account of each batch, and how its source was described then.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::table::Change;
use crate::error::{Error, Result};
use crate::ingest;
use crate::ingest::ledger::SourceLedger;
use crate::publish::file::replace;
use crate::publish::stage::hex;
use crate::settings::SourceSettings;

/// Changes when stored rows would come out differently for the same exports: tables are then made anew.
const MADE_LIKE: u32 = 2;
/// The folder of the accounts within a table's; Delta readers pass over names with an underscore.
const FOLDER: &str = "_deskcard";

/// What a batch brought, beside its rows.
#[derive(Debug)]
pub(super) struct Batch {
    /// What became of the rows of its files.
    pub(super) ledger: SourceLedger,
    /// Rows and empty cells by column.
    pub(super) empty: BTreeMap<String, (u64, u64)>,
}

/// The account of one batch of a source, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    /// The journal's entry.
    pub entry: u64,
    /// What became of the rows of its files.
    pub ledger: SourceLedger,
    /// What that changed in the table.
    pub change: Change,
    /// The cut-off of the run that took it in, seconds UTC.
    pub at: i64,
    /// Rows and empty cells of the batch by column.
    pub empty: BTreeMap<String, (u64, u64)>,
    /// The batch before it that had something of this source; 0 for the first.
    pub before: u64,
    /// Batches so far, this one included.
    pub batches: u64,
    /// Rows read so far, in all batches.
    pub rows_in: u64,
    /// Rows refused so far, in all batches.
    pub rejected: u64,
}

impl Kept {
    /// The account of a batch that comes after `before`.
    pub(super) fn new(before: Option<&Self>, batch: Batch, (change, at): (Change, i64)) -> Self {
        let Batch { mut ledger, empty } = batch;
        if let Some(before) = before {
            // A column counts as there once any export had it.
            let earlier = before.ledger.mapped.iter().filter(|c| ledger.unmapped_columns.contains(c)).cloned().collect::<Vec<_>>();
            ledger.unmapped_columns.retain(|c| !earlier.contains(c));
            ledger.mapped.extend(earlier);
        }
        let so_far = |of: fn(&Self) -> u64| before.map_or(0, of);
        Self {
            entry: change.entry,
            at,
            empty,
            before: before.map_or(0, |b| b.entry),
            batches: so_far(|k| k.batches) + 1,
            rows_in: so_far(|k| k.rows_in) + ledger.rows_in,
            rejected: so_far(|k| k.rejected) + ledger.rejected,
            ledger,
            change,
        }
    }

    /// Writes it into a table's folder.
    pub(super) fn write(&self, table: &Path) -> Result<()> {
        let text = serde_json::to_vec(self).map_err(|e| Error::bug(e.to_string()))?;
        replace(&path(table, self.entry), &text)
    }

    /// The account of an entry's batch.
    ///
    /// # Errors
    /// An input error if it is not there or cannot be read.
    pub(super) fn read(table: &Path, entry: u64) -> Result<Self> {
        let path = path(table, entry);
        let damaged = |why: String| {
            Error::input(format!("the account of a batch cannot be read: {why}"))
                .at(path.display().to_string())
                .hint("`deskcard history rebuild` makes the tables and their accounts anew from the exports kept")
        };
        let bytes = std::fs::read(&path).map_err(|e| damaged(e.to_string()))?;
        serde_json::from_slice(&bytes).map_err(|e| damaged(e.to_string()))
    }
}

fn path(table: &Path, entry: u64) -> std::path::PathBuf {
    table.join(FOLDER).join(format!("{entry:06}.json"))
}

/// A hash of all that decides which rows an export gives: a table made under another one must be made anew.
pub(super) fn fingerprint(source: &SourceSettings) -> String {
    // Where it stands in the config and which files it names change no row.
    let mut described = SourceSettings { at: String::new(), files: Vec::new(), name: String::new(), reject_limit: 0.0, ..source.clone() };
    described.columns.iter_mut().for_each(|column| column.at.clear());
    let text = format!("{MADE_LIKE} {} {described:?}", ingest::key_probe());
    hex(&Sha256::digest(text.as_bytes())[..8])
}
