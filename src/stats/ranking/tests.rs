use super::{Band, Rankability, expected_ranks, homogeneity, joint_rank_intervals, league, logit_variance, rankability};
use crate::stats::hierarchical::Population;
use crate::stats::numbers::{case, counts, list, near};
use crate::stats::random::Random;
use crate::stats::{Invalid, Proportion};
use serde_json::Value;

const NUMBERS: &str = include_str!("../../../tests/numbers/08_ranking.json");

fn groups(inputs: &Value) -> Vec<Proportion> {
    counts(&inputs["x"]).into_iter().zip(counts(&inputs["n"])).map(|(x, n)| Proportion::new(x, n).unwrap()).collect()
}

#[test]
fn published_expected_ranks() {
    let case = case(NUMBERS, "desk_glmm_expected_rank");
    let want = &case["expected"];
    let got = expected_ranks(&list(&want["blup"]), &list(&want["cond_var"])).unwrap();
    for ((got, rank), percentile) in got.iter().zip(list(&want["expected_rank"])).zip(list(&want["pcer"])) {
        near(got.rank, rank, 1e-8);
        near(got.percentile, percentile, 1e-8);
    }
}

#[test]
fn published_rankability() {
    let case = case(NUMBERS, "desk_rankability");
    let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
    let own: Vec<f64> = groups(&case["inputs"]).into_iter().map(logit_variance).collect();
    own.iter().zip(list(&want["s2"])).for_each(|(got, want)| near(*got, want, tolerance));
    let got = rankability(case["inputs"]["tau_logit"].as_f64().unwrap().powi(2), &own).unwrap();
    near(got.median_variance, want["median_s2"].as_f64().unwrap(), tolerance);
    near(got.value, want["rankability"].as_f64().unwrap(), tolerance);
    assert_eq!(got.band(), Band::Moderate);
}

#[test]
fn published_homogeneity() {
    let case = case(NUMBERS, "desk_homogeneity_test");
    let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
    let got = homogeneity(&groups(&case["inputs"])).unwrap();
    near(got.chi_squared, want["x2"].as_f64().unwrap(), tolerance);
    near(got.p, want["p"].as_f64().unwrap(), tolerance);
    assert_eq!(got.freedom, want["df"].as_u64().unwrap());
}

#[test]
fn published_joint_rank_intervals() {
    for name in ["desk_joint_rank_intervals", "big_n_joint_rank_intervals"] {
        let case = case(NUMBERS, name);
        let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
        let got = joint_rank_intervals(&groups(&case["inputs"]), case["inputs"]["confidence"].as_f64().unwrap()).unwrap();
        for (i, got) in got.iter().enumerate() {
            let interval = list(&want["simultaneous_ci"][i]);
            near(got.low, interval[0], tolerance);
            near(got.high, interval[1], tolerance);
            assert_eq!(vec![got.best, got.worst], counts(&want["rank_interval"][i]));
        }
    }
}

#[test]
fn bands() {
    let band = |value| Rankability { value, median_variance: 1.0 }.band();
    assert_eq!([0.0, 0.49, 0.5, 0.75, 0.76, 1.0].map(band), [Band::Low, Band::Low, Band::Moderate, Band::Moderate, Band::High, Band::High]);
}

#[test]
fn ranks_sum_to_what_places_do_and_mirror() {
    let mut random = Random::new(9);
    let estimates: Vec<f64> = (0..31).map(|i| if i % 5 == 0 { 0.25 } else { random.normal() }).collect();
    let variances: Vec<f64> = (0..31).map(|i| if i % 5 == 0 { 0.5 } else { random.unit() }).collect();
    let ranks = expected_ranks(&estimates, &variances).unwrap();
    assert!((ranks.iter().map(|r| r.rank).sum::<f64>() - 31.0 * 16.0).abs() < 1e-9);
    let down: Vec<f64> = estimates.iter().map(|e| -e).collect();
    for (up, down) in ranks.iter().zip(expected_ranks(&down, &variances).unwrap()) {
        assert!((up.rank + down.rank - 32.0).abs() < 1e-9);
        assert!((up.percentile + down.percentile - 100.0).abs() < 1e-9);
    }
    let mut order: Vec<usize> = (0..31).collect();
    random.shuffle(&mut order);
    let pick = |of: &[f64]| order.iter().map(|i| of[*i]).collect::<Vec<_>>();
    let shuffled = expected_ranks(&pick(&estimates), &pick(&variances)).unwrap();
    assert!(order.iter().zip(shuffled).all(|(i, r)| ranks[*i] == r), "not the same bits");
}

#[test]
fn ranks_without_error_are_places() {
    let ranks: Vec<f64> = expected_ranks(&[3.0, 9.0, 3.0, 1.0], &[0.0; 4]).unwrap().iter().map(|r| r.rank).collect();
    assert_eq!(ranks, [2.5, 1.0, 2.5, 4.0]);
    let one = expected_ranks(&[3.0], &[2.0]).unwrap()[0];
    assert!((one.rank - 1.0).abs() < 1e-15 && (one.percentile - 50.0).abs() < 1e-12);
}

#[test]
fn more_rows_close_the_rank_intervals() {
    let scaled =
        |k: u64| -> Vec<Proportion> { [(7, 10), (8, 10), (9, 10)].iter().map(|(x, n)| Proportion::new(x * k, n * k).unwrap()).collect() };
    let width = |k| joint_rank_intervals(&scaled(k), 0.95).unwrap().iter().map(|j| j.worst - j.best).sum::<u64>();
    assert_eq!((width(1), width(1_000)), (6, 0));
}

#[test]
fn a_league_of_the_desk() {
    let groups = groups(&case(NUMBERS, "desk_glmm_expected_rank")["inputs"]);
    let population = Population::fit(&groups).unwrap();
    let table = league(&groups, &population, 0.95).unwrap();
    // The mixed logit model of the same desk: .568, and ranks 5.6, 10.0, 6.2, ...
    near(table.rankability.value, 0.568, 0.06);
    let want = list(&case(NUMBERS, "desk_glmm_expected_rank")["expected"]["expected_rank"]);
    table.places.iter().zip(want).for_each(|(got, want)| near(got.expected.rank, want, 0.6));
    assert!(table.places.iter().all(|p| (p.joint.best, p.joint.worst) == (1, 12)));
    let flipped: Vec<Proportion> = groups.iter().map(|g| g.flipped()).collect();
    let mirrored = league(&flipped, &Population::fit(&flipped).unwrap(), 0.95).unwrap();
    for (one, other) in table.places.iter().zip(mirrored.places) {
        assert!((one.expected.rank + other.expected.rank - 13.0).abs() < 1e-8);
        assert_eq!((one.joint.best, one.joint.worst), (13 - other.joint.worst, 13 - other.joint.best));
    }
}

#[test]
fn refused() {
    let one = [Proportion::new(1, 2).unwrap()];
    assert_eq!(rankability(0.1, &[]), Err(Invalid::Empty));
    assert_eq!(rankability(f64::NAN, &[1.0]), Err(Invalid::NotFinite));
    assert_eq!(rankability(-0.1, &[1.0]), Err(Invalid::OutOfRange("a variance")));
    assert_eq!(rankability(0.1, &[-1.0]), Err(Invalid::OutOfRange("a variance")));
    assert_eq!(rankability(0.0, &[0.0]), Err(Invalid::NoVariation));
    assert_eq!(expected_ranks(&[1.0], &[]), Err(Invalid::LengthsDiffer));
    assert_eq!(expected_ranks(&[], &[]), Err(Invalid::Empty));
    assert_eq!(expected_ranks(&[f64::NAN], &[1.0]), Err(Invalid::NotFinite));
    assert_eq!(expected_ranks(&[1.0], &[f64::INFINITY]), Err(Invalid::NotFinite));
    assert_eq!(expected_ranks(&[1.0], &[-1.0]), Err(Invalid::OutOfRange("a variance")));
    assert_eq!(homogeneity(&one), Err(Invalid::TooFew));
    assert_eq!(homogeneity(&[Proportion::new(3, 3).unwrap(), Proportion::new(5, 5).unwrap()]), Err(Invalid::NoVariation));
    assert_eq!(homogeneity(&[Proportion::new(0, 3).unwrap(), Proportion::new(0, 5).unwrap()]), Err(Invalid::NoVariation));
    assert_eq!(joint_rank_intervals(&[], 0.95), Err(Invalid::Empty));
    for confidence in [0.0, 1.0, f64::NAN] {
        assert_eq!(joint_rank_intervals(&one, confidence), Err(Invalid::OutOfRange("confidence")));
    }
    assert_eq!(league(&[], &Population::fit(&one).unwrap(), 0.95), Err(Invalid::Empty));
}
