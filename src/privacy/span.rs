//! Everything that follows from some sums by adding and subtracting, and the smallest group in it.
//!
//! Sums are rows of zeros and ones over the smallest groups. Their row space is brought into reduced form, by Gauss and Jordan in
//! the whole numbers modulo a large prime, with the largest groups as leading columns: a group in the space is then fixed by which
//! *leading* columns it holds, and one of few rows holds only small ones, of which few are left.

use std::collections::{BTreeMap, BTreeSet};

/// 2⁶¹ − 1: large enough that no combination of tables of ours vanishes by accident.
const P: u64 = (1 << 61) - 1;
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
    /// Rows in reduced form, each with the combination of sums it is.
    rows: Vec<Line>,
    /// Leading column of each row.
    leads: Vec<usize>,
    /// Rows (tickets, people) of each column; columns that are in the same sums are one.
    sizes: Vec<u64>,
}

#[derive(Debug, Clone)]
struct Line {
    over: Vec<u64>,
    made_of: Vec<u64>,
}

impl Line {
    /// Adds `times` the other line.
    fn add(&mut self, other: &Line, times: u64) {
        for (a, b) in self.over.iter_mut().zip(&other.over).chain(self.made_of.iter_mut().zip(&other.made_of)) {
            *a = plus(*a, product(*b, times));
        }
    }

    fn scale(&mut self, times: u64) {
        self.over.iter_mut().chain(&mut self.made_of).for_each(|a| *a = product(*a, times));
    }
}

impl Span {
    /// The space of sums over atoms, given by place and size.
    pub(super) fn of(sums: &[&BTreeSet<usize>], atoms: &BTreeSet<(usize, u64)>) -> Self {
        let columns = columns(sums, atoms);
        let line = |i: usize| Line {
            over: columns.iter().map(|(inside, _)| u64::from(inside.contains(&i))).collect(),
            made_of: (0..sums.len()).map(|j| u64::from(i == j)).collect(),
        };
        let mut span = Self { rows: (0..sums.len()).map(line).collect(), leads: Vec::new(), sizes: columns.iter().map(|c| c.1).collect() };
        span.reduce();
        span
    }

    /// Gauss and Jordan, from the largest column to the smallest.
    fn reduce(&mut self) {
        for column in 0..self.sizes.len() {
            let done = self.leads.len();
            let Some(found) = (done..self.rows.len()).find(|r| self.rows[*r].over[column] != 0) else { continue };
            self.rows.swap(done, found);
            let inverse = power(self.rows[done].over[column], P - 2);
            self.rows[done].scale(inverse);
            let lead = self.rows[done].clone();
            for (r, row) in self.rows.iter_mut().enumerate() {
                if r != done && row.over[column] != 0 {
                    row.add(&lead, P - row.over[column]);
                }
            }
            self.leads.push(column);
        }
        self.rows.truncate(self.leads.len());
    }

    /// The smallest group of fewer than `min_n` rows in the space.
    pub(super) fn leak(&self, min_n: u64) -> Option<Leak> {
        let zero = Line { over: vec![0; self.sizes.len()], made_of: self.rows.first().map_or_else(Vec::new, |r| vec![0; r.made_of.len()]) };
        let mut hunt = Hunt { span: self, min_n, left: MOST_GROUPS, best: None };
        hunt.go(0, 0, &zero);
        if hunt.left == 0 && hunt.best.is_none() {
            return self.smallest_small(min_n);
        }
        hunt.best
    }

    /// Of a table with too many small groups to try them all: all sums that hold one.
    fn smallest_small(&self, min_n: u64) -> Option<Leak> {
        let row = (0..self.rows.len()).rev().find(|r| self.sizes[self.leads[*r]] < min_n)?;
        Some(Leak { n: self.sizes[self.leads[row]], from: made_of(&self.rows[row]) })
    }
}

/// Tries all sets of leading columns that are not too large together.
#[derive(Debug)]
struct Hunt<'a> {
    span: &'a Span,
    min_n: u64,
    left: u32,
    best: Option<Leak>,
}

impl Hunt<'_> {
    fn go(&mut self, from: usize, n: u64, sum: &Line) {
        for row in from..self.span.rows.len() {
            let n = n.saturating_add(self.span.sizes[self.span.leads[row]]);
            let least = self.best.as_ref().map_or(self.min_n, |b| b.n);
            if n >= least {
                continue;
            }
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            let mut sum = sum.clone();
            sum.add(&self.span.rows[row], 1);
            if let Some(all) = self.size(&sum).filter(|all| *all < least) {
                self.best = Some(Leak { n: all, from: made_of(&sum) });
            }
            self.go(row + 1, n, &sum);
        }
    }

    /// Rows of the group a line stands for; `None` if it is no group.
    fn size(&self, line: &Line) -> Option<u64> {
        line.over.iter().zip(&self.span.sizes).try_fold(0u64, |n, (v, size)| match v {
            0 => Some(n),
            1 => Some(n.saturating_add(*size)),
            _ => None,
        })
    }
}

fn made_of(line: &Line) -> Vec<usize> {
    (0..line.made_of.len()).filter(|i| line.made_of[*i] != 0).collect()
}

/// Atoms that are in the same sums as one column, the largest first: which sums, and their rows.
fn columns(sums: &[&BTreeSet<usize>], atoms: &BTreeSet<(usize, u64)>) -> Vec<(BTreeSet<usize>, u64)> {
    let mut together: BTreeMap<BTreeSet<usize>, u64> = BTreeMap::new();
    for (atom, n) in atoms {
        let inside = (0..sums.len()).filter(|i| sums[*i].contains(atom)).collect();
        let sum = together.entry(inside).or_default();
        *sum = sum.saturating_add(*n);
    }
    let mut all: Vec<(BTreeSet<usize>, u64)> = together.into_iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all
}

fn plus(a: u64, b: u64) -> u64 {
    let sum = a + b;
    if sum >= P { sum - P } else { sum }
}

fn product(a: u64, b: u64) -> u64 {
    if a == 0 || b == 0 {
        return 0;
    }
    (u128::from(a) * u128::from(b) % u128::from(P)) as u64
}

fn power(base: u64, exponent: u64) -> u64 {
    let (mut result, mut base, mut left) = (1, base, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = product(result, base);
        }
        base = product(base, base);
        left >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverses_are_inverses() {
        for v in [1, 2, 3, 12_345, P - 1] {
            assert_eq!(product(v, power(v, P - 2)), 1);
        }
        assert_eq!(plus(P - 1, 1), 0);
    }

    #[test]
    fn the_rest_of_a_total_follows_from_it() {
        let (all, some) = (BTreeSet::from([0, 1, 2]), BTreeSet::from([0, 1]));
        let sized = |sizes: [u64; 3]| sizes.into_iter().enumerate().collect();
        let leak = Span::of(&[&all, &some], &sized([10, 20, 3])).leak(5);
        assert_eq!(leak, Some(Leak { n: 3, from: vec![0, 1] }));
        assert_eq!(Span::of(&[&all, &some], &sized([10, 20, 5])).leak(5), None);
        assert_eq!(Span::of(&[&all], &sized([1, 1, 1])).leak(5), Some(Leak { n: 3, from: vec![0] }));
    }
}
