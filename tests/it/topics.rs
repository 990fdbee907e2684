//! The pages on a topic: what they say is what a query says, they are there for weeks, months and quarters, and one without its data is
//! left out with a reason.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::cli::copy;
use crate::harness::{deskcard, deskcard_in, folder, root};
use crate::html::{assert_no_broken_number, main_text};
use crate::pages::sample;

const ALL: [&str; 7] = ["business", "groups", "sla", "people", "knowledge", "cost", "review"];
/// The thirteen weeks up to the one reported.
const RECENT: [&str; 4] = ["--from", "2026-08-17", "--to", "2026-11-15"];

fn read(dir: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(dir.join("scorecard.json")).expect("a file")).expect("JSON")
}

fn list<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of[key].as_array().unwrap_or_else(|| panic!("no list {key}"))
}

fn topic<'a>(scorecard: &'a Value, id: &str) -> &'a Value {
    list(scorecard, "topics").iter().find(|t| t["id"] == id).unwrap_or_else(|| panic!("no page on {id}"))
}

fn table<'a>(topic: &'a Value, title: &str) -> &'a Value {
    let all: Vec<&Value> = list(topic, "sections").iter().flat_map(|s| list(s, "tables")).collect();
    all.into_iter().find(|t| t["title"] == title).unwrap_or_else(|| panic!("no table {title}"))
}

fn charts(topic: &Value) -> Vec<&Value> {
    list(topic, "sections").iter().flat_map(|s| list(s, "charts")).collect()
}

/// A metric over the recent weeks, by a column.
fn query(metric: &str, by: &str) -> Vec<(String, f64, f64)> {
    let args = ["query", metric, "--config", "sample_data/deskcard.toml", "--by", by, "--format", "json", "--quiet"];
    let answer = deskcard(&[&args[..], &RECENT[..]].concat()).ok().json();
    let row = |r: &Value| {
        let name = r["group"][by].as_str().unwrap_or_default().to_owned();
        (name, r["value"].as_f64().unwrap_or(f64::NAN), r["n"].as_f64().unwrap_or_default())
    };
    answer.as_array().expect("rows").iter().map(row).collect()
}

/// The cells of a column of a table, by the name of the row.
fn column(table: &Value, metric: &str) -> Vec<(String, f64, f64)> {
    let at = list(table, "columns").iter().position(|c| c["metric"] == metric).unwrap_or_else(|| panic!("no column {metric}"));
    let cell = |r: &Value| {
        let cell = &r["cells"][at];
        (r["name"].as_str().expect("a name").to_owned(), cell["value"].as_f64().unwrap_or(f64::NAN), cell["n"].as_f64().unwrap_or_default())
    };
    list(table, "rows").iter().map(cell).collect()
}

#[test]
fn every_page_has_a_finding_charts_with_numbers_and_a_place_in_the_list() {
    let (dir, scorecard) = (sample(), read(sample()));
    let ids: Vec<&str> = list(&scorecard, "topics").iter().map(|t| t["id"].as_str().expect("an id")).collect();
    assert_eq!(ids, ALL);
    assert!(list(&scorecard, "left_out").is_empty(), "{}", scorecard["left_out"]);
    let index = std::fs::read_to_string(dir.join("index.html")).expect("a page");
    for id in ALL.iter().filter(|id| **id != "review") {
        let page = std::fs::read_to_string(dir.join(format!("{id}.html"))).expect("a page");
        let (told, finding) = (topic(&scorecard, id), topic(&scorecard, id)["finding"].as_str().expect("a text"));
        let says = |page: &str| main_text(page).replace('\u{a0}', " ").contains(&finding.replace('\u{a0}', " "));
        assert!(!finding.is_empty() && says(&page) && says(&index), "{id}: {finding:?}");
        let drawn = charts(told).len();
        assert!((2..=8).contains(&drawn), "{id} has {drawn} charts");
        assert_eq!(page.matches("<figure").count(), drawn, "{id}");
        assert_eq!(page.matches("<details class=\"numbers\">").count(), drawn, "{id}: a table under each");
        assert!(page.contains("definitions.html#"), "{id} links no definition");
        assert!(page.len() < 500_000, "{id} has {} bytes", page.len());
    }
    // The desk's own card leaves to them what is theirs.
    let desk: Vec<&str> = list(&scorecard["cards"][0], "sections").iter().filter_map(|s| s["id"].as_str()).collect();
    assert!(desk.iter().all(|id| !["repeats", "people", "mentors"].contains(id)), "{desk:?}");
}

#[test]
fn the_pages_say_what_a_query_says() {
    let scorecard = read(sample());
    for (id, title, by, metrics) in [
        ("business", "Departments", "requester_department", &["csat", "sla_resolution", "ttr_median"][..]),
        ("groups", "Groups", "group", &["sla_resolution", "tickets_resolved", "backlog"]),
        ("knowledge", "Categories", "category", &["kb_link", "fcr_touch"]),
    ] {
        let shown = table(topic(&scorecard, id), title);
        for metric in metrics {
            let asked = query(metric, by);
            let rows = column(shown, metric);
            assert!(rows.len() > 2, "{id} {metric}");
            for (name, value, n) in rows {
                let known = asked.iter().find(|(other, ..)| *other == if name == "(none)" { "" } else { &name });
                let (_, wanted, wanted_n) = known.unwrap_or_else(|| panic!("{id} {metric}: {name} is in no query"));
                // What customers answered is told to others in round numbers.
                let (wanted, wanted_n) = if *metric == "csat" {
                    (&((wanted * 100.0).round() / 100.0), &(((wanted_n + 2.0) / 5.0).floor() * 5.0))
                } else {
                    (wanted, wanted_n)
                };
                assert!(
                    (value - wanted).abs() < 1e-9 && (n == 0.0 || (n - wanted_n).abs() < 1e-9),
                    "{id} {metric} {name}: {value} of {n}, {wanted} of {wanted_n}"
                );
            }
        }
    }
}

#[test]
fn nobody_is_counted_twice_and_nobody_is_lost() {
    let scorecard = read(sample());
    let departments = column(table(topic(&scorecard, "business"), "Departments"), "tickets_created");
    let all = query("tickets_created", "requester_department");
    let sum = |rows: &[(String, f64, f64)]| rows.iter().map(|(_, v, _)| v).sum::<f64>();
    assert!((sum(&departments) - sum(&all)).abs() < 1e-9);
    // What is passed on goes somewhere: the ways out of a group are at least the tickets it passed on.
    let groups = table(topic(&scorecard, "groups"), "Groups");
    let ways = table(topic(&scorecard, "groups"), "Hand-overs between groups");
    for row in list(groups, "rows") {
        let (received, passed) = (row["cells"][0]["value"].as_f64().unwrap(), &row["cells"][1]);
        let name = row["name"].as_str().unwrap();
        assert_eq!(passed["n"].as_f64(), Some(received), "{name}");
        let is_from = |w: &&Value| w["name"].as_str().unwrap().starts_with(&format!("{name} →"));
        let out: f64 = list(ways, "rows").iter().filter(is_from).map(|w| w["cells"][0]["value"].as_f64().unwrap()).sum();
        let hits = (passed["value"].as_f64().unwrap() * received).round();
        assert!(out >= hits && hits > 0.0, "{name}: {out} went out, {hits} were passed on");
    }
}

#[test]
fn months_and_quarters_have_the_same_pages() {
    let out = tempfile::tempdir().expect("a folder");
    for period in ["2026-10", "2026-Q3"] {
        let args = ["report", "--config", "sample_data/deskcard.toml", "--period", period, "--quiet", "--out"];
        deskcard(&[&args[..], &[out.path().to_str().expect("a path")]].concat()).ok();
        let dir = out.path().join(period);
        let scorecard = read(&dir);
        let ids: Vec<&str> = list(&scorecard, "topics").iter().map(|t| t["id"].as_str().expect("an id")).collect();
        assert_eq!(ids, ALL, "{period}");
        for id in ALL {
            let page = std::fs::read_to_string(dir.join(format!("{id}.html"))).expect("a page");
            assert_no_broken_number(id, &page);
            assert!(!main_text(&page).contains("last 13 weeks"), "{period} {id}");
        }
        let cost = topic(&scorecard, "cost")["finding"].as_str().expect("a text");
        assert!(cost.contains(if period == "2026-10" { "October 2026" } else { "September 2026" }), "{period}: {cost}");
    }
}

#[test]
fn a_page_without_its_data_is_left_out_and_the_first_page_says_why_and_the_data_page_what_would_help() {
    let config = "[desk]\nname = \"D\"\ntime_zone = \"UTC\"\nas_of = \"2026-03-09 06:00\"\n[[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n\
                  [source.columns]\nid = \"id\"\ncreated_at = \"created\"\n";
    let dir = folder(config, &[("t.csv", "id,created\nT1,2026-03-02 09:00:00\nT2,2026-03-03 09:00:00\n")]);
    deskcard_in(dir.path(), &["report", "--out", "out", "--quiet"]).ok();
    let dir = dir.path().join("out/2026-W10");
    let scorecard = read(&dir);
    let left_out: BTreeSet<&str> = list(&scorecard, "left_out").iter().map(|l| l["id"].as_str().expect("an id")).collect();
    assert_eq!(left_out, BTreeSet::from(["business", "groups", "sla", "people", "knowledge", "cost"]));
    let text = |page: &str| main_text(&std::fs::read_to_string(dir.join(page)).expect("a page"));
    let (index, data) = (text("index.html"), text("data.html"));
    for why in list(&scorecard, "left_out").iter().map(|l| l["why"].as_str().expect("a sentence")) {
        assert!(index.contains(why), "{why} is not said in {index}");
    }
    for words in ["requester_department", "operating_cost", "kind `agents`", "kb_linked", "[sla.targets]"] {
        assert!(data.contains(words) && !index.contains(words), "{words} is not said in {data} alone");
    }
    assert!(index.contains("every ticket counts as open"), "{index}");
    assert!(left_out.iter().all(|id| !dir.join(format!("{id}.html")).exists()));
}

/// The report makes clocks and holders of recent tickets only, unless a measure of the config follows them through the history.
#[test]
fn the_pages_on_clocks_are_the_same_with_the_clocks_of_all_time() {
    let dir = tempfile::tempdir().expect("a folder");
    copy(&root().join("sample_data"), dir.path());
    let config = std::fs::read_to_string(dir.path().join("deskcard.toml")).expect("a config");
    let own = |on: &str, by: &str| {
        format!("\n[[metric]]\nid = \"{on}_own\"\nlabel = \"Own\"\non = \"{on}\"\nby = \"{by}\"\nkind = \"count\"\nfact = \"TRUE\"\n")
    };
    let all = config.clone() + &own("sla_clocks", "due_at") + &own("ticket_spans", "resolved_at");
    std::fs::write(dir.path().join("all.toml"), all).expect("written");
    for period in ["2026-W46", "2026-10", "2026-Q3"] {
        let told = |config: &str, out: &str| {
            deskcard_in(dir.path(), &["report", "--config", config, "--period", period, "--out", out, "--quiet"]).ok();
            let scorecard = read(&dir.path().join(out).join(period));
            let whole = scorecard["topics"].clone();
            let desk = list(&scorecard, "cards")[0]["kpis"].as_array().expect("measures").clone();
            (whole, desk.iter().any(|k| k["metric"] == "sla_clocks_own" && k["n"].as_u64() > Some(0)))
        };
        let ((recent, _), (all, is_followed)) = (told("deskcard.toml", "recent"), told("all.toml", "all"));
        assert!(is_followed, "{period}");
        for (recent, all) in list_of(&recent).iter().zip(list_of(&all)) {
            assert_eq!(recent, all, "{period}");
        }
        assert_eq!(list_of(&recent).len(), ALL.len());
    }
}

fn list_of(of: &Value) -> &[Value] {
    of.as_array().expect("a list")
}

#[test]
fn a_small_department_is_not_told_apart() {
    let mut tickets = "id,created,resolved,dep\n".to_owned();
    for i in 0..200 {
        let dep = if i % 50 == 0 {
            "Board"
        } else if i % 66 == 1 {
            "Legal"
        } else {
            "Sales"
        };
        let at = format!("2026-03-0{} {:02}:{:02}:00", 2 + i % 5, 8 + i / 60, i % 60);
        tickets.push_str(&format!("T{i},{at},{at},{dep}\n"));
    }
    let config = "[desk]\nname = \"D\"\ntime_zone = \"UTC\"\nas_of = \"2026-03-09 06:00\"\n[departments]\nSales = 50\nBoard = 4\n[[source]]\nkind = \"tickets\"\n\
                  files = [\"t.csv\"]\n[source.columns]\nid = \"id\"\ncreated_at = \"created\"\nresolved_at = \"resolved\"\nrequester_department = \"dep\"\n";
    let dir = folder(config, &[("t.csv", &tickets)]);
    deskcard_in(dir.path(), &["report", "--out", "out", "--quiet"]).ok();
    let dir = dir.path().join("out/2026-W10");
    let scorecard = read(&dir);
    let rows = column(table(topic(&scorecard, "business"), "Departments"), "tickets_created");
    let names: Vec<&str> = rows.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["Sales", "2 smaller departments"]);
    assert!((rows.iter().map(|(_, v, _)| v).sum::<f64>() - 200.0).abs() < 1e-9);
    let page = main_text(&std::fs::read_to_string(dir.join("business.html")).expect("a page"));
    assert!(!page.contains("Board") && !page.contains("Legal"), "{page}");
}
