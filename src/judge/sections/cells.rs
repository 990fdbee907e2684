//! Cells of a breakdown, each judged by its own rows and, where there are enough of them, those of its neighbours.

use std::collections::BTreeMap;

use super::super::Evidence;
use super::super::standing::{Judged, Yardstick, judged};
use crate::format;
use crate::metrics::{Metric, Reading};
use crate::say;
use crate::scorecard::Certainty;
use crate::stats::Proportion;
use crate::stats::decision;
use crate::stats::hierarchical::{Population, Posterior};
use crate::stats::two_proportions::newcombe;

/// Fewest cells that make a population.
const POPULATION: usize = 5;

/// Chance that any cell of a few is called clearly or leaning different while all are alike.
const CHANCE_OF_FEW: (f64, f64) = (0.05, 0.2);

/// Hits and rows by the name of the cell.
pub(in crate::judge) type Cells = BTreeMap<String, (u64, u64)>;

/// Hits and rows of each week of a look, by the name of the cell.
pub(in crate::judge) type ByWeek = BTreeMap<String, Vec<(u64, u64)>>;

/// The cells of one breakdown over all the time of the look; `name` says what a group is called, `None` leaves it out.
pub(in crate::judge) fn cells<'a>(
    groups: impl Iterator<Item = (&'a Vec<String>, &'a Vec<Option<Reading>>)>,
    name: impl Fn(&[String]) -> Option<String>,
) -> Cells {
    cells_of(&by_week(groups, name), |_| true)
}

/// The same week by week (or whatever the look's periods are).
pub(in crate::judge) fn by_week<'a>(
    groups: impl Iterator<Item = (&'a Vec<String>, &'a Vec<Option<Reading>>)>,
    name: impl Fn(&[String]) -> Option<String>,
) -> ByWeek {
    let mut out = ByWeek::new();
    for (group, values) in groups {
        let Some(name) = name(group) else { continue };
        let weeks = out.entry(name).or_default();
        weeks.resize(weeks.len().max(values.len()), (0, 0));
        for (week, (hits, n)) in weeks.iter_mut().zip(values.iter().map(|value| value.map_or((0, 0), |r| r.counts()))) {
            *week = (week.0 + hits, week.1 + n);
        }
    }
    out
}

/// The cells over the weeks that are meant, by number.
pub(in crate::judge) fn cells_of(by_week: &ByWeek, is_meant: impl Fn(usize) -> bool) -> Cells {
    let sum = |weeks: &Vec<(u64, u64)>| {
        let meant = weeks.iter().enumerate().filter(|(week, _)| is_meant(*week));
        meant.fold((0, 0), |(a, b), (_, (hits, n))| (a + hits, b + n))
    };
    by_week.iter().map(|(name, weeks)| (name.clone(), sum(weeks))).filter(|(_, (_, n))| *n > 0).collect()
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
///
/// Many cells are judged together, as draws from one population. Few cells are none: each is told by the difference to its rest, whose own
/// luck counts, in an interval as much wider as there are cells (Newcombe's, after Bonferroni).
pub(in crate::judge) fn against_rest(e: &Evidence<'_>, metric: &Metric, cells: &Cells) -> Vec<Against> {
    let proportions: Vec<Proportion> = cells.values().filter_map(|(hits, n)| Proportion::new(*hits, *n).ok()).collect();
    let population = (proportions.len() >= POPULATION).then(|| Population::fit(&proportions).ok()).flatten();
    let (hits, n) = cells.values().fold((0, 0), |(a, b), (hits, n)| (a + hits, b + n));
    let one = |(name, (own_hits, own_n)): (&String, &(u64, u64))| {
        let own = Proportion::new(*own_hits, *own_n).ok()?;
        let rest = Proportion::new(hits - own_hits, n - own_n).ok()?;
        let posterior = population.as_ref().map_or_else(|| against(own, rest), |p| p.posterior(own));
        let words = say!("{rest} elsewhere", rest = format::value_of(metric.unit(), rest.rate(), rest.n()));
        let yardstick = Yardstick { value: rest.rate(), name: words, is_target: false };
        let mut judged = judged(e, metric, (own, population.as_ref(), &posterior), Some(yardstick));
        if population.is_none() {
            told_among(cells.len(), (own, rest), &mut judged);
        }
        Some(Against { name: name.clone(), own, rest, judged })
    };
    cells.iter().filter_map(one).collect()
}

/// What is known of a cell as it lies to the rest: the rest's luck makes its own rows count as fewer (`1 / n` of a difference is
/// `1 / own + 1 / rest`).
fn against(own: Proportion, rest: Proportion) -> Posterior {
    let share = rest.n() as f64 / (own.n() + rest.n()) as f64;
    decision::single_of(own.hits() as f64 * share, (own.n() - own.hits()) as f64 * share)
}

/// Takes a verdict back that the difference to the rest, one of as many as there are cells, does not bear out.
fn told_among(cells: usize, (own, rest): (Proportion, Proportion), judged: &mut Judged) {
    let is_beyond = |chance: f64| {
        let difference = newcombe(own, rest, 1.0 - chance / cells as f64);
        difference.is_ok_and(|(low, high)| if judged.is_above { low > judged.margin } else { high < -judged.margin })
    };
    let most = match () {
        () if is_beyond(CHANCE_OF_FEW.0) => Certainty::Clear,
        () if is_beyond(CHANCE_OF_FEW.1) => Certainty::Leaning,
        () => Certainty::CannotTellYet,
    };
    let standing = &mut judged.standing;
    judged.is_one_of_many = standing.certainty.is_some_and(|told| told < most);
    standing.certainty = standing.certainty.map(|told| told.max(most));
    if standing.certainty == Some(Certainty::CannotTellYet) {
        standing.is_good = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::Standing;
    use crate::stats::random::Random;

    fn judged_as(certainty: Certainty, is_above: bool) -> Judged {
        let standing = Standing {
            value: 0.0,
            interval: (0.0, 1.0),
            sum: 0,
            n: 0,
            reliability: 1.0,
            certainty: Some(certainty),
            is_shared: false,
            is_rounded: false,
            is_good: Some(is_above),
            needed: None,
        };
        Judged { standing, yardstick: None, margin: 0.03, is_pulled: false, chance: 0.0, is_above, is_one_of_many: false }
    }

    #[test]
    fn one_of_a_few_alike_is_seldom_called_different() {
        // Every outcome of four cells of 30 rows at 85 %, each against the rest: the chance that any is called worse.
        let mut random = Random::new(7);
        let (mut clear, mut any) = (0, 0);
        let worlds = 2_000;
        for _ in 0..worlds {
            let hits: Vec<u64> = (0..4).map(|_| random.binomial(30, 0.85)).collect();
            let all: u64 = hits.iter().sum();
            let told: Vec<Option<Certainty>> = hits
                .iter()
                .map(|h| {
                    let pair = (Proportion::new(*h, 30).expect("hits"), Proportion::new(all - h, 90).expect("hits"));
                    let mut judged = judged_as(Certainty::Clear, false);
                    told_among(4, pair, &mut judged);
                    judged.standing.certainty
                })
                .collect();
            clear += usize::from(told.contains(&Some(Certainty::Clear)));
            any += usize::from(told.iter().any(|t| *t != Some(Certainty::CannotTellYet)));
        }
        let share = |n: usize| n as f64 / f64::from(worlds);
        assert!(share(clear) < CHANCE_OF_FEW.0 && share(any) < CHANCE_OF_FEW.1, "{} {}", share(clear), share(any));
    }

    #[test]
    fn a_large_difference_of_few_cells_is_told_and_never_made_surer() {
        let pair = (Proportion::new(60, 100).expect("hits"), Proportion::new(180, 200).expect("hits"));
        let mut judged = judged_as(Certainty::Clear, false);
        told_among(3, pair, &mut judged);
        assert_eq!((judged.standing.certainty, judged.standing.is_good), (Some(Certainty::Clear), Some(false)));
        let mut leaning = judged_as(Certainty::Leaning, false);
        told_among(3, pair, &mut leaning);
        assert_eq!(leaning.standing.certainty, Some(Certainty::Leaning));
        // On the other side than the verdict nothing is borne out.
        let mut above = judged_as(Certainty::Clear, true);
        told_among(3, pair, &mut above);
        assert_eq!((above.standing.certainty, above.standing.is_good), (Some(Certainty::CannotTellYet), None));
    }

    #[test]
    fn the_luck_of_the_rest_counts() {
        let own = Proportion::new(50, 100).expect("hits");
        let spread = |rest: u64| {
            let (low, high) = against(own, Proportion::new(rest * 3 / 4, rest).expect("hits")).interval(0.95);
            high - low
        };
        // With as many rows in the rest a difference is as uncertain as with half of its own and a known rest.
        let (alone, half) = (decision::single(own).interval(0.95), decision::single(Proportion::new(25, 50).expect("hits")).interval(0.95));
        assert!((spread(100) - (half.1 - half.0)).abs() < 1e-9 && (spread(1_000_000) - (alone.1 - alone.0)).abs() < 1e-4);
    }
}
