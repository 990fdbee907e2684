//! Recognition of the week, the month, the quarter: names only where the numbers can carry them.

use std::collections::BTreeMap;

use super::super::cards::{Ground, Subject};
use super::super::standing::breakdown;
use super::super::{Evidence, Stay};
use crate::clock::period::Unit;
use crate::format;
use crate::say;
use crate::scorecard::{CardKind, Section};
use crate::stats::Proportion;
use crate::stats::hierarchical::Population;
use crate::stats::ranking;

/// What is recognised.
const METRIC: &str = "csat";
/// Rankability from which differences between people are more than noise (van Dishoeck 2011).
const RANKABLE: f64 = 0.5;
/// Fewest people of whom one can stand out.
const FEWEST: usize = 3;
/// Fewest answers a person, on average, from which differences between people can be measured at all.
const ANSWERS: u64 = 5;
/// Chance that equal people differ as much, above which nobody is picked.
const LUCK: f64 = 0.05;
/// Names listed in a line.
const MOST_NAMES: usize = 40;

/// The section; `None` without answers of enough people.
pub(super) fn section(ground: &Ground<'_>, s: &Subject) -> Option<Section> {
    let e = ground.e;
    let metric = e.catalogue.get(METRIC).ok()?;
    let spans: &[(&str, usize)] = match e.now().unit {
        Unit::Week => &[(say!("Week"), 1), (say!("Four weeks"), 4), (say!("Quarter"), 13)],
        Unit::Month => &[(say!("Month"), 1), (say!("Quarter"), 3)],
        Unit::Quarter | Unit::All => &[(say!("Period"), 1)],
    };
    let facts: Vec<(String, String)> =
        spans.iter().filter_map(|(name, periods)| Some(((*name).to_owned(), words(ground, s, *periods)?))).collect();
    (!facts.is_empty()).then(|| Section {
        id: "recognition".to_owned(),
        title: say!("Recognition").to_owned(),
        lead: say!("{metric}, levels pulled towards those of all people here as far as few answers demand. Names in alphabetical order.", metric = metric.label),
        facts,
        footer: say!("No names are picked where chance makes more than half of the differences between people, nor where equal people would differ as much one time in twenty. Satisfaction is one side of \
                 the work: quality reviews, colleagues’ feedback and teamwork stand on each agent’s card.")
            .to_owned(),
        ..Section::default()
    })
}

/// What can be said of one span.
fn words(ground: &Ground<'_>, s: &Subject, periods: usize) -> Option<String> {
    let people = sums(ground, s, periods);
    if people.len() < FEWEST {
        return None;
    }
    let groups: Vec<Proportion> = people.values().copied().collect();
    let population = Population::fit(&groups).ok()?;
    let rankability = ranking::rankability_of(&groups, &population).ok()?.value;
    let answers: u64 = groups.iter().map(|g| g.n()).sum();
    let said = say!(
        "chance’s part of the differences: {share}, {answers} answers",
        share = format::decimals(1.0 - rankability, 2),
        answers = format::count(answers)
    );
    let is_luck = ranking::homogeneity(&groups).map_or(true, |h| h.p > LUCK) || answers < ANSWERS * groups.len() as u64;
    let above = if rankability < RANKABLE || is_luck { Vec::new() } else { above(ground.e, &people, &population) };
    if above.is_empty() {
        // A list of everybody would say nothing.
        return Some(say!("Too close to call among {people} people ({said}).", people = people.len(), said));
    }
    let names: Vec<String> = above
        .iter()
        .map(|(name, level)| format!("{} ({})", format::label(name, 60), format::value_of(crate::scorecard::Unit::Share, *level, 1)))
        .collect();
    Some(format!("{} ({said}).", listed(&names)))
}

/// Who probably lies above all people by more than a margin, by name, each with the likely level.
fn above<'p>(e: &Evidence<'_>, people: &'p BTreeMap<String, Proportion>, population: &Population) -> Vec<(&'p str, f64)> {
    let bar = population.mean() + e.settings.judge.margin_of(METRIC, population.mean());
    people
        .iter()
        .filter(|(_, own)| own.n() >= ANSWERS)
        .map(|(name, own)| (name.as_str(), population.posterior(*own)))
        .filter(|(_, posterior)| posterior.above(bar) >= e.settings.judge.leaning)
        .map(|(name, posterior)| (name, posterior.mean()))
        .collect()
}

fn listed(names: &[String]) -> String {
    let shown = names.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > MOST_NAMES { say!("{shown} and {more} more", shown, more = names.len() - MOST_NAMES) } else { shown }
}

/// Answers by agent over the last periods, of the subject's people alone.
fn sums(ground: &Ground<'_>, s: &Subject, periods: usize) -> BTreeMap<String, Proportion> {
    let e = ground.e;
    // Whoever moved on is one of the new team.
    let begun = e.stays.iter().filter(|stay| stay.first_day < e.now().end_day);
    let newest: BTreeMap<&str, &Stay> = begun.map(|stay| (stay.agent.as_str(), stay)).collect();
    let mine = |name: &str| match s.kind {
        CardKind::Desk => true,
        CardKind::Supplier => newest.get(name).is_some_and(|stay| stay.supplier == s.name),
        CardKind::Team | CardKind::Agent => newest.get(name).is_some_and(|stay| stay.team == s.name),
    };
    let agents = e.folds.history().groups(METRIC, breakdown(CardKind::Agent));
    agents
        .filter(|(group, _)| !group[0].is_empty() && mine(&group[0]))
        .filter_map(|(group, values)| {
            let newest = values.iter().rev().take(periods).flatten();
            let (hits, n) = newest.fold((0.0, 0.0), |(hits, n), r| (hits + r.sum, n + r.n));
            Some((group[0].clone(), Proportion::new(hits.round() as u64, n.round() as u64).ok()?))
        })
        .collect()
}
