//! Every product's sample export, read with nothing but its preset, is the desk written down beside it by hand.

use std::path::{Path, PathBuf};

use crate::harness::{deskcard, root};

/// The folders of samples, sorted.
pub(crate) fn samples() -> Vec<PathBuf> {
    let dir = root().join("sample_data/presets");
    let folders = std::fs::read_dir(&dir).expect("the samples").map(|entry| entry.expect("an entry").path());
    let mut folders: Vec<PathBuf> = folders.filter(|p| p.join("deskcard.toml").is_file()).collect();
    folders.sort();
    folders
}

/// Header and rows of a CSV file; the rows sorted, for neither side's order is the other's.
fn table(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = cells(reader.headers().expect("a header"));
    let mut rows: Vec<Vec<String>> = reader.records().map(|r| cells(&r.expect("a row"))).collect();
    rows.sort();
    (header, rows)
}

/// What differs between two tables, cell by cell, in words; empty if nothing.
pub(crate) fn differences(got: &Path, expected: &Path) -> String {
    let ((header, rows), (wanted, wanted_rows)) = (table(got), table(expected));
    if header != wanted {
        return format!("columns {header:?}\n≠ {wanted:?}\n");
    }
    let mut out = String::new();
    if rows.len() != wanted_rows.len() {
        out += &format!("{} rows, not {}\n", rows.len(), wanted_rows.len());
    }
    for (row, wanted) in rows.iter().zip(&wanted_rows) {
        for ((name, cell), expected) in header.iter().zip(row).zip(wanted).filter(|((_, a), b)| a != b) {
            out += &format!("{} {name}: {cell:?}, not {expected:?}\n", row[0]);
        }
    }
    out
}

#[test]
fn every_sample_becomes_the_desk_written_down_beside_it() {
    let mut wrong = String::new();
    let samples = samples();
    for folder in &samples {
        let desk = tempfile::tempdir().expect("a folder");
        let (config, out) = (folder.join("deskcard.toml"), desk.path().to_string_lossy().into_owned());
        let run = deskcard(&["ingest", "--quiet", "--config", &config.to_string_lossy(), "--desk", &out]);
        let expected: Vec<PathBuf> = std::fs::read_dir(folder)
            .expect("a sample")
            .map(|e| e.expect("an entry").path())
            .filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with("expected_")))
            .collect();
        assert!(!expected.is_empty(), "{}: nothing is expected", folder.display());
        for path in expected {
            let name = path.file_name().expect("a name").to_string_lossy().replace("expected_", "");
            let found = if run.code == 0 { differences(&desk.path().join(&name), &path) } else { run.stderr.clone() };
            if !found.is_empty() {
                wrong += &format!("== {} {name}\n{found}", folder.display());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(samples.len() >= 13, "{} samples", samples.len());
}
