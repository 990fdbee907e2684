//! Ticket facts that look beyond their row: agents, rosters, levels, due times, business time, repeats; and ticket events.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::FixedState;
use polars::prelude::{ChunkAgg, DataFrame};
use rayon::prelude::*;

use super::events::EventLog;
use super::repeat::{is_rising, mixed, next_same};
use super::roster::ATTRIBUTES;
use super::story::Story;
use super::{Making, Table, sla};
use crate::clock::zone::Cursor;
use crate::columns::Source;
use crate::desk::{Desk, Frame, MISSING, NONE, Values, code_of, codes, get, known, longs, text_of};
use crate::error::Result;
use crate::format::count;
use crate::say;

/// Columns added to the tickets' own.
pub(super) const ADDED: &[&str] = &[
    "agent",
    "level",
    "first_level",
    "is_first_level_resolvable",
    "first_response_at",
    "first_resolved_at",
    "sla_resolution_due_at",
    "sla_response_due_at",
    "sla_resolution_verdict",
    "sla_response_verdict",
    "sla_resolution_used_share",
    "sla_response_used_share",
    "sla_resolution_late_secs",
    "sla_resolution_overdue_at",
    "ttr_business_secs",
    "frt_business_secs",
    "next_contact_secs",
    "created_hour",
    "created_weekday",
    "tenure_weeks",
    "is_surveyed",
    "first_resolver",
    "reopened_at",
];
/// Columns added to the ticket events' own.
pub(super) const EVENTS_ADDED: &[&str] = &["agent", "team", "supplier"];

/// What an added column is made of.
pub(super) fn requirements(name: &str) -> Vec<(Table, &'static str)> {
    let own = |names: &[&'static str]| -> Vec<(Table, &'static str)> { names.iter().map(|n| (Table::Tickets, *n)).collect() };
    let told = |names: &[&'static str]| [own(names), super::events::needed()].concat();
    match name {
        "agent" => own(&["resolver", "assignee"]),
        "level" => own(&["group"]),
        "first_level" => own(&["first_group", "group", "level", "reassign_count"]),
        "first_group" | "reopen_count" | "reassign_count" | "first_resolver" | "reopened_at" => told(&[]),
        "is_first_level_resolvable" => own(&["first_level", "category"]),
        "first_response_at" => told(&["created_at", "first_response_secs"]),
        "resolved_at" => told(&["created_at", "resolution_secs", "closed_at", "status", "updated_at"]),
        // As it stood at the cut-off, which the ends tell: always these, or a metric would say one thing alone and another among others.
        "status" => told(&["created_at", "resolved_at", "resolution_secs", "closed_at"]),
        "first_resolved_at" => own(&["resolved_at"]),
        "sla_resolution_verdict" => [own(&["sla_resolution_due_at"]), sla::requirements()].concat(),
        "sla_response_verdict" => [own(&["sla_response_due_at"]), sla::requirements()].concat(),
        name if sla::TICKET_COLUMNS.contains(&name) => sla::requirements(),
        "ttr_business_secs" => own(&["created_at", "resolved_at"]),
        "frt_business_secs" => own(&["created_at", "first_response_at"]),
        "created_hour" | "created_weekday" => own(&["created_at"]),
        "tenure_weeks" => own(&["agent", "resolved_at"]),
        "is_surveyed" => vec![(Table::Tickets, "id_key"), (Table::Surveys, "ticket_id_key"), (Table::Surveys, "sent_at")],
        "next_contact_secs" => own(&["id_key", "created_at", "requester_key", "status"]),
        name if ATTRIBUTES.contains(&name) => own(&["agent", "resolved_at", "group", "supplier"]),
        _ => Vec::new(),
    }
}

/// What an added column of the events is made of.
pub(super) fn event_requirements(name: &str) -> Vec<(Table, &'static str)> {
    match name {
        "agent" => vec![(Table::TicketEvents, "assignee")],
        "team" | "supplier" => vec![(Table::TicketEvents, "agent"), (Table::TicketEvents, "at")],
        _ => Vec::new(),
    }
}

/// Fills from the events what the ticket rows leave out; the story of each ticket, none without any event.
fn told_by_events(m: &Making<'_>, tickets: &mut Frame, log: &EventLog) -> Result<Vec<Option<Story>>> {
    if log.is_empty() {
        return no_resolver(m, tickets).map(|()| Vec::new());
    }
    let created = if tickets.has("created_at") { tickets.longs("created_at")? } else { vec![MISSING; tickets.height()] };
    let stories: Vec<Option<Story>> = created.into_par_iter().enumerate().map(|(row, at)| Story::of(log.of(row), at)).collect();
    let filled = |name: &str, of: &dyn Fn(&Story) -> i64| -> Result<Vec<i64>> {
        let told = |(own, story): (i64, &Option<Story>)| if own == MISSING { story.as_ref().map_or(MISSING, of) } else { own };
        Ok(tickets.longs(name)?.into_iter().zip(&stories).map(told).collect())
    };
    let mut columns: Vec<(&str, Values)> = Vec::new();
    if tickets.has("first_response_at") {
        columns.push(("first_response_at", Values::Long(filled("first_response_at", &|t| t.first_reply)?)));
    }
    if tickets.has("resolved_at") && tickets.has("status") {
        columns.push(("resolved_at", Values::Long(resolved_by_events(tickets, &stories, m.desk.as_of)?)));
    }
    for (name, of) in [("reopen_count", (|t| t.reopened) as fn(&Story) -> i32), ("reassign_count", |t| t.moves)] {
        if tickets.has(name) {
            let whole = |v: i64| if v == MISSING { i32::MIN } else { v as i32 };
            columns.push((name, Values::Whole(filled(name, &|t| i64::from(of(t)))?.into_iter().map(whole).collect())));
        }
    }
    if tickets.has("first_group") {
        let told = |(own, story): (u32, &Option<Story>)| if own == NONE { story.map_or(NONE, |t| t.first_group) } else { own };
        columns.push(("first_group", Values::Text(tickets.codes("first_group")?.into_iter().zip(&stories).map(told).collect())));
    }
    if m.wanted.has(Table::Tickets, "first_resolver") {
        let told = |of: fn(&Story) -> u32| stories.iter().map(|story| story.as_ref().map_or(NONE, of)).collect();
        columns.push(("first_resolver", Values::Text(told(|t| t.first_resolver))));
    }
    if m.wanted.has(Table::Tickets, "reopened_at") {
        let told = stories.iter().map(|story| story.map_or(MISSING, |t| t.reopened_at)).collect();
        columns.push(("reopened_at", Values::Long(told)));
    }
    columns.into_iter().try_for_each(|(name, values)| tickets.set(name, &values))?;
    Ok(stories)
}

/// Without events nobody knows who resolved a ticket before it was reopened.
fn no_resolver(m: &Making<'_>, tickets: &mut Frame) -> Result<()> {
    let height = tickets.height();
    for (name, none) in [("first_resolver", Values::Text(vec![NONE; height])), ("reopened_at", Values::Long(vec![MISSING; height]))] {
        if m.wanted.has(Table::Tickets, name) {
            tickets.set(name, &none)?;
        }
    }
    Ok(())
}

/// When tickets were resolved that are so by their row, which does not say when.
fn resolved_by_events(tickets: &Frame, stories: &[Option<Story>], as_of: i64) -> Result<Vec<i64>> {
    let (resolved, closed) = (code_of("resolved")?, code_of("closed")?);
    let (own, status) = (tickets.longs("resolved_at")?, tickets.codes("status")?);
    let is_over = |row: usize| status[row] == resolved || status[row] == closed || status[row] == NONE;
    let one = |(row, story): (usize, &Option<Story>)| match story {
        // What lies after the cut-off is a later end than the one the events tell of.
        Some(story) if is_over(row) && (own[row] == MISSING || (own[row] >= as_of && story.resolved != MISSING)) => story.resolved,
        _ => own[row],
    };
    Ok(stories.iter().enumerate().map(one).collect())
}

/// Adds the wanted columns.
pub(super) fn add(m: &Making<'_>, tickets: &mut Frame) -> Result<sla::Made> {
    let want = |name: &str| m.wanted.has(Table::Tickets, name);
    let log = EventLog::read(m, tickets)?;
    let stories = told_by_events(m, tickets, &log)?;
    as_it_stood(m, tickets, &stories)?;
    drop(stories);
    let opened_again = resolution(m, tickets, &log)?;
    if want("agent") {
        tickets.add("agent", |s| agents_of(m, s, &["resolver", "assignee"]))?;
        add_attributes(m, tickets, Table::Tickets, "resolved_at", "group")?;
    }
    if want("tenure_weeks") {
        tickets.add("tenure_weeks", |s| Ok(m.roster.tenure_weeks(m.zone, &codes(get(s, "agent")?)?, &longs(get(s, "resolved_at")?)?)))?;
    }
    if want("level") {
        tickets.add("level", |s| level(m, s))?;
    }
    if want("first_level") {
        tickets.add("first_level", |s| first_level(m, s))?;
    }
    if want("is_first_level_resolvable") {
        tickets.add("is_first_level_resolvable", |s| first_level_resolvable(m, s))?;
    }
    if want("first_response_at") {
        tickets.add("first_response_at", |s| first_response(m, s))?;
    }
    let mut made = sla::add(m, tickets, &log)?;
    drop(log);
    if opened_again > 0 {
        let text = say!(
            opened_again => "1 ticket is open by its status and has a time of resolution; it counts as open.",
            "{n} tickets are open by their status and have a time of resolution; they count as open.",
            n = count(opened_again)
        );
        made.remarks.push(("open-and-resolved".to_owned(), text));
    }
    if tickets.height() > 0 && !tells_ends(m.desk) {
        let text = say!("No column says when tickets end or in what state they are: every ticket counts as open.").to_owned();
        made.remarks.push(("ends-untold".to_owned(), text));
    }
    for (name, to) in [("ttr_business_secs", "resolved_at"), ("frt_business_secs", "first_response_at")] {
        if want(name) {
            tickets.add(name, |s| business(m, s, to))?;
        }
    }
    if want("created_hour") || want("created_weekday") {
        add_clock(m, tickets, "created_at", "created_hour", "created_weekday")?;
    }
    if want("next_contact_secs") {
        let keys = repeat_keys(m, tickets)?;
        if !m.wanted.is_direct(Table::Tickets, "requester_key") && !m.wanted.has(Table::Calls, "is_logged") {
            tickets.keep_columns(&|name| name != "requester_key")?;
        }
        let at = tickets.longs("created_at")?;
        let ids = if is_rising(&at) { Vec::new() } else { tickets.longs("id_key")? };
        let next = next_same(&at, &keys, &ids);
        drop((at, keys, ids));
        tickets.set("next_contact_secs", &Values::Whole(next))?;
    }
    Ok(made)
}

/// Ticket events with the agent they belong to.
pub(super) fn events(m: &Making<'_>) -> Result<Frame> {
    let mut events = m.desk.frame(Source::TicketEvents).clone();
    if m.wanted.has(Table::TicketEvents, "agent") {
        events.add("agent", |s| agents_of(m, s, &["assignee"]))?;
        add_attributes(m, &mut events, Table::TicketEvents, "at", "group")?;
    }
    Ok(events)
}

/// Instants of a ticket's row that tell when it ended.
pub(super) const ENDS: [&str; 2] = ["resolved_at", "closed_at"];

/// A ticket that ended at the cut-off or later was open then, whatever its row says by now; one that was closed or cancelled later
/// was resolved. A cancelled one ended when it was closed, which a time of resolution stands in for.
fn as_it_stood(m: &Making<'_>, tickets: &mut Frame, stories: &[Option<Story>]) -> Result<()> {
    let is_later =
        |s: &DataFrame| ENDS.iter().any(|n| s.column(n).ok().and_then(|c| c.i64().ok()?.max()).is_some_and(|t| t >= m.desk.as_of));
    let has_durations = |s: &DataFrame| s.column("resolution_secs").is_ok_and(|c| c.null_count() < s.height());
    if !tickets.has("status") || !tickets.segments.iter().any(|s| is_later(s) || has_durations(s)) {
        return Ok(());
    }
    let (open, resolved, closed, cancelled) = (code_of("open")?, code_of("resolved")?, code_of("closed")?, code_of("cancelled")?);
    let told = if stories.is_empty() { Vec::new() } else { tickets.codes("status")? };
    tickets.add("status", |s| {
        let instants = |name: &str| if s.column(name).is_ok() { longs(get(s, name)?) } else { Ok(vec![MISSING; s.height()]) };
        let (solved_at, closed_at) = (instants("resolved_at")?, instants("closed_at")?);
        let (created, took) = (instants("created_at")?, instants("resolution_secs")?);
        let mut status = codes(get(s, "status")?)?;
        for (row, code) in status.iter_mut().enumerate().filter(|(_, code)| [resolved, closed, cancelled].contains(code)) {
            let by_duration = || known(took[row]).zip(known(created[row])).map(|(d, c)| c + d);
            let (solved, shut) = (known(solved_at[row]).or_else(by_duration), known(closed_at[row]));
            let is_later = |at: Option<i64>| at.is_some_and(|at| at >= m.desk.as_of);
            let is_cancelled = *code == cancelled;
            *code = match (is_later(solved), is_later(shut)) {
                // Cancelled before whatever counts as its resolution.
                (true, false) if is_cancelled && shut.is_some() => *code,
                (true, _) => open,
                (false, true) if solved.is_none() => open,
                (false, true) if *code != resolved => resolved,
                _ => *code,
            };
        }
        Ok(Values::Text(status))
    })?;
    if told.is_empty() {
        return Ok(());
    }
    // What the events tell of came before the cut-off, whenever the row was closed.
    let is_told = |row: usize| told[row] == cancelled && stories[row].is_some_and(|story| story.is_cancelled);
    let status = tickets.codes("status")?.into_iter().enumerate().map(|(row, code)| if is_told(row) { cancelled } else { code });
    tickets.set("status", &Values::Text(status.collect()))
}

/// Settles when tickets were resolved: filled in from what else the export has, and not after the cut-off. Says of how many rows a time of
/// resolution was taken because they are open.
fn resolution(m: &Making<'_>, tickets: &mut Frame, log: &EventLog) -> Result<u64> {
    if ["resolved_at", "created_at", "resolution_secs", "closed_at", "status"].iter().all(|c| tickets.has(c)) {
        fill_resolution(m, tickets)?;
    } else {
        cut_off(m, tickets, "resolved_at")?;
    }
    if m.wanted.has(Table::Tickets, "first_resolved_at") {
        first_resolution(tickets, log)?;
    }
    if tickets.has("resolved_at") && tickets.has("status") { take_left_over(tickets) } else { Ok(0) }
}

/// Fills resolution times from how long it took, or from when a ticket that is done was closed; nothing after the cut-off has happened yet.
fn fill_resolution(m: &Making<'_>, tickets: &mut Frame) -> Result<()> {
    let (resolved, closed) = (code_of("resolved")?, code_of("closed")?);
    tickets.add("resolved_at", |s| {
        let (at, created) = (longs(get(s, "resolved_at")?)?, longs(get(s, "created_at")?)?);
        let (took, closed_at, status) = (longs(get(s, "resolution_secs")?)?, longs(get(s, "closed_at")?)?, codes(get(s, "status")?)?);
        let one = |i: usize| {
            let by_duration = || known(took[i]).zip(known(created[i])).map(|(d, c)| c + d);
            let by_close = || known(closed_at[i]).filter(|_| status[i] == resolved || status[i] == closed || status[i] == NONE);
            known(at[i]).or_else(by_duration).or_else(by_close).filter(|t| *t < m.desk.as_of).unwrap_or(MISSING)
        };
        Ok(Values::Long((0..at.len()).map(one).collect()))
    })
}

/// What is open by its status keeps no resolution from before its last update: products leave the last one standing when a ticket is opened
/// again. Says of how many rows one was taken.
fn take_left_over(tickets: &mut Frame) -> Result<u64> {
    let live = ["new", "open", "pending"].map(code_of).into_iter().collect::<Result<Vec<_>>>()?;
    let taken = AtomicU64::new(0);
    tickets.add("resolved_at", |s| {
        let (at, status) = (longs(get(s, "resolved_at")?)?, codes(get(s, "status")?)?);
        let updated = if s.column("updated_at").is_ok() { longs(get(s, "updated_at")?)? } else { vec![MISSING; s.height()] };
        let one = |i: usize| {
            let told = known(at[i]);
            // What ended after the row was last touched is newer than its status.
            let is_left_over = live.contains(&status[i]) && told.is_some_and(|end| known(updated[i]).is_none_or(|at| end <= at));
            taken.fetch_add(u64::from(is_left_over), Ordering::Relaxed);
            told.filter(|_| !is_left_over).unwrap_or(MISSING)
        };
        Ok(Values::Long((0..at.len()).map(one).collect()))
    })?;
    Ok(taken.into_inner())
}

/// When tickets were resolved for the first time: by their events, else when their row says they were, though they are open again by now.
fn first_resolution(tickets: &mut Frame, log: &EventLog) -> Result<()> {
    let own = tickets.longs("resolved_at")?;
    let first = |(row, own): (usize, i64)| {
        let by_events = Story::first_end(log.of(row));
        by_events.map_or(own, |at| if own == MISSING { at } else { at.min(own) })
    };
    let all = if log.is_empty() { own } else { own.into_iter().enumerate().map(first).collect() };
    tickets.set("first_resolved_at", &Values::Long(all))
}

/// What happens at the cut-off or later has not happened yet.
fn cut_off(m: &Making<'_>, tickets: &mut Frame, name: &str) -> Result<()> {
    let is_later = |s: &DataFrame| s.column(name).ok().and_then(|c| c.i64().ok()?.max()).is_some_and(|t| t >= m.desk.as_of);
    if !tickets.segments.iter().any(is_later) {
        return Ok(());
    }
    tickets.add(name, |s| Ok(Values::Long(longs(get(s, name)?)?.into_iter().map(|t| if t < m.desk.as_of { t } else { MISSING }).collect())))
}

/// The agent: the first of the columns that is filled, led to the roster's name.
pub(super) fn agents_of(m: &Making<'_>, segment: &DataFrame, columns: &[&str]) -> Result<Values> {
    let mut agents: Vec<u32> = codes(get(segment, columns[0])?)?;
    for other in &columns[1..] {
        let other = codes(get(segment, other)?)?;
        agents.iter_mut().zip(other).filter(|(a, _)| **a == NONE).for_each(|(a, o)| *a = o);
    }
    Ok(Values::Text(m.identity.agents(&agents)?))
}

/// Adds the wanted roster attributes of the column `agent`, as they were at the instant column `at`.
///
/// Without a roster the team is the group (or queue); an export's own supplier goes before the roster's.
pub(super) fn add_attributes(m: &Making<'_>, frame: &mut Frame, table: Table, at: &str, group: &str) -> Result<()> {
    for (which, name) in ATTRIBUTES.iter().enumerate().filter(|(_, n)| m.wanted.has(table, n)) {
        let has_own = frame.has(name);
        frame.add(name, |s| {
            if m.roster.is_empty() && *name == "team" && table != Table::Observations {
                return Ok(Values::Text(codes(get(s, group)?)?));
            }
            let (agents, at) = (codes(get(s, "agent")?)?, longs(get(s, at)?)?);
            let Values::Text(mut of_roster) = m.roster.attribute(which, &agents, &at) else { return m_bug() };
            if has_own {
                let own = codes(get(s, name)?)?;
                of_roster.iter_mut().zip(own).filter(|(_, o)| *o != NONE).for_each(|(r, o)| *r = o);
            }
            Ok(Values::Text(of_roster))
        })?;
    }
    Ok(())
}

fn m_bug<T>() -> Result<T> {
    Err(crate::error::Error::bug("an attribute is a short text"))
}

/// Whether anything can tell a ticket that is done from an open one: a column of the tickets, or a record of what happened to them.
fn tells_ends(desk: &Desk) -> bool {
    let ends = ["status", "resolved_at", "closed_at", "resolution_secs"];
    ends.iter().any(|name| desk.ledger.has_column(Source::Tickets, name)) || desk.origins(Source::TicketEvents).next().is_some()
}

/// Codes of the levels of groups, looked up once each.
fn level_of(m: &Making<'_>, groups: &[u32]) -> Result<Vec<u32>> {
    let mut known: HashMap<u32, u32, FixedState> = HashMap::default();
    groups
        .iter()
        .map(|&g| {
            if let Some(&level) = known.get(&g) {
                return Ok(level);
            }
            let level = match m.settings.levels.get(&text_of(g)) {
                Some(level) if g != NONE => code_of(level)?,
                _ => NONE,
            };
            known.insert(g, level);
            Ok(level)
        })
        .collect()
}

fn level(m: &Making<'_>, s: &DataFrame) -> Result<Values> {
    let own = codes(get(s, "level")?)?;
    let of_group = level_of(m, &codes(get(s, "group")?)?)?;
    Ok(Values::Text(own.into_iter().zip(of_group).map(|(o, g)| if o == NONE { g } else { o }).collect()))
}

/// The level that received the ticket: of its first group; of its only group where it was never passed on.
fn first_level(m: &Making<'_>, s: &DataFrame) -> Result<Values> {
    let first = level_of(m, &codes(get(s, "first_group")?)?)?;
    let (now, passed) = (codes(get(s, "level")?)?, longs(get(s, "reassign_count")?)?);
    let one = |i: usize| if first[i] != NONE || passed[i] != 0 { first[i] } else { now[i] };
    Ok(Values::Text((0..first.len()).map(one).collect()))
}

fn first_level_resolvable(m: &Making<'_>, s: &DataFrame) -> Result<Values> {
    let l1 = code_of("L1")?;
    let cannot: Vec<u32> = m.settings.not_first_level.iter().map(|c| code_of(c)).collect::<Result<_>>()?;
    let (first, category) = (codes(get(s, "first_level")?)?, codes(get(s, "category")?)?);
    let one = |(f, c): (u32, u32)| Some((f == l1 || f == NONE) && !cannot.contains(&c));
    Ok(Values::Flag(first.into_iter().zip(category).map(one).collect()))
}

fn first_response(m: &Making<'_>, s: &DataFrame) -> Result<Values> {
    let (at, created, took) = (longs(get(s, "first_response_at")?)?, longs(get(s, "created_at")?)?, longs(get(s, "first_response_secs")?)?);
    let one = |i: usize| {
        known(at[i]).or_else(|| known(took[i]).zip(known(created[i])).map(|(d, c)| c + d)).filter(|t| *t < m.desk.as_of).unwrap_or(MISSING)
    };
    Ok(Values::Long((0..at.len()).map(one).collect()))
}

fn business(m: &Making<'_>, s: &DataFrame, to: &str) -> Result<Values> {
    let (from, to) = (longs(get(s, "created_at")?)?, longs(get(s, to)?)?);
    let one = |(from, to): (i64, i64)| match (known(from), known(to)) {
        (Some(a), Some(b)) if b >= a => m.calendars.own().elapsed(a, b).min(i64::from(i32::MAX)) as i32,
        _ => i32::MIN,
    };
    Ok(Values::Whole(from.into_iter().zip(to).map(one).collect()))
}

/// Local hour (0 to 23) and ISO weekday (1 is Monday) of an instant.
pub(super) fn add_clock(m: &Making<'_>, frame: &mut Frame, at: &str, hour: &str, weekday: &str) -> Result<()> {
    let local = |s: &DataFrame, f: fn(i64) -> i64| -> Result<Values> {
        let mut cursor = Cursor::new(m.zone);
        let one = |t: i64| known(t).map_or(i32::MIN, |t| f(t + i64::from(cursor.offset_at(t))) as i32);
        Ok(Values::Whole(longs(get(s, at)?)?.into_iter().map(one).collect()))
    };
    frame.add(hour, |s| local(s, |t| t.rem_euclid(86_400) / 3_600))?;
    frame.add(weekday, |s| local(s, |t| (t.div_euclid(86_400) + 3).rem_euclid(7) + 1))
}

/// Who asks about what, by the columns of `[repeat]`; nobody by a ticket that was cancelled, which is mostly the same contact twice.
fn repeat_keys(m: &Making<'_>, tickets: &Frame) -> Result<Vec<i64>> {
    let mut keys = tickets.longs("requester_key")?;
    for column in m.settings.repeat_by.iter().filter(|c| *c != "requester") {
        let other = tickets.codes(column)?;
        keys.iter_mut().zip(other).filter(|(k, _)| **k != MISSING).for_each(|(k, o)| *k = mixed(*k, i64::from(o)));
    }
    let cancelled = code_of("cancelled")?;
    keys.iter_mut().zip(tickets.codes("status")?).filter(|(_, status)| *status == cancelled).for_each(|(k, _)| *k = MISSING);
    Ok(keys)
}
