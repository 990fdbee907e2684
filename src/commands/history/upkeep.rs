//! Changes of the history that bring nothing new: each but the rebuilding is an entry of the journal, so that a rebuilding repeats it.

use serde_json::json;

use super::super::{Context, day};
use super::Answer;
use crate::error::{Error, Result};
use crate::format::count;
use crate::history::{Entry, History, What};

/// Makes every table anew.
pub(super) fn rebuild(ctx: &Context, history: &History) -> Result<Answer> {
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    for source in &ctx.settings.sources {
        history.rebuild(&ctx.settings, source)?;
        if let Some(state) = history.table(source).state(None)? {
            lines.push(format!("{}: {} rows", source.name, count(state.rows())));
            rows.push(json!({ "source": source.name, "rows": state.rows(), "version": state.version }));
        }
    }
    Ok(Answer { words: lines.join("\n"), json: json!({ "tables": rows }), faults: 0 })
}

/// Puts small files together.
pub(super) fn compact(ctx: &Context, history: &History) -> Result<Answer> {
    change(ctx, history, What::Compact).map(|(lines, json)| Answer { words: lines.join("\n"), json, faults: 0 })
}

/// Removes old rows, the files that held them, and the exports of which nothing is left.
pub(super) fn purge(ctx: &Context, history: &History, before: &str) -> Result<Answer> {
    let first = day(before, "--before")?;
    let before = ctx.zone().day_start(first);
    if before > ctx.as_of {
        return Err(Error::config("--before: the day lies ahead").hint("nothing would be left"));
    }
    let (lines, json) = purge_before(ctx, history, before)?;
    Ok(Answer { words: lines.join("\n"), json, faults: 0 })
}

/// The same, for an instant that lies behind.
pub(in crate::commands) fn purge_before(ctx: &Context, history: &History, before: i64) -> Result<(Vec<String>, serde_json::Value)> {
    let (mut lines, json) = change(ctx, history, What::Purge { before })?;
    for source in &ctx.settings.sources {
        history.table(source).vacuum(i64::MAX / 1000)?;
    }
    let (removed, still) = history.drop_exports(&ctx.settings, before)?;
    lines.push(format!("exports of which nothing is left, and which were removed: {removed}"));
    if still > 0 {
        lines.push(format!("exports that still hold older rows beside newer ones, and stay until all of theirs are gone: {still}"));
    }
    Ok((lines, json))
}

/// Writes an entry and applies it to every table.
fn change(ctx: &Context, history: &History, what: What) -> Result<(Vec<String>, serde_json::Value)> {
    let number = history.journal().entries()?.len() as u64 + 1;
    if number == 1 {
        return Err(Error::input("the history holds nothing yet").at(history.dir().display().to_string()));
    }
    let entry = Entry { number, at: ctx.as_of, tool: concat!("deskcard ", env!("CARGO_PKG_VERSION")).to_owned(), what };
    history.journal().append(&entry)?;
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    for source in &ctx.settings.sources {
        let table = history.table(source);
        if let Some(change) = history.apply(&ctx.settings, (source, &table), &entry, None)? {
            lines.push(format!("{}: {} rows, {} removed", source.name, count(change.after), count(change.deleted)));
            rows.push(json!({ "source": source.name, "rows": change.after, "deleted": change.deleted, "version": change.version }));
        }
    }
    if lines.is_empty() {
        lines.push("there was nothing to do".to_owned());
    }
    Ok((lines, json!({ "tables": rows })))
}
