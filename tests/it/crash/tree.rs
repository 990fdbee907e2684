//! What lies in a folder: names, bytes, links and permissions, to be compared before and after.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// One thing in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// A folder.
    Folder,
    /// A file and what is in it.
    File(Vec<u8>),
    /// A link and where it leads.
    Link(String),
}

/// Everything below a folder by its path from there.
pub(crate) type Tree = BTreeMap<String, Item>;

/// Whether a path is of something unfinished: a part of it begins with a dot.
pub(crate) fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.'))
}

/// Whether a path tells of runs and is none of their results: these differ between runs that did the same.
pub(crate) fn is_record(path: &str) -> bool {
    path == "history/lock" || path == "scorecards/run.json" || path == "history/runs" || path.starts_with("history/runs/")
}

/// All of `history` and `scorecards` under a desk's folder, with what runs say of themselves.
pub(crate) fn everything(desk: &Path) -> Tree {
    let mut tree = Tree::new();
    for top in ["history", "scorecards"] {
        read(desk, top, &mut tree);
    }
    tree
}

/// What runs made: the history and the scorecards without records and without what is unfinished.
pub(crate) fn made(desk: &Path) -> Tree {
    everything(desk).into_iter().filter(|(path, _)| !is_record(path) && !is_hidden(path)).collect()
}

/// What is unfinished in the history and the scorecards.
pub(crate) fn leftovers(desk: &Path) -> Vec<String> {
    everything(desk).into_keys().filter(|path| is_hidden(path)).collect()
}

fn read(root: &Path, path: &str, tree: &mut Tree) {
    let full = root.join(path);
    let Ok(meta) = fs::symlink_metadata(&full) else { return };
    let item = if meta.is_symlink() {
        Item::Link(fs::read_link(&full).expect("a link that was just seen").to_string_lossy().into_owned())
    } else if meta.is_dir() {
        for entry in fs::read_dir(&full).expect("a folder that was just seen") {
            let name = entry.expect("an entry").file_name();
            read(root, &format!("{path}/{}", name.to_string_lossy()), tree);
        }
        Item::Folder
    } else {
        Item::File(fs::read(&full).expect("a file that was just seen"))
    };
    tree.insert(path.to_owned(), item);
}

/// What lies below a path, by the path from there.
pub(crate) fn below(tree: &Tree, path: &str) -> Tree {
    let inner = |p: &String| p.strip_prefix(path).and_then(|p| p.strip_prefix('/')).map(str::to_owned);
    tree.iter().filter_map(|(p, item)| Some((inner(p)?, item.clone()))).collect()
}

/// A line for every difference.
pub(crate) fn differences(seen: &Tree, wanted: &Tree) -> Vec<String> {
    let gone = wanted.keys().filter(|p| !seen.contains_key(*p)).map(|p| format!("{p} is missing"));
    let strange = seen.iter().filter_map(|(p, item)| match wanted.get(p) {
        None => Some(format!("{p} should not be there")),
        Some(other) if other != item => Some(format!("{p} differs")),
        Some(_) => None,
    });
    gone.chain(strange).collect()
}

/// Files that others can read, folders that others can look into: below `history` and `scorecards`, these two included.
pub(crate) fn open_to_others(desk: &Path) -> Vec<String> {
    let wrong = everything(desk).into_iter().filter_map(|(path, item)| {
        let wanted = match item {
            Item::Folder => 0o700,
            Item::File(_) => 0o600,
            Item::Link(_) => return None,
        };
        let mode = fs::symlink_metadata(desk.join(&path)).expect("what was just read").permissions().mode() & 0o7777;
        (mode != wanted).then(|| format!("{path} has mode {mode:o}, not {wanted:o}"))
    });
    wrong.collect()
}
