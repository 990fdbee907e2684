//! How often stable series raise a signal, against the published table of simulations.

use super::super::super::random::Random;
use super::super::super::runs::anhoej;
use super::*;

const RATES: &str = include_str!("../../../../tests/numbers/22_calibration.json");

fn rows(case: &Value) -> Vec<Vec<Value>> {
    case["expected"]["rows"].as_array().unwrap().iter().map(|row| row.as_array().unwrap().clone()).collect()
}

/// Shares of stable normal series with any signal and with a signal at the newest point.
fn normal_series(points: usize, repeats: u32, judge: impl Fn(&[f64]) -> (bool, bool)) -> (f64, f64) {
    let mut random = Random::new(points as u64);
    let (mut any, mut last) = (0, 0);
    for _ in 0..repeats {
        let values: Vec<f64> = (0..points).map(|_| random.normal()).collect();
        let judged = judge(&values);
        any += u32::from(judged.0);
        last += u32::from(judged.1);
    }
    (f64::from(any) / f64::from(repeats), f64::from(last) / f64::from(repeats))
}

fn by_rules(values: &[f64], trend: TrendLength, counts: impl Fn(Rule) -> bool) -> (bool, bool) {
    let values = known_values(values);
    let chart = drawn_chart(&Series { options: Options { trend, ..Options::default() }, ..individuals(&values) });
    let marked: Vec<bool> = signals_of(&chart).iter().map(|s| s.is_some_and(|s| counts(s.rule))).collect();
    (marked.contains(&true), marked.last() == Some(&true))
}

#[test]
fn false_signal_rates_of_stable_series() {
    let case = case(RATES, "spc_false_signal_rates");
    let tolerance = case["tolerance"].as_f64().unwrap();
    let mut compared = 0;
    for row in rows(&case) {
        let points = row[1].as_u64().unwrap() as usize;
        let rate = |judge: &dyn Fn(&[f64]) -> (bool, bool)| normal_series(points, 30_000, judge);
        let (any, last) = match row[0].as_str().unwrap() {
            "3-sigma only" => rate(&|v| by_rules(v, TrendLength::Seven, |rule| rule == Rule::Outside)),
            "MDC shift7 trend6 2of3 3s" => rate(&|v| by_rules(v, TrendLength::Six, |_| true)),
            "NHSRplotthedots shift7 trend7 2of3 3s" => rate(&|v| by_rules(v, TrendLength::Seven, |_| true)),
            "Anhoej runs (median)" => rate(&|v| (anhoej(v).unwrap().signal(), false)),
            // Western Electric and Nelson have rules that are not ours.
            _ => continue,
        };
        compared += 1;
        near(any, row[2].as_f64().unwrap(), tolerance);
        if let Some(want) = row[3].as_f64() {
            near(last, want, tolerance);
            near(expected_false_signals(1), want, tolerance);
        }
    }
    assert_eq!(compared, 11);
    near(expected_false_signals(100), 2.0, 1e-12);
}

/// Weeks of a stable desk: pure chance around 92 %, or a true rate that wanders around 85 % with an SD of 3 points. The cases of a
/// week vary around `n` like a Poisson count: with the same number each week p′ would be the `XmR` chart.
fn weeks(random: &mut Random, scenario: &str, n: u64) -> Vec<Option<Proportion>> {
    let week = |random: &mut Random| {
        let rate = if scenario == "binomial" { 0.92 } else { (0.85 + 0.03 * random.normal()).clamp(0.0, 1.0) };
        let cases = (n as f64 + (n as f64).sqrt() * random.normal()).round().max(1.0) as u64;
        Proportion::new(random.binomial(cases, rate), cases).ok()
    };
    (0..26).map(|_| week(random)).collect()
}

/// Which charts of one desk have a point beyond three sigma: `XmR`, p, p′ as published without screening, and p′ as we draw it.
fn beyond_three_sigma(points: &[Option<Proportion>]) -> [bool; 4] {
    let rates: Vec<Option<f64>> = points.iter().map(|p| p.map(Proportion::rate)).collect();
    let ours = Options { draw_small_denominators: true, ..Options::default() };
    let published = Options { dispersion: Dispersion::LaneyAsPublished, screen: false, ..ours };
    let with = |options| drawn_chart(&Series { options, ..proportions(points) });
    let published = with(published);
    [
        beyond(&drawn_chart(&individuals(&rates)), |p| p.band),
        beyond(&published, |p| p.binomial),
        beyond(&published, |p| p.band),
        beyond(&with(ours), |p| p.band),
    ]
    .map(|flagged| !flagged.is_empty())
}

#[test]
fn p_chart_against_xmr_and_laney() {
    let case = case(RATES, "p_chart_vs_xmr_vs_pprime");
    let tolerance = case["tolerance"].as_f64().unwrap();
    assert_eq!(rows(&case).len(), 6);
    for row in rows(&case) {
        let (scenario, n) = (row[0].as_str().unwrap(), row[1].as_u64().unwrap());
        let repeats = if n > 1000 { 1500 } else { 4000 };
        let mut random = Random::new(n);
        let mut flagged = [0_u32; 4];
        for _ in 0..repeats {
            let beyond = beyond_three_sigma(&weeks(&mut random, scenario, n));
            (0..4).for_each(|i| flagged[i] += u32::from(beyond[i]));
        }
        let share = flagged.map(|count| f64::from(count) / f64::from(repeats));
        for (got, want) in share.iter().zip(&row[2..]) {
            near(*got, want.as_f64().unwrap(), tolerance);
        }
        // Ours cries wolf no more often than XmR, nor than the p chart.
        assert!(share[3] <= share[0] + 0.01 && share[3] <= share[1] + 0.01, "{scenario} {n}: {share:?}");
    }
}
