//! One dot a group with its 95 % interval and n, in the order given; the desk as a line, the target dashed.

use super::Chart;
use super::axes;
use super::figure::{Anchor, DataTable, Figure, Frame, Ink, Mark, Panel, Range, Shape, TextStyle, fit, text_width};
use crate::format;
use crate::say;
use crate::scorecard::{GroupValue, Unit};

const ROW: f64 = 26.0;
/// A row with its name above it.
const STACKED: f64 = 42.0;
/// How far the name stands above the middle of such a row, and all else below it.
const ABOVE: f64 = 11.0;
const BELOW: f64 = 10.0;

const VALUE: TextStyle = TextStyle { size: 12.5, ..TextStyle::VALUE };

/// Widths beside the plot, CSS pixels.
#[derive(Debug, Clone, Copy)]
struct Columns {
    /// Left edge of the plot, which the names end at where they stand beside it.
    name: f64,
    /// Whether each name has a line of its own: cut short, two groups could not be told apart.
    is_stacked: bool,
    /// Right end of the values, from the right edge of the plot.
    value: f64,
    /// Right end of the numbers of rows, from there; `None` without room for them.
    n: Option<f64>,
}

impl Columns {
    fn taken(self) -> f64 {
        self.n.unwrap_or(self.value) + 4.0
    }

    fn row(self) -> f64 {
        if self.is_stacked { STACKED } else { ROW }
    }

    /// From where to where a line down the plot is drawn, past so many rows: through no name.
    fn spans(self, rows: f64) -> Vec<(f64, f64)> {
        if !self.is_stacked {
            return vec![(rows - 0.5, -0.5)];
        }
        (0..rows as u32).map(f64::from).map(|row| (row + 0.5, row - 0.04)).collect()
    }
}

/// A line across all groups with its label above the plot.
#[derive(Debug)]
struct Reference {
    value: f64,
    text: String,
    ink: Ink,
    /// Width of the line.
    line: f64,
    /// Where the line stands, CSS pixels.
    x: f64,
    /// Width of the label.
    long: f64,
    /// Where the label starts.
    start: f64,
    /// How far above the plot it stands.
    up: f64,
}

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
        let columns = self.columns(width);
        let (left, right) = (columns.name, width - columns.taken());
        let labels = self.reference_labels(range, (left, right), width);
        let head = labels.iter().map(|l| l.up + 11.0).fold(6.0, f64::max);
        let frame = Frame { left, right, top: head, bottom: head + n * columns.row() };
        let mut marks = self.axis(range, n, (frame, width), columns);
        marks.extend(references(&labels, range, n, columns));
        for (i, group) in self.list.iter().enumerate() {
            marks.extend(self.row(group, (i as f64, width), range, columns));
        }
        if self.list.is_empty() {
            let style = TextStyle::NAME.anchored(Anchor::Middle).inked(Ink::Muted);
            marks.push(Mark::Label {
                at: (f64::midpoint(range.low, range.high), 0.0),
                shift: (0.0, 0.0),
                text: say!("no groups").to_owned(),
                style,
            });
        }
        let panel = Panel { frame, x: (range.low, range.high), y: (n - 0.5, -0.5), marks };
        Figure { width, height: frame.bottom + 26.0, panels: vec![panel], ..Figure::default() }
    }

    fn desc(&self) -> String {
        let with_data = self.list.iter().filter(|g| g.value.is_some()).count();
        let mut text = say!("Dot plot of {list} groups, {with_data} with data. ", list = self.list.len(), with_data);
        if let Some(v) = self.desk {
            text.push_str(&say!("Desk {value}. ", value = format::value(self.unit, v)));
        }
        if let Some(v) = self.target {
            text.push_str(&say!("Target {v}. ", v = format::bare_target(self.unit, v)));
        }
        text + say!("Lines around dots are 95 % intervals. The numbers are in the table below.")
    }

    fn table(&self) -> DataTable {
        let row = |g: &GroupValue| {
            let interval = g.interval.map_or_else(|| format::NO_DATA.to_owned(), |i| format::interval(self.unit, i, g.n));
            vec![format::label(&g.name, 120), format::optional(self.unit, g.value, g.n), interval, format::count(g.n)]
        };
        let columns = [say!("Group"), say!("Value"), say!("95 % interval"), "n"].map(str::to_owned).to_vec();
        DataTable { columns, rows: self.list.iter().map(row).collect() }
    }

    fn key(&self) -> String {
        let has_interval = self.list.iter().any(|g| g.interval.is_some());
        if has_interval { say!("●\u{a0}value with its 95\u{a0}% interval").to_owned() } else { String::new() }
    }
}

impl Groups<'_> {
    /// The columns beside the plot. Where they would leave it no room, the numbers of rows stand in the table alone, and the last
    /// digits of an enormous value too.
    fn columns(&self, width: f64) -> Columns {
        let (most, least, plot): (f64, f64, f64) = if width < 400.0 { (100.0, 110.0, 64.0) } else { (168.0, 124.0, 110.0) };
        let wide = |of: &dyn Fn(&GroupValue) -> f64| self.list.iter().map(of).fold(0.0, f64::max);
        let name = wide(&|g| text_width(&format::label(&g.name, 60), TextStyle::NAME.size, false));
        let is_stacked = name + 20.0 > most;
        let name = if is_stacked { 8.0 } else { (name + 20.0).max(64.0) };
        let room = width - name - plot - 4.0;
        let value = (14.0 + wide(&|g| text_width(&self.value(g), VALUE.size, true))).clamp(68.0, room.max(68.0));
        let n = least.max(value + 10.0 + wide(&|g| text_width(&rows(g.n), TextStyle::AXIS.size, false)));
        Columns { name, is_stacked, value, n: (n <= room).then_some(n) }
    }

    fn value(&self, g: &GroupValue) -> String {
        format::optional(self.unit, g.value, g.n)
    }

    fn range(&self) -> Range {
        let ends = self.list.iter().filter_map(|g| g.interval).flat_map(|(a, b)| [a, b]);
        let all: Vec<f64> = self.list.iter().filter_map(|g| g.value).chain(ends).chain(self.desk).chain(self.target).collect();
        let range = axes::range(self.unit, &all);
        if self.unit == Unit::Share { Range { low: range.low.max(0.0), high: range.high.min(1.0) } } else { range }
    }

    /// Rules with their values below, those that have room.
    fn axis(&self, range: Range, n: f64, (frame, width): (Frame, f64), columns: Columns) -> Vec<Mark> {
        let most = ((frame.right - frame.left) / 48.0) as usize;
        let (mut marks, mut free_from) = (Vec::new(), 0.0);
        for (at, text) in axes::labelled_ticks(self.unit, range, most.clamp(2, 6)) {
            marks.extend(down(at, Ink::Grid, 1.0, &columns.spans(n)));
            let style = TextStyle::AXIS.anchored(Anchor::Middle);
            let (x, half) = (place(at, range, (frame.left, frame.right)), text_width(&text, style.size, false) / 2.0);
            if x - half >= free_from && x + half <= width {
                free_from = x + half + 8.0;
                marks.push(Mark::Label { at: (at, n - 0.5), shift: (0.0, 14.0), text, style });
            }
        }
        marks
    }

    /// What stands above the plot for the desk's line and the target's: the left one's label ends at its line, the right one's
    /// starts there, both inside the picture; one above the other where there is no room for both.
    fn reference_labels(&self, range: Range, span: (f64, f64), width: f64) -> Vec<Reference> {
        let of = |v: f64, text: String, ink: Ink, line: f64| {
            let text = if range.holds(v) { text } else { format!("{text} →") };
            let long = text_width(&text, TextStyle::AXIS.size, false);
            Reference { value: v, text, ink, line, x: place(range.clamp(v), range, span), long, start: 0.0, up: 9.0 }
        };
        let desk = self.desk.map(|v| of(v, say!("Desk {value}", value = format::value(self.unit, v)), Ink::Desk, 1.6));
        let target = self.target.map(|v| of(v, say!("Target {v}", v = format::bare_target(self.unit, v)), Ink::Target, 1.2));
        let mut all: Vec<Reference> = desk.into_iter().chain(target).collect();
        all.sort_by(|a, b| a.value.total_cmp(&b.value));
        match all.as_mut_slice() {
            [one] => one.start = (one.x - one.long / 2.0).min(width - one.long).max(0.0),
            [left, right] if left.long + right.long + 12.0 <= width => {
                left.start = (left.x - 2.0 - left.long).min(width - right.long - left.long - 12.0).max(0.0);
                right.start = (right.x + 2.0).min(width - right.long).max(left.start + left.long + 4.0);
            }
            [left, right] => {
                left.start = (left.x - 2.0 - left.long).max(0.0);
                right.start = (right.x + 2.0).min(width - right.long).max(0.0);
                right.up = 25.0;
            }
            _ => {}
        }
        all
    }

    fn row(&self, group: &GroupValue, (y, width): (f64, f64), range: Range, columns: Columns) -> Vec<Mark> {
        let name = |room: f64| fit(&group.name, room, TextStyle::NAME.size, false);
        let (name, style, shift) = if columns.is_stacked {
            (name(width - 4.0), TextStyle::NAME, (-columns.name, -ABOVE))
        } else {
            (name(columns.name - 18.0), TextStyle::NAME.anchored(Anchor::End), (-12.0, 0.0))
        };
        let mut marks = vec![Mark::Label { at: (range.low, y), shift, text: name, style }];
        let y = if columns.is_stacked { y + BELOW / STACKED } else { y };
        let end = |shift: f64, text: String, style: TextStyle| Mark::Label {
            at: (range.high, y),
            shift: (shift, 0.0),
            text,
            style: style.anchored(Anchor::End),
        };
        let Some(v) = group.value.filter(|v| v.is_finite()) else {
            marks.push(end(columns.value, say!("no data").to_owned(), TextStyle::AXIS));
            return marks;
        };
        if let Some((low, high)) = group.interval {
            let points = vec![(range.clamp(low), y), (range.clamp(high), y)];
            marks.push(Mark::Line { points, ink: Ink::Desk, width: 1.6 });
        }
        let shape = if v > range.high { Shape::Triangle } else { Shape::Circle };
        marks.push(Mark::Dot { at: (range.clamp(v), y), shape, radius: 4.2, ink: Ink::Text });
        marks.push(end(columns.value, fit(&self.value(group), columns.value - 14.0, VALUE.size, true), VALUE));
        marks.extend(columns.n.map(|n| end(n, rows(group.n), TextStyle::AXIS)));
        marks
    }
}

/// A value's place between the edges of the plot, CSS pixels.
fn place(v: f64, range: Range, (left, right): (f64, f64)) -> f64 {
    left + (v - range.low) / (range.high - range.low) * (right - left)
}

/// The lines of the desk and the target, and their labels.
fn references(labels: &[Reference], range: Range, n: f64, columns: Columns) -> Vec<Mark> {
    let mut marks = Vec::new();
    for l in labels {
        let x = range.clamp(l.value);
        if range.holds(l.value) {
            marks.extend(down(x, l.ink, l.line, &columns.spans(n)));
        }
        marks.push(Mark::Label { at: (x, -0.5), shift: (l.start - l.x, -l.up), text: l.text.clone(), style: TextStyle::AXIS });
    }
    marks
}

/// A line down the plot at a value.
fn down(at: f64, ink: Ink, width: f64, spans: &[(f64, f64)]) -> impl Iterator<Item = Mark> {
    spans.iter().map(move |(from, to)| Mark::Line { points: vec![(at, *from), (at, *to)], ink, width })
}

fn rows(n: u64) -> String {
    format!("n\u{a0}{}", format::count(n))
}
