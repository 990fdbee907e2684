//! League tables that say how little they know: rankability, expected ranks and joint rank intervals.

use super::hierarchical::Population;
use super::interval::wilson;
use super::median;
use super::{Invalid, Proportion, Result, checked, checked_open_unit};
use statrs::distribution::{ChiSquared, ContinuousCDF};
use statrs::function::erf::erfc;
use std::f64::consts::SQRT_2;

/// How much of the differences between groups is true, `τ² / (τ² + median s²)` (van Dishoeck et al. 2011).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rankability {
    /// 0 to 1.
    pub value: f64,
    /// Median of the groups' squared standard errors, on the scale of `τ²`.
    pub median_variance: f64,
}

/// What a table may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// Below 0.5: no ranks.
    Low,
    /// 0.5 to 0.75: thirds or quarters, no places.
    Moderate,
    /// Above 0.75: ranks with their intervals.
    High,
}

impl Rankability {
    /// What a table may show at this rankability.
    pub fn band(&self) -> Band {
        match self.value {
            v if v < 0.5 => Band::Low,
            v if v <= 0.75 => Band::Moderate,
            _ => Band::High,
        }
    }
}

/// Rankability from the variance between groups and every group's own, on one scale.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::OutOfRange`] for a negative variance, [`Invalid::NoVariation`] if all are 0.
pub fn rankability(between_variance: f64, variances: &[f64]) -> Result<Rankability> {
    checked(variances)?;
    checked(&[between_variance])?;
    if between_variance < 0.0 || variances.iter().any(|v| *v < 0.0) {
        return Err(Invalid::OutOfRange("a variance"));
    }
    let median_variance = median(variances);
    let total = between_variance + median_variance;
    if total > 0.0 { Ok(Rankability { value: between_variance / total, median_variance }) } else { Err(Invalid::NoVariation) }
}

/// Variance of a raw rate's logit, `1/(x + ½) + 1/(n − x + ½)` (Haldane 1956, Anscombe 1956).
pub fn logit_variance(group: Proportion) -> f64 {
    1.0 / (group.hits() as f64 + 0.5) + 1.0 / ((group.n() - group.hits()) as f64 + 0.5)
}

/// Where a group stands on average over all that is possible; 1 is the highest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedRank {
    /// `1 + Σ P(another is higher)`, 1 to the number of groups.
    pub rank: f64,
    /// Percentage of groups expected to be as high or higher, `100 (rank − ½) / N`.
    pub percentile: f64,
}

/// Expected ranks and percentiles (PCER) of estimates with normal errors (Lingsma et al. 2009), in the order of the estimates; 1 is
/// the highest.
///
/// # Errors
/// [`Invalid::LengthsDiffer`], [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::OutOfRange`] for a negative variance.
pub fn expected_ranks(estimates: &[f64], variances: &[f64]) -> Result<Vec<ExpectedRank>> {
    if estimates.len() != variances.len() {
        return Err(Invalid::LengthsDiffer);
    }
    checked(estimates)?;
    checked(variances)?;
    if variances.iter().any(|v| *v < 0.0) {
        return Err(Invalid::OutOfRange("a variance"));
    }
    let mut order: Vec<usize> = (0..estimates.len()).collect();
    let compare = |i: &usize, j: &usize| estimates[*i].total_cmp(&estimates[*j]).then(variances[*i].total_cmp(&variances[*j]));
    order.sort_by(compare);
    // Equal groups are one with a count. So the order of the groups changes no bit.
    let alike: Vec<&[usize]> = order.chunk_by(|i, j| compare(i, j).is_eq()).collect();
    let distinct: Vec<(f64, f64, f64)> = alike.iter().map(|same| (estimates[same[0]], variances[same[0]], same.len() as f64)).collect();
    let total = estimates.len() as f64;
    let mut ranks = vec![ExpectedRank { rank: 0.0, percentile: 0.0 }; estimates.len()];
    for (same, above) in alike.iter().zip(expected_above(&distinct)) {
        let rank = 1.0 + above;
        same.iter().for_each(|i| ranks[*i] = ExpectedRank { rank, percentile: 100.0 * (rank - 0.5) / total });
    }
    Ok(ranks)
}

/// How many others are expected to be higher than each of `(estimate, variance, count)`.
fn expected_above(distinct: &[(f64, f64, f64)]) -> Vec<f64> {
    // Of the others that are exactly alike, half.
    let mut above: Vec<f64> = distinct.iter().map(|same| 0.5 * (same.2 - 1.0)).collect();
    for (i, (estimate, variance, count)) in distinct.iter().enumerate() {
        for (j, other) in distinct.iter().enumerate().skip(i + 1) {
            let higher = chance_positive(other.0 - estimate, variance + other.1);
            above[i] += other.2 * higher;
            above[j] += count * (1.0 - higher);
        }
    }
    above
}

/// P(a normal variable of this mean and variance is above 0).
fn chance_positive(mean: f64, variance: f64) -> f64 {
    let z = mean / variance.sqrt();
    match z {
        z if z.is_nan() => 0.5,
        z if z > 7.0 => 1.0,
        z if z < -7.0 => 0.0,
        z => 0.5 * erfc(-z / SQRT_2),
    }
}

/// Are all groups' true rates the same?
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Homogeneity {
    /// Pearson's `Σ (x − np)² / (np(1 − p))` around the pooled rate.
    pub chi_squared: f64,
    /// Groups less one.
    pub freedom: u64,
    /// P(a chi-square as large by chance).
    pub p: f64,
}

/// Pearson's chi-square test of equal rates.
///
/// # Errors
/// [`Invalid::TooFew`] for less than two groups, [`Invalid::NoVariation`] when all trials hit or none does.
pub fn homogeneity(groups: &[Proportion]) -> Result<Homogeneity> {
    if groups.len() < 2 {
        return Err(Invalid::TooFew);
    }
    let hits: f64 = groups.iter().map(|g| g.hits() as f64).sum();
    let n: f64 = groups.iter().map(|g| g.n() as f64).sum();
    let pooled = hits / n;
    let variance = pooled * ((n - hits) / n);
    if variance <= 0.0 {
        return Err(Invalid::NoVariation);
    }
    let part = |g: &Proportion| (g.hits() as f64 - g.n() as f64 * pooled).powi(2) / (g.n() as f64 * variance);
    let chi_squared: f64 = groups.iter().map(part).sum();
    let freedom = groups.len() as u64 - 1;
    let p = ChiSquared::new(freedom as f64).map_err(|_| Invalid::OutOfRange("the degrees of freedom"))?.sf(chi_squared);
    Ok(Homogeneity { chi_squared, freedom, p })
}

/// A rate's simultaneous interval and the places it leaves open; 1 is the highest rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JointRank {
    /// Lower end of the rate's interval.
    pub low: f64,
    /// Upper end of the rate's interval.
    pub high: f64,
    /// Best place possible.
    pub best: u64,
    /// Worst place possible.
    pub worst: u64,
}

/// Rank intervals that hold for all groups together, with at least the given confidence (Klein, Wright and Wieczorek 2020).
///
/// Wilson intervals of confidence `c^(1/K)` (Šidák 1967) hold together with confidence `c`. A group is surely behind those whose
/// interval lies above its own: places `1 + #{low > high of this}` to `K − #{high < low of this}`.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::OutOfRange`] for a confidence that is not between 0 and 1.
pub fn joint_rank_intervals(groups: &[Proportion], confidence: f64) -> Result<Vec<JointRank>> {
    checked_open_unit(confidence, "confidence")?;
    if groups.is_empty() {
        return Err(Invalid::Empty);
    }
    let each = confidence.powf(1.0 / groups.len() as f64);
    let intervals = groups.iter().map(|g| wilson(*g, each)).collect::<Result<Vec<(f64, f64)>>>()?;
    let (mut lows, mut highs): (Vec<f64>, Vec<f64>) = intervals.iter().copied().unzip();
    lows.sort_unstable_by(f64::total_cmp);
    highs.sort_unstable_by(f64::total_cmp);
    let joint = |(low, high): (f64, f64)| JointRank {
        low,
        high,
        best: 1 + (lows.len() - lows.partition_point(|other| *other <= high)) as u64,
        worst: (highs.len() - highs.partition_point(|other| *other < low)) as u64,
    };
    Ok(intervals.into_iter().map(joint).collect())
}

/// A place in a league table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Average place over all that is possible.
    pub expected: ExpectedRank,
    /// Places that the rows leave open, with their simultaneous rate interval.
    pub joint: JointRank,
}

/// A league table in the order of its groups, and whether it may be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct League {
    /// One place a group.
    pub places: Vec<Place>,
    /// How much of the differences is true.
    pub rankability: Rankability,
}

/// A league table; 1 is the highest rate. For a rate that is better when lower, give [flipped](Proportion::flipped) groups and the
/// population of those.
///
/// Expected ranks come from the population's posteriors, taken for normal on the logit scale. Ranks are the same on every scale, so
/// the scale is free to be the one where the posteriors are nearest to normal; near 100 % a rate's is skewed and its logit's is much
/// less so. It is also the scale of the model rankability was defined with. The variance between groups is the population's, carried
/// over at its mean: `τ = between_sd / (μ(1 − μ))`. Rank intervals come from the rows alone, without the population, so that they
/// keep their joint confidence.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::OutOfRange`] for a confidence that is not between 0 and 1.
pub fn league(groups: &[Proportion], population: &Population, confidence: f64) -> Result<League> {
    let joints = joint_rank_intervals(groups, confidence)?;
    let (estimates, variances): (Vec<f64>, Vec<f64>) = groups.iter().map(|g| population.posterior(*g).logit_moments()).unzip();
    let places = expected_ranks(&estimates, &variances)?.into_iter().zip(joints).map(|(expected, joint)| Place { expected, joint });
    Ok(League { places: places.collect(), rankability: rankability_of(groups, population)? })
}

/// The rankability of a [`league`] table, without the table.
///
/// # Errors
/// As [`rankability`].
pub fn rankability_of(groups: &[Proportion], population: &Population) -> Result<Rankability> {
    let mean = population.mean();
    let between = population.between_sd() / (mean * (1.0 - mean));
    let own: Vec<f64> = groups.iter().map(|g| logit_variance(*g)).collect();
    rankability(between * between, &own)
}

#[cfg(test)]
mod tests;
