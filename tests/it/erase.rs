//! What is kept about a person, given to them and taken away: on the sample desk, and on the tiny one broken in the middle.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::crash::exports::{as_of, desk};
use crate::harness::{Run, binary, deskcard_in, finish, folder, root};

/// Every file below a folder.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut out, mut open) = (BTreeMap::new(), vec![dir.to_owned()]);
    while let Some(next) = open.pop() {
        for path in fs::read_dir(&next).into_iter().flatten().flatten().map(|item| item.path()) {
            if path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(dir).expect("below").display().to_string();
                out.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    out
}

/// The bytes of a file as they lie there, and unpacked wherever something packed begins in them: kept exports, pages of Parquet, zips.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for at in 0..bytes.len().saturating_sub(4) {
        let rest = &bytes[at..];
        let mut text = Vec::new();
        if rest.starts_with(b"\x28\xB5\x2F\xFD") {
            // Ends in an error where something else follows the frame; what came before it counts.
            let _ = zstd::stream::read::Decoder::new(rest).map(|mut d| d.read_to_end(&mut text));
        } else if rest.starts_with(b"\x1F\x8B\x08") {
            let _ = flate2::read::GzDecoder::new(rest).read_to_end(&mut text);
        } else if at == 0
            && rest.starts_with(b"PK")
            && let Ok(mut zip) = zip::ZipArchive::new(std::io::Cursor::new(bytes))
        {
            for i in 0..zip.len() {
                zip.by_index(i).expect("a file of the zip").read_to_end(&mut text).expect("unpacked");
            }
        }
        if !text.is_empty() {
            out.push(b'\n');
            // An export that is kept may itself be packed.
            out.extend(if text.starts_with(b"\x1F\x8B\x08") || text.starts_with(b"PK") { unpacked(&text) } else { text });
        }
    }
    out
}

/// Files in which one of the texts stands, whatever its case, as words of their own; also as Latin-1 and UTF-16.
fn hits(dir: &Path, texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, bytes) in files(dir) {
        let lower = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_lowercase();
        let plain = unpacked(&bytes);
        let narrow: Vec<u8> = plain.iter().copied().filter(|b| *b != 0).collect();
        let latin: String = narrow.iter().map(|b| char::from(*b)).collect();
        let all = [name.to_lowercase(), lower(&plain), latin.to_lowercase()];
        for text in texts {
            let wanted = text.to_lowercase();
            let is_alone = |hay: &str, at: usize| {
                let beside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                !beside(hay[..at].chars().next_back()) && !beside(hay[at + wanted.len()..].chars().next())
            };
            if all.iter().any(|hay| hay.match_indices(&wanted).any(|(at, _)| is_alone(hay, at))) {
                found.push(format!("{text} in {name}"));
            }
        }
    }
    found
}

/// The sample desk with a history, whose week was run.
fn sample() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let from = root().join("sample_data");
    for name in ["tickets", "ticket_events", "calls", "surveys", "roster", "observations"] {
        fs::copy(from.join(format!("{name}.csv")), dir.path().join(format!("{name}.csv"))).expect("copied");
    }
    let config = fs::read_to_string(from.join("deskcard.toml")).expect("the config");
    fs::write(
        dir.path().join("deskcard.toml"),
        config.replace("[repeat]\n", "[history]\n\n[repeat]\n").replace("[report]\n", "[report]\nown_folders = true\n"),
    )
    .expect("written");
    deskcard_in(dir.path(), &["run", "--settle", "0"]).ok();
    dir
}

/// What no erasure may change, and the figures by agent with the name replaced.
fn figures(dir: &Path) -> Vec<String> {
    let metrics = "tickets_created,tickets_resolved,fcr_touch,csat,csat_response,aht,calls_answered,sla_resolution,headcount,leavers,qa_score,log_rate";
    let asked = |by: &str| {
        let base = ["query", metrics, "--period", "month", "--format", "csv", "--read", "history"];
        let more: &[&str] = if by.is_empty() { &[] } else { &["--by", by] };
        deskcard_in(dir, &[&base[..], more].concat()).ok().stdout
    };
    ["", "team", "supplier", "agent", "mentor"].map(asked).to_vec()
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

const MARTA: [&str; 5] = ["Marta Lindqvist", "mlindqvist", "A101", "mlindqvist@brightwater.example", "agent-marta-lindqvist"];

#[test]
fn who_is_erased_is_nowhere_and_every_total_stays() {
    let desk = sample();
    let dir = desk.path();
    let kept = || [hits(&dir.join("history"), &MARTA), hits(&dir.join("scorecards"), &MARTA)].concat();
    let before = kept();
    for place in ["exports/", ".parquet", "agents/", "people/", "run.json", "_delta_log", "rows/"] {
        assert!(before.iter().any(|hit| hit.contains(place)), "the name is in {place} before: {before:?}");
    }
    let told = figures(dir);
    let state = |dir: &Path| {
        files(&dir.join("history"))
            .into_iter()
            .filter(|(name, _)| !["audit", "erased", "lock"].iter().any(|s| name.starts_with(s)))
            .collect::<Vec<_>>()
    };
    let (held, pages) = (state(dir), files(&dir.join("scorecards")));
    let plan = deskcard_in(dir, &["erase", "marta lindqvist"]).ok().stdout;
    assert!(plan.contains("Nothing was changed") && plan.contains("2026-W46") && plan.contains("mlindqvist"), "{plan}");
    assert!(state(dir) == held && files(&dir.join("scorecards")) == pages, "a dry run changes nothing");

    let done = deskcard_in(dir, &["erase", "A101", "--yes"]).ok().stdout;
    assert!(done.contains("erased-1 now stands"), "{done}");
    assert_eq!(kept(), Vec::<String>::new());
    deskcard_in(dir, &["history", "verify"]).ok();
    let now = figures(dir);
    assert_eq!(now[..3], told[..3], "totals, teams and suppliers");
    for i in 3..5 {
        assert_eq!(sorted(&now[i]), sorted(&told[i].replace("Marta Lindqvist", "erased-1")), "by agent and by mentor");
    }
    assert_ne!(now[3], told[3], "the name was there to be replaced");
    let page = files(&dir.join("scorecards/2026-W46"));
    assert!(page.contains_key("index.html") && page.keys().filter(|n| n.starts_with("agents/")).count() > 20);
    assert!(!page.keys().any(|n| n.contains("erased")), "nobody who was erased has a page: {:?}", page.keys());
    assert!(deskcard_in(dir, &["erase", "Marta Lindqvist", "--yes"]).ok().stdout.contains("Erased already, as erased-1"));

    // The exports still lie there, and name them: nothing of that comes back, nor with a file that is new.
    deskcard_in(dir, &["run", "--settle", "0"]).ok();
    deskcard_in(dir, &["history", "rebuild"]).ok();
    let mut tickets = fs::read_to_string(dir.join("tickets.csv")).expect("tickets");
    let last = tickets.lines().rfind(|line| line.contains("Marta Lindqvist")).expect("a ticket of hers").to_owned();
    let number = last.split(',').next().expect("a number");
    tickets.push_str(&format!("{}\n", last.replacen(number, "INC0999999", 1)));
    fs::write(dir.join("tickets.csv"), tickets).expect("written");
    deskcard_in(dir, &["run", "--settle", "0"]).ok();
    assert_eq!(kept(), Vec::<String>::new());
    let counted = deskcard_in(dir, &["query", "tickets_created", "--by", "agent", "--format", "csv", "--read", "history"]).ok().stdout;
    let of = |text: &str, name: &str| text.lines().find(|l| l.contains(name)).map(str::to_owned);
    assert_ne!(of(&counted, "erased-1"), None, "{counted}");
    deskcard_in(dir, &["history", "verify"]).ok();
}

#[test]
fn a_requester_is_erased_and_comes_back_as_often_as_before() {
    let desk = sample();
    let dir = desk.path();
    let tickets = fs::read_to_string(dir.join("tickets.csv")).expect("tickets");
    let key = tickets.lines().nth(1).and_then(|line| line.split(',').nth(10)).expect("a requester").to_owned();
    let repeats = |dir: &Path| {
        deskcard_in(dir, &["query", "fcr_repeat,tickets_created", "--by", "category", "--format", "csv", "--read", "history"]).ok().stdout
    };
    let told = repeats(dir);
    assert!(!hits(&dir.join("history"), &[&key]).is_empty());
    deskcard_in(dir, &["erase", "--requester", &key, "--yes"]).ok();
    assert_eq!(hits(&dir.join("history"), &[&key]), Vec::<String>::new());
    assert_eq!(hits(&dir.join("scorecards"), &[&key]), Vec::<String>::new());
    assert_eq!(repeats(dir), told);
    let nobody = deskcard_in(dir, &["erase", "--requester", "E0"]);
    assert!(nobody.code == 3 && nobody.stderr.contains("E0"), "{}", nobody.stderr);
}

/// A tiny desk whose weeks were run.
fn lived(weeks: u32) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    (1..=weeks).for_each(|week| {
        desk(dir.path(), week);
        run(dir.path(), week).ok();
    });
    dir
}

fn run(dir: &Path, week: u32) -> Run {
    deskcard_in(dir, &["run", "--as-of", &as_of(week), "--settle", "0"])
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").args(["-a", "--"]).arg(format!("{}/.", from.display())).arg(to).status().expect("cp");
    assert!(done.success());
}

/// What is made, without records of when.
fn made(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let is_made = |name: &String| {
        let is_of = |start: &str| name.starts_with(start);
        (is_of("history/") || is_of("scorecards/"))
            && !["history/lock", "history/runs", "history/audit", "history/erased/key", "history/erased/0", "scorecards/run.json"]
                .iter()
                .any(|s| is_of(s))
    };
    files(dir).into_iter().filter(|(name, _)| is_made(name)).collect()
}

#[test]
fn an_erasure_killed_anywhere_is_finished_by_the_next_run() {
    if !Command::new("strace").arg("-V").output().is_ok_and(|o| o.status.success()) {
        eprintln!("skipped: there is no strace");
        return;
    }
    let prepared = lived(2);
    let erase = ["erase", "Ann Abel", "--as-of", &as_of(2), "--yes"].map(str::to_owned);
    let args: Vec<&str> = erase.iter().map(String::as_str).collect();
    let undisturbed = tempfile::tempdir().expect("a folder");
    copy(prepared.path(), undisturbed.path());
    deskcard_in(undisturbed.path(), &args).ok();
    run(undisturbed.path(), 2).ok();
    let wanted = made(undisturbed.path());
    assert_eq!(hits(undisturbed.path().join("history").as_path(), &["Ann Abel"]), Vec::<String>::new());
    let (mut killed, mut finished) = (0, 0);
    for point in (1..).step_by(11).take(40) {
        let sandbox = tempfile::tempdir().expect("a folder");
        copy(prepared.path(), sandbox.path());
        let inject = format!("inject=/^(rename|link|unlink|mkdir).*:signal=KILL:when={point}");
        let mut command = Command::new("strace");
        command.args(["-f", "-o", "/dev/null", "-e", "trace=/^(rename|link|unlink|mkdir).*", "-e", &inject]).arg(binary()).args(&args);
        let ended = finish(command.current_dir(sandbox.path()));
        if ended.code == 0 {
            break;
        }
        killed += 1;
        let is_recorded = sandbox.path().join("history/erased/000001.json").exists();
        run(sandbox.path(), 2).ok();
        deskcard_in(sandbox.path(), &["history", "verify"]).ok();
        if is_recorded {
            finished += 1;
        } else {
            // It has not happened: everything is as it was, and it can be asked for again.
            assert!(!hits(&sandbox.path().join("history"), &["Ann Abel"]).is_empty(), "point {point}");
            deskcard_in(sandbox.path(), &args).ok();
        }
        for place in ["history", "scorecards"] {
            assert_eq!(hits(&sandbox.path().join(place), &["Ann Abel"]), Vec::<String>::new(), "point {point}");
        }
        let (now, differ) = (made(sandbox.path()), |name: &&String, now: &BTreeMap<String, Vec<u8>>| now.get(*name) != wanted.get(*name));
        let other: Vec<&String> = now.keys().chain(wanted.keys()).filter(|name| differ(name, &now)).collect();
        assert!(other.is_empty(), "point {point}: {other:?}");
    }
    assert!(killed > 5 && finished > 2, "{killed} killed, {finished} finished by the next run");
}

#[test]
fn names_go_from_every_packing_and_encoding() {
    let header = "id,created_at,resolved_at,assignee,subject,group\n";
    let row = |id: u32, who: &str, what: &str| format!("T{id},2026-03-02 09:00:00,2026-03-02 09:30:00,{who},\"{what}\",Front\n");
    let text = |from: u32| {
        format!("{header}{}{}", row(from, "Jürgen Groß", "Groß, Jürgen: Drucker"), row(from + 1, "Ben Bohr", "wie bei JÜRGEN GROß"))
    };
    let config = r#"[desk]
name = "Tiny Desk"
time_zone = "UTC"
as_of = "2026-03-09 06:00"
[history]
"#;
    let source = |name: &str, file: &str, more: &str| {
        format!("[[source]]\nname = \"{name}\"\nkind = \"tickets\"\nfiles = [\"{file}\"]\ntimestamps = [\"%Y-%m-%d %H:%M:%S\"]\n{more}\n")
    };
    let all = [
        ("plain", "a.csv", ""),
        ("gzip", "b.csv.gz", ""),
        ("zipped", "c.zip", ""),
        ("latin", "d.csv", "encoding = \"windows-1252\""),
        ("wide", "e.csv", ""),
        ("book", "f.xlsx", ""),
    ];
    let config = all.iter().fold(config.to_owned(), |c, (name, file, more)| c + &source(name, file, more));
    let dir = folder(&config, &[("a.csv", &text(1))]);
    let write = |name: &str, bytes: Vec<u8>| fs::write(dir.path().join(name), bytes).expect("written");
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(text(3).as_bytes()).expect("packed");
    write("b.csv.gz", gz.finish().expect("packed"));
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, from) in [("one.csv", 5), ("two.csv", 7)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a file");
        zip.write_all(text(from).as_bytes()).expect("packed");
    }
    write("c.zip", zip.finish().expect("packed").into_inner());
    write("d.csv", encoding_rs::WINDOWS_1252.encode(&text(9)).0.into_owned());
    write("e.csv", [vec![0xFF, 0xFE], text(11).encode_utf16().flat_map(u16::to_le_bytes).collect()].concat());
    let mut book = rust_xlsxwriter::Workbook::new();
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_author("Jürgen Groß"));
    let sheet = book.add_worksheet();
    for (r, line) in text(13).replace('"', "").replace("Groß, Jürgen", "Groß Jürgen").lines().enumerate() {
        for (c, cell) in line.split(',').enumerate() {
            sheet.write_string(r as u32, c as u16, cell).expect("a cell");
        }
    }
    write("f.xlsx", book.save_to_buffer().expect("a workbook"));
    deskcard_in(dir.path(), &["run", "--settle", "0"]).ok();
    let ask = || deskcard_in(dir.path(), &["query", "tickets_created,tickets_resolved", "--by", "agent", "--format", "csv"]).ok().stdout;
    let told = ask();
    let kept = ["Jürgen Groß", "Groß, Jürgen", "Groß Jürgen"];
    assert!(hits(&dir.path().join("history"), &kept).iter().filter(|h| h.contains("exports/")).count() >= 12);
    let done = deskcard_in(dir.path(), &["erase", "Jürgen Groß", "--yes"]).ok().stdout;
    assert!(done.contains("of 6 kept exports"), "{done}");
    assert_eq!(hits(&dir.path().join("history"), &kept), Vec::<String>::new());
    assert_eq!(hits(&dir.path().join("scorecards"), &kept), Vec::<String>::new());
    assert_eq!(sorted(&ask()), sorted(&told.replace("Jürgen Groß", "erased-1")));
    deskcard_in(dir.path(), &["history", "verify"]).ok();
    deskcard_in(dir.path(), &["run", "--settle", "0"]).ok();
    assert_eq!(hits(&dir.path().join("history"), &kept), Vec::<String>::new());
}

#[test]
fn a_person_gets_their_rows_and_nobody_elses_name() {
    let dir = lived(2);
    let out = dir.path().join("ann");
    let told = deskcard_in(dir.path(), &["subject-export", "ann abel", "--out", "ann"]).ok().stdout;
    assert!(told.contains("README.txt"), "{told}");
    let given = files(&out);
    let text = |name: &str| String::from_utf8(given[name].clone()).expect("UTF-8");
    let rows = text("rows/tickets.csv");
    let of_hers = (1..=2).flat_map(|week| {
        let text = fs::read_to_string(dir.path().join(format!("exports/tickets-{week}.csv"))).expect("tickets");
        text.lines().filter(|l| l.contains("Ann Abel")).map(str::to_owned).collect::<Vec<_>>()
    });
    assert_eq!(rows.lines().count() - 1, of_hers.count(), "{rows}");
    assert!(
        rows.contains("exports/tickets-2.csv") && rows.lines().next().is_some_and(|h| h.starts_with("batch,file,line,why,id,")),
        "{rows}"
    );
    assert!(text("rows/surveys.csv").contains("about a ticket of the person"));
    assert!(text("README.txt").contains("Ann Abel (A0)") && text("person.json").contains("\"tickets\""));
    assert_eq!(hits(&out, &["Ben Bohr", "Cem Can", "Newcomer 1"]), Vec::<String>::new());
    deskcard_in(dir.path(), &["subject-export", "A0", "--out", "ann.zip"]).ok();
    let zip = zip::ZipArchive::new(fs::File::open(dir.path().join("ann.zip")).expect("a zip")).expect("a zip");
    assert_eq!(zip.len(), given.len());
    let again = deskcard_in(dir.path(), &["subject-export", "A0", "--out", "ann"]);
    assert_eq!(again.code, 4, "{}", again.stderr);
    let nobody = deskcard_in(dir.path(), &["subject-export", "Ann Able", "--out", "x"]);
    assert!(nobody.code == 3 && nobody.stderr.contains("Ann Abel"), "{}", nobody.stderr);
}

#[test]
fn what_was_given_as_ones_own_comes_along() {
    let desk = sample();
    deskcard_in(desk.path(), &["subject-export", "A101", "--out", "marta"]).ok();
    let given = files(&desk.path().join("marta"));
    let own: Vec<&String> = given.keys().filter(|name| name.starts_with("cards/2026-W46/own/")).collect();
    for name in ["index.html", "scorecard.json", "-calls.csv"] {
        assert!(own.iter().any(|n| n.ends_with(name)), "{name} of {own:?}");
    }
    let readme = String::from_utf8_lossy(&given["README.txt"]);
    assert!(readme.contains("own/"), "{readme}");
}

#[test]
fn a_name_of_two_people_is_no_answer() {
    let dir = tempfile::tempdir().expect("a folder");
    desk(dir.path(), 1);
    let roster = dir.path().join("exports/roster.csv");
    let text = fs::read_to_string(&roster).expect("a roster") + "B9,Ann Abel,Back,2021-01-01\n";
    fs::write(&roster, text).expect("written");
    run(dir.path(), 1).ok();
    for who in ["Ann Abel", "B9"] {
        let refused = deskcard_in(dir.path(), &["erase", who, "--yes"]);
        assert!(refused.code == 3 && refused.stderr.contains("Ann Abel (A0)"), "{}", refused.stderr);
    }
    assert!(!dir.path().join("history/erased/000001.json").exists());
}

#[test]
fn who_read_whose_data_is_kept_without_a_name() {
    let dir = lived(1);
    assert!(!dir.path().join("history/audit").exists(), "a run is told by its record");
    let at = as_of(1);
    deskcard_in(dir.path(), &["rows", "csat", "--agent", "Ann Abel", "--as-of", &at, "--read", "history"]).ok();
    deskcard_in(dir.path(), &["sql", "SELECT id FROM tickets", "--as-of", &at, "--read", "history"]).ok();
    let log: PathBuf = dir.path().join("history/audit/audit.jsonl");
    let text = fs::read_to_string(&log).expect("a log");
    assert_eq!((text.lines().count(), hits(&dir.path().join("history/audit"), &["Ann", "Abel"])), (2, Vec::new()), "{text}");
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&log).expect("a log").permissions().mode() & 0o777, 0o600);
    }
    let lines = |more: &[&str]| {
        let all = deskcard_in(dir.path(), &[&["audit", "--format", "json"], more].concat()).ok().json();
        let of = |l: &serde_json::Value| (l["command"].as_str().expect("a verb").to_owned(), l["people"].as_array().expect("people").len());
        all["lines"].as_array().expect("lines").iter().map(of).collect::<Vec<_>>()
    };
    let named = |verb: &str, people| (verb.to_owned(), people);
    let seen = lines(&[]);
    assert!(seen.contains(&named("run", 0)) && seen.contains(&named("rows", 1)) && seen.contains(&named("sql", 0)), "{seen:?}");
    assert!(lines(&["--agent", "A0"]).contains(&named("rows", 1)), "found by whichever name");
    let others = lines(&["--agent", "Ben Bohr"]);
    assert!(!others.contains(&named("rows", 1)) && others.contains(&named("sql", 0)), "{others:?}");
    // A log that cannot be written is told, and stops nothing.
    fs::remove_dir_all(dir.path().join("history/audit")).expect("removed");
    fs::write(dir.path().join("history/audit"), "a file").expect("written");
    let told = deskcard_in(dir.path(), &["sql", "SELECT id FROM tickets", "--as-of", &at, "--read", "history"]).ok();
    assert!(told.stderr.contains("audit log"), "{}", told.stderr);
}

#[test]
fn what_is_older_than_promised_goes_with_the_next_run() {
    let dir = lived(3);
    let config = dir.path().join("deskcard.toml");
    let text = fs::read_to_string(&config).expect("a config");
    let rows = || {
        let listed = deskcard_in(dir.path(), &["history", "--format", "json"]).ok().json();
        let of = |t: &serde_json::Value| (t["source"].as_str().expect("a name").to_owned(), t["rows"].as_u64().expect("rows"));
        listed["tables"].as_array().expect("tables").iter().map(of).collect::<BTreeMap<_, _>>()
    };
    let doctor =
        |at: &str| deskcard_in(dir.path(), &["doctor", "--as-of", at]).stdout.lines().find(|l| l.contains("retention")).map(str::to_owned);
    let before = rows();
    let later = "2026-08-10 06:00";
    assert!(doctor(later).is_some_and(|l| l.contains("no promise")));
    fs::write(&config, format!("{text}\n[history]\nkeep = \"1 month\"\n")).expect("written");
    assert!(doctor(later).is_some_and(|l| l.starts_with("look") && l.contains("tickets")), "{:?}", doctor(later));
    deskcard_in(dir.path(), &["run", "--as-of", later, "--settle", "0"]).ok();
    let after = rows();
    // The weeks begin on 15, 22 and 29 June: what is kept is from 1 July on.
    assert!(after["tickets"] < before["tickets"] && after["tickets"] > 0 && after["roster"] == before["roster"], "{before:?} {after:?}");
    let record = fs::read_to_string(dir.path().join("scorecards/run.json")).expect("run.json");
    assert!(record.contains("\"retention\"") && record.contains("removed what nothing happened to since"), "{record}");
    assert!(doctor(later).is_some_and(|l| !l.contains("are still there")), "{:?}", doctor(later));
    deskcard_in(dir.path(), &["history", "verify"]).ok();
    let entries = || fs::read_dir(dir.path().join("history/journal")).expect("entries").count();
    let n = entries();
    deskcard_in(dir.path(), &["run", "--as-of", later, "--settle", "0"]).ok();
    assert_eq!(entries(), n, "nothing more is too old");
    fs::write(&config, format!("{text}\n[history]\nkeep = \"13 weeks\"\n")).expect("written");
    let wrong = deskcard_in(dir.path(), &["doctor"]);
    assert!(wrong.stdout.contains("13 months"), "{}", wrong.stdout);
}

#[test]
fn a_lost_key_is_not_replaced_by_one_that_knows_nobody() {
    let dir = sample();
    let roster = fs::read_to_string(dir.path().join("roster.csv")).expect("the roster");
    let name = roster.lines().nth(1).and_then(|line| line.split(',').nth(1)).expect("a name").to_owned();
    deskcard_in(dir.path(), &["erase", &name, "--yes"]).ok();
    let key = dir.path().join("history/erased/key");
    fs::remove_file(&key).expect("a key");
    deskcard_in(dir.path(), &["rows", "csat", "--agent", "Somebody Else"]);
    assert!(!key.exists(), "a command that names somebody makes no new key");
    let tickets = dir.path().join("tickets.csv");
    let text = fs::read_to_string(&tickets).expect("the tickets");
    fs::write(&tickets, text + "\n").expect("written");
    let refused = deskcard_in(dir.path(), &["run", "--settle", "0"]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(refused.stderr.contains("the key of the erasures is gone") && !key.exists(), "{}", refused.stderr);
}
