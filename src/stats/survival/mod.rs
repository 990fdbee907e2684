//! Time until an event (people who leave, tickets that reopen) when some are still being watched.
//!
//! A spell is watched from `entry` (exclusive) to `exit` (inclusive), both on the same clock, for example days since hire. People
//! hired before the records begin enter late: without that the survival of a team looks better than it is.
//!
//! - [`KaplanMeier`]: share still there, cumulative hazard, quantiles, restricted mean.
//! - [`log_rank`]: do groups differ?
//! - [`AalenJohansen`]: share gone for each of several reasons.

mod aalen_johansen;
mod kaplan_meier;
mod log_rank;
#[cfg(test)]
mod real_data_tests;
#[cfg(test)]
mod tests;

pub use aalen_johansen::{AalenJohansen, CauseSpell, IncidenceStep};
pub use kaplan_meier::{Estimate, KaplanMeier, Quantile, RestrictedMean, Scale, Step};
pub use log_rank::{LogRank, LogRankGroup, log_rank};

use super::{Invalid, Result};

/// One person or ticket while it is watched: at risk at every `t` with `entry < t <= exit`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spell {
    /// Age when watching begins, 0 or more; 0 for those watched from their start.
    pub entry: f64,
    /// Age at the event, or when watching ends; above `entry`.
    pub exit: f64,
    /// Whether the spell ends with the event; else it is censored.
    pub is_event: bool,
}

/// How many are at risk at each of `times`: `entry < t <= exit`. At time 0 it is those who enter at 0.
///
/// # Errors
/// [`Invalid::Empty`] for no spells, [`Invalid::NotFinite`], [`Invalid::OutOfRange`] for a negative entry or time, or `entry >= exit`.
pub fn at_risk(spells: &[Spell], times: &[f64]) -> Result<Vec<u64>> {
    let risk = RiskSet::new(spells.iter().map(|s| (s.entry, s.exit)))?;
    times.iter().map(|&time| Ok(risk.size(checked_time(time)?))).collect()
}

/// A time is a finite number from 0 on.
fn checked_time(time: f64) -> Result<f64> {
    match time {
        _ if !time.is_finite() => Err(Invalid::NotFinite),
        _ if time < 0.0 => Err(Invalid::OutOfRange("time")),
        _ => Ok(time),
    }
}

/// Who is watched when.
#[derive(Debug, Clone, PartialEq)]
struct RiskSet {
    /// Ascending.
    entries: Vec<f64>,
    /// Ascending.
    exits: Vec<f64>,
    /// Stretches between 0 and the last exit with nobody at risk, `start < t <= end`.
    gaps: Vec<(f64, f64)>,
}

impl RiskSet {
    fn new(spells: impl Iterator<Item = (f64, f64)>) -> Result<Self> {
        let mut spans: Vec<(f64, f64)> = spells.map(|(entry, exit)| checked_span(entry, exit)).collect::<Result<_>>()?;
        if spans.is_empty() {
            return Err(Invalid::Empty);
        }
        spans.sort_by(|a, b| a.0.total_cmp(&b.0));
        let gaps = gaps(&spans);
        let (entries, mut exits): (Vec<f64>, Vec<f64>) = spans.into_iter().unzip();
        exits.sort_by(f64::total_cmp);
        Ok(Self { entries, exits, gaps })
    }

    /// Number at risk at a time.
    fn size(&self, time: f64) -> u64 {
        if time <= 0.0 {
            return self.entries.partition_point(|&entry| entry <= 0.0) as u64;
        }
        let entered = self.entries.partition_point(|&entry| entry < time);
        let gone = self.exits.partition_point(|&exit| exit < time);
        (entered - gone) as u64
    }

    /// The last time anybody is watched.
    fn end(&self) -> f64 {
        self.exits.last().copied().unwrap_or(0.0)
    }
}

fn checked_span(entry: f64, exit: f64) -> Result<(f64, f64)> {
    match (entry, exit) {
        _ if !entry.is_finite() || !exit.is_finite() => Err(Invalid::NotFinite),
        _ if entry < 0.0 => Err(Invalid::OutOfRange("entry")),
        _ if entry >= exit => Err(Invalid::OutOfRange("exit")),
        _ => Ok((entry, exit)),
    }
}

/// Stretches that none of the spans, ascending by entry, covers.
fn gaps(spans: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut reach = 0.0_f64;
    let mut gaps = Vec::new();
    for &(entry, exit) in spans {
        if entry > reach {
            gaps.push((reach, entry));
        }
        reach = reach.max(exit);
    }
    gaps
}

/// Distinct times ascending, each with how often it occurs.
fn tally(times: impl Iterator<Item = f64>) -> Vec<(f64, u64)> {
    let mut sorted: Vec<f64> = times.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.chunk_by(|a, b| a.total_cmp(b).is_eq()).map(|same| (same[0], same.len() as u64)).collect()
}
