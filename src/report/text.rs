//! Plain text in 80 columns, for a terminal or a mail from cron: what was found, then the measures, then the rest.
//!
//! Owns the width: no line takes more than [`WIDTH`] columns, whatever the names in it are.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Page;
use super::brief::{Brief, Line, Measures, Part, cell_words, check_slug, stem};
use super::own::Everybody;
use super::view::{FindingView, NextView, TableView};
use crate::error::Result;
use crate::format;
use crate::say;
use crate::scorecard::{Card, CardKind, Kpi, Scorecard, Topic};

/// Most columns a line takes.
pub const WIDTH: usize = 80;

/// A text a card: `desk.txt`, `teams/….txt`, `agents/….txt`.
pub fn pages(scorecard: &Scorecard) -> Result<Vec<Page>> {
    let everybody = Everybody::of(scorecard);
    let page = |c: &Card| check_slug(c).map(|()| Page::new(format!("{}.txt", stem(c)), card(&everybody, c)));
    scorecard.cards.iter().map(page).collect()
}

/// `summary.txt`: the desk's card, then what the topics of the navigation add to it.
pub fn summary(scorecard: &Scorecard) -> String {
    let mut out = Text::default();
    let Some(desk) = scorecard.cards.iter().find(|c| c.kind == CardKind::Desk) else {
        let brief = Brief::of_topic(scorecard, &Topic { title: scorecard.desk.clone(), ..Topic::default() });
        out.head(&brief);
        return out.done();
    };
    let brief = Brief::of_card(&Everybody::of(scorecard), desk);
    out.found(&brief);
    out.measures(&brief.measures[..brief.measures.len().min(2)]);
    for part in brief.parts.iter().filter(|p| !p.findings.is_empty()) {
        out.part(&Part { tables: vec![], ..part_of(part) });
    }
    for topic in scorecard.topics.iter().filter(|t| t.parent.is_none()) {
        out.topic(scorecard, topic, &desk.kpis);
    }
    out.footer(&brief.footer);
    out.done()
}

/// A topic that stands alone, with all of its tables.
pub fn topic(scorecard: &Scorecard, topic: &Topic) -> String {
    let brief = Brief::of_topic(scorecard, topic);
    let mut out = Text::default();
    out.head(&brief);
    out.wrap("", &format::clean(&topic.lead));
    out.gap();
    out.measures(&brief.measures);
    brief.parts.iter().for_each(|p| out.part(p));
    out.footer(&brief.footer);
    out.done()
}

/// A card with all of its tables.
fn card(everybody: &Everybody<'_>, card: &Card) -> String {
    let brief = Brief::of_card(everybody, card);
    let mut out = Text::default();
    out.found(&brief);
    out.measures(&brief.measures);
    brief.parts.iter().for_each(|p| out.part(p));
    brief.tables.iter().for_each(|t| out.table(t));
    out.footer(&brief.footer);
    out.done()
}

fn part_of(p: &Part) -> Part {
    Part {
        title: p.title.clone(),
        lead: String::new(),
        facts: vec![],
        findings: p.findings.clone(),
        empty: String::new(),
        tables: vec![],
        footer: String::new(),
    }
}

/// Text on its way; every writer ends its last line.
#[derive(Default)]
struct Text(String);

impl Text {
    fn head(&mut self, brief: &Brief) {
        self.wrap("", &brief.name);
        self.wrap("", &brief.over());
        self.wrap("", &brief.until);
        if !brief.headline.is_empty() {
            self.wrap("", &brief.headline);
        }
        brief.about.iter().for_each(|p| self.wrap("  ", &format!("{}: {}", p.label, p.value)));
        self.gap();
        for note in brief.warnings() {
            self.wrap("! ", &note.text);
        }
        self.gap();
    }

    /// Everything before the measures.
    fn found(&mut self, brief: &Brief) {
        self.head(brief);
        for block in &brief.blocks {
            self.heading(&block.title);
            self.findings(&block.findings);
            self.wrap("  ", &block.empty);
            self.gap();
        }
        if let Some(next) = &brief.next {
            self.next(next);
        }
    }

    fn next(&mut self, next: &NextView) {
        self.heading(&next.title);
        for goal in &next.goals {
            let target = if goal.target.is_empty() { String::new() } else { format!(", {}", goal.target) };
            self.wrap("- ", &format!("{} {}{target}: {}", goal.title, goal.value, goal.text));
        }
        self.wrap("  ", &next.empty);
        self.gap();
    }

    fn findings(&mut self, findings: &[FindingView]) {
        for f in findings {
            self.wrap(&format!("{} ", f.glyph), &format!("{} ({}): {}", f.title, f.word, f.text));
            f.examples.iter().for_each(|e| self.wrap("    ", &format!("{}: {}", e.label, e.value)));
        }
    }

    fn measures(&mut self, all: &[Measures]) {
        for m in all {
            self.heading(m.title);
            self.row([say!("Measure"), say!("value"), "n", say!("target"), say!("trend")], "");
            for (name, lines) in &m.groups {
                self.wrap("", &format!("{name}:"));
                lines.iter().for_each(|l| self.measure(l));
            }
            self.gap();
            let ids: Vec<String> = m.groups.iter().flat_map(|(_, lines)| lines).map(|l| format!("{} = {}", l.view.label, l.id)).collect();
            self.wrap(say!("Definitions: "), &ids.join("; "));
            self.gap();
        }
    }

    fn measure(&mut self, line: &Line) {
        let v = &line.view;
        let label = if v.label.width() > LABEL && !line.short.is_empty() { &line.short } else { &v.label };
        self.row([label, &v.value, &v.n, &v.target, &line.spark], &line.said());
    }

    /// The columns, and what is said below them.
    fn row(&mut self, [label, value, n, target, trend]: [&str; 5], said: &str) {
        let columns = [left(&format!("  {label}"), LABEL + 2), right(value, 12), right(n, 8), right(target, 10), format!("  {trend}")];
        let line = columns.concat();
        self.0.push_str(line.trim_end());
        self.0.push('\n');
        self.wrap("    ", said);
    }

    fn part(&mut self, part: &Part) {
        self.heading(&part.title);
        self.wrap("", &part.lead);
        part.facts.iter().for_each(|p| self.wrap("  ", &format!("{}: {}", p.label, p.value)));
        self.findings(&part.findings);
        self.wrap("  ", &part.empty);
        self.gap();
        part.tables.iter().for_each(|t| self.table(t));
        self.wrap("", &part.footer);
        self.gap();
    }

    /// A row is a paragraph: names and words of any length fit, and a mail program may use any font.
    fn table(&mut self, t: &TableView) {
        self.heading(&t.title);
        self.wrap("", &t.note);
        for row in &t.rows {
            let cells: Vec<String> =
                row.cells.iter().filter(|c| !c.is_missing).map(|c| format!("{} {}", c.column, cell_words(c))).collect();
            self.wrap(
                "- ",
                &format!("{}: {}", row.name.text, if cells.is_empty() { format::NO_DATA.to_owned() } else { cells.join("; ") }),
            );
        }
        self.gap();
    }

    /// What a topic measures beyond the desk's card, and what it found.
    fn topic(&mut self, scorecard: &Scorecard, topic: &Topic, known: &[Kpi]) {
        let is_new = |k: &&Kpi| !known.iter().any(|d| d.metric == k.metric);
        let kpis = topic.kpis.iter().filter(is_new).cloned().collect();
        let brief = Brief::of_topic(scorecard, &Topic { kpis, ..topic.clone() });
        let findings: Vec<FindingView> = brief.parts.into_iter().flat_map(|p| p.findings).collect();
        if brief.measures.is_empty() && findings.is_empty() {
            return;
        }
        self.heading(&brief.name);
        self.findings(&findings);
        self.gap();
        self.measures(&brief.measures);
    }

    fn footer(&mut self, footer: &[String]) {
        for sentence in footer {
            self.wrap("", sentence);
        }
    }

    fn heading(&mut self, title: &str) {
        self.wrap("", title);
        let end = self.0.trim_end_matches('\n');
        let last = end.rsplit('\n').next().unwrap_or_default().width();
        let _ = writeln!(self.0, "{}", "-".repeat(last));
    }

    /// An empty line, but never two, nor one at the start.
    fn gap(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    /// A paragraph behind `first`, all further lines under its beginning; nothing for no text.
    fn wrap(&mut self, first: &str, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let indent = first.width();
        for (i, line) in lines(text, WIDTH - indent).iter().enumerate() {
            let _ = writeln!(self.0, "{}{line}", if i == 0 { first.to_owned() } else { " ".repeat(indent) });
        }
    }

    fn done(mut self) -> String {
        self.0.truncate(self.0.trim_end().len());
        self.0.push('\n');
        self.0
    }
}

const LABEL: usize = 31;

/// Words in lines of at most `width` columns; a word that does not fit one is cut.
pub(super) fn lines(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        for piece in pieces(word, width) {
            let size = piece.width();
            let space = usize::from(used > 0);
            if used + space + size > width {
                lines.push(String::new());
                used = 0;
            }
            let line = lines.last_mut().expect("there is always a line");
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(&piece);
            used += size;
        }
    }
    lines
}

fn pieces(word: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for c in word.chars() {
        let size = c.width().unwrap_or(0);
        if used + size > width {
            pieces.push(String::new());
            used = 0;
        }
        pieces.last_mut().expect("there is always a piece").push(c);
        used += size;
    }
    pieces
}

fn left(text: &str, width: usize) -> String {
    let text = fitted(text, width);
    let missing = width.saturating_sub(text.width());
    text + &" ".repeat(missing)
}

fn right(text: &str, width: usize) -> String {
    let text = fitted(text, width - 1);
    " ".repeat(width.saturating_sub(text.width())) + &text
}

/// Cut to `width` columns, the last of them `…` when something was cut.
fn fitted(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = pieces(text, width.saturating_sub(1)).swap_remove(0);
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::scorecard;

    #[test]
    fn a_paragraph_is_wrapped_by_columns_and_a_long_word_is_cut() {
        assert_eq!(lines("ab cd efg", 5), ["ab cd", "efg"]);
        assert_eq!(lines("abcdefg h", 3), ["abc", "def", "g h"]);
        assert_eq!(lines("日本語", 4), ["日本", "語"], "two columns a character");
        assert_eq!(lines("86\u{a0}% of", 4), ["86\u{a0}%", "of"], "a number keeps its unit");
        assert_eq!(lines("", 4), [""]);
    }

    #[test]
    fn columns_are_cut_and_filled_by_columns() {
        assert_eq!((left("日本", 6).as_str(), right("12", 4).as_str()), ("日本  ", "  12"));
        assert_eq!((left("abcdef", 4).as_str(), fitted("日本語", 4).as_str()), ("abc…", "日…"));
    }

    #[test]
    fn no_line_is_wider_than_80_columns_and_nothing_is_hidden_in_it() {
        let mut scorecard = scorecard();
        scorecard.cards[1].name = "日本語".repeat(60);
        let texts: Vec<String> = pages(&scorecard).unwrap().into_iter().map(|p| String::from_utf8(p.bytes).unwrap()).collect();
        for text in texts.into_iter().chain([summary(&scorecard)]) {
            assert!(text.lines().all(|l| l.width() <= WIDTH), "{text}");
            assert!(!text.contains("\n\n\n") && text.ends_with('\n') && !text.ends_with("\n\n"));
            assert!(text.chars().all(|c| c == '\n' || format::clean(&c.to_string()) == c.to_string()));
        }
    }

    #[test]
    fn a_measure_is_a_row_with_its_verdict_below() {
        let text = summary(&scorecard()).replace('\u{a0}', " ");
        let columns = format!("  Label of fcr{}75 %      40    ≥ 70 %  ············▄\n", " ".repeat(27));
        let row = columns + "    ○ met, may be chance · better than usual (high)\n";
        assert!(text.contains(&row), "{text}");
        assert!(text.contains("Definitions: Label of fcr = fcr; Label of csat = csat\n"));
        assert!(text.starts_with("Kundendienst <Nord>\nWeek of 2026-W46\ndata until 2026-11-16 06:00 (Europe/Berlin)\n1 of 1 target met"));
    }

    #[test]
    fn an_agents_text_names_nobody_else() {
        let all = pages(&scorecard()).unwrap();
        let ada = all.iter().find(|p| p.name == "agents/agent-ada.txt").unwrap();
        let text = String::from_utf8_lossy(&ada.bytes);
        assert!(text.contains("Ada Lovelace") && !text.contains("Grace"));
    }
}
