//! A word-sized trend: the line, the target as a dashed rule, the last point.

use super::axes;
use super::figure::{Figure, Frame, Ink, Mark, Panel, Range, Shape};
use super::png::{self, Look};
use super::svg;
use crate::error::Result;
use crate::format;
use crate::say;
use crate::scorecard::{Kpi, Unit};

/// Width and height on a page, CSS pixels.
const PAGE: (f64, f64) = (116.0, 28.0);
/// Width and height in a mail, CSS pixels: 224 × 64 as a sharp picture.
const MAIL: (f64, f64) = (112.0, 32.0);
/// A shorter history keeps to the right, so that the same place is the same period in every row.
const SLOTS: usize = 13;

/// The history of a measure as a small picture; `None` when no period has a value. `id` must be unique in the page.
pub fn sparkline(kpi: &Kpi, unit: Unit, id: &str) -> Option<String> {
    sized(kpi, unit, id, PAGE)
}

/// The same picture as PNG for a mail, 224 × 64 pixels where it is sharp; `None` when no period has a value.
///
/// # Errors
/// Those of [`png::draw`].
pub fn sparkline_png(kpi: &Kpi, unit: Unit, look: Look) -> Result<Option<Vec<u8>>> {
    sized(kpi, unit, "mail", MAIL).map(|svg| png::draw(&svg, look)).transpose()
}

fn sized(kpi: &Kpi, unit: Unit, id: &str, (width, height): (f64, f64)) -> Option<String> {
    let (first, last) = (kpi.history.first()?, kpi.history.last()?);
    let known: Vec<f64> = axes::values(&kpi.history).collect();
    let newest = kpi.history.iter().rfind(|p| p.value.is_some_and(f64::is_finite))?;
    let title = say!("{first} to {last}", first = first.short, last = last.short);
    let periods = if known.len() == 1 { say!("1 period").to_owned() } else { say!("{known} periods", known = known.len()) };
    let desc = say!(
        "{periods} with data, latest {newest} in {period}",
        periods,
        newest = format::optional(unit, newest.value, newest.n),
        period = newest.short
    );
    Some(svg::draw(&Figure { title, desc, width, height, panels: vec![panel(kpi, &known, (width, height))] }, id))
}

fn panel(kpi: &Kpi, known: &[f64], (width, height): (f64, f64)) -> Panel {
    let range = range(kpi, known);
    let frame = Frame { left: 4.0, right: width - 6.0, top: 5.0, bottom: height - 5.0 };
    let count = kpi.history.len();
    let x = (count as f64 - count.max(SLOTS) as f64, count as f64 - 1.0);
    let mut marks = Vec::new();
    if let Some(t) = kpi.target.filter(|t| (range.low..=range.high).contains(t)) {
        marks.push(Mark::Line { points: vec![(x.0, t), (x.1, t)], ink: Ink::Target, width: 0.9 });
    }
    for part in axes::segments(&kpi.history, range) {
        match part.as_slice() {
            [at] => marks.push(Mark::Dot { at: *at, shape: Shape::Circle, radius: 1.5, ink: Ink::Desk }),
            _ => marks.push(Mark::Line { points: part, ink: Ink::Desk, width: 1.5 }),
        }
    }
    if let Some((i, p)) = kpi.history.iter().enumerate().rfind(|(_, p)| p.value.is_some_and(f64::is_finite)) {
        let shape = if p.is_partial { Shape::Hollow } else { Shape::Circle };
        marks.push(Mark::Dot { at: (i as f64, range.clamp(p.value.unwrap_or_default())), shape, radius: 2.8, ink: Ink::Text });
    }
    Panel { frame, x, y: (range.low, range.high), marks }
}

/// All of the history; the target too, unless that would flatten the line.
fn range(kpi: &Kpi, known: &[f64]) -> Range {
    let (low, high) = known.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
    let span = (high - low).max(high.abs() * 0.02).max(1e-9);
    let near = kpi.target.filter(|t| *t > low - 1.5 * span && *t < high + 1.5 * span);
    let (low, high) = near.map_or((low, high), |t| (low.min(t), high.max(t)));
    let air = if high > low { 0.0 } else { span };
    Range { low: low - air, high: high + air }
}
