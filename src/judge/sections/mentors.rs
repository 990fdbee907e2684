//! Learning the job: the ramp of joiners, how many each mentor looks after, and how those do.

use std::collections::BTreeMap;

use super::super::cards::Ground;
use super::super::standing::points;
use super::super::tables::{plain_column, words};
use super::finding;
use crate::error::Result;
use crate::format;
use crate::metrics::Metric;
use crate::say;
use crate::scorecard::{Cell, Certainty, ChartData, Finding, RampLine, RampPoint, Section, TableData, TableRow, Unit};
use crate::stats::hierarchical::Population;
use crate::stats::interval::wilson_95;
use crate::stats::{Proportion, multiplicity, permutation};

/// The outcome that is watched.
const METRIC: &str = "fcr_touch";
/// Weeks of tenure that count as learning.
const LEARNING: u32 = 13;
/// First and last week of each point of the ramp.
const BUCKETS: [(u32, u32); 6] = [(1, 2), (3, 4), (5, 8), (9, 13), (14, 26), (27, 52)];
/// Mentees one mentor can look after well.
const SPAN: f64 = 8.0;
/// Days after which a mentee moves on to another mentor.
const ROTATION: i32 = 183;
/// Joiners from which a mentor's results are shown: they are about learning, not about leaving.
const FEWEST: usize = 3;
/// Rows from which a point or a person counts.
const FEWEST_ROWS: u64 = 10;
/// The draws of a permutation test are the same in every run.
const SEED: u64 = 20_240_602;

/// First contacts (hits, rows) by week of tenure.
type Weeks = BTreeMap<u32, (u64, u64)>;
/// Mentees of each mentor now, and those with the same mentor for longer than half a year.
type Mentees = BTreeMap<String, (usize, usize)>;

/// First contacts of one joiner by week of tenure, and the mentor of most of them.
struct Joiner {
    mentor: String,
    weeks: Weeks,
}

impl Joiner {
    fn within(&self, (first, last): (u32, u32)) -> (u64, u64) {
        self.weeks.range(first..=last).fold((0, 0), |(a, b), (_, (hits, n))| (a + hits, b + n))
    }
}

/// The section; `None` without mentors and joiners.
pub(in crate::judge) fn section(ground: &Ground<'_>) -> Result<Option<Section>> {
    let metric = ground.e.catalogue.get(METRIC)?;
    let joiners = joiners(ground);
    let (mentees, facts) = mentees(ground);
    let (ramp, findings) = (ramp(ground, metric, &joiners), compared(ground, metric, &joiners));
    if ramp.is_none() && mentees.is_empty() {
        return Ok(None);
    }
    let empty = if findings.is_empty() {
        say!("No mentor’s joiners differ from the others’ by more than chance can do.").to_owned()
    } else {
        String::new()
    };
    Ok(Some(Section {
        id: "mentors".to_owned(),
        title: say!("Learning the job").to_owned(),
        lead: say!(
            "Joiners of the time shown in their first {learning} weeks, and the mentors who look after people now. A mentor for eight at most; a mentee moves on after half a year.",
            learning = LEARNING
        ),
        facts,
        findings,
        empty,
        charts: ramp.into_iter().collect(),
        tables: table(metric, &joiners, &mentees).into_iter().collect(),
        footer: say!("One number a joiner is compared, not one a ticket. A mentor’s joiners may also have had easier work.").to_owned(),
    }))
}

/// Everybody whose first weeks lie in the time shown.
fn joiners(ground: &Ground<'_>) -> Vec<Joiner> {
    let mut rows: BTreeMap<String, BTreeMap<String, Weeks>> = BTreeMap::new();
    for (group, values) in ground.e.folds.year().groups(METRIC, 1) {
        let (Some(r), Ok(week)) = (values.first().copied().flatten(), group[2].parse::<u32>()) else { continue };
        if !group[1].is_empty() {
            rows.entry(group[1].clone()).or_default().entry(group[0].clone()).or_default().insert(week, r.counts());
        }
    }
    let one = |mentors: BTreeMap<String, Weeks>| {
        let size = |weeks: &Weeks| weeks.range(..=LEARNING).map(|(_, (_, n))| n).sum::<u64>();
        let mentor = mentors.iter().max_by_key(|(name, weeks)| (size(weeks), std::cmp::Reverse(*name))).map(|(name, _)| name.clone())?;
        let mut weeks = Weeks::new();
        for (week, (hits, n)) in mentors.into_values().flatten() {
            let cell = weeks.entry(week).or_default();
            *cell = (cell.0 + hits, cell.1 + n);
        }
        let joiner = Joiner { mentor, weeks };
        (joiner.within((1, LEARNING)).1 >= FEWEST_ROWS).then_some(joiner)
    };
    rows.into_values().filter_map(one).collect()
}

/// The mentees, with the lines that say how many there are.
fn mentees(ground: &Ground<'_>) -> (Mentees, Vec<(String, String)>) {
    let e = ground.e;
    let end = e.now().end_day.min(e.zone.local_day(e.as_of - 1) + 1);
    let mut out = Mentees::new();
    for stay in e.stays.iter().filter(|s| !s.mentor.is_empty() && s.first_day < end && s.last_day.is_none_or(|day| day >= end)) {
        let since = stay.mentor_since.unwrap_or(stay.first_day);
        if since < end {
            let cell = out.entry(stay.mentor.clone()).or_default();
            *cell = (cell.0 + 1, cell.1 + usize::from(end - since > ROTATION));
        }
    }
    if out.is_empty() {
        return (out, Vec::new());
    }
    let (all, long) = out.values().fold((0, 0), |(a, b), (n, long)| (a + n, b + long));
    let largest = out.values().map(|(n, _)| *n).max().unwrap_or(0);
    let over = out.values().filter(|(n, _)| *n as f64 > SPAN).count();
    let span = match over {
        0 => say!(
            "{all} people have one of {mentors} mentors; the most one looks after is {largest}, eight at most is the rule of thumb",
            all,
            mentors = out.len(),
            largest
        ),
        _ => say!(
            "{all} people have one of {mentors} mentors; {over} look after more than eight, the most is {largest}",
            all,
            mentors = out.len(),
            over,
            largest
        ),
    };
    let rotation = say!("{long} of {all} have had the same mentor for more than half a year", long, all);
    (out, vec![(say!("Span").to_owned(), span), (say!("Rotation").to_owned(), rotation)])
}

/// The curve of all joiners; of one mentor's and the others' where a single one has enough of them.
fn ramp(ground: &Ground<'_>, metric: &Metric, joiners: &[Joiner]) -> Option<ChartData> {
    let line = |name: &str, of: &[&Joiner]| {
        let point = |weeks: (u32, u32)| {
            let (hits, n) = of.iter().map(|j| j.within(weeks)).fold((0, 0), |(a, b), (hits, n)| (a + hits, b + n));
            let share = Proportion::new(hits, n).ok().filter(|p| p.n() >= FEWEST_ROWS)?;
            Some(RampPoint { weeks, value: share.rate(), n, interval: Some(wilson_95(share)) })
        };
        RampLine { name: name.to_owned(), points: BUCKETS.into_iter().filter_map(point).collect() }
    };
    let all: Vec<&Joiner> = joiners.iter().collect();
    let mentors = by_mentor(joiners);
    let comparable: Vec<&str> = mentors.iter().filter(|(_, of)| of.len() >= FEWEST).map(|(name, _)| *name).collect();
    let mut lines = match comparable.as_slice() {
        [one] => {
            let others: Vec<&Joiner> = all.iter().copied().filter(|j| j.mentor != *one).collect();
            vec![line(&format::label(one, 60), &mentors[one]), line(say!("other mentors"), &others)]
        }
        _ => vec![line(say!("all joiners"), &all)],
    };
    lines.retain(|l| l.points.len() >= 2);
    let settled = settled(ground);
    let first = lines.first()?.points.first()?;
    let last = lines.first()?.points.last()?;
    let percent = |p: &RampPoint| format::value_of(metric.unit(), p.value, p.n);
    let title = match lines.as_slice() {
        [one, other] => {
            let joined = |l: &RampLine| {
                l.points.iter().filter(|p| p.weeks.1 <= LEARNING).fold((0.0, 0), |(a, b), p| (a + p.value * p.n as f64, b + p.n))
            };
            let share = |l: &RampLine| {
                let (hits, n) = joined(l);
                if n > 0 { format::value_of(metric.unit(), hits / n as f64, n) } else { format::NO_DATA.to_owned() }
            };
            say!(
                "{metric} in the first {learning} weeks: {one} with {name}, {other} with {name2}",
                metric = metric.label,
                learning = LEARNING,
                one = share(one),
                name = one.name,
                other = share(other),
                name2 = other.name
            )
        }
        _ => say!(
            "{metric}: from {first} in the first weeks to {last} by week {weeks}",
            metric = metric.label,
            first = percent(first),
            last = percent(last),
            weeks = last.weeks.1
        ),
    };
    let subtitle = say!("By weeks on the desk, {joiners} joiners, 95 % intervals", joiners = joiners.len());
    Some(ChartData::Ramp { metric: metric.id.clone(), title, subtitle, lines, settled })
}

/// The level of those past half a year.
fn settled(ground: &Ground<'_>) -> Option<f64> {
    let (mut hits, mut all) = (0.0, 0.0);
    for (group, values) in ground.e.folds.year().groups(METRIC, 0) {
        if let (Some(r), Ok(27..)) = (values.first().copied().flatten(), group[0].parse::<u32>()) {
            hits += r.sum;
            all += r.n;
        }
    }
    (all > 0.0).then(|| hits / all)
}

fn by_mentor(joiners: &[Joiner]) -> BTreeMap<&str, Vec<&Joiner>> {
    let mut out: BTreeMap<&str, Vec<&Joiner>> = BTreeMap::new();
    for joiner in joiners.iter().filter(|j| !j.mentor.is_empty()) {
        out.entry(&joiner.mentor).or_default().push(joiner);
    }
    out
}

/// Each mentor's joiners against all others, by shuffling the mentors.
fn compared(ground: &Ground<'_>, metric: &Metric, joiners: &[Joiner]) -> Vec<Finding> {
    let first = |j: &Joiner| {
        let (hits, n) = j.within((1, LEARNING));
        Proportion::new(hits, n).ok()
    };
    let known: Vec<(&Joiner, Proportion)> = joiners.iter().filter_map(|j| Some((j, first(j)?))).collect();
    let rates: Vec<Proportion> = known.iter().map(|(_, p)| *p).collect();
    let Ok(population) = Population::fit(&rates) else { return Vec::new() };
    let levels: Vec<f64> = rates.iter().map(|p| population.posterior_mean(*p)).collect();
    let mentors = by_mentor(joiners);
    let tests: Vec<(&str, f64, f64, String)> = mentors
        .iter()
        .filter(|(_, of)| of.len() >= FEWEST && known.len() - of.len() >= FEWEST)
        .filter_map(|(name, _)| {
            let labels: Vec<usize> = known.iter().map(|(j, _)| usize::from(j.mentor == **name)).collect();
            let test = permutation::by_group(&levels, &labels, SEED).ok()?;
            let raw = |side: usize| {
                let mine = rates.iter().zip(&labels).filter(|(_, l)| **l == side);
                let (people, hits, n) = mine.fold((0, 0, 0), |(k, a, b), (p, _)| (k + 1, a + p.hits(), b + p.n()));
                say!(
                    "{n} of {n2} in the first {learning} weeks of {people} joiners",
                    n = format::value_of(metric.unit(), hits as f64 / n as f64, n),
                    n2 = format::count(n),
                    learning = LEARNING,
                    people
                )
            };
            Some((*name, test.statistic, test.p, say!("{own}, {others} with other mentors", own = raw(1), others = raw(0))))
        })
        .collect();
    let p: Vec<f64> = tests.iter().map(|t| t.2).collect();
    let adjusted = multiplicity::benjamini_hochberg(&p).unwrap_or(p);
    let margin = ground.e.settings.judge.margin_of(&metric.id, 0.5);
    let told = |((name, difference, _, text), p): (&(&str, f64, f64, String), &f64)| {
        let certainty = match p {
            p if *p <= 0.05 => Certainty::Clear,
            p if *p <= 0.1 => Certainty::Leaning,
            _ => return None,
        };
        let title = say!("{metric}: joiners with {name}", metric = metric.label, name = format::label(name, 60));
        let text = say!(
            "{text}; their levels lie {difference} apart (p = {p}).",
            text,
            difference = points(difference.abs()),
            p = format::decimals(*p, 3)
        );
        (difference.abs() >= margin).then(|| finding(&metric.id, title, text, (certainty, Some(*difference > 0.0))))
    };
    tests.iter().zip(&adjusted).filter_map(told).collect()
}

/// Mentors by name, with those they look after and how joiners did.
fn table(metric: &Metric, joiners: &[Joiner], mentees: &Mentees) -> Option<TableData> {
    let of = by_mentor(joiners);
    let mut names: Vec<&str> = mentees.keys().map(String::as_str).chain(of.keys().copied()).collect();
    names.sort_unstable();
    names.dedup();
    let row = |name: &&str| {
        let (now, long) = mentees.get(*name).copied().unwrap_or((0, 0));
        let joined = of.get(*name).map_or(&[][..], Vec::as_slice);
        let (hits, n) = joined.iter().map(|j| j.within((1, LEARNING))).fold((0, 0), |(a, b), (hits, n)| (a + hits, b + n));
        let outcome = match Proportion::new(hits, n) {
            Ok(p) if joined.len() >= FEWEST => Cell { value: Some(p.rate()), n: p.n(), interval: Some(wilson_95(p)), ..Cell::default() },
            _ if joined.is_empty() => words(say!("none")),
            _ => words(say!("fewer than 3 joiners")),
        };
        let count = |v: usize| Cell { value: Some(v as f64), ..Cell::default() };
        let span = Cell { is_good: (now as f64 > SPAN).then_some(false), ..count(now) };
        TableRow { name: format::label(name, 60), page: None, cells: vec![span, count(long), outcome] }
    };
    let rows: Vec<TableRow> = names.iter().map(row).collect();
    (!rows.is_empty()).then(|| TableData {
        title: say!("Mentors").to_owned(),
        note: String::new(),
        row_label: say!("Mentor").to_owned(),
        columns: vec![
            plain_column(say!("Mentees now"), Unit::Count),
            plain_column(say!("Over half a year"), Unit::Count),
            plain_column(&say!("Joiners’ {metric}, first {learning} weeks", metric = metric.short(), learning = LEARNING), Unit::Share),
        ],
        rows,
    })
}
