//! How often a shuffle of the periods gives a segment a change as large as the best one.
//!
//! The score of a change takes two counts of a segment, units of now and the sum of their levels, and a dozen divisions; a search asks for it a
//! billion times and the answer is nearly always no. So a straight line through the two counts, below which no shuffle can do as well, is compared
//! for all shuffles at once, and the score is only worked out for the few above it. The result is the same.

use std::sync::atomic::{AtomicU64, Ordering};

use super::gate::Gate;
use super::lanes::{Count, Word, add_all};
use super::score::{Cell, Scorer};
use super::search::{Test, mark};
use super::segments::Segment;
use super::table::LEVEL_BITS;

/// The sum of levels of now of all rows.
#[derive(Debug)]
struct AllSums {
    by_shuffle: Vec<u64>,
    least: u64,
}

impl Test<'_> {
    pub(super) fn count_changes<const W: usize>(&self, lanes: u64, labels: &[Word<W>], reached: &[AtomicU64; W]) {
        let levels = self.table.unit_levels();
        let all = self.sum(|bit| {
            let mut count = Count::default();
            add_all(&mut count, labels.iter().zip(&levels).filter(|&(_, &level)| has_digit(level, bit)).map(|(label, _)| label));
            count
        });
        let by_shuffle: Vec<u64> = (0..lanes as usize).map(|lane| all.number(lane)).collect();
        let least = by_shuffle.iter().copied().min().unwrap_or(0);
        let all = AllSums { by_shuffle, least };
        let (all, levels) = (&all, &levels);
        self.each_segment(lanes, |rows| {
            let (labels, levels) = (rows.dealt(self.table, labels), rows.dealt(self.table, levels));
            move |segment: &Segment| self.count_change(segment, (&labels, &levels), all, reached)
        });
    }

    /// Marks the shuffles in which a segment does as well as the best.
    fn count_change<const W: usize>(
        &self,
        segment: &Segment,
        (labels, levels): (&[Word<W>], &[u8]),
        all_now: &AllSums,
        reached: &[AtomicU64; W],
    ) {
        let (rows, places) = (segment.arranged, segment.places);
        let (_, all) = Scorer::cells(segment);
        let Some(gate) = Gate::new(&self.scorer, all, all_now.least, self.best) else { return };
        let units = rows.count(places, |unit| Some(&labels[unit]));
        let sum = self.sum(|bit| rows.count(places, |unit| has_digit(levels[unit], bit).then(|| &labels[unit])));
        let is_as_well = |lane: usize| {
            let now = Cell { units: units.number(lane), sum: sum.number(lane) };
            all_now.by_shuffle.get(lane).is_some_and(|&all_sum| self.scorer.is_change(now, all, all_sum, self.best))
        };
        let mut open = gate.open(&units, &sum);
        for (word, open) in open.iter_mut().enumerate() {
            let mut left = *open & !reached[word].load(Ordering::Relaxed);
            *open = 0;
            while left != 0 {
                let bit = left.trailing_zeros() as usize;
                *open |= u64::from(is_as_well(64 * word + bit)) << bit;
                left &= left - 1;
            }
        }
        mark(reached, &open);
    }

    /// Sums of levels, from how many units have each of their binary digits.
    fn sum<const W: usize>(&self, count: impl Fn(usize) -> Count<W>) -> Count<W> {
        let mut sum = Count::default();
        (0..if self.table.is_ranked { LEVEL_BITS } else { 1 }).for_each(|digit| sum.add_shifted(&count(digit), digit));
        sum
    }
}

fn has_digit(level: u8, digit: usize) -> bool {
    level >> digit & 1 == 1
}
