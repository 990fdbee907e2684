//! Worked by hand: each answer follows from a calendar sheet. Both the code under test and the walk have to give it.
//!
//! Monday 19 March 2018 is the week before Berlin puts its clocks forward (Sunday the 25th, 02:00); New York has already done
//! so and is five hours behind, six from that Sunday on. Good Friday is 30 March, Easter Monday 2 April.

use super::engine;
use super::hours::{Hours, Wall, instant};
use super::walk::{self, Story};
use super::world::Place;
use crate::clock::calendar::{Calendar, Schedule};
use crate::clock::parse_day;
use crate::clock::sla::{Cycle, Follow, Kind, OnPriority, Reopen, Target};
use crate::clock::timeline::{NONE, Party, State, Status, Statuses, What};
use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Tz;

const BERLIN: Tz = Tz::Europe__Berlin;
const MINUTE: i64 = 60;
const HOUR: i64 = 3600;

/// `03-19 08:00` of 2018 in Berlin.
fn at(text: &str) -> i64 {
    instant(BERLIN, NaiveDateTime::parse_from_str(&format!("2018-{text}"), "%Y-%m-%d %H:%M").expect("a time"))
}

/// Group 0 and 3: Berlin, Monday to Friday 08:00 to 18:00. Group 1: New York, 09:00 to 17:00. Group 2: day and night.
fn offices() -> Place {
    let week = |zone, from: i64, to: i64| {
        let mut week = Schedule::always(zone);
        week.hours = std::array::from_fn(|day| if day < 5 { vec![(from * HOUR, to * HOUR)] } else { Vec::new() });
        week
    };
    let mut berlin = week(BERLIN, 8, 18);
    berlin.holidays.extend(["2018-03-30", "2018-04-02"].iter().filter_map(|day| parse_day(day)));
    let schedules = [berlin, week(Tz::America__New_York, 9, 17), Schedule::always(BERLIN)];
    let from = at("03-10 00:00");
    let hours = schedules.iter().map(|s| Hours::new(vec![(s.clone(), Wall::new(s.time_zone, from, MINUTE))])).collect();
    let calendars = schedules.iter().map(|s| Calendar::new(s, 2018, 2018).expect("a calendar")).collect();
    Place { name: "by hand".to_owned(), from, tick: MINUTE, hours, calendars }
}

/// Four open hours to resolve it, by what is told: `"03-19 08:00 New p3 g0"`, each state taking over what it does not name.
fn ticket(told: &[&str]) -> Story {
    let mut state = State { status: Status::New, hold_reason: NONE, priority: 3, group: 0, assignee: NONE, party: Party::Desk };
    let mut states = Vec::new();
    for line in told {
        let (when, what) = line.split_at(11);
        for word in what.split_whitespace() {
            match word {
                "New" => state.status = Status::New,
                "Open" => state.status = Status::Open,
                "Pending" => state.status = Status::Pending,
                "Resolved" => state.status = Status::Resolved,
                "Closed" => state.status = Status::Closed,
                "Cancelled" => state.status = Status::Cancelled,
                "desk" => state.party = Party::Desk,
                "requester" => state.party = Party::Requester,
                "supplier" => state.party = Party::Supplier,
                _ => match word.split_at(1) {
                    ("p", priority) => state.priority = priority.parse().expect("a priority"),
                    ("g", group) => state.group = group.parse().expect("a group"),
                    ("h", reason) => state.hold_reason = reason.parse().expect("a hold reason"),
                    _ => panic!("{word}?"),
                },
            }
        }
        states.push((at(when), state));
    }
    Story {
        kind: Kind::Resolution,
        start: states[0].0,
        attached: states[0].0,
        is_pause_retroactive: true,
        paused: Statuses::of(&[Status::Pending]),
        paused_reasons: Vec::new(),
        stopped: Statuses::of(&[Status::Resolved, Status::Closed]),
        cancelled: Statuses::of(&[Status::Cancelled]),
        reopen: Reopen::Resume,
        on_priority: OnPriority::Keep,
        targets: [Some(Target::Open(4 * HOUR)); 6],
        is_answered_by_resolution: false,
        known_pause: 0,
        groups: Vec::new(),
        follow: None,
        as_of: at("04-20 12:00"),
        states,
        moments: Vec::new(),
    }
}

impl Story {
    fn aim(self, target: Target) -> Self {
        Self { targets: [Some(target); 6], ..self }
    }

    fn of(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    fn said(mut self, moments: &[(&str, What)]) -> Self {
        self.moments = moments.iter().map(|(when, what)| (at(when), *what)).collect();
        self
    }

    fn known_at(self, when: &str) -> Self {
        Self { as_of: at(when), ..self }
    }
}

/// A cycle in a line; spans in minutes.
fn line(cycle: &Cycle) -> String {
    let time = |at: i64| BERLIN.timestamp_opt(at, 0).single().expect("an instant").format("%m-%d %H:%M").to_string();
    let maybe = |at: Option<i64>| at.map_or("-".to_owned(), time);
    let target = cycle.target_secs.map_or("-".to_owned(), |secs| (secs / MINUTE).to_string());
    let verdict = cycle.is_met.map_or("undecided", |met| if met { "met" } else { "missed" });
    let mut line = format!(
        "{} to {} {:?} used {} of {target} paused {} due {} {verdict}",
        time(cycle.started_at),
        maybe(cycle.stopped_at),
        cycle.stage,
        cycle.used_secs / MINUTE,
        cycle.paused_secs / MINUTE,
        maybe(cycle.due_at),
    );
    if cycle.original_due_at != cycle.due_at {
        line += &format!(" (first {})", maybe(cycle.original_due_at));
    }
    if let (Some(breach), Some(state)) = (cycle.breached_at, cycle.at_breach) {
        line += &format!(" breached {} by g{}", time(breach), state.group);
    }
    line
}

fn check(name: &str, story: &Story, want: &[&str]) {
    let place = offices();
    let lines = |cycles: Vec<Cycle>| cycles.iter().map(line).collect::<Vec<String>>();
    assert_eq!(lines(walk::cycles(story, &place.hours, place.tick)), want, "the walk: {name}");
    assert_eq!(lines(engine(story, &place)), want, "{name}");
}

#[test]
fn opened_and_solved_outside_hours_is_nothing_used_and_present() {
    let story = ticket(&["03-24 10:00 New", "03-25 20:00 Resolved"]);
    check("a weekend", &story, &["03-24 10:00 to 03-25 20:00 Completed used 0 of 240 paused 0 due 03-26 12:00 met"]);
}

#[test]
fn days_of_23_hours_and_holidays() {
    let weekend = ticket(&["03-23 17:00 New", "03-26 09:00 Resolved"]);
    check("Friday to Monday", &weekend, &["03-23 17:00 to 03-26 09:00 Completed used 120 of 240 paused 0 due 03-26 11:00 met"]);
    let easter = ticket(&["03-29 17:00 New", "04-03 09:00 Resolved"]);
    check("over Easter", &easter, &["03-29 17:00 to 04-03 09:00 Completed used 120 of 240 paused 0 due 04-03 11:00 met"]);
    // From noon to noon the wall clock shows 24 hours, but 23 pass.
    let plain = ticket(&["03-24 12:00 New", "03-25 13:00 Resolved"]).aim(Target::Plain(24 * HOUR));
    check("24 h", &plain, &["03-24 12:00 to 03-25 13:00 Completed used 1440 of 1440 paused 0 due 03-25 13:00 met"]);
    let always =
        Story { follow: Some(Follow::Each), ..ticket(&["03-24 12:00 New g2", "03-25 13:00 Resolved"]).aim(Target::Open(24 * HOUR)) };
    check("24/7", &always, &["03-24 12:00 to 03-25 13:00 Completed used 1440 of 1440 paused 0 due 03-25 13:00 met"]);
}

#[test]
fn two_calendars_in_one_ticket() {
    // New York is open from 14:00 to 22:00 of Berlin: 8 h in Berlin and 2 h there, or 6 h there alone.
    let story = |follow| {
        let told = ["03-20 10:00 New g0", "03-20 18:00 Open g1", "03-20 20:00 Resolved"];
        Story { follow, ..ticket(&told).aim(Target::Open(9 * HOUR)) }
    };
    let each = "03-20 10:00 to 03-20 20:00 Completed used 600 of 540 paused 0 due 03-20 19:00 missed breached 03-20 19:00 by g1";
    check("each", &story(Some(Follow::Each)), &[each]);
    let last = "03-20 10:00 to 03-20 20:00 Completed used 360 of 540 paused 0 due 03-21 15:00 met";
    check("last", &story(Some(Follow::Last)), &[last]);
    let one = "03-20 10:00 to 03-20 20:00 Completed used 480 of 540 paused 0 due 03-21 09:00 met";
    check("one", &story(None), &[one]);
    // Nobody's hours are lost or counted twice when New York takes over at 17:00 Berlin: 1 h, then 5 h until 22:00.
    let told = ["03-20 16:00 New g0", "03-20 17:00 Open g1", "03-21 15:00 Resolved"];
    let handover = Story { follow: Some(Follow::Each), ..ticket(&told).aim(Target::Open(8 * HOUR)) };
    check("handover", &handover, &["03-20 16:00 to 03-21 15:00 Completed used 420 of 480 paused 0 due 03-21 16:00 met"]);
}

#[test]
fn a_priority_raised_after_the_breach() {
    let story = |on_priority| {
        let mut story = ticket(&["03-19 08:00 New p3", "03-19 14:00 Open p1", "03-19 16:00 Resolved"]);
        story.targets[1] = Some(Target::Open(HOUR));
        Story { on_priority, ..story }
    };
    let stands = "03-19 08:00 to 03-19 16:00 Completed used 480 of 240 paused 0 due 03-19 12:00 missed breached 03-19 12:00 by g0";
    check("keep", &story(OnPriority::Keep), &[stands]);
    check("retarget", &story(OnPriority::Retarget), &[stands]);
    let restart = [
        "03-19 08:00 to 03-19 14:00 Completed used 360 of 240 paused 0 due 03-19 12:00 missed breached 03-19 12:00 by g0",
        "03-19 14:00 to 03-19 16:00 Completed used 120 of 60 paused 0 due 03-19 15:00 missed breached 03-19 15:00 by g0",
    ];
    check("restart", &story(OnPriority::Restart), &restart);
}

#[test]
fn a_priority_changed_before_the_breach() {
    let story = |on_priority, to: &str| {
        let mut story = ticket(&["03-19 08:00 New p3", &format!("03-19 10:00 Open {to}"), "03-19 16:00 Resolved"]);
        story.targets[1] = Some(Target::Open(HOUR));
        story.targets[5] = Some(Target::Plain(8 * HOUR));
        Story { on_priority, ..story }
    };
    let raised = "03-19 08:00 to 03-19 16:00 Completed used 480 of 60 paused 0 due 03-19 09:00 missed breached 03-19 09:00 by g0";
    check("two hours used of one", &story(OnPriority::Retarget, "p1"), &[raised]);
    let lowered = "03-19 08:00 to 03-19 16:00 Completed used 480 of 480 paused 0 due 03-19 16:00 met";
    check("lowered, round the clock", &story(OnPriority::Retarget, "p5"), &[lowered]);
    let restart = [
        "03-19 08:00 to 03-19 10:00 Cancelled used 120 of 240 paused 0 due 03-19 12:00 undecided",
        "03-19 10:00 to 03-19 16:00 Completed used 360 of 60 paused 0 due 03-19 11:00 missed breached 03-19 11:00 by g0",
    ];
    check("anew", &story(OnPriority::Restart, "p1"), &restart);
}

#[test]
fn the_first_answer() {
    let reply = |when| [(when, What::Reply)];
    let told = ticket(&["03-19 08:00 New", "03-19 11:00 Resolved"]).of(Kind::FirstResponse).known_at("03-19 13:00");
    let by_solve = Story { is_answered_by_resolution: true, ..told.clone() };
    check("by solving", &by_solve, &["03-19 08:00 to 03-19 11:00 Completed used 180 of 240 paused 0 due 03-19 12:00 met"]);
    // Two hours stopped: an hour is left from now on.
    let never = "03-19 08:00 to - Paused used 180 of 240 paused 120 due 03-19 14:00 undecided (first 03-19 12:00)";
    check("never", &told, &[never]);
    let late_start = Story { start: at("03-19 09:00"), ..ticket(&["03-19 08:00 New"]).of(Kind::FirstResponse).said(&reply("03-19 09:00")) };
    check("assigned and answered", &late_start, &["03-19 09:00 to 03-19 09:00 Completed used 0 of 240 paused 0 due 03-19 13:00 met"]);
}

#[test]
fn closed_and_never_solved() {
    let story = ticket(&["03-19 08:00 New", "03-19 11:00 Closed"]);
    check("closed", &story, &["03-19 08:00 to 03-19 11:00 Completed used 180 of 240 paused 0 due 03-19 12:00 met"]);
}

#[test]
fn solved_thanked_solved() {
    let story =
        |reopen| Story { reopen, ..ticket(&["03-19 08:00 New", "03-19 10:00 Resolved", "03-19 15:00 Open", "03-19 15:20 Resolved"]) };
    // 140 minutes used at 15:20, 100 more until 17:00.
    let resume = "03-19 08:00 to 03-19 15:20 Completed used 140 of 240 paused 300 due 03-19 17:00 met (first 03-19 12:00)";
    check("resume", &story(Reopen::Resume), &[resume]);
    let first = "03-19 08:00 to 03-19 10:00 Completed used 120 of 240 paused 0 due 03-19 12:00 met";
    let second = "03-19 15:00 to 03-19 15:20 Completed used 20 of 240 paused 0 due 03-20 09:00 met";
    check("anew", &story(Reopen::NewCycle), &[first, second]);
    check("twenty minutes are short", &story(Reopen::IgnoreUpTo(20 * MINUTE)), &[first]);
    check("and not short", &story(Reopen::IgnoreUpTo(19 * MINUTE)), &[resume]);
    let open = |minutes| Story { reopen: Reopen::IgnoreUpTo(minutes * MINUTE), ..story(Reopen::Resume).known_at("03-19 15:15") };
    check("open for as long as is ignored", &open(15), &[first]);
    let going = "03-19 08:00 to - Running used 135 of 240 paused 300 due 03-19 17:00 undecided (first 03-19 12:00)";
    check("open for longer", &open(14), &[going]);
    let told = ["03-19 08:00 New", "03-19 10:00 Resolved", "03-20 09:00 Open", "03-20 12:00 Resolved"];
    let late = Story { reopen: Reopen::IgnoreUpTo(30 * MINUTE), ..ticket(&told) };
    let missed = "03-19 08:00 to 03-20 12:00 Completed used 300 of 240 paused 1380 due 03-20 11:00 missed (first 03-19 12:00) breached 03-20 11:00 by g0";
    check("reopened after the window", &late, &[missed]);
}

#[test]
fn pauses() {
    let midnight = ticket(&["03-19 22:00 Open", "03-20 00:00 Pending", "03-20 06:00 Open", "03-20 08:00 Resolved"]);
    let used_up = "03-19 22:00 to 03-20 08:00 Completed used 240 of 240 paused 360 due 03-20 08:00 met (first 03-20 02:00)";
    check("at midnight", &midnight.aim(Target::Plain(4 * HOUR)), &[used_up]);
    let from_the_start = ticket(&["03-19 08:00 Pending", "03-19 10:00 Open", "03-19 12:00 Resolved"]);
    let line = "03-19 08:00 to 03-19 12:00 Completed used 120 of 240 paused 120 due 03-19 14:00 met (first 03-19 12:00)";
    check("from the first second", &from_the_start, &[line]);
    let over_due = ticket(&["03-19 08:00 Open", "03-19 11:00 Pending", "03-20 08:00 Open", "03-20 08:30 Resolved"]);
    let line = "03-19 08:00 to 03-20 08:30 Completed used 210 of 240 paused 1260 due 03-20 09:00 met (first 03-19 12:00)";
    check("over the due instant", &over_due, &[line]);
    let told = ["03-19 08:00 Open", "03-19 09:00 Pending h1", "03-19 10:00 Pending h2", "03-19 11:00 Open", "03-19 12:00 Resolved"];
    let by_reason = Story { paused_reasons: vec![2], ..ticket(&told) };
    let line = "03-19 08:00 to 03-19 12:00 Completed used 180 of 240 paused 60 due 03-19 13:00 met (first 03-19 12:00)";
    check("for one reason only", &by_reason, &[line]);
    // The last second of the target is used as the pause begins: whoever resolves it from there is late.
    let used_up = ticket(&["03-19 08:00 Open", "03-19 12:00 Pending", "03-19 15:00 Resolved"]);
    let line = "03-19 08:00 to 03-19 15:00 Completed used 240 of 240 paused 180 due 03-19 12:00 missed breached 03-19 12:00 by g0";
    check("used up to the second", &used_up, &[line]);
}

#[test]
fn a_policy_attached_late() {
    let told =
        ["03-19 08:00 Open", "03-19 09:00 Pending", "03-19 11:00 Open", "03-19 13:00 Pending", "03-19 14:00 Open", "03-19 16:00 Resolved"];
    let story = |is_pause_retroactive| {
        let story = ticket(&told).aim(Target::Open(6 * HOUR));
        Story { attached: at("03-19 12:00"), is_pause_retroactive, ..story }
    };
    let with = "03-19 08:00 to 03-19 16:00 Completed used 300 of 360 paused 180 due 03-19 17:00 met (first 03-19 14:00)";
    check("with the earlier pause", &story(true), &[with]);
    let without = "03-19 08:00 to 03-19 16:00 Completed used 420 of 360 paused 60 due 03-19 15:00 missed (first 03-19 14:00) breached 03-19 15:00 by g0";
    check("without", &story(false), &[without]);
}

#[test]
fn to_the_target_and_a_minute_over() {
    let story = |end: &str| ticket(&["03-19 08:00 New", &format!("{end} Resolved")]);
    let met = "03-19 08:00 to 03-19 12:00 Completed used 240 of 240 paused 0 due 03-19 12:00 met";
    check("exactly", &story("03-19 12:00"), &[met]);
    let missed = "03-19 08:00 to 03-19 12:01 Completed used 241 of 240 paused 0 due 03-19 12:00 missed breached 03-19 12:00 by g0";
    check("over", &story("03-19 12:01"), &[missed]);
    let going = "03-19 08:00 to - Running used 240 of 240 paused 0 due 03-19 12:00 undecided";
    check("still going as it falls due", &story("03-19 13:00").known_at("03-19 12:00"), &[going]);
    let overdue = "03-19 08:00 to - Running used 241 of 240 paused 0 due 03-19 12:00 missed breached 03-19 12:00 by g0";
    check("still going a minute later", &story("03-19 13:00").known_at("03-19 12:01"), &[overdue]);
}

#[test]
fn due_instants() {
    let day = |end: &str, target| ticket(&["03-19 08:00 New", &format!("{end} Resolved")]).aim(target);
    let closing = "03-19 08:00 to 03-19 20:00 Completed used 600 of 600 paused 0 due 03-19 18:00 missed breached 03-19 18:00 by g0";
    check("at closing time, not at the next opening", &day("03-19 20:00", Target::Open(10 * HOUR)), &[closing]);
    // Five days of ten hours up to Saturday, less the last hour of Friday.
    let outside = "03-19 08:00 to 03-23 17:00 Completed used 2940 of 3000 paused 0 due 03-24 12:00 met";
    check("a due date outside hours", &day("03-23 17:00", Target::At(at("03-24 12:00"))), &[outside]);
    let past = "03-19 08:00 to 03-19 09:00 Completed used 60 of 0 paused 0 due 03-16 12:00 missed breached 03-19 08:00 by g0";
    check("a due date before the start", &day("03-19 09:00", Target::At(at("03-16 12:00"))), &[past]);
    let told = ["03-29 10:00 New", "03-29 11:00 Pending", "04-03 15:00 Open", "04-03 16:30 Resolved"];
    // 8 h on Thursday, 10 h on Tuesday: the pause changes nothing.
    let end = "03-29 10:00 to 04-03 16:30 Completed used 990 of 1080 paused 7440 due 04-03 18:00 met";
    check("the end of the next business day", &ticket(&told).aim(Target::EndOfDay(1)), &[end]);
    let by_four = "03-29 10:00 to 04-03 16:30 Completed used 990 of 960 paused 7440 due 04-03 16:00 missed breached 04-03 16:00 by g0";
    check("the next business day by 16:00", &ticket(&told).aim(Target::DayAt(1, 16 * HOUR)), &[by_four]);
}

#[test]
fn one_day_is_three_things() {
    let story = |target| ticket(&["03-23 14:00 New", "03-23 15:00 Resolved"]).aim(target);
    let one = |due: &str, of: i64| format!("03-23 14:00 to 03-23 15:00 Completed used 60 of {of} paused 0 due {due} met");
    check("a business day of ten hours", &story(Target::Days(1)), &[&one("03-26 14:00", 600)]);
    check("24 open hours", &story(Target::Open(24 * HOUR)), &[&one("03-27 18:00", 1440)]);
    check("24 hours", &story(Target::Plain(24 * HOUR)), &[&one("03-24 14:00", 1440)]);
}

#[test]
fn cancelled() {
    let story = |end: &str| ticket(&["03-19 08:00 New", &format!("{end} Cancelled")]);
    let running = "03-19 08:00 to 03-19 10:00 Cancelled used 120 of 240 paused 0 due 03-19 12:00 undecided";
    check("while running", &story("03-19 10:00"), &[running]);
    let late = "03-19 08:00 to 03-19 14:00 Cancelled used 360 of 240 paused 0 due 03-19 12:00 undecided breached 03-19 12:00 by g0";
    check("after the breach", &story("03-19 14:00"), &[late]);
}

#[test]
fn exchanges() {
    use What::{Asked, Reply};
    let talk = [
        ("03-19 08:30", Asked),
        ("03-19 09:00", Reply),
        ("03-19 10:00", Asked),
        ("03-19 11:00", Asked),
        ("03-19 12:00", Reply),
        ("03-19 13:00", Asked),
    ];
    let next = ticket(&["03-19 08:00 Open"]).of(Kind::NextResponse).said(&talk).known_at("03-19 15:00");
    let lines = [
        "03-19 10:00 to 03-19 12:00 Completed used 120 of 240 paused 0 due 03-19 14:00 met",
        "03-19 13:00 to - Running used 120 of 240 paused 0 due 03-19 17:00 undecided",
    ];
    check("several questions, one wait", &next, &lines);
    let told = ["03-19 08:00 Open", "03-19 14:00 Resolved"];
    let update = ticket(&told).of(Kind::Update).said(&talk).aim(Target::Open(2 * HOUR));
    let lines = [
        "03-19 09:00 to 03-19 12:00 Completed used 180 of 120 paused 0 due 03-19 11:00 missed breached 03-19 11:00 by g0",
        "03-19 12:00 to 03-19 14:00 Completed used 120 of 120 paused 0 due 03-19 14:00 met",
    ];
    check("from answer to answer", &update, &lines);
}

#[test]
fn shares_of_groups_and_suppliers() {
    let told = ["03-19 08:00 Open g0", "03-19 10:00 Open g3", "03-19 13:00 Open g0", "03-19 15:00 Resolved"];
    let lines = [
        "03-19 08:00 to 03-19 15:00 Completed used 240 of 240 paused 180 due 03-19 15:00 met (first 03-19 12:00)",
        "03-19 10:00 to 03-19 13:00 Completed used 180 of 240 paused 0 due 03-19 14:00 met",
    ];
    check("two visits of one group", &ticket(&told).of(Kind::Group), &lines);
    check("the other group's alone", &Story { groups: vec![3], ..ticket(&told).of(Kind::Group) }, &lines[1..]);
    check("never with a supplier", &ticket(&told).of(Kind::Supplier), &[]);
    let told = ["03-19 08:00 Open", "03-19 10:00 Pending supplier", "03-19 12:00 Open desk", "03-19 15:00 Resolved"];
    let supplier = "03-19 08:00 to 03-19 15:00 Completed used 120 of 240 paused 300 due 03-19 17:00 met (first 03-19 12:00)";
    check("two hours with a supplier", &ticket(&told).of(Kind::Supplier), &[supplier]);
    let told = ["03-19 08:00 New", "03-19 09:00 Pending requester", "03-19 11:00 Pending desk", "03-19 12:00 Resolved"];
    let work = "03-19 08:00 to 03-19 12:00 Completed used 60 of 240 paused 180 due 03-19 15:00 met (first 03-19 12:00)";
    check("agents at work", &ticket(&told).of(Kind::Work), &[work]);
    let wait = "03-19 08:00 to 03-19 12:00 Completed used 120 of 240 paused 120 due 03-19 14:00 met (first 03-19 12:00)";
    check("the requester waits", &ticket(&told).of(Kind::Wait), &[wait]);
}

#[test]
fn without_a_history() {
    let story = ticket(&["03-19 08:00 New", "03-19 14:00 Resolved"]);
    let known = Story { known_pause: 2 * HOUR, ..story };
    check(
        "a known pause",
        &known,
        &["03-19 08:00 to 03-19 14:00 Completed used 240 of 240 paused 0 due 03-19 14:00 met (first 03-19 12:00)"],
    );
    let early = Story { start: at("03-19 12:00"), ..ticket(&["03-19 08:00 New", "03-19 10:00 Resolved"]) };
    check("stopped before the start", &early, &["03-19 12:00 to 03-19 12:00 Completed used 0 of 240 paused 0 due 03-19 16:00 met"]);
}
