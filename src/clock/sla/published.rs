//! Worked examples other people have published, and the edge cases of other tools, told from rows and events and run to cycles.
//!
//! Numbers alone are taken over, each with the name of its source. Where a source rounds or adds up wrongly, the test says so and
//! holds to what its own instants give, to the second. Instants are UTC.

mod edges;

use super::*;
use crate::clock::calendar::{Hours, Schedule};
use crate::clock::timeline::{Doubts, Event, EventKind, NONE, Party, Role, Row, Status};
use crate::clock::{DAY, parse_day, parse_local};
use chrono_tz::Tz;
use std::sync::LazyLock;

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;

/// Monday to Friday, 09:00 to 17:00.
static OFFICE: LazyLock<Calendar> = LazyLock::new(|| calendar(&weekdays(Tz::UTC, 9, 17)));

fn at(text: &str) -> i64 {
    parse_local(text).expect("a local time")
}

fn calendar(schedule: &Schedule) -> Calendar {
    Calendar::new(schedule, 2014, 2027).expect("a calendar")
}

/// Monday to Friday between two hours.
fn weekdays(time_zone: Tz, from: i64, to: i64) -> Schedule {
    Schedule::weekly(time_zone, std::array::from_fn(|day| if day < 5 { vec![(from * HOUR, to * HOUR)] } else { vec![] }))
}

/// Spans in minutes since Saturday's midnight, in UTC, as the sources print them.
fn minutes_of_week(spans: &[(i64, i64)]) -> Calendar {
    let hours_of = |weekday: i64| -> Hours {
        // Sunday is their first day and our last.
        let midnight = (weekday + 1) % 7 * DAY;
        // One over the end of the week goes on at its beginning.
        let weeks = [midnight, midnight + 7 * DAY];
        let on_it = |(from, to): &(i64, i64)| weeks.map(|start| ((from * MINUTE - start).max(0), (to * MINUTE - start).min(DAY)));
        let mut hours: Hours = spans.iter().flat_map(on_it).filter(|(from, to)| from < to).collect();
        hours.sort_unstable();
        hours
    };
    calendar(&Schedule::weekly(Tz::UTC, std::array::from_fn(|day| hours_of(day as i64))))
}

fn row(created_at: &str) -> Row {
    let created_at = at(created_at);
    Row { created_at, first_response_at: None, resolved_at: None, closed_at: None, status: None, state: State::UNKNOWN, first_group: NONE }
}

/// By an agent, naming nothing.
fn event(when: &str, kind: EventKind) -> Event {
    let role = Role::Agent;
    Event { at: at(when), kind, status: None, priority: 0, group: NONE, assignee: NONE, hold_reason: NONE, role }
}

fn status(when: &str, status: Status) -> Event {
    Event { status: Some(status), ..event(when, EventKind::Status) }
}

fn reply(when: &str) -> Event {
    event(when, EventKind::ReplyPublic)
}

fn told(row: &Row, events: &[Event], party: impl Fn(&State) -> Party) -> (Timeline, Doubts) {
    let (mut timeline, mut doubts) = (Timeline::default(), Doubts::default());
    timeline.tell(row, events, i64::MAX, party, &mut doubts);
    (timeline, doubts)
}

/// A ticket of which only the row is known.
fn from_row(created_at: &str, resolved_at: Option<&str>) -> Timeline {
    told(&Row { resolved_at: resolved_at.map(at), ..row(created_at) }, &[], |_| Party::Desk).0
}

/// No pause, a reply or the solution answers, seen at the end of 2026.
fn terms<'a>(kind: Kind, start: &str, target: Option<Target>, calendar: &'a Calendar) -> Terms<'a> {
    Terms {
        kind,
        start: at(start),
        attached: at(start),
        is_pause_retroactive: true,
        paused: Statuses::NONE,
        paused_reasons: &[],
        stopped: Statuses::of(&[Status::Resolved, Status::Closed]),
        cancelled: Statuses::of(&[Status::Cancelled]),
        reopen: Reopen::Resume,
        on_priority: OnPriority::Keep,
        targets: [target; 6],
        is_answered_by_resolution: true,
        known_pause: 0,
        groups: &[],
        calendars: Calendars::One(calendar),
        as_of: at("2026-12-31"),
    }
}

fn cycles(terms: &Terms, timeline: &Timeline) -> Vec<Cycle> {
    let mut out = Vec::new();
    run(terms, timeline, &mut out);
    out
}

fn only(terms: &Terms, timeline: &Timeline) -> Cycle {
    let all = cycles(terms, timeline);
    assert_eq!(all.len(), 1, "{all:?}");
    all[0]
}

fn used(terms: &Terms, timeline: &Timeline) -> Vec<i64> {
    cycles(terms, timeline).iter().map(|c| c.used_secs).collect()
}

#[test]
fn dbt_zendesk_decisionlog_two_schedules_in_ticket_941606() {
    // fivetran/dbt_zendesk, DECISIONLOG.md, on business time: from Chicago to San Francisco, on the day before the answer.
    const CHICAGO: u32 = 1;
    const SAN_FRANCISCO: u32 = 2;
    let chicago: Vec<_> = (0..7).map(|day| (720 + day * 1440, 1560 + day * 1440)).collect();
    let san_francisco: Vec<_> = (0..5).map(|day| (2340 + day * 1440, 2910 + day * 1440)).collect();
    let (chicago, san_francisco) = (minutes_of_week(&chicago), minutes_of_week(&san_francisco));
    let created = "2020-09-29 17:01:38";
    let events = [
        Event { group: CHICAGO, ..event(created, EventKind::Assigned) },
        Event { group: SAN_FRANCISCO, ..event("2020-09-30 19:01:25", EventKind::Assigned) },
        event("2020-09-30 19:01:25", EventKind::ReplyInternal),
        reply("2020-09-30 19:01:46"),
        reply("2020-10-01 15:03:44"),
        event("2020-10-01 15:03:44", EventKind::Resolved),
    ];
    let (timeline, doubts) = told(&row(created), &events, |_| Party::Desk);
    assert_eq!(doubts, Doubts::default());
    let of = |group| if group == SAN_FRANCISCO { &san_francisco } else { &chicago };
    let followed = |kind, follow| Terms { calendars: Calendars::ByGroup { of: &of, follow }, ..terms(kind, created, None, &OFFICE) };
    let each = only(&followed(Kind::FirstResponse, Follow::Each), &timeline);
    // Printed as 959.46 and 689.46 minutes: the start is rounded up to 17:02, and seconds are read as hundredths of a minute (19:01:46
    // as 1.46 minutes past seven). The instants themselves give 960.13 and 690.13.
    assert_eq!((each.used_secs, each.elapsed_secs, each.stopped_at), (57_608, 93_608, Some(at("2020-09-30 19:01:46"))));
    assert_eq!(only(&followed(Kind::FirstResponse, Follow::Last), &timeline).used_secs, 41_408);
    // Of it Chicago 57,587, and 21 in San Francisco, which goes on to the solution: to 00:30, and from 15:00.
    let groups = cycles(&followed(Kind::Group, Follow::Each), &timeline);
    let held: Vec<_> = groups.iter().map(|c| (c.group, c.used_secs)).collect();
    assert_eq!(held, [(CHICAGO, 57_587), (SAN_FRANCISCO, 21 + 19_694 + 224)]);
    // In that week the printed spans are 07:00 to 21:00 every day, and 08:00 to 17:30 from Monday to Friday, on the clocks of the cities.
    let daily = Schedule::weekly(Tz::America__Chicago, std::array::from_fn(|_| vec![(7 * HOUR, 21 * HOUR)]));
    let mut office = weekdays(Tz::America__Los_Angeles, 8, 17);
    office.hours[..5].fill(vec![(8 * HOUR, 17 * HOUR + 30 * MINUTE)]);
    for (printed, local) in [(&chicago, calendar(&daily)), (&san_francisco, calendar(&office))] {
        let week = (0..7 * 48).map(|i| at("2020-09-27") + i * 30 * MINUTE);
        assert!(week.clone().any(|t| local.is_open(t)) && week.clone().all(|t| printed.is_open(t) == local.is_open(t)));
    }
}

#[test]
fn dbt_zendesk_issue_116_a_breach_on_the_second_day() {
    // fivetran/dbt_zendesk issue 116, ticket 112186: 540 business minutes of requester wait. Tuesday's and Wednesday's hours are printed, the
    // other days' are assumed.
    let spans: Vec<_> = (0..5).map(|day| (2310 + day * 1440, 2850 + day * 1440)).collect();
    let hours = minutes_of_week(&spans);
    let (applied, target) = ("2023-10-17 14:51:01", Some(Target::Open(540 * MINUTE)));
    let seen = |until: &str| only(&Terms { as_of: at(until), ..terms(Kind::Wait, applied, target, &hours) }, &from_row(applied, None));
    // 518.983333 minutes, then 199.833334 more, 718.816667 in all: exact.
    let (first_day, both) = (seen("2023-10-18"), seen("2023-10-18 17:49:50"));
    assert_eq!((first_day.used_secs, first_day.is_met), (31_139, None));
    assert_eq!((both.used_secs, both.used_secs - first_day.used_secs), (43_129, 11_990));
    // The package and Zendesk both say 14:51.
    let breach = "2023-10-18 14:51:01";
    assert_eq!((both.due_at, both.breached_at, both.is_met), (Some(at(breach)), Some(at(breach)), Some(false)));
    let ended = |end| only(&terms(Kind::Wait, applied, target, &hours), &from_row(applied, Some(end)));
    assert_eq!((ended(breach).is_met, ended("2023-10-18 17:49:50").is_met), (Some(true), Some(false)));
}

const ON_HOLD: u32 = 1;
const PENDING: u32 = 2;

/// Zendesk's on-hold and pending are one status here, apart by the reason.
fn held(when: &str, hold_reason: u32) -> Event {
    Event { hold_reason, ..status(when, Status::Pending) }
}

/// Pending waits for the requester, on-hold for somebody outside.
fn zendesk(state: &State) -> Party {
    match (state.status, state.hold_reason) {
        (Status::Pending, PENDING) => Party::Requester,
        (Status::Pending, _) => Party::Supplier,
        _ => Party::Desk,
    }
}

#[test]
fn dbt_zendesk_seed_ticket_11071() {
    // fivetran/dbt_zendesk, integration_tests/seeds: the one ticket with a policy (1002, calendar hours) and a priority. The seeds
    // hold no expected numbers; these are sums of their instants.
    let [urgent, high, medium, normal] = [1, 2, 3, 4];
    let is = |when, s| status(when, s);
    let priority = |when, priority| Event { priority, ..event(when, EventKind::Priority) };
    let mut events = vec![
        // Seven hours before creation.
        is("2020-08-28 11:01:27", Status::Open),
        priority("2020-08-28 11:01:27", normal),
        held("2020-08-29 11:01:27", PENDING),
        held("2020-09-02 11:01:27", ON_HOLD),
        held("2020-09-05 11:01:27", PENDING),
        is("2020-09-15 11:01:27", Status::Open),
        held("2020-09-30 11:01:27", PENDING),
        priority("2020-09-30 11:01:27", medium),
        held("2020-10-01 11:01:27", ON_HOLD),
        is("2020-10-15 11:01:27", Status::Open),
        priority("2020-10-15 11:01:27", high),
        held("2020-10-17 11:01:27", ON_HOLD),
        held("2020-10-20 11:01:27", PENDING),
        is("2020-11-02 11:01:27", Status::Open),
        priority("2020-11-02 11:01:27", urgent),
        is("2020-11-14 11:01:27", Status::Resolved),
        is("2020-11-15 11:01:27", Status::Closed),
    ];
    events.sort_by_key(|e| e.at);
    let created = "2020-08-28 18:06:36";
    let (timeline, doubts) = told(&row(created), &events, zendesk);
    assert_eq!(doubts, Doubts { before_creation: 2, ..Doubts::default() });
    let by_priority = |minutes: [i64; 5]| {
        let [urgent, high, medium, normal, low] = minutes.map(|m| Some(Target::Plain(m * MINUTE)));
        [None, urgent, high, medium, normal, low]
    };
    let wait = Terms { targets: by_priority([240, 960, 1440, 1920, 5760]), ..terms(Kind::Wait, created, None, &OFFICE) };
    for on_priority in [OnPriority::Keep, OnPriority::Retarget] {
        let cycle = only(&Terms { on_priority, ..wait }, &timeline);
        assert_eq!((cycle.priority, cycle.target_secs, cycle.is_met), (normal, Some(115_200), Some(false)), "{on_priority:?}");
        let due = Some(at("2020-09-03 02:06:36"));
        assert_eq!((cycle.used_secs, cycle.due_at, cycle.breached_at), (4_294_491, due, due), "{on_priority:?}");
    }
    // Only Zendesk's pending pauses: the same as waiting.
    let paused = Terms { kind: Kind::Resolution, paused: Statuses::of(&[Status::Pending]), paused_reasons: &[PENDING], ..wait };
    assert_eq!(only(&paused, &timeline), only(&wait, &timeline));
    let total = Terms { paused: Statuses::NONE, ..paused };
    assert_eq!(used(&Terms { kind: Kind::Work, ..total }, &timeline), [2_566_491]);
    assert_eq!(used(&total, &timeline), [6_713_691]);
    let answered = Terms { kind: Kind::FirstResponse, targets: by_priority([120, 480, 720, 960, 2880]), ..total };
    let never = only(&answered, &timeline);
    assert_eq!((never.due_at, never.breached_at), (Some(at("2020-08-29 10:06:36")), Some(at("2020-08-29 10:06:36"))));
    assert_eq!((never.target_secs, never.is_met), (Some(57_600), Some(false)));
    // The other nine tickets have a policy and no priority: no target, no verdict.
    let none = only(&wait, &from_row(created, None));
    assert_eq!((none.priority, none.target_secs, none.due_at, none.is_met), (0, None, None, None));
}

#[test]
fn dbt_zendesk_always_open_holidays_and_nothing_in_business_hours() {
    // fivetran/dbt_zendesk issue 215: a schedule that never closes; here over both changes of the clock.
    let always = calendar(&Schedule::always(Tz::America__Los_Angeles));
    let (from, to) = ("2023-03-10 05:00", "2023-11-08 17:00:01");
    let cycle = only(&terms(Kind::Resolution, from, None, &always), &from_row(from, Some(to)));
    assert_eq!((cycle.open_secs, cycle.elapsed_secs), (at(to) - at(from), at(to) - at(from)));
    // Issue 117: New York's evening is the next day in UTC; a holiday closes the local date. Wednesday and Friday, then Thursday too.
    let mut hours = weekdays(Tz::America__New_York, 9, 20);
    let open = |hours: &Schedule| {
        let (from, to) = ("2023-11-22 12:00", "2023-11-27 12:00");
        used(&terms(Kind::Resolution, from, None, &calendar(hours)), &from_row(from, Some(to)))
    };
    assert_eq!(open(&hours), [118_800]);
    hours.holidays = [parse_day("2023-11-23").expect("a day")].into();
    assert_eq!(open(&hours), [79_200]);
    // CHANGELOG.md, v0.17.0, and pull request 164: opened and solved on a Saturday is reported, with nothing used.
    let (from, to) = ("2021-01-09 03:00", "2021-01-09 05:00");
    let cycle = only(&terms(Kind::Resolution, from, Some(Target::Open(4 * HOUR)), &OFFICE), &from_row(from, Some(to)));
    assert_eq!((cycle.used_secs, cycle.open_secs, cycle.elapsed_secs, cycle.is_met), (0, 0, 7200, Some(true)));
    assert_eq!(cycle.due_at, Some(at("2021-01-11 13:00")));
}

#[test]
fn gitlab_handbook_metrics_of_ticket_12345() {
    // GitLab handbook, customer support operations, Zendesk metrics definitions, "Detailed example".
    let asked = |when| Event { role: Role::Requester, ..reply(when) };
    let created = "2025-12-15 09:00";
    let events = [
        reply("2025-12-15 14:00"),
        status("2025-12-15 14:00", Status::Open),
        asked("2025-12-15 15:30"),
        reply("2025-12-15 16:00"),
        held("2025-12-15 16:00", PENDING),
        asked("2025-12-16 10:00"),
        status("2025-12-16 10:00", Status::Open),
        held("2025-12-16 11:00", ON_HOLD),
        status("2025-12-17 14:00", Status::Open),
        reply("2025-12-17 14:30"),
        event("2025-12-17 14:30", EventKind::Resolved),
    ];
    let (timeline, _) = told(&row(created), &events, zendesk);
    let always = calendar(&Schedule::always(Tz::UTC));
    let of = |kind| used(&terms(kind, created, None, &always), &timeline);
    // 5 h; 0.5 h, and 28.5 h the page does not list, though its definition makes it one.
    assert_eq!(of(Kind::FirstResponse), [18_000]);
    assert_eq!(of(Kind::NextResponse), [1_800, 102_600]);
    // 53.5 h; 2 h and 46.5 h.
    assert_eq!(of(Kind::Resolution), [192_600]);
    assert_eq!(of(Kind::Update), [7_200, 167_400]);
    let paused =
        Terms { paused: Statuses::of(&[Status::Pending]), paused_reasons: &[PENDING], ..terms(Kind::Update, created, None, &always) };
    assert_eq!(used(&paused, &timeline), [7_200, 102_600]);
    // Added up wrongly there: 13.5 h of work count the five hours of "new" twice (5 + 3.5 = 8.5), on-hold is said to be 27.5 h though it lasts
    // from Tuesday 11:00 to Wednesday 14:00 (27), and the wait of 41 h is the sum of those two (8.5 + 27 = 35.5).
    assert_eq!((of(Kind::Work), of(Kind::Supplier), of(Kind::Wait)), (vec![30_600], vec![97_200], vec![127_800]));
    // 18 h pending: what is neither.
    assert_eq!(only(&terms(Kind::Wait, created, None, &always), &timeline).paused_secs, 64_800);
}

#[test]
fn servicenow_elapsed_time() {
    // ServiceNow documentation, r_ElapsedTimeCounting: Wednesday 14:00 to Thursday 09:00 are 3 h of 09-17, and 19 h.
    let seen = |from: &str, to: &str, target, hours: &Calendar| {
        only(&Terms { as_of: at(to), ..terms(Kind::Resolution, from, Some(target), hours) }, &from_row(from, None))
    };
    let cycle = seen("2014-12-10 14:00", "2014-12-11 09:00", Target::Open(8 * HOUR), &OFFICE);
    assert_eq!((cycle.open_secs, cycle.elapsed_secs), (10_800, 68_400));
    // Friday 21:00 to Monday 09:30, 08-17: 1 h 30 min and 60 h 30 min. Of 8 h it prints 19 % and "over 750 %": 18.75 and 756.25.
    let hours = calendar(&weekdays(Tz::UTC, 8, 17));
    let of = |target| seen("2014-12-12 21:00", "2014-12-15 09:30", target, &hours);
    let (open, plain) = (of(Target::Open(8 * HOUR)), of(Target::Plain(8 * HOUR)));
    let share = |c: &Cycle| c.target_secs.map(|target| c.used_secs as f64 / target as f64);
    assert_eq!((open.used_secs, open.elapsed_secs, share(&open)), (5_400, 217_800, Some(0.1875)));
    assert_eq!((plain.used_secs, plain.open_secs, share(&plain)), (217_800, 5_400, Some(7.5625)));
    assert_eq!((open.is_met, plain.is_met), (None, Some(false)));
}

#[test]
fn servicenow_due_instants() {
    let due =
        |from: &str, target, hours: &Calendar| only(&terms(Kind::Resolution, from, Some(target), hours), &from_row(from, None)).due_at;
    // ServiceNow documentation, c_SLADuration: 10 h without a schedule.
    assert_eq!(due("2015-01-01 10:30", Target::Plain(10 * HOUR), &OFFICE), Some(at("2015-01-01 20:30")));
    // A due date at 20:30 on 08-16 becomes the next opening there; as it stands it is kept.
    let hours = calendar(&weekdays(Tz::UTC, 8, 16));
    let (from, outside) = ("2017-01-10 12:00", at("2017-01-11 20:30"));
    let moved = hours.next_opening(outside).expect("an opening");
    assert_eq!(due(from, Target::At(moved), &hours), Some(at("2017-01-12 08:00")));
    assert_eq!(due(from, Target::At(outside), &hours), Some(outside));
    // A due date that is past breaches there one second after the start, here at the start.
    let past = only(&terms(Kind::Resolution, from, Some(Target::At(at("2017-01-09"))), &hours), &from_row(from, None));
    assert_eq!((past.breached_at, past.is_met), (Some(at(from)), Some(false)));
    // t_DefineARelativeDuration: the end of the next business day is 17:00 in a script there, here it is when the schedule closes.
    assert_eq!(due(from, Target::EndOfDay(1), &hours), Some(at("2017-01-11 16:00")));
    assert_eq!(due(from, Target::DayAt(1, 17 * HOUR), &hours), Some(at("2017-01-11 17:00")));
}

#[test]
fn servicenow_a_day_of_24_hours_is_three_working_days() {
    // ServiceNow documentation, c_SLATimingsAndSchedules: "1 day" on 09-17. Here that is 24 open hours; one business day is eight.
    let from = "2014-12-08 09:00";
    let of = |target| {
        let cycle = only(&terms(Kind::Resolution, from, Some(target), &OFFICE), &from_row(from, None));
        (cycle.target_secs, cycle.due_at)
    };
    assert_eq!(of(Target::Open(24 * HOUR)), (Some(86_400), Some(at("2014-12-10 17:00"))));
    assert_eq!(of(Target::Days(1)), (Some(28_800), Some(at("2014-12-08 17:00"))));
}

#[test]
fn servicenow_task_sla_row() {
    // fivetran/dbt_servicenow, integration_tests/seeds, task_sla_data.csv, its one row. Lengths are printed as instants of 1970.
    // Its business fields, 0 of 24 h, fit no schedule that also gives its planned end, and are left out.
    let (start, end, planned) = ("2016-12-12 15:19:57", "2016-12-12 17:57:00", "2016-12-15 08:30:00");
    let (duration, left) = (at("1970-01-01 02:37:03"), at("1970-01-03 14:33:00"));
    let target = Target::Plain(duration + left);
    let cancelled = Row { status: Some(Status::Cancelled), closed_at: Some(at(end)), ..row(start) };
    let (timeline, _) = told(&cancelled, &[], |_| Party::Desk);
    let cycle = only(&terms(Kind::Resolution, start, Some(target), &OFFICE), &timeline);
    assert_eq!((cycle.stage, cycle.is_met, cycle.breached_at), (Stage::Cancelled, None, None));
    assert_eq!((cycle.used_secs, cycle.elapsed_secs, cycle.target_secs), (9_423, 9_423, Some(234_603)));
    assert_eq!((cycle.due_at, cycle.stopped_at), (Some(at(planned)), Some(at(end))));
    // 4.02 %.
    assert_eq!((cycle.used_secs * 10_000 + 234_603 / 2) / 234_603, 402);
}

/// Start, end, stage, minutes used, due, verdict.
type Line = (&'static str, Option<&'static str>, Stage, i64, Option<&'static str>, Option<bool>);
