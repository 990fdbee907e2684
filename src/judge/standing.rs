//! Where a subject stands: recent rows of its own, pulled towards its peers, against target or desk.

use std::collections::BTreeMap;

use super::Evidence;
use super::cards::Subject;
use crate::format;
use crate::metrics::{Kind, Metric};
use crate::say;
use crate::scorecard::{Better, CardKind, Certainty, Standing};
use crate::stats::Proportion;
use crate::stats::decision::{self, Rule, Side, Verdict};
use crate::stats::hierarchical::{Population, Posterior};
use crate::stats::interval::{clopper_pearson, wilson_95};

/// Fewest teams or suppliers that make a population: fewer say nothing of how far such groups lie apart.
const POPULATION: usize = 5;
/// Fewest agents of whom it can be said that something is common to all of them.
const ALL: usize = 3;
/// Rows from which an agent is one of them: as many as a verdict takes.
const ENOUGH: u64 = 5;
/// Chance that a subject judged by its own rows alone gets a clear, or any, verdict while it lies at its yardstick.
const CHANCE_ALONE: (f64, f64) = (0.05, 0.2);

/// The agents of the desk as one population, its teams as another, its suppliers as a third; by kind of card and metric.
#[derive(Debug, Default)]
pub(super) struct Peers(BTreeMap<(CardKind, String), Fitted>);

#[derive(Debug)]
struct Fitted {
    population: Population,
    /// Whether there are several of them, each with rows enough.
    is_several: bool,
}

impl Peers {
    /// Fits the rates of the subjects of these kinds over the recent periods that end with `last`.
    pub(super) fn new(e: &Evidence<'_>, last: usize, kinds: &[CardKind], is_wanted: impl Fn(&Metric, CardKind) -> bool) -> Self {
        let fit = |kind: CardKind, m: &Metric| {
            let breakdown = breakdown(kind);
            let groups = e.folds.history().groups(&m.id, breakdown).filter(|(group, _)| !group[0].is_empty());
            let sums: Vec<Proportion> = groups.filter_map(|(group, _)| recent(e, &m.id, breakdown, group, last)).collect();
            if kind != CardKind::Agent && sums.len() < POPULATION {
                return None;
            }
            let is_several = sums.iter().filter(|p| p.n() >= ENOUGH).count() >= ALL;
            Some(((kind, m.id.clone()), Fitted { population: Population::fit(&sums).ok()?, is_several }))
        };
        let shares = || e.catalogue.iter().filter(|m| m.kind == Kind::Share);
        let of = |kind: &CardKind| shares().filter(|m| is_wanted(m, *kind)).filter_map(|m| fit(*kind, m)).collect::<Vec<_>>();
        Self(kinds.iter().flat_map(of).collect())
    }

    pub(super) fn population(&self, kind: CardKind, metric: &str) -> Option<&Population> {
        self.0.get(&(kind, metric.to_owned())).map(|f| &f.population)
    }

    /// Whether several agents can have something in common: what one or two do is their own.
    fn are_several(&self, metric: &str) -> bool {
        self.0.get(&(CardKind::Agent, metric.to_owned())).is_some_and(|f| f.is_several)
    }
}

/// Breakdown number of a kind of card in the history.
pub(super) fn breakdown(kind: CardKind) -> usize {
    match kind {
        CardKind::Desk => 0,
        CardKind::Team => 1,
        CardKind::Supplier => 2,
        CardKind::Agent => 3,
    }
}

/// Hits and rows of a share over the recent periods that end with `last`.
pub(super) fn recent(e: &Evidence<'_>, metric: &str, breakdown: usize, group: &[String], last: usize) -> Option<Proportion> {
    let row = e.folds.history().row(metric, breakdown, group);
    let first = (last + 1).saturating_sub(e.recent_periods());
    let readings = row.iter().take(last + 1).skip(first).flatten();
    let (hits, n) = readings.fold((0.0, 0.0), |(hits, n), r| (hits + r.sum, n + r.n));
    Proportion::new(hits.round() as u64, n.round() as u64).ok()
}

/// What a measure is held against, and its name in a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Yardstick {
    pub(super) value: f64,
    pub(super) name: String,
    /// Whether the desk set it as a goal.
    pub(super) is_target: bool,
}

/// A standing with what its sentence needs.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) standing: Standing,
    pub(super) yardstick: Option<Yardstick>,
    /// Smallest difference that matters.
    pub(super) margin: f64,
    /// Whether the level is pulled towards that of its peers.
    pub(super) is_pulled: bool,
    /// Probability of lying beyond the margin, on the side of the verdict or the likelier one.
    pub(super) chance: f64,
    /// Whether that side is above the yardstick.
    pub(super) is_above: bool,
    /// Whether the verdict is weaker than that chance, because it is one of many that were compared.
    pub(super) is_one_of_many: bool,
}

/// The target of a metric, else the desk's own recent level; none for the desk itself.
pub(super) fn yardstick(e: &Evidence<'_>, kind: CardKind, metric: &Metric, last: usize) -> Option<Yardstick> {
    if let Some(value) = e.target(&metric.id) {
        let name = say!("target {target}", target = format::target(metric.unit(), value, metric.better == Better::Lower));
        return Some(Yardstick { value, name, is_target: true });
    }
    let desk = recent(e, &metric.id, 0, &[], last).filter(|_| kind != CardKind::Desk)?;
    let name = say!("the desk’s {level}", level = format::value_of(metric.unit(), desk.rate(), desk.n()));
    Some(Yardstick { value: desk.rate(), name, is_target: false })
}

/// Where a subject stands at the end of period `last`; `None` without recent rows or for what is no share.
pub(super) fn standing(e: &Evidence<'_>, peers: &Peers, s: &Subject, metric: &Metric, last: usize) -> Option<Judged> {
    if metric.kind != Kind::Share {
        return None;
    }
    let own = recent(e, &metric.id, s.breakdown, &s.group(), last)?;
    let population = peers.population(s.kind, &metric.id);
    let posterior = population.map_or_else(|| decision::single(own), |p| p.posterior(own));
    let yardstick = yardstick(e, s.kind, metric, last);
    let mut judged = judged(e, metric, (own, population, &posterior), yardstick);
    // What all teams miss is still every team's own to work on; a person is not blamed for all.
    judged.standing.is_shared &= s.kind == CardKind::Agent && peers.are_several(&metric.id);
    Some(judged)
}

/// The verdict over a posterior.
pub(super) fn judged(
    e: &Evidence<'_>,
    metric: &Metric,
    (own, population, posterior): (Proportion, Option<&Population>, &Posterior),
    yardstick: Option<Yardstick>,
) -> Judged {
    let at = yardstick.as_ref().map(|y| y.value);
    let margin = at.map_or(0.0, |t| e.settings.judge.margin_of(&metric.id, t));
    let rule = rule(e, margin);
    // Without peers there is nothing to be pulled towards.
    let interval = population.map_or_else(|| wilson_95(own), |_| posterior.interval(0.95));
    let verdict = at.map_or(Verdict::CannotTellYet, |t| {
        let alone = population.is_none().then_some(own);
        borne_out(verdict(metric, (own, posterior), t, rule), (alone, interval), t)
    });
    let (below, above) = at.map_or((0.0, 0.0), |t| (posterior.below(t - margin), posterior.above(t + margin)));
    let is_above = match verdict {
        Verdict::Clear(side) | Verdict::Leaning(side) => side == Side::Above,
        Verdict::CannotTellYet => above > below,
    };
    let certainty = match verdict {
        Verdict::Clear(_) => Certainty::Clear,
        Verdict::Leaning(_) => Certainty::Leaning,
        Verdict::CannotTellYet => Certainty::CannotTellYet,
    };
    let is_shared = population
        .zip(at)
        .is_some_and(|(p, t)| certainty != Certainty::CannotTellYet && is_shared_by_all(p, posterior, (t, is_above), rule));
    let target = yardstick.as_ref().filter(|y| y.is_target && certainty != Certainty::Clear).map(|y| y.value);
    let needed = target.and_then(|t| decision::rows_needed(population?, own, t, rule));
    let standing = Standing {
        value: population.map_or_else(|| own.rate(), |_| posterior.mean()),
        interval,
        sum: own.hits(),
        n: own.n(),
        reliability: population.map_or(1.0, |p| p.reliability(own.n())),
        certainty: at.filter(|_| metric.better != Better::Neither).map(|_| certainty),
        is_shared,
        is_rounded: false,
        is_good: (certainty != Certainty::CannotTellYet).then_some(is_above == (metric.better == Better::Higher)),
        needed,
    };
    Judged {
        standing,
        yardstick,
        margin,
        is_pulled: population.is_some(),
        chance: if is_above { above } else { below },
        is_above,
        is_one_of_many: false,
    }
}

/// A verdict as far as the intervals bear it out: it is not clear while the 95 % interval that is printed holds the yardstick, since both
/// stand in one sentence.
///
/// Who is judged by its own rows `alone` has only luck to be told from: Jeffreys' posterior calls one in ten of subjects with 20 rows that
/// lie at their yardstick clearly different. The exact interval (Clopper and Pearson 1934) keeps what it promises at any number of rows.
fn borne_out(told: Verdict, (alone, printed): (Option<Proportion>, (f64, f64)), at: f64) -> Verdict {
    let excludes = |(low, high): (f64, f64)| at < low || at > high;
    let is_proved = |chance: f64| alone.is_none_or(|own| clopper_pearson(own, 1.0 - chance).is_ok_and(excludes));
    match told {
        Verdict::Clear(_) if excludes(printed) && is_proved(CHANCE_ALONE.0) => told,
        Verdict::Clear(side) | Verdict::Leaning(side) if is_proved(CHANCE_ALONE.1) => Verdict::Leaning(side),
        _ => Verdict::CannotTellYet,
    }
}

/// The verdict on a level against a yardstick.
fn verdict(metric: &Metric, (own, posterior): (Proportion, &Posterior), at: f64, rule: Rule) -> Verdict {
    if metric.better == Better::Neither {
        return Verdict::CannotTellYet;
    }
    // Rows that lie on the other side are never held against anybody, whatever the peers are like.
    let own_side = if own.rate() >= at { Side::Above } else { Side::Below };
    match decision::judge(posterior, own.n(), at, rule) {
        Verdict::Clear(side) | Verdict::Leaning(side) if own_side != side => Verdict::CannotTellYet,
        same => same,
    }
}

/// Whether an agent's level at the end of period `last` misses its target as all agents' do: [`Judged::is_missed_by_all`],
/// without what else a standing holds.
pub(super) fn is_missed_by_all(e: &Evidence<'_>, peers: &Peers, s: &Subject, metric: &Metric, last: usize) -> bool {
    let shared = || {
        let target = e.target(&metric.id)?;
        let own = recent(e, &metric.id, s.breakdown, &s.group(), last)?;
        let is_of_all = s.kind == CardKind::Agent && metric.kind == Kind::Share && peers.are_several(&metric.id);
        let population = peers.population(s.kind, &metric.id).filter(|_| is_of_all)?;
        let posterior = population.posterior(own);
        let rule = rule(e, e.settings.judge.margin_of(&metric.id, target));
        let (Verdict::Clear(side) | Verdict::Leaning(side)) = verdict(metric, (own, &posterior), target, rule) else { return None };
        let is_above = side == Side::Above;
        let is_bad = is_above != (metric.better == Better::Higher);
        Some(is_bad && is_shared_by_all(population, &posterior, (target, is_above), rule))
    };
    shared().unwrap_or(false)
}

/// Whether all agents together lie beyond the margin on that side, and this one does not probably lie beyond them.
fn is_shared_by_all(population: &Population, posterior: &Posterior, (yardstick, is_above): (f64, bool), rule: Rule) -> bool {
    let mean = population.mean();
    let (all, further) = match is_above {
        true => (mean > yardstick + rule.margin, posterior.above(mean + rule.margin)),
        false => (mean < yardstick - rule.margin, posterior.below(mean - rule.margin)),
    };
    all && further < rule.leaning
}

/// The decision rule of the config at a margin.
pub(super) fn rule(e: &Evidence<'_>, margin: f64) -> Rule {
    let judge = &e.settings.judge;
    Rule { margin, leaning: judge.leaning, clear: judge.clear, least: u64::from(e.settings.report.min_n.max(5)) }
}

impl Judged {
    /// Whether all agents miss the target alike: what the desk has to mend is no step for one of them.
    pub(super) fn is_missed_by_all(&self) -> bool {
        self.standing.is_shared && self.standing.is_good == Some(false)
    }

    /// `84 of 92 in the last 13 weeks (91 %), likely level 89 % (83–94 %), target ≥ 85 %; 96 % sure that it is more than 3 points above.`
    pub(super) fn sentence(&self, e: &Evidence<'_>, metric: &Metric) -> String {
        let (st, unit) = (&self.standing, metric.unit());
        let raw = format::value_of(unit, st.sum as f64 / st.n as f64, st.n);
        let interval = format::interval(unit, st.interval, st.n);
        let level = match self.is_pulled {
            true => say!("likely level {level} ({interval})", level = format::value_of(unit, st.value, st.n), interval),
            false => say!("95 % interval {interval}", interval),
        };
        let mut text = say!(
            "{sum} of {n} in {span} ({raw}); {level}",
            sum = format::count(st.sum),
            n = format::count(st.n),
            span = e.recent_words(),
            raw,
            level
        );
        if let Some(y) = &self.yardstick {
            text += &say!("; {yardstick}. ", yardstick = y.name);
            text += &self.chance_words();
        }
        text
    }

    /// `96 % sure that it is more than 3 points above.`
    pub(super) fn chance_words(&self) -> String {
        let side = if self.is_above { say!("above") } else { say!("below") };
        let (chance, margin) = (percent(self.chance), points(self.margin));
        let sure = format::capital(&say!("{chance} sure that it is more than {margin} {side}.", chance, margin, side));
        // A chance of a single place beside a weaker verdict would look like a mistake.
        let is_weaker = self.is_one_of_many && self.standing.certainty == Some(Certainty::Leaning);
        if is_weaker { format!("{sure} {}", say!("Among all that were compared it is no more than leaning.")) } else { sure }
    }
}

/// `96 %`, never rounded to certainty.
pub(super) fn percent(p: f64) -> String {
    match p {
        p if p > 0.99 => say!("more than 99\u{a0}%").to_owned(),
        p if p < 0.01 => say!("less than 1\u{a0}%").to_owned(),
        p => format!("{:.0}\u{a0}%", p * 100.0),
    }
}

/// `3 points`, `1.5 points`, `1 point`.
pub(super) fn points(margin: f64) -> String {
    let tenths = (margin * 1000.0).round() / 10.0;
    let text = if tenths.fract() == 0.0 { format::decimals(tenths, 0) } else { format::decimals(tenths, 1) };
    if text == "1" { say!("1 point").to_owned() } else { say!("{text} points", text) }
}
