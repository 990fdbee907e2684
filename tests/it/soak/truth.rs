//! What the history must hold: a plain loop over the exports in the order they came, which knows nothing of deskcard.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::life::{Export, Kind, Row};

/// Which of two rows of the same thing counts, and which files: deskcard's rule, and others that a history might follow by mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The row that is newest by its own update time; of two as new the one that came last. The same bytes count once.
    Newest,
    /// The row that came last, whatever its update time.
    LastToCome,
    /// As [`Rule::Newest`], but of two as new the one that came first.
    FirstOfEquals,
    /// As [`Rule::Newest`], but a copy of a file counts again.
    Copies,
    /// As [`Rule::Newest`], but a file name counts once, whatever is in the file.
    Names,
}

/// The rows that count after every export so far.
#[derive(Debug)]
pub(crate) struct Truth {
    rule: Rule,
    seen: BTreeSet<(Kind, Vec<u8>)>,
    rows: BTreeMap<(Kind, String), Row>,
}

impl Truth {
    /// Nothing yet.
    pub(crate) fn new(rule: Rule) -> Self {
        Self { rule, seen: BTreeSet::new(), rows: BTreeMap::new() }
    }

    /// Takes in what came in a week; how many of the files were new.
    pub(crate) fn take_all(&mut self, exports: &[Export]) -> usize {
        exports.iter().filter(|export| self.take(export)).count()
    }

    /// Takes in an export; whether it was new.
    fn take(&mut self, export: &Export) -> bool {
        let identity = if self.rule == Rule::Names { export.name.clone().into_bytes() } else { Sha256::digest(&export.text).to_vec() };
        let is_new = self.seen.insert((export.kind, identity));
        if is_new || self.rule == Rule::Copies {
            export.rows.iter().for_each(|row| self.take_row(export.kind, row));
        }
        is_new
    }

    fn take_row(&mut self, kind: Kind, row: &Row) {
        let key = (kind, kind.key(row));
        let wins = self.rows.get(&key).is_none_or(|kept| match kind.updated(row).cmp(kind.updated(kept)) {
            Ordering::Less => self.rule == Rule::LastToCome,
            Ordering::Equal => self.rule != Rule::FirstOfEquals,
            Ordering::Greater => true,
        });
        if wins {
            self.rows.insert(key, row.clone());
        }
    }

    /// The rows of a source.
    pub(crate) fn rows(&self, kind: Kind) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |((k, _), _)| *k == kind).map(|(_, row)| row)
    }
}
