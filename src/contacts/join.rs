//! Tickets and calls as contacts: a call and the ticket that is its record are one.

use std::collections::HashMap;
use std::ops::{Range, RangeInclusive};

use foldhash::fast::FixedState;

use super::{Contact, by_requester};

/// A call that an agent answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Seconds UTC.
    pub start: i64,
    /// Seconds UTC; the start where it is not known.
    pub end: i64,
    /// Who; `None` if nobody knows.
    pub caller: Option<i64>,
    /// The id of the ticket it was recorded on, if the export says so.
    pub ticket: Option<i64>,
    /// What it was about, and where, by the numbers of a contact.
    pub subject: Option<u32>,
    /// See [`Contact::cell`].
    pub cell: u32,
    /// Decides between calls of the same second.
    pub id: i64,
}

/// When a ticket is the record of a call, and how a call comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Seconds before the call's start.
    pub before: i64,
    /// Seconds after its end.
    pub after: i64,
    /// Number of the channel of calls.
    pub phone: u32,
}

impl Rule {
    fn around(&self, call: &Call) -> RangeInclusive<i64> {
        call.start - self.before..=call.end + self.after
    }
}

/// The tickets of each requester in the order of time, by number.
struct OfRequesters {
    tickets: Vec<usize>,
    ranges: HashMap<i64, Range<usize>, FixedState>,
}

impl OfRequesters {
    fn new(tickets: &[Contact]) -> Self {
        let keys = by_requester(tickets);
        let mut ranges: HashMap<i64, Range<usize>, FixedState> = HashMap::default();
        for (place, key) in keys.iter().enumerate() {
            ranges.entry(key.requester).or_insert(place..place).end = place + 1;
        }
        Self { tickets: keys.into_iter().map(|key| key.number as usize).collect(), ranges }
    }

    fn of(&self, requester: i64) -> &[usize] {
        self.ranges.get(&requester).map_or(&[], |range| &self.tickets[range.clone()])
    }
}

/// All contacts, the tickets first, then the calls that are contacts of their own, each in the order given.
///
/// A call that names a ticket made around it is that ticket's contact; one that names an older ticket is a further contact about the
/// same. A call that names none belongs to the first ticket of the same requester made around it that no other call has, unless that
/// came by another channel. Calls are taken in the order of time, those of one second by id.
pub fn joined(tickets: Vec<Contact>, calls: &[Call], rule: Rule) -> Vec<Contact> {
    let by_id: HashMap<i64, usize, FixedState> = tickets.iter().enumerate().map(|(i, ticket)| (ticket.id, i)).collect();
    let of_requesters = OfRequesters::new(&tickets);
    let mut out = tickets;
    let mut order: Vec<&Call> = calls.iter().collect();
    order.sort_by_key(|c| (c.start, c.id));
    let mut is_taken = vec![false; out.len()];
    for call in &order {
        if let Some(&named) = call.ticket.and_then(|id| by_id.get(&id)) {
            is_taken[named] = true;
        }
    }
    for call in order {
        let named = call.ticket.and_then(|id| by_id.get(&id)).copied();
        let around = rule.around(call);
        let record = match named {
            Some(ticket) => Some(ticket).filter(|&t| around.contains(&out[t].at)),
            None if call.ticket.is_some() => None,
            None => {
                let of = call.caller.map_or(&[][..], |who| of_requesters.of(who));
                let first = of.partition_point(|&t| out[t].at < *around.start());
                let near = of[first..].iter().copied().take_while(|&t| out[t].at <= *around.end());
                near.into_iter().find(|&t| !is_taken[t] && out[t].channel.is_none_or(|c| c == rule.phone))
            }
        };
        if let Some(ticket) = record {
            is_taken[ticket] = true;
            out[ticket].channel.get_or_insert(rule.phone);
            continue;
        }
        let about = named.map(|t| out[t]);
        out.push(Contact {
            at: call.start,
            requester: call.caller.or(about.and_then(|t| t.requester)),
            subject: about.map_or(call.subject, |t| t.subject),
            cell: about.map_or(call.cell, |t| t.cell),
            channel: Some(rule.phone),
            id: call.id,
            ticket: about.and_then(|t| t.ticket),
        });
    }
    out
}
