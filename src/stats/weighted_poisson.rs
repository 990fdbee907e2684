//! Limits for a total that comes in lumps: repeat contacts come in chains, and a chain of five is one misfortune, not five.

use super::distribution::gamma_quantile;
use super::{Invalid, Result, checked_open_unit};

/// Limits of the expected total behind independent lumps of the given sizes (Fay and Feuer 1997, the gamma method for weighted sums
/// of Poisson counts): with `y` the total, `v` the sum of squares and `w` the largest lump, gamma quantiles of mean `y` and variance
/// `v`, and of mean `y + w` and variance `v + w²`. Lumps of one give Garwood's exact limits; no lumps at all are taken as lumps of one.
///
/// # Errors
/// [`Invalid::OutOfRange`] for a confidence that is not strictly between 0 and 1, or a size of 0 or less; [`Invalid::NotFinite`].
pub fn limits(sizes: &[f64], confidence: f64) -> Result<(f64, f64)> {
    let tail = (1.0 - checked_open_unit(confidence, "confidence")?) / 2.0;
    if sizes.iter().any(|size| !size.is_finite()) {
        return Err(Invalid::NotFinite);
    }
    if sizes.iter().any(|size| *size <= 0.0) {
        return Err(Invalid::OutOfRange("size"));
    }
    let (total, squares) = sizes.iter().fold((0.0, 0.0), |(y, v), size| (y + size, v + size * size));
    let largest = sizes.iter().copied().fold(0.0, f64::max);
    let largest = if sizes.is_empty() { 1.0 } else { largest };
    let quantile = |mean: f64, variance: f64, p: f64| variance / mean * gamma_quantile(mean * mean / variance, p);
    let low = if sizes.is_empty() { 0.0 } else { quantile(total, squares, tail) };
    Ok((low, quantile(total + largest, squares + largest * largest, 1.0 - tail)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::poisson::exact_limits;
    use super::super::random::Random;
    use super::*;

    fn near(a: f64, b: f64, relative: f64) {
        assert!((a - b).abs() <= relative * b.abs().max(1e-12), "{a} is not {b}");
    }

    #[test]
    fn lumps_of_one_are_a_plain_count() {
        for events in [0_u64, 1, 7, 40] {
            let (low, high) = limits(&vec![1.0; events as usize], 0.95).unwrap();
            let (want_low, want_high) = exact_limits(events, 0.95).unwrap();
            near(low, want_low, 1e-9);
            near(high, want_high, 1e-9);
        }
    }

    #[test]
    fn limits_of_uneven_lumps() {
        // y = 10, v = 30, w = 5: shapes 10/3 and 225/55, scales 3 and 55/15, by numerical integration of the gamma density.
        let (low, high) = limits(&[5.0, 1.0, 1.0, 1.0, 1.0, 1.0], 0.95).unwrap();
        near(low, LOW, 1e-6);
        near(high, HIGH, 1e-6);
    }

    const LOW: f64 = 2.301_741_124_2;
    const HIGH: f64 = 32.646_964_466_2;

    #[test]
    fn refused() {
        assert_eq!(limits(&[1.0], 1.0), Err(Invalid::OutOfRange("confidence")));
        assert_eq!(limits(&[1.0, 0.0], 0.95), Err(Invalid::OutOfRange("size")));
        assert_eq!(limits(&[f64::NAN], 0.95), Err(Invalid::NotFinite));
    }

    /// The limits hold the true mean at least as often as they say.
    #[test]
    fn they_hold_what_they_promise() {
        let mut random = Random::new(11);
        for (lumps, sizes) in [(4.0, [1.0, 1.0, 2.0]), (12.0, [1.0, 2.0, 6.0]), (40.0, [1.0, 1.0, 3.0])] {
            let mean = lumps * sizes.iter().sum::<f64>() / 3.0;
            let runs = 1_500;
            let held = (0..runs)
                .filter(|_| {
                    // As many lumps as waits of mean one fit into the time.
                    let mut drawn = Vec::new();
                    let mut time = -(1.0 - random.unit()).ln();
                    while time < lumps {
                        drawn.push(sizes[random.below(3) as usize]);
                        time -= (1.0 - random.unit()).ln();
                    }
                    let (low, high) = limits(&drawn, 0.95).unwrap();
                    low <= mean && mean <= high
                })
                .count();
            assert!(held as f64 / f64::from(runs) > 0.94, "{lumps}: {held} of {runs}");
        }
    }

    proptest! {
        #[test]
        fn laws(sizes in proptest::collection::vec(1_u32..9, 1..60), factor in 0.1..20.0_f64) {
            let sizes: Vec<f64> = sizes.into_iter().map(f64::from).collect();
            let total: f64 = sizes.iter().sum();
            let (low, high) = limits(&sizes, 0.95).unwrap();
            prop_assert!(low < total && total < high);
            // Another unit is another unit, and nothing else.
            let scaled: Vec<f64> = sizes.iter().map(|s| s * factor).collect();
            let (scaled_low, scaled_high) = limits(&scaled, 0.95).unwrap();
            prop_assert!((scaled_low / low / factor - 1.0).abs() < 1e-9 && (scaled_high / high / factor - 1.0).abs() < 1e-9);
            // Lumps tell less than as many single events.
            let (plain_low, plain_high) = limits(&vec![1.0; total as usize], 0.95).unwrap();
            prop_assert!(low <= plain_low + 1e-9 && high >= plain_high - 1e-9);
        }
    }
}
