//! What the desk has been told so far: every export ever taken in, and the tables made of them.
//!
//! Exports are kept as they came (`exports/`, compressed, by SHA-256). The [`journal`] says in which order they were taken in: an entry
//! is there whole or not at all, and once it is there the intake has happened. The tables, one a source, follow from both: Delta
//! tables (reader version 1, writer version 2) that any Spark, `DuckDB`, Trino or polars reads, changed by one commit an entry. What a
//! killed run left undone is done by the next: entries that a table does not have are applied to it.
//!
//! - A row is there once: by its id, else by its whole text. Of two states the one that is newer by its own update time counts, of
//!   two equally old ones the one that arrived later. The same row again changes nothing.
//! - `rows after = rows before + inserted - deleted`, checked at every commit.
//! - The same exports in the same order make the same files, byte for byte.
//! - Who was erased is in nothing that is kept: exports are rewritten before they are taken in ([`erasure`]).

pub mod audit;
mod commit;
pub mod erasure;
pub mod journal;
pub mod log;
pub(crate) mod parquet;
mod partition;
mod purge;
mod read;
mod source;
mod stored;
mod table;

use std::path::{Path, PathBuf};

use log::Memory;

use crate::error::{Error, Result};
use crate::ingest::{self, Gathered};
use crate::publish::file::sweep;
use crate::publish::folder::{put, recover};
use crate::publish::kept::restore;
use crate::publish::{names_in, remove};
use crate::settings::{Settings, SourceSettings};

pub use journal::{Came, Entry, Export, Journal, What};
pub(crate) use read::Span;
pub use source::Kept;
pub(crate) use table::Live;
pub use table::{Change, Table};

/// Where copies lie until they are taken in; a name with a dot is not finished.
pub(crate) const STAGED: &str = ".staged";
/// Where exports that are kept are laid out to be read.
const INCOMING: &str = ".incoming";
/// Where exports lie that are written without somebody, until they are proved.
pub(crate) const REWRITTEN: &str = ".rewritten";

/// The folder of the history.
#[derive(Debug, Clone)]
pub struct History {
    dir: PathBuf,
    memory: Memory,
}

impl History {
    /// The history in a folder, which need not be there yet.
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), memory: Memory::default() }
    }

    /// The history of a config.
    pub fn of(settings: &Settings) -> Self {
        let folder = settings.history.clone().unwrap_or_default().folder;
        Self::at(settings.dir.join(folder))
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The entries so far.
    pub fn journal(&self) -> Journal {
        Journal::at(self.dir.join("journal"))
    }

    /// Where exports are kept.
    pub fn exports(&self) -> PathBuf {
        self.dir.join("exports")
    }

    /// The table of a source.
    pub fn table<'a>(&self, source: &'a SourceSettings) -> Table<'a> {
        Table::new(&self.dir.join(table::folder_name(&source.name)), source, &self.memory)
    }

    /// Brings the tables up to the journal: applies entries they do not have (what a killed run left undone), and makes those anew
    /// whose source is described otherwise than when they were made, or that know an entry the journal has no more. What was done, by source.
    ///
    /// # Errors
    /// What reading the exports again says, and what writing the tables says.
    pub(crate) fn recover(&self, settings: &Settings) -> Result<Vec<Recovered>> {
        let entries = self.journal().entries()?;
        let last = entries.last().map_or(0, |e| e.number);
        let mut done = Vec::new();
        for source in &settings.sources {
            let table = self.table(source);
            table.sweep()?;
            let state = table.state(None)?;
            // An entry that was taken out of the journal is taken out of the table, too.
            if state.as_ref().is_some_and(|s| !table.is_described(s) || s.entry > last) {
                self.rebuild(settings, source)?;
                done.push(Recovered { source: source.name.clone(), entries: entries.len(), is_anew: true });
                continue;
            }
            let has = state.map_or(0, |s| s.entry);
            let missing: Vec<&Entry> = entries.iter().filter(|e| e.number > has && e.concerns(&source.name)).collect();
            let mut applied = 0;
            for entry in missing {
                applied += usize::from(self.apply(settings, (source, &table), entry, None)?.is_some());
            }
            if applied > 0 {
                done.push(Recovered { source: source.name.clone(), entries: applied, is_anew: false });
            }
        }
        Ok(done)
    }

    /// Makes the table of a source anew from the exports that are kept, and puts it in the place of the old one.
    ///
    /// # Errors
    /// As [`Self::recover`]; the old table is then as it was.
    pub(crate) fn rebuild(&self, settings: &Settings, source: &SourceSettings) -> Result<()> {
        let name = table::folder_name(&source.name);
        let place = self.dir.join(&name);
        let beside = self.dir.join(format!("{name}.rebuild"));
        remove(&beside)?;
        let table = Table::new(&beside, source, &Memory::default());
        for entry in self.journal().entries()?.iter().filter(|e| e.concerns(&source.name)) {
            self.apply(settings, (source, &table), entry, None)?;
        }
        if !beside.exists() {
            return remove(&place);
        }
        put(&beside, &place).map(|_| ())
    }

    /// Applies one entry to a table; `read` is what was read of its exports already. `None`: there was nothing to do.
    ///
    /// # Errors
    /// As [`Self::recover`].
    pub(crate) fn apply(
        &self,
        settings: &Settings,
        (source, table): (&SourceSettings, &Table<'_>),
        entry: &Entry,
        read: Option<Gathered>,
    ) -> Result<Option<Change>> {
        match &entry.what {
            What::Batch { sources } => {
                let Some(exports) = sources.get(&source.name).filter(|e| read.is_some() || !self.is_purged(&source.name, entry, e)) else {
                    return Ok(None);
                };
                let gathered = read.map_or_else(|| self.read_exports(settings, source, (exports, &self.exports())), Ok)?;
                table.merge(entry, gathered).map(Some)
            }
            What::Purge { before } => table.purge(entry, *before),
            What::Compact => table.compact(entry),
        }
    }

    /// Reads exports that are kept, as they were read when they came.
    ///
    /// # Errors
    /// An input error for an export that is no longer there or that cannot be read.
    pub(crate) fn read_exports(
        &self,
        settings: &Settings,
        source: &SourceSettings,
        (exports, kept): (&[Export], &Path),
    ) -> Result<Gathered> {
        let place = self.dir.join(INCOMING);
        let desk = std::path::absolute(&place).unwrap_or(place);
        let made = laid_out(&desk, exports, kept).and_then(|files| {
            let settings = Settings { dir: desk.clone(), ..settings.clone() };
            ingest::batch(&settings, &SourceSettings { files, ..source.clone() }, &|_| ())
        });
        let cleared = remove(&desk);
        made.and_then(|gathered| cleared.map(|()| gathered))
    }

    /// The earliest instant of any dated row; `None` where there is none.
    ///
    /// # Errors
    /// An input error for a damaged log.
    pub(crate) fn first_instant(&self, settings: &Settings) -> Result<Option<i64>> {
        let mut first = None;
        for source in settings.sources.iter().filter(|s| s.kind != crate::columns::Source::Agents) {
            let state = self.table(source).state(None)?;
            let column = ingest::dating_column(source.kind);
            let earliest = state.iter().flat_map(|s| &s.files).filter_map(|f| f.earliest(column)).min();
            first = [first, earliest].into_iter().flatten().min();
        }
        Ok(first)
    }

    /// The sources with rows to which nothing happened since before the month of an instant.
    ///
    /// # Errors
    /// An input error for a damaged log.
    pub(crate) fn has_older(&self, settings: &Settings, instant: i64) -> Result<Vec<String>> {
        let month = partition::month(Some(instant));
        let mut found = Vec::new();
        for source in &settings.sources {
            let state = self.table(source).state(None)?;
            if state.iter().flat_map(|s| &s.files).any(|f| f.part != partition::CURRENT && f.part < month) {
                found.push(source.name.clone());
            }
        }
        Ok(found)
    }

    /// Whether exports of an entry were removed by a later purge: none of its rows counts any more. A purge removes the oldest of a source
    /// first; one that is gone while an older one is there was lost.
    fn is_purged(&self, source: &str, entry: &Entry, exports: &[Export]) -> bool {
        let is_gone = |e: &Export| !self.exports().join(format!("{}.zst", e.sha256)).exists();
        let is_purge = |e: &Entry| e.number > entry.number && matches!(e.what, What::Purge { .. });
        let is_older_gone = |e: &Entry| match &e.what {
            What::Batch { sources } if e.number < entry.number => sources.get(source).is_none_or(|of| of.iter().any(is_gone)),
            _ => true,
        };
        exports.iter().any(is_gone) && self.journal().entries().is_ok_and(|all| all.iter().any(is_purge) && all.iter().all(is_older_gone))
    }

    /// Removes the exports that came before a purge of which no row is left; how many, and how many stay for their newer rows.
    ///
    /// Of a source the oldest go first, and none goes before an older one that stays: made anew from the older alone, a ticket would be as it
    /// was before the newer.
    ///
    /// # Errors
    /// An output error.
    pub(crate) fn drop_exports(&self, settings: &Settings, before: i64) -> Result<(usize, usize)> {
        let mut in_use = std::collections::BTreeMap::new();
        for source in &settings.sources {
            let table = self.table(source);
            let entries = table.state(None)?.map(|s| table.entries_in_use(&s)).transpose()?.unwrap_or_default();
            in_use.insert(source.name.as_str(), entries);
        }
        let (mut gone, mut needed) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
        let entries = self.journal().entries()?;
        let mut kept: std::collections::BTreeSet<&str> = std::collections::BTreeSet::new();
        for entry in &entries {
            let What::Batch { sources } = &entry.what else { continue };
            for (source, exports) in sources {
                let has_rows = in_use.get(source.as_str()).is_none_or(|used| used.contains(&entry.number));
                let is_used = has_rows || entry.at >= before || kept.contains(source.as_str());
                if is_used {
                    kept.insert(source);
                }
                let set = if is_used { &mut needed } else { &mut gone };
                set.extend(exports.iter().map(|e| e.sha256.clone()));
            }
        }
        let mut removed = 0;
        for hash in gone.difference(&needed) {
            let path = self.exports().join(format!("{hash}.zst"));
            removed += usize::from(path.exists());
            remove(&path)?;
        }
        let is_older = |e: &&Entry| e.at < before && e.exports().any(|x| needed.contains(&x.sha256));
        Ok((removed, entries.iter().filter(is_older).map(|e| e.exports().count()).sum()))
    }

    /// Clears away what a killed run left: copies, half-made files, folders that were to be exchanged.
    ///
    /// # Errors
    /// An output error.
    pub(crate) fn sweep(&self) -> Result<()> {
        for name in [STAGED, INCOMING, REWRITTEN] {
            remove(&self.dir.join(name))?;
        }
        recover(&self.dir, |_| true)?;
        for name in names_in(&self.dir)?.unwrap_or_default().iter().filter(|name| name.ends_with(".rebuild")) {
            remove(&self.dir.join(name))?;
        }
        for folder in [self.journal_folder(), self.exports(), self.dir.join("runs"), self.dir.join(erasure::FOLDER), self.dir.clone()] {
            sweep(&folder)?;
        }
        let entries = self.journal().entries()?;
        let needed: std::collections::BTreeSet<&str> = entries.iter().flat_map(Entry::exports).map(|e| e.sha256.as_str()).collect();
        // Kept for an entry that was never written: the next intake copies it again.
        let is_left_over = |name: &String| name.strip_suffix(".zst").is_some_and(|hash| !needed.contains(hash));
        for name in names_in(&self.exports())?.unwrap_or_default().iter().filter(|name| is_left_over(name)) {
            remove(&self.exports().join(name))?;
        }
        Ok(())
    }

    fn journal_folder(&self) -> PathBuf {
        self.dir.join("journal")
    }
}

/// Lays exports that are kept in a folder out under the names they came with; the patterns that match them.
fn laid_out(desk: &Path, exports: &[Export], kept: &Path) -> Result<Vec<String>> {
    remove(desk)?;
    let mut files = Vec::new();
    for export in exports {
        let kept = kept.join(format!("{}.zst", export.sha256));
        if !kept.is_file() {
            return Err(Error::input("an export of the history is no longer there")
                .at(kept.display().to_string())
                .hint("it is needed to bring a table up to date; restore the folder from a backup"));
        }
        let name = export.safe_name();
        restore(&kept, &desk.join(&name))?;
        files.push(ingest::as_pattern(&name));
    }
    Ok(files)
}

/// What was done to bring a table up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recovered {
    /// The source.
    pub(crate) source: String,
    /// Entries of the journal that were applied.
    pub(crate) entries: usize,
    /// Whether the whole table was made anew.
    pub(crate) is_anew: bool,
}

/// Every file below a folder: its path, and its path from there with `/` between the parts.
fn files_below(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let failed = |e: std::io::Error| Error::input(format!("the folder cannot be read: {e}")).at(folder.display().to_string());
    let mut open = vec![folder.to_owned()];
    let mut out = Vec::new();
    while let Some(next) = open.pop() {
        for item in std::fs::read_dir(&next).map_err(failed)? {
            let item = item.map_err(failed)?;
            if item.file_type().map_err(failed)?.is_dir() {
                open.push(item.path());
            } else {
                let path = item.path();
                let relative = path.strip_prefix(folder).unwrap_or(&path).components().map(|c| c.as_os_str().to_string_lossy());
                out.push((path.clone(), relative.collect::<Vec<_>>().join("/")));
            }
        }
    }
    out.sort();
    Ok(out)
}
