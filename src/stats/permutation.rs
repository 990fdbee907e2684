//! Permutation tests of one number per agent against an attribute of the agents (Fisher 1935; Phipson and Smyth 2010).
//!
//! The unit is the agent, not the survey: an agent's surveys share the agent, so shuffling surveys would find differences
//! where there are none. All tests are two-sided.

mod within;

use super::random::Random;
use super::{Invalid, Result, checked};
pub use within::Deal;

/// Up to this many rearrangements are all tried; beyond it a seeded sample is.
pub const EXACT_LIMIT: u64 = 200_000;

/// Rearrangements drawn when there are too many to try all.
pub const DRAWS: u64 = 9_999;

/// Up to this many values have all their orders tried: `8! = 40,320`, while `9!` is above [`EXACT_LIMIT`].
const EXACT_ORDERS: usize = 8;

/// A share of the largest possible statistic; closer ones count as equal, as their sums differ by rounding alone.
pub(crate) const TIE: f64 = 1e-9;

/// How unusual a statistic is among its rearrangements.
#[derive(Debug, Clone, PartialEq)]
pub struct Permutation {
    /// The observed statistic; what it is, the function says.
    pub statistic: f64,
    /// Two-sided p: the share of all rearrangements at least as extreme, or `(1 + count) / (1 + draws)`.
    pub p: f64,
    /// Rearrangements looked at.
    pub rearrangements: u64,
    /// Whether these are all there are.
    pub exact: bool,
}

/// Difference of means between groups of agents; `labels` numbers the group of every value.
///
/// With two groups the statistic is the mean of the higher number less the mean of the lower one. With more it is the share
/// of the variance that lies between groups, 0 to 1 (the correlation ratio, which orders rearrangements as F does).
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::LengthsDiffer`], [`Invalid::TooFew`] for fewer than two groups,
/// [`Invalid::NoVariation`] if all values are equal.
pub fn by_group(values: &[f64], labels: &[usize], seed: u64) -> Result<Permutation> {
    checked(values)?;
    if values.len() != labels.len() {
        return Err(Invalid::LengthsDiffer);
    }
    let (labels, groups) = dense(labels);
    if groups < 2 {
        return Err(Invalid::TooFew);
    }
    let (centred, total) = centred(values)?;
    let mut sizes = vec![0_u64; groups];
    labels.iter().for_each(|&g| sizes[g] += 1);
    let between = |labels: &[usize]| {
        let mut sums = vec![0.0; groups];
        labels.iter().zip(&centred).for_each(|(&g, v)| sums[g] += v);
        sums.iter().zip(&sizes).map(|(s, &n)| s * s / n as f64).sum::<f64>()
    };
    let observed = between(&labels);
    let statistic = if groups == 2 { mean_difference(&centred, &labels) } else { observed / total };
    let extreme = |labels: &[usize]| between(labels) >= observed - TIE * total;
    let tally = tally(labels.clone(), assignments(&sizes), seed, extreme);
    Ok(tally.of(statistic))
}

/// Spearman's rank correlation (1904) between one number per agent and a numeric attribute; ties take their average rank.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::LengthsDiffer`], [`Invalid::TooFew`] for fewer than three values,
/// [`Invalid::NoVariation`] if all values or all attributes are equal.
pub fn by_number(values: &[f64], attribute: &[f64], seed: u64) -> Result<Permutation> {
    checked(values)?;
    checked(attribute)?;
    if values.len() != attribute.len() {
        return Err(Invalid::LengthsDiffer);
    }
    if values.len() < 3 {
        return Err(Invalid::TooFew);
    }
    let (x, xx) = centred(&ranks(values))?;
    let (y, yy) = centred(&ranks(attribute))?;
    let product = |order: &[usize]| order.iter().zip(&x).map(|(&i, x)| x * y[i]).sum::<f64>();
    let order: Vec<usize> = (0..values.len()).collect();
    let observed = product(&order);
    let largest = (xx * yy).sqrt();
    let extreme = |order: &[usize]| product(order).abs() >= observed.abs() - TIE * largest;
    let all = (order.len() <= EXACT_ORDERS).then(|| (1..=order.len() as u64).product());
    Ok(tally(order, all, seed, extreme).of((observed / largest).clamp(-1.0, 1.0)))
}

/// What the rearrangements came to.
pub(crate) struct Tally {
    extreme: u64,
    rearrangements: u64,
    exact: bool,
}

impl Tally {
    /// All `of` rearrangements were looked at.
    pub(crate) const fn exact(extreme: u64, of: u64) -> Self {
        Self { extreme, rearrangements: of, exact: true }
    }

    /// [`DRAWS`] were drawn.
    pub(crate) fn sampled(mut is_extreme: impl FnMut() -> bool) -> Self {
        let extreme = (0..DRAWS).filter(|_| is_extreme()).count() as u64;
        Self { extreme, rearrangements: DRAWS, exact: false }
    }

    /// With the statistic that was observed. The observed one counts among the drawn, so that p is never zero.
    pub(crate) fn of(&self, statistic: f64) -> Permutation {
        let own = u64::from(!self.exact);
        let p = (self.extreme + own) as f64 / (self.rearrangements + own) as f64;
        Permutation { statistic, p, rearrangements: self.rearrangements, exact: self.exact }
    }
}

/// Goes over all distinct orders of `items` if `all` says how many they are, else over seeded shuffles.
fn tally(mut items: Vec<usize>, all: Option<u64>, seed: u64, extreme: impl Fn(&[usize]) -> bool) -> Tally {
    let Some(all) = all else {
        let mut random = Random::new(seed);
        return Tally::sampled(|| {
            random.shuffle(&mut items);
            extreme(&items)
        });
    };
    items.sort_unstable();
    let mut count = 0;
    loop {
        count += u64::from(extreme(&items));
        if !next_order(&mut items) {
            return Tally::exact(count, all);
        }
    }
}

/// The next order of a list in the alphabet of orders; equal items do not change places. `false` after the last.
fn next_order(items: &mut [usize]) -> bool {
    let Some(pivot) = items.windows(2).rposition(|pair| pair[0] < pair[1]) else { return false };
    let above = items.iter().rposition(|&item| item > items[pivot]).unwrap_or(pivot);
    items.swap(pivot, above);
    items[pivot + 1..].reverse();
    true
}

/// How many ways there are to deal groups of these sizes, `n! / Π size!`; `None` above [`EXACT_LIMIT`].
fn assignments(sizes: &[u64]) -> Option<u64> {
    let mut ways: u64 = 1;
    let mut dealt: u64 = 0;
    for &size in sizes {
        for k in 1..=size {
            dealt += 1;
            // A product of binomials, so this division never leaves a rest.
            ways = ways.checked_mul(dealt)? / k;
        }
        // Within a group the product only grows, and later groups only multiply.
        if ways > EXACT_LIMIT {
            return None;
        }
    }
    Some(ways)
}

/// Group numbers without holes, in the order of the given ones, and how many there are.
pub(crate) fn dense(labels: &[usize]) -> (Vec<usize>, usize) {
    let mut known = labels.to_vec();
    known.sort_unstable();
    known.dedup();
    (labels.iter().map(|label| known.partition_point(|k| k < label)).collect(), known.len())
}

/// Values less their mean, and the sum of their squares.
fn centred(values: &[f64]) -> Result<(Vec<f64>, f64)> {
    let first = values[0];
    if values.iter().all(|v| v - first == 0.0) {
        return Err(Invalid::NoVariation);
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let centred: Vec<f64> = values.iter().map(|v| v - mean).collect();
    let total = centred.iter().map(|v| v * v).sum::<f64>();
    match total {
        t if !t.is_finite() => Err(Invalid::NotFinite),
        t if t <= 0.0 => Err(Invalid::NoVariation),
        t => Ok((centred, t)),
    }
}

/// Mean of the values labelled 1 less the mean of those labelled 0.
fn mean_difference(values: &[f64], labels: &[usize]) -> f64 {
    let mean = |group: usize| {
        let of = || values.iter().zip(labels).filter(|&(_, &g)| g == group).map(|(v, _)| v);
        of().sum::<f64>() / of().count() as f64
    };
    mean(1) - mean(0)
}

/// Ranks from 1; ties take the average of theirs.
pub(crate) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    // `==` and not the bits: 0 and -0 are a tie.
    for tied in order.chunk_by(|&a, &b| values[a] - values[b] == 0.0) {
        let rank = start as f64 + f64::midpoint(tied.len() as f64, 1.0);
        tied.iter().for_each(|&i| ranks[i] = rank);
        start += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests;
