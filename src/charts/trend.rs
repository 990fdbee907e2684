//! A metric over time: the subject's line, the desk's behind it, the target, the usual range with its signals, dated events.

use super::Chart;
use super::axes::{self, EndLabel, Look};
use super::control::{self, Limits};
use super::events::{self, Event, EventLabel};
use super::figure::{DataTable, Figure, Frame, Ink, Mark, Panel, Range, TextStyle, fit, text_width};
use super::layout::first_that_fits;
use crate::format;
use crate::say;
use crate::scorecard::{ControlPoint, Point, Unit, Variation};

/// Room right of a plot that is not text.
const AIR: f64 = 12.0;

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
    /// On the same periods as `points`.
    pub(super) limits: Option<Limits>,
}

impl Chart for Trend<'_> {
    fn figure(&self, width: f64) -> Figure {
        let range = self.range();
        let margin = self.margin(width, range);
        let (left, right) = (axes::left_margin(self.unit, range, 5), width - margin);
        let events = self.dated();
        let labels = self.placed(&events, (left, right), width);
        let head = events::head(&labels);
        let frame = Frame { left, right, top: head, bottom: head + 178.0 };
        let x = axes::period_span(self.points.len());
        let mut marks = self.limits.as_ref().map_or_else(Vec::new, |l| l.band(range));
        marks.extend(axes::rules(self.unit, range, x, 5));
        marks.extend(axes::period_labels(&self.points, frame, range.low));
        marks.extend(events::marks(&events, &labels, range, frame));
        if let Some(t) = self.target.filter(|t| range.holds(*t)) {
            marks.push(Mark::Line { points: vec![(x.0, t), (x.1, t)], ink: Ink::Target, width: 1.2 });
        }
        marks.extend(self.lines(range, frame));
        marks.extend(axes::end_labels(self.end_labels(range, margin - AIR), range, frame, x.1));
        if axes::values(&self.points).next().is_none() {
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
        match last(&self.points) {
            None => text.push_str(say!("No data in these periods. ")),
            Some(p) => {
                let (low, high) = axes::values(&self.points).fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
                let of = |v| format::value_of(self.unit, v, p.n);
                let value = format::optional(self.unit, p.value, p.n);
                text.push_str(&say!(
                    "Latest {value} in {period} (n {n}); lowest {low}, highest {high}. ",
                    value,
                    period = p.short,
                    n = format::count(p.n),
                    low = of(low),
                    high = of(high)
                ));
            }
        }
        if let Some(p) = last(&self.desk) {
            text.push_str(&say!("Desk {value}. ", value = format::optional(self.unit, p.value, p.n)));
        }
        if let Some(t) = self.target {
            text.push_str(&say!("Target {target}. ", target = format::target(self.unit, t, self.is_lower_better)));
        }
        text.push_str(&self.signals_in_words());
        if self.points.iter().any(|p| p.is_partial) {
            text.push_str(say!("Hollow points are periods not complete yet. "));
        }
        text.truncate(text.trim_end().len());
        text
    }

    fn table(&self) -> DataTable {
        let dated = self.dated();
        let mut columns = vec![say!("Period"), say!("Value"), "n"];
        columns.extend((!self.desk.is_empty()).then_some(say!("Desk")));
        columns.extend(self.limits.iter().flat_map(|_| [say!("Centre"), say!("Low"), say!("High"), say!("Signal")]));
        columns.extend((!dated.is_empty()).then_some(say!("What happened")));
        let row = |(i, p): (usize, &Point)| {
            let mut row = vec![named(p), format::optional(self.unit, p.value, p.n), format::count(p.n)];
            row.extend(self.desk.get(i).map(|d| format::optional(self.unit, d.value, d.n)));
            row.extend(self.limits.iter().flat_map(|l| self.limit_cells(l, i, p.n)));
            row.extend((!dated.is_empty()).then(|| happened(&dated, i)));
            row
        };
        DataTable { columns: columns.into_iter().map(str::to_owned).collect(), rows: self.points.iter().enumerate().map(row).collect() }
    }

    fn key(&self) -> String {
        let signals: Vec<Variation> = self.signals().map(|s| s.1).collect();
        let mut parts = control::key(&signals);
        parts.extend(self.limits.as_ref().map(|l| say!("band: where usual periods lie ({method})", method = l.method)));
        if self.points.iter().chain(&self.desk).any(|p| p.is_partial && p.value.is_some()) {
            parts.push(say!("○\u{a0}not complete yet").to_owned());
        }
        parts.join(" · ")
    }
}

impl Trend<'_> {
    /// Room right of the plot: what the labels there need.
    fn margin(&self, width: f64, range: Range) -> f64 {
        let (least, most) = if width < 400.0 { (92.0, 124.0) } else { (124.0, 152.0) };
        let wide = |l: &EndLabel| text_width(&l.text, l.style.size, l.style.is_bold);
        (self.end_labels(range, most - AIR).iter().map(wide).fold(0.0, f64::max) + AIR).clamp(least, most)
    }

    fn range(&self) -> Range {
        let limits = self.limits.iter().flat_map(Limits::values);
        let known: Vec<f64> = axes::values(&self.points).chain(axes::values(&self.desk)).chain(self.target).chain(limits).collect();
        axes::range(self.unit, &known)
    }

    /// The desk's line, the subject's above it, signals on top.
    fn lines(&self, range: Range, frame: Frame) -> Vec<Mark> {
        let room = frame.right - frame.left;
        let mut marks = axes::series(&self.desk, range, self.unit, Look { ink: Ink::Desk, width: 1.4, dot: 1.8, has_dots: false, room });
        let has_dots = self.points.len() <= 16;
        marks.extend(axes::series(&self.points, range, self.unit, Look { ink: Ink::Text, width: 2.0, dot: 2.4, has_dots, room }));
        marks.extend(self.limits.iter().flat_map(|l| l.signals(&self.points, range)));
        marks
    }

    /// Points that are not common cause.
    fn signals(&self) -> impl Iterator<Item = (&Point, Variation)> {
        let of = |(i, p)| Some((p, self.limits.as_ref()?.signal(&self.points, i)?));
        self.points.iter().enumerate().filter_map(of).filter(|(_, v)| *v != Variation::CommonCause)
    }

    fn signals_in_words(&self) -> String {
        let Some(c) = self.limits.as_ref().and_then(Limits::newest) else { return String::new() };
        let signals: Vec<String> = self.signals().map(|(p, v)| format!("{} {}", p.short, control::words(v))).collect();
        let list = if signals.is_empty() { say!("No point is unlike the usual").to_owned() } else { signals.join(", ") };
        say!("Usual range {c}. {list}. ", c = self.both(c), list)
    }

    /// Both limits, with decimals only where they lie close together.
    fn both(&self, c: &ControlPoint) -> String {
        let n = if c.high - c.low < 0.03 { format::DECIMAL_FROM } else { 1 };
        format::interval(self.unit, (c.low, c.high), n)
    }

    fn limit_cells(&self, limits: &Limits, i: usize, n: u64) -> Vec<String> {
        let c = limits.points.get(i).copied().flatten();
        let of = |v: Option<f64>| format::optional(self.unit, v, n);
        let signal = limits.signal(&self.points, i).map_or(format::NO_DATA, control::words);
        vec![of(c.map(|c| c.centre)), of(c.map(|c| c.low)), of(c.map(|c| c.high)), signal.to_owned()]
    }

    fn end_labels(&self, range: Range, room: f64) -> Vec<EndLabel> {
        let mut labels = Vec::new();
        if let Some(p) = last(&self.points) {
            let value = format::optional(self.unit, p.value, p.n);
            let text = if self.desk.is_empty() { value } else { named_value(&value, self.subject, room) };
            labels.push(EndLabel { at: p.value.unwrap_or_default(), text, style: TextStyle::VALUE });
        }
        if let Some(p) = last(&self.desk) {
            let text = fit(&say!("{value} desk", value = format::optional(self.unit, p.value, p.n)), room, 12.0, false);
            labels.push(EndLabel { at: p.value.unwrap_or_default(), text, style: TextStyle::AXIS });
        }
        if let Some(t) = self.target {
            let beyond = if range.holds(t) { "" } else { "↑ " };
            let text = fit(&say!("{beyond}{target} target", beyond, target = format::bare_target(self.unit, t)), room, 12.0, false);
            labels.push(EndLabel { at: t, text, style: TextStyle::AXIS });
        }
        labels.extend(self.usual_labels(room));
        labels
    }

    /// The newest limits in words: one label at the centre, or, where that is too long, one at each limit.
    fn usual_labels(&self, room: f64) -> Vec<EndLabel> {
        let Some(c) = self.limits.as_ref().and_then(Limits::newest) else { return Vec::new() };
        let style = TextStyle::AXIS;
        let both = self.both(c);
        let wordings = [say!("{both} usual range", both), say!("{both} usual", both)];
        if let Some(text) = wordings.into_iter().find(|text| text_width(text, style.size, false) <= room) {
            return vec![EndLabel { at: c.centre, text, style }];
        }
        let edge = |at: f64, word: &str| {
            let value = format::value_of(self.unit, at, 1);
            EndLabel {
                at,
                text: first_that_fits(&[say!("{value} usual {word}", value, word), format!("{value} {word}")], room, style),
                style,
            }
        };
        vec![edge(c.high, say!("high")), edge(c.low, say!("low"))]
    }

    /// The starts of phases, then the events inside the span; what starts a phase is not told twice.
    fn dated(&self) -> Vec<Event> {
        let phases: Vec<&(usize, String)> = self.limits.iter().flat_map(|l| &l.phases).collect();
        let mut all: Vec<Event> = phases
            .iter()
            .map(|(i, why)| Event { x: *i as f64 - 0.5, text: format!("{} {why}", self.points[*i].short), is_phase: true })
            .collect();
        for (period, text) in self.events {
            let Some(i) = self.points.iter().position(|p| p.period == *period) else { continue };
            if !phases.iter().any(|(at, why)| *at == i && why == text) {
                all.push(Event { x: i as f64, text: text.clone(), is_phase: false });
            }
        }
        all
    }

    fn placed(&self, events: &[Event], (left, right): (f64, f64), width: f64) -> Vec<EventLabel> {
        let span = axes::period_span(self.points.len());
        let px = |x: f64| left + (x.max(span.0) - span.0) / (span.1 - span.0) * (right - left);
        let wanted: Vec<(f64, &str)> = events.iter().map(|e| (px(e.x), e.text.as_str())).collect();
        events::place(&wanted, (left, width))
    }
}

/// What happened in a period, in words: events, and starts of phases, which lie half a step before it.
fn happened(dated: &[Event], i: usize) -> String {
    let is_here = |e: &&Event| (e.x + if e.is_phase { 0.5 } else { 0.0 } - i as f64).abs() < 1e-9;
    let text = |e: &Event| if e.is_phase { say!("{e} (new limits)", e = e.text) } else { e.text.clone() };
    format::label(&dated.iter().filter(is_here).map(text).collect::<Vec<_>>().join("; "), 120)
}

/// The value with the name where there is room for all of it: a part of a name may be that of another.
fn named_value(value: &str, name: &str, room: f64) -> String {
    let all = format!("{value} {}", name.split_whitespace().collect::<Vec<_>>().join(" "));
    let fits = |text: &String| text_width(text, TextStyle::VALUE.size, true) <= room;
    [all, say!("{value} here", value)].into_iter().find(fits).unwrap_or_else(|| value.to_owned())
}

fn last(points: &[Point]) -> Option<&Point> {
    points.iter().rfind(|p| p.value.is_some_and(f64::is_finite))
}

/// A period as a table's row heading.
pub(super) fn named(p: &Point) -> String {
    if p.is_partial { say!("{period} (not complete)", period = p.period) } else { p.period.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_way_to_the_value() {
        assert_eq!(named_value("88 %", "Amira Khan", 300.0), "88 % Amira Khan");
        assert_eq!(named_value("88 %", "Khan, Amira", 80.0), "88 % here");
        assert_eq!(named_value("88 %", "Wolfeschlegelsteinhausenbergerdorff", 30.0), "88 %");
    }
}
