//! What the fold gathers, in integers: totals by cell, and the values of quantiles.

use polars::prelude::*;

use super::groups::Groups;
use super::plan::{Gather, Plan};
use crate::error::{Error, Result};

/// Fractional facts are summed in millionths, so that sums do not depend on their order.
pub(super) const MILLION: f64 = 1e6;

pub(super) const NOWHERE: u32 = u32::MAX;

/// Gathered totals: `n` and `sum` by cell, or the values themselves.
#[derive(Debug, Clone, Default)]
pub(super) struct Total {
    pub(super) n: Vec<i64>,
    pub(super) sum: Vec<i64>,
    /// Values of quantiles, with the cell each belongs to; after [`Total::arrange`] in the order of the cells.
    pub(super) values: Vec<i64>,
    pub(super) cells: Vec<u32>,
    /// Where each cell's values start, once arranged.
    pub(super) starts: Vec<usize>,
    pub(super) is_fractional: bool,
    /// Whether the facts are true or false, rather than numbers.
    pub(super) is_flag: bool,
}

/// One breakdown's groups with the totals of every item.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) groups: Groups,
    pub(super) totals: Vec<Total>,
}

/// A fact column in the form the loops below take.
pub(super) enum Values {
    Constant,
    Flags(BooleanChunked),
    Whole(Int64Chunked),
    Fractional(Float64Chunked),
}

impl Values {
    pub(super) fn of(column: &Column, sql: &str) -> Result<Self> {
        let bad = |_| Error::bug(format!("cannot read {sql}"));
        if sql == "TRUE" {
            return Ok(Self::Constant);
        }
        match column.dtype() {
            DataType::Boolean => column.bool().cloned().map(Self::Flags).map_err(bad),
            DataType::Null => column.cast(&DataType::Boolean).and_then(|c| c.bool().cloned()).map(Self::Flags).map_err(bad),
            t if t.is_integer() => column.cast(&DataType::Int64).and_then(|c| c.i64().cloned()).map(Self::Whole).map_err(bad),
            t if t.is_float() => column.cast(&DataType::Float64).and_then(|c| c.f64().cloned()).map(Self::Fractional).map_err(bad),
            other => Err(Error::config(format!("a fact must be true/false or a number, but {sql} is {other}"))),
        }
    }
}

impl Total {
    pub(super) fn add(&mut self, gather: Gather, values: &Values, cells: &[u32], size: usize) {
        if gather != Gather::Values && self.n.len() < size {
            self.n.resize(size, 0);
            self.sum.resize(size, 0);
        }
        self.is_flag |= matches!(values, Values::Constant | Values::Flags(_));
        match values {
            Values::Constant => cells.iter().for_each(|&cell| self.one(gather, cell, 1)),
            Values::Flags(flags) => cells.iter().zip(flags.iter()).for_each(|(&cell, v)| {
                if let Some(v) = v {
                    self.one(gather, cell, i64::from(v));
                }
            }),
            Values::Whole(whole) if whole.null_count() == 0 => {
                let values = whole.downcast_iter().flat_map(|a| a.values().as_slice());
                cells.iter().zip(values).for_each(|(&cell, &v)| self.one(gather, cell, v));
            }
            Values::Whole(whole) => cells.iter().zip(whole.iter()).for_each(|(&cell, v)| {
                if let Some(v) = v {
                    self.one(gather, cell, v);
                }
            }),
            Values::Fractional(fractional) => {
                self.is_fractional = true;
                cells.iter().zip(fractional.iter()).for_each(|(&cell, v)| {
                    if let Some(v) = v.filter(|v| v.is_finite()) {
                        self.one(gather, cell, (v * MILLION).round() as i64);
                    }
                });
            }
        }
    }

    #[inline]
    pub(super) fn one(&mut self, gather: Gather, cell: u32, value: i64) {
        if cell == NOWHERE {
            return;
        }
        let at = cell as usize;
        match gather {
            Gather::Values => {
                self.cells.push(cell);
                return self.values.push(value);
            }
            Gather::Total => self.sum[at] += value,
            Gather::Least => self.sum[at] = if self.n[at] == 0 { value } else { self.sum[at].min(value) },
            Gather::Most => self.sum[at] = if self.n[at] == 0 { value } else { self.sum[at].max(value) },
        }
        self.n[at] += 1;
    }

    /// Sorts the values by cell, then by size: counted into their cells first, as most cells hold few.
    pub(super) fn arrange(&mut self, cells: usize) {
        let mut starts = vec![0usize; cells + 1];
        self.cells.iter().for_each(|cell| starts[*cell as usize + 1] += 1);
        (0..cells).for_each(|c| starts[c + 1] += starts[c]);
        let mut sorted = vec![0i64; self.values.len()];
        let mut next = starts.clone();
        for (&cell, &value) in self.cells.iter().zip(&self.values) {
            sorted[next[cell as usize]] = value;
            next[cell as usize] += 1;
        }
        (0..cells).for_each(|c| sorted[starts[c]..starts[c + 1]].sort_unstable());
        (self.values, self.starts, self.cells) = (sorted, starts, Vec::new());
    }

    /// The sorted values of a cell.
    pub(super) fn of_cell(&self, cell: usize) -> &[i64] {
        match self.starts.get(cell..cell + 2) {
            Some(&[from, to]) => &self.values[from..to],
            _ => &[],
        }
    }

    pub(super) fn scale(&self) -> f64 {
        if self.is_fractional { MILLION } else { 1.0 }
    }
}

/// Adds up what the workers found, group by group.
pub(super) fn merge(parts: impl Iterator<Item = Part>, plan: &Plan<'_>) -> Part {
    let mut merged = Part { groups: Groups::default(), totals: vec![Total::default(); plan.items.len()] };
    for mut part in parts {
        let to: Vec<u32> = part.groups.keys.iter().map(|&key| merged.groups.number(key)).collect();
        for (i, item) in plan.items.iter().enumerate() {
            let width = plan.slots[plan.anchors[item.anchor].1].count();
            let from = std::mem::take(&mut part.totals[i]);
            add_total(&mut merged.totals[i], from, item.gather, &to, width, merged.groups.keys.len());
        }
    }
    for (i, item) in plan.items.iter().enumerate().filter(|(_, item)| item.gather == Gather::Values) {
        let width = plan.slots[plan.anchors[item.anchor].1].count();
        merged.totals[i].arrange(merged.groups.keys.len() * width);
    }
    merged
}

pub(super) fn add_total(into: &mut Total, from: Total, gather: Gather, to: &[u32], width: usize, groups: usize) {
    into.is_fractional |= from.is_fractional;
    into.is_flag |= from.is_flag;
    if gather == Gather::Values {
        into.cells.extend(from.cells.iter().map(|&cell| to[cell as usize / width] * width as u32 + cell % width as u32));
        into.values.extend(from.values);
        return;
    }
    into.n.resize(groups * width, 0);
    into.sum.resize(groups * width, 0);
    for (old, _) in from.n.iter().enumerate().filter(|(_, n)| **n > 0) {
        let new = to[old / width] as usize * width + old % width;
        into.sum[new] = match gather {
            Gather::Least if into.n[new] > 0 => into.sum[new].min(from.sum[old]),
            Gather::Most if into.n[new] > 0 => into.sum[new].max(from.sum[old]),
            Gather::Least | Gather::Most => from.sum[old],
            _ => into.sum[new] + from.sum[old],
        };
        into.n[new] += from.n[old];
    }
}

/// Linear interpolation between neighbours at position `q (n − 1)` (Hyndman and Fan's type 7); 0 for no values.
pub(super) fn quantile(values: &[i64], q: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let position = q * last as f64;
    let low = position.floor() as usize;
    let (a, b) = (values[low] as f64, values[(low + 1).min(last)] as f64);
    a + (b - a) * (position - low as f64)
}
