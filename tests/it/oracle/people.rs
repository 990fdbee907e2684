//! Metrics of the roster and of observations: a loop over days.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, TimeDelta};

use super::agents::{People, Stint};
use super::logic::is;
use super::measure::{Keys, Measure, Row, Stay};
use super::time::{day_start, local_day};
use crate::world::World;

/// A person's day on the roster.
struct AgentDay<'a> {
    day: NaiveDate,
    keys: Keys,
    stint: &'a Stint,
    is_last: bool,
}

fn keys(stint: &Stint) -> Keys {
    Keys::from([("agent", stint.agent.clone()), ("team", stint.spell.team.clone().unwrap_or_default())])
}

fn is_weekday(day: NaiveDate) -> bool {
    day.weekday().num_days_from_monday() < 5
}

fn agent_days<'a>(world: &World, people: &'a People<'_>) -> Vec<AgentDay<'a>> {
    let today = local_day(world.zone, world.as_of - 1);
    let mut out = Vec::new();
    for (i, stint) in people.stints.iter().enumerate().filter(|(_, s)| s.start <= today) {
        let last = stint.left.unwrap_or(today);
        for day in stint.start.iter_days().take_while(|d| *d <= last) {
            out.push(AgentDay { day, keys: keys(stint), stint, is_last: stint.left == Some(day) && !people.goes_on(i) });
        }
    }
    out
}

/// Absent hours of an agent on a day.
fn absent(world: &World, people: &People<'_>, agent: &str, day: NaiveDate) -> f64 {
    let is_it = |o: &&crate::world::Observation| {
        o.measure == "absence_hours" && o.at == day && people.agent(o.agent.as_ref()).as_deref() == Some(agent)
    };
    observations(world).filter(is_it).map(|o| o.value).sum()
}

fn observations(world: &World) -> impl Iterator<Item = &crate::world::Observation> {
    world.observations.iter().flatten().filter(|o| day_start(world.zone, o.at) < world.as_of)
}

/// How many people an agent is mentor of on a day.
fn mentees(people: &People<'_>, that_day: &[&AgentDay<'_>], of: &AgentDay<'_>) -> usize {
    let is_mentee = |d: &&&AgentDay<'_>| {
        let spell = &d.stint.spell;
        let since = spell.mentor_since.is_none_or(|since| since <= of.day);
        since && spell.mentor.is_some() && people.agent(spell.mentor.as_ref()).as_ref() == Some(&of.stint.agent)
    };
    that_day.iter().filter(is_mentee).count()
}

/// The metrics, by id.
pub(crate) fn measures(world: &World, people: &People<'_>) -> Vec<(&'static str, Measure)> {
    let mut out = of_days(world, people);
    out.extend(of_stays(world, people));
    out.extend(of_observations(world, people));
    out
}

fn of_days(world: &World, people: &People<'_>) -> Vec<(&'static str, Measure)> {
    let days = agent_days(world, people);
    let rows = |fact: &dyn Fn(&AgentDay<'_>) -> Option<f64>, exposure: &dyn Fn(&AgentDay<'_>) -> Option<f64>| -> Vec<Row> {
        let row = |d: &AgentDay<'_>| Row { exposure: exposure(d), ..Row::new(&d.keys, Some(day_start(world.zone, d.day)), fact(d)) };
        days.iter().map(row).collect()
    };
    // Before the first record of any absence and after the last nobody knows.
    let recorded = || observations(world).filter(|o| o.measure == "absence_hours").map(|o| o.at);
    let is_recorded = |d: &AgentDay<'_>| recorded().min().is_some_and(|first| d.day >= first) && recorded().max() >= Some(d.day);
    let planned = |d: &AgentDay<'_>| d.stint.spell.hours.map(|h| if is_weekday(d.day) { h / 5.0 } else { 0.0 });
    let scheduled = |d: &AgentDay<'_>| planned(d).filter(|_| is_recorded(d));
    let hours = |d: &AgentDay<'_>| scheduled(d).map(|_| absent(world, people, &d.stint.agent, d.day));
    let mut of_date: BTreeMap<NaiveDate, Vec<&AgentDay<'_>>> = BTreeMap::new();
    for day in &days {
        of_date.entry(day.day).or_default().push(day);
    }
    let days_of_mentors = rows(&|d| Some(mentees(people, &of_date[&d.day], d) as f64).filter(|n| *n > 0.0), &|_| None);
    let has_leaving = !world.absent.contains("roster.left_at");
    let last = rows(&|d| is(Some(d.is_last).filter(|_| has_leaving)), &|_| has_leaving.then_some(1.0));
    vec![
        ("agent_days", Measure::Sum(rows(&|d| is_weekday(d.day).then(|| d.stint.spell.fte.unwrap_or(1.0)), &|_| None))),
        ("turnover_12m", Measure::Rate(365.0, Some(365), last.clone())),
        ("turnover_annualised", Measure::Rate(365.0, None, last)),
        ("tenure", Measure::Mean(rows(&|d| Some((d.day - d.stint.first_day).num_days() as f64), &|_| None))),
        ("absenteeism", Measure::Rate(1.0, None, rows(&hours, &scheduled))),
        ("mentor_span", Measure::Mean(days_of_mentors)),
    ]
}

fn of_stays(world: &World, people: &People<'_>) -> Vec<(&'static str, Measure)> {
    let (zone, has_leaving) = (world.zone, !world.absent.contains("roster.left_at"));
    let mut stays = Vec::new();
    let (mut leavers, mut starters) = (Vec::new(), Vec::new());
    for (i, stint) in people.stints.iter().enumerate() {
        let start = day_start(zone, stint.start);
        if start >= world.as_of {
            continue;
        }
        // Who leaves in a period is not counted at its end; who moves to another team is there until that begins.
        let next = people.stints.get(i + 1).filter(|next| people.goes_on(i) && stint.left.is_some_and(|left| next.start > left));
        let until = match (next, stint.left) {
            (Some(next), _) => Some(next.start).filter(|day| day_start(zone, *day) < world.as_of),
            (None, left) => left.filter(|day| day_start(zone, *day + Days::new(1)) <= world.as_of),
        };
        stays.push(Stay { keys: keys(stint), from: stint.start, until });
        let left = stint.left.filter(|_| !people.goes_on(i)).map(|d| day_start(zone, d));
        leavers.push(Row::new(&keys(stint), left, is(Some(left.is_some()).filter(|_| has_leaving))));
        let after = start + TimeDelta::days(90).num_seconds();
        let is_mature = after <= world.as_of;
        let is_gone = stint.last_day.is_some_and(|d| day_start(zone, d) < after);
        let fact = (people.is_new(i) && is_mature).then_some(f64::from(is_gone));
        starters.push(Row { immature: people.is_new(i) && !is_mature, ..Row::new(&keys(stint), Some(start), fact) });
    }
    vec![
        ("headcount", Measure::Stock(stays.clone())),
        ("leavers", Measure::Count(leavers.clone())),
        ("turnover_average", Measure::Turnover(stays, leavers)),
        ("attrition_90d", Measure::Share(starters)),
    ]
}

fn of_observations(world: &World, people: &People<'_>) -> Vec<(&'static str, Measure)> {
    let named = |measure: &str| -> Vec<Row> {
        let row = |o: &crate::world::Observation| {
            let (agent, at) = (people.agent(o.agent.as_ref()), day_start(world.zone, o.at));
            Row::new(&people.keys(agent.as_ref(), Some(at), None), Some(at), (o.measure == measure).then_some(o.value))
        };
        observations(world).map(row).collect()
    };
    vec![
        ("operating_cost", Measure::Sum(named("operating_cost"))),
        ("qa_score", Measure::Mean(named("qa_score"))),
        ("peer_360", Measure::Mean(named("peer_360"))),
        ("kudos", Measure::Sum(named("kudos"))),
        ("shadowing_days", Measure::Sum(named("shadowing_days"))),
    ]
}
