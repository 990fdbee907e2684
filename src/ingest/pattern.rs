//! File patterns and the files they match. A folder that cannot be looked at is an error, never an empty one.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use glob::Pattern;

use crate::error::{Error, Result};

/// The files that a pattern matches: `*`, `?` and `[…]` within a name, `**` for any folders between; relative to `base`.
///
/// # Errors
/// A config error for what is no pattern; an input error for a folder that is there and cannot be listed.
pub(super) fn files(base: &Path, pattern: &str) -> Result<Vec<PathBuf>> {
    let start = if Path::new(pattern).is_absolute() { PathBuf::from("/") } else { base.to_owned() };
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let mut found = Vec::new();
    walk(start, &parts, &mut found)?;
    Ok(found)
}

fn walk(at: PathBuf, parts: &[&str], found: &mut Vec<PathBuf>) -> Result<()> {
    let Some((part, rest)) = parts.split_first() else {
        return match std::fs::metadata(&at) {
            Ok(about) if about.is_file() => {
                found.push(at);
                Ok(())
            }
            Err(e) if !is_absent(e.kind()) => Err(unreachable(&at, &e)),
            _ => Ok(()),
        };
    };
    if *part == "**" {
        walk(at.clone(), rest, found)?;
        // A link to a folder may lead in a circle.
        let folders = list(&at)?.into_iter().map(|name| at.join(name)).filter(|path| path.is_dir() && !path.is_symlink());
        return folders.into_iter().try_for_each(|folder| walk(folder, parts, found));
    }
    if !part.contains(['*', '?', '[']) {
        return walk(at.join(part), rest, found);
    }
    let pattern = Pattern::new(part).map_err(|e| Error::config(format!("{part:?} is not a file pattern: {e}")))?;
    let names = list(&at)?.into_iter().filter(|name| pattern.matches(name));
    names.into_iter().try_for_each(|name| walk(at.join(name), rest, found))
}

/// The names in a folder, sorted; none for what is no folder.
fn list(folder: &Path) -> Result<Vec<String>> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let listed = match std::fs::read_dir(folder) {
        Err(e) if is_absent(e.kind()) => return Ok(Vec::new()),
        listed => listed.and_then(Iterator::collect::<std::io::Result<Vec<_>>>),
    };
    let listed = listed.map_err(|e| unreachable(folder, &e))?;
    let mut names: Vec<String> = listed.into_iter().filter_map(|item| item.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}

fn is_absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn unreachable(path: &Path, error: &std::io::Error) -> Error {
    Error::input(format!("cannot be looked at: {error}")).at(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::files;

    #[test]
    fn names_are_matched_part_by_part() {
        let dir = tempfile::tempdir().expect("a folder");
        for name in ["a/t-1.csv", "a/t-2.csv", "a/b/t-3.csv", "a/x.txt", "[odd]/t-4.csv"] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, "x").expect("written");
        }
        let found = |pattern: &str| -> Vec<String> {
            let paths = files(dir.path(), pattern).expect("a pattern");
            let name = |p: &std::path::PathBuf| p.strip_prefix(dir.path()).expect("below").display().to_string();
            paths.iter().map(name).collect()
        };
        assert_eq!(found("a/t-*.csv"), ["a/t-1.csv", "a/t-2.csv"]);
        assert_eq!(found("./a/t-[2-9].csv"), ["a/t-2.csv"]);
        assert_eq!(found("*/t-?.csv"), ["[odd]/t-4.csv", "a/t-1.csv", "a/t-2.csv"]);
        assert_eq!(found("a/**/t-*.csv"), ["a/t-1.csv", "a/t-2.csv", "a/b/t-3.csv"]);
        assert_eq!(found(&glob::Pattern::escape("[odd]/t-4.csv")), ["[odd]/t-4.csv"]);
        assert_eq!(found(&format!("{}/a/x.txt", dir.path().display())), ["a/x.txt"]);
        assert!(found("a").is_empty() && found("no/*.csv").is_empty() && found("a/x.txt/*.csv").is_empty());
        assert!(files(dir.path(), "a/[.csv").is_err());
    }
}
