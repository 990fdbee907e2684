//! Whether a call left a ticket: the one it names, else one of the same requester around the same time.

use std::collections::HashSet;

use foldhash::fast::FixedState;
use rayon::prelude::*;

use super::repeat::{PARTS, part_of, time_order};
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
    let (requester, created, id) = (tickets.longs("requester_key")?, tickets.longs("created_at")?, tickets.longs("id_key")?);
    let taken: HashSet<i64, FixedState> = named.iter().copied().filter(|k| *k != MISSING).collect();
    let mut tickets_of: Vec<Vec<Ticket>> = vec![Vec::new(); PARTS];
    for row in 0..requester.len() {
        if requester[row] != MISSING && created[row] != MISSING && !taken.contains(&id[row]) {
            tickets_of[part_of(requester[row])].push((requester[row], created[row], false));
        }
    }
    drop(taken);
    let order = time_order(&start, &calls.longs("id_key")?);
    let mut out = vec![None; start.len()];
    let mut calls_of: Vec<Vec<u32>> = vec![Vec::new(); PARTS];
    // A call nobody answered takes no ticket from the one that was answered.
    for i in (0..start.len()).map(|i| order.as_ref().map_or(i, |order| order[i] as usize)).filter(|&i| is_contact[i]) {
        match (known(named[i]), known(caller[i])) {
            (Some(_), _) => out[i] = Some(true),
            (None, Some(who)) => calls_of[part_of(who)].push(i as u32),
            (None, None) => {}
        }
    }
    // Calls of different people take nothing from each other.
    let found = tickets_of.into_par_iter().zip(calls_of).map(|(mut tickets, calls)| {
        tickets.sort_unstable();
        let mut is_taken = |i: usize| take(&mut tickets, caller[i], (start[i], end[i]), window);
        calls.into_iter().map(|i| (i, is_taken(i as usize))).collect::<Vec<_>>()
    });
    found.collect::<Vec<_>>().into_iter().flatten().for_each(|(i, is_logged)| out[i as usize] = Some(is_logged));
    Ok(out)
}

/// Requester, creation, and whether it is the record of a call already.
type Ticket = (i64, i64, bool);

/// Takes the first free ticket of a caller around a call; `tickets` are in order.
fn take(tickets: &mut [Ticket], caller: i64, (start, end): (i64, i64), window: Window) -> bool {
    let (from, to) = (start - window.before, known(end).unwrap_or(start) + window.after);
    let first = tickets.partition_point(|(who, at, _)| (*who, *at) < (caller, from));
    let mut near = tickets[first..].iter_mut().take_while(|(who, at, _)| *who == caller && *at <= to);
    near.find(|(.., is_taken)| !is_taken).map(|ticket| ticket.2 = true).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEAR: Window = Window { before: 10, after: 5 };

    #[test]
    fn a_ticket_is_the_record_of_one_call_of_its_own_requester() {
        let mut tickets = vec![(1, 90, false), (1, 104, false), (2, 100, false)];
        assert!(take(&mut tickets, 1, (100, MISSING), NEAR) && take(&mut tickets, 1, (100, MISSING), NEAR));
        assert!(!take(&mut tickets, 1, (100, MISSING), NEAR), "both are taken, and the third is another's");
        assert!(!take(&mut tickets, 2, (111, MISSING), NEAR), "more than 10 seconds before the call");
        assert!(!take(&mut tickets, 2, (80, 94), NEAR), "more than 5 seconds after it");
        assert!(take(&mut tickets, 2, (80, 95), NEAR));
        assert!(!take(&mut tickets, 3, (100, MISSING), NEAR));
    }
}
