//! The text of single cells and what can be read from it.

pub mod duration;
pub mod flag;
pub mod html;
pub mod id;
pub mod number;
pub mod timestamp;

/// The text of a raw cell: without its quotes, doubled quotes made one. Needs `scratch` only if there are doubled ones.
#[inline]
pub fn unquote<'a>(raw: &'a [u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
    match raw {
        [b'"', inner @ .., b'"'] if memchr::memchr(b'"', inner).is_none() => inner,
        [b'"', inner @ .., b'"'] => undouble(inner, scratch),
        _ => raw,
    }
}

fn undouble<'a>(inner: &[u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
    scratch.clear();
    let mut from = 0;
    while let Some(n) = memchr::memchr(b'"', &inner[from..]) {
        scratch.extend_from_slice(&inner[from..=from + n]);
        from = (from + n + 2).min(inner.len());
    }
    scratch.extend_from_slice(&inner[from..]);
    scratch
}

/// Without the spaces, tabs and line breaks around it.
#[inline]
pub fn trim(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

/// The bytes of a text of 1 to 8 bytes as a number, the first the lowest.
#[inline]
pub(in crate::ingest) fn word(text: &[u8]) -> Option<u64> {
    let byte = |at: usize| u64::from(text[at]) << (8 * at);
    match text.len() {
        n @ 1..=3 => Some(byte(0) | byte(n / 2) | byte(n - 1)),
        n @ 4..=7 => {
            let (first, last) = (u32::from_le_bytes(*text.first_chunk()?), u32::from_le_bytes(*text.last_chunk()?));
            Some(u64::from(first) | u64::from(last) << (8 * (n - 4)))
        }
        8 => Some(u64::from_le_bytes(*text.first_chunk()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{trim, unquote};

    #[test]
    fn quotes_come_off_and_doubled_ones_become_one() {
        let cases = [
            ("", ""),
            ("abc", "abc"),
            ("\"\"", ""),
            ("\"a b\"", "a b"),
            ("\"a\"\"b\"", "a\"b"),
            ("\"\"\"\"", "\""),
            ("\"\"\"x\"\"\"", "\"x\""),
            ("\"a,\n\"\"\"\"\"", "a,\n\"\""),
            ("\"", "\""),
        ];
        for (raw, text) in cases {
            assert_eq!(unquote(raw.as_bytes(), &mut Vec::new()), text.as_bytes(), "{raw}");
        }
    }

    #[test]
    fn a_cell_without_doubled_quotes_is_not_copied() {
        let mut scratch = Vec::new();
        unquote(b"\"plain\"", &mut scratch);
        assert_eq!(scratch.capacity(), 0);
    }

    #[test]
    fn trimming_takes_white_space_only() {
        assert_eq!(trim(b" \t a b\r\n"), b"a b");
        assert_eq!(trim("\u{A0}x".as_bytes()), "\u{A0}x".as_bytes());
    }
}
