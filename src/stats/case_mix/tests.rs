use super::super::numbers::{case, counts, list, near};
use super::super::random::Random;
use super::*;
use proptest::prelude::*;

const NUMBERS: &str = include_str!("../../../tests/numbers/07_case_mix.json");

fn of(hits: u64, n: u64) -> Proportion {
    Proportion::new(hits, n).unwrap()
}

fn tally(group: usize, cell: usize, hits: u64, n: u64) -> Tally {
    Tally { group, cell, count: of(hits, n) }
}

/// Rows of groups, columns of cells, one parent.
fn mix(n: &[Vec<u64>], hits: &[Vec<u64>]) -> CaseMix {
    let tallies: Vec<Tally> = (0..n.len())
        .flat_map(|group| (0..n[group].len()).map(move |cell| (group, cell)))
        .map(|(group, cell)| tally(group, cell, hits[group][cell], n[group][cell]))
        .collect();
    CaseMix::new(n.len(), &vec![0; n[0].len()], &tallies).unwrap()
}

fn table(value: &serde_json::Value) -> Vec<Vec<u64>> {
    value.as_array().unwrap().iter().map(counts).collect()
}

#[test]
fn four_agents_by_priority() {
    let case = case(NUMBERS, "desk_sla_by_priority");
    let (inputs, want, tolerance) = (&case["inputs"], &case["expected"], case["tolerance"].as_f64().unwrap());
    let (n, hits) = (table(&inputs["tickets"]), table(&inputs["met"]));
    let mix = mix(&n, &hits);
    for (cell, rate) in list(&want["category_rate"]).into_iter().enumerate() {
        near(mix.cell_rate(cell).unwrap().unwrap(), rate, tolerance);
    }
    for group in 0..n.len() {
        let got = mix.standardise(group, Reference::POOLED).unwrap();
        let want = |name: &str| list(&want[name])[group];
        near(got.observed as f64, want("observed"), 0.0);
        // The file has 12 digits: above 100 half of the last one is more than the tolerance.
        near(got.expected, want("expected"), tolerance.max(5e-12 * want("expected")));
        near(got.ratio, want("oe_ratio"), tolerance);
        near(got.adjusted_rate, want("adjusted_rate"), tolerance);
        near(got.observed as f64 / got.n as f64, want("crude_rate"), tolerance);
        near(got.z.unwrap(), want("z"), tolerance);
    }
}

#[test]
fn admissions_of_berkeley() {
    let case = case(NUMBERS, "ucb_admissions_oe");
    let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
    let mix = mix(&table(&case["inputs"]["applicants"]), &table(&case["inputs"]["admitted"]));
    for group in 0..2 {
        let got = mix.standardise(group, Reference::POOLED).unwrap();
        near(got.observed as f64 / got.n as f64, list(&want["crude"])[group], tolerance);
        near(got.expected, list(&want["expected"])[group], tolerance);
        near(got.ratio, list(&want["oe_ratio"])[group], tolerance);
    }
}

/// Cell 1 has 12 rows and takes the rate of parent 0: cells 0 and 1 together, 62 of 112.
#[test]
fn a_small_cell_takes_its_parents_rate() {
    let tallies = [tally(0, 0, 50, 100), tally(1, 1, 12, 12), tally(1, 2, 10, 100)];
    let mix = CaseMix::new(2, &[0, 0, 1], &tallies).unwrap();
    let got = mix.standardise(1, Reference::POOLED).unwrap();
    near(got.expected, 12.0 * 62.0 / 112.0 + 100.0 * 0.1, 1e-12);
    let exact = Reference { fewest_rows: 1, ..Reference::POOLED };
    near(mix.standardise(1, exact).unwrap().expected, 12.0 + 10.0, 1e-12);
    let lone = CaseMix::new(2, &[0, 1], &[tally(0, 0, 50, 100), tally(1, 1, 12, 12)]).unwrap();
    near(lone.standardise(1, Reference::POOLED).unwrap().expected, 12.0 * 62.0 / 112.0, 1e-12);
}

/// Group 0 has half of cell 0 and is held against the other half; of cell 1 it has a tenth and stays in.
#[test]
fn a_large_group_is_left_out() {
    let tallies = [tally(0, 0, 50, 50), tally(1, 0, 25, 50), tally(0, 1, 10, 10), tally(1, 1, 40, 90)];
    let mix = CaseMix::new(2, &[0, 0], &tallies).unwrap();
    near(mix.standardise(0, Reference::LEAVE_ONE_OUT).unwrap().expected, 50.0 * 0.5 + 10.0 * 0.5, 1e-12);
    near(mix.standardise(0, Reference::POOLED).unwrap().expected, 50.0 * 0.75 + 10.0 * 0.5, 1e-12);
    // All of cell 0 is its own: of the parent only the other group's 20 of 40 are left.
    let own = CaseMix::new(2, &[0, 0], &[tally(0, 0, 50, 50), tally(1, 1, 20, 40)]).unwrap();
    near(own.standardise(0, Reference::LEAVE_ONE_OUT).unwrap().ratio, 2.0, 1e-12);
    near(own.standardise(0, Reference::POOLED).unwrap().ratio, 1.0, 1e-12);
}

#[test]
fn an_adjusted_rate_is_a_rate() {
    let got = mix(&[vec![100], vec![100]], &[vec![100], vec![60]]).standardise(0, Reference::LEAVE_ONE_OUT).unwrap();
    near(got.ratio, 100.0 / 60.0, 1e-12);
    near(got.adjusted_rate, 1.0, 0.0);
}

#[test]
fn nothing_left_to_chance() {
    let always = mix(&[vec![30], vec![30]], &[vec![30], vec![30]]).standardise(0, Reference::POOLED).unwrap();
    assert_eq!((always.ratio, always.z), (1.0, None));
    let never = mix(&[vec![30], vec![30]], &[vec![0], vec![0]]);
    assert_eq!(never.standardise(0, Reference::POOLED), Err(Invalid::NoVariation));
}

#[test]
fn refused() {
    assert_eq!(CaseMix::new(1, &[0], &[]), Err(Invalid::Empty));
    assert_eq!(CaseMix::new(1, &[0], &[tally(1, 0, 1, 2)]), Err(Invalid::OutOfRange("group")));
    assert_eq!(CaseMix::new(1, &[0], &[tally(0, 1, 1, 2)]), Err(Invalid::OutOfRange("cell")));
    assert_eq!(CaseMix::new(1, &[1], &[tally(0, 0, 1, 2)]), Err(Invalid::OutOfRange("parent")));
    let one = CaseMix::new(2, &[0, 0], &[tally(0, 0, 20, 40)]).unwrap();
    assert_eq!(one.standardise(1, Reference::POOLED), Err(Invalid::Empty));
    assert_eq!(one.standardise(2, Reference::POOLED), Err(Invalid::OutOfRange("group")));
    assert_eq!(one.standardise(0, Reference::LEAVE_ONE_OUT), Err(Invalid::TooFew));
    for largest_share in [-0.1, 1.1, f64::NAN] {
        assert_eq!(one.standardise(0, Reference { fewest_rows: 20, largest_share }), Err(Invalid::OutOfRange("share")));
    }
    assert_eq!(one.overlap(0, 1), Err(Invalid::Empty));
    assert_eq!(one.overlap(0, 2), Err(Invalid::OutOfRange("group")));
    assert_eq!(one.cell_rate(1), Ok(None));
    assert_eq!(one.cell_rate(2), Err(Invalid::OutOfRange("cell")));
}

#[test]
fn work_in_common() {
    let mix = mix(&[vec![80, 20], vec![20, 180], vec![800, 200]], &[vec![1, 1], vec![1, 1], vec![1, 1]]);
    near(mix.overlap(0, 1).unwrap(), 0.3, 1e-12);
    near(mix.overlap(0, 2).unwrap(), 1.0, 1e-12);
    assert!(mix.are_comparable(0, 2).unwrap());
    let apart = CaseMix::new(2, &[0, 0], &[tally(0, 0, 1, 50), tally(1, 1, 1, 50), tally(0, 1, 1, 10)]).unwrap();
    assert!(!apart.are_comparable(0, 1).unwrap());
}

/// A small team that is truly worse looks average beside itself and worse beside the others.
#[test]
fn leaving_out_shows_a_dominant_group() {
    let mut random = Random::new(5);
    let mut tallies = vec![Tally { group: 0, cell: 0, count: of(random.binomial(400, 0.6), 400) }];
    tallies.extend((1..9).map(|group| Tally { group, cell: 0, count: of(random.binomial(50, 0.85), 50) }));
    let mix = CaseMix::new(9, &[0], &tallies).unwrap();
    let (with, without) = (mix.standardise(0, Reference::POOLED).unwrap(), mix.standardise(0, Reference::LEAVE_ONE_OUT).unwrap());
    assert!(without.ratio < 0.8 && with.ratio > without.ratio + 0.05, "{with:?} {without:?}");
}

fn tallies() -> impl Strategy<Value = Vec<Tally>> {
    let row = (0_usize..8, 0_usize..6, 1_u64..90, 0.0..=1.0);
    prop::collection::vec(row, 1..60)
        .prop_map(|rows| rows.into_iter().map(|(group, cell, n, share)| tally(group, cell, (share * n as f64) as u64, n)).collect())
}

proptest! {
    #[test]
    fn expectations_add_up(tallies in tallies()) {
        let reference = Reference { fewest_rows: 1, ..Reference::POOLED };
        let mix = CaseMix::new(8, &[0, 0, 1, 1, 2, 2], &tallies).unwrap();
        let seen: Vec<Standardised> = (0..8).filter_map(|group| mix.standardise(group, reference).ok()).collect();
        let (expected, observed): (f64, u64) = (seen.iter().map(|s| s.expected).sum(), tallies.iter().map(|t| t.count.hits()).sum());
        prop_assert!((expected - observed as f64).abs() < 1e-9 * (1.0 + expected));
    }

    #[test]
    fn laws(tallies in tallies()) {
        let parents = [0, 0, 1, 1, 2, 2];
        let mix = CaseMix::new(8, &parents, &tallies).unwrap();
        let turned: Vec<Tally> = tallies.iter().rev().copied().collect();
        prop_assert_eq!(&CaseMix::new(8, &parents, &turned).unwrap(), &mix, "the order of rows does not matter");
        let flipped: Vec<Tally> = tallies.iter().map(|t| Tally { count: t.count.flipped(), ..*t }).collect();
        let flipped = CaseMix::new(8, &parents, &flipped).unwrap();
        for reference in [Reference::POOLED, Reference::LEAVE_ONE_OUT] {
            for group in 0..8 {
                let Ok(one) = mix.standardise(group, reference) else { continue };
                prop_assert!((0.0..=1.0).contains(&one.adjusted_rate) && one.expected <= one.n as f64 + 1e-9);
                if let (Some(z), Ok(Some(other))) = (one.z, flipped.standardise(group, reference).map(|other| other.z)) {
                    prop_assert!((z + other).abs() < 1e-6 * (1.0 + z.abs()), "{} {}", z, other);
                }
            }
        }
        for (a, b) in [(0, 1), (2, 3), (4, 4)] {
            if let Ok(overlap) = mix.overlap(a, b) {
                prop_assert!((overlap - mix.overlap(b, a).unwrap()).abs() < 1e-12);
                prop_assert!(a != b || overlap > 1.0 - 1e-12);
            }
        }
    }
}

#[test]
fn the_rest_is_all_others_put_together() {
    let tally = |group, cell, n| Tally { group, cell, count: Proportion::new(1, n).unwrap() };
    let three = CaseMix::new(3, &[0, 0], &[tally(0, 0, 30), tally(0, 1, 10), tally(1, 0, 10), tally(2, 1, 30)]).unwrap();
    let two = CaseMix::new(2, &[0, 0], &[tally(0, 0, 30), tally(0, 1, 10), tally(1, 0, 10), tally(1, 1, 30)]).unwrap();
    assert_eq!(three.overlap_with_rest(0), two.overlap(0, 1));
    assert_eq!(three.overlap_with_rest(0), Ok(0.5));
    let alone = CaseMix::new(1, &[0], &[tally(0, 0, 3)]).unwrap();
    assert_eq!(alone.overlap_with_rest(0), Err(Invalid::Empty));
}
