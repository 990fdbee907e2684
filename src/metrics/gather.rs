//! One pass over the rows of a table for all looks at it.
//!
//! What does not depend on the look (facts, local days, codes of groups) is found once a part of the table; a look then goes over the rows
//! that lie in its span and no others.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use polars::prelude::*;

use super::groups::codes;
use super::plan::{Exprs, Plan};
use super::slots::{NO_DAY, Slots, days};
use super::total::{NOWHERE, Part, Values};
use crate::clock::zone::Zone;
use crate::error::{Error, Result};
use crate::facts::{Facts, Prepared, Table};

/// Rows that are worked on at once: what is made of them stays in the cache.
const ROWS: usize = 1 << 17;

/// Facts put into periods by the same instant, at most so many of which are looked at before: a snapshot dates every row, and says
/// something of few.
const FEW: usize = 3;

/// Gathers for every plan; for each worker, plan and breakdown a part.
pub(super) fn gather(facts: &Facts, table: Table, exprs: &Exprs<'_>, plans: &[Plan<'_>]) -> Result<Vec<Vec<Vec<Part>>>> {
    let fresh = || plans.iter().map(|p| p.breakdowns.iter().map(|_| Part::new(p.items.len())).collect()).collect::<Vec<Vec<Part>>>();
    let tasks = tasks(facts, table);
    if tasks.is_empty() {
        return Ok(vec![fresh()]);
    }
    let looking = Looking::new(facts, table, exprs, plans)?;
    let next = AtomicUsize::new(0);
    let worker = || -> Result<Vec<Vec<Part>>> {
        let mut parts = fresh();
        let mut scratch = Scratch::default();
        while let Some((segment, rows)) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let frame = facts.frame(table).segments[*segment].slice(rows.start as i64, rows.len());
            let Some(seen) = looking.at(&frame, (*segment, rows.start) == (0, 0))? else { continue };
            let columns = Columns::of(&seen, exprs, plans, (facts.zone(), facts.as_of()))?;
            for (plan, parts) in plans.iter().zip(&mut parts) {
                look(&columns, plan, parts, &mut scratch);
            }
        }
        Ok(parts)
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(tasks.len());
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        handles.into_iter().map(|h| h.join().map_err(|_| Error::bug("a worker of the fold stopped"))?).collect()
    })
}

/// Segments in pieces, the larger ones first taken apart.
fn tasks(facts: &Facts, table: Table) -> Vec<(usize, Range<usize>)> {
    let heights = (0..facts.segments(table)).map(|s| facts.frame(table).segments[s].height());
    let pieces = |(segment, rows): (usize, usize)| (0..rows.max(1)).step_by(ROWS).map(move |from| (segment, from..(from + ROWS).min(rows)));
    heights.enumerate().flat_map(pieces).collect()
}

/// What is evaluated: the instants of all rows, then everything of those that lie in the span of any look.
struct Looking<'a> {
    facts: &'a Facts,
    plans: &'a [Plan<'a>],
    /// The expressions of the instants, and their numbers.
    instants: (Prepared, Vec<usize>),
    all: Prepared,
}

impl<'a> Looking<'a> {
    fn new(facts: &'a Facts, table: Table, exprs: &Exprs<'_>, plans: &'a [Plan<'a>]) -> Result<Self> {
        let mut numbers: Vec<usize> = plans.iter().flat_map(|p| &p.anchors).map(|a| a.at).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let instants: Vec<(String, String)> = numbers.iter().map(|i| exprs.list[*i].clone()).collect();
        Ok(Self { facts, plans, instants: (facts.prepare(table, &instants)?, numbers), all: facts.prepare(table, &exprs.list)? })
    }

    /// `None` if there is nothing to see; of the first rows every expression is evaluated, so that a wrong one is told.
    fn at(&self, rows: &DataFrame, is_first: bool) -> Result<Option<DataFrame>> {
        let (prepared, numbers) = &self.instants;
        // What a stock begins with are nearly all rows there have been.
        if self.plans.iter().flat_map(|p| &p.anchors).any(|a| a.has_opening) {
            return self.all.evaluate(rows).map(Some);
        }
        let instants = prepared.evaluate(rows)?;
        let mut marks = vec![false; rows.height()];
        for (column, number) in instants.columns().iter().zip(numbers) {
            let days = days_of(column, (self.facts.zone(), self.facts.as_of()))?;
            for (plan, anchor) in self.plans.iter().flat_map(|p| p.anchors.iter().map(move |a| (p, a))).filter(|(_, a)| a.at == *number) {
                let slots = &plan.slots[anchor.slots];
                marks.iter_mut().zip(&days).for_each(|(mark, day)| *mark |= (1..NOWHERE).contains(&slots.slot(*day)));
            }
        }
        match marks.iter().filter(|m| **m).count() {
            0 if !is_first => Ok(None),
            most if most * 4 > rows.height() * 3 => self.all.evaluate(rows).map(Some),
            _ => self.all.evaluate_marked(rows, &marks).map(Some),
        }
    }
}

/// The evaluated expressions of some rows, each in the form it is needed in.
struct Columns {
    rows: usize,
    days: Vec<Option<Vec<i32>>>,
    values: Vec<Option<Values>>,
    codes: Vec<Option<Vec<u32>>>,
    keeps: Vec<Option<Vec<bool>>>,
}

impl Columns {
    fn of(frame: &DataFrame, exprs: &Exprs<'_>, plans: &[Plan<'_>], past: (&Zone, i64)) -> Result<Self> {
        let count = exprs.list.len();
        let mut out = Self {
            rows: frame.height(),
            days: std::iter::repeat_with(|| None).take(count).collect(),
            values: std::iter::repeat_with(|| None).take(count).collect(),
            codes: std::iter::repeat_with(|| None).take(count).collect(),
            keeps: std::iter::repeat_with(|| None).take(count).collect(),
        };
        let column = |i: usize| frame.column(&exprs.list[i].0).map_err(|e| Error::bug(e.to_string()));
        for plan in plans {
            if let Some(condition) = plan.filter {
                out.keeps[condition] = Some(keeps(column(condition)?)?);
            }
            for anchor in plan.anchors.iter().map(|a| a.at) {
                if out.days[anchor].is_none() {
                    out.days[anchor] = Some(days_of(column(anchor)?, past)?);
                }
            }
            for value in plan.items.iter().map(|item| item.value) {
                if out.values[value].is_none() {
                    out.values[value] = Some(Values::of(column(value)?, &exprs.list[value].1)?);
                }
            }
            for &group in plan.breakdowns.iter().flat_map(|(_, columns)| columns) {
                if out.codes[group].is_none() {
                    out.codes[group] = Some(codes(column(group)?).map_err(|e| Error::config(e.to_string()))?);
                }
            }
        }
        Ok(out)
    }
}

fn keeps(column: &Column) -> Result<Vec<bool>> {
    let flags = column.bool().map_err(|_| Error::config("the condition must be true or false"))?;
    Ok(flags.iter().map(|k| k == Some(true)).collect())
}

fn days_of(anchor: &Column, past: (&Zone, i64)) -> Result<Vec<i32>> {
    let wrong = || Error::config(format!("a row is put into a period by an instant (whole seconds), not by {}", anchor.dtype()));
    if !anchor.dtype().is_integer() && *anchor.dtype() != DataType::Null {
        return Err(wrong());
    }
    let at = anchor.cast(&DataType::Int64).map_err(|_| wrong())?;
    Ok(days(past, at.i64().map_err(|_| wrong())?))
}

/// What is used again from look to look.
#[derive(Default)]
struct Scratch {
    /// Rows that lie in the span of the look by any of its instants, ascending.
    rows: Vec<u32>,
    /// Group numbers of these rows, by row.
    numbers: Vec<u32>,
    cells: Vec<u32>,
}

/// Rows put into slots by one anchor.
struct Placed {
    rows: Vec<u32>,
    slots: Vec<u32>,
}

impl Placed {
    fn keep(&mut self, is_kept: impl Fn(usize) -> bool) {
        let kept: Vec<bool> = self.rows.iter().map(|row| is_kept(*row as usize)).collect();
        let mut marks = kept.iter();
        self.rows.retain(|_| *marks.next().unwrap_or(&true));
        let mut marks = kept.iter();
        self.slots.retain(|_| *marks.next().unwrap_or(&true));
    }
}

fn look(columns: &Columns, plan: &Plan<'_>, parts: &mut [Part], scratch: &mut Scratch) {
    let keep = plan.filter.and_then(|i| columns.keeps[i].as_deref());
    let of = |i: usize| columns.days[i].as_deref().unwrap_or_default();
    let mut placed: Vec<Placed> = plan.anchors.iter().map(|a| place(of(a.at), &plan.slots[a.slots], (a.has_opening, keep))).collect();
    for (a, placed) in placed.iter_mut().enumerate() {
        let values: Vec<&Values> =
            plan.items.iter().filter(|item| item.anchor == a).filter_map(|item| columns.values[item.value].as_ref()).collect();
        if values.len() <= FEW {
            placed.keep(|row| values.iter().any(|v| v.is_known(row)));
        }
    }
    if placed.iter().all(|p| p.rows.is_empty()) {
        return;
    }
    together(&placed, columns.rows, &mut scratch.rows);
    scratch.numbers.resize(columns.rows, 0);
    for (part, (_, dimensions)) in parts.iter_mut().zip(&plan.breakdowns) {
        let dimensions: Vec<&[u32]> = dimensions.iter().map(|i| columns.codes[*i].as_deref().unwrap_or_default()).collect();
        part.groups.numbers(&dimensions, &scratch.rows, &mut scratch.numbers);
        for (a, placed) in placed.iter().enumerate().filter(|(_, p)| !p.rows.is_empty()) {
            let width = plan.slots[plan.anchors[a].slots].count() as u32;
            let cell = |(row, slot): (&u32, &u32)| scratch.numbers[*row as usize] * width + slot;
            scratch.cells.clear();
            scratch.cells.extend(placed.rows.iter().zip(&placed.slots).map(cell));
            let size = part.groups.keys.len() * width as usize;
            for (i, item) in plan.items.iter().enumerate().filter(|(_, item)| item.anchor == a) {
                if let Some(values) = &columns.values[item.value] {
                    part.totals[i].add(item.gather, values, (&placed.rows, &scratch.cells), size);
                }
            }
        }
    }
}

/// The rows that an instant puts into a slot.
fn place(days: &[i32], slots: &Slots, (has_opening, keep): (bool, Option<&[bool]>)) -> Placed {
    let least = u32::from(!has_opening);
    let mut placed = Placed { rows: Vec::new(), slots: Vec::new() };
    for (row, &day) in days.iter().enumerate().filter(|(_, day)| **day != NO_DAY) {
        let slot = slots.slot(day);
        if slot >= least && slot != NOWHERE && keep.is_none_or(|k| k[row]) {
            placed.rows.push(row as u32);
            placed.slots.push(slot);
        }
    }
    placed
}

/// The rows of any of them, ascending.
fn together(placed: &[Placed], rows: usize, out: &mut Vec<u32>) {
    let mut marks = vec![false; rows];
    placed.iter().flat_map(|p| &p.rows).for_each(|row| marks[*row as usize] = true);
    out.clear();
    out.extend(marks.iter().enumerate().filter(|(_, m)| **m).map(|(row, _)| row as u32));
}
