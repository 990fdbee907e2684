//! Why a measure moved, or where it is lost, as plain data: what `deskcard explain` prints and draws.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Certainty, ChartData, Definition, PeriodInfo};

/// Version of the shape below.
pub const EXPLANATION_VERSION: u32 = 1;

/// The answer to one question about one measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// [`EXPLANATION_VERSION`] at the time of writing.
    pub schema_version: u32,
    /// Name and version of the program that made it.
    pub tool: String,
    /// The desk's name.
    pub desk: String,
    /// IANA name of the desk's time zone.
    pub time_zone: String,
    /// Cut-off of the data in the desk's zone.
    pub as_of: String,
    /// First 12 hex digits of the sha256 of the config text.
    pub config_hash: String,
    /// The command that makes it again.
    pub command: String,
    /// The measure.
    pub definition: Definition,
    /// The span explained.
    pub period: PeriodInfo,
    /// The span it is held against; `None`: the question is where it differs, not where it moved.
    pub against: Option<PeriodInfo>,
    /// SQL condition on the rows; empty for none.
    pub filter: String,
    /// First: did anything happen?
    pub moved: Moved,
    /// Second: the work that came in, or how it was done? By dimension, the one that tells most first. Empty for counts.
    pub parts: Vec<MixOrRate>,
    /// Third: in which segment, worst first; nothing that luck can do.
    pub segments: Vec<Segment>,
    /// How the segments were searched for.
    pub search: SearchInfo,
    /// By hour of the week: 7 × 24 from Monday 00:00, in the desk's zone.
    pub hours: Vec<HourOfWeek>,
    /// The measure over time with its limits.
    pub trend: Option<ChartData>,
    /// What to keep in mind.
    pub notes: Vec<String>,
}

/// A figure of some rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// The figure; `None` is "no data".
    pub value: Option<f64>,
    /// Rows behind it; of a count, the rows themselves.
    pub n: u64,
    /// 95 % interval.
    pub interval: Option<(f64, f64)>,
}

/// Whether the measure moved at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// The span explained.
    pub now: Side,
    /// The span before; of a count, per span as long as the one explained.
    pub before: Side,
    /// `now - before`.
    pub difference: Option<f64>,
    /// Its 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// How sure it is that there is a difference that matters; `None`: nothing beyond noise.
    pub certainty: Option<Certainty>,
    /// Whether it is for the better; `None` for neither.
    pub is_good: Option<bool>,
    /// Rows of the span explained that may still change.
    pub immature: u64,
    /// All of it in a sentence or two.
    pub text: String,
}

/// A change taken apart by one dimension (Kitagawa 1955): `mix + rate` is the change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MixOrRate {
    /// The fact column.
    pub attribute: String,
    /// What the change would be had every value kept its own rate.
    pub mix: f64,
    /// What the change would be had the mix stayed as it was.
    pub rate: f64,
    /// Whether the total moves one way and the rates, on balance and beyond luck, the other (Simpson’s paradox).
    pub is_simpson: bool,
    /// The values that tell most, and the others as one.
    pub terms: Vec<MixTerm>,
    /// In a sentence.
    pub text: String,
}

/// A value of a dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MixTerm {
    /// The value; empty for none. Hostile text.
    pub name: String,
    /// Its figure and rows before.
    pub before: Side,
    /// Its figure and rows now.
    pub now: Side,
    /// Its share of the rows before, 0 to 1.
    pub share_before: f64,
    /// Its share of the rows now, 0 to 1.
    pub share_now: f64,
    /// Its part of the change because its share changed.
    pub mix: f64,
    /// Its part of the change because its own figure changed.
    pub rate: f64,
}

/// Some rows that have values in common, and that moved otherwise than the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Segment {
    /// Fact column and value of each condition. Hostile text.
    pub conditions: Vec<(String, String)>,
    /// Other conditions that the same rows meet.
    pub also: Vec<Vec<(String, String)>>,
    /// Whether it went the good way; `None` for a measure without one.
    pub is_good: Option<bool>,
    /// Whether the figure rose.
    pub is_rise: bool,
    /// Inside, in the span explained.
    pub now: Side,
    /// Inside, before.
    pub before: Side,
    /// Everything else, in the span explained.
    pub rest_now: Side,
    /// Everything else, before.
    pub rest_before: Side,
    /// Rows on the bad (or, for `is_good`, on the good) side beyond what the segment before and the rest now lead one to expect;
    /// for means the sum beyond it, in the measure's unit.
    pub excess: f64,
    /// Its part of the change of the whole, 0 to 1 and beyond; `None` where the whole did not move.
    pub share_of_change: Option<f64>,
    /// Probability that shuffled rows show a segment at least as striking anywhere in the search.
    pub p: f64,
    /// Cost of the excess in the desk's currency, where tickets carry a cost.
    pub cost: Option<f64>,
    /// The segment in words.
    pub title: String,
    /// The evidence in a sentence.
    pub text: String,
    /// Rows worth reading: (id, what is said of it). Hostile text.
    pub examples: Vec<(String, String)>,
}

/// How segments were searched for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchInfo {
    /// Columns that were combined.
    pub attributes: Vec<String>,
    /// Columns asked for that the rows do not have.
    pub lacking: Vec<String>,
    /// Columns left out because they follow from the outcome: an abandoned call has no agent.
    pub outcomes: Vec<String>,
    /// Columns of which rare values were put together: column, values.
    pub folded: Vec<(String, u64)>,
    /// Most conditions of a segment.
    pub depth: u32,
    /// Fewest rows of a segment.
    pub fewest: u64,
    /// Shuffles behind a probability.
    pub shuffles: u32,
    /// Largest probability that counts as a find.
    pub alpha: f64,
    /// Seed of the shuffles.
    pub seed: u64,
}

/// An hour of the week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HourOfWeek {
    /// Figure and rows in the span explained.
    pub now: Side,
    /// Figure and rows before; of a count, per span as long as the one explained.
    pub before: Side,
}
