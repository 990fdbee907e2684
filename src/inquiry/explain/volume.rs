//! Which kind of work came in more or less often than its own earlier spans and everything else lead one to expect.
//!
//! A segment's count is held against a negative binomial with the mean of its earlier spans, times the growth of everything else, and
//! with the spread of those spans or, if that is larger, the usual spread of all segments: rows come in bursts. The tail
//! probability is multiplied by the number of segments looked at (Bonferroni), in each round anew.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::Question;
use super::segments::{Candidate, Hunt};
use crate::stats::negative_binomial::NegativeBinomial;

/// Most conditions of a segment: three make more segments than there are rows to tell them apart.
const DEPTH: usize = 2;
/// Earlier spans needed to know the usual spread.
const FEWEST_SPANS: usize = 3;
/// Of a child's excess, relative to its size, that the rest of a parent must have too for the parent to be the answer.
const SHARED: f64 = 0.2;
/// Fewest rows of everything else that tell its growth.
const REST: f64 = 20.0;

/// Counts of a segment: in each earlier span, and now.
type Counts = Vec<u32>;

/// What was found.
pub(super) fn hunt(q: &Question<'_>) -> Hunt {
    let spans = spans(q);
    let mut hunt = Hunt { found: Vec::new(), folded: folded(q, &spans) };
    if q.earlier.len() < FEWEST_SPANS {
        return hunt;
    }
    let mut spans = spans;
    for _ in 0..q.search.answers * 2 {
        let Some(found) = best(q, &spans, &hunt.folded) else { break };
        for (row, span) in spans.iter_mut().enumerate() {
            if super::segments::meets(q, &hunt.folded, &found.conditions, row) {
                *span = None;
            }
        }
        hunt.found.push(found);
    }
    hunt
}

/// The span of each row: those before in order, then the one explained; `None` for rows of no span or already told.
fn spans(q: &Question<'_>) -> Vec<Option<u32>> {
    let at = |row: usize| match q.sample.is_now[row] {
        true => Some(q.earlier.len() as u32),
        false => q.earlier.iter().position(|span| span.contains(&q.sample.at[row])).map(|i| i as u32),
    };
    (0..q.sample.len()).map(at).collect()
}

/// Values of each attribute too rare to be told apart.
fn folded(q: &Question<'_>, spans: &[Option<u32>]) -> Vec<Vec<u32>> {
    let fewest = q.search.fewest as f64;
    let rare = |a: &crate::metrics::sample::Attribute| {
        let mut counts = vec![vec![0_u32; q.earlier.len() + 1]; a.values.len()];
        for (row, span) in spans.iter().enumerate() {
            if let Some(span) = span {
                counts[a.codes[row] as usize][*span as usize] += 1;
            }
        }
        let is_rare = |c: &Counts| f64::from(c[c.len() - 1]) < fewest && usual(c) < fewest;
        (0..a.values.len() as u32).filter(|code| is_rare(&counts[*code as usize])).collect()
    };
    q.sample.attributes.iter().map(rare).collect()
}

fn usual(counts: &Counts) -> f64 {
    let earlier = &counts[..counts.len() - 1];
    earlier.iter().map(|c| f64::from(*c)).sum::<f64>() / earlier.len().max(1) as f64
}

/// Variance over mean of the earlier spans.
fn dispersion(counts: &Counts) -> f64 {
    let mean = usual(counts);
    let earlier = &counts[..counts.len() - 1];
    let squares: f64 = earlier.iter().map(|c| (f64::from(*c) - mean).powi(2)).sum();
    if mean > 0.0 && earlier.len() > 1 { squares / (earlier.len() as f64 - 1.0) / mean } else { 1.0 }
}

/// A segment's test.
#[derive(Debug, Clone, Copy)]
struct Tested {
    p: f64,
    excess: f64,
    /// Of the expected count.
    relative: f64,
}

/// What all segments are held against.
struct Ground {
    total: Counts,
    dispersion: f64,
}

impl Ground {
    fn test(&self, counts: &Counts) -> Tested {
        let (now, mean) = (f64::from(counts[counts.len() - 1]), usual(counts));
        let (rest_now, rest_mean) = (f64::from(self.total[self.total.len() - 1]) - now, usual(&self.total) - mean);
        let growth = if rest_now >= REST && rest_mean >= REST { rest_now / rest_mean } else { 1.0 };
        let k = counts.len() as f64 - 1.0;
        let expected = (mean * growth).max(0.5 / k);
        let spread = dispersion(counts).max(self.dispersion).max(1.0);
        // That of the count, of the mean of few spans, and of the growth of the rest.
        let variance = expected * spread * (1.0 + growth / k) + expected.powi(2) * spread * (1.0 / rest_now.max(REST));
        let excess = now - expected;
        let chance = |p: f64| p.clamp(0.0, 1.0);
        let p = NegativeBinomial::new(expected, variance).map_or(1.0, |d| match excess > 0.0 {
            true if now < 1.0 => 1.0,
            true => chance(1.0 - d.at_most(now as u64 - 1)),
            false => chance(d.at_most(now as u64)),
        });
        Tested { p: (2.0 * p).min(1.0), excess, relative: excess / expected }
    }
}

/// An attribute by number, and a value of it.
type Value = (usize, u32);
/// Counts by conditions.
type ByKey = HashMap<Vec<(usize, u32)>, Counts, FixedState>;

/// The most striking segment, or its parent where the rest of that is striking too; `None` if luck can do as much.
fn best(q: &Question<'_>, spans: &[Option<u32>], folded: &[Vec<u32>]) -> Option<Candidate> {
    let (singles, pairs, total) = counted(q, spans, folded);
    let all: Vec<(&Vec<(usize, u32)>, &Counts)> = {
        let mut all: Vec<_> = singles.iter().chain(&pairs).filter(|(_, c)| is_large(q, c, &total)).collect();
        all.sort();
        all
    };
    let ground = Ground { dispersion: median(singles.values().filter(|c| usual(c) >= 1.0).map(dispersion).collect()), total };
    let tested: Vec<Tested> = all.iter().map(|(_, c)| ground.test(c)).collect();
    let looked = all.len() as f64;
    let first = (0..all.len()).min_by(|&a, &b| {
        let (x, y) = (tested[a], tested[b]);
        let simpler = || all[a].0.len().cmp(&all[b].0.len());
        x.p.total_cmp(&y.p).then(y.excess.abs().total_cmp(&x.excess.abs())).then_with(simpler).then_with(|| all[a].0.cmp(all[b].0))
    })?;
    if tested[first].p * looked > q.search.alpha {
        return None;
    }
    let mut answer = first;
    // A parent whose rest went the same way is the larger truth; one that has nothing but the child is the simpler.
    for parent in 0..all.len() {
        let is_parent = all[parent].0.len() == 1 && all[answer].0.len() == 2 && all[answer].0.contains(&all[parent].0[0]);
        if !is_parent || tested[parent].p * looked > q.search.alpha {
            continue;
        }
        let rest: Counts = all[parent].1.iter().zip(all[first].1).map(|(p, c)| p - c).collect();
        let own = ground.test(&rest);
        let is_shared = own.relative * tested[first].relative > 0.0 && own.relative.abs() >= SHARED * tested[first].relative.abs();
        let is_all = rest.iter().sum::<u32>() == 0;
        if is_all || (is_shared && own.p <= 0.1) || tested[parent].p <= tested[first].p {
            answer = parent;
        }
    }
    let same = |i: usize| i != answer && all[i].1 == all[answer].1 && is_same(q, spans, folded, (all[i].0, all[answer].0));
    let also = (0..all.len()).filter(|i| same(*i)).map(|i| all[i].0.clone()).filter(|c| c.len() == 1).take(3).collect();
    let p = (tested[answer].p * looked).min(1.0);
    Some(Candidate { conditions: all[answer].0.clone(), also, is_rise: tested[answer].excess > 0.0, p })
}

/// Whether two lists of conditions are met by the same rows.
fn is_same(q: &Question<'_>, spans: &[Option<u32>], folded: &[Vec<u32>], (a, b): (&[Value], &[Value])) -> bool {
    let meets = |conditions: &[Value], row: usize| super::segments::meets(q, folded, conditions, row);
    (0..q.sample.len()).filter(|row| spans[*row].is_some()).all(|row| meets(a, row) == meets(b, row))
}

/// Large enough to be told, and not all there is.
fn is_large(q: &Question<'_>, counts: &Counts, total: &Counts) -> bool {
    let now = f64::from(counts[counts.len() - 1]);
    now.max(usual(counts)) >= q.search.fewest as f64 && counts.iter().sum::<u32>() < total.iter().sum()
}

fn counted(q: &Question<'_>, spans: &[Option<u32>], folded: &[Vec<u32>]) -> (ByKey, ByKey, Counts) {
    let width = q.earlier.len() + 1;
    let attributes = &q.sample.attributes;
    let (mut singles, mut pairs, mut total) = (ByKey::default(), ByKey::default(), vec![0; width]);
    let code = |attribute: usize, row: usize| {
        let own = attributes[attribute].codes[row];
        if folded[attribute].binary_search(&own).is_ok() { u32::MAX } else { own }
    };
    let is_deep = q.search.depth as usize >= DEPTH;
    for (row, span) in spans.iter().enumerate() {
        let Some(span) = span.map(|s| s as usize) else { continue };
        total[span] += 1;
        for a in 0..attributes.len() {
            singles.entry(vec![(a, code(a, row))]).or_insert_with(|| vec![0; width])[span] += 1;
            for b in if is_deep { a + 1..attributes.len() } else { 0..0 } {
                pairs.entry(vec![(a, code(a, row)), (b, code(b, row))]).or_insert_with(|| vec![0; width])[span] += 1;
            }
        }
    }
    (singles, pairs, total)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(1.0)
}
