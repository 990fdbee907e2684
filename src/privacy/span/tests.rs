use proptest::prelude::*;

use super::line::{P, product};
use super::*;

#[test]
fn the_rest_of_a_total_follows_from_it() {
    let (all, some): (&[usize], &[usize]) = (&[0, 1, 2], &[0, 1]);
    let leak = Span::of(&[all, some], &[10, 20, 3]).leak(5);
    assert_eq!(leak, Some(Leak { n: 3, from: vec![0, 1] }));
    assert_eq!(Span::of(&[all, some], &[10, 20, 5]).leak(5), None);
    assert_eq!(Span::of(&[all], &[1, 1, 1]).leak(5), Some(Leak { n: 3, from: vec![0] }));
}

/// The same without leaving anything out: every row has all its numbers, and every group is added up anew.
#[derive(Debug)]
struct Plain {
    rows: Vec<(Vec<u64>, Vec<u64>)>,
    leads: Vec<usize>,
    sizes: Vec<u64>,
}

fn added(a: &mut (Vec<u64>, Vec<u64>), b: &(Vec<u64>, Vec<u64>), times: u64) {
    for (a, b) in a.0.iter_mut().zip(&b.0).chain(a.1.iter_mut().zip(&b.1)) {
        *a = plus(*a, product(*b, times));
    }
}

fn places(numbers: &[u64]) -> Vec<usize> {
    (0..numbers.len()).filter(|i| numbers[*i] != 0).collect()
}

impl Plain {
    fn of(sums: &[&[usize]], atoms: &[u64]) -> Self {
        let columns = columns(sums, atoms);
        let over = |i| columns.iter().map(|(inside, _)| u64::from(inside.contains(&i))).collect();
        let made_of = |i| (0..sums.len()).map(|j| u64::from(i == j)).collect();
        let mut rows: Vec<(Vec<u64>, Vec<u64>)> = (0..sums.len()).map(|i| (over(i), made_of(i))).collect();
        let mut leads = Vec::new();
        for column in 0..columns.len() {
            let done = leads.len();
            let Some(found) = (done..rows.len()).find(|r| rows[*r].0[column] != 0) else { continue };
            rows.swap(done, found);
            let scale = inverse(rows[done].0[column]);
            let mut lead = (vec![0; columns.len()], vec![0; sums.len()]);
            added(&mut lead, &rows[done], scale);
            for row in &mut rows {
                let times = P - row.0[column];
                added(row, &lead, times % P);
            }
            rows[done] = lead;
            leads.push(column);
        }
        rows.truncate(leads.len());
        Self { rows, leads, sizes: columns.iter().map(|c| c.1).collect() }
    }

    fn leak(&self, min_n: u64, mut left: u32) -> Option<Leak> {
        let mut best = None;
        let zero = (vec![0; self.sizes.len()], vec![0; self.rows.first().map_or(0, |r| r.1.len())]);
        self.go((0, 0, min_n), &zero, (&mut left, &mut best));
        if left == 0 && best.is_none() {
            let row = (0..self.rows.len()).rev().find(|r| self.sizes[self.leads[*r]] < min_n)?;
            return Some(Leak { n: self.sizes[self.leads[row]], from: places(&self.rows[row].1) });
        }
        best
    }

    fn go(&self, (from, n, min_n): (usize, u64, u64), sum: &(Vec<u64>, Vec<u64>), (left, best): (&mut u32, &mut Option<Leak>)) {
        for row in from..self.rows.len() {
            let n = n + self.sizes[self.leads[row]];
            let least = best.as_ref().map_or(min_n, |b| b.n);
            if n >= least {
                continue;
            }
            if *left == 0 {
                return;
            }
            *left -= 1;
            let mut sum = sum.clone();
            added(&mut sum, &self.rows[row], 1);
            let all: u64 = sum.0.iter().zip(&self.sizes).filter(|(v, _)| **v == 1).map(|(_, size)| size).sum();
            if sum.0.iter().all(|v| *v <= 1) && all < least {
                *best = Some(Leak { n: all, from: places(&sum.1) });
            }
            self.go((row + 1, n, min_n), &sum, (left, best));
        }
    }
}

/// Groups of atoms, some of them twice or sums of others, so that there is more than one way to make a group.
fn tables() -> impl Strategy<Value = (Vec<u64>, Vec<Vec<usize>>)> {
    let sums = proptest::collection::vec(proptest::collection::btree_set(0..14usize, 1..9), 1..16);
    let sizes = prop_oneof![1 => Just(1..3u64), 2 => Just(1..9u64), 1 => Just(1..40u64)];
    (sizes.prop_flat_map(|n| proptest::collection::vec(n, 14)), sums, 0..6usize).prop_map(|(sizes, sums, again)| {
        let mut sums: Vec<Vec<usize>> = sums.into_iter().map(|s| s.into_iter().collect()).collect();
        for i in 0..again.min(sums.len() - 1) {
            let mut both = [sums[i].as_slice(), &sums[i + 1]].concat();
            both.sort_unstable();
            both.dedup();
            sums.insert(i, both);
        }
        (sizes, sums)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_out_changes_nothing((sizes, sums) in tables(), min_n in 2..25u64, tries in prop_oneof![0..30u32, Just(2_000u32)]) {
        let sums: Vec<&[usize]> = sums.iter().map(Vec::as_slice).collect();
        let (span, plain) = (Span::of(&sums, &sizes), Plain::of(&sums, &sizes));
        for (row, (over, made_of)) in span.rows.iter().zip(&plain.rows) {
            let all: Vec<u64> = (0..sizes.len().max(over.len()) + sums.len()).map(|c| row.at(c)).collect();
            prop_assert_eq!(&all[..over.len()], over);
            prop_assert_eq!(&all[over.len()..over.len() + sums.len()], made_of);
        }
        prop_assert_eq!(span.rows.len(), plain.rows.len());
        prop_assert_eq!(span.leak_among(min_n, tries), plain.leak(min_n, tries));
    }
}
