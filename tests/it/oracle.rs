//! Every metric of the catalogue again, by slow and obvious loops over the typed rows of random desks.
//!
//! Nothing here uses the program, but for the arithmetic of one SLA clock (see `clock`): what a metric means is taken from its definition.

mod agents;
mod calls;
mod clock;
mod logic;
pub(crate) mod measure;
mod people;
mod surveys;
mod tickets;
pub(crate) mod time;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use measure::{Figure, Figures, Measure, figures};
use time::{Period, periods};

use crate::harness::{deskcard, deskcard_in, whole};
use crate::world::{Rng, World};

/// Ids the program lists.
pub(crate) fn listed() -> Vec<String> {
    let text = deskcard(&["metrics"]).ok().stdout;
    let is_entry = |line: &&str| [" by ", "two metrics", "at the end of"].iter().any(|basis| line.contains(basis));
    let ids: Vec<String> = text.lines().filter(is_entry).filter_map(|l| l.split_whitespace().next()).map(str::to_owned).collect();
    assert!(ids.len() > 50, "the list of metrics cannot be read:\n{text}");
    ids
}

/// A metric of a world.
pub(crate) struct Known {
    measure: Measure,
    /// Whether the config has a source for its rows.
    is_there: bool,
}

/// Every metric of a world.
pub(crate) fn measures(world: &World) -> BTreeMap<&'static str, Known> {
    let people = agents::People::new(world);
    let tickets = tickets::Tickets::new(world, &people);
    let calls = calls::Calls::new(world, &people, &tickets);
    let tables = [
        (tickets.measures(), world.tickets.is_some()),
        (calls.measures(), world.calls.is_some()),
        (surveys::measures(world, &people, &tickets, &calls), world.surveys.is_some()),
        (people::measures(world, &people), world.roster.is_some()),
    ];
    let mut out: BTreeMap<&'static str, Known> = BTreeMap::new();
    for (measures, is_there) in tables {
        out.extend(measures.into_iter().map(|(id, measure)| (id, Known { measure, is_there })));
    }
    for (id, top, bottom) in [
        ("calls_per_ticket", "calls_answered", "phone_tickets"),
        ("tickets_per_agent_day", "tickets_resolved", "agent_days"),
        ("cost_per_ticket", "operating_cost", "tickets_resolved"),
    ] {
        let measure = Measure::Ratio(Box::new(out[top].measure.clone()), Box::new(out[bottom].measure.clone()));
        out.insert(id, Known { measure, is_there: true });
    }
    out
}

/// What identifies a figure: metric, group, period.
pub(crate) type Place = (String, Vec<String>, String);

/// The figures a query prints: counts and stocks of a group that has any are printed also where they are zero, and so are
/// those of the whole desk if there is an export to count in.
fn printed(id: &str, known: &Known, by: &[&str], of: &Figures, periods: &[Period]) -> BTreeMap<Place, Figure> {
    // What no row of the desk tells of was not counted as zero.
    let (rows, can_be_untold) = (known.measure.rows(), ["leavers", "phone_tickets", "clock_missed"].contains(&id));
    let is_told = !can_be_untold || rows.is_empty() || rows.iter().any(|row| row.fact.is_some());
    let is_counted = is_told && matches!(known.measure, Measure::Count(_) | Measure::Stock(_));
    let zero = is_counted.then_some(Figure { value: Some(0.0), n: 0.0, sum: 0.0, immature: 0 });
    let mut groups: Figures = of.iter().filter(|(_, f)| f.iter().any(Option::is_some)).map(|(g, f)| (g.clone(), f.clone())).collect();
    if groups.is_empty() && by.is_empty() && known.is_there && is_told {
        groups.insert(Vec::new(), vec![None; periods.len()]);
    }
    let mut out = BTreeMap::new();
    for (group, figures) in groups {
        for (period, figure) in periods.iter().zip(figures) {
            if let Some(figure) = figure.or(zero) {
                out.insert((id.to_owned(), group.clone(), period.id.clone()), figure);
            }
        }
    }
    out
}

/// The figures the program prints.
fn asked(dir: &Path, ids: &[&str], by: &[&str], unit: &str, world: &World) -> BTreeMap<Place, Figure> {
    let (ids, columns) = (ids.join(","), by.join(","));
    let (from, to) = whole(unit, &world.from.to_string(), &world.to.to_string());
    let mut args = vec!["query", &ids, "--period", unit, "--from", &from, "--to", &to, "--format", "json", "--quiet"];
    if !by.is_empty() {
        args.extend(["--by", &columns]);
    }
    read(&deskcard_in(dir, &args).ok().json(), by)
}

/// The figures of a query's JSON, by metric, group and period.
pub(crate) fn read(all: &serde_json::Value, by: &[&str]) -> BTreeMap<Place, Figure> {
    let text = |v: &serde_json::Value| v.as_str().expect("a text").to_owned();
    let mut out = BTreeMap::new();
    for f in all.as_array().expect("an array") {
        let group = by.iter().map(|column| text(&f["group"][column])).collect();
        let number = |name: &str| f[name].as_f64().expect("a number");
        let figure =
            Figure { value: f["value"].as_f64(), n: number("n"), sum: number("sum"), immature: f["immature"].as_u64().expect("a count") };
        let place = (text(&f["metric"]), group, text(&f["period"]));
        assert!(out.insert(place.clone(), figure).is_none(), "{place:?} is printed twice");
    }
    out
}

/// Within 1e-9, or as close as numbers of that size come.
pub(crate) fn is_close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

fn is_same(a: &Figure, b: &Figure) -> bool {
    let values = match (a.value, b.value) {
        (Some(a), Some(b)) => is_close(a, b),
        (None, None) => true,
        _ => false,
    };
    values && is_close(a.n, b.n) && is_close(a.sum, b.sum) && a.immature == b.immature
}

/// Differences between the program and the loops for one question, in words.
fn differences(dir: &Path, world: &World, all: &BTreeMap<&'static str, Known>, by: &[&str], unit: &str) -> Vec<String> {
    let periods = periods(unit, world.from, world.to);
    let mut expected = BTreeMap::new();
    let mut ids = Vec::new();
    // Costs recorded by the month are told of whole months alone: `unknown::a_month_half_read_has_no_cost_of_a_ticket`.
    let is_left_out = |id: &str| id == "cost_per_ticket" && has_monthly_costs(world);
    for (id, known) in all.iter().filter(|(id, _)| has(id, by) && !is_left_out(id)) {
        ids.push(*id);
        if let Some(figures) = figures(world, &known.measure, by, &periods) {
            expected.extend(printed(id, known, by, &figures, &periods));
        }
    }
    let found = asked(dir, &ids, by, unit, world);
    let places: BTreeSet<&Place> = expected.keys().chain(found.keys()).collect();
    let mut out = Vec::new();
    for place in places {
        let (e, f) = (expected.get(place), found.get(place));
        if e.zip(f).is_none_or(|(e, f)| !is_same(e, f)) {
            out.push(format!("seed {} by {by:?} {unit}: {place:?}\n  expected {e:?}\n  found    {f:?}", world.seed));
        }
    }
    out
}

/// Whether no two days on which costs are dated are less than four weeks apart.
pub(crate) fn has_monthly_costs(world: &World) -> bool {
    let of = world.observations.iter().flatten().filter(|o| o.measure == "operating_cost");
    let days: BTreeSet<_> = of.map(|o| o.at).collect();
    days.iter().zip(days.iter().skip(1)).all(|(one, next)| (*next - *one).num_days() >= 28)
}

/// Whether a metric can be broken down so: priority is a column of tickets and surveys only.
fn has(id: &str, by: &[&str]) -> bool {
    const OTHERS: [&str; 32] = [
        "one_done",
        "call_fcr_repeat",
        "calls_offered",
        "calls_answered",
        "answer_rate",
        "asa",
        "sl_answered",
        "sl_offered",
        "sl_less_early",
        "sl_either",
        "abandonment",
        "aht",
        "transfer_rate",
        "log_rate",
        "calls_per_ticket",
        "agent_days",
        "tickets_per_agent_day",
        "operating_cost",
        "cost_per_ticket",
        "headcount",
        "leavers",
        "turnover_12m",
        "turnover_annualised",
        "turnover_average",
        "attrition_90d",
        "tenure",
        "absenteeism",
        "mentor_span",
        "qa_score",
        "peer_360",
        "kudos",
        "shadowing_days",
    ];
    !by.contains(&"priority") || !OTHERS.contains(&id)
}

/// Asks the program for everything about one world: the whole desk in weeks, and other cuts drawn from its seed.
fn check(seed: u64, is_long: bool) -> Vec<String> {
    let world = World::new(seed);
    let all = measures(&world);
    let dir = world.write();
    let mut rng = Rng::new(seed ^ 0x00C0_FFEE);
    let cuts: [&[&str]; 5] = [&[], &["agent"], &["team"], &["priority"], &["team", "priority"]];
    let units = ["all", "week", "month"];
    let mut questions: Vec<(&[&str], &str)> = Vec::new();
    if is_long {
        questions.extend(cuts.iter().flat_map(|by| units.iter().map(|unit| (*by, *unit))));
    } else {
        questions.push((&[], *rng.pick(&units)));
        questions.push((*rng.pick(&cuts[1..]), *rng.pick(&units)));
        questions.push((*rng.pick(&cuts[1..3]), *rng.pick(&units)));
    }
    questions.into_iter().flat_map(|(by, unit)| differences(dir.path(), &world, &all, by, unit)).collect()
}

/// Checks seeds on all cores; tells the first differences.
fn check_all(seeds: std::ops::Range<u64>, is_long: bool) {
    let found = on_all_cores(seeds, |seed| check(seed, is_long));
    assert!(found.is_empty(), "{} differences, such as:\n{}", found.len(), found[..found.len().min(12)].join("\n"));
}

/// What a check finds on each of many seeds.
pub(crate) fn on_all_cores(seeds: std::ops::Range<u64>, check: impl Fn(u64) -> Vec<String> + Sync) -> Vec<String> {
    let next = AtomicU64::new(seeds.start);
    let found = Mutex::new(Vec::new());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            let wrong = check(seed);
            found.lock().expect("no thread stopped").extend(wrong);
        }
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        (0..cores).for_each(|_| drop(scope.spawn(work)));
    });
    found.into_inner().expect("no thread stopped")
}

/// How many worlds a long run was asked for.
pub(crate) fn worlds_asked() -> Option<u64> {
    std::env::var("DESKCARD_WORLDS").ok().map(|n| n.parse().expect("DESKCARD_WORLDS is a number"))
}

#[test]
fn every_metric_has_loops_of_its_own() {
    let world = World::new(1);
    let known = measures(&world);
    let missing: Vec<String> = listed().into_iter().filter(|id| !known.contains_key(id.as_str())).collect();
    assert!(missing.is_empty(), "metrics without an oracle: {missing:?}");
    assert_eq!(known.len(), listed().len(), "an oracle for a metric that is not listed");
}

#[test]
fn forty_random_desks_agree_with_plain_loops() {
    match worlds_asked() {
        Some(worlds) => check_all(0..worlds, true),
        None => check_all(0..40, false),
    }
}
