//! Which figures of overlapping breakdowns to hide so that nobody can work out a group of fewer than a few rows.
//!
//! A reader may add and subtract everything shown. What can be had exactly that way is precisely the row space of the shown
//! figures over the smallest groups of all breakdowns together (`span`); a group too small in it is a leak, and one of the
//! figures it was made from has to go. Bounds ("between 1 and 4") are not looked at.
//!
//! Source: L. Cox, *Suppression methodology and statistical disclosure control*, JASA 75 (1980); the rule of no exact disclosure.

use std::collections::{BTreeMap, BTreeSet};

use super::span::{Leak, Span};

/// Hidden figures tried before the smallest is taken without looking for better ones.
const MOST_TRIES: u32 = 400;
/// Multiplications one call may take for that search.
const MOST_WORK: u64 = 400_000_000;

/// Columns of the rows a breakdown tells apart; none for the total.
pub type Breakdown = Vec<usize>;

/// A figure of a breakdown: which one, and its group.
pub type Figure = (usize, Vec<String>);

/// Rows by everything that any breakdown tells apart, and the breakdowns that are to be published.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Values of all columns, and how many rows (tickets, answers, people) have them.
    pub rows: Vec<(Vec<String>, u64)>,
    /// What is to be published, the most important first: that is hidden last.
    pub breakdowns: Vec<Breakdown>,
}

/// The figures to hide: every one of fewer than `min_n` rows, and as few others as it takes that no group of fewer than `min_n`
/// rows follows from what is shown. Groups without rows are no figures: that nobody is there is known.
///
/// Of two sets that do, the one with fewer figures is hidden, then the one with fewer rows; only where a table is so large that
/// trying them takes too long, figures are hidden one after the other and those that need not be are shown again.
pub fn suppress(counts: &Counts, min_n: u64) -> BTreeSet<Figure> {
    let table = Table::of(counts);
    let small = |i: &usize| table.figures[*i].n < min_n;
    let first: BTreeSet<usize> = (0..table.figures.len()).filter(small).collect();
    let mut search = Search { table: &table, min_n, tries: table.affordable(), best: None };
    for depth in 0..=table.figures.len() {
        search.go(&first, depth);
        if search.best.is_some() || search.tries == 0 {
            break;
        }
    }
    let hidden = search.best.map_or_else(|| table.greedy(first.clone(), min_n), |(_, hidden)| hidden);
    table.shown_again(hidden, &first, min_n).into_iter().map(|i| table.figures[i].name.clone()).collect()
}

/// Whether a group of fewer than `min_n` rows can be worked out from all figures but the hidden ones.
pub fn leaks(counts: &Counts, hidden: &BTreeSet<Figure>, min_n: u64) -> bool {
    let table = Table::of(counts);
    let hidden = (0..table.figures.len()).filter(|i| hidden.contains(&table.figures[*i].name)).collect();
    table.leak(&hidden, min_n).is_some()
}

/// A figure with the smallest groups it is the sum of.
#[derive(Debug)]
struct Sum {
    name: Figure,
    atoms: BTreeSet<usize>,
    n: u64,
}

/// All figures over the smallest groups.
#[derive(Debug)]
struct Table {
    /// Rows of each smallest group; none is empty.
    atoms: Vec<u64>,
    /// In the order to keep them.
    figures: Vec<Sum>,
}

impl Table {
    fn of(counts: &Counts) -> Self {
        let mut rows: BTreeMap<&[String], u64> = BTreeMap::new();
        for (group, n) in counts.rows.iter().filter(|(_, n)| *n > 0) {
            let sum = rows.entry(group.as_slice()).or_default();
            *sum = sum.saturating_add(*n);
        }
        let mut figures = Vec::new();
        for (b, columns) in counts.breakdowns.iter().enumerate() {
            let mut groups: BTreeMap<Vec<String>, (BTreeSet<usize>, u64)> = BTreeMap::new();
            for (atom, (values, n)) in rows.iter().enumerate() {
                let group = columns.iter().map(|c| values.get(*c).cloned().unwrap_or_default()).collect();
                let sum = groups.entry(group).or_default();
                sum.0.insert(atom);
                sum.1 = sum.1.saturating_add(*n);
            }
            figures.extend(groups.into_iter().map(|(group, (atoms, n))| Sum { name: (b, group), atoms, n }));
        }
        Self { atoms: rows.into_values().collect(), figures }
    }

    /// Tries there is time for.
    fn affordable(&self) -> u32 {
        let (f, a) = (self.figures.len() as u64, self.atoms.len() as u64);
        let one = (f * f).saturating_mul(f + a).max(1);
        u32::try_from(MOST_WORK / one).unwrap_or(MOST_TRIES).min(MOST_TRIES)
    }

    /// The smallest group that follows from what is not hidden, if it is too small, with the figures it follows from.
    fn leak(&self, hidden: &BTreeSet<usize>, min_n: u64) -> Option<Leak> {
        let shown: Vec<usize> = (0..self.figures.len()).filter(|i| !hidden.contains(i)).collect();
        let sums: Vec<&BTreeSet<usize>> = shown.iter().map(|i| &self.figures[*i].atoms).collect();
        let leak = Span::of(&sums, &self.atoms).leak(min_n)?;
        Some(Leak { from: leak.from.into_iter().map(|i| shown[i]).collect(), ..leak })
    }

    /// Which of some figures to hide first: those of later breakdowns, and among them the smallest.
    fn by_loss(&self, mut figures: Vec<usize>) -> Vec<usize> {
        figures.sort_by_key(|i| (self.loss(*i), *i));
        figures
    }

    fn loss(&self, i: usize) -> (bool, u64) {
        // Without the first breakdown the others have no frame: it goes last.
        (self.figures[i].name.0 == 0, self.figures[i].n)
    }

    /// Hides one figure of every leak until there is none.
    fn greedy(&self, mut hidden: BTreeSet<usize>, min_n: u64) -> BTreeSet<usize> {
        while let Some(leak) = self.leak(&hidden, min_n) {
            let Some(next) = self.by_loss(leak.from).first().copied() else { break };
            hidden.insert(next);
        }
        hidden
    }

    /// Shows what can be shown after all, the largest first.
    fn shown_again(&self, mut hidden: BTreeSet<usize>, first: &BTreeSet<usize>, min_n: u64) -> BTreeSet<usize> {
        let more: Vec<usize> = self.by_loss(hidden.difference(first).copied().collect());
        for i in more.into_iter().rev() {
            hidden.remove(&i);
            if self.leak(&hidden, min_n).is_some() {
                hidden.insert(i);
            }
        }
        hidden
    }
}

/// Looks for the fewest figures to hide: of those a leak follows from, one must go.
#[derive(Debug)]
struct Search<'a> {
    table: &'a Table,
    min_n: u64,
    tries: u32,
    /// What it costs and what is hidden.
    best: Option<((u64, u64), BTreeSet<usize>)>,
}

impl Search<'_> {
    fn go(&mut self, hidden: &BTreeSet<usize>, depth: usize) {
        if self.tries == 0 {
            return;
        }
        self.tries -= 1;
        let Some(leak) = self.table.leak(hidden, self.min_n) else {
            let cost = self.cost(hidden);
            if self.best.as_ref().is_none_or(|(least, _)| cost < *least) {
                self.best = Some((cost, hidden.clone()));
            }
            return;
        };
        if depth == 0 {
            return;
        }
        for i in self.table.by_loss(leak.from) {
            let mut more = hidden.clone();
            more.insert(i);
            self.go(&more, depth - 1);
        }
    }

    /// Figures of the first breakdown, and rows; the number of figures is the same at one depth.
    fn cost(&self, hidden: &BTreeSet<usize>) -> (u64, u64) {
        let losses = hidden.iter().map(|i| self.table.loss(*i));
        losses.fold((0, 0), |(first, rows), (is_first, n)| (first + u64::from(is_first), rows.saturating_add(n)))
    }
}

#[cfg(test)]
mod tests;
