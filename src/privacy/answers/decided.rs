//! Which groups' satisfaction is told, of which periods, and whose: decided once for all pages of a scorecard.

use std::collections::{BTreeMap, BTreeSet};

use super::super::suppress::{Sum, suppress};
use super::{Answered, Answers, Whose};
use crate::scorecard::CardKind;

/// A team and a supplier: people of one cell are in the same totals.
type Cell<'a> = (&'a str, &'a str);

/// What may be shown.
#[derive(Debug, Default)]
pub(super) struct Decided {
    /// Figures that may not: kind, name, period; an empty period for all recent ones together.
    hidden: BTreeSet<(CardKind, String, String)>,
    /// People whose recent answers may be shown.
    people: BTreeSet<String>,
    /// Whether these are all of whom there are answers.
    is_everybody: bool,
}

impl Decided {
    /// From everybody's answers.
    pub(super) fn new(answers: &Answers, min_n: u64) -> Self {
        let people = people(answers, min_n);
        let is_everybody = answers.rows.iter().all(|r| r.n == 0 || people.contains(&r.agent));
        Self { hidden: hidden(answers, min_n), people, is_everybody }
    }

    /// Whether the figure of a period is told; of a period that no chart has, none is.
    pub(super) fn is_shown(&self, (kind, name): Whose<'_>, period: &str) -> bool {
        !self.hidden.contains(&(kind, name.to_owned(), period.to_owned()))
    }

    /// Whether the figure of the recent periods is.
    pub(super) fn is_recent_shown(&self, whose: Whose<'_>) -> bool {
        self.is_shown(whose, "")
    }

    /// Whether a person's is.
    pub(super) fn is_person_shown(&self, name: &str) -> bool {
        self.people.contains(name)
    }

    /// Whether everybody's is of whom there are answers.
    pub(super) fn is_everybody_shown(&self) -> bool {
        self.is_everybody
    }
}

/// Groups that a row counts for.
fn groups(row: &Answered) -> [(CardKind, &str); 3] {
    [(CardKind::Desk, ""), (CardKind::Team, &row.team), (CardKind::Supplier, &row.supplier)]
}

/// Every figure of desk, teams and suppliers by period and over the recent ones, less those that nothing small follows from.
fn hidden(answers: &Answers, min_n: u64) -> BTreeSet<(CardKind, String, String)> {
    let mut atoms: BTreeMap<(usize, Cell<'_>), u64> = BTreeMap::new();
    for row in &answers.rows {
        *atoms.entry((row.period, (&row.team, &row.supplier))).or_default() += row.n;
    }
    let places: BTreeMap<(usize, Cell<'_>), usize> = atoms.keys().enumerate().map(|(i, key)| (*key, i)).collect();
    let mut sums: BTreeMap<(CardKind, &str, &str), BTreeSet<usize>> = BTreeMap::new();
    for row in &answers.rows {
        let Some(period) = answers.periods.get(row.period) else { continue };
        let place = places[&(row.period, (row.team.as_str(), row.supplier.as_str()))];
        for (kind, name) in groups(row) {
            sums.entry((kind, name, period)).or_default().insert(place);
            if row.period >= answers.recent_from {
                sums.entry((kind, name, "")).or_default().insert(place);
            }
        }
    }
    let (names, sums): (Vec<_>, Vec<Sum>) =
        sums.into_iter().map(|(name, atoms)| (name, Sum { atoms, is_frame: name.0 == CardKind::Desk })).unzip();
    let sizes: Vec<u64> = atoms.into_values().collect();
    let hidden = suppress(&sizes, &sums, min_n);
    hidden.into_iter().map(|i| (names[i].0, names[i].1.to_owned(), names[i].2.to_owned())).collect()
}

/// Groups of which a person's answers are a part.
type Parts<'a> = BTreeMap<(CardKind, &'a str), u64>;

/// People with enough recent answers, so many that of those left in each team and supplier there are enough together or none.
///
/// Their figures are round; that the rest is large enough holds even for a reader who knows them to the row.
fn people(answers: &Answers, min_n: u64) -> BTreeSet<String> {
    let mut by_person: BTreeMap<&str, Parts<'_>> = BTreeMap::new();
    for row in answers.rows.iter().filter(|r| r.period >= answers.recent_from && r.n > 0) {
        let parts = by_person.entry(&row.agent).or_default();
        groups(row).into_iter().for_each(|group| *parts.entry(group).or_default() += row.n);
    }
    let total = |name: &str| by_person[name][&(CardKind::Desk, "")];
    let mut shown: BTreeSet<&str> = by_person.keys().copied().filter(|name| !name.is_empty() && total(name) >= min_n).collect();
    while let Some(next) = next_to_hide(&by_person, &shown, min_n) {
        shown.remove(next);
    }
    shown.into_iter().map(str::to_owned).collect()
}

/// Rows hidden, and who of those shown has the fewest.
type Group<'a> = (u64, Option<(u64, &'a str)>);

/// In a group of which too few rows are hidden, the person shown with the fewest.
fn next_to_hide<'a>(by_person: &BTreeMap<&'a str, Parts<'a>>, shown: &BTreeSet<&'a str>, min_n: u64) -> Option<&'a str> {
    let mut all: BTreeMap<(CardKind, &str), Group<'a>> = BTreeMap::new();
    for (name, parts) in by_person {
        for (group, n) in parts {
            let (hidden, least) = all.entry(*group).or_default();
            if shown.contains(name) {
                *least = Some(least.map_or((*n, *name), |known| known.min((*n, *name))));
            } else {
                *hidden += n;
            }
        }
    }
    all.into_values().find_map(|(hidden, least)| least.filter(|_| hidden > 0 && hidden < min_n).map(|(_, name)| name))
}
