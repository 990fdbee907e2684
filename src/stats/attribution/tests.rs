//! Worked cases of `14_attribution.json`, laws, and refused input.

use super::*;
use crate::stats::numbers::{case, list, near};
use proptest::prelude::*;
use serde_json::Value;

const NUMBERS: &str = include_str!("../../../tests/numbers/14_attribution.json");

fn measure(forecast: f64, actual: f64) -> Measure {
    Measure { forecast, actual }
}

/// Names and measures of a dimension of the first case.
fn dimension(case: &Value, name: &str) -> Vec<(String, Measure)> {
    let part = |key: &str, element: &str| case["inputs"][key][name][element].as_f64().unwrap();
    let names = case["inputs"]["forecast"][name].as_object().unwrap().keys();
    names.map(|e| (e.clone(), measure(part("forecast", e), part("actual", e)))).collect()
}

#[test]
fn three_dimensions() {
    let case = case(NUMBERS, "adtributor_three_dimensions");
    let tolerance = case["tolerance"].as_f64().unwrap();
    let names = ["dc", "adv", "dev"];
    let mut dimensions = Vec::new();
    for name in names {
        let elements = dimension(&case, name);
        let powers = additive_powers(&elements.iter().map(|e| e.1).collect::<Vec<_>>()).unwrap();
        let want = &case["expected"]["elements"][name];
        for ((element, _), power) in elements.iter().zip(&powers) {
            near(power.explanatory, want[element]["ep"].as_f64().unwrap(), tolerance);
            near(power.surprise, want[element]["surprise"].as_f64().unwrap(), tolerance);
        }
        near(powers.iter().map(|p| p.surprise).sum(), want["_total_surprise"].as_f64().unwrap(), tolerance);
        dimensions.push(powers);
    }
    let number = |key: &str| case["inputs"][key].as_f64().unwrap();
    let found = explain(&dimensions, Thresholds { element: number("t_eep"), set: number("t_ep") }).unwrap().unwrap();
    let want = &case["expected"]["winner"];
    assert_eq!(Some(names[found.dimension]), want["dimension"].as_str());
    let elements = dimension(&case, names[found.dimension]);
    let mut found_names: Vec<&str> = found.elements.iter().map(|&i| elements[i].0.as_str()).collect();
    found_names.sort_unstable();
    assert_eq!(found_names, ["Mobile", "Tablet"]);
    near(found.explanatory, want["explanatory_power"].as_f64().unwrap(), tolerance);
}

#[test]
fn a_ratio() {
    let case = case(NUMBERS, "adtributor_ratio_ep");
    let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
    let names = ["EU", "US"];
    let element = |name: &str| {
        let [forecast, actual] = ["forecast", "actual"].map(|key| list(&case["inputs"][key][name]));
        RatioMeasure { numerator: measure(forecast[0], actual[0]), denominator: measure(forecast[1], actual[1]) }
    };
    let got = ratio_powers(&names.map(element)).unwrap();
    for (i, name) in names.into_iter().enumerate() {
        near(got.raw[i], want["ep_raw"][name].as_f64().unwrap(), tolerance);
        near(got.elements[i].explanatory, want["ep_normalised"][name].as_f64().unwrap(), tolerance);
    }
    near(got.raw_sum, want["raw_sum"].as_f64().unwrap(), tolerance);
    near(got.change, want["true_change"].as_f64().unwrap(), tolerance);
    let parts = [names.map(|n| element(n).numerator), names.map(|n| element(n).denominator)];
    let [above, below] = parts.map(|part| additive_powers(&part).unwrap());
    for i in 0..2 {
        near(got.elements[i].surprise, above[i].surprise + below[i].surprise, 1e-15);
    }
}

#[test]
fn a_scan() {
    let case = case(NUMBERS, "bernoulli_scan_llr");
    let total = Proportion::new(case["inputs"]["total_bad"].as_u64().unwrap(), case["inputs"]["total_n"].as_u64().unwrap()).unwrap();
    let elements = case["inputs"]["elements"].as_array().unwrap();
    let want = list(&case["expected"]["llr"]);
    assert_eq!(elements.len(), want.len());
    for (element, want) in elements.iter().zip(want) {
        let inside = Proportion::new(element[0].as_u64().unwrap(), element[1].as_u64().unwrap()).unwrap();
        near(scan_log_likelihood_ratio(inside, total).unwrap(), want, case["tolerance"].as_f64().unwrap());
    }
}

#[test]
fn a_scan_of_extremes() {
    let p = |hits, n| Proportion::new(hits, n).unwrap();
    let scan = |inside, total| scan_log_likelihood_ratio(inside, total);
    // All of it: there is no outside.
    assert_eq!(scan(p(5, 10), p(5, 10)), Ok(0.0));
    // Everything bad inside and nothing outside: ln of the chance of the whole.
    near(scan(p(5, 5), p(5, 10)).unwrap(), 10.0 * 2.0_f64.ln(), 1e-12);
    for (inside, total) in [(p(6, 10), p(5, 20)), (p(1, 30), p(5, 20)), (p(0, 18), p(5, 20))] {
        assert_eq!(scan(inside, total), Err(Invalid::OutOfRange("inside")));
    }
}

#[test]
fn bad_measures_are_refused() {
    for (elements, why) in [
        (vec![], Invalid::Empty),
        (vec![measure(f64::NAN, 1.0)], Invalid::NotFinite),
        (vec![measure(1.0, f64::INFINITY)], Invalid::NotFinite),
        (vec![measure(f64::MAX, 1.0), measure(f64::MAX, 1.0)], Invalid::NotFinite),
        (vec![measure(-1.0, 1.0), measure(5.0, 5.0)], Invalid::OutOfRange("measure")),
        (vec![measure(0.0, 1.0)], Invalid::NoVariation),
        (vec![measure(1.0, 0.0)], Invalid::NoVariation),
        (vec![measure(1.0, 2.0), measure(2.0, 1.0)], Invalid::NoVariation),
    ] {
        assert_eq!(additive_powers(&elements).unwrap_err(), why, "{elements:?}");
    }
}

#[test]
fn bad_ratios_are_refused() {
    let same = measure(2.0, 2.0);
    let ratio = |numerator, denominator| RatioMeasure { numerator, denominator };
    assert_eq!(ratio_powers(&[]).unwrap_err(), Invalid::Empty);
    assert_eq!(ratio_powers(&[ratio(same, same)]).unwrap_err(), Invalid::NoVariation);
    assert_eq!(ratio_powers(&[ratio(same, measure(0.0, 1.0))]).unwrap_err(), Invalid::NoVariation);
    assert_eq!(ratio_powers(&[ratio(measure(1.0, f64::NAN), same)]).unwrap_err(), Invalid::NotFinite);
    // The first element alone would leave nothing below the line.
    let alone = [ratio(same, measure(4.0, 0.0)), ratio(same, measure(0.0, 5.0))];
    assert_eq!(ratio_powers(&alone).unwrap_err(), Invalid::NoVariation);
}

#[test]
fn explanations_that_are_not_enough() {
    let power = |explanatory, surprise| Power { explanatory, surprise };
    let limits = Thresholds { element: 0.1, set: 0.67 };
    assert_eq!(explain(&[], limits).unwrap(), None);
    assert_eq!(explain(&[vec![power(0.09, 1.0); 11]], limits).unwrap(), None);
    // Ties go to what comes first.
    let even = vec![power(0.7, 0.5), power(0.3, 0.5)];
    let found = explain(&[even.clone(), even], limits).unwrap().unwrap();
    assert_eq!((found.dimension, found.elements), (0, vec![0]));
    assert_eq!(explain(&[vec![power(f64::NAN, 0.0)]], limits).unwrap_err(), Invalid::NotFinite);
    assert_eq!(explain(&[], Thresholds { element: 0.0, set: 0.67 }).unwrap_err(), Invalid::OutOfRange("element"));
    assert_eq!(explain(&[], Thresholds { element: 0.1, set: 1.0 }).unwrap_err(), Invalid::OutOfRange("set"));
}

fn any_measures() -> impl Strategy<Value = Vec<Measure>> {
    prop::collection::vec((0_u32..100, 0_u32..100).prop_map(|(f, a)| measure(f64::from(f), f64::from(a))), 1..8)
}

proptest! {
    #[test]
    fn powers_add_up_and_surprise_is_symmetric(elements in any_measures()) {
        let back: Vec<Measure> = elements.iter().map(|e| measure(e.actual, e.forecast)).collect();
        match (additive_powers(&elements), additive_powers(&back)) {
            (Ok(there), Ok(back)) => {
                near(there.iter().map(|p| p.explanatory).sum(), 1.0, 1e-9);
                for (a, b) in there.iter().zip(&back) {
                    near(a.explanatory, b.explanatory, 1e-12);
                    near(a.surprise, b.surprise, 1e-12);
                    prop_assert!(a.surprise >= 0.0);
                }
                // The divergence of two distributions is at most ln 2.
                prop_assert!(there.iter().map(|p| p.surprise).sum::<f64>() <= 2.0_f64.ln() + 1e-12);
            }
            (a, b) => prop_assert_eq!(a.unwrap_err(), b.unwrap_err()),
        }
    }

    #[test]
    fn a_scan_looks_one_way(hits in 0_u64..50, good_inside in 0_u64..50, outside_hits in 0_u64..50, outside_good in 0_u64..50) {
        prop_assume!(hits + good_inside > 0 && outside_hits + outside_good > 0);
        let total = Proportion::new(hits + outside_hits, hits + good_inside + outside_hits + outside_good).unwrap();
        let inside = Proportion::new(hits, hits + good_inside).unwrap();
        let outside = Proportion::new(outside_hits, outside_hits + outside_good).unwrap();
        let bad = scan_log_likelihood_ratio(inside, total).unwrap();
        // Better inside is the same as worse outside, and as good inside.
        let good = scan_log_likelihood_ratio(inside.flipped(), total.flipped()).unwrap();
        near(good, scan_log_likelihood_ratio(outside, total).unwrap(), 1e-9);
        prop_assert!(bad <= 0.0 || good <= 0.0);
        prop_assert_eq!(bad > 1e-9 || good > 1e-9, hits * outside_good != outside_hits * good_inside);
    }
}
