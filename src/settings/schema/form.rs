//! The forms a value of the config may have, as pieces of JSON Schema. Only keywords that older drafts know too: editors lag behind.

use crate::clock::DAY;
use serde_json::{Map, Value, json};

/// Plain time: `20s`, `15m`, `4h`, `2d`.
const PLAIN: &str = r"[0-9]+(\.[0-9]{1,6})?(s|m|min|h|d)";
/// Time on either clock: also `30bm`, `8bh`, `3bd`.
pub(super) const EITHER: &str = r"[0-9]+(\.[0-9]{1,6})?(s|m|min|h|d|bm|bmin|bh|bd)";
/// What a goal may be measured in: no business days.
const MEASURED: &str = r"[0-9]+(\.[0-9]{1,6})?(s|m|min|h|d|bm|bmin|bh)";
/// `85%`, with or without blanks.
const PERCENT: &str = r"\s*\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*%";
/// `16:00` or `16:00:30`.
pub(super) const TIME: &str = "[0-9]{2}:[0-9]{2}(:[0-9]{2})?";
const DATE: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}";

/// A key of a table with what it may hold.
#[derive(Debug, Clone)]
pub(super) struct Key {
    name: &'static str,
    schema: Value,
}

/// A key, what it means, and its form.
pub(super) fn key(name: &'static str, doc: &str, form: Value) -> Key {
    let mut schema = form;
    schema["description"] = json!(doc);
    Key { name, schema }
}

impl Key {
    /// The same key with what holds where it is not given.
    pub(super) fn or(mut self, default: impl Into<Value>) -> Self {
        self.schema["default"] = default.into();
        self
    }
}

/// A table of these keys and no others.
pub(super) fn table(doc: &str, needed: &[&str], keys: impl IntoIterator<Item = Key>) -> Value {
    let properties: Map<String, Value> = keys.into_iter().map(|k| (k.name.to_owned(), k.schema)).collect();
    let mut table = json!({ "description": doc, "type": "object", "additionalProperties": false, "properties": properties });
    if !needed.is_empty() {
        table["required"] = json!(needed);
    }
    table
}

/// A table with keys of the user's own.
pub(super) fn open_table(value: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": value })
}

/// A table whose keys have this pattern.
pub(super) fn table_by(pattern: &str, value: &Value) -> Value {
    json!({ "type": "object", "propertyNames": { "pattern": pattern }, "additionalProperties": value })
}

/// An entry of `$defs`.
pub(super) fn definition(name: impl Into<String>, schema: Value) -> (String, Value) {
    (name.into(), schema)
}

/// What stands under that name in `$defs`.
pub(super) fn to(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

pub(super) fn any_of(forms: impl IntoIterator<Item = Value>) -> Value {
    json!({ "anyOf": forms.into_iter().collect::<Vec<_>>() })
}

/// A list.
pub(super) fn list_of(form: &Value, least: usize) -> Value {
    json!({ "type": "array", "items": form, "minItems": least })
}

/// A value by itself, or a list of such.
pub(super) fn one_or_list(form: Value, least: usize) -> Value {
    let list = list_of(&form, least);
    any_of([form, list])
}

/// A text that is not blank.
pub(super) fn text() -> Value {
    json!({ "type": "string", "pattern": r"\S" })
}

/// A text, or a list of texts that is not empty.
pub(super) fn texts() -> Value {
    one_or_list(text(), 1)
}

/// A text, or something written without quotes that stands for its text.
pub(super) fn word() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

/// A text all of which has this pattern.
pub(super) fn pattern(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": format!("^({pattern})$") })
}

/// A lower case letter, then lower case letters, digits and underscores.
pub(super) const NAME: &str = "^[a-z][a-z0-9_]*$";

pub(super) fn name() -> Value {
    json!({ "type": "string", "pattern": NAME })
}

/// One of these words.
pub(super) fn choice<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Value {
    json!({ "enum": words.into_iter().map(|w| w.as_ref().to_owned()).collect::<Vec<_>>() })
}

pub(super) fn flag() -> Value {
    json!({ "type": "boolean" })
}

/// A whole number in these bounds.
pub(super) fn whole(least: u32, most: Option<u32>) -> Value {
    let mut form = json!({ "type": "integer", "minimum": least });
    if let Some(most) = most {
        form["maximum"] = json!(most);
    }
    form
}

/// `2026-11-16`, with or without quotes.
pub(super) fn date() -> Value {
    pattern(DATE)
}

/// The pattern of a key that is a date.
pub(super) fn date_key() -> String {
    format!("^{DATE}$")
}

/// `2026-11-16` or `2026-11-16 06:00`.
pub(super) fn local_time() -> Value {
    pattern(&format!("{DATE}([ T]{TIME})?"))
}

/// Plain time.
pub(super) fn span() -> Value {
    pattern(PLAIN)
}

/// Plain time, or 0 for none.
pub(super) fn wait() -> Value {
    any_of([pattern(&format!("0(s|m|min|h|d)?|{PLAIN}")), json!({ "type": "integer", "minimum": 0, "maximum": 0 })])
}

/// A share: a number more than `above` and at most (or less than) `most`, or a percentage.
pub(super) fn share(above: f64, most: f64, includes_most: bool) -> Value {
    let upper = if includes_most { "maximum" } else { "exclusiveMaximum" };
    any_of([json!({ "type": "number", "exclusiveMinimum": above, upper: most }), pattern(PERCENT)])
}

/// A goal: a percentage, a length of time, or a number.
pub(super) fn goal() -> Value {
    any_of([json!({ "type": "number" }), pattern(&format!("{PERCENT}|{MEASURED}"))])
}

/// Seconds as the config writes them: `7d`, `1h`, `90s`.
pub(super) fn span_text(secs: i64) -> String {
    let units = [(DAY, "d"), (3600, "h"), (60, "m")];
    let (factor, unit) = units.into_iter().find(|(factor, _)| secs > 0 && secs % factor == 0).unwrap_or((1, "s"));
    format!("{}{unit}", secs / factor)
}
