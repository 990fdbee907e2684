//! A log of lines: private, only ever added to, and begun anew when it has grown.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use super::disk::{ensure_folder, names_in, open_private, parent, sync_folder};
use super::failure::cannot;
use crate::error::Result;

/// Adds a line to a file of mode 0600, in one call and brought to the disk; a file beyond `most` bytes is set aside first, under the next
/// free number: `audit.jsonl` as `audit-000001.jsonl`. Several processes may write at the same time.
///
/// # Errors
/// An output error; the line is then not there.
pub fn append(path: &Path, line: &str, most: u64) -> Result<()> {
    ensure_folder(parent(path))?;
    let open = || open_private(path, OpenOptions::new().create(true).append(true)).map_err(cannot("open the log", path));
    let mut file = open()?;
    file.lock().map_err(cannot("lock the log", path))?;
    if file.metadata().is_ok_and(|about| about.len() >= most) {
        // Who waited for the lock meanwhile adds to the file that was set aside, which loses nothing.
        fs::rename(path, parent(path).join(aside(path)?)).map_err(cannot("set the full log aside", path))?;
        sync_folder(parent(path))?;
        file = open()?;
    }
    file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_data()).map_err(cannot("write the log", path))
}

/// The files of a log that are there, oldest first.
///
/// # Errors
/// An output error if the folder cannot be listed.
pub fn files(path: &Path) -> Result<Vec<String>> {
    let (stem, suffix) = parts(path);
    let names = names_in(parent(path))?.unwrap_or_default();
    let is_aside = |name: &String| name.strip_prefix(&format!("{stem}-")).is_some_and(|rest| rest.ends_with(&suffix));
    let is_current = |name: &&String| **name == format!("{stem}{suffix}");
    Ok(names.iter().filter(|n| is_aside(n)).chain(names.iter().filter(is_current)).cloned().collect())
}

fn aside(path: &Path) -> Result<String> {
    let (stem, suffix) = parts(path);
    let number = |name: &String| name.strip_prefix(&format!("{stem}-"))?.strip_suffix(&suffix)?.parse::<u64>().ok();
    let last = files(path)?.iter().filter_map(number).max().unwrap_or(0);
    Ok(format!("{stem}-{:06}{suffix}", last + 1))
}

/// `audit` and `.jsonl`.
fn parts(path: &Path) -> (String, String) {
    let text = |part: Option<&std::ffi::OsStr>| part.map(|p| p.to_string_lossy().into_owned()).unwrap_or_default();
    (text(path.file_stem()), path.extension().map_or_else(String::new, |e| format!(".{}", e.to_string_lossy())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_and_a_full_file_is_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("audit/audit.jsonl");
        assert!(files(&path).unwrap().is_empty());
        for line in ["one", "two", "three", "four", "five"] {
            append(&path, line, 8).unwrap();
        }
        let found = files(&path).unwrap();
        assert_eq!(found, ["audit-000001.jsonl", "audit-000002.jsonl", "audit.jsonl"]);
        let all: String = found.iter().map(|n| fs::read_to_string(dir.path().join("audit").join(n)).unwrap()).collect();
        assert_eq!(all, "one\ntwo\nthree\nfour\nfive\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn several_writers_lose_no_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let path = &path;
                scope.spawn(move || (0..25).for_each(|n| append(path, &format!("{writer} {n}"), 60).unwrap()));
            }
        });
        let lines = files(&path).unwrap().iter().map(|n| fs::read_to_string(dir.path().join(n)).unwrap().lines().count()).sum::<usize>();
        assert_eq!(lines, 100);
    }
}
