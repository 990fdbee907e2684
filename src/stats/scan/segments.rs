//! All combinations of one to three attribute values with rows enough, each once, with its rows.
//!
//! A segment that has the rows of a shorter one (an agent and their team) is left out. Rows come ordered by stratum, as in the table:
//! every sort here is stable.

use super::Condition;
use super::table::Table;

/// Rows of a value with too few of them.
const DEAD: u32 = u32::MAX;

/// What an enumeration needs: rows by value of each attribute.
#[derive(Debug)]
pub(super) struct Segments<'t> {
    table: &'t Table,
    max_attributes: usize,
    min_units: u64,
    singles: Vec<Single>,
}

/// Rows by value of one attribute.
#[derive(Debug)]
struct Single {
    /// Place of the row's value among the live ones.
    rank: Vec<u32>,
    /// Rows of live values, by value.
    rows: Vec<u32>,
    /// Code and units of each live value.
    values: Vec<(u32, u64)>,
}

/// One segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment<'s> {
    pub(super) attributes: &'s [usize],
    /// Its rows, ordered by stratum.
    pub(super) rows: &'s [u32],
    /// Their trials.
    pub(super) units: u64,
}

impl Segment<'_> {
    pub(super) fn conditions(&self, table: &Table) -> Vec<Condition> {
        let code = |&attribute: &usize| table.codes[attribute][self.rows[0] as usize];
        self.attributes.iter().map(|attribute| Condition { attribute: *attribute, code: code(attribute) }).collect()
    }
}

/// A part of the enumeration: an attribute alone, or two attributes and every third after them.
pub(super) type Part = (usize, usize);

impl<'t> Segments<'t> {
    pub(super) fn new(table: &'t Table, max_attributes: usize, min_units: u64) -> Self {
        let singles = (0..table.codes.len()).map(|attribute| Single::new(table, attribute, min_units)).collect();
        Self { table, max_attributes, min_units, singles }
    }

    pub(super) fn parts(&self) -> Vec<Part> {
        let attributes = self.singles.len();
        let second = |a: usize| if self.max_attributes == 1 { a..a + 1 } else { a..attributes };
        (0..attributes).flat_map(|a| second(a).map(move |b| (a, b))).collect()
    }

    /// Calls `see` with each segment of a part, always in the same order.
    pub(super) fn visit(&self, (a, b): Part, see: &mut impl FnMut(&Segment)) {
        if a == b {
            self.visit_single(a, see);
        } else {
            let pairs = self.visit_pairs(a, b, see);
            if self.max_attributes == 3 && !pairs.units.is_empty() {
                let mut rows = vec![0; *pairs.start.last().unwrap_or(&0) as usize];
                (b + 1..self.singles.len()).for_each(|c| self.visit_triples([a, b, c], &pairs, &mut rows, see));
            }
        }
    }

    fn visit_single(&self, a: usize, see: &mut impl FnMut(&Segment)) {
        let single = &self.singles[a];
        for rows in single.rows.chunk_by(|&x, &y| single.rank[x as usize] == single.rank[y as usize]) {
            let (_, units) = single.values[single.rank[rows[0] as usize] as usize];
            if units < self.all_units() {
                see(&Segment { attributes: &[a], rows, units });
            }
        }
    }

    fn visit_pairs(&self, a: usize, b: usize, see: &mut impl FnMut(&Segment)) -> Pairs {
        let (first, second) = (&self.singles[a], &self.singles[b]);
        let sorted = sorted_by(&second.rows, &first.rank, first.values.len());
        let mut pairs = Pairs { id: vec![DEAD; self.table.rows()], start: vec![0], units: Vec::new() };
        let is_same = |&x: &u32, &y: &u32| {
            let (x, y) = (x as usize, y as usize);
            first.rank[x] == first.rank[y] && second.rank[x] == second.rank[y]
        };
        for rows in sorted.chunk_by(is_same) {
            let units = self.units(rows);
            let (x, y) = (first.rank[rows[0] as usize], second.rank[rows[0] as usize]);
            let is_shorter = units == first.values[x as usize].1 || units == second.values[y as usize].1;
            if units < self.min_units || is_shorter {
                continue;
            }
            see(&Segment { attributes: &[a, b], rows, units });
            rows.iter().for_each(|&row| pairs.id[row as usize] = pairs.units.len() as u32);
            pairs.units.push(units);
            pairs.start.push(pairs.start[pairs.start.len() - 1] + rows.len() as u32);
        }
        pairs
    }

    fn visit_triples(&self, attributes: [usize; 3], pairs: &Pairs, rows: &mut [u32], see: &mut impl FnMut(&Segment)) {
        let third = &self.singles[attributes[2]];
        let mut next = pairs.start.clone();
        for &row in &third.rows {
            let id = pairs.id[row as usize];
            if id != DEAD {
                rows[next[id as usize] as usize] = row;
                next[id as usize] += 1;
            }
        }
        let is_same = |&x: &u32, &y: &u32| third.rank[x as usize] == third.rank[y as usize];
        for (id, &pair_units) in pairs.units.iter().enumerate() {
            for rows in rows[pairs.start[id] as usize..next[id] as usize].chunk_by(is_same) {
                let units = self.units(rows);
                if units >= self.min_units && units < pair_units {
                    see(&Segment { attributes: &attributes, rows, units });
                }
            }
        }
    }

    fn units(&self, rows: &[u32]) -> u64 {
        if self.all_units() == self.table.rows() as u64 {
            return rows.len() as u64;
        }
        rows.iter().map(|&row| u64::from(self.table.trials(row as usize))).sum()
    }

    fn all_units(&self) -> u64 {
        u64::from(self.table.unit_start[self.table.rows()])
    }
}

/// Pairs of values that live.
#[derive(Debug)]
struct Pairs {
    /// Which pair a row has.
    id: Vec<u32>,
    /// Rows before each pair, and all.
    start: Vec<u32>,
    /// Trials of each pair.
    units: Vec<u64>,
}

impl Single {
    fn new(table: &Table, attribute: usize, min_units: u64) -> Self {
        let codes = &table.codes[attribute];
        let mut units = vec![0_u64; table.cardinalities[attribute] as usize];
        codes.iter().enumerate().for_each(|(row, &code)| units[code as usize] += u64::from(table.trials(row)));
        let mut values = Vec::new();
        let mut rank_of = vec![DEAD; units.len()];
        for (code, &units) in units.iter().enumerate() {
            if units >= min_units && units > 0 {
                rank_of[code] = values.len() as u32;
                values.push((code as u32, units));
            }
        }
        let rank: Vec<u32> = codes.iter().map(|&code| rank_of[code as usize]).collect();
        let all: Vec<u32> = (0..codes.len() as u32).collect();
        let rows = sorted_by(&all, &rank, values.len());
        Self { rank, rows, values }
    }
}

/// Rows whose rank is alive, stably sorted by it.
fn sorted_by(rows: &[u32], rank: &[u32], ranks: usize) -> Vec<u32> {
    let mut next = vec![0_u32; ranks + 1];
    let live = || rows.iter().map(|&row| (row, rank[row as usize])).filter(|&(_, rank)| rank != DEAD);
    live().for_each(|(_, rank)| next[rank as usize + 1] += 1);
    for rank in 0..ranks {
        next[rank + 1] += next[rank];
    }
    let mut sorted = vec![0; next[ranks] as usize];
    for (row, rank) in live() {
        let place = &mut next[rank as usize];
        sorted[*place as usize] = row;
        *place += 1;
    }
    sorted
}
