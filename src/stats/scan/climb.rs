//! From a segment to a larger one that is bad as a whole: while the rest of the parent stands out itself.
//!
//! With a period before, the rest must have moved, not just be high: a neighbour that was always bad is no reason to blame the parent.

use super::Condition;
use super::score::log_likelihood_ratio;
use super::table::Table;

/// Least log-likelihood ratio of the rest of a parent: half the 95 % quantile of chi square with one degree of freedom.
const CLEAR: f64 = 1.92;

/// Least excess of the rest, as a share of the excess of the child, against the rows outside.
const SHARE_WITHIN: f64 = 0.2;

/// The same where excess is over the period before.
const SHARE_MOVED: f64 = 0.1;

/// Trials of the outside rate that a segment's rate of before is shrunken with.
const PRIOR: f64 = 5.0;

/// Hits of n.
type Rate = (f64, f64);

/// A set of rows now and before.
#[derive(Debug, Clone, Copy, Default)]
struct Periods {
    now: Rate,
    before: Rate,
}

/// The segment to tell of: `conditions` or a part of them.
pub(super) fn climb(table: &Table, conditions: &[Condition]) -> Vec<Condition> {
    let highest = if table.is_ranked { 15.0 } else { 1.0 };
    let mut child = conditions.to_vec();
    while child.len() > 1 {
        let parents = (0..child.len()).map(|dropped| {
            let kept = child.iter().enumerate().filter(|&(place, _)| place != dropped);
            kept.map(|(_, condition)| *condition).collect::<Vec<_>>()
        });
        let scored = parents.filter_map(|parent| Some((rest_score(table, &child, &parent, highest)?, parent)));
        // The first of equals.
        let Some((_, parent)) = scored.reduce(|best, next| if next.0 > best.0 { next } else { best }) else { break };
        child = parent;
    }
    child
}

/// How clearly the rest of a parent stands out; `None` if not enough.
fn rest_score(table: &Table, child: &[Condition], parent: &[Condition], highest: f64) -> Option<f64> {
    let mut sets = [Periods::default(); 3];
    for row in 0..table.rows() {
        let set = match (table.holds(row, parent), table.holds(row, child)) {
            (true, true) => 0,
            (true, false) => 1,
            _ => 2,
        };
        let rate = if table.now[row] { &mut sets[set].now } else { &mut sets[set].before };
        rate.0 += f64::from(table.level[row]) / highest;
        rate.1 += f64::from(table.trials(row));
    }
    let [child, rest, outside] = sets;
    if outside.now.1 <= 0.0 {
        return None;
    }
    if rest.now.1 <= 0.0 {
        return Some(f64::INFINITY);
    }
    let has_moved = table.has_before && outside.before.1 > 0.0;
    let expected = |set: Periods| outside_rate(outside, set, has_moved);
    let excess = |set: Periods| set.now.0 / set.now.1 - expected(set);
    let score = if has_moved { divergence(rest.now, rest.now.1 * expected(rest)) } else { log_likelihood_ratio(rest.now, outside.now) };
    let share = if has_moved { SHARE_MOVED } else { SHARE_WITHIN };
    (score > CLEAR && excess(rest) >= share * excess(child)).then_some(score)
}

/// The rate one would expect of a set now: that of the rest, or its own of before moved as the rest moved.
fn outside_rate(outside: Periods, set: Periods, has_moved: bool) -> f64 {
    let now = outside.now.0 / outside.now.1;
    if !has_moved {
        return now;
    }
    let before = outside.before.0 / outside.before.1;
    let own = (set.before.0 + PRIOR * before) / (set.before.1 + PRIOR);
    (own + now - before).clamp(0.0, 1.0)
}

/// Log-likelihood ratio of a rate of its own against an expected number of hits; 0 unless there are more.
fn divergence((hits, n): Rate, expected: f64) -> f64 {
    let expected = expected.clamp(1e-6, (n - 1e-6).max(1e-6));
    if hits <= expected {
        return 0.0;
    }
    let misses = n - hits;
    hits * (hits / expected).ln() + if misses > 0.0 { misses * (misses / (n - expected)).ln() } else { 0.0 }
}
