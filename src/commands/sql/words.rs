//! The names a query uses, found without understanding it: more of them than it needs do no harm.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::Chars;

/// What is named in a query.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// Everything outside texts and comments that could be a name, as it is written.
    names: BTreeSet<String>,
    /// Whether columns may be meant that are not named: `*`, `COLUMNS(…)`, `NATURAL JOIN`.
    pub(super) means_all: bool,
    /// Whether the rows come in an order.
    pub(super) is_ordered: bool,
}

impl Words {
    /// The words of a query.
    pub(super) fn of(sql: &str) -> Self {
        let (mut words, mut chars) = (Self::default(), sql.chars().peekable());
        let (mut last, mut before) = (' ', String::new());
        while let Some(c) = chars.next() {
            match c {
                '\'' => drop(quoted(&mut chars, '\'')),
                '"' | '`' => {
                    words.names.insert(quoted(&mut chars, c));
                }
                '-' if chars.peek() == Some(&'-') => chars.by_ref().take_while(|c| *c != '\n').for_each(drop),
                '/' if chars.peek() == Some(&'*') => skip_comment(&mut chars),
                // `COUNT(*)` names no column.
                '*' => words.means_all |= last != '(',
                c if c.is_alphabetic() || c == '_' => {
                    let word = name(c, &mut chars);
                    words.is_ordered |= before.eq_ignore_ascii_case("order") && word.eq_ignore_ascii_case("by");
                    words.means_all |= ["columns", "natural"].iter().any(|w| word.eq_ignore_ascii_case(w));
                    before.clone_from(&word);
                    words.names.insert(word);
                }
                _ => {}
            }
            if !c.is_whitespace() {
                last = c;
            }
        }
        words
    }

    /// Whether a name is used.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}

/// The rest of a quoted text; a doubled quote stands for itself.
fn quoted(chars: &mut Peekable<Chars<'_>>, quote: char) -> String {
    let mut out = String::new();
    while let Some(c) = chars.next() {
        if c == quote && chars.next_if_eq(&quote).is_none() {
            break;
        }
        out.push(c);
    }
    out
}

fn skip_comment(chars: &mut Peekable<Chars<'_>>) {
    let mut last = ' ';
    chars.next();
    for c in chars {
        if last == '*' && c == '/' {
            return;
        }
        last = c;
    }
}

fn name(first: char, chars: &mut Peekable<Chars<'_>>) -> String {
    let mut out = String::from(first);
    while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn names_are_found_outside_texts_and_comments() {
        let words = Words::of(
            "SELECT t.category, \"my \"\"name\"\"\", COUNT(*) -- calls\n FROM tickets AS t /* spells * */ WHERE note = 'surveys''s' order  BY 1",
        );
        for name in ["t", "category", "my \"name\"", "tickets"] {
            assert!(words.has(name), "{name}");
        }
        for text in ["calls", "spells", "surveys", "note2", "s"] {
            assert!(!words.has(text), "{text}");
        }
        assert!(!words.means_all && words.is_ordered);
    }

    #[test]
    fn a_star_means_all_columns_unless_it_counts_rows() {
        for all in ["SELECT * FROM calls", "SELECT t.* FROM tickets t", "SELECT COLUMNS('^is') FROM calls", "select 2*wait_secs from calls"]
        {
            assert!(Words::of(all).means_all, "{all}");
        }
        assert!(!Words::of("SELECT count( *) FROM calls").means_all);
        assert!(!Words::of("SELECT 'a*b' FROM calls").means_all);
        assert_eq!(Words::of("'no end"), Words::default());
    }
}
