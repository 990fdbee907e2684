//! One desk in every packing, encoding and way of writing: each of them becomes the very tables that its plain CSV files become.

mod desk;
mod workbook;

use std::io::Write;
use std::process::{Command, Stdio};

use crate::harness::{binary, folder};
use desk::{Desk, Dialect, PLAIN};

pub(crate) use workbook::{ods_of, xlsx_of};

/// The files of a kind: name and bytes.
type Files = Vec<(String, Vec<u8>)>;

/// Tickets and calls as the desk's canonical tables, of a folder with these files.
fn tables(tickets: &Files, calls: &Files, lines: &str) -> [String; 2] {
    let source = |kind: &str, files: &Files| {
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        format!("\n[[source]]\nkind = \"{kind}\"\nfiles = {names:?}\n{lines}\n")
    };
    let config = [desk::CONFIG, &source("tickets", tickets), &source("calls", calls)].concat();
    let dir = folder(&config, &[]);
    for (name, bytes) in tickets.iter().chain(calls).filter(|(name, _)| name != "-") {
        std::fs::write(dir.path().join(name), bytes).expect("write an export");
    }
    let piped = tickets.iter().chain(calls).find(|(name, _)| name == "-");
    let mut command = Command::new(binary());
    command.args(["ingest", "--desk", "desk", "--quiet"]).current_dir(dir.path()).env_remove("DESKCARD_CONFIG");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    if let Some((_, bytes)) = piped {
        stdin.write_all(bytes).expect("it reads its input");
    }
    drop(stdin);
    let output = child.wait_with_output().expect("the binary ends");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
    assert!(output.status.success(), "{:?}: {}", output.status, said[1]);
    assert!(!said[0].contains("rejects"), "rows were set aside: {}", said[0]);
    ["tickets", "calls"].map(|kind| std::fs::read_to_string(dir.path().join(format!("desk/{kind}.csv"))).expect("a table"))
}

/// Each table of a desk as one file with this ending.
fn each(desk: &Desk, ending: &str, write: impl Fn(&[Vec<String>]) -> Vec<u8>) -> [Files; 2] {
    [("tickets", &desk.tickets), ("calls", &desk.calls)].map(|(kind, rows)| vec![(format!("{kind}.{ending}"), write(rows))])
}

/// The tables that the plain CSV files of a desk become: what all others are measured against.
fn reference(desk: &Desk) -> [String; 2] {
    let [tickets, calls] = each(desk, "csv", |rows| PLAIN.text(rows).into_bytes());
    tables(&tickets, &calls, "")
}

/// Both files, with these lines in their sources, become what the plain ones become.
fn assert_same_as_plain(desk: &Desk, [tickets, calls]: &[Files; 2], lines: &str) {
    let (expected, found) = (reference(desk), tables(tickets, calls, lines));
    assert_eq!(found[0], expected[0]);
    assert_eq!(found[1], expected[1]);
}

/// The same for text written so.
fn assert_dialect(dialect: &Dialect, lines: &str) {
    let desk = Desk::new();
    let files = each(&desk, "csv", |rows| dialect.text(rows).into_bytes());
    assert_same_as_plain(&desk, &files, lines);
}

/// The same for the plain files, their bytes changed so.
fn assert_bytes(desk: &Desk, ending: &str, change: impl Fn(String) -> Vec<u8>) {
    assert_same_as_plain(desk, &each(desk, ending, |rows| change(PLAIN.text(rows))), "");
}

/// Text as UTF-16 behind its byte order mark.
fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// A zip of these files.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("memory takes it");
        writer.write_all(bytes).expect("memory takes it");
    }
    writer.finish().expect("memory takes it").into_inner()
}

/// An Excel workbook of texts.
pub(crate) fn xlsx(rows: &[Vec<String>]) -> Vec<u8> {
    workbook::xlsx(rows, false)
}

/// What the canonical tables hold is written down here once, so that all the others are not wrong together.
#[test]
fn the_plain_desk_is_the_one_written_down() {
    let [tickets, calls] = reference(&Desk::new());
    assert_eq!(tickets, desk::TICKETS);
    assert_eq!(calls, desk::CALLS);
}

#[test]
fn encodings() {
    let desk = Desk::new();
    assert_bytes(&desk, "csv", |text| format!("\u{feff}{text}").into_bytes());
    assert_bytes(&desk, "csv", |text| utf_16(&text, u16::to_le_bytes));
    assert_bytes(&desk, "csv", |text| utf_16(&text, u16::to_be_bytes));
}

#[test]
fn an_encoding_of_western_europe() {
    let desk = Desk::western();
    assert_ne!(reference(&desk), reference(&Desk::new()));
    let western = |text: String| {
        let (bytes, _, has_lost) = encoding_rs::WINDOWS_1252.encode(&text);
        assert!(!has_lost && bytes.contains(&0x80), "the text has the euro sign, and nothing it cannot write");
        bytes.into_owned()
    };
    assert_bytes(&desk, "csv", western);
    let files = each(&desk, "csv", |rows| western(PLAIN.text(rows)));
    assert_same_as_plain(&desk, &files, "encoding = \"windows-1252\"");
}

#[test]
fn delimiters() {
    assert_dialect(&Dialect { delimiter: '\t', ..PLAIN }, "");
    assert_dialect(&Dialect { delimiter: '|', ..PLAIN }, "");
    assert_dialect(&Dialect { delimiter: ';', ..PLAIN }, "");
    assert_dialect(&Dialect { delimiter: ';', decimal: ',', ..PLAIN }, "");
    assert_dialect(&Dialect { delimiter: ';', decimal: ',', ..PLAIN }, "delimiter = \";\"\ndecimal = \",\"");
    assert_dialect(&Dialect { delimiter: ';', above: "sep=;\r\n", ..PLAIN }, "");
}

#[test]
fn lines_above_the_header() {
    let above = "Service desk export\nMade on 2026-03-08 by Zoë\n\n";
    assert_dialect(&Dialect { above, ..PLAIN }, "");
    assert_dialect(&Dialect { above, delimiter: ';', ..PLAIN }, "lines_above = 3");
}

#[test]
fn line_ends() {
    for end in [&["\r\n"][..], &["\r"], &["\n", "\r\n"], &["\r\n", "\n", "\r"]] {
        assert_dialect(&Dialect { ends: end, ..PLAIN }, "");
    }
    // Some products never end the last line.
    assert_bytes(&Desk::new(), "csv", |text| text.trim_end().to_owned().into_bytes());
}

#[test]
fn quotes_and_escapes() {
    // Around a cell or two they could be text: more of them, or a word in the config, make them quotes.
    assert_dialect(&Dialect { quote: '\'', quotes_all: true, ..PLAIN }, "");
    assert_dialect(&Dialect { quote: '\'', ..PLAIN }, "quote = \"'\"");
    assert_dialect(&Dialect { has_escapes: true, ..PLAIN }, "");
    assert_dialect(&Dialect { has_escapes: true, ..PLAIN }, "escape = \"\\\\\"");
    assert_dialect(&Dialect { quotes_all: true, ..PLAIN }, "");
    assert_dialect(&Dialect { quotes_all: true, delimiter: ';', ends: &["\r\n"], ..PLAIN }, "");
}

#[test]
fn packed() {
    let desk = Desk::new();
    assert_bytes(&desk, "csv.gz", |text| gzip(text.as_bytes()));
    assert_bytes(&desk, "csv.zst", |text| zstd::encode_all(text.as_bytes(), 3).expect("memory takes it"));
    assert_bytes(&desk, "zip", |text| zip(&[("export/rows.csv", text.as_bytes())]));
    // Another ending tells nothing: the first bytes do.
    assert_bytes(&desk, "csv", |text| gzip(text.as_bytes()));
    // Packed, and of another encoding below that.
    assert_bytes(&desk, "gz", |text| gzip(&utf_16(&text, u16::to_le_bytes)));
}

/// Rows of several files stand behind one another in the order of the files' names.
#[test]
fn one_file_or_several() {
    let desk = Desk::new();
    let parts = |rows: &[Vec<String>]| -> Vec<Vec<u8>> {
        let part = |some: &[Vec<String>]| PLAIN.text(&[&rows[..1], some].concat()).into_bytes();
        rows[1..].chunks(2).map(part).collect()
    };
    let several = [("tickets", &desk.tickets), ("calls", &desk.calls)].map(|(kind, rows)| -> Files {
        parts(rows).into_iter().enumerate().map(|(i, bytes)| (format!("{kind}-{i}.csv"), bytes)).collect()
    });
    assert!(several[0].len() > 2);
    assert_same_as_plain(&desk, &several, "");
    let mixed = several.clone().map(|files| -> Files {
        let pack = |(i, (name, bytes)): (usize, (String, Vec<u8>))| match i % 3 {
            0 => (format!("{name}.gz"), gzip(&bytes)),
            1 => (format!("{name}.zst"), zstd::encode_all(&bytes[..], 3).expect("memory takes it")),
            _ => (name, bytes),
        };
        files.into_iter().enumerate().map(pack).collect()
    });
    assert_same_as_plain(&desk, &mixed, "");
    let zipped = several.map(|files| -> Files {
        let members: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
        vec![(format!("{}.zip", &files[0].0[..5]), zip(&members))]
    });
    assert_same_as_plain(&desk, &zipped, "");
}

#[test]
fn a_zip_of_the_whole_desk() {
    let desk = Desk::new();
    let [tickets, calls] = [&desk.tickets, &desk.calls].map(|rows| PLAIN.text(rows));
    let whole = zip(&[("tickets.csv", tickets.as_bytes()), ("calls.csv", calls.as_bytes()), ("logo.png", b"\x89PNG\r\n\x1a\n")]);
    // Each source names its member; the other files of the zip are no business of its.
    let config = |kind: &str| format!("\n[[source]]\nkind = \"{kind}\"\nfiles = [\"export.zip\"]\nmember = \"{kind}*\"\n");
    let dir = folder(&[desk::CONFIG, &config("tickets"), &config("calls")].concat(), &[]);
    std::fs::write(dir.path().join("export.zip"), whole).expect("write the export");
    crate::harness::deskcard_in(dir.path(), &["ingest", "--desk", "desk", "--quiet"]).ok();
    let found = ["tickets", "calls"].map(|kind| std::fs::read_to_string(dir.path().join(format!("desk/{kind}.csv"))).expect("a table"));
    assert_eq!(found, reference(&desk));
}

#[test]
fn standard_input() {
    let desk = Desk::new();
    let [tickets, calls] = each(&desk, "csv", |rows| PLAIN.text(rows).into_bytes());
    let piped = |bytes: Vec<u8>| vec![("-".to_owned(), bytes)];
    assert_same_as_plain(&desk, &[piped(tickets[0].1.clone()), calls.clone()], "");
    assert_same_as_plain(&desk, &[piped(gzip(&tickets[0].1)), calls], "");
    assert_same_as_plain(&desk, &[tickets, piped(workbook::xlsx(&desk.calls, false))], "");
}

#[test]
fn workbooks() {
    let desk = Desk::new();
    for is_typed in [false, true] {
        assert_same_as_plain(&desk, &each(&desk, "xlsx", |rows| workbook::xlsx(rows, is_typed)), "");
        assert_same_as_plain(&desk, &each(&desk, "ods", |rows| workbook::ods(rows, is_typed)), "");
    }
    assert_same_as_plain(&desk, &each(&desk, "zip", |rows| zip(&[("export.xlsx", &workbook::xlsx(rows, true))])), "");
}

/// Our workbooks, opened and saved in the other form by LibreOffice, where it is installed.
#[test]
fn workbooks_saved_by_libreoffice() {
    if Command::new("soffice").arg("--version").output().is_err() {
        eprintln!("skipped: there is no soffice");
        return;
    }
    let mut desk = Desk::new();
    // LibreOffice itself loses a tab at the beginning of a line when it reads a workbook.
    desk.tickets.iter_mut().flatten().for_each(|cell| *cell = cell.replace('\t', ""));
    let saved = |rows: &[Vec<String>], from: &str, to: &str| {
        let dir = tempfile::tempdir().expect("a folder");
        let (path, made) = (dir.path().join(format!("a.{from}")), dir.path().join(format!("a.{to}")));
        let bytes = if from == "ods" { workbook::ods(rows, true) } else { workbook::xlsx(rows, true) };
        std::fs::write(&path, bytes).expect("write the workbook");
        let profile = format!("-env:UserInstallation=file://{}/profile", dir.path().display());
        let mut command = Command::new("soffice");
        command.args([&profile, "--headless", "--convert-to", to, "--outdir"]).arg(dir.path()).arg(&path);
        assert!(command.output().expect("soffice starts").status.success());
        std::fs::read(made).expect("what it saved")
    };
    assert_same_as_plain(&desk, &each(&desk, "xlsx", |rows| saved(rows, "ods", "xlsx")), "");
    assert_same_as_plain(&desk, &each(&desk, "ods", |rows| saved(rows, "xlsx", "ods")), "");
}

#[test]
fn json() {
    let desk = Desk::new();
    let objects = |rows: &[Vec<String>]| rows[1..].iter().map(|row| desk::object(&rows[0], row).to_string()).collect::<Vec<_>>();
    let lines = |rows: &[Vec<String>]| (objects(rows).join("\n") + "\n").into_bytes();
    let array = |rows: &[Vec<String>]| format!("[{}]", objects(rows).join(",\n ")).into_bytes();
    let within =
        |rows: &[Vec<String>]| format!("{{\"count\": {}, \"result\": [{}]}}", rows.len() - 1, objects(rows).join(",")).into_bytes();
    assert_same_as_plain(&desk, &each(&desk, "jsonl", lines), "");
    assert_same_as_plain(&desk, &each(&desk, "json", array), "");
    assert_same_as_plain(&desk, &each(&desk, "json", within), "");
    assert_same_as_plain(&desk, &each(&desk, "json.gz", |rows| gzip(&lines(rows))), "");
}

/// `packings/*.parquet` are the desk's own tables, written by other programs from the plain CSV of this test. They were made with
/// polars 2.1 and `DuckDB` 2.0 for Python, all columns as text but for the typed ones (instants as timestamps, numbers as such):
///
/// ```text
/// polars:  read_csv(f, infer_schema=False, missing_utf8_is_empty_string=False).with_columns(typed).write_parquet(f, compression="zstd")
/// DuckDB:  COPY (SELECT * REPLACE (… AS …) FROM read_csv(f, all_varchar=true)) TO f (FORMAT parquet, COMPRESSION snappy)
/// ```
#[test]
fn parquet() {
    let desk = Desk::new();
    let one = |name: &str, bytes: &[u8]| vec![(name.to_owned(), bytes.to_vec())];
    let polars = [
        one("tickets.parquet", include_bytes!("packings/tickets_polars.parquet")),
        one("calls.parquet", include_bytes!("packings/calls_polars.parquet")),
    ];
    assert_same_as_plain(&desk, &polars, "");
    let duckdb = [
        one("tickets.parquet", include_bytes!("packings/tickets_duckdb.parquet")),
        one("calls.parquet", include_bytes!("packings/calls_duckdb.parquet")),
    ];
    assert_same_as_plain(&desk, &duckdb, "");
}
