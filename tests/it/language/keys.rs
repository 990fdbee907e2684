//! Every sentence there is: read from the sources, the templates and the metric catalogue.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

use crate::harness::root;

/// A text in quotes; what stands between them.
const TEXT: &str = r#""((?:[^"\\]|\\(?s:.))*)""#;

/// All sentences of the program; of a plural the form for many.
pub(super) fn all() -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let sentence = Regex::new(&format!(r"\b(?:say|key)!\(\s*{TEXT}")).expect("a pattern");
    let plural = Regex::new(&format!(r#"\bsay!\([^";]*?=>\s*{TEXT},\s*{TEXT}"#)).expect("a pattern");
    for code in texts(&root().join("src"), "rs", &["language", "tests"]) {
        out.extend(sentence.captures_iter(&code).map(|c| meant(&c[1])));
        out.extend(plural.captures_iter(&code).map(|c| meant(&c[2])));
    }
    let filtered = Regex::new(r#""([^"]*)" \| t\b"#).expect("a pattern");
    for template in texts(&root().join("report_templates"), "html", &[]) {
        out.extend(filtered.captures_iter(&template).map(|c| c[1].to_owned()));
    }
    out.extend(catalogue());
    out
}

fn catalogue() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("src/metrics/catalogue.toml")).expect("the catalogue");
    let whole: toml::Table = text.parse().expect("TOML");
    let metrics = whole["metric"].as_array().expect("metrics");
    let of = |m: &toml::Value| ["label", "short", "section", "text"].map(|key| m.get(key).and_then(|v| v.as_str()).map(str::to_owned));
    metrics.iter().flat_map(of).flatten().filter(|text| !text.is_empty()).collect()
}

/// The files below a folder, without lines of comment.
fn texts(dir: &Path, ending: &str, without: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if without.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            out.extend(texts(&path, ending, without));
        } else if path.extension().is_some_and(|e| e == ending) {
            let text = std::fs::read_to_string(&path).expect("UTF-8");
            out.push(text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n"));
        }
    }
    out
}

/// What a text of a source says.
fn meant(text: &str) -> String {
    let (continued, numbered) = (Regex::new(r"\\\n\s*").expect("a pattern"), Regex::new(r"\\u\{([0-9a-f]+)\}").expect("a pattern"));
    let joined = continued.replace_all(text, "");
    let letter = |c: &regex::Captures<'_>| u32::from_str_radix(&c[1], 16).ok().and_then(char::from_u32).expect("a letter").to_string();
    numbered.replace_all(&joined, letter).replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\")
}
