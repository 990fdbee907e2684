//! One verb a file. Each `run` reads aloud like a recipe; what they share is here.

mod audit;
mod before_after;
mod check;
mod clocks;
mod columns;
mod contacts;
mod doctor;
mod drivers;
mod dump;
mod erase;
mod explain;
mod export;
mod facts;
mod frame;
mod handovers;
mod history;
mod ingest;
mod init;
mod inspect;
mod metrics;
mod person;
mod query;
mod repeats;
mod report;
mod rows;
mod run;
mod schema;
mod send;
mod shell;
mod sla;
mod sql;
mod subject_export;

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::{Cli, Command, Common, Data, Origin};
use crate::clock::period::Period;
use crate::clock::zone::Zone;
use crate::clock::{parse_day, parse_local};
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::facts::{Facts, Table, Wanted};
use crate::format::things;
use crate::history::{self as kept, History};
use crate::ingest::ingest as read_exports;
use crate::ingest::ledger::Ledger;
use crate::metrics::{Breakdown, Catalogue, Fill, Kind, Metric};
use crate::scorecard::Unit;
use crate::settings::{Goal, OwnMetric, Parameters, Settings};

/// How a run ended that did what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0.
    Done,
    /// Exit code 1: done, and a gate the user asked for said no.
    GateSaidNo,
}

/// Does what the command line says; `now` is the machine's clock in seconds UTC, read once, by `main`.
///
/// # Errors
/// Everything that can go wrong; [`crate::error::Kind::exit_code`] tells the exit code.
pub fn run(cli: Cli, now: i64, command_line: &str, stdout: &mut dyn Write) -> Result<Outcome> {
    let seen = audit::Seen::of(&cli.command);
    let ended = match cli.command {
        Command::SubjectExport(args) => subject_export::run(&args, now, stdout),
        Command::Erase(args) => erase::run(&args, now, stdout),
        Command::Audit(args) => audit::run(&args, now, stdout),
        Command::Report(args) => report::run(&args, now, command_line, stdout),
        Command::Run(args) => run::run(&args, now, command_line, stdout),
        Command::Send(args) => send::run(&args, now, stdout),
        Command::History(args) => history::run(&args, now, stdout),
        Command::Query(args) => query::run(&args, now, stdout),
        Command::Rows(args) => rows::run(&args, now, stdout),
        Command::Sql(args) => sql::run(&args, now, stdout),
        Command::Repeats(args) => repeats::run(&args, now, stdout),
        Command::Columns(args) => columns::run(&args, stdout),
        Command::Metrics(args) => metrics::run(&args, stdout),
        Command::Doctor(args) => doctor::run(&args, now, stdout),
        Command::Schema(args) => schema::run(&args, stdout),
        Command::Drivers(args) => drivers::run(&args, now, stdout),
        Command::BeforeAfter(args) => before_after::run(&args, now, stdout),
        Command::Explain(args) => explain::run(&args, now, command_line, stdout),
        Command::Sla(args) => sla::run(&args, now, stdout),
        Command::Check(args) => check::run(&args, now, stdout),
        Command::Facts(args) => facts::run(&args, now, stdout),
        Command::Export(args) => export::run(&args, now, stdout),
        Command::Ingest(args) => ingest::run(&args, now, stdout),
        Command::Inspect(args) => inspect::run(&args, stdout),
        Command::Init(args) => init::run(&args, stdout),
        Command::Completions(args) => shell::run_completions(&args, stdout),
        Command::Man(args) => shell::run_man(&args, stdout),
    };
    if let Some(seen) = seen {
        seen.note(now, &ended);
    }
    ended
}

/// A config with everything that follows from it alone.
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) catalogue: Catalogue,
    /// The cut-off, seconds UTC.
    pub(crate) as_of: i64,
    /// Whether somebody said it, rather than the clock.
    pub(crate) is_as_of_given: bool,
    kept: History,
    /// What of the history is read; `None`: the exports are.
    history: Option<kept::Span>,
    talk: Talk,
}

/// Refuses a goal that no figure of its metric could ever be near: a forgotten % is met or missed for good.
fn fits(goal: &Goal, metric: &Metric) -> Result<()> {
    let refused = |what: String, hint: &str| Err(Error::config(what).at(goal.value_at.clone()).hint(hint));
    let name = &goal.metric;
    // A part of a whole is at most all of it; what a target was used, or a year's leavers, may be more.
    let most = if metric.kind == Kind::Share { 1.0 } else { 10.0 };
    match metric.unit() {
        Unit::Share if !(0.0..=most).contains(&goal.value) => {
            refused(format!("`{name}` is a share, and {} % cannot be one", 100.0 * goal.value), "write it as \"85%\" or 0.85")
        }
        Unit::Share => Ok(()),
        _ if goal.is_percentage => refused(format!("`{name}` is no share"), "write a number, or a duration such as \"4h\""),
        _ => Ok(()),
    }
}

impl Context {
    /// Reads the config.
    pub(crate) fn load(common: &Common, now: i64) -> Result<Self> {
        let settings = Settings::load(&common.config)?;
        choose_language(common, &settings)?;
        let catalogue = catalogue(Some(&settings))?;
        for goal in settings.goals.iter().chain(&settings.judge.margins) {
            let metric = catalogue.get(&goal.metric).map_err(|e| e.at(goal.at.clone()))?;
            fits(goal, metric)?;
        }
        let said = common.as_of.as_deref().or(settings.desk.as_of.as_deref());
        let place = if common.as_of.is_some() { "--as-of" } else { "[desk] as_of" };
        let as_of = said.map_or(Ok(now), |text| instant(text, &settings).map_err(|e| e.at(place)))?;
        let is_as_of_given = said.is_some();
        let kept = History::of(&settings);
        Ok(Self { settings, catalogue, as_of, is_as_of_given, kept, history: None, talk: Talk::new(common) })
    }

    /// The same, with its rows from where they are asked for.
    ///
    /// # Errors
    /// A config error for a batch of a history that is not read.
    pub(crate) fn reading(mut self, data: &Data) -> Result<Self> {
        let usual = if self.settings.history.is_some() { Origin::History } else { Origin::Exports };
        let origin = data.read.unwrap_or(if data.batch.is_some() { Origin::History } else { usual });
        self.history = match (origin, data.batch) {
            (Origin::History, entry) => Some(kept::Span { since: None, entry }),
            (Origin::Exports, None) => None,
            (Origin::Exports, Some(_)) => return Err(Error::config("--batch is about the history, and --read exports does not read it")),
        };
        Ok(self)
    }

    /// The same, with nothing of the history to which nothing happened since an instant.
    #[must_use]
    pub(crate) fn since(mut self, since: i64) -> Self {
        self.history = self.history.map(|span| kept::Span { since: Some(since), ..span });
        self
    }

    /// The same config with another cut-off.
    ///
    /// # Errors
    /// Those of the config's own metrics, which were read before.
    pub(crate) fn at(&self, as_of: i64) -> Result<Self> {
        let settings = self.settings.clone();
        let catalogue = catalogue(Some(&settings))?;
        let talk = Talk { is_verbose: self.talk.is_verbose, is_quiet: self.talk.is_quiet };
        Ok(Self { settings, catalogue, as_of, is_as_of_given: true, kept: self.kept.clone(), history: None, talk })
    }

    /// The history of the config; copies of it remember what one of them read.
    pub(crate) fn kept(&self) -> &History {
        &self.kept
    }

    /// Reads the history as it was after a batch, from an instant on.
    pub(crate) fn look_back(&mut self, since: i64, batch: u64) {
        self.history = Some(kept::Span { since: Some(since), entry: Some(batch) });
    }

    /// Reads the exports and makes the facts the metrics and breakdowns need; refuses files that are too broken.
    pub(crate) fn facts(&self, wanted: &Wanted) -> Result<(Facts, Ledger)> {
        let desk = self.desk(wanted)?;
        desk.ledger.accept()?;
        self.facts_of(desk, wanted)
    }

    /// Reads the exports; whether a file is too broken is left to the caller.
    pub(crate) fn desk(&self, wanted: &Wanted) -> Result<Desk> {
        let started = Instant::now();
        let desk = if let Some(span) = self.history {
            self.kept.read(&self.settings, wanted, self.as_of, span)?
        } else {
            let bar = self.talk.bar();
            let desk = read_exports(&self.settings, wanted, self.as_of, &|bytes| bar.inc(bytes))?;
            bar.finish_and_clear();
            desk
        };
        for source in &desk.ledger.sources {
            self.talk.say(&format!("{}: {}, {}", source.name, things(source.files.len(), "file", "files"), source.identity()));
        }
        self.talk.say(&format!("read in {:.3} s", started.elapsed().as_secs_f64()));
        Ok(desk)
    }

    /// Makes the facts of a desk.
    pub(crate) fn facts_of(&self, desk: Desk, wanted: &Wanted) -> Result<(Facts, Ledger)> {
        let started = Instant::now();
        let made = Facts::make(&self.settings, desk, wanted)?;
        self.talk.say(&format!("facts in {:.2} s", started.elapsed().as_secs_f64()));
        Ok(made)
    }

    /// A bar of a search.
    pub(crate) fn bar_of_work(&self) -> ProgressBar {
        self.talk.bar_of_work()
    }

    /// The period of that name; without one the last complete one of the kind the report is made for.
    ///
    /// # Errors
    /// A config error for a name that is none, and for a period that begins after the cut-off.
    pub(crate) fn period(&self, said: Option<&str>) -> Result<Period> {
        let unit = self.settings.report.period;
        let today = self.zone().local_day(self.as_of);
        let Some(text) = said else { return Ok(Period::last_complete(unit, today)) };
        let period = Period::parse(text, unit, today)?;
        if period.start_utc(&self.zone()) < self.as_of {
            return Ok(period);
        }
        let (cut, last) = (self.zone().format_minute(self.as_of), Period::last_complete(unit, today).id);
        Err(Error::config(format!("nothing of {} has happened yet: the cut-off is {cut}", period.id))
            .at("--period")
            .hint(format!("the last complete one is {last}; --as-of, or `as_of` in [desk], says what time it is")))
    }

    /// Says something to everybody but those who want silence.
    pub(crate) fn tell(&self, text: &str) {
        self.talk.tell(text);
    }

    /// Says something to somebody who asked for more.
    pub(crate) fn say(&self, text: &str) {
        self.talk.say(text);
    }

    /// The instant a local day starts.
    pub(crate) fn zone(&self) -> Zone {
        Zone::shared(self.settings.desk.time_zone).as_ref().clone()
    }
}

/// Before the first sentence: names of metrics and periods are said when they are made.
fn choose_language(common: &Common, settings: &Settings) -> Result<()> {
    let (tag, place) = common.language.as_ref().map_or((&settings.report.language, "[report] language"), |tag| (tag, "--language"));
    let texts = settings.report.texts.as_ref().map(|file| settings.dir.join(file));
    crate::language::choose(tag, texts.as_deref()).map_err(|e| if e.at.is_empty() { e.at(place) } else { e })
}

/// The catalogue with a config's own metrics and parameters.
pub(crate) fn catalogue(settings: Option<&Settings>) -> Result<Catalogue> {
    let defaults = crate::settings::Parameters::default();
    let parameters = settings.map_or(&defaults, |s| &s.parameters);
    let fill = |text: &str| {
        // What only the data tells stays a name until the facts are made.
        let kept = text.replace("$seen_until", "\u{1}s").replace("$known_until", "\u{1}k").replace("$as_of", "\u{1}a");
        Ok(parameters.sql(&kept)?.replace("\u{1}s", "$seen_until").replace("\u{1}k", "$known_until").replace("\u{1}a", "$as_of"))
    };
    let words = |text: &str| in_words(parameters, text);
    let own = settings.map_or(&[][..], |s| &s.metrics[..]);
    let own = own.iter().map(|m| Ok((own_metric(m)?, m.at.clone()))).collect::<Result<_>>()?;
    Catalogue::new(own, &Fill { sql: &fill, words: &words })
}

/// A sentence with its parameters as people write them: durations in days, hours, minutes.
fn in_words(parameters: &Parameters, text: &str) -> String {
    // Longer names first, so that no name is taken for the start of another.
    let mut names: Vec<&str> = parameters.iter().map(|(name, _)| name).collect();
    names.sort_by_key(|n| std::cmp::Reverse(n.len()));
    names.into_iter().fold(text.to_owned(), |text, name| {
        let said = match parameters.secs(name) {
            Ok(secs) if !name.starts_with("csat_") => crate::format::value(crate::scorecard::Unit::Seconds, secs as f64),
            _ => parameters.get(name).map_or_else(String::new, |n| crate::format::plain(&n.to_string())),
        };
        text.replace(&format!("${name}"), &said)
    })
}

fn own_metric(own: &OwnMetric) -> Result<Metric> {
    let wrong = |e: serde_json::Error| Error::config(format!("metric {:?}: {e}", own.id)).at(own.at.clone());
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let default_by = own.on.as_deref().and_then(|on| match on {
        "tickets" => Some("created_at"),
        "ticket_events" | "observations" => Some("at"),
        "sla_clocks" => Some("ended_at"),
        "ticket_spans" => Some("from_at"),
        "calls" => Some("start_at"),
        "surveys" => Some("answered_at"),
        "agent_days" => Some("day_at"),
        "spells" => Some("started_at"),
        _ => None,
    });
    let value = serde_json::json!({
        "id": own.id, "label": own.label, "short": text(&own.short), "kind": own.kind, "on": own.on, "unit": own.unit,
        "section": own.section.as_deref().unwrap_or("Own measures"), "better": own.better.as_deref().unwrap_or("neither"),
        "by": own.by.as_deref().or(default_by), "fact": text(&own.fact), "exposure": text(&own.exposure), "immature": text(&own.immature),
        "judges_people": own.judges_people,
        "numerator": text(&own.numerator), "denominator": text(&own.denominator), "enters": text(&own.enters),
        "leaves": text(&own.leaves), "text": text(&own.text),
    });
    serde_json::from_value(value).map_err(wrong)
}

/// Everything that metrics, breakdowns and a condition need.
///
/// A breakdown or condition that a table cannot have is left to the fold, which then has no readings there.
pub(crate) fn wanted(ctx: &Context, metrics: &[&Metric], breakdowns: &[Breakdown], filter: Option<&str>) -> Result<Wanted> {
    let mut wanted = Wanted::new(&ctx.settings);
    let mut all: Vec<&Metric> = Vec::new();
    for metric in metrics {
        match metric.on {
            Some(_) => all.push(metric),
            None => all.extend([ctx.catalogue.get(&metric.numerator)?, ctx.catalogue.get(&metric.denominator)?]),
        }
    }
    for metric in all {
        let Some(table) = metric.on else { continue };
        for sql in metric.sql_texts().chain(metric.by.as_deref()) {
            wanted.add_sql(table, sql).map_err(|e| e.at(format!("metric {:?}", metric.id)))?;
        }
        want_columns(ctx, &mut wanted, table, breakdowns.iter().flatten())?;
        if let Some(sql) = filter {
            wanted.add_sql(table, sql)?;
        }
    }
    Ok(wanted)
}

fn want_columns<'a>(ctx: &Context, wanted: &mut Wanted, table: Table, columns: impl Iterator<Item = &'a String>) -> Result<()> {
    let known = crate::facts::all_columns(&ctx.settings, table);
    for column in columns.filter(|c| known.contains(c)) {
        wanted.add(table, column)?;
    }
    Ok(())
}

/// A day or minute in the desk's zone, as seconds UTC.
fn instant(text: &str, settings: &Settings) -> Result<i64> {
    let local = parse_local(text).or_else(|| parse_day(text).map(|d| i64::from(d) * 86_400));
    let local =
        local.ok_or_else(|| Error::config(format!("{text:?} is no day or minute")).hint("write 2026-11-16 or \"2026-11-16 06:00\""))?;
    Ok(Zone::shared(settings.desk.time_zone).to_utc(local).secs)
}

/// A day, or a usage error that names the flag.
pub(crate) fn day(text: &str, flag: &str) -> Result<i32> {
    parse_day(text).ok_or_else(|| Error::config(format!("{flag}: {text:?} is no day")).hint("write it as 2026-11-16"))
}

/// Writes a file with what is known of people, by the name it was asked for under: private where it is new, and there whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |e: Error| elsewhere(Error::output(format!("cannot write {}: {}", path.display(), e.what)));
    crate::publish::file::deliver(path, bytes).map_err(failed)
}

/// Writes a file that anybody may read who could read what the user makes.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |e: std::io::Error| elsewhere(Error::output(format!("cannot write {}: {e}", path.display())));
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    std::fs::write(path, bytes).map_err(failed)
}

fn elsewhere(e: Error) -> Error {
    e.hint("name a folder you may write to; nothing may stand in its way, and the disk must not be full")
}

/// A failure to write to stdout.
pub(crate) fn stdout_failed(e: &std::io::Error) -> Error {
    Error::output(format!("cannot write to stdout: {e}"))
}

/// What goes to stderr.
struct Talk {
    is_verbose: bool,
    is_quiet: bool,
}

impl Talk {
    fn new(common: &Common) -> Self {
        Self { is_verbose: common.verbose, is_quiet: common.quiet }
    }

    fn say(&self, text: &str) {
        if self.is_verbose {
            self.tell(text);
        }
    }

    fn tell(&self, text: &str) {
        if !self.is_quiet {
            // A closed stderr is no reason to stop.
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// A bar of a search, on a terminal only.
    fn bar_of_work(&self) -> ProgressBar {
        if self.is_quiet || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style =
            ProgressStyle::with_template("{spinner} searching {bar:30} {percent} %").unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::new(0).with_style(style)
    }

    /// A bar of bytes read, on a terminal only.
    fn bar(&self) -> ProgressBar {
        if self.is_quiet || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style =
            ProgressStyle::with_template("{spinner} read {bytes} ({bytes_per_sec})").unwrap_or_else(|_| ProgressStyle::default_spinner());
        ProgressBar::new_spinner().with_style(style)
    }
}
