//! The verbs for the people behind the rows: what is kept about them, and its end.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{CheckFormat, Common, examples};

/// `deskcard subject-export`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard subject-export \"Marta Lindqvist\" --out marta.zip\n  deskcard subject-export A101 --out a101\n  deskcard subject-export --requester E1113 --out e1113.zip"))]
pub struct SubjectExportArgs {
    /// An agent: id, name, login, extension or e-mail address.
    #[arg(value_name = "AGENT", required_unless_present = "requester", conflicts_with = "requester")]
    pub agent: Option<String>,
    /// Somebody who asked the desk for help instead, by the key that tickets and calls have.
    #[arg(long, value_name = "KEY")]
    pub requester: Option<String>,
    /// Another name or address of the person, to be looked for as well. May be given several times.
    #[arg(long, value_name = "TEXT")]
    pub also: Vec<String>,
    /// Folder to make, or a file that ends in .zip.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub out: PathBuf,
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
}

/// `deskcard erase`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard erase \"Marta Lindqvist\"\n  deskcard erase A101 --also \"M. Lindqvist\" --yes\n  deskcard erase --requester E1113 --also \"Bob Boyle\" --yes"))]
pub struct EraseArgs {
    /// An agent: id, name, login, extension or e-mail address.
    #[arg(value_name = "AGENT", required_unless_present = "requester", conflicts_with = "requester")]
    pub agent: Option<String>,
    /// Somebody who asked the desk for help instead, by the key that tickets and calls have.
    #[arg(long, value_name = "KEY")]
    pub requester: Option<String>,
    /// Another name or address of the person, to be taken out as well. May be given several times.
    #[arg(long, value_name = "TEXT")]
    pub also: Vec<String>,
    /// Do it. There is no way back.
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Say what would be done; this is what happens anyway.
    #[arg(long)]
    pub dry_run: bool,
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// Folder with templates that replace the built-in ones of the same name, for the pages that are made again.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub templates: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    pub format: CheckFormat,
}

/// `deskcard audit`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard audit\n  deskcard audit --since 2026-11-01 --agent \"Marta Lindqvist\"\n  deskcard audit --format json"))]
pub struct AuditArgs {
    /// First day, 2026-11-01. Default: all there is.
    #[arg(long, value_name = "DAY")]
    pub since: Option<String>,
    /// Only commands that named this agent, or read everybody's data; by the name that was typed.
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    pub format: CheckFormat,
}
