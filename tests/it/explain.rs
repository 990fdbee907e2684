//! `deskcard explain` as an analyst meets it: planted causes named first, the same bytes whatever the threads, refusals that help.

use serde_json::Value;

use crate::harness::{Run, deskcard, deskcard_in, root};

fn explain(more: &[&str]) -> Run {
    let config = root().join("sample_data/deskcard.toml");
    deskcard(&[&["explain"], more, &["--config", config.to_str().expect("a path")]].concat())
}

fn json(more: &[&str]) -> Value {
    explain(&[more, &["--format", "json"]].concat()).ok().json()
}

/// Title of each segment, in order.
fn titles(answer: &Value) -> Vec<String> {
    let all = answer["segments"].as_array().expect("segments");
    all.iter().map(|s| s["title"].as_str().expect("a title").to_owned()).collect()
}

#[test]
fn the_outage_is_named_by_the_work_it_made_and_by_its_days() {
    let came = json(&["tickets_created", "--period", "2026-W38"]);
    assert_eq!(titles(&came), ["Subcategory VPN"]);
    let excess = came["segments"][0]["excess"].as_f64().expect("a number");
    assert!((excess - 212.0).abs() < 3.0, "{excess}");
    assert_eq!(came["moved"]["certainty"], "clear");
    let lost = json(&["abandonment", "--period", "2026-W38"]);
    assert_eq!(titles(&lost), ["On Tuesdays", "On Wednesdays"]);
    // Over a quarter they are Tuesdays that one Tuesday made.
    let quarter = json(&["abandonment", "--against", "none", "--period", "2026-08-17..2026-11-15"]);
    let tuesday = &quarter["segments"][0];
    assert!(tuesday["title"].as_str().expect("a title").contains("Tuesdays"), "{tuesday}");
    assert!(tuesday["text"].as_str().expect("a text").ends_with("Most of it is one day, 2026-09-15."), "{tuesday}");
    // Who did not answer is no reason why nobody did.
    assert!(lost["search"]["outcomes"].as_array().expect("a list").iter().any(|name| name == "agent"));
}

#[test]
fn a_month_lost_by_its_mix_is_told_as_mix_and_blames_nobody() {
    let june = json(&["fcr_touch", "--period", "2026-06", "--against", "2026-05"]);
    let category = &june["parts"][0];
    assert_eq!(category["attribute"], "category");
    assert!(category["mix"].as_f64().expect("a number") < -0.07 && category["rate"].as_f64().expect("a number").abs() < 0.01, "{category}");
    let text = category["text"].as_str().expect("a text");
    assert!(text.contains("Hardware") && text.contains("Network") && text.contains("It is the work that changed"), "{text}");
    assert_eq!(titles(&june), Vec::<String>::new());
}

#[test]
fn monday_mornings_are_found_without_a_period_to_compare_with() {
    let logged = json(&["log_rate", "--against", "none", "--period", "2026-08-17..2026-11-15"]);
    assert_eq!(titles(&logged), ["On Mondays, between 08:00 and 10:00"]);
    assert_eq!(logged["against"], Value::Null);
}

#[test]
fn the_same_question_gets_the_same_bytes_on_any_number_of_threads() {
    let config = root().join("sample_data/deskcard.toml");
    let asked = ["explain", "csat", "--period", "2026-10", "--format", "json", "--config", config.to_str().expect("a path")];
    let on = |threads: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_deskcard"));
        let run = command.args(asked).env("RAYON_NUM_THREADS", threads).env("POLARS_MAX_THREADS", threads).output().expect("it runs");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        run.stdout
    };
    assert_eq!(on("1"), on("4"));
    let other = deskcard(&[&asked[..], &["--seed", "2"]].concat()).ok().json();
    assert_eq!(other["search"]["seed"], 2);
}

#[test]
fn what_cannot_be_explained_says_what_can() {
    let refused = |more: &[&str], words: &[&str]| {
        let run = explain(more);
        assert_eq!(run.code, if words[0].contains("no rows in") { 3 } else { 2 }, "{}", run.stderr);
        words.iter().for_each(|w| assert!(run.stderr.contains(w), "{w:?} in {}", run.stderr));
    };
    refused(&["fcr_tuch"], &["there is no metric", "nearest: fcr_touch"]);
    refused(&["cost_per_ticket"], &["no rows of its own", "operating_cost over tickets_resolved"]);
    refused(&["backlog"], &["no rows of its own", "tickets_created"]);
    refused(&["csat", "--by", "categry"], &["no column \"categry\"", "category"]);
    refused(&["csat", "--period", "2026-10", "--against", "2026-11"], &["does not end before"]);
    refused(&["csat", "--period", "2020-01"], &["no rows in 2020-01", "the data ends on"]);
    refused(&["csat", "--where", "category = 'No such'"], &["no rows in", "where category"]);
    refused(&["csat", "--where", "category = "], &["SQL"]);
}

#[test]
fn a_period_without_rows_before_it_is_told_and_not_judged() {
    let first = json(&["csat", "--period", "2025-11", "--against", "2025-10"]);
    assert_eq!(first["moved"]["certainty"], Value::Null);
    assert!(first["moved"]["text"].as_str().expect("a text").contains("none before"), "{}", first["moved"]["text"]);
}

/// A desk of one export with an attribute of 50,000 values and an outcome that never differs.
#[test]
fn fifty_thousand_values_and_equal_outcomes_are_answered() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut csv = "id,created_at,resolved_at,category,location,agent_replies,reassign_count,resolver\n".to_owned();
    for i in 0..50_000 {
        let day = 1 + i % 26;
        csv += &format!("T{i},2026-10-{day:02} 08:00:00,2026-10-{day:02} 09:00:00,Access,Room {i},1,0,Ada\n");
    }
    std::fs::write(dir.path().join("tickets.csv"), csv).expect("written");
    let config = "[desk]\nname = \"D\"\ntime_zone = \"UTC\"\n[[source]]\nkind = \"tickets\"\nfiles = [\"tickets.csv\"]\n";
    std::fs::write(dir.path().join("deskcard.toml"), config).expect("written");
    let asked =
        ["explain", "fcr_touch", "--period", "2026-10-14..2026-10-26", "--as-of", "2026-11-01", "--format", "json", "--out", "pages"];
    let answer = deskcard_in(dir.path(), &asked).ok().json();
    assert_eq!(titles(&answer), Vec::<String>::new());
    assert_eq!(answer["search"]["folded"], serde_json::json!([["location", 50_000]]));
    assert!(answer["moved"]["text"].as_str().expect("a text").contains("Nothing beyond noise"));
    let page = std::fs::read_to_string(dir.path().join("pages/explain-fcr_touch.html")).expect("a page");
    assert!(page.contains("Where?") && !page.contains("<script"));
}
