use super::*;
use crate::ingest::inspect::{group, text};
use proptest::prelude::*;

/// Everything made of a sample is well formed.
fn check(data: &Sample) {
    let found = inspect(data, Berlin);
    let block = found.proposal.toml();
    let parsed: Result<toml::Table, _> = toml::from_str(&block);
    assert!(parsed.is_ok(), "{:?}\n{block}", parsed.err());
    let whole = config(
        "De\"sk\n",
        ("Europe/Berlin", true),
        &[(vec!["a\"b.csv".to_owned()], found.clone()), (vec!["c.csv".to_owned()], found.clone())],
    );
    let parsed = Settings::parse(&whole, Path::new("deskcard.toml"));
    assert_eq!(parsed.is_err(), found.kind.found.is_empty(), "{parsed:?}\n{whole}");
    // Each answer is a line of TOML by itself.
    for (_, line) in found.questions.iter().flat_map(|q| &q.answers) {
        assert!(toml::from_str::<toml::Table>(line).is_ok(), "{line}");
    }
    let report = text(&found, data);
    let (report, _) = report.split_once("\nFor deskcard.toml").expect("a block");
    assert!(report.chars().all(|c| c == '\n' || !c.is_control()), "{report:?}");
    serde_json::to_string(&found).expect("JSON");
}

#[test]
fn headers_and_words_that_would_break_a_config() {
    let long = "x".repeat(300);
    let nasty = [
        "a\nb",
        "say \"hi\"",
        "\"\"\"",
        "'''",
        "# no",
        "]]",
        "\\u0000",
        "\u{0}\u{7f}\u{1b}[31m",
        long.as_str(),
        "\u{feff}",
        "",
        " ",
        "*+",
        "=",
        "🙂",
    ];
    for odd in nasty {
        let header: Vec<String> = ["Ticket ID", "Created time", "Status", "Source", odd, "Department"].map(str::to_owned).to_vec();
        let row = |i: usize| {
            let texts = [&i.to_string(), "03/04/2026 10:00", odd, odd, odd, odd];
            texts.map(str::to_owned).to_vec()
        };
        check(&Sample {
            shown: odd.to_owned(),
            header,
            rows: (0..30).map(row).collect(),
            rows_seen: 30,
            is_whole: true,
            told: Vec::new(),
            starts: Vec::new(),
        });
        let header: Vec<String> = [odd, "Created time", "Priority", "Status", "Agent"].map(str::to_owned).to_vec();
        let row = |i: usize| [format!("A{i}"), "03/04/2026".into(), "High".into(), "Open".into(), "Ann".into()].to_vec();
        check(&Sample { header, rows: (0..30).map(row).collect(), rows_seen: 30, is_whole: true, ..Sample::default() });
    }
}

#[test]
fn rows_of_other_widths_and_no_rows_at_all() {
    let header: Vec<String> = ["Ticket ID", "Created time"].map(str::to_owned).to_vec();
    check(&Sample { header: header.clone(), ..Sample::default() });
    check(&Sample::default());
    let rows = vec![Vec::new(), vec!["1".to_owned()], vec!["2".to_owned(), "2026-11-13".to_owned(), "more".to_owned()]];
    check(&Sample { header, rows, rows_seen: 3, ..Sample::default() });
    assert!(group(Vec::new()).is_empty());
}

#[test]
fn ten_thousand_columns_take_no_time() {
    let header: Vec<String> = (0..10_000).map(|i| format!("time {i}")).collect();
    let rows = vec![vec!["10:00:00".to_owned(); 10_000]; 30];
    let start = std::time::Instant::now();
    check(&Sample { header, rows, rows_seen: 30, ..Sample::default() });
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_header_and_any_cells(
        names in prop::collection::vec(prop_oneof![
            any::<String>(), "\\PC{0,12}",
            prop::sample::select(vec!["Ticket ID", "Created time", "Date", "Time", "Call Id", "Status", "Talk time", "Department", "Answered", "Source", "Type", "score", "agent"]).prop_map(str::to_owned),
        ], 0..9),
        cells in prop::collection::vec(prop::collection::vec(prop_oneof![
            any::<String>(), "[0-9]{1,2}[/.:-][0-9]{1,2}[/.:-][0-9]{2,4}", "[0-9]{1,9}", "[0-9]:[0-5][0-9]",
            prop::sample::select(vec!["2026-11-13 10:00", "Y", "N", "0.5", "1,5", "?"]).prop_map(str::to_owned),
        ], 0..9), 0..25),
    ) {
        check(&Sample { shown: "f.csv".to_owned(), header: names, rows_seen: cells.len() as u64, rows: cells, is_whole: true, told: Vec::new(), starts: Vec::new() });
    }
}
