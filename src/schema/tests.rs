//! What is written is valid, and the schemas are what they should be.

use super::*;
use crate::run_record::{ConfigInfo, Exit, ExitKind, InputFile, MetricChange, PeriodRecord, PeriodState, RunRecord, SourceChange, Warning};
use crate::settings::schema_check::{Checker, inside};
use schemars::JsonSchema;
use serde::Serialize;

fn all() -> [(&'static str, Value); 3] {
    NAMES.map(|name| (name, named(name).expect(name)))
}

fn a_run() -> RunRecord {
    RunRecord {
        schema_version: run_record::SCHEMA_VERSION,
        tool: "deskcard".into(),
        version: "0.1.0".into(),
        command: "deskcard run".into(),
        config: ConfigInfo { path: "deskcard.toml".into(), hash: None },
        batch: 1,
        newest: String::new(),
        as_of: None,
        started_at: "2026-11-16T05:00:00Z".into(),
        finished_at: "2026-11-16T05:00:02Z".into(),
        duration_ms: 2000,
        steps: Vec::new(),
        exit: Exit { code: 0, kind: ExitKind::Done, message: String::new(), hints: Vec::new() },
        inputs: vec![InputFile::default()],
        history: vec![SourceChange::default()],
        periods: vec![PeriodRecord {
            id: "2026-W46".into(),
            state: PeriodState::Same,
            folder: "scorecards/2026-W46".into(),
            changes: vec![MetricChange { metric: "csat".into(), before: None, after: Some(0.5) }],
        }],
        skipped: Vec::new(),
        outputs: Vec::new(),
        warnings: vec![Warning::default()],
        outbox: Vec::new(),
    }
}

#[test]
fn a_run_is_valid_and_a_changed_one_is_not() {
    let schema = run();
    let checker = Checker::new(&schema);
    let value = serde_json::to_value(a_run()).expect("JSON");
    assert_eq!(checker.errors(&value), Vec::<String>::new());
    let wrong = |at: &str, put: Value| {
        let mut value = value.clone();
        *value.pointer_mut(at).expect(at) = put;
        checker.errors(&value)
    };
    assert_eq!(wrong("/schema_version", json!(2)).len(), 1);
    assert_eq!(wrong("/exit/kind", json!("fine")).len(), 1);
    assert_eq!(wrong("/periods/0/state", json!(null)).len(), 1);
    assert_eq!(wrong("/inputs/0/rows_in", json!(-1)).len(), 1);
    assert_eq!(wrong("/exit", json!({})).len(), 4);
    let mut more = value.clone();
    more["added_later"] = json!(1);
    assert!(checker.errors(&more).is_empty());
}

#[test]
fn every_property_of_every_schema_is_described_in_words_of_json() {
    for (name, schema) in all() {
        let mut schemas = Vec::new();
        inside(&schema, "", &mut schemas);
        for (at, schema) in schemas.iter().filter(|(at, _)| !at.contains("/if") && !at.contains("/then")) {
            for (key, property) in schema["properties"].as_object().into_iter().flatten() {
                let said = property["description"].as_str().unwrap_or_default();
                // The word that tells the variants of a tagged type apart needs none.
                assert!(said.len() >= 5 || property.get("const").is_some(), "{name}{at}/{key}: {property}");
                assert!(!said.contains("[`") && !said.contains("`None`") && !said.contains("::"), "{name}{at}/{key}: {said}");
            }
        }
    }
}

#[test]
fn each_has_its_own_name_and_the_version_of_what_is_written() {
    let ids: Vec<Value> = all().into_iter().map(|(_, schema)| schema["$id"].clone()).collect();
    let versions = [scorecard::SCHEMA_VERSION, run_record::SCHEMA_VERSION];
    assert_eq!(ids[0], json!(format!("urn:deskcard:schema:scorecard:{}", versions[0])));
    assert_eq!(ids[1..], [json!(format!("urn:deskcard:schema:run:{}", versions[1])), json!("urn:deskcard:schema:config")]);
    for (schema, version) in [(scorecard(), versions[0]), (run(), versions[1])] {
        assert_eq!(schema["properties"]["schema_version"]["const"], json!(version));
    }
    for (name, schema) in all() {
        assert_eq!(schema["$schema"], json!("https://json-schema.org/draft/2020-12/schema"), "{name}");
        assert_eq!(schema.to_string(), named(name).expect(name).to_string());
    }
    assert_eq!(named("scorecards"), None);
}

#[test]
fn what_may_be_null_is_there_all_the_same() {
    #[derive(Serialize, JsonSchema)]
    struct Two {
        schema_version: u32,
        /// It is [`Two`], or `None`.
        may: Option<u32>,
    }
    let schema = output::<Two>("two", "Two", 1);
    assert_eq!(schema["required"], json!(["schema_version", "may"]));
    assert_eq!(schema["properties"]["may"]["description"], json!("It is `Two`, or `null`."));
    let value = serde_json::to_value(Two { schema_version: 1, may: None }).expect("JSON");
    assert!(Checker::new(&schema).errors(&value).is_empty());
}
