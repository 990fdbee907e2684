//! What holds for any evidence.

use super::super::{Cells, Column, File, Group, OffRoster};
use super::*;
use crate::stats::random::Random;
use proptest::prelude::*;

fn weeks(rows: u64, weeks: usize) -> Vec<u64> {
    (0..weeks).flat_map(|_| [rows, rows, rows, rows, rows, 0, 0]).collect()
}

/// A source of any numbers, from a seed.
fn any_source(seed: u64, name: usize) -> SourceEvidence {
    let mut random = Random::new(seed);
    let mut below = move |n: u64| random.below(n);
    let most = [1, 4, 300, u64::MAX][below(4) as usize];
    let cells = |n: u64| Cells { rows: n, empty: n / 3 * 2 };
    SourceEvidence {
        name: format!("source {name}"),
        kind: Source::ALL[below(6) as usize],
        days: (0..below(800)).map(|_| below(most)).collect(),
        newest: (below(4) > 0).then(|| AS_OF - below(90 * 86_400) as i64 + DAY),
        arrived: (below(4) > 0).then(|| AS_OF - below(90 * 86_400) as i64 + DAY),
        files_found: below(2),
        files: (0..below(4)).map(|n| File { name: n.to_string(), rows: [0, 500, 10_000, u64::MAX][below(4) as usize] }).collect(),
        columns: vec![Column {
            name: "a".to_owned(),
            header: String::new(),
            newest: Cells { rows: below(200), empty: below(200) },
            earlier: (0..below(9)).map(|_| cells(below(200))).collect(),
        }],
        groups: vec![Group { name: "g".to_owned(), weeks: (0..below(60)).map(|_| below(most)).collect() }],
        off_roster: (below(2) > 0)
            .then(|| OffRoster { rows: below(90), agents: vec![("x".to_owned(), below(90)), ("y".to_owned(), u64::MAX)] }),
        ..tickets(0)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_panics_and_every_number_is_finite(seed: u64, holidays in prop::collection::btree_set(MONDAY - 60..MONDAY + 7, 0..30)) {
        let zone = zone();
        let mut e = evidence(&zone, vec![any_source(seed, 0)]);
        e.holidays = holidays;
        for w in guards(&e) {
            prop_assert!(w.seen.is_finite() && w.low.is_finite() && w.high.is_finite(), "{w:?}");
            prop_assert!(w.seen < w.low || w.seen > w.high, "{w:?}");
            prop_assert!(!w.text.contains("NaN") && !w.text.contains("inf "), "{w:?}");
        }
    }

    #[test]
    fn the_order_of_sources_does_not_matter(seed in 0_u64..u64::MAX - 9, swaps: u64) {
        let zone = zone();
        let mut e = evidence(&zone, (0..5).map(|at| any_source(seed + at as u64, at)).collect());
        e.rules.stop.extend([Code::Volume, Code::RowLimit]);
        let before = guards(&e);
        Random::new(swaps).shuffle(&mut e.sources);
        prop_assert_eq!(before, guards(&e));
    }

    #[test]
    fn equal_weeks_never_warn(rows in 0_u64..1_000_000, n in 0_usize..110) {
        prop_assert_eq!(about(SourceEvidence { days: weeks(rows, n), ..tickets(0) }), []);
    }

    /// Any history, and then a week like the middle of the last six: nothing to say of its rows.
    #[test]
    fn a_week_like_those_before_never_warns(history in prop::collection::vec(5_u64..500, 12..80)) {
        let mut last = history[history.len() - 6..].to_vec();
        last.sort_unstable();
        let days = history.into_iter().chain([u64::midpoint(last[2], last[3])]).flat_map(|rows| weeks(rows, 1)).collect();
        prop_assert_eq!(about(SourceEvidence { days, ..tickets(0) }), []);
    }

    /// Where so few rows warn, fewer do; where so many warn, more do.
    #[test]
    fn worse_is_never_better(history in prop::collection::vec(5_u64..500, 8..60), now in 0_u64..1_500) {
        let volume = |now: u64| {
            let days = history.iter().copied().chain([now]).flat_map(|rows| weeks(rows, 1)).collect();
            about(SourceEvidence { days, ..tickets(0) }).into_iter().find(|w| w.code == Code::Volume)
        };
        if let Some(found) = volume(now) {
            let worse = if found.seen < found.low { now / 2 } else { now * 2 };
            prop_assert!(volume(worse).is_some());
        }
    }
}
