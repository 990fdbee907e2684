//! What the search for a driver costs: 1,000,000 rows × 12 attributes (one with 50,000 values), up to three attributes a segment, 999 shuffles.
//!
//! `cargo bench --bench scan` prints seconds, processor seconds and the peak of memory so far, for desks where nothing happened, where a segment is clearly bad, and
//! where one is just bad enough that every shuffle is needed. `cargo bench --bench scan -- 100000 share` takes fewer rows, or one kind.

use std::time::Instant;

use deskcard::stats::random::Random;
use deskcard::stats::scan::{Attribute, Outcome, Question, Rows, Search, fold, scan};

const CARDINALITIES: [u32; 12] = [2, 3, 4, 5, 6, 8, 10, 15, 25, 60, 400, 50_000];

/// Points a segment is worse by.
const DESKS: [(&str, f64); 3] = [("nothing", 0.0), ("weak", 0.03), ("strong", 0.10)];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let rows = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let mut random = Random::new(7);
    // Few values have many rows, as on a desk.
    let mut code = |cardinality: u32| (f64::from(cardinality) * random.unit().powi(2)) as u32;
    let codes: Vec<Vec<u32>> = CARDINALITIES.iter().map(|&cardinality| (0..rows).map(|_| code(cardinality)).collect()).collect();
    let folded: Vec<_> = codes.iter().zip(CARDINALITIES).map(|(codes, cardinality)| fold(codes, cardinality, 30)).collect();
    let attributes: Vec<Attribute> = folded.iter().map(|f| Attribute { codes: &f.codes, cardinality: f.cardinality }).collect();
    let now: Vec<bool> = (0..rows).map(|_| random.unit() < 0.5).collect();
    let trials = vec![1; rows];
    for kind in ["share", "mean", "change"]
        .into_iter()
        .filter(|kind| arguments.iter().all(|a| a != "share" && a != "mean" && a != "change" || a == kind))
    {
        for (desk, effect) in DESKS {
            let is_bad = |row: usize| codes[4][row] == 3 && codes[8][row] == 7 && (kind != "change" || now[row]);
            let chance: Vec<f64> = (0..rows).map(|row| 0.15 + if is_bad(row) { effect } else { 0.0 }).collect();
            let events: Vec<u32> = chance.iter().map(|&chance| u32::from(random.unit() < chance)).collect();
            let minutes: Vec<f64> = chance.iter().map(|&chance| (3.0 + 6.0 * (chance - 0.15) + 1.2 * random.normal()).exp()).collect();
            let outcome = if kind == "mean" { Outcome::Mean(&minutes) } else { Outcome::Share { events: &events, trials: &trials } };
            let question = if kind == "change" { Question::Change } else { Question::Within };
            let (start, cpu) = (Instant::now(), cpu_seconds());
            let rows = Rows { attributes: &attributes, outcome, now: (kind == "change").then_some(&now), stratum: None };
            let said = scan(&rows, &Search { question, ..Search::default() }, &|_, _| {});
            let seconds = start.elapsed().as_secs_f64();
            let said = said.map(|scan| {
                (
                    scan.found
                        .iter()
                        .map(|f| (f.conditions.iter().map(|c| (c.attribute, c.code)).collect::<Vec<_>>(), f.score, f.p))
                        .collect::<Vec<_>>(),
                    scan.rest_p,
                )
            });
            let cpu = cpu_seconds() - cpu;
            println!("{kind}\t{desk}\t{seconds:.1} s\tcpu {cpu:.1} s\tpeak {} MiB\t{said:?}", peak_mib());
        }
    }
}

/// Seconds of processor time of this process so far, all threads; 0 where the system does not say. A tick is a hundredth of a second.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Most memory held so far; 0 where the system does not say.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
