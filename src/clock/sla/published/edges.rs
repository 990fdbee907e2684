//! The edge-case list of what other products got wrong, from rows and events.

use super::*;

/// Edge cases from the trackers of other tools, from rows and events; 2026-11-16 is a Monday.
struct Case {
    item: &'static str,
    row: Row,
    events: Vec<Event>,
    terms: Terms<'static>,
    cycles: &'static [Line],
}

const MONDAY: &str = "2026-11-16 09:00";

/// Eight open hours from Monday at nine, pausing on hold.
fn office(kind: Kind) -> Terms<'static> {
    Terms { paused: Statuses::of(&[Status::Pending]), ..terms(kind, MONDAY, Some(Target::Open(8 * HOUR)), &OFFICE) }
}

fn check(cases: &[Case]) {
    for case in cases {
        let (timeline, doubts) = told(&case.row, &case.events, |_| Party::Desk);
        assert_eq!(doubts, Doubts::default(), "{}", case.item);
        let got: Vec<_> =
            cycles(&case.terms, &timeline).iter().map(|c| (c.started_at, c.stopped_at, c.stage, c.used_secs, c.due_at, c.is_met)).collect();
        let expected: Vec<_> = case.cycles.iter().map(|c| (at(c.0), c.1.map(at), c.2, c.3 * MINUTE, c.4.map(at), c.5)).collect();
        assert_eq!(got, expected, "{}", case.item);
    }
}

#[test]
fn edges_of_the_first_answer() {
    let two_hours = Terms { targets: [Some(Target::Open(2 * HOUR)); 6], ..office(Kind::FirstResponse) };
    let by_agent =
        vec![reply(MONDAY), event("2026-11-16 10:00", EventKind::ReplyInternal), reply("2026-11-16 11:30"), reply("2026-11-16 12:00")];
    check(&[
        Case {
            item: "agent-created ticket: neither its description nor a note is the answer",
            row: row(MONDAY),
            events: by_agent,
            terms: two_hours,
            cycles: &[(MONDAY, Some("2026-11-16 11:30"), Stage::Completed, 150, Some("2026-11-16 11:00"), Some(false))],
        },
        Case {
            item: "reply by solve: told by the row alone",
            row: Row { status: Some(Status::Closed), closed_at: Some(at("2026-11-16 10:30")), ..row(MONDAY) },
            events: vec![],
            terms: two_hours,
            cycles: &[(MONDAY, Some("2026-11-16 10:30"), Stage::Completed, 90, Some("2026-11-16 11:00"), Some(true))],
        },
        Case {
            item: "policy attached after the answer: it counts from creation",
            row: row(MONDAY),
            events: vec![reply("2026-11-16 10:00")],
            terms: Terms { attached: at("2026-11-16 15:00"), is_pause_retroactive: false, ..two_hours },
            cycles: &[(MONDAY, Some("2026-11-16 10:00"), Stage::Completed, 60, Some("2026-11-16 11:00"), Some(true))],
        },
    ]);
}

#[test]
fn edges_of_holds_and_starts() {
    let on_hold_at_first =
        vec![status(MONDAY, Status::Pending), status("2026-11-17 10:00", Status::Open), event("2026-11-17 12:00", EventKind::Resolved)];
    let twice = vec![
        status("2026-11-16 11:00", Status::Pending),
        status("2026-11-17 09:00", Status::Open),
        event("2026-11-17 10:00", EventKind::Resolved),
    ];
    let pending = Statuses::of(&[Status::Pending]);
    let stopped = Statuses::of(&[Status::Pending, Status::Resolved]);
    let noon = at("2026-11-16 12:00");
    check(&[
        Case {
            item: "on hold when it came: it waits, it is not called off",
            row: Row { resolved_at: Some(at("2026-11-17 12:00")), ..row(MONDAY) },
            events: on_hold_at_first,
            terms: office(Kind::Resolution),
            cycles: &[(MONDAY, Some("2026-11-17 12:00"), Stage::Completed, 120, Some("2026-11-18 10:00"), Some(true))],
        },
        Case {
            item: "a hold status that also stops: it stops",
            row: row(MONDAY),
            events: twice.clone(),
            terms: Terms { stopped, reopen: Reopen::NewCycle, ..office(Kind::Resolution) },
            cycles: &[
                (MONDAY, Some("2026-11-16 11:00"), Stage::Completed, 120, Some("2026-11-16 17:00"), Some(true)),
                ("2026-11-17 09:00", Some("2026-11-17 10:00"), Stage::Completed, 60, Some("2026-11-17 17:00"), Some(true)),
            ],
        },
        Case {
            item: "a hold status that also cancels: it cancels",
            row: row(MONDAY),
            events: twice.clone(),
            terms: Terms { cancelled: pending, ..office(Kind::Resolution) },
            cycles: &[(MONDAY, Some("2026-11-16 11:00"), Stage::Cancelled, 120, Some("2026-11-16 17:00"), None)],
        },
        Case {
            item: "started by a policy attached during the hold: it waits for the end of the hold",
            row: row(MONDAY),
            events: twice,
            terms: Terms { start: noon, attached: noon, ..office(Kind::Resolution) },
            cycles: &[("2026-11-16 12:00", Some("2026-11-17 10:00"), Stage::Completed, 60, Some("2026-11-17 17:00"), Some(true))],
        },
    ]);
}

#[test]
fn edges_of_reopening_and_priority() {
    let late = vec![
        event("2026-11-16 12:00", EventKind::Resolved),
        event("2026-11-19 12:00", EventKind::Closed),
        event("2026-11-23 09:00", EventKind::Reopened),
        event("2026-11-23 15:00", EventKind::Resolved),
    ];
    let reopened = Row { resolved_at: Some(at("2026-11-23 15:00")), ..row(MONDAY) };
    let raised = vec![
        Event { priority: 3, ..event(MONDAY, EventKind::Created) },
        Event { priority: 1, ..event("2026-11-17 10:00", EventKind::Priority) },
        event("2026-11-17 11:00", EventKind::Resolved),
    ];
    let mut by_priority = office(Kind::Resolution);
    by_priority.targets[1] = Some(Target::Open(HOUR));
    by_priority.on_priority = OnPriority::Retarget;
    check(&[
        Case {
            item: "reopen after the window: the clock runs on, without the week in between",
            row: reopened,
            events: late.clone(),
            terms: Terms { reopen: Reopen::IgnoreUpTo(HOUR), ..office(Kind::Resolution) },
            cycles: &[(MONDAY, Some("2026-11-23 15:00"), Stage::Completed, 540, Some("2026-11-23 14:00"), Some(false))],
        },
        Case {
            item: "reopen after the window: anew",
            row: reopened,
            events: late,
            terms: Terms { reopen: Reopen::NewCycle, ..office(Kind::Resolution) },
            cycles: &[
                (MONDAY, Some("2026-11-16 12:00"), Stage::Completed, 180, Some("2026-11-16 17:00"), Some(true)),
                ("2026-11-23 09:00", Some("2026-11-23 15:00"), Stage::Completed, 360, Some("2026-11-23 17:00"), Some(true)),
            ],
        },
        Case {
            item: "priority raised after the breach: the row's last priority does not rewrite it",
            row: Row { state: State { priority: 1, ..State::UNKNOWN }, ..row(MONDAY) },
            events: raised,
            terms: by_priority,
            cycles: &[(MONDAY, Some("2026-11-17 11:00"), Stage::Completed, 600, Some("2026-11-16 17:00"), Some(false))],
        },
        Case {
            item: "closed never solved",
            row: Row { status: Some(Status::Closed), closed_at: Some(at("2026-11-17 10:00")), ..row(MONDAY) },
            events: vec![status("2026-11-16 11:00", Status::Open), event("2026-11-17 10:00", EventKind::Closed)],
            terms: office(Kind::Resolution),
            cycles: &[(MONDAY, Some("2026-11-17 10:00"), Stage::Completed, 540, Some("2026-11-16 17:00"), Some(false))],
        },
    ]);
}

/// Open every day of a year, but for the two Sundays on which Berlin changes its clock.
static BERLIN: LazyLock<Calendar> = LazyLock::new(|| {
    let holidays = ["2024-03-31", "2024-10-27"].map(|day| parse_day(day).expect("a day")).into();
    calendar(&Schedule { holidays, ..Schedule::always(Tz::Europe__Berlin) })
});

/// Every night from 22:00 to 06:00.
static NIGHT: LazyLock<Calendar> =
    LazyLock::new(|| calendar(&Schedule::weekly(Tz::UTC, std::array::from_fn(|_| vec![(0, 6 * HOUR), (22 * HOUR, DAY)]))));

#[test]
fn edges_of_calendars() {
    let long = |start, calendar| terms(Kind::Resolution, start, Some(Target::Open(20 * HOUR)), calendar);
    let night = vec![
        status("2026-11-17 00:00", Status::Pending),
        status("2026-11-17 02:00", Status::Open),
        event("2026-11-17 05:00", EventKind::Resolved),
    ];
    let five_hours = Terms { targets: [Some(Target::Open(5 * HOUR)); 6], ..office(Kind::Resolution) };
    check(&[
        Case {
            item: "holiday on a day of 23 hours: 12 h on Saturday, 12 h on Monday, due on Monday at 08:00 there",
            row: Row { resolved_at: Some(at("2024-04-01 10:00")), ..row("2024-03-30 11:00") },
            events: vec![],
            terms: long("2024-03-30 11:00", &BERLIN),
            cycles: &[("2024-03-30 11:00", Some("2024-04-01 10:00"), Stage::Completed, 1440, Some("2024-04-01 06:00"), Some(false))],
        },
        Case {
            item: "holiday on a day of 25 hours: the same times of day",
            row: Row { resolved_at: Some(at("2024-10-28 11:00")), ..row("2024-10-26 10:00") },
            events: vec![],
            terms: long("2024-10-26 10:00", &BERLIN),
            cycles: &[("2024-10-26 10:00", Some("2024-10-28 11:00"), Stage::Completed, 1440, Some("2024-10-28 07:00"), Some(false))],
        },
        Case {
            item: "pause at midnight, in the middle of a night shift",
            row: row("2026-11-16 22:00"),
            events: night,
            terms: Terms { start: at("2026-11-16 22:00"), calendars: Calendars::One(&NIGHT), ..five_hours },
            cycles: &[("2026-11-16 22:00", Some("2026-11-17 05:00"), Stage::Completed, 300, Some("2026-11-17 05:00"), Some(true))],
        },
    ]);
}

#[test]
fn edges_of_the_target_second() {
    // Whatever the target is told in: the due second is in time, the next is not.
    let targets = [
        (Target::Plain(10 * HOUR), "2026-11-16 19:00"),
        (Target::Open(10 * HOUR), "2026-11-17 11:00"),
        (Target::Days(2), "2026-11-17 17:00"),
        (Target::EndOfDay(1), "2026-11-17 17:00"),
        (Target::DayAt(2, 18 * HOUR), "2026-11-18 18:00"),
        (Target::At(at("2026-11-21 12:00")), "2026-11-21 12:00"),
    ];
    for (target, due) in targets {
        let ended = |secs: i64| {
            let (timeline, _) = told(&Row { resolved_at: Some(at(due) + secs), ..row(MONDAY) }, &[], |_| Party::Desk);
            only(&Terms { targets: [Some(target); 6], ..office(Kind::Resolution) }, &timeline)
        };
        assert_eq!((ended(0).due_at, ended(0).is_met, ended(0).breached_at), (Some(at(due)), Some(true), None), "{target:?}");
        assert_eq!((ended(1).due_at, ended(1).is_met, ended(1).breached_at), (Some(at(due)), Some(false), Some(at(due))), "{target:?}");
    }
}
