//! Changes of the priority.

use super::*;

fn of(priority: u8) -> State {
    State { priority, ..OPEN }
}

/// P1 four hours, P3 sixteen, P5 none.
fn by_priority(on_priority: OnPriority) -> Terms<'static> {
    let open = |hours| Some(Target::Open(hours * HOUR));
    Terms { on_priority, targets: [open(40), open(4), open(8), open(16), open(24), None], ..terms(Kind::Resolution) }
}

#[test]
fn raised_after_the_breach() {
    // P1, due at 13:00 and missed; lowered to P3 at 15:00, solved on Tuesday at 12:00 after eleven hours.
    let timeline = story(&[("16 09:00", of(1)), ("16 15:00", of(3)), ("17 12:00", RESOLVED)]);
    for mode in [OnPriority::Keep, OnPriority::Retarget] {
        let cycle = only(&by_priority(mode), &timeline);
        assert_eq!(brief(&cycle), (Stage::Completed, 11.0, Some(at("16 13:00")), Some(false)), "{mode:?}");
        assert_eq!((cycle.priority, cycle.target_secs, cycle.breached_at), (1, Some(4 * HOUR), Some(at("16 13:00"))));
    }
    let all = cycles(&by_priority(OnPriority::Restart), &timeline);
    assert_eq!(brief(&all[0]), (Stage::Completed, 6.0, Some(at("16 13:00")), Some(false)));
    // Two hours on Monday, three on Tuesday, of sixteen from 15:00.
    assert_eq!(brief(&all[1]), (Stage::Completed, 5.0, Some(at("18 15:00")), Some(true)));
    assert_eq!((all.len(), all[1].started_at, all[1].priority), (2, at("16 15:00"), 3));
}

#[test]
fn raised_before_the_breach() {
    // P3, raised to P1 at 15:00, when six hours are used.
    let timeline = story(&[("16 09:00", of(3)), ("16 15:00", of(1)), ("16 16:00", RESOLVED)]);
    assert_eq!(only(&by_priority(OnPriority::Keep), &timeline).is_met, Some(true));
    // All the time used counts: the four hours were over at 13:00.
    let cycle = only(&by_priority(OnPriority::Retarget), &timeline);
    assert_eq!((cycle.due_at, cycle.breached_at, cycle.is_met), (Some(at("16 13:00")), Some(at("16 13:00")), Some(false)));
    assert_eq!((cycle.priority, cycle.at_breach), (1, Some(of(3))));
    // The first of the two clocks leaves the population.
    let all = cycles(&by_priority(OnPriority::Restart), &timeline);
    assert_eq!((all[0].stage, all[0].is_met, all[0].stopped_at), (Stage::Cancelled, None, Some(at("16 15:00"))));
    assert_eq!((all[1].used_secs, all[1].is_met), (HOUR, Some(true)));
}

#[test]
fn a_change_in_the_due_second_is_in_time() {
    // P1 is used up at 13:00; in that second it becomes P2.
    let cycle = only(&by_priority(OnPriority::Retarget), &story(&[("16 09:00", of(1)), ("16 13:00", of(2)), ("16 17:00", RESOLVED)]));
    assert_eq!((cycle.priority, cycle.due_at, cycle.is_met), (2, Some(at("16 17:00")), Some(true)));
    // A second later it is late and stays P1.
    let cycle = only(&by_priority(OnPriority::Retarget), &story(&[("16 09:00", of(1)), ("16 13:00:01", of(2)), ("16 17:00", RESOLVED)]));
    assert_eq!((cycle.priority, cycle.is_met), (1, Some(false)));
}

#[test]
fn a_change_on_hold_and_one_with_the_solution() {
    let on_hold = |priority| State { priority, ..PENDING };
    // Three hours used, on hold 12-14, P1 from 13:00: one hour is left at 14:00.
    let states = [("16 09:00", of(3)), ("16 12:00", on_hold(3)), ("16 13:00", on_hold(1)), ("16 14:00", of(1)), ("16 15:00", RESOLVED)];
    let cycle = only(&by_priority(OnPriority::Retarget), &story(&states));
    assert_eq!((cycle.priority, cycle.due_at, cycle.is_met), (1, Some(at("16 15:00")), Some(true)));
    // A priority set as it is solved changes nothing.
    let solved = State { priority: 1, ..RESOLVED };
    for mode in [OnPriority::Keep, OnPriority::Retarget, OnPriority::Restart] {
        let cycle = only(&by_priority(mode), &story(&[("16 09:00", of(3)), ("16 15:00", solved)]));
        assert_eq!((cycle.priority, cycle.is_met), (3, Some(true)), "{mode:?}");
    }
}

#[test]
fn an_unknown_priority_takes_the_first_known_and_may_lose_its_target() {
    let timeline = story(&[("16 09:00", NEW), ("16 10:00", of(1)), ("16 14:00", RESOLVED)]);
    for mode in [OnPriority::Keep, OnPriority::Retarget, OnPriority::Restart] {
        let cycle = only(&by_priority(mode), &timeline);
        assert_eq!((cycle.priority, cycle.due_at, cycle.is_met), (1, Some(at("16 13:00")), Some(false)), "{mode:?}");
    }
    // Never known: the target for that.
    let cycle = only(&by_priority(OnPriority::Keep), &story(&[("16 09:00", NEW)]));
    assert_eq!((cycle.priority, cycle.target_secs), (0, Some(40 * HOUR)));
    // P5 has no target, and P3 has one again, for all the time since the start.
    let cycle = only(&by_priority(OnPriority::Retarget), &story(&[("16 09:00", of(1)), ("16 10:00", of(5)), ("18 09:00", RESOLVED)]));
    assert_eq!((cycle.priority, cycle.target_secs, cycle.is_met, cycle.used_secs), (5, None, None, 16 * HOUR));
    let states = [("16 09:00", of(1)), ("16 10:00", of(5)), ("17 12:00", of(3)), ("18 09:00", RESOLVED)];
    let cycle = only(&by_priority(OnPriority::Retarget), &story(&states));
    assert_eq!((cycle.priority, cycle.due_at, cycle.is_met), (3, Some(at("17 17:00")), Some(false)));
}

#[test]
fn a_target_in_another_clock_counts_in_that() {
    // Eight open hours, then eight round the clock from the start: due at 17:00 either way on Monday, and at 01:00 for a start at 17:00.
    let targets = [None, Some(Target::Plain(8 * HOUR)), None, Some(Target::Open(8 * HOUR)), None, None];
    let terms = Terms { targets, start: at("16 17:00"), on_priority: OnPriority::Retarget, ..terms(Kind::Resolution) };
    let cycle = only(&terms, &story(&[("16 17:00", of(3)), ("17 08:00", of(1)), ("17 09:00", RESOLVED)]));
    assert_eq!((cycle.due_at, cycle.used_secs, cycle.open_secs), (Some(at("17 01:00")), 16 * HOUR, 0));
    assert_eq!((cycle.is_met, cycle.at_breach), (Some(false), Some(of(3))));
}
