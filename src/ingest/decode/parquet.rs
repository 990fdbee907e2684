//! Apache Parquet as CSV text, row group by row group: [the format](https://parquet.apache.org/docs/file-format/).
//!
//! Nothing else here knows the crates that read it. Structs become columns with dots, lists are joined by `; `, moments of a zone end in `Z`.

mod leaf;

use std::io::Cursor;

use polars_arrow::datatypes::{ArrowSchema, Field};
use polars_buffer::Buffer;
use polars_parquet::parquet::page::CompressedPage;
use polars_parquet::parquet::read::PageReader;
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, FileMetadata, RowGroupMetadata, column_iter_to_arrays, infer_schema, read_metadata,
};

use super::csv_text::CsvText;
use super::limits::{Caps, read_all, size, unreadable};
use super::origin::Origin;
use super::walled;
use crate::error::{Error, Result};
use leaf::{Leaf, leaves, names};

/// Bytes that one value takes while its row group is read, at least.
const VALUE: u64 = 16;

/// The rows as CSV text, and which columns were left out.
///
/// # Errors
/// An input error if the file is damaged, cut off, or too large to be held.
pub(super) fn to_csv(origin: &Origin) -> Result<(Vec<u8>, Vec<String>)> {
    let bytes = origin.open().and_then(|reader| read_all(reader, origin.caps.held)).map_err(|e| unreadable("", e))?;
    if bytes.len() < 12 || !bytes.ends_with(b"PAR1") {
        return Err(Error::input("the Parquet file is cut off").hint("copy or download it again"));
    }
    walled("Parquet file", || Parquet::new(bytes, origin.caps)?.to_csv())
}

/// An opened file.
struct Parquet {
    bytes: Buffer<u8>,
    metadata: FileMetadata,
    schema: ArrowSchema,
    caps: Caps,
}

impl Parquet {
    fn new(bytes: Vec<u8>, caps: Caps) -> Result<Self> {
        let metadata = read_metadata(&mut Cursor::new(&bytes)).map_err(|e| damaged(&e))?;
        let schema = infer_schema(&metadata).map_err(|e| damaged(&e))?;
        Ok(Self { bytes: Buffer::from_vec(bytes), metadata, schema, caps })
    }

    fn to_csv(&self) -> Result<(Vec<u8>, Vec<String>)> {
        let as_ours = |e| unreadable("", e);
        self.metadata.row_groups.iter().try_for_each(|group| self.check_size(group))?;
        let (fields, left_out) = self.fields();
        let header: Vec<String> = fields.iter().flat_map(|field| names(field)).collect();
        if header.is_empty() {
            return Err(Error::input("the Parquet file has no column that can be read").hint(left_out.join("; ")));
        }
        let has_times = self.times(&fields, header.len())?;
        let mut csv = CsvText::new(&self.caps);
        csv.row(header.iter().map(String::as_str)).map_err(as_ours)?;
        let mut cells = vec![String::new(); header.len()];
        for group in &self.metadata.row_groups {
            let leaves = self.group(group, &fields)?;
            for row in 0..group.num_rows() {
                for ((leaf, cell), with_time) in leaves.iter().zip(&mut cells).zip(&has_times) {
                    cell.clear();
                    leaf.cell(row).write(cell, *with_time);
                }
                csv.row(cells.iter().map(String::as_str)).map_err(as_ours)?;
            }
        }
        Ok((csv.finish(), left_out))
    }

    /// The columns that can be read, and a sentence on each that cannot.
    fn fields(&self) -> (Vec<&Field>, Vec<String>) {
        let (known, other): (Vec<&Field>, Vec<&Field>) = self.schema.iter_values().partition(|field| leaf::is_known(&field.dtype));
        let remark = |field: &&Field| format!("column {:?} is left out: its type is {:?}", field.name.as_str(), field.dtype);
        (known, other.iter().map(remark).collect())
    }

    /// By column: whether some moment in it is not midnight.
    fn times(&self, fields: &[&Field], columns: usize) -> Result<Vec<bool>> {
        let mut has_times = vec![false; columns];
        for group in &self.metadata.row_groups {
            let mut column = 0;
            for field in fields {
                let width = names(field).len();
                if leaf::has_moments(&field.dtype) {
                    for (leaf, seen) in self.column(group, field)?.iter().zip(&mut has_times[column..column + width]) {
                        *seen |= (0..group.num_rows()).any(|row| leaf.cell(row).has_time());
                    }
                }
                column += width;
            }
        }
        Ok(has_times)
    }

    fn group(&self, group: &RowGroupMetadata, fields: &[&Field]) -> Result<Vec<Leaf>> {
        let each: Vec<Vec<Leaf>> = fields.iter().map(|field| self.column(group, field)).collect::<Result<_>>()?;
        Ok(each.into_iter().flatten().collect())
    }

    /// One column of a row group, as the columns without structs that it makes.
    fn column(&self, group: &RowGroupMetadata, field: &Field) -> Result<Vec<Leaf>> {
        let chunks =
            group.columns_under_root_iter(field.name.as_str()).ok_or_else(|| damaged(&format!("column {:?} is missing", field.name)))?;
        let (mut pages, mut types) = (Vec::new(), Vec::new());
        for chunk in chunks {
            pages.push(BasicDecompressor::new(self.pages(chunk)?, Vec::new()));
            types.push(&chunk.descriptor().descriptor.primitive_type);
        }
        let (arrays, _) = column_iter_to_arrays(pages, types, field.clone(), None).map_err(|e| damaged(&e))?;
        let rows: usize = arrays.iter().map(|array| array.len()).sum();
        if rows != group.num_rows() {
            return Err(damaged(&format!("column {:?} has {rows} rows of {}", field.name, group.num_rows())));
        }
        Ok(leaves(arrays))
    }

    fn pages(&self, chunk: &ColumnChunkMetadata) -> Result<PageReader> {
        let range = chunk.byte_range();
        let (start, end) = (range.start as usize, range.end as usize);
        if start > end || end > self.bytes.len() {
            return Err(damaged(&"a column lies behind its end"));
        }
        let bytes = self.bytes.clone().sliced(start..end);
        Ok(PageReader::new(Cursor::new(bytes), chunk, Vec::new(), self.caps.held as usize))
    }

    /// Refuses a row group that says in few bytes what would take many.
    fn check_size(&self, group: &RowGroupMetadata) -> Result<()> {
        let mut total = 0u64;
        for chunk in group.parquet_columns() {
            for page in self.pages(chunk)? {
                if let CompressedPage::Data(page) = page.map_err(|e| damaged(&e))? {
                    let values = (page.num_values() as u64).saturating_mul(VALUE);
                    total = total.saturating_add(values).saturating_add(page.uncompressed_size() as u64);
                }
                if total > 2 * self.caps.held {
                    return Err(Error::input(format!("a row group of the Parquet file takes more than {}", size(2 * self.caps.held)))
                        .hint("write it with smaller row groups, or export it as CSV"));
                }
            }
        }
        Ok(())
    }
}

fn damaged(error: &dyn std::fmt::Display) -> Error {
    Error::input(format!("the Parquet file is damaged: {error}")).hint("copy or download it again")
}
