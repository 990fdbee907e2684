//! Made-up desks whose truth is known, and what scorecards say of them.
//!
//! Every report has a seed of its own, so the numbers are the same on every run and with any number of threads.

pub(crate) mod charts;
pub(crate) mod drivers;
pub(crate) mod engine;
pub(crate) mod headline;
pub(crate) mod league;
pub(crate) mod months;
pub(crate) mod whole_report;

use std::num::NonZero;
use std::thread;

use deskcard::stats::random::Random;
use deskcard::stats::{Proportion, Result};

/// What every agent of a made-up desk is measured against.
pub(crate) const TARGET: f64 = 0.85;

/// Standard deviation of the logarithm of an agent's number of surveys.
const SURVEYS_SPREAD: f64 = 0.6;

/// A desk to draw reports from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Desk {
    /// Agents of a report.
    pub(crate) agents: usize,
    /// Median number of surveys of an agent.
    pub(crate) median: f64,
    /// Standard deviation of the agents' true rates around [`TARGET`], 0 to 1.
    pub(crate) sd: f64,
}

impl Desk {
    /// Twenty agents with about twenty surveys each.
    pub(crate) const fn usual(sd: f64) -> Self {
        Self { agents: 20, median: 20.0, sd }
    }

    /// The agents of one report.
    pub(crate) fn report(self, random: &mut Random) -> Result<Vec<Agent>> {
        let agent = |_| {
            let truth = around(random, TARGET, self.sd);
            let n = surveys(random, self.median);
            Ok(Agent { truth, survey: Proportion::new(random.binomial(n, truth), n)? })
        };
        (0..self.agents).map(agent).collect()
    }
}

/// An agent of whom everything is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Agent {
    /// The rate the agent would have in endlessly many surveys.
    pub(crate) truth: f64,
    /// Good surveys of all in the period.
    pub(crate) survey: Proportion,
}

/// What a scorecard gets to see of the agents.
pub(crate) fn surveys_of(agents: &[Agent]) -> Vec<Proportion> {
    agents.iter().map(|agent| agent.survey).collect()
}

/// A true rate: Beta with the given mean and standard deviation; the mean itself for a deviation of 0.
fn around(random: &mut Random, mean: f64, sd: f64) -> f64 {
    if sd <= 0.0 {
        return mean;
    }
    let strength = mean * (1.0 - mean) / (sd * sd) - 1.0;
    random.beta(mean * strength, (1.0 - mean) * strength)
}

/// A lognormal number of surveys, from 3 to six times the median.
fn surveys(random: &mut Random, median: f64) -> u64 {
    (median * (SURVEYS_SPREAD * random.normal()).exp()).round().clamp(3.0, 6.0 * median) as u64
}

/// Which simulation a stream of random numbers belongs to: no two share one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Experiment {
    /// [`league::tally`].
    League = 1,
    /// [`engine::judged`].
    Engine,
    /// [`months::compared`].
    Months,
    /// [`charts::false_signals`].
    Normal,
    /// [`charts::beyond_three_sigma`].
    Weeks,
    /// [`drivers::searched`].
    Drivers,
    /// [`whole_report::false_verdicts`].
    WholeReport,
}

/// The random numbers of one report.
const fn stream(experiment: Experiment, report: u64) -> Random {
    Random::new((experiment as u64) << 40 | report)
}

/// Simulates reports on all cores; the results come in the order of the reports.
pub(crate) fn each<T: Send>(reports: u64, simulate: impl Fn(u64) -> Result<T> + Sync) -> Result<Vec<T>> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get) as u64;
    let share = |worker: u64| (worker * reports / workers..(worker + 1) * reports / workers).map(&simulate).collect();
    thread::scope(|scope| {
        let share = &share;
        let running: Vec<_> = (0..workers).map(|worker| scope.spawn(move || share(worker))).collect();
        let mut all = Vec::new();
        for worker in running {
            let part: Result<Vec<T>> = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            all.extend(part?);
        }
        Ok(all)
    })
}

/// A share; `None` of nothing.
pub(crate) fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// Mean of numbers; NaN of none.
fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}
