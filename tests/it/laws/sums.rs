//! Parts add up to the whole, and shares are shares.

use std::collections::BTreeMap;

use chrono::Days;

use super::{Entry, Question, catalogue, hold};
use crate::oracle::measure::Figure;
use crate::oracle::{Place, is_close};
use crate::world::World;

/// Sums over the groups (or parts) of each metric and period.
fn totals(figures: &BTreeMap<Place, Figure>, is_by_period: bool) -> BTreeMap<(String, String), (f64, f64, u64)> {
    let mut out: BTreeMap<(String, String), (f64, f64, u64)> = BTreeMap::new();
    for ((id, _, period), figure) in figures {
        let period = if is_by_period { period.clone() } else { String::new() };
        let total = out.entry((id.clone(), period)).or_default();
        *total = (total.0 + figure.n, total.1 + figure.sum, total.2 + figure.immature);
    }
    // Nothing, and figures that are all zero, are the same sum.
    out.retain(|_, total| *total != (0.0, 0.0, 0));
    out
}

/// Metrics whose n and sum are plain sums over rows.
fn is_sum(entry: &Entry) -> bool {
    ["count", "sum", "share", "mean", "rate"].contains(&entry.kind.as_str()) && !entry.is_trailing
}

/// Metrics of which only the number of rows adds up.
fn is_ordered(entry: &Entry) -> bool {
    ["median", "p90"].contains(&entry.kind.as_str())
}

fn compare(parts: &BTreeMap<Place, Figure>, whole: &BTreeMap<Place, Figure>, is_by_period: bool) -> Vec<String> {
    let (parts, whole) = (totals(parts, is_by_period), totals(whole, is_by_period));
    let kind_of = |id: &str| catalogue().iter().find(|e| e.id == id).map(is_ordered).expect("a metric of the catalogue");
    let mut out = Vec::new();
    for place in parts.keys().chain(whole.keys()) {
        let (a, b) = (parts.get(place).copied().unwrap_or_default(), whole.get(place).copied().unwrap_or_default());
        let is_same = is_close(a.0, b.0) && (kind_of(&place.0) || is_close(a.1, b.1)) && a.2 == b.2;
        if !is_same {
            out.push(format!("{place:?}: parts {a:?}, whole {b:?}"));
        }
    }
    out
}

#[test]
fn the_parts_add_up_to_the_whole() {
    hold(4, |world: &World| {
        let dir = world.write();
        let mut out = Vec::new();
        for by in [&["agent"][..], &["team"], &["priority"], &["agent", "team"]] {
            let adds = |e: &Entry| is_sum(e) || is_ordered(e) || e.kind == "stock";
            let parts = Question::of(world, by, "week").figures(dir.path(), adds);
            let whole = Question::of(world, &[], "week").figures(dir.path(), |e| adds(e) && e.has(by));
            assert!(!whole.is_empty(), "a world without figures proves nothing");
            out.extend(compare(&parts, &whole, true).into_iter().map(|w| format!("by {by:?}: {w}")));
        }
        out
    });
}

#[test]
fn the_halves_of_a_time_add_up() {
    hold(4, |world: &World| {
        let dir = world.write();
        let adds = |e: &Entry| is_sum(e) || is_ordered(e);
        let whole = Question::of(world, &[], "all");
        let middle = world.from + Days::new((world.to - world.from).num_days() as u64 / 2);
        let first = Question { to: middle, ..whole.clone() };
        let second = Question { from: middle + Days::new(1), ..whole.clone() };
        let mut parts = first.figures(dir.path(), adds);
        if second.from <= second.to {
            parts.extend(second.figures(dir.path(), adds));
        }
        compare(&parts, &whole.figures(dir.path(), adds), false)
    });
}

#[test]
fn shares_are_shares_and_counts_are_counts() {
    hold(4, |world: &World| {
        let dir = world.write();
        let mut out = Vec::new();
        for by in [&[][..], &["agent"], &["priority"]] {
            for (place, f) in Question::of(world, by, "week").figures(dir.path(), |_| true) {
                let entry = catalogue().iter().find(|e| e.id == place.0).expect("a metric of the catalogue");
                let value = f.value.unwrap_or(0.0);
                let is_right = match entry.kind.as_str() {
                    "share" => (0.0..=1.0).contains(&value) && f.sum <= f.n && f.sum >= 0.0 && f.value.is_none() == (f.n == 0.0),
                    "count" | "stock" => value >= 0.0 && value.fract() == 0.0 && (value - f.n).abs() < 0.5,
                    "rate" | "turnover" => f.n > 0.0 && value >= 0.0 || entry.id == "absenteeism",
                    _ => f.value.is_none() == (f.n == 0.0) && value.is_finite(),
                };
                if !is_right {
                    out.push(format!("{place:?} is {f:?}"));
                }
            }
        }
        out
    });
}
