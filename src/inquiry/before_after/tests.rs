use super::super::Measure;
use super::*;
use crate::scorecard::{Better, Certainty, ChartData};
use crate::stats::numbers::{case, counts, list, near};
use crate::stats::random::Random;

const NUMBERS: &str = include_str!("../../../tests/numbers/17_before_after.json");

fn measure(unit: Unit) -> Measure {
    Measure { id: "fcr_touch".into(), label: "First contact".into(), unit, better: Better::Higher }
}

fn weeks(count: usize) -> Vec<Week> {
    (0..count).map(|i| Week { id: format!("2026-W{:02}", i + 1), short: format!("W{}", i + 1), first_day: 7 * i as i32 }).collect()
}

/// A question whose event is on the Monday of week `first_after`, all agents cut there; `treated` says who had it.
fn question(unit: Unit, agents: Vec<Vec<Sum>>, first_after: usize, treated: impl Fn(usize) -> bool) -> Question {
    let count = agents.first().map_or(0, Vec::len);
    let day = 7 * first_after as i32;
    let one = |(i, weeks): (usize, Vec<Sum>)| AgentRecord { name: format!("Agent {i}"), weeks, since: treated(i).then_some(day) };
    Question {
        measure: measure(unit),
        event: Event { name: "shadowing".into(), day, date: "2 March 2026".into() },
        weeks: weeks(count),
        agents: agents.into_iter().enumerate().map(one).collect(),
        picked: Picked::Unknown,
        choices: Choices::default(),
    }
}

fn singles(values: &[f64]) -> Vec<Sum> {
    values.iter().map(|v| Sum { sum: *v, n: 1 }).collect()
}

fn number(value: &serde_json::Value) -> f64 {
    value.as_f64().unwrap()
}

/// Agents with true rates of mean 0.7 and the given spread; the treated move by `effect` from `first_after` on.
struct Desk {
    agents: usize,
    weeks: usize,
    rows: u64,
    spread: f64,
    first_after: usize,
    effect: f64,
    treated: usize,
}

const DESK: Desk = Desk { agents: 20, weeks: 24, rows: 10, spread: 0.05, first_after: 12, effect: 0.0, treated: 8 };

impl Desk {
    fn draw(&self, seed: u64) -> Question {
        let mut random = Random::new(seed);
        let agent = |i: usize, random: &mut Random| {
            let rate = (0.7 + self.spread * random.normal()).clamp(0.05, 0.95);
            let week = |w: usize, random: &mut Random| {
                let p = (rate + if i < self.treated && w >= self.first_after { self.effect } else { 0.0 }).clamp(0.0, 1.0);
                Sum { sum: random.binomial(self.rows, p) as f64, n: self.rows }
            };
            (0..self.weeks).map(|w| week(w, random)).collect::<Vec<_>>()
        };
        let agents = (0..self.agents).map(|i| agent(i, &mut random)).collect();
        question(Unit::Share, agents, self.first_after, |i| i < self.treated)
    }

    /// The same, but the treated are those of the lowest rates before.
    fn draw_lowest(&self, seed: u64) -> Question {
        let mut q = Self { treated: self.agents, effect: 0.0, ..*self }.draw(seed);
        let before = |a: &AgentRecord| Sum::of(&a.weeks[..self.first_after]).rate();
        let mut order: Vec<usize> = (0..q.agents.len()).collect();
        order.sort_by(|a, b| before(&q.agents[*a]).total_cmp(&before(&q.agents[*b])));
        for at in &order[self.treated..] {
            q.agents[*at].since = None;
        }
        q
    }
}

#[test]
fn the_panel_of_twelve_agents() {
    let case = case(NUMBERS, "did_panel_12_agents_12_weeks");
    let (inputs, want, tolerance) = (&case["inputs"], &case["expected"], number(&case["tolerance"]));
    let (agent, week, y) = (counts(&inputs["agent"]), counts(&inputs["week"]), list(&inputs["y"]));
    let (treated, post) = (counts(&inputs["treated"]), counts(&inputs["post"]));
    let mut rows = vec![vec![Sum::default(); 12]; 12];
    for i in 0..y.len() {
        rows[agent[i] as usize - 1][week[i] as usize - 1] = Sum { sum: y[i], n: 1 };
    }
    let first_after = (0..y.len()).filter(|i| post[*i] == 1).map(|i| week[i]).min().unwrap() as usize - 1;
    let is_treated = |a: usize| (0..y.len()).any(|i| agent[i] as usize == a + 1 && treated[i] == 1);
    let mut q = question(Unit::Number, rows, first_after, is_treated);
    q.choices.fewest_rows = 1;
    q.picked = Picked::Otherwise;
    let got = answer(&q).unwrap();
    let d = got.differed.numbers.as_ref().unwrap();
    near(d.estimate, number(&want["did"]), tolerance);
    near(d.estimate / d.standard_error, number(&want["welch_t"]), tolerance);
    near(d.p, number(&want["p_permutation_exact"]), tolerance);
    assert_eq!((d.rearrangements, d.is_exact, d.agents), (924, true, (6, 6)));
    // The true 0.18 was planted, and twelve agents cannot tell it: that is what is said, with what it would take.
    assert_eq!(got.verdict.certainty, Certainty::CannotTellYet);
    assert!(got.verdict.text.contains("luck alone can do that much") && got.verdict.more.unwrap().agents.is_some(), "{}", got.verdict.text);
    assert!(d.smallest > 0.18);
}

#[test]
fn the_interrupted_series() {
    let case = case(NUMBERS, "its_segmented_newey_west");
    let (want, tolerance) = (&case["expected"], number(&case["tolerance"]));
    let y = list(&case["inputs"]["y"]);
    let mut q = question(Unit::Number, vec![singles(&y)], 18, |_| true);
    q.choices.fewest_rows = 1;
    let got = answer(&q).unwrap();
    let s = got.series.numbers.as_ref().unwrap();
    let (coef, errors, p) = (list(&want["coef"]), list(&want["se_hac"]), list(&want["p_hac"]));
    near(s.trend, coef[1], tolerance);
    near(s.step, coef[2], tolerance);
    near(s.bend, coef[3], tolerance);
    near(s.standard_error, errors[2], tolerance);
    near(s.p, p[2], tolerance);
    near(s.bend_p, p[3], tolerance);
    near(s.durbin_watson, number(&want["durbin_watson"]), tolerance);
    // Where it would have gone: the earlier line at week 19 and at week 30.
    near(s.expected[0], coef[0] + 19.0 * coef[1], 1e-6);
    near(*s.expected.last().unwrap(), coef[0] + 30.0 * coef[1], 1e-6);
    assert!(got.paired.numbers.is_none() && got.paired.text.contains("One agent"));
    // The step has a p of 0.007, but some of the dates before show as much.
    assert_eq!(got.verdict.certainty, Certainty::CannotTellYet, "{:?}", got.verdict);
    assert!(got.verdict.caveats[0].contains("3 of 7 dates"), "{:?}", got.verdict);
}

#[test]
fn eight_agents_before_and_after() {
    let case = case(NUMBERS, "paired_pre_post_same_agents");
    let (pre, post) = (list(&case["inputs"]["pre"]), list(&case["inputs"]["post"]));
    let (want, tolerance) = (&case["expected"], number(&case["tolerance"]));
    let mut q = question(Unit::Number, pre.iter().zip(&post).map(|(a, b)| singles(&[*a, *b])).collect(), 1, |_| true);
    q.choices.fewest_rows = 1;
    let got = answer(&q).unwrap();
    let p = got.paired.numbers.as_ref().unwrap();
    near(p.change, number(&want["mean_change"]), tolerance);
    near(p.p, number(&want["p_signflip_exact"]), tolerance);
    near(p.interval.0, list(&want["ci_95"])[0], tolerance);
    assert!(p.is_exact && p.up_down_same == (6, 1, 1));
    // Clear by itself, but nobody knows where things were heading.
    assert_eq!(got.verdict.certainty, Certainty::Leaning);
    assert!(got.verdict.caveats.iter().any(|c| c.contains("nobody to compare with")));
}

#[test]
fn a_planted_effect_is_found_beyond_the_others() {
    let got = answer(&Desk { effect: 0.12, ..DESK }.draw(5)).unwrap();
    let (low, high) = got.verdict.interval.unwrap();
    assert_eq!((got.verdict.certainty, got.verdict.is_good), (Certainty::Clear, Some(true)), "{:?}", got.verdict);
    assert!(low < 0.12 && 0.12 < high, "{low} {high}");
    assert!(got.verdict.text.starts_with("Changed clearly: First contact changed by +"), "{}", got.verdict.text);
    assert!(got.verdict.text.contains("beyond what the others changed since shadowing (2 March 2026), for the better."));
    assert!(got.series.numbers.is_none() && got.paired.numbers.is_none(), "the others are the yardstick");
    let placebos = got.placebos.numbers.unwrap();
    assert!(placebos.dates.len() == 5 && placebos.as_strong == 0, "{placebos:?}");
}

#[test]
fn a_planted_effect_is_found_where_everyone_had_it() {
    let got = answer(&Desk { effect: 0.12, treated: 20, weeks: 32, first_after: 16, ..DESK }.draw(6)).unwrap();
    assert_eq!((got.verdict.certainty, got.verdict.is_good), (Certainty::Clear, Some(true)), "{:?}", got.verdict);
    let chart = got.chart.numbers.unwrap();
    assert!(chart.after > chart.before + 0.07 && chart.marked > chart.weeks_after / 2, "{chart:?}");
    assert!(got.regression.numbers.is_none());
    let Some(ChartData::Phases { control, expected, fitted, .. }) = got.picture else { panic!("a picture") };
    assert!(control.is_some() && fitted.len() == 32 && expected[..16].iter().all(Option::is_none) && expected[16].is_some());
}

#[test]
fn a_trend_is_not_taken_for_an_effect() {
    let rising = |i: usize| (0..32).map(|w| Sum { sum: (50 + w + (i + w) % 3) as f64, n: 100 }).collect::<Vec<_>>();
    // All together the agents rise in a straight line; with an uneven number of them they wobble.
    let straight = answer(&question(Unit::Share, (0..12).map(rising).collect(), 16, |_| true)).unwrap();
    assert!(straight.series.numbers.is_none() && straight.verdict.certainty == Certainty::CannotTellYet, "{:?}", straight.verdict);
    let rising = |i: usize| (0..32).map(|w| Sum { sum: (50 + w + (i + w * w) % 3 + w % 2 + i % 4) as f64, n: 100 }).collect::<Vec<_>>();
    let got = answer(&question(Unit::Share, (0..12).map(rising).collect(), 16, |_| true)).unwrap();
    assert!(got.paired.numbers.as_ref().unwrap().p <= 0.05, "before and after alone would be fooled");
    assert_eq!(got.verdict.certainty, Certainty::CannotTellYet, "{:?}", got.verdict);
    assert!(got.pre_trend.numbers.unwrap().slope > 0.009);
}

#[test]
fn staggered_starts_are_each_cut_at_their_own_week() {
    let mut q = Desk { effect: 0.0, ..DESK }.draw(8);
    // Half of the treated begin four weeks later, in the middle of a week; both gain 15 points from then on.
    for (i, agent) in q.agents.iter_mut().enumerate().take(8) {
        let first = if i < 4 { 12 } else { 16 };
        agent.since = Some(7 * first - if i < 4 { 0 } else { 3 });
        agent.weeks[first as usize..].iter_mut().for_each(|w| w.sum = (w.sum + 1.5).floor().min(w.n as f64));
    }
    let got = answer(&q).unwrap();
    assert_eq!((got.counted.starts, got.counted.weeks_before, got.counted.weeks_after), (2, 12, 8));
    assert_eq!(got.counted.split_weeks, ["W16"]);
    let d = got.differed.numbers.unwrap();
    assert!(d.estimate > 0.05 && d.p < 0.05, "{d:?}");
    assert_eq!(got.verdict.certainty, Certainty::Clear);
    for agent in &mut q.agents {
        agent.since = agent.since.or(Some(7 * 14));
    }
    let all = answer(&q).unwrap();
    assert!(all.paired.numbers.is_some() && all.counted.text.contains("3 different dates"), "{}", all.counted.text);
}

#[test]
fn the_lowest_come_up_by_themselves_and_that_is_taken_off() {
    let (mut raw, mut net, mut claims) = (0.0, 0.0, 0);
    let runs = 80;
    for seed in 0..runs {
        let got = answer(&Desk { rows: 4, weeks: 16, first_after: 8, agents: 14, treated: 4, ..DESK }.draw_lowest(seed)).unwrap();
        assert!(got.regression.numbers.as_ref().unwrap().is_subtracted);
        let d = got.differed.numbers.unwrap();
        raw += d.raw / runs as f64;
        net += d.estimate / runs as f64;
        claims += usize::from(got.verdict.certainty == Certainty::Clear);
    }
    assert!(raw > 0.07, "nothing was done and the lowest gained {raw}");
    assert!(net.abs() < 0.02, "{net}");
    assert!(claims <= 4, "{claims} of {runs}");
}

#[test]
fn the_same_groups_picked_otherwise_keep_their_figure() {
    let mut q = Desk { rows: 4, weeks: 16, first_after: 8, treated: 6, ..DESK }.draw_lowest(1);
    q.picked = Picked::Otherwise;
    let d = answer(&q).unwrap().differed.numbers.unwrap();
    near(d.raw, d.estimate, 1e-12);
}

#[test]
fn nothing_planted_nothing_claimed() {
    let clear = |desk: &Desk, runs: u64| {
        (0..runs).filter(|seed| answer(&desk.draw(1000 + seed)).unwrap().verdict.certainty == Certainty::Clear).count()
    };
    let small = Desk { agents: 13, treated: 6, ..DESK };
    let (some, everyone) = (clear(&small, 60), clear(&Desk { treated: 13, weeks: 26, first_after: 13, ..small }, 60));
    assert!(some <= 3 && everyone <= 3, "{some} and {everyone} of 60 each");
}

/// `DESKCARD_LONG=1 cargo test calibration -- --nocapture` prints the rates of many desks, in minutes; without it a few are looked at.
#[test]
fn calibration() {
    let is_long = std::env::var_os("DESKCARD_LONG").is_some();
    let designs = [
        ("some, by lot", Desk { ..DESK }, false),
        ("some, lowest", Desk { rows: 4, ..DESK }, true),
        ("6 of 12", Desk { agents: 12, treated: 6, ..DESK }, false),
        ("everyone", Desk { treated: 20, weeks: 26, first_after: 13, ..DESK }, false),
        ("some, +6", Desk { effect: 0.06, ..DESK }, false),
        ("everyone, +6", Desk { effect: 0.06, treated: 20, weeks: 26, first_after: 13, ..DESK }, false),
    ];
    let runs: u32 = if is_long { 400 } else { 30 };
    for (name, desk, lowest) in designs {
        let (mut clear, mut leaning, mut covered) = (0, 0, 0_u32);
        for seed in 0..runs {
            let got = answer(&if lowest { desk.draw_lowest(seed.into()) } else { desk.draw(seed.into()) }).unwrap().verdict;
            clear += usize::from(got.certainty == Certainty::Clear);
            leaning += usize::from(got.certainty == Certainty::Leaning);
            covered += u32::from(got.interval.is_some_and(|(l, h)| l <= desk.effect && desk.effect <= h));
        }
        println!("{name}: clear {clear}, leaning {leaning}, interval holds the truth {covered} of {runs}");
        // 95 % of them; a binomial of that lies above this in 999 of 1,000 cases.
        let least = 0.95 * f64::from(runs) - 3.1 * (0.95 * 0.05 * f64::from(runs)).sqrt();
        assert!(f64::from(covered) >= least.floor(), "{name}: the interval holds the truth in {covered} of {runs}");
    }
}

#[test]
fn neither_names_nor_their_order_matter() {
    let q = Desk { effect: 0.05, treated: 11, agents: 25, ..DESK }.draw(3);
    let mut turned = q.clone();
    turned.agents.rotate_left(9);
    let names: Vec<String> = q.agents.iter().map(|a| a.name.clone()).collect();
    for (agent, name) in turned.agents.iter_mut().zip(names.iter().rev()) {
        agent.name.clone_from(name);
    }
    let (one, other) = (answer(&q).unwrap(), answer(&turned).unwrap());
    assert!(!one.differed.numbers.as_ref().unwrap().is_exact, "draws depend on the order, if anything does");
    assert_eq!(one, other);
    assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&other).unwrap());
}

#[test]
fn who_does_not_count_is_named_with_the_reason() {
    let mut q = DESK.draw(4);
    q.agents[0].weeks[12..].fill(Sum::default());
    q.agents[1].weeks[..12].fill(Sum::default());
    q.agents[2].weeks.fill(Sum::default());
    q.agents[3].weeks[1..].fill(Sum { sum: 1.0, n: 1 });
    q.agents[3].weeks[13..].fill(Sum::default());
    q.agents[4].since = Some(-50);
    let got = answer(&q).unwrap();
    let whys: Vec<&str> = got.counted.left_out.iter().map(|l| l.why.as_str()).collect();
    assert_eq!(whys[0], "rows before the start only (120)");
    assert_eq!(whys[1], "rows after the start only (120)");
    assert_eq!(whys[2], "no rows in these weeks");
    assert_eq!(whys[3], "too few rows: 21 before, 1 after; 10 are needed on each side");
    assert_eq!(whys[4], "no whole week before the start");
    assert_eq!((got.counted.treated, got.counted.others), (3, 12));
}

/// Every awkward question gets an answer with a reason, and no number that is none.
#[test]
fn awkward_questions_are_answered_with_reasons() {
    let flat = |rate: f64, count: usize| vec![Sum { sum: 20.0 * rate, n: 20 }; count];
    let same = |count: usize, treated: usize| question(Unit::Share, vec![flat(0.5, 24); count], 12, move |i| i < treated);
    let moved = |q: Question, day: i32| {
        let agents = q.agents.iter().map(|a| AgentRecord { since: a.since.map(|_| day), ..a.clone() }).collect();
        Question { event: Event { day, ..q.event.clone() }, agents, ..q }
    };
    let one = || Desk { treated: 1, ..DESK }.draw(1);
    let cases: Vec<(Question, &str)> = vec![
        (question(Unit::Share, vec![], 0, |_| true), "nobody had it"),
        (question(Unit::Share, vec![vec![]; 3], 0, |_| true), "no agent that had it counts"),
        (same(10, 0), "nobody had it"),
        (same(10, 4), "no variation"),
        (same(10, 10), "no variation"),
        (one(), "One agent had it"),
        (Desk { treated: 19, ..DESK }.draw(1), "changed by"),
        (Desk { treated: 1, agents: 1, ..DESK }.draw(1), "changed by"),
        (Desk { treated: 2, agents: 4, ..DESK }.draw(1), "changed by"),
        (moved(DESK.draw(1), -700), "no whole week before the start"),
        (moved(DESK.draw(1), 7 * 24 - 3), "no whole week after the start"),
        (moved(DESK.draw(1), 7000), "nobody had it"),
        (Desk { rows: 1, weeks: 4, first_after: 2, ..DESK }.draw(1), "too few rows"),
        (Desk { weeks: 2, first_after: 1, ..DESK }.draw(1), "changed by"),
        (Desk { spread: 0.0, ..DESK }.draw(2), "changed by"),
    ];
    for (q, expected) in cases {
        let got = answer(&q).unwrap();
        assert!(got.verdict.text.contains(expected), "{expected}: {}", got.verdict.text);
        let all = format!("{got:?}");
        assert!(!all.contains("NaN") && !all.contains("inf"), "{all}");
        assert!(got.verdict.certainty != Certainty::Clear);
        let text = crate::report::inquiry::before_after(&got);
        assert!(text.lines().all(|l| l.chars().count() <= 80), "{text}");
        let back: BeforeAfter = serde_json::from_str(&serde_json::to_string(&got).unwrap()).unwrap();
        assert_eq!((back.verdict.text, back.verdict.certainty), (got.verdict.text, got.verdict.certainty));
    }
}

#[test]
fn means_are_answered_like_shares() {
    let mut random = Random::new(12);
    let agent = |i: usize, random: &mut Random| {
        let base = 400.0 + 30.0 * random.normal();
        let week =
            |w: usize, r: &mut Random| Sum { sum: 20.0 * (base - if i < 8 && w >= 12 { 60.0 } else { 0.0 } + 15.0 * r.normal()), n: 20 };
        (0..24).map(|w| week(w, random)).collect::<Vec<_>>()
    };
    let mut q = question(Unit::Seconds, (0..18).map(|i| agent(i, &mut random)).collect(), 12, |i| i < 8);
    q.measure.better = Better::Lower;
    q.choices.margin = 15.0;
    let got = answer(&q).unwrap();
    assert_eq!((got.verdict.certainty, got.verdict.is_good), (Certainty::Clear, Some(true)), "{:?}", got.verdict);
    assert!((got.verdict.change.unwrap() + 60.0).abs() < 15.0);
}

#[test]
fn input_that_does_not_fit_together_is_refused() {
    let mut holes = DESK.draw(1);
    holes.weeks.remove(3);
    assert!(answer(&holes).unwrap_err().what.contains("hole"));
    let mut short = DESK.draw(1);
    short.agents[2].weeks.pop();
    assert!(answer(&short).unwrap_err().what.contains("number of weeks"));
    for (sum, n) in [(f64::NAN, 3), (4.0, 3), (-1.0, 3), (0.5, 3), (1.0, 0)] {
        let mut bad = DESK.draw(1);
        bad.agents[2].weeks[1] = Sum { sum, n };
        assert!(answer(&bad).is_err(), "{sum} of {n}");
    }
}
