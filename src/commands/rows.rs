//! `deskcard rows`: the rows behind any number, with what each adds to it and the columns that say why.

use std::io::Write;

use polars::prelude::DataFrame;

use super::frame::{Form, put};
use super::{Context, Outcome, query, wanted};
use crate::cli::{For, RowsArgs, RowsFormat, Side};
use crate::error::{Error, Result};
use crate::facts::{Facts, Table, Wanted, all_columns, is_id};
use crate::metrics::behind::{Which, behind, check_side, table_of};
use crate::metrics::rows::describing;
use crate::metrics::{Ask, Kind, Metric, Reading, Verdict, fold};
use crate::scorecard::Better;

pub(super) fn run(args: &RowsArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?.reading(&args.data)?;
    let metric = ctx.catalogue.get(&args.metric)?;
    let table = table_of(metric)?;
    let verdict = side(args.verdict, metric)?;
    check_side(metric, verdict)?;
    query::check_columns(&ctx, &[], args.filter.as_deref(), &[metric])?;
    let period = ctx.period(args.period.as_deref())?;
    let (facts, _) = ctx.facts(&needed(&ctx, args, metric, table)?)?;
    let which = Which { period: &period, group: group(args), filter: args.filter.as_deref(), verdict };
    let frame = behind(&facts, metric, &which)?;
    if verdict.is_none() {
        let reading = reading(&ctx, &facts, metric, &which)?;
        check(metric, &frame, reading)?;
        let value = reading.and_then(|r| r.value).map_or_else(|| "no data".to_owned(), |v| v.to_string());
        ctx.tell(&format!("{} rows; {} of {} is {value}", frame.height(), metric.id, period.id));
    } else {
        ctx.tell(&format!("{} rows", frame.height()));
    }
    let form = match (args.format, args.csv) {
        (RowsFormat::Csv, For::People) => Form::People(facts.zone()),
        (RowsFormat::Csv, For::Machine) => Form::Machine,
        (RowsFormat::Json, _) => Form::Json,
        (RowsFormat::Parquet, _) => Form::Parquet,
    };
    put(&frame, form, args.out.as_deref(), stdout)
}

fn side(side: Side, metric: &Metric) -> Result<Option<Verdict>> {
    let judged = |is_good: bool| match metric.better {
        Better::Neither => Err(Error::config(format!("more of {} is neither good nor bad", metric.id)).hint("ask for hit or miss")),
        better => Ok(if (better == Better::Higher) == is_good { Verdict::Hit } else { Verdict::Miss }),
    };
    Ok(match side {
        Side::Good => Some(judged(true)?),
        Side::Bad => Some(judged(false)?),
        Side::All => None,
        Side::Hit => Some(Verdict::Hit),
        Side::Miss => Some(Verdict::Miss),
        Side::Immature => Some(Verdict::Immature),
    })
}

/// The group asked for: column and name.
fn group(args: &RowsArgs) -> Option<(&str, &str)> {
    let asked = [("agent", &args.agent), ("team", &args.team), ("supplier", &args.supplier)];
    asked.into_iter().find_map(|(column, name)| Some((column, name.as_deref()?)))
}

/// The columns of the figure, those that describe its rows, and the group's.
fn needed(ctx: &Context, args: &RowsArgs, metric: &Metric, table: Table) -> Result<Wanted> {
    let by: Vec<Vec<String>> = group(args).into_iter().map(|(column, _)| vec![column.to_owned()]).collect();
    let mut wanted = wanted(ctx, &[metric], &by, args.filter.as_deref())?;
    let known = all_columns(&ctx.settings, table);
    if let Some((column, _)) = group(args).filter(|(c, _)| !known.iter().any(|k| k == c)) {
        return Err(Error::config(format!("--{column}: {table} have no column {column:?}")));
    }
    for column in describing(table).iter().filter(|c| known.iter().any(|k| k == *c) || is_id(table, c)) {
        wanted.add(table, column)?;
    }
    Ok(wanted)
}

/// The figure itself.
fn reading(ctx: &Context, facts: &Facts, metric: &Metric, which: &Which<'_>) -> Result<Option<Reading>> {
    let (by, group) = which.group.map_or_else(|| (Vec::new(), Vec::new()), |(c, n)| (vec![c.to_owned()], vec![n.to_owned()]));
    let filter = which.filter.map(str::to_owned);
    let ask = Ask { metrics: vec![metric], breakdowns: vec![by], periods: vec![which.period.clone()], filter };
    Ok(fold(facts, &ctx.catalogue, &ask)?.get(&metric.id, 0, &group, 0))
}

/// Rows that do not add up to their figure are a bug, and never handed out.
fn check(metric: &Metric, frame: &DataFrame, reading: Option<Reading>) -> Result<()> {
    let sum = |name: &str| -> Result<f64> {
        let column = crate::desk::get(frame, name)?;
        Ok(column.f64().map_err(crate::desk::bug)?.iter().flatten().sum())
    };
    let (n, total) = (sum("counted_n")?, sum("counted_value")?);
    let (told_n, told_sum) = reading.map_or((0.0, 0.0), |r| (r.n, r.sum));
    let is_near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0);
    // Of what lies in the middle or at an end the values do not add up; a rate without exposure is no figure.
    let is_added = !matches!(metric.kind, Kind::Median | Kind::P90 | Kind::Min | Kind::Max);
    let is_figure = reading.is_some_and(|r| r.value.is_some());
    if !is_near(n, told_n) && (is_figure || metric.kind != Kind::Turnover) || is_added && is_figure && !is_near(total, told_sum) {
        return Err(Error::bug(format!("the rows of {} add up to {total} of {n}, but it is {told_sum} of {told_n}", metric.id)));
    }
    Ok(())
}
