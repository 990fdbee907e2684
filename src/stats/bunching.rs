//! Bunching at a deadline: are tickets closed just in time more often than a smooth curve allows?
//!
//! Measure consumed deadline in *business elapsed time*. Clock time has a daily wave that looks like bunching.
//! A pattern to ask about, never a proof of anything.

use statrs::function::gamma::ln_gamma;

use super::interval::wilson_95;
use super::{Invalid, Proportion, Result, checked};

/// Bins on each side of the deadline, each of 5 % of it: half the deadline before to half after.
const BINS: usize = 10;

/// Fewest bins that are fitted on each side of the deadline.
const FEWEST_BINS: usize = 3;

/// Standard errors that the excess before and the hole after each need: 5 % one-sided, since each has one side to be on.
/// Both at once are far rarer by chance: below one smooth curve in a thousand (see the tests).
const CLEAR: f64 = 1.644_853_626_951_472_7;

/// Counts just before and just after a deadline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JustBefore {
    /// Share of both that is before.
    pub share: f64,
    /// Wilson's 95 % interval of the share.
    pub interval: (f64, f64),
    /// Exact binomial p against one half, two-sided.
    pub p_two_sided: f64,
    /// Exact binomial p that as many or more are before.
    pub p_greater: f64,
}

/// The simple version: of the tickets in two windows of one width around the deadline, those before it.
///
/// A falling curve has more before than after without anybody's doing: wide windows are not evidence.
pub fn just_before(before: Proportion) -> JustBefore {
    let p_greater = upper_half_tail(before.hits(), before.n());
    let p_less = upper_half_tail(before.n() - before.hits(), before.n());
    JustBefore { share: before.rate(), interval: wilson_95(before), p_two_sided: (2.0 * p_greater.min(p_less)).min(1.0), p_greater }
}

/// Chance of `hits` or more of `n` fair coins.
fn upper_half_tail(hits: u64, n: u64) -> f64 {
    // The smaller tail is summed: it falls from its first term on.
    if 2 * hits > n { falling_tail(hits, n) } else { 1.0 - falling_tail(n - hits + 1, n) }
}

/// The same for more than half of them, at most `n + 1`.
fn falling_tail(hits: u64, n: u64) -> f64 {
    if hits > n {
        return 0.0;
    }
    let ln = |k: u64| ln_gamma(k as f64 + 1.0);
    let mut term = (ln(n) - ln(hits) - ln(n - hits) - n as f64 * std::f64::consts::LN_2).exp();
    let mut sum = term;
    for k in hits..n {
        term *= (n - k) as f64 / (k + 1) as f64;
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
    }
    sum.min(1.0)
}

/// Tickets by consumed deadline (1 is the deadline), in twenty bins of 5 % from half the deadline to one and a half.
///
/// A bin holds its upper end: exactly at the deadline is in time. Tickets outside the bins are not counted.
///
/// # Errors
/// `Empty`, `NotFinite`; `OutOfRange` for a negative number.
pub fn bins(consumed: &[f64]) -> Result<Vec<u64>> {
    checked(consumed)?;
    if consumed.iter().any(|share| *share < 0.0) {
        return Err(Invalid::OutOfRange("consumed deadline"));
    }
    let mut counts = vec![0; 2 * BINS];
    for share in consumed {
        let bin = (share * 2.0 * BINS as f64).ceil() - BINS as f64 - 1.0;
        if bin >= 0.0 && bin < counts.len() as f64 {
            counts[bin as usize] += 1;
        }
    }
    Ok(counts)
}

/// A bin next to the deadline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// Tickets in the bin.
    pub observed: u64,
    /// Tickets of the smooth curve.
    pub expected: f64,
    /// Observed over expected.
    pub ratio: f64,
    /// Standard errors above the curve, of counts and curve together.
    pub z: f64,
}

/// Counts around a deadline against a smooth curve.
#[derive(Debug, Clone, PartialEq)]
pub struct ExcessMass {
    /// The curve: `exp(c0 + c1 x + c2 x²)`, x the distance of a bin's middle from the deadline over the bins before it.
    pub coefficients: [f64; 3],
    /// Pearson's dispersion of the fitted bins; standard errors are widened where it is above 1.
    pub dispersion: f64,
    /// The last bin before the deadline.
    pub before: Edge,
    /// The first bin after it.
    pub after: Edge,
}

impl ExcessMass {
    /// Tickets in the last bin beyond the smooth curve.
    pub fn excess(&self) -> f64 {
        self.before.observed as f64 - self.before.expected
    }

    /// Too many before *and* too few after, each beyond 5 % one-sided (1.645 standard errors). Either alone is a bump or a dip, not bunching.
    pub fn bunched(&self) -> bool {
        self.before.z > CLEAR && self.after.z < -CLEAR
    }
}

/// Excess mass before a deadline (Chetty et al. 2011, Kleven 2016): a Poisson quadratic through all bins but the two next to it.
///
/// `counts` in bins of one width; the deadline is the upper end of bin `last_before`, from 0.
///
/// # Errors
/// `TooFew` for fewer than three fitted bins on a side; `NoVariation` where the fitted bins of a side are all empty or the curve
/// does not settle; `OutOfRange` for a bin past the end.
pub fn excess_mass(counts: &[u64], last_before: usize) -> Result<ExcessMass> {
    let first_after = last_before.checked_add(1).filter(|bin| *bin < counts.len()).ok_or(Invalid::OutOfRange("bin of the deadline"))?;
    let (left, right) = (&counts[..last_before], &counts[first_after + 1..]);
    if left.len() < FEWEST_BINS || right.len() < FEWEST_BINS {
        return Err(Invalid::TooFew);
    }
    if left.iter().all(|c| *c == 0) || right.iter().all(|c| *c == 0) {
        return Err(Invalid::NoVariation);
    }
    let row = |bin: usize| {
        let x = (bin as f64 - last_before as f64 - 0.5) / first_after as f64;
        [1.0, x, x * x]
    };
    let fitted = (0..counts.len()).filter(|bin| *bin != last_before && *bin != first_after);
    let curve = Curve::fit(&fitted.map(|bin| (row(bin), counts[bin] as f64)).collect::<Vec<_>>())?;
    Ok(ExcessMass {
        coefficients: curve.coefficients,
        dispersion: curve.dispersion,
        before: curve.edge(row(last_before), counts[last_before]),
        after: curve.edge(row(first_after), counts[first_after]),
    })
}

type Row = [f64; 3];

/// A fitted log-linear Poisson curve.
struct Curve {
    coefficients: Row,
    covariance: [Row; 3],
    dispersion: f64,
}

impl Curve {
    /// Newton's method from a flat curve; steps are halved until the likelihood rises, which is concave.
    fn fit(points: &[(Row, f64)]) -> Result<Self> {
        let mean = points.iter().map(|(_, y)| y).sum::<f64>() / points.len() as f64;
        let mut beta = [mean.ln(), 0.0, 0.0];
        for _ in 0..100 {
            let (gradient, information) = derivatives(points, &beta);
            let covariance = inverse(&information).ok_or(Invalid::NoVariation)?;
            let step = covariance.map(|row| dot(&row, &gradient));
            // Half the Newton decrement: what is left to gain.
            if dot(&step, &gradient) < 1e-20 * points.len() as f64 {
                return Ok(Self { coefficients: beta, covariance, dispersion: dispersion(points, &beta) });
            }
            beta = improved(points, &beta, &step);
        }
        Err(Invalid::NoVariation)
    }

    fn edge(&self, row: Row, observed: u64) -> Edge {
        let expected = dot(&row, &self.coefficients).exp();
        let uncertainty = expected * expected * dot(&row, &self.covariance.map(|c| dot(&c, &row)));
        let sd = (self.dispersion.max(1.0) * (expected + uncertainty)).sqrt();
        Edge { observed, expected, ratio: observed as f64 / expected, z: (observed as f64 - expected) / sd }
    }
}

fn dot(a: &Row, b: &Row) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn derivatives(points: &[(Row, f64)], beta: &Row) -> (Row, [Row; 3]) {
    let (mut gradient, mut information) = ([0.0; 3], [[0.0; 3]; 3]);
    for (row, y) in points {
        let mean = dot(row, beta).exp();
        for i in 0..3 {
            gradient[i] += (y - mean) * row[i];
            for j in 0..3 {
                information[i][j] += mean * row[i] * row[j];
            }
        }
    }
    (gradient, information)
}

fn likelihood(points: &[(Row, f64)], beta: &Row) -> f64 {
    points.iter().map(|(row, y)| y * dot(row, beta) - dot(row, beta).exp()).sum()
}

/// The longest of the step, its half, its quarter and so on that does not lose likelihood.
fn improved(points: &[(Row, f64)], beta: &Row, step: &Row) -> Row {
    let start = likelihood(points, beta);
    let moved = |length: f64| std::array::from_fn(|i| beta[i] + length * step[i]);
    let lengths = std::iter::successors(Some(1.0), |length| Some(length / 2.0)).take(30);
    // Close to the top rounding hides the gain: a loss within it is none.
    let good = |beta: &Row| likelihood(points, beta) >= start - 1e-12 * start.abs();
    lengths.map(moved).find(good).unwrap_or(*beta)
}

fn dispersion(points: &[(Row, f64)], beta: &Row) -> f64 {
    let pearson: f64 = points.iter().map(|(row, y)| (dot(row, beta).exp(), y)).map(|(mean, y)| (y - mean).powi(2) / mean).sum();
    pearson / (points.len() - 3) as f64
}

/// Inverse of a symmetric matrix by cofactors; `None` if it is singular.
fn inverse(m: &[Row; 3]) -> Option<[Row; 3]> {
    let minor = |i: usize, j: usize| {
        let (rows, columns) = ([(i + 1) % 3, (i + 2) % 3], [(j + 1) % 3, (j + 2) % 3]);
        let at = |row: usize, column: usize| m[rows[row]][columns[column]];
        at(0, 0) * at(1, 1) - at(0, 1) * at(1, 0)
    };
    let determinant: f64 = (0..3).map(|j| m[0][j] * minor(0, j)).sum();
    let usable = determinant.is_finite() && determinant > 1e-12 * m[0][0] * m[1][1] * m[2][2];
    usable.then(|| std::array::from_fn(|i| std::array::from_fn(|j| minor(j, i) / determinant)))
}

#[cfg(test)]
mod tests;
