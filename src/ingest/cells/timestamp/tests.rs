use proptest::prelude::*;

use super::*;

mod search;

fn form(pattern: &str) -> Form {
    Form::compile(pattern).unwrap()
}

fn secs(pattern: &str, text: &str) -> Option<i64> {
    form(pattern).parse(text.as_bytes()).map(|s| s.secs)
}

/// 2025-07-14 15:42:07 as seconds.
const JULY: i64 = 20_283 * 86_400 + 15 * 3600 + 42 * 60 + 7;

#[test]
fn every_day_is_one_after_the_day_before() {
    let mut expected = days(1, 1, 1).unwrap();
    assert_eq!(days(1970, 1, 1), Some(0));
    for year in 1..=9999 {
        for month in 1..=12 {
            let long = match month {
                2 => 28 + u32::from((year % 4 == 0 && year % 100 != 0) || year % 400 == 0),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            for day in 1..=long {
                assert_eq!(days(year, month, day), Some(expected), "{year}-{month}-{day}");
                expected += 1;
            }
            assert_eq!(days(year, month, long + 1), None);
        }
    }
    assert_eq!(days(2025, 0, 1).or(days(2025, 13, 1)).or(days(2025, 1, 0)).or(days(0, 1, 1)), None);
}

#[test]
fn the_forms_of_the_sources() {
    let cases = [
        ("%Y-%m-%d %H:%M:%S", "2025-07-14 15:42:07", 0),
        ("%Y-%m-%d %H:%M:%S", "2025-7-14 15:42:7", 0),
        ("%d/%m/%Y %H:%M:%S", "14/07/2025 15:42:07", 0),
        ("%m/%d/%Y %I:%M:%S %p", "7/14/2025 3:42:07 PM", 0),
        ("%m/%d/%Y %I:%M:%S %p", "7/14/2025 3:42:07\u{202F}pm", 0),
        ("%d.%m.%Y %H:%M", "14.07.2025 15:42", -7),
        ("%d/%b/%y %I:%M %p", "14/Jul/25 3:42 PM", -7),
        ("%b %d, %Y %I:%M %p", "July 14, 2025 3:42 p.m.", -7),
        ("%d-%B-%Y %H:%M", "14-JUL-2025 15:42", -7),
        ("%d/%m/%Y %H:%M[:%S]", "14/07/2025 15:42", -7),
        ("%d/%m/%Y %H:%M[:%S]", "14/07/2025 15:42:07", 0),
        ("%Y%m%d", "20250714", -56_527),
        ("%Y-%m-%d 1900-01-01 %H:%M:%S", "2025-07-14 1900-01-01 15:42:07", 0),
        ("%d.%m.%Y day-fraction", "14.07.2025 0.654247685185185", 0),
        ("%d.%m.%Y day-fraction", "14.07.2025 0", -56_527),
        ("%Y-%m-%dT%H:%M:%S%.f%z", "2025-07-14T15:42:07.999+02:00", 0),
        ("%Y-%m-%dT%H:%M:%S.%f", "2025-07-14T15:42:07.999999", 0),
        ("excel-serial", "45852.6542476852", 0),
        ("epoch-s", "1752507727", 0),
        ("epoch-s", "1752507727.9999", 0),
        ("epoch-ms", "1752507727999", 0),
        ("epoch-ms", "1.752507727E12", 0),
        ("%d. %B %Y %H:%M:%S", "14. Juli 2025 15:42:07", 0),
        ("%d %b %Y %H:%M:%S", "14 juil. 2025 15:42:07", 0),
        ("%d-%b-%Y %H:%M:%S", "14-JUL-2025 15:42:07", 0),
        ("%d de %B de %Y %H:%M:%S", "14 de julho de 2025 15:42:07", 0),
        ("%d. %b. %Y %H:%M:%S", "14. Jul. 2025 15:42:07", 0),
        ("%a, %d %b %Y %H:%M:%S %z", "Mon, 14 Jul 2025 15:42:07 +0000", 0),
        ("%a. %d/%m/%Y %H:%M:%S", "lun. 14/07/2025 15:42:07", 0),
        ("%a %b %d %H:%M:%S %z %Y", "Mon Jul 14 15:42:07 UTC 2025", 0),
        ("%b %d %H:%M:%S %Y", "Jul  14 15:42:07 2025", 0),
        ("%d/%m/%Y %I:%M:%S %p", "14/07/2025 3:42:07 p. m.", 0),
        ("%d/%m/%Y %I:%M:%S %p", "14/07/2025 3:42:07\u{2009}p.\u{A0}m.", 0),
        ("%Y%m%dT%H%M%S%z", "20250714T154207Z", 0),
        ("%Y%m%d %H:%M:%S", "20250714 15:42:7", 0),
        ("%d%m%Y%H%M%S", "14072025154207", 0),
        ("%Y-%m-%d %H:%M:%S", "2025-07-14\u{A0}15:42:07", 0),
    ];
    for (pattern, text, off) in cases {
        assert_eq!(secs(pattern, text), Some(JULY + off), "{pattern} {text}");
    }
    assert_eq!(secs("epoch-ms", "-1"), Some(-1));
    assert_eq!(secs("excel-serial", "1"), Some((days(1900, 1, 1).unwrap()) * 86_400));
    assert_eq!(secs("excel-serial", "59"), Some((days(1900, 2, 28).unwrap()) * 86_400));
    assert_eq!(secs("excel-serial", "61"), Some((days(1900, 3, 1).unwrap()) * 86_400));
    assert_eq!(secs("%m/%d/%y %I:%M %p", "1/2/69 12:05 AM"), Some(days(1969, 1, 2).unwrap() * 86_400 + 300));
}

#[test]
fn what_is_refused() {
    let cases = [
        ("%Y-%m-%d %H:%M:%S", "2025-02-31 00:00:00"),
        ("%Y-%m-%d %H:%M:%S", "2025-02-29 00:00:00"),
        ("%Y-%m-%d %H:%M:%S", "2025-01-01 00:00:60"),
        ("%Y-%m-%d %H:%M:%S", "2025-01-01 24:00:00"),
        ("%Y-%m-%d %H:%M:%S", "2025-01-01T00:00:00"),
        ("%Y-%m-%d %H:%M:%S", "2025-01-01 00:00:00 "),
        ("%Y-%m-%d %H:%M:%S", "2025-01-01 00:00"),
        ("%m/%d/%Y %I:%M %p", "7/14/2025 13:42 PM"),
        ("%m/%d/%Y %I:%M %p", "7/14/2025 0:42 AM"),
        ("%m/%d/%Y %I:%M %p", "7/14/2025 3:42"),
        ("%d/%m/%Y", "14/07/25"),
        ("%d/%m/%y", "14/07/2025"),
        ("%d %b %Y", "14 Julio de 2025"),
        ("%d %b %Y", "14 Ju 2025"),
        ("%d.%m.%Y day-fraction", "14.07.2025 1.5"),
        ("excel-serial", "60.5"),
        ("excel-serial", "0.5"),
        ("epoch-s", "99999999999999"),
        ("epoch-s", ""),
        ("iso", "2025-07-14 "),
        ("iso", "2025-07-14 15"),
        ("iso", "2025-07-14 15:42:"),
        ("iso", "2025-07-14 15:42:07+25:00"),
        ("iso", "2025-07-14 15:42:07+01:60"),
        ("iso", "2025-07-14T15:42Zx"),
        ("iso", "2025-7-14"),
        ("iso", "2025-07-14 15:42:07 CET"),
        ("iso", "2025-07-14 15:42:07 UTCX"),
        ("%d/%m/%Y %H:%M%z", "14/07/2025 15:42 CEST"),
        ("%Y%m%d", "2025714"),
        ("%Y%m%d", "2025111"),
        ("%Y%m%d", "202507140"),
        ("%H:%M %d%m%Y", "10:00 7142025"),
        ("%a %d/%m/%Y", "Tue 14/07/2025"),
        ("%a %d/%m/%Y", "14/07/2025"),
        ("%d %b %Y", "14 Listopad 2025"),
        ("%d/%m/%Y %I:%M %p", "14/07/2025 3:42 p m"),
    ];
    for (pattern, text) in cases {
        assert_eq!(secs(pattern, text), None, "{pattern} {text}");
    }
}

#[test]
fn offsets_are_kept_apart_from_the_wall_clock() {
    let cases = [
        ("2025-07-14 15:42:07", None),
        ("2025-07-14T15:42:07Z", Some(0)),
        ("2025-07-14 15:42:07 UTC", Some(0)),
        ("2025-07-14T15:42:07.123+02:00", Some(7200)),
        ("2025-07-14T15:42:07-0330", Some(-12_600)),
        ("2025-07-14 15:42:07,5 +01", Some(3600)),
        ("2025-07-14T15:42:07.000+0200", Some(7200)),
        ("2025-07-14 15:42:07 GMT", Some(0)),
        ("2025-07-14 15:42:07 UTC+02:00", Some(7200)),
        ("2025-07-14T15:42:07z", Some(0)),
    ];
    for (text, offset) in cases {
        assert_eq!(form("iso").parse(text.as_bytes()), Some(Stamp { secs: JULY, offset }), "{text}");
    }
    assert_eq!(form("epoch-s").parse(b"0"), Some(Stamp { secs: 0, offset: Some(0) }));
}

#[test]
fn patterns_that_are_no_forms() {
    assert_eq!(Form::compile("%d/%m/%q"), Err(FormError::Unknown("%q".to_owned())));
    assert_eq!(Form::compile("%d/%m"), Err(FormError::Missing("year")));
    assert_eq!(Form::compile("%d/%m/%Y %y"), Err(FormError::Twice("year")));
    assert!(matches!(Form::compile("%d/%m/%Y %I:%M"), Err(FormError::Missing(_))));
    assert!(matches!(Form::compile("%d/%m/%Y %H:%M %p"), Err(FormError::Missing(_))));
    assert!(matches!(Form::compile("%d/%m/%Y %S"), Err(FormError::Missing(_))));
    assert_eq!(form("%d/%m/%Y").to_string(), "%d/%m/%Y");
    assert_eq!(Form::iso(), form("iso"));
}

proptest! {
    #[test]
    fn the_quick_way_reads_what_the_long_way_reads(
        year in 0u32..=9999, month in 0u32..14, day in 0u32..33, hour in 0u32..26, minute in 0u32..62, second in 0u32..62,
        spoilt in prop::option::of((0usize..19, any::<u8>())),
    ) {
        let mut text = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}").into_bytes();
        if let Some((at, byte)) = spoilt {
            text[at] = byte;
        }
        // The same form with a part that may be missing, which keeps it from the quick way.
        let quick = form("%Y-%m-%d %H:%M:%S").parse(&text);
        prop_assert_eq!(quick, form("%Y-%m-%d %H:%M:%S%.f").parse(&text));
        if spoilt.is_none() {
            let right = hour < 24 && minute < 60 && second < 60;
            let expected = days(year, month, day).filter(|_| right).map(|d| d * 86_400 + i64::from(hour * 3600 + minute * 60 + second));
            prop_assert_eq!(quick.map(|s| s.secs), expected);
            prop_assert_eq!(form("iso").parse(&text), quick);
        }
    }

    #[test]
    fn no_bytes_make_a_form_panic(text in prop::collection::vec(prop::sample::select(&b"0123456789-/:. TZ+JulapmAPM,eE\xC2\xA0"[..]), 0..30)) {
        let mut search = FormSearch::new(None);
        search.feed(&text, 1);
        let known = search.finish();
        for pattern in ["iso", "epoch-s", "epoch-ms", "excel-serial", "%d.%m.%Y day-fraction", "%b %d, %Y %I:%M[:%S] %p", "%d/%m/%y %H:%M%z"] {
            let read = form(pattern).parse(&text);
            prop_assert!(pattern != "iso" || read.is_none() || known.is_ok());
        }
    }
}
