//! What the next period brings to agents who were picked for their last one, with no one doing anything (Galton 1886).
//!
//! Rates of agents follow a beta distribution of mean μ and precision s, so an agent with `x` of `n` is expected at
//! `(x + μs) / (n + s)` next time. That holds for an agent however picked, since it is conditional on the record.

use crate::stats::{Invalid, Proportion, Result, checked_open_unit};

/// How the true rates of agents vary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    mean: f64,
    precision: f64,
}

impl Spread {
    /// A beta distribution of rates; its precision `s` is the sum of its shapes.
    ///
    /// # Errors
    /// [`Invalid::OutOfRange`] unless the mean is between 0 and 1 and the precision positive and finite.
    pub fn new(mean: f64, precision: f64) -> Result<Self> {
        let mean = checked_open_unit(mean, "the mean rate")?;
        if !precision.is_finite() || precision <= 0.0 {
            return Err(Invalid::OutOfRange("the precision of the rates"));
        }
        Ok(Self { mean, precision })
    }
}

/// What to expect of a record next time.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The rate of the record, 0 to 1.
    pub raw: f64,
    /// The rate expected next time.
    pub next: f64,
    /// `next` less `raw`: the change that comes for free.
    pub change: f64,
}

/// What to expect of an agent with this record if nothing is done.
pub fn expected(record: Proportion, spread: Spread) -> Expectation {
    let (x, n, s) = (record.hits() as f64, record.n() as f64, spread.precision);
    let raw = record.rate();
    Expectation { raw, next: (x + spread.mean * s) / (n + s), change: s / (n + s) * (spread.mean - raw) }
}

/// The indexes of the `count` records of lowest rate, lowest first; of equal rates the earlier record.
///
/// # Errors
/// [`Invalid::TooFew`] if there are fewer records.
pub fn lowest(records: &[Proportion], count: usize) -> Result<Vec<usize>> {
    if count > records.len() {
        return Err(Invalid::TooFew);
    }
    let mut order: Vec<usize> = (0..records.len()).collect();
    // Stable, and by cross product: rates as fractions compare without rounding.
    let product = |a: usize, b: usize| u128::from(records[a].hits()) * u128::from(records[b].n());
    order.sort_by(|&a, &b| product(a, b).cmp(&product(b, a)));
    order.truncate(count);
    Ok(order)
}

/// The mean of the expectations of picked agents, each agent counting once. What they changed by, less this `change`, is
/// what there is to explain.
///
/// # Errors
/// [`Invalid::Empty`] if none is picked, [`Invalid::OutOfRange`] for an index beyond the records.
pub fn of_picked(records: &[Proportion], picked: &[usize], spread: Spread) -> Result<Expectation> {
    if picked.is_empty() {
        return Err(Invalid::Empty);
    }
    let record = |&i: &usize| records.get(i).map(|r| expected(*r, spread)).ok_or(Invalid::OutOfRange("the index of a picked agent"));
    let each: Vec<Expectation> = picked.iter().map(record).collect::<Result<_>>()?;
    let mean = |of: fn(&Expectation) -> f64| each.iter().map(of).sum::<f64>() / each.len() as f64;
    Ok(Expectation { raw: mean(|e| e.raw), next: mean(|e| e.next), change: mean(|e| e.change) })
}
