//! Intervals for the true rate behind a proportion.
//!
//! Wilson's is the one to print: it holds the true rate about as often as it says, down to five surveys. Clopper and Pearson's never
//! holds it less often than it says and is wide for that. Jeffreys' is the Bayesian answer without prior knowledge.

use super::distribution::{Z_95, beta_quantile, z_of};
use super::{Proportion, Result, checked_open_unit};

/// Wilson's score interval (Wilson 1927): centre `(p + z²/2n) / (1 + z²/n)`, both ends within 0 to 1.
///
/// # Errors
/// [`super::Invalid::OutOfRange`] for a confidence that is not strictly between 0 and 1.
pub fn wilson(p: Proportion, confidence: f64) -> Result<(f64, f64)> {
    checked_open_unit(confidence, "confidence").map(|c| score(p, z_of(c)))
}

/// [`wilson`] at 95 %, which cannot fail.
pub fn wilson_95(p: Proportion) -> (f64, f64) {
    score(p, Z_95)
}

/// All rates the score test with `z` standard errors does not reject.
fn score(proportion: Proportion, z: f64) -> (f64, f64) {
    let (n, p, z2) = (proportion.n() as f64, proportion.rate(), z * z);
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = wilson_half_width(p, n, z);
    // At no hit and at all hits one end is 0 or 1 by algebra; rounding would leave 10⁻¹⁷.
    let low = if proportion.hits() == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if proportion.hits() == proportion.n() { 1.0 } else { (centre + half).min(1.0) };
    (low, high)
}

/// Half the width of Wilson's interval at rate `p` of `n` trials; neither need be whole.
pub(super) fn wilson_half_width(p: f64, n: f64, z: f64) -> f64 {
    let z2 = z * z;
    z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt()
}

/// The exact interval (Clopper and Pearson 1934): the rates neither one-sided exact test rejects at half of `1 - confidence`.
///
/// No hit has the low end 0, all hits the high end 1.
///
/// # Errors
/// [`super::Invalid::OutOfRange`] for a confidence that is not strictly between 0 and 1.
pub fn clopper_pearson(p: Proportion, confidence: f64) -> Result<(f64, f64)> {
    let tail = (1.0 - checked_open_unit(confidence, "confidence")?) / 2.0;
    let (hits, misses) = (p.hits() as f64, p.flipped().hits() as f64);
    let low = if p.hits() == 0 { 0.0 } else { beta_quantile(hits, misses + 1.0, tail) };
    let high = if p.hits() == p.n() { 1.0 } else { beta_quantile(hits + 1.0, misses, 1.0 - tail) };
    Ok((low, high))
}

/// Jeffreys' interval: the raw quantiles of the beta distribution with shapes `hits + ½` and `misses + ½`.
///
/// Raw: no hit has a low end slightly above 0, all hits a high end slightly below 1. Brown, Cai and `DasGupta` (2001) set those
/// to 0 and 1; the quantiles are what R and statsmodels return.
///
/// # Errors
/// [`super::Invalid::OutOfRange`] for a confidence that is not strictly between 0 and 1.
pub fn jeffreys(p: Proportion, confidence: f64) -> Result<(f64, f64)> {
    let tail = (1.0 - checked_open_unit(confidence, "confidence")?) / 2.0;
    let (a, b) = (p.hits() as f64 + 0.5, p.flipped().hits() as f64 + 0.5);
    Ok((beta_quantile(a, b, tail), beta_quantile(a, b, 1.0 - tail)))
}

#[cfg(test)]
mod tests {
    use super::super::numbers::{case, list, near};
    use super::super::{Invalid, Proportion, Result};
    use super::{clopper_pearson, jeffreys, wilson, wilson_95};
    use proptest::prelude::*;

    const NUMBERS: &str = include_str!("../../tests/numbers/01_proportion_ci.json");
    type Interval = fn(Proportion, f64) -> Result<(f64, f64)>;
    const ALL: [Interval; 3] = [wilson, clopper_pearson, jeffreys];

    fn of(hits: u64, n: u64) -> Proportion {
        Proportion::new(hits, n).unwrap()
    }

    #[test]
    fn other_peoples_software() {
        let counts = [(0, 5), (1, 1), (3, 10), (8, 10), (10, 10), (47, 50), (231, 300), (950, 1000), (4321, 5000)];
        for (hits, n) in counts {
            let case = case(NUMBERS, &format!("ci_{hits}_of_{n}"));
            let tolerance = case["tolerance"].as_f64().unwrap();
            let p = of(hits, n);
            for (name, (low, high)) in [
                ("wilson_95", wilson(p, 0.95).unwrap()),
                ("wilson_95", wilson_95(p)),
                ("wilson_998", wilson(p, 0.998).unwrap()),
                ("clopper_pearson_95", clopper_pearson(p, 0.95).unwrap()),
                ("jeffreys_95_raw_beta_quantiles", jeffreys(p, 0.95).unwrap()),
            ] {
                let want = list(&case["expected"][name]);
                near(low, want[0], tolerance);
                near(high, want[1], tolerance);
            }
        }
        let cases: Vec<serde_json::Value> = serde_json::from_str(NUMBERS).unwrap();
        assert_eq!(cases.len(), counts.len(), "every case of the file is read");
    }

    /// Newcombe 1998, table I: 81 of 263 and 15 of 148; 0 of 20; 1 of 29.
    #[test]
    fn published_intervals() {
        for (hits, n, low, high) in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)] {
            let (a, b) = wilson_95(of(hits, n));
            assert!((a - low).abs() < 5e-5 && (b - high).abs() < 5e-5, "{hits} of {n}: {a} {b}");
        }
    }

    #[test]
    fn nothing_and_everything() {
        for n in [1, 5, 5_000_000] {
            for interval in [wilson, clopper_pearson] {
                near(interval(of(0, n), 0.95).unwrap().0, 0.0, 0.0);
                near(interval(of(n, n), 0.95).unwrap().1, 1.0, 0.0);
            }
        }
    }

    #[test]
    fn a_confidence_is_strictly_between_0_and_1() {
        for confidence in [0.0, 1.0, -0.1, 95.0, f64::NAN, f64::INFINITY] {
            for interval in ALL {
                assert_eq!(interval(of(3, 7), confidence), Err(Invalid::OutOfRange("confidence")));
            }
        }
    }

    /// Ten million tickets at an absurd confidence: finite, ordered, around the rate.
    #[test]
    fn large_counts() {
        for confidence in [0.5, 0.95, 0.998, 1.0 - 1e-12] {
            for interval in ALL {
                let (low, high) = interval(of(8_500_000, 10_000_000), confidence).unwrap();
                assert!(low < 0.85 && high > 0.85 && high - low < 0.002, "{low} {high}");
            }
        }
    }

    proptest! {
        #[test]
        fn laws(n in 1_u64..3000, share in 0.0..=1.0, confidence in 0.5..0.9999) {
            let p = of((share * n as f64) as u64, n);
            for interval in ALL {
                let (low, high) = interval(p, confidence).unwrap();
                prop_assert!(0.0 <= low && low < high && high <= 1.0);
                let (mirrored_low, mirrored_high) = interval(p.flipped(), confidence).unwrap();
                prop_assert!((low - (1.0 - mirrored_high)).abs() < 1e-10 && (high - (1.0 - mirrored_low)).abs() < 1e-10);
                let (wide_low, wide_high) = interval(p, f64::midpoint(1.0, confidence)).unwrap();
                prop_assert!(wide_low <= low && wide_high >= high);
                if p.hits() < n {
                    let (next_low, next_high) = interval(of(p.hits() + 1, n), confidence).unwrap();
                    prop_assert!(next_low > low && next_high > high || next_high >= 1.0);
                }
            }
            let (low, high) = wilson(p, confidence).unwrap();
            prop_assert!(low <= p.rate() && p.rate() <= high);
        }
    }
}
