//! Goals: those of this period and whether they were met, those for the next.
//!
//! A group's goals are the desk's. A person's are steps towards them: from where the person stands, half the way to the
//! target; at most three, those where most is missing. The goals of this period are worked out again from the data up to the
//! period before, so they are the ones last period's card showed.

use super::cards::{Ground, Measured, Subject};
use super::standing::{Judged, is_missed_by_all, recent};
use crate::format;
use crate::metrics::{Kind, Metric};
use crate::say;
use crate::scorecard::{Better, CardKind, Certainty, Finding, Kpi, NextGoal};
use crate::settings::Judge;
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
    let judge = &ground.e.settings.judge;
    let is_goal = |m: &&Measured<'_>| m.kpi.target.is_some() && m.kpi.is_judged;
    let with_target: Vec<&Measured<'_>> = measured.iter().filter(is_goal).collect();
    let own = |m: &Measured<'_>| Reach::now(m).filter(|_| s.kind != CardKind::Agent || !is_everybodys(m));
    let next: Vec<NextGoal> = steps(&with_target, own).into_iter().map(|(m, reach)| next(ground, s, m, reach)).collect();
    let now: Vec<Finding> = if s.kind == CardKind::Agent {
        let before = steps(&with_target, |m| {
            let before = ground.e.last().checked_sub(1)?;
            Reach::before(ground, s, m).filter(|_| !is_missed_by_all(ground.e, &ground.peers_before, s, m.metric, before))
        });
        before.into_iter().map(|(m, reach)| finding(judge, m, reach.step(m.metric))).collect()
    } else {
        with_target.iter().filter_map(|m| Some(finding(judge, m, m.kpi.target?))).collect()
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

/// Whether a target is missed by all agents alike.
fn is_everybodys(m: &Measured<'_>) -> bool {
    m.judged.as_ref().is_some_and(Judged::is_missed_by_all)
}

fn why_none(ground: &Ground<'_>, s: &Subject, with_target: &[&Measured<'_>]) -> String {
    match (ground.e.settings.goals.is_empty(), with_target.is_empty()) {
        (true, _) => say!("No goals are set.").to_owned(),
        (false, true) => say!("No measure with a goal has data here.").to_owned(),
        (false, false) if s.kind == CardKind::Agent && with_target.iter().any(|m| is_everybodys(m)) => {
            say!("What is missed here is missed across the desk, or there was too little to set a goal by.").to_owned()
        }
        (false, false) if s.kind == CardKind::Agent => {
            say!("There was too little to set a goal by: goals follow from the weeks before.").to_owned()
        }
        (false, false) => say!("No goal is a share that steps can be taken towards.").to_owned(),
    }
}

/// Where a subject stands, as far as a goal needs it.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// Likely level.
    level: f64,
    /// Own recent rows.
    own: Proportion,
    target: f64,
    margin: f64,
}

impl Reach {
    /// At the end of the period reported, from what was found out already.
    fn now(m: &Measured<'_>) -> Option<Self> {
        let judged = m.judged.as_ref()?;
        let target = judged.yardstick.as_ref().filter(|y| y.is_target)?.value;
        let own = Proportion::new(judged.standing.sum, judged.standing.n).ok()?;
        Some(Self { level: judged.standing.value, own, target, margin: judged.margin })
    }

    /// At the end of the period before.
    fn before(ground: &Ground<'_>, s: &Subject, m: &Measured<'_>) -> Option<Self> {
        let e = ground.e;
        let target = m.kpi.target?;
        let own = recent(e, &m.metric.id, s.breakdown, &s.group(), e.last().checked_sub(1)?)?;
        let level = ground.peers_before.population(s.kind, &m.metric.id).map_or_else(|| own.rate(), |p| p.posterior_mean(own));
        Some(Self { level, own, target, margin: e.settings.judge.margin_of(&m.metric.id, target) })
    }

    /// How much is missing to the target; nothing for somebody whose own rows reach it, whatever the peers are like.
    fn short(&self, metric: &Metric) -> f64 {
        let by = |level: f64| if metric.better == Better::Higher { self.target - level } else { level - self.target };
        by(self.level).min(by(self.own.rate()))
    }

    /// Whether the own rows reach the target.
    fn is_reached(&self, metric: &Metric) -> bool {
        super::cards::is_met(metric, self.own.rate(), self.target) == Some(true)
    }

    /// The same in units of the distance that the target leaves to perfection.
    fn missing(&self, metric: &Metric) -> f64 {
        let room = if metric.better == Better::Higher { 1.0 - self.target } else { self.target };
        self.short(metric) / room.max(0.01)
    }

    /// At least half the way to the target, see [`half_way`]; the target itself from within the margin or beyond it.
    fn step(&self, metric: &Metric) -> f64 {
        if self.is_near(metric) { self.target } else { half_way(self.level, self.target) }
    }

    fn is_near(&self, metric: &Metric) -> bool {
        self.short(metric) <= self.margin
    }

    /// Near by the level itself, not by the own rows alone.
    fn is_level_near(&self, metric: &Metric) -> bool {
        let by = if metric.better == Better::Higher { self.target - self.level } else { self.level - self.target };
        by <= self.margin
    }
}

/// Half the way from a level to its target and up to the next whole point; to the next tenth of one, or the target itself, where that would
/// lie beyond the target: no goal of a person is harder than the desk's.
fn half_way(level: f64, target: f64) -> f64 {
    let is_rise = target > level;
    let up_to = |steps: f64| {
        // Halves of floats lie a hair beside the whole points: that is no point more.
        let half = (50.0 * steps * (level + target) * 1e9).round() / 1e9;
        if is_rise { half.ceil() / (100.0 * steps) } else { half.floor() / (100.0 * steps) }
    };
    let is_beyond = |goal: f64| if is_rise { goal > target } else { goal < target };
    [1.0, 10.0].map(up_to).into_iter().find(|goal| !is_beyond(*goal)).unwrap_or(target)
}

/// The next steps, those where most is missing first.
fn steps<'m, 'a>(measures: &[&'m Measured<'a>], reach: impl Fn(&Measured<'a>) -> Option<Reach>) -> Vec<(&'m Measured<'a>, Reach)> {
    let mut all: Vec<(&Measured<'_>, Reach)> = measures.iter().filter_map(|m| Some((*m, reach(m)?))).collect();
    all.sort_by(|(a, x), (b, y)| y.missing(b.metric).total_cmp(&x.missing(a.metric)).then_with(|| a.metric.id.cmp(&b.metric.id)));
    all.truncate(MOST);
    all
}

fn next(ground: &Ground<'_>, s: &Subject, m: &Measured<'_>, reach: Reach) -> NextGoal {
    let shown = format::value_of(m.metric.unit(), reach.level, reach.own.n());
    let whose = if s.kind == CardKind::Agent { say!("Your likely level") } else { say!("The level") };
    let span = if ground.e.recent_periods() == 1 { say!("now").to_owned() } else { say!("over {span}", span = ground.e.recent_words()) };
    let text = match (reach.is_near(m.metric), reach.short(m.metric) <= 0.0) {
        (true, true) => {
            let (hits, n) = (format::count(reach.own.hits()), format::count(reach.own.n()));
            let share = format::value_against(m.metric.unit(), reach.own.rate(), reach.own.n(), Some(reach.target));
            match reach.is_reached(m.metric) {
                true => say!("Hold it: {hits} of {n} {span}.", hits, n, span),
                false => say!("Within reach: {hits} of {n} {span} ({share}).", hits, n, span, share),
            }
        }
        (true, false) if reach.is_level_near(m.metric) => say!(
            "{whose} {span} is {shown}: within {margin} of the target.",
            whose,
            span,
            shown,
            margin = super::standing::points(reach.margin)
        ),
        (true, false) => say!(
            "{hits} of {n} {span}: within {margin} of the target.",
            hits = format::count(reach.own.hits()),
            n = format::count(reach.own.n()),
            span,
            margin = super::standing::points(reach.margin)
        ),
        (false, _) => say!("{whose} {span} is {shown}; this is at least half the way to the target.", whose, span, shown),
    };
    let value = reach.step(m.metric);
    let target = Some(reach.target).filter(|target| (target - value).abs() > 1e-9);
    NextGoal { metric: m.metric.id.clone(), title: m.metric.label.clone(), value, target, text }
}

/// Whether a goal was met, and how much that says.
fn finding(judge: &Judge, m: &Measured<'_>, goal: f64) -> Finding {
    let (k, metric) = (&m.kpi, m.metric);
    let wanted = match metric.better {
        Better::Neither => format::bare_target(metric.unit(), goal),
        better => format::target(metric.unit(), goal, better == Better::Lower),
    };
    let is_met = k.value.and_then(|v| super::cards::is_met(metric, v, goal));
    let certainty = certainty(judge, k, (metric, goal));
    let text = match k.value {
        None if k.immature > 0 => too_early(k, metric, &wanted),
        None => say!("No data in this period, goal {wanted}.", wanted),
        Some(value) => {
            let counted = if metric.kind == Kind::Share {
                say!(" ({sum} of {n})", sum = format::count(k.sum as u64), n = format::count(k.n))
            } else {
                of_n(k)
            };
            let few = match certainty {
                Certainty::CannotTellYet if k.n < FEW => say!(" So few rows say little by themselves."),
                Certainty::CannotTellYet if k.interval.is_some() => say!(" Too close to the goal for one period to tell."),
                Certainty::CannotTellYet => say!(" One period does not tell how much of that is chance."),
                Certainty::Leaning | Certainty::Clear => "",
            };
            say!(
                "{value}{counted}, goal {wanted}.{few}",
                value = format::value_against(metric.unit(), value, k.n, Some(goal)),
                counted,
                wanted,
                few
            )
        }
    };
    Finding { metric: k.metric.clone(), title: metric.label.clone(), text, certainty, is_met, is_good: is_met, examples: Vec::new() }
}

fn too_early(k: &Kpi, metric: &Metric, wanted: &str) -> String {
    let last = k.history.iter().rev().find_map(|p| Some((p.value?, p.n, &p.short)));
    let known = last.map_or_else(String::new, |(v, n, p)| {
        say!(" Last known: {v} in {p} (n = {n}).", v = format::value_of(metric.unit(), v, n), p, n = format::count(n))
    });
    say!("Too early to say for {immature} rows, goal {wanted}.{known}", immature = format::count(k.immature), wanted, known)
}

/// How sure it is of a figure that is no share. What is counted is what it is. Else its interval tells, where it has one; and where that
/// holds the goal, or there is none, as of means, how far it usually goes up and down: a goal on one side of all limits of its chart is met,
/// or missed, by more than the luck of one period.
fn certainty_of_figure(k: &Kpi, (metric, goal): (&Metric, f64)) -> Certainty {
    use crate::scorecard::Assurance::{Fails, Passes};
    let assurance = k.signal.and_then(|s| s.assurance);
    match (k.interval, k.is_met, assurance) {
        _ if metric.is_additive() || metric.kind == Kind::Sum => Certainty::Leaning,
        (Some((low, high)), Some(_), _) if goal < low || goal > high => Certainty::Clear,
        (_, Some(true), Some(Passes)) | (_, Some(false), Some(Fails)) => Certainty::Leaning,
        _ => Certainty::CannotTellYet,
    }
}

/// How sure the rows of this period alone make it: by a Beta(½, ½) prior.
fn certainty(judge: &Judge, k: &Kpi, (metric, goal): (&Metric, f64)) -> Certainty {
    let Some(value) = k.value else { return Certainty::CannotTellYet };
    if metric.kind != Kind::Share {
        return certainty_of_figure(k, (metric, goal));
    }
    let Ok(own) = Proportion::new(k.sum.round() as u64, k.n) else { return Certainty::CannotTellYet };
    if k.n < LEAST {
        return Certainty::CannotTellYet;
    }
    let posterior = decision::single(own);
    let chance = if value >= goal { posterior.above(goal) } else { posterior.below(goal) };
    match chance {
        // There is no margin here: half the doubt that a verdict may leave.
        c if c >= f64::midpoint(1.0, judge.clear) => Certainty::Clear,
        c if c >= judge.leaning => Certainty::Leaning,
        _ => Certainty::CannotTellYet,
    }
}

fn of_n(k: &Kpi) -> String {
    if k.n == 0 { String::new() } else { format!(" (n = {})", format::count(k.n)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(id: &str) -> Metric {
        let keep = |text: &str| Ok(text.to_owned());
        let fill = crate::metrics::Fill { sql: &keep, words: &|text| text.to_owned() };
        crate::metrics::Catalogue::new(Vec::new(), &fill).unwrap().get(id).unwrap().clone()
    }

    fn nothing() -> Kpi {
        Kpi {
            metric: String::new(),
            value: None,
            n: 0,
            sum: 0.0,
            target: None,
            is_met: None,
            previous: None,
            previous_n: 0,
            history: Vec::new(),
            interval: None,
            immature: 0,
            rows_file: None,
            is_judged: true,
            is_hidden: false,
            level: None,
            signal: None,
            bounds: None,
            expected: None,
        }
    }

    #[test]
    fn a_figure_that_is_no_share_is_as_sure_as_its_interval_and_its_chart() {
        use crate::scorecard::{Assurance, Signal, Variation};
        let kpi = |is_met, interval, assurance: Option<Assurance>| {
            let signal = assurance.map(|a| Signal { variation: Variation::CommonCause, assurance: Some(a) });
            Kpi { value: Some(18_000.0), n: 40, is_met, interval, signal, ..nothing() }
        };
        let sure = |k: &Kpi| certainty_of_figure(k, (&metric("ttr_median"), 7200.0));
        // Too few rows to say whether it was met, and no chart: a median of one row says nothing.
        assert_eq!(sure(&kpi(None, None, None)), Certainty::CannotTellYet);
        assert_eq!(sure(&kpi(Some(false), None, None)), Certainty::CannotTellYet);
        assert_eq!(sure(&kpi(Some(false), None, Some(Assurance::Fails))), Certainty::Leaning);
        assert_eq!(sure(&kpi(Some(false), None, Some(Assurance::HitOrMiss))), Certainty::CannotTellYet);
        assert_eq!(sure(&kpi(Some(false), None, Some(Assurance::Passes))), Certainty::CannotTellYet, "out of the usual: one period");
        assert_eq!(sure(&kpi(Some(false), Some((8000.0, 30_000.0)), None)), Certainty::Clear);
        assert_eq!(sure(&kpi(Some(false), Some((7000.0, 30_000.0)), None)), Certainty::CannotTellYet);
        assert_eq!(sure(&kpi(Some(false), Some((7000.0, 30_000.0)), Some(Assurance::Fails))), Certainty::Leaning);
        assert_eq!(certainty_of_figure(&kpi(Some(false), None, None), (&metric("tickets_resolved"), 45.0)), Certainty::Leaning);
    }

    #[test]
    fn a_step_is_half_the_way_and_never_beyond_the_target() {
        for (level, target, goal) in [
            (0.60, 0.85, 0.73),
            (0.986, 0.995, 0.991),
            (0.9945, 0.9951, 0.995),
            (0.9945, 0.9949, 0.9949),
            // Lower is better.
            (0.20, 0.05, 0.12),
            (0.012, 0.005, 0.008),
            (0.0058, 0.0052, 0.0052),
            (0.8, 0.9, 0.85),
        ] {
            let got = half_way(level, target);
            assert!((got - goal).abs() < 1e-9, "{level} to {target}: {got}");
            let share = (got - level) / (target - level);
            assert!((0.5 - 1e-6..=1.0).contains(&share), "{level} to {target}: {got}");
        }
    }
}
