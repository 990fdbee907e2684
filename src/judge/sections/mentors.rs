//! Learning the job: the ramp of joiners, how many each mentor looks after, and how those do.

use std::collections::{BTreeMap, BTreeSet};

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
/// Rows from which a week of tenure is one that a side has seen.
const FEWEST_A_WEEK: u64 = 5;
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

    fn on(&self, weeks: &BTreeSet<u32>) -> Weeks {
        self.weeks.iter().filter(|(week, _)| weeks.contains(week)).map(|(week, cell)| (*week, *cell)).collect()
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
        footer: say!("One number a joiner is compared, not one a ticket, and only in weeks of tenure that both sides have seen. A mentor’s joiners may also have had easier work.").to_owned(),
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
            // Of the weeks that both have seen, each with the weight it has for the one: a ramp is no ground to compare its ends.
            let both: Vec<(&RampPoint, &RampPoint)> = (one.points.iter())
                .filter(|p| p.weeks.1 <= LEARNING)
                .filter_map(|p| Some((p, other.points.iter().find(|q| q.weeks == p.weeks)?)))
                .collect();
            let n: u64 = both.iter().map(|(p, _)| p.n).sum();
            let share = |of: fn(&(&RampPoint, &RampPoint)) -> f64| {
                let hits: f64 = both.iter().map(|pair| of(pair) * pair.0.n as f64).sum();
                if n > 0 { format::value_of(metric.unit(), hits / n as f64, n) } else { format::NO_DATA.to_owned() }
            };
            say!(
                "{metric} up to week {learning}: {one} with {name}, {other} with {name2} in the same weeks",
                metric = metric.label,
                learning = both.last().map_or(LEARNING, |(p, _)| p.weeks.1),
                one = share(|(p, _)| p.value),
                name = one.name,
                other = share(|(_, q)| q.value),
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

/// A mentor's joiners against all others, in the weeks of tenure of which both have rows: who has been there for four weeks is not held
/// against what others do in their thirteenth.
struct Contest<'a> {
    /// The joiners with rows enough in those weeks, those of the mentor and the others.
    sides: [Vec<&'a Joiner>; 2],
    /// Hits and rows of all of them by week, and of either side.
    all: Weeks,
    of: [Weeks; 2],
}

impl<'a> Contest<'a> {
    fn new(joiners: &'a [Joiner], mentor: &str) -> Option<Self> {
        let (own, others): (Vec<&Joiner>, Vec<&Joiner>) = joiners.iter().partition(|j| j.mentor == mentor);
        let (mine, theirs) = (pooled(&own), pooled(&others));
        let is_common = |week: &u32| [&mine, &theirs].iter().all(|of| of.get(week).is_some_and(|(_, n)| *n >= FEWEST_A_WEEK));
        let common: BTreeSet<u32> = (1..=LEARNING).filter(is_common).collect();
        let enough = |side: Vec<&'a Joiner>| -> Vec<&'a Joiner> {
            side.into_iter().filter(|j| j.on(&common).values().map(|(_, n)| n).sum::<u64>() >= FEWEST_ROWS).collect()
        };
        let sides = [enough(own), enough(others)];
        let by_week = |of: &[&Joiner]| pooled(of).into_iter().filter(|(week, _)| common.contains(week)).collect::<Weeks>();
        let of = [by_week(&sides[0]), by_week(&sides[1])];
        let is_comparable = sides.iter().all(|side| side.len() >= FEWEST) && of[0].keys().eq(of[1].keys());
        is_comparable.then(|| Self { all: by_week(&sides.concat()), sides, of })
    }

    /// How far each joiner lies from what all of them do in the same weeks, drawn to nothing as far as few rows demand; the mentor's first.
    fn levels(&self) -> Option<Vec<f64>> {
        let weeks: BTreeSet<u32> = self.all.keys().copied().collect();
        let own: Vec<Weeks> = self.sides.iter().flatten().map(|j| j.on(&weeks)).collect();
        let rates: Vec<Proportion> = own.iter().filter_map(total).collect();
        let population = Population::fit(&rates).ok()?;
        let level = |(weeks, p): (&Weeks, &Proportion)| population.reliability(p.n()) * (p.rate() - expected(weeks, &self.all));
        Some(own.iter().zip(&rates).map(level).collect())
    }

    /// `55 % of 400 in the 4 weeks of tenure that both have seen (5 joiners); 60 % of 420 with other mentors, week by week (6 joiners)`
    fn words(&self, metric: &Metric) -> Option<String> {
        let [own, others] = [total(&self.of[0])?, total(&self.of[1])?];
        let share = |v: f64, n: u64| format::value_of(metric.unit(), v, n);
        let weeks = self.all.len();
        Some(say!(
            weeks => "{own} of {n} in the one week of tenure that both have seen ({people} joiners); {others} of {n2} with other mentors ({people2} joiners)",
            "{own} of {n} in the {weeks} weeks of tenure that both have seen ({people} joiners); {others} of {n2} with other mentors, week by week ({people2} joiners)",
            own = share(own.rate(), own.n()),
            n = format::count(own.n()),
            weeks,
            people = self.sides[0].len(),
            others = share(expected(&self.of[0], &self.of[1]), others.n()),
            n2 = format::count(others.n()),
            people2 = self.sides[1].len()
        ))
    }
}

/// Hits and rows of several joiners by week of tenure.
fn pooled(of: &[&Joiner]) -> Weeks {
    let mut out = Weeks::new();
    for (week, (hits, n)) in of.iter().flat_map(|j| &j.weeks) {
        let cell = out.entry(*week).or_default();
        *cell = (cell.0 + hits, cell.1 + n);
    }
    out
}

fn total(weeks: &Weeks) -> Option<Proportion> {
    let (hits, n) = weeks.values().fold((0, 0), |(a, b), (hits, n)| (a + hits, b + n));
    Proportion::new(hits, n).ok()
}

/// The rate that the rows of some weeks would have at the rates others have in the same weeks (indirect standardisation, by tenure).
fn expected(weeks: &Weeks, others: &Weeks) -> f64 {
    let rate = |week: &u32| others.get(week).map_or(0.0, |(hits, n)| *hits as f64 / (*n).max(1) as f64);
    let (hits, n) = weeks.iter().fold((0.0, 0.0), |(a, b), (week, (_, n))| (a + *n as f64 * rate(week), b + *n as f64));
    hits / f64::max(n, 1.0)
}

/// A mentor's joiners against all others: (mentor, points apart, p, in words), by shuffling the mentors.
fn tests<'a>(metric: &Metric, joiners: &'a [Joiner]) -> Vec<(&'a str, f64, f64, String)> {
    let test = |name: &'a str| {
        let contest = Contest::new(joiners, name)?;
        let labels: Vec<usize> = contest.sides.iter().zip([1, 0]).flat_map(|(side, label)| vec![label; side.len()]).collect();
        let test = permutation::by_group(&contest.levels()?, &labels, SEED).ok()?;
        Some((name, test.statistic, test.p, contest.words(metric)?))
    };
    by_mentor(joiners).into_keys().filter_map(test).collect()
}

/// The mentors whose joiners differ from all others in the same weeks of tenure.
fn compared(ground: &Ground<'_>, metric: &Metric, joiners: &[Joiner]) -> Vec<Finding> {
    let tests = tests(metric, joiners);
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
            "{text}; week for week their levels lie {difference} apart (p = {p}).",
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
    let learning = |weeks: Weeks| weeks.into_iter().filter(|(week, _)| (1..=LEARNING).contains(week)).collect::<Weeks>();
    let everybody = learning(pooled(&joiners.iter().collect::<Vec<_>>()));
    let row = |name: &&str| {
        let (now, long) = mentees.get(*name).copied().unwrap_or((0, 0));
        let joined = of.get(*name).map_or(&[][..], Vec::as_slice);
        let (hits, n) = joined.iter().map(|j| j.within((1, LEARNING))).fold((0, 0), |(a, b), (hits, n)| (a + hits, b + n));
        let (outcome, usual) = match Proportion::new(hits, n) {
            Ok(p) if joined.len() >= FEWEST => {
                let usual = expected(&learning(pooled(joined)), &everybody);
                let outcome = Cell { value: Some(p.rate()), n: p.n(), interval: Some(wilson_95(p)), ..Cell::default() };
                (outcome, Cell { value: Some(usual), ..Cell::default() })
            }
            _ if joined.is_empty() => (words(say!("none")), Cell::default()),
            _ => (words(say!("fewer than 3 joiners")), Cell::default()),
        };
        let count = |v: usize| Cell { value: Some(v as f64), ..Cell::default() };
        let span = Cell { is_good: (now as f64 > SPAN).then_some(false), ..count(now) };
        TableRow { name: format::label(name, 60), page: None, cells: vec![span, count(long), outcome, usual] }
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
            plain_column(say!("All joiners in the same weeks"), Unit::Share),
        ],
        rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::Random;

    fn metric() -> Metric {
        let keep = |text: &str| Ok(text.to_owned());
        let fill = crate::metrics::Fill { sql: &keep, words: &|text| text.to_owned() };
        crate::metrics::Catalogue::new(Vec::new(), &fill).unwrap().get(METRIC).unwrap().clone()
    }

    /// Five joiners of a mentor who have been there for so many weeks, with 20 tickets a week; all climb the same ramp, these from so much
    /// higher up.
    fn joined(random: &mut Random, (mentor, weeks, lift): (&str, u32, f64)) -> Vec<Joiner> {
        let ramp = |week: u32| if week <= 3 { 0.3 } else { [0.5, 0.75][usize::from(week > 8)] };
        let joiner = |random: &mut Random| {
            let weeks = (1..=weeks).map(|week| (week, (random.binomial(20, ramp(week) + lift), 20))).collect();
            Joiner { mentor: mentor.to_owned(), weeks }
        };
        (0..5).map(|_| joiner(random)).collect()
    }

    #[test]
    fn a_mentor_whose_joiners_came_late_is_not_worse_for_it() {
        const DESKS: usize = 150;
        let (mut random, metric, mut clear) = (Random::new(6), metric(), 0);
        for _ in 0..DESKS {
            let joiners: Vec<Joiner> = [("Late", 4, 0.0), ("Early", 13, 0.0)].into_iter().flat_map(|m| joined(&mut random, m)).collect();
            clear += usize::from(tests(&metric, &joiners).iter().any(|t| t.2 <= 0.05));
        }
        assert!(clear <= DESKS * 8 / 100, "{clear} of {DESKS}");
    }

    #[test]
    fn a_difference_in_the_same_weeks_is_found_and_told_as_it_is() {
        let mut random = Random::new(8);
        let joiners: Vec<Joiner> = [("Late", 4, 0.25), ("Early", 13, 0.0)].into_iter().flat_map(|m| joined(&mut random, m)).collect();
        let found = tests(&metric(), &joiners);
        let (name, apart, p, text) = found.iter().find(|t| t.0 == "Late").expect("the late mentor is compared");
        assert!(*name == "Late" && *apart > 0.1 && *p <= 0.05, "{apart} {p}");
        // Four weeks of five joiners with 20 tickets, of either side.
        assert!(text.contains("of 400 in the 4 weeks of tenure that both have seen (5 joiners)"), "{text}");
        assert!(text.contains("of 400 with other mentors, week by week (5 joiners)"), "{text}");
    }

    #[test]
    fn mentors_without_a_week_in_common_are_not_compared() {
        let weeks = |from: u32| (from..from + 3).map(|week| (week, (10, 20))).collect::<Weeks>();
        let joiner = |mentor: &str, from: u32| Joiner { mentor: mentor.to_owned(), weeks: weeks(from) };
        let joiners: Vec<Joiner> = (0..4).flat_map(|_| [joiner("A", 1), joiner("B", 8)]).collect();
        assert!(tests(&metric(), &joiners).is_empty());
    }
}
