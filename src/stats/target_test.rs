//! Exact tests of a proportion against a target.

use super::distribution::{binomial_at_least, binomial_at_most, binomial_pmf};
use super::{Invalid, Proportion, Result};

/// Outcomes this little more likely than the seen one count as equally likely: R's `binom.test` and `fisher.test` do the same.
pub(super) const TIES: f64 = 1.0 + 1e-7;

/// Whether the true rate is below the target: the chance of at most this many hits if the target were the true rate.
///
/// # Errors
/// [`Invalid::OutOfRange`] for a target outside 0 to 1.
pub fn less(p: Proportion, target: f64) -> Result<f64> {
    checked_target(target).map(|t| binomial_at_most(p.hits(), p.n(), t))
}

/// Whether the true rate is above the target: the chance of at least this many hits if the target were the true rate.
///
/// # Errors
/// [`Invalid::OutOfRange`] for a target outside 0 to 1.
pub fn greater(p: Proportion, target: f64) -> Result<f64> {
    checked_target(target).map(|t| binomial_at_least(p.hits(), p.n(), t))
}

/// Two-sided, by likelihood: the chance of all outcomes no more likely than the seen one. What `binom.test` of R prints.
///
/// # Errors
/// [`Invalid::OutOfRange`] for a target outside 0 to 1.
pub fn two_sided(p: Proportion, target: f64) -> Result<f64> {
    let target = checked_target(target)?;
    let mode = |t: f64| (((p.n() + 1) as f64 * t) as u64).min(p.n());
    // Always look from the lower side: an outcome above the most likely one is below it in the mirror.
    let (p, target) = if p.hits() > mode(target) { (p.flipped(), 1.0 - target) } else { (p, target) };
    let seen = binomial_pmf(p.hits(), p.n(), target) * TIES;
    let other = first_no_likelier(mode(target).max(p.hits() + 1), p.n(), |x| binomial_pmf(x, p.n(), target) <= seen);
    Ok((binomial_at_most(p.hits(), p.n(), target) + binomial_at_least(other, p.n(), target)).min(1.0))
}

/// Two-sided mid-p (Lancaster 1961): twice the smaller tail with half the chance of the seen outcome, at most 1.
///
/// Rejects a true target about as often as it says, where [`two_sided`] rejects it less often.
///
/// # Errors
/// [`Invalid::OutOfRange`] for a target outside 0 to 1.
pub fn mid_p(p: Proportion, target: f64) -> Result<f64> {
    let half = binomial_pmf(p.hits(), p.n(), checked_target(target)?) / 2.0;
    let (low, high) = (less(p, target)? - half, greater(p, target)? - half);
    Ok((2.0 * low.min(high)).clamp(0.0, 1.0))
}

/// The first of `from..=to` where `is_no_likelier`, which stays true once it is; `to + 1` if none.
pub(super) fn first_no_likelier(from: u64, to: u64, is_no_likelier: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (from, to + 1);
    while low < high {
        let middle = low.midpoint(high);
        if is_no_likelier(middle) { high = middle } else { low = middle + 1 }
    }
    high
}

fn checked_target(target: f64) -> Result<f64> {
    if (0.0..=1.0).contains(&target) { Ok(target) } else { Err(Invalid::OutOfRange("target")) }
}

#[cfg(test)]
mod tests {
    use super::super::multiplicity::benjamini_hochberg;
    use super::super::numbers::{case, counts, list, near};
    use super::*;
    use proptest::prelude::*;

    const NUMBERS: &str = include_str!("../../tests/numbers/02_target_tests_multiplicity.json");

    fn of(hits: u64, n: u64) -> Proportion {
        Proportion::new(hits, n).unwrap()
    }

    #[test]
    fn other_peoples_software() {
        for name in ["7_of_20_vs_0.6", "18_of_20_vs_0.6", "50_of_60_vs_0.9", "231_of_300_vs_0.8", "3_of_3_vs_0.8", "0_of_12_vs_0.3"] {
            let case = case(NUMBERS, &format!("target_{name}"));
            let (inputs, want) = (&case["inputs"], &case["expected"]);
            let p = of(inputs["x"].as_u64().unwrap(), inputs["n"].as_u64().unwrap());
            let target = inputs["target"].as_f64().unwrap();
            let tolerance = case["tolerance"].as_f64().unwrap();
            near(two_sided(p, target).unwrap(), want["p_two_sided_minlike"].as_f64().unwrap(), tolerance);
            near(less(p, target).unwrap(), want["p_less"].as_f64().unwrap(), tolerance);
            near(greater(p, target).unwrap(), want["p_greater"].as_f64().unwrap(), tolerance);
            near(mid_p(p, target).unwrap(), want["p_midp_two_sided"].as_f64().unwrap(), tolerance);
        }
    }

    #[test]
    fn twelve_agents_against_80_percent() {
        let case = case(NUMBERS, "desk_12_agents_vs_80pct");
        let (inputs, want) = (&case["inputs"], &case["expected"]);
        let tolerance = case["tolerance"].as_f64().unwrap();
        let groups = counts(&inputs["x"]).into_iter().zip(counts(&inputs["n"]));
        let p: Vec<f64> = groups.map(|(x, n)| mid_p(of(x, n), inputs["target"].as_f64().unwrap()).unwrap()).collect();
        p.iter().zip(list(&want["p_midp"])).for_each(|(got, want)| near(*got, want, tolerance));
        let adjusted = benjamini_hochberg(&p).unwrap();
        adjusted.iter().zip(list(&want["bh_adjusted"])).for_each(|(got, want)| near(*got, want, tolerance));
        let flagged: Vec<bool> = adjusted.iter().map(|q| *q <= 0.1).collect();
        assert_eq!(serde_json::json!(flagged), want["flagged_q10"]);
    }

    #[test]
    fn a_target_of_nothing_or_everything() {
        for test in [less, two_sided, mid_p] {
            near(test(of(9, 10), 1.0).unwrap(), 0.0, 0.0);
        }
        for test in [less, greater, two_sided, mid_p] {
            near(test(of(10, 10), 1.0).unwrap(), 1.0, 0.0);
            near(test(of(0, 10), 0.0).unwrap(), 1.0, 0.0);
            for target in [-0.01, 1.01, 85.0, f64::NAN] {
                assert_eq!(test(of(3, 7), target), Err(Invalid::OutOfRange("target")));
            }
        }
        near(greater(of(1, 10), 0.0).unwrap(), 0.0, 0.0);
    }

    /// 1 and 2 of 3 are equally likely at a half, 3 and 4 of 9 at 0.4: nothing is less likely than those.
    #[test]
    fn two_likeliest_outcomes() {
        for (hits, n, target) in [(1, 3, 0.5), (2, 3, 0.5), (3, 9, 0.4), (4, 9, 0.4)] {
            near(two_sided(of(hits, n), target).unwrap(), 1.0, 1e-12);
        }
    }

    /// Millions of tickets: quick, and near the normal distribution (z of -2.2136 has 0.02686).
    #[test]
    fn large_counts() {
        let p = of(8_497_500, 10_000_000);
        near(two_sided(p, 0.85).unwrap(), 0.026_86, 2e-4);
        near(mid_p(p, 0.85).unwrap(), 0.026_86, 2e-4);
    }

    proptest! {
        #[test]
        fn laws(n in 1_u64..300, share in 0.0..=1.0, target in 0.01..0.99) {
            let p = of((share * n as f64) as u64, n);
            let mirrored = (p.flipped(), 1.0 - target);
            let [low, high, both, mid] = [less, greater, two_sided, mid_p].map(|test| test(p, target).unwrap());
            prop_assert!((low - greater(mirrored.0, mirrored.1).unwrap()).abs() < 1e-10);
            prop_assert!((both - two_sided(mirrored.0, mirrored.1).unwrap()).abs() < 1e-10);
            prop_assert!((mid - mid_p(mirrored.0, mirrored.1).unwrap()).abs() < 1e-10);
            let seen = binomial_pmf(p.hits(), n, target);
            prop_assert!((low + high - 1.0 - seen).abs() < 1e-10);
            let listed: f64 = (0..=n).map(|x| binomial_pmf(x, n, target)).filter(|q| *q <= seen * TIES).sum();
            prop_assert!((both - listed.min(1.0)).abs() < 1e-10, "{both} {listed}");
        }
    }
}
