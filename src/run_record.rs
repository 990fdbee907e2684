//! `run.json`: what a run did, as plain data, also where it failed or published nothing.
//!
//! `scorecards/run.json` is the last run, `history/runs/` holds one file a run. All instants are UTC, `2026-11-16T06:00:00Z`; paths are relative
//! to the config's folder. Texts come from exports and file names in part, and are hostile wherever they are shown.

use crate::error::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the shape below; raised when a field changes its meaning or goes away, or a reader of the old shape would stumble.
pub const SCHEMA_VERSION: u32 = 1;

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunRecord {
    /// [`SCHEMA_VERSION`] at the time of writing.
    pub schema_version: u32,
    /// The program's name, `deskcard`.
    pub tool: String,
    /// Its version, e.g. `0.1.0`.
    pub version: String,
    /// The command as it was given.
    pub command: String,
    /// The config it ran under.
    pub config: ConfigInfo,
    /// Cut-off of the data in the desk's zone, e.g. `2026-11-16 06:00`; `None` where the run failed before it was known.
    pub as_of: Option<String>,
    /// The last batch of the history that its periods were made of; 0 where there was none, or the run did not get there.
    pub batch: u64,
    /// The newest period it made or looked at again, such as `2026-W46`; empty where there was none.
    #[serde(default)]
    pub newest: String,
    /// When it started.
    pub started_at: String,
    /// When it ended.
    pub finished_at: String,
    /// From start to end, in milliseconds.
    pub duration_ms: u64,
    /// Its steps, in the order they were begun.
    pub steps: Vec<Step>,
    /// How it ended.
    pub exit: Exit,
    /// The files it found, by source and name.
    pub inputs: Vec<InputFile>,
    /// What became of the history, by source; empty where it was not touched.
    pub history: Vec<SourceChange>,
    /// The periods it made, oldest first.
    pub periods: Vec<PeriodRecord>,
    /// Periods that were due and were not made, oldest first.
    pub skipped: Vec<SkippedPeriod>,
    /// The files it wrote, by path, `run.json` itself left out.
    pub outputs: Vec<OutputFile>,
    /// What it noticed, in the order of time.
    pub warnings: Vec<Warning>,
    /// Messages it put into the outbox or sent from there.
    pub outbox: Vec<OutboxEntry>,
}

/// The config of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConfigInfo {
    /// The file, as it was named.
    pub path: String,
    /// First 12 hex digits of the SHA-256 of its text; `None` where it could not be read.
    pub hash: Option<String>,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Which: `lock`, `sweep`, `recover`, `intake`, `read`, `facts`, `judge`, `pages`, `publish` …
    pub name: String,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exit {
    /// The exit code of the process.
    pub code: u8,
    /// What the code stands for.
    pub kind: ExitKind,
    /// What happened and where, in a sentence; empty if all went well.
    pub message: String,
    /// What to try, a sentence a hint.
    pub hints: Vec<String>,
}

/// The kinds of ending, one an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExitKind {
    /// 0: everything that was due is there.
    Done,
    /// 1: a gate said no.
    Gate,
    /// 2: the command line or the config is wrong.
    Config,
    /// 3: an input cannot be used; nothing was changed.
    Input,
    /// 4: some outputs could not be written.
    Output,
    /// 5: another run is under way.
    Running,
    /// 70: a bug of ours.
    Bug,
}

impl ExitKind {
    /// All of them, by exit code.
    pub const ALL: [Self; 7] = [Self::Done, Self::Gate, Self::Config, Self::Input, Self::Output, Self::Running, Self::Bug];

    /// The exit code of the process.
    pub fn code(self) -> u8 {
        match self {
            ExitKind::Done => 0,
            ExitKind::Gate => 1,
            ExitKind::Config => 2,
            ExitKind::Input => 3,
            ExitKind::Output => 4,
            ExitKind::Running => 5,
            ExitKind::Bug => 70,
        }
    }
}

/// An export that lay there, with the row identity `rows_in = accepted + rejected + duplicate + superseded`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InputFile {
    /// Name of its source in the config.
    pub source: String,
    /// Its name as found, relative to the config's folder.
    pub name: String,
    /// SHA-256 of its bytes as they lay there, in hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Data rows found; 0 for a file that was seen before and not read again.
    pub rows_in: u64,
    /// Rows that count.
    pub accepted: u64,
    /// Rows that could not be read.
    pub rejected: u64,
    /// Rows equal to one already read.
    pub duplicate: u64,
    /// Older states of a row that a newer one replaces.
    pub superseded: u64,
    /// Whether its bytes were never taken in before.
    pub is_new: bool,
}

/// What became of the history of a source: `rows_after = rows_before + inserted - deleted`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceChange {
    /// Name of the source in the config.
    pub source: String,
    /// Version of its table before; `None` if there was none.
    pub version_before: Option<u64>,
    /// Version of its table after; the same as before if nothing changed.
    pub version_after: Option<u64>,
    /// Rows before.
    pub rows_before: u64,
    /// Rows whose id was not there.
    pub inserted: u64,
    /// Rows that replaced an older state.
    pub updated: u64,
    /// Rows that were there already, word for word.
    pub unchanged: u64,
    /// Rows older than the state that was there; left out.
    pub older: u64,
    /// Rows taken out.
    pub deleted: u64,
    /// Rows after.
    pub rows_after: u64,
}

/// A period's scorecards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PeriodRecord {
    /// `2026-W46`, `2026-11`, `2026-Q4`.
    pub id: String,
    /// What became of its folder.
    pub state: PeriodState,
    /// The folder, relative to the config's.
    pub folder: String,
    /// The desk's values that differ from those published before, by metric; empty for a new period.
    pub changes: Vec<MetricChange>,
}

/// What became of a period's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PeriodState {
    /// It was not there before.
    New,
    /// Its pages changed and none of its values did.
    Replaced,
    /// Every byte was there already.
    Same,
    /// Late rows changed values that were published.
    Restated,
}

/// A value of the desk before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MetricChange {
    /// Metric id.
    pub metric: String,
    /// The value published before; `None` is "no data".
    pub before: Option<f64>,
    /// The value published now; `None` is "no data".
    pub after: Option<f64>,
}

/// A period that was due and was not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SkippedPeriod {
    /// `2026-W46`, `2026-11`, `2026-Q4`.
    pub id: String,
    /// Why, in a sentence.
    pub reason: String,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutputFile {
    /// Where, relative to the config's folder.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// Something a run noticed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Stable code for machines: a guard of the config such as `volume`, or that of a note such as `rows-rejected`.
    pub code: String,
    /// Name of the source it is about in the config; `None` if it is about none.
    pub source: Option<String>,
    /// What was seen, compared with what, and what to do.
    pub text: String,
    /// Whether it stopped the run.
    pub is_stop: bool,
    /// The number that was seen, where there is one: rows, days, a share.
    pub seen: Option<f64>,
    /// The least that is usual.
    pub low: Option<f64>,
    /// The most that is usual.
    pub high: Option<f64>,
}

/// A message of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutboxEntry {
    /// Its id, the same however often it is sent: that of the mail's `Message-ID`.
    pub id: String,
    /// Its file in the outbox, relative to the config's folder.
    pub path: String,
    /// How far it is.
    pub state: OutboxState,
}

/// How far a message of the outbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutboxState {
    /// Written, to be sent.
    Waiting,
    /// Accepted by the mail server.
    Sent,
    /// Refused, or not reachable; the next run tries again.
    Failed,
    /// Nobody knows whether it arrived; it is not sent again unless asked for.
    Unknown,
}

/// The record as pretty JSON with a line break at the end; fields in the order they are declared.
///
/// # Errors
/// A bug of ours if it cannot be written as JSON.
pub fn text(record: &RunRecord) -> Result<String> {
    let mut text =
        serde_json::to_string_pretty(record).map_err(|e| Error::bug(format!("the record of the run could not be written as JSON: {e}")))?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> RunRecord {
        let change = |before, after| MetricChange { metric: "csat".into(), before, after };
        RunRecord {
            schema_version: SCHEMA_VERSION,
            tool: "deskcard".into(),
            version: "0.1.0".into(),
            command: "deskcard run --config \"a b/deskcard.toml\"".into(),
            config: ConfigInfo { path: "a b/deskcard.toml".into(), hash: Some("0123456789ab".into()) },
            as_of: Some("2026-11-16 06:00".into()),
            batch: 46,
            newest: String::new(),
            started_at: "2026-11-16T05:00:00Z".into(),
            finished_at: "2026-11-16T05:00:02Z".into(),
            duration_ms: 2345,
            steps: vec![Step { name: "lock".into(), ms: 1 }, Step { name: "publish".into(), ms: 2000 }],
            exit: Exit { code: 4, kind: ExitKind::Output, message: "no space left".into(), hints: vec!["free some".into()] },
            inputs: vec![InputFile {
                source: "tickets".into(),
                name: "exports/tickets \u{202e}.csv".into(),
                sha256: "ab".repeat(32),
                bytes: u64::MAX,
                rows_in: 10,
                accepted: 6,
                rejected: 1,
                duplicate: 2,
                superseded: 1,
                is_new: true,
            }],
            history: vec![SourceChange {
                source: "tickets".into(),
                version_before: None,
                version_after: Some(0),
                inserted: 6,
                rows_after: 6,
                ..SourceChange::default()
            }],
            periods: vec![PeriodRecord {
                id: "2026-W46".into(),
                state: PeriodState::Restated,
                folder: "scorecards/2026-W46".into(),
                changes: vec![change(None, Some(0.1 + 0.2)), change(Some(0.5), None)],
            }],
            skipped: vec![SkippedPeriod { id: "2026-W45".into(), reason: "No row is dated in it.".into() }],
            outputs: vec![OutputFile { path: "scorecards/2026-W46/index.html".into(), bytes: 1, sha256: "cd".repeat(32) }],
            warnings: vec![Warning {
                code: "volume".into(),
                source: Some("tickets".into()),
                text: "tickets: 312, usually 780 to 1,050".into(),
                is_stop: false,
                seen: Some(312.0),
                low: Some(780.0),
                high: None,
            }],
            outbox: vec![OutboxEntry { id: "1@deskcard".into(), path: "outbox/1.eml".into(), state: OutboxState::Waiting }],
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let written = text(&record()).expect("text");
        assert_eq!(serde_json::from_str::<RunRecord>(&written).expect("a record"), record());
        assert!(written.starts_with("{\n  \"schema_version\": 1,\n  \"tool\": \"deskcard\",\n  \"version\"") && written.ends_with("}\n"));
        assert!(written.contains("\"kind\": \"output\"") && written.contains("\"state\": \"restated\""));
    }

    #[test]
    fn a_record_with_more_than_we_know_is_read() {
        let more = text(&record()).expect("text").replacen('{', "{ \"added_later\": [1], ", 1);
        assert_eq!(serde_json::from_str::<RunRecord>(&more).expect("a record"), record());
    }

    #[test]
    fn every_ending_has_its_code() {
        assert_eq!(ExitKind::ALL.map(ExitKind::code), [0, 1, 2, 3, 4, 5, 70]);
    }
}
