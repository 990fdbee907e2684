//! One number per agent against an attribute, compared within strata (suppliers, teams): what lies between the strata is left out.
//!
//! The unit is the agent. With one stratum these are the plain difference of means and Spearman's correlation.

use super::before_after::TTest;
use super::distribution::Z_95;
use super::permutation::{Deal, Permutation, dense, ranks};
use super::{Invalid, Result, checked, median};

/// Above this many agents in one stratum no slope is sought: it looks at every pair.
const MOST_FOR_SLOPE: usize = 1_000;

/// Agents with an attribute against those without, within strata.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupDifference {
    /// Mean of those with it less mean of those without, over the strata that have both, weighted by `n₁n₀/(n₁+n₀)`: the
    /// coefficient of the attribute beside stratum effects.
    pub estimate: f64,
    /// Welch's test, the variance of each side pooled over the strata; `None` if a side has one agent a stratum or no variance.
    pub test: Option<TTest>,
    /// The attribute dealt anew within the strata; the same statistic.
    pub permutation: Permutation,
}

/// Compares agents with and without an attribute.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::LengthsDiffer`], [`Invalid::TooFew`] if no stratum has both sides,
/// [`Invalid::NoVariation`] if all values of every stratum are equal.
pub fn difference(values: &[f64], has: &[bool], strata: &[usize], seed: u64) -> Result<GroupDifference> {
    checked(values)?;
    if values.len() != has.len() || values.len() != strata.len() {
        return Err(Invalid::LengthsDiffer);
    }
    let (strata, count) = dense(strata);
    let sides = Sides::new(values, has, &strata, count);
    if sides.weight <= 0.0 {
        return Err(Invalid::TooFew);
    }
    let centred = sides.centred(values, &strata);
    let largest = centred.iter().map(|v| v.abs()).sum::<f64>() / sides.weight;
    let scale = values.iter().fold(0.0_f64, |a, v| a.max(v.abs()));
    if largest * sides.weight <= 1e-12 * scale * values.len() as f64 {
        return Err(Invalid::NoVariation);
    }
    let labels: Vec<usize> = has.iter().map(|h| usize::from(*h)).collect();
    // Within a stratum the difference of the means is `S₁ (1/n₁ + 1/n₀)` of centred values, and its weight undoes the bracket.
    let statistic = |labels: &[usize]| labels.iter().zip(&centred).map(|(&l, v)| l as f64 * v).sum::<f64>() / sides.weight;
    let permutation = Deal { labels: &labels, strata: &strata, seed }.test(largest, statistic)?;
    Ok(GroupDifference { estimate: permutation.statistic, test: sides.test(values, has, &strata), permutation })
}

/// Agents and their sums by stratum and side.
struct Sides {
    /// `[without, with]` of every stratum: agents and the sum of their values.
    cells: Vec<[(f64, f64); 2]>,
    /// `Σ n₁n₀/(n₁+n₀)`.
    weight: f64,
}

impl Sides {
    fn new(values: &[f64], has: &[bool], strata: &[usize], count: usize) -> Self {
        let mut cells = vec![[(0.0, 0.0); 2]; count];
        for ((v, h), s) in values.iter().zip(has).zip(strata) {
            let cell = &mut cells[*s][usize::from(*h)];
            *cell = (cell.0 + 1.0, cell.1 + v);
        }
        let weight = cells.iter().map(weight).sum();
        Self { cells, weight }
    }

    /// Values less their stratum's mean; 0 in strata that have one side alone.
    fn centred(&self, values: &[f64], strata: &[usize]) -> Vec<f64> {
        let of = |(v, &s): (&f64, &usize)| {
            let [a, b] = self.cells[s];
            if weight(&self.cells[s]) > 0.0 { v - (a.1 + b.1) / (a.0 + b.0) } else { 0.0 }
        };
        values.iter().zip(strata).map(of).collect()
    }

    fn test(&self, values: &[f64], has: &[bool], strata: &[usize]) -> Option<TTest> {
        let split = || self.cells.iter().filter(|c| weight(c) > 0.0);
        let estimate = split().map(|c| weight(c) * (c[1].1 / c[1].0 - c[0].1 / c[0].0)).sum::<f64>() / self.weight;
        let (mut variance, mut lost) = (0.0, 0.0);
        for side in [0, 1] {
            let squares: f64 = values
                .iter()
                .zip(has)
                .zip(strata)
                .filter(|((_, h), s)| usize::from(**h) == side && weight(&self.cells[**s]) > 0.0)
                .map(|((v, _), s)| (v - self.cells[*s][side].1 / self.cells[*s][side].0).powi(2))
                .sum();
            let degrees = split().map(|c| c[side].0 - 1.0).sum::<f64>();
            if degrees < 1.0 {
                return None;
            }
            let part = squares / degrees * split().map(|c| weight(c).powi(2) / c[side].0).sum::<f64>() / self.weight.powi(2);
            variance += part;
            lost += part * part / degrees;
        }
        (lost > 0.0).then(|| TTest::new(estimate, variance.sqrt(), variance * variance / lost).ok()).flatten()
    }
}

fn weight(cell: &[(f64, f64); 2]) -> f64 {
    let (a, b) = (cell[0].0, cell[1].0);
    if a > 0.0 && b > 0.0 { a * b / (a + b) } else { 0.0 }
}

/// A numeric attribute against one number per agent, within strata.
#[derive(Debug, Clone, PartialEq)]
pub struct RankCorrelation {
    /// Spearman's correlation of ranks less their stratum's mean rank, −1 to 1.
    pub rho: f64,
    /// 95 % interval by Fisher's transformation with the variance of Bonett and Wright (2000); `None` for fewer than five
    /// agents beyond the strata or a correlation of 1.
    pub interval: Option<(f64, f64)>,
    /// The median slope over pairs of one stratum (Theil 1950, Sen 1968), in values per unit of the attribute.
    pub slope: Option<f64>,
    /// The attribute dealt anew within the strata; the statistic is `rho`.
    pub permutation: Permutation,
}

/// Correlates ranks.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::LengthsDiffer`], [`Invalid::TooFew`] for fewer than three agents,
/// [`Invalid::NoVariation`] if values or attributes are equal within every stratum.
pub fn correlation(values: &[f64], attribute: &[f64], strata: &[usize], seed: u64) -> Result<RankCorrelation> {
    checked(values)?;
    checked(attribute)?;
    if values.len() != attribute.len() || values.len() != strata.len() {
        return Err(Invalid::LengthsDiffer);
    }
    if values.len() < 3 {
        return Err(Invalid::TooFew);
    }
    let (strata, count) = dense(strata);
    let attribute_ranks = ranks(attribute);
    let (x, xx) = centred_within(&ranks(values), &strata, count);
    let (_, yy) = centred_within(&attribute_ranks, &strata, count);
    let largest = (xx * yy).sqrt();
    if largest <= 0.0 {
        return Err(Invalid::NoVariation);
    }
    // Ties average to halves, so twice a rank is whole and can be dealt as a label.
    let labels: Vec<usize> = attribute_ranks.iter().map(|r| (2.0 * r).round() as usize).collect();
    let statistic = |labels: &[usize]| labels.iter().zip(&x).map(|(&l, x)| x * l as f64 / 2.0).sum::<f64>() / largest;
    let permutation = Deal { labels: &labels, strata: &strata, seed }.test(1.0, statistic)?;
    let rho = permutation.statistic.clamp(-1.0, 1.0);
    let interval = fisher(rho, values.len() as f64 - count as f64 + 1.0);
    let slope = (values.len() <= MOST_FOR_SLOPE).then(|| theil_sen(values, attribute, &strata)).flatten();
    Ok(RankCorrelation { rho, interval, slope, permutation })
}

/// Ranks less their stratum's mean, and the sum of their squares.
fn centred_within(ranks: &[f64], strata: &[usize], count: usize) -> (Vec<f64>, f64) {
    let mut sums = vec![(0.0, 0.0); count];
    ranks.iter().zip(strata).for_each(|(r, &s)| sums[s] = (sums[s].0 + 1.0, sums[s].1 + r));
    let centred: Vec<f64> = ranks.iter().zip(strata).map(|(r, &s)| r - sums[s].1 / sums[s].0).collect();
    let squares = centred.iter().map(|v| v * v).sum();
    (centred, squares)
}

fn fisher(rho: f64, n: f64) -> Option<(f64, f64)> {
    if n < 5.0 || rho.abs() > 1.0 - 1e-9 {
        return None;
    }
    let half = Z_95 * ((1.0 + rho * rho / 2.0) / (n - 3.0)).sqrt();
    Some(((rho.atanh() - half).tanh(), (rho.atanh() + half).tanh()))
}

fn theil_sen(values: &[f64], attribute: &[f64], strata: &[usize]) -> Option<f64> {
    let mut slopes = Vec::new();
    for i in 0..values.len() {
        for j in i + 1..values.len() {
            let run = attribute[j] - attribute[i];
            let slope = (values[j] - values[i]) / run;
            if strata[i] == strata[j] && run != 0.0 && slope.is_finite() {
                slopes.push(slope);
            }
        }
    }
    (!slopes.is_empty()).then(|| median(&slopes))
}

#[cfg(test)]
mod tests;
