//! The rows of a part of the search, those of each pair of values side by side.
//!
//! A part reads the same rows once for every third attribute, a hundred bytes of shuffles a row; side by side they stay in the processor's cache.

use super::lanes::{Count, Word, add_all};
use super::table::Table;

/// Rows by place.
#[derive(Debug)]
pub(super) struct Arranged {
    /// The row of the table at each place.
    pub(super) rows: Vec<u32>,
    /// Trials before each place, and all; empty if every row is one trial.
    unit_start: Vec<u32>,
    /// Sum of the levels of a row's units.
    pub(super) level: Vec<u32>,
    /// Whether a row is of now.
    pub(super) now: Vec<bool>,
    /// Stratum of a row.
    pub(super) stratum: Vec<u32>,
}

impl Arranged {
    pub(super) fn new(table: &Table, rows: Vec<u32>) -> Self {
        let at = || rows.iter().map(|&row| row as usize);
        let ends = at().scan(0, |units, row| {
            *units += table.trials(row);
            Some(*units)
        });
        Self {
            unit_start: if table.is_single() { Vec::new() } else { std::iter::once(0).chain(ends).collect() },
            level: at().map(|row| table.level[row]).collect(),
            now: at().map(|row| table.now[row]).collect(),
            stratum: if table.is_plain { Vec::new() } else { at().map(|row| table.stratum[row]).collect() },
            rows,
        }
    }

    /// Trials of the row at a place.
    pub(super) fn trials(&self, place: usize) -> u32 {
        if self.unit_start.is_empty() { 1 } else { self.unit_start[place + 1] - self.unit_start[place] }
    }

    /// Trials of the rows at some places.
    pub(super) fn trials_of(&self, places: &[u32]) -> u64 {
        if self.unit_start.is_empty() {
            return places.len() as u64;
        }
        places.iter().map(|&place| u64::from(self.trials(place as usize))).sum()
    }

    /// What the table has for each unit, in this order.
    pub(super) fn dealt<T: Copy>(&self, table: &Table, of_table: &[T]) -> Vec<T> {
        if self.unit_start.is_empty() {
            return self.rows.iter().map(|&row| of_table[row as usize]).collect();
        }
        let units = self.rows.iter().flat_map(|&row| table.unit_start[row as usize]..table.unit_start[row as usize + 1]);
        units.map(|unit| of_table[unit as usize]).collect()
    }

    /// Counts the words of the units of the rows at some places, those that have one. Units are numbered as [`Self::dealt`] orders them.
    pub(super) fn count<'w, const W: usize>(&self, places: &[u32], word: impl Fn(usize) -> Option<&'w Word<W>>) -> Count<W> {
        let mut count = Count::default();
        if self.unit_start.is_empty() {
            add_all(&mut count, places.iter().filter_map(|&place| word(place as usize)));
            return count;
        }
        let units = |&place: &u32| self.unit_start[place as usize] as usize..self.unit_start[place as usize + 1] as usize;
        add_all(&mut count, places.iter().flat_map(units).filter_map(word));
        count
    }
}
