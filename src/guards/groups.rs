//! A group or queue without rows that always has some: one of several exports is missing, or a filter was changed. The sum over all of
//! them rarely shows it.

use super::evidence::{Group, Measured};
use super::{Code, Look, Warning, words};
use crate::format;
use crate::say;
use crate::stats::median;
use crate::stats::negative_binomial::NegativeBinomial;

/// Fewest weeks before, and most that are looked at.
const WEEKS: (usize, usize) = (8, 26);

/// How much the weeks of a group vary beyond chance, as a share of their mean.
const VARIATION: f64 = 0.4;

/// Chance of a week without rows below which it is news; a desk has many groups.
const CHANCE: f64 = 0.0001;

/// The groups without rows in the week reported.
pub(super) fn warning(look: &Look<'_>) -> Option<Warning> {
    if !look.is_judged() || look.weeks.now.rows == 0 || look.weeks.now.holidays() > 2 {
        return None;
    }
    let mut gone: Vec<(f64, String)> =
        look.source.groups.iter().filter_map(|group| Some((usual(group)?, words::name(&group.name)))).collect();
    gone.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let told: Vec<String> =
        gone.iter().map(|(rows, name)| say!("{name} (usually about {rows})", name, rows = format::count(*rows as u64))).collect();
    let text = say!(
        "no row in {week} of {groups}: an export or a queue of it may be missing; if it was closed or has another name now, nothing is to be done",
        week = words::week(look),
        groups = words::listed(&told)
    );
    (!told.is_empty()).then(|| look.warn(Code::GroupMissing, &text, Measured { seen: told.len() as f64, low: 0.0, high: 0.0 }))
}

/// The rows a week of a group that has none now and always had some; one week without is borne.
fn usual(group: &Group) -> Option<f64> {
    let (now, before) = group.weeks.split_last()?;
    let first = before.iter().position(|n| *n > 0)?;
    let before: Vec<f64> = before[first..].iter().rev().take(WEEKS.1).map(|n| *n as f64).collect();
    let empty = before.iter().filter(|n| **n < 1.0).count();
    if *now > 0 || before.len() < WEEKS.0 || empty > 1 {
        return None;
    }
    let mean = median(&before);
    let counts = NegativeBinomial::new(mean, mean + (VARIATION * mean).powi(2)).ok()?;
    (counts.none() <= CHANCE).then_some(mean)
}
