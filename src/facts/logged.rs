//! Whether a call left a ticket: the one it names, else one of the same requester around the same time.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;

use super::repeat::time_order;
use crate::desk::{Frame, MISSING, known};
use crate::error::Result;

/// The time around a call in which a ticket of the same requester is its record: seconds before its start, after its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) before: i64,
    pub(super) after: i64,
}

/// For each answered call whether it was logged; `None` if that cannot be told (no ticket named, caller unknown).
///
/// A ticket is the record of one call only: two calls need two tickets, unless both name the same one.
pub(super) fn logged(calls: &Frame, tickets: &Frame, is_contact: &[bool], window: Window) -> Result<Vec<Option<bool>>> {
    let (start, end) = (calls.longs("start_at")?, calls.longs("end_at")?);
    let (named, caller) = (calls.longs("ticket_id_key")?, calls.longs("caller_key")?);
    let mut by_requester: HashMap<i64, Vec<(i64, bool)>, FixedState> = HashMap::default();
    let (requester, created, id) = (tickets.longs("requester_key")?, tickets.longs("created_at")?, tickets.longs("id_key")?);
    let taken: HashSet<i64, FixedState> = named.iter().copied().filter(|k| *k != MISSING).collect();
    for row in 0..requester.len() {
        if requester[row] != MISSING && created[row] != MISSING && !taken.contains(&id[row]) {
            by_requester.entry(requester[row]).or_default().push((created[row], false));
        }
    }
    by_requester.values_mut().for_each(|v| v.sort_unstable());
    let order = time_order(&start, &calls.longs("id_key")?);
    let mut out = vec![None; start.len()];
    // A call nobody answered takes no ticket from the one that was answered.
    for i in (0..start.len()).map(|i| order.as_ref().map_or(i, |order| order[i] as usize)).filter(|&i| is_contact[i]) {
        out[i] = match (known(named[i]), known(caller[i])) {
            (Some(_), _) => Some(true),
            (None, Some(who)) => Some(by_requester.get_mut(&who).is_some_and(|tickets| take(tickets, start[i], end[i], window))),
            (None, None) => None,
        };
    }
    Ok(out)
}

fn take(tickets: &mut [(i64, bool)], start: i64, end: i64, window: Window) -> bool {
    let (from, to) = (start - window.before, known(end).unwrap_or(start) + window.after);
    let first = tickets.partition_point(|(t, _)| *t < from);
    let free = tickets[first..].iter_mut().take_while(|(t, _)| *t <= to).find(|(_, taken)| !taken);
    free.map(|ticket| ticket.1 = true).is_some()
}
