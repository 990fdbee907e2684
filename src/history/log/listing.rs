//! What lies in the folder of the log: its entries, and what others leave beside them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{beyond, damaged};
use crate::error::Result;

/// Digits of a version in a name.
const DIGITS: usize = 20;

/// The name of a version's entry.
pub(super) fn entry_name(version: u64) -> String {
    format!("{version:0DIGITS$}.json")
}

/// What a name says.
#[derive(Debug, PartialEq, Eq)]
enum Name {
    /// An entry, of this version.
    Entry(u64),
    /// The whole state of a version, written by others to read less.
    Checkpoint,
    /// Nothing that matters: being written, a checksum, a summary.
    Aside,
    /// Nothing the protocol knows.
    Strange,
}

/// The content of a log's folder.
#[derive(Debug)]
pub(super) struct Listing {
    folder: PathBuf,
    entries: BTreeSet<u64>,
    has_checkpoint: bool,
}

impl Listing {
    /// The content of a folder; one that is not there is empty.
    pub(super) fn of(folder: &Path) -> Result<Self> {
        let mut listing = Self { folder: folder.to_owned(), entries: BTreeSet::new(), has_checkpoint: false };
        let unreadable = |e| damaged(format!("the folder of the log cannot be read: {e}"), folder.display());
        match fs::read_dir(folder) {
            Ok(found) => found.into_iter().try_for_each(|file| listing.add(&file.map_err(unreadable)?))?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(error)),
        }
        Ok(listing)
    }

    fn add(&mut self, file: &DirEntry) -> Result<()> {
        match name(&file.file_name()) {
            Name::Entry(_) if file.path().is_dir() => {
                Err(damaged("this is a folder, and should be an entry of the log", file.path().display()))
            }
            Name::Entry(version) => {
                self.entries.insert(version);
                Ok(())
            }
            Name::Checkpoint => {
                self.has_checkpoint = true;
                Ok(())
            }
            Name::Aside => Ok(()),
            Name::Strange => Err(damaged("the file has no name that a Delta log knows", file.path().display())
                .hint("if it was put there by mistake, such as a copy of an entry, move it away")),
        }
    }

    /// The versions, from 0 without a gap.
    pub(super) fn versions(self) -> Result<Vec<u64>> {
        let newest = self.entries.last().copied();
        let missing = (0..).zip(&self.entries).find(|(due, version)| due != *version).map(|(due, _)| due);
        let at = |version| self.folder.join(entry_name(version)).display().to_string();
        match (missing, newest) {
            (None, Some(_)) => Ok(self.entries.into_iter().collect()),
            (None, None) if !self.has_checkpoint => Ok(Vec::new()),
            (missing, _) if self.has_checkpoint => {
                let what = "the entry is gone, and only a checkpoint of another program stands for it, which is not read here";
                Err(beyond(what, at(missing.unwrap_or(0))))
            }
            (missing, newest) => {
                let what = format!("the entry is missing: there are later ones, up to version {}", newest.unwrap_or(0));
                Err(damaged(what, at(missing.unwrap_or(0))))
            }
        }
    }
}

fn name(name: &OsStr) -> Name {
    let Some(name) = name.to_str() else { return Name::Strange };
    if name.starts_with("_last_checkpoint") {
        return Name::Checkpoint;
    }
    if name.starts_with(['.', '_']) || Path::new(name).extension() == Some(OsStr::new("tmp")) {
        return Name::Aside;
    }
    let Some((version, rest)) = leading_version(name) else { return Name::Strange };
    match rest {
        ".json" => Name::Entry(version),
        ".crc" => Name::Aside,
        _ if rest.starts_with(".checkpoint.") => Name::Checkpoint,
        _ if rest.strip_prefix('.').and_then(leading_version).is_some_and(|(_, rest)| rest == ".compacted.json") => Name::Aside,
        _ => Name::Strange,
    }
}

/// The twenty digits that a name begins with, and the rest of it. Versions are signed in the protocol.
fn leading_version(name: &str) -> Option<(u64, &str)> {
    let (digits, rest) = name.split_at_checked(DIGITS)?;
    let version = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()?;
    i64::try_from(version).is_ok().then_some((version, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let of = |text: &str| name(OsStr::new(text));
        assert_eq!(of(&entry_name(42)), Name::Entry(42));
        assert_eq!(entry_name(42), "00000000000000000042.json");
        assert_eq!(of("09223372036854775807.json"), Name::Entry(i64::MAX as u64));
        for checkpoint in [
            "_last_checkpoint",
            "00000000000000000010.checkpoint.parquet",
            "00000000000000000010.checkpoint.0000000001.0000000002.parquet",
            "00000000000000000010.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json",
        ] {
            assert_eq!(of(checkpoint), Name::Checkpoint, "{checkpoint}");
        }
        for aside in [
            "00000000000000000010.crc",
            ".00000000000000000010.json.crc",
            ".00000000000000000010.json.tmp",
            "_commit_3a0d65cd.json.tmp",
            "_sidecars",
            "00000000000000000004.00000000000000000006.compacted.json",
        ] {
            assert_eq!(of(aside), Name::Aside, "{aside}");
        }
        for strange in [
            "1.json",
            "00000000000000000001.json~",
            "00000000000000000001 (1).json",
            "0000000000000000001.json",
            "09223372036854775808.json",
            "99999999999999999999.json",
            "+0000000000000000001.json",
            "0000000000000000000é.json",
            "desktop.ini",
            "",
        ] {
            assert_eq!(of(strange), Name::Strange, "{strange}");
        }
    }
}
