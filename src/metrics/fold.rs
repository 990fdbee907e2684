//! The one fold: facts × breakdowns × periods → readings.
//!
//! Expressions are evaluated segment by segment by polars; what is counted is counted here, in integers, so that
//! neither the number of threads nor the order of the files can change a bit of the result.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use polars::prelude::*;

use super::groups::{Groups, codes, codes_of};
use super::plan::{Plan, Recipe, plan};
use super::slots::Slots;
use super::total::{NOWHERE, Part, Total, Values, merge, quantile};
use super::{Catalogue, Kind, Metric};
use crate::clock::period::Period;
use crate::clock::zone::Cursor;
use crate::desk::text_of;
use crate::error::{Error, Result};
use crate::facts::{Facts, Table, parse_sql};
use crate::stats::Proportion;

/// The columns by which figures are broken down; none for the whole desk.
pub type Breakdown = Vec<String>;

/// What is asked of the fold.
#[derive(Debug)]
pub struct Ask<'a> {
    /// Metrics wanted.
    pub metrics: Vec<&'a Metric>,
    /// Breakdowns wanted; a metric whose table lacks a column of a breakdown has no readings there.
    pub breakdowns: Vec<Breakdown>,
    /// Contiguous periods, ascending.
    pub periods: Vec<Period>,
    /// SQL condition on the rows; tables without its columns give no readings.
    pub filter: Option<String>,
}

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The figure; `None` is "no data".
    pub value: Option<f64>,
    /// Rows (or exposure) behind it.
    pub n: f64,
    /// Numerator: hits, sum, events; the value itself for a quantile.
    pub sum: f64,
    /// Rows that belong here but are not yet mature.
    pub immature: u64,
}

impl Reading {
    /// Hits and rows, for a share; whole by construction of the fold.
    pub fn counts(&self) -> (u64, u64) {
        (self.sum.round() as u64, self.n.round() as u64)
    }

    /// The same as a proportion; `None` without rows, or for a figure that is no share.
    pub fn proportion(&self) -> Option<Proportion> {
        let (hits, n) = self.counts();
        Proportion::new(hits, n).ok()
    }
}

/// All figures of one [`fold`]: metric → breakdown number → (group, period number) → reading, sorted by group name.
#[derive(Debug, Default)]
pub struct Readings {
    cells: BTreeMap<(String, usize), ByGroup>,
}

/// Figures by group, one a period.
type ByGroup = BTreeMap<Vec<String>, Vec<Option<Reading>>>;

impl Readings {
    /// The groups of a metric in a breakdown, sorted by name, with one entry a period.
    pub fn groups(&self, metric: &str, breakdown: usize) -> impl Iterator<Item = (&Vec<String>, &Vec<Option<Reading>>)> {
        self.cells.get(&(metric.to_owned(), breakdown)).into_iter().flatten()
    }

    /// One reading; `None` where there were no rows at all.
    pub fn get(&self, metric: &str, breakdown: usize, group: &[String], period: usize) -> Option<Reading> {
        self.cells.get(&(metric.to_owned(), breakdown))?.get(group)?.get(period).copied().flatten()
    }

    /// A figure out of nowhere, for the tests of those who read figures.
    #[cfg(test)]
    pub(crate) fn put(&mut self, metric: &str, (breakdown, group): (usize, &[&str]), readings: Vec<Option<Reading>>) {
        let group = group.iter().map(|g| (*g).to_owned()).collect();
        self.cells.entry((metric.to_owned(), breakdown)).or_default().insert(group, readings);
    }

    /// Whether the metric could be broken down so at all.
    pub fn has(&self, metric: &str, breakdown: usize) -> bool {
        self.cells.contains_key(&(metric.to_owned(), breakdown))
    }
}

/// Folds the facts into readings.
///
/// # Errors
/// A config error for SQL that polars cannot read, an unknown column, or a fact that is neither boolean nor number.
pub fn fold(facts: &Facts, catalogue: &Catalogue, ask: &Ask<'_>) -> Result<Readings> {
    let mut simple: Vec<&Metric> = Vec::new();
    for metric in &ask.metrics {
        match metric.kind {
            Kind::Ratio => simple.extend([catalogue.get(&metric.numerator)?, catalogue.get(&metric.denominator)?]),
            _ => simple.push(metric),
        }
    }
    simple.sort_by(|a, b| a.id.cmp(&b.id));
    simple.dedup_by(|a, b| a.id == b.id);
    let mut readings = Readings::default();
    for table in Table::ALL {
        let on_table: Vec<&Metric> = simple.iter().copied().filter(|m| m.on == Some(table)).collect();
        if !on_table.is_empty() {
            fold_table(facts, table, &on_table, ask, &mut readings)?;
        }
    }
    for metric in ask.metrics.iter().filter(|m| m.kind == Kind::Ratio) {
        for breakdown in 0..ask.breakdowns.len() {
            divide(&mut readings, facts, catalogue.get(&metric.numerator)?, metric, (breakdown, ask.periods.len()));
        }
    }
    Ok(readings)
}

fn divide(readings: &mut Readings, facts: &Facts, numerator: &Metric, metric: &Metric, (breakdown, periods): (usize, usize)) {
    let part = |id: &str| readings.cells.get(&(id.to_owned(), breakdown)).cloned();
    let (Some(top), Some(bottom)) = (part(&metric.numerator), part(&metric.denominator)) else { return };
    // No row to count is a count of zero where there are rows at all; no cost on record is not a cost of zero.
    let is_zero = numerator.kind == Kind::Count && numerator.on.is_some_and(|table| facts.frame(table).height() > 0);
    let ratio = |a: Option<Reading>, b: Option<Reading>| {
        let b = b.filter(|b| b.sum != 0.0)?;
        let sum = a.map(|a| a.sum).or(is_zero.then_some(0.0))?;
        Some(Reading { value: Some(sum / b.sum), n: b.sum, sum, immature: 0 })
    };
    let of = |group: &[Option<Reading>], p: usize| group.get(p).copied().flatten();
    let cells = bottom
        .iter()
        .map(|(group, below)| {
            let above = top.get(group).cloned().unwrap_or_default();
            (group.clone(), (0..periods).map(|p| ratio(of(&above, p), of(below, p))).collect())
        })
        .collect();
    readings.cells.insert((metric.id.clone(), breakdown), cells);
}

fn fold_table<'a>(facts: &'a Facts, table: Table, metrics: &[&'a Metric], ask: &'a Ask<'a>, out: &mut Readings) -> Result<()> {
    let plan = plan(facts, table, metrics, ask)?;
    if let Some(i) = plan.filter
        && !facts.knows(table, &parse_sql(&facts.sql(table, &plan.exprs[i].1))?)
    {
        return Ok(());
    }
    let mut parts = run(facts, table, &plan)?;
    for (b, (breakdown, columns)) in plan.breakdowns.iter().enumerate() {
        let merged = merge(parts.iter_mut().map(|p| std::mem::take(&mut p[b])), &plan);
        for recipe in &plan.recipes {
            let cells = merged
                .groups
                .keys
                .iter()
                .enumerate()
                .filter_map(|(g, key)| {
                    let group: Vec<String> = codes_of(*key, columns.len()).into_iter().map(text_of).collect();
                    let readings = finish(recipe, &merged, g, &plan, ask, facts);
                    readings.iter().any(Option::is_some).then_some((group, readings))
                })
                .collect();
            out.cells.insert((recipe.metric.id.clone(), *breakdown), cells);
        }
    }
    Ok(())
}

fn run(facts: &Facts, table: Table, plan: &Plan<'_>) -> Result<Vec<Vec<Part>>> {
    let segments = facts.segments(table);
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(segments.max(1));
    let worker = || -> Result<Vec<Part>> {
        let fresh = || Part { groups: Groups::default(), totals: vec![Total::default(); plan.items.len()] };
        let mut parts: Vec<Part> = plan.breakdowns.iter().map(|_| fresh()).collect();
        loop {
            let segment = next.fetch_add(1, Ordering::Relaxed);
            if segment >= segments {
                return Ok(parts);
            }
            let frame = facts.evaluate(table, segment, &plan.exprs)?;
            absorb(&frame, plan, &mut parts)?;
        }
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        handles.into_iter().map(|h| h.join().map_err(|_| Error::bug("a worker of the fold stopped"))?).collect()
    })
}

fn absorb(frame: &DataFrame, plan: &Plan<'_>, parts: &mut [Part]) -> Result<()> {
    let rows = frame.height();
    let column = |i: usize| frame.column(&plan.exprs[i].0).map_err(|e| Error::bug(e.to_string()));
    let keep =
        plan.filter.map(|i| column(i)?.bool().cloned().map_err(|_| Error::config("the condition must be true or false"))).transpose()?;
    let slots: Vec<Vec<u32>> =
        plan.anchors.iter().map(|(i, s)| row_slots(column(*i)?, &plan.slots[*s], keep.as_ref())).collect::<Result<_>>()?;
    let values: Vec<Values> =
        plan.items.iter().map(|item| Values::of(column(item.value)?, &plan.exprs[item.value].1)).collect::<Result<_>>()?;
    let (mut numbers, mut cells) = (Vec::new(), Vec::new());
    for (part, (_, columns)) in parts.iter_mut().zip(&plan.breakdowns) {
        let dimensions: Vec<Vec<u32>> =
            columns.iter().map(|i| codes(column(*i)?).map_err(|e| Error::config(e.to_string()))).collect::<Result<_>>()?;
        let views: Vec<&[u32]> = dimensions.iter().map(Vec::as_slice).collect();
        part.groups.numbers(&views, rows, &mut numbers);
        for (a, (_, s)) in plan.anchors.iter().enumerate() {
            let width = plan.slots[*s].count() as u32;
            cells.clear();
            cells.extend(numbers.iter().zip(&slots[a]).map(|(g, slot)| if *slot == NOWHERE { NOWHERE } else { g * width + slot }));
            let size = part.groups.keys.len() * width as usize;
            for (i, item) in plan.items.iter().enumerate().filter(|(_, item)| item.anchor == a) {
                part.totals[i].add(item.gather, &values[i], &cells, size);
            }
        }
    }
    Ok(())
}

fn row_slots(anchor: &Column, slots: &Slots<'_>, keep: Option<&BooleanChunked>) -> Result<Vec<u32>> {
    let wrong = || Error::config(format!("a row is put into a period by an instant (whole seconds), not by {}", anchor.dtype()));
    if !anchor.dtype().is_integer() && *anchor.dtype() != DataType::Null {
        return Err(wrong());
    }
    let at = anchor.cast(&DataType::Int64).map_err(|_| wrong())?;
    let mut cursor: Cursor<'_> = slots.cursor();
    let mut out: Vec<u32> = at.i64().map_err(|_| wrong())?.iter().map(|t| t.map_or(NOWHERE, |t| slots.slot(&mut cursor, t))).collect();
    if let Some(keep) = keep {
        out.iter_mut().zip(keep.iter()).filter(|(_, k)| *k != Some(true)).for_each(|(slot, _)| *slot = NOWHERE);
    }
    Ok(out)
}

fn finish(recipe: &Recipe<'_>, part: &Part, group: usize, plan: &Plan<'_>, ask: &Ask<'_>, facts: &Facts) -> Vec<Option<Reading>> {
    let periods = ask.periods.len();
    let width = periods + 1;
    let total = &part.totals[recipe.main];
    let at = |total: &Total, slot: usize| {
        let cell = group * width + slot;
        (total.n.get(cell).copied().unwrap_or(0), total.sum.get(cell).copied().unwrap_or(0) as f64 / total.scale())
    };
    let immature = |slot: usize| recipe.immature.map_or(0, |i| at(&part.totals[i], slot).1 as u64);
    let plain = |slot: usize, f: &dyn Fn(i64, f64) -> Option<Reading>| {
        let (n, sum) = at(total, slot);
        let immature = immature(slot);
        f(n, sum).map(|r| Reading { immature, ..r }).or((immature > 0).then_some(Reading { value: None, n: 0.0, sum: 0.0, immature }))
    };
    let reading = |value: f64, n: i64, sum: f64| (n > 0).then_some(Reading { value: Some(value), n: n as f64, sum, immature: 0 });
    match recipe.metric.kind {
        Kind::Stock | Kind::Turnover => stock(recipe, part, group, periods),
        Kind::Rate => match recipe.trailing {
            Some(slots) => trailing(recipe, part, group, &plan.slots[slots], ask, facts),
            None => (1..width)
                .map(|slot| {
                    let (n, exposure) = recipe.second.map_or((0, 0.0), |i| at(&part.totals[i], slot));
                    rate(recipe.metric, at(total, slot).1, if n > 0 { exposure } else { 0.0 })
                })
                .collect(),
        },
        Kind::Median | Kind::P90 => {
            let q = if recipe.metric.kind == Kind::Median { 0.5 } else { 0.9 };
            (1..width)
                .map(|slot| {
                    let values = total.of_cell(group * width + slot);
                    let value = quantile(values, q) / total.scale();
                    plain(slot, &|_, _| reading(value, values.len() as i64, value))
                })
                .collect()
        }
        Kind::Share => (1..width).map(|slot| plain(slot, &|n, sum| reading(sum / n as f64, n, sum))).collect(),
        Kind::Mean => (1..width).map(|slot| plain(slot, &|n, sum| reading(sum / n as f64, n, sum))).collect(),
        Kind::Count => {
            let is_flag = total.is_flag;
            (1..width)
                .map(|slot| plain(slot, &|n, sum| if is_flag { reading(sum, sum as i64, sum) } else { reading(n as f64, n, n as f64) }))
                .collect()
        }
        Kind::Sum | Kind::Min | Kind::Max | Kind::Ratio => (1..width).map(|slot| plain(slot, &|n, sum| reading(sum, n, sum))).collect(),
    }
}

fn rate(metric: &Metric, events: f64, exposure: f64) -> Option<Reading> {
    let value = metric.per.unwrap_or(1.0) * events / exposure;
    (exposure > 0.0).then_some(Reading { value: Some(value), n: exposure, sum: events, immature: 0 })
}

/// A rate over the days up to the end of each period (or up to the cut-off, if that is earlier).
fn trailing(recipe: &Recipe<'_>, part: &Part, group: usize, slots: &Slots<'_>, ask: &Ask<'_>, facts: &Facts) -> Vec<Option<Reading>> {
    let width = slots.count();
    let sum_of = |i: usize, days: std::ops::Range<i32>| -> f64 {
        let total = &part.totals[i];
        let slot = |day: i32| group * width + (day - slots.first_day() + 1).max(1) as usize;
        let whole: i64 = total.sum.get(slot(days.start)..slot(days.end).min(total.sum.len())).map_or(0, |cells| cells.iter().sum());
        whole as f64 / total.scale()
    };
    let days = recipe.metric.trailing_days.unwrap_or(0) as i32;
    ask.periods
        .iter()
        .map(|p| {
            let end = p.end_day.min(facts.as_of_day() + 1);
            let window = end - days..end;
            rate(recipe.metric, sum_of(recipe.main, window.clone()), recipe.second.map_or(0.0, |i| sum_of(i, window)))
        })
        .collect()
}

fn stock(recipe: &Recipe<'_>, part: &Part, group: usize, periods: usize) -> Vec<Option<Reading>> {
    let width = periods + 1;
    let at = |item: Option<usize>, slot: usize| item.map_or(0, |i| part.totals[i].n.get(group * width + slot).copied().unwrap_or(0));
    let mut level = at(Some(recipe.main), 0) - at(recipe.second, 0);
    let mut seen = at(Some(recipe.main), 0);
    (1..width)
        .map(|slot| {
            let opening = level;
            let (entered, left) = (at(Some(recipe.main), slot), at(recipe.second, slot));
            level += entered - left;
            seen += entered;
            let average = (opening + level) as f64 / 2.0;
            let left = recipe.leavers.map_or(left, |i| part.totals[i].sum.get(group * width + slot).copied().unwrap_or(0));
            match recipe.metric.kind {
                _ if seen == 0 => None,
                Kind::Turnover if average == 0.0 => None,
                Kind::Turnover => Some(Reading { value: Some(left as f64 / average), n: average, sum: left as f64, immature: 0 }),
                _ => Some(Reading { value: Some(level as f64), n: level as f64, sum: level as f64, immature: 0 }),
            }
        })
        .collect()
}
