//! Exports in the dress of real ones, made up row by row, and what must be found of them.

mod hostile;
mod presets;
mod questions;
mod real;
mod shapes;

use std::path::Path;

use chrono_tz::Europe::Berlin;

use super::{Inspection, Sample, config, inspect};
use crate::settings::{ColumnMapping, Settings};

/// A sample of a CSV text.
fn sample(text: &str) -> Sample {
    let delimiter = if text.lines().next().unwrap_or_default().contains(';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let rows: Vec<Vec<String>> = reader.records().map(|r| r.expect("a record").iter().map(str::to_owned).collect()).collect();
    Sample {
        shown: "export.csv".to_owned(),
        told: Vec::new(),
        header,
        rows_seen: rows.len() as u64,
        rows,
        is_whole: true,
        starts: Vec::new(),
    }
}

fn inspected(text: &str) -> Inspection {
    inspect(&sample(text), Berlin)
}

/// The config that reads one file, and what it says.
fn settings(inspection: &Inspection) -> (String, Settings) {
    let text = config("Desk", ("Europe/Berlin", true), &[(vec!["export.csv".to_owned()], inspection.clone())]);
    let settings = Settings::parse(&text, Path::new("deskcard.toml")).unwrap_or_else(|e| panic!("{e}\n{text}"));
    (text, settings)
}

fn mapping<'a>(settings: &'a Settings, name: &str) -> &'a ColumnMapping {
    settings.sources[0].columns.iter().find(|c| c.canonical.name == name).unwrap_or_else(|| panic!("no {name}"))
}

/// The live lines of a proposal under `[source.columns]`, their reasons left out.
fn live(inspection: &Inspection) -> Vec<String> {
    inspection.proposal.columns.iter().filter(|l| l.is_live).map(|l| l.text.clone()).collect()
}

/// The canonical columns of a header.
fn canonical(inspection: &Inspection, header: &str) -> String {
    let found = inspection.columns.iter().find(|c| c.header == header).unwrap_or_else(|| panic!("no {header}"));
    found.canonical.join("+")
}

#[test]
fn an_id_in_two_files_is_an_overlap_and_no_leg() {
    let row = |id: &str, talk: &str| [id, "2026-11-02 09:00:00", "Service Desk", "Ada", talk, "0"].map(str::to_owned).to_vec();
    let header: Vec<String> =
        ["Call ID", "Start time", "Queue", "Agent", "Talk time in seconds", "Hold time in seconds"].map(str::to_owned).to_vec();
    let file = |path: &str, rows: Vec<Vec<String>>| {
        (path.to_owned(), Sample { header: header.clone(), rows_seen: rows.len() as u64, rows, is_whole: true, ..Sample::default() })
    };
    let toml = |files: Vec<(String, Sample)>| inspect(&crate::ingest::inspect::group(files)[0].sample, chrono_tz::Tz::UTC).proposal.toml();
    let rows: Vec<Vec<String>> = (0..30).map(|i| row(&format!("C{i}"), "60")).collect();
    let later: Vec<Vec<String>> = (0..30).map(|i| row(&format!("C{i}"), "61")).collect();
    assert!(!toml(vec![file("a.csv", rows.clone()), file("b.csv", later.clone())]).contains("legs"));
    assert!(toml(vec![file("a.csv", [rows, later].concat())]).contains("rows = \"legs\""));
}
