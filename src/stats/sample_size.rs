//! How much data an answer needs, and how often a rule is fooled by chance: exact sums, no simulation.

use super::distribution::{binomial_pmf, normal_quantile, z_of};
use super::interval::wilson_half_width;
use super::{Invalid, Proportion, Result, checked_open_unit};

/// The most trials an exact sum goes over.
const MOST_TRIALS: u64 = 50_000_000;

/// The smallest number of trials whose Wilson interval, at this rate, reaches at most `margin` to either side.
///
/// The rate is taken as it is, `rate · n` need not be whole. Solved from `margin² (n + z²)² = z² (rate (1 - rate) n + z²/4)`.
///
/// # Errors
/// [`Invalid::OutOfRange`] for a rate outside 0 to 1, or a margin or a confidence that is not strictly between 0 and 1.
pub fn trials_for_margin(rate: f64, margin: f64, confidence: f64) -> Result<u64> {
    if !(0.0..=1.0).contains(&rate) {
        return Err(Invalid::OutOfRange("rate"));
    }
    let margin2 = checked_open_unit(margin, "margin")?.powi(2);
    let z = z_of(checked_open_unit(confidence, "confidence")?);
    let (z2, spread) = (z * z, rate * (1.0 - rate));
    let (half_b, c) = (z2 * (margin2 - spread / 2.0), z2 * z2 * (margin2 - 0.25));
    let root = (-half_b + (half_b * half_b - margin2 * c).max(0.0).sqrt()) / margin2;
    let fits = |n: u64| wilson_half_width(rate, n as f64, z) <= margin;
    // Rounding may put the root one beside the whole number it stands for.
    let guess = (root.ceil() as u64).max(1);
    Ok(if guess > 1 && fits(guess - 1) {
        guess - 1
    } else if fits(guess) {
        guess
    } else {
        guess + 1
    })
}

/// Trials on each side to prove a change from one rate to another, two-sided, by the pooled-null formula (Fleiss 1981, without the
/// correction for continuity).
///
/// # Errors
/// [`Invalid::OutOfRange`] for rates, a confidence or a power that are not strictly between 0 and 1, [`Invalid::NoVariation`] for
/// equal rates.
pub fn trials_per_side(before: f64, after: f64, confidence: f64, power: f64) -> Result<u64> {
    let (p0, p1) = (checked_open_unit(before, "rate")?, checked_open_unit(after, "rate")?);
    let z_confidence = z_of(checked_open_unit(confidence, "confidence")?);
    let z_power = normal_quantile(checked_open_unit(power, "power")?);
    let pooled = f64::midpoint(p0, p1);
    let null = z_confidence * (2.0 * pooled * (1.0 - pooled)).sqrt();
    let alternative = z_power * (p0 * (1.0 - p0) + p1 * (1.0 - p1)).sqrt();
    let n = ((null + alternative).max(0.0) / (p1 - p0)).powi(2);
    if n.is_finite() { Ok((n.ceil() as u64).max(1)) } else { Err(Invalid::NoVariation) }
}

/// The exact share of samples of `n` trials whose interval holds the true rate.
///
/// # Errors
/// [`Invalid::OutOfRange`] for a rate outside 0 to 1 or more than 50 million trials, [`Invalid::Empty`] for none, and whatever the
/// interval refuses.
pub fn coverage(rate: f64, n: u64, interval: impl Fn(Proportion) -> Result<(f64, f64)>) -> Result<f64> {
    let (first, chances) = likely(rate, n)?;
    let mut held = 0.0;
    for (hits, chance) in (first..).zip(&chances) {
        let (low, high) = interval(Proportion::new(hits, n)?)?;
        if low <= rate && rate <= high {
            held += chance;
        }
    }
    Ok(held.min(1.0))
}

/// The exact share of comparisons whose rates differ by at least `threshold` although the true rate is the same: what an arrow
/// "moved by 5 points" shows when nothing happened. `n` is the trials of both periods.
///
/// # Errors
/// [`Invalid::OutOfRange`] for a rate outside 0 to 1, a threshold that is not strictly between 0 and 1, or more than 50 million
/// trials, [`Invalid::Empty`] for a period without trials.
pub fn false_moves(rate: f64, n: [u64; 2], threshold: f64) -> Result<f64> {
    checked_open_unit(threshold, "threshold")?;
    let ((first0, chances0), (first1, chances1)) = (likely(rate, n[0])?, likely(rate, n[1])?);
    let mut below = vec![0.0];
    below.extend(chances0.iter().scan(0.0, |sum, chance| {
        *sum += chance;
        Some(*sum)
    }));
    let all = below[chances0.len()];
    // 0.05 of 40 trials is 2 hits; the product of floats must not miss it.
    let (n0, slack) = (n[0] as f64, 1e-9 * n[0] as f64);
    let place = |hits: f64| ((hits - first0 as f64).max(0.0) as usize).min(chances0.len());
    let mut moved = 0.0;
    for (hits, chance) in (first1..).zip(&chances1) {
        let now = hits as f64 / n[1] as f64;
        let fallen_from = place((n0 * (now + threshold) - slack).ceil());
        let risen_from = place((n0 * (now - threshold) + slack).floor() + 1.0);
        moved += chance * (all - below[fallen_from] + below[risen_from]);
    }
    Ok(moved.min(1.0))
}

/// The chances of the hits that can happen: from the first on, 40 standard deviations to either side hold all a float can tell.
fn likely(rate: f64, n: u64) -> Result<(u64, Vec<f64>)> {
    match n {
        0 => return Err(Invalid::Empty),
        _ if !(0.0..=1.0).contains(&rate) => return Err(Invalid::OutOfRange("rate")),
        _ if n > MOST_TRIALS => return Err(Invalid::OutOfRange("number of trials")),
        _ => {}
    }
    let (mean, reach) = (n as f64 * rate, 40.0 * (n as f64 * rate * (1.0 - rate)).sqrt() + 40.0);
    let (first, last) = ((mean - reach).max(0.0) as u64, ((mean + reach) as u64).min(n));
    Ok((first, (first..=last).map(|hits| binomial_pmf(hits, n, rate)).collect()))
}

#[cfg(test)]
mod tests {
    use super::super::interval::{clopper_pearson, wilson};
    use super::super::numbers::{case, list, near};
    use super::*;
    use proptest::prelude::*;

    const NUMBERS: &str = include_str!("../../tests/numbers/22_calibration.json");

    fn rows(name: &str) -> (Vec<Vec<f64>>, f64) {
        let case = case(NUMBERS, name);
        let rows: Vec<Vec<f64>> = case["expected"]["rows"].as_array().unwrap().iter().map(list).collect();
        assert!(rows.len() >= 4);
        (rows, case["tolerance"].as_f64().unwrap())
    }

    /// The textbook interval `p ± z √(p(1-p)/n)`, here only to show what it does.
    fn wald(p: Proportion) -> (f64, f64) {
        let half = z_of(0.95) * (p.rate() * (1.0 - p.rate()) / p.n() as f64).sqrt();
        (p.rate() - half, p.rate() + half)
    }

    #[test]
    fn coverage_of_three_intervals() {
        let (rows, tolerance) = rows("interval_exact_coverage");
        for row in rows {
            let (rate, n) = (row[0], row[1] as u64);
            near(coverage(rate, n, |p| Ok(wald(p))).unwrap(), row[2], tolerance);
            near(coverage(rate, n, |p| wilson(p, 0.95)).unwrap(), row[3], tolerance);
            near(coverage(rate, n, |p| clopper_pearson(p, 0.95)).unwrap(), row[4], tolerance);
        }
    }

    #[test]
    fn arrows_that_mean_nothing() {
        let case = case(NUMBERS, "week_on_week_arrow_false_movement");
        let input = |name: &str| case["inputs"][name].as_f64().unwrap();
        let (rows, tolerance) = rows("week_on_week_arrow_false_movement");
        for row in rows {
            let n = row[0] as u64;
            near(false_moves(input("true_rate"), [n, n], input("threshold")).unwrap(), row[1], tolerance);
        }
    }

    #[test]
    fn surveys_for_a_margin() {
        for row in rows("surveys_needed_for_margin").0 {
            assert_eq!(trials_for_margin(row[0], row[1], 0.95), Ok(row[2] as u64), "{row:?}");
        }
    }

    #[test]
    fn surveys_to_prove_a_change() {
        for row in rows("surveys_per_group_to_prove_a_change").0 {
            assert_eq!(trials_per_side(row[0], row[1], 0.95, 0.8), Ok(row[2] as u64), "{row:?}");
            assert_eq!(trials_per_side(row[1], row[0], 0.95, 0.8), Ok(row[2] as u64), "the way back");
            assert_eq!(trials_per_side(1.0 - row[0], 1.0 - row[1], 0.95, 0.8), Ok(row[2] as u64), "good and bad");
        }
    }

    #[test]
    fn refused() {
        assert_eq!(trials_for_margin(1.5, 0.1, 0.95), Err(Invalid::OutOfRange("rate")));
        assert_eq!(trials_for_margin(f64::NAN, 0.1, 0.95), Err(Invalid::OutOfRange("rate")));
        assert_eq!(trials_for_margin(0.5, 0.0, 0.95), Err(Invalid::OutOfRange("margin")));
        assert_eq!(trials_for_margin(0.5, 0.1, 1.0), Err(Invalid::OutOfRange("confidence")));
        assert_eq!(trials_per_side(0.8, 0.8, 0.95, 0.8), Err(Invalid::NoVariation));
        assert_eq!(trials_per_side(0.0, 0.8, 0.95, 0.8), Err(Invalid::OutOfRange("rate")));
        assert_eq!(trials_per_side(0.7, 0.8, 0.95, f64::NAN), Err(Invalid::OutOfRange("power")));
        assert_eq!(trials_per_side(0.7, 0.8, 0.0, 0.8), Err(Invalid::OutOfRange("confidence")));
        assert_eq!(coverage(0.5, 0, |p| Ok(wald(p))), Err(Invalid::Empty));
        assert_eq!(coverage(-0.5, 10, |p| Ok(wald(p))), Err(Invalid::OutOfRange("rate")));
        assert_eq!(coverage(0.5, u64::MAX, |p| Ok(wald(p))), Err(Invalid::OutOfRange("number of trials")));
        assert_eq!(coverage(0.5, 10, |p| wilson(p, 2.0)), Err(Invalid::OutOfRange("confidence")));
        assert_eq!(false_moves(0.5, [10, 0], 0.1), Err(Invalid::Empty));
        assert_eq!(false_moves(0.5, [10, 10], 0.0), Err(Invalid::OutOfRange("threshold")));
    }

    #[test]
    fn nothing_moves_at_0_and_100_percent() {
        for rate in [0.0, 1.0] {
            near(false_moves(rate, [30, 50], 0.01).unwrap(), 0.0, 1e-15);
            near(coverage(rate, 30, |p| wilson(p, 0.95)).unwrap(), 1.0, 1e-15);
        }
        near(false_moves(0.85, [4_000_000, 4_000_000], 0.05).unwrap(), 0.0, 1e-12);
    }

    proptest! {
        #[test]
        fn a_margin_needs_no_less(rate in 0.0..=1.0, margin in 0.005..0.6, confidence in 0.5..0.999) {
            let n = trials_for_margin(rate, margin, confidence).unwrap();
            let z = z_of(confidence);
            prop_assert!(wilson_half_width(rate, n as f64, z) <= margin);
            prop_assert!(n == 1 || wilson_half_width(rate, n as f64 - 1.0, z) > margin);
            prop_assert!(trials_for_margin(rate, margin / 2.0, confidence).unwrap() >= n);
            prop_assert!(trials_for_margin(1.0 - rate, margin, confidence).unwrap().abs_diff(n) <= 1);
        }

        #[test]
        fn moves_one_by_one(rate in 0.0..=1.0, n in (1_u64..40, 1_u64..40), threshold in 0.001..0.9) {
            let moved = |a: u64, b: u64| (a as f64 / n.0 as f64 - b as f64 / n.1 as f64).abs() >= threshold - 1e-9;
            let pairs = (0..=n.0).flat_map(|a| (0..=n.1).map(move |b| (a, b)));
            let chance = |(a, b)| binomial_pmf(a, n.0, rate) * binomial_pmf(b, n.1, rate);
            let want: f64 = pairs.filter(|&(a, b)| moved(a, b)).map(chance).sum();
            prop_assert!((false_moves(rate, [n.0, n.1], threshold).unwrap() - want).abs() < 1e-12);
            prop_assert!((false_moves(rate, [n.1, n.0], threshold).unwrap() - want).abs() < 1e-12);
        }
    }
}
