//! Charts: what the scorecard wants drawn, as pictures with their words and their numbers.
//!
//! Owns the way from a [`ChartData`] to a [`Drawing`]. A chart file says where marks go ([`figure::Figure`]); [`svg`] makes the
//! picture; only that file knows plotters. Nothing here judges: titles, orders and verdicts arrive with the data.

mod axes;
mod backlog;
mod control;
mod dots;
mod events;
pub mod figure;
mod fill;
mod funnel;
mod groups;
mod heatmap;
mod icons;
mod layout;
mod margins;
mod multiples;
mod phases;
pub mod png;
mod ramp;
mod shares;
mod sparkline;
mod survival;
pub mod svg;
mod trend;

use crate::scorecard::{Better, ChartData, Definition, Unit};
use figure::{DataTable, Figure};

pub use icons::{assurance_icon, assurance_words, variation_icon, variation_words};
pub use sparkline::{sparkline, sparkline_png};

/// Width of a chart in a page's column, in CSS pixels.
pub const WIDE: f64 = 520.0;
/// Width of a chart on a phone and in a printed column, in CSS pixels.
pub const NARROW: f64 = 340.0;

/// A chart, drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// The picture for a page's column ([`WIDE`]), colours as CSS variables with the light ones as fallback.
    pub svg: String,
    /// The same chart laid out for [`NARROW`].
    pub svg_narrow: String,
    /// The finding.
    pub title: String,
    /// The measure.
    pub subtitle: String,
    /// What a reader who cannot see the picture is told.
    pub desc: String,
    /// The shapes a reader could not guess, for a line under the picture; may be empty.
    pub key: String,
    /// The numbers behind the picture.
    pub table: DataTable,
}

/// What every kind of chart can tell of itself.
trait Chart {
    /// The picture for a width in CSS pixels.
    fn figure(&self, width: f64) -> Figure;
    /// What a reader who cannot see the picture is told.
    fn desc(&self) -> String;
    /// The numbers.
    fn table(&self) -> DataTable;
    /// The shapes a reader could not guess.
    fn key(&self) -> String;
    /// The measure; a chart that could not draw everything says so in it.
    fn subtitle(&self, given: &str) -> String {
        given.to_owned()
    }
}

/// Draws `chart`. `subject` names the line or mark of the card's owner; `id` must be unique in the page.
pub fn draw(chart: &ChartData, definitions: &[Definition], subject: &str, id: &str) -> Drawing {
    let unit = |metric: &str| definitions.iter().find(|d| d.id == metric).map_or(Unit::Number, |d| d.unit);
    match chart {
        ChartData::Trend { metric, title, subtitle, points, desk, target, events, control } => {
            let is_lower_better = definitions.iter().any(|d| d.id == *metric && d.better == Better::Lower);
            let axis = axes::periods(&[points, desk]);
            let limits = control.as_ref().map(|c| control::Limits::new(c, points, &axis)).filter(|l| l.newest().is_some());
            let (points, desk) = (axes::aligned(&axis, points), if desk.is_empty() { Vec::new() } else { axes::aligned(&axis, desk) });
            let trend = trend::Trend { unit: unit(metric), is_lower_better, subject, points, desk, target: *target, events, limits };
            finish(id, (title, subtitle), &trend)
        }
        ChartData::Funnel { metric, title, subtitle, centre, target, limits, groups, phi, is_adjusted } => {
            let (centre, target, phi, is_adjusted) = (*centre, *target, *phi, *is_adjusted);
            finish(id, (title, subtitle), &funnel::Funnel { unit: unit(metric), centre, target, limits, groups, phi, is_adjusted })
        }
        ChartData::Survival { title, subtitle, curves, at_days } => finish(id, (title, subtitle), &survival::Survival { curves, at_days }),
        ChartData::Ramp { metric, title, subtitle, lines, settled } => {
            finish(id, (title, subtitle), &ramp::Ramp { unit: unit(metric), lines, settled: *settled })
        }
        ChartData::Groups { metric, title, subtitle, groups, desk, target } => {
            finish(id, (title, subtitle), &groups::Groups { unit: unit(metric), list: groups, desk: *desk, target: *target })
        }
        ChartData::Backlog { title, subtitle, open, created, resolved } => {
            finish(id, (title, subtitle), &backlog::Backlog::new(open, created, resolved))
        }
        ChartData::Margins { title, subtitle, bins, near, unknown, .. } => {
            finish(id, (title, subtitle), &margins::Margins { bins, near: *near, unknown: *unknown })
        }
        ChartData::Heatmap { metric, title, subtitle, rows, columns, cells } => {
            finish(id, (title, subtitle), &heatmap::Heatmap { unit: unit(metric), rows, columns, cells })
        }
        ChartData::Shares { title, subtitle, parts, rows, unit, about } => {
            finish(id, (title, subtitle), &shares::Shares { parts, rows, unit: *unit, about: *about })
        }
        ChartData::Multiples { metric, title, subtitle, panels } => {
            finish(id, (title, subtitle), &multiples::Multiples { unit: unit(metric), panels })
        }
        ChartData::Dots { metric, title, subtitle, groups, mean } => {
            finish(id, (title, subtitle), &dots::Dots { unit: unit(metric), groups, mean: *mean })
        }
        ChartData::Phases { metric, title, subtitle, event, points, others, fitted, expected, control } => {
            let limits = control.as_ref().map(|c| control::Limits::new(c, points, points)).filter(|l| l.newest().is_some());
            let others = if others.is_empty() { Vec::new() } else { axes::aligned(points, others) };
            let event = points.iter().position(|p| p.period == event.0).map(|at| (at, event.1.as_str()));
            finish(id, (title, subtitle), &phases::Phases { unit: unit(metric), points, others, event, fitted, expected, limits })
        }
    }
}

fn finish(id: &str, (title, subtitle): (&str, &str), chart: &impl Chart) -> Drawing {
    let desc = chart.desc();
    let picture = |width: f64, id: &str| svg::draw(&Figure { title: title.to_owned(), desc: desc.clone(), ..chart.figure(width) }, id);
    Drawing {
        svg: picture(WIDE, &format!("{id}-w")),
        svg_narrow: picture(NARROW, &format!("{id}-n")),
        title: title.to_owned(),
        subtitle: chart.subtitle(subtitle),
        key: chart.key(),
        table: chart.table(),
        desc,
    }
}

#[cfg(test)]
mod tests;
