//! A folder of pages, put in its place in one call.
//!
//! `.NAME.new` is being built, `.NAME.old` is whole and was set aside for a moment, `.NAME.gone` is being removed; so whatever a killed run
//! leaves says what to do with it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::compare::same_folders;
use super::disk::{create_file, create_folder, ensure_folder, found, is_folder, names_in, parent, remove, sync_folder};
use super::failure::cannot;
use super::names;
use super::temporary::stem;
use crate::error::{Error, Result};

const NEW: &str = ".new";
const OLD: &str = ".old";
const GONE: &str = ".gone";

/// What became of a folder that was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// There was none; now there is.
    New,
    /// There was another one in its place.
    Replaced,
    /// The one in its place has the same names and bytes, and was left alone.
    Same,
}

/// What was done about something a killed run had left.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recovered {
    /// A folder that was half built or half removed, or an old one with a new one in its place, is removed: the name that readers know.
    Removed(String),
    /// A folder that had been set aside is back in its place: its name.
    PutBack(String),
}

/// A folder being built beside its place; removed when dropped before [`Folder::finish`].
#[derive(Debug)]
pub struct Folder {
    place: PathBuf,
    fresh: PathBuf,
    subfolders: BTreeSet<PathBuf>,
}

impl Folder {
    /// Starts the folder that will be at `place`. What a killed run left of it is removed.
    ///
    /// # Errors
    /// A config error if the path has no name; an output error.
    pub fn start(place: &Path) -> Result<Self> {
        let fresh = beside(place, NEW)?;
        ensure_folder(parent(place))?;
        clear(place, NEW)?;
        create_folder(&fresh).map_err(cannot("make the folder", &fresh))?;
        Ok(Self { place: place.to_owned(), fresh, subfolders: BTreeSet::new() })
    }

    /// Writes a file, by its name in the folder (`rows/a.csv`), and brings it to the disk.
    ///
    /// # Errors
    /// A bug of ours if the name leads out of the folder, is hidden, or was written before; an output error.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        names::check(name)?;
        self.make_subfolders(name)?;
        let path = self.fresh.join(name);
        let written = create_file(&path).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
        match written {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                Err(Error::bug("two files of a report have the same name").at(path.display().to_string()))
            }
            written => written.map_err(cannot("write the file", &path)),
        }
    }

    /// Puts the folder in its place, unless the same is there already. It is on the disk when this returns.
    ///
    /// # Errors
    /// An output error. What was in its place is then still there, or, if only the last steps failed, the new folder is, whole.
    pub fn finish(self) -> Result<Published> {
        self.sync()?;
        match found(&self.place)? {
            None => self.place_new(),
            Some(about) if !about.is_dir() => {
                Err(Error::output("there is a file or link where a folder should be, which deskcard did not make")
                    .at(self.place.display().to_string())
                    .hint("move it away and run again"))
            }
            // What cannot be read is not the same.
            Some(_) if same_folders(&self.fresh, &self.place).unwrap_or(false) => {
                // A run may have been killed before it had brought the name to the disk.
                sync_folder(parent(&self.place)).map(|()| Published::Same)
            }
            Some(_) => self.replace(exchange),
        }
    }

    fn make_subfolders(&mut self, name: &str) -> Result<()> {
        let above: Vec<&Path> = Path::new(name).ancestors().skip(1).filter(|a| !a.as_os_str().is_empty()).collect();
        for folder in above.into_iter().rev() {
            if !self.subfolders.contains(folder) {
                let path = self.fresh.join(folder);
                create_folder(&path).map_err(cannot("make the folder", &path))?;
                self.subfolders.insert(folder.to_owned());
            }
        }
        Ok(())
    }

    /// Brings the names to the disk, the deepest first.
    fn sync(&self) -> Result<()> {
        for folder in self.subfolders.iter().rev() {
            sync_folder(&self.fresh.join(folder))?;
        }
        sync_folder(&self.fresh)
    }

    fn place_new(&self) -> Result<Published> {
        fs::rename(&self.fresh, &self.place).map_err(cannot("put the folder in its place", &self.place))?;
        sync_folder(parent(&self.place))?;
        Ok(Published::New)
    }

    fn replace(&self, exchange: impl Fn(&Path, &Path) -> io::Result<()>) -> Result<Published> {
        let old = match exchange(&self.fresh, &self.place) {
            Ok(()) => self.fresh.clone(),
            Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => self.replace_by_two()?,
            Err(e) => return Err(cannot("put the folder in its place", &self.place)(e)),
        };
        discard(&old, &beside(&self.place, GONE)?)?;
        Ok(Published::Replaced)
    }

    /// Where two folders cannot be exchanged in one call. Returns where the old one is; if the new one cannot take its place, it is put back.
    fn replace_by_two(&self) -> Result<PathBuf> {
        let old = beside(&self.place, OLD)?;
        clear(&self.place, OLD)?;
        fs::rename(&self.place, &old).map_err(cannot("set the old folder aside", &self.place))?;
        let placed = fs::rename(&self.fresh, &self.place).map_err(cannot("put the folder in its place", &self.place));
        match placed {
            Ok(()) => Ok(old),
            Err(error) => match fs::rename(&old, &self.place) {
                Ok(()) => Err(error),
                Err(e) => {
                    Err(error.hint(format!("the old folder is {}, for it cannot be put back: {e}; the next run does so", old.display())))
                }
            },
        }
    }
}

/// Puts a folder that is whole and on the disk in the place of another one beside it.
///
/// # Errors
/// As [`Folder::finish`].
pub fn put(fresh: &Path, place: &Path) -> Result<Published> {
    Folder { place: place.to_owned(), fresh: fresh.to_owned(), subfolders: BTreeSet::new() }.finish()
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Once in its place there is none; what cannot be removed now is removed by the next run.
        let _ = fs::remove_dir_all(&self.fresh);
    }
}

/// Clears away what a killed run left in a folder: what was half built or half removed goes, what was set aside comes back.
///
/// Only folders `.NAME.new`, `.NAME.old` and `.NAME.gone` are touched, of a `NAME` that is ours. A folder that does not exist has none.
///
/// # Errors
/// An output error.
pub fn recover(folder: &Path, is_ours: impl Fn(&str) -> bool) -> Result<Vec<Recovered>> {
    let Some(names) = names_in(folder)? else { return Ok(Vec::new()) };
    let mut done = Vec::new();
    for suffix in [GONE, OLD, NEW] {
        for name in names.iter().filter_map(|name| name.strip_prefix('.')?.strip_suffix(suffix)).filter(|name| is_ours(name)) {
            done.extend(clear(&folder.join(name), suffix)?.then(|| Recovered::Removed(name.to_owned())));
            if suffix == OLD && put_back(&folder.join(name))? {
                done.push(Recovered::PutBack(name.to_owned()));
            }
        }
    }
    sync_folder(folder)?;
    done.sort();
    Ok(done)
}

/// Removes a folder so that a reader finds it whole or not at all.
pub(crate) fn withdraw(place: &Path) -> Result<()> {
    discard(place, &beside(place, GONE)?)
}

/// Removes what is beside `place` under `suffix`; not a set-aside folder that is needed again. Says whether there was something.
fn clear(place: &Path, suffix: &str) -> Result<bool> {
    let left = beside(place, suffix)?;
    if !is_folder(&left)? || (suffix == OLD && found(place)?.is_none()) {
        return Ok(false);
    }
    discard(&left, &beside(place, GONE)?)?;
    Ok(true)
}

fn put_back(place: &Path) -> Result<bool> {
    let old = beside(place, OLD)?;
    if !is_folder(&old)? {
        return Ok(false);
    }
    fs::rename(&old, place).map_err(cannot("put the old folder back", place))?;
    Ok(true)
}

/// Removes a folder under the name `gone`: half of it is never found under another, not even after a power cut.
fn discard(folder: &Path, gone: &Path) -> Result<()> {
    if folder != gone {
        if is_folder(gone)? {
            discard(gone, gone)?;
        }
        fs::rename(folder, gone).map_err(cannot("remove the folder", folder))?;
    }
    sync_folder(parent(gone))?;
    remove(gone)
}

fn beside(place: &Path, suffix: &str) -> Result<PathBuf> {
    Ok(place.with_file_name(format!(".{}{suffix}", stem(place)?)))
}

#[cfg(target_os = "linux")]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_a: &Path, _b: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests;
