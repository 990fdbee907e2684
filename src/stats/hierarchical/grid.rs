//! The posterior of what the groups have in common, on a grid of their mean and their shrinkage.

use super::counts::Counts;
use crate::stats::Proportion;

/// Points of the mean `μ`, evenly spaced on the logit scale.
const MEANS: usize = 31;
/// Cells of the shrinkage `B`.
const SHRINKAGES: usize = 40;
/// Points of an axis that has been narrowed.
const NARROWED: usize = 12;
/// An axis on which fewer points than this carry weight is narrowed to them.
const TOO_NARROW: usize = 8;
/// Points below this part of the largest weight are left out.
const NEGLIGIBLE: f64 = 1e-6;

/// One point of the grid: a Beta distribution of the groups' true rates, and its posterior weight.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Point {
    /// Mean of the Beta.
    pub(super) mean: f64,
    /// `1 − mean`, kept because it is exact near 1.
    pub(super) miss: f64,
    /// The sum of its shapes, in rows.
    pub(super) strength: f64,
    /// `strength / (strength + n0)`.
    pub(super) shrinkage: f64,
    /// Posterior weight; all together 1.
    pub(super) weight: f64,
}

/// Evenly spaced points around a centre, so that a mirrored axis has exactly the mirrored points.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Axis {
    centre: f64,
    step: f64,
    count: usize,
}

impl Axis {
    fn at(&self, k: usize) -> f64 {
        self.centre + (k as f64 - 0.5 * (self.count - 1) as f64) * self.step
    }

    /// Fewer points on the part between the first and the last point that carry weight; `None` when enough points do.
    fn narrowed(&self, weights: &[f64], bounds: (f64, f64)) -> Option<Self> {
        let least = NEGLIGIBLE * weights.iter().copied().fold(0.0, f64::max);
        let first = weights.iter().position(|w| *w >= least)?;
        let last = weights.iter().rposition(|w| *w >= least)?;
        if last - first + 1 >= TOO_NARROW {
            return None;
        }
        let (low, high) = ((self.at(first) - self.step).max(bounds.0), (self.at(last) + self.step).min(bounds.1));
        Some(Self { centre: 0.5 * (low + high), step: (high - low) / NARROWED as f64, count: NARROWED })
    }
}

/// Logit of the pooled rate plus and minus five standard errors, which are widened by the groups' overdispersion `v`.
fn mean_axis(groups: &[Proportion]) -> Axis {
    let hits = groups.iter().map(|g| g.hits() as f64).sum::<f64>() + 1.0;
    let misses = groups.iter().map(|g| (g.n() - g.hits()) as f64).sum::<f64>() + 1.0;
    let n = hits + misses - 2.0;
    let pooled = hits / (hits + misses);
    let variance = (hits / (hits + misses)) * (misses / (hits + misses));
    let squares = |g: &Proportion| g.n() as f64 * ((g.hits() as f64 + 0.5) / (g.n() as f64 + 1.0) - pooled).powi(2);
    let freedom = groups.len().saturating_sub(1).max(1) as f64;
    let overdispersion = (groups.iter().map(squares).sum::<f64>() / (freedom * variance)).max(1.0);
    let sd = (overdispersion / (n * variance)).sqrt() + 0.12;
    Axis { centre: hits.ln() - misses.ln(), step: 10.0 * sd / (MEANS - 1) as f64, count: MEANS }
}

/// The weighted points of the posterior. `groups` must be sorted and not empty, `n0` is the harmonic mean of their sizes.
///
/// With many groups all weight falls on few points; then the grid is laid again, closer, over those.
pub(super) fn points(groups: &[Proportion], counts: &Counts, n0: f64) -> Vec<Point> {
    /// A round takes off a third or more, so this is enough for any number of groups.
    const ROUNDS: usize = 20;
    let mut means = mean_axis(groups);
    let mut shrinkages = Axis { centre: 0.5, step: 1.0 / SHRINKAGES as f64, count: SHRINKAGES };
    let mut grid = weighted(counts, means, shrinkages, n0);
    for _ in 0..ROUNDS {
        let rows: Vec<f64> = grid.chunks(shrinkages.count).map(|row| row.iter().map(|p| p.weight).sum()).collect();
        let column = |k| grid.iter().skip(k).step_by(shrinkages.count).map(|p| p.weight).sum();
        let columns: Vec<f64> = (0..shrinkages.count).map(column).collect();
        let closer = (means.narrowed(&rows, (-700.0, 700.0)), shrinkages.narrowed(&columns, (0.0, 1.0)));
        if closer == (None, None) {
            break;
        }
        (means, shrinkages) = (closer.0.unwrap_or(means), closer.1.unwrap_or(shrinkages));
        grid = weighted(counts, means, shrinkages, n0);
    }
    pruned(grid)
}

/// Every point with its weight: likelihood times the prior that is uniform in mean and shrinkage.
fn weighted(counts: &Counts, means: Axis, shrinkages: Axis, n0: f64) -> Vec<Point> {
    let strengths: Vec<(f64, f64, f64)> = (0..shrinkages.count)
        .map(|k| {
            let shrinkage = shrinkages.at(k);
            let strength = n0 * shrinkage / (1.0 - shrinkage);
            (shrinkage, strength, counts.ln_rising_trials(strength))
        })
        .collect();
    let mut grid = Vec::with_capacity(means.count * strengths.len());
    for row in 0..means.count {
        let logit = means.at(row);
        let (mean, miss) = (1.0 / (1.0 + (-logit).exp()), 1.0 / (1.0 + logit.exp()));
        for &(shrinkage, strength, trials) in &strengths {
            let likelihood = counts.ln_rising_outcomes(mean * strength, miss * strength) - trials;
            // The prior is uniform in the mean, the axis even in its logit.
            let weight = likelihood + (mean.ln() + miss.ln());
            grid.push(Point { mean, miss, strength, shrinkage, weight });
        }
    }
    normalised(&mut grid);
    grid
}

/// Log weights to weights that sum to 1.
fn normalised(grid: &mut [Point]) {
    let best = grid.iter().map(|p| p.weight).fold(f64::NEG_INFINITY, f64::max);
    grid.iter_mut().for_each(|p| p.weight = (p.weight - best).exp());
    rescaled(grid);
}

fn rescaled(grid: &mut [Point]) {
    let total: f64 = grid.iter().map(|p| p.weight).sum();
    grid.iter_mut().for_each(|p| p.weight /= total);
}

/// Without the negligible points.
fn pruned(mut grid: Vec<Point>) -> Vec<Point> {
    let least = NEGLIGIBLE * grid.iter().map(|p| p.weight).fold(0.0, f64::max);
    grid.retain(|p| p.weight >= least);
    rescaled(&mut grid);
    grid
}

#[cfg(test)]
mod tests {
    use super::{Axis, Counts, Point, mean_axis, points, weighted};
    use crate::stats::hierarchical::tests::simulated;
    use crate::stats::random::Random;

    /// Mean, shrinkage, and the posterior mean of a group with 30 hits of 60.
    fn summary(points: &[Point]) -> [f64; 3] {
        let expected = |of: &dyn Fn(&Point) -> f64| points.iter().map(|p| p.weight * of(p)).sum();
        let group = |p: &Point| (30.0 + p.mean * p.strength) / (60.0 + p.strength);
        [expected(&|p| p.mean), expected(&|p| p.shrinkage), expected(&group)]
    }

    /// A grid six times as close changes next to nothing, for a handful of groups and for thousands.
    #[test]
    fn no_number_of_groups_falls_between_the_points() {
        let mut random = Random::new(11);
        for (count, strength) in [(2, 20.0), (8, 1e6), (30, 20.0), (300, 20.0), (1_000, 40.0), (3_000, 9.0)] {
            let mut groups = simulated(&mut random, count, strength);
            groups.sort_unstable();
            let counts = Counts::new(&groups);
            let n0 = counts.harmonic_size();
            let mut means = mean_axis(&groups);
            (means.step, means.count) = (means.step / 6.0, 181);
            let closer = weighted(&counts, means, Axis { centre: 0.5, step: 1.0 / 240.0, count: 240 }, n0);
            let (got, want) = (summary(&points(&groups, &counts, n0)), summary(&closer));
            for (got, want) in got.iter().zip(want) {
                // Two groups leave the shrinkage open to the very ends of its axis.
                let tolerance = if count < 10 { 3e-4 } else { 2e-5 };
                assert!((got - want).abs() < tolerance, "{count} groups of strength {strength}: {got} {want}");
            }
        }
    }
}
