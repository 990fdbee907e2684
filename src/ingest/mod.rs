//! Exports in, [`Desk`] out: the only place that knows how products write things down.
//!
//! A strict tokenizer finds the rows, declared forms type the cells, every row that is not used is accounted for in the
//! [`ledger`]. Knows nothing of metrics.

mod calls;
pub mod cells;
mod chunk;
mod column;
pub mod decode;
pub mod dialect;
mod files;
mod forms;
pub mod inspect;
mod interner;
pub mod ledger;
mod part;
mod pattern;
mod plan;
pub mod preset;
pub(crate) mod raw;
pub mod repair;
mod reshape;
pub mod scan;
pub mod shapes;
mod source;
mod table;
mod unique;
mod values;
mod words;

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::columns::Source;
use crate::desk::{Desk, Frame, MISSING, SEGMENT, Values, bug, dtype, frame_name};
use crate::error::{Error, Result};
use crate::facts::{Table, Wanted};
use crate::settings::{Rows, Settings, SourceSettings};
use ledger::{FileLedger, Ledger, SourceLedger};
use source::Keep;
use table::nulls;
use unique::Verdict;

pub(crate) use source::{Gathered, dating_column};
pub(crate) use table::Slot;
pub(crate) use unique::Identities;

/// The files of a source on disk, sorted by name: (path, name relative to the config); and its patterns that match none.
///
/// # Errors
/// A config error for what is no pattern.
pub(crate) fn files_of(settings: &Settings, source: &SourceSettings) -> Result<Found> {
    files::found_files(settings, source)
}

pub(crate) use files::Found;

/// A path as a file pattern that matches just it.
pub fn as_pattern(path: &str) -> String {
    glob::Pattern::escape(path)
}

/// Reads every source of the config; only what is `wanted` is kept, everything is checked.
///
/// `as_of` is the cut-off in seconds UTC: later rows are counted and left out. `progress` is told the bytes read.
///
/// # Errors
/// An input error for a missing, empty or unmappable file, or a date column that cannot be read one way only.
pub fn ingest(settings: &Settings, wanted: &Wanted, as_of: i64, progress: &(dyn Fn(u64) + Sync)) -> Result<Desk> {
    desk(settings, wanted, as_of, read_all(settings, wanted, as_of, progress)?)
}

/// Reads the files of one source whole, for the history: every column, of two rows with the same id the one that counts.
///
/// The states of an audit log are all kept. Whether too many rows are broken is left to the caller.
///
/// # Errors
/// Those of [`ingest`].
pub(crate) fn batch(settings: &Settings, source: &SourceSettings, progress: &(dyn Fn(u64) + Sync)) -> Result<Gathered> {
    let keep = Keep { is_stored: &|_, _| true, texts: true, hashes: true, progress };
    let mut gathered = source::read(settings, source, &keep)?;
    let mut verdict = gathered.identities.judge();
    settle(&mut gathered.ledger, &verdict);
    gathered.ledger.check()?;
    if source.rows() == Rows::Versions {
        verdict.superseded.clear();
    }
    let dropped = [verdict.duplicate, verdict.superseded].concat();
    drop_rows(&mut gathered.frame, &dropped)?;
    gathered.identities.drop_rows(&dropped);
    Ok(gathered)
}

/// Every column that rows of a source can have, in the order of the canonical table.
pub(crate) fn all_columns_of(source: &SourceSettings) -> Vec<Slot> {
    plan::slots(source, &Keep { is_stored: &|_, _| true, texts: true, hashes: false, progress: &|_| () })
}

/// Another number as soon as keys are made in another way: keys kept from before are then worth nothing.
pub(crate) fn key_probe() -> i64 {
    column::key_of(b"INC0001234")
}

/// The columns of a source's rows that `wanted` asks for, in the order of the canonical table.
pub(crate) fn columns_of(source: &SourceSettings, wanted: &Wanted) -> Vec<Slot> {
    let is_stored = |column: &str, name: &str| is_stored(wanted, source, column, name);
    plan::slots(source, &Keep { is_stored: &is_stored, texts: wanted.texts, hashes: false, progress: &|_| () })
}

/// A desk of rows that were read and accounted for before.
///
/// Keys are needed of legs, which are folded by them, and with their age of the states of an audit log.
pub(crate) fn desk_of(settings: &Settings, wanted: &Wanted, as_of: i64, sources: Vec<(&SourceSettings, Gathered)>) -> Result<Desk> {
    let settled = sources.into_iter().map(|(source, gathered)| settled(source, gathered, as_of, false));
    let settled = settled.collect::<Result<_>>()?;
    desk(settings, wanted, as_of, settled)
}

fn desk(settings: &Settings, wanted: &Wanted, as_of: i64, sources: Vec<Settled>) -> Result<Desk> {
    let mut frames: BTreeMap<Source, Vec<Frame>> = BTreeMap::new();
    let mut ledger = Ledger::default();
    let mut origins: BTreeMap<Source, Vec<(String, usize)>> = BTreeMap::new();
    for Settled { frames: of_source, account } in sources {
        for (kind, frame) in of_source {
            origins.entry(kind).or_default().push((account.name.clone(), frame.height()));
            frames.entry(kind).or_default().push(frame);
        }
        ledger.sources.push(account);
    }
    let frames =
        Source::ALL.into_iter().map(|kind| Ok((kind, united(settings, wanted, kind, frames.remove(&kind))?))).collect::<Result<_>>()?;
    Ok(Desk { frames, ledger, origins, as_of })
}

/// What a source gives to the desk.
struct Settled {
    frames: Vec<(Source, Frame)>,
    account: SourceLedger,
}

/// Reads the sources one after the other; while one is read, the rows of the one before are settled.
fn read_all(settings: &Settings, wanted: &Wanted, as_of: i64, progress: &(dyn Fn(u64) + Sync)) -> Result<Vec<Settled>> {
    std::thread::scope(|scope| {
        let mut settling = Vec::new();
        let mut failure = None;
        for source in &settings.sources {
            let is_stored = |column: &str, name: &str| is_stored(wanted, source, column, name);
            let keep = Keep { is_stored: &is_stored, texts: wanted.texts, hashes: wanted.hashes, progress };
            match source::read(settings, source, &keep) {
                Ok(gathered) => settling.push(scope.spawn(move || settled(source, gathered, as_of, true))),
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
        // What failed first in the order of the sources is told.
        let joined = settling.into_iter().map(|s| s.join().unwrap_or_else(|_| Err(Error::bug("the rows of a source were not settled"))));
        let sources: Vec<Settled> = joined.collect::<Result<_>>()?;
        failure.map_or(Ok(sources), Err)
    })
}

/// Decides which of the rows of a source count, and accounts for the others if they are `new`.
fn settled(source: &SourceSettings, gathered: Gathered, as_of: i64, new: bool) -> Result<Settled> {
    let Gathered { mut frame, identities, ledger: mut account } = gathered;
    let mut frames = Vec::new();
    let verdict = identities.judge();
    if new {
        settle(&mut account, &verdict);
        account.check()?;
    }
    let prints = if source.rows() == Rows::Legs { identities.keys } else { Vec::new() };
    if source.rows() == Rows::Versions {
        let mut states = states(&frame, &verdict.duplicate)?;
        if states.has("at") {
            let is_past: Vec<bool> = states.longs("at")?.into_iter().map(|at| at < as_of).collect();
            states.keep(&is_past)?;
        }
        frames.push((Source::TicketEvents, states));
    }
    let dropped = [verdict.duplicate, verdict.superseded].concat();
    drop_rows(&mut frame, &dropped)?;
    if let Some(no_agent) = source.options.no_agent.as_deref().filter(|_| source.kind == Source::Calls) {
        calls::settle(&mut frame, no_agent)?;
        account.found("outcome");
    }
    if source.rows() == Rows::Legs {
        account.folded = calls::fold(&mut frame, &without(prints, &dropped))?;
        account.found("transfers");
        if frame.has("queue") {
            account.found("first_queue");
        }
    }
    if source.kind == Source::Surveys {
        unanswer(&mut frame, as_of, &mut account)?;
    }
    cut_off(&mut frame, source, as_of, &mut account)?;
    frames.push((source.kind, frame));
    Ok(Settled { frames, account })
}

/// Accounts for the rows that are not kept, in their files and in all.
fn settle(account: &mut SourceLedger, verdict: &Verdict) {
    let mut first = 0;
    for file in &mut account.files {
        let end = first + file.accepted;
        let within = |rows: &[u32]| rows.iter().filter(|r| (first..end).contains(&u64::from(**r))).count() as u64;
        (file.duplicate, file.superseded) = (within(&verdict.duplicate), within(&verdict.superseded));
        file.accepted -= file.duplicate + file.superseded;
        first = end;
    }
    let sum = |of: fn(&FileLedger) -> u64| account.files.iter().map(of).sum::<u64>();
    (account.accepted, account.duplicate, account.superseded) = (sum(|f| f.accepted), sum(|f| f.duplicate), sum(|f| f.superseded));
}

/// Whether a canonical column (or its frame name) is asked for, or dates the rows.
fn is_stored(wanted: &Wanted, source: &SourceSettings, column: &str, name: &str) -> bool {
    let is_state = source.rows() == Rows::Versions
        && STATE_COLUMNS.iter().any(|(event, ticket)| *ticket == name && wanted.has(Table::TicketEvents, event));
    let is_sent = source.kind == Source::Surveys && column == "sent_at";
    let is_leg = source.kind == Source::Calls && (source.rows() == Rows::Legs || source.options.no_agent.is_some());
    is_leg
        || is_sent
        || column == dating_column(source.kind)
        || wanted.needs(source.kind, name, name)
        || is_state
        || source.kind == Source::Agents
}

/// Columns of a ticket event taken from a state of its ticket: (event column, ticket column).
const STATE_COLUMNS: [(&str, &str); 9] = [
    ("ticket_id_key", "id_key"),
    ("at", "updated_at"),
    ("status", "status"),
    ("priority", "priority"),
    ("group", "group"),
    ("assignee", "assignee"),
    ("hold_reason", "hold_reason"),
    ("sla_resolution_met", "sla_resolution_met"),
    ("sla_response_met", "sla_response_met"),
];

/// The states of an audit log as ticket events, without exact copies.
fn states(tickets: &Frame, duplicates: &[u32]) -> Result<Frame> {
    let mut events = Frame::default();
    for segment in &tickets.segments {
        let columns: Vec<Column> = STATE_COLUMNS
            .iter()
            .filter_map(|(event, ticket)| segment.column(ticket).ok().map(|c| c.clone().with_name((*event).into())))
            .collect();
        events.segments.push(DataFrame::new(segment.height(), columns).map_err(bug)?);
    }
    drop_rows(&mut events, duplicates)?;
    Ok(events)
}

/// The values of the rows that are kept.
fn without(mut values: Vec<i64>, rows: &[u32]) -> Vec<i64> {
    let dropped: std::collections::HashSet<u32> = rows.iter().copied().collect();
    let mut row = 0;
    values.retain(|_| (!dropped.contains(&row), row += 1).0);
    values
}

fn drop_rows(frame: &mut Frame, rows: &[u32]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut mask = vec![true; frame.height()];
    rows.iter().for_each(|&row| mask[row as usize] = false);
    frame.keep(&mask)
}

/// An answer after the cut-off has not come yet: what was sent before it is unanswered, what was sent after it is left out.
fn unanswer(frame: &mut Frame, as_of: i64, account: &mut SourceLedger) -> Result<()> {
    let longs = |name: &str| if frame.has(name) { frame.longs(name) } else { Ok(vec![MISSING; frame.height()]) };
    let (sent, mut answered) = (longs("sent_at")?, longs("answered_at")?);
    let is_past = |t: i64| t != MISSING && t < as_of;
    let kept: Vec<bool> = sent.iter().zip(&answered).map(|(s, a)| is_past(*s) || is_past(*a) || (*s == MISSING && *a == MISSING)).collect();
    answered.iter_mut().filter(|t| **t >= as_of).for_each(|t| *t = MISSING);
    if frame.has("answered_at") {
        frame.set("answered_at", &Values::Long(answered))?;
    }
    account.after_cut_off += kept.iter().filter(|k| !**k).count() as u64;
    frame.keep(&kept)
}

/// Leaves out rows dated after the cut-off, and notes what the rest covers.
fn cut_off(frame: &mut Frame, source: &SourceSettings, as_of: i64, account: &mut SourceLedger) -> Result<()> {
    let column = dating_column(source.kind);
    let bounds = |frame: &Frame| -> Option<(i64, i64)> {
        let each = frame.segments.iter().filter_map(|s| {
            let column = s.column(column).ok()?;
            let at = column.i64().ok()?;
            Some((at.min()?, at.max()?))
        });
        each.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    };
    if bounds(frame).is_some_and(|(_, last)| last >= as_of) && source.kind != Source::Agents {
        let mask: Vec<bool> = frame.longs(column)?.into_iter().map(|t| t == MISSING || t < as_of).collect();
        account.after_cut_off = mask.iter().filter(|m| !**m).count() as u64;
        frame.keep(&mask)?;
    }
    account.covers = bounds(frame);
    Ok(())
}

/// All sources of a kind as one frame with every wanted column, null where an export lacks it.
fn united(settings: &Settings, wanted: &Wanted, kind: Source, parts: Option<Vec<Frame>>) -> Result<Frame> {
    let mut slots: Vec<Slot> = Vec::new();
    for column in kind.columns() {
        let name = frame_name(column);
        if wanted.needs(kind, &name, &name) || column.name == dating_column(kind) || kind == Source::Agents {
            slots.push(Slot { name, kind: column.kind });
        }
        if column.kind == crate::columns::Type::Id && wanted.texts && wanted.needs(kind, column.name, column.name) {
            slots.push(Slot { name: column.name.to_owned(), kind: crate::columns::Type::Words });
        }
    }
    let extra = settings.sources.iter().filter(|s| s.kind == kind).flat_map(|s| s.extra.iter().map(|(name, _)| name));
    for name in extra {
        if wanted.needs(kind, name, name) && !slots.iter().any(|s| s.name == *name) {
            slots.push(Slot { name: name.clone(), kind: crate::columns::Type::Dim });
        }
    }
    let shaped = |segment: &DataFrame| {
        let columns =
            slots.iter().map(|slot| segment.column(&slot.name).cloned().unwrap_or_else(|_| nulls(slot, segment.height()))).collect();
        DataFrame::new(segment.height(), columns).map_err(bug)
    };
    let mut segments = Vec::new();
    for segment in parts.into_iter().flatten().flat_map(|f| f.segments) {
        for from in (0..segment.height()).step_by(SEGMENT * 2) {
            segments.push(shaped(&segment.slice(from as i64, SEGMENT * 2))?);
        }
    }
    if segments.is_empty() {
        segments.push(shaped(&DataFrame::default())?);
    }
    debug_assert!(segments.iter().all(|s| {
        kind.columns().iter().all(|c| s.column(&frame_name(c)).is_ok_and(|x| *x.dtype() == dtype(c)) || s.column(&frame_name(c)).is_err())
    }));
    Ok(Frame { segments })
}
