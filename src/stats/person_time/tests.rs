//! Worked cases of `16_turnover_rates.json`, laws, and refused input.

use super::*;
use crate::stats::numbers::{case, list, near};
use proptest::prelude::*;
use serde_json::Value;

const NUMBERS: &str = include_str!("../../../tests/numbers/16_turnover_rates.json");

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn person_time(events: u64, time: f64) -> PersonTime {
    PersonTime::new(events, time).unwrap()
}

#[track_caller]
fn near_pair(got: (f64, f64), want: &Value, tolerance: f64) {
    let want = list(want);
    near(got.0, want[0], tolerance);
    near(got.1, want[1], tolerance);
}

#[test]
fn rates_and_probabilities() {
    for name in ["one_leaver_of_twelve_one_quarter", "five_leavers", "nine_leavers", "no_leavers"] {
        let case = case(NUMBERS, &format!("person_time_{name}"));
        let (inputs, want, tolerance) = (&case["inputs"], &case["expected"], number(&case["tolerance"]));
        let got = person_time(inputs["leavers"].as_u64().unwrap(), number(&inputs["person_years"]));
        near(got.rate(), number(&want["rate"]), tolerance);
        near_pair(got.rate_limits(), &want["exact_95"], tolerance);
        near(got.probability(), number(&want["annual_leaving_probability"]), tolerance);
        near_pair(got.probability_limits(), &want["annual_probability_95"], tolerance);
    }
}

#[test]
fn the_example_of_r() {
    let case = case(NUMBERS, "r_doc_poisson_137");
    let got = person_time(case["inputs"]["events"].as_u64().unwrap(), number(&case["inputs"]["time"]));
    near(got.rate(), number(&case["expected"]["rate"]), number(&case["tolerance"]));
    near_pair(got.rate_limits(), &case["expected"]["ci"], number(&case["tolerance"]));
}

#[test]
fn ratios() {
    for (name, time, p) in [("r_doc_rate_ratio", "time", "p"), ("leaver_rate_ratio_two_teams", "person_years", "p_exact")] {
        let case = case(NUMBERS, name);
        let (inputs, want, tolerance) = (&case["inputs"], &case["expected"], number(&case["tolerance"]));
        let part = |i: usize| person_time(inputs["events"][i].as_u64().unwrap(), number(&inputs[time][i]));
        let got = rate_ratio(part(0), part(1)).unwrap();
        near(got.ratio.unwrap(), number(&want["ratio"]), tolerance);
        near_pair((got.low, got.high.unwrap()), &want["ci"], tolerance);
        near(got.p_exact, number(&want[p]), tolerance);
        if let Some(p) = want["p_midp"].as_f64() {
            near(got.p_mid, p, tolerance);
        }
    }
}

#[test]
fn formulas() {
    let case = case(NUMBERS, "turnover_formulas");
    let (inputs, want, tolerance) = (&case["inputs"], &case["expected"], number(&case["tolerance"]));
    let whole = |part: &str, key: &str| inputs[part][key].as_u64().unwrap();
    let year = turnover_rate(whole("a", "leavers"), start_end_average(whole("a", "start"), whole("a", "end"))).unwrap();
    near(year, number(&want["a"]["rate"]), tolerance);
    let month = turnover_rate(whole("b", "leavers"), number(&inputs["b"]["avg_headcount"])).unwrap();
    let periods = 12.0 / number(&inputs["b"]["months"]);
    near(month, number(&want["b"]["month"]), tolerance);
    near(annualised_rate(month, periods).unwrap(), number(&want["b"]["annualised_simple"]), tolerance);
    near(compounded_probability(month, periods).unwrap(), number(&want["b"]["annualised_compound"]), tolerance);
    near(leaving_probability(month, periods).unwrap(), number(&want["b"]["person_time_probability"]), tolerance);
}

#[test]
fn average_headcounts() {
    let case = case(NUMBERS, "average_headcount_methods");
    let (inputs, want, tolerance) = (&case["inputs"], &case["expected"], number(&case["tolerance"]));
    let changes = |value: &Value| -> Vec<(u64, u64)> {
        value.as_array().unwrap().iter().map(|v| (v[0].as_u64().unwrap(), v[1].as_u64().unwrap())).collect()
    };
    let changes = Changes {
        start: inputs["start"].as_u64().unwrap(),
        hires: changes(&inputs["hires"]),
        leavers: changes(&inputs["leavers"]),
        days: inputs["days"].as_u64().unwrap(),
    };
    let end = changes.start + changes.hires[0].1 - changes.leavers[0].1;
    near(start_end_average(changes.start, end), number(&want["start_end_average"]), tolerance);
    near(daily_average(&changes).unwrap(), number(&want["daily_average"]), tolerance);
}

#[test]
fn impossible_headcounts_are_refused() {
    let changes = Changes { start: 3, hires: vec![(10, 2)], leavers: vec![(9, 3)], days: 30 };
    near(daily_average(&changes).unwrap(), (3.0 * 8.0 + 2.0 * 21.0) / 30.0, 1e-12);
    let refused = |changes: Changes| daily_average(&changes).unwrap_err();
    assert_eq!(refused(Changes { leavers: vec![(9, 4)], ..changes.clone() }), Invalid::OutOfRange("leavers"));
    assert_eq!(refused(Changes { leavers: vec![(9, 2), (5, 2)], ..changes.clone() }), Invalid::OutOfRange("leavers"));
    assert_eq!(refused(Changes { hires: vec![(31, 1)], ..changes.clone() }), Invalid::OutOfRange("day"));
    assert_eq!(refused(Changes { leavers: vec![(0, 1)], ..changes.clone() }), Invalid::OutOfRange("day"));
    assert_eq!(refused(Changes { days: 0, ..changes }), Invalid::Empty);
}

#[test]
fn stays_within_a_window() {
    let stay = |hired, left| Stay { hired, left };
    let stays = [
        stay(0, None),
        stay(5, Some(12)),
        stay(12, Some(20)),
        stay(0, Some(10)),
        stay(15, None),
        stay(20, None),
        stay(11, Some(11)),
        stay(0, Some(9)),
    ];
    // 10 + 2 + 8 + 0 + 5 + 0 + 0 + 0 days; left on 12, 10 and 11; the end is outside.
    assert_eq!(leavers_and_days(&stays, &(10..20)).unwrap(), (3, 25));
    assert_eq!(leavers_of_those_at_start(&stays, &(10..20)).unwrap(), Proportion::new(2, 3).unwrap());
    // Windows side by side add up.
    let (a, b) = (leavers_and_days(&stays, &(-5..10)).unwrap(), leavers_and_days(&stays, &(10..40)).unwrap());
    assert_eq!(leavers_and_days(&stays, &(-5..40)).unwrap(), (a.0 + b.0, a.1 + b.1));
    assert_eq!(leavers_and_days(&[], &(0..5)).unwrap(), (0, 0));
    assert_eq!(leavers_and_days(&stays, &(5..5)).unwrap_err(), Invalid::Empty);
    assert_eq!(leavers_and_days(&[stay(5, Some(4))], &(0..9)).unwrap_err(), Invalid::OutOfRange("left"));
    assert_eq!(leavers_of_those_at_start(&[stay(5, None)], &(5..9)).unwrap_err(), Invalid::Empty);
}

#[test]
fn bad_numbers_are_refused() {
    assert_eq!(PersonTime::new(1, 0.0).unwrap_err(), Invalid::OutOfRange("time"));
    assert_eq!(PersonTime::new(1, -1.0).unwrap_err(), Invalid::OutOfRange("time"));
    assert_eq!(PersonTime::new(1, f64::NAN).unwrap_err(), Invalid::NotFinite);
    assert_eq!(turnover_rate(1, 0.0).unwrap_err(), Invalid::OutOfRange("headcount"));
    assert_eq!(turnover_rate(1, f64::INFINITY).unwrap_err(), Invalid::NotFinite);
    assert_eq!(annualised_rate(-0.1, 12.0).unwrap_err(), Invalid::OutOfRange("rate"));
    assert_eq!(annualised_rate(1e200, 1e200).unwrap_err(), Invalid::NotFinite);
    assert_eq!(leaving_probability(0.1, f64::NAN).unwrap_err(), Invalid::NotFinite);
    assert_eq!(leaving_probability(0.1, -1.0).unwrap_err(), Invalid::OutOfRange("periods"));
    assert_eq!(compounded_probability(1.1, 12.0).unwrap_err(), Invalid::OutOfRange("share"));
    assert_eq!(compounded_probability(-0.1, 12.0).unwrap_err(), Invalid::OutOfRange("share"));
    assert_eq!(rate_ratio(person_time(0, 1.0), person_time(0, 2.0)).unwrap_err(), Invalid::NoVariation);
    assert_eq!(rate_ratio(person_time(1, 1e-300), person_time(1, 1e300)).unwrap_err(), Invalid::OutOfRange("time"));
}

#[test]
fn ends_of_the_range() {
    assert_eq!((compounded_probability(1.0, 12.0).unwrap(), compounded_probability(1.0, 0.0).unwrap()), (1.0, 0.0));
    assert_eq!((compounded_probability(0.0, 12.0).unwrap(), leaving_probability(0.0, 12.0).unwrap()), (0.0, 0.0));
    let got = rate_ratio(person_time(0, 10.0), person_time(4, 10.0)).unwrap();
    assert_eq!((got.ratio, got.low), (Some(0.0), 0.0));
    // All four fall on one side: 2 / 16. The upper limit solves (1 - p)^4 = 0.025.
    near(got.p_exact, 0.125, 1e-12);
    near(got.p_mid, 0.09375, 1e-12);
    let share = 1.0 - 0.025_f64.powf(0.25);
    near(got.high.unwrap(), share / (1.0 - share), 1e-9);
    let turned = rate_ratio(person_time(4, 10.0), person_time(0, 10.0)).unwrap();
    assert_eq!((turned.ratio, turned.high), (None, None));
    near(turned.low, 1.0 / got.high.unwrap(), 1e-9);
}

/// Many events: the limits come near to rate ± 1.96 roots.
#[test]
fn many_events() {
    let (low, high) = person_time(1_000_000, 1e6).rate_limits();
    near(low, 1.0 - 1.959_964e-3, 3e-6);
    near(high, 1.0 + 1.959_964e-3, 3e-6);
    let got = rate_ratio(person_time(50_000, 1.0), person_time(50_400, 1.0)).unwrap();
    // Summed with other software: 50,000 of 100,400 at one half.
    near(got.p_exact, 0.207_946_024, 1e-8);
    assert!(got.p_mid < got.p_exact && got.low < got.ratio.unwrap() && got.ratio.unwrap() < got.high.unwrap());
}

/// A rare event beside a common one: statrs' own inverse of the beta distribution does not end here.
#[test]
fn a_rare_event_beside_a_common_one() {
    let got = rate_ratio(person_time(1, 1.0), person_time(1_000_000, 1.0)).unwrap();
    near(got.ratio.unwrap(), 1e-6, 1e-12);
    // As many as 1 event has by itself: 0.0253 to 5.5716.
    near(got.low * 1e6, 0.025_317_8, 1e-6);
    near(got.high.unwrap() * 1e6, 5.571_643, 1e-4);
    assert_eq!((got.p_exact, got.p_mid), (0.0, 0.0));
}

proptest! {
    /// The limits of a ratio solve their equations too.
    #[test]
    fn ratio_limits_leave_the_tails(a in 1_u64..40, b in 1_u64..40, s in 0.5_f64..50.0, t in 0.5_f64..50.0) {
        let got = rate_ratio(person_time(a, s), person_time(b, t)).unwrap();
        let upper_tail = |share: f64, from: u64| -> f64 {
            let n = a + b;
            let chance = |k: u64| (ln_gamma(n as f64 + 1.0) - ln_gamma(k as f64 + 1.0) - ln_gamma((n - k) as f64 + 1.0)).exp()
                * share.powf(k as f64) * (1.0 - share).powf((n - k) as f64);
            (from..=n).map(chance).sum()
        };
        let share = |ratio: f64| ratio * s / (ratio * s + t);
        near(upper_tail(share(got.low), a), 0.025, 1e-9);
        near(1.0 - upper_tail(share(got.high.unwrap()), a + 1), 0.025, 1e-9);
    }

    /// The limits solve their equations: each tail holds 2.5 %.
    #[test]
    fn limits_leave_the_tails(events in 0_u64..400, time in 0.1_f64..500.0) {
        let (low, high) = person_time(events, time).rate_limits();
        let poisson = |mean: f64, up_to: u64| -> f64 {
            (0..=up_to).map(|k| (k as f64 * mean.ln() - mean - ln_gamma(k as f64 + 1.0)).exp()).sum()
        };
        near(poisson(high * time, events), 0.025, 1e-9);
        if events > 0 {
            near(1.0 - poisson(low * time, events - 1), 0.025, 1e-9);
        }
    }

    #[test]
    fn more_events_raise_all(events in 0_u64..200, time in 0.1_f64..500.0) {
        let (a, b) = (person_time(events, time), person_time(events + 1, time));
        prop_assert!(a.rate_limits().0 < b.rate_limits().0 && a.rate_limits().1 < b.rate_limits().1);
        prop_assert!(a.rate() < b.rate() && a.probability() <= b.probability());
        // Near 1 a probability runs out of digits.
        prop_assert!(a.probability() < b.probability() || a.rate() > 30.0);
        prop_assert!(a.rate_limits().0 <= a.rate() && a.rate() < a.rate_limits().1);
        prop_assert!(a.probability() <= a.rate());
    }

    #[test]
    fn a_ratio_turns_over(a in 1_u64..60, b in 1_u64..60, s in 0.5_f64..50.0, t in 0.5_f64..50.0) {
        let (first, second) = (person_time(a, s), person_time(b, t));
        let (one, two) = (rate_ratio(first, second).unwrap(), rate_ratio(second, first).unwrap());
        near(one.ratio.unwrap() * two.ratio.unwrap(), 1.0, 1e-12);
        near(one.low * two.high.unwrap(), 1.0, 1e-7);
        near(one.p_exact, two.p_exact, 1e-9);
        near(one.p_mid, two.p_mid, 1e-9);
        prop_assert!(one.low < one.ratio.unwrap() && one.ratio.unwrap() < one.high.unwrap());
        prop_assert!(0.0 <= one.p_mid && one.p_mid < one.p_exact && one.p_exact <= 1.0);
    }
}
