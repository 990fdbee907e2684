use proptest::prelude::*;

use super::{correlation, difference};
use crate::stats::Invalid;
use crate::stats::before_after::differences::by_agent;
use crate::stats::numbers::near;
use crate::stats::permutation::{by_group, by_number};
use crate::stats::random::Random;

/// Two suppliers, one 10 apart from the other; in both, those with it (3 and 5) lie 2 above those without (1 and 3).
const VALUES: [f64; 8] = [1.0, 3.0, 3.0, 5.0, 11.0, 13.0, 13.0, 15.0];
const HAS: [bool; 8] = [false, false, true, true, false, false, true, true];
const SUPPLIER: [usize; 8] = [7, 7, 7, 7, 3, 3, 3, 3];

#[test]
fn by_hand() {
    let got = difference(&VALUES, &HAS, &SUPPLIER, 1).unwrap();
    near(got.estimate, 2.0, 1e-12);
    // Each side: squares 2 + 2 over 2 degrees is 2; each stratum weighs 1 of 2, so 2 · (1/4)(1/2) · 2 = 1/2 a side.
    let test = got.test.unwrap();
    near(test.standard_error, 1.0, 1e-12);
    near(test.degrees_of_freedom, 4.0, 1e-12);
    // 6 deals a supplier, 36 in all.
    assert_eq!((got.permutation.rearrangements, got.permutation.exact), (36, true));
    // Of one supplier: pairs of {-2, 0, 0, 2} sum to -2, -2, 0, 0, 2, 2. As large as 2 + 2 in size: (2,2) 4 ways, (-2,-2) 4 ways.
    near(got.permutation.p, 8.0 / 36.0, 1e-12);
}

#[test]
fn without_strata_it_is_the_plain_difference() {
    let strata = [0; 8];
    let got = difference(&VALUES, &HAS, &strata, 1).unwrap();
    let plain = by_agent(&VALUES, &HAS, 1).unwrap();
    near(got.estimate, plain.welch.estimate, 1e-12);
    near(got.permutation.p, plain.permutation.p, 1e-12);
    let test = got.test.unwrap();
    near(test.standard_error, plain.welch.standard_error, 1e-12);
    near(test.degrees_of_freedom, plain.welch.degrees_of_freedom, 1e-9);
}

#[test]
fn ranks_within_suppliers() {
    let years = [1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0];
    let got = correlation(&[1.0, 2.0, 3.0, 4.0, 11.0, 12.0, 13.0, 14.0], &years, &SUPPLIER, 1).unwrap();
    near(got.rho, 1.0, 1e-12);
    near(got.slope.unwrap(), 1.0, 1e-12);
    assert_eq!(got.interval, None);
    // 2 of 24 · 24 deals have both suppliers in order, or both the other way round.
    assert_eq!((got.permutation.rearrangements, got.permutation.exact), (576, true));
    near(got.permutation.p, 2.0 / 576.0, 1e-12);
    let all = correlation(&VALUES, &years, &[0; 8], 1).unwrap();
    let plain = by_number(&VALUES, &years, 1).unwrap();
    near(all.rho, plain.statistic, 1e-12);
    let (low, high) = all.interval.unwrap();
    assert!(low < all.rho && all.rho < high && low >= -1.0 && high <= 1.0);
}

#[test]
fn refused() {
    assert_eq!(difference(&[], &[], &[], 0), Err(Invalid::Empty));
    assert_eq!(difference(&[1.0, f64::NAN], &[true, false], &[0, 0], 0), Err(Invalid::NotFinite));
    assert_eq!(difference(&[1.0], &[true, false], &[0, 0], 0), Err(Invalid::LengthsDiffer));
    assert_eq!(difference(&[1.0, 2.0], &[true, false], &[0, 1], 0), Err(Invalid::TooFew));
    assert_eq!(difference(&[0.1; 4], &[true, false, true, false], &[0; 4], 0), Err(Invalid::NoVariation));
    assert_eq!(correlation(&[1.0, 2.0], &[1.0, 2.0], &[0, 0], 0), Err(Invalid::TooFew));
    assert_eq!(correlation(&[1.0, 2.0, 3.0], &[4.0; 3], &[0; 3], 0), Err(Invalid::NoVariation));
    assert_eq!(correlation(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], &[0, 1, 2], 0), Err(Invalid::NoVariation));
    assert!(difference(&[1.0, 2.0], &[true, false], &[0, 0], 0).unwrap().test.is_none(), "one agent a side has no variance");
}

proptest! {
    /// A supplier's level is nobody's merit: moving one supplier as a whole changes nothing.
    #[test]
    fn levels_of_strata_do_not_matter(seed in 0_u64..500, lift in -5.0..5.0_f64) {
        let mut random = Random::new(seed);
        let values: Vec<f64> = (0..10).map(|_| random.normal()).collect();
        let has: Vec<bool> = (0..10).map(|i| i % 2 == 0).collect();
        let strata: Vec<usize> = (0..10).map(|i| i / 5).collect();
        let lifted: Vec<f64> = values.iter().zip(&strata).map(|(v, s)| v + lift * *s as f64).collect();
        let (one, other) = (difference(&values, &has, &strata, 1).unwrap(), difference(&lifted, &has, &strata, 1).unwrap());
        prop_assert!((one.estimate - other.estimate).abs() < 1e-9 && (one.permutation.p - other.permutation.p).abs() < 1e-12);
        let flipped: Vec<bool> = has.iter().map(|h| !h).collect();
        prop_assert!((difference(&values, &flipped, &strata, 1).unwrap().estimate + one.estimate).abs() < 1e-9);
    }

    #[test]
    fn one_stratum_is_the_test_without_strata(seed in 0_u64..200) {
        let mut random = Random::new(seed);
        let values: Vec<f64> = (0..9).map(|_| random.normal()).collect();
        let has: Vec<bool> = (0..9).map(|i| i < 4).collect();
        let labels: Vec<usize> = has.iter().map(|h| usize::from(*h)).collect();
        let (got, plain) = (difference(&values, &has, &[2; 9], 1).unwrap(), by_group(&values, &labels, 1).unwrap());
        prop_assert!((got.permutation.p - plain.p).abs() < 1e-12 && (got.estimate - plain.statistic).abs() < 1e-9);
    }
}
