//! The events of every ticket in the order of time.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use rayon::prelude::*;

use super::{Making, Table};
use crate::clock::timeline::{Event, EventKind, Role, Status};
use crate::columns::Source;
use crate::desk::{Frame, MISSING, NONE, code_of};
use crate::error::{Error, Result};
use crate::settings::sla::STATUSES;

/// Columns of the events it is made from.
pub(super) const COLUMNS: [&str; 9] =
    ["ticket_id_key", "at", "kind", "status", "priority", "group", "assignee", "hold_reason", "actor_role"];

/// All events, those of a ticket side by side and in the order of time; ties stay in the order of the files.
#[derive(Debug, Default)]
pub(super) struct EventLog {
    /// For each ticket row where its events start; one entry more than tickets. Empty without any event.
    starts: Vec<u32>,
    events: Vec<Event>,
}

impl EventLog {
    /// The events of the tickets of a desk.
    pub(super) fn read(m: &Making<'_>, tickets: &Frame) -> Result<Self> {
        let events = m.desk.frame(Source::TicketEvents);
        if events.height() == 0 || !["ticket_id_key", "at"].iter().all(|c| events.has(c)) || !tickets.has("id_key") {
            return Ok(Self::default());
        }
        let rows = rows_of(&tickets.longs("id_key")?, &events.longs("ticket_id_key")?);
        let told = told(m, events)?;
        let mut starts = vec![0u32; tickets.height() + 1];
        rows.iter().filter(|r| **r != NONE).for_each(|&r| starts[r as usize + 1] += 1);
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut next = starts.clone();
        let mut order = vec![0u32; starts[starts.len() - 1] as usize];
        for (event, &row) in rows.iter().enumerate().filter(|(_, r)| **r != NONE) {
            order[next[row as usize] as usize] = event as u32;
            next[row as usize] += 1;
        }
        drop((rows, next));
        let mut events: Vec<Event> = order.par_iter().map(|&i| told[i as usize]).collect();
        sort_within(&starts, &mut events);
        Ok(Self { starts, events })
    }

    /// Whether there are any.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The events of a ticket by the number of its row.
    pub(super) fn of(&self, row: usize) -> &[Event] {
        match self.starts.get(row..row + 2) {
            Some(ends) => &self.events[ends[0] as usize..ends[1] as usize],
            None => &[],
        }
    }
}

/// The ticket row of every event, [`NONE`] for those of no ticket of the desk.
fn rows_of(tickets: &[i64], events: &[i64]) -> Vec<u32> {
    let mut row_of: HashMap<i64, u32, FixedState> = HashMap::with_capacity_and_hasher(tickets.len(), FixedState::default());
    row_of.extend(tickets.iter().enumerate().filter(|(_, key)| **key != MISSING).map(|(row, key)| (*key, row as u32)));
    events.par_iter().map(|key| row_of.get(key).copied().unwrap_or(NONE)).collect()
}

/// Sorts the events of each ticket by time, where they are not yet.
fn sort_within(starts: &[u32], events: &mut [Event]) {
    for ends in starts.windows(2) {
        let of_ticket = &mut events[ends[0] as usize..ends[1] as usize];
        if !of_ticket.is_sorted_by_key(|e| e.at) {
            of_ticket.sort_by_key(|e| e.at);
        }
    }
}

/// The events in the order of the files. Those without an instant, which none has, would be at the beginning of time.
fn told(m: &Making<'_>, events: &Frame) -> Result<Vec<Event>> {
    let words = Words::new()?;
    let texts = |name: &&str| match events.has(name) {
        true if *name == "assignee" => agents(m, &events.codes(name)?),
        true => events.codes(name),
        false => Ok(vec![NONE; events.height()]),
    };
    let at = events.longs("at")?;
    let names = ["kind", "status", "priority", "group", "assignee", "hold_reason", "actor_role"];
    let columns = names.par_iter().map(texts).collect::<Result<Vec<_>>>()?;
    let [kind, status, priority, group, assignee, hold_reason, role] = &columns[..] else {
        return Err(Error::bug("seven columns were asked for"));
    };
    let one = |i: usize| Event {
        at: at[i],
        kind: words.kind(kind[i]),
        status: words.status(status[i]),
        priority: words.priority(priority[i]),
        group: group[i],
        assignee: assignee[i],
        hold_reason: hold_reason[i],
        role: words.role(role[i]),
    };
    Ok((0..at.len()).into_par_iter().map(one).collect())
}

/// The agents of assignees, on all cores.
fn agents(m: &Making<'_>, assignees: &[u32]) -> Result<Vec<u32>> {
    let parts = assignees.par_chunks(crate::desk::SEGMENT).map(|part| m.identity.agents(part)).collect::<Result<Vec<_>>>()?;
    Ok(parts.concat())
}

/// The codes of the canonical words.
#[derive(Debug)]
pub(super) struct Words {
    statuses: Vec<(u32, Status)>,
    kinds: [(u32, EventKind); 9],
    roles: [(u32, Role); 3],
    priorities: [u32; 5],
}

impl Words {
    pub(super) fn new() -> Result<Self> {
        let of = |text: &str| code_of(text);
        Ok(Self {
            statuses: STATUSES.iter().map(|(word, status)| Ok((of(word)?, *status))).collect::<Result<_>>()?,
            kinds: [
                (of("created")?, EventKind::Created),
                (of("status")?, EventKind::Status),
                (of("assigned")?, EventKind::Assigned),
                (of("priority")?, EventKind::Priority),
                (of("reply_public")?, EventKind::ReplyPublic),
                (of("reply_internal")?, EventKind::ReplyInternal),
                (of("reopened")?, EventKind::Reopened),
                (of("resolved")?, EventKind::Resolved),
                (of("closed")?, EventKind::Closed),
            ],
            roles: [(of("agent")?, Role::Agent), (of("requester")?, Role::Requester), (of("system")?, Role::System)],
            priorities: [of("P1")?, of("P2")?, of("P3")?, of("P4")?, of("P5")?],
        })
    }

    pub(super) fn status(&self, code: u32) -> Option<Status> {
        self.statuses.iter().find(|(c, _)| *c == code).map(|(_, s)| *s)
    }

    fn kind(&self, code: u32) -> EventKind {
        self.kinds.iter().find(|(c, _)| *c == code).map_or(EventKind::Other, |(_, k)| *k)
    }

    fn role(&self, code: u32) -> Role {
        self.roles.iter().find(|(c, _)| *c == code).map_or(Role::Unknown, |(_, r)| *r)
    }

    /// 1 to 5; 0 for none.
    pub(super) fn priority(&self, code: u32) -> u8 {
        self.priorities.iter().position(|c| *c == code).map_or(0, |p| p as u8 + 1)
    }

    /// The code of the word of a priority.
    pub(super) fn priority_code(&self, priority: u8) -> u32 {
        usize::from(priority).checked_sub(1).and_then(|i| self.priorities.get(i)).copied().unwrap_or(NONE)
    }

    /// The code of the word of a status.
    pub(super) fn status_code(&self, status: Status) -> u32 {
        self.statuses.iter().find(|(_, s)| *s == status).map_or(NONE, |(c, _)| *c)
    }
}

/// What a fact that needs the events is made of.
pub(super) fn needed() -> Vec<(Table, &'static str)> {
    COLUMNS.iter().map(|n| (Table::TicketEvents, *n)).chain([(Table::Tickets, "id_key")]).collect()
}
