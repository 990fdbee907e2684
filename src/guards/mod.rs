//! What a run must notice about the rows that came in: nothing new, far fewer or far more than usual, days or groups without any, a
//! column that went empty, a source that is missing, an export at its product's limit, people off the roster.
//!
//! Pure: [`Evidence`] in, [`Warning`]s out. No files, no clock; the same evidence in another order gives the same warnings. Nothing
//! here changes a figure: a warning is told, and stops a run only where the config says so.

mod columns;
mod days;
mod evidence;
mod files;
mod groups;
mod roster;
mod silence;
#[cfg(test)]
mod tests;
mod volume;
mod warning;
mod weeks;
mod words;

pub use evidence::{Cells, Column, Evidence, File, Group, OffRoster, Rules, SourceEvidence};
pub use warning::{Code, Warning};

use volume::Usual;
use weeks::Weeks;

/// Everything that is worth a word: what stops the run first, then by code and source.
pub fn guards(e: &Evidence<'_>) -> Vec<Warning> {
    let mut out: Vec<Warning> = e.sources.iter().flat_map(|source| of_source(&Look::new(e, source))).collect();
    out.sort_by(|a, b| (!a.is_stop, a.code, &a.source, &a.text).cmp(&(!b.is_stop, b.code, &b.source, &b.text)));
    out
}

/// A source, with what several rules ask of its weeks.
#[derive(Debug)]
struct Look<'a> {
    e: &'a Evidence<'a>,
    source: &'a SourceEvidence,
    weeks: Weeks,
    usual: Option<Usual>,
}

impl<'a> Look<'a> {
    fn new(e: &'a Evidence<'a>, source: &'a SourceEvidence) -> Self {
        let weeks = Weeks::new(&source.days, e.week.first_day, &e.holidays);
        let usual = Usual::of(&weeks);
        Self { e, source, weeks, usual }
    }

    /// The first instant after the week reported.
    fn end(&self) -> i64 {
        self.e.week.end_utc(self.e.zone)
    }

    /// Whether a file of this source was taken in when the week reported was over.
    fn is_whole(&self) -> bool {
        self.source.arrived.is_some_and(|at| at >= self.end())
    }

    /// Whether the rows of the week can be judged: it is over, and a source that may be silent has sent something since.
    fn is_judged(&self) -> bool {
        self.e.as_of >= self.end() && (!self.source.may_be_silent() || self.is_whole())
    }
}

fn of_source(look: &Look<'_>) -> Vec<Warning> {
    let wanted = |found: Option<Warning>| found.filter(|w| !look.e.rules.ignore.contains(&w.code));
    // From the cause to what follows from it.
    let rows = [files::missing(look), silence::warning(look), volume::warning(look), days::warning(look), groups::warning(look)];
    let mut out = causes(rows.into_iter().filter_map(wanted).collect(), look);
    out.extend([columns::warning(look), files::at_limit(look), roster::warning(look)].into_iter().filter_map(wanted));
    out
}

/// Leaves out what follows from the first: a file that is missing explains the rows that are, and a low week names its empty days
/// itself. What is left out still stops the run if the config says so.
fn causes(mut found: Vec<Warning>, look: &Look<'_>) -> Vec<Warning> {
    let Some(first) = found.first() else { return found };
    let explains = match first.code {
        Code::SourceMissing | Code::NoNewData => |_: Code| true,
        Code::Volume if first.seen < first.low => |code: Code| code == Code::DayMissing,
        _ => return found,
    };
    let (explained, told): (Vec<Warning>, Vec<Warning>) = found.split_off(1).into_iter().partition(|w| explains(w.code));
    let first = &mut found[0];
    first.is_stop |= explained.iter().any(|w| w.is_stop);
    if first.code == Code::Volume && !explained.is_empty() {
        first.text.extend(days::in_brackets(look));
    }
    found.extend(told);
    found
}
