//! The numbers that fact expressions use as `$name`.

use super::node::{Table, did_you_mean};
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::fmt;

/// A parameter's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number; durations are seconds.
    Int(i64),
    /// A number with a fraction.
    Real(f64),
}

impl Number {
    /// The value as a float.
    pub fn as_f64(self) -> f64 {
        match self {
            Number::Int(n) => n as f64,
            Number::Real(x) => x,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Int(n) => n.fmt(f),
            Number::Real(x) => write!(f, "{x:?}"),
        }
    }
}

/// What a parameter holds and where it may lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sort {
    /// Plain time in seconds.
    Time,
    /// More than 0 and at most 1.
    Share,
    /// A point on the satisfaction scale.
    Score,
}

/// Names, sorts, defaults.
pub(super) const KNOWN: &[(&str, Sort, Number)] = &[
    ("service_level", Sort::Time, Number::Int(20)),
    ("short_abandon", Sort::Time, Number::Int(10)),
    ("repeat_window", Sort::Time, Number::Int(7 * 86_400)),
    ("reopen_window", Sort::Time, Number::Int(7 * 86_400)),
    ("fcr_time", Sort::Time, Number::Int(3600)),
    ("stale_after", Sort::Time, Number::Int(5 * 86_400)),
    ("near_miss", Sort::Share, Number::Real(0.8)),
    ("survey_window", Sort::Time, Number::Int(7 * 86_400)),
    ("csat_good", Sort::Score, Number::Int(4)),
    ("csat_max", Sort::Score, Number::Int(5)),
    ("match_before", Sort::Time, Number::Int(300)),
    ("match_after", Sort::Time, Number::Int(3600)),
];

/// The keys of `[parameters]`: the names of [`KNOWN`].
const KEYS: &[&str] = &{
    let mut names = [""; KNOWN.len()];
    let mut i = 0;
    while i < names.len() {
        names[i] = KNOWN[i].0;
        i += 1;
    }
    names
};

/// All parameters by name, defaults filled in. Durations are whole seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters(BTreeMap<String, Number>);

impl Default for Parameters {
    fn default() -> Self {
        Self(KNOWN.iter().map(|(name, _, value)| ((*name).to_owned(), *value)).collect())
    }
}

impl Parameters {
    /// The value of a parameter, if there is one of that name.
    pub fn get(&self, name: &str) -> Option<Number> {
        self.0.get(name).copied()
    }

    /// Names and values in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Number)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// A duration in seconds. A bug of ours if there is no duration of that name.
    pub fn secs(&self, name: &str) -> Result<i64> {
        match self.get(name) {
            Some(Number::Int(secs)) => Ok(secs),
            _ => Err(Error::bug(format!("no parameter `{name}` in seconds"))),
        }
    }

    /// The longest of the durations, in seconds.
    pub fn longest_secs(&self) -> i64 {
        let times = KNOWN.iter().filter(|(_, sort, _)| matches!(sort, Sort::Time));
        times.filter_map(|(name, ..)| self.secs(name).ok()).max().unwrap_or(0)
    }

    /// The text of an expression with each `$name` outside quotes replaced by its number.
    ///
    /// An unknown name is a config error with the nearest known ones.
    pub fn sql(&self, text: &str) -> Result<String> {
        let mut out = String::with_capacity(text.len());
        let mut is_quoted = false;
        let mut rest = text;
        while let Some(at) = rest.find(['$', '\'']) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let is_name = from.starts_with('$') && !is_quoted;
            let length = if is_name { name_length(&from[1..]) + 1 } else { 1 };
            is_quoted ^= from.starts_with('\'');
            let (token, after) = from.split_at(length);
            out.push_str(&if is_name { self.value_of(&token[1..])? } else { token.to_owned() });
            rest = after;
        }
        Ok(out + rest)
    }

    fn value_of(&self, name: &str) -> Result<String> {
        let error = || did_you_mean(Error::config(format!("unknown parameter `${name}`")), name, KEYS);
        self.get(name).map(|n| n.to_string()).ok_or_else(error)
    }

    pub(super) fn read(table: Option<&Table<'_>>) -> Result<Self> {
        let mut values = Self::default();
        let Some(table) = table else { return Ok(values) };
        for node in table.nodes() {
            let sort = KNOWN.iter().find(|(name, ..)| *name == node.key).map_or(Sort::Score, |k| k.1);
            let value = match sort {
                Sort::Time => Number::Int(node.plain_secs()?),
                Sort::Share => Number::Real(node.share()?),
                Sort::Score => score(node.number()?),
            };
            values.0.insert(node.key.to_owned(), value);
        }
        values.check_scale(table)?;
        Ok(values)
    }

    fn check_scale(&self, table: &Table<'_>) -> Result<()> {
        let of = |name| self.get(name).map_or(0.0, Number::as_f64);
        let (good, max) = (of("csat_good"), of("csat_max"));
        if 0.0 < good && good <= max {
            return Ok(());
        }
        let what = format!("`csat_good` is {good} on a scale that ends at {max}");
        let place = table.get("csat_good").or_else(|| table.get("csat_max")).map_or_else(|| table.place(), |n| n.place());
        Err(Error::config(what).at(place).hint("`csat_good` must be more than 0 and at most `csat_max`"))
    }

    /// The keys allowed in the config.
    pub(super) fn keys() -> &'static [&'static str] {
        KEYS
    }
}

/// Whole numbers stay whole, so that they print without a fraction.
fn score(value: f64) -> Number {
    if value.fract() == 0.0 && value.abs() < 1e15 { Number::Int(value as i64) } else { Number::Real(value) }
}

fn name_length(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_numbers_outside_quotes() {
        let sql = |text| Parameters::default().sql(text);
        assert_eq!(sql("wait_secs <= $service_level").as_deref(), Ok("wait_secs <= 20"));
        assert_eq!(sql("x > $near_miss*y AND z < $match_after)").as_deref(), Ok("x > 0.8*y AND z < 3600)"));
        assert_eq!(sql("a = 'it''s $fcr_time' OR b < $fcr_time").as_deref(), Ok("a = 'it''s $fcr_time' OR b < 3600"));
        assert_eq!(sql("no names — at all").as_deref(), Ok("no names — at all"));
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_nearest() {
        let error = Parameters::default().sql("a < $service_levl").expect_err("refused");
        assert_eq!(error.what, "unknown parameter `$service_levl`");
        assert!(error.hints[0].starts_with("did you mean `service_level`"), "{error}");
        assert!(Parameters::default().sql("a < $").is_err());
    }
}
