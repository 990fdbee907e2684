//! Before and after a date: the weeks, the level or line of each side, where it would have gone (dashed), and the others.

use std::fmt::Write as _;

use super::Chart;
use super::axes::{self, EndLabel, Look};
use super::control::Limits;
use super::events::{self, Event, EventLabel};
use super::figure::{At, DataTable, Figure, Frame, Ink, Mark, Panel, Range, TextStyle, text_width};
use super::layout::first_that_fits;
use super::trend::named;
use crate::format;
use crate::say;
use crate::scorecard::{Point, Unit};

/// Room right of a plot that is not text.
const AIR: f64 = 12.0;

/// The data of a before-and-after chart.
#[derive(Debug)]
pub(super) struct Phases<'a> {
    pub(super) unit: Unit,
    pub(super) points: &'a [Point],
    /// On the same periods as `points`; empty without others.
    pub(super) others: Vec<Point>,
    /// Place of the first period after the date, and what happened.
    pub(super) event: Option<(usize, &'a str)>,
    pub(super) fitted: &'a [Option<f64>],
    pub(super) expected: &'a [Option<f64>],
    /// On the same periods as `points`.
    pub(super) limits: Option<Limits>,
}

impl Chart for Phases<'_> {
    fn figure(&self, width: f64) -> Figure {
        let range = self.range();
        let margin = self.margin(width, range);
        let (left, right) = (axes::left_margin(self.unit, range, 5), width - margin);
        let dated: Vec<Event> = self.dated();
        let labels = self.placed(&dated, (left, right), width);
        let head = events::head(&labels);
        let frame = Frame { left, right, top: head, bottom: head + 178.0 };
        let x = axes::period_span(self.points.len());
        let mut marks = self.limits.as_ref().map_or_else(Vec::new, |l| l.band(range));
        marks.extend(axes::rules(self.unit, range, x, 5));
        marks.extend(axes::period_labels(self.points, frame, range.low));
        marks.extend(events::marks(&dated, &labels, range, frame));
        marks.extend(self.lines(range, frame.right - frame.left));
        marks.extend(axes::end_labels(self.end_labels(range, margin - AIR), range, frame, x.1));
        if axes::values(self.points).next().is_none() {
            marks.push(axes::no_data(x, range));
        }
        let panel = Panel { frame, x, y: (range.low, range.high), marks };
        Figure { width, height: frame.bottom + 28.0, panels: vec![panel], ..Figure::default() }
    }

    fn desc(&self) -> String {
        let (Some(first), Some(end)) = (self.points.first(), self.points.last()) else {
            return say!("A line chart without any periods.").to_owned();
        };
        let mut text = say!("Line chart from {first} to {last}. ", first = first.period, last = end.period);
        if let Some((i, what)) = self.event {
            text.push_str(&say!("From {period} on: {what}. ", period = self.points[i].period, what = format::clean(what)));
        }
        for (name, value) in
            [(say!("Before"), self.before()), (say!("After"), self.newest(self.fitted)), (say!("Expected"), self.newest(self.expected))]
        {
            if let Some(v) = value {
                let _ = write!(text, "{name} {}. ", format::value(self.unit, v));
            }
        }
        text + say!("The numbers are in the table below.")
    }

    fn table(&self) -> DataTable {
        let mut columns = vec![say!("Period"), say!("Value"), "n"];
        columns.extend((!self.others.is_empty()).then_some(say!("Others")));
        columns.extend([say!("Line"), say!("Expected"), say!("What happened")]);
        let row = |(i, p): (usize, &Point)| {
            let mut row = vec![named(p), format::optional(self.unit, p.value, p.n), format::count(p.n)];
            row.extend(self.others.get(i).map(|o| format::optional(self.unit, o.value, o.n)));
            for line in [self.fitted, self.expected] {
                row.push(format::optional(self.unit, line.get(i).copied().flatten(), p.n));
            }
            row.push(self.event.filter(|(at, _)| *at == i).map_or_else(String::new, |(_, what)| format::label(what, 120)));
            row
        };
        DataTable { columns: columns.into_iter().map(str::to_owned).collect(), rows: self.points.iter().enumerate().map(row).collect() }
    }

    fn key(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.newest(self.fitted).map(|_| say!("thick line: level of each side").to_owned()));
        parts.extend(self.newest(self.expected).map(|_| say!("dashed: where it would have gone").to_owned()));
        parts.extend((!self.others.is_empty()).then(|| say!("grey line: the others").to_owned()));
        parts.extend(self.limits.as_ref().map(|l| say!("band: where usual periods lie ({method})", method = l.method)));
        parts.join(" · ")
    }
}

impl Phases<'_> {
    fn range(&self) -> Range {
        let limits = self.limits.iter().flat_map(Limits::values);
        let lines = self.fitted.iter().chain(self.expected).flatten().copied().filter(|v| v.is_finite());
        let known: Vec<f64> = axes::values(self.points).chain(axes::values(&self.others)).chain(lines).chain(limits).collect();
        axes::range(self.unit, &known)
    }

    fn margin(&self, width: f64, range: Range) -> f64 {
        let (least, most) = if width < 400.0 { (92.0, 124.0) } else { (124.0, 152.0) };
        let wide = |l: &EndLabel| text_width(&l.text, l.style.size, l.style.is_bold);
        (self.end_labels(range, most - AIR).iter().map(wide).fold(0.0, f64::max) + AIR).clamp(least, most)
    }

    fn dated(&self) -> Vec<Event> {
        let text = |(i, what): (usize, &str)| format!("{} {what}", self.points[i].short);
        self.event.map(|e| Event { x: e.0 as f64 - 0.5, text: text(e), is_phase: true }).into_iter().collect()
    }

    fn placed(&self, dated: &[Event], (left, right): (f64, f64), width: f64) -> Vec<EventLabel> {
        let span = axes::period_span(self.points.len());
        let px = |x: f64| left + (x.max(span.0) - span.0) / (span.1 - span.0) * (right - left);
        let wanted: Vec<(f64, &str)> = dated.iter().map(|e| (px(e.x), e.text.as_str())).collect();
        events::place(&wanted, (left, width))
    }

    /// The others, the weeks, then the lines of both sides and the one that did not happen.
    fn lines(&self, range: Range, room: f64) -> Vec<Mark> {
        let mut marks = axes::series(&self.others, range, self.unit, Look { ink: Ink::Desk, width: 1.4, dot: 1.8, has_dots: false, room });
        let has_dots = self.points.len() <= 60;
        marks.extend(axes::series(self.points, range, self.unit, Look { ink: Ink::Text, width: 0.9, dot: 2.2, has_dots, room }));
        for points in self.runs(self.fitted, range) {
            marks.push(Mark::Line { points, ink: Ink::LineTwo, width: 2.6 });
        }
        for points in self.runs(self.expected, range) {
            marks.push(Mark::Dashed { points, ink: Ink::Changed, width: 2.0 });
        }
        marks
    }

    /// A line cut at the date and where it has no value; a level of one week is half a week wide on both sides.
    fn runs(&self, line: &[Option<f64>], range: Range) -> Vec<Vec<At>> {
        let mut runs: Vec<Vec<At>> = vec![Vec::new()];
        for (i, value) in line.iter().take(self.points.len()).enumerate() {
            if value.is_none() || self.event.is_some_and(|(at, _)| at == i) {
                runs.push(Vec::new());
            }
            if let (Some(v), Some(run)) = (value.filter(|v| v.is_finite()), runs.last_mut()) {
                run.push((i as f64, range.clamp(v)));
            }
        }
        runs.retain(|run| !run.is_empty());
        for run in &mut runs {
            if let [(x, v)] = run[..] {
                *run = vec![(x - 0.4, v), (x + 0.4, v)];
            }
        }
        runs
    }

    /// The last value of the line before the date.
    fn before(&self) -> Option<f64> {
        let end = self.event.map_or(self.fitted.len(), |(at, _)| at.min(self.fitted.len()));
        self.fitted[..end].iter().rev().flatten().copied().find(|v| v.is_finite())
    }

    /// The last value of a line, if it reaches beyond the date.
    fn newest(&self, line: &[Option<f64>]) -> Option<f64> {
        let start = self.event.map_or(0, |(at, _)| at.min(line.len()));
        line[start..].iter().rev().flatten().copied().find(|v| v.is_finite())
    }

    fn end_labels(&self, range: Range, room: f64) -> Vec<EndLabel> {
        let value = |v: f64| format::value_of(self.unit, v, format::DECIMAL_FROM);
        let label = |at: f64, words: [&str; 2], style: TextStyle| {
            let beyond = if range.holds(at) { "" } else { "↑ " };
            let wordings = words.map(|w| format!("{beyond}{} {w}", value(at)).trim_end().to_owned());
            EndLabel { at, text: first_that_fits(&wordings, room, style), style }
        };
        let mut labels = Vec::new();
        labels.extend(self.newest(self.fitted).map(|v| label(v, [say!("after"), ""], TextStyle::VALUE)));
        labels.extend(self.newest(self.expected).map(|v| label(v, [say!("expected"), ""], TextStyle::AXIS.inked(Ink::Changed))));
        let others = self.others.iter().rev().find_map(|p| p.value).filter(|v| v.is_finite());
        labels.extend(others.map(|v| label(v, [say!("others"), ""], TextStyle::AXIS)));
        labels
    }
}
