//! Rows made ready: ordered by stratum, outcomes as levels, one unit a trial.

use super::{Condition, Direction, Invalid, Outcome, Question, Result, Rows, Search, Sides, Sum};

/// Bits of a level of a ranked number.
pub(super) const LEVEL_BITS: usize = 4;
const LEVELS: f64 = (1 << LEVEL_BITS) as f64;

/// Most codes of an attribute: a table of them must fit in memory.
const MOST_CODES: u32 = 1 << 26;

/// Rows that take part in the shuffles, ordered by stratum, and those of before that only help to choose.
#[derive(Debug)]
pub(super) struct Table {
    /// Codes by attribute and row.
    pub(super) codes: Vec<Vec<u32>>,
    /// How many codes an attribute has.
    pub(super) cardinalities: Vec<u32>,
    /// Trials before each row; one more than rows.
    pub(super) unit_start: Vec<u32>,
    /// Sum of the levels of a row's units. A unit's level is 0 or 1 for shares, and 0 to 15 for numbers.
    pub(super) level: Vec<u32>,
    /// What a row adds to totals, in the caller's numbers.
    pub(super) total: Vec<f64>,
    /// Whether a row is of now.
    pub(super) now: Vec<bool>,
    /// Whether there is a period before.
    pub(super) has_before: bool,
    /// Stratum of a row, 0 and up without holes.
    pub(super) stratum: Vec<u32>,
    /// Whether levels are ranks of numbers.
    pub(super) is_ranked: bool,
    /// Whether there is a single stratum.
    pub(super) is_plain: bool,
}

impl Table {
    pub(super) fn new(rows: &Rows, search: &Search) -> Result<Self> {
        let count = checked_rows(rows, search)?;
        let (trials, mut level, total) = outcome(rows, search)?;
        let highest = if matches!(rows.outcome, Outcome::Mean(_)) { (1 << LEVEL_BITS) - 1 } else { 1 };
        if search.direction == Direction::Lower {
            level.iter_mut().zip(&trials).for_each(|(level, &trials)| *level = highest * trials - *level);
        }
        let stratum = dense(rows.stratum, count);
        let mut order: Vec<u32> = (0..count as u32).filter(|&row| trials[row as usize] > 0).collect();
        order.sort_by_key(|&row| stratum[row as usize]);
        let take = |values: &[u32]| order.iter().map(|&row| values[row as usize]).collect::<Vec<u32>>();
        let stratum = take(&stratum);
        let table = Self {
            codes: rows.attributes.iter().map(|attribute| take(attribute.codes)).collect(),
            cardinalities: rows.attributes.iter().map(|attribute| attribute.cardinality).collect(),
            unit_start: starts(&take(&trials))?,
            level: take(&level),
            total: order.iter().map(|&row| total[row as usize]).collect(),
            now: order.iter().map(|&row| rows.now.is_none_or(|now| now[row as usize])).collect(),
            has_before: rows.now.is_some(),
            is_plain: stratum.first() == stratum.last(),
            stratum,
            is_ranked: matches!(rows.outcome, Outcome::Mean(_)),
        };
        if table.now.is_empty() { Err(Invalid::Empty) } else { Ok(table) }
    }

    pub(super) fn rows(&self) -> usize {
        self.now.len()
    }

    /// Whether every row is one trial.
    pub(super) fn is_single(&self) -> bool {
        self.unit_start[self.rows()] as usize == self.rows()
    }

    /// The level of each unit: a row's events come first.
    pub(super) fn unit_levels(&self) -> Vec<u8> {
        if self.is_ranked || self.is_single() {
            return self.level.iter().map(|&level| level as u8).collect();
        }
        let row = |row: usize| (0..self.trials(row)).map(move |unit| u8::from(unit < self.level[row]));
        (0..self.rows()).flat_map(row).collect()
    }

    /// Trials of a row.
    pub(super) fn trials(&self, row: usize) -> u32 {
        self.unit_start[row + 1] - self.unit_start[row]
    }

    pub(super) fn holds(&self, row: usize, conditions: &[Condition]) -> bool {
        conditions.iter().all(|c| self.codes[c.attribute][row] == c.code)
    }

    /// The rows that are compared: all of them for a change, those of now otherwise.
    pub(super) fn searched(&self, search: &Search) -> Self {
        self.keep(|row| self.now[row] || search.question == Question::Change)
    }

    /// Without the rows of a segment, in both periods.
    pub(super) fn without(&self, conditions: &[Condition]) -> Self {
        self.keep(|row| !self.holds(row, conditions))
    }

    fn keep(&self, is_kept: impl Fn(usize) -> bool) -> Self {
        let kept: Vec<usize> = (0..self.rows()).filter(|&row| is_kept(row)).collect();
        let take = |values: &[u32]| kept.iter().map(|&row| values[row]).collect::<Vec<u32>>();
        let ends = kept.iter().scan(0, |units, &row| {
            *units += self.trials(row);
            Some(*units)
        });
        let stratum = dense(Some(&take(&self.stratum)), kept.len());
        Self {
            codes: self.codes.iter().map(|codes| take(codes)).collect(),
            cardinalities: self.cardinalities.clone(),
            unit_start: std::iter::once(0).chain(ends).collect(),
            level: take(&self.level),
            total: kept.iter().map(|&row| self.total[row]).collect(),
            now: kept.iter().map(|&row| self.now[row]).collect(),
            has_before: self.has_before,
            is_plain: stratum.first() == stratum.last(),
            stratum,
            is_ranked: self.is_ranked,
        }
    }

    /// Sums inside and outside a segment, now and before, in the caller's numbers.
    pub(super) fn sides(&self, conditions: &[Condition]) -> (Sides, Sides) {
        let (mut now, mut before) = (Sides::default(), Sides::default());
        for row in 0..self.rows() {
            let sides = if self.now[row] { &mut now } else { &mut before };
            let sum: &mut Sum = if self.holds(row, conditions) { &mut sides.inside } else { &mut sides.outside };
            sum.rows += u64::from(self.trials(row));
            sum.total += self.total[row];
        }
        (now, before)
    }
}

/// Everything the search relies on, and the number of rows.
fn checked_rows(rows: &Rows, search: &Search) -> Result<usize> {
    let count = match rows.outcome {
        Outcome::Share { events, .. } => events.len(),
        Outcome::Mean(values) | Outcome::Above { values, .. } => values.len(),
    };
    if count == 0 || rows.attributes.is_empty() {
        return Err(Invalid::Empty);
    }
    if u32::try_from(count).is_err() {
        return Err(Invalid::OutOfRange("rows"));
    }
    if rows.attributes.iter().any(|a| a.cardinality > MOST_CODES) {
        return Err(Invalid::OutOfRange("cardinality"));
    }
    let lengths = rows.attributes.iter().map(|a| a.codes.len()).chain(rows.now.map(<[bool]>::len)).chain(rows.stratum.map(<[u32]>::len));
    if lengths.into_iter().any(|length| length != count) {
        return Err(Invalid::LengthsDiffer);
    }
    if rows.attributes.iter().any(|a| a.codes.iter().any(|&code| code >= a.cardinality)) {
        return Err(Invalid::OutOfRange("code"));
    }
    let both = rows.now.is_some_and(|now| now.contains(&true) && now.contains(&false));
    if search.question == Question::Change && !both { Err(Invalid::TooFew) } else { Ok(count) }
}

/// Trials, sum of levels and total of each row.
type Levels = (Vec<u32>, Vec<u32>, Vec<f64>);

fn outcome(rows: &Rows, search: &Search) -> Result<Levels> {
    match rows.outcome {
        Outcome::Share { events, trials } if events.len() != trials.len() => Err(Invalid::LengthsDiffer),
        Outcome::Share { events, trials } if events.iter().zip(trials).any(|(e, t)| e > t) => Err(Invalid::HitsAboveTrials),
        Outcome::Share { events, trials } => Ok((trials.to_vec(), events.to_vec(), events.iter().map(|&e| f64::from(e)).collect())),
        Outcome::Mean(values) => {
            super::super::checked(values)?;
            Ok((vec![1; values.len()], ranked(values, |row| searched(rows, search, row)), values.to_vec()))
        }
        Outcome::Above { values, quantile } => {
            super::super::checked(values)?;
            super::super::checked_open_unit(quantile, "quantile")?;
            let above = above(values, quantile, |row| searched(rows, search, row));
            Ok((vec![1; values.len()], above.clone(), above.iter().map(|&e| f64::from(e)).collect()))
        }
    }
}

fn searched(rows: &Rows, search: &Search, row: usize) -> bool {
    search.question == Question::Change || rows.now.is_none_or(|now| now[row])
}

/// Mid-ranks among the searched rows in sixteen levels; other rows take the level of their place among them.
fn ranked(values: &[f64], is_searched: impl Fn(usize) -> bool) -> Vec<u32> {
    let mut sorted: Vec<f64> = values.iter().enumerate().filter(|&(row, _)| is_searched(row)).map(|(_, &v)| v).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len().max(1) as f64;
    let level = |&value: &f64| {
        let (below, up_to) = (sorted.partition_point(|&v| v < value), sorted.partition_point(|&v| v <= value));
        let share = f64::midpoint(below as f64, up_to as f64) / n;
        (share * LEVELS).floor().min(LEVELS - 1.0) as u32
    };
    values.iter().map(level).collect()
}

/// 1 for a value above the quantile of the searched rows.
fn above(values: &[f64], quantile: f64, is_searched: impl Fn(usize) -> bool) -> Vec<u32> {
    let mut sorted: Vec<f64> = values.iter().enumerate().filter(|&(row, _)| is_searched(row)).map(|(_, &v)| v).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let place = ((sorted.len() as f64 * quantile).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    let limit = sorted.get(place).copied().unwrap_or(0.0);
    values.iter().map(|&v| u32::from(v > limit)).collect()
}

fn starts(trials: &[u32]) -> Result<Vec<u32>> {
    let mut starts = Vec::with_capacity(trials.len() + 1);
    let mut units = 0_u32;
    starts.push(units);
    for &trials in trials {
        units = units.checked_add(trials).ok_or(Invalid::OutOfRange("trials"))?;
        starts.push(units);
    }
    Ok(starts)
}

/// Group numbers without holes, in the order of the given ones.
fn dense(groups: Option<&[u32]>, rows: usize) -> Vec<u32> {
    let Some(groups) = groups else { return vec![0; rows] };
    let mut known = groups.to_vec();
    known.sort_unstable();
    known.dedup();
    groups.iter().map(|group| known.partition_point(|k| k < group) as u32).collect()
}
