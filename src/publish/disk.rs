//! Private files and folders, and folders brought to the disk: the steps everything here is made of.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

use super::failure::cannot;
use crate::error::Result;

#[cfg(unix)]
const FILE: u32 = 0o600;
#[cfg(unix)]
const FOLDER: u32 = 0o700;

/// The folder a path is in; `.` for a bare name.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new file of mode 0600; an error if there is one of that name.
pub(super) fn create_file(path: &Path) -> io::Result<File> {
    open_private(path, OpenOptions::new().write(true).create_new(true))
}

/// Opens a file by `how`; if that makes it, its mode is 0600.
pub(super) fn open_private(path: &Path, how: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(how, FILE);
    let file = how.open(path)?;
    #[cfg(unix)]
    undo_umask(&file, FILE)?;
    Ok(file)
}

/// A new folder of mode 0700 in one that exists.
pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut how = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut how, FOLDER);
    how.create(path)?;
    #[cfg(unix)]
    undo_umask_of_folder(path)?;
    Ok(())
}

/// The folder and those it is in, so far as they are missing; brought to the disk.
pub(crate) fn ensure_folder(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = parent(path);
    if above != path && above != Path::new(".") {
        ensure_folder(above)?;
    }
    match create_folder(path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made.map_err(cannot("make the folder", path)),
    }?;
    sync_folder(above)
}

/// Brings the names in a folder to the disk: a rename is not safe before.
pub(super) fn sync_folder(path: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(path).and_then(|folder| folder.sync_all()).map_err(cannot("bring the folder to the disk", path))?;
    }
    Ok(())
}

/// Is there a folder? A link to one is none.
pub(super) fn is_folder(path: &Path) -> Result<bool> {
    Ok(found(path)?.is_some_and(|about| about.is_dir()))
}

/// What is at a path, links not followed; `None` if nothing.
pub(super) fn found(path: &Path) -> Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        looked => looked.map(Some).map_err(cannot("look at it", path)),
    }
}

/// The names in a folder, sorted; those that are no Unicode are none of ours. `None` if there is no such folder.
pub(crate) fn names_in(folder: &Path) -> Result<Option<Vec<String>>> {
    let listed: io::Result<Vec<_>> = fs::read_dir(folder).and_then(Iterator::collect);
    match listed {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(cannot("list the folder", folder)(e)),
        Ok(listed) => {
            let mut names: Vec<String> = listed.into_iter().filter_map(|item| item.file_name().into_string().ok()).collect();
            names.sort();
            Ok(Some(names))
        }
    }
}

/// Removes a file, a link, or a folder with all in it; nothing there is fine.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let Some(about) = found(path)? else { return Ok(()) };
    if !about.is_dir() {
        return fs::remove_file(path).map_err(cannot("remove it", path));
    }
    // By hand: what the standard library does in one call does not name the file that it stumbles over.
    let listed: io::Result<Vec<_>> = fs::read_dir(path).and_then(Iterator::collect);
    listed.map_err(cannot("list the folder", path))?.into_iter().try_for_each(|item| remove(&item.path()))?;
    fs::remove_dir(path).map_err(cannot("remove it", path))
}

/// A umask can only take bits away, so what it left is never too open; what it took of the owner's own bits is given back.
///
/// An owner may always do so: a refusal says that the file system has no such bits.
#[cfg(unix)]
fn undo_umask(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let found = file.metadata()?.permissions().mode() & 0o777;
    if found & mode != mode {
        let _ = file.set_permissions(fs::Permissions::from_mode(found | mode));
    }
    Ok(())
}

#[cfg(unix)]
fn undo_umask_of_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let found = fs::symlink_metadata(path)?.permissions().mode() & 0o777;
    if found & FOLDER != FOLDER {
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(found | FOLDER));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_in_this_folder() {
        assert_eq!(parent(Path::new("run.json")), Path::new("."));
        assert_eq!(parent(Path::new("out/run.json")), Path::new("out"));
    }

    #[test]
    fn folders_are_made_as_deep_as_asked_and_a_file_in_the_way_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("a/b/c");
        ensure_folder(&deep).unwrap();
        ensure_folder(&deep).unwrap();
        assert!(deep.is_dir());
        fs::write(dir.path().join("file"), "").unwrap();
        let told = ensure_folder(&dir.path().join("file/below")).unwrap_err().to_string();
        assert!(told.contains("file: cannot make the folder"), "{told}");
    }

    #[test]
    fn removing_follows_no_link() {
        let dir = tempfile::tempdir().unwrap();
        let (kept, link) = (dir.path().join("kept"), dir.path().join("link"));
        create_folder(&kept).unwrap();
        fs::write(kept.join("a"), "1").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(&kept, &link).unwrap();
        remove(&link).unwrap();
        remove(&link).unwrap();
        assert!(kept.join("a").exists() && !link.exists());
    }
}
