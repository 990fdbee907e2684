//! Limits for a count of rare events. For the expected count behind it, not for the next count.

use super::distribution::{gamma_quantile, z_of};
use super::{Result, checked_open_unit};

/// Exact limits of the expected count (Garwood 1936): `χ²(α/2; 2d) / 2` and `χ²(1-α/2; 2d+2) / 2` for `d` events. No events have
/// the low limit 0.
///
/// # Errors
/// [`super::Invalid::OutOfRange`] for a confidence that is not strictly between 0 and 1.
pub fn exact_limits(events: u64, confidence: f64) -> Result<(f64, f64)> {
    let tail = (1.0 - checked_open_unit(confidence, "confidence")?) / 2.0;
    Ok((gamma_quantile(events as f64, tail), gamma_quantile(events as f64 + 1.0, 1.0 - tail)))
}

/// The 95 % limits of [`exact_limits`], which cannot fail.
pub fn exact_limits_95(events: u64) -> (f64, f64) {
    (gamma_quantile(events as f64, 0.025), gamma_quantile(events as f64 + 1.0, 0.975))
}

/// Byar's approximation of [`exact_limits`] (Breslow and Day 1987, 2.13), as public health reports print it; close from 10 events on.
///
/// # Errors
/// [`super::Invalid::OutOfRange`] for a confidence that is not strictly between 0 and 1.
pub fn byar_limits(events: u64, confidence: f64) -> Result<(f64, f64)> {
    let z = z_of(checked_open_unit(confidence, "confidence")?);
    let limit = |count: f64, z: f64| count * (1.0 - 1.0 / (9.0 * count) + z / (3.0 * count.sqrt())).max(0.0).powi(3);
    let count = events as f64;
    Ok((if events == 0 { 0.0 } else { limit(count, -z) }, limit(count + 1.0, z)))
}

#[cfg(test)]
mod tests {
    use super::super::Invalid;
    use super::super::numbers::{case, counts, list, near};
    use super::{byar_limits, exact_limits};
    use proptest::prelude::*;

    const NUMBERS: &str = include_str!("../../tests/numbers/07_case_mix.json");

    #[test]
    fn other_peoples_software() {
        let case = case(NUMBERS, "byar_and_exact_poisson_limits");
        let tolerance = case["tolerance"].as_f64().unwrap();
        for (at, events) in counts(&case["inputs"]["events"]).into_iter().enumerate() {
            for (name, (low, high)) in [("byar_95", byar_limits(events, 0.95).unwrap()), ("exact_95", exact_limits(events, 0.95).unwrap())]
            {
                let want = list(&case["expected"][name][at]);
                near(low, want[0], tolerance);
                near(high, want[1], tolerance);
            }
        }
        let want = list(&case["expected"]["exact_95_zero_events"]);
        let (low, high) = exact_limits(0, 0.95).unwrap();
        near(low, want[0], 0.0);
        near(high, want[1], tolerance);
    }

    #[test]
    fn refused() {
        for confidence in [0.0, 1.0, f64::NAN, 95.0] {
            assert_eq!(exact_limits(3, confidence), Err(Invalid::OutOfRange("confidence")));
            assert_eq!(byar_limits(3, confidence), Err(Invalid::OutOfRange("confidence")));
        }
        let (low, high) = byar_limits(0, 0.95).unwrap();
        assert!(low == 0.0 && (3.0..4.0).contains(&high));
    }

    proptest! {
        #[test]
        fn laws(events in 0_u64..20_000, confidence in 0.5..0.999) {
            let (low, high) = exact_limits(events, confidence).unwrap();
            prop_assert!(low <= events as f64 && events as f64 <= high);
            let (next_low, next_high) = exact_limits(events + 1, confidence).unwrap();
            prop_assert!(next_low > low && next_high > high);
            let (byar_low, byar_high) = byar_limits(events, confidence).unwrap();
            prop_assert!(byar_low >= 0.0);
            if events >= 100 {
                prop_assert!((byar_low / low - 1.0).abs() < 1e-3 && (byar_high / high - 1.0).abs() < 1e-3);
            }
        }
    }
}
