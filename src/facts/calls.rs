//! Call facts that look beyond their row: agents, rosters, repeats, and whether the contact was logged.

use super::logged::{Window, logged};
use super::repeat::next_same;
use super::roster::ATTRIBUTES;
use super::tickets::{add_attributes, add_clock, agents_of};
use super::{Making, Table};
use crate::desk::{Frame, MISSING, NONE, Values, code_of, codes, get, known, longs};
use crate::error::Result;

/// Columns added to the calls' own.
pub(super) const ADDED: &[&str] = &[
    "level",
    "is_logged",
    "has_ticket_source",
    "is_log_mature",
    "has_waits",
    "next_contact_secs",
    "start_hour",
    "start_weekday",
    "tenure_weeks",
];

/// What an added column is made of.
pub(super) fn requirements(name: &str) -> Vec<(Table, &'static str)> {
    let own = |names: &[&'static str]| names.iter().map(|n| (Table::Calls, *n)).collect::<Vec<_>>();
    match name {
        "is_logged" => {
            let tickets = ["requester_key", "created_at", "id_key"].map(|n| (Table::Tickets, n));
            own(&["id_key", "start_at", "end_at", "ticket_id_key", "caller_key", "outcome", "direction", "is_acd"])
                .into_iter()
                .chain(tickets)
                .collect()
        }
        "has_ticket_source" => own(&["start_at"]).into_iter().chain([(Table::Tickets, "created_at")]).collect(),
        "is_log_mature" => own(&["start_at", "end_at"]).into_iter().chain([(Table::Tickets, "created_at")]).collect(),
        "has_waits" => own(&["wait_secs", "outcome", "direction", "is_acd"]),
        "next_contact_secs" => own(&["id_key", "start_at", "caller_key", "outcome", "direction", "is_acd"]),
        "start_hour" | "start_weekday" => own(&["start_at"]),
        "tenure_weeks" => own(&["agent", "start_at"]),
        "level" => own(&["agent", "agent_level"]),
        name if ATTRIBUTES.contains(&name) => own(&["agent", "start_at", "queue"]),
        _ => Vec::new(),
    }
}

/// Which calls are contacts: inbound ones from a queue that an agent answered, as `is_answered` has it.
fn contacts(calls: &Frame) -> Result<Vec<bool>> {
    let (answered, inbound) = (code_of("answered")?, code_of("inbound")?);
    let (outcome, direction, is_acd) = (calls.codes("outcome")?, calls.codes("direction")?, calls.flags("is_acd")?);
    let one = |i: usize| outcome[i] == answered && (direction[i] == inbound || direction[i] == NONE) && is_acd[i] != Some(false);
    Ok((0..outcome.len()).map(one).collect())
}

/// Whether tickets were there to be found: the time around a call in which one would be its record must lie between the first and the
/// last ticket read. Before the first one nobody knows, after the last one nobody knows yet, also of calls that name their ticket: these
/// alone would make the share too good.
fn add_reach(calls: &mut Frame, tickets: &Frame, window: Window) -> Result<()> {
    let created: Vec<i64> = if tickets.has("created_at") { tickets.longs("created_at")? } else { Vec::new() };
    let reach = created.iter().filter_map(|at| known(*at)).min().zip(created.iter().max().copied());
    calls.add("has_ticket_source", |s| {
        let is_in = |start: i64| reach.is_some_and(|(first, _)| known(start).is_some_and(|at| at - window.before >= first));
        Ok(Values::Flag(longs(get(s, "start_at")?)?.into_iter().map(|start| Some(is_in(start))).collect()))
    })?;
    calls.add("is_log_mature", |s| {
        let ends = if s.column("end_at").is_ok() { longs(get(s, "end_at")?)? } else { vec![MISSING; s.height()] };
        let starts = longs(get(s, "start_at")?)?;
        let is_in = |(start, end): (i64, i64)| {
            reach.is_some_and(|(_, last)| known(end).or(known(start)).is_some_and(|at| at + window.after <= last))
        };
        Ok(Values::Flag(starts.into_iter().zip(ends).map(|pair| Some(is_in(pair))).collect()))
    })
}

/// Adds the wanted columns.
pub(super) fn add(m: &Making<'_>, calls: &mut Frame, tickets: &Frame) -> Result<()> {
    let want = |name: &str| m.wanted.has(Table::Calls, name);
    if want("agent") {
        calls.add("agent", |s| agents_of(m, s, &["agent"]))?;
        add_attributes(m, calls, Table::Calls, "start_at", "queue")?;
    }
    if want("tenure_weeks") {
        calls.add("tenure_weeks", |s| Ok(m.roster.tenure_weeks(m.zone, &codes(get(s, "agent")?)?, &longs(get(s, "start_at")?)?)))?;
    }
    if want("level") {
        let level = calls.codes("agent_level")?;
        calls.set("level", &Values::Text(level))?;
    }
    let secs = |name: &str| m.settings.parameters.secs(name);
    if want("has_ticket_source") || want("is_log_mature") {
        add_reach(calls, tickets, Window { before: secs("match_before")?, after: secs("match_after")? })?;
    }
    if want("has_waits") {
        // Products leave the wait of a call empty that nobody answered; an export without any wait tells nothing of waits.
        let waits = calls.longs("wait_secs")?;
        let has_waits = contacts(calls)?.into_iter().zip(waits).any(|(is_answered, wait)| is_answered && wait != MISSING);
        calls.set("has_waits", &Values::Flag(vec![Some(has_waits); calls.height()]))?;
    }
    if want("is_logged") {
        let window = Window { before: secs("match_before")?, after: secs("match_after")? };
        calls.set("is_logged", &Values::Flag(logged(calls, tickets, &contacts(calls)?, window)?))?;
    }
    if want("next_contact_secs") {
        let mut keys = calls.longs("caller_key")?;
        keys.iter_mut().zip(contacts(calls)?).filter(|(_, is_contact)| !is_contact).for_each(|(k, _)| *k = MISSING);
        let next = next_same(&calls.longs("start_at")?, &keys, &calls.longs("id_key")?);
        calls.set("next_contact_secs", &Values::Whole(next))?;
    }
    if want("start_hour") || want("start_weekday") {
        add_clock(m, calls, "start_at", "start_hour", "start_weekday")?;
    }
    Ok(())
}
