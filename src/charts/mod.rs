//! Charts: what the scorecard wants drawn, as pictures with their words and their numbers.
//!
//! Owns the way from a [`ChartData`] to a [`Drawing`]. A chart file says where marks go ([`figure::Figure`]); [`svg`] makes the
//! picture; only that file knows plotters. Nothing here judges: titles, orders and verdicts arrive with the data.

mod axes;
mod backlog;
pub mod figure;
mod groups;
mod sparkline;
pub mod svg;
mod trend;

use crate::scorecard::{ChartData, Definition, Unit};
use figure::{DataTable, Figure};

pub use sparkline::sparkline;

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
    /// The numbers behind the picture.
    pub table: DataTable,
}

/// Draws `chart`. `subject` names the line or mark of the card's owner; `id` must be unique in the page.
pub fn draw(chart: &ChartData, definitions: &[Definition], subject: &str, id: &str) -> Drawing {
    let unit = |metric: &str| definitions.iter().find(|d| d.id == metric).map_or(Unit::Number, |d| d.unit);
    match chart {
        ChartData::Trend { metric, title, subtitle, points, desk, target, events } => {
            let is_lower_better = definitions.iter().any(|d| d.id == *metric && d.better == crate::scorecard::Better::Lower);
            let axis = axes::periods(&[points, desk]);
            let (points, desk) = (axes::aligned(&axis, points), if desk.is_empty() { Vec::new() } else { axes::aligned(&axis, desk) });
            let trend = trend::Trend { unit: unit(metric), is_lower_better, subject, points, desk, target: *target, events };
            finish(id, (title, subtitle), trend.desc(), (trend.table(), |width| trend.figure(width)))
        }
        ChartData::Groups { metric, title, subtitle, groups, desk, target } => {
            let groups = groups::Groups { unit: unit(metric), list: groups, desk: *desk, target: *target };
            finish(id, (title, subtitle), groups.desc(), (groups.table(), |width| groups.figure(width)))
        }
        ChartData::Backlog { title, subtitle, open, created, resolved } => {
            let backlog = backlog::Backlog::new(open, created, resolved);
            finish(id, (title, subtitle), backlog.desc(), (backlog.table(), |width| backlog.figure(width)))
        }
    }
}

fn finish(id: &str, (title, subtitle): (&str, &str), desc: String, (table, figure): (DataTable, impl Fn(f64) -> Figure)) -> Drawing {
    let picture = |width: f64, id: &str| svg::draw(&Figure { title: title.to_owned(), desc: desc.clone(), ..figure(width) }, id);
    Drawing {
        svg: picture(WIDE, &format!("{id}-w")),
        svg_narrow: picture(NARROW, &format!("{id}-n")),
        title: title.to_owned(),
        subtitle: subtitle.to_owned(),
        table,
        desc,
    }
}

#[cfg(test)]
mod tests;
