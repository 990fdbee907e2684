//! The rows behind a figure add up to it.

use std::path::Path;

use serde_json::Value;

use super::{Entry, Question, catalogue, hold};
use crate::harness::deskcard_in;
use crate::oracle::is_close;
use crate::oracle::measure::Figure;
use crate::world::World;

/// What rows say about a figure, computed from them alone.
struct Told {
    value: Option<f64>,
    n: f64,
    sum: f64,
}

/// Linear between neighbours.
fn quantile(values: &mut [f64], q: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let position = q * values.len().checked_sub(1)? as f64;
    let (low, part) = (position as usize, position.fract());
    Some(values[low] + (values[(low + 1).min(values.len() - 1)] - values[low]) * part)
}

fn told(entry: &Entry, rows: &[Value]) -> Told {
    let number = |row: &Value, name: &str| row[name].as_f64().expect("a number");
    let mut values: Vec<f64> = rows.iter().map(|r| number(r, "counted_value")).collect();
    let (n, sum) = (rows.iter().map(|r| number(r, "counted_n")).sum::<f64>(), values.iter().sum::<f64>());
    let value = match entry.kind.as_str() {
        "share" | "mean" | "turnover" => (n > 0.0).then(|| sum / n),
        "median" => quantile(&mut values, 0.5),
        "p90" => quantile(&mut values, 0.9),
        // Its factor is the catalogue's.
        "rate" => None,
        _ => Some(sum),
    };
    Told { value, n, sum: if matches!(entry.kind.as_str(), "median" | "p90") { value.unwrap_or(0.0) } else { sum } }
}

/// The rows of a figure.
fn rows(dir: &Path, world: &World, id: &str, more: &[&str]) -> Vec<Value> {
    let period = format!("{}..{}", world.from, world.to);
    let args = [&["rows", id, "--period", &period, "--format", "json", "--quiet"], more].concat();
    deskcard_in(dir, &args).ok().json().as_array().expect("rows").clone()
}

/// What is wrong with the rows of one figure; a figure that is not printed has no rows, or none with any weight.
fn wrong(entry: &Entry, group: &str, rows: &[Value], figure: Option<&Figure>) -> Option<String> {
    let told = told(entry, rows);
    let Some(figure) = figure.filter(|f| f.value.is_some()) else {
        let is_empty = told.n == 0.0 || entry.kind == "rate";
        return (!is_empty).then(|| format!("{} {group:?}: {} rows of no figure", entry.id, rows.len()));
    };
    let is_same = is_close(told.n, figure.n) && is_close(told.sum, figure.sum);
    let is_value = told.value.is_none_or(|v| is_close(v, figure.value.unwrap_or(f64::NAN))) || told.n == 0.0;
    let said = || format!("{} {group:?}: rows {:?} of {}, figure {figure:?}", entry.id, told.value, told.n);
    (!is_same || !is_value).then(said)
}

#[test]
fn rows_add_up_to_their_figure_for_every_metric() {
    hold(2, |world: &World| {
        let dir = world.write();
        let mut out = Vec::new();
        for by in [&[][..], &["agent"]] {
            let question = Question::of(world, by, "all");
            let figures = question.figures(dir.path(), |e| e.kind != "ratio");
            for entry in catalogue().iter().filter(|e| e.kind != "ratio") {
                // The agent with most rows, and the desk.
                let mut of: Vec<_> = figures.iter().filter(|((id, ..), _)| *id == entry.id).map(|((_, g, _), f)| (g, f)).collect();
                of.sort_by(|a, b| b.1.n.total_cmp(&a.1.n));
                let (group, figure) = of.first().map_or((String::new(), None), |(g, f)| (g.first().cloned().unwrap_or_default(), Some(*f)));
                if figure.is_none() && !by.is_empty() {
                    continue;
                }
                let of_agent = ["--agent", group.as_str()];
                let found = rows(dir.path(), world, &entry.id, if by.is_empty() { &[] } else { &of_agent });
                out.extend(wrong(entry, &group, &found, figure));
                let immature = figure.map_or(0, |f| f.immature);
                if by.is_empty() && immature > 0 {
                    let waiting = rows(dir.path(), world, &entry.id, &["--verdict", "immature"]);
                    if waiting.len() as u64 != immature {
                        out.push(format!("{}: {} rows wait, not {immature}", entry.id, waiting.len()));
                    }
                }
            }
        }
        out
    });
}

#[test]
fn a_condition_and_the_two_sides_part_the_rows() {
    hold(2, |world: &World| {
        let dir = world.write();
        let count = |more: &[&str]| rows(dir.path(), world, "fcr_touch", more).len();
        let (all, hit, miss) = (count(&[]), count(&["--verdict", "hit"]), count(&["--verdict", "miss"]));
        let (here, there) =
            (count(&["--where", "COALESCE(priority = 'P3', FALSE)"]), count(&["--where", "NOT COALESCE(priority = 'P3', FALSE)"]));
        let is_parted = all == hit + miss && all == here + there && all > 0;
        if is_parted { Vec::new() } else { vec![format!("{all} rows: {hit} + {miss}, {here} + {there}")] }
    });
}
