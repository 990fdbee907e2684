//! Files cut off, huge, hollow or hostile: what was lost is told, memory stays bounded, and nothing ends in a panic.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::harness::{Run, binary, deskcard_in, folder};

const CONFIG: &str = r#"[desk]
name = "Small Desk"
time_zone = "UTC"
as_of = "2026-03-09 06:00"

[[source]]
kind = "tickets"
files = ["tickets*"]
"#;

const HEADER: &str = "id,created_at,resolved_at,priority,assignee,subject\n";

/// Most memory a run may take at its worst, in KiB, where nothing is held whole; the program by itself takes 50,000.
const MOST_KIB: u64 = 400_000;

/// The same where a file is held: what is unpacked of a workbook or JSON is at most 1 GiB, and a dump holds all its rows and rejects.
const MOST_HELD_KIB: u64 = 1_500_000;

/// A row nobody can object to.
fn good(id: usize) -> String {
    format!("T{id},2026-03-02 09:00:00,2026-03-02 10:00:00,P1,Ann,fine\n")
}

/// An export of about 2 KB: quoted texts with delimiters, quotes and line breaks, in letters of one to four bytes.
fn export(end: &str) -> String {
    let subjects = ["Drucker, 2. Stock", "she said \"no\"", "über den\nUmbruch\nhinaus", "plain", "東京 🙂", "last, \"quoted\"\n", "x"];
    let mut text = HEADER.replace('\n', end);
    for number in 0.. {
        let subject = subjects[number % subjects.len()];
        let row = format!(
            "T{number:03},2026-03-02 09:{:02}:07,,P{},Zoë Müller,\"{}\"{end}",
            number % 60,
            number % 4 + 1,
            subject.replace('"', "\"\"")
        );
        if text.len() + row.len() > 1_980 {
            break;
        }
        text += &row;
    }
    let rest = 2_048 - text.len() - end.len();
    let row = "T999,2026-03-03 09:00:00,,P1,Ann,";
    text + row + &"y".repeat(rest - row.len()) + end
}

/// The rows of a file as another reader sees them.
fn rows(text: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    reader.records().map(|r| r.expect("a row").iter().map(str::to_owned).collect()).collect()
}

/// Where the lines of an export end that are no part of a cell: behind them nothing shows that more is missing.
fn row_ends(text: &str) -> BTreeSet<usize> {
    let mut is_quoted = false;
    let mut ends = BTreeSet::new();
    for (at, byte) in text.bytes().enumerate() {
        is_quoted ^= byte == b'"';
        if byte == b'\n' && !is_quoted {
            ends.insert(at + 1);
        }
    }
    ends
}

/// All beginnings of an export, dumped in one run. Each loses nothing but the rows it does not have, or says that something is wrong.
fn assert_cuts_are_told(text: &str) {
    let dir = tempfile::tempdir().expect("a folder");
    let (cuts, out) = (dir.path().join("cuts"), dir.path().join("out"));
    std::fs::create_dir(&cuts).expect("make the folder");
    for cut in 0..=text.len() {
        std::fs::write(cuts.join(format!("{cut:04}.csv")), &text.as_bytes()[..cut]).expect("write a cut");
    }
    let run = deskcard_in(dir.path(), &["ingest", "--batch", "cuts", "--dump", "out"]);
    assert!([0, 3].contains(&run.code), "{}: {}", run.code, run.stderr);
    let (whole, ends) = (rows(text.as_bytes()), row_ends(text));
    let mut silent = BTreeSet::new();
    for cut in 0..=text.len() {
        let path = out.join(format!("{cut:04}.csv"));
        let rejects = rows(&std::fs::read(path.with_extension("csv.rejects.csv")).expect("its rejects"));
        if rejects.len() > 1 {
            continue;
        }
        let kept = rows(&std::fs::read(&path).expect("a dump"));
        assert_eq!(kept, whole[..kept.len()], "cut {cut}: what is told of as whole is not what was written");
        silent.insert(cut);
    }
    // A tail that is missing right behind a row cannot be seen; nothing else goes unsaid, and nothing else is said of those.
    assert_eq!(silent, ends);
    for (rows_kept, cut) in ends.iter().enumerate() {
        assert_eq!(rows(&std::fs::read(out.join(format!("{cut:04}.csv"))).expect("a dump")).len(), rows_kept + 1, "cut {cut}");
    }
}

#[test]
fn an_export_cut_off_at_any_byte() {
    let text = export("\n");
    assert_eq!(text.len(), 2_048);
    assert_cuts_are_told(&text);
}

#[test]
fn an_export_with_windows_line_ends_cut_off_at_any_byte() {
    let text = export("\r\n");
    assert_eq!(text.len(), 2_048);
    assert_cuts_are_told(&text);
}

/// A packed export that is cut off is refused wherever it is cut: its end is part of its form.
#[test]
fn a_packed_export_cut_off_at_any_byte() {
    let text = export("\n");
    let zstd = zstd::encode_all(text.as_bytes(), 3).expect("memory takes it");
    let zip = crate::packings::zip(&[("tickets.csv", text.as_bytes())]);
    let xlsx = crate::packings::xlsx(&rows(text.as_bytes()));
    let json = rows(text.as_bytes())[1..].iter().map(|row| serde_json::json!({"id": row[0], "created_at": row[1]})).collect::<Value>();
    let wholes = [("gz", gzip(text.as_bytes())), ("zst", zstd), ("zip", zip), ("json", json.to_string().into_bytes()), ("xlsx", xlsx)];
    let dir = tempfile::tempdir().expect("a folder");
    let cuts = dir.path().join("cuts");
    std::fs::create_dir(&cuts).expect("make the folder");
    let mut expected = BTreeSet::new();
    for (ending, whole) in &wholes {
        // Every byte of a small file; so many places of a large one.
        for cut in (0..whole.len()).step_by(whole.len() / 500 + 1) {
            let name = format!("{cut:04}.{ending}");
            std::fs::write(cuts.join(&name), &whole[..cut]).expect("write a cut");
            // What is left of the beginning may be a text of a byte or two: a table of nothing, but never a row.
            expected.insert(name);
        }
        std::fs::write(cuts.join(format!("whole.{ending}")), whole).expect("write the whole");
    }
    let run = deskcard_in(dir.path(), &["ingest", "--batch", "cuts", "--dump", "out"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    for name in &expected {
        let rejects = rows(&std::fs::read(dir.path().join(format!("out/{name}.rejects.csv"))).expect("its rejects"));
        assert!(rejects.len() > 1, "{name}: nothing is said");
        let dump = std::fs::read(dir.path().join("out").join(name)).unwrap_or_default();
        assert!(rows(&dump).len() < 2, "{name}: rows came out");
    }
    for (ending, _) in &wholes {
        let dump = std::fs::read(dir.path().join(format!("out/whole.{ending}"))).expect("the whole");
        assert_eq!(rows(&dump).len(), rows(text.as_bytes()).len(), "{ending}");
    }
}

/// The desk's own account says that a file's last line does not end.
#[test]
fn the_account_tells_an_open_end() {
    let text = export("\n");
    for (cut, is_open) in [(text.len(), false), (text.len() - 1, true), (text.len() - 20, true)] {
        let dir = folder(CONFIG, &[("tickets.csv", &text[..cut])]);
        let source = deskcard_in(dir.path(), &["check", "--format", "json", "--quiet"]).ok().json()["sources"][0].take();
        assert_eq!(source["files"][0]["is_unended"], is_open, "{source}");
        assert_eq!(source["rejected"], 0);
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// Runs the program with a bound on its memory; a run that takes too much of it fails.
///
/// The bound on addresses catches what grows without end, the peak of what is resident everything else; it is given back in KiB. The
/// threads are few, whatever the machine has: each takes addresses of its own.
fn bounded(dir: &Path, args: &[&str], most: u64) -> (Run, u64) {
    let mut command = Command::new("bash");
    command.args(["-c", "ulimit -v 4000000; exec \"$@\"", "bash"]).arg(binary()).args(args).current_dir(dir);
    command.env_remove("DESKCARD_CONFIG").envs([("RAYON_NUM_THREADS", "2"), ("POLARS_MAX_THREADS", "2"), ("MALLOC_ARENA_MAX", "2")]);
    // Into files: a pipe that nobody reads would stop it.
    let streams = [(); 2].map(|()| tempfile::tempfile().expect("a file"));
    let copy = |of: usize| Stdio::from(streams[of].try_clone().expect("a file"));
    let mut child = command.stdout(copy(0)).stderr(copy(1)).spawn().expect("bash starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait().expect("a child") {
            break ended;
        }
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or_default();
        peak = line.trim_end_matches("kB").trim().parse().unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(2));
    };
    let [stdout, stderr] = streams.map(|mut file| {
        let mut text = String::new();
        file.rewind().and_then(|()| file.read_to_string(&mut text)).expect("output is UTF-8");
        text
    });
    let run = Run { code: ended.code().unwrap_or(-1), stdout, stderr };
    assert!(peak < most, "{peak} KiB: {}", run.stderr);
    (run, peak)
}

/// The peak is seen where there is one: a dump holds its file.
#[test]
fn memory_is_measured() {
    let dir = folder("", &[("rows.csv", &("id,text\n".to_owned() + &"1,some text\n".repeat(2_000_000)))]);
    let (run, peak) = bounded(dir.path(), &["ingest", "rows.csv", "--dump", "dump.csv"], u64::MAX);
    assert!(run.ok().stdout.contains("2000000 rows"));
    assert!(!cfg!(target_os = "linux") || peak > MOST_KIB / 2, "{peak} KiB");
}

/// A verb that looks at a hostile file.
const VERBS: [&str; 3] = ["inspect", "ingest", "check"];

/// A hostile file, looked at by `inspect`, by `ingest --dump`, and read by `check` as the tickets of a desk, or by fewer of them: none
/// breaks, and each that refuses the file names it. What the last one says.
fn survived_by(verbs: &[&str], name: &str, bytes: &[u8]) -> Run {
    let dir = folder(CONFIG, &[]);
    std::fs::write(dir.path().join(name), bytes).expect("write the file");
    let one = |verb: &&str| {
        let args = match *verb {
            "inspect" => &["inspect", name][..],
            "ingest" => &["ingest", name, "--dump", "dump.csv"],
            _ => &["check", "--format", "json", "--quiet"],
        };
        let is_held = *verb == "ingest" || name.ends_with("ods");
        let (run, _) = bounded(dir.path(), args, if is_held { MOST_HELD_KIB } else { MOST_KIB });
        assert!([0, 3].contains(&run.code) && !run.stderr.contains("panicked"), "{args:?}: {} {}", run.code, run.stderr);
        assert!(run.code == 0 || run.stderr.contains(name), "{args:?}: the file is not named: {}", run.stderr);
        run
    };
    let mut runs: Vec<Run> = verbs.iter().map(one).collect();
    runs.pop().expect("a verb")
}

fn survived(name: &str, bytes: &[u8]) -> Run {
    survived_by(&VERBS, name, bytes)
}

/// The file is refused by these verbs, the last of them `check`, in these words.
fn assert_refused_by(verbs: &[&str], name: &str, bytes: &[u8], words: &[&str]) {
    let run = survived_by(verbs, name, bytes);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{}", run.stderr);
    words.iter().for_each(|word| assert!(run.stderr.contains(word), "no {word:?} in {}", run.stderr));
}

fn assert_refused(name: &str, bytes: &[u8], words: &[&str]) {
    assert_refused_by(&VERBS, name, bytes, words);
}

/// The file is read: so many rows, and these rejects by line and code.
fn assert_rejects(name: &str, bytes: &[u8], accepted: u64, rejects: &[(u64, &str)]) {
    assert_account(&survived(name, bytes).ok().json()["sources"][0], accepted, rejects);
}

fn assert_account(source: &Value, accepted: u64, rejects: &[(u64, &str)]) {
    let found: Vec<(u64, &str)> = source["rejects"]
        .as_array()
        .expect("rejects")
        .iter()
        .map(|r| (r["line"].as_u64().expect("a line"), r["code"].as_str().expect("a code")))
        .collect();
    assert_eq!((source["accepted"].as_u64(), found.as_slice()), (Some(accepted), rejects));
    assert!(source["rejects"].to_string().len() < 4_000, "the excerpts are short");
}

#[test]
fn a_cell_of_more_than_a_megabyte() {
    let long = "x".repeat((1 << 20) + 1);
    let text = [HEADER, &good(1), &format!("T2,2026-03-02 09:00:00,,P1,Ann,{long}\n"), &good(3)].concat();
    assert_rejects("tickets.csv", text.as_bytes(), 2, &[(3, "field-too-long")]);
    let text = [HEADER, &good(1), &format!("T2,2026-03-02 09:00:00,,P1,Ann,\"{}\"\n", "long\n".repeat(1 << 20)), &good(3)].concat();
    let run = survived("tickets.csv", text.as_bytes());
    // Where the cell ends is not known any more; that it does not count is.
    assert!(run.code == 3 || run.json()["sources"][0]["rejects"].to_string().contains("field-too-long"), "{}", run.stderr);
}

#[test]
fn ten_thousand_columns() {
    let names: String = (0..9_998).fold(String::new(), |mut out, i| {
        write!(out, ",c{i}").expect("memory takes it");
        out
    });
    let text = format!("id,created_at{names}\nT1,2026-03-02 09:00:00{}\n", ",".repeat(9_998));
    assert_refused("tickets.csv", text.as_bytes(), &["10000 columns", "limit of 4096"]);
    let object: serde_json::Map<String, Value> = (0..10_000).map(|i| (format!("c{i}"), Value::Null)).collect();
    assert_refused("tickets.json", Value::Object(object).to_string().as_bytes(), &["4096"]);
}

#[test]
fn nul_bytes() {
    let text = [HEADER, &good(1), "T2,2026-03-02 09:00:00,,P1,An\0n,x\n", &good(3)].concat();
    let run = survived("tickets.csv", text.as_bytes()).ok().json();
    let source = &run["sources"][0];
    assert_eq!((source["rows_in"].as_u64(), source["accepted"].as_u64().is_some_and(|n| n >= 2)), (Some(3), true), "{source}");
    assert_refused("tickets.csv", &vec![0; 100_000], &["tickets.csv", "NUL"]);
    // A hole in the middle, as a full disk or a broken download leaves it.
    let many: String = (0..1_000).map(good).collect();
    let holed = [HEADER.as_bytes(), many.as_bytes(), &[0; 4_096], b"\n", good(1_000).as_bytes()].concat();
    assert_rejects("tickets.csv", &holed, 1_001, &[(1_002, "missing-cell")]);
}

#[test]
fn a_line_without_an_end() {
    let text = [HEADER, &good(1), &"x".repeat(40_000_000)].concat();
    let run = survived("tickets.csv", text.as_bytes());
    let source = run.ok().json()["sources"][0].take();
    assert_eq!(source["accepted"], 1);
    assert_eq!(source["files"][0]["is_unended"], true);
    assert!(source["rejected"].as_u64().is_some_and(|n| n > 0), "{source}");
    // Nothing but such a line; and one with delimiters, so that it is a header of millions of names.
    assert_refused("tickets.csv", &vec![b'x'; 40_000_000], &["tickets.csv"]);
    assert_refused("tickets.csv", &b"name,".repeat(8_000_000), &["tickets.csv"]);
    // A quote that never closes.
    let open = [HEADER, &good(1), "T2,2026-03-02 09:00:00,,P1,Ann,\"", &"open\n".repeat(1_000_000)].concat();
    let run = survived("tickets.csv", open.as_bytes());
    assert!(run.code == 3, "{}", run.stderr);
}

/// A hundred megabytes of rows in a few hundred kilobytes.
fn bomb(pack: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let rows = [HEADER.as_bytes(), &good(1).into_bytes().repeat((100 << 20) / good(1).len())].concat();
    let packed = pack(&rows);
    assert!(rows.len() / packed.len() > 200, "{} to one", rows.len() / packed.len());
    packed
}

#[test]
fn a_gzip_bomb() {
    // All verbs unpack alike: the zstd bomb, which is quicker to unpack, is shown to each.
    assert_refused_by(&["check"], "tickets.csv.gz", &bomb(gzip), &["tickets.csv.gz", "unpacks to more than"]);
}

#[test]
fn a_zstd_bomb() {
    let zstd = |rows: &[u8]| zstd::encode_all(rows, 3).expect("memory takes it");
    assert_refused("tickets.csv.zst", &bomb(zstd), &["tickets.csv.zst", "unpacks to more than"]);
}

#[test]
fn a_zip_bomb() {
    let zip = |rows: &[u8]| {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        writer.start_file("rows.csv", zip::write::SimpleFileOptions::default().compression_level(Some(9))).expect("memory takes it");
        writer.write_all(rows).expect("memory takes it");
        writer.finish().expect("memory takes it").into_inner()
    };
    assert_refused_by(&["check"], "tickets.zip", &bomb(zip), &["tickets.zip", "unpacks to more than"]);
    let nested = (0..5).fold(good(1).into_bytes(), |inner, _| gzip(&inner));
    assert_refused("tickets.gz", &nested, &["tickets.gz", "packed more than 3 times over"]);
}

#[test]
fn deeply_nested_json() {
    let deep = |open: &str, close: &str| format!("[{{\"id\":\"T1\",\"created_at\":{}1{}}}]", open.repeat(200_000), close.repeat(200_000));
    for text in [deep("[", "]"), deep("{\"a\":", "}"), "[".repeat(1_000_000), "{\"a\":".repeat(1_000_000), "[{\"a\":".repeat(500_000)] {
        assert_refused("tickets.json", text.as_bytes(), &["tickets.json"]);
    }
}

/// A workbook whose only sheet is this text.
fn sheet(data: &str) -> Vec<u8> {
    crate::packings::xlsx_of(data)
}

#[test]
fn hollow_workbooks() {
    let cell = |place: &str, text: &str| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let table = format!(
        "<row r=\"1\">{}{}</row><row r=\"2\">{}{}</row>",
        cell("A1", "id"),
        cell("B1", "created_at"),
        cell("A2", "T1"),
        cell("B2", "2026-03-02 09:00:00")
    );
    // A million empty cells below the table, and styles far to the right.
    let empty: String =
        (3..103).map(|row| ["<row r=\"", &row.to_string(), "\">", &"<c s=\"1\"/>".repeat(10_000), "</row>"].concat()).collect();
    let run = survived_by(&["check"], "tickets.xlsx", &sheet(&(table.clone() + &empty))).ok().json();
    assert_account(&run["sources"][0], 1, &[]);
    let far = format!("{table}<row r=\"1048576\"><c r=\"XFD1048576\" s=\"1\"/></row>");
    assert_rejects("tickets.xlsx", &sheet(&far), 1, &[]);
    // Something in the last cell that a sheet has: either it is told, or all rows between are blank.
    let last = format!("{table}<row r=\"1048576\">{}</row>", cell("XFD1048576", "x"));
    assert_refused("tickets.xlsx", &sheet(&last), &["tickets.xlsx"]);
    let beyond = format!("{table}<row r=\"9999999\">{}</row>", cell("A9999999", "x"));
    assert_refused("tickets.xlsx", &sheet(&beyond), &["tickets.xlsx", "damaged"]);
}

#[test]
fn spreadsheets_that_repeat() {
    let cell = |text: &str| format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>");
    let row = |cells: &[&str], more: &str| {
        format!("<table:table-row>{}{more}</table:table-row>", cells.iter().map(|c| cell(c)).collect::<String>())
    };
    let table = row(&["id", "created_at"], "<table:table-cell table:number-columns-repeated=\"16382\"/>")
        + &row(&["T1", "2026-03-02 09:00:00"], "");
    let hollow = format!(
        "{table}<table:table-row table:number-rows-repeated=\"1048574\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>"
    );
    assert_rejects("tickets.ods", &crate::packings::ods_of(&hollow), 1, &[]);
    let text = "x".repeat(100_000);
    let full = format!("repeated=\"16384\" office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>");
    let full = hollow.replace("repeated=\"16384\"/>", &full);
    assert_refused("tickets.ods", &crate::packings::ods_of(&full), &["tickets.ods"]);
}
