//! One round of the search: the best segment, and how often a shuffle does as well.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::super::random::Random;
use super::arranged::Arranged;
use super::lanes::{Count, Word};
use super::score::{Scorer, shuffled_strata};
use super::segments::{Part, Segment, Segments};
use super::shuffle;
use super::table::{LEVEL_BITS, Table};
use super::{Condition, Question, Search};

/// Segments kept beside the best.
const KEPT: usize = 6;

/// What a score is worth for each attribute more when the next best are ranked.
const DISCOUNT: f64 = 0.95;

/// Without a shuffle a p is told when a bound of it is at most this share of alpha: the true one is lower, and the chance that the shuffles
/// would have come to another verdict is below 10⁻¹⁰ for 999 of them.
const SURE: f64 = 0.2;

/// Scores below this have no bound of use.
const BOUNDED: f64 = 8.0;

/// Bytes of shuffled labels held at a time; as much again in each thread, in the order of what it searches.
const LABEL_BYTES: usize = 160 << 20;

/// The best segment of a table.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) best: Candidate,
    /// The next best, by discounted score; may hold the best.
    pub(super) next: Vec<Candidate>,
    pub(super) p: f64,
}

/// A segment and its score.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub(super) score: f64,
    pub(super) conditions: Vec<Condition>,
}

impl Candidate {
    fn discounted(&self) -> f64 {
        self.score * DISCOUNT.powi(self.conditions.len() as i32 - 1)
    }

    /// Higher score, then fewer conditions, then those that come first.
    fn order(&self, other: &Self, value: impl Fn(&Self) -> f64) -> std::cmp::Ordering {
        let length = |candidate: &Self| candidate.conditions.len();
        value(other).total_cmp(&value(self)).then(length(self).cmp(&length(other))).then_with(|| self.conditions.cmp(&other.conditions))
    }
}

/// Best candidates seen so far.
#[derive(Debug, Default)]
struct Best {
    plain: Vec<Candidate>,
    discounted: Vec<Candidate>,
}

impl Best {
    fn see(&mut self, segment: &Segment, score: f64, table: &Table) {
        let discounted = score * DISCOUNT.powi(segment.attributes.len() as i32 - 1);
        let beats = |kept: &[Candidate], most: usize, value: f64, of: fn(&Candidate) -> f64| {
            kept.len() < most || kept.last().is_none_or(|last| value >= of(last))
        };
        let (is_best, is_kept) =
            (beats(&self.plain, 1, score, |c| c.score), beats(&self.discounted, KEPT, discounted, Candidate::discounted));
        if score > 0.0 && (is_best || is_kept) {
            self.insert(&Candidate { score, conditions: segment.conditions(table) });
        }
    }

    fn insert(&mut self, candidate: &Candidate) {
        for (kept, most, value) in
            [(&mut self.plain, 1, (|c| c.score) as fn(&Candidate) -> f64), (&mut self.discounted, KEPT, Candidate::discounted)]
        {
            let place = kept.partition_point(|other| other.order(candidate, value).is_lt());
            if place < most && kept.get(place) != Some(candidate) {
                kept.insert(place, candidate.clone());
                kept.truncate(most);
            }
        }
    }

    fn merged(mut self, other: &Self) -> Self {
        other.plain.iter().chain(&other.discounted).for_each(|candidate| self.insert(candidate));
        self
    }
}

/// Work done of the most there can be.
struct Progress<'p> {
    done: AtomicU64,
    total: u64,
    tell: &'p (dyn Fn(u64, u64) + Sync),
}

impl Progress<'_> {
    fn add(&self, work: u64) {
        let done = self.done.fetch_add(work, Ordering::Relaxed) + work;
        (self.tell)(done.min(self.total), self.total);
    }
}

impl Round {
    /// `None` if no segment stands out at all.
    pub(super) fn search(full: &Table, search: &Search, answer: usize, tell: &(dyn Fn(u64, u64) + Sync)) -> Option<Self> {
        let table = full.searched(search);
        let scorer = Scorer::new(&table, search.question, search.min_rows);
        let segments = Segments::new(&table, search.max_attributes, scorer.min_units());
        let parts = segments.parts();
        let round_work = parts.len() as u64 * (u64::from(search.shuffles) + 1);
        let done = AtomicU64::new(answer as u64 * round_work);
        let progress = Progress { done, total: round_work * search.answers as u64, tell };
        let best = parts.par_iter().map(|&part| {
            let mut best = Best::default();
            segments.visit(part, |_| |segment: &Segment| best.see(segment, scorer.observed(segment), &table));
            progress.add(1);
            best
        });
        let best = best.reduce(Best::default, |best, other| best.merged(&other));
        let found = best.plain.into_iter().next()?;
        let test = Test { table: &table, scorer, segments, parts, best: found.score, search, progress };
        let p = test.p(answer);
        Some(Self { best: found, next: best.discounted, p })
    }
}

/// The permutation test of a best score.
pub(super) struct Test<'t> {
    pub(super) table: &'t Table,
    pub(super) scorer: Scorer<'t>,
    segments: Segments<'t>,
    parts: Vec<Part>,
    pub(super) best: f64,
    search: &'t Search,
    progress: Progress<'t>,
}

impl Test<'_> {
    /// `(1 + shuffles that do as well) / (1 + shuffles)`. Once p is sure to be above alpha the shuffles stop, and it is the p of those so
    /// far: the verdict is that of all shuffles.
    fn p(&self, answer: usize) -> f64 {
        if let Some(p) = self.sure_p() {
            return p;
        }
        let random = Random::new(self.search.seed).fork(answer as u64);
        let all = u64::from(self.search.shuffles);
        let (mut done, mut as_well) = (0, 0);
        let units = self.table.unit_start[self.table.rows()] as usize;
        let bytes = units.max(1) * 8 * if self.is_levels() { LEVEL_BITS } else { 1 };
        while done < all {
            let left = all - done;
            let words = if done == 0 { 2 } else { LABEL_BYTES / bytes };
            let (lanes, count) = match words {
                _ if left <= 128 => self.stage::<2>(&random, done, left),
                16.. => self.stage::<16>(&random, done, left),
                8.. => self.stage::<8>(&random, done, left),
                4.. => self.stage::<4>(&random, done, left),
                _ => self.stage::<2>(&random, done, left),
            };
            done += lanes;
            as_well += count;
            if (1 + as_well) as f64 / (1 + all) as f64 > self.search.alpha {
                break;
            }
        }
        (1 + as_well) as f64 / (1 + done) as f64
    }

    /// A bound of p, if it is low enough to spare the shuffles: the chances of all segments added up. Never below what shuffles can tell.
    fn sure_p(&self) -> Option<f64> {
        if self.search.question == Question::Change || self.best < BOUNDED {
            return None;
        }
        let part = |&part: &Part| {
            let mut sum = 0.0;
            self.segments.visit(part, |_| {
                |segment: &Segment| {
                    let expected = self.scorer.expected(segment);
                    sum += self.scorer.least(&expected, self.best).map_or(0.0, |least| self.scorer.most_chance(least, &expected));
                }
            });
            sum
        };
        // Added up in the order of the parts.
        let p: f64 = self.parts.par_iter().map(part).collect::<Vec<f64>>().into_iter().sum();
        (p <= SURE * self.search.alpha).then(|| p.max(1.0 / (f64::from(self.search.shuffles) + 1.0)))
    }

    fn is_levels(&self) -> bool {
        self.search.question == Question::Within && self.table.is_ranked
    }

    /// Shuffles of one block, and how many do as well.
    fn stage<const W: usize>(&self, random: &Random, done: u64, left: u64) -> (u64, u64) {
        let lanes = left.min(64 * W as u64);
        let strata = shuffled_strata(self.table, self.search.question);
        let reached: &[AtomicU64; W] = &std::array::from_fn(|_| AtomicU64::new(0));
        // A word's stream depends on its first shuffle alone.
        let words = (0..lanes.div_ceil(64)).map(|word| random.fork(done + 64 * word)).collect::<Vec<_>>();
        if self.is_levels() {
            let units: Vec<u8> = self.table.level.iter().map(|&level| level as u8).collect();
            let columns: Vec<_> = words.into_par_iter().map(|mut random| shuffle::levels(&strata, &units, &mut random)).collect();
            let at = |unit: usize| std::array::from_fn(|bit| std::array::from_fn(|w| columns.get(w).map_or(0, |column| column[unit][bit])));
            let labels: Vec<[Word<W>; LEVEL_BITS]> = (0..units.len()).into_par_iter().map(at).collect();
            drop(columns);
            self.each_segment(lanes, |rows| {
                let labels = rows.dealt(self.table, &labels);
                move |segment: &Segment| self.count_levels(segment, &labels, reached)
            });
        } else {
            let columns: Vec<_> = words.into_par_iter().map(|mut random| shuffle::labels(&strata, &mut random)).collect();
            let at = |unit: usize| std::array::from_fn(|w| columns.get(w).map_or(0, |column| column[unit]));
            let units = self.table.unit_start[self.table.rows()] as usize;
            let labels: Vec<Word<W>> = (0..units).into_par_iter().map(at).collect();
            drop(columns);
            match self.search.question {
                Question::Within => self.each_segment(lanes, |rows| {
                    let labels = rows.dealt(self.table, &labels);
                    move |segment: &Segment| self.count_events(segment, &labels, reached)
                }),
                Question::Change => self.count_changes(lanes, &labels, reached),
            }
        }
        let used = |word: u64| match lanes.saturating_sub(64 * word) {
            64.. => u64::MAX,
            some => (1 << some) - 1,
        };
        let count = reached.iter().zip(0..).map(|(bits, word)| u64::from((bits.load(Ordering::Relaxed) & used(word)).count_ones())).sum();
        (lanes, count)
    }

    /// Does what `make` makes of the rows of each part with all its segments.
    pub(super) fn each_segment<S: FnMut(&Segment)>(&self, lanes: u64, make: impl Fn(&Arranged) -> S + Sync) {
        self.parts.par_iter().for_each(|&part| {
            self.segments.visit(part, &make);
            self.progress.add(lanes);
        });
    }

    fn count_events<const W: usize>(&self, segment: &Segment, labels: &[Word<W>], reached: &[AtomicU64; W]) {
        let expected = self.scorer.expected(segment);
        let Some(least) = self.scorer.least(&expected, self.best) else { return };
        mark(reached, &segment.arranged.count(segment.places, |unit| Some(&labels[unit])).at_least(least));
    }

    fn count_levels<const W: usize>(&self, segment: &Segment, labels: &[[Word<W>; LEVEL_BITS]], reached: &[AtomicU64; W]) {
        let expected = self.scorer.expected(segment);
        let Some(least) = self.scorer.least(&expected, self.best) else { return };
        let mut sum = Count::<W>::default();
        (0..LEVEL_BITS).for_each(|bit| {
            sum.add_shifted(&segment.arranged.count(segment.places, |unit| Some(&labels[unit][bit])), bit);
        });
        mark(reached, &sum.at_least(least));
    }
}

/// Shuffles that do as well; their order does not matter.
pub(super) fn mark<const W: usize>(reached: &[AtomicU64; W], bits: &Word<W>) {
    reached.iter().zip(bits).filter(|&(_, &bits)| bits != 0).for_each(|(reached, &bits)| {
        reached.fetch_or(bits, Ordering::Relaxed);
    });
}
