//! What the hierarchical engine costs in a report: 1,000 agents × 12 measures, everything a card asks of it.
//!
//! `cargo bench --bench engine` prints seconds on one core, the least of five runs. Not a test: machines differ.

use std::hint::black_box;
use std::time::Instant;

use deskcard::stats::Proportion;
use deskcard::stats::decision::{Rule, judge, rows_needed};
use deskcard::stats::hierarchical::Population;
use deskcard::stats::random::Random;

const AGENTS: usize = 1_000;
const MEASURES: usize = 12;
const RUNS: usize = 5;

/// Agents of a measure: lognormal rows around a hundred, true rates around the mean of the measure.
fn measure(random: &mut Random, mean: f64) -> Vec<Proportion> {
    let strength = 40.0;
    let agent = |random: &mut Random| {
        let n = (4.6 + 0.6 * random.normal()).exp().clamp(1.0, 5_000.0) as u64;
        let rate = random.beta(mean * strength, (1.0 - mean) * strength);
        Proportion::new(random.binomial(n, rate), n).ok()
    };
    (0..AGENTS).filter_map(|_| agent(random)).collect()
}

fn main() {
    let mut random = Random::new(1);
    let desk: Vec<(f64, Vec<Proportion>)> = (0..MEASURES)
        .map(|i| {
            let mean = 0.05 + 0.9 * i as f64 / MEASURES as f64;
            (mean, measure(&mut random, mean))
        })
        .collect();
    let rule = Rule::default();
    let (mut verdicts, mut needed) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let start = Instant::now();
        for (target, groups) in &desk {
            let Ok(population) = Population::fit(groups) else { continue };
            for group in groups {
                let posterior = population.posterior(*group);
                black_box((posterior.mean(), posterior.interval(0.95), judge(&posterior, group.n(), *target, rule)));
                black_box((posterior.below(target - rule.margin), posterior.above(target + rule.margin)));
            }
        }
        verdicts.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        for (target, groups) in &desk {
            let Ok(population) = Population::fit(groups) else { continue };
            for group in groups {
                black_box(rows_needed(&population, *group, *target, rule));
            }
        }
        needed.push(start.elapsed().as_secs_f64());
    }
    let least = |times: &[f64]| times.iter().copied().fold(f64::INFINITY, f64::min);
    println!("{MEASURES} measures × {AGENTS} agents, one core, least of {RUNS} runs");
    println!("levels, intervals and verdicts  {:.2} s", least(&verdicts));
    println!("rows needed for a clear verdict {:.2} s", least(&needed));
}
