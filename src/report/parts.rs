//! The parts of a card below its measures: charts, tables, sections of their own.

use super::blocks::finding;
use super::card_view::{Place, anchor, pair};
use super::view::{CellView, ChartView, ColumnView, ExtraView, Link, RowView, TableView};
use crate::say;
use crate::scorecard::{Card, Cell, ChartData, Definition, Kpi, Section, TableColumn, TableData, TableRow, Unit};
use crate::{charts, format};

/// Anchors the page itself uses.
const TAKEN: [&str; 13] = [
    "main",
    "pages",
    "notes-h",
    "about-data",
    "measures",
    "context",
    "observations",
    "charts",
    "signals",
    "next",
    "trust",
    "glance",
    "further",
];

/// Rows from which a table is a list: on a phone its rows are set in running lines, and what they do not have is left out.
const LONG: usize = 12;

/// The sections of a page, each with an anchor of its own. `subject` names whose page it is.
pub(super) fn extras(place: Place<'_>, subject: &str, sections: &[Section]) -> Vec<ExtraView> {
    let mut all: Vec<ExtraView> = Vec::new();
    for (i, section) in sections.iter().enumerate() {
        let id = free_anchor(section, i, &all);
        all.push(extra(place, subject, (i, section), id));
    }
    all
}

/// One section of a card by its id, as the only one of a page.
pub(super) fn extra_of(place: Place<'_>, card: &Card, id: &str) -> Option<ExtraView> {
    let (i, section) = card.sections.iter().enumerate().find(|(_, s)| s.id == id)?;
    Some(extra(place, &card.name, (i, section), free_anchor(section, i, &[])))
}

fn free_anchor(section: &Section, i: usize, before: &[ExtraView]) -> String {
    let id = anchor(&section.id);
    let is_taken =
        TAKEN.contains(&id.as_str()) || before.iter().any(|e| e.id == id) || id.starts_with("chart-") || id.starts_with("spark-");
    if id.is_empty() || is_taken { format!("part-{}-{id}", i + 1) } else { id }
}

fn extra(place: Place<'_>, subject: &str, (i, s): (usize, &Section), id: String) -> ExtraView {
    let has_words = !s.facts.is_empty() || !s.findings.is_empty() || !s.empty.is_empty();
    ExtraView {
        id,
        title: format::label(&s.title, 160),
        lead: format::label(&s.lead, 1000),
        facts: s.facts.iter().map(|(l, v)| pair(l, v)).collect(),
        findings: s.findings.iter().map(|f| finding(place, "section", f)).collect(),
        empty: if s.findings.is_empty() { format::label(&s.empty, 400) } else { String::new() },
        is_beside: has_words && s.charts.len() == 1,
        charts: s.charts.iter().enumerate().map(|(j, c)| chart(place, subject, (&format!("s{i}-{j}"), c))).collect(),
        tables: s.tables.iter().map(|t| table(place, t)).collect(),
        footer: format::label(&s.footer, 1000),
    }
}

/// A chart; `subject` names the line or mark of the page's owner. `id` must be unique among those of the page.
pub(super) fn chart(place: Place<'_>, subject: &str, (id, data): (&str, &ChartData)) -> ChartView {
    let drawing = charts::draw(data, &place.scorecard.definitions, &format::label(subject, 60), &format!("chart-{id}"));
    ChartView {
        title: format::label(&drawing.title, 200),
        subtitle: format::label(&drawing.subtitle, 300),
        key: format::label(&drawing.key, 300),
        trusted_svg: drawing.svg,
        trusted_svg_narrow: drawing.svg_narrow,
        columns: drawing.table.columns,
        rows: drawing.table.rows,
    }
}

/// A table with its columns' headings.
pub(super) fn table(place: Place<'_>, t: &TableData) -> TableView {
    let has_n = |i: usize| t.rows.iter().filter_map(|r| r.cells.get(i)).any(|c| c.value.is_some() && c.n > 0);
    let shaped = |(i, c)| ColumnView { is_text: is_text(t, i), is_short: is_short(t, i), has_n: has_n(i), ..heading(place, c) };
    let columns: Vec<ColumnView> = t.columns.iter().enumerate().map(shaped).collect();
    let row = |r: &TableRow| RowView {
        name: Link { text: format::label(&r.name, 80), href: r.page.as_deref().map_or_else(String::new, |p| place.href(p)) },
        cells: r.cells.iter().zip(&t.columns).zip(&columns).map(|((c, m), heading)| cell(m.unit, heading, c)).collect(),
    };
    TableView {
        title: format::label(&t.title, 160),
        note: format::label(&t.note, 600),
        row_label: format::label(&t.row_label, 60),
        is_long: t.rows.len() > LONG,
        is_narrow: columns.len() < 4 && columns.iter().all(|c| !c.is_text),
        rows: t.rows.iter().map(row).collect(),
        columns,
    }
}

/// Whether a column has words and no numbers.
fn is_text(t: &TableData, column: usize) -> bool {
    let cells = || t.rows.iter().filter_map(|r| r.cells.get(column));
    cells().any(|c| c.text.is_some()) && cells().all(|c| c.text.is_some() || c.value.is_none())
}

/// Longest text of a column that is kept on one line, in characters.
const SHORT: usize = 18;

fn is_short(t: &TableData, column: usize) -> bool {
    let texts = t.rows.iter().filter_map(|r| r.cells.get(column)?.text.as_ref());
    texts.into_iter().all(|text| text.chars().count() <= SHORT)
}

/// Its label, or the short name of its metric; linked to the definition, if there is one.
pub(super) fn heading(place: Place<'_>, c: &TableColumn) -> ColumnView {
    let metric = c.metric.as_deref();
    let definition = metric.and_then(|m| place.definition(m));
    let short = || definition.map(|d: &Definition| d.short.as_str()).or(metric).unwrap_or_default();
    let text = if c.label.is_empty() { short() } else { c.label.as_str() };
    let href = definition.map_or_else(String::new, |d| place.definition_href(&d.id));
    ColumnView { text: format::label(text, 40), href, ..ColumnView::default() }
}

/// A column of a metric under its short name.
pub(super) fn column(place: Place<'_>, metric: &str) -> ColumnView {
    let column = TableColumn { label: String::new(), metric: Some(metric.to_owned()), unit: place.unit(metric) };
    ColumnView { has_n: true, ..heading(place, &column) }
}

/// A value with its n, or words, under the heading of its column.
pub(super) fn cell(unit: Unit, column: &ColumnView, c: &Cell) -> CellView {
    let (class, glyph, word) = match c.is_good {
        Some(true) => ("good", "▲", say!("good")),
        Some(false) => ("concern", "◆", say!("concern")),
        None => ("", "", ""),
    };
    let is_missing = c.value.is_none() && c.text.is_none();
    let has_value = c.text.is_none() && c.value.is_some();
    CellView {
        column: column.text.clone(),
        value: c.text.as_ref().map_or_else(|| format::optional(unit, c.value, c.n), |t| format::label(t, 400)),
        is_missing,
        class: class.to_owned(),
        glyph: glyph.to_owned(),
        word: word.to_owned(),
        interval: c.interval.filter(|_| has_value).map_or_else(String::new, |i| format::interval(unit, i, c.n)),
        n: if !is_missing && c.n > 0 { format::count(c.n) } else { String::new() },
        ..CellView::default()
    }
}

/// The same from a measure. A list of cards shows no verdicts: on a few rows each, most of them would be luck.
pub(super) fn cell_of(place: Place<'_>, column: &ColumnView, k: Option<&Kpi>) -> CellView {
    let shown = k.map_or_else(Cell::default, |k| Cell { value: k.value, n: k.n, ..Cell::default() });
    cell(k.map_or(Unit::Number, |k| place.unit(&k.metric)), column, &shown)
}

/// A person's level over the recent periods: one period of one person says nothing beside those of others.
pub(super) fn level_cell_of(place: Place<'_>, column: &ColumnView, k: Option<&Kpi>) -> CellView {
    let level = k.and_then(|k| k.level);
    let shown = level.map_or_else(Cell::default, |l| Cell { value: Some(l.value), n: l.n, ..Cell::default() });
    cell(k.map_or(Unit::Number, |k| place.unit(&k.metric)), column, &shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_of_sections_never_meet_another() {
        let scorecard = crate::report::tests::scorecard();
        let place = Place { scorecard: &scorecard, root: "" };
        let mut card = scorecard.cards[0].clone();
        let with_id = |id: &str| Section { id: id.to_owned(), ..Section::default() };
        card.sections = ["people", "people", "measures", "", "chart-0-w-t", "<b>"].map(with_id).to_vec();
        let ids: Vec<String> = extras(place, &card.name, &card.sections).into_iter().map(|e| e.id).collect();
        assert_eq!(ids, ["people", "part-2-people", "part-3-measures", "part-4-", "part-5-chart-0-w-t", "-b-"]);
    }

    #[test]
    fn a_cell_shows_words_or_a_value_and_no_n_of_nothing() {
        let column = ColumnView { text: "x".into(), ..ColumnView::default() };
        let shown = |c: Cell| cell(Unit::Share, &column, &c);
        let value = shown(Cell { value: Some(0.5), n: 40, interval: Some((0.4, 0.6)), is_good: Some(false), text: None });
        assert_eq!((value.n.as_str(), value.glyph.as_str(), value.interval.as_str()), ("40", "◆", "40–60\u{a0}%"));
        let words = shown(Cell { value: Some(0.5), n: 0, interval: Some((0.4, 0.6)), is_good: None, text: Some("since May".into()) });
        assert_eq!((words.value.as_str(), words.n.as_str(), words.interval.as_str()), ("since May", "", ""));
        let none = shown(Cell::default());
        assert!(none.is_missing && none.n.is_empty() && none.value == format::NO_DATA);
    }
}
