//! One dot a group with its 95 % interval and n, in the order given; the desk as a line, the target dashed.

use std::fmt::Write as _;

use super::Chart;
use super::axes;
use super::figure::{Anchor, DataTable, Figure, Frame, Ink, Mark, Panel, Range, Shape, TextStyle, fit, text_width};
use crate::format;
use crate::scorecard::{GroupValue, Unit};

const ROW: f64 = 26.0;

/// The data of a groups chart.
#[derive(Debug)]
pub(super) struct Groups<'a> {
    pub(super) unit: Unit,
    pub(super) list: &'a [GroupValue],
    pub(super) desk: Option<f64>,
    pub(super) target: Option<f64>,
}

impl Chart for Groups<'_> {
    fn figure(&self, width: f64) -> Figure {
        let range = self.range();
        let n = self.list.len().max(1) as f64;
        let head = if self.desk.is_some() || self.target.is_some() { 20.0 } else { 6.0 };
        let (most, least) = if width < 400.0 { (100.0, 114.0) } else { (168.0, 128.0) };
        let (value_end, n_end) = self.column_ends(least - 4.0);
        let right = n_end + 4.0;
        let widest = self.list.iter().map(|g| text_width(&format::label(&g.name, 60), TextStyle::NAME.size, false)).fold(0.0, f64::max);
        let left = (widest + 20.0).clamp(64.0, most);
        let frame = Frame { left, right: width - right, top: head, bottom: head + n * ROW };
        let mut marks = self.axis(range, n, ((frame.right - frame.left) / 48.0) as usize);
        marks.extend(self.references(range, n));
        for (i, group) in self.list.iter().enumerate() {
            marks.extend(self.row(group, i as f64, range, (left, value_end, n_end)));
        }
        if self.list.is_empty() {
            let style = TextStyle::NAME.anchored(Anchor::Middle).inked(Ink::Muted);
            marks.push(Mark::Label {
                at: (f64::midpoint(range.low, range.high), 0.0),
                shift: (0.0, 0.0),
                text: "no groups".to_owned(),
                style,
            });
        }
        let panel = Panel { frame, x: (range.low, range.high), y: (n - 0.5, -0.5), marks };
        Figure { width, height: frame.bottom + 26.0, panels: vec![panel], ..Figure::default() }
    }

    fn desc(&self) -> String {
        let with_data = self.list.iter().filter(|g| g.value.is_some()).count();
        let mut text = format!("Dot plot of {} groups, {with_data} with data. ", self.list.len());
        if let Some(v) = self.desk {
            let _ = write!(text, "Desk {}. ", format::value(self.unit, v));
        }
        if let Some(v) = self.target {
            let _ = write!(text, "Target {}. ", format::bare_target(self.unit, v));
        }
        text + "Lines around dots are 95 % intervals. The numbers are in the table below."
    }

    fn table(&self) -> DataTable {
        let row = |g: &GroupValue| {
            let interval = g.interval.map_or_else(|| format::NO_DATA.to_owned(), |i| format::interval(self.unit, i, g.n));
            vec![format::label(&g.name, 120), format::optional(self.unit, g.value, g.n), interval, format::count(g.n)]
        };
        let columns = ["Group", "Value", "95 % interval", "n"].map(str::to_owned).to_vec();
        DataTable { columns, rows: self.list.iter().map(row).collect() }
    }

    fn key(&self) -> String {
        let has_interval = self.list.iter().any(|g| g.interval.is_some());
        if has_interval { "●\u{a0}value with its 95\u{a0}% interval".to_owned() } else { String::new() }
    }
}

impl Groups<'_> {
    /// Right ends of the columns of values and of rows, right of the plot.
    fn column_ends(&self, least: f64) -> (f64, f64) {
        let wide = |of: &dyn Fn(&GroupValue) -> String, size: f64, is_bold: bool| {
            self.list.iter().map(|g| text_width(&of(g), size, is_bold)).fold(0.0, f64::max)
        };
        let value = 14.0 + wide(&|g| format::optional(self.unit, g.value, g.n), 12.5, true);
        let value_end = value.max(68.0);
        (value_end, least.max(value_end + 10.0 + wide(&|g| rows(g.n), TextStyle::AXIS.size, false)))
    }

    fn range(&self) -> Range {
        let ends = self.list.iter().filter_map(|g| g.interval).flat_map(|(a, b)| [a, b]);
        let all: Vec<f64> = self.list.iter().filter_map(|g| g.value).chain(ends).chain(self.desk).chain(self.target).collect();
        let range = axes::range(self.unit, &all);
        if self.unit == Unit::Share { Range { low: range.low.max(0.0), high: range.high.min(1.0) } } else { range }
    }

    fn axis(&self, range: Range, n: f64, max: usize) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (at, text) in axes::labelled_ticks(self.unit, range, max.clamp(2, 6)) {
            marks.push(Mark::Line { points: vec![(at, n - 0.5), (at, -0.5)], ink: Ink::Grid, width: 1.0 });
            let style = TextStyle::AXIS.anchored(Anchor::Middle);
            marks.push(Mark::Label { at: (at, n - 0.5), shift: (0.0, 14.0), text, style });
        }
        marks
    }

    /// The desk's line and the target's, labelled above the plot: the left one's label ends at its line, the right one's starts there.
    fn references(&self, range: Range, n: f64) -> Vec<Mark> {
        let desk = self.desk.map(|v| (v, format!("Desk {}", format::value(self.unit, v)), Ink::Desk, 1.6));
        let target = self.target.map(|v| (v, format!("Target {}", format::bare_target(self.unit, v)), Ink::Target, 1.2));
        let is_desk_left = self.desk.zip(self.target).is_none_or(|(desk, target)| desk <= target);
        let anchor = |is_left: bool| match self.desk.zip(self.target) {
            None => Anchor::Middle,
            Some(_) if is_left => Anchor::End,
            Some(_) => Anchor::Start,
        };
        let mut marks = Vec::new();
        for (line, is_left) in [(desk, is_desk_left), (target, !is_desk_left)] {
            let Some((v, text, ink, width)) = line else { continue };
            let (x, anchor) = (range.clamp(v), anchor(is_left));
            let dx = match anchor {
                Anchor::End => -2.0,
                Anchor::Middle => 0.0,
                Anchor::Start => 2.0,
            };
            if range.holds(v) {
                marks.push(Mark::Line { points: vec![(x, n - 0.5), (x, -0.5)], ink, width });
            }
            let text = if range.holds(v) { text } else { format!("{text} →") };
            marks.push(Mark::Label { at: (x, -0.5), shift: (dx, -9.0), text, style: TextStyle::AXIS.anchored(anchor) });
        }
        marks
    }

    fn row(&self, group: &GroupValue, y: f64, range: Range, (left, value_end, n_end): (f64, f64, f64)) -> Vec<Mark> {
        let name = fit(&group.name, left - 18.0, TextStyle::NAME.size, false);
        let mut marks =
            vec![Mark::Label { at: (range.low, y), shift: (-12.0, 0.0), text: name, style: TextStyle::NAME.anchored(Anchor::End) }];
        let end = |shift: f64, text: String, style: TextStyle| Mark::Label {
            at: (range.high, y),
            shift: (shift, 0.0),
            text,
            style: style.anchored(Anchor::End),
        };
        let Some(v) = group.value.filter(|v| v.is_finite()) else {
            marks.push(end(value_end, "no data".to_owned(), TextStyle::AXIS));
            return marks;
        };
        if let Some((low, high)) = group.interval {
            let points = vec![(range.clamp(low), y), (range.clamp(high), y)];
            marks.push(Mark::Line { points, ink: Ink::Desk, width: 1.6 });
        }
        let shape = if v > range.high { Shape::Triangle } else { Shape::Circle };
        marks.push(Mark::Dot { at: (range.clamp(v), y), shape, radius: 4.2, ink: Ink::Text });
        marks.push(end(value_end, format::value_of(self.unit, v, group.n), TextStyle { size: 12.5, ..TextStyle::VALUE }));
        marks.push(end(n_end, rows(group.n), TextStyle::AXIS));
        marks
    }
}

fn rows(n: u64) -> String {
    format!("n\u{a0}{}", format::count(n))
}
