use super::super::node::File;
use super::*;
use crate::clock::zone::Zone;
use crate::clock::{DAY, parse_day, parse_local};

const HOUR: i64 = 3600;

fn read_in(text: &str, dir: &Path) -> Result<Calendars> {
    let file = File { name: "deskcard.toml", text };
    let document = file.parse()?;
    calendars(&Table::root(file, &document, &["calendar", "calendars"])?, Tz::Europe__Berlin, dir)
}

fn read(text: &str) -> Calendars {
    read_in(text, Path::new(".")).unwrap_or_else(|e| panic!("{e}"))
}

fn own(text: &str) -> Schedules {
    read(text).own.expect("a calendar")
}

fn told(text: &str) -> String {
    read_in(text, Path::new(".")).expect_err(text).to_string()
}

fn day(text: &str) -> i32 {
    parse_day(text).expect("a day")
}

#[test]
fn no_calendar_is_no_error() {
    assert_eq!(read(""), Calendars::default());
}

#[test]
fn every_key_arrives() {
    let calendars = read(
        r#"
[calendar]
time_zone = "Europe/Vienna"
mon = ["13:00-18:00", "08:00-12:00"]
tue = "00:00-24:00"
holidays = ["2026-12-25", 2026-12-26]
shifts = { "2026-12-24" = "08:00-12:00", 2026-12-26 = [], 2026-12-27 = ["10:00-12:00", "08:00-09:00"] }
within = "office"

[calendars.office]
mon = "08:00-16:00"
[calendars.office.breaks]
2026-11-16 = ["12:00-13:00", "12:30-13:30", "12:15-12:20", "22:00-02:00"]
"2026-11-17" = "01:00-03:00"
"#,
    );
    let own = calendars.own.expect("a calendar");
    let schedule = &own.first.schedule;
    assert_eq!((schedule.time_zone, own.at.as_str()), (Tz::Europe__Vienna, "deskcard.toml:2:1"));
    assert_eq!(schedule.hours[0], [(8 * HOUR, 12 * HOUR), (13 * HOUR, 18 * HOUR)]);
    assert_eq!(schedule.hours[1], [(0, DAY)]);
    assert!(schedule.hours[2..].iter().all(Vec::is_empty));
    assert_eq!(schedule.holidays, ["2026-12-25", "2026-12-26"].map(day).into());
    let shifts: Vec<(i32, Vec<(i64, i64)>)> = schedule.shifts.clone().into_iter().collect();
    let christmas = [
        (day("2026-12-24"), vec![(8 * HOUR, 12 * HOUR)]),
        (day("2026-12-26"), vec![]),
        (day("2026-12-27"), vec![(8 * HOUR, 9 * HOUR), (10 * HOUR, 12 * HOUR)]),
    ];
    assert_eq!(shifts, christmas);
    let office = &calendars.named["office"];
    assert_eq!(own.within, std::slice::from_ref(&office.first));
    assert_eq!(office.first.schedule.time_zone, Tz::Europe__Berlin);
    let breaks: Vec<(i32, Vec<(i64, i64)>)> = office.first.schedule.breaks.clone().into_iter().collect();
    let november = [(day("2026-11-16"), vec![(12 * HOUR, 13 * HOUR + 1800), (22 * HOUR, DAY)]), (day("2026-11-17"), vec![(0, 3 * HOUR)])];
    assert_eq!(breaks, november);
}

#[test]
fn hours_over_midnight_are_of_both_days() {
    let night = own("[calendar]\nmon = \"22:00-06:00\"\ntue = \"06:00-07:00\"\nsun = [\"08:00-09:00\", \"23:00-00:30\"]\n");
    let hours = &night.first.schedule.hours;
    assert_eq!(hours[0], [(0, 1800), (22 * HOUR, DAY)]);
    assert_eq!(hours[1], [(0, 6 * HOUR), (6 * HOUR, 7 * HOUR)]);
    assert_eq!(hours[6], [(8 * HOUR, 9 * HOUR), (23 * HOUR, DAY)]);
    // A holiday closes its own date, not the night that goes on into the next.
    let calendar = own("[calendar]\nmon = \"22:00-06:00\"\nholidays = [\"2026-11-16\"]\n").calendar(2026, 2026).expect("a calendar");
    let zone = Zone::new(Tz::Europe__Berlin);
    let at = |text: &str| zone.to_utc(parse_local(text).expect("a time")).secs;
    assert_eq!(calendar.elapsed(at("2026-11-16"), at("2026-11-18")), 6 * HOUR);
    assert_eq!(calendar.elapsed(at("2026-11-23"), at("2026-11-25")), 8 * HOUR);
}

#[test]
fn within_takes_in_what_the_others_are_within_each_once() {
    let calendars = read(
        "[calendar]\nmon = \"00:00-24:00\"\nwithin = [\"a\", \"b\"]\n[calendars.a]\nmon = \"08:00-18:00\"\nwithin = [\"c\"]\n\
         [calendars.b]\nmon = \"06:00-16:00\"\nwithin = \"c\"\n[calendars.c]\nmon = \"12:00-24:00\"\n",
    );
    let own = calendars.own.expect("a calendar");
    let first = |s: &Part| s.schedule.hours[0][0].0 / HOUR;
    assert_eq!(own.within.iter().map(first).collect::<Vec<_>>(), [8, 12, 6]);
    assert_eq!(own.calendar(2026, 2026).expect("a calendar").business_day_secs(), 4 * HOUR);
    assert_eq!(calendars.named["a"].calendar(2026, 2026).expect("a calendar").business_day_secs(), 6 * HOUR);
    assert_eq!((calendars.named["a"].within.len(), calendars.named["c"].within.len()), (1, 0));
}

#[test]
fn calendars_that_are_never_open_together_say_where() {
    let own = own("[calendar]\nmon = \"08:00-12:00\"\nwithin = [\"b\"]\n[calendars.b]\nmon = \"12:00-16:00\"\n");
    let error = own.calendar(2026, 2026).expect_err("refused").to_string();
    assert!(error.starts_with("deskcard.toml:1:1: the calendar and those it is within are never open at the same time"), "{error}");
}

#[test]
fn mistakes_say_where_and_what_to_write() {
    let day = |rest: &str| told(&format!("[calendar]\nmon = \"08:00-18:00\"\n{rest}"));
    let cases = [
        (
            told("[calendar]\nholidays = [\"2026-12-25\"]"),
            "deskcard.toml:1:1: [calendar] has no opening hours\n  hint: give at least one day",
        ),
        (told("[calendars.x]\nwithin = [\"y\"]"), "deskcard.toml:1:1: [calendars.x] has no opening hours\n  hint: `within` narrows"),
        (told("[calendar]\nmonday = \"08:00-18:00\""), "deskcard.toml:2:1: unknown key `monday` in [calendar]\n  hint: did you mean `mon`"),
        (day("time_zone = \"Europe/Berln\""), "deskcard.toml:3:13: unknown time zone `Europe/Berln`\n  hint: did you mean `Europe/Berlin`"),
        (day("tue = \"8-18\""), "deskcard.toml:3:7: `8-18` are not opening hours\n  hint: write \"08:00-18:00\""),
        (
            day("tue = \"18:00-00:00\""),
            "deskcard.toml:3:7: the hours `18:00-00:00` end before they start\n  hint: midnight at the end of a day is 24:00",
        ),
        (day("tue = \"08:00-08:00\""), "deskcard.toml:3:7: the hours `08:00-08:00` end where they start\n  hint: day and night is"),
        (day("tue = \"24:00-06:00\""), "deskcard.toml:3:7: the hours `24:00-06:00` start at the end of the day"),
        (
            day("tue = [\"08:00-12:00\", \"11:59-18:00\"]"),
            "deskcard.toml:3:23: the hours `11:59-18:00` of `tue` overlap others of that day",
        ),
        (day("sun = \"22:00-08:01\""), "deskcard.toml:3:7: the hours `22:00-08:01` of `sun` go on into others of `mon`"),
        (
            told("[calendar]\nmon = \"22:00-06:00\"\ntue = \"05:00-07:00\""),
            "deskcard.toml:3:7: the hours `05:00-07:00` of `tue` overlap others of that day\n  hint: `22:00-06:00` of `mon` go on into it",
        ),
        (
            day("shifts = { \"2026-12-24\" = \"22:00-06:00\" }"),
            "deskcard.toml:3:27: a shift of `2026-12-24` cannot go on over midnight\n  hint: end it at 24:00, and give all hours of the next date under `2026-12-25`",
        ),
        (day("shifts = { xmas = \"08:00-12:00\" }"), "deskcard.toml:3:12: `xmas` is not a date\n  hint: write \"2026-11-16\""),
        (day("shifts = [\"2026-12-24\"]"), "deskcard.toml:3:10: `shifts` must be a table, not a list"),
        (day("breaks = { 2026-12-24 = 12 }"), "deskcard.toml:3:25: `2026-12-24` must be a text in quotes, not a number"),
        (day("holidays = [\"24.12.2026\"]"), "deskcard.toml:3:13: `24.12.2026` is not a date"),
        (day("within = [\"b\"]"), "deskcard.toml:3:11: there is no calendar `b`\n  hint: describe it as [calendars.b]"),
        (
            day("within = [\"ofice\"]\n[calendars.office]\nmon = \"08:00-18:00\""),
            "deskcard.toml:3:11: there is no calendar `ofice`\n  hint: did you mean `office`?",
        ),
        (
            told("[calendars.a]\nmon = \"08:00-18:00\"\nwithin = [\"a\"]"),
            "deskcard.toml:3:11: `within` goes round: `a`, then `a` again\n  hint: take one of them out",
        ),
        (
            told("[calendars.a]\nmon = \"08:00-18:00\"\nwithin = [\"b\"]\n[calendars.b]\nmon = \"08:00-18:00\"\nwithin = \"a\""),
            "deskcard.toml:6:10: `within` goes round: `a`, then `b`, then `a` again",
        ),
        (day("holiday_files = [\"no.ics\"]"), "deskcard.toml:3:18: cannot read the holidays ./no.ics: "),
        (told("calendars = 3"), "deskcard.toml:1:13: `calendars` must be a table, not a number"),
    ];
    for (error, expected) in cases {
        assert!(error.starts_with(expected), "{error}\n≠ {expected}");
    }
}

const CHRISTMAS: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20201225\r\nDTEND;VALUE=DATE:20201227\r\n\
    RRULE:FREQ=YEARLY\r\nSUMMARY:Christmas\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20261221T080000Z\r\nDTEND:20261221T090000Z\r\n\
    SUMMARY:Lunch\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn files_are_read_from_the_folder_of_the_config() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("de.ics"), CHRISTMAS).expect("written");
    let text = "[calendar]\nthu = \"08:00-18:00\"\nfri = \"08:00-18:00\"\nholiday_files = [\"de.ics\"]\nholidays = [\"2026-01-01\"]\n\
                [calendars.b]\nmon = \"08:00-18:00\"\nholiday_files = \"de.ics\"\n";
    let calendars = read_in(text, dir.path()).expect("calendars");
    let own = calendars.own.as_ref().expect("a calendar");
    let named: Vec<(i32, Vec<String>)> = own.holidays(2026, 2026).expect("holidays").into_iter().collect();
    let christmas = vec!["Christmas".to_owned()];
    assert_eq!(named, [(day("2026-01-01"), vec![]), (day("2026-12-25"), christmas.clone()), (day("2026-12-26"), christmas)]);
    let zone = Zone::new(Tz::Europe__Berlin);
    let week = zone.day_start(day("2026-12-21"))..zone.day_start(day("2026-12-28"));
    assert_eq!(own.calendar(2026, 2026).expect("a calendar").elapsed(week.start, week.end), 10 * HOUR);
    let remark = "de.ics: left out 1 of its events: no whole days in the calendar's time zone (the first: line 8, `Lunch`)";
    assert_eq!(own.remarks(), [remark]);
    let [file] = *calendars.files() else { panic!("one file") };
    assert_eq!((file.name.as_str(), file.sha256.len(), file.holidays.events()), ("de.ics", 64, 1));
    let Calendars { own: again, .. } = read_in(&text.replace("de.ics", "./de.ics"), dir.path()).expect("calendars");
    assert_eq!(again.expect("a calendar").first.files[0].sha256, file.sha256);
}

#[test]
fn files_that_cannot_be_used_are_errors() {
    let dir = tempfile::tempdir().expect("a folder");
    let told = |bytes: &[u8], list: &str| {
        std::fs::write(dir.path().join("x.ics"), bytes).expect("written");
        read_in(&format!("[calendar]\nmon = \"08:00-18:00\"\nholiday_files = {list}\n"), dir.path()).expect_err(list).to_string()
    };
    let twice = told(CHRISTMAS.as_bytes(), "[\"x.ics\", \"x.ics\"]");
    assert_eq!(twice, "deskcard.toml:3:27: `x.ics` is given twice");
    let latin = told(b"BEGIN:VCALENDAR\nSUMMARY:Fr\xfchling\n", "\"x.ics\"");
    assert_eq!(
        latin,
        "x.ics line 2: the holidays are not UTF-8 text\n  hint: save the file as UTF-8\n  hint: the file is named in deskcard.toml:3:17"
    );
    let wrong = told(b"date;name\n2026-12-25;Christmas\n", "\"x.ics\"");
    assert!(wrong.starts_with("x.ics line 1: this is not"), "{wrong}");
    let large = told(&vec![b'A'; (4 << 20) + 1], "\"x.ics\"");
    assert!(large.contains("x.ics is larger than 4 MB"), "{large}");
}
