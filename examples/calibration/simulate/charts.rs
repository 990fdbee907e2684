//! Charts of stable processes: every signal in them is false.

use deskcard::stats::control_chart::{Chart, Direction, Dispersion, Options, Outcome, Rule, Series, TrendLength, Values, chart};
use deskcard::stats::random::Random;
use deskcard::stats::runs::anhoej;
use deskcard::stats::{Invalid, Proportion, Result};

use super::{Experiment, each, mean, stream};

/// Which rules count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// Outside the limits.
    ThreeSigma,
    /// All four, a trend of six points.
    SixPointTrend,
    /// All four, a trend of seven points: what a report prints.
    Ours,
    /// Runs around the median, without limits.
    Anhoej,
}

/// Share of stable normal series with a false signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FalseSignals {
    /// Anywhere.
    pub(crate) any: f64,
    /// At the newest point; 0 for [`Rules::Anhoej`], which marks no point.
    pub(crate) newest: f64,
}

/// Series of so many points.
pub(crate) fn false_signals(rules: Rules, points: usize, repeats: u64) -> Result<FalseSignals> {
    let one = |repeat| {
        let mut random = stream(Experiment::Normal, repeat);
        let values: Vec<f64> = (0..points).map(|_| random.normal()).collect();
        signals(rules, &values)
    };
    let all = each(repeats, one)?;
    let share = |of: fn(&(bool, bool)) -> bool| mean(all.iter().map(|one| f64::from(u8::from(of(one)))));
    Ok(FalseSignals { any: share(|one| one.0), newest: share(|one| one.1) })
}

fn signals(rules: Rules, values: &[f64]) -> Result<(bool, bool)> {
    let trend = match rules {
        Rules::Anhoej => return Ok((anhoej(values)?.signal(), false)),
        Rules::SixPointTrend => TrendLength::Six,
        Rules::ThreeSigma | Rules::Ours => TrendLength::Seven,
    };
    let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
    let chart = drawn(Values::Individuals(&values), Options { trend, ..Options::default() })?;
    let counts = |rule| rules != Rules::ThreeSigma || rule == Rule::Outside;
    let marked = |slot: usize| chart.points[slot].and_then(|point| point.signal).is_some_and(|signal| counts(signal.rule));
    Ok(((0..values.len()).any(marked), marked(chart.newest)))
}

/// A chart with limits.
pub(crate) fn drawn(values: Values<'_>, options: Options) -> Result<Chart> {
    match chart(&Series { values, direction: Direction::Higher, target: None, phases: &[], options })? {
        Outcome::Drawn(chart) => Ok(chart),
        Outcome::Withheld(_) => Err(Invalid::TooFew),
    }
}

/// How the weekly rates of a stable desk come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weeks {
    /// A true rate of 92 % every week.
    Binomial,
    /// A true rate that wanders around 85 % with a standard deviation of 3 points.
    Wandering,
}

/// Share of charts of 26 stable weeks with a point beyond three sigma.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Beyond {
    /// Individuals and moving ranges of the rates.
    pub(crate) xmr: f64,
    /// The p chart.
    pub(crate) p: f64,
    /// Laney's p′ as published.
    pub(crate) p_prime: f64,
    /// Our p′: screened, and never narrower than the p chart.
    pub(crate) ours: f64,
}

/// Weeks of about `n` surveys.
pub(crate) fn beyond_three_sigma(weeks: Weeks, n: u64, repeats: u64) -> Result<Beyond> {
    let all = each(repeats, |repeat| beyond(&series(&mut stream(Experiment::Weeks, repeat), weeks, n)))?;
    let mean = |of: fn(&Beyond) -> f64| mean(all.iter().map(of));
    Ok(Beyond { xmr: mean(|b| b.xmr), p: mean(|b| b.p), p_prime: mean(|b| b.p_prime), ours: mean(|b| b.ours) })
}

/// The surveys of a week vary around `n` like a Poisson count: were they the same, p′ would be the chart of individuals.
fn series(random: &mut Random, weeks: Weeks, n: u64) -> Vec<Option<Proportion>> {
    let week = |_| {
        let rate = match weeks {
            Weeks::Binomial => 0.92,
            Weeks::Wandering => (0.85 + 0.03 * random.normal()).clamp(0.0, 1.0),
        };
        let surveys = (n as f64 + (n as f64).sqrt() * random.normal()).round().max(1.0) as u64;
        Proportion::new(random.binomial(surveys, rate), surveys).ok()
    };
    (0..26).map(week).collect()
}

fn beyond(weeks: &[Option<Proportion>]) -> Result<Beyond> {
    let rates: Vec<Option<f64>> = weeks.iter().map(|week| week.map(Proportion::rate)).collect();
    let options = Options { draw_small_denominators: true, ..Options::default() };
    let of =
        |dispersion, screen| drawn(Values::Proportions(weeks), Options { dispersion, screen, ..options }).map(|chart| any_outside(&chart));
    Ok(Beyond {
        xmr: any_outside(&drawn(Values::Individuals(&rates), options)?),
        p: of(Dispersion::Binomial, true)?,
        p_prime: of(Dispersion::LaneyAsPublished, false)?,
        ours: of(Dispersion::Laney, true)?,
    })
}

fn any_outside(chart: &Chart) -> f64 {
    let outside = |signal: deskcard::stats::control_chart::Signal| signal.rule == Rule::Outside;
    f64::from(u8::from(chart.points.iter().flatten().any(|point| point.signal.is_some_and(outside))))
}
