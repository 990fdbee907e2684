//! The log of a Delta table: which files hold its rows, version by version, as other readers of the format understand it.
//!
//! Of the [protocol](https://github.com/delta-io/delta/blob/master/PROTOCOL.md) reader version 1 and writer version 2; a table that asks for
//! more is refused, never half understood. A version is one file `_delta_log/<20 digits>.json`: it is there whole or not at all, and is
//! never written twice. Checkpoints that others wrote are not needed and not read.

mod action;
mod commit_info;
mod entry;
mod listing;
mod memory;
mod schema;
mod snapshot;
mod stats;
mod uri;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use action::{Action, Add, Format, Metadata, PartitionValues, Protocol, Remove, Transaction};
pub use commit_info::CommitInfo;
pub use memory::Memory;
pub use schema::{Field, Kind, schema_string};
pub use snapshot::Snapshot;
pub use stats::{Stats, Value, num_records};

use crate::error::{Error, Result};
use crate::publish::file::{Creation, create, sweep};
use crate::publish::settle::look;
use listing::{Listing, entry_name};

/// The folder of the log in the folder of its table.
const FOLDER: &str = "_delta_log";

/// The log of one table.
#[derive(Debug, Clone)]
pub struct Log {
    table: PathBuf,
    memory: Option<Memory>,
}

impl Log {
    /// The log of the table in a folder; the folder need not exist yet.
    pub fn new(table: &Path) -> Self {
        Self { table: table.to_owned(), memory: None }
    }

    /// The same, of which nothing is read twice.
    pub fn remembering(table: &Path, memory: &Memory) -> Self {
        Self { memory: Some(memory.clone()), ..Self::new(table) }
    }

    /// The versions of the table, from 0 without a gap; none if there is no table yet.
    ///
    /// # Errors
    /// An input error that names the file, if one is missing or has no name that the protocol knows.
    pub fn versions(&self) -> Result<Vec<u64>> {
        Listing::of(&self.folder())?.versions()
    }

    /// The table as it was at a version, by default the newest; `None` if there is no table yet.
    ///
    /// # Errors
    /// An input error if there is no such version, if an entry is damaged, or if the table needs more of the protocol than is known here.
    pub fn snapshot(&self, at: Option<u64>) -> Result<Option<Snapshot>> {
        let versions = self.versions()?;
        let Some(&newest) = versions.last() else { return Ok(None) };
        let version = at.unwrap_or(newest);
        if version > newest {
            let what = format!("there is no version {version}: the newest is {newest}");
            return Err(Error::input(what).at(self.folder().display().to_string()).hint("`deskcard history list` shows them"));
        }
        let known = self.memory.as_ref().and_then(|memory| memory.recall(&self.table, |version| self.entry(version)));
        let known = known.filter(|known| known.version <= version);
        let first = known.as_ref().map_or(0, |known| known.version + 1);
        let newest_file = look(&self.entry(newest)).ok();
        let mut snapshot = known.unwrap_or_default();
        for version in first..=version {
            let path = self.entry(version);
            snapshot.apply(version, entry::read(&path)?, &path)?;
        }
        snapshot.verify(&self.entry(version))?;
        if let (Some(memory), Some(file), true) = (&self.memory, newest_file, version == newest) {
            memory.keep(&self.table, file, &snapshot);
        }
        Ok(Some(snapshot))
    }

    /// What every version says of itself, oldest first; an entry that says nothing has an empty [`CommitInfo`].
    ///
    /// # Errors
    /// As [`Log::snapshot`].
    #[cfg(test)]
    pub(crate) fn commits(&self) -> Result<Vec<(u64, CommitInfo)>> {
        let of = |version| {
            let info = entry::read(&self.entry(version))?.into_iter().find_map(|action| match action {
                Action::CommitInfo(info) => Some(info),
                _ => None,
            });
            Ok((version, info.unwrap_or_default()))
        };
        self.versions()?.into_iter().map(of).collect()
    }

    /// Makes a version, durably: afterwards the entry is on the disk with its name, or (in an error) it is there whole or not at all.
    ///
    /// The files it adds must be on the disk by then. Folders that are missing are made.
    ///
    /// # Errors
    /// An output error if the disk refuses; an input error if the version before it is missing; a bug if the actions are not allowed.
    pub fn commit(&self, version: u64, actions: &[Action]) -> Result<Creation> {
        let bytes = entry::to_bytes(version, actions)?;
        if let Some(before) = version.checked_sub(1).map(|before| self.entry(before))
            && !before.is_file()
        {
            return Err(damaged(format!("version {version} cannot be made: the one before it is missing"), before.display()));
        }
        create(&self.entry(version), &bytes)
    }

    /// Before anything is read for writing: removes what a writer that was killed left half, and makes durable what it had finished.
    ///
    /// The lock of the run must be held. A log that is not there yet is in order.
    ///
    /// # Errors
    /// An output error if the disk refuses.
    pub fn recover(&self) -> Result<()> {
        sweep(&self.folder()).map(|_| ())
    }

    fn folder(&self) -> PathBuf {
        self.table.join(FOLDER)
    }

    fn entry(&self, version: u64) -> PathBuf {
        self.folder().join(entry_name(version))
    }
}

/// A log that cannot be trusted as it stands.
fn damaged(what: impl Into<String>, at: impl std::fmt::Display) -> Error {
    Error::input(what)
        .at(at.to_string())
        .hint("`deskcard history verify` says what else is damaged")
        .hint("`deskcard history rebuild` makes the tables anew from the exports kept")
}

/// A log that is in order, but asks for more than is known here.
fn beyond(what: impl Into<String>, at: impl std::fmt::Display) -> Error {
    Error::input(what)
        .at(at.to_string())
        .hint("another program changed the table; deskcard reads tables of reader version 1 and writer version 2")
        .hint("`deskcard history rebuild` makes the tables anew from the exports kept")
}
