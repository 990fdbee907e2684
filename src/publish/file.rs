//! One file in one step: replaced, claimed, or pointed at.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::disk::{ensure_folder, found, is_folder, names_in, parent, remove, sync_folder};
use super::failure::cannot;
use super::names;
use super::temporary::{Temporary, is_temporary, stem};
use crate::error::{Error, Result};

/// Bytes of a text file that stands for a link.
const LONGEST_LINE: u64 = 300;

/// What became of a file that should be new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creation {
    /// It is there now, with these bytes.
    Created,
    /// Its name was taken; the file of that name is as it was.
    Taken,
}

/// Puts a file of these bytes in its place, whatever was there; it is on the disk when this returns.
///
/// # Errors
/// An output error; the file that was there is then untouched, unless only its folder could not be brought to the disk.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    ensure_folder(parent(path))?;
    Temporary::beside(path, bytes)?.replace(path)
}

/// Puts a file that somebody named in its place: as [`replace`], but where a link leads, with the permissions of the file that was there,
/// and straight into what is no file, such as a pipe.
///
/// # Errors
/// As [`replace`].
pub fn deliver(path: &Path, bytes: &[u8]) -> Result<()> {
    match fs::metadata(path) {
        Ok(about) if about.is_file() => {
            let path = fs::canonicalize(path).map_err(cannot("follow the path", path))?;
            let temporary = Temporary::beside(&path, bytes)?;
            temporary.permit(about.permissions())?;
            temporary.replace(&path)
        }
        Ok(about) if !about.is_dir() => fs::write(path, bytes).map_err(cannot("write the file", path)),
        // A name for nothing, for a folder, or that cannot be looked at: the error of making it says most.
        _ => replace(path, bytes),
    }
}

/// Puts a file of these bytes where none is; it is on the disk when this returns. Of several writers, one succeeds.
///
/// # Errors
/// An output error; there is then no such file, unless only its folder could not be brought to the disk.
pub fn create(path: &Path, bytes: &[u8]) -> Result<Creation> {
    ensure_folder(parent(path))?;
    let is_ours = Temporary::beside(path, bytes)?.claim(path)?;
    Ok(if is_ours { Creation::Created } else { Creation::Taken })
}

/// Points `path` at `target`, a name in the same folder, by a symbolic link: whoever follows it finds the old or the new.
///
/// On Windows, and where the file system has no such links, it is the first line of a text file instead: `latest.txt` for `latest`.
///
/// # Errors
/// An output error; also if something is at `path` that is no link, for deskcard did not make that.
pub fn link(path: &Path, target: &str) -> Result<()> {
    names::check(target)?;
    match found(path)? {
        Some(about) if !about.is_symlink() => {
            Err(Error::output("there is a file or folder where a link should be, which deskcard did not make")
                .at(path.display().to_string())
                .hint("move it away and run again"))
        }
        Some(_) if fs::read_link(path).is_ok_and(|old| old == Path::new(target)) => sync_folder(parent(path)),
        _ => point(path, target),
    }
}

/// What [`link`] made `path` point at; `None` if nothing.
///
/// # Errors
/// An output error if it cannot be looked at.
pub fn linked(path: &Path) -> Result<Option<String>> {
    if found(path)?.is_some_and(|about| about.is_symlink()) {
        let target = fs::read_link(path).map_err(cannot("read the link", path))?;
        return Ok(target.to_str().map(str::to_owned));
    }
    let (words, mut line) = (in_words(path)?, Vec::new());
    match File::open(&words).and_then(|file| file.take(LONGEST_LINE).read_to_end(&mut line)) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(cannot("read the file", &words)(e)),
        Ok(_) => Ok(std::str::from_utf8(&line).ok().map(str::trim_end).filter(|name| names::check(name).is_ok()).map(str::to_owned)),
    }
}

/// Removes the temporary files that a killed run left in a folder, and brings the names in it to the disk: what is read there from now on stays.
///
/// Returns the names, sorted. A folder that does not exist has none.
///
/// # Errors
/// An output error.
pub fn sweep(folder: &Path) -> Result<Vec<String>> {
    let Some(names) = names_in(folder)? else { return Ok(Vec::new()) };
    let mut swept = Vec::new();
    for name in names.into_iter().filter(|name| is_temporary(name)) {
        let path = folder.join(&name);
        if !is_folder(&path)? {
            remove(&path)?;
            swept.push(name);
        }
    }
    sync_folder(folder)?;
    Ok(swept)
}

#[cfg(unix)]
fn point(path: &Path, target: &str) -> Result<()> {
    use super::temporary::{fresh_name, is_refused};
    let fresh = path.with_file_name(fresh_name(stem(path)?));
    match std::os::unix::fs::symlink(target, &fresh) {
        Err(e) if is_refused(&e) => return replace(&in_words(path)?, format!("{target}\n").as_bytes()),
        made => made.map_err(cannot("make the link", path))?,
    }
    if let Err(e) = fs::rename(&fresh, path) {
        // Swept by the next run if it cannot be removed now.
        let _ = fs::remove_file(&fresh);
        return Err(cannot("put the link in its place", path)(e));
    }
    sync_folder(parent(path))
}

#[cfg(not(unix))]
fn point(path: &Path, target: &str) -> Result<()> {
    replace(&in_words(path)?, format!("{target}\n").as_bytes())
}

/// The text file that stands for a link.
fn in_words(path: &Path) -> Result<PathBuf> {
    Ok(path.with_file_name(format!("{}.txt", stem(path)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        names_in(folder).unwrap().unwrap()
    }

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.json");
        for text in ["first", "second, longer", ""] {
            replace(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(names(dir.path()), ["run.json"]);
    }

    #[test]
    fn a_file_that_cannot_be_placed_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.json");
        fs::create_dir(&path).unwrap();
        let told = replace(&path, b"x").unwrap_err();
        assert_eq!(told.kind.exit_code(), 4, "{told}");
        assert_eq!(names(dir.path()), ["run.json"]);
        let below_a_file = dir.path().join("file");
        fs::write(&below_a_file, "x").unwrap();
        let nowhere = replace(&below_a_file.join("run.json"), b"x").unwrap_err().to_string();
        assert!(nowhere.contains("cannot make the folder"), "{nowhere}");
    }

    #[test]
    fn a_taken_name_keeps_its_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("000042.json");
        assert_eq!(create(&path, b"mine").unwrap(), Creation::Created);
        assert_eq!(create(&path, b"yours").unwrap(), Creation::Taken);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert_eq!(names(dir.path()), ["000042.json"]);
    }

    #[test]
    fn of_many_writers_one_creates() {
        let dir = tempfile::tempdir().unwrap();
        let path = &dir.path().join("000001.json");
        let writers: Vec<String> = (0..8).map(|n| format!("writer {n}").repeat(1000)).collect();
        let created: Vec<&String> = std::thread::scope(|scope| {
            let threads: Vec<_> = writers.iter().map(|text| scope.spawn(move || (text, create(path, text.as_bytes()).unwrap()))).collect();
            threads.into_iter().map(|t| t.join().unwrap()).filter(|(_, c)| *c == Creation::Created).map(|(text, _)| text).collect()
        });
        assert_eq!(created.len(), 1);
        assert_eq!(&fs::read_to_string(path).unwrap(), created[0]);
        assert_eq!(names(dir.path()), ["000001.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_named_file_keeps_its_place_and_its_readers() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let mode = |name: &str| fs::metadata(at(name)).unwrap().permissions().mode() & 0o777;
        deliver(&at("below/new.csv"), b"1").unwrap();
        assert_eq!(mode("below/new.csv"), 0o600);
        fs::write(at("old.csv"), "0").unwrap();
        fs::set_permissions(at("old.csv"), fs::Permissions::from_mode(0o640)).unwrap();
        symlink("old.csv", at("link.csv")).unwrap();
        deliver(&at("link.csv"), b"2").unwrap();
        assert_eq!((fs::read(at("old.csv")).unwrap(), mode("old.csv")), (b"2".to_vec(), 0o640));
        assert!(fs::symlink_metadata(at("link.csv")).unwrap().is_symlink());
        assert_eq!(names(dir.path()), ["below", "link.csv", "old.csv"]);
        deliver(Path::new("/dev/null"), b"3").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        assert_eq!(deliver(&at("below"), b"4").unwrap_err().kind.exit_code(), 4);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_turned_and_a_folder_in_its_place_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("latest");
        assert_eq!(linked(&path).unwrap(), None);
        for week in ["2026-W45", "2026-W46", "2026-W46"] {
            link(&path, week).unwrap();
            assert_eq!((fs::read_link(&path).unwrap(), linked(&path).unwrap().as_deref()), (PathBuf::from(week), Some(week)));
        }
        assert_eq!(names(dir.path()), ["latest"]);
        assert_eq!(link(&path, "../elsewhere").unwrap_err().kind.exit_code(), 70);
        let other = dir.path().join("mine");
        fs::create_dir(&other).unwrap();
        assert_eq!(link(&other, "2026-W46").unwrap_err().kind.exit_code(), 4);
        assert!(other.is_dir());
    }

    #[test]
    fn a_link_in_words_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("latest");
        replace(&in_words(&path).unwrap(), b"2026-W46\n").unwrap();
        assert_eq!(linked(&path).unwrap().as_deref(), Some("2026-W46"));
        replace(&in_words(&path).unwrap(), b"../../etc\n").unwrap();
        assert_eq!(linked(&path).unwrap(), None);
    }

    #[test]
    fn what_a_killed_run_left_is_swept_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        for name in [".run.json.3.tmp", ".export.0.tmp", ".mine.tmp", "run.json", ".vimrc"] {
            fs::write(dir.path().join(name), "x").unwrap();
        }
        fs::create_dir(dir.path().join(".folder.1.tmp")).unwrap();
        assert_eq!(sweep(dir.path()).unwrap(), [".export.0.tmp", ".run.json.3.tmp"]);
        assert_eq!(names(dir.path()), [".folder.1.tmp", ".mine.tmp", ".vimrc", "run.json"]);
        assert!(sweep(&dir.path().join("none")).unwrap().is_empty());
    }
}
