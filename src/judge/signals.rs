//! Control charts of a subject's measures: what is the usual variation, and what is not.

use super::Evidence;
use super::cards::Subject;
use super::figures::series;
use crate::format;
use crate::metrics::{Kind, Metric};
use crate::say;
use crate::scorecard::{Assurance, Better, CardKind, Control, ControlPoint, Point, Signal, Unit, Variation};
use crate::stats::Proportion;
use crate::stats::control_chart::{self as charts, Chart, ChartPoint, Direction, Options, Outcome, Phase, Rule, Series, Side, Values};
use crate::stats::decision;

/// A move of a figure that is no share matters from this part of its mean on: as what moved a count or a time does in an explanation.
const MATTERS: f64 = 0.05;
/// Newest periods that may still be without a figure, because their rows are not mature.
const PENDING: usize = 2;

/// A measure with its control chart.
#[derive(Debug)]
pub(super) struct Charted {
    pub(super) signal: Signal,
    /// Whether the newest point is far enough out to be a finding and not only worth a look.
    pub(super) is_clear: bool,
    method: String,
    points: Vec<Option<ControlPoint>>,
    phases: Vec<(String, String)>,
    newest: Point,
    usual: ControlPoint,
    rule: Option<Rule>,
}

/// Expected number of newest points that the rules flag although nothing changed.
pub(super) fn expected_false(count: usize) -> f64 {
    charts::expected_false_signals(count)
}

/// The chart of a measure; `None` for people, for what runs over from one period into the next, and for too few points or rows.
pub(super) fn charted(e: &Evidence<'_>, s: &Subject, metric: &Metric) -> Option<Charted> {
    let overlaps = metric.trailing_days.is_some() || matches!(metric.kind, Kind::Stock | Kind::Turnover | Kind::Min | Kind::Max);
    // The roster hardly moves from one period to the next: a chart of it knows no usual variation.
    if s.kind == CardKind::Agent || overlaps || metric.section == "People" || metric.id == "agent_days" {
        return None;
    }
    let mut points = series(e, metric, s.breakdown, &s.group());
    let first = points.iter().position(|p| p.n > 0)?;
    points.drain(..first);
    let phases = phases(e, &points);
    let starts: Vec<Phase> = [0].into_iter().chain(phases.iter().map(|p| p.0)).map(|start| Phase { start, baseline: None }).collect();
    let proportions: Vec<Option<Proportion>> =
        (first..e.periods.len()).zip(&points).map(|(p, point)| proportion(e, s, metric, p, point)).collect();
    let individuals: Vec<Option<f64>> = points.iter().map(|p| p.value.filter(|_| !p.is_partial)).collect();
    // Durations are skewed: their limits are set on the logarithm, or a slow week would look like a change every few weeks.
    let is_log = matches!(metric.unit(), Unit::Seconds | Unit::OpenSeconds) && individuals.iter().flatten().all(|v| *v > 0.0);
    let individuals: Vec<Option<f64>> = if is_log { individuals.iter().map(|v| v.map(f64::ln)).collect() } else { individuals };
    let scale = if is_log { f64::exp } else { std::convert::identity };
    let chart = drawn(&Series {
        values: if metric.kind == Kind::Share { Values::Proportions(&proportions) } else { Values::Individuals(&individuals) },
        direction: direction(metric),
        target: e
            .target(&metric.id)
            .filter(|t| metric.better != Better::Neither && (!is_log || *t > 0.0))
            .map(|t| if is_log { t.ln() } else { t }),
        phases: &starts,
        options: Options::default(),
    })?;
    let newest = chart.points.get(chart.newest).copied().flatten().filter(|_| chart.newest + 1 + PENDING >= points.len())?;
    let variation = written(chart.variation?);
    let is_clear = variation != Variation::CommonCause
        && is_clear(e, metric, &newest, proportions[chart.newest].filter(|_| metric.kind == Kind::Share));
    let method = match chart.sigma_z {
        Some(z) if z >= 1.05 => say!("p′ chart, limits × {z}", z = format::decimals(z, 1)),
        Some(_) => say!("p′ chart").to_owned(),
        None if is_log => say!("XmR chart of logarithms").to_owned(),
        None => say!("XmR chart").to_owned(),
    };
    Some(Charted {
        signal: Signal { variation, assurance: chart.assurance.map(assured) },
        is_clear,
        method,
        points: chart.points.iter().map(|p| p.and_then(|p| control_point(&p, metric, scale))).collect(),
        phases: phases.into_iter().map(|(at, reason)| (points[at].period.clone(), reason)).collect(),
        usual: control_point(&newest, metric, scale)?,
        rule: newest.signal.map(|s| s.rule),
        newest: points.swap_remove(chart.newest),
    })
}

fn drawn(series: &Series<'_>) -> Option<Chart> {
    match charts::chart(series).ok()? {
        Outcome::Drawn(chart) => Some(chart),
        Outcome::Withheld(_) => None,
    }
}

fn proportion(e: &Evidence<'_>, s: &Subject, metric: &Metric, period: usize, point: &Point) -> Option<Proportion> {
    let reading = e.folds.history().get(&metric.id, s.breakdown, &s.group(), period).filter(|_| !point.is_partial)?;
    reading.proportion()
}

/// Where dated events of the config begin a new phase: the first point of the period that holds them, with the reason.
fn phases(e: &Evidence<'_>, points: &[Point]) -> Vec<(usize, String)> {
    let events = e.settings.events.iter().filter(|event| event.new_phase);
    let mut out: Vec<(usize, String)> = events
        .filter_map(|event| {
            let period = e.periods.iter().find(|p| p.contains(event.day()))?;
            let at = points.iter().position(|p| p.period == period.id).filter(|at| *at > 0)?;
            Some((at, event.label.clone()))
        })
        .collect();
    out.sort();
    out.dedup_by_key(|phase| phase.0);
    out
}

/// Whether the rows of the newest period alone make it as good as certain that its rate differs from the centre by more than
/// matters. Figures that are no shares are only ever worth a look: medians jump.
fn is_clear(e: &Evidence<'_>, metric: &Metric, newest: &ChartPoint, own: Option<Proportion>) -> bool {
    let (Some(band), Some(signal), Some(own)) = (newest.band, newest.signal, own) else { return false };
    let posterior = decision::single(own);
    let margin = e.settings.judge.margin_of(&metric.id, band.centre);
    let chance = match signal.side {
        Side::High => posterior.above(band.centre + margin),
        Side::Low => posterior.below(band.centre - margin),
    };
    signal.rule == Rule::Outside && chance >= e.settings.judge.clear
}

fn control_point(point: &ChartPoint, metric: &Metric, scale: fn(f64) -> f64) -> Option<ControlPoint> {
    let band = point.band?;
    let (centre, lower, high) = (scale(band.centre), scale(band.lower), scale(band.upper));
    // Nothing that is counted or timed falls below zero.
    let low = if centre >= 0.0 { lower.max(0.0) } else { lower };
    Some(ControlPoint { centre, low, high, variation: written(charts::variation(point.signal, direction(metric))) })
}

fn direction(metric: &Metric) -> Direction {
    match metric.better {
        Better::Higher => Direction::Higher,
        Better::Lower => Direction::Lower,
        Better::Neither => Direction::Neither,
    }
}

fn written(v: charts::Variation) -> Variation {
    match v {
        charts::Variation::CommonCause => Variation::CommonCause,
        charts::Variation::Improving(Side::High) => Variation::ImprovingHigh,
        charts::Variation::Improving(Side::Low) => Variation::ImprovingLow,
        charts::Variation::Concerning(Side::High) => Variation::ConcerningHigh,
        charts::Variation::Concerning(Side::Low) => Variation::ConcerningLow,
        charts::Variation::Changed(Side::High) => Variation::ChangedHigh,
        charts::Variation::Changed(Side::Low) => Variation::ChangedLow,
    }
}

fn assured(a: charts::Assurance) -> Assurance {
    match a {
        charts::Assurance::Passes => Assurance::Passes,
        charts::Assurance::Fails => Assurance::Fails,
        charts::Assurance::HitOrMiss => Assurance::HitOrMiss,
    }
}

/// Whether a variation is good news; `None` for neither.
pub(super) fn is_good(v: Variation) -> Option<bool> {
    match v {
        Variation::ImprovingHigh | Variation::ImprovingLow => Some(true),
        Variation::ConcerningHigh | Variation::ConcerningLow => Some(false),
        Variation::CommonCause | Variation::ChangedHigh | Variation::ChangedLow => None,
    }
}

fn is_noticeable(unit: Unit, (value, n): (f64, u64), mean: f64) -> bool {
    let is_enough = unit == Unit::Share || (value - mean).abs() >= MATTERS * mean.abs();
    is_enough && format::value_of(unit, value, n) != format::value_of(unit, mean, n)
}

impl Charted {
    /// Whether the newest point lies outside the limits.
    pub(super) fn is_outside(&self) -> bool {
        self.rule == Some(Rule::Outside)
    }

    /// Whether it lies there by so much that anybody would notice: not where it is printed as the mean is, nor, for what is no share, by less
    /// than [`MATTERS`] of the mean. Where next to nothing ever varies the limits lie closer than that.
    pub(super) fn is_noticeable(&self, metric: &Metric) -> bool {
        let (unit, n) = (metric.unit(), self.newest.n);
        self.newest.value.is_some_and(|value| is_noticeable(unit, (value, n), self.usual.centre))
    }

    /// The end of a chart's title: what the newest point says.
    pub(super) fn title_words(&self) -> &'static str {
        match (self.rule, self.is_clear) {
            (None, _) => say!(": the usual variation"),
            (Some(Rule::Outside), true) => say!(": outside its usual range"),
            (Some(Rule::Outside), false) => say!(": just outside its usual range, worth a look"),
            (Some(Rule::Trend), _) => say!(": seven periods in one direction, worth a look"),
            (Some(Rule::TwoOfThree), _) => say!(": two of three close to a limit, worth a look"),
            (Some(Rule::Shift), _) => say!(": seven periods on one side of the mean, worth a look"),
        }
    }

    /// `21 % in W38 (n 120), outside the usual 1–8 % (mean 4 %).`
    pub(super) fn sentence(&self, metric: &Metric) -> String {
        let (unit, n) = (metric.unit(), self.newest.n);
        let value = format::optional(unit, self.newest.value, n);
        let usual = format::interval(unit, (self.usual.low, self.usual.high), n);
        let mean = format::value_of(unit, self.usual.centre, n);
        let what = match self.rule {
            Some(Rule::Outside) | None => say!("outside the usual {usual} (mean {mean})", usual, mean),
            Some(Rule::Trend) => say!("the end of seven or more periods in one direction (usual {usual}, mean {mean})", usual, mean),
            Some(Rule::TwoOfThree) => say!("one of two in three close to a limit (usual {usual}, mean {mean})", usual, mean),
            Some(Rule::Shift) => say!("the end of seven or more periods on one side of the mean {mean} (usual {usual})", mean, usual),
        };
        let look = if self.is_clear { "" } else { say!(" Worth a look, not proof.") };
        say!(
            "{value} in {period} (n = {n}), {what}; {method}.{look}",
            value,
            period = self.newest.short,
            n = format::count(n),
            what,
            method = self.method,
            look
        )
    }

    /// Limits for a trend of so many points; `None` if any of them has none.
    pub(super) fn control(&self, points: usize) -> Option<Control> {
        let fallback = self.points.iter().flatten().next().copied()?;
        if self.points.len() != points {
            return None;
        }
        // A gap has no limits of its own: those of the point before go on.
        let mut last = fallback;
        let filled = self.points.iter().map(|p| {
            last = p.unwrap_or(ControlPoint { variation: Variation::CommonCause, ..last });
            last
        });
        Some(Control { method: self.method.clone(), points: filled.collect(), phases: self.phases.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_that_nobody_sees_is_none() {
        let seen = |unit, value, mean| is_noticeable(unit, (value, 50), mean);
        assert!(!seen(Unit::Seconds, 20.84, 20.01), "less than a twentieth, and both are 20 s or 21 s");
        assert!(!seen(Unit::Seconds, 20.3, 20.0) && !seen(Unit::Count, 103.0, 100.0));
        assert!(seen(Unit::Seconds, 26.0, 20.0) && seen(Unit::Count, 106.0, 100.0) && seen(Unit::Count, 1.0, 0.0));
        // A share has margins of its own; two that read the same are the same.
        assert!(seen(Unit::Share, 0.93, 0.96) && !seen(Unit::Share, 0.9601, 0.96));
        assert!(!seen(Unit::Number, 0.0, 0.0));
    }
}
