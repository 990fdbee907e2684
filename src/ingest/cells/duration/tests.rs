use proptest::prelude::*;

use super::DurationUnit::*;
use super::*;

fn check(unit: DurationUnit, good: &[(&str, i64)], bad: &[&str]) {
    for (text, seconds) in good {
        assert_eq!(unit.parse(text.as_bytes()), Some(*seconds), "{} {text:?}", unit.name());
    }
    for text in bad {
        assert_eq!(unit.parse(text.as_bytes()), None, "{} {text:?}", unit.name());
    }
}

#[test]
fn names_lead_to_units_and_back() {
    for (name, unit) in DurationUnit::ALL {
        assert_eq!(DurationUnit::from_name(name), Some(unit));
        assert_eq!(unit.name(), name);
    }
    assert_eq!(DurationUnit::from_name("weeks"), None);
}

#[test]
fn numbers_of_units() {
    check(Seconds, &[("109.0", 109), ("-3", -3), ("0.5", 1), ("-0.5", -1), ("0.4999", 0), ("1e3", 1000)], &["", "1s", "1:00", "9e18e"]);
    check(Milliseconds, &[("1499", 1), ("1500", 2), ("-1500", -2), ("0", 0)], &["", "x"]);
    check(Minutes, &[("1.5", 90), ("0.008333", 0), ("0.00833334", 1)], &["1m"]);
    check(Hours, &[("1.25", 4500), ("-0.1", -360), ("0e611", 0)], &["1:15", "1e400"]);
    check(Days, &[("2", 172_800), ("1E-05", 1)], &["2d"]);
    check(DayFraction, &[("0.00165509259259259", 143), ("1.65509259259259E-03", 143), ("1.5", 129_600)], &["00:02:23"]);
    check(Seconds, &[("9223372036854775807", i64::MAX)], &["9223372036854775808"]);
}

#[test]
fn hours_minutes_seconds() {
    let good = [
        ("1 day, 2:03:04", 93_784),
        ("2 days, 0:00:00.5", 172_801),
        ("-1 day, 23:59:30", -30),
        ("1 day 02:03:04", 93_784),
        ("-1 days +02:03:00", -79_020),
        ("-1 days -02:03:00", -93_780),
        ("1.02:03:04", 93_784),
        ("-1.02:03:04", -93_784),
        ("0.00:00:30.5000000", 31),
        ("\u{2212}0:30", -1800),
    ];
    check(
        Hms,
        &good,
        &["1 day", "1 day, 2:03", "1.02:03", "1.24:00:00", "1 dayz 1:00:00", "1 day, 1:00:00 x", "day, 1:00:00", "1.2.03:04:05"],
    );
    let good = [("0:45", 2700), ("27:05:09", 97_509), ("-1:30:00", -5400), ("100:00", 360_000), ("0:00:00.5", 1), ("00:59:59.6", 3600)];
    check(
        Hms,
        &good,
        &["", ":", "1:60", "1:00:60", "1:2:3:4", "1:", "1:-5", "1:+5", "-", "--1:00", "1:00:5.", "99999999999999999:00", "1:005"],
    );
}

#[test]
fn minutes_and_seconds() {
    let good =
        [("0:45", 45), ("58:22", 3502), ("90:05", 5405), ("1:02:03", 3723), ("-0:30", -30), ("1:23.5", 84), ("1 day, 2:03:04", 93_784)];
    check(Mmss, &good, &["", "45", "1:60", "1:2:3:4", ":30", "1:", "1:5:", "--1:00"]);
}

#[test]
fn periods() {
    let good = [("PT1H30M", 5400), ("P1DT2H", 93_600), ("PT0S", 0), ("PT5.5S", 6), ("-PT30M", -1800), ("P2D", 172_800), ("PT1,5H", 5400)];
    check(Iso, &good, &["", "P", "PT", "P1DT", "P1H", "PT1D", "P1W", "P1M", "P1Y", "PT1M1H", "T1H", "PT1", "PT1HT1M", "pt1h"]);
}

#[test]
fn numbers_of_other_styles() {
    let german = NumberStyle::named(",", Some(".")).unwrap();
    assert_eq!(Hours.parse_in(german, b"1,5"), Some(5400));
    assert_eq!(Seconds.parse_in(german, b"1.234"), Some(1234));
    assert_eq!(Seconds.parse_in(german, b"1.5"), None);
    assert_eq!(Hms.parse_in(german, b"1:30:00.5"), Some(5401));
    assert_eq!(Hours.parse_in(NumberStyle::PLAIN, b"1.5"), Some(5400));
}

#[test]
fn several_units_are_tried_in_order() {
    let units = Units::new(vec![Milliseconds, Hms]).unwrap();
    assert_eq!(units.parse(b"1500"), Some(2));
    assert_eq!(units.parse(b"0:01:30"), Some(90));
    assert_eq!(units.parse(b"1m"), None);
    assert!(!units.starts_with_seconds() && Units::default().starts_with_seconds());
    assert_eq!(Units::new(vec![Hms]).unwrap().parse(b"0"), Some(0));
    assert_eq!(Units::new(vec![Hms]).unwrap().parse(b"5"), None);
    for zero in ["0", "0,00", ",000", "-0.0", "0e0"] {
        assert_eq!(Units::new(vec![Hms]).unwrap().parse(zero.as_bytes()), Some(0), "{zero}");
    }
    assert_eq!(Units::of(Minutes).parse("\u{2212}5".as_bytes()), Some(-300));
    assert_eq!(Units::new(vec![Seconds, Words, Minutes]), Err((Seconds, Minutes)));
    assert_eq!(Units::new(vec![Hms, Mmss]), Err((Hms, Mmss)));
    assert_eq!(Units::new(vec![Since1900, Since1970]), Err((Since1900, Since1970)));
    assert_eq!(Units::new(Vec::new()), Ok(Units::of(Seconds)));
}

#[test]
fn clocks_as_lengths() {
    let good = [
        ("12:02:23 AM", 143),
        ("12:02 am", 120),
        ("1:00:00 AM", 3600),
        ("12:00 PM", 43_200),
        ("11:59:59 PM", 86_399),
        ("12:59:59.9 AM", 3600),
    ];
    check(Clock12, &good, &["0:10 AM", "13:00 PM", "12:02:23", "AM", "-1:00 AM"]);
    check(Since1900, &[("1900-01-01 00:02:23", 143), ("1900-01-02T00:00", 86_400), ("1899-12-31 23:59:59", -1)], &["00:02:23"]);
    check(Since1970, &[("1970-01-01 00:02:23", 143), ("1970-01-03", 172_800)], &["143"]);
}

#[test]
fn words_of_time() {
    let good =
        [("1d 2h 3m", 93_780), ("3m", 180), ("1 hour, 5 minutes and 2 seconds", 3902), ("-2H", -7200), ("1.5h", 5400), ("1h30m", 5400)];
    let others = [
        ("2 Std. 5 Min.", 7500),
        ("1 Tag", 86_400),
        ("2 Tage und 3 Stunden", 183_600),
        ("3 heures", 10_800),
        ("1 jour, 2 heures et 5 minutes", 93_900),
        ("2 días y 3 horas", 183_600),
        ("1 uur en 5 minuten", 3900),
        ("1 giorno e 2 ore", 93_600),
        ("1,5 Std.", 5400),
        ("2\u{A0}h 5\u{202F}min", 7500),
        ("1500 ms", 2),
        ("2 hours 5 minutes", 7500),
    ];
    check(Words, &others, &["1,250 h", "5 Minutes Minutes", "1 Monat", ",5 h", "2 semanas", "1h30"]);
    check(Words, &good, &["", "-", "5", "1w", "1h 1h", "3m 1h", "h", "1 h x", "1m,,2s"]);
}

proptest! {
    #[test]
    fn hms_reads_what_is_written(seconds in -1_000_000_000i64..1_000_000_000) {
        let size = seconds.abs();
        let text = format!("{}{}:{:02}:{:02}", if seconds < 0 { "-" } else { "" }, size / 3600, size / 60 % 60, size % 60);
        prop_assert_eq!(Hms.parse(text.as_bytes()), Some(seconds));
        prop_assert_eq!(Milliseconds.parse((seconds * 1000 + seconds.signum() * 499).to_string().as_bytes()), Some(seconds));
    }
}

fn search(header: &str, cells: &[&str]) -> Result<FoundDurations, DurationProblem> {
    let mut search = DurationSearch::new(header);
    for (n, cell) in cells.iter().enumerate() {
        search.feed(cell.as_bytes(), n as u64 + 2);
    }
    search.finish()
}

#[test]
fn units_are_found_from_values_and_header() {
    let cases: [(&str, &[&str], &[DurationUnit]); 22] = [
        ("Duration", &["58:22:50", "0:00:05"], &[Hms]),
        ("Talk (mm:ss)", &["1:23"], &[Mmss]),
        ("Talk time (min)", &["1:23", "1:02:03"], &[Mmss]),
        ("Resolution time (in hrs)", &["1:23"], &[Hms]),
        ("Resolution time (in hrs)", &["58:22:50", "00:00:00"], &[Hms]),
        ("Duration", &["1:23", "1:23.5"], &[Mmss]),
        ("Duration", &["1:02:03", "0:00"], &[Hms]),
        ("Duration", &["0:00"], &[Hms]),
        ("Duration", &["1d 2h", "2 hours 5 minutes"], &[Words]),
        ("First reply time in minutes", &["143", "0"], &[Minutes]),
        ("Total Talk (ms)", &["143", "0:02:23", "90"], &[Milliseconds, Hms]),
        ("Dauer in Stunden", &["1,5", "0,25"], &[Hours]),
        ("Duration", &["12:02:23 AM", "1:00 PM"], &[Clock12]),
        ("Duration", &["1900-01-01 00:02:23"], &[Since1900]),
        ("Duration", &["1970-01-01 02:37:03", "1971-02-03 00:00:00"], &[Since1970]),
        ("Duration", &["-0:30:00"], &[Hms]),
        ("Duration", &["PT1H30M"], &[Iso]),
        ("Duration", &["1 day, 2:03:04", "2:03:04"], &[Hms]),
        ("Duration", &["2.03:04:05", "03:04:05.5"], &[Hms]),
        ("Duration", &["0:01:30", "0", "yesterday"], &[Hms]),
        ("Dauer", &["2 Std. 5 Min.", "1 Tag"], &[Words]),
        ("wait_secs", &["0", "0.0"], &[Seconds]),
    ];
    for (header, cells, units) in cases {
        let found = search(header, cells).unwrap_or_else(|p| panic!("{header} {cells:?}: {p}"));
        assert_eq!((&found.units[..], &found.guess), (units, &None), "{header} {cells:?}");
    }
    let found = search("Dauer in Stunden", &["1,5", "1.234,25"]).unwrap().into_units();
    assert_eq!(found.parse(b"1.234,25"), Some(4_443_300));
}

#[test]
fn what_is_not_proved_is_told_or_asked() {
    let found = search("Duration", &["0.00165509259259259", "0", "0.5000000001"]).unwrap();
    assert_eq!(found.units, [DayFraction]);
    let guess = "numbers were taken for fractions of a day, as a spreadsheet writes times: 0.00165509259259259 on line 2";
    assert_eq!(found.guess.as_deref(), Some(guess));
    assert_eq!(search("Duration", &["0", "0.0"]).map(|f| f.guess.is_some()), Ok(true));
    assert_eq!(search("Time (hours)", &["0.00165509259259259"]).map(|f| f.units), Ok(vec![Hours]));

    let bare = |example: &str, line| Err(DurationProblem::Bare { example: example.to_owned(), line });
    assert_eq!(search("Duration", &["0", "143"]), bare("143", 3));
    assert_eq!(search("Duration", &["0.001655", "1.5"]), bare("0.001655", 2));
    assert_eq!(search("Duration", &["0.0017"]), bare("0.0017", 2));
    let clock = |example: &str, line| Err(DurationProblem::Clock { example: example.to_owned(), line });
    assert_eq!(search("Duration", &["0:00", "1:23"]), clock("1:23", 3));
    assert_eq!(search("Duration", &["99:23", "1:02:03"]), clock("99:23", 2));
    assert_eq!(search("Duration hh:mm", &["1:23", "1:23.5"]), clock("1:23.5", 3));
    let mixed = DurationProblem::Mixed { first: ("1970-01-01 00:02:23".into(), 2), other: ("1900-01-01 00:02:23".into(), 3) };
    assert_eq!(search("Duration", &["1970-01-01 00:02:23", "1900-01-01 00:02:23"]), Err(mixed));
    let unknown = |example: &str, line| Err(DurationProblem::Unknown { example: example.to_owned(), line });
    for odd in ["2025-07-14 00:02:23", "1899-12-30 00:02:23", "$5", "5%", "1 week", "long", "1e31"] {
        assert_eq!(search("Duration (min)", &[odd]), unknown(odd, 2));
    }
    assert!(matches!(search("Wait (sec)", &["1,234"]), Err(DurationProblem::Number(_))));
    assert_eq!(search("Duration", &[]), Err(DurationProblem::NoValues));
    let asked = search("Duration", &["143"]).unwrap_err();
    assert_eq!(asked.to_string(), "\"143\" on line 2 may be seconds, minutes or hours, and the header does not tell");
    assert!(asked.answer().contains("unit = "));
}

/// A length as a unit writes it; only what it can write exactly.
fn print(unit: DurationUnit, seconds: i64) -> String {
    let clock = |s: i64| format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
    match unit {
        Seconds => seconds.to_string(),
        Milliseconds => (seconds * 1000).to_string(),
        Minutes => format!("{:.6}", seconds as f64 / 60.0),
        Hours => format!("{:.7}", seconds as f64 / 3600.0),
        Days | DayFraction => format!("{:.9}", seconds as f64 / 86_400.0),
        Hms => clock(seconds),
        Mmss => format!("{}:{:02}", seconds / 60, seconds % 60),
        Clock12 => {
            let hour = seconds / 3600 % 24;
            format!("{}:{:02}:{:02} {}", (hour + 11) % 12 + 1, seconds / 60 % 60, seconds % 60, if hour < 12 { "AM" } else { "PM" })
        }
        Since1900 => format!("1900-01-{:02} {:0>8}", seconds / 86_400 + 1, clock(seconds % 86_400)),
        Since1970 => format!("1970-01-{:02} {:0>8}", seconds / 86_400 + 1, clock(seconds % 86_400)),
        Words => format!("{}d {}h {} Min. {} s", seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60),
        Iso => format!("P{}DT{}H{}M{}S", seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60),
    }
}

proptest! {
    #[test]
    fn a_unit_reads_what_it_prints_and_a_search_never_misreads(
        at in 0usize..DurationUnit::ALL.len(), lengths in prop::collection::vec(0i64..86_400, 1..20), is_said: bool,
    ) {
        let (name, unit) = DurationUnit::ALL[at];
        let header = match unit {
            Mmss if is_said => "Talk (mm:ss)".to_owned(),
            unit if is_said && unit.is_number() && unit != DayFraction => format!("Talk ({name})"),
            _ => "Talk".to_owned(),
        };
        let texts: Vec<String> = lengths.iter().map(|s| print(unit, *s)).collect();
        for (seconds, text) in lengths.iter().zip(&texts) {
            prop_assert_eq!(unit.parse(text.as_bytes()), Some(*seconds), "{} {}", name, text);
        }
        match search(&header, &texts.iter().map(String::as_str).collect::<Vec<_>>()) {
            // Days without a header that says so look like what a spreadsheet makes of times, and they are the same.
            Ok(found) if found.guess.is_none() || unit.is_number() && lengths.iter().all(|s| *s == 0) || matches!(unit, Days | DayFraction) => {
                let units = found.into_units();
                for (seconds, text) in lengths.iter().zip(&texts) {
                    prop_assert_eq!(units.parse(text.as_bytes()), Some(*seconds), "{} {} as {:?}", name, text, units);
                }
            }
            Ok(found) => prop_assert!(unit.is_number() && found.units == [DayFraction] && !is_said, "{} as {:?}", name, found),
            Err(DurationProblem::Bare { .. }) => prop_assert!(unit.is_number() && !(is_said && unit != DayFraction)),
            Err(DurationProblem::Clock { .. }) => prop_assert!(unit == Mmss && !is_said),
            Err(problem) => prop_assert!(false, "{} {:?}", name, problem),
        }
    }

    #[test]
    fn no_bytes_make_it_panic(text in prop::collection::vec(prop::sample::select(&b"0123456789.,:' -+dhmsPTDHMSAMday\xC2\xA0\xC3\xAD\xFF"[..]), 0..40)) {
        for (_, unit) in DurationUnit::ALL {
            let _ = unit.parse(&text);
        }
        let mut search = DurationSearch::new("(min)");
        search.feed(&text, 1);
        if let Ok(found) = search.finish() {
            let units = found.into_units();
            prop_assert!(units.parse(&text).is_some(), "{:?}", units);
        }
    }
}
