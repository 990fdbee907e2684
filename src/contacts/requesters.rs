//! How many contacts a requester has: the many who need one, and the few who need most.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::chains::Chains;
use super::{Asked, Contact};

/// Requesters by their number of contacts in the span: the first number of each line of the list.
pub const BINS: [u64; 5] = [1, 2, 3, 5, 10];

/// Requesters of a span.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Requesters {
    /// Requesters with a contact in the span.
    pub all: u64,
    /// Those whose contacts all stand alone, with nothing within the window before or after.
    pub one_contact: u64,
    /// Those of whom that cannot be told yet, because a window has not elapsed. Neither one nor the other.
    pub undecided: u64,
    /// Requesters and their contacts, by [`BINS`].
    pub bins: [(u64, u64); BINS.len()],
    /// The share of all contacts that the tenth of the requesters with most of them has; `None` below ten requesters.
    pub top_tenth: Option<f64>,
    /// The requesters with most contacts, most first, and how many.
    pub most: Vec<(i64, u64)>,
}

/// Counts the requesters; `any` are the chains whatever they were about, `list` how many of those with most contacts to list.
pub fn requesters(contacts: &[Contact], any: &Chains, asked: &Asked, list: usize) -> Requesters {
    let mut counts: HashMap<i64, u64, FixedState> = HashMap::default();
    for (who, _) in contacts.iter().filter_map(|c| Some((c.requester?, c.at))).filter(|(_, at)| asked.holds(*at)) {
        *counts.entry(who).or_default() += 1;
    }
    let mut out = Requesters { all: counts.len() as u64, ..Requesters::default() };
    let mut most: Vec<(i64, u64)> = counts.into_iter().collect();
    most.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    for (_, n) in &most {
        let bin = BINS.iter().rposition(|first| first <= n).unwrap_or(0);
        out.bins[bin] = (out.bins[bin].0 + 1, out.bins[bin].1 + n);
    }
    if most.len() >= 10 {
        let all: u64 = most.iter().map(|(_, n)| n).sum();
        let top: u64 = most[..most.len() / 10].iter().map(|(_, n)| n).sum();
        out.top_tenth = Some(top as f64 / all as f64);
    }
    most.truncate(list);
    out.most = most;
    // True: came back. False: stands alone, and nothing can come any more.
    let mut came_back: HashMap<i64, Option<bool>, FixedState> = HashMap::default();
    for chain in any.iter() {
        let (first, of_span) = (&contacts[chain[0] as usize], chain.iter().any(|&i| asked.holds(contacts[i as usize].at)));
        let Some(who) = first.requester.filter(|_| of_span) else { continue };
        let is_open = chain.len() == 1 && first.at + asked.window > asked.seen_until;
        let state = if is_open { None } else { Some(chain.len() > 1) };
        let before = came_back.entry(who).or_insert(state);
        *before = match (*before, state) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (None, _) | (_, None) => None,
            _ => Some(false),
        };
    }
    out.one_contact = came_back.values().filter(|s| **s == Some(false)).count() as u64;
    out.undecided = came_back.values().filter(|s| s.is_none()).count() as u64;
    out
}
