//! Files that are no tables yet, made into tables of the usual kind before they are read: logs of events, and files with a column a measure.

use super::decode::{Document, How};
use super::files::{End, Opened};
use super::ledger::Reject;
use super::scan::{Block, Dialect};
use super::shapes::queue_log;
use super::shapes::unpivot::Wide;
use crate::error::{Error, Result};
use crate::settings::SourceSettings;

/// A `queue_log` as a table of calls.
///
/// # Errors
/// Those of reading it.
pub(super) fn queue_log(document: &Document) -> Result<Opened> {
    let shown = document.shown().to_owned();
    let reader = document.reader().map_err(|e| super::decode::unreadable(&shown, e))?;
    let (text, refused, account) = queue_log::calls(reader).map_err(|e| e.at(shown.clone()))?;
    let rejects = refused.into_iter().map(|r| Reject {
        file: shown.clone(),
        line: r.line,
        byte: r.byte,
        column: String::new(),
        value: r.raw.chars().take(200).collect(),
        code: "source-error".into(),
        reason: r.reason,
        raw: r.raw,
    });
    let mut remarks = Vec::new();
    if account.without_end > 0 {
        remarks.push(format!("{} of its calls have no end in it", account.without_end));
    }
    let written = vec![format!("queue_log: {} events of {} calls", account.events, account.calls)];
    let end = End { is_unended: account.is_unended, is_broken: account.is_last_refused };
    Ok(Opened { rejects: rejects.collect(), end, ..made(document, text, written, remarks)? })
}

/// A wide table as a long one, a row a measure.
///
/// # Errors
/// If the file has none of the measures, and those of reading it.
pub(super) fn long(wide: &Opened, source: &SourceSettings) -> Result<Opened> {
    let shape = Wide::new(&wide.header, &source.options.measures).map_err(|e| e.at(wide.shown.clone()))?;
    let failed = |e: &dyn std::fmt::Display| Error::bug(format!("{}: {e}", wide.shown));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(shape.header()).map_err(|e| failed(&e))?;
    let is_null = |cell: &str| source.nulls.iter().any(|n| n == cell);
    let (mut origin, mut rejects, mut last) = (Vec::new(), Vec::new(), None);
    let mut scanner = wide.scanner(1 << 20)?;
    while let Some(block) = scanner.next_block().map_err(|e| super::decode::unreadable(&wide.shown, e))? {
        rejects.extend(block.faults.iter().map(|fault| Reject::of_fault(&wide.shown, fault)));
        last = last.max(block.last_record(|_| false));
        let mut lines = block.lines();
        for row in 0..block.rows() {
            let cells = cells(&block, row);
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            let place = (lines.of(row), block.byte_of(row));
            for (measure, value) in shape.values(&cells, is_null) {
                writer.write_record(shape.kept(&cells).chain([measure, value])).map_err(|e| failed(&e))?;
                origin.push(place);
            }
        }
        scanner.recycle(block);
    }
    let end = End { is_unended: scanner.is_cut_off(), is_broken: last.is_some_and(|(_, is_broken)| is_broken) };
    let bytes = writer.into_inner().map_err(|e| failed(&e))?;
    let text = String::from_utf8(bytes).map_err(|e| failed(&e))?;
    let made = made(&wide.document, text, wide.written.clone(), wide.remarks.clone())?;
    Ok(Opened { rejects, origin, end, ..made })
}

/// The cells of a row, each on one line.
fn cells(block: &Block, row: usize) -> Vec<String> {
    let mut scratch = Vec::new();
    let mut text = |column| String::from_utf8_lossy(super::cells::unquote(block.raw(row, column), &mut scratch)).replace(['\n', '\r'], " ");
    (0..block.columns).map(&mut text).collect()
}

/// Text of ours in place of a document's.
fn made(document: &Document, text: String, written: Vec<String>, remarks: Vec<String>) -> Result<Opened> {
    let shown = document.shown().to_owned();
    let documents = Document::from_bytes(&shown, text.into_bytes(), &How { encoding: Some("utf-8".to_owned()), ..How::default() })?;
    let ours = documents.into_iter().next().ok_or_else(|| Error::bug(format!("{shown}: no table was made of it")))?;
    let dialect = Dialect::ordinary(b',');
    let mut opened = Opened {
        document: ours,
        shown,
        dialect,
        header: Vec::new(),
        written,
        remarks,
        rejects: Vec::new(),
        origin: Vec::new(),
        end: End::default(),
    };
    opened.header = opened.scanner(1 << 16)?.header().to_vec();
    Ok(opened)
}
