//! The pages of the sample desk: the words they say, the links they make, the bytes they are, and the rows behind their numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::cli::copy;
use crate::harness::{binary, finish, folder, root};
use crate::html::{Piece, assert_no_broken_number, attributes, main_text, pieces};

/// The pages of the sample desk, as of the cut-off its config names. Runners that give every test a process of its own share
/// one report: it is made again only for another binary or other exports.
pub(crate) fn sample() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let lock = std::fs::File::create(place.join("pages.lock")).expect("a lock");
        lock.lock().expect("the lock");
        let (mark, wanted) = (place.join("pages.made"), fingerprint());
        if std::fs::read_to_string(&mark).is_ok_and(|made| made == wanted) {
            return place.join("pages/out/2026-W46");
        }
        // A run broken off leaves no mark.
        std::fs::write(&mark, "").expect("the mark");
        let made = report_in("pages", &[]);
        std::fs::write(&mark, wanted).expect("the mark");
        made
    })
}

/// What a report is made from: the binary, its arguments, the exports.
fn fingerprint() -> String {
    let about = |path: &Path| {
        let of = std::fs::metadata(path).expect("a file");
        format!("{} {} {:?}\n", path.display(), of.len(), of.modified().expect("a time"))
    };
    let data = root().join("sample_data");
    let exports: String = files(&data).keys().map(|name| about(&data.join(name))).collect();
    format!("{ARGS:?}\n{}{exports}", about(&binary()))
}

const ARGS: [&str; 8] = ["report", "--config", "deskcard.toml", "--period", "2026-W46", "--out", "out", "--quiet"];

/// Copies the sample desk and reports there, always by the same command; gives back the folder of the pages.
fn report_in(name: &str, env: &[(&str, &str)]) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if dir.exists() {
        std::fs::remove_dir_all(&dir).expect("clear the last run");
    }
    copy(&root().join("sample_data"), &dir);
    let run = finish(Command::new(binary()).args(ARGS).current_dir(&dir).envs(env.iter().copied())).ok();
    assert_eq!((run.stdout.trim_end(), run.stderr.as_str()), ("out/2026-W46/index.html", ""));
    dir.join("out/2026-W46")
}

/// All files below a folder, by their path in it.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut out, mut folders) = (BTreeMap::new(), vec![dir.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).expect("below it").to_string_lossy().replace('\\', "/");
                out.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    out
}

/// Whether a file is a page.
fn is_page(name: &str) -> bool {
    has_ending(name, "html")
}

fn has_ending(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|e| e == ending)
}

/// The HTML pages of a report.
fn pages(dir: &Path) -> Vec<(String, String)> {
    let all = files(dir).into_iter().filter(|(name, _)| is_page(name));
    all.map(|(name, bytes)| (name, String::from_utf8(bytes).expect("UTF-8"))).collect()
}

fn scorecard(dir: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(dir.join("scorecard.json")).expect("a file")).expect("JSON")
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("no list {key:?}"))
}

/// The card of a subject.
fn card<'v>(scorecard: &'v Value, kind: &str, name: &str) -> &'v Value {
    list(scorecard, "cards").iter().find(|c| c["kind"] == kind && (c["name"] == name || kind == "desk")).expect("the card")
}

fn slug(card: &Value) -> &str {
    card["slug"].as_str().expect("a slug")
}

#[test]
fn the_pages_say_what_they_said() {
    let dir = sample();
    let cards = scorecard(dir);
    let page = |kind: &str, name: &str| format!("{kind}s/{}.html", slug(card(&cards, kind, name)));
    let wanted = [
        ("desk", "desk.html".to_owned()),
        ("index", "index.html".to_owned()),
        ("data", "data.html".to_owned()),
        ("definitions", "definitions.html".to_owned()),
        ("business", "business.html".to_owned()),
        ("groups", "groups.html".to_owned()),
        ("sla", "sla.html".to_owned()),
        ("people", "people.html".to_owned()),
        ("knowledge", "knowledge.html".to_owned()),
        ("cost", "cost.html".to_owned()),
        ("review", "review.html".to_owned()),
        ("agent", page("agent", "Sabine Petermann")),
        ("team", page("team", "Service Desk Berlin")),
        ("supplier", page("supplier", "Norvik Outsourcing")),
    ];
    let read = |path: &str| std::fs::read_to_string(dir.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    let pages: Vec<(&str, String)> = wanted.into_iter().map(|(name, path)| (name, read(&path))).collect();
    assert_golden(&pages.iter().map(|(name, page)| (*name, page.as_str())).collect::<Vec<_>>());
}

/// Holds the words of pages against `tests/golden`, or writes them there if that is asked for.
pub(crate) fn assert_golden(pages: &[(&str, &str)]) {
    let golden = root().join("tests/golden");
    let is_update = std::env::var_os("DESKCARD_UPDATE_GOLDEN").is_some();
    let mut faults = Vec::new();
    for (name, page) in pages {
        let said = main_text(page);
        let file = golden.join(format!("{name}.txt"));
        if is_update {
            std::fs::create_dir_all(&golden).expect("make the folder");
            std::fs::write(&file, &said).expect("write the golden text");
        }
        let before = std::fs::read_to_string(&file).unwrap_or_default();
        faults.extend(difference(&before, &said).map(|d| format!("{name}: {d}")));
    }
    assert!(faults.is_empty(), "{}\nif that is meant: DESKCARD_UPDATE_GOLDEN=1", faults.join("\n"));
}

/// The first line that differs.
fn difference(before: &str, now: &str) -> Option<String> {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), now.lines().collect());
    let line = (0..a.len().max(b.len())).find(|line| a.get(*line) != b.get(*line))?;
    let shown = |lines: &[&str]| lines.get(line).map_or("the end".to_owned(), |l| format!("{l:?}"));
    Some(format!("line {} was {}, is {}", line + 1, shown(&a), shown(&b)))
}

#[test]
fn a_difference_is_seen() {
    assert_eq!(difference("a\nb\n", "a\nb\n"), None);
    assert!(difference("a\nb\n", "a\nc\n").is_some_and(|d| d.contains("line 2 was \"b\", is \"c\"")));
    assert!(difference("", "a\n").is_some() && difference("a\n", "").is_some());
}

#[test]
fn pages_need_nothing_but_themselves() {
    let pages = pages(sample());
    assert!(pages.len() > 30, "{}", pages.len());
    for (name, page) in &pages {
        assert!(page.len() <= 1_000_000, "{name}: {} bytes", page.len());
        assert_no_broken_number(name, page);
        for tag in pieces(page) {
            let Piece::Open(tag, attributes) = tag else { continue };
            assert!(!["script", "iframe", "object", "embed", "link", "base", "form"].contains(&tag.as_str()), "{name}: <{tag}>");
            for (key, value) in attributes {
                let is_reference = !key.starts_with("xmlns") && key != "content";
                assert!(!(key.starts_with("on") || is_reference && is_elsewhere(&value)), "{name}: {key}={value:?}");
            }
        }
        // The page's font is inside the page.
        let page = page.replace("src: url(data:font/woff2;base64,", "");
        for outside in ["<script", "url(", "@import", "javascript:"] {
            assert!(!page.to_lowercase().contains(outside), "{name} has {outside:?}");
        }
        let wanted = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:";
        assert_eq!(policy(&page).as_deref(), Some(wanted), "{name}");
    }
}

/// Whether a text leads to another origin.
fn is_elsewhere(value: &str) -> bool {
    let value = value.trim().to_lowercase();
    value.starts_with("//") || value.contains("://")
}

/// The page's content security policy.
fn policy(page: &str) -> Option<String> {
    pieces(page).into_iter().find_map(|piece| match piece {
        Piece::Open(tag, attributes) if tag == "meta" => {
            let get = |key: &str| attributes.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone());
            get("http-equiv").filter(|v| v == "Content-Security-Policy").and_then(|_| get("content"))
        }
        _ => None,
    })
}

#[test]
fn every_link_leads_somewhere() {
    let files = files(sample());
    let text = |name: &str| files.get(name).map(|bytes| String::from_utf8_lossy(bytes));
    let ids: BTreeMap<&str, BTreeSet<String>> = files
        .keys()
        .filter(|name| is_page(name))
        .map(|name| (name.as_str(), attributes(&text(name).unwrap_or_default(), "id").into_iter().collect()))
        .collect();
    let (mut followed, mut dead) = (0, Vec::new());
    for (name, page) in pages(sample()) {
        for link in attributes(&page, "href").into_iter().chain(attributes(&page, "src")).filter(|l| !l.starts_with("data:")) {
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() { name.clone() } else { joined(&name, path) };
            let has_anchor = anchor.is_empty() || ids.get(target.as_str()).is_some_and(|ids| ids.contains(anchor));
            followed += 1;
            if !files.contains_key(&target) || !has_anchor {
                dead.push(format!("{name}: {link}"));
            }
        }
    }
    assert!(followed > 500 && dead.is_empty(), "{followed} links, dead: {dead:#?}");
}

/// A relative link followed from a page.
fn joined(from: &str, link: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn every_number_is_defined_and_has_its_rows() {
    let (files, scorecard) = (files(sample()), scorecard(sample()));
    let anchors: BTreeSet<String> = attributes(&String::from_utf8_lossy(&files["definitions.html"]), "id").into_iter().collect();
    let mut linked = BTreeSet::new();
    for card in list(&scorecard, "cards") {
        for kpi in list(card, "kpis") {
            let metric = kpi["metric"].as_str().expect("an id");
            assert!(anchors.contains(metric), "{metric} is not defined");
            linked.extend(kpi["rows_file"].as_str().map(str::to_owned));
        }
    }
    let rows: BTreeSet<String> = files.keys().filter(|name| name.starts_with("rows/")).cloned().collect();
    assert_eq!(linked, rows, "the files of rows are those that are linked");
}

#[test]
fn the_same_exports_give_the_same_bytes() {
    let one_thread = [("TZ", "Pacific/Kiritimati"), ("LC_ALL", "de_DE.UTF-8"), ("RAYON_NUM_THREADS", "1"), ("POLARS_MAX_THREADS", "1")];
    let (a, b) = (files(sample()), files(&report_in("pages-again", &one_thread)));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    let different: Vec<&String> = a.keys().filter(|name| a[*name] != b[*name]).collect();
    assert!(different.is_empty(), "{different:?}");
    let place = env!("CARGO_TARGET_TMPDIR").as_bytes();
    let telling: Vec<&String> =
        a.iter().filter(|(_, bytes)| bytes.windows(place.len()).any(|w| w == place)).map(|(name, _)| name).collect();
    assert!(telling.is_empty(), "the place of the run is told in {telling:?}");
}

#[test]
fn what_is_said_can_be_seen() {
    let scorecard = scorecard(sample());
    let mut faults = Vec::new();
    for card in list(&scorecard, "cards") {
        for goal in list(card, "goals").iter().filter(|g| g["is_met"] == false) {
            let text = goal["text"].as_str().expect("a sentence");
            let (shown, target) =
                text.split(". ").next().unwrap_or_default().trim_end_matches('.').split_once(", goal ").expect("a value and a goal");
            let value = shown.split(" (").next().unwrap_or_default();
            if target.trim_start_matches(['≤', '≥', ' ', '\u{a0}']) == value {
                faults.push(format!("{}: missed, but shown as what is wanted: {text}", card["name"]));
            }
        }
    }
    for (name, page) in pages(sample()) {
        for line in main_text(&page).lines().filter(|l| goes_nowhere(l)) {
            faults.push(format!("{name}: a span from a period to itself: {line}"));
        }
    }
    assert!(faults.is_empty(), "{} faults, the first:\n{}", faults.len(), faults[..faults.len().min(5)].join("\n"));
}

/// Whether a line says `A to A`.
fn goes_nowhere(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().map(|w| w.trim_end_matches(['.', ','])).collect();
    words.windows(3).any(|w| w[1] == "to" && w[0] == w[2])
}

/// A table of rows: the cells of each column.
fn columns(path: &Path) -> BTreeMap<String, Vec<String>> {
    let mut reader = csv::Reader::from_path(path).expect("a file of rows");
    let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let mut out: BTreeMap<String, Vec<String>> = header.iter().map(|h| (h.clone(), Vec::new())).collect();
    for record in reader.records() {
        for (name, cell) in header.iter().zip(&record.expect("a row")) {
            out.get_mut(name).expect("a column").push(cell.to_owned());
        }
    }
    out
}

/// The value between neighbours at a share of the way, as the catalogue defines quantiles.
fn quantile(cells: &[f64], q: f64) -> f64 {
    let mut sorted = cells.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = q * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

/// Takes the numbers of a card apart into the rows they link to; the measures that link to none.
fn recount(dir: &Path, card: &Value) -> Vec<String> {
    let mut tables = BTreeMap::new();
    let mut without = Vec::new();
    for kpi in list(card, "kpis") {
        let Some(file) = kpi["rows_file"].as_str() else {
            without.push(kpi["metric"].as_str().expect("an id").to_owned());
            continue;
        };
        let table = tables.entry(file).or_insert_with(|| columns(&dir.join(file)));
        let metric = kpi["metric"].as_str().expect("an id");
        let cells = table.get(metric).unwrap_or_else(|| panic!("{file} has no column {metric}"));
        let cells: Vec<f64> = cells.iter().filter(|c| !c.is_empty()).map(|c| c.parse().expect("a number")).collect();
        let (n, sum, value) = (kpi["n"].as_f64(), kpi["sum"].as_f64(), kpi["value"].as_f64().expect("rows give a value"));
        let (rows, total) = (cells.len() as f64, cells.iter().sum::<f64>());
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
        let is_right = match metric {
            // Its n is the days people were there, of which there are no rows.
            "turnover_12m" => sum == Some(total),
            _ if metric.ends_with("_median") => n == Some(rows) && close(value, quantile(&cells, 0.5)),
            _ if metric.ends_with("_p90") => n == Some(rows) && close(value, quantile(&cells, 0.9)),
            _ => n == Some(rows) && sum.is_some_and(|s| close(s, total)) && (close(value, total) || close(value, total / rows)),
        };
        assert!(is_right, "{} {metric}: {kpi}, but its rows give n {rows}, sum {total}", card["name"]);
    }
    without
}

#[test]
fn numbers_can_be_taken_apart_into_their_rows() {
    let (dir, scorecard) = (sample(), scorecard(sample()));
    let mature_later = ["fcr_repeat", "fcr_gross", "fcr_net", "reopen_rate", "csat_response"];
    let ratios = ["net_flow", "calls_per_ticket", "tickets_per_agent_day"];
    // Nobody left in that week.
    let nobody = ["leavers"];
    let without = |kind: &str, name: &str| recount(dir, card(&scorecard, kind, name)).into_iter().collect::<BTreeSet<String>>();
    let named = |lists: &[&[&str]]| lists.iter().copied().flatten().map(|m| (*m).to_owned()).collect::<BTreeSet<String>>();
    // A row of a survey is an answer, and not for others.
    let answers = ["csat", "watermelon", "unhappy_missed"];
    assert_eq!(without("desk", ""), named(&[&mature_later, &ratios, &nobody, &answers]));
    assert_eq!(
        without("team", "Service Desk Leeds"),
        named(&[&["fcr_repeat", "reopen_rate", "csat_response"], &["tickets_per_agent_day"], &nobody, &answers[..2]])
    );
    // No answer, no VIP.
    assert_eq!(without("agent", "Sabine Petermann"), named(&[&["csat_response"], &["tickets_per_agent_day"], &["csat", "vip_fcr"]]));
    let card = card(&scorecard, "agent", "Sabine Petermann");
    let rows = columns(&dir.join(format!("rows/{}-tickets.csv", slug(card))));
    assert!(rows["agent"].iter().all(|a| a == "Sabine Petermann"), "an agent's rows are the agent's");
}

#[test]
fn quantiles_lie_between_neighbours() {
    assert_eq!((quantile(&[3.0, 1.0], 0.5), quantile(&[5.0], 0.9), quantile(&[0.0, 10.0, 20.0], 0.9)), (2.0, 5.0, 18.0));
}

const HOSTILE: &str = r#"[desk]
name = "<i>Desk</i> & \"Co\""
time_zone = "UTC"
as_of = "2026-03-09 06:00"

[[source]]
name = "tickets"
kind = "tickets"
files = ["tickets.csv"]
"#;

/// Names and words that mean something to a browser, a spreadsheet or a file system.
const NASTY: &str = "id,created_at,resolved_at,priority,assignee,category,subject\n\
    =1+2,2026-03-02 09:00:00,2026-03-02 10:00:00,P1,\"<b>Bobby</b>\"\"';--\",=cmd|' /C calc'!A0,=cmd|' /C calc'!A0\n\
    T2,2026-03-02 09:00:00,2026-03-02 11:00:00,<u>P</u>,../../etc/passwd,<img src=x onerror=alert(1)>,{{ 7 * 7 }}\n\
    T3,2026-03-02 09:00:00,2026-03-02 11:00:00,P2,@SUM(A1),+49 30,\"{% include \"\"x\"\" %}\"\n\
    =T4,2026-03-02 09:00:00\n";

#[test]
fn hostile_names_stay_words() {
    let dir = folder(HOSTILE, &[("tickets.csv", NASTY)]);
    let run = finish(Command::new(binary()).args(["report", "--out", "out", "--quiet"]).current_dir(dir.path())).ok();
    assert_eq!(run.stderr, "");
    let out = dir.path().join("out/2026-W10");
    let mut said = String::new();
    for (name, page) in pages(&out) {
        for piece in pieces(&page) {
            let is_live = matches!(&piece, Piece::Open(tag, _) if ["b", "u", "i", "img", "script"].contains(&tag.as_str()));
            assert!(!is_live, "{name}: {piece:?}");
        }
        assert!(attributes(&page, "onerror").is_empty(), "{name}");
        said += &main_text(&page);
    }
    for word in ["<b>Bobby</b>\"';--", "../../etc/passwd", "<u>P</u>", "<i>Desk</i> & \"Co\""] {
        assert!(said.contains(word), "the pages do not say {word:?}");
    }
    assert_no_formula(&out);
    let names: BTreeSet<String> = files(&dir.path().join("out")).into_keys().filter(|n| !n.starts_with("2026-W10/")).collect();
    assert!(names.is_empty(), "files beside the report: {names:?}");
}

/// No cell of any CSV starts as a formula does, unless it is a number; the hostile ones are there behind an apostrophe.
fn assert_no_formula(out: &Path) {
    let mut guarded = BTreeSet::new();
    for name in files(out).into_keys().filter(|n| has_ending(n, "csv")) {
        for (column, cells) in columns(&out.join(&name)) {
            for cell in cells.into_iter().filter(|c| c.parse::<f64>().is_err()) {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name}, {column}: {cell:?}");
                guarded.extend(cell.starts_with('\'').then_some(cell));
            }
        }
    }
    for cell in ["'=1+2", "'=cmd|' /C calc'!A0", "'@SUM(A1)", "'+49 30", "'=T4,2026-03-02 09:00:00"] {
        assert!(guarded.contains(cell), "no file has {cell:?}: {guarded:?}");
    }
}
