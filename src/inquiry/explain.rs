//! Why a measure moved: did anything happen; the work that came in or how it was done; in which segment; how much of it.

mod attributes;
mod gauge;
mod hours;
mod moved;
mod pages;
mod parts;
mod rates;
mod segments;
mod volume;
mod words;

use std::ops::Range;

use crate::clock::zone::Zone;
use crate::metrics::Metric;
use crate::metrics::sample::Sample;
use crate::settings::Judge;

pub use attributes::attributes;
pub use gauge::Gauge;
pub use hours::hours;
pub use moved::{is_unusual, moved};
pub use pages::{sections, topic};
pub use parts::parts;
pub use segments::{Answer, segments};
pub use words::{condition, conditions};

/// A question about one measure.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The measure; it has rows of its own.
    pub metric: &'a Metric,
    /// Its rows, in the span explained and before.
    pub sample: &'a Sample,
    /// What difference matters.
    pub judge: &'a Judge,
    /// The span before in spans about as long as the one explained, oldest first, seconds UTC: what counts are held against.
    pub earlier: &'a [Range<i64>],
    /// How to search.
    pub search: Search,
    /// The desk's zone: which day a row is of.
    pub zone: &'a Zone,
}

impl Question<'_> {
    /// Whether a row counts: of a count those of the spans it is held against, not of the days left over at the older end.
    fn counts(&self, row: usize) -> bool {
        let is_held = |at: i64| self.earlier.iter().any(|span| span.contains(&at));
        gauge::Gauge::of(self.metric) != gauge::Gauge::Count
            || self.sample.is_now[row]
            || self.earlier.is_empty()
            || is_held(self.sample.at[row])
    }
}

/// How segments are searched for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// Most conditions of a segment, 1 to 3.
    pub depth: u32,
    /// Fewest rows of a segment.
    pub fewest: u64,
    /// Shuffles behind a probability.
    pub shuffles: u32,
    /// Largest probability that counts as a find.
    pub alpha: f64,
    /// Most segments told, either way.
    pub answers: usize,
    /// Seed of the shuffles.
    pub seed: u64,
}

impl Default for Search {
    fn default() -> Self {
        Self { depth: 3, fewest: 5, shuffles: 999, alpha: 0.05, answers: 3, seed: 1 }
    }
}

#[cfg(test)]
mod tests;
