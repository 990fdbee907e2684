//! The four figures of the README, on fixed seeds.

use deskcard::stats::Result;

use super::drivers::Found;
use super::engine::Judged;
use super::league::Tally;
use super::whole_report::FalseVerdicts;
use super::{Desk, drivers, engine, league, whole_report};

/// Reports of each desk whose intervals are counted.
pub(crate) const REPORTS: u64 = 120;
/// Reports in which marks are counted.
const MARKED_REPORTS: u64 = 400;
/// Whole reports.
const WHOLE_REPORTS: u64 = 200;
/// Reports that are searched for drivers.
pub(crate) const SEARCHED_REPORTS: u64 = 150;

/// Our intervals on desks of 8 and 20 agents whose true rates differ by 0 to 8 points.
pub(crate) fn intervals() -> Result<Vec<(Desk, Judged)>> {
    let desks = [8, 20].into_iter().flat_map(|agents| [0.0, 0.03, 0.05, 0.08].map(|sd| Desk { agents, ..Desk::usual(sd) }));
    desks.map(|desk| Ok((desk, engine::judged(desk, REPORTS)?))).collect()
}

/// How often [`intervals`] hold the truth.
pub(crate) fn intervals_line(intervals: &[(Desk, Judged)]) -> String {
    let coverages = || intervals.iter().map(|(_, judged)| judged.coverage);
    let (low, high) = (coverages().fold(1.0, f64::min), coverages().fold(0.0, f64::max));
    format!("95 % intervals hold an agent's true rate in {} to {} of cases.", percent(low), percent(high))
}

/// Reports in which every verdict is false.
pub(crate) fn false_verdicts() -> Result<FalseVerdicts> {
    whole_report::false_verdicts(WHOLE_REPORTS)
}

/// How many [`false_verdicts`] there are.
pub(crate) fn false_verdicts_line(found: FalseVerdicts) -> String {
    format!(
        "A report on 20 to 30 agents and 7 metrics, all truly at target, makes {:.2} false clear verdicts and {:.2} false leaning ones.",
        found.clear, found.leaning
    )
}

/// Marks on a desk whose agents differ by 5 points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Marks {
    /// Clear verdicts.
    pub(crate) clear: Tally,
    /// Verdicts that lean or are clear.
    pub(crate) leaning: Tally,
    /// Red if 5 points under target.
    pub(crate) naive: Tally,
}

/// Our marks and the naive ones on the same kind of desk.
pub(crate) fn marks() -> Result<Marks> {
    let desk = Desk::usual(0.05);
    let judged = engine::judged(desk, MARKED_REPORTS)?;
    Ok(Marks { clear: judged.clear, leaning: judged.leaning, naive: league::tally(league::NAIVE[0], desk, MARKED_REPORTS)? })
}

/// How many low [`marks`] are wrong.
pub(crate) fn marks_line(marks: Marks) -> String {
    let wrong = |tally: Tally| tally.wrong().map_or_else(|| "none".to_owned(), percent);
    format!(
        "Of the agents called clearly low {} are truly at target or above, of the leaning and clear {}; \"red if 5 points under target\" errs in {}.",
        wrong(marks.clear),
        wrong(marks.leaning),
        wrong(marks.naive)
    )
}

/// Searches for a driver where there is none.
pub(crate) fn searches() -> Result<Found> {
    drivers::searched(SEARCHED_REPORTS)
}

/// How many [`searches`] find one.
pub(crate) fn searches_line(found: Found) -> String {
    format!(
        "Where no attribute of agents matters, a search of 6 attributes and 3 metrics finds one in {} of reports; the best p value is below 0.05 in {}.",
        percent(found.adjusted),
        percent(found.best_p)
    )
}

/// One digit after the point.
fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
