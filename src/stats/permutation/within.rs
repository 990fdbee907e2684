//! Labels dealt anew, each stratum's among its own members only.

use super::{EXACT_LIMIT, Permutation, TIE, Tally, assignments, dense, next_order};
use crate::stats::random::Random;
use crate::stats::{Invalid, Result};

/// Labels of agents, to be dealt anew within strata: a label never leaves its supplier, say.
#[derive(Debug, Clone, Copy)]
pub struct Deal<'a> {
    /// Number of the label of every agent.
    pub labels: &'a [usize],
    /// Number of the stratum of every agent; all alike for no strata.
    pub strata: &'a [usize],
    /// Seed of the draws where there are too many rearrangements to try all.
    pub seed: u64,
}

impl Deal<'_> {
    /// How unusual `statistic` of the labels is among all ways to deal them; two-sided, by its size.
    ///
    /// `largest` is about the largest the statistic can be: values closer than a billionth of it are equal, as they differ by
    /// rounding alone. All ways are tried up to [`EXACT_LIMIT`], else seeded draws.
    ///
    /// # Errors
    /// [`Invalid::Empty`], [`Invalid::LengthsDiffer`], [`Invalid::NotFinite`] if the statistic of the labels is no number,
    /// [`Invalid::NoVariation`] if no stratum has two labels.
    pub fn test(&self, largest: f64, statistic: impl Fn(&[usize]) -> f64) -> Result<Permutation> {
        if self.labels.is_empty() {
            return Err(Invalid::Empty);
        }
        if self.labels.len() != self.strata.len() {
            return Err(Invalid::LengthsDiffer);
        }
        let observed = statistic(self.labels);
        if !observed.is_finite() || !largest.is_finite() {
            return Err(Invalid::NotFinite);
        }
        let hands = self.hands();
        if hands.iter().all(|hand| hand.labels.windows(2).all(|pair| pair[0] == pair[1])) {
            return Err(Invalid::NoVariation);
        }
        let needed = observed.abs() - TIE * largest.abs();
        let tally = match ways(&hands) {
            Some(all) => every(hands, self.labels, all, |labels| statistic(labels).abs() >= needed),
            None => self.drawn(hands, |labels| statistic(labels).abs() >= needed),
        };
        Ok(tally.of(observed))
    }

    /// Members and labels of every stratum, labels ascending.
    fn hands(&self) -> Vec<Hand> {
        let (strata, count) = dense(self.strata);
        let mut hands = vec![Hand::default(); count];
        for (at, (&stratum, &label)) in strata.iter().zip(self.labels).enumerate() {
            hands[stratum].places.push(at);
            hands[stratum].labels.push(label);
        }
        hands.iter_mut().for_each(|hand| hand.labels.sort_unstable());
        hands
    }

    fn drawn(&self, mut hands: Vec<Hand>, extreme: impl Fn(&[usize]) -> bool) -> Tally {
        let mut random = Random::new(self.seed);
        let mut labels = self.labels.to_vec();
        Tally::sampled(|| {
            for hand in &mut hands {
                random.shuffle(&mut hand.labels);
                hand.deal(&mut labels);
            }
            extreme(&labels)
        })
    }
}

/// The labels of one stratum and the places they can go.
#[derive(Debug, Clone, Default)]
struct Hand {
    places: Vec<usize>,
    labels: Vec<usize>,
}

impl Hand {
    fn deal(&self, labels: &mut [usize]) {
        self.places.iter().zip(&self.labels).for_each(|(&at, &label)| labels[at] = label);
    }
}

/// How many ways there are, if they are few enough to try all.
fn ways(hands: &[Hand]) -> Option<u64> {
    let mut all: u64 = 1;
    for hand in hands {
        let sizes: Vec<u64> = hand.labels.chunk_by(|a, b| a == b).map(|run| run.len() as u64).collect();
        all = all.checked_mul(assignments(&sizes)?).filter(|ways| *ways <= EXACT_LIMIT)?;
    }
    Some(all)
}

/// Goes over all ways like an odometer: a stratum that is through starts anew and moves the next one on.
fn every(mut hands: Vec<Hand>, labels: &[usize], all: u64, extreme: impl Fn(&[usize]) -> bool) -> Tally {
    let mut dealt = labels.to_vec();
    hands.iter().for_each(|hand| hand.deal(&mut dealt));
    let mut count = 0;
    loop {
        count += u64::from(extreme(&dealt));
        let mut is_through = true;
        for hand in &mut hands {
            let is_next = next_order(&mut hand.labels);
            if !is_next {
                hand.labels.sort_unstable();
            }
            hand.deal(&mut dealt);
            if is_next {
                is_through = false;
                break;
            }
        }
        if is_through {
            return Tally::exact(count, all);
        }
    }
}
