//! Tests of control charts.

use serde_json::Value;

use super::super::Invalid;
use super::super::numbers::{case, counts, list, near};
use super::super::random::Random;
use super::rules::{Rule, Side, Signal};
use super::xmr::Factor;
use super::*;

mod simulations;

const XMR: &str = include_str!("../../../tests/numbers/10_xmr_mdc_rules.json");
const PROPORTIONS: &str = include_str!("../../../tests/numbers/11_p_pprime.json");

fn known_values(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

fn individuals(values: &[Option<f64>]) -> Series<'_> {
    Series { values: Values::Individuals(values), direction: Direction::Higher, target: None, phases: &[], options: Options::default() }
}

fn proportions(values: &[Option<Proportion>]) -> Series<'_> {
    Series { values: Values::Proportions(values), direction: Direction::Higher, target: None, phases: &[], options: Options::default() }
}

#[track_caller]
fn drawn_chart(series: &Series<'_>) -> Chart {
    match chart(series).unwrap() {
        Outcome::Drawn(chart) => chart,
        Outcome::Withheld(why) => panic!("{why:?}"),
    }
}

fn signals_of(chart: &Chart) -> Vec<Option<Signal>> {
    chart.points.iter().map(|p| p.and_then(|p| p.signal)).collect()
}

fn beyond(chart: &Chart, band: impl Fn(&ChartPoint) -> Option<Band>) -> Vec<u64> {
    let out = |p: &ChartPoint| band(p).is_some_and(|b| p.value > b.upper || p.value < b.lower);
    (1..).zip(&chart.points).filter(|(_, p)| p.is_some_and(|p| out(&p))).map(|(i, _)| i).collect()
}

const HIGH: Option<Signal> = Some(Signal { rule: Rule::Shift, side: Side::High });

/// The words of `NHSRplotthedots`.
fn words(signal: Option<Signal>) -> &'static str {
    match signal.map(|s| (s.rule, s.side)) {
        None => "Common Cause",
        Some((Rule::Outside, Side::High)) => "Above UCL",
        Some((Rule::Outside, Side::Low)) => "Below LCL",
        Some((Rule::Trend, Side::High)) => "7 Point Trend (Increasing)",
        Some((Rule::Trend, Side::Low)) => "7 Point Trend (Decreasing)",
        Some((Rule::TwoOfThree, Side::High)) => "2 in 3 Above CL",
        Some((Rule::TwoOfThree, Side::Low)) => "2 in 3 Below CL",
        Some((Rule::Shift, Side::High)) => "7 Points Above CL",
        Some((Rule::Shift, Side::Low)) => "7 Points Below CL",
    }
}

fn phases_of(inputs: &Value) -> Vec<Phase> {
    let start = |start| Phase { start, baseline: None };
    if let Some(rebase) = inputs["rebase_at_index_1based"].as_u64() {
        return vec![start(0), start(rebase as usize - 1)];
    }
    inputs["baseline_n"].as_u64().map(|n| Phase { start: 0, baseline: Some(n as usize) }).into_iter().collect()
}

#[test]
fn the_cases_of_nhsrplotthedots() {
    let cases: Vec<Value> = serde_json::from_str(XMR).unwrap();
    let cases: Vec<&Value> = cases.iter().filter(|c| c["name"].as_str().unwrap().starts_with("mdc_")).collect();
    assert_eq!(cases.len(), 9);
    for case in cases {
        let (name, inputs, want) = (&case["name"], &case["inputs"], &case["expected"]);
        let values = known_values(&list(&inputs["y"]));
        let direction = if inputs["improvement"] == "increase" { Direction::Higher } else { Direction::Lower };
        let options = Options { screen: inputs["screen_outliers"].as_bool().unwrap(), ..Options::default() };
        let phases = phases_of(inputs);
        let chart = drawn_chart(&Series { direction, target: inputs["target"].as_f64(), phases: &phases, options, ..individuals(&values) });
        let tolerance = case["tolerance"].as_f64().unwrap();
        let (mean, lower, upper) = (list(&want["mean"]), list(&want["lower"]), list(&want["upper"]));
        assert_eq!(chart.points.len(), mean.len(), "{name}");
        for (i, point) in chart.points.iter().map(|p| p.unwrap()).enumerate() {
            let band = point.band.unwrap();
            near(band.centre, mean[i], tolerance);
            near(band.lower, lower[i], tolerance);
            near(band.upper, upper[i], tolerance);
            assert_eq!(words(point.signal), want["special_cause"][i], "{name} {i}");
            let icon = match variation(point.signal, direction) {
                Variation::CommonCause => "common_cause",
                Variation::Improving(_) => "special_cause_improvement",
                Variation::Concerning(_) => "special_cause_concern",
                Variation::Changed(_) => "special_cause_neutral",
            };
            assert_eq!(icon, want["point"][i], "{name} {i}");
        }
        let assurance = match chart.assurance.unwrap() {
            Assurance::Passes => "consistent_pass",
            Assurance::Fails => "consistent_fail",
            Assurance::HitOrMiss => "inconsistent",
        };
        assert_eq!(assurance, want["assurance"], "{name}");
        assert_eq!(chart.variation, chart.points.last().map(|p| variation(p.unwrap().signal, direction)), "{name}");
    }
}

#[test]
fn individuals_and_moving_ranges_of_qicharts2() {
    let case = case(XMR, "i_and_mr_chart_qicharts2");
    let (values, tolerance) = (list(&case["inputs"]["y"]), case["tolerance"].as_f64().unwrap());
    for (name, screen) in [("unscreened", false), ("screened", true)] {
        let band = xmr::band(&values, screen, Factor::Exact).unwrap();
        let want = &case["expected"][name];
        near(band.centre, want["cl"].as_f64().unwrap(), tolerance);
        near(band.lower, want["lcl"].as_f64().unwrap(), tolerance);
        near(band.upper, want["ucl"].as_f64().unwrap(), tolerance);
    }
    let (mean, upper) = xmr::moving_range_limit(&values).unwrap();
    near(mean, case["expected"]["mr"]["cl"].as_f64().unwrap(), tolerance);
    near(upper, case["expected"]["mr"]["ucl"].as_f64().unwrap(), tolerance);
}

#[test]
fn days_between_of_qicharts2() {
    let case = case(XMR, "t_chart_days_between");
    let chart = rare::t_chart(&list(&case["inputs"]["days_between"]), TrendLength::Seven).unwrap();
    let tolerance = case["tolerance"].as_f64().unwrap();
    near(chart.centre, case["expected"]["cl"].as_f64().unwrap(), tolerance);
    near(chart.lower, case["expected"]["lcl"].as_f64().unwrap(), tolerance);
    near(chart.upper, case["expected"]["ucl"].as_f64().unwrap(), tolerance);
    assert_eq!(chart.signals, vec![None; 12]);
}

#[test]
fn a_long_wait_stands_out() {
    let mut days = vec![3.0, 12.0, 7.0, 25.0, 1.0, 9.0, 14.0, 30.0, 5.0, 2.0, 18.0, 11.0, 8.0, 4.0, 16.0, 6.0];
    days.push(400.0);
    let chart = rare::t_chart(&days, TrendLength::Seven).unwrap();
    assert_eq!(chart.signals.last(), Some(&Some(Signal { rule: Rule::Outside, side: Side::High })));
    assert!(chart.lower >= 0.0);
}

fn proportions_of(inputs: &Value) -> Vec<Option<Proportion>> {
    counts(&inputs["x"]).into_iter().zip(counts(&inputs["n"])).map(|(x, n)| Some(Proportion::new(x, n).unwrap())).collect()
}

#[test]
fn p_and_laney_of_qicharts2() {
    for (name, p, pprime) in [
        ("p_and_laney_p_prime", "p_signal_index_1based", "pprime_signal_index_1based"),
        ("sla_overdispersed_p_prime", "p_signals_1based", "pprime_signals_1based"),
    ] {
        let case = case(PROPORTIONS, name);
        let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
        let points = proportions_of(&case["inputs"]);
        let options = Options { dispersion: Dispersion::LaneyAsPublished, screen: false, ..Options::default() };
        let chart = drawn_chart(&Series { options, ..proportions(&points) });
        near(chart.sigma_z.unwrap(), want["sigma_z"].as_f64().unwrap(), tolerance);
        for (i, point) in chart.points.iter().map(|p| p.unwrap()).enumerate() {
            let (laney, plain) = (point.band.unwrap(), point.binomial.unwrap());
            near(laney.centre, want["cl"].as_f64().unwrap(), tolerance);
            near(laney.lower, want["pprime_lcl"][i].as_f64().unwrap(), tolerance);
            near(laney.upper, want["pprime_ucl"][i].as_f64().unwrap(), tolerance);
            near(plain.lower, want["p_lcl"][i].as_f64().unwrap(), tolerance);
            near(plain.upper, want["p_ucl"][i].as_f64().unwrap(), tolerance);
        }
        assert_eq!(beyond(&chart, |p| p.band), counts(&want[pprime]), "{name}");
        assert_eq!(beyond(&chart, |p| p.binomial), counts(&want[p]), "{name}");
        if let Some(screened) = want["sigma_z_screened"].as_f64() {
            near(drawn_chart(&proportions(&points)).sigma_z.unwrap(), screened, tolerance);
        }
    }
}

/// Weeks that spread less than chance allows: our limits are those of the p chart, Laney's own are narrower.
#[test]
fn limits_of_proportions_are_never_narrower_than_chance() {
    let points: Vec<Option<Proportion>> = (0..20).map(|i| Proportion::new(160 + i % 2, 200).ok()).collect();
    let chart_with = |dispersion| drawn_chart(&Series { options: Options { dispersion, ..Options::default() }, ..proportions(&points) });
    let ours = chart_with(Dispersion::Laney);
    assert!(ours.sigma_z.unwrap() < 0.5);
    let (ours, plain) = (ours.points[3].unwrap(), chart_with(Dispersion::Binomial).points[3].unwrap());
    assert_eq!((ours.band, ours.binomial), (plain.band, plain.band));
    assert_eq!(plain.binomial, None);
    assert!(chart_with(Dispersion::LaneyAsPublished).points[3].unwrap().band.unwrap().sigma < 0.5 * plain.band.unwrap().sigma);
}

#[test]
fn limits_of_proportions_stay_within_0_and_1() {
    let points: Vec<Option<Proportion>> = (0..15).map(|i| Proportion::new(28 + i % 3, 30).ok()).collect();
    let band = drawn_chart(&proportions(&points)).points[0].unwrap().band.unwrap();
    near(band.upper, 1.0, 0.0);
    assert!(band.centre + 3.0 * band.sigma > 1.0 && band.lower > 0.0, "{band:?}");
}

/// Good and bad change places: limits mirror, sides change, icons change with them.
#[test]
fn flipped_series_mirror() {
    let case = case(PROPORTIONS, "sla_overdispersed_p_prime");
    let points = proportions_of(&case["inputs"]);
    let flipped: Vec<_> = points.iter().map(|p| p.map(Proportion::flipped)).collect();
    let met = drawn_chart(&Series { target: Some(0.9), ..proportions(&points) });
    let missed = drawn_chart(&Series { target: Some(0.1), direction: Direction::Lower, ..proportions(&flipped) });
    near(missed.sigma_z.unwrap(), met.sigma_z.unwrap(), 1e-9);
    assert_eq!(met.assurance, missed.assurance);
    assert!(met.points.iter().any(|p| p.unwrap().signal.is_some()));
    for (a, b) in met.points.iter().zip(&missed.points).map(|(a, b)| (a.unwrap(), b.unwrap())) {
        near(b.band.unwrap().lower, 1.0 - a.band.unwrap().upper, 1e-9);
        let side = |s: Signal| (s.rule, s.side == Side::High);
        assert_eq!(a.signal.map(side), b.signal.map(side).map(|(rule, high)| (rule, !high)));
        let icon = |v| matches!(v, Variation::Improving(_));
        assert_eq!(icon(variation(a.signal, Direction::Higher)), icon(variation(b.signal, Direction::Lower)));
    }
}

/// Known bug elsewhere: after a new phase the target was held against the limits of the old one.
#[test]
fn assurance_is_of_the_latest_phase() {
    let mut values: Vec<f64> = (0..14).map(|i| 50.0 + f64::from(i % 3)).collect();
    values.extend((0..14).map(|i| 90.0 + f64::from(i % 3)));
    let values = known_values(&values);
    let phases = [Phase { start: 0, baseline: None }, Phase { start: 14, baseline: Some(12) }];
    let series = Series { target: Some(70.0), phases: &phases, ..individuals(&values) };
    assert_eq!(drawn_chart(&series).assurance, Some(Assurance::Passes));
    assert_eq!(drawn_chart(&Series { direction: Direction::Lower, ..series }).assurance, Some(Assurance::Fails));
    assert_eq!(drawn_chart(&Series { direction: Direction::Neither, ..series }).assurance, None);
    assert_eq!(drawn_chart(&Series { target: None, ..series }).assurance, None);
    assert_eq!(drawn_chart(&Series { target: Some(91.0), ..series }).assurance, Some(Assurance::HitOrMiss));
}

/// So is the overdispersion.
#[test]
fn sigma_z_is_of_the_latest_phase() {
    let calm = (0..14).map(|i| Proportion::new(160 + i % 2, 200).ok());
    let wild = (0..14).map(|i| Proportion::new(120 + 50 * (i % 2), 200).ok());
    let points: Vec<_> = calm.chain(wild).collect();
    let phases = [Phase { start: 0, baseline: None }, Phase { start: 14, baseline: None }];
    assert!(drawn_chart(&Series { phases: &phases, ..proportions(&points) }).sigma_z.unwrap() > 3.0);
}

/// A phase that has just begun has neither limits nor icons, rather than those of the phase before.
#[test]
fn a_young_phase_has_no_limits() {
    let mut values: Vec<Option<f64>> = (0..20).map(|i| Some(50.0 + f64::from(i % 3))).collect();
    values.extend([Some(90.0), None, Some(91.0)]);
    let phases = [Phase { start: 0, baseline: None }, Phase { start: 20, baseline: None }];
    let chart = drawn_chart(&Series { target: Some(70.0), phases: &phases, ..individuals(&values) });
    assert_eq!((chart.variation, chart.assurance, chart.newest), (None, None, 22));
    let last = chart.points[22].unwrap();
    assert_eq!((last.phase, last.band, last.signal), (1, None, None));
    assert!(chart.points[19].unwrap().band.is_some());
}

/// A latest phase of gaps alone: the newest known point belongs to the phase before and says nothing about this one.
#[test]
fn a_latest_phase_without_points_has_no_icons() {
    let mut values: Vec<Option<f64>> = (0..20).map(|i| Some(50.0 + f64::from(i % 3))).collect();
    values.extend([None, None]);
    let phases = [Phase { start: 0, baseline: None }, Phase { start: 20, baseline: None }];
    let chart = drawn_chart(&Series { target: Some(70.0), phases: &phases, ..individuals(&values) });
    assert_eq!((chart.variation, chart.assurance, chart.newest), (None, None, 19));
}

/// Known bug elsewhere: gaps read as zeros move the mean and raise false signals.
#[test]
fn gaps_change_nothing_but_their_place() {
    let dense = list(&case(XMR, "mdc_shift")["inputs"]["y"]);
    let mut gappy = Vec::new();
    for (i, value) in dense.iter().enumerate() {
        gappy.extend(std::iter::repeat_n(None, i % 3));
        gappy.push(Some(*value));
    }
    gappy.push(None);
    let (a, b) = (drawn_chart(&individuals(&known_values(&dense))), drawn_chart(&individuals(&gappy)));
    assert_eq!(b.points.len(), gappy.len());
    assert!(b.points.iter().zip(&gappy).all(|(point, value)| point.map(|p| p.value) == *value));
    let known: Vec<_> = b.points.iter().filter(|p| p.is_some()).copied().collect();
    assert_eq!((known, b.variation, b.newest), (a.points, a.variation, gappy.len() - 2));
}

/// Known bug elsewhere: a trend that crosses the centre changed its colour on the way.
#[test]
fn a_trend_keeps_its_direction_across_the_centre() {
    let mut values = vec![5.0, -5.0, 4.0, -4.0, 5.0, -5.0, 4.0, -4.0, 5.0, -5.0, 4.0, -4.0];
    values.extend([-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5]);
    let chart = drawn_chart(&individuals(&known_values(&values)));
    let trend = Some(Signal { rule: Rule::Trend, side: Side::High });
    assert_eq!(signals_of(&chart)[11..], [trend; 8]);
    assert_eq!(signals_of(&chart)[10], None);
}

fn band() -> Band {
    Band::new(0.0, 1.0)
}

fn judged(values: &[f64], trend: TrendLength) -> Vec<Option<Signal>> {
    signals(&values.iter().map(|value| (*value, band())).collect::<Vec<_>>(), trend)
}

#[test]
fn shifts() {
    let near_centre = |n: usize| (0..n).map(|i| if i % 2 == 0 { 0.5 } else { 0.3 }).collect::<Vec<f64>>();
    assert_eq!(judged(&near_centre(6), TrendLength::Seven), [None; 6]);
    assert_eq!(judged(&near_centre(9), TrendLength::Seven), [HIGH; 9]);
    // A point on the centre breaks a run.
    let mut broken = near_centre(12);
    broken[6] = 0.0;
    assert_eq!(judged(&broken, TrendLength::Seven), [None; 12]);
    broken[6] = 0.1;
    assert_eq!(judged(&broken, TrendLength::Seven), [HIGH; 12]);
}

#[test]
fn trends_need_six_or_seven_points_and_a_rise_at_every_step() {
    let rise = [-0.5, -0.3, -0.1, 0.1, 0.3, 0.5];
    let trend = |side| Some(Signal { rule: Rule::Trend, side });
    assert_eq!(judged(&rise, TrendLength::Six), [trend(Side::High); 6]);
    assert_eq!(judged(&rise, TrendLength::Seven), [None; 6]);
    assert_eq!(judged(&rise.map(|v| -v), TrendLength::Six), [trend(Side::Low); 6]);
    assert_eq!(judged(&[-0.5, -0.3, -0.1, -0.1, 0.1, 0.3, 0.5], TrendLength::Six), [None; 7]);
    // The top of a rise and a fall belongs to the fall.
    let roof = [-0.6, -0.4, -0.2, 0.2, 0.4, 0.6, 0.5, 0.3, -0.1, -0.3, -0.5];
    let mut want = [trend(Side::High); 11];
    want[5..].fill(trend(Side::Low));
    assert_eq!(judged(&roof, TrendLength::Six), want);
}

#[test]
fn two_of_three_colours_the_far_points_alone() {
    let two = |side| Some(Signal { rule: Rule::TwoOfThree, side });
    assert_eq!(judged(&[-0.5, 2.5, 0.5, 2.5, -0.5], TrendLength::Seven), [None, two(Side::High), None, two(Side::High), None]);
    assert_eq!(judged(&[-2.5, -0.5, -2.5], TrendLength::Seven), [two(Side::Low), None, two(Side::Low)]);
    // All three on one side, and beyond three sigma is not between two and three.
    assert_eq!(judged(&[2.5, -0.5, 2.5], TrendLength::Seven), [None; 3]);
    assert_eq!(judged(&[2.5, 0.0, 2.5], TrendLength::Seven), [None; 3]);
    let outside = Some(Signal { rule: Rule::Outside, side: Side::High });
    assert_eq!(judged(&[0.5, 2.5, 3.5, -1.0], TrendLength::Seven), [None, None, outside, None]);
    assert_eq!(judged(&[2.5], TrendLength::Seven), [None]);
    assert_eq!(judged(&[], TrendLength::Seven), []);
}

/// The same distance is far for a week of many cases and near for one of few.
#[test]
fn each_point_is_judged_by_its_own_sigma() {
    let (narrow, wide) = (Band::new(0.5, 0.01), Band::new(0.5, 0.05));
    let far = [(0.525, narrow), (0.525, narrow), (0.525, narrow)];
    assert!(signals(&far, TrendLength::Seven).iter().all(Option::is_some));
    let mixed = [(0.525, narrow), (0.525, wide), (0.525, wide)];
    assert_eq!(signals(&mixed, TrendLength::Seven), [None; 3]);
    assert!(signals(&[(0.54, narrow)], TrendLength::Seven)[0].is_some_and(|s| s.rule == Rule::Outside));
}

#[test]
fn precedence_is_outside_trend_two_of_three_shift() {
    let values = [0.1, 0.2, 0.3, 0.5, 2.4, 2.6, 3.5, 2.5, 2.1, 0.4];
    let rules: Vec<Rule> = judged(&values, TrendLength::Seven).iter().map(|s| s.unwrap().rule).collect();
    let mut want = [Rule::Trend; 10];
    want[6] = Rule::Outside;
    want[7] = Rule::TwoOfThree;
    want[8] = Rule::TwoOfThree;
    want[9] = Rule::Shift;
    assert_eq!(rules, want);
}

#[test]
fn runs_end_where_a_phase_ends() {
    let wave = |i: u32| if i.is_multiple_of(2) { 10.0 } else { 12.0 };
    let mut values: Vec<f64> = (0..14).map(wave).collect();
    // Four above the old centre, then a new phase that begins with four above its own.
    values.extend([11.5, 11.6, 11.5, 11.6, 31.5, 31.6, 31.5, 31.6]);
    values.extend((0..12).map(|i| 20.0 + wave(i)));
    let values = known_values(&values);
    let phases = [Phase { start: 0, baseline: Some(14) }, Phase { start: 18, baseline: None }];
    let chart = drawn_chart(&Series { phases: &phases, ..individuals(&values) });
    assert_eq!(signals_of(&chart), vec![None; 34]);
}

#[test]
fn icons() {
    let (high, low) = (HIGH, HIGH.map(|s| Signal { side: Side::Low, ..s }));
    assert_eq!(variation(None, Direction::Higher), Variation::CommonCause);
    assert_eq!(variation(high, Direction::Higher), Variation::Improving(Side::High));
    assert_eq!(variation(low, Direction::Higher), Variation::Concerning(Side::Low));
    assert_eq!(variation(high, Direction::Lower), Variation::Concerning(Side::High));
    assert_eq!(variation(low, Direction::Lower), Variation::Improving(Side::Low));
    assert_eq!(variation(high, Direction::Neither), Variation::Changed(Side::High));
    // A target on a limit is between the limits.
    assert_eq!(assurance(3.0, &band(), Direction::Higher), Some(Assurance::HitOrMiss));
    assert_eq!(assurance(3.001, &band(), Direction::Higher), Some(Assurance::Fails));
}

#[test]
fn short_series_get_the_runs_test_or_nothing() {
    let values: Vec<Option<f64>> = [3.0, 5.0, 4.0, 6.0, 2.0, 7.0, 3.0, 5.0, 4.0, 6.0, 2.0, 8.0].map(Some).to_vec();
    let short = |n: usize| match chart(&individuals(&values[..n])).unwrap() {
        Outcome::Withheld(Withheld::TooShort { known, runs }) => (known, runs.map(|r| r.useful)),
        other => panic!("{other:?}"),
    };
    assert_eq!((short(12), short(10), short(9)), ((12, Some(12)), (10, Some(10)), (9, None)));
    let flat = vec![Some(1.0); 12];
    assert_eq!(chart(&individuals(&flat)), Ok(Outcome::Withheld(Withheld::TooShort { known: 12, runs: None })));
    let gappy: Vec<Option<f64>> = (0..40).map(|i| (i % 4 == 0).then(|| f64::from(i))).collect();
    assert!(matches!(chart(&individuals(&gappy)), Ok(Outcome::Withheld(Withheld::TooShort { known: 10, .. }))));
}

#[test]
fn few_cases_and_few_events_are_withheld_unless_asked_for() {
    let weeks = |hits: u64, n: u64| (0..14).map(|i| Proportion::new(hits + i % 2, n).ok()).collect::<Vec<_>>();
    let small = weeks(10, 19);
    assert_eq!(chart(&proportions(&small)), Ok(Outcome::Withheld(Withheld::SmallDenominators { mean: 19.0 })));
    assert!(matches!(chart(&proportions(&weeks(10, 20))), Ok(Outcome::Drawn(_))));
    let rare = weeks(0, 100);
    assert_eq!(chart(&proportions(&rare)), Ok(Outcome::Withheld(Withheld::FewEvents { events: 7 })));
    let flipped: Vec<_> = rare.iter().map(|p| p.map(Proportion::flipped)).collect();
    assert_eq!(chart(&proportions(&flipped)), Ok(Outcome::Withheld(Withheld::FewEvents { events: 7 })));
    let options = Options { draw_small_denominators: true, ..Options::default() };
    for points in [&small, &rare] {
        assert!(matches!(chart(&Series { options, ..proportions(points) }), Ok(Outcome::Drawn(_))));
    }
}

/// A mean of equal numbers may miss them by a bit: that is no signal.
#[test]
fn flat_series_have_no_signals() {
    let values = vec![Some(0.1); 30];
    let chart_of = drawn_chart(&Series { target: Some(0.05), ..individuals(&values) });
    assert_eq!(signals_of(&chart_of), vec![None; 30]);
    assert_eq!((chart_of.variation, chart_of.assurance), (Some(Variation::CommonCause), Some(Assurance::Passes)));
    let all = vec![Proportion::new(40, 40).ok(); 20];
    let options = Options { draw_small_denominators: true, ..Options::default() };
    let all = drawn_chart(&Series { options, ..proportions(&all) });
    assert_eq!((signals_of(&all), all.sigma_z), (vec![None; 20], None));
}

/// One step in a flat series: screening would leave limits without width and mark every other point.
#[test]
fn screening_never_takes_all_the_width() {
    let mut values = vec![100.0; 20];
    values[19] = 98.0;
    let chart = drawn_chart(&individuals(&known_values(&values)));
    let signals = signals_of(&chart);
    assert!(signals[19].is_some_and(|s| s.rule == Rule::Outside && s.side == Side::Low), "{signals:?}");
    assert!(signals[..19].iter().all(|s| s.is_none_or(|s| s.rule == Rule::Shift)));
}

#[test]
fn a_flat_baseline_measures_nothing() {
    let mut values = vec![Some(5.0); 14];
    values.push(Some(6.0));
    let phases = [Phase { start: 0, baseline: Some(12) }];
    assert_eq!(chart(&Series { phases: &phases, ..individuals(&values) }), Err(Invalid::NoVariation));
    let mut points = vec![Proportion::new(40, 40).ok(); 14];
    points.push(Proportion::new(20, 40).ok());
    assert_eq!(chart(&Series { phases: &phases, ..proportions(&points) }), Err(Invalid::NoVariation));
}

/// Other units move the limits along and change no signal; upside down changes sides.
#[test]
fn units_do_not_matter() {
    let mut random = Random::new(10);
    for _ in 0..200 {
        let values: Vec<f64> = (0..30).map(|_| random.normal()).collect();
        let chart_of = |scale: f64, shift: f64| {
            let values: Vec<f64> = values.iter().map(|v| scale * v + shift).collect();
            drawn_chart(&individuals(&known_values(&values)))
        };
        let (plain, scaled, flipped) = (chart_of(1.0, 0.0), chart_of(60.0, 1000.0), chart_of(-1.0, 0.0));
        assert_eq!(signals_of(&plain), signals_of(&scaled));
        let turned = |s: Signal| Signal { side: if s.side == Side::High { Side::Low } else { Side::High }, ..s };
        assert_eq!(signals_of(&plain), signals_of(&flipped).iter().map(|s| s.map(turned)).collect::<Vec<_>>());
        let upper = |chart: &Chart| chart.points[0].unwrap().band.unwrap().upper;
        near(upper(&scaled), 60.0 * upper(&plain) + 1000.0, 1e-9);
    }
}

/// A fixed baseline keeps its limits whatever comes after it.
#[test]
fn later_points_do_not_move_a_fixed_baseline() {
    let mut values: Vec<Option<f64>> = (0..12).map(|i| Some(50.0 + f64::from(i * 7 % 5))).collect();
    values.extend([Some(52.0); 8]);
    let phases = [Phase { start: 0, baseline: Some(12) }];
    let band_with = |last: f64| {
        let mut values = values.clone();
        values.push(Some(last));
        drawn_chart(&Series { phases: &phases, ..individuals(&values) }).points[0].unwrap().band
    };
    assert_eq!(band_with(52.0), band_with(500.0));
}

#[test]
fn refusals() {
    let good: Vec<Option<f64>> = (0..20).map(|i| Some(f64::from(i % 3))).collect();
    assert_eq!(chart(&individuals(&[])), Err(Invalid::Empty));
    assert_eq!(chart(&individuals(&[None; 20])), Err(Invalid::Empty));
    let mut bad = good.clone();
    bad[3] = Some(f64::NAN);
    assert_eq!(chart(&individuals(&bad)), Err(Invalid::NotFinite));
    assert_eq!(chart(&individuals(&bad[..11])), Err(Invalid::NotFinite));
    assert_eq!(chart(&Series { target: Some(f64::INFINITY), ..individuals(&good) }), Err(Invalid::NotFinite));
    let points = vec![Proportion::new(15, 30).ok(); 20];
    let out = Err(Invalid::OutOfRange("target of a proportion"));
    assert_eq!(chart(&Series { target: Some(85.0), ..proportions(&points) }), out);
    let phase = |start, baseline| Phase { start, baseline };
    let with = |phases: &[Phase]| chart(&Series { phases, ..individuals(&good) });
    let out = Err(Invalid::OutOfRange("start of a phase"));
    assert_eq!(with(&[phase(1, None)]), out);
    assert_eq!(with(&[phase(0, None), phase(0, None)]), out);
    assert_eq!(with(&[phase(0, None), phase(15, None), phase(14, None)]), out);
    assert_eq!(with(&[phase(0, None), phase(20, None)]), out);
    assert_eq!(with(&[phase(0, Some(11))]), Err(Invalid::OutOfRange("baseline of a phase")));
}

#[test]
fn refusals_of_the_parts() {
    assert_eq!(xmr::band(&[], true, Factor::Rounded), Err(Invalid::Empty));
    assert_eq!(xmr::band(&[1.0], true, Factor::Rounded), Err(Invalid::TooFew));
    assert_eq!(xmr::band(&[1.0, f64::NAN], true, Factor::Rounded), Err(Invalid::NotFinite));
    assert_eq!(xmr::moving_range_limit(&[1.0]), Err(Invalid::TooFew));
    assert_eq!(ProportionModel::fit(&[], true), Err(Invalid::Empty));
    let t = |days: &[f64]| rare::t_chart(days, TrendLength::Seven);
    assert_eq!(t(&[]), Err(Invalid::Empty));
    assert_eq!(t(&[1.0; 9]), Err(Invalid::TooFew));
    assert_eq!(t(&[1.0; 12]), Err(Invalid::NoVariation));
    assert_eq!(t(&[-1.0; 12]), Err(Invalid::OutOfRange("days between events")));
    assert_eq!(t(&[f64::NAN; 12]), Err(Invalid::NotFinite));
}
