//! What a desk's folder holds: as bytes, as the Delta logs have it, and as rows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::life::{Kind, Row};
use crate::harness::root;

/// Relative path → content; a link's content is where it leads.
pub(crate) type Tree = BTreeMap<String, Vec<u8>>;

/// What a run publishes and keeps. What it says about itself (`run.json`, `history/runs`) and the lock are left out.
pub(crate) fn tree(dir: &Path) -> Tree {
    let mut out = Tree::new();
    for top in ["history", "scorecards"] {
        gather(dir, top, &mut out);
    }
    out
}

fn gather(dir: &Path, at: &str, out: &mut Tree) {
    if matches!(at, "history/lock" | "history/runs" | "scorecards/run.json") {
        return;
    }
    let path = dir.join(at);
    let kind = path.symlink_metadata().unwrap_or_else(|e| panic!("{at}: {e}"));
    if kind.is_symlink() {
        out.insert(at.to_owned(), fs::read_link(&path).expect("a link").to_string_lossy().into_owned().into_bytes());
    } else if kind.is_dir() {
        for entry in fs::read_dir(&path).expect("a folder") {
            let name = entry.expect("an entry").file_name();
            gather(dir, &format!("{at}/{}", name.to_string_lossy()), out);
        }
    } else {
        out.insert(at.to_owned(), fs::read(&path).expect("a file"));
    }
}

/// The paths of one that are not the same in the other, a few of them in words; empty if there are none.
pub(crate) fn differences(ours: &Tree, theirs: &Tree) -> Vec<String> {
    let paths: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let say = |path: &&String| match (ours.get(*path), theirs.get(*path)) {
        (Some(a), Some(b)) if a == b => None,
        (Some(a), Some(b)) => {
            let at = a.iter().zip(b).position(|(a, b)| a != b).unwrap_or_else(|| a.len().min(b.len()));
            Some(format!("{path}: differs from byte {at} on ({} and {} bytes)", a.len(), b.len()))
        }
        (Some(_), None) => Some(format!("{path}: is there, and should not be")),
        _ => Some(format!("{path}: is missing")),
    };
    paths.iter().filter_map(say).take(12).collect()
}

/// The files that a table's log says it consists of, relative to the table: its commits one after the other.
fn live(table: &Path) -> BTreeSet<String> {
    let mut names: Vec<_> = fs::read_dir(table.join("_delta_log")).expect("a log").map(|e| e.expect("an entry").path()).collect();
    names.retain(|path| path.extension().is_some_and(|e| e == "json"));
    names.sort();
    let mut files = BTreeSet::new();
    for name in names {
        let text = fs::read_to_string(name).expect("a commit");
        for action in text.lines().map(|line| serde_json::from_str::<Value>(line).expect("an action")) {
            let path = |kind: &str| action[kind]["path"].as_str().map(str::to_owned);
            files.extend(path("add"));
            if let Some(gone) = path("remove") {
                files.remove(&gone);
            }
        }
    }
    files
}

/// The Parquet files that the tables of a desk consist of.
pub(crate) fn tables(dir: &Path) -> Tree {
    let of = |kind: Kind| {
        let table = dir.join("history").join(kind.source());
        let read = move |file: String| {
            let path = table.join(&file);
            let content = fs::read(&path).unwrap_or_else(|e| panic!("{} is in the log: {e}", path.display()));
            (format!("{}/{file}", kind.source()), content)
        };
        live(&dir.join("history").join(kind.source())).into_iter().map(read).collect::<Vec<_>>()
    };
    Kind::ALL.into_iter().flat_map(of).collect()
}

/// What is compared of a row: columns that a table has as the export has them.
pub(crate) fn compared(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Tickets => &[
            "id",
            "created_at",
            "resolved_at",
            "closed_at",
            "updated_at",
            "status",
            "priority",
            "category",
            "group",
            "assignee",
            "reopen_count",
        ],
        Kind::Events => &["ticket_id", "at", "kind", "status", "group", "assignee"],
        Kind::Calls => &["id", "start_at", "queue", "agent", "caller", "wait_secs", "talk_secs", "acw_secs", "outcome"],
        Kind::Surveys => &["id", "ticket_id", "sent_at", "answered_at", "score"],
        Kind::Agents => &["agent_id", "name", "team", "hired_at", "left_at", "leave_reason", "mentor", "scheduled_hours"],
    }
}

/// A row of an export as far as it is compared: days are their first instant.
pub(crate) fn projected(kind: Kind, row: &Row) -> Row {
    let at = |name: &str| kind.header().iter().position(|h| *h == name).expect("a column of the export");
    let cell = |name: &&str| {
        let cell = row[at(name)].clone();
        if cell.len() == 10 && name.ends_with("_at") { cell + " 00:00:00" } else { cell }
    };
    compared(kind).iter().map(cell).collect()
}

/// Whether Python can read Delta tables; says so if not.
pub(crate) fn can_read_tables() -> bool {
    let found = Command::new("python3").args(["-c", "import deltalake, duckdb, polars, pyarrow"]).output();
    let is_found = found.as_ref().is_ok_and(|o| o.status.success());
    if !is_found {
        eprintln!("skipped: the rows of the tables: python3 lacks some of what reads them (pip install deltalake duckdb polars pyarrow)");
    }
    is_found
}

/// The rows of a table as other programs read them: the log by deltalake, its Parquet files by `DuckDB`.
pub(crate) fn rows(dir: &Path, kind: Kind) -> Vec<Row> {
    let table = dir.join("history").join(kind.source());
    let out = python("tests/delta/rows.py", &table, compared(kind));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(out.as_bytes());
    reader.records().map(|r| r.expect("a row").iter().map(str::to_owned).collect()).collect()
}

/// Fails unless three programs read the same rows from a table.
pub(crate) fn readers_agree(dir: &Path, kind: Kind) {
    let script = "tests/delta/read_table.py";
    if root().join(script).is_file() {
        python(script, &dir.join("history").join(kind.source()), &[]);
    }
}

fn python(script: &str, table: &Path, args: &[&str]) -> String {
    let out = Command::new("python3").arg(root().join(script)).arg(table).args(args).output().expect("python3 starts");
    assert!(out.status.success(), "{script} {}: {}", table.display(), String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).expect("UTF-8")
}
