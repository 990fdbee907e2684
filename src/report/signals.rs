//! The icons of control charts and their summary, after Making Data Count (NHS England).
//!
//! Owns where a measure stands in the summary.

use super::card_view::Place;
use super::view::{IconView, Link, SummaryRow, SummaryView};
use crate::scorecard::{Assurance, Kpi, Signal, Variation};
use crate::{charts, format};
use crate::{key, say};

/// The icon of a variation with its words.
pub(super) fn variation(v: Variation) -> IconView {
    IconView { trusted_icon: charts::variation_icon(v), word: charts::variation_words(v).to_owned(), is_usual: v == Variation::CommonCause }
}

/// The icon of an assurance with its words.
pub(super) fn assurance(a: Assurance) -> IconView {
    IconView { trusted_icon: charts::assurance_icon(a), word: charts::assurance_words(a).to_owned(), is_usual: a == Assurance::HitOrMiss }
}

const COLUMNS: [Option<Assurance>; 4] = [Some(Assurance::Passes), Some(Assurance::HitOrMiss), Some(Assurance::Fails), None];

const ROWS: [(&str, &[Variation]); 4] = [
    (key!("Improving"), &[Variation::ImprovingHigh, Variation::ImprovingLow]),
    (key!("Common cause"), &[Variation::CommonCause]),
    (key!("Concerning"), &[Variation::ConcerningHigh, Variation::ConcerningLow]),
    (key!("Changed"), &[Variation::ChangedHigh, Variation::ChangedLow]),
];

/// Every measure with a signal in its cell; `None` without any. Of the last row and the last column only what has measures.
pub(super) fn summary(place: Place<'_>, kpis: &[Kpi]) -> Option<SummaryView> {
    let signals: Vec<(&Kpi, Signal)> = kpis.iter().filter_map(|k| Some((k, k.signal?))).collect();
    let columns: Vec<Option<Assurance>> =
        COLUMNS.into_iter().filter(|c| c.is_some() || signals.iter().any(|(_, s)| s.assurance.is_none())).collect();
    let rows = ROWS.iter().map(|(word, variations)| row(place, &signals, &columns, (crate::language::text(word), variations)));
    let head = |c: &Option<Assurance>| c.map_or_else(|| IconView { word: say!("No target").to_owned(), ..IconView::default() }, headed);
    (!signals.is_empty()).then(|| SummaryView {
        lead: lead(&signals),
        rows: rows.filter(|r| r.word != crate::language::text(ROWS[3].0) || r.cells.iter().any(|c| !c.is_empty())).collect(),
        columns: columns.iter().map(head).collect(),
    })
}

fn headed(a: Assurance) -> IconView {
    let word = match a {
        Assurance::Passes => say!("Target will be met"),
        Assurance::HitOrMiss => say!("Target hit or miss"),
        Assurance::Fails => say!("Target will be missed"),
    };
    IconView { word: word.to_owned(), ..assurance(a) }
}

fn row(place: Place<'_>, signals: &[(&Kpi, Signal)], columns: &[Option<Assurance>], (word, of): (&str, &[Variation])) -> SummaryRow {
    let link = |k: &Kpi| {
        let definition = place.definition(&k.metric);
        let text = format::label(definition.map_or(k.metric.as_str(), |d| d.short.as_str()), 40);
        Link { text, href: if definition.is_some() { place.definition_href(&k.metric) } else { String::new() } }
    };
    let is_here = |s: &Signal, c: &Option<Assurance>| of.contains(&s.variation) && s.assurance == *c;
    let cell = |c: &Option<Assurance>| signals.iter().filter(|(_, s)| is_here(s, c)).map(|(k, _)| link(k)).collect();
    let shown = of.iter().filter(|v| signals.iter().any(|(_, s)| s.variation == **v));
    let icons: Vec<String> = shown.map(|v| charts::variation_icon(*v)).collect();
    let trusted_icon = if icons.is_empty() { charts::variation_icon(of[0]) } else { icons.concat() };
    SummaryRow { trusted_icon, word: word.to_owned(), cells: columns.iter().map(cell).collect() }
}

fn lead(signals: &[(&Kpi, Signal)]) -> String {
    let all = signals.len();
    let usual = signals.iter().filter(|(_, s)| s.variation == Variation::CommonCause).count();
    let shown = format::count(all as u64);
    match all - usual {
        0 => {
            say!(all => "Nothing but the usual ups and downs in {all} measure.", "Nothing but the usual ups and downs in {all} measures.", all = shown)
        }
        special => {
            let special = format::count(special as u64);
            say!(
                all => "{special} of {all} measure differ from their usual ups and downs.",
                "{special} of {all} measures differ from their usual ups and downs.",
                special,
                all = shown
            )
        }
    }
}
