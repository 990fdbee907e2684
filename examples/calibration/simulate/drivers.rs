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
/// How the attributes divide the agents: the size of each group.
const ATTRIBUTES: [&[usize]; 6] = [&[15, 15], &[21, 9], &[24, 6], &[12, 9, 9], &[8, 8, 7, 7], &[6; 5]];
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
    let attributes = ATTRIBUTES.map(|sizes| dealt(&mut random, sizes));
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

/// The group of each agent.
fn dealt(random: &mut Random, sizes: &[usize]) -> Vec<usize> {
    let mut groups: Vec<usize> = sizes.iter().enumerate().flat_map(|(group, size)| std::iter::repeat_n(group, *size)).collect();
    random.shuffle(&mut groups);
    groups
}

/// One number an agent, drawn to the mean of all as far as its surveys are few.
fn shrunken_rates(random: &mut Random) -> Result<Vec<f64>> {
    let surveys = surveys_of(&DESK.report(random)?);
    let population = Population::fit(&surveys)?;
    let (mean, strength) = (population.mean(), population.strength());
    Ok(surveys.iter().map(|survey| (survey.hits() as f64 + mean * strength) / (survey.n() as f64 + strength)).collect())
}
