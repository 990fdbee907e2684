//! What the hierarchical engine costs in a report: 1,000 agents × 12 measures, everything a card asks of it.
//!
//! `cargo bench --bench engine` prints seconds, the least of five runs: levels, intervals, verdicts, and the rows that would tell. Not a test: machines differ.

use std::hint::black_box;
use std::time::Instant;

use deskcard::stats::Proportion;
use deskcard::stats::decision::{Rule, judge, rows_needed};
use deskcard::stats::hierarchical::Population;
use deskcard::stats::random::Random;
use deskcard::stats::ranking::league;
use rayon::prelude::*;

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
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        for (target, groups) in &desk {
            let Ok(population) = Population::fit(groups) else { continue };
            // As in a report: cards are made side by side.
            groups.par_iter().for_each(|group| {
                let posterior = population.posterior(*group);
                black_box((posterior.mean(), posterior.interval(0.95), judge(&posterior, group.n(), *target, rule)));
                black_box((posterior.below(target - rule.margin), posterior.above(target + rule.margin)));
                black_box(rows_needed(&population, *group, *target, rule));
            });
        }
        times.push(start.elapsed().as_secs_f64());
    }
    let least = times.iter().copied().fold(f64::INFINITY, f64::min);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (_, groups) = &desk[MEASURES / 2];
    let start = Instant::now();
    if let Ok(population) = Population::fit(groups) {
        black_box(league(groups, &population, 0.95).ok());
    }
    let ranked = start.elapsed().as_secs_f64();
    println!("{MEASURES} measures × {AGENTS} agents on {cores} cores, least of {RUNS} runs: {least:.2} s");
    println!("ranks of {AGENTS} agents: {ranked:.3} s");
}
