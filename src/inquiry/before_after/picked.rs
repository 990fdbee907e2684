//! Regression to the mean: what the treated were to change by with nothing done, if they were picked for their record.

use super::super::{Part, words};
use super::answer::{Design, Regression};
use super::records::{Agent, Records};
use super::{Picked, Sum};
use crate::say;
use crate::scorecard::{Better, Unit};
use crate::stats::hierarchical::Population;
use crate::stats::mean_shrinkage::{RandomEffects, random_effects};
use crate::stats::{Invalid, Proportion, permutation};

/// p from which the records of the treated count as picked.
const IS_PICKED: f64 = 0.1;

/// How levels of agents vary at one split.
enum Spread {
    Rates(Population),
    Means(RandomEffects),
    /// All are equal: nothing regresses.
    None,
}

impl Spread {
    fn of(records: &Records<'_>, split: usize) -> Option<Self> {
        if records.question.measure.unit == Unit::Share {
            let rates: Vec<Proportion> = records.agents.iter().filter_map(|a| proportion(a.sides[split].0)).collect();
            return Population::fit(&rates).ok().map(Self::Rates);
        }
        let weeks: Vec<Vec<f64>> = records.agents.iter().map(|a| weekly(a, records.splits[split].before)).collect();
        match random_effects(&weeks) {
            Ok(model) => Some(Self::Means(model)),
            Err(Invalid::NoVariation) => Some(Self::None),
            Err(_) => None,
        }
    }

    /// The change to expect of an agent with nothing done.
    fn expected(&self, agent: &Agent<'_>, (split, weeks_before): (usize, usize)) -> f64 {
        let before = agent.sides[split].0;
        match self {
            Self::Rates(population) => proportion(before).map_or(0.0, |p| population.posterior_mean(p) - p.rate()),
            Self::Means(model) => {
                let weeks = weekly(agent, weeks_before).len() as u64;
                model.shrunken(before.rate(), weeks).map_or(0.0, |s| s.mean - before.rate())
            }
            Self::None => 0.0,
        }
    }
}

fn proportion(sum: Sum) -> Option<Proportion> {
    Proportion::new(sum.sum as u64, sum.n).ok()
}

/// The levels of an agent's weeks with rows, up to a week.
fn weekly(agent: &Agent<'_>, end: usize) -> Vec<f64> {
    agent.record.weeks[..end].iter().filter(|w| w.n > 0).map(|w| w.rate()).collect()
}

/// Expected changes of every agent at every split, `[agent][split]`; `None` where it cannot be estimated.
pub(super) fn expected(records: &Records<'_>) -> Option<Vec<Vec<f64>>> {
    let spreads: Vec<Spread> = (0..records.splits.len()).map(|s| Spread::of(records, s)).collect::<Option<_>>()?;
    let of = |a: &Agent<'_>| {
        spreads.iter().zip(&records.splits).enumerate().map(|(s, (spread, split))| spread.expected(a, (s, split.before))).collect()
    };
    Some(records.agents.iter().map(of).collect())
}

/// What regression to the mean brings, and whether it is to be taken off.
pub(super) fn regression(records: &Records<'_>) -> Part<Regression> {
    match records.design {
        Design::Nobody => return Part::unsaid(say!("Nobody had it in these weeks, so nobody was picked.")),
        Design::Everyone => {
            return Part::unsaid(say!(
                "Everyone had it, so nobody was picked for a low record: nothing comes for free and nothing is taken off."
            ));
        }
        Design::Some => {}
    }
    let treated: Vec<(&Agent<'_>, usize)> = records.treated().collect();
    if treated.is_empty() || !records.has_others() {
        return Part::unsaid(say!("Too few agents count to say how agents vary, so what would have come by itself is not known."));
    }
    let Some(expected) = expected(records) else {
        return Part::unsaid(say!("Too few weeks before to say how agents vary, so what would have come by itself is not known."));
    };
    let numbers = numbers(records, &expected);
    Part::said(text(records, &numbers), numbers)
}

fn numbers(records: &Records<'_>, expected: &[Vec<f64>]) -> Regression {
    let treated = records.treated().count() as f64;
    let shares: Vec<f64> = (0..records.splits.len()).map(|s| records.treated().filter(|(_, g)| *g == s).count() as f64 / treated).collect();
    // An agent without a start stands at every split, as often as others began there.
    let at_own = |agent: &Agent<'_>, of: &dyn Fn(usize) -> f64| match agent.start {
        Some(s) => of(s),
        None => shares.iter().enumerate().map(|(s, share)| share * of(s)).sum(),
    };
    let levels: Vec<f64> = records.agents.iter().map(|a| at_own(a, &|s| a.sides[s].0.rate())).collect();
    let free: Vec<f64> = records.agents.iter().zip(expected).map(|(a, e)| at_own(a, &|s| e[s])).collect();
    let mean = |values: &[f64], is_treated: bool| {
        let of = || values.iter().zip(&records.agents).filter(|(_, a)| a.start.is_some() == is_treated).map(|(v, _)| v);
        of().sum::<f64>() / of().count() as f64
    };
    let labels: Vec<usize> = records.agents.iter().map(|a| usize::from(a.start.is_some())).collect();
    let p = permutation::by_group(&levels, &labels, records.question.choices.seed).ok().map(|t| t.p);
    let picked = records.question.picked;
    let is_subtracted = match picked {
        Picked::ByRecord => true,
        Picked::Otherwise => false,
        Picked::Unknown => p.is_some_and(|p| p <= IS_PICKED),
    };
    Regression {
        treated_before: mean(&levels, true),
        others_before: Some(mean(&levels, false)),
        treated_expected: mean(&free, true),
        others_expected: Some(mean(&free, false)),
        free: mean(&free, true) - mean(&free, false),
        picked,
        p,
        is_subtracted,
    }
}

fn text(records: &Records<'_>, r: &Regression) -> String {
    let m = &records.question.measure;
    let level = |v: f64| words::level(m, v, crate::format::DECIMAL_FROM);
    let others = r.others_before.unwrap_or(r.treated_before);
    let stood = say!(
        "Those with it stood at {treated_before} before, the others at {others}",
        treated_before = level(r.treated_before),
        others = level(others)
    );
    let free = words::change(m, r.free);
    let side = match m.better {
        Better::Neither => say!("far from the mean"),
        Better::Higher if r.treated_before > others => "good",
        Better::Lower if r.treated_before < others => "good",
        _ => "low",
    };
    let drift = say!("a {side} record drifts back towards the mean by itself", side);
    match (r.picked, r.is_subtracted) {
        (Picked::ByRecord, _) => {
            say!(
                "{stood}; they were picked for it, and {drift}: {free} was to be expected with nothing done, and is taken off.",
                stood,
                drift,
                free
            )
        }
        (_, true) => say!(
            "{stood} ({p}): they look picked for it, and {drift}. {free} was to be expected with nothing done, and is taken off. If the groups \
             differ for a lasting reason, that is too much; both figures are given.",
            stood,
            p = words::chance(r.p.unwrap_or(0.0)),
            drift,
            free
        ),
        (Picked::Otherwise, _) => {
            say!("{stood}; they were not picked for their record, so nothing is taken off ({free} would be).", stood, free)
        }
        (Picked::Unknown, _) => {
            let p = r.p.map_or_else(String::new, |p| format!(" ({})", words::chance(p)));
            say!("{stood}: no sign that they were picked for their record{p}, so nothing is taken off ({free} would be).", stood, p, free)
        }
    }
}
