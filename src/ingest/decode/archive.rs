//! The files within a zip. Nothing is written to disk, so a hostile path in it can do no more than look odd.

use std::io::BufReader;

use glob::{MatchOptions, Pattern};
use zip::{CompressionMethod, ZipArchive};

use super::limits::size;
use super::origin::{Member, Origin, Pack};
use crate::error::{Error, Result};

/// A file within a zip.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its name, safe to show.
    pub(super) name: String,
    /// Its bytes, or why they cannot be had.
    pub(super) origin: Result<Origin>,
}

/// What operating systems leave in zips beside the files.
const LITTER: [&str; 3] = ["thumbs.db", "desktop.ini", "__macosx"];

/// The files within a zip, sorted by name; folders and what operating systems leave behind are not among them.
///
/// # Errors
/// An input error if the zip is damaged, has too many files, or says that it unpacks to too much.
pub(super) fn entries(zip: &Origin, shown: &str) -> Result<Vec<Entry>> {
    let caps = zip.caps;
    let raw = zip.raw().map_err(|e| super::unreadable(shown, e))?;
    let mut archive = ZipArchive::new(BufReader::new(raw)).map_err(|e| damaged(shown, &e))?;
    let (mut entries, mut total) = (Vec::new(), 0u64);
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(|e| damaged(shown, &e))?;
        let name = shown_name(&file.name().unwrap_or_else(|_| String::from_utf8_lossy(file.name_raw())));
        if file.is_dir() || is_litter(&name) {
            continue;
        }
        total = total.saturating_add(file.size());
        let member = Member {
            start: file.data_start().unwrap_or_default(),
            packed: file.compressed_size(),
            size: file.size(),
            crc: file.crc32(),
            is_deflated: file.compression() == CompressionMethod::Deflated,
        };
        let fault = match file.compression() {
            _ if file.encrypted() => Some("it is encrypted".to_owned()),
            CompressionMethod::Stored | CompressionMethod::Deflated => None,
            other => Some(format!("it is packed by the method {other}, which is not read")),
        };
        let refused =
            |fault: String| Error::input(fault).at(format!("{shown}/{name}")).hint("unpack the zip yourself, and give the files in it");
        let origin = fault.map_or_else(|| Ok(zip.packed_as(Pack::Member(member))), |fault| Err(refused(fault)));
        entries.push(Entry { name, origin });
    }
    if total > caps.unpacked {
        return Err(Error::input(format!("the zip unpacks to more than {}", size(caps.unpacked))).at(shown));
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// Refuses a zip of more files than may be.
///
/// # Errors
/// An input error.
pub(super) fn check_count(entries: &[Entry], most: usize, shown: &str) -> Result<()> {
    match entries.len() > most {
        true => Err(Error::input(format!("the zip holds {} files, more than {most}", entries.len())).at(shown)),
        false => Ok(()),
    }
}

/// The entries whose name, or whose name behind its folders, fits a pattern such as `tickets_*.csv`.
///
/// # Errors
/// A config error for a pattern that is none, an input error if nothing fits.
pub(super) fn only(entries: Vec<Entry>, wanted: &str, shown: &str) -> Result<Vec<Entry>> {
    let options = MatchOptions { case_sensitive: false, ..MatchOptions::new() };
    let pattern = Pattern::new(wanted).map_err(|e| Error::config(format!("`member` {wanted:?} is not a file pattern: {e}")))?;
    let fits = |name: &str| {
        let base = name.rsplit('/').next().unwrap_or(name);
        name == wanted || base == wanted || pattern.matches_with(name, options) || pattern.matches_with(base, options)
    };
    let (fitting, others): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|e| fits(&e.name));
    if fitting.is_empty() {
        let names: Vec<&str> = others.iter().take(20).map(|e| e.name.as_str()).collect();
        return Err(Error::input(format!("the zip has no file {wanted:?}")).at(shown).hint(format!("it has: {}", names.join(", "))));
    }
    Ok(fitting)
}

fn damaged(shown: &str, error: &dyn std::fmt::Display) -> Error {
    Error::input(format!("the zip is damaged or cut off: {error}")).at(shown).hint("copy or download it again")
}

fn is_litter(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') || LITTER.contains(&part.to_ascii_lowercase().as_str()))
}

/// A name from a zip as it may be shown: no control characters, no way out of its folder, of bearable length.
fn shown_name(name: &str) -> String {
    let clean: String = name.chars().map(|c| if c.is_control() || is_reversing(c) { '\u{FFFD}' } else { c }).collect();
    let parts: Vec<String> =
        clean.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | "..")).map(|part| part.chars().take(120).collect()).collect();
    let from = parts.len().saturating_sub(6);
    parts[from..].join("/")
}

/// Marks that make text run the other way, so that `csv.exe` could look like `exe.csv`.
fn is_reversing(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{is_litter, shown_name};

    #[test]
    fn names_are_safe_to_show() {
        assert_eq!(shown_name("../../etc/passwd"), "etc/passwd");
        assert_eq!(shown_name("C:\\temp\\a.csv"), "C:/temp/a.csv");
        assert_eq!(shown_name("a\u{202E}vsc.exe\n"), "a\u{FFFD}vsc.exe\u{FFFD}");
        assert_eq!(shown_name(&"x".repeat(500)).len(), 120);
        assert_eq!(shown_name(&"d/".repeat(50)), "d/d/d/d/d/d");
    }

    #[test]
    fn litter() {
        for name in ["__MACOSX/._a.csv", ".DS_Store", "x/Thumbs.db", "desktop.ini"] {
            assert!(is_litter(name), "{name}");
        }
        assert!(!is_litter("export/tickets.csv") && !is_litter("thumbs.csv"));
    }
}
