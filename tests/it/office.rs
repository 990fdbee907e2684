//! The workbooks in an office program: LibreOffice opens them without a word, and its cells are ours.
//!
//! Needs `soffice`; says so and passes where there is none.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use calamine::{Data, Reader, Xlsx, open_workbook};

use crate::cli::copy;
use crate::harness::{deskcard_in, finish, root};
use crate::shell::with_pages;

/// Makes the workbooks of the sample desk's teams; gives back the bytes of the desk's.
fn workbook(dir: &Path) -> Vec<u8> {
    copy(&root().join("sample_data"), dir);
    let config = dir.join("deskcard.toml");
    let text = std::fs::read_to_string(&config).expect("the config");
    // Fewer pages: it is the workbook that is looked at.
    std::fs::write(&config, with_pages(&text, "[\"desk\", \"sla\"]")).expect("write");
    deskcard_in(dir, &["report", "--outputs", "xlsx", "--out", "made", "--period", "2026-W46", "--quiet"]).ok();
    std::fs::read(dir.join("made/2026-W46/desk.xlsx")).expect("the desk's workbook")
}

/// The cells of every sheet as LibreOffice writes them: rows of texts, by the sheet's name.
fn converted(dir: &Path, file: &Path) -> BTreeMap<String, Vec<Vec<String>>> {
    // With all digits, comma, quoted texts, every sheet a file of its own.
    let filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1";
    office(dir, filter, file);
    let stem = format!("{}-", file.file_stem().expect("a name").to_string_lossy());
    let mut out = BTreeMap::new();
    for entry in std::fs::read_dir(dir.join("office")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if let Some(sheet) = name.strip_prefix(&stem).filter(|_| path.extension().is_some_and(|e| e == "csv")) {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(&path).expect("CSV");
            let rows = reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect();
            out.insert(sheet.to_owned(), rows);
        }
    }
    out
}

fn office(dir: &Path, to: &str, file: &Path) {
    let home = format!("-env:UserInstallation=file://{}", dir.join("profile").display());
    let mut command = Command::new("soffice");
    command.args([&home, "--headless", "--convert-to", to, "--outdir"]).arg(dir.join("office")).arg(file).env("LC_ALL", "C.UTF-8");
    let run = finish(&mut command).ok();
    let said = run.stderr.lines().filter(|l| !l.contains("javaldx") && !l.trim().is_empty()).collect::<Vec<_>>();
    assert!(said.is_empty(), "LibreOffice says {said:?}");
}

#[test]
fn libreoffice_opens_the_workbook_and_reads_the_same_cells() {
    if Command::new("soffice").arg("--version").output().is_err() {
        eprintln!("skipped: there is no soffice");
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let bytes = workbook(dir.path());
    let again = tempfile::tempdir().expect("a folder");
    assert_eq!(bytes, workbook(again.path()), "the same exports make the same workbook");
    let file = dir.path().join("made/2026-W46/desk.xlsx");
    let theirs = converted(dir.path(), &file);
    let mut book: Xlsx<_> = open_workbook(&file).expect("a workbook");
    let (mut numbers, mut alike, mut texts) = (0, 0, 0);
    let names = book.sheet_names();
    assert_eq!(theirs.keys().collect::<Vec<_>>().len(), names.len(), "{names:?}");
    for name in names {
        let sheet = &theirs[&name];
        let range = book.worksheet_range(&name).expect("a sheet");
        let (top, left) = range.start().expect("cells");
        for (row, column, cell) in range.used_cells() {
            let (row, column) = (row + top as usize, column + left as usize);
            let shown = sheet.get(row).and_then(|r| r.get(column)).map_or("", String::as_str);
            match cell {
                Data::Float(value) => {
                    let plain = shown.replace([',', '\u{a0}', ' '], "");
                    let (number, scale) = plain.strip_suffix('%').map_or((plain.as_str(), 1.0), |n| (n, 0.01));
                    // Times of day and dates have a form of their own.
                    if let Ok(read) = number.parse::<f64>() {
                        assert!((read * scale - value).abs() <= 1e-9 * value.abs().max(1.0), "{name} {row},{column}: {value} is {shown:?}");
                        alike += 1;
                    }
                    assert!(
                        !shown.is_empty() && !shown.starts_with('#') && !shown.contains("Err:"),
                        "{name} {row},{column}: {value} is {shown:?}"
                    );
                    numbers += 1;
                }
                Data::String(text) => {
                    let flat = |t: &str| t.replace(['\r', '\n'], " ").trim().to_owned();
                    assert_eq!(flat(shown), flat(text), "{name} {row},{column}");
                    texts += 1;
                }
                _ => {}
            }
        }
    }
    assert!(numbers > 100 && alike > 100 && texts > 100, "{numbers} numbers, {alike} of them read back, {texts} texts");
    office(dir.path(), "pdf", &file);
    assert!(std::fs::read(dir.path().join("office/desk.pdf")).expect("a PDF").starts_with(b"%PDF-"));
}
