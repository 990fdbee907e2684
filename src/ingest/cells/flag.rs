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
}
