//! The start of a file as rows, by the same road as a run takes: decoded, its dialect found, scanned.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;
use std::sync::OnceLock;

use super::{Sample, known};
use crate::error::{Error, Result};
use crate::ingest::cells::unquote;
use crate::ingest::decode::{Document, How, unreadable};
use crate::ingest::dialect::{Detected, SAMPLE, Told, detect};
use crate::ingest::preset::normalise;
use crate::ingest::scan::{Limits, Scanner};

/// Rows looked at.
const MOST_ROWS: usize = 20_000;

/// Text of these rows, in bytes.
const MOST_TEXT: usize = 64 << 20;

/// Rejects told of.
const SHOWN: usize = 3;

impl Sample {
    /// The tables of a file: one, or those of an archive.
    ///
    /// # Errors
    /// An input error if it cannot be read as a table.
    pub fn of_file(path: &Path, shown: &str) -> Result<Vec<Self>> {
        Document::open(path, shown, &How::default())?.iter().map(Self::of).collect()
    }

    /// The tables of a stream, such as standard input.
    ///
    /// # Errors
    /// As [`Sample::of_file`].
    pub fn of_stream(reader: impl Read, shown: &str) -> Result<Vec<Self>> {
        Document::from_reader(shown, reader, &How::default())?.iter().map(Self::of).collect()
    }

    fn of(document: &Document) -> Result<Self> {
        let shown = document.shown();
        let mut head = Vec::new();
        let reader = document.reader().map_err(|e| unreadable(shown, e))?;
        reader.take(SAMPLE as u64 + 1).read_to_end(&mut head).map_err(|e| unreadable(shown, e))?;
        let detected = detect(&head, head.len() <= SAMPLE, &Told::default(), &is_known).map_err(|e| Error::from(e).at(shown))?;
        let reader = document.reader().map_err(|e| unreadable(shown, e))?;
        let scanner =
            Scanner::open(reader, &detected.dialect, Limits::default(), 1 << 20).map_err(|e| Error::from(e).at(shown.to_owned()))?;
        let told = told(document, &detected);
        let mut sample = Self { shown: shown.to_owned(), told, header: scanner.header().to_vec(), ..Self::default() };
        sample.read(scanner)?;
        Ok(sample)
    }

    /// Takes the rows, and tells what was refused among them.
    fn read<R: Read>(&mut self, mut scanner: Scanner<R>) -> Result<()> {
        let (mut text, mut refused, mut scratch) = (0, 0, Vec::new());
        self.is_whole = true;
        while let Some(block) = scanner.next_block().map_err(|e| unreadable(&self.shown, e))? {
            for fault in &block.faults {
                refused += 1;
                if refused <= SHOWN {
                    let what = format!("line {}", fault.line);
                    self.told.push(("set aside".to_owned(), what, format!("{}: {}", fault.code.as_str(), fault.reason)));
                }
            }
            for row in 0..block.rows() {
                self.rows_seen += 1;
                if self.rows.len() < MOST_ROWS && text < MOST_TEXT {
                    let mut cell = |c| String::from_utf8_lossy(unquote(block.raw(row, c), &mut scratch)).into_owned();
                    let cells: Vec<String> = (0..block.columns).map(&mut cell).collect();
                    text += cells.iter().map(String::len).sum::<usize>();
                    self.rows.push(cells);
                } else {
                    self.is_whole = false;
                }
            }
            scanner.recycle(block);
        }
        if refused > SHOWN {
            self.told.push(("set aside".to_owned(), format!("{} more", refused - SHOWN), String::new()));
        }
        if scanner.is_cut_off() {
            let why = "its last line does not end; if other files of the product end theirs, it was cut off";
            self.told.push(("end".to_owned(), "open".to_owned(), why.to_owned()));
        }
        Ok(())
    }
}

/// Whether some preset knows the header.
fn is_known(header: &str) -> bool {
    static NAMES: OnceLock<HashSet<String>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let headers = known::all().iter().flat_map(|k| k.columns.iter().flat_map(|c| c.headers.iter().flatten()).chain(&k.signature));
        headers.map(|h| normalise(h)).collect()
    });
    names.contains(&normalise(header))
}

/// How the file is written: what, found, by which evidence.
fn told(document: &Document, detected: &Detected) -> Vec<(String, String, String)> {
    let mut out = Vec::new();
    if !document.packing().is_none() {
        out.push(("packing".to_owned(), document.packing().to_string(), "by its first bytes".to_owned()));
    }
    out.push(("encoding".to_owned(), document.encoding().name.to_owned(), document.encoding().to_string()));
    out.extend(detected.evidence.iter().map(|e| (e.part.replace('_', " "), e.value.clone(), e.why.clone())));
    out.extend(document.remarks().iter().chain(&detected.warnings).map(|w| ("note".to_owned(), String::new(), w.clone())));
    out
}
