//! What a version says of itself. The protocol leaves its content open, so nothing in it is an error.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who made a version, when, and why.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Value>", into = "BTreeMap<String, Value>")]
pub struct CommitInfo {
    /// When: milliseconds since 1970, UTC; 0 if it does not say.
    pub timestamp: i64,
    /// What was done, in capitals: `WRITE`, `MERGE`.
    pub operation: String,
    /// With what.
    pub operation_parameters: BTreeMap<String, Value>,
    /// Counts of what was done; numbers of other writers become text.
    pub operation_metrics: BTreeMap<String, String>,
    /// The program and its version.
    pub engine_info: String,
    /// Everything else, as it stands.
    pub rest: BTreeMap<String, Value>,
}

impl From<BTreeMap<String, Value>> for CommitInfo {
    fn from(mut map: BTreeMap<String, Value>) -> Self {
        let timestamp = take(&mut map, "timestamp", |value| value.as_i64().ok_or(value)).unwrap_or_default();
        let operation = take(&mut map, "operation", text).unwrap_or_default();
        let engine_info = take(&mut map, "engineInfo", text).unwrap_or_default();
        let operation_parameters = take(&mut map, "operationParameters", entries).unwrap_or_default();
        let metrics = take(&mut map, "operationMetrics", entries).unwrap_or_default();
        let operation_metrics =
            metrics.into_iter().map(|(name, value)| (name, text(value).unwrap_or_else(|other| other.to_string()))).collect();
        Self { timestamp, operation, operation_parameters, operation_metrics, engine_info, rest: map }
    }
}

impl From<CommitInfo> for BTreeMap<String, Value> {
    fn from(info: CommitInfo) -> Self {
        let CommitInfo { timestamp, operation, operation_parameters, operation_metrics, engine_info, rest: mut map } = info;
        let metrics = operation_metrics.into_iter().map(|(name, value)| (name, Value::from(value))).collect();
        let known = [
            ("timestamp", Value::from(timestamp)),
            ("operation", Value::from(operation)),
            ("operationParameters", Value::Object(operation_parameters.into_iter().collect())),
            ("operationMetrics", Value::Object(metrics)),
            ("engineInfo", Value::from(engine_info)),
        ];
        map.extend(known.map(|(key, value)| (key.to_owned(), value)));
        map
    }
}

/// Takes a value out of the map if it is of the kind expected; otherwise it stays there.
fn take<T>(map: &mut BTreeMap<String, Value>, key: &str, read: impl Fn(Value) -> Result<T, Value>) -> Option<T> {
    let value = map.remove(key)?;
    read(value).map_err(|other| map.insert(key.to_owned(), other)).ok()
}

fn text(value: Value) -> Result<String, Value> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(other),
    }
}

fn entries(value: Value) -> Result<BTreeMap<String, Value>, Value> {
    match value {
        Value::Object(map) => Ok(map.into_iter().collect()),
        other => Err(other),
    }
}
