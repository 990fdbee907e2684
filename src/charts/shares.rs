//! How a total divides into parts: one bar a row, the share written inside where it has room, the total beside it.
//!
//! A bar shows what the title is about: all bars are 100 % long where that is how rows divide, as long as their totals where it is how
//! much each has, and pale but for their first part where it is that part alone. Owns the fills of the parts: steps of lightness with
//! thin gaps, the last one striped, so that they differ without colour.

use super::Chart;
use super::figure::{Anchor, DataTable, Figure, Frame, Ink, Mark, TextStyle, fit, text_width};
use super::fill::{self, Fill};
use crate::format;
use crate::say;
use crate::scorecard::{ShareRow, SharesAbout, Unit};

/// Rows drawn at most; the table has all.
const DRAWN: usize = 28;
/// Rows told in the description.
const TOLD: usize = 3;
/// Smallest share written inside its bar.
const WRITTEN: f64 = 0.08;
/// Air between the parts of a bar, CSS pixels.
const GAP: f64 = 1.5;
/// Room of a name that is not text: the gap to the bar, and air for wide letters.
const NAME_AIR: f64 = 17.0;
/// Widest text of a total.
const TOTAL: f64 = 96.0;

/// Fill of the part at a place, and the colour of text on it.
pub(super) const FILLS: [(Fill, Ink); 5] = [
    (Fill::Solid(Ink::Text), Ink::Paper),
    (Fill::Solid(Ink::LineTwo), Ink::Paper),
    (Fill::Veil(Ink::LineTwo, 0.5), Ink::Text),
    (Fill::Veil(Ink::Desk, 0.28), Ink::Text),
    (Fill::Striped(Ink::Desk), Ink::Text),
];

/// The same where the first part is what it is about: the others are there to be the rest.
pub(super) const PALE: [(Fill, Ink); 5] = [
    (Fill::Solid(Ink::Text), Ink::Paper),
    (Fill::Veil(Ink::Desk, 0.32), Ink::Text),
    (Fill::Veil(Ink::Desk, 0.18), Ink::Text),
    (Fill::Veil(Ink::Desk, 0.08), Ink::Text),
    (Fill::Hollow(Ink::Desk), Ink::Text),
];

/// The data of a shares chart.
#[derive(Debug)]
pub(super) struct Shares<'a> {
    pub(super) parts: &'a [String],
    pub(super) rows: &'a [ShareRow],
    pub(super) unit: Unit,
    pub(super) about: SharesAbout,
}

/// Where a row has its name, its bar and its total.
#[derive(Debug, Clone, Copy)]
struct Columns {
    /// Edges of the bars.
    bar: (f64, f64),
    /// Right ends of the total and of the number of tickets.
    ends: (f64, f64),
    /// Room for the name.
    name: f64,
    /// Height of a row, and of the bar in it.
    row: (f64, f64),
    /// Whether name and total stand above the bar.
    is_stacked: bool,
}

impl Chart for Shares<'_> {
    fn figure(&self, width: f64) -> Figure {
        let columns = self.columns(width);
        let (mut y, mut marks) = self.legend(width);
        for row in self.drawn() {
            marks.extend(self.row(row, y, columns));
            y += columns.row.0;
        }
        if self.rows.is_empty() || self.parts.is_empty() {
            let style = TextStyle::NAME.anchored(Anchor::Middle).inked(Ink::Muted);
            marks.push(Mark::Label { at: (width / 2.0, y + 20.0), shift: (0.0, 0.0), text: say!("nothing to divide").to_owned(), style });
            y += 40.0;
        }
        let height = y + 4.0;
        Figure { width, height, panels: vec![fill::sheet(width, height, marks)], ..Figure::default() }
    }

    fn desc(&self) -> String {
        let parts: Vec<String> = self.parts.iter().map(|p| format::label(p, 40)).collect();
        let (rows, of) = (self.rows.len(), parts.join(", "));
        let mut text = match self.about {
            SharesAbout::Totals => say!("Bars as long as their totals for {rows} rows, each divided into {parts}. ", rows, parts = of),
            _ => say!("Bars of 100\u{a0}% for {rows} rows, each divided into {parts}. ", rows, parts = of),
        };
        for row in self.rows.iter().take(TOLD) {
            let values = self.values(row);
            let total = total(&values);
            let shares: Vec<String> = parts.iter().zip(&values).map(|(p, v)| format!("{p} {}", of_total(*v, total))).collect();
            let total = format::value(self.unit, total);
            text.push_str(&say!(
                "{name}: {shares}; total {total}, {n}. ",
                name = format::label(&row.name, 60),
                shares = shares.join(", "),
                total,
                n = tickets(row.n)
            ));
        }
        match self.rows.len().saturating_sub(DRAWN) {
            0 => {}
            more => {
                text.push_str(&say!("The picture has the first {drawn} rows and {more} more are in the table. ", drawn = DRAWN, more));
            }
        }
        text + say!("The numbers are in the table below.")
    }

    fn table(&self) -> DataTable {
        let mut columns = vec![say!("Row").to_owned()];
        columns.extend(self.parts.iter().map(|p| format::label(p, 40)));
        columns.extend([say!("Total").to_owned(), say!("Tickets").to_owned()]);
        let row = |r: &ShareRow| {
            let values = self.values(r);
            let total = total(&values);
            let cell = |v: &f64| format!("{} ({})", format::value(self.unit, *v), of_total(*v, total));
            let mut cells = vec![format::label(&r.name, 120)];
            cells.extend(values.iter().map(cell));
            cells.extend([format::value(self.unit, total), format::count(r.n)]);
            cells
        };
        DataTable { columns, rows: self.rows.iter().map(row).collect() }
    }

    fn key(&self) -> String {
        let said = match self.about {
            _ if self.drawn().next().is_none() => "",
            SharesAbout::Division => say!("each bar is all of its row’s total"),
            SharesAbout::Totals => say!("length: the row’s total"),
            SharesAbout::FirstPart => say!("each bar is all of its row’s total; in figures: the dark part"),
        };
        said.to_owned()
    }

    fn subtitle(&self, given: &str) -> String {
        match self.rows.len().saturating_sub(DRAWN) {
            0 => given.to_owned(),
            more if given.is_empty() => say!("… and {more} more in the numbers", more),
            more => say!("{given} · … and {more} more in the numbers", given = format::label(given, 240), more),
        }
    }
}

impl Shares<'_> {
    fn drawn(&self) -> impl Iterator<Item = &ShareRow> {
        self.rows.iter().take(if self.parts.is_empty() { 0 } else { DRAWN })
    }

    /// A value for each part; what is no amount is none.
    fn values(&self, row: &ShareRow) -> Vec<f64> {
        let of = |i: usize| row.values.get(i).copied().filter(|v| v.is_finite() && *v > 0.0).unwrap_or(0.0);
        (0..self.parts.len()).map(of).collect()
    }

    /// What stands beside a bar: its total, or how much of it the first part is.
    fn beside(&self, row: &ShareRow) -> String {
        let values = self.values(row);
        let text = match self.about {
            SharesAbout::FirstPart => part_of(values.first().copied().unwrap_or(0.0), total(&values), row.n),
            SharesAbout::Division | SharesAbout::Totals => format::value(self.unit, total(&values)),
        };
        fit(&text, TOTAL, TextStyle::VALUE.size, true)
    }

    /// Fill of the part at a place, and the colour of text on it.
    fn look(&self, i: usize) -> (Fill, Ink) {
        let fills = if self.about == SharesAbout::FirstPart { &PALE } else { &FILLS };
        fills[i % fills.len()]
    }

    /// How much of the room a row's bar takes.
    fn length(&self, row: &ShareRow) -> f64 {
        let of = |r: &ShareRow| total(&self.values(r));
        let longest = self.drawn().map(of).filter(|t| t.is_finite()).fold(0.0, f64::max);
        if self.about == SharesAbout::Totals && longest > 0.0 { (of(row) / longest).min(1.0) } else { 1.0 }
    }

    fn columns(&self, width: f64) -> Columns {
        let wide = |of: &dyn Fn(&ShareRow) -> f64| self.drawn().map(of).fold(0.0, f64::max);
        let n = wide(&|r| text_width(&tickets(r.n), TextStyle::AXIS.size, false));
        let total = wide(&|r| text_width(&self.beside(r), TextStyle::VALUE.size, true));
        let ends = (width - n - 10.0, width - 2.0);
        if width < 400.0 {
            return Columns { bar: (0.0, width), ends, name: ends.0 - total - 10.0, row: (45.0, 18.0), is_stacked: true };
        }
        let name = (wide(&|r| text_width(&format::label(&r.name, 60), TextStyle::NAME.size, false)) + NAME_AIR).clamp(48.0, 156.0);
        Columns { bar: (name, ends.0 - total - 10.0), ends, name: name - NAME_AIR, row: (29.0, 19.0), is_stacked: false }
    }

    /// The parts' names with their fills, in as many lines as they need, and where the rows begin.
    fn legend(&self, width: f64) -> (f64, Vec<Mark>) {
        let (mut x, mut y, mut marks) = (0.0, 10.0, Vec::new());
        for (i, part) in self.parts.iter().enumerate() {
            let text = fit(part, width - 24.0, TextStyle::AXIS.size, false);
            let wide = 18.0 + text_width(&text, TextStyle::AXIS.size, false);
            if x > 0.0 && x + wide > width {
                (x, y) = (0.0, y + 18.0);
            }
            marks.extend(fill::boxed(Frame { left: x, right: x + 13.0, top: y - 6.5, bottom: y + 6.5 }, self.look(i).0));
            marks.push(Mark::Label { at: (x + 18.0, y), shift: (0.0, 0.0), text, style: TextStyle::AXIS.inked(Ink::Text) });
            x += wide + 14.0;
        }
        (if self.parts.is_empty() { 4.0 } else { y + 17.0 }, marks)
    }

    fn row(&self, row: &ShareRow, top: f64, c: Columns) -> Vec<Mark> {
        let text = |x: f64, y: f64, text: String, style: TextStyle| Mark::Label { at: (x, y), shift: (0.0, 0.0), text, style };
        let bar_top = top + if c.is_stacked { 19.0 } else { (c.row.0 - c.row.1) / 2.0 };
        let right = c.bar.0 + (c.bar.1 - c.bar.0) * self.length(row);
        let frame = Frame { left: c.bar.0, right, top: bar_top, bottom: bar_top + c.row.1 };
        let line = if c.is_stacked { top + 9.0 } else { f64::midpoint(frame.top, frame.bottom) };
        let name = fit(&row.name, c.name, TextStyle::NAME.size, false);
        let (x, anchor) = if c.is_stacked { (0.0, Anchor::Start) } else { (c.bar.0 - 10.0, Anchor::End) };
        let mut marks = vec![text(x, line, name, TextStyle::NAME.anchored(anchor))];
        marks.push(text(c.ends.0, line, self.beside(row), TextStyle { size: 12.5, ..TextStyle::VALUE }.anchored(Anchor::End)));
        marks.push(text(c.ends.1, line, tickets(row.n), TextStyle::AXIS.anchored(Anchor::End)));
        marks.extend(self.bar(&self.values(row), frame));
        marks
    }

    /// A bar of all its values; a line where there is no total.
    fn bar(&self, values: &[f64], frame: Frame) -> Vec<Mark> {
        let total = total(values);
        let middle = f64::midpoint(frame.top, frame.bottom);
        if total <= 0.0 || !total.is_finite() {
            let points = vec![(frame.left, middle), (frame.right, middle)];
            return vec![Mark::Line { points, ink: Ink::Grid, width: 1.2 }];
        }
        let (mut marks, mut labels, mut before) = (Vec::new(), Vec::new(), 0.0);
        let x = |sum: f64| frame.left + (sum / total).min(1.0) * (frame.right - frame.left);
        for (i, v) in values.iter().enumerate().filter(|(_, v)| **v > 0.0) {
            let (left, right) = (x(before), x(before + v));
            before += v;
            let right = if right + 0.01 < frame.right { (right - GAP).max(left + 0.6) } else { right };
            let (fill, ink) = self.look(i);
            marks.extend(fill::boxed(Frame { left, right, ..frame }, fill));
            let text = of_total(*v, total);
            let is_beside = self.about == SharesAbout::FirstPart && i == 0;
            if !is_beside && v / total >= WRITTEN && text_width(&text, 12.0, false) + 4.0 <= right - left {
                let (x, wide) = (f64::midpoint(left, right), text_width(&text, 12.0, false));
                if matches!(fill, Fill::Striped(_)) {
                    let behind =
                        Frame { left: x - wide / 2.0 - 3.0, right: x + wide / 2.0 + 3.0, top: frame.top + 2.0, bottom: frame.bottom - 2.0 };
                    labels.extend(fill::boxed(behind, Fill::Solid(Ink::Paper)));
                }
                let style = TextStyle::AXIS.anchored(Anchor::Middle).inked(ink);
                labels.push(Mark::Label { at: (x, middle), shift: (0.0, 0.0), text, style });
            }
        }
        marks.append(&mut labels);
        marks
    }
}

fn total(values: &[f64]) -> f64 {
    values.iter().sum()
}

/// A part's share of its row: a first part may be small everywhere, so it is told as closely as the row's tickets allow.
fn part_of(v: f64, total: f64, tickets: u64) -> String {
    format::optional(Unit::Share, (total > 0.0).then(|| v / total), tickets)
}

/// A value's share in whole percent.
fn of_total(v: f64, total: f64) -> String {
    format::optional(Unit::Share, (total > 0.0).then(|| v / total), 1)
}

fn tickets(n: u64) -> String {
    say!(n => "{n}\u{a0}ticket", "{n}\u{a0}tickets", n = format::count(n))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BAR: Frame = Frame { left: 100.0, right: 300.0, top: 0.0, bottom: 18.0 };

    /// Left and right edge of the boxes of a bar.
    fn boxes(values: &[f64]) -> Vec<(f64, f64)> {
        let edges = |m: &Mark| match m {
            Mark::Area { points, .. } if (points[2].1 - points[0].1 - 18.0).abs() < 1e-9 => Some((points[0].0, points[1].0)),
            _ => None,
        };
        shares(&[], SharesAbout::Division).bar(values, BAR).iter().filter_map(edges).collect()
    }

    fn shares(rows: &[ShareRow], about: SharesAbout) -> Shares<'_> {
        Shares { parts: &[], rows, unit: Unit::Count, about }
    }

    #[test]
    fn a_bar_is_divided_as_its_values_are() {
        assert_eq!(boxes(&[1.0, 3.0]), [(100.0, 150.0 - GAP), (150.0, 300.0)]);
        assert_eq!(boxes(&[0.0, 5.0, 0.0]), [(100.0, 300.0)]);
        assert!(boxes(&[]).is_empty() && boxes(&[0.0; 5]).is_empty());
    }

    #[test]
    fn bars_show_what_the_title_is_about() {
        let parts = ["waiting".to_owned(), "at work".to_owned()];
        let row = |values: [f64; 2]| ShareRow { name: "A".into(), page: None, n: 400, values: values.to_vec() };
        let rows = [row([1.0, 99.0]), row([0.0, 50.0])];
        let of = |about| Shares { parts: &parts, about, ..shares(&rows, about) };
        let lengths = |about| rows.each_ref().map(|r| of(about).length(r));
        assert_eq!((lengths(SharesAbout::Division), lengths(SharesAbout::Totals)), ([1.0, 1.0], [1.0, 0.5]));
        assert_eq!(rows.each_ref().map(|r| of(SharesAbout::FirstPart).beside(r)), ["1\u{a0}%", "0\u{a0}%"]);
        assert_eq!(rows.each_ref().map(|r| of(SharesAbout::Totals).beside(r)), ["100", "50"]);
    }

    proptest! {
        #[test]
        fn boxes_follow_each_other_and_fill_the_bar(values in proptest::collection::vec(prop_oneof![Just(0.0), 0.0..1e9f64], 1..=5)) {
            let found = boxes(&values);
            prop_assert_eq!(found.len(), values.iter().filter(|v| **v > 0.0).count());
            for (left, right) in &found {
                prop_assert!(*left >= BAR.left - 1e-9 && left < right && *right <= BAR.right + 0.61, "{:?}", found);
            }
            for pair in found.windows(2) {
                prop_assert!(pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].0 + 0.61, "{:?}", found);
            }
        }
    }
}
