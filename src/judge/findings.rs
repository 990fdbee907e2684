//! Goals, what goes well, what to improve: plain rules that never mistake few rows for a fact.
//!
//! A share is *clear* when its whole 95 % interval lies on one side of the target (or, without one, of the desk's own
//! figure), *leaning* when the value does and there are enough rows, else it cannot be told yet. Speed and volume are
//! never judged, nor is a person's first contact resolution, which depends on what comes in.

use super::Evidence;
use super::cards::Subject;
use crate::format;
use crate::metrics::{Kind, Metric};
use crate::scorecard::{Better, CardKind, Certainty, Finding, Kpi};

/// Findings shown in a block.
const MOST: usize = 3;

/// The three blocks of a card.
pub(super) struct Blocks {
    pub(super) goals: Vec<Finding>,
    pub(super) doing_well: Vec<Finding>,
    pub(super) to_improve: Vec<Finding>,
    pub(super) empty_because: Vec<(String, String)>,
}

/// The blocks of a subject.
pub(super) fn all(e: &Evidence<'_>, s: &Subject, kpis: &[Kpi]) -> Blocks {
    let goals: Vec<Finding> = kpis.iter().filter(|k| k.target.is_some()).filter_map(|k| goal(e, k)).collect();
    let mut judged: Vec<(bool, Finding)> = kpis.iter().filter_map(|k| verdict(e, s, k)).collect();
    judged.sort_by(|a, b| (a.1.certainty, &a.1.metric).cmp(&(b.1.certainty, &b.1.metric)));
    let side = |good: bool| judged.iter().filter(|(g, _)| *g == good).map(|(_, f)| f.clone()).take(MOST).collect::<Vec<_>>();
    let (doing_well, mut to_improve) = (side(true), side(false));
    for finding in &mut to_improve {
        let key = (s.kind, s.name.clone(), finding.metric.clone());
        finding.examples = e.examples.get(&key).cloned().unwrap_or_default();
    }
    let mut empty_because = Vec::new();
    for (block, is_empty, why) in [
        ("goals", goals.is_empty(), no_goals(e)),
        ("doing_well", doing_well.is_empty(), nothing(kpis, "better")),
        ("to_improve", to_improve.is_empty(), nothing(kpis, "worse")),
    ] {
        if is_empty {
            empty_because.push((block.to_owned(), why));
        }
    }
    Blocks { goals, doing_well, to_improve, empty_because }
}

fn no_goals(e: &Evidence<'_>) -> String {
    match e.settings.goals.is_empty() {
        true => "No goals are set; [goals] in the config sets them.".to_owned(),
        false => "None of the measures with a goal has data here.".to_owned(),
    }
}

fn nothing(kpis: &[Kpi], side: &str) -> String {
    if kpis.iter().all(|k| k.n == 0) {
        return "There is no data in this period.".to_owned();
    }
    format!("Nothing that is judged stands out as {side} than its target or the desk beyond what few rows can do.")
}

fn goal(e: &Evidence<'_>, k: &Kpi) -> Option<Finding> {
    let metric = e.catalogue.get(&k.metric).ok()?;
    let target = k.target?;
    let wanted = format::target(metric.unit(), target, metric.better == Better::Lower);
    let text = match k.value {
        None if k.immature > 0 => {
            let last = k.history.iter().rev().find_map(|p| Some((p.value?, p.n, &p.short)));
            let known = last.map_or_else(String::new, |(v, n, p)| {
                format!(" Last known: {} in {p} (n = {}).", format::value_of(metric.unit(), v, n), format::count(n))
            });
            format!("Too early to say for {} rows, target {wanted}.{known}", format::count(k.immature))
        }
        None => format!("No data in this period, target {wanted}."),
        Some(value) => {
            let counted =
                if metric.kind == Kind::Share { format!(" ({} of {})", format::count(k.sum as u64), format::count(k.n)) } else { of_n(k) };
            let few = if k.is_met.is_none() && metric.better != Better::Neither { " Too few rows to call it met or missed." } else { "" };
            format!("{}{counted}, target {wanted}.{few}", format::value_against(metric.unit(), value, k.n, Some(target)))
        }
    };
    let is_enough = k.value.is_some() && k.n >= u64::from(e.settings.report.min_n);
    let certainty = match k.interval {
        _ if !is_enough => Certainty::CannotTellYet,
        Some((low, high)) if target < low || target > high => Certainty::Clear,
        _ => Certainty::Leaning,
    };
    Some(Finding { metric: k.metric.clone(), title: metric.label.clone(), text, certainty, is_met: k.is_met, examples: Vec::new() })
}

fn of_n(k: &Kpi) -> String {
    if k.n == 0 { String::new() } else { format!(" (n = {})", format::count(k.n)) }
}

/// Whether a measure of this subject is judged at all.
fn is_judged(metric: &Metric, s: &Subject) -> bool {
    let is_persons_mix = s.kind == CardKind::Agent && matches!(metric.section.as_str(), "First contact" | "People" | "Workload");
    metric.kind == Kind::Share && metric.better != Better::Neither && !is_persons_mix && metric.id != "csat_response"
}

/// What a measure is compared with: its target, else the desk's own figure.
fn yardstick(e: &Evidence<'_>, s: &Subject, metric: &Metric) -> Option<(f64, String)> {
    if let Some(target) = e.target(&metric.id) {
        return Some((target, format!("target {}", format::target(metric.unit(), target, metric.better == Better::Lower))));
    }
    if s.kind == CardKind::Desk {
        return None;
    }
    let desk = e.history.get(&metric.id, 0, &[], e.last())?;
    Some((desk.value?, format!("the desk's {}", format::value_of(metric.unit(), desk.value?, desk.n as u64))))
}

/// A judged measure: whether it is good, and the sentence.
fn verdict(e: &Evidence<'_>, s: &Subject, k: &Kpi) -> Option<(bool, Finding)> {
    let metric = e.catalogue.get(&k.metric).ok()?;
    if !is_judged(metric, s) || k.n < u64::from(e.settings.report.min_n) {
        return None;
    }
    let (value, (low, high)) = (k.value?, k.interval?);
    let (yardstick, name) = yardstick(e, s, metric)?;
    let is_above = value >= yardstick;
    let is_good = is_above == (metric.better == Better::Higher);
    let is_clear = low > yardstick || high < yardstick;
    if !is_clear && (value - yardstick).abs() < 0.03 {
        return None;
    }
    let certainty = if is_clear { Certainty::Clear } else { Certainty::Leaning };
    let text = format!(
        "{} ({} of {}; 95 % interval {}) against {name}.",
        format::value_against(metric.unit(), value, k.n, Some(yardstick)),
        format::count(k.sum as u64),
        format::count(k.n),
        format::interval(metric.unit(), (low, high), k.n),
    );
    Some((
        is_good,
        Finding { metric: k.metric.clone(), title: metric.label.clone(), text, certainty, is_met: k.is_met, examples: Vec::new() },
    ))
}
