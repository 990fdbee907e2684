use std::path::PathBuf;

use super::*;
use crate::ingest::dialect::{Told, detect, guess};
use crate::ingest::scan::Dialect;

fn rows(table: &Table) -> Vec<Vec<&str>> {
    table.rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect()
}

fn mended(text: &str) -> Table {
    tolerant(text.as_bytes(), &guess(text.as_bytes(), true, &Told::default(), &|_| false).unwrap())
}

fn accepted(text: &str) -> (Table, Vec<(&'static str, u64)>) {
    let (table, faults) = strict(text.as_bytes(), &detect(text.as_bytes(), true, &Told::default(), &|_| false).unwrap());
    (table, faults.iter().map(|f| (f.code.as_str(), f.line)).collect())
}

const START: &str = "id,at,name,text,end\n1,2025-07-14,Ann Lee,\"Printer, on fire\",\n2,2025-07-15,Bob Ray,\"Mail \"\"down\"\"\",\n";

/// What becomes of one damaged row below sound ones.
fn row(damaged: &str) -> Vec<String> {
    let table = mended(&format!("{START}{damaged}\n4,2025-07-17,Cid Orr,\"So, so\",\n5,2025-07-18,Dot Poe,\"No, no\",\n"));
    assert_eq!((table.rows.len(), table.header.len()), (5, 5), "{damaged}");
    assert_eq!(rows(&table)[0], ["1", "2025-07-14", "Ann Lee", "Printer, on fire", ""]);
    assert_eq!(rows(&table)[3], ["4", "2025-07-17", "Cid Orr", "So, so", ""]);
    table.rows[2].clone()
}

#[test]
fn damaged_rows_are_mended() {
    let sound = ["3", "2025-07-16", "Eve Fox", "Key, lost", ""];
    let mended = [
        // A delimiter too many, anywhere.
        "3,,2025-07-16,Eve Fox,\"Key, lost\",",
        ",3,2025-07-16,Eve Fox,\"Key, lost\",",
        "3,2025-07-16,Eve Fox,,\"Key, lost\",",
        "3,2025-07-16,Eve Fox,\"Key, lost\",,",
        // One too few: before the quote, between quotes, at the end.
        "3,2025-07-16,Eve Fox\"Key, lost\",",
        "3,2025-07-16,Eve Fox,\"Key, lost\"",
        // Other delimiters.
        "3;2025-07-16;Eve Fox;\"Key, lost\";",
        "3 2025-07-16 Eve Fox \"Key, lost\" ",
        "3\t2025-07-16\tEve Fox\t\"Key, lost\"\t",
    ];
    for text in mended {
        assert_eq!(row(text), sound, "{text}");
    }
}

#[test]
fn stray_quotes_are_text() {
    for (text, column, cell) in [
        ("\"3,2025-07-16,Eve Fox,\"Key, lost\",", 0, "\"3"),
        ("3,2025-07-16,\"Eve Fox,\"Key, lost\",", 2, "\"Eve Fox"),
        ("3,2025-07-16,Eve \"the\" Fox,\"Key, lost\",", 2, "Eve \"the\" Fox"),
        ("3,2025-07-16,Eve Fox,\"\"Key, lost\",", 3, "\"Key, lost"),
        ("3,2025-07-16,Eve Fox,\"Key 19\" wide, lost\",", 3, "Key 19\" wide, lost"),
        ("3,2025-07-16,Eve Fox,\"Key, 19\"\",", 3, "Key, 19\""),
        ("3,2025-07-16,Eve Fox,\"Key, lost\",\"", 4, "\""),
    ] {
        assert_eq!(row(text)[column], cell, "{text}");
    }
}

#[test]
fn short_rows_are_filled_and_long_ones_joined() {
    assert_eq!(row("3,2025-07-16"), ["3", "2025-07-16", "", "", ""]);
    assert_eq!(row("Eve Fox,\"Key, lost\","), ["", "", "Eve Fox", "Key, lost", ""]);
    assert_eq!(row("3,2025-07-16,Eve Fox,Key, lost,"), ["3", "2025-07-16", "Eve Fox", "Key, lost", ""]);
}

#[test]
fn damaged_headers_are_mended() {
    let rest = START.split_once('\n').unwrap().1;
    for (header, names) in [
        ("id,,at,name,text,end", ["id", "at", "name", "text", "end"]),
        ("id,\"at,name,text,end", ["id", "\"at", "name", "text", "end"]),
        ("id at name text end", ["id", "at", "name", "text", "end"]),
        ("idat,name,text,end", ["idat", "name", "text", "end", ""]),
    ] {
        let text = format!("{header}\n{rest}");
        assert_eq!(mended(&text).header, names, "{header}");
        let (table, faults) = accepted(&text);
        // Which column is which is not known: no row is taken for sure, or there is no header to take it by.
        assert!(!faults.is_empty() && (table.rows.is_empty() || table.header.is_empty()), "{header}");
    }
}

#[test]
fn empty_rows_go_and_a_second_table_ends_the_first() {
    let table = mended(&format!("{START}\n,,,,\n3,2025-07-16,Eve,\"x\",\nid,at,name,text\n7,8,9,10\n"));
    assert_eq!((table.rows.len(), table.stopped_at), (3, Some(7)));
    assert_eq!(mended("x,1\ny,2\n").header, Vec::<String>::new());
    assert_eq!(mended("a,n,o\nb,m,p\nx,1,2\ny,2,3\nz,3,4\n").header, ["a b", "n m", "o p"]);
}

#[test]
fn apostrophes_around_doubled_quotes() {
    let text = "id,text\n1,'a, 10\"\" one'\n2,'it was ann's, too'\n3,'c, d'\n4,'e'\n5,'g, h'\n6,'i'\n";
    assert_eq!(rows(&mended(text))[..3], [["1", "a, 10\" one"], ["2", "it was ann's, too"], ["3", "c, d"]]);
    let (table, faults) = accepted(text);
    assert_eq!(rows(&table), [["3", "c, d"], ["4", "e"], ["5", "g, h"], ["6", "i"]]);
    assert_eq!(faults, [("stray-quote", 2), ("text-after-quote", 3)]);
}

#[test]
fn the_same_table_once_more() {
    // Copies below the header once more are left out; among copies a row that is none is a fault.
    let text = "id,n\n1,2\n3,4\n5,6\nid,n\n1,2\n3,4\n5,7\n";
    let (table, faults) = accepted(text);
    assert_eq!(
        (rows(&table), faults),
        (vec![vec!["1", "2"], vec!["3", "4"], vec!["5", "6"]], vec![("repeated-header", 5), ("source-error", 8)])
    );
    // A header on every page is another thing.
    let (table, faults) = accepted("id,n\n1,2\n3,4\nid,n\n5,6\n7,8\n3,4\n");
    assert_eq!((table.rows.len(), faults), (4, vec![("repeated-header", 4)]));
}

#[test]
fn the_tolerant_reader_never_fails() {
    let pieces = ["a", "1", ",", ",", ";", "\"", "\"", "'", "\\", "\n", "\n", "\r", " ", "\u{0}", "id,n\n", "x,1\n"];
    let mut seed = 11_u64;
    for _ in 0..3000 {
        let mut text = String::new();
        for _ in 0..25 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text += pieces[(seed >> 33) as usize % pieces.len()];
        }
        let Ok(found) = guess(text.as_bytes(), true, &Told::default(), &|_| false) else { continue };
        let table = tolerant(text.as_bytes(), &found);
        assert!(table.rows.iter().all(|row| row.len() == found.columns), "{text:?}");
        strict(text.as_bytes(), &found);
    }
}

/// The folder of a public suite, if it lies beside the checkout.
fn suite(name: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/dirty").join(name);
    let is_there = folder.is_dir();
    if !is_there {
        eprintln!("skipped: no {}", folder.display());
    }
    is_there.then_some(folder)
}

/// Files of a suite by name, with what they hold and their JSON answers if they have any.
fn files(folder: &std::path::Path, csv: &str) -> Vec<(String, Vec<u8>, Option<serde_json::Value>)> {
    let mut found: Vec<_> = std::fs::read_dir(folder.join(csv)).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    let one = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let answer = std::fs::read_to_string(folder.join("json").join(format!("{name}.json"))).ok();
        (name, std::fs::read(&path).unwrap(), answer.map(|text| serde_json::from_str(&text).unwrap()))
    };
    found.into_iter().map(one).collect()
}

fn crlf(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()
}

/// A table as these suites write it: an object a row, or a list of lists where there is no header.
fn as_json(table: &Table, has_header: bool) -> serde_json::Value {
    let object =
        |row: &Vec<String>| table.header.iter().cloned().zip(row.iter().map(|c| c.as_str().into())).collect::<serde_json::Map<_, _>>();
    match has_header {
        true => table.rows.iter().map(object).collect::<Vec<_>>().into(),
        false => table.rows.clone().into(),
    }
}

#[test]
fn csv_spectrum_is_read_exactly() {
    let Some(folder) = suite("csv_spectrum") else { return };
    let files = files(&folder, "csvs");
    assert_eq!(files.len(), 11);
    for (name, bytes, answer) in files {
        // A checkout may have lost the carriage returns that the suite asks for.
        let bytes = if name.contains("crlf") { crlf(&bytes) } else { bytes };
        let (table, faults) = strict(&bytes, &detect(&bytes, true, &Told::default(), &|_| false).unwrap());
        assert_eq!(faults, vec![], "{name}");
        assert_eq!(Some(as_json(&table, true)), answer, "{name}");
    }
}

#[test]
fn csv_test_data_is_read_exactly_or_refused() {
    let Some(folder) = suite("csv_test_data") else { return };
    let (mut good, mut bad) = (0, 0);
    for (name, bytes, answer) in files(&folder, "csv") {
        let has_header = name.contains("header-");
        let told = Told { header_rows: Some(usize::from(has_header)), ..Told::default() };
        let expected = ["foo", "bar", "baz"];
        let found = detect(&bytes, true, &told, &|name| has_header && expected.contains(&name));
        match (answer, found) {
            (Some(answer), Ok(found)) => {
                let (table, faults) = strict(&bytes, &found);
                assert_eq!((as_json(&table, has_header), faults), (answer, vec![]), "{name}");
                good += 1;
            }
            (None, Ok(found)) => {
                let (_, faults) = strict(&bytes, &found);
                let scanner = Scanner::open(&bytes[..], &found.dialect, Limits::default(), 1 << 16);
                let is_other = has_header && scanner.is_ok_and(|s| s.expect_header(&expected).is_err());
                assert!(!faults.is_empty() || is_other, "{name}");
                bad += 1;
            }
            (None, Err(_)) => bad += 1,
            (Some(_), Err(error)) => panic!("{name}: {error}"),
        }
    }
    assert_eq!((good, bad), (18, 7));
}

#[test]
fn the_ordinary_dialect_is_what_it_says() {
    assert_eq!(detect(START.as_bytes(), true, &Told::default(), &|_| false).unwrap().dialect, Dialect::ordinary(b','));
}
