//! What stands between and around the numbers of a sentence, in the language it is said in.
//!
//! Sentences are rounded after they were said, so a language must be known by how it says `31 of 62`. That is read from its texts:
//! wherever English has a place, ` of ` and a place, the text has the same places with a word of its own between them. A text that
//! has them in another order, or with more between them, cannot be read back; then nothing whole is told at all.

use std::collections::BTreeSet;
use std::sync::OnceLock;

const OF: &str = " of ";
const POINTS: &str = "\u{a0}points";
const ROWS: &str = "(n = {n})";

/// The words of one language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Joints {
    of: BTreeSet<String>,
    points: BTreeSet<String>,
    is_whole: bool,
}

impl Joints {
    /// Those of the language chosen.
    pub(super) fn chosen() -> &'static Self {
        static CHOSEN: OnceLock<Joints> = OnceLock::new();
        static ENGLISH: OnceLock<Joints> = OnceLock::new();
        match crate::language::chosen() {
            Some(language) => CHOSEN.get_or_init(|| Self::of(&language.texts().collect::<Vec<_>>())),
            None => ENGLISH.get_or_init(|| Self::of(&[])),
        }
    }

    /// Those of sentences with their texts, all forms of each. What has no text is said in English.
    pub(super) fn of(texts: &[(&str, Vec<&str>)]) -> Self {
        let mut out = Self { of: [OF.to_owned()].into(), points: [POINTS.to_owned()].into(), is_whole: true };
        for (key, forms) in texts {
            for form in forms {
                out.read(key, form);
            }
        }
        out
    }

    fn read(&mut self, key: &str, form: &str) {
        for (a, b) in neighbours(key) {
            match between(form, a, b) {
                Some(word) => drop(self.of.insert(word.to_owned())),
                // A form for one may do without its number; it is not the one for many then.
                None if has(form, a) && has(form, b) => self.is_whole = false,
                None => {}
            }
        }
        if key.contains(ROWS) && !form.contains(ROWS) {
            self.is_whole = false;
        }
        if let Some((_, name)) = key.split_once(POINTS).and_then(|(before, _)| before.strip_suffix('}')?.rsplit_once('{')) {
            self.points.extend(first_word_after(form, name));
        }
    }

    /// Whether words between two numbers say that the first is a part of the second.
    pub(super) fn is_of(&self, words: &str) -> bool {
        self.of.contains(words)
    }

    /// Whether what follows a number says that it is a share.
    pub(super) fn is_measured(&self, after: &str) -> bool {
        after.starts_with("\u{a0}%") || self.points.iter().any(|word| after.starts_with(word.as_str()))
    }

    /// Whether every way of saying one of many can be found again.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }
}

/// The pairs of places that English joins by ` of `.
fn neighbours(key: &str) -> Vec<(&str, &str)> {
    let pair = |(at, joint): (usize, &str)| {
        let (_, a) = key[..at].rsplit_once('{')?;
        let (b, _) = key[at + joint.len()..].split_once('}')?;
        Some((a, b))
    };
    key.match_indices("} of {").filter_map(pair).collect()
}

fn has(form: &str, name: &str) -> bool {
    form.contains(&format!("{{{name}}}"))
}

/// What stands between two places that follow each other.
fn between<'a>(form: &'a str, a: &str, b: &str) -> Option<&'a str> {
    let (_, rest) = form.split_once(&format!("{{{a}}}"))?;
    let (word, _) = rest.split_once(&format!("{{{b}}}"))?;
    (!word.is_empty() && !word.contains('{')).then_some(word)
}

/// The word after a place, with the blank before it.
fn first_word_after(form: &str, name: &str) -> Option<String> {
    let (_, rest) = form.split_once(&format!("{{{name}}}"))?;
    let word: String = rest.chars().skip(1).take_while(|c| c.is_alphabetic()).collect();
    let blank = rest.chars().next().filter(|c| c.is_whitespace())?;
    (!word.is_empty()).then(|| format!("{blank}{word}"))
}

/// What stands before and after a place of a sentence, up to the next places: in English and in the language chosen.
pub(super) fn around(key: &'static str, name: &str) -> Vec<(String, String)> {
    let texts = [key, crate::language::text(key)];
    let mut out: Vec<(String, String)> = texts.into_iter().filter_map(|text| sides(text, name)).collect();
    out.dedup();
    out
}

fn sides(text: &str, name: &str) -> Option<(String, String)> {
    let (before, after) = text.split_once(&format!("{{{name}}}"))?;
    let before = before.rsplit_once('}').map_or(before, |(_, near)| near);
    let after = after.split_once('{').map_or(after, |(near, _)| near);
    Some((before.to_owned(), after.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Language, SHIPPED};

    #[test]
    fn every_shipped_language_can_be_read_back() {
        for (tag, _) in SHIPPED {
            let language = Language::load(tag, None).expect(tag).expect(tag);
            let joints = Joints::of(&language.texts().collect::<Vec<_>>());
            assert!(joints.is_whole(), "{tag}");
            assert!(joints.of.len() > 1 && joints.points.len() > 1, "{tag}: {joints:?}");
        }
        let german = Language::load("de", None).expect("de").expect("de");
        let joints = Joints::of(&german.texts().collect::<Vec<_>>());
        assert!(joints.is_of(" von ") && joints.is_measured("\u{a0}Punkte davor") && !joints.is_of(" bis "));
    }

    #[test]
    fn another_order_or_more_between_cannot_be_read_back() {
        let is_whole = |key, form| Joints::of(&[(key, vec![form])]).is_whole();
        assert!(is_whole("{a} of {b} ({c})", "{c}: {a} von {b}"));
        assert!(!is_whole("{a} of {b}", "{b}: {a}"));
        assert!(!is_whole("{a} of {b} ({c})", "{a} ({c}) von {b}"));
        assert!(!is_whole("{a} of {b}", "{a}{b}"), "two numbers in one");
        assert!(!is_whole("{v} (n = {n})", "{v} bei {n}"));
        assert!(is_whole("{a} of {b} tickets", "ein Ticket von {b}"), "a form for one");
    }

    #[test]
    fn what_stands_around_a_place_ends_at_the_next_places() {
        assert_eq!(sides("{a}, {n} answers", "n"), Some((", ".to_owned(), " answers".to_owned())));
        assert_eq!(sides("{n} of {a}", "n"), Some((String::new(), " of ".to_owned())));
        assert_eq!(sides("{a}", "n"), None);
    }
}
