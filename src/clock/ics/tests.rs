use super::*;
use crate::clock::{day_text, parse_day};
use proptest::prelude::*;

fn wrapped(lines: &[&str]) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\nEND:VCALENDAR\r\n", lines.join("\r\n"))
}

fn event(lines: &[&str]) -> String {
    wrapped(&[&["BEGIN:VEVENT", "UID:1", "SUMMARY:Day"], lines, &["END:VEVENT"]].concat())
}

fn read(text: &str) -> Holidays {
    Holidays::read(text, "x.ics", Tz::Europe__Berlin).unwrap_or_else(|e| panic!("{e}"))
}

fn told(text: &str) -> String {
    Holidays::read(text, "x.ics", Tz::Europe__Berlin).expect_err(text).to_string()
}

fn range(from: &str, to: &str) -> Range<i32> {
    parse_day(from).expect("a day")..parse_day(to).expect("a day") + 1
}

fn days(holidays: &Holidays) -> String {
    let found = holidays.between(range("2026-01-01", "2028-12-31")).expect("holidays");
    found.into_keys().map(day_text).collect::<Vec<_>>().join(" ")
}

fn skips(lines: &[&str]) -> Vec<(Skip, u32)> {
    let holidays = read(&event(lines));
    assert_eq!((holidays.events(), days(&holidays).as_str()), (0, ""));
    holidays.skipped.into_iter().map(|(skip, s)| (skip, s.events)).collect()
}

#[test]
fn whole_days_in_every_form() {
    let cases: [(&[&str], &str); 16] = [
        (&["DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227"], "2026-12-24 2026-12-25 2026-12-26"),
        (&["DTSTART;VALUE=DATE:20261224"], "2026-12-24"),
        (&["DTSTART:20261224"], "2026-12-24"),
        (&["dtstart;value=date:20261224", "dtend;value=date:20261224"], "2026-12-24"),
        (&["DTSTART;VALUE=DATE:20261224", "DURATION:P2D"], "2026-12-24 2026-12-25"),
        (&["DTSTART;VALUE=DATE:20261224", "DURATION:PT24H"], "2026-12-24"),
        (&["DTSTART:20261224T000000", "DTEND:20261226T000000"], "2026-12-24 2026-12-25"),
        (&["DTSTART;TZID=Europe/Berlin:20261224T000000", "DURATION:P1D"], "2026-12-24"),
        // A day of 23 hours, as two instants, in UTC and in the words of another zone.
        (&["DTSTART:20260328T230000Z", "DTEND:20260329T220000Z"], "2026-03-29"),
        (&["DTSTART;TZID=Asia/Kolkata:20260329T043000", "DTEND;TZID=Asia/Kolkata:20260330T033000"], "2026-03-29"),
        (&["DTSTART;TZID=\"/example.org/20260101/Europe/Berlin\":20261224T000000", "DURATION:P1D"], "2026-12-24"),
        (&["DTSTART;VALUE=DATE:20261224", "RDATE;VALUE=DATE:20270105,20270107", "EXDATE;VALUE=DATE:20261224"], "2027-01-05 2027-01-07"),
        (&["DTSTART;VALUE=DATE:20191003", "RRULE:FREQ=YEARLY"], "2026-10-03 2027-10-03 2028-10-03"),
        (&["DTSTART;VALUE=DATE:20191003", "RRULE:FREQ=YEARLY;UNTIL=20271002T220000Z", "EXDATE:20261003"], "2027-10-03"),
        (&["DTSTART:20191003T000000", "DURATION:P1D", "RRULE:FREQ=YEARLY;UNTIL=20270101"], "2026-10-03"),
        (
            &["DTSTART;VALUE=DATE:20251231", "DTEND;VALUE=DATE:20260103", "RRULE:FREQ=YEARLY;COUNT=2"],
            "2026-01-01 2026-01-02 2026-12-31 2027-01-01 2027-01-02",
        ),
    ];
    for (lines, expected) in cases {
        let holidays = read(&event(lines));
        assert_eq!(days(&holidays), expected, "{lines:?}");
        assert!(holidays.skipped.is_empty(), "{lines:?}");
    }
}

/// Rules as public calendars have them; the days are those of python-dateutil 2.9.0.
#[test]
fn rules_give_the_days_of_dateutil() {
    let cases = [
        ("20130527", "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;WKST=SU", "2026-05-25 2027-05-31 2028-05-29"),
        ("20131128", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2026-11-26 2027-11-25 2028-11-23"),
        ("20070101", "FREQ=YEARLY;BYMONTH=1;BYDAY=MO,TU,WE,TH,FR;BYMONTHDAY=1,2,3;BYSETPOS=1", "2026-01-01 2027-01-01 2028-01-03"),
        ("20240229", "FREQ=YEARLY", "2028-02-29"),
        ("20240229", "FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2", "2026-02-28 2027-02-28 2028-02-29"),
        ("20240101", "FREQ=YEARLY;INTERVAL=2", "2026-01-01 2028-01-01"),
        ("20250101", "FREQ=YEARLY;BYYEARDAY=1,-1", "2026-01-01 2026-12-31 2027-01-01 2027-12-31 2028-01-01 2028-12-31"),
        ("16010101", "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=6", "2026-01-06 2027-01-06 2028-01-06"),
        ("20261230", "FREQ=DAILY;COUNT=3", "2026-12-30 2026-12-31 2027-01-01"),
        ("20281201", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,SU", "2028-12-01 2028-12-03 2028-12-15 2028-12-17 2028-12-29 2028-12-31"),
        ("20280930", "FREQ=MONTHLY;BYDAY=-1SA", "2028-09-30 2028-10-28 2028-11-25 2028-12-30"),
        ("20280831", "FREQ=MONTHLY", "2028-08-31 2028-10-31 2028-12-31"),
        ("20280526", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;UNTIL=20281231", "2028-05-26 2028-10-13"),
        ("20270101", "FREQ=YEARLY;BYDAY=1MO,-1FR;UNTIL=20280601", "2027-01-01 2027-01-04 2027-12-31 2028-01-03"),
        ("20260101", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-01-01"),
    ];
    for (start, rule, expected) in cases {
        let text = event(&[&format!("DTSTART;VALUE=DATE:{start}"), &format!("RRULE:{rule}")]);
        assert_eq!(days(&read(&text)), expected, "{rule}");
    }
}

/// The example of RFC 5545 §3.8.5.3: the week decides which days are in every other one.
#[test]
fn every_other_week_depends_on_the_first_day_of_the_week() {
    let august = |week_start: &str| {
        let rule = format!("RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST={week_start}");
        let found = read(&event(&["DTSTART;VALUE=DATE:19970805", &rule])).between(range("1997-08-01", "1997-09-30")).expect("holidays");
        found.into_keys().map(|d| day_text(d)[8..].to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!((august("MO").as_str(), august("SU").as_str()), ("05 10 19 24", "05 17 19 31"));
}

#[test]
fn what_is_no_whole_day_is_counted() {
    use Skip::{Cancelled, RepeatedElsewhere, TimeOfDay, UnknownZone};
    let cases: [(&[&str], Skip); 10] = [
        (&["DTSTART:20261224T080000", "DTEND:20261224T120000"], TimeOfDay),
        (&["DTSTART:20261224T000000", "DTEND:20261224T120000"], TimeOfDay),
        (&["DTSTART:20261224T000000"], TimeOfDay),
        (&["DTSTART:20261224T000000", "DTEND:20261224T000000"], TimeOfDay),
        (&["DTSTART:20261224T000000Z", "DTEND:20261225T000000Z"], TimeOfDay),
        (&["DTSTART;VALUE=DATE:20261224", "DURATION:PT12H"], TimeOfDay),
        (&["DTSTART;TZID=W. Europe Standard Time:20261224T000000", "DURATION:P1D"], UnknownZone),
        (&["DTSTART;TZID=Europe/Paris:20261224T000000", "DURATION:P1D", "RRULE:FREQ=YEARLY"], RepeatedElsewhere),
        (&["DTSTART:20261223T230000Z", "DURATION:P1D", "RRULE:FREQ=YEARLY"], RepeatedElsewhere),
        (&["DTSTART;VALUE=DATE:20261224", "STATUS:CANCELLED"], Cancelled),
    ];
    for (lines, skip) in cases {
        assert_eq!(skips(lines), [(skip, 1)], "{lines:?}");
    }
    let two = wrapped(&[
        "BEGIN:VEVENT\r\nSUMMARY:Lunch\r\nDTSTART:20261224T120000\r\nEND:VEVENT",
        "BEGIN:VEVENT\r\nSUMMARY:Tea\r\nDTSTART:20261224T160000\r\nEND:VEVENT",
    ]);
    let skipped = Skipped { events: 2, line: 3, name: "Lunch".to_owned() };
    assert_eq!(read(&two).skipped, BTreeMap::from([(TimeOfDay, skipped)]));
}

#[test]
fn one_repetition_is_moved_and_another_called_off() {
    let text = wrapped(&[
        "BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Party\r\nDTSTART;VALUE=DATE:20260701\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT",
        "BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Party, later\r\nRECURRENCE-ID;VALUE=DATE:20270701\r\nDTSTART;VALUE=DATE:20270702\r\nEND:VEVENT",
        "BEGIN:VEVENT\r\nUID:a\r\nRECURRENCE-ID;VALUE=DATE:20280701\r\nDTSTART;VALUE=DATE:20280701\r\nSTATUS:CANCELLED\r\nEND:VEVENT",
    ]);
    let holidays = read(&text);
    assert_eq!(days(&holidays), "2026-07-01 2027-07-02");
    assert_eq!(holidays.skipped[&Skip::Cancelled].events, 1);
}

#[test]
fn text_is_unfolded_and_its_escapes_undone() {
    let text = "\u{feff}BEGIN:VCALENDAR\nX-WR-CALNAME:\n\n BEGIN:VEVENT\nBEGIN:VTIMEZONE\nBEGIN:STANDARD\nDTSTART:19701025T030000\n\
        RRULE:FREQ=SECONDLY\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;VA\n LUE=DA\n\tTE:2026\n 1003\n\
        SUMMARY;LANGUAGE=\"x:y;z\":Tag der\\, Deutschen\\n\n  Einheit \u{1f3d6} \u{0} x\nBEGIN:VALARM\nTRIGGER:-PT15M\n\
        DURATION:PT5M\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR";
    let found = read(text).between(range("2026-10-03", "2026-10-03")).expect("holidays");
    assert_eq!(found.into_values().collect::<Vec<_>>(), [["Tag der, Deutschen  Einheit \u{1f3d6}   x"]]);
}

#[test]
fn a_day_keeps_each_name_once_and_four_at_most() {
    let event = |name: &str| format!("BEGIN:VEVENT\r\nSUMMARY:{name}\r\nDTSTART:20261225\r\nEND:VEVENT");
    let events: Vec<String> = ["a", "b", "a", "c", "d", "e"].map(event).into();
    let found = read(&wrapped(&events.iter().map(String::as_str).collect::<Vec<_>>())).between(0..30_000).expect("holidays");
    assert_eq!(found.into_values().collect::<Vec<_>>(), [["a", "b", "c", "d"]]);
}

#[test]
fn bad_lines_are_told_with_their_number() {
    let start = "DTSTART;VALUE=DATE:20261224";
    let cases = [
        (told(""), "x.ics line 1: this is not an iCalendar file\n  hint: it must begin with BEGIN:VCALENDAR"),
        (told("date,name"), "x.ics line 1: this is not a line of an iCalendar file"),
        (
            told("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"),
            "x.ics line 2: `VEVENT` begins here and the file ends without END:VEVENT\n  hint: the file was cut short",
        ),
        (told(&event(&["DTSTART;VALUE=DATE:20260230"])), "x.ics line 6: `20260230` of `DTSTART` is not a date\n  hint: write 20261224"),
        (told(&event(&["DTSTART:20260203T250000"])), "x.ics line 6: `20260203T250000` of `DTSTART` is not a date"),
        (told(&event(&["DTSTART;VALUE=PERIOD:20260203T000000/P1D"])), "x.ics line 6: `DTSTART` is given as `PERIOD`, not as dates"),
        (told(&event(&[])), "x.ics line 3: the event `Day` has no DTSTART"),
        (told(&event(&[start, "DTEND;VALUE=DATE:20261223"])), "x.ics line 7: the event `Day` ends before it starts"),
        (told(&event(&[start, "DTEND;VALUE=DATE:20281224"])), "x.ics line 7: the event `Day` is longer than 366 days"),
        (told(&event(&[start, "DURATION:P9999999999999W"])), "x.ics line 7: the event `Day` is longer than 366 days"),
        (told(&event(&[start, "DURATION:1 day"])), "x.ics line 7: `1 day` is not a length of time"),
        (told(&event(&[start, "DURATION:P99999999999999999999W"])), "x.ics line 7: `P99999999999999999999W` is not a length of time"),
        (told(&event(&[start, "half a line"])), "x.ics line 7: this is not a line of an iCalendar file"),
        (
            told(&event(&[start, "RRULE:FREQ=SECONDLY"])),
            "x.ics line 7: a holiday cannot repeat `SECONDLY`\n  hint: give the days one by one under `holidays`",
        ),
        (told(&event(&[start, "RRULE:BYMONTH=3"])), "x.ics line 7: the rule does not say how often (FREQ)"),
        (told(&event(&[start, "RRULE:FREQ=YEARLY;BYMONTH=13"])), "x.ics line 7: `BYMONTH=13` of the rule cannot be read"),
        (told(&event(&[start, "RRULE:FREQ=YEARLY;BYDAY=0MO"])), "x.ics line 7: `BYDAY=0MO` of the rule cannot be read"),
        (told(&event(&[start, "RRULE:FREQ=YEARLY;BYWEEKNO=3"])), "x.ics line 7: `BYWEEKNO` of the rule is not known here"),
        (told(&event(&[start, "RRULE:FREQ=WEEKLY;BYDAY=2MO"])), "x.ics line 7: the rule numbers weekdays"),
        (told(&event(&[start, "RRULE:FREQ=YEARLY;COUNT=2;UNTIL=20300101"])), "x.ics line 7: the rule has both COUNT and UNTIL"),
        (told(&event(&[start, "RRULE:FREQ=YEARLY;INTERVAL=0"])), "x.ics line 7: `INTERVAL=0` of the rule cannot be read"),
        (told(&event(&[start, "RRULE:YM1 12"])), "x.ics line 7: `YM1 12` of the rule has no value"),
        (told(&event(&[start, "EXRULE:FREQ=YEARLY"])), "x.ics line 7: EXRULE is no longer part of iCalendar"),
        (
            told(&event(&[start, "RDATE:20261224T080000"])),
            "x.ics line 3: the event `Day` covers whole days, but repeats (RDATE) at times of day",
        ),
        (told(&event(&["BEGIN:VEVENT"])), "x.ics line 6: an event begins within the one of line 3"),
        (told(&event(&["END:VALARM"])), "x.ics line 6: `END:VALARM` ends what has not begun"),
        (told(&format!("{}UID:2\r\n", event(&[start]))), "x.ics line 9: this line stands after END:VCALENDAR"),
    ];
    for (error, expected) in cases {
        assert!(error.starts_with(expected), "{error}\n≠ {expected}");
    }
}

#[test]
fn rules_without_end_in_sight_are_refused_and_others_end() {
    // Events that each repeat every day would give millions of days.
    let daily = "BEGIN:VEVENT\r\nDTSTART:19700101\r\nRRULE:FREQ=DAILY\r\nSUMMARY:Bomb\r\nEND:VEVENT\r\n";
    let bomb = read(&wrapped(&[daily.repeat(2000).trim_end()]));
    assert_eq!(bomb.between(range("2026-01-01", "2026-12-31")).expect("holidays").len(), 365);
    let error = bomb.between(range("1970-01-01", "2100-12-31")).expect_err("refused").to_string();
    assert!(error.starts_with("x.ics line ") && error.contains("`Bomb` repeats too often to be a holiday"), "{error}");
    // A list as long as the file is looked through once.
    let long = event(&["DTSTART:19700101", &format!("RRULE:FREQ=YEARLY;BYMONTHDAY={}3;BYMONTH=1", "2,".repeat(200_000))]);
    assert_eq!(days(&read(&long)), "2026-01-02 2026-01-03 2027-01-02 2027-01-03 2028-01-02 2028-01-03");
    // Counted from a long time ago, never, and as seldom as can be said.
    for rule in
        ["FREQ=DAILY;COUNT=4294967295;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;INTERVAL=4294967295", "FREQ=MONTHLY;INTERVAL=4294967295"]
    {
        let text = event(&["DTSTART:00010101", &format!("RRULE:{rule}")]);
        assert_eq!(days(&read(&text)), "", "{rule}");
    }
}

#[test]
fn a_large_file_is_read() {
    let long = format!("DESCRIPTION:{}", "x\\n".repeat(400_000));
    let fold = "DESCRIPTION:\r\n x".to_owned() + &"\r\n y".repeat(100_000);
    let holidays = read(&event(&["DTSTART:20261224", &long, &fold]));
    assert_eq!(days(&holidays), "2026-12-24");
}

/// Lines that are nearly right.
fn some_line() -> impl Strategy<Value = String> {
    let known = prop::sample::select(
        &[
            "BEGIN:VEVENT",
            "END:VEVENT",
            "BEGIN:VALARM",
            "END:VALARM",
            "DTSTART:20261224",
            "DTSTART;TZID=Europe/Berlin:20261224T000000",
            "DTEND;VALUE=DATE:20261226",
            "DURATION:P1D",
            "RRULE:FREQ=YEARLY;BYDAY=1MO",
            "RRULE:FREQ=DAILY;COUNT=9",
            "EXDATE:20261224",
            "RDATE:20270101,20270102",
            "SUMMARY:\\",
            " folded",
            "\tfolded",
            "\"",
            ";:",
            "",
            "é:ß",
            "STATUS:CANCELLED",
            "RECURRENCE-ID:20261224",
        ][..],
    );
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => "\\PC{0,12}", 1 => "(DTSTART|RRULE|DURATION)[;:=A-Z0-9,+-]{0,20}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_text_makes_it_panic(lines in prop::collection::vec(some_line(), 0..20)) {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{}\nEND:VEVENT\nEND:VCALENDAR", lines.join("\n"));
        if let Ok(holidays) = Holidays::read(&text, "x.ics", Tz::Europe__Berlin) {
            for day in holidays.between(-800_000..3_000_000).map_or_else(|_| Vec::new(), |h| h.into_keys().collect()) {
                prop_assert!((-719_162..=2_932_896 + LONGEST).contains(&day));
            }
        }
    }

    #[test]
    fn the_years_asked_for_do_not_change_the_days(
        start in 0i32..20_000,
        rule in "FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY)(;INTERVAL=[1-9])?(;BYMONTH=[1-9])?(;BYDAY=(MO|SU),WE)?(;BYMONTHDAY=-?[1-9])?(;BYSETPOS=-?1)?(;COUNT=[1-9]0)?",
        from in 0i32..20_000,
        length in 0i32..2000,
    ) {
        let text = event(&[&format!("DTSTART:{}", day_text(start).replace('-', "")), &format!("RRULE:{rule}")]);
        let holidays = read(&text);
        let all = holidays.between(0..22_000).expect("holidays");
        let some = holidays.between(from..from + length).expect("holidays");
        prop_assert_eq!(all.range(from..from + length).collect::<Vec<_>>(), some.iter().collect::<Vec<_>>());
    }
}
