//! What is said of exports and what they lack: ends, words, sources beside each other, missing columns.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{Run, deskcard_in, folder};

/// A desk with these sources as its config.
fn desk(sources: &str) -> String {
    format!("[desk]\nname = \"A desk\"\ntime_zone = \"UTC\"\nas_of = \"2026-03-09\"\n{sources}")
}

fn source(kind: &str, files: &str) -> String {
    format!("[[source]]\nname = \"{files}\"\nkind = \"{kind}\"\nfiles = [\"{files}*\"]\n")
}

fn checked(dir: &Path) -> Value {
    deskcard_in(dir, &["check", "--format", "json", "--quiet"]).ok().json()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn utf16(text: &str) -> Vec<u8> {
    [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

/// Forty rows, of which `broken` lacks its cells; the last without an end of line.
fn export(broken: Option<usize>) -> String {
    let mut text = "id,created_at,priority,subject".to_owned();
    for row in 0..40 {
        let rest = if broken == Some(row) { "" } else { ",P1,the same words in every row\u{e9}" };
        write!(text, "\nT{row},2026-03-0{} 09:00:00{rest}", row % 7 + 1).expect("a text takes it");
    }
    text
}

/// A run over one export in a dress, and whether the account says that it is cut off.
fn run_over(bytes: &[u8]) -> (Run, bool) {
    let config = desk(&source("tickets", "tickets")) + "[history]\nfolder = \"history\"\n[run]\nsettle = \"0s\"\n";
    let dir = folder(&config, &[]);
    std::fs::write(dir.path().join("tickets"), bytes).expect("an export");
    let account = deskcard_in(dir.path(), &["check", "--read", "exports", "--format", "json", "--quiet"]);
    let is_cut_off = account.code == 0 && account.json()["sources"][0]["files"][0]["is_cut_off"] == true;
    (deskcard_in(dir.path(), &["run"]), is_cut_off)
}

#[test]
fn a_file_is_cut_off_where_its_own_text_ends_within_a_row() {
    type Dress = fn(&str) -> Vec<u8>;
    let plain: Dress = |text| text.as_bytes().to_vec();
    for dress in [plain, |text| gzip(text.as_bytes()), utf16, |text| gzip(&utf16(text))] {
        for (text, is_cut_off) in [
            (export(None), false),
            // Broken, but in the middle, whatever its place in a packed file seems to be.
            (export(Some(30)), false),
            (export(Some(39)), true),
            (export(None).rsplit_once(',').expect("cells").0.to_owned(), true),
            // What ends as lines do was written to its end.
            (export(Some(39)) + "\n", false),
        ] {
            let (run, is_told) = run_over(&dress(&text));
            assert_eq!((is_told, run.code == 3 && run.stderr.contains("cut off")), (is_cut_off, is_cut_off), "{}", run.stderr);
        }
    }
}

#[test]
fn an_end_within_a_character_or_an_archive_is_refused() {
    let whole = utf16(&export(None));
    let packed = gzip(export(None).as_bytes());
    for bytes in [&whole[..whole.len() - 1], &packed[..packed.len() - 4], &gzip(&whole[..whole.len() - 21])] {
        let (run, _) = run_over(bytes);
        assert!(run.code == 3 && run.stderr.contains("cut off"), "{}", run.stderr);
    }
}

#[test]
fn words_of_rows_that_do_not_count_are_not_told() {
    let tickets = "id,created_at,status,kb_linked,resolution_secs\n\
                   1,2026-03-02 09:00,frozen,maybe,60\n\
                   2,2026-03-02 09:00,thawed,perhaps,no number\n\
                   3,2026-03-02 09:00,boiled,never so,60\n\
                   4,2026-03-02 09:00,frozen,yes,60\n";
    let config = desk(&source("tickets", "tickets")) + "set_aside = [{ column = \"id\", is = [\"3\"] }]\nreject_limit = 0.5\n";
    let dir = folder(&config, &[("tickets.csv", tickets)]);
    let told = checked(dir.path())["sources"][0].take();
    assert_eq!(
        (&told["accepted"], &told["rejected"], &told["set_aside"].as_object().map(serde_json::Map::len)),
        (&json!(2), &json!(1), &Some(1))
    );
    assert_eq!(told["unmapped"], json!({ "status": { "frozen": 2 }, "kb_linked": { "maybe": 1 } }));
}

/// Two desks' calls: of the first the waits are known, of the second nobody measured them.
fn calls() -> tempfile::TempDir {
    let waited =
        "id,start_at,outcome,wait_secs\n1,2026-03-02 09:00,answered,5\n2,2026-03-02 09:10,answered,50\n3,2026-03-02 09:20,abandoned,\n";
    let silent =
        "id,start_at,outcome,wait_secs\n11,2026-03-02 09:00,answered,\n12,2026-03-02 09:10,abandoned,\n13,2026-03-02 09:20,abandoned,\n";
    folder(&desk(&(source("calls", "waited") + &source("calls", "silent"))), &[("waited.csv", waited), ("silent.csv", silent)])
}

#[test]
fn calls_of_a_source_that_tells_no_waits_are_no_business_of_the_service_level() {
    let dir = calls();
    let figure = |metric: &str| {
        let answer = deskcard_in(dir.path(), &["query", metric, "--period", "all", "--format", "json"]).ok().json();
        (answer[0]["value"].as_f64().map(|v| (v * 1e6).round() / 1e6), answer[0]["n"].as_f64())
    };
    assert_eq!(figure("sl_offered"), (Some(0.333_333), Some(3.0)));
    assert_eq!(figure("sl_less_early"), (Some(0.333_333), Some(3.0)));
    assert_eq!(figure("sl_either"), (Some(0.333_333), Some(3.0)));
    assert_eq!(figure("sl_answered"), (Some(0.5), Some(2.0)));
    assert_eq!(figure("asa"), (Some(27.5), Some(2.0)));
    // What needs no waits counts them all.
    assert_eq!((figure("answer_rate"), figure("abandonment")), ((Some(0.5), Some(6.0)), (Some(0.5), Some(6.0))));
}

#[test]
fn a_source_that_tells_no_waits_beside_one_that_does_is_told_of() {
    let dir = calls();
    let remarks = checked(dir.path())["remarks"].take();
    assert!(remarks.to_string().contains("silent: the one answered call has no wait"), "{remarks}");
    deskcard_in(dir.path(), &["report", "--out", "out", "--period", "2026-W10", "--language", "de"]).ok();
    let page = std::fs::read_to_string(dir.path().join("out/2026-W10/scorecard.json")).expect("a scorecard");
    assert!(page.contains("silent: Der eine angenommene Anruf hat keine Wartezeit"), "the data-quality box says so");
    // Where no source tells any, the missing column is said, and nobody is compared with others.
    let alone = folder(&desk(&source("calls", "silent")), &[("silent.csv", "id,start_at,outcome\n1,2026-03-02 09:00,answered\n")]);
    let told = checked(alone.path());
    assert_eq!(told["remarks"], json!([]));
    assert_eq!(told["metrics_without_data"]["asa"], json!(["calls.wait_secs"]));
}

#[test]
fn a_query_takes_a_period_as_every_command_does() {
    let dir = calls();
    let ask = |more: &[&str]| deskcard_in(dir.path(), &[&["query", "answer_rate", "--format", "json"], more].concat());
    for named in ["2026-W10", "2026-03", "2026-Q1", "2026-03-02..2026-03-02"] {
        let answer = ask(&["--period", named]).ok().json();
        assert_eq!((answer.as_array().map(Vec::len), answer[0]["n"].as_f64()), (Some(1), Some(6.0)), "{named}: {answer}");
    }
    assert_eq!(ask(&["--period", "2026-W09"]).ok().json()[0]["value"], Value::Null);
    assert_eq!(ask(&["--period", "week"]).ok().json()[0]["n"], 6.0);
    let wrong = ask(&["--period", "2026"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("is not a period") && wrong.stderr.contains("or a width: week"), "{}", wrong.stderr);
    let both = ask(&["--period", "2026-W10", "--from", "2026-03-01"]);
    assert!(both.code == 2 && both.stderr.contains("leave one of them out"), "{}", both.stderr);
}

/// What `check` says is missing.
fn lacking(dir: &Path) -> String {
    let text = deskcard_in(dir, &["check"]).ok().stdout;
    text.split_once("Metrics without data:\n").map_or_else(String::new, |(_, lacking)| lacking.to_owned())
}

#[test]
fn a_missing_column_is_told_with_what_it_costs() {
    let tickets =
        "id,created_at,resolved_at,status\n1,2026-01-02 09:00,2026-01-03 09:00,closed\n2,2026-03-02 09:00,2026-03-04 09:00,closed\n";
    let dir = folder(&desk(&source("tickets", "tickets")), &[("tickets.csv", tickets)]);
    let text = lacking(dir.path());
    let line_of = |metric: &str| text.lines().find(|l| l.split([' ', ',', ':']).any(|word| word == metric)).unwrap_or_default().trim();
    assert!(text.contains("  no source of calls: ") && !text.contains("asa"), "{text}");
    assert!(line_of("kb_link").starts_with("no tickets.kb_linked: "), "{text}");
    assert!(line_of("fcr_touch").starts_with("no tickets.agent_replies or tickets.reassign_count: "), "{text}");
    assert!(line_of("escalation").starts_with("no tickets.level or tickets.group with [levels] in the config: "), "{text}");
    assert!(line_of("clock_met").contains("tickets.due_resolution_at or tickets.due_response_at or [sla.targets]"), "{text}");
    assert!(line_of("ocr").contains("tickets.requester"), "{text}");
    // The product's own verdict is in the export or nowhere.
    assert!(line_of("sla_resolution_vendor").starts_with("no tickets.sla_resolution_met: "), "{text}");
    // Nothing is open: that is no column's fault.
    assert!(line_of("age_median").starts_with("no row that counts: "), "{text}");
    // What another column says as well is not missed.
    assert!(!text.contains("resolution_secs") && !text.contains("closed_at") && !text.contains("first_group"), "{text}");
}

/// Ten tickets a day in September, and what the month cost.
#[test]
fn what_is_told_of_months_is_there_though_all_the_data_have_no_figure() {
    let mut tickets = "id,created_at,resolved_at\n".to_owned();
    for i in 0..600 {
        let day = format!("2026-0{}-{:02}", 1 + i / 300, 1 + i % 28);
        writeln!(tickets, "{i},{day} 09:00,{day} 10:00").expect("a text takes it");
    }
    let cost = "agent,at,measure,value\n,2026-01-31,operating_cost,5000\n,2026-02-28,operating_cost,5000\n";
    let sources = source("tickets", "tickets") + &source("observations", "cost");
    let dir = folder(&desk(&sources), &[("tickets.csv", &tickets), ("cost.csv", cost)]);
    assert!(!lacking(dir.path()).contains("cost_per_ticket"), "{}", lacking(dir.path()));
    // Without a month's cost it is silent as before.
    let dir = folder(&desk(&sources), &[("tickets.csv", &tickets), ("cost.csv", "agent,at,measure,value\n,2026-01-31,other,1\n")]);
    assert!(lacking(dir.path()).contains("cost_per_ticket"), "{}", lacking(dir.path()));
}

/// Thirty tickets of a week, ten of them with a group that has no level.
#[test]
fn tickets_of_groups_without_a_level_are_told_of_on_the_pages() {
    let mut tickets = "id,created_at,resolved_at,group\n".to_owned();
    for i in 0..30 {
        let day = format!("2026-03-0{}", 2 + i % 5);
        writeln!(tickets, "{i},{day} 09:00,{day} 10:00,{}", ["Desk", "Desk", "Network"][i % 3]).expect("a text takes it");
    }
    let notes = |levels: &str| {
        let dir = folder(&(desk(&source("tickets", "tickets")) + levels), &[("tickets.csv", &tickets)]);
        deskcard_in(dir.path(), &["report"]).ok();
        let card: Value =
            serde_json::from_slice(&std::fs::read(dir.path().join("scorecards/2026-W10/scorecard.json")).expect("a file")).expect("JSON");
        let all = card["notes"].as_array().cloned().expect("notes");
        all.into_iter().filter(|n| n["code"] == "groups-without-level").collect::<Vec<_>>()
    };
    let told = notes("[levels]\n\"Desk\" = \"L1\"\n");
    assert_eq!((told.len(), &told[0]["level"]), (1, &json!("warning")));
    let text = told[0]["text"].as_str().expect("a text");
    assert!(text.starts_with("10 of 30 tickets resolved in Week 10 · 2–8 March 2026 are with groups that have no level: "), "{text}");
    assert!(text.contains("deskcard query tickets_resolved --by group --where \"level IS NULL\" --period 2026-W10"), "{text}");
    // Where all have one, or none has, there is nothing to tell.
    assert!(notes("[levels]\n\"Desk\" = \"L1\"\n\"Network\" = \"L2\"\n").is_empty() && notes("").is_empty());
}

#[test]
fn a_column_without_values_is_missed_as_one_that_is_not_there() {
    let tickets = "id,created_at,resolved_at,kb_linked\n1,2026-03-02 09:00,2026-03-03 09:00,\n";
    let dir = folder(&desk(&source("tickets", "tickets")), &[("tickets.csv", tickets)]);
    assert_eq!(checked(dir.path())["metrics_without_data"]["kb_link"], json!(["tickets.kb_linked"]));
    let linked = tickets.replace("09:00,\n", "09:00,yes\n");
    let dir = folder(&desk(&source("tickets", "tickets")), &[("tickets.csv", &linked)]);
    assert_eq!(checked(dir.path())["metrics_without_data"]["kb_link"], Value::Null);
}
