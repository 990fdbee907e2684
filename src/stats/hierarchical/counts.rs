//! Groups as the beta-binomial likelihood sees them.

use super::gamma::{Counted, sum_ln_rising};
use crate::stats::Proportion;

/// How often each number of hits, misses and trials occurs. Does not depend on the order of the groups.
#[derive(Debug)]
pub(in crate::stats) struct Counts {
    hits: Vec<Counted>,
    misses: Vec<Counted>,
    trials: Vec<Counted>,
}

impl Counts {
    pub(in crate::stats) fn new(groups: &[Proportion]) -> Self {
        let of = |count: fn(&Proportion) -> u64| counted(groups.iter().map(count).collect());
        Self { hits: of(|g| g.hits()), misses: of(|g| g.n() - g.hits()), trials: of(|g| g.n()) }
    }

    /// `Σ ln Γ(a + hits)/Γ(a) + Σ ln Γ(b + misses)/Γ(b)`.
    pub(in crate::stats) fn ln_rising_outcomes(&self, a: f64, b: f64) -> f64 {
        sum_ln_rising(a, &self.hits) + sum_ln_rising(b, &self.misses)
    }

    /// `Σ ln Γ(s + n)/Γ(s)`. The likelihood of `Beta(a, b)` is that of the outcomes less this at `a + b`.
    pub(in crate::stats) fn ln_rising_trials(&self, s: f64) -> f64 {
        sum_ln_rising(s, &self.trials)
    }

    /// `Σ ln C(n, hits)`: the factorials are rising factorials of 1.
    pub(in crate::stats) fn ln_choices(&self) -> f64 {
        self.ln_rising_trials(1.0) - self.ln_rising_outcomes(1.0, 1.0)
    }

    /// Harmonic mean of the sizes.
    pub(super) fn harmonic_size(&self) -> f64 {
        let groups: f64 = self.trials.iter().map(|c| c.times).sum();
        groups / self.trials.iter().map(|c| c.times / c.value).sum::<f64>()
    }
}

/// Distinct values in rising order.
fn counted(mut values: Vec<u64>) -> Vec<Counted> {
    values.sort_unstable();
    values.chunk_by(PartialEq::eq).map(|same| Counted { value: same[0] as f64, times: same.len() as f64 }).collect()
}
