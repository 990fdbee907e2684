//! Whether everything the history needs is there and as it was written.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::super::Context;
use super::Answer;
use crate::error::Result;
use crate::format::things;
use crate::history::{Entry, History, Live, Table, What};
use crate::publish::kept::verify as verify_export;
use crate::publish::stage::hex;
use crate::settings::SourceSettings;

/// Reads all of it; what is wrong is told, a line each.
pub(in crate::commands) fn verify(ctx: &Context, history: &History) -> Answer {
    let mut faults: Vec<String> = Vec::new();
    let entries = history.journal().entries().unwrap_or_else(|e| {
        faults.push(one_line(&e.to_string()));
        Vec::new()
    });
    let exports: BTreeSet<&str> = entries.iter().flat_map(Entry::exports).map(|e| e.sha256.as_str()).collect();
    let purged = purged(ctx, history, &entries);
    let missing = exports.par_iter().filter_map(|hash| {
        let path = history.exports().join(format!("{hash}.zst"));
        // What was purged is gone for good.
        let is_gone = !path.exists() && purged.contains(*hash);
        if is_gone { None } else { verify_export(&path).err().map(|e| one_line(&e.to_string())) }
    });
    faults.extend(missing.collect::<Vec<_>>());
    let (mut files, mut rows) = (0, 0);
    for source in &ctx.settings.sources {
        match table(history, source, &entries) {
            Ok((n, m, found)) => {
                (files, rows) = (files + n, rows + m);
                faults.extend(found);
            }
            Err(error) => faults.push(one_line(&error.to_string())),
        }
    }
    let summary = format!("{} entries, {} exports, {files} files with {rows} rows: {}", entries.len(), exports.len(), said(faults.len()));
    let json = json!({ "entries": entries.len(), "exports": exports.len(), "files": files, "rows": rows, "faults": faults });
    let n = faults.len();
    faults.push(summary);
    Answer { words: faults.join("\n"), json, faults: n }
}

fn said(faults: usize) -> String {
    if faults == 0 { "all there, and as they were written".to_owned() } else { things(faults, "fault", "faults") }
}

/// Exports that a purge may have removed: those that came before it and of which no row counts.
fn purged(ctx: &Context, history: &History, entries: &[Entry]) -> BTreeSet<String> {
    let last = entries.iter().filter(|e| matches!(e.what, What::Purge { .. })).map(|e| e.number).max().unwrap_or(0);
    let in_use = |source: &SourceSettings| {
        let table = history.table(source);
        table.state(None).ok().flatten().and_then(|state| table.entries_in_use(&state).ok()).unwrap_or_default()
    };
    let used: BTreeMap<&str, BTreeSet<u64>> = ctx.settings.sources.iter().map(|s| (s.name.as_str(), in_use(s))).collect();
    let mut out = BTreeSet::new();
    for entry in entries.iter().filter(|e| e.number < last) {
        let What::Batch { sources } = &entry.what else { continue };
        for (_, exports) in sources.iter().filter(|(name, _)| !used.get(name.as_str()).is_some_and(|used| used.contains(&entry.number))) {
            out.extend(exports.iter().map(|e| e.sha256.clone()));
        }
    }
    out
}

/// Files and rows of a table, and what is wrong with it.
fn table(history: &History, source: &SourceSettings, entries: &[Entry]) -> Result<(usize, u64, Vec<String>)> {
    let table = history.table(source);
    let last = entries.iter().filter(|e| e.brings(&source.name)).map(|e| e.number).max().unwrap_or(0);
    let Some(state) = table.state(None)? else {
        let fault = format!("{}: the journal has batches of it, and there is no table", source.name);
        return Ok((0, 0, if last > 0 { vec![fault] } else { Vec::new() }));
    };
    let mut faults: Vec<String> = state.files.par_iter().filter_map(|f| file(&table, f).err()).collect();
    if state.entry < last {
        faults.push(format!("{}: its table ends at batch {}, the journal at {last}; the next run brings it up", source.name, state.entry));
    }
    let newest = entries.last().map_or(0, |e| e.number);
    if state.entry > newest {
        faults.push(format!(
            "{}: its table knows batch {}, the journal ends at {newest}; the next run makes it anew",
            source.name, state.entry
        ));
    }
    if let Some(kept) = table.kept(&state)?
        && kept.change.after != state.rows()
    {
        faults.push(format!("{}: {} rows were accounted for, {} are there", source.name, kept.change.after, state.rows()));
    }
    Ok((state.files.len(), state.rows(), faults))
}

/// That a file has the bytes of its name and as many rows as the log says.
fn file(table: &Table<'_>, live: &Live) -> std::result::Result<(), String> {
    let path = table.path(live);
    let shown = path.display();
    let bytes = std::fs::read(&path).map_err(|e| format!("{shown}: {e}"))?;
    let hash = hex(&Sha256::digest(&bytes)[..8]);
    let is_ours = live.add.path.rsplit('/').next().is_some_and(|name| name.starts_with("part-") && name.len() == 29);
    if is_ours && !live.add.path.contains(&hash) {
        return Err(format!("{shown}: its bytes are not those of its name"));
    }
    let rows = table.rows_of(live).map_err(|e| one_line(&e.to_string()))?;
    if rows == live.rows { Ok(()) } else { Err(format!("{shown}: {rows} rows, where the log says {}", live.rows)) }
}

fn one_line(text: &str) -> String {
    text.replace("\n  hint: ", "; ")
}
