//! A card or topic in words: the strings that text, Markdown, workbooks and chat messages share.
//!
//! Owns their order (what was found, then the measures, then the rest) and cuts an agent's card to what is its own.

use super::blocks::{blocks, finding, next, of_card};
use super::card_view::{Place, headline, kind_word, note, pair};
use super::measure;
use super::own::Everybody;
use super::parts::table;
use super::spark;
use super::view::{BlockView, FindingView, KpiView, NextView, NoteView, Pair, TableView};
use crate::format;
use crate::scorecard::{Card, CardKind, Finding, Kpi, Level, Scorecard, Section, Topic};
use crate::{key, say};

/// A card or topic in words.
#[derive(Debug)]
pub(super) struct Brief {
    /// `Agent`, `Team`, …; `Topic` for a topic.
    pub(super) kind: &'static str,
    /// Whose it is, or the topic.
    pub(super) name: String,
    /// The desk's name.
    pub(super) desk: String,
    /// `Week 46 · 9–15 November 2026`.
    pub(super) period: String,
    /// `data until 2026-11-16 06:00 (Europe/Berlin)`, and whether the period is complete.
    pub(super) until: String,
    /// A sentence or two on a topic; empty for a card.
    pub(super) lead: String,
    /// `5 of 7 targets met`; empty for an agent and a topic.
    pub(super) headline: String,
    /// Facts about the subject.
    pub(super) about: Vec<Pair>,
    /// What to know before the numbers.
    pub(super) notes: Vec<NoteView>,
    /// Goals, doing well, to work on: all findings.
    pub(super) blocks: Vec<BlockView>,
    /// Goals for the next period; none for a topic.
    pub(super) next: Option<NextView>,
    /// Judged measures, context, observations: those that are not empty.
    pub(super) measures: Vec<Measures>,
    /// Parts with a subject of their own.
    pub(super) parts: Vec<Part>,
    /// Tables.
    pub(super) tables: Vec<TableView>,
    /// How far to trust it.
    pub(super) footer: Vec<String>,
}

/// Measures under a heading.
#[derive(Debug)]
pub(super) struct Measures {
    /// The heading.
    pub(super) title: &'static str,
    /// By section, sections in the order they first appear.
    pub(super) groups: Vec<(String, Vec<Line>)>,
}

/// One measure.
#[derive(Debug)]
pub(super) struct Line {
    /// Id of its definition.
    pub(super) id: String,
    /// Short name.
    pub(super) short: String,
    /// Its words.
    pub(super) view: KpiView,
    /// The last 13 periods as block characters, or empty.
    pub(super) spark: String,
}

/// A part with a subject of its own.
#[derive(Debug)]
pub(super) struct Part {
    /// Heading.
    pub(super) title: String,
    /// How to read it, or empty.
    pub(super) lead: String,
    /// Lines of label and value.
    pub(super) facts: Vec<Pair>,
    /// Findings.
    pub(super) findings: Vec<FindingView>,
    /// Why there are none, or empty.
    pub(super) empty: String,
    /// Tables.
    pub(super) tables: Vec<TableView>,
    /// What to keep in mind, or empty.
    pub(super) footer: String,
}

impl Brief {
    /// A card's words.
    pub(super) fn of_card(everybody: &Everybody<'_>, card: &Card) -> Self {
        let scorecard = everybody.scorecard;
        let card = &everybody.only_own(card);
        let place = Place { scorecard, root: "" };
        let is_agent = card.kind == CardKind::Agent;
        let (judged, context): (Vec<&Kpi>, Vec<&Kpi>) = card.kpis.iter().partition(|k| k.is_judged);
        Self {
            kind: kind_word(card.kind),
            name: format::label(&card.name, 120),
            headline: if is_agent { String::new() } else { headline(&card.kpis) },
            about: card.about.iter().map(|(l, v)| pair(l, v)).collect(),
            notes: everybody.notes(card).iter().map(note).collect(),
            blocks: all_blocks(place, card),
            next: Some(next(place, card)),
            measures: measures(place, [judged, context, card.observations.iter().collect()]),
            parts: card.sections.iter().map(|s| part(place, s)).filter(Part::has_words).collect(),
            tables: card.tables.iter().map(|t| table(place, t)).collect(),
            footer: card.footer.iter().map(|f| format::label(f, 1000)).collect(),
            ..Self::empty(scorecard)
        }
    }

    /// A topic's words: no findings of its own, but those of its parts; of the notes, warnings only.
    pub(super) fn of_topic(scorecard: &Scorecard, topic: &Topic) -> Self {
        let place = Place { scorecard, root: "" };
        let (judged, context): (Vec<&Kpi>, Vec<&Kpi>) = topic.kpis.iter().partition(|k| k.is_judged);
        Self {
            kind: say!("Topic"),
            name: format::label(&topic.title, 120),
            lead: format::label(&topic.lead, 1000),
            notes: scorecard.notes.iter().filter(|n| n.level <= Level::Warning).map(note).collect(),
            measures: measures(place, [judged, context, vec![]]),
            parts: topic.sections.iter().map(|s| part(place, s)).filter(Part::has_words).collect(),
            footer: topic.footer.iter().map(|f| format::label(f, 1000)).collect(),
            ..Self::empty(scorecard)
        }
    }

    /// The notes alone, all of them.
    pub(super) fn of_notes(scorecard: &Scorecard) -> Self {
        Self { notes: scorecard.notes.iter().map(note).collect(), ..Self::empty(scorecard) }
    }

    fn empty(scorecard: &Scorecard) -> Self {
        Self {
            kind: "",
            name: String::new(),
            desk: format::label(&scorecard.desk, 80),
            period: format::label(&scorecard.period.label, 80),
            until: until(scorecard),
            lead: String::new(),
            headline: String::new(),
            about: vec![],
            notes: vec![],
            blocks: vec![],
            next: None,
            measures: vec![],
            parts: vec![],
            tables: vec![],
            footer: vec![],
        }
    }

    /// Where it stands: the desk and the period, and what kind of card it is unless that is the desk's.
    pub(super) fn over(&self) -> String {
        if self.name == self.desk { self.period.clone() } else { format!("{} · {} · {}", self.kind, self.desk, self.period) }
    }

    /// Warnings among the notes.
    pub(super) fn warnings(&self) -> impl Iterator<Item = &NoteView> {
        self.notes.iter().filter(|n| n.class == "warning" || n.class == "critical")
    }

    /// What must be read before the figures.
    pub(super) fn critical(&self) -> impl Iterator<Item = &NoteView> {
        self.notes.iter().filter(|n| n.class == "critical")
    }
}

fn until(scorecard: &Scorecard) -> String {
    let partial = if scorecard.period.is_partial { say!("; the period is not complete, its figures are not comparable yet") } else { "" };
    say!(
        "data until {as_of} ({time_zone}){partial}",
        as_of = format::day(&format::clean(&scorecard.as_of)),
        time_zone = format::clean(&scorecard.time_zone),
        partial
    )
}

/// The blocks with all of their findings.
fn all_blocks(place: Place<'_>, card: &Card) -> Vec<BlockView> {
    let lists = [&card.goals, &card.doing_well, &card.to_improve];
    let full = |(mut block, list): (BlockView, &Vec<Finding>)| {
        block.findings = list.iter().map(|f| of_card(place, card, &block.class, f)).collect();
        block.more.clear();
        block
    };
    blocks(place, card).into_iter().zip(lists).map(full).collect()
}

const TITLES: [&str; 3] = [key!("Measures"), key!("Context, not judged"), key!("Observations")];

fn measures(place: Place<'_>, lists: [Vec<&Kpi>; 3]) -> Vec<Measures> {
    let all = TITLES.into_iter().map(crate::language::text).zip(lists).filter(|(_, list)| !list.is_empty());
    all.map(|(title, list)| Measures { title, groups: groups(place, &list) }).collect()
}

fn groups(place: Place<'_>, kpis: &[&Kpi]) -> Vec<(String, Vec<Line>)> {
    let mut groups: Vec<(String, Vec<Line>)> = Vec::new();
    for k in kpis {
        let name = place.definition(&k.metric).map_or_else(|| say!("Other").to_owned(), |d| format::label(&d.section, 60));
        let line = line(place, k);
        match groups.iter_mut().find(|(other, _)| *other == name) {
            Some((_, lines)) => lines.push(line),
            None => groups.push((name, vec![line])),
        }
    }
    groups
}

fn line(place: Place<'_>, k: &Kpi) -> Line {
    let short = place.definition(&k.metric).map_or(k.metric.as_str(), |d| d.short.as_str());
    Line {
        id: format::label(&k.metric, 60),
        short: format::label(short, 40),
        view: measure::kpi(place, k, "text"),
        spark: spark::blocks(&k.history),
    }
}

fn part(place: Place<'_>, s: &Section) -> Part {
    Part {
        title: format::label(&s.title, 160),
        lead: format::label(&s.lead, 1000),
        facts: s.facts.iter().map(|(l, v)| pair(l, v)).collect(),
        findings: s.findings.iter().map(|f| finding(place, "section", f)).collect(),
        empty: if s.findings.is_empty() { format::label(&s.empty, 400) } else { String::new() },
        tables: s.tables.iter().map(|t| table(place, t)).collect(),
        footer: format::label(&s.footer, 1000),
    }
}

impl Part {
    /// Whether anything but its title is left without its pictures.
    fn has_words(&self) -> bool {
        let texts = [&self.lead, &self.empty, &self.footer];
        texts.iter().any(|t| !t.is_empty()) || !(self.facts.is_empty() && self.findings.is_empty() && self.tables.is_empty())
    }
}

impl Line {
    /// What is said of the value: its verdict and a special cause, if there is one.
    pub(super) fn said(&self) -> String {
        let special = if self.view.variation.is_usual { "" } else { self.view.variation.word.as_str() };
        let all = [self.view.verdict.as_str(), special];
        all.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

/// A value of a table with its n and interval, in one string.
pub(super) fn cell_words(c: &super::view::CellView) -> String {
    let behind: Vec<String> = [c.interval.clone(), if c.n.is_empty() { String::new() } else { format!("n\u{a0}{}", c.n) }]
        .into_iter()
        .filter(|s| !s.is_empty())
        .collect();
    let behind = if behind.is_empty() { String::new() } else { format!(" ({})", behind.join(", ")) };
    let glyph = if c.glyph.is_empty() { String::new() } else { format!("{} ", c.glyph) };
    format!("{glyph}{}{behind}", c.value)
}

/// Where a card's files lie below the scorecard's folder, without the ending.
pub(super) fn stem(card: &Card) -> String {
    super::page_view::card_path(card).trim_end_matches(".html").to_owned()
}

/// The same check for every file named after a card as for its page.
pub(super) fn check_slug(card: &Card) -> crate::error::Result<()> {
    let is_safe = !card.slug.is_empty() && card.slug.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if is_safe { Ok(()) } else { Err(crate::error::Error::bug("a card's slug is not a safe file name").at(card.slug.clone())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::scorecard;

    #[test]
    fn an_agents_brief_is_its_own() {
        let scorecard = scorecard();
        let ada = Brief::of_card(&Everybody::of(&scorecard), &scorecard.cards[3]);
        let all = format!("{ada:?}");
        assert!(all.contains("Ada Lovelace") && !all.contains("Grace") && ada.headline.is_empty());
        let desk = Brief::of_card(&Everybody::of(&scorecard), &scorecard.cards[0]);
        assert!(format!("{desk:?}").contains("Grace Hopper") && desk.headline == "1 of 1 target met, 1 without data");
        assert_eq!(desk.measures.iter().map(|m| m.title).collect::<Vec<_>>(), ["Measures", "Context, not judged", "Observations"]);
    }

    #[test]
    fn a_block_has_all_of_its_findings() {
        let mut scorecard = scorecard();
        let one = scorecard.cards[0].doing_well[0].clone();
        scorecard.cards[0].doing_well = vec![one; 5];
        let brief = Brief::of_card(&Everybody::of(&scorecard), &scorecard.cards[0]);
        assert_eq!((brief.blocks[1].findings.len(), brief.blocks[1].more.as_str()), (5, ""));
    }
}
