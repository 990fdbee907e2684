//! The one fold: facts × breakdowns × periods → readings.
//!
//! Expressions are evaluated part by part by polars; what is counted is counted here, in integers, so that
//! neither the number of threads nor the order of the files can change a bit of the result.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rayon::prelude::*;

use super::gather::gather;
use super::groups::codes_of;
use super::monthly::{keep_months, told_of_months};
use super::plan::{Exprs, Plan, Recipe, plan};
use super::slots::Slots;
use super::total::{Part, Total, merge, quantile};
use super::{Catalogue, Kind, Metric};
use crate::clock::period::Period;
use crate::desk::text_of;
use crate::error::{Error, Result};
use crate::facts::{Facts, Table, parse_sql};
use crate::stats::Proportion;
use crate::stats::order_statistics::quantile_ranks;

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
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Reading {
    /// The figure; `None` is "no data".
    pub value: Option<f64>,
    /// Rows (or exposure) behind it.
    pub n: f64,
    /// Numerator: hits, sum, events; the value itself for a quantile.
    pub sum: f64,
    /// Rows that belong here but are not yet mature.
    pub immature: u64,
    /// 95 % interval of a median or a 90th percentile, whatever the spread of the rows ([`quantile_ranks`]); `None` for too few rows, and for
    /// every other kind: theirs follow from what is counted.
    pub interval: Option<(f64, f64)>,
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
    cells: BTreeMap<String, BTreeMap<usize, ByGroup>>,
    /// Counts that no row of the desk tells anything of.
    untold: BTreeSet<String>,
}

/// Figures by group, one a period.
type ByGroup = BTreeMap<Vec<String>, Vec<Option<Reading>>>;

impl Readings {
    /// The groups of a metric in a breakdown, sorted by name, with one entry a period.
    pub fn groups(&self, metric: &str, breakdown: usize) -> impl Iterator<Item = (&Vec<String>, &Vec<Option<Reading>>)> {
        self.of(metric, breakdown).into_iter().flatten()
    }

    /// One reading; `None` where there were no rows at all.
    pub fn get(&self, metric: &str, breakdown: usize, group: &[String], period: usize) -> Option<Reading> {
        self.row(metric, breakdown, group).get(period).copied().flatten()
    }

    /// The readings of a group, one entry a period; empty where there were no rows at all.
    pub fn row(&self, metric: &str, breakdown: usize, group: &[String]) -> &[Option<Reading>] {
        self.of(metric, breakdown).and_then(|groups| groups.get(group)).map_or(&[], Vec::as_slice)
    }

    /// Whether no row of a metric is a count of zero, rather than "no data": what no row of the whole desk tells anything of was not
    /// counted as zero, such as the leavers of a roster without a column for the last day.
    pub fn has_zero(&self, metric: &Metric) -> bool {
        metric.is_additive() && !self.untold.contains(&metric.id)
    }

    /// A figure, with zero for counts of nothing.
    pub fn figure(&self, metric: &Metric, reading: Option<Reading>) -> Option<Reading> {
        reading.or_else(|| self.has_zero(metric).then_some(Reading { value: Some(0.0), ..Reading::default() }))
    }

    /// Takes the readings of a period away, as if there had been no rows.
    pub fn forget(&mut self, metric: &str, period: usize) {
        let of_metric = self.cells.get_mut(metric).into_iter().flat_map(BTreeMap::values_mut);
        of_metric.flat_map(BTreeMap::values_mut).filter_map(|readings| readings.get_mut(period)).for_each(|reading| *reading = None);
    }

    /// A figure out of nowhere, for the tests of those who read figures.
    #[cfg(test)]
    pub(crate) fn put(&mut self, metric: &str, (breakdown, group): (usize, &[&str]), readings: Vec<Option<Reading>>) {
        let group = group.iter().map(|g| (*g).to_owned()).collect();
        self.cells.entry(metric.to_owned()).or_default().entry(breakdown).or_default().insert(group, readings);
    }

    /// Whether the metric could be broken down so at all.
    pub fn has(&self, metric: &str, breakdown: usize) -> bool {
        self.of(metric, breakdown).is_some()
    }

    fn of(&self, metric: &str, breakdown: usize) -> Option<&ByGroup> {
        self.cells.get(metric)?.get(&breakdown)
    }
}

/// Folds the facts into readings.
///
/// # Errors
/// A config error for SQL that polars cannot read, an unknown column, or a fact that is neither boolean nor number.
pub fn fold(facts: &Facts, catalogue: &Catalogue, ask: &Ask<'_>) -> Result<Readings> {
    fold_all(facts, catalogue, std::slice::from_ref(ask)).map(|mut all| all.pop().unwrap_or_default())
}

/// Folds the facts into the readings of several looks, in one pass over the rows.
///
/// # Errors
/// As [`fold`].
pub fn fold_all(facts: &Facts, catalogue: &Catalogue, asks: &[Ask<'_>]) -> Result<Vec<Readings>> {
    let simple = asks.iter().map(|ask| simple(catalogue, ask)).collect::<Result<Vec<_>>>()?;
    let mut all: Vec<Readings> = asks.iter().map(|_| Readings::default()).collect();
    for table in Table::ALL {
        fold_table(facts, table, asks.iter().zip(&simple), &mut all)?;
    }
    let untold = untold(facts, simple.iter().zip(&all).flat_map(|(metrics, readings)| uncounted(metrics, readings)))?;
    for readings in &mut all {
        readings.untold.clone_from(&untold);
    }
    let monthly = told_of_months(facts, catalogue, asks.iter().flat_map(|ask| ask.metrics.iter().copied()))?;
    for (ask, readings) in asks.iter().zip(&mut all) {
        for metric in ask.metrics.iter().filter(|m| m.kind == Kind::Ratio) {
            for breakdown in 0..ask.breakdowns.len() {
                divide(readings, facts, catalogue.get(&metric.numerator)?, metric, (breakdown, ask.periods.len()));
            }
        }
        keep_months(facts, &monthly, ask, readings);
    }
    Ok(all)
}

/// The counts of a look of which nothing was counted.
fn uncounted<'a>(metrics: &[&'a Metric], readings: &Readings) -> Vec<&'a Metric> {
    let is_counted = |metric: &Metric| readings.cells.get(&metric.id).is_some_and(|all| all.values().any(|groups| !groups.is_empty()));
    metrics.iter().copied().filter(|m| m.kind == Kind::Count && !is_counted(m)).collect()
}

/// The counts that no row of the desk tells anything of: each is asked of the rows once, however many looks did without it.
fn untold<'a>(facts: &Facts, uncounted: impl Iterator<Item = &'a Metric>) -> Result<BTreeSet<String>> {
    let once: BTreeMap<&str, &Metric> = uncounted.map(|m| (m.id.as_str(), m)).collect();
    let asked = once.into_iter().map(|(id, metric)| Ok((id, tells(facts, metric)?)));
    asked.filter_map(|told| told.map(|(id, tells)| (!tells).then(|| id.to_owned())).transpose()).collect()
}

/// Whether any row of the desk, of whatever time, says yes or no to what is counted; nobody asked is not a no.
fn tells(facts: &Facts, metric: &Metric) -> Result<bool> {
    let Some(table) = metric.on.filter(|table| facts.frame(*table).height() > 0) else { return Ok(true) };
    let fact = facts.prepare(table, &[("fact".to_owned(), metric.fact.clone())])?;
    for segment in &facts.frame(table).segments {
        let told = fact.evaluate(segment)?;
        if told.columns().iter().any(|c| c.null_count() < c.len()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The metrics that are counted for a look: of a ratio its two.
fn simple<'a>(catalogue: &'a Catalogue, ask: &Ask<'a>) -> Result<Vec<&'a Metric>> {
    let mut simple: Vec<&Metric> = Vec::new();
    for metric in &ask.metrics {
        match metric.kind {
            Kind::Ratio => simple.extend([catalogue.get(&metric.numerator)?, catalogue.get(&metric.denominator)?]),
            _ => simple.push(metric),
        }
    }
    simple.sort_by(|a, b| a.id.cmp(&b.id));
    simple.dedup_by(|a, b| a.id == b.id);
    Ok(simple)
}

fn divide(readings: &mut Readings, facts: &Facts, numerator: &Metric, metric: &Metric, (breakdown, periods): (usize, usize)) {
    let (Some(top), Some(bottom)) = (readings.of(&metric.numerator, breakdown), readings.of(&metric.denominator, breakdown)) else {
        return;
    };
    // No row to count is a count of zero where there are rows at all; no cost on record is not a cost of zero.
    let is_zero = readings.has_zero(numerator) && numerator.on.is_some_and(|table| facts.frame(table).height() > 0);
    let ratio = |a: Option<Reading>, b: Option<Reading>| {
        let b = b.filter(|b| b.sum != 0.0)?;
        let sum = a.map(|a| a.sum).or(is_zero.then_some(0.0))?;
        Some(Reading { value: Some(sum / b.sum), n: b.sum, sum, ..Reading::default() })
    };
    let of = |group: &[Option<Reading>], p: usize| group.get(p).copied().flatten();
    let cells = bottom
        .iter()
        .map(|(group, below)| {
            let above = top.get(group).map_or(&[][..], Vec::as_slice);
            (group.clone(), (0..periods).map(|p| ratio(of(above, p), of(below, p))).collect())
        })
        .collect();
    readings.cells.entry(metric.id.clone()).or_default().insert(breakdown, cells);
}

fn fold_table<'a>(
    facts: &'a Facts,
    table: Table,
    asks: impl Iterator<Item = (&'a Ask<'a>, &'a Vec<&'a Metric>)>,
    out: &mut [Readings],
) -> Result<()> {
    let mut exprs = Exprs::new(facts, table);
    let (mut looks, mut plans) = (Vec::new(), Vec::new());
    for (look, (ask, metrics)) in asks.enumerate() {
        let metrics: Vec<&Metric> = metrics.iter().copied().filter(|m| m.on == Some(table)).collect();
        if metrics.is_empty() || !knows(facts, table, ask.filter.as_deref())? {
            continue;
        }
        looks.push(look);
        plans.push(plan(&mut exprs, &metrics, ask)?);
    }
    if plans.is_empty() {
        return Ok(());
    }
    let mut workers = gather(facts, table, &exprs, &plans)?;
    let mut work = Vec::new();
    for (p, plan) in plans.iter().enumerate() {
        for b in 0..plan.breakdowns.len() {
            let parts: Vec<Part> = workers.iter_mut().map(|w| std::mem::take(&mut w[p][b])).collect();
            work.push((looks[p], plan, b, parts));
        }
    }
    let done: Vec<_> =
        work.into_par_iter().map(|(look, plan, b, parts)| (look, plan.breakdowns[b].0, finished(facts, plan, b, parts))).collect();
    for (look, b, cells) in done {
        for (metric, groups) in cells? {
            out[look].cells.entry(metric).or_default().insert(b, groups);
        }
    }
    Ok(())
}

/// Whether the table has every column a condition names.
fn knows(facts: &Facts, table: Table, filter: Option<&str>) -> Result<bool> {
    filter.map_or(Ok(true), |sql| Ok(facts.knows(table, &parse_sql(&facts.sql(table, sql))?)))
}

/// The figures of every metric in one breakdown.
fn finished(facts: &Facts, plan: &Plan<'_>, b: usize, parts: Vec<Part>) -> Result<Vec<(String, ByGroup)>> {
    let columns = &plan.breakdowns[b].1;
    let merged = merge(parts.into_iter(), plan);
    let is_beyond =
        |recipe: &&Recipe<'_>| merged.totals[recipe.main].is_beyond || recipe.second.is_some_and(|i| merged.totals[i].is_beyond);
    if let Some(beyond) = plan.recipes.iter().find(is_beyond) {
        return Err(too_large(beyond.metric));
    }
    let names: Vec<Vec<String>> =
        merged.groups.keys.iter().map(|key| codes_of(*key, columns.len()).into_iter().map(text_of).collect()).collect();
    let of = |recipe: &Recipe<'_>| -> ByGroup {
        let mut ranks = Ranks::default();
        let one = |(g, name): (usize, &Vec<String>)| {
            let readings = finish(recipe, (&merged, g), (plan, facts), &mut ranks);
            readings.iter().any(Option::is_some).then(|| (name.clone(), readings))
        };
        names.iter().enumerate().filter_map(one).collect()
    };
    Ok(plan.recipes.iter().map(|recipe| (recipe.metric.id.clone(), of(recipe))).collect())
}

/// Sums are kept to the millionth in 64 bits, so that they do not depend on their order; one that went round would be a wrong figure.
fn too_large(metric: &Metric) -> Error {
    Error::input(format!("{}: its values add up to more than 9,223,372,036,854", metric.id))
        .hint("either a cell holds what is no such value (`deskcard sql` finds the largest), or the unit is too small: thousands would do")
}

/// The ranks of a quantile's interval by the number of rows: most cells have as many as some other.
#[derive(Debug, Default)]
struct Ranks(BTreeMap<usize, Option<(usize, usize)>>);

impl Ranks {
    fn of(&mut self, n: usize, q: f64) -> Option<(usize, usize)> {
        let find = || quantile_ranks(n as u64, q, 0.95).ok().flatten().map(|(low, high)| (low as usize, high as usize));
        *self.0.entry(n).or_insert_with(find)
    }
}

fn finish(
    recipe: &Recipe<'_>,
    (part, group): (&Part, usize),
    (plan, facts): (&Plan<'_>, &Facts),
    ranks: &mut Ranks,
) -> Vec<Option<Reading>> {
    let periods = plan.ask.periods.len();
    let width = periods + 1;
    let total = &part.totals[recipe.main];
    let at = |total: &Total, slot: usize| {
        let cell = total.of(group * width + slot);
        (cell.n, cell.sum as f64 / total.scale())
    };
    let immature = |slot: usize| recipe.immature.map_or(0, |i| at(&part.totals[i], slot).1 as u64);
    let plain = |slot: usize, f: &dyn Fn(i64, f64) -> Option<Reading>| {
        let (n, sum) = at(total, slot);
        let immature = immature(slot);
        f(n, sum).map(|r| Reading { immature, ..r }).or((immature > 0).then_some(Reading { immature, ..Reading::default() }))
    };
    let reading = |value: f64, n: i64, sum: f64| (n > 0).then_some(Reading { value: Some(value), n: n as f64, sum, ..Reading::default() });
    match recipe.metric.kind {
        Kind::Stock | Kind::Turnover => begun(stock(recipe, part, group, periods), plan.ask, facts),
        Kind::Rate => match recipe.trailing {
            Some(slots) => begun(trailing(recipe, part, group, &plan.slots[slots], plan.ask, facts), plan.ask, facts),
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
                    let (value, interval) = quantile(values, q, ranks.of(values.len(), q));
                    let interval = interval.map(|(low, high)| (low / total.scale(), high / total.scale()));
                    let value = value / total.scale();
                    plain(slot, &|_, _| reading(value, values.len() as i64, value).map(|r| Reading { interval, ..r }))
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
    (exposure > 0.0).then_some(Reading { value: Some(value), n: exposure, sum: events, ..Reading::default() })
}

/// A rate over the days up to the end of each period (or up to the cut-off, if that is earlier).
fn trailing(recipe: &Recipe<'_>, part: &Part, group: usize, slots: &Slots, ask: &Ask<'_>, facts: &Facts) -> Vec<Option<Reading>> {
    let width = slots.count();
    let sum_of = |i: usize, days: std::ops::Range<i32>| -> f64 {
        let total = &part.totals[i];
        let slot = |day: i32| group * width + (day - slots.first_day() + 1).max(1) as usize;
        let whole: i64 =
            total.sums.get(slot(days.start)..slot(days.end).min(total.sums.len())).map_or(0, |c| c.iter().map(|c| c.sum).sum());
        whole as f64 / total.scale()
    };
    let days = recipe.metric.trailing_days.unwrap_or(0) as i32;
    let is_told = |window: &Range<i32>| has_roster_over(facts, recipe.metric, window);
    ask.periods
        .iter()
        .map(|p| {
            let end = p.end_day.min(facts.as_of_day() + 1);
            let window = Some(end - days..end).filter(is_told)?;
            rate(recipe.metric, sum_of(recipe.main, window.clone()), recipe.second.map_or(0.0, |i| sum_of(i, window)))
        })
        .collect()
}

/// Whether the roster reaches back over the days a figure of people looks back over: a year's turnover of a desk nine weeks old is none.
pub(crate) fn has_roster_over(facts: &Facts, metric: &Metric, window: &Range<i32>) -> bool {
    metric.on != Some(Table::AgentDays) || facts.roster_from().is_some_and(|first| first <= window.start)
}

/// What is carried on from day to day is known of periods that have begun, and of no later ones.
fn begun(readings: Vec<Option<Reading>>, ask: &Ask<'_>, facts: &Facts) -> Vec<Option<Reading>> {
    let has_begun = |p: &Period| p.first_day <= facts.as_of_day();
    readings.into_iter().zip(&ask.periods).map(|(reading, p)| reading.filter(|_| has_begun(p))).collect()
}

fn stock(recipe: &Recipe<'_>, part: &Part, group: usize, periods: usize) -> Vec<Option<Reading>> {
    let width = periods + 1;
    let at = |item: Option<usize>, slot: usize| item.map_or(0, |i| part.totals[i].of(group * width + slot).n);
    let mut level = at(Some(recipe.main), 0) - at(recipe.second, 0);
    let mut seen = at(Some(recipe.main), 0);
    (1..width)
        .map(|slot| {
            let opening = level;
            let (entered, left) = (at(Some(recipe.main), slot), at(recipe.second, slot));
            level += entered - left;
            seen += entered;
            let average = (opening + level) as f64 / 2.0;
            let left = recipe.leavers.map_or(left, |i| part.totals[i].of(group * width + slot).sum);
            match recipe.metric.kind {
                _ if seen == 0 => None,
                Kind::Turnover if average == 0.0 => None,
                Kind::Turnover => Some(Reading { value: Some(left as f64 / average), n: average, sum: left as f64, ..Reading::default() }),
                _ => Some(Reading { value: Some(level as f64), n: level as f64, sum: level as f64, ..Reading::default() }),
            }
        })
        .collect()
}
