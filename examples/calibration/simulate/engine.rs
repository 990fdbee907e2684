//! Our own intervals and verdicts on the same desks.

use std::collections::BTreeMap;

use deskcard::stats::decision::{Rule, Side, Verdict, judge};
use deskcard::stats::hierarchical::{Population, Posterior};
use deskcard::stats::interval::wilson_95;
use deskcard::stats::{Proportion, Result};

use super::league::Tally;
use super::{Agent, Desk, Experiment, TARGET, each, mean, stream, surveys_of};

/// The posterior and the verdict of every group, as a scorecard makes them.
pub(crate) fn verdicts(groups: &[Proportion], yardstick: f64) -> Result<Vec<(Posterior, Verdict)>> {
    let population = Population::fit(groups)?;
    // Agents with the same record have the same posterior, and small records are often the same.
    let mut known = BTreeMap::new();
    let verdict = |group: &Proportion| {
        let judged = || {
            let posterior = population.posterior(*group);
            let verdict = judge(&posterior, group.n(), yardstick, Rule::default());
            (posterior, verdict)
        };
        known.entry(*group).or_insert_with(judged).clone()
    };
    Ok(groups.iter().map(verdict).collect())
}

/// How well intervals and verdicts do on a desk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Judged {
    /// Verdicts that lean or are clear.
    pub(crate) leaning: Tally,
    /// Clear verdicts.
    pub(crate) clear: Tally,
    /// Share of 95 % intervals that hold the true rate.
    pub(crate) coverage: f64,
    /// Root mean squared error of the shrunken rates, 0 to 1.
    pub(crate) rmse: f64,
}

/// How well each agent's surveys do on their own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Raw {
    /// Share of Wilson's 95 % intervals that hold the true rate.
    pub(crate) wilson_coverage: f64,
    /// Root mean squared error of the raw rates, 0 to 1.
    pub(crate) rmse: f64,
}

/// Raw rates on many reports of a desk, which are those [`judged`] sees.
pub(crate) fn raw(desk: Desk, reports: u64) -> Result<Raw> {
    let one = |report| {
        let agents = desk.report(&mut stream(Experiment::Engine, report))?;
        let wilson_coverage = mean(agents.iter().map(|agent| holds(agent, wilson_95(agent.survey))));
        Ok(Raw { wilson_coverage, rmse: root_mean_square(agents.iter().map(|agent| agent.survey.rate() - agent.truth)) })
    };
    let all = each(reports, one)?;
    Ok(Raw { wilson_coverage: mean(all.iter().map(|raw| raw.wilson_coverage)), rmse: root_mean_square(all.iter().map(|raw| raw.rmse)) })
}

fn root_mean_square(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    mean(values.map(|value| value * value)).sqrt()
}

/// 1 if the interval holds the agent's true rate, else 0.
fn holds(agent: &Agent, (low, high): (f64, f64)) -> f64 {
    f64::from(u8::from((low..=high).contains(&agent.truth)))
}

/// Our engine on many reports of a desk.
pub(crate) fn judged(desk: Desk, reports: u64) -> Result<Judged> {
    let all = each(reports, |report| one(&desk.report(&mut stream(Experiment::Engine, report))?))?;
    Ok(Judged {
        leaning: Tally::sum(all.iter().map(|one| one.leaning)),
        clear: Tally::sum(all.iter().map(|one| one.clear)),
        coverage: mean(all.iter().map(|one| one.coverage)),
        rmse: root_mean_square(all.iter().map(|one| one.rmse)),
    })
}

fn one(agents: &[Agent]) -> Result<Judged> {
    let judged = verdicts(&surveys_of(agents), TARGET)?;
    let marks = |side: fn(Verdict) -> Option<Side>| Tally::of(agents, &judged.iter().map(|(_, v)| side(*v)).collect::<Vec<_>>());
    let pairs = || agents.iter().zip(&judged);
    Ok(Judged {
        leaning: marks(leaning),
        clear: marks(clear),
        coverage: mean(pairs().map(|(agent, (posterior, _))| holds(agent, posterior.interval(0.95)))),
        rmse: root_mean_square(pairs().map(|(agent, (posterior, _))| posterior.mean() - agent.truth)),
    })
}

/// The side of a verdict that leans or is clear.
pub(crate) const fn leaning(verdict: Verdict) -> Option<Side> {
    match verdict {
        Verdict::Clear(side) | Verdict::Leaning(side) => Some(side),
        Verdict::CannotTellYet => None,
    }
}

/// The side of a clear verdict.
pub(crate) const fn clear(verdict: Verdict) -> Option<Side> {
    match verdict {
        Verdict::Clear(side) => Some(side),
        Verdict::Leaning(_) | Verdict::CannotTellYet => None,
    }
}
