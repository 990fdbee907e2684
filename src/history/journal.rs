//! The order in which things came to the history: a numbered file an entry, there whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::publish::file::{Creation, create, replace};
use crate::publish::names_in;

/// One change of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, from 1, over all sources.
    pub number: u64,
    /// The cut-off of the run that took it in, seconds since 1970 UTC.
    pub at: i64,
    /// The version of deskcard that took it in.
    pub tool: String,
    /// What came or went.
    #[serde(flatten)]
    pub what: What,
}

impl Entry {
    /// The exports it brought.
    pub fn exports(&self) -> impl Iterator<Item = &Export> {
        let sources = if let What::Batch { sources } = &self.what { Some(sources) } else { None };
        sources.into_iter().flat_map(BTreeMap::values).flatten()
    }

    /// Whether it brought exports of a source.
    pub fn brings(&self, source: &str) -> bool {
        matches!(&self.what, What::Batch { sources } if sources.contains_key(source))
    }

    /// Whether it may change the table of a source.
    pub fn concerns(&self, source: &str) -> bool {
        self.brings(source) || !matches!(self.what, What::Batch { .. })
    }
}

/// What an entry does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// Exports came.
    Batch {
        /// The exports by source, in the order they are read.
        sources: BTreeMap<String, Vec<Export>>,
    },
    /// Rows whose last instant lies before this one were removed for good.
    Purge {
        /// Seconds since 1970 UTC.
        before: i64,
    },
    /// Small files were put together.
    Compact,
}

/// An export that was taken in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Export {
    /// Its name, relative to the config's folder.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// When it was last changed, nanoseconds since 1970 UTC.
    pub modified: i64,
    /// What it was when it came, where it is kept without the names of people who were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<Came>,
}

/// An export as it came, before somebody was taken out of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Came {
    /// SHA-256 of its bytes then.
    pub sha256: String,
    /// Its size then.
    pub bytes: u64,
    /// How many people had been erased when it was last written anew, which is why it is not as it came.
    pub erasures: usize,
}

impl Export {
    /// SHA-256 and size of the file as it came.
    pub fn as_it_came(&self) -> (&str, u64) {
        self.came.as_ref().map_or((&self.sha256, self.bytes), |came| (&came.sha256, came.bytes))
    }

    /// Its name below any folder: no root, no way upwards.
    pub fn safe_name(&self) -> String {
        let parts = self.name.split(['/', '\\']).filter(|p| !p.is_empty() && *p != ".");
        parts.map(|p| if p == ".." { "up" } else { p }).collect::<Vec<_>>().join("/")
    }
}

/// The folder of the entries.
#[derive(Debug, Clone)]
pub struct Journal {
    dir: PathBuf,
}

impl Journal {
    /// The journal in a folder, which need not be there yet.
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// All entries, in order.
    ///
    /// # Errors
    /// An input error for an entry that is missing between others or that cannot be read.
    pub fn entries(&self) -> Result<Vec<Entry>> {
        let numbers = self.numbers()?;
        if let Some((i, _)) = numbers.iter().enumerate().find(|(i, n)| **n != *i as u64 + 1) {
            let missing = self.path(i as u64 + 1);
            return Err(Error::input("an entry of the journal is missing")
                .at(missing.display().to_string())
                .hint("restore it from a backup"));
        }
        numbers.into_iter().map(|n| read(&self.path(n), n)).collect()
    }

    /// The number of the last entry; 0 if there is none.
    ///
    /// # Errors
    /// An input error if the folder cannot be read.
    pub fn last(&self) -> Result<u64> {
        Ok(self.numbers()?.last().copied().unwrap_or(0))
    }

    /// The numbers of the entries, sorted.
    fn numbers(&self) -> Result<Vec<u64>> {
        let number = |name: &String| name.strip_suffix(".json").filter(|n| n.len() == 6).and_then(|n| n.parse().ok());
        let mut numbers: Vec<u64> = names_in(&self.dir)?.unwrap_or_default().iter().filter_map(number).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Writes the entry that comes next: from then on it has happened.
    ///
    /// # Errors
    /// An output error if it cannot be written, or if somebody else has written it.
    pub fn append(&self, entry: &Entry) -> Result<()> {
        let path = self.path(entry.number);
        let mut text = serde_json::to_string_pretty(entry).map_err(|e| Error::bug(e.to_string()))?;
        text.push('\n');
        match create(&path, text.as_bytes())? {
            Creation::Created => Ok(()),
            Creation::Taken => Err(Error::output("somebody else has written to the history meanwhile").at(path.display().to_string())),
        }
    }

    /// Writes an entry anew in one step, where its exports are kept without somebody from now on.
    ///
    /// # Errors
    /// An output error; the entry is then as it was.
    pub(crate) fn rewrite(&self, entry: &Entry) -> Result<()> {
        let mut text = serde_json::to_string_pretty(entry).map_err(|e| Error::bug(e.to_string()))?;
        text.push('\n');
        replace(&self.path(entry.number), text.as_bytes())
    }

    fn path(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{number:06}.json"))
    }
}

fn read(path: &Path, number: u64) -> Result<Entry> {
    let damaged = |why: String| Error::input(format!("an entry of the journal cannot be read: {why}")).at(path.display().to_string());
    let text = std::fs::read_to_string(path).map_err(|e| damaged(e.to_string()))?;
    let entry: Entry = serde_json::from_str(&text).map_err(|e| damaged(e.to_string()))?;
    if entry.number == number { Ok(entry) } else { Err(damaged(format!("it says it is number {}", entry.number))) }
}

/// What has been taken in of a source.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    hashes: BTreeSet<String>,
    files: BTreeSet<(String, u64, i64)>,
}

impl Seen {
    /// From the entries of the journal.
    pub fn of(entries: &[Entry], source: &str) -> Self {
        let mut seen = Self::default();
        for entry in entries {
            let What::Batch { sources } = &entry.what else { continue };
            for export in sources.get(source).into_iter().flatten() {
                let (sha256, bytes) = export.as_it_came();
                seen.hashes.insert(sha256.to_owned());
                seen.files.insert((export.name.clone(), bytes, export.modified));
            }
        }
        seen
    }

    /// Whether a file of this name, size and time has been taken in: it need not be read again.
    pub fn has_file(&self, name: &str, bytes: u64, modified: i64) -> bool {
        self.files.contains(&(name.to_owned(), bytes, modified))
    }

    /// Whether a file of these bytes has been taken in, under whatever name.
    pub fn has_bytes(&self, sha256: &str) -> bool {
        self.hashes.contains(sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u64) -> Entry {
        let export = Export { name: "exports/../t.csv".into(), sha256: "ab".into(), bytes: 3, modified: 5, came: None };
        let sources = BTreeMap::from([("tickets".to_owned(), vec![export])]);
        Entry { number, at: 7, tool: "deskcard 0".into(), what: What::Batch { sources } }
    }

    #[test]
    fn entries_come_back_in_order_and_a_number_is_given_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let journal = Journal::at(dir.path().join("journal"));
        assert_eq!(journal.entries().expect("no entries yet"), []);
        let purge = Entry { what: What::Purge { before: 9 }, ..entry(2) };
        for entry in [&entry(1), &purge] {
            journal.append(entry).expect("an entry");
        }
        assert_eq!(journal.entries().expect("entries"), [entry(1), purge.clone()]);
        assert!(journal.append(&purge).is_err());
        std::fs::remove_file(dir.path().join("journal/000001.json")).expect("removed");
        assert!(journal.entries().expect_err("a gap").at.contains("000001.json"));
    }

    #[test]
    fn what_was_taken_in_is_known_by_its_bytes_and_by_its_place() {
        let seen = Seen::of(&[entry(1)], "tickets");
        assert!(seen.has_bytes("ab") && !seen.has_bytes("cd"));
        assert!(seen.has_file("exports/../t.csv", 3, 5) && !seen.has_file("exports/../t.csv", 3, 6));
        assert!(!Seen::of(&[entry(1)], "calls").has_bytes("ab"));
    }

    #[test]
    fn names_stay_below_the_folder() {
        let name = |n: &str| Export { name: n.into(), sha256: String::new(), bytes: 0, modified: 0, came: None }.safe_name();
        assert_eq!(name("exports/week 46.csv"), "exports/week 46.csv");
        assert_eq!(name("/srv/../x.csv"), "srv/up/x.csv");
    }
}
