//! Chains of contacts of one requester, and what they took.

use std::collections::BTreeMap;

use super::{Asked, Contact};

/// Contacts by number, in the order of time; at least one.
pub type Chain = Vec<u32>;

/// The chains of all contacts whose requester is known, in the order of requester (and subject) and time.
pub fn chains(contacts: &[Contact], window: i64, is_same_subject: bool) -> Vec<Chain> {
    let key = |i: u32| {
        let c = &contacts[i as usize];
        (c.requester, if is_same_subject { c.subject } else { 0 })
    };
    let mut order: Vec<u32> = (0..contacts.len() as u32).filter(|&i| contacts[i as usize].requester.is_some()).collect();
    order.sort_by_key(|&i| (key(i), contacts[i as usize].at, contacts[i as usize].id, i));
    let mut out: Vec<Chain> = Vec::new();
    for i in order {
        let follows = |last: u32| key(last) == key(i) && contacts[i as usize].at - contacts[last as usize].at <= window;
        match out.last_mut().filter(|chain| chain.last().is_some_and(|&last| follows(last))) {
            Some(chain) => chain.push(i),
            None => out.push(vec![i]),
        }
    }
    out
}

/// Most contacts of a chain that have a line of their own; longer ones are put together.
pub const LONGEST: usize = 5;

/// What it took, over the chains that began in the span whatever they were about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Contacts in the span.
    pub contacts: u64,
    /// Of them, those of nobody knows whom.
    pub unknown: u64,
    /// Of them, those that came no later than the window after another of the same requester.
    pub repeats: u64,
    /// Of those, after one about the same.
    pub same_subject: u64,
    /// Chains by number of contacts: 1, 2, 3, 4, 5 and more.
    pub chains: [u64; LONGEST],
    /// Chains of one contact whose window has not elapsed: another may still come. Not among `chains`.
    pub undecided: u64,
    /// Chains of several contacts that changed what they were about.
    pub other_subject: u64,
    /// Chains of several contacts that changed the channel.
    pub switched: u64,
    /// Changes of channel, from and to, of contacts in the span.
    pub switches: BTreeMap<(u32, u32), u64>,
}

/// Counts what it took; `any` and `same` are the [`chains`] of the contacts whatever they were about, and about the same.
pub fn taken(contacts: &[Contact], any: &[Chain], same: &[Chain], asked: &Asked) -> Taken {
    let of = |i: u32| &contacts[i as usize];
    let beyond_first = |all: &[Chain]| all.iter().flat_map(|c| &c[1..]).filter(|&&i| asked.holds(of(i).at)).count() as u64;
    let now = || contacts.iter().filter(|c| asked.holds(c.at));
    let mut out = Taken {
        contacts: now().count() as u64,
        unknown: now().filter(|c| c.requester.is_none()).count() as u64,
        repeats: beyond_first(any),
        same_subject: beyond_first(same),
        ..Taken::default()
    };
    for chain in any {
        for pair in chain.windows(2).filter(|pair| asked.holds(of(pair[1]).at)) {
            if let (Some(from), Some(to)) = (of(pair[0]).channel, of(pair[1]).channel)
                && from != to
            {
                *out.switches.entry((from, to)).or_default() += 1;
            }
        }
        if !asked.holds(of(chain[0]).at) {
            continue;
        }
        if chain.len() == 1 && of(chain[0]).at + asked.window > asked.seen_until {
            out.undecided += 1;
            continue;
        }
        out.chains[chain.len().min(LONGEST) - 1] += 1;
        out.other_subject += u64::from(chain.iter().any(|&i| of(i).subject != of(chain[0]).subject));
        let mut channels = chain.iter().filter_map(|&i| of(i).channel);
        let first = channels.next();
        out.switched += u64::from(channels.any(|c| Some(c) != first));
    }
    out
}
