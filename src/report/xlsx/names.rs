//! Names of sheets that Excel takes, whatever a table is called.

use crate::say;
use std::collections::BTreeSet;

/// Most UTF-16 units of a name.
const MAX: usize = 31;

/// The names given so far, in lower case: Excel does not tell `A` from `a`.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// Keeps a name for a sheet that comes later.
    pub(super) fn reserve(&mut self, name: &str) {
        self.0.insert(name.to_lowercase());
    }

    /// A name like `wanted` that no other sheet has: letters, digits, blanks and a few marks that need no quoting rules of their own.
    pub(super) fn unique(&mut self, wanted: &str) -> String {
        let base = safe(wanted);
        let mut name = cut(&base, MAX);
        let mut count = 2;
        while self.0.contains(&name.to_lowercase()) {
            let ending = format!(" ({count})");
            name = cut(&base, MAX - ending.len()) + &ending;
            count += 1;
        }
        self.reserve(&name);
        name
    }
}

/// `History` is a name that Excel keeps for itself.
fn safe(wanted: &str) -> String {
    let is_kept = |c: char| c.is_alphanumeric() || "-–_.,()%".contains(c);
    let spaced: String = crate::format::clean(wanted).chars().map(|c| if is_kept(c) { c } else { ' ' }).collect();
    let name = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.to_lowercase().as_str() {
        "" => say!("Table").to_owned(),
        "history" => say!("History table").to_owned(),
        _ => name,
    }
}

fn cut(name: &str, max: usize) -> String {
    let mut used = 0;
    let fits = |c: &char| {
        used += c.len_utf16();
        used <= max
    };
    name.chars().take_while(fits).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_short_and_unique() {
        let mut names = Names::default();
        let cases = [
            ("SLA by priority", "SLA by priority"),
            ("sla BY priority", "sla BY priority (2)"),
            ("[a]:b*c?d/e\\f", "a b c d e f"),
            ("'=1+1'", "1 1"),
            ("", "Table"),
            ("///", "Table (2)"),
            ("History", "History table"),
            ("Leaving, twelve months at a time, by team", "Leaving, twelve months at a time"),
            ("Leaving, twelve months at a time, by supplier", "Leaving, twelve months at a (2)"),
            ("🦀🦀 a\u{202e}b\nc", "ab c"),
            ("𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜", "𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜"),
        ];
        for (wanted, name) in cases {
            let given = names.unique(wanted);
            assert_eq!(given, cut(name, MAX), "{wanted}");
            assert!(given.encode_utf16().count() <= MAX);
        }
    }
}
