//! Start, pause, stop, reopening.

use super::*;

#[test]
fn opened_and_solved_outside_hours_is_no_time_and_still_a_cycle() {
    let terms = Terms { start: at("21 10:00"), ..terms(Kind::Resolution) };
    let cycle = only(&terms, &story(&[("21 10:00", NEW), ("22 20:00", RESOLVED)]));
    assert_eq!(brief(&cycle), (Stage::Completed, 0.0, Some(at("23 17:00")), Some(true)));
    assert_eq!((cycle.open_secs, cycle.elapsed_secs, cycle.paused_secs), (0, 34 * HOUR, 0));
    assert_eq!(cycle.stopped_at, Some(at("22 20:00")));
}

#[test]
fn round_the_clock_counts_nights_and_weekends() {
    let saturday = story(&[("21 10:00", NEW), ("22 20:00", RESOLVED)]);
    let day = Terms { start: at("21 10:00"), targets: [Some(Target::Plain(24 * HOUR)); 6], ..terms(Kind::Resolution) };
    let cycle = only(&day, &saturday);
    assert_eq!(brief(&cycle), (Stage::Completed, 34.0, Some(at("22 10:00")), Some(false)));
    // Its open time is told all the same: none.
    assert_eq!((cycle.open_secs, cycle.breached_at), (0, Some(at("22 10:00"))));
    // Open hours of a calendar that never closes are the same thing.
    let open = Terms { targets: [Some(Target::Open(24 * HOUR)); 6], calendars: Calendars::One(&ALWAYS), ..day };
    let cycle = only(&open, &saturday);
    assert_eq!((brief(&cycle), cycle.open_secs), ((Stage::Completed, 34.0, Some(at("22 10:00")), Some(false)), 34 * HOUR));
}

#[test]
fn the_due_second_is_met_and_the_next_is_not() {
    let until = |end: &str| only(&terms(Kind::Resolution), &story(&[("16 09:00", NEW), (end, RESOLVED)]));
    // Eight hours from nine are used up at closing time, not at the next opening.
    let met = until("16 17:00");
    assert_eq!(brief(&met), (Stage::Completed, 8.0, Some(at("16 17:00")), Some(true)));
    assert_eq!((met.breached_at, met.at_breach), (None, None));
    let missed = until("16 17:00:01");
    assert_eq!(brief(&missed), (Stage::Completed, 8.0, Some(at("16 17:00")), Some(false)));
    assert_eq!((missed.breached_at, missed.at_breach), (Some(at("16 17:00")), Some(NEW)));
}

#[test]
fn a_business_day_of_eight_hours_is_not_a_day() {
    // From Monday 13:00: four hours on Monday and four on Tuesday.
    let due = |target| {
        let terms = Terms { start: at("16 13:00"), targets: [Some(target); 6], ..terms(Kind::Resolution) };
        let cycle = only(&terms, &story(&[("16 13:00", NEW)]));
        (cycle.target_secs.map(|s| s / HOUR), cycle.due_at)
    };
    assert_eq!(due(Target::Days(1)), (Some(8), Some(at("17 13:00"))));
    assert_eq!(due(Target::Plain(24 * HOUR)), (Some(24), Some(at("17 13:00"))));
    assert_eq!(due(Target::Open(24 * HOUR)), (Some(24), Some(at("19 13:00"))));
    assert_eq!(due(Target::Days(5)), (Some(40), Some(at("23 13:00"))));
}

#[test]
fn a_pause_at_midnight_and_two_on_one_day() {
    // Open 09-17 on Monday (8 h of 12), paused from midnight to Tuesday 13:00, then four hours more.
    let long = Terms { targets: [Some(Target::Open(12 * HOUR)); 6], ..terms(Kind::Resolution) };
    let cycle = only(&long, &story(&[("16 09:00", NEW), ("17 00:00", PENDING), ("17 13:00", OPEN), ("17 17:00", RESOLVED)]));
    assert_eq!(brief(&cycle), (Stage::Completed, 12.0, Some(at("17 17:00")), Some(true)));
    assert_eq!((cycle.original_due_at, cycle.paused_secs, cycle.elapsed_secs), (Some(at("17 13:00")), 13 * HOUR, 32 * HOUR));
    // 10-11 and 12-14 do not count: 09-10, 11-12, 14-17 on Monday, three hours on Tuesday.
    let states = [("16 09:00", NEW), ("16 10:00", PENDING), ("16 11:00", OPEN), ("16 12:00", PENDING), ("16 14:00", OPEN)];
    let cycle = only(&terms(Kind::Resolution), &story(&states));
    assert_eq!(brief(&cycle), (Stage::Running, 5.0 + 8.0 * 9.0, Some(at("17 12:00")), Some(false)));
    assert_eq!((cycle.breached_at, cycle.stopped_at, cycle.paused_secs), (Some(at("17 12:00")), None, 3 * HOUR));
}

#[test]
fn a_pause_that_covers_the_due_instant_moves_it() {
    // Six hours used by 15:00; two are left on Wednesday.
    let states = [("16 09:00", NEW), ("16 15:00", PENDING), ("18 09:00", OPEN), ("18 10:30", RESOLVED)];
    let cycle = only(&terms(Kind::Resolution), &story(&states));
    assert_eq!(brief(&cycle), (Stage::Completed, 7.5, Some(at("18 11:00")), Some(true)));
    assert_eq!(cycle.original_due_at, Some(at("16 17:00")));
    // Paused in the very second of the last one used up: it is due then, and a later stop is late.
    let states = [("16 09:00", NEW), ("16 17:00", PENDING), ("18 09:00", RESOLVED)];
    let cycle = only(&terms(Kind::Resolution), &story(&states));
    assert_eq!(brief(&cycle), (Stage::Completed, 8.0, Some(at("16 17:00")), Some(false)));
    assert_eq!(cycle.at_breach, Some(PENDING));
}

#[test]
fn on_hold_from_the_first_second() {
    let cycle = only(&terms(Kind::Resolution), &story(&[("16 09:00", PENDING), ("17 09:00", OPEN), ("17 12:00", RESOLVED)]));
    assert_eq!(brief(&cycle), (Stage::Completed, 3.0, Some(at("17 17:00")), Some(true)));
    assert_eq!((cycle.started_at, cycle.paused_secs), (at("16 09:00"), 24 * HOUR));
    // Still on hold at the cut-off: due as if it went on then. The 30th is a Monday.
    let cycle = only(&terms(Kind::Resolution), &story(&[("16 09:00", PENDING)]));
    assert_eq!(brief(&cycle), (Stage::Paused, 0.0, Some(at("30 17:00")), None));
}

#[test]
fn only_some_reasons_pause() {
    let on_hold = |hold_reason| State { hold_reason, ..PENDING };
    let terms = Terms { paused_reasons: &[7], ..terms(Kind::Resolution) };
    let states = [("16 09:00", NEW), ("16 10:00", on_hold(7)), ("16 12:00", on_hold(8)), ("16 14:00", RESOLVED)];
    let cycle = only(&terms, &story(&states));
    assert_eq!((cycle.used_secs, cycle.paused_secs), (3 * HOUR, 2 * HOUR));
}

#[test]
fn a_policy_attached_late_knows_the_pauses_before_it_only_if_told_so() {
    // On hold 10-14, the policy comes at noon.
    let timeline = story(&[("16 09:00", NEW), ("16 10:00", PENDING), ("16 14:00", OPEN), ("16 16:00", RESOLVED)]);
    let used = |is_pause_retroactive| {
        let cycle = only(&Terms { attached: at("16 12:00"), is_pause_retroactive, ..terms(Kind::Resolution) }, &timeline);
        (cycle.used_secs / HOUR, cycle.paused_secs / HOUR, cycle.due_at)
    };
    assert_eq!(used(true), (3, 4, Some(at("17 13:00"))));
    assert_eq!(used(false), (5, 2, Some(at("17 11:00"))));
}

#[test]
fn due_instants_do_not_move_with_pauses() {
    let due = |target, states: &[(&str, State)]| only(&Terms { targets: [Some(target); 6], ..terms(Kind::Resolution) }, &story(states));
    let states = [("16 09:00", NEW), ("16 10:00", PENDING), ("17 17:00", RESOLVED)];
    let cycle = due(Target::EndOfDay(1), &states);
    assert_eq!(brief(&cycle), (Stage::Completed, 16.0, Some(at("17 17:00")), Some(true)));
    assert_eq!((cycle.target_secs, cycle.open_secs, cycle.original_due_at), (Some(16 * HOUR), HOUR, cycle.due_at));
    assert_eq!(brief(&due(Target::DayAt(1, 16 * HOUR), &states)), (Stage::Completed, 16.0, Some(at("17 16:00")), Some(false)));
    // Due on a Sunday: it means that instant, and the open time up to it is the whole week.
    let cycle = due(Target::At(at("22 12:00")), &[("16 09:00", NEW), ("21 12:00", RESOLVED)]);
    assert_eq!((cycle.target_secs, cycle.used_secs, cycle.is_met), (Some(40 * HOUR), 40 * HOUR, Some(true)));
    // Due before it began: late from the start.
    let cycle = due(Target::At(at("13 12:00")), &[("16 09:00", NEW)]);
    assert_eq!((cycle.due_at, cycle.breached_at, cycle.is_met), (Some(at("13 12:00")), Some(at("16 09:00")), Some(false)));
}

#[test]
fn still_open_is_undecided_until_the_due_second_is_over() {
    let seen =
        |as_of: &str| only(&Terms { as_of: at(as_of), ..terms(Kind::Resolution) }, &story(&[("16 09:00", NEW), ("20 09:00", RESOLVED)]));
    assert_eq!(brief(&seen("16 17:00")), (Stage::Running, 8.0, Some(at("16 17:00")), None));
    assert_eq!(brief(&seen("16 17:00:01")), (Stage::Running, 8.0, Some(at("16 17:00")), Some(false)));
    // What happens at the cut-off has not happened.
    assert_eq!(seen("20 09:00").stopped_at, None);
    assert_eq!(seen("20 09:00:01").stopped_at, Some(at("20 09:00")));
    assert!(cycles(&Terms { as_of: at("16 09:00"), ..terms(Kind::Resolution) }, &story(&[("16 09:00", NEW)])).is_empty());
}

#[test]
fn solved_thanks_solved() {
    // Solved at noon, a word of thanks the next morning, solved again ten minutes later.
    let timeline = story(&[("16 09:00", NEW), ("16 12:00", RESOLVED), ("17 10:00", OPEN), ("17 10:10", RESOLVED)]);
    let with = |reopen| cycles(&Terms { reopen, ..terms(Kind::Resolution) }, &timeline);
    let ended = |c: &Cycle| (c.started_at, c.stopped_at, c.used_secs / 60, c.paused_secs / 60);
    let first = (at("16 09:00"), Some(at("16 12:00")), 180, 0);
    assert_eq!(with(Reopen::Resume).iter().map(ended).collect::<Vec<_>>(), [(at("16 09:00"), Some(at("17 10:10")), 190, 22 * 60)]);
    let second = (at("17 10:00"), Some(at("17 10:10")), 10, 0);
    assert_eq!(with(Reopen::NewCycle).iter().map(ended).collect::<Vec<_>>(), [first, second]);
    assert_eq!(with(Reopen::IgnoreUpTo(600)).iter().map(ended).collect::<Vec<_>>(), [first]);
    assert_eq!(with(Reopen::IgnoreUpTo(599)), with(Reopen::Resume));
}

#[test]
fn an_ignored_reopening_stays_ignored_when_a_real_one_follows() {
    let states =
        [("16 09:00", NEW), ("16 12:00", RESOLVED), ("16 13:00", OPEN), ("16 13:10", RESOLVED), ("17 09:00", OPEN), ("17 11:00", RESOLVED)];
    let cycle = only(&Terms { reopen: Reopen::IgnoreUpTo(600), ..terms(Kind::Resolution) }, &story(&states));
    // 09-12 and Tuesday 09-11; the ten minutes did not happen.
    assert_eq!((cycle.used_secs, cycle.stopped_at), (5 * HOUR, Some(at("17 11:00"))));
}

#[test]
fn a_reopening_still_open_counts_once_it_is_too_long() {
    let timeline = story(&[("16 09:00", NEW), ("16 12:00", RESOLVED), ("17 10:00", OPEN)]);
    let seen = |as_of| only(&Terms { reopen: Reopen::IgnoreUpTo(600), as_of: at(as_of), ..terms(Kind::Resolution) }, &timeline);
    assert_eq!(brief(&seen("17 10:10")), (Stage::Completed, 3.0, Some(at("16 17:00")), Some(true)));
    assert_eq!(seen("17 10:10:01").stage, Stage::Running);
}

#[test]
fn resolved_then_closed_is_one_end_and_never_solved_is_ended_by_closing() {
    let cycle = only(&terms(Kind::Resolution), &story(&[("16 09:00", NEW), ("16 12:00", RESOLVED), ("19 12:00", CLOSED)]));
    assert_eq!(cycle.stopped_at, Some(at("16 12:00")));
    let cycle = only(&terms(Kind::Resolution), &story(&[("16 09:00", NEW), ("16 12:00", CLOSED)]));
    assert_eq!(brief(&cycle), (Stage::Completed, 3.0, Some(at("16 17:00")), Some(true)));
}

#[test]
fn cancelled_while_running_and_after_the_breach() {
    let cycle = only(&terms(Kind::Resolution), &story(&[("16 09:00", NEW), ("16 12:00", CANCELLED)]));
    assert_eq!(brief(&cycle), (Stage::Cancelled, 3.0, Some(at("16 17:00")), None));
    assert_eq!((cycle.breached_at, cycle.stopped_at), (None, Some(at("16 12:00"))));
    // Out of the population, and the breach is told.
    let cycle = only(&terms(Kind::Resolution), &story(&[("16 09:00", OPEN), ("17 12:00", CANCELLED)]));
    assert_eq!((cycle.stage, cycle.is_met, cycle.breached_at), (Stage::Cancelled, None, Some(at("16 17:00"))));
    assert_eq!(cycle.at_breach, Some(OPEN));
    // Withdrawn after it was solved: solved it stays.
    let cycle = only(&terms(Kind::Resolution), &story(&[("16 09:00", NEW), ("16 12:00", RESOLVED), ("17 12:00", CANCELLED)]));
    assert_eq!((cycle.stage, cycle.stopped_at), (Stage::Completed, Some(at("16 12:00"))));
}

#[test]
fn a_stop_before_the_start_is_no_time_and_met() {
    let cycle = only(&Terms { start: at("17 09:00"), ..terms(Kind::Resolution) }, &story(&[("16 09:00", NEW), ("16 12:00", RESOLVED)]));
    assert_eq!(brief(&cycle), (Stage::Completed, 0.0, Some(at("17 17:00")), Some(true)));
    assert_eq!((cycle.started_at, cycle.stopped_at, cycle.elapsed_secs), (at("17 09:00"), Some(at("17 09:00")), 0));
}

#[test]
fn a_known_pause_without_a_history() {
    // Nine open hours, two of them on hold.
    let terms = Terms { known_pause: 2 * HOUR, ..terms(Kind::Resolution) };
    let cycle = only(&terms, &story(&[("16 09:00", NEW), ("17 10:00", RESOLVED)]));
    assert_eq!(brief(&cycle), (Stage::Completed, 7.0, Some(at("17 11:00")), Some(true)));
    assert_eq!((cycle.original_due_at, cycle.open_secs, cycle.target_secs), (Some(at("16 17:00")), 9 * HOUR, Some(8 * HOUR)));
    // More on hold than it lived: nothing is used.
    let cycle = only(&Terms { known_pause: 100 * HOUR, ..terms }, &story(&[("16 09:00", NEW), ("17 10:00", RESOLVED)]));
    assert_eq!(cycle.used_secs, 0);
}

#[test]
fn no_target_no_verdict_and_a_due_beyond_the_calendar() {
    let cycle = only(&Terms { targets: [None; 6], ..terms(Kind::Resolution) }, &story(&[("16 09:00", NEW), ("17 10:00", RESOLVED)]));
    assert_eq!(brief(&cycle), (Stage::Completed, 9.0, None, None));
    assert_eq!((cycle.target_secs, cycle.original_due_at), (None, None));
    let far = Terms { targets: [Some(Target::Open(i64::MAX)); 6], ..terms(Kind::Resolution) };
    let cycle = only(&far, &story(&[("16 09:00", NEW), ("17 10:00", RESOLVED)]));
    assert_eq!((cycle.due_at, cycle.breached_at, cycle.is_met), (None, None, None));
    let far = Terms { targets: [Some(Target::Days(i64::MAX)); 6], known_pause: i64::MAX, ..far };
    assert_eq!(only(&far, &story(&[("16 09:00", NEW)])).due_at, None);
}

#[test]
fn work_wait_and_supplier_have_their_own_rule() {
    let by = |party, status| State { status, party, ..NEW };
    let states = [
        ("16 09:00", NEW),
        ("16 10:00", by(Party::Requester, Status::Pending)),
        ("16 12:00", by(Party::Supplier, Status::Pending)),
        ("16 15:00", OPEN),
        ("16 16:00", RESOLVED),
    ];
    // Nothing is paused by the terms: what counts is who acts.
    let used = |kind| only(&Terms { paused: Statuses::NONE, ..terms(kind) }, &story(&states)).used_secs / HOUR;
    assert_eq!((used(Kind::Resolution), used(Kind::Work), used(Kind::Wait), used(Kind::Supplier)), (7, 2, 5, 3));
    // A supplier that never had it.
    assert!(cycles(&terms(Kind::Supplier), &story(&[("16 09:00", NEW), ("16 12:00", RESOLVED)])).is_empty());
}

#[test]
fn nothing_happened_and_nothing_is_there() {
    assert!(cycles(&terms(Kind::Resolution), &Timeline::default()).is_empty());
    // A start before the first state: the first holds.
    let cycle = only(&Terms { start: at("16 09:00"), ..terms(Kind::Resolution) }, &story(&[("16 10:00", RESOLVED)]));
    assert_eq!((cycle.stopped_at, cycle.is_met), (Some(at("16 09:00")), Some(true)));
}
