//! New exports into the history: settled, copied, read, and only then taken in; all of them or none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::Context;
use super::Run;
use crate::error::{Error, Result};
use crate::format::things;
use crate::history::journal::Seen;
use crate::history::{Change, Entry, Export, What};
use crate::ingest::ledger::{FileLedger, SourceLedger};
use crate::ingest::{self, Gathered};
use crate::publish::settle::{MachineClock, identity};
use crate::publish::stage::{Staged, stage};
use crate::settings::{SourceSettings, wait_secs};

/// A file that lay there.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) source: String,
    pub(super) export: Export,
    /// Whether its bytes had never been taken in before.
    pub(super) is_new: bool,
}

/// What became of the exports that lay there.
#[derive(Debug, Default)]
pub(super) struct Intake {
    /// The files, by source and name.
    pub(super) found: Vec<Found>,
    /// The accounts of the new files, by source.
    pub(super) accounts: BTreeMap<String, SourceLedger>,
    /// What they changed, by source.
    pub(super) changes: BTreeMap<String, Change>,
}

impl Intake {
    /// Takes in what is new.
    ///
    /// # Errors
    /// An input error for a file that is still being written, is cut off or too broken: then nothing was taken in.
    pub(super) fn run(run: &Run<'_>, ctx: &Context) -> Result<Self> {
        let staged = run.history.dir().join(crate::history::STAGED);
        let taken = Taking::new(run, ctx, staged.clone()).and_then(Taking::run);
        let cleared = crate::publish::remove(&staged);
        taken.and_then(|intake| cleared.map(|()| intake))
    }

    /// The account of a file that was read: of an archive that of all its files.
    pub(super) fn account(&self, found: &Found) -> FileLedger {
        let mut sum = FileLedger::default();
        let files = self.accounts.get(&found.source).into_iter().flat_map(|account| &account.files);
        for file in files.filter(|file| is_of(file, &found.export)) {
            sum.rows_in += file.rows_in;
            sum.accepted += file.accepted;
            sum.rejected += file.rejected;
            sum.duplicate += file.duplicate;
            sum.superseded += file.superseded;
        }
        sum
    }
}

/// The files of a source on disk: those that are there, and the patterns without any.
pub(in crate::commands) fn files(ctx: &Context, source: &SourceSettings) -> Result<ingest::Found> {
    if source.files.iter().any(|f| f == "-") {
        return Err(Error::config(format!("source {:?} reads standard input, and a run needs files that stay", source.name))
            .at(source.at.clone())
            .hint("name files there: what comes in by a pipe can be written to one first"));
    }
    ingest::files_of(&ctx.settings, source)
}

/// An intake that is under way.
struct Taking<'a> {
    run: &'a Run<'a>,
    ctx: &'a Context,
    /// Where copies lie until they are taken in.
    place: PathBuf,
    settle: Duration,
    entries: Vec<Entry>,
    staged: Vec<Staged>,
    new: BTreeMap<String, Vec<Export>>,
    intake: Intake,
}

impl<'a> Taking<'a> {
    fn new(run: &'a Run<'a>, ctx: &'a Context, place: PathBuf) -> Result<Self> {
        let said = run.args.settle.as_deref().map(|text| wait_secs(text).map_err(|e| e.at("--settle"))).transpose()?;
        let settle = Duration::from_secs(said.unwrap_or(ctx.settings.run.settle).unsigned_abs());
        let entries = run.history.journal().entries()?;
        Ok(Self { run, ctx, place, settle, entries, staged: Vec::new(), new: BTreeMap::new(), intake: Intake::default() })
    }

    fn run(mut self) -> Result<Intake> {
        for source in &self.ctx.settings.sources {
            self.look_for(source)?;
        }
        if self.new.is_empty() {
            return Ok(self.intake);
        }
        self.erase()?;
        let read = self.read()?;
        self.take(read)
    }

    /// Copies the files of a source that were not seen before.
    fn look_for(&mut self, source: &SourceSettings) -> Result<()> {
        let (files, _) = files(self.ctx, source)?;
        let seen = Seen::of(&self.entries, &source.name);
        for (path, name) in files {
            let (bytes, modified) = identity(&path)?;
            let mut export = Export { name, sha256: String::new(), bytes, modified, came: None };
            let mut is_new = !seen.has_file(&export.name, bytes, modified);
            if is_new {
                (export, is_new) = self.copy(&path, export, (source, &seen))?;
            }
            self.intake.found.push(Found { source: source.name.clone(), export, is_new });
        }
        Ok(())
    }

    /// Copies a file; whether its bytes are new.
    fn copy(&mut self, path: &Path, export: Export, (source, seen): (&SourceSettings, &Seen)) -> Result<(Export, bool)> {
        let staged = stage(path, &self.place, self.settle, &MachineClock)?;
        let export =
            Export { name: export.name, sha256: staged.sha256.clone(), bytes: staged.bytes, modified: staged.modified_ns, came: None };
        let of_source = self.new.entry(source.name.clone()).or_default();
        let is_new = !seen.has_bytes(&export.sha256) && !of_source.iter().any(|e| e.sha256 == export.sha256);
        if is_new {
            of_source.push(export.clone());
            self.staged.push(staged);
        } else if of_source.is_empty() {
            self.new.remove(&source.name);
        }
        Ok((export, is_new))
    }

    /// Takes whoever was erased out of the copies, before anything of them is read or kept.
    fn erase(&mut self) -> Result<()> {
        let history = &self.run.history;
        let Some(erased) = history.erased()? else { return Ok(()) };
        let mut copies = std::mem::take(&mut self.staged);
        for (source, export) in self.new.iter_mut().flat_map(|(source, exports)| exports.iter_mut().map(move |e| (source, e))) {
            let Some((new, copy, places)) = history.without(&self.ctx.settings, (source, export), &self.place, &erased)? else { continue };
            let copy = copy.keep(&self.place)?;
            copies.push(copy);
            let places = things(places, "place", "places");
            self.ctx.say(&format!("{source}: people who were erased stood in {places} of {}", new.name));
            self.intake.found.iter_mut().filter(|f| f.source == *source && f.export == *export).for_each(|f| f.export = new.clone());
            *export = new;
        }
        // The same bytes may be another source's as well, which has nobody to take out of them.
        copies.retain(|c| self.new.values().flatten().any(|export| export.sha256 == c.sha256));
        self.staged = copies;
        Ok(())
    }

    /// Reads the copies; refuses what a run must not count.
    fn read(&mut self) -> Result<BTreeMap<String, Gathered>> {
        let mut read = BTreeMap::new();
        for source in &self.ctx.settings.sources {
            let Some(exports) = self.new.get(&source.name) else { continue };
            let gathered = self.run.history.read_exports(&self.ctx.settings, source, (exports, &self.place))?;
            if let Some(refusal) = gathered.ledger.refusal() {
                return Err(refusal);
            }
            if let Some(file) = exports.iter().find(|e| is_cut_off(&gathered.ledger, e)) {
                return Err(Error::input("its last row is cut off in the middle: the file is not whole")
                    .at(file.name.clone())
                    .hint("export it again, or take the row away; nothing was taken in"));
            }
            self.intake.accounts.insert(source.name.clone(), gathered.ledger.clone());
            read.insert(source.name.clone(), gathered);
        }
        Ok(read)
    }

    /// Takes in what was read: from the entry in the journal on, it is.
    fn take(mut self, mut read: BTreeMap<String, Gathered>) -> Result<Intake> {
        for staged in std::mem::take(&mut self.staged) {
            staged.keep(&self.run.history.exports())?;
        }
        let entry = Entry {
            number: self.entries.len() as u64 + 1,
            at: self.ctx.as_of,
            tool: concat!("deskcard ", env!("CARGO_PKG_VERSION")).to_owned(),
            what: What::Batch { sources: std::mem::take(&mut self.new) },
        };
        self.run.history.journal().append(&entry)?;
        for source in &self.ctx.settings.sources {
            let table = self.run.history.table(source);
            let change = self.run.history.apply(&self.ctx.settings, (source, &table), &entry, read.remove(&source.name))?;
            self.intake.changes.extend(change.map(|c| (source.name.clone(), c)));
        }
        Ok(self.intake)
    }
}

/// Whether a file, or one of an archive, ends within a row.
fn is_cut_off(ledger: &SourceLedger, export: &Export) -> bool {
    ledger.files.iter().any(|f| f.is_cut_off && is_of(f, export))
}

/// Whether a file is an export, or in it: the files of an archive stand behind its name.
fn is_of(file: &FileLedger, export: &Export) -> bool {
    file.name.strip_prefix(&export.safe_name()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
