//! Whatever a file is packed in and written in, it becomes UTF-8 text: zips and workbooks, gzip and zstd, JSON and Parquet, old encodings.
//!
//! First bytes decide, never names. Nothing is written to disk; what is unpacked is bounded by [`Caps`], and what is cut off or damaged
//! is an error, never a short table. Text is streamed; only workbooks, JSON, Parquet and standard input are held in memory.

mod archive;
mod cell;
mod csv_text;
mod document;
mod encoding;
mod json;
mod limits;
mod origin;
mod packing;
mod parquet;
mod repack;
mod sheets;
#[cfg(test)]
mod tests;
mod transcode;

use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

pub use document::Document;
pub use encoding::{Encoding, Evidence, SAMPLE, named};
pub use limits::{Caps, unreadable};
pub use packing::{Form, Packing, Wrap};
pub(super) use repack::{other_parts, repack};

use document::Parts;
use json::Json;
use origin::{Origin, Pack, Place};
use packing::{HEAD, Magic, magic};

use crate::error::{Error, Result};

/// Packings within packings that are followed, as a gzip file within a zip.
const DEEPEST: usize = 3;

/// What the config says about a file; what it leaves open is found out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct How {
    /// Label of the encoding, as `windows-1252`.
    pub encoding: Option<String>,
    /// The sheet of a workbook; the list of a JSON object that holds several.
    pub sheet: Option<String>,
    /// Which files of a zip: a name or a pattern such as `tickets_*.csv`.
    pub member: Option<String>,
}

impl Document {
    /// The tables of a file: one, except for a zip, which has one for each of its files, sorted by name.
    ///
    /// `shown` is the name to show; a file of a zip is shown as `export.zip/tickets.csv`.
    ///
    /// # Errors
    /// An input error if the file cannot be read, unpacked, or is of a kind that holds no table; a config error for an unknown encoding.
    pub fn open(path: &Path, shown: &str, how: &How) -> Result<Vec<Self>> {
        if path.is_dir() {
            return Err(Error::input("this is a folder, not a file").at(shown).hint("name the files in it, as \"exports/*.csv\""));
        }
        let origin = Origin { place: Place::File(path.to_owned()), pack: Pack::None, caps: Caps::default() };
        unfold(Found { path: Some(path.to_owned()), ..Found::new(origin, shown) }, how)
    }

    /// The tables of bytes in memory.
    ///
    /// # Errors
    /// As [`Document::open`].
    pub fn from_bytes(shown: &str, bytes: Vec<u8>, how: &How) -> Result<Vec<Self>> {
        unfold(Found::new(Origin::memory(bytes, Caps::default()), shown), how)
    }

    /// The tables of a stream that can be read but once, as standard input; it is held in memory.
    ///
    /// # Errors
    /// As [`Document::open`], and if there is more of it than may be held.
    pub fn from_reader(shown: &str, reader: impl Read, how: &How) -> Result<Vec<Self>> {
        let bytes = limits::read_all(reader, Caps::default().held).map_err(|e| unreadable(shown, e))?;
        Self::from_bytes(shown, bytes, how)
    }
}

/// Takes any bytes through the whole of this room, with small caps: the texts that come out, one behind the other.
///
/// # Errors
/// As [`Document::open`]. It never panics, where panics of other crates unwind.
pub fn decode_bytes(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    for document in unfold(Found::new(Origin::memory(bytes.to_vec(), Caps::tiny()), "input"), &How::default())? {
        let reader = document.redetect()?.reader().map_err(|e| unreadable("input", e))?;
        // UTF-8 may be three times as long as the text it stands for.
        text.extend(limits::read_all(reader, 4 * Caps::tiny().unpacked).map_err(|e| unreadable("input", e))?);
    }
    Ok(text)
}

/// The SHA-256 of a file as it lies there, in hex, and its size in bytes.
///
/// # Errors
/// Those of reading it.
pub fn sha256(path: &Path) -> io::Result<(String, u64)> {
    let (mut file, mut hash, mut size) = (File::open(path)?, Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                hash.update(&buffer[..read]);
                size += read as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    let digest = hash.finalize();
    let halves = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    Ok((halves.filter_map(|half| char::from_digit(u32::from(half), 16)).collect(), size))
}

/// Runs a reader that is not ours and may panic at lies in what it reads; where panics unwind, such a lie is an error.
fn walled<T>(what: &str, read: impl FnOnce() -> Result<T>) -> Result<T> {
    let lie = || Error::input(format!("the {what} is damaged: what it says of itself does not fit")).hint("open it, and save it again");
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(lie()))
}

/// Bytes on their way to becoming a document.
#[derive(Debug, Clone)]
struct Found {
    origin: Origin,
    shown: String,
    path: Option<PathBuf>,
    wraps: Vec<Wrap>,
    remarks: Vec<String>,
}

impl Found {
    fn new(origin: Origin, shown: &str) -> Self {
        Self { origin, shown: shown.to_owned(), path: None, wraps: Vec::new(), remarks: Vec::new() }
    }

    /// The same bytes, known to be packed so.
    fn packed_in(mut self, wrap: Wrap, pack: Pack) -> Result<Self> {
        if self.wraps.len() == DEEPEST {
            return Err(Error::input(format!("packed more than {DEEPEST} times over")).at(self.shown).hint("unpack it yourself"));
        }
        self.origin = self.origin.settled().map_err(|e| unreadable(&self.shown, e))?.packed_as(pack);
        self.wraps.push(wrap);
        Ok(self)
    }

    fn document(self, form: Form, encoding: Encoding, text: Option<Vec<u8>>) -> Document {
        let Self { origin, shown, path, wraps, remarks } = self;
        Document::new(Parts { shown, origin, path, packing: Packing { wraps, form }, encoding, text: text.map(Arc::new), remarks })
    }
}

/// Takes off one packing after the other, until there is text.
fn unfold(found: Found, how: &How) -> Result<Vec<Document>> {
    let head = found.origin.head(HEAD).map_err(|e| unreadable(&found.shown, e))?;
    match magic(&head) {
        Magic::Gzip => unfold(found.packed_in(Wrap::Gzip, Pack::Gzip)?, how),
        Magic::Zstd => unfold(found.packed_in(Wrap::Zstd, Pack::Zstd)?, how),
        Magic::Zip => zip(found, how),
        Magic::Parquet => {
            let (text, remarks) = parquet::to_csv(&found.origin).map_err(|e| e.at(&found.shown))?;
            Ok(vec![Found { remarks: [found.remarks.clone(), remarks].concat(), ..found }.document(
                Form::Parquet,
                Encoding::ours(),
                Some(text),
            )])
        }
        Magic::Refused(refusal) => Err(Error::input(format!("this is {}", refusal.what)).at(found.shown).hint(refusal.hint)),
        Magic::Text => Ok(vec![text(found, how)?]),
    }
}

/// A workbook, or the files of a zip.
fn zip(mut found: Found, how: &How) -> Result<Vec<Document>> {
    found.origin = found.origin.settled().map_err(|e| unreadable(&found.shown, e))?;
    let entries = archive::entries(&found.origin, &found.shown)?;
    match sheets::form(&entries).map_err(|e| e.at(&found.shown))? {
        None => files(&found, entries, how),
        Some(form) => {
            let (text, remarks) = sheets::to_csv(&found.origin, entries, form, how.sheet.as_deref()).map_err(|e| e.at(&found.shown))?;
            found.remarks.extend(remarks);
            Ok(vec![found.document(form, Encoding::ours(), Some(text))])
        }
    }
}

/// The files of a zip.
fn files(found: &Found, mut entries: Vec<archive::Entry>, how: &How) -> Result<Vec<Document>> {
    if found.wraps.contains(&Wrap::Zip) {
        return Err(Error::input("a zip within a zip").at(&found.shown).hint("unpack the outer one, and give the inner ones"));
    }
    archive::check_count(&entries, found.origin.caps.members, &found.shown)?;
    if let Some(wanted) = &how.member {
        entries = archive::only(entries, wanted, &found.shown)?;
    }
    let (mut documents, mut left_out) = (Vec::new(), Vec::new());
    let count = entries.len();
    for entry in entries {
        let wraps = [&found.wraps[..], &[Wrap::Zip]].concat();
        let member = Found { origin: entry.origin?, shown: format!("{}/{}", found.shown, entry.name), wraps, ..found.clone() };
        let head = member.origin.head(HEAD).map_err(|e| unreadable(&member.shown, e))?;
        match magic(&head) {
            Magic::Refused(refusal) if how.member.is_none() && count > 1 => {
                left_out.push(format!("{} is left out: it is {}", entry.name, refusal.what));
            }
            _ => documents.extend(unfold(member, how)?),
        }
    }
    if documents.is_empty() {
        let error = Error::input("the zip holds no table").at(&found.shown);
        return Err(left_out.into_iter().take(20).fold(error, Error::hint));
    }
    Ok(documents.into_iter().map(|document| document.with_remarks(&left_out)).collect())
}

/// Text: its encoding, and whether it is JSON.
fn text(mut found: Found, how: &How) -> Result<Document> {
    let declared = how.encoding.as_deref().map(named).transpose()?;
    let mut sample = found.origin.head(SAMPLE + 1).map_err(|e| unreadable(&found.shown, e))?;
    let is_whole = sample.len() <= SAMPLE;
    sample.truncate(SAMPLE);
    let encoding = encoding::detect(&sample, is_whole, declared).map_err(|e| e.at(found.shown.clone()))?;
    if let (Some(codec), Some((marked, _))) = (declared, encoding_rs::Encoding::for_bom(&sample))
        && marked != encoding.codec
    {
        found.remarks.push(format!("begins with a byte order mark of {}, but `encoding` says {}", marked.name(), codec.name()));
    }
    let start = &sample[encoding.mark..sample.len().min(1024)];
    if !json::is_json(&encoding.codec.decode_without_bom_handling(start).0) {
        return Ok(found.document(Form::Text, encoding, None));
    }
    let document = found.clone().document(Form::JsonLines, encoding, None);
    let open = || document.reader();
    let json = Json { open: &open, shown: &found.shown, list: how.sheet.as_deref(), caps: found.origin.caps };
    let (text, remarks) = json.to_csv()?;
    found.remarks.extend(remarks);
    Ok(found.document(Form::JsonLines, encoding, Some(text)))
}
