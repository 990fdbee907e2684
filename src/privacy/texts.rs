//! Every text of a scorecard, rewritten: all strings but the few that machines read, so that a new field is rewritten too.

use std::collections::BTreeMap;

use serde_json::Value;

use super::words::Words;
use crate::error::{Error, Result};
use crate::scorecard::Scorecard;

/// Fields that are codes of ours, never texts of a desk.
const CODES: [&str; 20] = [
    "assurance",
    "because",
    "better",
    "certainty",
    "chart",
    "code",
    "config_hash",
    "first_day",
    "id",
    "kind",
    "last_day",
    "level",
    "metric",
    "parent",
    "period",
    "preset",
    "sha256",
    "time_zone",
    "unit",
    "variation",
];
/// Fields with the name of a page or file, which holds a card's slug.
const PATHS: [&str; 3] = ["page", "rows_file", "slug"];
/// Lists of pairs whose first part is a code.
const CODED_PAIRS: [&str; 3] = ["empty_because", "events", "phases"];

/// The scorecard with other words for names, and other slugs.
pub(super) fn rewritten(scorecard: &Scorecard, words: &Words, slugs: &BTreeMap<String, String>) -> Result<Scorecard> {
    let failed = |e: serde_json::Error| Error::bug(format!("a scorecard cannot be rewritten: {e}"));
    let mut all = serde_json::to_value(scorecard).map_err(failed)?;
    Rewrite { words, slugs }.value(&mut all, "");
    serde_json::from_value(all).map_err(failed)
}

struct Rewrite<'a> {
    words: &'a Words,
    slugs: &'a BTreeMap<String, String>,
}

impl Rewrite<'_> {
    fn value(&self, value: &mut Value, key: &str) {
        match value {
            Value::String(_) if CODES.contains(&key) => {}
            Value::String(path) if PATHS.contains(&key) => *path = self.path(path),
            Value::String(text) => *text = self.words.replaced(text),
            Value::Array(pairs) if CODED_PAIRS.contains(&key) => pairs.iter_mut().for_each(|pair| self.second(pair)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item, key)),
            Value::Object(fields) if !is_of_a_period(fields) => fields.iter_mut().for_each(|(key, field)| self.value(field, key)),
            _ => {}
        }
    }

    fn second(&self, pair: &mut Value) {
        if let Some(text) = pair.get_mut(1) {
            self.value(text, "");
        }
    }

    fn path(&self, path: &str) -> String {
        let longest = self.slugs.iter().filter(|(slug, _)| path.contains(slug.as_str())).max_by_key(|(slug, _)| slug.len());
        longest.map_or_else(|| path.to_owned(), |(slug, other)| path.replace(slug.as_str(), other))
    }
}

/// A point or a period: names of months and weeks, which may be names of people too.
fn is_of_a_period(fields: &serde_json::Map<String, Value>) -> bool {
    fields.contains_key("is_partial") && fields.contains_key("short")
}
