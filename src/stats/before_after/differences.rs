//! Difference in differences: how much more the treated changed than the others did.

use super::{TTest, moments};
use crate::stats::least_squares::{self, Design};
use crate::stats::permutation::{Permutation, by_group, dense};
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
fn welch(first: &[f64], second: &[f64]) -> Result<TTest> {
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
