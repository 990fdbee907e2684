//! One source: its rows read on all cores and put together in the order of its files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{Scope, ScopedJoinHandle};

use super::chunk::{Chunk, With, type_block};
use super::decode::{Document, sha256, unreadable};
use super::files::{Opened, check_mapping, documents, fields, has_column, open, tell_mapping};
use super::forms::{Forms, forms};
use super::interner::Interner;
use super::ledger::{FileLedger, SourceLedger};
use super::plan::{FilePlan, plan, slots};
use super::scan::Block;
use super::table::{Slot, TableBuilder};
use super::unique::Identities;

use crate::columns::{Source, Type};
use crate::desk::Frame;
use crate::error::{Error, Result};
use crate::settings::{Settings, SourceSettings};

/// Text a block holds: small enough for the cache of one core, large enough that handing it over costs nothing.
pub(super) const BLOCK: usize = 1 << 20;

/// What a source gave.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) frame: Frame,
    pub(crate) identities: Identities,
    pub(crate) ledger: SourceLedger,
}

/// What to keep of a source.
pub(super) struct Keep<'a> {
    pub(super) is_stored: &'a (dyn Fn(&str, &str) -> bool + Sync),
    pub(super) texts: bool,
    pub(super) hashes: bool,
    pub(super) progress: &'a (dyn Fn(u64) + Sync),
}

/// Reads a source; its files are hashed beside it.
pub(super) fn read(settings: &Settings, source: &SourceSettings, keep: &Keep<'_>) -> Result<Gathered> {
    let documents = documents(settings, source)?;
    let opened = open_all(&documents, source)?;
    let quick = forms(source, &opened, &BTreeSet::new())?;
    std::thread::scope(|scope| {
        let hashing = if keep.hashes { start_hashing(scope, &documents) } else { Vec::new() };
        let mut gathered = read_mended(source, &documents, (&opened, &quick), keep)?;
        let hashes = hashing.into_iter().flat_map(|lane| lane.join().unwrap_or_else(|_| vec![Err(Error::bug("hashing stopped"))]));
        for (file, hash) in gathered.ledger.files.iter_mut().zip(hashes) {
            file.sha256 = hash?;
        }
        Ok(gathered)
    })
}

/// Reads the opened files by what a quick look at them has shown.
///
/// For that only the start of each file was looked at for its encoding, and its dates only until one form was left. If rows then
/// cannot be read for one of these reasons, everything is looked at, and what that shows is read again.
fn read_mended(source: &SourceSettings, documents: &[Document], (opened, quick): (&[Opened], &Forms), keep: &Keep<'_>) -> Result<Gathered> {
    let gathered = read_as(source, opened, quick, keep)?;
    let (is_garbled, surprising) = surprises(source, &gathered.ledger);
    if !is_garbled && surprising.is_empty() {
        return Ok(gathered);
    }
    let documents = documents.iter().map(Document::redetect).collect::<Result<Vec<_>>>()?;
    let reopened = open_all(&documents, source)?;
    let thorough = forms(source, &reopened, &surprising)?;
    if thorough == *quick && encodings(opened) == encodings(&reopened) {
        return Ok(gathered);
    }
    drop(gathered);
    read_as(source, &reopened, &thorough, keep)
}

fn open_all(documents: &[Document], source: &SourceSettings) -> Result<Vec<Opened>> {
    let opened: Vec<Opened> = documents.iter().map(|d| open(d.clone(), source)).collect::<Result<_>>()?;
    check_mapping(source, &opened)?;
    Ok(opened)
}

/// Starts threads that hash the files beside the reading of their rows; each gives what comes next in the order of the documents.
fn start_hashing<'s>(scope: &'s Scope<'s, '_>, documents: &'s [Document]) -> Vec<ScopedJoinHandle<'s, Vec<Result<String>>>> {
    let lanes = documents.chunks(documents.len().div_ceil(threads()).max(1));
    lanes.map(|lane| scope.spawn(move || lane.iter().map(hash).collect())).collect()
}

/// SHA-256 of the file of a document; empty for standard input.
fn hash(document: &Document) -> Result<String> {
    match document.path() {
        Some(path) => sha256(path).map(|(hash, _)| hash).map_err(|e| unreadable(document.shown(), e)),
        None => Ok(String::new()),
    }
}

/// Threads that can run at the same time.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn encodings(opened: &[Opened]) -> Vec<&'static str> {
    opened.iter().map(|o| o.document.encoding().name).collect()
}

/// Whether rows were rejected for their encoding, and the headers of columns with values that a closer look may make sense of.
fn surprises(source: &SourceSettings, ledger: &SourceLedger) -> (bool, BTreeSet<String>) {
    let is_open = |header: &str| {
        let of_header = |m: &&crate::settings::ColumnMapping| m.headers.iter().any(|h| h.join(" + ") == header);
        let mapping = source.columns.iter().find(of_header);
        mapping.is_none_or(|m| match m.canonical.kind {
            Type::Instant => m.timestamps.is_empty() && source.timestamps.is_empty(),
            Type::Duration => m.units.is_empty(),
            Type::Int | Type::Number => source.options.decimal.is_none(),
            _ => false,
        })
    };
    let columns: BTreeSet<&String> = ledger.rejects.iter().filter(|r| r.code == "type-error").map(|r| &r.column).collect();
    let open = columns.into_iter().filter(|column| is_open(column)).cloned().collect();
    (ledger.reject_codes.contains_key("encoding-error"), open)
}

/// Reads the opened files, their columns being written so.
fn read_as(source: &SourceSettings, opened: &[Opened], forms: &Forms, keep: &Keep<'_>) -> Result<Gathered> {
    let mut slots = slots(source, keep);
    let found: Vec<_> = opened.iter().map(|file| fields(source, &file.header)).collect();
    slots.retain(|slot| found.iter().any(|fields| has_column(source, fields, slot)));
    let plans: Vec<Arc<FilePlan>> = opened.iter().map(|o| plan(source, o, &slots, keep, forms).map(Arc::new)).collect::<Result<_>>()?;
    let mut gathered = run(opened, &plans, &slots, keep)?;
    gathered.ledger.guesses.clone_from(&forms.guesses);
    gathered.ledger.name.clone_from(&source.name);
    gathered.ledger.preset.clone_from(&source.preset);
    gathered.ledger.files.iter_mut().for_each(|file| file.doubt(&source.product, &source.options.row_limits));
    gathered.ledger.reject_limit = source.reject_limit;
    source.kind.name().clone_into(&mut gathered.ledger.kind);
    tell_mapping(&mut gathered.ledger, source, opened);
    Ok(gathered)
}

/// Reads all files: this thread finds the rows, workers type them, this thread puts them together in order.
fn run(opened: &[Opened], plans: &[Arc<FilePlan>], slots: &[Slot], keep: &Keep<'_>) -> Result<Gathered> {
    let threads = threads();
    let (to_workers, jobs) = sync_channel::<(usize, Arc<FilePlan>, Block)>(threads * 2);
    let jobs = Mutex::new(jobs);
    let (results, finished) = channel::<(usize, Result<Chunk>)>();
    let with = With { versions: plans.iter().any(|p| p.version.is_some()), updates: plans.iter().any(|p| p.updated.is_some()) };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (jobs, results) = (&jobs, results.clone());
            scope.spawn(move || work(jobs, &results, with));
        }
        drop(results);
        let mut assembly = Assembly::new(slots, &finished);
        let mut number = 0;
        for (file, plan) in opened.iter().zip(plans) {
            assembly.start(file);
            let mut scanner = file.scanner(BLOCK)?;
            let mut before = 0;
            while let Some(block) = scanner.next_block().map_err(|e| unreadable(&file.shown, e))? {
                (keep.progress)(scanner.position() - before);
                before = scanner.position();
                if to_workers.send((number, plan.clone(), block)).is_err() {
                    return Err(Error::bug("the readers stopped"));
                }
                number += 1;
                assembly.file_of.push(assembly.ledger.files.len() - 1);
                assembly.take_ready()?;
                if let Some(spare) = assembly.spares.pop() {
                    scanner.recycle(spare);
                }
            }
            assembly.unended(scanner.is_cut_off());
        }
        drop(to_workers);
        assembly.finish()
    })
}

fn work(jobs: &Mutex<Receiver<(usize, Arc<FilePlan>, Block)>>, results: &Sender<(usize, Result<Chunk>)>, with: With) {
    // What a worker has learnt of a file's texts serves for all its blocks.
    let mut known: (String, Vec<Interner>) = Default::default();
    loop {
        let job = jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
        let Ok((number, plan, block)) = job else { return };
        if known.0 != plan.shown {
            known = (plan.shown.clone(), plan.columns.iter().map(|_| Interner::default()).collect());
        }
        if results.send((number, type_block(&plan, block, with, &mut known.1))).is_err() {
            return;
        }
    }
}

/// Puts chunks together in the order of the files.
struct Assembly<'a> {
    finished: &'a Receiver<(usize, Result<Chunk>)>,
    waiting: BTreeMap<usize, Chunk>,
    next: usize,
    /// The file of each block handed out.
    file_of: Vec<usize>,
    /// Blocks whose memory serves again.
    spares: Vec<Block>,
    table: TableBuilder,
    identities: Identities,
    ledger: SourceLedger,
    /// Where the last record of each file starts, and whether it was rejected.
    last: Vec<Option<(u64, bool)>>,
}

impl<'a> Assembly<'a> {
    fn new(slots: &[Slot], finished: &'a Receiver<(usize, Result<Chunk>)>) -> Self {
        let table = TableBuilder::new(slots.to_vec());
        Self {
            finished,
            waiting: BTreeMap::new(),
            next: 0,
            file_of: Vec::new(),
            spares: Vec::new(),
            table,
            identities: Identities::default(),
            ledger: SourceLedger::default(),
            last: Vec::new(),
        }
    }

    /// Opens the account of a file.
    fn start(&mut self, file: &Opened) {
        let rejected = file.rejects.len() as u64;
        self.ledger.files.push(FileLedger {
            name: file.shown.clone(),
            header: file.header_text(),
            written: file.written.clone(),
            remarks: file.remarks.clone(),
            rows_in: rejected,
            rejected,
            is_unended: file.end.is_unended,
            is_cut_off: file.end.is_unended && file.end.is_broken,
            ..FileLedger::default()
        });
        self.last.push(None);
        self.ledger.rows_in += rejected;
        file.rejects.iter().for_each(|r| self.ledger.reject(r.clone()));
    }

    /// Notes whether the text of the file under way ends within a line. Text of ours, made of a file, says nothing of the file's.
    fn unended(&mut self, is_unended: bool) {
        if let Some(file) = self.ledger.files.last_mut() {
            file.is_unended |= is_unended;
        }
    }

    /// Takes what is finished without waiting.
    fn take_ready(&mut self) -> Result<()> {
        while let Ok((number, chunk)) = self.finished.try_recv() {
            self.waiting.insert(number, chunk?);
        }
        self.absorb()
    }

    fn absorb(&mut self) -> Result<()> {
        while let Some(chunk) = self.waiting.remove(&self.next) {
            self.next += 1;
            let (rejected, rows) = (chunk.rejects.len() as u64, chunk.rows as u64);
            self.ledger.rows_in += rows + rejected;
            let of = self.file_of[self.next - 1];
            self.last[of] = self.last[of].max(chunk.last);
            let file = &mut self.ledger.files[of];
            (file.rows_in, file.rejected, file.accepted) = (file.rows_in + rows + rejected, file.rejected + rejected, file.accepted + rows);
            file.set_aside += chunk.set_aside.iter().map(|(_, n)| n).sum::<u64>();
            file.partial += chunk.partial;
            for (rule, count) in chunk.set_aside.into_iter().filter(|(_, n)| *n > 0) {
                *self.ledger.set_aside.entry(rule).or_default() += count;
            }
            self.ledger.garbled += chunk.garbled;
            self.ledger.clock_changes += chunk.remarks.clock_changes;
            for (header, count) in chunk.remarks.mangled {
                *self.ledger.mangled.entry(header).or_default() += count;
            }
            for ((header, word), count) in chunk.remarks.unmapped {
                *self.ledger.unmapped.entry(header).or_default().entry(word).or_default() += count;
            }
            chunk.rejects.into_iter().for_each(|r| self.ledger.reject(r));
            self.identities.keys.extend(chunk.identities.keys);
            self.identities.prints.extend(chunk.identities.prints);
            self.identities.updated.extend(chunk.identities.updated);
            self.identities.versions.extend(chunk.identities.versions);
            self.table.append(chunk.rows, chunk.cells)?;
            self.spares.push(chunk.block);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Gathered> {
        while let Ok((number, chunk)) = self.finished.recv() {
            self.waiting.insert(number, chunk?);
            self.absorb()?;
        }
        for (file, last) in self.ledger.files.iter_mut().zip(&self.last) {
            file.is_cut_off |= file.is_unended && last.is_some_and(|(_, is_rejected)| is_rejected);
        }
        Ok(Gathered { frame: self.table.finish()?, identities: self.identities, ledger: self.ledger })
    }
}

/// The column that dates the rows of a kind.
pub(crate) fn dating_column(kind: Source) -> &'static str {
    match kind {
        Source::Tickets => "created_at",
        Source::TicketEvents | Source::Observations => "at",
        Source::Calls => "start_at",
        Source::Surveys => "answered_at",
        Source::Agents => "hired_at",
    }
}
