//! Rows of a page by department or group, from the readings of one look: the small ones together, and what differs from the rest.
//!
//! A few rows tell of single people and are mostly luck: names with fewer than [`SMALL`] of them make one row together.

use std::collections::BTreeMap;

use super::super::Evidence;
use super::super::sections::cells::{Against, Cells, against_rest};
use crate::format;
use crate::metrics::{Kind, Metric, Reading, Readings};
use crate::say;
use crate::scorecard::{Cell, Certainty, ChartData, Finding, GroupValue, Unit};
use crate::stats::Proportion;
use crate::stats::interval::wilson_95;

/// Fewest rows over the recent periods with which a name stands for itself.
pub(super) const SMALL: u64 = 30;
/// Names that stand for themselves at most.
pub(super) const MOST: usize = 24;
/// Findings shown.
const FINDINGS: usize = 6;

/// The name of the rows of which nobody says whose they are.
pub(super) fn nobody() -> &'static str {
    say!("(none)")
}

/// One name, or several small ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// As shown. Hostile text.
    pub(super) name: String,
    /// The names behind it.
    pub(super) members: Vec<String>,
}

/// The rows of a breakdown of a look.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    readings: &'a Readings,
    breakdown: usize,
    /// By name; the small ones and those without a name last.
    pub(super) list: Vec<Row>,
    /// How many small ones there are.
    pub(super) small: usize,
}

impl<'a> Rows<'a> {
    /// The names of a breakdown by one column; how large they are is told by a count. `what` names several of them: `departments`.
    pub(super) fn new(readings: &'a Readings, breakdown: usize, (metric, what): (&str, &'static str)) -> Self {
        let mut sizes: Vec<(String, u64)> = readings.groups(metric, breakdown).map(|(g, v)| (g[0].clone(), size(v))).collect();
        sizes.retain(|(_, n)| *n > 0);
        sizes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let (unnamed, named): (Vec<_>, Vec<_>) = sizes.into_iter().partition(|(name, _)| name.is_empty());
        let large = named.iter().take(MOST).filter(|(_, n)| *n >= SMALL).count();
        let one = |(name, _): &(String, u64)| Row { name: name.clone(), members: vec![name.clone()] };
        let mut list: Vec<Row> = named[..large].iter().map(one).collect();
        list.sort_by(|a, b| a.name.cmp(&b.name));
        let members: Vec<String> = named[large..].iter().map(|(name, _)| name.clone()).collect();
        let small = members.len();
        if small > 0 {
            list.push(Row { name: say!("{small} smaller {what}", small, what = crate::language::text(what)), members });
        }
        if !unnamed.is_empty() {
            list.push(Row { name: nobody().to_owned(), members: vec![String::new()] });
        }
        Self { readings, breakdown, list, small }
    }

    /// How the small ones are told of, or nothing.
    pub(super) fn small_words(&self, what: &'static str) -> String {
        match self.small {
            0 => String::new(),
            n => say!(
                "{n} {what} with fewer than {fewest} tickets over the time shown, or beyond the {most} largest, are one row together.",
                n,
                what = crate::language::text(what),
                fewest = SMALL,
                most = MOST
            ),
        }
    }

    /// A figure of a row; the figures of its members added up. A median of several is nobody's.
    pub(super) fn reading(&self, row: &Row, metric: &Metric) -> Option<Reading> {
        let mut all = row.members.iter().filter_map(|name| self.readings.get(&metric.id, self.breakdown, std::slice::from_ref(name), 0));
        let first = all.next()?;
        let sum =
            all.fold(first, |a, b| Reading { n: a.n + b.n, sum: a.sum + b.sum, immature: a.immature + b.immature, ..Reading::default() });
        let value = match metric.kind {
            _ if row.members.len() == 1 => sum.value,
            Kind::Share | Kind::Mean => (sum.n > 0.0).then(|| sum.sum / sum.n),
            Kind::Count | Kind::Sum | Kind::Stock => Some(sum.sum),
            _ => None,
        };
        Some(Reading { value, ..sum })
    }

    pub(super) fn proportion(&self, row: &Row, metric: &Metric) -> Option<Proportion> {
        self.reading(row, metric)?.proportion()
    }

    pub(super) fn count(&self, row: &Row, metric: &Metric) -> u64 {
        self.reading(row, metric).map_or(0, |r| r.sum.round().max(0.0) as u64)
    }

    /// A figure with its n, and its interval if it is a share.
    pub(super) fn cell(&self, row: &Row, metric: &Metric) -> Cell {
        cell(metric, self.reading(row, metric))
    }

    /// A share of every row, with intervals.
    pub(super) fn chart(&self, e: &Evidence<'_>, metric: &Metric, title: String) -> Option<ChartData> {
        let one = |row: &Row| {
            let p = self.proportion(row, metric)?;
            Some(GroupValue { name: row.name.clone(), page: None, value: Some(p.rate()), n: p.n(), interval: Some(wilson_95(p)) })
        };
        let groups: Vec<GroupValue> = self.list.iter().filter_map(one).collect();
        let (hits, n) = self.cells(metric).values().fold((0, 0), |(a, b), (hits, n)| (a + hits, b + n));
        let all = Proportion::new(hits, n).ok()?;
        (groups.len() > 1).then(|| ChartData::Groups {
            metric: metric.id.clone(),
            title,
            subtitle: say!("{metric}, {span}; n counts rows; by name, not by rank", metric = metric.label, span = e.recent_words()),
            groups,
            desk: Some(all.rate()),
            target: e.target(&metric.id),
        })
    }

    /// Hits and rows of a share, by the name of the row.
    pub(super) fn cells(&self, metric: &Metric) -> Cells {
        let one = |row: &Row| {
            let p = self.proportion(row, metric)?;
            Some((row.name.clone(), (p.hits(), p.n())))
        };
        self.list.iter().filter_map(one).collect()
    }

    /// What can be told of single rows: leaning or clear, the surest first; `what` names one of them: `department`.
    pub(super) fn differences(&self, e: &Evidence<'_>, metrics: &[&str]) -> Vec<Difference> {
        let of = |id: &&str| {
            let Ok(metric) = e.catalogue.get(id) else { return Vec::new() };
            let all = against_rest(e, metric, &self.cells(metric)).into_iter();
            all.filter_map(|against| Difference::new(e, metric, against)).collect::<Vec<_>>()
        };
        let mut all: Vec<Difference> = metrics.iter().flat_map(of).filter(|d| d.name != nobody()).collect();
        all.sort_by(|a, b| {
            a.finding.certainty.cmp(&b.finding.certainty).then(b.apart.total_cmp(&a.apart)).then_with(|| a.name.cmp(&b.name))
        });
        all.truncate(FINDINGS);
        all
    }
}

fn size(values: &[Option<Reading>]) -> u64 {
    values.first().copied().flatten().map_or(0, |r| r.sum.round().max(0.0) as u64)
}

/// A figure as a cell of a table.
pub(super) fn cell(metric: &Metric, reading: Option<Reading>) -> Cell {
    let Some(r) = reading else { return Cell::default() };
    let share = if metric.kind == Kind::Share { r.proportion() } else { None };
    let n = if metric.is_additive() { 0 } else { r.n.round().max(0.0) as u64 };
    Cell { value: r.value, n, interval: share.map(wilson_95).or(r.interval), ..Cell::default() }
}

/// A share of some rows as a cell.
pub(super) fn share_cell(hits: u64, n: u64) -> Cell {
    Proportion::new(hits, n)
        .map_or_else(|_| Cell::default(), |p| Cell { value: Some(p.rate()), n: p.n(), interval: Some(wilson_95(p)), ..Cell::default() })
}

/// `72 % of 1,234 (95 % interval 69–75 %)`.
pub(super) fn share_words(p: Proportion) -> String {
    let interval = format::interval(Unit::Share, wilson_95(p), p.n());
    let (share, n) = (format::value_of(Unit::Share, p.rate(), p.n()), format::count(p.n()));
    say!("{share} of {n} (95\u{a0}% interval {interval})", share, n, interval)
}

/// A row that differs from all others together.
#[derive(Debug, Clone)]
pub(super) struct Difference {
    pub(super) name: String,
    /// In a line: `HR: customer satisfaction 71 % against 79 % elsewhere`.
    pub(super) line: String,
    pub(super) finding: Finding,
    /// Points between the two.
    apart: f64,
}

impl Difference {
    fn new(e: &Evidence<'_>, metric: &Metric, a: Against) -> Option<Self> {
        let standing = a.judged.standing;
        let (is_good, certainty) = standing.is_good.zip(standing.certainty.filter(|c| *c != Certainty::CannotTellYet))?;
        let said = |p: Proportion| format::value_of(metric.unit(), p.rate(), p.n());
        let name = format::label(&a.name, 60);
        let text = say!(
            "{hits} of {n} ({own}) against {rest} for all others over {span}. {chance}",
            hits = format::count(a.own.hits()),
            n = format::count(a.own.n()),
            own = said(a.own),
            rest = said(a.rest),
            span = e.recent_words(),
            chance = a.judged.chance_words(),
        );
        let label = format::uncapital(&metric.label);
        let title = format!("{name}: {label}");
        let line = say!("{name}: {label} {own} against {rest} elsewhere", name, label, own = said(a.own), rest = said(a.rest));
        let finding =
            Finding { metric: metric.id.clone(), title, text, certainty, is_met: None, is_good: Some(is_good), examples: Vec::new() };
        Some(Self { name: a.name, line, finding, apart: (a.own.rate() - a.rest.rate()).abs() })
    }
}

/// Sums of a look by two columns: the second's values for every first one. Names are as the export has them.
pub(super) fn by_two(readings: &Readings, metric: &str, breakdown: usize) -> BTreeMap<String, BTreeMap<String, Reading>> {
    let mut out: BTreeMap<String, BTreeMap<String, Reading>> = BTreeMap::new();
    for (group, values) in readings.groups(metric, breakdown) {
        if let ([first, second], Some(r)) = (group.as_slice(), values.first().copied().flatten()) {
            out.entry(first.clone()).or_default().insert(second.clone(), r);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(sizes: &[(&str, u64, u64)]) -> Readings {
        let mut out = Readings::default();
        for (name, hits, n) in sizes {
            let (hits, n) = (*hits as f64, *n as f64);
            out.put("tickets_created", (0, &[*name]), vec![Some(Reading { value: Some(n), n, sum: n, ..Reading::default() })]);
            out.put("csat", (0, &[*name]), vec![Some(Reading { value: Some(hits / n), n, sum: hits, ..Reading::default() })]);
        }
        out
    }

    fn metric(id: &str) -> Metric {
        let keep = |text: &str| Ok(text.to_owned());
        let fill = crate::metrics::Fill { sql: &keep, words: &|text| text.to_owned() };
        crate::metrics::Catalogue::new(Vec::new(), &fill).unwrap().get(id).unwrap().clone()
    }

    #[test]
    fn small_ones_are_one_row_and_nobody_is_another() {
        let readings = with(&[("Sales", 60, 80), ("HR", 9, 12), ("", 30, 50), ("Board", 3, 4), ("Dispatch", 20, 30)]);
        let rows = Rows::new(&readings, 0, ("tickets_created", "departments"));
        let names: Vec<&str> = rows.list.iter().map(|r| r.name.as_str()).collect();
        assert_eq!(names, ["Dispatch", "Sales", "2 smaller departments", nobody()]);
        let csat = metric("csat");
        let pooled = rows.reading(&rows.list[2], &csat).unwrap();
        assert_eq!((pooled.sum, pooled.n, pooled.value), (12.0, 16.0, Some(0.75)));
        assert_eq!(rows.reading(&rows.list[0], &csat).unwrap().value, Some(20.0 / 30.0));
        assert!(rows.small_words("departments").starts_with("2 departments with fewer than 30"));
        // Everybody is counted once.
        assert_eq!(rows.cells(&csat).values().map(|(_, n)| n).sum::<u64>(), 176);
    }

    #[test]
    fn no_more_names_than_there_is_room_for() {
        let names: Vec<String> = (0..60).map(|i| format!("D{i:02}")).collect();
        let sizes: Vec<(&str, u64, u64)> = names.iter().enumerate().map(|(i, n)| (n.as_str(), 10, 100 + i as u64)).collect();
        let readings = with(&sizes);
        let rows = Rows::new(&readings, 0, ("tickets_created", "departments"));
        assert_eq!((rows.list.len(), rows.small), (MOST + 1, 36));
        assert_eq!(rows.list[0].name, "D36", "the largest stay");
    }

    #[test]
    fn a_median_of_several_is_nobodys() {
        let mut readings = with(&[("A", 1, 3), ("B", 1, 3)]);
        let median = |v: f64| vec![Some(Reading { value: Some(v), n: 3.0, sum: v, ..Reading::default() })];
        readings.put("ttr_median", (0, &["A"]), median(60.0));
        readings.put("ttr_median", (0, &["B"]), median(90.0));
        let rows = Rows::new(&readings, 0, ("tickets_created", "groups"));
        assert_eq!(rows.cell(&rows.list[0], &metric("ttr_median")).value, None);
    }
}
