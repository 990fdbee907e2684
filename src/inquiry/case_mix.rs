//! What each person's mix of work gives at the others' rates, from readings by person, category and priority.

use std::collections::BTreeMap;

use crate::metrics::Readings;
use crate::stats::case_mix::{CaseMix as Mix, Reference, Standardised, Tally};

/// What describes the work; the last columns of the breakdown asked for.
pub const WORK: [&str; 2] = ["category", "priority"];

/// A person against the others' rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OfOne {
    /// Hits and what the mix would give.
    pub standardised: Standardised,
    /// The share of the work that the others do as well, 0 to 1.
    pub overlap: f64,
}

/// Everybody's expectation in a share, by the columns of a breakdown before [`WORK`]: the agent is the last of them, and rows without one are left
/// out. A rare pair of category and priority takes the rate of its category; who does much of a pair is left out of its rate.
pub fn standardised(readings: &Readings, metric: &str, breakdown: usize) -> BTreeMap<Vec<String>, OfOne> {
    let (mut people, mut categories, mut cells) = (Numbers::default(), Numbers::default(), Numbers::default());
    let (mut tallies, mut parents) = (Vec::new(), Vec::new());
    for (group, values) in readings.groups(metric, breakdown) {
        let (person, work) = group.split_at(group.len() - WORK.len());
        let is_named = person.last().is_some_and(|agent| !agent.is_empty());
        let Some(count) = values.first().copied().flatten().filter(|_| is_named).and_then(|r| r.proportion()) else { continue };
        let cell = cells.of(work);
        if cell == parents.len() {
            parents.push(categories.of(&work[..1]));
        }
        tallies.push(Tally { group: people.of(person), cell, count });
    }
    let Ok(mix) = Mix::new(people.0.len(), &parents, &tallies) else { return BTreeMap::new() };
    let one = |(name, number): (Vec<String>, usize)| {
        let overlap = mix.overlap_with_rest(number).ok()?;
        let standardised = mix.standardise(number, Reference::LEAVE_ONE_OUT).ok()?;
        Some((name, OfOne { standardised, overlap }))
    };
    people.0.into_iter().filter_map(one).collect()
}

/// Numbers of names in the order of first sight.
#[derive(Default)]
struct Numbers(BTreeMap<Vec<String>, usize>);

impl Numbers {
    fn of(&mut self, name: &[String]) -> usize {
        let next = self.0.len();
        *self.0.entry(name.to_vec()).or_insert(next)
    }
}
