//! The numbers zendesk/biz publishes (its `README.md` and `spec/`), asked of our calendar; and where the two part.

use super::super::parse_local;
use super::*;

const HOUR: i64 = 3600;
const LOS_ANGELES: Tz = Tz::America__Los_Angeles;

fn time(text: &str) -> i64 {
    super::super::parse_time(text).expect("a time")
}

fn hours(texts: &[&str]) -> Hours {
    texts.iter().filter_map(|t| t.split_once('-')).map(|(from, to)| (time(from), time(to))).collect()
}

/// Monday to Sunday.
fn weekly(time_zone: Tz, week: [&[&str]; 7]) -> Schedule {
    Schedule::weekly(time_zone, week.map(hours))
}

fn day(text: &str) -> i32 {
    parse_day(text).expect("a day")
}

/// Dates with their hours.
type Dates<'a> = &'a [(&'a str, &'a [&'a str])];

fn dated(dates: Dates<'_>) -> BTreeMap<i32, Hours> {
    dates.iter().map(|(date, texts)| (day(date), hours(texts))).collect()
}

fn utc(text: &str) -> i64 {
    parse_local(text).expect("a time")
}

/// The schedule of nearly all examples: `spec/support/time.rb`.
fn example() -> Schedule {
    weekly(Tz::UTC, [&["09:00-17:00"], &["10:00-16:00"], &["09:00-17:00"], &["10:00-16:00"], &["09:00-17:00"], &["11:00-14:30"], &[]])
}

/// The weekly hours of the `README.md`.
fn readme() -> Schedule {
    let thursday: &[&str] = &["09:00-12:00", "13:00-17:00"];
    weekly(LOS_ANGELES, [&["09:00-17:00"], &["00:00-24:00"], &["09:00-17:00"], thursday, &[], &["10:00-14:00"], &[]])
}

fn calendar(schedule: &Schedule) -> Calendar {
    Calendar::new(schedule, 2005, 2022).expect("a calendar")
}

/// The open stretches between two instants.
fn segments(calendar: &Calendar, from: &str, to: &str) -> Vec<(i64, i64)> {
    let (from, to) = (utc(from), utc(to));
    let clipped = calendar.open.iter().map(|o| (o.start.max(from), o.end.min(to)));
    clipped.filter(|(a, b)| a < b).collect()
}

/// `2006-01-02 09:00/17:00`: an instant and the time of its end, the next day's if that is earlier.
fn expected(segments: &[&str]) -> Vec<(i64, i64)> {
    let segment = |text: &str| {
        let (from, to) = text.split_once('/').expect("two ends");
        let end = utc(&format!("{} {to}", &from[..10]));
        (utc(from), if end > utc(from) { end } else { end + DAY })
    };
    segments.iter().map(|s| segment(s)).collect()
}

#[test]
fn periods_in_the_zone_of_the_readme() {
    let calendar = calendar(&readme());
    let week = [
        "2015-01-10 18:00/22:00",
        "2015-01-12 17:00/01:00",
        "2015-01-13 08:00/08:00",
        "2015-01-14 17:00/01:00",
        "2015-01-15 17:00/20:00",
        "2015-01-15 21:00/01:00",
    ];
    assert_eq!(segments(&calendar, "2015-01-10 10:00", "2015-01-17 10:00"), expected(&week));
    let backwards = [
        "2015-04-27 20:36:57/00:00",
        "2015-04-28 07:00/07:00",
        "2015-04-29 16:00/00:00",
        "2015-04-30 16:00/19:00",
        "2015-04-30 20:00/00:00",
        "2015-05-02 17:00/21:00",
        "2015-05-04 16:00/00:00",
        "2015-05-05 07:00/12:34:57",
    ];
    assert_eq!(segments(&calendar, "2015-04-27 20:36:57", "2015-05-05 12:34:57"), expected(&backwards));
    assert_eq!(calendar.elapsed(utc("2015-04-27 20:36:57"), utc("2015-05-05 12:34:57")), 3598 * 60);
    assert_eq!(calendar.add(utc("2015-04-27 20:36:57"), 3598 * 60), Some(utc("2015-05-05 12:34:57")));
}

#[test]
fn periods_and_holidays() {
    // spec/periods/after_spec.rb
    let mut schedule = example();
    schedule.holidays = ["2006-01-16", "2006-01-18"].map(day).into();
    let calendar = calendar(&schedule);
    let two_weeks = [
        "2006-01-02 09:00/17:00",
        "2006-01-03 10:00/16:00",
        "2006-01-04 09:00/17:00",
        "2006-01-05 10:00/16:00",
        "2006-01-06 09:00/17:00",
        "2006-01-07 11:00/14:30",
        "2006-01-09 09:00/17:00",
        "2006-01-10 10:00/16:00",
        "2006-01-11 09:00/17:00",
        "2006-01-12 10:00/16:00",
        "2006-01-13 09:00/17:00",
        "2006-01-14 11:00/14:30",
    ];
    assert_eq!(segments(&calendar, "2006-01-01", "2006-01-15"), expected(&two_weeks));
    assert_eq!(segments(&calendar, "2006-01-02 12:00", "2006-01-03"), expected(&["2006-01-02 12:00/17:00"]));
    let around = ["2006-01-14 11:00/14:30", "2006-01-17 10:00/16:00", "2006-01-19 10:00/16:00"];
    assert_eq!(segments(&calendar, "2006-01-14", "2006-01-20"), expected(&around));
}

#[test]
fn breaks() {
    // spec/periods/after_spec.rb
    let cases: [(Dates<'_>, &str, &[&str]); 6] = [
        (&[("2006-01-02", &["08:00-10:00"])], "2006-01-03", &["2006-01-02 10:00/17:00"]),
        (&[("2006-01-02", &["16:00-18:00"])], "2006-01-03", &["2006-01-02 09:00/16:00"]),
        (&[("2006-01-02", &["08:00-18:00"])], "2006-01-04", &["2006-01-03 10:00/16:00"]),
        (&[("2006-01-02", &["13:30-15:30"])], "2006-01-03", &["2006-01-02 09:00/13:30", "2006-01-02 15:30/17:00"]),
        (
            &[("2006-01-02", &["10:00-11:30", "13:00-14:00"])],
            "2006-01-03",
            &["2006-01-02 09:00/10:00", "2006-01-02 11:30/13:00", "2006-01-02 14:00/17:00"],
        ),
        (
            &[("2006-01-02", &["08:00-10:15", "11:30-12:30"]), ("2006-01-03", &["12:00-13:00", "14:25-14:40"])],
            "2006-01-04",
            &[
                "2006-01-02 10:15/11:30",
                "2006-01-02 12:30/17:00",
                "2006-01-03 10:00/12:00",
                "2006-01-03 13:00/14:25",
                "2006-01-03 14:40/16:00",
            ],
        ),
    ];
    for (breaks, until, periods) in cases {
        let calendar = calendar(&Schedule { breaks: dated(breaks), ..example() });
        assert_eq!(segments(&calendar, "2006-01-01", until), expected(periods), "{breaks:?}");
    }
    let evening = weekly(Tz::UTC, [&["17:00-19:00", "20:00-22:00"], &[], &[], &[], &[], &[], &[]]);
    let calendar = calendar(&Schedule { breaks: dated(&[("2006-01-02", &["18:00-21:00"])]), ..evening });
    assert_eq!(segments(&calendar, "2006-01-01", "2006-01-03"), expected(&["2006-01-02 17:00/18:00", "2006-01-02 21:00/22:00"]));
}

#[test]
fn shifts() {
    // zendesk/biz pull request 109 and issue 145
    let office: &[&str] = &["09:00-17:00"];
    let schedule = weekly(Tz::UTC, [office, office, office, office, office, &[], &[]]);
    let calendar_of = |shifts: Dates<'_>| calendar(&Schedule { shifts: dated(shifts), ..schedule.clone() });
    let shifted = calendar_of(&[("2017-07-10", &["10:00-12:00", "13:00-16:00"])]);
    assert_eq!(segments(&shifted, "2017-07-10", "2017-07-11"), expected(&["2017-07-10 10:00/12:00", "2017-07-10 13:00/16:00"]));
    let thursdays = weekly(Tz::UTC, [&[], &[], &[], &["09:00-12:00"], &[], &[], &[]]);
    let afternoons = dated(&[("2021-08-05", &["13:00-17:00"]), ("2021-08-19", &["13:00-17:00"])]);
    let calendar = calendar(&Schedule { shifts: afternoons, ..thursdays });
    assert_eq!(calendar.elapsed(utc("2021-08-05"), utc("2021-08-06")), 14_400);
    assert_eq!(segments(&calendar, "2021-08-05", "2021-08-06"), expected(&["2021-08-05 13:00/17:00"]));
}

#[test]
fn durations() {
    let calendar = calendar(&example());
    // spec/calculation/duration_within_spec.rb, spec/schedule_spec.rb
    assert_eq!(calendar.elapsed(utc("2006-01-01"), utc("2006-01-08")), 79 * HOUR / 2);
    assert_eq!(calendar.elapsed(utc("2006-01-08"), utc("2006-01-01")), 0);
    assert_eq!(calendar.elapsed(utc("2006-01-01"), utc("2006-01-01")), 0);
    assert_eq!(calendar.elapsed(utc("2006-01-05 12:00"), utc("2006-01-06 12:00")), 7 * HOUR);
    // spec/calculation/for_duration_spec.rb: so long after, and so long before.
    let cases = [
        (90, "2006-01-04 15:58:30", "2006-01-04 16:00"),
        (90 * 60, "2006-01-04 15:30", "2006-01-04 17:00"),
        (3 * HOUR, "2006-01-04 14:00", "2006-01-04 17:00"),
        (30 * 60, "2006-01-02 09:00", "2006-01-02 09:30"),
        (19 * HOUR, "2006-01-02 11:00", "2006-01-04 16:00"),
        (90, "2006-01-04 16:00", "2006-01-04 16:01:30"),
        (90 * 60, "2006-01-04 15:00", "2006-01-04 16:30"),
    ];
    for (secs, from, to) in cases {
        assert_eq!((calendar.add(utc(from), secs), calendar.elapsed(utc(from), utc(to))), (Some(utc(to)), secs), "{from} {to}");
    }
    // Nothing after an instant is for biz the first open one, for us the instant itself.
    assert_eq!(calendar.next_opening(utc("2006-01-03")), Some(utc("2006-01-03 10:00")));
    assert_eq!(calendar.add(utc("2006-01-03"), 0), Some(utc("2006-01-03")));
    // spec/schedule_spec.rb
    assert!(!calendar.is_open(utc("2006-01-02 08:00")) && calendar.is_open(utc("2006-01-02 12:00")));
}

#[test]
fn one_hour_a_week() {
    // spec/biz_spec.rb
    let calendar = calendar(&weekly(Tz::Africa__Abidjan, [&[], &[], &[], &[], &[], &[], &["11:00-12:00"]]));
    assert_eq!(calendar.add(utc("2006-01-01"), 2 * HOUR), Some(utc("2006-01-08 12:00")));
    assert_eq!(calendar.elapsed(utc("2006-01-01 11:30"), utc("2006-01-08 11:30")), HOUR);
    assert!(calendar.is_open(utc("2006-01-01 11:00")));
}

#[test]
fn a_day_of_biz_is_the_same_time_on_a_later_business_day_or_the_next_opening() {
    // spec/calculation/for_duration_spec.rb: two days after. A day of ours is an amount of open time, or the end of a date.
    let calendar = calendar(&example());
    let cases = [
        ("2006-01-06 12:00", "2006-01-09 12:00"),
        ("2006-01-03 08:00", "2006-01-05 10:00"),
        ("2006-01-03 18:00", "2006-01-06 09:00"),
        ("2006-01-06 12:30:52", "2006-01-09 12:30:52"),
    ];
    for (from, to) in cases {
        let same_time = calendar.business_day_at(utc(from), 2, utc(from).rem_euclid(DAY));
        assert_eq!(same_time.and_then(|t| calendar.next_opening(t)), Some(utc(to)), "{from}");
    }
    assert_eq!(calendar.business_day_end(utc("2006-01-06 12:00"), 2), Some(utc("2006-01-09 17:00")));
    assert_eq!(calendar.business_day_secs(), 8 * HOUR);
}

#[test]
fn changes_of_the_clock() {
    // spec/time_spec.rb: a skipped time is as much later, one shown twice the first, 24:00 may be 01:00 of the next day.
    let always = calendar(&Schedule::always(LOS_ANGELES));
    assert_eq!(always.business_day_at(utc("2014-03-08 20:00"), 1, time("02:30")), Some(utc("2014-03-09 10:30")));
    assert_eq!(always.business_day_at(utc("2014-11-01 20:00"), 1, time("01:30")), Some(utc("2014-11-02 08:30")));
    let brazil = calendar(&Schedule::always(Tz::America__Sao_Paulo));
    assert_eq!(brazil.business_day_end(utc("2015-10-16 20:00"), 1), Some(utc("2015-10-18 03:00")));
    assert_eq!(brazil.business_day_at(utc("2015-10-16 20:00"), 1, DAY), Some(utc("2015-10-18 03:00")));
}

#[test]
fn hours_across_the_skipped_hour_are_cut_where_biz_drops_them() {
    // spec/periods/after_spec.rb: biz moves 02:30 to 03:30 and is then closed until Monday; the clock does show 03:00 to 03:15.
    let calendar = calendar(&weekly(LOS_ANGELES, [&["09:00-17:00"], &[], &[], &[], &[], &[], &["02:30-03:15"]]));
    let periods = expected(&["2006-04-02 10:00/10:15", "2006-04-03 16:00/00:00"]);
    assert_eq!(segments(&calendar, "2006-04-02 08:00", "2006-04-04 07:00"), periods);
}

#[test]
fn a_shift_on_a_holiday_is_open_where_biz_is_closed() {
    // lib/biz/periods/abstract.rb takes out every period, of shifts too, that starts on a holiday.
    let shifts = dated(&[("2006-01-16", &["09:00-10:00"])]);
    let calendar = calendar(&Schedule { shifts, holidays: [day("2006-01-16")].into(), ..example() });
    assert_eq!(segments(&calendar, "2006-01-16", "2006-01-17"), expected(&["2006-01-16 09:00/10:00"]));
}

/// The second schedule of `spec/schedule_spec.rb` and the `README.md`.
fn other(time_zone: Tz) -> Schedule {
    let thursday: &[&str] = &["11:00-12:00", "13:00-14:00"];
    weekly(time_zone, [&["08:00-10:00"], &["11:00-15:00"], &["16:00-18:00"], thursday, &[], &[], &["10:00-12:00"]])
}

#[test]
fn intersection() {
    let both = |one: &Schedule, other: &Schedule| Calendar::within(&[one, other], 2005, 2022).expect("a calendar");
    // spec/schedule_spec.rb; biz reads the second schedule on the clock of the first, so both are in one zone here.
    let breaks = dated(&[("2006-01-02", &["10:00-11:30"]), ("2006-01-03", &["14:15-14:30", "15:40-15:50"])]);
    let one = Schedule { breaks, ..example() };
    let two = Schedule { breaks: dated(&[("2006-01-03", &["11:15-11:45"])]), ..other(Tz::UTC) };
    let periods = ["2006-01-02 09:00/10:00", "2006-01-03 11:00/11:15", "2006-01-03 11:45/14:15"];
    assert_eq!(segments(&both(&one, &two), "2006-01-01", "2006-01-03 14:20"), expected(&periods));
    // README.md, with shifts.
    let one = Schedule {
        shifts: dated(&[("2016-07-01", &["10:00-13:00", "15:00-16:00"]), ("2016-07-02", &["14:00-17:00"])]),
        breaks: dated(&[("2016-06-02", &["09:00-10:30", "16:00-16:30"]), ("2016-06-03", &["12:15-12:45"])]),
        holidays: ["2016-01-01", "2016-12-25"].map(day).into(),
        ..example()
    };
    let two = Schedule {
        shifts: dated(&[("2016-07-01", &["15:30-16:30"]), ("2016-07-05", &["14:00-18:00"])]),
        breaks: dated(&[("2016-06-03", &["13:30-14:00"]), ("2016-06-04", &["11:00-12:00"])]),
        holidays: ["2016-01-01", "2016-07-04", "2016-11-24"].map(day).into(),
        ..other(Tz::UTC)
    };
    let calendar = both(&one, &two);
    let july = ["2016-07-01 15:30/16:00", "2016-07-05 14:00/16:00", "2016-07-06 16:00/17:00"];
    assert_eq!(segments(&calendar, "2016-07-01", "2016-07-07"), expected(&july));
    let ordinary =
        ["2016-05-30 09:00/10:00", "2016-05-31 11:00/15:00", "2016-06-01 16:00/17:00", "2016-06-02 11:00/12:00", "2016-06-02 13:00/14:00"];
    assert_eq!(segments(&calendar, "2016-05-30", "2016-06-05"), expected(&ordinary));
    assert_eq!(segments(&calendar, "2016-11-24", "2016-11-25"), []);
    // In the zone the README gives it, 08:00 to 10:00 are other instants than those of the first schedule's 08:00 to 10:00.
    let apart = both(&example(), &other(LOS_ANGELES));
    assert_eq!(segments(&apart, "2016-05-30", "2016-05-31"), expected(&["2016-05-30 15:00/17:00"]));
}
