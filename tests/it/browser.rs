//! The pages of the sample desk in a browser: what `tests/browser/check.mjs` finds there, which is nothing.
//!
//! Needs node, Chromium and `npm ci --prefix tests/browser`; says so and passes where one of them is missing, unless `DESKCARD_BROWSER`
//! asks for it. The first look at all pages takes minutes, so without that variable one page of each kind is looked at.

use std::path::Path;
use std::process::Command;

use crate::harness::root;
use crate::pages::sample;

/// One page of each kind, by a part of its path.
const KINDS: [&str; 14] = [
    "index",
    "desk.html",
    "data",
    "definitions",
    "business",
    "groups",
    "sla",
    "people",
    "knowledge",
    "cost",
    "review",
    "teams/team-service-desk-berlin",
    "suppliers/",
    "agents/agent-sabine",
];

#[test]
fn pages_are_sound_in_a_browser() {
    let is_asked = std::env::var_os("DESKCARD_BROWSER").is_some();
    if let Err(missing) = tools() {
        assert!(!is_asked, "{missing}");
        eprintln!("skipped: {missing}");
        return;
    }
    let only = KINDS.iter().flat_map(|kind| ["--only", *kind]).filter(|_| !is_asked);
    let run = Command::new("node").arg(root().join("tests/browser/check.mjs")).arg(sample()).args(only).output().expect("node runs");
    assert!(run.status.success(), "{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
}

/// What is missing to look at pages.
fn tools() -> Result<(), String> {
    let browser = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    let has_node = Command::new("node").arg("--version").output().is_ok_and(|run| run.status.success());
    let needs = [
        (has_node, "node is not installed"),
        (root().join("tests/browser/node_modules").is_dir(), "the checks are not installed: npm ci --prefix tests/browser"),
        (Path::new(&browser).exists(), "there is no Chromium: name one in CHROMIUM"),
    ];
    needs.into_iter().find(|(is_there, _)| !is_there).map_or(Ok(()), |(_, missing)| Err(missing.to_owned()))
}
