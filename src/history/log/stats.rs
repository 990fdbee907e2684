//! What is known of the rows of a file, for readers that skip files: [per-file statistics](https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics).
//!
//! A bound is a promise: what cannot be said exactly is said wider. None is left out that can be said: of a file without the bounds that
//! other files have, delta-rs 1.6 shows no row to a filter on that column.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::error::{Error, Result};

/// Characters of a text that a bound keeps, as other writers do.
const KEPT_CHARS: usize = 32;

/// A smallest or largest value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text, in the order of its bytes.
    Text(String),
    /// A whole number of 32 or 64 bits.
    Long(i64),
    /// A number with a point; one that is not finite is never written.
    Double(f64),
    /// An instant: microseconds since 1970, UTC.
    Timestamp(i64),
}

/// What is known of the rows of a file.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    num_records: u64,
    min_values: BTreeMap<String, Json>,
    max_values: BTreeMap<String, Json>,
    null_count: BTreeMap<String, u64>,
}

impl Stats {
    /// Of a file with this many rows.
    pub fn new(num_records: u64) -> Self {
        Self { num_records, ..Self::default() }
    }

    /// The same with one more column: rows without a value, and the smallest and the largest value.
    ///
    /// `range` is `None` if no row has a value, and for kinds without an order.
    #[must_use]
    pub fn column(mut self, name: &str, null_count: u64, range: Option<(Value, Value)>) -> Self {
        self.null_count.insert(name.to_owned(), null_count);
        if let Some((min, max)) = range.and_then(|(min, max)| min.at_most().zip(max.at_least())) {
            self.min_values.insert(name.to_owned(), min);
            self.max_values.insert(name.to_owned(), max);
        }
        self
    }

    /// As the JSON text that [`super::Add::stats`] holds.
    ///
    /// # Errors
    /// A bug: there is nothing in it that JSON does not hold.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::bug(format!("the statistics of a file cannot be written as JSON: {e}")))
    }
}

/// The number of rows that a statistics text tells, whoever wrote it; `None` if it does not.
pub fn num_records(stats: &str) -> Option<u64> {
    #[derive(Deserialize)]
    struct Rows {
        #[serde(rename = "numRecords")]
        num_records: Option<u64>,
    }
    serde_json::from_str::<Rows>(stats).ok()?.num_records
}

impl Value {
    /// A bound that is no larger.
    fn at_most(&self) -> Option<Json> {
        match self {
            Self::Text(text) => Some(text.chars().take(KEPT_CHARS).collect::<String>().into()),
            Self::Timestamp(micros) => moment(micros.div_euclid(1000)),
            exact => exact.exactly(),
        }
    }

    /// A bound that is no smaller.
    fn at_least(&self) -> Option<Json> {
        match self {
            Self::Text(text) => Some(ceiling(text).unwrap_or_else(|| text.clone()).into()),
            Self::Timestamp(micros) => moment(micros.div_euclid(1000) + i64::from(micros.rem_euclid(1000) > 0)),
            exact => exact.exactly(),
        }
    }

    fn exactly(&self) -> Option<Json> {
        match self {
            Self::Text(text) => Some(text.as_str().into()),
            Self::Long(number) | Self::Timestamp(number) => Some((*number).into()),
            Self::Double(number) => number.is_finite().then(|| (*number).into()),
        }
    }
}

/// An instant in milliseconds since 1970; `None` outside the years that have four digits.
fn moment(millis: i64) -> Option<Json> {
    let at = DateTime::from_timestamp_millis(millis)?.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    (at.len() == "2026-11-16T06:00:00.000Z".len()).then(|| at.into())
}

/// A short text that is no smaller: the text, or the beginning of it with its last character raised. `None` if no character can be.
///
/// Readers compare by bytes or by UTF-16 units; both orders agree up to where the surrogates begin, so only such characters are raised.
fn ceiling(text: &str) -> Option<String> {
    if text.chars().nth(KEPT_CHARS).is_none() {
        return Some(text.to_owned());
    }
    let mut kept: Vec<char> = text.chars().take(KEPT_CHARS).collect();
    while let Some(last) = kept.pop() {
        if let Some(next) = char::from_u32(u32::from(last) + 1).filter(|next| *next < '\u{d7ff}') {
            kept.push(next);
            return Some(kept.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn statistics_as_text() {
        let long = "abcdefghijklmnopqrstuvwxyz0123456789";
        let stats = Stats::new(3)
            .column("opened", 0, Some((Value::Timestamp(1_794_808_800_000_001), Value::Timestamp(1_794_808_800_000_001))))
            .column("id", 0, Some((text(long), text(long))))
            .column("is_open", 2, None)
            .column("count", 1, Some((Value::Long(i64::MIN), Value::Long(7))))
            .column("rate", 1, Some((Value::Double(-0.5), Value::Double(1e300))));
        let told = r#"{"numRecords":3,"minValues":{"count":-9223372036854775808,"id":"abcdefghijklmnopqrstuvwxyz012345","opened":"2026-11-16T06:00:00.000Z","rate":-0.5},"maxValues":{"count":7,"id":"abcdefghijklmnopqrstuvwxyz012346","opened":"2026-11-16T06:00:00.001Z","rate":1e+300},"nullCount":{"count":1,"id":0,"is_open":2,"opened":0,"rate":1}}"#;
        assert_eq!(stats.to_json().unwrap(), told);
        assert_eq!(num_records(told), Some(3));
        assert_eq!((num_records("{}"), num_records("nonsense"), num_records(r#"{"numRecords":-1}"#)), (None, None, None));
    }

    #[test]
    fn no_bounds_where_one_cannot_be_said() {
        let stats = Stats::new(2)
            .column("nan", 0, Some((Value::Double(1.0), Value::Double(f64::NAN))))
            .column("inf", 0, Some((Value::Double(f64::NEG_INFINITY), Value::Double(0.0))))
            .column("far", 0, Some((Value::Timestamp(i64::MIN), Value::Timestamp(i64::MAX))));
        assert!(stats.min_values.is_empty() && stats.max_values.is_empty(), "{stats:?}");
        assert_eq!(stats.null_count.len(), 3);
    }

    #[test]
    fn the_largest_texts() {
        let raised = |text: &str| Value::Text(text.to_owned()).at_least().unwrap().as_str().unwrap().to_owned();
        let (high, low) = ("\u{10ffff}".repeat(40), "a".repeat(31));
        assert_eq!(raised(&high), high, "nothing shorter is as large");
        assert_eq!(raised(&format!("{low}{high}")), format!("{}b", "a".repeat(30)));
        assert_eq!(raised(&format!("{low}z")), format!("{low}z"), "short enough as it stands");
        assert_eq!(raised(&format!("{low}zz")), format!("{low}{{"));
    }

    #[test]
    fn before_1970_a_bound_is_still_on_its_side() {
        assert_eq!(Value::Timestamp(-1).at_most(), Some("1969-12-31T23:59:59.999Z".into()));
        assert_eq!(Value::Timestamp(-1).at_least(), Some("1970-01-01T00:00:00.000Z".into()));
    }

    proptest! {
        #[test]
        fn bounds_hold(text in "\\PC{0,50}") {
            let value = Value::Text(text.clone());
            let utf16 = |text: &str| text.encode_utf16().collect::<Vec<_>>();
            let min = value.at_most().unwrap();
            let min = min.as_str().unwrap();
            prop_assert!(min <= text.as_str() && utf16(min) <= utf16(&text));
            prop_assert!(min.chars().count() <= KEPT_CHARS);
            let max = value.at_least().unwrap();
            let max = max.as_str().unwrap();
            prop_assert!(max >= text.as_str() && utf16(max) >= utf16(&text), "{max:?}");
            prop_assert!(max.chars().count() <= KEPT_CHARS || max == text);
        }
    }
}
