use proptest::prelude::*;

use super::*;

#[test]
fn whole_numbers() {
    let good = [("0", 0), ("-0", 0), ("+7", 7), ("12.0", 12), ("12.000", 12), ("007", 7), ("-9223372036854775808", i64::MIN)];
    for (text, value) in good {
        assert_eq!(int(text.as_bytes()), Some(value), "{text}");
    }
    for text in ["", "-", "+", "12.5", "12.", ".0", "1e3", "9223372036854775808", "-9223372036854775809", "1 2", "1,000", "--1", "0x1"] {
        assert_eq!(int(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn decimal_numbers() {
    let good =
        [("0", 0.0), ("12.5", 12.5), (".5", 0.5), ("-1.25e2", -125.0), ("1E-3", 0.001), ("123456789012345678", 123_456_789_012_345_680.0)];
    for (text, value) in good {
        assert_eq!(number(text.as_bytes()), Some(value), "{text}");
    }
    assert_eq!(number(b"18446744073709551616"), Some(18_446_744_073_709_551_616.0));
    assert_eq!(number(b"1234567890123456789012"), None);
    for text in ["", ".", "5.", "-", "nan", "inf", "Infinity", "1e", "1e999", "1.2.3", "3,5", "1e1e1", "1_0"] {
        assert_eq!(number(text.as_bytes()), None, "{text}");
    }
}

proptest! {
    #[test]
    fn agrees_with_the_standard_library(value in any::<i64>(), scaled in any::<i32>(), places in 0usize..9) {
        prop_assert_eq!(int(value.to_string().as_bytes()), Some(value));
        let text = format!("{:.places$}", f64::from(scaled) / 1000.0);
        prop_assert_eq!(number(text.as_bytes()), text.parse().ok(), "{}", text);
    }
}

use DecimalMark::{Comma, Point};

fn style(decimal: DecimalMark, thousands: Option<Thousands>) -> NumberStyle {
    NumberStyle { decimal, thousands }
}

#[test]
fn numbers_of_other_styles() {
    let german = style(Comma, Some(Thousands::Point));
    let english = style(Point, Some(Thousands::Comma));
    let french = style(Comma, Some(Thousands::Blank));
    let swiss = style(Point, Some(Thousands::Apostrophe));
    let cases = [
        (german, "1.234,5", 1234.5),
        (german, "1.234.567", 1_234_567.0),
        (german, "12,5", 12.5),
        (german, "-0,25", -0.25),
        (german, "1234,5", 1234.5),
        (german, "12,50 €", 12.5),
        (german, "81 %", 81.0),
        (german, "81,5%", 81.5),
        (english, "1,234.5", 1234.5),
        (english, "$74.69", 74.69),
        (english, "-$1,074.69", -1074.69),
        (english, "$-5", -5.0),
        (english, "US$ 5", 5.0),
        (english, "5 US$", 5.0),
        (english, "(12)", -12.0),
        (english, "($12.50)", -12.5),
        (english, "+5", 5.0),
        (english, "1e5", 100_000.0),
        (english, "\u{2212}5", -5.0),
        (english, "12,34,567.5", 1_234_567.5),
        (english, ".5", 0.5),
        (french, "1 234,5", 1234.5),
        (french, "1\u{A0}234\u{202F}567,5", 1_234_567.5),
        (french, "1\u{2009}234", 1234.0),
        (swiss, "1'234.5", 1234.5),
        (swiss, "CHF 1\u{2019}234.50", 1234.5),
        (NumberStyle::PLAIN, "1234.5", 1234.5),
        (NumberStyle::PLAIN, "81%", 81.0),
    ];
    for (style, text, value) in cases {
        assert_eq!(number_in(style, text.as_bytes()), Some(value), "{text}");
    }
    assert_eq!(int_in(german, b"1.234"), Some(1234));
    assert_eq!(int_in(german, b"1.234,00"), Some(1234));
    assert_eq!(int_in(english, b"(1,234)"), Some(-1234));
    assert_eq!(int_in(english, b"1,234.5"), None);
    assert_eq!(int_in(NumberStyle::PLAIN, b"-9223372036854775808"), Some(i64::MIN));
}

#[test]
fn what_is_no_number_of_a_style() {
    let german = style(Comma, Some(Thousands::Point));
    let english = style(Point, Some(Thousands::Comma));
    let blank = style(Point, Some(Thousands::Blank));
    let cases = [
        (german, "1234.5"),
        (german, "1.23"),
        (german, "1.2345"),
        (german, "1234.567"),
        (german, "0.123"),
        (german, "1,234.5"),
        (german, "1,2,3"),
        (german, "1.234,"),
        (english, "1,23"),
        (english, ",123"),
        (english, "1,,234"),
        (english, "1,234,"),
        (english, "12,34,56"),
        (english, "1,23,456,789"),
        (english, "14.07.2025"),
        (english, "(-5)"),
        (english, "-$-5"),
        (english, "--5"),
        (english, "- 5"),
        (english, "5 %%"),
        (english, "$"),
        (english, ""),
        (english, "()"),
        (english, "1h"),
        (english, "1.2e"),
        (blank, "1 2"),
        (blank, "14 Jul"),
        (NumberStyle::PLAIN, "1,234"),
        (NumberStyle::PLAIN, "1 234"),
    ];
    for (style, text) in cases {
        assert_eq!(number_in(style, text.as_bytes()), None, "{text}");
    }
    assert_eq!(number_in(english, b"1\xFF"), None);
    assert_eq!(number_in(english, &[b'1'; 1000]), None);
}

#[test]
fn styles_have_names() {
    assert_eq!(NumberStyle::named(".", None), Some(NumberStyle::PLAIN));
    assert_eq!(NumberStyle::named(",", Some(".")), Some(style(Comma, Some(Thousands::Point))));
    assert_eq!(NumberStyle::named(",", Some("'")), Some(style(Comma, Some(Thousands::Apostrophe))));
    assert_eq!(NumberStyle::named(".", Some(" ")), Some(style(Point, Some(Thousands::Blank))));
    assert_eq!(NumberStyle::named(".", Some(".")).or(NumberStyle::named(",", Some(","))).or(NumberStyle::named(";", None)), None);
}

fn search(cells: &[&str]) -> Result<FoundNumbers, NumberProblem> {
    let mut search = NumberSearch::new();
    for (n, cell) in cells.iter().enumerate() {
        search.feed(cell.as_bytes(), n as u64 + 2);
    }
    search.finish()
}

#[test]
fn a_style_is_found_from_the_values() {
    let cases: [(&[&str], NumberStyle); 12] = [
        (&["1", "22", "0"], NumberStyle::PLAIN),
        (&["12.5", "1.234"], NumberStyle::PLAIN),
        (&["0.123", "1.234"], NumberStyle::PLAIN),
        (&["12,5", "1,234"], style(Comma, None)),
        (&["12,5", "1.234"], style(Comma, Some(Thousands::Point))),
        (&["1.234", "12,5"], style(Comma, Some(Thousands::Point))),
        (&["1,234.5", "1,234"], style(Point, Some(Thousands::Comma))),
        (&["1,234,567"], style(Point, Some(Thousands::Comma))),
        (&["1 234", "5"], style(Point, Some(Thousands::Blank))),
        (&["1\u{A0}234,5"], style(Comma, Some(Thousands::Blank))),
        (&["1'234.5"], style(Point, Some(Thousands::Apostrophe))),
        (&["1e5", "-3"], NumberStyle::PLAIN),
    ];
    for (cells, expected) in cases {
        assert_eq!(search(cells), Ok(FoundNumbers { style: expected, is_percent: false }), "{cells:?}");
    }
    assert_eq!(search(&["81 %", "81,5 %", "0"]), Ok(FoundNumbers { style: style(Comma, None), is_percent: true }));
}

#[test]
fn what_is_not_proved_is_asked() {
    let ambiguous = |example: &str, line| NumberProblem::Ambiguous {
        example: example.to_owned(),
        line,
        decimal_reading: 1.234,
        thousands_reading: 1234.0,
    };
    assert_eq!(search(&["5", "1,234"]), Err(ambiguous("1,234", 3)));
    assert_eq!(search(&["1.234", "1.234"]), Err(ambiguous("1.234", 2)));
    assert_eq!(search(&["1,234", "7"]).unwrap_err().to_string(), "\"1,234\" on line 2 may be 1.234 or 1234, and no other value decides it");
    let mixed = |first: (&str, u64), other: (&str, u64)| {
        Err(NumberProblem::Mixed { first: (first.0.to_owned(), first.1), other: (other.0.to_owned(), other.1) })
    };
    assert_eq!(search(&["5", "12,5", "12.5"]), mixed(("12,5", 3), ("12.5", 4)));
    assert_eq!(search(&["0.81", "81%"]), mixed(("0.81", 2), ("81%", 3)));
    assert_eq!(search(&["81%", "81"]), mixed(("81%", 2), ("81", 3)));
    assert_eq!(search(&[]), Err(NumberProblem::NoValues));
    assert_eq!(search(&["n.a.", "?", "1"]), Err(NumberProblem::Unknown { example: "n.a.".to_owned(), line: 2 }));
    assert_eq!(search(&["n.a.", "1"]), Ok(FoundNumbers { style: NumberStyle::PLAIN, is_percent: false }));
}

/// A number as a style writes it.
fn print(style: NumberStyle, value: i64, places: usize) -> String {
    let scale = 10i64.pow(places as u32);
    let (whole, fraction) = ((value / scale).abs().to_string(), (value % scale).abs());
    let mark = style.thousands.map_or("", |t| match t {
        Thousands::Point => ".",
        Thousands::Comma => ",",
        Thousands::Blank => "\u{A0}",
        Thousands::Apostrophe => "'",
    });
    let mut text = String::new();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            text.push_str(mark);
        }
        text.push(digit);
    }
    let decimal = if style.decimal == Point { '.' } else { ',' };
    let fraction = if places == 0 { String::new() } else { format!("{decimal}{fraction:0places$}") };
    format!("{}{text}{fraction}", if value < 0 { "-" } else { "" })
}

proptest! {
    #[test]
    fn a_style_reads_what_it_prints(at in 0usize..8, value in -1_000_000_000_000i64..1_000_000_000_000, places in 0usize..6) {
        let style = NumberStyle::ALL[at];
        let text = print(style, value, places);
        let plain = print(NumberStyle::PLAIN, value, places);
        prop_assert_eq!(number_in(style, text.as_bytes()), number(plain.as_bytes()), "{}", text);
        prop_assert_eq!(int_in(style, print(style, value, 0).as_bytes()), Some(value));
        let bracketed = format!("({} €)", text.trim_start_matches('-'));
        prop_assert_eq!(number_in(style, bracketed.as_bytes()), number(plain.as_bytes()).map(|v| -v.abs()), "{}", bracketed);
    }

    #[test]
    fn a_search_never_picks_a_style_that_misreads(at in 0usize..8, values in prop::collection::vec((-9_999_999i64..9_999_999, 0usize..4), 1..12)) {
        let style = NumberStyle::ALL[at];
        let texts: Vec<String> = values.iter().map(|(v, p)| print(style, *v, *p)).collect();
        match search(&texts.iter().map(String::as_str).collect::<Vec<_>>()) {
            Ok(found) => for ((value, places), text) in values.iter().zip(&texts) {
                let expected = number(print(NumberStyle::PLAIN, *value, *places).as_bytes());
                prop_assert_eq!(number_in(found.style, text.as_bytes()), expected, "{} by {:?}", text, found.style);
            },
            Err(problem) => prop_assert!(matches!(problem, NumberProblem::Ambiguous { .. }), "{:?}", problem),
        }
    }

    #[test]
    fn no_bytes_make_it_panic(text in prop::collection::vec(prop::sample::select(&b"0123456789.,' -+()$%eE\xC2\xA0\xE2\x80\xAF\xFF"[..]), 0..50)) {
        let readings: Vec<_> = NumberStyle::ALL.iter().map(|s| (number_in(*s, &text), int_in(*s, &text))).collect();
        let mut search = NumberSearch::new();
        search.feed(&text, 1);
        if let Ok(found) = search.finish() {
            prop_assert!(number_in(found.style, &text).is_some(), "{:?}", readings);
        }
    }
}
