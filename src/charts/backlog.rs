//! What stays open above, what comes in and goes out below.

use super::Chart;
use super::axes::{self, EndLabel, Look};
use super::figure::{DataTable, Figure, Frame, Ink, Mark, Panel, Range, TextStyle, fit};
use super::trend::named;
use crate::format;
use crate::say;
use crate::scorecard::{Point, Unit};

/// The data of a backlog chart.
#[derive(Debug)]
pub(super) struct Backlog {
    open: Vec<Point>,
    created: Vec<Point>,
    resolved: Vec<Point>,
}

const OPEN: Look = Look { ink: Ink::Text, width: 2.0, dot: 2.4, has_dots: false, room: 0.0 };
const CREATED: Look = Look { ink: Ink::Text, width: 1.5, dot: 2.4, has_dots: false, room: 0.0 };
const RESOLVED: Look = Look { ink: Ink::Desk, width: 2.4, dot: 1.6, has_dots: false, room: 0.0 };

impl Chart for Backlog {
    fn figure(&self, width: f64) -> Figure {
        let right = width - if width < 400.0 { 114.0 } else { 124.0 };
        let all: Vec<f64> = [&self.open, &self.created, &self.resolved].into_iter().flat_map(|p| axes::values(p)).collect();
        let left = axes::left_margin(Unit::Count, axes::range(Unit::Count, &all), 4);
        let above = Frame { left, right, top: 12.0, bottom: 118.0 };
        let below = Frame { left, right, top: 144.0, bottom: 228.0 };
        let panels = vec![
            self.panel(above, &[(&self.open, OPEN, say!("open"))]),
            self.panel(below, &[(&self.resolved, RESOLVED, say!("resolved")), (&self.created, CREATED, say!("created"))]),
        ];
        Figure { width, height: below.bottom + 28.0, panels, ..Figure::default() }
    }

    fn desc(&self) -> String {
        let latest =
            |points: &[Point]| points.last().map_or_else(|| format::NO_DATA.to_owned(), |p| format::optional(Unit::Count, p.value, p.n));
        let (Some(first), Some(last)) = (self.open.first(), self.open.last()) else {
            return say!("A line chart without any periods.").to_owned();
        };
        say!(
            "Two line charts from {first} to {last}. Open at the end: {first2} at first, {open} at last. In the last period {created} created and {resolved} resolved.",
            first = first.period,
            last = last.period,
            first2 = format::optional(Unit::Count, first.value, first.n),
            open = latest(&self.open),
            created = latest(&self.created),
            resolved = latest(&self.resolved)
        )
    }

    fn table(&self) -> DataTable {
        let of = |points: &[Point], period: &str| {
            format::optional(Unit::Count, points.iter().find(|p| p.period == period).and_then(|p| p.value), 0)
        };
        let row = |p: &Point| vec![named(p), of(&self.open, &p.period), of(&self.created, &p.period), of(&self.resolved, &p.period)];
        let columns = [say!("Period"), say!("Open at the end"), say!("Created"), say!("Resolved")].map(str::to_owned).to_vec();
        DataTable { columns, rows: self.open.iter().map(row).collect() }
    }

    fn key(&self) -> String {
        let mut all = self.open.iter().chain(&self.created).chain(&self.resolved);
        let has_partial = all.any(|p| p.is_partial && p.value.is_some());
        if has_partial { say!("○\u{a0}not complete yet").to_owned() } else { String::new() }
    }
}

impl Backlog {
    /// All three series on one axis.
    pub(super) fn new(open: &[Point], created: &[Point], resolved: &[Point]) -> Self {
        let axis = axes::periods(&[open, created, resolved]);
        let on = |points: &[Point]| axes::aligned(&axis, points);
        Self { open: on(open), created: on(created), resolved: on(resolved) }
    }

    fn panel(&self, frame: Frame, lines: &[(&[Point], Look, &str)]) -> Panel {
        let all: Vec<f64> = lines.iter().flat_map(|(points, ..)| axes::values(points)).collect();
        let range = if lines.len() == 1 { axes::range(Unit::Count, &all) } else { Range::around(&all) };
        let x = axes::period_span(self.open.len());
        let mut marks = Vec::new();
        if let [(points, ..)] = lines {
            marks.extend(axes::segments(points, range).into_iter().filter(|s| s.len() > 1).map(|s| fill_below(s, range.low)));
        } else {
            marks.extend(axes::period_labels(&self.open, frame, range.low));
        }
        marks.extend(axes::rules(Unit::Count, range, x, 4));
        let mut labels = Vec::new();
        for (points, look, name) in lines {
            marks.extend(axes::series(points, range, Unit::Count, look.within(frame)));
            labels.extend(end_label(points, *look, name, frame));
        }
        marks.extend(axes::end_labels(labels, range, frame, x.1));
        Panel { frame, x, y: (range.low, range.high), marks }
    }
}

fn fill_below(mut line: Vec<(f64, f64)>, floor: f64) -> Mark {
    let (first, last) = (line[0].0, line[line.len() - 1].0);
    line.extend([(last, floor), (first, floor)]);
    Mark::Area { points: line, ink: Ink::Soft }
}

fn end_label(points: &[Point], look: Look, name: &str, frame: Frame) -> Option<EndLabel> {
    let p = points.iter().rfind(|p| p.value.is_some_and(f64::is_finite))?;
    let room = if frame.right < 300.0 { 106.0 } else { 114.0 };
    let text = fit(&format!("{} {name}", format::optional(Unit::Count, p.value, p.n)), room, 12.5, true);
    let style = if look.ink == Ink::Text { TextStyle { size: 12.5, ..TextStyle::VALUE } } else { TextStyle::AXIS };
    Some(EndLabel { at: p.value?, text, style })
}
