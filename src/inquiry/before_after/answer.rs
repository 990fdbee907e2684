//! What is answered, as plain data.

use serde::{Deserialize, Serialize};

use super::super::{Measure, Part};
use super::Picked;
use crate::scorecard::{Certainty, ChartData};

/// The answer, in the order to read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BeforeAfter {
    /// The measure.
    pub measure: Measure,
    /// The event's name. Hostile text.
    pub event: String,
    /// Its day for people.
    pub date: String,
    /// Who and what is compared, and who is not.
    pub counted: Counted,
    /// What the treated were to change by with nothing done.
    pub regression: Part<Regression>,
    /// The weeks after against the limits of the weeks before.
    pub chart: Part<Charted>,
    /// The interrupted series of everyone.
    pub series: Part<Series>,
    /// The treated, each before and after.
    pub paired: Part<Paired>,
    /// How much more the treated changed than the others.
    pub differed: Part<Differed>,
    /// The smallest change the design could have seen.
    pub smallest: Part<Smallest>,
    /// The same analysis at dates on which nothing happened.
    pub placebos: Part<Placebos>,
    /// Where things were heading before the date.
    pub pre_trend: Part<PreTrend>,
    /// What it comes to.
    pub verdict: Verdict,
    /// The weeks as a picture; `None` without weeks.
    pub picture: Option<ChartData>,
}

/// Who was treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Design {
    /// There is nobody else to compare with.
    Everyone,
    /// Some were, and others were not.
    Some,
    /// Nobody was.
    Nobody,
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// Who was treated.
    pub design: Design,
    /// Treated agents that count.
    pub treated: usize,
    /// Others that count.
    pub others: usize,
    /// Different starts among the treated that count.
    pub starts: usize,
    /// Whole weeks before the date (the first start).
    pub weeks_before: usize,
    /// Whole weeks after the date (the last start).
    pub weeks_after: usize,
    /// The week a start falls into, which is on neither side.
    pub split_weeks: Vec<String>,
    /// Agents that do not count, by name.
    pub left_out: Vec<LeftOut>,
    /// All of it in a sentence or two.
    pub text: String,
}

/// An agent that does not count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LeftOut {
    /// Name as shown. Hostile text.
    pub agent: String,
    /// Why.
    pub why: String,
}

/// Regression to the mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Regression {
    /// Mean of the treated agents' levels before.
    pub treated_before: f64,
    /// The same of the others; `None` without others.
    pub others_before: Option<f64>,
    /// What the treated were to change by with nothing done.
    pub treated_expected: f64,
    /// The same of the others.
    pub others_expected: Option<f64>,
    /// What comes for free: the expected change of the treated beyond that of the others.
    pub free: f64,
    /// How they were picked, as the question has it.
    pub picked: Picked,
    /// p of the difference of the levels before, by permutation; `None` without others.
    pub p: Option<f64>,
    /// Whether it is taken off what is found.
    pub is_subtracted: bool,
}

/// The weeks after against the limits of the weeks before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Charted {
    /// `p′ chart` or `XmR chart`.
    pub method: String,
    /// Centre line of the weeks before.
    pub before: f64,
    /// Level of the weeks after.
    pub after: f64,
    /// Weeks after that a rule marks as unlike before.
    pub marked: usize,
    /// Weeks after.
    pub weeks_after: usize,
    /// Weeks before that a rule marks.
    pub marked_before: usize,
}

/// The interrupted series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The step at the date beyond where the earlier line would have gone.
    pub step: f64,
    /// Standard error of the step (Newey and West).
    pub standard_error: f64,
    /// 95 % interval of the step.
    pub interval: (f64, f64),
    /// Two-sided p of the step, Newey and West's standard error.
    pub p: f64,
    /// Change a week before the date.
    pub trend: f64,
    /// Standard error of that.
    pub trend_error: f64,
    /// p of that.
    pub trend_p: f64,
    /// Change a week after the date less that before.
    pub bend: f64,
    /// p of that.
    pub bend_p: f64,
    /// Near 2 if weeks are independent.
    pub durbin_watson: f64,
    /// The fitted line, one a week of the series.
    pub fitted: Vec<f64>,
    /// Where the earlier line would have gone, one a week after.
    pub expected: Vec<f64>,
    /// Whether weeks are counted from each agent's own start.
    pub is_by_own_start: bool,
}

/// The treated, each before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    /// Agents.
    pub agents: usize,
    /// How many went up, went down, stayed.
    pub up_down_same: (usize, usize, usize),
    /// Mean change.
    pub change: f64,
    /// Its standard error (Student).
    pub standard_error: f64,
    /// 95 % interval (Student).
    pub interval: (f64, f64),
    /// Sign-flip permutation p.
    pub p: f64,
    /// Whether all sign patterns were tried.
    pub is_exact: bool,
    /// The smallest true change seen four times in five.
    pub smallest: f64,
}

/// Difference in differences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Differed {
    /// Treated agents and others.
    pub agents: (usize, usize),
    /// Mean change of the treated, and of the others, as they were.
    pub changes: (f64, f64),
    /// How much more the treated changed, as it was.
    pub raw: f64,
    /// The same with what comes for free taken off, where it is.
    pub estimate: f64,
    /// Its standard error (Welch).
    pub standard_error: f64,
    /// 95 % interval of the estimate.
    pub interval: (f64, f64),
    /// Permutation p.
    pub p: f64,
    /// Assignments tried.
    pub rearrangements: u64,
    /// Whether these are all there are.
    pub is_exact: bool,
    /// The smallest true difference seen four times in five.
    pub smallest: f64,
}

/// What the design could have seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Smallest {
    /// The smallest true change that a test at 5 % sees four times in five.
    pub change: f64,
    /// The smallest p the design can give: with few agents there are few ways to deal the treatment.
    pub p: f64,
}

/// Dates on which nothing happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placebos {
    /// Dates looked at, as weeks' ids, with how many standard errors the same analysis finds.
    pub dates: Vec<(String, f64)>,
    /// The same of the real date.
    pub real: f64,
    /// Of the dates, how many show as much as the real one or more, in either direction.
    pub as_strong: usize,
}

/// Where things were heading.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PreTrend {
    /// Change a week before the date; of the treated beyond the others where there are others.
    pub slope: f64,
    /// 95 % interval.
    pub interval: (f64, f64),
    /// Two-sided p.
    pub p: f64,
}

/// How many more it would take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct More {
    /// More weeks after the date; `None` if no number would do, or more than two years.
    pub weeks: Option<u64>,
    /// More agents on every side, at the present number of weeks; `None` if more than a thousand.
    pub agents: Option<u64>,
}

/// What it comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// How sure.
    pub certainty: Certainty,
    /// The headline: what changed, by how much, beyond what.
    pub text: String,
    /// The change found.
    pub change: Option<f64>,
    /// Its 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// Whether that is good news, for a change that is clear or leaning.
    pub is_good: Option<bool>,
    /// What it would take to tell a change of this size.
    pub more: Option<More>,
    /// What to keep in mind, most serious first.
    pub caveats: Vec<String>,
}

impl Default for Verdict {
    fn default() -> Self {
        Self {
            certainty: Certainty::CannotTellYet,
            text: String::new(),
            change: None,
            interval: None,
            is_good: None,
            more: None,
            caveats: Vec::new(),
        }
    }
}
