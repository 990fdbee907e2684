//! Whether two folders hold the same.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

/// What is under a name.
#[derive(Debug, PartialEq, Eq)]
enum Entry {
    Folder,
    /// A file of so many bytes.
    File(u64),
    /// A link, a pipe: nothing that is published.
    Other,
}

/// Do both folders have the same names, at any depth, and only files of the same bytes?
pub(super) fn same_folders(a: &Path, b: &Path) -> io::Result<bool> {
    let names = listing(a)?;
    if names.values().any(|entry| *entry == Entry::Other) || names != listing(b)? {
        return Ok(false);
    }
    for name in names.iter().filter(|(_, entry)| **entry != Entry::Folder).map(|(name, _)| name) {
        if !same_files(&a.join(name), &b.join(name))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Do both files have the same bytes?
pub(super) fn same_files(a: &Path, b: &Path) -> io::Result<bool> {
    let (mut a, mut b) = (BufReader::new(File::open(a)?), BufReader::new(File::open(b)?));
    loop {
        let (left, right) = (a.fill_buf()?, b.fill_buf()?);
        let common = left.len().min(right.len());
        if common == 0 || left[..common] != right[..common] {
            return Ok(left.is_empty() && right.is_empty());
        }
        a.consume(common);
        b.consume(common);
    }
}

fn listing(top: &Path) -> io::Result<BTreeMap<PathBuf, Entry>> {
    let (mut found, mut open) = (BTreeMap::new(), vec![PathBuf::new()]);
    while let Some(folder) = open.pop() {
        for item in fs::read_dir(top.join(&folder))? {
            let item = item?;
            let (name, about) = (folder.join(item.file_name()), item.metadata()?);
            let entry = if about.is_dir() {
                open.push(name.clone());
                Entry::Folder
            } else if about.is_file() {
                Entry::File(about.len())
            } else {
                Entry::Other
            };
            found.insert(name, entry);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        dir
    }

    #[test]
    fn folders_are_the_same_by_names_and_bytes() {
        let big = vec![7; 20_000];
        let mut other = big.clone();
        other[19_999] = 8;
        let a = folder(&[("index.html", b"x"), ("rows/big", &big)]);
        for (b, same) in [
            (folder(&[("rows/big", &big), ("index.html", b"x")]), true),
            (folder(&[("rows/big", &other), ("index.html", b"x")]), false),
            (folder(&[("rows/big", &big), ("index.html", b"xy")]), false),
            (folder(&[("rows/big", &big), ("index.htm", b"x")]), false),
            (folder(&[("rows/big", &big)]), false),
            (folder(&[("rows/big", &big), ("index.html", b"x"), ("more/a", b"")]), false),
        ] {
            assert_eq!(same_folders(a.path(), b.path()).unwrap(), same);
            assert_eq!(same_folders(b.path(), a.path()).unwrap(), same);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_never_the_same() {
        let (a, b) = (folder(&[]), folder(&[]));
        for dir in [&a, &b] {
            std::os::unix::fs::symlink("/nowhere", dir.path().join("link")).unwrap();
        }
        assert!(!same_folders(a.path(), b.path()).unwrap());
    }

    #[test]
    fn files_are_compared_to_their_ends() {
        let dir = folder(&[("a", b"ab"), ("b", b"abc"), ("c", b""), ("d", b"ab")]);
        let same = |a: &str, b: &str| same_files(&dir.path().join(a), &dir.path().join(b)).unwrap();
        assert!(same("a", "d") && same("c", "c"));
        assert!(!same("a", "b") && !same("b", "a") && !same("a", "c") && !same("c", "a"));
    }
}
