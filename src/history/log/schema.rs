//! The columns of a table, as the log has them: [schema serialization](https://github.com/delta-io/delta/blob/master/PROTOCOL.md#schema-serialization-format).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// UTF-8 text.
    #[serde(rename = "string")]
    Text,
    /// A whole number of 64 bits.
    #[serde(rename = "long")]
    Long,
    /// A whole number of 32 bits.
    #[serde(rename = "integer")]
    Integer,
    /// A number of 64 bits with a point.
    #[serde(rename = "double")]
    Double,
    /// Yes or no.
    #[serde(rename = "boolean")]
    Boolean,
    /// An instant: microseconds since 1970, UTC.
    #[serde(rename = "timestamp")]
    Timestamp,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether a row may have no value in it.
    pub nullable: bool,
}

impl Field {
    /// A column that may have no value.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self { name: name.into(), kind, nullable: true }
    }
}

/// A struct, as the log has it.
#[derive(Serialize, Deserialize)]
struct Struct {
    r#type: String,
    fields: Vec<Column>,
}

/// A column, as the log has it.
#[derive(Serialize, Deserialize)]
struct Column {
    name: String,
    r#type: Value,
    nullable: bool,
    #[serde(default)]
    metadata: BTreeMap<String, Value>,
}

/// The columns as JSON text.
///
/// # Errors
/// A config error if two names differ in upper and lower case only: the format holds them to be the same.
pub fn schema_string(fields: &[Field]) -> Result<String> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = fields.iter().find(|field| !seen.insert(field.name.to_lowercase())) {
        let what = format!("two columns are named `{}` if upper and lower case are the same, as they are in the history", twice.name);
        return Err(Error::config(what).hint("name one of them differently"));
    }
    let column = |field: &Field| {
        let kind = serde_json::to_value(field.kind)?;
        Ok(Column { name: field.name.clone(), r#type: kind, nullable: field.nullable, metadata: BTreeMap::new() })
    };
    fields
        .iter()
        .map(column)
        .collect::<serde_json::Result<_>>()
        .and_then(|fields| serde_json::to_string(&Struct { r#type: "struct".to_owned(), fields }))
        .map_err(|e| Error::bug(format!("the columns cannot be written as JSON: {e}")))
}

/// The columns of a schema's JSON text.
pub(super) fn fields(schema: &str) -> Result<Vec<Field>> {
    let read: Struct = serde_json::from_str(schema).map_err(|e| Error::input(format!("the schema of the table is damaged: {e}")))?;
    if read.r#type != "struct" {
        return Err(Error::input(format!("the schema of the table is a `{}`, not a `struct`", read.r#type)));
    }
    read.fields.into_iter().map(field).collect()
}

/// A column whose kind is known, and that asks nothing of its values but to be there.
fn field(column: Column) -> Result<Field> {
    let Column { name, r#type, nullable, metadata } = column;
    if metadata.contains_key("delta.invariants") {
        return Err(Error::input(format!("the column `{name}` has an invariant, which is not kept here")));
    }
    match Kind::deserialize(&r#type) {
        Ok(kind) => Ok(Field { name, kind, nullable }),
        Err(_) => Err(Error::input(format!("the column `{name}` is of the type {type}, which is not known here"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_as_text_and_back() {
        let kinds = [Kind::Text, Kind::Long, Kind::Integer, Kind::Double, Kind::Boolean, Kind::Timestamp];
        let columns: Vec<Field> = kinds.into_iter().enumerate().map(|(i, kind)| Field::new(format!("c{i}"), kind)).collect();
        let text = schema_string(&columns).unwrap();
        assert_eq!(
            schema_string(&columns[..2]).unwrap(),
            r#"{"type":"struct","fields":[{"name":"c0","type":"string","nullable":true,"metadata":{}},{"name":"c1","type":"long","nullable":true,"metadata":{}}]}"#
        );
        assert_eq!(fields(&text).unwrap(), columns);
    }

    #[test]
    fn names_are_the_same_in_any_case() {
        let error = schema_string(&[Field::new("Größe", Kind::Text), Field::new("GRÖSSE", Kind::Text), Field::new("größe", Kind::Long)])
            .unwrap_err();
        assert!(error.what.contains("`größe`"), "{error}");
        assert_eq!(error.kind.exit_code(), 2);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let one = |column: &str| fields(&format!(r#"{{"type":"struct","fields":[{column}]}}"#));
        let told = |column: &str| one(column).unwrap_err().what;
        assert!(told(r#"{"name":"x","type":"decimal(10,2)","nullable":true,"metadata":{}}"#).contains("decimal(10,2)"));
        assert!(told(r#"{"name":"x","type":{"type":"array","elementType":"long","containsNull":true},"nullable":true}"#).contains("array"));
        assert!(told(r#"{"name":"x","type":"long","nullable":true,"metadata":{"delta.invariants":"{}"}}"#).contains("invariant"));
        assert!(told(r#"{"name":"x"}"#).contains("damaged"));
        assert!(fields("").is_err() && fields("[]").is_err() && fields(r#"{"type":"map","fields":[]}"#).is_err());
        let strict = one(r#"{"name":"x","type":"long","nullable":false,"metadata":{"comment":"of Spark"}}"#).unwrap();
        assert_eq!(strict, [Field { name: "x".to_owned(), kind: Kind::Long, nullable: false }]);
    }
}
