//! People taken out of everything that is kept, for good.
//!
//! An erasure has happened once its record stands in `erased/`: what is left to do then is done by whoever comes next, an `erase` or a
//! `run`. A record holds no name, only keyed hashes of the ways to name the person ([`Marks`]); the key lies beside it (`erased/key`), and
//! exports that come later are rewritten by the same hashes before they are taken in.
//!
//! Rows stay, under a pseudonym, so that every total stays true. All versions of a table are made anew from the rewritten exports: time
//! travel goes on, and leads to nobody who was erased.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Came, Entry, Export, History, INCOMING, REWRITTEN, What, laid_out, table};
use crate::error::{Error, Result};
use crate::format::things;
use crate::ingest::raw::{self, Rewritten};
use crate::privacy::erased::key as key_of;
use crate::privacy::{Erased, Key, Marks};
use crate::publish::file::{Creation, create, replace};
use crate::publish::settle::MachineClock;
use crate::publish::stage::{Staged, hex, stage};
use crate::publish::{names_in, remove};
use crate::settings::{Settings, SourceSettings};

/// The folder of the records and their key.
pub(crate) const FOLDER: &str = "erased";
/// The file of the key.
const KEY: &str = "key";
/// The record of an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its number, from 1.
    pub number: u64,
    /// The cut-off of the run that was told to, seconds since 1970 UTC.
    pub at: i64,
    /// The version of deskcard.
    pub tool: String,
    /// `agent` or `requester`.
    pub whom: String,
    /// The pseudonym and the hashes.
    #[serde(flatten)]
    pub marks: Marks,
    /// Whether everything was done.
    pub is_done: bool,
}

/// What an erasure changes, or changed, in the exports that are kept.
#[derive(Debug, Default)]
pub struct Rewriting {
    /// Places that change, by source.
    pub places: BTreeMap<String, u64>,
    /// What is told of it.
    pub remarks: Vec<String>,
    entries: Vec<(Entry, Vec<Staged>)>,
}

impl Rewriting {
    /// Exports that change.
    pub fn exports(&self) -> usize {
        self.entries.iter().map(|(_, staged)| staged.len()).sum()
    }
}

impl History {
    fn erased_folder(&self) -> PathBuf {
        self.dir.join(FOLDER)
    }

    /// The records so far, in order.
    ///
    /// # Errors
    /// An input error for one that cannot be read.
    pub fn erasures(&self) -> Result<Vec<Record>> {
        let folder = self.erased_folder();
        let names = names_in(&folder)?.unwrap_or_default();
        names.iter().filter(|name| Path::new(name).extension().is_some_and(|e| e == "json")).map(|name| read(&folder.join(name))).collect()
    }

    /// The key of hashes; `None` if none was made yet.
    ///
    /// # Errors
    /// An input error if it cannot be read.
    pub fn key(&self) -> Result<Option<Key>> {
        let path = self.erased_folder().join(KEY);
        match std::fs::read_to_string(&path) {
            Ok(text) => key_of(&text).map(Some).map_err(|e| e.at(path.display().to_string())),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::input(format!("the key of the erasures cannot be read: {e}")).at(path.display().to_string())),
        }
    }

    /// The key of hashes, which is made if there is none: 32 bytes of the machine's chance.
    ///
    /// # Errors
    /// An output error if it cannot be made, an input error if it cannot be read, or is gone while people were erased under it: a new one
    /// would know none of them.
    pub fn key_or_new(&self) -> Result<Key> {
        if let Some(key) = self.key()? {
            return Ok(key);
        }
        if !self.erasures()?.is_empty() {
            return Err(self.without_key());
        }
        let path = self.erased_folder().join(KEY);
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|e| Error::output(format!("the machine gives no random numbers: {e}")))?;
        create(&path, format!("{}\n", hex(&bytes)).as_bytes())?;
        self.key()?.ok_or_else(|| Error::output("the key of the erasures went away").at(path.display().to_string()))
    }

    fn without_key(&self) -> Error {
        Error::input("the key of the erasures is gone: who was erased cannot be known again")
            .at(self.erased_folder().join(KEY).display().to_string())
            .hint("restore it from a backup of this folder; without it exports would bring back who was erased")
    }

    /// Everybody who was erased; `None` if nobody was.
    ///
    /// # Errors
    /// An input error for a record or key that cannot be read: nothing may be taken in without them.
    pub fn erased(&self) -> Result<Option<Erased>> {
        let people: Vec<Marks> = self.erasures()?.into_iter().map(|r| r.marks).collect();
        if people.is_empty() {
            return Ok(None);
        }
        let key = self.key()?.ok_or_else(|| self.without_key())?;
        Ok(Some(Erased::new(key, &people)))
    }

    /// Writes the record of an erasure: from then on it has happened.
    ///
    /// # Errors
    /// An output error.
    pub fn record_erasure(&self, record: &Record) -> Result<()> {
        match create(&self.record_path(record.number), &text(record)?)? {
            Creation::Created => Ok(()),
            Creation::Taken => Err(Error::output("somebody else has written an erasure meanwhile")),
        }
    }

    /// Notes that all erasures are done.
    ///
    /// # Errors
    /// An output error.
    pub fn erasures_done(&self) -> Result<()> {
        let open = self.erasures()?.into_iter().filter(|r| !r.is_done);
        open.map(|record| Record { is_done: true, ..record }).try_for_each(|r| replace(&self.record_path(r.number), &text(&r)?))
    }

    fn record_path(&self, number: u64) -> PathBuf {
        self.erased_folder().join(format!("{number:06}.json"))
    }

    /// Every table of every export that is kept, as it stands, with its source, its entry and its name.
    ///
    /// # Errors
    /// As of reading them; an export that was purged is none.
    pub fn raw_tables(&self, settings: &Settings, mut each: impl FnMut(&RawExport<'_>) -> Result<()>) -> Result<()> {
        for entry in &self.journal().entries()? {
            let What::Batch { sources } = &entry.what else { continue };
            for (name, export) in sources.iter().flat_map(|(name, exports)| exports.iter().map(move |e| (name, e))) {
                if !self.is_kept(export) {
                    continue;
                }
                let source = settings.sources.iter().find(|s| s.name == *name);
                let tables = self.laid(export, &self.exports(), |desk, path| read_tables((settings, source), desk, (path, export)));
                each(&RawExport { source: name, settings: source, entry: entry.number, export, tables: tables? })?;
            }
        }
        Ok(())
    }

    fn is_kept(&self, export: &Export) -> bool {
        self.exports().join(format!("{}.zst", export.sha256)).is_file()
    }

    /// Does something with an export laid out under its name.
    fn laid<T>(&self, export: &Export, kept: &Path, work: impl FnOnce(&Path, &Path) -> Result<T>) -> Result<T> {
        let place = self.dir.join(INCOMING);
        let desk = std::path::absolute(&place).unwrap_or(place);
        let done = laid_out(&desk, std::slice::from_ref(export), kept).and_then(|_| work(&desk, &desk.join(export.safe_name())));
        let cleared = remove(&desk);
        done.and_then(|value| cleared.map(|()| value))
    }

    /// An export without whoever was erased, staged; `None` if it names nobody. `kept` is where it lies.
    ///
    /// # Errors
    /// As of reading it, and if it would be read otherwise than before.
    pub fn without(&self, settings: &Settings, of: (&str, &Export), kept: &Path, erased: &Erased) -> Result<Option<(Export, Staged, u64)>> {
        let (name, export) = of;
        let source = settings.sources.iter().find(|s| s.name == name);
        let file_name = erased.rewrite(&export.name, crate::privacy::Holds::Text).into_owned();
        let into = self.dir.join(REWRITTEN);
        let made = self.laid(export, kept, |desk, path| {
            let tables = read_tables((settings, source), desk, (path, export))?;
            let safe = export.safe_name();
            let Rewritten { bytes, places } = match raw::rewritten(tables, (path, &safe), erased)? {
                Some(made) => made,
                None if file_name == export.name => return Ok(None),
                None => Rewritten { bytes: std::fs::read(path).map_err(|e| Error::input(e.to_string()).at(&export.name))?, places: 1 },
            };
            let fresh = desk.join(".rewritten");
            replace(&fresh, &bytes)?;
            let staged = stage(&fresh, &into, Duration::ZERO, &MachineClock)?;
            Ok(Some((staged, places)))
        })?;
        let Some((staged, places)) = made else { return Ok(None) };
        let (sha256, bytes) = export.as_it_came();
        let came = Some(Came { sha256: sha256.to_owned(), bytes, erasures: erased.people() });
        let new = Export { name: file_name, sha256: staged.sha256.clone(), bytes: staged.bytes, modified: export.modified, came };
        Ok(Some((new, staged, places)))
    }

    /// What it takes to keep all exports without whoever was erased: written beside the old ones, read, and compared with them.
    ///
    /// # Errors
    /// An input error for an export that would be read otherwise than before; nothing has changed then.
    pub fn rewriting(&self, settings: &Settings, erased: &Erased) -> Result<Rewriting> {
        let mut out = Rewriting::default();
        remove(&self.dir.join(REWRITTEN))?;
        for mut entry in self.journal().entries()? {
            let What::Batch { sources } = &mut entry.what else { continue };
            let mut staged = Vec::new();
            for (name, exports) in sources {
                let old = exports.clone();
                for export in exports.iter_mut().filter(|e| self.is_kept(e)) {
                    let Some((new, copy, places)) = self.without(settings, (name, export), &self.exports(), erased)? else { continue };
                    *out.places.entry(name.clone()).or_default() += places;
                    staged.push(copy);
                    *export = new;
                }
                out.remarks.extend(self.compare(settings, name, (&old, exports))?);
            }
            if !staged.is_empty() {
                out.entries.push((entry, staged));
            }
        }
        Ok(out)
    }

    /// That the exports of an entry are read as before: as many rows, as many refused. What else differs is told.
    fn compare(&self, settings: &Settings, name: &str, (old, new): (&[Export], &[Export])) -> Result<Option<String>> {
        let Some(source) = settings.sources.iter().find(|s| s.name == name).filter(|_| old != new) else { return Ok(None) };
        let pairs: Vec<(&Export, &Export)> = old.iter().zip(new).filter(|(a, b)| a != b).collect();
        let (before, after): (Vec<Export>, Vec<Export>) = pairs.into_iter().map(|(a, b)| (a.clone(), b.clone())).unzip();
        let ledger = |exports: &[Export], kept: &Path| self.read_exports(settings, source, (exports, kept)).map(|g| g.ledger);
        let (was, is) = (ledger(&before, &self.exports())?, ledger(&after, &self.dir.join(REWRITTEN))?);
        if (was.rows_in, was.rejected) != (is.rows_in, is.rejected) {
            return Err(Error::input(format!(
                "{name}: without the person {} rows would be read and {} refused, where {} were and {} are",
                is.rows_in, is.rejected, was.rows_in, was.rejected
            ))
            .at(before.first().map(|e| e.name.clone()).unwrap_or_default())
            .hint("nothing was changed; the file is written in a way that deskcard cannot write again"));
        }
        let fewer = was.accepted.saturating_sub(is.accepted);
        Ok((fewer > 0).then(|| {
            let (rows, are) = (things(fewer, "row", "rows"), if fewer == 1 { "is" } else { "are" });
            format!("{name}: {rows} {are} now the same as another one, and count once")
        }))
    }

    /// Puts the rewritten exports in the place of the old ones, makes all tables anew, and removes what is left of the old.
    ///
    /// # Errors
    /// An output error; the next `run` or `erase` goes on from there.
    pub fn rewrite(&self, settings: &Settings, rewriting: Rewriting) -> Result<()> {
        for (entry, staged) in rewriting.entries {
            for copy in staged {
                copy.keep(&self.exports())?;
            }
            self.journal().rewrite(&entry)?;
        }
        settings.sources.iter().try_for_each(|source| self.rebuild(settings, source))?;
        self.remove_strange_tables(settings)?;
        self.sweep()
    }

    /// Removes the tables of sources that the config has no more: they are made again from the exports if it has them again.
    fn remove_strange_tables(&self, settings: &Settings) -> Result<()> {
        let known: BTreeSet<String> = settings.sources.iter().map(|s| table::folder_name(&s.name)).collect();
        let names = names_in(&self.dir)?.unwrap_or_default();
        let strange = names.iter().filter(|n| !known.contains(*n)).map(|n| self.dir.join(n));
        strange.filter(|path| path.join("_delta_log").is_dir()).try_for_each(|path| remove(&path))
    }
}

/// An export as it stands.
#[derive(Debug)]
pub struct RawExport<'a> {
    /// The name of its source.
    pub source: &'a str,
    /// Its source; `None` if the config has it no more.
    pub settings: Option<&'a SourceSettings>,
    /// The entry that brought it.
    pub entry: u64,
    /// What the journal says of it.
    pub export: &'a Export,
    /// Its tables.
    pub(crate) tables: Vec<raw::RawTable>,
}

fn read_tables(
    (settings, source): (&Settings, Option<&SourceSettings>),
    desk: &Path,
    (path, export): (&Path, &Export),
) -> Result<Vec<raw::RawTable>> {
    let safe = export.safe_name();
    let Some(source) = source else { return raw::unmapped(path, &safe) };
    let settings = Settings { dir: desk.to_owned(), ..settings.clone() };
    raw::tables(&settings, &SourceSettings { files: vec![crate::ingest::as_pattern(&safe)], ..source.clone() })
}

fn read(path: &Path) -> Result<Record> {
    let damaged = |why: String| Error::input(format!("the record of an erasure cannot be read: {why}")).at(path.display().to_string());
    let text = std::fs::read_to_string(path).map_err(|e| damaged(e.to_string()))?;
    serde_json::from_str(&text).map_err(|e| damaged(e.to_string()).hint("restore the folder from a backup"))
}

fn text(record: &Record) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(record).map_err(|e| Error::bug(e.to_string()))?;
    text.push(b'\n');
    Ok(text)
}
