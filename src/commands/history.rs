//! `deskcard history`: what the history holds, whether it is whole, and how it is thinned out.

mod list;
pub(super) mod upkeep;
pub(super) mod verify;

use std::io::Write;

use super::{Context, Outcome, stdout_failed};
use crate::cli::{CheckFormat, HistoryArgs, HistoryVerb};
use crate::error::{Error, Result};
use crate::format::things;
use crate::publish::lock::Lock;

pub(super) fn run(args: &HistoryArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?;
    let history = ctx.kept();
    let answer = match args.verb {
        HistoryVerb::List => list::list(&ctx, history)?,
        HistoryVerb::Verify => {
            let answer = verify::verify(&ctx, history);
            let faults = answer.faults;
            say(stdout, args.format, answer)?;
            return match faults {
                0 => Ok(Outcome::Done),
                n => Err(Error::input(format!("the history has {}", things(n, "fault", "faults")))
                    .at(history.dir().display().to_string())
                    .hint(
                        "`deskcard history rebuild` makes the tables anew from the exports kept; exports that are gone come from a backup",
                    )),
            };
        }
        verb => {
            let _lock = Lock::take(history.dir())?;
            history.sweep()?;
            if verb != HistoryVerb::Rebuild {
                history.recover(&ctx.settings)?;
            }
            match verb {
                HistoryVerb::Compact => upkeep::compact(&ctx, history)?,
                HistoryVerb::Purge => upkeep::purge(&ctx, history, args.before.as_deref().unwrap_or_default())?,
                _ => upkeep::rebuild(&ctx, history)?,
            }
        }
    };
    say(stdout, args.format, answer)?;
    Ok(Outcome::Done)
}

/// What a verb has to say, for people and for machines.
pub(super) struct Answer {
    pub(super) words: String,
    pub(super) json: serde_json::Value,
    /// What is wrong.
    pub(super) faults: usize,
}

fn say(stdout: &mut dyn Write, format: CheckFormat, answer: Answer) -> Result<()> {
    let text = match format {
        CheckFormat::Table => answer.words,
        CheckFormat::Json => serde_json::to_string_pretty(&answer.json).map_err(|e| Error::bug(e.to_string()))?,
    };
    writeln!(stdout, "{}", text.trim_end()).map_err(|e| stdout_failed(&e))
}
