use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// Rows by columns, with the sums of every breakdown: the first is the total.
#[derive(Debug, Clone)]
struct Counts {
    atoms: Vec<u64>,
    names: Vec<String>,
    sums: Vec<Sum>,
}

fn counts(rows: &[(&[&str], u64)], breakdowns: &[&[usize]]) -> Counts {
    let mut groups: BTreeMap<(usize, Vec<&str>), BTreeSet<usize>> = BTreeMap::new();
    for (b, columns) in breakdowns.iter().enumerate() {
        for (atom, (values, _)) in rows.iter().enumerate() {
            groups.entry((b, columns.iter().map(|c| values[*c]).collect())).or_default().insert(atom);
        }
    }
    let names = groups.keys().map(|(b, group)| format!("{b}:{}", group.join("/"))).collect();
    let sums = groups.into_iter().map(|((b, _), atoms)| Sum { atoms, is_frame: b == 0 && breakdowns.len() > 1 }).collect();
    Counts { atoms: rows.iter().map(|(_, n)| *n).collect(), names, sums }
}

fn hidden(c: &Counts, min_n: u64) -> Vec<String> {
    suppress(&c.atoms, &c.sums, min_n).into_iter().map(|i| c.names[i].clone()).collect()
}

#[test]
fn a_small_cell_takes_the_next_smallest_with_it() {
    let teams = [(&["A"][..], 40), (&["B"][..], 9), (&["C"][..], 3)];
    assert_eq!(hidden(&counts(&teams, &[&[], &[0]]), 5), ["1:B", "1:C"]);
    assert_eq!(hidden(&counts(&teams, &[&[0]]), 5), ["0:C"], "without a total there is nothing to subtract from");
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
    assert!(leaks(&all.atoms, &all.sums, &BTreeSet::new(), 5));
    let hidden = suppress(&all.atoms, &all.sums, 5);
    assert!(!leaks(&all.atoms, &all.sums, &hidden, 5) && !hidden.contains(&0), "{hidden:?}");
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
    let names: Vec<[String; 2]> = (0..120).map(|i| [format!("Team {:02}", i % 12), format!("Agent {i:03}")]).collect();
    let parts: Vec<[&str; 2]> = names.iter().map(|[t, a]| [t.as_str(), a.as_str()]).collect();
    let rows: Vec<(&[&str], u64)> = parts.iter().enumerate().map(|(i, p)| (&p[..], (i as u64 * 37) % 50)).collect();
    let all = counts(&rows, &[&[], &[0], &[0, 1]]);
    let found = suppress(&all.atoms, &all.sums, 8);
    assert!(!leaks(&all.atoms, &all.sums, &found, 8));
    assert!(found.iter().all(|i| all.names[*i].starts_with("2:")) && found.len() < 60, "{}", found.len());
}

/// Every sum of shown figures, each added, subtracted or left: is one a group of too few? Knows nothing of row spaces.
fn can_be_worked_out(c: &Counts, hidden: &BTreeSet<usize>, min_n: u64) -> bool {
    let shown: Vec<&Sum> = c.sums.iter().enumerate().filter(|(i, _)| !hidden.contains(i)).map(|(_, s)| s).collect();
    let mut signs = vec![-1i32; shown.len()];
    loop {
        let mut over = vec![0i32; c.atoms.len()];
        for (sign, f) in signs.iter().zip(&shown) {
            f.atoms.iter().for_each(|a| over[*a] += sign);
        }
        let is_group = over.iter().zip(&c.atoms).all(|(v, n)| *n == 0 || (0..=1).contains(v));
        let n: u64 = over.iter().zip(&c.atoms).filter(|(v, _)| **v == 1).map(|(_, n)| n).sum();
        if is_group && n > 0 && n < min_n {
            return true;
        }
        let Some(next) = signs.iter().position(|s| *s < 1) else { return false };
        signs[next] += 1;
        signs[..next].fill(-1);
    }
}

/// Columns of the breakdowns of a table.
const SHAPES: [&[&[usize]]; 5] = [&[&[], &[0]], &[&[], &[0], &[1]], &[&[0], &[1]], &[&[], &[0], &[1], &[0, 1]], &[&[0, 1], &[1]]];

fn tables() -> impl Strategy<Value = Counts> {
    let cell = prop_oneof![2 => 0..6u64, 3 => 5..40u64];
    (proptest::collection::vec(cell, 6), 0..SHAPES.len(), 2..4usize).prop_map(|(cells, shape, wide)| {
        let breakdowns = SHAPES[shape];
        // Brute force goes through three to the power of the figures.
        let wide = if breakdowns.len() == 4 { 2 } else { wide };
        let names: Vec<[String; 2]> = (0..2 * wide).map(|i| [format!("t{}", i % wide), format!("p{}", i / wide)]).collect();
        let parts: Vec<[&str; 2]> = names.iter().map(|[t, p]| [t.as_str(), p.as_str()]).collect();
        let rows: Vec<(&[&str], u64)> = parts.iter().zip(cells).map(|(p, n)| (&p[..], n)).collect();
        counts(&rows, breakdowns)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn no_adding_and_subtracting_of_what_is_shown_finds_a_small_group(c in tables(), min_n in 2..9u64) {
        let hidden = suppress(&c.atoms, &c.sums, min_n);
        prop_assert!(!can_be_worked_out(&c, &hidden, min_n), "{hidden:?}");
    }

    #[test]
    fn nothing_is_hidden_that_could_be_shown(c in tables(), min_n in 2..9u64) {
        let hidden = suppress(&c.atoms, &c.sums, min_n);
        for figure in &hidden {
            let mut fewer = hidden.clone();
            fewer.remove(figure);
            prop_assert!(leaks(&c.atoms, &c.sums, &fewer, min_n), "{figure:?} of {hidden:?}");
        }
    }

    #[test]
    fn what_brute_force_finds_is_a_leak(c in tables(), min_n in 2..9u64) {
        let none = BTreeSet::new();
        if can_be_worked_out(&c, &none, min_n) {
            prop_assert!(leaks(&c.atoms, &c.sums, &none, min_n));
        }
    }
}
