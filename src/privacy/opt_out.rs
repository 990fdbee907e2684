//! The scorecard without people who want no card.
//!
//! They stay in all totals. Where all others are shown one by one, what is missing to a total is theirs: so at least three people of a
//! team and supplier are shown in no list, those who opted out and, where they are fewer, colleagues with the fewest rows.

use std::collections::{BTreeMap, BTreeSet};

use super::lists::{self, Named};
use super::texts::rewritten;
use super::view::{People, SUPPLIER, TEAM};
use super::words::Words;
use crate::error::Result;
use crate::say;
use crate::scorecard::{Card, CardKind, Scorecard};

/// People whose sum is nobody's own.
const TOGETHER: usize = 3;

/// People who are in no list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withheld {
    /// They asked for it: they are named nowhere.
    pub opted_out: BTreeSet<String>,
    /// Colleagues whose figures would give theirs away.
    pub beside: BTreeSet<String>,
}

impl Withheld {
    /// Those who opted out, and as many colleagues as it takes.
    pub fn new(scorecard: &Scorecard, opted_out: &BTreeSet<String>) -> Self {
        let mut cells: BTreeMap<[&str; 2], Vec<&Card>> = BTreeMap::new();
        for card in scorecard.cards.iter().filter(|c| c.kind == CardKind::Agent) {
            cells.entry([TEAM, SUPPLIER].map(|label| said(card, crate::language::text(label)))).or_default().push(card);
        }
        let mut beside = BTreeSet::new();
        for mut cards in cells.into_values() {
            let own = cards.iter().filter(|c| opted_out.contains(&c.name)).count();
            if own == 0 {
                continue;
            }
            cards.retain(|c| !opted_out.contains(&c.name));
            cards.sort_by_key(|c| (c.kpis.iter().map(|k| k.n).sum::<u64>(), &c.name));
            beside.extend(cards.iter().take(TOGETHER.saturating_sub(own)).map(|c| c.name.clone()));
        }
        Self { opted_out: opted_out.clone(), beside }
    }

    /// Whether somebody is in no list.
    pub fn has(&self, name: &str) -> bool {
        self.opted_out.contains(name) || self.beside.contains(name)
    }

    /// A text without those who opted out, or their other names.
    pub fn told(&self, text: &str, other_names: &BTreeSet<String>) -> String {
        self.words(other_names).replaced(text)
    }

    fn words(&self, more: &BTreeSet<String>) -> Words {
        People::default().and(self.opted_out.iter().chain(more).cloned()).words(|_| say!("a person").to_owned())
    }
}

fn said<'a>(card: &'a Card, label: &str) -> &'a str {
    card.about.iter().find(|(l, _)| l == label).map_or("", |(_, value)| value.as_str())
}

/// The scorecard without some people: no card, dot, bar or row of theirs, and "a person" where a sentence names who opted out.
///
/// # Errors
/// Never but for a bug of ours.
pub fn opt_out(scorecard: &Scorecard, withheld: &Withheld) -> Result<Scorecard> {
    if withheld.opted_out.is_empty() {
        return Ok(scorecard.clone());
    }
    let words = withheld.words(&BTreeSet::new());
    let mut out = scorecard.clone();
    let gone = |c: &Card| c.kind == CardKind::Agent && withheld.has(&c.name);
    let slugs = out.cards.iter().filter(|c| gone(c)).map(|c| (c.slug.clone(), String::new())).collect();
    out.cards.retain(|c| !gone(c));
    lists::each(&mut out, &mut |mut list: Named<'_>| list.retain(|name| !withheld.has(name) && !words.is_in(name)));
    rewritten(&out, &words, &slugs)
}
