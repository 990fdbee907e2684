//! The places of a sentence: names in braces. A brace that opens no name stands for itself.

use std::fmt::{Display, Write};

/// Whether the places of a sentence are exactly these names, in any order. Checked where a sentence is compiled.
pub const fn has_places(key: &str, names: &[&str]) -> bool {
    let mut i = 0;
    while i < names.len() {
        if !has(key.as_bytes(), names[i].as_bytes()) {
            return false;
        }
        i += 1;
    }
    only(key.as_bytes(), names)
}

const fn has(key: &[u8], name: &[u8]) -> bool {
    let mut i = 0;
    while i < key.len() {
        if key[i] == b'{' && is_at(key, i + 1, name) {
            return true;
        }
        i += 1;
    }
    false
}

/// Whether every place of the key is one of the names.
const fn only(key: &[u8], names: &[&str]) -> bool {
    let mut i = 0;
    while i < key.len() {
        if key[i] == b'{' {
            let (mut n, mut is_known) = (0, false);
            while n < names.len() {
                is_known |= is_at(key, i + 1, names[n].as_bytes());
                n += 1;
            }
            if !is_known {
                return false;
            }
        }
        i += 1;
    }
    true
}

const fn is_at(key: &[u8], at: usize, name: &[u8]) -> bool {
    if at + name.len() >= key.len() || key[at + name.len()] != b'}' {
        return false;
    }
    let mut i = 0;
    while i < name.len() {
        if key[at + i] != name[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// The names of the places, in order, each as often as it stands there.
pub fn names(sentence: &str) -> impl Iterator<Item = &str> {
    pieces(sentence).filter_map(Result::err)
}

/// The sentence with values in its places; a place without a value stays as it is.
pub(super) fn fill(sentence: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut out = String::with_capacity(sentence.len() + 8 * values.len());
    for piece in pieces(sentence) {
        match piece {
            Ok(text) => out.push_str(text),
            Err(name) => match values.iter().find(|(n, _)| *n == name) {
                Some((_, value)) => drop(write!(out, "{value}")),
                None => drop(write!(out, "{{{name}}}")),
            },
        }
    }
    out
}

/// [`fill`], where the full stop of an abbreviation (`2 Std.`) is that of the sentence too.
pub(super) fn fill_with_one_stop(sentence: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut out = String::with_capacity(sentence.len() + 8 * values.len());
    for piece in pieces(sentence) {
        let text = match piece {
            Ok(text) => text.to_owned(),
            Err(name) => fill(&format!("{{{name}}}"), values),
        };
        let is_second_stop = out.ends_with('.') && !out.ends_with("..") && text.starts_with('.') && !text.starts_with("..");
        out.push_str(if is_second_stop { &text[1..] } else { &text });
    }
    out
}

/// Texts (`Ok`) and names of places (`Err`).
fn pieces(sentence: &str) -> impl Iterator<Item = Result<&str, &str>> {
    let mut rest = sentence;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = place(rest) {
            rest = after;
            return Some(Err(name));
        }
        let open = rest.char_indices().skip(1).find(|(i, _)| place(&rest[*i..]).is_some());
        let (text, after) = rest.split_at(open.map_or(rest.len(), |(i, _)| i));
        rest = after;
        Some(Ok(text))
    })
}

/// The name of the place a text begins with, and what follows it.
fn place(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix('{')?.split_once('}')?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    is_name.then_some((name, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn places_are_filled_and_nothing_else() {
        assert_eq!(fill("{a} of {b}, {a}", &[("a", &1), ("b", &"{a}")]), "1 of {a}, 1");
        assert_eq!(fill("{a} {A} {} { {b", &[("a", &1)]), "1 {A} {} { {b");
        assert_eq!(fill("{a}", &[]), "{a}");
        assert_eq!(fill_with_one_stop("{a}. {a}, {b}...", &[("a", &"2 Std."), ("b", &"x.")]), "2 Std. 2 Std., x....");
        assert_eq!(names("{b} x {a}{b}").collect::<Vec<_>>(), ["b", "a", "b"]);
    }

    #[test]
    fn the_names_given_must_be_the_names_there() {
        assert!(has_places("{a} of {b}", &["b", "a"]) && has_places("none", &[]));
        assert!(!has_places("{a} of {b}", &["a"]) && !has_places("{a}", &["a", "b"]) && !has_places("{ab}", &["a"]));
    }

    proptest! {
        #[test]
        fn a_sentence_filled_with_its_own_places_is_itself(text in "[ a-c{}ü]{0,24}") {
            let own: Vec<(&str, String)> = names(&text).map(|n| (n, format!("{{{n}}}"))).collect();
            let values: Vec<(&str, &dyn Display)> = own.iter().map(|(n, v)| (*n, v as &dyn Display)).collect();
            prop_assert_eq!(fill(&text, &values), text);
        }
    }
}
