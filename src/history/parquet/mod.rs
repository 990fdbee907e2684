//! Frames to Apache Parquet files and back: [the format](https://parquet.apache.org/docs/file-format/).
//!
//! The same rows make the same bytes, whatever the threads, the memory layout of the frame and the codes of its categories.
//! Every other reader of Parquet finds UTC timestamps, text, whole numbers, doubles and flags; nothing of ours.

mod read;
#[cfg(test)]
mod tests;
mod text;
mod thrift;
mod write;

pub(crate) use read::{read, read_longs};
pub(crate) use write::write;

/// A column of a file, and how it is held in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot<'a> {
    /// Its name, in the frame and in the file.
    pub(crate) name: &'a str,
    /// Its type, in both.
    pub(crate) kind: Kind,
}

/// Types of columns: in the frame, and in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Int64 seconds since 1970 UTC; `TIMESTAMP(MICROS, isAdjustedToUTC)`.
    Instant,
    /// Int64; `INT64`, compressed.
    Long,
    /// Int64 of random bits; `INT64`, as it is: nothing is gained by compressing it, and it reads as fast as it can be copied.
    Key,
    /// Int32; `INT32`.
    Whole,
    /// Float64; `DOUBLE`.
    Number,
    /// Boolean; `BOOLEAN`.
    Flag,
    /// Categorical (the global categories); `STRING` by its dictionary.
    Category,
    /// String; `STRING`, by its dictionary if texts repeat.
    Text,
}

/// Most rows of a row group, which is the unit of parallel work: below [`crate::desk::SEGMENT`].
const ROWS: usize = 250_000;
/// Bytes of the texts of a column at which a row group ends, however few its rows are.
const TEXTS: usize = 256 << 20;
/// Most bytes of a column of a row group, unpacked: what takes more is neither written nor read.
const MOST: u64 = 1 << 30;
/// Most rows of a file, of which each may take 16 bytes a column.
const MOST_ROWS: u64 = MOST / 16;
