//! The gamma function's logarithm as Stirling's formula and its error, which keeps its digits when large numbers cancel.

/// From here on four terms of the series are exact to 1e-11.
const SERIES_FROM: f64 = 8.0;
/// `ln(2π) / 2`.
pub(super) const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;

/// Stirling's error `ln Γ(z) − ((z − ½) ln z − z + ½ ln 2π)` for `z > 0` (Abramowitz and Stegun 1964, 6.1.41).
pub(super) fn stirling_error(z: f64) -> f64 {
    if z >= SERIES_FROM {
        return series(z);
    }
    let (mut top, mut product) = (z, 1.0);
    while top < SERIES_FROM {
        product *= top;
        top += 1.0;
    }
    series(top) + (top - 0.5) * top.ln() - (top - z) - (z - 0.5) * z.ln() - product.ln()
}

fn series(z: f64) -> f64 {
    let (r, r2) = (1.0 / z, 1.0 / (z * z));
    r * (1.0 / 12.0 - r2 * (1.0 / 360.0 - r2 * (1.0 / 1260.0 - r2 / 1680.0)))
}

/// A whole number and how often it occurs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    pub(super) value: f64,
    pub(super) times: f64,
}

/// `Σ times · ln Γ(a + value) / Γ(a)` over values in rising order; `a > 0`.
///
/// A sum over the distinct values, since a thousand groups share a few hundred counts.
pub(super) fn sum_ln_rising(a: f64, values: &[Counted]) -> f64 {
    // Small shapes climb by single factors to where the series holds.
    let (mut base, mut climbed, mut ln_climbed, mut sum) = (a, 0.0, 0.0, 0.0);
    let mut rest = values.iter().peekable();
    while base < SERIES_FROM {
        while let Some(counted) = rest.next_if(|c| c.value <= climbed) {
            sum += counted.times * ln_climbed;
        }
        ln_climbed += base.ln();
        base += 1.0;
        climbed += 1.0;
    }
    let (ln_base, error) = (base.ln(), series(base));
    for counted in rest {
        let more = counted.value - climbed;
        let top = base + more;
        let ln_rising = (top - 0.5) * (more / base).ln_1p() + more * (ln_base - 1.0) + series(top) - error;
        sum += counted.times * (ln_climbed + ln_rising);
    }
    sum
}

/// `e^x` to a relative 1e-9 for `x` from -700 to 700, 1e-304 below. A plain polynomial: the compiler turns loops of it into vector
/// code, and it gives the same bits on every machine.
pub(super) fn exp(x: f64) -> f64 {
    /// Adding it leaves the rounded number in the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let x = if x > -700.0 { x } else { -700.0 };
    let rounded = x * std::f64::consts::LOG2_E + ROUND;
    let k = rounded - ROUND;
    let r = x - k * LN_2_HIGH - k * LN_2_LOW;
    let tail = 1.0 / 120.0 + r * (1.0 / 720.0 + r * (1.0 / 5_040.0 + r * (1.0 / 40_320.0)));
    let e = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * tail))));
    e * f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52)
}

#[cfg(test)]
mod tests {
    use super::{Counted, HALF_LN_TAU, exp, stirling_error, sum_ln_rising};
    use statrs::function::gamma::ln_gamma;

    #[test]
    fn stirling_and_its_error_are_the_gamma_function() {
        for z in [1e-3, 0.02, 0.5, 1.0, 2.0, 3.7, 7.99, 8.0, 20.5, 1e3, 1e6] {
            let got = (z - 0.5) * f64::ln(z) - z + HALF_LN_TAU + stirling_error(z);
            assert!((got - ln_gamma(z)).abs() < 1e-10 * ln_gamma(z).abs().max(1.0), "{z}");
        }
    }

    #[test]
    fn rising_factorials() {
        for a in [0.013, 0.9, 4.2, 8.0, 33.0, 5e4] {
            let values = [0.0, 1.0, 2.0, 6.0, 9.0, 40.0, 3e5].map(|value| Counted { value, times: 2.0 });
            let want: f64 = values.iter().map(|c| 2.0 * (ln_gamma(a + c.value) - ln_gamma(a))).sum();
            let got = sum_ln_rising(a, &values);
            assert!((got - want).abs() < 1e-11 * want.abs(), "{a}: {got} {want}");
        }
        assert!((sum_ln_rising(0.25, &[Counted { value: 3.0, times: 1.0 }]) - f64::ln(0.25 * 1.25 * 2.25)).abs() < 1e-14);
    }

    #[test]
    fn exponentials() {
        for i in -6999..7000 {
            let x = f64::from(i) / 10.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-9, "{x}");
        }
        assert!(exp(-1e9) < 1e-300);
    }
}
