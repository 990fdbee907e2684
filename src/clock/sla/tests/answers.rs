//! First response, next response, updates.

use super::*;
use What::{Asked, Reply};

#[test]
fn the_first_answer_ends_it_and_what_was_before_the_start_does_not() {
    let timeline = told(&[("16 09:00", NEW)], &[("16 09:30", Asked), ("16 11:00", Reply), ("16 12:00", Reply)]);
    let cycle = only(&terms(Kind::FirstResponse), &timeline);
    assert_eq!((cycle.stopped_at, cycle.used_secs, cycle.is_met), (Some(at("16 11:00")), 2 * HOUR, Some(true)));
    // From the assignment on, the next one counts.
    let late = Terms { start: at("16 11:30"), ..terms(Kind::FirstResponse) };
    assert_eq!(only(&late, &timeline).stopped_at, Some(at("16 12:00")));
    // At the start: answered at once.
    let cycle = only(&Terms { start: at("16 11:00"), ..late }, &timeline);
    assert_eq!((cycle.stopped_at, cycle.used_secs), (Some(at("16 11:00")), 0));
}

#[test]
fn an_answer_by_solving_only_if_that_is_one() {
    let timeline = told(&[("16 09:00", NEW), ("16 10:00", RESOLVED)], &[("16 16:00", Reply)]);
    let cycle = only(&terms(Kind::FirstResponse), &timeline);
    assert_eq!((cycle.stopped_at, cycle.stage), (Some(at("16 10:00")), Stage::Completed));
    // If not, the solved time does not count, and the reply ends it.
    let cycle = only(&Terms { is_answered_by_resolution: false, ..terms(Kind::FirstResponse) }, &timeline);
    assert_eq!((cycle.stopped_at, cycle.used_secs, cycle.paused_secs), (Some(at("16 16:00")), HOUR, 6 * HOUR));
}

#[test]
fn never_answered() {
    let cycle = only(&terms(Kind::FirstResponse), &told(&[("16 09:00", NEW)], &[]));
    assert_eq!((cycle.stage, cycle.is_met, cycle.breached_at), (Stage::Running, Some(false), Some(at("16 17:00"))));
    let cycle = only(&terms(Kind::FirstResponse), &told(&[("16 09:00", NEW), ("16 10:00", CANCELLED)], &[("16 12:00", Reply)]));
    assert_eq!((cycle.stage, cycle.is_met, cycle.stopped_at), (Stage::Cancelled, None, Some(at("16 10:00"))));
    // Told "this is a duplicate" and cancelled in the same second: answered.
    let cycle = only(&terms(Kind::FirstResponse), &told(&[("16 09:00", NEW), ("16 10:00", CANCELLED)], &[("16 10:00", Reply)]));
    assert_eq!((cycle.stage, cycle.is_met), (Stage::Completed, Some(true)));
}

#[test]
fn a_status_that_stops_and_cancels_at_once_is_no_answer() {
    let both = Statuses::of(&[Status::Closed]);
    let terms = Terms { stopped: both, cancelled: both, is_answered_by_resolution: false, ..terms(Kind::FirstResponse) };
    let cycle = only(&terms, &told(&[("16 09:00", NEW), ("16 10:00", CLOSED)], &[]));
    assert_eq!((cycle.stage, cycle.used_secs), (Stage::Paused, HOUR));
}

#[test]
fn several_messages_of_the_customer_are_one_wait() {
    let moments = [
        // Nobody has answered yet: that is the first response's business.
        ("16 09:10", Asked),
        ("16 10:00", Reply),
        ("16 11:00", Asked),
        ("16 12:00", Asked),
        ("16 13:00", Reply),
        ("16 13:30", Reply),
        ("17 09:00", Asked),
    ];
    let all = cycles(&terms(Kind::NextResponse), &told(&[("16 09:00", NEW)], &moments));
    let spans: Vec<_> = all.iter().map(|c| (c.started_at, c.stopped_at, c.is_met)).collect();
    // The last one is open and was due on Tuesday at 17:00.
    let expected = [(at("16 11:00"), Some(at("16 13:00")), Some(true)), (at("17 09:00"), None, Some(false))];
    assert_eq!(spans, expected);
}

#[test]
fn a_wait_ends_with_the_solution_and_thanks_on_a_solved_ticket_start_none() {
    let states = [("16 09:00", NEW), ("16 12:00", RESOLVED), ("17 10:00", OPEN), ("17 12:00", RESOLVED)];
    let moments = [("16 10:00", Reply), ("16 11:00", Asked), ("16 14:00", Asked), ("17 10:00", Asked), ("17 11:00", Reply)];
    let spans = |terms: &Terms| cycles(terms, &told(&states, &moments)).iter().map(|c| (c.started_at, c.stopped_at)).collect::<Vec<_>>();
    let answered = [(at("16 11:00"), Some(at("16 12:00"))), (at("17 10:00"), Some(at("17 11:00")))];
    assert_eq!(spans(&terms(Kind::NextResponse)), answered);
    // Where solving is no answer, the first wait goes on to the reply, and the second question is part of it.
    let unanswered = Terms { is_answered_by_resolution: false, ..terms(Kind::NextResponse) };
    assert_eq!(spans(&unanswered), [(at("16 11:00"), Some(at("17 11:00")))]);
    // 11-12 and Tuesday 10-11: solved time does not run.
    assert_eq!(cycles(&unanswered, &told(&states, &moments))[0].used_secs, 2 * HOUR);
}

#[test]
fn nothing_before_the_start_counts_for_a_wait() {
    let moments = [("16 10:00", Reply), ("16 11:00", Asked), ("16 13:00", Asked), ("16 14:00", Reply)];
    // The reply was before the policy: no question follows an answer.
    assert!(cycles(&Terms { start: at("16 10:30"), ..terms(Kind::NextResponse) }, &told(&[("16 09:00", NEW)], &moments)).is_empty());
}

#[test]
fn updates_run_from_answer_to_answer_until_it_is_solved() {
    let four = Terms { targets: [Some(Target::Open(4 * HOUR)); 6], ..terms(Kind::Update) };
    let states = [("16 09:00", NEW), ("17 12:00", RESOLVED)];
    let moments = [("16 10:00", Reply), ("16 11:00", Asked), ("16 15:00", Reply), ("16 15:00", Reply), ("18 09:00", Reply)];
    let all: Vec<_> = cycles(&four, &told(&states, &moments)).iter().map(|c| (c.started_at, c.stopped_at, c.is_met)).collect();
    // 10-15 are five hours; 15-17 and Tuesday 09-12 are five hours; the words after the solution promise nothing.
    let expected = [(at("16 10:00"), Some(at("16 15:00")), Some(false)), (at("16 15:00"), Some(at("17 12:00")), Some(false))];
    assert_eq!(all, expected);
    assert!(cycles(&four, &told(&[("16 09:00", NEW)], &[])).is_empty());
}
