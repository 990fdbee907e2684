use super::{Population, Posterior};
use crate::stats::numbers::{case, counts, list, near};
use crate::stats::random::Random;
use crate::stats::{Invalid, Proportion};
use proptest::prelude::*;
use statrs::distribution::{Beta, ContinuousCDF};

const NUMBERS: &str = include_str!("../../../tests/numbers/05_hierarchical_beta_binomial.json");

fn groups(pairs: &[(u64, u64)]) -> Vec<Proportion> {
    pairs.iter().map(|(x, n)| Proportion::new(*x, *n).unwrap()).collect()
}

#[test]
fn published_cases() {
    for name in ["hb_ebbr_desk", "hb_underdispersed", "hb_five_agents_small_n"] {
        let case = case(NUMBERS, name);
        let (inputs, want) = (&case["inputs"], &case["expected"]);
        let tolerance = case["tolerance"].as_f64().unwrap();
        let all = groups(&counts(&inputs["x"]).into_iter().zip(counts(&inputs["n"])).collect::<Vec<_>>());
        let population = Population::fit(&all).unwrap();
        near(population.mean(), want["mean_mu"].as_f64().unwrap(), tolerance);
        near(population.shrinkage(), want["mean_shrinkage_B"].as_f64().unwrap(), tolerance);
        near(population.n0(), want["n0_harmonic"].as_f64().unwrap(), 1e-9);
        for (i, group) in all.iter().enumerate() {
            let posterior = population.posterior(*group);
            near(posterior.mean(), list(&want["posterior_mean"])[i], tolerance);
            let (low, high) = posterior.interval(0.95);
            near(low, list(&want["credible_95"][i])[0], tolerance);
            near(high, list(&want["credible_95"][i])[1], tolerance);
            near(posterior.below(inputs["target"].as_f64().unwrap()), list(&want["p_below_target"])[i], tolerance);
        }
    }
}

/// The mixture's distribution function part by part, and its quantile by bisection.
struct Slow(Vec<(f64, f64, f64)>);

impl Slow {
    fn new(population: &Population, group: Proportion) -> Self {
        let (x, y) = (group.hits() as f64, (group.n() - group.hits()) as f64);
        let beta = |p: &super::Point| (p.weight, x + p.mean * p.strength, y + p.miss * p.strength);
        Self(population.points.iter().map(beta).collect())
    }

    fn below(&self, p: f64) -> f64 {
        self.0.iter().map(|&(w, a, b)| w * beta_below(p, a, b)).sum()
    }
}

/// A Beta's distribution function: the library's, and Simpson's rule where its large shapes lose digits.
fn beta_below(p: f64, a: f64, b: f64) -> f64 {
    let n = a + b;
    if n < 3e4 || a.min(b) < 200.0 {
        return Beta::new(a, b).unwrap().cdf(p);
    }
    let softplus = |t: f64| (-t.abs()).exp().ln_1p() + t.max(0.0);
    let (mode, sd, at) = ((a / b).ln(), (1.0 / a + 1.0 / b).sqrt(), (p / (1.0 - p)).ln());
    let (low, high) = (mode - 9.0 * sd, mode + 9.0 * sd);
    let density = |t: f64| (a * (t - mode) - n * (softplus(t) - softplus(mode))).exp();
    let area = |from: f64, to: f64| {
        let step = (to - from) / 120.0;
        let node = |i: i32| density(from + f64::from(i) * step);
        (0..60).map(|i| node(2 * i) + 4.0 * node(2 * i + 1) + node(2 * i + 2)).sum::<f64>() * step / 3.0
    };
    if at <= low || at >= high {
        return if at <= low { 0.0 } else { 1.0 };
    }
    let below = area(low, at);
    below / (below + area(at, high))
}

/// Groups that make tables hard: tiny and huge, all and none, alike and far apart.
fn hard() -> Vec<Vec<Proportion>> {
    let alike: Vec<(u64, u64)> = (0..30).map(|i| (16 + i % 2, 20)).collect();
    [
        vec![(3, 4)],
        vec![(800_000, 1_000_000)],
        vec![(0, 1)],
        vec![(3, 4), (70, 71)],
        vec![(0, 5), (0, 60), (0, 9)],
        vec![(5, 5), (60, 60), (900, 900)],
        vec![(1, 1), (800_000, 1_000_000), (40, 90), (0, 3)],
        vec![(0, 1_000), (1_000, 1_000), (3, 3)],
        vec![(0, 1), (0, 1_000_000), (2, 900_000)],
        vec![(2, 3), (1, 3), (850, 1_000), (840, 1_000), (860, 1_000)],
        alike,
    ]
    .iter()
    .map(|pairs| groups(pairs))
    .collect()
}

#[test]
fn tables_agree_with_a_slow_direct_evaluation() {
    for mut all in hard() {
        let population = Population::fit(&all).unwrap();
        all.dedup();
        for group in &all {
            let (fast, slow) = (population.posterior(*group), Slow::new(&population, *group));
            let (low, high) = fast.interval(0.998);
            for i in 1..16 {
                let p = low + (high - low) * f64::from(i) / 16.0;
                assert!(
                    (fast.below(p) - slow.below(p)).abs() < 1e-5,
                    "{group:?}: below {p} is {} and not {}",
                    fast.below(p),
                    slow.below(p)
                );
            }
            for confidence in [0.8, 0.95] {
                let (low, high) = fast.interval(confidence);
                for (limit, below) in [(low, 0.5 - 0.5 * confidence), (high, 0.5 + 0.5 * confidence)] {
                    let (least, most) = (slow.below((limit - 1e-5).max(0.0)), slow.below((limit + 1e-5).min(1.0)));
                    assert!(least <= below && below <= most, "{group:?} of {all:?}: limit {limit} for {below}, near it {least} to {most}");
                }
            }
        }
    }
}

#[test]
fn single_betas() {
    for (a, b) in [(0.5, 0.5), (0.5, 30.5), (1.0, 1.0), (2.0, 0.6), (17.5, 3.5), (1e5, 3e4), (0.5, 1e6), (0.03, 2.0)] {
        let (fast, slow) = (Posterior::mixture(&[(a, b, 1.0)]), Beta::new(a, b).unwrap());
        assert!((fast.mean() - a / (a + b)).abs() < 1e-15);
        for i in 1..200 {
            let q = f64::from(i) / 200.0;
            let p = slow.inverse_cdf(q);
            let want = slow.cdf(p);
            assert!((fast.below(p) - want).abs() < 1e-5, "Beta({a}, {b}) at {p}: {} {want}", fast.below(p));
            assert!((fast.below(p) + fast.above(p) - 1.0).abs() < 1e-15);
        }
    }
}

#[test]
fn degenerate_populations_give_sensible_numbers() {
    for all in hard() {
        let population = Population::fit(&all).unwrap();
        let numbers = [population.mean(), population.shrinkage(), population.reliability(30), population.between_sd()];
        assert!(numbers.iter().all(|v| *v > 0.0 && *v < 1.0), "{all:?}: {numbers:?}");
        assert!(population.strength() > 0.0 && population.strength().is_finite());
        for group in all {
            let posterior = population.posterior(group);
            let (low, high) = posterior.interval(0.95);
            assert!(
                0.0 <= low && low < posterior.mean() && posterior.mean() < high && high <= 1.0,
                "{group:?}: {low} {high} {posterior:?}"
            );
        }
    }
}

#[test]
fn no_groups_are_refused() {
    assert_eq!(Population::fit(&[]).unwrap_err(), Invalid::Empty);
}

#[test]
fn odd_arguments_never_give_a_nan() {
    let population = Population::fit(&groups(&[(3, 4), (9, 10)])).unwrap();
    let posterior = population.posterior(Proportion::new(3, 4).unwrap());
    assert_eq!((posterior.below(f64::NAN), posterior.above(f64::NAN)), (0.0, 0.0));
    assert_eq!((posterior.below(0.0), posterior.below(-1.0), posterior.below(1.0), posterior.above(1.0)), (0.0, 0.0, 1.0, 0.0));
    assert_eq!((posterior.interval(f64::NAN), posterior.interval(1.0), posterior.interval(7.0)), ((0.0, 1.0), (0.0, 1.0), (0.0, 1.0)));
    assert_eq!(posterior.interval(-1.0), posterior.interval(0.0));
    assert_eq!((population.rows_for_reliability(f64::NAN), population.rows_for_reliability(1.0)), (u64::MAX, u64::MAX));
    assert_eq!((population.rows_for_reliability(-1.0), population.rows_for_reliability(0.0)), (0, 0));
}

#[test]
fn rows_for_a_reliability_reach_it_and_one_less_does_not() {
    let population = Population::fit(&groups(&[(41, 50), (12, 20), (88, 110), (3, 3), (55, 60), (30, 45)])).unwrap();
    for r in [0.1, 0.5, 0.7, 0.9] {
        let n = population.rows_for_reliability(r);
        assert!(population.reliability(n) >= r - 1e-11 && population.reliability(n - 1) < r, "{r}: {n}");
    }
    assert_eq!(population.rows_for_reliability(population.reliability(33)), 33);
}

#[test]
fn more_rows_at_the_same_rate_move_the_mean_to_the_rate() {
    let population = Population::fit(&groups(&[(41, 50), (12, 20), (88, 110), (3, 3), (55, 60), (30, 45)])).unwrap();
    let widths_and_means: Vec<(f64, f64)> = (1..12)
        .map(|k| {
            let posterior = population.posterior(Proportion::new(3 << k, 5 << k).unwrap());
            let (low, high) = posterior.interval(0.95);
            (high - low, posterior.mean())
        })
        .collect();
    assert!(widths_and_means.windows(2).all(|w| w[1].0 < w[0].0 && w[1].1 < w[0].1), "{widths_and_means:?}");
    assert!((widths_and_means[10].1 - 0.6).abs() < 1e-3);
}

fn any_groups() -> impl Strategy<Value = Vec<Proportion>> {
    let group = (1_u64..400, 0.0..=1.0_f64).prop_map(|(n, r): (u64, f64)| Proportion::new((n as f64 * r).round() as u64, n).unwrap());
    prop::collection::vec(group, 1..15)
}

/// What mirrors when hits and misses change places, to 1e-9.
fn assert_mirrors(all: &[Proportion], p: f64) {
    let flipped: Vec<Proportion> = all.iter().map(|g| g.flipped()).collect();
    let (one, other) = (Population::fit(all).unwrap(), Population::fit(&flipped).unwrap());
    near(one.mean() + other.mean(), 1.0, 1e-9);
    near(one.shrinkage(), other.shrinkage(), 1e-9);
    near(one.between_sd(), other.between_sd(), 1e-9);
    for (group, mirrored) in all.iter().zip(&flipped) {
        let (a, b) = (one.posterior(*group), other.posterior(*mirrored));
        let ((low, high), (mirrored_low, mirrored_high)) = (a.interval(0.95), b.interval(0.95));
        near(a.mean() + b.mean(), 1.0, 1e-9);
        near(low + mirrored_high, 1.0, 1e-9);
        near(high + mirrored_low, 1.0, 1e-9);
        near(a.below(p), b.above(1.0 - p), 1e-9);
    }
}

#[test]
fn hard_tables_mirror() {
    for all in hard() {
        assert_mirrors(&all, 0.8);
        assert_mirrors(&all, 1e-5);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_order_of_groups_changes_no_bit(all in any_groups(), seed in any::<u64>()) {
        let mut shuffled = all.clone();
        Random::new(seed).shuffle(&mut shuffled);
        let (one, other) = (Population::fit(&all).unwrap(), Population::fit(&shuffled).unwrap());
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(one.posterior(all[0]), other.posterior(all[0]));
    }

    #[test]
    fn hits_and_misses_mirror(all in any_groups(), p in 0.02..0.98_f64) {
        assert_mirrors(&all, p);
    }

    #[test]
    fn probabilities_rise_and_quantiles_undo_them(all in any_groups()) {
        let posterior = Population::fit(&all).unwrap().posterior(all[0]);
        let steps: Vec<f64> = (0..=400).map(|i| posterior.below(f64::from(i) / 400.0)).collect();
        prop_assert!(steps.windows(2).all(|w| w[0] <= w[1]) && steps[0] >= 0.0 && steps[400] <= 1.0);
        let (low, high) = posterior.interval(0.9);
        // Limits below 2e-16 are given as 0.
        prop_assert!(low <= 0.0 || (posterior.below(low) - 0.05).abs() < 1e-6);
        prop_assert!(high >= 1.0 || (posterior.above(high) - 0.05).abs() < 1e-6);
    }
}

/// Agents with a median of 75 rows and true rates around 85 %.
pub(super) fn simulated(random: &mut Random, count: usize, strength: f64) -> Vec<Proportion> {
    (0..count)
        .map(|_| {
            let n = (4.3 + 0.6 * random.normal()).exp().ceil() as u64;
            let p = random.beta(0.85 * strength, 0.15 * strength);
            Proportion::new(random.binomial(n, p), n).unwrap()
        })
        .collect()
}
