//! Which of many names a text begins with, without asking each of them.
//!
//! Names that a text begins with begin with each other, so they are one chain: the last name in order that is not behind the text
//! ends it, and every name knows the longest other one that it begins with.

use std::collections::BTreeMap;
use std::ops::Range;

/// Names in order, none of them empty, each once.
#[derive(Debug, Clone)]
pub struct Names<S> {
    sorted: Vec<S>,
    /// Of each name, the longest other one that it begins with.
    shorter: Vec<Option<usize>>,
    /// The names with a first letter: most words of a text begin with none of them.
    by_first: BTreeMap<char, Range<usize>>,
}

impl<S: AsRef<str> + Ord> Names<S> {
    /// Of any names.
    pub fn new(names: impl IntoIterator<Item = S>) -> Self {
        let mut sorted: Vec<S> = names.into_iter().filter(|name| !name.as_ref().is_empty()).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let (mut shorter, mut begun): (Vec<Option<usize>>, Vec<usize>) = (Vec::with_capacity(sorted.len()), Vec::new());
        let mut by_first: BTreeMap<char, Range<usize>> = BTreeMap::new();
        for (place, name) in sorted.iter().enumerate() {
            while begun.last().is_some_and(|last| !name.as_ref().starts_with(sorted[*last].as_ref())) {
                begun.pop();
            }
            shorter.push(begun.last().copied());
            begun.push(place);
            let first = name.as_ref().chars().next().unwrap_or_default();
            by_first.entry(first).or_insert(place..place).end = place + 1;
        }
        Self { sorted, shorter, by_first }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// The name at a place.
    pub fn name(&self, place: usize) -> &str {
        self.sorted[place].as_ref()
    }

    /// The place of a name.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.sorted.binary_search_by(|known| known.as_ref().cmp(name)).ok()
    }

    /// Places of the names that a text begins with, the longest first.
    pub fn begun(&self, text: &str) -> impl Iterator<Item = usize> {
        let last = text.chars().next().and_then(|first| self.by_first.get(&first)).and_then(|range| {
            let behind = self.sorted[range.clone()].partition_point(|name| name.as_ref() <= text);
            (behind > 0).then(|| range.start + behind - 1)
        });
        std::iter::successors(last, |place| self.shorter[*place]).filter(move |place| text.starts_with(self.name(*place)))
    }

    /// Places of the names that begin so.
    pub fn with_beginning(&self, beginning: &str) -> Range<usize> {
        let start = self.sorted.partition_point(|name| name.as_ref() < beginning);
        let after = self.sorted[start..].partition_point(|name| name.as_ref().starts_with(beginning));
        start..start + after
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_same_names_as_one_after_the_other(
            all in proptest::collection::vec("[abé ]{0,4}", 0..40),
            text in "[abé ]{0,6}",
        ) {
            let names = Names::new(all.iter().map(String::as_str));
            let found: Vec<&str> = names.begun(&text).map(|i| names.name(i)).collect();
            let mut asked: Vec<&str> = all.iter().map(String::as_str).filter(|n| !n.is_empty() && text.starts_with(n)).collect();
            asked.sort_by_key(|n| std::cmp::Reverse(n.len()));
            asked.dedup();
            prop_assert_eq!(found, asked);
            let begin: Vec<&str> = names.with_beginning(&text).map(|i| names.name(i)).collect();
            let mut asked: Vec<&str> = all.iter().map(String::as_str).filter(|n| !n.is_empty() && n.starts_with(&text)).collect();
            asked.sort_unstable();
            asked.dedup();
            prop_assert_eq!(begin, asked);
            prop_assert_eq!(names.place(&text).map(|i| names.name(i)), all.iter().find(|n| **n == text && !n.is_empty()).map(String::as_str));
        }
    }
}
