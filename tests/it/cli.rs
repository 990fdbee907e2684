//! The command line as scripts and cron see it: exit codes, streams, help, and what the README promises.

use std::collections::BTreeSet;
use std::path::Path;

use crate::harness::{Run, deskcard, deskcard_in, folder, root};

const CONFIG: &str = r#"[desk]
name = "Tiny Desk"
time_zone = "UTC"
as_of = "2026-03-09 06:00"

[[source]]
name = "tickets"
kind = "tickets"
files = ["tickets.csv"]
"#;

const TICKETS: &str = "id,created_at,resolved_at,assignee\n\
    T1,2026-03-02 09:00:00,2026-03-02 09:30:00,Ann\n\
    T2,2026-03-03 09:00:00,2026-03-03 19:00:00,Ben\n\
    T3,2026-03-04 09:00:00,,Ann\n";

const VERBS: [&str; 9] = ["report", "query", "rows", "sql", "repeats", "metrics", "check", "facts", "export"];

fn tiny() -> tempfile::TempDir {
    folder(CONFIG, &[("tickets.csv", TICKETS)])
}

/// Runs that must end with a code, say their words on stderr and nothing on stdout, and not panic; all that do not are told.
fn refuses(dir: &Path, code: i32, runs: &[(&[&str], &[&str])]) {
    let mut faults = Vec::new();
    for (args, words) in runs {
        let run = deskcard_in(dir, args);
        let missing: Vec<_> = words.iter().filter(|w| !run.stderr.contains(**w)).collect();
        if run.code != code || !run.stdout.is_empty() || !missing.is_empty() || run.stderr.contains("panicked") {
            faults.push(format!("{args:?} ends with {}, does not say {missing:?}: {}{}", run.code, run.stdout, run.stderr));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_gate_is_only_for_those_who_ask() {
    let dir = tiny();
    assert_eq!(deskcard_in(dir.path(), &["check", "--strict"]).code, 0);
    std::fs::write(dir.path().join("tickets.csv"), format!("{TICKETS}T4,2026-03-05\n")).expect("write");
    assert_eq!(deskcard_in(dir.path(), &["check"]).code, 0);
    let strict = deskcard_in(dir.path(), &["check", "--strict", "--format", "json"]);
    assert_eq!(strict.code, 1, "{}", strict.stderr);
    assert_eq!(strict.json()["sources"][0]["rejected"], 1, "the account is printed although the gate says no");
}

#[test]
fn a_wrong_config_is_refused_with_its_place_and_the_nearest_key() {
    let unknown = |from: &str, to: &str| folder(&CONFIG.replace(from, to), &[("tickets.csv", TICKETS)]);
    for (from, to, words) in [
        ("as_of", "asof", ["deskcard.toml:4:1", "`asof`", "`as_of`"]),
        ("kind = \"tickets\"", "kind = \"tickets\"\n  delimeter = \";\"", ["deskcard.toml:9:3", "`delimeter`", "`delimiter`"]),
        ("kind = \"tickets\"", "kind = \"tickest\"", ["deskcard.toml:8:8", "tickest", "tickets"]),
        ("time_zone = \"UTC\"", "time_zone = \"Europe/Berlni\"", ["deskcard.toml:3:13", "Europe/Berlni", "Europe/Berlin"]),
        ("[[source]]", "[goals]\nfcr_tuch = 0.7\n\n[[source]]", ["deskcard.toml:7:1", "fcr_tuch", "fcr_touch"]),
    ] {
        refuses(unknown(from, to).path(), 2, &[(&["check"], &words)]);
    }
}

#[test]
fn a_wrong_command_line_is_refused_with_what_is_near() {
    let dir = tiny();
    let runs: [(&[&str], &[&str]); 16] = [
        (&["query", "fcr_tuch"], &["fcr_tuch", "fcr_touch", "deskcard metrics"]),
        (&["metrics", "fcr_tuch"], &["fcr_tuch", "fcr_touch"]),
        (&["query", "csat,fcr_touch", "--by", "agnet"], &["--by", "agnet", "agent"]),
        (&["query", "fcr_touch", "--where", "agnet = 'Ann'"], &["agnet", "agent"]),
        (&["query", "fcr_touch", "--where", "agent = "], &["agent = "]),
        (&["query", "fcr_touch", "--from", "yesterday"], &["--from", "yesterday", "2026-11-16"]),
        (&["query", "fcr_touch", "--to", "2026-02-30"], &["--to", "2026-02-30"]),
        (&["query", "fcr_touch", "--from", "2026-03-08", "--to", "2026-03-01"], &["--to is before --from"]),
        (&["check", "--as-of", "tuesday"], &["--as-of", "tuesday", "2026-11-16 06:00"]),
        (&["report", "--period", "2026-W99"], &["2026-W99", "2026-W53"]),
        (&["report", "--templates", "nowhere"], &["nowhere"]),
        (&["check", "--format", "csv"], &["csv", "json"]),
        (&["query"], &["<METRICS>"]),
        (&["frobnicate"], &["frobnicate"]),
        (&["check", "--quiet", "--verbose"], &["--verbose"]),
        (&["check", "--config", "nowhere.toml"], &["nowhere.toml", "--config"]),
    ];
    refuses(dir.path(), 2, &runs);
    assert!(!dir.path().join("scorecards").exists(), "a refused report leaves nothing behind");
}

#[test]
fn unusable_input_is_refused_by_every_verb_that_reads() {
    let dir = tiny();
    let verbs: [&[&str]; 7] = [
        &["check"],
        &["query", "fcr_touch"],
        &["report"],
        &["facts", "--out", "facts"],
        &["rows", "fcr_touch"],
        &["sql", "SELECT id FROM tickets"],
        &["export", "--facts", "facts"],
    ];
    for (text, words) in
        [(None, ["no file matches", "tickets.csv"]), (Some(""), ["empty", "tickets.csv"]), (Some("a,b\n1,2\n"), ["`id`", "\"a\", \"b\""])]
    {
        match text {
            Some(text) => std::fs::write(dir.path().join("tickets.csv"), text).expect("write"),
            None => std::fs::remove_file(dir.path().join("tickets.csv")).expect("remove"),
        }
        refuses(dir.path(), 3, &verbs.map(|args| (args, &words[..])));
    }
    assert!(!dir.path().join("facts").exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_an_output_failure() {
    let dir = tiny();
    std::fs::write(dir.path().join("taken"), "a file").expect("write");
    let runs: [(&[&str], &[&str]); 4] = [
        (&["export", "--facts", "taken/below"], &["cannot write", "taken/below"]),
        (&["report", "--out", "taken"], &["cannot write", "taken", "--out"]),
        (&["report", "--out", "taken/below"], &["cannot write", "taken/below"]),
        (&["facts", "--out", "taken/below"], &["cannot write", "taken/below"]),
    ];
    refuses(dir.path(), 4, &runs);
}

#[test]
fn stdout_carries_data_alone_and_a_quiet_run_says_nothing() {
    let dir = tiny();
    for args in
        [&["check", "--format", "json", "--quiet"][..], &["query", "fcr_touch,backlog", "--by", "agent", "--format", "json", "--quiet"]]
    {
        let run = deskcard_in(dir.path(), args).ok();
        assert_eq!(run.stderr, "", "{args:?}");
        assert!(run.json().is_array() || run.json().is_object());
    }
    let csv = deskcard_in(
        dir.path(),
        &["query", "tickets_created,ttr_median", "--by", "agent", "--period", "week", "--format", "csv", "--quiet"],
    )
    .ok();
    assert_eq!(csv.stderr, "");
    assert_eq!(
        csv.stdout,
        "period,agent,tickets_created,tickets_created_n,ttr_median,ttr_median_n\n2026-W10,Ann,2,2,1800,1\n2026-W10,Ben,1,1,36000,1\n"
    );
}

#[test]
fn cron_gets_the_path_and_no_mail() {
    let dir = tiny();
    let run = deskcard_in(dir.path(), &["report", "--out", "made"]).ok();
    let path = Path::new("made").join("2026-W10").join("index.html");
    assert_eq!(run.stdout, format!("{}\n", path.display()));
    assert_eq!(run.stderr, "", "no bar, no talk where there is no terminal");
    assert!(dir.path().join(path).is_file());
    let facts = deskcard_in(dir.path(), &["facts", "--out", "facts"]).ok();
    assert_eq!(facts.stderr, "");
    assert!(facts.stdout.lines().count() > 1 && facts.stdout.lines().all(|line| dir.path().join(line).is_file()), "{}", facts.stdout);
    let left: BTreeSet<String> = names(&dir.path().join("made"));
    assert_eq!(left, BTreeSet::from(["2026-W10".to_owned()]), "nothing half-made is left beside the report");
}

#[test]
fn who_asks_for_more_gets_it_on_stderr() {
    let dir = tiny();
    let (short, long) = (deskcard_in(dir.path(), &["query", "fcr_time"]).ok(), deskcard_in(dir.path(), &["query", "fcr_time", "-v"]).ok());
    assert_eq!(short.stdout, long.stdout);
    assert_eq!(short.stderr, "");
    assert!(long.stderr.contains("3 rows in = 3 accepted + 0 rejected + 0 duplicate + 0 superseded"), "{}", long.stderr);
    assert!(!long.stderr.contains(['\r', '\u{1b}']), "no bar: {:?}", long.stderr);
}

#[test]
fn help_gives_examples_and_exit_codes_for_every_verb() {
    let mut lacking = Vec::new();
    for verb in [None].into_iter().chain(VERBS.map(Some)) {
        let args: Vec<&str> = verb.into_iter().chain(["--help"]).collect();
        let run = deskcard(&args).ok();
        let example = format!("deskcard {}", verb.unwrap_or("report"));
        for word in ["Exit codes:", "Examples:", &example] {
            let at = run.stdout.find("Usage:").map_or("", |at| run.stdout[at..].split_once('\n').map_or("", |(_, after)| after));
            if !at.contains(word) {
                lacking.push(format!("{args:?} does not say {word:?}"));
            }
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

#[test]
fn every_metric_of_the_catalogue_is_listed_and_defined() {
    let text = std::fs::read_to_string(root().join("src/metrics/catalogue.toml")).expect("the catalogue");
    let ids: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix("id = \"")?.strip_suffix('"')).collect();
    assert!(ids.len() > 50, "{}", ids.len());
    let listed = deskcard(&["metrics"]).ok().stdout;
    let listed: Vec<&str> = listed.lines().skip(1).filter_map(|l| l.split_whitespace().next()).collect();
    assert_eq!(listed, ids);
    let one = deskcard(&["metrics", "fcr_touch"]).ok().stdout;
    assert!(one.starts_with("fcr_touch — ") && one.contains("basis") && one.contains("fact"), "{one}");
    let own = deskcard(&["metrics", "--config", "sample_data/deskcard.toml"]).ok().stdout;
    assert!(own.lines().last().is_some_and(|l| l.trim_start().starts_with("vip_fcr")), "{own}");
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("there is a README.md")
}

#[test]
fn the_metric_table_of_the_readme_is_the_catalogue() {
    let (readme, table) = (readme(), deskcard(&["metrics", "--markdown"]).ok().stdout);
    let rows: BTreeSet<&str> = readme.lines().collect();
    let missing: Vec<&str> = table.lines().filter(|row| !rows.contains(row)).collect();
    assert!(table.lines().count() > 50 && missing.is_empty(), "not in README.md:\n{}", missing.join("\n"));
    let stale: Vec<&&str> =
        rows.iter().filter(|row| row.starts_with("| `") && row.split('|').count() == 6 && !table.contains(**row)).collect();
    assert!(stale.is_empty(), "in README.md, but not in the catalogue: {stale:?}");
}

#[test]
fn the_page_of_columns_is_what_the_program_prints() {
    let page = std::fs::read_to_string(root().join("docs/columns.md")).expect("there is a docs/columns.md");
    let printed = deskcard(&["columns", "--markdown"]).ok().stdout;
    assert!(
        printed.matches("## ").count() == 6 && page.ends_with(&printed),
        "docs/columns.md ends otherwise than `deskcard columns --markdown`"
    );
    let one = deskcard(&["columns", "calls"]).ok().stdout;
    assert!(one.starts_with("calls\n") && one.contains("start_at (needed)"), "{one}");
    let wrong = deskcard(&["columns", "phones"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("observations"), "{}", wrong.stderr);
}

#[test]
fn the_commands_of_the_readme_work() {
    let readme = readme();
    let commands: Vec<&str> =
        readme.lines().map(|l| l.trim().trim_start_matches("$ ")).filter(|l| l.starts_with("deskcard ") && !l.contains('…')).collect();
    for wanted in ["deskcard report --config sample_data/deskcard.toml", "deskcard query "] {
        assert!(commands.iter().any(|c| c.starts_with(wanted)), "README.md shows no {wanted:?}: {commands:?}");
    }
    let dir = tempfile::tempdir().expect("a temporary folder");
    copy(&root().join("sample_data"), &dir.path().join("sample_data"));
    // Somebody's exports, as they came.
    let exports = dir.path().join("exports");
    std::fs::create_dir(&exports).expect("a folder");
    for (from, to) in [("zendesk/tickets.csv", "tickets.csv"), ("genesys_cloud/calls.csv", "calls.csv"), ("hr/agents.csv", "staff.csv")] {
        std::fs::copy(root().join("sample_data/presets").join(from), exports.join(to)).expect("a sample");
    }
    for command in commands {
        let Run { code, stderr, .. } = deskcard_in(dir.path(), &words(command)[1..].iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(code, 0, "{command}: {stderr}");
    }
}

/// The words of a shell line: blanks part them, quotes keep them together, a `#` ends the line.
fn words(line: &str) -> Vec<String> {
    let (mut out, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in line.split(" #").next().unwrap_or_default().chars().chain([' ']) {
        match quote {
            Some(q) if c == q => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == ' ' => out.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            _ => word.push(c),
        }
    }
    out
}

/// Names in a folder.
fn names(dir: &Path) -> BTreeSet<String> {
    std::fs::read_dir(dir).expect("a folder").map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// Copies the files of a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("make a folder");
    for name in names(from).into_iter().filter(|n| from.join(n).is_file()) {
        std::fs::copy(from.join(&name), to.join(&name)).expect("copy a file");
    }
}

#[test]
fn a_margin_for_a_metric_that_does_not_exist_is_refused_with_its_place() {
    let config = "[desk]\nname = \"D\"\ntime_zone = \"UTC\"\n[judge.margins]\nreopen_rat = \"1%\"\n[[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n";
    let dir = folder(config, &[("t.csv", "id,created_at\n")]);
    let run = deskcard_in(dir.path(), &["report"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("deskcard.toml:5:1") && run.stderr.contains("reopen_rate"), "{}", run.stderr);
}

#[test]
fn a_goal_that_no_figure_can_be_near_is_refused_with_its_place() {
    for (goal, told) in [
        ("reopen_rate = 5", "500 % cannot be one"),
        ("csat = \"120%\"", "120 % cannot be one"),
        ("ttr_median = \"80%\"", "`ttr_median` is no share"),
    ] {
        let config =
            format!("[desk]\nname = \"D\"\ntime_zone = \"UTC\"\n[goals]\n{goal}\n[[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n");
        let dir = folder(&config, &[("t.csv", "id,created_at\n")]);
        let run = deskcard_in(dir.path(), &["report"]);
        assert_eq!(run.code, 2, "{goal}: {}", run.stderr);
        assert!(run.stderr.contains("deskcard.toml:5:") && run.stderr.contains(told), "{goal}: {}", run.stderr);
    }
}

#[test]
fn names_of_the_config_that_no_row_has_are_told_with_the_nearest() {
    let config = "[desk]\nname = \"D\"\ntime_zone = \"UTC\"\nas_of = \"2026-03-23\"\n[levels]\n\"Service Desk\" = \"L1\"\n\"Netwrok\" = \"L2\"\n\
                  [[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n";
    let tickets = "id,created_at,status,assignment_group\n1,2026-03-02 08:00,open,Service Desk\n2,2026-03-02 09:00,open,Network\n";
    let dir = folder(config, &[("t.csv", tickets)]);
    let check = deskcard_in(dir.path(), &["check", "--format", "json"]).ok().json();
    let told = &check["names_without_rows"]["[levels]"];
    assert!(told.as_array().is_some_and(|all| all.len() == 1), "{check}");
    assert!(told[0].as_str().is_some_and(|t| t.contains("Netwrok") && t.contains("nearest: \"Network\"")), "{told}");
}
