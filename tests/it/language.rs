//! The German pages: every sentence has its German, no English is left on a page, and the numbers are those of the English pages.

mod keys;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

use deskcard::language::{Language, names};
use regex::Regex;

use crate::cli::copy;
use crate::harness::{deskcard_in, folder, root};
use crate::html::{Piece, pieces};
use crate::pages::assert_golden;

/// The sample desk, reported in a language; gone when dropped.
struct Made(tempfile::TempDir);

impl Made {
    fn new(arguments: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        copy(&root().join("sample_data"), dir.path());
        let all = [&["report", "--config", "deskcard.toml", "--period", "2026-W46", "--out", "out", "--quiet"], arguments].concat();
        deskcard_in(dir.path(), &all).ok();
        Self(dir)
    }

    fn out(&self) -> PathBuf {
        self.0.path().join("out/2026-W46")
    }

    fn page(&self, name: &str) -> String {
        std::fs::read_to_string(self.out().join(name)).expect("a page")
    }

    fn pages(&self) -> Vec<(String, String)> {
        let mut all = vec![self.out()];
        let mut found = Vec::new();
        while let Some(dir) = all.pop() {
            for entry in std::fs::read_dir(&dir).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    all.push(path);
                } else if path.extension().is_some_and(|e| e == "html") {
                    let name = path.strip_prefix(self.out()).expect("below").to_string_lossy().into_owned();
                    found.push((name, std::fs::read_to_string(&path).expect("a page")));
                }
            }
        }
        found.sort();
        found
    }
}

fn german() -> Language {
    Language::load("de", None).expect("the file").expect("German")
}

fn placed(sentence: &str) -> BTreeSet<&str> {
    names(sentence).collect()
}

#[test]
fn every_sentence_has_its_german_and_no_german_is_left_over() {
    let (keys, german) = (keys::all(), german());
    let have: BTreeSet<&str> = german.texts().map(|(key, _)| key).collect();
    let missing: Vec<&String> = keys.iter().filter(|key| !have.contains(key.as_str())).collect();
    let unused: Vec<&&str> = have.iter().filter(|key| !keys.contains(**key)).collect();
    assert!(missing.is_empty() && unused.is_empty(), "without German: {missing:#?}\nnowhere said: {unused:#?}");
    assert!(keys.len() > 1000, "the sentences are found: {}", keys.len());
}

#[test]
fn german_keeps_places_parameters_and_blanks() {
    let parameters = Regex::new(r"\$[a-z_]+").expect("a pattern");
    let ends = |text: &str| (text.starts_with(' '), text.ends_with(' '));
    for (key, forms) in german().texts() {
        for form in forms {
            assert!(placed(form).is_subset(&placed(key)), "{key}: {form}");
            let of = |text| parameters.find_iter(text).map(|m| m.as_str().to_owned()).collect::<BTreeSet<_>>();
            assert_eq!(of(key), of(form), "{key}");
            assert_eq!(ends(key), ends(form), "{key:?}: {form:?}");
        }
    }
}

/// What a page says outside code and drawings.
fn said(html: &str) -> Vec<String> {
    const SILENT: [&str; 4] = ["style", "code", "pre", "svg"];
    let (mut out, mut silent) = (Vec::new(), 0);
    for piece in pieces(html) {
        match piece {
            Piece::Open(tag, _) if SILENT.contains(&tag.as_str()) => silent += 1,
            Piece::Close(tag) if SILENT.contains(&tag.as_str()) => silent -= 1,
            Piece::Text(text) if silent == 0 => out.push(text),
            _ => {}
        }
    }
    out
}

/// What its drawings say.
fn drawn(html: &str) -> Vec<String> {
    let (mut out, mut inside) = (Vec::new(), 0);
    for piece in pieces(html) {
        match piece {
            Piece::Open(tag, _) if tag == "svg" => inside += 1,
            Piece::Close(tag) if tag == "svg" => inside -= 1,
            Piece::Text(text) if inside > 0 => out.push(text),
            _ => {}
        }
    }
    out
}

/// The figures of a page, sorted: those of German read as German.
fn figures(html: &str, is_german: bool) -> Vec<String> {
    static DATE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d{4}-\d\d-\d\d|\d\d\.\d\d\.\d{4}").expect("a date"));
    static FIGURE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d[\d.,]*").expect("a number"));
    static VERSION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"deskcard \d+\.\d+\.\d+").expect("a version"));
    // An axis has as many marks as its words leave room for; what a drawing shows stands in its table as well.
    let text = said(html).join("\n");
    let text = VERSION.replace_all(&text, " ");
    let read = |number: &str| {
        let number = number.trim_end_matches(['.', ',']);
        if is_german { number.replace('.', "").replace(',', ".") } else { number.replace(',', "") }
    };
    let mut all: Vec<String> = FIGURE.find_iter(&DATE.replace_all(&text, " ")).map(|m| read(m.as_str())).collect();
    all.sort();
    all
}

/// Texts of a page with an English word in them.
fn english(html: &str) -> Vec<String> {
    const WORDS: &str =
        r"(?i)\b(the|and|of|with|than|which|their|from|are|is|were|by|week|weeks|month|more|less|over|between|within|no|not)\b";
    static STOP: LazyLock<Regex> = LazyLock::new(|| Regex::new(WORDS).expect("words"));
    // Words of the sample desk's config, as far as a drawing has room for them.
    static OWN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"Laptop roll-out and o[a-z ]*…?|Shadowing days start|Of the resolved tickets of VIPs.*|Ohne Not eskaliert")
            .expect("words")
    });
    said(html).into_iter().chain(drawn(html)).filter(|text| STOP.is_match(&OWN.replace_all(text, ""))).collect()
}

#[test]
fn german_pages_are_german_and_have_the_figures_of_the_english_ones() {
    let (made, other) = (Made::new(&["--language", "de", "--own-folders"]), Made::new(&["--own-folders"]));
    let pages = made.pages();
    let own = pages.iter().filter(|(name, _)| name.starts_with("people/")).count();
    assert!(pages.len() > 90 && own > 50, "{} pages, {own} of them in people's own folders", pages.len());
    let topics = ["business", "groups", "sla", "people", "knowledge", "cost", "review"];
    assert!(topics.iter().all(|id| pages.iter().any(|(name, _)| *name == format!("{id}.html"))), "every topic has a page");
    let mut left: BTreeSet<String> = BTreeSet::new();
    for (name, page) in &pages {
        assert!(page.starts_with("<!doctype html>\n<html lang=\"de\">"), "{name}");
        left.extend(english(page));
        let (ours, theirs) = (figures(page, true), figures(&other.page(name), false));
        let times = |a: &[String], x: &String| a.iter().filter(|other| *other == x).count();
        let only = |a: &[String], b: &[String]| a.iter().filter(|x| times(a, x) > times(b, x)).cloned().collect::<Vec<_>>();
        assert!(ours == theirs, "{name}: only in German {:?}, only in English {:?}", only(&ours, &theirs), only(&theirs, &ours));
    }
    assert!(left.is_empty(), "{} texts: {left:#?}", left.len());
    let agent = pages.iter().find(|(name, _)| name.contains("sabine-petermann")).expect("her card");
    let desk = pages.iter().find(|(name, _)| name == "desk.html").expect("the desk");
    assert_golden(&[("desk_de", &desk.1), ("agent_de", &agent.1)]);
}

#[test]
fn a_file_changes_words_of_the_pages_and_a_mistake_in_it_is_told() {
    let desk = "[desk]\nname = \"D\"\ntime_zone = \"UTC\"\n[report]\ntexts = \"words.toml\"\n[[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n";
    let tickets = "id,created_at,resolved_at\n1,2026-11-10 09:00,2026-11-10 10:00\n";
    let texts = "language = \"en\"\n[texts]\n\"In pictures\" = \"Charts\"\n\"To work on\" = \"Next steps\"\n";
    let dir = folder(desk, &[("t.csv", tickets), ("words.toml", texts)]);
    let run = ["report", "--period", "2026-W46", "--as-of", "2026-11-16", "--out", "out"];
    deskcard_in(dir.path(), &run).ok();
    let page = std::fs::read_to_string(dir.path().join("out/2026-W46/desk.html")).expect("the page");
    assert!(page.contains("<h2>Next steps</h2>") && !page.contains("To work on"));
    std::fs::write(dir.path().join("words.toml"), "language = \"en\"\n[texts]\n\"In picture\" = \"Charts\"\n").expect("a file");
    let told = deskcard_in(dir.path(), &run);
    assert_eq!(
        (told.code, told.stderr.contains("nothing says `In picture`"), told.stderr.contains("did you mean `In pictures`?")),
        (2, true, true)
    );
    let unknown = deskcard_in(dir.path(), &[&run[..], &["--language", "xx"]].concat());
    assert_eq!(unknown.code, 2);
}
