//! `deskcard query`: figures of any metric, by any column, over any periods.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write};
use std::time::Instant;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::{Context, Outcome, day, stdout_failed, wanted};
use crate::cli::{Format, Periods, QueryArgs, Span};
use crate::clock::period::{Period, Unit};
use crate::columns::Source;
use crate::error::{Error, Result, nearest};
use crate::facts::{Facts, Table as FactTable, all_columns, columns_of, is_id};
use crate::format;
use crate::ingest::ledger::{Ledger, SourceLedger};
use crate::metrics::{Ask, Metric, Reading, Readings, fold};
use crate::report::csv::safe_text;

pub(super) fn run(args: &QueryArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?.reading(&args.data)?;
    let metrics = args.metrics.iter().map(|id| ctx.catalogue.get(id)).collect::<Result<Vec<_>>>()?;
    check_columns(&ctx, &args.by, args.filter.as_deref(), &metrics)?;
    let breakdowns = vec![args.by.clone()];
    let (facts, ledger) = ctx.facts(&wanted(&ctx, &metrics, &breakdowns, args.filter.as_deref())?)?;
    let periods = periods(&ctx, args, (&facts, &ledger))?;
    let started = Instant::now();
    let ask = Ask { metrics: metrics.clone(), breakdowns, periods, filter: args.filter.clone() };
    let readings = fold(&facts, &ctx.catalogue, &ask)?;
    ctx.say(&format!("folded in {:.2} s", started.elapsed().as_secs_f64()));
    let started = Instant::now();
    let mut out = BufWriter::with_capacity(1 << 20, stdout);
    let is_there = |m: &Metric| m.on.is_some_and(|table| ctx.settings.sources.iter().any(|s| s.kind == table.source()));
    let has_zero = |m: &&Metric| args.by.is_empty() && readings.has_zero(m) && is_there(m);
    let told = Told { metrics: &metrics, zeros: metrics.iter().map(has_zero).collect(), periods: &ask.periods, readings: &readings };
    match args.format {
        Format::Json => json(&mut out, args, &told),
        Format::Csv => csv(&mut out, args, &told),
        Format::Table => table(&mut out, args, &told),
    }
    .and_then(|()| out.flush())
    .map_err(|e| stdout_failed(&e))?;
    ctx.say(&format!("written in {:.2} s", started.elapsed().as_secs_f64()));
    Ok(Outcome::Done)
}

/// The periods asked for: the one that is named, or all of a width.
fn periods(ctx: &Context, args: &QueryArgs, (facts, ledger): (&Facts, &Ledger)) -> Result<Vec<Period>> {
    match &args.period {
        Periods::Each(width) => Days { from: args.from.as_deref(), to: args.to.as_deref(), width: *width }.periods(ctx, facts, ledger),
        Periods::One(_) if args.from.is_some() || args.to.is_some() => {
            Err(Error::config("--period names the days, and so do --from and --to")
                .hint("leave one of them out, or say the width: --period week"))
        }
        Periods::One(text) => {
            let widths = "or a width: week, month, quarter, all";
            Ok(vec![ctx.period(Some(text)).map_err(|e| if e.at.is_empty() { e.at("--period") } else { e }.hint(widths))?])
        }
    }
}

/// Refuses a breakdown that one of the metrics cannot have, and names those it can.
pub(super) fn check_columns(ctx: &Context, by: &[String], filter: Option<&str>, metrics: &[&Metric]) -> Result<()> {
    let mut tables: BTreeSet<FactTable> = BTreeSet::new();
    for metric in metrics {
        match metric.on {
            Some(table) => tables.extend([table]),
            None => {
                tables.extend([ctx.catalogue.get(&metric.numerator)?.on, ctx.catalogue.get(&metric.denominator)?.on].into_iter().flatten());
            }
        }
    }
    let in_condition = filter.map(columns_of).transpose()?.unwrap_or_default();
    for table in tables {
        let known = all_columns(&ctx.settings, table);
        if let Some(column) = by.iter().find(|c| !known.contains(c) && is_id(table, c)) {
            return Err(Error::config(format!("--by: {column:?} is an id, and figures are not told by ids")).hint(format!(
                "`deskcard sql \"SELECT {column}, count(*) FROM {table} GROUP BY {column}\"` takes the rows themselves apart"
            )));
        }
        let named = by.iter().map(|c| ("--by", c)).chain(in_condition.iter().map(|c| ("--where", c)));
        if let Some((flag, column)) = named.into_iter().find(|(_, c)| !known.contains(c) && !is_id(table, c)) {
            let near = nearest(column, known.iter().map(String::as_str));
            let hint = if near.is_empty() { format!("they have: {}", known.join(", ")) } else { format!("nearest: {}", near.join(", ")) };
            return Err(Error::config(format!("{flag}: {table} have no column {column:?}")).hint(hint));
        }
    }
    Ok(())
}

/// The days asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days<'a> {
    pub(super) from: Option<&'a str>,
    pub(super) to: Option<&'a str>,
    pub(super) width: Span,
}

impl Days<'_> {
    /// The periods asked for: from the first to the last day of the data unless the command line says otherwise.
    pub(super) fn periods(&self, ctx: &Context, facts: &Facts, ledger: &Ledger) -> Result<Vec<Period>> {
        let zone = facts.zone();
        let covers = || ledger.sources.iter().filter_map(|s| Some((s, s.covers?)));
        let is_people = |s: &SourceLedger| s.kind == Source::Agents.name();
        let has_work = ledger.sources.iter().any(|s| !is_people(s));
        // A roster reaches back years before the first ticket: it sets the start only where there is nothing else.
        let first = covers().filter(|(s, _)| !has_work || !is_people(s)).map(|(_, c)| c.0).min().unwrap_or(ctx.as_of);
        let last = if ctx.is_as_of_given || !has_work { ctx.as_of - 1 } else { facts.last_instant() };
        let from = self.from.map_or_else(|| Ok(zone.local_day(first)), |t| day(t, "--from"))?;
        let to = self.to.map_or_else(|| Ok(zone.local_day(last)), |t| day(t, "--to"))?;
        if to < from && self.to.is_some() && self.from.is_some() {
            return Err(Error::config("--to is before --from").hint("swap the two days"));
        }
        if to < from {
            let told = |day: i32| zone.format_day(zone.day_start(day));
            return Err(Error::config("there is no day in what --from and --to leave").hint(format!(
                "the rows lie between {} and {}",
                told(zone.local_day(first)),
                told(zone.local_day(last))
            )));
        }
        let series = |unit: Unit| Period::series(unit, from, to).into_iter().map(|p| self.cut(p, from, to)).collect();
        Ok(match self.width {
            Span::All => vec![Period::span(from, to)],
            Span::Week => series(Unit::Week),
            Span::Month => series(Unit::Month),
            Span::Quarter => series(Unit::Quarter),
        })
    }

    /// A period without the days that the command line leaves out: then it is named by the days that are left.
    fn cut(&self, period: Period, from: i32, to: i32) -> Period {
        let first = if self.from.is_some() { period.first_day.max(from) } else { period.first_day };
        let last = if self.to.is_some() { (period.end_day - 1).min(to) } else { period.end_day - 1 };
        if (first, last + 1) == (period.first_day, period.end_day) { period } else { Period::span(first, last) }
    }
}

/// What is told of the metrics asked for.
struct Told<'a> {
    metrics: &'a [&'a Metric],
    /// Whether the whole desk has a figure of a metric even where nothing was counted: zero, for counts of an export there is.
    zeros: Vec<bool>,
    periods: &'a [Period],
    readings: &'a Readings,
}

impl Told<'_> {
    /// The groups of a metric with their figures.
    fn groups_of(&self, number: usize) -> Vec<(Vec<String>, Vec<Option<Reading>>)> {
        let mut groups: Vec<_> = self.readings.groups(&self.metrics[number].id, 0).map(|(g, v)| (g.clone(), v.clone())).collect();
        if groups.is_empty() && self.zeros[number] {
            groups.push((Vec::new(), vec![None; self.periods.len()]));
        }
        groups
    }
}

fn json(out: &mut impl Write, args: &QueryArgs, told: &Told<'_>) -> std::io::Result<()> {
    let Told { metrics, periods, readings, .. } = told;
    out.write_all(b"[")?;
    let mut first = true;
    for (i, metric) in metrics.iter().enumerate() {
        for (group, values) in told.groups_of(i) {
            let names: BTreeMap<&str, &str> = args.by.iter().map(String::as_str).zip(group.iter().map(String::as_str)).collect();
            for (period, reading) in periods.iter().zip(&values) {
                let Some(r) = readings.figure(metric, *reading) else { continue };
                out.write_all(if first { b"\n  " } else { b",\n  " })?;
                first = false;
                let object = serde_json::json!({
                    "metric": metric.id, "definition": metric.text, "group": names, "period": period.id, "value": r.value,
                    "n": number(r.n), "sum": number(r.sum), "immature": r.immature,
                });
                serde_json::to_writer(&mut *out, &object)?;
            }
        }
    }
    out.write_all(if first { b"]\n" } else { b"\n]\n" })
}

/// A number as JSON writes it: whole where it is whole.
fn number(value: f64) -> serde_json::Value {
    if value.fract() == 0.0 && value.abs() < 9e15 { (value as i64).into() } else { value.into() }
}

/// A number as CSV holds it: whole where it is whole, else the shortest text that reads back as the same number; nothing for none.
fn write_number(out: &mut String, value: Option<f64>) {
    use std::fmt::Write as _;
    // Writing to a String cannot fail.
    let _ = match value {
        None => Ok(()),
        Some(v) if v.fract() == 0.0 && v.abs() < 9e15 => write!(out, "{}", v as i64),
        Some(v) => write!(out, "{v}"),
    };
}

/// A group with the figures of each metric, one a period.
type Figures<'r> = (&'r Vec<String>, Vec<&'r [Option<Reading>]>);

/// A row a period and group with at least one figure: the groups of all metrics, sorted, under each period.
fn rows<'r>(told: &'r Told<'_>) -> impl Iterator<Item = (&'r Period, &'r Vec<String>, Vec<Option<Reading>>)> {
    const DESK: &Vec<String> = &Vec::new();
    let Told { metrics, zeros, periods, readings } = told;
    let has_zero = zeros.contains(&true);
    let mut groups: BTreeMap<&Vec<String>, Vec<&[Option<Reading>]>> = BTreeMap::new();
    for (i, metric) in metrics.iter().enumerate() {
        for (group, values) in readings.groups(&metric.id, 0) {
            groups.entry(group).or_insert_with(|| vec![&[]; metrics.len()])[i] = values;
        }
    }
    if has_zero {
        groups.entry(DESK).or_insert_with(|| vec![&[]; metrics.len()]);
    }
    let groups: Vec<Figures<'r>> = groups.into_iter().collect();
    periods.iter().enumerate().flat_map(move |(p, period)| {
        let found = |(group, values): &Figures<'r>| {
            let of_period: Vec<Option<Reading>> = values.iter().map(|v| v.get(p).copied().flatten()).collect();
            (has_zero || of_period.iter().any(Option::is_some)).then_some((period, *group, of_period))
        };
        groups.iter().filter_map(found).collect::<Vec<_>>()
    })
}

fn csv(out: &mut impl Write, args: &QueryArgs, told: &Told<'_>) -> std::io::Result<()> {
    let Told { metrics, readings, .. } = told;
    let mut writer = csv::Writer::from_writer(out);
    let heads = metrics.iter().flat_map(|m| [m.id.clone(), format!("{}_n", m.id)]);
    writer.write_record(["period".to_owned()].into_iter().chain(args.by.iter().cloned()).chain(heads))?;
    let mut text = String::new();
    for (period, group, found) in rows(told) {
        writer.write_field(&period.id)?;
        for name in group {
            writer.write_field(safe_text(name))?;
        }
        for (metric, reading) in metrics.iter().zip(found) {
            let figure = readings.figure(metric, reading);
            for number in [figure.and_then(|r| r.value), figure.map(|r| r.n)] {
                text.clear();
                write_number(&mut text, number);
                writer.write_field(&text)?;
            }
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()
}

fn table(out: &mut impl Write, args: &QueryArgs, told: &Told<'_>) -> std::io::Result<()> {
    let Told { metrics, readings, .. } = told;
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let heads = metrics.iter().flat_map(|m| [m.short().to_owned(), "n".to_owned()]);
    table.set_header(["period".to_owned()].into_iter().chain(args.by.iter().cloned()).chain(heads));
    for (period, group, found) in rows(told) {
        let mut cells = vec![period.id.clone()];
        cells.extend(group.iter().map(|g| if g.is_empty() { "(none)".to_owned() } else { g.clone() }));
        for (metric, reading) in metrics.iter().zip(found) {
            let figure = readings.figure(metric, reading);
            cells.push(format::optional(metric.unit(), figure.and_then(|r| r.value), figure.map_or(0, |r| r.n as u64)));
            cells.push(figure.map_or_else(String::new, |r| format::count(r.n as u64)));
        }
        table.add_row(cells);
    }
    for i in 1 + args.by.len()..1 + args.by.len() + 2 * metrics.len() {
        if let Some(column) = table.column_mut(i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if table.row_count() == 0 {
        return writeln!(
            out,
            "no data: no row of the exports counts in this period and condition; `deskcard check` says what a metric lacks"
        );
    }
    writeln!(out, "{table}")?;
    for metric in *metrics {
        writeln!(out, "{}: {} ({})", metric.id, metric.text, metric.definition().basis)?;
    }
    Ok(())
}
