//! P values of many tests at once, adjusted so that the family as a whole says no more than it can.
//!
//! One family is one metric over all agents of a report. Every function returns the adjusted values in the order of the input, with
//! ties treated as R's `p.adjust` does; comparing an adjusted value with a level gives the procedure's decision.

use super::{Invalid, Result, checked};

/// False discovery rate (Benjamini and Hochberg 1995): of those at or below `q`, at most a share `q` is expected to be wrong.
///
/// # Errors
/// [`Invalid::Empty`] for none, [`Invalid::NotFinite`] or [`Invalid::OutOfRange`] for a value that is no probability.
pub fn benjamini_hochberg(p: &[f64]) -> Result<Vec<f64>> {
    step_up(p, 1.0)
}

/// False discovery rate under any dependence (Benjamini and Yekutieli 2001): [`benjamini_hochberg`] times `1 + 1/2 + … + 1/m`.
///
/// # Errors
/// As [`benjamini_hochberg`].
pub fn benjamini_yekutieli(p: &[f64]) -> Result<Vec<f64>> {
    step_up(p, (1..=p.len()).map(|rank| 1.0 / rank as f64).sum())
}

/// Family-wise error rate (Holm 1979): never weaker than [`bonferroni`], and needs no independence either.
///
/// # Errors
/// As [`benjamini_hochberg`].
pub fn holm(p: &[f64]) -> Result<Vec<f64>> {
    let order = ascending(p)?;
    let mut adjusted = vec![0.0; p.len()];
    let mut largest: f64 = 0.0;
    for (before, &at) in order.iter().enumerate() {
        largest = largest.max(p[at] * (p.len() - before) as f64);
        adjusted[at] = largest.min(1.0);
    }
    Ok(adjusted)
}

/// Family-wise error rate: every value times the number of tests.
///
/// # Errors
/// As [`benjamini_hochberg`].
pub fn bonferroni(p: &[f64]) -> Result<Vec<f64>> {
    ascending(p)?;
    let tests = p.len() as f64;
    Ok(p.iter().map(|p| (p * tests).min(1.0)).collect())
}

/// `p · m · factor / rank`, then the smallest from the largest p down.
fn step_up(p: &[f64], factor: f64) -> Result<Vec<f64>> {
    let order = ascending(p)?;
    let mut adjusted = vec![0.0; p.len()];
    let mut smallest: f64 = 1.0;
    for (at_rank, &at) in order.iter().enumerate().rev() {
        smallest = smallest.min(p[at] * p.len() as f64 * factor / (at_rank + 1) as f64);
        adjusted[at] = smallest;
    }
    Ok(adjusted)
}

/// The places of the values from the smallest to the largest; equal ones in the order of the input.
fn ascending(p: &[f64]) -> Result<Vec<usize>> {
    checked(p)?;
    if p.iter().any(|p| !(0.0..=1.0).contains(p)) {
        return Err(Invalid::OutOfRange("p value"));
    }
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::super::numbers::{case, list, near};
    use super::*;
    use proptest::prelude::*;

    const NUMBERS: &str = include_str!("../../tests/numbers/02_target_tests_multiplicity.json");
    type Adjust = fn(&[f64]) -> Result<Vec<f64>>;
    const ALL: [Adjust; 4] = [benjamini_hochberg, benjamini_yekutieli, holm, bonferroni];

    #[test]
    fn the_example_of_1995() {
        let case = case(NUMBERS, "bh_1995_paper_15_pvalues");
        let p = list(&case["inputs"]["p"]);
        for (name, adjust) in ["bh_adjusted", "benjamini_yekutieli", "holm", "bonferroni"].into_iter().zip(ALL) {
            let (got, want) = (adjust(&p).unwrap(), list(&case["expected"][name]));
            assert_eq!(got.len(), want.len());
            got.iter().zip(want).for_each(|(got, want)| near(*got, want, case["tolerance"].as_f64().unwrap()));
        }
        let q = case["inputs"]["q"].as_f64().unwrap();
        let rejected = |values: Vec<f64>| values.iter().filter(|p| **p <= q).count();
        assert_eq!(serde_json::json!(rejected(benjamini_hochberg(&p).unwrap())), case["expected"]["n_reject_bh"]);
        assert_eq!(serde_json::json!(rejected(bonferroni(&p).unwrap())), case["expected"]["n_reject_bonferroni"]);
    }

    #[test]
    fn ties() {
        let case = case(NUMBERS, "bh_ties");
        let got = benjamini_hochberg(&list(&case["inputs"]["p"])).unwrap();
        got.iter().zip(list(&case["expected"]["bh_adjusted"])).for_each(|(got, want)| near(*got, want, 1e-10));
    }

    #[test]
    fn refused() {
        for adjust in ALL {
            assert_eq!(adjust(&[]), Err(Invalid::Empty));
            assert_eq!(adjust(&[0.1, f64::NAN]), Err(Invalid::NotFinite));
            assert_eq!(adjust(&[0.1, 1.1]), Err(Invalid::OutOfRange("p value")));
            assert_eq!(adjust(&[-0.1]), Err(Invalid::OutOfRange("p value")));
            assert_eq!(adjust(&[0.2]), Ok(vec![0.2]));
        }
    }

    proptest! {
        #[test]
        fn laws(p in prop::collection::vec(0.0..=1.0, 1..40)) {
            let turned: Vec<f64> = p.iter().rev().copied().collect();
            let [bh, by, holm, bonferroni] = ALL.map(|adjust| adjust(&p).unwrap());
            for (adjust, values) in ALL.into_iter().zip([&bh, &by, &holm, &bonferroni]) {
                let mut back = adjust(&turned).unwrap();
                back.reverse();
                prop_assert_eq!(&back, values, "the order of the input does not matter");
            }
            for at in 0..p.len() {
                prop_assert!(p[at] <= bh[at] + 1e-15 && bh[at] <= by[at] + 1e-15 && bh[at] <= holm[at] + 1e-15);
                prop_assert!(holm[at] <= bonferroni[at] && bonferroni[at] <= 1.0 && by[at] <= 1.0);
            }
        }
    }
}
