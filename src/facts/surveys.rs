//! Survey facts: answers with what is known of their ticket or call.

use std::collections::{HashMap, HashSet};

use polars::prelude::*;

use super::roster::ATTRIBUTES;
use super::tickets::add_attributes;
use super::{Facts, Making, Table};
use crate::columns::Source;
use crate::desk::{Frame, MISSING, NONE, Values, bug, codes, get, known, longs};
use crate::error::Result;

/// Columns taken over from the survey's ticket.
pub(super) const OF_TICKET: [&str; 17] = [
    "priority",
    "category",
    "subcategory",
    "channel",
    "location",
    "requester_department",
    "service",
    "level",
    "group",
    "type",
    "requester_key",
    "created_at",
    "resolved_at",
    "is_resolution_in_sla",
    "is_response_in_sla",
    "ttr_secs",
    "reassign_count",
];

/// Columns that surveys made of the scores of calls take over from them.
const OF_CALL: [&str; 2] = ["queue", "category"];

/// The key of a ticket or call.
const ID: &str = "id_key";

/// Columns added to the surveys' own, besides [`OF_TICKET`].
pub(super) const ADDED: &[&str] = &["queue"];

/// What an added column is made of.
pub(super) fn requirements(name: &str) -> Vec<(Table, &'static str)> {
    let mut out = vec![
        (Table::Surveys, "ticket_id_key"),
        (Table::Surveys, "answered_at"),
        (Table::Surveys, "sent_at"),
        (Table::Surveys, "score"),
        (Table::Tickets, "id_key"),
        (Table::Tickets, "csat_score"),
        (Table::Tickets, "csat_at"),
        (Table::Calls, "csat_score"),
        (Table::Surveys, "call_id_key"),
        (Table::Calls, "id_key"),
    ];
    if let Some(column) = OF_TICKET.iter().find(|c| **c == name) {
        out.push((Table::Tickets, column));
    }
    let is_of_agent = name == "agent" || ATTRIBUTES.contains(&name);
    if is_of_agent || name == "category" {
        out.extend([(Table::Surveys, "agent"), (Table::Tickets, "agent"), (Table::Calls, "agent"), (Table::Calls, "category")]);
    }
    if is_of_agent {
        out.push((Table::Surveys, "group"));
        out.extend(["resolved_at", "first_resolver", "reopened_at"].map(|name| (Table::Tickets, name)));
    }
    match name {
        "queue" => out.push((Table::Calls, "queue")),
        "ticket_id" => out.push((Table::Tickets, "id")),
        "call_id" => out.push((Table::Calls, "id")),
        _ => {}
    }
    if ["answered_at", "score"].contains(&name) {
        out.extend([(Table::Tickets, "resolved_at"), (Table::Tickets, "created_at"), (Table::Calls, "start_at"), (Table::Calls, "end_at")]);
    }
    out
}

/// Marks the tickets a survey was sent about; nothing where no survey says when it was sent.
pub(super) fn mark(m: &Making<'_>, surveys: &Frame, tickets: &mut Frame) -> Result<()> {
    if !m.wanted.has(Table::Tickets, "is_surveyed") {
        return Ok(());
    }
    let is_told = surveys.has("ticket_id_key") && surveys.has("sent_at") && tickets.has("id_key");
    let mut asked: HashSet<i64> = HashSet::new();
    if is_told {
        let sent = surveys.longs("ticket_id_key")?.into_iter().zip(surveys.longs("sent_at")?);
        asked.extend(sent.filter(|(key, at)| *key != MISSING && *at != MISSING && *at < m.desk.as_of).map(|(key, _)| key));
    }
    tickets.add("is_surveyed", |s| {
        if asked.is_empty() {
            return Ok(Values::Flag(vec![None; s.height()]));
        }
        Ok(Values::Flag(longs(get(s, "id_key")?)?.iter().map(|key| Some(asked.contains(key))).collect()))
    })
}

/// Makes surveys of the scores that tickets and calls carry themselves.
pub(super) fn embed(m: &Making<'_>, surveys: &mut Frame, tickets: &Frame, calls: &Frame) -> Result<()> {
    if !m.wanted.needs_any(Source::Surveys) {
        return Ok(());
    }
    let has_agent = m.wanted.has(Table::Surveys, "agent");
    let held = [held(surveys, "ticket_id_key")?, held(surveys, "call_id_key")?];
    // What only a call knows of itself: surveys have no such columns.
    for name in OF_CALL.into_iter().filter(|name| m.wanted.has(Table::Surveys, name) && calls.has(name)) {
        let none = Values::Text(vec![NONE; surveys.height()]);
        if !surveys.has(name) {
            surveys.set(name, &none)?;
        }
    }
    let Some(shape) = surveys.segments.first().cloned() else { return Ok(()) };
    for (frame, held, answered) in
        [(tickets, &held[0], ["csat_at", "resolved_at", "created_at"]), (calls, &held[1], ["end_at", "start_at", "start_at"])]
    {
        if !frame.has("csat_score") || !frame.has(ID) || !answered.iter().all(|c| frame.has(c)) {
            continue;
        }
        for segment in &frame.segments {
            if let Some(rows) = scored(m, segment, held, answered, std::ptr::eq(frame, tickets), has_agent, &shape)? {
                surveys.segments.push(rows);
            }
        }
    }
    Ok(())
}

/// Keys of the tickets or calls that answered surveys are about.
fn held(surveys: &Frame, key: &str) -> Result<HashSet<i64>> {
    if !surveys.has(key) || !surveys.has("answered_at") {
        return Ok(HashSet::new());
    }
    let answers = surveys.longs(key)?.into_iter().zip(surveys.longs("answered_at")?);
    Ok(answers.filter(|(key, at)| *key != MISSING && *at != MISSING).map(|(key, _)| key).collect())
}

/// The rows of a segment that carry a score, in the shape of the surveys. An answer that a survey about the ticket or call `held` already
/// is not made a second one.
fn scored(
    m: &Making<'_>,
    s: &DataFrame,
    held: &HashSet<i64>,
    at: [&str; 3],
    is_ticket: bool,
    has_agent: bool,
    shape: &DataFrame,
) -> Result<Option<DataFrame>> {
    let marks = get(s, "csat_score")?.as_materialized_series().is_not_null();
    let is_new = BooleanChunked::from_iter_values("new".into(), longs(get(s, ID)?)?.into_iter().map(|key| !held.contains(&key)));
    let rows = s.filter(&(marks & is_new)).map_err(bug)?;
    if rows.height() == 0 {
        return Ok(None);
    }
    let answered_at = |rows: &DataFrame| -> Result<Vec<i64>> {
        let times: Vec<Vec<i64>> = at.iter().map(|c| longs(get(rows, c)?)).collect::<Result<_>>()?;
        Ok((0..rows.height()).map(|i| times.iter().find_map(|t| known(t[i])).unwrap_or(MISSING)).collect())
    };
    let is_past = BooleanChunked::from_iter_values("past".into(), answered_at(&rows)?.into_iter().map(|t| t < m.desk.as_of));
    let rows = rows.filter(&is_past).map_err(bug)?;
    let answered = answered_at(&rows)?;
    let mut columns = Vec::new();
    for old in shape.columns() {
        let name = old.name().as_str();
        let own = match name {
            "ticket_id_key" if is_ticket => Some(ID),
            "call_id_key" if !is_ticket => Some(ID),
            "ticket_id" if is_ticket => Some("id"),
            "call_id" if !is_ticket => Some("id"),
            "score" => Some("csat_score"),
            // Of a ticket who had it when the answer was given, which is found with all others.
            "agent" if has_agent && !is_ticket => Some("agent"),
            _ if !is_ticket && OF_CALL.contains(&name) => Some(name),
            _ => None,
        };
        columns.push(match own.and_then(|c| rows.column(c).ok()) {
            Some(column) => column.clone().with_name(name.into()).cast(old.dtype()).map_err(bug)?,
            None if name == "answered_at" => Values::Long(answered.clone()).column(name, 0..rows.height()),
            None => Column::full_null(name.into(), rows.height(), old.dtype()),
        });
    }
    DataFrame::new(rows.height(), columns).map(Some).map_err(bug)
}

/// Adds the wanted columns; `facts` holds tickets and calls.
pub(super) fn add(m: &Making<'_>, surveys: &mut Frame, facts: &Facts) -> Result<()> {
    let want = |name: &str| m.wanted.has(Table::Surveys, name);
    if !m.wanted.needs_any(Source::Surveys) {
        return Ok(());
    }
    let of_ticket: Vec<&str> = OF_TICKET.into_iter().filter(|c| want(c)).collect();
    let is_of_agent = want("agent");
    if is_of_agent {
        // Where nothing tells of the work, it was done before it was asked about.
        let asked = surveys.longs("sent_at")?.into_iter().zip(surveys.longs("answered_at")?);
        let asked = asked.map(|(sent, answered)| known(sent).unwrap_or(answered)).collect();
        surveys.set(WORKED_AT, &Values::Long(asked))?;
    }
    if (!of_ticket.is_empty() || is_of_agent) && surveys.has("ticket_id_key") {
        let index = IdxCa::from_iter_options("i".into(), ticket_rows(surveys, facts)?.into_iter());
        let found = |names: &[&str]| facts.columns(Table::Tickets, names)?.collect()?.take(&index).map_err(bug);
        for column in found(&of_ticket)?.columns() {
            take_over(surveys, column)?;
        }
        if is_of_agent {
            let (agents, worked) = asked_about(surveys, &found(&["agent", "resolved_at", "first_resolver", "reopened_at"])?)?;
            take_over(surveys, &Values::Text(agents).column("agent", 0..surveys.height()))?;
            surveys.set(WORKED_AT, &Values::Long(worked))?;
        }
    }
    if is_of_agent {
        surveys.add("agent", |s| super::tickets::agents_of(m, s, &["agent"]))?;
        add_attributes(m, surveys, Table::Surveys, WORKED_AT, "group")?;
    }
    Ok(())
}

/// When the work was done that a survey asks about.
const WORKED_AT: &str = "worked_at";

/// For each survey who had its ticket when the answer was given, and when that one's work was done: an answer from before the ticket was
/// reopened is about who resolved it first, and whoever moves to another team leaves the answers about earlier work with the old one.
fn asked_about(surveys: &Frame, tickets: &DataFrame) -> Result<(Vec<u32>, Vec<i64>)> {
    let (answered, sent) = (surveys.longs("answered_at")?, surveys.longs("sent_at")?);
    let (agent, first) = (codes(get(tickets, "agent")?)?, codes(get(tickets, "first_resolver")?)?);
    let (resolved, reopened) = (longs(get(tickets, "resolved_at")?)?, longs(get(tickets, "reopened_at")?)?);
    let one = |i: usize| {
        let given = known(answered[i]).or(known(sent[i]));
        let is_before = given.zip(known(reopened[i])).is_some_and(|(given, again)| given < again) && first[i] != NONE;
        let done = known(resolved[i]).filter(|t| given.is_none_or(|given| *t <= given));
        (if is_before { first[i] } else { agent[i] }, done.or(known(sent[i])).or(given).unwrap_or(MISSING))
    };
    Ok((0..agent.len()).map(one).unzip())
}

/// For each survey the row of its ticket.
fn ticket_rows(surveys: &Frame, facts: &Facts) -> Result<Vec<Option<IdxSize>>> {
    let wanted = surveys.longs("ticket_id_key")?;
    let mut row_of: HashMap<i64, Option<IdxSize>, foldhash::fast::FixedState> = HashMap::default();
    row_of.extend(wanted.iter().filter(|k| **k != MISSING).map(|k| (*k, None)));
    for (row, key) in facts.frame(Table::Tickets).longs("id_key")?.into_iter().enumerate() {
        if let Some(found) = row_of.get_mut(&key) {
            *found = Some(row as IdxSize);
        }
    }
    Ok(wanted.iter().map(|k| row_of.get(k).copied().flatten()).collect())
}

/// Sets a column where the survey itself says nothing.
fn take_over(surveys: &mut Frame, found: &Column) -> Result<()> {
    let name = found.name().to_string();
    let mut from = 0;
    for segment in &mut surveys.segments {
        let rows = segment.height();
        let slice = found.slice(from as i64, rows);
        let column = match segment.column(&name) {
            Ok(own) => own
                .as_materialized_series()
                .zip_with(&own.as_materialized_series().is_not_null(), slice.as_materialized_series())
                .map_err(bug)?
                .into_column(),
            Err(_) => slice,
        };
        segment.with_column(column.with_name(name.as_str().into())).map_err(bug)?;
        from += rows;
    }
    Ok(())
}
