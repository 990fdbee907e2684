//! `deskcard report`: the scorecards of a period.

use std::io::Write;

use super::Outcome;
use crate::cli::ReportArgs;
use crate::error::{Error, Result};

pub(super) fn run(_args: &ReportArgs, _now: i64, _command_line: &str, _stdout: &mut dyn Write) -> Result<Outcome> {
    Err(Error::bug("report"))
}
