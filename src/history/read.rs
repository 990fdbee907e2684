//! The desk as the history has it.

use std::collections::HashSet;

use polars::prelude::*;
use rayon::prelude::*;

use super::stored::{Stored, identifying, split};
use super::table::{Live, Table};
use super::{History, Kept, parquet, partition};
use crate::columns::Source;
use crate::desk::{Desk, Frame, MISSING, bug, longs};
use crate::error::{Error, Result};
use crate::facts::Wanted;
use crate::ingest::ledger::{Held, SourceLedger};
use crate::ingest::{self, Gathered, Identities};
use crate::settings::{Rows, Settings, SourceSettings};

/// What of the history is read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    /// Rows to which something happened from this instant on, open tickets and people; and tickets and events these refer to.
    pub(crate) since: Option<i64>,
    /// As it was after this entry of the journal; `None`: as it is.
    pub(crate) entry: Option<u64>,
}

impl History {
    /// The desk as the tables have it; only what is `wanted` is read.
    ///
    /// # Errors
    /// An input error for a history that holds nothing, a damaged table, or an entry that is not there.
    pub(crate) fn read(&self, settings: &Settings, wanted: &Wanted, as_of: i64, span: Span) -> Result<Desk> {
        self.check_entry(span.entry)?;
        let mut parts: Vec<Part<'_>> =
            settings.sources.iter().map(|s| Part::open(self.table(s), s, wanted, span)).collect::<Result<_>>()?;
        if parts.iter().all(|p| p.kept.is_none()) {
            return Err(Error::input("the history holds nothing yet")
                .at(self.dir().display().to_string())
                .hint("`deskcard run` takes exports in"));
        }
        parts.iter_mut().try_for_each(Part::read)?;
        if span.since.is_some() {
            complete(&mut parts)?;
        }
        let sources = parts.into_iter().map(|p| Ok((p.source, p.gathered()?))).collect::<Result<_>>()?;
        ingest::desk_of(settings, wanted, as_of, sources)
    }

    fn check_entry(&self, entry: Option<u64>) -> Result<()> {
        let Some(entry) = entry else { return Ok(()) };
        let last = self.journal().last()?;
        if (1..=last).contains(&entry) {
            return Ok(());
        }
        Err(Error::config(format!("--batch {entry}: the history has the batches 1 to {last}")).hint("`deskcard history` lists them"))
    }
}

/// One source as far as it is read.
struct Part<'a> {
    source: &'a SourceSettings,
    table: Table<'a>,
    kept: Option<Kept>,
    near: Vec<Live>,
    far: Vec<Live>,
    columns: Vec<Stored>,
    segments: Vec<DataFrame>,
}

impl<'a> Part<'a> {
    fn open(table: Table<'a>, source: &'a SourceSettings, wanted: &Wanted, span: Span) -> Result<Self> {
        let state = table.state(span.entry)?;
        let kept = state.as_ref().map(|s| table.kept(s)).transpose()?.flatten();
        // Which state of a ticket is its last is known only when all have been seen; and who was there years ago is asked of the roster.
        let is_whole = source.rows() == Rows::Versions || source.kind == Source::Agents;
        let is_near = |f: &Live| is_whole || partition::is_within(&f.part, span.since);
        let (near, far) = state.map(|s| s.files).unwrap_or_default().into_iter().partition(is_near);
        let columns = ingest::columns_of(source, wanted).into_iter().map(Stored::from).chain(identifying(source.rows())).collect();
        Ok(Self { source, table, kept, near, far, columns, segments: Vec::new() })
    }

    fn read(&mut self) -> Result<()> {
        self.segments = self.near.par_iter().map(|f| self.table.load(f, &self.columns)).collect::<Result<_>>()?;
        Ok(())
    }

    /// Adds the rows of older files whose key in `column` is among those named.
    fn add_older(&mut self, column: &str, keys: &HashSet<i64>) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let (table, columns) = (&self.table, &self.columns);
        let found: Vec<Option<DataFrame>> = self
            .far
            .par_iter()
            .map(|file| {
                let marks: Vec<bool> = parquet::read_longs(&table.path(file), column)?.iter().map(|k| keys.contains(k)).collect();
                if !marks.contains(&true) {
                    return Ok(None);
                }
                let rows = table.load(file, columns)?.filter(&BooleanChunked::from_slice("keep".into(), &marks)).map_err(bug)?;
                Ok(Some(rows))
            })
            .collect::<Result<_>>()?;
        self.segments.extend(found.into_iter().flatten());
        Ok(())
    }

    /// The values of a key column over what is read; nothing if it is not read.
    fn keys(&self, column: &str) -> Result<HashSet<i64>> {
        let mut keys = HashSet::new();
        for segment in &self.segments {
            if let Ok(column) = segment.column(column) {
                keys.extend(longs(column)?);
            }
        }
        keys.remove(&MISSING);
        Ok(keys)
    }

    /// What the desk is made of: the rows without what only the table needs.
    fn gathered(self) -> Result<Gathered> {
        let mut identities = Identities::default();
        let mut frame = Frame::default();
        for segment in self.segments {
            let (rows, of_segment) = split(self.source.rows(), segment)?;
            identities.keys.extend(of_segment.keys);
            identities.prints.extend(of_segment.prints);
            identities.updated.extend(of_segment.updated);
            identities.versions.extend(of_segment.versions);
            frame.segments.push(rows);
        }
        let unread = || SourceLedger::without_files(&self.source.name, (self.source.kind, &self.source.preset));
        let ledger = self.kept.map_or_else(unread, |kept| {
            let mut ledger = kept.ledger.clone();
            ledger.reject_limit = self.source.reject_limit;
            ledger.history = Some(Held {
                batches: kept.batches,
                rows: kept.change.after,
                inserted: kept.change.inserted,
                updated: kept.change.updated,
                unchanged: kept.change.unchanged,
                older: kept.change.older,
                rows_in: kept.rows_in,
                rejected: kept.rejected,
            });
            ledger
        });
        Ok(Gathered { frame, identities, ledger })
    }
}

/// Adds what the rows that were read refer to: the tickets that surveys and calls name, and all events of the tickets.
fn complete(parts: &mut [Part<'_>]) -> Result<()> {
    let mut named: HashSet<i64> = HashSet::new();
    let mut known: HashSet<i64> = HashSet::new();
    for part in parts.iter() {
        match part.source.kind {
            Source::Surveys | Source::Calls => named.extend(part.keys("ticket_id_key")?),
            Source::Tickets => known.extend(part.keys("id_key")?),
            _ => {}
        }
    }
    let missing: HashSet<i64> = named.difference(&known).copied().collect();
    for part in parts.iter_mut().filter(|p| p.source.kind == Source::Tickets) {
        part.add_older("id_key", &missing)?;
    }
    known.extend(missing);
    for part in parts.iter_mut().filter(|p| p.source.kind == Source::TicketEvents && !p.segments.is_empty()) {
        part.add_older("ticket_id_key", &known)?;
    }
    Ok(())
}
