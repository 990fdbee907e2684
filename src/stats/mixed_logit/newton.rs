//! Newton's method on differences, for a smooth function of few parameters that are all of the order of 1.

use crate::stats::{Invalid, Result};

/// Step of the differences: its square is the error of a slope, and its inverse square times rounding that of a bend.
const STEP: f64 = 3e-4;

/// Steps before giving up.
const STEPS: usize = 100;

/// Climbs from `start` to a peak: where it is and how high.
///
/// # Errors
/// [`Invalid::NoVariation`] if there is no peak to be found.
pub(super) fn maximise(f: &impl Fn(&[f64]) -> f64, start: &[f64]) -> Result<(Vec<f64>, f64)> {
    let (mut at, mut height) = (start.to_vec(), f(start));
    for _ in 0..STEPS {
        let step = uphill(f, &at)?;
        let (mut share, mut moved) = (1.0, false);
        while share > 1e-9 {
            let to: Vec<f64> = at.iter().zip(&step).map(|(a, s)| a + share * s).collect();
            let there = f(&to);
            if there > height {
                (at, height, moved) = (to, there, true);
                break;
            }
            share /= 2.0;
        }
        if !moved || step.iter().all(|s| (share * s).abs() < 1e-7) {
            return Ok((at, height));
        }
    }
    Err(Invalid::NoVariation)
}

/// Newton's step; where the function does not bend down in all directions, a shorter one towards the steepest slope. No
/// step is longer than 1 in any parameter.
fn uphill(f: &impl Fn(&[f64]) -> f64, at: &[f64]) -> Result<Vec<f64>> {
    let slopes: Vec<f64> = (0..at.len()).map(|j| (f(&moved(at, &[(j, STEP)])) - f(&moved(at, &[(j, -STEP)]))) / (2.0 * STEP)).collect();
    let bends = information(f, at);
    let size = (0..at.len()).map(|j| bends[j][j].abs()).fold(1e-6, f64::max);
    let mut damping = 0.0;
    for _ in 0..60 {
        let mut damped = bends.clone();
        (0..at.len()).for_each(|j| damped[j][j] += damping);
        if let Some(inverse) = inverse(&damped) {
            let step: Vec<f64> = inverse.iter().map(|row| row.iter().zip(&slopes).map(|(a, b)| a * b).sum()).collect();
            let longest = step.iter().fold(1.0, |longest: f64, s: &f64| longest.max(s.abs()));
            return Ok(step.iter().map(|s| s / longest).collect());
        }
        damping = if damping > 0.0 { damping * 4.0 } else { size * 1e-3 };
    }
    Err(Invalid::NoVariation)
}

/// Minus the matrix of second differences.
pub(super) fn information(f: &impl Fn(&[f64]) -> f64, at: &[f64]) -> Vec<Vec<f64>> {
    let here = f(at);
    let bend = |i: usize, j: usize| {
        let to = |a: f64, b: f64| f(&moved(at, &[(i, a * STEP), (j, b * STEP)]));
        if i == j {
            let side = |a: f64| f(&moved(at, &[(i, a * STEP)]));
            (2.0 * here - side(1.0) - side(-1.0)) / (STEP * STEP)
        } else {
            (to(1.0, -1.0) + to(-1.0, 1.0) - to(1.0, 1.0) - to(-1.0, -1.0)) / (4.0 * STEP * STEP)
        }
    };
    // One half is worked out, the other mirrors it.
    let lower: Vec<Vec<f64>> = (0..at.len()).map(|i| (0..=i).map(|j| bend(i, j)).collect()).collect();
    (0..at.len()).map(|i| (0..at.len()).map(|j| lower[i.max(j)][i.min(j)]).collect()).collect()
}

fn moved(at: &[f64], by: &[(usize, f64)]) -> Vec<f64> {
    let mut to = at.to_vec();
    by.iter().for_each(|&(j, step)| to[j] += step);
    to
}

/// Inverse of a symmetric positive definite matrix by Cholesky; `None` if it is not one.
pub(super) fn inverse(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = matrix.len();
    // The triangle L with `matrix = LLᵀ`, row by row, and its inverse.
    let (mut lower, mut inverse): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (Vec::new(), Vec::new());
    for row in matrix {
        let mut own: Vec<f64> = Vec::with_capacity(n);
        for (earlier, cell) in lower.iter().zip(row) {
            own.push((cell - dot(&own, earlier)) / earlier[own.len()]);
        }
        let i = own.len();
        let rest = row[i] - dot(&own, &own);
        if !rest.is_finite() || rest <= 1e-10 * row[i].abs() {
            return None;
        }
        let pivot = rest.sqrt();
        let mut inverse_row: Vec<f64> = (0..n).map(|j| -own.iter().zip(&inverse).map(|(l, r)| l * r[j]).sum::<f64>() / pivot).collect();
        inverse_row[i] = 1.0 / pivot;
        own.push(pivot);
        lower.push(own);
        inverse.push(inverse_row);
    }
    let cell = |i: usize, j: usize| (0..n).map(|k| inverse[k][i] * inverse[k][j]).sum();
    Some((0..n).map(|i| (0..n).map(|j| cell(i, j)).collect()).collect())
}

/// Over the length of the first.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::{Invalid, inverse, maximise};

    #[test]
    fn the_top_of_a_tilted_hill() {
        let hill = |p: &[f64]| -(p[0] - 2.0).powi(2) - 0.5 * (p[1] + 1.0).powi(4) - (p[1] + 1.0).powi(2) - (p[0] - 2.0) * (p[1] + 1.0);
        let (at, height) = maximise(&hill, &[-4.0, 6.0]).unwrap();
        assert!((at[0] - 2.0).abs() < 1e-6 && (at[1] + 1.0).abs() < 1e-6 && height.abs() < 1e-12, "{at:?} {height}");
    }

    #[test]
    fn no_top() {
        assert_eq!(maximise(&|p: &[f64]| p[0], &[0.0]), Err(Invalid::NoVariation));
    }

    #[test]
    fn inverse_of_a_matrix() {
        let matrix = vec![vec![4.0, 2.0, 0.6], vec![2.0, 5.0, 1.0], vec![0.6, 1.0, 3.0]];
        let inverse = inverse(&matrix).unwrap();
        for (i, row) in matrix.iter().enumerate() {
            for j in 0..3 {
                let cell: f64 = row.iter().zip(&inverse).map(|(a, b)| a * b[j]).sum();
                assert!((cell - f64::from(u8::from(i == j))).abs() < 1e-14, "{i} {j} {cell}");
            }
        }
    }

    #[test]
    fn not_positive_definite() {
        assert_eq!(inverse(&[vec![1.0, 2.0], vec![2.0, 1.0]]), None);
    }
}
