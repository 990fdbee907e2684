//! One row an id: exact copies are duplicates, older states are superseded by the newest.

use rayon::prelude::*;

/// Rows are split by key into this many parts, so that the table of each stays in the cache.
const PARTS: usize = 16;
const EMPTY: u32 = u32::MAX;

/// What identifies a row and how new it is, for all rows of a source in the order they were read.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    /// The row's id (its whole text where the export has none).
    pub(crate) keys: Vec<i64>,
    /// A hash of the row's text.
    pub(crate) prints: Vec<u32>,
    /// The row's own update time in seconds since 1970, 0 where it has none; empty if the source has none.
    pub(crate) updated: Vec<u32>,
    /// The row's version number; empty if the source has none.
    pub(crate) versions: Vec<i32>,
}

/// Which rows to keep, and why the others go.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) duplicate: Vec<u32>,
    pub(super) superseded: Vec<u32>,
}

impl Identities {
    /// Forgets rows; their numbers are sorted or not, each given once.
    pub(super) fn drop_rows(&mut self, rows: &[u32]) {
        if rows.is_empty() {
            return;
        }
        let mut is_kept = vec![true; self.keys.len()];
        rows.iter().for_each(|&row| is_kept[row as usize] = false);
        keep(&mut self.keys, &is_kept);
        keep(&mut self.prints, &is_kept);
        keep(&mut self.updated, &is_kept);
        keep(&mut self.versions, &is_kept);
    }

    /// How new a row is, but for the order of arrival.
    pub(crate) fn age_of(&self, row: usize) -> (u32, i32) {
        (self.updated.get(row).copied().unwrap_or(0), self.versions.get(row).copied().unwrap_or(0))
    }

    fn age(&self, row: u32) -> (u32, i32, u32) {
        let (updated, version) = self.age_of(row as usize);
        (updated, version, row)
    }

    /// Finds the rows to drop: newest update time wins, then the version, then the order of reading.
    pub(super) fn judge(&self) -> Verdict {
        let parts: Vec<Verdict> = self.parts().par_iter().map(|rows| self.judge_part(rows)).collect();
        let mut all = Verdict::default();
        for part in parts {
            all.duplicate.extend(part.duplicate);
            all.superseded.extend(part.superseded);
        }
        all.duplicate.sort_unstable();
        all.superseded.sort_unstable();
        all
    }

    /// The rows of each part, in the order they were read.
    fn parts(&self) -> Vec<Vec<u32>> {
        let room = self.keys.len() / PARTS + self.keys.len() / 64;
        let mut parts: Vec<Vec<u32>> = (0..PARTS).map(|_| Vec::with_capacity(room)).collect();
        for (row, &key) in self.keys.iter().enumerate() {
            parts[(spread(key) >> 60) as usize].push(row as u32);
        }
        parts
    }

    fn judge_part(&self, rows: &[u32]) -> Verdict {
        let size = (rows.len() * 2).next_power_of_two().max(16);
        let mut table = vec![EMPTY; size];
        let mut verdict = Verdict::default();
        for &row in rows {
            let key = self.keys[row as usize];
            let mut i = (spread(key) >> 20) as usize & (size - 1);
            while table[i] != EMPTY && self.keys[table[i] as usize] != key {
                i = (i + 1) & (size - 1);
            }
            let kept = table[i];
            if kept == EMPTY {
                table[i] = row;
            } else if self.prints[kept as usize] == self.prints[row as usize] {
                verdict.duplicate.push(row);
            } else if self.age(row) >= self.age(kept) {
                verdict.superseded.push(kept);
                table[i] = row;
            } else {
                verdict.superseded.push(row);
            }
        }
        verdict
    }
}

/// Keeps the marked values of a column, if there is one.
fn keep<T>(values: &mut Vec<T>, is_kept: &[bool]) {
    let mut marks = is_kept.iter();
    values.retain(|_| marks.next() == Some(&true));
}

fn spread(key: i64) -> u64 {
    (key as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::Identities;

    #[test]
    fn copies_are_duplicates_and_older_states_are_superseded() {
        let rows = Identities {
            keys: vec![7, 8, 7, 7, 8, 7],
            prints: vec![1, 2, 1, 3, 4, 5],
            updated: vec![10, 10, 10, 20, 5, 20],
            versions: vec![0, 0, 0, 1, 0, 0],
        };
        let verdict = rows.judge();
        // row 2 copies row 0; row 3 replaces row 0; row 4 is older than row 1; row 5 is as new as row 3 but of a lower version
        assert_eq!(verdict.duplicate, [2]);
        assert_eq!(verdict.superseded, [0, 4, 5]);
    }
}
