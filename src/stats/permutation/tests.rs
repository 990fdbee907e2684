use proptest::prelude::{prop, proptest};

use super::super::numbers::near;
use super::super::random::Random;
use super::{DRAWS, Invalid, assignments, by_group, by_number, next_order, ranks};

#[test]
fn ways_to_deal_groups() {
    assert_eq!(assignments(&[6, 6]), Some(924));
    assert_eq!(assignments(&[1, 1, 1, 1]), Some(24));
    assert_eq!(assignments(&[2, 3, 4]), Some(1260));
    assert_eq!(assignments(&[50]), Some(1));
    assert_eq!(assignments(&[10, 10]), Some(184_756));
    assert_eq!(assignments(&[10, 11]), None);
    assert_eq!(assignments(&[1_000_000, 1_000_000]), None);
}

/// All orders appear, once each.
#[test]
fn orders() {
    let mut items = vec![0, 0, 1, 2];
    let mut seen = vec![items.clone()];
    while next_order(&mut items) {
        seen.push(items.clone());
    }
    assert_eq!(seen.len(), 12);
    assert!(seen.is_sorted());
    seen.dedup();
    assert_eq!(seen.len(), 12);
}

/// Fisher's worked idea by hand: of the six ways to pick two of 1, 2, 3, 4, only {3, 4} and {1, 2} differ by 2.
#[test]
fn two_groups_by_hand() {
    let test = by_group(&[1.0, 2.0, 3.0, 4.0], &[0, 0, 1, 1], 0).unwrap();
    near(test.statistic, 2.0, 1e-15);
    near(test.p, 2.0 / 6.0, 1e-15);
    assert_eq!((test.rearrangements, test.exact), (6, true));
}

/// Three groups of two: of the 90 deals the 6 that keep the pairs together are the most extreme.
#[test]
fn three_groups_by_hand() {
    let test = by_group(&[0.0, 0.1, 5.0, 5.1, 9.0, 9.1], &[4, 4, 7, 7, 9, 9], 0).unwrap();
    near(test.p, 6.0 / 90.0, 1e-15);
    assert!(test.statistic > 0.999 && test.statistic < 1.0);
}

#[test]
fn numbers_by_hand() {
    let test = by_number(&[1.0, 2.0, 3.0, 4.0], &[10.0, 20.0, 40.0, 30.0], 0).unwrap();
    near(test.statistic, 0.8, 1e-15);
    // Of 24 orders: 1 of correlation 1, 3 of 0.8, and as many mirrored.
    near(test.p, 8.0 / 24.0, 1e-15);
    let opposite = by_number(&[1.0, 2.0, 3.0, 4.0], &[4.0, 3.0, 2.0, 1.0], 0).unwrap();
    near(opposite.statistic, -1.0, 1e-15);
    near(opposite.p, 2.0 / 24.0, 1e-15);
}

#[test]
fn ties_share_their_rank() {
    assert_eq!(ranks(&[3.0, 1.0, 3.0, -0.0, 0.0]), [4.5, 3.0, 4.5, 1.5, 1.5]);
}

/// The drawn p is near the exact one, and the seed decides it.
#[test]
fn draws_estimate_the_exact() {
    let mut random = Random::new(11);
    let values: Vec<f64> = (0..21).map(|i| random.normal() + if i < 10 { 0.8 } else { 0.0 }).collect();
    let labels: Vec<usize> = (0..21).map(|i| usize::from(i < 10)).collect();
    let drawn = by_group(&values, &labels, 1).unwrap();
    assert_eq!((drawn.rearrangements, drawn.exact), (DRAWS, false));
    assert_eq!(drawn, by_group(&values, &labels, 1).unwrap());
    assert_ne!(drawn.p.to_bits(), by_group(&values, &labels, 2).unwrap().p.to_bits());
    // The exact p, from all 352,716 ways.
    let total: f64 = values.iter().sum();
    let observed = values[..10].iter().sum::<f64>() / 10.0 - values[10..].iter().sum::<f64>() / 11.0;
    let (mut extreme, mut all) = (0_u32, 0_u32);
    for mask in 0_u32..1 << 21 {
        if mask.count_ones() == 10 {
            let inside: f64 = values.iter().enumerate().filter(|&(i, _)| mask >> i & 1 == 1).map(|(_, v)| v).sum();
            all += 1;
            extreme += u32::from((inside / 10.0 - (total - inside) / 11.0).abs() >= observed.abs() - 1e-12);
        }
    }
    assert_eq!(all, 352_716);
    let exact = f64::from(extreme) / f64::from(all);
    near(drawn.p, exact, 4.0 * (exact * (1.0 - exact) / DRAWS as f64).sqrt());
}

/// The smallest p that can be drawn is `1 / 10,000`, not zero.
#[test]
fn never_zero() {
    let values: Vec<f64> = (0..30).map(f64::from).collect();
    let labels: Vec<usize> = (0..30).map(|i| i / 15).collect();
    near(by_group(&values, &labels, 5).unwrap().p, 1.0 / 10_000.0, 1e-15);
    near(by_number(&values, &values, 5).unwrap().p, 1.0 / 10_000.0, 1e-15);
}

/// When the attribute means nothing, p is below 5 % in about 5 % of cases.
#[test]
fn false_alarms() {
    let mut random = Random::new(2024);
    let mut alarms = [0_u32; 2];
    for seed in 0..1000 {
        let values: Vec<f64> = (0..8).map(|_| random.normal()).collect();
        let years: Vec<f64> = (0..8).map(|_| random.unit()).collect();
        alarms[0] += u32::from(by_group(&values, &[0, 0, 0, 0, 1, 1, 1, 1], seed).unwrap().p <= 0.06);
        alarms[1] += u32::from(seed < 60 && by_number(&values, &years, seed).unwrap().p <= 0.5);
    }
    // 4 of 70 deals are within 0.06: 57 of 1,000 are expected, with a standard deviation of 7.3. Half of 60, with 3.9.
    assert!((35..=80).contains(&alarms[0]) && (18..=42).contains(&alarms[1]), "{alarms:?}");
}

/// Names of groups, the order of agents and the unit of the values do not matter; swapping the groups turns the sign.
#[test]
fn laws() {
    let values = prop::collection::vec(-5.0..5.0_f64, 8);
    proptest!(|(values in values, shift in -3.0..3.0_f64)| {
        let labels = [0, 1, 1, 0, 1, 0, 0, 1];
        let test = by_group(&values, &labels, 3).unwrap();
        let swapped = by_group(&values, &labels.map(|l| 9 - 5 * l), 3).unwrap();
        near(swapped.statistic, -test.statistic, 1e-12);
        near(swapped.p, test.p, 1e-12);
        let (mut backwards, mut labels_back) = (values.clone(), labels);
        backwards.reverse();
        labels_back.reverse();
        near(by_group(&backwards, &labels_back, 3).unwrap().p, test.p, 1e-12);
        let mirrored: Vec<f64> = values.iter().map(|v| shift - 2.0 * v).collect();
        let other = by_group(&mirrored, &labels, 3).unwrap();
        near(other.statistic, -2.0 * test.statistic, 1e-10);
        near(other.p, test.p, 1e-12);
        let stretched: Vec<f64> = values.iter().map(|v| v.exp()).collect();
        let attribute = [3.0, 1.0, 2.0, 2.0, 8.0, 5.0, 4.0, 0.5];
        let rank = by_number(&values, &attribute, 3).unwrap();
        let same = by_number(&stretched, &attribute, 3).unwrap();
        near(rank.statistic, same.statistic, 1e-12);
        near(rank.p, same.p, 1e-12);
    });
}

#[test]
fn refused() {
    assert_eq!(by_group(&[], &[], 0), Err(Invalid::Empty));
    assert_eq!(by_group(&[1.0, f64::NAN], &[0, 1], 0), Err(Invalid::NotFinite));
    assert_eq!(by_group(&[1e308, -1e308], &[0, 1], 0), Err(Invalid::NotFinite));
    assert_eq!(by_group(&[1.0, 2.0], &[0], 0), Err(Invalid::LengthsDiffer));
    assert_eq!(by_group(&[1.0, 2.0], &[3, 3], 0), Err(Invalid::TooFew));
    assert_eq!(by_group(&[0.1, 0.1, 0.1], &[0, 1, 1], 0), Err(Invalid::NoVariation));
    assert_eq!(by_number(&[], &[], 0), Err(Invalid::Empty));
    assert_eq!(by_number(&[1.0], &[], 0), Err(Invalid::Empty));
    assert_eq!(by_number(&[1.0, 2.0, 3.0], &[1.0, 2.0, f64::INFINITY], 0), Err(Invalid::NotFinite));
    assert_eq!(by_number(&[1.0, 2.0, 3.0], &[1.0, 2.0], 0), Err(Invalid::LengthsDiffer));
    assert_eq!(by_number(&[1.0, 2.0], &[1.0, 2.0], 0), Err(Invalid::TooFew));
    assert_eq!(by_number(&[1.0, 2.0, 3.0], &[4.0, 4.0, 4.0], 0), Err(Invalid::NoVariation));
    assert_eq!(by_number(&[1.0, 1.0, 1.0], &[1.0, 2.0, 4.0], 0), Err(Invalid::NoVariation));
}
