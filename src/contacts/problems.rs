//! What comes back most: candidates for a problem record, with the contacts they cost.

use std::collections::{BTreeMap, BTreeSet};

use super::chains::Chains;
use super::{Asked, Contact};
use crate::stats::weighted_poisson;

/// One category, service and location.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Its number.
    pub cell: u32,
    /// Contacts in the span.
    pub contacts: u64,
    /// Contacts in the span beyond the first of their chain, of chains about the same whose first contact, as far back as contacts are
    /// looked at, was here.
    pub repeats: u64,
    /// Chains they are in.
    pub chains: u64,
    /// Requesters they are of.
    pub requesters: u64,
    /// Repeats a month, with limits.
    pub a_month: f64,
    /// Limits of the true number a month; see [`Problems::confidence`].
    pub interval: (f64, f64),
    /// Of the repeats, those that came by another channel than the contact before.
    pub switched: u64,
    /// Ids of a ticket of each of its longest chains.
    pub tickets: Vec<i64>,
}

/// The candidates.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Problems {
    /// Most repeats first.
    pub top: Vec<Problem>,
    /// Places with any repeat, among which they were chosen.
    pub looked_at: u64,
    /// Repeats of all of them.
    pub repeats: u64,
    /// Confidence of each interval, raised so that of all that are shown 95 % hold (Benjamini and Yekutieli 2005): the worst of many
    /// looks worse than it is.
    pub confidence: f64,
}

/// Tickets named of each.
const TICKETS: usize = 3;

#[derive(Default)]
struct Cell {
    repeats: u64,
    chains: u64,
    switched: u64,
    /// Repeats by requester: those of one person are one lump.
    by_requester: BTreeMap<i64, u64>,
    /// Repeats of a chain and its tickets.
    longest: BTreeSet<(std::cmp::Reverse<usize>, i64)>,
}

/// Finds the candidates in the chains about the same.
pub fn problems(contacts: &[Contact], same: &Chains, asked: &Asked, list: usize) -> Problems {
    let of = |i: u32| &contacts[i as usize];
    let mut cells: BTreeMap<u32, Cell> = BTreeMap::new();
    for chain in same.iter() {
        let first = of(chain[0]);
        let repeats = chain[1..].iter().filter(|&&i| asked.holds(of(i).at)).count();
        let Some(who) = first.requester.filter(|_| repeats > 0) else { continue };
        let cell = cells.entry(first.cell).or_default();
        cell.repeats += repeats as u64;
        cell.chains += 1;
        *cell.by_requester.entry(who).or_default() += repeats as u64;
        let pairs = chain.windows(2).filter(|p| asked.holds(of(p[1]).at));
        cell.switched += pairs.filter(|p| of(p[0]).channel.zip(of(p[1]).channel).is_some_and(|(a, b)| a != b)).count() as u64;
        if let Some(ticket) = chain.iter().find_map(|&i| of(i).ticket) {
            cell.longest.insert((std::cmp::Reverse(repeats), ticket));
            if cell.longest.len() > TICKETS {
                cell.longest.pop_last();
            }
        }
    }
    let mut all: BTreeMap<u32, u64> = BTreeMap::new();
    contacts.iter().filter(|c| asked.holds(c.at)).for_each(|c| *all.entry(c.cell).or_default() += 1);
    let mut order: Vec<(&u32, &Cell)> = cells.iter().collect();
    order.sort_by(|a, b| b.1.repeats.cmp(&a.1.repeats).then(b.1.by_requester.len().cmp(&a.1.by_requester.len())).then(a.0.cmp(b.0)));
    let shown = order.len().min(list);
    let confidence = if order.is_empty() { 0.95 } else { 1.0 - 0.05 * shown as f64 / order.len() as f64 };
    let problem = |(number, cell): &(&u32, &Cell)| {
        let lumps: Vec<f64> = cell.by_requester.values().map(|n| *n as f64).collect();
        let (low, high) = weighted_poisson::limits(&lumps, confidence).unwrap_or((0.0, f64::INFINITY));
        Problem {
            cell: **number,
            contacts: all.get(number).copied().unwrap_or(0),
            repeats: cell.repeats,
            chains: cell.chains,
            requesters: cell.by_requester.len() as u64,
            a_month: cell.repeats as f64 / asked.months,
            interval: (low / asked.months, high / asked.months),
            switched: cell.switched,
            tickets: cell.longest.iter().map(|(_, ticket)| *ticket).collect(),
        }
    };
    Problems {
        top: order[..shown].iter().map(problem).collect(),
        looked_at: order.len() as u64,
        repeats: order.iter().map(|(_, c)| c.repeats).sum(),
        confidence,
    }
}
