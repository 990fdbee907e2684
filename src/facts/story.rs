//! What the events of a ticket tell that its row does not: where it came in, when it was first answered, how often it moved.

use std::collections::HashMap;

use super::Making;
use crate::columns::Source;
use crate::desk::{MISSING, NONE, code_of};
use crate::error::Result;

/// The story of one ticket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Story {
    /// The first group any event names.
    pub(super) first_group: u32,
    /// The first public reply, seconds UTC.
    pub(super) first_reply: i64,
    /// Events that reopened it.
    pub(super) reopened: i32,
    /// Changes from one group to another.
    pub(super) moves: i32,
    last_group: u32,
}

/// Stories by ticket key; empty without events.
pub(super) fn stories(m: &Making<'_>) -> Result<HashMap<i64, Story>> {
    let events = m.desk.frame(Source::TicketEvents);
    let mut out: HashMap<i64, Story> = HashMap::new();
    if events.height() == 0 || !["ticket_id_key", "kind", "group"].iter().all(|c| events.has(c)) {
        return Ok(out);
    }
    let (keys, at) = (events.longs("ticket_id_key")?, events.longs("at")?);
    let (kind, group) = (events.codes("kind")?, events.codes("group")?);
    let (reply, reopened) = (code_of("reply_public")?, code_of("reopened")?);
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    order.sort_by_key(|&i| at[i as usize]);
    for i in order.into_iter().map(|i| i as usize).filter(|&i| keys[i] != MISSING) {
        let story =
            out.entry(keys[i]).or_insert(Story { first_group: NONE, first_reply: MISSING, reopened: 0, moves: 0, last_group: NONE });
        if kind[i] == reply && story.first_reply == MISSING {
            story.first_reply = at[i];
        }
        story.reopened += i32::from(kind[i] == reopened);
        if group[i] != NONE {
            story.moves += i32::from(story.last_group != NONE && story.last_group != group[i]);
            if story.first_group == NONE {
                story.first_group = group[i];
            }
            story.last_group = group[i];
        }
    }
    Ok(out)
}
