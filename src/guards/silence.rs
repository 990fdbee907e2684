//! Nothing new: no row of the week reported, or no file since it was over.
//!
//! A desk with a few tickets a week, and surveys, may be silent for a while: they are measured by their own longest silence.

use super::evidence::Measured;
use super::{Code, Look, Warning, words};
use crate::clock::DAY;
use crate::columns::Source;
use crate::say;

/// A week without rows is no news if its chance is above this.
const CHANCE: f64 = 0.002;

/// How many times its own longest silence a source may be silent.
const PATIENCE: f64 = 1.5;

/// Days that surveys and observations may be silent at the least: many come once a month.
const SLOW: f64 = 35.0;

/// No new rows.
pub(super) fn warning(look: &Look<'_>) -> Option<Warning> {
    let newest = look.source.newest.filter(|_| look.source.kind != Source::Agents)?;
    if may_rest(look) { too_long(look, newest) } else { nothing_new(look, newest) }
}

/// Days the newest row or file of a source that may rest can be old.
pub(super) fn patience(look: &Look<'_>) -> f64 {
    let least = if look.source.may_be_silent() { SLOW } else { 0.0 };
    let own = PATIENCE * longest_silence(&look.weeks.since_first) as f64;
    days(look.e.rules.silent_after).max(least).max(own)
}

/// Whether a week without rows would be nothing unusual.
fn may_rest(look: &Look<'_>) -> bool {
    let none = look.usual.map_or_else(|| none_in_a_few_weeks(look), |usual| usual.none);
    look.source.may_be_silent() || none > CHANCE || look.e.as_of < look.end()
}

/// The chance of a week without rows after `n` weeks with `rows` in all: of Poisson weeks of any rate, `(n / (n + 1))^rows`.
fn none_in_a_few_weeks(look: &Look<'_>) -> f64 {
    let n = look.weeks.before.len() as f64;
    let rows: u64 = look.weeks.before.iter().map(|week| week.rows).sum();
    // The week reported may be all holidays: then nobody expects rows.
    if n < 1.0 || !look.weeks.now.is_open() { 1.0 } else { (n / (n + 1.0)).powf(rows as f64) }
}

/// Days without rows in a row, between days that have some.
fn longest_silence(days: &[u64]) -> usize {
    let last = days.iter().rposition(|n| *n > 0).unwrap_or(0);
    days[..last].split(|n| *n > 0).map(<[u64]>::len).max().unwrap_or(0)
}

/// A busy source must have rows of the week, from a file of after it.
fn nothing_new(look: &Look<'_>, newest: i64) -> Option<Warning> {
    let (start, end) = (look.e.week.start_utc(look.e.zone), look.end());
    let week = words::week(look);
    if newest < start {
        let text = say!(
            "no row of {week}, the newest is of {day}: check that the export still runs and where it puts its files",
            week,
            day = words::day_of(look, newest)
        );
        return Some(warned(look, &text, newest, days(look.e.as_of - start)));
    }
    let arrived = look.source.arrived.filter(|at| *at < end)?;
    let text = say!(
        "no new file since {day}, when {week} was not over: its last days are missing; check that the export still runs",
        day = words::day_of(look, arrived),
        week
    );
    Some(warned(look, &text, arrived, days(look.e.as_of - end)))
}

/// A source that may rest has rested too long.
fn too_long(look: &Look<'_>, newest: i64) -> Option<Warning> {
    let (age, most) = (days(look.e.as_of - newest), patience(look));
    let text = say!(
        "no row since {day}, {age} days ago, up to {most} are usual: check that the export still runs; if it comes less often, set silent_after under [guards]",
        day = words::day_of(look, newest),
        age = format!("{age:.0}"),
        most = format!("{most:.0}")
    );
    (age > most).then(|| warned(look, &text, newest, most))
}

fn warned(look: &Look<'_>, text: &str, since: i64, high: f64) -> Warning {
    look.warn(Code::NoNewData, text, Measured { seen: days(look.e.as_of - since), low: 0.0, high })
}

/// Days, with a fraction.
pub(super) fn days(secs: i64) -> f64 {
    secs as f64 / DAY as f64
}
