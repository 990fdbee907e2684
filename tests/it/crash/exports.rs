//! A tiny desk: the exports a week brings, and a config that reads them. The same week is always the same bytes and the same mtimes.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

const CONFIG: &str = r#"[desk]
name = "Tiny Desk"
time_zone = "UTC"

[report]
period = "week"
out = "scorecards"
pages = ["desk"]

[[source]]
name = "tickets"
kind = "tickets"
files = ["exports/tickets-*.csv"]
rows = "latest"

[[source]]
name = "surveys"
kind = "surveys"
files = ["exports/surveys-*.csv"]

[[source]]
name = "roster"
kind = "agents"
files = ["exports/roster.csv"]
"#;

const AGENTS: [&str; 3] = ["Ann Abel", "Ben Bohr", "Cem Can"];
const CATEGORIES: [&str; 3] = ["Network", "Hardware", "Accounts"];
const PRIORITIES: [&str; 4] = ["P2", "P3", "P4", "P3"];

/// Tickets opened in a week; half as many of the week before come again, updated.
const NEW: u32 = 20;

/// The Monday of a week, counted from 1; week 3 begins in June and ends in July, so it changes a month and adds one.
fn monday(week: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 15).expect("a day of the calendar") + Days::new(7 * u64::from(week - 1))
}

/// When a week is reported: the Monday after it, 06:00 UTC.
fn reported(week: u32) -> NaiveDateTime {
    monday(week + 1).and_time(NaiveTime::from_hms_opt(6, 0, 0).expect("a time of day"))
}

/// The cut-off of a week's run, as `--as-of` takes it.
pub(crate) fn as_of(week: u32) -> String {
    reported(week).format("%Y-%m-%d %H:%M").to_string()
}

/// The cut-off a day before a week's run.
pub(crate) fn day_before(week: u32) -> String {
    (reported(week) - TimeDelta::days(1)).format("%Y-%m-%d %H:%M").to_string()
}

/// Writes what a week's Monday finds: the config, the week's tickets and surveys beside those of the weeks before, the roster over the old one.
pub(crate) fn desk(dir: &Path, week: u32) {
    let exports = dir.join("exports");
    fs::create_dir_all(&exports).expect("a folder for the exports");
    fs::write(dir.join("deskcard.toml"), CONFIG).expect("write the config");
    let files = [
        (format!("tickets-{week}.csv"), tickets(week)),
        (format!("surveys-{week}.csv"), surveys(week)),
        ("roster.csv".to_owned(), roster(week)),
    ];
    let arrived = SystemTime::from(reported(week).and_utc() - TimeDelta::hours(2));
    for (name, text) in files {
        fs::write(exports.join(&name), text).expect("write an export");
        set_modified(&exports.join(&name), arrived);
    }
}

fn set_modified(file: &Path, at: SystemTime) {
    File::options().write(true).open(file).and_then(|f| f.set_modified(at)).expect("set when it was changed");
}

/// Makes all exports look as if they had been written then.
pub(crate) fn touch(dir: &Path, at: SystemTime) {
    for entry in fs::read_dir(dir.join("exports")).expect("there are exports") {
        set_modified(&entry.expect("an entry").path(), at);
    }
}

fn tickets(week: u32) -> String {
    let mut csv =
        "id,created_at,resolved_at,status,priority,category,channel,requester,group,assignee,agent_replies,updated_at\n".to_owned();
    let first = (week - 1) * NEW + 1;
    for n in first.saturating_sub(NEW / 2).max(1)..first + NEW {
        let opened_in = (n - 1) / NEW + 1;
        let created = monday(opened_in).and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(480 + n % 7 * 1440 + n * 7 % 300));
        let is_open = opened_in == week && n.is_multiple_of(4);
        let resolved = created + TimeDelta::minutes(i64::from(15 + n * 37 % 600) + if n.is_multiple_of(4) { 7 * 1440 } else { 0 });
        let updated = if is_open { created } else { resolved };
        let at = |t: NaiveDateTime| t.format("%Y-%m-%d %H:%M:%S").to_string();
        let (resolved, status) = if is_open { (String::new(), "open") } else { (at(resolved), "closed") };
        let i = n as usize;
        let (agent, category, priority) = (AGENTS[i % 3], CATEGORIES[i / 2 % 3], PRIORITIES[i % 4]);
        writeln!(
            csv,
            "T{n:04},{},{resolved},{status},{priority},{category},phone,R{},Front,{agent},{},{}",
            at(created),
            n % 9,
            n % 3,
            at(updated)
        )
        .expect("writing to a string");
    }
    csv
}

fn surveys(week: u32) -> String {
    let mut csv = "ticket_id,sent_at,answered_at,score\n".to_owned();
    for n in (week - 1) * NEW + 1..=week * NEW {
        let day = monday(week) + Days::new(u64::from(n % 5 + 1));
        writeln!(csv, "T{n:04},{day} 12:00:00,{day} 15:30:00,{}", 3 + n % 3).expect("writing to a string");
    }
    csv
}

/// Somebody joins every week.
fn roster(week: u32) -> String {
    let mut csv = "agent_id,name,team,hired_at\n".to_owned();
    for (i, name) in AGENTS.iter().enumerate() {
        writeln!(csv, "A{i},{name},Front,2020-01-01").expect("writing to a string");
    }
    for week in 1..=week {
        writeln!(csv, "N{week},Newcomer {week},Front,{}", monday(week)).expect("writing to a string");
    }
    csv
}
