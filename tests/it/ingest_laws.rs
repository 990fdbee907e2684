//! Laws of reading: what was written comes back, and neither the number of files nor the order or repetition of rows makes another desk.

mod recognised;

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;

use crate::harness::{Run, deskcard_in, folder};

const DESK: &str = "[desk]\nname = \"Law Desk\"\ntime_zone = \"Europe/Berlin\"\nas_of = \"2026-12-01 06:00\"\n";

/// Few cases: each starts the program.
fn cases() -> ProptestConfig {
    ProptestConfig { cases: 24, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() }
}

/// A config with one source.
fn config(kind: &str, files: &str, lines: &str) -> String {
    format!("{DESK}\n[[source]]\nkind = \"{kind}\"\nfiles = [\"{files}\"]\n{lines}\n")
}

/// Cells as a CSV file.
fn csv(rows: &[Vec<String>]) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    rows.iter().for_each(|row| writer.write_record(row).expect("memory takes it"));
    String::from_utf8(writer.into_inner().expect("memory takes it")).expect("UTF-8")
}

fn cells(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader.records().map(|r| r.expect("a row").iter().map(str::to_owned).collect()).collect()
}

/// What became of the rows of a folder.
#[derive(Debug, PartialEq)]
struct Read {
    /// The canonical table, its rows sorted.
    rows: Vec<Vec<String>>,
    /// Rows in, accepted, rejected, duplicate, superseded, folded.
    account: [u64; 6],
}

/// Reads the only source of a folder.
fn read(dir: &Path, kind: &str) -> Read {
    deskcard_in(dir, &["ingest", "--desk", "desk", "--quiet"]).ok();
    let text = |name: &str| std::fs::read_to_string(dir.join("desk").join(name)).expect("written");
    let ledger: Value = serde_json::from_str(&text("ledger.json")).expect("JSON");
    let source = &ledger["sources"][0];
    let count = |name: &str| source[name].as_u64().expect("a count");
    let account = ["rows_in", "accepted", "rejected", "duplicate", "superseded", "folded"].map(count);
    assert_eq!(account[0], account[1..5].iter().sum::<u64>(), "{source}");
    let mut rows = cells(&text(&format!("{kind}.csv")));
    rows[1..].sort();
    Read { rows, account }
}

/// Reads files with a header and these rows each.
fn read_files(kind: &str, lines: &str, header: &[String], parts: &[&[Vec<String>]]) -> Read {
    let dir = folder(&config(kind, "export-*.csv", lines), &[]);
    for (number, rows) in parts.iter().enumerate() {
        let text = csv(&[&[header.to_vec()], *rows].concat());
        std::fs::write(dir.path().join(format!("export-{number:03}.csv")), text).expect("write an export");
    }
    read(dir.path(), kind)
}

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|&cell| cell.to_owned()).collect()
}

/// A moment of 2026, so many minutes after its first.
fn moment(minutes: i64) -> String {
    let start = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).and_then(|d| d.and_hms_opt(0, 0, 7)).expect("a moment");
    (start + chrono::TimeDelta::minutes(minutes)).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// A text as people type them: delimiters, quotes, line breaks, letters of any length.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-zäß ]{1,12}", 1 => "[A-Za-z,;|\t\"'\\\\ü東🙂\n .:=-]{0,20}"].prop_map(|text| text.trim().to_owned())
}

fn ticket_header() -> Vec<String> {
    texts(&["id", "created_at", "updated_at", "status", "priority", "assignee", "subject"])
}

/// States of tickets: few ids, so that some come again, and each state of its own time.
fn tickets(most: usize) -> impl Strategy<Value = Vec<Vec<String>>> {
    let status = prop::sample::select(vec!["new", "open", "resolved", "closed", ""]);
    let row = (0..most as i64, 0i64..300_000, status, 1..5u8, words(), words());
    prop::collection::vec(row, 2..most).prop_flat_map(|rows| {
        let count = rows.len() as i64;
        (Just(rows), Just((0..count).collect::<Vec<_>>()).prop_shuffle()).prop_map(|(rows, ages)| {
            let row = |((id, created, status, priority, assignee, subject), age): ((i64, i64, &str, u8, String, String), i64)| {
                vec![format!("{id:04}"), moment(created), moment(300_000 + age), status.into(), format!("P{priority}"), assignee, subject]
            };
            rows.into_iter().zip(ages).map(row).collect()
        })
    })
}

/// Cuts rows at these places.
fn parts<'a>(rows: &'a [Vec<String>], at: &[prop::sample::Index]) -> Vec<&'a [Vec<String>]> {
    let mut ends: Vec<usize> = at.iter().map(|i| i.index(rows.len())).chain([0, rows.len()]).collect();
    ends.sort_unstable();
    ends.windows(2).map(|pair| &rows[pair[0]..pair[1]]).collect()
}

/// A table in one of the ways programs write tables: all texts quoted, so that nothing in them can be taken for its bones.
fn written(rows: &[Vec<String>], delimiter: char, end: &str, mark: &str) -> String {
    let cell = |text: &String| match text.parse::<u64>() {
        Ok(_) => text.clone(),
        Err(_) => format!("\"{}\"", text.replace('"', "\"\"")),
    };
    let line = |row: &Vec<String>| row.iter().map(cell).collect::<Vec<_>>().join(&delimiter.to_string()) + end;
    mark.to_owned() + &rows.iter().map(line).collect::<String>()
}

proptest! {
    #![proptest_config(cases())]

    /// A table with names, numbers and any texts comes back cell by cell, whatever delimits it.
    #[test]
    fn what_is_written_is_read(
        table in (1usize..5).prop_flat_map(|width| prop::collection::vec(prop::collection::vec(words(), width), 3..12)),
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
        end in prop::sample::select(vec!["\n", "\r\n"]),
        mark in prop::sample::select(vec!["", "\u{feff}"]),
    ) {
        let names = ["Number", "Name", "Remark", "Place", "Note"];
        let header = texts(&names[..=table[0].len()]);
        let rows = table.iter().enumerate().map(|(i, cells)| [&[format!("{}", 1000 + i)], cells.as_slice()].concat());
        let rows: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("table.csv"), written(&rows, delimiter, end, mark)).expect("write");
        let run = deskcard_in(dir.path(), &["ingest", "table.csv", "--dump", "dump.csv"]).ok();
        prop_assert_eq!(run.stdout, format!("table.csv: {} rows, 0 rejected\n", rows.len() - 1));
        let dump = std::fs::read_to_string(dir.path().join("dump.csv")).expect("the dump");
        prop_assert_eq!(cells(&dump), rows);
    }

    /// One file or many: the same desk, and the same account.
    #[test]
    fn files_can_be_split(rows in tickets(30), copies in prop::collection::vec(any::<prop::sample::Index>(), 0..5), at in prop::collection::vec(any::<prop::sample::Index>(), 1..6)) {
        let rows: Vec<_> = rows.iter().chain(copies.iter().map(|i| i.get(&rows))).cloned().collect();
        let one = read_files("tickets", "", &ticket_header(), &[&rows]);
        prop_assert!(one.account[1] > 0 && one.account[2] == 0);
        prop_assert_eq!(&read_files("tickets", "", &ticket_header(), &parts(&rows, &at)), &one);
        // In another order of the files the desk is the same.
        let mut turned = parts(&rows, &at);
        turned.reverse();
        prop_assert_eq!(read_files("tickets", "", &ticket_header(), &turned).rows, one.rows);
    }

    /// Every row twice, in any order: the same desk, and as many rows more that do not count.
    #[test]
    fn rows_can_be_repeated((rows, twice) in tickets(20).prop_flat_map(|rows| (Just(rows.clone()), Just([rows.clone(), rows].concat()).prop_shuffle()))) {
        let once = read_files("tickets", "", &ticket_header(), &[&rows]);
        let read = read_files("tickets", "", &ticket_header(), &[&twice]);
        prop_assert_eq!(&read.rows, &once.rows);
        prop_assert_eq!([read.account[0], read.account[1], read.account[2]], [2 * once.account[0], once.account[1], 0]);
    }

    /// Rows set aside are written out as they stand; mended and added to the exports they make the desk of a clean run.
    #[test]
    fn rejects_can_be_mended(rows in tickets(25), broken in prop::collection::vec((any::<prop::sample::Index>(), 0..3usize), 1..8)) {
        let damage: BTreeMap<usize, usize> = broken.iter().map(|(i, how)| (i.index(rows.len()), *how)).filter(|(i, _)| *i > 0).collect();
        let clean = read_files("tickets", "", &ticket_header(), &[&rows]);
        let lines: Vec<String> = rows.iter().enumerate().map(|(i, row)| match damage.get(&i) {
            // A moment that is none, a cell too many, an id lost.
            Some(0) => csv(std::slice::from_ref(row)).replacen(&row[1], &format!("about {}", row[1]), 1),
            Some(1) => csv(&[[row.as_slice(), &["SURPLUS".to_owned()]].concat()]),
            Some(_) => csv(std::slice::from_ref(row)).replacen(&row[0], "", 1).replacen(',', &format!(",LOST {} ", row[0]), 1).replacen(",LOST", ",", 1),
            None => csv(std::slice::from_ref(row)),
        }).collect();
        let dir = folder(&config("tickets", "*.csv", "timestamps = [\"%Y-%m-%d %H:%M:%S\"]"), &[]);
        std::fs::write(dir.path().join("export.csv"), csv(&[ticket_header()]) + &lines.concat()).expect("write");
        let run = deskcard_in(dir.path(), &["check", "--rejects", "rejects", "--quiet"]).ok();
        prop_assert!(damage.is_empty() || run.stdout.contains("rejected"));
        if let Ok(text) = std::fs::read_to_string(dir.path().join("rejects/tickets-1-export.csv")) {
            prop_assert_eq!(cells(&text).len(), damage.len() + 1);
            let mended = mend(&text);
            std::fs::write(dir.path().join("mended.csv"), mended).expect("write");
        }
        let read = read(dir.path(), "tickets");
        prop_assert_eq!(read.account[2], damage.len() as u64);
        prop_assert_eq!(read.rows, clean.rows);
    }

    /// The keys of JSON objects stand in any order, and so do the files.
    #[test]
    fn keys_have_no_order(rows in tickets(12), keys in Just((0..7usize).collect::<Vec<_>>()).prop_shuffle()) {
        let header = ticket_header();
        // By hand: a map would sort its keys.
        let object = |row: &Vec<String>, keys: &[usize]| {
            let pair = |&i: &usize| format!("{}:{}", Value::from(header[i].as_str()), Value::from(row[i].as_str()));
            format!("{{{}}}\n", keys.iter().map(pair).collect::<Vec<_>>().join(","))
        };
        let read_as = |order: &dyn Fn(usize) -> Vec<usize>| {
            let text: String = rows.iter().enumerate().map(|(i, row)| object(row, &order(i))).collect();
            read(folder(&config("tickets", "rows.jsonl", ""), &[("rows.jsonl", &text)]).path(), "tickets")
        };
        let usual = read_as(&|_| (0..7).collect());
        prop_assert_eq!(&read_files("tickets", "", &header, &[&rows]), &usual);
        prop_assert_eq!(&read_as(&|_| keys.clone()), &usual);
        prop_assert_eq!(&read_as(&|i| if i % 2 == 0 { keys.clone() } else { (0..7).collect() }), &usual);
    }

    /// The legs of a call are folded the same, in whatever order and in however many files they stand.
    #[test]
    fn legs_have_no_order(
        legs in prop::collection::vec((0..6i64, 0..4i64, 0..3usize, 0..3usize, 0..90i64, 0..900i64), 1..24),
        at in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        order in Just((0..24usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let header = texts(&["id", "start_at", "answer_at", "outcome", "queue", "agent", "caller", "wait_secs", "talk_secs"]);
        let row = |(number, leg): (usize, &(i64, i64, usize, usize, i64, i64))| {
            let (call, minute, queue, agent, wait, talk) = *leg;
            let (agent, outcome) = (["", "Ann", "Zoë"][agent], if agent == 0 { "abandoned" } else { "answered" });
            let start = moment(call * 100 + minute);
            let answer = if agent.is_empty() { String::new() } else { moment(call * 100 + minute + 1 + wait) };
            // The number makes two legs alike none the less two legs: a copy of a row is the same leg.
            let numbers = [wait.to_string(), (talk * 100 + number as i64).to_string()];
            [texts(&[&call.to_string(), &start, &answer, outcome, ["A", "B", "C"][queue], agent, "0301"]), numbers.to_vec()].concat()
        };
        let rows: Vec<Vec<String>> = legs.iter().enumerate().map(row).collect();
        let read = |parts: &[&[Vec<String>]]| read_files("calls", "rows = \"legs\"", &header, parts);
        let one = read(&[&rows]);
        let calls: std::collections::BTreeSet<&String> = rows.iter().map(|row| &row[0]).collect();
        prop_assert_eq!(one.rows.len(), calls.len() + 1);
        prop_assert_eq!(one.account, [rows.len() as u64, rows.len() as u64, 0, 0, 0, (rows.len() - calls.len()) as u64]);
        let other: Vec<Vec<String>> = order.iter().filter_map(|i| rows.get(*i).cloned()).collect();
        prop_assert_eq!(&read(&[&other]), &one);
        prop_assert_eq!(&read(&parts(&other, &at)), &one);
    }
}

/// What a person does to the rows of `rejects_can_be_mended`: a word or a cell taken out, an id put back.
fn mend(text: &str) -> String {
    let mend = |mut row: Vec<String>| {
        row.truncate(7);
        row[1] = row[1].replace("about ", "");
        if let (true, Some((id, at))) = (row[0].is_empty(), row[1].trim().to_owned().split_once(' ')) {
            (row[0], row[1]) = (id.to_owned(), at.to_owned());
        }
        row
    };
    csv(&cells(text).into_iter().map(mend).collect::<Vec<_>>())
}

/// So many rows, of which some, evenly spread from the last one up, have no moment that can be read.
fn with_broken(rows: usize, broken: usize) -> String {
    let is_broken = |i: usize| (i + 1) * broken / rows > i * broken / rows;
    let line = |i: usize| format!("T{i},{}\n", if is_broken(i) { "soon".to_owned() } else { moment(i as i64) });
    "id,created_at\n".to_owned() + &(0..rows).map(line).collect::<String>()
}

#[test]
fn the_reject_limit_counts_to_the_row() {
    let declared = "timestamps = [\"%Y-%m-%d %H:%M:%S\"]\n";
    // A hundredth is borne, and ten rows always are; `reject_limit` says another share.
    for (rows, lines, borne) in [
        (2_000, "", 20),
        (2_999, "", 29),
        (100, "", 10),
        (1_000, "reject_limit = 0.025", 25),
        (50, "reject_limit = 1", 50),
        (1_000, "reject_limit = 0", 10),
    ] {
        for broken in [borne, borne + 1].into_iter().filter(|b| *b <= rows) {
            let dir = folder(&config("tickets", "t.csv", &format!("{declared}{lines}")), &[("t.csv", &with_broken(rows, broken))]);
            let run: Run = deskcard_in(dir.path(), &["check", "--format", "json", "--quiet"]);
            let expected = if broken == borne { 0 } else { 3 };
            assert_eq!(run.code, expected, "{broken} of {rows}, {lines:?}: {}", run.stderr);
            if broken == borne {
                assert_eq!(run.json()["sources"][0]["rejected"], broken);
            } else {
                assert!(run.stderr.contains(&format!("t.csv: {broken} of its {rows} rows cannot be used")), "{}", run.stderr);
            }
        }
    }
}

/// Jira exports a thousand issues at most: a file of just so many is doubted, one of another number is not.
#[test]
fn as_many_rows_as_the_product_exports() {
    let export = |rows: usize, broken: usize| {
        let line = |i: usize| format!("IT-{i},{}\n", if i < broken { "soon".to_owned() } else { moment(i as i64) });
        "Issue key,Created\n".to_owned() + &(0..rows).map(line).collect::<String>()
    };
    let remarks = |files: &[(&str, String)]| {
        let lines = "preset = \"jira\"\ntimestamps = [\"%Y-%m-%d %H:%M:%S\"]";
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let dir = folder(&config("tickets", "*.csv", lines), &files);
        let all = deskcard_in(dir.path(), &["check", "--format", "json", "--quiet"]).ok().json()["sources"][0]["files"].take();
        let of = |file: &Value| {
            file["remarks"].as_array().expect("remarks").iter().map(|r| r.as_str().expect("a text").to_owned()).collect::<Vec<_>>()
        };
        all.as_array().expect("files").iter().map(of).collect::<Vec<_>>()
    };
    let doubted = |rows: usize| vec![format!("it has exactly {rows} rows, as many as Jira exports at most: it may be cut off")];
    assert_eq!(
        remarks(&[("a.csv", export(999, 0)), ("b.csv", export(1_000, 0)), ("c.csv", export(1_001, 0))]),
        [vec![], doubted(1_000), vec![]]
    );
    // A row that cannot be used was exported all the same.
    assert_eq!(remarks(&[("a.csv", export(1_000, 3)), ("b.csv", export(10_000, 0))]), [doubted(1_000), doubted(10_000)]);
}
