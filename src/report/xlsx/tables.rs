//! A sheet a table: every cell's value, and behind it its n and interval where there are any.

use super::Book;
use super::grid::Grid;
use super::styles::{self, Look};
use crate::error::Result;
use crate::format;
use crate::report::parts;
use crate::say;
use crate::scorecard::{Card, Cell, TableColumn, TableData, TableRow, Unit};

/// What of the cells of a column gets a column of the sheet.
#[derive(Debug, Clone, Copy, Default)]
struct Shape {
    unit: Option<Unit>,
    has_n: bool,
    has_interval: bool,
    has_side: bool,
    width: f64,
}

impl Book<'_> {
    /// The tables of a card and of its parts; `over` says whose they are, where the workbook is not of that card.
    pub(super) fn tables(&mut self, card: &Card, over: &str) -> Result<()> {
        card.tables.iter().chain(card.sections.iter().flat_map(|s| &s.tables)).try_for_each(|t| self.table(t, over))
    }

    /// One table.
    pub(super) fn table(&mut self, t: &TableData, over: &str) -> Result<()> {
        let heads: Vec<String> = t.columns.iter().map(|c| parts::heading(self.place, c).text).collect();
        let shapes: Vec<Shape> = (0..t.columns.len()).map(|i| shape(t, i)).collect();
        let mut grid = self.sheet(&t.title)?;
        let names = t.rows.iter().map(|r| r.name.chars().count()).max().unwrap_or_default();
        let widths: Vec<f64> = [width(names, 16.0)].into_iter().chain(shapes.iter().flat_map(Shape::widths)).collect();
        grid.widths(&widths)?;
        let over = if over.is_empty() { String::new() } else { format!("{}: ", format::label(over, 80)) };
        grid.text(0, &format!("{over}{}", format::label(&t.title, 160)), Look::Title)?;
        grid.end()?;
        grid.paragraph(&t.note)?;
        grid.end()?;
        let row_label = format::label(&t.row_label, 60);
        let under: Vec<(String, bool)> = shapes.iter().zip(&heads).flat_map(|(s, h)| s.heads(h)).collect();
        let all: Vec<(&str, bool)> =
            [(row_label.as_str(), false)].into_iter().chain(under.iter().map(|(h, is)| (h.as_str(), *is))).collect();
        let head_row = grid.row;
        grid.head(&all, 1)?;
        t.rows.iter().try_for_each(|r| row(&mut grid, r, &shapes))?;
        grid.filter(head_row, all.len())
    }
}

fn shape(t: &TableData, column: usize) -> Shape {
    let cells = || t.rows.iter().filter_map(|r| r.cells.get(column));
    let has_value = |c: &&Cell| c.text.is_none() && c.value.is_some();
    let text = cells().filter_map(|c| c.text.as_ref()).map(|t| t.chars().count()).max().unwrap_or_default();
    let unit: Option<&TableColumn> = t.columns.get(column).filter(|_| cells().any(|c| c.text.is_none() && c.value.is_some()));
    Shape {
        unit: unit.map(|c| c.unit),
        // A count is its own n.
        has_n: cells().filter(has_value).any(|c| c.n > 0 && c.value != Some(c.n as f64)),
        has_interval: cells().filter(has_value).any(|c| c.interval.is_some()),
        has_side: cells().any(|c| c.is_good.is_some()),
        width: width(text, 13.0),
    }
}

fn width(characters: usize, least: f64) -> f64 {
    (characters as f64 * 1.05 + 2.0).clamp(least, 60.0)
}

impl Shape {
    fn heads(&self, head: &str) -> Vec<(String, bool)> {
        let mut all = vec![(head.to_owned(), self.unit.is_some())];
        all.extend(self.has_n.then(|| (format!("{head}: n"), true)));
        if self.has_interval {
            all.extend([(say!("{head}: 95 % from", head), true), (say!("{head}: to", head), true)]);
        }
        all.extend(self.has_side.then(|| (say!("{head}: says", head), false)));
        all
    }

    fn widths(&self) -> Vec<f64> {
        let mut all = vec![self.width];
        all.extend(self.has_n.then_some(10.0));
        all.extend(if self.has_interval { vec![11.0; 2] } else { vec![] });
        all.extend(self.has_side.then_some(12.0));
        all
    }
}

fn row(grid: &mut Grid<'_>, r: &TableRow, shapes: &[Shape]) -> Result<()> {
    grid.text(0, &r.name, Look::Wrapped)?;
    let mut column = 1;
    for (cell, shape) in r.cells.iter().zip(shapes) {
        one(grid, cell, (shape, column))?;
        column += u16::try_from(shape.widths().len()).unwrap_or(u16::MAX);
    }
    grid.end()
}

fn one(grid: &mut Grid<'_>, c: &Cell, (shape, mut column): (&Shape, u16)) -> Result<()> {
    let unit = shape.unit.unwrap_or(Unit::Number);
    let number = |grid: &mut Grid<'_>, column: u16, v: f64| {
        let (v, code) = styles::cell(unit, v, c.n, None);
        grid.number(column, v, &code)
    };
    match (&c.text, c.value) {
        (Some(text), _) => grid.text(column, text, Look::Wrapped)?,
        (None, Some(v)) => number(grid, column, v)?,
        (None, None) => {}
    }
    let has_value = c.text.is_none() && c.value.is_some();
    if shape.has_n {
        column += 1;
        if has_value && c.n > 0 {
            grid.count(column, c.n)?;
        }
    }
    if shape.has_interval {
        if let Some((low, high)) = c.interval.filter(|_| has_value) {
            number(grid, column + 1, low)?;
            number(grid, column + 2, high)?;
        }
        column += 2;
    }
    match c.is_good {
        Some(true) => grid.text(column + 1, say!("▲ good"), Look::Good),
        Some(false) => grid.text(column + 1, say!("◆ concern"), Look::Concern),
        None => Ok(()),
    }
}
