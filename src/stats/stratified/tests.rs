//! Worked cases of `19_watermelon.json` and one of `24_real_data.json`, laws, and refused input.

use super::*;
use crate::stats::numbers::{case, counts, list, near};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

const NUMBERS: &str = include_str!("../../../tests/numbers/19_watermelon.json");
const CASE_MIX: &str = include_str!("../../../tests/numbers/07_case_mix.json");
const REAL: &str = include_str!("../../../tests/numbers/24_real_data.json");

/// Reads a cell of a table.
type Read = fn(&TwoByTwo) -> u64;

fn table([met_good, met_bad, missed_good, missed_bad]: [u64; 4]) -> TwoByTwo {
    TwoByTwo { met_good, met_bad, missed_good, missed_bad }
}

fn read(value: &Value, keys: [&str; 4]) -> TwoByTwo {
    table(keys.map(|key| value[key].as_u64().unwrap()))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[track_caller]
fn near_pair(got: (f64, f64), want: &Value, tolerance: f64) {
    let want = list(want);
    near(got.0, want[0], tolerance);
    near(got.1, want[1], tolerance);
}

#[test]
fn strata_by_priority() {
    let case = case(NUMBERS, "cmh_sla_by_csat_stratified_priority");
    let (want, tolerance) = (&case["expected"], number(&case["tolerance"]));
    let strata = case["inputs"]["strata"].as_array().unwrap();
    let strata: Vec<TwoByTwo> = strata.iter().map(|s| read(s, ["met_good", "met_bad", "missed_good", "missed_bad"])).collect();
    let got = cochran_mantel_haenszel(&strata).unwrap();
    near(got.chi_square, number(&want["chisq"]), tolerance);
    near(got.p, number(&want["p"]), tolerance);
    near(got.odds_ratio.unwrap().ratio, number(&want["common_or"]), tolerance);
    near_pair(got.odds_ratio.unwrap().limits(), &want["ci_95"], tolerance);
}

/// Bickel's admissions: rows are men and women, columns admitted and rejected, strata departments.
fn admissions() -> Vec<TwoByTwo> {
    let case = case(CASE_MIX, "ucb_admissions_oe");
    let read = |key: &str, i: usize| counts(&case["inputs"][key][i]);
    let [(all_m, in_m), (all_f, in_f)] = [0, 1].map(|i| (read("applicants", i), read("admitted", i)));
    (0..6).map(|i| table([in_m[i], all_m[i] - in_m[i], in_f[i], all_f[i] - in_f[i]])).collect()
}

#[test]
fn admissions_as_published() {
    let case = case(NUMBERS, "cmh_ucb_published");
    let (want, tolerance) = (&case["expected"], number(&case["tolerance"]));
    let got = cochran_mantel_haenszel(&admissions()).unwrap();
    assert_eq!(got.strata, 6);
    near(got.chi_square_corrected, number(&want["chisq_corrected"]), tolerance);
    near(got.p_corrected, number(&want["p_corrected"]), tolerance);
    near(got.chi_square, number(&want["chisq_uncorrected"]), tolerance);
    near(got.p, number(&want["p_uncorrected"]), tolerance);
    near(got.odds_ratio.unwrap().ratio, number(&want["common_or"]), tolerance);
    near_pair(got.odds_ratio.unwrap().limits(), &want["ci_95"], tolerance);
}

#[test]
fn one_table() {
    let case = case(NUMBERS, "watermelon_2x2");
    let (want, tolerance) = (&case["expected"], number(&case["tolerance"]));
    let got = watermelon(&read(&case["inputs"], ["a", "b", "c", "d"])).unwrap();
    let (met, hidden) = (got.bad_given_met.unwrap(), got.bad_under_green.unwrap());
    near(met.of.rate(), number(&want["p_bad_given_met"]), tolerance);
    near_pair(met.limits, &want["wilson_95"], tolerance);
    near(got.bad_given_missed.unwrap().of.rate(), number(&want["p_bad_given_missed"]), tolerance);
    near(hidden.of.rate(), number(&want["share_of_bad_csat_hidden_under_green"]), tolerance);
    near_pair(hidden.limits, &want["wilson_hidden_95"], tolerance);
    near(got.phi.unwrap(), number(&want["phi"]), tolerance);
    near(got.odds_ratio.unwrap().ratio, number(&want["odds_ratio"]), tolerance);
    near(got.odds_ratio.unwrap().log_se, number(&want["log_or_se"]), tolerance);
}

#[test]
fn silence() {
    let case = case(NUMBERS, "nonresponse_bounds");
    let (inputs, want, tolerance) = (&case["inputs"], &case["expected"], number(&case["tolerance"]));
    let count = |key: &str| inputs[key].as_u64().unwrap();
    let got = non_response(count("tickets"), Proportion::new(count("good"), count("responses")).unwrap()).unwrap();
    near(got.answered.of.rate(), number(&want["csat_of_responders"]), tolerance);
    near_pair(got.answered.limits, &want["wilson_95"], tolerance);
    near_pair((got.low, got.high), &want["bounds"], tolerance);
    near(got.response.rate(), number(&want["response_rate"]), tolerance);
    // All answered: nothing is open.
    let all = Proportion::new(56, 60).unwrap();
    let got = non_response(60, all).unwrap();
    assert_eq!((got.low, got.high), (all.rate(), all.rate()));
    assert_eq!(non_response(59, all).unwrap_err(), Invalid::OutOfRange("tickets"));
}

/// The data are not part of the project: they lie beside the checkout, in `../shared/data/two_clock_desk`; where they do not, the test
/// says so and passes.
#[test]
fn a_desk_whose_sla_says_nothing() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/two_clock_desk/tickets.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return;
    };
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let column = |name: &str| rows[0].iter().position(|header| *header == name).unwrap();
    let (priority, sla, rating) = (column("Priority"), column("SLA For Resolution"), column("Survey results"));
    let mut strata: BTreeMap<&str, TwoByTwo> = BTreeMap::new();
    for row in rows[1..].iter().filter(|row| !row[rating].is_empty()) {
        let table = strata.entry(row[priority]).or_insert(table([0; 4]));
        match (row[sla] == "Within SLA", row[rating].parse::<f64>().unwrap() >= 4.0) {
            (true, true) => table.met_good += 1,
            (true, false) => table.met_bad += 1,
            (false, true) => table.missed_good += 1,
            (false, false) => table.missed_bad += 1,
        }
    }
    let strata: Vec<TwoByTwo> = strata.into_values().collect();
    let case = case(REAL, "tech_support_sla_watermelon");
    let (want, tolerance) = (&case["expected"], number(&case["tolerance"]));
    let cells: [(&str, Read); 5] = [
        ("n", TwoByTwo::n),
        ("met_good", |t| t.met_good),
        ("met_bad", |t| t.met_bad),
        ("missed_good", |t| t.missed_good),
        ("missed_bad", |t| t.missed_bad),
    ];
    cells.iter().for_each(|(key, read)| assert_eq!(Some(strata.iter().map(read).sum()), want[key].as_u64(), "{key}"));
    let got = cochran_mantel_haenszel(&strata).unwrap();
    near(got.odds_ratio.unwrap().ratio, number(&want["common_or"]), tolerance);
    near_pair(got.odds_ratio.unwrap().limits(), &want["ci_95"], tolerance);
    near(got.p, number(&want["p"]), tolerance);
}

#[test]
fn tables_with_holes() {
    assert_eq!(watermelon(&table([0; 4])).unwrap_err(), Invalid::Empty);
    let got = watermelon(&table([5, 0, 0, 0])).unwrap();
    assert_eq!(got.bad_given_met.unwrap().of, Proportion::new(0, 5).unwrap());
    assert_eq!((got.bad_given_missed, got.bad_under_green, got.phi, got.odds_ratio), (None, None, None, None));
    // A perfect relation has a phi and no finite odds ratio.
    let got = watermelon(&table([5, 0, 0, 5])).unwrap();
    assert_eq!((got.phi, got.odds_ratio), (Some(1.0), None));
}

#[test]
fn strata_that_say_nothing() {
    let empty = [[0; 4], [3, 4, 0, 0], [0, 0, 3, 4], [3, 0, 4, 0], [0, 3, 0, 4], [1, 0, 0, 0]].map(table);
    assert_eq!(cochran_mantel_haenszel(&[]).unwrap_err(), Invalid::Empty);
    assert_eq!(cochran_mantel_haenszel(&empty).unwrap_err(), Invalid::NoVariation);
    let strata = admissions();
    let with = [strata.as_slice(), &empty].concat();
    assert_eq!(cochran_mantel_haenszel(&strata).unwrap(), cochran_mantel_haenszel(&with).unwrap());
    // A perfect relation: a test, but no finite ratio.
    let got = cochran_mantel_haenszel(&[table([5, 0, 0, 5])]).unwrap();
    assert_eq!(got.odds_ratio, None);
    near(got.chi_square, 9.0, 1e-12);
    // Close to nothing: the correction stops at 0.
    let got = cochran_mantel_haenszel(&[table([5, 5, 5, 6])]).unwrap();
    assert_eq!((got.chi_square_corrected, got.p_corrected), (0.0, 1.0));
    assert!(got.chi_square > 0.0 && got.p < 1.0);
}

fn any_tables() -> impl Strategy<Value = Vec<TwoByTwo>> {
    prop::collection::vec([0_u64..40, 0..40, 0..40, 0..40].prop_map(table), 1..7)
}

proptest! {
    #[test]
    fn one_full_stratum_is_its_own_ratio(cells in [1_u64..60, 1..60, 1..60, 1..60]) {
        let table = table(cells);
        let (single, pooled) = (watermelon(&table).unwrap(), cochran_mantel_haenszel(&[table]).unwrap());
        let (single_ratio, pooled_ratio) = (single.odds_ratio.unwrap(), pooled.odds_ratio.unwrap());
        near(pooled_ratio.ratio / single_ratio.ratio, 1.0, 1e-12);
        // With one stratum the variance of Robins, Breslow and Greenland is that of Woolf.
        near(pooled_ratio.log_se, single_ratio.log_se, 1e-12);
        let n = table.n() as f64;
        near(pooled.chi_square, single.phi.unwrap().powi(2) * (n - 1.0), 1e-9);
    }

    #[test]
    fn good_and_bad_mirror(tables in any_tables()) {
        let flipped: Vec<TwoByTwo> = tables.iter().map(|t| table([t.met_bad, t.met_good, t.missed_bad, t.missed_good])).collect();
        match (cochran_mantel_haenszel(&tables), cochran_mantel_haenszel(&flipped)) {
            (Ok(a), Ok(b)) => {
                near(a.chi_square, b.chi_square, 1e-9);
                near(a.p_corrected, b.p_corrected, 1e-9);
                prop_assert_eq!(a.odds_ratio.is_some(), b.odds_ratio.is_some());
                if let (Some(a), Some(b)) = (a.odds_ratio, b.odds_ratio) {
                    near(a.ratio * b.ratio, 1.0, 1e-9);
                    near(a.log_se, b.log_se, 1e-9);
                }
                prop_assert!(a.chi_square_corrected <= a.chi_square && a.p <= a.p_corrected);
            }
            (a, b) => prop_assert_eq!(a.unwrap_err(), b.unwrap_err()),
        }
    }

    #[test]
    fn order_of_strata_does_not_matter(tables in any_tables()) {
        let mut turned = tables.clone();
        turned.reverse();
        match (cochran_mantel_haenszel(&tables), cochran_mantel_haenszel(&turned)) {
            (Ok(a), Ok(b)) => near(a.chi_square, b.chi_square, 1e-9),
            (a, b) => prop_assert_eq!(a.unwrap_err(), b.unwrap_err()),
        }
    }

    #[test]
    fn bounds_hold_the_answer(good in 0_u64..50, bad in 1_u64..50, silent in 0_u64..200) {
        let answers = Proportion::new(good, good + bad).unwrap();
        let got = non_response(good + bad + silent, answers).unwrap();
        prop_assert!(got.low <= answers.rate() && answers.rate() <= got.high);
        near(got.high - got.low, 1.0 - got.response.rate(), 1e-12);
    }
}
