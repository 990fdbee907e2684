//! Workbooks as CSV text: which sheet, and its rows, line for line.
//!
//! Row numbers stay line numbers where no cell holds a line break: an empty row is an empty line. Empty rows and columns at the end are
//! cut. Sheets are read row by row, twice: once for their extent, once for their text, so that a hostile extent costs nothing.

mod ods;
mod xlsx;

use std::io;

use super::archive::Entry;
use super::cell::Cell;
use super::csv_text::CsvText;
use super::limits::{Caps, too_large, unreadable};
use super::origin::Origin;
use super::packing::Form;
use super::walled;
use crate::error::{Error, Result, nearest};

/// Most rows and columns of a sheet, which are Excel's.
const ROWS: u32 = 1 << 20;
const COLUMNS: u32 = 1 << 14;

/// What is done with each row, in order; rows without cells may be missing.
type Each<'a> = dyn FnMut(&Row<'_, '_>) -> Result<()> + 'a;

/// A row, as often as it is repeated: what a file says in few bytes must not cost more than what is made of it.
struct Row<'a, 'b> {
    /// Number of the first of them, from 0.
    at: u32,
    times: u32,
    cells: &'b [Run<'a>],
}

/// A cell, as often as it is repeated.
#[derive(Debug, Clone)]
struct Run<'a> {
    /// Column of the first of them, from 0.
    at: u32,
    times: u32,
    cell: Cell<'a>,
}

impl Run<'_> {
    fn columns(&self) -> std::ops::Range<usize> {
        self.at as usize..self.at as usize + self.times as usize
    }
}

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sheet {
    name: String,
    is_visible: bool,
}

/// A workbook of any kind.
trait Workbook {
    /// Its sheets of cells, in order.
    fn sheets(&mut self) -> Result<Vec<Sheet>>;

    /// Hands over the rows of a sheet.
    fn rows(&mut self, sheet: &str, each: &mut Each<'_>) -> Result<()>;
}

/// Which kind of workbook a zip is, by the files in it; none if it is a zip of files.
///
/// # Errors
/// An input error for office files that are no workbooks we read.
pub(super) fn form(entries: &[Entry]) -> Result<Option<Form>> {
    let has = |name: &str| entries.iter().any(|e| e.name == name);
    let begins = |with: &str| entries.iter().any(|e| e.name.starts_with(with));
    let refused = |what: &str| Err(Error::input(format!("this is {what}")).hint("open it and save it as .xlsx or CSV"));
    if has("[Content_Types].xml") {
        return match () {
            () if begins("xl/workbook.bin") => refused("a binary Excel workbook (.xlsb)"),
            () if begins("xl/") => Ok(Some(Form::Xlsx)),
            () => refused("an office document without sheets"),
        };
    }
    if has("mimetype") && has("content.xml") {
        let mimetype =
            entries.iter().find(|e| e.name == "mimetype").and_then(|e| e.origin.as_ref().ok()?.head(100).ok()).unwrap_or_default();
        return match mimetype.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") {
            true => Ok(Some(Form::Ods)),
            false => refused("an OpenDocument file without sheets"),
        };
    }
    match begins("Index/") && has("Index/Document.iwa") {
        true => refused("an Apple Numbers document"),
        false => Ok(None),
    }
}

/// A sheet of a workbook as CSV text, and which others there are.
///
/// # Errors
/// An input error if the workbook is damaged, too large, has no such sheet, or nothing in it.
pub(super) fn to_csv(zip: &Origin, entries: Vec<Entry>, form: Form, wanted: Option<&str>) -> Result<(Vec<u8>, Vec<String>)> {
    walled("workbook", || read(zip, entries, form, wanted))
}

fn read(zip: &Origin, entries: Vec<Entry>, form: Form, wanted: Option<&str>) -> Result<(Vec<u8>, Vec<String>)> {
    let mut workbook: Box<dyn Workbook> = match form {
        Form::Ods => Box::new(ods::Ods::new(entries)?),
        _ => Box::new(xlsx::Xlsx::new(zip, &entries)?),
    };
    let sheets = workbook.sheets()?;
    let (sheet, extent) = choose(workbook.as_mut(), &sheets, wanted)?;
    let text = write(workbook.as_mut(), &sheet, &extent, &zip.caps)?;
    let others: Vec<String> = sheets.iter().filter(|s| s.name != sheet && s.is_visible).map(|s| format!("{:?}", s.name)).collect();
    let remark =
        |others: &[String]| format!("sheet {sheet:?} is read; the workbook also has {} (`sheet` names another)", others.join(", "));
    Ok((text, if others.is_empty() { Vec::new() } else { vec![remark(&others)] }))
}

/// The sheet asked for; otherwise the first visible one with at least two columns and two rows, or at least with something in it.
fn choose(workbook: &mut dyn Workbook, sheets: &[Sheet], wanted: Option<&str>) -> Result<(String, Extent)> {
    if let Some(wanted) = wanted {
        let name = named(sheets, wanted)?;
        let extent = Extent::of(workbook, &name)?;
        return Ok((name, extent));
    }
    let mut fallback = None;
    for sheet in sheets.iter().filter(|s| s.is_visible) {
        let extent = Extent::of(workbook, &sheet.name)?;
        if extent.is_table() {
            return Ok((sheet.name.clone(), extent));
        }
        if fallback.is_none() && extent.rows > 0 {
            fallback = Some((sheet.name.clone(), extent));
        }
    }
    fallback
        .ok_or_else(|| Error::input("the workbook has no visible sheet with anything in it").hint(format!("its sheets: {}", list(sheets))))
}

fn named(sheets: &[Sheet], wanted: &str) -> Result<String> {
    let exact = sheets.iter().find(|s| s.name == wanted);
    let found = exact.or_else(|| sheets.iter().find(|s| s.name.trim().to_lowercase() == wanted.trim().to_lowercase()));
    found.map(|s| s.name.clone()).ok_or_else(|| {
        let error = Error::input(format!("the workbook has no sheet {wanted:?}")).hint(format!("its sheets: {}", list(sheets)));
        let near = nearest(wanted, sheets.iter().map(|s| s.name.as_str()));
        near.first().map_or_else(|| error.clone(), |near| error.clone().hint(format!("did you mean {near:?}?")))
    })
}

fn list(sheets: &[Sheet]) -> String {
    let shown: Vec<String> =
        sheets.iter().take(30).map(|s| format!("{:?}{}", s.name, if s.is_visible { "" } else { " (hidden)" })).collect();
    shown.join(", ")
}

/// How far a sheet reaches, and which of its columns hold days without a time.
#[derive(Debug, Default)]
struct Extent {
    /// Rows with something in them.
    rows: u32,
    /// The last row with something in it.
    last_row: u32,
    /// Columns up to the last with something in it.
    columns: usize,
    /// Most cells with something in them that a row has.
    widest: usize,
    /// By column: whether some moment in it is not midnight.
    has_times: Vec<bool>,
}

impl Extent {
    fn of(workbook: &mut dyn Workbook, sheet: &str) -> Result<Self> {
        let mut extent = Self::default();
        workbook.rows(sheet, &mut |row| {
            extent.take(row);
            Ok(())
        })?;
        Ok(extent)
    }

    fn take(&mut self, row: &Row<'_, '_>) {
        let mut count = 0;
        for run in row.cells.iter().filter(|run| !run.cell.is_empty()) {
            let columns = run.columns();
            count += columns.len();
            self.columns = self.columns.max(columns.end);
            if self.has_times.len() < columns.end {
                self.has_times.resize(columns.end, false);
            }
            if run.cell.has_time() {
                self.has_times[columns].fill(true);
            }
        }
        if count > 0 {
            self.rows += row.times;
            self.last_row = row.at + row.times - 1;
        }
        self.widest = self.widest.max(count);
    }

    fn is_table(&self) -> bool {
        self.rows >= 2 && self.widest >= 2
    }
}

/// The rows of a sheet as CSV text.
fn write(workbook: &mut dyn Workbook, sheet: &str, extent: &Extent, caps: &Caps) -> Result<Vec<u8>> {
    let as_ours = |e| unreadable("", e);
    let mut csv = CsvText::new(caps);
    let mut texts = vec![String::new(); extent.columns];
    let mut next = 0;
    workbook.rows(sheet, &mut |row| {
        if row.cells.iter().all(|run| run.cell.is_empty()) {
            return Ok(());
        }
        (next..row.at).try_for_each(|_| csv.blank()).map_err(as_ours)?;
        next = row.at + row.times;
        fill(&mut texts, row, extent, caps).map_err(as_ours)?;
        (0..row.times).try_for_each(|_| csv.row(texts.iter().map(String::as_str))).map_err(as_ours)
    })?;
    Ok(csv.finish())
}

/// Makes `texts` the texts of a row, column by column.
fn fill(texts: &mut [String], row: &Row<'_, '_>, extent: &Extent, caps: &Caps) -> io::Result<()> {
    texts.iter_mut().for_each(String::clear);
    let mut length = 0;
    for run in row.cells.iter().filter(|run| !run.cell.is_empty()) {
        for column in run.columns() {
            texts[column].clear();
            run.cell.write(&mut texts[column], extent.has_times[column]);
            length += texts[column].len() as u64;
            if length > caps.held {
                return Err(too_large(caps.held));
            }
        }
    }
    Ok(())
}

/// What is wrong with a workbook.
fn damaged(error: &dyn std::fmt::Display) -> Error {
    Error::input(format!("the workbook is damaged: {error}")).hint("open it, and save it again as .xlsx or CSV")
}

/// Refuses a cell beyond what a sheet can have, and rows that go back.
fn check_place(row: u32, column: u32, before: Option<u32>) -> Result<()> {
    match () {
        () if row >= ROWS || column >= COLUMNS => {
            Err(damaged(&format!("it has a cell in row {}, column {}", u64::from(row) + 1, u64::from(column) + 1)))
        }
        () if before.is_some_and(|before| row < before) => Err(damaged(&format!("row {} stands behind a later one", row + 1))),
        () => Ok(()),
    }
}
