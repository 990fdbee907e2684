//! What an export is and how to read it, from its header and its values: evidence first, then a proposal, and a question
//! wherever the file itself cannot tell. Nothing is guessed silently: whatever the file leaves open stays a comment with the
//! line that would answer it.

mod aliases;
mod columns;
mod config;
mod dates;
mod fit;
mod group;
mod known;
mod looks;
mod proposal;
mod recognise;
mod rows;
mod sample;
mod special;
mod suggest;
mod text;
mod units;
mod words;
mod write;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use chrono_tz::Tz;
use serde::{Serialize, Serializer};

pub use config::config;
pub use group::{Group, group};
pub use proposal::{Line, SourceProposal};
pub use text::text;

/// What is needed of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// The file as shown.
    pub shown: String,
    /// How it is written: what ("encoding", "delimiter", "header" …), what was found, by which evidence.
    pub told: Vec<(String, String, String)>,
    /// The header; "column 1" … for a file without one.
    pub header: Vec<String>,
    /// The first rows, or all.
    pub rows: Vec<Vec<String>>,
    /// Rows that were counted.
    pub rows_seen: u64,
    /// Whether those are all rows of the file.
    pub is_whole: bool,
    /// Where the rows of a second and of each further file start, if there are several.
    pub starts: Vec<usize>,
}

impl Sample {
    /// The trimmed texts of a field, or of several joined by a blank: empty where one of them is, one a row.
    fn texts<'a>(&'a self, fields: &'a [usize]) -> impl Iterator<Item = Cow<'a, str>> {
        let cell = |row: &'a Vec<String>, field: usize| row.get(field).map_or("", |c| c.trim());
        self.rows.iter().map(move |row| match fields {
            [one] => Cow::Borrowed(cell(row, *one)),
            several if several.iter().any(|f| cell(row, *f).is_empty()) => Cow::Borrowed(""),
            several => Cow::Owned(several.iter().map(|f| cell(row, *f)).collect::<Vec<_>>().join(" ")),
        })
    }
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It fits, and so might something else.
    Guess,
    /// Nothing else fits as well.
    Likely,
    /// The file has what only this has.
    Certain,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Guess => "a guess",
            Self::Likely => "likely",
            Self::Certain => "certain",
        })
    }
}

impl Serialize for Confidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A finding with what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was found.
    pub found: String,
    /// How sure it is.
    pub confidence: Confidence,
    /// What speaks for it.
    pub evidence: String,
}

/// What one column of the file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnFinding {
    /// Its header.
    pub header: String,
    /// The canonical columns it fills; none if it is not used.
    pub canonical: Vec<String>,
    /// Why, or what it might be.
    pub why: String,
    /// A few of its values.
    pub examples: Vec<String>,
    /// Words that mean nothing yet, with how often each is there.
    pub unknown_words: Vec<(String, u64)>,
}

/// What the file cannot tell. No answer is taken for granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// What is asked.
    pub what: String,
    /// Why it is open.
    pub evidence: String,
    /// What an answer means, and the line of config that gives it.
    pub answers: Vec<(String, String)>,
    /// Whether the lines belong under `[source.columns]` rather than `[[source]]`.
    pub is_of_column: bool,
}

/// What an export is and how to read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// The file as shown.
    pub shown: String,
    /// The product it comes from; empty if none is recognised.
    pub product: Finding,
    /// The kind of source; empty if it is none.
    pub kind: Finding,
    /// Its columns, in the order of the file.
    pub columns: Vec<ColumnFinding>,
    /// What it cannot tell.
    pub questions: Vec<Question>,
    /// What looks wrong.
    pub warnings: Vec<String>,
    /// The config that reads it.
    pub proposal: SourceProposal,
}

/// Finds out what an export is and how to read it; `zone` is the desk's.
pub fn inspect(sample: &Sample, zone: Tz) -> Inspection {
    let narrow = narrowed(sample);
    let sample = narrow.as_ref().unwrap_or(sample);
    let known = known::all();
    let named = recognise::with_names(sample, known);
    let sample = named.as_ref().unwrap_or(sample);
    let choice = recognise::shaped(sample, known).unwrap_or_else(|| recognise::product(&sample.header, known));
    let reading = columns::reading(sample, &choice, known);
    proposal::inspection(sample, reading, zone)
}

/// Columns looked at; no export of a service desk has more.
const MOST_COLUMNS: usize = 600;

/// The first columns of a file that has too many.
fn narrowed(sample: &Sample) -> Option<Sample> {
    (sample.header.len() > MOST_COLUMNS).then(|| {
        let cut = |row: &Vec<String>| row.iter().take(MOST_COLUMNS).cloned().collect();
        let told = ("columns".to_owned(), sample.header.len().to_string(), format!("only the first {MOST_COLUMNS} were looked at"));
        let told = sample.told.iter().cloned().chain([told]).collect();
        Sample { header: cut(&sample.header), rows: sample.rows.iter().map(cut).collect(), told, ..sample.clone() }
    })
}

/// A text on one line, cut to so many characters.
fn shown(text: &str, most: usize) -> String {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).collect();
    if flat.chars().count() <= most { flat } else { flat.chars().take(most.saturating_sub(1)).chain(['…']).collect() }
}
