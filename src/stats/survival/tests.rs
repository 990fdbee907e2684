//! Worked cases of `15_survival_attrition.json`, laws of the curves, and refused input.

use super::*;
use crate::stats::numbers::{case, counts, list, near};
use proptest::prelude::*;
use serde_json::Value;

const NUMBERS: &str = include_str!("../../../tests/numbers/15_survival_attrition.json");

fn spell(entry: f64, exit: f64, is_event: bool) -> Spell {
    Spell { entry, exit, is_event }
}

/// Spells from lists of times and event flags.
fn spells(times: &Value, events: &Value) -> Vec<Spell> {
    list(times).iter().zip(counts(events)).map(|(&time, event)| spell(0.0, time, event == 1)).collect()
}

/// Spells from pairs of time and event flag.
fn pairs(value: &Value) -> Vec<Spell> {
    value.as_array().unwrap().iter().map(|pair| spell(0.0, pair[0].as_f64().unwrap(), pair[1] == 1)).collect()
}

fn gehan(arm: &str) -> KaplanMeier {
    let case = case(NUMBERS, arm);
    KaplanMeier::new(&spells(&case["inputs"]["time"], &case["inputs"]["event"])).unwrap()
}

/// A number or nothing, as the case says.
#[track_caller]
fn near_or_none(got: Option<f64>, want: &Value, tolerance: f64) {
    match want.as_f64() {
        Some(want) => near(got.unwrap(), want, tolerance),
        None => assert_eq!(got, None),
    }
}

#[test]
fn curves_of_gehan() {
    for arm in ["km_gehan_6mp", "km_gehan_control"] {
        let case = case(NUMBERS, arm);
        let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
        let curve = gehan(arm);
        let points = want["curve"].as_array().unwrap();
        assert_eq!(curve.steps().len(), points.len());
        for (step, point) in curve.steps().iter().zip(points) {
            near(step.time, point["time"].as_f64().unwrap(), 0.0);
            assert_eq!((step.at_risk, step.events), (point["at_risk"].as_u64().unwrap(), point["events"].as_u64().unwrap()));
            near(step.survival, point["surv"].as_f64().unwrap(), tolerance);
            near_or_none(step.se, &point["se"], tolerance);
            near_or_none(step.limits(Scale::LogLog).map(|l| l.0), &point["lower"], tolerance);
            near_or_none(step.limits(Scale::LogLog).map(|l| l.1), &point["upper"], tolerance);
        }
        let hazards: Vec<f64> = curve.steps().iter().map(|s| s.hazard).collect();
        let errors: Vec<f64> = curve.steps().iter().map(|s| s.hazard_se).collect();
        let wanted = (list(&want["nelson_aalen"]), list(&want["nelson_aalen_se"]));
        assert_eq!((hazards.len(), errors.len()), (wanted.0.len(), wanted.1.len()));
        hazards.iter().zip(&wanted.0).chain(errors.iter().zip(&wanted.1)).for_each(|(&got, &want)| near(got, want, tolerance));
        assert_eq!(curve.quantile(0.5, Scale::LogLog).unwrap().time, want["median"].as_f64());
        near(curve.restricted_mean(20.0).unwrap().mean, want["rmst_to_20"].as_f64().unwrap(), tolerance);
    }
}

/// R prints for these data: `rmean` 23.29 (2.83) and 8.67 (1.38), medians 23 (16, NA) and 8 (4, 12).
#[test]
fn means_and_medians_as_r_prints_them() {
    let (treated, control) = (gehan("km_gehan_6mp"), gehan("km_gehan_control"));
    for (curve, horizon, mean, se) in [(&treated, 35.0, 23.29, 2.83), (&control, 35.0, 8.67, 1.38)] {
        let got = curve.restricted_mean(horizon).unwrap();
        near(got.mean, mean, 0.005);
        near(got.se.unwrap(), se, 0.005);
    }
    let median = |curve: &KaplanMeier| curve.quantile(0.5, Scale::Log).unwrap();
    assert_eq!(median(&treated), Quantile { time: Some(23.0), low: Some(16.0), high: None });
    assert_eq!(median(&control), Quantile { time: Some(8.0), low: Some(4.0), high: Some(12.0) });
}

#[test]
fn log_rank_of_gehan() {
    let case = case(NUMBERS, "logrank_gehan");
    let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
    let got = log_rank(&[pairs(&case["inputs"]["a"]), pairs(&case["inputs"]["b"])]).unwrap();
    near(got.chi_square, want["chisq"].as_f64().unwrap(), tolerance);
    near(got.p, want["p"].as_f64().unwrap(), tolerance);
    assert_eq!(got.degrees_of_freedom, 1);
    assert_eq!(got.groups.iter().map(|g| g.observed).collect::<Vec<_>>(), counts(&want["observed"]));
    got.groups.iter().zip(list(&want["expected"])).for_each(|(g, want)| near(g.expected, want, tolerance));
}

#[test]
fn delayed_entry() {
    let case = case(NUMBERS, "km_delayed_entry");
    let (inputs, want, tolerance) = (&case["inputs"], &case["expected"], case["tolerance"].as_f64().unwrap());
    let late = list(&inputs["entry"]);
    let spells: Vec<Spell> =
        spells(&inputs["exit"], &inputs["event"]).into_iter().zip(late).map(|(s, entry)| Spell { entry, ..s }).collect();
    let curve = KaplanMeier::new(&spells).unwrap();
    assert_eq!(curve.steps().iter().map(|s| s.time).collect::<Vec<_>>(), list(&want["time"]));
    assert_eq!(curve.steps().iter().map(|s| s.at_risk).collect::<Vec<_>>(), counts(&want["at_risk"]));
    assert_eq!(curve.steps().iter().map(|s| s.events).collect::<Vec<_>>(), counts(&want["events"]));
    assert_eq!(at_risk(&spells, &list(&want["time"])).unwrap(), counts(&want["at_risk"]));
    for (step, (survival, se)) in curve.steps().iter().zip(list(&want["surv"]).into_iter().zip(list(&want["se"]))) {
        near(step.survival, survival, tolerance);
        near(step.se.unwrap(), se, tolerance);
    }
}

/// The spells of the competing-risks case: cause 0 is voluntary, 1 is not.
fn leavers(case: &Value) -> Vec<CauseSpell> {
    let cause = |state: &Value| match state.as_str().unwrap() {
        "vol" => Some(0),
        "invol" => Some(1),
        _ => None,
    };
    let states = case["inputs"]["state"].as_array().unwrap();
    list(&case["inputs"]["time"]).iter().zip(states).map(|(&exit, s)| CauseSpell { entry: 0.0, exit, cause: cause(s) }).collect()
}

#[test]
fn competing_causes() {
    let case = case(NUMBERS, "competing_risks_voluntary_involuntary");
    let tolerance = case["tolerance"].as_f64().unwrap();
    let leavers = leavers(&case);
    let curve = AalenJohansen::new(&leavers, 2).unwrap();
    let points = case["expected"]["curve"].as_array().unwrap();
    assert_eq!(curve.steps().len(), points.len());
    for (step, point) in curve.steps().iter().zip(points) {
        let got = [step.time, step.survival, step.incidence[0], step.incidence[1]];
        got.iter().zip(list(point)).for_each(|(&got, want)| near(got, want, tolerance));
        assert_eq!(curve.at(step.time).unwrap(), step.incidence);
    }
    // Censoring the other cause overstates.
    let naive: Vec<Spell> = leavers.iter().map(|s| spell(s.entry, s.exit, s.cause == Some(0))).collect();
    let naive = 1.0 - KaplanMeier::new(&naive).unwrap().steps().last().unwrap().survival;
    near(naive, case["expected"]["naive_1_minus_km_voluntary"].as_f64().unwrap(), tolerance);
}

/// Three groups with ties and late entry. Worked out in exact fractions: chi-square 593412109/194653631 on 2 degrees of freedom.
#[test]
fn log_rank_of_three_groups() {
    let (a, b, c) = three_groups();
    let got = log_rank(&[a, b, c]).unwrap();
    assert_eq!(got.degrees_of_freedom, 2);
    near(got.chi_square, THREE_GROUPS, 1e-12);
    // With 2 degrees of freedom the tail is exponential.
    near(got.p, (-THREE_GROUPS / 2.0).exp(), 1e-12);
}

/// See [`log_rank_of_three_groups`].
const THREE_GROUPS: f64 = 593_412_109.0 / 194_653_631.0;

fn three_groups() -> (Vec<Spell>, Vec<Spell>, Vec<Spell>) {
    (
        vec![spell(0.0, 2.0, true), spell(0.0, 3.0, true), spell(1.0, 5.0, false), spell(0.0, 6.0, true)],
        vec![spell(0.0, 3.0, true), spell(2.0, 4.0, true), spell(0.0, 6.0, false), spell(0.0, 8.0, true), spell(0.0, 9.0, false)],
        vec![spell(0.0, 1.0, false), spell(0.0, 7.0, true), spell(3.0, 8.0, true), spell(0.0, 9.0, false)],
    )
}

#[test]
fn groups_that_say_nothing_cost_nothing() {
    let (a, b, _) = three_groups();
    let alone = log_rank(&[a.clone(), b.clone()]).unwrap();
    let later = vec![spell(20.0, 30.0, true), spell(20.0, 31.0, true)];
    let with = log_rank(&[a.clone(), vec![], later, b.clone()]).unwrap();
    assert_eq!(with.degrees_of_freedom, 1);
    near(with.chi_square, alone.chi_square, 1e-12);
    assert_eq!((with.groups[1].n, with.groups[1].observed), (0, 0));
    near(with.groups[2].expected, 2.0, 1e-12);
}

#[test]
fn log_rank_refuses() {
    let (a, b, _) = three_groups();
    assert_eq!(log_rank::<Vec<Spell>>(&[]).unwrap_err(), Invalid::TooFew);
    assert_eq!(log_rank(&[a.clone(), vec![]]).unwrap_err(), Invalid::TooFew);
    let kept = vec![spell(0.0, 4.0, false); 3];
    assert_eq!(log_rank(&[kept.clone(), kept]).unwrap_err(), Invalid::NoVariation);
    // Two pairs, of which no one of the first meets one of the second.
    let late = |group: &[Spell]| -> Vec<Spell> { group.iter().map(|s| spell(s.entry + 50.0, s.exit + 50.0, s.is_event)).collect() };
    assert_eq!(log_rank(&[a.clone(), b.clone(), late(&a), late(&b)]).unwrap_err(), Invalid::NoVariation);
    assert_eq!(log_rank(&[a, vec![spell(1.0, 1.0, true)]]).unwrap_err(), Invalid::OutOfRange("exit"));
}

#[test]
fn all_censored() {
    let curve = KaplanMeier::new(&[spell(0.0, 3.0, false), spell(1.0, 7.0, false)]).unwrap();
    assert_eq!((curve.steps(), curve.gaps(), curve.end()), (&[][..], &[][..], 7.0));
    assert_eq!(curve.at(7.0, Scale::LogLog).unwrap(), Estimate { survival: 1.0, se: None, limits: None });
    assert_eq!(curve.quantile(0.1, Scale::Log).unwrap(), Quantile { time: None, low: None, high: None });
    assert_eq!(curve.restricted_mean(5.0).unwrap(), RestrictedMean { mean: 5.0, se: None });
    let causes = AalenJohansen::new(&[CauseSpell { entry: 0.0, exit: 3.0, cause: None }], 3).unwrap();
    assert_eq!((causes.steps().len(), causes.at(3.0).unwrap()), (0, vec![0.0; 3]));
}

#[test]
fn everybody_leaves() {
    let curve = KaplanMeier::new(&[spell(0.0, 2.0, true), spell(0.0, 4.0, true)]).unwrap();
    assert_eq!(curve.at(100.0, Scale::Log).unwrap(), Estimate { survival: 0.0, se: None, limits: None });
    near(curve.restricted_mean(100.0).unwrap().mean, 3.0, 1e-12);
    assert!(!curve.falls_to_zero_early());
}

#[test]
fn an_empty_risk_set_in_the_middle_is_told() {
    let curve = KaplanMeier::new(&[
        spell(1.0, 3.0, true),
        spell(1.0, 4.0, false),
        spell(4.0, 5.0, false),
        spell(6.0, 8.0, false),
        spell(6.0, 9.0, true),
    ])
    .unwrap();
    assert_eq!(curve.gaps(), [(0.0, 1.0), (5.0, 6.0)]);
    assert_eq!(curve.steps().iter().map(|s| (s.time, s.at_risk, s.survival)).collect::<Vec<_>>(), [(3.0, 2, 0.5), (9.0, 1, 0.0)]);
    assert!(!curve.falls_to_zero_early());
    let early = KaplanMeier::new(&[spell(0.0, 1.0, true), spell(2.0, 5.0, true), spell(2.0, 6.0, false)]).unwrap();
    assert!(early.falls_to_zero_early());
    assert_eq!(early.gaps(), [(1.0, 2.0)]);
    assert_eq!(early.steps().iter().map(|s| (s.survival, s.se)).collect::<Vec<_>>(), [(0.0, None), (0.0, None)]);
    assert_eq!(early.restricted_mean(6.0).unwrap(), RestrictedMean { mean: 1.0, se: Some(0.0) });
}

#[test]
fn at_risk_from_the_first_day_to_the_last() {
    let spells = [spell(0.0, 4.0, true), spell(0.0, 4.0, false), spell(2.0, 6.0, true)];
    assert_eq!(at_risk(&spells, &[0.0, 1.0, 2.0, 2.5, 4.0, 4.5, 6.0, 7.0]).unwrap(), [2, 2, 2, 3, 3, 1, 1, 0]);
}

#[test]
fn a_round_share_is_met_in_spite_of_rounding() {
    // 0.9 · (8/9) · (7/8) · ... comes out a little above 0.3.
    let spells: Vec<Spell> = (1..=10).map(|day| spell(0.0, f64::from(day), true)).collect();
    let curve = KaplanMeier::new(&spells).unwrap();
    for left in 1..10 {
        let share = f64::from(left) / 10.0;
        assert_eq!(curve.quantile(share, Scale::Log).unwrap().time, Some(f64::from(left)), "{share}");
    }
}

#[test]
fn bad_spells_are_refused() {
    for (entry, exit, why) in [
        (f64::NAN, 1.0, Invalid::NotFinite),
        (0.0, f64::INFINITY, Invalid::NotFinite),
        (-1.0, 1.0, Invalid::OutOfRange("entry")),
        (2.0, 2.0, Invalid::OutOfRange("exit")),
        (3.0, 2.0, Invalid::OutOfRange("exit")),
        (0.0, 0.0, Invalid::OutOfRange("exit")),
    ] {
        let spells = [spell(0.0, 5.0, true), spell(entry, exit, true)];
        assert_eq!(KaplanMeier::new(&spells).unwrap_err(), why);
        assert_eq!(at_risk(&spells, &[1.0]).unwrap_err(), why);
        assert_eq!(AalenJohansen::new(&[CauseSpell { entry, exit, cause: None }], 1).unwrap_err(), why);
    }
    assert_eq!(KaplanMeier::new(&[]).unwrap_err(), Invalid::Empty);
    assert_eq!(at_risk(&[], &[]).unwrap_err(), Invalid::Empty);
    assert_eq!(AalenJohansen::new(&[], 1).unwrap_err(), Invalid::Empty);
    let second = CauseSpell { entry: 0.0, exit: 1.0, cause: Some(1) };
    assert_eq!(AalenJohansen::new(&[second], 1).unwrap_err(), Invalid::OutOfRange("cause"));
    assert_eq!(AalenJohansen::new(&[second], 0).unwrap_err(), Invalid::OutOfRange("cause"));
}

#[test]
fn bad_questions_are_refused() {
    let spells = [spell(0.0, 2.0, true), spell(0.0, 5.0, false)];
    let curve = KaplanMeier::new(&spells).unwrap();
    for (time, why) in [(f64::NAN, Invalid::NotFinite), (-1.0, Invalid::OutOfRange("time")), (5.5, Invalid::OutOfRange("time"))] {
        assert_eq!(curve.at(time, Scale::Log).unwrap_err(), why);
    }
    for (time, why) in [(f64::NAN, Invalid::NotFinite), (0.0, Invalid::OutOfRange("horizon")), (5.5, Invalid::OutOfRange("horizon"))] {
        assert_eq!(curve.restricted_mean(time).unwrap_err(), why);
    }
    for share in [0.0, 1.0, f64::NAN] {
        assert_eq!(curve.quantile(share, Scale::Log).unwrap_err(), Invalid::OutOfRange("share"));
    }
    assert_eq!(at_risk(&spells, &[-1.0]).unwrap_err(), Invalid::OutOfRange("time"));
    assert_eq!(at_risk(&spells, &[f64::NAN]).unwrap_err(), Invalid::NotFinite);
    let causes = AalenJohansen::new(&[CauseSpell { entry: 0.0, exit: 3.0, cause: None }], 1).unwrap();
    assert_eq!(causes.at(3.5).unwrap_err(), Invalid::OutOfRange("time"));
    assert_eq!(causes.at(f64::NAN).unwrap_err(), Invalid::NotFinite);
}

/// Up to 30 spells on whole days, so that ties are common; half of them enter on day 0.
fn any_spells() -> impl Strategy<Value = Vec<Spell>> {
    let any = (0_u32..2, 0_u32..12, 1_u32..12, any::<bool>());
    let make =
        |(late, entry, length, is_event): (u32, u32, u32, bool)| spell(f64::from(late * entry), f64::from(late * entry + length), is_event);
    prop::collection::vec(any.prop_map(make), 1..30)
}

proptest! {
    #[test]
    fn order_does_not_matter(spells in any_spells()) {
        let mut turned = spells.clone();
        turned.reverse();
        prop_assert_eq!(KaplanMeier::new(&spells).unwrap(), KaplanMeier::new(&turned).unwrap());
    }

    #[test]
    fn a_spell_may_be_cut_in_two(spells in any_spells()) {
        let cut = |s: &Spell| {
            let middle = f64::midpoint(s.entry, s.exit);
            [spell(s.entry, middle, false), spell(middle, s.exit, s.is_event)]
        };
        let pieces: Vec<Spell> = spells.iter().flat_map(cut).collect();
        prop_assert_eq!(KaplanMeier::new(&spells).unwrap(), KaplanMeier::new(&pieces).unwrap());
    }

    #[test]
    fn curves_fall_within_their_limits(spells in any_spells()) {
        let curve = KaplanMeier::new(&spells).unwrap();
        let mut last = 1.0;
        for step in curve.steps() {
            prop_assert!(step.survival < last || (step.survival <= 0.0 && last <= 0.0));
            last = step.survival;
            // Fleming and Harrington: exp(-H) is never below the product.
            prop_assert!((-step.hazard).exp() >= step.survival - 1e-12);
            for (low, high) in [Scale::Log, Scale::LogLog].into_iter().filter_map(|scale| step.limits(scale)) {
                prop_assert!(0.0 <= low && low < step.survival && step.survival < high && high <= 1.0);
            }
        }
        for share in [0.1, 0.25, 0.5, 0.9] {
            let q = curve.quantile(share, Scale::LogLog).unwrap();
            prop_assert!(q.low.zip(q.time).is_none_or(|(low, time)| low <= time));
            prop_assert!(q.time.zip(q.high).is_none_or(|(time, high)| time <= high));
        }
    }

    #[test]
    fn the_restricted_mean_is_the_area(spells in any_spells(), horizon in 1_u32..12) {
        let curve = KaplanMeier::new(&spells).unwrap();
        let horizon = f64::from(horizon).min(curve.end());
        // All times are whole days, so the curve is flat within a day.
        let days = horizon.round() as u32;
        let area: f64 = (0..days).map(|day| curve.at(f64::from(day), Scale::Log).unwrap().survival).sum();
        near(curve.restricted_mean(horizon).unwrap().mean, area, 1e-9);
    }

    #[test]
    fn without_censoring_it_is_a_share(days in prop::collection::vec(1_u32..9, 2..40)) {
        let n = days.len() as f64;
        let spells: Vec<CauseSpell> =
            days.iter().enumerate().map(|(i, &day)| CauseSpell { entry: 0.0, exit: f64::from(day), cause: Some(i % 2) }).collect();
        let both: Vec<Spell> = spells.iter().map(|s| spell(0.0, s.exit, true)).collect();
        let curve = KaplanMeier::new(&both).unwrap();
        let causes = AalenJohansen::new(&spells, 2).unwrap();
        for (step, split) in curve.steps().iter().zip(causes.steps()) {
            let there = both.iter().filter(|s| s.exit > step.time).count() as f64 / n;
            near(step.survival, there, 1e-12);
            if let Some(se) = step.se {
                near(se, (there * (1.0 - there) / n).sqrt(), 1e-9);
            }
            for cause in 0..2 {
                let gone = spells.iter().filter(|s| s.exit <= step.time && s.cause == Some(cause)).count() as f64 / n;
                near(split.incidence[cause], gone, 1e-12);
                near(split.se[cause].powi(2), gone * (1.0 - gone) / n, 1e-9);
            }
        }
    }

    #[test]
    fn causes_add_up(spells in any_spells()) {
        let split: Vec<CauseSpell> = spells.iter().enumerate()
            .map(|(i, s)| CauseSpell { entry: s.entry, exit: s.exit, cause: s.is_event.then_some(i % 3) }).collect();
        let whole: Vec<CauseSpell> = split.iter().map(|s| CauseSpell { cause: s.cause.map(|_| 0), ..*s }).collect();
        let (curve, split, whole) =
            (KaplanMeier::new(&spells).unwrap(), AalenJohansen::new(&split, 3).unwrap(), AalenJohansen::new(&whole, 1).unwrap());
        for ((step, split), whole) in curve.steps().iter().zip(split.steps()).zip(whole.steps()) {
            near(split.incidence.iter().sum::<f64>() + split.survival, 1.0, 1e-12);
            near(split.survival, step.survival, 0.0);
            near(whole.incidence[0], 1.0 - step.survival, 1e-12);
            if let Some(se) = step.se {
                near(whole.se[0].powi(2), se * se, 1e-9);
            }
        }
    }

    #[test]
    fn log_rank_does_not_care_for_order(groups in prop::collection::vec(any_spells(), 2..5)) {
        let mut turned = groups.clone();
        turned.rotate_left(1);
        match (log_rank(&groups), log_rank(&turned)) {
            (Ok(a), Ok(b)) => {
                near(a.chi_square, b.chi_square, 1e-8 * (1.0 + a.chi_square));
                prop_assert_eq!(a.degrees_of_freedom, b.degrees_of_freedom);
                let observed: u64 = a.groups.iter().map(|g| g.observed).sum();
                near(a.groups.iter().map(|g| g.expected).sum(), observed as f64, 1e-9);
                prop_assert!((0.0..=1.0).contains(&a.p));
            }
            (a, b) => prop_assert_eq!(a.unwrap_err(), b.unwrap_err()),
        }
    }

    #[test]
    fn equal_groups_do_not_differ(group in any_spells()) {
        if let Ok(test) = log_rank(&[group.clone(), group]) {
            near(test.chi_square, 0.0, 1e-12);
            near(test.p, 1.0, 1e-5);
        }
    }
}
