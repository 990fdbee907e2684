//! Answers by hand, and a loop over the seconds that knows only chrono.

use super::super::parse_local;
use super::*;
use chrono::{Datelike, TimeZone, Timelike};
use proptest::prelude::*;

fn office(time_zone: Tz) -> Schedule {
    let mut hours: [Vec<(i64, i64)>; 7] = std::array::from_fn(|_| vec![(8 * 3600, 12 * 3600), (13 * 3600, 18 * 3600)]);
    hours[5] = vec![];
    hours[6] = vec![];
    Schedule { holidays: BTreeSet::from([day("2026-12-25")]), ..Schedule::weekly(time_zone, hours) }
}

fn day(text: &str) -> i32 {
    parse_day(text).expect("a day")
}

fn utc(zone: &Zone, text: &str) -> i64 {
    zone.to_utc(parse_local(text).expect("a local time")).secs
}

#[test]
fn worked_by_hand() {
    let zone = Zone::new(Tz::Europe__Berlin);
    let calendar = Calendar::new(&office(Tz::Europe__Berlin), 2026, 2027).expect("a calendar");
    let elapsed = |a, b| calendar.elapsed(utc(&zone, a), utc(&zone, b));
    assert_eq!(elapsed("2026-11-16 11:00", "2026-11-16 14:00"), 2 * 3600);
    assert_eq!(elapsed("2026-11-13 17:00", "2026-11-16 09:00"), 2 * 3600);
    assert_eq!(elapsed("2026-12-24 17:00", "2026-12-28 08:30"), 3600 + 1800);
    assert_eq!(elapsed("2026-11-14 10:00", "2026-11-15 22:00"), 0);
    assert_eq!(elapsed("2026-11-16 14:00", "2026-11-16 11:00"), 0);
    let due = |from, secs| calendar.add(utc(&zone, from), secs).map(|t| zone.format_minute(t));
    assert_eq!(due("2026-11-16 08:00", 9 * 3600).as_deref(), Some("2026-11-16 18:00"));
    assert_eq!(due("2026-11-13 17:30", 3600).as_deref(), Some("2026-11-16 08:30"));
    assert_eq!(due("2026-11-14 10:00", 1).as_deref(), Some("2026-11-16 08:00"));
    assert_eq!(due("2026-11-14 10:00", 0).as_deref(), Some("2026-11-14 10:00"));
    assert_eq!(due("2027-12-31 17:00", 3600).as_deref(), Some("2027-12-31 18:00"));
    assert_eq!(due("2027-12-31 17:00", 3601), None);
    assert_eq!(calendar.business_day_secs(), 9 * 3600);
}

#[test]
fn open_all_hours_is_plain_time_across_both_changes_of_the_clock() {
    let zone = Zone::new(Tz::Europe__Berlin);
    let calendar = Calendar::new(&Schedule::always(Tz::Europe__Berlin), 2026, 2026).expect("a calendar");
    assert_eq!(calendar.open.len(), 1);
    let week = |monday, next| calendar.elapsed(utc(&zone, monday), utc(&zone, next)) / 3600;
    assert_eq!(week("2026-03-23", "2026-03-30"), 167);
    assert_eq!(week("2026-10-19", "2026-10-26"), 169);
    assert_eq!(calendar.business_day_secs(), DAY);
}

#[test]
fn hours_in_the_skipped_and_the_doubled_hour() {
    let zone = Zone::new(Tz::Europe__Berlin);
    let mut schedule = office(Tz::Europe__Berlin);
    schedule.hours[6] = vec![(2 * 3600 + 1800, 5 * 3600)];
    let calendar = Calendar::new(&schedule, 2026, 2026).expect("a calendar");
    assert_eq!(calendar.elapsed(utc(&zone, "2026-03-29"), utc(&zone, "2026-03-30")), 2 * 3600);
    assert_eq!(calendar.elapsed(utc(&zone, "2026-10-25"), utc(&zone, "2026-10-26")), 3 * 3600);
}

#[test]
fn never_open_is_an_error() {
    let schedule = Schedule::weekly(Tz::UTC, Default::default());
    assert_eq!(Calendar::new(&schedule, 2026, 2026).expect_err("refused").what, "the calendar has no opening hours");
    assert!(Calendar::new(&office(Tz::UTC), 2027, 2026).is_err());
    assert!(Calendar::new(&office(Tz::UTC), 2026, 20_000).is_err());
}

#[test]
fn far_instants_do_not_overflow() {
    let calendar = Calendar::new(&office(Tz::UTC), 2026, 2026).expect("a calendar");
    assert_eq!(calendar.elapsed(i64::MIN, i64::MAX), calendar.total);
    assert_eq!(calendar.add(i64::MAX, 1), None);
    assert_eq!(calendar.add(0, i64::MAX), None);
    assert_eq!(calendar.add(i64::MIN, 1), Some(calendar.open[0].start + 1));
    assert_eq!(calendar.business_day_end(i64::MAX, u32::MAX), None);
    assert_eq!(calendar.business_day_end(i64::MIN, 1), Some(calendar.open[1].end));
    assert_eq!(calendar.business_day_at(i64::MIN, 1, i64::MAX), Some((calendar.open[0].start / DAY + 1) * DAY));
    assert_eq!((calendar.next_opening(i64::MIN), calendar.next_opening(i64::MAX)), (Some(calendar.open[0].start), None));
}

/// A calendar of one zone with the words of the tests about it.
struct Desk {
    zone: Zone,
    calendar: Calendar,
}

impl Desk {
    fn new(schedule: &Schedule) -> Self {
        Self { zone: Zone::new(schedule.time_zone), calendar: Calendar::new(schedule, 2010, 2028).expect("a calendar") }
    }

    fn at(&self, text: &str) -> i64 {
        utc(&self.zone, text)
    }

    /// Open seconds of a local day, counted from the midnight at its start to the next.
    fn day(&self, text: &str) -> i64 {
        self.calendar.elapsed(self.zone.day_start(day(text)), self.zone.day_start(day(text) + 1))
    }

    fn shown(&self, at: Option<i64>) -> String {
        at.map_or("never".to_owned(), |t| self.zone.format_minute(t))
    }

    fn end(&self, from: &str, days: u32) -> String {
        self.shown(self.calendar.business_day_end(self.at(from), days))
    }
}

const HOUR: i64 = 3600;

/// Every day of the week the same.
fn daily(time_zone: Tz, from: i64, to: i64) -> Schedule {
    Schedule::weekly(time_zone, std::array::from_fn(|_| vec![(from, to)]))
}

#[test]
fn opened_and_solved_outside_hours_took_no_time() {
    let desk = Desk::new(&office(Tz::Europe__Berlin));
    assert_eq!(desk.calendar.elapsed(desk.at("2026-11-13 18:00"), desk.at("2026-11-16 08:00")), 0);
    assert_eq!(desk.calendar.elapsed(desk.at("2026-11-16 12:00"), desk.at("2026-11-16 13:00")), 0);
    assert!(!desk.calendar.is_open(desk.at("2026-11-13 18:00")) && desk.calendar.is_open(desk.at("2026-11-16 08:00")));
}

#[test]
fn due_at_closing_time_is_due_that_day_and_not_at_the_next_opening() {
    let desk = Desk::new(&office(Tz::Europe__Berlin));
    assert_eq!(desk.shown(desk.calendar.add(desk.at("2026-11-13 17:00"), HOUR)), "2026-11-13 18:00");
    assert_eq!(desk.calendar.add(desk.at("2026-11-13 17:00"), HOUR + 1), Some(desk.at("2026-11-16 08:00:01")));
    assert_eq!(desk.shown(desk.calendar.next_opening(desk.at("2026-11-13 18:00"))), "2026-11-16 08:00");
    assert_eq!(desk.shown(desk.calendar.next_opening(desk.at("2026-11-13 17:59"))), "2026-11-13 17:59");
    assert_eq!(desk.calendar.next_opening(desk.at("2028-12-29 18:00")), None);
}

#[test]
fn a_holiday_on_the_day_of_a_change_of_the_clock_closes_all_of_it() {
    let mut always = Schedule::always(Tz::Europe__Berlin);
    always.holidays = BTreeSet::from([day("2026-03-29"), day("2026-10-25")]);
    let desk = Desk::new(&always);
    assert_eq!((desk.day("2026-03-29"), desk.day("2026-10-25"), desk.day("2026-10-26")), (0, 0, DAY));
    assert_eq!(desk.calendar.elapsed(desk.at("2026-03-28"), desk.at("2026-03-31")), 2 * DAY);
    assert_eq!(desk.shown(desk.calendar.next_opening(desk.at("2026-03-29 12:00"))), "2026-03-30 00:00");
}

#[test]
fn days_are_23_and_25_hours_long() {
    let desk = Desk::new(&Schedule::always(Tz::Europe__Berlin));
    assert_eq!((desk.day("2026-03-29"), desk.day("2026-10-25")), (23 * HOUR, 25 * HOUR));
    assert_eq!(desk.end("2026-03-28 12:00", 1), "2026-03-30 00:00");
    assert_eq!(desk.calendar.business_day_secs(), DAY);
}

#[test]
fn lord_howe_changes_its_clock_by_half_an_hour() {
    let desk = Desk::new(&Schedule::always(Tz::Australia__Lord_Howe));
    // 2026-10-04 at 02:00 forward to 02:30, 2026-04-05 at 02:00 back to 01:30.
    assert_eq!((desk.day("2026-10-04"), desk.day("2026-04-05")), (DAY - 1800, DAY + 1800));
    let early = Desk::new(&daily(Tz::Australia__Lord_Howe, HOUR, 2 * HOUR));
    assert_eq!((early.day("2026-10-04"), early.day("2026-04-05"), early.day("2026-04-06")), (HOUR, HOUR + 1800, HOUR));
}

#[test]
fn st_johns_put_its_clock_back_over_midnight() {
    // 2010-11-07 at 00:01 the clock went back to 23:01 of the 6th, which it then showed twice.
    let evening = Desk::new(&daily(Tz::America__St_Johns, 23 * HOUR, DAY));
    let between = |from: &str, to: &str| evening.calendar.elapsed(evening.at(from), evening.at(to));
    assert_eq!(between("2010-11-06 12:00", "2010-11-07 12:00"), 2 * HOUR - 60);
    // The 6th is over when its second 23:59:59 is.
    let end = evening.calendar.business_day_end(evening.at("2010-11-05 12:00"), 1).expect("an end");
    assert_eq!(end - evening.at("2010-11-06 23:00"), 2 * HOUR);
    // Half a minute of the 7th came before the rest of the 6th.
    let night = Desk::new(&daily(Tz::America__St_Johns, 0, 30));
    assert_eq!(night.calendar.elapsed(night.at("2010-11-06 12:00"), night.at("2010-11-07 12:00")), 60);
}

#[test]
fn sao_paulo_skipped_midnight() {
    let night = Desk::new(&daily(Tz::America__Sao_Paulo, 0, 2 * HOUR));
    assert_eq!((night.day("2018-11-03"), night.day("2018-11-04")), (2 * HOUR, HOUR));
    let late = Desk::new(&daily(Tz::America__Sao_Paulo, 22 * HOUR, DAY));
    assert_eq!(late.end("2018-11-02 12:00", 1), "2018-11-04 01:00");
    let at = late.calendar.business_day_at(late.at("2018-11-02 12:00"), 2, 0);
    assert_eq!(late.shown(at), "2018-11-04 01:00");
}

#[test]
fn a_shift_opens_a_holiday_and_replaces_the_weekday() {
    let mut schedule = office(Tz::Europe__Berlin);
    schedule.shifts = BTreeMap::from([
        (day("2026-12-25"), vec![(9 * HOUR, 10 * HOUR)]),
        (day("2026-12-24"), vec![(8 * HOUR, 12 * HOUR)]),
        (day("2026-12-26"), vec![(10 * HOUR, 11 * HOUR)]),
        (day("2026-12-28"), vec![]),
    ]);
    let desk = Desk::new(&schedule);
    let hours = ["2026-12-24", "2026-12-25", "2026-12-26", "2026-12-27", "2026-12-28", "2026-12-29"].map(|d| desk.day(d) / HOUR);
    assert_eq!(hours, [4, 1, 1, 0, 0, 9]);
    assert_eq!(desk.calendar.business_day_secs(), 9 * HOUR);
}

#[test]
fn breaks_are_cut_out_of_whatever_is_open() {
    let mut schedule = office(Tz::Europe__Berlin);
    schedule.shifts = BTreeMap::from([(day("2026-12-24"), vec![(8 * HOUR, 12 * HOUR)])]);
    schedule.breaks = BTreeMap::from([
        (day("2026-12-21"), vec![(0, DAY)]),
        (day("2026-12-22"), vec![(11 * HOUR, 14 * HOUR), (8 * HOUR, 9 * HOUR)]),
        (day("2026-12-24"), vec![(7 * HOUR, 8 * HOUR + 60)]),
        (day("2026-12-25"), vec![(9 * HOUR, 10 * HOUR)]),
    ]);
    assert_eq!(*schedule.hours_of(day("2026-12-22")), [(9 * HOUR, 11 * HOUR), (14 * HOUR, 18 * HOUR)]);
    let desk = Desk::new(&schedule);
    let secs = ["2026-12-21", "2026-12-22", "2026-12-23", "2026-12-24", "2026-12-25"].map(|d| desk.day(d));
    assert_eq!(secs, [0, 6 * HOUR, 9 * HOUR, 4 * HOUR - 60, 0]);
    assert_eq!(desk.end("2026-12-18 09:00", 1), "2026-12-22 18:00");
}

#[test]
fn a_break_over_midnight_is_one_of_both_dates() {
    let mut schedule = Schedule::always(Tz::Europe__Berlin);
    schedule.breaks = BTreeMap::from([(day("2026-11-16"), vec![(22 * HOUR, DAY)]), (day("2026-11-17"), vec![(0, 2 * HOUR)])]);
    let desk = Desk::new(&schedule);
    assert_eq!((desk.day("2026-11-16"), desk.day("2026-11-17")), (22 * HOUR, 22 * HOUR));
    assert_eq!(desk.shown(desk.calendar.next_opening(desk.at("2026-11-16 23:00"))), "2026-11-17 02:00");
}

#[test]
fn the_end_of_the_next_business_day_over_a_long_weekend() {
    let mut schedule = office(Tz::Europe__Berlin);
    schedule.holidays = ["2026-04-03", "2026-04-06"].map(day).into();
    let desk = Desk::new(&schedule);
    // From the Thursday before Easter, from within the weekend, and from the last minute of Tuesday.
    assert_eq!(desk.end("2026-04-02 08:00", 1), "2026-04-07 18:00");
    assert_eq!(desk.end("2026-04-05 03:00", 1), "2026-04-07 18:00");
    assert_eq!(desk.end("2026-04-07 23:59", 1), "2026-04-08 18:00");
    assert_eq!(desk.end("2026-04-02 08:00", 3), "2026-04-09 18:00");
    assert_eq!((desk.end("2026-04-02 08:00", 0), desk.end("2026-04-02 18:00", 0)), ("2026-04-02 18:00".into(), "2026-04-07 18:00".into()));
    assert_eq!((desk.end("2028-12-29 09:00", 1), desk.end("2026-04-02 08:00", u32::MAX)), ("never".into(), "never".into()));
}

#[test]
fn by_four_on_a_day_that_closes_at_noon_is_by_four() {
    let mut schedule = office(Tz::Europe__Berlin);
    schedule.shifts = BTreeMap::from([(day("2026-12-24"), vec![(8 * HOUR, 12 * HOUR)])]);
    let desk = Desk::new(&schedule);
    let by_four = |from| desk.shown(desk.calendar.business_day_at(desk.at(from), 1, 16 * HOUR));
    assert_eq!((by_four("2026-12-22 10:00"), by_four("2026-12-23 10:00")), ("2026-12-23 16:00".into(), "2026-12-24 16:00".into()));
    assert_eq!(by_four("2026-12-24 10:00"), "2026-12-28 16:00");
    // No promise is kept in between: the time after noon is not open.
    assert_eq!(desk.calendar.elapsed(desk.at("2026-12-24 12:00"), desk.at("2026-12-24 16:00")), 0);
}

#[test]
fn two_zones_have_the_afternoon_in_common() {
    let (berlin, new_york) = (daily(Tz::Europe__Berlin, 8 * HOUR, 18 * HOUR), daily(Tz::America__New_York, 8 * HOUR, 18 * HOUR));
    let both = Calendar::within(&[&berlin, &new_york], 2026, 2026).expect("a calendar");
    let zone = Zone::new(Tz::Europe__Berlin);
    let hours = |from: &str, to: &str| both.elapsed(utc(&zone, from), utc(&zone, to)) / HOUR;
    // Six hours apart; five in the weeks between the changes of the two clocks.
    assert_eq!((hours("2026-02-02", "2026-02-03"), hours("2026-03-10", "2026-03-11")), (4, 5));
    assert_eq!(both.business_day_secs(), 4 * HOUR);
    assert_eq!(both.business_day_end(utc(&zone, "2026-02-02 12:00"), 1), Some(utc(&zone, "2026-02-03 18:00")));
    // Dates of their own do not change what a business day is, however many there are.
    let longer =
        Schedule { shifts: (day("2026-01-01")..day("2027-01-01")).map(|d| (d, vec![(8 * HOUR, 19 * HOUR)])).collect(), ..berlin.clone() };
    let longer = Calendar::within(&[&longer, &new_york], 2026, 2026).expect("a calendar");
    assert_eq!((longer.business_day_secs(), longer.elapsed(utc(&zone, "2026-02-02"), utc(&zone, "2026-02-03"))), (4 * HOUR, 5 * HOUR));
    let night = daily(Tz::Europe__Berlin, 0, HOUR);
    let none = Calendar::within(&[&berlin, &night], 2026, 2026).expect_err("refused");
    assert_eq!(none.what, "the calendar and those it is within are never open at the same time");
    assert!(Calendar::within(&[], 2026, 2026).is_err());
}

#[test]
fn shifts_alone_are_opening_hours() {
    let mut schedule = Schedule::weekly(Tz::UTC, Default::default());
    schedule.shifts = BTreeMap::from([(day("2026-06-06"), vec![(HOUR, 3 * HOUR)]), (day("2026-06-07"), vec![(HOUR, 2 * HOUR)])]);
    let calendar = Calendar::new(&schedule, 2026, 2026).expect("a calendar");
    assert_eq!((calendar.elapsed(0, i64::MAX), calendar.business_day_secs()), (3 * HOUR, 2 * HOUR));
    assert!(Calendar::new(&schedule, 2027, 2027).is_err());
}

const SIX: [Tz; 6] =
    [Tz::Europe__Berlin, Tz::America__New_York, Tz::Asia__Kolkata, Tz::America__Sao_Paulo, Tz::America__St_Johns, Tz::Australia__Lord_Howe];

/// Whether the desk is open at an instant, asked of chrono alone.
fn is_open(schedule: &Schedule, utc: i64) -> bool {
    let local = schedule.time_zone.timestamp_opt(utc, 0).single().expect("an instant");
    let secs = i64::from(local.time().num_seconds_from_midnight());
    let day = local.date_naive().to_epoch_days();
    let weekday = &schedule.hours[local.weekday().num_days_from_monday() as usize];
    let is_in = |hours: &Hours| hours.iter().any(|(from, to)| (*from..*to).contains(&secs));
    if schedule.breaks.get(&day).is_some_and(is_in) {
        return false;
    }
    schedule.shifts.get(&day).map_or(!schedule.holidays.contains(&day) && is_in(weekday), is_in)
}

/// Opening hours in steps of half a minute, up to three stretches a day.
fn some_hours() -> impl Strategy<Value = Hours> {
    prop::collection::btree_set(0i64..=2880, 0..=6).prop_map(|edges| {
        let edges: Vec<i64> = edges.into_iter().map(|e| e * 30).collect();
        edges.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
    })
}

/// Starts near a change of the clock as often as anywhere else in 2016 to 2019, when Sao Paulo still had them.
fn some_start(tz: Tz) -> impl Strategy<Value = i64> {
    let zone = Zone::new(tz);
    let range = 1_451_606_400i64..1_577_836_800;
    let changes: Vec<i64> = range.clone().step_by(3600).filter(|t| zone.offset_at(*t) != zone.offset_at(t + 3600)).collect();
    let changes = if changes.is_empty() { vec![range.start] } else { changes };
    prop_oneof![range, (prop::sample::select(changes), -DAY..DAY).prop_map(|(t, d)| t + d)]
}

/// Hours of the dates around `start`, as that is where they are looked at.
fn some_dates(start: i64) -> impl Strategy<Value = BTreeMap<i32, Hours>> {
    let day = start.div_euclid(DAY) as i32;
    prop::collection::btree_map(day - 2..day + 6, some_hours(), 0..4)
}

fn some_schedule(tz: Tz, start: i64) -> impl Strategy<Value = Schedule> {
    let day = start.div_euclid(DAY) as i32;
    let holidays = prop::collection::btree_set(prop_oneof![16_801i32..18_262, day - 2..day + 6], 0..300);
    (prop::collection::vec(some_hours(), 7), holidays, some_dates(start), some_dates(start)).prop_filter_map(
        "never open",
        move |(hours, holidays, shifts, breaks)| {
            let hours: [Hours; 7] = hours.try_into().ok()?;
            let is_ever_open = hours.iter().any(|h| !h.is_empty());
            is_ever_open.then_some(Schedule { time_zone: tz, hours, shifts, breaks, holidays })
        },
    )
}

fn some_case() -> impl Strategy<Value = (Schedule, i64, i64)> {
    prop::sample::select(&SIX[..])
        .prop_flat_map(|tz| some_start(tz).prop_map(move |start| (tz, start)))
        .prop_flat_map(|(tz, start)| (some_schedule(tz, start), Just(start), 0i64..3 * DAY / 2))
}

fn two_schedules() -> impl Strategy<Value = (Schedule, Schedule, i64)> {
    let two = (prop::sample::select(&SIX[..]), prop::sample::select(&SIX[..]));
    two.prop_flat_map(|(one, other)| some_start(one).prop_map(move |start| (one, other, start)))
        .prop_flat_map(|(one, other, start)| (some_schedule(one, start), some_schedule(other, start), Just(start)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn agrees_with_a_loop_over_the_seconds((schedule, start, length) in some_case()) {
        let calendar = Calendar::new(&schedule, 2015, 2020).expect("a calendar");
        let mut open = 0;
        let mut waiting = start;
        for now in start..start + length {
            let is_open = is_open(&schedule, now);
            // Checking every second's answers would be slow; the edges of half minutes are where they change.
            if now % 30 < 2 || now - start < 60 {
                prop_assert_eq!(calendar.elapsed(start, now), open);
                prop_assert_eq!(calendar.is_open(now), is_open);
            }
            if is_open {
                open += 1;
                if now % 30 < 2 || (now + 1) % 30 == 0 {
                    prop_assert_eq!(calendar.add(start, open), Some(now + 1));
                    prop_assert_eq!(calendar.next_opening(waiting), Some(now));
                }
                waiting = now + 1;
            }
        }
        prop_assert_eq!(calendar.elapsed(start, start + length), open);
    }

    #[test]
    fn within_another_is_open_when_both_are((one, other, start) in two_schedules()) {
        let is_both = |at| is_open(&one, at) && is_open(&other, at);
        let Ok(calendar) = Calendar::within(&[&one, &other], 2015, 2020) else {
            prop_assert!(!(start..start + 7 * DAY).step_by(30).any(is_both));
            return Ok(());
        };
        let mut open = 0;
        // The edges of hours and of changes of the clock are whole half minutes.
        let first = start - start.rem_euclid(30);
        for now in (first..first + 4 * DAY).step_by(30) {
            prop_assert_eq!(calendar.elapsed(first, now), open);
            prop_assert_eq!(calendar.is_open(now), is_both(now), "{}", now);
            open += if is_both(now) { 30 } else { 0 };
        }
        let swapped = Calendar::within(&[&other, &one, &other], 2015, 2020).expect("a calendar");
        prop_assert_eq!(swapped.elapsed(first, first + 400 * DAY), calendar.elapsed(first, first + 400 * DAY));
    }

    #[test]
    fn business_days_end_where_a_loop_over_the_days_ends_them((schedule, start, _) in some_case(), days in 1u32..6) {
        let calendar = Calendar::new(&schedule, 2015, 2020).expect("a calendar");
        let local_day = |utc: i64| schedule.time_zone.timestamp_opt(utc, 0).single().expect("an instant").date_naive().to_epoch_days();
        let from = local_day(start);
        // The last open half minute of a day is when it closes; the last day may not be whole.
        let first = start - start.rem_euclid(30);
        let mut ends: BTreeMap<i32, i64> = BTreeMap::new();
        for now in (first..first + (i64::from(days) + 8) * DAY).step_by(30).filter(|now| is_open(&schedule, *now)) {
            ends.insert(local_day(now), now + 30);
        }
        ends.pop_last();
        let Some((day, end)) = ends.range(from + 1..).nth(days as usize - 1) else { return Ok(()) };
        prop_assert_eq!(calendar.business_day_end(start, days), Some(*end));
        let zone = Zone::new(schedule.time_zone);
        prop_assert_eq!(calendar.business_day_at(start, days, 57_600), Some(zone.to_utc(i64::from(*day) * DAY + 57_600).secs));
    }

    #[test]
    fn adding_is_the_inverse_of_elapsing((schedule, start, _) in some_case(), secs in 1i64..2_000_000) {
        let calendar = Calendar::new(&schedule, 2015, 2020).expect("a calendar");
        match calendar.add(start, secs) {
            Some(due) => {
                prop_assert_eq!(calendar.elapsed(start, due), secs);
                prop_assert_eq!(calendar.elapsed(start, due - 1), secs - 1);
            }
            None => prop_assert!(calendar.elapsed(start, i64::MAX) < secs),
        }
    }
}
