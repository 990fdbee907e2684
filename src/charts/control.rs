//! Limits and signals of a control chart on the periods of a trend.

use super::axes;
use super::figure::{At, Ink, Mark, Range, Shape};
use crate::say;
use crate::scorecard::{Control, ControlPoint, Point, Variation};

/// The limits by place on the axis, and where phases begin.
#[derive(Debug)]
pub(super) struct Limits {
    /// One a period of the axis.
    pub(super) points: Vec<Option<ControlPoint>>,
    /// Places at which a new phase begins, with the reason.
    pub(super) phases: Vec<(usize, String)>,
    /// How the limits were found.
    pub(super) method: String,
}

impl Limits {
    /// The limits of the subject's `own` points, on the periods of the axis.
    pub(super) fn new(control: &Control, own: &[Point], axis: &[Point]) -> Self {
        let of = |p: &Point| {
            let c = *control.points.get(own.iter().position(|q| q.period == p.period)?)?;
            [c.centre, c.low, c.high].iter().all(|v| v.is_finite()).then_some(c)
        };
        let place = |period: &str| axis.iter().position(|p| p.period == period);
        let phases = control.phases.iter().filter_map(|(period, why)| Some((place(period)?, why.clone()))).collect();
        Self { points: axis.iter().map(of).collect(), phases, method: crate::format::label(&control.method, 40) }
    }

    /// Every level, for the range of the axis.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.points.iter().flatten().flat_map(|c| [c.low, c.centre, c.high])
    }

    /// The newest limits.
    pub(super) fn newest(&self) -> Option<&ControlPoint> {
        self.points.iter().rev().find_map(Option::as_ref)
    }

    /// The band of the usual, its edges and its centre, in steps where the limits vary.
    pub(super) fn band(&self, range: Range) -> Vec<Mark> {
        let span = axes::period_span(self.points.len());
        let (mut fills, mut lines) = (Vec::new(), Vec::new());
        for run in self.runs() {
            let stairs = |level: fn(&ControlPoint) -> f64| stairs(&run, |c| range.clamp(level(c)), span);
            let (high, low) = (stairs(|c| c.high), stairs(|c| c.low));
            fills.push(Mark::Area { points: high.iter().chain(low.iter().rev()).copied().collect(), ink: Ink::Soft });
            for edge in [high, low] {
                lines.push(Mark::Line { points: edge, ink: Ink::Grid, width: 1.2 });
            }
            lines.push(Mark::Line { points: stairs(|c| c.centre), ink: Ink::Desk, width: 0.9 });
        }
        fills.extend(lines);
        fills
    }

    /// Periods in a row with limits, in one phase.
    fn runs(&self) -> Vec<Vec<(usize, ControlPoint)>> {
        let mut runs: Vec<Vec<(usize, ControlPoint)>> = vec![Vec::new()];
        for (i, point) in self.points.iter().enumerate() {
            let is_new = point.is_none() || self.phases.iter().any(|(at, _)| *at == i);
            if is_new {
                runs.push(Vec::new());
            }
            if let (Some(c), Some(run)) = (point, runs.last_mut()) {
                run.push((i, *c));
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    }

    /// What the chart says of the point at a place; nothing of points that are missing or not complete.
    pub(super) fn signal(&self, points: &[Point], i: usize) -> Option<Variation> {
        let p = points.get(i).filter(|p| !p.is_partial && p.value.is_some_and(f64::is_finite));
        p.and(self.points.get(i).copied().flatten()).map(|c| c.variation)
    }

    /// The points that are not common cause, in colour and shape.
    pub(super) fn signals(&self, points: &[Point], range: Range) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (i, p) in points.iter().enumerate() {
            let (Some((shape, ink)), Some(v)) = (self.signal(points, i).and_then(look), p.value) else { continue };
            let at = (i as f64, range.clamp(v));
            let shape = if v > range.high { Shape::Triangle } else { shape };
            marks.push(Mark::Dot { at, shape: Shape::Circle, radius: 6.0, ink: Ink::Paper });
            marks.push(Mark::Dot { at, shape, radius: radius(shape), ink });
        }
        marks
    }
}

/// Shape and colour of a signal; `None` for common cause.
pub(super) fn look(variation: Variation) -> Option<(Shape, Ink)> {
    match variation {
        Variation::CommonCause => None,
        Variation::ImprovingHigh | Variation::ImprovingLow => Some((Shape::Circle, Ink::Good)),
        Variation::ConcerningHigh | Variation::ConcerningLow => Some((Shape::Diamond, Ink::Concern)),
        Variation::ChangedHigh | Variation::ChangedLow => Some((Shape::Square, Ink::Changed)),
    }
}

/// Shapes of about the same weight.
fn radius(shape: Shape) -> f64 {
    if shape == Shape::Diamond { 5.4 } else { 4.4 }
}

/// The shapes of some signals, for the line under a picture.
pub(super) fn key(signals: &[Variation]) -> Vec<String> {
    let kinds = [
        (Ink::Good, say!("●\u{a0}better than usual")),
        (Ink::Concern, say!("◆\u{a0}worse than usual")),
        (Ink::Changed, say!("■\u{a0}unlike the usual")),
    ];
    let has = |ink: Ink| signals.iter().any(|v| look(*v).is_some_and(|(_, i)| i == ink));
    kinds.into_iter().filter(|(ink, _)| has(*ink)).map(|(_, text)| text.to_owned()).collect()
}

/// A variation in words.
pub(super) fn words(variation: Variation) -> &'static str {
    match variation {
        Variation::CommonCause => say!("usual variation"),
        Variation::ImprovingHigh => say!("better than usual (high)"),
        Variation::ImprovingLow => say!("better than usual (low)"),
        Variation::ConcerningHigh => say!("worse than usual (high)"),
        Variation::ConcerningLow => say!("worse than usual (low)"),
        Variation::ChangedHigh => say!("higher than usual"),
        Variation::ChangedLow => say!("lower than usual"),
    }
}

/// A level that holds from half a step before each place to half a step after it.
fn stairs(run: &[(usize, ControlPoint)], level: impl Fn(&ControlPoint) -> f64, (from, to): (f64, f64)) -> Vec<At> {
    let mut line: Vec<At> = Vec::new();
    for (i, c) in run {
        let v = level(c);
        let (a, b) = ((*i as f64 - 0.5).max(from), (*i as f64 + 0.5).min(to));
        match line.last_mut() {
            Some(last) if (last.1 - v).abs() < 1e-12 => last.0 = b,
            _ => line.extend([(a, v), (b, v)]),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control(levels: &[f64]) -> Vec<Option<ControlPoint>> {
        let point = |v: &f64| Some(ControlPoint { centre: *v, low: v - 0.1, high: v + 0.1, variation: Variation::CommonCause });
        levels.iter().map(point).collect()
    }

    #[test]
    fn limits_break_at_a_phase_and_at_a_gap() {
        let mut points = control(&[0.8, 0.8, 0.8, 0.9, 0.9, 0.9]);
        points[5] = None;
        let limits = Limits { points, phases: vec![(3, "New form".into())], method: String::new() };
        let ends: Vec<(usize, usize)> = limits.runs().iter().map(|r| (r[0].0, r[r.len() - 1].0)).collect();
        assert_eq!(ends, [(0, 2), (3, 4)]);
    }

    #[test]
    fn a_level_that_does_not_change_is_one_straight_line() {
        let run: Vec<(usize, ControlPoint)> = control(&[0.8, 0.8, 0.9]).into_iter().flatten().enumerate().collect();
        let line = stairs(&run, |c| c.centre, axes::period_span(3));
        assert_eq!(line, [(-0.4, 0.8), (1.5, 0.8), (1.5, 0.9), (2.4, 0.9)]);
    }
}
