//! A warning, and the names of their kinds.

use serde::Serialize;
use std::fmt;
use std::str::FromStr;

use crate::error::{Error, nearest};

/// The kinds of warning, in the order they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No file of a source is there. `seen`: files; `low`: 1.
    SourceMissing,
    /// No row of the week reported, or none since it was over. `seen`: days since the newest; `high`: days it may be old.
    NoNewData,
    /// Far fewer or far more rows than usual. `seen`: rows; `low` to `high`: what is usual.
    Volume,
    /// Days without rows that always have some. `seen`: such days; `high`: 0.
    DayMissing,
    /// A group or queue without rows that always has some. `seen`: such groups; `high`: 0.
    GroupMissing,
    /// A column went empty. `seen`: share of empty cells; `high`: share before.
    ColumnEmpty,
    /// As many rows as the product exports at most. `seen`: rows; `high`: one less than the limit.
    RowLimit,
    /// Agents who are not on the roster. `seen`: their share of the rows; `high`: 0.
    OffRoster,
    /// A published period would say something else today; made where periods are published.
    Restated,
}

impl Code {
    /// All kinds, in the order they are told.
    pub const ALL: [Code; 9] = [
        Code::SourceMissing,
        Code::NoNewData,
        Code::Volume,
        Code::DayMissing,
        Code::GroupMissing,
        Code::ColumnEmpty,
        Code::RowLimit,
        Code::OffRoster,
        Code::Restated,
    ];

    /// The name used in the config and in `run.json`.
    pub fn name(self) -> &'static str {
        match self {
            Code::SourceMissing => "source_missing",
            Code::NoNewData => "no_new_data",
            Code::Volume => "volume",
            Code::DayMissing => "day_missing",
            Code::GroupMissing => "group_missing",
            Code::ColumnEmpty => "column_empty",
            Code::RowLimit => "row_limit",
            Code::OffRoster => "off_roster",
            Code::Restated => "restated",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Code {
    type Err = Error;

    /// The kind of that name; else an error with the nearest.
    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Code::ALL.into_iter().find(|code| code.name() == text);
        found.ok_or_else(|| {
            let error = Error::config(format!("unknown guard `{text}`"));
            match nearest(text, Code::ALL.map(Code::name)).first() {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("guards: {}", Code::ALL.map(Code::name).join(", "))),
            }
        })
    }
}

/// Something a reader must know before the figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Warning {
    /// What kind of thing was seen.
    pub code: Code,
    /// The source, by its name in the config.
    pub source: String,
    /// A sentence: what was seen, compared with what, what to do.
    pub text: String,
    /// Whether the config says that a run stops here.
    pub is_stop: bool,
    /// What was seen, in the unit of [`Code`]; finite, as are both limits.
    pub seen: f64,
    /// The least that is usual.
    pub low: f64,
    /// The most that is usual.
    pub high: f64,
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn names_round_trip_and_sort_as_they_are_told() {
        for code in Code::ALL {
            assert_eq!(code.name().parse::<Code>().unwrap(), code);
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{code}\""));
        }
        assert!(Code::ALL.is_sorted());
        let error = "volumes".parse::<Code>().unwrap_err();
        assert_eq!(error.to_string(), "unknown guard `volumes`\n  hint: did you mean `volume`?");
        assert!("xyz".parse::<Code>().unwrap_err().to_string().contains("guards: source_missing, no_new_data"));
    }
}
