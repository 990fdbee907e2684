//! How much of the target was used when it ended: bars by share of the target, the target as a line, near misses striped.
//!
//! Owns what is decided: what is open inside the target is drawn, but is no part of any share. Where a near miss begins is the desk's
//! own parameter, and may lie inside a bar.

use std::fmt::Write as _;

use super::Chart;
use super::axes;
use super::figure::{Anchor, DataTable, Figure, Frame, Ink, Mark, Panel, Range, TextStyle, text_width};
use super::fill::{self, Fill};
use super::layout::Plane;
use crate::format;
use crate::say;
use crate::scorecard::{MarginBin, Unit};

/// Height of the bars' plot.
const PLOT: f64 = 150.0;
/// Gap before the bar of all that used more than the axis shows, as a share of the target.
const BREAK: f64 = 0.05;
/// A bar's share of air at each side, CSS pixels.
const AIR: f64 = 0.75;

/// The data of a margins chart.
#[derive(Debug)]
pub(super) struct Margins<'a> {
    pub(super) bins: &'a [MarginBin],
    /// Share of the target from which what was kept was a near miss.
    pub(super) near: f64,
    pub(super) unknown: u64,
}

/// How a promise ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Kept,
    Near,
    Missed,
}

impl Side {
    const ALL: [Self; 3] = [Self::Kept, Self::Near, Self::Missed];

    fn word(self) -> &'static str {
        match self {
            Self::Kept => say!("kept"),
            Self::Near => say!("near miss"),
            Self::Missed => say!("missed"),
        }
    }

    fn fill(self) -> Fill {
        match self {
            Self::Kept => Fill::Veil(Ink::Desk, 0.45),
            Self::Near => Fill::Striped(Ink::Concern),
            Self::Missed => Fill::Solid(Ink::Concern),
        }
    }

    /// Where its label stands, CSS pixels: what is kept at the start of the axis, the others at the target.
    fn place(self, plane: Plane) -> (f64, Anchor) {
        let x = |share: f64| plane.px((share, 0.0)).0;
        match self {
            Self::Kept => (x(0.0) + 2.0, Anchor::Start),
            Self::Near => (x(1.0) - 3.0, Anchor::End),
            Self::Missed => (x(1.0) + 4.0, Anchor::Start),
        }
    }

    /// What it holds as shares of the target: a near miss begins at `near`, and `end` is that of the axis.
    fn span(self, near: f64, end: f64) -> (f64, f64) {
        let near = near.clamp(0.0, 1.0);
        match self {
            Self::Kept => (0.0, near),
            Self::Near => (near, 1.0),
            Self::Missed => (1.0, end),
        }
    }
}

impl Chart for Margins<'_> {
    fn figure(&self, width: f64) -> Figure {
        let most = self.drawn().map(|b| b.count).max().unwrap_or_default();
        let range = Range { low: 0.0, high: most.max(1) as f64 * 1.04 };
        let left = axes::left_margin(Unit::Count, range, 4);
        let span = (left, width - 8.0);
        let (head, mut labels) = self.head(self.plane(span, (0.0, PLOT), range));
        let plane = self.plane(span, (head, head + PLOT), range);
        let mut marks = self.bars(plane);
        let (a, b) = (plane.px((1.0, 0.0)), (plane.px((1.0, 0.0)).0, 4.0));
        marks.push(Mark::Line { points: vec![a, b], ink: Ink::Target, width: 1.4 });
        marks.append(&mut labels);
        marks.extend(self.use_axis(plane));
        if self.drawn().all(|b| b.count == 0) {
            let style = TextStyle::NAME.anchored(Anchor::Middle).inked(Ink::Muted);
            let at = (f64::midpoint(plane.frame.left, plane.frame.right), head + PLOT * 0.4);
            marks.push(Mark::Label {
                at,
                shift: (0.0, 0.0),
                text: say!("nothing with a target").to_owned(),
                style: TextStyle { has_halo: true, ..style },
            });
        }
        let height = plane.frame.bottom + 28.0;
        let rules = axes::rules(Unit::Count, range, plane.x, 4);
        let behind = Panel { frame: plane.frame, x: plane.x, y: (range.low, range.high), marks: rules };
        Figure { width, height, panels: vec![behind, fill::sheet(width, height, marks)], ..Figure::default() }
    }

    fn desc(&self) -> String {
        let c = self.counts();
        let decided = c.decided();
        let mut text = say!("Histogram of the share of the target used: {decided} decided. ", decided = format::count(decided));
        for side in Side::ALL {
            let n = c.of(side);
            let of_all = if c.is_part { String::new() } else { format!(" ({})", share(n, decided)) };
            let _ = write!(text, "{} {}{of_all}. ", format::capital(side.word()), format::count(n));
        }
        text.push_str(&say!("A near miss is one of those kept that used at least {near} of its target. ", near = self.near_words()));
        if c.open_missed > 0 {
            text.push_str(&say!("Of those missed, {open_missed} are still open. ", open_missed = format::count(c.open_missed)));
        }
        if c.open_inside > 0 {
            text.push_str(&say!(
                "{open_inside} more are still open inside the target, which decides nothing yet. ",
                open_inside = format::count(c.open_inside)
            ));
        }
        if let Some(b) = self.drawn().filter(|b| b.count > 0).max_by(|a, b| a.count.cmp(&b.count).then(b.from.total_cmp(&a.from))) {
            text.push_str(&say!("Most lie at {bin}: {b}. ", bin = used(b), b = format::count(b.count)));
        }
        if self.unknown > 0 {
            text.push_str(&say!("{unknown} without a target or times are not shown. ", unknown = format::count(self.unknown)));
        }
        text.truncate(text.trim_end().len());
        text
    }

    fn table(&self) -> DataTable {
        let side = |b: &MarginBin| if is_missed(b) { Side::Missed } else { Side::Kept };
        let row = |b: &MarginBin| {
            vec![used(b), format::count(b.count), format::count(near(b)), format::count(open(b)), side(b).word().to_owned()]
        };
        let columns = [say!("Target used"), "n", say!("Near misses"), say!("Still open"), say!("Part")].map(str::to_owned).to_vec();
        DataTable { columns, rows: self.drawn().map(row).collect() }
    }

    fn key(&self) -> String {
        let c = self.counts();
        let mut parts = Vec::new();
        if c.near > 0 {
            parts.push(say!("striped: near miss, at least {near} of the target used", near = self.near_words()));
        }
        match (c.open_inside, c.open_missed) {
            (0, 0) => {}
            (0, n) => parts.push(say!("hollow: still open, missed already ({n})", n = format::count(n))),
            (n, 0) => parts.push(say!("hollow: still open, in no share ({n})", n = format::count(n))),
            (n, m) => {
                let (n, m) = (format::count(n), format::count(m));
                parts.push(say!("hollow: still open, in no share before the target ({n}), missed behind it ({m})", n, m));
            }
        }
        if self.unknown > 0 {
            parts.push(say!("not shown: {unknown} without a target or times", unknown = format::count(self.unknown)));
        }
        parts.join(" · ")
    }
}

impl Margins<'_> {
    /// Bars with numbers for ends.
    fn drawn(&self) -> impl Iterator<Item = &MarginBin> {
        let is_sound = |b: &&MarginBin| b.from.is_finite() && b.from >= 0.0 && b.to.is_none_or(|to| to.is_finite() && to > b.from);
        self.bins.iter().filter(is_sound)
    }

    fn counts(&self) -> Counts {
        let mut c = Counts { is_part: self.drawn().next().is_some_and(|b| b.from > 1e-9), ..Counts::default() };
        for b in self.drawn() {
            let add = |to: &mut u64, n: u64| *to = to.saturating_add(n);
            if is_missed(b) {
                add(&mut c.missed, b.count);
                add(&mut c.open_missed, open(b));
            } else {
                // A near miss is kept, and counts twice: as what it is, and among all that were.
                add(&mut c.kept, b.count - open(b));
                add(&mut c.near, near(b));
                add(&mut c.open_inside, open(b));
            }
        }
        c
    }

    /// Where near misses begin, as the desk wrote it.
    fn near_words(&self) -> String {
        format::bare_target(Unit::Share, self.near)
    }

    /// Where the axis ends, as a share of the target, before the bar of all beyond it.
    fn end(&self) -> f64 {
        self.drawn().map(|b| b.to.unwrap_or(b.from)).fold(1.2, f64::max)
    }

    /// Width of the bar of all beyond the axis; zero without one.
    fn beyond(&self) -> f64 {
        let narrowest = self.drawn().filter_map(|b| Some(b.to? - b.from)).fold(f64::INFINITY, f64::min);
        let wide = if narrowest.is_finite() { narrowest } else { 0.0 };
        if self.drawn().any(|b| b.to.is_none()) { wide.max(self.end() * 0.05) } else { 0.0 }
    }

    fn plane(&self, (left, right): (f64, f64), (top, bottom): (f64, f64), y: Range) -> Plane {
        let more = self.beyond();
        let x = (0.0, self.end() + if more > 0.0 { BREAK + more } else { 0.0 });
        Plane { frame: Frame { left, right, top, bottom }, x, y }
    }

    /// A bar's edges on the axis.
    fn edges(&self, b: &MarginBin) -> (f64, f64) {
        b.to.map_or_else(|| (self.end() + BREAK, self.end() + BREAK + self.beyond()), |to| (b.from, to))
    }

    fn bars(&self, plane: Plane) -> Vec<Mark> {
        let mut marks = Vec::new();
        for b in self.drawn().filter(|b| b.count > 0) {
            let (from, to) = self.edges(b);
            let (left, right) = (plane.px((from, 0.0)).0 + AIR, plane.px((to, 0.0)).0 - AIR);
            let right = right.max(left + 1.0);
            let (mut below, mut bottom) = (0, plane.frame.bottom);
            for (n, fill) in stack(b).into_iter().filter(|(n, _)| *n > 0) {
                below += n;
                // The smallest part is still to be seen.
                let top = plane.px((0.0, below as f64)).1.min(bottom - 1.5);
                marks.extend(fill::boxed(Frame { left, right, top, bottom }, fill));
                bottom = top;
            }
        }
        marks
    }

    /// Height of the room above the plot, and what stands there: a bracket a part, with its number and share.
    fn head(&self, plane: Plane) -> (f64, Vec<Mark>) {
        let counts = self.counts();
        let is_tall = !has_room(counts, plane);
        let bracket = if is_tall { 51.0 } else { 36.0 };
        let mut marks = Vec::new();
        for side in Side::ALL {
            let (x, anchor) = side.place(plane);
            for (i, (text, style)) in counts.lines(side, is_tall).into_iter().enumerate() {
                marks.push(Mark::Label { at: (x, 10.0 + 15.0 * i as f64), shift: (0.0, 0.0), text, style: style.anchored(anchor) });
            }
            let (from, to) = side.span(self.near, plane.x.1);
            let (left, right) = (plane.px((from, 0.0)).0 + AIR, plane.px((to, 0.0)).0 - AIR);
            marks.extend(fill::boxed(Frame { left, right, top: bracket + 1.0, bottom: bracket + 4.0 }, side.fill()));
        }
        (bracket + 14.0, marks)
    }

    /// Shares of the target under the plot: the target itself always, others where they have room.
    fn use_axis(&self, plane: Plane) -> Vec<Mark> {
        let y = plane.frame.bottom;
        let baseline = vec![(plane.frame.left, y), (plane.px((self.end(), 0.0)).0, y)];
        let mut marks = vec![Mark::Line { points: baseline, ink: Ink::Desk, width: 1.0 }];
        let mut taken: Vec<(f64, f64)> = Vec::new();
        for (value, text) in self.ticks() {
            let style = if (value - 1.0).abs() < 1e-9 { TextStyle { size: 12.0, ..TextStyle::VALUE } } else { TextStyle::AXIS };
            let (x, half) = (plane.px((value, 0.0)).0, text_width(&text, style.size, style.is_bold) / 2.0);
            let middle = x.min(plane.frame.right + 7.0 - half);
            let is_free = taken.iter().all(|(a, b)| middle + half + 6.0 <= *a || *b <= middle - half - 6.0);
            if !is_free {
                continue;
            }
            taken.push((middle - half, middle + half));
            marks.push(Mark::Line { points: vec![(x, y), (x, y + 4.0)], ink: Ink::Desk, width: 0.8 });
            marks.push(Mark::Label { at: (middle, y + 15.0), shift: (0.0, 0.0), text, style: style.anchored(Anchor::Middle) });
        }
        marks
    }

    /// Values with their texts, most important first.
    fn ticks(&self) -> Vec<(f64, String)> {
        let end = self.end();
        let of = |v: f64| (v, format::bare_target(Unit::Share, v));
        let mut all = vec![(1.0, say!("100\u{a0}% of target").to_owned())];
        match self.beyond() {
            more if more > 0.0 => all.push((end + BREAK + more / 2.0, format!(">\u{a0}{}", of(end).1))),
            _ => all.push(of(end)),
        }
        all.push(of(0.0));
        all.extend((1..40).map(|i| f64::from(i) * 0.5).filter(|v| *v < end).map(of));
        all
    }
}

/// Numbers and shares above the plot.
const HEAD: TextStyle = TextStyle { size: 12.5, ..TextStyle::VALUE };

/// How many are where.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    /// Whether the bars begin somewhere above zero: shares of what they hold would be shares of nothing.
    is_part: bool,
    kept: u64,
    /// A part of `kept`.
    near: u64,
    missed: u64,
    /// Open before the target: decided nothing.
    open_inside: u64,
    /// Open behind the target, a part of `missed`.
    open_missed: u64,
}

impl Counts {
    fn of(self, side: Side) -> u64 {
        match side {
            Side::Kept => self.kept,
            Side::Near => self.near,
            Side::Missed => self.missed,
        }
    }

    /// Number, name and share in two lines, or in three short ones.
    fn lines(self, side: Side, is_tall: bool) -> Vec<(String, TextStyle)> {
        let (n, part) = (format::count(self.of(side)), share(self.of(side), self.decided()));
        if self.is_part {
            return vec![(format!("{n} {}", side.word()), HEAD)];
        }
        if is_tall {
            vec![(format::capital(side.word()), HEAD), (n, HEAD), (part, TextStyle::AXIS)]
        } else {
            vec![(format!("{n} {}", side.word()), HEAD), (part, TextStyle::AXIS)]
        }
    }

    fn decided(self) -> u64 {
        self.kept.saturating_add(self.missed)
    }
}

/// Whether labels of two lines keep off each other and inside the picture.
fn has_room(counts: Counts, plane: Plane) -> bool {
    let wide = |side: Side| {
        let lines = counts.lines(side, false);
        lines.iter().map(|(text, style)| text_width(text, style.size, style.is_bold)).fold(0.0, f64::max)
    };
    let start = |side: Side| side.place(plane).0;
    let is_apart = start(Side::Kept) + wide(Side::Kept) + 10.0 <= start(Side::Near) - wide(Side::Near);
    is_apart && start(Side::Missed) + wide(Side::Missed) <= plane.frame.right + 8.0
}

/// Whether all of a bar lies behind the target.
fn is_missed(b: &MarginBin) -> bool {
    b.from + 1e-9 >= 1.0
}

fn open(b: &MarginBin) -> u64 {
    b.is_open.min(b.count)
}

/// Near misses of a bar: none is open, and none lies behind the target.
fn near(b: &MarginBin) -> u64 {
    if is_missed(b) { 0 } else { b.near.min(b.count - open(b)) }
}

/// The parts of a bar from the ground up: what ended, then what is open, of which nothing is decided before the target.
fn stack(b: &MarginBin) -> [(u64, Fill); 3] {
    let ended = b.count - open(b);
    if is_missed(b) {
        [(ended, Side::Missed.fill()), (0, Side::Near.fill()), (open(b), Fill::Hollow(Ink::Concern))]
    } else {
        [(ended - near(b), Side::Kept.fill()), (near(b), Side::Near.fill()), (open(b), Fill::Hollow(Ink::Desk))]
    }
}

fn share(n: u64, of: u64) -> String {
    format::optional(Unit::Share, (of > 0).then(|| n as f64 / of as f64), of)
}

/// `95–100 %`, or `more than 200 %`.
fn used(b: &MarginBin) -> String {
    let Some(to) = b.to else { return say!("more than {from}", from = format::bare_target(Unit::Share, b.from)) };
    let is_whole = |v: f64| (v * 100.0 - (v * 100.0).round()).abs() < 1e-6;
    let n = if is_whole(b.from) && is_whole(to) { 1 } else { format::DECIMAL_FROM };
    format::interval(Unit::Share, (b.from, to), n)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_row_is_in_one_part_or_open_before_the_target(rows in proptest::collection::vec((0u64..5000, 0u64..5000), 21)) {
            let bin = |(i, (count, is_open)): (usize, &(u64, u64))| MarginBin {
                from: i as f64 / 10.0,
                to: (i < 20).then(|| (i + 1) as f64 / 10.0),
                count: *count,
                is_open: *is_open,
                near: 0,
            };
            let bins: Vec<MarginBin> = rows.iter().enumerate().map(bin).collect();
            let c = Margins { bins: &bins, near: 0.8, unknown: 0 }.counts();
            prop_assert_eq!(c.decided() + c.open_inside, rows.iter().map(|r| r.0).sum::<u64>());
            prop_assert!(c.open_missed <= c.missed);
        }
    }

    fn bin(from: f64, to: Option<f64>, count: u64, is_open: u64) -> MarginBin {
        MarginBin { from, to, count, is_open, near: 0 }
    }

    #[test]
    fn what_is_open_before_the_target_is_in_no_share_and_behind_it_has_missed() {
        let bins = [
            bin(0.0, Some(0.8), 50, 10),
            MarginBin { near: 10, ..bin(0.8, Some(1.0), 12, 2) },
            bin(1.0, Some(2.0), 20, 5),
            bin(2.0, None, 30, 30),
            bin(f64::NAN, Some(0.1), 1000, 0),
            bin(0.5, Some(0.5), 1000, 0),
        ];
        let c = Margins { bins: &bins, near: 0.8, unknown: 0 }.counts();
        assert_eq!((c.kept, c.near, c.missed, c.open_inside, c.open_missed, c.decided()), (50, 10, 50, 12, 35, 100));
        assert_eq!(share(c.near, c.decided()), "10\u{a0}%");
        assert_eq!(share(0, 0), format::NO_DATA);
    }

    #[test]
    fn sides_do_not_depend_on_the_last_digit_of_a_bound() {
        assert_eq!(
            [0.1 * 10.0, 0.05 * 20.0, 0.7 + 0.1 + 0.2, 0.95].map(|from| is_missed(&bin(from, None, 1, 0))),
            [true, true, true, false]
        );
    }

    #[test]
    fn near_misses_begin_where_the_desk_says_even_inside_a_bar() {
        let bins =
            [bin(0.0, Some(0.7), 5, 0), MarginBin { near: 3, ..bin(0.7, Some(0.8), 9, 1) }, MarginBin { near: 4, ..bin(1.0, None, 4, 0) }];
        let chart = Margins { bins: &bins, near: 0.75, unknown: 0 };
        let c = chart.counts();
        assert_eq!((c.kept, c.near, c.missed, c.open_inside), (13, 3, 4, 1), "none behind the target");
        assert_eq!(stack(&bins[1]).map(|(n, _)| n), [5, 3, 1]);
        assert!(chart.desc().contains("at least 75\u{a0}% of its target") && chart.key().contains("at least 75\u{a0}% of the target"));
    }

    #[test]
    fn bars_are_named_by_the_use_they_hold() {
        assert_eq!(used(&bin(0.95, Some(1.0), 1, 0)), "95–100\u{a0}%");
        assert_eq!(used(&bin(0.025, Some(0.05), 1, 0)), "2.5–5.0\u{a0}%");
        assert_eq!(used(&bin(2.0, None, 1, 0)), "more than 200\u{a0}%");
    }
}
