//! Text from data as Markdown that shows exactly that text.
//!
//! A backslash takes the meaning of punctuation away, an entity that of HTML. GitHub looks for addresses, mentions and numbers of issues
//! in what is shown, after both; a word joiner (U+2060, no width) keeps their parts apart.

const JOINER: char = '\u{2060}';

/// The text as it stands in a line, a list item or a table cell; one line, no control characters.
pub(crate) fn escape(text: &str) -> String {
    let text = crate::format::clean(text);
    let text = text.trim();
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for (i, c) in text.char_indices() {
        let (before, after) = (&text[..i], &text[i + c.len_utf8()..]);
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '|' | '~' | '$' | '^' => out.extend(['\\', c]),
            '#' => out.extend(['\\', c, JOINER]),
            '@' => out.extend([c, JOINER]),
            ':' if is_scheme(before, after) => out.extend([c, JOINER]),
            '.' if ends_with_www(before) => out.extend([JOINER, c]),
            '-' if is_issue(before, after) => out.extend([c, JOINER]),
            '-' | '+' | '=' if before.is_empty() && !after.starts_with(char::is_alphanumeric) => out.extend(['\\', c]),
            '.' | ')' if is_number(before) && (after.is_empty() || after.starts_with(char::is_whitespace)) => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

/// `https://…`, and what needs no slashes: `mailto:`, `xmpp:`.
fn is_scheme(before: &str, after: &str) -> bool {
    let ends = |word: &str| ends_with(before, word);
    after.starts_with("//") || ["mailto", "xmpp", "javascript", "data", "tel"].into_iter().any(ends)
}

fn ends_with_www(before: &str) -> bool {
    ends_with(before, "www")
}

/// `GH-12`, by which GitHub means an issue.
fn is_issue(before: &str, after: &str) -> bool {
    ends_with(before, "gh") && after.starts_with(|c: char| c.is_ascii_digit())
}

fn ends_with(text: &str, word: &str) -> bool {
    let start = text.len().checked_sub(word.len());
    start.and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
}

/// Only digits: a point or bracket after them would begin a list.
fn is_number(before: &str) -> bool {
    !before.is_empty() && before.len() < 10 && before.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text() {
        let cases = [
            ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
            ("[x](y) ![z](w)", "\\[x\\](y) !\\[z\\](w)"),
            ("![x]", "!\\[x\\]"),
            ("a|b `c` *d* _e_ ~f~", "a\\|b \\`c\\` \\*d\\* \\_e\\_ \\~f\\~"),
            ("1. x", "1\\. x"),
            ("12) x", "12\\) x"),
            ("3.50 is v1.2", "3.50 is v1.2"),
            ("+3 pts", "+3 pts"),
            ("--- x", "\\--- x"),
            ("- x - y", "\\- x - y"),
            ("=== a = b", "\\=== a = b"),
            ("  # a\nb\t", "\\#\u{2060} a b"),
            ("Zoë O'Brien-Smith, 86 %", "Zoë O'Brien-Smith, 86 %"),
            ("", ""),
        ];
        for (text, wanted) in cases {
            assert_eq!(escape(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_github_would_link_is_kept_apart() {
        let cases = [
            ("@all and a@b.c", "@\u{2060}all and a@\u{2060}b.c"),
            ("see HTTPS://x.y and WWW.x.y", "see HTTPS:\u{2060}//x.y and WWW\u{2060}.x.y"),
            ("mailto:x", "mailto:\u{2060}x"),
            ("GH-12, #12, x/y#3", "GH-\u{2060}12, \\#\u{2060}12, x/y\\#\u{2060}3"),
            ("at 06:00, gh-pages", "at 06:00, gh-pages"),
        ];
        for (text, wanted) in cases {
            assert_eq!(escape(text), wanted, "{text}");
        }
    }
}
