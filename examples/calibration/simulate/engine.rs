//! Our own intervals and verdicts on the same desks.

use deskcard::stats::decision::{Rule, Side, Verdict, judge};
use deskcard::stats::hierarchical::{Population, Posterior};
use deskcard::stats::interval::wilson_95;
use deskcard::stats::{Proportion, Result};

use super::league::Tally;
use super::{Agent, Desk, Experiment, TARGET, each, mean, stream, surveys_of};

/// The posterior and the verdict of every group, as a scorecard makes them.
pub(crate) fn verdicts(groups: &[Proportion], yardstick: f64) -> Result<Vec<(Posterior, Verdict)>> {
    let population = Population::fit(groups)?;
    let verdict = |group: &Proportion| {
        let posterior = population.posterior(*group);
        let verdict = judge(&posterior, group.n(), yardstick, Rule::default());
        (posterior, verdict)
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
    /// The same of Wilson's intervals.
    pub(crate) wilson_coverage: f64,
    /// Root mean squared error of the shrunken rates, 0 to 1.
    pub(crate) rmse: f64,
    /// The same of the raw rates.
    pub(crate) raw_rmse: f64,
}

/// Our engine on many reports of a desk.
pub(crate) fn judged(desk: Desk, reports: u64) -> Result<Judged> {
    let all = each(reports, |report| one(&desk.report(&mut stream(Experiment::Engine, report))?))?;
    let mean = |of: fn(&Judged) -> f64| mean(all.iter().map(of));
    Ok(Judged {
        leaning: Tally::sum(all.iter().map(|one| one.leaning)),
        clear: Tally::sum(all.iter().map(|one| one.clear)),
        coverage: mean(|one| one.coverage),
        wilson_coverage: mean(|one| one.wilson_coverage),
        rmse: mean(|one| one.rmse * one.rmse).sqrt(),
        raw_rmse: mean(|one| one.raw_rmse * one.raw_rmse).sqrt(),
    })
}

fn one(agents: &[Agent]) -> Result<Judged> {
    let judged = verdicts(&surveys_of(agents), TARGET)?;
    let marks = |side: fn(Verdict) -> Option<Side>| Tally::of(agents, &judged.iter().map(|(_, v)| side(*v)).collect::<Vec<_>>());
    let pairs = || agents.iter().zip(&judged);
    let holds = |agent: &Agent, (low, high): (f64, f64)| f64::from(u8::from((low..=high).contains(&agent.truth)));
    Ok(Judged {
        leaning: marks(leaning),
        clear: marks(clear),
        coverage: mean(pairs().map(|(agent, (posterior, _))| holds(agent, posterior.interval(0.95)))),
        wilson_coverage: mean(agents.iter().map(|agent| holds(agent, wilson_95(agent.survey)))),
        rmse: mean(pairs().map(|(agent, (posterior, _))| (posterior.mean() - agent.truth).powi(2))).sqrt(),
        raw_rmse: mean(agents.iter().map(|agent| (agent.survey.rate() - agent.truth).powi(2))).sqrt(),
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
