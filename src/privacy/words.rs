//! Names inside free text: found as whole words, the longest first, whole or cut short with `…`, and replaced.

use std::collections::BTreeMap;

use crate::format;

/// A name cut to fewer letters could be anything.
const LEAST_CUT: usize = 4;

/// What stands for which name.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    /// By first letter, names as they are shown, the longest first.
    all: BTreeMap<char, Vec<Name>>,
}

#[derive(Debug, Clone)]
struct Name {
    text: String,
    /// What to write instead; `None` for a name that may be seen.
    word: Option<String>,
}

impl Words {
    /// Names and what to write instead; those that may be seen too (`None`), because others can be a part of them.
    pub(super) fn new(names: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        let shown = names.into_iter().flat_map(|(name, word)| forms(&name).map(|form| (form, word.clone())));
        let by_name: BTreeMap<String, Option<String>> = shown.filter(|(name, _)| !name.trim().is_empty()).collect();
        let mut all: BTreeMap<char, Vec<Name>> = BTreeMap::new();
        for (text, word) in by_name {
            all.entry(text.chars().next().unwrap_or_default()).or_default().push(Name { text, word });
        }
        for names in all.values_mut() {
            names.sort_by(|a, b| b.text.len().cmp(&a.text.len()).then_with(|| a.text.cmp(&b.text)));
        }
        Self { all }
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
        let names = self.all.get(&first)?;
        if !is_apart(before, Some(first)) {
            return None;
        }
        let whole = names.iter().find(|n| is_whole(text, &n.text)).map(|n| (n.text.len(), n.word.as_deref()));
        whole.or_else(|| names.iter().find_map(|n| Some((cut(text, &n.text)?, Some(n.word.as_deref()?)))))
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
}
