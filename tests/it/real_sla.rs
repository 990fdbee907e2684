//! The SLA clock on real exports, with figures worked out by other programs from the same files.
//!
//! The exports lie beside the checkout, in `../shared/data`; where they do not, the tests say so and pass.

use crate::harness::{deskcard, root};

fn is_there(folder: &str) -> bool {
    let path = root().join("../shared/data").join(folder);
    if !path.is_dir() {
        eprintln!("skipped: {} is not there", path.display());
    }
    path.is_dir()
}

fn sla(config: &str, args: &[&str]) -> serde_json::Value {
    let config = format!("tests/real/{config}.toml");
    deskcard(&[&["sla", "--config", &config, "--format", "json", "--quiet"], args].concat()).ok().json()
}

/// Of a clock by its group: met, missed, still open past due, not yet due.
fn kept(answer: &serde_json::Value, clock: &str, group: &str) -> [u64; 4] {
    let all = answer["clocks"].as_array().expect("clocks");
    let one = all.iter().find(|c| c["clock"] == clock && c["group"][0] == group);
    let now = &one.unwrap_or_else(|| panic!("no {clock} {group:?} in {answer:#}"))["now"];
    ["met", "missed", "open_overdue", "not_yet_due"].map(|name| now[name].as_u64().expect("a count"))
}

/// Of a clock: both met, only ours, only theirs, neither.
fn agreement(answer: &serde_json::Value, clock: &str) -> [u64; 4] {
    let all = answer["agreement"].as_array().expect("a matrix");
    let one = all.iter().find(|c| c["clock"] == clock).expect("the clock");
    ["both_met", "ours_met_theirs_missed", "ours_missed_theirs_met", "both_missed"].map(|name| one[name].as_u64().expect("a count"))
}

fn reasons(answer: &serde_json::Value) -> Vec<(String, String, u64)> {
    let text = |v: &serde_json::Value| v.as_str().expect("a text").to_owned();
    let one = |r: &serde_json::Value| (text(&r["clock"]), text(&r["reason"]), r["n"].as_u64().expect("a count"));
    answer["reasons"].as_array().expect("reasons").iter().map(one).collect()
}

/// Sums of metrics of the config over everything.
fn sums(config: &str, metrics: &[&str]) -> Vec<f64> {
    let config = format!("tests/real/{config}.toml");
    let answer = deskcard(&["query", &metrics.join(","), "--config", &config, "--format", "json", "--quiet"]).ok().json();
    let of = |id: &&str| answer.as_array().expect("figures").iter().find(|f| f["metric"] == **id).expect("a figure")["sum"].as_f64();
    metrics.iter().map(|id| of(id).expect("a sum")).collect()
}

/// The product calls what has no time at all violated, and all tickets of three days; the rest is the due time to the second.
#[test]
fn two_clocks_by_due_times_and_by_targets() {
    if !is_there("two_clock_desk") {
        return;
    }
    for config in ["two_clock_desk_sla", "two_clock_desk_targets"] {
        let answer = sla(config, &["--by", "", "--list", "1000"]);
        let answer_by_none = &answer;
        assert_eq!(agreement(answer_by_none, "response"), [2_019, 15, 0, 296], "{config}");
        assert_eq!(agreement(answer_by_none, "resolution"), [1_546, 0, 1, 783], "{config}");
        let found = reasons(&answer);
        let open = ("resolution".to_owned(), "open past its due time, called met".to_owned(), 1);
        assert!(found.contains(&open), "{config}: {found:?}");
        assert_eq!(found.iter().map(|r| r.2).sum::<u64>(), 16, "{config}: {found:?}");
        let differing = answer["differing"].as_array().expect("tickets");
        let of = |clock: &str| {
            differing.iter().filter(|d| d["clock"] == clock).map(|d| d["ticket"].as_str().expect("an id")).collect::<Vec<_>>()
        };
        assert_eq!(of("resolution"), ["3986"], "{config}");
        let called_late =
            ["1412", "1413", "1420", "1421", "1424", "1425", "1426", "1427", "1428", "1429", "1430", "1432", "1433", "1434", "2465"];
        assert_eq!(of("response"), called_late, "{config}");
    }
}

/// Met of n by the priority at the start: with the pauses of the log, and without any.
fn pauses(config: &str, known: [(&str, u64, u64, u64); 4]) {
    let (with, without) = (sla(config, &["--list", "0"]), sla(config, &["--list", "0", "--what-if", "pause=[]"]));
    for (priority, paused, unpaused, n) in known {
        assert_eq!(kept(&with, "resolution", priority), [paused, n - paused, 0, 0], "{config} {priority}");
        let all = without["clocks"].as_array().expect("clocks");
        let one = all.iter().find(|c| c["group"][0] == priority).expect("the priority");
        assert_eq!(one["what_if"]["met"], unpaused, "{config} {priority} without pauses");
    }
}

/// The log re-saves a resolved ticket again and again; the first entry stands. Figures by a script of its own over the same rules.
#[test]
fn the_audit_log_with_its_pauses() {
    if !is_there("servicenow_uci") {
        return;
    }
    pauses("servicenow_uci_sla", [("P1", 45, 36, 154), ("P2", 88, 74, 268), ("P3", 14_848, 12_934, 19_722), ("P4", 553, 472, 625)]);
    // Used up at closing time and resolved that evening is late: 25 tickets that used exactly their 30 hours.
    pauses(
        "servicenow_uci_sla_business",
        [("P1", 55, 44, 154), ("P2", 124, 104, 268), ("P3", 15_754, 13_857, 19_722), ("P4", 573, 494, 625)],
    );
    let metrics = ["used", "elapsed", "paused", "awaiting"];
    assert_eq!(sums("servicenow_uci_sla", &metrics), [7_800_409_800.0, 12_922_757_280.0, 5_165.0, 5_091_521_820.0]);
    assert_eq!(sums("servicenow_uci_sla_business", &metrics), [2_373_994_440.0, 12_922_757_280.0, 5_165.0, 5_091_521_820.0]);
}

/// The product's flag runs from the opening to the closing, without pauses: found from its own rows.
#[test]
fn made_sla_is_judged_at_the_closing() {
    if !is_there("servicenow_uci") {
        return;
    }
    let answer = sla("servicenow_uci_made_sla", &["--by", "", "--list", "0"]);
    // Of the 26 two used up their time exactly at closing time.
    assert_eq!(agreement(&answer, "resolution"), [12_569, 1, 26, 8_173]);
}

/// The city's verdict is that of the due time, on every ticket it gives one on.
#[test]
fn boston_by_the_due_times_of_the_city() {
    if !is_there("boston_311_2015") {
        return;
    }
    let answer = sla("boston_311_2015_sla", &["--by", "verdict", "--list", "0"]);
    assert_eq!(kept(&answer, "resolution", "ONTIME"), [60_054, 0, 0, 3_501]);
    // One open ticket was due half an hour after the last instant the files tell of.
    assert_eq!(kept(&answer, "resolution", "OVERDUE"), [0, 30_445, 11_373, 1]);
    assert_eq!(kept(&answer, "resolution", ""), [0, 153, 71, 0]);
}
