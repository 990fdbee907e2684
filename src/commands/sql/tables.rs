//! The tables a query can name: the facts, with instants also as the desk's clocks show them, and `readings`.

use std::fmt::Write;

use polars::prelude::*;

use super::super::query::Days;
use super::super::{Context, wanted};
use super::words::Words;
use crate::cli::SqlArgs;
use crate::clock::zone::Zone;
use crate::columns::Type;
use crate::desk::{bug, frame_name, longs};
use crate::error::{Error, Result, nearest};
use crate::facts::{Facts, Table, Wanted, all_columns, derived, is_id};
use crate::ingest::ledger::Ledger;
use crate::metrics::{Ask, Breakdown, Metric, Readings, fold};

/// The table of figures.
pub(super) const READINGS: &str = "readings";
/// What an instant's name ends in where it is the time on the desk's clocks.
pub(super) const LOCAL: &str = "_local";
/// The cards that figures belong to, unless columns are named.
const CARDS: [&str; 3] = ["team", "supplier", "agent"];

/// The columns a table has, ids as they are written first.
pub(super) fn columns(ctx: &Context, table: Table) -> Vec<String> {
    let ids = table.source().columns().iter().map(|c| c.name).filter(|name| is_id(table, name)).map(str::to_owned);
    ids.chain(all_columns(&ctx.settings, table)).collect()
}

/// The columns of `readings`.
pub(super) fn reading_columns(args: &SqlArgs) -> Vec<String> {
    let by: Vec<&str> = if args.by.is_empty() { [&["card"], &CARDS[..]].concat() } else { args.by.iter().map(String::as_str).collect() };
    let before = ["metric", "label", "period", "first_day", "last_day"];
    before.into_iter().chain(by).chain(["value", "n", "sum", "immature"]).map(str::to_owned).collect()
}

/// The tables a query names, with the columns it can need.
pub(super) struct Named<'a> {
    pub(super) ctx: &'a Context,
    pub(super) args: &'a SqlArgs,
    pub(super) words: &'a Words,
}

impl Named<'_> {
    /// The fact tables named.
    fn tables(&self) -> impl Iterator<Item = Table> {
        Table::ALL.into_iter().filter(|t| self.words.has(&t.to_string()))
    }

    /// The columns of a fact table that the query can mean.
    fn columns(&self, table: Table) -> Vec<String> {
        let is_meant = |c: &String| self.words.means_all || self.words.has(c) || self.words.has(&format!("{c}{LOCAL}"));
        columns(self.ctx, table).into_iter().filter(is_meant).collect()
    }

    /// What the facts must hold.
    pub(super) fn needed(&self) -> Result<Wanted> {
        let mut needed = Wanted::new(&self.ctx.settings);
        for table in self.tables() {
            // The rows are there even where none of their columns is named.
            needed.add(table, table.dated_by())?;
            self.columns(table).iter().try_for_each(|c| needed.add(table, c))?;
        }
        if self.words.has(READINGS) {
            needed.merge(wanted(self.ctx, &self.metrics(), &self.breakdowns()?, None)?);
        }
        Ok(needed)
    }

    /// The tables themselves.
    pub(super) fn frames(&self, facts: &Facts, ledger: &Ledger) -> Result<Vec<(String, DataFrame)>> {
        let mut out = Vec::new();
        for table in self.tables() {
            let mut names = self.columns(table);
            if names.is_empty() {
                names.push(table.dated_by().to_owned());
            }
            out.push((table.to_string(), self.frame(facts, table, &names)?));
        }
        if self.words.has(READINGS) {
            out.push((READINGS.to_owned(), self.readings(facts, ledger)?));
        }
        Ok(out)
    }

    fn frame(&self, facts: &Facts, table: Table, names: &[String]) -> Result<DataFrame> {
        let (there, missing): (Vec<&str>, Vec<&str>) = names.iter().map(String::as_str).partition(|c| facts.has_column(table, c));
        let found = facts.columns(table, &there)?.collect()?;
        // What no export has is null, and no reason to refuse a query.
        let mut columns: Vec<Column> =
            missing.iter().map(|name| Column::full_null((*name).into(), found.height(), &DataType::Null)).collect();
        for column in found.columns() {
            // Codes of short texts mean nothing to a query.
            let column = if column.dtype().is_categorical() { column.cast(&DataType::String).map_err(bug)? } else { column.clone() };
            let local = format!("{}{LOCAL}", column.name());
            if super::super::frame::is_instant(&column) && self.words.has(&local) {
                columns.push(local_times(&column, &local, facts.zone())?);
            }
            columns.push(column);
        }
        DataFrame::new(found.height(), columns).map_err(bug)
    }

    fn metrics(&self) -> Vec<&Metric> {
        self.ctx.catalogue.iter().collect()
    }

    fn breakdowns(&self) -> Result<Vec<Breakdown>> {
        if self.args.by.is_empty() {
            return Ok([Vec::new()].into_iter().chain(CARDS.map(|c| vec![c.to_owned()])).collect());
        }
        let known: Vec<String> = Table::ALL.into_iter().flat_map(|t| all_columns(&self.ctx.settings, t)).collect();
        if let Some(column) = self.args.by.iter().find(|c| !known.contains(c)) {
            let near = nearest(column, known.iter().map(String::as_str));
            return Err(Error::config(format!("--by: no facts have a column {column:?}")).hint(format!("nearest: {}", near.join(", "))));
        }
        Ok(vec![self.args.by.clone()])
    }

    /// A row a metric, period and group.
    fn readings(&self, facts: &Facts, ledger: &Ledger) -> Result<DataFrame> {
        let days = Days { from: self.args.from.as_deref(), to: self.args.to.as_deref(), width: self.args.period };
        let periods = days.periods(self.ctx, facts, ledger)?;
        let ask = Ask { metrics: self.metrics(), breakdowns: self.breakdowns()?, periods, filter: None };
        let readings = fold(facts, &self.ctx.catalogue, &ask)?;
        let cards = CARDS.map(str::to_owned);
        let mut rows = Rows::new(if self.args.by.is_empty() { &cards } else { &self.args.by });
        for metric in &ask.metrics {
            for breakdown in 0..ask.breakdowns.len() {
                rows.add(metric, &ask, breakdown, &readings);
            }
        }
        rows.frame(self.args.by.is_empty())
    }
}

/// The columns of `readings`, filled row by row.
struct Rows<'a> {
    by: &'a [String],
    texts: [Vec<String>; 4],
    days: [Vec<i32>; 2],
    groups: Vec<Vec<Option<String>>>,
    numbers: [Vec<Option<f64>>; 3],
    immature: Vec<i64>,
}

impl<'a> Rows<'a> {
    fn new(by: &'a [String]) -> Self {
        Self {
            by,
            texts: Default::default(),
            days: Default::default(),
            groups: vec![Vec::new(); by.len()],
            numbers: Default::default(),
            immature: Vec::new(),
        }
    }

    fn add(&mut self, metric: &Metric, ask: &Ask<'_>, breakdown: usize, readings: &Readings) {
        let columns = &ask.breakdowns[breakdown];
        let card = columns.first().map_or("desk", String::as_str);
        for (group, found) in readings.groups(&metric.id, breakdown) {
            for (period, reading) in ask.periods.iter().zip(found) {
                let Some(r) = readings.figure(metric, *reading) else { continue };
                let said = [metric.id.as_str(), metric.label.as_str(), period.id.as_str(), card];
                self.texts.iter_mut().zip(said).for_each(|(column, text)| column.push(text.to_owned()));
                self.days.iter_mut().zip([period.first_day, period.end_day - 1]).for_each(|(column, day)| column.push(day));
                for (column, values) in self.by.iter().zip(&mut self.groups) {
                    values.push(columns.iter().position(|c| c == column).map(|i| group[i].clone()));
                }
                self.numbers.iter_mut().zip([r.value, Some(r.n), Some(r.sum)]).for_each(|(column, v)| column.push(v));
                self.immature.push(r.immature as i64);
            }
        }
    }

    fn frame(self, is_by_card: bool) -> Result<DataFrame> {
        let height = self.immature.len();
        let [metric, label, period, card] =
            self.texts.map(|v| StringChunked::from_iter_values("".into(), v.iter().map(String::as_str)).into_column());
        let day = |v: Vec<i32>| Int32Chunked::from_vec("".into(), v).into_column().cast(&DataType::Date).map_err(bug);
        let [first, last] = self.days.map(day);
        let mut columns = vec![metric.with_name("metric".into()), label.with_name("label".into()), period.with_name("period".into())];
        columns.extend([first?.with_name("first_day".into()), last?.with_name("last_day".into())]);
        columns.extend(is_by_card.then(|| card.with_name("card".into())));
        for (name, values) in self.by.iter().zip(&self.groups) {
            columns.push(StringChunked::from_iter_options(name.as_str().into(), values.iter().map(Option::as_deref)).into_column());
        }
        for (name, values) in ["value", "n", "sum"].into_iter().zip(&self.numbers) {
            columns.push(Float64Chunked::from_iter_options(name.into(), values.iter().copied()).into_column());
        }
        columns.push(Int64Chunked::from_vec("immature".into(), self.immature).into_column());
        DataFrame::new(height, columns).map_err(bug)
    }
}

/// Instants as the desk's clocks show them.
fn local_times(column: &Column, name: &str, zone: &Zone) -> Result<Column> {
    let at = longs(column)?;
    let local = at.into_iter().map(|t| crate::desk::known(t).map(|t| zone.to_local(t) * 1000));
    let column = Int64Chunked::from_iter_options(name.into(), local).into_column();
    column.cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).map_err(bug)
}

/// All tables and columns with what they hold, for people.
pub(super) fn list(ctx: &Context, args: &SqlArgs) -> String {
    let mut out = String::new();
    for table in Table::ALL {
        let _ = writeln!(out, "{table}");
        for column in columns(ctx, table) {
            let line = format!("  {column:<28} {:<8} {}", kind(table, &column), meaning(table, &column));
            let _ = writeln!(out, "{}", line.trim_end());
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{READINGS}");
    for column in reading_columns(args) {
        let is_number = ["value", "n", "sum", "immature"].contains(&column.as_str());
        let kind = if column.ends_with("_day") {
            "date"
        } else if is_number {
            "number"
        } else {
            "text"
        };
        let _ = writeln!(out, "  {column:<28} {kind}");
    }
    out + "\nInstants are whole seconds UTC, as in the SQL of every metric; with `_local` behind its name each is the time on the desk’s clocks:\n\
           created_at_local >= '2026-11-09 08:00:00'. Durations are seconds. The rows come in no certain order without ORDER BY.\n"
}

fn meaning(table: Table, column: &str) -> &'static str {
    let derived = derived::find(table, column).map(|d| d.doc);
    let added = || ADDED.iter().find(|(name, _)| *name == column).map(|(_, doc)| *doc);
    let of_key = || column.strip_suffix("_key").and_then(|id| table.source().column(id)).map(|_| "hash of the id, for joins");
    derived.or_else(|| table.source().column(column).map(|c| c.doc)).or_else(added).or_else(of_key).unwrap_or_default()
}

/// What columns say that are neither of an export nor local to a row.
const ADDED: [(&str, &str); 33] = [
    ("agent", "who did it, by the name of the roster"),
    ("team", "the agent's team at the time; else the group's"),
    ("supplier", "the agent's company at the time, if it is not the desk's own"),
    ("level", "level of support"),
    ("first_level", "level that received it"),
    ("mentor", "the agent's mentor at the time"),
    ("tenure_weeks", "weeks the agent had been on the desk"),
    ("tenure_days", "days on the desk"),
    ("has_leaving", "whether the roster says when people leave at all"),
    ("is_first_level_resolvable", "received by the first level, of a category it can resolve"),
    ("sla_resolution_due_at", "when the resolution is due by the policies; of several cycles the first that was missed, else the last"),
    ("sla_response_due_at", "when the first response is due by the policies"),
    ("sla_resolution_verdict", "whether the resolution clock was kept; null while undecided"),
    ("sla_response_verdict", "whether the response clock was kept; null while undecided"),
    ("sla_resolution_used_share", "share of the resolution target used"),
    ("sla_response_used_share", "share of the response target used"),
    ("sla_resolution_late_secs", "how long after the due time it was resolved, where that missed"),
    ("sla_resolution_overdue_at", "when the last promise of a resolution ran out, if it did before its end"),
    ("first_resolved_at", "when it was first resolved, though it may be open again"),
    ("ttr_business_secs", "creation to last resolution, in business hours"),
    ("frt_business_secs", "creation to first response, in business hours"),
    ("next_contact_secs", "until the next contact of the same kind by [repeat]"),
    ("created_hour", "hour of the day, 0 to 23"),
    ("created_weekday", "1 is Monday"),
    ("start_hour", "hour of the day, 0 to 23"),
    ("start_weekday", "1 is Monday"),
    ("is_surveyed", "whether a survey was sent about it"),
    ("is_logged", "whether the call left a ticket"),
    ("has_ticket_source", "whether tickets are there from the time around the call on"),
    ("is_log_mature", "whether tickets are there until the time around the call is over"),
    ("day_at", "start of the day"),
    ("started_at", "first day of the stay"),
    ("due_at", "when the clock is due"),
];

fn kind(table: Table, column: &str) -> &'static str {
    match table.source().columns().iter().find(|c| c.name == column || frame_name(c) == column).map(|c| c.kind) {
        _ if column == "at" || column.ends_with("_at") => "instant",
        _ if column.ends_with("_key") => "hash",
        Some(Type::Duration) => "seconds",
        Some(Type::Int) => "whole",
        Some(Type::Number) => "number",
        Some(Type::Flag) => "flag",
        Some(_) => "text",
        None if column.starts_with("is_") || column.starts_with("has_") || column.ends_with("_verdict") || column.ends_with("_met") => {
            "flag"
        }
        None if column.ends_with("_secs") => "seconds",
        None if column.ends_with("_share") => "number",
        None if ["_count", "_hour", "_weekday", "_weeks", "_days"].iter().any(|end| column.ends_with(end)) => "whole",
        None => "",
    }
}
