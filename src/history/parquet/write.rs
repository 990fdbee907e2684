//! A frame as one file, its columns encoded side by side.

use std::ops::Range;

use polars::prelude::{Column, DataFrame, DataType, PolarsResult};
use polars_arrow::array::{Array, DictionaryArray, PrimitiveArray, Utf8ViewArray, new_null_array};
use polars_arrow::datatypes::{ArrowDataType, Field, TimeUnit};
use polars_parquet::parquet::error::ParquetError;
use polars_parquet::parquet::fallible_streaming_iterator::convert;
use polars_parquet::parquet::schema::types::PrimitiveType;
use polars_parquet::parquet::write::{FileWriter, WriteOptions as FileOptions};
use polars_parquet::write::{
    CompressedPage, CompressionOptions, DynIter, DynStreamingIterator, Encoding, Nested, Page, ParquetType, SchemaDescriptor,
    StatisticsOptions, Version, WriteOptions, ZstdLevel, array_to_page, array_to_pages, compress, to_parquet_leaves, to_parquet_type,
};
use rayon::prelude::*;

use super::{Kind, MOST, MOST_ROWS, ROWS, Slot, text};
use crate::desk::{bug, text_dtype};
use crate::error::{Error, Result};

/// What a file says has written it: a name, and the version of how we lay files out.
const WRITER: &str = "deskcard version 1";
const ZSTD_LEVEL: i32 = 1;
/// Bytes of text that the least and greatest of a column are cut to.
const SHORT: u64 = 64;
/// More than the keys of a row group take: its number of nulls is told right only if they are in one page.
const ONE_PAGE: usize = 16 << 20;
const MICROS: i64 = 1_000_000;

/// The columns of the layout, in its order, as one file; a column that the frame does not have is all null.
///
/// # Errors
/// A bug if a column is not of the type that the layout says; an output error if an instant cannot be written as microseconds, or if
/// there is more than is ever read again: 64 million rows, 512 MiB in one text or in the distinct categories of a row group.
pub(crate) fn write(frame: &DataFrame, layout: &[Slot]) -> Result<Vec<u8>> {
    if frame.height() as u64 > MOST_ROWS {
        return Err(failed(&format!("{} rows are too many for one file", frame.height())));
    }
    let fields: Vec<Field> = layout.iter().map(|slot| Field::new(slot.name.into(), slot.kind.in_file(), true)).collect();
    let types: Vec<ParquetType> = fields.iter().map(to_parquet_type).collect::<PolarsResult<_>>().map_err(bug)?;
    let schema = SchemaDescriptor::new("root".into(), types.clone());
    let leaves: Vec<PrimitiveType> = types.into_iter().flat_map(to_parquet_leaves).collect();
    let groups = groups(frame, layout)?;
    let chunk = |at: usize| {
        let (rows, slot) = (groups[at / layout.len()].clone(), at % layout.len());
        Chunk { slot: layout[slot], parquet: &leaves[slot], rows }.pages(frame)
    };
    let chunks: Vec<Vec<CompressedPage>> = (0..groups.len() * layout.len()).into_par_iter().map(chunk).collect::<Result<_>>()?;
    let options = FileOptions { write_statistics: false, version: Version::V1 };
    let mut writer = FileWriter::new(Vec::new(), schema, options, Some(WRITER.to_owned()));
    for (rows, columns) in groups.iter().zip(chunks.chunks(layout.len().max(1))) {
        writer.write(rows.len() as u64, DynIter::new(columns.iter().map(|pages| Ok(pages_of(pages))))).map_err(|e| failed(&e))?;
    }
    writer.end(None).map_err(|e| failed(&e))?;
    Ok(writer.into_inner())
}

/// The rows of each row group.
fn groups(frame: &DataFrame, layout: &[Slot]) -> Result<Vec<Range<usize>>> {
    let mut ends: Vec<usize> = (0..frame.height()).step_by(ROWS).skip(1).chain([frame.height()]).collect();
    for slot in layout.iter().filter(|slot| slot.kind == Kind::Text) {
        if let Ok(column) = frame.column(slot.name) {
            ends.extend(text::ends(column.as_materialized_series().str().map_err(|e| other_type(*slot, &e))?));
        }
    }
    ends.sort_unstable();
    ends.dedup();
    let starts = std::iter::once(0).chain(ends.clone());
    Ok(starts.zip(ends).map(|(from, to)| from..to).filter(|rows| !rows.is_empty()).collect())
}

fn pages_of(pages: &[CompressedPage]) -> DynStreamingIterator<'_, CompressedPage, ParquetError> {
    DynStreamingIterator::new(convert(pages.iter().map(Ok)))
}

fn other_type(slot: Slot, what: &dyn std::fmt::Display) -> Error {
    Error::bug(format!("column {:?} is not of the type {:?}: {what}", slot.name, slot.kind))
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::output(format!("cannot write rows as Parquet: {error}"))
}

impl Kind {
    /// The type that other readers find.
    fn in_file(self) -> ArrowDataType {
        match self {
            Self::Instant => ArrowDataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Long | Self::Key => ArrowDataType::Int64,
            Self::Whole => ArrowDataType::Int32,
            Self::Number => ArrowDataType::Float64,
            Self::Flag => ArrowDataType::Boolean,
            Self::Category | Self::Text => ArrowDataType::Utf8View,
        }
    }

    /// The type in a frame.
    pub(super) fn in_frame(self) -> DataType {
        match self {
            Self::Instant | Self::Long | Self::Key => DataType::Int64,
            Self::Whole => DataType::Int32,
            Self::Number => DataType::Float64,
            Self::Flag => DataType::Boolean,
            Self::Category => text_dtype(),
            Self::Text => DataType::String,
        }
    }
}

/// A column of a row group.
struct Chunk<'a> {
    slot: Slot<'a>,
    parquet: &'a PrimitiveType,
    rows: Range<usize>,
}

impl Chunk<'_> {
    fn pages(&self, frame: &DataFrame) -> Result<Vec<CompressedPage>> {
        let Ok(column) = frame.column(self.slot.name) else {
            let nothing = new_null_array(self.slot.kind.in_file(), self.rows.len());
            return Ok(vec![self.page(nothing.as_ref())?]);
        };
        if *column.dtype() != self.slot.kind.in_frame() {
            return Err(other_type(self.slot, column.dtype()));
        }
        let column = column.slice(self.rows.start as i64, self.rows.len());
        match self.slot.kind {
            Kind::Instant => Ok(vec![self.page(&micros(&column)?)?]),
            Kind::Category => self.by_dictionary(&text::categories(&column)?),
            Kind::Text => self.texts(column.as_materialized_series().rechunk().str().map_err(bug)?.downcast_as_array()),
            _ => Ok(vec![self.page(column.as_materialized_series().rechunk().chunks()[0].as_ref())?]),
        }
    }

    fn texts(&self, texts: &Utf8ViewArray) -> Result<Vec<CompressedPage>> {
        if let Some(dictionary) = text::repeated(texts)? {
            return self.by_dictionary(&dictionary);
        }
        self.check_length(texts)?;
        text::pages(texts).into_iter().map(|rows| self.page(&texts.clone().sliced(rows.start, rows.len()))).collect()
    }

    /// Refuses what could not be read again.
    fn check_length(&self, texts: &dyn Array) -> Result<()> {
        let bytes = texts.as_any().downcast_ref().map_or(0, Utf8ViewArray::total_bytes_len) as u64;
        match bytes > MOST / 2 {
            true => Err(failed(&format!("the texts of column {:?} take {} MiB at once", self.slot.name, bytes >> 20))),
            false => Ok(()),
        }
    }

    fn page(&self, array: &dyn Array) -> Result<CompressedPage> {
        let nested = [Nested::primitive(array.validity().cloned(), true, array.len())];
        let page = array_to_page(array, self.parquet.clone(), &nested, self.options(array), Encoding::Plain);
        self.compressed(page)
    }

    fn by_dictionary(&self, array: &DictionaryArray<u32>) -> Result<Vec<CompressedPage>> {
        let nested = [Nested::primitive(array.validity().cloned(), true, array.len())];
        self.check_length(array.values().as_ref())?;
        let pages = array_to_pages(array, self.parquet.clone(), &nested, self.options(array), Encoding::RleDictionary);
        pages.map_err(|e| failed(&e))?.map(|page| self.compressed(page)).collect()
    }

    fn compressed(&self, page: PolarsResult<Page>) -> Result<CompressedPage> {
        let page = page.map_err(|e| failed(&e))?;
        compress(page, Vec::new(), self.compression()).map_err(|e| failed(&e))
    }

    fn compression(&self) -> CompressionOptions {
        match self.slot.kind {
            Kind::Key => CompressionOptions::Uncompressed,
            _ => CompressionOptions::Zstd(ZstdLevel::try_new(ZSTD_LEVEL).ok()),
        }
    }

    /// Numbers that are no numbers have no place in an order.
    fn options(&self, array: &dyn Array) -> WriteOptions {
        let numbers = array.as_any().downcast_ref::<PrimitiveArray<f64>>();
        let is_ordered = numbers.is_none_or(|numbers| numbers.non_null_values_iter().all(|number| !number.is_nan()));
        let statistics = StatisticsOptions {
            min_value: is_ordered,
            max_value: is_ordered,
            distinct_count: false,
            null_count: true,
            binary_statistics_truncate_length: Some(SHORT),
        };
        WriteOptions { statistics, version: Version::V1, compression: self.compression(), data_page_size: Some(ONE_PAGE) }
    }
}

/// Seconds as microseconds.
fn micros(seconds: &Column) -> Result<PrimitiveArray<i64>> {
    let seconds = seconds.as_materialized_series().rechunk();
    let seconds = seconds.i64().map_err(bug)?;
    let most = i64::MAX / MICROS;
    if seconds.iter().flatten().any(|second| !(-most..=most).contains(&second)) {
        return Err(Error::output(format!("an instant of column {:?} is too far off to be written", seconds.name().as_str())));
    }
    // What lies behind a null is anything.
    let micros = seconds.downcast_iter().flat_map(|array| array.values().iter()).map(|second| second.wrapping_mul(MICROS)).collect();
    Ok(PrimitiveArray::from_vec(micros).with_validity(seconds.rechunk_validity()))
}
