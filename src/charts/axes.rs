//! Axes shared by the charts: ranges by unit, rules with their labels, period labels, labels at line ends, line segments.

use super::figure::{Anchor, At, Frame, Ink, Mark, Range, Shape, TextStyle, text_width};
use super::svg::ticks;
use crate::format;
use crate::say;
use crate::scorecard::{Point, Unit};

/// The range that suits values of a unit.
pub(super) fn range(unit: Unit, values: &[f64]) -> Range {
    match unit {
        Unit::Share => Range::of_shares(values),
        Unit::Number => Range::around(values),
        Unit::Seconds | Unit::OpenSeconds | Unit::Count | Unit::Money | Unit::Days => Range::from_zero(values),
    }
}

/// Every period that one of the series has, oldest first.
pub(super) fn periods(series: &[&[Point]]) -> Vec<Point> {
    let mut all: Vec<Point> = series.iter().flat_map(|points| points.iter().cloned()).collect();
    let place = |p: &Point| series.iter().find_map(|points| points.iter().position(|q| q.period == p.period));
    if series.iter().all(|points| points.is_sorted_by(|a, b| a.period <= b.period)) {
        all.sort_by(|a, b| a.period.cmp(&b.period));
    } else {
        all.sort_by_key(place);
    }
    all.dedup_by(|a, b| a.period == b.period);
    all
}

/// A series on the periods of the axis; a period it does not have is a gap.
pub(super) fn aligned(axis: &[Point], points: &[Point]) -> Vec<Point> {
    let gap = |p: &Point| Point { value: None, n: 0, ..p.clone() };
    axis.iter().map(|p| points.iter().find(|q| q.period == p.period).cloned().unwrap_or_else(|| gap(p))).collect()
}

/// Finite values of some points.
pub(super) fn values(points: &[Point]) -> impl Iterator<Item = f64> + '_ {
    points.iter().filter_map(|p| p.value).filter(|v| v.is_finite())
}

/// Round tick values with the text of each; durations fall on whole minutes, hours or days.
pub(super) fn labelled_ticks(unit: Unit, range: Range, max: usize) -> Vec<(f64, String)> {
    let span = range.high - range.low;
    let part = match unit {
        Unit::Seconds => [86_400.0, 3600.0, 60.0].into_iter().find(|p| span >= 3.0 * p).unwrap_or(1.0),
        Unit::OpenSeconds => [3600.0, 60.0].into_iter().find(|p| span >= 3.0 * p).unwrap_or(1.0),
        _ => 1.0,
    };
    let mut at: Vec<f64> = ticks(range.low / part, range.high / part, max).into_iter().map(|t| t * part).collect();
    if matches!(unit, Unit::Count) {
        at.retain(|t| (t - t.round()).abs() < 1e-9);
    }
    let step = if at.len() > 1 { at[1] - at[0] } else { span };
    at.into_iter().map(|t| (t, format::tick(unit, t, step))).collect()
}

/// Horizontal rules from edge to edge with their labels on the left.
pub(super) fn rules(unit: Unit, range: Range, x: (f64, f64), max: usize) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (at, text) in labelled_ticks(unit, range, max) {
        marks.push(Mark::Line { points: vec![(x.0, at), (x.1, at)], ink: Ink::Grid, width: 1.0 });
        marks.push(Mark::Label { at: (x.0, at), shift: (-8.0, 0.0), text, style: TextStyle::AXIS.anchored(Anchor::End) });
    }
    marks
}

/// Room left of a plot for its tick labels.
pub(super) fn left_margin(unit: Unit, range: Range, max: usize) -> f64 {
    let widest = labelled_ticks(unit, range, max).iter().map(|(_, text)| text_width(text, 12.0, false)).fold(0.0, f64::max);
    (widest + 10.0).clamp(44.0, 134.0)
}

/// Left and right edge of an axis of `n` periods: half a step of air, one point in the middle.
pub(super) fn period_span(n: usize) -> (f64, f64) {
    (-0.4, (n.max(1) - 1) as f64 + 0.4)
}

/// Period names under the axis, the last one always, as many others as have room.
pub(super) fn period_labels(points: &[Point], frame: Frame, y: f64) -> Vec<Mark> {
    let widest = points.iter().map(|p| text_width(&p.short, 12.0, false)).fold(0.0, f64::max);
    let span = period_span(points.len());
    let step_px = (frame.right - frame.left) / (span.1 - span.0);
    let every = ((widest + 14.0) / step_px).ceil().max(1.0) as usize;
    let label = |(i, p): (usize, &Point)| Mark::Label {
        at: (i as f64, y),
        shift: (0.0, 16.0),
        text: p.short.clone(),
        style: TextStyle::AXIS.anchored(Anchor::Middle),
    };
    points.iter().enumerate().filter(|(i, _)| (points.len() - 1 - i).is_multiple_of(every)).map(label).collect()
}

/// The line through some points: broken where a value is missing, its lone points kept as dots.
pub(super) fn segments(points: &[Point], range: Range) -> Vec<Vec<At>> {
    let mut parts: Vec<Vec<At>> = vec![Vec::new()];
    for (i, p) in points.iter().enumerate() {
        match p.value.filter(|v| v.is_finite()) {
            Some(v) => parts.last_mut().expect("invariant: starts with one").push((i as f64, range.clamp(v))),
            None => parts.push(Vec::new()),
        }
    }
    parts.retain(|p| !p.is_empty());
    parts
}

/// A series as lines and dots: partial points hollow, values beyond the axis as a triangle at its edge with the value.
pub(super) fn series(points: &[Point], range: Range, unit: Unit, look: Look) -> Vec<Mark> {
    let mut marks: Vec<Mark> = segments(points, range)
        .into_iter()
        .filter(|s| s.len() > 1)
        .map(|points| Mark::Line { points, ink: look.ink, width: look.width })
        .collect();
    let last = points.iter().rposition(|p| p.value.is_some());
    let mut beyond = Beyond { step: look.room / (points.len().max(1) as f64 - 0.2), taken: 0.0 };
    for (i, p) in points.iter().enumerate() {
        let Some(v) = p.value.filter(|v| v.is_finite()) else { continue };
        let at = (i as f64, range.clamp(v));
        let is_alone = !has_value(points, i.wrapping_sub(1)) && !has_value(points, i + 1);
        if v > range.high {
            marks.push(Mark::Dot { at, shape: Shape::Triangle, radius: 5.0, ink: look.ink });
            let text = format::value_of(unit, v, p.n);
            let place = if look.ink == Ink::Text { beyond.place(i, &text, look.room) } else { None };
            if let Some((anchor, dx)) = place {
                let style = TextStyle { has_halo: true, ..TextStyle::AXIS.anchored(anchor).inked(look.ink) };
                marks.push(Mark::Label { at, shift: (dx, 9.0), text, style });
            }
        } else if p.is_partial {
            marks.push(Mark::Dot { at, shape: Shape::Hollow, radius: look.dot.max(3.2), ink: look.ink });
        } else if look.has_dots || is_alone || Some(i) == last {
            let radius = if Some(i) == last { look.dot.max(3.6) } else { look.dot };
            marks.push(Mark::Dot { at, shape: Shape::Circle, radius, ink: look.ink });
        }
    }
    marks
}

/// Room for the values written beside points beyond the axis, from left to right.
#[derive(Debug)]
struct Beyond {
    /// CSS pixels between two points.
    step: f64,
    /// Where the last one ends, CSS pixels from the left edge of the plot.
    taken: f64,
}

impl Beyond {
    /// Left or right of point `i`, whichever side has room; away from the nearer edge if both have.
    fn place(&mut self, i: usize, text: &str, room: f64) -> Option<(Anchor, f64)> {
        let (x, wide) = (self.step * (i as f64 + 0.4), text_width(text, TextStyle::AXIS.size, false) + 9.0);
        let left = (x - wide >= self.taken).then_some((Anchor::End, -9.0, x));
        let right = (x + 9.0 >= self.taken && x + wide <= room).then_some((Anchor::Start, 9.0, x + wide));
        let (anchor, dx, end) = if x * 2.0 > room { left.or(right) } else { right.or(left) }?;
        self.taken = end + 6.0;
        Some((anchor, dx))
    }
}

fn has_value(points: &[Point], i: usize) -> bool {
    points.get(i).is_some_and(|p| p.value.is_some())
}

/// How a series looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Colour role.
    pub ink: Ink,
    /// Line width in CSS pixels.
    pub width: f64,
    /// Dot radius in CSS pixels.
    pub dot: f64,
    /// Whether every point gets a dot.
    pub has_dots: bool,
    /// Width of the plot in CSS pixels.
    pub room: f64,
}

impl Look {
    /// The same look in a plot.
    pub(super) fn within(self, frame: Frame) -> Self {
        Self { room: frame.right - frame.left, ..self }
    }
}

/// A label at the end of a line: value first, so that the values of several labels stand in a column.
#[derive(Debug, Clone)]
pub(super) struct EndLabel {
    /// Value it stands at.
    pub at: f64,
    /// The text.
    pub text: String,
    /// Its look.
    pub style: TextStyle,
}

/// What stands in a plot without a single value.
pub(super) fn no_data(x: (f64, f64), range: Range) -> Mark {
    let at = (f64::midpoint(x.0, x.1), range.low + (range.high - range.low) * 0.3);
    let style = TextStyle::NAME.anchored(Anchor::Middle).inked(Ink::Muted);
    Mark::Label { at, shift: (0.0, 0.0), text: say!("no data in these periods").to_owned(), style }
}

/// From one label right of a plot to the next, CSS pixels: room for capitals with accents.
pub(super) const END_LINE: f64 = 16.5;

/// Labels right of the plot, moved apart where they would touch; the lowest keeps off the labels of the axis below.
pub(super) fn end_labels(labels: Vec<EndLabel>, range: Range, frame: Frame, x: f64) -> Vec<Mark> {
    let to_px = |v: f64| frame.bottom - (range.clamp(v) - range.low) / (range.high - range.low) * (frame.bottom - frame.top);
    let mut placed: Vec<(f64, EndLabel)> = labels.into_iter().map(|l| (to_px(l.at), l)).collect();
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut y: Vec<f64> = placed.iter().map(|p| p.0).collect();
    spread(&mut y, END_LINE, (frame.top - 4.0, frame.bottom + 1.0));
    let mark = |(want, l): (f64, EndLabel), y: f64| Mark::Label {
        at: (x, range.clamp(l.at)),
        shift: (8.0, y - want),
        text: l.text,
        style: l.style,
    };
    placed.into_iter().zip(y).map(|(p, y)| mark(p, y)).collect()
}

/// Moves sorted positions apart to `gap`, none beyond `min` and `max`; where there is no room for all, `min` holds.
pub(super) fn spread(y: &mut [f64], gap: f64, (min, max): (f64, f64)) {
    for i in 1..y.len() {
        if y[i] - y[i - 1] < gap {
            let push = gap - (y[i] - y[i - 1]);
            y[i - 1] -= push / 2.0;
            y[i] += push / 2.0;
        }
    }
    let downwards = |y: &mut [f64]| {
        for i in 0..y.len() {
            y[i] = y[i].max(if i == 0 { min } else { y[i - 1] + gap });
        }
    };
    downwards(y);
    for i in (0..y.len()).rev() {
        let limit = if i + 1 == y.len() { max } else { y[i + 1] - gap };
        y[i] = y[i].min(limit);
    }
    downwards(y);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_at_the_same_height_move_apart() {
        let mut y = [50.0, 50.0, 52.0];
        spread(&mut y, 16.0, (0.0, 200.0));
        assert!(y[1] - y[0] >= 15.99 && y[2] - y[1] >= 15.99, "{y:?}");
        let mut low = [199.0, 200.0, 200.0];
        spread(&mut low, 16.0, (0.0, 200.0));
        assert!(low[2] <= 200.0 && low[0] <= 168.0, "{low:?}");
        let mut high = [1.0, 1.0, 2.0];
        spread(&mut high, 16.0, (0.0, 200.0));
        assert!(high[0] >= 0.0 && high[1] >= 16.0 && high[2] >= 32.0, "{high:?}");
    }

    #[test]
    fn series_over_different_periods_share_one_axis() {
        let point = |period: &str| Point { period: period.into(), short: period.into(), value: Some(1.0), n: 1, is_partial: false };
        let (new, old) = ([point("2026-W46")], [point("2026-W44"), point("2026-W45"), point("2026-W46")]);
        let axis = periods(&[&new, &old]);
        assert_eq!(axis.iter().map(|p| p.period.as_str()).collect::<Vec<_>>(), ["2026-W44", "2026-W45", "2026-W46"]);
        assert_eq!(aligned(&axis, &new).iter().map(|p| p.value).collect::<Vec<_>>(), [None, None, Some(1.0)]);
    }

    #[test]
    fn duration_ticks_are_whole_hours() {
        let texts: Vec<String> = labelled_ticks(Unit::Seconds, Range { low: 0.0, high: 30_000.0 }, 5).into_iter().map(|t| t.1).collect();
        assert_eq!(texts.first().map(String::as_str), Some("0"));
        assert!(texts[1..].iter().all(|t| t.ends_with('h')), "{texts:?}");
    }
}
