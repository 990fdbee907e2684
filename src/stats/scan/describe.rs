//! The shortest description of what was found, the others of the same rows, and the numbers to tell.

use super::climb::climb;
use super::search::Round;
use super::table::Table;
use super::{Condition, Found, Question, Search, Sides};

/// Most descriptions that are listed beside the shortest.
const MOST_ALSO: usize = 8;

/// Most rivals that are listed.
const MOST_RIVALS: usize = 2;

pub(super) fn found(table: &Table, search: &Search, round: &Round) -> Found {
    let told = climb(table, &round.best.conditions);
    let compared = table.searched(search);
    let mut ways = descriptions(&compared, &told, search.max_attributes).into_iter();
    let conditions = ways.next().unwrap_or(told);
    let is_new = |rival: &Vec<Condition>| *rival != conditions && !is_same_rows(&compared, rival, &conditions);
    let mut rivals: Vec<Vec<Condition>> = Vec::new();
    for rival in std::iter::once(&round.best).chain(&round.next).map(|candidate| &candidate.conditions) {
        if rivals.len() < MOST_RIVALS && is_new(rival) && !rivals.contains(rival) {
            rivals.push(rival.clone());
        }
    }
    let (now, before) = table.sides(&conditions);
    Found {
        excess: excess(now, before, search.question),
        also: ways.take(MOST_ALSO).collect(),
        rivals,
        now,
        before: table.has_before.then_some(before),
        score: round.best.score,
        p: round.p,
        conditions,
    }
}

fn is_same_rows(table: &Table, a: &[Condition], b: &[Condition]) -> bool {
    (0..table.rows()).all(|row| table.holds(row, a) == table.holds(row, b))
}

/// All descriptions of the rows of a segment that cannot be shortened; the shortest first, of equals the one whose attributes come first.
fn descriptions(table: &Table, conditions: &[Condition], max_attributes: usize) -> Vec<Vec<Condition>> {
    let inside: Vec<usize> = (0..table.rows()).filter(|&row| table.holds(row, conditions)).collect();
    let Some(&first) = inside.first() else { return Vec::new() };
    let is_common = |attribute: &usize| inside.iter().all(|&row| table.codes[*attribute][row] == table.codes[*attribute][first]);
    let common: Vec<Condition> =
        (0..table.codes.len()).filter(is_common).map(|attribute| Condition { attribute, code: table.codes[attribute][first] }).collect();
    // A row outside as the set of common conditions it has: a description must leave out each of them.
    let mask = |row: usize| common.iter().enumerate().fold(0_u64, |mask, (i, c)| mask | u64::from(table.holds(row, &[*c])) << i.min(63));
    let mut outside: Vec<u64> = (0..table.rows()).map(mask).collect();
    outside.sort_unstable();
    outside.dedup();
    let all = mask(first);
    outside.retain(|&mask| mask != all);
    let common = &common[..common.len().min(63)];
    let mut ways: Vec<u64> = Vec::new();
    for size in 1..=max_attributes {
        for way in subsets(common.len(), size) {
            if ways.iter().all(|&shorter| shorter & !way != 0) && outside.iter().all(|&row| way & !row != 0) {
                ways.push(way);
            }
        }
    }
    let conditions = |way: u64| common.iter().enumerate().filter(move |&(i, _)| way >> i & 1 == 1).map(|(_, c)| *c).collect();
    ways.into_iter().map(conditions).collect()
}

/// Sets of `size` of `n` things as bits, in the order of their first things.
fn subsets(n: usize, size: usize) -> Vec<u64> {
    let mut sets = vec![(0_u64, 0)];
    for _ in 0..size {
        sets = sets.into_iter().flat_map(|(set, next)| (next..n).map(move |i| (set | 1 << i, i + 1))).collect();
    }
    sets.into_iter().map(|(set, _)| set).collect()
}

/// What the segment has beyond what the rest leads one to expect.
fn excess(now: Sides, before: Sides, question: Question) -> f64 {
    let outside = now.outside.mean().unwrap_or(0.0);
    let expected = match (question, before.inside.mean(), before.outside.mean()) {
        (Question::Change, Some(inside), Some(rest)) => inside + outside - rest,
        _ => outside,
    };
    now.inside.total - now.inside.rows as f64 * expected
}
