//! The command line: what can be typed, and its help. No logic.

mod data;
mod inquiry;
mod people;
mod shell;

pub use data::{ExportArgs, For, FrameFormat, Part, RepeatsArgs, RowsArgs, RowsFormat, Side, SqlArgs};
pub use inquiry::{BeforeAfterArgs, DriversArgs, ExplainArgs, PickedBy};
pub use people::{AuditArgs, EraseArgs, SubjectExportArgs};
pub use shell::{Colours, CompletionsArgs, ManArgs, ManPage, completions, man_pages};

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

/// The last lines of every help text.
const EXIT_CODES: &str = "Exit codes: 0 done; 1 done, and a gate you asked for said no; 2 usage or config; 3 input unusable; 4 some outputs failed; 5 another run is at work; 70 a bug.";

/// Examples of a verb, with the exit codes.
fn examples(lines: &str) -> String {
    format!("Examples:\n{lines}\n\n{EXIT_CODES}")
}

/// Weekly scorecards people trust, from the CSV exports of a service desk.
#[derive(Debug, Parser)]
#[command(
    name = "deskcard",
    version,
    about,
    after_help = examples(
        "  deskcard report --config sample_data/deskcard.toml\n  deskcard query csat,fcr_touch --by agent --period month\n  deskcard metrics fcr_touch"
    )
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Colours in messages and help: auto (on a terminal), always, never.
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN", hide_possible_values = true)]
    pub color: Colours,
}

impl Cli {
    /// Whether nobody is likely to sit before it: what it says must then fit into a line.
    pub fn is_unattended(&self) -> bool {
        matches!(self.command, Command::Run(_))
    }
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented deskcard.toml for the exports of a folder.
    Init(InitArgs),
    /// Say what a file is, by which evidence, and how it would be read.
    Inspect(InspectArgs),
    /// Write the scorecards of a period as pages, JSON and CSV.
    Report(ReportArgs),
    /// The weekly job: take new exports into the history and publish every period that is due.
    Run(RunArgs),
    /// Send the cards of a published period by mail, to each person their own. Without --send nothing is sent.
    Send(SendArgs),
    /// Say what the history holds and how it came to be; check it, make it anew, thin it out.
    History(HistoryArgs),
    /// Give a person everything that is kept about them.
    SubjectExport(SubjectExportArgs),
    /// Take a person out of everything that is kept, for good. Without --yes nothing is changed.
    Erase(EraseArgs),
    /// Say who read whose data, and when.
    Audit(AuditArgs),
    /// Print figures of any metric, by any column, over any periods.
    Query(QueryArgs),
    /// Say why a measure moved: whether anything happened, the work or how it was done, and in which segment.
    Explain(ExplainArgs),
    /// Say what goes with better results of people: earlier work in the business, a mentor, shadowing days, a shift.
    Drivers(DriversArgs),
    /// Say whether something worked: a measure before and after a date, for everybody or for some.
    BeforeAfter(BeforeAfterArgs),
    /// Write the rows behind any number: what each adds to it, and why.
    Rows(RowsArgs),
    /// Ask anything in SQL, of the facts and of the figures of any metric.
    Sql(SqlArgs),
    /// Say who comes back about what, and what it would save if they need not.
    Repeats(RepeatsArgs),
    /// Say which promises were kept, where the product says otherwise, and what would be under other rules.
    Sla(SlaArgs),
    /// List the metrics, or define one.
    Metrics(MetricsArgs),
    /// List the columns a source can have: what a mapping in the config leads to.
    Columns(ColumnsArgs),
    /// Say whether everything is in place for unattended runs.
    Doctor(DoctorArgs),
    /// Print the JSON Schema of the config or of an output.
    Schema(SchemaArgs),
    /// Say what was read, what was refused, and what is missing for which metric.
    Check(CheckArgs),
    /// Write the fact tables as CSV, and the metrics' SQL, for any other engine.
    Facts(FactsArgs),
    /// Write the fact tables as Parquet, with the metrics as SQL views, for a warehouse or a BI tool.
    Export(ExportArgs),
    /// Read the exports and no more: write the desk in canonical columns, the row account and the rejected rows.
    Ingest(IngestArgs),
    /// Print the completions of a shell.
    Completions(CompletionsArgs),
    /// Print a page of the manual, or write them all.
    Man(ManArgs),
}

/// What every verb that reads data takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// The config file.
    #[arg(long, short, default_value = "deskcard.toml", env = "DESKCARD_CONFIG", value_hint = ValueHint::FilePath)]
    pub config: PathBuf,
    /// The cut-off, in the desk's zone: nothing from it on counts ("2026-11-16", the start of that day, or "2026-11-16 06:00"). Default: the config's, else now.
    #[arg(long, value_name = "WHEN")]
    pub as_of: Option<String>,
    /// The language of what people read: en, de, or that of `texts` in `[report]`. Default: the config's, else en.
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// Say more on stderr: what was read, how long each step took.
    #[arg(long, short, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Say nothing on stderr but errors.
    #[arg(long, short)]
    pub quiet: bool,
}

/// Where the rows come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Origin {
    /// The files that the config names, as they lie there now.
    Exports,
    /// Everything that `deskcard run` has taken in.
    History,
}

/// What every verb that counts rows takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Data {
    /// What to read. Default: the history if the config has a `[history]`, else the exports.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub read: Option<Origin>,
    /// The history as it was after this batch (`deskcard history` lists them).
    #[arg(long, value_name = "NUMBER")]
    pub batch: Option<u64>,
}

/// How a run says what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// A JSON object a line.
    Json,
}

/// `deskcard run`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard run\n  deskcard run --period 2026-W46 --dry-run\n  deskcard run --settle 5m --log-format json"))]
pub struct RunArgs {
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// What to publish: since-last-run, last-week, last-month, 2026-W46, 2026-11, 2026-Q4. Default: every period that has ended since the last one published.
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// An export that was changed less than this ago is waited for: 60s, 5m, 0. Default: the config's.
    #[arg(long, value_name = "TIME")]
    pub settle: Option<String>,
    /// Say what would be taken in and published; change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// How to say on stderr what is done.
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// Folder with templates that replace the built-in ones of the same name.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub templates: Option<PathBuf>,
}

/// `deskcard send`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard send\n  deskcard send --period 2026-W46 --preview mails\n  deskcard send --send\n  deskcard send --send --retry-unknown"))]
pub struct SendArgs {
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Where the roster comes from.
    #[command(flatten)]
    pub data: Data,
    /// The published period, 2026-W46. Default: the latest.
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Send. Without it the messages are only made and told.
    #[arg(long, conflicts_with = "dry_run")]
    pub send: bool,
    /// Make the messages and send nothing; this is what happens anyway.
    #[arg(long)]
    pub dry_run: bool,
    /// Folder for the messages as they would be sent, .eml, .html and .txt.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "send")]
    pub preview: Option<PathBuf>,
    /// Send again what may have been sent already.
    #[arg(long, requires = "send")]
    pub retry_unknown: bool,
    /// Folder with templates that replace the built-in ones of the same name.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub templates: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    pub format: CheckFormat,
}

/// What is to be done with the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HistoryVerb {
    /// List the batches, and what each changed.
    List,
    /// Check that everything is there and as it was written.
    Verify,
    /// Make the tables anew from the exports that are kept.
    Rebuild,
    /// Put the small files of the tables together.
    Compact,
    /// Remove for good the rows to which nothing happened since a day, and the exports of which nothing is left.
    Purge,
}

/// `deskcard history`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard history\n  deskcard history verify\n  deskcard history purge --before 2025-10-01"))]
pub struct HistoryArgs {
    /// What to do.
    #[arg(value_enum, default_value = "list")]
    pub verb: HistoryVerb,
    /// For purge: the first day that is kept, 2025-10-01.
    #[arg(long, value_name = "DAY", required_if_eq("verb", "purge"))]
    pub before: Option<String>,
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    pub format: CheckFormat,
}

/// `deskcard doctor`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard doctor\n  deskcard doctor --connect\n  deskcard doctor --format json"))]
pub struct DoctorArgs {
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    pub format: CheckFormat,
    /// Also connect to the mail server and log in; nothing is sent.
    #[arg(long)]
    pub connect: bool,
}

/// What a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// `deskcard.toml`.
    Config,
    /// `run.json`.
    Run,
    /// `scorecard.json`.
    Scorecard,
}

/// `deskcard schema`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard schema config > deskcard.schema.json\n  deskcard schema scorecard"))]
pub struct SchemaArgs {
    /// What the schema is of.
    #[arg(value_enum)]
    pub of: SchemaOf,
}

/// `deskcard report`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard report --open\n  deskcard report --period 2026-W46 --outputs xlsx,slack --out scorecards\n  deskcard report --context \"Sabine Petermann\""))]
pub struct ReportArgs {
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Where the rows come from.
    #[command(flatten)]
    pub data: Data,
    /// The period: 2026-W46, 2026-11, 2026-Q4, 2026-11-02..2026-11-20, last-week, last-month, last-quarter. Default: the last complete one.
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Make the pages of the desk, teams and suppliers alone, with no name, figure or row of a single person.
    #[arg(long)]
    pub team_only: bool,
    /// Show people under stable pseudonyms; the file holds the key, of 16 bytes or more. No row files are made.
    #[arg(long, value_name = "KEYFILE", value_hint = ValueHint::FilePath, conflicts_with = "team_only")]
    pub anonymise: Option<PathBuf>,
    /// Make a folder for each person too, `people/…`, with their card alone: their own figures, however few, beside what their team is like.
    #[arg(long, conflicts_with = "anonymise")]
    pub own_folders: bool,
    /// Further files to make, separated by commas: xlsx, markdown, text, json, csv, slack, teams, pdf. Default: the config's.
    #[arg(long, value_delimiter = ',', value_name = "KINDS")]
    pub outputs: Vec<String>,
    /// Folder to write to; a folder named after the period is made in it. Default: the config's.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
    /// Open the first page in the browser, if there is a terminal.
    #[arg(long, conflicts_with = "context")]
    pub open: bool,
    /// Print, as JSON, what the template of a page is told, and write nothing: of a person, a team, a supplier, or of index, data, definitions, sla.
    #[arg(long, value_name = "PAGE", num_args = 0..=1, default_missing_value = "index")]
    pub context: Option<String>,
    /// Folder with templates that replace the built-in ones of the same name.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub templates: Option<PathBuf>,
}

/// Width of the periods of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Span {
    /// ISO weeks.
    Week,
    /// Calendar months.
    Month,
    /// Calendar quarters.
    Quarter,
    /// One period over everything.
    All,
}

/// The periods of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Periods {
    /// All there are of a width.
    Each(Span),
    /// One, as other commands name it; read when the cut-off is known.
    One(String),
}

impl std::str::FromStr for Periods {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Span::from_str(text, false).map_or_else(|_| Self::One(text.to_owned()), Self::Each))
    }
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// A row a group and period, two columns a metric.
    Csv,
    /// An array of objects, one a figure.
    Json,
}

/// `deskcard query`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard query csat --by agent --period month\n  deskcard query csat,fcr_touch --by team --period 2026-W46\n  deskcard query fcr_touch,sla_resolution --by priority --from 2026-01-01 --to 2026-06-30 --format csv\n  deskcard query tickets_created --where \"channel = 'phone'\" --period week --format json"))]
pub struct QueryArgs {
    /// Metric ids, separated by commas.
    #[arg(value_delimiter = ',', required = true)]
    pub metrics: Vec<String>,
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Where the rows come from.
    #[command(flatten)]
    pub data: Data,
    /// Columns to break the figures down by, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN")]
    pub by: Vec<String>,
    /// First day, 2026-01-01.
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last day, inclusive.
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// Width of the periods: week, month, quarter, or all for one over everything; or the one period that is meant: 2026-W46, 2026-11, 2026-Q4, 2026-11-02..2026-11-20, last-month.
    #[arg(long, value_name = "PERIOD", default_value = "all")]
    pub period: Periods,
    /// SQL condition on the fact rows, e.g. "priority = 'P1' AND category <> 'Other'".
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
}

/// `deskcard sla`.
#[derive(Debug, Clone, Args)]
#[command(after_help = examples("  deskcard sla --by policy,category\n  deskcard sla --what-if targets.P3=16bh --what-if calendar=always --list 50\n  deskcard sla --ticket INC0010191\n  deskcard sla --from 2026-11-09 --to 2026-11-15 --format csv"))]
pub struct SlaArgs {
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Where the rows come from.
    #[command(flatten)]
    pub data: Data,
    /// Columns to break the clocks down by, separated by commas; "" for none.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN", default_value = "target_for")]
    pub by: Vec<String>,
    /// First day on which clocks are due, 2026-01-01. Default: all.
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last day on which clocks are due, inclusive.
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// A change of the config's SLA rules to try: targets.P3=16bh, targets.P1.response=30m, calendar=always, pause=pending, policy.NAME.targets.P2=4h. May be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    pub what_if: Vec<String>,
    /// Tell the story of one ticket instead: who held it when, and what each of its clocks says.
    #[arg(long, value_name = "ID", conflicts_with_all = ["what_if", "from", "to", "format"])]
    pub ticket: Option<String>,
    /// How many tickets to list of those that differ, flip or are late.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub list: usize,
    /// How to print; `csv` is a row a clock.
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
}

/// `deskcard metrics`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard metrics\n  deskcard metrics sla_resolution\n  deskcard metrics --config deskcard.toml --markdown"))]
pub struct MetricsArgs {
    /// The metric to define; all are listed without it.
    pub metric: Option<String>,
    /// Config whose own metrics and parameters are shown too.
    #[arg(long, short, value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Print Markdown, as in the README.
    #[arg(long)]
    pub markdown: bool,
}

/// `deskcard columns`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard columns\n  deskcard columns calls\n  deskcard columns tickets --markdown"))]
pub struct ColumnsArgs {
    /// The kind of source: tickets, `ticket_events`, calls, surveys, agents, observations. Default: all.
    pub kind: Option<String>,
    /// Print Markdown, as in docs/columns.md.
    #[arg(long)]
    pub markdown: bool,
}

/// How a check is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people.
    Table,
    /// One object.
    Json,
}

/// `deskcard check`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard check\n  deskcard check --format json\n  deskcard check --strict --rejects rejected"))]
pub struct CheckArgs {
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Where the rows come from.
    #[command(flatten)]
    pub data: Data,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    pub format: CheckFormat,
    /// Exit with 1 if any row was rejected.
    #[arg(long)]
    pub strict: bool,
    /// Folder to write the rejected rows to, as they stand, under their file's header: to be fixed and read again.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub rejects: Option<PathBuf>,
}

/// `deskcard facts`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard facts --out facts"))]
pub struct FactsArgs {
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Where the rows come from.
    #[command(flatten)]
    pub data: Data,
    /// Folder to write to.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: PathBuf,
}

/// What becomes of broken rows when files are dumped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// They are set aside with their place and reason, as everywhere else in deskcard.
    Quarantine,
    /// They are repaired by guessing; for comparison with other readers only.
    Tolerant,
}

/// `deskcard ingest`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard ingest --desk desk\n  deskcard ingest tickets.csv --dump rows.csv\n  deskcard ingest --batch exports --dump rows --mode tolerant"))]
pub struct IngestArgs {
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Folder for the desk in canonical columns, `ledger.json`, and `rejects` with the rejected rows as they stand.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub desk: Option<PathBuf>,
    /// Files to dump as they are, without a config.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, requires = "dump", conflicts_with = "desk")]
    pub files: Vec<PathBuf>,
    /// A folder of which to dump every file.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, requires = "dump", conflicts_with_all = ["desk", "files"])]
    pub batch: Option<PathBuf>,
    /// Where to write the rows as CSV, and `….rejects.csv` beside: a file for one FILE, else a folder.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub dump: Option<PathBuf>,
    /// The header the dumped files must have, separated by commas; others are refused.
    #[arg(long, value_delimiter = ',', value_name = "NAMES", requires = "dump", conflicts_with = "no_header")]
    pub expect_header: Option<Vec<String>>,
    /// The dumped files have no header: every line is a row.
    #[arg(long, requires = "dump")]
    pub no_header: bool,
    /// What becomes of broken rows in a dump.
    #[arg(long, value_enum, default_value = "quarantine")]
    pub mode: Mode,
}

/// `deskcard inspect`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard inspect tickets.csv\n  deskcard inspect exports/*.csv --format json\n  zcat calls.csv.gz | deskcard inspect -"))]
pub struct InspectArgs {
    /// Files; `-` for standard input.
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// The desk's zone, for showing instants.
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    pub format: CheckFormat,
}

/// `deskcard init`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard init exports\n  deskcard init exports --time-zone Europe/Berlin --name \"Service Desk\" --out desk.toml"))]
pub struct InitArgs {
    /// Folder with the exports.
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    /// The desk's name. Default: the folder's.
    #[arg(long)]
    pub name: Option<String>,
    /// The desk's zone, as in "Europe/Berlin". Asked for on a terminal; else the machine's.
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// Where to write; `-` for standard output. Default: deskcard.toml in the folder, for its paths are relative to it.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// Write over a config that is there.
    #[arg(long)]
    pub force: bool,
    /// Ask nothing, not even on a terminal.
    #[arg(long)]
    pub no_questions: bool,
}
