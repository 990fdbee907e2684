//! What an agent's page keeps to itself: no other agent's row, mark, curve or name.
//!
//! Owns the rule for cards and for the notes above them. Whole rows and marks of others go away; a name inside a sentence
//! becomes "a colleague". A link to a page on a topic goes away too: from there a way leads to everybody.

use std::collections::BTreeSet;

use super::topic_view::is_topic;
use crate::names::Names;
use crate::scorecard::{Card, CardKind, ChartData, Finding, Level, Note, RESTATED, Scorecard, Section, TableData};
use crate::{key, say};

const COLLEAGUE: &str = key!("a colleague");

/// Whose names the cards of a scorecard may have in them: put in order once for all of its cards.
pub(super) struct Everybody<'a> {
    /// The scorecard.
    pub(super) scorecard: &'a Scorecard,
    names: Names<&'a str>,
    /// Slugs of the cards with each name, by its place.
    slugs: Vec<BTreeSet<&'a str>>,
}

impl<'a> Everybody<'a> {
    /// All with a card in a scorecard.
    pub(super) fn of(scorecard: &'a Scorecard) -> Self {
        let agents = || scorecard.cards.iter().filter(|c| c.kind == CardKind::Agent);
        let names = Names::new(agents().map(|c| c.name.as_str()));
        let mut slugs = vec![BTreeSet::new(); names.len()];
        for card in agents() {
            if let Some(place) = names.place(&card.name) {
                slugs[place].insert(card.slug.as_str());
            }
        }
        Self { scorecard, names, slugs }
    }

    /// The card without what belongs to other agents, if it is an agent's.
    pub(super) fn only_own(&self, card: &Card) -> Card {
        if card.kind == CardKind::Agent { without(&Others::of(self, &card.name, &card.slug), card) } else { card.clone() }
    }

    /// The card as it is sent to a person: without other agents, and that of a team or supplier without any unless `may_name`.
    pub(super) fn card_for(&self, card: &Card, may_name: bool) -> Card {
        if is_without_names(card, may_name) { without(&Others::of(self, "", ""), card) } else { self.only_own(card) }
    }

    /// The notes for a card as it is sent to a person; see [`Self::card_for`].
    pub(super) fn notes_for(&self, card: &Card, may_name: bool) -> Vec<Note> {
        match is_without_names(card, may_name) {
            true => notes_without(&Others::of(self, "", "")).into_iter().map(|n| of_card(n, card)).collect(),
            false => self.notes(card),
        }
    }

    /// The notes of the scorecard for a card; on an agent's page a note that names other people only says that it exists.
    pub(super) fn notes(&self, card: &Card) -> Vec<Note> {
        let all = match card.kind {
            CardKind::Agent => notes_without(&Others::of(self, &card.name, &card.slug)),
            _ => for_readers(self.scorecard).cloned().collect(),
        };
        all.into_iter().map(|n| of_card(n, card)).collect()
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

fn notes_without(others: &Others<'_>) -> Vec<Note> {
    let hide = |n: &Note| {
        // Those on no roster have no card, and are named by nothing but these notes.
        let is_about_people = ["agents-off-roster", "alias-ambiguous"].contains(&n.code.as_str());
        if is_about_people || others.are_named(&n.text) {
            Note { text: say!("A note on the data names other people; the desk's data page has it.").to_owned(), ..n.clone() }
        } else {
            n.clone()
        }
    };
    for_readers(others.all.scorecard).map(hide).collect()
}

/// The agents a page may not name.
struct Others<'a> {
    all: &'a Everybody<'a>,
    owner: &'a str,
    slug: &'a str,
    page: String,
}

impl<'a> Others<'a> {
    fn of(all: &'a Everybody<'a>, owner: &'a str, slug: &'a str) -> Self {
        Self { all, owner, slug, page: format!("agents/{slug}.html") }
    }

    /// Whether the name at a place is another's.
    fn is_other(&self, place: usize) -> bool {
        self.all.names.name(place) != self.owner && self.all.slugs[place].iter().any(|slug| *slug != self.slug)
    }

    /// Whether a row or mark is another agent's, by its name or by the page it leads to.
    fn has(&self, name: &str, page: Option<&str>) -> bool {
        let is_named = self.all.names.place(name).is_some_and(|place| self.is_other(place));
        is_named || page.is_some_and(|p| p.starts_with("agents/") && p != self.page)
    }

    /// Length of the longest name of another that stands at a place of the text as words of its own.
    fn named_at(&self, text: &str, at: usize) -> Option<usize> {
        let long = |place: usize| self.all.names.name(place).len();
        let mut found = self.all.names.begun(&text[at..]).filter(|place| self.is_other(*place)).map(long);
        found.find(|long| is_edge(text[at + long..].chars().next()))
    }

    fn are_named(&self, text: &str) -> bool {
        beginnings(text).any(|at| self.named_at(text, at).is_some())
    }

    fn hide(&self, text: &mut String) {
        if self.are_named(text) {
            *text = self.hidden(text);
        }
    }

    fn hidden(&self, text: &str) -> String {
        let (mut out, mut until) = (String::with_capacity(text.len()), 0);
        for at in beginnings(text) {
            if at < until {
                continue;
            }
            let own = self.owner.len();
            // The owner's name is nobody else's where it is the longer one, and only a part of theirs where it is not.
            let is_own = own > 0 && text[at..].starts_with(self.owner) && is_edge(text[at + own..].chars().next());
            let other = self.named_at(text, at).filter(|long| !is_own || *long > own);
            let Some(long) = other.or(is_own.then_some(own)) else { continue };
            out.push_str(&text[until..at]);
            out.push_str(if other.is_some() { crate::language::text(COLLEAGUE) } else { self.owner });
            until = at + long;
        }
        out.push_str(&text[until..]);
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
                row.page.take_if(|page| is_topic(&self.all.scorecard.topics, page));
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

/// Places of a text where a name may begin: not inside a word.
fn beginnings(text: &str) -> impl Iterator<Item = usize> {
    let mut before = None;
    text.char_indices().filter_map(move |(at, c)| is_edge(before.replace(c)).then_some(at))
}

/// Whether what stands beside a name is no part of a word.
fn is_edge(beside: Option<char>) -> bool {
    beside.is_none_or(|c| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests;
