//! The segment that explains a bad (or good) result: a search over all combinations of up to three attribute values, with one honest p.
//!
//! The best of thousands of segments looks striking even when nothing happened, so its score is compared with the best score of the
//! same search after a shuffle (Kulldorff 1997; the maximum statistic of Westfall and Young 1993): `p = (1 + shuffles that do as well) /
//! (1 + shuffles)`. What is found is removed and the search repeated until p is above alpha, which keeps the chance of any false claim
//! at alpha. The same seed gives the same bytes whatever the number of threads.

mod arranged;
mod changes;
mod climb;
mod describe;
mod fold;
mod gate;
mod lanes;
mod score;
mod search;
mod segments;
mod shuffle;
mod table;

pub use fold::{Folded, fold};

use super::{Invalid, Result};
use search::Round;
use table::Table;

/// One thing that is known of every row, as codes.
#[derive(Debug, Clone, Copy)]
pub struct Attribute<'a> {
    /// A code a row, each below `cardinality`.
    pub codes: &'a [u32],
    /// How many codes there are.
    pub cardinality: u32,
}

/// What is good or bad about a row.
#[derive(Debug, Clone, Copy)]
pub enum Outcome<'a> {
    /// `events` of `trials` a row; a single ticket has one trial.
    Share {
        /// Events a row.
        events: &'a [u32],
        /// Trials a row; a row without trials is ignored.
        trials: &'a [u32],
    },
    /// A number a row, such as minutes. Searched by ranks in sixteen levels: one ticket left open for a year must not make its segment the
    /// driver, and sixteen levels lose 0.4 % of what full ranks know. Totals are those of the numbers themselves.
    Mean(&'a [f64]),
    /// The share of rows above a quantile of all rows: 0.5 asks whose median is high.
    Above {
        /// A number a row.
        values: &'a [f64],
        /// Which quantile, between 0 and 1.
        quantile: f64,
    },
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Where is it higher than in the rest? With periods: in the rows of now; those of before only help to choose between a segment and
    /// the larger one it is part of.
    Within,
    /// Where did it move more than elsewhere between the periods? Differences are compared, in points, as in a table of mix and rate.
    ///
    /// The shuffles also undo a change of all rows at once, so after a large one p is somewhat low: where all went from 15 % to 25 %, 5 % to 8 %
    /// of searches claimed a driver (`examples/scan_null.rs`, `Shifted`).
    Change,
}

/// Which way is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More events, higher numbers.
    Higher,
    /// Fewer events, lower numbers.
    Lower,
}

/// The rows to search.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Their attributes. Of two descriptions of the same rows the one whose attributes come first is told.
    pub attributes: &'a [Attribute<'a>],
    /// What is good or bad about them.
    pub outcome: Outcome<'a>,
    /// Which rows are of now (`true`) and which of the period before.
    pub now: Option<&'a [bool]>,
    /// A group (the agent) a row: shuffles stay inside, and a segment is compared with what its groups lead one to expect.
    pub stratum: Option<&'a [u32]>,
}

/// How to search.
#[derive(Debug, Clone, Copy)]
pub struct Search {
    /// What is asked.
    pub question: Question,
    /// Which way.
    pub direction: Direction,
    /// Most attributes of a segment, 1 to 3.
    pub max_attributes: usize,
    /// Fewest rows (trials) of a segment, in each period that is compared.
    pub min_rows: u32,
    /// Shuffles of a round.
    pub shuffles: u32,
    /// A segment is claimed when its p is at most this.
    pub alpha: f64,
    /// Most segments to claim.
    pub answers: usize,
    /// Seed of the shuffles.
    pub seed: u64,
}

impl Default for Search {
    /// Up to three attributes, 5 rows, 999 shuffles, alpha 0.05, three answers.
    fn default() -> Self {
        Self {
            question: Question::Within,
            direction: Direction::Higher,
            max_attributes: 3,
            min_rows: 5,
            shuffles: 999,
            alpha: 0.05,
            answers: 3,
            seed: 1,
        }
    }
}

/// An attribute has a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Condition {
    /// Which attribute, by its place.
    pub attribute: usize,
    /// Its code.
    pub code: u32,
}

/// Rows and what they add up to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sum {
    /// Rows (trials).
    pub rows: u64,
    /// Events, or the sum of the numbers.
    pub total: f64,
}

impl Sum {
    /// `total / rows`; `None` without rows.
    pub fn mean(self) -> Option<f64> {
        (self.rows > 0).then(|| self.total / self.rows as f64)
    }
}

/// A segment and the rest, in one period.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sides {
    /// The segment.
    pub inside: Sum,
    /// All other rows.
    pub outside: Sum,
}

/// A segment that explains.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its shortest description, ascending by attribute.
    pub conditions: Vec<Condition>,
    /// Other descriptions of the same rows, none of which can be shortened.
    pub also: Vec<Vec<Condition>>,
    /// The segment the search saw first where `conditions` is a larger one that is bad as a whole, and the next best ones.
    pub rivals: Vec<Vec<Condition>>,
    /// Now.
    pub now: Sides,
    /// The period before, if there is one.
    pub before: Option<Sides>,
    /// Events (or the sum of numbers) beyond what the rest leads one to expect; for a change, beyond before moved as the rest moved.
    pub excess: f64,
    /// Log-likelihood ratio of the segment seen first, in nats: what was tested.
    pub score: f64,
    /// Chance of a score as high when nothing happened.
    pub p: f64,
}

/// What a search came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// Claimed segments, strongest first. Each was searched for without the rows of those before it.
    pub found: Vec<Found>,
    /// The p of what was best after them, above alpha; where shuffles stopped early, the share so far. `None` if the search ended
    /// because it had all its answers or nothing was left to search.
    pub rest_p: Option<f64>,
}

/// Searches for the segments that explain. `progress` is told the work done and the most there can be.
///
/// # Errors
/// [`Invalid::Empty`] without rows or attributes, [`Invalid::LengthsDiffer`], [`Invalid::HitsAboveTrials`], [`Invalid::NotFinite`],
/// [`Invalid::OutOfRange`] for a code, quantile, alpha or number of attributes, for more than 2²⁶ codes, or above `u32::MAX` trials, [`Invalid::TooFew`] if a
/// change is asked for without both periods.
pub fn scan(rows: &Rows, search: &Search, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Scan> {
    checked_search(search)?;
    let mut table = Table::new(rows, search)?;
    let mut scan = Scan { found: Vec::new(), rest_p: None };
    for answer in 0..search.answers {
        let Some(round) = Round::search(&table, search, answer, progress) else { break };
        if round.p > search.alpha {
            scan.rest_p = Some(round.p);
            break;
        }
        let found = describe::found(&table, search, &round);
        table = table.without(&found.conditions);
        scan.found.push(found);
    }
    Ok(scan)
}

fn checked_search(search: &Search) -> Result<()> {
    super::checked_open_unit(search.alpha, "alpha")?;
    match search.max_attributes {
        1..=3 => Ok(()),
        _ => Err(Invalid::OutOfRange("max_attributes")),
    }
}

#[cfg(test)]
mod tests;
