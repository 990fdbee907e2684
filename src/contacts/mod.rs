//! Who comes back about what. Pure: contacts in, counts out; nothing of exports or pages.
//!
//! A contact is a ticket or an answered call; a call and the ticket it was recorded on are one ([`join`]). Contacts of one requester, each
//! no later than a window after the one before, are a chain ([`chains`]); what lies in a chain beyond its first contact came back. A chain
//! is looked back from: whether a contact repeats another is known when it comes, so that nothing has to mature. Unknown requesters are
//! counted, and never chained.

pub mod chains;
pub mod handovers;
pub mod join;
pub mod knowledge;
pub mod problems;
pub mod requesters;

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

/// A ticket or an answered call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    /// Seconds UTC.
    pub at: i64,
    /// Who; `None` if nobody knows.
    pub requester: Option<i64>,
    /// What it was about, by number: contacts of one number are about the same; `None` if nobody knows, which is the same as nothing.
    pub subject: Option<u32>,
    /// Where in the list of category, service and location, by number.
    pub cell: u32,
    /// How it came, by number; `None` if nobody knows.
    pub channel: Option<u32>,
    /// Decides between contacts of the same second.
    pub id: i64,
    /// Id of the ticket it is, or is about; `None` for a call without one.
    pub ticket: Option<i64>,
}

/// A contact of somebody known, and its place in the order of requester and time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    requester: i64,
    at: i64,
    id: i64,
    /// Its number.
    number: u32,
}

/// The contacts of everybody known, by requester and time.
fn by_requester(contacts: &[Contact]) -> Vec<Key> {
    let key = |(number, c): (usize, &Contact)| Some(Key { requester: c.requester?, at: c.at, id: c.id, number: number as u32 });
    let mut keys: Vec<Key> = contacts.iter().enumerate().filter_map(key).collect();
    keys.par_sort_unstable();
    keys
}

/// What is asked of the contacts.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Seconds UTC: contacts counted.
    pub span: Range<i64>,
    /// Seconds after which a contact is no repeat any more.
    pub window: i64,
    /// Seconds UTC: the data end here.
    pub seen_until: i64,
    /// Length of the span in months of 365.25 / 12 days, for figures a month.
    pub months: f64,
}

impl Asked {
    /// Whether something lies in the span.
    pub(crate) fn holds(&self, at: i64) -> bool {
        self.span.contains(&at)
    }
}

/// Everything that is said of repeats, with the names behind the numbers. Hostile text: names come from exports.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeats {
    /// What was asked.
    pub asked: Asked,
    /// Columns of a cell.
    pub by: Vec<String>,
    /// Their values, by the number of the cell.
    pub cells: Vec<Vec<String>>,
    /// Subjects by number.
    pub subjects: Vec<String>,
    /// Channels by number.
    pub channels: Vec<String>,
    /// Ids of the tickets named, by their number.
    pub tickets: BTreeMap<i64, String>,
    /// What it took.
    pub taken: chains::Taken,
    /// Repeats about the same that chance alone would bring: see [`chains::by_chance`].
    pub by_chance: f64,
    /// What comes back.
    pub problems: problems::Problems,
    /// Who comes back.
    pub requesters: requesters::Requesters,
    /// Where knowledge is missing.
    pub knowledge: knowledge::Gaps,
    /// Days at the start of the span before which there are fewer than the window's: a repeat there may be taken for a first contact.
    pub short_days: u32,
}

impl Repeats {
    /// The name of a cell: its values, `(none)` for what is not known.
    pub fn cell(&self, number: u32) -> String {
        let said = |text: &String| if text.is_empty() { "(none)".to_owned() } else { text.clone() };
        self.cells.get(number as usize).map_or_else(String::new, |c| c.iter().map(said).collect::<Vec<_>>().join(" · "))
    }

    /// Whether any contact says what it is about.
    pub fn has_subjects(&self) -> bool {
        self.subjects.iter().any(|s| !s.is_empty())
    }

    /// The name of a subject.
    pub fn subject(&self, number: u32) -> &str {
        self.subjects.get(number as usize).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests;
