//! The verbs of those who ask why.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{CheckFormat, Common, Data, examples};

/// `deskcard explain`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard explain csat\n  deskcard explain fcr_touch --period 2026-06 --against 2026-05\n  deskcard explain abandonment --period 2026-W38 --where \"queue = 'Service Desk Berlin'\" --format json\n  deskcard explain ttr_median --by category,location --out pages"))]
pub struct ExplainArgs {
    /// The metric.
    pub metric: String,
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Where the rows come from.
    #[command(flatten)]
    pub data: Data,
    /// The span to explain: 2026-W46, 2026-11, 2026-Q4, 2026-11-02..2026-11-20, last-week … Default: the last complete period.
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// What to hold it against: a period that ends before it, or `none` to ask where it differs instead of where it moved. Default: the recent periods before it.
    #[arg(long, value_name = "PERIOD")]
    pub against: Option<String>,
    /// Columns to look for segments in, separated by commas. Default: all that are known of a row before its outcome is.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN")]
    pub by: Vec<String>,
    /// SQL condition on the fact rows, e.g. "priority = 'P1' AND category <> 'Other'".
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// Most conditions of a segment.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=3))]
    pub depth: u32,
    /// Shuffles behind a probability.
    #[arg(long, value_name = "N", default_value_t = 999, value_parser = clap::value_parser!(u32).range(99..=99_999))]
    pub shuffles: u32,
    /// Seed of the shuffles.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    pub format: CheckFormat,
    /// Folder for a page with charts, explain-METRIC.html.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
}

/// `deskcard drivers`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard drivers\n  deskcard drivers csat --by prior_business,mentor,shift --within team\n  deskcard drivers fcr_touch --where \"category <> 'Other'\" --format json"))]
pub struct DriversArgs {
    /// Shares to compare people by, separated by commas.
    #[arg(value_delimiter = ',', default_value = "csat,fcr_touch,reopen_rate")]
    pub metrics: Vec<String>,
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Where the rows come from.
    #[command(flatten)]
    pub data: Data,
    /// What the roster says of people, separated by commas. Default: prior business, mentor, site, shift, employment, level, languages.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN")]
    pub by: Vec<String>,
    /// People are compared within the same of this: supplier, team, or none.
    #[arg(long, value_name = "COLUMN", default_value = "supplier")]
    pub within: Option<String>,
    /// The span of rows. Default: the last 53 complete weeks.
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// SQL condition on the fact rows.
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    pub format: CheckFormat,
}

/// How those treated were picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PickedBy {
    /// For their record: the low ones, or the high ones.
    Record,
    /// By nothing that has to do with their record.
    Otherwise,
}

/// `deskcard before-after`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard before-after --event shadowing\n  deskcard before-after csat --date 2026-03-02 --teams \"Service Desk Berlin\"\n  deskcard before-after fcr_touch --event shadowing --measure shadowing_days --picked record"))]
pub struct BeforeAfterArgs {
    /// The share or mean to look at.
    #[arg(default_value = "csat")]
    pub metric: String,
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Where the rows come from.
    #[command(flatten)]
    pub data: Data,
    /// Words from the label of an event of the config; with --date, what to call it.
    #[arg(long, value_name = "WORDS")]
    pub event: Option<String>,
    /// The day it began, 2026-03-02.
    #[arg(long, value_name = "DAY")]
    pub date: Option<String>,
    /// Only these agents were treated, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub agents: Vec<String>,
    /// Only these teams were treated, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "NAMES", conflicts_with = "agents")]
    pub teams: Vec<String>,
    /// Only those with an observation of this name were treated, each from its first day on.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["agents", "teams"])]
    pub measure: Option<String>,
    /// How those treated were picked, if that is known: low ones rise by themselves.
    #[arg(long, value_enum, value_name = "HOW")]
    pub picked: Option<PickedBy>,
    /// Weeks before the day that are looked at. Default: all, up to 52.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=260))]
    pub before: Option<u32>,
    /// Weeks after it. Default: all, up to 52.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=260))]
    pub after: Option<u32>,
    /// SQL condition on the fact rows.
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    pub format: CheckFormat,
}
