//! Control charts: is the newest point news, or the usual wobble?
//!
//! Individuals (`XmR`), proportions (p and Laney's p′) and rare events ([`rare`]), judged by the four rules of
//! NHS England's "Making Data Count" as the R package `NHSRplotthedots` 0.2.2 codes them.
//!
//! A gap is `None`. It is never a zero: points on both sides of a gap are neighbours for moving ranges, trends and
//! runs, as if the gap were not there.

mod icons;
mod phases;
mod proportion;
pub mod rare;
mod rules;
mod series;
#[cfg(test)]
mod tests;
pub mod xmr;

pub use icons::{Assurance, Direction, Variation, assurance, variation};
pub use phases::Phase;
pub use proportion::{Dispersion, ProportionModel};
pub use rules::{Rule, Side, Signal, TrendLength, signals};
pub use series::{Options, Series, Values};

use super::runs::{self, Runs};
use super::{Proportion, Result};

/// Fewest known points for limits and icons (Making Data Count).
pub const FEWEST_POINTS: usize = 13;

/// Fewest known points for the runs test that stands in for limits.
pub const FEWEST_POINTS_FOR_RUNS: usize = 10;

/// Fewest known points of one phase among several for limits of its own, and the shortest fixed baseline.
pub const FEWEST_POINTS_IN_PHASE: usize = 12;

/// Fewest cases a point on average for a chart of proportions: below it, weeks are to be put together first.
pub const FEWEST_CASES: f64 = 20.0;

/// Fewest events (hits or misses, whichever are rarer) for a chart of proportions: below it, the days between events say more.
pub const FEWEST_EVENTS: u64 = 12;

/// Chance that the newest point of a stable chart is marked by one of the four rules.
const FALSE_SIGNAL: f64 = 0.02;

/// How many of `charts` stable charts are expected to have their newest point marked by chance alone.
///
/// 0.02 a chart: simulated on stable normal series of 13 to 52 points with limits from the same points, 0.018 to 0.020
/// (repeated in the tests of this module).
pub fn expected_false_signals(charts: usize) -> f64 {
    charts as f64 * FALSE_SIGNAL
}

/// Centre line and limits of one point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Centre line, in units of the values.
    pub centre: f64,
    /// One standard deviation of the process, in units of the values, not clamped.
    pub sigma: f64,
    /// Three sigma below the centre; for proportions not below 0.
    pub lower: f64,
    /// Three sigma above the centre; for proportions not above 1.
    pub upper: f64,
}

impl Band {
    /// Three sigma on both sides.
    fn new(centre: f64, sigma: f64) -> Self {
        Self { centre, sigma, lower: centre - 3.0 * sigma, upper: centre + 3.0 * sigma }
    }

    /// The limits of a proportion stay within 0 and 1; sigma stays as it is.
    fn within_unit(self) -> Self {
        Self { lower: self.lower.max(0.0), upper: self.upper.min(1.0), ..self }
    }
}

/// Values that differ by rounding alone are equal: the mean of equal numbers may miss them by a bit.
fn tolerance(a: f64, b: f64) -> f64 {
    1e-12 * a.abs().max(b.abs())
}

/// A known point of a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartPoint {
    /// The value; for proportions the rate, 0 to 1.
    pub value: f64,
    /// Which phase it belongs to, from 0.
    pub phase: usize,
    /// Centre line and limits; `None` in a phase that is too short for limits.
    pub band: Option<Band>,
    /// For p′ the plain p-chart limits as well: the overdispersion of p′ is inflated by the very outlier it should show.
    pub binomial: Option<Band>,
    /// The rule that marks the point, if any.
    pub signal: Option<Signal>,
}

/// A chart with limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// One entry for each entry of the input; `None` is a gap.
    pub points: Vec<Option<ChartPoint>>,
    /// Index of the newest known point.
    pub newest: usize,
    /// What the newest point says; `None` while the latest phase has no limits.
    pub variation: Option<Variation>,
    /// The target against the limits of the newest point in the latest phase; `None` without a target, without a direction or
    /// while the latest phase has no limits.
    pub assurance: Option<Assurance>,
    /// Laney's overdispersion of the latest phase as computed, before the floor of 1; `None` for other charts.
    pub sigma_z: Option<f64>,
}

/// Why there is no chart.
#[derive(Debug, Clone, PartialEq)]
pub enum Withheld {
    /// Fewer than [`FEWEST_POINTS`] known points.
    TooShort {
        /// Known points.
        known: usize,
        /// The runs test, from [`FEWEST_POINTS_FOR_RUNS`] known points that are not all equal.
        runs: Option<Runs>,
    },
    /// Fewer than [`FEWEST_CASES`] cases a point: put weeks together first.
    SmallDenominators {
        /// Mean cases of a known point.
        mean: f64,
    },
    /// Fewer than [`FEWEST_EVENTS`] events in total: chart the days between events ([`rare::t_chart`]).
    FewEvents {
        /// Hits or misses, whichever are rarer.
        events: u64,
    },
}

/// A chart, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The chart.
    Drawn(Chart),
    /// No limits and no icons.
    Withheld(Withheld),
}

/// Charts a series: limits, signals and icons in one call.
///
/// # Errors
/// [`super::Invalid::Empty`] for no points; `NotFinite` for a NaN or infinite value or target; `OutOfRange` for a target of
/// proportions outside 0 to 1, for phases that do not start at 0, do not rise or start past the end, and for a baseline below
/// [`FEWEST_POINTS_IN_PHASE`]; `NoVariation` where the baseline of a phase is flat and a later point of it is not.
pub fn chart(series: &Series<'_>) -> Result<Outcome> {
    let known = series.known()?;
    let phases = phases::Spans::new(series.phases, series.values.len())?;
    Ok(match withheld(&known, series.options) {
        Some(why) => Outcome::Withheld(why),
        None => Outcome::Drawn(drawn(series, &known, &phases)?),
    })
}

/// A known point and where it stands in the input.
#[derive(Debug, Clone, Copy)]
struct Known {
    slot: usize,
    value: f64,
    proportion: Option<Proportion>,
}

fn withheld(known: &[Known], options: Options) -> Option<Withheld> {
    if known.len() < FEWEST_POINTS {
        let values: Vec<f64> = known.iter().map(|k| k.value).collect();
        let runs = if known.len() < FEWEST_POINTS_FOR_RUNS { None } else { runs::anhoej(&values).ok() };
        return Some(Withheld::TooShort { known: known.len(), runs });
    }
    if options.draw_small_denominators {
        return None;
    }
    let proportions: Vec<Proportion> = known.iter().filter_map(|k| k.proportion).collect();
    if proportions.is_empty() {
        return None;
    }
    let (hits, n) = proportion::totals(&proportions);
    let mean = n / proportions.len() as f64;
    if mean < FEWEST_CASES {
        return Some(Withheld::SmallDenominators { mean });
    }
    let events = hits.min(n - hits) as u64;
    (events < FEWEST_EVENTS).then_some(Withheld::FewEvents { events })
}

fn drawn(series: &Series<'_>, known: &[Known], phases: &phases::Spans) -> Result<Chart> {
    let mut points = vec![None; series.values.len()];
    let mut sigma_z = None;
    for (phase, span) in phases.iter().enumerate() {
        let inside: Vec<Known> = known.iter().filter(|k| span.holds(k.slot)).copied().collect();
        let limits = phases::limits(&inside, span, series.options)?;
        sigma_z = limits.sigma_z;
        let charted: Vec<(f64, Band)> = inside.iter().zip(&limits.bands).map(|(k, band)| (k.value, *band)).collect();
        let signals = rules::signals(&charted, series.options.trend);
        for (i, k) in inside.iter().enumerate() {
            points[k.slot] = Some(ChartPoint {
                value: k.value,
                phase,
                band: limits.bands.get(i).copied(),
                binomial: limits.binomial.get(i).copied(),
                signal: signals.get(i).copied().flatten(),
            });
        }
    }
    let newest = known.last().map_or(0, |k| k.slot);
    Ok(with_icons(Chart { points, newest, variation: None, assurance: None, sigma_z }, series, phases.iter().count() - 1))
}

/// Icons speak of the latest phase alone, never of limits a later phase has replaced.
fn with_icons(mut chart: Chart, series: &Series<'_>, latest: usize) -> Chart {
    let newest = chart.points[chart.newest].filter(|p| p.phase == latest);
    if let Some((point, band)) = newest.and_then(|p| p.band.map(|band| (p, band))) {
        chart.variation = Some(icons::variation(point.signal, series.direction));
        chart.assurance = series.target.and_then(|target| icons::assurance(target, &band, series.direction));
    }
    chart
}
