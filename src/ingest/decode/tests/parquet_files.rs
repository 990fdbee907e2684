//! Parquet files, written by the crate that reads them.

use polars_arrow::array::{
    Array, BinaryViewArray, BooleanArray, Int8Array, ListArray, MutableListArray, MutablePrimitiveArray, PrimitiveArray, StructArray,
    TryExtend, Utf8ViewArray,
};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field, TimeUnit};
use polars_arrow::record_batch::RecordBatchT;
use polars_parquet::write::{CompressionOptions, Encoding, FileWriter, RowGroupIterator, StatisticsOptions, Version, WriteOptions};

use super::{gzip, open, read, within};
use crate::ingest::decode::{Caps, Form, decode_bytes};

/// A Parquet file of these columns, a row group for each of the lists.
fn parquet(groups: Vec<Vec<(&str, Box<dyn Array>)>>, compression: CompressionOptions) -> Vec<u8> {
    let field = |(name, array): &(&str, Box<dyn Array>)| Field::new((*name).into(), array.dtype().clone(), true);
    let schema: ArrowSchema = groups[0].iter().map(field).map(|field| (field.name.clone(), field)).collect();
    let options = WriteOptions { statistics: StatisticsOptions::empty(), version: Version::V1, compression, data_page_size: None };
    let encodings =
        groups[0].iter().map(|(_, array)| polars_parquet::write::get_dtype_encoding(array.dtype())).collect::<Vec<Vec<Encoding>>>();
    let heights: Vec<usize> = groups.iter().map(|columns| columns[0].1.len()).collect();
    let batches = groups.into_iter().map(|columns| {
        let arrays: Vec<Box<dyn Array>> = columns.into_iter().map(|(_, array)| array).collect();
        RecordBatchT::try_new(arrays[0].len(), std::sync::Arc::new(schema.clone()), arrays)
    });
    let iterator = RowGroupIterator::try_new(batches, &schema, options, encodings.into()).unwrap();
    let mut writer = FileWriter::try_new(Vec::new(), schema.clone(), options).unwrap();
    for (group, height) in iterator.zip(heights) {
        writer.write(height as u64, group.unwrap()).unwrap();
    }
    writer.end(None).unwrap();
    writer.into_inner()
}

fn texts(texts: &[Option<&str>]) -> Box<dyn Array> {
    Utf8ViewArray::from_slice(texts).boxed()
}

fn longs(values: &[Option<i64>], dtype: ArrowDataType) -> Box<dyn Array> {
    PrimitiveArray::<i64>::from(values).to(dtype).boxed()
}

#[test]
fn columns_of_every_kind() {
    let milli = |zone: Option<&str>| ArrowDataType::Timestamp(TimeUnit::Millisecond, zone.map(Into::into));
    let mut tags = MutableListArray::<i64, MutablePrimitiveArray<i64>>::new();
    tags.try_extend([Some([Some(1i64), None, Some(3)].to_vec()), None]).unwrap();
    let tags: ListArray<i64> = tags.into();
    let fields = vec![Field::new("Name".into(), ArrowDataType::Utf8View, true), Field::new("n".into(), ArrowDataType::Int64, true)];
    let agent = StructArray::new(
        ArrowDataType::Struct(fields),
        2,
        vec![texts(&[Some("Zoë"), Some("lost")]), longs(&[Some(1), Some(2)], ArrowDataType::Int64)],
        Some([true, false].into()),
    );
    let bytes = parquet(
        vec![vec![
            ("id", texts(&[Some("a,b"), None])),
            ("ok", BooleanArray::from_slice([true, false]).boxed()),
            ("small", Int8Array::from_slice([-7i8, 8]).boxed()),
            ("f", PrimitiveArray::<f32>::from_slice([0.1f32, 2.0]).boxed()),
            ("d", PrimitiveArray::<f64>::from_slice([0.1, 109.0]).boxed()),
            ("day", PrimitiveArray::<i32>::from_slice([18628, -1]).to(ArrowDataType::Date32).boxed()),
            ("at", longs(&[Some(1_609_459_200_000), Some(1_609_492_378_400)], milli(None))),
            ("midnight", longs(&[Some(1_609_459_200_000), None], milli(None))),
            ("utc", longs(&[Some(1_609_492_378_000), None], milli(Some("Europe/Berlin")))),
            ("time", longs(&[Some(33_178_000_000), Some(0)], ArrowDataType::Time64(TimeUnit::Microsecond))),
            ("raw", BinaryViewArray::from_slice([Some(&b"txt"[..]), Some(&b"\xFF\x01"[..])]).boxed()),
            ("tags", tags.boxed()),
            ("Agent", agent.boxed()),
        ]],
        CompressionOptions::Snappy,
    );
    let document = &open(bytes.clone()).unwrap()[0];
    let expected = "id,ok,small,f,d,day,at,midnight,utc,time,raw,tags,Agent.Name,Agent.n\n\
        \"a,b\",TRUE,-7,0.1,0.1,2021-01-01,2021-01-01 00:00:00,2021-01-01,2021-01-01T09:12:58Z,09:12:58,txt,1; 3,Zoë,1\n\
        ,FALSE,8,2,109,1969-12-31,2021-01-01 09:12:58,,,00:00:00,0xff01,,,\n";
    assert_eq!((read(document).unwrap().as_str(), document.packing().form, document.remarks().len()), (expected, Form::Parquet, 0));
    assert_eq!(read(&open(gzip(&bytes)).unwrap()[0]).unwrap(), expected);
}

#[test]
fn several_row_groups_and_every_compression() {
    let column = |from: i64| vec![("n", longs(&(from..from + 3).map(Some).collect::<Vec<_>>(), ArrowDataType::Int64))];
    for compression in [
        CompressionOptions::Uncompressed,
        CompressionOptions::Snappy,
        CompressionOptions::Gzip(None),
        CompressionOptions::Zstd(None),
        CompressionOptions::Lz4Raw,
        CompressionOptions::Brotli(None),
    ] {
        let bytes = parquet(vec![column(1), column(4)], compression);
        assert_eq!(read(&open(bytes).unwrap()[0]).unwrap(), "n\n1\n2\n3\n4\n5\n6\n", "{compression:?}");
    }
}

#[test]
fn cut_damaged_and_too_large() {
    let rows: Vec<Option<i64>> = (0..20_000).map(|_| Some(7)).collect();
    let bytes = parquet(vec![vec![("n", longs(&rows, ArrowDataType::Int64))]], CompressionOptions::Zstd(None));
    assert!(bytes.len() < 4000);
    let caps = Caps { held: 1 << 14, ..Caps::default() };
    assert!(within(&bytes, caps).unwrap_err().to_string().contains("row group"));
    for cut in (5..bytes.len()).step_by(7) {
        assert!(open(&bytes[..cut]).is_err(), "{cut}");
    }
}

#[test]
fn any_damage_ends_well() {
    let bytes = parquet(
        vec![vec![
            ("id", texts(&[Some("a"), None, Some("a long enough text")])),
            ("n", longs(&[Some(1), None, Some(3)], ArrowDataType::Int64)),
        ]],
        CompressionOptions::Snappy,
    );
    for at in 4..bytes.len() - 4 {
        for value in [0, 0xFF, bytes[at] ^ 1, bytes[at] ^ 0x80] {
            let mut damaged = bytes.clone();
            damaged[at] = value;
            let _ = decode_bytes(&damaged);
        }
    }
}
