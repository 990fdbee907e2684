//! Do the curves of groups differ (Mantel 1966, Peto and Peto 1972)?

use super::{RiskSet, Spell, tally};
use crate::stats::{Invalid, Result};
use statrs::function::gamma::gamma_ur;

/// A group of a log-rank test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogRankGroup {
    /// Spells.
    pub n: u64,
    /// Events.
    pub observed: u64,
    /// Events it would have if all groups were alike.
    pub expected: f64,
}

/// A log-rank test.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRank {
    /// The groups in the order given.
    pub groups: Vec<LogRankGroup>,
    /// The statistic.
    pub chi_square: f64,
    /// Groups that can be compared less 1.
    pub degrees_of_freedom: u64,
    /// Chance of such a statistic or a greater one if the groups are alike.
    pub p: f64,
}

/// Compares the curves of two or more groups: observed less expected events, with the hypergeometric variance at each event time.
///
/// A group that is never at risk together with another one at an event (an empty one, for example) says nothing and costs no
/// degree of freedom.
///
/// # Errors
/// [`Invalid::TooFew`] for fewer than two groups with spells, [`Invalid::NoVariation`] if no two groups are ever at risk together at an
/// event, or fall into parts that never are; [`Invalid::NotFinite`] and [`Invalid::OutOfRange`] for bad spells.
pub fn log_rank<G: AsRef<[Spell]>>(groups: &[G]) -> Result<LogRank> {
    let strands: Vec<Strand> = groups.iter().map(|group| Strand::new(group.as_ref())).collect::<Result<_>>()?;
    if strands.iter().filter(|strand| strand.n > 0).count() < 2 {
        return Err(Invalid::TooFew);
    }
    let Moments { expected, variance } = moments(&strands);
    let scale = (0..strands.len()).map(|g| variance[g][g]).fold(0.0, f64::max);
    let kept: Vec<usize> = (0..strands.len()).filter(|&g| variance[g][g] > 1e-12 * scale).collect();
    // The deviations add up to 0: the last of them is no news.
    let Some((_, free)) = kept.split_last().filter(|(_, free)| !free.is_empty()) else { return Err(Invalid::NoVariation) };
    let deviation: Vec<f64> = free.iter().map(|&g| strands[g].observed() as f64 - expected[g]).collect();
    let matrix = free.iter().map(|&g| free.iter().map(|&h| variance[g][h]).collect()).collect();
    let solution = solve(matrix, deviation.clone()).ok_or(Invalid::NoVariation)?;
    let chi_square = deviation.iter().zip(&solution).map(|(a, b)| a * b).sum::<f64>().max(0.0);
    let group = |(strand, &expected): (&Strand, &f64)| LogRankGroup { n: strand.n, observed: strand.observed(), expected };
    Ok(LogRank {
        groups: strands.iter().zip(&expected).map(group).collect(),
        chi_square,
        degrees_of_freedom: free.len() as u64,
        p: if chi_square > 0.0 { gamma_ur(free.len() as f64 / 2.0, chi_square / 2.0) } else { 1.0 },
    })
}

/// A group made ready.
struct Strand {
    n: u64,
    /// `None` without spells.
    risk: Option<RiskSet>,
    events: Vec<(f64, u64)>,
}

impl Strand {
    fn new(spells: &[Spell]) -> Result<Self> {
        let risk = match spells {
            [] => None,
            _ => Some(RiskSet::new(spells.iter().map(|s| (s.entry, s.exit)))?),
        };
        Ok(Self { n: spells.len() as u64, risk, events: tally(spells.iter().filter(|s| s.is_event).map(|s| s.exit)) })
    }

    fn at_risk(&self, time: f64) -> f64 {
        self.risk.as_ref().map_or(0, |risk| risk.size(time)) as f64
    }

    fn observed(&self) -> u64 {
        self.events.iter().map(|(_, events)| events).sum()
    }
}

/// What the events would be if the groups were alike.
struct Moments {
    expected: Vec<f64>,
    /// Covariances, groups by groups.
    variance: Vec<Vec<f64>>,
}

fn moments(strands: &[Strand]) -> Moments {
    let k = strands.len();
    let mut moments = Moments { expected: vec![0.0; k], variance: vec![vec![0.0; k]; k] };
    let times = strands.iter().flat_map(|strand| strand.events.iter().flat_map(|&(time, events)| (0..events).map(move |_| time)));
    for (time, events) in tally(times) {
        let at_risk: Vec<f64> = strands.iter().map(|strand| strand.at_risk(time)).collect();
        let (n, d) = (at_risk.iter().sum::<f64>(), events as f64);
        // One person alone: no other outcome was possible.
        let spread = if n > 1.0 { d * (n - d) / (n - 1.0) } else { 0.0 };
        for g in 0..k {
            let share = at_risk[g] / n;
            moments.expected[g] += d * share;
            for (h, other) in at_risk.iter().enumerate() {
                let same = if g == h { 1.0 } else { 0.0 };
                moments.variance[g][h] += spread * share * (same - other / n);
            }
        }
    }
    moments
}

/// Solves a symmetric positive system by elimination with pivots; `None` if it is singular.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    let smallest = 1e-12 * (0..size).map(|i| matrix[i][i]).fold(0.0, f64::max);
    for column in 0..size {
        let pivot = (column..size).max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        if matrix[pivot][column].abs() <= smallest {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in column + 1..size {
            let factor = matrix[row][column] / matrix[column][column];
            let (above, below) = matrix.split_at_mut(row);
            below[0].iter_mut().zip(&above[column]).skip(column).for_each(|(cell, pivot)| *cell -= factor * pivot);
            right[row] -= factor * right[column];
        }
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|c| matrix[row][c] * right[c]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    Some(right)
}
