//! Laws that every metric of the catalogue obeys on every desk, whatever it means.

mod behind;
mod files;
mod machine;
mod neighbours;
mod sums;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use crate::harness::deskcard_in;
use crate::oracle::measure::Figure;
use crate::oracle::{Place, on_all_cores, read, worlds_asked};
use crate::world::World;

/// An entry of the catalogue, as far as laws must know it.
#[derive(Debug, Clone)]
struct Entry {
    id: String,
    /// Fact table; empty for a ratio.
    on: String,
    kind: String,
    /// The instant that puts a row into a period; empty for stocks and ratios.
    by: String,
    is_trailing: bool,
}

impl Entry {
    /// Whether it can be broken down by the columns.
    fn has(&self, by: &[&str]) -> bool {
        !by.contains(&"priority") || ["tickets", "sla_clocks", "ticket_spans", "surveys"].contains(&self.on.as_str())
    }
}

/// The catalogue, as the program exports it.
fn catalogue() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let dir = World::new(3).write();
        deskcard_in(dir.path(), &["facts", "--out", "facts", "--quiet"]).ok();
        let text = std::fs::read_to_string(dir.path().join("facts/metrics.json")).expect("the metrics");
        let all: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let entry = |m: &serde_json::Value| {
            let text = |name: &str| m[name].as_str().unwrap_or_default().to_owned();
            Entry { id: text("id"), on: text("on"), kind: text("kind"), by: text("by"), is_trailing: !m["trailing_days"].is_null() }
        };
        all["metrics"].as_array().expect("an array").iter().map(entry).collect()
    })
}

/// A question about a world.
#[derive(Debug, Clone)]
struct Question<'a> {
    by: &'a [&'a str],
    unit: &'a str,
    from: chrono::NaiveDate,
    to: chrono::NaiveDate,
}

impl<'a> Question<'a> {
    fn of(world: &World, by: &'a [&'a str], unit: &'a str) -> Self {
        Self { by, unit, from: world.from, to: world.to }
    }

    /// The command line for all metrics that have the columns and pass the filter.
    fn args(&self, wanted: impl Fn(&Entry) -> bool) -> Vec<String> {
        let ids: Vec<&str> = catalogue().iter().filter(|e| e.has(self.by) && wanted(e)).map(|e| e.id.as_str()).collect();
        let (ids, from, to) = (ids.join(","), self.from.to_string(), self.to.to_string());
        let mut args = vec!["query", &ids, "--period", self.unit, "--from", &from, "--to", &to, "--format", "json", "--quiet"];
        let by = self.by.join(",");
        if !by.is_empty() {
            args.extend(["--by", &by]);
        }
        args.into_iter().map(str::to_owned).collect()
    }

    /// What the program prints.
    fn ask(&self, dir: &Path, wanted: impl Fn(&Entry) -> bool) -> String {
        let args = self.args(wanted);
        deskcard_in(dir, &args.iter().map(String::as_str).collect::<Vec<_>>()).ok().stdout
    }

    /// The figures the program prints.
    fn figures(&self, dir: &Path, wanted: impl Fn(&Entry) -> bool) -> BTreeMap<Place, Figure> {
        read(&serde_json::from_str(&self.ask(dir, wanted)).expect("JSON"), self.by)
    }
}

/// The first lines in which two texts differ.
fn first_difference(one: &str, other: &str) -> Option<String> {
    if one == other {
        return None;
    }
    let lines = one.lines().zip(other.lines()).find(|(a, b)| a != b);
    Some(lines.map_or_else(|| "one has more lines".to_owned(), |(a, b)| format!("  {a}\n  {b}")))
}

/// Checks a law on a few worlds, or on many if asked; `law` gives what is wrong.
fn hold(few: u64, law: impl Fn(&World) -> Vec<String> + Sync) {
    let seeds = 1_000..1_000 + worlds_asked().map_or(few, |n| few.max(n / 100));
    let found = on_all_cores(seeds, |seed| law(&World::new(seed).with_ties()).into_iter().map(|w| format!("seed {seed}: {w}")).collect());
    assert!(found.is_empty(), "{} differences, such as:\n{}", found.len(), found[..found.len().min(8)].join("\n"));
}
