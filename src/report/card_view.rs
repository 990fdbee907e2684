//! A card of the scorecard as the strings its page shows.
//!
//! Owns the order of the page, the heading, and links that stay inside the scorecard's folder.

use super::blocks::{blocks, next};
use super::own::Everybody;
use super::parts::{chart, extras, table};
use super::view::{CardView, MeasuresView, NoteView, Pair, SectionView};
use super::{measure, signals};
use crate::format;
use crate::say;
use crate::scorecard::{Card, CardKind, Definition, Kpi, Level, Note, Scorecard, Unit};

/// A scorecard seen from one page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The scorecard.
    pub(super) scorecard: &'a Scorecard,
    /// Path from the page to the scorecard's folder: empty or `../`.
    pub(super) root: &'a str,
}

/// The page of one card.
pub(super) fn card(place: Place<'_>, everybody: &Everybody<'_>, card: &Card) -> CardView {
    let card = &everybody.only_own(card);
    let is_agent = card.kind == CardKind::Agent;
    let (judged, context): (Vec<&Kpi>, Vec<&Kpi>) = card.kpis.iter().partition(|k| k.is_judged);
    CardView {
        kind: kind_word(card.kind).to_owned(),
        name: format::label(&card.name, 120),
        headline: if is_agent { String::new() } else { headline(&card.kpis) },
        about: card.about.iter().map(|(l, v)| pair(l, v)).collect(),
        notes: everybody.notes(card).iter().map(note).collect(),
        blocks: blocks(place, card),
        next: next(place, card),
        summary: if is_agent { None } else { signals::summary(place, &card.kpis) }.into_iter().collect(),
        begins_with_findings: !is_agent,
        measures: measures(place, if is_agent { say!("How it stands") } else { say!("Measures") }, judged, "k"),
        extras: extras(place, &card.name, &card.sections),
        context: unnamed_if_single(measures(place, say!("Context, not judged"), context, "c")),
        observations: unnamed_if_single(measures(place, say!("Observations"), card.observations.iter().collect(), "o")),
        charts: card.charts.iter().enumerate().map(|(i, c)| chart(place, &card.name, (&i.to_string(), c))).collect(),
        tables: card.tables.iter().map(|t| table(place, t)).collect(),
        footer: card.footer.iter().map(|f| format::label(f, 1000)).collect(),
    }
}

impl Place<'_> {
    /// The definition of a metric, if there is one.
    pub(super) fn definition(&self, metric: &str) -> Option<&Definition> {
        self.scorecard.definitions.iter().find(|d| d.id == metric)
    }

    /// The kind of number a metric is.
    pub(super) fn unit(&self, metric: &str) -> Unit {
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
        CardKind::Desk => say!("Desk"),
        CardKind::Team => say!("Team"),
        CardKind::Supplier => say!("Supplier"),
        CardKind::Agent => say!("Agent"),
    }
}

/// A label with its value, both fit to show.
pub(super) fn pair(label: &str, value: &str) -> Pair {
    Pair { label: format::label(label, 80), value: format::label(value, 2000) }
}

/// `5 of 7 targets met, 1 without data, 1 with too few rows`; empty without targets.
pub(super) fn headline(kpis: &[Kpi]) -> String {
    let with_target: Vec<&Kpi> = kpis.iter().filter(|k| k.target.is_some() && k.is_judged).collect();
    let met = with_target.iter().filter(|k| k.is_met == Some(true)).count();
    let open = with_target.iter().filter(|k| k.is_met.is_none()).count();
    let few = with_target.iter().filter(|k| k.is_met.is_none() && (k.value.is_some() || k.is_hidden)).count();
    match (with_target.len() - open, open) {
        (0, 0) => String::new(),
        (0, _) => say!("No target can be judged yet").to_owned(),
        (1, open) => say!("{met} of 1 target met{open}", met, open = untold(open - few, few)),
        (judged, open) => say!("{met} of {judged} targets met{open}", met, judged, open = untold(open - few, few)),
    }
}

/// Targets without any figure, and those with too few rows to say.
fn untold(none: usize, few: usize) -> String {
    let none = if none == 0 { String::new() } else { say!(", {open} without data", open = none) };
    if few == 0 { none } else { none + &say!(", {few} with too few rows", few) }
}

/// A sentence of the data-quality box.
pub(super) fn note(n: &Note) -> NoteView {
    let (class, word) = match n.level {
        Level::Critical => ("critical", say!("Warning")),
        Level::Warning => ("warning", say!("Warning")),
        Level::Info => ("info", say!("Note")),
        Level::Setup => ("setup", say!("Note")),
    };
    NoteView { class: class.to_owned(), word: word.to_owned(), code: format::label(&n.code, 60), text: format::label(&n.text, 1000) }
}

/// Measures by section, sections in the order they first appear. `prefix` keeps the ids of pictures apart.
pub(super) fn measures(place: Place<'_>, title: &str, kpis: Vec<&Kpi>, prefix: &str) -> MeasuresView {
    let has_signals = kpis.iter().any(|k| k.signal.is_some());
    let mut sections: Vec<SectionView> = Vec::new();
    for (i, k) in kpis.into_iter().enumerate() {
        let name = place.definition(&k.metric).map_or(say!("Other"), |d| d.section.as_str());
        let row = measure::kpi(place, k, &format!("{prefix}{i}"));
        let name = format::clean(name);
        match sections.iter_mut().find(|s| s.name == name) {
            Some(section) => section.rows.push(row),
            None => sections.push(SectionView { name, rows: vec![row] }),
        }
    }
    MeasuresView { title: title.to_owned(), has_signals, sections }
}

/// A single section needs no heading below the one of its part.
pub(super) fn unnamed_if_single(mut measures: MeasuresView) -> MeasuresView {
    if let [only] = measures.sections.as_mut_slice() {
        only.name.clear();
    }
    measures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stay_below_the_scorecards_folder() {
        let scorecard = crate::report::tests::scorecard();
        let place = Place { scorecard: &scorecard, root: "../" };
        assert_eq!(place.href("agents/agent-ada.html"), "../agents/agent-ada.html");
        for bad in ["", "javascript:alert(1)", "//evil.example", "/etc/passwd", "a/../../b", "https://x", "a b"] {
            assert_eq!(place.href(bad), "", "{bad}");
        }
    }
}
