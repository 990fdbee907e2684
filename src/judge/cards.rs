//! Whose cards there are, and which measures each shows.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::standing::{self, Judged, Peers};
use super::{Evidence, case_mix, figures, findings, goals, sections, signals, tables};
use crate::error::Result;
use crate::facts::Table;
use crate::metrics::{Kind, Metric, Reading};
use crate::privacy::erased::is_pseudonym;
use crate::say;
use crate::scorecard::{Better, Bounds, Card, CardKind, Kpi, Point, Standing, Unknown};
use crate::stats::interval::wilson_95;
use crate::stats::person_time::PersonTime;

/// Periods in a KPI's sparkline.
const SPARK: usize = 13;

/// Measures of the desk's card, in order; those without data are left out.
pub(super) const DESK: &[&str] = &[
    "fcr_touch",
    "fcr_flag",
    "fcr_time",
    "fcr_repeat",
    "fcr_survey",
    "fcr_gross",
    "fcr_net",
    "flr",
    "escalation",
    "bounce",
    "reopen_rate",
    "sla_response",
    "sla_resolution",
    "sla_near_miss",
    "sla_breach_median",
    "open_overdue",
    "frt_median",
    "frt_p90",
    "ttr_median",
    "ttr_p90",
    "tickets_created",
    "tickets_resolved",
    "net_flow",
    "backlog",
    "backlog_30d",
    "age_median",
    "stale",
    "csat",
    "csat_response",
    "lost_time",
    "watermelon",
    "unhappy_missed",
    "calls_offered",
    "abandonment",
    "asa",
    "sl_answered",
    "sl_offered",
    "aht",
    "transfer_rate",
    "log_rate",
    "calls_per_ticket",
    "one_done",
    "kb_link",
    "agent_days",
    "tickets_per_agent_day",
    "cost_per_ticket",
    "headcount",
    "leavers",
    "turnover_12m",
    "absenteeism",
    "mentor_span",
    "tenure",
];
/// Measures of a team's or supplier's card.
pub(super) const GROUP: &[&str] = &[
    "fcr_touch",
    "fcr_flag",
    "fcr_repeat",
    "bounce",
    "reopen_rate",
    "sla_response",
    "sla_resolution",
    "sla_near_miss",
    "sla_breach_median",
    "open_overdue",
    "frt_median",
    "ttr_median",
    "ttr_p90",
    "tickets_resolved",
    "backlog",
    "csat",
    "csat_response",
    "watermelon",
    "asa",
    "aht",
    "transfer_rate",
    "log_rate",
    "kb_link",
    "tickets_per_agent_day",
    "headcount",
    "leavers",
    "turnover_12m",
    "absenteeism",
    "mentor_span",
];
/// Measures of a person's card: what a person can do something about, with volume and handle time as context.
pub(super) const AGENT: &[&str] = &[
    "fcr_touch",
    "fcr_flag",
    "sla_response_own",
    "sla_resolution_own",
    "frt_median",
    "ttr_median",
    "csat",
    "csat_response",
    "log_rate",
    "tickets_resolved",
    "tickets_per_agent_day",
    "calls_answered",
    "aht",
];
/// Surveys that were sent and not answered: how far satisfaction could still be from what the answers say.
pub(super) const UNANSWERED: &str = "surveys_unanswered";
/// What people observed, shown beside the measures.
pub(super) const OBSERVED: &[&str] = &["qa_score", "peer_360", "kudos", "shadowing_days", "calls_answered"];
const OBSERVATIONS: &[&str] = &["qa_score", "peer_360", "kudos", "shadowing_days"];

/// One subject.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub(super) kind: CardKind,
    pub(super) name: String,
    /// Breakdown number in [`super::folds::HISTORY`].
    pub(super) breakdown: usize,
    pub(super) slug: String,
}

impl Subject {
    pub(super) fn new(kind: CardKind, name: &str) -> Self {
        Self { kind, name: name.to_owned(), breakdown: standing::breakdown(kind), slug: slug(kind, name) }
    }

    /// Its group in the history fold.
    pub(super) fn group(&self) -> Vec<String> {
        if self.kind == CardKind::Desk { Vec::new() } else { vec![self.name.clone()] }
    }

    /// Its page, relative to the root of the pages.
    pub(super) fn page(&self) -> String {
        page(self.kind, &self.slug)
    }
}

/// The page of a card, relative to the root of the pages.
pub(super) fn page(kind: CardKind, slug: &str) -> String {
    match kind {
        CardKind::Desk => "desk.html".to_owned(),
        CardKind::Team => format!("teams/{slug}.html"),
        CardKind::Supplier => format!("suppliers/{slug}.html"),
        CardKind::Agent => format!("agents/{slug}.html"),
    }
}

/// A file name for a card that no name from an export can bend: letters and digits of the name, and a hash of it.
pub fn slug(kind: CardKind, name: &str) -> String {
    let word = kind.name();
    if kind == CardKind::Desk {
        return word.to_owned();
    }
    let plain: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let parts: Vec<&str> = plain.split('-').filter(|p| !p.is_empty()).collect();
    let short: String = parts.join("-").chars().take(40).collect();
    let digest = Sha256::digest(name.as_bytes());
    let hash = format!("{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2]);
    [word, short.trim_matches('-'), &hash].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join("-")
}

/// What all cards of a scorecard share.
#[derive(Debug)]
pub(super) struct Ground<'a> {
    pub(super) e: &'a Evidence<'a>,
    pub(super) subjects: Vec<Subject>,
    /// The agents as one population, the teams and the suppliers as others; and the agents a period ago.
    pub(super) peers: Peers,
    pub(super) peers_before: Peers,
    pub(super) case_mix: case_mix::CaseMix,
}

/// A measure of a subject with everything that was found out about it.
#[derive(Debug)]
pub(super) struct Measured<'a> {
    pub(super) metric: &'a Metric,
    pub(super) kpi: Kpi,
    pub(super) judged: Option<Judged>,
    pub(super) signal: Option<signals::Charted>,
}

/// What every card and topic stands on.
pub(super) fn ground<'a>(e: &'a Evidence<'a>) -> Ground<'a> {
    let is_shown = |m: &Metric, kind: CardKind| m.is_own || if kind == CardKind::Agent { AGENT } else { GROUP }.contains(&m.id.as_str());
    let has_goal = |m: &Metric, kind: CardKind| e.target(&m.id).is_some() && is_judged(m, kind);
    let peers_before = e.last().checked_sub(1).map(|before| Peers::new(e, before, &[CardKind::Agent], has_goal)).unwrap_or_default();
    let peers = Peers::new(e, e.last(), &[CardKind::Team, CardKind::Supplier, CardKind::Agent], is_shown);
    Ground { e, subjects: subjects(e), peers, peers_before, case_mix: case_mix::CaseMix::new(e) }
}

/// All cards: the desk, then teams, suppliers and agents by name.
pub(super) fn all(ground: &Ground<'_>) -> Result<Vec<Card>> {
    // Cards know nothing of each other, and their order is that of the subjects.
    ground.subjects.par_iter().map(|s| card(ground, s)).collect()
}

fn subjects(e: &Evidence<'_>) -> Vec<Subject> {
    let mut out = vec![Subject::new(CardKind::Desk, &e.settings.desk.name)];
    for (kind, page, breakdown) in [(CardKind::Team, "teams", 1), (CardKind::Supplier, "suppliers", 2), (CardKind::Agent, "agents", 3)] {
        if e.settings.report.pages.iter().any(|p| p == page) {
            // Who was erased counts in every total, and has no page.
            let names = active(e, breakdown).into_iter().filter(|name| kind != CardKind::Agent || !is_pseudonym(name));
            out.extend(names.map(|name| Subject::new(kind, &name)));
        }
    }
    out
}

/// Groups with any row in the period.
fn active(e: &Evidence<'_>, breakdown: usize) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for metric in ["tickets_resolved", "csat", "calls_answered", "agent_days", "sla_resolution"] {
        for (group, values) in e.folds.history().groups(metric, breakdown) {
            let has_rows = values.get(e.last()).copied().flatten().is_some_and(|r| r.n > 0.0);
            if has_rows && !group[0].is_empty() {
                names.insert(group[0].clone());
            }
        }
    }
    names
}

fn card(ground: &Ground<'_>, s: &Subject) -> Result<Card> {
    let e = ground.e;
    let listed = match s.kind {
        CardKind::Desk => DESK,
        CardKind::Team | CardKind::Supplier => GROUP,
        CardKind::Agent => AGENT,
    };
    let own = e.catalogue.iter().filter(|m| m.is_own);
    let metrics = listed.iter().map(|id| e.catalogue.get(id)).collect::<Result<Vec<_>>>()?;
    let is_few = is_few(e, s);
    let is_told = |m: &&Metric| !(is_few && is_of_people(m));
    let measured: Vec<Measured<'_>> = metrics.into_iter().chain(own).filter(is_told).filter_map(|m| measure(ground, s, m)).collect();
    let observations = if s.kind == CardKind::Agent { observations(e, s)? } else { Vec::new() };
    let blocks = findings::all(e, s, &measured);
    let goals = goals::all(ground, s, &measured);
    Ok(Card {
        kind: s.kind,
        name: s.name.clone(),
        slug: s.slug.clone(),
        about: about(e, s),
        empty_because: goals.empty_because.into_iter().chain(blocks.empty_because).collect(),
        goals: goals.now,
        next_goals: goals.next,
        doing_well: blocks.doing_well,
        to_improve: blocks.to_improve,
        charts: figures::all(ground, s, &measured),
        tables: tables::all(e, s, &ground.subjects),
        sections: sections::all(ground, s)?,
        footer: findings::footer(e, s, &measured),
        kpis: measured.into_iter().map(|m| m.kpi).collect(),
        observations,
    })
}

/// Fewest people of a team whose absence, tenure or leaving is told: of fewer it is that of a person.
const FEWEST_PEOPLE: usize = 5;

/// Whether a team or supplier had so few people in the period that figures about people are figures about a person.
fn is_few(e: &Evidence<'_>, s: &Subject) -> bool {
    let now = e.now();
    let is_of = |stay: &&super::Stay| match s.kind {
        CardKind::Team => stay.team == s.name,
        CardKind::Supplier => stay.supplier == s.name,
        CardKind::Desk | CardKind::Agent => false,
    };
    let is_here = |stay: &&super::Stay| stay.first_day < now.end_day && stay.last_day.is_none_or(|last| last >= now.first_day);
    let people: BTreeSet<&str> = e.stays.iter().filter(is_of).filter(is_here).map(|stay| stay.agent.as_str()).collect();
    matches!(s.kind, CardKind::Team | CardKind::Supplier) && people.len() < FEWEST_PEOPLE
}

/// Whether a measure is made of days or stays of people.
fn is_of_people(metric: &Metric) -> bool {
    matches!(metric.on, Some(Table::AgentDays | Table::Spells))
}

fn measure<'a>(ground: &Ground<'a>, s: &Subject, metric: &'a Metric) -> Option<Measured<'a>> {
    let e = ground.e;
    let mut kpi = kpi(e, s, metric)?;
    kpi.is_judged = is_judged(metric, s.kind);
    let judged = standing::standing(e, &ground.peers, s, metric, e.last());
    let is_judged = kpi.is_judged;
    let unjudged = |st: Standing| Standing { certainty: None, is_good: None, needed: None, is_shared: false, ..st };
    kpi.level = judged.as_ref().map(|j| if is_judged { j.standing } else { unjudged(j.standing) });
    let signal = signals::charted(e, s, metric);
    kpi.signal = signal.as_ref().map(|c| c.signal);
    kpi.bounds = bounds(e, s, metric, &kpi);
    kpi.expected = (s.kind == CardKind::Agent).then(|| ground.case_mix.expected(&metric.id, &s.name)).flatten();
    Some(Measured { metric, kpi, judged, signal })
}

/// Whether a subject is judged by a measure at all.
///
/// A person is judged by shares they can do something about: not by speed, not by volume, and by no measure that the catalogue keeps from
/// people ([`Metric::judges_people`]).
pub(super) fn is_judged(metric: &Metric, kind: CardKind) -> bool {
    if metric.better == Better::Neither {
        return false;
    }
    match kind {
        CardKind::Desk | CardKind::Team => true,
        // What comes to a supplier has been elsewhere before.
        CardKind::Supplier => metric.section != "First contact",
        CardKind::Agent => metric.kind == Kind::Share && metric.judges_people,
    }
}

/// How far a share can still move: rows whose window has not elapsed, and surveys that nobody answered.
fn bounds(e: &Evidence<'_>, s: &Subject, metric: &Metric, kpi: &Kpi) -> Option<Bounds> {
    if metric.kind != Kind::Share || kpi.n == 0 {
        return None;
    }
    let (hits, n) = (kpi.sum, kpi.n as f64);
    let within = |unknown: u64, because: Unknown| {
        let all = n + unknown as f64;
        (unknown > 0).then(|| Bounds { range: (hits / all, (hits + unknown as f64) / all), unknown, because })
    };
    if kpi.immature > 0 {
        return within(kpi.immature, Unknown::NotYetMature);
    }
    if metric.id != "csat" {
        return None;
    }
    let unanswered = e.folds.history().get(UNANSWERED, s.breakdown, &s.group(), e.last())?;
    within(unanswered.sum.round() as u64, Unknown::NotAnswered)
}

fn about(e: &Evidence<'_>, s: &Subject) -> Vec<(String, String)> {
    if s.kind != CardKind::Agent {
        return Vec::new();
    }
    let unknown = || vec![(say!("Roster").to_owned(), say!("not on the roster").to_owned())];
    e.about.get(&s.name).cloned().unwrap_or_else(|| if e.off_roster.contains(&s.name) { unknown() } else { Vec::new() })
}

/// A measure of a subject; `None` if it never had data in the whole history.
fn kpi(e: &Evidence<'_>, s: &Subject, metric: &Metric) -> Option<Kpi> {
    let group = s.group();
    let row = e.folds.history().row(&metric.id, s.breakdown, &group);
    let at = |period: usize| row.get(period).copied().flatten();
    if !(0..=e.last()).any(|p| at(p).is_some_and(|r| r.n > 0.0 || r.immature > 0)) {
        return None;
    }
    let counted = counted(e, metric, s.breakdown, &group);
    let zero = |period: usize| counted.contains(&period).then_some(Reading { value: Some(0.0), ..Reading::default() });
    let now = at(e.last()).or(zero(e.last()));
    let before = e.last().checked_sub(1).and_then(|p| at(p).or(zero(p)));
    let value = now.and_then(|r| r.value);
    let target = e.target(&metric.id);
    let n = now.map_or(0, |r| r.n.round() as u64);
    let sum = now.map_or(0.0, |r| r.sum);
    let first = e.periods.len().saturating_sub(SPARK);
    Some(Kpi {
        metric: metric.id.clone(),
        value,
        n,
        sum,
        target,
        // A handful of rows meets or misses a target by luck.
        is_met: value
            .zip(target)
            .filter(|_| n >= u64::from(e.settings.report.min_n) || metric.is_additive())
            .and_then(|(v, t)| is_met(metric, v, t)),
        previous: before.and_then(|r| r.value),
        previous_n: before.map_or(0, |r| r.n.round() as u64),
        history: points(e, metric, (s.breakdown, &group), first),
        interval: now.and_then(|r| interval(metric, r)),
        immature: now.map_or(0, |r| r.immature),
        rows_file: rows_file(metric, s).filter(|_| n > 0),
        is_judged: false,
        is_hidden: false,
        level: None,
        signal: None,
        bounds: None,
        expected: None,
    })
}

/// 95 % interval of a reading: Wilson's for a share, the exact one for leavers over time on the desk, between two of its rows for a
/// quantile. A mean has none: of waits and times with their long tails none keeps its promise at a week's rows.
pub(super) fn interval(metric: &Metric, r: Reading) -> Option<(f64, f64)> {
    match metric.kind {
        Kind::Share => r.proportion().map(wilson_95),
        Kind::Median | Kind::P90 => r.interval,
        // Only events are counted by a rate with a whole numerator; hours of absence are not.
        Kind::Rate if metric.per.is_some() && r.sum.fract() == 0.0 => {
            Some(PersonTime::new(r.sum as u64, r.n / metric.per?).ok()?.rate_limits())
        }
        _ => None,
    }
}

/// Whether a value is on the good side of its target.
pub(super) fn is_met(metric: &Metric, value: f64, target: f64) -> Option<bool> {
    match metric.better {
        Better::Higher => Some(value >= target),
        Better::Lower => Some(value <= target),
        Better::Neither => None,
    }
}

/// The periods in which no rows of a count are a count of zero: from the first with rows of the group for any measure of the same kind
/// of row (before it the export, or the person, had not begun) to the last that the exports reach. None for measures that are no counts.
fn counted(e: &Evidence<'_>, metric: &Metric, breakdown: usize, group: &[String]) -> Range<usize> {
    if !e.folds.history().has_zero(metric) {
        return 0..0;
    }
    let first = |m: &Metric| e.folds.history().row(&m.id, breakdown, group).iter().position(|r| r.is_some_and(|r| r.n > 0.0));
    let begun = e.catalogue.iter().filter(|m| m.on == metric.on).filter_map(first).min();
    begun.map_or(0..0, |begun| begun..e.folds.first_unseen(&metric.id).unwrap_or(e.periods.len()))
}

/// The history of a measure from period `first` on; periods whose rows are not all in, or not yet mature, are partial.
pub(super) fn points(e: &Evidence<'_>, metric: &Metric, (breakdown, group): (usize, &[String]), first: usize) -> Vec<Point> {
    let counted = counted(e, metric, breakdown, group);
    let readings = e.folds.history().row(&metric.id, breakdown, group);
    let point = |period: usize| {
        let p = &e.periods[period];
        let reading = readings.get(period).copied().flatten();
        Point {
            period: p.id.clone(),
            short: p.short.clone(),
            value: reading.map_or(counted.contains(&period).then_some(0.0), |r| r.value),
            n: reading.map_or(0, |r| r.n.round() as u64),
            is_partial: e.is_partial(p) || reading.is_some_and(|r| r.immature > 0),
        }
    };
    (first..e.periods.len()).map(point).collect()
}

/// The file with the rows behind a measure, relative to the folder of the pages. What people observed of each other has none: a row of it is
/// what one of them said.
fn rows_file(metric: &Metric, s: &Subject) -> Option<String> {
    metric.on.filter(|table| *table != Table::Observations).map(|table| format!("rows/{}-{table}.csv", s.slug))
}

fn observations(e: &Evidence<'_>, s: &Subject) -> Result<Vec<Kpi>> {
    let mut out = Vec::new();
    for id in OBSERVATIONS {
        let metric = e.catalogue.get(id)?;
        let Some(recent) = e.folds.recent().get(id, 0, &s.group(), 0) else { continue };
        if let Some(mut kpi) = kpi(e, s, metric) {
            (kpi.value, kpi.n, kpi.sum) = (recent.value, recent.n.round() as u64, recent.sum);
            (kpi.previous, kpi.is_met, kpi.rows_file) = (None, None, None);
            out.push(kpi);
        }
    }
    Ok(out)
}

/// Slugs by name for the subjects of a kind.
pub(super) fn pages(subjects: &[Subject], kind: CardKind) -> BTreeMap<&str, String> {
    subjects.iter().filter(|s| s.kind == kind).map(|s| (s.name.as_str(), s.page())).collect()
}
