//! The rows behind the figures of one period: every number can be taken apart into them.

use std::ops::Range;

use polars::prelude::*;
use rayon::prelude::*;

use super::weigh::{Scales, Verdict, Weight};
use super::{Kind, Metric};
use crate::clock::DAY;
use crate::clock::period::Period;
use crate::desk::{MISSING, get, longs};
use crate::error::Result;
use crate::facts::{Facts, Prepared, Table};

/// Columns that say what a row is, by table; those the facts lack are left out.
pub fn describing(table: Table) -> &'static [&'static str] {
    match table {
        Table::Tickets => &[
            "id",
            "created_at",
            "first_response_at",
            "resolved_at",
            "sla_resolution_due_at",
            "status",
            "priority",
            "category",
            "channel",
            "group",
            "level",
            "agent",
            "team",
            "supplier",
        ],
        Table::TicketEvents => &["ticket_id", "at", "kind", "status", "group", "agent", "team", "supplier"],
        Table::SlaClocks => &[
            "id",
            "clock",
            "policy",
            "target_for",
            "started_at",
            "due_at",
            "stopped_at",
            "stage",
            "breached_at",
            "breach_group",
            "breach_agent",
            "longest_party",
            "category",
            "group",
            "agent",
            "team",
            "supplier",
        ],
        Table::TicketSpans => {
            &["id", "from_at", "to_at", "party", "holder_status", "holder_group", "holder_agent", "agent", "team", "supplier"]
        }
        Table::Calls => &["id", "start_at", "queue", "outcome", "wait_secs", "agent", "team", "supplier"],
        Table::Surveys => &["ticket_id", "answered_at", "score", "priority", "category", "agent", "team", "supplier"],
        Table::AgentDays => &["day_at", "agent", "team", "supplier", "mentor"],
        Table::Spells => &["started_at", "left_at", "agent", "team", "supplier"],
        Table::Observations => &["at", "measure", "value", "agent", "team", "supplier"],
    }
}

/// The rows of one table that any figure of the period counts.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Names of the describing columns, then the metric ids.
    pub header: Vec<String>,
    /// How many of them describe.
    pub described: usize,
    /// Cells in the order of the header. A metric's cell is empty for a row outside its population, else its fact: 1 or 0
    /// for a share or count, the number for a mean or quantile.
    pub cells: Vec<Vec<String>>,
    /// Agent, team and supplier of each row; empty where there is none.
    pub groups: Vec<[String; 3]>,
}

/// Collects the rows of a table for the metrics on it.
pub fn rows(facts: &Facts, table: Table, metrics: &[&Metric], period: &Period) -> Result<Rows> {
    let described: Vec<&str> = describing(table).iter().copied().filter(|c| facts.has_column(table, c)).collect();
    let metrics: Vec<&Metric> = metrics.iter().copied().filter(|m| m.on == Some(table)).collect();
    if metrics.is_empty() {
        return Ok(Rows::default());
    }
    let mut out = Rows { described: described.len(), ..Rows::default() };
    out.header = described.iter().map(|c| (*c).to_owned()).chain(metrics.iter().map(|m| m.id.clone())).collect();
    if facts.segments(table) == 0 {
        return Ok(out);
    }
    let of = Taking::new(facts, table, (&described, &metrics), period)?;
    // A period is a small part of the data: only its rows are looked at closely.
    let parts = facts.frame(table).segments.par_iter().map(|segment| of.rows(segment)).collect::<Result<Vec<_>>>()?;
    for (cells, groups) in parts {
        out.cells.extend(cells);
        out.groups.extend(groups);
    }
    Ok(out)
}

/// What the names of a metric's expressions begin with.
fn tag(metric: usize) -> String {
    format!("metric {metric} ")
}

/// A metric's cells: empty for rows its figure of the period does not count.
fn metric_cells(frame: &DataFrame, tag: &str, metric: &Metric, weights: &[Option<Weight>]) -> Result<Vec<String>> {
    if is_stock(metric) {
        let is_in = |w: &Option<Weight>| w.is_some_and(|w| w.n > 0.0);
        return Ok(weights.iter().map(|w| if is_in(w) { "1".to_owned() } else { String::new() }).collect());
    }
    // Of a rate over a year its events alone are worth a line.
    let fact = get(frame, &format!("{tag}fact"))?;
    let only_hits = metric.trailing_days.is_some() || (metric.kind == Kind::Count && fact.dtype().is_bool());
    let fact = if fact.dtype().is_bool() { fact.cast(&DataType::Int32) } else { Ok(fact.clone()) };
    let text = fact.and_then(|f| f.cast(&DataType::String)).map_err(crate::desk::bug)?;
    let text = text.str().map_err(crate::desk::bug)?;
    let cell = |(text, weight): (Option<&str>, &Option<Weight>)| match (text, weight) {
        (Some(text), Some(w)) if w.verdict != Verdict::Immature && !(only_hits && text == "0") => text.to_owned(),
        _ => String::new(),
    };
    Ok(text.iter().zip(weights).map(cell).collect())
}

fn is_stock(metric: &Metric) -> bool {
    matches!(metric.kind, Kind::Stock | Kind::Turnover)
}

/// What to take from every segment.
struct Taking<'a> {
    facts: &'a Facts,
    table: Table,
    described: &'a [&'a str],
    metrics: &'a [&'a Metric],
    scales: Vec<Scales<'a>>,
    span: Range<i64>,
    /// The instants that decide whether a row can be counted.
    instants: Prepared,
    wanted: Prepared,
}

type Taken = (Vec<Vec<String>>, Vec<[String; 3]>);

impl<'a> Taking<'a> {
    fn new(facts: &'a Facts, table: Table, (described, metrics): (&'a [&'a str], &'a [&'a Metric]), period: &'a Period) -> Result<Self> {
        let scales: Vec<Scales<'_>> = metrics.iter().map(|m| Scales::new(facts, m, period)).collect();
        let mut wanted: Vec<(String, String)> = described.iter().map(|c| ((*c).to_owned(), format!("\"{c}\""))).collect();
        wanted.extend(scales.iter().enumerate().flat_map(|(i, s)| s.exprs(&tag(i))));
        let mut instants = Vec::new();
        for (i, metric) in metrics.iter().enumerate() {
            let (fact, at) = match is_stock(metric) {
                true => (&metric.enters, &metric.leaves),
                false => (&metric.fact, metric.by.as_ref().unwrap_or(&metric.fact)),
            };
            instants.extend(is_stock(metric).then(|| (format!("fact{i}"), fact.clone())));
            instants.push((format!("at{i}"), at.clone()));
        }
        // Wide enough for every metric: what is counted within is for the scales to say.
        let span = period.start_utc(facts.zone()) - DAY..period.end_utc(facts.zone()) + DAY;
        let prepare = |exprs: &[(String, String)]| facts.prepare(table, exprs);
        Ok(Self { facts, table, described, metrics, span, instants: prepare(&instants)?, wanted: prepare(&wanted)?, scales })
    }

    fn rows(&self, segment: &DataFrame) -> Result<Taken> {
        let possible = self.possible(segment)?;
        if !possible.contains(&true) {
            return Ok(Taken::default());
        }
        let frame = self.wanted.evaluate_marked(segment, &possible)?;
        let cells = |(i, s): (usize, &Scales<'_>)| metric_cells(&frame, &tag(i), self.metrics[i], &s.weigh(&frame, &tag(i))?);
        let columns = self.scales.iter().enumerate().map(cells).collect::<Result<Vec<_>>>()?;
        let counted: Vec<u32> = (0..frame.height()).filter(|&row| columns.iter().any(|c| !c[row].is_empty())).map(|r| r as u32).collect();
        let shown = frame.take(&IdxCa::from_vec("row".into(), counted.clone())).map_err(crate::desk::bug)?;
        let texts = self.described.iter().map(|c| written(get(&shown, c)?, c, self.facts)).collect::<Result<Vec<_>>>()?;
        let group = |name: &str| self.described.iter().position(|c| *c == name);
        let groups = [group("agent"), group("team"), group("supplier")];
        let mut out = Taken::default();
        for (i, row) in counted.into_iter().enumerate() {
            out.0.push(texts.iter().map(|c| c[i].clone()).chain(columns.iter().map(|c| c[row as usize].clone())).collect());
            out.1.push(groups.map(|g| g.map_or_else(String::new, |g| texts[g][i].clone())));
        }
        Ok(out)
    }

    /// The rows that no metric's instants, or its fact where these say little, rule out.
    fn possible(&self, segment: &DataFrame) -> Result<Vec<bool>> {
        let frame = self.instants.evaluate(segment)?;
        let mut marks = vec![false; frame.height()];
        for (i, metric) in self.metrics.iter().enumerate() {
            let at = longs(get(&frame, &format!("at{i}"))?)?;
            if is_stock(metric) {
                // Of a turnover those who left in the period count as well.
                let entered = longs(get(&frame, &format!("fact{i}"))?)?;
                let is_in =
                    |enter: i64, leave: i64| enter != MISSING && enter < self.span.end && (leave == MISSING || leave >= self.span.start);
                marks.iter_mut().zip(entered.iter().zip(&at)).for_each(|(mark, (enter, leave))| *mark |= is_in(*enter, *leave));
            } else {
                let from = self.span.start - metric.trailing_days.map_or(0, |d| i64::from(d) * DAY);
                let mut within: Vec<bool> = at.iter().map(|at| (from..self.span.end).contains(at)).collect();
                if within.iter().filter(|w| **w).count() > within.len() / 4 {
                    // A snapshot dates every row alike.
                    let fact = self.facts.prepare(self.table, &[("fact".to_owned(), metric.fact.clone())])?.evaluate(segment)?;
                    let known = get(&fact, "fact")?.is_not_null();
                    within.iter_mut().zip(known.iter()).for_each(|(within, known)| *within &= known == Some(true));
                }
                marks.iter_mut().zip(within).for_each(|(mark, within)| *mark |= within);
            }
        }
        Ok(marks)
    }
}

/// A describing column as text: instants in the desk's zone, numbers as they are.
pub(super) fn written(column: &Column, name: &str, facts: &Facts) -> Result<Vec<String>> {
    if name == "at" || name.ends_with("_at") {
        let text = |t: i64| if t == MISSING { String::new() } else { facts.zone().format_minute(t) };
        return Ok(longs(column)?.into_iter().map(text).collect());
    }
    let text = column.cast(&DataType::String).map_err(crate::desk::bug)?;
    Ok(text.str().map_err(crate::desk::bug)?.iter().map(|t| t.unwrap_or_default().to_owned()).collect())
}
