//! One block of rows, typed; what cannot be typed becomes a reject.

use std::collections::BTreeSet;

use super::column::{BadCell, ColumnReader, Noticed, Remarks, key_of};
use super::interner::Interner;
use super::ledger::Reject;
use super::plan::FilePlan;
use super::scan::Block;
use super::unique::Identities;
use super::values::Cells;
use crate::desk::{MISSING, text_of};
use crate::error::Result;

/// What any file of the source has that tells new rows from old: all its chunks then have it.
#[derive(Debug, Clone, Copy)]
pub(super) struct With {
    pub(super) versions: bool,
    pub(super) updates: bool,
}

/// Typed rows of one block.
pub(super) struct Chunk {
    pub(super) rows: usize,
    pub(super) cells: Vec<Option<Cells>>,
    pub(super) identities: Identities,
    pub(super) rejects: Vec<Reject>,
    pub(super) remarks: Remarks,
    pub(super) garbled: u64,
    /// Rows left out: rule, count.
    pub(super) set_aside: Vec<(String, u64)>,
    /// Rows that say the export was cut short.
    pub(super) partial: u64,
    /// Where the last record starts, and whether it was rejected.
    pub(super) last: Option<(u64, bool)>,
    pub(super) block: Block,
}

/// Types all cells of a block; a row with a cell that cannot be read becomes a reject.
pub(super) fn type_block(plan: &FilePlan, block: Block, with: With, interners: &mut [Interner]) -> Result<Chunk> {
    let rows = block.rows();
    let mut bad = Vec::new();
    let mut noticed = Vec::with_capacity(plan.columns.len());
    let mut columns: Vec<(Cells, Option<Cells>)> = Vec::with_capacity(plan.columns.len());
    for ((column, zone), interner) in plan.columns.iter().zip(&plan.zones).zip(interners) {
        let mut reader = ColumnReader { block: &block, interner, zone, bad: Vec::new(), noticed: Noticed::default() };
        columns.push(reader.read(column)?);
        bad.extend(reader.bad);
        noticed.push(reader.noticed);
    }
    let identities = identities(plan, &block, &columns, with);
    let (kept, set_aside) = keep_mask(plan, &block);
    let partial = plan.partial.as_ref().map_or(0, |rule| (0..rows).filter(|&row| rule.holds(&block, row, &mut Vec::new())).count() as u64);
    let rejects = rejects(plan, &block, bad, kept.as_deref());
    let last = block.last_record(|row| rejects.iter().any(|(rejected, _)| *rejected == Some(row)));
    let mask = mask(rows, kept, &rejects);
    let mut remarks = Remarks::default();
    plan.columns.iter().zip(&noticed).for_each(|(column, noticed)| remarks.tell(column, &block, noticed, mask.as_deref()));
    let garbled = block.garbled.len() as u64;
    let mut chunk = Chunk {
        rows,
        cells: Vec::new(),
        identities,
        rejects: rejects.into_iter().map(|(_, r)| r).collect(),
        remarks,
        garbled,
        set_aside,
        partial,
        last,
        block,
    };
    let mut columns: Vec<(Option<Cells>, Option<Cells>)> = columns.into_iter().map(|(cells, text)| (Some(cells), text)).collect();
    chunk.cells = plan
        .slots
        .iter()
        .map(|slot| slot.and_then(|(i, is_text)| if is_text { columns[i].1.take() } else { columns[i].0.take() }))
        .collect();
    if let Some(mask) = mask {
        drop_rows(&mut chunk, &mask);
    }
    Ok(chunk)
}

pub(super) fn drop_rows(chunk: &mut Chunk, mask: &[bool]) {
    chunk.rows = mask.iter().filter(|m| **m).count();
    chunk.cells.iter_mut().flatten().for_each(|c| c.keep(mask));
    let ids = &mut chunk.identities;
    let kept = |i: usize| mask[i];
    let mut i = 0;
    ids.keys.retain(|_| (kept(i), i += 1).0);
    i = 0;
    ids.prints.retain(|_| (kept(i), i += 1).0);
    i = 0;
    ids.updated.retain(|_| (kept(i), i += 1).0);
    i = 0;
    ids.versions.retain(|_| (kept(i), i += 1).0);
}

pub(super) fn identities(plan: &FilePlan, block: &Block, columns: &[(Cells, Option<Cells>)], with: With) -> Identities {
    let rows = block.rows();
    let whole: Vec<i64> = (0..rows).map(|row| key_of(block.row_bytes(row))).collect();
    let prints = whole.iter().map(|k| (*k >> 32) as u32).collect();
    let keys = match plan.id.map(|i| &columns[i].0) {
        Some(Cells::Long(keys)) => keys.iter().zip(&whole).map(|(k, w)| if *k == MISSING { *w } else { *k }).collect(),
        _ => spells(plan, columns).unwrap_or(whole),
    };
    let updated = match plan.updated.map(|i| &columns[i].0) {
        Some(Cells::Long(at)) => at.iter().map(|t| (*t).clamp(0, i64::from(u32::MAX)) as u32).collect(),
        _ if with.updates => vec![0; rows],
        _ => Vec::new(),
    };
    let versions = match plan.version.map(|i| &columns[i].0) {
        Some(Cells::Whole(v)) => v.clone(),
        _ if with.versions => vec![0; rows],
        _ => Vec::new(),
    };
    Identities { keys, prints, updated, versions }
}

/// What identifies the rows of a roster: the person and the first day of the stay. Each export tells of it anew how it ended, who the
/// mentor is. `None` for rows that are no stays.
fn spells(plan: &FilePlan, columns: &[(Cells, Option<Cells>)]) -> Option<Vec<i64>> {
    let cells = |name: &str| plan.columns.iter().position(|c| c.name == name).map(|i| &columns[i].0);
    let (Some(Cells::Text(agents)), Some(Cells::Long(hired))) = (cells("agent_id"), cells("hired_at")) else { return None };
    let started = |row: usize| match cells("desk_start_at") {
        Some(Cells::Long(at)) => at.get(row).copied().unwrap_or(MISSING),
        _ => MISSING,
    };
    let key = |row: usize| key_of(format!("{}\u{1f}{}\u{1f}{}", text_of(agents[row]), hired[row], started(row)).as_bytes());
    (agents.len() == hired.len()).then(|| (0..agents.len()).map(key).collect())
}

/// Which rows the source's rules keep, `None` for all; and how many each left out, the first that did counting.
pub(super) fn keep_mask(plan: &FilePlan, block: &Block) -> (Option<Vec<bool>>, Vec<(String, u64)>) {
    let mut counts: Vec<(String, u64)> = plan.rules.iter().map(|r| (r.in_words(), 0)).collect();
    if plan.rules.is_empty() {
        return (None, counts);
    }
    let mut scratch = Vec::new();
    let mut keeps = |row: usize| {
        let dropped = plan.rules.iter().position(|rule| rule.holds(block, row, &mut scratch));
        dropped.inspect(|&rule| counts[rule].1 += 1).is_none()
    };
    let mask: Vec<bool> = (0..block.rows()).map(&mut keeps).collect();
    (Some(mask), counts)
}

/// The rejects of a block in file order: rows of wrong shape, and rows with a bad cell (the first one is named).
pub(super) fn rejects(plan: &FilePlan, block: &Block, bad: Vec<BadCell>, kept: Option<&[bool]>) -> Vec<(Option<usize>, Reject)> {
    let mut out: Vec<(Option<usize>, Reject)> = Vec::new();
    for fault in &block.faults {
        out.push((None, Reject::of_fault(&plan.shown, fault)));
    }
    let mut seen = BTreeSet::new();
    for cell in bad {
        if kept.is_some_and(|k| !k[cell.row]) || !seen.insert(cell.row) {
            continue;
        }
        let reject = Reject {
            file: plan.shown.clone(),
            line: block.line_of(cell.row),
            byte: block.byte_of(cell.row),
            column: cell.header,
            value: cell.value,
            code: cell.code.into(),
            reason: cell.reason,
            raw: String::from_utf8_lossy(block.source_bytes(cell.row)).into_owned(),
        };
        out.push((Some(cell.row), reject));
    }
    out.sort_by_key(|(_, r)| r.byte);
    for (_, reject) in out.iter_mut().filter(|_| !plan.origin.is_empty()) {
        // The text is ours: the row is shown where it stands in the file.
        if let Some(&(line, byte)) = usize::try_from(reject.line).ok().and_then(|l| plan.origin.get(l.checked_sub(2)?)) {
            (reject.line, reject.byte) = (line, byte);
        }
    }
    out
}

pub(super) fn mask(rows: usize, kept: Option<Vec<bool>>, rejects: &[(Option<usize>, Reject)]) -> Option<Vec<bool>> {
    let bad: Vec<usize> = rejects.iter().filter_map(|(row, _)| *row).collect();
    if kept.is_none() && bad.is_empty() {
        return None;
    }
    let mut mask = kept.unwrap_or_else(|| vec![true; rows]);
    bad.into_iter().for_each(|row| mask[row] = false);
    Some(mask)
}
