//! What the rules look at: numbers about each source, already counted.

use std::collections::BTreeSet;

use super::{Code, Look, Warning};
use crate::clock::period::Period;
use crate::clock::zone::Zone;
use crate::columns;

/// Everything the rules look at.
#[derive(Debug, Clone)]
pub struct Evidence<'a> {
    /// The sources, in any order.
    pub sources: Vec<SourceEvidence>,
    /// The desk's zone.
    pub zone: &'a Zone,
    /// The cut-off of the run, seconds UTC.
    pub as_of: i64,
    /// The ISO week reported; for a month or quarter the last week that ends in it.
    pub week: Period,
    /// Days on which the desk is closed though their weekday is open, in days since 1970.
    pub holidays: BTreeSet<i32>,
    /// What the config says of warnings.
    pub rules: Rules,
}

/// What the config says of warnings: `[guards]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Warnings that stop a run.
    pub stop: BTreeSet<Code>,
    /// Warnings that are not told at all, also where they would stop a run.
    pub ignore: BTreeSet<Code>,
    /// How old the newest row of a source may be, in seconds.
    pub silent_after: i64,
}

/// What is known of one source.
#[derive(Debug, Clone)]
pub struct SourceEvidence {
    /// Its name in the config.
    pub name: String,
    /// What its rows are.
    pub kind: columns::Source,
    /// Rows by their own date in the desk's zone, a count a day without gaps; the last is the last day of the week reported. A year and
    /// a week is enough, two years are used. Rows later than that week are left out.
    pub days: Vec<u64>,
    /// The newest row's own instant that is not after the cut-off, seconds UTC.
    pub newest: Option<i64>,
    /// The cut-off of the run that took in the newest file, seconds UTC: not the machine's clock, so that a second run says the same.
    pub arrived: Option<i64>,
    /// What files are looked for, as the config says.
    pub pattern: String,
    /// How many files were found.
    pub files_found: u64,
    /// The files of the newest batch.
    pub files: Vec<File>,
    /// The product's name, for sentences.
    pub product: String,
    /// Row counts at which the product cuts its exports off.
    pub row_limits: Vec<u64>,
    /// The mapped columns.
    pub columns: Vec<Column>,
    /// The groups or queues of its rows; may be empty.
    pub groups: Vec<Group>,
    /// Agents off the roster; `None` where there is no roster or the rows name no agent.
    pub off_roster: Option<OffRoster>,
}

/// A file of the newest batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// As named relative to the config.
    pub name: String,
    /// Data rows, those set aside counted.
    pub rows: u64,
}

/// A mapped column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its canonical name.
    pub name: String,
    /// Its header in the export; empty if it has none.
    pub header: String,
    /// Its cells in the newest batch.
    pub newest: Cells,
    /// Its cells in the batches before, as they arrived, oldest first. Not as they are now: a ticket that came in open has been closed
    /// by a later row, and every newest batch would look emptier than the history.
    pub earlier: Vec<Cells>,
}

/// Cells of a column in one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cells {
    /// Rows.
    pub rows: u64,
    /// Rows whose cell is empty, at most `rows`.
    pub empty: u64,
}

/// A group or queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name in the export.
    pub name: String,
    /// Rows a week without gaps; the last is the week reported.
    pub weeks: Vec<u64>,
}

/// Agents of the week's rows who are not on the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffRoster {
    /// Rows of the week that name an agent.
    pub rows: u64,
    /// Those who are not on the roster, with their rows.
    pub agents: Vec<(String, u64)>,
}

impl SourceEvidence {
    /// Whether weeks without rows are nothing unusual for its kind: surveys and observations often come once a month.
    pub(super) fn may_be_silent(&self) -> bool {
        matches!(self.kind, columns::Source::Surveys | columns::Source::Observations)
    }
}

/// What was seen, and the least and the most that is usual.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    pub(super) seen: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Look<'_> {
    /// A warning about this source; the text comes without its name.
    pub(super) fn warn(&self, code: Code, text: &str, m: Measured) -> Warning {
        Warning {
            code,
            source: self.source.name.clone(),
            text: crate::say!("{name}: {text}", name = crate::format::label(&self.source.name, 60), text),
            is_stop: self.e.rules.stop.contains(&code),
            seen: m.seen,
            low: m.low,
            high: m.high,
        }
    }
}
