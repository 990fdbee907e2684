//! What goes with better results: attributes of people, held against chance by [`crate::inquiry::drivers`].

use std::collections::BTreeMap;

use super::super::cards::Ground;
use super::finding;
use crate::error::Result;
use crate::format;
use crate::inquiry::Measure;
use crate::inquiry::case_mix::standardised;
use crate::inquiry::drivers::{Attribute, Choices, Compared, Drivers, Outcome, Person, Record, Search, Value, search};
use crate::metrics::Metric;
use crate::scorecard::{Certainty, ChartData, Dot, DotGroup, Finding, Section};
use crate::{key, say};

/// Outcomes looked at.
const METRICS: [&str; 3] = ["csat", "fcr_touch", "reopen_rate"];
/// The work people did, in the year's fold.
const WORK: usize = 6;
/// Attributes: their number in the year's fold, their column, and what they are in a sentence.
const ATTRIBUTES: [(usize, &str, &str); 3] =
    [(2, "prior_business", key!("earlier work in the business")), (3, "site", key!("site")), (4, "shift", key!("shift"))];

/// The section; `None` where no attribute splits the people.
pub(super) fn section(ground: &Ground<'_>) -> Result<Option<Section>> {
    let metrics: Vec<&Metric> = METRICS.iter().map(|id| ground.e.catalogue.get(id)).collect::<Result<_>>()?;
    let found = search(&asked(ground, &metrics))?;
    if found.comparisons == 0 {
        return Ok(None);
    }
    let told: Vec<&Compared> = found.compared.iter().filter(|c| c.certainty != Certainty::CannotTellYet).collect();
    let findings: Vec<Finding> = told.iter().map(|c| as_finding(&metrics, c)).collect();
    let empty = if findings.is_empty() {
        say!("No attribute goes with better or worse results by more than chance explains.").to_owned()
    } else {
        String::new()
    };
    Ok(Some(Section {
        id: "drivers".to_owned(),
        title: say!("What goes with better results").to_owned(),
        lead: say!("{comparisons} comparisons of people by what the roster says of them, over the whole history shown; one number a person, without their mix of category and priority, within the same organisation.", comparisons = found.comparisons),
        facts: together(&found),
        findings,
        empty,
        charts: told.first().map(|c| picture(&metrics, c)).into_iter().collect(),
        footer: say!("Associated with, not caused by. Each p is the share of shuffles of the attribute among the people of an organisation that differ as \
                 much, adjusted for all comparisons of this page (Benjamini-Hochberg).")
            .to_owned(),
        ..Section::default()
    }))
}

/// Everybody with rows, their attributes and their records.
fn asked(ground: &Ground<'_>, metrics: &[&Metric]) -> Search {
    let mut people: BTreeMap<(String, String), Person> = BTreeMap::new();
    for (at, metric) in metrics.iter().enumerate() {
        let mix = standardised(ground.e.folds.year(), &metric.id, WORK);
        for (column, (number, _, _)) in ATTRIBUTES.iter().enumerate() {
            for ((organisation, agent), values) in by_person(ground, metric, *number) {
                let (events, n) = values.values().fold((0, 0), |(a, b), (hits, n)| (a + hits, b + n));
                let expected = mix.get(&[organisation.clone(), agent.clone()][..]).map(|one| one.standardised.expected);
                let person = people.entry((organisation.clone(), agent.clone())).or_insert_with(|| Person {
                    name: agent,
                    stratum: organisation,
                    attributes: vec![None; ATTRIBUTES.len()],
                    outcomes: vec![None; metrics.len()],
                });
                person.outcomes[at] = Some(Record { events, n, expected });
                // What most rows say; the first metric that has rows decides for all.
                let most = values.into_iter().max_by(|(a, (_, n)), (b, (_, m))| n.cmp(m).then_with(|| b.cmp(a))).map(|(value, _)| value);
                let attribute = &mut person.attributes[column];
                // Of whom the roster does not list nothing is known: not even that there is nothing to tell.
                let most = most.filter(|_| !ground.e.off_roster.contains(&person.name));
                *attribute = attribute.take().or_else(|| most.and_then(|value| as_value(*number, value)));
            }
        }
    }
    let outcome = |m: &&Metric| Outcome {
        measure: Measure { id: m.id.clone(), label: m.label.clone(), unit: m.unit(), better: m.better },
        margin: ground.e.settings.judge.margin_of(&m.id, 0.5),
    };
    Search {
        measures: metrics.iter().map(outcome).collect(),
        attributes: ATTRIBUTES
            .iter()
            .map(|(_, id, label)| Attribute { id: (*id).to_owned(), label: crate::language::text(label).to_owned() })
            .collect(),
        people: people.into_values().collect(),
        within: Some(say!("organisation").to_owned()),
        choices: Choices::default(),
    }
}

/// Hits and rows of every person by the value of an attribute.
fn by_person(ground: &Ground<'_>, metric: &Metric, number: usize) -> BTreeMap<(String, String), BTreeMap<String, (u64, u64)>> {
    let mut rows: BTreeMap<(String, String), BTreeMap<String, (u64, u64)>> = BTreeMap::new();
    for (group, values) in ground.e.folds.year().groups(&metric.id, number) {
        let Some(r) = values.first().copied().flatten().filter(|_| !group[1].is_empty()) else { continue };
        let (hits, n) = r.counts();
        let cell = rows.entry((group[0].clone(), group[1].clone())).or_default().entry(group[2].clone()).or_default();
        *cell = (cell.0 + hits, cell.1 + n);
    }
    rows
}

/// Earlier departments are many, and what counts is to have been in one at all; an empty site or shift is not known.
fn as_value(number: usize, value: String) -> Option<Value> {
    match number {
        2 => Some(Value::Flag(!value.is_empty())),
        _ => (!value.is_empty()).then_some(Value::Word(value)),
    }
}

fn metric_of<'m>(metrics: &[&'m Metric], c: &Compared) -> Option<&'m Metric> {
    metrics.iter().copied().find(|m| m.id == c.metric)
}

fn as_finding(metrics: &[&Metric], c: &Compared) -> Finding {
    let label = metric_of(metrics, c).map_or(c.metric.as_str(), |m| m.label.as_str());
    finding(&c.metric, format!("{label}: {}", format::label(&c.label, 80)), c.text.clone(), (c.certainty, c.is_good))
}

/// Attributes that go together, where a comparison says something.
fn together(found: &Drivers) -> Vec<(String, String)> {
    let is_told = |id: &str| found.compared.iter().any(|c| c.certainty != Certainty::CannotTellYet && c.attribute == id);
    let told = found.together.iter().filter(|t| is_told(&t.attributes.0) || is_told(&t.attributes.1));
    told.map(|t| (say!("Go together").to_owned(), t.text.clone())).collect()
}

/// Everybody of a comparison as a dot, without a name.
fn picture(metrics: &[&Metric], c: &Compared) -> ChartData {
    let group = |g: &crate::inquiry::drivers::Group| DotGroup {
        name: g.name.clone(),
        mean: Some(g.mean),
        dots: g.points.iter().map(|p| Dot { name: String::new(), value: p.level, n: p.n }).collect(),
    };
    let label = metric_of(metrics, c).map_or(c.metric.as_str(), |m| m.label.as_str());
    ChartData::Dots {
        metric: c.metric.clone(),
        title: say!("{label} and {label2}", label, label2 = format::label(&c.label, 80)),
        subtitle: say!("{label}, one dot a person, drawn towards everybody’s level as far as few rows demand", label),
        groups: c.groups.iter().map(group).collect(),
        mean: None,
    }
}
