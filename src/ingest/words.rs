//! What the cells of a column may stand for: nothing, or the words of a map.

use std::collections::HashMap;

use super::cells::timestamp::is_null_instant;

/// Texts that mean "nothing".
#[derive(Debug, Clone)]
pub(super) struct Nulls {
    marks: Vec<Vec<u8>>,
    /// Bit `n` of entry `b` is set if a mark starts with byte `b` modulo 64 and has `n` bytes (63: or more), which tells nearly every
    /// cell from a mark.
    lengths: [u64; 64],
    /// Whether the zero of a clock, printed as a date, is one of them.
    is_epoch_null: bool,
}

/// The null mark that stands for the zero of any clock, in columns of instants: `1970-01-01 00:00:00`, `0000-00-00`.
const EPOCH: &str = "epoch";

impl Nulls {
    pub(super) fn new<'a>(marks: impl Iterator<Item = &'a String>, of_instants: bool) -> Self {
        let (epochs, marks): (Vec<&String>, Vec<&String>) = marks.partition(|m| *m == EPOCH);
        let marks: Vec<Vec<u8>> = marks.into_iter().map(|m| m.clone().into_bytes()).collect();
        let mut lengths = [0; 64];
        marks.iter().for_each(|m| lengths[usize::from(m.first().copied().unwrap_or(0) & 63)] |= 1 << m.len().min(63));
        Self { marks, lengths, is_epoch_null: of_instants && !epochs.is_empty() }
    }

    #[inline]
    pub(super) fn is_null(&self, cell: &[u8]) -> bool {
        let Some(first) = cell.first() else { return true };
        let is_mark = self.lengths[usize::from(first & 63)] >> cell.len().min(63) & 1 == 1 && self.marks.iter().any(|m| m == cell);
        is_mark || self.is_epoch_null && is_null_instant(cell)
    }
}

/// Words and what they mean; a word may be the beginning of all that start so.
#[derive(Debug, Clone, Default)]
pub(super) struct WordMap {
    exact: HashMap<Vec<u8>, String>,
    /// The longest first.
    beginnings: Vec<(Vec<u8>, String)>,
}

/// Whether a word of a config, in lower case, means a cell in lower case: it is the cell, or ends in `*` and is its beginning.
pub(super) fn is_meant(word: &str, lower: &str) -> bool {
    word.strip_suffix('*').map_or(lower == word, |beginning| lower.starts_with(beginning))
}

impl WordMap {
    /// Of words in lower case; those that end in `*` are beginnings.
    pub(super) fn new<'a>(words: impl Iterator<Item = (&'a String, &'a String)>) -> Self {
        let mut map = Self::default();
        for (raw, word) in words {
            match raw.strip_suffix('*') {
                Some(beginning) => map.beginnings.push((beginning.as_bytes().to_vec(), word.clone())),
                None => drop(map.exact.insert(raw.clone().into_bytes(), word.clone())),
            }
        }
        map.beginnings.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        map
    }

    pub(super) fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.beginnings.is_empty()
    }

    /// What a cell in lower case means.
    pub(super) fn get(&self, lower: &[u8]) -> Option<&String> {
        let by_beginning = || self.beginnings.iter().find(|(text, _)| lower.starts_with(text)).map(|(_, word)| word);
        self.exact.get(lower).or_else(by_beginning)
    }

    /// What a cell means, whatever its case.
    pub(super) fn of(&self, cell: &[u8]) -> Option<&String> {
        if self.is_empty() { None } else { self.get(String::from_utf8_lossy(cell).to_lowercase().as_bytes()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(words: &[(&str, &str)]) -> WordMap {
        let own: Vec<(String, String)> = words.iter().map(|(raw, word)| ((*raw).to_owned(), (*word).to_owned())).collect();
        WordMap::new(own.iter().map(|(raw, word)| (raw, word)))
    }

    #[test]
    fn exact_words_win_then_the_longest_beginning() {
        let map = map(&[("*", "other"), ("await*", "pending"), ("awaiting info*", "asked"), ("awaiting caller", "caller")]);
        let of = |cell: &str| map.of(cell.as_bytes()).map(String::as_str);
        assert_eq!((of("Awaiting Caller"), of("AWAITING INFO: again"), of("awaited")), (Some("caller"), Some("asked"), Some("pending")));
        assert_eq!((of("closed"), of("ÄÖ")), (Some("other"), Some("other")));
        assert_eq!(WordMap::default().of(b"closed"), None);
    }

    #[test]
    fn a_word_is_a_cell_or_its_beginning() {
        assert!(is_meant("voice", "voice") && is_meant("voice*", "voice call") && is_meant("*", ""));
        assert!(!is_meant("voice", "voice call") && !is_meant("voice*", "a voice"));
    }

    #[test]
    fn nothing_is_empty_or_a_mark_and_the_zero_of_a_clock_only_where_it_is_said_of_instants() {
        let marks = ["?".to_owned(), "N/A".to_owned(), "epoch".to_owned()];
        let (of_instants, of_others) = (Nulls::new(marks.iter(), true), Nulls::new(marks.iter(), false));
        for cell in ["", "?", "N/A"] {
            assert!(of_instants.is_null(cell.as_bytes()) && of_others.is_null(cell.as_bytes()), "{cell}");
        }
        for cell in ["??", "n/a", "epoch", "1", "2026-11-02 08:00:00"] {
            assert!(!of_instants.is_null(cell.as_bytes()) && !of_others.is_null(cell.as_bytes()), "{cell}");
        }
        for zero in ["1970-01-01 10:00:00", "0"] {
            assert!(of_instants.is_null(zero.as_bytes()) && !of_others.is_null(zero.as_bytes()), "{zero}");
        }
    }
}
