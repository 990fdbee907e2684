//! Names inside free text: found as whole words, the longest first, whole or cut short with `…`, and replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::format;
use crate::names::Names;

/// A name cut to fewer letters could be anything.
const LEAST_CUT: usize = 4;

/// What stands for which name.
#[derive(Debug, Clone)]
pub(super) struct Words {
    all: Arc<All>,
    /// Names that may be seen, whatever is to stand for them: one reader's own.
    seen: BTreeSet<String>,
}

/// Names as they are shown, and by their places what to write instead; `None` for a name that may be seen.
#[derive(Debug)]
struct All {
    names: Names<String>,
    words: Vec<Option<String>>,
}

impl Words {
    /// Names and what to write instead; those that may be seen too (`None`), because others can be a part of them.
    pub(super) fn new(names: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        let shown = names.into_iter().flat_map(|(name, word)| forms(&name).map(|form| (form, word.clone())));
        let by_name: BTreeMap<String, Option<String>> = shown.filter(|(name, _)| !name.trim().is_empty()).collect();
        let (names, words): (Vec<String>, _) = by_name.into_iter().unzip();
        Self { all: Arc::new(All { names: Names::new(names), words }), seen: BTreeSet::new() }
    }

    /// The same for a reader who may see a name.
    pub(super) fn seeing(&self, name: &str) -> Self {
        let mut seen = self.seen.clone();
        seen.extend(forms(name).into_iter().filter(|form| !form.trim().is_empty()));
        Self { all: Arc::clone(&self.all), seen }
    }

    /// The text without the names; a replacement is not looked at again.
    pub(super) fn replaced(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        self.walk(text, |piece, word| out.push_str(word.unwrap_or(piece)));
        out
    }

    /// Whether a name that may not be seen is in the text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let mut found = false;
        self.walk(text, |_, word| found |= word.is_some());
        found
    }

    /// The text piece by piece: a name with what to write instead, or a letter.
    fn walk<'a>(&'a self, text: &'a str, mut visit: impl FnMut(&'a str, Option<&'a str>)) {
        let (mut rest, mut before) = (text, None);
        while let Some(c) = rest.chars().next() {
            let (long, word) = self.at(before, c, rest).unwrap_or((c.len_utf8(), None));
            let (piece, after) = rest.split_at(long);
            visit(piece, word);
            before = piece.chars().next_back();
            rest = after;
        }
    }

    /// The name a text begins with: its length there, and what to write instead. A name cut short is hidden if it may be one that
    /// must be.
    fn at(&self, before: Option<char>, first: char, text: &str) -> Option<(usize, Option<&str>)> {
        if !is_apart(before, Some(first)) {
            return None;
        }
        let All { names, words } = &*self.all;
        let known = names.begun(text).find(|i| is_whole(text, names.name(*i))).map(|i| (names.name(i).len(), words[i].as_deref()));
        let seen = self.seen.iter().filter(|name| is_whole(text, name)).map(String::len).max();
        match (known, seen) {
            (Some((long, word)), seen) if seen.is_none_or(|seen| seen < long) => Some((long, word)),
            (_, Some(seen)) => Some((seen, None)),
            _ => self.cut_at(text),
        }
    }

    /// The longest name that must be hidden and may be meant where a text begins with one cut short.
    fn cut_at(&self, text: &str) -> Option<(usize, Option<&str>)> {
        let All { names, words } = &*self.all;
        // Whatever is cut off, a name meant has all letters before the mark.
        let beginning = text[..text.find('…')?].trim_end();
        let meant = names.with_beginning(beginning).filter_map(|i| {
            let name = names.name(i);
            let word = words[i].as_deref().filter(|_| !self.seen.contains(name))?;
            Some((std::cmp::Reverse(name.len()), i, cut(text, name)?, word))
        });
        meant.min().map(|(_, _, long, word)| (long, Some(word)))
    }
}

/// A name as it is and as it is shown.
fn forms(name: &str) -> [String; 4] {
    [name.to_owned(), name.trim().to_owned(), format::clean(name), format::clean(name).trim().to_owned()]
}

/// Whether two neighbours are not inside one word.
fn is_apart(a: Option<char>, b: Option<char>) -> bool {
    !a.zip(b).is_some_and(|(a, b)| a.is_alphanumeric() && b.is_alphanumeric())
}

fn is_whole(text: &str, name: &str) -> bool {
    text.strip_prefix(name).is_some_and(|after| is_apart(name.chars().next_back(), after.chars().next()))
}

/// Length of a beginning of the name that ends with `…`.
fn cut(text: &str, name: &str) -> Option<usize> {
    let same: usize = text.chars().zip(name.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (start, rest) = text.split_at(same);
    let air = rest.len() - rest.trim_start().len();
    let is_cut = rest[air..].starts_with('…') && start.chars().count() >= LEAST_CUT;
    is_cut.then(|| same + air + '…'.len_utf8())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words() -> Words {
        let names =
            [("Ann", "A"), ("Ann Lee", "B"), ("Maximiliane von und zu Hohenlohe", "C"), ("Ärmel", "D"), ("", "E"), ("O'Neil (2nd)", "F")];
        Words::new(names.map(|(name, word)| (name.to_owned(), Some(word.to_owned()))))
    }

    #[test]
    fn whole_names_are_replaced_the_longest_first() {
        let told = "Ann, Ann Lee and O'Neil (2nd): Annex, Joann, Ärmel.";
        assert_eq!(words().replaced(told), "A, B and F: Annex, Joann, D.");
        assert!(words().is_in(told) && !words().is_in("Annex, Joann"));
    }

    #[test]
    fn a_name_cut_short_is_a_name() {
        assert_eq!(words().replaced("88 % Maximiliane von und… · Maximiliane …"), "88 % C · C");
        assert_eq!(words().replaced("Max… is not long enough"), "Max… is not long enough");
    }

    #[test]
    fn what_was_put_in_is_left_alone() {
        let turned = Words::new([("Ann".to_owned(), Some("Bo".to_owned())), ("Bo".to_owned(), Some("Ann".to_owned()))]);
        assert_eq!(turned.replaced("Ann and Bo"), "Bo and Ann");
    }

    #[test]
    fn a_name_inside_one_that_may_be_seen_is_left_alone() {
        let words = Words::new([("Ann Lee-Ann".to_owned(), None), ("Ann".to_owned(), Some("A".to_owned()))]);
        assert_eq!(words.replaced("Ann Lee-Ann and Ann"), "Ann Lee-Ann and A");
        assert!(!words.is_in("Ann Lee-Ann"));
        assert_eq!(words.replaced("Ann Lee…"), "A Lee…", "a cut name may be anybody's");
    }

    /// The same by asking every name, the longest first.
    fn plainly(names: &BTreeMap<String, Option<String>>, text: &str) -> String {
        let mut by_length: Vec<(&String, &Option<String>)> = names.iter().collect();
        by_length.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let (mut out, mut rest, mut before) = (String::new(), text, None);
        while let Some(c) = rest.chars().next() {
            let whole = || by_length.iter().find(|(name, _)| is_whole(rest, name)).map(|(name, word)| (name.len(), word.as_deref()));
            let short = || by_length.iter().find_map(|(name, word)| Some((cut(rest, name)?, Some(word.as_deref()?))));
            let found = if is_apart(before, Some(c)) { whole().or_else(short) } else { None };
            let (long, word) = found.unwrap_or((c.len_utf8(), None));
            out.push_str(word.unwrap_or(&rest[..long]));
            before = rest[..long].chars().next_back();
            rest = &rest[long..];
        }
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

        #[test]
        fn the_same_as_by_asking_every_name(
            names in proptest::collection::vec("[abé.… ]{0,7}", 0..30),
            seen in "[abé.… ]{0,7}",
            text in "[abé.… ]{0,24}",
        ) {
            let words = Words::new(names.iter().enumerate().map(|(i, name)| (name.clone(), (i % 4 > 0).then(|| format!("<{i}>")))));
            let mut all = BTreeMap::new();
            for (i, name) in names.iter().enumerate() {
                all.extend(forms(name).map(|form| (form, (i % 4 > 0).then(|| format!("<{i}>")))));
            }
            all.retain(|name, _| !name.trim().is_empty());
            prop_assert_eq!(words.replaced(&text), plainly(&all, &text));
            prop_assert_eq!(words.is_in(&text), plainly(&all, &text) != text);
            all.extend(forms(&seen).into_iter().filter(|form| !form.trim().is_empty()).map(|form| (form, None)));
            prop_assert_eq!(words.seeing(&seen).replaced(&text), plainly(&all, &text));
        }
    }
}
