//! Tables as they were read before: a log grows by one entry an intake, and nearly every step of a run asks for its newest version.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Snapshot;
use crate::publish::settle::{State, look};

/// The newest versions of some tables; copies share what they know.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<BTreeMap<PathBuf, Known>>>);

#[derive(Debug, Clone)]
struct Known {
    /// The file of the version, as the disk had it.
    entry: State,
    snapshot: Snapshot,
}

impl Memory {
    /// What is known of a table; nothing if the entry of that version, found by `entry`, is another file now: then it was made anew.
    pub(super) fn recall(&self, table: &Path, entry: impl Fn(u64) -> PathBuf) -> Option<Snapshot> {
        let known = self.tables().get(table)?.clone();
        let is_same = look(&entry(known.snapshot.version)).is_ok_and(|now| now == known.entry);
        is_same.then_some(known.snapshot)
    }

    /// Keeps the newest version of a table, whose entry was `before` when nothing of it was read yet.
    pub(super) fn keep(&self, table: &Path, before: State, snapshot: &Snapshot) {
        self.tables().insert(table.to_owned(), Known { entry: before, snapshot: snapshot.clone() });
    }

    fn tables(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
