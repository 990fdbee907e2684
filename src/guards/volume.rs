//! Far fewer or far more rows than usual.
//!
//! A control chart of one-step errors: every week is foretold from the weeks before it, the errors of the past tell how far off that
//! usually is, and the newest week is judged by a negative binomial distribution of that spread. So growth, a summer and a restless
//! desk widen the limits by themselves, and a desk with three tickets a week has limits of whole tickets.

use super::evidence::Measured;
use super::weeks::{Week, Weeks};
use super::{Code, Look, Warning, words};
use crate::columns::Source;
use crate::say;
use crate::stats::median;
use crate::stats::negative_binomial::NegativeBinomial;

/// Fewest weeks before for limits.
const FEWEST: usize = 8;

/// A week is foretold as the middle of so many before it: the middle, as one odd week must not move it.
const WINDOW: usize = 6;

/// Weeks before the first that is foretold.
const FIRST: usize = 4;

/// What is thought of a desk nobody knows yet: so many weeks that missed by so much beyond chance (on the log scale).
const PRIOR: (f64, f64) = (6.0, 0.07);

/// Errors beyond so many usual ones count as this many: a failed week of the past must not hide the next one.
const CLIP: f64 = 2.5;

/// Bridge days: a week with holidays may miss by so much more for each of them, and by no more than for two.
const BRIDGE: (f64, usize) = (0.15, 2);

/// Chance that a usual week is below the low limit, and above the high one. Together with the errors of the spread itself about one
/// week in two hundred warns without a cause. Rows that are missing matter more than too many.
const LOW: f64 = 0.002;
const HIGH: f64 = 0.0008;

/// The square of the normal quantile of [`LOW`]: how much wider limits must be for a spread known from few errors (Student's).
const Z2: f64 = 8.28;

/// A year ago: the same week, and its neighbours, as holidays move.
const YEAR: [usize; 3] = [51, 52, 53];

/// Last year's week explains this one if it was off by so many usual errors.
const STOOD_OUT: f64 = 2.5;

/// Fewer rows than this off the middle are no news, whatever their chance.
const LEAST: f64 = 10.0;

/// What is usual for the week reported, from the weeks before it alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Usual {
    /// Fewest usual rows.
    pub(super) low: u64,
    /// Most usual rows.
    pub(super) high: u64,
    /// The middle.
    pub(super) centre: f64,
    /// The chance of a week without any row.
    pub(super) none: f64,
}

impl Usual {
    /// `None` with fewer than eight weeks before, or in a week that is nearly all holidays.
    pub(super) fn of(weeks: &Weeks) -> Option<Self> {
        let levels: Vec<Option<f64>> = weeks.before.iter().map(level).collect();
        let known: Vec<f64> = levels.iter().flatten().copied().collect();
        if known.len() < FEWEST || !weeks.now.is_open() {
            return None;
        }
        let centre = foretold(&known);
        let mean = (centre.exp() * weeks.now.open - 0.5).max(0.5);
        let spread = spread(&known, mean) + bridges(&weeks.now);
        let (dip, bump) = a_year_ago(&levels, spread.sqrt());
        let counts = |mean: f64| NegativeBinomial::new(mean, (spread * mean * mean).max(mean * 1.01)).ok();
        Some(Self {
            low: counts(mean * dip.exp())?.quantile(LOW).ok()?,
            high: counts(mean * bump.exp())?.quantile(1.0 - HIGH).ok()?,
            centre: mean,
            none: counts(mean)?.none(),
        })
    }

    /// `780 to 1,050`, `up to 12`.
    fn words(&self) -> String {
        let high = crate::format::count(self.high);
        match self.low {
            0 => say!("up to {high}", high),
            low => say!("{low} to {high}", low = crate::format::count(low), high),
        }
    }
}

/// The log of the rows a whole week would have had; half a row more, as there may be none.
fn level(week: &Week) -> Option<f64> {
    week.is_open().then(|| ((week.rows as f64 + 0.5) / week.open).ln())
}

fn foretold(before: &[f64]) -> f64 {
    median(&before[before.len().saturating_sub(WINDOW)..])
}

/// The variance of the error of the next week's foretelling, on the log scale; never below that of chance alone.
fn spread(known: &[f64], mean: f64) -> f64 {
    let errors: Vec<f64> = (FIRST..known.len()).map(|at| known[at] - foretold(&known[..at])).collect();
    let chance = (1.0 + 1.0 / WINDOW as f64) / (mean + 0.5);
    let sizes: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
    // 1.4826: from the middle size of a normal error to its standard deviation.
    let most = CLIP * (1.4826 * median(&sizes)).max(chance.sqrt());
    let squares: f64 = sizes.iter().map(|size| size.min(most).powi(2)).sum();
    let weeks = sizes.len() as f64 + PRIOR.0;
    let variance = (squares + PRIOR.0 * (PRIOR.1.powi(2) + chance)) / weeks;
    variance.max(chance) * (1.0 + (Z2 + 1.0) / (4.0 * weeks)).powi(2)
}

fn bridges(now: &Week) -> f64 {
    (BRIDGE.0 * now.holidays().min(BRIDGE.1) as f64).powi(2)
}

/// By how much the same week stood out a year ago, down and up, on the log scale; zero where it did not.
fn a_year_ago(levels: &[Option<f64>], sd: f64) -> (f64, f64) {
    let off = YEAR.into_iter().filter_map(|lag| {
        let at = levels.len().checked_sub(lag)?;
        let known = |range: &[Option<f64>]| range.iter().flatten().copied().collect::<Vec<f64>>();
        let mut around = known(&levels[at.saturating_sub(WINDOW)..at]);
        // The oldest week has nothing before it to be compared with.
        if around.len() < FIRST {
            around = known(&levels[at + 1..(at + 1 + WINDOW).min(levels.len())]);
        }
        let off = levels[at]? - (around.len() >= FIRST).then(|| median(&around))?;
        (off.abs() > STOOD_OUT * sd).then_some(off)
    });
    off.fold((0.0, 0.0), |(dip, bump): (f64, f64), off| (dip.min(off), bump.max(off)))
}

/// Fewer or more rows than usual in the week reported.
pub(super) fn warning(look: &Look<'_>) -> Option<Warning> {
    let usual = look.usual.filter(|_| look.source.kind != Source::Agents && look.is_judged())?;
    let seen = look.weeks.now.rows;
    let is_news = (seen as f64 - usual.centre).abs() >= LEAST;
    let advice = match seen {
        n if n < usual.low && is_news => {
            say!(
                "an export may be missing or cut off; check that the files cover Monday to Sunday, and if the desk was closed, add the holidays to its calendar"
            )
        }
        n if n > usual.high && is_news => {
            say!("rows may have been exported twice under other ids, or a filter of the export was lifted; check the newest files")
        }
        _ => return None,
    };
    let holidays = if look.weeks.now.holidays() > 0 { say!(", holidays left out") } else { "" };
    let text = say!(
        "{rows} in {week}{holidays}, usually {usual}: {advice}",
        rows = words::rows(seen),
        week = words::week(look),
        holidays,
        usual = usual.words(),
        advice
    );
    Some(look.warn(Code::Volume, &text, Measured { seen: seen as f64, low: usual.low as f64, high: usual.high as f64 }))
}
