//! What a run says of itself: on stderr, and in `run.json`, whatever becomes of it.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::Instant;

use super::super::{Context, Outcome};
use super::Run;
use super::intake::Intake;
use super::plan::Plan;
use crate::cli::{LogFormat, RunArgs};
use crate::clock::period::due::Reason;
use crate::clock::stamp::stamp;
use crate::clock::{DAY, parse_local};
use crate::error::{Error, Kind, Result};
use crate::format::things;
use crate::guards::Warning as Noticed;
use crate::history::Recovered;
use crate::publish::file::{create, replace};
use crate::run_record::{
    ConfigInfo, Exit, ExitKind, InputFile, OutputFile, PeriodRecord, RunRecord, SCHEMA_VERSION, SkippedPeriod, SourceChange, Step, Warning,
    text,
};

/// Notes what a run does.
pub(super) struct Recorder {
    record: RunRecord,
    started: Instant,
    /// The start, seconds UTC.
    now: i64,
    format: LogFormat,
    is_verbose: bool,
    is_quiet: bool,
    /// `scorecards/run.json` and the folder of all runs, once the lock is ours.
    places: Option<(PathBuf, PathBuf)>,
    known_places: Option<(PathBuf, PathBuf)>,
}

impl Recorder {
    pub(super) fn new(args: &RunArgs, now: i64, command: &str) -> Self {
        let started_at = rfc3339(now);
        let record = RunRecord {
            schema_version: SCHEMA_VERSION,
            tool: "deskcard".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: command.to_owned(),
            config: ConfigInfo { path: args.common.config.display().to_string(), hash: None },
            as_of: None,
            batch: 0,
            newest: String::new(),
            finished_at: started_at.clone(),
            started_at,
            duration_ms: 0,
            steps: Vec::new(),
            exit: Exit { code: 0, kind: ExitKind::Done, message: String::new(), hints: Vec::new() },
            inputs: Vec::new(),
            history: Vec::new(),
            periods: Vec::new(),
            skipped: Vec::new(),
            outputs: Vec::new(),
            warnings: Vec::new(),
            outbox: Vec::new(),
        };
        let is_verbose = args.common.verbose || (!args.common.quiet && std::io::stderr().is_terminal());
        Self {
            record,
            started: Instant::now(),
            now,
            format: args.log_format,
            is_verbose,
            is_quiet: args.common.quiet,
            places: None,
            known_places: None,
        }
    }

    /// The config is read.
    pub(super) fn knows(&mut self, ctx: &Context, run: &Run<'_>) {
        self.record.config.hash = Some(ctx.settings.hash.clone());
        self.record.as_of = Some(ctx.zone().format_minute(ctx.as_of));
        self.known_places = Some((run.out.join("run.json"), run.history.dir().join("runs")));
    }

    /// The lock is held: what is written now is this run's.
    pub(super) fn is_ours(&mut self) {
        self.places = self.known_places.take();
    }

    /// Does a step and notes how long it took.
    pub(super) fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let started = Instant::now();
        let done = work();
        let ms = started.elapsed().as_millis() as u64;
        self.record.steps.push(Step { name: name.to_owned(), ms });
        self.say("step", &format!("{name}: {ms} ms"), serde_json::json!({ "step": name, "ms": ms }));
        done
    }

    pub(super) fn recovered(&mut self, recovered: &[Recovered]) {
        for r in recovered {
            let text = match r.is_anew {
                true => format!(
                    "{}: its description in the config or the way it is read has changed; its table was made anew from all exports",
                    r.source
                ),
                false => {
                    let batches = things(r.entries, "batch", "batches");
                    format!("{}: {batches} that an earlier run left undone now brought in", r.source)
                }
            };
            self.warn("recovered", &text, false);
        }
    }

    /// An erasure that was cut short is finished.
    pub(super) fn erased(&mut self, lines: &[String]) {
        self.warn("erased", &format!("an erasure that was cut short is finished: {}", lines.join(" ")), false);
    }

    /// What had become older than the config promises.
    pub(super) fn removed(&mut self, lines: &[String]) {
        lines.iter().for_each(|text| self.warn("retention", text, false));
    }

    pub(super) fn queued(&mut self, queued: super::Queued) {
        queued.problems.iter().for_each(|text| self.warn("mail", text, false));
        self.record.outbox = queued.entries;
    }

    pub(super) fn took(&mut self, intake: &Intake) {
        for found in &intake.found {
            let account = intake.account(found);
            self.record.inputs.push(InputFile {
                source: found.source.clone(),
                name: found.export.name.clone(),
                sha256: found.export.as_it_came().0.to_owned(),
                bytes: found.export.as_it_came().1,
                rows_in: account.rows_in,
                accepted: account.accepted,
                rejected: account.rejected,
                duplicate: account.duplicate,
                superseded: account.superseded,
                is_new: found.is_new,
            });
        }
        for (source, change) in &intake.changes {
            let said = format!(
                "{source}: {} new, {} newer states, {} as they were, {} older; {} rows in the history",
                change.inserted, change.updated, change.unchanged, change.older, change.after
            );
            self.say(
                "intake",
                &said,
                serde_json::json!({ "source": source, "inserted": change.inserted, "updated": change.updated, "rows": change.after }),
            );
            self.record.history.push(SourceChange {
                source: source.clone(),
                version_before: change.version.checked_sub(1),
                version_after: Some(change.version),
                rows_before: change.before,
                inserted: change.inserted,
                updated: change.updated,
                unchanged: change.unchanged,
                older: change.older,
                deleted: change.deleted,
                rows_after: change.after,
            });
        }
    }

    pub(super) fn planned(&mut self, plan: &Plan, batch: u64) {
        self.record.batch = batch;
        self.record.newest = plan.newest().map_or_else(String::new, |p| p.id.clone());
        for skipped in &plan.due.skipped {
            let reason = match skipped.why {
                crate::clock::period::due::Why::BeforeData => "the data begin later",
                crate::clock::period::due::Why::BeyondLimit => "more periods are due than [run] catch_up allows",
            };
            self.record.skipped.push(SkippedPeriod { id: skipped.to_string(), reason: reason.to_owned() });
            self.warn("skipped", &format!("{skipped}: not published, because {reason}"), false);
        }
        if !plan.due.gaps.is_empty() {
            let ids: Vec<&str> = plan.due.gaps.iter().map(|p| p.id.as_str()).collect();
            self.warn("gaps", &format!("never published: {}; `deskcard run --period {}` makes one", ids.join(", "), ids[0]), false);
        }
        match &plan.due.reason {
            Reason::ClockSetBack { published, complete } => {
                let text = format!(
                    "{} is published, but by this machine's clock {} is the last that is over: one of the two clocks was wrong. Nothing is due; if that folder was made by mistake, remove it",
                    published.label, complete.label
                );
                self.warn_anybody("clock-set-back", &text);
            }
            Reason::NoData(period) => {
                self.warn_anybody("no-data", &format!("no row is dated in {} or before: nothing is due", period.label));
            }
            _ => {}
        }
    }

    pub(super) fn noticed(&mut self, noticed: &[Noticed]) {
        for n in noticed {
            self.record.warnings.push(Warning {
                code: n.code.name().to_owned(),
                source: Some(n.source.clone()),
                text: n.text.clone(),
                is_stop: n.is_stop,
                seen: finite(n.seen),
                low: finite(n.low),
                high: finite(n.high),
            });
            self.tell_warning(n.code.name(), &n.text, n.is_stop);
        }
    }

    pub(super) fn restated(&mut self, texts: impl Iterator<Item = String>) {
        texts.for_each(|text| self.warn("restated", &text, false));
    }

    pub(super) fn published(&mut self, period: PeriodRecord, outputs: Vec<OutputFile>) {
        let said = format!("{}: {} files, {:?}", period.folder, outputs.len(), period.state).to_lowercase();
        self.say("published", &said, serde_json::json!({ "period": period.id, "folder": period.folder, "files": outputs.len() }));
        self.record.periods.push(period);
        self.record.outputs.extend(outputs);
    }

    /// Writes the record and says how it ended.
    ///
    /// # Errors
    /// An output error if a run that went well could not be recorded.
    pub(super) fn end(mut self, ended: &Result<Outcome>) -> Result<()> {
        self.record.duration_ms = self.started.elapsed().as_millis() as u64;
        self.record.finished_at = rfc3339(self.now + self.started.elapsed().as_secs() as i64);
        self.record.outputs.sort_by(|a, b| a.path.cmp(&b.path));
        self.record.exit = exit(ended);
        let written = self.write();
        if self.format == LogFormat::Json {
            let exit = serde_json::to_value(&self.record.exit).unwrap_or_default();
            self.line(&serde_json::json!({ "event": "end", "exit": exit }));
        }
        written
    }

    fn write(&mut self) -> Result<()> {
        let Some((last, runs)) = self.places.take() else { return Ok(()) };
        self.record.outputs.sort_by(|a, b| a.path.cmp(&b.path));
        let text = text(&self.record)?;
        replace(&last, text.as_bytes())?;
        // Two runs of one second: the name of the second goes on.
        let name = stamp(self.now);
        for turn in 0..100 {
            let name = if turn == 0 { format!("{name}.json") } else { format!("{name}-{turn}.json") };
            if create(&runs.join(name), text.as_bytes())? == crate::publish::file::Creation::Created {
                break;
            }
        }
        Ok(())
    }

    fn warn(&mut self, code: &str, text: &str, is_stop: bool) {
        let (seen, low, high) = (None, None, None);
        self.record.warnings.push(Warning { code: code.to_owned(), source: None, text: text.to_owned(), is_stop, seen, low, high });
        self.tell_warning(code, text, is_stop);
    }

    /// A warning without which nobody would know why nothing was published, for a job nobody watches too.
    fn warn_anybody(&mut self, code: &str, text: &str) {
        self.warn(code, text, false);
        if self.format == LogFormat::Text && !self.is_verbose && !self.is_quiet {
            self.print(&format!("warning: {text}"));
        }
    }

    fn tell_warning(&self, code: &str, text: &str, is_stop: bool) {
        self.say("warning", &format!("warning: {text}"), serde_json::json!({ "code": code, "text": text, "is_stop": is_stop }));
    }

    fn say(&self, event: &str, words: &str, mut fields: serde_json::Value) {
        if self.is_quiet {
            return;
        }
        match self.format {
            LogFormat::Json => {
                if let Some(fields) = fields.as_object_mut() {
                    fields.insert("event".to_owned(), event.into());
                }
                self.line(&fields);
            }
            LogFormat::Text if self.is_verbose => self.print(words),
            LogFormat::Text => {}
        }
    }

    fn line(&self, value: &serde_json::Value) {
        self.print(&value.to_string());
    }

    #[expect(clippy::unused_self, reason = "what a run says goes through its recorder")]
    fn print(&self, text: &str) {
        // A closed stderr is no reason to stop.
        let _ = writeln!(std::io::stderr(), "{text}");
    }
}

fn exit(ended: &Result<Outcome>) -> Exit {
    let of = |error: &Error, kind| Exit { code: error.kind.exit_code(), kind, message: place_and_what(error), hints: error.hints.clone() };
    match ended {
        Ok(Outcome::Done) => Exit { code: 0, kind: ExitKind::Done, message: String::new(), hints: Vec::new() },
        Ok(Outcome::GateSaidNo) => Exit { code: 1, kind: ExitKind::Gate, message: String::new(), hints: Vec::new() },
        Err(error) => match error.kind {
            Kind::Config => of(error, ExitKind::Config),
            Kind::Input => of(error, ExitKind::Input),
            Kind::Output => of(error, ExitKind::Output),
            Kind::Running => of(error, ExitKind::Running),
            Kind::Bug => of(error, ExitKind::Bug),
        },
    }
}

fn place_and_what(error: &Error) -> String {
    if error.at.is_empty() { error.what.clone() } else { format!("{}: {}", error.at, error.what) }
}

fn rfc3339(utc: i64) -> String {
    chrono::DateTime::from_timestamp(utc, 0).map_or_else(String::new, |t| t.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// A number that JSON can hold.
fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}

/// The batch that the last run which went well had seen, its local day, and the newest period it looked at: what came later may have changed
/// what is published, and so may a later look at the same rows; and a run for one old week has not looked at later ones. `None`: nobody knows.
pub(super) fn last_done(out: &std::path::Path) -> Option<(u64, i32, String)> {
    let record: RunRecord = serde_json::from_slice(&std::fs::read(out.join("run.json")).ok()?).ok()?;
    let day = parse_local(record.as_of.as_deref()?)?.div_euclid(DAY) as i32;
    (record.exit.kind == ExitKind::Done).then_some((record.batch, day, record.newest))
}
