//! `deskcard audit`: who read whose data; and what every command that reads people's rows leaves in the log.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::json;

use super::person::{Asked, find};
use super::{Context, Outcome, day, stdout_failed};
use crate::cli::{AuditArgs, CheckFormat, Command, Common};
use crate::error::{Error, Result};
use crate::format::things;
use crate::history::History;
use crate::history::audit::Line;
use crate::publish::lock::Lock;
use crate::publish::names_in;
use crate::run_record::RunRecord;
use crate::settings::Settings;

/// What a command is about to see.
pub(super) struct Seen {
    config: PathBuf,
    command: &'static str,
    /// Whom it names; empty: everybody.
    people: Vec<String>,
}

impl Seen {
    /// What is noted of a command; `None` for one that reads nobody's rows. What `run` makes stands in the records of runs.
    pub(super) fn of(command: &Command) -> Option<Self> {
        let all = |command: &'static str, common: &Common| (command, common.config.clone(), Vec::new());
        let named = |command: &'static str, common: &Common, people: Vec<&String>| {
            (command, common.config.clone(), people.into_iter().cloned().collect())
        };
        let (command, config, people): (_, PathBuf, Vec<String>) = match command {
            Command::Report(args) => all("report", &args.common),
            Command::Send(args) => all("send", &args.common),
            Command::Query(args) => all("query", &args.common),
            Command::Rows(args) => named("rows", &args.common, args.agent.iter().filter(|name| !name.is_empty()).collect()),
            Command::Sql(args) => all("sql", &args.common),
            Command::Repeats(args) => all("repeats", &args.common),
            Command::Drivers(args) => all("drivers", &args.common),
            Command::BeforeAfter(args) => all("before-after", &args.common),
            Command::Explain(args) => all("explain", &args.common),
            Command::Sla(args) => all("sla", &args.common),
            Command::Ingest(args) => all("ingest", &args.common),
            Command::Check(args) => all("check", &args.common),
            Command::Facts(args) => all("facts", &args.common),
            Command::Export(args) => all("export", &args.common),
            Command::SubjectExport(args) => {
                named("subject-export", &args.common, args.agent.iter().chain(&args.requester).chain(&args.also).collect())
            }
            Command::Erase(args) => named("erase", &args.common, args.agent.iter().chain(&args.requester).chain(&args.also).collect()),
            _ => return None,
        };
        Some(Self { config, command, people })
    }

    /// Leaves a line in the log, where there is a history. That it cannot is said, and stops nothing.
    pub(super) fn note(&self, now: i64, ended: &Result<Outcome>) {
        let Ok(settings) = Settings::load(&self.config) else { return };
        let history = History::of(&settings);
        if !history.dir().is_dir() {
            return;
        }
        if let Err(error) = self.write(&history, now, ended) {
            // A closed stderr is no reason to stop.
            let _ = writeln!(std::io::stderr(), "warning: the audit log could not be written: {}", error.one_line());
        }
    }

    fn write(&self, history: &History, now: i64, ended: &Result<Outcome>) -> Result<()> {
        let people = self.people.iter().map(|name| history.person_token(name)).collect::<Result<_>>()?;
        history.audit(&Line {
            at: now,
            user: user(),
            uid: uid(),
            is_terminal: std::io::stdin().is_terminal() || std::io::stderr().is_terminal(),
            command: self.command.to_owned(),
            tool: concat!("deskcard ", env!("CARGO_PKG_VERSION")).to_owned(),
            people,
            exit: match ended {
                Ok(Outcome::Done) => 0,
                Ok(Outcome::GateSaidNo) => 1,
                Err(error) => error.kind.exit_code(),
            },
        })
    }
}

/// The user's name as the environment has it: before `sudo`, if it was used.
fn user() -> String {
    let known = ["SUDO_USER", "USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    known.unwrap_or_default().chars().filter(|c| !c.is_control()).take(64).collect()
}

/// The number of the user, which no environment can change.
fn uid() -> Option<u32> {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata("/proc/self").ok().map(|about| about.uid())
    }
    #[cfg(not(target_os = "linux"))]
    None
}

pub(super) fn run(args: &AuditArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?;
    let history = ctx.kept();
    let since = args.since.as_deref().map(|text| day(text, "--since")).transpose()?.map_or(i64::MIN, |d| ctx.zone().day_start(d));
    let (mut lines, broken) = history.audited(since)?;
    lines.extend(runs(&history.dir().join("runs"), since)?);
    lines.sort_by_key(|l| l.at);
    if let Some(name) = args.agent.as_ref().filter(|_| !lines.is_empty()) {
        let tokens = tokens(&ctx, history, name)?;
        lines.retain(|l| l.people.is_empty() || l.people.iter().any(|p| tokens.contains(p)));
    }
    let text = match args.format {
        CheckFormat::Json => serde_json::to_string_pretty(&json!({ "lines": lines, "unreadable": broken })),
        CheckFormat::Table => Ok(table(&ctx, &lines, broken)),
    };
    writeln!(stdout, "{}", text.map_err(|e| Error::bug(e.to_string()))?).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

/// The numbers that stand for a person, by whichever of their names they were asked for.
fn tokens(ctx: &Context, history: &History, name: &str) -> Result<Vec<String>> {
    // Who was erased, or never was there, is known by what is typed alone; and so is everybody while a run is at work.
    let found = Lock::take(history.dir()).and_then(|_lock| find(ctx, history, Asked { agent: Some(name), requester: None, also: &[] }));
    let names = found.map_or_else(|_| Vec::new(), |p| p.names.into_iter().chain(p.ids).collect());
    names.iter().map(String::as_str).chain([name]).map(|n| history.person_token(n)).collect()
}

/// The runs of the weekly job, from their records.
fn runs(folder: &Path, since: i64) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for name in names_in(folder)?.unwrap_or_default() {
        let record = std::fs::read(folder.join(name)).ok().and_then(|bytes| serde_json::from_slice::<RunRecord>(&bytes).ok());
        let Some(record) = record else { continue };
        let at = chrono::DateTime::parse_from_rfc3339(&record.started_at).map_or(0, |t| t.timestamp());
        lines.push(Line {
            at,
            user: String::new(),
            uid: None,
            is_terminal: false,
            command: "run".to_owned(),
            tool: format!("{} {}", record.tool, record.version),
            people: Vec::new(),
            exit: record.exit.code,
        });
    }
    lines.retain(|l| l.at >= since);
    Ok(lines)
}

fn table(ctx: &Context, lines: &[Line], broken: usize) -> String {
    if lines.is_empty() && broken == 0 {
        return "nobody has read anything".to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["when", "user", "from", "command", "whose", "exit"]);
    for line in lines {
        let user = line.uid.map_or_else(|| line.user.clone(), |uid| format!("{} ({uid})", line.user));
        let from = if line.is_terminal { "terminal" } else { "no terminal" };
        let whose = if line.people.is_empty() { "everybody's".to_owned() } else { line.people.join(", ") };
        table.add_row([ctx.zone().format_minute(line.at), user, from.to_owned(), line.command.clone(), whose, line.exit.to_string()]);
    }
    let more = if broken > 0 { format!("\n{} cannot be read", things(broken, "line", "lines")) } else { String::new() };
    format!("{table}{more}")
}
