//! A metric over time: the subject's line, the desk's behind it, the target, dated events.

use std::fmt::Write as _;

use super::axes::{self, EndLabel, Look};
use super::figure::{Anchor, DataTable, Figure, Frame, Ink, Mark, Panel, Range, TextStyle, fit, text_width};
use crate::format;
use crate::scorecard::{Point, Unit};

/// The data of a trend.
#[derive(Debug)]
pub(super) struct Trend<'a> {
    pub(super) unit: Unit,
    pub(super) is_lower_better: bool,
    pub(super) subject: &'a str,
    /// On the same periods as `desk`.
    pub(super) points: Vec<Point>,
    /// On the same periods as `points`; empty without a line of the desk.
    pub(super) desk: Vec<Point>,
    pub(super) target: Option<f64>,
    pub(super) events: &'a [(String, String)],
}

impl Trend<'_> {
    pub(super) fn figure(&self, width: f64) -> Figure {
        let range = self.range();
        let margin = if width < 400.0 { 92.0 } else { 124.0 };
        let (left, right) = (axes::left_margin(self.unit, range, 5), width - margin);
        let events = self.placed_events((left, right), width);
        // Event labels stand above the labels at the line ends, which may rise half a line over the plot.
        let head = events.iter().map(|(_, label)| 24.0 + 16.0 * (label.row + 1) as f64).fold(12.0, f64::max);
        let frame = Frame { left, right, top: head, bottom: head + 178.0 };
        let x = axes::period_span(self.points.len());
        let mut marks = axes::rules(self.unit, range, x, 5);
        marks.extend(axes::period_labels(&self.points, frame, range.low));
        marks.extend(event_marks(&events, range, frame));
        if let Some(t) = self.target.filter(|t| range.holds(*t)) {
            marks.push(Mark::Line { points: vec![(x.0, t), (x.1, t)], ink: Ink::Target, width: 1.2 });
        }
        marks.extend(axes::series(&self.desk, range, self.unit, Look { ink: Ink::Desk, width: 1.4, dot: 1.8, has_dots: false }));
        let look = Look { ink: Ink::Text, width: 2.0, dot: 2.4, has_dots: self.points.len() <= 16 };
        marks.extend(axes::series(&self.points, range, self.unit, look));
        marks.extend(axes::end_labels(self.end_labels(range, margin - 12.0), range, frame, x.1));
        if axes::values(&self.points).next().is_none() {
            let at = (f64::midpoint(x.0, x.1), range.low + (range.high - range.low) * 0.3);
            let style = TextStyle::NAME.anchored(Anchor::Middle).inked(Ink::Muted);
            marks.push(Mark::Label { at, shift: (0.0, 0.0), text: "no data in these periods".to_owned(), style });
        }
        let panel = Panel { frame, x, y: (range.low, range.high), marks };
        Figure { width, height: frame.bottom + 28.0, panels: vec![panel], ..Figure::default() }
    }

    fn range(&self) -> Range {
        let known = axes::values(&self.points).chain(axes::values(&self.desk)).chain(self.target);
        axes::range(self.unit, &known.collect::<Vec<f64>>())
    }

    fn end_labels(&self, range: Range, room: f64) -> Vec<EndLabel> {
        let mut labels = Vec::new();
        if let Some(p) = last(&self.points) {
            let value = format::optional(self.unit, p.value, p.n);
            let text = if self.desk.is_empty() { value } else { named_value(&value, self.subject, room) };
            labels.push(EndLabel { at: p.value.unwrap_or_default(), text, style: TextStyle::VALUE });
        }
        if let Some(p) = last(&self.desk) {
            let text = fit(&format!("{} desk", format::optional(self.unit, p.value, p.n)), room, 12.0, false);
            labels.push(EndLabel { at: p.value.unwrap_or_default(), text, style: TextStyle::AXIS });
        }
        if let Some(t) = self.target {
            let beyond = if range.holds(t) { "" } else { "↑ " };
            let text = fit(&format!("{beyond}{} target", format::bare_target(self.unit, t)), room, 12.0, false);
            labels.push(EndLabel { at: t, text, style: TextStyle::AXIS });
        }
        labels
    }

    /// The events inside the span, by position, with their labels; see [`place_events`].
    fn placed_events(&self, (left, right): (f64, f64), width: f64) -> Vec<(usize, EventLabel)> {
        let span = axes::period_span(self.points.len());
        let px = |i: usize| left + (i as f64 - span.0) / (span.1 - span.0) * (right - left);
        let position = |period: &str| self.points.iter().position(|p| p.period == period);
        let known: Vec<(usize, &str)> = self.events.iter().filter_map(|(period, text)| Some((position(period)?, text.as_str()))).collect();
        let wanted: Vec<(f64, &str)> = known.iter().map(|(i, text)| (px(*i), *text)).collect();
        known.iter().map(|k| k.0).zip(place_events(&wanted, (left, width))).collect()
    }

    pub(super) fn desc(&self) -> String {
        let (Some(first), Some(end)) = (self.points.first(), self.points.last()) else {
            return "A line chart without any periods.".to_owned();
        };
        let mut text = format!("Line chart from {} to {}. ", first.period, end.period);
        match last(&self.points) {
            None => text.push_str("No data in these periods. "),
            Some(p) => {
                let (low, high) = axes::values(&self.points).fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
                let of = |v| format::value_of(self.unit, v, p.n);
                let value = format::optional(self.unit, p.value, p.n);
                let _ =
                    write!(text, "Latest {value} in {} (n {}); lowest {}, highest {}. ", p.short, format::count(p.n), of(low), of(high));
            }
        }
        if let Some(p) = last(&self.desk) {
            let _ = write!(text, "Desk {}. ", format::optional(self.unit, p.value, p.n));
        }
        if let Some(t) = self.target {
            let _ = write!(text, "Target {}. ", format::target(self.unit, t, self.is_lower_better));
        }
        if self.points.iter().any(|p| p.is_partial) {
            text.push_str("Hollow points are periods not complete yet. ");
        }
        text.truncate(text.trim_end().len());
        text
    }

    pub(super) fn table(&self) -> DataTable {
        let mut columns = vec!["Period".to_owned(), "Value".to_owned(), "n".to_owned()];
        if !self.desk.is_empty() {
            columns.push("Desk".to_owned());
        }
        let row = |p: &Point| {
            let mut row = vec![named(p), format::optional(self.unit, p.value, p.n), format::count(p.n)];
            if !self.desk.is_empty() {
                let desk = self.desk.iter().find(|d| d.period == p.period);
                row.push(format::optional(self.unit, desk.and_then(|d| d.value), desk.map_or(0, |d| d.n)));
            }
            row
        };
        DataTable { columns, rows: self.points.iter().map(row).collect() }
    }
}

/// A thin line where something happened, up to its label.
fn event_marks(events: &[(usize, EventLabel)], range: Range, frame: Frame) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (i, label) in events {
        let x = *i as f64;
        let dx = if label.anchor == Anchor::End { -4.0 } else { 4.0 };
        let up = 20.0 + 15.0 * label.row as f64;
        let top = range.high + (range.high - range.low) * (up + 5.0) / (frame.bottom - frame.top);
        let style = TextStyle { size: EVENT_SIZE, ..TextStyle::AXIS.anchored(label.anchor) };
        marks.push(Mark::Line { points: vec![(x, range.low), (x, top)], ink: Ink::Desk, width: 0.8 });
        marks.push(Mark::Label { at: (x, range.high), shift: (dx, -up), text: label.text.clone(), style });
    }
    marks
}

const EVENT_SIZE: f64 = 11.5;

/// Where an event's label stands.
#[derive(Debug, Clone, PartialEq)]
struct EventLabel {
    text: String,
    anchor: Anchor,
    row: usize,
}

/// Room a label has taken: its row, its line, its ends.
#[derive(Debug)]
struct Taken {
    row: usize,
    x: f64,
    from: f64,
    to: f64,
}

/// Puts each label left or right of its line, in the lower or the upper row, where it fits into the picture and crosses neither
/// another label nor another event's line; a label for which there is no such place is cut to the room it has.
fn place_events(events: &[(f64, &str)], (left, right): (f64, f64)) -> Vec<EventLabel> {
    let mut taken: Vec<Taken> = Vec::new();
    let mut placed = Vec::new();
    for (i, (x, text)) in events.iter().enumerate() {
        let text = fit(text, (right - left) * 0.7, EVENT_SIZE, false);
        let span = |anchor: Anchor, text: &str| {
            let long = text_width(text, EVENT_SIZE, false) + 8.0;
            if anchor == Anchor::End { (x - long, *x) } else { (*x, x + long) }
        };
        let is_free = |row: usize, anchor: Anchor, text: &str| {
            let (a, b) = span(anchor, text);
            let is_crossed = |other: f64| other > a && other < b;
            let by_line =
                if row == 0 { events.iter().any(|e| is_crossed(e.0)) } else { taken.iter().any(|t| t.row == row && is_crossed(t.x)) };
            let by_label = taken.iter().any(|t| t.row == row && (t.from < b && t.to > a || t.from < *x && t.to > *x));
            a >= left && b <= right && !by_line && !by_label
        };
        let candidates = [(0, Anchor::End), (0, Anchor::Start), (1, Anchor::End), (1, Anchor::Start)];
        let mut shorter = text.clone();
        let (row, anchor) = loop {
            if let Some(found) = candidates.iter().find(|(row, anchor)| is_free(*row, *anchor, &shorter)) {
                break *found;
            }
            let count = shorter.chars().count();
            if count <= 2 {
                break (i % 2, Anchor::Start);
            }
            shorter = format::label(&text, count - 1);
        };
        let (from, to) = span(anchor, &shorter);
        taken.push(Taken { row, x: *x, from, to });
        placed.push(EventLabel { text: shorter, anchor, row });
    }
    placed
}

/// The value with as many words of the name as there is room for.
fn named_value(value: &str, name: &str, room: f64) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let with = |n: usize| format!("{value} {}", words[..n].join(" ").trim_end_matches(','));
    let fits = |text: &String| text_width(text, TextStyle::VALUE.size, true) <= room;
    (1..=words.len()).rev().map(with).find(fits).unwrap_or_else(|| value.to_owned())
}

fn last(points: &[Point]) -> Option<&Point> {
    points.iter().rfind(|p| p.value.is_some_and(f64::is_finite))
}

/// A period as a table's row heading.
pub(super) fn named(p: &Point) -> String {
    if p.is_partial { format!("{} (not complete)", p.period) } else { p.period.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_two_events_stand_on_the_outer_sides_of_their_lines() {
        let placed = place_events(&[(220.0, "New VPN client"), (260.0, "Portal down")], (0.0, 520.0));
        assert_eq!(placed.iter().map(|p| (p.row, p.anchor)).collect::<Vec<_>>(), [(0, Anchor::End), (0, Anchor::Start)]);
        assert!(placed.iter().all(|p| !p.text.ends_with('…')));
    }

    #[test]
    fn a_label_without_room_below_goes_up_and_one_without_any_is_cut() {
        let crowded = [(100.0, "First thing"), (160.0, "The second thing of three"), (220.0, "Third thing")];
        let placed = place_events(&crowded, (0.0, 520.0));
        assert_eq!(placed.iter().map(|p| p.row).collect::<Vec<_>>(), [0, 1, 0], "{placed:?}");
        let placed = place_events(&[(10.0, "The only thing, with a very long label to it")], (0.0, 120.0));
        assert!(placed[0].text.ends_with('…') && placed[0].anchor == Anchor::Start, "{placed:?}");
    }

    #[test]
    fn a_name_gives_way_word_by_word_to_the_value() {
        assert_eq!(named_value("88 %", "Amira Khan", 300.0), "88 % Amira Khan");
        assert_eq!(named_value("88 %", "Khan, Amira", 80.0), "88 % Khan");
        assert_eq!(named_value("88 %", "Wolfeschlegelsteinhausenbergerdorff", 80.0), "88 %");
    }
}
