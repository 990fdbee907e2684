//! Twenty agents in a table: which rule marks whom, and how often wrongly.

use deskcard::stats::decision::Side;
use deskcard::stats::interval::wilson_95;
use deskcard::stats::multiplicity::benjamini_hochberg;
use deskcard::stats::target_test::mid_p;
use deskcard::stats::{Proportion, Result};

use super::{Agent, Desk, Experiment, TARGET, each, share, stream, surveys_of};

/// An agent below this true rate should be found.
const POOR: f64 = 0.8;

/// The mark of each agent of a report.
type Marks = Vec<Option<Side>>;

/// A rule scorecards use to mark agents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// What it is called in the table.
    pub(crate) name: &'static str,
    marks: fn(&[Proportion]) -> Result<Marks>,
}

/// The rules to compare with.
pub(crate) const NAIVE: [Rule; 5] = [
    Rule { name: "red if 5 points under target", marks: |surveys| Ok(surveys.iter().map(|s| low(s.hits() * 100 < s.n() * 80)).collect()) },
    Rule { name: "red if under target", marks: |surveys| Ok(surveys.iter().map(|s| low(s.hits() * 100 < s.n() * 85)).collect()) },
    Rule { name: "Wilson 95 % excludes target", marks: |surveys| Ok(surveys.iter().map(|s| excluded(*s)).collect()) },
    Rule { name: "mid-p < 0.05", marks: |surveys| Ok(below(surveys, &mid_ps(surveys)?, 0.05)) },
    Rule { name: "mid-p + Benjamini-Hochberg q=0.10", marks: |surveys| Ok(below(surveys, &benjamini_hochberg(&mid_ps(surveys)?)?, 0.10)) },
];

fn low(is_low: bool) -> Option<Side> {
    is_low.then_some(Side::Below)
}

fn excluded(survey: Proportion) -> Option<Side> {
    match wilson_95(survey) {
        (_, high) if high < TARGET => Some(Side::Below),
        (low, _) if low > TARGET => Some(Side::Above),
        _ => None,
    }
}

fn mid_ps(surveys: &[Proportion]) -> Result<Vec<f64>> {
    surveys.iter().map(|survey| mid_p(*survey, TARGET)).collect()
}

fn below(surveys: &[Proportion], p: &[f64], level: f64) -> Marks {
    let side = |survey: &Proportion| if survey.rate() < TARGET { Side::Below } else { Side::Above };
    surveys.iter().zip(p).map(|(survey, p)| (*p < level).then(|| side(survey))).collect()
}

/// What a rule's marks came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    reports: u64,
    marked: u64,
    with_any: u64,
    low: u64,
    low_squares: u64,
    wrong: u64,
    poor: u64,
    found: u64,
}

impl Tally {
    /// One report.
    pub(crate) fn of(agents: &[Agent], marks: &[Option<Side>]) -> Self {
        let count = |counts: &dyn Fn(&Agent, Option<Side>) -> bool| agents.iter().zip(marks).filter(|(a, m)| counts(a, **m)).count() as u64;
        let is_low = |mark| mark == Some(Side::Below);
        let (marked, low) = (count(&|_, mark| mark.is_some()), count(&|_, mark| is_low(mark)));
        Self {
            reports: 1,
            marked,
            with_any: u64::from(marked > 0),
            low,
            low_squares: low * low,
            wrong: count(&|agent, mark| is_low(mark) && agent.truth >= TARGET),
            poor: count(&|agent, _| agent.truth < POOR),
            found: count(&|agent, mark| is_low(mark) && agent.truth < POOR),
        }
    }

    /// Of all reports.
    pub(crate) fn sum(tallies: impl IntoIterator<Item = Self>) -> Self {
        let add = |a: Self, b: Self| Self {
            reports: a.reports + b.reports,
            marked: a.marked + b.marked,
            with_any: a.with_any + b.with_any,
            low: a.low + b.low,
            low_squares: a.low_squares + b.low_squares,
            wrong: a.wrong + b.wrong,
            poor: a.poor + b.poor,
            found: a.found + b.found,
        };
        tallies.into_iter().fold(Self::default(), add)
    }

    fn a_report(self, count: u64) -> f64 {
        share(count, self.reports).unwrap_or_default()
    }

    /// Marked agents a report, low or high.
    pub(crate) fn marked_a_report(self) -> f64 {
        self.a_report(self.marked)
    }

    /// Low marks a report.
    pub(crate) fn low_a_report(self) -> f64 {
        self.a_report(self.low)
    }

    /// Standard error of [`Self::low_a_report`]. From the spread between reports, as marks come in flocks and a Poisson count would understate it.
    pub(crate) fn low_error(self) -> f64 {
        let variance = self.a_report(self.low_squares) - self.low_a_report().powi(2);
        (variance.max(0.0) / self.reports as f64).sqrt()
    }

    /// Share of reports with a mark.
    pub(crate) fn reports_with_any(self) -> f64 {
        self.a_report(self.with_any)
    }

    /// Share of low marks on agents truly at or above target; `None` without low marks.
    pub(crate) fn wrong(self) -> Option<f64> {
        share(self.wrong, self.low)
    }

    /// Share of agents truly below 80 % that are marked low; `None` if there are none.
    pub(crate) fn power(self) -> Option<f64> {
        share(self.found, self.poor)
    }
}

/// One of the [`NAIVE`] rules on many reports of a desk.
pub(crate) fn tally(rule: Rule, desk: Desk, reports: u64) -> Result<Tally> {
    let one = |report| {
        let agents = desk.report(&mut stream(Experiment::League, report))?;
        Ok(Tally::of(&agents, &(rule.marks)(&surveys_of(&agents))?))
    };
    each(reports, one).map(Tally::sum)
}
