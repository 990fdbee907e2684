//! Which of some overlapping sums to hide so that nobody can work out a group of fewer than a few rows.
//!
//! A reader may add and subtract everything shown. What can be had exactly that way is precisely the row space of the shown
//! sums over the smallest groups of all of them together (`span`); a group too small in it is a leak, and one of the sums it was
//! made from has to go. Bounds ("between 1 and 4") are not looked at.
//!
//! Source: L. Cox, *Suppression methodology and statistical disclosure control*, JASA 75 (1980); the rule of no exact disclosure.

use std::collections::{BTreeMap, BTreeSet};

use super::span::{Leak, Span};

/// Hidden sums tried before the smallest is taken without looking for better ones.
const MOST_TRIES: u32 = 400;
/// Multiplications one part of a table may take for that search.
const MOST_WORK: u64 = 60_000_000;

/// A figure that is to be shown, as the smallest groups it is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sum {
    /// Places of its smallest groups.
    pub(super) atoms: BTreeSet<usize>,
    /// Whether others are read against it (the total): it is hidden last.
    pub(super) is_frame: bool,
}

/// The places of the sums to hide: every one of fewer than `min_n` rows, and as few others as it takes that no group of fewer than
/// `min_n` rows follows from what is shown. Sums without rows are not hidden: that nobody is there is known.
///
/// `atoms` are the rows of the smallest groups. Of two sets that do, the one with fewer sums is hidden, then the one with fewer
/// rows; only where a table is so large that trying them takes too long, sums are hidden one after the other and those that need
/// not be are shown again.
pub(super) fn suppress(atoms: &[u64], sums: &[Sum], min_n: u64) -> BTreeSet<usize> {
    parts(atoms, sums).iter().flat_map(|part| part.hidden(min_n)).collect()
}

/// Whether a group of fewer than `min_n` rows can be worked out from all sums but the hidden ones.
#[cfg(test)]
pub(super) fn leaks(atoms: &[u64], sums: &[Sum], hidden: &BTreeSet<usize>, min_n: u64) -> bool {
    parts(atoms, sums).iter().any(|part| {
        let own = (0..part.figures.len()).filter(|i| hidden.contains(&part.figures[*i].place)).collect();
        part.leak(&own, min_n).is_some()
    })
}

/// Sums that have no smallest group in common with others tell nothing of each other: each such set is a table of its own.
fn parts(atoms: &[u64], sums: &[Sum]) -> Vec<Table> {
    let mut joined = Joined::new(atoms.len());
    let is_there = |a: &usize| atoms.get(*a).is_some_and(|n| *n > 0);
    let own: Vec<Vec<usize>> = sums.iter().map(|sum| sum.atoms.iter().copied().filter(is_there).collect()).collect();
    for atoms in &own {
        atoms.windows(2).for_each(|pair| joined.join(pair[0], pair[1]));
    }
    let mut tables: BTreeMap<usize, Table> = BTreeMap::new();
    // Place of an atom among those of its table, of atoms that are in a sum.
    let mut places: Vec<Option<usize>> = vec![None; atoms.len()];
    for (place, (own, sum)) in own.iter().zip(sums).enumerate() {
        let Some(first) = own.first() else { continue };
        let table = tables.entry(joined.part(*first)).or_default();
        let within = own.iter().map(|a| {
            *places[*a].get_or_insert_with(|| {
                table.atoms.push(atoms[*a]);
                table.atoms.len() - 1
            })
        });
        let within = within.collect();
        let n = own.iter().map(|a| atoms[*a]).fold(0, u64::saturating_add);
        table.figures.push(Figure { place, atoms: within, n, is_frame: sum.is_frame });
    }
    tables.into_values().collect()
}

/// Which atoms are in one table: each knows another of it, up to the one that stands for all.
#[derive(Debug)]
struct Joined(Vec<usize>);

impl Joined {
    fn new(atoms: usize) -> Self {
        Self((0..atoms).collect())
    }

    /// The one that stands for all.
    fn part(&mut self, mut atom: usize) -> usize {
        while self.0[atom] != atom {
            // On the way every second step is cut off for whoever asks next.
            self.0[atom] = self.0[self.0[atom]];
            atom = self.0[atom];
        }
        atom
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.part(a), self.part(b));
        self.0[a.max(b)] = a.min(b);
    }
}

#[derive(Debug)]
struct Figure {
    /// Its place among all sums.
    place: usize,
    /// Places of its smallest groups in the table.
    atoms: Vec<usize>,
    n: u64,
    is_frame: bool,
}

/// Sums that have smallest groups in common.
#[derive(Debug, Default)]
struct Table {
    /// Rows of each smallest group; none is empty.
    atoms: Vec<u64>,
    figures: Vec<Figure>,
}

impl Table {
    fn hidden(&self, min_n: u64) -> Vec<usize> {
        let first: BTreeSet<usize> = (0..self.figures.len()).filter(|i| self.figures[*i].n < min_n).collect();
        let mut search = Search { table: self, min_n, tries: self.affordable(), best: None };
        for depth in 0..=self.figures.len() {
            search.go(&first, depth);
            if search.best.is_some() || search.tries == 0 {
                break;
            }
        }
        let hidden = search.best.map_or_else(|| self.greedy(first.clone(), min_n), |(_, hidden)| hidden);
        self.shown_again(hidden, &first, min_n).into_iter().map(|i| self.figures[i].place).collect()
    }

    /// Tries there is time for.
    fn affordable(&self) -> u32 {
        let (f, a) = (self.figures.len() as u64, self.atoms.len() as u64);
        let one = (f * f).saturating_mul(f + a).max(1);
        u32::try_from(MOST_WORK / one).unwrap_or(MOST_TRIES).min(MOST_TRIES)
    }

    /// The smallest group that follows from what is not hidden, if it is too small, with the figures it follows from.
    fn leak(&self, hidden: &BTreeSet<usize>, min_n: u64) -> Option<Leak> {
        // A group too small is a sum of smallest groups: without a small one there is none.
        if !self.atoms.iter().any(|n| *n < min_n) {
            return None;
        }
        let shown: Vec<usize> = (0..self.figures.len()).filter(|i| !hidden.contains(i)).collect();
        let sums: Vec<&[usize]> = shown.iter().map(|i| self.figures[*i].atoms.as_slice()).collect();
        let leak = Span::of(&sums, &self.atoms).leak(min_n)?;
        Some(Leak { from: leak.from.into_iter().map(|i| shown[i]).collect(), ..leak })
    }

    /// Which of some figures to hide first: the smallest, totals last.
    fn by_loss(&self, mut figures: Vec<usize>) -> Vec<usize> {
        figures.sort_by_key(|i| (self.loss(*i), *i));
        figures
    }

    fn loss(&self, i: usize) -> (bool, u64) {
        (self.figures[i].is_frame, self.figures[i].n)
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

    /// Totals, and rows; the number of figures is the same at one depth.
    fn cost(&self, hidden: &BTreeSet<usize>) -> (u64, u64) {
        let losses = hidden.iter().map(|i| self.table.loss(*i));
        losses.fold((0, 0), |(frames, rows), (is_frame, n)| (frames + u64::from(is_frame), rows.saturating_add(n)))
    }
}

#[cfg(test)]
mod tests;
