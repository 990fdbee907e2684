//! Cells of any dialect: their text, and the same text written in the ordinary dialect, which is all that readers of cells know.

use super::dialect::{Dialect, LineEnds};
use super::record;
use crate::ingest::cells;

/// A raw cell without the blanks that belong to its delimiters.
pub(super) fn bare<'a>(raw: &'a [u8], dialect: &Dialect) -> &'a [u8] {
    if !dialect.blanks {
        return raw;
    }
    let blanks = raw.iter().take_while(|b| **b == b' ').count();
    let raw = &raw[blanks..];
    match raw.first() {
        Some(&b) if Some(b) == dialect.quote => &raw[..raw.len() - raw.iter().rev().take_while(|b| **b == b' ').count()],
        _ => raw,
    }
}

/// The text of a raw cell. Needs `scratch` only if something in it is doubled or escaped.
pub(super) fn text<'a>(raw: &'a [u8], dialect: &Dialect, scratch: &'a mut Vec<u8>) -> &'a [u8] {
    let raw = bare(raw, dialect);
    let (inner, quote) = match (dialect.quote, raw) {
        (Some(b'"'), _) if dialect.escape.is_none() => return cells::unquote(raw, scratch),
        (Some(q), [first, inner @ .., last]) if *first == q && *last == q => (inner, Some(q)),
        (None, _) => (raw, None),
        _ => return raw,
    };
    let is_special = |b: u8| Some(b) == quote || Some(b) == dialect.escape;
    if !inner.iter().any(|b| is_special(*b)) {
        return inner;
    }
    scratch.clear();
    let mut at = 0;
    while at < inner.len() {
        let doubled = quote.is_some() && Some(inner[at]) == quote && inner.get(at + 1).copied() == quote;
        at += usize::from(doubled || record::escapes(inner, at, true, dialect) == Some(true));
        scratch.extend(inner.get(at));
        at += 1;
    }
    scratch
}

/// The texts of the cells of the record from `start` with these ends.
pub(super) fn texts(bytes: &[u8], start: usize, ends: &[u32], dialect: &Dialect) -> Vec<Vec<u8>> {
    let mut scratch = Vec::new();
    let starts = std::iter::once(start).chain(ends.iter().map(|&e| e as usize + 1));
    starts.zip(ends).map(|(from, &to)| text(&bytes[from..to as usize], dialect, &mut scratch).to_vec()).collect()
}

/// Appends a cell in the ordinary dialect.
pub(super) fn write(text: &[u8], delimiter: u8, out: &mut Vec<u8>) {
    if !text.iter().any(|&b| b == delimiter || matches!(b, b'"' | b'\n' | b'\r')) {
        out.extend_from_slice(text);
        return;
    }
    out.push(b'"');
    for piece in text.split_inclusive(|b| *b == b'"') {
        out.extend_from_slice(piece);
        if piece.ends_with(b"\"") {
            out.push(b'"');
        }
    }
    out.push(b'"');
}

/// Whether a cell without quotes holds a carriage return that ends no line, which no column name does: the lines end in them.
pub(super) fn has_lone_return(bytes: &[u8], start: usize, ends: &[u32], dialect: &Dialect) -> bool {
    let starts = std::iter::once(start).chain(ends.iter().map(|&e| e as usize + 1));
    let mut cells = starts.zip(ends).map(|(from, &to)| &bytes[from..to as usize]);
    dialect.line_ends == LineEnds::Feed && cells.any(|cell| cell.first().copied() != dialect.quote && memchr::memchr(b'\r', cell).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str, dialect: &Dialect) -> String {
        String::from_utf8(text(raw.as_bytes(), dialect, &mut Vec::new()).to_vec()).unwrap()
    }

    #[test]
    fn texts_of_every_dialect() {
        let plain = Dialect::ordinary(b',');
        let single = Dialect { quote: Some(b'\''), ..plain };
        let backslash = Dialect { escape: Some(b'\\'), ..plain };
        let none = Dialect { quote: None, ..plain };
        let none_escaped = Dialect { quote: None, escape: Some(b'\\'), ..plain };
        let blanks = Dialect { blanks: true, ..plain };
        let cases: [(&Dialect, &str, &str); 14] = [
            (&plain, r#""a ""b""""#, r#"a "b""#),
            (&plain, " a", " a"),
            (&single, "'it''s'", "it's"),
            (&single, r#""it""#, r#""it""#),
            (&single, "it's", "it's"),
            (&backslash, r#""a \"b\"""#, r#"a "b""#),
            (&backslash, r#""8\'9\" \\ \n ""x""""#, r#"8\'9" \ \n "x""#),
            (&backslash, r"C:\temp", r"C:\temp"),
            (&none, r#""a"b"#, r#""a"b"#),
            (&none_escaped, r"a\,b\\\n", r"a,b\\n"),
            (&blanks, "  a b ", "a b "),
            (&blanks, r#" "a, ""b""" "#, r#"a, "b""#),
            (&blanks, "", ""),
            (&backslash, r#""""#, ""),
        ];
        for (dialect, raw, expected) in cases {
            assert_eq!(read(raw, dialect), expected, "{raw} {dialect:?}");
        }
    }
}
