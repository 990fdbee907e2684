//! Filled boxes that differ in lightness and pattern before they differ in colour: solid, lighter, striped, hollow.
//!
//! Everything here is in CSS pixels of the whole figure; [`sheet`] is the panel such marks go on.

use super::figure::{At, Frame, Ink, Mark, Panel};

/// What a box is filled with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fill {
    /// One colour.
    Solid(Ink),
    /// A colour weakened to so much of it, 0 to 1, inside an outline of all of it.
    Veil(Ink, f64),
    /// Oblique stripes inside an outline.
    Striped(Ink),
    /// An outline.
    Hollow(Ink),
}

/// Distance of stripes along an edge.
const STRIPE: f64 = 5.5;
const OUTLINE: f64 = 1.1;

/// A panel whose data units are the CSS pixels of the figure.
pub(super) fn sheet(width: f64, height: f64, marks: Vec<Mark>) -> Panel {
    Panel { frame: Frame { left: 0.0, right: width, top: 0.0, bottom: height }, x: (0.0, width), y: (height, 0.0), marks }
}

/// A box; what lies behind a striped or hollow one does not show through.
pub(super) fn boxed(f: Frame, fill: Fill) -> Vec<Mark> {
    match fill {
        Fill::Solid(ink) => vec![Mark::Area { points: corners(f), ink }],
        Fill::Veil(ink, strength) => {
            let veil = Mark::Veil { points: corners(f), ink, strength };
            vec![Mark::Area { points: corners(f), ink: Ink::Paper }, veil, outline(f, ink)]
        }
        Fill::Hollow(ink) => vec![Mark::Area { points: corners(f), ink: Ink::Paper }, outline(f, ink)],
        Fill::Striped(ink) => {
            let stripes = Mark::Line { points: stripes(f), ink, width: 1.1 };
            vec![Mark::Area { points: corners(f), ink: Ink::Paper }, stripes, outline(f, ink)]
        }
    }
}

fn corners(f: Frame) -> Vec<At> {
    vec![(f.left, f.top), (f.right, f.top), (f.right, f.bottom), (f.left, f.bottom)]
}

/// The outline lies inside the box, so that boxes side by side keep their gap.
fn outline(f: Frame, ink: Ink) -> Mark {
    let inset = |low: f64, high: f64| (OUTLINE / 2.0).min((high - low) / 2.0);
    let (dx, dy) = (inset(f.left, f.right), inset(f.top, f.bottom));
    let mut points = corners(Frame { left: f.left + dx, right: f.right - dx, top: f.top + dy, bottom: f.bottom - dy });
    points.push(points[0]);
    points.push(points[1]);
    Mark::Line { points, ink, width: OUTLINE }
}

/// All stripes as one line that goes to and fro, and from stripe to stripe along the edge, where the outline hides it. Stripes of
/// boxes side by side are in step.
fn stripes(f: Frame) -> Vec<At> {
    let (first, last) = ((f.left + f.top) / STRIPE, (f.right + f.bottom) / STRIPE);
    let mut points: Vec<At> = Vec::new();
    let mut before: Option<(At, At)> = None;
    for i in (first.ceil() as i64)..=(last.floor() as i64) {
        let sum = i as f64 * STRIPE;
        let (low, high) = (f.left.max(sum - f.bottom), f.right.min(sum - f.top));
        let (down, up) = ((low, sum - low), (high, sum - high));
        let is_upward = i % 2 == 0;
        let from = if is_upward { down } else { up };
        points.extend(before.and_then(|(d, u)| corner(f, if is_upward { d } else { u }, from)));
        points.extend(if is_upward { [down, up] } else { [up, down] });
        before = Some((down, up));
    }
    points
}

/// The corner between two points on different edges.
fn corner(f: Frame, a: At, b: At) -> Option<At> {
    let is_turn = (a.0 - b.0).abs() > 1e-9 && (a.1 - b.1).abs() > 1e-9;
    let at_right = a.0.max(b.0) >= f.right - 1e-9;
    is_turn.then_some(if at_right { (f.right, f.top) } else { (f.left, f.bottom) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripes_stay_in_their_box_and_run_along_its_edges() {
        for (width, height) in [(9.0, 120.0), (200.0, 16.0), (3.0, 2.0), (0.5, 0.5), (40.0, 40.0)] {
            let f = Frame { left: 17.3, right: 17.3 + width, top: 5.2, bottom: 5.2 + height };
            let line = stripes(f);
            for (x, y) in &line {
                assert!((f.left - 1e-9..=f.right + 1e-9).contains(x) && (f.top - 1e-9..=f.bottom + 1e-9).contains(y), "({x}, {y}) {f:?}");
            }
            for pair in line.windows(2) {
                let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
                let is_stripe = (dx + dy).abs() < 1e-6;
                assert!(is_stripe || dx.abs() < 1e-6 || dy.abs() < 1e-6, "{pair:?}");
            }
        }
    }

    #[test]
    fn a_flat_box_is_still_a_box() {
        let flat = Frame { left: 3.0, right: 3.0, top: 8.0, bottom: 8.0 };
        for fill in [Fill::Solid(Ink::Text), Fill::Veil(Ink::Text, 0.5), Fill::Striped(Ink::Text), Fill::Hollow(Ink::Text)] {
            assert!(!boxed(flat, fill).is_empty());
        }
    }
}
