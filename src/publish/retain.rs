//! The last so many folders stay; older ones go.

use std::path::Path;

use super::disk::{is_folder, names_in};
use super::file::linked;
use super::folder::withdraw;
use crate::error::Result;

/// The link to the newest folder, beside the folders.
pub const LATEST: &str = "latest";

/// Removes the oldest folders beyond `keep` and returns their names, the oldest first.
///
/// Only folders whose name `is_ours` count. Their names must sort as text in the order of their time, as `2026-W46` or `2026-11` among their
/// like do: one kind of period a call. What `latest` points at is never removed.
///
/// # Errors
/// An output error.
pub fn retain(folder: &Path, keep: usize, is_ours: impl Fn(&str) -> bool) -> Result<Vec<String>> {
    let latest = linked(&folder.join(LATEST))?;
    let mut names = Vec::new();
    for name in names_in(folder)?.unwrap_or_default().into_iter().filter(|name| is_ours(name)) {
        if is_folder(&folder.join(&name))? {
            names.push(name);
        }
    }
    names.truncate(names.len().saturating_sub(keep));
    names.retain(|name| Some(name) != latest.as_ref());
    for name in &names {
        withdraw(&folder.join(name))?;
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::publish::file::link;

    fn weeks(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            fs::create_dir(dir.path().join(name)).unwrap();
            fs::write(dir.path().join(name).join("index.html"), name).unwrap();
        }
        dir
    }

    fn is_week(name: &str) -> bool {
        name.len() == 8 && name.contains("-W")
    }

    #[test]
    fn the_newest_stay_and_what_is_not_ours_stays() {
        let dir = weeks(&["2026-W45", "2025-W52", "2026-W46", "2026-W44", "2026-11", "notes"]);
        fs::write(dir.path().join("2020-W01"), "a file").unwrap();
        assert_eq!(retain(dir.path(), 2, is_week).unwrap(), ["2025-W52", "2026-W44"]);
        assert_eq!(names_in(dir.path()).unwrap().unwrap(), ["2020-W01", "2026-11", "2026-W45", "2026-W46", "notes"]);
        assert!(retain(dir.path(), 2, is_week).unwrap().is_empty());
        assert!(retain(&dir.path().join("none"), 2, is_week).unwrap().is_empty());
    }

    #[test]
    fn what_latest_points_at_stays() {
        let dir = weeks(&["2026-W44", "2026-W45", "2026-W46"]);
        link(&dir.path().join(LATEST), "2026-W44").unwrap();
        assert_eq!(retain(dir.path(), 1, is_week).unwrap(), ["2026-W45"]);
        assert_eq!(retain(dir.path(), 0, is_week).unwrap(), ["2026-W46"]);
        assert!(dir.path().join("2026-W44/index.html").exists());
    }
}
