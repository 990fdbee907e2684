//! Call facts that look beyond their row: agents, rosters, repeats, and whether the contact was logged.

use super::logged::{Window, logged};
use super::repeat::next_same;
use super::roster::ATTRIBUTES;
use super::tickets::{add_attributes, add_clock, agents_of};
use super::{Making, Table};
use crate::columns::Source;
use crate::desk::{Frame, MISSING, NONE, Values, code_of, codes, get, known, longs};
use crate::error::Result;
use crate::format::count;
use crate::say;

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

/// Sentences for the data-quality box: (code, text).
type Remarks = Vec<(String, String)>;

/// Whether the source of each call tells waits, and a remark on those that tell none beside others that do.
///
/// Products leave the wait of a call empty that nobody answered. A source without the wait of a single answered call tells nothing of
/// waits, and its calls are none that a service level could count, whatever another source tells of its own.
fn waits_told(m: &Making<'_>, calls: &Frame) -> Result<(Vec<Option<bool>>, Remarks)> {
    let (waits, contacts) = (calls.longs("wait_secs")?, contacts(calls)?);
    let mut told = vec![Some(false); waits.len()];
    let mut silent = Vec::new();
    for (name, rows) in m.desk.origins(Source::Calls) {
        let answered = rows.clone().filter(|&row| contacts[row]).count() as u64;
        let has_waits = rows.clone().any(|row| contacts[row] && waits[row] != MISSING);
        told[rows].fill(Some(has_waits));
        if answered > 0 && !has_waits {
            silent.push((name, answered));
        }
    }
    let one = |(name, answered): (&str, u64)| {
        let text = say!(
            answered => "{name}: the one answered call has no wait; wait and service level are figures of the other sources alone, and none of its abandoned calls counts as short.",
            "{name}: none of the {n} answered calls has a wait; wait and service level are figures of the other sources alone, and none of its abandoned calls counts as short.",
            name,
            n = count(answered)
        );
        ("waits-untold".to_owned(), text)
    };
    let is_mixed = told.contains(&Some(true));
    Ok((told, silent.into_iter().filter(|_| is_mixed).map(one).collect()))
}

/// Adds the wanted columns; what is to be told of them: (code, text).
pub(super) fn add(m: &Making<'_>, calls: &mut Frame, tickets: &Frame) -> Result<Remarks> {
    let mut remarks = Vec::new();
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
        let (told, silent) = waits_told(m, calls)?;
        remarks = silent;
        calls.set("has_waits", &Values::Flag(told))?;
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
    Ok(remarks)
}
