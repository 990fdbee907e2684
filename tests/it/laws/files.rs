//! How rows are spread over files, and how often they are there, changes nothing.

use super::{Question, first_difference, hold};
use crate::harness::deskcard_in;
use crate::oracle::measure::Figure;
use crate::world::{Rng, World};

/// Every metric in weeks by agent, and in months by team, as printed.
fn everything(world: &World, dir: &std::path::Path) -> String {
    let by_agent = Question::of(world, &["agent"], "week").ask(dir, |_| true);
    by_agent + &Question::of(world, &["team"], "month").ask(dir, |_| true)
}

/// Header and rows of a CSV text without line breaks in cells.
fn lines(text: &str) -> (String, Vec<String>) {
    let mut all = text.lines().map(str::to_owned);
    (all.next().expect("a header"), all.collect())
}

fn joined(header: &str, rows: &[String]) -> String {
    [header].into_iter().chain(rows.iter().map(String::as_str)).map(|line| line.to_owned() + "\n").collect()
}

/// The texts of the files with their rows changed.
fn rewrite(world: &World, dir: &std::path::Path, mut change: impl FnMut(&str, &mut Vec<String>)) {
    for (name, text) in world.files() {
        let (header, mut rows) = lines(&text);
        change(name, &mut rows);
        std::fs::write(dir.join(name), joined(&header, &rows)).expect("write a file");
    }
}

#[test]
fn the_order_of_rows_changes_no_byte() {
    hold(4, |world: &World| {
        let dir = world.write();
        let before = everything(world, dir.path());
        let mut rng = Rng::new(world.seed);
        rewrite(world, dir.path(), |_, rows| rng.shuffle(rows));
        first_difference(&before, &everything(world, dir.path())).into_iter().collect()
    });
}

#[test]
fn the_order_of_columns_changes_no_byte() {
    hold(4, |world: &World| {
        let dir = world.write();
        let before = everything(world, dir.path());
        let mut rng = Rng::new(world.seed);
        for (name, text) in world.files() {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let records: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
            let mut order: Vec<usize> = (0..records[0].len()).collect();
            rng.shuffle(&mut order);
            let mut writer = csv::Writer::from_path(dir.path().join(name)).expect("a file");
            records.iter().for_each(|r| writer.write_record(order.iter().map(|i| &r[*i])).expect("a row"));
            writer.flush().expect("all written");
        }
        first_difference(&before, &everything(world, dir.path())).into_iter().collect()
    });
}

#[test]
fn a_file_in_two_parts_changes_no_byte() {
    hold(4, |world: &World| {
        let dir = world.write();
        let before = everything(world, dir.path());
        let mut rng = Rng::new(world.seed);
        for (name, text) in world.files() {
            let (header, rows) = lines(&text);
            let at = rng.between(0, rows.len() as i64 + 1) as usize;
            let (first, second) = rows.split_at(at);
            std::fs::write(dir.path().join(name), joined(&header, first)).expect("write a file");
            std::fs::write(dir.path().join(name.replace(".csv", "-2.csv")), joined(&header, second)).expect("write a file");
        }
        first_difference(&before, &everything(world, dir.path())).into_iter().collect()
    });
}

/// Rows counted as copies of others.
fn duplicates(dir: &std::path::Path) -> u64 {
    let check = deskcard_in(dir, &["check", "--format", "json", "--quiet"]).ok().json();
    let sources = check["sources"].as_array().expect("sources");
    assert!(!sources.is_empty());
    sources.iter().map(|s| s["duplicate"].as_u64().expect("a count")).sum()
}

#[test]
fn rows_that_come_twice_change_only_the_ledger() {
    hold(4, |world: &World| {
        // An older state that comes again is superseded again, so there are none here.
        let world = World { old_states: Vec::new(), ..world.clone() };
        let dir = world.write();
        let (before, counted) = (everything(&world, dir.path()), duplicates(dir.path()));
        let (mut rng, mut added) = (Rng::new(world.seed), 0);
        rewrite(&world, dir.path(), |_, rows| {
            for i in (0..rows.len()).rev().filter(|_| rng.percent(30)).collect::<Vec<_>>() {
                let (at, row) = (rng.between(0, rows.len() as i64 + 1) as usize, rows[i].clone());
                rows.insert(at, row);
                added += 1;
            }
        });
        let mut out: Vec<String> = first_difference(&before, &everything(&world, dir.path())).into_iter().collect();
        let now = duplicates(dir.path());
        if now != counted + added {
            out.push(format!("{added} rows were doubled, {} more are counted as duplicates", now - counted));
        }
        out
    });
}

#[test]
fn a_desk_of_headers_alone_has_no_figure_but_counts_of_zero() {
    hold(4, |world: &World| {
        let dir = world.write();
        rewrite(world, dir.path(), |_, rows| rows.clear());
        let mut out = Vec::new();
        for (by, unit) in [(&[][..], "all"), (&[], "week"), (&["agent"], "month"), (&["priority"], "all")] {
            let question = Question::of(world, by, unit);
            let printed = question.ask(dir.path(), |e| !(by.is_empty() && ["count", "stock"].contains(&e.kind.as_str())));
            if printed != "[]\n" {
                out.push(format!("by {by:?} {unit}: {printed}"));
            }
            let counted = question.figures(dir.path(), |_| true);
            let zero = Figure { value: Some(0.0), n: 0.0, sum: 0.0, immature: 0 };
            out.extend(counted.iter().filter(|(_, f)| **f != zero).map(|(place, f)| format!("{place:?} is {f:?}")));
        }
        out
    });
}
