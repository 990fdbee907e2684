//! A share by group against the number of rows, between the limits inside which chance alone puts groups that are all alike.

use std::collections::BTreeSet;

use super::Chart;
use super::axes;
use super::figure::{Anchor, At, DataTable, Figure, Frame, Ink, Mark, Panel, Range, Shape, TextStyle};
use super::layout::{self, LineEnd, Plane, Spot, Surroundings, first_that_fits};
use super::svg::ticks;
use crate::format;
use crate::say;
use crate::scorecard::{FunnelGroup, FunnelLimit, Unit};

/// Groups named in the picture at most; up to as many groups are all named.
const NAMED: usize = 12;
/// Groups that are all in the table: of more, those that nothing tells from each other are counted.
const LISTED: usize = 400;
const NAME_SIZE: f64 = 11.5;

/// The data of a funnel.
#[derive(Debug)]
pub(super) struct Funnel<'a> {
    pub(super) unit: Unit,
    pub(super) centre: f64,
    pub(super) target: Option<f64>,
    pub(super) limits: &'a [FunnelLimit],
    pub(super) groups: &'a [FunnelGroup],
    pub(super) phi: f64,
    pub(super) is_adjusted: bool,
}

impl Chart for Funnel<'_> {
    fn figure(&self, width: f64) -> Figure {
        let scale = Scale::of(self.drawn().map(|g| g.n));
        let range = self.range();
        let texts = |room| self.ends(scale, range, room).into_iter().map(|e| (e.text, e.style)).collect();
        let margin = layout::margin((84.0, 124.0), texts);
        let (left, right) = (axes::left_margin(self.unit, range, 5), width - margin);
        let frame = Frame { left, right, top: 26.0, bottom: 240.0 };
        let plane = Plane { frame, x: scale.ends, y: range };
        let mut marks = self.inside_of_limits(scale, range);
        marks.extend(axes::rules(self.unit, range, scale.ends, 5));
        marks.extend(rows_axis(scale, plane));
        marks.extend(self.lines(scale, range));
        marks.extend(self.dots(scale, plane));
        marks.extend(layout::line_ends(self.ends(scale, range, margin - layout::BESIDE), plane));
        if self.drawn().next().is_none() {
            let style = TextStyle::NAME.anchored(Anchor::Middle).inked(Ink::Muted);
            let at = plane.at((f64::midpoint(left, right), 80.0));
            marks.push(Mark::Label { at, shift: (0.0, 0.0), text: say!("no groups with data").to_owned(), style });
        }
        let panel = Panel { frame, x: scale.ends, y: (range.low, range.high), marks };
        Figure { width, height: frame.bottom + 44.0, panels: vec![panel], ..Figure::default() }
    }

    fn desc(&self) -> String {
        let count = self.drawn().count();
        let mut text = say!(
            "Funnel plot of {count} groups: value by number of rows. All together {centre}. ",
            count,
            centre = format::value(self.unit, self.centre)
        );
        if let Some(t) = self.target {
            text.push_str(&say!("Target {target}. ", target = format::bare_target(self.unit, t)));
        }
        for (side, words) in [(Some(true), say!("better")), (Some(false), say!("worse"))] {
            let names: Vec<String> =
                self.extreme().into_iter().filter(|g| g.stands_out == side).map(|g| format::label(&g.name, 60)).collect();
            if !names.is_empty() {
                text.push_str(&say!(
                    "{names} beyond the outer limits, {words}: {min}",
                    names = names.len(),
                    words,
                    min = names[..names.len().min(NAMED)].join(", ")
                ));
                text.push_str(if names.len() > NAMED { say!(" and more. ") } else { ". " });
            }
        }
        if !self.groups.iter().any(|g| g.stands_out.is_some()) {
            text.push_str(say!("No group is beyond the outer limits. "));
        }
        text + say!("The numbers are in the table below.")
    }

    fn table(&self) -> DataTable {
        let row = |g: &FunnelGroup| {
            let (value, side) = match g.stands_out {
                _ if g.n == 0 || !g.value.is_finite() => (format::NO_DATA.to_owned(), format::NO_DATA),
                Some(true) => (format::value_of(self.unit, g.value, g.n), say!("outside, better")),
                Some(false) => (format::value_of(self.unit, g.value, g.n), say!("outside, worse")),
                None => (format::value_of(self.unit, g.value, g.n), say!("inside")),
            };
            vec![format::label(&g.name, 120), format::count(g.n), value, side.to_owned()]
        };
        let columns = [say!("Group"), "n", say!("Value"), say!("Outer limits")].map(str::to_owned).to_vec();
        if self.groups.len() <= LISTED {
            return DataTable { columns, rows: self.groups.iter().map(row).collect() };
        }
        let (outside, inside): (Vec<_>, Vec<_>) = self.groups.iter().partition(|g| g.stands_out.is_some());
        let name = say!("{more} more", more = format::count(inside.len() as u64));
        let rest = vec![name, String::new(), String::new(), say!("inside").to_owned()];
        DataTable { columns, rows: outside.into_iter().map(row).chain([rest]).collect() }
    }

    fn key(&self) -> String {
        let has = |side| self.drawn().any(|g| g.stands_out == Some(side));
        let mut parts = Vec::new();
        parts.extend(has(true).then_some(say!("●\u{a0}better than chance explains")));
        parts.extend(has(false).then_some(say!("◆\u{a0}worse than chance explains")));
        parts.push(say!("between the lines: what chance alone does to groups that are all alike"));
        let wider = format::decimals(self.phi.sqrt(), 1);
        let widened = say!("limits {wider} times as wide as that: groups spread more", wider);
        parts.extend(self.is_adjusted.then_some(widened.as_str()));
        parts.join(" · ")
    }
}

impl Funnel<'_> {
    /// Groups with rows.
    fn drawn(&self) -> impl Iterator<Item = &FunnelGroup> {
        self.groups.iter().filter(|g| g.n > 0 && g.value.is_finite())
    }

    /// Groups with rows, farthest from the centre for their limits first; those that stand out before the others.
    fn extreme(&self) -> Vec<&FunnelGroup> {
        let far = |g: &FunnelGroup| (g.value - self.centre).abs() / self.reach(g).max(1e-9);
        let mut all: Vec<&FunnelGroup> = self.drawn().collect();
        all.sort_by(|a, b| b.stands_out.is_some().cmp(&a.stands_out.is_some()).then(far(b).total_cmp(&far(a))));
        all
    }

    /// How far the outer limits lie from the centre at the group's number of rows, on its side.
    fn reach(&self, g: &FunnelGroup) -> f64 {
        let limit = self.limits.iter().min_by_key(|l| l.n.abs_diff(g.n));
        limit.map_or(1.0, |l| if g.value < self.centre { self.centre - l.outer.0 } else { l.outer.1 - self.centre })
    }

    /// All values, centre and target, and the limits of about half the groups; the mouth of the funnel may leave the picture.
    fn range(&self) -> Range {
        let mut rows: Vec<u64> = self.drawn().map(|g| g.n).collect();
        rows.sort_unstable();
        let middle = rows.get(rows.len() / 4).copied().unwrap_or_default();
        let limits = self.limits.iter().filter(|l| l.n >= middle).flat_map(|l| [l.outer.0, l.outer.1]);
        let known = self.drawn().map(|g| g.value).chain([self.centre]).chain(self.target).chain(limits).filter(|v| v.is_finite());
        let range = axes::range(self.unit, &known.collect::<Vec<f64>>());
        if self.unit != Unit::Share || range.high > 1.5 {
            return range;
        }
        Range { low: range.low.max(-0.02), high: range.high.min(1.02) }
    }

    /// A limit as a line over the rows shown.
    fn limit(&self, scale: Scale, of: impl Fn(&FunnelLimit) -> f64) -> Vec<At> {
        let all: Vec<At> = self.limits.iter().map(|l| (scale.place(l.n), of(l))).filter(|p| p.1.is_finite()).collect();
        let flipped: Vec<At> = all.iter().map(|p| (p.1, p.0)).collect();
        let inside = layout::cut_to(&flipped, Range { low: scale.ends.0, high: scale.ends.1 });
        inside.into_iter().flatten().map(|p| (p.1, p.0)).collect()
    }

    /// What lies between the outer limits.
    fn inside_of_limits(&self, scale: Scale, range: Range) -> Vec<Mark> {
        let clamped = |line: Vec<At>| line.into_iter().map(move |p| (p.0, range.clamp(p.1)));
        let low = self.limit(scale, |l| l.outer.0);
        let high = self.limit(scale, |l| l.outer.1);
        if low.len() < 2 || high.len() < 2 {
            return Vec::new();
        }
        vec![Mark::Area { points: clamped(high).chain(clamped(low).rev()).collect(), ink: Ink::Soft }]
    }

    fn lines(&self, scale: Scale, range: Range) -> Vec<Mark> {
        let across = |v: f64| vec![(scale.ends.0, v), (scale.ends.1, v)];
        let mut marks = Vec::new();
        for (line, width) in self.limit_lines(scale) {
            marks.extend(layout::cut_to(&line, self.within(range)).into_iter().map(|points| Mark::Line { points, ink: Ink::Desk, width }));
        }
        if range.holds(self.centre) {
            marks.push(Mark::Line { points: across(self.centre), ink: Ink::Desk, width: 1.0 });
        }
        if let Some(t) = self.target.filter(|t| range.holds(*t)) {
            marks.push(Mark::Line { points: across(t), ink: Ink::Target, width: 1.2 });
        }
        marks
    }

    /// The range without its ends: a limit that runs along 0 or 100 % is none.
    fn within(&self, range: Range) -> Range {
        let edge = if self.unit == Unit::Share { 1e-6 } else { f64::NEG_INFINITY };
        Range { low: range.low.max(edge), high: range.high.min(1.0 - edge) }
    }

    /// The four limits with their widths.
    fn limit_lines(&self, scale: Scale) -> [(Vec<At>, f64); 4] {
        [
            (self.limit(scale, |l| l.outer.0), 1.5),
            (self.limit(scale, |l| l.outer.1), 1.5),
            (self.limit(scale, |l| l.inner.0), 0.7),
            (self.limit(scale, |l| l.inner.1), 0.7),
        ]
    }

    /// Quiet dots first, those that stand out above them, names on top.
    fn dots(&self, scale: Scale, plane: Plane) -> Vec<Mark> {
        let mut order = self.extreme();
        let is_few = order.len() <= NAMED;
        let named = order.iter().filter(|g| is_few || g.stands_out.is_some()).take(3 * NAMED).count();
        let at = |g: &FunnelGroup| (scale.place(g.n), plane.y.clamp(g.value));
        let look = |g: &FunnelGroup| match g.stands_out {
            Some(true) => (Shape::Circle, 4.6, Ink::Good),
            Some(false) => (Shape::Diamond, 5.6, Ink::Concern),
            None => (Shape::Circle, if is_few { 3.4 } else { 2.4 }, Ink::Desk),
        };
        let spots: Vec<Spot> = order.iter().map(|g| Spot { at: plane.px(at(g)), radius: look(g).1 }).collect();
        let wanted = told_once(&order[..named], &spots);
        let names = layout::name_dots(&wanted, NAMED, &self.around(&spots, scale, plane));
        let mut marks = Vec::new();
        for ((i, _), name) in wanted.iter().zip(names) {
            let (Some(name), g) = (name, order[*i]) else { continue };
            let ink = if g.stands_out.is_some() { Ink::Text } else { Ink::Muted };
            let style = TextStyle { size: NAME_SIZE, is_bold: false, anchor: name.anchor, ink, has_halo: true };
            if let Some((from, to)) = name.leader {
                marks.push(Mark::Line { points: vec![plane.at(from), plane.at(to)], ink: Ink::Desk, width: 0.8 });
            }
            marks.push(Mark::Label { at: at(g), shift: name.shift, text: name.text, style });
        }
        order.reverse();
        let mut dots: Vec<Mark> = Vec::new();
        let mut covered = BTreeSet::new();
        for g in order {
            let (shape, radius, ink) = look(g);
            // Drawn to a tenth: what is the same dot is drawn once, however many groups it stands for.
            let tenth = |v: f64| (v * 10.0).round() as i64;
            let (x, y) = plane.px(at(g));
            if g.stands_out.is_none() && !covered.insert((tenth(x), tenth(y))) {
                continue;
            }
            if g.stands_out.is_some() {
                dots.push(Mark::Dot { at: at(g), shape: Shape::Circle, radius: radius + 1.2, ink: Ink::Paper });
            }
            dots.push(Mark::Dot { at: at(g), shape, radius, ink });
        }
        dots.extend(marks);
        dots
    }

    /// Names keep off the dots and inside the plot, and off the lines where they can.
    fn around<'s>(&self, spots: &'s [Spot], scale: Scale, plane: Plane) -> Surroundings<'s> {
        let across = |v: f64| vec![plane.px((scale.ends.0, v)), plane.px((scale.ends.1, v))];
        let curves = self.limit_lines(scale).into_iter().flat_map(|(line, _)| layout::cut_to(&line, self.within(plane.y)));
        let mut lines: Vec<Vec<At>> = curves.map(|line| line.into_iter().map(|p| plane.px(p)).collect()).collect();
        lines.extend([self.centre].into_iter().chain(self.target).map(across));
        let f = plane.frame;
        let bounds = Frame { left: f.left + 2.0, right: f.right - 2.0, top: f.top - 22.0, bottom: f.bottom - 2.0 };
        Surroundings { spots, lines, bounds, size: NAME_SIZE }
    }

    /// Labels right of the plot: the centre, the target, and which line is which limit.
    fn ends(&self, scale: Scale, range: Range, room: f64) -> Vec<LineEnd> {
        let mut ends = Vec::new();
        let value = format::value(self.unit, self.centre);
        let style = TextStyle { size: 12.5, ..TextStyle::VALUE };
        let text = first_that_fits(&[say!("{value} all", value)], room, style);
        ends.push(LineEnd { from: (scale.ends.1, range.clamp(self.centre)), text, style, ink: Ink::Desk });
        let style = TextStyle::AXIS;
        if let Some(t) = self.target {
            let arrow = if range.holds(t) { "" } else { "↑ " };
            let text = first_that_fits(&[say!("{arrow}{target} target", arrow, target = format::bare_target(self.unit, t))], room, style);
            ends.push(LineEnd { from: (scale.ends.1, range.clamp(t)), text, style, ink: Ink::Target });
        }
        for (of, name) in [(outer as fn(&FunnelLimit) -> f64, say!("outer limit")), (inner, say!("95\u{a0}% limit"))] {
            let Some(from) = self.limit(scale, of).last().copied().filter(|p| range.holds(p.1)) else { continue };
            ends.push(LineEnd { from, text: first_that_fits(&[name.to_owned()], room, style), style, ink: Ink::Desk });
        }
        ends
    }
}

/// Which dots are to be named (index and text): those in one place by one of them.
fn told_once(groups: &[&FunnelGroup], spots: &[Spot]) -> Vec<(usize, String)> {
    let is_same = |a: usize, b: usize| (spots[a].at.0 - spots[b].at.0).hypot(spots[a].at.1 - spots[b].at.1) < 1.5;
    let mut told: Vec<(usize, u32)> = Vec::new();
    for i in 0..groups.len() {
        match told.iter_mut().find(|(j, _)| is_same(i, *j)) {
            Some((_, more)) => *more += 1,
            None => told.push((i, 0)),
        }
    }
    let name = |(i, more): (usize, u32)| match more {
        0 => (i, groups[i].name.clone()),
        _ => (i, format!("{} +{more}", format::label(&groups[i].name, 9))),
    };
    told.into_iter().map(name).collect()
}

fn outer(l: &FunnelLimit) -> f64 {
    l.outer.0
}

fn inner(l: &FunnelLimit) -> f64 {
    l.inner.0
}

/// Numbers of rows on an axis: plain, or by powers of ten where they span more than a factor of 20.
#[derive(Debug, Clone, Copy)]
struct Scale {
    is_log: bool,
    ends: (f64, f64),
}

impl Scale {
    fn of(rows: impl Iterator<Item = u64>) -> Self {
        let (low, high) = rows.fold((u64::MAX, 0), |(a, b), n| (a.min(n), b.max(n)));
        let (low, high) = if low > high { (1, 100) } else { (low, high) };
        let is_log = high / low.max(1) > 20;
        let place = |n: u64| if is_log { (n.max(1) as f64).log10() } else { n as f64 };
        let (a, b) = (place(low), place(high));
        let air = ((b - a) * 0.05).max(if is_log { 0.0 } else { (b * 0.05).max(1.0) });
        Self { is_log, ends: (if is_log { a - air } else { (a - air).max(0.0) }, b + air) }
    }

    fn place(self, n: u64) -> f64 {
        if self.is_log { (n.max(1) as f64).log10() } else { n as f64 }
    }

    fn ticks(self) -> Vec<u64> {
        let inside = |n: &u64| (self.ends.0..=self.ends.1).contains(&self.place(*n));
        if self.is_log {
            let powers = (0..19).flat_map(|e| [1, 2, 5].map(|m| m * 10u64.pow(e).min(u64::MAX / 10)));
            return powers.filter(inside).collect();
        }
        ticks(self.ends.0, self.ends.1, 6).into_iter().filter(|v| v.fract() == 0.0 && *v > 0.0).map(|v| v as u64).collect()
    }
}

/// Numbers of rows under the plot, as many as have room, and what they are.
fn rows_axis(scale: Scale, plane: Plane) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut free_from = f64::MIN;
    for n in scale.ticks() {
        let at = (scale.place(n), plane.y.low);
        let text = format::count(n);
        let half = super::figure::text_width(&text, 12.0, false) / 2.0;
        let x = plane.px(at).0;
        if x - half < free_from || x + half > plane.frame.right + 10.0 {
            continue;
        }
        free_from = x + half + 12.0;
        marks.push(Mark::Line { points: vec![at, plane.at((x, plane.frame.bottom + 4.0))], ink: Ink::Desk, width: 0.8 });
        marks.push(Mark::Label { at, shift: (0.0, 14.0), text, style: TextStyle::AXIS.anchored(Anchor::Middle) });
    }
    let at = plane.at((plane.frame.left, plane.frame.bottom));
    let text = if scale.is_log { say!("rows (n), log scale") } else { say!("rows (n)") };
    marks.push(Mark::Label { at, shift: (0.0, 31.0), text: text.to_owned(), style: TextStyle::AXIS });
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_groups_are_few_dots_and_those_outside_are_listed() {
        let group = |i: u64| FunnelGroup {
            name: format!("g{i}"),
            page: None,
            n: 10 + i % 5,
            value: if i == 7 { 0.9 } else { 0.5 },
            stands_out: (i == 7).then_some(true),
        };
        let groups: Vec<FunnelGroup> = (0..1_000).map(group).collect();
        let funnel = |groups| Funnel { unit: Unit::Share, centre: 0.5, target: None, limits: &[], groups, phi: 1.0, is_adjusted: false };
        let dots = |groups| {
            let figure = funnel(groups).figure(500.0);
            figure.panels[0].marks.iter().filter(|m| matches!(m, Mark::Dot { ink: Ink::Desk, .. })).count()
        };
        // One for each number of rows.
        assert_eq!((dots(&groups[..]), dots(&groups[..6])), (5, 5));
        let rows = funnel(&groups).table().rows;
        assert_eq!(rows.iter().map(|r| r[0].as_str()).collect::<Vec<_>>(), ["g7", "999 more"]);
        assert_eq!(funnel(&groups[..400]).table().rows.len(), 400);
    }

    #[test]
    fn rows_far_apart_are_shown_by_powers_of_ten() {
        assert!(!Scale::of([10, 190].into_iter()).is_log);
        let log = Scale::of([3, 4000].into_iter());
        assert!(log.is_log && log.ticks().contains(&1000) && log.ticks().contains(&5));
        for rows in [vec![], vec![0], vec![7], vec![1, 10_000_000_000]] {
            let scale = Scale::of(rows.into_iter());
            assert!(scale.ends.0 < scale.ends.1, "{scale:?}");
        }
    }
}
