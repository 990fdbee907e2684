//! What the same mix of work gives at the others' rates, for every agent (indirect standardisation).

use std::collections::BTreeMap;

use super::Evidence;
use super::folds::MIX;
use crate::scorecard::Expected;
use crate::stats::case_mix::{CaseMix as Mix, Reference, SMALLEST_OVERLAP, Tally};

/// Expectations by metric and agent.
#[derive(Debug, Default)]
pub(super) struct CaseMix(BTreeMap<(String, String), Expected>);

impl CaseMix {
    /// Works them out for the measures that depend on what comes in.
    pub(super) fn new(e: &Evidence<'_>) -> Self {
        Self(MIX.metrics.iter().flat_map(|metric| of_metric(e, metric)).collect())
    }

    /// The expectation of an agent; `None` without rows, or whose work nobody else does.
    pub(super) fn expected(&self, metric: &str, agent: &str) -> Option<Expected> {
        self.0.get(&(metric.to_owned(), agent.to_owned())).copied()
    }
}

/// Expectations by category and priority; a rare pair takes the rate of its category, and who does much of one is left out of it.
fn of_metric(e: &Evidence<'_>, metric: &str) -> Vec<((String, String), Expected)> {
    let (mut agents, mut categories, mut cells) = (Numbers::default(), Numbers::default(), Numbers::default());
    let (mut tallies, mut parents) = (Vec::new(), Vec::new());
    for (group, values) in e.folds.mix().groups(metric, 0) {
        let Some(r) = values.first().copied().flatten().filter(|_| !group[0].is_empty()) else { continue };
        let Some(count) = r.proportion() else { continue };
        let cell = cells.of(&group[1..]);
        if cell == parents.len() {
            parents.push(categories.of(&group[1..2]));
        }
        tallies.push(Tally { group: agents.of(&group[..1]), cell, count });
    }
    let Ok(mix) = Mix::new(agents.0.len(), &parents, &tallies) else { return Vec::new() };
    let one = |(name, &number): (&Vec<String>, &usize)| {
        mix.overlap_with_rest(number).ok().filter(|overlap| *overlap >= SMALLEST_OVERLAP)?;
        let s = mix.standardise(number, Reference::LEAVE_ONE_OUT).ok()?;
        let n = s.n as f64;
        let expected = Expected { observed: s.observed as f64 / n, value: s.expected / n, n: s.n, z: s.z.unwrap_or(0.0) };
        Some(((metric.to_owned(), name[0].clone()), expected))
    };
    agents.0.iter().filter_map(one).collect()
}

/// Numbers of names in the order of first sight.
#[derive(Default)]
struct Numbers(BTreeMap<Vec<String>, usize>);

impl Numbers {
    fn of(&mut self, name: &[String]) -> usize {
        let next = self.0.len();
        *self.0.entry(name.to_vec()).or_insert(next)
    }
}
