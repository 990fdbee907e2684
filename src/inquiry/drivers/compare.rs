//! One attribute against one outcome: those with it against those without, or ranks against ranks.

use std::collections::BTreeSet;

use super::super::words;
use super::answer::{Compared, Group, PersonPoint};
use super::levels::{Levelled, Outcomes};
use super::{Outcome, Search, Value};
use crate::format;
use crate::scorecard::Certainty;
use crate::stats::strata::{correlation, difference};
use crate::{key, say};

/// Names of both sides of a flag.
pub(super) const WITH: &str = key!("with it");
pub(super) const WITHOUT: &str = key!("without");

/// People with an attribute that is known.
struct Known<'a> {
    person: &'a Levelled,
    value: &'a Value,
    stratum: usize,
}

/// Somebody who is compared, and whether they have the value that is set apart.
type Placed<'a> = (&'a Known<'a>, bool);

/// The comparisons of an attribute, or why there are none.
pub(super) fn compare(search: &Search, (outcome, people): (&Outcome, &Outcomes), number: usize) -> Result<Vec<Compared>, String> {
    let known = known(search, people, number);
    let fewest = search.choices.fewest_people.max(2);
    if known.len() < 2 * fewest {
        let rows = search.choices.fewest_rows;
        return Err(say!("{people} with {rows} rows or more and the attribute known", people = words::people(known.len()), rows));
    }
    let attribute = &search.attributes[number];
    let task = Task { search, outcome, people, known, number };
    if task.known.iter().all(|k| matches!(k.value, Value::Number(_))) {
        return task.by_number().map(|c| vec![c]);
    }
    let mut names: Vec<String> = task.known.iter().map(|k| name(k.value)).collect();
    names.sort();
    names.dedup();
    if let [only] = names.as_slice() {
        return Err(say!("all people have the same ({only})", only = format::label(only, 40)));
    }
    let is_flag = task.known.iter().all(|k| matches!(k.value, Value::Flag(_)));
    // Two values say the same thing twice; of a flag it is having it.
    let set_apart: Vec<String> = match names.as_slice() {
        _ if is_flag => vec![say!("yes").to_owned()],
        [_, second] => vec![second.clone()],
        all => all.to_vec(),
    };
    let others = match names.as_slice() {
        [first, _] => Some(first.clone()),
        _ => None,
    };
    // So do two of three where nobody with the third is compared.
    let mut seen = BTreeSet::new();
    let is_new = |(value, inside): (&String, Vec<Placed<'_>>)| {
        seen.insert(division(&inside)).then(|| task.by_value((value, &inside), (others.as_deref(), is_flag))).flatten()
    };
    let found: Vec<Compared> = set_apart.iter().map(|value| (value, task.inside(value))).filter_map(is_new).collect();
    if found.is_empty() {
        let inside = search.within.as_ref().map_or_else(String::new, |w| say!(" of the same {w}", w));
        return Err(say!("no value of {label} has {fewest} people{inside} on either side", label = attribute.label, fewest, inside));
    }
    Ok(found)
}

fn known<'a>(search: &'a Search, people: &'a Outcomes, number: usize) -> Vec<Known<'a>> {
    let mut strata: Vec<&str> = search.people.iter().map(|p| p.stratum.as_str()).collect();
    strata.sort_unstable();
    strata.dedup();
    let one = |person: &'a Levelled| {
        let of = &search.people[person.index];
        let stratum = if search.within.is_some() { strata.partition_point(|s| *s < of.stratum.as_str()) } else { 0 };
        Some(Known { person, value: of.attributes[number].as_ref()?, stratum })
    };
    people.people.iter().filter_map(one).collect()
}

fn name(value: &Value) -> String {
    match value {
        Value::Flag(true) => say!("yes").to_owned(),
        Value::Flag(false) => say!("no").to_owned(),
        Value::Word(word) => word.clone(),
        Value::Number(x) => format!("{x}"),
    }
}

/// Who stands with whom, whichever of the two sides is set apart.
fn division(inside: &[Placed<'_>]) -> Vec<(usize, bool)> {
    let first = inside.first().is_some_and(|(_, has)| *has);
    inside.iter().map(|(k, has)| (k.person.index, *has == first)).collect()
}

/// What is compared with what.
struct Task<'a> {
    search: &'a Search,
    outcome: &'a Outcome,
    people: &'a Outcomes,
    known: Vec<Known<'a>>,
    number: usize,
}

impl Task<'_> {
    /// Those with a value and the rest, of the strata that have both.
    fn inside(&self, value: &str) -> Vec<Placed<'_>> {
        let has = |k: &Known<'_>| name(k.value) == value;
        let strata = |side: bool| self.known.iter().filter(move |k| has(k) == side).map(|k| k.stratum).collect::<BTreeSet<usize>>();
        let split: BTreeSet<usize> = strata(true).intersection(&strata(false)).copied().collect();
        self.known.iter().filter(|k| split.contains(&k.stratum)).map(|k| (k, has(k))).collect()
    }

    /// Those with a value against the rest.
    fn by_value(&self, (value, inside): (&str, &[Placed<'_>]), (rest, is_flag): (Option<&str>, bool)) -> Option<Compared> {
        let count = |side: bool| inside.iter().filter(|(_, has)| *has == side).count();
        let fewest = self.search.choices.fewest_people.max(2);
        if count(true) < fewest || count(false) < fewest {
            return None;
        }
        let labels: Vec<bool> = inside.iter().map(|(_, has)| *has).collect();
        let strata: Vec<usize> = inside.iter().map(|(k, _)| k.stratum).collect();
        let values = |of: fn(&Levelled) -> f64| inside.iter().map(|(k, _)| of(k.person)).collect::<Vec<f64>>();
        let found = difference(&values(|p| p.level), &labels, &strata, self.search.choices.seed).ok()?;
        let as_was = self.people.is_adjusted.then(|| difference(&values(|p| p.as_was), &labels, &strata, 0).ok()).flatten();
        let attribute = &self.search.attributes[self.number];
        let shown = format::label(value, 40);
        let (label, with, without) = match (is_flag, rest) {
            (true, _) => (attribute.label.clone(), crate::language::text(WITH).to_owned(), crate::language::text(WITHOUT).to_owned()),
            (false, Some(rest)) => (format!("{}: {shown}", attribute.label), shown, format::label(rest, 40)),
            (false, None) => (format!("{}: {shown}", attribute.label), shown, say!("all others").to_owned()),
        };
        let side = |name: String, is: bool| group(self.search, name, inside.iter().filter(|(_, has)| *has == is).map(|(k, _)| k.person));
        Some(Compared {
            groups: vec![side(with, true), side(without, false)],
            difference: Some(found.estimate),
            difference_as_was: as_was.map(|d| d.estimate),
            interval: found.test.map(|t| t.interval),
            p: found.permutation.p,
            is_exact: found.permutation.exact,
            ..self.blank(label)
        })
    }

    /// Ranks of a number against ranks of the level, within strata.
    fn by_number(&self) -> Result<Compared, String> {
        let number = |k: &Known<'_>| if let Value::Number(x) = k.value { *x } else { 0.0 };
        let attribute: Vec<f64> = self.known.iter().map(number).collect();
        let levels: Vec<f64> = self.known.iter().map(|k| k.person.level).collect();
        let strata: Vec<usize> = self.known.iter().map(|k| k.stratum).collect();
        let found = correlation(&levels, &attribute, &strata, self.search.choices.seed)
            .map_err(|_| say!("all people have the same, or do equally well").to_owned())?;
        let mut sorted = attribute.clone();
        sorted.sort_by(f64::total_cmp);
        // The lower half, but never a value on both sides.
        let middle = sorted[(sorted.len() - 1) / 2];
        let cut =
            if middle < sorted[sorted.len() - 1] { middle } else { sorted.iter().rev().copied().find(|v| *v < middle).unwrap_or(middle) };
        let half = |is_low: bool| {
            let mine = || self.known.iter().filter(|k| (number(k) <= cut) == is_low);
            let ends = mine().map(number).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
            group(self.search, span(ends), mine().map(|k| k.person))
        };
        let label = self.search.attributes[self.number].label.clone();
        Ok(Compared {
            groups: vec![half(false), half(true)],
            correlation: Some((found.rho, found.interval)),
            slope: found.slope,
            p: found.permutation.p,
            is_exact: found.permutation.exact,
            ..self.blank(label)
        })
    }

    /// A comparison without its numbers.
    fn blank(&self, label: String) -> Compared {
        Compared {
            metric: self.outcome.measure.id.clone(),
            attribute: self.search.attributes[self.number].id.clone(),
            label,
            groups: Vec::new(),
            difference: None,
            difference_as_was: None,
            interval: None,
            correlation: None,
            slope: None,
            p: 1.0,
            adjusted_p: 1.0,
            is_exact: false,
            is_adjusted: self.people.is_adjusted,
            certainty: Certainty::CannotTellYet,
            is_good: None,
            text: String::new(),
        }
    }
}

/// A number with at most one decimal.
pub(super) fn plain(v: f64) -> String {
    let short = format!("{v:.1}");
    short.strip_suffix(".0").map_or(short.clone(), str::to_owned)
}

fn span((low, high): (f64, f64)) -> String {
    if high - low > 0.0 { say!("{low} to {high}", low = plain(low), high = plain(high)) } else { plain(low) }
}

fn group<'p>(search: &Search, name: String, people: impl Iterator<Item = &'p Levelled>) -> Group {
    let point = |p: &Levelled| PersonPoint {
        name: format::label(&search.people[p.index].name, 80),
        level: p.level,
        raw: p.record.events as f64 / p.record.n as f64,
        n: p.record.n,
    };
    let people: Vec<&Levelled> = people.collect();
    let (events, n) = people.iter().fold((0, 0), |(a, b), p| (a + p.record.events, b + p.record.n));
    let mean = people.iter().map(|p| p.level).sum::<f64>() / people.len().max(1) as f64;
    let mut points: Vec<PersonPoint> = people.into_iter().map(point).collect();
    points.sort_by(|a, b| a.level.total_cmp(&b.level).then(a.n.cmp(&b.n)).then_with(|| a.name.cmp(&b.name)));
    Group { name, events, n, mean, points }
}
