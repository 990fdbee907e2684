//! `deskcard sql`: any question, in SQL, of the facts and of the figures of every metric.
//!
//! Reads and writes nothing but its answer: the tables live as long as the query.

mod tables;
mod words;

use std::io::Write;

use polars::prelude::*;
use polars::sql::SQLContext;

use super::frame::{Form, put};
use super::{Context, Outcome, stdout_failed};
use crate::cli::{For, FrameFormat, SqlArgs};
use crate::clock::zone::Zone;
use crate::error::{Error, Result, nearest};
use crate::facts::Table;
use crate::format::things;

use tables::{LOCAL, Named, READINGS};
use words::Words;

pub(super) fn run(args: &SqlArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?.reading(&args.data)?;
    let Some(query) = args.query.as_deref() else {
        write!(stdout, "{}", tables::list(&ctx, args)).map_err(|e| stdout_failed(&e))?;
        return Ok(Outcome::Done);
    };
    let words = Words::of(query);
    let named = Named { ctx: &ctx, args, words: &words };
    let (facts, ledger) = ctx.facts(&named.needed()?)?;
    let mut sql = SQLContext::new();
    for (name, frame) in named.frames(&facts, &ledger)? {
        sql.register(&name, frame.lazy());
    }
    let answer = sql.execute(query).and_then(LazyFrame::collect).map_err(|e| refused(&ctx, args, &words, &e))?;
    let order = if words.is_ordered || answer.height() < 2 { "" } else { "; without ORDER BY they come in no certain order" };
    let (rows, columns) = (things(answer.height(), "row", "rows"), things(answer.width(), "column", "columns"));
    ctx.tell(&format!("{rows} of {columns}{order}"));
    put(&answer, form(args, facts.zone()), args.out.as_deref(), stdout)
}

fn form<'a>(args: &SqlArgs, zone: &'a Zone) -> Form<'a> {
    match (args.format, args.csv) {
        (FrameFormat::Table, _) => Form::Table(zone),
        (FrameFormat::Csv, For::People) => Form::People(zone),
        (FrameFormat::Csv, For::Machine) => Form::Machine,
        (FrameFormat::Json, _) => Form::Json,
        (FrameFormat::Parquet, _) => Form::Parquet,
    }
}

/// What polars says of a query, with the nearest names there are.
fn refused(ctx: &Context, args: &SqlArgs, words: &Words, error: &PolarsError) -> Error {
    let text = error.to_string();
    let text = text.lines().next().unwrap_or_default();
    let name = unknown_name(text);
    let tables: Vec<String> = Table::ALL.iter().map(ToString::to_string).chain([READINGS.to_owned()]).collect();
    if text.contains("relation") {
        let near = name.map(|n| nearest(n, tables.iter().map(String::as_str))).unwrap_or_default();
        let hint = if near.is_empty() { format!("tables: {}", tables.join(", ")) } else { format!("nearest: {}", near.join(", ")) };
        return Error::config(format!("there is no table {:?}", name.unwrap_or_default())).hint(hint);
    }
    let is_column =
        text.contains("column") && (text.contains("unable to find") || text.contains("not found") || text.contains("no column"));
    if let Some(name) = name.filter(|_| is_column) {
        let mut known: Vec<String> =
            Table::ALL.into_iter().filter(|t| words.has(&t.to_string())).flat_map(|t| tables::columns(ctx, t)).collect();
        if words.has(READINGS) {
            known.extend(tables::reading_columns(args));
        }
        let near = nearest(name.trim_end_matches(LOCAL), known.iter().map(String::as_str));
        let hint = if near.is_empty() {
            "`deskcard sql` lists the columns of every table".to_owned()
        } else {
            format!("nearest: {}", near.join(", "))
        };
        return Error::config(format!("no table of the query has a column {name:?}")).hint(hint);
    }
    Error::config(format!("cannot answer the query: {text}")).hint("`deskcard sql` lists tables and columns; the dialect is that of polars")
}

/// The first quoted name of a message.
fn unknown_name(text: &str) -> Option<&str> {
    let start = text.find(['\'', '"', '`'])?;
    let quote = text[start..].chars().next()?;
    let rest = &text[start + 1..];
    Some(&rest[..rest.find(quote)?])
}
