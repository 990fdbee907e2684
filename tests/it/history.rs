//! The weekly run and the upkeep of the history, as their users meet them: on the tiny desk of the kill points.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::crash::exports::{as_of, desk};
use crate::harness::{Run, deskcard_in};

/// A desk whose weeks 1 to `weeks` were run.
fn lived(weeks: u32) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    (1..=weeks).for_each(|week| {
        desk(dir.path(), week);
        run(dir.path(), week, &[]).ok();
    });
    dir
}

fn run(dir: &Path, week: u32, more: &[&str]) -> Run {
    let as_of = as_of(week);
    deskcard_in(dir, &[&["run", "--as-of", &as_of, "--settle", "0"], more].concat())
}

/// Every file below a folder, by its hash.
fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut out = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(next) = open.pop() {
        for item in fs::read_dir(&next).into_iter().flatten().flatten() {
            if item.path().is_dir() {
                open.push(item.path());
            } else {
                let name = item.path().strip_prefix(dir).expect("below").display().to_string();
                out.insert(name, Sha256::digest(fs::read(item.path()).expect("a file")).to_vec());
            }
        }
    }
    out
}

/// The Parquet files of the tables.
fn parts(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    tree(&dir.join("history")).into_iter().filter(|(name, _)| name.ends_with(".parquet")).collect()
}

const ASKED: [&str; 8] = ["query", "tickets_created,csat,headcount", "--by", "agent", "--period", "week", "--format", "csv"];

fn figures(dir: &Path, more: &[&str]) -> String {
    let as_of = as_of(3);
    deskcard_in(dir, &[&ASKED[..], &["--as-of", &as_of], more].concat()).ok().stdout
}

#[test]
fn upkeep_changes_no_figure_and_can_be_repeated_from_the_exports() {
    let dir = lived(3);
    let told = figures(dir.path(), &["--read", "history"]);
    assert!(told.lines().count() > 3, "{told}");
    assert_ne!(told, figures(dir.path(), &["--batch", "1"]), "the first batch had less");
    deskcard_in(dir.path(), &["history", "compact"]).ok();
    assert_eq!(told, figures(dir.path(), &["--read", "history"]), "after compacting");
    deskcard_in(dir.path(), &["history", "verify"]).ok();
    let before = parts(dir.path());
    deskcard_in(dir.path(), &["history", "rebuild"]).ok();
    let after = parts(dir.path());
    assert!(!after.is_empty() && after.iter().all(|(name, hash)| before.get(name) == Some(hash)), "a rebuilding makes the same files");
    assert_eq!(told, figures(dir.path(), &["--read", "history"]), "after rebuilding");
    let listed = deskcard_in(dir.path(), &["history", "--format", "json"]).ok().json();
    let kinds: Vec<&str> = listed["batches"].as_array().expect("batches").iter().map(|b| b["kind"].as_str().expect("a kind")).collect();
    assert_eq!(kinds, ["batch", "batch", "batch", "compact"]);
}

#[test]
fn what_is_purged_is_gone_for_good_and_stays_gone() {
    let dir = lived(3);
    let rows = |dir: &Path| {
        let listed = deskcard_in(dir, &["history", "--format", "json"]).ok().json();
        let rows = |t: &serde_json::Value| (t["source"].as_str().expect("a name").to_owned(), t["rows"].as_u64().expect("rows"));
        listed["tables"].as_array().expect("tables").iter().map(rows).collect::<BTreeMap<_, _>>()
    };
    let before = rows(dir.path());
    let purged = deskcard_in(dir.path(), &["history", "purge", "--before", "2026-06-22", "--as-of", &as_of(3)]).ok();
    let after = rows(dir.path());
    assert!(after["tickets"] < before["tickets"] && after["tickets"] > 0, "{before:?} {after:?} {}", purged.stdout);
    assert_eq!(after["roster"], before["roster"], "who is on the desk stays");
    deskcard_in(dir.path(), &["history", "verify"]).ok();
    deskcard_in(dir.path(), &["history", "rebuild"]).ok();
    assert_eq!(rows(dir.path()), after, "a rebuilding brings nothing back");
    desk(dir.path(), 4);
    run(dir.path(), 4, &[]).ok();
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let dir = lived(1);
    desk(dir.path(), 2);
    let before = tree(dir.path());
    let told = run(dir.path(), 2, &["--dry-run"]).ok().stdout;
    assert!(told.contains("would be taken in") && told.contains("2026-W26") && told.contains("nothing was changed"), "{told}");
    assert_eq!(tree(dir.path()), before);
}

#[test]
fn a_guard_that_stops_publishes_nothing_and_one_that_warns_is_told() {
    let dir = lived(2);
    desk(dir.path(), 3);
    for item in fs::read_dir(dir.path().join("exports")).expect("exports").flatten() {
        if item.file_name().to_string_lossy().starts_with("tickets") {
            fs::remove_file(item.path()).expect("removed");
        }
    }
    let config = dir.path().join("deskcard.toml");
    let text = fs::read_to_string(&config).expect("a config");
    fs::write(&config, format!("{text}\n[guards]\nstop = [\"source_missing\"]\n")).expect("written");
    let before = tree(&dir.path().join("scorecards"));
    let stopped = run(dir.path(), 3, &[]);
    assert_eq!((stopped.code, stopped.stderr.lines().count()), (3, 1), "{}", stopped.stderr);
    assert!(stopped.stderr.contains("nothing was published") && stopped.stderr.contains("tickets"), "{}", stopped.stderr);
    let mut seen = tree(&dir.path().join("scorecards"));
    let record: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.path().join("scorecards/run.json")).expect("run.json")).expect("JSON");
    assert_eq!((record["exit"]["code"].as_u64(), record["exit"]["kind"].as_str()), (Some(3), Some("input")));
    assert!(record["warnings"].as_array().is_some_and(|w| w.iter().any(|w| w["code"] == "source_missing" && w["is_stop"] == true)));
    let mut pages = before;
    seen.remove("run.json");
    pages.remove("run.json");
    assert_eq!(seen, pages);
    fs::write(&config, text).expect("written");
    run(dir.path(), 3, &[]).ok();
    let desk = fs::read_to_string(dir.path().join("scorecards/latest/scorecard.json")).expect("a scorecard");
    assert!(desk.contains("\"source-missing\""), "the first page says so");
}

#[test]
fn a_file_that_is_cut_off_or_broken_is_refused_with_everything_beside_it() {
    let dir = lived(1);
    desk(dir.path(), 2);
    let find = |start: &str| {
        let found = fs::read_dir(dir.path().join("exports")).expect("exports").flatten().map(|f| f.path());
        found.filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(start))).max().expect("an export")
    };
    let path = find("tickets");
    let whole = fs::read(&path).expect("an export");
    // In the middle of the last row.
    fs::write(&path, &whole[..whole.len() - 40]).expect("written");
    let journal = tree(&dir.path().join("history/journal"));
    let refused = run(dir.path(), 2, &[]);
    assert_eq!((refused.code, refused.stderr.lines().count()), (3, 1), "{}", refused.stderr);
    assert!(refused.stderr.contains("cut off") && refused.stderr.contains("tickets"), "{}", refused.stderr);
    assert_eq!(tree(&dir.path().join("history/journal")), journal);
    fs::write(&path, &whole).expect("written");
    run(dir.path(), 2, &[]).ok();
    assert!(dir.path().join("scorecards/2026-W26/index.html").exists());
    // The same again changes nothing, and says nothing.
    let before = tree(&dir.path().join("scorecards"));
    let again = run(dir.path(), 2, &[]).ok();
    assert_eq!((again.stdout.as_str(), again.stderr.as_str()), ("", ""));
    let differs = tree(&dir.path().join("scorecards")).into_iter().filter(|(name, hash)| before.get(name) != Some(hash)).map(|(n, _)| n);
    assert_eq!(differs.collect::<Vec<_>>(), ["run.json"]);
}

#[test]
fn missed_weeks_are_made_up_for_and_a_week_can_be_asked_for() {
    let dir = lived(1);
    (2..=3).for_each(|week| desk(dir.path(), week));
    run(dir.path(), 3, &[]).ok();
    for week in ["2026-W25", "2026-W26", "2026-W27"] {
        assert!(dir.path().join("scorecards").join(week).join("index.html").exists(), "{week}");
    }
    assert_eq!(fs::read_link(dir.path().join("scorecards/latest")).expect("a link"), Path::new("2026-W27"));
    run(dir.path(), 3, &["--period", "2026-06"]).ok();
    assert!(dir.path().join("scorecards/2026-06/index.html").exists());
    let wrong = run(dir.path(), 3, &["--period", "last-fortnight"]);
    assert_eq!((wrong.code, wrong.stderr.lines().count()), (2, 1), "{}", wrong.stderr);
}

#[test]
fn a_week_to_come_is_refused_and_an_old_one_turns_nothing_back() {
    let dir = lived(3);
    let latest = || fs::read_link(dir.path().join("scorecards/latest")).expect("a link");
    run(dir.path(), 3, &["--period", "2026-W25"]).ok();
    assert_eq!(latest(), Path::new("2026-W27"));
    let future = run(dir.path(), 3, &["--period", "2026-W40"]);
    assert_eq!(future.code, 2, "{}", future.stderr);
    assert!(!dir.path().join("scorecards/2026-W40").exists() && latest() == Path::new("2026-W27"));
}

#[test]
fn a_week_made_again_twice_says_both() {
    let dir = lived(1);
    let restated = || -> Vec<String> {
        let text = fs::read_to_string(dir.path().join("scorecards/2026-W25/scorecard.json")).expect("a scorecard");
        let scorecard: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let notes = scorecard["notes"].as_array().expect("notes").iter().filter(|n| n["code"] == "restated");
        notes.map(|n| n["text"].as_str().expect("a text").to_owned()).collect()
    };
    assert_eq!(restated(), [""; 0]);
    let head = "id,created_at,resolved_at,status,priority,category,channel,requester,group,assignee,agent_replies,updated_at\n";
    for week in [2, 3] {
        let late = format!(
            "{head}LATE{week},2026-06-16 08:00:00,2026-06-16 09:00:00,closed,P3,Network,phone,R1,Front,Ann Abel,0,2026-06-16 09:00:00\n"
        );
        fs::write(dir.path().join(format!("exports/tickets-late-{week}.csv")), late).expect("written");
        run(dir.path(), week, &[]).ok();
    }
    let said = restated();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("on 2026-07-06") && said[1].contains("on 2026-06-29"), "the newest first: {said:?}");
    let index = fs::read_to_string(dir.path().join("scorecards/2026-W25/index.html")).expect("a page");
    let at = |what: &str| index.find(what).unwrap_or_else(|| panic!("{what} in {index}"));
    assert!(at("Before you read the numbers") < at("changed figures published before"), "it stands first");
}

#[test]
fn a_week_further_back_than_any_chart_is_made_again_where_the_config_says_so() {
    let dir = lived(1);
    desk(dir.path(), 17);
    let path = dir.path().join("deskcard.toml");
    let config = fs::read_to_string(&path).expect("the config");
    fs::write(&path, format!("{config}\n[run]\nrestate = 20\n")).expect("written");
    let head = "id,created_at,resolved_at,status,priority,category,channel,requester,group,assignee,agent_replies,updated_at\n";
    let late = "LATE,2026-06-16 08:00:00,2026-06-16 09:00:00,closed,P3,Network,phone,R1,Front,Ann Abel,0,2026-06-16 09:00:00\n";
    fs::write(dir.path().join("exports/tickets-late.csv"), format!("{head}{late}")).expect("written");
    run(dir.path(), 17, &[]).ok();
    let text = fs::read_to_string(dir.path().join("scorecards/2026-W25/scorecard.json")).expect("a scorecard");
    assert!(text.contains("rows that came later changed figures published before"), "{text}");
}

#[test]
fn a_run_for_one_week_is_no_look_at_the_others() {
    let dir = lived(2);
    // Late rows of the newest week, taken in by a run that was asked for the one before.
    let head = "id,created_at,resolved_at,status,priority,category,channel,requester,group,assignee,agent_replies,updated_at\n";
    let late = "LATE,2026-06-23 08:00:00,2026-06-23 09:00:00,closed,P3,Network,phone,R1,Front,Ann Abel,0,2026-06-23 09:00:00\n";
    fs::write(dir.path().join("exports/tickets-late.csv"), format!("{head}{late}")).expect("written");
    run(dir.path(), 2, &["--period", "2026-W25"]).ok();
    let newest = || fs::read_to_string(dir.path().join("scorecards/2026-W26/scorecard.json")).expect("a scorecard");
    assert!(!newest().contains("changed figures published before"));
    run(dir.path(), 2, &[]).ok();
    assert!(newest().contains("changed figures published before"), "the next one looks");
}

#[test]
fn a_folder_made_just_now_is_not_too_old_to_stay() {
    let dir = lived(3);
    let path = dir.path().join("deskcard.toml");
    let config = fs::read_to_string(&path).expect("the config");
    fs::write(&path, format!("{config}\n[run]\nkeep = 1\n")).expect("written");
    run(dir.path(), 3, &["--period", "2026-W25"]).ok();
    let is_there = |week: &str| dir.path().join("scorecards").join(week).is_dir();
    assert_eq!(["2026-W25", "2026-W26", "2026-W27"].map(is_there), [true, false, true]);
}

#[test]
fn of_a_week_that_no_export_reaches_nothing_is_known() {
    let dir = lived(2);
    // Two more Mondays without an export.
    let said = run(dir.path(), 4, &[]).ok().stderr;
    assert!(said.contains("no row of week 28"), "{said}");
    let path = dir.path().join("scorecards/2026-W28/scorecard.json");
    let scorecard: serde_json::Value = serde_json::from_slice(&fs::read(path).expect("a scorecard")).expect("JSON");
    let desk = scorecard["cards"].as_array().and_then(|cards| cards.iter().find(|c| c["kind"] == "desk")).expect("the desk's card");
    let kpis = desk["kpis"].as_array().expect("figures");
    for metric in ["tickets_created", "tickets_resolved", "sla_resolution"] {
        let kpi = kpis.iter().find(|k| k["metric"] == metric);
        assert!(kpi.is_none_or(|k| k["value"].is_null()), "{metric}: {kpi:?}");
    }
    let known = |week: &str| scorecard.to_string().contains(week);
    assert!(known("2026-W26"), "the weeks before are still told");
}

#[test]
fn a_published_page_is_made_again_by_the_command_it_names() {
    let dir = lived(2);
    let page = dir.path().join("scorecards/2026-W26");
    let card: serde_json::Value = serde_json::from_slice(&fs::read(page.join("scorecard.json")).expect("a scorecard")).expect("JSON");
    let command = card["command"].as_str().expect("a command");
    assert!(command.contains("--batch 2") && command.contains("--period 2026-W26"), "{command}");
    let made = deskcard_in(
        dir.path(),
        &["report", "--read", "history", "--batch", "2", "--period", "2026-W26", "--as-of", &as_of(2), "--out", "again", "-q"],
    );
    made.ok();
    assert_eq!(fs::read(dir.path().join("again/2026-W26/kpis.csv")).expect("a file"), fs::read(page.join("kpis.csv")).expect("a file"));
}

#[test]
fn another_mapping_makes_the_tables_anew() {
    let dir = lived(2);
    let config = dir.path().join("deskcard.toml");
    let text = fs::read_to_string(&config).expect("a config");
    fs::write(&config, text.replace("rows = \"latest\"", "rows = \"latest\"\nnulls = [\"Ann Abel\"]")).expect("written");
    let told = run(dir.path(), 2, &["--verbose"]).ok().stderr;
    assert!(told.contains("made anew"), "{told}");
    assert!(!figures(dir.path(), &["--read", "history"]).is_empty());
    deskcard_in(dir.path(), &["history", "verify"]).ok();
}

#[test]
fn a_batch_taken_out_of_the_journal_is_taken_out_of_the_tables() {
    let (dir, before) = (lived(2), lived(1));
    fs::remove_file(dir.path().join("history/journal/000002.json")).expect("an entry");
    let found = deskcard_in(dir.path(), &["history", "verify"]);
    assert!(found.code == 3 && found.stdout.contains("the journal ends at 1"), "{}", found.stdout);
    deskcard_in(dir.path(), &["history", "rebuild"]).ok();
    deskcard_in(dir.path(), &["history", "verify"]).ok();
    assert_eq!(parts(dir.path()), parts(before.path()));
}

#[test]
fn where_the_config_says_something_makes_nothing_anew() {
    let dir = lived(1);
    let config = dir.path().join("deskcard.toml");
    let text = fs::read_to_string(&config).expect("a config");
    fs::write(&config, format!("# A comment moves every line.\n\n{text}")).expect("written");
    let told = run(dir.path(), 2, &["--verbose"]).ok().stderr;
    assert!(!told.contains("made anew"), "{told}");
}

#[test]
fn the_doctor_finds_what_is_wrong() {
    let dir = lived(1);
    let state = |dir: &Path| {
        let seen = deskcard_in(dir, &["doctor", "--format", "json"]);
        (seen.code, seen.stdout)
    };
    let (code, text) = state(dir.path());
    assert_eq!(code, 0, "{text}");
    let part = parts(dir.path()).into_keys().next().expect("a file");
    fs::write(dir.path().join("history").join(&part), "broken").expect("written");
    let (code, text) = state(dir.path());
    assert!(code == 1 && text.contains("part-"), "{text}");
}

/// A ticket that is open in one export and closed in the next, beside one that stays open, and what came two years later.
fn opened_then_closed() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let config =
        "[desk]\nname = \"Desk\"\ntime_zone = \"UTC\"\n\n[[source]]\nkind = \"tickets\"\nfiles = [\"exports/*.csv\"]\n\n[history]\n";
    fs::write(dir.path().join("deskcard.toml"), config).expect("written");
    fs::create_dir(dir.path().join("exports")).expect("a folder");
    let head = "id,created_at,status,updated_at,resolved_at\n";
    let weeks = [
        ("1.csv", "2025-01-08", "T1,2025-01-06 09:00,open,2025-01-06 09:00,\nOLD,2025-01-06 09:30,open,2025-01-06 09:30,\n"),
        ("2.csv", "2025-01-15", "T1,2025-01-06 09:00,closed,2025-01-13 12:00,2025-01-13 12:00\n"),
        ("3.csv", "2026-11-16", "NEW,2026-11-10 09:00,open,2026-11-10 09:00,\n"),
    ];
    for (name, as_of, rows) in weeks {
        fs::write(dir.path().join("exports").join(name), format!("{head}{rows}")).expect("written");
        deskcard_in(dir.path(), &["run", "--as-of", as_of, "--settle", "0"]).ok();
    }
    dir
}

#[test]
fn a_rebuilding_after_a_purge_opens_no_ticket_again() {
    let dir = opened_then_closed();
    let backlog = || {
        let asked = ["query", "backlog", "--from", "2026-11-09", "--to", "2026-11-15", "--as-of", "2026-11-16", "--format", "csv"];
        deskcard_in(dir.path(), &[&asked[..], &["--read", "history"]].concat()).ok().stdout
    };
    let before = backlog();
    deskcard_in(dir.path(), &["history", "purge", "--before", "2026-01-01", "--as-of", "2026-11-16"]).ok();
    assert_eq!(backlog(), before, "what was closed counts in no backlog");
    deskcard_in(dir.path(), &["history", "rebuild"]).ok();
    assert_eq!(backlog(), before, "nor does it after a rebuilding");
    deskcard_in(dir.path(), &["history", "verify"]).ok();
}

#[test]
fn of_a_ticket_that_goes_on_no_state_and_no_event_is_purged() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = "[desk]\nname = \"Desk\"\ntime_zone = \"UTC\"\n\n[[source]]\nkind = \"tickets\"\nrows = \"versions\"\nfiles = [\"states.csv\"]\n\n\
         [[source]]\nkind = \"ticket_events\"\nfiles = [\"events.csv\"]\n\n[history]\n";
    fs::write(dir.path().join("deskcard.toml"), config).expect("written");
    // Closed long ago; on hold for two years, then resolved; on hold still.
    let states = "id,created_at,status,updated_at,resolved_at\n\
         OVER,2024-01-08 09:00,open,2024-01-08 09:00,\nOVER,2024-01-08 09:00,closed,2024-01-09 09:00,2024-01-09 09:00\n\
         LATE,2024-01-08 09:00,pending,2024-01-08 10:00,\nLATE,2024-01-08 09:00,closed,2026-11-10 09:00,2026-11-10 09:00\n\
         OPEN,2024-01-08 09:00,pending,2024-01-08 11:00,\n";
    let events = "ticket_id,at,field,from,to\n\
         OVER,2024-01-09 09:00,status,open,closed\nLATE,2024-01-08 10:00,status,open,pending\nLATE,2026-11-10 09:00,status,pending,closed\n";
    fs::write(dir.path().join("states.csv"), states).expect("written");
    fs::write(dir.path().join("events.csv"), events).expect("written");
    deskcard_in(dir.path(), &["run", "--as-of", "2026-11-16", "--settle", "0"]).ok();
    let rows = || {
        let told = deskcard_in(dir.path(), &["history", "--format", "json"]).ok().json();
        let rows = told["tables"].as_array().expect("tables").iter().map(|t| t["rows"].as_u64().expect("rows"));
        rows.collect::<Vec<_>>()
    };
    let clock = || deskcard_in(dir.path(), &["sla", "--ticket", "LATE", "--as-of", "2026-11-16", "--read", "history"]);
    let (before, told) = (rows(), clock());
    assert_eq!(before.iter().sum::<u64>(), 8, "{before:?}");
    deskcard_in(dir.path(), &["history", "purge", "--before", "2025-01-01", "--as-of", "2026-11-16"]).ok();
    assert_eq!(rows().iter().sum::<u64>(), 5, "{before:?} became {:?}: only what is over went", rows());
    assert_eq!(clock().stdout, told.stdout);
}

#[test]
fn an_export_that_was_lost_is_no_purged_one() {
    let dir = opened_then_closed();
    deskcard_in(dir.path(), &["history", "purge", "--before", "2025-01-02", "--as-of", "2026-11-16"]).ok();
    deskcard_in(dir.path(), &["history", "verify"]).ok();
    // All three hold rows that count.
    let exports = fs::read_dir(dir.path().join("history/exports")).expect("exports");
    fs::remove_file(exports.flatten().map(|e| e.path()).min().expect("an export")).expect("removed");
    assert_ne!(deskcard_in(dir.path(), &["history", "verify"]).code, 0);
}
