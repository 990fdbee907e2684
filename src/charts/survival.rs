//! How many are still there, by time since the start: a step curve a group, with its 95 % band and the people at risk.

use super::Chart;
use super::axes;
use super::figure::{Anchor, At, DataTable, Figure, Frame, Ink, Mark, Panel, Range, TextStyle, text_width};
use super::layout::{self, LineEnd, Plane, Strand, strand};
use crate::format;
use crate::say;
use crate::scorecard::{Curve, CurveStep, Unit};

/// Curves drawn at most; the table has all.
const DRAWN: usize = 6;
/// With more curves than this, bands would cover each other.
const BANDS: usize = 3;
const ROW: f64 = 16.0;
const Y: Range = Range { low: 0.0, high: 1.0 };

/// The data of survival curves.
#[derive(Debug)]
pub(super) struct Survival<'a> {
    pub(super) curves: &'a [Curve],
    pub(super) at_days: &'a [u32],
}

impl Chart for Survival<'_> {
    fn figure(&self, width: f64) -> Figure {
        let is_wide = width >= 400.0;
        let texts = |room| self.ends(room).into_iter().map(|e| (e.text, e.style)).collect();
        let margin = layout::margin(if is_wide { (96.0, 190.0) } else { (84.0, 156.0) }, texts);
        let (left, right) = (axes::left_margin(Unit::Share, Y, 6), width - margin);
        let frame = Frame { left, right, top: 12.0, bottom: 190.0 };
        let plane = Plane { frame, x: (0.0, f64::from(self.last_day())), y: Y };
        let days = self.days_with_room(plane);
        let mut marks = axes::rules(Unit::Share, Y, plane.x, 6);
        for day in &days {
            let at = (f64::from(*day), 0.0);
            marks.push(Mark::Line { points: vec![at, plane.at((plane.px(at).0, frame.bottom + 4.0))], ink: Ink::Desk, width: 0.8 });
            let style = TextStyle::AXIS.anchored(Anchor::Middle);
            marks.push(Mark::Label { at, shift: (0.0, 15.0), text: tenure(*day), style });
        }
        marks.extend(self.bands());
        marks.extend(self.lines());
        marks.extend(layout::line_ends(self.ends(margin - layout::BESIDE), plane));
        let below = self.at_risk(&days, plane, margin - layout::BESIDE);
        let height = frame.bottom + 26.0 + if below.is_empty() { 0.0 } else { 26.0 + ROW * self.drawn().count() as f64 };
        marks.extend(below);
        if self.drawn().next().is_none() {
            let at = plane.at((f64::midpoint(left, right), 100.0));
            let style = TextStyle::NAME.anchored(Anchor::Middle).inked(Ink::Muted);
            marks.push(Mark::Label { at, shift: (0.0, 0.0), text: say!("nobody to follow yet").to_owned(), style });
        }
        let panel = Panel { frame, x: plane.x, y: (0.0, 1.0), marks };
        Figure { width, height, panels: vec![panel], ..Figure::default() }
    }

    fn desc(&self) -> String {
        let mut text =
            say!("Survival curves of {curves} groups over {last_day}. ", curves = self.curves.len(), last_day = tenure(self.last_day()));
        for c in self.drawn() {
            let end = format::value_of(Unit::Share, value_at(c, c.last_day), c.n);
            let (people, left) = (format::count(c.n), format::count(c.events));
            text.push_str(&say!(
                "{name}: {end} still there after {last_day} ({people} people, {left} left). ",
                name = format::label(&c.name, 60),
                end,
                last_day = tenure(c.last_day),
                people,
                left
            ));
        }
        text + say!("The numbers are in the table below.")
    }

    fn table(&self) -> DataTable {
        let columns = [say!("Group"), say!("After"), say!("Still there"), say!("95\u{a0}% interval"), say!("People followed that long")]
            .map(str::to_owned)
            .to_vec();
        let mut rows = Vec::new();
        for c in self.curves {
            let mut days: Vec<(u32, Option<u64>)> = self.at_days.iter().enumerate().map(|(i, d)| (*d, c.at_risk.get(i).copied())).collect();
            if days.is_empty() {
                days.push((c.last_day, None));
            }
            rows.extend(days.into_iter().map(|day| row(c, day)));
        }
        DataTable { columns, rows }
    }

    fn key(&self) -> String {
        let count = self.drawn().count();
        if (1..=BANDS).contains(&count) { say!("band: 95\u{a0}% interval").to_owned() } else { String::new() }
    }
}

impl Survival<'_> {
    /// Curves of somebody.
    fn drawn(&self) -> impl Iterator<Item = &Curve> {
        self.curves.iter().filter(|c| c.n > 0).take(DRAWN)
    }

    fn look(&self) -> impl Iterator<Item = (&Curve, Strand)> {
        self.drawn().enumerate().map(|(i, c)| (c, strand(i)))
    }

    /// End of the axis.
    fn last_day(&self) -> u32 {
        self.drawn().map(|c| c.last_day).max().or(self.at_days.iter().max().copied()).unwrap_or(365).max(1)
    }

    /// The days of the table of people at risk (or round ones), as many as have room under the axis.
    fn days_with_room(&self, plane: Plane) -> Vec<u32> {
        let last = self.last_day();
        let step = [30, 91, 182, 365, 730, 1826, 3652, 18_262].into_iter().find(|s| last / s <= 6).unwrap_or(last);
        let own = || (0..=last / step).map(|i| i * step).collect();
        let mut days: Vec<u32> = if self.at_days.is_empty() { own() } else { self.at_days.to_vec() };
        days.retain(|d| *d <= last);
        days.sort_unstable();
        days.dedup();
        let (mut free_from, least) = (f64::MIN, self.count_width() / 2.0);
        days.retain(|d| {
            let (x, half) = (plane.px((f64::from(*d), 0.0)).0, (text_width(&tenure(*d), 12.0, false) / 2.0).max(least));
            let has_room = x - half >= free_from;
            if has_room {
                free_from = x + half + 8.0;
            }
            has_room
        });
        days
    }

    /// Width of the widest number of people at risk.
    fn count_width(&self) -> f64 {
        self.drawn().flat_map(|c| &c.at_risk).map(|n| text_width(&format::count(*n), SMALL.size, false)).fold(24.0, f64::max)
    }

    /// 95 % limits, as light areas.
    fn bands(&self) -> Vec<Mark> {
        if self.drawn().count() > BANDS {
            return Vec::new();
        }
        let band = |(c, s): (&Curve, Strand)| {
            let (high, low) = (stairs(c, |s| s.interval.1), stairs(c, |s| s.interval.0));
            Mark::Veil { points: high.into_iter().chain(low.into_iter().rev()).collect(), ink: s.ink, strength: 0.11 }
        };
        self.look().map(band).collect()
    }

    fn lines(&self) -> Vec<Mark> {
        let mut marks: Vec<Mark> = self.look().map(|(c, s)| s.line(stairs(c, |s| s.value))).collect();
        marks.reverse();
        marks
    }

    /// The value and the name of every curve at its end; the names alone where one of the labels would be cut.
    fn ends(&self, room: f64) -> Vec<LineEnd> {
        let is_one = self.drawn().count() == 1;
        let both = |c: &Curve| format!("{} {}", format::value_of(Unit::Share, value_at(c, c.last_day), c.n), format::clean(&c.name));
        let has_room = self.drawn().all(|c| text_width(&both(c), TextStyle::NAME.size, false) <= room);
        let end = |(c, s): (&Curve, Strand)| {
            let value = value_at(c, c.last_day);
            let text = format::value_of(Unit::Share, value, c.n);
            let style = TextStyle { is_bold: is_one, ..TextStyle::NAME.inked(s.ink) };
            let text = match (is_one, has_room) {
                (true, _) => say!("{text} still there", text),
                (_, true) => both(c),
                _ => format::clean(&c.name),
            };
            LineEnd { from: (f64::from(c.last_day), value), text: layout::first_that_fits(&[text], room, style), style, ink: s.ink }
        };
        self.look().map(end).collect()
    }

    /// How many were followed at each day, under the axis, a row a curve; its name stands right of it.
    fn at_risk(&self, days: &[u32], plane: Plane, room: f64) -> Vec<Mark> {
        if self.at_days.is_empty() || self.drawn().all(|c| c.at_risk.is_empty()) {
            return Vec::new();
        }
        let origin = plane.at((plane.frame.left, plane.frame.bottom));
        let text = say!("People followed that long").to_owned();
        let mut marks = vec![Mark::Label { at: origin, shift: (-text_width("0", 11.5, false), 38.0), text, style: SMALL }];
        let beside = (self.count_width() / 2.0 + 8.0).max(16.0);
        for (row, (c, s)) in self.look().enumerate() {
            let y = 38.0 + ROW * (row + 1) as f64;
            for day in days {
                let count = self.at_days.iter().position(|d| d == day).and_then(|i| c.at_risk.get(i));
                let Some(count) = count else { continue };
                let style = SMALL.anchored(Anchor::Middle);
                marks.push(Mark::Label { at: (f64::from(*day), 0.0), shift: (0.0, y), text: format::count(*count), style });
            }
            let style = SMALL.inked(s.ink);
            let name = layout::first_that_fits(&[format::clean(&c.name)], room + layout::BESIDE - beside - 4.0, style);
            marks.push(Mark::Label { at: (plane.x.1, 0.0), shift: (beside, y), text: name, style });
        }
        marks
    }
}

const SMALL: TextStyle = TextStyle { size: 11.5, is_bold: false, anchor: Anchor::Start, ink: Ink::Muted, has_halo: false };

/// The share still there at a day.
fn value_at(c: &Curve, day: u32) -> f64 {
    steps(c).filter(|s| s.day <= day).last().map_or(1.0, |s| s.value.clamp(0.0, 1.0))
}

fn steps(c: &Curve) -> impl Iterator<Item = &CurveStep> {
    c.steps.iter().filter(|s| s.value.is_finite() && s.interval.0.is_finite() && s.interval.1.is_finite())
}

/// A level of a curve from day 0 to its last day; it starts at 1.
fn stairs(c: &Curve, level: impl Fn(&CurveStep) -> f64) -> Vec<At> {
    let mut line = vec![(0.0, 1.0)];
    let mut now = 1.0;
    for s in steps(c).filter(|s| s.day <= c.last_day) {
        let (day, v) = (f64::from(s.day), level(s).clamp(0.0, 1.0));
        line.extend([(day, now), (day, v)]);
        now = v;
    }
    line.push((f64::from(c.last_day), now));
    line
}

fn row(c: &Curve, (day, at_risk): (u32, Option<u64>)) -> Vec<String> {
    let step = steps(c).filter(|s| s.day <= day).last();
    let is_known = day <= c.last_day && c.n > 0;
    let interval = step.filter(|_| is_known).map(|s| format::interval(Unit::Share, s.interval, c.n));
    vec![
        format::label(&c.name, 120),
        tenure(day),
        if is_known { format::value_of(Unit::Share, value_at(c, day), c.n) } else { format::NO_DATA.to_owned() },
        interval.unwrap_or_else(|| format::NO_DATA.to_owned()),
        at_risk.map_or_else(|| format::NO_DATA.to_owned(), format::count),
    ]
}

/// A time since the start in years, months or days, whichever is round.
fn tenure(day: u32) -> String {
    let part = |unit: f64| (f64::from(day) / unit).round();
    let is_round = |unit: f64, slack: f64| part(unit) >= 1.0 && (part(unit) * unit - f64::from(day)).abs() <= slack;
    if day == 0 {
        return say!("start").to_owned();
    }
    if is_round(365.25, 2.0) {
        return say!("{years}\u{a0}y", years = part(365.25));
    }
    if (day > 90 || is_round(30.44, 3.0)) && day < 1100 {
        return say!("{months}\u{a0}mo", months = part(30.44));
    }
    if day >= 1100 {
        return say!("{years}\u{a0}y", years = format::decimals(f64::from(day) / 365.25, 1));
    }
    format!("{day}\u{a0}{}", say!("d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_round_unit() {
        let told: Vec<String> = [0, 7, 30, 91, 180, 365, 540, 730, 1500].into_iter().map(|d| tenure(d).replace('\u{a0}', " ")).collect();
        assert_eq!(told, ["start", "7 d", "1 mo", "3 mo", "6 mo", "1 y", "18 mo", "2 y", "4.1 y"]);
    }

    #[test]
    fn a_curve_holds_its_level_until_the_next_step() {
        let step = |day, value| CurveStep { day, value, interval: (value - 0.1, value + 0.1) };
        let c = Curve { name: "A".into(), n: 9, events: 2, steps: vec![step(10, 0.9), step(40, 0.5)], last_day: 60, at_risk: vec![] };
        assert_eq!(stairs(&c, |s| s.value), [(0.0, 1.0), (10.0, 1.0), (10.0, 0.9), (40.0, 0.9), (40.0, 0.5), (60.0, 0.5)]);
        assert!((value_at(&c, 39) - 0.9).abs() < 1e-12 && (value_at(&c, 40) - 0.5).abs() < 1e-12 && (value_at(&c, 3) - 1.0).abs() < 1e-12);
    }
}
