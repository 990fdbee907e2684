//! Time to the next contact of the same kind.
//!
//! Rows are walked in time order with one table from key to the last row seen, split by key over the cores: about one
//! cache line a row, where a sort by (key, time) costs five times as much.

use std::sync::atomic::{AtomicI32, Ordering};

use rayon::prelude::*;

use crate::desk::MISSING;

const EMPTY: u32 = u32::MAX;
/// Rows are split by key into this many parts, so that the table of each stays in the cache.
pub(super) const PARTS: usize = 16;

/// Seconds from each row to the next with the same key, `i32::MIN` for none; a [`MISSING`] key never matches.
///
/// `at`, `keys` and `ids` are given for all rows in file order; of rows at the same instant the one with the lower id comes first,
/// so that the order of the file does not matter. `ids` may be empty where every instant is later than the one before.
pub(crate) fn next_same(at: &[i64], keys: &[i64], ids: &[i64]) -> Vec<i32> {
    let order = time_order(at, ids);
    let mut parts: Vec<Vec<u32>> = (0..PARTS).map(|_| Vec::with_capacity(at.len() / PARTS + at.len() / 64)).collect();
    let mut visit = |row: u32| {
        let (now, key) = (at[row as usize], keys[row as usize]);
        if now != MISSING && key != MISSING {
            parts[part_of(key)].push(row);
        }
    };
    match order {
        Some(order) => order.iter().for_each(|&row| visit(row)),
        None => (0..at.len() as u32).for_each(&mut visit),
    }
    let next: Vec<AtomicI32> = (0..at.len()).map(|_| AtomicI32::new(i32::MIN)).collect();
    parts.par_iter().for_each(|rows| link(at, keys, rows, &next));
    next.into_iter().map(AtomicI32::into_inner).collect()
}

/// Whether every instant is later than the one before: ids then decide nothing, and need not be looked at.
pub(crate) fn is_rising(at: &[i64]) -> bool {
    at.is_sorted_by(|a, b| a < b)
}

/// Row numbers in the order of time and id, or `None` if the rows are in it already.
pub(super) fn time_order(at: &[i64], ids: &[i64]) -> Option<Vec<u32>> {
    if is_rising(at) || (1..at.len()).all(|i| (at[i], ids[i]) >= (at[i - 1], ids[i - 1])) {
        return None;
    }
    let mut order: Vec<u32> = (0..at.len() as u32).collect();
    if !at.is_sorted() {
        order.par_sort_by_key(|&row| at[row as usize]);
    }
    order.chunk_by_mut(|&a, &b| at[a as usize] == at[b as usize]).for_each(|same| same.sort_by_key(|&row| ids[row as usize]));
    Some(order)
}

/// The part of a key.
pub(super) fn part_of(key: i64) -> usize {
    (spread(key) >> 60) as usize
}

fn spread(key: i64) -> u64 {
    (key as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Tells each row of a part, in time order, how long until the next of its key.
fn link(at: &[i64], keys: &[i64], rows: &[u32], next: &[AtomicI32]) {
    let size = (rows.len() * 2).next_power_of_two().max(16);
    let mut slots = vec![(0i64, EMPTY); size];
    for &row in rows {
        let (now, key) = (at[row as usize], keys[row as usize]);
        let mut i = (spread(key) >> 20) as usize & (size - 1);
        while slots[i].1 != EMPTY && slots[i].0 != key {
            i = (i + 1) & (size - 1);
        }
        let before = slots[i].1;
        if before != EMPTY {
            // Each row is in one part and has one successor: nobody else writes here.
            next[before as usize].store((now - at[before as usize]).min(i64::from(i32::MAX)) as i32, Ordering::Relaxed);
        }
        slots[i] = (key, row);
    }
}

/// Mixes another column into a key; a missing value is a value like any other.
pub(crate) fn mixed(key: i64, other: i64) -> i64 {
    (key as u64 ^ spread(other)).rotate_left(29).wrapping_mul(0xD6E8_FEB8_6659_FD93) as i64
}

#[cfg(test)]
mod tests {
    use super::next_same;
    use crate::desk::MISSING;

    const NEVER: i32 = i32::MIN;

    #[test]
    fn the_next_contact_of_the_same_key_in_time_order() {
        let at = [50, 10, 30, 20, MISSING, 90];
        let keys = [1, 1, 2, 1, 1, MISSING];
        // key 1 at 10, 20, 50; key 2 at 30 only; a missing instant or key matches nothing
        assert_eq!(next_same(&at, &keys, &vec![0; at.len()]), [NEVER, 10, NEVER, 30, NEVER, NEVER]);
    }

    #[test]
    fn equals_a_plain_loop_on_many_rows() {
        let rows = 5_000usize;
        let at: Vec<i64> = (0..rows).map(|i| (i as i64 * 7919) % 100_000).collect();
        let keys: Vec<i64> = (0..rows).map(|i| if i % 11 == 0 { MISSING } else { (i as i64 * 104_729) % 700 }).collect();
        let mut order: Vec<usize> = (0..rows).collect();
        order.sort_by_key(|&i| (at[i], i));
        let mut slow = vec![NEVER; rows];
        for (p, &i) in order.iter().enumerate() {
            if let Some(&j) = order[p + 1..].iter().find(|&&j| keys[j] == keys[i] && keys[i] != MISSING) {
                slow[i] = (at[j] - at[i]) as i32;
            }
        }
        assert_eq!(next_same(&at, &keys, &vec![0; at.len()]), slow);
    }
}
