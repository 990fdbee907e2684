//! A scorecard as others may see it: without names, without persons, or one person's own.
//!
//! Invariant: no name of [`People`] that the reader may not see is left anywhere in the result, in no text, path or mark. What is
//! made of persons alone (cards, dots, rows) goes or is renamed as what it is; names inside sentences go as words; pages of rows
//! (`rows_file`), which hold names of their own, are not led to.

use std::collections::{BTreeMap, BTreeSet};

use super::lists;
use super::pseudonym::{Key, Pseudonyms};
use super::texts::rewritten;
use super::words::Words;
use crate::error::Result;
use crate::scorecard::{Card, CardKind, ChartData, Finding, Scorecard, Section, TableData};
use crate::{key, say};

/// Facts about a person that do not point at them.
const GENERAL: [&str; 3] = [TEAM, SUPPLIER, MENTOR];
pub(super) const TEAM: &str = key!("Team");
pub(super) const SUPPLIER: &str = key!("Supplier");
pub(super) const MENTOR: &str = key!("Mentor");
/// Kind of pseudonyms.
const AGENT: &str = "Agent";

/// Everybody whose name may be somewhere in a scorecard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People(BTreeSet<String>);

impl People {
    /// Those a scorecard names where a person stands: owners of cards, mentors, dots of funnels, whoever has an agent's page.
    ///
    /// People without a card may be named in sentences only: add all of the roster and of the exports by [`People::and`].
    pub fn of(scorecard: &Scorecard) -> Self {
        let mut names = BTreeSet::new();
        for card in &scorecard.cards {
            if card.kind == CardKind::Agent {
                names.insert(card.name.clone());
            }
            names.extend(card.about.iter().filter(|(label, _)| label == crate::language::text(MENTOR)).map(|(_, name)| name.clone()));
            names.extend(charts(card).flat_map(persons_of));
        }
        names.extend(scorecard.topics.iter().flat_map(|t| &t.sections).flat_map(|s| &s.charts).flat_map(persons_of));
        Self(names)
    }

    /// And these.
    #[must_use]
    pub fn and(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.0.extend(names);
        self
    }

    /// A word for everybody.
    pub(super) fn words<'a>(&'a self, word: impl Fn(&'a str) -> String) -> Words {
        Words::new(self.0.iter().map(|name| (name.clone(), Some(word(name)))))
    }
}

fn charts(card: &Card) -> impl Iterator<Item = &ChartData> {
    card.charts.iter().chain(card.sections.iter().flat_map(|s| &s.charts))
}

/// People a chart is about: every dot of a funnel, and groups with an agent's page.
fn persons_of(chart: &ChartData) -> Vec<String> {
    let has_page = |page: &Option<String>| page.as_ref().is_some_and(|p| p.starts_with("agents/"));
    match chart {
        ChartData::Funnel { groups, .. } => groups.iter().map(|g| g.name.clone()).collect(),
        ChartData::Groups { groups, .. } => groups.iter().filter(|g| has_page(&g.page)).map(|g| g.name.clone()).collect(),
        ChartData::Shares { rows, .. } => rows.iter().filter(|r| has_page(&r.page)).map(|r| r.name.clone()).collect(),
        _ => Vec::new(),
    }
}

/// The same scorecard with pseudonyms for names, in their order; nothing about a person but team, supplier and mentor.
///
/// Figures stay: who knows somebody's figures knows their pseudonym. Sentences that list people keep the order of their names.
///
/// # Errors
/// Never but for a bug of ours.
pub fn anonymise(scorecard: &Scorecard, people: &People, key: &Key) -> Result<Scorecard> {
    let names = Pseudonyms::new(key, AGENT, people.0.iter().map(String::as_str))?;
    let other = |name: &str| names.get(name).unwrap_or(AGENT).to_owned();
    let mut plain = scorecard.clone();
    for card in &mut plain.cards {
        if card.kind == CardKind::Agent {
            card.about.retain(|(label, _)| GENERAL.map(crate::language::text).contains(&label.as_str()));
        }
    }
    lists::each_kpi(&mut plain, &mut |kpi| kpi.rows_file = None);
    let agents = scorecard.cards.iter().filter(|c| c.kind == CardKind::Agent);
    let slugs = agents.map(|c| (c.slug.clone(), other(&c.name).to_lowercase().replace(' ', "-"))).collect();
    // A list of people by name must be one by pseudonym afterwards, or its order tells who is who.
    let mut by_name = Vec::new();
    lists::each(&mut plain, &mut |list| {
        let names = list.names();
        by_name.push(names.iter().any(|n| people.0.contains(*n)) && names.is_sorted());
    });
    let mut out = rewritten(&plain, &people.words(other), &slugs)?;
    let mut by_name = by_name.into_iter();
    lists::each(&mut out, &mut |mut list| {
        if by_name.next() == Some(true) {
            list.sort();
        }
    });
    out.cards.sort_by(|a, b| a.kind.cmp(&b.kind).then_with(|| a.name.cmp(&b.name)));
    Ok(out)
}

/// Desk, teams and suppliers alone: no card, dot, row, finding or line of a single person, and no name in any sentence.
///
/// A team of one is a person, and is not hidden here.
///
/// # Errors
/// Never but for a bug of ours.
pub fn team_only(scorecard: &Scorecard, people: &People) -> Result<Scorecard> {
    let mut out = scorecard.clone();
    out.cards.retain(|c| c.kind != CardKind::Agent);
    let words = people.words(|_| say!("an agent").to_owned());
    out.cards.iter_mut().for_each(|card| without_persons(card, &words));
    for topic in &mut out.topics {
        topic.sections.iter_mut().for_each(|s| section_without_persons(s, &words));
        topic.sections.retain(says_something);
    }
    lists::each_kpi(&mut out, &mut |kpi| kpi.rows_file = None);
    rewritten(&out, &words, &BTreeMap::new())
}

pub(super) fn without_persons(card: &mut Card, words: &Words) {
    let is_named = |f: &Finding| is_about(f, words);
    for findings in [&mut card.goals, &mut card.doing_well, &mut card.to_improve] {
        findings.retain(|f| !is_named(f));
    }
    card.charts.retain(|c| !lists::names_of(c).iter().any(|n| words.is_in(n)));
    card.tables.retain(|t| !table_is_about(t, words));
    card.sections.iter_mut().for_each(|s| section_without_persons(s, words));
    card.sections.retain(says_something);
}

fn section_without_persons(section: &mut Section, words: &Words) {
    section.facts.retain(|(label, value)| !words.is_in(label) && !words.is_in(value));
    section.findings.retain(|f| !is_about(f, words));
    section.charts.retain(|c| !lists::names_of(c).iter().any(|n| words.is_in(n)));
    section.tables.retain(|t| !table_is_about(t, words));
}

fn is_about(finding: &Finding, words: &Words) -> bool {
    words.is_in(&finding.title) || words.is_in(&finding.text)
}

fn table_is_about(table: &TableData, words: &Words) -> bool {
    words.is_in(&table.title) || table.rows.iter().any(|r| words.is_in(&r.name))
}

fn says_something(section: &Section) -> bool {
    let is_bare = section.facts.is_empty() && section.findings.is_empty() && section.charts.is_empty() && section.tables.is_empty();
    !is_bare || !section.empty.is_empty()
}

#[cfg(test)]
mod tests;
