use proptest::prelude::*;

use super::super::candidates::{Layout, all};
use super::*;

fn found(order: Option<Order>, header: &str, cells: &[&str]) -> Result<FoundForms, FormProblem> {
    let mut search = FormSearch::new(order).headed(header);
    for (n, cell) in cells.iter().enumerate() {
        search.feed(cell.as_bytes(), n as u64 + 2);
    }
    search.finish()
}

fn search(order: Option<Order>, cells: &[&str]) -> Result<String, FormProblem> {
    found(order, "", cells).map(|f| f.forms.iter().map(Form::to_string).collect::<Vec<_>>().join(" | "))
}

#[test]
fn a_form_is_found_from_the_values() {
    let cases: [(&[&str], &str); 13] = [
        (&["2025-07-14 15:42:07"], "iso"),
        (&["2025-07-14", "2025-07-14T15:42Z"], "iso"),
        (&["05/06/2025 10:00", "14/06/2025 10:00:01"], "%d/%m/%Y %H:%M[:%S]"),
        (&["5/6/2025 3:42 PM", "6/14/2025 3:42 PM"], "%m/%d/%Y %I:%M[:%S] %p"),
        (&["05.06.2025"], "%d.%m.%Y"),
        (&["05.06.25 10:00"], "%d.%m.%y %H:%M[:%S]"),
        (&["2025/06/05 10:00"], "%Y/%m/%d %H:%M[:%S]"),
        (&["14/Jul/25 3:42 PM"], "%d/%b/%y %I:%M[:%S] %p"),
        (&["14-Jul-2025 15:42"], "%d-%b-%Y %H:%M[:%S]"),
        (&["Jul 14, 2025 3:42 PM"], "%b %d, %Y %I:%M[:%S] %p"),
        (&["7/14/2025, 3:42:07\u{202F}PM"], "%m/%d/%Y, %I:%M[:%S] %p"),
        (&["06-14-25"], "%m-%d-%y"),
        (&["2025-7-14 9:42"], "%Y-%m-%d %H:%M[:%S]"),
    ];
    for (cells, pattern) in cases {
        assert_eq!(search(None, cells).as_deref(), Ok(pattern), "{cells:?}");
    }
}

#[test]
fn every_way_of_writing_seen_in_exports_is_read_without_being_told() {
    const TEN: i64 = 20_283 * 86_400 + 10 * 3600;
    const DAY: i64 = 20_283 * 86_400;
    let cases = [
        ("14/Jul/25 10:00 AM", TEN),
        ("07/14/2025 10:00", TEN),
        ("2025-07-14T10:00:00.000+0200", TEN),
        ("2025-07-14 10:00:00", TEN),
        ("14.07.2025 10:00", TEN),
        ("14.07.2025, 10:00 Uhr", 0),
        ("14.07.2025 10:00 Uhr", TEN),
        ("14-Jul-2025 10:00:00", TEN),
        ("Jul 14, 2025 10:00 AM", TEN),
        ("Jul. 14, 2025, 10:00 a.m.", TEN),
        ("14 July 2025 at 10:00", TEN),
        ("July 14, 2025 at 10:00 AM", TEN),
        ("Mon, 14 Jul 2025 10:00:00 +0200", TEN),
        ("Mon, 14 Jul 2025 10:00:00 GMT", TEN),
        ("Mon 14/07/2025", DAY),
        ("Monday, July 14, 2025", DAY),
        ("Montag, 14. Juli 2025 um 10:00", TEN),
        ("lundi 14 juillet 2025 à 10:00", TEN),
        ("lunes, 14 de julio de 2025, 10:00", TEN),
        ("segunda-feira, 14 de julho de 2025", DAY),
        ("2025-07-14 10:00:00 UTC", TEN),
        ("2025-07-14 10:00 AM", TEN),
        ("2025/07/14 10:00:00", TEN),
        ("20250714T100000Z", TEN),
        ("20250714 10:00", TEN),
        ("20250714100000", TEN),
        ("20250714", DAY),
        ("14072025", DAY),
        ("07142025", DAY),
        ("1752487200", TEN),
        ("1752487200.2321", TEN),
        ("1752487200000", TEN),
        ("45852.4166666667", TEN),
        ("14. Juli 2025", DAY),
        ("14-jul-2025", DAY),
        ("14 juil. 2025", DAY),
        ("14 giu. 2025", DAY - 30 * 86_400),
        ("14/07/2025 10:00 a. m.", TEN),
        ("14/07/2025\u{A0}10:00", TEN),
        ("14/07/2025 10h00", TEN),
        ("2025-07-14 10:00:00,123", TEN),
        ("14/07/2025 10:00:00,123", TEN),
        ("Mon Jul 14 10:00:00 2025", TEN),
        ("Mon Jul 14 10:00:00 UTC 2025", TEN),
    ];
    for (text, secs) in cases {
        let forms = found(None, "", &[text]).map(|f| f.forms);
        if secs == 0 {
            assert!(forms.is_err(), "{text}");
            continue;
        }
        let forms = forms.unwrap_or_else(|p| panic!("{text}: {p:?}"));
        assert_eq!(forms.len(), 1, "{text}");
        assert_eq!(forms[0].parse(text.as_bytes()).map(|s| s.secs), Some(secs), "{text} by {}", forms[0]);
    }
}

#[test]
fn zones_whose_offset_is_not_known_are_refused() {
    for text in ["2025-07-14 10:00:00 CET", "2025-07-14 10:00:00 EST", "Mon Jul 14 10:00:00 CEST 2025", "14/07/2025 10:00 BST"] {
        assert!(matches!(search(None, &[text]), Err(FormProblem::Unknown { .. })), "{text}");
    }
}

#[test]
fn a_weekday_tells_the_day_from_the_month() {
    assert_eq!(search(None, &["Thu 05/06/2025"]).as_deref(), Ok("%a %d/%m/%Y"));
    assert_eq!(search(None, &["Tue, 05/06/2025 10:00"]).as_deref(), Ok("%a, %m/%d/%Y %H:%M[:%S]"));
    assert!(matches!(search(None, &["Wed 05/06/2025"]), Err(FormProblem::Unknown { .. })));
}

#[test]
fn day_and_month_are_never_guessed() {
    let problem = search(None, &["05/05/2025", "05/06/2025", "07/08/2025"]).unwrap_err();
    let expected = FormProblem::Ambiguous {
        example: "05/06/2025".to_owned(),
        line: 3,
        dmy_reading: "2025-06-05".to_owned(),
        mdy_reading: "2025-05-06".to_owned(),
    };
    assert_eq!(problem, expected);
    assert_eq!(search(Some(Order::Dmy), &["05/06/2025"]).as_deref(), Ok("%d/%m/%Y"));
    assert_eq!(search(Some(Order::Mdy), &["05/06/2025"]).as_deref(), Ok("%m/%d/%Y"));
    assert!(matches!(search(None, &["05062025"]), Err(FormProblem::Ambiguous { .. })));
    assert_eq!(search(Some(Order::Mdy), &["05062025"]).as_deref(), Ok("%m%d%Y"));
    assert!(matches!(search(None, &["05/05/2025"]), Err(FormProblem::Ambiguous { .. })));
    // An order that the values disprove is not bent.
    let unknown = FormProblem::Unknown { example: "05/14/2025".to_owned(), line: 2 };
    assert_eq!(search(Some(Order::Dmy), &["05/14/2025"]), Err(unknown));
}

#[test]
fn a_second_form_of_the_same_layout_is_accepted() {
    let cases: [(&[&str], &str); 6] = [
        (&["2025-07-14 15:42:07", "2025-07-14T15:42", "2025-07-14 9:42", "2025-07-14"], "iso | %Y-%m-%d %H:%M[:%S]"),
        (&["14/06/2025", "14/06/2025 10:00", "05/06/2025 10:00"], "%d/%m/%Y %H:%M[:%S] | %d/%m/%Y"),
        (&["14.06.2025 10:00", "14.06.25"], "%d.%m.%Y %H:%M[:%S] | %d.%m.%y"),
        (&["14 Jul 2025", "Jul 14, 2025"], "%d %b %Y | %b %d, %Y"),
        (&["20250714", "2025-07-14"], "%Y%m%d | iso"),
        // The same day either way: nothing is left to tell.
        (&["14/06/2025 10:00", "05/05/2025"], "%d/%m/%Y %H:%M[:%S] | %d/%m/%Y"),
    ];
    for (cells, patterns) in cases {
        assert_eq!(search(None, cells).as_deref(), Ok(patterns), "{cells:?}");
    }
}

#[test]
fn a_form_proved_for_some_values_proves_nothing_for_those_of_another() {
    // A spreadsheet that takes month first for day first turns what it can and leaves the rest as text.
    let problem = search(None, &["07/08/2025 10:00:00", "7/14/2025 10:00 AM"]).unwrap_err();
    assert!(matches!(problem, FormProblem::Ambiguous { line: 2, .. }), "{problem:?}");
    let problem = search(None, &["7/14/2025 10:00 AM", "07/08/2025 10:00:00"]).unwrap_err();
    assert!(matches!(problem, FormProblem::Ambiguous { line: 3, .. }), "{problem:?}");
}

fn mixed(first: (&str, u64), other: (&str, u64)) -> Result<String, FormProblem> {
    Err(FormProblem::Mixed { first: (first.0.to_owned(), first.1), other: (other.0.to_owned(), other.1) })
}

#[test]
fn forms_that_do_not_go_together_are_a_question() {
    assert_eq!(search(None, &["01/02/2025", "14/06/2025", "06/15/2025"]), mixed(("14/06/2025", 3), ("06/15/2025", 4)));
    assert_eq!(search(None, &["2025-07-14", "14.07.2025"]), mixed(("2025-07-14", 2), ("14.07.2025", 3)));
    assert_eq!(search(None, &["2025-07-14", "14/07/2025"]), mixed(("2025-07-14", 2), ("14/07/2025", 3)));
    assert_eq!(search(None, &["14/06/2025 10:00", "06/15/2025"]), mixed(("14/06/2025 10:00", 2), ("06/15/2025", 3)));
    // Seen only when the first form is narrowed down.
    assert_eq!(search(None, &["01/02/2025", "14/06/2025 10:00", "06/15/2025"]), mixed(("14/06/2025 10:00", 3), ("06/15/2025", 4)));
    assert_eq!(search(None, &["1752487200", "1752487200000"]), mixed(("1752487200", 2), ("1752487200000", 3)));
    assert_eq!(search(None, &["14.07.2025", "45852.5"]), mixed(("14.07.2025", 2), ("45852.5", 3)));
    assert_eq!(search(None, &["14-Jul-2025", "2025-07-14"]), mixed(("14-Jul-2025", 2), ("2025-07-14", 3)));
}

#[test]
fn a_value_no_form_reads_is_for_the_reader_to_refuse_unless_most_are_so() {
    assert_eq!(search(None, &[]), Err(FormProblem::NoValues));
    let unknown = |example: &str, line| Err(FormProblem::Unknown { example: example.to_owned(), line });
    assert_eq!(search(None, &["yesterday"]), unknown("yesterday", 2));
    assert_eq!(search(None, &["2025-07-14", "yesterday", "today"]), unknown("yesterday", 3));
    assert_eq!(search(None, &["2025-07-14", "yesterday"]).as_deref(), Ok("iso"));
    assert_eq!(search(None, &["yesterday", "2025-07-14"]).as_deref(), Ok("iso"));
    let long = "1".repeat(1_000_000);
    assert_eq!(search(None, &[&long]), unknown(&"1".repeat(200), 2));
}

#[test]
fn a_search_settles_when_one_form_is_left_and_goes_on() {
    let mut search = FormSearch::new(None);
    assert!(!search.settled());
    search.feed(b"05/06/2025", 2);
    assert!(!search.settled());
    search.feed(b"15/06/2025", 3);
    assert!(search.settled() && !search.has_failed());
    search.feed(b"06/15/2025", 4);
    assert!(search.settled() && search.has_failed());
}

#[test]
fn a_spreadsheets_numbers_are_a_guess_that_is_told() {
    let forms = found(None, "Created", &["45852", "45853"]).unwrap();
    assert_eq!(forms.forms, [form("excel-serial")]);
    assert_eq!(forms.guess.as_deref(), Some("numbers were taken for a spreadsheet's dates: 45852 on line 2 for 2025-07-14"));
    assert!(found(None, "", &["45852", "45853.4167"]).unwrap().guess.is_some());
    let unknown = |cells: &[&str]| matches!(found(None, "", cells), Err(FormProblem::Unknown { .. }));
    assert!(unknown(&["45852", "45853"]));
    assert!(unknown(&["45852.5", "19000.5"]));
    assert!(unknown(&["45852.5", "45852.5x"]));
    assert!(unknown(&["45852.5e1"]) && unknown(&["81000.5"]) && unknown(&["4585.25"]));
    assert!(found(None, "", &["2025-07-14"]).unwrap().guess.is_none());
}

/// Two dates a month apart and what each candidate prints for them: enough of a clock to test with.
fn print(pattern: &str, days_on: i64, secs: i64) -> String {
    let (year, month, day) = civil(days_on);
    let (hour, minute, second) = (secs / 3600, secs / 60 % 60, secs % 60);
    let month_name =
        ["Jan", "févr.", "März", "abril", "mei", "June", "juil.", "ago", "Sept", "Okt", "noviembre", "dic"][month as usize - 1];
    let weekday = ["Mon", "mardi", "Mittwoch", "jue", "vr", "sab", "dom."][(days_on + 3).rem_euclid(7) as usize];
    let half = (hour + 11) % 12 + 1;
    let values = [
        ("[:%S]", format!(":{second:02}")),
        ("%Y", format!("{year:04}")),
        ("%y", format!("{:02}", year % 100)),
        ("%m", format!("{month:02}")),
        ("%d", format!("{day:02}")),
        ("%H", format!("{hour:02}")),
        ("%I", format!("{half}")),
        ("%M", format!("{minute:02}")),
        ("%S", format!("{second:02}")),
        ("%p", if hour < 12 { "AM".to_owned() } else { "p. m.".to_owned() }),
        // A dot of the pattern's own behind the name is the only one.
        ("%b", if pattern.contains("%b.") { month_name.trim_end_matches('.').to_owned() } else { month_name.to_owned() }),
        ("%a", weekday.to_owned()),
        ("%z", "+00:00".to_owned()),
    ];
    match pattern {
        "iso" => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
        "epoch-s" => (days_on * 86_400 + secs).to_string(),
        "epoch-ms" => ((days_on * 86_400 + secs) * 1000).to_string(),
        "excel-serial" => format!("{:.10}", (days_on + 25_569) as f64 + secs as f64 / 86_400.0),
        _ => values.iter().fold(pattern.to_owned(), |text, (mark, value)| text.replace(mark, value)),
    }
}

/// Year, month and day, by walking there.
fn civil(days_on: i64) -> (u32, u32, u32) {
    (1980..2100)
        .flat_map(|y| (1..=12).map(move |m| (y, m)))
        .find_map(|(y, m)| (1..=31).find(|d| days(y, m, *d) == Some(days_on)).map(|d| (y, m, d)))
        .unwrap()
}

fn precision(pattern: &str) -> i64 {
    match pattern {
        p if p.contains("%S") || !p.contains('%') => 1,
        p if p.contains("%M") => 60,
        _ => 86_400,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_a_form_prints_it_reads_and_no_other_reads_differently(
        at in prop::sample::select((0..all().len()).collect::<Vec<_>>()), days_on in 4000i64..40_000, secs in 0i64..86_400,
    ) {
        let pattern = all()[at].form.to_string();
        let days_on = if pattern == "epoch-s" || pattern == "epoch-ms" { 12_000 + days_on / 2 } else if pattern.contains("%y") { 4000 + days_on / 2 } else { days_on };
        let text = print(&pattern, days_on, secs);
        let secs = days_on * 86_400 + secs / precision(&pattern) * precision(&pattern);
        prop_assert_eq!(all()[at].read(text.as_bytes()).map(|s| s.secs), Some(secs), "{} {}", pattern, text);
        for other in all() {
            if let Some(stamp) = other.read(text.as_bytes()) {
                let is_told = stamp.secs == secs || other.order != all()[at].order;
                prop_assert!(is_told && (other.layout == all()[at].layout || other.order.is_some()), "{} as {} and {}", text, pattern, other.form);
            }
        }
    }

    #[test]
    fn a_search_finds_what_was_printed_or_asks(
        at in prop::sample::select((0..all().len()).collect::<Vec<_>>()), instants in prop::collection::vec((12_000i64..30_000, 0i64..86_400), 1..30),
    ) {
        let candidate = &all()[at];
        let pattern = candidate.form.to_string();
        let texts: Vec<String> = instants.iter().map(|(d, s)| print(&pattern, *d, *s)).collect();
        let cells: Vec<&str> = texts.iter().map(String::as_str).collect();
        let proved = candidate.order.is_none() || instants.iter().any(|(d, _)| civil(*d).2 > 12);
        match found(None, "", &cells) {
            Ok(found) => {
                let is_guess = candidate.layout == Layout::Serial;
                prop_assert_eq!(found.guess.is_some(), is_guess);
                for ((d, s), cell) in instants.iter().zip(cells) {
                    let secs = d * 86_400 + s / precision(&pattern) * precision(&pattern);
                    let readings: Vec<i64> = found.forms.iter().filter_map(|f| f.parse(cell.as_bytes())).map(|s| s.secs).collect();
                    prop_assert_eq!(readings, [secs], "{} of {}", cell, pattern);
                }
            }
            Err(problem) => prop_assert!(!proved && matches!(problem, FormProblem::Ambiguous { .. }), "{} {:?}", pattern, problem),
        }
    }

    #[test]
    fn forms_of_one_layout_agree_on_any_text(text in prop::collection::vec(prop::sample::select(vec!["1", "2", "0", "20", "12", "05", "/", "-", ".", " ", ":", "T", "Z", "Jul", "Mar", "Mon", "do", ", ", "PM", "+02", "2025", "25"]), 3..12)) {
        let text = text.concat();
        let readings: Vec<_> = all().iter().filter_map(|c| Some((c.layout, c.read(text.as_bytes())?))).collect();
        for (layout, stamp) in &readings {
            for (other, reading) in &readings {
                prop_assert!(layout != other || stamp == reading, "{}", text);
                let is_question = matches!((layout, other), (Layout::Dmy, Layout::Mdy) | (Layout::Mdy, Layout::Dmy));
                prop_assert!(layout == other || is_question, "{} is {:?} and {:?}", text, layout, other);
            }
        }
    }
}
