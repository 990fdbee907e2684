//! What an agent's page keeps to itself: no other agent's row, mark, curve or name.
//!
//! Owns the rule for cards and for the notes above them. Whole rows and marks of others go away; a name inside a sentence
//! becomes "a colleague". A link to a page on a topic goes away too: from there a way leads to everybody.

use std::collections::BTreeSet;

use super::topic_view::is_topic;
use crate::scorecard::{Card, CardKind, ChartData, Finding, Level, Note, RESTATED, Scorecard, Section, TableData, Topic};
use crate::{key, say};

const COLLEAGUE: &str = key!("a colleague");

/// The card without what belongs to other agents, if it is an agent's.
pub(super) fn only_own(scorecard: &Scorecard, card: &Card) -> Card {
    if card.kind == CardKind::Agent { without(&Others::of(scorecard, &card.name, &card.slug), card) } else { card.clone() }
}

/// The card as it is sent to a person: without other agents, and that of a team or supplier without any unless `may_name`.
pub(super) fn card_for(scorecard: &Scorecard, card: &Card, may_name: bool) -> Card {
    if is_without_names(card, may_name) { without(&Others::of(scorecard, "", ""), card) } else { only_own(scorecard, card) }
}

/// The notes for a card as it is sent to a person; see [`card_for`].
pub(super) fn notes_for(scorecard: &Scorecard, card: &Card, may_name: bool) -> Vec<Note> {
    match is_without_names(card, may_name) {
        true => notes_without(scorecard, &Others::of(scorecard, "", "")).into_iter().map(|n| of_card(n, card)).collect(),
        false => notes(scorecard, card),
    }
}

fn is_without_names(card: &Card, may_name: bool) -> bool {
    matches!(card.kind, CardKind::Team | CardKind::Supplier) && !may_name
}

fn without(others: &Others<'_>, card: &Card) -> Card {
    let mut card = card.clone();
    for list in [&mut card.goals, &mut card.doing_well, &mut card.to_improve] {
        others.hide_in_findings(list);
    }
    card.next_goals.iter_mut().for_each(|g| others.hide(&mut g.text));
    card.empty_because.iter_mut().for_each(|(_, why)| others.hide(why));
    card.footer.iter_mut().for_each(|f| others.hide(f));
    others.hide_in_charts(&mut card.charts);
    others.hide_in_tables(&mut card.tables);
    card.sections.iter_mut().for_each(|s| others.hide_in_section(s));
    card
}

/// The notes of the scorecard for a card; on an agent's page a note that names other people only says that it exists.
pub(super) fn notes(scorecard: &Scorecard, card: &Card) -> Vec<Note> {
    let all = match card.kind {
        CardKind::Agent => notes_without(scorecard, &Others::of(scorecard, &card.name, &card.slug)),
        _ => for_readers(scorecard).cloned().collect(),
    };
    all.into_iter().map(|n| of_card(n, card)).collect()
}

/// A note as a card has it: the desk's figures from before belong to the desk.
fn of_card(note: Note, card: &Card) -> Note {
    if note.code != RESTATED || card.kind == CardKind::Desk {
        return note;
    }
    Note { text: say!("Made again after it was published first: rows that came later may have changed figures here.").to_owned(), ..note }
}

/// The notes for whoever reads the figures: what the config could add is for whoever keeps it.
pub(super) fn for_readers(scorecard: &Scorecard) -> impl Iterator<Item = &Note> {
    scorecard.notes.iter().filter(|n| n.level != Level::Setup)
}

fn notes_without(scorecard: &Scorecard, others: &Others<'_>) -> Vec<Note> {
    let hide = |n: &Note| {
        // Those on no roster have no card, and are named by nothing but these notes.
        let is_about_people = ["agents-off-roster", "alias-ambiguous"].contains(&n.code.as_str());
        if is_about_people || others.are_named(&n.text) {
            Note { text: say!("A note on the data names other people; the desk's data page has it.").to_owned(), ..n.clone() }
        } else {
            n.clone()
        }
    };
    for_readers(scorecard).map(hide).collect()
}

/// The agents a page may not name.
struct Others<'a> {
    topics: &'a [Topic],
    names: BTreeSet<&'a str>,
    /// The others and the owner, longest first, so that a name inside a longer one is not taken for a person.
    by_length: Vec<&'a str>,
    owner: &'a str,
    page: String,
}

impl<'a> Others<'a> {
    fn of(scorecard: &'a Scorecard, owner: &'a str, slug: &str) -> Self {
        let is_other = |c: &&Card| c.kind == CardKind::Agent && c.slug != slug && c.name != owner && !c.name.is_empty();
        let names: BTreeSet<&str> = scorecard.cards.iter().filter(is_other).map(|c| c.name.as_str()).collect();
        let mut by_length: Vec<&str> = names.iter().copied().chain([owner]).collect();
        by_length.sort_by_key(|n| std::cmp::Reverse(n.len()));
        Self { topics: &scorecard.topics, names, by_length, owner, page: format!("agents/{slug}.html") }
    }

    /// Whether a row or mark is another agent's, by its name or by the page it leads to.
    fn has(&self, name: &str, page: Option<&str>) -> bool {
        self.names.contains(name) || page.is_some_and(|p| p.starts_with("agents/") && p != self.page)
    }

    fn are_named(&self, text: &str) -> bool {
        self.names.iter().any(|name| names(text, name))
    }

    fn hide(&self, text: &mut String) {
        if self.are_named(text) {
            *text = self.hidden(text);
        }
    }

    fn hidden(&self, text: &str) -> String {
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        while let Some(c) = text[at..].chars().next() {
            let found = self.by_length.iter().find(|name| text[at..].starts_with(**name) && is_whole(text, at, name));
            match found {
                Some(name) => out.push_str(if *name == self.owner { name } else { crate::language::text(COLLEAGUE) }),
                None => out.push(c),
            }
            at += found.map_or(c.len_utf8(), |name| name.len().max(1));
        }
        out
    }

    fn hide_in_section(&self, section: &mut Section) {
        section.facts.retain(|(label, _)| !self.are_named(label));
        section.facts.iter_mut().for_each(|(_, value)| self.hide(value));
        for text in [&mut section.title, &mut section.lead, &mut section.empty, &mut section.footer] {
            self.hide(text);
        }
        self.hide_in_findings(&mut section.findings);
        self.hide_in_charts(&mut section.charts);
        self.hide_in_tables(&mut section.tables);
    }

    fn hide_in_findings(&self, findings: &mut [Finding]) {
        for finding in findings {
            self.hide(&mut finding.title);
            self.hide(&mut finding.text);
            finding.examples.iter_mut().for_each(|(_, why)| self.hide(why));
        }
    }

    /// A chart that was about others alone goes away.
    fn hide_in_charts(&self, charts: &mut Vec<ChartData>) {
        charts.retain_mut(|chart| {
            self.hide_in_words(chart);
            match chart {
                ChartData::Groups { groups, .. } => kept(groups, |g| !self.has(&g.name, g.page.as_deref())),
                ChartData::Funnel { groups, .. } => kept(groups, |g| !self.has(&g.name, g.page.as_deref())),
                ChartData::Survival { curves, .. } => kept(curves, |c| !self.has(&c.name, None)),
                ChartData::Ramp { lines, .. } => kept(lines, |l| !self.has(&l.name, None)),
                ChartData::Shares { rows, .. } => {
                    let is_kept = kept(rows, |r| !self.has(&r.name, r.page.as_deref()));
                    rows.iter_mut().for_each(|r| self.hide(&mut r.name));
                    is_kept
                }
                ChartData::Multiples { panels, .. } => kept(panels, |p| !self.has(&p.name, None)),
                ChartData::Trend { .. } | ChartData::Backlog { .. } | ChartData::Margins { .. } | ChartData::Heatmap { .. } => true,
                // People stand there without names, and the page of one is not about the others.
                ChartData::Dots { .. } | ChartData::Phases { .. } => false,
            }
        });
    }

    fn hide_in_words(&self, chart: &mut ChartData) {
        match chart {
            ChartData::Trend { events, .. } => events.iter_mut().for_each(|(_, label)| self.hide(label)),
            ChartData::Shares { parts, .. } => parts.iter_mut().for_each(|part| self.hide(part)),
            _ => {}
        }
        let (ChartData::Trend { title, subtitle, .. }
        | ChartData::Funnel { title, subtitle, .. }
        | ChartData::Survival { title, subtitle, .. }
        | ChartData::Ramp { title, subtitle, .. }
        | ChartData::Groups { title, subtitle, .. }
        | ChartData::Backlog { title, subtitle, .. }
        | ChartData::Margins { title, subtitle, .. }
        | ChartData::Heatmap { title, subtitle, .. }
        | ChartData::Dots { title, subtitle, .. }
        | ChartData::Multiples { title, subtitle, .. }
        | ChartData::Phases { title, subtitle, .. }
        | ChartData::Shares { title, subtitle, .. }) = chart;
        self.hide(title);
        self.hide(subtitle);
    }

    fn hide_in_tables(&self, tables: &mut Vec<TableData>) {
        tables.retain_mut(|table| {
            let had_rows = !table.rows.is_empty();
            table.rows.retain(|r| !self.has(&r.name, r.page.as_deref()));
            self.hide(&mut table.title);
            self.hide(&mut table.note);
            for row in &mut table.rows {
                self.hide(&mut row.name);
                row.page.take_if(|page| is_topic(self.topics, page));
                row.cells.iter_mut().filter_map(|c| c.text.as_mut()).for_each(|text| self.hide(text));
            }
            !had_rows || !table.rows.is_empty()
        });
    }
}

fn kept<T>(list: &mut Vec<T>, is_kept: impl Fn(&T) -> bool) -> bool {
    list.retain(|item| is_kept(item));
    !list.is_empty()
}

/// Whether `text` has `name` in it as words of its own.
fn names(text: &str, name: &str) -> bool {
    !name.is_empty() && text.match_indices(name).any(|(at, _)| is_whole(text, at, name))
}

/// Whether the `name` found at `at` neither begins nor ends inside a word.
fn is_whole(text: &str, at: usize, name: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    !name.is_empty() && is_edge(text[..at].chars().next_back()) && is_edge(text[at + name.len()..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_words_only() {
        assert!(names("Calls of Al, Grace Hopper and two others", "Al"));
        assert!(names("(Grace Hopper)", "Grace Hopper"));
        assert!(!names("All calls", "Al") && !names("anything", ""));
    }

    #[test]
    fn names_of_others_are_hidden_and_the_owners_is_not() {
        let all = vec!["Ada Lovelace-King", "Grace Hopper", "Ada Lovelace", "Grace", "Ada"];
        let names: BTreeSet<&str> = all.iter().copied().filter(|n| *n != "Ada Lovelace").collect();
        let others = Others { topics: &[], names, by_length: all, owner: "Ada Lovelace", page: String::new() };
        let cases = [
            ("Ada Lovelace and Grace Hopper, Grace.", "Ada Lovelace and a colleague, a colleague."),
            ("From Ada Lovelace-King to Ada Lovelace", "From a colleague to Ada Lovelace"),
            ("Graceful Adagio, Zoë", "Graceful Adagio, Zoë"),
            ("é Grace é", "é a colleague é"),
        ];
        for (text, wanted) in cases {
            let mut shown = text.to_owned();
            others.hide(&mut shown);
            assert_eq!(shown, wanted);
        }
    }
}
