//! Difference in differences: how much more the treated changed than the others did.

use super::{TTest, moments};
use crate::stats::least_squares::{self, Design};
use crate::stats::permutation::{Deal, Permutation, by_group, dense};
use crate::stats::{Invalid, Result, checked};

/// How much more the treated agents changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Differences {
    /// Mean change of the treated.
    pub treated: f64,
    /// Mean change of the others.
    pub others: f64,
    /// Welch's test of the difference (1947); its estimate is the difference in differences.
    pub welch: TTest,
    /// Who was treated, dealt anew among the agents; the same statistic.
    pub permutation: Permutation,
}

/// Difference in differences on one number per agent: the mean after less the mean before.
///
/// Taking one number per agent makes the test immune to weeks that resemble each other (Bertrand, Duflo and Mullainathan
/// 2004); with every agent in every week the estimate is that of agent and week effects.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::LengthsDiffer`], [`Invalid::TooFew`] for fewer than two agents on a
/// side, [`Invalid::NoVariation`] if changes do not vary within either side.
pub fn by_agent(changes: &[f64], treated: &[bool], seed: u64) -> Result<Differences> {
    checked(changes)?;
    if changes.len() != treated.len() {
        return Err(Invalid::LengthsDiffer);
    }
    let side = |which: bool| changes.iter().zip(treated).filter(|&(_, &t)| t == which).map(|(c, _)| *c).collect::<Vec<_>>();
    let (with, without) = (side(true), side(false));
    if with.len() < 2 || without.len() < 2 {
        return Err(Invalid::TooFew);
    }
    let labels: Vec<usize> = treated.iter().map(|&t| usize::from(t)).collect();
    Ok(Differences {
        treated: moments(&with)?.0,
        others: moments(&without)?.0,
        welch: welch(&with, &without)?,
        permutation: by_group(changes, &labels, seed)?,
    })
}

/// Difference in differences where the treated began at different dates.
///
/// `changes` has, for every agent, the change at each of the dates: every agent is split at every date. `starts` has the number of
/// the date each agent began at, `None` for those who never did. The others' change is the mean of theirs at the same dates, a
/// date counting as often as agents began at it; so each side still has one number per agent, and with one date this is
/// [`by_agent`]. Only those who never began are compared with (the early ones are no yardstick for the late ones,
/// Goodman-Bacon 2021).
///
/// # Errors
/// As [`by_agent`]; [`Invalid::LengthsDiffer`] also for agents with unequal numbers of dates, [`Invalid::OutOfRange`] for a date
/// that does not exist.
pub fn by_start(changes: &[Vec<f64>], starts: &[Option<usize>], seed: u64) -> Result<Differences> {
    let dates = changes.first().ok_or(Invalid::Empty)?.len();
    changes.iter().try_for_each(|of_agent| checked(of_agent))?;
    if changes.len() != starts.len() || changes.iter().any(|c| c.len() != dates) {
        return Err(Invalid::LengthsDiffer);
    }
    if starts.iter().flatten().any(|start| *start >= dates) {
        return Err(Invalid::OutOfRange("the date of a start"));
    }
    let mut shares = vec![0.0; dates];
    let began = starts.iter().flatten().count();
    starts.iter().flatten().for_each(|&start| shares[start] += 1.0 / began as f64);
    let without = |of_agent: &[f64]| of_agent.iter().zip(&shares).map(|(c, share)| c * share).sum::<f64>();
    let labels: Vec<usize> = starts.iter().map(|start| start.map_or(0, |s| s + 1)).collect();
    let value = |of_agent: &Vec<f64>, label: usize| label.checked_sub(1).map_or_else(|| without(of_agent), |start| of_agent[start]);
    let side = |is_with: bool| -> Vec<f64> {
        changes.iter().zip(&labels).filter(|&(_, &label)| (label > 0) == is_with).map(|(c, &label)| value(c, label)).collect()
    };
    let (with, others) = (side(true), side(false));
    if with.len() < 2 || others.len() < 2 {
        return Err(Invalid::TooFew);
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let welch = welch(&with, &others)?;
    let largest = changes.iter().flatten().fold(0.0_f64, |a, c| a.max(c.abs()));
    let never: Vec<f64> = changes.iter().map(|c| without(c)).collect();
    let sizes = (with.len() as f64, others.len() as f64);
    // How many began at each date stays, so the sizes of the sides do.
    let statistic = |labels: &[usize]| {
        let (mut with, mut others) = (0.0, 0.0);
        for ((of_agent, never), label) in changes.iter().zip(&never).zip(labels) {
            match label.checked_sub(1) {
                Some(start) => with += of_agent[start],
                None => others += never,
            }
        }
        with / sizes.0 - others / sizes.1
    };
    let permutation = Deal { labels: &labels, strata: &vec![0; labels.len()], seed }.test(largest, statistic)?;
    Ok(Differences { treated: mean(&with), others: mean(&others), welch, permutation })
}

/// Difference in differences of four means, each side `(before, after)`.
///
/// # Errors
/// [`Invalid::NotFinite`].
pub fn of_means(treated: (f64, f64), others: (f64, f64)) -> Result<f64> {
    let estimate = (treated.1 - treated.0) - (others.1 - others.0);
    checked(&[treated.0, treated.1, others.0, others.1, estimate])?;
    Ok(estimate)
}

/// Mean of the first less mean of the second, of unequal variances, with the degrees of freedom of Satterthwaite (1946).
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::TooFew`] for fewer than two values on a side, [`Invalid::NoVariation`]
/// if values do not vary within either side.
pub fn welch(first: &[f64], second: &[f64]) -> Result<TTest> {
    let ((mean_1, variance_1), (mean_2, variance_2)) = (moments(first)?, moments(second)?);
    let (n_1, n_2) = (first.len() as f64, second.len() as f64);
    let (a, b) = (variance_1 / n_1, variance_2 / n_2);
    if a + b <= 0.0 {
        return Err(Invalid::NoVariation);
    }
    // By shares, so that the squares of small variances do not vanish.
    let share = a / (a + b);
    let degrees = 1.0 / (share * share / (n_1 - 1.0) + (1.0 - share) * (1.0 - share) / (n_2 - 1.0));
    TTest::new(mean_1 - mean_2, (a + b).sqrt(), degrees)
}

/// One value per agent and week.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel<'a> {
    /// Number of the agent of every row.
    pub agents: &'a [usize],
    /// Number of the week of every row.
    pub weeks: &'a [usize],
    /// Whether the agent was treated and the week comes after.
    pub exposed: &'a [bool],
    /// The values.
    pub values: &'a [f64],
}

/// The effect of exposure with agent and week effects taken out.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelEffect {
    /// The difference in differences.
    pub estimate: f64,
    /// Standard error as if weeks of an agent were independent: too small if they are not.
    pub naive: f64,
    /// Clustered by agent (CR0).
    pub cr0: f64,
    /// Clustered by agent, with the small-sample factor (CR1).
    pub cr1: f64,
}

/// Two-way fixed effects by least squares, with standard errors clustered by agent.
///
/// For a few dozen agents and weeks: the work grows with rows times the square of agents plus weeks.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::LengthsDiffer`], [`Invalid::TooFew`] rows or agents,
/// [`Invalid::NoVariation`] if exposure cannot be told from agents and weeks.
pub fn two_way(panel: &Panel<'_>) -> Result<PanelEffect> {
    checked(panel.values)?;
    let rows = panel.values.len();
    if [panel.agents.len(), panel.weeks.len(), panel.exposed.len()].iter().any(|&n| n != rows) {
        return Err(Invalid::LengthsDiffer);
    }
    let ((agents, agent_count), (weeks, week_count)) = (dense(panel.agents), dense(panel.weeks));
    let row = |i: usize| {
        // The exposure first; the first agent and the first week are the intercept.
        let mut row = vec![0.0; agent_count + week_count - 1];
        row[0] = f64::from(u8::from(panel.exposed[i]));
        if agents[i] > 0 {
            row[agents[i]] = 1.0;
        }
        if weeks[i] > 0 {
            row[agent_count - 1 + weeks[i]] = 1.0;
        }
        row
    };
    let design = Design::new(&(0..rows).map(row).collect::<Vec<_>>())?;
    let fit = least_squares::fit(&design, panel.values)?;
    let clustered = fit.clustered(&design, &agents)?;
    Ok(PanelEffect { estimate: fit.coefficients[1], naive: fit.standard_errors[1], cr0: clustered.cr0[1], cr1: clustered.cr1[1] })
}
