//! Whether a run would survive a power cut, which killing it cannot show: from its calls, what was on the disk for certain when.
//!
//! The rules: a file is synced after its last write before it is renamed or linked into place; the entry is synced in its folder before
//! anything that builds on it is committed, and before the end; a file in place is written no more. What writes through `mmap` is not seen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::trace::Call;
use super::tree::{Item, Tree, is_hidden};

/// A file, by whatever names.
#[derive(Debug, Default)]
struct File {
    /// The write that is not synced.
    unsynced: Option<String>,
    /// Whether it was put into place, or was there before the run.
    is_in_place: bool,
}

/// What a run has done so far.
#[derive(Debug, Default)]
struct Disk<'a> {
    before: BTreeSet<&'a str>,
    files: Vec<File>,
    names: BTreeMap<String, usize>,
    /// Entries of a folder that are not synced, with the call that made or removed each.
    folders: BTreeMap<String, BTreeMap<String, String>>,
    links: BTreeMap<String, String>,
    violations: Vec<String>,
}

/// A sentence for every breach in an undisturbed run over a desk that was `before`; paths in `exempt` need no care (the lock).
pub(crate) fn breaches(calls: &[Call], desk: &Path, before: &Tree, exempt: &[&str]) -> Vec<String> {
    let before = before.iter().filter(|(_, item)| **item != Item::Folder).map(|(path, _)| path.as_str()).collect();
    let mut disk = Disk { before, ..Disk::default() };
    for call in calls.iter().filter(|c| c.is_done) {
        let inside = |path: &Path| path.strip_prefix(desk).ok().map(|p| p.to_string_lossy().into_owned());
        let names: Vec<_> = call.names(desk).iter().map(|p| inside(p)).collect();
        let opened: Vec<_> = (0..call.args.len()).filter_map(|i| call.open(i)).map(|p| inside(Path::new(p))).collect();
        let cares = |p: &Option<String>| p.as_ref().is_some_and(|p| !exempt.contains(&p.as_str()));
        if call.is_on_descriptor() && opened.iter().any(cares) || names.last().is_some_and(cares) {
            disk.take(call, &names, &opened);
        }
    }
    disk.end();
    disk.violations
}

impl<'a> Disk<'a> {
    fn take(&mut self, call: &Call, names: &[Option<String>], opened: &[Option<String>]) {
        let name = |i: usize| names.get(i).and_then(Option::as_deref);
        let open = |i: usize| opened.get(i).and_then(Option::as_deref);
        match (call.name.as_str(), name(0), name(1)) {
            ("open" | "openat" | "creat", Some(path), _) => self.open(path, call),
            ("write" | "pwrite64" | "writev" | "pwritev" | "ftruncate" | "fallocate" | "sendfile", ..) => self.write(open(0), call),
            ("copy_file_range", ..) => self.write(open(1), call),
            ("truncate", Some(path), _) => self.write(Some(path), call),
            ("fsync" | "fdatasync", ..) => self.sync(open(0)),
            ("mkdir" | "mkdirat", Some(path), _) => {
                self.folders.insert(path.to_owned(), BTreeMap::new());
                self.entry(path, call);
            }
            ("symlink" | "symlinkat", _, Some(link)) => {
                let to = call.args.iter().find_map(|a| if let super::trace::Arg::Text(t) = a { Some(t.clone()) } else { None });
                self.links.insert(link.to_owned(), to.unwrap_or_default());
                self.entry(link, call);
            }
            ("rename" | "renameat" | "renameat2", Some(from), Some(to)) if call.has("RENAME_EXCHANGE") => self.exchange(from, to, call),
            ("rename" | "renameat" | "renameat2", Some(from), Some(to)) => self.rename(from, to, call),
            ("rename" | "renameat" | "renameat2" | "link" | "linkat", None, Some(to)) => {
                self.breach(&format!("{to} comes from another folder than the desk's: whether it is synced is not known"), &[&call.line]);
            }
            ("link" | "linkat", Some(from), Some(to)) => self.link(from, to, call),
            ("unlink" | "unlinkat" | "rmdir", Some(path), _) => self.unlink(path, call),
            _ => {}
        }
    }

    fn breach(&mut self, what: &str, calls: &[&str]) {
        self.violations.push(format!("{what}:\n    {}", calls.join("\n    ")));
    }

    fn file(&mut self, path: &str) -> usize {
        if let Some(file) = self.names.get(path) {
            return *file;
        }
        let is_in_place = self.before.contains(path) && !is_hidden(path);
        self.files.push(File { unsynced: None, is_in_place });
        self.names.insert(path.to_owned(), self.files.len() - 1);
        self.files.len() - 1
    }

    fn open(&mut self, path: &str, call: &Call) {
        let is_known = self.names.contains_key(path) || self.before.contains(path);
        if call.has("O_CREAT") && (!is_known || call.has("O_EXCL")) {
            self.names.remove(path);
            self.before.remove(path);
            let file = self.file(path);
            self.files[file].unsynced = Some(call.line.clone());
            self.entry(path, call);
        } else if call.has("O_TRUNC") {
            self.write(Some(path), call);
        }
    }

    fn write(&mut self, path: Option<&str>, call: &Call) {
        let Some(path) = path else { return };
        let file = self.file(path);
        if self.files[file].is_in_place {
            self.breach(&format!("{path} is written although it is in place"), &[&call.line]);
        }
        self.files[file].unsynced = Some(call.line.clone());
    }

    fn sync(&mut self, path: Option<&str>) {
        let Some(path) = path else { return };
        match (self.folders.get_mut(path), self.names.get(path)) {
            (Some(entries), _) => entries.clear(),
            (None, Some(&file)) => self.files[file].unsynced = None,
            (None, None) => {}
        }
    }

    /// An entry of a folder changed, which is not on the disk before the folder is synced.
    fn entry(&mut self, path: &str, call: &Call) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.folders.entry(folder.to_owned()).or_default().insert(name.to_owned(), call.line.clone());
    }

    /// What is put into place, and everything in it, must be on the disk.
    fn is_whole(&mut self, from: &str, call: &Call) {
        let inside = format!("{from}/");
        let of_it = |path: &str| path == from || path.starts_with(&inside);
        let unsynced = |file: &usize| self.files[*file].unsynced.clone();
        let files = self.names.iter().filter(|(path, _)| of_it(path)).filter_map(|(path, file)| Some((path.clone(), unsynced(file)?)));
        let folders = self
            .folders
            .iter()
            .filter(|(path, _)| of_it(path))
            .flat_map(|(path, entries)| entries.iter().map(move |(name, line)| (format!("the entry {name} of {path}"), line.clone())));
        let missing: Vec<_> = files.chain(folders).collect();
        for (what, line) in missing {
            self.breach(&format!("{what} is not synced before it is put into place"), &[&line, &call.line]);
        }
    }

    /// What a commit builds on must be on the disk: entries of other folders, files made in place, and what a link leads to.
    fn builds_on(&mut self, to: &str, call: &Call) {
        let home = to.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let target = self.links.get(to).cloned();
        let mut missing = Vec::new();
        for (folder, entries) in self.folders.iter().filter(|(folder, _)| !is_hidden(folder)) {
            for (name, line) in entries.iter().filter(|(name, _)| !is_hidden(name) && (*folder != home || target.as_ref() == Some(*name))) {
                missing.push((format!("the entry {name} of {folder}"), line.clone()));
            }
        }
        for (path, file) in self.names.iter().filter(|(path, _)| !is_hidden(path) && *path != to) {
            missing.extend(self.files[*file].unsynced.iter().map(|line| (path.clone(), line.clone())));
        }
        for (what, line) in missing {
            self.breach(&format!("{what} is not synced before {to} is committed"), &[&line, &call.line]);
        }
    }

    /// Gives everything below a name its new one.
    fn take_names(&mut self, from: &str) -> Moved<'a> {
        let inside = format!("{from}/");
        let of_it = |path: &String| path == from || path.starts_with(&inside);
        Moved {
            names: self.names.extract_if(.., |path, _| of_it(path)).collect(),
            folders: self.folders.extract_if(.., |path, _| of_it(path)).collect(),
            links: self.links.extract_if(.., |path, _| of_it(path)).collect(),
            before: self.before.extract_if(.., |path| *path == from || path.starts_with(&inside)).collect(),
        }
    }

    fn give_names(&mut self, moved: Moved<'a>, from: &str, to: &str) {
        let renamed = |path: &str| format!("{to}{}", &path[from.len()..]);
        let in_place = !is_hidden(to);
        for (path, file) in moved.names {
            self.files[file].is_in_place = in_place;
            self.names.insert(renamed(&path), file);
        }
        self.folders.extend(moved.folders.into_iter().map(|(path, entries)| (renamed(&path), entries)));
        self.links.extend(moved.links.into_iter().map(|(path, target)| (renamed(&path), target)));
        for path in moved.before {
            let file = self.file(&renamed(path));
            self.files[file].is_in_place = in_place;
        }
    }

    fn rename(&mut self, from: &str, to: &str, call: &Call) {
        let is_folder = self.folders.contains_key(from);
        let is_over = self.before.contains(to) || self.names.contains_key(to) || self.links.contains_key(to);
        if !is_hidden(to) {
            self.is_whole(from, call);
        }
        drop(self.take_names(to));
        let moved = self.take_names(from);
        let is_link = moved.links.contains_key(from);
        self.give_names(moved, from, to);
        if !is_hidden(to) && (is_folder || is_link || is_over) {
            self.builds_on(to, call);
        }
        for path in [from, to] {
            self.entry(path, call);
        }
    }

    fn exchange(&mut self, a: &str, b: &str, call: &Call) {
        for (from, to) in [(a, b), (b, a)] {
            if !is_hidden(to) {
                self.is_whole(from, call);
                self.builds_on(to, call);
            }
        }
        let (of_a, of_b) = (self.take_names(a), self.take_names(b));
        self.give_names(of_a, a, b);
        self.give_names(of_b, b, a);
        for path in [a, b] {
            self.entry(path, call);
        }
    }

    fn link(&mut self, from: &str, to: &str, call: &Call) {
        let file = self.file(from);
        if !is_hidden(to) {
            self.is_whole(from, call);
            self.builds_on(to, call);
            self.files[file].is_in_place = true;
        }
        self.names.insert(to.to_owned(), file);
        self.entry(to, call);
    }

    /// What is removed takes the old state away: the new one must be on the disk. Unfinished things may go and come at any time.
    fn unlink(&mut self, path: &str, call: &Call) {
        if is_hidden(path) {
            self.names.remove(path);
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            self.folders.get_mut(folder).map(|entries| entries.remove(name));
            return;
        }
        self.builds_on(path, call);
        self.names.remove(path);
        self.before.remove(path);
        self.entry(path, call);
    }

    fn end(&mut self) {
        let mut missing = Vec::new();
        for (folder, entries) in self.folders.iter().filter(|(folder, _)| !is_hidden(folder)) {
            let seen = entries.iter().filter(|(name, _)| !is_hidden(name));
            missing.extend(seen.map(|(name, line)| (format!("the entry {name} of {folder}"), line.clone())));
        }
        for (path, file) in self.names.iter().filter(|(path, _)| !is_hidden(path)) {
            missing.extend(self.files[*file].unsynced.iter().map(|line| (path.clone(), line.clone())));
        }
        for (what, line) in missing {
            self.breach(&format!("{what} is never synced"), &[&line]);
        }
    }
}

/// What moved, by its old names.
#[derive(Debug)]
struct Moved<'a> {
    names: BTreeMap<String, usize>,
    folders: BTreeMap<String, BTreeMap<String, String>>,
    links: BTreeMap<String, String>,
    before: Vec<&'a str>,
}
