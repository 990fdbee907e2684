//! JSON Schemas (draft 2020-12) of what other programs read, `scorecard.json` and `run.json`, and of the config, for editors.
//!
//! Those of the outputs come from the types that are written, their descriptions from the types' own documentation. What is described is what
//! is written: a property that may be null is there all the same. Properties may be added without a new version, so others are allowed.

use crate::run_record::{self, RunRecord};
use crate::scorecard::{self, Scorecard};
use crate::settings;
use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

/// The names of the schemas, as they are asked for.
pub const NAMES: [&str; 3] = ["scorecard", "run", "config"];

/// The schema of that name, of [`NAMES`].
pub fn named(name: &str) -> Option<Value> {
    match name {
        "scorecard" => Some(scorecard()),
        "run" => Some(run()),
        "config" => Some(config()),
        _ => None,
    }
}

/// The schema of `scorecard.json`.
pub fn scorecard() -> Value {
    output::<Scorecard>("scorecard", "deskcard: scorecard.json", scorecard::SCHEMA_VERSION)
}

/// The schema of `run.json`.
pub fn run() -> Value {
    output::<RunRecord>("run", "deskcard: run.json", run_record::SCHEMA_VERSION)
}

/// The schema of `deskcard.toml` once its dates are texts, as editors see it.
pub fn config() -> Value {
    let mut schema = settings::schema();
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["$id"] = json!("urn:deskcard:schema:config");
    schema["title"] = json!("deskcard: deskcard.toml");
    schema
}

/// The schema of a type that carries its version.
fn output<T: JsonSchema>(name: &str, title: &str, version: u32) -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with_transform(words_of_json);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    schema["$id"] = json!(format!("urn:deskcard:schema:{name}:{version}"));
    schema["title"] = json!(title);
    schema["properties"]["schema_version"] = json!({
        "type": "integer",
        "const": version,
        "description": "Version of this shape; raised when a property changes its meaning or goes away, or a reader of the old shape would stumble.",
    });
    schema
}

/// Turns the words of Rust's documentation into those of JSON: links are plain names, a field is `Type.field`, `None` is `null`.
fn words_of_json(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace("[`", "`").replace("`]", "`").replace("::", ".").replace("`None`", "`null`");
    }
    transform_subschemas(&mut words_of_json, schema);
}

#[cfg(test)]
mod tests;
