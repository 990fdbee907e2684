//! `deskcard sla` and the clocks behind it, from files to figures, with answers by hand.

use crate::harness::{deskcard_in, folder};
use std::collections::BTreeMap;

const HEAD: &str = r#"[desk]
name = "A desk"
time_zone = "UTC"
as_of = "2026-03-16 00:00"

[[source]]
kind = "tickets"
files = ["tickets.csv"]

[[source]]
kind = "ticket_events"
files = ["events.csv"]
"#;

/// Monday to Friday 09:00 to 17:00.
const OFFICE: &str = r#"
[calendar]
mon = "09:00-17:00"
tue = "09:00-17:00"
wed = "09:00-17:00"
thu = "09:00-17:00"
fri = "09:00-17:00"
"#;

/// 2026-03-02 is a Monday.
const TICKETS: &str = "\
id,created_at,first_response_at,resolved_at,status,priority,group,category,requester_vip,sla_resolution_met
T1,2026-03-02 09:00,2026-03-02 09:30,2026-03-02 17:00,resolved,P3,Desk,Access,false,true
T2,2026-03-02 09:00,2026-03-02 10:00,2026-03-03 17:00,resolved,P3,Network,Access,false,false
T3,2026-03-02 16:00,2026-03-02 16:30,2026-03-03 12:00,resolved,P3,Desk,Access,true,true
T4,2026-03-05 09:00,,,open,P3,Desk,Other,false,true
";

/// T2 waits from 11:00 to 15:00 and is with Network from 15:00.
const EVENTS: &str = "\
ticket_id,at,kind,status,group,hold_reason
T2,2026-03-02 09:00,created,new,Desk,
T2,2026-03-02 11:00,status,pending,,Awaiting vendor
T2,2026-03-02 15:00,status,open,Network,
T2,2026-03-03 17:00,resolved,resolved,,
";

fn desk(config: &str) -> tempfile::TempDir {
    folder(&format!("{HEAD}{config}"), &[("tickets.csv", TICKETS), ("events.csv", EVENTS)])
}

fn facts(config: &str, columns: &str) -> BTreeMap<String, Vec<String>> {
    let dir = desk(config);
    deskcard_in(dir.path(), &["facts", "--out", "facts", "--quiet"]).ok();
    let text = std::fs::read_to_string(dir.path().join("facts/sla_clocks.csv")).expect("the clocks");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().expect("a header").clone();
    let at = |name: &str| head.iter().position(|h| h == name).unwrap_or_else(|| panic!("no {name} in {head:?}"));
    let shown: Vec<usize> = columns.split(',').map(at).collect();
    let (id, clock) = (at("id"), at("clock"));
    let row = |r: csv::StringRecord| (format!("{} {}", &r[id], &r[clock]), shown.iter().map(|i| r[*i].to_owned()).collect());
    reader.records().map(|r| row(r.expect("a row"))).collect()
}

fn told(config: &str) -> String {
    let dir = desk(config);
    let run = deskcard_in(dir.path(), &["sla"]);
    assert_ne!(run.code, 0, "{}", run.stdout);
    run.stderr
}

#[test]
fn pauses_and_hours_are_those_of_the_config() {
    let plain = format!("[sla.targets]\nP3 = {{ resolution = \"8bh\" }}\n{OFFICE}");
    let found = facts(&plain, "used_secs,paused_secs,is_met,due_at,basis");
    let row = |id: &str| found[&format!("{id} resolution")].clone();
    let at = |text: &str| chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time").and_utc().timestamp().to_string();
    // Exactly at the due second is kept.
    assert_eq!(row("T1"), ["28800", "0", "true", &at("2026-03-02 17:00"), "no history"]);
    assert_eq!(row("T2"), ["57600", "0", "false", &at("2026-03-02 17:00"), "events"]);
    assert_eq!(row("T3"), ["14400", "0", "true", &at("2026-03-03 16:00"), "no history"]);
    // Open, and past due since the evening of its first day.
    assert_eq!(row("T4"), [&(7 * 28_800).to_string(), "0", "false", &at("2026-03-05 17:00"), "no history"]);
    let paused = format!("[sla]\npause = [\"pending\"]\n{plain}");
    let found = facts(&paused, "used_secs,paused_secs,is_met,due_at,original_due_at");
    let due = at("2026-03-03 13:00");
    assert_eq!(found["T2 resolution"], ["43200", "14400", "false", &due, &at("2026-03-02 17:00")]);
    let reason = facts(&format!("[sla]\npause = [\"pending\"]\npause_reasons = [\"other\"]\n{plain}"), "paused_secs");
    assert_eq!(reason["T2 resolution"], ["0"]);
}

#[test]
fn policies_apply_in_order_and_by_any_column() {
    let config = format!(
        r#"
[[sla.policy]]
name = "VIP"
when = "requester_vip"
targets = {{ default = {{ resolution = "2bh" }} }}

[[sla.policy]]
name = "Access"
when = "category = 'Access'"
targets = [{{ default = {{ resolution = "1bd" }} }}, {{ from = "2026-03-02", default = {{ resolution = "end of next business day" }} }}]

[sla.targets]
default = {{ resolution = "next business day by 12:00" }}
{OFFICE}"#
    );
    let found = facts(&config, "policy,is_met,target_secs");
    assert_eq!(found["T1 resolution"], ["Access", "true", "57600"]);
    assert_eq!(found["T2 resolution"], ["Access", "true", "57600"]);
    assert_eq!(found["T3 resolution"], ["VIP", "false", "7200"]);
    assert_eq!(found["T4 resolution"], ["targets", "false", "39600"]);
}

#[test]
fn the_holder_the_group_and_the_supplier_have_clocks_of_their_own() {
    let config = format!(
        r#"
[sla]
calendar = {{ by = "group", of = {{ "Network" = "always" }} }}
[sla.parties]
supplier = ["awaiting VENDOR"]
[sla.targets]
default = {{ resolution = "30h", group = "4bh", supplier = "2bh", work = "1bd" }}
[levels]
"Network" = "L2"
{OFFICE}"#
    );
    let clocks = facts(&config, "used_secs,open_secs,is_met");
    // With the desk 09:00 to 15:00 in its hours, with Network round the clock from 15:00 to the next day 17:00.
    assert_eq!(clocks["T2 resolution"], ["115200", "115200", "false"]);
    assert_eq!(clocks["T2 supplier"], ["14400", "14400", "false"]);
    let dir = desk(&config);
    let held = deskcard_in(
        dir.path(),
        &["query", "held_open,held_closed", "--by", "party,holder_group", "--where", "id = 'T2'", "--format", "csv"],
    );
    let held = held.ok().stdout;
    assert!(held.contains("desk,Desk,7200,1,0,1"), "{held}");
    assert!(held.contains("supplier,Desk,14400,1,0,1"), "{held}");
    assert!(held.contains("second level,Network,93600,1,0,1"), "{held}");
}

#[test]
fn what_if_lists_what_flips_and_the_verdict_of_the_product_is_compared() {
    let dir = desk(&format!("[sla.targets]\nP3 = {{ resolution = \"8bh\" }}\n{OFFICE}"));
    let answer = deskcard_in(dir.path(), &["sla", "--what-if", "targets.P3=16bh", "--format", "json"]).ok().json();
    assert_eq!(answer["flips"], serde_json::json!([{ "ticket": "T2", "clock": "resolution", "was_met": false, "is_met": true }]));
    assert_eq!((&answer["clocks"][0]["now"]["met"], &answer["clocks"][0]["what_if"]["met"]), (&2.into(), &3.into()));
    assert_eq!(
        answer["agreement"][0],
        serde_json::json!({ "clock": "resolution", "both_met": 2, "ours_met_theirs_missed": 0, "ours_missed_theirs_met": 1, "both_missed": 1 })
    );
    assert_eq!(answer["differing"][0]["ticket"], "T4");
    assert_eq!(answer["differing"][0]["reason"], "open past its due time, called met");
    let words = deskcard_in(dir.path(), &["sla", "--what-if", "calendar=always", "--what-if", "targets.P3=12h"]).ok().stdout;
    // Round the clock T3 took 20 hours.
    assert!(words.contains("With calendar=always and targets.P3=12h: 1 clock changes."), "{words}");
    assert!(words.contains("T3 resolution: met → missed"), "{words}");
    let wrong = deskcard_in(dir.path(), &["sla", "--what-if", "targets.P3=1 day"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("can mean 24 hours or so many working days"), "{}", wrong.stderr);
}

#[test]
fn every_clock_is_a_row_of_the_list() {
    let dir = desk(&format!("[sla.targets]\nP3 = {{ resolution = \"8bh\" }}\n{OFFICE}"));
    let text = deskcard_in(dir.path(), &["sla", "--format", "csv", "--by", "category"]).ok().stdout;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().expect("a header").len(), 24);
    let rows: Vec<Vec<String>> = reader.records().map(|r| r.expect("a row").iter().map(str::to_owned).collect()).collect();
    assert_eq!(rows.len(), 4);
    let start = [
        "T2",
        "resolution",
        "1",
        "targets",
        "P3",
        "2026-03-02 09:00:00",
        "2026-03-02 17:00:00",
        "2026-03-03 17:00:00",
        "completed",
        "false",
    ];
    assert_eq!(rows[1][..10], start);
    // Twice its eight hours: a sign, and no apostrophe before it.
    assert_eq!(rows[1][15], "-28800");
    assert_eq!((rows[1][17].as_str(), rows[1][23].as_str()), ("Network", "Access"));
    let refused = deskcard_in(dir.path(), &["sla", "--format", "csv", "--what-if", "pause=[]"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
}

/// What the documentation shows of `[sla]` and `[calendars]` is a config.
#[test]
fn the_documentation_shows_keys_that_exist() {
    let page = std::fs::read_to_string(crate::harness::root().join("docs/sla.md")).expect("the page");
    let block = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
    let ics = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260302\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let dir = folder(&format!("{HEAD}{block}"), &[("tickets.csv", TICKETS), ("events.csv", EVENTS), ("holidays.ics", ics)]);
    let answer = deskcard_in(dir.path(), &["sla", "--format", "json", "--by", "policy"]).ok().json();
    let clocks: Vec<(&str, &str)> =
        answer["clocks"].as_array().expect("clocks").iter().filter_map(|c| Some((c["clock"].as_str()?, c["group"][0].as_str()?))).collect();
    assert!(clocks.contains(&("group", "targets")) && !clocks.contains(&("resolution", "Executives")), "{clocks:?}");
}

#[test]
fn a_ticket_tells_its_story() {
    let dir = desk(&format!("[sla]\npause = [\"pending\"]\n[sla.targets]\nP3 = {{ resolution = \"8bh\" }}\n{OFFICE}"));
    let story = deskcard_in(dir.path(), &["sla", "--ticket", "T2"]).ok().stdout.replace('\u{a0}', " ");
    for line in [
        "resolution, by \"targets\" for P3: missed",
        "started 2026-03-02 09:00:00, due 2026-03-03 13:00:00, ended 2026-03-03 17:00:00 (completed)",
        "used 12 h of 8 h (150 %); paused 4 h; 1 d 8 h on the wall clock",
        "when the time ran out it was with Network; longest with: desk",
        "told from its events",
    ] {
        assert!(story.contains(line), "{line}\n{story}");
    }
    assert_eq!(story.lines().filter(|l| l.trim_start().starts_with("2026-03-0")).count(), 3, "{story}");
    let unknown = deskcard_in(dir.path(), &["sla", "--ticket", "T9"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("there is no ticket \"T9\""), "{}", unknown.stderr);
}

#[test]
fn mistakes_in_calendars_and_policies_are_told_with_their_place() {
    let bad = |config: &str, what: &str| {
        let said = told(config);
        assert!(said.contains(what), "{config}\n{said}");
    };
    bad("[calendar]\ntime_zone = \"Europe/Berln\"\nmon = \"09:00-17:00\"\n", "unknown time zone `Europe/Berln`");
    bad("[calendar]\nholidays = [\"2026-12-25\"]\n", "no opening hours");
    bad("[sla]\ncalendar = \"berlin\"\n", "there is no calendar `berlin`");
    bad("[sla.targets]\nP1 = { resolution = \"1 day\" }\n", "can mean 24 hours or so many working days");
    bad("[sla.targets]\nP1 = { resolution = \"due_resolution\" }\n", "is not a length of time");
    bad("[sla.targets]\nP1 = { resolution = \"due_resolutoin_at\" }\n", "did you mean `due_resolution_at`");
    let policy =
        |when: &str| format!("[[sla.policy]]\nname = \"A\"\nwhen = \"{when}\"\ntargets = {{ default = {{ resolution = \"4h\" }} }}\n");
    bad(&policy("categry = 'x'"), "tickets have no column \"categry\"");
    bad(&policy("category ="), "cannot read the SQL expression");
    bad(&policy("category"), "neither true nor false");
    bad("[sla]\npause = [\"resolved\"]\n", "both pauses and ends the clock");
    bad("[sla]\ncalendar = { by = \"sit\", of = { \"x\" = \"always\" } }\n", "tickets have no column \"sit\"");
    bad(
        "[sla]\ncalendar = { by = \"requester_vip\", of = { \"x\" = \"always\" } }\n",
        "tickets have no column \"requester_vip\" of short texts",
    );
    let ics = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:2026-13-01\nEND:VEVENT\nEND:VCALENDAR\n";
    let config = format!("{HEAD}[calendar]\nmon = \"09:00-17:00\"\nholiday_files = [\"holidays.ics\"]\n");
    let dir = folder(&config, &[("tickets.csv", TICKETS), ("events.csv", EVENTS), ("holidays.ics", ics)]);
    let run = deskcard_in(dir.path(), &["sla"]);
    assert!(run.code == 2 || run.code == 3, "{}", run.stderr);
    assert!(run.stderr.contains("holidays.ics") && run.stderr.contains('3'), "{}", run.stderr);
}

/// Everything odd that is no mistake of the config is counted on the pages.
#[test]
fn what_is_odd_about_clocks_is_counted_on_the_page() {
    let config = format!(
        r#"{HEAD}
[report]
period = "month"
pages = ["desk", "sla", "review"]

[[sla.policy]]
name = "All"
targets = {{ default = {{ resolution = "8bh" }} }}

[[sla.policy]]
name = "Shadowed"
when = "category = 'Access'"
targets = {{ default = {{ resolution = "1bh" }} }}

[[sla.policy]]
name = "Nobody"
when = "category = 'Nothing'"
targets = {{ default = {{ resolution = "1bh" }} }}
{OFFICE}"#
    );
    let tickets = format!(
        "{TICKETS}T5,2026-03-04 10:00,,2026-03-04 09:00,resolved,P3,Desk,Access,false,true\nT6,2026-03-04 10:00,,,closed,P3,Desk,Access,false,true\n"
    );
    let events = format!(
        "{EVENTS}T3,2026-03-02 15:00,assigned,,Desk,\nT1,2026-03-02 12:00,resolved,resolved,,\nT4,2026-03-06 12:00,resolved,resolved,,\n"
    );
    let dir = folder(&config, &[("tickets.csv", &tickets), ("events.csv", &events)]);
    deskcard_in(dir.path(), &["report", "--period", "2026-03", "--out", "out", "--quiet"]).ok();
    let read = |name: &str| std::fs::read_to_string(dir.path().join("out/2026-03").join(name)).expect(name);
    let card: serde_json::Value = serde_json::from_str(&read("scorecard.json")).expect("json");
    let notes: BTreeMap<&str, &str> = card["notes"]
        .as_array()
        .expect("notes")
        .iter()
        .map(|n| (n["code"].as_str().expect("a code"), n["text"].as_str().expect("a text")))
        .collect();
    let counted = |code: &str, start: &str| assert!(notes.get(code).is_some_and(|t| t.starts_with(start)), "{code}: {notes:#?}");
    counted("clock-event-before-creation", "1 event of a ticket");
    counted("clock-stops-before-start", "1 ticket ");
    counted("clock-still-open", "1 ticket ");
    counted("clock-end-unknown", "1 ticket ");
    counted("clock-resolution-moved", "1 ticket ");
    let unused: Vec<&str> = card["notes"]
        .as_array()
        .expect("notes")
        .iter()
        .filter(|n| n["code"] == "sla-policy-unused")
        .filter_map(|n| n["text"].as_str())
        .collect();
    assert!(unused.iter().any(|t| t.contains("“Shadowed”") && t.contains("taken by the policies before it")), "{unused:?}");
    assert!(unused.iter().any(|t| t.contains("“Nobody”") && t.contains("true of none")), "{unused:?}");
    assert!(read("sla.html").contains("What was kept") && read("data.html").contains("taken by the policies before it"));
}
