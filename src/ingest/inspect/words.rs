//! What the words of a column mean: known, hinted at by a word in them, or the desk's to say.

use super::aliases::table;
use super::looks::Looks;
use crate::columns::Type;
use crate::ingest::cells::flag::flag;
use crate::ingest::words::is_meant;
use crate::settings::ColumnMapping;

/// Distinct words a column of words may have; with more it is none.
const MOST: usize = 60;

/// The words of a column, sorted by what is known of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    /// Distinct words the map knows.
    pub(super) known: usize,
    /// Word and the canonical word it seems to stand for.
    pub(super) hinted: Vec<(String, String)>,
    /// Words that stand for nothing.
    pub(super) nothing: Vec<String>,
    /// Words that mean nothing yet, and how often they are there.
    pub(super) unknown: Vec<(String, u64)>,
}

/// What the words of a column mean by its map; None if it has far too many to be words at all.
pub(super) fn meaning(mapping: &ColumnMapping, looks: &Looks) -> Option<Meaning> {
    if looks.is_cut || looks.words.len() > MOST {
        return None;
    }
    let mut meaning = Meaning::default();
    for (word, count) in &looks.words {
        let name = mapping.canonical.name;
        let is_flag = mapping.canonical.kind == Type::Flag && flag(word.as_bytes()).is_some();
        if is_flag || is_known(mapping, word) {
            meaning.known += 1;
        } else if table().is_nothing(name, word) {
            meaning.nothing.push(word.clone());
        } else if let Some(canonical) = table().hinted(name, word) {
            meaning.hinted.push((word.clone(), canonical.to_owned()));
        } else {
            meaning.unknown.push((word.clone(), *count));
        }
    }
    Some(meaning)
}

/// Whether the map has a word, or a beginning of it.
fn is_known(mapping: &ColumnMapping, word: &str) -> bool {
    let lower = word.to_lowercase();
    mapping.values.contains_key(&lower) || mapping.values.keys().any(|key| is_meant(key, &lower))
}

/// Flag words of a column, split into those for yes and for no; None if one is neither. Where all rows say the same, the other word is
/// added: a breach that has not happened yet must not be read as a promise kept when it does.
pub(super) fn flags(looks: &Looks, flag_map: &ColumnMapping) -> Option<(Vec<String>, Vec<String>)> {
    let is_yes = |word: &str| match flag(word.as_bytes()) {
        Some(known) => Some(known),
        None => flag_map.values.get(&word.to_lowercase()).map(|w| w == "true"),
    };
    let mut split = (Vec::new(), Vec::new());
    for (word, _) in &looks.words {
        if is_yes(word)? { split.0.push(word.clone()) } else { split.1.push(word.clone()) }
    }
    let opposites = |words: &[String]| words.iter().filter_map(|word| opposite(word)).collect::<Vec<_>>();
    if split.0.is_empty() {
        split.0 = opposites(&split.1);
    } else if split.1.is_empty() {
        split.1 = opposites(&split.0);
    }
    (!looks.words.is_empty()).then_some(split)
}

/// The other word of a pair, in the same case.
fn opposite(word: &str) -> Option<String> {
    const PAIRS: [[&str; 2]; 8] =
        [["true", "false"], ["yes", "no"], ["y", "n"], ["t", "f"], ["1", "0"], ["ja", "nein"], ["oui", "non"], ["on", "off"]];
    let lower = word.to_lowercase();
    let other = PAIRS.iter().find_map(|[a, b]| if *a == lower { Some(b) } else { (*b == lower).then_some(a) })?;
    let is_upper = |text: &str| text.chars().any(char::is_alphabetic) && !text.chars().any(char::is_lowercase);
    Some(match word.chars().next().is_some_and(char::is_uppercase) {
        true if is_upper(word) && word.chars().count() > 1 => other.to_uppercase(),
        true => other[..1].to_uppercase() + &other[1..],
        false => (*other).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::opposite;

    #[test]
    fn the_other_word_is_written_as_the_one_was() {
        let pairs = [("Yes", "No"), ("TRUE", "FALSE"), ("n", "y"), ("Y", "N"), ("1", "0"), ("Nein", "Ja"), ("NON", "OUI")];
        for (word, other) in pairs {
            assert_eq!(opposite(word).as_deref(), Some(other), "{word}");
        }
        assert_eq!(opposite("breached"), None, "nobody knows what the other is called");
    }
}
