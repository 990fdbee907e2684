//! What holds for every clock.

use super::*;
use proptest::prelude::*;

fn some_state() -> impl Strategy<Value = State> {
    use Status::{Cancelled, Closed, New, Open, Pending, Resolved};
    let status = prop::sample::select(vec![New, Open, Open, Pending, Pending, Resolved, Closed, Cancelled]);
    let party = prop::sample::select(vec![Party::Desk, Party::Supplier, Party::Requester]);
    (status, 0u8..=5, prop::sample::select(vec![NONE, 1, 2]), party).prop_map(|(status, priority, group, party)| State {
        status,
        priority,
        group,
        party,
        ..State::UNKNOWN
    })
}

fn some_story() -> impl Strategy<Value = Timeline> {
    let what = prop::sample::select(vec![What::Reply, What::Asked]);
    let states = prop::collection::vec((1i64..200_000, some_state()), 1..8);
    (states, prop::collection::vec((0i64..600_000, what), 0..6)).prop_map(|(states, mut moments)| {
        let mut now = at("16 09:00");
        let states = states
            .into_iter()
            .scan(&mut now, |now, (gap, s)| {
                let at = **now;
                **now += gap;
                Some((at, s))
            })
            .collect();
        moments.sort_by_key(|m| m.0);
        Timeline { states, moments: moments.into_iter().map(|(t, w)| (at("16 09:00") + t, w)).collect() }
    })
}

fn some_terms() -> impl Strategy<Value = Terms<'static>> {
    use Kind::{FirstResponse, Group, NextResponse, Resolution, Supplier, Update, Wait, Work};
    let kind = prop::sample::select(vec![FirstResponse, NextResponse, Update, Resolution, Work, Wait, Group, Supplier]);
    let reopen = prop::sample::select(vec![Reopen::Resume, Reopen::NewCycle, Reopen::IgnoreUpTo(50_000)]);
    let change = prop::sample::select(vec![OnPriority::Keep, OnPriority::Restart, OnPriority::Retarget]);
    (kind, reopen, change, prop::collection::vec((any::<bool>(), 0i64..100_000), 6), -50_000i64..300_000, 1i64..800_000).prop_map(
        |(kind, reopen, on_priority, targets, start, length)| {
            let target = |(is_plain, secs): (bool, i64)| Some(if is_plain { Target::Plain(secs) } else { Target::Open(secs) });
            let start = at("16 09:00") + start;
            let targets = std::array::from_fn(|i| target(targets[i]));
            Terms { reopen, on_priority, targets, start, attached: start, as_of: start + length, ..terms(kind) }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_cycle_agrees_with_itself(terms in some_terms(), timeline in some_story()) {
        for cycle in cycles(&terms, &timeline) {
            let (start, end) = (cycle.started_at, cycle.stopped_at.unwrap_or(terms.as_of));
            prop_assert!(start >= terms.start && start <= end && end <= terms.as_of);
            prop_assert_eq!(cycle.elapsed_secs, end - start);
            prop_assert!((0..=cycle.elapsed_secs).contains(&cycle.paused_secs));
            prop_assert!(cycle.open_secs <= OFFICE.elapsed(start, end));
            let (target, due) = (cycle.target_secs.expect("a target"), cycle.due_at.expect("within the years"));
            prop_assert!(cycle.original_due_at.is_some_and(|original| original <= due));
            prop_assert_eq!(cycle.breached_at, (due < end).then_some(due));
            prop_assert_eq!(cycle.at_breach.is_some(), due < end);
            // In time means that no more was used than the target, and overdue that all of it was.
            prop_assert!(if due < end { cycle.used_secs >= target } else { cycle.used_secs <= target }, "{cycle:?}");
            match cycle.stage {
                Stage::Completed => prop_assert_eq!(cycle.is_met, Some(end <= due)),
                Stage::Cancelled => prop_assert_eq!(cycle.is_met, None),
                Stage::Running | Stage::Paused => prop_assert_eq!(cycle.is_met, (due < end).then_some(false)),
            }
        }
    }

    #[test]
    fn without_a_pause_it_is_the_calendar_s_arithmetic(length in 0i64..2_000_000, secs in 0i64..400_000) {
        let start = at("16 09:00");
        let terms = Terms { targets: [Some(Target::Open(secs)); 6], as_of: i64::MAX, ..terms(Kind::Resolution) };
        let timeline = Timeline { states: vec![(start, OPEN), (start + length + 1, RESOLVED)], moments: Vec::new() };
        let cycle = only(&terms, &timeline);
        prop_assert_eq!(cycle.due_at, OFFICE.add(start, secs));
        prop_assert_eq!(cycle.original_due_at, cycle.due_at);
        prop_assert_eq!(cycle.used_secs, OFFICE.elapsed(start, start + length + 1));
    }

    #[test]
    fn a_state_told_twice_changes_nothing(terms in some_terms(), timeline in some_story(), cut in 1i64..200_000) {
        let mut twice = timeline.clone();
        let cut = at("16 09:00") + cut;
        if timeline.states.iter().all(|s| s.0 != cut) {
            let place = twice.states.partition_point(|s| s.0 < cut);
            twice.states.insert(place, (cut, timeline.state_at(cut)));
        }
        prop_assert_eq!(cycles(&terms, &twice), cycles(&terms, &timeline));
    }
}
