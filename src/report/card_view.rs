//! A card of the scorecard as the strings its page shows.
//!
//! Owns the words of a measure (verdict, change, interval) and the rule that an agent's page names no other agent.

use std::collections::BTreeSet;

use super::view::{BlockView, CardView, CellView, ChartView, FindingView, KpiView, Link, NoteView, Pair, RowView, SectionView, TableView};
use crate::scorecard::{
    Better, Card, CardKind, Cell, Certainty, ChartData, Definition, Finding, Kpi, Level, Note, Point, Scorecard, TableData, TableRow, Unit,
};
use crate::{charts, format};

/// A scorecard seen from one page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The scorecard.
    pub(super) scorecard: &'a Scorecard,
    /// Path from the page to the scorecard's folder: empty or `../`.
    pub(super) root: &'a str,
}

/// The page of one card.
pub(super) fn card(place: Place<'_>, card: &Card) -> CardView {
    let card = &only_own(place.scorecard, card);
    let (judged, context): (Vec<&Kpi>, Vec<&Kpi>) = card.kpis.iter().partition(|k| place.is_judged(&k.metric));
    CardView {
        kind: kind_word(card.kind).to_owned(),
        name: format::label(&card.name, 120),
        headline: if card.kind == CardKind::Agent { String::new() } else { headline(place, &card.kpis) },
        about: card.about.iter().map(|(l, v)| pair(l, v)).collect(),
        notes: notes_for(place.scorecard, card),
        blocks: blocks(place, card),
        sections: sections(place, judged, "k"),
        context: unnamed_if_single(sections(place, context, "c")),
        observations: unnamed_if_single(sections(place, card.observations.iter().collect(), "o")),
        charts: card.charts.iter().enumerate().map(|(i, c)| chart(place, card, (i, c))).collect(),
        tables: card.tables.iter().map(|t| table(place, t)).collect(),
    }
}

impl Place<'_> {
    /// The definition of a metric, if there is one.
    pub(super) fn definition(&self, metric: &str) -> Option<&Definition> {
        self.scorecard.definitions.iter().find(|d| d.id == metric)
    }

    /// Whether more or less of a metric is better; what is not known is not judged.
    pub(super) fn is_judged(&self, metric: &str) -> bool {
        self.definition(metric).is_some_and(|d| d.better != Better::Neither)
    }

    fn unit(&self, metric: &str) -> Unit {
        self.definition(metric).map_or(Unit::Number, |d| d.unit)
    }

    /// Link to the definition of a metric.
    pub(super) fn definition_href(&self, metric: &str) -> String {
        format!("{}definitions.html#{}", self.root, anchor(metric))
    }

    /// A link below the scorecard's folder; empty for anything that could lead elsewhere.
    pub(super) fn href(&self, path: &str) -> String {
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '#');
        let is_inside = !path.is_empty() && !path.starts_with('/') && !path.split('/').any(|part| part == "..");
        if is_inside && path.chars().all(is_plain) { format!("{}{path}", self.root) } else { String::new() }
    }
}

/// A metric id as an anchor.
pub(super) fn anchor(metric: &str) -> String {
    metric.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

/// `Agent`, `Team`, …
pub(super) fn kind_word(kind: CardKind) -> &'static str {
    match kind {
        CardKind::Desk => "Desk",
        CardKind::Team => "Team",
        CardKind::Supplier => "Supplier",
        CardKind::Agent => "Agent",
    }
}

fn pair(label: &str, value: &str) -> Pair {
    Pair { label: format::label(label, 80), value: format::label(value, 400) }
}

/// `5 of 7 targets met, 1 without data`; empty without targets.
pub(super) fn headline(place: Place<'_>, kpis: &[Kpi]) -> String {
    let with_target: Vec<&Kpi> = kpis.iter().filter(|k| k.target.is_some() && place.is_judged(&k.metric)).collect();
    let met = with_target.iter().filter(|k| k.is_met == Some(true)).count();
    let open = with_target.iter().filter(|k| k.is_met.is_none()).count();
    match (with_target.len() - open, open) {
        (0, 0) => String::new(),
        (0, _) => "No target can be judged yet".to_owned(),
        (1, open) => format!("{met} of 1 target met{}", without_data(open)),
        (judged, open) => format!("{met} of {judged} targets met{}", without_data(open)),
    }
}

fn without_data(open: usize) -> String {
    if open == 0 { String::new() } else { format!(", {open} without data") }
}

/// The card without rows, marks and notes that belong to other agents, if it is an agent's.
fn only_own(scorecard: &Scorecard, card: &Card) -> Card {
    let mut card = card.clone();
    if card.kind != CardKind::Agent {
        return card;
    }
    let others = other_agents(scorecard, &card);
    for chart in &mut card.charts {
        if let ChartData::Groups { groups, .. } = chart {
            groups.retain(|g| !others.contains(g.name.as_str()));
        }
    }
    card.charts.retain(|c| !matches!(c, ChartData::Groups { groups, .. } if groups.is_empty()));
    for table in &mut card.tables {
        table.rows.retain(|r| !others.contains(r.name.as_str()));
    }
    card
}

fn other_agents<'a>(scorecard: &'a Scorecard, card: &Card) -> BTreeSet<&'a str> {
    let is_other = |c: &&Card| c.kind == CardKind::Agent && c.slug != card.slug && c.name != card.name;
    scorecard.cards.iter().filter(is_other).map(|c| c.name.as_str()).collect()
}

/// The data-quality box; on an agent's page a note that names other people only says that it exists.
fn notes_for(scorecard: &Scorecard, card: &Card) -> Vec<NoteView> {
    if card.kind != CardKind::Agent {
        return scorecard.notes.iter().map(note).collect();
    }
    let others = other_agents(scorecard, card);
    let hide = |n: &Note| {
        // Those on no roster have no card, and are named by nothing but these notes.
        let is_about_people = ["agents-off-roster", "alias-ambiguous"].contains(&n.code.as_str());
        let names_others = is_about_people || others.iter().any(|name| names(&n.text, name));
        if names_others {
            Note { text: "A note on the data names other people; the desk's data page has it.".to_owned(), ..n.clone() }
        } else {
            n.clone()
        }
    };
    scorecard.notes.iter().map(|n| note(&hide(n))).collect()
}

/// Whether `text` has `name` in it as words of its own.
fn names(text: &str, name: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let is_whole = |at: usize| is_edge(text[..at].chars().next_back()) && is_edge(text[at + name.len()..].chars().next());
    !name.is_empty() && text.match_indices(name).any(|(at, _)| is_whole(at))
}

/// A sentence of the data-quality box.
pub(super) fn note(n: &Note) -> NoteView {
    let (class, word) = match n.level {
        Level::Warning => ("warning", "Warning"),
        Level::Info => ("info", "Note"),
    };
    NoteView { class: class.to_owned(), word: word.to_owned(), code: format::label(&n.code, 60), text: format::label(&n.text, 1000) }
}

/// The three blocks, an empty one with its reason.
pub(super) fn blocks(place: Place<'_>, card: &Card) -> Vec<BlockView> {
    let all = [
        ("goals", "goals", "Goals", &card.goals),
        ("doing_well", "well", "Doing well", &card.doing_well),
        ("to_improve", "improve", "To improve", &card.to_improve),
    ];
    let reason =
        |key: &str| card.empty_because.iter().find(|(k, _)| k == key).map_or("Nothing to say this period.", |(_, why)| why.as_str());
    let block = |(key, class, title, findings): (&str, &str, &str, &Vec<Finding>)| BlockView {
        class: class.to_owned(),
        title: title.to_owned(),
        findings: findings.iter().map(|f| finding(place, class, f)).collect(),
        empty: if findings.is_empty() { format::clean(reason(key)) } else { String::new() },
    };
    all.into_iter().map(block).collect()
}

fn finding(place: Place<'_>, block: &str, f: &Finding) -> FindingView {
    let certainty = match f.certainty {
        Certainty::Clear => "clear",
        Certainty::Leaning => "leaning",
        Certainty::CannotTellYet => "cannot tell yet",
    };
    let (class, glyph, word) = match (block, f.is_met) {
        ("goals", Some(true)) => ("good", "●", "met"),
        ("goals", Some(false)) => ("concern", "◆", "missed"),
        ("goals", None) => ("open", "○", "cannot tell yet"),
        ("well", _) => ("good", "▲", certainty),
        _ => ("concern", "◆", certainty),
    };
    let class = if f.certainty == Certainty::CannotTellYet { "open" } else { class };
    FindingView {
        class: class.to_owned(),
        glyph: glyph.to_owned(),
        word: word.to_owned(),
        title: format::label(&f.title, 160),
        href: if place.definition(&f.metric).is_some() { place.definition_href(&f.metric) } else { String::new() },
        text: format::label(&f.text, 1000),
        examples: f.examples.iter().map(|(id, why)| pair(id, why)).collect(),
    }
}

/// Measures by section, sections in the order they first appear. `prefix` keeps the ids of pictures apart.
fn sections(place: Place<'_>, kpis: Vec<&Kpi>, prefix: &str) -> Vec<SectionView> {
    let mut sections: Vec<SectionView> = Vec::new();
    for (i, k) in kpis.into_iter().enumerate() {
        let name = place.definition(&k.metric).map_or("Other", |d| d.section.as_str());
        let row = kpi(place, k, &format!("{prefix}{i}"));
        match sections.iter_mut().find(|s| s.name == name) {
            Some(section) => section.rows.push(row),
            None => sections.push(SectionView { name: format::clean(name), rows: vec![row] }),
        }
    }
    sections
}

/// A single section needs no heading below the one of its part.
fn unnamed_if_single(mut sections: Vec<SectionView>) -> Vec<SectionView> {
    if let [only] = sections.as_mut_slice() {
        only.name.clear();
    }
    sections
}

/// One measure. `id` must be unique in the page.
pub(super) fn kpi(place: Place<'_>, k: &Kpi, id: &str) -> KpiView {
    let definition = place.definition(&k.metric);
    let unit = place.unit(&k.metric);
    let better = definition.map_or(Better::Neither, |d| d.better);
    let (verdict_class, verdict) = if place.is_judged(&k.metric) { verdict(k) } else { ("open", "") };
    let (delta, previous) = change(place, k, unit);
    let label = definition.map_or(k.metric.as_str(), |d| d.label.as_str());
    KpiView {
        label: format::label(label, 120),
        href: place.definition_href(&k.metric),
        is_own: definition.is_some_and(|d| d.is_own),
        value: k.value.map_or_else(|| format::NO_DATA.to_owned(), |v| format::value_against(unit, v, k.n, k.target)),
        is_missing: k.value.is_none(),
        interval: k.interval.filter(|_| k.value.is_some()).map_or_else(String::new, |i| format::interval(unit, i, k.n)),
        n: format::count(k.n),
        immature: if k.immature > 0 { format!("+{} not yet mature", format::count(k.immature)) } else { String::new() },
        target: k.target.map_or_else(String::new, |t| target(unit, better, t)),
        verdict_class: verdict_class.to_owned(),
        verdict: if k.target.is_some() && k.value.is_none() { "no data".to_owned() } else { verdict.to_owned() },
        delta,
        previous,
        trusted_spark: charts::sparkline(k, unit, &format!("spark-{id}")).unwrap_or_default(),
        rows_href: k.rows_file.as_deref().map_or_else(String::new, |f| place.href(f)),
    }
}

fn target(unit: Unit, better: Better, t: f64) -> String {
    match better {
        Better::Neither => format::bare_target(unit, t),
        _ => format::target(unit, t, better == Better::Lower),
    }
}

/// Which side of the target the value is on; hollow and "leaning" while the 95 % interval has the target inside.
pub(super) fn verdict(k: &Kpi) -> (&'static str, &'static str) {
    let is_inside = k.interval.zip(k.target).is_some_and(|((low, high), t)| low <= t && t <= high);
    match (k.is_met, is_inside) {
        (Some(true), false) => ("good", "● met"),
        (Some(true), true) => ("good", "○ met, leaning"),
        (Some(false), false) => ("concern", "◆ missed"),
        (Some(false), true) => ("concern", "◇ missed, leaning"),
        (None, _) => ("open", ""),
    }
}

/// The change with the previous value; a period that is not complete is not compared.
fn change(place: Place<'_>, k: &Kpi, unit: Unit) -> (String, String) {
    let before = &place.scorecard.previous_period.short;
    let Some(previous) = k.previous else { return (String::new(), format!("no data in {before}")) };
    let was = format!("{} in {before}, n\u{a0}{}", format::value_of(unit, previous, k.previous_n), format::count(k.previous_n));
    let Some(now) = k.value else { return (String::new(), was) };
    if place.scorecard.period.is_partial {
        return (String::new(), format!("{was}; not comparable yet"));
    }
    let delta = format::difference(unit, now, previous, k.n.min(k.previous_n));
    (delta.unwrap_or_else(|| "unchanged".to_owned()), was)
}

fn chart(place: Place<'_>, card: &Card, (i, data): (usize, &ChartData)) -> ChartView {
    let drawing = charts::draw(data, &place.scorecard.definitions, &format::label(&card.name, 60), &format!("chart-{i}"));
    ChartView {
        title: format::label(&drawing.title, 200),
        subtitle: format::label(&drawing.subtitle, 300),
        key: chart_key(data).to_owned(),
        trusted_svg: drawing.svg,
        trusted_svg_narrow: drawing.svg_narrow,
        columns: drawing.table.columns,
        rows: drawing.table.rows,
    }
}

/// The one shape a reader could not guess.
fn chart_key(data: &ChartData) -> &'static str {
    let is_partial = |points: &[Point]| points.iter().any(|p| p.is_partial && p.value.is_some());
    match data {
        ChartData::Trend { points, desk, .. } if is_partial(points) || is_partial(desk) => "○ not complete yet",
        ChartData::Backlog { open, created, resolved, .. } if is_partial(open) || is_partial(created) || is_partial(resolved) => {
            "○ not complete yet"
        }
        ChartData::Groups { groups, .. } if groups.iter().any(|g| g.interval.is_some()) => "● value with its 95 % interval",
        _ => "",
    }
}

fn table(place: Place<'_>, t: &TableData) -> TableView {
    let columns: Vec<Link> = t.columns.iter().map(|m| column(place, m)).collect();
    let row = |r: &TableRow| RowView {
        name: Link { text: format::label(&r.name, 80), href: r.page.as_deref().map_or_else(String::new, |p| place.href(p)) },
        cells: r.cells.iter().zip(&t.columns).zip(&columns).map(|((c, m), l)| cell(place.unit(m), &l.text, c)).collect(),
    };
    TableView {
        title: format::label(&t.title, 160),
        note: format::label(&t.note, 600),
        row_label: format::label(&t.row_label, 60),
        rows: t.rows.iter().map(row).collect(),
        columns,
    }
}

/// A column's short name, linked to its definition.
pub(super) fn column(place: Place<'_>, metric: &str) -> Link {
    let text = place.definition(metric).map_or(metric, |d| d.short.as_str());
    Link { text: format::label(text, 40), href: place.definition_href(metric) }
}

/// A value with its n under the heading of its column.
pub(super) fn cell(unit: Unit, column: &str, c: &Cell) -> CellView {
    CellView {
        column: column.to_owned(),
        value: format::optional(unit, c.value, c.n),
        is_missing: c.value.is_none(),
        n: if c.value.is_some() { format::count(c.n) } else { String::new() },
        ..CellView::default()
    }
}

/// The same from a measure. A list of cards shows no verdicts: on a few rows each, most of them would be luck.
pub(super) fn cell_of(place: Place<'_>, column: &str, k: Option<&Kpi>) -> CellView {
    k.map_or_else(
        || cell(Unit::Number, column, &Cell::default()),
        |k| cell(place.unit(&k.metric), column, &Cell { value: k.value, n: k.n }),
    )
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
    fn links_stay_below_the_scorecards_folder() {
        let scorecard = crate::report::tests::scorecard();
        let place = Place { scorecard: &scorecard, root: "../" };
        assert_eq!(place.href("agents/agent-ada.html"), "../agents/agent-ada.html");
        for bad in ["", "javascript:alert(1)", "//evil.example", "/etc/passwd", "a/../../b", "https://x", "a b"] {
            assert_eq!(place.href(bad), "", "{bad}");
        }
    }

    #[test]
    fn a_verdict_with_the_target_inside_the_interval_only_leans() {
        let scorecard = crate::report::tests::scorecard();
        let k =
            |value: f64, interval| Kpi { value: Some(value), is_met: Some(value >= 0.7), interval, ..scorecard.cards[0].kpis[0].clone() };
        assert_eq!(verdict(&k(0.75, Some((0.6, 0.85)))).1, "○ met, leaning");
        assert_eq!(verdict(&k(0.75, Some((0.71, 0.79)))).1, "● met");
        assert_eq!(verdict(&k(0.65, Some((0.5, 0.78)))).1, "◇ missed, leaning");
        assert_eq!(verdict(&k(0.65, None)).1, "◆ missed");
    }
}
