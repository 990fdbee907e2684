//! Days without rows, or with next to none, on a weekday that always has some: a job that failed on Tuesday, an export made on Friday.

use super::evidence::Measured;
use super::{Code, Look, Warning, words};
use crate::columns::Source;
use crate::format;
use crate::say;
use crate::stats::median;
use crate::stats::negative_binomial::NegativeBinomial;

/// Fewest earlier days of the weekday, and most that are looked at.
const DAYS: (usize, usize) = (8, 26);

/// One in so many earlier days may have had no row either.
const EMPTY_ONE_IN: usize = 20;

/// How much a day varies beyond chance, as a share of its mean: more than most desks' days do.
const VARIATION: f64 = 0.3;

/// Chance of so few rows on a usual day below which they are news: five days a week, so about one quiet desk's week in 400.
const CHANCE: f64 = 0.0005;

/// More than this share of the usual rows is a slow day and no hole.
const NEXT_TO_NONE: f64 = 0.1;

/// A day that has too few rows.
struct Hole {
    day: i32,
    rows: u64,
}

/// The days of the week reported without rows.
pub(super) fn warning(look: &Look<'_>) -> Option<Warning> {
    let holes = holes(look);
    if holes.is_empty() {
        return None;
    }
    let text = say!(
        "{days} in {week}, though such days always have rows: a day's export may have failed; make it again, or if the desk was closed, add the day to its calendar's holidays",
        days = told(&holes),
        week = words::week(look)
    );
    Some(look.warn(Code::DayMissing, &text, Measured { seen: holes.len() as f64, low: 0.0, high: 0.0 }))
}

/// The same behind another sentence: ` (Tuesday 10 November has none)`.
pub(super) fn in_brackets(look: &Look<'_>) -> Option<String> {
    let holes = holes(look);
    (!holes.is_empty()).then(|| format!(" ({})", told(&holes)))
}

fn told(holes: &[Hole]) -> String {
    let (empty, few): (Vec<&Hole>, Vec<&Hole>) = holes.iter().partition(|hole| hole.rows == 0);
    let days: Vec<String> = empty.iter().map(|hole| words::day(hole.day)).collect();
    let none = (!days.is_empty()).then(|| say!(days.len() => "{days} has none", "{days} have none", days = words::listed(&days)));
    let few = few.iter().map(|hole| say!("{day} has only {rows}", day = words::day(hole.day), rows = format::count(hole.rows)));
    none.into_iter().chain(few).collect::<Vec<_>>().join(", ")
}

fn holes(look: &Look<'_>) -> Vec<Hole> {
    if look.source.kind == Source::Agents || !look.is_judged() {
        return Vec::new();
    }
    let of = |weekday: usize| {
        let rows = look.weeks.now.days[weekday]?;
        is_hole(look, weekday, rows).then_some(Hole { day: look.weeks.monday + weekday as i32, rows })
    };
    (0..7).filter_map(of).collect()
}

fn is_hole(look: &Look<'_>, weekday: usize, rows: u64) -> bool {
    let before: Vec<f64> = look.weeks.before.iter().rev().filter_map(|week| week.days[weekday]).take(DAYS.1).map(|n| n as f64).collect();
    let empty = before.iter().filter(|n| **n < 1.0).count();
    if before.len() < DAYS.0 || empty * EMPTY_ONE_IN > before.len() {
        return false;
    }
    // A slow week has slow days: no more is expected than the rest of the week says, and no more than usual.
    let rest = look.weeks.now.rows - rows;
    let share = look.weeks.profile[weekday];
    let expected = (rest as f64 * share / (look.weeks.now.open - share).max(f64::EPSILON)).min(median(&before));
    let counts = NegativeBinomial::new(expected, expected + (VARIATION * expected).powi(2));
    rows as f64 <= NEXT_TO_NONE * expected && counts.is_ok_and(|counts| counts.at_most(rows) <= CHANCE)
}
