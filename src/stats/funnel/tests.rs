use serde_json::Value;

use super::super::distribution::{binomial_at_least, binomial_at_most};
use super::super::numbers::{case, counts, list, near};
use super::super::random::Random;
use super::*;
use proptest::prelude::*;

const NUMBERS: &str = include_str!("../../../tests/numbers/06_funnel.json");

fn of(hits: u64, n: u64) -> Proportion {
    Proportion::new(hits, n).unwrap()
}

fn near_all(got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len());
    got.iter().zip(want).for_each(|(got, want)| near(*got, *want, tolerance));
}

fn tolerance(case: &Value) -> f64 {
    case["tolerance"].as_f64().unwrap()
}

fn ten_groups() -> Vec<Proportion> {
    let inputs = &case(NUMBERS, "funnel_proportion_overdispersion")["inputs"];
    counts(&inputs["numerator"]).into_iter().zip(counts(&inputs["denominator"])).map(|(x, n)| of(x, n)).collect()
}

#[test]
fn overdispersion_of_proportions() {
    let case = case(NUMBERS, "funnel_proportion_overdispersion");
    let (want, tolerance, groups) = (&case["expected"], tolerance(&case), ten_groups());
    let rate = pooled_rate(&groups).unwrap();
    near(rate, want["target"].as_f64().unwrap(), tolerance);
    let z = arcsine_scores(&groups, rate).unwrap();
    near_all(&z, &list(&want["z"]), tolerance);
    near_all(&winsorised(&z, case["inputs"]["trim_by"].as_f64().unwrap()).unwrap(), &list(&want["z_winsorised"]), tolerance);
    let funnel = Funnel::fit(&groups).unwrap();
    near(funnel.phi, want["phi"].as_f64().unwrap(), tolerance);
    near(funnel.tau2, want["tau2"].as_f64().unwrap(), tolerance);
    assert!(funnel.is_adjusted);
    // The file's outer limits were drawn with z of 3.090232: six decimals, not 3.0902323.
    let outer = 1.0 - statrs::function::erf::erfc(3.090_232 / std::f64::consts::SQRT_2);
    for n in [12, 82, 99, 162] {
        let want = &want["limits"][format!("n={n}")];
        for (level, unadjusted, adjusted) in [(0.95, "unadjusted_95", "od_95"), (outer, "unadjusted_998", "od_998")] {
            let (low, high) = arcsine(rate, n, level, 0.0).unwrap();
            near_all(&[low, high], &list(&want[unadjusted]), tolerance);
            let (low, high) = arcsine(rate, n, level, funnel.tau2).unwrap();
            near_all(&[low, high], &list(&want[adjusted]), tolerance);
        }
    }
}

fn ratios(case: &Value) -> Vec<Ratio> {
    let inputs = &case["inputs"];
    counts(&inputs["observed"]).into_iter().zip(list(&inputs["expected"])).map(|(o, e)| Ratio::new(o, e).unwrap()).collect()
}

#[test]
fn overdispersion_of_ratios() {
    for (name, scale) in [("funnel_sr_shmi", Scale::Log), ("funnel_sr_cqc", Scale::SquareRoot)] {
        let case = case(NUMBERS, name);
        let (want, tolerance, groups) = (&case["expected"], tolerance(&case), ratios(&case));
        near_all(&ratio_scores(&groups, scale).unwrap(), &list(&want["z"]), tolerance);
        let Overdispersion { phi, tau2 } = RatioFunnel::fit(&groups, scale).unwrap().overdispersion;
        near(phi, want["phi"].as_f64().unwrap(), tolerance);
        near(tau2, want["tau2"].as_f64().unwrap(), tolerance);
    }
}

#[test]
fn poisson_limits_of_ratios() {
    let case = case(NUMBERS, "funnel_sr_poisson_limits");
    for (at, expected) in list(&case["inputs"]["expected"]).into_iter().enumerate() {
        for (confidence, low, high) in [(0.95, "ll95", "ul95"), (0.998, "ll998", "ul998")] {
            let got = poisson_ratio_limits(expected, confidence).unwrap();
            near(got.0, list(&case["expected"][low])[at], tolerance(&case));
            near(got.1, list(&case["expected"][high])[at], tolerance(&case));
        }
    }
}

#[test]
fn published_limits_from_wilson() {
    let case = case(NUMBERS, "funnel_phe_wilson_published");
    let rate = case["inputs"]["baseline_percent"].as_f64().unwrap() / 100.0;
    for row in case["expected"]["limits"].as_array().unwrap().iter().map(list) {
        let (inner, outer) = (score(rate, row[0] as u64, 0.95).unwrap(), score(rate, row[0] as u64, 0.998).unwrap());
        let got = [inner.0, inner.1, outer.0, outer.1].map(|limit| limit * 100.0);
        near_all(&got, &row[1..], tolerance(&case));
    }
}

#[test]
fn published_exact_limits() {
    let case = case(NUMBERS, "funnel_exact_binomial_interpolated");
    let rate = case["inputs"]["target"].as_f64().unwrap();
    for row in case["expected"]["limits"].as_array().unwrap().iter().map(list) {
        let (inner, outer) = (spiegelhalter(rate, row[0] as u64, 0.95).unwrap(), spiegelhalter(rate, row[0] as u64, 0.998).unwrap());
        near_all(&[outer.0, inner.0, inner.1, outer.1], &row[1..], tolerance(&case));
    }
}

#[test]
fn refused() {
    assert_eq!(Funnel::fit(&[]), Err(Invalid::Empty));
    assert_eq!(pooled_rate(&[]), Err(Invalid::Empty));
    assert_eq!(arcsine_scores(&[], 0.5), Err(Invalid::Empty));
    assert_eq!(arcsine_scores(&[of(1, 2)], f64::NAN), Err(Invalid::OutOfRange("rate")));
    for limits in [spiegelhalter, mirrored, score, |rate, n, confidence| arcsine(rate, n, confidence, 0.01)] {
        assert_eq!(limits(0.5, 0, 0.95), Err(Invalid::Empty));
        assert_eq!(limits(-0.1, 9, 0.95), Err(Invalid::OutOfRange("rate")));
        assert_eq!(limits(f64::NAN, 9, 0.95), Err(Invalid::OutOfRange("rate")));
        assert_eq!(limits(0.5, 9, 1.0), Err(Invalid::OutOfRange("confidence")));
    }
    for tau2 in [-0.1, f64::NAN, f64::INFINITY] {
        assert_eq!(arcsine(0.5, 9, 0.95, tau2), Err(Invalid::OutOfRange("tau2")));
    }
    assert_eq!(winsorised(&[], 0.1), Err(Invalid::Empty));
    assert_eq!(winsorised(&[1.0], 0.5), Err(Invalid::OutOfRange("trim")));
    assert_eq!(kept(&[1.0, f64::NAN], 0.1), Err(Invalid::NotFinite));
    assert_eq!(overdispersion(&[1.0], &[1.0, 2.0]), Err(Invalid::LengthsDiffer));
    assert_eq!(overdispersion(&[1.0], &[0.0]), Err(Invalid::OutOfRange("variance")));
    for expected in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(Ratio::new(3, expected), Err(Invalid::OutOfRange("expected events")));
        assert_eq!(poisson_ratio_limits(expected, 0.95), Err(Invalid::OutOfRange("expected events")));
    }
    assert_eq!(RatioFunnel::fit(&[], Scale::Log), Err(Invalid::Empty));
    let without_events = [Ratio::new(0, 3.0).unwrap(), Ratio::new(4, 3.0).unwrap()];
    assert_eq!(RatioFunnel::fit(&without_events, Scale::Log), Err(Invalid::OutOfRange("observed events on the log scale")));
    let funnel = RatioFunnel::fit(&without_events, Scale::SquareRoot).unwrap();
    assert_eq!(funnel.limits(0.0, 0.95), Err(Invalid::OutOfRange("expected events")));
    assert_eq!(funnel.limits(4.0, 0.0), Err(Invalid::OutOfRange("confidence")));
}

/// Limits of ratios are ratios: around 1, and squared back on the square root's scale.
#[test]
fn limits_of_ratios_are_ratios() {
    for scale in [Scale::Log, Scale::SquareRoot] {
        let funnel = RatioFunnel { scale, overdispersion: Overdispersion { phi: 1.0, tau2: 0.0 } };
        let ((low, high), exact) = (funnel.limits(400.0, 0.95).unwrap(), poisson_ratio_limits(400.0, 0.95).unwrap());
        assert!((low - exact.0).abs() < 0.01 && (high - exact.1).abs() < 0.01, "{scale:?} {low} {high} {exact:?}");
        let wide = RatioFunnel { scale, overdispersion: Overdispersion { phi: 4.0, tau2: 0.5 } };
        let (wide_low, wide_high) = wide.limits(0.5, 0.998).unwrap();
        assert!(wide_low >= 0.0 && wide_low < low && wide_high > high);
    }
}

#[test]
fn all_or_nothing_everywhere() {
    for hits in [0, 40] {
        let groups: Vec<Proportion> = (0..12).map(|_| of(hits, 40)).collect();
        let funnel = Funnel::fit(&groups).unwrap();
        assert_eq!((funnel.phi, funnel.tau2, funnel.is_adjusted), (0.0, 0.0, false));
        assert!(groups.iter().all(|g| funnel.place(*g, Level::P998) == Place::Inside));
        for level in [Level::P95, Level::P998] {
            let (low, high) = funnel.limits(40, level);
            assert!((0.0..=1.0).contains(&low) && (low..=1.0).contains(&high));
        }
    }
}

#[test]
fn equal_rates_one_group_and_a_giant() {
    let equal = Funnel::fit(&[of(1, 2), of(10, 20), of(50, 100)]).unwrap();
    assert!(equal.phi < 1e-20 && equal.tau2 == 0.0 && equal.place(of(10, 20), Level::P998) == Place::Inside);
    let alone = Funnel::fit(&[of(7, 9)]).unwrap();
    assert_eq!((alone.is_adjusted, alone.tau2, alone.place(of(7, 9), Level::P998)), (false, 0.0, Place::Inside));
    let mut groups = vec![of(8_500_000, 10_000_000)];
    groups.extend((0..11).map(|i| of(10 + i, 20)));
    let giant = Funnel::fit(&groups).unwrap();
    near(giant.centre, 0.85, 1e-4);
    assert!(giant.tau2.is_finite() && giant.phi.is_finite() && giant.place(groups[0], Level::P998) == Place::Inside);
    assert_eq!(giant.limits(0, Level::P95), (0.0, 1.0));
}

#[test]
fn one_group_does_not_tell_how_groups_differ() {
    for (scores, variances) in [(vec![3.0], vec![0.1]), (vec![3.0, 3.0], vec![1e-20, 1.0])] {
        assert_eq!(overdispersion(&scores, &variances), Ok(Overdispersion { phi: 9.0, tau2: 0.0 }));
    }
    let two = overdispersion(&[3.0, -3.0], &[0.1, 0.1]).unwrap();
    near(two.tau2, (2.0 * 9.0 - 1.0) / (20.0 - 200.0 / 20.0), 1e-12);
}

/// All of five at 85 % is nothing to remark on: it happens to 44 % of such groups.
#[test]
fn a_full_score_of_few_is_inside() {
    let groups: Vec<Proportion> = (0..20).map(|_| of(85, 100)).chain([of(5, 5)]).collect();
    let funnel = Funnel::fit(&groups).unwrap();
    assert_eq!(funnel.place(of(5, 5), Level::P998), Place::Inside);
    assert_eq!(funnel.place(of(30, 30), Level::P998), Place::High);
    assert_eq!(funnel.place(of(100, 100), Level::P998), Place::FarHigh);
    assert_eq!(funnel.place(of(30, 100), Level::P998), Place::FarLow);
    assert_eq!(funnel.place(of(77, 100), Level::P998), Place::Low);
    let spiegelhalter = spiegelhalter(0.85, 5, 0.998).unwrap();
    assert!(spiegelhalter.1 < 1.0, "why the high limit is mirrored");
}

/// Equal groups: at most 5 % outside the 95 % limits and 0.2 % outside the others, since exact tests keep their promise.
#[test]
fn false_flags() {
    let mut random = Random::new(20);
    let (mut outside, mut far, mut all) = (0, 0, 0);
    for _ in 0..200 {
        let groups: Vec<Proportion> = (0..30).map(|i| 5 + 3 * i).map(|n| of(random.binomial(n, 0.85), n)).collect();
        let funnel = Funnel::fit(&groups).unwrap();
        assert!(!funnel.is_adjusted || funnel.phi > LARGEST_PHI);
        for place in groups.iter().map(|g| funnel.place(*g, Level::P998)) {
            all += 1;
            outside += usize::from(place != Place::Inside);
            far += usize::from(matches!(place, Place::FarLow | Place::FarHigh));
        }
    }
    assert!((all / 100..=all / 20).contains(&outside) && far <= all / 500, "{outside} and {far} of {all}");
}

/// Few groups are never adjusted: their own outlier would hide itself.
#[test]
fn few_groups_are_not_adjusted() {
    let mut groups: Vec<Proportion> = (0..FEWEST_GROUPS - 2).map(|_| of(850, 1000)).collect();
    groups.push(of(600, 1000));
    let few = Funnel::fit(&groups).unwrap();
    assert!(few.phi > LARGEST_PHI && !few.is_adjusted && few.place(of(600, 1000), Level::P998) == Place::FarLow);
    let differing: Vec<Proportion> = (0..FEWEST_GROUPS as u64).map(|i| of(600 + 30 * i, 1000)).collect();
    let many = Funnel::fit(&differing).unwrap();
    assert!(many.is_adjusted && differing.iter().all(|g| many.place(*g, Level::P998) == Place::Inside), "{many:?}");
}

fn groups() -> impl Strategy<Value = Vec<Proportion>> {
    prop::collection::vec((1_u64..400, 0.0..=1.0), 1..40)
        .prop_map(|groups| groups.into_iter().map(|(n, share)| of((share * n as f64) as u64, n)).collect())
}

fn mirror(place: Place) -> Place {
    match place {
        Place::Inside => Place::Inside,
        Place::Low => Place::High,
        Place::High => Place::Low,
        Place::FarLow => Place::FarHigh,
        Place::FarHigh => Place::FarLow,
    }
}

proptest! {
    #[test]
    fn good_and_bad_change_places(groups in groups()) {
        let flipped: Vec<Proportion> = groups.iter().map(|g| g.flipped()).collect();
        let (funnel, other) = (Funnel::fit(&groups).unwrap(), Funnel::fit(&flipped).unwrap());
        prop_assert!((funnel.phi - other.phi).abs() < 1e-6 && (funnel.tau2 - other.tau2).abs() < 1e-9);
        prop_assume!((funnel.phi - LARGEST_PHI).abs() > 1e-6);
        for group in groups {
            let ((low, high), (other_low, other_high)) = (funnel.limits(group.n(), Level::P95), other.limits(group.n(), Level::P95));
            prop_assert!((low + other_high - 1.0).abs() < 1e-9 && (high + other_low - 1.0).abs() < 1e-9);
            prop_assert_eq!(funnel.place(group, Level::P998), mirror(other.place(group.flipped(), Level::P998)));
        }
    }

    #[test]
    fn order_changes_nothing(groups in groups()) {
        let turned: Vec<Proportion> = groups.iter().rev().copied().collect();
        let (funnel, other) = (Funnel::fit(&groups).unwrap(), Funnel::fit(&turned).unwrap());
        prop_assert!((funnel.centre - other.centre).abs() < 1e-14 && (funnel.phi - other.phi).abs() < 1e-9 * (1.0 + funnel.phi));
    }

    #[test]
    fn limits_enclose(groups in groups(), n in 1_u64..3000) {
        let funnel = Funnel::fit(&groups).unwrap();
        let ((inner_low, inner_high), (outer_low, outer_high)) = (funnel.limits(n, Level::P95), funnel.limits(n, Level::P998));
        prop_assert!(0.0 <= outer_low && outer_low <= inner_low && inner_low <= funnel.centre + 1e-12);
        prop_assert!(1.0 >= outer_high && outer_high >= inner_high && inner_high >= funnel.centre - 1e-12);
        let exact = mirrored(funnel.centre, n, 0.95).unwrap();
        prop_assert!(inner_low <= exact.0 && inner_high >= exact.1, "never narrower than chance");
    }

    #[test]
    fn outside_is_the_exact_test(n in 1_u64..300, share in 0.0..=1.0, rate in 0.01..0.99) {
        let hits = (share * n as f64) as u64;
        let funnel = Funnel { centre: rate, phi: 1.0, tau2: 0.0, is_adjusted: false };
        let (low, high) = (binomial_at_most(hits, n, rate), binomial_at_least(hits, n, rate));
        prop_assume!((low - 0.025).abs() > 1e-9 && (high - 0.025).abs() > 1e-9 && (low - 0.001).abs() > 1e-9 && (high - 0.001).abs() > 1e-9);
        let want = match (low, high) {
            (p, _) if p < 0.001 => Place::FarLow,
            (p, _) if p < 0.025 => Place::Low,
            (_, p) if p < 0.001 => Place::FarHigh,
            (_, p) if p < 0.025 => Place::High,
            _ => Place::Inside,
        };
        prop_assert_eq!(funnel.place(of(hits, n), Level::P998), want);
    }

    /// Adjusted limits do not come back at small groups.
    #[test]
    fn limits_narrow_with_size(rate in 0.0..=1.0, tau2 in 0.0..0.3, n in 1_u64..200) {
        let ((low, high), (next_low, next_high)) = (arcsine(rate, n, 0.998, tau2).unwrap(), arcsine(rate, n + 1, 0.998, tau2).unwrap());
        prop_assert!(low <= next_low + 1e-15 && high >= next_high - 1e-15);
        let ((low, high), (next_low, next_high)) = (score(rate, n, 0.95).unwrap(), score(rate, n + 1, 0.95).unwrap());
        prop_assert!(low <= next_low + 1e-15 && high >= next_high - 1e-15);
    }
}

/// 300 agents who are all alike, 200 rows each: hardly a funnel has one beyond its outer limits, every third one beyond 99.8 %.
#[test]
fn many_like_groups_stay_inside() {
    const FUNNELS: usize = 100;
    let (mut random, mut any) = (Random::new(38), [0_usize; 2]);
    for _ in 0..FUNNELS {
        let groups: Vec<Proportion> = (0..300).map(|_| of(random.binomial(200, 0.85), 200)).collect();
        let funnel = Funnel::fit(&groups).unwrap();
        for (count, level) in any.iter_mut().zip([Level::P998, Level::AllOf(groups.len())]) {
            let (low, high) = funnel.limits(200, level);
            *count += usize::from(groups.iter().any(|g| g.rate() < low || g.rate() > high));
        }
    }
    assert!(any[1] <= FUNNELS * 8 / 100 && any[0] > FUNNELS / 5, "{any:?} of {FUNNELS}");
    // Who truly is far off is still found.
    let mut groups: Vec<Proportion> = (0..300).map(|_| of(34, 40)).collect();
    groups[7] = of(20, 40);
    let (funnel, outer) = (Funnel::fit(&groups).unwrap(), Level::AllOf(groups.len()));
    assert_eq!((funnel.place(groups[7], outer), funnel.place(groups[8], outer)), (Place::FarLow, Place::Inside));
    near(Level::AllOf(25).confidence(), Level::P998.confidence(), 1e-12);
}
