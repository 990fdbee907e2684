//! Segments of a share, mean or quantile: the search of [`crate::stats::scan`] over the rows of the sample.

use super::Question;
use super::gauge::Gauge;
use super::segments::{Candidate, Hunt, meets};
use crate::stats::scan::{Attribute, Condition, Direction, Folded, Found, Outcome, Question as Asked, Rows, Search, fold, scan};

/// What was found: first what went the way of the whole, then, among the other rows, what went the other way.
pub(super) fn hunt(q: &Question<'_>, gauge: Gauge, progress: &(dyn Fn(u64, u64) + Sync)) -> Hunt {
    let codes: Vec<Folded> = q.sample.attributes.iter().map(|a| fold(&a.codes, a.values.len() as u32, q.search.fewest as u32)).collect();
    let mut hunt = Hunt { found: Vec::new(), folded: codes.iter().map(|f| f.folded.clone()).collect() };
    let mut rows: Vec<usize> = (0..q.sample.len()).collect();
    for (turn, direction) in directions(q).into_iter().enumerate() {
        let half = |done: u64, all: u64| progress(turn as u64 * all + done, 2 * all);
        let found = searched(q, (gauge, direction), (&codes, &rows), &half);
        rows.retain(|row| !found.iter().any(|c| meets(q, &hunt.folded, &c.conditions, *row)));
        hunt.found.extend(found);
    }
    hunt
}

/// The way of the whole first.
fn directions(q: &Question<'_>) -> [Direction; 2] {
    let mean = |is_now: bool| {
        let (mut sum, mut n) = (0.0, 0.0);
        for row in (0..q.sample.len()).filter(|row| q.sample.is_now[*row] == is_now) {
            sum += q.sample.facts[row];
            n += 1.0;
        }
        sum / f64::max(n, 1.0)
    };
    if mean(true) >= mean(false) { [Direction::Higher, Direction::Lower] } else { [Direction::Lower, Direction::Higher] }
}

fn searched(
    q: &Question<'_>,
    (gauge, direction): (Gauge, Direction),
    (codes, rows): (&[Folded], &[usize]),
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Vec<Candidate> {
    let picked = |of: &[u32]| -> Vec<u32> { rows.iter().map(|row| of[*row]).collect() };
    let facts: Vec<f64> = rows.iter().map(|row| q.sample.facts[*row]).collect();
    let now: Vec<bool> = rows.iter().map(|row| q.sample.is_now[*row]).collect();
    let own: Vec<Vec<u32>> = codes.iter().map(|f| picked(&f.codes)).collect();
    // Rows of an agent belong together: shuffles stay within them.
    let stratum = (!q.sample.people.is_empty()).then(|| picked(&q.sample.people));
    let (ones, hits): (Vec<u32>, Vec<u32>) = match gauge {
        Gauge::Share => (vec![1; rows.len()], facts.iter().map(|f| u32::from(*f > 0.5)).collect()),
        _ => (Vec::new(), Vec::new()),
    };
    let outcome = match gauge {
        Gauge::Share => Outcome::Share { events: &hits, trials: &ones },
        Gauge::Quantile(quantile) => Outcome::Above { values: &facts, quantile },
        Gauge::Mean | Gauge::Count => Outcome::Mean(&facts),
    };
    let attributes: Vec<Attribute<'_>> =
        own.iter().zip(codes).map(|(own, f)| Attribute { codes: own, cardinality: f.cardinality }).collect();
    let is_change = now.iter().any(|now| !now);
    let rows = Rows { attributes: &attributes, outcome, now: is_change.then_some(&now), stratum: stratum.as_deref() };
    let search = Search {
        question: if is_change { Asked::Change } else { Asked::Within },
        direction,
        max_attributes: q.search.depth as usize,
        min_rows: q.search.fewest as u32,
        shuffles: q.search.shuffles,
        // Both ways are one search.
        alpha: q.search.alpha / 2.0,
        answers: q.search.answers,
        seed: q.search.seed,
    };
    // Rows that no search can be made of hold no segment.
    let found = scan(&rows, &search, progress).map(|s| s.found).unwrap_or_default();
    let told = |f: &Found| Candidate {
        conditions: named(&f.conditions, codes),
        also: f.also.iter().map(|list| named(list, codes)).collect(),
        is_rise: direction == Direction::Higher,
        p: (2.0 * f.p).min(1.0),
    };
    found.iter().map(told).collect()
}

/// Conditions of the search in the sample's own codes; what stands for all rare values is [`u32::MAX`].
fn named(conditions: &[Condition], codes: &[Folded]) -> Vec<(usize, u32)> {
    let code = |c: &Condition| if codes[c.attribute].other == Some(c.code) { u32::MAX } else { c.code };
    conditions.iter().map(|c| (c.attribute, code(c))).collect()
}
