//! Tables that were changed, as a file again: read back, it gives the same tables.
//!
//! What was read is kept and no more: of a workbook the sheet, of a zip its tables, as text. Compression is left to whoever keeps it.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::document::Document;
use super::packing::{HEAD, Magic, Wrap, magic};
use crate::error::{Error, Result};

/// Bytes of one part of a zip that are looked at.
const LOOKED_AT: u64 = 256 << 20;

impl Document {
    /// Text in the encoding that the config declares for the file, so that it is read by it; else in UTF-8, which is found out.
    fn encoded(&self, text: Vec<u8>) -> Vec<u8> {
        let encoding = self.encoding();
        if encoding.evidence != super::Evidence::Declared || encoding.is_utf8() {
            return text;
        }
        let text = String::from_utf8_lossy(&text);
        let units = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect();
        match encoding.name {
            "UTF-16LE" => units(u16::to_le_bytes),
            "UTF-16BE" => units(u16::to_be_bytes),
            _ => encoding.codec.encode(&text).0.into_owned(),
        }
    }
}

/// A file that holds these tables; `shown` is the name they were read under.
///
/// # Errors
/// A bug of ours if a zip cannot be written.
pub(in crate::ingest) fn repack(shown: &str, tables: Vec<(Document, Vec<u8>)>) -> Result<Vec<u8>> {
    let is_zip = tables.iter().any(|(document, _)| document.packing().wraps.contains(&Wrap::Zip));
    if !is_zip {
        return Ok(tables.into_iter().next().map(|(document, text)| document.encoded(text)).unwrap_or_default());
    }
    let failed = |e: &dyn std::fmt::Display| Error::bug(format!("{shown}: a zip cannot be written: {e}"));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (document, text) in tables {
        let name = document.shown().strip_prefix(shown).unwrap_or(document.shown()).trim_start_matches('/').to_owned();
        zip.start_file(name, SimpleFileOptions::default()).map_err(|e| failed(&e))?;
        zip.write_all(&document.encoded(text)).map_err(|e| failed(&e))?;
    }
    Ok(zip.finish().map_err(|e| failed(&e))?.into_inner())
}

/// Whether a file holds more than its tables: other sheets, who wrote it, files that are no tables. Each such part is told as text.
///
/// # Errors
/// An input error if it cannot be read.
pub(in crate::ingest) fn other_parts(path: &Path, mut each: impl FnMut(&str)) -> Result<()> {
    let unreadable = |e: std::io::Error| super::unreadable(&path.display().to_string(), e);
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut head = Vec::new();
    (&file).take(HEAD as u64).read_to_end(&mut head).map_err(unreadable)?;
    if magic(&head) != Magic::Zip {
        return Ok(());
    }
    // One that is damaged was refused when its tables were read.
    let Ok(mut zip) = ZipArchive::new(std::io::BufReader::new(file)) else { return Ok(()) };
    for index in 0..zip.len() {
        let Ok(part) = zip.by_index(index) else { continue };
        let mut bytes = Vec::new();
        if part.take(LOOKED_AT).read_to_end(&mut bytes).is_ok() {
            each(&String::from_utf8_lossy(&bytes));
        }
    }
    Ok(())
}
