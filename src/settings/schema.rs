//! The JSON Schema of `deskcard.toml`: what the readers of this folder accept, said once more for editors.
//!
//! Choices, defaults and canonical columns come from the readers' own lists. The keys are written down a second time, with their descriptions;
//! a test holds those of every table to what its reader accepts. The schema never refuses what the readers accept. It accepts some of what they
//! refuse: what only two keys together, or the data, make wrong.

mod calendars;
mod form;
mod sla;
mod source;
mod tables;

use form::{Key, definition, key, list_of, table, to};
use serde_json::{Map, Value, json};

/// The schema without `$schema`, `$id` and title. Dates of TOML are texts in it.
pub fn schema() -> Value {
    let mut schema = table("The config of deskcard: one desk, its exports, and what is promised and wanted.", &["desk", "source"], keys());
    schema["$defs"] = Value::Object(definitions());
    schema
}

fn keys() -> Vec<Key> {
    let own = [
        key("calendar", "When the desk is open; without it, day and night.", to("calendar")),
        key("calendars", "Calendars with a name: of suppliers, groups, public holidays.", calendars::named()),
        key("sla", "What is promised, and by which clock it is measured.", sla::sla()),
        key("source", "The exports to read, one table each; at least one.", list_of(&source::source(), 1)),
    ];
    tables::keys().into_iter().chain(own).collect()
}

/// What is used in more than one place.
fn definitions() -> Map<String, Value> {
    let zones: Vec<&str> = chrono_tz::TZ_VARIANTS.iter().map(|z| z.name()).collect();
    let mut all = vec![definition("time_zone", json!({ "description": "An IANA time zone.", "enum": zones }))];
    all.extend(calendars::definitions());
    all.extend(sla::definitions());
    all.extend(source::definitions());
    all.into_iter().collect()
}

#[cfg(test)]
pub(crate) mod check;
#[cfg(test)]
mod tests;
