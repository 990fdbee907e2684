//! One source: its files found, their headers matched to the desk's columns, their rows read on all cores.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex};

use super::cells::duration::DurationUnit;
use super::cells::timestamp::{Form, FormProblem, FormSearch, Order};
use super::column::{Cells, ColumnPlan, ColumnReader, Interner, Nulls, Remarks, cell, key_of};
use super::dialect::detect_delimiter;
use super::ledger::{Reject, SourceLedger};
use super::preset::find_header;
use super::scan::{Block, Limits, Scanner};
use super::table::{Slot, TableBuilder};
use super::unique::Identities;
use crate::clock::zone::Zone;
use crate::columns::{Source, Type};
use crate::desk::{Frame, MISSING, frame_name};
use crate::error::{Error, Result, nearest};
use crate::settings::{self, ColumnMapping, Settings, SourceSettings};

/// Text a block holds: small enough for the cache of one core, large enough that handing it over costs nothing.
const BLOCK: usize = 1 << 20;

/// What a source gave.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) frame: Frame,
    pub(super) identities: Identities,
    pub(super) ledger: SourceLedger,
}

/// What to keep of a source.
pub(super) struct Keep<'a> {
    pub(super) is_stored: &'a (dyn Fn(&str, &str) -> bool + Sync),
    pub(super) texts: bool,
    pub(super) progress: &'a (dyn Fn(u64) + Sync),
}

/// What any file of the source has that tells new rows from old: all its chunks then have it.
#[derive(Debug, Clone, Copy)]
struct With {
    versions: bool,
    updates: bool,
}

/// A file ready to be read.
struct Opened {
    path: PathBuf,
    shown: String,
    delimiter: u8,
    header: Vec<String>,
}

/// How one file is read.
struct FilePlan {
    shown: String,
    columns: Vec<ColumnPlan>,
    /// Number in `columns` for each slot of the frame: (column, whether it is its text).
    slots: Vec<Option<(usize, bool)>>,
    id: Option<usize>,
    updated: Option<usize>,
    version: Option<usize>,
    filter: Option<(usize, Vec<String>)>,
    zones: Vec<Arc<Zone>>,
}

/// Typed rows of one block.
struct Chunk {
    rows: usize,
    cells: Vec<Option<Cells>>,
    identities: Identities,
    rejects: Vec<Reject>,
    remarks: Remarks,
    garbled: u64,
    filtered: u64,
    block: Block,
}

/// Reads a source.
pub(super) fn read(settings: &Settings, source: &SourceSettings, keep: &Keep<'_>) -> Result<Gathered> {
    let files = find_files(settings, source)?;
    let opened: Vec<Opened> = files.into_iter().map(|(path, shown)| open(path, shown, source)).collect::<Result<_>>()?;
    check_mapping(source, &opened)?;
    let forms = forms(source, &opened)?;
    let mut slots = slots(source, keep);
    slots.retain(|slot| opened.iter().any(|file| has_column(source, file, slot)));
    let plans: Vec<Arc<FilePlan>> = opened.iter().map(|o| plan(source, o, &slots, keep, &forms).map(Arc::new)).collect::<Result<_>>()?;
    let mut gathered = run(&opened, &plans, &slots, keep)?;
    gathered.ledger.name.clone_from(&source.name);
    source.kind.name().clone_into(&mut gathered.ledger.kind);
    gathered.ledger.files = opened.iter().map(|o| o.shown.clone()).collect();
    tell_mapping(&mut gathered.ledger, source, &opened);
    Ok(gathered)
}

/// The files of a source, sorted by name.
///
/// # Errors
/// An input error for a glob that matches nothing.
fn find_files(settings: &Settings, source: &SourceSettings) -> Result<Vec<(PathBuf, String)>> {
    let mut found = BTreeMap::new();
    for pattern in &source.files {
        // The folder's own name may hold what a pattern gives a meaning to; an absolute pattern stands for itself.
        let full = std::path::Path::new(&glob::Pattern::escape(&settings.dir.to_string_lossy())).join(pattern);
        let text = full.to_string_lossy();
        let paths =
            glob::glob(&text).map_err(|e| Error::config(format!("{pattern:?} is not a file pattern: {e}")).at(source.at.clone()))?;
        let mut any = false;
        for path in paths.flatten().filter(|p| p.is_file()) {
            let shown = path.strip_prefix(&settings.dir).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            found.insert(shown, path);
            any = true;
        }
        if !any {
            return Err(Error::input(format!("source {:?}: no file matches {pattern:?}", source.name))
                .at(source.at.clone())
                .hint(format!("looked in {}", settings.dir.display()))
                .hint("paths are relative to the config file"));
        }
    }
    Ok(found.into_iter().map(|(shown, path)| (path, shown)).collect())
}

fn unreadable(shown: &str, error: &dyn std::fmt::Display) -> Error {
    Error::input(format!("cannot read the file: {error}")).at(shown)
}

fn open(path: PathBuf, shown: String, source: &SourceSettings) -> Result<Opened> {
    let delimiter = match source.delimiter {
        Some(delimiter) => delimiter,
        None => sniff(&path, &shown)?,
    };
    let file = File::open(&path).map_err(|e| unreadable(&shown, &e))?;
    let scanner = Scanner::open(file, delimiter, Limits::default(), 1 << 16).map_err(|e| Error::from(e).at(shown.clone()))?;
    let header = scanner.header().to_vec();
    Ok(Opened { path, shown, delimiter, header })
}

fn sniff(path: &Path, shown: &str) -> Result<u8> {
    let mut sample = Vec::new();
    let file = File::open(path).map_err(|e| unreadable(shown, &e))?;
    file.take(1 << 16).read_to_end(&mut sample).map_err(|e| unreadable(shown, &e))?;
    if sample.is_empty() {
        return Err(Error::input("the file is empty").at(shown).hint("export it again; a report of nothing still has a header"));
    }
    detect_delimiter(&sample).map_err(|e| Error::input(e.to_string()).at(shown).hint("set `delimiter` in its [[source]]"))
}

/// The fields of each mapping in a header: the first alternative whose headers are all there.
///
/// A header the config itself names is not open to the preset's guesses for other columns.
fn fields(source: &SourceSettings, header: &[String]) -> BTreeMap<&'static str, Vec<usize>> {
    let found = |m: &ColumnMapping, taken: &BTreeSet<usize>| {
        m.headers.iter().find_map(|names| {
            let fields: Vec<usize> = names.iter().map(|name| find_header(header, name)).collect::<Option<_>>()?;
            (!fields.iter().any(|f| taken.contains(f))).then_some(fields)
        })
    };
    let declared = source.columns.iter().filter(|m| m.is_declared).filter_map(|m| Some((m.canonical.name, found(m, &BTreeSet::new())?)));
    let mut out: BTreeMap<&'static str, Vec<usize>> = declared.collect();
    let mut taken: BTreeSet<usize> = out.values().flatten().copied().collect();
    taken.extend(source.extra.iter().filter_map(|(_, name)| find_header(header, name)));
    let guessed = source.columns.iter().filter(|m| !m.is_declared).filter_map(|m| Some((m.canonical.name, found(m, &taken)?)));
    out.extend(guessed.collect::<Vec<_>>());
    out
}

/// Refuses a source whose declared or needed columns no file has.
fn check_mapping(source: &SourceSettings, opened: &[Opened]) -> Result<()> {
    for file in opened {
        let fields = fields(source, &file.header);
        for mapping in source.columns.iter().filter(|m| m.is_declared && m.constant.is_none()) {
            if !fields.contains_key(mapping.canonical.name) {
                let wanted = mapping.headers.iter().map(|h| h.join("\" + \"")).collect::<Vec<_>>().join("\", \"");
                return Err(missing_header(&wanted, mapping.canonical.name, file).at(mapping.at.clone()));
            }
        }
        let needed = source.kind.columns().iter().filter(|c| c.is_required);
        for column in needed {
            let mapping = source.columns.iter().find(|m| m.canonical.name == column.name);
            if mapping.is_none_or(|m| m.constant.is_none() && !fields.contains_key(m.canonical.name)) {
                let error = Error::input(format!("{}: no header is known to mean `{}` ({})", file.shown, column.name, column.doc));
                return Err(error
                    .at(source.at.clone())
                    .hint(format!("the file has: {}", shown_headers(&file.header)))
                    .hint(format!("say which it is in [source.columns]: {} = \"…\"", column.name)));
            }
        }
    }
    Ok(())
}

fn missing_header(wanted: &str, canonical: &str, file: &Opened) -> Error {
    let error = Error::input(format!("{} has no header \"{wanted}\", which `{canonical}` is mapped to", file.shown));
    let near = nearest(wanted, file.header.iter().map(String::as_str));
    match near.is_empty() {
        true => error.hint(format!("it has: {}", shown_headers(&file.header))),
        false => error.hint(format!("nearest: {}", near.join(", "))),
    }
}

fn shown_headers(header: &[String]) -> String {
    let shown: Vec<String> = header.iter().take(40).map(|h| format!("{h:?}")).collect();
    shown.join(", ") + if header.len() > 40 { ", …" } else { "" }
}

type Forms = BTreeMap<&'static str, Vec<Form>>;

/// The timestamp forms of every instant column: declared, or proved from the values of all files.
fn forms(source: &SourceSettings, opened: &[Opened]) -> Result<Forms> {
    let mut out = Forms::new();
    let mut open: Vec<(&ColumnMapping, FormSearch)> = Vec::new();
    for mapping in source.columns.iter().filter(|m| m.canonical.kind == Type::Instant && m.constant.is_none()) {
        if !opened.iter().any(|o| fields(source, &o.header).contains_key(mapping.canonical.name)) {
            continue;
        }
        let declared = if mapping.timestamps.is_empty() { &source.timestamps } else { &mapping.timestamps };
        let declared: Vec<&String> = declared.iter().filter(|d| *d != "auto").collect();
        if declared.is_empty() {
            open.push((mapping, FormSearch::new(mapping.order.or(source.order).map(order))));
            continue;
        }
        let compile =
            |text: &&String| Form::compile(text).map_err(|e| Error::config(format!("timestamp form {text:?}: {e}")).at(source.at.clone()));
        out.insert(mapping.canonical.name, declared.iter().map(compile).collect::<Result<_>>()?);
    }
    for file in opened {
        if open.iter().all(|(_, search)| search.settled()) {
            break;
        }
        search_file(source, file, &mut open)?;
    }
    for (mapping, search) in open {
        let name = mapping.canonical.name;
        match search.finish() {
            // Hours without a leading zero may come up later in a column that starts with whole ones.
            Ok(form) if form == Form::iso() => {
                out.insert(name, vec![form, Form::compile("%Y-%m-%d %H:%M[:%S]").unwrap_or_else(|_| Form::iso())])
            }
            Ok(form) => out.insert(name, vec![form]),
            Err(FormProblem::NoValues) => out.insert(name, vec![Form::iso()]),
            Err(problem) => return Err(form_error(source, mapping, &problem)),
        };
    }
    Ok(out)
}

fn order(order: settings::Order) -> Order {
    match order {
        settings::Order::Dmy => Order::Dmy,
        settings::Order::Mdy => Order::Mdy,
    }
}

fn search_file(source: &SourceSettings, file: &Opened, open: &mut [(&ColumnMapping, FormSearch)]) -> Result<()> {
    let reader = File::open(&file.path).map_err(|e| unreadable(&file.shown, &e))?;
    let mut scanner = Scanner::open(reader, file.delimiter, Limits::default(), BLOCK).map_err(|e| Error::from(e).at(file.shown.clone()))?;
    let plans: Vec<Option<ColumnPlan>> = open.iter().map(|(m, _)| search_plan(source, m, file)).collect();
    let (mut scratch, mut joined) = (Vec::new(), Vec::new());
    while !open.iter().all(|(_, search)| search.settled()) {
        let Some(block) = scanner.next_block().map_err(|e| unreadable(&file.shown, &e))? else { break };
        for ((_, search), plan) in open.iter_mut().zip(&plans) {
            let Some(plan) = plan else { continue };
            let mut lines = block.lines();
            for row in 0..block.rows() {
                if search.settled() {
                    break;
                }
                let text = cell(&block, plan, row, &mut scratch, &mut joined);
                if !plan.nulls.is_null(text) {
                    search.feed(text, lines.of(row));
                }
            }
        }
        scanner.recycle(block);
    }
    Ok(())
}

fn search_plan(source: &SourceSettings, mapping: &ColumnMapping, file: &Opened) -> Option<ColumnPlan> {
    let fields = fields(source, &file.header).remove(mapping.canonical.name)?;
    Some(column_plan(source, mapping, fields, file, Vec::new()))
}

fn form_error(source: &SourceSettings, mapping: &ColumnMapping, problem: &FormProblem) -> Error {
    let header = mapping.headers.first().map(|h| h.join(" + ")).unwrap_or_default();
    let at = if mapping.at.is_empty() { source.at.clone() } else { mapping.at.clone() };
    let error =
        Error::input(format!("source {:?}, column {header:?} (`{}`): {}", source.name, mapping.canonical.name, in_words(problem))).at(at);
    match problem {
        FormProblem::Ambiguous { .. } => error
            .hint("is the day first or the month? No value of the column tells")
            .hint("answer it in the [[source]]: order = \"dmy\" or order = \"mdy\""),
        _ => error.hint("declare what is accepted in the [[source]]: timestamps = [\"%d/%m/%Y %H:%M\", …]"),
    }
}

fn in_words(problem: &FormProblem) -> String {
    match problem {
        FormProblem::NoValues => "no value".into(),
        FormProblem::Ambiguous { example, line, dmy_reading, mdy_reading } => {
            format!("{example:?} on line {line} may be {dmy_reading} or {mdy_reading}, and no other value decides it")
        }
        FormProblem::Unknown { example, line } => format!("{example:?} on line {line} is no timestamp of a known form"),
        FormProblem::Mixed { first, other } => {
            format!("two timestamp forms in one column: {:?} on line {} and {:?} on line {}", first.0, first.1, other.0, other.1)
        }
    }
}

/// The columns the frame will have: the stored canonical ones, the texts of ids, and the extra columns.
fn slots(source: &SourceSettings, keep: &Keep<'_>) -> Vec<Slot> {
    let mut out = Vec::new();
    for column in source.kind.columns() {
        let name = frame_name(column);
        if (keep.is_stored)(column.name, &name) {
            out.push(Slot { name, kind: column.kind });
        }
        if column.kind == Type::Id && keep.texts && (keep.is_stored)(column.name, column.name) {
            out.push(Slot { name: column.name.to_owned(), kind: Type::Words });
        }
    }
    for (name, _) in &source.extra {
        if (keep.is_stored)(name, name) {
            out.push(Slot { name: name.clone(), kind: Type::Dim });
        }
    }
    out
}

/// Whether a file (or a constant) fills a column of the frame.
fn has_column(source: &SourceSettings, file: &Opened, slot: &Slot) -> bool {
    let fields = fields(source, &file.header);
    let is_slot = |m: &&ColumnMapping| frame_name(m.canonical) == slot.name || m.canonical.name == slot.name;
    let is_filled = |m: &ColumnMapping| m.constant.is_some() || fields.contains_key(m.canonical.name);
    source.columns.iter().filter(is_slot).any(is_filled) || source.extra.iter().any(|(name, _)| *name == slot.name)
}

fn column_plan(source: &SourceSettings, mapping: &ColumnMapping, fields: Vec<usize>, file: &Opened, forms: Vec<Form>) -> ColumnPlan {
    let header = fields.iter().map(|&f| file.header[f].as_str()).collect::<Vec<_>>().join(" + ");
    ColumnPlan {
        name: frame_name(mapping.canonical),
        kind: mapping.canonical.kind,
        is_required: mapping.canonical.is_required,
        fields,
        join: mapping.join.clone(),
        header,
        constant: mapping.constant.clone(),
        nulls: Nulls::new(source.nulls.iter().chain(&mapping.nulls).map(|n| n.clone().into_bytes())),
        values: mapping.values.iter().map(|(raw, word)| (raw.clone().into_bytes(), word.clone())).collect(),
        forms,
        unit: mapping.unit.as_deref().and_then(DurationUnit::from_name).unwrap_or(DurationUnit::Seconds),
        is_used: false,
        keeps_text: false,
    }
}

fn plan(source: &SourceSettings, file: &Opened, slots: &[Slot], keep: &Keep<'_>, forms: &Forms) -> Result<FilePlan> {
    let mut columns = Vec::new();
    let mut zones = Vec::new();
    let mut made: BTreeMap<String, Arc<Zone>> = BTreeMap::new();
    let mut zone_of = |tz: chrono_tz::Tz| made.entry(tz.name().to_owned()).or_insert_with(|| Zone::shared(tz)).clone();
    let mut found = fields(source, &file.header);
    for mapping in &source.columns {
        let fields = match (&mapping.constant, found.remove(mapping.canonical.name)) {
            (Some(_), _) => Vec::new(),
            (None, Some(fields)) => fields,
            (None, None) => continue,
        };
        let forms = forms.get(mapping.canonical.name).cloned().unwrap_or_default();
        let mut plan = column_plan(source, mapping, fields, file, forms);
        let tells_rows_apart = ["id_key", "updated_at", "version"].contains(&plan.name.as_str());
        plan.is_used = tells_rows_apart || slots.iter().any(|s| s.name == plan.name);
        plan.keeps_text = plan.kind == Type::Id && slots.iter().any(|s| s.name == mapping.canonical.name);
        columns.push(plan);
        zones.push(zone_of(mapping.time_zone.unwrap_or(source.time_zone)));
    }
    for (name, header) in source.extra.iter().filter(|(name, _)| (keep.is_stored)(name, name)) {
        let field = find_header(&file.header, header).ok_or_else(|| missing_header(header, name, file).at(source.at.clone()))?;
        columns.push(extra_plan(source, name, header, field));
        zones.push(zone_of(source.time_zone));
    }
    let find = |name: &str| columns.iter().position(|c| c.name == name);
    let filter = match &source.filter {
        Some(filter) => {
            let field = find_header(&file.header, &filter.column)
                .ok_or_else(|| missing_header(&filter.column, "where", file).at(source.at.clone()))?;
            Some((field, filter.is.clone()))
        }
        None => None,
    };
    let slot = |s: &Slot| match find(&s.name) {
        Some(i) => Some((i, false)),
        None => find(&format!("{}_key", s.name)).map(|i| (i, true)),
    };
    Ok(FilePlan {
        shown: file.shown.clone(),
        slots: slots.iter().map(slot).collect(),
        id: find("id_key"),
        updated: find("updated_at"),
        version: find("version"),
        columns,
        filter,
        zones,
    })
}

fn extra_plan(source: &SourceSettings, name: &str, header: &str, field: usize) -> ColumnPlan {
    ColumnPlan {
        name: name.to_owned(),
        kind: Type::Dim,
        is_required: false,
        fields: vec![field],
        join: String::new(),
        header: header.to_owned(),
        constant: None,
        nulls: Nulls::new(source.nulls.iter().map(|n| n.clone().into_bytes())),
        values: std::collections::HashMap::new(),
        forms: Vec::new(),
        unit: DurationUnit::Seconds,
        is_used: true,
        keeps_text: false,
    }
}

/// Reads all files: this thread finds the rows, workers type them, this thread puts them together in order.
fn run(opened: &[Opened], plans: &[Arc<FilePlan>], slots: &[Slot], keep: &Keep<'_>) -> Result<Gathered> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
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
            let reader = File::open(&file.path).map_err(|e| unreadable(&file.shown, &e))?;
            let mut scanner =
                Scanner::open(reader, file.delimiter, Limits::default(), BLOCK).map_err(|e| Error::from(e).at(file.shown.clone()))?;
            let mut before = 0;
            while let Some(block) = scanner.next_block().map_err(|e| unreadable(&file.shown, &e))? {
                (keep.progress)(scanner.position() - before);
                before = scanner.position();
                if to_workers.send((number, plan.clone(), block)).is_err() {
                    return Err(Error::bug("the readers stopped"));
                }
                number += 1;
                assembly.take_ready()?;
                if let Some(spare) = assembly.spares.pop() {
                    scanner.recycle(spare);
                }
            }
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
    /// Blocks whose memory serves again.
    spares: Vec<Block>,
    table: TableBuilder,
    identities: Identities,
    ledger: SourceLedger,
}

impl<'a> Assembly<'a> {
    fn new(slots: &[Slot], finished: &'a Receiver<(usize, Result<Chunk>)>) -> Self {
        let table = TableBuilder::new(slots.to_vec());
        Self {
            finished,
            waiting: BTreeMap::new(),
            next: 0,
            spares: Vec::new(),
            table,
            identities: Identities::default(),
            ledger: SourceLedger::default(),
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
            let rejected = chunk.rejects.len() as u64;
            self.ledger.rows_in += chunk.rows as u64 + rejected;
            self.ledger.filtered += chunk.filtered;
            self.ledger.garbled += chunk.garbled;
            self.ledger.clock_changes += chunk.remarks.clock_changes;
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
        Ok(Gathered { frame: self.table.finish()?, identities: self.identities, ledger: self.ledger })
    }
}

/// Types all cells of a block; a row with a cell that cannot be read becomes a reject.
fn type_block(plan: &FilePlan, block: Block, with: With, interners: &mut [Interner]) -> Result<Chunk> {
    let rows = block.rows();
    let mut bad = Vec::new();
    let mut remarks = Remarks::default();
    let mut columns: Vec<(Cells, Option<Cells>)> = Vec::with_capacity(plan.columns.len());
    for ((column, zone), interner) in plan.columns.iter().zip(&plan.zones).zip(interners) {
        let mut reader = ColumnReader { block: &block, interner, zone, bad: Vec::new(), remarks: Remarks::default() };
        columns.push(reader.read(column)?);
        bad.extend(reader.bad);
        remarks.clock_changes += reader.remarks.clock_changes;
        for (word, count) in reader.remarks.unmapped {
            *remarks.unmapped.entry(word).or_default() += count;
        }
    }
    let identities = identities(plan, &block, &columns, with);
    let (kept, filtered) = keep_mask(plan, &block);
    let rejects = rejects(plan, &block, bad, kept.as_deref());
    let mask = mask(rows, kept, &rejects);
    let garbled = block.garbled.len() as u64;
    let mut chunk = Chunk {
        rows,
        cells: Vec::new(),
        identities,
        rejects: rejects.into_iter().map(|(_, r)| r).collect(),
        remarks,
        garbled,
        filtered,
        block,
    };
    let mut columns: Vec<(Option<Cells>, Option<Cells>)> = columns.into_iter().map(|(cells, text)| (Some(cells), text)).collect();
    chunk.cells = plan
        .slots
        .iter()
        .map(|slot| slot.and_then(|(i, is_text)| if is_text { columns[i].1.take() } else { columns[i].0.take() }))
        .collect();
    if let Some(mask) = mask {
        drop_rows(&mut chunk, &mask);
    }
    Ok(chunk)
}

fn drop_rows(chunk: &mut Chunk, mask: &[bool]) {
    chunk.rows = mask.iter().filter(|m| **m).count();
    chunk.cells.iter_mut().flatten().for_each(|c| c.keep(mask));
    let ids = &mut chunk.identities;
    let kept = |i: usize| mask[i];
    let mut i = 0;
    ids.keys.retain(|_| (kept(i), i += 1).0);
    i = 0;
    ids.prints.retain(|_| (kept(i), i += 1).0);
    i = 0;
    ids.updated.retain(|_| (kept(i), i += 1).0);
    i = 0;
    ids.versions.retain(|_| (kept(i), i += 1).0);
}

fn identities(plan: &FilePlan, block: &Block, columns: &[(Cells, Option<Cells>)], with: With) -> Identities {
    let rows = block.rows();
    let whole: Vec<i64> = (0..rows).map(|row| key_of(block.row_bytes(row))).collect();
    let prints = whole.iter().map(|k| (*k >> 32) as u32).collect();
    let keys = match plan.id.map(|i| &columns[i].0) {
        Some(Cells::Long(keys)) => keys.iter().zip(&whole).map(|(k, w)| if *k == MISSING { *w } else { *k }).collect(),
        _ => whole,
    };
    let updated = match plan.updated.map(|i| &columns[i].0) {
        Some(Cells::Long(at)) => at.iter().map(|t| (*t).clamp(0, i64::from(u32::MAX)) as u32).collect(),
        _ if with.updates => vec![0; rows],
        _ => Vec::new(),
    };
    let versions = match plan.version.map(|i| &columns[i].0) {
        Some(Cells::Whole(v)) => v.clone(),
        _ if with.versions => vec![0; rows],
        _ => Vec::new(),
    };
    Identities { keys, prints, updated, versions }
}

/// Which rows the source's `where` keeps; `None` for all.
fn keep_mask(plan: &FilePlan, block: &Block) -> (Option<Vec<bool>>, u64) {
    let Some((field, words)) = &plan.filter else { return (None, 0) };
    let mut scratch = Vec::new();
    let mut kept = |row: usize| {
        let text = super::cells::trim(super::cells::unquote(block.raw(row, *field), &mut scratch));
        words.iter().any(|w| w.as_bytes() == text)
    };
    let mask: Vec<bool> = (0..block.rows()).map(&mut kept).collect();
    let filtered = mask.iter().filter(|m| !**m).count() as u64;
    (Some(mask), filtered)
}

/// The rejects of a block in file order: rows of wrong shape, and rows with a bad cell (the first one is named).
fn rejects(plan: &FilePlan, block: &Block, bad: Vec<super::column::BadCell>, kept: Option<&[bool]>) -> Vec<(Option<usize>, Reject)> {
    let mut out: Vec<(Option<usize>, Reject)> = Vec::new();
    for fault in &block.faults {
        let reject = Reject {
            file: plan.shown.clone(),
            line: fault.line,
            byte: fault.byte,
            column: fault.column.map(|c| format!("column {}", c + 1)).unwrap_or_default(),
            value: fault.raw.clone(),
            code: fault.code.as_str(),
            reason: fault.reason.clone(),
        };
        out.push((None, reject));
    }
    let mut seen = BTreeSet::new();
    for cell in bad {
        if kept.is_some_and(|k| !k[cell.row]) || !seen.insert(cell.row) {
            continue;
        }
        let reject = Reject {
            file: plan.shown.clone(),
            line: block.line_of(cell.row),
            byte: block.byte_of(cell.row),
            column: cell.header,
            value: cell.value,
            code: cell.code,
            reason: cell.reason,
        };
        out.push((Some(cell.row), reject));
    }
    out.sort_by_key(|(_, r)| r.byte);
    out
}

fn mask(rows: usize, kept: Option<Vec<bool>>, rejects: &[(Option<usize>, Reject)]) -> Option<Vec<bool>> {
    let bad: Vec<usize> = rejects.iter().filter_map(|(row, _)| *row).collect();
    if kept.is_none() && bad.is_empty() {
        return None;
    }
    let mut mask = kept.unwrap_or_else(|| vec![true; rows]);
    bad.into_iter().for_each(|row| mask[row] = false);
    Some(mask)
}

/// Notes which columns the files have, and which headers nobody uses.
fn tell_mapping(ledger: &mut SourceLedger, source: &SourceSettings, opened: &[Opened]) {
    let mut found: BTreeSet<&str> = source.columns.iter().filter(|m| m.constant.is_some()).map(|m| m.canonical.name).collect();
    let mut ignored = BTreeSet::new();
    for file in opened {
        let fields = fields(source, &file.header);
        found.extend(fields.keys());
        let mut used: BTreeSet<usize> = fields.into_values().flatten().collect();
        used.extend(source.extra.iter().filter_map(|(_, h)| find_header(&file.header, h)));
        let shown = |i: usize| if file.header[i].is_empty() { format!("(column {})", i + 1) } else { file.header[i].clone() };
        ignored.extend((0..file.header.len()).filter(|i| !used.contains(i)).map(shown));
    }
    let names = |is_found: bool| {
        source.kind.columns().iter().map(|c| c.name).filter(|n| found.contains(n) == is_found).map(str::to_owned).collect()
    };
    (ledger.mapped, ledger.unmapped_columns) = (names(true), names(false));
    ledger.ignored_headers = ignored.into_iter().collect();
}

/// The column that dates the rows of a kind.
pub(super) fn dating_column(kind: Source) -> &'static str {
    match kind {
        Source::Tickets => "created_at",
        Source::TicketEvents | Source::Observations => "at",
        Source::Calls => "start_at",
        Source::Surveys => "answered_at",
        Source::Agents => "hired_at",
    }
}
