//! A table as it was at one version.

use std::collections::BTreeMap;
use std::path::Path;

use super::action::{Action, Add, Metadata, Remove};
use super::{beyond, damaged, entry};
use crate::error::Result;

/// A table at one version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The version.
    pub version: u64,
    /// Columns and settings.
    pub metadata: Metadata,
    /// The files whose rows are the table's, by their path from its folder.
    pub files: BTreeMap<String, Add>,
    /// The files that were part of an older version and are no longer, by their path.
    pub removed: BTreeMap<String, Remove>,
    /// How far each application is.
    pub txns: BTreeMap<String, i64>,
}

impl Snapshot {
    /// Goes on to the next version with what its entry says.
    pub(super) fn apply(&mut self, version: u64, actions: Vec<Action>, path: &Path) -> Result<()> {
        if version == 0 && !entry::makes_table(&actions) {
            return Err(damaged("the first entry lacks the protocol or the description of the table", path.display()));
        }
        self.version = version;
        actions.into_iter().for_each(|action| self.act(action));
        Ok(())
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Protocol(_) | Action::CommitInfo(_) => {}
            Action::Metadata(metadata) => self.metadata = metadata,
            Action::Transaction(transaction) => {
                self.txns.insert(transaction.app_id, transaction.version);
            }
            Action::Add(file) => {
                self.removed.remove(&file.path);
                self.files.insert(file.path.clone(), file);
            }
            Action::Remove(file) => {
                self.files.remove(&file.path);
                self.removed.insert(file.path.clone(), file);
            }
        }
    }

    /// Refuses a table with rules that would not be kept here.
    pub(super) fn verify(&self, path: &Path) -> Result<()> {
        let Metadata { format, configuration, partition_columns, .. } = &self.metadata;
        if format.provider != "parquet" {
            return Err(beyond(format!("the files of the table are of the format `{}`, not `parquet`", format.provider), path.display()));
        }
        if configuration.get("delta.appendOnly").is_some_and(|is_so| is_so.eq_ignore_ascii_case("true")) {
            return Err(beyond("the table is marked `delta.appendOnly`: no row of it may be replaced", path.display()));
        }
        let fields = self.metadata.fields().map_err(|e| beyond(e.what, path.display()))?;
        match partition_columns.iter().find(|name| !fields.iter().any(|field| field.name == **name)) {
            Some(name) => Err(damaged(format!("the files are parted by `{name}`, which is no column of the table"), path.display())),
            None => Ok(()),
        }
    }
}
