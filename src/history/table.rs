//! One source's table: which rows are in it, and how it changes.
//!
//! A change writes new files beside the old ones and then one entry of the log, which says from now on which files count.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use foldhash::fast::FixedState;
use polars::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::commit::{Account, Commit, FILE_ROWS, FINGERPRINT, empty_cells};
use super::journal::Entry;
use super::log::{self, Add, Log, Memory};
use super::parquet::{self, Kind};
use super::partition;
use super::source::{Batch, Kept, fingerprint};
use super::stored::{BATCH, KEY, PRINT, Stored, UPDATED, VERSION, columns, identifying, read_identities};
use crate::desk::{MISSING, Values, bug, get, longs};
use crate::error::{Error, Result};
use crate::ingest::{Gathered, Identities};
use crate::publish::file::sweep;
use crate::publish::names_in;
use crate::publish::stage::hex;
use crate::settings::{Rows, SourceSettings};

/// What a change did to a table: `after = before + inserted - deleted`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The journal's entry that caused it.
    pub entry: u64,
    /// The version of the table it made.
    pub version: u64,
    /// Rows before it.
    pub before: u64,
    /// Rows that were not there.
    pub inserted: u64,
    /// Rows replaced by a newer state.
    pub updated: u64,
    /// Rows that were there as they are.
    pub unchanged: u64,
    /// Rows older than what was there.
    pub older: u64,
    /// Rows removed for good.
    pub deleted: u64,
    /// Rows after it.
    pub after: u64,
}

impl Change {
    /// # Errors
    /// A bug if the rows do not add up.
    pub(super) fn check(&self, source: &str) -> Result<()> {
        if self.after + self.deleted == self.before + self.inserted {
            return Ok(());
        }
        Err(Error::bug(format!(
            "{source}: {} rows before, {} inserted, {} deleted, but {} after",
            self.before, self.inserted, self.deleted, self.after
        )))
    }
}

/// A file that counts.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    /// What the log says of it.
    pub(crate) add: Add,
    /// The part of the table it belongs to.
    pub(crate) part: String,
    /// Its rows.
    pub(crate) rows: u64,
}

impl Live {
    /// The earliest instant of a column, seconds UTC, as the log has it.
    pub(crate) fn earliest(&self, column: &str) -> Option<i64> {
        let stats: serde_json::Value = serde_json::from_str(self.add.stats.as_deref()?).ok()?;
        let text = stats.get("minValues")?.get(column)?.as_str()?;
        chrono::DateTime::parse_from_rfc3339(text).ok().map(|t| t.timestamp())
    }
}

/// A table at one of its versions.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    /// The version.
    pub(crate) version: u64,
    /// The last entry of the journal that it has.
    pub(crate) entry: u64,
    /// The files that count, sorted by part and path.
    pub(crate) files: Vec<Live>,
    /// How its source was described when it was made.
    described: String,
}

impl State {
    /// Rows in all.
    pub(crate) fn rows(&self) -> u64 {
        self.files.iter().map(|f| f.rows).sum()
    }
}

/// One source's table.
#[derive(Debug)]
pub struct Table<'a> {
    pub(super) dir: PathBuf,
    pub(super) source: &'a SourceSettings,
    pub(super) log: Log,
}

/// The folder of a source's table: its name, made safe.
pub(crate) fn folder_name(source: &str) -> String {
    let safe: String = source.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect();
    let is_plain = safe == source && !safe.starts_with(['_', '-']) && !TAKEN.contains(&safe.as_str());
    if is_plain {
        return safe;
    }
    let hash = hex(&Sha256::digest(source.as_bytes())[..4]);
    format!("{}-{hash}", safe.trim_start_matches(['_', '-']))
}

/// Folders of the history that are no tables.
const TAKEN: [&str; 9] = ["exports", "journal", "incoming", "runs", "lock", "outbox", "folds", "erased", "audit"];

impl<'a> Table<'a> {
    pub(super) fn new(dir: &Path, source: &'a SourceSettings, memory: &Memory) -> Self {
        Self { dir: dir.to_owned(), source, log: Log::remembering(dir, memory) }
    }

    /// Clears away what a killed run left in it.
    ///
    /// # Errors
    /// An output error.
    pub(crate) fn sweep(&self) -> Result<()> {
        if !self.dir.is_dir() {
            return Ok(());
        }
        self.log.recover()?;
        for folder in names_in(&self.dir)?.unwrap_or_default().iter().map(|name| self.dir.join(name)).filter(|path| path.is_dir()) {
            sweep(&folder)?;
        }
        Ok(())
    }

    /// Where a file of it lies.
    pub(crate) fn path(&self, file: &Live) -> PathBuf {
        self.dir.join(&file.add.path)
    }

    /// The table after an entry of the journal, or as it is; `None` if there is none yet.
    ///
    /// # Errors
    /// An input error for a damaged log.
    pub(crate) fn state(&self, entry: Option<u64>) -> Result<Option<State>> {
        let mut at = None;
        loop {
            let Some(snapshot) = self.log.snapshot(at)? else { return Ok(None) };
            let applied = snapshot.txns.get(&self.source.name).map_or(0, |v| *v as u64);
            if entry.is_none_or(|entry| applied <= entry) {
                let files = snapshot.files.into_values().map(live).collect::<Result<Vec<_>>>()?;
                let described = snapshot.metadata.configuration.get(FINGERPRINT).cloned().unwrap_or_default();
                return Ok(Some(State { version: snapshot.version, entry: applied, files: sorted(files), described }));
            }
            // Entries come in order, a version each: the one asked for lies before.
            match snapshot.version.checked_sub(1) {
                Some(before) => at = Some(before),
                None => return Ok(None),
            }
        }
    }

    /// Whether the table was made of rows read as they are read now.
    pub(crate) fn is_described(&self, state: &State) -> bool {
        state.described == fingerprint(self.source)
    }

    /// The account of the last batch of a version; `None` where none had anything of this source.
    pub(crate) fn kept(&self, state: &State) -> Result<Option<Kept>> {
        if state.entry == 0 { Ok(None) } else { Kept::read(&self.dir, state.entry).map(Some) }
    }

    /// The account of one batch; `None` where there is none any more.
    pub(crate) fn account(&self, entry: u64) -> Option<Kept> {
        Kept::read(&self.dir, entry).ok()
    }

    /// How many rows a file has, read from the file.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub(crate) fn rows_of(&self, file: &Live) -> Result<u64> {
        parquet::read_longs(&self.path(file), KEY).map(|keys| keys.len() as u64)
    }

    /// The accounts of the last batches, newest first, at most so many.
    ///
    /// # Errors
    /// As [`Self::kept`].
    pub(crate) fn last_batches(&self, most: usize) -> Result<Vec<Kept>> {
        let Some(state) = self.state(None)? else { return Ok(Vec::new()) };
        let mut next = state.entry;
        let mut out = Vec::new();
        while next != 0 && out.len() < most {
            let kept = Kept::read(&self.dir, next)?;
            next = kept.before;
            out.push(kept);
        }
        Ok(out)
    }

    /// The rows of a file, with these columns.
    ///
    /// # Errors
    /// An input error for a file that is missing or damaged.
    pub(crate) fn load(&self, file: &Live, columns: &[Stored]) -> Result<DataFrame> {
        let slots: Vec<parquet::Slot<'_>> = columns.iter().map(Stored::slot).collect();
        parquet::read(&self.path(file), &slots)
    }

    /// Brings the rows of a batch in.
    ///
    /// # Errors
    /// As [`Self::load`]; an output error if a file cannot be written.
    pub(crate) fn merge(&self, entry: &Entry, gathered: Gathered) -> Result<Change> {
        let state = self.state(None)?;
        let before = state.as_ref().map(|s| self.kept(s)).transpose()?.flatten();
        let files = state.as_ref().map_or(&[][..], |s| &s.files);
        let mut incoming = Incoming::new(self.source, gathered, entry.number)?;
        let (found, settled) = self.settle(files, &mut incoming)?;
        let mut commit = Commit::new(self, entry, state.as_ref());
        for (file, gone) in &found {
            commit.without(file, gone)?;
        }
        commit.add(&incoming.kept()?)?;
        let change = Change {
            before: files.iter().map(|f| f.rows).sum(),
            inserted: incoming.keep.iter().filter(|k| **k).count() as u64 - settled.updated,
            ..settled
        };
        let batch = Batch { empty: empty_cells(&incoming.frame), ledger: incoming.ledger };
        commit.finish("MERGE", change, Account::Of(before.as_ref(), batch))
    }

    /// For each file with rows to replace the marks of these; and what was found out. Rows that bring nothing new are taken out of `incoming`.
    fn settle(&self, files: &[Live], incoming: &mut Incoming) -> Result<(Vec<Replaced>, Change)> {
        let index = incoming.index();
        let sieve = Sieve::of(index.keys().copied());
        let hits: Vec<Vec<(usize, u32)>> = files.par_iter().map(|f| self.hits(f, (&index, &sieve))).collect::<Result<_>>()?;
        let mut change = Change::default();
        let mut found = Vec::new();
        let ages = identifying(Rows::Versions);
        for (file, hits) in files.iter().zip(hits).filter(|(_, hits)| !hits.is_empty()) {
            let stored = read_identities(&self.load(file, &ages)?)?;
            let mut gone = vec![false; stored.keys.len()];
            for (there, new) in hits {
                let row = new as usize;
                let is_newer = || incoming.identities.age_of(row) >= stored.age_of(there);
                if stored.prints[there] == incoming.identities.prints[row] {
                    change.unchanged += 1;
                    incoming.keep[row] = false;
                } else if is_newer() {
                    change.updated += 1;
                    gone[there] = true;
                } else {
                    change.older += 1;
                    incoming.keep[row] = false;
                }
            }
            if gone.contains(&true) {
                found.push((file.clone(), gone));
            }
        }
        Ok((found, change))
    }

    /// Rows of a file that are among the incoming: (row there, row that comes).
    fn hits(&self, file: &Live, (index, sieve): (&HashMap<i64, u32, FixedState>, &Sieve)) -> Result<Vec<(usize, u32)>> {
        let path = self.path(file);
        let keys = parquet::read_longs(&path, KEY)?;
        let found = |(row, key): (usize, &i64)| if sieve.may_hold(*key) { index.get(key).map(|new| (row, *new)) } else { None };
        if self.source.rows() != Rows::Versions {
            return Ok(keys.iter().enumerate().filter_map(found).collect());
        }
        let prints = parquet::read_longs(&path, PRINT)?;
        let keys: Vec<i64> = keys.iter().zip(prints).map(|(key, print)| state_key(*key, print as u32)).collect();
        Ok(keys.iter().enumerate().filter_map(found).collect())
    }

    /// Puts the files of each part together; `None` if there is nothing to do.
    ///
    /// # Errors
    /// As [`Self::merge`].
    pub(crate) fn compact(&self, entry: &Entry) -> Result<Option<Change>> {
        let Some(state) = self.state(None)? else { return Ok(None) };
        let account = self.kept(&state)?;
        let mut parts: BTreeMap<&str, Vec<&Live>> = BTreeMap::new();
        state.files.iter().for_each(|f| parts.entry(&f.part).or_default().push(f));
        let mut commit = Commit::new(self, entry, Some(&state));
        for files in parts.into_values() {
            for group in groups(&files) {
                let mut all = DataFrame::default();
                for (i, file) in group.iter().enumerate() {
                    let rows = self.load(file, &columns(self.source))?;
                    if i == 0 {
                        all = rows;
                    } else {
                        all.vstack_mut(&rows).map(|_| ()).map_err(bug)?;
                    }
                    commit.remove(file);
                }
                commit.put(&group[0].part, &all)?;
            }
        }
        if commit.is_empty() {
            return Ok(None);
        }
        let change = Change { before: state.rows(), ..Change::default() };
        commit.finish("OPTIMIZE", change, Account::Still(account)).map(Some)
    }

    /// Removes files that no longer count and that were replaced before an instant, and what a killed run left behind; how many.
    ///
    /// # Errors
    /// An output error if a file cannot be removed.
    pub(crate) fn vacuum(&self, before: i64) -> Result<usize> {
        let Some(snapshot) = self.log.snapshot(None)? else { return Ok(0) };
        let is_needed = |path: &str| {
            snapshot.files.contains_key(path)
                || snapshot.removed.get(path).is_some_and(|r| r.deletion_timestamp.is_none_or(|at| at >= before * 1000))
        };
        let mut removed = 0;
        for (path, relative) in super::files_below(&self.dir)? {
            let is_data = relative.starts_with(&format!("{}=", partition::COLUMN));
            if is_data && !is_needed(&relative) {
                std::fs::remove_file(&path).map_err(|e| Error::output(format!("cannot remove {}: {e}", path.display())))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// The entries of the journal from which rows are still there.
    pub(crate) fn entries_in_use(&self, state: &State) -> Result<BTreeSet<u64>> {
        let batch = [Stored::new(BATCH, Kind::Whole)];
        let read = |file: &Live| longs(get(&self.load(file, &batch)?, BATCH)?);
        let each = state.files.par_iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(each.into_iter().flatten().map(|b| b as u64).collect())
    }
}

/// Neighbouring files that fit into one, where there are several.
fn groups<'f>(files: &[&'f Live]) -> Vec<Vec<&'f Live>> {
    let mut out: Vec<Vec<&Live>> = Vec::new();
    let mut rows = usize::MAX;
    for file in files {
        if rows.saturating_add(file.rows as usize) > FILE_ROWS {
            out.push(Vec::new());
            rows = 0;
        }
        rows += file.rows as usize;
        out.last_mut().expect("a group was begun").push(file);
    }
    out.retain(|g| g.len() > 1);
    out
}

fn live(add: Add) -> Result<Live> {
    let part = add.partition_values.get(partition::COLUMN).cloned().flatten().unwrap_or_default();
    let rows = add.stats.as_deref().and_then(log::num_records).ok_or_else(|| {
        Error::input("a file of the log does not say how many rows it has")
            .at(add.path.clone())
            .hint("somebody else has written to this table; `deskcard history rebuild` makes it anew")
    })?;
    Ok(Live { add, part, rows })
}

fn sorted(mut files: Vec<Live>) -> Vec<Live> {
    files.sort_by(|a, b| a.part.cmp(&b.part).then_with(|| a.add.path.cmp(&b.add.path)));
    files
}

/// A few bits a key: most keys that are not there are told from those that are without a look into a table too large for the cache.
struct Sieve {
    bits: Vec<u64>,
    shift: u32,
}

impl Sieve {
    fn of(keys: impl ExactSizeIterator<Item = i64>) -> Self {
        // 16 bits a key, 64 at least.
        let log = (keys.len().max(4) * 16).next_power_of_two().trailing_zeros();
        let mut sieve = Self { bits: vec![0; 1 << (log - 6)], shift: 64 - log };
        for key in keys {
            let (word, bit) = sieve.place(key);
            sieve.bits[word] |= bit;
        }
        sieve
    }

    fn place(&self, key: i64) -> (usize, u64) {
        let at = (key as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift;
        ((at >> 6) as usize, 1 << (at & 63))
    }

    /// Whether the key may be one of them.
    fn may_hold(&self, key: i64) -> bool {
        let (word, bit) = self.place(key);
        self.bits[word] & bit != 0
    }
}

/// What tells a state of a ticket from its other states.
fn state_key(key: i64, print: u32) -> i64 {
    key ^ i64::from(print).wrapping_mul(0x2545_F491_4F6C_DD1D)
}

/// The rows of a batch.
struct Incoming {
    /// The rows with everything the table keeps of them.
    frame: DataFrame,
    identities: Identities,
    /// Which are to be kept.
    keep: Vec<bool>,
    ledger: crate::ingest::ledger::SourceLedger,
    rows: Rows,
}

impl Incoming {
    fn new(source: &SourceSettings, gathered: Gathered, entry: u64) -> Result<Self> {
        let Gathered { frame, identities, ledger } = gathered;
        let mut frame = frame.collect()?;
        let height = frame.height();
        let long = |values: Vec<i64>| Values::Long(if values.is_empty() { vec![MISSING; height] } else { values });
        let whole = |values: Vec<i32>| Values::Whole(if values.is_empty() { vec![i32::MIN; height] } else { values });
        let technical = [
            (KEY, long(identities.keys.clone())),
            (PRINT, long(identities.prints.iter().map(|p| i64::from(*p)).collect())),
            (UPDATED, long(identities.updated.iter().map(|t| i64::from(*t)).collect())),
            (VERSION, whole(identities.versions.clone())),
            (BATCH, Values::Whole(vec![entry as i32; height])),
        ];
        for (name, values) in technical {
            frame.with_column(values.column(name, 0..height)).map_err(bug)?;
        }
        Ok(Self { frame, keep: vec![true; height], identities, ledger, rows: source.rows() })
    }

    /// Rows by what tells them apart.
    fn index(&self) -> HashMap<i64, u32, FixedState> {
        let ids = &self.identities;
        let key = |row: usize| if self.rows == Rows::Versions { state_key(ids.keys[row], ids.prints[row]) } else { ids.keys[row] };
        (0..ids.keys.len()).map(|row| (key(row), row as u32)).collect()
    }

    /// The rows that are kept.
    fn kept(&self) -> Result<DataFrame> {
        self.frame.filter(&BooleanChunked::from_slice("keep".into(), &self.keep)).map_err(bug)
    }
}

/// A file with rows that are replaced, and the marks of these.
type Replaced = (Live, Vec<bool>);

#[cfg(test)]
mod tests {
    use super::Sieve;

    #[test]
    fn a_sieve_lets_all_its_keys_through_and_few_others() {
        for count in [0, 1, 100, 5_000_i64] {
            let key = |i: i64| i.wrapping_mul(0x5851_F42D_4C95_7F2D) ^ 0x4d;
            let sieve = Sieve::of((0..count).map(key).collect::<Vec<_>>().into_iter());
            assert!((0..count).all(|i| sieve.may_hold(key(i))));
            let others = (count..count + 10_000).filter(|i| sieve.may_hold(key(*i))).count();
            assert!(others < 1_500, "{others} of 10,000 with {count} keys");
        }
    }
}
