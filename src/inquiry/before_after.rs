//! Did it work? A measure before and after an event, for all agents or for some of them.
//!
//! In the order to ask: what regression to the mean brings for free; if everyone was treated, a chart with a phase, an interrupted
//! series and the same agents paired; if some were, how much more they changed than the others; what the design could have seen;
//! whether other dates look the same; what that comes to. Agents are the unit, never tickets. The answer does not depend on the
//! order or the names of the agents.

mod answer;
mod everyone;
mod others;
mod picked;
mod picture;
mod placebo;
mod records;
#[cfg(test)]
mod tests;
mod verdict;

pub use answer::{
    BeforeAfter, Charted, Counted, Design, Differed, LeftOut, More, Paired, Placebos, PreTrend, Regression, Series, Smallest, Verdict,
};

use super::Measure;
use crate::error::{Error, Result};
use crate::scorecard::Unit;
use records::Records;

/// Days of a week.
const WEEK: i32 = 7;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The measure.
    pub measure: Measure,
    /// What happened.
    pub event: Event,
    /// The weeks looked at, oldest first, without holes; one that is not complete yet is left away by the caller.
    pub weeks: Vec<Week>,
    /// The agents with their numbers.
    pub agents: Vec<AgentRecord>,
    /// How those treated were picked.
    pub picked: Picked,
    /// What counts as enough.
    pub choices: Choices,
}

/// What happened, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its name in a sentence, e.g. `shadowing`. Hostile text.
    pub name: String,
    /// The day it began, in days since 1970-01-01; with starts of their own, the first of them.
    pub day: i32,
    /// The day for people, e.g. `2 March 2026`.
    pub date: String,
}

/// A week of the desk's calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week {
    /// `2026-W10`.
    pub id: String,
    /// For axes: `W10`.
    pub short: String,
    /// Its Monday, in days since 1970-01-01.
    pub first_day: i32,
}

/// An agent's numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentRecord {
    /// Name as shown. Hostile text.
    pub name: String,
    /// One a week of the question.
    pub weeks: Vec<Sum>,
    /// The day treatment began for this agent, in days since 1970-01-01; `None` for one who was not treated.
    pub since: Option<i32>,
}

/// Hits (or a sum) over rows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sum {
    /// Hits of a share, else the sum of the values.
    pub sum: f64,
    /// Rows; 0 is a week without any.
    pub n: u64,
}

impl Sum {
    fn rate(self) -> f64 {
        self.sum / self.n as f64
    }

    fn plus(self, other: Self) -> Self {
        Self { sum: self.sum + other.sum, n: self.n + other.n }
    }

    fn of(weeks: &[Self]) -> Self {
        weeks.iter().fold(Self::default(), |a, b| a.plus(*b))
    }
}

/// How those treated were picked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Picked {
    /// Not known: their records tell.
    #[default]
    Unknown,
    /// For their record: the low ones, or the high ones.
    ByRecord,
    /// By lot, by team, by shift: by nothing that has to do with their record.
    Otherwise,
}

/// What counts as enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choices {
    /// Rows an agent needs on each side of the date.
    pub fewest_rows: u64,
    /// The smallest change that matters, in the measure's unit.
    pub margin: f64,
    /// Seed of the draws where not all rearrangements can be tried.
    pub seed: u64,
}

impl Default for Choices {
    fn default() -> Self {
        Self { fewest_rows: 10, margin: 0.03, seed: 20_240_603 }
    }
}

/// Answers the question.
///
/// # Errors
/// Input that does not fit together: weeks with holes, agents with another number of weeks, more hits than rows, no numbers. Too
/// little data is no error: the answer says so.
pub fn answer(question: &Question) -> Result<BeforeAfter> {
    check(question)?;
    let records = Records::new(question);
    let regression = picked::regression(&records);
    let everyone = everyone::Everyone::new(&records);
    let differed = others::differed(&records, regression.numbers.as_ref().is_some_and(|r| r.is_subtracted));
    let smallest = verdict::smallest(&records, &everyone.paired, &differed);
    let (placebos, pre_trend) = (placebo::placebos(&records, &everyone, &differed), placebo::pre_trend(&records, &everyone));
    let mut answer = BeforeAfter {
        measure: question.measure.clone(),
        event: crate::format::label(&question.event.name, 80),
        date: question.event.date.clone(),
        counted: records.counted(),
        regression,
        chart: everyone.chart,
        series: everyone.series,
        paired: everyone.paired,
        differed,
        smallest,
        placebos,
        pre_trend,
        verdict: Verdict::default(),
        picture: None,
    };
    answer.verdict = verdict::verdict(&records, &answer);
    answer.picture = picture::picture(&records, &answer, everyone.limits);
    Ok(answer)
}

fn check(q: &Question) -> Result<()> {
    if q.weeks.windows(2).any(|pair| pair[1].first_day - pair[0].first_day != WEEK) {
        return Err(Error::input("the weeks have a hole or are not in order").hint("give every week, also those without rows"));
    }
    for agent in &q.agents {
        let refused = |what: &str| Err(Error::input(format!("{}: {what}", crate::format::label(&agent.name, 60))));
        if agent.weeks.len() != q.weeks.len() {
            return refused("the number of weeks is not that of the question");
        }
        if agent.weeks.iter().any(|s| !s.sum.is_finite() || s.n == 0 && s.sum != 0.0) {
            return refused("a week has a sum that is no number, or a sum without rows");
        }
        let is_share = q.measure.unit == Unit::Share;
        if is_share && agent.weeks.iter().any(|s| s.sum < 0.0 || s.sum > s.n as f64 || s.sum.fract() != 0.0) {
            return refused("a week has more hits than rows, or parts of a hit");
        }
    }
    Ok(())
}
