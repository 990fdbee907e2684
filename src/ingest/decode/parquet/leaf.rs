//! One column without structs, and its cells.

use std::borrow::Cow;
use std::fmt::Write;

use polars_arrow::array::{
    Array, BinaryViewArray, BooleanArray, DictionaryArray, DictionaryKey, FixedSizeListArray, ListArray, PrimitiveArray, StructArray,
    Utf8ViewArray,
};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, Field, IntegerType, TimeUnit};

use crate::ingest::decode::cell::Cell;

/// Structs deeper within structs than this are not read.
const DEEPEST: usize = 16;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// One column of a row group without structs.
pub(super) struct Leaf {
    /// Pieces of the column, each with the rows before it and the structs it is in, which may be missing as a whole.
    pieces: Vec<Piece>,
}

struct Piece {
    start: usize,
    array: Box<dyn Array>,
    structs: Vec<Bitmap>,
}

/// The names of the columns that a field makes: structs become names with dots.
pub(super) fn names(field: &Field) -> Vec<String> {
    match &field.dtype {
        ArrowDataType::Struct(fields) => {
            fields.iter().flat_map(|inner| names(inner).into_iter().map(|name| format!("{}.{name}", field.name))).collect()
        }
        _ => vec![field.name.to_string()],
    }
}

/// Whether cells of a type have a text.
pub(super) fn is_known(dtype: &ArrowDataType) -> bool {
    is_known_within(dtype, 0)
}

fn is_known_within(dtype: &ArrowDataType, depth: usize) -> bool {
    use ArrowDataType as T;
    let known = |inner: &ArrowDataType| depth < DEEPEST && is_known_within(inner, depth + 1);
    match dtype {
        T::Struct(fields) => !fields.is_empty() && fields.iter().all(|field| known(&field.dtype)),
        T::LargeList(inner) | T::List(inner) | T::FixedSizeList(inner, _) => !matches!(inner.dtype, T::Struct(_)) && known(&inner.dtype),
        T::Dictionary(_, values, _) => known(values),
        _ => is_plain(dtype),
    }
}

fn is_plain(dtype: &ArrowDataType) -> bool {
    use ArrowDataType as T;
    let is_number = matches!(dtype, T::Int8 | T::Int16 | T::Int32 | T::Int64 | T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64);
    let is_fraction = matches!(dtype, T::Float32 | T::Float64 | T::Decimal(..));
    let is_time = matches!(dtype, T::Date32 | T::Timestamp(..) | T::Time32(_) | T::Time64(_) | T::Duration(_));
    is_number || is_fraction || is_time || matches!(dtype, T::Null | T::Boolean | T::Utf8View | T::BinaryView)
}

/// Whether a type holds moments without a zone, which are shown without a time where all of a column are midnight.
pub(super) fn has_moments(dtype: &ArrowDataType) -> bool {
    match dtype {
        ArrowDataType::Struct(fields) => fields.iter().any(|field| has_moments(&field.dtype)),
        ArrowDataType::Timestamp(_, zone) => zone.is_none(),
        _ => false,
    }
}

/// The columns without structs that a column makes.
pub(super) fn leaves(arrays: Vec<Box<dyn Array>>) -> Vec<Leaf> {
    let (mut leaves, mut start) = (Vec::new(), 0);
    for array in arrays {
        let length = array.len();
        let mut pieces = Vec::new();
        take_apart(array, &mut Vec::new(), start, &mut pieces);
        leaves.resize_with(pieces.len(), || Leaf { pieces: Vec::new() });
        leaves.iter_mut().zip(pieces).for_each(|(leaf, piece): (&mut Leaf, Piece)| leaf.pieces.push(piece));
        start += length;
    }
    leaves
}

fn take_apart(array: Box<dyn Array>, structs: &mut Vec<Bitmap>, start: usize, pieces: &mut Vec<Piece>) {
    let Some(outer) = array.as_any().downcast_ref::<StructArray>() else {
        pieces.push(Piece { start, array, structs: structs.clone() });
        return;
    };
    let before = structs.len();
    structs.extend(outer.validity().cloned());
    outer.values().iter().for_each(|inner| take_apart(inner.clone(), structs, start, pieces));
    structs.truncate(before);
}

impl Leaf {
    /// The cell of a row; empty if it, or a struct it is in, is missing.
    pub(super) fn cell(&self, row: usize) -> Cell<'_> {
        let after = self.pieces.partition_point(|piece| piece.start <= row);
        let Some(piece) = after.checked_sub(1).and_then(|n| self.pieces.get(n)) else { return Cell::Empty };
        let row = row - piece.start;
        match piece.structs.iter().all(|present| present.get_bit(row)) {
            true => cell(piece.array.as_ref(), row),
            false => Cell::Empty,
        }
    }
}

fn cell(array: &dyn Array, row: usize) -> Cell<'_> {
    if row >= array.len() || array.is_null(row) {
        return Cell::Empty;
    }
    known(array, row).unwrap_or(Cell::Empty)
}

/// The value of a row, where its type is known.
fn known(array: &dyn Array, row: usize) -> Option<Cell<'_>> {
    use ArrowDataType as T;
    Some(match array.dtype() {
        T::Boolean => Cell::Bool(array.as_any().downcast_ref::<BooleanArray>()?.value(row)),
        T::Int8 => Cell::Integer(number::<i8>(array, row)?.into()),
        T::Int16 => Cell::Integer(number::<i16>(array, row)?.into()),
        T::Int32 => Cell::Integer(number::<i32>(array, row)?.into()),
        T::Int64 => Cell::Integer(number::<i64>(array, row)?),
        T::UInt8 => Cell::Integer(number::<u8>(array, row)?.into()),
        T::UInt16 => Cell::Integer(number::<u16>(array, row)?.into()),
        T::UInt32 => Cell::Integer(number::<u32>(array, row)?.into()),
        T::UInt64 => owned(number::<u64>(array, row)?.to_string()),
        // Shown with its own digits, not with those of the double next to it.
        T::Float32 => owned((number::<f32>(array, row)? + 0.0).to_string()),
        T::Float64 => Cell::Number(number::<f64>(array, row)?),
        T::Date32 => Cell::Moment(i64::from(number::<i32>(array, row)?) * DAY),
        T::Timestamp(unit, None) => Cell::Moment(seconds(number::<i64>(array, row)?, *unit)),
        T::Timestamp(unit, Some(_)) => instant(seconds(number::<i64>(array, row)?, *unit)),
        T::Time32(unit) => Cell::Time(seconds(number::<i32>(array, row)?.into(), *unit).rem_euclid(DAY)),
        T::Time64(unit) => Cell::Time(seconds(number::<i64>(array, row)?, *unit).rem_euclid(DAY)),
        T::Duration(unit) => Cell::Duration(seconds(number::<i64>(array, row)?, *unit)),
        T::Decimal(_, scale) => owned(decimal(number::<i128>(array, row)?, *scale)),
        T::Utf8View => Cell::Text(Cow::Borrowed(array.as_any().downcast_ref::<Utf8ViewArray>()?.value(row))),
        T::BinaryView => bytes(array.as_any().downcast_ref::<BinaryViewArray>()?.value(row)),
        T::Dictionary(keys, ..) => return entry(array, row, *keys),
        T::LargeList(_) => list(array.as_any().downcast_ref::<ListArray<i64>>()?.value(row).as_ref()),
        T::List(_) => list(array.as_any().downcast_ref::<ListArray<i32>>()?.value(row).as_ref()),
        T::FixedSizeList(..) => list(array.as_any().downcast_ref::<FixedSizeListArray>()?.value(row).as_ref()),
        _ => return None,
    })
}

fn owned<'a>(text: String) -> Cell<'a> {
    Cell::Text(Cow::Owned(text))
}

fn number<T: polars_arrow::types::NativeType>(array: &dyn Array, row: usize) -> Option<T> {
    Some(array.as_any().downcast_ref::<PrimitiveArray<T>>()?.value(row))
}

/// Whole seconds, the nearest.
fn seconds(value: i64, unit: TimeUnit) -> i64 {
    let a_second = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    value.div_euclid(a_second) + i64::from(value.rem_euclid(a_second) * 2 >= a_second && a_second > 1)
}

/// An instant: what a zone shows is for whoever reads it.
fn instant<'a>(seconds: i64) -> Cell<'a> {
    let mut text = String::new();
    Cell::Moment(seconds).write(&mut text, true);
    owned(text.replace(' ', "T") + "Z")
}

/// A whole number of parts, of which 10 to the `scale` make one.
fn decimal(value: i128, scale: usize) -> String {
    let digits = format!("{:0width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, parts) = digits.split_at(digits.len() - scale);
    let sign = if value < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{parts}") }
}

/// Text where it is text, hex digits otherwise.
fn bytes(bytes: &[u8]) -> Cell<'_> {
    std::str::from_utf8(bytes).map_or_else(
        |_| {
            owned(bytes.iter().fold(String::from("0x"), |mut hex, byte| {
                // Writing to a string cannot fail.
                let _ = write!(hex, "{byte:02x}");
                hex
            }))
        },
        |text| Cell::Text(Cow::Borrowed(text)),
    )
}

fn entry(array: &dyn Array, row: usize, keys: IntegerType) -> Option<Cell<'_>> {
    match keys {
        IntegerType::Int8 => entry_of::<i8>(array, row),
        IntegerType::Int16 => entry_of::<i16>(array, row),
        IntegerType::Int32 => entry_of::<i32>(array, row),
        IntegerType::Int64 => entry_of::<i64>(array, row),
        IntegerType::UInt8 => entry_of::<u8>(array, row),
        IntegerType::UInt16 => entry_of::<u16>(array, row),
        IntegerType::UInt32 => entry_of::<u32>(array, row),
        IntegerType::UInt64 => entry_of::<u64>(array, row),
        _ => None,
    }
}

fn entry_of<K: DictionaryKey>(array: &dyn Array, row: usize) -> Option<Cell<'_>> {
    let dictionary = array.as_any().downcast_ref::<DictionaryArray<K>>()?;
    Some(cell(dictionary.values().as_ref(), dictionary.key_value(row)))
}

/// The texts of a list's elements, joined.
fn list<'a>(elements: &dyn Array) -> Cell<'a> {
    let mut joined = String::new();
    for row in 0..elements.len() {
        let element = cell(elements, row);
        if element.is_empty() {
            continue;
        }
        if !joined.is_empty() {
            joined.push_str("; ");
        }
        element.write(&mut joined, true);
    }
    owned(joined)
}

#[cfg(test)]
mod tests {
    use super::{decimal, seconds};
    use polars_arrow::datatypes::TimeUnit;

    #[test]
    fn decimals_keep_their_digits() {
        assert_eq!(
            (decimal(12345, 2), decimal(-5, 2), decimal(0, 3), decimal(7, 0)),
            ("123.45".into(), "-0.05".into(), "0.000".into(), "7".into())
        );
        assert_eq!(decimal(i128::MIN, 0), i128::MIN.to_string());
    }

    #[test]
    fn the_nearest_second() {
        let milli = |value| seconds(value, TimeUnit::Millisecond);
        assert_eq!((milli(1499), milli(1500), milli(-1), milli(-500), milli(-501), seconds(7, TimeUnit::Second)), (1, 2, 0, 0, -1, 7));
        assert_eq!(seconds(i64::MAX, TimeUnit::Nanosecond), 9_223_372_037);
    }
}
