//! What each group's mix of work would give at everybody's rates (indirect standardisation), and how the group compares.
//!
//! Ratios compare a group with the whole, not with another group: two groups whose mixes barely overlap never did the same work.
//! See [`CaseMix::overlap`].

use super::{Invalid, Proportion, Result};

/// Two groups with less than this share of work in common are not to be compared.
pub const SMALLEST_OVERLAP: f64 = 0.3;

/// The outcomes of one group in one cell, such as one agent's tickets of a category and priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// The group's number, from 0.
    pub group: usize,
    /// The cell's number, from 0.
    pub cell: usize,
    /// Hits of the rows.
    pub count: Proportion,
}

/// Whose rates a group is held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reference {
    /// A cell with fewer rows takes the rate of its parent, and a parent with fewer that of everything.
    pub fewest_rows: u64,
    /// A group that holds more than this share of a cell's rows is left out of the rate it is held against: otherwise it would be
    /// compared with itself, and a large group always looks average. 1 leaves nobody out.
    pub largest_share: f64,
}

impl Reference {
    /// Everybody's rates, the group's own rows included.
    pub const POOLED: Self = Self { fewest_rows: 20, largest_share: 1.0 };

    /// Groups with more than a fifth of a cell are left out of its rate.
    pub const LEAVE_ONE_OUT: Self = Self { fewest_rows: 20, largest_share: 0.2 };
}

/// A group against the rates of the whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standardised {
    /// The group's rows.
    pub n: u64,
    /// The group's hits.
    pub observed: u64,
    /// Hits its mix of work would give at the reference rates.
    pub expected: f64,
    /// `observed / expected`: 1 is as expected.
    pub ratio: f64,
    /// Overall rate times `ratio`, cut to at most 1: above a rate of one half or so a good group's product can pass it.
    pub adjusted_rate: f64,
    /// `(observed - expected) / √Σ n r (1 - r)`; none if the reference rates leave nothing to chance. The same for misses with the
    /// sign changed, which the ratio is not.
    pub z: Option<f64>,
}

/// Rows and hits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    n: u64,
    hits: u64,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.n += other.n;
        self.hits += other.hits;
    }

    const fn without(self, other: Self) -> Self {
        Self { n: self.n - other.n, hits: self.hits - other.hits }
    }

    fn rate(self) -> f64 {
        self.hits as f64 / self.n as f64
    }
}

/// Work and outcomes of all groups by cell.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseMix {
    /// The parent of every cell.
    parents: Vec<usize>,
    /// Every group's cells with rows, ascending.
    groups: Vec<Vec<(usize, Sum)>>,
    cells: Vec<Sum>,
    parent_sums: Vec<Sum>,
    all: Sum,
}

impl CaseMix {
    /// `parents` has the parent's number, below the number of cells, of every cell: the category of a cell "category × priority",
    /// or 0 for all when there is no such thing. Tallies come in any order; those of one group and cell add up.
    ///
    /// # Errors
    /// [`Invalid::Empty`] without tallies, [`Invalid::OutOfRange`] for a group, a cell or a parent that does not exist.
    pub fn new(groups: usize, parents: &[usize], tallies: &[Tally]) -> Result<Self> {
        if tallies.is_empty() {
            return Err(Invalid::Empty);
        }
        if parents.iter().any(|parent| *parent >= parents.len()) {
            return Err(Invalid::OutOfRange("parent"));
        }
        let mut mix = Self {
            parents: parents.to_vec(),
            groups: vec![Vec::new(); groups],
            cells: vec![Sum::default(); parents.len()],
            parent_sums: vec![Sum::default(); parents.len()],
            all: Sum::default(),
        };
        for tally in tallies {
            mix.add(*tally)?;
        }
        for cells in &mut mix.groups {
            merge(cells);
        }
        Ok(mix)
    }

    fn add(&mut self, tally: Tally) -> Result<()> {
        let rows = Sum { n: tally.count.n(), hits: tally.count.hits() };
        let cell = self.cells.get_mut(tally.cell).ok_or(Invalid::OutOfRange("cell"))?;
        let group = self.groups.get_mut(tally.group).ok_or(Invalid::OutOfRange("group"))?;
        cell.add(rows);
        group.push((tally.cell, rows));
        self.parent_sums[self.parents[tally.cell]].add(rows);
        self.all.add(rows);
        Ok(())
    }

    /// Hits over rows of everything, 0 to 1.
    pub fn overall_rate(&self) -> f64 {
        self.all.rate()
    }

    /// Hits over rows of a cell; none for a cell without rows.
    ///
    /// # Errors
    /// [`Invalid::OutOfRange`] for a cell that does not exist.
    pub fn cell_rate(&self, cell: usize) -> Result<Option<f64>> {
        let sum = self.cells.get(cell).ok_or(Invalid::OutOfRange("cell"))?;
        Ok((sum.n > 0).then(|| sum.rate()))
    }

    /// A group against the reference rates.
    ///
    /// # Errors
    /// [`Invalid::OutOfRange`] for a group that does not exist or a share outside 0 to 1, [`Invalid::Empty`] for a group without
    /// rows, [`Invalid::TooFew`] if leaving the group out leaves nobody, [`Invalid::NoVariation`] if no hits are expected.
    pub fn standardise(&self, group: usize, reference: Reference) -> Result<Standardised> {
        if !(0.0..=1.0).contains(&reference.largest_share) {
            return Err(Invalid::OutOfRange("share"));
        }
        let own = self.own(group)?;
        let own_parents = self.by_parent(own);
        let mut total = Sum::default();
        own.iter().for_each(|(_, rows)| total.add(*rows));
        let (mut expected, mut variance) = (0.0, 0.0);
        for &(cell, rows) in own {
            let parent = self.parents[cell];
            let at = own_parents.partition_point(|(other, _)| *other < parent);
            let levels = [(self.cells[cell], rows), (self.parent_sums[parent], own_parents[at].1), (self.all, total)];
            let rate = reference_rate(levels, reference)?;
            expected += rows.n as f64 * rate;
            variance += rows.n as f64 * rate * (1.0 - rate);
        }
        self.compare(total, expected, variance)
    }

    fn compare(&self, own: Sum, expected: f64, variance: f64) -> Result<Standardised> {
        if expected <= 0.0 {
            return Err(Invalid::NoVariation);
        }
        let observed = own.hits as f64;
        let ratio = observed / expected;
        Ok(Standardised {
            n: own.n,
            observed: own.hits,
            expected,
            ratio,
            adjusted_rate: (self.overall_rate() * ratio).min(1.0),
            z: (variance > 0.0).then(|| (observed - expected) / variance.sqrt()),
        })
    }

    /// The share of work two groups have in common: `Σ min(share of a, share of b)` over the cells, 0 to 1.
    ///
    /// # Errors
    /// [`Invalid::OutOfRange`] for a group that does not exist, [`Invalid::Empty`] for one without rows.
    pub fn overlap(&self, a: usize, b: usize) -> Result<f64> {
        let (a, b) = (self.own(a)?, self.own(b)?);
        let rows = |cells: &[(usize, Sum)]| cells.iter().map(|(_, sum)| sum.n).sum::<u64>() as f64;
        let (all_a, all_b) = (rows(a), rows(b));
        let mut common = 0.0;
        for (cell, sum) in a {
            if let Ok(at) = b.binary_search_by_key(cell, |(other, _)| *other) {
                common += (sum.n as f64 / all_a).min(b[at].1.n as f64 / all_b);
            }
        }
        Ok(common.min(1.0))
    }

    /// The share of work a group has in common with all others together, as [`Self::overlap`] has it for two.
    ///
    /// # Errors
    /// [`Invalid::OutOfRange`] for a group that does not exist, [`Invalid::Empty`] for one without rows or if there are no others.
    pub fn overlap_with_rest(&self, group: usize) -> Result<f64> {
        let own = self.own(group)?;
        let rows = own.iter().map(|(_, sum)| sum.n).sum::<u64>();
        let rest = self.all.n - rows;
        if rest == 0 {
            return Err(Invalid::Empty);
        }
        let common = |(cell, sum): &(usize, Sum)| {
            let others = self.cells[*cell].n - sum.n;
            (sum.n as f64 / rows as f64).min(others as f64 / rest as f64)
        };
        Ok(own.iter().map(common).sum::<f64>().min(1.0))
    }

    /// Whether two groups do enough of the same work to be set side by side: an overlap of [`SMALLEST_OVERLAP`] or more.
    ///
    /// # Errors
    /// As [`Self::overlap`].
    pub fn are_comparable(&self, a: usize, b: usize) -> Result<bool> {
        self.overlap(a, b).map(|overlap| overlap >= SMALLEST_OVERLAP)
    }

    fn own(&self, group: usize) -> Result<&[(usize, Sum)]> {
        let cells = self.groups.get(group).ok_or(Invalid::OutOfRange("group"))?;
        if cells.is_empty() { Err(Invalid::Empty) } else { Ok(cells) }
    }

    /// A group's rows by parent, ascending.
    fn by_parent(&self, own: &[(usize, Sum)]) -> Vec<(usize, Sum)> {
        let mut sums: Vec<(usize, Sum)> = own.iter().map(|(cell, rows)| (self.parents[*cell], *rows)).collect();
        merge(&mut sums);
        sums
    }
}

/// Sorts by number and adds up the rows of equal ones.
fn merge(rows: &mut Vec<(usize, Sum)>) {
    rows.sort_by_key(|(number, _)| *number);
    rows.dedup_by(|later, first| {
        let is_same = later.0 == first.0;
        if is_same {
            first.1.add(later.1);
        }
        is_same
    });
}

/// The rate of the first level (rows of all, rows of the group) with rows enough, the group left out where it holds too many; the
/// last level needs one row.
fn reference_rate(levels: [(Sum, Sum); 3], reference: Reference) -> Result<f64> {
    let others = levels.map(|(all, own)| {
        let is_too_much = own.n as f64 > reference.largest_share * all.n as f64;
        if is_too_much { all.without(own) } else { all }
    });
    let [_, _, everything] = others;
    let enough = others.into_iter().find(|sum| sum.n >= reference.fewest_rows.max(1));
    let rows = enough.or((everything.n > 0).then_some(everything)).ok_or(Invalid::TooFew)?;
    Ok(rows.rate())
}

#[cfg(test)]
mod tests;
