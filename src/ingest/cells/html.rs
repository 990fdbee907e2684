//! HTML entities in texts that a product has escaped for its own pages.

use std::borrow::Cow;

/// The entities products write; the many others stay as they are.
const NAMED: [(&str, char); 6] = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", '\u{A0}')];

/// A text with `&amp; &lt; &gt; &quot; &apos; &nbsp;` and numeric entities (`&#39;`, `&#x27;`) made plain, once: `&amp;lt;` becomes `&lt;`.
///
/// What is no entity stays as it is, and so does one for a control character. The result is not safe for a page: it is escaped there.
/// It is never longer than the text.
pub fn unescape_html(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut from, mut at) = (0, 0);
    while let Some(found) = memchr::memchr(b'&', &text.as_bytes()[at..]) {
        let start = at + found;
        at = start + 1;
        if let Some((plain, length)) = entity(&text[at..]) {
            out.push_str(&text[from..start]);
            out.push(plain);
            at += length;
            from = at;
        }
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

/// What the entity behind an `&` stands for, and its length with its semicolon.
fn entity(text: &str) -> Option<(char, usize)> {
    // `#x10FFFF` is the longest; leading zeros beyond that are not written by anything.
    const LONGEST: usize = 8;
    let end = text.bytes().take(LONGEST + 1).position(|b| b == b';')?;
    let name = &text[..end];
    let plain = match name.strip_prefix('#') {
        None => NAMED.iter().find(|(known, _)| *known == name).map(|(_, plain)| *plain)?,
        Some(number) => numeric(number)?,
    };
    Some((plain, end + 1))
}

fn numeric(text: &str) -> Option<char> {
    let (digits, radix) = text.strip_prefix(['x', 'X']).map_or((text, 10), |hex| (hex, 16));
    if !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let plain = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    (!plain.is_control() || matches!(plain, '\t' | '\n' | '\r')).then_some(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn entities_become_what_they_stand_for() {
        let cases = [
            ("", ""),
            ("a & b", "a & b"),
            ("&", "&"),
            ("AT&amp;T", "AT&T"),
            ("&lt;b&gt; &quot;x&quot;", "<b> \"x\""),
            ("it&#39;s &#x27;x&#X27; &apos;", "it's 'x' '"),
            ("a&nbsp;b", "a\u{A0}b"),
            ("M&#252;ller &#x20AC;5", "Müller €5"),
            ("&amp;lt;", "&lt;"),
            ("&amp;amp;amp;", "&amp;amp;"),
            ("&#10;&#13;&#9;", "\n\r\t"),
            ("&#0;&#1;&#x7F;&#xD800;&#x110000;", "&#0;&#1;&#x7F;&#xD800;&#x110000;"),
            ("&#;&#x;&;&# 5;&#+5;&#-5;", "&#;&#x;&;&# 5;&#+5;&#-5;"),
            ("&unknown; &AMP; &amp &ü;", "&unknown; &AMP; &amp &ü;"),
            ("&&amp;&", "&&&"),
            ("&#x00000027;", "&#x00000027;"),
        ];
        for (text, plain) in cases {
            assert_eq!(unescape_html(text), plain, "{text}");
        }
    }

    #[test]
    fn a_text_without_entities_is_not_copied() {
        assert!(matches!(unescape_html("a & b; c"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn what_is_escaped_once_is_read_back(text in "[a-z&<>\"' ;#x0-9é]{0,30}") {
            let escaped: String = text.chars().map(|c| NAMED.iter().find(|(_, p)| *p == c).map_or(c.to_string(), |(n, _)| format!("&{n};"))).collect();
            prop_assert_eq!(unescape_html(&escaped), text.as_str());
            prop_assert!(unescape_html(&text).len() <= text.len());
        }
    }
}
