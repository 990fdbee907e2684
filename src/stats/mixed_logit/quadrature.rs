//! Gauss and Hermite's quadrature.

use std::f64::consts::PI;

use crate::stats::{Invalid, Result};

/// Nodes for `∫ f(z) dz / √2π`, and for each the logarithm of its weight.
pub(super) struct Hermite {
    nodes: Vec<(f64, f64)>,
}

impl Hermite {
    /// The rule of `points` nodes: roots of the Hermite polynomial by Newton's method from asymptotic starts (Stroud and
    /// Secrest 1966).
    ///
    /// # Errors
    /// [`Invalid::OutOfRange`] unless there are 1 to 50 points.
    pub(super) fn new(points: usize) -> Result<Self> {
        if !(1..=50).contains(&points) {
            return Err(Invalid::OutOfRange("the number of quadrature points"));
        }
        let n = points as f64;
        let mut roots: Vec<f64> = Vec::new();
        let mut nodes = Vec::with_capacity(points);
        for i in 0..points.div_ceil(2) {
            let start = match i {
                0 => (2.0 * n + 1.0).sqrt() - 1.855_75 * (2.0 * n + 1.0).powf(-1.0 / 6.0),
                1 => roots[0] - 1.14 * n.powf(0.426) / roots[0],
                2 => 1.86 * roots[1] - 0.86 * roots[0],
                3 => 1.91 * roots[2] - 0.91 * roots[1],
                _ => 2.0 * roots[i - 1] - roots[i - 2],
            };
            let (root, slope) = root(points, start);
            roots.push(root);
            // Weight 2/slope² of exp(−x²), freed of that factor; x = z/√2.
            let log_weight = (2.0 / (slope * slope)).ln() + root * root - PI.ln() / 2.0;
            let z = std::f64::consts::SQRT_2 * root;
            if points % 2 == 1 && i == points / 2 {
                nodes.push((0.0, log_weight));
            } else {
                nodes.extend([(z, log_weight), (-z, log_weight)]);
            }
        }
        Ok(Self { nodes })
    }

    /// `ln ∫ exp(f(z)) dz / √2π` for an `f` that is near `−z²/2`.
    pub(super) fn log_integral(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.nodes.iter().map(|&(z, log_weight)| (f(z) + log_weight).exp()).sum::<f64>().ln()
    }
}

/// A root of the orthonormal Hermite polynomial of this degree near `x`, and the slope there.
fn root(degree: usize, mut x: f64) -> (f64, f64) {
    let mut slope = 1.0;
    for _ in 0..100 {
        let (mut value, mut before) = (PI.powf(-0.25), 0.0);
        for j in 1..=degree {
            let j = j as f64;
            (value, before) = (x * (2.0 / j).sqrt() * value - ((j - 1.0) / j).sqrt() * before, value);
        }
        slope = (2.0 * degree as f64).sqrt() * before;
        let step = value / slope;
        x -= step;
        if step.abs() <= 1e-15 * (1.0 + x.abs()) {
            break;
        }
    }
    (x, slope)
}

#[cfg(test)]
mod tests {
    use super::{Hermite, Invalid};

    /// Moments of the standard normal up to the degree the rule is exact for.
    #[test]
    fn moments_are_exact() {
        for points in 1..=50_usize {
            let rule = Hermite::new(points).unwrap();
            assert_eq!(rule.nodes.len(), points);
            let moment = |power: i32| rule.nodes.iter().map(|&(z, w)| (w - z * z / 2.0).exp() * z.powi(power)).sum::<f64>();
            let mut want = 1.0;
            for power in 0..(2 * points).min(16) {
                if power % 2 == 1 {
                    assert!(moment(power as i32).abs() < 1e-7, "{points} {power}");
                } else {
                    assert!((moment(power as i32) / want - 1.0).abs() < 1e-11, "{points} {power}");
                    want *= power as f64 + 1.0;
                }
            }
        }
    }

    #[test]
    fn refused() {
        for points in [0, 51] {
            assert!(matches!(Hermite::new(points), Err(Invalid::OutOfRange(_))));
        }
    }
}
