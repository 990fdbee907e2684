//! A column that went empty: the export lost it, renamed it, or the people stopped filling it in.

use super::evidence::{Cells, Measured};
use super::{Code, Column, Look, Warning, words};
use crate::say;
use crate::stats::Proportion;
use crate::stats::two_proportions::fisher_exact;

/// Fewest rows of a batch to be compared.
const FEWEST_ROWS: u64 = 30;

/// Fewest batches before, and most that are looked at. The first often holds years, and columns filled late are fuller there.
const BATCHES: (usize, usize) = (3, 8);

/// Rather full before, next to empty now.
const FULL: f64 = 0.2;
const EMPTY: f64 = 0.8;

/// A smaller step that is told if chance cannot make it.
const STEP: f64 = 0.3;

/// Chance, by Fisher's exact test, of a step from rather full to next to empty, and of a smaller one.
const CHANCE: (f64, f64) = (1e-4, 1e-9);

/// Filled cells expected where a rarely filled column is wholly empty.
const EXPECTED: f64 = 10.0;

/// Columns of the newest batch that are far emptier than before.
pub(super) fn warning(look: &Look<'_>) -> Option<Warning> {
    let mut found: Vec<(&Column, Cells)> = look.source.columns.iter().filter_map(|column| Some((column, emptied(column)?))).collect();
    found.sort_by(|a, b| step(*b).total_cmp(&step(*a)).then_with(|| a.0.name.cmp(&b.0.name)));
    let (worst, before) = *found.first()?;
    let told: Vec<String> = found.iter().map(|(column, before)| said(column, *before)).collect();
    let text = say!(
        told.len() => "{columns}: the export may have lost or renamed this column; compare the header of the newest file with an older one",
        "{columns}: the export may have lost or renamed these columns; compare the header of the newest file with an older one",
        columns = words::listed(&told)
    );
    Some(look.warn(Code::ColumnEmpty, &text, Measured { seen: share(worst.newest), low: 0.0, high: share(before) }))
}

/// `category (“Category”) is empty in all of the newest 430 rows (before: about 3 %)`.
fn said(column: &Column, before: Cells) -> String {
    let name = words::name(&column.name);
    let column_and_header = match column.header.as_str() {
        "" => name,
        header => say!("{name} (“{header}”)", name, header = words::name(header)),
    };
    let now = words::percent(column.newest.empty, column.newest.rows);
    let rows = crate::format::count(column.newest.rows);
    let before = words::percent(before.empty, before.rows);
    say!("{column} is empty in {now} of the newest {rows} rows (before: {before})", column = column_and_header, now, rows, before)
}

fn step((column, before): (&Column, Cells)) -> f64 {
    share(column.newest) - share(before)
}

fn share(cells: Cells) -> f64 {
    if cells.rows == 0 { 0.0 } else { cells.empty as f64 / cells.rows as f64 }
}

/// The batch it is compared with, if the newest is far emptier.
fn emptied(column: &Column) -> Option<Cells> {
    let now = column.newest;
    let before = usual(column)?;
    let (seen, was) = (share(now), share(before));
    let chance = fisher_exact(proportion(now)?, proportion(before)?);
    let went_empty = was < FULL && seen > EMPTY && chance <= CHANCE.0;
    let is_overwhelming = seen - was >= STEP && chance <= CHANCE.1;
    let is_wholly_empty = now.empty == now.rows && now.rows as f64 * (1.0 - was) >= EXPECTED && chance <= CHANCE.0;
    (now.rows >= FEWEST_ROWS && (went_empty || is_overwhelming || is_wholly_empty)).then_some(before)
}

/// The batch at the third quarter of the last ones by their share of empty cells: what happens in one batch of four is usual. So a
/// column that stays empty is told for two or three batches and then is as it is.
fn usual(column: &Column) -> Option<Cells> {
    let mut before: Vec<Cells> = column.earlier.iter().rev().filter(|cells| cells.rows >= FEWEST_ROWS).take(BATCHES.1).copied().collect();
    if before.len() < BATCHES.0 {
        return None;
    }
    before.sort_by(|a, b| share(*a).total_cmp(&share(*b)).then(a.rows.cmp(&b.rows)));
    Some(before[(before.len() * 3).div_ceil(4) - 1])
}

fn proportion(cells: Cells) -> Option<Proportion> {
    Proportion::new(cells.empty, cells.rows).ok()
}
