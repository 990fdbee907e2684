//! Which rows a figure of one period counts, and how much each adds to it: the fold's own rule, row by row.

use std::ops::Range;

use polars::prelude::*;

use super::total::{MILLION, Values};
use super::{Kind, Metric};
use crate::clock::period::Period;
use crate::clock::zone::{Cursor, Zone};
use crate::desk::{MISSING, get, known, longs};
use crate::error::Result;
use crate::facts::Facts;

/// How a row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its fact is true: it is in the numerator.
    Hit,
    /// Its fact is false: it is in the denominator alone.
    Miss,
    /// It has no side: it adds a number.
    Counted,
    /// It belongs here, but its window has not elapsed: it does not count yet.
    Immature,
}

impl Verdict {
    /// The word of the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Counted => "counted",
            Self::Immature => "immature",
        }
    }
}

/// What a row adds to a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weight {
    /// The instant that put it into the period, seconds UTC; of a stock, when it entered.
    pub(super) at: i64,
    /// Its part of the reading's `n`: 1 a row, the exposure of a rate, a half for each end of a turnover's period.
    pub(super) n: f64,
    /// Its part of the reading's `sum`; of a quantile, its value.
    pub(super) value: f64,
    pub(super) verdict: Verdict,
}

/// Weighs the rows of a frame for one metric and period.
pub(super) struct Scales<'a> {
    metric: &'a Metric,
    zone: &'a Zone,
    /// Local days on which rows count.
    days: Range<i32>,
    as_of: i64,
}

impl<'a> Scales<'a> {
    pub(super) fn new(facts: &'a Facts, metric: &'a Metric, period: &Period) -> Self {
        let days = match metric.trailing_days {
            Some(days) => {
                let end = period.end_day.min(facts.as_of_day() + 1);
                end - days as i32..end
            }
            None => period.first_day..period.end_day,
        };
        Self { metric, zone: facts.zone(), days, as_of: facts.as_of() }
    }

    /// The expressions to evaluate, under names that begin with `tag`.
    pub(super) fn exprs(&self, tag: &str) -> Vec<(String, String)> {
        let m = self.metric;
        let by = m.by.clone().unwrap_or_default();
        let named = [("fact", &m.fact), ("at", &by), ("exposure", &m.exposure), ("immature", &m.immature), ("enters", &m.enters)];
        let named = named.into_iter().chain([("leaves", &m.leaves)]);
        named.filter(|(_, sql)| !sql.is_empty()).map(|(name, sql)| (format!("{tag}{name}"), sql.clone())).collect()
    }

    /// What each row of a frame with those expressions adds; `None` for rows that are not counted.
    ///
    /// # Errors
    /// A config error for a fact that is neither true or false nor a number.
    pub(super) fn weigh(&self, frame: &DataFrame, tag: &str) -> Result<Vec<Option<Weight>>> {
        match self.metric.kind {
            Kind::Stock | Kind::Turnover => self.stays(frame, tag),
            _ => self.dated(frame, tag),
        }
    }

    fn dated(&self, frame: &DataFrame, tag: &str) -> Result<Vec<Option<Weight>>> {
        let m = self.metric;
        let at = longs(get(frame, &format!("{tag}at"))?)?;
        let (fact, is_flag) = numbers(frame, &format!("{tag}fact"), &m.fact)?;
        let optional = |name: &str, sql: &str| -> Result<Vec<Option<f64>>> {
            if sql.is_empty() { Ok(vec![None; at.len()]) } else { Ok(numbers(frame, &format!("{tag}{name}"), sql)?.0) }
        };
        let (exposure, immature) = (optional("exposure", &m.exposure)?, optional("immature", &m.immature)?);
        let mut cursor = Cursor::new(self.zone);
        let mut one = |row: usize| {
            let at = known(at[row]).filter(|t| *t < self.as_of && self.days.contains(&cursor.local_day(*t)))?;
            let weight = |n: f64, value: f64, verdict: Verdict| Some(Weight { at, n, value, verdict });
            let is_hit = is_flag && fact[row] == Some(1.0);
            let counted = match (m.kind, fact[row]) {
                (Kind::Rate, fact) if fact.is_some() || exposure[row].is_some() => {
                    let verdict = if is_hit { Verdict::Hit } else { Verdict::Counted };
                    weight(exposure[row].unwrap_or(0.0), fact.unwrap_or(0.0), verdict)
                }
                (Kind::Rate, _) | (_, None) => None,
                (Kind::Count, Some(_)) if is_flag && !is_hit => None,
                (Kind::Count, Some(_)) => weight(1.0, 1.0, Verdict::Counted),
                (Kind::Share, Some(value)) => weight(1.0, value, if is_hit { Verdict::Hit } else { Verdict::Miss }),
                (_, Some(value)) => weight(1.0, value, Verdict::Counted),
            };
            counted.or_else(|| immature[row].filter(|i| *i != 0.0).and_then(|_| weight(0.0, 0.0, Verdict::Immature)))
        };
        Ok((0..frame.height()).map(&mut one).collect())
    }

    /// Of a stock what is in it at the end; of a turnover also what was at the beginning, and who left.
    fn stays(&self, frame: &DataFrame, tag: &str) -> Result<Vec<Option<Weight>>> {
        let m = self.metric;
        let column = |name: &str| longs(get(frame, &format!("{tag}{name}"))?);
        let (enters, leaves) = (column("enters")?, column("leaves")?);
        let is_turnover = m.kind == Kind::Turnover;
        let told =
            if is_turnover && m.by.is_some() { Some((column("at")?, numbers(frame, &format!("{tag}fact"), &m.fact)?.0)) } else { None };
        let mut cursor = Cursor::new(self.zone);
        let mut one = |row: usize| {
            // What happens at the cut-off or after it has not happened yet.
            let past = |t: i64| known(t).filter(|t| *t < self.as_of);
            let entered = past(enters[row]);
            let left = entered.zip(past(leaves[row])).map(|(entered, left)| left.max(entered));
            let mut is_before = |t: Option<i64>, day: i32| t.is_some_and(|t| cursor.local_day(t) < day);
            let (opening, closing) = (self.days.start, self.days.end);
            let in_at = [opening, closing].map(|day| is_before(entered, day) && !is_before(left, day));
            let has_left = match &told {
                Some((at, fact)) => {
                    let is_now = known(at[row]).is_some_and(|t| t < self.as_of && self.days.contains(&cursor.local_day(t)));
                    if is_now { fact[row].unwrap_or(0.0) } else { 0.0 }
                }
                None => f64::from(u8::from(is_before(left, closing) && !is_before(left, opening))),
            };
            let at = entered.unwrap_or(MISSING);
            if !is_turnover {
                return in_at[1].then_some(Weight { at, n: 1.0, value: 1.0, verdict: Verdict::Counted });
            }
            let n = in_at.into_iter().filter(|is_in| *is_in).count() as f64 / 2.0;
            let verdict = if has_left > 0.0 { Verdict::Hit } else { Verdict::Counted };
            (n > 0.0 || has_left > 0.0).then_some(Weight { at, n, value: has_left, verdict })
        };
        Ok((0..frame.height()).map(&mut one).collect())
    }
}

/// A column of facts as the fold reads them, and whether they are true or false rather than numbers.
fn numbers(frame: &DataFrame, name: &str, sql: &str) -> Result<(Vec<Option<f64>>, bool)> {
    let values = Values::of(get(frame, name)?, sql)?;
    Ok(match values {
        Values::Constant => (vec![Some(1.0); frame.height()], true),
        Values::Flags(flags) => (flags.into_iter().map(|f| (f <= 1).then(|| f64::from(f))).collect(), true),
        Values::Whole(whole) => (whole.into_iter().map(|w| known(w).map(|w| w as f64)).collect(), false),
        // In millionths, as they are summed.
        Values::Fractional(numbers) => (numbers.into_iter().map(|v| known(v).map(|v| v as f64 / MILLION)).collect(), false),
    })
}
