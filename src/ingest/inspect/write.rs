//! TOML that any text survives: headers and words of exports are hostile.

use std::fmt::Write as _;

/// A text as a TOML string.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            // Invisible characters are written out, so that a person sees them.
            c if c.is_control() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}') => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A list of texts.
pub(super) fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|t| quoted(t)).collect::<Vec<_>>().join(", "))
}

/// A text as a TOML key.
pub(super) fn key(text: &str) -> String {
    let is_bare = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if is_bare { text.to_owned() } else { quoted(text) }
}

/// A text that may stand in a comment: one line without control characters.
pub(super) fn comment(text: &str) -> String {
    let flat: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control()).collect();
    flat.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `{ key = value, … }` of raw words and their meanings; words that differ only by case are one.
pub(super) fn values(values: &[(String, String)]) -> String {
    let mut seen = Vec::new();
    let mut entries = Vec::new();
    for (raw, word) in values {
        let lower = raw.trim().to_lowercase();
        if !seen.contains(&lower) {
            seen.push(lower);
            entries.push(format!("{} = {}", key(raw), quoted(word)));
        }
    }
    format!("{{ {} }}", entries.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strings_keys_and_comments() {
        assert_eq!(quoted("a \"b\" \\ \n\u{7}\u{feff}"), r#""a \"b\" \\ \n\u0007\uFEFF""#);
        assert_eq!((key("on-hold"), key("on hold"), key("")), ("on-hold".into(), "\"on hold\"".into(), "\"\"".into()));
        assert_eq!(comment(" a\n b\u{0}\u{7f}\tc "), "a b c");
        let twice = [("Y".to_owned(), "true".to_owned()), (" y ".to_owned(), "false".to_owned())];
        assert_eq!(values(&twice), "{ Y = \"true\" }");
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in any::<String>(), word in "\\PC{0,8}") {
            let file = format!("a = {} # {}\nb = {}\n", quoted(&text), comment(&text), values(&[(text.clone(), word.clone())]));
            let table: toml::Table = toml::from_str(&file).expect("TOML");
            prop_assert_eq!(table["a"].as_str(), Some(text.as_str()));
            prop_assert_eq!(table["b"][&text].as_str(), Some(word.as_str()));
        }
    }
}
