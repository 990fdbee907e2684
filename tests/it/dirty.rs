//! A benchmark of polluted files: no row that is wrong is accepted, and no file is read wrong without a word.
//!
//! The files are not ours to pass on: where they do not lie beside the checkout, the test says so and passes. The score itself, beside
//! other readers', is printed by `benches/pollock/run.py`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::harness::{deskcard, root};

/// The rows of a CSV file below its first line, which is its header in nearly all of them; how often each is there.
fn rows(path: &Path) -> BTreeMap<Vec<String>, usize> {
    let mut rows = BTreeMap::new();
    let Ok(reader) = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path) else { return rows };
    for record in reader.into_records().skip(1) {
        let cells = record.expect("UTF-8").iter().map(str::to_owned).collect();
        *rows.entry(cells).or_default() += 1;
    }
    rows
}

#[test]
fn no_polluted_file_is_read_wrong_without_a_word() {
    let archive = root().join("../shared/data/dirty/pollock_polluted.tar.xz");
    let dir = tempfile::tempdir().expect("a folder");
    let unpacked = Command::new("tar").arg("-xJf").arg(&archive).arg("-C").arg(dir.path()).status();
    if !archive.is_file() || !unpacked.is_ok_and(|s| s.success()) {
        eprintln!("skipped: {} is not there, or cannot be unpacked", archive.display());
        return;
    }
    let (files, out) = (dir.path().join("polluted_files"), dir.path().join("out"));
    let run = deskcard(&["ingest", "--batch", &files.join("csv").to_string_lossy(), "--dump", &out.to_string_lossy()]);
    assert!([0, 3].contains(&run.code), "{}", run.stderr);
    let (mut count, mut wrong, mut silent, mut exact) = (0, Vec::new(), Vec::new(), 0);
    for entry in std::fs::read_dir(files.join("csv")).expect("the files") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let (read, clean) = (rows(&out.join(&name)), rows(&files.join("clean").join(&name)));
        let rejects = std::fs::read_to_string(out.join(format!("{name}.rejects.csv"))).expect("the rejects").lines().count();
        count += 1;
        if read.iter().any(|(row, n)| clean.get(row).is_none_or(|m| n > m)) {
            wrong.push(name.clone());
        }
        match read == clean {
            true => exact += 1,
            false if rejects < 2 => silent.push(name),
            false => {}
        }
    }
    assert_eq!((count, wrong, silent), (2290, vec![], vec![]));
    assert!(exact > 0, "the clean file itself is read");
}
