//! Tables with columns of what was answered, as others may read them.

use super::{LEAD, Pass, Whose, coarse};
use crate::say;
use crate::scorecard::{CardKind, Cell, TableData, TableRow};

impl Pass<'_> {
    /// Makes a table of a card fit for others; whether a column is left of it.
    ///
    /// Teams and suppliers stand as on their own pages; parts of the desk's work in round numbers, with as many kept back that those
    /// are enough together; and parts of a team's not at all: they would be the cells of which the desk's are the totals.
    pub(super) fn table(&self, (kind, _): Whose<'_>, table: &mut TableData) -> bool {
        if kind != CardKind::Desk {
            return self.without_answers(table);
        }
        let groups = match table.row_label.as_str() {
            label if label == say!("Team") => Some(CardKind::Team),
            label if label == say!("Supplier") => Some(CardKind::Supplier),
            _ => None,
        };
        for column in self.columns(table) {
            match groups.filter(|_| table.columns[column].metric.as_deref() == Some(LEAD)) {
                Some(kind) => self.by_group(kind, column, table),
                None => self.by_part(column, table),
            }
        }
        true
    }

    /// The same for a table of a part of a page, whose rows are no parts of a total.
    pub(super) fn table_of_section(&self, table: &mut TableData) -> bool {
        for column in self.columns(table) {
            let unit = table.columns[column].unit;
            for cell in table.rows.iter_mut().filter_map(|r| r.cells.get_mut(column)) {
                if cell.n < self.min_n {
                    kept_back(cell);
                } else {
                    cell.value = cell.value.map(|v| coarse::value(unit, v));
                    (cell.n, cell.interval) = (coarse::count(cell.n), cell.interval.map(|i| coarse::interval(unit, i)));
                }
            }
        }
        true
    }

    /// Places of the columns of answers.
    fn columns(&self, table: &TableData) -> Vec<usize> {
        let is_answer = |i: &usize| table.columns[*i].metric.as_deref().is_some_and(|m| self.is_answer(m));
        (0..table.columns.len()).filter(is_answer).collect()
    }

    fn without_answers(&self, table: &mut TableData) -> bool {
        for column in self.columns(table).into_iter().rev() {
            table.columns.remove(column);
            table.rows.iter_mut().filter(|r| column < r.cells.len()).for_each(|r| drop(r.cells.remove(column)));
        }
        !table.columns.is_empty()
    }

    fn by_group(&self, kind: CardKind, column: usize, table: &mut TableData) {
        for row in &mut table.rows {
            let name = if row.name == say!("(none)") { "" } else { row.name.as_str() };
            let is_shown = self.decided.is_shown((kind, name), self.period);
            row.cells.get_mut(column).filter(|_| !is_shown).into_iter().for_each(kept_back);
        }
    }

    fn by_part(&self, column: usize, table: &mut TableData) {
        let n = |row: &TableRow| row.cells.get(column).map_or(0, |c| c.n);
        let mut by_rows: Vec<usize> = (0..table.rows.len()).filter(|i| n(&table.rows[*i]) > 0).collect();
        by_rows.sort_by_key(|i| n(&table.rows[*i]));
        let mut together = 0;
        for i in by_rows {
            let own = n(&table.rows[i]);
            if own < self.min_n || (together > 0 && together < self.min_n) {
                together += own;
                kept_back(&mut table.rows[i].cells[column]);
            }
        }
        Self::table_of_column(column, table);
    }

    fn table_of_column(column: usize, table: &mut TableData) {
        let unit = table.columns[column].unit;
        for cell in table.rows.iter_mut().filter_map(|r| r.cells.get_mut(column)) {
            cell.value = cell.value.map(|v| coarse::value(unit, v));
            (cell.n, cell.interval) = (coarse::count(cell.n), cell.interval.map(|i| coarse::interval(unit, i)));
        }
    }
}

fn kept_back(cell: &mut Cell) {
    *cell = Cell::default();
}
