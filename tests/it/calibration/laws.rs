//! Laws of the verdicts and the charts that hold on every desk.

use deskcard::stats::control_chart::{ChartPoint, Options, Side as Direction, Values};
use deskcard::stats::decision::{Rule, Side, Verdict, judge};
use deskcard::stats::hierarchical::{Population, Posterior};
use deskcard::stats::multiplicity::benjamini_hochberg;
use deskcard::stats::random::Random;
use deskcard::stats::target_test::mid_p;
use deskcard::stats::{Invalid, Proportion};

use super::simulate::{Desk, TARGET, charts, engine, surveys_of};

/// Surveys of desks of all sizes.
fn desks() -> impl Iterator<Item = Vec<Proportion>> {
    let shapes = [(1, 20.0, 0.0), (2, 60.0, 0.08), (8, 8.0, 0.05), (20, 20.0, 0.05), (25, 40.0, 0.12), (30, 200.0, 0.03)];
    shapes.into_iter().zip(1..).map(|((agents, median, sd), seed)| {
        let report = Desk { agents, median, sd }.report(&mut Random::new(seed)).expect("agents with surveys");
        surveys_of(&report)
    })
}

/// All that is said of each group.
fn said(groups: &[Proportion]) -> Vec<(Posterior, Verdict)> {
    engine::verdicts(groups, TARGET).expect("a desk with agents")
}

const fn mirrored(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Clear(Side::Below) => Verdict::Clear(Side::Above),
        Verdict::Clear(Side::Above) => Verdict::Clear(Side::Below),
        Verdict::Leaning(Side::Below) => Verdict::Leaning(Side::Above),
        Verdict::Leaning(Side::Above) => Verdict::Leaning(Side::Below),
        Verdict::CannotTellYet => Verdict::CannotTellYet,
    }
}

#[test]
fn good_and_bad_change_places() {
    let mut decided = 0;
    for groups in desks() {
        let flipped: Vec<Proportion> = groups.iter().map(|group| group.flipped()).collect();
        let mirror = engine::verdicts(&flipped, 1.0 - TARGET).unwrap();
        for ((posterior, verdict), (other, opposite)) in said(&groups).iter().zip(&mirror) {
            assert_eq!(*opposite, mirrored(*verdict));
            let ((low, high), (other_low, other_high)) = (posterior.interval(0.95), other.interval(0.95));
            for gap in [posterior.mean() + other.mean(), low + other_high, high + other_low] {
                assert!((gap - 1.0).abs() < 1e-9, "{gap}");
            }
            decided += u32::from(*verdict != Verdict::CannotTellYet);
        }
        let p = |groups: &[Proportion], target| groups.iter().map(|g| mid_p(*g, target).unwrap()).collect::<Vec<_>>();
        let (ours, theirs) = (benjamini_hochberg(&p(&groups, TARGET)).unwrap(), benjamini_hochberg(&p(&flipped, 1.0 - TARGET)).unwrap());
        assert!(ours.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-9));
    }
    assert!(decided > 5, "the desks have something to say: {decided}");
}

#[test]
fn a_mirrored_chart_has_mirrored_limits_and_signals() {
    let mut random = Random::new(5);
    let mut signals = 0;
    for _ in 0..40 {
        let week = |random: &mut Random| {
            let rate = random.beta(17.0, 3.0);
            let n = 30 + random.below(60);
            Proportion::new(random.binomial(n, rate), n).ok()
        };
        let weeks: Vec<Option<Proportion>> = (0..26).map(|_| week(&mut random)).collect();
        let flipped: Vec<Option<Proportion>> = weeks.iter().map(|week| week.map(Proportion::flipped)).collect();
        let chart = charts::drawn(Values::Proportions(&weeks), Options::default()).unwrap();
        let mirror = charts::drawn(Values::Proportions(&flipped), Options::default()).unwrap();
        for (point, other) in chart.points.iter().flatten().zip(mirror.points.iter().flatten()) {
            are_mirrored(point, other);
            signals += u32::from(point.signal.is_some());
        }
    }
    assert!(signals > 5, "the charts have something to say: {signals}");
}

#[track_caller]
fn are_mirrored(point: &ChartPoint, other: &ChartPoint) {
    let (band, opposite) = (point.band.expect("limits"), other.band.expect("limits"));
    for sum in [band.centre + opposite.centre, band.lower + opposite.upper, band.upper + opposite.lower] {
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    }
    let high = |point: &ChartPoint| point.signal.map(|signal| (signal.rule, signal.side == Direction::High));
    assert_eq!(high(other), high(point).map(|(rule, is_high)| (rule, !is_high)));
}

/// And the same input gives the same bits.
#[test]
fn the_order_of_agents_is_the_order_of_the_output_and_nothing_else() {
    for (groups, seed) in desks().zip(1..) {
        let all = said(&groups);
        assert_eq!(all, said(&groups));
        let mut order: Vec<usize> = (0..groups.len()).collect();
        Random::new(seed).shuffle(&mut order);
        let shuffled: Vec<Proportion> = order.iter().map(|&at| groups[at]).collect();
        let expected: Vec<(Posterior, Verdict)> = order.iter().map(|&at| all[at].clone()).collect();
        assert_eq!(said(&shuffled), expected);
    }
}

#[test]
fn an_agent_without_tickets_changes_nothing() {
    assert_eq!(Proportion::new(0, 0), Err(Invalid::Empty));
    let judged = |rows: &[(u64, u64)]| said(&rows.iter().filter_map(|(hits, n)| Proportion::new(*hits, *n).ok()).collect::<Vec<_>>());
    for groups in desks() {
        let mut rows: Vec<(u64, u64)> = groups.iter().map(|group| (group.hits(), group.n())).collect();
        let before = judged(&rows);
        rows.insert(rows.len() / 2, (0, 0));
        assert_eq!(judged(&rows), before);
    }
}

/// Whatever the others do and wherever the yardstick lies.
#[test]
fn fewer_than_five_rows_never_get_a_verdict() {
    for truth in [0.02, 0.5, 0.98] {
        let others = (0..20).map(|_| Proportion::new((200.0 * truth) as u64, 200).unwrap()).collect::<Vec<_>>();
        for (n, hits) in (1..=5).flat_map(|n| (0..=n).map(move |hits| (n, hits))) {
            let group = Proportion::new(hits, n).unwrap();
            let population = Population::fit(&[others.clone(), vec![group]].concat()).unwrap();
            let verdicts = [0.05, 0.25, 0.75, 0.95].map(|yardstick| judge(&population.posterior(group), n, yardstick, Rule::default()));
            let is_decided = verdicts.iter().any(|verdict| *verdict != Verdict::CannotTellYet);
            assert_eq!(is_decided, n >= 5, "{hits} of {n} among agents at {truth}: {verdicts:?}");
        }
    }
}
