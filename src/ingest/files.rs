//! The files of a source and their headers: found, opened, matched to the canonical columns.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::dialect::detect_delimiter;
use super::ledger::SourceLedger;
use super::preset::find_header;
use super::scan::{Limits, Scanner};
use super::table::Slot;
use crate::desk::frame_name;
use crate::error::{Error, Result, nearest};
use crate::settings::{ColumnMapping, Settings, SourceSettings};

/// A file ready to be read.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) shown: String,
    pub(super) delimiter: u8,
    pub(super) header: Vec<String>,
}

/// The files of a source, sorted by name.
///
/// # Errors
/// An input error for a glob that matches nothing.
pub(super) fn find_files(settings: &Settings, source: &SourceSettings) -> Result<Vec<(PathBuf, String)>> {
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

pub(super) fn unreadable(shown: &str, error: &dyn std::fmt::Display) -> Error {
    Error::input(format!("cannot read the file: {error}")).at(shown)
}

impl Opened {
    /// A scanner before the first row.
    pub(super) fn scanner(&self, block_bytes: usize) -> Result<Scanner<File>> {
        let file = File::open(&self.path).map_err(|e| unreadable(&self.shown, &e))?;
        Scanner::open(file, self.delimiter, Limits::default(), block_bytes).map_err(|e| Error::from(e).at(self.shown.clone()))
    }
}

pub(super) fn open(path: PathBuf, shown: String, source: &SourceSettings) -> Result<Opened> {
    let delimiter = match source.options.delimiter {
        Some(delimiter) => delimiter,
        None => sniff(&path, &shown)?,
    };
    let mut opened = Opened { path, shown, delimiter, header: Vec::new() };
    opened.header = opened.scanner(1 << 16)?.header().to_vec();
    Ok(opened)
}

pub(super) fn sniff(path: &Path, shown: &str) -> Result<u8> {
    let mut sample = Vec::new();
    let file = File::open(path).map_err(|e| unreadable(shown, &e))?;
    file.take(1 << 16).read_to_end(&mut sample).map_err(|e| unreadable(shown, &e))?;
    if sample.is_empty() {
        return Err(Error::input("the file is empty").at(shown).hint("export it again; a report of nothing still has a header"));
    }
    detect_delimiter(&sample).map_err(|e| Error::input(e.to_string()).at(shown).hint("set `delimiter` in its [[source]]"))
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
    let found = |m: &ColumnMapping, taken: &BTreeSet<usize>| {
        m.headers.iter().find_map(|names| {
            let at: Vec<usize> = names.iter().map(|name| find_header(header, name)).collect::<Option<_>>()?;
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

/// Whether a file (or a constant) fills a column of the frame.
pub(super) fn has_column(source: &SourceSettings, file: &Opened, slot: &Slot) -> bool {
    let fields = fields(source, &file.header);
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
