//! Whole logs: written here, written by hand, damaged, raced for.

mod damaged;
mod foreign;
mod model;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use super::*;

/// The description of a table of tickets by month.
pub(super) fn tickets() -> Action {
    let columns = [Field::new("id", Kind::Text), Field::new("opened_at", Kind::Timestamp), Field::new("month", Kind::Text)];
    let id = "6f1c2b8e-0000-8000-8000-000000000000".to_owned();
    let metadata = Metadata::new(id, &columns, &["month"]).unwrap();
    Action::Metadata(Metadata { created_time: Some(1_794_808_800_000), ..metadata })
}

/// A file of a month.
pub(super) fn file(month: Option<&str>, name: &str) -> Add {
    Add {
        path: format!("month={}/{name}.parquet", month.unwrap_or("__HIVE_DEFAULT_PARTITION__")),
        partition_values: [("month".to_owned(), month.map(str::to_owned))].into(),
        size: 841,
        modification_time: 1_794_808_800_000,
        data_change: true,
        stats: Some(Stats::new(3).column("id", 0, None).to_json().unwrap()),
    }
}

pub(super) fn transaction(version: i64) -> Action {
    Action::Transaction(Transaction { app_id: "deskcard".to_owned(), version, last_updated: None })
}

fn info(operation: &str) -> Action {
    Action::CommitInfo(CommitInfo {
        timestamp: 1_794_808_800_000,
        operation: operation.to_owned(),
        operation_metrics: [("rows".to_owned(), "3".to_owned())].into(),
        engine_info: "deskcard 0.1.0".to_owned(),
        ..CommitInfo::default()
    })
}

/// A table of two versions: two files, then one in the place of another.
fn two_versions() -> (TempDir, Log) {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::new(dir.path());
    let first = [
        Action::Protocol(Protocol::default()),
        tickets(),
        transaction(1),
        Action::Add(file(Some("2026-10"), "a")),
        Action::Add(file(None, "b b")),
        info("WRITE"),
    ];
    assert_eq!(log.commit(0, &first).unwrap(), Creation::Created);
    let replaced = Action::Remove(Remove::of(&file(None, "b b"), 1_795_413_600_000, true));
    let second = [info("MERGE"), transaction(2), replaced, Action::Add(file(Some("2026-11"), "c"))];
    assert_eq!(log.commit(1, &second).unwrap(), Creation::Created);
    (dir, log)
}

#[test]
fn no_table_yet() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::new(&dir.path().join("tickets"));
    assert!(log.versions().unwrap().is_empty());
    assert_eq!(log.snapshot(None).unwrap(), None);
    assert_eq!(log.snapshot(Some(3)).unwrap(), None);
    assert!(log.commits().unwrap().is_empty());
    log.recover().unwrap();
    fs::create_dir_all(log.folder()).unwrap();
    assert_eq!(log.snapshot(None).unwrap(), None);
}

#[test]
fn every_version_as_it_was() {
    let (_dir, log) = two_versions();
    assert_eq!(log.versions().unwrap(), [0, 1]);
    let (then, now) = (log.snapshot(Some(0)).unwrap().unwrap(), log.snapshot(None).unwrap().unwrap());
    assert_eq!(then.files.keys().collect::<Vec<_>>(), ["month=2026-10/a.parquet", "month=__HIVE_DEFAULT_PARTITION__/b b.parquet"]);
    assert_eq!((then.version, &then.txns["deskcard"], then.removed.len()), (0, &1, 0));
    assert_eq!(now.files.into_values().collect::<Vec<_>>(), [file(Some("2026-10"), "a"), file(Some("2026-11"), "c")]);
    assert_eq!(now.removed.into_keys().collect::<Vec<_>>(), ["month=__HIVE_DEFAULT_PARTITION__/b b.parquet"]);
    assert_eq!((now.version, &now.txns["deskcard"]), (1, &2));
    assert_eq!(now.metadata.fields().unwrap()[1], Field::new("opened_at", Kind::Timestamp));
    let error = log.snapshot(Some(2)).unwrap_err();
    assert_eq!(error.what, "there is no version 2: the newest is 1");
}

#[test]
fn what_versions_say_of_themselves() {
    let (_dir, log) = two_versions();
    let commits = log.commits().unwrap();
    assert_eq!(commits.iter().map(|(version, info)| (*version, info.operation.as_str())).collect::<Vec<_>>(), [(0, "WRITE"), (1, "MERGE")]);
    assert_eq!(commits[1].1.operation_metrics, [("rows".to_owned(), "3".to_owned())].into());
    assert_eq!((commits[0].1.timestamp, commits[0].1.rest.len()), (1_794_808_800_000, 0));
}

#[test]
fn the_bytes_of_an_entry() {
    let (_dir, log) = two_versions();
    let told = [
        r#"{"commitInfo":{"engineInfo":"deskcard 0.1.0","operation":"MERGE","operationMetrics":{"rows":"3"},"operationParameters":{},"timestamp":1794808800000}}"#,
        r#"{"txn":{"appId":"deskcard","version":2}}"#,
        r#"{"remove":{"path":"month=__HIVE_DEFAULT_PARTITION__/b%20b.parquet","deletionTimestamp":1795413600000,"dataChange":true,"extendedFileMetadata":true,"partitionValues":{"month":null},"size":841}}"#,
        r#"{"add":{"path":"month=2026-11/c.parquet","partitionValues":{"month":"2026-11"},"size":841,"modificationTime":1794808800000,"dataChange":true,"stats":"{\"numRecords\":3,\"minValues\":{},\"maxValues\":{},\"nullCount\":{\"id\":0}}"}}"#,
        "",
    ];
    assert_eq!(fs::read_to_string(log.entry(1)).unwrap(), told.join("\n"));
    let first = fs::read_to_string(log.entry(0)).unwrap();
    assert!(first.starts_with("{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":2}}\n{\"metaData\":{\"id\":"), "{first}");
}

#[test]
fn a_version_is_made_once() {
    let (dir, log) = two_versions();
    let before = fs::read(log.entry(1)).unwrap();
    assert_eq!(log.commit(1, &[transaction(9)]).unwrap(), Creation::Taken);
    assert_eq!(fs::read(log.entry(1)).unwrap(), before);
    assert_eq!(fs::read_dir(dir.path().join(FOLDER)).unwrap().count(), 2, "nothing is left");
}

#[test]
fn what_a_killed_writer_left_is_removed() {
    let (_dir, log) = two_versions();
    let left = log.folder().join(format!(".{}.1.tmp", entry_name(2)));
    fs::write(&left, "{\"add\":").unwrap();
    assert_eq!(log.versions().unwrap(), [0, 1]);
    log.recover().unwrap();
    assert!(!left.exists());
}

#[test]
fn actions_that_make_no_version_are_not_written() {
    let (_dir, log) = two_versions();
    let told = |version, actions: &[Action]| {
        let error = log.commit(version, actions).unwrap_err();
        assert_eq!(error.kind.exit_code(), 70, "{error}");
        error.what
    };
    let add = |path: &str| Action::Add(Add { path: path.to_owned(), ..file(None, "x") });
    assert!(told(2, &[]).contains("does nothing"));
    assert!(told(2, &[add("x"), add("x")]).contains("file x"));
    assert!(told(2, &[add("x"), Action::Remove(Remove { path: "x".to_owned(), ..Remove::default() })]).contains("file x"));
    assert!(told(2, &[transaction(1), transaction(2)]).contains("application deskcard"));
    assert!(told(2, &[add("../x")]).contains("inside the table's folder"));
    assert!(told(2, &[Action::Protocol(Protocol { min_reader_version: 3, min_writer_version: 7 })]).contains("not what is written here"));
    assert!(told(0, &[transaction(1)]).contains("lacks"));
    let gap = log.commit(3, &[transaction(1)]).unwrap_err();
    assert!(gap.kind.exit_code() == 3 && gap.at.ends_with("00000000000000000002.json"), "{gap}");
    assert_eq!(log.versions().unwrap(), [0, 1]);
}

#[test]
fn of_writers_at_once_one_wins() {
    let (_dir, log) = two_versions();
    for version in 2..12 {
        let write = |writer: i64| log.commit(version, &[transaction(writer), info("RACE")]).unwrap();
        let outcomes: Vec<(i64, Creation)> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..4).map(|writer| scope.spawn(move || (writer, write(writer)))).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let winners: Vec<i64> =
            outcomes.into_iter().filter(|(_, outcome)| *outcome == Creation::Created).map(|(writer, _)| writer).collect();
        let [winner] = winners[..] else { panic!("winners of version {version}: {winners:?}") };
        assert_eq!(log.snapshot(None).unwrap().unwrap().txns["deskcard"], winner);
    }
}

/// What is remembered of a table is forgotten when another comes in its place, or an entry goes.
#[test]
fn a_table_made_anew_is_read_anew() {
    let (dir, _) = written(&[FIRST, "{\"txn\":{\"appId\":\"deskcard\",\"version\":1}}\n"]);
    let memory = Memory::default();
    let log = Log::remembering(dir.path(), &memory);
    let applied = || log.snapshot(None).map(|found| found.and_then(|s| s.txns.get("deskcard").copied()));
    assert_eq!(applied().unwrap(), Some(1));
    let (other, _) = written(&[FIRST, "{\"txn\":{\"appId\":\"deskcard\",\"version\":7}}\n"]);
    fs::remove_dir_all(log.folder()).unwrap();
    fs::rename(other.path().join(FOLDER), log.folder()).unwrap();
    assert_eq!(applied().unwrap(), Some(7));
    fs::write(log.entry(2), "{\"txn\":{\"appId\":\"deskcard\",\"version\":8}}\n").unwrap();
    assert_eq!(applied().unwrap(), Some(8));
    fs::remove_file(log.entry(2)).unwrap();
    assert_eq!(applied().unwrap(), Some(7));
    fs::remove_file(log.entry(0)).unwrap();
    assert_eq!(applied().unwrap_err().kind.exit_code(), 3);
}

/// A log of these entries, each its lines.
pub(super) fn written(entries: &[&str]) -> (TempDir, Log) {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::new(dir.path());
    fs::create_dir(log.folder()).unwrap();
    for (version, text) in (0..).zip(entries) {
        fs::write(log.entry(version), text).unwrap();
    }
    (dir, log)
}

/// The first entry of a table with one column, `id`.
pub(super) const FIRST: &str = concat!(
    r#"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}"#,
    "\n",
    r#"{"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":{}}}"#,
    "\n"
);
