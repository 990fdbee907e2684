//! The desk: one polars frame a source kind, in our own column names.
//!
//! A product's quirks end before this module. Instants are Int64 seconds since 1970 UTC, durations and counts Int32,
//! numbers Float64, flags Boolean, short texts Categorical (the global categories), ids an Int64 hash named
//! `<column>_key` and, where the text is asked for, a String. A column no export has is all null.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use polars::prelude::*;
use polars_arrow::bitmap::Bitmap;
use rayon::prelude::*;

use crate::columns::{Column as Canonical, Source, Type};
use crate::error::{Error, Result};
use crate::ingest::ledger::Ledger;

/// Rows of a segment: frames come in segments of this many rows at most, which are the units of parallel work.
pub const SEGMENT: usize = 1 << 18;

/// A frame in segments of equal schema; the order of rows is the order of the files.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The segments; at least one when the frame comes from a [`Desk`].
    pub segments: Vec<DataFrame>,
}

impl Frame {
    /// Rows in all.
    pub fn height(&self) -> usize {
        self.segments.iter().map(DataFrame::height).sum()
    }

    /// Whether every segment has the column.
    pub fn has(&self, column: &str) -> bool {
        self.segments.first().is_some_and(|s| s.column(column).is_ok())
    }

    /// Whether the column holds short texts, by their codes.
    pub fn is_short_text(&self, column: &str) -> bool {
        self.segments.first().and_then(|s| s.column(column).ok()).is_some_and(|c| c.dtype().is_categorical())
    }

    /// One frame a segment.
    pub fn split(self) -> Vec<Frame> {
        self.segments.into_iter().map(|segment| Frame { segments: vec![segment] }).collect()
    }

    /// The column over all segments as instants, counts or keys; nulls stay nulls.
    pub fn whole(&self, column: &str) -> Result<Vec<Option<i64>>> {
        let mut out = Vec::with_capacity(self.height());
        for segment in &self.segments {
            let cast = get(segment, column)?.cast(&DataType::Int64).map_err(bug)?;
            out.extend(cast.i64().map_err(bug)?.iter());
        }
        Ok(out)
    }

    /// The column over all segments, 8 bytes a row: [`MISSING`] for null.
    pub fn longs(&self, column: &str) -> Result<Vec<i64>> {
        let mut out = Vec::with_capacity(self.height());
        for segment in &self.segments {
            append_longs(get(segment, column)?, &mut out)?;
        }
        Ok(out)
    }

    /// Adds (or replaces) a column made from each segment's own columns.
    pub fn add(&mut self, name: &str, make: impl Fn(&DataFrame) -> Result<Values> + Sync) -> Result<()> {
        self.segments.par_iter_mut().try_for_each(|segment| {
            let values = make(segment)?;
            segment.with_column(values.column(name, 0..segment.height())).map_err(bug)?;
            Ok(())
        })
    }

    /// The column over all segments as flags.
    pub fn flags(&self, column: &str) -> Result<Vec<Option<bool>>> {
        let mut out = Vec::with_capacity(self.height());
        for segment in &self.segments {
            out.extend(get(segment, column)?.bool().map_err(bug)?.iter());
        }
        Ok(out)
    }

    /// The column over all segments as numbers.
    pub fn numbers(&self, column: &str) -> Result<Vec<Option<f64>>> {
        let mut out = Vec::with_capacity(self.height());
        for segment in &self.segments {
            out.extend(get(segment, column)?.f64().map_err(bug)?.iter());
        }
        Ok(out)
    }

    /// The column over all segments as category codes ([`NONE`] for null).
    pub fn codes(&self, column: &str) -> Result<Vec<u32>> {
        let mut out = Vec::with_capacity(self.height());
        for segment in &self.segments {
            append_codes(get(segment, column)?, &mut out)?;
        }
        Ok(out)
    }

    /// The column over all segments as text.
    pub fn texts(&self, column: &str) -> Result<Vec<Option<String>>> {
        let mut out = Vec::with_capacity(self.height());
        for segment in &self.segments {
            let cast = get(segment, column)?.cast(&DataType::String).map_err(bug)?;
            out.extend(cast.str().map_err(bug)?.iter().map(|t| t.map(str::to_owned)));
        }
        Ok(out)
    }

    /// Adds (or replaces) a column given for all rows in order.
    pub fn set(&mut self, name: &str, values: &Values) -> Result<()> {
        let mut from = 0;
        for segment in &mut self.segments {
            let to = from + segment.height();
            segment.with_column(values.column(name, from..to)).map_err(bug)?;
            from = to;
        }
        Ok(())
    }

    /// Keeps the rows whose mark is set.
    pub fn keep(&mut self, mask: &[bool]) -> Result<()> {
        let mut from = 0;
        for segment in &mut self.segments {
            let to = from + segment.height();
            let marks = BooleanChunked::from_slice("keep".into(), &mask[from..to]);
            *segment = segment.filter(&marks).map_err(bug)?;
            from = to;
        }
        Ok(())
    }

    /// Drops the other columns; their memory is free again.
    pub fn keep_columns(&mut self, is_kept: &dyn Fn(&str) -> bool) -> Result<()> {
        for segment in &mut self.segments {
            let columns: Vec<Column> = segment.columns().iter().filter(|c| is_kept(c.name())).cloned().collect();
            *segment = DataFrame::new(segment.height(), columns).map_err(bug)?;
        }
        Ok(())
    }

    /// One frame of everything, in order.
    pub fn collect(&self) -> Result<DataFrame> {
        let mut all = DataFrame::default();
        for (i, segment) in self.segments.iter().enumerate() {
            if i == 0 {
                all = segment.clone();
            } else {
                all.vstack_mut(segment).map_err(bug)?;
            }
        }
        Ok(all)
    }
}

/// A missing instant, key or count where rows must stay small.
pub const MISSING: i64 = i64::MIN;

/// A column of whole numbers as a vector, [`MISSING`] for null.
pub fn longs(column: &Column) -> Result<Vec<i64>> {
    let mut out = Vec::with_capacity(column.len());
    append_longs(column, &mut out)?;
    Ok(out)
}

fn append_longs(column: &Column, out: &mut Vec<i64>) -> Result<()> {
    let cast = column.cast(&DataType::Int64).map_err(bug)?;
    let cast = cast.i64().map_err(bug)?;
    match cast.null_count() {
        0 => cast.downcast_iter().for_each(|part| out.extend_from_slice(part.values())),
        _ => out.extend(cast.iter().map(|v| v.unwrap_or(MISSING))),
    }
    Ok(())
}

/// The number, unless it is [`MISSING`].
pub fn known(value: i64) -> Option<i64> {
    (value != MISSING).then_some(value)
}

/// The code of a missing short text; the clock has the same.
pub const NONE: u32 = crate::clock::timeline::NONE;

/// A column's values for all rows of a frame.
#[derive(Debug, Clone)]
pub enum Values {
    /// Int64: instants, keys; [`MISSING`] for null.
    Long(Vec<i64>),
    /// Int32: durations, counts; `i32::MIN` for null.
    Whole(Vec<i32>),
    /// Float64.
    Number(Vec<Option<f64>>),
    /// Boolean.
    Flag(Vec<Option<bool>>),
    /// Categorical codes, [`NONE`] for null.
    Text(Vec<u32>),
    /// String.
    Words(Vec<Option<String>>),
}

impl Values {
    pub(crate) fn column(&self, name: &str, rows: std::ops::Range<usize>) -> Column {
        let name = PlSmallStr::from(name);
        match self {
            Self::Long(v) => long_column(name, v[rows].to_vec()),
            Self::Whole(v) => whole_column(name, v[rows].to_vec()),
            Self::Number(v) => Float64Chunked::from_iter_options(name, v[rows].iter().copied()).into_column(),
            Self::Flag(v) => BooleanChunked::from_iter_options(name, v[rows].iter().copied()).into_column(),
            Self::Text(v) => categorical(name, v[rows].to_vec()),
            Self::Words(v) => StringChunked::from_iter_options(name, v[rows].iter().map(Option::as_deref)).into_column(),
        }
    }
}

/// The null mask of values, `None` where nothing is missing.
fn validity<T: Copy + PartialEq>(values: &[T], missing: T) -> Option<Bitmap> {
    // Without a way out of the loop many values are compared at once.
    let has_missing = |part: &[T]| part.iter().fold(0, |any: u8, v| any | u8::from(*v == missing)) != 0;
    let bits = |part: &[T]| part.iter().rev().fold(0, |bits: u8, v| bits << 1 | u8::from(*v != missing));
    let is_any_missing = values.chunks(1 << 10).any(has_missing);
    is_any_missing.then(|| {
        let (eights, rest) = values.as_chunks::<8>();
        let bytes = eights.iter().map(|eight| bits(eight)).chain((!rest.is_empty()).then(|| bits(rest)));
        Bitmap::from_u8_vec(bytes.collect(), values.len())
    })
}

/// An Int64 column; [`MISSING`] is null.
pub(crate) fn long_column(name: PlSmallStr, values: Vec<i64>) -> Column {
    let mask = validity(&values, MISSING);
    Int64Chunked::from_vec_validity(name, values, mask).into_column()
}

/// An Int32 column; `i32::MIN` is null.
pub(crate) fn whole_column(name: PlSmallStr, values: Vec<i32>) -> Column {
    let mask = validity(&values, i32::MIN);
    Int32Chunked::from_vec_validity(name, values, mask).into_column()
}

/// A categorical column from codes of the global categories; [`NONE`] is null.
pub(crate) fn categorical(name: PlSmallStr, mut codes: Vec<u32>) -> Column {
    let mask = validity(&codes, NONE);
    if mask.is_some() {
        // A code must be one that exists, even where the mask hides it.
        codes.iter_mut().for_each(|c| *c = if *c == NONE { 0 } else { *c });
    }
    let physical = UInt32Chunked::from_vec_validity(name, codes, mask);
    CategoricalChunked::<Categorical32Type>::from_cats_and_dtype(physical, text_dtype()).into_series().into_column()
}

/// The type of short texts.
pub fn text_dtype() -> DataType {
    DataType::from_categories(Categories::global())
}

/// The texts of all codes. polars forgets a mapping that nobody holds, and with it what the codes mean.
static TEXTS: LazyLock<Arc<CategoricalMapping>> = LazyLock::new(|| Categories::global().mapping());

/// The code of a short text; the same text has the same code everywhere in this process.
pub fn code_of(text: &str) -> Result<u32> {
    TEXTS.insert_cat(text).map_err(bug)
}

/// The text of a code; empty for [`NONE`].
pub fn text_of(code: u32) -> String {
    if code == NONE { String::new() } else { TEXTS.cat_to_str(code).unwrap_or_default().to_owned() }
}

/// Category codes of a column of short texts.
pub fn codes(column: &Column) -> Result<Vec<u32>> {
    let mut out = Vec::with_capacity(column.len());
    append_codes(column, &mut out)?;
    Ok(out)
}

fn append_codes(column: &Column, out: &mut Vec<u32>) -> Result<()> {
    let physical = column.as_materialized_series().to_physical_repr().into_owned();
    let physical = physical.u32().map_err(bug)?;
    match physical.null_count() {
        0 => physical.downcast_iter().for_each(|part| out.extend_from_slice(part.values())),
        _ => out.extend(physical.iter().map(|c| c.unwrap_or(NONE))),
    }
    Ok(())
}

/// The column, or a bug.
pub fn get<'a>(frame: &'a DataFrame, column: &str) -> Result<&'a Column> {
    frame.column(column).map_err(bug)
}

/// A failure of polars that no input can cause.
#[expect(clippy::needless_pass_by_value, reason = "the form that `map_err` takes")]
pub fn bug(error: PolarsError) -> Error {
    Error::bug(format!("polars: {error}"))
}

/// Polars type of a canonical column (of its key, for an id).
pub fn dtype(column: &Canonical) -> DataType {
    match column.kind {
        Type::Instant | Type::Id => DataType::Int64,
        Type::Duration | Type::Int => DataType::Int32,
        Type::Number => DataType::Float64,
        Type::Flag => DataType::Boolean,
        Type::Dim | Type::Enum(_) => text_dtype(),
        Type::Words => DataType::String,
    }
}

/// Name of a canonical column in the frames: an id is held by its key.
pub fn frame_name(column: &Canonical) -> String {
    if matches!(column.kind, Type::Id) { format!("{}_key", column.name) } else { column.name.to_owned() }
}

/// Everything the exports hold, after ingestion.
#[derive(Debug, Clone)]
pub struct Desk {
    /// A frame for each kind of source.
    pub frames: BTreeMap<Source, Frame>,
    /// Row accounts of every source, rejects and remarks.
    pub ledger: Ledger,
    /// The sources the rows of each kind come from: their names and how many rows each gave, in the order of the rows.
    pub origins: BTreeMap<Source, Vec<(String, usize)>>,
    /// The cut-off: seconds UTC; nothing after it is in the frames.
    pub as_of: i64,
}

impl Desk {
    /// The frame of a kind.
    pub fn frame(&self, source: Source) -> &Frame {
        &self.frames[&source]
    }

    /// The sources the rows of a kind come from: their names and the numbers of their rows.
    pub fn origins(&self, source: Source) -> impl Iterator<Item = (&str, std::ops::Range<usize>)> {
        self.origins.get(&source).into_iter().flatten().scan(0, |first, (name, count)| {
            let rows = *first..*first + count;
            *first = rows.end;
            Some((name.as_str(), rows))
        })
    }

    /// Latest instant seen in a column, not after the cut-off; the cut-off itself for an empty frame.
    pub fn seen_until(&self, source: Source, column: &str) -> i64 {
        self.seen_in(source, column).unwrap_or(self.as_of)
    }

    /// Latest instant seen in a column, not after the cut-off; `None` for an empty one.
    pub fn seen_in(&self, source: Source, column: &str) -> Option<i64> {
        let latest = self.frames.get(&source).into_iter().flat_map(|f| &f.segments).filter_map(|s| {
            let column = s.column(column).ok()?;
            column.i64().ok()?.max()
        });
        latest.max().map(|t| t.min(self.as_of))
    }
}
