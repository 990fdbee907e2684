//! Two proportions: by how much they differ, and whether it could be chance.

use super::distribution::hypergeometric_pmf;
use super::interval::wilson;
use super::target_test::{TIES, first_no_likelier};
use super::{Proportion, Result};

/// `after - before`, -1 to 1.
pub fn difference(after: Proportion, before: Proportion) -> f64 {
    after.rate() - before.rate()
}

/// The interval of `after - before` from both Wilson intervals (Newcombe 1998, method 10), -1 to 1.
///
/// # Errors
/// [`super::Invalid::OutOfRange`] for a confidence that is not strictly between 0 and 1.
pub fn newcombe(after: Proportion, before: Proportion, confidence: f64) -> Result<(f64, f64)> {
    let ((l1, u1), (l0, u0)) = (wilson(after, confidence)?, wilson(before, confidence)?);
    let (p1, p0, d) = (after.rate(), before.rate(), difference(after, before));
    let low = d - (p1 - l1).hypot(u0 - p0);
    let high = d + (u1 - p1).hypot(p0 - l0);
    Ok((low.max(-1.0), high.min(1.0)))
}

/// Fisher's exact test, two-sided (Fisher 1922): the chance, with all hits shared out at random between the two, of a split no more
/// likely than the seen one. 1 when nothing or everything hit.
pub fn fisher_exact(a: Proportion, b: Proportion) -> f64 {
    let table = Table::new(a, b);
    // Always look from the lower side; the mirror has misses for hits.
    let table = if table.x > table.mode() { Table::new(a.flipped(), b.flipped()) } else { table };
    let seen = table.chance(table.x);
    let most = table.drawn.min(table.marked);
    let other = first_no_likelier(table.mode().max(table.x + 1), most.max(table.x), |x| table.chance(x) <= seen * TIES);
    let below = table.sum(table.x, |x| (x > table.least()).then(|| (x - 1, 1.0 / table.ratio(x - 1))));
    let above = if other > most { 0.0 } else { table.sum(other, |x| (x < most).then(|| (x + 1, table.ratio(x)))) };
    (below + above).min(1.0)
}

/// A table of two by two with fixed margins: `x` of the `drawn` hits fell to the first group.
struct Table {
    x: u64,
    marked: u64,
    plain: u64,
    drawn: u64,
}

impl Table {
    fn new(a: Proportion, b: Proportion) -> Self {
        Self { x: a.hits(), marked: a.n(), plain: b.n(), drawn: a.hits() + b.hits() }
    }

    fn mode(&self) -> u64 {
        let top = u128::from(self.drawn + 1) * u128::from(self.marked + 1);
        (top / u128::from(self.marked + self.plain + 2)) as u64
    }

    fn least(&self) -> u64 {
        self.drawn.saturating_sub(self.plain)
    }

    fn chance(&self, x: u64) -> f64 {
        hypergeometric_pmf(x, self.marked, self.plain, self.drawn)
    }

    /// The chance of `x + 1` over that of `x`.
    fn ratio(&self, x: u64) -> f64 {
        let up = (self.marked - x) as f64 * (self.drawn - x) as f64;
        up / ((x + 1) as f64 * (self.plain + x + 1 - self.drawn) as f64)
    }

    /// The chances from `x` outward, until they add nothing more.
    fn sum(&self, mut x: u64, step: impl Fn(u64) -> Option<(u64, f64)>) -> f64 {
        let mut chance = self.chance(x);
        let mut sum = chance;
        while let Some((next, ratio)) = step(x) {
            chance *= ratio;
            if chance <= sum * f64::EPSILON * 1e-3 {
                break;
            }
            sum += chance;
            x = next;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::super::Invalid;
    use super::super::numbers::{case, list, near};
    use super::*;
    use proptest::prelude::*;

    const NUMBERS: &str = include_str!("../../tests/numbers/03_two_proportions.json");

    fn of(hits: u64, n: u64) -> Proportion {
        Proportion::new(hits, n).unwrap()
    }

    #[test]
    fn other_peoples_software() {
        for name in ["56_70_minus_48_80", "9_10_minus_3_10", "10_10_minus_0_10", "18_20_minus_15_22", "231_300_minus_201_280"] {
            let case = case(NUMBERS, &format!("diff_{name}"));
            let count = |name: &str| case["inputs"][name].as_u64().unwrap();
            let (after, before) = (of(count("x1"), count("n1")), of(count("x0"), count("n0")));
            let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
            near(difference(after, before), want["diff"].as_f64().unwrap(), tolerance);
            let ((low, high), limits) = (newcombe(after, before, 0.95).unwrap(), list(&want["newcombe_95"]));
            near(low, limits[0], tolerance);
            near(high, limits[1], tolerance);
            near(fisher_exact(after, before), want["fisher_p"].as_f64().unwrap(), tolerance);
        }
    }

    /// Fisher 1935, the lady tasting tea: 3 of 4 and 1 of 4 has 0.4857; all right 0.0286.
    #[test]
    fn tea() {
        near(fisher_exact(of(3, 4), of(1, 4)), 34.0 / 70.0, 1e-12);
        near(fisher_exact(of(4, 4), of(0, 4)), 2.0 / 70.0, 1e-12);
    }

    /// 15 and 16 of 31 are equally likely here: nothing is less likely than the seen split.
    #[test]
    fn two_likeliest_splits() {
        near(fisher_exact(of(16, 31), of(1, 3)), 1.0, 1e-12);
        near(fisher_exact(of(1, 3), of(16, 31)), 1.0, 1e-12);
    }

    #[test]
    fn nothing_to_tell_apart() {
        for (a, b) in [(of(0, 7), of(0, 9)), (of(7, 7), of(9, 9)), (of(5, 10), of(5, 10)), (of(0, 1), of(0, 5_000_000))] {
            near(fisher_exact(a, b), 1.0, 1e-12);
        }
    }

    /// Millions of tickets: quick, and near the normal distribution.
    #[test]
    fn large_counts() {
        let (p, n) = (0.850_25_f64, 5e6_f64);
        let z = 0.0005 / (2.0 * p * (1.0 - p) / n).sqrt();
        let want = statrs::function::erf::erfc(z / std::f64::consts::SQRT_2);
        near(fisher_exact(of(4_252_500, 5_000_000), of(4_250_000, 5_000_000)), want, 2e-4);
    }

    #[test]
    fn refused() {
        for confidence in [0.0, 1.0, f64::NAN] {
            assert_eq!(newcombe(of(3, 7), of(1, 7), confidence), Err(Invalid::OutOfRange("confidence")));
        }
    }

    proptest! {
        #[test]
        fn laws(n in (1_u64..80, 1_u64..80), share in (0.0..=1.0, 0.0..=1.0), confidence in 0.5..0.999) {
            let hits = |share: f64, n: u64| of((share * n as f64) as u64, n);
            let (a, b) = (hits(share.0, n.0), hits(share.1, n.1));
            let (low, high) = newcombe(a, b, confidence).unwrap();
            let d = difference(a, b);
            prop_assert!((-1.0..=d + 1e-15).contains(&low) && (d - 1e-15..=1.0).contains(&high));
            for (other, what) in [(newcombe(b, a, confidence), "places"), (newcombe(a.flipped(), b.flipped(), confidence), "good and bad")] {
                let (other_low, other_high) = other.unwrap();
                prop_assert!((low + other_high).abs() < 1e-12 && (high + other_low).abs() < 1e-12, "{}", what);
            }
            let p = fisher_exact(a, b);
            prop_assert!((p - fisher_exact(b, a)).abs() < 1e-10 && (p - fisher_exact(a.flipped(), b.flipped())).abs() < 1e-10);
            let table = Table::new(a, b);
            let chances: Vec<f64> = (0..=table.drawn).map(|x| table.chance(x)).collect();
            prop_assert!((chances.iter().sum::<f64>() - 1.0).abs() < 1e-10);
            let listed: f64 = chances.iter().filter(|q| **q <= table.chance(table.x) * TIES).sum();
            prop_assert!((p - listed.min(1.0)).abs() < 1e-10, "{} {}", p, listed);
        }
    }
}
