//! The batches in order, and what each changed; the tables as they are.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::json;

use super::super::Context;
use super::Answer;
use crate::error::Result;
use crate::format::count;
use crate::history::{Entry, History, Kept, What};

pub(super) fn list(ctx: &Context, history: &History) -> Result<Answer> {
    let entries = history.journal().entries()?;
    let mut tables = Vec::new();
    let mut accounts: BTreeMap<(u64, String), Kept> = BTreeMap::new();
    for source in &ctx.settings.sources {
        let table = history.table(source);
        let Some(state) = table.state(None)? else { continue };
        let bytes: u64 = state.files.iter().map(|f| f.add.size).sum();
        tables.push((source.name.clone(), state.version, state.rows(), state.files.len(), bytes));
        let brought = entries.iter().filter(|e| e.brings(&source.name));
        accounts.extend(brought.filter_map(|e| Some(((e.number, source.name.clone()), table.account(e.number)?))));
    }
    let batches = entries.iter().flat_map(|e| rows_of(ctx, e, &accounts)).collect::<Vec<_>>();
    let words = if entries.is_empty() {
        format!("{} holds nothing yet; `deskcard run` takes exports in", history.dir().display())
    } else {
        format!("{}\n\n{}", batch_table(&batches), table_table(&tables))
    };
    let json = json!({
        "folder": history.dir().display().to_string(),
        "batches": entries.iter().map(|e| json!({
            "number": e.number, "kind": kind(e), "as_of": ctx.zone().format_minute(e.at), "tool": e.tool,
            "sources": changes(e, &accounts),
        })).collect::<Vec<_>>(),
        "tables": tables.iter().map(|(source, version, rows, files, bytes)| json!({
            "source": source, "version": version, "rows": rows, "files": files, "bytes": bytes,
        })).collect::<Vec<_>>(),
    });
    Ok(Answer { words, json, faults: 0 })
}

fn kind(entry: &Entry) -> &'static str {
    match entry.what {
        What::Batch { .. } => "batch",
        What::Purge { .. } => "purge",
        What::Compact => "compact",
    }
}

fn changes(entry: &Entry, accounts: &BTreeMap<(u64, String), Kept>) -> Vec<serde_json::Value> {
    let What::Batch { sources } = &entry.what else { return Vec::new() };
    let one = |(source, exports): (&String, &Vec<crate::history::Export>)| {
        let kept = accounts.get(&(entry.number, source.clone()));
        json!({ "source_name": source, "files": exports, "change": kept.map(|k| &k.change), "rows_in": kept.map(|k| k.ledger.rows_in), "rejected": kept.map(|k| k.ledger.rejected) })
    };
    sources.iter().map(one).collect()
}

/// A line a batch and source.
fn rows_of(ctx: &Context, entry: &Entry, accounts: &BTreeMap<(u64, String), Kept>) -> Vec<Vec<String>> {
    let (number, at) = (entry.number.to_string(), ctx.zone().format_minute(entry.at));
    let line = |source: &str, files: String, numbers: [String; 5]| {
        [vec![number.clone(), at.clone(), source.to_owned(), files], numbers.to_vec()].concat()
    };
    let none = || std::array::from_fn(|_| String::new());
    match &entry.what {
        What::Batch { sources } => sources
            .iter()
            .map(|(source, exports)| {
                let numbers = accounts.get(&(entry.number, source.clone())).map_or_else(none, |kept| {
                    let c = &kept.change;
                    [c.inserted, c.updated, c.unchanged, c.older, c.after].map(count)
                });
                line(source, files(exports), numbers)
            })
            .collect(),
        What::Purge { before } => vec![line("all", format!("purged before {}", ctx.zone().format_day(*before)), none())],
        What::Compact => vec![line("all", "small files put together".to_owned(), none())],
    }
}

fn files(exports: &[crate::history::Export]) -> String {
    match exports {
        [] => String::new(),
        [one] => one.name.clone(),
        [first, rest @ ..] => format!("{} and {} more", first.name, rest.len()),
    }
}

fn batch_table(rows: &[Vec<String>]) -> String {
    let header = ["batch", "as of", "source", "files", "new", "newer states", "as they were", "older", "rows after"];
    plain(&header, rows, 4)
}

fn table_table(tables: &[(String, u64, u64, usize, u64)]) -> String {
    let rows: Vec<Vec<String>> = tables
        .iter()
        .map(|(source, version, rows, files, bytes)| {
            vec![source.clone(), count(*rows), version.to_string(), files.to_string(), format!("{:.1}", *bytes as f64 / 1_048_576.0)]
        })
        .collect();
    plain(&["table", "rows", "version", "files", "MiB"], &rows, 1)
}

/// A table whose columns from `numbers` on are numbers.
fn plain(header: &[&str], rows: &[Vec<String>], numbers: usize) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_header(header.to_vec());
    rows.iter().for_each(|row| {
        table.add_row(row.clone());
    });
    for column in table.column_iter_mut().skip(numbers) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}
