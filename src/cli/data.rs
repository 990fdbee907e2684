//! The verbs of those who want the rows themselves.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{Common, Data, Format, Span, examples};

/// For whom CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum For {
    /// For a spreadsheet: no text is taken for a formula, instants as the desk's clocks show them.
    People,
    /// As the values are: instants in UTC.
    Machine,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RowsFormat {
    /// A line a row.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// An array of objects.
    Json,
}

/// How the answer to a query is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FrameFormat {
    /// For people.
    Table,
    /// A line a row.
    Csv,
    /// An array of objects.
    Json,
    /// Apache Parquet.
    Parquet,
}

/// Which rows of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Side {
    /// All that count.
    All,
    /// Of a share, those in the numerator.
    Hit,
    /// Of a share, those in the denominator alone.
    Miss,
    /// Of a share, those on the good side: the numerator's where more is better, the others where less is.
    Good,
    /// Of a share, those on the bad side.
    Bad,
    /// Those that do not count yet, because their window has not elapsed.
    Immature,
}

/// `deskcard rows`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard rows fcr_touch --period 2026-W46 --team \"Service Desk Leeds\" --verdict miss > misses.csv\n  deskcard rows csat --agent \"Sabine Petermann\" --period last-month --format json\n  deskcard rows sla_resolution --where \"priority = 'P1'\" --format parquet --out p1.parquet"))]
pub struct RowsArgs {
    /// The metric.
    pub metric: String,
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Where the rows come from.
    #[command(flatten)]
    pub data: Data,
    /// The period: 2026-W46, 2026-11, 2026-Q4, 2026-11-02..2026-11-20, last-week, last-month, last-quarter. Default: the last complete one.
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Rows of one agent; "" for those of nobody.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["team", "supplier"])]
    pub agent: Option<String>,
    /// Rows of one team.
    #[arg(long, value_name = "NAME", conflicts_with = "supplier")]
    pub team: Option<String>,
    /// Rows of one supplier.
    #[arg(long, value_name = "NAME")]
    pub supplier: Option<String>,
    /// SQL condition on the fact rows, e.g. "priority = 'P1' AND category <> 'Other'".
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// Which of them.
    #[arg(long, value_enum, default_value = "all", value_name = "SIDE")]
    pub verdict: Side,
    /// How to write.
    #[arg(long, value_enum, default_value = "csv")]
    pub format: RowsFormat,
    /// For whom CSV is written.
    #[arg(long, value_enum, default_value = "people", value_name = "FOR")]
    pub csv: For,
    /// File to write to. Default: standard output.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
}

/// `deskcard sql`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard sql\n  deskcard sql \"SELECT category, COUNT(*) AS tickets, AVG(ttr_secs) / 3600 AS hours FROM tickets GROUP BY category ORDER BY tickets DESC\"\n  deskcard sql \"SELECT period, value, n FROM readings WHERE metric = 'csat' AND team = 'Service Desk Leeds' ORDER BY period\"\n  deskcard sql \"SELECT * FROM readings\" --by priority --period month --format parquet --out readings.parquet"))]
pub struct SqlArgs {
    /// The query; without one the tables and their columns are listed. Rows come in no certain order without ORDER BY.
    pub query: Option<String>,
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Where the rows come from.
    #[command(flatten)]
    pub data: Data,
    /// List the tables and their columns.
    #[arg(long, conflicts_with = "query")]
    pub tables: bool,
    /// Width of the periods of `readings`; for one stretch of days use --from and --to.
    #[arg(long, value_enum, default_value = "week")]
    pub period: Span,
    /// Columns to break `readings` down by, separated by commas. Default: the desk, and each team, supplier and agent.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN")]
    pub by: Vec<String>,
    /// First day of `readings`, 2026-01-01.
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last day of `readings`, inclusive.
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// How to write.
    #[arg(long, value_enum, default_value = "table")]
    pub format: FrameFormat,
    /// For whom CSV is written.
    #[arg(long, value_enum, default_value = "people", value_name = "FOR")]
    pub csv: For,
    /// File to write to. Default: standard output.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
}

/// `deskcard export`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard export --facts warehouse\n  deskcard export --facts warehouse --as-of 2026-07-01"))]
pub struct ExportArgs {
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Where the rows come from.
    #[command(flatten)]
    pub data: Data,
    /// Folder to write the fact tables to: Parquet, one file a table; `metrics.sql`; `README.md`.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub facts: PathBuf,
}

/// What `deskcard repeats` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// What comes back most: category, service and location, with the contacts that would be saved.
    Problems,
    /// How many contacts it took, and over which channels.
    Chains,
    /// How many contacts a requester has, and the few who have most.
    Requesters,
    /// Categories with much work, few knowledge articles and few first contact resolutions.
    Knowledge,
}

/// `deskcard repeats`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard repeats\n  deskcard repeats --period 2026-Q3 --window 14d --by category,location\n  deskcard repeats --part problems --format csv > problems.csv"))]
pub struct RepeatsArgs {
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Where the rows come from.
    #[command(flatten)]
    pub data: Data,
    /// The period: 2026-W46, 2026-11, 2026-Q4, 2026-11-02..2026-11-20, last-month. Default: the recent periods people are judged on, about a quarter.
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// A contact repeats the one before if it comes no later than this after it.
    #[arg(long, value_name = "TIME", default_value = "28d")]
    pub window: String,
    /// Columns of the tickets that tell problems apart, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN", default_value = "category,service,location")]
    pub by: Vec<String>,
    /// How many lines of each list.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub list: usize,
    /// Name the requesters who call most.
    #[arg(long)]
    pub names: bool,
    /// Which part to print; `csv` takes problems unless told otherwise. Default: all.
    #[arg(long, value_enum, value_name = "PART")]
    pub part: Option<Part>,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
}
