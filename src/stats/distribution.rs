//! Probabilities the other modules share: normal, binomial, beta, gamma and hypergeometric.
//!
//! Binomial and beta are written here rather than taken from `statrs`: its continued fraction stops after 140 steps, which is too
//! few for shapes above 50,000, and its beta quantile may not return for far tails. Desks count millions of tickets.

use statrs::distribution::{Continuous as _, ContinuousCDF as _, Gamma, Normal};
use statrs::function::gamma::ln_gamma;

/// More steps than the continued fraction needs for shapes of 10¹²; it needs about the root of the larger shape.
const MOST_STEPS: u32 = 4_000_000;

/// The value a standard normal number is below with chance `p`, `0 < p < 1`.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p)
}

/// 97.5 % quantile of the standard normal distribution.
pub(crate) const Z_95: f64 = 1.959_963_984_540_054;

/// How many standard deviations hold the middle `confidence` of a normal distribution, `0 < confidence < 1`.
pub(crate) fn z_of(confidence: f64) -> f64 {
    normal_quantile(f64::midpoint(1.0, confidence))
}

/// The value a gamma number of the given shape and scale 1 is below with chance `p`; half the χ² quantile of twice the shape.
///
/// 0 for a shape of 0: all its weight is there.
pub(crate) fn gamma_quantile(shape: f64, p: f64) -> f64 {
    Gamma::new(shape, 1.0).map_or(0.0, |gamma| polished(&gamma, gamma.inverse_cdf(p), p))
}

/// A few steps of Newton from a quantile that was found by halving, which stops some 10⁻⁹ off.
fn polished(gamma: &Gamma, mut x: f64, p: f64) -> f64 {
    for _ in 0..3 {
        let step = (gamma.cdf(x) - p) / gamma.pdf(x);
        // Half the value is further than any rounding: the density is too flat there to say.
        if !step.is_finite() || step.abs() >= x / 2.0 {
            break;
        }
        x -= step;
        if step.abs() <= x * f64::EPSILON {
            break;
        }
    }
    x
}

/// `ln Γ(n + 1) - (n + ½) ln n + n - ½ ln 2π`: what Stirling's formula leaves out (Loader 2000).
fn stirling_error(n: f64) -> f64 {
    if n <= 15.0 {
        return ln_gamma(n + 1.0) - (n + 0.5) * n.ln() + n - 0.5 * std::f64::consts::TAU.ln();
    }
    let square = n * n;
    let tail = (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / square) / square) / square;
    (1.0 / 12.0 - (1.0 / 360.0 - tail) / square) / n
}

/// `x ln(x / mean) + mean - x` without cancellation near the mean (Loader 2000, `bd0`).
fn deviance(x: f64, mean: f64) -> f64 {
    let gap = x - mean;
    if gap.abs() >= 0.1 * (x + mean) {
        return x * (x / mean).ln() - gap;
    }
    let ratio = gap / (x + mean);
    let (mut sum, mut term) = (gap * ratio, 2.0 * x * ratio);
    for odd in (3..).step_by(2) {
        term *= ratio * ratio;
        let next = sum + term / f64::from(odd);
        if next.to_bits() == sum.to_bits() {
            break;
        }
        sum = next;
    }
    sum
}

/// `Γ(n + 1) / Γ(x + 1) / Γ(n - x + 1) · p^x · (1 - p)^(n - x)` for any real `0 ≤ x ≤ n`, by Loader's saddle point (2000).
///
/// The relative error stays near 10⁻¹⁴ where differences of log gammas lose 10⁻⁸ at `n` of ten million.
fn saddle_point(x: f64, n: f64, p: f64) -> f64 {
    let rest = n - x;
    if p <= 0.0 {
        return if x <= 0.0 { 1.0 } else { 0.0 };
    }
    if p >= 1.0 {
        return if rest <= 0.0 { 1.0 } else { 0.0 };
    }
    if x <= 0.0 {
        return (n * (-p).ln_1p()).exp();
    }
    if rest <= 0.0 {
        return (n * p.ln()).exp();
    }
    let error = stirling_error(n) - stirling_error(x) - stirling_error(rest);
    let exponent = error - deviance(x, n * p) - deviance(rest, n * (1.0 - p));
    exponent.exp() * (n / (std::f64::consts::TAU * x * rest)).sqrt()
}

/// The chance of exactly `x` hits in `n` trials of chance `p`, `0 ≤ p ≤ 1`.
pub(crate) fn binomial_pmf(x: u64, n: u64, p: f64) -> f64 {
    if x > n { 0.0 } else { saddle_point(x as f64, n as f64, p) }
}

/// The chance of at most `x` hits in `n` trials of chance `p`.
pub(crate) fn binomial_at_most(x: u64, n: u64, p: f64) -> f64 {
    if x >= n { 1.0 } else { beta_tails(x as f64 + 1.0, (n - x) as f64, p).1 }
}

/// The chance of at least `x` hits in `n` trials of chance `p`.
pub(crate) fn binomial_at_least(x: u64, n: u64, p: f64) -> f64 {
    match x {
        0 => 1.0,
        _ if x > n => 0.0,
        _ => beta_tails(x as f64, (n - x) as f64 + 1.0, p).0,
    }
}

/// A quantile of a binomial distribution, with the steps of the distribution on both sides of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BinomialQuantile {
    /// The smallest count that at most this many hits have at least the asked chance of.
    pub(crate) count: u64,
    /// The chance of at most `count` hits.
    pub(crate) at_most: f64,
    /// The chance of fewer.
    pub(crate) below: f64,
}

/// The smallest `r` with `P(X ≤ r) ≥ chance`, `0 < chance < 1`: a guess by the normal distribution, then steps to the place.
pub(crate) fn binomial_quantile(n: u64, p: f64, chance: f64) -> BinomialQuantile {
    let (mean, sd) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
    let z = normal_quantile(chance);
    let guess = mean + z * sd + (z * z - 1.0) * (1.0 - 2.0 * p) / 6.0;
    let mut count = (guess.max(0.0) as u64).min(n);
    let mut at_most = binomial_at_most(count, n, p);
    while at_most < chance && count < n {
        count += 1;
        at_most = if count == n { 1.0 } else { at_most + binomial_pmf(count, n, p) };
    }
    let mut below = (at_most - binomial_pmf(count, n, p)).max(0.0);
    while below >= chance && count > 0 {
        count -= 1;
        at_most = below;
        below = (at_most - binomial_pmf(count, n, p)).max(0.0);
    }
    BinomialQuantile { count, at_most, below: if count == 0 { 0.0 } else { below } }
}

/// The chance of `x` marked among `drawn` of `marked + plain` without putting back (Loader 2000, by three binomials).
pub(crate) fn hypergeometric_pmf(x: u64, marked: u64, plain: u64, drawn: u64) -> f64 {
    if x > marked || x > drawn || drawn - x > plain {
        return 0.0;
    }
    let all = marked + plain;
    let p = drawn as f64 / all as f64;
    binomial_pmf(x, marked, p) * binomial_pmf(drawn - x, plain, p) / binomial_pmf(drawn, all, p)
}

/// The chances of a beta number of shapes `a` and `b`, both above 0, to be below and above `x`.
///
/// The smaller one is computed, not the rest of 1: far tails keep their digits. Continued fraction of Press et al. 2007, 6.4.
pub(crate) fn beta_tails(a: f64, b: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x >= 1.0 {
        return (1.0, 0.0);
    }
    let front = saddle_point(a, a + b, x) * a * b / (a + b);
    if x < (a + 1.0) / (a + b + 2.0) {
        let below = (front * beta_fraction(a, b, x) / a).min(1.0);
        (below, 1.0 - below)
    } else {
        let above = (front * beta_fraction(b, a, 1.0 - x) / b).min(1.0);
        (1.0 - above, above)
    }
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let least = f64::MIN_POSITIVE / f64::EPSILON;
    let nonzero = |v: f64| if v.abs() < least { least } else { v };
    let (mut upper, mut lower) = (1.0, 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0)));
    let mut value = lower;
    for step in 1..MOST_STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for term in [even, odd] {
            lower = 1.0 / nonzero(1.0 + term * lower);
            upper = nonzero(1.0 + term / upper);
            value *= upper * lower;
        }
        if (upper * lower - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

/// The value a beta number of shapes `a` and `b` is below with chance `p`, `0 < p < 1`: Newton's steps inside a bracket.
pub(crate) fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    let mean = a / (a + b);
    let sd = (mean * (1.0 - mean) / (a + b + 1.0)).sqrt();
    let (mut low, mut high) = (0.0, 1.0);
    let mut x = mean + normal_quantile(p) * sd;
    for _ in 0..200 {
        if x <= low || x >= high {
            x = f64::midpoint(low, high);
        }
        let (below, above) = beta_tails(a, b, x);
        let excess = if p < 0.5 { below - p } else { (1.0 - p) - above };
        if excess > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let density = saddle_point(a, a + b, x) * a * b / (a + b) / (x * (1.0 - x));
        let next = x - excess / density;
        let is_settled = (next - x).abs() <= f64::EPSILON * x || high - low <= f64::EPSILON * high;
        if is_settled && next.is_finite() {
            return next.clamp(low, high);
        }
        x = if next.is_finite() { next } else { f64::midpoint(low, high) };
    }
    x.clamp(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::distribution::{Beta, Binomial, Discrete as _, DiscreteCDF as _, Hypergeometric};

    fn close(got: f64, want: f64, relative: f64) {
        assert!((got - want).abs() <= relative * want.abs(), "got {got:e}, want {want:e}");
    }

    #[test]
    fn normal() {
        close(z_of(0.95), 1.959_963_984_540_054, 1e-14);
        close(z_of(0.998), 3.090_232_306_167_813_5, 1e-14);
    }

    /// 1,000 choose 500 over 2¹⁰⁰⁰ (exact integers), and 10⁷ choose 5·10⁶ over 2¹⁰⁰⁰⁰⁰⁰⁰ by `1/√(πn/2)·(1 - 1/4n + 1/32n²)`.
    #[test]
    fn central_binomials() {
        close(binomial_pmf(500, 1000, 0.5), 0.025_225_018_178_360_8, 1e-13);
        let n = 1e7;
        let want = (2.0 / (std::f64::consts::PI * n)).sqrt() * (1.0 - 0.25 / n + 1.0 / (32.0 * n * n));
        close(binomial_pmf(5_000_000, 10_000_000, 0.5), want, 1e-12);
    }

    #[test]
    fn edges() {
        for n in [1, 7, 1_000_000] {
            close(binomial_pmf(0, n, 0.0), 1.0, 0.0);
            close(binomial_pmf(n, n, 1.0), 1.0, 0.0);
            close(binomial_pmf(1, n, 0.0), 0.0, 0.0);
            close(binomial_at_most(n, n, 0.3), 1.0, 0.0);
            close(binomial_at_least(0, n, 0.3), 1.0, 0.0);
            close(binomial_at_least(n + 1, n, 0.3), 0.0, 0.0);
            close(binomial_at_most(n - 1, n, 1.0), 0.0, 0.0);
        }
        close(binomial_pmf(3, 2, 0.5), 0.0, 0.0);
        close(gamma_quantile(0.0, 0.5), 0.0, 0.0);
    }

    /// A far tail keeps its digits: `0.2²⁰⁰` and one more.
    #[test]
    fn far_tails() {
        close(binomial_at_least(200, 200, 0.2), 0.2_f64.powi(200), 1e-12);
        close(binomial_at_least(199, 200, 0.2), 0.2_f64.powi(200) + 200.0 * 0.2_f64.powi(199) * 0.8, 1e-12);
    }

    /// Shapes in the millions return at once and agree with the normal distribution corrected for skew.
    #[test]
    fn large_shapes() {
        let (a, b) = (8.5e6, 1.5e6);
        for p in [1e-9, 0.001, 0.025, 0.5, 0.975, 0.999] {
            let x = beta_quantile(a, b, p);
            close(beta_tails(a, b, x).0, p, 1e-7);
        }
        let quantile = binomial_quantile(10_000_000, 0.85, 0.025);
        assert!(quantile.below < 0.025 && quantile.at_most >= 0.025 && quantile.count.abs_diff(8_497_786) <= 2, "{quantile:?}");
    }

    #[test]
    fn gamma_of_many_events() {
        let (shape, z) = (4e6_f64, z_of(0.95));
        let wilson_hilferty = shape * (1.0 - 1.0 / (9.0 * shape) - z / (3.0 * shape.sqrt())).powi(3);
        close(gamma_quantile(shape, 0.025), wilson_hilferty, 1e-9);
    }

    proptest! {
        #[test]
        fn binomial_agrees_with_statrs(n in 1_u64..400, share in 0.0..1.0, p in 0.01..0.99) {
            let x = (share * n as f64) as u64;
            let other = Binomial::new(p, n).unwrap();
            prop_assert!((binomial_pmf(x, n, p) - other.pmf(x)).abs() < 1e-11);
            prop_assert!((binomial_at_most(x, n, p) - other.cdf(x)).abs() < 1e-10);
            prop_assert!((binomial_at_least(x + 1, n, p) - other.sf(x)).abs() < 1e-10);
        }

        #[test]
        fn hypergeometric_agrees_with_statrs(marked in 1_u64..60, plain in 1_u64..60, share in 0.0..1.0, x in 0_u64..30) {
            let drawn = (share * (marked + plain) as f64) as u64;
            let other = Hypergeometric::new(marked + plain, marked, drawn).unwrap();
            prop_assert!((hypergeometric_pmf(x, marked, plain, drawn) - other.pmf(x)).abs() < 1e-10);
        }

        #[test]
        fn beta_quantile_inverts(a in 0.5..3000.0, b in 0.5..3000.0, p in 1e-6..0.999_999) {
            let x = beta_quantile(a, b, p);
            let (below, above) = beta_tails(a, b, x);
            prop_assert!((below - p).abs() < 1e-9 && (below + above - 1.0).abs() < 1e-12, "{x} {below} {p}");
            if (0.01..0.99).contains(&p) {
                prop_assert!((x - Beta::new(a, b).unwrap().inverse_cdf(p)).abs() < 1e-9);
            }
        }

        #[test]
        fn binomial_quantile_is_the_first(n in 1_u64..5000, p in 0.0..=1.0, chance in 0.0005..0.9995) {
            let quantile = binomial_quantile(n, p, chance);
            prop_assert!(quantile.at_most >= chance - 1e-12 && quantile.below < chance + 1e-12);
            prop_assert!((binomial_at_most(quantile.count, n, p) - quantile.at_most).abs() < 1e-11);
        }
    }
}
