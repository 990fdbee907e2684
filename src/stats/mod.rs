//! Statistics: pure numbers in, numbers out. No polars, no text, no clock, no random state that is not a seed in the arguments.
//!
//! Every function is deterministic to the byte: sums run in the order of their input, nothing depends on threads. Input that
//! a formula is not defined for is an [`Invalid`], never a NaN and never a silent zero.

pub mod attribution;
pub mod before_after;
pub mod bunching;
pub mod case_mix;
pub mod control_chart;
pub mod decision;
mod distribution;
pub mod empirical_bayes;
pub mod erlang;
pub mod funnel;
pub mod hierarchical;
pub mod interval;
pub mod least_squares;
pub mod logistic;
pub mod mean_shrinkage;
pub mod mix_rate;
pub mod mixed_logit;
pub mod multiplicity;
pub mod negative_binomial;
pub mod order_statistics;
pub mod permutation;
pub mod person_time;
pub mod poisson;
pub mod random;
pub mod ranking;
pub mod runs;
pub mod sample_size;
pub mod scan;
pub mod strata;
pub mod stratified;
pub mod survival;
pub mod target_test;
pub mod two_proportions;
pub mod two_samples;
pub mod weighted_poisson;

use std::fmt;

/// Why a statistic cannot be had from its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalid {
    /// There is nothing to compute from.
    Empty,
    /// More hits than trials.
    HitsAboveTrials,
    /// A NaN or an infinite number.
    NotFinite,
    /// A number outside the range the formula is defined for; says which.
    OutOfRange(&'static str),
    /// Lists that belong together have different lengths.
    LengthsDiffer,
    /// Fewer values than the formula needs.
    TooFew,
    /// A denominator is zero: all values are equal, or a group is missing.
    NoVariation,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no data"),
            Self::HitsAboveTrials => f.write_str("more hits than trials"),
            Self::NotFinite => f.write_str("a value is not a finite number"),
            Self::OutOfRange(what) => write!(f, "{what} is out of range"),
            Self::LengthsDiffer => f.write_str("lists that belong together have different lengths"),
            Self::TooFew => f.write_str("too few values"),
            Self::NoVariation => f.write_str("no variation to compare with"),
        }
    }
}

impl std::error::Error for Invalid {}

/// A statistic, or why there is none.
pub type Result<T> = std::result::Result<T, Invalid>;

/// `hits` of `n` trials; `0 ≤ hits ≤ n` and `n ≥ 1` by construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proportion {
    hits: u64,
    n: u64,
}

impl Proportion {
    /// # Errors
    /// [`Invalid::Empty`] for no trials, [`Invalid::HitsAboveTrials`] for `hits > n`.
    pub const fn new(hits: u64, n: u64) -> Result<Self> {
        match n {
            0 => Err(Invalid::Empty),
            _ if hits > n => Err(Invalid::HitsAboveTrials),
            _ => Ok(Self { hits, n }),
        }
    }

    /// Trials that hit.
    pub const fn hits(self) -> u64 {
        self.hits
    }

    /// Trials.
    pub const fn n(self) -> u64 {
        self.n
    }

    /// `hits / n`, 0 to 1.
    pub fn rate(self) -> f64 {
        self.hits as f64 / self.n as f64
    }

    /// Trials that did not hit, of all: good and bad change places.
    #[must_use]
    pub const fn flipped(self) -> Self {
        Self { hits: self.n - self.hits, n: self.n }
    }
}

/// All values finite, and at least one.
pub(crate) fn checked(values: &[f64]) -> Result<()> {
    match values {
        [] => Err(Invalid::Empty),
        _ if values.iter().any(|v| !v.is_finite()) => Err(Invalid::NotFinite),
        _ => Ok(()),
    }
}

/// The middle value, or the mean of both; `values` is not empty.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { f64::midpoint(sorted[half - 1], sorted[half]) }
}

/// A number strictly between 0 and 1.
pub(crate) fn checked_open_unit(value: f64, what: &'static str) -> Result<f64> {
    if value.is_finite() && value > 0.0 && value < 1.0 { Ok(value) } else { Err(Invalid::OutOfRange(what)) }
}

/// Reads a file of `tests/numbers` in unit tests.
#[cfg(test)]
pub(crate) mod numbers {
    use serde_json::Value;

    /// The case of a name; a missing one fails the test.
    pub(crate) fn case(file: &str, name: &str) -> Value {
        let cases: Vec<Value> = serde_json::from_str(file).unwrap();
        cases.into_iter().find(|c| c["name"] == name).unwrap_or_else(|| panic!("no case {name}"))
    }

    /// A list of numbers.
    pub(crate) fn list(value: &Value) -> Vec<f64> {
        value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
    }

    /// A list of whole numbers.
    pub(crate) fn counts(value: &Value) -> Vec<u64> {
        value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).collect()
    }

    /// Fails unless `got` is within `tolerance` of `want`.
    #[track_caller]
    pub(crate) fn near(got: f64, want: f64, tolerance: f64) {
        assert!((got - want).abs() <= tolerance, "got {got}, want {want} within {tolerance}");
    }
}
