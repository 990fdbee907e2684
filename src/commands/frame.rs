//! Frames on their way out: as a table for people, as CSV, JSON or Parquet. What has a name of an instant is written as one.

use std::io::{IsTerminal, Write};
use std::path::Path;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use polars::prelude::*;

use super::{Outcome, stdout_failed, write_private};
use crate::clock::zone::Zone;
use crate::desk::{bug, known, longs};
use crate::error::{Error, Result};
use crate::history::parquet::{self, Kind, Slot};
use crate::report::csv::safe_text;

/// How a frame is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form<'a> {
    /// Aligned columns, instants as the desk's clocks show them.
    Table(&'a Zone),
    /// CSV that a spreadsheet opens without harm: no text is taken for a formula; instants as the desk's clocks show them.
    People(&'a Zone),
    /// CSV as the values are; instants in UTC.
    Machine,
    /// An array of objects; instants in UTC.
    Json,
    /// Apache Parquet; instants as timestamps in UTC.
    Parquet,
}

/// Whether a column holds instants: seconds UTC under a name that says so.
pub(super) fn is_instant(column: &Column) -> bool {
    let name = column.name().as_str();
    // A column that nothing is known of may be of any type.
    (column.dtype().is_integer() || column.dtype().is_null()) && (name == "at" || name.ends_with("_at"))
}

/// Writes a frame to a file, or to standard output.
///
/// # Errors
/// A usage error for Parquet on a terminal; an output error if it cannot be written.
pub(super) fn put(frame: &DataFrame, form: Form<'_>, out: Option<&Path>, stdout: &mut dyn Write) -> Result<Outcome> {
    if matches!(form, Form::Parquet) && out.is_none() && std::io::stdout().is_terminal() {
        return Err(Error::config("Parquet is not for a terminal").hint("name a file with --out, or pass it on with |"));
    }
    let bytes = bytes(frame, form)?;
    match out {
        Some(path) => write_private(path, &bytes)?,
        None => stdout.write_all(&bytes).and_then(|()| stdout.flush()).map_err(|e| stdout_failed(&e))?,
    }
    Ok(Outcome::Done)
}

/// A frame as bytes.
pub(super) fn bytes(frame: &DataFrame, form: Form<'_>) -> Result<Vec<u8>> {
    match form {
        Form::Table(zone) => Ok(table(frame, zone)?.into_bytes()),
        Form::People(zone) => csv_bytes(frame, Some(zone)),
        Form::Machine => csv_bytes(frame, None),
        Form::Json => json(frame),
        Form::Parquet => parquet_bytes(frame),
    }
}

/// The texts of a column; `None` for null. With a zone instants are written in it, else in UTC.
fn texts(column: &Column, zone: Option<&Zone>) -> Result<Vec<Option<String>>> {
    if is_instant(column) {
        let text = |t: i64| zone.map_or_else(|| utc(t), |zone| zone.format_second(t));
        return Ok(longs(column)?.into_iter().map(|t| known(t).map(text)).collect());
    }
    if column.dtype().is_float() {
        let numbers = column.cast(&DataType::Float64).map_err(bug)?;
        // The shortest text that reads back as the same number.
        return Ok(numbers.f64().map_err(bug)?.iter().map(|n| n.filter(|n| n.is_finite()).map(|n| (n + 0.0).to_string())).collect());
    }
    let column = plain(column)?;
    let text = column.cast(&DataType::String).map_err(bug)?;
    Ok(text.str().map_err(bug)?.iter().map(|t| t.map(str::to_owned)).collect())
}

/// Lists and other compounds as the texts polars prints, so that every column has cells.
fn plain(column: &Column) -> Result<Column> {
    if !column.dtype().is_nested() {
        return Ok(column.clone());
    }
    let text = |i: usize| column.get(i).map(|v| v.to_string()).map_err(bug);
    let texts = (0..column.len()).map(text).collect::<Result<Vec<_>>>()?;
    Ok(StringChunked::from_iter_values(column.name().clone(), texts.iter().map(String::as_str)).into_column())
}

/// `2026-11-02T08:15:00Z`.
pub(super) fn utc(secs: i64) -> String {
    chrono::DateTime::from_timestamp(secs, 0).map_or_else(String::new, |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn is_number(column: &Column) -> bool {
    column.dtype().is_primitive_numeric() && !is_instant(column)
}

fn names(frame: &DataFrame) -> Vec<&str> {
    frame.get_column_names().into_iter().map(PlSmallStr::as_str).collect()
}

fn csv_bytes(frame: &DataFrame, zone: Option<&Zone>) -> Result<Vec<u8>> {
    let failed = |e: &dyn std::fmt::Display| Error::bug(format!("csv: {e}"));
    let is_text = |c: &Column| zone.is_some() && !is_number(c) && !is_instant(c) && !c.dtype().is_bool();
    let safe = |text: &str| if zone.is_some() { safe_text(text) } else { text.to_owned() };
    let mut columns = Vec::new();
    for column in frame.columns() {
        let cells = texts(column, zone)?.into_iter().map(Option::unwrap_or_default);
        columns.push(if is_text(column) { cells.map(|t| safe(&t)).collect::<Vec<_>>() } else { cells.collect() });
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(names(frame).into_iter().map(safe)).map_err(|e| failed(&e))?;
    for row in 0..frame.height() {
        writer.write_record(columns.iter().map(|c| c[row].as_str())).map_err(|e| failed(&e))?;
    }
    writer.into_inner().map_err(|e| failed(&e))
}

fn json(frame: &DataFrame) -> Result<Vec<u8>> {
    let columns = frame.columns().iter().map(values).collect::<Result<Vec<_>>>()?;
    let text = |value: &serde_json::Value| serde_json::to_string(value).map_err(|e| Error::bug(e.to_string()));
    let keys = names(frame).into_iter().map(|name| text(&name.into())).collect::<Result<Vec<_>>>()?;
    let mut out = String::from("[");
    for row in 0..frame.height() {
        out += if row == 0 { "\n  {" } else { ",\n  {" };
        for (i, (key, column)) in keys.iter().zip(&columns).enumerate() {
            out += &format!("{}{key}:{}", if i == 0 { "" } else { "," }, text(&column[row])?);
        }
        out.push('}');
    }
    out += if frame.height() == 0 { "]\n" } else { "\n]\n" };
    Ok(out.into_bytes())
}

/// The values of a column as JSON has them.
fn values(column: &Column) -> Result<Vec<serde_json::Value>> {
    use serde_json::Value;
    if column.dtype().is_bool() {
        return Ok(column.bool().map_err(bug)?.iter().map(Value::from).collect());
    }
    if is_number(column) && column.dtype().is_integer() {
        let whole = column.cast(&DataType::Int64).map_err(bug)?;
        return Ok(whole.i64().map_err(bug)?.iter().map(Value::from).collect());
    }
    if column.dtype().is_float() {
        let numbers = column.cast(&DataType::Float64).map_err(bug)?;
        return Ok(numbers.f64().map_err(bug)?.iter().map(|n| n.map_or(Value::Null, Value::from)).collect());
    }
    Ok(texts(column, None)?.into_iter().map(Value::from).collect())
}

fn parquet_bytes(frame: &DataFrame) -> Result<Vec<u8>> {
    let columns = frame.columns().iter().map(stored).collect::<Result<Vec<_>>>()?;
    let (columns, kinds): (Vec<Column>, Vec<Kind>) = columns.into_iter().unzip();
    let frame = DataFrame::new(frame.height(), columns).map_err(bug)?;
    let layout: Vec<Slot<'_>> = names(&frame).into_iter().zip(kinds).map(|(name, kind)| Slot { name, kind }).collect();
    parquet::write(&frame, &layout)
}

/// A column as a file has it.
fn stored(column: &Column) -> Result<(Column, Kind)> {
    let is_key = column.name().as_str().ends_with("_key");
    let kind = match column.dtype() {
        _ if is_instant(column) => Kind::Instant,
        DataType::Int64 if is_key => Kind::Key,
        DataType::Boolean => Kind::Flag,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => Kind::Whole,
        t if t.is_integer() => Kind::Long,
        t if t.is_float() => Kind::Number,
        t if *t == crate::desk::text_dtype() => return Ok((column.clone(), Kind::Category)),
        _ => Kind::Text,
    };
    let to = match kind {
        Kind::Instant | Kind::Key | Kind::Long => DataType::Int64,
        Kind::Whole => DataType::Int32,
        Kind::Number => DataType::Float64,
        Kind::Flag => DataType::Boolean,
        Kind::Category | Kind::Text => DataType::String,
    };
    Ok((plain(column)?.cast(&to).map_err(bug)?, kind))
}

fn table(frame: &DataFrame, zone: &Zone) -> Result<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(names(frame).into_iter().map(crate::format::clean));
    let columns = frame.columns().iter().map(|c| texts(c, Some(zone))).collect::<Result<Vec<_>>>()?;
    for row in 0..frame.height() {
        table.add_row(columns.iter().map(|c| c[row].as_deref().map_or_else(String::new, crate::format::clean)));
    }
    for (i, _) in frame.columns().iter().enumerate().filter(|(_, c)| is_number(c)) {
        if let Some(column) = table.column_mut(i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    Ok(format!("{table}\n"))
}
