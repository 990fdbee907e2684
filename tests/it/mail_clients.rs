//! The mails of the sample desk, held against what mail programs are known to do: `tests/mail/caniemail.mjs` says what, and why it does no harm.
//!
//! Needs node and `npm ci --prefix tests/mail`; says so and passes where one of them is missing.

use std::path::PathBuf;
use std::process::Command;

use crate::cli::copy;
use crate::harness::{deskcard_in, root};
use crate::pages::sample;

#[test]
fn mails_do_without_what_mail_programs_lack() {
    let has_node = Command::new("node").arg("--version").output().is_ok_and(|run| run.status.success());
    if !has_node || !root().join("tests/mail/node_modules").is_dir() {
        eprintln!("skipped: node is not installed, or the checks are not: npm ci --prefix tests/mail");
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    copy(&root().join("sample_data"), dir.path());
    // The published period, as `report` makes it.
    let place = dir.path().join("scorecards/2026-W46");
    std::fs::create_dir_all(&place).expect("a folder");
    std::fs::copy(sample().join("scorecard.json"), place.join("scorecard.json")).expect("the scorecard");
    let mail = "\n[mail]\nhost = \"127.0.0.1\"\ntls = \"none\"\nauth = \"none\"\nfrom = \"Desk <d@brightwater.example>\"\nlink = \"https://desk.example/cards\"\n\
        domains = [\"brightwater.example\"]\ndesk = [\"boss@brightwater.example\"]\nteams = { \"Service Desk Berlin\" = [\"lead@brightwater.example\"] }\n\
        suppliers = { \"Norvik Outsourcing\" = [\"account@brightwater.example\"] }\n";
    let config = dir.path().join("deskcard.toml");
    let text = std::fs::read_to_string(&config).expect("the config");
    std::fs::write(&config, text + mail).expect("write");
    deskcard_in(dir.path(), &["send", "--period", "2026-W46", "--preview", "mails"]).ok();
    let all = std::fs::read_dir(dir.path().join("mails")).expect("mails").map(|e| e.expect("an entry").path());
    let pages: Vec<PathBuf> = all.filter(|p| p.extension().is_some_and(|e| e == "html")).collect();
    assert_eq!(pages.len(), 3, "desk, team and supplier");
    let check =
        |files: &[PathBuf]| Command::new("node").arg(root().join("tests/mail/caniemail.mjs")).args(files).output().expect("node runs");
    let run = check(&pages);
    assert!(run.status.success(), "{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    // A mail with something no mail program of these has is found.
    let broken = dir.path().join("mails/broken.html");
    std::fs::write(&broken, "<p style=\"position:fixed\">x</p>").expect("write");
    assert!(!check(&[broken]).status.success());
}
