//! What the runs took, as a table for the README.

use std::fs;
use std::path::Path;

/// What a run took, and what it left.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    /// Seconds from start to end.
    pub(crate) wall: f64,
    /// Seconds of all cores.
    pub(crate) cpu: f64,
    /// Most memory held at once, in MiB.
    pub(crate) peak: f64,
    /// Files of the history.
    pub(crate) files: f64,
    /// Size of the history, in MiB.
    pub(crate) kept: f64,
}

/// Files and MiB of a folder.
pub(crate) fn size(dir: &Path) -> (f64, f64) {
    let mut out = (0.0, 0.0);
    for entry in fs::read_dir(dir).expect("a folder") {
        let entry = entry.expect("an entry");
        let about = entry.metadata().expect("it is there");
        let (files, mib) = if about.is_dir() { size(&entry.path()) } else { (1.0, about.len() as f64 / f64::from(1 << 20)) };
        out = (out.0 + files, out.1 + mib);
    }
    out
}

/// The median of the run of a week, from 1, and the five before and after it.
pub(crate) fn around(costs: &[Cost], week: usize, of: impl Fn(&Cost) -> f64) -> f64 {
    let near = &costs[week.saturating_sub(6)..costs.len().min(week + 5)];
    let mut all: Vec<f64> = near.iter().map(of).collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// A line for each year.
pub(crate) fn print(costs: &[Cost]) {
    println!("| week | seconds | cpu seconds | peak MiB | files of the history | history MiB |");
    println!("| ---: | ---: | ---: | ---: | ---: | ---: |");
    let years = (1..=costs.len() / 52).map(|year| year * 52);
    for week in [13, 26].into_iter().filter(|w| *w <= costs.len()).chain(years) {
        let median = |of: fn(&Cost) -> f64| around(costs, week, of);
        let last = costs[week - 1];
        println!(
            "| {week} | {:.2} | {:.2} | {:.0} | {} | {:.1} |",
            median(|c| c.wall),
            median(|c| c.cpu),
            median(|c| c.peak),
            last.files,
            last.kept
        );
    }
}
