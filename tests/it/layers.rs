//! Who may import whom, read from the sources: the straight line is held by this test, not by good intentions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::harness::root;

/// The rooms of the house, lowest first: a room may import those on lower floors, never its own floor's neighbours or a higher one.
const FLOORS: [&[&str]; 16] = [
    &["error"],
    &["language"],
    &["scorecard", "stats", "cli", "printer", "publish", "run_record"],
    &["clock", "columns", "format", "names"],
    &["contacts", "guards", "mail", "privacy"],
    &["settings"],
    &["desk", "schema"],
    &["ingest"],
    &["history"],
    &["facts"],
    &["metrics"],
    &["inquiry"],
    &["judge"],
    &["charts"],
    &["report"],
    &["commands"],
];

/// Rooms that import nothing of ours at all.
const KNOW_NOBODY: [&str; 4] = ["error", "scorecard", "stats", "cli"];

/// Above the waist nobody knows where numbers come from: these see the scorecard, how to write its numbers, and each other.
const ABOVE_THE_WAIST: [(&str, &[&str]); 2] = [
    ("charts", &["error", "language", "scorecard", "format"]),
    ("report", &["error", "language", "scorecard", "format", "names", "charts", "inquiry", "mail"]),
];

/// Imports up the line that are meant: (file or folder, what it imports, why). Each must be in use.
const UPWARDS: [(&str, &str, &str); 10] = [
    ("inquiry/before_after/tests.rs", "report::inquiry", "its tests read the answer as people do"),
    ("inquiry/drivers/tests.rs", "report::inquiry", "its tests read the answer as people do"),
    ("history/read.rs", "facts::Wanted", "what to keep of the tables is asked from above, as of an export"),
    ("settings/schema/source.rs", "ingest::preset", "the schema of a [[source]] names the presets there are"),
    ("desk.rs", "ingest::ledger", "a desk carries the account of its rows, which is plain data"),
    ("ingest/mod.rs", "facts::Wanted", "what to keep of an export is asked from above"),
    ("ingest/mod.rs", "facts::Table", "states of tickets are kept if ticket events are asked for"),
    ("settings/source.rs", "ingest::preset", "a preset and a [[source]] have one grammar; they refer to each other"),
    ("settings/column.rs", "ingest::preset", "a preset and a [[source]] have one grammar; they refer to each other"),
    ("settings/column.rs", "ingest::cells", "whether a text is a form of timestamp is what the cells say"),
];

/// Where each heavy crate lives: the only files, or folders of files, that may name it.
const HOMES: [(&str, &[&str]); 42] = [
    ("clap", &["cli.rs", "cli/", "main.rs"]),
    ("clap_complete", &["cli/shell.rs"]),
    ("clap_mangen", &["cli/shell.rs"]),
    ("anstream", &["main.rs"]),
    ("anstyle", &["main.rs"]),
    ("mimalloc", &["main.rs"]),
    ("open", &["commands/report/show.rs"]),
    // Reading is done by our own scanner; what becomes CSV text on the way to it is written with the crate.
    (
        "csv",
        &[
            "report/csv.rs",
            "report/tests.rs",
            "report/hostile.rs",
            "report/tidy.rs",
            "commands/",
            "ingest/reshape.rs",
            "ingest/shapes/",
            "ingest/decode/",
            "ingest/scan/tests.rs",
            "ingest/inspect/tests/",
            // Reads other people's schedules to test ours.
            "clock/calendar/seeds.rs",
        ],
    ),
    (
        "polars",
        &[
            "desk.rs",
            "ingest/",
            "history/",
            "facts/",
            "metrics/",
            "commands/facts.rs",
            "commands/frame.rs",
            "commands/ingest.rs",
            "commands/rows.rs",
            "commands/sql.rs",
            "commands/sql/",
        ],
    ),
    ("polars_arrow", &["desk.rs", "ingest/decode/", "history/parquet/"]),
    ("polars_parquet", &["ingest/decode/", "history/parquet/"]),
    ("polars_buffer", &["ingest/decode/", "history/parquet/"]),
    ("calamine", &["ingest/decode/"]),
    ("encoding_rs", &["ingest/decode/"]),
    ("chardetng", &["ingest/decode/"]),
    ("flate2", &["ingest/decode/"]),
    ("zstd", &["ingest/decode/", "publish/", "history/parquet/"]),
    ("zip", &["ingest/decode/", "publish/", "report/hostile.rs", "report/xlsx/tests.rs"]),
    ("quick_xml", &["ingest/decode/"]),
    ("plotters", &["charts/"]),
    ("plotters_backend", &["charts/"]),
    ("tera", &["report/html.rs", "report/mail/mod.rs"]),
    ("icu_plurals", &["language/"]),
    ("icu_locale_core", &["language/"]),
    ("toml", &["language/", "settings/", "metrics/mod.rs", "ingest/inspect/"]),
    ("comfy_table", &["commands/"]),
    ("indicatif", &["commands/mod.rs"]),
    ("glob", &["ingest/"]),
    ("fearless_simd", &["ingest/scan/", "stats/scan/"]),
    ("memchr", &["ingest/"]),
    ("strsim", &["error.rs", "ingest/inspect/suggest.rs"]),
    // Slugs, the config's fingerprint, and the files'.
    ("sha2", &["settings/", "judge/", "ingest/decode/", "history/", "publish/", "commands/", "mail/", "privacy/"]),
    ("rustix", &["printer.rs", "publish/"]),
    ("schemars", &["scorecard.rs", "scorecard/", "run_record.rs", "schema.rs", "schema/", "report/json.rs"]),
    ("statrs", &["stats/"]),
    ("lettre", &["mail/"]),
    ("idna", &["mail/"]),
    ("hmac", &["privacy/"]),
    ("getrandom", &["history/"]),
    ("resvg", &["charts/"]),
    ("rust_xlsxwriter", &["report/xlsx/"]),
    ("unicode_width", &["report/"]),
];

/// A source file: its path below `src` and its text without comments.
struct Source {
    path: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        // A `//` inside a text hides the rest of its line; no import stands there.
        let code = text.lines().map(|l| l.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
        Self { path: path.to_owned(), code }
    }

    /// The room it belongs to.
    fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The module path of the file.
    fn module(&self) -> Vec<String> {
        let path = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        path.split('/').filter(|part| *part != "mod").map(str::to_owned).collect()
    }

    /// Everything of ours it names outside its own room, as paths from the crate.
    fn imports(&self) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        for (at, _) in self.code.match_indices("crate::").chain(self.code.match_indices("super::")) {
            let starts_a_path = !self.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '$');
            if starts_a_path {
                expand(&self.code[at..], Vec::new(), &mut |path| out.extend(self.resolved(path)));
            }
        }
        out
    }

    /// A path from the crate, if it leads into another room.
    fn resolved(&self, mut path: Vec<String>) -> Option<String> {
        let ups = path.iter().take_while(|p| *p == "super").count();
        if ups > 0 {
            let mut from = self.module();
            from.truncate(from.len().saturating_sub(ups));
            path.splice(..ups, from);
        } else {
            path.remove(0);
        }
        let room = path.first()?;
        (FLOORS.iter().any(|floor| floor.contains(&room.as_str())) && room != self.room()).then(|| path.join("::"))
    }

    /// Whether it names a crate: `name::…` at the start of a path, unless a module of its own has the name.
    fn names_crate(&self, name: &str) -> bool {
        if self.code.contains(&format!("mod {name};")) {
            return self.code.contains(&format!(" ::{name}::")) || self.code.contains(&format!("(::{name}::"));
        }
        let before = |at: usize| self.code[..at].chars().next_back().unwrap_or(' ');
        let after = |at: usize| &self.code[at + name.len()..];
        self.code.match_indices(name).any(|(at, _)| {
            let from_the_root =
                before(at) == ':' && !self.code[..at].trim_end_matches("::").ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let starts = from_the_root || !(before(at).is_alphanumeric() || "_:.\"".contains(before(at)));
            let is_used = after(at).starts_with("::")
                || after(at).starts_with(" as ")
                || (self.code[..at].ends_with("use ") && after(at).starts_with(';'));
            starts && is_used
        })
    }
}

/// Follows a path or a tree of paths (`a::{b, c::d}`) and says every path in it; gives back what follows.
fn expand<'t>(text: &'t str, before: Vec<String>, say: &mut dyn FnMut(Vec<String>)) -> &'t str {
    let text = text.trim_start();
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let mut path = before;
    if end == 0 {
        return text.strip_prefix('*').map_or(text, |rest| {
            say(path);
            rest
        });
    }
    path.push(text[..end].to_owned());
    let rest = &text[end..];
    let Some(mut tail) = rest.strip_prefix("::") else {
        say(path);
        return rest;
    };
    let Some(inside) = tail.trim_start().strip_prefix('{') else {
        if tail.starts_with('<') {
            say(path);
            return tail;
        }
        return expand(tail, path, say);
    };
    tail = inside;
    while !tail.is_empty() {
        let after = expand(tail, path.clone(), say);
        let skip = after.find([',', '}']).unwrap_or(after.len());
        if !after[skip..].starts_with(',') {
            return after[skip..].strip_prefix('}').unwrap_or("");
        }
        tail = &after[skip + 1..];
        if let Some(rest) = tail.trim_start().strip_prefix('}') {
            return rest;
        }
    }
    tail
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// What is wrong with the imports of a file.
fn faults(source: &Source) -> Vec<String> {
    let room = source.room();
    let mut out = Vec::new();
    for path in source.imports() {
        let to = path.split("::").next().unwrap_or_default();
        let is_meant = UPWARDS.iter().any(|(from, what, _)| source.path == *from && path.starts_with(what));
        let is_down = floor(room).is_none_or(|here| floor(to).is_some_and(|there| there < here));
        let knows_nobody = KNOW_NOBODY.contains(&room);
        let sees_too_much = ABOVE_THE_WAIST.iter().any(|(r, allowed)| *r == room && !allowed.contains(&to));
        if !is_meant && (!is_down || knows_nobody || sees_too_much) {
            out.push(format!("src/{}: {room} may not import {path}", source.path));
        }
    }
    for (name, homes) in HOMES {
        let is_home = homes.iter().any(|home| source.path == *home || (home.ends_with('/') && source.path.starts_with(home)));
        if !is_home && source.names_crate(name) {
            out.push(format!("src/{}: `{name}` lives in {homes:?}", source.path));
        }
    }
    out
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let (mut folders, mut out) = (vec![src.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push(read(&src, &path));
            }
        }
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    out
}

fn read(src: &Path, path: &Path) -> Source {
    let name = path.strip_prefix(src).expect("below src").to_string_lossy().replace('\\', "/");
    Source::new(&name, &std::fs::read_to_string(path).expect("UTF-8"))
}

#[test]
fn imports_go_down_the_line_only() {
    let faults: Vec<String> = sources().iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_room_has_its_floor() {
    let rooms: BTreeSet<String> = sources().iter().map(|s| s.room().to_owned()).filter(|r| r != "main" && r != "lib").collect();
    let placed: BTreeSet<String> = FLOORS.iter().flat_map(|floor| floor.iter().map(|r| (*r).to_owned())).collect();
    assert_eq!(rooms, placed);
}

#[test]
fn every_exception_and_every_home_is_in_use() {
    let sources = sources();
    for (from, what, _) in UPWARDS {
        let is_used = sources.iter().any(|s| s.path == from && s.imports().iter().any(|p| p.starts_with(what)));
        assert!(is_used, "src/{from} does not import {what} any more: take the exception away");
    }
    let mut unused = BTreeMap::new();
    for (name, homes) in HOMES {
        for home in homes {
            let is_used = sources.iter().any(|s| s.path.starts_with(home) && s.names_crate(name));
            if !is_used {
                unused.insert(name, *home);
            }
        }
    }
    assert!(unused.is_empty(), "homes where the crate is not: {unused:?}");
}

#[test]
fn a_forbidden_import_is_found() {
    let fails = |path: &str, text: &str| !faults(&Source::new(path, text)).is_empty();
    for (path, text) in [
        ("scorecard.rs", "use crate::format::text;"),
        ("stats/new.rs", "use crate::error::Result;"),
        ("facts/new.rs", "use crate::{clock::zone::Zone, metrics::{fold, Ask}};"),
        ("clock/new.rs", "use super::super::settings::Settings;"),
        ("clock/mod.rs", "fn f() { super::desk::bug(0); }"),
        ("ingest/new.rs", "fn f() -> crate::judge::Evidence { todo!() }"),
        ("ingest/new.rs", "use crate::facts::Facts;"),
        ("charts/new.rs", "use crate::metrics::Metric;"),
        ("report/new.rs", "pub(crate) use crate::{\n    scorecard::Card,\n    facts::*,\n};"),
        ("columns.rs", "use crate::clock::parse_day;"),
        ("judge/new.rs", "use polars::prelude::*;"),
        ("clock/new.rs", "fn f(e: ::polars::prelude::Expr) {}"),
        ("report/new.rs", "use tera as engine;"),
        ("commands/new.rs", "let x = toml::from_str(\"\");"),
        ("ingest/new.rs", "use csv::Reader;"),
        ("metrics/new.rs", "use clap;"),
    ] {
        assert!(fails(path, text), "{path}: {text}");
    }
    for (path, text) in [
        ("scorecard.rs", "//! Only [`crate::format`] turns them into text."),
        ("facts/new.rs", "use crate::{clock::zone::Zone, desk::{Desk, NONE as nothing}};"),
        ("facts/new.rs", "use super::{Making, Table}; fn f() { crate::error::Error::bug(\"\") }"),
        ("report/mod.rs", "mod csv;\nfn f() { csv::kpis() }"),
        ("report/new.rs", "use super::csv::safe_text;"),
        ("judge/new.rs", "let e = \"polars refuses\"; let polars = 1;"),
        ("lib.rs", "use crate::commands::run;"),
    ] {
        assert!(!fails(path, text), "{path}: {text}");
    }
}
