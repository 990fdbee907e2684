//! A share by weeks of tenure: a line a group with its 95 % intervals, and the level of those past the ramp.

use std::fmt::Write as _;

use super::Chart;
use super::axes;
use super::figure::{Anchor, DataTable, Figure, Frame, Ink, Mark, Panel, Range, Shape, TextStyle, text_width};
use super::layout::{self, LineEnd, Plane, first_that_fits, strand};
use crate::format;
use crate::say;
use crate::scorecard::{RampLine, RampPoint, Unit};

/// Lines drawn at most; the table has all.
const DRAWN: usize = 4;

/// The data of a ramp.
#[derive(Debug)]
pub(super) struct Ramp<'a> {
    pub(super) unit: Unit,
    pub(super) lines: &'a [RampLine],
    pub(super) settled: Option<f64>,
}

impl Chart for Ramp<'_> {
    fn figure(&self, width: f64) -> Figure {
        let (range, weeks) = (self.range(), self.weeks());
        let texts = |room| self.end_texts(room);
        let margin = layout::margin(if width < 400.0 { (84.0, 150.0) } else { (96.0, 182.0) }, texts);
        let (left, right) = (axes::left_margin(self.unit, range, 5), width - margin);
        let frame = Frame { left, right, top: 12.0, bottom: 190.0 };
        let plane = Plane { frame, x: axes::period_span(weeks.len()), y: range };
        let mut marks = axes::rules(self.unit, range, plane.x, 5);
        marks.extend(weeks_axis(&weeks, plane));
        if let Some(v) = self.settled().filter(|v| range.holds(*v)) {
            marks.push(Mark::Line { points: vec![(plane.x.0, v), (plane.x.1, v)], ink: Ink::Desk, width: 1.2 });
        }
        for (i, line) in self.drawn().enumerate().collect::<Vec<_>>().into_iter().rev() {
            marks.extend(self.line(line, i, &weeks, plane));
        }
        marks.extend(layout::line_ends(self.ends(&weeks, plane, margin - layout::BESIDE), plane));
        if self.drawn().next().is_none() {
            let at = plane.at((f64::midpoint(left, right), 100.0));
            let style = TextStyle::NAME.anchored(Anchor::Middle).inked(Ink::Muted);
            marks.push(Mark::Label { at, shift: (0.0, 0.0), text: say!("no data by tenure").to_owned(), style });
        }
        let panel = Panel { frame, x: plane.x, y: (range.low, range.high), marks };
        Figure { width, height: frame.bottom + 44.0, panels: vec![panel], ..Figure::default() }
    }

    fn desc(&self) -> String {
        let mut text = say!("Line chart by weeks of tenure, {lines} lines. ", lines = self.lines.len());
        for line in self.drawn() {
            let (Some(first), Some(last)) = (points(line).next(), points(line).last()) else { continue };
            let of = |p: &RampPoint| {
                say!("{value} in weeks {weeks}", value = format::value_of(self.unit, p.value, p.n), weeks = bucket(p.weeks))
            };
            let _ = write!(text, "{}: {}, {}. ", format::label(&line.name, 60), of(first), of(last));
        }
        if let Some(v) = self.settled() {
            text.push_str(&say!("Settled level {value}. ", value = format::value(self.unit, v)));
        }
        text + say!("The numbers are in the table below.")
    }

    fn table(&self) -> DataTable {
        let row = |line: &RampLine, p: &RampPoint| {
            let interval = p.interval.map_or_else(|| format::NO_DATA.to_owned(), |i| format::interval(self.unit, i, p.n));
            vec![format::label(&line.name, 120), bucket(p.weeks), format::value_of(self.unit, p.value, p.n), interval, format::count(p.n)]
        };
        let columns = [say!("Group"), say!("Weeks"), say!("Value"), say!("95\u{a0}% interval"), "n"].map(str::to_owned).to_vec();
        DataTable { columns, rows: self.lines.iter().flat_map(|l| l.points.iter().map(move |p| row(l, p))).collect() }
    }

    fn key(&self) -> String {
        let has_interval = self.drawn().flat_map(points).any(|p| p.interval.is_some());
        if has_interval { say!("●\u{a0}value with its 95\u{a0}% interval").to_owned() } else { String::new() }
    }
}

impl Ramp<'_> {
    /// Lines with points.
    fn drawn(&self) -> impl Iterator<Item = &RampLine> {
        self.lines.iter().filter(|l| points(l).next().is_some()).take(DRAWN)
    }

    fn settled(&self) -> Option<f64> {
        self.settled.filter(|v| v.is_finite())
    }

    /// Every span of weeks that one of the lines has, earliest first.
    fn weeks(&self) -> Vec<(u32, u32)> {
        let mut all: Vec<(u32, u32)> = self.drawn().flat_map(points).map(|p| p.weeks).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn range(&self) -> Range {
        let all = || self.drawn().flat_map(points);
        let ends = all().filter_map(|p| p.interval).flat_map(|(a, b)| [a, b]).filter(|v| v.is_finite());
        let known: Vec<f64> = all().map(|p| p.value).chain(ends).chain(self.settled()).collect();
        axes::range(self.unit, &known)
    }

    /// A line with its intervals, which stand beside those of other lines.
    fn line(&self, line: &RampLine, i: usize, weeks: &[(u32, u32)], plane: Plane) -> Vec<Mark> {
        let strand = strand(i);
        let mut marks = Vec::new();
        let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
        let mut before: Option<usize> = None;
        for p in points(line) {
            let Some(place) = weeks.iter().position(|w| *w == p.weeks) else { continue };
            if before.is_some_and(|b| b + 1 != place) {
                runs.push(Vec::new());
            }
            before = Some(place);
            let at = (self.beside(i, place, plane), plane.y.clamp(p.value));
            if let Some((low, high)) = p.interval.filter(|(a, b)| a.is_finite() && b.is_finite()) {
                let points = vec![(at.0, plane.y.clamp(low)), (at.0, plane.y.clamp(high))];
                marks.push(Mark::Veil { points: bar(&points, plane), ink: strand.ink, strength: 0.35 });
            }
            if let Some(run) = runs.last_mut() {
                run.push(at);
            }
        }
        for run in runs {
            let dots: Vec<Mark> = run.iter().map(|at| Mark::Dot { at: *at, shape: Shape::Circle, radius: 3.2, ink: strand.ink }).collect();
            if run.len() > 1 {
                marks.push(strand.line(run));
            }
            marks.extend(dots);
        }
        marks
    }

    /// A few pixels to the side, so that the intervals of several lines do not cover each other.
    fn beside(&self, i: usize, place: usize, plane: Plane) -> f64 {
        let count = self.drawn().count();
        let px = plane.px((place as f64, plane.y.low)).0 + (i as f64 - (count as f64 - 1.0) / 2.0) * 5.0;
        plane.at((px, 0.0)).0
    }

    /// What stands right of the plot, in the order of the lines, the settled level last.
    fn end_texts(&self, room: f64) -> Vec<(String, TextStyle)> {
        let is_one = self.drawn().count() == 1;
        let text = |(i, line): (usize, &RampLine)| {
            let p = points(line).last()?;
            let style = TextStyle { is_bold: is_one, ..TextStyle::NAME.inked(strand(i).ink) };
            let value = format::value_of(self.unit, p.value, p.n);
            let text = if is_one { value } else { format!("{value} {}", format::clean(&line.name)) };
            Some((first_that_fits(&[text], room, style), style))
        };
        let settled = |v: f64| {
            let value = format::value(self.unit, v);
            let wordings = [say!("{value} settled level", value), say!("{value} settled", value)];
            (first_that_fits(&wordings, room, TextStyle::AXIS), TextStyle::AXIS)
        };
        self.drawn().enumerate().filter_map(text).chain(self.settled().map(settled)).collect()
    }

    fn ends(&self, weeks: &[(u32, u32)], plane: Plane, room: f64) -> Vec<LineEnd> {
        let last = |(i, line): (usize, &RampLine)| {
            let p = points(line).last()?;
            let place = weeks.iter().position(|w| *w == p.weeks)?;
            Some(((self.beside(i, place, plane), plane.y.clamp(p.value)), strand(i).ink))
        };
        let settled = self.settled().map(|v| ((plane.x.1, plane.y.clamp(v)), Ink::Desk));
        let at = self.drawn().enumerate().filter_map(last).chain(settled);
        at.zip(self.end_texts(room)).map(|((from, ink), (text, style))| LineEnd { from, text, style, ink }).collect()
    }
}

fn points(line: &RampLine) -> impl Iterator<Item = &RampPoint> {
    line.points.iter().filter(|p| p.value.is_finite())
}

/// A vertical line as a thin rectangle, which can be light.
fn bar(ends: &[(f64, f64)], plane: Plane) -> Vec<(f64, f64)> {
    let (a, b) = (plane.px(ends[0]), plane.px(ends[1]));
    [(a.0 - 1.1, a.1), (a.0 + 1.1, a.1), (b.0 + 1.1, b.1), (b.0 - 1.1, b.1)].map(|p| plane.at(p)).to_vec()
}

fn bucket((from, to): (u32, u32)) -> String {
    match to {
        u32::MAX => format!("{from}+"),
        to if to <= from => from.to_string(),
        to => format!("{from}–{to}"),
    }
}

/// Spans of weeks under the plot, as many as have room, and what they are.
fn weeks_axis(weeks: &[(u32, u32)], plane: Plane) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut free_from = f64::MIN;
    for (i, w) in weeks.iter().enumerate() {
        let (text, at) = (bucket(*w), (i as f64, plane.y.low));
        let (x, half) = (plane.px(at).0, text_width(&text, 12.0, false) / 2.0);
        if x - half >= free_from {
            free_from = x + half + 8.0;
            marks.push(Mark::Label { at, shift: (0.0, 15.0), text, style: TextStyle::AXIS.anchored(Anchor::Middle) });
        }
    }
    let at = (plane.x.0, plane.y.low);
    marks.push(Mark::Label { at, shift: (0.0, 32.0), text: say!("weeks since the start").to_owned(), style: TextStyle::AXIS });
    marks
}
