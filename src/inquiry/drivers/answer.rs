//! What is answered, as plain data.

use serde::{Deserialize, Serialize};

use super::super::Measure;
use crate::scorecard::Certainty;

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drivers {
    /// The outcomes.
    pub measures: Vec<Measure>,
    /// Attributes asked for.
    pub attributes: usize,
    /// Comparisons made: the family the adjusted p belong to.
    pub comparisons: usize,
    /// What people are compared within; `None` compares all with all.
    pub within: Option<String>,
    /// How much was searched and what came of it, in a sentence or two.
    pub text: String,
    /// Every comparison, the surest first.
    pub compared: Vec<Compared>,
    /// What could not be compared, and why.
    pub skipped: Vec<Skipped>,
    /// Attributes that go together.
    pub together: Vec<Together>,
}

/// One attribute (or one of its values) against one outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// Metric id.
    pub metric: String,
    /// The attribute's column.
    pub attribute: String,
    /// The attribute, with the value that is set against the others, if it is a word: `shift: late`. Hostile text.
    pub label: String,
    /// Those with it first, then those without; for a number the lower and the upper half.
    pub groups: Vec<Group>,
    /// Level of the first group less that of the second, within the strata; for a number nothing.
    pub difference: Option<f64>,
    /// The same without the mix of work taken out, where it is taken out.
    pub difference_as_was: Option<f64>,
    /// 95 % interval of the difference (Welch); `None` where it cannot be had.
    pub interval: Option<(f64, f64)>,
    /// For a number: rank correlation, with its 95 % interval.
    pub correlation: Option<(f64, Option<(f64, f64)>)>,
    /// For a number: the median change of the level for one more of it.
    pub slope: Option<f64>,
    /// Two-sided permutation p.
    pub p: f64,
    /// The same, adjusted for all comparisons of the search.
    pub adjusted_p: f64,
    /// Whether all rearrangements were tried.
    pub is_exact: bool,
    /// Whether the mix of work is taken out.
    pub is_adjusted: bool,
    /// How sure.
    pub certainty: Certainty,
    /// Whether those with it (or with more of it) do better; `None` where it cannot be told.
    pub is_good: Option<bool>,
    /// What it says.
    pub text: String,
}

/// People on one side of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// What they have in common. Hostile text.
    pub name: String,
    /// Hits of all of them.
    pub events: u64,
    /// Rows of all of them.
    pub n: u64,
    /// Mean of their levels.
    pub mean: f64,
    /// One a person, by level.
    pub points: Vec<PersonPoint>,
}

/// A person in a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonPoint {
    /// Name as the question has it. Hostile text.
    pub name: String,
    /// Level, drawn towards everybody's as far as few rows demand.
    pub level: f64,
    /// Hits over rows.
    pub raw: f64,
    /// Rows.
    pub n: u64,
}

/// What could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skipped {
    /// Metric id.
    pub metric: String,
    /// The attribute.
    pub attribute: String,
    /// Why.
    pub why: String,
}

/// Two attributes that go together, so that nobody can tell which of them a difference belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Together {
    /// The columns of both.
    pub attributes: (String, String),
    /// People with both, with the first alone, with the second alone, with neither.
    pub people: [usize; 4],
    /// Said in a sentence. Hostile text.
    pub text: String,
}
