//! One dot a person in rows by group, with each group's mean: people compared as people, nobody named in the picture.

use super::Chart;
use super::axes;
use super::figure::{Anchor, DataTable, Figure, Frame, Ink, Mark, Panel, Range, Shape, TextStyle, fit, text_width};
use crate::format;
use crate::say;
use crate::scorecard::{Dot, DotGroup, Unit};

/// Height of a row with dots in one line, and of each further line of them.
const ROW: f64 = 38.0;
const LINE: f64 = 7.5;
/// Radius of a dot.
const RADIUS: f64 = 3.6;
/// Lines of dots at most; in a fuller row dots lie on each other.
const MOST_LINES: usize = 12;

/// The data of a dot plot.
#[derive(Debug)]
pub(super) struct Dots<'a> {
    pub(super) unit: Unit,
    pub(super) groups: &'a [DotGroup],
    pub(super) mean: Option<f64>,
}

impl Chart for Dots<'_> {
    fn figure(&self, width: f64) -> Figure {
        let range = self.range();
        let most = if width < 400.0 { 100.0 } else { 168.0 };
        let widest = self.groups.iter().map(|g| text_width(&format::label(&g.name, 60), TextStyle::NAME.size, false));
        let counts = self.groups.iter().map(|g| text_width(&people(g), TextStyle::AXIS.size, false));
        let left = (widest.chain(counts).fold(0.0, f64::max) + 20.0).clamp(64.0, most);
        let values = self.groups.iter().map(|g| text_width(&format::optional(self.unit, g.mean, format::DECIMAL_FROM), 12.5, true));
        let right = values.fold(0.0, f64::max).max(44.0) + 18.0;
        let head = if self.mean_shown(range).is_some() { 20.0 } else { 6.0 };
        let swarms: Vec<Vec<(f64, f64)>> = self.groups.iter().map(|g| Self::swarm(g, range, width - left - right)).collect();
        let heights: Vec<f64> = swarms.iter().map(|s| ROW + 2.0 * s.iter().map(|d| d.1.abs()).fold(0.0, f64::max)).collect();
        let total: f64 = heights.iter().sum::<f64>().max(ROW);
        let frame = Frame { left, right: width - right, top: head, bottom: head + total };
        let mut marks = self.axis(range, total, ((frame.right - frame.left) / 48.0) as usize);
        marks.extend(self.overall(range, total));
        let mut top = 0.0;
        for ((group, swarm), height) in self.groups.iter().zip(&swarms).zip(&heights) {
            marks.extend(self.row(group, swarm, (range, top + height / 2.0, *height, left)));
            top += height;
        }
        if self.groups.is_empty() {
            let style = TextStyle::NAME.anchored(Anchor::Middle).inked(Ink::Muted);
            let at = (f64::midpoint(range.low, range.high), total / 2.0);
            marks.push(Mark::Label { at, shift: (0.0, 0.0), text: say!("no groups").to_owned(), style });
        }
        // Counted in pixels from the top, so that swarms are as wide as their dots.
        let panel = Panel { frame, x: (range.low, range.high), y: (total, 0.0), marks };
        Figure { width, height: frame.bottom + 26.0, panels: vec![panel], ..Figure::default() }
    }

    fn desc(&self) -> String {
        let all: usize = self.groups.iter().map(|g| g.dots.len()).sum();
        let mut text = say!("Dot plot of {all} people in {groups} groups. ", all = format::count(all as u64), groups = self.groups.len());
        for g in self.groups {
            let mean = format::optional(self.unit, g.mean, format::DECIMAL_FROM);
            text.push_str(&say!("{name}: {g}, mean {mean}. ", name = format::label(&g.name, 60), g = people(g), mean));
        }
        text + say!("The numbers are in the table below.")
    }

    fn table(&self) -> DataTable {
        let columns = [say!("Group"), say!("Person"), say!("Value"), "n"].map(str::to_owned).to_vec();
        let row = |(g, d): (&DotGroup, &Dot)| {
            let name = if d.name.is_empty() { format::NO_DATA.to_owned() } else { format::label(&d.name, 120) };
            vec![format::label(&g.name, 120), name, format::value_of(self.unit, d.value, d.n), format::count(d.n)]
        };
        DataTable { columns, rows: self.groups.iter().flat_map(|g| g.dots.iter().map(move |d| (g, d))).map(row).collect() }
    }

    fn key(&self) -> String {
        if self.groups.iter().all(|g| g.dots.is_empty()) {
            String::new()
        } else {
            say!("●\u{a0}one person · bar: mean of the group").to_owned()
        }
    }
}

impl Dots<'_> {
    fn range(&self) -> Range {
        let dots = self.groups.iter().flat_map(|g| g.dots.iter().map(|d| d.value));
        let all: Vec<f64> = dots.chain(self.groups.iter().filter_map(|g| g.mean)).chain(self.mean).filter(|v| v.is_finite()).collect();
        let range = axes::range(self.unit, &all);
        if self.unit == Unit::Share { Range { low: range.low.max(0.0), high: range.high.min(1.0) } } else { range }
    }

    fn axis(&self, range: Range, total: f64, max: usize) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (at, text) in axes::labelled_ticks(self.unit, range, max.clamp(2, 6)) {
            marks.push(Mark::Line { points: vec![(at, total), (at, 0.0)], ink: Ink::Grid, width: 1.0 });
            let style = TextStyle::AXIS.anchored(Anchor::Middle);
            marks.push(Mark::Label { at: (at, total), shift: (0.0, 14.0), text, style });
        }
        marks
    }

    fn mean_shown(&self, range: Range) -> Option<f64> {
        self.mean.filter(|v| v.is_finite() && range.holds(*v))
    }

    /// The line of everybody's mean.
    fn overall(&self, range: Range, total: f64) -> Vec<Mark> {
        let Some(v) = self.mean_shown(range) else { return Vec::new() };
        let text = say!("All {value}", value = format::value(self.unit, v));
        let share = (v - range.low) / (range.high - range.low);
        let anchor = match share {
            s if s < 0.25 => Anchor::Start,
            s if s > 0.75 => Anchor::End,
            _ => Anchor::Middle,
        };
        vec![
            Mark::Line { points: vec![(v, total), (v, 0.0)], ink: Ink::Desk, width: 1.2 },
            Mark::Label { at: (v, 0.0), shift: (0.0, -9.0), text, style: TextStyle::AXIS.anchored(anchor) },
        ]
    }

    /// Place of every dot and its distance from the row's middle in pixels: the nearest free line to it, below and above in turn.
    fn swarm(group: &DotGroup, range: Range, room: f64) -> Vec<(f64, f64)> {
        let mut values: Vec<f64> = group.dots.iter().map(|d| d.value).filter(|v| v.is_finite()).map(|v| range.clamp(v)).collect();
        values.sort_by(f64::total_cmp);
        let px = |v: f64| (v - range.low) / (range.high - range.low) * room;
        let mut ends = [f64::NEG_INFINITY; MOST_LINES];
        let place = |v: f64| {
            let free = ends.iter().position(|end| px(v) - end >= 2.0 * RADIUS + 0.4).unwrap_or(MOST_LINES - 1);
            ends[free] = px(v);
            let line = free.div_ceil(2) as f64 * if free % 2 == 0 { 1.0 } else { -1.0 };
            (v, line * LINE)
        };
        values.into_iter().map(place).collect()
    }

    fn row(&self, group: &DotGroup, swarm: &[(f64, f64)], (range, middle, height, left): (Range, f64, f64, f64)) -> Vec<Mark> {
        let name = fit(&group.name, left - 18.0, TextStyle::NAME.size, false);
        let label = |text: String, dy: f64, style: TextStyle| Mark::Label { at: (range.low, middle), shift: (-12.0, dy), text, style };
        let mut marks = vec![
            label(name, -7.0, TextStyle::NAME.anchored(Anchor::End)),
            label(people(group), 8.0, TextStyle::AXIS.anchored(Anchor::End)),
        ];
        for (v, dy) in swarm {
            marks.push(Mark::Dot { at: (*v, middle + dy), shape: Shape::Circle, radius: RADIUS, ink: Ink::Desk });
        }
        if let Some(mean) = group.mean.filter(|v| v.is_finite()) {
            let (x, half) = (range.clamp(mean), height / 2.0 - 5.0);
            marks.push(Mark::Line { points: vec![(x, middle - half), (x, middle + half)], ink: Ink::Text, width: 2.6 });
            let text = format::value_of(self.unit, mean, format::DECIMAL_FROM);
            let style = TextStyle { size: 12.5, ..TextStyle::VALUE };
            marks.push(Mark::Label { at: (range.high, middle), shift: (12.0, 0.0), text, style });
        }
        marks
    }
}

fn people(group: &DotGroup) -> String {
    match group.dots.len() {
        1 => say!("1 person").to_owned(),
        n => say!("{n} people", n = format::count(n as u64)),
    }
}
