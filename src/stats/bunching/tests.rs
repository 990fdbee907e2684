//! Tests of bunching.

use statrs::distribution::{ContinuousCDF, Normal};

use super::super::numbers::{case, counts, list, near};
use super::super::random::Random;
use super::*;

const NUMBERS: &str = include_str!("../../../tests/numbers/18_bunching.json");

#[test]
fn local_binomial() {
    let case = case(NUMBERS, "local_binomial_two_sided_window");
    let (before, after) = (case["inputs"]["just_before"].as_u64().unwrap(), case["inputs"]["just_after"].as_u64().unwrap());
    let got = just_before(Proportion::new(before, before + after).unwrap());
    let want = |what: &str| case["expected"][what].as_f64().unwrap();
    let tolerance = case["tolerance"].as_f64().unwrap();
    near(got.p_two_sided, want("p_two_sided"), tolerance);
    near(got.p_greater, want("p_greater"), tolerance);
    near(got.share, want("share_before"), tolerance);
    let interval = list(&case["expected"]["wilson_95"]);
    near(got.interval.0, interval[0], tolerance);
    near(got.interval.1, interval[1], tolerance);
}

#[test]
fn fair_coins() {
    // By hand: 4 of 4 is 1/16; 3 or more of 4 is 5/16; 1 or more is 15/16; an even split is no evidence.
    let p = |hits, n| just_before(Proportion::new(hits, n).unwrap());
    near(p(4, 4).p_greater, 1.0 / 16.0, 1e-14);
    near(p(3, 4).p_greater, 5.0 / 16.0, 1e-14);
    near(p(1, 4).p_greater, 15.0 / 16.0, 1e-14);
    near(p(0, 4).p_greater, 1.0, 1e-14);
    near(p(2, 4).p_two_sided, 1.0, 0.0);
    near(p(40, 64).p_two_sided, p(24, 64).p_two_sided, 1e-14);
    assert!(p(1_000_000, 1_000_000).p_greater < 1e-300);
    near(p(500_000, 1_000_000).p_two_sided, 1.0, 0.0);
}

fn edge(got: &Edge, want: &serde_json::Value, tolerance: f64) {
    assert_eq!(got.observed, want["observed"].as_u64().unwrap());
    near(got.expected, want["expected"].as_f64().unwrap(), tolerance);
    near(got.z, want["z"].as_f64().unwrap(), tolerance);
    if let Some(ratio) = want["ratio"].as_f64() {
        near(got.ratio, ratio, tolerance);
    }
}

#[test]
fn excess_over_a_smooth_curve() {
    for (name, bunched) in [("excess_mass_poisson_counterfactual", true), ("smooth_no_bunching", false)] {
        let case = case(NUMBERS, name);
        let last_before = case["inputs"]["threshold_after_bin_0based"].as_u64().unwrap() as usize;
        let got = excess_mass(&counts(&case["inputs"]["counts"]), last_before).unwrap();
        let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
        edge(&got.before, &want["before"], tolerance);
        edge(&got.after, &want["after"], tolerance);
        assert_eq!(got.bunched(), bunched, "{name}");
        if bunched {
            for (got, want) in got.coefficients.iter().zip(list(&want["coef"])) {
                near(*got, want, tolerance);
            }
            near(got.dispersion, want["pearson_phi"].as_f64().unwrap(), tolerance);
            near(got.excess(), want["excess_tickets"].as_f64().unwrap(), tolerance);
        }
    }
}

/// The verdict of rddensity on a log-normal sample, and on the same with tickets moved before the deadline.
#[test]
fn the_verdict_of_a_density_test() {
    let case = case(NUMBERS, "rddensity_reference_p");
    let n = case["inputs"]["n"].as_u64().unwrap() as u32;
    let cutoff = case["inputs"]["cutoff"].as_f64().unwrap();
    let normal = Normal::new(0.0, 1.0).unwrap();
    let smooth: Vec<f64> = (1..=n).map(|i| 3.0 * (0.8 * normal.inverse_cdf((f64::from(i) - 0.5) / f64::from(n))).exp()).collect();
    let late: Vec<usize> = (0..smooth.len()).filter(|i| smooth[*i] > cutoff && smooth[*i] < 4.8).step_by(2).collect();
    assert_eq!(late.len() as u64, case["inputs"]["moved"].as_u64().unwrap());
    let mut moved = smooth.clone();
    for (k, i) in late.iter().enumerate() {
        moved[*i] = 3.75 + 0.25 * (k as f64 + 0.5) / late.len() as f64;
    }
    let verdict = |hours: &[f64]| {
        let consumed: Vec<f64> = hours.iter().map(|h| h / cutoff).collect();
        excess_mass(&bins(&consumed).unwrap(), BINS - 1).unwrap()
    };
    assert!(!verdict(&smooth).bunched(), "{:?}", verdict(&smooth));
    assert!(verdict(&moved).bunched(), "{:?}", verdict(&moved));
}

#[test]
fn one_edge_alone_is_not_bunching() {
    let smooth = counts(&case(NUMBERS, "smooth_no_bunching")["inputs"]["counts"]);
    let (mut bump, mut dip, mut gap) = (smooth.clone(), smooth.clone(), smooth);
    bump[9] = 80;
    dip[10] = 8;
    (gap[9], gap[10]) = (8, 80);
    for counts in [&bump, &dip, &gap] {
        assert!(!excess_mass(counts, 9).unwrap().bunched());
    }
    bump[10] = 8;
    assert!(excess_mass(&bump, 9).unwrap().bunched());
}

/// Read from right to left, excess before becomes excess after.
#[test]
fn mirrors() {
    let values = counts(&case(NUMBERS, "excess_mass_poisson_counterfactual")["inputs"]["counts"]);
    let forward = excess_mass(&values, 9).unwrap();
    let backward = excess_mass(&values.iter().rev().copied().collect::<Vec<_>>(), 9).unwrap();
    near(backward.after.expected, forward.before.expected, 1e-9);
    near(backward.before.z, forward.after.z, 1e-9);
    near(backward.coefficients[1], -forward.coefficients[1], 1e-9);
}

/// Smooth curves with chance alone, falling and humped: both edges at once are next to never off.
#[test]
fn false_alarms_are_rare() {
    let mut random = Random::new(18);
    let falling = |bin: u32| 0.15 * (-0.08 * f64::from(bin)).exp();
    let humped = |bin: u32| 0.2 * (-((f64::from(bin) - 7.0) / 6.0).powi(2)).exp();
    for curve in [&falling as &dyn Fn(u32) -> f64, &humped] {
        let alarms = (0..10_000).filter(|_| {
            let counts: Vec<u64> = (0..20).map(|bin| random.binomial(400, curve(bin))).collect();
            excess_mass(&counts, 9).unwrap().bunched()
        });
        let alarms = alarms.count();
        assert!(alarms <= 12, "{alarms}");
    }
}

#[test]
fn the_deadline_itself_is_in_time() {
    let counts = bins(&[0.5, 0.500_001, 0.999_999, 1.0, 1.000_001, 1.5, 1.500_001, 0.0, 9.0]).unwrap();
    assert_eq!((counts[0], counts[9], counts[10], counts[19]), (1, 2, 1, 1));
    assert_eq!(counts.iter().sum::<u64>(), 5);
}

#[test]
fn empty_bins_and_large_counts() {
    let sparse = [0, 0, 1, 0, 2, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
    assert!(!excess_mass(&sparse, 9).unwrap().bunched());
    let values = counts(&case(NUMBERS, "smooth_no_bunching")["inputs"]["counts"]);
    let large: Vec<u64> = values.iter().map(|c| c * 1_000_000).collect();
    let (one, million) = (excess_mass(&values, 9).unwrap(), excess_mass(&large, 9).unwrap());
    near(million.before.ratio, one.before.ratio, 1e-6);
}

#[test]
fn refusals() {
    assert_eq!(bins(&[]), Err(Invalid::Empty));
    assert_eq!(bins(&[f64::INFINITY]), Err(Invalid::NotFinite));
    assert_eq!(bins(&[-0.1]), Err(Invalid::OutOfRange("consumed deadline")));
    let out = Err(Invalid::OutOfRange("bin of the deadline"));
    assert_eq!(excess_mass(&[], 0), out);
    assert_eq!(excess_mass(&[1; 20], 19), out);
    assert_eq!(excess_mass(&[1; 20], usize::MAX), out);
    assert_eq!(excess_mass(&[1; 20], 2), Err(Invalid::TooFew));
    assert_eq!(excess_mass(&[1; 20], 16), Err(Invalid::TooFew));
    assert_eq!(excess_mass(&[0; 20], 9), Err(Invalid::NoVariation));
    let one_sided: Vec<u64> = (0..20).map(|bin| u64::from(bin < 9) * 5).collect();
    assert_eq!(excess_mass(&one_sided, 9), Err(Invalid::NoVariation));
}
