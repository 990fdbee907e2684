//! Excel workbooks, read cell by cell as they stand in the file.

use std::borrow::Cow;
use std::io::{self, BufReader};

use calamine::{DataRef, Reader, SheetType, SheetVisible};

use super::{Cell, Each, Row, Run, Sheet, Workbook, check_place, damaged};
use crate::error::{Error, Result};
use crate::ingest::decode::archive::Entry;
use crate::ingest::decode::limits::{Bounded, unreadable};
use crate::ingest::decode::origin::{Origin, Seekable};

/// An opened workbook.
pub(super) struct Xlsx {
    inner: calamine::Xlsx<BufReader<Box<dyn Seekable>>>,
}

impl Xlsx {
    /// Opens a workbook once all its parts have been seen to stay within bounds; what reads it keeps its texts in memory.
    pub(super) fn new(zip: &Origin, entries: &[Entry]) -> Result<Self> {
        let mut total = 0;
        for entry in entries.iter().filter(|e| is_xml(&e.name)) {
            let origin = entry.origin.clone()?;
            let part = Bounded::new(origin.open().map_err(|e| unreadable("", e))?, &zip.caps);
            total += io::copy(&mut { part }, &mut io::sink()).map_err(|e| unreadable("", e))?;
            if total > zip.caps.held {
                return Err(Error::input("the workbook is too large to be held in memory").hint("export it as CSV"));
            }
        }
        let raw = zip.raw().map_err(|e| unreadable("", e))?;
        Ok(Self { inner: calamine::Xlsx::new(BufReader::new(raw)).map_err(|e| damaged(&e))? })
    }
}

/// Parts that are read; pictures and the like are not.
fn is_xml(name: &str) -> bool {
    [".xml", ".rels"]
        .iter()
        .any(|end| name.len() >= end.len() && name.as_bytes()[name.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes()))
}

impl Workbook for Xlsx {
    fn sheets(&mut self) -> Result<Vec<Sheet>> {
        let of_cells = self.inner.sheets_metadata().iter().filter(|s| s.typ == SheetType::WorkSheet);
        Ok(of_cells.map(|s| Sheet { name: s.name.clone(), is_visible: s.visible == SheetVisible::Visible }).collect())
    }

    fn rows(&mut self, sheet: &str, each: &mut Each<'_>) -> Result<()> {
        let is_1904 = self.inner.has_1904_epoch();
        let mut reader = self.inner.worksheet_cells_reader(sheet).map_err(|e| damaged(&e))?;
        let mut cells = Vec::new();
        let mut row = None;
        while let Some(cell) = reader.next_cell().map_err(|e| damaged(&e))? {
            let (at, column) = cell.get_position();
            check_place(at, column, row)?;
            if let Some(before) = row.filter(|before| *before != at) {
                each(&Row { at: before, times: 1, cells: &cells })?;
                cells.clear();
            }
            row = Some(at);
            cells.push(Run { at: column, times: 1, cell: value(cell.get_value(), is_1904) });
        }
        row.map_or(Ok(()), |at| each(&Row { at, times: 1, cells: &cells }))
    }
}

fn value<'a>(data: &DataRef<'a>, is_1904: bool) -> Cell<'a> {
    match data {
        DataRef::Empty | DataRef::Error(_) => Cell::Empty,
        DataRef::Int(value) => Cell::Integer(*value),
        DataRef::Float(value) => Cell::Number(*value),
        DataRef::Bool(value) => Cell::Bool(*value),
        DataRef::String(text) => Cell::Text(Cow::Owned(text.clone())),
        DataRef::SharedString(text) => Cell::Text(Cow::Borrowed(text)),
        DataRef::DateTime(at) if at.is_duration() => Cell::span(at.as_f64()),
        DataRef::DateTime(at) => Cell::serial(at.as_f64(), is_1904),
        DataRef::DateTimeIso(text) => Cell::iso_moment(text).unwrap_or_else(|| Cell::Text(Cow::Owned(text.clone()))),
        DataRef::DurationIso(text) => Cell::iso_span(text).unwrap_or_else(|| Cell::Text(Cow::Owned(text.clone()))),
    }
}
