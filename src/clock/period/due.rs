//! Which periods a run publishes: the one asked for, or every one that ended since the last one published.
//!
//! Pure: the day of the run and what is published already are arguments. What is left out is named.

use super::{Period, Unit};
use crate::clock::date;
use crate::error::Result;
use chrono::Datelike;
use std::collections::BTreeSet;
use std::fmt;
use std::iter::successors;

/// What a run was told to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Every period that ended since the last one published.
    SinceLastRun,
    /// This one, whatever is published already and whether it is over or not.
    One(Period),
}

impl Asked {
    /// Reads `--period`: `since-last-run`, as is nothing said, or what [`Period::parse`] reads.
    ///
    /// # Errors
    /// A config error for anything else, with the forms there are.
    pub fn parse(text: Option<&str>, unit: Unit, today: i32) -> Result<Self> {
        let Some(text) = text.filter(|t| *t != "since-last-run") else { return Ok(Self::SinceLastRun) };
        let is_word = !text.starts_with(|c: char| c.is_ascii_digit());
        Period::parse(text, unit, today)
            .map(Self::One)
            .map_err(|e| if is_word { e.hint("or write since-last-run: every period that ended since the last one published") } else { e })
    }
}

/// A published period, as its folder and its scorecard say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The name of the folder. Names that are no period's, and periods of another unit, are passed over.
    pub id: String,
    /// The day of the run that published it, in the desk's zone and days since 1970: a period that was not over then is
    /// published again when it is.
    pub day: i32,
}

/// Where things stand when a run begins.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The config's cut of time.
    pub unit: Unit,
    /// The day of the run in the desk's zone, in days since 1970.
    pub today: i32,
    /// What is published, of every unit and in any order.
    pub published: &'a [Published],
    /// The first day the data covers, in days since 1970. None: there are no data.
    pub first_day: Option<i32>,
    /// Most periods to catch up on; at least one is always allowed.
    pub limit: usize,
}

/// What a run publishes, and why not more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// How it came to these periods.
    pub reason: Reason,
    /// What to publish, oldest first.
    pub periods: Vec<Period>,
    /// What ended since the last one published and is not published, oldest first: say so.
    pub skipped: Vec<Skipped>,
    /// Complete periods of the last `limit` that are not published although older and newer ones are, oldest first. A run that
    /// publishes oldest first and stops where it fails leaves none; they come of folders removed and of periods asked for by name.
    pub gaps: Vec<Period>,
}

/// How a run came to its periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It was asked for by name.
    Asked,
    /// No period of the unit was published yet: the last complete one alone.
    First,
    /// Those after this one, the last one published.
    Since(Period),
    /// The last complete period, this one, is published: nothing is due.
    UpToDate(Period),
    /// No complete period that is not published yet has data: nothing is due. This is the last complete one.
    NoData(Period),
    /// A period is published that is not over on the day of this run, although it was on the day it was published: one of the two
    /// clocks was wrong. Nothing is due.
    ClockSetBack {
        /// The last one published.
        published: Period,
        /// The last complete one on the day of this run.
        complete: Period,
    },
}

/// Periods in a row that a run leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The oldest of them.
    pub first: Period,
    /// The newest of them.
    pub last: Period,
    /// How many there are.
    pub count: usize,
    /// What they are left out for.
    pub why: Why,
}

/// Why a period is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The data begin after it.
    BeforeData,
    /// More than the limit are due, and newer ones go first.
    BeyondLimit,
}

/// `2026-W30`, `2026-W30 to 2026-W42`.
impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first.id)?;
        if self.count > 1 { write!(f, " to {}", self.last.id) } else { Ok(()) }
    }
}

/// The periods a run publishes.
pub fn due(asked: &Asked, standing: &Standing<'_>) -> Due {
    match asked {
        Asked::One(period) => Due { reason: Reason::Asked, periods: vec![period.clone()], skipped: Vec::new(), gaps: Vec::new() },
        Asked::SinceLastRun => standing.since_last(),
    }
}

impl Standing<'_> {
    fn since_last(&self) -> Due {
        let complete = Period::last_complete(self.unit, self.today);
        let published = self.published_whole();
        let gaps = self.gaps(&complete, &published);
        let Some(last) = published.last().map(|day| Period::containing(self.unit, *day)) else {
            return Due { gaps, ..self.catch_up(&complete, complete.first_day, Reason::First) };
        };
        let nothing = |reason| Due { reason, periods: Vec::new(), skipped: Vec::new(), gaps: Vec::new() };
        let due = match last.first_day.cmp(&complete.first_day) {
            std::cmp::Ordering::Less => self.catch_up(&complete, last.end_day, Reason::Since(last)),
            std::cmp::Ordering::Equal => nothing(Reason::UpToDate(last)),
            std::cmp::Ordering::Greater => nothing(Reason::ClockSetBack { published: last, complete }),
        };
        Due { gaps, ..due }
    }

    /// The first days of the unit's periods that were over when they were published.
    fn published_whole(&self) -> BTreeSet<i32> {
        let period = |p: &Published| Period::from_id(&p.id).filter(|found| found.end_day <= p.day);
        let is_ours = |p: &Period| *p == Period::containing(self.unit, p.first_day);
        self.published.iter().filter_map(period).filter(is_ours).map(|p| p.first_day).collect()
    }

    /// The periods from the one that starts on `from` to the last complete one, as far as there are data and the limit allows.
    fn catch_up(&self, complete: &Period, from: i32, reason: Reason) -> Due {
        let covered = self.first_day.map_or(complete.end_day, |day| Period::containing(self.unit, day).first_day);
        let covered = covered.clamp(from, complete.end_day);
        let periods = self.back_to(complete, covered);
        let newest = periods.first().map_or(complete.end_day, |p| p.first_day);
        let stretches = [self.skipped(from, covered, Why::BeforeData), self.skipped(covered, newest, Why::BeyondLimit)];
        let reason = if periods.is_empty() { Reason::NoData(complete.clone()) } else { reason };
        Due { reason, periods, skipped: stretches.into_iter().flatten().collect(), gaps: Vec::new() }
    }

    fn gaps(&self, complete: &Period, published: &BTreeSet<i32>) -> Vec<Period> {
        let (Some(first), Some(last), Some(covered)) = (published.first(), published.last(), self.first_day) else { return Vec::new() };
        let is_gap = |p: &Period| p.first_day < *last && p.end_day > covered && !published.contains(&p.first_day);
        self.back_to(complete, *first).into_iter().filter(is_gap).collect()
    }

    /// At most `limit` periods up to the last complete one, none that starts before the day `from`; oldest first.
    fn back_to(&self, complete: &Period, from: i32) -> Vec<Period> {
        let back = successors(Some(complete.clone()), |p| Some(p.previous()));
        let mut periods: Vec<Period> = back.take_while(|p| p.first_day >= from).take(self.limit.max(1)).collect();
        periods.reverse();
        periods
    }

    /// The periods of the days `from..end`, if there are any.
    fn skipped(&self, from: i32, end: i32, why: Why) -> Option<Skipped> {
        if from >= end {
            return None;
        }
        let (first, last) = (Period::containing(self.unit, from), Period::containing(self.unit, end - 1));
        let count = (number(&last) - number(&first) + 1) as usize;
        Some(Skipped { first, last, count, why })
    }
}

/// Numbers the periods of a unit one after the other.
fn number(period: &Period) -> i32 {
    let on = date(period.first_day);
    let month = on.year() * 12 + on.month0() as i32;
    match period.unit {
        // 1970-01-05 was a Monday.
        Unit::Week => (period.first_day - 4).div_euclid(7),
        Unit::Month => month,
        Unit::Quarter => month / 3,
        Unit::All => period.first_day,
    }
}

#[cfg(test)]
mod tests;
