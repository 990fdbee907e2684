//! `deskcard facts`: the fact tables as CSV and the metrics' SQL, so that any other engine can compute the same readings.

use std::io::Write;

use polars::prelude::*;

use super::{Context, Outcome, stdout_failed, write_private};
use crate::cli::FactsArgs;
use crate::desk::bug;
use crate::error::Result;
use crate::facts::{Facts, Table, Wanted, all_columns, is_id};
use crate::ingest::ledger::Ledger;

pub(super) fn run(args: &FactsArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?.reading(&args.data)?;
    let (facts, _) = everything(&ctx)?;
    for table in Table::ALL {
        let path = args.out.join(format!("{table}.csv"));
        write_private(&path, &table_csv(&ctx, &facts, table)?)?;
        writeln!(stdout, "{}", path.display()).map_err(|e| stdout_failed(&e))?;
    }
    let path = args.out.join("metrics.json");
    write_private(&path, definitions(&ctx, &facts)?.as_bytes())?;
    writeln!(stdout, "{}", path.display()).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

/// All facts with all their columns, ids as they are written.
pub(super) fn everything(ctx: &Context) -> Result<(Facts, Ledger)> {
    let mut wanted = Wanted::everything(&ctx.settings, &Table::ALL);
    for table in Table::ALL {
        // Everything else goes by the hash of an id; what is written is to be read beside the exports.
        ids(table).try_for_each(|id| wanted.add(table, id))?;
    }
    ctx.facts(&wanted)
}

/// The columns a table has, the ids as texts first.
pub(super) fn names(ctx: &Context, facts: &Facts, table: Table) -> Vec<String> {
    let all = ids(table).map(str::to_owned).chain(all_columns(&ctx.settings, table));
    all.filter(|c| facts.has_column(table, c)).collect()
}

/// The ids of a table, as texts.
fn ids(table: Table) -> impl Iterator<Item = &'static str> {
    table.source().columns().iter().map(|c| c.name).filter(move |name| is_id(table, name))
}

/// Every column of a table, a row a fact; nulls are empty, texts are quoted, so that an empty text differs from none.
fn table_csv(ctx: &Context, facts: &Facts, table: Table) -> Result<Vec<u8>> {
    let names = names(ctx, facts, table);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Never).from_writer(Vec::new());
    let failed = |e: &dyn std::fmt::Display| crate::error::Error::output(format!("{table}.csv: {e}"));
    writer.write_record(&names).map_err(|e| failed(&e))?;
    for segment in &facts.columns(table, &names)?.segments {
        let columns: Vec<StringChunked> = segment
            .columns()
            .iter()
            .map(|c| c.cast(&DataType::String).and_then(|c| c.str().cloned()).map_err(bug))
            .collect::<Result<_>>()?;
        let is_text: Vec<bool> = segment.columns().iter().map(|c| c.dtype().is_string() || c.dtype().is_categorical()).collect();
        for row in 0..segment.height() {
            let cells = columns.iter().zip(&is_text).map(|(c, is_text)| match c.get(row) {
                Some(text) if *is_text => format!("\"{}\"", text.replace('"', "\"\"")),
                other => other.unwrap_or_default().to_owned(),
            });
            writer.write_record(cells).map_err(|e| failed(&e))?;
        }
    }
    writer.into_inner().map_err(|e| failed(&e))
}

/// The catalogue with everything another engine needs, all parameters filled in.
fn definitions(ctx: &Context, facts: &Facts) -> Result<String> {
    let entries: Vec<serde_json::Value> = ctx
        .catalogue
        .iter()
        .map(|m| {
            let sql = |text: &str| m.on.map_or_else(String::new, |table| facts.sql(table, text));
            serde_json::json!({
                "id": m.id, "on": m.on.map(|t| t.to_string()), "by": m.by, "kind": format!("{:?}", m.kind).to_lowercase(),
                "fact": sql(&m.fact), "exposure": sql(&m.exposure), "immature": sql(&m.immature), "per": m.per,
                "trailing_days": m.trailing_days, "numerator": m.numerator, "denominator": m.denominator,
                "enters": sql(&m.enters), "leaves": sql(&m.leaves),
            })
        })
        .collect();
    let derived: Vec<serde_json::Value> = Table::ALL
        .iter()
        .flat_map(|t| crate::facts::derived::of(*t).iter().map(move |d| (*t, d)))
        .map(|(t, d)| serde_json::json!({"table": t.to_string(), "name": d.name, "sql": ctx.settings.parameters.sql(&facts.sql(t, d.sql)).unwrap_or_default()}))
        .collect();
    let all = serde_json::json!({"as_of": facts.as_of(), "metrics": entries, "derived": derived});
    serde_json::to_string_pretty(&all).map_err(|e| crate::error::Error::bug(e.to_string()))
}
