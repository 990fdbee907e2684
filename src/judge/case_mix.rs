//! What the same mix of work gives at the others' rates, for every agent (indirect standardisation).

use std::collections::BTreeMap;

use super::Evidence;
use super::folds::MIX;
use crate::inquiry::case_mix::{OfOne, standardised};
use crate::scorecard::Expected;
use crate::stats::case_mix::SMALLEST_OVERLAP;

/// Expectations by metric and agent.
#[derive(Debug, Default)]
pub(super) struct CaseMix(BTreeMap<(String, String), Expected>);

impl CaseMix {
    /// Works them out for the measures that depend on what comes in.
    pub(super) fn new(e: &Evidence<'_>) -> Self {
        let of = |metric: &&'static str| {
            let all = standardised(e.folds.mix(), metric, 0).into_iter().filter(|(_, one)| one.overlap >= SMALLEST_OVERLAP);
            all.map(|(name, one)| ((String::from(*metric), name[0].clone()), expected(one))).collect::<Vec<_>>()
        };
        Self(MIX.metrics.iter().flat_map(of).collect())
    }

    /// The expectation of an agent; `None` without rows, or whose work nobody else does.
    pub(super) fn expected(&self, metric: &str, agent: &str) -> Option<Expected> {
        self.0.get(&(metric.to_owned(), agent.to_owned())).copied()
    }
}

fn expected(one: OfOne) -> Expected {
    let (s, n) = (one.standardised, one.standardised.n as f64);
    Expected { observed: s.observed as f64 / n, value: s.expected / n, n: s.n, z: s.z.unwrap_or(0.0) }
}
