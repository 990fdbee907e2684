//! How the rows of a measure become one figure with its interval.

use crate::metrics::{Kind, Metric};
use crate::scorecard::Side;
use crate::stats::Proportion;
use crate::stats::interval::wilson_95;
use crate::stats::two_proportions::newcombe;
use crate::stats::two_samples::{Moments, quantile, quantile_difference, welch};

/// Confidence of every interval.
const CONFIDENCE: f64 = 0.95;

/// What a measure makes of its rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gauge {
    /// True over all.
    Share,
    /// The mean.
    Mean,
    /// The value this share of the rows lies below.
    Quantile(f64),
    /// How many there are.
    Count,
}

impl Gauge {
    /// Of a measure with rows of its own.
    pub fn of(metric: &Metric) -> Self {
        match metric.kind {
            Kind::Share => Self::Share,
            Kind::Median => Self::Quantile(0.5),
            Kind::P90 => Self::Quantile(0.9),
            Kind::Mean => Self::Mean,
            _ => Self::Count,
        }
    }

    /// The figure of some rows.
    pub fn side(self, rows: &Rows) -> Side {
        let n = rows.n();
        let (value, interval) = match self {
            Self::Share => rows.proportion().map_or((None, None), |p| (Some(p.rate()), Some(wilson_95(p)))),
            Self::Count => (Some(n as f64), None),
            Self::Mean => rows.moments().map_or((None, None), |m| (Some(m.mean), m.interval(CONFIDENCE).ok())),
            Self::Quantile(share) => {
                quantile(&rows.sorted(), share, CONFIDENCE).map_or((None, None), |q| (Some(q.value), (n > 1).then_some(q.interval)))
            }
        };
        Side { value, n, interval }
    }

    /// The interval of `now - before`; `None` where either has too few rows, and for counts, which need more than two numbers.
    pub fn difference(self, now: &Rows, before: &Rows) -> Option<(f64, f64)> {
        match self {
            Self::Share => newcombe(now.proportion()?, before.proportion()?, CONFIDENCE).ok(),
            Self::Mean => welch(now.moments()?, before.moments()?, CONFIDENCE).ok(),
            Self::Quantile(share) => {
                let of = |rows: &Rows| quantile(&rows.sorted(), share, CONFIDENCE).ok().filter(|_| rows.n() > 1);
                quantile_difference(of(now)?, of(before)?, CONFIDENCE).ok()
            }
            Self::Count => None,
        }
    }
}

/// The facts of some rows.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    facts: Vec<f64>,
}

impl Rows {
    /// Adds a row.
    pub fn push(&mut self, fact: f64) {
        self.facts.push(fact);
    }

    /// How many.
    pub fn n(&self) -> u64 {
        self.facts.len() as u64
    }

    /// Their sum.
    pub fn sum(&self) -> f64 {
        self.facts.iter().sum()
    }

    /// Of a share.
    pub fn proportion(&self) -> Option<Proportion> {
        Proportion::new(self.sum().round() as u64, self.n()).ok()
    }

    /// Of numbers.
    pub fn moments(&self) -> Option<Moments> {
        Moments::of(&self.facts).ok()
    }

    /// Their variance; `None` below two rows.
    pub fn variance(&self) -> Option<f64> {
        let n = self.facts.len() as f64;
        let mean = self.sum() / n;
        (self.facts.len() > 1).then(|| self.facts.iter().map(|fact| (fact - mean).powi(2)).sum::<f64>() / (n - 1.0))
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.facts.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}
