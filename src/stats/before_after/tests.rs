use serde_json::Value;

use super::super::least_squares::{self, Design};
use super::super::numbers::{case, counts, list, near};
use super::super::random::Random;
use super::differences::{Panel, by_agent, by_start, of_means, two_way};
use super::paired::{changes, sign_flip, t_test};
use super::regression_to_mean::{Spread, expected, lowest, of_picked};
use super::time_series::{Interrupted, PLACEBO_SIDE, SIDE, interrupted, placebos, usual_lags};
use super::{Invalid, smallest_effect};
use crate::stats::Proportion;

const NUMBERS: &str = include_str!("../../../tests/numbers/17_before_after.json");

fn parts(name: &str) -> (Value, Value, f64) {
    let mut case = case(NUMBERS, name);
    (case["inputs"].take(), case["expected"].take(), case["tolerance"].as_f64().unwrap())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn eight_agents_paired() {
    let (inputs, expected, tolerance) = parts("paired_pre_post_same_agents");
    let changes = changes(&list(&inputs["pre"]), &list(&inputs["post"])).unwrap();
    let test = t_test(&changes).unwrap();
    near(test.estimate, number(&expected["mean_change"]), tolerance);
    near(test.t, number(&expected["t"]), tolerance);
    near(test.p, number(&expected["p_t"]), tolerance);
    near(test.interval.0, list(&expected["ci_95"])[0], tolerance);
    near(test.interval.1, list(&expected["ci_95"])[1], tolerance);
    let flips = sign_flip(&changes, 0).unwrap();
    near(flips.p, number(&expected["p_signflip_exact"]), tolerance);
    near(flips.statistic, test.estimate, 1e-15);
    assert_eq!((flips.rearrangements, flips.exact), (256, true));
}

#[test]
fn sleep_of_student() {
    let (inputs, expected, tolerance) = parts("student_sleep_published");
    let test = t_test(&changes(&list(&inputs["b"]), &list(&inputs["a"])).unwrap()).unwrap();
    near(test.t, number(&expected["t"]), tolerance);
    near(test.p, number(&expected["p"]), tolerance);
    near(test.estimate, number(&expected["mean_diff"]), tolerance);
    near(test.interval.0, list(&expected["ci_95"])[0], tolerance);
    near(test.interval.1, list(&expected["ci_95"])[1], tolerance);
    near(test.degrees_of_freedom, 9.0, 1e-15);
}

#[test]
fn minimum_wage_of_card_and_krueger() {
    let (inputs, expected, tolerance) = parts("card_krueger_did_published");
    let side = |key: &str| (number(&inputs[key][0]), number(&inputs[key][1]));
    near(of_means(side("treated"), side("control")).unwrap(), number(&expected["did"]), tolerance);
}

struct Desk {
    agents: Vec<usize>,
    weeks: Vec<usize>,
    exposed: Vec<bool>,
    values: Vec<f64>,
    changes: Vec<f64>,
    treated: Vec<bool>,
}

/// The panel of twelve agents in twelve weeks, and one change an agent.
fn desk() -> (Desk, Value, f64) {
    let (inputs, expected, tolerance) = parts("did_panel_12_agents_12_weeks");
    let column = |key: &str| counts(&inputs[key]).into_iter().map(|v| v as usize).collect::<Vec<_>>();
    let (agents, weeks, treated, post) = (column("agent"), column("week"), column("treated"), column("post"));
    let values = list(&inputs["y"]);
    let mean = |agent: usize, after: usize| {
        let of = || (0..values.len()).filter(|&i| agents[i] == agent && post[i] == after).map(|i| values[i]);
        of().sum::<f64>() / of().count() as f64
    };
    let changes = (1..=12).map(|agent| mean(agent, 1) - mean(agent, 0)).collect();
    let exposed = treated.iter().zip(&post).map(|(t, p)| t * p == 1).collect();
    (Desk { changes, exposed, treated: (1..=12).map(|a| a <= 6).collect(), agents, weeks, values }, expected, tolerance)
}

#[test]
fn twelve_agents_one_number_each() {
    let (desk, expected, tolerance) = desk();
    for (got, want) in desk.changes.iter().zip(list(&expected["agent_change"])) {
        near(*got, want, tolerance);
    }
    let effect = by_agent(&desk.changes, &desk.treated, 0).unwrap();
    near(effect.welch.estimate, number(&expected["did"]), tolerance);
    near(effect.treated - effect.others, number(&expected["did"]), tolerance);
    near(effect.welch.t, number(&expected["welch_t"]), tolerance);
    near(effect.welch.p, number(&expected["welch_p"]), tolerance);
    near(effect.permutation.p, number(&expected["p_permutation_exact"]), tolerance);
    near(effect.permutation.statistic, number(&expected["did"]), tolerance);
    assert_eq!((effect.permutation.rearrangements, effect.permutation.exact), (924, true));
    // Twelve agents could not have seen the true 0.18 of this simulation.
    assert!(effect.welch.smallest_effect > 0.25 && effect.welch.smallest_effect < 0.35, "{}", effect.welch.smallest_effect);
}

#[test]
fn twelve_agents_week_by_week() {
    let (desk, expected, tolerance) = desk();
    let panel = Panel { agents: &desk.agents, weeks: &desk.weeks, exposed: &desk.exposed, values: &desk.values };
    let effect = two_way(&panel).unwrap();
    near(effect.estimate, number(&expected["did"]), tolerance);
    near(effect.naive, number(&expected["se_naive"]), tolerance);
    near(effect.cr0, number(&expected["se_cluster_cr0"]), tolerance);
    near(effect.cr1, number(&expected["se_cluster_cr1"]), tolerance);
}

fn series() -> (Vec<f64>, usize, Value, f64) {
    let (inputs, expected, tolerance) = parts("its_segmented_newey_west");
    // The first point after is counted from 1 there.
    (list(&inputs["y"]), inputs["first_post_t"].as_u64().unwrap() as usize - 1, expected, tolerance)
}

#[test]
fn segmented_line() {
    let (values, first_after, expected, tolerance) = series();
    let Interrupted { start, trend, level_change, slope_change, durbin_watson, lags } =
        interrupted(&values, first_after, usual_lags(30)).unwrap();
    assert_eq!(lags, 3);
    for (j, term) in [start, trend, level_change, slope_change].into_iter().enumerate() {
        near(term.estimate, list(&expected["coef"])[j], tolerance);
        near(term.ols_error, list(&expected["se_ols"])[j], tolerance);
        near(term.hac_error, list(&expected["se_hac"])[j], tolerance);
        near(term.p, list(&expected["p_hac"])[j], tolerance);
    }
    near(durbin_watson, number(&expected["durbin_watson"]), tolerance);
}

#[test]
fn a_low_record_rises_by_itself() {
    let (inputs, wanted, tolerance) = parts("regression_to_mean_expectation");
    let spread = Spread::new(number(&inputs["mu"]), number(&inputs["s"])).unwrap();
    let record = Proportion::new(inputs["x"].as_u64().unwrap(), inputs["n"].as_u64().unwrap()).unwrap();
    let expectation = expected(record, spread);
    near(expectation.raw, number(&wanted["raw"]), tolerance);
    near(expectation.next, number(&wanted["expected_next"]), tolerance);
    near(expectation.change, number(&wanted["expected_change_without_intervention"]), tolerance);
}

/// Ten seeds of twenty agents: what the bottom five gained with nothing done is what was expected of them.
#[test]
fn the_bottom_five_gain_what_is_expected() {
    let mut random = Random::new(77);
    let spread = Spread::new(0.85, 50.0).unwrap();
    let (mut gained, mut promised) = (0.0, 0.0);
    let runs = 400;
    for _ in 0..runs {
        let rates: Vec<f64> = (0..20).map(|_| random.beta(42.5, 7.5)).collect();
        let mut month = || rates.iter().map(|p| Proportion::new(random.binomial(20, *p), 20).unwrap()).collect::<Vec<_>>();
        let (first, second) = (month(), month());
        let picked = lowest(&first, 5).unwrap();
        gained += picked.iter().map(|&i| second[i].rate() - first[i].rate()).sum::<f64>() / 5.0;
        promised += of_picked(&first, &picked, spread).unwrap().change;
    }
    let (gained, promised) = (gained / f64::from(runs), promised / f64::from(runs));
    near(gained, promised, 0.01);
    assert!(promised > 0.07, "{promised}");
}

#[test]
fn laws_of_regression_to_the_mean() {
    let of = |x, n| Proportion::new(x, n).unwrap();
    let spread = Spread::new(0.8, 30.0).unwrap();
    near(expected(of(80, 100), spread).change, 0.0, 1e-15);
    let (low, high) = (expected(of(10, 20), spread), expected(of(20, 20), spread));
    assert!(low.change > 0.0 && high.change < 0.0);
    near(low.next, low.raw + low.change, 1e-15);
    // Good and bad change places; more data, less regression.
    let mirrored = expected(of(10, 20).flipped(), Spread::new(0.2, 30.0).unwrap());
    near(mirrored.change, -low.change, 1e-15);
    assert!(expected(of(100, 200), spread).change < low.change);
    // Equal rates stay in order, whatever their size.
    let records = [of(9, 10), of(1, 2), of(50, 100), of(1, 3), of(2, 4)];
    assert_eq!(lowest(&records, 4).unwrap(), [3, 1, 2, 4]);
}

#[test]
fn laws_of_pairs() {
    let changes = [0.4, -0.1, 0.3, 0.25, 0.0, -0.2, 0.6];
    let mirrored = changes.map(|c| -c);
    let (test, other) = (t_test(&changes).unwrap(), t_test(&mirrored).unwrap());
    near(test.t, -other.t, 1e-14);
    near(test.p, other.p, 1e-14);
    near(test.interval.0, -other.interval.1, 1e-14);
    let (flips, other) = (sign_flip(&changes, 0).unwrap(), sign_flip(&mirrored, 0).unwrap());
    near(flips.p, other.p, 1e-15);
    // All of one sign: only that pattern and its mirror are as extreme.
    near(sign_flip(&[1.0, 2.0, 0.5, 3.0], 0).unwrap().p, 2.0 / 16.0, 1e-15);
    // A change of the other size does not matter to whoever has a mean of zero.
    near(sign_flip(&[1.0, -1.0], 0).unwrap().p, 1.0, 1e-15);
}

/// The draws of 21 agents agree with all patterns, counted here.
#[test]
fn sign_flips_are_drawn_above_twenty() {
    let mut random = Random::new(8);
    let changes: Vec<f64> = (0..21).map(|_| (random.normal() * 10.0).round() / 10.0 + 0.4).collect();
    let drawn = sign_flip(&changes, 4).unwrap();
    assert!(!drawn.exact && drawn == sign_flip(&changes, 4).unwrap());
    let observed = changes.iter().sum::<f64>().abs() - 1e-9;
    let sum = |mask: u32| changes.iter().enumerate().map(|(i, c)| if mask >> i & 1 == 1 { -c } else { *c }).sum::<f64>();
    let exact = f64::from((0_u32..1 << 21).filter(|&mask| sum(mask).abs() >= observed).count() as u32) / f64::from(1 << 21);
    near(drawn.p, exact, 4.0 * (exact * (1.0 - exact) / 9_999.0).sqrt());
    assert!(sign_flip(&changes[..20], 4).unwrap().exact);
}

/// An effect of the size `smallest_effect` promises is seen in four of five experiments.
#[test]
fn power_is_what_it_says() {
    let mut random = Random::new(31);
    let truth = smallest_effect(1.0 / 12.0_f64.sqrt(), 11.0).unwrap();
    let runs = 2000;
    let seen = (0..runs).filter(|_| t_test(&(0..12).map(|_| truth + random.normal()).collect::<Vec<_>>()).unwrap().p < 0.05).count();
    assert!((1540..=1680).contains(&seen), "{seen} of {runs}");
}

/// Swapping who was treated turns the sign; adding the same to everyone changes nothing.
#[test]
fn laws_of_differences() {
    let (desk, _, _) = desk();
    let effect = by_agent(&desk.changes, &desk.treated, 0).unwrap();
    let swapped = by_agent(&desk.changes, &desk.treated.iter().map(|t| !t).collect::<Vec<_>>(), 0).unwrap();
    near(swapped.welch.estimate, -effect.welch.estimate, 1e-14);
    near(swapped.welch.p, effect.welch.p, 1e-13);
    near(swapped.permutation.p, effect.permutation.p, 1e-15);
    let shifted = by_agent(&desk.changes.iter().map(|c| c + 3.0).collect::<Vec<_>>(), &desk.treated, 0).unwrap();
    near(shifted.welch.t, effect.welch.t, 1e-10);
    near(shifted.permutation.p, effect.permutation.p, 1e-15);
}

/// Upside down, all terms turn; a line added before and after goes into start and trend alone.
#[test]
fn laws_of_series() {
    let (values, date, _, _) = series();
    let fit = interrupted(&values, date, 3).unwrap();
    let down = interrupted(&values.iter().map(|v| 100.0 - v).collect::<Vec<_>>(), date, 3).unwrap();
    near(down.level_change.estimate, -fit.level_change.estimate, 1e-10);
    near(down.level_change.p, fit.level_change.p, 1e-10);
    let tilted: Vec<f64> = values.iter().enumerate().map(|(i, v)| v + 5.0 + 2.0 * (i as f64 + 1.0)).collect();
    let tilted = interrupted(&tilted, date, 3).unwrap();
    near(tilted.start.estimate, fit.start.estimate + 5.0, 1e-9);
    near(tilted.trend.estimate, fit.trend.estimate + 2.0, 1e-9);
    near(tilted.level_change.estimate, fit.level_change.estimate, 1e-9);
    near(tilted.slope_change.hac_error, fit.slope_change.hac_error, 1e-9);
}

#[test]
fn placebo_dates() {
    let mut random = Random::new(3);
    let values: Vec<f64> = (0..40).map(|i| 70.0 + random.normal() + if i >= 24 { 6.0 } else { 0.0 }).collect();
    let real = interrupted(&values, 24, 2).unwrap().level_change;
    let placebos = placebos(&values, 24, 2).unwrap();
    let dates: Vec<usize> = placebos.iter().map(|p| p.first_after).collect();
    assert_eq!(dates, (PLACEBO_SIDE..=24 - PLACEBO_SIDE).collect::<Vec<_>>());
    assert!(placebos.iter().all(|p| p.level_change.estimate.abs() < real.estimate.abs()));
    // Nothing after the date is looked at.
    let mut other = values;
    other[24..].fill(0.0);
    assert_eq!(super::time_series::placebos(&other, 24, 2).unwrap(), placebos);
}

#[test]
fn lags_of_newey_and_west() {
    assert_eq!([10, 30, 52, 100, 104].map(usual_lags), [2, 3, 3, 4, 4]);
}

#[test]
fn refused_pairs() {
    assert_eq!(changes(&[], &[]), Err(Invalid::Empty));
    assert_eq!(changes(&[1.0], &[1.0, 2.0]), Err(Invalid::LengthsDiffer));
    assert_eq!(changes(&[1.0], &[f64::NAN]), Err(Invalid::NotFinite));
    assert_eq!(changes(&[-1e308], &[1e308]), Err(Invalid::NotFinite));
    assert_eq!(t_test(&[]), Err(Invalid::Empty));
    assert_eq!(t_test(&[0.3]), Err(Invalid::TooFew));
    assert_eq!(t_test(&[0.1, 0.1, 0.1]), Err(Invalid::NoVariation));
    assert_eq!(t_test(&[1e308, -1e308]), Err(Invalid::NotFinite));
    assert_eq!(sign_flip(&[], 0), Err(Invalid::Empty));
    assert_eq!(sign_flip(&[0.0, 0.0], 0), Err(Invalid::NoVariation));
    assert_eq!(sign_flip(&[f64::NAN], 0), Err(Invalid::NotFinite));
    assert_eq!(sign_flip(&[1e308, 1e308], 0), Err(Invalid::NotFinite));
    for (error, df) in [(0.0, 5.0), (f64::NAN, 5.0), (-1.0, 5.0), (1.0, 0.0), (1.0, f64::NAN)] {
        assert!(matches!(smallest_effect(error, df), Err(Invalid::OutOfRange(_))), "{error} {df}");
    }
}

#[test]
fn refused_differences() {
    let treated = [true, true, false, false];
    assert_eq!(by_agent(&[], &[], 0), Err(Invalid::Empty));
    assert_eq!(by_agent(&[1.0, 2.0, 3.0], &treated, 0), Err(Invalid::LengthsDiffer));
    assert_eq!(by_agent(&[1.0, 2.0, 3.0, f64::NAN], &treated, 0), Err(Invalid::NotFinite));
    assert_eq!(by_agent(&[1.0, 2.0, 3.0, 4.0], &[true, false, false, false], 0), Err(Invalid::TooFew));
    assert_eq!(by_agent(&[1.0, 1.0, 3.0, 3.0], &treated, 0), Err(Invalid::NoVariation));
    assert_eq!(of_means((1.0, f64::NAN), (0.0, 0.0)), Err(Invalid::NotFinite));
    assert_eq!(of_means((-1e308, 1e308), (0.0, 0.0)), Err(Invalid::NotFinite));
}

#[test]
fn refused_panels() {
    let (desk, _, _) = desk();
    let panel = Panel { agents: &desk.agents, weeks: &desk.weeks, exposed: &desk.exposed, values: &desk.values };
    assert_eq!(two_way(&Panel { values: &[], ..panel.clone() }), Err(Invalid::Empty));
    assert_eq!(two_way(&Panel { values: &[f64::NAN], ..panel.clone() }), Err(Invalid::NotFinite));
    assert_eq!(two_way(&Panel { weeks: &desk.weeks[1..], ..panel.clone() }), Err(Invalid::LengthsDiffer));
    // Everyone exposed from one week on: the weeks tell it all.
    let everyone: Vec<bool> = desk.weeks.iter().map(|w| *w > 6).collect();
    assert_eq!(two_way(&Panel { exposed: &everyone, ..panel.clone() }), Err(Invalid::NoVariation));
    assert_eq!(two_way(&Panel { exposed: &[false; 144], ..panel.clone() }), Err(Invalid::NoVariation));
    let short = Panel { agents: &[1, 2], weeks: &[1, 1], exposed: &[true, false], values: &[1.0, 2.0] };
    assert_eq!(two_way(&short), Err(Invalid::TooFew));
}

#[test]
fn refused_series() {
    let (values, date, _, _) = series();
    assert_eq!(interrupted(&[], 0, 0), Err(Invalid::Empty));
    assert_eq!(interrupted(&values, SIDE - 1, 3), Err(Invalid::TooFew));
    assert_eq!(interrupted(&values[..date + SIDE - 1], date, 3), Err(Invalid::TooFew));
    assert_eq!(interrupted(&values, usize::MAX - 3, 3), Err(Invalid::TooFew));
    assert_eq!(interrupted(&values, date, 30), Err(Invalid::OutOfRange("the number of lags")));
    assert_eq!(interrupted(&[f64::NAN; 30], 15, 3), Err(Invalid::NotFinite));
    assert_eq!(interrupted(&[4.0; 30], 15, 3), Err(Invalid::NoVariation));
    assert_eq!(placebos(&values, 11, 2), Err(Invalid::TooFew));
    assert_eq!(placebos(&values, 31, 2), Err(Invalid::TooFew));
}

#[test]
fn refused_regression_to_the_mean() {
    for (mean, precision) in [(0.0, 5.0), (1.0, 5.0), (f64::NAN, 5.0), (0.5, 0.0), (0.5, -1.0), (0.5, f64::INFINITY)] {
        assert!(matches!(Spread::new(mean, precision), Err(Invalid::OutOfRange(_))), "{mean} {precision}");
    }
    let (records, spread) = ([Proportion::new(1, 2).unwrap()], Spread::new(0.5, 5.0).unwrap());
    assert_eq!(lowest(&records, 2), Err(Invalid::TooFew));
    assert_eq!(of_picked(&records, &[], spread), Err(Invalid::Empty));
    assert!(matches!(of_picked(&records, &[1], spread), Err(Invalid::OutOfRange(_))));
}

/// One number an agent and two-way effects agree to the last digits in any balanced panel.
#[test]
fn balanced_panels_agree() {
    let mut random = Random::new(12);
    for _ in 0..20 {
        let (mut agents, mut weeks, mut exposed, mut values) = (vec![], vec![], vec![], vec![]);
        for agent in 0..7 {
            for week in 0..6 {
                agents.push(agent);
                weeks.push(week);
                exposed.push(agent < 3 && week >= 4);
                values.push(random.normal() + agent as f64 - 0.3 * week as f64);
            }
        }
        let effect = two_way(&Panel { agents: &agents, weeks: &weeks, exposed: &exposed, values: &values }).unwrap();
        let change = |weeks: &[f64]| weeks[4..].iter().sum::<f64>() / 2.0 - weeks[..4].iter().sum::<f64>() / 4.0;
        let changes: Vec<f64> = values.chunks(6).map(change).collect();
        let treated: Vec<bool> = (0..7).map(|a| a < 3).collect();
        near(effect.estimate, by_agent(&changes, &treated, 0).unwrap().welch.estimate, 1e-12);
    }
}

/// The segmented line is plain least squares on either side: both give the same slopes.
#[test]
fn two_lines_make_the_segmented_one() {
    let (values, date, _, _) = series();
    let fit = interrupted(&values, date, 3).unwrap();
    let slope = |part: &[f64]| {
        let design = Design::new(&(0..part.len()).map(|i| vec![i as f64]).collect::<Vec<_>>()).unwrap();
        least_squares::fit(&design, part).unwrap().coefficients[1]
    };
    near(fit.trend.estimate, slope(&values[..date]), 1e-12);
    near(fit.trend.estimate + fit.slope_change.estimate, slope(&values[date..]), 1e-12);
}

#[test]
fn one_start_for_all_is_the_plain_difference() {
    let (desk, expected, tolerance) = desk();
    let changes: Vec<Vec<f64>> = desk.changes.iter().map(|c| vec![*c]).collect();
    let starts: Vec<Option<usize>> = desk.treated.iter().map(|t| t.then_some(0)).collect();
    let effect = by_start(&changes, &starts, 0).unwrap();
    near(effect.welch.estimate, number(&expected["did"]), tolerance);
    near(effect.welch.t, number(&expected["welch_t"]), tolerance);
    near(effect.permutation.p, number(&expected["p_permutation_exact"]), tolerance);
    assert_eq!((effect.permutation.rearrangements, effect.permutation.exact), (924, true));
}

/// Two early, one late, two never: each treated agent at its own date, the others at both, the early one counting twice.
#[test]
fn own_starts_by_hand() {
    let changes = [vec![3.0, 9.0], vec![5.0, 9.0], vec![9.0, 7.0], vec![1.0, 4.0], vec![0.0, 2.5]];
    let starts = [Some(0), Some(0), Some(1), None, None];
    let effect = by_start(&changes, &starts, 0).unwrap();
    near(effect.treated, 5.0, 1e-12);
    // (2·1 + 4)/3 = 2 and (0 + 2.5)/3.
    near(effect.others, f64::midpoint(2.0, 2.5 / 3.0), 1e-12);
    near(effect.welch.estimate, effect.treated - effect.others, 1e-12);
    assert_eq!((effect.permutation.rearrangements, effect.permutation.exact), (30, true));
    assert_eq!(by_start(&changes, &[Some(2), None, None, None, Some(0)], 0), Err(Invalid::OutOfRange("the date of a start")));
    assert_eq!(by_start(&changes, &[Some(0), None, None, None, None], 0), Err(Invalid::TooFew));
    assert_eq!(by_start(&changes[..2], &starts, 0), Err(Invalid::LengthsDiffer));
}
