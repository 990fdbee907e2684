//! `deskcard ingest`: what became of the exports, as tables: the desk in canonical columns, the row account, and the rejected rows as
//! they stand, to be fixed and read again. Also the bare rows of any file, for measuring the reader itself.

use std::io::Write;
use std::path::Path;

use polars::prelude::*;

use super::frame::utc;
use super::{Context, Outcome, stdout_failed, write_private};
use crate::cli::IngestArgs;
use crate::columns::{Column as Canonical, Source, Type};
use crate::desk::{Desk, Frame, bug, frame_name};
use crate::error::{Error, Result};
use crate::facts::Wanted;
use crate::ingest::ledger::{FileLedger, Ledger};

pub(super) fn run(args: &IngestArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    if let Some(out) = args.dump.as_deref() {
        return super::dump::run(args, out, stdout);
    }
    let ctx = Context::load(&args.common, now)?;
    let desk = ctx.desk(&Wanted::whole_desk(&ctx.settings))?;
    let mut written = Vec::new();
    let dir = args.desk.as_deref();
    if let Some(dir) = dir {
        for kind in Source::ALL.into_iter().filter(|kind| ctx.settings.sources.iter().any(|s| s.kind == *kind)) {
            let path = dir.join(format!("{kind}.csv"));
            write_private(&path, &table_csv(&desk, kind)?)?;
            written.push(path);
        }
        let path = dir.join("ledger.json");
        let text = serde_json::to_string_pretty(&desk.ledger).map_err(|e| Error::bug(e.to_string()))?;
        write_private(&path, (text + "\n").as_bytes())?;
        written.push(path);
        written.extend(write_rejects(&desk.ledger, &dir.join("rejects"))?);
    }
    for path in written {
        writeln!(stdout, "{}", path.display()).map_err(|e| stdout_failed(&e))?;
    }
    for source in &desk.ledger.sources {
        writeln!(stdout, "{}: {}", source.name, source.identity()).map_err(|e| stdout_failed(&e))?;
    }
    desk.ledger.accept()?;
    Ok(Outcome::Done)
}

/// A table in canonical columns, those that any export has, a row a line in the order of reading.
///
/// Instants are UTC (`2026-11-02T08:15:00Z`), durations whole seconds, flags `true` or `false`; nothing is empty.
fn table_csv(desk: &Desk, kind: Source) -> Result<Vec<u8>> {
    let of_kind = || desk.ledger.sources.iter().filter(|s| s.kind == kind.name());
    let columns: Vec<&Canonical> = kind.columns().iter().filter(|c| of_kind().any(|s| s.mapped.iter().any(|m| m == c.name))).collect();
    let failed = |e: &dyn std::fmt::Display| Error::output(format!("{kind}.csv: {e}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|c| c.name)).map_err(|e| failed(&e))?;
    let frame: &Frame = desk.frame(kind);
    for segment in &frame.segments {
        let cells: Vec<Vec<String>> = columns.iter().map(|c| cells(segment, c)).collect::<Result<_>>()?;
        for row in 0..segment.height() {
            writer.write_record(cells.iter().map(|column| column[row].as_str())).map_err(|e| failed(&e))?;
        }
    }
    writer.into_inner().map_err(|e| failed(&e))
}

/// The cells of a column as text.
fn cells(segment: &DataFrame, column: &Canonical) -> Result<Vec<String>> {
    let name = if column.kind == Type::Id { column.name.to_owned() } else { frame_name(column) };
    let Ok(found) = segment.column(&name) else { return Ok(vec![String::new(); segment.height()]) };
    if column.kind == Type::Instant {
        let at = found.i64().map_err(bug)?;
        return Ok(at.iter().map(|t| t.map_or_else(String::new, utc)).collect());
    }
    if column.kind == Type::Number {
        let numbers = found.f64().map_err(bug)?;
        return Ok(numbers.iter().map(|n| n.map_or_else(String::new, |n| n.to_string())).collect());
    }
    let text = found.cast(&DataType::String).map_err(bug)?;
    Ok(text.str().map_err(bug)?.iter().map(|t| t.unwrap_or_default().to_owned()).collect())
}

/// Writes the rejected rows of each file under the file's own header, and an index of them all; the paths written.
///
/// A row whose text was not kept (there were too many) stands in the index only.
pub(super) fn write_rejects(ledger: &Ledger, dir: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut written = Vec::new();
    for source in &ledger.sources {
        for (number, file) in source.files.iter().enumerate().filter(|(_, f)| f.rejected > 0) {
            let raw: Vec<&str> =
                source.rejects.iter().filter(|r| r.file == file.name && !r.raw.trim().is_empty()).map(|r| r.raw.as_str()).collect();
            let path = dir.join(format!("{}-{}-{}", slug(&source.name), number + 1, file_name(file)));
            let lines: Vec<&str> = std::iter::once(file.header.as_str()).chain(raw).collect();
            write_private(&path, (lines.join("\n") + "\n").as_bytes())?;
            written.push(path);
        }
    }
    if !written.is_empty() {
        let path = dir.join("index.csv");
        write_private(&path, &index(ledger)?)?;
        written.push(path);
    }
    Ok(written)
}

/// Every reject with its place and reason.
fn index(ledger: &Ledger) -> Result<Vec<u8>> {
    let failed = |e: &dyn std::fmt::Display| Error::output(format!("index.csv: {e}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["source", "file", "line", "byte", "column", "code", "reason"]).map_err(|e| failed(&e))?;
    for source in &ledger.sources {
        for r in &source.rejects {
            let (line, byte) = (r.line.to_string(), r.byte.to_string());
            let row = [&source.name, &r.file, &line, &byte, &r.column, r.code.as_ref(), &r.reason].map(crate::report::csv::safe_text);
            writer.write_record(row).map_err(|e| failed(&e))?;
        }
    }
    writer.into_inner().map_err(|e| failed(&e))
}

/// A file name of its own for a file's rejects: nothing in it leads out of the folder.
fn file_name(file: &FileLedger) -> String {
    let last = file.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.split('.').next().unwrap_or_default();
    format!("{}.csv", slug(stem))
}

fn slug(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '-' }).take(60).collect();
    if plain.is_empty() { "file".to_owned() } else { plain }
}
