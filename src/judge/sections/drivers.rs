//! What goes with better results: attributes of people, held against chance by shuffling them among the people.

use std::collections::BTreeMap;

use super::super::cards::Ground;
use super::super::standing::points;
use super::finding;
use crate::error::Result;
use crate::format;
use crate::metrics::Metric;
use crate::scorecard::{Better, Certainty, Finding, Section};
use crate::stats::Proportion;
use crate::stats::hierarchical::Population;
use crate::stats::{multiplicity, permutation};

/// Outcomes looked at.
const METRICS: [&str; 3] = ["csat", "fcr_touch", "reopen_rate"];
/// Attributes: their number in the year's fold, and what they are in a sentence.
const ATTRIBUTES: [(usize, &str); 3] = [(2, "earlier work in the business"), (3, "site"), (4, "shift")];
/// Rows from which a person counts.
const FEWEST_ROWS: u64 = 20;
/// People on either side of a comparison.
const FEWEST_PEOPLE: usize = 3;
/// The draws of a permutation test are the same in every run.
const SEED: u64 = 20_240_601;

/// A person's outcome.
struct Person {
    /// Supplier, empty for the company's own people: organisations are not compared with each other here.
    organisation: String,
    value: String,
    level: f64,
    own: Proportion,
}

/// A comparison that was made.
struct Compared<'a> {
    metric: &'a Metric,
    title: String,
    text: String,
    difference: f64,
    p: f64,
}

/// The section; `None` where no attribute splits the people.
pub(super) fn section(ground: &Ground<'_>) -> Result<Option<Section>> {
    let mut all: Vec<Compared<'_>> = Vec::new();
    for id in METRICS {
        let metric = ground.e.catalogue.get(id)?;
        for (number, name) in ATTRIBUTES {
            all.extend(compared(ground, metric, number, name));
        }
    }
    if all.is_empty() {
        return Ok(None);
    }
    let p: Vec<f64> = all.iter().map(|c| c.p).collect();
    let adjusted = multiplicity::benjamini_hochberg(&p).unwrap_or(p);
    let mut findings: Vec<Finding> = all.iter().zip(&adjusted).filter_map(|(c, p)| told(ground, c, *p)).collect();
    findings.sort_by_key(|f| f.certainty);
    let empty = if findings.is_empty() {
        "No attribute goes with better or worse results by more than luck can do.".to_owned()
    } else {
        String::new()
    };
    Ok(Some(Section {
        id: "drivers".to_owned(),
        title: "What goes with better results".to_owned(),
        lead: format!(
            "{} comparisons of people by what the roster says of them, over the whole history shown; one number a person, within the same organisation.",
            all.len()
        ),
        findings,
        empty,
        footer: "Associated with, not caused by. Each p is the share of shuffles of the attribute among the people that differ as much, adjusted for all \
                 comparisons of this page (Benjamini-Hochberg)."
            .to_owned(),
        ..Section::default()
    }))
}

fn compared<'a>(ground: &Ground<'a>, metric: &'a Metric, number: usize, name: &str) -> Vec<Compared<'a>> {
    let people = people(ground, metric, number);
    let mut values: Vec<&str> = people.iter().map(|p| p.value.as_str()).collect();
    values.sort_unstable();
    values.dedup();
    // Earlier departments are many, and what counts is to have been in one at all.
    if number == 2 {
        return compare(metric, &people, name, |p| !p.value.is_empty(), "with it", "without").into_iter().collect();
    }
    let named: Vec<&str> = values.into_iter().filter(|v| !v.is_empty()).collect();
    let one = |value: &&str| {
        let title = format!("{name} {}", format::label(value, 40));
        compare(metric, &people, &title, |p| p.value == **value, "there", "elsewhere")
    };
    // Two values say the same thing twice.
    named.iter().take(if named.len() == 2 { 1 } else { named.len() }).filter_map(one).collect()
}

/// Every person's level, with the attribute most of the own rows have.
fn people(ground: &Ground<'_>, metric: &Metric, number: usize) -> Vec<Person> {
    let mut rows: BTreeMap<(String, String), BTreeMap<String, (u64, u64)>> = BTreeMap::new();
    for (group, values) in ground.e.folds.year().groups(&metric.id, number) {
        let Some(r) = values.first().copied().flatten().filter(|_| !group[1].is_empty()) else { continue };
        let (hits, n) = r.counts();
        let cell = rows.entry((group[0].clone(), group[1].clone())).or_default().entry(group[2].clone()).or_default();
        *cell = (cell.0 + hits, cell.1 + n);
    }
    let sums: Vec<(String, String, Proportion)> = rows
        .into_iter()
        .filter_map(|((organisation, _), values)| {
            let value = values.iter().max_by_key(|(value, (_, n))| (*n, std::cmp::Reverse(*value))).map(|(value, _)| value.clone())?;
            let (hits, n) = values.values().fold((0, 0), |(a, b), (hits, n)| (a + hits, b + n));
            Some((organisation, value, Proportion::new(hits, n).ok().filter(|p| p.n() >= FEWEST_ROWS)?))
        })
        .collect();
    let groups: Vec<Proportion> = sums.iter().map(|s| s.2).collect();
    let Ok(population) = Population::fit(&groups) else { return Vec::new() };
    sums.into_iter().map(|(organisation, value, own)| Person { organisation, value, level: population.posterior_mean(own), own }).collect()
}

/// People with and without something, within organisations that have both.
fn compare<'a>(
    metric: &'a Metric,
    people: &[Person],
    name: &str,
    has: impl Fn(&Person) -> bool,
    with_words: &str,
    without_words: &str,
) -> Option<Compared<'a>> {
    let mut by_organisation: BTreeMap<&str, Vec<&Person>> = BTreeMap::new();
    for person in people {
        by_organisation.entry(&person.organisation).or_default().push(person);
    }
    let is_split = |people: &[&Person]| people.iter().any(|p| has(p)) && people.iter().any(|p| !has(p));
    by_organisation.retain(|_, people| is_split(people));
    let (mut levels, mut labels) = (Vec::new(), Vec::new());
    for people in by_organisation.values() {
        // Organisations stand at different levels; what is compared is the distance from the own one's.
        let mean = people.iter().map(|p| p.level).sum::<f64>() / people.len() as f64;
        levels.extend(people.iter().map(|p| p.level - mean));
        labels.extend(people.iter().map(|p| usize::from(has(p))));
    }
    let count = |side: usize| labels.iter().filter(|l| **l == side).count();
    if count(0) < FEWEST_PEOPLE || count(1) < FEWEST_PEOPLE {
        return None;
    }
    let test = permutation::by_group(&levels, &labels, SEED).ok()?;
    let mean = |side: usize| levels.iter().zip(&labels).filter(|(_, l)| **l == side).map(|(v, _)| v).sum::<f64>() / count(side) as f64;
    let raw = |side: bool| {
        let mine = by_organisation.values().flatten().filter(|p| has(p) == side);
        let (hits, n) = mine.fold((0, 0), |(a, b), p| (a + p.own.hits(), b + p.own.n()));
        format!("{} of {}", format::value_of(metric.unit(), hits as f64 / n as f64, n), format::count(n))
    };
    let difference = mean(1) - mean(0);
    let text = format!(
        "{} people {with_words}: {}; {} {without_words}: {}. Their levels lie {} apart",
        count(1),
        raw(true),
        count(0),
        raw(false),
        points(difference.abs())
    );
    Some(Compared { metric, title: format!("{}: {name}", metric.label), text, difference, p: test.p })
}

/// A comparison that luck does not explain.
fn told(ground: &Ground<'_>, c: &Compared<'_>, p: f64) -> Option<Finding> {
    let margin = ground.e.settings.judge.margin_of(&c.metric.id, 0.5);
    let certainty = match p {
        p if p <= 0.05 => Certainty::Clear,
        p if p <= 0.1 => Certainty::Leaning,
        _ => return None,
    };
    if c.difference.abs() < margin {
        return None;
    }
    let is_good = (c.difference > 0.0) == (c.metric.better == Better::Higher);
    let said = if p < 0.001 { "p less than 0.001".to_owned() } else { format!("p = {p:.3}") };
    Some(finding(&c.metric.id, c.title.clone(), format!("{} ({said}).", c.text), (certainty, Some(is_good))))
}
