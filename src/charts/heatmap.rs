//! A grid of rows and columns (days by hours), each cell as dark as it differs: what lies far on the concerning side has a cross as well.
//!
//! Owns the fills. What differs by how much arrives with the data.

use std::fmt::Write as _;

use super::Chart;
use super::figure::{Anchor, DataTable, Figure, Frame, Ink, Mark, TextStyle, text_width};
use super::fill::{self, Fill};
use crate::format;
use crate::say;
use crate::scorecard::{HeatCell, Unit};

/// Height of a row, CSS pixels.
const ROW: f64 = 22.0;
/// Air between cells.
const GAP: f64 = 1.5;
/// Strength below which a cell is blank.
const FAINT: f64 = 0.18;
/// Air for wide letters.
const NAME_AIR: f64 = 10.0;
/// Cells told in the description.
const TOLD: usize = 3;

/// The data of a heatmap.
#[derive(Debug)]
pub(super) struct Heatmap<'a> {
    pub(super) unit: Unit,
    pub(super) rows: &'a [String],
    pub(super) columns: &'a [String],
    /// Row by row.
    pub(super) cells: &'a [HeatCell],
}

impl Chart for Heatmap<'_> {
    fn figure(&self, width: f64) -> Figure {
        let (top, height) = (22.0, 22.0 + self.rows.len() as f64 * ROW + 4.0);
        let wide = |name: &String| text_width(&row_name(name, width), TextStyle::AXIS.size, false);
        let left = self.rows.iter().map(wide).fold(0.0, f64::max) + 8.0 + NAME_AIR;
        let step = (width - left) / self.columns.len().max(1) as f64;
        let mut marks = self.heads(left, step);
        for (r, name) in self.rows.iter().enumerate() {
            let y = top + r as f64 * ROW;
            let style = TextStyle::AXIS.anchored(Anchor::End).inked(Ink::Text);
            let text = row_name(name, width);
            marks.push(Mark::Label { at: (left - 8.0, y + ROW / 2.0), shift: (0.0, 0.0), text, style });
            for c in 0..self.columns.len() {
                let x = left + c as f64 * step;
                let frame = Frame { left: x, right: x + step - GAP, top: y, bottom: y + ROW - GAP };
                marks.extend(self.cell(r, c).map_or_else(Vec::new, |cell| painted(cell, frame)));
            }
        }
        Figure { width, height, panels: vec![fill::sheet(width, height, marks)], ..Figure::default() }
    }

    fn desc(&self) -> String {
        let mut text = say!("A grid of {rows} by {columns}. ", rows = self.rows.len(), columns = self.columns.len());
        let mut order: Vec<usize> =
            (0..self.cells.len().min(self.rows.len() * self.columns.len())).filter(|i| self.cells[*i].n > 0).collect();
        order.sort_by(|a, b| self.cells[*b].shade.abs().total_cmp(&self.cells[*a].shade.abs()).then(a.cmp(b)));
        for i in order.into_iter().take(TOLD).filter(|i| self.cells[*i].shade.abs() >= FAINT) {
            let (row, column) = (i / self.columns.len(), i % self.columns.len());
            let _ = write!(text, "{} {}: {}. ", self.rows[row], self.columns[column], self.words(&self.cells[i]));
        }
        text + say!("The numbers are in the table below.")
    }

    fn table(&self) -> DataTable {
        let head = [String::new()].into_iter().chain(self.columns.iter().cloned()).collect();
        let row = |(r, name): (usize, &String)| {
            let cells = (0..self.columns.len()).map(|c| self.cell(r, c).map_or_else(String::new, |cell| self.words(cell)));
            [name.clone()].into_iter().chain(cells).collect()
        };
        DataTable { columns: head, rows: self.rows.iter().enumerate().map(row).collect() }
    }

    fn key(&self) -> String {
        say!("the stronger a cell, the more it differs; ×: on the concerning side; outlined: as usual; blank: no rows").to_owned()
    }
}

impl Heatmap<'_> {
    fn cell(&self, row: usize, column: usize) -> Option<&HeatCell> {
        self.cells.get(row * self.columns.len() + column)
    }

    fn words(&self, cell: &HeatCell) -> String {
        if cell.n == 0 {
            String::new()
        } else {
            format!("{} (n {})", format::optional(self.unit, cell.value, cell.n), format::count(cell.n))
        }
    }

    /// Heads of the columns, as many as have room.
    fn heads(&self, left: f64, step: f64) -> Vec<Mark> {
        let wide = self.columns.iter().map(|c| text_width(c, TextStyle::AXIS.size, false)).fold(1.0, f64::max) + 8.0;
        let every = (wide / step).ceil().max(1.0) as usize;
        let head = |(i, text): (usize, &String)| {
            let at = (left + i as f64 * step + (step - GAP) / 2.0, 9.0);
            Mark::Label { at, shift: (0.0, 0.0), text: text.clone(), style: TextStyle::AXIS.anchored(Anchor::Middle) }
        };
        // The last head must not run over the edge.
        self.columns.iter().enumerate().filter(|(i, _)| i % every == 0).map(head).collect()
    }
}

/// `Mon` for `Monday` where there is little room.
fn row_name(name: &str, width: f64) -> String {
    if width < 400.0 { format::label(name, 40).chars().take(3).collect() } else { format::label(name, 14) }
}

/// A cell: nothing without rows, an outline for the usual, a colour for what differs.
fn painted(cell: &HeatCell, frame: Frame) -> Vec<Mark> {
    if cell.n == 0 {
        return Vec::new();
    }
    let strength = cell.shade.abs().min(1.0);
    if strength < FAINT {
        return fill::boxed(frame, Fill::Hollow(Ink::Grid));
    }
    match cell.is_good {
        Some(false) if strength > 0.35 => {
            let mut marks = fill::boxed(frame, Fill::Veil(Ink::Concern, strength * 0.6));
            let middle = (f64::midpoint(frame.left, frame.right), f64::midpoint(frame.top, frame.bottom));
            let style = TextStyle::AXIS.anchored(Anchor::Middle).inked(Ink::Text);
            marks.push(Mark::Label { at: middle, shift: (0.0, 0.0), text: "×".to_owned(), style });
            marks
        }
        Some(false) => fill::boxed(frame, Fill::Veil(Ink::Concern, strength * 0.75)),
        Some(true) => fill::boxed(frame, Fill::Veil(Ink::Good, strength * 0.6)),
        None => fill::boxed(frame, Fill::Veil(Ink::LineTwo, strength * 0.75)),
    }
}
