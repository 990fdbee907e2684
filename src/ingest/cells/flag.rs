//! Yes or no.

/// Reads `true`/`false`, `yes`/`no`, `y`/`n`, `t`/`f`, `1`/`0` in any case.
pub fn flag(text: &[u8]) -> Option<bool> {
    const YES: [&[u8]; 5] = [b"1", b"true", b"yes", b"y", b"t"];
    const NO: [&[u8]; 5] = [b"0", b"false", b"no", b"n", b"f"];
    if YES.iter().any(|w| text.eq_ignore_ascii_case(w)) {
        Some(true)
    } else {
        NO.iter().any(|w| text.eq_ignore_ascii_case(w)).then_some(false)
    }
}

/// Words for yes and no in the languages and signs of exports, in lower case and sorted, with what they mean: more than [`flag`] reads.
///
/// A cell with nothing in it is no word: whether it means "no" beside an `x` is for a preset to say.
pub const FLAG_WORDS: [(&str, bool); 45] = [
    ("0", false),
    ("0.0", false),
    ("1", true),
    ("1.0", true),
    ("f", false),
    ("falsch", false),
    ("false", false),
    ("falso", false),
    ("faux", false),
    ("j", true),
    ("ja", true),
    ("n", false),
    ("nao", false),
    ("nee", false),
    ("nein", false),
    ("no", false),
    ("non", false),
    ("não", false),
    ("off", false),
    ("on", true),
    ("onwaar", false),
    ("oui", true),
    ("s", true),
    ("si", true),
    ("sim", true),
    ("sì", true),
    ("sí", true),
    ("t", true),
    ("true", true),
    ("v", true),
    ("verdadeiro", true),
    ("verdadero", true),
    ("vero", true),
    ("vrai", true),
    ("waar", true),
    ("wahr", true),
    ("x", true),
    ("y", true),
    ("yes", true),
    ("☐", false),
    ("☑", true),
    ("✓", true),
    ("✔", true),
    ("✗", false),
    ("✘", false),
];

/// Reads what [`flag`] does, and the [`FLAG_WORDS`] in any case.
pub fn flag_word(text: &[u8]) -> Option<bool> {
    if let Some(value) = flag(text) {
        return Some(value);
    }
    let lower = std::str::from_utf8(text).ok().filter(|t| t.len() <= LONGEST)?.to_lowercase();
    FLAG_WORDS.binary_search_by(|(word, _)| (*word).cmp(&lower)).ok().map(|at| FLAG_WORDS[at].1)
}

/// No word has more bytes.
const LONGEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_words_in_any_case_and_nothing_else() {
        for yes in ["true", "TRUE", "Yes", "y", "T", "1"] {
            assert_eq!(flag(yes.as_bytes()), Some(true), "{yes}");
        }
        for no in ["false", "False", "NO", "n", "f", "0"] {
            assert_eq!(flag(no.as_bytes()), Some(false), "{no}");
        }
        for other in ["", "2", "ja", "yess", "tru", " yes", "on"] {
            assert_eq!(flag(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn words_of_other_languages() {
        for yes in ["true", "1", "ja", "WAHR", "Oui", "SÍ", "sì", "sim", "x", "X", "✓", "1.0", "on", "VERDADERO"] {
            assert_eq!(flag_word(yes.as_bytes()), Some(true), "{yes}");
        }
        for no in ["FALSE", "0", "nein", "FAUX", "non", "NÃO", "nee", "✗", "0.0", "off", "Onwaar"] {
            assert_eq!(flag_word(no.as_bytes()), Some(false), "{no}");
        }
        for other in ["", "2", "maybe", "jaa", " ja", "n/a", "verdadero verdadero verdadero"] {
            assert_eq!(flag_word(other.as_bytes()), None, "{other}");
        }
        assert_eq!(flag_word(b"j\xFF"), None);
    }

    #[test]
    fn the_table_is_sorted_and_agrees_with_the_short_list() {
        assert!(FLAG_WORDS.is_sorted_by(|a, b| a.0 < b.0));
        for (word, value) in FLAG_WORDS {
            assert!(word.len() <= LONGEST && word.to_lowercase() == word, "{word}");
            assert!(flag(word.as_bytes()).is_none_or(|short| short == value), "{word}");
        }
    }
}
