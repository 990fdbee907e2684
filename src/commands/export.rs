//! `deskcard export`: the fact tables as Parquet, and every metric as a view over them, for other engines.

mod views;

use std::io::Write;

use super::facts::{everything, names};
use super::frame::{Form, bytes};
use super::query::Days;
use super::{Context, Outcome, stdout_failed, write_private};
use crate::cli::{ExportArgs, Span};
use crate::error::Result;
use crate::facts::{Facts, Table};
use crate::format;

use views::Views;

pub(super) fn run(args: &ExportArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?.reading(&args.data)?;
    let (facts, ledger) = everything(&ctx)?;
    let periods = Days { from: None, to: None, width: Span::Week }.periods(&ctx, &facts, &ledger)?;
    let mut files = Vec::new();
    for table in Table::ALL {
        let names = names(&ctx, &facts, table);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let frame = facts.columns(table, &names)?.collect()?;
        files.push((format!("{table}.parquet"), bytes(&frame, Form::Parquet)?));
    }
    let views = Views { ctx: &ctx, facts: &facts, periods: &periods };
    files.push(("metrics.sql".to_owned(), views.script()?.into_bytes()));
    files.push(("README.md".to_owned(), readme(&ctx, &facts).into_bytes()));
    for (name, bytes) in files {
        let path = args.facts.join(name);
        write_private(&path, &bytes)?;
        writeln!(stdout, "{}", path.display()).map_err(|e| stdout_failed(&e))?;
    }
    Ok(Outcome::Done)
}

/// What the files are and how to read them.
fn readme(ctx: &Context, facts: &Facts) -> String {
    let mut out = format!(
        "# Facts of a service desk\n\nMade by deskcard {} from the exports of {} as of {} ({}).\n\n| file | rows | a row is |\n| --- | ---: | --- |\n",
        env!("CARGO_PKG_VERSION"),
        format::clean(&ctx.settings.desk.name).replace(['|', '<', '>', '`', '[', ']'], " "),
        facts.zone().format_minute(facts.as_of()),
        ctx.settings.desk.time_zone,
    );
    for table in Table::ALL {
        out += &format!("| `{table}.parquet` | {} | {} |\n", facts.frame(table).height(), row_of(table));
    }
    out + "\nColumns named `at` or `…_at` are timestamps in UTC, `…_secs` whole seconds, `…_key` a hash of an id by which tables are joined. \
           Nothing is null but what is not known.\n\n\
           `metrics.sql` makes views in DuckDB; run it in this folder, for its paths are relative:\n\n\
           ```sh\nduckdb -c \".read metrics.sql\" -c \"FROM readings WHERE metric = 'fcr_touch' ORDER BY period\"\n```\n\n\
           - a view a table, its instants as whole seconds, which is what the metrics' own SQL takes;\n\
           - `periods`: the desk's weeks, from the first second to the one after the last; put your own in their place for months or shifts;\n\
           - `rows_ID`: the rows a metric counts, with `counted_at` and its `fact`; group them by any column;\n\
           - `reading_ID` and, all together, `readings`: the metric by period, as `deskcard query --period week` has it. Periods without rows are absent.\n\n\
           Spark, Trino, polars, pandas and Power BI read the Parquet files as they are.\n"
}

fn row_of(table: Table) -> &'static str {
    match table {
        Table::Tickets => "a ticket",
        Table::TicketEvents => "an event or earlier state of a ticket",
        Table::SlaClocks => "a clock of a ticket, and a cycle of it where it starts anew",
        Table::TicketSpans => "a stretch of a ticket's time with one holder",
        Table::Calls => "a call",
        Table::Surveys => "a survey sent or answered",
        Table::AgentDays => "a person and calendar day on the roster",
        Table::Spells => "a stay on the roster",
        Table::Observations => "an observation: quality score, kudos, absence, cost",
    }
}
