//! Which texts of a row group are written once, in a dictionary, and where pages of the others end.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::FixedState;
use polars::prelude::*;
use polars_arrow::array::{Array, DictionaryArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::bitmap::Bitmap;

use super::TEXTS;
use crate::desk::{self, NONE, bug};
use crate::error::Result;

/// Bytes of text in a page, about.
const PAGE: usize = 1 << 20;
/// Most bytes of text in the dictionary of a column of texts.
const DICTIONARY: usize = 1 << 20;
/// Texts looked at before a dictionary is given up because they do not repeat.
const LOOK: usize = 1 << 12;

/// The categories of a column as a dictionary in the order in which rows name them: codes are not the same in two processes.
pub(super) fn categories(column: &Column) -> Result<DictionaryArray<u32>> {
    let mut keys = desk::codes(column)?;
    let known = || keys.iter().filter(|code| **code != NONE);
    let (low, high) = (known().min().copied().unwrap_or(0), known().max().copied().unwrap_or(0));
    let mut texts = Vec::new();
    let mut key = |code: u32, places: &mut u32| {
        if *places == NONE {
            *places = texts.len() as u32;
            texts.push(desk::text_of(code));
        }
        *places
    };
    if (high - low) as usize <= 4 * keys.len() + LOOK {
        let mut places = vec![NONE; (high - low) as usize + 1];
        keys.iter_mut().filter(|code| **code != NONE).for_each(|code| *code = key(*code, &mut places[(*code - low) as usize]));
    } else {
        let mut places: HashMap<u32, u32, FixedState> = HashMap::default();
        keys.iter_mut().filter(|code| **code != NONE).for_each(|code| *code = key(*code, places.entry(*code).or_insert(NONE)));
    }
    dictionary(keys, &Utf8ViewArray::from_slice_values(&texts))
}

/// The texts as a dictionary in the order in which rows name them, if that makes fewer bytes of them.
pub(super) fn repeated(texts: &Utf8ViewArray) -> Result<Option<DictionaryArray<u32>>> {
    let mut places: HashMap<&str, u32, FixedState> = HashMap::default();
    let (mut distinct, mut keys, mut seen, mut bytes) = (Vec::new(), Vec::with_capacity(texts.len()), 0, 0);
    for text in texts {
        let Some(text) = text else {
            keys.push(NONE);
            continue;
        };
        seen += 1;
        let key = *places.entry(text).or_insert_with(|| {
            bytes += text.len();
            distinct.push(text);
            distinct.len() as u32 - 1
        });
        if bytes > DICTIONARY || (seen >= LOOK && distinct.len() > seen / 2) {
            return Ok(None);
        }
        keys.push(key);
    }
    let pays = distinct.len() <= seen / 2;
    pays.then(|| dictionary(keys, &Utf8ViewArray::from_slice_values(&distinct))).transpose()
}

fn dictionary(mut keys: Vec<u32>, texts: &Utf8ViewArray) -> Result<DictionaryArray<u32>> {
    let mask = keys.contains(&NONE).then(|| keys.iter().map(|key| *key != NONE).collect::<Bitmap>());
    if mask.is_some() {
        // A key must be one that exists, even where the mask hides it.
        keys.iter_mut().filter(|key| **key == NONE).for_each(|key| *key = 0);
    }
    let keys = PrimitiveArray::<u32>::from_vec(keys).with_validity(mask);
    DictionaryArray::try_from_keys(keys, texts.to_boxed(), false).map_err(bug)
}

/// Where row groups end because the texts of the column fill them.
pub(super) fn ends(texts: &StringChunked) -> Vec<usize> {
    let (mut ends, mut bytes) = (Vec::new(), 0);
    for (row, text) in texts.iter().enumerate() {
        let text = text.map_or(0, str::len);
        if bytes + text > TEXTS && bytes > 0 {
            ends.push(row);
            bytes = 0;
        }
        bytes += text;
    }
    ends
}

/// The rows of each page: cut by the texts alone, as what a frame holds of them in memory is not the same in two processes.
pub(super) fn pages(texts: &Utf8ViewArray) -> Vec<Range<usize>> {
    let (mut pages, mut from, mut bytes) = (Vec::new(), 0, 0);
    for (row, text) in texts.iter().enumerate() {
        bytes += text.map_or(0, str::len) + size_of::<u32>();
        if bytes >= PAGE {
            pages.push(from..row + 1);
            (from, bytes) = (row + 1, 0);
        }
    }
    if from < texts.len() {
        pages.push(from..texts.len());
    }
    pages
}

#[cfg(test)]
mod tests {
    use polars_arrow::array::{DictionaryArray, Utf8ViewArray};

    use super::{PAGE, categories, pages, repeated};
    use crate::desk::{NONE, categorical, code_of};

    fn by_hand(dictionary: &DictionaryArray<u32>) -> (Vec<Option<u32>>, Vec<&str>) {
        let texts: &Utf8ViewArray = dictionary.values().as_any().downcast_ref().unwrap();
        (dictionary.keys().iter().map(Option::<&u32>::copied).collect(), texts.values_iter().collect())
    }

    #[test]
    fn categories_come_in_the_order_of_rows() {
        let [z, y, x] = ["zzz", "yyy", "xxx"].map(|text| code_of(text).unwrap());
        let dictionary = categories(&categorical("c".into(), vec![y, NONE, x, y, z])).unwrap();
        assert_eq!(by_hand(&dictionary), (vec![Some(0), None, Some(1), Some(0), Some(2)], vec!["yyy", "xxx", "zzz"]));
        // So far apart that a table of all codes between them would not be small.
        let far = (0..70_000).map(|n| code_of(&format!("far {n}")).unwrap()).max().unwrap();
        let dictionary = categories(&categorical("c".into(), vec![far, z, far])).unwrap();
        assert_eq!(by_hand(&dictionary), (vec![Some(0), Some(1), Some(0)], vec!["far 69999", "zzz"]));
    }

    #[test]
    fn texts_that_repeat_are_written_once() {
        let texts = Utf8ViewArray::from_slice([Some("b"), None, Some("a"), Some("b"), Some("b")]);
        assert_eq!(by_hand(&repeated(&texts).unwrap().unwrap()), (vec![Some(0), None, Some(1), Some(0), Some(0)], vec!["b", "a"]));
        assert!(repeated(&texts.clone().sliced(0, 4)).unwrap().is_none(), "two of three are distinct");
        let distinct = Utf8ViewArray::from_slice_values((0..9000).map(|n| n.to_string()).collect::<Vec<_>>());
        assert!(repeated(&distinct).unwrap().is_none());
    }

    #[test]
    fn pages_end_where_their_texts_fill_them() {
        let half = "x".repeat(PAGE / 2);
        let texts = Utf8ViewArray::from_slice([Some(half.as_str()), None, Some(&half), Some("y")]);
        assert_eq!(pages(&texts), [0..3, 3..4]);
        assert_eq!(pages(&texts.clone().sliced(3, 1)), std::slice::from_ref(&(0..1)));
        assert!(pages(&texts.sliced(0, 0)).is_empty());
    }
}
