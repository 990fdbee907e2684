//! Where labels stand: at the ends of lines, beside dots; and lines cut to what the axis shows.

use super::axes::{END_LINE, spread};
use super::figure::{Anchor, At, Frame, Ink, Mark, Range, TextStyle, fit, text_width};

/// The picture's place of every pair of data units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    /// Edges in CSS pixels.
    pub(super) frame: Frame,
    /// Values at the left and right edge.
    pub(super) x: (f64, f64),
    /// Values at the bottom and top edge.
    pub(super) y: Range,
}

impl Plane {
    /// Data units to CSS pixels.
    pub(super) fn px(&self, at: At) -> At {
        let f = self.frame;
        let x = f.left + (at.0 - self.x.0) / (self.x.1 - self.x.0) * (f.right - f.left);
        (x, f.bottom - (self.y.clamp(at.1) - self.y.low) / (self.y.high - self.y.low) * (f.bottom - f.top))
    }

    /// CSS pixels to data units.
    pub(super) fn at(&self, px: At) -> At {
        let f = self.frame;
        let x = self.x.0 + (px.0 - f.left) / (f.right - f.left) * (self.x.1 - self.x.0);
        (x, self.y.low + (f.bottom - px.1) / (f.bottom - f.top) * (self.y.high - self.y.low))
    }
}

/// A line's end and its label right of the plot.
#[derive(Debug, Clone)]
pub(super) struct LineEnd {
    /// Last point of the line.
    pub(super) from: At,
    /// The text.
    pub(super) text: String,
    /// Its look.
    pub(super) style: TextStyle,
    /// Colour role of the line.
    pub(super) ink: Ink,
}

/// Labels right of the plot, moved apart where they would touch and then led to their lines.
pub(super) fn line_ends(mut ends: Vec<LineEnd>, plane: Plane) -> Vec<Mark> {
    ends.sort_by(|a, b| plane.px(a.from).1.total_cmp(&plane.px(b.from).1));
    let want: Vec<f64> = ends.iter().map(|e| plane.px(e.from).1).collect();
    let mut y = want.clone();
    spread(&mut y, END_LINE, (plane.frame.top - 4.0, plane.frame.bottom + 1.0));
    let is_moved = want.iter().zip(&y).any(|(a, b)| (a - b).abs() > 2.0);
    let gap = if is_moved { 17.0 } else { 8.0 };
    let right = plane.frame.right;
    let mut marks = Vec::new();
    for ((end, want), y) in ends.into_iter().zip(want).zip(y) {
        let edge = plane.at((right, want));
        if plane.px(end.from).0 < right - 1.0 {
            marks.push(Mark::Dashed { points: vec![(end.from.0, edge.1), edge], ink: end.ink, width: 0.7 });
        }
        if is_moved {
            let points = vec![plane.at((right + 3.0, want)), plane.at((right + 14.0, y))];
            marks.push(Mark::Line { points, ink: end.ink, width: 0.8 });
        }
        marks.push(Mark::Label { at: edge, shift: (gap, y - want), text: end.text, style: end.style });
    }
    marks
}

/// Room right of a plot for labels led to their lines: the widest of those that `ends` makes for a room, within limits.
pub(super) fn margin((least, most): (f64, f64), ends: impl Fn(f64) -> Vec<(String, TextStyle)>) -> f64 {
    let wide = |(text, style): &(String, TextStyle)| text_width(text, style.size, style.is_bold);
    (ends(most - BESIDE).iter().map(wide).fold(0.0, f64::max) + BESIDE).clamp(least, most)
}

/// Room right of a plot that is not text: the line that leads to the label, and air.
pub(super) const BESIDE: f64 = 23.0;

/// How one of several lines looks; dashes help where colours do not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strand {
    /// Colour role.
    pub(super) ink: Ink,
    is_dashed: bool,
    width: f64,
}

/// The look of the line at a place of several.
pub(super) fn strand(i: usize) -> Strand {
    const INKS: [Ink; 4] = [Ink::Text, Ink::LineTwo, Ink::Changed, Ink::LineThree];
    Strand { ink: INKS[i % INKS.len()], is_dashed: i % 8 >= INKS.len(), width: if i == 0 { 2.0 } else { 1.7 } }
}

impl Strand {
    /// The line through some points.
    pub(super) fn line(self, points: Vec<At>) -> Mark {
        let (ink, width) = (self.ink, self.width);
        if self.is_dashed { Mark::Dashed { points, ink, width } } else { Mark::Line { points, ink, width } }
    }
}

/// The longest of some wordings that fits, or the last one cut.
pub(super) fn first_that_fits(wordings: &[String], room: f64, style: TextStyle) -> String {
    let fits = |text: &&String| text_width(text, style.size, style.is_bold) <= room;
    let last = wordings.last().map(|text| fit(text, room, style.size, style.is_bold)).unwrap_or_default();
    wordings.iter().find(fits).cloned().unwrap_or(last)
}

/// The parts of a line inside the range, cut where it crosses the edge.
pub(super) fn cut_to(points: &[At], range: Range) -> Vec<Vec<At>> {
    let mut parts: Vec<Vec<At>> = Vec::new();
    for pair in points.windows(2) {
        let Some((a, b)) = cut_piece(pair[0], pair[1], range) else { continue };
        match parts.last_mut() {
            _ if a == b => {}
            Some(part) if part.last() == Some(&a) => part.push(b),
            _ => parts.push(vec![a, b]),
        }
    }
    parts
}

fn cut_piece(a: At, b: At, range: Range) -> Option<(At, At)> {
    let is_outside = |f: fn(f64, f64) -> bool, edge: f64| f(a.1, edge) && f(b.1, edge);
    if is_outside(|v, e| v < e, range.low) || is_outside(|v, e| v > e, range.high) {
        return None;
    }
    let cut = |from: At, to: At| {
        let edge = range.clamp(from.1);
        let part = (edge - from.1) / (to.1 - from.1);
        if range.holds(from.1) { from } else { (from.0 + (to.0 - from.0) * part, edge) }
    };
    Some((cut(a, b), cut(b, a)))
}

/// A dot in the picture, in CSS pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    /// Its middle.
    pub(super) at: At,
    /// Its radius.
    pub(super) radius: f64,
}

/// Where a dot's name stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Name {
    /// The name, cut to its room.
    pub(super) text: String,
    /// Shift from the dot in CSS pixels.
    pub(super) shift: (f64, f64),
    /// Which end of it stands there.
    pub(super) anchor: Anchor,
    /// Ends of the line that leads from the dot to a name farther away, in CSS pixels.
    pub(super) leader: Option<(At, At)>,
}

/// What a name must keep off.
#[derive(Debug)]
pub(super) struct Surroundings<'a> {
    /// All dots.
    pub(super) spots: &'a [Spot],
    /// Lines in CSS pixels, which a name crosses only where there is no better place.
    pub(super) lines: Vec<Vec<At>>,
    /// Edges no name crosses.
    pub(super) bounds: Frame,
    /// Font size.
    pub(super) size: f64,
}

/// Names for at most `most` of the dots (index and text, most important first): no name touches a dot, a name or an edge; one for
/// which there is no such place is left out.
pub(super) fn name_dots(wanted: &[(usize, String)], most: usize, around: &Surroundings<'_>) -> Vec<Option<Name>> {
    let mut taken: Vec<Taken> = Vec::new();
    let mut place = |(i, text): &(usize, String)| {
        if taken.len() >= most {
            return None;
        }
        let room = (around.bounds.right - around.bounds.left) * 0.45;
        let wordings = [fit(text, room, around.size, false), fit(text, 84.0, around.size, false)];
        let (name, room) = wordings.iter().find_map(|text| best_place(text, around.spots[*i], around, &taken))?;
        taken.push(room);
        Some(name)
    };
    wanted.iter().map(&mut place).collect()
}

/// A line crossed is as bad as so many pixels away from the dot.
const CROSSING: f64 = 18.0;

fn best_place(text: &str, spot: Spot, around: &Surroundings<'_>, taken: &[Taken]) -> Option<(Name, Taken)> {
    let width = text_width(text, around.size, false);
    let mut best: Option<(f64, Name, Taken)> = None;
    for (anchor, shift, far) in near_places(spot.radius).into_iter().chain(far_places(spot.radius)) {
        let room = room(spot.at, shift, (width, around.size), anchor);
        let leader = (far > 0.0).then(|| leader(spot, room));
        if !is_free(room, leader, around, taken) {
            continue;
        }
        let cost = far + CROSSING * crossings(room, &around.lines) as f64;
        if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
            best = Some((cost, Name { text: text.to_owned(), shift, anchor, leader }, Taken { room, leader }));
        }
    }
    best.map(|(_, name, taken)| (name, taken))
}

/// Places that touch the dot, best first.
fn near_places(r: f64) -> [(Anchor, (f64, f64), f64); 8] {
    [
        (Anchor::Start, (r + 4.0, 0.0), 0.0),
        (Anchor::End, (-r - 4.0, 0.0), 0.0),
        (Anchor::Middle, (0.0, -r - 8.0), 0.0),
        (Anchor::Middle, (0.0, r + 9.0), 0.0),
        (Anchor::Start, (r + 1.0, -r - 6.0), 0.0),
        (Anchor::Start, (r + 1.0, r + 7.0), 0.0),
        (Anchor::End, (-r - 1.0, -r - 6.0), 0.0),
        (Anchor::End, (-r - 1.0, r + 7.0), 0.0),
    ]
}

/// Places farther away, to which a line leads.
fn far_places(r: f64) -> impl Iterator<Item = (Anchor, (f64, f64), f64)> {
    let around = move |far: f64| {
        (0..12).map(move |i| {
            let angle = f64::from(i) * std::f64::consts::TAU / 12.0;
            let (dx, dy) = (angle.cos() * (far + r), angle.sin() * (far + r));
            let anchor = if dx > 1.0 {
                Anchor::Start
            } else if dx < -1.0 {
                Anchor::End
            } else {
                Anchor::Middle
            };
            (anchor, (dx, dy), far)
        })
    };
    [16.0, 26.0, 38.0, 52.0, 68.0, 86.0].into_iter().flat_map(around)
}

/// From the edge of the dot to the nearest point of the name.
fn leader(spot: Spot, room: Frame) -> (At, At) {
    let to = (spot.at.0.clamp(room.left - 2.0, room.right + 2.0), spot.at.1.clamp(room.top, room.bottom));
    let long = (to.0 - spot.at.0).hypot(to.1 - spot.at.1).max(1e-9);
    let part = (spot.radius + 1.0) / long;
    ((spot.at.0 + (to.0 - spot.at.0) * part, spot.at.1 + (to.1 - spot.at.1) * part), to)
}

fn room(at: At, (dx, dy): (f64, f64), (width, size): (f64, f64), anchor: Anchor) -> Frame {
    let left = at.0 + dx
        - match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => width / 2.0,
            Anchor::End => width,
        };
    Frame { left, right: left + width, top: at.1 + dy - size * HALF_LINE, bottom: at.1 + dy + size * HALF_LINE }
}

/// Half the height of a line of names, with the air it needs to the next one, for each pixel of its size.
const HALF_LINE: f64 = 0.62;

/// A name that has its place.
#[derive(Debug, Clone, Copy)]
struct Taken {
    room: Frame,
    leader: Option<(At, At)>,
}

fn is_free(room: Frame, leader: Option<(At, At)>, around: &Surroundings<'_>, taken: &[Taken]) -> bool {
    let b = around.bounds;
    let is_inside = room.left >= b.left && room.right <= b.right && room.top >= b.top && room.bottom <= b.bottom;
    let is_apart = |t: &Frame| room.right + 3.0 <= t.left || t.right + 3.0 <= room.left || room.bottom <= t.top || t.bottom <= room.top;
    let runs_through = |leader: Option<(At, At)>, room: Frame| leader.is_some_and(|(a, b)| is_crossed(room, a, b));
    let off_names = || taken.iter().all(|t| is_apart(&t.room) && !runs_through(leader, t.room) && !runs_through(t.leader, room));
    let is_off = |s: &Spot| {
        let nearest = (s.at.0.clamp(room.left, room.right), s.at.1.clamp(room.top, room.bottom));
        (nearest.0 - s.at.0).hypot(nearest.1 - s.at.1) >= s.radius + 0.5
    };
    is_inside && off_names() && around.spots.iter().all(is_off)
}

/// Whether the line from `a` to `b` runs through the room.
fn is_crossed(room: Frame, a: At, b: At) -> bool {
    let holds = |(x, y): At| (room.left..=room.right).contains(&x) && (room.top..=room.bottom).contains(&y);
    if a.0.max(b.0) < room.left || a.0.min(b.0) > room.right || a.1.max(b.1) < room.top || a.1.min(b.1) > room.bottom {
        return false;
    }
    let steps = ((b.0 - a.0).hypot(b.1 - a.1) / 3.0).ceil().clamp(1.0, 400.0);
    (0..=steps as u32).any(|i| holds((a.0 + (b.0 - a.0) * f64::from(i) / steps, a.1 + (b.1 - a.1) * f64::from(i) / steps)))
}

/// How many of the lines run through the room.
fn crossings(room: Frame, lines: &[Vec<At>]) -> usize {
    lines.iter().filter(|line| line.windows(2).any(|pair| is_crossed(room, pair[0], pair[1]))).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANGE: Range = Range { low: 0.0, high: 1.0 };

    #[test]
    fn a_line_is_cut_where_it_leaves_the_axis() {
        let parts = cut_to(&[(0.0, -1.0), (2.0, 1.0), (4.0, 3.0), (6.0, 0.5)], RANGE);
        assert_eq!(parts, vec![vec![(1.0, 0.0), (2.0, 1.0)], vec![(5.6, 1.0), (6.0, 0.5)]]);
        assert!(cut_to(&[(0.0, 2.0), (1.0, 3.0)], RANGE).is_empty());
    }

    #[test]
    fn names_keep_off_dots_names_and_edges() {
        let spots: Vec<Spot> = (0..6).map(|i| Spot { at: (40.0 + 9.0 * f64::from(i), 50.0), radius: 4.0 }).collect();
        let bounds = Frame { left: 0.0, right: 200.0, top: 0.0, bottom: 100.0 };
        let around = Surroundings { spots: &spots, lines: vec![], bounds, size: 12.0 };
        let wanted: Vec<(usize, String)> = (0..6).map(|i| (i, format!("Group {i}"))).collect();
        let names = name_dots(&wanted, 12, &around);
        assert!(names.iter().flatten().count() >= 3, "{names:?}");
        let rooms: Vec<Frame> = names
            .iter()
            .zip(&spots)
            .filter_map(|(n, s)| n.as_ref().map(|n| room(s.at, n.shift, (text_width(&n.text, 12.0, false), 12.0), n.anchor)))
            .collect();
        for (i, a) in rooms.iter().enumerate() {
            let others: Vec<Taken> = rooms[i + 1..].iter().map(|room| Taken { room: *room, leader: None }).collect();
            assert!(is_free(*a, None, &around, &others), "{a:?}");
        }
    }

    #[test]
    fn a_name_prefers_the_side_without_a_line() {
        let bounds = Frame { left: 0.0, right: 200.0, top: 0.0, bottom: 100.0 };
        let spots = [Spot { at: (100.0, 50.0), radius: 4.0 }];
        let lines = vec![vec![(100.0, 50.0), (200.0, 50.0)]];
        let around = Surroundings { spots: &spots, lines, bounds, size: 12.0 };
        let names = name_dots(&[(0, "A".to_owned())], 12, &around);
        assert_eq!(names[0].as_ref().map(|n| n.anchor), Some(Anchor::End));
    }

    #[test]
    fn ends_that_would_touch_move_apart_and_are_led_to_their_lines() {
        let frame = Frame { left: 0.0, right: 100.0, top: 0.0, bottom: 100.0 };
        let plane = Plane { frame, x: (0.0, 1.0), y: RANGE };
        let end = |y: f64| LineEnd { from: (1.0, y), text: "x".into(), style: TextStyle::AXIS, ink: Ink::Text };
        let lines = |ends: Vec<LineEnd>| line_ends(ends, plane).iter().filter(|m| matches!(m, Mark::Line { .. })).count();
        assert_eq!(lines(vec![end(0.2), end(0.8)]), 0);
        assert_eq!(lines(vec![end(0.5), end(0.52)]), 2);
    }
}
