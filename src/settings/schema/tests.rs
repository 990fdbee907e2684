//! The schema and the readers say the same: keys, choices, defaults, and whatever a config may hold.

use super::check::{Checker, inside};
use super::*;
use crate::columns::Source;
use crate::settings::{Settings, TABLES_OF_THE_FILE, column, mail, metric, sla as reader, source as export};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use toml::Value as Toml;

const DESK: &str = "[desk]\nname = \"D\"\ntime_zone = \"UTC\"\n[[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n";
const MAIL: &str = "[mail]\nhost = \"h\"\nfrom = \"d@x.example\"\ndomains = [\"x.example\"]\ndesk = \"d@x.example\"\n";
const POLICY: &str = "[[sla.policy]]\nname = \"a\"\ntargets = { default = { resolution = \"8bh\" } }\n";

/// A table of the config: where the schema has it, a config in which it stands, the way there, and its reader's own list of keys where that is
/// too long to be told in an error.
struct Home {
    schema: &'static str,
    config: String,
    path: &'static [&'static str],
    known: &'static [&'static str],
}

fn homes() -> Vec<Home> {
    let home = |schema, more: &str, path, known| Home { schema, config: format!("{DESK}{more}"), path, known };
    vec![
        home("", "", &[], TABLES_OF_THE_FILE),
        home("/properties/desk", "", &["desk"], &[]),
        home("/properties/report", "[report]", &["report"], &[]),
        home("/properties/parameters", "[parameters]", &["parameters"], &[]),
        home("/properties/repeat", "[repeat]", &["repeat"], &[]),
        home("/properties/first_level", "[first_level]", &["first_level"], &[]),
        home("/properties/cost", "[cost]", &["cost"], &[]),
        home("/properties/cost/properties/levels", "[cost.levels]", &["cost", "levels"], &[]),
        home("/properties/cost/properties/channels", "[cost.channels]", &["cost", "channels"], &[]),
        home("/properties/judge", "[judge]", &["judge"], &[]),
        home("/properties/people", "[people]", &["people"], &[]),
        home("/properties/privacy", "[privacy]", &["privacy"], &[]),
        home("/properties/history", "[history]", &["history"], &[]),
        home("/properties/run", "[run]", &["run"], &[]),
        home("/properties/guards", "[guards]", &["guards"], &[]),
        home("/properties/mail", MAIL, &["mail"], mail::KEYS),
        home("/properties/event/items", "[[event]]\ndate = 2026-01-01\nlabel = \"a\"", &["event", "0"], &[]),
        home("/properties/metric/items", "[[metric]]\nid = \"a\"\nlabel = \"a\"\nkind = \"share\"", &["metric", "0"], metric::KEYS),
        home("/properties/sla", "[sla]", &["sla"], reader::KEYS),
        home("/properties/sla/properties/parties", "[sla.parties]", &["sla", "parties"], &[]),
        home("/properties/sla/properties/policy/items", POLICY, &["sla", "policy", "0"], reader::POLICY_KEYS),
        home("/$defs/calendar_by", "[sla]\ncalendar = { by = \"group\", of = {} }", &["sla", "calendar"], &[]),
        home("/$defs/targets", "[sla.targets]\nP1 = { response = \"1h\" }", &["sla", "targets"], &[]),
        home("/$defs/targets_from", POLICY, &["sla", "policy", "0", "targets"], &[]),
        home("/$defs/promises", "[sla.targets]\nP1 = { response = \"1h\" }", &["sla", "targets", "P1"], &[]),
        home("/$defs/calendar", "[calendar]\nmon = \"08:00-18:00\"", &["calendar"], &[]),
        home("/$defs/calendar", "[calendars.a]\nmon = \"08:00-18:00\"", &["calendars", "a"], &[]),
        home("/properties/source/items", "", &["source", "0"], &export::KEYS),
        home("/$defs/row_rule", "where = { column = \"a\", is = \"b\" }", &["source", "0", "where"], &[]),
        home("/$defs/row_rule", "set_aside = { column = \"a\", is_not = \"b\" }", &["source", "0", "set_aside"], &[]),
    ]
}

impl Home {
    fn keys(&self, schema: &Value) -> BTreeSet<String> {
        schema.pointer(self.schema).expect(self.schema)["properties"].as_object().expect("properties").keys().cloned().collect()
    }

    /// The config with a key of this table.
    fn with(&self, key: &str, value: Toml) -> String {
        self.changed(|table| _ = table.insert(key.to_owned(), value))
    }

    fn changed(&self, change: impl FnOnce(&mut toml::Table)) -> String {
        let mut config = Toml::Table(self.config.parse().expect("TOML"));
        let table = self.path.iter().fold(&mut config, |at, step| match at {
            Toml::Array(list) => &mut list[step.parse::<usize>().expect("a number")],
            other => &mut other[*step],
        });
        change(table.as_table_mut().expect("a table"));
        toml::to_string(&config).expect("TOML")
    }
}

fn read(text: &str) -> crate::error::Result<Settings> {
    Settings::parse(text, Path::new("deskcard.toml"))
}

fn told(text: &str) -> String {
    read(text).map_or_else(|e| e.to_string(), |_| panic!("accepted: {text}"))
}

fn set<S: ToString>(words: impl IntoIterator<Item = S>) -> BTreeSet<String> {
    words.into_iter().map(|w| w.to_string()).collect()
}

fn to_json(value: &Toml) -> Value {
    match value {
        Toml::Table(table) => Value::Object(table.iter().map(|(k, v)| (k.clone(), to_json(v))).collect()),
        Toml::Array(list) => list.iter().map(to_json).collect(),
        Toml::Datetime(date) => json!(date.to_string()),
        Toml::String(text) => json!(text),
        Toml::Integer(n) => json!(n),
        Toml::Float(x) => json!(x),
        Toml::Boolean(flag) => json!(flag),
    }
}

fn from_json(value: &Value) -> Toml {
    Toml::try_from(value).expect("no null")
}

fn json_of(text: &str) -> Value {
    to_json(&Toml::Table(text.parse().unwrap_or_else(|e| panic!("{e}\n{text}"))))
}

#[test]
fn the_keys_of_every_table_are_those_its_reader_accepts() {
    let schema = schema();
    for home in homes() {
        read(&home.config).unwrap_or_else(|e| panic!("{e}\n{}", home.config));
        let error = told(&home.with("☃", Toml::Integer(1)));
        assert!(error.contains("unknown key `☃`"), "{}: {error}", home.schema);
        let known = match error.split_once("allowed: ") {
            Some((_, listed)) => set(listed.split(", ")),
            None => set(home.known),
        };
        assert_eq!(home.keys(&schema), known, "{:?}", home.path);
    }
}

#[test]
fn what_the_schema_demands_the_reader_demands() {
    let schema = schema();
    for home in homes() {
        let form = schema.pointer(home.schema).expect("a table");
        for key in form["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let without = home.changed(|table| assert!(table.remove(key).is_some(), "{:?} has no {key}", home.path));
            assert!(read(&without).is_err(), "{:?} without {key}", home.path);
        }
    }
}

#[test]
fn no_table_of_the_schema_is_left_out_of_these_tests() {
    let schema = schema();
    let mut all = Vec::new();
    inside(&schema, "", &mut all);
    let closed = all.iter().filter(|(_, s)| s["additionalProperties"] == json!(false)).map(|(at, _)| at);
    // Columns have a test of their own.
    let closed = closed.filter(|at| !at.starts_with("/$defs/column"));
    assert_eq!(set(closed), set(homes().iter().map(|h| h.schema)));
}

#[test]
fn everything_is_described() {
    let schema = schema();
    let mut all = Vec::new();
    inside(&schema, "", &mut all);
    let properties =
        all.iter().flat_map(|(at, s)| s["properties"].as_object().into_iter().flatten().map(move |(k, v)| (format!("{at}/{k}"), v)));
    // What a condition says more of a property was described before.
    let properties: Vec<_> = properties.filter(|(at, _)| !at.contains("/if/") && !at.contains("/then/")).collect();
    assert!(properties.len() > 300, "{}", properties.len());
    for (at, property) in properties {
        let text = property["description"].as_str().unwrap_or_else(|| panic!("{at} is not described"));
        assert!(text.ends_with('.') && text.len() > 5, "{at}: {text}");
    }
}

/// The words of every enumeration a value may be of, whether by itself or in a list.
fn words(form: &Value) -> Vec<Vec<&str>> {
    let own = form["enum"].as_array().map(|words| words.iter().filter_map(Value::as_str).collect());
    let inner = form["anyOf"].as_array().into_iter().flatten().chain([&form["items"]]).filter(|f| f.is_object()).flat_map(words);
    own.into_iter().chain(inner).collect()
}

#[test]
fn the_choices_are_those_the_reader_tells() {
    let schema = schema();
    let mut checked = 0;
    for home in homes() {
        let properties = schema.pointer(home.schema).expect("a table")["properties"].as_object().expect("properties");
        // Told in words of their own; tested below.
        let plain = properties.iter().filter(|(key, _)| !["preset", "delimiter", "thousands"].contains(&key.as_str()));
        for (key, form) in plain {
            for words in words(form) {
                let error = told(&home.with(key, Toml::String("☃".into())));
                let listed = error.split("allowed: ").nth(1).and_then(|list| list.lines().next()).unwrap_or_default();
                // A pattern stands for the last of what may become of a reopening.
                let listed = listed.trim_end_matches(", ignore 30m");
                assert_eq!(listed, words.join(", "), "{key}: {error}");
                checked += 1;
            }
        }
    }
    assert!(checked > 50, "{checked}");
    let levels = words(&schema["properties"]["levels"]["additionalProperties"])[0].join(", ");
    assert!(told(&format!("{DESK}[levels]\na = \"☃\"")).ends_with(&format!("allowed: {levels}")), "{levels}");
}

#[test]
fn choices_told_in_other_words_are_accepted_one_by_one() {
    let schema = schema();
    let homes = homes();
    let source = homes.iter().find(|h| h.schema == "/properties/source/items").expect("source");
    let of = |key| words(&schema["properties"]["source"]["items"]["properties"][key])[0].clone();
    for mark in of("delimiter") {
        assert!(read(&source.with("delimiter", mark.into())).is_ok(), "{mark}");
    }
    assert!(read(&source.with("delimiter", " ".into())).is_err());
    for mark in of("thousands") {
        let decimal = if mark == "," { "." } else { "," };
        let config = source.with("thousands", mark.into()).replacen("thousands", &format!("decimal = \"{decimal}\"\nthousands"), 1);
        assert!(read(&config).is_ok(), "{config}");
    }
    // Not every product has all kinds of rows.
    for preset in of("preset") {
        assert!(!read(&source.with("preset", preset.into())).is_err_and(|e| e.what.contains("unknown preset")), "{preset}");
    }
}

#[test]
fn the_columns_and_what_may_be_said_of_them_are_those_of_the_reader() {
    let schema = schema();
    let mut seen = BTreeSet::new();
    for kind in Source::ALL {
        let columns = schema["$defs"][format!("columns_of_{kind}")]["properties"].as_object().expect("columns");
        assert_eq!(set(columns.keys()), set(kind.columns().iter().map(|c| c.name)));
        for column in kind.columns() {
            let form = &columns[column.name]["anyOf"];
            assert_eq!(form[2].is_null(), column.is_required, "{kind} {}", column.name);
            let reference = form[1]["$ref"].as_str().expect("a reference");
            if !seen.insert(reference) {
                continue;
            }
            let table = schema.pointer(&reference[1..]).expect("a definition");
            let keys = table["properties"].as_object().expect("keys");
            assert!(keys.keys().all(|k| column::COLUMN_KEYS.contains(&k.as_str())), "{kind} {}", column.name);
            for key in column::COLUMN_KEYS {
                let config = format!("{DESK}[[source]]\nkind = \"{kind}\"\nname = \"b\"\nfiles = [\"-\"]\n[source.columns]\n");
                let told = read(&format!("{config}{} = {{ {key} = {{ a = true }} }}", column.name))
                    .map_or_else(|e| e.to_string(), |_| String::new());
                assert_eq!(keys.contains_key(*key), !told.contains("means nothing for"), "{kind} {} {key}: {told}", column.name);
            }
        }
    }
}

/// What does not move when a line is added.
fn bare(mut settings: Settings) -> Settings {
    settings.sla.policies.iter_mut().for_each(|p| p.at.clear());
    settings.metrics.iter_mut().for_each(|m| m.at.clear());
    Settings { hash: String::new(), sources: Vec::new(), ..settings }
}

#[test]
fn defaults_are_those_of_the_reader() {
    let schema = schema();
    let mut checked = 0;
    for home in homes() {
        let properties = schema.pointer(home.schema).expect("a table")["properties"].as_object().expect("properties");
        let without = bare(read(&home.config).expect("a config"));
        for (key, default) in properties.iter().filter_map(|(k, form)| Some((k, form.get("default")?))) {
            let with = read(&home.with(key, from_json(default))).unwrap_or_else(|e| panic!("{key} = {default}: {e}"));
            // A source tells what was said of it from what was not.
            if home.path[0] != "source" {
                assert_eq!(bare(with), without, "{key} = {default}");
            }
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}

#[test]
fn examples_are_accepted() {
    let schema = schema();
    for aim in schema["$defs"]["promises"]["properties"]["resolution"]["examples"].as_array().expect("examples") {
        let config = format!("{DESK}[sla.targets]\nP1 = {{ resolution = {aim} }}");
        assert!(read(&config).is_ok() && Checker::new(&schema).errors(&json_of(&config)).is_empty(), "{aim}");
    }
}

/// The configs that lie beside the program, with their names.
fn configs() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let of = |dir: &str| {
        let entries = std::fs::read_dir(root.join(dir)).into_iter().flatten().flatten();
        entries.map(|e| e.path()).collect::<Vec<PathBuf>>()
    };
    let presets = of("sample_data/presets").into_iter().map(|p| p.join("deskcard.toml"));
    let files = of("tests/real").into_iter().chain(presets).chain([root.join("sample_data/deskcard.toml")]);
    let tomls = files.filter(|p| p.extension().is_some_and(|e| e == "toml"));
    tomls.filter_map(|path| std::fs::read_to_string(&path).ok().map(|text| (path, text))).collect()
}

#[test]
fn every_config_that_lies_here_is_valid() {
    let schema = schema();
    let checker = Checker::new(&schema);
    let configs = configs();
    assert!(configs.len() > 35, "{}", configs.len());
    for (path, text) in configs {
        assert_eq!(checker.errors(&json_of(&text)), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn the_configs_of_readme_and_docs_are_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(root.join("docs")).expect("a folder").map(|e| e.expect("an entry").path());
    let pages = docs.filter(|p| p.extension().is_some_and(|e| e == "md")).chain([root.join("README.md")]);
    let readme: String = pages.map(|p| std::fs::read_to_string(p).expect("a page")).collect();
    let mut schema = schema();
    // They are parts of configs.
    schema["required"] = json!([]);
    let blocks: Vec<&str> = readme.split("```toml\n").skip(1).filter_map(|b| b.split("```").next()).collect();
    assert!(blocks.len() >= 8);
    for block in blocks {
        assert_eq!(Checker::new(&schema).errors(&json_of(block)), Vec::<String>::new(), "{block}");
    }
}

#[test]
fn mistakes_are_seen_where_they_are() {
    let schema = schema();
    let checker = Checker::new(&schema);
    let cases = [
        ("[judge]\nmargn = 1", "/judge/margn"),
        ("[judge]\nmargin = 0.5", "/judge/margin"),
        ("[judge]\nclear = \"high\"", "/judge/clear"),
        ("[run]\nsettle = 60", "/run/settle"),
        ("[run]\ncatch_up = 0", "/run/catch_up"),
        ("[run]\nkeep = 1.5", "/run/keep"),
        ("[history]\nkeep_removed = \"35bd\"", "/history/keep_removed"),
        ("[guards]\nstop = [\"volumes\"]", "/guards/stop"),
        ("[report]\nperiod = \"day\"", "/report/period"),
        ("[report]\npages = []", "/report/pages"),
        ("[levels]\na = \"L9\"", "/levels/a"),
        ("[goals]\nttr = \"1bd\"", "/goals/ttr"),
        ("[parameters]\nnear_miss = 1.1", "/parameters/near_miss"),
        ("[calendar]\nmon = \"8-18\"", "/calendar/mon"),
        ("[calendar.shifts]\n\"24 December\" = []", "/calendar/shifts/24 December"),
        ("[sla]\npause = [\"waiting\"]", "/sla/pause"),
        ("[sla.targets]\nP1 = { resolution = \"1 day\" }", "/sla/targets/P1/resolution"),
        ("[sla.targets]\nP1 = { resolution = \"due_at\" }", "/sla/targets/P1/resolution"),
        ("[sla.targets]\nP1 = {}", "/sla/targets/P1"),
        ("[[sla.policy]]\nname = \"a\"", "/sla/policy/0: no targets"),
        ("[[event]]\ndate = \"2026-3-2\"\nlabel = \"a\"", "/event/0/date"),
        ("[[metric]]\nid = \"A\"\nlabel = \"a\"\nkind = \"share\"", "/metric/0/id"),
        ("where = { column = \"a\" }", "/source/0/where"),
        ("time_zone = \"Berlin\"", "/source/0/time_zone"),
        ("reject_limit = 2", "/source/0/reject_limit"),
        ("[source.extra]\nA = \"b\"", "/source/0/extra/A"),
        ("[source.columns]\nstart_at = \"a\"", "/source/0/columns"),
        ("[source.columns]\nid = false", "/source/0/columns"),
        ("[source.columns]\nstatus = { values = { A = \"opne\" } }", "/source/0/columns"),
        ("[source.columns]\nstatus = { unit = \"ms\" }", "/source/0/columns"),
    ];
    for (more, place) in cases {
        let config = format!("{DESK}{more}");
        let errors = checker.errors(&json_of(&config));
        assert!(errors.iter().any(|e| e.starts_with(place)), "{more}: {errors:?}");
        assert!(read(&config).is_err(), "{more}");
    }
    assert_eq!(checker.errors(&json!({})), [": no desk", ": no source"]);
}

/// All tables, with values in most of the forms they may have.
const WHOLE: &str = include_str!("whole.toml");

#[test]
fn the_whole_is_valid() {
    read(WHOLE).expect("a config");
    assert_eq!(Checker::new(&schema()).errors(&json_of(WHOLE)), Vec::<String>::new());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(512))]

    /// An editor never underlines what the program accepts.
    #[test]
    fn what_the_readers_accept_is_valid(at in 0usize..WHOLE.len(), cut in 0usize..8, put in "[\\[\\]{}=\"',.\\-\\\\0-9a-zA-Z%\n ]{0,3}") {
        thread_local! {
            static SCHEMA: &'static Value = Box::leak(Box::new(schema()));
            static CHECKER: Checker<'static> = Checker::new(SCHEMA.with(|s| *s));
        }
        let end = (at + cut).min(WHOLE.len());
        let damaged = format!("{}{put}{}", &WHOLE[..at], &WHOLE[end..]);
        if read(&damaged).is_ok() {
            let errors = CHECKER.with(|c| c.errors(&json_of(&damaged)));
            proptest::prop_assert!(errors.is_empty(), "{errors:?}\n{damaged}");
        }
    }
}
