//! Time in groups, and calendars that follow the holder.

use super::*;

const DESK: u32 = 1;
const NETWORK: u32 = 2;

fn with(group: u32) -> State {
    State { group, ..OPEN }
}

/// The network group sits in New York: 14:00 to 22:00 UTC in November.
fn of(group: u32) -> &'static Calendar {
    if group == NETWORK { &NEW_YORK } else { &OFFICE }
}

fn follow(follow: Follow) -> Calendars<'static> {
    Calendars::ByGroup { of: &of, follow }
}

#[test]
fn a_handover_at_five_to_another_zone() {
    // The desk holds it 09-17, New York takes it over at 17:00 UTC, noon there, and solves it at 20:00 UTC.
    let timeline = story(&[("16 09:00", with(DESK)), ("16 17:00", with(NETWORK)), ("16 20:00", RESOLVED)]);
    let long = Terms { targets: [Some(Target::Open(10 * HOUR)); 6], ..terms(Kind::Resolution) };
    // Eight hours here, three there: the ten are used up at 19:00 UTC.
    let cycle = only(&Terms { calendars: follow(Follow::Each), ..long }, &timeline);
    assert_eq!(brief(&cycle), (Stage::Completed, 11.0, Some(at("16 19:00")), Some(false)));
    assert_eq!(cycle.at_breach, Some(with(NETWORK)));
    // By New York's hours alone: 14-20.
    let cycle = only(&Terms { calendars: follow(Follow::Last), ..long }, &timeline);
    assert_eq!(brief(&cycle), (Stage::Completed, 6.0, Some(at("17 16:00")), Some(true)));
    // By the desk's alone.
    let cycle = only(&long, &timeline);
    assert_eq!(brief(&cycle), (Stage::Completed, 8.0, Some(at("17 11:00")), Some(true)));
}

#[test]
fn had_it_never_paused_it_had_been_handed_over_all_the_same() {
    let on_hold = State { group: DESK, ..PENDING };
    let states =
        [("16 09:00", with(DESK)), ("16 10:00", on_hold), ("16 16:00", with(DESK)), ("16 17:00", with(NETWORK)), ("18 14:00", RESOLVED)];
    let long = Terms { targets: [Some(Target::Open(10 * HOUR)); 6], calendars: follow(Follow::Each), ..terms(Kind::Resolution) };
    let cycle = only(&long, &story(&states));
    // 09-10, 16-17, New York 17-22 (five), three more on Tuesday from 14:00.
    assert_eq!((cycle.due_at, cycle.original_due_at), (Some(at("17 17:00")), Some(at("16 19:00"))));
}

#[test]
fn an_operational_target_adds_up_two_visits() {
    let states = [
        ("16 09:00", with(DESK)),
        ("16 11:00", with(NETWORK)),
        ("16 13:00", with(DESK)),
        ("16 14:00", with(NETWORK)),
        ("16 17:00", RESOLVED),
    ];
    let four = Terms { targets: [Some(Target::Open(4 * HOUR)); 6], ..terms(Kind::Group) };
    let all = cycles(&four, &story(&states));
    let told: Vec<_> = all.iter().map(|c| (c.group, c.started_at, c.stopped_at, c.used_secs / HOUR, c.due_at, c.is_met)).collect();
    // The desk: 09-11 and 13-14, out at 14:00 with one hour left. The network: 11-13 and 14-17, used up at 16:00.
    let desk = (DESK, at("16 09:00"), Some(at("16 14:00")), 3, Some(at("16 15:00")), Some(true));
    let network = (NETWORK, at("16 11:00"), Some(at("16 17:00")), 5, Some(at("16 16:00")), Some(false));
    assert_eq!(told, [desk, network]);
    assert_eq!((all[0].paused_secs, all[1].paused_secs), (2 * HOUR, HOUR));
    assert_eq!(cycles(&Terms { groups: &[NETWORK], ..four }, &story(&states)), all[1..]);
    // Each on its own hours, whatever is followed: the network's 14-17 of 11-17.
    for mode in [Follow::Each, Follow::Last] {
        let all = cycles(&Terms { calendars: follow(mode), ..four }, &story(&states));
        assert_eq!((all[0].used_secs, all[1].used_secs), (3 * HOUR, 3 * HOUR), "{mode:?}");
    }
}

#[test]
fn the_group_that_has_it_runs_on_and_the_one_it_was_cancelled_in_is_cancelled() {
    let all = cycles(&terms(Kind::Group), &story(&[("16 09:00", with(DESK)), ("16 11:00", with(NETWORK))]));
    assert_eq!((all[0].stage, all[1].stage, all[1].stopped_at), (Stage::Completed, Stage::Running, None));
    let all = cycles(&terms(Kind::Group), &story(&[("16 09:00", with(DESK)), ("16 11:00", with(NETWORK)), ("16 12:00", CANCELLED)]));
    assert_eq!((all[0].stage, all[1].stage), (Stage::Completed, Stage::Cancelled));
    // Nobody, and a group that got it when it was solved, have nothing to answer for.
    let closing = State { group: NETWORK, ..RESOLVED };
    assert!(cycles(&terms(Kind::Group), &story(&[("16 09:00", NEW), ("16 12:00", closing)])).is_empty());
}

#[test]
fn a_short_reopening_is_not_the_group_s_time() {
    let solved = State { group: DESK, ..RESOLVED };
    let states = [("16 09:00", with(DESK)), ("16 12:00", solved), ("18 10:00", with(DESK)), ("18 10:10", solved)];
    let cycle = only(&Terms { reopen: Reopen::IgnoreUpTo(600), ..terms(Kind::Group) }, &story(&states));
    assert_eq!((cycle.stopped_at, cycle.used_secs), (Some(at("16 12:00")), 3 * HOUR));
    let cycle = only(&terms(Kind::Group), &story(&states));
    assert_eq!((cycle.stopped_at, cycle.used_secs), (Some(at("18 10:10")), 3 * HOUR + 600));
}

#[test]
fn a_restart_takes_the_last_holder_of_each_piece() {
    let of_group = |group, priority| State { priority, group, ..OPEN };
    let states = [("16 09:00", of_group(DESK, 2)), ("16 15:00", of_group(NETWORK, 1)), ("16 20:00", RESOLVED)];
    let terms = Terms { on_priority: OnPriority::Restart, calendars: follow(Follow::Last), ..terms(Kind::Resolution) };
    let used: Vec<_> = cycles(&terms, &story(&states)).iter().map(|c| c.used_secs / HOUR).collect();
    assert_eq!(used, [6, 5]);
}
