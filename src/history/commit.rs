//! A change of a table: files written beside the old ones, then one entry of the log.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use sha2::{Digest, Sha256};

use super::journal::Entry;
use super::log::{self, Action, Add, CommitInfo, Field, Metadata, Remove, Stats, Transaction, Value};
use super::parquet::{self, Kind};
use super::partition;
use super::source::{Batch, Kept, fingerprint};
use super::stored::{Stored, columns};
use super::table::{Change, Live, State, Table};
use crate::desk::{MISSING, NONE, bug, codes, longs, text_of};
use crate::error::{Error, Result};
use crate::publish::file::{Creation, replace};
use crate::publish::stage::hex;
use crate::settings::SourceSettings;

/// Rows of a file at most.
pub(super) const FILE_ROWS: usize = 1 << 20;
/// The table's property that says how its source was described when it was made.
pub(super) const FINGERPRINT: &str = "deskcard.described";

/// What is kept to be told of a change.
pub(super) enum Account<'b> {
    /// It brought this batch, after that one.
    Of(Option<&'b Kept>, Batch),
    /// It brought no rows: the last batch is still the last.
    Still(Option<Kept>),
}

/// Rows and empty cells by column of what a batch's files have; what the table adds to them is left out.
pub(super) fn empty_cells(frame: &DataFrame) -> BTreeMap<String, (u64, u64)> {
    let own = frame.columns().iter().filter(|c| !c.name().starts_with('_') && !c.name().ends_with("_key"));
    own.map(|c| (c.name().to_string(), (c.len() as u64, c.null_count() as u64))).collect()
}

/// A change of a table that is being made: files are written at once, and count from [`Self::finish`] on.
pub(super) struct Commit<'t> {
    table: &'t Table<'t>,
    entry: &'t Entry,
    version: u64,
    is_first: bool,
    removed: Vec<Remove>,
    added: Vec<Add>,
    rows: i64,
}

impl<'t> Commit<'t> {
    pub(super) fn new(table: &'t Table<'t>, entry: &'t Entry, state: Option<&State>) -> Self {
        let version = state.map_or(0, |s| s.version + 1);
        Self { table, entry, version, is_first: state.is_none(), removed: Vec::new(), added: Vec::new(), rows: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }

    /// Replaces a file by one without the marked rows.
    pub(super) fn without(&mut self, file: &Live, gone: &[bool]) -> Result<()> {
        let all = self.table.load(file, &columns(self.table.source))?;
        let split = |is_kept: bool| {
            let marks: Vec<bool> = gone.iter().map(|g| *g != is_kept).collect();
            all.filter(&BooleanChunked::from_slice("keep".into(), &marks)).map_err(bug)
        };
        self.remove(file);
        self.put(&file.part, &split(true)?)
    }

    pub(super) fn remove(&mut self, file: &Live) {
        self.rows -= file.rows as i64;
        self.removed.push(Remove::of(&file.add, self.entry.at * 1000, true));
    }

    /// Adds rows, each to its part.
    pub(super) fn add(&mut self, rows: &DataFrame) -> Result<()> {
        let source = self.table.source;
        let mut parts: BTreeMap<String, Vec<IdxSize>> = BTreeMap::new();
        for (row, touched) in partition::last_touched(source.kind, source.rows(), rows)?.into_iter().enumerate() {
            parts.entry(partition::month(touched)).or_default().push(row as IdxSize);
        }
        for (part, members) in parts {
            for members in members.chunks(FILE_ROWS) {
                let taken = rows.take(&IdxCa::from_vec("rows".into(), members.to_vec())).map_err(bug)?;
                self.put(&part, &taken)?;
            }
        }
        Ok(())
    }

    /// Writes rows as a file of a part; no rows make no file.
    pub(super) fn put(&mut self, part: &str, rows: &DataFrame) -> Result<()> {
        if rows.height() == 0 {
            return Ok(());
        }
        let columns = columns(self.table.source);
        let slots: Vec<parquet::Slot<'_>> = columns.iter().map(Stored::slot).collect();
        let bytes = parquet::write(rows, &slots)?;
        let hash = hex(&Sha256::digest(&bytes)[..8]);
        let path = format!("{}={part}/part-{hash}.parquet", partition::COLUMN);
        replace(&self.table.dir.join(&path), &bytes)?;
        self.rows += rows.height() as i64;
        self.added.push(Add {
            path,
            partition_values: [(partition::COLUMN.to_owned(), Some(part.to_owned()))].into(),
            size: bytes.len() as u64,
            modification_time: self.entry.at * 1000,
            data_change: true,
            stats: Some(stats(rows, &columns)?),
        });
        Ok(())
    }

    /// Makes the change count.
    pub(super) fn finish(mut self, operation: &str, mut change: Change, account: Account<'_>) -> Result<Change> {
        let source = self.table.source;
        change.entry = self.entry.number;
        change.version = self.version;
        change.after = change.before.checked_add_signed(self.rows).ok_or_else(|| Error::bug("a table with fewer than no rows"))?;
        change.check(&source.name)?;
        match account {
            Account::Of(before, batch) => Kept::new(before, batch, (change.clone(), self.entry.at)).write(&self.table.dir)?,
            // Nothing was read: what is known of the last batch stands.
            Account::Still(Some(last)) => {
                let as_is = Change { entry: change.entry, after: change.after, ..last.change.clone() };
                Kept { entry: change.entry, change: as_is, ..last }.write(&self.table.dir)?;
            }
            Account::Still(None) => {}
        }
        // A file that comes back as it was is neither removed nor added.
        let same: BTreeSet<String> =
            self.added.iter().map(|a| a.path.clone()).filter(|p| self.removed.iter().any(|r| r.path == *p)).collect();
        self.added.retain(|a| !same.contains(&a.path));
        self.removed.retain(|r| !same.contains(&r.path));
        let mut actions = vec![Action::CommitInfo(self.info(operation, &change))];
        if self.is_first {
            actions.push(Action::Protocol(log::Protocol::default()));
            actions.push(Action::Metadata(metadata(source, self.entry.at)?));
        }
        actions.push(Action::Transaction(Transaction {
            app_id: source.name.clone(),
            version: self.entry.number as i64,
            last_updated: Some(self.entry.at * 1000),
        }));
        actions.extend(self.removed.into_iter().map(Action::Remove));
        actions.extend(self.added.into_iter().map(Action::Add));
        match self.table.log.commit(self.version, &actions)? {
            Creation::Created => Ok(change),
            Creation::Taken => {
                Err(Error::output("somebody else has written to the table meanwhile").at(self.table.dir.display().to_string()))
            }
        }
    }

    fn info(&self, operation: &str, change: &Change) -> CommitInfo {
        let counts = [
            ("numRowsBefore", change.before),
            ("numRowsInserted", change.inserted),
            ("numRowsUpdated", change.updated),
            ("numRowsUnchanged", change.unchanged),
            ("numRowsOlder", change.older),
            ("numRowsDeleted", change.deleted),
            ("numRowsAfter", change.after),
        ];
        CommitInfo {
            timestamp: self.entry.at * 1000,
            operation: operation.to_owned(),
            operation_parameters: BTreeMap::from([("entry".to_owned(), self.entry.number.to_string().into())]),
            operation_metrics: counts.into_iter().map(|(name, n)| (name.to_owned(), n.to_string())).collect(),
            engine_info: "deskcard".to_owned(),
            ..CommitInfo::default()
        }
    }
}

fn metadata(source: &SourceSettings, at: i64) -> Result<Metadata> {
    let mut fields: Vec<Field> = columns(source).iter().map(Stored::field).collect();
    fields.push(Field::new(partition::COLUMN, log::Kind::Text));
    let mut metadata = Metadata::new(table_id(source), &fields, &[partition::COLUMN])?;
    metadata.name = Some(source.name.clone());
    metadata.created_time = Some(at * 1000);
    metadata.configuration.insert(FINGERPRINT.to_owned(), fingerprint(source));
    Ok(metadata)
}

/// The table's id, in the form of a UUID: the same for the same source.
fn table_id(source: &SourceSettings) -> String {
    let hex = hex(&Sha256::digest(format!("deskcard table {}", source.name))[..16]);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// Row count and bounds, as the log has them.
///
/// Every column with a value has bounds, flags excepted: delta-rs passes over the rows of a file that lacks them in a filter.
fn stats(rows: &DataFrame, columns: &[Stored]) -> Result<String> {
    let mut stats = Stats::new(rows.height() as u64);
    for stored in columns {
        let Ok(column) = rows.column(&stored.name) else {
            stats = stats.column(&stored.name, rows.height() as u64, None);
            continue;
        };
        stats = stats.column(&stored.name, column.null_count() as u64, range(column, stored.kind)?);
    }
    stats.to_json()
}

/// The smallest and the largest value of a column; `None` where there is none, and for flags.
fn range(column: &Column, kind: Kind) -> Result<Option<(Value, Value)>> {
    let longs = |of: fn(i64) -> Value| {
        let values = longs(column)?;
        let values = || values.iter().copied().filter(|v| *v != MISSING);
        Ok(values().min().map(of).zip(values().max().map(of)))
    };
    match kind {
        Kind::Instant => longs(|secs| Value::Timestamp(secs.saturating_mul(1_000_000))),
        Kind::Long | Kind::Key | Kind::Whole => longs(Value::Long),
        Kind::Number => {
            let values = column.f64().map_err(bug)?;
            Ok(values.min().map(Value::Double).zip(values.max().map(Value::Double)))
        }
        Kind::Flag => Ok(None),
        Kind::Category => {
            let texts: BTreeSet<u32> = codes(column)?.into_iter().filter(|code| *code != NONE).collect();
            let texts: BTreeSet<String> = texts.into_iter().map(text_of).collect();
            Ok(texts.first().cloned().map(Value::Text).zip(texts.last().cloned().map(Value::Text)))
        }
        Kind::Text => {
            let texts = column.str().map_err(bug)?;
            let text = |found: Option<&str>| found.map(|t| Value::Text(t.to_owned()));
            Ok(text(texts.iter().flatten().min()).zip(text(texts.iter().flatten().max())))
        }
    }
}
