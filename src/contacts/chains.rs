//! Chains of contacts of one requester, and what they took.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Asked, Contact, Key, by_requester};
use crate::stats::random::Random;

/// Chains of contacts: each is contacts by number, in the order of time, and at least one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chains {
    /// The contacts of all chains, one chain after the other.
    contacts: Vec<u32>,
    /// Where in `contacts` each chain ends.
    ends: Vec<u32>,
}

impl Chains {
    /// The chains in the order of requester (and subject) and time.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.ranges().map(|range| &self.contacts[range])
    }

    fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| start as usize..*end as usize)
    }

    /// Adds contacts of one requester (and subject) in the order of time.
    fn add(&mut self, of_one: &[Key], window: i64) {
        for chain in of_one.chunk_by(|before, after| after.at - before.at <= window) {
            self.contacts.extend(chain.iter().map(|key| key.number));
            self.ends.push(self.contacts.len() as u32);
        }
    }
}

/// The chains of all contacts whose requester is known: whatever they were about, and of those about the same.
pub fn chains(contacts: &[Contact], window: i64) -> (Chains, Chains) {
    let keys = by_requester(contacts);
    let subject = |key: &Key| contacts[key.number as usize].subject;
    let (mut any, mut same, mut about) = (Chains::default(), Chains::default(), Vec::new());
    for of_one in keys.chunk_by(|a, b| a.requester == b.requester) {
        any.add(of_one, window);
        about.clear();
        about.extend(of_one.iter().copied().filter(|key| subject(key).is_some()));
        about.sort_by_key(subject);
        about.chunk_by(|a, b| subject(a) == subject(b)).for_each(|of_subject| same.add(of_subject, window));
    }
    (any, same)
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
pub fn taken(contacts: &[Contact], any: &Chains, same: &Chains, asked: &Asked) -> Taken {
    let of = |i: u32| &contacts[i as usize];
    let beyond_first = |all: &Chains| all.iter().flat_map(|c| &c[1..]).filter(|&&i| asked.holds(of(i).at)).count() as u64;
    let now = || contacts.iter().filter(|c| asked.holds(c.at));
    let mut out = Taken {
        contacts: now().count() as u64,
        unknown: now().filter(|c| c.requester.is_none()).count() as u64,
        repeats: beyond_first(any),
        same_subject: beyond_first(same),
        ..Taken::default()
    };
    for chain in any.iter() {
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
pub(super) const DEALS: u32 = 10;
/// Where the numbers for dealing begin: any seed will do, but it stays the same.
pub(super) const SEED: u64 = 20_260_101;

/// How many contacts in the span would be repeats about the same if what people ask about had nothing to do with what they asked
/// before: the mean over deals of all subjects to all contacts, who asked when staying as it was. `any` are the chains whatever they
/// were about; a requester's subjects can be dealt to others.
pub fn by_chance(contacts: &[Contact], any: &Chains, asked: &Asked) -> f64 {
    let mut random = Random::new(SEED);
    let of = |i: u32| &contacts[i as usize];
    // By place among the chains: what is dealt is read in the order in which it lies.
    let mut dealt: Vec<Option<u32>> = any.contacts.iter().map(|&i| of(i).subject).collect();
    let places: Vec<u32> = (0..dealt.len() as u32).filter(|&place| dealt[place as usize].is_some()).collect();
    let mut subjects: Vec<u32> = dealt.iter().copied().flatten().collect();
    let can_repeat = |range: &Range<usize>| range.len() > 1 && any.contacts[range.clone()].iter().any(|&i| asked.holds(of(i).at));
    let ranges: Vec<Range<usize>> = any.ranges().filter(can_repeat).collect();
    // The last contact about each subject, and the chain it was in: none of another chain counts.
    let most = subjects.iter().max().map_or(0, |most| *most as usize + 1);
    let mut last: Vec<(u64, i64)> = vec![(0, 0); most];
    let (mut chain, mut total) = (0_u64, 0_u64);
    for _ in 0..DEALS {
        random.shuffle(&mut subjects);
        places.iter().zip(&subjects).for_each(|(&place, subject)| dealt[place as usize] = Some(*subject));
        for range in &ranges {
            chain += 1;
            for (&i, subject) in any.contacts[range.clone()].iter().zip(&dealt[range.clone()]) {
                let (at, Some(subject)) = (of(i).at, *subject) else { continue };
                let (of_chain, before) = std::mem::replace(&mut last[subject as usize], (chain, at));
                total += u64::from(of_chain == chain && at - before <= asked.window && asked.holds(at));
            }
        }
    }
    total as f64 / f64::from(DEALS)
}
