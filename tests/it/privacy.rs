//! Scorecards for other readers: no name of a person in any file.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::harness::{deskcard, deskcard_in, folder, root};

/// Names on the sample's roster, and who is not on it.
fn names() -> BTreeSet<String> {
    let roster = fs::read_to_string(root().join("sample_data/roster.csv")).expect("the roster");
    let second = |line: &str| line.split(',').nth(1).unwrap_or_default().trim_matches('"').to_owned();
    roster.lines().skip(1).map(second).filter(|name| !name.is_empty()).chain(["Toma Ilicsen".to_owned()]).collect()
}

/// Every text below a folder, with its path.
fn texts(folder: &Path, out: &mut Vec<(String, String)>) {
    for item in fs::read_dir(folder).expect("a folder").map(|item| item.expect("an entry").path()) {
        if item.is_dir() {
            texts(&item, out);
        } else {
            out.push((item.display().to_string(), String::from_utf8_lossy(&fs::read(&item).expect("a file")).into_owned()));
        }
    }
}

fn made(more: &[&str]) -> Vec<(String, String)> {
    let dir = tempfile::tempdir().expect("a folder");
    let config = root().join("sample_data/deskcard.toml");
    let (config, out) = (config.to_str().expect("a path"), dir.path().to_str().expect("a path"));
    let asked = ["report", "--config", config, "--out", out, "--outputs", "markdown,text,json,csv,slack,teams"];
    deskcard(&[&asked[..], more].concat()).ok();
    let mut found = Vec::new();
    texts(dir.path(), &mut found);
    found
}

/// The files in which a name stands.
fn named(files: &[(String, String)]) -> Vec<String> {
    let names = names();
    let found =
        |(path, text): &(String, String)| names.iter().find(|name| text.contains(name.as_str())).map(|name| format!("{name} in {path}"));
    files.iter().filter_map(found).collect()
}

#[test]
fn the_names_are_there_unless_somebody_asks() {
    assert!(names().len() > 40 && named(&made(&[])).len() > 30);
}

#[test]
fn a_scorecard_of_teams_has_nothing_of_a_person() {
    let files = made(&["--team-only"]);
    assert_eq!(named(&files), Vec::<String>::new());
    let has = |part: &str| files.iter().any(|(path, _)| path.contains(part));
    assert!(has("/teams/") && has("desk.html") && !has("/agents/") && !has("/rows/"));
}

#[test]
fn pseudonyms_are_stable_and_stand_for_every_name() {
    let dir = tempfile::tempdir().expect("a folder");
    let key = dir.path().join("key");
    fs::write(&key, "0123456789abcdef0123456789abcdef\n").expect("written");
    let key = key.to_str().expect("a path");
    let files = made(&["--anonymise", key]);
    assert_eq!(named(&files), Vec::<String>::new());
    assert!(files.iter().filter(|(path, _)| path.contains("/agents/agent-")).count() > 20);
    let index = |files: &[(String, String)]| files.iter().find(|(path, _)| path.ends_with("index.html")).expect("a page").1.clone();
    let ours = |page: &str| page.lines().filter(|line| !line.contains("deskcard report")).collect::<Vec<_>>().join("\n");
    assert_eq!(ours(&index(&files)), ours(&index(&made(&["--anonymise", key]))));
    let short = dir.path().join("short");
    fs::write(&short, "abc").expect("written");
    let config = root().join("sample_data/deskcard.toml");
    let refused = deskcard(&["report", "--config", config.to_str().expect("a path"), "--anonymise", short.to_str().expect("a path")]);
    assert!(refused.code == 2 && refused.stderr.contains("at least 16 bytes"), "{}", refused.stderr);
}

#[test]
fn figures_about_people_of_a_small_team_are_on_no_card_of_it() {
    let roster = |people: usize| {
        let row = |team: &str, i: usize| format!("{team}{i},{team} {i},{team},2020-01-0{},", i + 1);
        let rows = (0..people).map(|i| row("Small", i)).chain((0..8).map(|i| row("Large", i)));
        format!("agent_id,name,team,hired_at,left_at\n{}\n", rows.collect::<Vec<_>>().join("\n"))
    };
    let measures = |people: usize, team: &str| -> BTreeSet<String> {
        let config = "[desk]\nname = \"D\"\ntime_zone = \"UTC\"\nas_of = \"2026-03-09 06:00\"\n[report]\npages = [\"desk\", \"teams\"]\n\
             [[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n[[source]]\nkind = \"agents\"\nfiles = [\"r.csv\"]\n";
        let tickets = "id,created_at,resolved_at,status,assignee\n1,2026-03-02 08:00,2026-03-03 08:00,closed,Small0\n2,2026-03-02 09:00,2026-03-03 08:00,closed,Large0\n";
        let dir = folder(config, &[("t.csv", tickets), ("r.csv", &roster(people))]);
        deskcard_in(dir.path(), &["report", "--out", "out"]).ok();
        let text = fs::read_to_string(dir.path().join("out/2026-W10/scorecard.json")).expect("a scorecard");
        let scorecard: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let card = scorecard["cards"].as_array().and_then(|cards| cards.iter().find(|c| c["name"] == team)).expect("the team's card");
        let named = card["kpis"].as_array().expect("figures").iter().filter_map(|k| k["metric"].as_str());
        named.filter(|m| ["tenure", "turnover_12m", "leavers", "absenteeism"].contains(m)).map(str::to_owned).collect()
    };
    assert!(measures(4, "Small").is_empty(), "{:?}", measures(4, "Small"));
    assert!(measures(4, "Large").contains("turnover_12m") && measures(5, "Small").contains("turnover_12m"));
}

#[test]
fn what_people_said_of_each_other_is_in_no_file_of_rows() {
    let files = made(&[]);
    let rows: Vec<&String> = files.iter().map(|(name, _)| name).filter(|name| name.contains("rows/")).collect();
    assert!(rows.iter().any(|name| name.ends_with("-tickets.csv")), "{rows:?}");
    assert!(!rows.iter().any(|name| name.contains("observations")), "{rows:?}");
}
