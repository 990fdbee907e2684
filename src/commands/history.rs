//! `deskcard history`.
use super::{Context, Outcome};
use crate::cli::HistoryArgs;
use crate::error::Result;
use std::io::Write;

pub(super) fn run(args: &HistoryArgs, now: i64, _stdout: &mut dyn Write) -> Result<Outcome> {
    let _ctx = Context::load(&args.common, now)?;
    Ok(Outcome::Done)
}
