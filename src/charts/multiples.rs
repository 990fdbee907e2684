//! The same measure of many groups: a small line chart a group, all on one scale, each with its name and its newest value.

use super::Chart;
use super::axes;
use super::figure::{Anchor, DataTable, Figure, Frame, Ink, Mark, Panel, Range, Shape, TextStyle, fit, text_width};
use super::trend::named;
use crate::format;
use crate::say;
use crate::scorecard::{Point, SmallPanel, Unit};

/// Panels drawn at most; the table has all.
const DRAWN: usize = 12;
/// Height of a line, and of a panel with its name above and air below, CSS pixels.
const LINE: f64 = 46.0;
const PANEL: f64 = LINE + 40.0;
/// Between two panels of a row.
const GAP: f64 = 22.0;
/// Above a line: the name and the newest value.
const HEAD: f64 = 22.0;

const VALUE: TextStyle = TextStyle { size: 12.5, ..TextStyle::VALUE };

/// The data of small multiples.
#[derive(Debug)]
pub(super) struct Multiples<'a> {
    pub(super) unit: Unit,
    pub(super) panels: &'a [SmallPanel],
}

impl Chart for Multiples<'_> {
    fn figure(&self, width: f64) -> Figure {
        let columns = if width < 400.0 { 2 } else { 3 };
        let wide = (width - GAP * (columns - 1) as f64) / columns as f64;
        let (axis, range) = (self.axis(), self.range());
        let place = |i: usize| {
            let (left, top) = ((i % columns) as f64 * (wide + GAP), (i / columns) as f64 * PANEL + HEAD);
            Frame { left, right: left + wide, top, bottom: top + LINE }
        };
        let mut panels: Vec<Panel> =
            self.drawn().enumerate().map(|(i, p)| self.panel(&axes::aligned(&axis, &p.points), &p.name, (range, place(i)))).collect();
        if panels.is_empty() {
            panels.push(nothing(width));
        }
        let height = panels.len().div_ceil(columns) as f64 * PANEL;
        Figure { width, height, panels, ..Figure::default() }
    }

    fn desc(&self) -> String {
        let latest = |p: &SmallPanel| {
            let (name, newest) = (format::label(&p.name, 60), newest(&p.points));
            newest.map_or_else(
                || format!("{name}: {}", say!("no data")),
                |(_, p)| format!("{name}: {}", format::optional(self.unit, p.value, p.n)),
            )
        };
        let all: Vec<String> = self.drawn().map(latest).collect();
        say!(
            "{n} small line charts on one scale. Newest values: {values}. The numbers are in the table below.",
            n = all.len(),
            values = all.join("; ")
        )
    }

    fn table(&self) -> DataTable {
        let axis = self.axis();
        let names = self.panels.iter().map(|p| format::label(&p.name, 60));
        let of = |p: &SmallPanel, period: &Point| {
            let found = p.points.iter().find(|q| q.period == period.period);
            found.map_or_else(|| format::NO_DATA.to_owned(), |q| format::optional(self.unit, q.value, q.n))
        };
        let row = |period: &Point| [named(period)].into_iter().chain(self.panels.iter().map(|p| of(p, period))).collect();
        DataTable { columns: [say!("Period").to_owned()].into_iter().chain(names).collect(), rows: axis.iter().map(row).collect() }
    }

    fn key(&self) -> String {
        let range = self.range();
        let has_any = self.panels.iter().any(|p| newest(&p.points).is_some());
        let (low, high) = (format::value(self.unit, range.low), format::value(self.unit, range.high));
        let scale = say!("one scale for all, from {low} to {high}", low, high);
        let has_partial = self.drawn().any(|p| newest(&p.points).is_some_and(|(_, p)| p.is_partial));
        match (has_any, has_partial) {
            (false, _) => String::new(),
            (_, true) => format!("{scale}; {}", say!("○\u{a0}not complete yet")),
            _ => scale,
        }
    }

    fn subtitle(&self, given: &str) -> String {
        match self.panels.len() {
            all if all <= DRAWN => given.to_owned(),
            all => say!("{given}; {drawn} of {all} are drawn", given, drawn = DRAWN, all),
        }
    }
}

impl Multiples<'_> {
    fn drawn(&self) -> impl Iterator<Item = &SmallPanel> {
        self.panels.iter().take(DRAWN)
    }

    /// Every period of any group.
    fn axis(&self) -> Vec<Point> {
        axes::periods(&self.panels.iter().map(|p| p.points.as_slice()).collect::<Vec<_>>())
    }

    fn range(&self) -> Range {
        axes::range(self.unit, &self.drawn().flat_map(|p| axes::values(&p.points)).collect::<Vec<_>>())
    }

    fn panel(&self, points: &[Point], name: &str, (range, frame): (Range, Frame)) -> Panel {
        let x = axes::period_span(points.len());
        let wide = frame.right - frame.left;
        let newest = newest(points);
        let said = newest.map_or_else(|| say!("no data").to_owned(), |(_, p)| format::optional(self.unit, p.value, p.n));
        let value = fit(&said, wide * 0.66, VALUE.size, true);
        let room = wide - text_width(&value, VALUE.size, true) - 10.0;
        let label = |x: f64, text: String, style: TextStyle| Mark::Label { at: (x, range.high), shift: (0.0, -12.0), text, style };
        let mut marks = vec![
            Mark::Line { points: vec![(x.0, range.low), (x.1, range.low)], ink: Ink::Grid, width: 1.0 },
            label(x.0, fit(name, room, TextStyle::NAME.size, false), TextStyle::NAME),
            label(x.1, value, VALUE.anchored(Anchor::End)),
        ];
        for part in axes::segments(points, range) {
            marks.push(match part.as_slice() {
                [at] => Mark::Dot { at: *at, shape: Shape::Circle, radius: 1.4, ink: Ink::Desk },
                _ => Mark::Line { points: part, ink: Ink::Desk, width: 1.5 },
            });
        }
        if let Some((i, p)) = newest {
            let shape = if p.is_partial { Shape::Hollow } else { Shape::Circle };
            marks.push(Mark::Dot { at: (i as f64, range.clamp(p.value.unwrap_or_default())), shape, radius: 2.6, ink: Ink::Text });
        }
        Panel { frame, x, y: (range.low, range.high), marks }
    }
}

/// The newest point with a value, and its place.
fn newest(points: &[Point]) -> Option<(usize, &Point)> {
    points.iter().enumerate().rfind(|(_, p)| p.value.is_some_and(f64::is_finite))
}

fn nothing(width: f64) -> Panel {
    let frame = Frame { left: 0.0, right: width, top: HEAD, bottom: HEAD + LINE };
    let style = TextStyle::NAME.anchored(Anchor::Middle).inked(Ink::Muted);
    let label = Mark::Label { at: (0.5, 0.5), shift: (0.0, 0.0), text: say!("no groups").to_owned(), style };
    Panel { frame, x: (0.0, 1.0), y: (0.0, 1.0), marks: vec![label] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(period: &str, value: Option<f64>) -> Point {
        Point { period: period.to_owned(), short: period.to_owned(), value, n: 9, is_partial: false }
    }

    #[test]
    fn groups_share_periods_and_scale_and_the_table_has_those_that_are_not_drawn() {
        let panel = |i: usize| SmallPanel {
            name: format!("G{i}"),
            points: vec![point("2026-01", Some(i as f64)), point("2026-02", (i > 0).then_some(2.0))],
        };
        let panels: Vec<SmallPanel> = (0..14).map(panel).collect();
        let chart = Multiples { unit: Unit::Count, panels: &panels };
        let figure = chart.figure(520.0);
        assert_eq!(figure.panels.len(), 12);
        assert!(figure.panels.windows(2).all(|p| p[0].y == p[1].y && p[0].x == p[1].x));
        let table = chart.table();
        assert_eq!((table.columns.len(), table.rows.len()), (15, 2));
        assert_eq!((table.rows[1][1].as_str(), table.rows[0][14].as_str()), (format::NO_DATA, "13"));
        assert_eq!(chart.subtitle("S"), "S; 12 of 14 are drawn");
        assert!(chart.key().starts_with("one scale for all, from 0 to "), "{}", chart.key());
    }

    #[test]
    fn no_groups_and_groups_without_data_are_told() {
        assert_eq!(Multiples { unit: Unit::Share, panels: &[] }.figure(340.0).panels.len(), 1);
        let panels = [SmallPanel { name: "A".to_owned(), points: vec![point("2026-01", None)] }];
        let chart = Multiples { unit: Unit::Share, panels: &panels };
        assert!(chart.desc().contains("A: no data") && chart.key().is_empty());
    }
}
