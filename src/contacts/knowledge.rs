//! Where knowledge is missing: much work, few articles, few solved at first contact.

use std::collections::BTreeMap;

use crate::stats::Proportion;
use crate::stats::interval::wilson;

/// A resolved ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Solved {
    /// What it was about, by number.
    pub subject: u32,
    /// Whether an article was linked; `None` if the export does not say.
    pub is_linked: Option<bool>,
    /// Whether it was solved at first contact; `None` if that cannot be told.
    pub is_first: Option<bool>,
}

/// A share with its limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Hits.
    pub hits: u64,
    /// Rows of which it is known.
    pub n: u64,
    /// Limits; see [`Gaps::confidence`].
    pub interval: (f64, f64),
}

impl Share {
    /// The share.
    pub fn value(&self) -> f64 {
        self.hits as f64 / self.n as f64
    }
}

/// A category with a gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// What it is about, by number.
    pub subject: u32,
    /// Resolved tickets.
    pub tickets: u64,
    /// Those with an article.
    pub linked: Share,
    /// Those solved at first contact.
    pub first: Share,
    /// The same shares of all other categories.
    pub others: (f64, f64),
    /// Tickets that would have been solved at first contact at the others' rate.
    pub missed: f64,
    /// Whether both shares lie below the others' even at the upper limit.
    pub is_clear: bool,
}

/// Categories with more than their part of the work, and both shares below the others'.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gaps {
    /// Most missed first.
    pub gaps: Vec<Gap>,
    /// Categories looked at: those with both shares.
    pub looked_at: u64,
    /// Confidence of every interval, so that all of them hold with 95 %.
    pub confidence: f64,
}

#[derive(Default, Clone, Copy)]
struct Counts {
    tickets: u64,
    linked: (u64, u64),
    first: (u64, u64),
}

impl Counts {
    fn add(&mut self, s: Solved) {
        let count = |(hits, n): &mut (u64, u64), is: Option<bool>| {
            *hits += u64::from(is == Some(true));
            *n += u64::from(is.is_some());
        };
        self.tickets += 1;
        count(&mut self.linked, s.is_linked);
        count(&mut self.first, s.is_first);
    }
}

/// Finds the gaps.
pub fn gaps(solved: &[Solved]) -> Gaps {
    let (mut by_subject, mut all): (BTreeMap<u32, Counts>, Counts) = (BTreeMap::new(), Counts::default());
    for s in solved {
        by_subject.entry(s.subject).or_default().add(*s);
        all.add(*s);
    }
    by_subject.retain(|_, c| c.linked.1 > 0 && c.first.1 > 0);
    let looked_at = by_subject.len() as u64;
    let confidence = 1.0 - 0.05 / (2 * looked_at).max(1) as f64;
    let mean = solved.len() as f64 / looked_at.max(1) as f64;
    let mut gaps: Vec<Gap> =
        by_subject.iter().filter(|(_, c)| c.tickets as f64 >= mean).filter_map(|(s, c)| gap(*s, c, &all, confidence)).collect();
    gaps.sort_by(|a, b| b.is_clear.cmp(&a.is_clear).then(b.missed.total_cmp(&a.missed)).then(a.subject.cmp(&b.subject)));
    Gaps { gaps, looked_at, confidence }
}

fn gap(subject: u32, own: &Counts, all: &Counts, confidence: f64) -> Option<Gap> {
    let others = |all: (u64, u64), own: (u64, u64)| (all.1 > own.1).then(|| (all.0 - own.0) as f64 / (all.1 - own.1) as f64);
    let (link_rate, first_rate) = (others(all.linked, own.linked)?, others(all.first, own.first)?);
    let share = |(hits, n): (u64, u64)| {
        let interval = wilson(Proportion::new(hits, n).ok()?, confidence).ok()?;
        Some(Share { hits, n, interval })
    };
    let (linked, first) = (share(own.linked)?, share(own.first)?);
    let is_gap = linked.value() < link_rate && first.value() < first_rate;
    let missed = (first_rate - first.value()) * first.n as f64;
    let is_clear = linked.interval.1 < link_rate && first.interval.1 < first_rate;
    is_gap.then_some(Gap { subject, tickets: own.tickets, linked, first, others: (link_rate, first_rate), missed, is_clear })
}
