//! `summary.txt`: the desk's card in fixed columns, for a terminal or a mail from cron.

use std::fmt::Write as _;

use super::card_view::Place;
use super::{blocks, measure};
use crate::scorecard::{
    Better, Card, CardKind, Cell, Certainty, Finding, Kpi, Level, Scorecard, TableColumn, TableData, TableRow, Topic, Variation,
};
use crate::{charts, format};

/// The desk's card as plain text, in columns that fit a terminal.
pub fn summary(scorecard: &Scorecard) -> String {
    let mut out = format!("{} · {} ({})\n", format::clean(&scorecard.desk), format::clean(&scorecard.period.label), scorecard.time_zone);
    let partial = if scorecard.period.is_partial { ", period not complete" } else { "" };
    let _ = writeln!(out, "data until {}{partial}\n", format::clean(&scorecard.as_of));
    for note in scorecard.notes.iter().filter(|n| n.level == Level::Warning) {
        let _ = writeln!(out, "! {}", format::clean(&note.text));
    }
    if let Some(desk) = scorecard.cards.iter().find(|c| c.kind == CardKind::Desk) {
        measures(&mut out, scorecard, &desk.kpis);
        for (title, findings) in [("Goals", &desk.goals), ("Doing well", &desk.doing_well), ("To work on", &desk.to_improve)] {
            block(&mut out, title, findings);
        }
        next_goals(&mut out, scorecard, desk);
        for section in &desk.sections {
            block(&mut out, &format::clean(&section.title), &section.findings);
        }
        topics(&mut out, scorecard, desk);
        for sentence in &desk.footer {
            let _ = writeln!(out, "{}", format::clean(sentence));
        }
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// A topic that stands alone, as plain text.
pub fn topic(t: &Topic) -> String {
    let mut out = format!("{}\n{}\n\n", format::clean(&t.title), format::clean(&t.lead));
    for section in &t.sections {
        let is_said = !section.findings.is_empty() || !section.empty.is_empty() || !section.facts.is_empty() || !section.tables.is_empty();
        if !is_said {
            continue;
        }
        let _ = writeln!(out, "{}", format::clean(&section.title));
        for text in [&section.lead, &section.empty].into_iter().filter(|t| !t.is_empty()) {
            let _ = writeln!(out, "{}", format::clean(text));
        }
        for (label, text) in &section.facts {
            let _ = writeln!(out, "- {}: {}", format::clean(label), format::clean(text));
        }
        for f in &section.findings {
            finding(&mut out, f);
            for (id, said) in &f.examples {
                let _ = writeln!(out, "    {}  {}", format::clean(id), format::clean(said));
            }
        }
        section.tables.iter().for_each(|table| self::table(&mut out, table));
        out.push('\n');
    }
    for sentence in &t.footer {
        let _ = writeln!(out, "{}", format::clean(sentence));
    }
    out
}

/// A table in columns.
fn table(out: &mut String, t: &TableData) {
    let head = [t.row_label.clone()].into_iter().chain(t.columns.iter().map(|c| c.label.clone())).collect();
    let cell = |(c, column): (&Cell, &TableColumn)| match &c.text {
        Some(text) => format::clean(text),
        None => format::optional(column.unit, c.value, c.n.max(1)),
    };
    let row = |r: &TableRow| [format::label(&r.name, 40)].into_iter().chain(r.cells.iter().zip(&t.columns).map(cell)).collect();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(t.rows.iter().map(row)).collect();
    let wide = |column: usize| rows.iter().filter_map(|r| r.get(column)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..=t.columns.len()).map(wide).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(i, (cell, width))| match i {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        let _ = writeln!(out, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// The topics of the navigation: what they measure beyond the desk's card, and what they found.
fn topics(out: &mut String, scorecard: &Scorecard, desk: &Card) {
    for topic in scorecard.topics.iter().filter(|t| t.parent.is_none()) {
        let new: Vec<&Kpi> = topic.kpis.iter().filter(|k| !desk.kpis.iter().any(|d| d.metric == k.metric)).collect();
        let findings: Vec<Finding> = topic.sections.iter().flat_map(|s| s.findings.iter().cloned()).collect();
        if !new.is_empty() {
            let _ = writeln!(out, "{}", format::clean(&topic.title));
            measures(out, scorecard, new);
        }
        block(out, &format::clean(&topic.title), &findings);
    }
}

fn measures<'k>(out: &mut String, scorecard: &Scorecard, kpis: impl IntoIterator<Item = &'k Kpi>) {
    let _ = writeln!(out, "{:<40} {:>12} {:>8} {:>9}", "Measure", "value", "n", "target");
    for k in kpis {
        let line = measure(scorecard, k);
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.push('\n');
}

fn measure(scorecard: &Scorecard, k: &Kpi) -> String {
    let definition = scorecard.definitions.iter().find(|d| d.id == k.metric);
    let unit = definition.map_or(crate::scorecard::Unit::Number, |d| d.unit);
    let label = format::label(definition.map_or(k.metric.as_str(), |d| d.label.as_str()), 40);
    let is_lower = definition.is_some_and(|d| d.better == Better::Lower);
    let target = k.target.map_or_else(String::new, |t| format::target(unit, t, is_lower));
    let verdict = if k.is_judged { measure::verdict(k).1 } else { "" };
    let special = k.signal.map(|s| s.variation).filter(|v| *v != Variation::CommonCause).map_or("", charts::variation_words);
    let said = [verdict, special].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" · ");
    format!(
        "{label:<40} {:>12} {:>8} {target:>9}  {said}",
        k.value.map_or_else(|| format::NO_DATA.to_owned(), |v| format::value_against(unit, v, k.n, k.target)),
        format::count(k.n)
    )
}

fn block(out: &mut String, title: &str, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(out, "{title}");
    findings.iter().for_each(|f| finding(out, f));
    out.push('\n');
}

fn finding(out: &mut String, f: &Finding) {
    let open = if f.certainty == Certainty::CannotTellYet { " (cannot tell yet)" } else { "" };
    let _ = writeln!(out, "- {}{open}: {}", format::clean(&f.title), format::clean(&f.text));
}

fn next_goals(out: &mut String, scorecard: &Scorecard, card: &Card) {
    if card.next_goals.is_empty() {
        return;
    }
    let next = blocks::next(Place { scorecard, root: "" }, card);
    let _ = writeln!(out, "{}", next.title);
    for goal in &next.goals {
        let target = if goal.target.is_empty() { String::new() } else { format!(", {}", goal.target) };
        let _ = writeln!(out, "- {} {}{target}: {}", goal.title, goal.value, goal.text);
    }
    out.push('\n');
}
