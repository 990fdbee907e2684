//! Two periods with nothing done between them.

use deskcard::stats::before_after::regression_to_mean::{Spread, lowest, of_picked};
use deskcard::stats::hierarchical::Population;
use deskcard::stats::two_proportions::newcombe;
use deskcard::stats::{Proportion, Result};

use super::{Desk, Experiment, each, mean, stream, surveys_of};

/// How many of the lowest agents are picked for coaching.
const PICKED: usize = 5;

/// What the second month brings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Compared {
    /// Mean change of the five lowest agents, 0 to 1.
    pub(crate) change_of_lowest: f64,
    /// The change our engine expects of them from the first month alone.
    pub(crate) expected_change: f64,
    /// Spearman's correlation of the ranks of the two months.
    pub(crate) rank_correlation: f64,
    /// Share of months whose top agent is on top again.
    pub(crate) top_again: f64,
}

/// Two months of a desk, many times. An agent has the same true rate and as many surveys in both.
pub(crate) fn compared(desk: Desk, reports: u64) -> Result<Compared> {
    let all = each(reports, |report| one(desk, report))?;
    let mean = |of: fn(&Compared) -> f64| mean(all.iter().map(of));
    Ok(Compared {
        change_of_lowest: mean(|one| one.change_of_lowest),
        expected_change: mean(|one| one.expected_change),
        rank_correlation: mean(|one| one.rank_correlation),
        top_again: mean(|one| one.top_again),
    })
}

fn one(desk: Desk, report: u64) -> Result<Compared> {
    let mut random = stream(Experiment::Months, report);
    let agents = desk.report(&mut random)?;
    let first = surveys_of(&agents);
    let mut again = |agent: &super::Agent| Proportion::new(random.binomial(agent.survey.n(), agent.truth), agent.survey.n());
    let second = agents.iter().map(&mut again).collect::<Result<Vec<_>>>()?;
    let picked = lowest(&first, PICKED)?;
    let population = Population::fit(&first)?;
    let spread = Spread::new(population.mean(), population.strength())?;
    Ok(Compared {
        change_of_lowest: mean(picked.iter().map(|&i| second[i].rate() - first[i].rate())),
        expected_change: of_picked(&first, &picked, spread)?.change,
        rank_correlation: correlation(&ranks(&first), &ranks(&second)),
        top_again: f64::from(u8::from(top(&first) == top(&second))),
    })
}

/// The first agent of the highest rate.
fn top(surveys: &[Proportion]) -> Option<usize> {
    (0..surveys.len()).rev().max_by(|&a, &b| surveys[a].rate().total_cmp(&surveys[b].rate()))
}

/// Twice the ranks less one; ties take the average of theirs.
fn ranks(surveys: &[Proportion]) -> Vec<f64> {
    let count = |is: &dyn Fn(f64) -> bool| surveys.iter().filter(|survey| is(survey.rate())).count() as f64;
    surveys.iter().map(|survey| count(&|rate| rate < survey.rate()) + count(&|rate| rate <= survey.rate())).collect()
}

/// Pearson's correlation; 0 where either list does not vary.
fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let (mean_x, mean_y) = (mean(x.iter().copied()), mean(y.iter().copied()));
    let product = |a: &[f64], mean_a: f64, b: &[f64], mean_b: f64| a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum::<f64>();
    let scale = (product(x, mean_x, x, mean_x) * product(y, mean_y, y, mean_y)).sqrt();
    if scale > 0.0 { product(x, mean_x, y, mean_y) / scale } else { 0.0 }
}

/// Exact share of weeks that an arrow says to differ from the week before, though both have the same true rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Arrows {
    /// The rates are five points or more apart.
    pub(crate) five_points: f64,
    /// Newcombe's 95 % interval for the difference excludes 0.
    pub(crate) newcombe: f64,
}

/// Both weeks at the true rate with `n` surveys each.
pub(crate) fn false_arrows(n: u64, rate: f64) -> Result<Arrows> {
    let chances = binomial(n, rate);
    let mut arrows = Arrows { five_points: 0.0, newcombe: 0.0 };
    for (before, chance_before) in (0..=n).zip(&chances) {
        for (after, chance_after) in (0..=n).zip(&chances) {
            let chance = chance_before * chance_after;
            if before.abs_diff(after) * 20 >= n {
                arrows.five_points += chance;
            }
            // Weeks this rare change no digit that is printed.
            let (low, high) =
                if chance < 1e-15 { (0.0, 0.0) } else { newcombe(Proportion::new(after, n)?, Proportion::new(before, n)?, 0.95)? };
            if low > 0.0 || high < 0.0 {
                arrows.newcombe += chance;
            }
        }
    }
    Ok(arrows)
}

/// Share of samples whose interval holds the true rate, exact.
pub(crate) fn coverage(n: u64, rate: f64, interval: impl Fn(Proportion) -> (f64, f64)) -> Result<f64> {
    let mut covered = 0.0;
    for (hits, chance) in (0..=n).zip(binomial(n, rate)) {
        let (low, high) = interval(Proportion::new(hits, n)?);
        covered += if (low..=high).contains(&rate) { chance } else { 0.0 };
    }
    Ok(covered)
}

/// Chances of 0 to `n` hits, through logarithms: the chance of none is 0 to a float from some hundred on.
fn binomial(n: u64, rate: f64) -> Vec<f64> {
    let mut ln = n as f64 * (1.0 - rate).ln();
    let mut chances = vec![ln.exp()];
    for hits in 1..=n {
        ln += ((n - hits + 1) as f64 / hits as f64 * rate / (1.0 - rate)).ln();
        chances.push(ln.exp());
    }
    chances
}
