//! A number a person: the level behind few rows, with the mix of work taken out where it is known.

use super::{Record, Search};
use crate::stats::Proportion;
use crate::stats::hierarchical::Population;

/// A person that counts for an outcome.
#[derive(Debug, Clone)]
pub(super) struct Levelled {
    /// Index among the people of the search.
    pub(super) index: usize,
    pub(super) record: Record,
    /// Level, the mix taken out where all have an expectation.
    pub(super) level: f64,
    /// Level as it was.
    pub(super) as_was: f64,
}

/// The people of an outcome.
#[derive(Debug, Clone)]
pub(super) struct Outcomes {
    /// Sorted by their records, so that neither names nor order matter.
    pub(super) people: Vec<Levelled>,
    /// Whether the mix is taken out.
    pub(super) is_adjusted: bool,
}

/// Everybody with rows enough.
pub(super) fn people(search: &Search, outcome: usize) -> Outcomes {
    let mut known: Vec<(usize, Record)> = search
        .people
        .iter()
        .enumerate()
        .filter_map(|(i, p)| Some((i, p.outcomes[outcome]?)))
        .filter(|(_, r)| r.n >= search.choices.fewest_rows.max(1))
        .collect();
    let key = |(i, r): &(usize, Record)| (r.n, r.events, r.expected.map(f64::to_bits), &search.people[*i].stratum, traits(search, *i));
    known.sort_by(|a, b| key(a).cmp(&key(b)));
    let is_adjusted = !known.is_empty() && known.iter().all(|(_, r)| r.expected.is_some());
    let raw: Vec<Proportion> = known.iter().filter_map(|(_, r)| Proportion::new(r.events, r.n).ok()).collect();
    let (hits, rows) = raw.iter().fold((0.0, 0.0), |(a, b), p| (a + p.hits() as f64, b + p.n() as f64));
    let net: Vec<Proportion> = known.iter().filter_map(|(_, r)| without_mix(*r, hits / rows)).collect();
    let (Some(as_was), Some(level)) = (levels(&raw), levels(&net)) else { return Outcomes { people: Vec::new(), is_adjusted } };
    let one = |((index, record), (as_was, level)): (&(usize, Record), (&f64, &f64))| Levelled {
        index: *index,
        record: *record,
        level: if is_adjusted { *level } else { *as_was },
        as_was: *as_was,
    };
    Outcomes { people: known.iter().zip(as_was.iter().zip(&level)).map(one).collect(), is_adjusted }
}

/// What the attributes say, as something that sorts.
pub(super) fn traits(search: &Search, person: usize) -> Vec<Option<(u8, String, u64)>> {
    let of = |v: &super::Value| match v {
        super::Value::Flag(has) => (0, String::new(), u64::from(*has)),
        super::Value::Word(word) => (1, word.clone(), 0),
        super::Value::Number(x) => (2, String::new(), x.to_bits()),
    };
    search.people[person].attributes.iter().map(|v| v.as_ref().map(of)).collect()
}

fn levels(rates: &[Proportion]) -> Option<Vec<f64>> {
    let population = Population::fit(rates).ok()?;
    Some(rates.iter().map(|p| population.posterior_mean(*p)).collect())
}

/// The hits the person would have had with everybody's mix, to the next whole one: as far from the overall rate as the record lies
/// from what its own mix gives.
fn without_mix(record: Record, overall: f64) -> Option<Proportion> {
    let n = record.n as f64;
    let expected = record.expected.unwrap_or(overall * n);
    let hits = (overall * n + record.events as f64 - expected).round().clamp(0.0, n);
    Proportion::new(hits as u64, record.n).ok()
}
