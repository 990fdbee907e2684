//! The files of a source and their headers: found, decoded, opened, matched to the canonical columns.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;

use super::decode::{Document, How, unreadable};
use super::dialect::{Detected, LineEnds, SAMPLE, Told, detect};
use super::ledger::{Reject, SourceLedger};
use super::pattern;
use super::preset::{find_header, normalise};
use super::reshape;
use super::scan::{Dialect, Limits, ScanError, Scanner};
use super::table::Slot;
use crate::desk::frame_name;
use crate::error::{Error, Result, nearest};
use crate::settings::{ColumnMapping, Settings, SourceSettings};

/// A table ready to be read.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    pub(super) document: Document,
    pub(super) shown: String,
    pub(super) dialect: Dialect,
    pub(super) header: Vec<String>,
    /// How it is written, where that is out of the ordinary: a phrase each.
    pub(super) written: Vec<String>,
    pub(super) remarks: Vec<String>,
    /// What was rejected before there were rows.
    pub(super) rejects: Vec<Reject>,
    /// Line and byte in the file of every line of the text behind its header, where the text is not the file's.
    pub(super) origin: Vec<(u64, u64)>,
    /// How the file's own text ends, where the text is not the file's.
    pub(super) end: End,
}

/// How a text ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct End {
    /// Its last line does not end as lines do.
    pub(super) is_unended: bool,
    /// Its last row could not be used.
    pub(super) is_broken: bool,
}

impl Opened {
    /// A scanner before the first row.
    pub(super) fn scanner(&self, block_bytes: usize) -> Result<Scanner<Box<dyn Read + Send>>> {
        let reader = self.document.reader().map_err(|e| unreadable(&self.shown, e))?;
        Scanner::open(reader, &self.dialect, Limits::default(), block_bytes).map_err(|e| scan_error(e, &self.shown))
    }

    /// The header as its file would write it.
    pub(super) fn header_text(&self) -> String {
        let quote = char::from(self.dialect.quote.unwrap_or(b'"'));
        let delimiter = char::from(self.dialect.delimiter);
        let cell = |name: &String| match name.contains([quote, delimiter, '\n', '\r']) {
            true => format!("{quote}{}{quote}", name.replace(quote, &format!("{quote}{quote}"))),
            false => name.clone(),
        };
        self.header.iter().map(cell).collect::<Vec<_>>().join(&delimiter.to_string())
    }
}

/// A failure to scan a file, with its name; a failure to decode it keeps its own hints.
fn scan_error(error: ScanError, shown: &str) -> Error {
    match error {
        ScanError::Io(error) => unreadable(shown, error),
        other => Error::from(other).at(shown),
    }
}

/// The tables of a source: those of its files, sorted by name.
///
/// # Errors
/// An input error for a pattern that matches nothing, and for a file that cannot be read as a table.
pub(super) fn documents(settings: &Settings, source: &SourceSettings) -> Result<Vec<Document>> {
    let options = &source.options;
    let how = How { encoding: options.encoding.clone(), sheet: options.sheet.clone(), member: options.member.clone() };
    let place = |e: Error| if e.at.is_empty() { e.at(source.at.clone()) } else { e };
    let mut documents = Vec::new();
    if source.files.iter().any(|f| f == "-") {
        documents.extend(Document::from_reader("standard input", std::io::stdin().lock(), &how).map_err(place)?);
    }
    for (path, shown) in find_files(settings, source)? {
        documents.extend(Document::open(&path, &shown, &how).map_err(place)?);
    }
    Ok(documents)
}

/// The files of a source, sorted by name.
///
/// # Errors
/// An input error for a glob that matches nothing.
fn find_files(settings: &Settings, source: &SourceSettings) -> Result<Vec<(PathBuf, String)>> {
    let (found, missing) = found_files(settings, source)?;
    match missing.first() {
        Some(pattern) => Err(Error::input(format!("source {:?}: no file matches {pattern:?}", source.name))
            .at(source.at.clone())
            .hint(format!("looked in {}", settings.dir.display()))
            .hint("paths are relative to the config file")),
        None => Ok(found),
    }
}

/// Files, (path, name relative to the config), and patterns that match none.
pub(crate) type Found = (Vec<(PathBuf, String)>, Vec<String>);

/// The files of a source, sorted by name, and its patterns that match none.
///
/// # Errors
/// A config error for what is no pattern.
pub(super) fn found_files(settings: &Settings, source: &SourceSettings) -> Result<Found> {
    let mut found = BTreeMap::new();
    let mut missing = Vec::new();
    for named in source.files.iter().filter(|f| *f != "-") {
        let paths = pattern::files(&settings.dir, named).map_err(|e| if e.at.is_empty() { e.at(source.at.clone()) } else { e })?;
        let any = !paths.is_empty();
        for path in paths {
            let shown = path.strip_prefix(&settings.dir).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            found.insert(shown, path);
        }
        if !any {
            missing.push(named.clone());
        }
    }
    Ok((found.into_iter().map(|(shown, path)| (path, shown)).collect(), missing))
}

/// Finds out how a table is written and reads its header.
///
/// # Errors
/// An input error if that cannot be found out, or the header cannot be read.
pub(super) fn open(document: Document, source: &SourceSettings) -> Result<Opened> {
    if source.options.shape.is_some() {
        return reshape::queue_log(&document);
    }
    let (sample, is_whole) = sample(&document)?;
    let known = known_names(source);
    let known = |name: &str| known.contains(&normalise(name));
    let mut told = told(source);
    if !source.options.headers.is_empty() && told.header_rows.is_none() {
        // The product writes no header: unless there is one, every line is a row.
        let found = detect(&sample, is_whole, &told, &known).ok();
        let has_names = found.is_some_and(|f| header_of(&document, &f.dialect).is_ok_and(|h| h.iter().filter(|n| known(n)).count() > 1));
        told.header_rows = (!has_names).then_some(0);
    }
    let shown = document.shown().to_owned();
    let detected = detect(&sample, is_whole, &told, &known).map_err(|e| Error::from(e).at(shown.clone()))?;
    let mut header = header_of(&document, &detected.dialect)?;
    if detected.dialect.header_rows == 0
        && let Some(names) = source.options.headers.iter().find(|names| names.len() == header.len())
    {
        header.clone_from(names);
    }
    let remarks = document.remarks().iter().chain(&detected.warnings).cloned().collect();
    let written = written(&document, &detected);
    let opened = Opened {
        document,
        shown,
        dialect: detected.dialect,
        header,
        written,
        remarks,
        rejects: Vec::new(),
        origin: Vec::new(),
        end: End::default(),
    };
    if source.options.measures.is_empty() { Ok(opened) } else { reshape::long(&opened, source) }
}

/// The start of a text, and whether that is all of it.
pub(super) fn sample(document: &Document) -> Result<(Vec<u8>, bool)> {
    let mut sample = Vec::new();
    let reader = document.reader().map_err(|e| unreadable(document.shown(), e))?;
    reader.take(SAMPLE as u64 + 1).read_to_end(&mut sample).map_err(|e| unreadable(document.shown(), e))?;
    let is_whole = sample.len() <= SAMPLE;
    Ok((sample, is_whole))
}

fn header_of(document: &Document, dialect: &Dialect) -> Result<Vec<String>> {
    let reader = document.reader().map_err(|e| unreadable(document.shown(), e))?;
    let scanner = Scanner::open(reader, dialect, Limits::default(), 1 << 16).map_err(|e| scan_error(e, document.shown()))?;
    Ok(scanner.header().to_vec())
}

/// The headers a source has a meaning for, normalised.
fn known_names(source: &SourceSettings) -> BTreeSet<String> {
    let mapped = source.columns.iter().flat_map(|m| m.headers.iter().flatten());
    mapped.chain(source.extra.iter().map(|(_, header)| header)).chain(&source.options.measures).map(|h| normalise(h)).collect()
}

/// What the config says about how a file is written.
fn told(source: &SourceSettings) -> Told {
    let options = &source.options;
    Told {
        delimiter: options.delimiter,
        quote: options.quote,
        escape: options.escape,
        line_ends: options.any_line_ends.map(|any| if any { LineEnds::Any } else { LineEnds::Feed }),
        blanks: options.blanks,
        lines_above: options.lines_above,
        header_rows: options.header_rows,
    }
}

/// How a table is written, where that is out of the ordinary.
fn written(document: &Document, detected: &Detected) -> Vec<String> {
    let mut out = Vec::new();
    if !document.packing().is_none() {
        out.push(document.packing().to_string());
    }
    if document.encoding().name != "UTF-8" {
        out.push(document.encoding().to_string());
    }
    let is_usual = |part: &str, value: &str| matches!((part, value), ("delimiter", "\",\"") | ("header_rows", "1"));
    let evidence = detected.evidence.iter().filter(|e| !is_usual(e.part, &e.value));
    out.extend(evidence.map(|e| format!("{} {}", e.part.replace('_', " "), e.value)));
    out
}

/// Where a file has a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) at: Vec<usize>,
    /// Whether they are one header several times, of which the first filled cell counts, rather than headers to be joined.
    pub(super) is_repeated: bool,
}

impl Fields {
    fn new(at: Vec<usize>, header: &[String]) -> Self {
        let [one] = at[..] else { return Self { at, is_repeated: false } };
        let twins: Vec<usize> = (0..header.len()).filter(|&i| header[i] == header[one]).collect();
        Self { is_repeated: twins.len() > 1, at: twins }
    }
}

/// The fields of each mapping in a header: the first alternative whose headers are all there.
///
/// A header the config itself names is not open to the preset's guesses for other columns.
pub(super) fn fields(source: &SourceSettings, header: &[String]) -> BTreeMap<&'static str, Fields> {
    // As `find_header`, but the header is brought into its common form once, not for every name that is looked for.
    let normal: Vec<String> = header.iter().map(|h| normalise(h)).collect();
    let find = |name: &String| {
        let exact = header.iter().position(|h| h == name);
        exact.or_else(|| {
            let wanted = normalise(name);
            normal.iter().position(|h| *h == wanted)
        })
    };
    let found = |m: &ColumnMapping, taken: &BTreeSet<usize>| {
        m.headers.iter().find_map(|names| {
            let at: Vec<usize> = names.iter().map(find).collect::<Option<_>>()?;
            (!at.iter().any(|f| taken.contains(f))).then(|| Fields::new(at, header))
        })
    };
    let declared = source.columns.iter().filter(|m| m.is_declared).filter_map(|m| Some((m.canonical.name, found(m, &BTreeSet::new())?)));
    let mut out: BTreeMap<&'static str, Fields> = declared.collect();
    let mut taken: BTreeSet<usize> = out.values().flat_map(|f| &f.at).copied().collect();
    taken.extend(source.extra.iter().filter_map(|(_, name)| find_header(header, name)));
    let guessed = source.columns.iter().filter(|m| !m.is_declared).filter_map(|m| Some((m.canonical.name, found(m, &taken)?)));
    out.extend(guessed.collect::<Vec<_>>());
    out
}

/// Refuses a source whose declared or needed columns no file has.
pub(super) fn check_mapping(source: &SourceSettings, opened: &[Opened]) -> Result<()> {
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

pub(super) fn missing_header(wanted: &str, canonical: &str, file: &Opened) -> Error {
    let error = Error::input(format!("{} has no header \"{wanted}\", which `{canonical}` is mapped to", file.shown));
    let near = nearest(wanted, file.header.iter().map(String::as_str));
    match near.is_empty() {
        true => error.hint(format!("it has: {}", shown_headers(&file.header))),
        false => error.hint(format!("nearest: {}", near.join(", "))),
    }
}

pub(super) fn shown_headers(header: &[String]) -> String {
    let shown: Vec<String> = header.iter().take(40).map(|h| format!("{h:?}")).collect();
    shown.join(", ") + if header.len() > 40 { ", …" } else { "" }
}

/// Whether a file with these fields (or a constant) fills a column of the frame.
pub(super) fn has_column(source: &SourceSettings, fields: &BTreeMap<&'static str, Fields>, slot: &Slot) -> bool {
    let is_slot = |m: &&ColumnMapping| frame_name(m.canonical) == slot.name || m.canonical.name == slot.name;
    let is_filled = |m: &ColumnMapping| m.constant.is_some() || fields.contains_key(m.canonical.name);
    source.columns.iter().filter(is_slot).any(is_filled) || source.extra.iter().any(|(name, _)| *name == slot.name)
}

/// Notes which columns the files have, and which headers nobody uses.
pub(super) fn tell_mapping(ledger: &mut SourceLedger, source: &SourceSettings, opened: &[Opened]) {
    let mut found: BTreeSet<&str> = source.columns.iter().filter(|m| m.constant.is_some()).map(|m| m.canonical.name).collect();
    let mut ignored = BTreeSet::new();
    for file in opened {
        let fields = fields(source, &file.header);
        found.extend(fields.keys());
        let mut used: BTreeSet<usize> = fields.into_values().flat_map(|f| f.at).collect();
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
