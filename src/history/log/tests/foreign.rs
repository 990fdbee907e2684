//! Logs as other programs write them.

use super::*;

/// As Spark writes: `commitInfo` first, fields we do not know, nulls, no statistics.
#[test]
fn what_is_not_known_is_kept_out_of_the_way() {
    let second = concat!(
        r#"{"commitInfo":{"timestamp":1515491537026,"userId":"100121","operation":"INSERT","operationParameters":{"mode":"Append","partitionBy":"[]"},"notebook":{"notebookId":"4443029"},"isolationLevel":null}}"#,
        "\n",
        r#"{"add":{"path":"m%3D1/a%20b","partitionValues":{"x":"","y":"z"},"size":1,"modificationTime":2,"dataChange":true,"tags":{"a":"b"},"deletionVector":null,"baseRowId":4,"clusteringProvider":"x"}}"#,
        "\n",
        r#"{"remove":{"path":"never-added","dataChange":false,"partitionValues":null}}"#,
        "\n",
        r#"{"txn":{"appId":"spark","version":-7,"lastUpdated":null}}"#,
        "\n",
        r#"{"weather":{"rain":true}}"#,
    );
    let (dir, log) = written(&[FIRST, second]);
    for name in
        ["_last_checkpoint", "00000000000000000001.checkpoint.parquet", "00000000000000000001.crc", ".00000000000000000001.json.crc"]
    {
        fs::write(dir.path().join(FOLDER).join(name), "").unwrap();
    }
    let snapshot = log.snapshot(None).unwrap().unwrap();
    let add = &snapshot.files["m=1/a b"];
    assert_eq!(add.partition_values, BTreeMap::from([("x".to_owned(), None), ("y".to_owned(), Some("z".to_owned()))]));
    assert_eq!((add.stats.as_deref(), snapshot.txns["spark"]), (None, -7));
    assert!(!snapshot.removed["never-added"].data_change);
    let (_, info) = log.commits().unwrap().pop().unwrap();
    assert_eq!((info.operation.as_str(), info.engine_info.as_str(), info.timestamp), ("INSERT", "", 1_515_491_537_026));
    assert_eq!(info.rest.keys().collect::<Vec<_>>(), ["isolationLevel", "notebook", "userId"]);
    assert_eq!(log.commits().unwrap()[0].1, CommitInfo::default(), "an entry that says nothing of itself");
}

#[test]
fn nothing_in_a_commit_info_is_an_error() {
    let odd = r#"{"commitInfo":{"timestamp":"yesterday","operation":7,"operationMetrics":{"rows":3,"parts":["a"],"text":"t"},"operationParameters":[]}}"#;
    let (_dir, log) = written(&[FIRST, odd]);
    let (_, info) = log.commits().unwrap().pop().unwrap();
    assert_eq!(
        info.operation_metrics,
        [("rows", "3"), ("parts", "[\"a\"]"), ("text", "t")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    );
    assert_eq!(info.rest.keys().collect::<Vec<_>>(), ["operation", "operationParameters", "timestamp"]);
    assert_eq!(info.rest["timestamp"], Value::from("yesterday"));
    let written = serde_json::to_string(&info).unwrap();
    assert_eq!(written.matches("\"timestamp\"").count(), 1, "{written}");
}

#[test]
fn a_description_replaces_the_one_before() {
    let second = FIRST
        .lines()
        .nth(1)
        .unwrap()
        .replace(r#""configuration":{}"#, r#""configuration":{"deskcard.zone":"Europe/Berlin"},"name":"tickets""#);
    let (_dir, log) = written(&[FIRST, &second]);
    let metadata = log.snapshot(None).unwrap().unwrap().metadata;
    assert_eq!((metadata.name.as_deref(), metadata.configuration["deskcard.zone"].as_str()), (Some("tickets"), "Europe/Berlin"));
    assert_eq!(log.snapshot(Some(0)).unwrap().unwrap().metadata.name, None);
}
