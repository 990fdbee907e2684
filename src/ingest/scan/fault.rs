//! What can be wrong with a record or a file.

use std::fmt;

use crate::error::Error;

/// A record that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub code: FaultCode,
    /// Physical line (from 1) on which the record starts.
    pub line: u64,
    /// Offset in the file (from 0) of the record's first byte.
    pub byte: u64,
    /// The column (from 0) at fault, if one is.
    pub column: Option<usize>,
    /// The refused text, its first 64 KiB if it is longer; what is not UTF-8 is replaced.
    pub raw: String,
    /// What is wrong, for a person: a phrase without a full stop.
    pub reason: String,
}

/// The kinds of fault, named as in Frictionless where it has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultCode {
    /// More cells than the header has.
    ExtraCell,
    /// Fewer cells than the header has.
    MissingCell,
    /// An empty line with a record after it.
    BlankRow,
    /// A quote in a cell that does not start with one.
    StrayQuote,
    /// Text between a closing quote and the next separator.
    TextAfterQuote,
    /// A quote not closed before the end of the file or the limit of a cell.
    UnterminatedQuote,
    /// The header once more.
    RepeatedHeader,
    /// A cell longer than [`super::Limits::field`].
    FieldTooLong,
    /// A record longer than [`super::Limits::row`].
    RowTooLong,
    /// Bytes that are not UTF-8.
    EncodingError,
    /// A column is not named as expected.
    IncorrectLabel,
    /// The file holds something else than rows of its table: a second table, a totals row.
    SourceError,
}

impl FaultCode {
    /// The name used in ledgers and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ExtraCell => "extra-cell",
            Self::MissingCell => "missing-cell",
            Self::BlankRow => "blank-row",
            Self::StrayQuote => "stray-quote",
            Self::TextAfterQuote => "text-after-quote",
            Self::UnterminatedQuote => "unterminated-quote",
            Self::RepeatedHeader => "repeated-header",
            Self::FieldTooLong => "field-too-long",
            Self::RowTooLong => "row-too-long",
            Self::EncodingError => "encoding-error",
            Self::IncorrectLabel => "incorrect-label",
            Self::SourceError => "source-error",
        }
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a file cannot be scanned at all.
#[derive(Debug)]
pub enum ScanError {
    /// Nothing in it.
    Empty,
    /// The first line is empty.
    BlankHeader,
    /// The header is not a well-formed record.
    Header {
        /// What is wrong.
        code: FaultCode,
        /// The same for a person.
        reason: String,
    },
    /// A column name is not UTF-8.
    HeaderNotUtf8 {
        /// The column (from 0).
        column: usize,
    },
    /// More columns than [`super::Limits::columns`].
    TooWide {
        /// Columns found.
        columns: usize,
        /// Columns allowed.
        limit: usize,
    },
    /// The lines end in carriage returns alone.
    LoneReturns,
    /// The file starts with a UTF-16 byte order mark.
    Utf16,
    /// This byte cannot be a delimiter.
    Delimiter(u8),
    /// The header is not the expected one.
    OtherHeader {
        /// The column (from 0) that differs first.
        column: usize,
        /// Its name, or nothing if there is no such column.
        found: Option<String>,
        /// The name it should have, or nothing if there should be no such column.
        expected: Option<String>,
    },
    /// The reader failed.
    Io(std::io::Error),
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the file is empty"),
            Self::BlankHeader => f.write_str("the first line is empty where the header should be"),
            Self::Header { code, reason } => write!(f, "the header cannot be read ({code}): {reason}"),
            Self::HeaderNotUtf8 { column } => write!(f, "the name of column {} is not UTF-8", column + 1),
            Self::TooWide { columns, limit } => write!(f, "the header has {columns} columns, more than the limit of {limit}"),
            Self::LoneReturns => f.write_str("the lines end in carriage returns alone"),
            Self::Utf16 => f.write_str("the file is UTF-16"),
            Self::Delimiter(byte) => write!(f, "{:?} cannot be a delimiter, a quote or an escape here", char::from(*byte)),
            Self::OtherHeader { column, found, expected } => {
                let name = |name: &Option<String>| name.as_ref().map_or("nothing".to_owned(), |n| format!("{n:?}"));
                write!(f, "column {} is named {}, expected is {}", column + 1, name(found), name(expected))
            }
            Self::Io(e) => write!(f, "the file cannot be read: {e}"),
        }
    }
}

impl std::error::Error for ScanError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(e) => Some(e),
            _ => None,
        }
    }
}

impl From<ScanError> for Error {
    fn from(error: ScanError) -> Self {
        let plain = Error::input(error.to_string());
        match error {
            ScanError::HeaderNotUtf8 { .. } | ScanError::Utf16 => plain.hint("save the export as UTF-8 and try again"),
            ScanError::LoneReturns => plain.hint("set line_ends = \"any\" in its [[source]], or save the export with line feeds"),
            ScanError::BlankHeader => plain.hint("remove the lines above the header"),
            ScanError::TooWide { .. } => plain.hint("check the delimiter"),
            ScanError::Empty => plain.hint("export it again; a report of nothing still has a header"),
            _ => plain.hint("is it the right file, and complete?"),
        }
    }
}

/// Most bytes of a refused record that are kept, in bytes: 64 KiB.
pub(super) const EXCERPT: usize = 1 << 16;

/// The text of a refused record, or its first [`EXCERPT`] bytes up to a whole character.
pub(super) fn excerpt(raw: &[u8]) -> String {
    let mut end = raw.len().min(EXCERPT);
    while end < raw.len() && end > 0 && raw[end] & 0xC0 == 0x80 {
        end -= 1;
    }
    String::from_utf8_lossy(&raw[..end]).into_owned()
}
