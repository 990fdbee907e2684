//! Intervals for proportions.

/// 97.5 % quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Wilson's 95 % score interval for `hits` of `n` (Wilson 1927): centre `(p + z²/2n) / (1 + z²/n)`.
///
/// `None` for `n` of 0 or `hits` above `n`.
pub fn wilson(hits: u64, n: u64) -> Option<(f64, f64)> {
    if n == 0 || hits > n {
        return None;
    }
    let (n, p) = (n as f64, hits as f64 / n as f64);
    let z2 = Z * Z;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let low = if hits == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if p >= 1.0 { 1.0 } else { (centre + half).min(1.0) };
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::wilson;

    /// Newcombe 1998, table I: 81 of 263 and 15 of 148; 0 of 20; 1 of 29.
    #[test]
    fn published_intervals() {
        for (hits, n, low, high) in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)] {
            let (a, b) = wilson(hits, n).unwrap();
            assert!((a - low).abs() < 5e-5 && (b - high).abs() < 5e-5, "{hits} of {n}: {a} {b}");
        }
    }

    #[test]
    fn nothing_and_everything() {
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(3, 2), None);
        assert!((wilson(5, 5).unwrap().1 - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn mirrors_when_good_and_bad_change_places() {
        let ((a, b), (c, d)) = (wilson(7, 31).unwrap(), wilson(24, 31).unwrap());
        assert!((a - (1.0 - d)).abs() < 1e-12 && (b - (1.0 - c)).abs() < 1e-12);
    }
}
