//! Cells of a breakdown, each judged by its own rows and, where there are enough of them, those of its neighbours.

use std::collections::BTreeMap;

use super::super::Evidence;
use super::super::standing::{Judged, Yardstick, judged};
use crate::format;
use crate::metrics::{Metric, Reading};
use crate::say;
use crate::stats::Proportion;
use crate::stats::decision;
use crate::stats::hierarchical::Population;

/// Fewest cells that make a population.
const POPULATION: usize = 5;

/// Hits and rows by the name of the cell.
pub(in crate::judge) type Cells = BTreeMap<String, (u64, u64)>;

/// The cells of one breakdown over a single span; `name` says what a group is called, `None` leaves it out.
pub(in crate::judge) fn cells<'a>(
    groups: impl Iterator<Item = (&'a Vec<String>, &'a Vec<Option<Reading>>)>,
    name: impl Fn(&[String]) -> Option<String>,
) -> Cells {
    let mut out = Cells::new();
    for (group, values) in groups {
        let Some((name, r)) = name(group).zip(values.first().copied().flatten()) else { continue };
        let (cell, (hits, n)): (&mut (u64, u64), _) = (out.entry(name).or_default(), r.counts());
        *cell = (cell.0 + hits, cell.1 + n);
    }
    out.retain(|_, (_, n)| *n > 0);
    out
}

/// A cell's own name, as the export has it.
pub(in crate::judge) fn own_name(group: &[String]) -> Option<String> {
    group.last().filter(|name| !name.is_empty()).cloned()
}

/// A cell against all others together.
pub(in crate::judge) struct Against {
    pub(in crate::judge) name: String,
    pub(in crate::judge) own: Proportion,
    /// The others.
    pub(in crate::judge) rest: Proportion,
    pub(in crate::judge) judged: Judged,
}

/// Every cell held against the rest of its breakdown; cells that are all there is have no rest.
pub(in crate::judge) fn against_rest(e: &Evidence<'_>, metric: &Metric, cells: &Cells) -> Vec<Against> {
    let proportions: Vec<Proportion> = cells.values().filter_map(|(hits, n)| Proportion::new(*hits, *n).ok()).collect();
    let population = (proportions.len() >= POPULATION).then(|| Population::fit(&proportions).ok()).flatten();
    let (hits, n) = cells.values().fold((0, 0), |(a, b), (hits, n)| (a + hits, b + n));
    let one = |(name, (own_hits, own_n)): (&String, &(u64, u64))| {
        let own = Proportion::new(*own_hits, *own_n).ok()?;
        let rest = Proportion::new(hits - own_hits, n - own_n).ok()?;
        let posterior = population.as_ref().map_or_else(|| decision::single(own), |p| p.posterior(own));
        let words = say!("{rest} elsewhere", rest = format::value_of(metric.unit(), rest.rate(), rest.n()));
        let yardstick = Yardstick { value: rest.rate(), name: words, is_target: false };
        let judged = judged(e, metric, (own, population.as_ref(), &posterior), Some(yardstick));
        Some(Against { name: name.clone(), own, rest, judged })
    };
    cells.iter().filter_map(one).collect()
}
