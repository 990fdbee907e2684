//! Columns of a file as a frame: only the bytes of the columns asked for are read, and each is decoded by itself.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::FixedState;
use polars::prelude::{ArrayRef, Categorical32Type, CategoricalChunked, Column, DataFrame, IntoColumn, IntoSeries, PlSmallStr, Series};
use polars_arrow::array::{Array, DictionaryArray, PrimitiveArray, Utf8ViewArray, new_null_array};
use polars_arrow::datatypes::{ArrowDataType, DTYPE_CATEGORICAL_NEW, Field, IntegerType, TimeUnit};
use polars_buffer::Buffer;
use polars_parquet::parquet::compression::Compression;
use polars_parquet::parquet::metadata::{ColumnChunkMetadata, FileMetadata, RowGroupMetadata};
use polars_parquet::parquet::read::{BasicDecompressor, PageReader, deserialize_metadata};
use polars_parquet::parquet::schema::types::{PhysicalType, PrimitiveConvertedType, PrimitiveLogicalType, PrimitiveType, TimeUnit as Unit};
use polars_parquet::read::column_iter_to_arrays;
use rayon::prelude::*;
use zstd::zstd_safe;

use super::{Kind, MOST, MOST_ROWS, Slot, thrift};
use crate::desk::{MISSING, bug, code_of, text_dtype};
use crate::error::{Error, Result};

/// Most bytes of a footer.
const FOOTER: u64 = 32 << 20;
const MAGIC: &[u8; 4] = b"PAR1";

/// The columns of the file at a path in our types, in the order asked for; one that the file does not have is all null.
///
/// The frame has a chunk for each row group of the file.
///
/// # Errors
/// An input error if the file cannot be read, is damaged, or holds a column of another type.
pub(crate) fn read(path: &Path, slots: &[Slot]) -> Result<DataFrame> {
    placed(path, || Parquet::new(open(path)?)?.frame(slots))
}

/// One column of whole numbers, keys, say; [`MISSING`] for null, and for every row if the file does not have it.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_longs(path: &Path, column: &str) -> Result<Vec<i64>> {
    placed(path, || Parquet::new(open(path)?)?.longs(column))
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|e| {
        let error = unreadable(&e);
        match e.kind() {
            std::io::ErrorKind::NotFound => error.hint(
                "files of an older state go after [history] keep_removed, and `deskcard history rebuild` makes them again until the next run; if it is no older state, `deskcard history verify` tells what else is missing",
            ),
            _ => error,
        }
    })
}

/// Runs what may panic at lies in what it reads; where panics unwind, such a lie is an error. Errors are told with the file's name.
fn placed<T>(path: &Path, read: impl FnOnce() -> Result<T>) -> Result<T> {
    let lie = |_| Err(damaged(&"what it says of itself does not fit"));
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(lie).map_err(|e| e.at(path.display().to_string()))
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::input(format!("cannot read the file: {error}"))
}

fn damaged(error: &dyn std::fmt::Display) -> Error {
    Error::input(format!("the file of the history is damaged: {error}"))
        .hint("`deskcard history verify` tells what else is, and `deskcard history rebuild` makes it anew from the exports")
}

/// A file of which the footer is read.
struct Parquet<R> {
    file: Mutex<R>,
    /// Bytes before the footer.
    length: u64,
    metadata: FileMetadata,
}

impl<R: Read + Seek + Send> Parquet<R> {
    fn new(mut file: R) -> Result<Self> {
        let size = file.seek(SeekFrom::End(0)).map_err(|e| unreadable(&e))?;
        let length = size.checked_sub(12).ok_or_else(|| damaged(&"it is cut off"))?;
        let end = bytes(&mut file, length + 4, 8)?;
        let (footer, magic) = end.split_at(4);
        if magic != MAGIC {
            return Err(damaged(&"it is cut off, or no Parquet file"));
        }
        let footer = u64::from(footer.iter().rev().fold(0u32, |all, byte| all << 8 | u32::from(*byte)));
        if footer > length.min(FOOTER) {
            return Err(damaged(&"its footer is longer than it can be"));
        }
        let length = length + 4 - footer;
        let footer = bytes(&mut file, length, footer)?;
        if !thrift::is_sound(&footer) {
            return Err(damaged(&"its footer does not fit"));
        }
        let metadata = deserialize_metadata(Buffer::from_vec(footer)).map_err(|e| damaged(&e))?;
        let rows = metadata.row_groups.iter().try_fold(0u64, |rows, group| rows.checked_add(group.num_rows() as u64));
        if rows.is_none_or(|rows| rows > MOST_ROWS) {
            return Err(damaged(&"it says that it has more rows than a file can have"));
        }
        Ok(Self { file: Mutex::new(file), length, metadata })
    }

    fn frame(&self, slots: &[Slot]) -> Result<DataFrame> {
        let groups = &self.metadata.row_groups;
        let tasks = slots.len() * groups.len();
        let array = |at: usize| self.array(&groups[at % groups.len()], slots[at / groups.len()]);
        let mut arrays = (0..tasks).into_par_iter().map(array).collect::<Result<Vec<_>>>()?.into_iter();
        let columns = slots.iter().map(|slot| column(*slot, arrays.by_ref().take(groups.len()).collect())).collect::<Result<_>>()?;
        let rows = groups.iter().map(RowGroupMetadata::num_rows).sum();
        DataFrame::new(rows, columns).map_err(bug)
    }

    fn longs(&self, name: &str) -> Result<Vec<i64>> {
        let slot = Slot { name, kind: Kind::Long };
        let mut all = Vec::new();
        for group in &self.metadata.row_groups {
            let array = self.array(group, slot)?;
            let longs = downcast::<PrimitiveArray<i64>>(array.as_ref())?;
            match longs.validity() {
                None => all.extend_from_slice(longs.values()),
                Some(_) => all.extend(longs.iter().map(|long| long.copied().unwrap_or(MISSING))),
            }
        }
        Ok(all)
    }

    /// One column of a row group, in our type.
    fn array(&self, group: &RowGroupMetadata, slot: Slot) -> Result<ArrayRef> {
        let rows = group.num_rows();
        let Some(mut chunks) = group.columns_under_root_iter(slot.name) else {
            return Ok(new_null_array(slot.kind.in_memory(), rows));
        };
        let (Some(chunk), None) = (chunks.next(), chunks.next()) else {
            return Err(other_type(slot));
        };
        Chunk { slot, meta: chunk, rows, bytes: Buffer::from_vec(self.chunk_bytes(chunk)?) }.array()
    }

    fn chunk_bytes(&self, chunk: &ColumnChunkMetadata) -> Result<Vec<u8>> {
        let range = chunk.byte_range();
        if range.start > range.end || range.end > self.length {
            return Err(damaged(&"a column lies behind its end"));
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        bytes(&mut *file, range.start, range.end - range.start)
    }
}

/// So many bytes of a file, which it must have.
fn bytes(file: &mut (impl Read + Seek), from: u64, length: u64) -> Result<Vec<u8>> {
    file.seek(SeekFrom::Start(from)).map_err(|e| unreadable(&e))?;
    let mut bytes = Vec::with_capacity(length as usize);
    let read = file.take(length).read_to_end(&mut bytes).map_err(|e| unreadable(&e))?;
    if read as u64 == length { Ok(bytes) } else { Err(damaged(&"it is cut off")) }
}

fn other_type(slot: Slot) -> Error {
    damaged(&format!("column {:?} is not of the type {:?}", slot.name, slot.kind))
}

fn downcast<A: Array>(array: &dyn Array) -> Result<&A> {
    array.as_any().downcast_ref().ok_or_else(|| Error::bug(format!("an array of {:?}", array.dtype())))
}

/// A column of a row group as it lies in the file.
struct Chunk<'a> {
    slot: Slot<'a>,
    meta: &'a ColumnChunkMetadata,
    rows: usize,
    bytes: Buffer<u8>,
}

impl Chunk<'_> {
    fn array(&self) -> Result<ArrayRef> {
        let descriptor = self.meta.descriptor();
        if descriptor.path_in_schema.len() != 1 || descriptor.descriptor.max_rep_level > 0 {
            return Err(other_type(self.slot));
        }
        let is_by_dictionary = self.check_sizes()?;
        let leaf = &descriptor.descriptor.primitive_type;
        match (self.slot.kind, leaf.physical_type) {
            (Kind::Long | Kind::Key, PhysicalType::Int64)
            | (Kind::Whole, PhysicalType::Int32)
            | (Kind::Number, PhysicalType::Double)
            | (Kind::Flag, PhysicalType::Boolean)
            | (Kind::Text, PhysicalType::ByteArray) => self.decode(self.slot.kind.in_memory()),
            (Kind::Instant, PhysicalType::Int64) => {
                let per_second = per_second(leaf).ok_or_else(|| other_type(self.slot))?;
                Ok(seconds(downcast(self.decode(ArrowDataType::Int64)?.as_ref())?, per_second).boxed())
            }
            (Kind::Instant, PhysicalType::Int96) => {
                let micros = self.decode(ArrowDataType::Timestamp(TimeUnit::Microsecond, None))?;
                Ok(seconds(downcast(micros.as_ref())?, 1_000_000).boxed())
            }
            (Kind::Category, PhysicalType::ByteArray) if is_by_dictionary => self.categories(),
            (Kind::Category, PhysicalType::ByteArray) => self.decode(ArrowDataType::Utf8View).and_then(|texts| interned(texts.as_ref())),
            _ => Err(other_type(self.slot)),
        }
    }

    /// Refuses a column that says in few bytes what would take many; whether all its pages go by its dictionary.
    fn check_sizes(&self) -> Result<bool> {
        let pages = thrift::pages(&self.bytes, self.rows as i64).ok_or_else(|| damaged(&"the pages of a column do not fit its rows"))?;
        let unpacked: u64 = pages.iter().map(|page| page.unpacked as u64).sum();
        if unpacked > MOST || !pages.iter().all(|page| self.is_likely(page)) {
            return Err(damaged(&"a column of it would unpack to more than it can hold"));
        }
        let is_dictionary = pages.first().is_some_and(|page| page.kind == 2);
        Ok(is_dictionary && pages[1..].iter().all(thrift::Page::is_by_dictionary))
    }

    /// Whether a page can be as large as it says; a frame of Zstandard that tells its size is believed more than the header.
    fn is_likely(&self, page: &thrift::Page) -> bool {
        let told = match (self.meta.compression(), page.kind) {
            (Compression::Uncompressed, _) => Some(page.packed as u64),
            // Version 2 packs only a part of a page.
            (Compression::Zstd, 0 | 2) => zstd_safe::get_frame_content_size(page.bytes).ok().flatten(),
            _ => None,
        };
        told.is_none_or(|told| told == page.unpacked as u64) && (page.is_data() || page.values <= page.unpacked)
    }

    fn categories(&self) -> Result<ArrayRef> {
        let array = self.decode(ArrowDataType::Dictionary(IntegerType::UInt32, Box::new(ArrowDataType::Utf8View), false))?;
        let array = downcast::<DictionaryArray<u32>>(array.as_ref())?;
        let texts = downcast::<Utf8ViewArray>(array.values().as_ref())?;
        let codes: Vec<u32> = texts.values_iter().map(code_of).collect::<Result<_>>()?;
        let keys = array.keys();
        // Behind a null lies any key.
        let code = |key: &u32| codes.get(*key as usize).copied().unwrap_or(0);
        let codes: Vec<u32> = keys.values().iter().map(code).collect();
        Ok(PrimitiveArray::from_vec(codes).with_validity(keys.validity().cloned()).boxed())
    }

    fn decode(&self, dtype: ArrowDataType) -> Result<ArrayRef> {
        let mut field = Field::new(self.slot.name.into(), dtype, true);
        if matches!(field.dtype, ArrowDataType::Dictionary(..)) {
            field.metadata = Some(Arc::new([(DTYPE_CATEGORICAL_NEW.into(), "".into())].into()));
        }
        let reader = PageReader::new(Cursor::new(self.bytes.clone()), self.meta, Vec::new(), self.bytes.len());
        let pages = vec![BasicDecompressor::new(reader, Vec::new())];
        let leaf = &self.meta.descriptor().descriptor.primitive_type;
        let (mut arrays, _) = column_iter_to_arrays(pages, vec![leaf], field, None).map_err(|e| damaged(&e))?;
        match arrays.pop() {
            Some(array) if arrays.is_empty() && array.len() == self.rows => Ok(array),
            _ => Err(damaged(&format!("column {:?} has not {} rows", self.slot.name, self.rows))),
        }
    }
}

/// Units of an instant in a second; `None` if they are not instants.
fn per_second(leaf: &PrimitiveType) -> Option<i64> {
    let unit = match (leaf.logical_type, leaf.converted_type) {
        (Some(PrimitiveLogicalType::Timestamp { unit, .. }), _) => unit,
        (None, Some(PrimitiveConvertedType::TimestampMillis)) => Unit::Milliseconds,
        (None, Some(PrimitiveConvertedType::TimestampMicros)) => Unit::Microseconds,
        _ => return None,
    };
    Some(match unit {
        Unit::Milliseconds => 1000,
        Unit::Microseconds => 1_000_000,
        Unit::Nanoseconds => 1_000_000_000,
    })
}

fn seconds(units: &PrimitiveArray<i64>, per_second: i64) -> PrimitiveArray<i64> {
    let values = units.values().iter();
    let seconds: Vec<i64> = match per_second {
        // A division by a number known here is a multiplication.
        1_000_000 => values.map(|unit| unit.div_euclid(1_000_000)).collect(),
        _ => values.map(|unit| unit.div_euclid(per_second)).collect(),
    };
    PrimitiveArray::from_vec(seconds).with_validity(units.validity().cloned())
}

/// Codes of texts that another program has written one by one.
fn interned(texts: &dyn Array) -> Result<ArrayRef> {
    let texts = downcast::<Utf8ViewArray>(texts)?;
    let mut known: HashMap<&str, u32, FixedState> = HashMap::default();
    let mut code = |text| {
        if let Some(code) = known.get(text) {
            return Ok(*code);
        }
        let code = code_of(text)?;
        known.insert(text, code);
        Ok(code)
    };
    let codes: Vec<Option<u32>> = texts.iter().map(|text| text.map(&mut code).transpose()).collect::<Result<_>>()?;
    Ok(PrimitiveArray::<u32>::from(codes).boxed())
}

/// The column of the arrays of all row groups.
fn column(slot: Slot, arrays: Vec<ArrayRef>) -> Result<Column> {
    if arrays.is_empty() {
        return Ok(Series::new_empty(slot.name.into(), &slot.kind.in_frame()).into_column());
    }
    let series = Series::try_from((PlSmallStr::from(slot.name), arrays)).map_err(bug)?;
    if slot.kind != Kind::Category {
        return Ok(series.into_column());
    }
    let codes = series.u32().map_err(bug)?.clone();
    Ok(CategoricalChunked::<Categorical32Type>::from_cats_and_dtype(codes, text_dtype()).into_series().into_column())
}

impl Kind {
    /// The type of the arrays that a column is made of.
    fn in_memory(self) -> ArrowDataType {
        match self {
            Self::Instant | Self::Long | Self::Key => ArrowDataType::Int64,
            Self::Whole => ArrowDataType::Int32,
            Self::Number => ArrowDataType::Float64,
            Self::Flag => ArrowDataType::Boolean,
            Self::Category => ArrowDataType::UInt32,
            Self::Text => ArrowDataType::Utf8View,
        }
    }
}

#[cfg(test)]
mod tests {
    use polars_arrow::array::PrimitiveArray;

    use super::seconds;

    #[test]
    fn instants_of_other_units() {
        let units = PrimitiveArray::<i64>::from([Some(-1), None, Some(2_999_999), Some(-3_000_000)]);
        let whole = |per_second| seconds(&units, per_second).iter().map(Option::<&i64>::copied).collect::<Vec<_>>();
        assert_eq!(whole(1_000_000), [Some(-1), None, Some(2), Some(-3)]);
        assert_eq!(whole(1000), [Some(-1), None, Some(2999), Some(-3000)]);
    }
}
