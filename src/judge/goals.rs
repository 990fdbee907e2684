//! Goals: those of this period and whether they were met, those for the next.
//!
//! A group's goals are the desk's. A person's are steps towards them: from where the person stands, half the way to the
//! target; at most three, those where most is missing. The goals of this period are worked out again from the data up to the
//! period before, so they are the ones last period's card showed.

use super::cards::{Ground, Measured, Subject};
use super::standing::{Judged, Peers, capital, standing};
use crate::format;
use crate::metrics::{Kind, Metric};
use crate::scorecard::{Better, CardKind, Certainty, Finding, Kpi, NextGoal};
use crate::stats::Proportion;
use crate::stats::decision;

/// Goals a person has at a time.
const MOST: usize = 3;
/// Rows below which it is their number that keeps a goal from being told.
const FEW: u64 = 30;
/// Rows below which nothing is told at all.
const LEAST: u64 = 5;

/// The goals of a card.
pub(super) struct Goals {
    pub(super) now: Vec<Finding>,
    pub(super) next: Vec<NextGoal>,
    pub(super) empty_because: Vec<(String, String)>,
}

/// The goals of a subject.
pub(super) fn all(ground: &Ground<'_>, s: &Subject, measured: &[Measured<'_>]) -> Goals {
    let e = ground.e;
    let is_goal = |m: &&Measured<'_>| m.kpi.target.is_some() && m.kpi.is_judged;
    let with_target: Vec<&Measured<'_>> = measured.iter().filter(is_goal).collect();
    let next = steps(ground, s, &ground.peers, &with_target, e.last());
    let now: Vec<Finding> = if s.kind == CardKind::Agent {
        let before = e.last().checked_sub(1).map(|last| steps(ground, s, &ground.peers_before, &with_target, last)).unwrap_or_default();
        before.iter().filter_map(|g| Some(finding(measured.iter().find(|m| m.metric.id == g.metric)?, g.value))).collect()
    } else {
        with_target.iter().filter_map(|m| Some(finding(m, m.kpi.target?))).collect()
    };
    let mut empty_because = Vec::new();
    if now.is_empty() {
        empty_because.push(("goals".to_owned(), why_none(ground, s, &with_target)));
    }
    if next.is_empty() {
        empty_because.push(("next_goals".to_owned(), why_none(ground, s, &with_target)));
    }
    Goals { now, next, empty_because }
}

fn why_none(ground: &Ground<'_>, s: &Subject, with_target: &[&Measured<'_>]) -> String {
    match (ground.e.settings.goals.is_empty(), with_target.is_empty()) {
        (true, _) => "No goals are set; [goals] in the config sets them.".to_owned(),
        (false, true) => "No measure with a goal has data here.".to_owned(),
        (false, false) if s.kind == CardKind::Agent => {
            "There was too little to set a goal by: goals follow from the weeks before.".to_owned()
        }
        (false, false) => "No goal is a share that steps can be taken towards.".to_owned(),
    }
}

/// The next steps, those where most is missing first.
fn steps(ground: &Ground<'_>, s: &Subject, peers: &Peers, with_target: &[&Measured<'_>], last: usize) -> Vec<NextGoal> {
    let of = |m: &&Measured<'_>| {
        let judged = standing(ground.e, peers, s, m.metric, last)?;
        let target = judged.yardstick.as_ref().filter(|y| y.is_target)?.value;
        Some((missing(m.metric, &judged, target), step(ground, s, (m.metric, &judged), target)))
    };
    let mut all: Vec<(f64, NextGoal)> = with_target.iter().filter_map(of).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.metric.cmp(&b.1.metric)));
    all.into_iter().map(|(_, goal)| goal).take(MOST).collect()
}

/// How far the level lies on the bad side of the target, in units of the distance that target leaves to perfection.
fn missing(metric: &Metric, judged: &Judged, target: f64) -> f64 {
    let room = if metric.better == Better::Higher { 1.0 - target } else { target };
    short(metric, judged, target) / room.max(0.01)
}

/// How much is missing to the target; nothing for somebody whose own rows reach it, whatever the peers are like.
fn short(metric: &Metric, judged: &Judged, target: f64) -> f64 {
    let st = &judged.standing;
    let by = |level: f64| if metric.better == Better::Higher { target - level } else { level - target };
    by(st.value).min(by(st.sum as f64 / st.n.max(1) as f64))
}

/// Half the way to the target, in whole points; the target itself from within the margin or beyond it.
fn step(ground: &Ground<'_>, s: &Subject, (metric, judged): (&Metric, &Judged), target: f64) -> NextGoal {
    let level = judged.standing.value;
    let short = short(metric, judged, target);
    let is_near = short <= judged.margin;
    let halved = if metric.better == Better::Higher { (50.0 * (level + target)).ceil() } else { (50.0 * (level + target)).floor() } / 100.0;
    let value = if is_near { target } else { halved };
    let shown = |v: f64| format::value_of(metric.unit(), v, judged.standing.n);
    let whose = if s.kind == CardKind::Agent { "your likely level" } else { "the level" };
    let span = if ground.e.recent_periods() == 1 { "now".to_owned() } else { format!("over {}", ground.e.recent_words()) };
    let text = match (is_near, short <= 0.0) {
        (true, true) => {
            let st = &judged.standing;
            format!("Hold it: {} of {} {span}.", format::count(st.sum), format::count(st.n))
        }
        (true, false) => {
            format!("{} {span} is {}: within {} of the target.", capital(whose), shown(level), super::standing::points(judged.margin))
        }
        (false, _) => format!("{} {span} is {}; this is half the way to the target.", capital(whose), shown(level)),
    };
    let target = (!is_near).then_some(target);
    NextGoal { metric: metric.id.clone(), title: metric.label.clone(), value, target, text }
}

/// Whether a goal was met, and how much that says.
fn finding(m: &Measured<'_>, goal: f64) -> Finding {
    let (k, metric) = (&m.kpi, m.metric);
    let wanted = match metric.better {
        Better::Neither => format::bare_target(metric.unit(), goal),
        better => format::target(metric.unit(), goal, better == Better::Lower),
    };
    let is_met = k.value.and_then(|v| super::cards::is_met(metric, v, goal));
    let certainty = certainty(k, metric, goal);
    let text = match k.value {
        None if k.immature > 0 => too_early(k, metric, &wanted),
        None => format!("No data in this period, goal {wanted}."),
        Some(value) => {
            let counted =
                if metric.kind == Kind::Share { format!(" ({} of {})", format::count(k.sum as u64), format::count(k.n)) } else { of_n(k) };
            let few = match certainty {
                Certainty::CannotTellYet if metric.kind == Kind::Share && k.n < FEW => " So few rows say little by themselves.",
                Certainty::CannotTellYet if metric.kind == Kind::Share => " Too close to the goal for one period to tell.",
                _ => "",
            };
            format!("{}{counted}, goal {wanted}.{few}", format::value_against(metric.unit(), value, k.n, Some(goal)))
        }
    };
    Finding { metric: k.metric.clone(), title: metric.label.clone(), text, certainty, is_met, is_good: is_met, examples: Vec::new() }
}

fn too_early(k: &Kpi, metric: &Metric, wanted: &str) -> String {
    let last = k.history.iter().rev().find_map(|p| Some((p.value?, p.n, &p.short)));
    let known = last.map_or_else(String::new, |(v, n, p)| {
        format!(" Last known: {} in {p} (n = {}).", format::value_of(metric.unit(), v, n), format::count(n))
    });
    format!("Too early to say for {} rows, goal {wanted}.{known}", format::count(k.immature))
}

/// How sure the rows of this period alone make it: by a Beta(½, ½) prior.
fn certainty(k: &Kpi, metric: &Metric, goal: f64) -> Certainty {
    let Some(value) = k.value else { return Certainty::CannotTellYet };
    if metric.kind != Kind::Share {
        return if k.n > 0 || metric.is_additive() { Certainty::Leaning } else { Certainty::CannotTellYet };
    }
    let Ok(own) = Proportion::new(k.sum.round() as u64, k.n) else { return Certainty::CannotTellYet };
    if k.n < LEAST {
        return Certainty::CannotTellYet;
    }
    let posterior = decision::single(own);
    let chance = if value >= goal { posterior.above(goal) } else { posterior.below(goal) };
    match chance {
        c if c >= 0.95 => Certainty::Clear,
        c if c >= 0.8 => Certainty::Leaning,
        _ => Certainty::CannotTellYet,
    }
}

fn of_n(k: &Kpi) -> String {
    if k.n == 0 { String::new() } else { format!(" (n = {})", format::count(k.n)) }
}
