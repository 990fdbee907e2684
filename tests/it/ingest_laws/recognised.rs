//! What `init` writes reads the exports it was made for: every product's sample, and the real exports, without a line added by hand.

use std::path::Path;

use crate::harness::{Run, deskcard_in, root};
use crate::presets::{differences, samples};

/// A folder with the exports of another one, without its config and what is expected of them.
fn exports(of: &Path) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(of).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name != "deskcard.toml" && !name.starts_with("expected_") {
            // Not `copy`: it would make read-only what is so there.
            std::fs::write(dir.path().join(name), std::fs::read(&path).expect("an export")).expect("write an export");
        }
    }
    dir
}

fn init(dir: &Path, zone: &str) -> Run {
    deskcard_in(dir, &["init", ".", "--time-zone", zone, "--no-questions"])
}

#[test]
fn every_sample_is_recognised_and_read() {
    let mut wrong = String::new();
    let mut recognised = 0;
    for sample in samples() {
        let name = sample.file_name().expect("a name").to_string_lossy().into_owned();
        let config = std::fs::read_to_string(sample.join("deskcard.toml")).expect("its config");
        let value = |key: &str| config.lines().find_map(|l| l.strip_prefix(key)?.split('"').nth(1)).expect("a key").to_owned();
        let dir = exports(&sample);
        let run = init(dir.path(), &value("time_zone = "));
        let is_sure = run.stdout.contains("(certain)") || run.stdout.contains("(likely)");
        let written = std::fs::read_to_string(dir.path().join("deskcard.toml")).unwrap_or_default();
        let is_right = written.contains(&format!("preset = \"{}\"", value("preset = ")));
        if run.code != 0 || !is_sure || !is_right {
            wrong += &format!("== {name} is not recognised\n{}{}", run.stdout, run.stderr);
            continue;
        }
        recognised += 1;
        let read = deskcard_in(dir.path(), &["ingest", "--desk", "desk", "--quiet"]);
        for entry in std::fs::read_dir(&sample).expect("a sample") {
            let expected = entry.expect("an entry").path();
            let Some(table) = expected.file_name().and_then(|n| n.to_str()?.strip_prefix("expected_")).map(str::to_owned) else { continue };
            let found = if read.code == 0 { differences(&dir.path().join("desk").join(&table), &expected) } else { read.stderr.clone() };
            if !found.is_empty() {
                wrong += &format!("== {name} {table}\n{found}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(recognised >= 20, "{recognised} samples");
}

/// A metric's sum and count.
type Known = (&'static str, f64, f64);

/// Files of the real exports in a folder of their own, the config that `init` makes of them with a cut-off added, and its figures.
fn assert_real(from: &str, files: &[&str], zone: &str, as_of: &str, known: &[Known]) {
    let source = root().join("../shared/data").join(from);
    if !source.is_dir() {
        eprintln!("skipped: {} is not there", source.display());
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let all: Vec<String> = match files {
        [] => {
            std::fs::read_dir(&source).expect("a folder").map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
        }
        some => some.iter().map(|&name| name.to_owned()).collect(),
    };
    for name in &all {
        let bytes = std::fs::read(source.join(name)).expect("an export");
        std::fs::write(dir.path().join(name), bytes).expect("write an export");
    }
    init(dir.path(), zone).ok();
    let config = dir.path().join("deskcard.toml");
    let text = std::fs::read_to_string(&config).expect("the config");
    std::fs::write(&config, text.replacen("# as_of = ", &format!("as_of = \"{as_of}\" # "), 1)).expect("write the config");
    let metrics: Vec<&str> = known.iter().map(|k| k.0).collect();
    let run = deskcard_in(dir.path(), &["query", &metrics.join(","), "--format", "json", "--quiet"]).ok().json();
    let found: Vec<(String, f64, f64)> = run
        .as_array()
        .expect("figures")
        .iter()
        .map(|row| {
            (
                row["metric"].as_str().expect("a name").to_owned(),
                row["sum"].as_f64().unwrap_or(f64::NAN),
                row["n"].as_f64().unwrap_or(f64::NAN),
            )
        })
        .collect();
    let known: Vec<(String, f64, f64)> = known.iter().map(|(name, sum, n)| ((*name).to_owned(), *sum, *n)).collect();
    assert_eq!(found, known, "{from} {files:?}\n{}", std::fs::read_to_string(&config).expect("the config"));
}

/// One call centre in four dresses.
#[test]
fn real_calls_in_every_dress() {
    let known = [
        ("calls_offered", 5000.0, 5000.0),
        ("answer_rate", 4054.0, 5000.0),
        ("one_done", 3646.0, 4054.0),
        ("csat_mean", 13_798.0, 4054.0),
        ("csat", 2023.0, 4054.0),
        ("asa", 273_729.0, 4054.0),
        ("sl_answered", 374.0, 4054.0),
        ("aht", 911_837.0, 4054.0),
    ];
    for file in ["calls_iso.csv", "calls_pandas_1900.csv", "calls_german_excel.csv", "calls.xlsx"] {
        assert_real("pwc_calls", &[file], "Europe/Zurich", "2021-05-01", &known);
    }
}

#[test]
fn a_real_incident_log() {
    let known = [("tickets_created", 20_769.0, 20_769.0), ("sla_resolution_vendor", 12_595.0, 20_769.0), ("fcr_touch", 10_875.0, 20_769.0)];
    assert_real("servicenow_uci", &["incident_event_log_119998.csv"], "UTC", "2017-02-16", &known);
    let known = [("phone_tickets", 890.0, 890.0), ("sla_resolution_vendor", 495.0, 890.0), ("fcr_touch", 497.0, 890.0)];
    assert_real("servicenow_uci", &["incident_event_log_5998_excel.csv"], "UTC", "2017-02-16", &known);
}

#[test]
fn a_real_city() {
    let known = [
        ("tickets_created", 121_145.0, 121_145.0),
        ("phone_tickets", 62_285.0, 62_285.0),
        ("sla_resolution_resolved", 60_054.0, 79_208.0),
        ("sla_resolution_created", 60_054.0, 90_652.0),
        ("open_overdue", 11_444.0, 11_444.0),
        ("backlog", 19_873.0, 19_873.0),
    ];
    assert_real("boston_311_2015", &[], "America/New_York", "2016-01-13", &known);
}
