//! Group numbers for the values of a breakdown, found while folding.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use polars::prelude::*;

/// Code of a missing value.
pub(super) const NONE: u32 = u32::MAX;
/// Most dimensions one breakdown can have: their codes share a 128-bit key.
pub(super) const MOST_DIMENSIONS: usize = 4;

/// Dense group numbers in order of first sight.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// Key of each group: up to four 32-bit codes.
    pub(super) keys: Vec<u128>,
    direct: Vec<u32>,
    map: HashMap<u128, u32, FixedState>,
}

impl Groups {
    /// The number of the group with that key.
    #[inline]
    pub(super) fn number(&mut self, key: u128) -> u32 {
        const DIRECT: u128 = 1 << 20;
        if key < DIRECT {
            let code = key as usize;
            if code >= self.direct.len() {
                self.direct.resize(code + 1, NONE);
            }
            if self.direct[code] == NONE {
                self.direct[code] = self.keys.len() as u32;
                self.keys.push(key);
            }
            return self.direct[code];
        }
        let keys = &mut self.keys;
        *self.map.entry(key).or_insert_with(|| {
            keys.push(key);
            keys.len() as u32 - 1
        })
    }

    /// The group numbers of some rows, by row, for rows with these dimension codes.
    pub(super) fn numbers(&mut self, dimensions: &[&[u32]], rows: &[u32], out: &mut [u32]) {
        let rows = rows.iter().map(|row| *row as usize);
        match dimensions {
            [] => {
                let all = self.number(0);
                rows.for_each(|row| out[row] = all);
            }
            [only] => rows.for_each(|row| out[row] = self.number(u128::from(only[row]))),
            many => rows.for_each(|row| {
                let key = many.iter().fold(0u128, |key, codes| (key << 32) | u128::from(codes[row]));
                out[row] = self.number(key);
            }),
        }
    }
}

/// The codes a key was made of, in dimension order.
pub(super) fn codes_of(key: u128, dimensions: usize) -> Vec<u32> {
    (0..dimensions).rev().map(|i| (key >> (32 * i)) as u32).collect()
}

/// Codes of a column: short text as it is, anything else by its written form.
pub(super) fn codes(column: &Column) -> PolarsResult<Vec<u32>> {
    let categorical = DataType::from_categories(Categories::global());
    let series = column.as_materialized_series();
    let series = match series.dtype() {
        dtype if *dtype == categorical => series.clone(),
        DataType::String => series.cast(&categorical)?,
        dtype if dtype.is_integer() => return codes_of_numbers(series),
        _ => series.cast(&DataType::String)?.cast(&categorical)?,
    };
    crate::desk::codes(&series.into_column()).map_err(failed)
}

/// Codes of whole numbers: each is written once.
fn codes_of_numbers(series: &Series) -> PolarsResult<Vec<u32>> {
    let mut known: HashMap<i64, u32, FixedState> = HashMap::default();
    let numbers = series.cast(&DataType::Int64)?;
    let mut code = |number: i64| match known.get(&number) {
        Some(code) => Ok(*code),
        None => crate::desk::code_of(&number.to_string()).inspect(|code| _ = known.insert(number, *code)).map_err(failed),
    };
    numbers.i64()?.iter().map(|number| number.map_or(Ok(NONE), &mut code)).collect()
}

fn failed(error: crate::error::Error) -> PolarsError {
    PolarsError::ComputeError(error.what.into())
}
