//! The sheets of measures: one a row with its value, interval, verdict and trend; and the values the trends are drawn from.

use std::collections::BTreeMap;

use rust_xlsxwriter::{ChartEmptyCells, ConditionalFormatDataBar, ConditionalFormatType, Sparkline};

use super::grid::Grid;
use super::styles::{self, Look, look_of};
use super::{Book, failed};
use crate::error::Result;
use crate::format;
use crate::report::card_view::{Place, kind_word};
use crate::report::measure;
use crate::report::view::KpiView;
use crate::scorecard::{Better, Card, Kpi, Scorecard, Unit};
use crate::{key, say};

/// Name of the sheet with the values over time; `History` is a name Excel keeps for itself.
pub(super) const TREND: &str = key!("Trend");
/// First column of values on that sheet.
const FIRST_VALUE: u16 = 4;
/// First row of values on that sheet, below its title and head.
const FIRST_ROW: u32 = 4;
/// Periods a trend shows.
const SLOTS: usize = 13;

/// A measure with whose it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    kind: &'static str,
    card: &'a str,
    role: &'static str,
    kpi: &'a Kpi,
}

/// The measures of a card: judged, then context, then observations.
pub(super) fn rows(card: &Card) -> Vec<Row<'_>> {
    let (kind, name) = (kind_word(card.kind), card.name.as_str());
    let of = |role, kpi| Row { kind, card: name, role, kpi };
    let judged = card.kpis.iter().filter(|k| k.is_judged).map(|k| of(say!("judged"), k));
    let context = card.kpis.iter().filter(|k| !k.is_judged).map(|k| of(say!("context"), k));
    judged.chain(context).chain(card.observations.iter().map(|k| of(say!("observation"), k))).collect()
}

/// The measures that topics add to those of the desk's card.
pub(super) fn of_topics(scorecard: &Scorecard) -> Vec<Row<'_>> {
    let is_new = |k: &&Kpi| !scorecard.cards.iter().flat_map(|c| &c.kpis).any(|other| other.metric == k.metric);
    let role = |k: &Kpi| if k.is_judged { say!("judged") } else { say!("context") };
    let of = |title, kpi| Row { kind: say!("Topic"), card: title, role: role(kpi), kpi };
    scorecard.topics.iter().flat_map(|t| t.kpis.iter().filter(is_new).map(|k| of(t.title.as_str(), k))).collect()
}

/// Head, width, whether it holds numbers.
const COLUMNS: [(&str, f64, bool); 21] = [
    (key!("Section"), 14.0, false),
    (key!("Measure"), 36.0, false),
    (key!("Definition"), 20.0, false),
    (key!("Role"), 10.0, false),
    (key!("Value"), 12.0, true),
    ("n", 9.0, true),
    (key!("Target"), 12.0, true),
    (key!("95 % from"), 10.0, true),
    (key!("95 % to"), 10.0, true),
    (key!("Verdict"), 20.0, false),
    (key!("Trend, 13 periods"), 22.0, false),
    (key!("Before"), 12.0, true),
    (key!("n before"), 9.0, true),
    (key!("Change"), 13.0, false),
    (key!("Signal"), 32.0, false),
    (key!("Level"), 10.0, true),
    (key!("Level from"), 10.0, true),
    (key!("Level to"), 10.0, true),
    (key!("Level says"), 34.0, false),
    (key!("Not yet mature"), 10.0, true),
    (key!("Also"), 56.0, false),
];
/// First column of the second page.
const SECOND: u16 = 14;
const VALUE: u16 = 4;
const SPARK: u16 = 10;

impl Book<'_> {
    /// The measures; `has_cards` puts whose they are in front.
    pub(super) fn measures(&mut self, name: &str, rows: &[Row<'_>], has_cards: bool) -> Result<()> {
        let place = self.place;
        let periods = periods(rows).len();
        let below = say!(
            "{subject} · {label} · empty cells are “no data”, which is not zero",
            subject = self.subject,
            label = format::label(&place.scorecard.period.label, 80)
        );
        let mut grid = self.sheet(name)?;
        let shift = if has_cards { 2 } else { 0 };
        let in_front = [(say!("Card of"), 10.0, false), (say!("Name"), 28.0, false)];
        let columns: Vec<(&str, f64, bool)> = in_front[..usize::from(shift)]
            .iter()
            .copied()
            .chain(COLUMNS.map(|(head, width, is_number)| (crate::language::text(head), width, is_number)))
            .collect();
        grid.widths(&columns.iter().map(|c| c.1).collect::<Vec<_>>())?;
        grid.title(say!("Measures"), &below)?;
        let head_row = grid.row;
        grid.head(&columns.iter().map(|c| (c.0, c.2)).collect::<Vec<_>>(), shift + 2)?;
        for (i, row) in rows.iter().enumerate() {
            if has_cards {
                grid.text(0, row.kind, Look::Plain)?;
                grid.text(1, row.card, Look::Wrapped)?;
            }
            measure_row(&mut grid, place, (row, (i, periods)), shift)?;
        }
        grid.filter(head_row, columns.len())?;
        print_in_two(&mut grid, &columns.iter().map(|c| c.1).collect::<Vec<_>>(), shift + SECOND)?;
        bars(&mut grid, place, (rows, head_row + 1), shift + VALUE)
    }

    /// The value of every measure in each of the last periods.
    pub(super) fn trend(&mut self, rows: &[Row<'_>]) -> Result<()> {
        let place = self.place;
        let periods = periods(rows);
        let below = say!("{subject}: the values behind the trends, oldest first", subject = self.subject);
        let mut grid = self.sheet(crate::language::text(TREND))?;
        grid.widths(&[10.0, 28.0, 20.0, 36.0])?;
        grid.title(crate::language::text(TREND), &below)?;
        let head_row = grid.row;
        let heads: Vec<(&str, bool)> = [say!("Card of"), say!("Name"), say!("Definition"), say!("Measure")]
            .into_iter()
            .map(|h| (h, false))
            .chain(periods.values().map(|(_, s)| (s.as_str(), true)))
            .collect();
        grid.head(&heads, FIRST_VALUE)?;
        for row in rows {
            grid.text(0, row.kind, Look::Plain)?;
            grid.text(1, row.card, Look::Plain)?;
            grid.text(2, &row.kpi.metric, Look::Plain)?;
            grid.text(3, label(place, row.kpi), Look::Plain)?;
            for point in row.kpi.history.iter().rev().take(SLOTS) {
                if let (Some(v), Some((column, _))) = (point.value, periods.get(point.period.as_str())) {
                    let (v, code) = styles::cell(place.unit(&row.kpi.metric), v, point.n, None);
                    grid.number(*column, v, &code)?;
                }
            }
            grid.end()?;
        }
        grid.filter(head_row, heads.len())
    }
}

/// Every period of any trend, by id, with its column and short name.
fn periods<'a>(rows: &[Row<'a>]) -> BTreeMap<&'a str, (u16, String)> {
    let points = rows.iter().flat_map(|r| r.kpi.history.iter().rev().take(SLOTS));
    let by_id: BTreeMap<&str, String> = points.map(|p| (p.period.as_str(), format::label(&p.short, 20))).collect();
    by_id.into_iter().zip(FIRST_VALUE..).map(|((id, short), column)| (id, (column, short))).collect()
}

fn label<'a>(place: Place<'a>, k: &'a Kpi) -> &'a str {
    place.scorecard.definitions.iter().find(|d| d.id == k.metric).map_or(k.metric.as_str(), |d| d.label.as_str())
}

/// One row, and on the sheet of trends the one of the same number.
fn measure_row(grid: &mut Grid<'_>, place: Place<'_>, (row, at_trend): (&Row<'_>, (usize, usize)), at: u16) -> Result<()> {
    let k = row.kpi;
    let view = measure::kpi(place, k, "xlsx");
    let definition = place.definition(&k.metric);
    grid.text(at, definition.map_or(say!("Other"), |d| d.section.as_str()), Look::Plain)?;
    grid.text(at + 1, label(place, k), Look::Wrapped)?;
    grid.text(at + 2, &k.metric, Look::Subtle)?;
    grid.text(at + 3, row.role, Look::Subtle)?;
    values(grid, place, k, at)?;
    words(grid, &view, at)?;
    levels(grid, place, k, at)?;
    if k.history.iter().any(|p| p.value.is_some_and(f64::is_finite)) {
        let line = sparkline(grid, at_trend);
        let row = grid.row;
        grid.sheet.add_sparkline(row, at + SPARK, &line).map_err(|e| failed(&e))?;
    }
    grid.end()
}

fn values(grid: &mut Grid<'_>, place: Place<'_>, k: &Kpi, at: u16) -> Result<()> {
    let unit = place.unit(&k.metric);
    let better = place.definition(&k.metric).map_or(Better::Neither, |d| d.better);
    let mut put = |column: u16, v: Option<f64>, n: u64, target: Option<f64>| {
        let Some(v) = v else { return Ok(()) };
        let (v, code) = styles::cell(unit, v, n, target);
        grid.number(at + column, v, &code)
    };
    put(4, k.value, k.n, k.target)?;
    put(7, k.interval.map(|i| i.0), k.n, None)?;
    put(8, k.interval.map(|i| i.1), k.n, None)?;
    put(11, k.previous, k.previous_n, None)?;
    if !k.is_hidden {
        grid.count(at + 5, k.n)?;
    }
    if k.previous.is_some() {
        grid.count(at + 12, k.previous_n)?;
    }
    let Some(t) = k.target else { return Ok(()) };
    let (t, code) = styles::target(unit, t, better);
    grid.number(at + 6, t, &code)
}

fn words(grid: &mut Grid<'_>, view: &KpiView, at: u16) -> Result<()> {
    grid.text(at + 9, &view.verdict, look_of(&view.verdict_class))?;
    let change = format!("{} {}", view.change.glyph, view.change.delta);
    grid.text(at + 13, change.trim(), look_of(&view.change.class))?;
    let assurance = if view.assurance.word.is_empty() { String::new() } else { format!("; {}", view.assurance.word) };
    grid.text(at + 14, &format!("{}{assurance}", view.variation.word), Look::Wrapped)?;
    grid.text(
        at + 18,
        &[view.level.glyph.as_str(), view.level.side.as_str(), view.level.word.as_str()].join(" ").replace("  ", " "),
        Look::Wrapped,
    )?;
    grid.text(at + 20, &view.also.join(". "), Look::Wrapped)
}

fn levels(grid: &mut Grid<'_>, place: Place<'_>, k: &Kpi, at: u16) -> Result<()> {
    let unit = place.unit(&k.metric);
    if let Some(l) = k.level {
        for (column, v) in [(15, l.value), (16, l.interval.0), (17, l.interval.1)] {
            let (v, code) = styles::cell(unit, v, l.n, None);
            grid.number(at + column, v, &code)?;
        }
    }
    if k.immature > 0 { grid.count(at + 19, k.immature) } else { Ok(()) }
}

/// The trend of the measure of number `i`, over all columns of the sheet of trends.
fn sparkline(grid: &Grid<'_>, (i, periods): (usize, usize)) -> Sparkline {
    let row = FIRST_ROW + i as u32;
    let last = FIRST_VALUE + periods.max(1) as u16 - 1;
    Sparkline::new()
        .set_range((crate::language::text(TREND), row, FIRST_VALUE, row, last))
        .set_sparkline_color(grid.styles.line())
        .show_last_point(true)
        .set_last_point_color(grid.styles.dot())
        .set_line_weight(1.5)
        .show_empty_cells_as(ChartEmptyCells::Gaps)
}

/// Two pages side by side, the names of measures on both: all columns on one would be too small to read.
fn print_in_two(grid: &mut Grid<'_>, widths: &[f64], second: u16) -> Result<()> {
    /// Characters across A4 landscape at full size.
    const PAGE: f64 = 126.0;
    let names = second - SECOND;
    let across = |columns: &[f64]| columns.iter().sum::<f64>();
    let repeated = across(&widths[usize::from(names.saturating_sub(1))..=usize::from(names + 1)]);
    let widest = across(&widths[..usize::from(second)]).max(repeated + across(&widths[usize::from(second)..]));
    grid.sheet.set_print_scale((PAGE / widest * 100.0).clamp(40.0, 100.0) as u16);
    grid.sheet.set_vertical_page_breaks(&[u32::from(second)]).map_err(|e| failed(&e))?;
    grid.sheet.set_repeat_columns(names.saturating_sub(1), names + 1).map_err(|e| failed(&e))?;
    Ok(())
}

/// Bars behind shares, from none to all; other units have no common scale.
fn bars(grid: &mut Grid<'_>, place: Place<'_>, (rows, first): (&[Row<'_>], u32), column: u16) -> Result<()> {
    let is_share = |r: &Row<'_>| place.unit(&r.kpi.metric) == Unit::Share;
    let ranges: Vec<String> = runs(rows.iter().map(is_share))
        .into_iter()
        .map(|(from, to)| {
            let cell = |row: usize| rust_xlsxwriter::utility::row_col_to_cell(first + row as u32, column);
            format!("{}:{}", cell(from), cell(to))
        })
        .collect();
    let Some((from, to)) = runs(rows.iter().map(is_share)).first().copied() else { return Ok(()) };
    let bar = ConditionalFormatDataBar::new()
        .set_minimum(ConditionalFormatType::Number, 0)
        .set_maximum(ConditionalFormatType::Number, 1)
        .set_fill_color(grid.styles.bar())
        .set_solid_fill(true)
        .set_border_off(true)
        .set_multi_range(ranges.join(" "));
    grid.sheet.add_conditional_format(first + from as u32, column, first + to as u32, column, &bar).map_err(|e| failed(&e))?;
    Ok(())
}

/// First and last of each run of `true`.
fn runs(flags: impl Iterator<Item = bool>) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (i, _) in flags.enumerate().filter(|(_, flag)| *flag) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == i => *last = i,
            _ => runs.push((i, i)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_found_from_both_ends() {
        assert_eq!(runs([true, true, false, true].into_iter()), [(0, 1), (3, 3)]);
        assert!(runs([false].into_iter()).is_empty() && runs([].into_iter()).is_empty());
    }
}
