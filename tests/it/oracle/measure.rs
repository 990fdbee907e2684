//! What each kind of metric is, as loops over rows: every period looks at every row again.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::time::{Period, local_day};
use crate::world::World;

/// The columns a row can be grouped by; none where a table has no such column.
pub(crate) type Keys = BTreeMap<&'static str, String>;

/// A row of a population.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) keys: Keys,
    /// The instant that puts it into a period.
    pub(crate) at: Option<i64>,
    /// The fact; none outside the population.
    pub(crate) fact: Option<f64>,
    pub(crate) exposure: Option<f64>,
    pub(crate) immature: bool,
}

impl Row {
    pub(crate) fn new(keys: &Keys, at: Option<i64>, fact: Option<f64>) -> Self {
        Self { keys: keys.clone(), at, fact, exposure: None, immature: false }
    }
}

/// Something that is there from one day on until another.
#[derive(Debug, Clone)]
pub(crate) struct Stay {
    pub(crate) keys: Keys,
    pub(crate) from: NaiveDate,
    /// First day on which it is no longer there.
    pub(crate) until: Option<NaiveDate>,
}

/// A metric with its rows.
#[derive(Debug, Clone)]
pub(crate) enum Measure {
    Count(Vec<Row>),
    Sum(Vec<Row>),
    Share(Vec<Row>),
    Mean(Vec<Row>),
    Quantile(f64, Vec<Row>),
    /// `per` × facts ÷ exposure, of the period or of so many days up to its end.
    Rate(f64, Option<u64>, Vec<Row>),
    Ratio(Box<Measure>, Box<Measure>),
    Stock(Vec<Stay>),
    /// Leavers over the mean of the first and the last headcount.
    Turnover(Vec<Stay>, Vec<Row>),
}

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Figure {
    pub(crate) value: Option<f64>,
    pub(crate) n: f64,
    pub(crate) sum: f64,
    pub(crate) immature: u64,
}

/// A group's figures, one a period.
pub(crate) type Figures = BTreeMap<Vec<String>, Vec<Option<Figure>>>;

/// The rows of one group: with their local day, and what is in a stock.
#[derive(Default)]
struct Group<'a> {
    rows: Vec<(NaiveDate, &'a Row)>,
    stays: Vec<&'a Stay>,
}

impl Measure {
    pub(crate) fn rows(&self) -> &[Row] {
        match self {
            Self::Count(r)
            | Self::Sum(r)
            | Self::Share(r)
            | Self::Mean(r)
            | Self::Quantile(_, r)
            | Self::Rate(_, _, r)
            | Self::Turnover(_, r) => r,
            Self::Stock(_) | Self::Ratio(..) => &[],
        }
    }

    fn stays(&self) -> &[Stay] {
        match self {
            Self::Stock(stays) | Self::Turnover(stays, _) => stays,
            _ => &[],
        }
    }
}

/// All figures of a metric, by the columns; none if its table lacks one of them.
pub(crate) fn figures(world: &World, measure: &Measure, by: &[&str], periods: &[Period]) -> Option<Figures> {
    if let Measure::Ratio(top, bottom) = measure {
        // Nothing to count is a count of zero if there are rows at all; no cost on record is not a cost of zero.
        let nothing = (matches!(**top, Measure::Count(_)) && !top.rows().is_empty()).then_some(0.0);
        return Some(ratios(&figures(world, top, by, periods)?, &figures(world, bottom, by, periods)?, nothing));
    }
    let group_of = |keys: &Keys| by.iter().map(|column| keys.get(column).cloned()).collect::<Option<Vec<String>>>();
    let mut groups: BTreeMap<Vec<String>, Group<'_>> = BTreeMap::new();
    for row in measure.rows() {
        let group = groups.entry(group_of(&row.keys)?).or_default();
        // What lies at the cut-off or after it has not happened yet.
        group.rows.extend(row.at.filter(|at| *at < world.as_of).map(|at| (local_day(world.zone, at), row)));
    }
    for stay in measure.stays() {
        groups.entry(group_of(&stay.keys)?).or_default().stays.push(stay);
    }
    let of = |group: &Group<'_>| periods.iter().map(|p| figure(world, measure, group, p)).collect();
    Some(groups.iter().map(|(name, group)| (name.clone(), of(group))).collect())
}

fn ratios(top: &Figures, bottom: &Figures, nothing: Option<f64>) -> Figures {
    let mut out = Figures::new();
    for (group, below) in bottom {
        let mut figures = Vec::new();
        for (p, below) in below.iter().enumerate() {
            let sum = top.get(group).and_then(|above| above[p]).map(|f| f.sum).or(nothing);
            let below = below.filter(|b| b.sum != 0.0).map(|b| b.sum);
            figures.push(below.zip(sum).map(|(n, sum)| Figure { value: Some(sum / n), n, sum, immature: 0 }));
        }
        out.insert(group.clone(), figures);
    }
    out
}

fn figure(world: &World, measure: &Measure, group: &Group<'_>, period: &Period) -> Option<Figure> {
    let within = |first: NaiveDate, last: NaiveDate| -> Vec<&Row> {
        group.rows.iter().filter(|(day, _)| (first..=last).contains(day)).map(|(_, row)| *row).collect()
    };
    let rows = within(period.first, period.last);
    let (n, sum) = n_and_sum(&rows);
    // A stock is what is there at the end of the period, or at the cut-off if that is earlier.
    let last = period.last.min(local_day(world.zone, world.as_of - 1));
    // Nothing is carried on into a period that has not begun.
    let is_carried = matches!(measure, Measure::Stock(_) | Measure::Turnover(..) | Measure::Rate(_, Some(_), _));
    if is_carried && period.first > local_day(world.zone, world.as_of - 1) {
        return None;
    }
    match measure {
        Measure::Count(_) => {
            let hits = rows.iter().filter(|r| r.fact == Some(1.0)).count();
            some_rows(hits, hits as f64, hits as f64, immature(&rows))
        }
        Measure::Sum(_) => some_rows(n, sum, sum, immature(&rows)),
        Measure::Share(_) | Measure::Mean(_) => some_rows(n, sum / n as f64, sum, immature(&rows)),
        Measure::Quantile(q, _) => {
            let value = quantile(&rows, *q);
            some_rows(n, value, value, immature(&rows))
        }
        Measure::Rate(per, None, _) => rate(*per, &rows),
        Measure::Rate(per, Some(days), all) => {
            let first = last - Days::new(days - 1);
            let is_reached = all.iter().filter_map(|r| r.at).min().is_some_and(|at| local_day(world.zone, at) <= first);
            rate(*per, &within(first, last)).filter(|_| is_reached)
        }
        Measure::Stock(_) => {
            let level = level(group, last);
            is_seen(group, period).then_some(Figure { value: Some(level), n: level, sum: level, immature: 0 })
        }
        Measure::Turnover(..) => {
            let average = f64::midpoint(level(group, last.min(period.first - Days::new(1))), level(group, last));
            (is_seen(group, period) && average > 0.0).then_some(Figure { value: Some(sum / average), n: average, sum, immature: 0 })
        }
        Measure::Ratio(..) => None,
    }
}

fn some_rows(n: usize, value: f64, sum: f64, immature: u64) -> Option<Figure> {
    match n {
        0 if immature == 0 => None,
        0 => Some(Figure { value: None, n: 0.0, sum: 0.0, immature }),
        _ => Some(Figure { value: Some(value), n: n as f64, sum, immature }),
    }
}

fn immature(rows: &[&Row]) -> u64 {
    rows.iter().filter(|r| r.immature).count() as u64
}

fn n_and_sum(rows: &[&Row]) -> (usize, f64) {
    let facts: Vec<f64> = rows.iter().filter_map(|r| r.fact).collect();
    (facts.len(), facts.iter().fold(0.0, |sum, fact| sum + fact))
}

/// A rate needs exposure, and somebody who records the events at all.
fn rate(per: f64, rows: &[&Row]) -> Option<Figure> {
    let (recorded, events) = n_and_sum(rows);
    let exposure: f64 = rows.iter().filter_map(|r| r.exposure).sum();
    (exposure > 0.0 && recorded > 0).then(|| Figure { value: Some(per * events / exposure), n: exposure, sum: events, immature: 0 })
}

fn level(group: &Group<'_>, on: NaiveDate) -> f64 {
    group.stays.iter().filter(|s| s.from <= on && s.until.is_none_or(|until| until > on)).count() as f64
}

fn is_seen(group: &Group<'_>, period: &Period) -> bool {
    group.stays.iter().any(|s| s.from <= period.last)
}

/// Between the two neighbours of position q (n − 1) of the sorted facts.
fn quantile(rows: &[&Row], q: f64) -> f64 {
    let mut sorted: Vec<f64> = rows.iter().filter_map(|r| r.fact).collect();
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() {
        return 0.0;
    }
    let position = q * (sorted.len() - 1) as f64;
    let (below, above) = (position.floor() as usize, position.ceil() as usize);
    sorted[below] + (sorted[above] - sorted[below]) * (position - below as f64)
}
