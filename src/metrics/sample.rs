//! The rows of one metric over two spans, each as a number and the codes of its attributes: what a search for causes goes through.

use polars::prelude::*;

use super::groups::codes;
use super::{Kind, Metric};
use crate::clock::period::{Period, WEEKDAYS};
use crate::desk::{MISSING, get, longs, text_of};
use crate::error::{Error, Result};
use crate::facts::{Facts, Table};

/// The column that says whose a row is.
const PEOPLE: &str = "agent";
/// Hours put together: one hour of a day has too few rows.
const HOURS: u32 = 2;

/// What is asked for.
#[derive(Debug)]
pub struct Wish<'a> {
    /// A metric with rows of its own: no ratio, rate, stock or turnover.
    pub metric: &'a Metric,
    /// The span explained, and the one it is held against, which ends before it; `None`: nothing is.
    pub spans: (&'a Period, Option<&'a Period>),
    /// Columns that the rows are told apart by; those the table lacks are left out.
    pub attributes: &'a [String],
    /// SQL condition on the rows.
    pub filter: Option<&'a str>,
}

/// A column of a [`Sample`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attribute {
    /// The fact column.
    pub name: String,
    /// Its values, sorted; empty text for none. Hostile text.
    pub values: Vec<String>,
    /// Number of the value of each row.
    pub codes: Vec<u32>,
}

/// Rows of a metric. All lists are of the same length; the order is that of the facts.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// What the rows are told apart by, in the order asked for.
    pub attributes: Vec<Attribute>,
    /// The fact: 1 or 0 for a share, 1 for a count, the number for a mean or quantile.
    pub facts: Vec<f64>,
    /// Whether the row is of the span explained; else it is of the one before.
    pub is_now: Vec<bool>,
    /// The instant that puts it there, seconds UTC.
    pub at: Vec<i64>,
    /// Where the row stands: segment of the facts, and row in it.
    pub places: Vec<(u32, u32)>,
    /// What each row cost, in the desk's currency; NaN where nobody says, empty where the table has no cost.
    pub costs: Vec<f64>,
    /// Number of the agent of each row, so that what belongs together stays together; empty where the rows have none.
    pub people: Vec<u32>,
    /// Rows of the span explained that belong here but are not yet mature.
    pub immature: u64,
}

/// Whether a metric has rows of its own that can be told apart.
pub fn is_explainable(metric: &Metric) -> bool {
    matches!(metric.kind, Kind::Share | Kind::Mean | Kind::Median | Kind::P90 | Kind::Count) && metric.trailing_days.is_none()
}

/// Collects the rows of a metric.
///
/// # Errors
/// A config error for an unknown column or a condition that polars refuses, and for a metric that is made of other metrics.
pub fn sample(facts: &Facts, wish: &Wish<'_>) -> Result<Sample> {
    let metric = wish.metric;
    let table = metric.on.filter(|_| is_explainable(metric)).ok_or_else(|| Error::bug(format!("{} has no rows of its own", metric.id)))?;
    let names: Vec<&String> = wish.attributes.iter().filter(|name| facts.has_column(table, name)).collect();
    let mut exprs = vec![
        ("fact".to_owned(), metric.fact.clone()),
        ("at".to_owned(), metric.by.clone().unwrap_or_default()),
        ("keep".to_owned(), wish.filter.unwrap_or("TRUE").to_owned()),
        ("immature".to_owned(), if metric.immature.is_empty() { "FALSE".to_owned() } else { metric.immature.clone() }),
    ];
    if facts.has_column(table, "cost") {
        exprs.push(("cost".to_owned(), "\"cost\"".to_owned()));
    }
    exprs.extend(names.iter().enumerate().map(|(i, name)| (format!("a{i}"), format!("\"{name}\""))));
    let mut out = Sample::default();
    let mut raw: Vec<Vec<u32>> = vec![Vec::new(); names.len()];
    for segment in 0..facts.segments(table) {
        let frame = facts.evaluate(table, segment, &exprs)?;
        let kept = out.take(facts, wish, (&frame, segment as u32))?;
        for (i, codes_of_rows) in raw.iter_mut().enumerate() {
            let all = codes(get(&frame, &format!("a{i}"))?).map_err(crate::desk::bug)?;
            codes_of_rows.extend(kept.iter().map(|&row| all[row as usize]));
        }
    }
    out.attributes = names.into_iter().zip(raw).map(|(name, codes)| Attribute::new(name, &codes)).collect();
    out.people = out.attribute(PEOPLE).map(|a| a.codes.clone()).unwrap_or_default();
    Ok(out)
}

impl Sample {
    /// Adds the rows of a segment that count; their numbers in it.
    fn take(&mut self, facts: &Facts, wish: &Wish<'_>, (frame, segment): (&DataFrame, u32)) -> Result<Vec<u32>> {
        let (zone, end) = (facts.zone(), facts.as_of());
        let span = |p: &Period| p.start_utc(zone)..p.end_utc(zone).min(end);
        let (now, before) = (span(wish.spans.0), wish.spans.1.map_or(0..0, span));
        let at = longs(get(frame, "at")?)?;
        let flags = |name: &str| -> Result<Vec<bool>> {
            let column = get(frame, name)?.cast(&DataType::Boolean).map_err(crate::desk::bug)?;
            Ok(column.bool().map_err(crate::desk::bug)?.iter().map(|b| b == Some(true)).collect())
        };
        let (keep, immature) = (flags("keep")?, flags("immature")?);
        let numbers = get(frame, "fact")?
            .cast(&DataType::Float64)
            .map_err(|_| Error::config(format!("the fact of {} is neither true or false nor a number", wish.metric.id)))?;
        let is_count = wish.metric.kind == Kind::Count;
        let is_flag = get(frame, "fact")?.dtype().is_bool();
        let costs = match frame.column("cost") {
            Ok(costs) => Some(costs.cast(&DataType::Float64).map_err(crate::desk::bug)?),
            Err(_) => None,
        };
        let costs = costs.as_ref().map(|c| c.f64().map_err(crate::desk::bug)).transpose()?;
        let mut rows = Vec::new();
        for (row, fact) in numbers.f64().map_err(crate::desk::bug)?.iter().enumerate() {
            let at = at[row];
            let is_now = now.contains(&at);
            if at == MISSING || !keep[row] || !(is_now || before.contains(&at)) {
                continue;
            }
            self.immature += u64::from(is_now && immature[row]);
            // A count counts what is true, or is no flag at all and there.
            let Some(fact) = fact.filter(|f| f.is_finite() && !(is_count && is_flag && *f == 0.0)) else { continue };
            self.facts.push(if is_count { 1.0 } else { fact });
            self.is_now.push(is_now);
            self.at.push(at);
            self.costs.extend(costs.map(|c| c.get(row).unwrap_or(f64::NAN)));
            self.places.push((segment, row as u32));
            rows.push(row as u32);
        }
        Ok(rows)
    }

    /// Takes out attributes that follow from the outcome: those that are there exactly for the rows on one side of a share, as the agent
    /// is of an answered call. Their names.
    pub fn drop_outcomes(&mut self) -> Vec<String> {
        let hits = self.facts.iter().filter(|f| **f > 0.5).count();
        let (all, mut dropped) = (self.facts.len(), Vec::new());
        if hits == 0 || hits == all {
            return dropped;
        }
        let facts = &self.facts;
        self.attributes.retain(|a| {
            let is_none = |row: &usize| a.values[a.codes[*row] as usize].is_empty();
            let none = (0..all).filter(is_none);
            let (mut of_hits, mut of_misses) = (0, 0);
            none.for_each(|row| if facts[row] > 0.5 { of_hits += 1 } else { of_misses += 1 });
            // Nothing given for every row of one side, and given for many of the other.
            let follows = |own: usize, side: usize, other: usize, rest: usize| own == side && 2 * other < rest;
            let is_outcome = follows(of_hits, hits, of_misses, all - hits) || follows(of_misses, all - hits, of_hits, hits);
            if is_outcome {
                dropped.push(a.name.clone());
            }
            !is_outcome
        });
        // What tells suppliers or shifts apart hangs on the agent: none of them is known where the agent is not.
        if dropped.iter().any(|name| name == "agent") {
            self.people.clear();
            let hangs = |name: &str| crate::facts::OF_AGENT.contains(&name);
            dropped.extend(self.attributes.iter().filter(|a| hangs(&a.name)).map(|a| a.name.clone()));
            self.attributes.retain(|a| !hangs(&a.name));
        }
        dropped
    }

    /// Takes out who it was: on a page for everybody nobody is a cause.
    pub fn drop_people(&mut self) {
        self.attributes.retain(|a| a.name != PEOPLE);
    }

    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.name == name)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }
}

impl Attribute {
    /// Values in the order of their texts, hours by blocks and days by name.
    fn new(name: &str, codes: &[u32]) -> Self {
        let mut known: Vec<u32> = codes.to_vec();
        known.sort_unstable();
        known.dedup();
        let mut texts: Vec<(String, u32)> = known.iter().map(|code| (shown(name, &text_of(*code)), *code)).collect();
        texts.sort();
        let mut values: Vec<String> = Vec::new();
        let mut number = foldhash::HashMap::default();
        for (text, code) in texts {
            if values.last() != Some(&text) {
                values.push(text);
            }
            number.insert(code, values.len() as u32 - 1);
        }
        Self { name: name.to_owned(), codes: codes.iter().map(|code| number[code]).collect(), values }
    }
}

/// How a value is called: `Monday`, `08:00–10:00`; others as they are.
fn shown(name: &str, text: &str) -> String {
    let number = || text.parse::<u32>().ok();
    if name.ends_with("_weekday") {
        return number()
            .and_then(|day| WEEKDAYS.get(day.checked_sub(1)? as usize))
            .map_or_else(|| text.to_owned(), |day| (*day).to_owned());
    }
    if name.ends_with("_hour") {
        return number().map_or_else(
            || text.to_owned(),
            |hour| {
                let from = hour / HOURS * HOURS;
                format!("{from:02}:00–{:02}:00", from + HOURS)
            },
        );
    }
    text.to_owned()
}

/// Some columns of some rows as text, a list a row: instants in the desk's zone.
///
/// # Errors
/// A config error for a column that the table does not have.
pub fn told(facts: &Facts, table: Table, places: &[(u32, u32)], names: &[&str]) -> Result<Vec<Vec<String>>> {
    let exprs: Vec<(String, String)> = names.iter().map(|name| ((*name).to_owned(), format!("\"{name}\""))).collect();
    let mut out = vec![Vec::new(); places.len()];
    for segment in 0..facts.segments(table) as u32 {
        let wanted: Vec<(usize, u32)> = places.iter().enumerate().filter(|(_, p)| p.0 == segment).map(|(i, p)| (i, p.1)).collect();
        if wanted.is_empty() {
            continue;
        }
        let frame = facts.evaluate(table, segment as usize, &exprs)?;
        let rows = IdxCa::from_vec("rows".into(), wanted.iter().map(|w| w.1).collect());
        let frame = frame.take(&rows).map_err(crate::desk::bug)?;
        let columns = names.iter().map(|name| super::rows::written(get(&frame, name)?, name, facts)).collect::<Result<Vec<_>>>()?;
        for (row, (i, _)) in wanted.into_iter().enumerate() {
            out[i] = columns.iter().map(|c| c[row].clone()).collect();
        }
    }
    Ok(out)
}
