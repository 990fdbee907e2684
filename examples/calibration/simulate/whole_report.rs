//! A whole report on agents who are all exactly at target: every verdict in it is false.

use deskcard::stats::{Proportion, Result};

use super::{Experiment, each, engine, mean, stream, surveys};

/// A metric: the target, which is every agent's true rate as well, and the median number of rows of an agent.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Metric {
    target: f64,
    median: f64,
}

/// What a desk judges: satisfaction, first contact resolution, SLA response and resolution, quality scores, reopened, abandoned. In the last two lower is
/// better, which for a false verdict makes no difference.
const METRICS: [Metric; 7] = [
    Metric { target: 0.85, median: 20.0 },
    Metric { target: 0.75, median: 60.0 },
    Metric { target: 0.95, median: 120.0 },
    Metric { target: 0.90, median: 120.0 },
    Metric { target: 0.90, median: 8.0 },
    Metric { target: 0.05, median: 120.0 },
    Metric { target: 0.05, median: 200.0 },
];

/// False verdicts a report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FalseVerdicts {
    /// Clear ones.
    pub(crate) clear: f64,
    /// Leaning ones, the clear ones not among them.
    pub(crate) leaning: f64,
    /// Verdicts a report could have had: agents times metrics.
    pub(crate) possible: f64,
}

/// Reports on 20 to 30 agents and seven metrics.
pub(crate) fn false_verdicts(reports: u64) -> Result<FalseVerdicts> {
    let all = each(reports, one)?;
    let mean = |of: fn(&FalseVerdicts) -> f64| mean(all.iter().map(of));
    Ok(FalseVerdicts { clear: mean(|one| one.clear), leaning: mean(|one| one.leaning), possible: mean(|one| one.possible) })
}

fn one(report: u64) -> Result<FalseVerdicts> {
    let mut random = stream(Experiment::WholeReport, report);
    let agents = 20 + random.below(11);
    let (mut clear, mut decided) = (0, 0);
    for metric in METRICS {
        let mut group = |_| {
            let n = surveys(&mut random, metric.median);
            Proportion::new(random.binomial(n, metric.target), n)
        };
        let groups = (0..agents).map(&mut group).collect::<Result<Vec<_>>>()?;
        for (_, verdict) in engine::verdicts(&groups, metric.target)? {
            clear += u32::from(engine::clear(verdict).is_some());
            decided += u32::from(engine::leaning(verdict).is_some());
        }
    }
    Ok(FalseVerdicts { clear: f64::from(clear), leaning: f64::from(decided - clear), possible: (agents * METRICS.len() as u64) as f64 })
}
