//! Markdown (GitHub flavoured), for wikis and tickets: a file a card and topic.
//!
//! Owns the escaping: text from data is never markup, not a link, a mention nor a reference to an issue. There is no HTML in it and
//! no link.

mod escape;

use std::fmt::Write as _;

use super::brief::{Brief, Line, Measures, Part, cell_words, check_slug, stem};
use super::own::Everybody;
use super::view::{FindingView, NextView, Pair, TableView};
use super::{Page, mentioned, topic_view};
use crate::error::Result;
use crate::format;
use crate::say;
use crate::scorecard::{Card, Definition, Scorecard, Topic};

pub(super) use escape::escape;

/// `desk.md`, `teams/….md`, `agents/….md`, then a file a topic.
pub fn pages(scorecard: &Scorecard) -> Result<Vec<Page>> {
    topic_view::check(scorecard)?;
    let mut pages = Vec::with_capacity(scorecard.cards.len() + scorecard.topics.len());
    let everybody = Everybody::of(scorecard);
    for c in &scorecard.cards {
        check_slug(c)?;
        pages.push(Page::new(format!("{}.md", stem(c)), card(&everybody, c)));
    }
    pages.extend(scorecard.topics.iter().map(|t| Page::new(format!("{}.md", t.id), topic(scorecard, t))));
    Ok(pages)
}

/// One card.
fn card(everybody: &Everybody<'_>, card: &Card) -> String {
    let (scorecard, card) = (everybody.scorecard, everybody.only_own(card));
    let mut out = Document::default();
    out.brief(&Brief::of_card(everybody, &card));
    out.definitions(&mentioned::definitions(scorecard, &card));
    out.end(scorecard)
}

/// One topic.
pub fn topic(scorecard: &Scorecard, topic: &Topic) -> String {
    let mut out = Document::default();
    out.brief(&Brief::of_topic(scorecard, topic));
    let is_here = |d: &&Definition| topic.kpis.iter().any(|k| k.metric == d.id);
    out.definitions(&scorecard.definitions.iter().filter(is_here).collect::<Vec<_>>());
    out.end(scorecard)
}

/// Markdown on its way; every writer ends with an empty line.
#[derive(Default)]
struct Document(String);

impl Document {
    fn brief(&mut self, brief: &Brief) {
        self.heading(1, &brief.name);
        self.paragraph(&brief.over());
        self.paragraph(&format::capital(&brief.until));
        self.paragraph(&brief.lead);
        if !brief.headline.is_empty() {
            self.line(&format!("**{}**", escape(&brief.headline)));
        }
        self.pairs(&brief.about);
        for block in &brief.blocks {
            self.heading(2, &block.title);
            self.findings(&block.findings);
            self.paragraph(&block.empty);
        }
        if let Some(next) = &brief.next {
            self.next(next);
        }
        self.notes(brief);
        brief.measures.iter().for_each(|m| self.measures(m));
        brief.parts.iter().for_each(|p| self.part(p));
        brief.tables.iter().for_each(|t| self.table(2, t));
        if !brief.footer.is_empty() {
            self.heading(2, say!("How far to trust this"));
            self.list(brief.footer.iter().map(|f| escape(f)));
        }
    }

    fn notes(&mut self, brief: &Brief) {
        if !brief.notes.is_empty() {
            self.heading(2, say!("Before you read the numbers"));
            self.list(brief.notes.iter().map(|n| format!("**{}:** {}", n.word, escape(&n.text))));
        }
    }

    fn next(&mut self, next: &NextView) {
        self.heading(2, &next.title);
        let goal = |g: &super::view::NextGoalView| {
            let target = if g.target.is_empty() { String::new() } else { format!(", {}", escape(&g.target)) };
            format!("**{} {}**{target}: {}", escape(&g.title), escape(&g.value), escape(&g.text))
        };
        self.list(next.goals.iter().map(goal));
        self.paragraph(&next.empty);
    }

    fn findings(&mut self, findings: &[FindingView]) {
        self.list(findings.iter().map(|f| {
            let examples: String = f.examples.iter().fold(String::new(), |mut all, e| {
                let _ = write!(all, "\n  - {}: {}", escape(&e.label), escape(&e.value));
                all
            });
            format!("{} **{}** ({}): {}{examples}", f.glyph, escape(&f.title), f.word, escape(&f.text))
        }));
    }

    fn measures(&mut self, all: &Measures) {
        self.heading(2, all.title);
        for (name, lines) in &all.groups {
            self.heading(3, name);
            let head =
                [say!("Measure"), say!("Id"), say!("Value"), "95 %", "n", say!("Target"), say!("Verdict"), say!("Change"), say!("Trend")];
            self.grid(&head.map(str::to_owned), lines.iter().map(measure));
            self.list(lines.iter().filter(|l| has_more(l)).map(more));
        }
    }

    fn part(&mut self, part: &Part) {
        self.heading(2, &part.title);
        self.paragraph(&part.lead);
        self.pairs(&part.facts);
        self.findings(&part.findings);
        self.paragraph(&part.empty);
        part.tables.iter().for_each(|t| self.table(3, t));
        self.paragraph(&part.footer);
    }

    fn table(&mut self, level: usize, t: &TableView) {
        self.heading(level, &t.title);
        self.paragraph(&t.note);
        let head: Vec<String> = [&t.row_label].into_iter().chain(t.columns.iter().map(|c| &c.text)).map(|h| escape(h)).collect();
        let row = |r: &super::view::RowView| {
            [escape(&r.name.text)].into_iter().chain(r.cells.iter().map(|c| escape(&cell_words(c)))).collect::<Vec<_>>()
        };
        self.grid(&head, t.rows.iter().map(row));
    }

    fn definitions(&mut self, definitions: &[&Definition]) {
        if definitions.is_empty() {
            return;
        }
        self.heading(2, say!("Definitions"));
        let line = |d: &&Definition| {
            let (label, id) = (escape(&format::clean(&d.label)), escape(&format::clean(&d.id)));
            say!(
                "**{label}** ({id}): {d} Basis: {basis}.",
                label,
                id,
                d = escape(&format::clean(&d.text)),
                basis = escape(&format::clean(&d.basis))
            )
        };
        self.list(definitions.iter().map(line));
    }

    fn end(mut self, scorecard: &Scorecard) -> String {
        self.paragraph(&say!(
            "Made by {tool}, config {config_hash}.",
            tool = format::clean(&scorecard.tool),
            config_hash = format::clean(&scorecard.config_hash)
        ));
        self.0.truncate(self.0.trim_end().len());
        self.0.push('\n');
        self.0
    }

    fn heading(&mut self, level: usize, title: &str) {
        let title = escape(title);
        let title = if title.is_empty() { format::NO_DATA } else { &title };
        self.line(&format!("{} {title}", "#".repeat(level)));
    }

    fn pairs(&mut self, pairs: &[Pair]) {
        self.list(pairs.iter().map(|p| format!("{}: {}", escape(&p.label), escape(&p.value))));
    }

    fn list(&mut self, items: impl Iterator<Item = String>) {
        let mut is_empty = true;
        for item in items.filter(|item| !item.is_empty()) {
            let _ = writeln!(self.0, "- {item}");
            is_empty = false;
        }
        if !is_empty {
            self.0.push('\n');
        }
    }

    /// A table of cells that are escaped already.
    fn grid(&mut self, head: &[String], rows: impl Iterator<Item = Vec<String>>) {
        let _ = writeln!(self.0, "| {} |", head.join(" | "));
        let _ = writeln!(self.0, "|{}", " --- |".repeat(head.len()));
        for row in rows {
            let _ = writeln!(self.0, "| {} |", row.join(" | "));
        }
        self.0.push('\n');
    }

    /// A paragraph of text; nothing for none.
    fn paragraph(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.line(&escape(text));
        }
    }

    /// A paragraph that is markup already.
    fn line(&mut self, markup: &str) {
        let _ = write!(self.0, "{}\n\n", markup.trim_end());
    }
}

fn measure(line: &Line) -> Vec<String> {
    let v = &line.view;
    let change = [&v.change.delta, &v.change.previous].into_iter().filter(|s| !s.is_empty()).cloned().collect::<Vec<_>>().join(", ");
    let cells = [&v.label, &line.id, &v.value, &v.interval, &v.n, &v.target, &line.said(), &change, &line.spark];
    cells.map(|cell| escape(cell)).to_vec()
}

fn has_more(line: &Line) -> bool {
    !line.view.level.text.is_empty() || !line.view.also.is_empty() || !line.view.immature.is_empty()
}

/// What lies beside the value: the level over the recent periods, what is not known yet.
fn more(line: &Line) -> String {
    let v = &line.view;
    let word = if v.level.word.is_empty() { String::new() } else { format!(" ({} {})", v.level.glyph, v.level.word) };
    let level = if v.level.text.is_empty() { String::new() } else { format!("{}{word}", v.level.text) };
    let all: Vec<String> = [level, v.immature.clone()].into_iter().chain(v.also.iter().cloned()).filter(|s| !s.is_empty()).collect();
    format!("{}: {}", escape(&v.label), escape(&all.join("; ")))
}

#[cfg(test)]
mod tests;
