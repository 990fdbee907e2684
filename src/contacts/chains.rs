//! Chains of contacts of one requester, and what they took.

use std::collections::BTreeMap;

use super::{Asked, Contact};
use crate::stats::random::Random;

/// Contacts by number, in the order of time; at least one.
pub type Chain = Vec<u32>;

/// The chains of all contacts whose requester (and subject) is known, in the order of requester (and subject) and time.
pub fn chains(contacts: &[Contact], window: i64, is_same_subject: bool) -> Vec<Chain> {
    let key = |i: u32| {
        let c = &contacts[i as usize];
        (c.requester, c.subject.filter(|_| is_same_subject))
    };
    let is_known = |c: &Contact| c.requester.is_some() && (c.subject.is_some() || !is_same_subject);
    let mut order: Vec<u32> = (0..contacts.len() as u32).filter(|&i| is_known(&contacts[i as usize])).collect();
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
        out.other_subject += u64::from(changes(chain.iter().filter_map(|&i| of(i).subject)));
        out.switched += u64::from(changes(chain.iter().filter_map(|&i| of(i).channel)));
    }
    out
}

/// Whether not all are the same.
fn changes(mut all: impl Iterator<Item = u32>) -> bool {
    let first = all.next();
    all.any(|other| Some(other) != first)
}

/// Times the subjects are dealt anew.
const DEALS: u32 = 10;
/// Where the numbers for dealing begin: any seed will do, but it stays the same.
const SEED: u64 = 20_260_101;

/// How many contacts in the span would be repeats about the same if what people ask about had nothing to do with what they asked
/// before: the mean over deals of all subjects to all contacts, who asked when staying as it was. `any` are the chains whatever they
/// were about; a requester's subjects can be dealt to others.
pub fn by_chance(contacts: &[Contact], any: &[Chain], asked: &Asked) -> f64 {
    let mut random = Random::new(SEED);
    let known: Vec<u32> = any.iter().flatten().copied().filter(|&i| contacts[i as usize].subject.is_some()).collect();
    let mut dealt: Vec<Option<u32>> = contacts.iter().map(|c| c.subject).collect();
    let mut subjects: Vec<Option<u32>> = known.iter().map(|&i| contacts[i as usize].subject).collect();
    let mut total = 0_u64;
    for _ in 0..DEALS {
        random.shuffle(&mut subjects);
        known.iter().zip(&subjects).for_each(|(&i, subject)| dealt[i as usize] = *subject);
        for chain in any.iter().filter(|chain| chain.len() > 1) {
            let mut last: BTreeMap<u32, i64> = BTreeMap::new();
            for &i in chain {
                let at = contacts[i as usize].at;
                let Some(subject) = dealt[i as usize] else { continue };
                let before = last.insert(subject, at);
                total += u64::from(asked.holds(at) && before.is_some_and(|before| at - before <= asked.window));
            }
        }
    }
    total as f64 / f64::from(DEALS)
}
