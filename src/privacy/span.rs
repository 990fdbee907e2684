//! Everything that follows from some sums by adding and subtracting, and the smallest group in it.
//!
//! Sums are rows of zeros and ones over the smallest groups. Their row space is brought into reduced form, by Gauss and Jordan in
//! the whole numbers modulo a large prime, with the largest groups as leading columns: a group in the space is then fixed by which
//! *leading* columns it holds, and one of few rows holds only small ones, of which few are left.
//!
//! A team has nothing to do with most others, so nearly all numbers are zero: rows keep only those that are not (`line`), and the
//! hunt for small groups adds and takes away one row at a time.

mod line;

use line::{Adder, Line, inverse, minus, plus};

/// Groups tried before a table counts as leaking: on the safe side.
const MOST_GROUPS: u32 = 20_000;

/// A group that follows from the sums and is too small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leak {
    /// Its rows.
    pub(super) n: u64,
    /// Places of the sums it is made of: without all of them together it would not follow in this way.
    pub(super) from: Vec<usize>,
}

/// The row space of some sums.
#[derive(Debug)]
pub(super) struct Span {
    /// Rows in reduced form: first the columns, then, behind them, which combination of sums it is.
    rows: Vec<Line>,
    /// Rows (tickets, people) of the leading column of each row, the largest first.
    leads: Vec<u64>,
    /// Rows (tickets, people) of each column; atoms that are in the same sums are one.
    sizes: Vec<u64>,
    /// How many sums there are.
    sums: usize,
}

impl Span {
    /// The space of sums, each the places of its atoms in order, over atoms of some sizes.
    pub(super) fn of(sums: &[&[usize]], atoms: &[u64]) -> Self {
        let columns = columns(sums, atoms);
        let width = columns.len();
        let mut entries: Vec<Vec<(usize, u64)>> = vec![Vec::new(); sums.len()];
        for (column, (inside, _)) in columns.iter().enumerate() {
            inside.iter().for_each(|sum| entries[*sum].push((column, 1)));
        }
        entries.iter_mut().enumerate().for_each(|(sum, entries)| entries.push((width + sum, 1)));
        let mut span = Self {
            rows: entries.into_iter().map(Line::of).collect(),
            leads: Vec::new(),
            sizes: columns.into_iter().map(|(_, size)| size).collect(),
            sums: sums.len(),
        };
        span.reduce();
        span
    }

    /// Gauss from the largest column to the smallest, then Jordan from the last row up.
    fn reduce(&mut self) {
        let width = self.sizes.len();
        let mut adder = Adder::new(width + self.sums);
        let mut leads: Vec<usize> = Vec::new();
        // Rows that lead no column yet have nothing in the columns that were dealt with: their first one says all.
        let mut firsts: Vec<usize> = self.rows.iter().map(|r| r.first().unwrap_or(width)).collect();
        for column in 0..width {
            let done = leads.len();
            let Some(found) = firsts[done..].iter().position(|first| *first == column).map(|i| done + i) else { continue };
            self.rows.swap(done, found);
            firsts.swap(done, found);
            let (above, below) = self.rows.split_at_mut(done + 1);
            let lead = &mut above[done];
            lead.scale(inverse(lead.at(column)));
            for (row, first) in below.iter_mut().zip(&mut firsts[done + 1..]).filter(|(_, first)| **first == column) {
                adder.add(row, 1);
                adder.add(lead, minus(row.at(column)));
                *row = adder.take();
                *first = row.first().unwrap_or(width);
            }
            leads.push(column);
        }
        self.rows.truncate(leads.len());
        let mut row_of: Vec<Option<usize>> = vec![None; width];
        leads.iter().enumerate().for_each(|(row, column)| row_of[*column] = Some(row));
        for row in (0..leads.len()).rev() {
            let (above, below) = self.rows.split_at_mut(row + 1);
            let line = &mut above[row];
            let mut is_reduced = true;
            for (column, v) in line.before(width) {
                // Rows below are in reduced form: none brings another leading column along.
                let Some(other) = row_of[*column].filter(|other| *other > row) else { continue };
                adder.add(&below[other - row - 1], minus(*v));
                is_reduced = false;
            }
            if !is_reduced {
                adder.add(line, 1);
                *line = adder.take();
            }
        }
        self.leads = leads.into_iter().map(|column| self.sizes[column]).collect();
    }

    /// The smallest group of fewer than `min_n` rows in the space.
    pub(super) fn leak(&self, min_n: u64) -> Option<Leak> {
        self.leak_among(min_n, MOST_GROUPS)
    }

    fn leak_among(&self, min_n: u64, most_groups: u32) -> Option<Leak> {
        let mut hunt = Hunt::new(self, min_n, most_groups);
        hunt.go(0, 0);
        if hunt.left == 0 && hunt.best.is_none() {
            return self.smallest_small(min_n);
        }
        hunt.best
    }

    /// Of a table with too many small groups to try them all: all sums that hold one.
    fn smallest_small(&self, min_n: u64) -> Option<Leak> {
        let row = (0..self.rows.len()).rev().find(|r| self.leads[*r] < min_n)?;
        Some(Leak { n: self.leads[row], from: self.made_of(&self.rows[row]) })
    }

    /// Places of the sums a line is made of.
    fn made_of(&self, line: &Line) -> Vec<usize> {
        line.columns_from(self.sizes.len()).map(|column| column - self.sizes.len()).collect()
    }
}

/// Tries all sets of leading columns that are not too large together.
#[derive(Debug)]
struct Hunt<'a> {
    span: &'a Span,
    min_n: u64,
    left: u32,
    best: Option<Leak>,
    /// The rows added up now.
    path: Vec<usize>,
    /// Their sum, column by column.
    over: Vec<u64>,
    /// Columns of the sum that are neither 0 nor 1: while there is one, it is no group.
    odd: usize,
    /// Rows of the columns that are 1.
    n: u128,
}

impl<'a> Hunt<'a> {
    fn new(span: &'a Span, min_n: u64, left: u32) -> Self {
        Self { span, min_n, left, best: None, path: Vec::new(), over: vec![0; span.sizes.len()], odd: 0, n: 0 }
    }

    /// Rows that a group must have fewer of to be of interest.
    fn least(&self) -> u64 {
        self.best.as_ref().map_or(self.min_n, |b| b.n)
    }

    fn go(&mut self, from: usize, n: u64) {
        // The largest lead: those that are too large with what is there come first.
        let least = self.least();
        let fits = self.span.leads.partition_point(|lead| n.saturating_add(*lead) >= least);
        for row in from.max(fits)..self.span.rows.len() {
            let n = n.saturating_add(self.span.leads[row]);
            let least = self.least();
            if n >= least {
                continue;
            }
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            self.path.push(row);
            self.change(row, |v| v);
            if self.odd == 0 && self.n < u128::from(least) {
                self.best = Some(Leak { n: self.n as u64, from: self.made_of() });
            }
            self.go(row + 1, n);
            self.change(row, minus);
            self.path.pop();
        }
    }

    /// Adds a row, with its numbers as they are or negative.
    fn change(&mut self, row: usize, sign: impl Fn(u64) -> u64) {
        for (column, v) in self.span.rows[row].before(self.over.len()) {
            let (old, new) = (self.over[*column], plus(self.over[*column], sign(*v)));
            self.over[*column] = new;
            self.odd = self.odd + usize::from(new > 1) - usize::from(old > 1);
            let size = u128::from(self.span.sizes[*column]);
            self.n = self.n + if new == 1 { size } else { 0 } - if old == 1 { size } else { 0 };
        }
    }

    /// The sums that the rows added up are made of.
    fn made_of(&self) -> Vec<usize> {
        let span = self.span;
        let mut adder = Adder::new(span.sizes.len() + span.sums);
        self.path.iter().for_each(|row| adder.add(&span.rows[*row], 1));
        span.made_of(&adder.take())
    }
}

/// Atoms that are in the same sums as one column, the largest first: which sums, and their rows.
fn columns(sums: &[&[usize]], atoms: &[u64]) -> Vec<(Vec<usize>, u64)> {
    let mut inside: Vec<Vec<usize>> = vec![Vec::new(); atoms.len()];
    for (sum, places) in sums.iter().enumerate() {
        places.iter().for_each(|atom| inside[*atom].push(sum));
    }
    let mut all: Vec<(Vec<usize>, u64)> = inside.into_iter().zip(atoms.iter().copied()).collect();
    all.sort_unstable();
    all.dedup_by(|next, first| {
        let is_same = next.0 == first.0;
        if is_same {
            first.1 = first.1.saturating_add(next.1);
        }
        is_same
    });
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all
}

#[cfg(test)]
mod tests;
