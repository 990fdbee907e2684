//! The same SQL in another engine: `DuckDB` reads the fact tables, evaluates the metrics' own text and must get the same readings.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::harness::{deskcard_in, root, whole};
use crate::oracle::{Place, is_close, read};
use crate::world::World;

/// Whether Python has the `duckdb` package; says so if not.
fn is_there() -> bool {
    let found = Command::new("python3").args(["-c", "import duckdb"]).output();
    let is_found = found.as_ref().is_ok_and(|o| o.status.success());
    if !is_found {
        eprintln!("skipped: python3 with the package duckdb is not there (pip install duckdb)");
    }
    is_found
}

/// Value, n, sum and immature rows.
type Numbers = (Option<f64>, f64, f64, f64);

/// What `DuckDB` makes of the facts.
fn duckdb_readings(facts: &Path, zone: &str, by: &str, (from, to): (&str, &str), unit: &str) -> (BTreeMap<Place, Numbers>, Vec<String>) {
    let script = root().join("tests/duckdb/readings.py");
    let out = Command::new("python3").arg(script).arg(facts).args([zone, by, from, to, unit]).output().expect("python3 starts");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let all: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!(all["derived_wrong"], serde_json::json!([]), "derived columns differ from their SQL in DuckDB");
    assert!(all["derived_checked"].as_u64().expect("a count") > 15, "derived columns were looked at");
    let text = |v: &serde_json::Value| v.as_str().expect("a text").to_owned();
    let number = |v: &serde_json::Value| v.as_f64().expect("a number");
    let mut readings = BTreeMap::new();
    for row in all["readings"].as_array().expect("rows") {
        let group = if by.is_empty() { Vec::new() } else { vec![text(&row[1])] };
        let numbers = (row[3].as_f64(), number(&row[4]), number(&row[5]), number(&row[6]));
        readings.insert((text(&row[0]), group, text(&row[2])), numbers);
    }
    let asked = all["asked"].as_array().expect("ids").iter().map(text).collect();
    (readings, asked)
}

fn is_same(a: Numbers, b: Numbers) -> bool {
    let values = match (a.0, b.0) {
        (Some(a), Some(b)) => is_close(a, b),
        (None, None) => true,
        _ => false,
    };
    values && is_close(a.1, b.1) && is_close(a.2, b.2) && is_close(a.3, b.3)
}

/// Compares every metric both ways for one breakdown and width of period.
fn compare(dir: &Path, config: &str, facts: &Path, zone: &str, (by, unit, months): (&str, &str, &[&str]), days: (&str, &str)) {
    let (mut expected, asked) = duckdb_readings(facts, zone, by, days, unit);
    assert!(asked.len() > 40, "DuckDB computed {} metrics", asked.len());
    let ids = asked.join(",");
    let (from, to) = whole(unit, days.0, days.1);
    let mut args = vec!["query", &ids, "--config", config, "--period", unit, "--from", &from, "--to", &to, "--format", "json", "--quiet"];
    let columns: Vec<&str> = if by.is_empty() { Vec::new() } else { vec![by] };
    if !by.is_empty() {
        args.extend(["--by", by]);
    }
    let mut found: BTreeMap<Place, Numbers> = read(&deskcard_in(dir, &args).ok().json(), &columns)
        .into_iter()
        .map(|(p, f)| (p, (f.value, f.n, f.sum, f.immature as f64)))
        .collect();
    assert!(found.len() > 100, "{} figures are too few to prove anything", found.len());
    // Recorded by the month and therefore told of no week; the loops in Python know the facts alone.
    let of_months = |id: &str| months.contains(&id);
    let is_told = found.iter().any(|(place, numbers)| of_months(&place.0) && numbers.0.is_some());
    assert!(unit != "week" || !is_told, "{months:?} are told of weeks");
    expected.retain(|place, _| !of_months(&place.0));
    found.retain(|place, _| !of_months(&place.0));
    // Counts of nothing are printed as zero for the readers' sake.
    for all in [&mut expected, &mut found] {
        all.retain(|_, numbers| *numbers != (Some(0.0), 0.0, 0.0, 0.0));
    }
    let places: BTreeSet<&Place> = expected.keys().chain(found.keys()).collect();
    let differs = |place: &&&Place| !expected.get(**place).zip(found.get(**place)).is_some_and(|(a, b)| is_same(*a, *b));
    let wrong: Vec<&&Place> = places.iter().filter(differs).collect();
    let shown: Vec<String> =
        wrong.iter().take(8).map(|p| format!("{p:?}\n  DuckDB   {:?}\n  deskcard {:?}", expected.get(**p), found.get(**p))).collect();
    assert!(wrong.is_empty(), "{} by {by:?} {unit} differ:\n{}", wrong.len(), shown.join("\n"));
}

/// What the sample desk records by the month.
const OF_MONTHS: [&str; 2] = ["absenteeism", "cost_per_ticket"];

#[test]
fn duckdb_reads_the_sample_desk_the_same() {
    if !is_there() {
        return;
    }
    let out = tempfile::tempdir().expect("a temporary folder");
    let (dir, facts) = (root(), out.path().join("facts"));
    let config = "sample_data/deskcard.toml";
    deskcard_in(&dir, &["facts", "--config", config, "--out", &facts.to_string_lossy(), "--quiet"]).ok();
    for (by, unit, months) in [("agent", "month", &[][..]), ("team", "week", &OF_MONTHS), ("", "week", &OF_MONTHS)] {
        compare(&dir, config, &facts, "Europe/Berlin", (by, unit, months), ("2026-03-01", "2026-11-15"));
    }
}

#[test]
fn duckdb_reads_random_desks_the_same() {
    if !is_there() {
        return;
    }
    for seed in 3_000..3_000 + crate::oracle::worlds_asked().map_or(3, |n| 3.max(n / 200)) {
        let world = World::new(seed);
        let dir = world.write();
        let facts = dir.path().join("facts");
        deskcard_in(dir.path(), &["facts", "--out", "facts", "--quiet"]).ok();
        let (from, to) = (world.from.to_string(), world.to.to_string());
        let months: &[&str] = if crate::oracle::has_monthly_costs(&world) { &["cost_per_ticket"] } else { &[] };
        for (by, unit) in [("agent", "week"), ("team", "month"), ("", "week")] {
            compare(dir.path(), "deskcard.toml", &facts, world.zone.name(), (by, unit, months), (&from, &to));
        }
    }
}

/// The views that `deskcard export` writes say what `deskcard query` says, week by week.
fn compare_views(dir: &Path, config: &str, out: &Path) {
    let to = out.to_str().expect("a path");
    let listed = deskcard_in(dir, &["export", "--facts", to, "--config", config, "--quiet"]).ok().stdout;
    assert!(listed.lines().all(|line| dir.join(line).is_file()), "{listed}");
    let script = root().join("tests/duckdb/views.py");
    let run = Command::new("python3").arg(script).arg(out).output().expect("python3 starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let told: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!(told["types"]["tickets"]["created_at"], "TIMESTAMP WITH TIME ZONE");
    let mut expected: BTreeMap<Place, Numbers> = BTreeMap::new();
    for row in told["readings"].as_array().expect("rows") {
        let text = |i: usize| row[i].as_str().expect("a text").to_owned();
        let number = |i: usize| row[i].as_f64().expect("a number");
        expected.insert((text(0), Vec::new(), text(1)), (row[2].as_f64(), number(3), number(4), number(5)));
    }
    let ids = deskcard_in(dir, &["metrics", "--config", config]).ok().stdout;
    let ids: Vec<&str> = ids.lines().skip(1).filter_map(|l| l.split_whitespace().next()).collect();
    let args = ["query", &ids.join(","), "--config", config, "--period", "week", "--format", "json", "--quiet"];
    let mut found: BTreeMap<Place, Numbers> =
        read(&deskcard_in(dir, &args).ok().json(), &[]).into_iter().map(|(p, f)| (p, (f.value, f.n, f.sum, f.immature as f64))).collect();
    for all in [&mut expected, &mut found] {
        all.retain(|_, n| *n != (Some(0.0), 0.0, 0.0, 0.0) && *n != (None, 0.0, 0.0, 0.0));
    }
    assert!(found.len() > 100, "{} figures are too few to prove anything", found.len());
    let places: BTreeSet<&Place> = expected.keys().chain(found.keys()).collect();
    let differs = |p: &&&Place| !expected.get(**p).zip(found.get(**p)).is_some_and(|(a, b)| is_same(*a, *b));
    let wrong: Vec<&&Place> = places.iter().filter(differs).collect();
    let shown: Vec<String> =
        wrong.iter().take(8).map(|p| format!("{p:?}: views {:?}, deskcard {:?}", expected.get(**p), found.get(**p))).collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), shown.join("\n"));
}

#[test]
fn the_views_of_an_export_say_what_a_query_says() {
    if !is_there() {
        return;
    }
    let out = tempfile::tempdir().expect("a folder");
    compare_views(&root(), "sample_data/deskcard.toml", &out.path().join("sample"));
    for seed in 3_100..3_102 {
        let dir = World::new(seed).write();
        compare_views(dir.path(), "deskcard.toml", &dir.path().join("out"));
    }
}
