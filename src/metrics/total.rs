//! What the fold gathers, in integers: totals by cell, and the values of quantiles.

use polars::prelude::*;

use super::groups::Groups;
use super::plan::{Gather, Plan};
use crate::desk::{MISSING, known, longs};
use crate::error::{Error, Result};

/// Fractional facts are summed in millionths, so that sums do not depend on their order.
pub(super) const MILLION: f64 = 1e6;

pub(super) const NOWHERE: u32 = u32::MAX;

/// What was counted in one cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) n: i64,
    pub(super) sum: i64,
}

/// Gathered totals: counts and sums by cell, or the values themselves.
#[derive(Debug, Clone, Default)]
pub(super) struct Total {
    pub(super) sums: Vec<Cell>,
    /// Values of quantiles, with the cell each belongs to; after [`Total::arrange`] in the order of the cells.
    pub(super) values: Vec<i64>,
    pub(super) cells: Vec<u32>,
    /// Where each cell's values start, once arranged.
    pub(super) starts: Vec<usize>,
    pub(super) is_fractional: bool,
    /// Whether the facts are true or false, rather than numbers.
    pub(super) is_flag: bool,
    /// Whether a sum went beyond what 64 bits hold: none of them can be told.
    pub(super) is_beyond: bool,
}

/// One breakdown's groups with the totals of every item.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) groups: Groups,
    pub(super) totals: Vec<Total>,
}

impl Part {
    /// Nothing yet, of so many items.
    pub(super) fn new(items: usize) -> Self {
        Self { groups: Groups::default(), totals: vec![Total::default(); items] }
    }
}

/// A fact column in the form the loops below take.
pub(super) enum Values {
    Constant,
    /// 1, 0 or [`NULL`].
    Flags(Vec<u8>),
    /// [`MISSING`] for null.
    Whole(Vec<i64>),
    /// In millionths; [`MISSING`] for null.
    Fractional(Vec<i64>),
}

const NULL: u8 = 2;

/// Whether a number stands for one too large to hold.
#[inline]
fn is_largest(value: i64) -> bool {
    value == i64::MAX || value == MISSING + 1
}

impl Values {
    pub(super) fn of(column: &Column, sql: &str) -> Result<Self> {
        let bad = |_| Error::bug(format!("cannot read {sql}"));
        if sql == "TRUE" {
            return Ok(Self::Constant);
        }
        match column.dtype() {
            DataType::Boolean => column.bool().map(flags).map_err(bad),
            DataType::Null => column.cast(&DataType::Boolean).and_then(|c| c.bool().map(flags)).map_err(bad),
            t if t.is_integer() => longs(column).map(Self::Whole).map_err(|_| Error::bug(format!("cannot read {sql}"))),
            t if t.is_float() => column.cast(&DataType::Float64).and_then(|c| c.f64().map(millionths)).map_err(bad),
            other => Err(Error::config(format!("a fact must be true/false or a number, but {sql} is {other}"))),
        }
    }
}

fn flags(column: &BooleanChunked) -> Values {
    Values::Flags(column.iter().map(|v| v.map_or(NULL, u8::from)).collect())
}

/// A number that 64 bits cannot hold in millionths is as large as they can: its sum is [`Total::is_beyond`] with it.
fn millionths(column: &Float64Chunked) -> Values {
    let whole = |v: f64| (v * MILLION).round() as i64;
    let told = |v: f64| if whole(v) == MISSING { MISSING + 1 } else { whole(v) };
    Values::Fractional(column.iter().map(|v| v.filter(|v| v.is_finite()).map_or(MISSING, told)).collect())
}

impl Values {
    /// Whether the row has a value.
    pub(super) fn is_known(&self, row: usize) -> bool {
        match self {
            Self::Constant => true,
            Self::Flags(flags) => flags[row] != NULL,
            Self::Whole(whole) | Self::Fractional(whole) => whole[row] != MISSING,
        }
    }

    fn at(&self, row: usize) -> Option<i64> {
        match self {
            Self::Constant => Some(1),
            Self::Flags(flags) => Some(flags[row]).filter(|v| *v != NULL).map(i64::from),
            Self::Whole(whole) | Self::Fractional(whole) => known(whole[row]),
        }
    }
}

impl Cell {
    /// Whether the sum went beyond what it can hold.
    #[inline]
    fn add(&mut self, value: i64) -> bool {
        let (sum, is_beyond) = self.sum.overflowing_add(value);
        self.n += 1;
        self.sum = sum;
        is_beyond
    }

    fn bound(&mut self, value: i64, pick: fn(i64, i64) -> i64) {
        self.sum = if self.n == 0 { value } else { pick(self.sum, value) };
        self.n += 1;
    }
}

impl Total {
    /// Adds the values of some rows, each to its cell.
    pub(super) fn add(&mut self, gather: Gather, values: &Values, (rows, cells): (&[u32], &[u32]), size: usize) {
        if gather != Gather::Values && self.sums.len() < size {
            self.sums.resize(size, Cell::default());
        }
        self.is_flag |= matches!(values, Values::Constant | Values::Flags(_));
        self.is_fractional |= matches!(values, Values::Fractional(_));
        let placed = rows.iter().map(|row| *row as usize).zip(cells.iter().map(|cell| *cell as usize));
        match (values, gather) {
            (Values::Constant, Gather::Total) => placed.for_each(|(_, cell)| self.is_beyond |= self.sums[cell].add(1)),
            (Values::Flags(flags), Gather::Total) => {
                let told = placed.filter(|(row, _)| flags[*row] != NULL);
                told.for_each(|(row, cell)| self.is_beyond |= self.sums[cell].add(i64::from(flags[row])));
            }
            (Values::Whole(whole) | Values::Fractional(whole), Gather::Total) => {
                let told = placed.filter(|(row, _)| whole[*row] != MISSING);
                told.for_each(|(row, cell)| self.is_beyond |= self.sums[cell].add(whole[row]) || is_largest(whole[row]));
            }
            (values, gather) => placed.filter_map(|(row, cell)| Some((values.at(row)?, cell))).for_each(|(value, cell)| match gather {
                Gather::Values => {
                    self.cells.push(cell as u32);
                    self.values.push(value);
                }
                Gather::Least => self.sums[cell].bound(value, i64::min),
                Gather::Most => self.sums[cell].bound(value, i64::max),
                Gather::Total => self.is_beyond |= self.sums[cell].add(value),
            }),
        }
    }

    /// Puts the values of each cell together.
    pub(super) fn arrange(&mut self, cells: usize) {
        let mut starts = vec![0usize; cells + 1];
        self.cells.iter().for_each(|cell| starts[*cell as usize + 1] += 1);
        (0..cells).for_each(|c| starts[c + 1] += starts[c]);
        let mut placed = vec![0i64; self.values.len()];
        let mut next = starts.clone();
        for (&cell, &value) in self.cells.iter().zip(&self.values) {
            placed[next[cell as usize]] = value;
            next[cell as usize] += 1;
        }
        (self.values, self.starts, self.cells) = (placed, starts, Vec::new());
    }

    /// The values of a cell, in no order.
    pub(super) fn of_cell(&self, cell: usize) -> &[i64] {
        match self.starts.get(cell..cell + 2) {
            Some(&[from, to]) => &self.values[from..to],
            _ => &[],
        }
    }

    /// What was counted in a cell.
    pub(super) fn of(&self, cell: usize) -> Cell {
        self.sums.get(cell).copied().unwrap_or_default()
    }

    pub(super) fn scale(&self) -> f64 {
        if self.is_fractional { MILLION } else { 1.0 }
    }
}

/// Adds up what the workers found, group by group.
pub(super) fn merge(parts: impl Iterator<Item = Part>, plan: &Plan<'_>) -> Part {
    let mut merged = Part::new(plan.items.len());
    for mut part in parts {
        let to: Vec<u32> = part.groups.keys.iter().map(|&key| merged.groups.number(key)).collect();
        for (i, item) in plan.items.iter().enumerate() {
            let width = plan.slots[plan.anchors[item.anchor].slots].count();
            let from = std::mem::take(&mut part.totals[i]);
            add_total(&mut merged.totals[i], from, item.gather, &to, width, merged.groups.keys.len());
        }
    }
    for (i, item) in plan.items.iter().enumerate().filter(|(_, item)| item.gather == Gather::Values) {
        let width = plan.slots[plan.anchors[item.anchor].slots].count();
        merged.totals[i].arrange(merged.groups.keys.len() * width);
    }
    merged
}

pub(super) fn add_total(into: &mut Total, from: Total, gather: Gather, to: &[u32], width: usize, groups: usize) {
    into.is_fractional |= from.is_fractional;
    into.is_flag |= from.is_flag;
    into.is_beyond |= from.is_beyond;
    if gather == Gather::Values {
        into.cells.extend(from.cells.iter().map(|&cell| to[cell as usize / width] * width as u32 + cell % width as u32));
        into.values.extend(from.values);
        return;
    }
    into.sums.resize(groups * width, Cell::default());
    for (old, from) in from.sums.iter().enumerate().filter(|(_, from)| from.n > 0) {
        let cell = &mut into.sums[to[old / width] as usize * width + old % width];
        let (sum, is_beyond) = match gather {
            Gather::Least if cell.n > 0 => (cell.sum.min(from.sum), false),
            Gather::Most if cell.n > 0 => (cell.sum.max(from.sum), false),
            Gather::Least | Gather::Most => (from.sum, false),
            _ => cell.sum.overflowing_add(from.sum),
        };
        cell.sum = sum;
        cell.n += from.n;
        into.is_beyond |= is_beyond;
    }
}

/// Linear interpolation between neighbours at position `q (n − 1)` (Hyndman and Fan's type 7); 0 for no values. Found by selection: only
/// the two neighbours have to stand where they belong. With it the values of two `ranks`, from 1.
pub(super) fn quantile(values: &[i64], q: f64, ranks: Option<(usize, usize)>) -> (f64, Option<(f64, f64)>) {
    let Some(last) = values.len().checked_sub(1) else { return (0.0, None) };
    let position = q * last as f64;
    let low = position.floor() as usize;
    let mut values = values.to_vec();
    let (below, a, above) = values.select_nth_unstable(low);
    let a = *a;
    let b = above.iter().min().copied().unwrap_or(a);
    let mut ranked = |rank: usize| match rank.checked_sub(low + 1) {
        None => *below.select_nth_unstable(rank - 1).1,
        Some(0) => a,
        Some(beyond) => *above.select_nth_unstable(beyond - 1).1,
    };
    let interval = ranks.map(|(from, to)| (ranked(from) as f64, ranked(to) as f64));
    (a as f64 + (b - a) as f64 * (position - low as f64), interval)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By sorting everything.
    fn sorted_quantile(mut values: Vec<i64>, q: f64) -> f64 {
        values.sort_unstable();
        let position = q * (values.len() - 1) as f64;
        let (low, high) = (values[position.floor() as usize] as f64, values[position.ceil() as usize] as f64);
        low + (high - low) * (position - position.floor())
    }

    proptest! {
        #[test]
        fn selection_finds_what_sorting_finds(
            values in prop::collection::vec(-50i64..50, 1..40), q in 0.0f64..=1.0, from in 1_usize..40, to in 1_usize..40,
        ) {
            let ranks = (from.min(values.len()), to.min(values.len()));
            let (value, interval) = quantile(&values, q, Some(ranks));
            prop_assert_eq!(quantile(&values, q, None), (value, None));
            prop_assert_eq!(value.to_bits(), sorted_quantile(values.clone(), q).to_bits());
            let mut sorted = values;
            sorted.sort_unstable();
            prop_assert_eq!(interval, Some((sorted[ranks.0 - 1] as f64, sorted[ranks.1 - 1] as f64)));
        }
    }

    #[test]
    fn only_the_rows_that_were_placed_count_each_in_its_cell() {
        let values = Values::Whole(vec![5, MISSING, 7, 11]);
        let placed = (&[0, 1, 3][..], &[2, 2, 0][..]);
        let of = |gather| {
            let mut total = Total::default();
            total.add(gather, &values, placed, 3);
            total.add(gather, &values, (&[2], &[2]), 3);
            total
        };
        assert_eq!(of(Gather::Total).sums, [Cell { n: 1, sum: 11 }, Cell::default(), Cell { n: 2, sum: 12 }]);
        assert_eq!((of(Gather::Least).of(2).sum, of(Gather::Most).of(2).sum), (5, 7));
        let mut kept = of(Gather::Values);
        kept.arrange(3);
        assert_eq!((kept.of_cell(0), kept.of_cell(1), kept.of_cell(2)), (&[11][..], &[][..], &[5, 7][..]));
    }

    #[test]
    fn fractions_are_summed_in_millionths_and_what_is_no_number_is_left_out() {
        let column = Column::new("x".into(), [Some(0.25), Some(f64::NAN), None, Some(1.0)]);
        let values = Values::of(&column, "x").expect("numbers");
        let mut total = Total::default();
        total.add(Gather::Total, &values, (&[0, 1, 2, 3], &[0, 0, 0, 0]), 1);
        assert_eq!((total.of(0), total.scale()), (Cell { n: 2, sum: 1_250_000 }, MILLION));
    }
}
