//! Searching for what sets good agents apart, where nothing does.

use deskcard::stats::Result;
use deskcard::stats::hierarchical::Population;
use deskcard::stats::multiplicity::benjamini_hochberg;
use deskcard::stats::permutation::by_group;
use deskcard::stats::random::Random;

use super::{Desk, Experiment, each, mean, stream, surveys_of};

/// Agents really differ, but not by any attribute.
const DESK: Desk = Desk { agents: 30, median: 40.0, sd: 0.05 };
/// Metrics searched.
const METRICS: usize = 3;
/// How the attributes divide the agents: the chance of each group.
const ATTRIBUTES: [&[f64]; 6] = [&[0.5, 0.5], &[0.7, 0.3], &[0.8, 0.2], &[0.4, 0.3, 0.3], &[0.25; 4], &[0.2; 5]];
/// From here on something is found.
const LEVEL: f64 = 0.05;

/// Share of reports in which a search finds a driver.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    /// One number an agent, permutation, Benjamini-Hochberg over all attributes and metrics.
    pub(crate) adjusted: f64,
    /// The best p value of the same tests below .05.
    pub(crate) best_p: f64,
}

/// Searches on many reports.
pub(crate) fn searched(reports: u64) -> Result<Found> {
    let all = each(reports, one)?;
    Ok(Found { adjusted: mean(all.iter().map(|found| found.adjusted)), best_p: mean(all.iter().map(|found| found.best_p)) })
}

fn one(report: u64) -> Result<Found> {
    let mut random = stream(Experiment::Drivers, report);
    let attributes = ATTRIBUTES.map(|shares| (0..DESK.agents).map(|_| group(&mut random, shares)).collect::<Vec<_>>());
    let mut p = Vec::with_capacity(METRICS * attributes.len());
    for _ in 0..METRICS {
        let rates = shrunken_rates(&mut random)?;
        for labels in &attributes {
            p.push(by_group(&rates, labels, random.bits())?.p);
        }
    }
    let found = |p: &[f64]| f64::from(u8::from(p.iter().any(|p| *p <= LEVEL)));
    Ok(Found { adjusted: found(&benjamini_hochberg(&p)?), best_p: found(&p) })
}

/// The group an agent falls into.
fn group(random: &mut Random, shares: &[f64]) -> usize {
    let mut rest = random.unit();
    let falls_here = |share: &f64| {
        rest -= share;
        rest < 0.0
    };
    shares.iter().position(falls_here).unwrap_or(0)
}

/// One number an agent.
fn shrunken_rates(random: &mut Random) -> Result<Vec<f64>> {
    let surveys = surveys_of(&DESK.report(random)?);
    let population = Population::fit(&surveys)?;
    Ok(surveys.iter().map(|survey| population.posterior(*survey).mean()).collect())
}
