//! The columns of a table's files: those of the desk, and what tells its rows apart.

use polars::prelude::*;

use super::log::{self, Field};
use super::parquet::{self, Kind};
use crate::columns::Type;
use crate::desk::{MISSING, get, longs};
use crate::error::Result;
use crate::ingest::{self, Identities, Slot};
use crate::settings::{Rows, SourceSettings};

/// A column as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(super) name: String,
    pub(super) kind: Kind,
}

impl Stored {
    pub(super) fn new(name: &str, kind: Kind) -> Self {
        Self { name: name.to_owned(), kind }
    }

    /// Its place in a file.
    pub(super) fn slot(&self) -> parquet::Slot<'_> {
        parquet::Slot { name: &self.name, kind: self.kind }
    }

    /// Its type in the log.
    pub(super) fn field(&self) -> Field {
        let kind = match self.kind {
            Kind::Instant => log::Kind::Timestamp,
            Kind::Long | Kind::Key => log::Kind::Long,
            Kind::Whole => log::Kind::Integer,
            Kind::Number => log::Kind::Double,
            Kind::Flag => log::Kind::Boolean,
            Kind::Category | Kind::Text => log::Kind::Text,
        };
        Field::new(&self.name, kind)
    }
}

impl From<Slot> for Stored {
    fn from(slot: Slot) -> Self {
        let kind = match slot.kind {
            Type::Id => Kind::Key,
            Type::Instant => Kind::Instant,
            Type::Duration | Type::Int => Kind::Whole,
            Type::Number => Kind::Number,
            Type::Flag => Kind::Flag,
            Type::Dim | Type::Enum(_) => Kind::Category,
            Type::Words => Kind::Text,
        };
        Self { name: slot.name, kind }
    }
}

/// What only the table needs of a row, beside the columns of the desk: as much of it as settles what the desk is.
pub(crate) fn identifying(rows: Rows) -> Vec<Stored> {
    match rows {
        Rows::Latest => Vec::new(),
        Rows::Legs => vec![Stored::new(KEY, Kind::Key)],
        Rows::Versions => technical()[..4].to_vec(),
    }
}

fn technical() -> [Stored; 5] {
    [(KEY, Kind::Key), (PRINT, Kind::Long), (UPDATED, Kind::Instant), (VERSION, Kind::Whole), (BATCH, Kind::Whole)]
        .map(|(name, kind)| Stored::new(name, kind))
}

/// The row's identity.
pub(super) const KEY: &str = "_key";
/// What tells states of a row apart.
pub(super) const PRINT: &str = "_print";
/// When the source last changed it.
pub(super) const UPDATED: &str = "_updated";
/// How often the source changed it.
pub(super) const VERSION: &str = "_version";
/// The journal's entry that brought it.
pub(super) const BATCH: &str = "_batch";

/// Every column of a table's files.
pub(super) fn columns(source: &SourceSettings) -> Vec<Stored> {
    ingest::all_columns_of(source).into_iter().map(Stored::from).chain(technical()).collect()
}

/// Parts rows into those of the desk and what identifies them.
pub(crate) fn split(rows: Rows, frame: DataFrame) -> Result<(DataFrame, Identities)> {
    let mut identities = Identities::default();
    if rows == Rows::Latest {
        return Ok((frame, identities));
    }
    identities.keys = longs(get(&frame, KEY)?)?;
    if rows == Rows::Versions {
        identities = read_identities(&frame)?;
    }
    let names: Vec<PlSmallStr> = identifying(rows).iter().map(|s| s.name.as_str().into()).collect();
    Ok((frame.drop_many(names), identities))
}

pub(super) fn read_identities(frame: &DataFrame) -> Result<Identities> {
    let (updated, versions) = (longs(get(frame, UPDATED)?)?, longs(get(frame, VERSION)?)?);
    let known = |v: i64| if v == MISSING { 0 } else { v };
    Ok(Identities {
        keys: longs(get(frame, KEY)?)?,
        prints: longs(get(frame, PRINT)?)?.into_iter().map(|p| p as u32).collect(),
        updated: updated.into_iter().map(|t| known(t) as u32).collect(),
        versions: versions.into_iter().map(|v| known(v) as i32).collect(),
    })
}
