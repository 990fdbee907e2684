//! How tickets wander between groups: who had them, to whom they were passed on, and which came straight back.

use std::collections::BTreeMap;

/// What happened to tickets in one group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// Tickets the group had at some time.
    pub tickets: u64,
    /// Those of them that it passed on at least once.
    pub passed_on: u64,
}

/// What happened to tickets on the way from one group to another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Passed {
    /// Tickets that went this way at least once.
    pub tickets: u64,
    /// Those of them that went straight back at least once: from the first to the second and to the first again.
    pub returned: u64,
}

/// Hand-overs of many tickets. Hostile text: names of groups come from exports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handovers {
    /// Tickets looked at: those that a group is known to have had.
    pub tickets: u64,
    /// Those that more than one group had.
    pub passed: u64,
    /// By group.
    pub groups: BTreeMap<String, Held>,
    /// By the group that passed on, and the one that received.
    pub ways: BTreeMap<(String, String), Passed>,
}

impl Handovers {
    /// Adds a ticket by the groups that had it, in order of time; the same group twice in a row is one, an empty name is nobody.
    pub fn add(&mut self, groups: &[&str]) {
        let mut path: Vec<&str> = groups.iter().copied().filter(|g| !g.is_empty()).collect();
        path.dedup();
        if path.is_empty() {
            return;
        }
        self.tickets += 1;
        self.passed += u64::from(path.len() > 1);
        for (i, group) in path.iter().enumerate().filter(|(i, g)| !path[..*i].contains(g)) {
            let held = self.groups.entry((*group).to_owned()).or_default();
            held.tickets += 1;
            // Two groups in a row differ: whatever comes after it was passed on.
            held.passed_on += u64::from(i + 1 < path.len());
        }
        for (i, pair) in path.windows(2).enumerate().filter(|(i, pair)| !path[..=*i].windows(2).any(|before| before == *pair)) {
            let is_returned = path[i..].windows(3).any(|w| w[0] == pair[0] && w[1] == pair[1] && w[2] == pair[0]);
            let way = self.ways.entry((pair[0].to_owned(), pair[1].to_owned())).or_default();
            way.tickets += 1;
            way.returned += u64::from(is_returned);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(tickets: &[&[&str]]) -> Handovers {
        let mut all = Handovers::default();
        tickets.iter().for_each(|t| all.add(t));
        all
    }

    fn way(h: &Handovers, from: &str, to: &str) -> Option<(u64, u64)> {
        h.ways.get(&(from.to_owned(), to.to_owned())).map(|w| (w.tickets, w.returned))
    }

    #[test]
    fn ways_and_returns_are_counted_once_a_ticket() {
        let h = of(&[&["A"], &["A", "B"], &["A", "B", "A"], &["A", "B", "A", "B", "A"], &["", "A", "A", "", "C"], &[""]]);
        assert_eq!((h.tickets, h.passed), (5, 4));
        assert_eq!(way(&h, "A", "B"), Some((3, 2)));
        // A, B, A, B: it went from B to A and straight back to B.
        assert_eq!(way(&h, "B", "A"), Some((2, 1)));
        assert_eq!(way(&h, "A", "C"), Some((1, 0)));
        assert_eq!(h.groups["A"], Held { tickets: 5, passed_on: 4 });
        assert_eq!(h.groups["B"], Held { tickets: 3, passed_on: 2 });
        assert_eq!(h.groups["C"], Held { tickets: 1, passed_on: 0 });
    }

    #[test]
    fn a_detour_is_no_return() {
        let h = of(&[&["A", "B", "C", "A"]]);
        assert_eq!((way(&h, "A", "B"), way(&h, "C", "A")), (Some((1, 0)), Some((1, 0))));
        assert_eq!(h.groups["A"], Held { tickets: 1, passed_on: 1 });
    }

    proptest! {
        #[test]
        fn counts_never_exceed_what_they_are_counts_of(paths in prop::collection::vec(prop::collection::vec(0usize..4, 0..7), 0..30)) {
            const NAMES: [&str; 4] = ["A", "B", "C", ""];
            let mut h = Handovers::default();
            for path in &paths {
                h.add(&path.iter().map(|i| NAMES[*i]).collect::<Vec<_>>());
            }
            prop_assert!(h.passed <= h.tickets && h.tickets <= paths.len() as u64);
            prop_assert!(h.groups.values().all(|g| g.passed_on <= g.tickets && g.tickets <= h.tickets));
            prop_assert!(h.ways.iter().all(|((a, b), w)| a != b && w.returned <= w.tickets && w.tickets <= h.groups[a].passed_on));
            // Whatever was passed on went somewhere.
            let out = |name: &str| h.ways.iter().filter(|((a, _), _)| a == name).map(|(_, w)| w.tickets).sum::<u64>();
            prop_assert!(h.groups.iter().all(|(name, g)| out(name) >= g.passed_on));
        }
    }
}
