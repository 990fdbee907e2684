//! People: who came, who left, how long they stay. Groups and cohorts, never a single person.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::cards::Ground;
use super::super::tables::plain_column;
use super::super::{Evidence, Stay};
use super::finding;
use crate::clock::date;
use crate::columns::Source;
use crate::error::Result;
use crate::format;
use crate::say;
use crate::scorecard::{Cell, Certainty, ChartData, Curve, CurveStep, Finding, Section, TableData, TableRow, Unit};
use crate::stats::interval::wilson_95;
use crate::stats::person_time::{self, PersonTime, RateRatio, rate_ratio};
use crate::stats::survival::{self, KaplanMeier, Scale, Spell};
use crate::stats::{Invalid, Proportion};
use chrono::Datelike;

/// Smaller groups of people are not shown.
const FEWEST: usize = 5;
/// Days of a year of exposure, as in the turnover metrics.
const YEAR: i32 = 365;
/// The line between single and double digits, unless the desk set a goal.
const LINE: f64 = 0.10;
/// Twelve-month windows shown.
const WINDOWS: i32 = 4;
/// Days at which the curves are read.
const AT_DAYS: [u32; 5] = [90, 180, 365, 730, 1825];
/// Curves in one picture.
const CURVES: usize = 5;

/// The people seen at the end of the period, with what is known of them by then.
struct Roster {
    stays: Vec<Stay>,
    /// The day after the last one seen.
    end: i32,
    /// First day from which leavers are known.
    since: Option<i32>,
}

/// The section; `None` without a roster.
pub(in crate::judge) fn section(ground: &Ground<'_>) -> Result<Option<Section>> {
    let roster = Roster::new(ground.e);
    if roster.stays.is_empty() {
        return Ok(None);
    }
    let metric = ground.e.catalogue.get("turnover_12m")?;
    let findings: Vec<Finding> = trend(&roster, &metric.id).into_iter().collect();
    let empty = match has_leaving(ground.e) {
        _ if !findings.is_empty() => "",
        true => say!("Leaving has not changed by more than chance can do."),
        false => say!("The roster does not say when people leave (`left_at`), so nothing is told of leaving."),
    };
    Ok(Some(Section {
        id: "people".to_owned(),
        title: say!("People").to_owned(),
        lead: say!("Who came, who left and how long they stay, from the roster. Groups under five people are not shown, and nobody’s risk of leaving is estimated.").to_owned(),
        facts: facts(ground.e, &roster),
        findings,
        empty: empty.to_owned(),
        charts: curves(&roster).into_iter().collect(),
        tables: [still(&roster), years(&roster), early(&roster)].into_iter().flatten().collect(),
        footer: say!("Turnover is leavers over the time people were on the desk (days on the roster), with the exact interval of a rate; an internal move counts as \
                 leaving the desk.")
            .to_owned(),
    }))
}

impl Roster {
    fn new(e: &Evidence<'_>) -> Self {
        let end = e.now().end_day.min(e.zone.local_day(e.as_of - 1) + 1);
        let seen = |stay: &&Stay| stay.first_day < end;
        let cut = |stay: &Stay| Stay { last_day: stay.last_day.filter(|day| *day < end), ..stay.clone() };
        let since = if has_leaving(e) { e.settings.people.leavers_since } else { Some(end) };
        Self { stays: e.stays.iter().filter(seen).map(cut).collect(), end, since }
    }

    fn headcount(&self) -> usize {
        self.stays.iter().filter(|s| s.last_day.is_none()).count()
    }

    /// Those who left within days.
    fn leavers(&self, days: &Range<i32>) -> Vec<&Stay> {
        self.stays.iter().filter(|s| s.last_day.is_some_and(|day| days.contains(&day))).collect()
    }

    /// Leavers over years on the desk; the last day counts.
    fn rate(&self, days: &Range<i32>, is_counted: impl Fn(&Stay) -> bool) -> Option<PersonTime> {
        let stays: Vec<person_time::Stay> = self
            .stays
            .iter()
            .map(|s| person_time::Stay { hired: i64::from(s.first_day), left: s.last_day.map(|day| i64::from(day) + 1) })
            .collect();
        let (_, person_days) = person_time::leavers_and_days(&stays, &(i64::from(days.start)..i64::from(days.end))).ok()?;
        let leavers = self.leavers(days).into_iter().filter(|s| is_counted(s)).count() as u64;
        PersonTime::new(leavers, person_days as f64 / f64::from(YEAR)).ok()
    }

    /// The twelve months that end `back` times twelve months ago, if the roster reaches so far.
    fn twelve_months(&self, back: i32) -> Option<Range<i32>> {
        let end = self.end - back * YEAR;
        let first = self.stays.iter().map(|s| s.first_day).min()?;
        let known = self.since.unwrap_or(first).max(first);
        (end - YEAR >= known).then_some(end - YEAR..end)
    }
}

/// Whether the roster says when people leave at all.
fn has_leaving(e: &Evidence<'_>) -> bool {
    e.ledger.has_column(Source::Agents, "left_at") || e.stays.iter().any(|s| s.last_day.is_some())
}

fn rate_words(rate: PersonTime) -> String {
    let (low, high) = rate.rate_limits();
    let percent = |v: f64| format::value_of(Unit::Share, v, 1);
    say!(
        "{rate} ({events} of {time} on average; 95 % interval {low} to {high})",
        rate = percent(rate.rate()),
        events = rate.events(),
        time = format::decimals(rate.time(), 1),
        low = percent(low),
        high = percent(high)
    )
}

/// The same over more than a year: no headcount any more.
fn years_words(rate: PersonTime) -> String {
    let (low, high) = rate.rate_limits();
    let percent = |v: f64| format::value_of(Unit::Share, v, 1);
    say!(
        "{rate} ({events} in {time} person-years; 95 % interval {low} to {high})",
        rate = percent(rate.rate()),
        events = rate.events(),
        time = format::decimals(rate.time(), 1),
        low = percent(low),
        high = percent(high)
    )
}

fn facts(e: &Evidence<'_>, roster: &Roster) -> Vec<(String, String)> {
    let mut out = vec![(say!("On the desk").to_owned(), format::count(roster.headcount() as u64))];
    let Some(days) = roster.twelve_months(0) else { return out };
    if let Some(all) = roster.rate(&days, |_| true) {
        let line = e.target("turnover_12m").unwrap_or(LINE);
        let (low, high) = all.rate_limits();
        let side = match (high < line, low > line) {
            (true, _) => (say!("clearly under"), ""),
            (_, true) => (say!("clearly over"), ""),
            _ if all.rate() < line => (say!("under"), say!(", which so few people cannot prove")),
            _ => (say!("over"), say!(", which so few people cannot prove")),
        };
        let line = format::bare_target(Unit::Share, line);
        out.push((
            say!("Left in twelve months").to_owned(),
            say!("{rate}; {side} the {line} line{doubt}", rate = rate_words(all), side = side.0, line, doubt = side.1),
        ));
    }
    for (name, reasons) in [
        (say!("of their own will"), &["voluntary"][..]),
        (say!("not of their own will"), &["involuntary", "contract_end"]),
        (say!("moved within the company"), &["internal_move"]),
    ] {
        if let Some(rate) = roster.rate(&days, |s| reasons.contains(&s.reason.as_str())) {
            out.push((format!("… {name}"), rate_words(rate)));
        }
    }
    out
}

/// The last twelve months against the twenty-four before them: clear by the exact test, which keeps its promise with few leavers, and leaning
/// by the less timid mid-p. From one side of the line to the other only where both intervals leave it out.
fn trend(roster: &Roster, metric: &str) -> Option<Finding> {
    let now = roster.twelve_months(0)?;
    let before = roster.twelve_months(2)?.start..now.start;
    let (a, b) = (roster.rate(&now, |_| true)?, roster.rate(&before, |_| true)?);
    let RateRatio { p_mid, p_exact, .. } = rate_ratio(a, b).ok()?;
    let certainty = match (p_exact, p_mid) {
        (p, _) if p <= 0.05 => Certainty::Clear,
        (_, p) if p <= 0.1 => Certainty::Leaning,
        _ => return None,
    };
    let is_good = a.rate() < b.rate();
    let crosses = (a.rate() < LINE) != (b.rate() < LINE);
    let is_proved = |rate: PersonTime| !(rate.rate_limits().0..=rate.rate_limits().1).contains(&LINE);
    let is_crossed = crosses && is_proved(a) && is_proved(b);
    let title = match (is_good, is_crossed) {
        (true, false) => say!("Turnover fell"),
        (false, false) => say!("Turnover rose"),
        (true, true) => say!("Turnover fell from double to single digits"),
        (false, true) => say!("Turnover rose from single to double digits"),
    };
    let doubt = if crosses && !is_crossed {
        say!(" Whether it crossed the {line} line, so few people cannot tell.", line = format::bare_target(Unit::Share, LINE))
    } else {
        String::new()
    };
    let text = say!(
        "{a} in the last twelve months against {b} a year in the twenty-four before (p = {p}).{doubt}",
        a = rate_words(a),
        b = years_words(b),
        p = format::decimals(if certainty == Certainty::Clear { p_exact } else { p_mid }, 3),
        doubt
    );
    Some(finding(metric, title.to_owned(), text, (certainty, Some(is_good))))
}

/// The share still there after so many days, all together.
fn still(roster: &Roster) -> Option<TableData> {
    let all: Vec<&Stay> = roster.stays.iter().collect();
    let km = KaplanMeier::new(&roster.spells(&all)).ok().filter(|_| all.len() >= FEWEST)?;
    let at: Vec<(u32, survival::Estimate)> =
        AT_DAYS.into_iter().filter_map(|day| Some((day, km.at(f64::from(day), Scale::LogLog).ok()?))).collect();
    let cell = |s: &survival::Estimate| Cell { value: Some(s.survival), interval: s.limits, ..Cell::default() };
    let named = |day: u32| match day {
        365 => say!("1 year").to_owned(),
        730 | 1825 => say!("{day} years", day = day / 365),
        day => say!("{day} days", day),
    };
    (!at.is_empty()).then(|| TableData {
        title: say!("Still on the desk after").to_owned(),
        note: say!("Kaplan-Meier, with 95 % limits (log-log).").to_owned(),
        row_label: String::new(),
        columns: at.iter().map(|(day, _)| plain_column(&named(*day), Unit::Share)).collect(),
        rows: vec![TableRow { name: say!("All").to_owned(), page: None, cells: at.iter().map(|(_, s)| cell(s)).collect() }],
    })
}

/// Twelve months by twelve months.
fn years(roster: &Roster) -> Option<TableData> {
    let row = |back: i32| {
        let days = roster.twelve_months(back)?;
        let rate = roster.rate(&days, |_| true)?;
        let number = |value: f64| Cell { value: Some(value), ..Cell::default() };
        let by = |reasons: &[&str]| number(roster.leavers(&days).iter().filter(|s| reasons.contains(&s.reason.as_str())).count() as f64);
        Some(TableRow {
            name: say!("to {end}", end = format::day(&crate::clock::day_text(days.end - 1))),
            page: None,
            cells: vec![
                number((rate.time() * 10.0).round() / 10.0),
                number(rate.events() as f64),
                by(&["voluntary"]),
                by(&["involuntary", "contract_end"]),
                by(&["internal_move"]),
                Cell { value: Some(rate.rate()), interval: Some(rate.rate_limits()), ..Cell::default() },
            ],
        })
    };
    let rows: Vec<TableRow> = (0..WINDOWS).rev().filter_map(row).collect();
    (!rows.is_empty()).then(|| TableData {
        title: say!("Leaving, twelve months at a time").to_owned(),
        note: say!("A rate a year: leavers over mean headcount.").to_owned(),
        row_label: say!("Twelve months").to_owned(),
        columns: vec![
            plain_column(say!("Mean headcount"), Unit::Count),
            plain_column(say!("Left"), Unit::Count),
            plain_column(say!("Own will"), Unit::Count),
            plain_column(say!("Not own will"), Unit::Count),
            plain_column(say!("Moved within"), Unit::Count),
            plain_column(say!("Turnover"), Unit::Share),
        ],
        rows,
    })
}

/// Who left within ninety days, by the year they started in; only those whose ninety days are over.
fn early(roster: &Roster) -> Option<TableData> {
    const DAYS: i32 = 90;
    let mut cohorts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let known = roster.since.unwrap_or(i32::MIN);
    for stay in roster.stays.iter().filter(|s| s.first_day + DAYS <= roster.end && s.first_day >= known) {
        let day = date(stay.first_day);
        let cell = cohorts.entry(day.year().to_string()).or_default();
        cell.0 += u64::from(stay.last_day.is_some_and(|last| last < stay.first_day + DAYS));
        cell.1 += 1;
    }
    let row = |(name, (left, started)): (&String, &(u64, u64))| {
        let share = Proportion::new(*left, *started).ok().filter(|p| p.n() >= FEWEST as u64)?;
        Some(TableRow {
            name: name.clone(),
            page: None,
            cells: vec![Cell { value: Some(share.rate()), n: share.n(), interval: Some(wilson_95(share)), ..Cell::default() }],
        })
    };
    let rows: Vec<TableRow> = cohorts.iter().filter_map(row).collect();
    let hidden = cohorts.len() - rows.len();
    (!rows.is_empty()).then(|| TableData {
        title: say!("Left within 90 days, by year of the start").to_owned(),
        note: if hidden > 0 { say!("{hidden} cohorts under five people are not shown.", hidden) } else { String::new() },
        row_label: say!("Started").to_owned(),
        columns: vec![plain_column(say!("Left within 90 days"), Unit::Share)],
        rows,
    })
}

/// How long people stay: all together, and by organisation or team where each has enough people.
fn curves(roster: &Roster) -> Option<ChartData> {
    let all: Vec<&Stay> = roster.stays.iter().collect();
    let mut groups: BTreeMap<String, Vec<&Stay>> = BTreeMap::new();
    for stay in &all {
        groups.entry(if stay.supplier.is_empty() { stay.team.clone() } else { stay.supplier.clone() }).or_default().push(stay);
    }
    groups.retain(|name, stays| !name.is_empty() && stays.len() >= FEWEST);
    let is_split = groups.len() >= 2 && groups.len() <= CURVES;
    let lists: Vec<(String, Vec<Spell>)> = match is_split {
        true => groups.iter().map(|(name, stays)| (format::label(name, 60), roster.spells(stays))).collect(),
        false => vec![(say!("All").to_owned(), roster.spells(&all))],
    };
    let lists: Vec<(String, Vec<Spell>)> = lists.into_iter().filter(|(_, spells)| spells.len() >= FEWEST).collect();
    let whole = KaplanMeier::new(&roster.spells(&all)).ok().filter(|_| all.len() >= FEWEST)?;
    let year = whole.at(f64::from(YEAR), Scale::LogLog).ok().map(|s| format::value_of(Unit::Share, s.survival, 1));
    let title = year.map_or_else(
        || say!("How long people stay").to_owned(),
        |share| say!("{share} of those who start are still there after a year", share),
    );
    let test = survival::log_rank(&lists.iter().map(|(_, spells)| spells.as_slice()).collect::<Vec<_>>());
    let differ = match test {
        Ok(t) if t.p <= 0.05 => say!("; the groups differ (log-rank p = {p})", p = format::decimals(t.p, 3)),
        Ok(t) => say!("; the groups do not differ by more than chance (log-rank p = {p})", p = format::decimals(t.p, 2)),
        Err(_) => String::new(),
    };
    let last = lists.iter().flat_map(|(_, spells)| spells).map(|s| s.exit).fold(0.0, f64::max);
    let at_days: Vec<u32> = AT_DAYS.into_iter().filter(|day| f64::from(*day) <= last).collect();
    Some(ChartData::Survival {
        title,
        subtitle: say!(
            "Of {all} stays on the desk, the share that still lasts by time since its start (Kaplan-Meier, 95 % limits){differ}",
            all = all.len(),
            differ
        ),
        curves: lists.iter().filter_map(|(name, spells)| curve(name, spells, &at_days).ok()).collect(),
        at_days,
    })
}

impl Roster {
    /// Time on the desk in days; people hired before leavers are known count from the day they are.
    fn spells(&self, stays: &[&Stay]) -> Vec<Spell> {
        let one = |s: &&Stay| {
            let entry = self.since.map_or(0, |since| (since - s.first_day).max(0));
            // Somebody who leaves on the first day was there for part of it.
            let exit = f64::from(s.last_day.unwrap_or(self.end - 1) - s.first_day).max(0.5);
            let spell = Spell { entry: f64::from(entry), exit, is_event: s.last_day.is_some() };
            (spell.entry < spell.exit).then_some(spell)
        };
        stays.iter().filter_map(one).collect()
    }
}

fn curve(name: &str, spells: &[Spell], at_days: &[u32]) -> std::result::Result<Curve, Invalid> {
    let km = KaplanMeier::new(spells)?;
    let step = |s: &survival::Step| CurveStep {
        day: s.time as u32,
        value: s.survival,
        interval: s.limits(Scale::LogLog).unwrap_or((s.survival, s.survival)),
    };
    Ok(Curve {
        name: name.to_owned(),
        n: spells.len() as u64,
        events: spells.iter().filter(|s| s.is_event).count() as u64,
        steps: km.steps().iter().map(step).collect(),
        last_day: km.end() as u32,
        at_risk: survival::at_risk(spells, &at_days.iter().map(|d| f64::from(*d)).collect::<Vec<_>>())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::Random;

    /// Stays that end on these days, on a desk of so many seats, each filled anew the day after; the last day of the roster is `end`.
    fn roster(end: i32, ends: &[Vec<i32>]) -> Roster {
        let stay = |seat: usize, first_day: i32, last_day: Option<i32>| Stay {
            agent: format!("{seat}/{first_day}"),
            team: "SD".to_owned(),
            supplier: String::new(),
            mentor: String::new(),
            mentor_since: None,
            first_day,
            last_day,
            reason: String::new(),
        };
        let seat = |(seat, ends): (usize, &Vec<i32>)| {
            let firsts = [0].into_iter().chain(ends.iter().map(|day| day + 1));
            let lasts = ends.iter().copied().map(Some).chain([None]);
            firsts.zip(lasts).map(|(first, last)| stay(seat, first, last)).collect::<Vec<_>>()
        };
        Roster { stays: ends.iter().enumerate().flat_map(seat).collect(), end, since: None }
    }

    /// A seat from which people leave by chance at a constant rate a year.
    fn seat(random: &mut Random, a_year: f64, days: i32) -> Vec<i32> {
        (1..days).filter(|_| random.unit() < a_year / f64::from(YEAR)).collect()
    }

    #[test]
    fn turnover_that_does_not_change_is_seldom_a_finding() {
        const ROSTERS: usize = 400;
        let (mut random, mut told, mut clear, mut crossed) = (Random::new(24), 0, 0, 0);
        let end = 4 * YEAR;
        for _ in 0..ROSTERS {
            let seats: Vec<Vec<i32>> = (0..25).map(|_| seat(&mut random, 0.25, end)).collect();
            let Some(found) = trend(&roster(end, &seats), "turnover_12m") else { continue };
            told += 1;
            clear += usize::from(found.certainty == Certainty::Clear);
            crossed += usize::from(found.title.contains("digits"));
        }
        assert!(told <= ROSTERS / 8 && clear <= ROSTERS / 20 && crossed == 0, "{told} told, {clear} clear, {crossed} crossed of {ROSTERS}");
    }

    #[test]
    fn a_line_is_crossed_where_both_years_prove_it() {
        let end = 4 * YEAR;
        // Everybody leaves in the middle of each of the two years before, and few or nobody in the last one.
        let leaving = |seats: usize, late: usize| {
            let each = |i: usize| [450, 800].into_iter().map(|day| day + i as i32 % 50).chain((i < late).then_some(1200)).collect();
            trend(&roster(end, &(0..seats).map(each).collect::<Vec<_>>()), "turnover_12m").expect("a finding")
        };
        let proved = leaving(100, 1);
        assert_eq!((proved.title.as_str(), proved.certainty), ("Turnover fell from double to single digits", Certainty::Clear));
        let few = leaving(20, 1);
        assert_eq!((few.title.as_str(), few.certainty), ("Turnover fell", Certainty::Clear), "{}", few.text);
        assert!(few.text.ends_with("so few people cannot tell."), "{}", few.text);
    }
}
