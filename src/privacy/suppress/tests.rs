use proptest::prelude::*;

use super::*;

fn counts(rows: &[(&[&str], u64)], breakdowns: &[&[usize]]) -> Counts {
    let row = |(values, n): &(&[&str], u64)| (values.iter().map(|v| (*v).to_owned()).collect(), *n);
    Counts { rows: rows.iter().map(row).collect(), breakdowns: breakdowns.iter().map(|b| b.to_vec()).collect() }
}

fn hidden(counts: &Counts, min_n: u64) -> Vec<String> {
    suppress(counts, min_n).into_iter().map(|(b, group)| format!("{b}:{}", group.join("/"))).collect()
}

#[test]
fn a_small_cell_takes_the_next_smallest_with_it() {
    let teams = [(&["A"][..], 40), (&["B"][..], 9), (&["C"][..], 3)];
    assert_eq!(hidden(&counts(&teams, &[&[], &[0]]), 5), ["1:B", "1:C"]);
    assert_eq!(
        hidden(&counts(&teams, &[&[0]]), 5),
        ["1:C"].map(|s| s.replace('1', "0")),
        "without a total there is nothing to subtract from"
    );
    assert!(hidden(&counts(&teams, &[&[], &[0]]), 3).is_empty());
}

#[test]
fn small_cells_that_hide_each_other_are_enough_once_they_are_enough_together() {
    let two = [(&["A"][..], 40), (&["B"][..], 4), (&["C"][..], 3)];
    assert_eq!(hidden(&counts(&two, &[&[], &[0]]), 5), ["1:B", "1:C"], "seven together");
    let tiny = [(&["A"][..], 40), (&["B"][..], 2), (&["C"][..], 1), (&["D"][..], 30)];
    assert_eq!(hidden(&counts(&tiny, &[&[], &[0]]), 5), ["1:B", "1:C", "1:D"], "three together are still too few");
}

#[test]
fn a_table_of_rows_and_columns_hides_a_rectangle() {
    let cells: Vec<(Vec<&str>, u64)> = ["A", "B", "C"]
        .iter()
        .flat_map(|t| ["P1", "P2", "P3"].iter().map(|p| (vec![*t, *p], 20u64)))
        .enumerate()
        .map(|(i, (k, n))| (k, n + i as u64))
        .collect();
    let mut rows: Vec<(&[&str], u64)> = cells.iter().map(|(k, n)| (k.as_slice(), *n)).collect();
    rows[0].1 = 2;
    let found = hidden(&counts(&rows, &[&[], &[0], &[1], &[0, 1]]), 5);
    assert_eq!(found, ["3:A/P1", "3:A/P2", "3:B/P1", "3:B/P2"]);
}

#[test]
fn a_supplier_that_is_a_team_and_one_person_more_gives_that_person_away() {
    // Team, supplier: the supplier's people are all of team B and one of team A.
    let rows = [(&["A", ""][..], 30), (&["A", "S"][..], 1), (&["B", "S"][..], 20)];
    let all = counts(&rows, &[&[], &[0], &[1]]);
    assert!(leaks(&all, &BTreeSet::new(), 5));
    let hidden = suppress(&all, 5);
    assert!(!leaks(&all, &hidden, 5) && !hidden.contains(&(0, vec![])), "{hidden:?}");
    assert_eq!(hidden.len(), 2, "{hidden:?}");
}

#[test]
fn a_total_that_is_too_small_is_hidden_and_nothing_is_fine() {
    assert_eq!(hidden(&counts(&[(&["A"][..], 3)], &[&[], &[0]]), 5), ["0:", "1:A"]);
    assert!(hidden(&counts(&[], &[&[], &[0]]), 5).is_empty());
    assert!(hidden(&counts(&[(&["A"][..], 0), (&["B"][..], 9)], &[&[], &[0]]), 5).is_empty(), "an empty group is no figure");
}

#[test]
fn many_groups_are_dealt_with_in_time() {
    let names: Vec<String> = (0..120).map(|i| format!("Agent {i:03}")).collect();
    let teams: Vec<String> = (0..12).map(|i| format!("Team {i:02}")).collect();
    let rows = names.iter().enumerate().map(|(i, name)| (vec![teams[i % 12].clone(), name.clone()], (i as u64 * 37) % 50)).collect();
    let all = Counts { rows, breakdowns: vec![vec![], vec![0], vec![0, 1]] };
    let hidden = suppress(&all, 8);
    assert!(!leaks(&all, &hidden, 8));
    assert!(hidden.iter().all(|(b, _)| *b == 2) && hidden.len() < 60, "{}", hidden.len());
}

/// Every sum of shown figures, each added, subtracted or left: is one a group of too few? Knows nothing of row spaces.
fn can_be_worked_out(counts: &Counts, hidden: &BTreeSet<Figure>, min_n: u64) -> bool {
    let table = Table::of(counts);
    let shown: Vec<&Sum> = table.figures.iter().filter(|f| !hidden.contains(&f.name)).collect();
    let mut signs = vec![-1i32; shown.len()];
    loop {
        let mut over = vec![0i32; table.atoms.len()];
        for (sign, f) in signs.iter().zip(&shown) {
            f.atoms.iter().for_each(|a| over[*a] += sign);
        }
        let n: u64 = over.iter().zip(&table.atoms).filter(|(v, _)| **v == 1).map(|(_, n)| n).sum();
        if over.iter().all(|v| (0..=1).contains(v)) && n > 0 && n < min_n {
            return true;
        }
        let Some(next) = signs.iter().position(|s| *s < 1) else { return false };
        signs[next] += 1;
        signs[..next].fill(-1);
    }
}

fn tables() -> impl Strategy<Value = Counts> {
    let cell = prop_oneof![2 => 0..6u64, 3 => 5..40u64];
    let shapes = prop_oneof![
        Just(vec![vec![], vec![0]]),
        Just(vec![vec![], vec![0], vec![1]]),
        Just(vec![vec![0], vec![1]]),
        Just(vec![vec![], vec![0], vec![1], vec![0, 1]]),
        Just(vec![vec![0, 1], vec![1]]),
    ];
    (proptest::collection::vec(cell, 6), shapes, 2..4usize).prop_map(|(cells, breakdowns, wide)| {
        // Brute force goes through three to the power of the figures.
        let wide = if breakdowns.len() == 4 { 2 } else { wide };
        let row = |(i, n): (usize, u64)| (vec![format!("t{}", i % wide), format!("p{}", i / wide)], n);
        Counts { rows: cells.into_iter().take(2 * wide).enumerate().map(row).collect(), breakdowns }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn no_adding_and_subtracting_of_what_is_shown_finds_a_small_group(counts in tables(), min_n in 2..9u64) {
        let hidden = suppress(&counts, min_n);
        prop_assert!(!can_be_worked_out(&counts, &hidden, min_n), "{hidden:?}");
        let shown = Table::of(&counts).figures.into_iter().filter(|f| !hidden.contains(&f.name));
        prop_assert!(shown.map(|f| f.n).all(|n| n >= min_n));
    }

    #[test]
    fn nothing_is_hidden_that_could_be_shown(counts in tables(), min_n in 2..9u64) {
        let hidden = suppress(&counts, min_n);
        for figure in &hidden {
            let mut fewer = hidden.clone();
            fewer.remove(figure);
            prop_assert!(leaks(&counts, &fewer, min_n), "{figure:?} of {hidden:?}");
        }
    }

    #[test]
    fn the_order_of_the_rows_decides_nothing(counts in tables(), min_n in 2..9u64) {
        let mut turned = counts.clone();
        turned.rows.reverse();
        prop_assert_eq!(suppress(&counts, min_n), suppress(&turned, min_n));
    }

    #[test]
    fn what_brute_force_finds_is_a_leak(counts in tables(), min_n in 2..9u64) {
        let none = BTreeSet::new();
        if can_be_worked_out(&counts, &none, min_n) {
            prop_assert!(leaks(&counts, &none, min_n));
        }
    }
}
