//! Logs that cannot be trusted: each is told with its file, none panics.

use super::*;

/// What is said of a log whose second entry is this, and of its versions as well.
fn told(second: impl AsRef<[u8]>) -> String {
    let (_dir, log) = written(&[FIRST]);
    fs::write(log.entry(1), second).unwrap();
    assert_eq!(log.commits().unwrap_err(), log.snapshot(None).unwrap_err());
    told_of_table(&log)
}

/// What is said of the newest version of a table.
fn told_of_table(log: &Log) -> String {
    let error = log.snapshot(None).unwrap_err();
    assert_eq!(error.kind.exit_code(), 3, "{error}");
    assert!(error.at.contains("00000000000000000001.json"), "{error}");
    assert!(error.hints.iter().any(|hint| hint.contains("history rebuild")), "{error}");
    assert_eq!(log.snapshot(Some(0)).unwrap().unwrap().version, 0, "an older version is whole");
    format!("{}: {}", error.at.rsplit('/').next().unwrap(), error.what)
}

#[test]
fn entries_that_are_not_whole() {
    assert!(told("").ends_with("the entry is empty"));
    assert!(told("\n \n").ends_with("the entry is empty"));
    assert!(told(vec![0; 4096]).contains("NUL bytes"));
    assert!(told(b"{\"txn\":{\"appId\":\"\xff\",\"version\":1}}").contains("not UTF-8"));
    let cut = told("{\"txn\":{\"appId\":\"a\",\"version\":1}}\n{\"add\":{\"path\":\"a\",\"partiti");
    assert!(cut.starts_with("00000000000000000001.json line 2: the line is no action"), "{cut}");
    assert!(told("null\n").contains("no action") && told("[]").contains("no action") && told("{}").contains("not exactly one"));
    assert!(told("{\"txn\":{\"appId\":\"a\",\"version\":1},\"add\":{}}").contains("not exactly one"));
    assert!(told("[".repeat(100_000)).contains("no action"));
}

#[test]
fn an_entry_cut_anywhere_is_read_or_told() {
    let whole = r#"{"add":{"path":"a%20b","partitionValues":{},"size":1,"modificationTime":2,"dataChange":true}}"#;
    let (_dir, log) = written(&[FIRST, whole]);
    assert!(log.snapshot(None).unwrap().unwrap().files.contains_key("a b"), "the last line need not end");
    for end in 0..whole.len() {
        fs::write(log.entry(1), &whole[..end]).unwrap();
        assert!(log.snapshot(None).is_err(), "cut at {end}");
    }
}

#[test]
fn actions_that_are_none() {
    let add = |fields: &str| told(format!(r#"{{"add":{{{fields}}}}}"#));
    assert!(add(r#""path":"a","partitionValues":{},"modificationTime":2,"dataChange":true"#).contains("`add`: missing field `size`"));
    assert!(add(r#""path":"a","partitionValues":{},"size":-1,"modificationTime":2,"dataChange":true"#).contains("-1"));
    assert!(
        add(r#""path":"a","partitionValues":null,"size":1,"modificationTime":2,"dataChange":true"#).contains("partitionValues is null")
    );
    assert!(
        add(r#""path":"../../etc/passwd","partitionValues":{},"size":1,"modificationTime":2,"dataChange":true"#)
            .contains("inside the table")
    );
    assert!(add(r#""path":"s3://other/a","partitionValues":{},"size":1,"modificationTime":2,"dataChange":true"#).contains("not relative"));
    assert!(told(r#"{"txn":{"appId":"a","version":1e30}}"#).contains("`txn`"));
    let line = r#"{"txn":{"appId":"a","version":1}}"#;
    assert!(told(format!("{line}\n{line}")).contains("two things of the same application a"));
    let remove = r#"{"remove":{"path":"a","dataChange":true}}"#;
    assert!(told(format!("{remove}\n{remove}")).contains("two things of the same file a"));
}

#[test]
fn what_is_beyond_is_refused() {
    assert!(
        told(r#"{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[]}}"#)
            .contains("reader version 3 and writer version 7")
    );
    assert!(told(r#"{"protocol":{"minReaderVersion":1,"minWriterVersion":3}}"#).contains("writer version 3"));
    assert!(told(r#"{"cdc":{"path":"a","size":1}}"#).contains("`cdc`"));
    assert!(told(r#"{"domainMetadata":{"domain":"a","configuration":"","removed":false}}"#).contains("`domainMetadata`"));
    let vector = r#""deletionVector":{"storageType":"i","cardinality":1}"#;
    assert!(
        told(format!(r#"{{"add":{{"path":"a","partitionValues":{{}},"size":1,"modificationTime":2,"dataChange":true,{vector}}}}}"#))
            .contains("vector")
    );
    assert!(told(format!(r#"{{"remove":{{"path":"a","dataChange":true,{vector}}}}}"#)).contains("vector"));
}

#[test]
fn tables_with_rules_that_are_not_kept_here_are_refused() {
    let told = |from: &str, to: &str| {
        let second = FIRST.lines().nth(1).unwrap().replace(from, to);
        let (_dir, log) = written(&[FIRST, &second]);
        assert_eq!(log.commits().unwrap().len(), 2, "what its versions say is read all the same");
        told_of_table(&log)
    };
    assert!(told("parquet", "orc").contains("`orc`"));
    assert!(told(r#"\"string\""#, r#"\"date\""#).contains("\"date\""));
    assert!(told(r#"\"metadata\":{}"#, r#"\"metadata\":{\"delta.invariants\":\"x\"}"#).contains("invariant"));
    assert!(told(r#""configuration":{}"#, r#""configuration":{"delta.appendOnly":"TRUE"}"#).contains("appendOnly"));
    assert!(told(r#""partitionColumns":[]"#, r#""partitionColumns":["month"]"#).contains("`month`"));
}

#[test]
fn a_first_entry_makes_a_table() {
    for first in [r#"{"txn":{"appId":"a","version":1}}"#, FIRST.lines().next().unwrap(), FIRST.lines().nth(1).unwrap()] {
        let (_dir, log) = written(&[first]);
        assert!(log.snapshot(None).unwrap_err().what.contains("lacks"), "{first}");
    }
}

#[test]
fn folders_that_are_in_disorder() {
    let told = |spoil: &dyn Fn(&Log)| {
        let (_dir, log) = written(&[FIRST, FIRST, FIRST]);
        spoil(&log);
        let error = log.snapshot(None).unwrap_err();
        assert_eq!((error.kind.exit_code(), log.versions().unwrap_err()), (3, error.clone()), "{error}");
        (error.at.rsplit('/').next().unwrap().to_owned(), error.what)
    };
    let (at, what) = told(&|log| fs::remove_file(log.entry(1)).unwrap());
    assert_eq!((at.as_str(), what.as_str()), ("00000000000000000001.json", "the entry is missing: there are later ones, up to version 2"));
    let (at, what) = told(&|log| {
        fs::remove_file(log.entry(0)).unwrap();
        fs::write(log.folder().join("00000000000000000001.checkpoint.parquet"), "PAR1").unwrap();
    });
    assert!(at == "00000000000000000000.json" && what.contains("checkpoint"), "{at} {what}");
    let (_, what) = told(&|log| {
        (0..3).for_each(|version| fs::remove_file(log.entry(version)).unwrap());
        fs::write(log.folder().join("_last_checkpoint"), "{}").unwrap();
    });
    assert!(what.contains("checkpoint"), "{what}");
    let (at, _) = told(&|log| fs::write(log.folder().join("00000000000000000001 (1).json"), FIRST).unwrap());
    assert_eq!(at, "00000000000000000001 (1).json");
    let (at, what) = told(&|log| fs::create_dir(log.entry(3)).unwrap());
    assert!(at == "00000000000000000003.json" && what.contains("a folder"), "{at} {what}");
    let (at, what) = told(&|log| {
        fs::remove_dir_all(log.folder()).unwrap();
        fs::write(log.folder(), "").unwrap();
    });
    assert!(at == "_delta_log" && what.contains("cannot be read"), "{at} {what}");
}

#[test]
fn entries_that_are_no_files() {
    let (_dir, log) = written(&[FIRST]);
    std::os::unix::fs::symlink("nowhere", log.entry(1)).unwrap();
    assert!(log.snapshot(None).unwrap_err().what.contains("cannot be read"));
    fs::remove_file(log.entry(1)).unwrap();
    std::os::unix::fs::symlink("/dev/zero", log.entry(1)).unwrap();
    assert!(log.snapshot(None).unwrap_err().what.contains("no file"), "and it is not opened: that would never end");
}
