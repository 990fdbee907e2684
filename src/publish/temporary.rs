//! A file under a temporary name until it is whole and on the disk.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::disk::{create_file, parent, sync_folder};
use super::failure::cannot;
use crate::error::{Error, Result};

const SUFFIX: &str = ".tmp";

/// Operation not permitted: how file systems without hard or symbolic links answer; the same number on every Unix.
const EPERM: i32 = 1;

static MADE: AtomicU64 = AtomicU64::new(0);

/// A private file named `.STEM.<count>.tmp`, made where none is: no two writers share one. Removed when dropped, unless it was given its name.
#[derive(Debug)]
pub(super) struct Temporary {
    path: PathBuf,
    file: File,
    is_placed: bool,
}

impl Temporary {
    /// An empty one in `folder`.
    pub(super) fn create(folder: &Path, stem: &str) -> Result<Self> {
        loop {
            let path = folder.join(fresh_name(stem));
            match create_file(&path) {
                Ok(file) => return Ok(Self { path, file, is_placed: false }),
                // Of a killed process that had our number.
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                Err(e) => return Err(cannot("make a file", &path)(e)),
            }
        }
    }

    /// One in the folder of `target`, with these bytes.
    pub(super) fn beside(target: &Path, bytes: &[u8]) -> Result<Self> {
        let mut temporary = Self::create(parent(target), stem(target)?)?;
        temporary.file.write_all(bytes).map_err(cannot("write the file", target))?;
        Ok(temporary)
    }

    /// Where it is now.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Brings its bytes to the disk.
    pub(super) fn sync(&self) -> Result<()> {
        self.file.sync_all().map_err(cannot("bring the file to the disk", &self.path))
    }

    /// Gives it other permissions than a private file's.
    pub(super) fn permit(&self, permissions: fs::Permissions) -> Result<()> {
        self.file.set_permissions(permissions).map_err(cannot("set the permissions", &self.path))
    }

    /// Whole, on the disk, and under the name `target`, whatever was there.
    pub(super) fn replace(mut self, target: &Path) -> Result<()> {
        self.sync()?;
        fs::rename(&self.path, target).map_err(cannot("put the file in its place", target))?;
        self.is_placed = true;
        sync_folder(parent(target))
    }

    /// Whole, on the disk, and under the name `target`; false if that is taken.
    pub(super) fn claim(mut self, target: &Path) -> Result<bool> {
        self.sync()?;
        let claimed = match fs::hard_link(&self.path, target) {
            Err(e) if is_refused(&e) => {
                let renamed = rename_to_free(&self.path, target);
                self.is_placed = renamed.is_ok();
                renamed
            }
            linked => linked,
        };
        match claimed {
            Ok(()) => sync_folder(parent(target)).map(|()| true),
            // Who took it may have been killed before it was on the disk.
            Err(e) if e.kind() == ErrorKind::AlreadyExists => sync_folder(parent(target)).map(|()| false),
            Err(e) => Err(cannot("put the file in its place", target)(e)),
        }
    }
}

impl Write for Temporary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.is_placed {
            // What cannot be removed now is swept by the next run.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The name of a path's last part, as a temporary name can hold it.
pub(super) fn stem(path: &Path) -> Result<&str> {
    path.file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| Error::config("the path has no name that can be written").at(path.display().to_string()))
}

/// A temporary name that this process has not used. The same work uses the same names.
pub(super) fn fresh_name(stem: &str) -> String {
    format!(".{stem}.{}{SUFFIX}", MADE.fetch_add(1, Ordering::Relaxed))
}

/// Is this a name that [`fresh_name`] makes?
pub(super) fn is_temporary(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    name.strip_prefix('.')
        .and_then(|rest| rest.strip_suffix(SUFFIX))
        .and_then(|rest| rest.rsplit_once('.'))
        .is_some_and(|(stem, count)| !stem.is_empty() && is_number(count))
}

/// Does the file system have no such call, as against: not for us?
pub(super) fn is_refused(error: &io::Error) -> bool {
    error.kind() == ErrorKind::Unsupported || (cfg!(unix) && error.raw_os_error() == Some(EPERM))
}

#[cfg(target_os = "linux")]
fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
}

#[cfg(not(target_os = "linux"))]
fn rename_to_free(_from: &Path, _to: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_again_and_others_are_not() {
        assert!(is_temporary(&fresh_name("run.json")));
        assert_ne!(fresh_name("a"), fresh_name("a"));
        for foreign in ["run.json", ".run.json.tmp", ".a.x.tmp", ".a.1-2.tmp", "a.1.tmp", ".1.tmp", "..1.tmp", ".a..tmp", ".a.1.tmp~"] {
            assert!(!is_temporary(foreign), "{foreign}");
        }
    }

    #[test]
    fn one_that_is_dropped_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut temporary = Temporary::create(dir.path(), "a").unwrap();
        temporary.write_all(b"half").unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        drop(temporary);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn without_hard_links_a_taken_name_stays_what_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let (new, old) = (dir.path().join("new"), dir.path().join("old"));
        fs::write(&new, "new").unwrap();
        fs::write(&old, "old").unwrap();
        assert_eq!(rename_to_free(&new, &old).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&old).unwrap(), "old");
        rename_to_free(&new, &dir.path().join("free")).unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("free")).unwrap(), "new");
    }
}
