//! A new file that is there whole under its name, or not at all, even if the power fails; and that never takes a name that is taken.
//!
//! It is written under a hidden name beside it, and linked to its own: link(2) refuses a name that is taken. File systems without links get
//! the same from a rename that does not replace; those with neither are refused.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::error::{Error, Result};

/// How a name that is still being written ends.
const UNFINISHED: &str = ".json.tmp";

/// What errors say where a file system lacks a call.
const LACKING: [Errno; 4] = [Errno::PERM, Errno::OPNOTSUPP, Errno::NOSYS, Errno::INVAL];

/// How the making of a version ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is made, and on the disk.
    Done,
    /// Somebody else made it before; nothing was changed.
    Taken,
}

/// Puts a new file into a folder, durably. Its name ends in `.json`.
///
/// # Errors
/// An output error; then the file is there whole or not at all.
pub(in crate::history) fn place_new(folder: &Path, name: &str, bytes: &[u8]) -> Result<Outcome> {
    let open = File::open(folder).map_err(|e| failed(folder, &e))?;
    // Writers take turns. A file system without such locks has the lock of the run, which everybody here holds.
    let _turn = open.lock();
    sweep(folder)?;
    let (unfinished, target) = (folder.join(format!(".{name}.tmp")), folder.join(name));
    let placed = write(&unfinished, bytes).and_then(|()| link(&unfinished, &target));
    let removed = remove(&unfinished);
    let outcome = placed.and_then(|outcome| removed.map(|()| outcome)).map_err(|e| failed(&target, &e))?;
    sync(&open).map_err(|e| failed(folder, &e))?;
    Ok(outcome)
}

/// Makes a folder and those it lies in, durably and for nobody else to read.
///
/// # Errors
/// An output error.
pub(in crate::history) fn make_folder(folder: &Path) -> Result<()> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !parent.is_dir() {
        make_folder(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if !folder.is_dir() => return Err(failed(folder, &error)),
        _ => {}
    }
    // Also if it was there: whoever made it may have been killed before this line.
    File::open(parent).and_then(|parent| sync(&parent)).map_err(|e| failed(parent, &e))
}

/// Removes what killed writers left half, and makes durable what they had linked but not synced: otherwise a reader could build on a file
/// that the next power failure takes away. For holders of the lock only.
///
/// # Errors
/// An output error.
pub(in crate::history) fn recover(folder: &Path) -> Result<()> {
    sweep(folder)?;
    File::open(folder).and_then(|open| sync(&open)).map_err(|e| failed(folder, &e))
}

fn sweep(folder: &Path) -> Result<()> {
    let is_left = |name: &str| name.starts_with('.') && name.ends_with(UNFINISHED);
    for file in fs::read_dir(folder).map_err(|e| failed(folder, &e))? {
        let path = file.map_err(|e| failed(folder, &e))?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(is_left) {
            remove(&path).map_err(|e| failed(&path, &e))?;
        }
    }
    Ok(())
}

/// Never into a file that is there: it could be a link to what was published already.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn link(from: &Path, to: &Path) -> io::Result<Outcome> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(Outcome::Done),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Outcome::Taken),
        Err(error) if Errno::from_io_error(&error).is_some_and(|errno| LACKING.contains(&errno)) => rename(from, to),
        Err(error) => Err(error),
    }
}

/// Renames without replacing.
fn rename(from: &Path, to: &Path) -> io::Result<Outcome> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(Outcome::Done),
        Err(Errno::EXIST) => Ok(Outcome::Taken),
        Err(errno) if LACKING.contains(&errno) => {
            let what = "this file system has neither hard links nor a rename that does not replace; keep the history on a local disk";
            Err(io::Error::new(ErrorKind::Unsupported, what))
        }
        Err(errno) => Err(errno.into()),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Names in a folder are on the disk only after this. Some network file systems have no such call, and say so.
fn sync(folder: &File) -> io::Result<()> {
    match folder.sync_all() {
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        other => other,
    }
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::output(format!("cannot be written: {error}"))
        .at(path.display().to_string())
        .hint("nothing was kept half: once the disk takes it, run again")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn content(path: &Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn a_name_is_given_once() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(place_new(dir.path(), "1.json", b"first").unwrap(), Outcome::Done);
        assert_eq!(place_new(dir.path(), "1.json", b"second").unwrap(), Outcome::Taken);
        assert_eq!(content(&dir.path().join("1.json")), "first");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
        assert_eq!(fs::metadata(dir.path().join("1.json")).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_a_kill_left_is_no_way_into_what_was_published() {
        let dir = tempfile::tempdir().unwrap();
        place_new(dir.path(), "1.json", b"first").unwrap();
        fs::hard_link(dir.path().join("1.json"), dir.path().join(".1.json.tmp")).unwrap();
        fs::write(dir.path().join(".2.json.tmp"), "half").unwrap();
        assert_eq!(place_new(dir.path(), "1.json", b"second").unwrap(), Outcome::Taken);
        assert_eq!(content(&dir.path().join("1.json")), "first");
        assert_eq!(place_new(dir.path(), "2.json", b"second").unwrap(), Outcome::Done);
        assert_eq!(content(&dir.path().join("2.json")), "second");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_rename_in_the_place_of_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("from"), dir.path().join("to"));
        fs::write(&from, "first").unwrap();
        assert_eq!(rename(&from, &to).unwrap(), Outcome::Done);
        assert!(!from.exists());
        fs::write(&from, "second").unwrap();
        assert_eq!(rename(&from, &to).unwrap(), Outcome::Taken);
        assert_eq!((content(&from), content(&to)), ("second".to_owned(), "first".to_owned()));
    }

    #[test]
    fn folders_are_made_for_nobody_else() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("history/tickets/_delta_log");
        make_folder(&folder).unwrap();
        make_folder(&folder).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        fs::write(dir.path().join("file"), "").unwrap();
        let error = make_folder(&dir.path().join("file/x")).unwrap_err();
        assert_eq!(error.kind.exit_code(), 4, "{error}");
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let error = place_new(Path::new("/nonexistent/folder"), "1.json", b"").unwrap_err();
        assert_eq!((error.kind.exit_code(), error.at.as_str()), (4, "/nonexistent/folder"));
    }
}
