//! Exports as they come: broken, mixed up, hostile or empty. Every row is accounted for or the run is refused; nothing panics.

use std::path::Path;

use serde_json::Value;

use crate::harness::{Run, deskcard_in, folder};
use crate::html::{assert_no_broken_number, main_text};

const CONFIG: &str = r#"[desk]
name = "Tiny Desk"
time_zone = "UTC"
as_of = "2026-03-09 06:00"

[[source]]
name = "tickets"
kind = "tickets"
files = ["tickets.csv"]
"#;

const HEADER: &str = "id,created_at,resolved_at,priority,assignee,subject\n";

/// A row nobody can object to.
fn good(id: &str) -> String {
    format!("{id},2026-03-02 09:00:00,2026-03-02 10:00:00,P1,Ann,fine\n")
}

/// A folder with the config and one export.
fn desk(tickets: impl AsRef<[u8]>) -> tempfile::TempDir {
    let dir = folder(CONFIG, &[]);
    std::fs::write(dir.path().join("tickets.csv"), tickets).expect("write the export");
    dir
}

/// Adds lines to the source of the config.
fn configure(dir: &Path, lines: &str) {
    std::fs::write(dir.join("deskcard.toml"), format!("{CONFIG}{lines}\n")).expect("write the config");
}

fn run(dir: &Path, args: &[&str]) -> Run {
    let run = deskcard_in(dir, args);
    assert!(run.code != 101 && run.code != 134 && run.code != 70 && !run.stderr.contains("panicked"), "{args:?}: {}", run.stderr);
    run
}

/// What `check` says of the tickets; the account must add up.
fn check(dir: &Path) -> Value {
    let run = run(dir, &["check", "--format", "json", "--quiet"]).ok();
    assert_eq!(run.stderr, "");
    let json = run.json();
    for source in json["sources"].as_array().expect("sources") {
        let [rows_in, accepted, rejected, duplicate, superseded] = account(source);
        assert_eq!(rows_in, accepted + rejected + duplicate + superseded, "{source}");
        assert_eq!(rejected, source["rejects"].as_array().map_or(0, |r| r.len() as u64), "{source}");
    }
    json
}

/// Rows in, accepted, rejected, duplicate, superseded.
fn account(source: &Value) -> [u64; 5] {
    ["rows_in", "accepted", "rejected", "duplicate", "superseded"].map(|key| source[key].as_u64().expect("a count"))
}

/// A reject of `tickets.csv`: line, byte, column, code.
type Reject = (u64, usize, String, String);

/// The account and the rejects of the export.
fn ledger(dir: &Path) -> ([u64; 5], Vec<Reject>) {
    let json = check(dir);
    let text = |v: &Value| v.as_str().expect("a text").to_owned();
    let reject = |r: &Value| {
        assert_eq!(r["file"], "tickets.csv");
        assert!(!text(&r["reason"]).is_empty());
        (r["line"].as_u64().expect("a line"), r["byte"].as_u64().expect("an offset") as usize, text(&r["column"]), text(&r["code"]))
    };
    let source = &json["sources"][0];
    (account(source), source["rejects"].as_array().expect("rejects").iter().map(reject).collect())
}

/// One reject, as `ledger` tells it; `at` is the start of its row in the file.
fn reject(file: &[u8], line: u64, at: &str, column: &str, code: &str) -> Reject {
    let byte = file.windows(at.len()).rposition(|w| w == at.as_bytes()).expect("the row is in the file");
    (line, byte, column.to_owned(), code.to_owned())
}

/// A run that must be refused as unusable input, with these words and nothing on stdout, by `check` and `report` alike.
fn refused(dir: &Path, words: &[&str]) {
    for args in [&["check"][..], &["report"]] {
        let run = run(dir, args);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{args:?}: {}", run.stderr);
        for word in words {
            assert!(run.stderr.contains(word), "{args:?} does not say {word:?}: {}", run.stderr);
        }
    }
    assert!(!dir.join("scorecards/2026-W10").exists());
}

/// Makes the report; gives back the text of the desk's page. No page shows a broken number, no measure without rows has a value.
fn page(dir: &Path, args: &[&str]) -> String {
    let made = run(dir, &[&["report", "--out", "out"], args].concat()).ok();
    let folder = dir.join(made.stdout.trim_end()).parent().expect("a folder").to_owned();
    for part in ["", "agents", "teams", "suppliers"] {
        for entry in std::fs::read_dir(folder.join(part)).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|e| e == "html") {
                let name = path.display().to_string();
                assert_no_broken_number(&name, &std::fs::read_to_string(&path).expect("UTF-8"));
            }
        }
    }
    let scorecard: Value = serde_json::from_slice(&std::fs::read(folder.join("scorecard.json")).expect("a file")).expect("JSON");
    assert_no_data_is_not_zero(&scorecard);
    main_text(&std::fs::read_to_string(folder.join("desk.html")).expect("a page"))
}

fn assert_no_data_is_not_zero(scorecard: &Value) {
    let unit = |metric: &Value| {
        let definitions = scorecard["definitions"].as_array().expect("definitions");
        definitions.iter().find(|d| d["id"] == *metric).map(|d| d["unit"].clone()).expect("every metric is defined")
    };
    for card in scorecard["cards"].as_array().expect("cards") {
        for kpi in card["kpis"].as_array().expect("kpis") {
            let is_count = unit(&kpi["metric"]) == "count";
            assert!(kpi["n"] != 0 || is_count || kpi["value"].is_null(), "{}: {kpi}", card["name"]);
        }
    }
}

fn assert_says(page: &str, sentence: &str) {
    assert!(page.contains(sentence), "the page does not say {sentence:?}:\n{}", page.lines().take(40).collect::<Vec<_>>().join("\n"));
}

/// A page of a period without rows: it says so, and shows no zero in place of a share.
fn assert_empty(page: &str) {
    assert!(!page.lines().any(|l| ["0 %", "0\u{a0}%", "0\u{202f}%"].iter().any(|zero| l.starts_with(zero))), "{page}");
    assert_says(page, "There is no data in this period.");
}

#[test]
fn a_file_that_is_not_there() {
    let dir = folder(CONFIG, &[]);
    refused(dir.path(), &["deskcard.toml:6:1", "source \"tickets\"", "no file matches \"tickets.csv\"", "relative to the config"]);
    let dir = folder(&CONFIG.replace("tickets.csv", "exports/*.csv"), &[("tickets.csv", HEADER)]);
    refused(dir.path(), &["deskcard.toml:6:1", "no file matches \"exports/*.csv\""]);
}

#[test]
fn a_folder_whose_name_looks_like_a_pattern() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let odd = dir.path().join("desk [2026]");
    std::fs::create_dir(&odd).expect("make the folder");
    std::fs::write(odd.join("deskcard.toml"), CONFIG).expect("write");
    std::fs::write(odd.join("tickets.csv"), [HEADER, &good("T1")].concat()).expect("write");
    let config = odd.join("deskcard.toml");
    let run = run(dir.path(), &["check", "--format", "json", "--config", config.to_str().expect("UTF-8")]).ok();
    assert_eq!(account(&run.json()["sources"][0]), [1, 1, 0, 0, 0]);
}

#[test]
fn an_empty_file() {
    refused(desk("").path(), &["tickets.csv", "the file is empty", "export it again"]);
}

#[test]
fn a_header_and_nothing_below_it() {
    let dir = desk(HEADER);
    assert_eq!(ledger(dir.path()), ([0; 5], vec![]));
    let page = page(dir.path(), &[]);
    assert_says(&page, "tickets: the export has a header and no rows.");
    assert_empty(&page);
}

#[test]
fn headers_nobody_knows() {
    let dir = desk("nummer,eröffnet\n1,2026-03-02\n");
    refused(dir.path(), &["tickets.csv", "`id`", "the file has: \"nummer\", \"eröffnet\"", "[source.columns]: id = \"…\""]);
    configure(dir.path(), "[source.columns]\nid = \"numer\"");
    refused(dir.path(), &["deskcard.toml:11:", "no header \"numer\"", "`id`", "nearest: nummer"]);
}

#[test]
fn ragged_rows() {
    let file = [HEADER, &good("T1"), "T2,2026-03-02 09:00:00\n", "T3,2026-03-02 09:00:00,,P2,Ann,y,z\n", "\n", &good("T4")].concat();
    let dir = desk(&file);
    let file = file.as_bytes();
    let (short, long) = (reject(file, 3, "T2,", "column 3", "missing-cell"), reject(file, 4, "T3,", "column 7", "extra-cell"));
    assert_eq!(ledger(dir.path()), ([5, 2, 3, 0, 0], vec![short, long, reject(file, 5, "\nT4,", "", "blank-row")]));
    assert_says(
        &page(dir.path(), &[]),
        "tickets: 3 of 5 rows set aside (an empty line between rows: 1, too few cells: 1, too many cells: 1); they are listed in rejects.csv.",
    );
    let rejects = std::fs::read_to_string(dir.path().join("out/2026-W10/rejects.csv")).expect("a file");
    assert!(rejects.contains("\ntickets,tickets.csv,3,107,column 3,missing-cell,\"T2,2026-03-02 09:00:00\","), "{rejects}");
}

#[test]
fn stray_quotes() {
    let file = [HEADER, "T1,2026-03-02 09:00:00,,P1,Ann,5\" disk\n", "T2,2026-03-02 09:00:00,,P1,Ann,\"a\"b\n", &good("T3")].concat();
    let (stray, after) =
        (reject(file.as_bytes(), 2, "T1,", "column 6", "stray-quote"), reject(file.as_bytes(), 3, "T2,", "column 6", "text-after-quote"));
    assert_eq!(ledger(desk(&file).path()), ([3, 1, 2, 0, 0], vec![stray, after]));
}

#[test]
fn a_quote_that_never_closes_takes_one_line() {
    let file = [HEADER, &good("T1"), "T2,2026-03-02 09:00:00,,P1,Ann,\"open\n", &good("T3"), &good("T4")].concat();
    let open = reject(file.as_bytes(), 3, "T2,", "column 6", "unterminated-quote");
    assert_eq!(ledger(desk(&file).path()), ([4, 3, 1, 0, 0], vec![open]));
}

#[test]
fn two_timestamp_forms_in_one_column() {
    let mixed = [HEADER, "T1,02/03/2026 09:00,,P1,Ann,x\n", "T2,2026-03-02 09:00:00,,P1,Ann,x\n"].concat();
    let words =
        ["`created_at`", "two timestamp forms", "\"02/03/2026 09:00\" on line 2", "\"2026-03-02 09:00:00\" on line 3", "timestamps = "];
    refused(desk(&mixed).path(), &words);
    // Also where the first value alone would have proved its form: the rest of the column is looked at before anything is believed.
    let late = [HEADER, &good("T1"), "T2,02/03/2026 09:00,,P1,Ann,x\n"].concat();
    refused(desk(&late).path(), &["\"2026-03-02 09:00:00\" on line 2 and \"02/03/2026 09:00\" on line 3"]);
    // Two forms that cannot be taken for one another are both read.
    let file = [HEADER, &good("T1"), "T2,2026-03-02T09:00Z,,P1,Ann,x\nT3,2026-03-02,,P1,Ann,x\n"].concat();
    assert_eq!(ledger(desk(&file).path()), ([3, 3, 0, 0, 0], vec![]));
}

#[test]
fn day_or_month_is_asked_not_guessed() {
    let file = [HEADER, "T1,02/03/2026 09:00,,P1,Ann,x\n", "T2,04/03/2026 09:00,,P1,Ann,x\n"].concat();
    let dir = desk(file);
    let words = [
        "`created_at`",
        "\"02/03/2026 09:00\" on line 2",
        "2026-03-02 or 2026-02-03",
        "is the day first or the month?",
        "order = \"dmy\" or order = \"mdy\"",
    ];
    refused(dir.path(), &words);
    // 2 and 4 March, or 3 February and 3 April, which lies after the cut-off.
    for (order, covers, after) in [("dmy", [1_772_442_000, 1_772_614_800], 0), ("mdy", [1_770_109_200, 1_770_109_200], 1)] {
        configure(dir.path(), &format!("order = \"{order}\""));
        let source = check(dir.path())["sources"][0].clone();
        assert_eq!(account(&source), [2, 2, 0, 0, 0]);
        assert_eq!((source["covers"].clone(), source["after_cut_off"].clone()), (serde_json::json!(covers), after.into()), "{order}");
    }
}

#[test]
fn resolved_before_it_was_opened() {
    let file = [HEADER, "T1,2026-03-02 09:00:00,2026-03-02 08:00:00,P1,Ann,x\n", &good("T2")].concat();
    let dir = desk(file);
    assert_eq!(ledger(dir.path()), ([2, 2, 0, 0, 0], vec![]));
    assert_says(&page(dir.path(), &[]), "1 ticket is resolved before it was created; it counts everywhere but in durations.");
    let csv = run(dir.path(), &["query", "tickets_resolved,ttr_median,fcr_time", "--format", "csv"]).ok().stdout;
    assert!(csv.lines().nth(1).is_some_and(|l| l.ends_with(",2,2,3600,1,1,1")), "{csv}");
}

#[test]
fn a_priority_nobody_mapped() {
    let file = [HEADER, &good("T1"), "T2,2026-03-02 09:00:00,,TBD,Ann,x\n", "T3,2026-03-02 09:00:00,,TBD,Ann,x\n"].concat();
    let dir = desk(file);
    let source = check(dir.path())["sources"][0].clone();
    assert_eq!((account(&source), source["unmapped"].clone()), ([3, 3, 0, 0, 0], serde_json::json!({"priority": {"TBD": 2}})));
    assert_says(&page(dir.path(), &[]), "tickets: 2 rows have a word in priority that is not mapped: “TBD”. They count as unknown there.");
}

#[test]
fn the_same_id_again() {
    let newer = "T1,2026-03-02 09:00:00,2026-03-02 12:00:00,P1,Ann,newer\n";
    let dir = desk([HEADER, &good("T1"), &good("T2"), &good("T2"), newer, &good("T3")].concat());
    assert_eq!(ledger(dir.path()), ([5, 3, 0, 1, 1], vec![]));
    assert_says(&page(dir.path(), &[]), "tickets: rows that came more than once: exact copies 1, older states 1; set aside.");
    let csv = run(dir.path(), &["query", "ttr_p90", "--where", "resolved_at - created_at > 7200", "--format", "csv"]).ok().stdout;
    assert!(csv.lines().nth(1).is_some_and(|l| l.ends_with(",10800,1")), "the newer state counts: {csv}");
}

#[test]
fn an_agent_who_is_not_on_the_roster() {
    let dir = desk([HEADER, &good("T1"), "T2,2026-03-02 09:00:00,2026-03-02 10:00:00,P1,Zoë Nobody,x\n"].concat());
    configure(dir.path(), "\n[[source]]\nname = \"roster\"\nkind = \"agents\"\nfiles = [\"roster.csv\"]\n");
    std::fs::write(dir.path().join("roster.csv"), "agent_id,name,team,hired_at\nann,Ann,Desk,2024-01-01\n").expect("write");
    let json = check(dir.path());
    assert_eq!(json["agents_off_roster"], serde_json::json!(["Zoë Nobody"]));
    assert_says(&page(dir.path(), &[]), "1 agent is in the exports, but not on the roster: Zoë Nobody.");
}

#[test]
fn a_period_with_nothing_in_it() {
    let dir = desk([HEADER, "T0,2026-02-02 09:00:00,2026-02-02 10:00:00,P1,Ann,x\n", &good("T1")].concat());
    let between = page(dir.path(), &["--period", "2026-W08"]);
    assert_says(&between, "No row of the exports falls into Week 8 · 16–22 February 2026.");
    let before = page(dir.path(), &["--period", "2025-W03"]);
    assert_says(&before, "Week 3 · 13–19 January 2025 lies before the first row of the exports (2026-02-02).");
    let after = page(dir.path(), &["--period", "2026-W20", "--as-of", "2026-06-01 06:00"]);
    assert_says(&after, "Week 20 · 11–17 May 2026 lies after the last row of the exports (2026-03-02).");
    [between, before, after].iter().for_each(|p| assert_empty(p));
    let ahead = run(dir.path(), &["report", "--period", "2026-W20"]);
    assert!(ahead.code == 2 && ahead.stderr.contains("nothing of 2026-W20 has happened yet"), "{}", ahead.stderr);
}

#[test]
fn no_row_that_can_be_used() {
    let rows = format!("{}T2,,,P1,Ann,x\nT3,2026-03-02 09:00:00\n", good(""));
    let dir = desk([HEADER, &rows].concat());
    // What was read is said all the same.
    let check = run(dir.path(), &["check"]);
    assert_eq!((check.code, run(dir.path(), &["report"]).code, check.stdout.contains("= 0 accepted + 3 rejected")), (3, 3, true));
    for word in ["tickets.csv: 3 of its 3 rows cannot be used", "line 2: ", "reject_limit = 1.00"] {
        assert!(check.stderr.contains(word), "{word}: {}", check.stderr);
    }
    configure(dir.path(), "reject_limit = 1");
    let (account, rejects) = ledger(dir.path());
    assert_eq!(account, [3, 0, 3, 0, 0]);
    let said: Vec<_> = rejects.iter().map(|(line, _, column, code)| (*line, column.as_str(), code.as_str())).collect();
    assert_eq!(said, [(2, "id", "constraint-error"), (3, "created_at", "constraint-error"), (4, "column 3", "missing-cell")]);
    let page = page(dir.path(), &[]);
    assert_says(&page, "tickets: 3 of 3 rows set aside");
    assert_empty(&page);
    refused(
        desk([HEADER, "T1,soon,,P1,Ann,x\nT2,later,,P1,Ann,x\n"].concat()).path(),
        &["`created_at`", "\"soon\" on line 2", "timestamps = "],
    );
}

#[test]
fn nul_bytes() {
    let dir = desk([HEADER, &good("T1"), "T2,2026-03-02 09:00:00,2026-03-02 10:00:00,P1,An\0n,x\n"].concat());
    let (account, rejects) = ledger(dir.path());
    assert_eq!((account[0], account[1] + account[2], rejects.len() as u64), (2, 2, account[2]));
    page(dir.path(), &[]);
    for name in ["desk.html", "index.html", "rows/desk-tickets.csv", "kpis.csv", "summary.txt", "rejects.csv"] {
        let bytes = std::fs::read(dir.path().join("out/2026-W10").join(name)).expect("a file");
        assert!(!bytes.contains(&0), "{name} holds a NUL");
    }
}

#[test]
fn a_cell_of_a_megabyte() {
    let long = |bytes: usize| [HEADER, &good("T1"), "T2,2026-03-02 09:00:00,,P1,Ann,", &"x".repeat(bytes), "\n", &good("T3")].concat();
    assert_eq!(ledger(desk(long(1 << 20)).path()), ([3, 3, 0, 0, 0], vec![]));
    let file = long((1 << 20) + 1);
    let too_long = reject(file.as_bytes(), 3, "T2,", "column 6", "field-too-long");
    let dir = desk(&file);
    assert_eq!(ledger(dir.path()), ([3, 2, 1, 0, 0], vec![too_long]));
    let value = check(dir.path())["sources"][0]["rejects"][0]["value"].as_str().map(|v| v.chars().count());
    assert_eq!(value, Some(200), "the excerpt is short");
}

#[test]
fn five_thousand_columns() {
    let wide = |n: usize| {
        let names = (2..n).map(|i| format!("c{i}")).collect::<Vec<_>>().join(",");
        format!("id,created_at,{names}\nT1,2026-03-02 09:00:00{}\n", ",v".repeat(n - 2))
    };
    assert_eq!(ledger(desk(wide(4_096)).path()), ([1, 1, 0, 0, 0], vec![]));
    refused(desk(wide(5_000)).path(), &["tickets.csv", "5000 columns", "limit of 4096", "check the delimiter"]);
}

#[test]
fn the_wrong_encoding() {
    let mut file = [HEADER, &good("T1"), "T2,2026-03-02 09:00:00,,P1,J"].concat().into_bytes();
    file.extend(b"\xf6rg,x\n");
    file.extend(good("T3").bytes());
    let dir = desk(&file);
    assert_eq!(ledger(dir.path()), ([3, 3, 0, 0, 0], vec![]));
    let written = check(dir.path())["sources"][0]["files"][0]["written"].to_string();
    assert!(written.contains("windows-1252") && written.contains("guessed"), "{written}");
    run(dir.path(), &["ingest", "--desk", "desk"]).ok();
    assert!(std::fs::read_to_string(dir.path().join("desk/tickets.csv")).expect("the tickets").contains(",Jörg,"));
    // A damaged place in a text that is UTF-8 elsewhere is not another encoding.
    let mut damaged = [HEADER, &good("T1"), "T2,2026-03-02 09:00:00,,P1,Jörg Müßig,x\nT3,2026-03-02 09:00:00,,P1,J"].concat().into_bytes();
    damaged.extend(b"\xf6rg,x\n");
    let broken = reject(&damaged, 4, "T3,", "column 5", "encoding-error");
    assert_eq!(ledger(desk(&damaged).path()), ([3, 2, 1, 0, 0], vec![broken]));
    let utf_16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain([HEADER, &good("Tä")].concat().encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(ledger(desk(utf_16).path()), ([1, 1, 0, 0, 0], vec![]));
    let dir = desk(&file);
    configure(dir.path(), "encoding = \"latin-7\"");
    let run = run(dir.path(), &["check"]);
    assert!(run.code == 2 && run.stderr.contains("latin-7"), "{}", run.stderr);
}

#[test]
fn two_exports_glued_together() {
    let file = [HEADER, &good("T1"), HEADER, &good("T2")].concat();
    let again = reject(file.as_bytes(), 3, HEADER.trim_end(), "", "repeated-header");
    assert_eq!(ledger(desk(&file).path()), ([3, 2, 1, 0, 0], vec![again]));
}

/// What `check` says, without what is of the files' bytes and not of their rows.
fn but_for_its_bytes(mut check: Value) -> Value {
    for file in check["sources"].as_array_mut().expect("sources").iter_mut().flat_map(|s| s["files"].as_array_mut().expect("files")) {
        (file["sha256"], file["written"]) = (Value::Null, Value::Null);
    }
    check
}

#[test]
fn what_spreadsheets_add_changes_nothing() {
    let plain = [HEADER, &good("T1"), &good("T2")].concat();
    let unix = desk(&plain);
    let windows = desk(format!("\u{feff}{}", plain.replace('\n', "\r\n")));
    let quoted = desk(format!("{}\n", plain.lines().map(|l| format!("\"{}\"", l.replace(',', "\";\""))).collect::<Vec<_>>().join("\n")));
    assert_eq!(ledger(windows.path()), ([2, 2, 0, 0, 0], vec![]));
    for other in [&windows, &quoted] {
        // Other bytes have another hash, and another delimiter is told of; nothing else differs.
        assert_eq!(but_for_its_bytes(check(unix.path())), but_for_its_bytes(check(other.path())));
        let kpis = |dir: &tempfile::TempDir| {
            page(dir.path(), &[]);
            let folder = std::fs::read_dir(dir.path().join("out")).expect("the report").next().expect("a period").expect("an entry");
            std::fs::read_to_string(folder.path().join("kpis.csv")).expect("the figures")
        };
        assert_eq!(kpis(&unix), kpis(other));
    }
}

#[test]
fn rows_from_the_future() {
    // The cut-off itself does not count.
    let dir = desk(
        [HEADER, &good("T1"), "T2,2026-03-09 05:59:59,,P1,Ann,x\nT3,2026-03-09 06:00:00,,P1,Ann,x\nT4,2030-01-01 00:00:00,,P1,Ann,x\n"]
            .concat(),
    );
    let source = check(dir.path())["sources"][0].clone();
    assert_eq!((account(&source), source["after_cut_off"].clone()), ([4, 4, 0, 0, 0], 2.into()));
    assert_says(&page(dir.path(), &[]), "tickets: 2 rows are dated after the cut-off and not counted.");
    let count =
        |as_of: &str| run(dir.path(), &["query", "tickets_created", "--format", "json", "--as-of", as_of]).ok().json()[0]["value"].clone();
    assert_eq!((count("2026-03-09 06:00"), count("2026-03-09"), count("2026-03-10")), (2.0.into(), 1.0.into(), 3.0.into()));
    let all = desk([HEADER, "T4,2030-01-01 00:00:00,,P1,Ann,x\n"].concat());
    let page = page(all.path(), &[]);
    assert_says(&page, "tickets: 1 rows are dated after the cut-off and not counted.");
    assert!(!page.contains("no dated row at all"), "there is one, and the page says so: {page}");
}
