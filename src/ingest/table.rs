//! Chunks of typed cells put together, in file order, into the segments of a desk frame.

use polars::prelude::*;

use super::values::{Cells, NO_FLAG};
use crate::columns::Type;
use crate::desk::{Frame, SEGMENT, bug, categorical, long_column, text_dtype, whole_column};
use crate::error::Result;

/// A column of the frame to be.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) kind: Type,
}

/// Gathers rows into segments of [`SEGMENT`] rows.
#[derive(Debug)]
pub(super) struct TableBuilder {
    slots: Vec<Slot>,
    open: Vec<Cells>,
    rows: usize,
    done: Vec<DataFrame>,
}

impl TableBuilder {
    pub(super) fn new(slots: Vec<Slot>) -> Self {
        let open = slots.iter().map(|s| Cells::empty(s.kind)).collect();
        Self { slots, open, rows: 0, done: Vec::new() }
    }

    /// Adds rows; `cells` has an entry a slot, `None` for a column this file does not have.
    pub(super) fn append(&mut self, rows: usize, cells: Vec<Option<Cells>>) -> Result<()> {
        for (open, cells) in self.open.iter_mut().zip(cells) {
            match cells {
                Some(cells) => open.append(cells),
                None => open.append_nulls(rows),
            }
        }
        self.rows += rows;
        if self.rows >= SEGMENT {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        // A little more than this time: a vector that must grow by its last few rows is copied and doubled.
        let room = self.rows + self.rows / 8;
        let columns = self
            .slots
            .iter()
            .zip(&mut self.open)
            .map(|(slot, cells)| column(&slot.name, std::mem::replace(cells, Cells::with_room(slot.kind, room))))
            .collect();
        self.done.push(DataFrame::new(self.rows, columns).map_err(bug)?);
        self.rows = 0;
        Ok(())
    }

    /// The frame; one empty segment for no rows at all.
    pub(super) fn finish(mut self) -> Result<Frame> {
        if self.rows > 0 || self.done.is_empty() {
            self.flush()?;
        }
        Ok(Frame { segments: self.done })
    }
}

fn column(name: &str, cells: Cells) -> Column {
    let name = PlSmallStr::from(name);
    match cells {
        Cells::Long(v) => long_column(name, v),
        Cells::Whole(v) => whole_column(name, v),
        Cells::Number(v) => Float64Chunked::from_iter_options(name, v.into_iter().map(|x| (!x.is_nan()).then_some(x))).into_column(),
        Cells::Flag(v) => BooleanChunked::from_iter_options(name, v.into_iter().map(|x| (x != NO_FLAG).then_some(x == 1))).into_column(),
        Cells::Text(v) => categorical(name, v),
        Cells::Words(v) => {
            let mut builder = StringChunkedBuilder::new(name, v.len());
            v.iter().for_each(|text| builder.append_option(text));
            builder.finish().into_column()
        }
    }
}

/// A column of nulls: zeroed memory that nobody touches costs nothing.
pub(super) fn nulls(slot: &Slot, rows: usize) -> Column {
    let dtype = match slot.kind {
        Type::Instant | Type::Id => DataType::Int64,
        Type::Duration | Type::Int => DataType::Int32,
        Type::Number => DataType::Float64,
        Type::Flag => DataType::Boolean,
        Type::Dim | Type::Enum(_) => text_dtype(),
        Type::Words => DataType::String,
    };
    Series::full_null(slot.name.as_str().into(), rows, &dtype).into_column()
}
