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
type Parts<'a> = BTreeMap<Group<'a>, u64>;

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
    let mut left = Left::default();
    for (name, parts) in &by_person {
        parts.iter().for_each(|(group, n)| left.counts(*group, (*n, *name), shown.contains(name)));
    }
    left.too_few = left.groups.keys().copied().filter(|group| left.is_too_few(*group, min_n)).collect();
    while let Some(next) = left.next_to_hide() {
        shown.remove(next);
        by_person[next].iter().for_each(|(group, n)| left.hides(*group, (*n, next), min_n));
    }
    shown.into_iter().map(str::to_owned).collect()
}

/// A team, a supplier, or the desk.
type Group<'a> = (CardKind, &'a str);

/// Rows hidden, and who is shown with how many.
type Rows<'a> = (u64, BTreeSet<(u64, &'a str)>);

/// What is left of each group without the people shown: counted once, and changed where somebody is hidden.
#[derive(Debug, Default)]
struct Left<'a> {
    groups: BTreeMap<Group<'a>, Rows<'a>>,
    /// Groups of which too few rows are hidden, and somebody is shown.
    too_few: BTreeSet<Group<'a>>,
}

impl<'a> Left<'a> {
    /// Counts somebody's rows.
    fn counts(&mut self, group: Group<'a>, who: (u64, &'a str), is_shown: bool) {
        let (hidden, shown) = self.groups.entry(group).or_default();
        if is_shown {
            shown.insert(who);
        } else {
            *hidden += who.0;
        }
    }

    fn is_too_few(&self, group: Group<'a>, min_n: u64) -> bool {
        self.groups.get(&group).is_some_and(|(hidden, shown)| *hidden > 0 && *hidden < min_n && !shown.is_empty())
    }

    /// In the first group of which too few rows are hidden, the person shown with the fewest.
    fn next_to_hide(&self) -> Option<&'a str> {
        self.groups[self.too_few.first()?].1.first().map(|(_, name)| *name)
    }

    /// Hides somebody.
    fn hides(&mut self, group: Group<'a>, who: (u64, &'a str), min_n: u64) {
        if let Some((hidden, shown)) = self.groups.get_mut(&group) {
            shown.remove(&who);
            *hidden += who.0;
        }
        if self.is_too_few(group, min_n) {
            self.too_few.insert(group);
        } else {
            self.too_few.remove(&group);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same, where every group is counted anew for everybody who is hidden.
    fn people_by_plain_loops(answers: &Answers, min_n: u64) -> BTreeSet<String> {
        let recent: Vec<&Answered> = answers.rows.iter().filter(|r| r.period >= answers.recent_from && r.n > 0).collect();
        let rows_of = |group: (CardKind, &str), name: &str| -> u64 {
            recent.iter().filter(|r| r.agent == name && groups(r).contains(&group)).map(|r| r.n).sum()
        };
        let desk = (CardKind::Desk, "");
        let names: BTreeSet<&str> = recent.iter().map(|r| r.agent.as_str()).collect();
        let all: BTreeSet<(CardKind, &str)> = recent.iter().flat_map(|r| groups(r)).collect();
        let mut shown: BTreeSet<&str> = names.iter().copied().filter(|n| !n.is_empty() && rows_of(desk, n) >= min_n).collect();
        loop {
            let next = all.iter().find_map(|group| {
                let hidden: u64 = names.iter().filter(|n| !shown.contains(*n)).map(|n| rows_of(*group, n)).sum();
                let least = shown.iter().map(|n| (rows_of(*group, n), *n)).filter(|(rows, _)| *rows > 0).min();
                least.filter(|_| hidden > 0 && hidden < min_n).map(|(_, name)| name)
            });
            match next {
                Some(name) => shown.remove(name),
                None => break,
            };
        }
        shown.into_iter().map(str::to_owned).collect()
    }

    fn answered() -> impl Strategy<Value = Answered> {
        (0..3usize, 0..3u8, 0..3u8, 0..9u8, 0..6u64).prop_map(|(period, team, supplier, agent, n)| {
            let named = |kind: &str, i: u8| if i == 0 { String::new() } else { format!("{kind} {i}") };
            Answered { period, team: named("Team", team), supplier: named("Supplier", supplier), agent: named("Agent", agent), n }
        })
    }

    proptest! {
        #[test]
        fn counting_once_shows_the_same_people(rows in proptest::collection::vec(answered(), 0..40), min_n in 2..12u64) {
            let answers = Answers { periods: ["a", "b", "c"].map(str::to_owned).to_vec(), recent_from: 1, rows };
            prop_assert_eq!(people(&answers, min_n), people_by_plain_loops(&answers, min_n));
        }
    }
}
