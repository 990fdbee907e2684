//! Facts about the people: a row a day on the roster, a row a stay, a row an observation.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;

use chrono::Datelike as _;

use super::roster::{ATTRIBUTES, Spell, goes_on};
use super::tickets::{add_attributes, agents_of};
use super::{Making, Table, frame_of};
use crate::clock::date;
use crate::columns::Source;
use crate::desk::{Frame, MISSING, NONE, SEGMENT, Values, known};
use crate::error::Result;

/// Columns of a day on the roster.
pub(super) const DAY_COLUMNS: &[&str] = &[
    "agent",
    "level",
    "day_at",
    "is_weekday",
    "fte",
    "tenure_days",
    "is_last_day",
    "has_leaving",
    "absent_hours",
    "scheduled_day_hours",
    "mentees",
];
/// Columns of a stay on the roster.
pub(super) const SPELL_COLUMNS: &[&str] = &[
    "agent",
    "level",
    "started_at",
    "ended_at",
    "left_at",
    "desk_left_at",
    "has_leaving",
    "is_new_start",
    "leave_reason",
    "mentor_since_at",
    "prior_business_months",
];
/// Columns added to the observations' own.
pub(super) const OBSERVATIONS_ADDED: &[&str] = &[];

/// What a column is made of.
pub(super) fn requirements(table: Table, name: &str) -> Vec<(Table, &'static str)> {
    let observed = |names: &[&'static str]| names.iter().map(|n| (Table::Observations, *n)).collect();
    match (table, name) {
        (Table::AgentDays, "absent_hours") => observed(&["agent", "at", "measure", "value"]),
        (Table::Observations, name) if ATTRIBUTES.contains(&name) => observed(&["agent", "at"]),
        _ => Vec::new(),
    }
}

/// What is known of the people.
pub(super) struct People {
    pub(super) days: Frame,
    pub(super) spells: Frame,
    pub(super) observations: Frame,
    /// Whether absence is recorded by the month: what is dated on its last day is of all its days.
    pub(super) is_absence_monthly: bool,
}

/// Agent-days, spells and observations.
pub(super) fn make(m: &Making<'_>) -> Result<People> {
    let mut observations = m.desk.frame(Source::Observations).clone();
    if m.wanted.has(Table::Observations, "agent") {
        observations.add("agent", |s| agents_of(m, s, &["agent"]))?;
        add_attributes(m, &mut observations, Table::Observations, "at", "agent")?;
    }
    let absent = absences(m, &observations)?;
    let days = if m.wanted.needs_any(Source::Agents) { agent_days(m, &absent)? } else { frame_of(0, Vec::new())? };
    let is_absence_monthly = absent.is_some_and(|(hours, _)| are_month_ends(hours.keys().map(|(_, day)| *day)));
    Ok(People { days, spells: spells(m)?, observations, is_absence_monthly })
}

/// Whether days are last days of months and nothing else, of two months or more: nobody is away on such days alone.
fn are_month_ends(days: impl Iterator<Item = i32>) -> bool {
    let days: BTreeSet<i32> = days.collect();
    days.len() > 1 && days.iter().all(|day| date(day + 1).day() == 1)
}

fn goes_on_from_before(spells: &[Spell], i: usize) -> bool {
    i > 0 && spells[i - 1].agent == spells[i].agent && goes_on(spells, i - 1)
}

/// The last spell of the unbroken time on the desk that a spell is part of.
fn last_of_stay(spells: &[Spell], i: usize) -> &Spell {
    let last = (i..spells.len()).find(|&j| !goes_on(spells, j)).unwrap_or(i);
    &spells[last]
}

fn attribute_values(rows: &[(usize, &Spell)]) -> Vec<(&'static str, Values)> {
    let mut out: Vec<(&'static str, Values)> = Vec::new();
    out.push(("agent", Values::Text(rows.iter().map(|(_, s)| s.agent).collect())));
    for (which, name) in ATTRIBUTES.iter().enumerate() {
        out.push((name, Values::Text(rows.iter().map(|(_, s)| s.attributes[which]).collect())));
    }
    out.push(("level", Values::Text(rows.iter().map(|(_, s)| s.attributes[3]).collect())));
    out
}

fn frame(rows: usize, columns: Vec<(&'static str, Values)>) -> Result<Frame> {
    frame_of(rows, columns.into_iter().map(|(name, values)| values.column(name, 0..rows)).collect())
}

/// When a stay stops counting as headcount: with the last second of the last day, so that a period does not count at its end who left
/// in it; for somebody who moves on to another team, when that begins, so that nobody is missing in between.
fn ended(spells: &[Spell], i: usize) -> i64 {
    let next = spells.get(i + 1).filter(|next| goes_on(spells, i) && Some(next.first_day) > spells[i].last_day);
    next.map_or(spells[i].end - 1, |next| next.start)
}

fn spells(m: &Making<'_>) -> Result<Frame> {
    let all = &m.roster.spells;
    let started: Vec<(usize, &Spell)> = all.iter().enumerate().filter(|(_, s)| s.start < m.desk.as_of).collect();
    let mut columns = attribute_values(&started);
    let long = |f: &dyn Fn(usize, &Spell) -> Option<i64>| Values::Long(started.iter().map(|(i, s)| f(*i, s).unwrap_or(MISSING)).collect());
    columns.push(("started_at", long(&|_, s| Some(s.start))));
    columns.push(("ended_at", long(&|i, s| s.left.map(|_| ended(all, i)))));
    columns.push(("desk_left_at", long(&|i, _| last_of_stay(all, i).left)));
    columns.push(("left_at", long(&|i, s| s.left.filter(|_| !goes_on(all, i)))));
    columns.push(("is_new_start", Values::Flag(started.iter().map(|(i, _)| Some(!goes_on_from_before(all, *i))).collect())));
    columns.push(("has_leaving", Values::Flag(vec![Some(m.roster.has_leaving); started.len()])));
    columns.push(("leave_reason", Values::Text(started.iter().map(|(_, s)| s.leave_reason).collect())));
    columns.push(("mentor_since_at", long(&|_, s| s.mentor_day.map(|day| m.zone.day_start(day)))));
    columns.push(("prior_business_months", Values::Number(started.iter().map(|(_, s)| s.prior_months).collect())));
    frame(started.len(), columns)
}

/// A row for every local day of every stay that began before the cut-off.
fn agent_days(m: &Making<'_>, absent: &Absences) -> Result<Frame> {
    let mut rows: Vec<(usize, &Spell, i32)> = Vec::new();
    for (i, spell) in m.roster.spells.iter().enumerate().filter(|(_, s)| s.start < m.desk.as_of) {
        let last = spell.left.map_or_else(|| m.zone.local_day(m.desk.as_of - 1), |t| m.zone.local_day(t));
        rows.extend((m.zone.local_day(spell.start)..=last).map(|day| (i, spell, day)));
    }
    let mut mentees: HashMap<(u32, i32), i32> = HashMap::new();
    for (_, spell, day) in rows.iter().filter(|(_, s, day)| s.attributes[2] != NONE && s.mentor_day.is_none_or(|since| since <= *day)) {
        *mentees.entry((spell.attributes[2], *day)).or_default() += 1;
    }
    let segments = rows.chunks(SEGMENT).map(|part| days_frame(m, part, absent, &mentees)).collect::<Result<Vec<_>>>()?;
    let mut out = Frame { segments: segments.into_iter().flat_map(|f| f.segments).collect() };
    if out.segments.is_empty() {
        out = days_frame(m, &[], absent, &mentees)?;
    }
    Ok(out)
}

/// Absent hours by agent and day, and the days from the first to the last on which anybody recorded any: others are not known to be zero.
type Absences = Option<(HashMap<(u32, i32), f64>, RangeInclusive<i32>)>;

fn days_frame(m: &Making<'_>, rows: &[(usize, &Spell, i32)], absent: &Absences, mentees: &HashMap<(u32, i32), i32>) -> Result<Frame> {
    let pairs: Vec<(usize, &Spell)> = rows.iter().map(|(i, s, _)| (*i, *s)).collect();
    let mut columns = attribute_values(&pairs);
    let is_weekday = |day: i32| (day + 3).rem_euclid(7) < 5;
    columns.push(("day_at", Values::Long(rows.iter().map(|(_, _, day)| m.zone.day_start(*day)).collect())));
    columns.push(("is_weekday", Values::Flag(rows.iter().map(|(_, _, day)| Some(is_weekday(*day))).collect())));
    columns.push(("fte", Values::Number(rows.iter().map(|(_, s, _)| Some(s.fte)).collect())));
    columns.push(("tenure_days", Values::Whole(rows.iter().map(|(_, s, day)| day - s.stay_first_day).collect())));
    let is_last =
        |(i, s, day): &(usize, &Spell, i32)| s.left.is_some_and(|t| m.zone.local_day(t) == *day) && !goes_on(&m.roster.spells, *i);
    columns.push(("is_last_day", Values::Flag(rows.iter().map(|row| Some(is_last(row))).collect())));
    columns.push(("has_leaving", Values::Flag(vec![Some(m.roster.has_leaving); rows.len()])));
    let hours = |s: &Spell, day: i32| {
        absent.as_ref().filter(|(_, recorded)| recorded.contains(&day)).map(|(a, _)| a.get(&(s.agent, day)).copied().unwrap_or(0.0))
    };
    columns.push(("absent_hours", Values::Number(rows.iter().map(|(_, s, day)| hours(s, *day)).collect())));
    let scheduled = |s: &Spell, day: i32| s.weekly_hours.map(|h| if is_weekday(day) { h / 5.0 } else { 0.0 });
    columns.push(("scheduled_day_hours", Values::Number(rows.iter().map(|(_, s, day)| scheduled(s, *day)).collect())));
    let of_mentor = |s: &Spell, day: i32| mentees.get(&(s.agent, day)).copied().unwrap_or(0);
    columns.push(("mentees", Values::Whole(rows.iter().map(|(_, s, day)| of_mentor(s, *day)).collect())));
    frame(rows.len(), columns)
}

/// Absent hours by agent and day; `None` where nobody records absence, which is not zero.
fn absences(m: &Making<'_>, observations: &Frame) -> Result<Absences> {
    if !m.wanted.has(Table::AgentDays, "absent_hours") {
        return Ok(None);
    }
    let (agents, at) = (observations.codes("agent")?, observations.longs("at")?);
    let (measure, value) = (observations.texts("measure")?, observations.numbers("value")?);
    let mut hours: HashMap<(u32, i32), f64> = HashMap::new();
    for row in 0..agents.len() {
        if measure[row].as_deref() == Some("absence_hours")
            && let (Some(at), Some(value)) = (known(at[row]), value[row])
        {
            *hours.entry((agents[row], m.zone.local_day(at))).or_default() += value;
        }
    }
    let days = || hours.keys().map(|(_, day)| *day);
    let recorded = days().min().zip(days().max());
    Ok(recorded.map(|(first, last)| (hours, first..=last)))
}

#[cfg(test)]
mod tests {
    use super::are_month_ends;

    #[test]
    fn absence_is_by_the_month_only_if_every_day_of_it_ends_one() {
        let day = |y, m, d| chrono::NaiveDate::from_ymd_opt(y, m, d).expect("a day").to_epoch_days();
        let of = |days: &[i32]| are_month_ends(days.iter().copied());
        assert!(of(&[day(2026, 2, 28), day(2026, 3, 31), day(2026, 3, 31)]));
        assert!(!of(&[day(2026, 3, 31)]), "one day proves nothing");
        assert!(!of(&[day(2026, 2, 28), day(2026, 3, 30)]) && !of(&[]));
    }
}
