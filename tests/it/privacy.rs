//! Scorecards for other readers: no name of a person in any file.

use std::collections::BTreeSet;
use std::path::Path;

use crate::harness::{deskcard, root};

/// Names on the sample's roster, and who is not on it.
fn names() -> BTreeSet<String> {
    let roster = std::fs::read_to_string(root().join("sample_data/roster.csv")).expect("the roster");
    let second = |line: &str| line.split(',').nth(1).unwrap_or_default().trim_matches('"').to_owned();
    roster.lines().skip(1).map(second).filter(|name| !name.is_empty()).chain(["Toma Ilicsen".to_owned()]).collect()
}

/// Every text below a folder, with its path.
fn texts(folder: &Path, out: &mut Vec<(String, String)>) {
    for item in std::fs::read_dir(folder).expect("a folder").map(|item| item.expect("an entry").path()) {
        if item.is_dir() {
            texts(&item, out);
        } else {
            out.push((item.display().to_string(), String::from_utf8_lossy(&std::fs::read(&item).expect("a file")).into_owned()));
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
    std::fs::write(&key, "0123456789abcdef0123456789abcdef\n").expect("written");
    let key = key.to_str().expect("a path");
    let files = made(&["--anonymise", key]);
    assert_eq!(named(&files), Vec::<String>::new());
    assert!(files.iter().filter(|(path, _)| path.contains("/agents/agent-")).count() > 20);
    let index = |files: &[(String, String)]| files.iter().find(|(path, _)| path.ends_with("index.html")).expect("a page").1.clone();
    let ours = |page: &str| page.lines().filter(|line| !line.contains("deskcard report")).collect::<Vec<_>>().join("\n");
    assert_eq!(ours(&index(&files)), ours(&index(&made(&["--anonymise", key]))));
    let short = dir.path().join("short");
    std::fs::write(&short, "abc").expect("written");
    let config = root().join("sample_data/deskcard.toml");
    let refused = deskcard(&["report", "--config", config.to_str().expect("a path"), "--anonymise", short.to_str().expect("a path")]);
    assert!(refused.code == 2 && refused.stderr.contains("at least 16 bytes"), "{}", refused.stderr);
}
