//! The four figures of the README, on fixed seeds.

use deskcard::stats::Result;

use super::{Desk, drivers, engine, league, whole_report};

/// Reports of each desk whose intervals are counted.
const REPORTS: u64 = 300;
/// Reports in which marks are counted.
const MARKED_REPORTS: u64 = 600;
/// Whole reports, and reports that are searched for drivers.
const WHOLE_REPORTS: u64 = 200;

/// A figure and how the README says it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Headline {
    /// The figure, 0 to 1 or a number a report.
    pub(crate) value: f64,
    /// The line.
    pub(crate) line: String,
}

/// 8 and 20 agents whose true rates differ by 0 to 8 points.
pub(crate) fn desks() -> impl Iterator<Item = Desk> {
    [8, 20].into_iter().flat_map(|agents| [0.0, 0.03, 0.05, 0.08].map(|sd| Desk { agents, ..Desk::usual(sd) }))
}

/// The lowest coverage of the 95 % intervals of all [`desks`].
pub(crate) fn coverage() -> Result<Headline> {
    let all = desks().map(|desk| Ok(engine::judged(desk, REPORTS)?.coverage)).collect::<Result<Vec<f64>>>()?;
    let (low, high) = (all.iter().copied().fold(1.0, f64::min), all.iter().copied().fold(0.0, f64::max));
    let line = format!("95 % intervals of agents hold the true rate in {} to {} of cases.", percent(low), percent(high));
    Ok(Headline { value: low, line })
}

/// Clear verdicts in a report on agents who are all at target.
pub(crate) fn false_clear_verdicts() -> Result<Headline> {
    let found = whole_report::false_verdicts(WHOLE_REPORTS)?;
    let line = format!(
        "A report on 20 to 30 agents and 7 metrics, all truly at target, makes {:.3} false clear verdicts and {:.2} false leaning ones.",
        found.clear, found.leaning
    );
    Ok(Headline { value: found.clear, line })
}

/// Wrong ones among the agents a verdict calls low.
pub(crate) fn wrong_share() -> Result<Headline> {
    let desk = Desk::usual(0.05);
    let judged = engine::judged(desk, MARKED_REPORTS)?;
    let naive = league::tally(league::NAIVE[0], desk, MARKED_REPORTS)?;
    let [clear, leaning, naive] = [judged.clear, judged.leaning, naive].map(|tally| tally.wrong().unwrap_or(1.0));
    let line = format!(
        "Of the agents called clearly low {} are truly at target or above, of the leaning and clear {}; \"red if 5 points under target\" errs in {}.",
        percent(clear),
        percent(leaning),
        percent(naive)
    );
    Ok(Headline { value: clear.max(leaning), line })
}

/// Searches that find a driver where there is none.
pub(crate) fn driver_false_alarms() -> Result<Headline> {
    let found = drivers::searched(WHOLE_REPORTS)?;
    let line = format!(
        "Where no attribute of agents matters, a search of 6 attributes and 3 metrics finds one in {} of reports; the best p value below 0.05 does in {}.",
        percent(found.adjusted),
        percent(found.best_p)
    );
    Ok(Headline { value: found.adjusted, line })
}

/// One digit after the point.
fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
