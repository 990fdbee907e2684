//! The table of headers whose meaning the values must confirm, and of words that hint at a meaning.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::columns::Source;
use crate::ingest::preset::normalise;

/// Headers by column, in the order they are tried.
type Columns = BTreeMap<String, Vec<Alias>>;
/// By header: what it may mean, by column.
type Ask = BTreeMap<String, BTreeMap<String, String>>;

/// `aliases.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Aliases {
    #[serde(default)]
    tickets: Columns,
    #[serde(default)]
    calls: Columns,
    #[serde(default)]
    surveys: Columns,
    #[serde(default)]
    agents: Columns,
    /// Column, then canonical word, then words that hint at it.
    contains: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    own_people: OwnPeople,
    /// Column, then words that stand for nothing.
    nothing: BTreeMap<String, Vec<String>>,
    ask: BTreeMap<String, Ask>,
}

#[derive(Debug, Default, Deserialize)]
struct OwnPeople {
    words: Vec<String>,
}

/// A header that may mean a column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum Alias {
    /// Whatever the values are, as long as they fit the type.
    Plain(String),
    /// With more to say.
    Full(Full),
}

/// A header with demands on its values, or a meaning of its flags.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Full {
    header: String,
    /// What yes and no mean.
    pub(super) yes: Option<String>,
    pub(super) no: Option<String>,
    /// `list`: few distinct values.
    r#where: Option<String>,
}

impl Alias {
    pub(super) fn header(&self) -> &str {
        match self {
            Self::Plain(header) => header,
            Self::Full(full) => &full.header,
        }
    }

    pub(super) fn needs_list(&self) -> bool {
        matches!(self, Self::Full(full) if full.r#where.is_some())
    }

    /// What yes and no mean, for a column of words.
    pub(super) fn flags(&self) -> Option<(&str, &str)> {
        match self {
            Self::Full(Full { yes: Some(yes), no: Some(no), .. }) => Some((yes, no)),
            _ => None,
        }
    }
}

/// The table, read once.
pub(super) fn table() -> &'static Aliases {
    static TABLE: OnceLock<Aliases> = OnceLock::new();
    TABLE.get_or_init(|| toml::from_str(include_str!("aliases.toml")).expect("the tests read this embedded file"))
}

impl Aliases {
    fn columns(&self, kind: Source) -> Option<&Columns> {
        match kind {
            Source::Tickets => Some(&self.tickets),
            Source::Calls => Some(&self.calls),
            Source::Surveys => Some(&self.surveys),
            Source::Agents => Some(&self.agents),
            Source::TicketEvents | Source::Observations => None,
        }
    }

    /// The headers that may mean a column.
    pub(super) fn of(&self, kind: Source, column: &str) -> &[Alias] {
        self.columns(kind).and_then(|c| c.get(column)).map_or(&[], Vec::as_slice)
    }

    /// The column of a kind that a header stands in the table for; `is_list` says whether its values are few.
    pub(super) fn column_of(&self, kind: Source, header: &str, is_list: bool) -> Option<&'static str> {
        let wanted = normalise(header);
        let fits = |a: &Alias| normalise(a.header()) == wanted && (is_list || !a.needs_list());
        let has = |name: &str| self.of(kind, name).iter().any(fits);
        kind.columns().iter().map(|c| c.name).find(|name| has(name))
    }

    /// What a header may mean that differs from desk to desk: column, meaning.
    pub(super) fn asked(&self, kind: Source, header: &str) -> Vec<(&str, &str)> {
        let found = self.ask.get(kind.name()).and_then(|a| a.get(&normalise(header)));
        found.map_or_else(Vec::new, |a| a.iter().map(|(c, m)| (c.as_str(), m.as_str())).collect())
    }

    /// Whether a word of a column stands for nothing.
    pub(super) fn is_nothing(&self, column: &str, word: &str) -> bool {
        self.nothing.get(column).is_some_and(|words| words.contains(&word.to_lowercase()))
    }

    /// The one canonical word that a longer word hints at.
    pub(super) fn hinted(&self, column: &str, word: &str) -> Option<&str> {
        let text = format!(" {} ", word.to_lowercase().split(|c: char| !c.is_alphanumeric() && c != '-').collect::<Vec<_>>().join(" "));
        let has = |hint: &String| text.contains(&format!(" {hint} "));
        if self.own_people.words.iter().any(has) {
            return None;
        }
        let mut hits = self.contains.get(column)?.iter().filter(|(_, hints)| hints.iter().any(has));
        let (first, others) = (hits.next()?, hits.next());
        others.is_none().then_some(first.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::Type;

    #[test]
    fn every_entry_names_a_column_and_a_word_it_may_hold() {
        let mut seen = 0;
        for kind in Source::ALL {
            for (column, aliases) in table().columns(kind).into_iter().flatten() {
                let column = kind.column(column).unwrap_or_else(|| panic!("{kind} have no {column}"));
                for alias in aliases {
                    assert_eq!(alias.header(), normalise(alias.header()), "{kind}.{}", column.name);
                    for word in alias.flags().into_iter().flat_map(|(y, n)| [y, n]) {
                        assert!(column.kind.words().is_some_and(|w| w.contains(&word)), "{kind}.{}: {word}", column.name);
                    }
                    seen += 1;
                }
            }
            for (header, meanings) in table().ask.get(kind.name()).into_iter().flatten() {
                assert_eq!(*header, normalise(header));
                assert!(meanings.keys().all(|c| kind.column(c).is_some()), "{kind}: {header}");
            }
        }
        assert!(seen > 100);
    }

    #[test]
    fn hints_are_words_of_their_columns() {
        for (column, words) in &table().contains {
            let column = Source::ALL.iter().find_map(|k| k.column(column)).expect("a column");
            let Type::Enum(legal) = column.kind else { panic!("{} has no words", column.name) };
            assert!(words.keys().all(|w| legal.contains(&w.as_str())), "{}", column.name);
        }
    }

    #[test]
    fn a_longer_word_is_told_by_the_words_in_it_unless_they_disagree() {
        let hinted = |word| table().hinted("channel", word);
        assert_eq!(hinted("Constituent Call"), Some("phone"));
        assert_eq!(hinted("Citizens Connect App"), Some("portal"));
        assert_eq!(hinted("Maximo Integration"), Some("auto"));
        assert_eq!(hinted("City Worker App"), None);
        assert_eq!(hinted("Web call"), None);
        assert_eq!(hinted("Recall"), None);
        assert_eq!(table().hinted("status", "call"), None);
    }
}
