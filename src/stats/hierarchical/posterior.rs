//! What is known of one group's true rate: a mixture of Beta distributions, tabulated once.

use super::gamma::{HALF_LN_TAU, exp, stirling_error};

/// Logits beyond this are 0 or 1 to a float. The table ends here at the latest.
const LAST_LOGIT: f64 = 36.0;
/// Probability beyond either end of the table, at most.
const CUT_OFF: f64 = 1e-7;
/// Nodes of a table, at most. Only mixtures of very wide and very narrow parts come near.
const MOST_NODES: f64 = 2_000.0;

/// The distribution of one group's true rate.
///
/// A table of the density and its integral at even steps of the logit. Probabilities are within 1e-5 of the exact mixture of Betas,
/// as long as they are not below about 1e-6 themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    mean: f64,
    /// Logit of the first node.
    low: f64,
    /// From node to node.
    step: f64,
    /// P(rate below the node).
    cumulated: Vec<f64>,
    /// Density at the node, per logit.
    density: Vec<f64>,
}

/// A Beta distribution in a mixture. Its density per logit is `exp(a ln p + b ln(1 − p) + constant)`.
#[derive(Debug, Clone, Copy)]
struct Part {
    a: f64,
    b: f64,
    /// Logit of the mode on the logit scale.
    mode: f64,
    /// Log density is bent like that of a normal distribution with this precision.
    bend: f64,
    /// Log weight minus log beta function.
    constant: f64,
}

impl Part {
    /// By Stirling's formula, where the large terms of the beta function have been taken out by hand.
    fn new(a: f64, b: f64, weight: f64) -> Self {
        let n = a + b;
        let (ln_mean, ln_miss) = ((a / n).ln(), (b / n).ln());
        let bend = a * (b / n);
        let error = (stirling_error(a) + stirling_error(b)) - stirling_error(n);
        let constant = (weight.ln() + 0.5 * bend.ln() - HALF_LN_TAU - error) - (a * ln_mean + b * ln_miss);
        Self { a, b, mode: ln_mean - ln_miss, bend, constant }
    }
}

/// `(ln p, ln(1 − p))` of a logit.
fn ln_both(logit: f64) -> (f64, f64) {
    let tail = (-logit.abs()).exp().ln_1p();
    if logit > 0.0 { (-tail, -logit - tail) } else { (logit - tail, -tail) }
}

/// `1 / (1 + e^-logit)`.
fn rate(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// Which way out of the table.
#[derive(Debug, Clone, Copy)]
enum Way {
    Down,
    Up,
}

/// Probability beyond a logit, if that lies outside all modes: there a Beta falls off like an exponential, so it is density over
/// slope, part by part.
fn tail(parts: &[Part], logit: f64, way: Way) -> f64 {
    let (ln_p, ln_q) = ln_both(logit);
    let (p, q) = (rate(logit), rate(-logit));
    let beyond = |part: &Part| {
        let rising = part.a * q - part.b * p;
        let outwards = if matches!(way, Way::Down) { rising } else { -rising };
        exp(part.a * ln_p + part.b * ln_q + part.constant) / if outwards > 0.0 { outwards } else { 1.0 }
    };
    parts.iter().map(beyond).sum()
}

/// From a logit outwards until next to nothing is left.
fn end(parts: &[Part], from: f64, stride: f64, way: Way) -> f64 {
    let sign = if matches!(way, Way::Down) { -1.0 } else { 1.0 };
    let (mut logit, mut stride) = (from + 3.0 * sign * stride, stride);
    while logit.abs() < LAST_LOGIT {
        if tail(parts, logit, way) < CUT_OFF {
            return logit;
        }
        logit += sign * stride;
        stride *= 1.2;
    }
    sign * LAST_LOGIT
}

/// First node, step, and number of nodes: wide enough for all, fine enough for the narrow parts by their weight.
///
/// A step of a quarter standard deviation keeps the cubic pieces within 1e-5; their error grows with the fourth power.
fn nodes(parts: &[Part], weights: &[f64]) -> (f64, f64, usize) {
    let by_mode = |x: &&Part, y: &&Part| x.mode.total_cmp(&y.mode);
    let ends = (parts.iter().min_by(by_mode), parts.iter().max_by(by_mode));
    let sd = |part: &Part| 1.0 / (part.bend + 0.1).sqrt();
    let low = ends.0.map_or(-LAST_LOGIT, |part| end(parts, part.mode, sd(part), Way::Down));
    let high = ends.1.map_or(LAST_LOGIT, |part| end(parts, part.mode, sd(part), Way::Up));
    let sharp = parts.iter().zip(weights).map(|(part, w)| w * (part.bend + 0.5).powi(2)).sum::<f64>().sqrt().sqrt();
    let sharpest = parts.iter().map(|part| part.bend + 0.5).fold(0.0, f64::max).sqrt();
    let step = (0.25 / sharp).min(1.0 / sharpest);
    let (low, high) = if low < high { (low, high) } else { (-LAST_LOGIT, LAST_LOGIT) };
    let steps = ((high - low) / step).ceil().clamp(16.0, MOST_NODES);
    (low, (high - low) / steps, steps as usize + 1)
}

impl Posterior {
    /// A mixture of Betas from `(a, b, weight)`; shapes above 0, weights above 0 that sum to 1.
    pub(in crate::stats) fn mixture(betas: &[(f64, f64, f64)]) -> Self {
        let parts: Vec<Part> = betas.iter().map(|&(a, b, weight)| Part::new(a, b, weight)).collect();
        let weights: Vec<f64> = betas.iter().map(|beta| beta.2).collect();
        let mean = betas.iter().map(|&(a, b, weight)| weight * (a / (a + b))).sum();
        let (low, step, count) = nodes(&parts, &weights);
        let (density, slopes) = densities(&parts, low, step, count);
        let tails = (tail(&parts, low, Way::Down), tail(&parts, low + (count - 1) as f64 * step, Way::Up));
        let (cumulated, total) = integrated(&density, &slopes, step, tails);
        Self {
            mean,
            low,
            step,
            cumulated: cumulated.into_iter().map(|c| c / total).collect(),
            density: density.into_iter().map(|d| d / total).collect(),
        }
    }

    /// Expected true rate, 0 to 1.
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// P(true rate < `rate`). 0 for a `rate` that is not a number: nothing is said of it.
    pub fn below(&self, rate: f64) -> f64 {
        if rate.is_nan() || rate <= 0.0 {
            return 0.0;
        }
        if rate >= 1.0 {
            return 1.0;
        }
        self.cumulated_at((rate.ln() - (-rate).ln_1p() - self.low) / self.step)
    }

    /// P(true rate > `rate`). 0 for a `rate` that is not a number.
    pub fn above(&self, rate: f64) -> f64 {
        if rate.is_nan() { 0.0 } else { 1.0 - self.below(rate) }
    }

    /// The interval that holds the true rate with the given probability, with equal parts below and above it.
    ///
    /// A `confidence` of 0 or less gives the median twice. From 0.999999 the table has no more digits and 0 and 1 may come back, as
    /// they do for a `confidence` that is not a number.
    pub fn interval(&self, confidence: f64) -> (f64, f64) {
        let tail = if confidence.is_nan() { 0.0 } else { 0.5 * (1.0 - confidence.clamp(0.0, 1.0)) };
        (self.quantile(tail), self.quantile(1.0 - tail))
    }

    /// The rate with the probability `below` of lower ones.
    fn quantile(&self, below: f64) -> f64 {
        let last = self.cumulated.len() - 1;
        if below < self.cumulated[0] || below <= 0.0 {
            return 0.0;
        }
        if below > self.cumulated[last] || below >= 1.0 {
            return 1.0;
        }
        let cell = self.cumulated.partition_point(|c| *c <= below).clamp(1, last) - 1;
        let (mut low, mut high) = (0.0, 1.0);
        // 2^-26 of a step is far below the table's error.
        for _ in 0..26 {
            let middle = 0.5 * (low + high);
            if self.piece(cell, middle) < below {
                low = middle;
            } else {
                high = middle;
            }
        }
        rate(self.low + (cell as f64 + 0.5 * (low + high)) * self.step)
    }

    /// P(true rate below) at a place counted in steps from the first node. Beyond the ends the rest falls off exponentially.
    fn cumulated_at(&self, place: f64) -> f64 {
        let last = self.cumulated.len() - 1;
        if place <= 0.0 {
            return self.cumulated[0] * (place * self.step * self.density[0] / self.cumulated[0].max(f64::MIN_POSITIVE)).exp();
        }
        if place >= last as f64 {
            let left = 1.0 - self.cumulated[last];
            let fall = (last as f64 - place) * self.step * self.density[last] / left.max(f64::MIN_POSITIVE);
            return 1.0 - left * fall.exp();
        }
        let cell = (place as usize).min(last - 1);
        self.piece(cell, place - cell as f64)
    }

    /// Hermite's cubic through both nodes of a cell; the slopes are held down where a steep tail would make it fall (Fritsch and
    /// Carlson 1980).
    fn piece(&self, cell: usize, t: f64) -> f64 {
        let (from, to) = (self.cumulated[cell], self.cumulated[cell + 1]);
        let rise = to - from;
        let slope = |node: usize| (self.step * self.density[node]).min(3.0 * rise);
        let (s, left, right) = (1.0 - t, slope(cell), slope(cell + 1));
        let share = t * t * (3.0 - 2.0 * t);
        (from + rise * share + t * s * (s * left - t * right)).clamp(from, to)
    }

    /// Mean and variance of the true rate's logit.
    pub(in crate::stats) fn logit_moments(&self) -> (f64, f64) {
        let at = |k: usize| self.low + k as f64 * self.step;
        let total: f64 = self.density.iter().sum();
        let mean = self.density.iter().enumerate().map(|(k, d)| d * at(k)).sum::<f64>() / total;
        let variance = self.density.iter().enumerate().map(|(k, d)| d * (at(k) - mean).powi(2)).sum::<f64>() / total;
        (mean, variance)
    }
}

/// The mixture's density and slope at every node. The inner loop is over nodes, so that it becomes vector code.
fn densities(parts: &[Part], low: f64, step: f64, count: usize) -> (Vec<f64>, Vec<f64>) {
    let logits: Vec<f64> = (0..count).map(|k| low + k as f64 * step).collect();
    let lns: Vec<(f64, f64)> = logits.iter().map(|logit| ln_both(*logit)).collect();
    let (ln_p, ln_q): (Vec<f64>, Vec<f64>) = lns.into_iter().unzip();
    let (mut density, mut by_a, mut by_b) = (vec![0.0; count], vec![0.0; count], vec![0.0; count]);
    for part in parts {
        let nodes = density.iter_mut().zip(&mut by_a).zip(&mut by_b).zip(&ln_p).zip(&ln_q);
        for ((((density, by_a), by_b), ln_p), ln_q) in nodes {
            let f = exp(part.a * ln_p + part.b * ln_q + part.constant);
            *density += f;
            *by_a += part.a * f;
            *by_b += part.b * f;
        }
    }
    let slopes = (0..count).map(|k| by_a[k] * rate(-logits[k]) - by_b[k] * rate(logits[k])).collect();
    (density, slopes)
}

/// The integral up to every node, and of everything: trapezoids with Euler and Maclaurin's correction between the tails.
fn integrated(density: &[f64], slopes: &[f64], step: f64, tails: (f64, f64)) -> (Vec<f64>, f64) {
    let mut sum = tails.0;
    let mut cumulated = Vec::with_capacity(density.len());
    cumulated.push(sum);
    for k in 1..density.len() {
        let area = 0.5 * step * (density[k - 1] + density[k]) + step * step / 12.0 * (slopes[k - 1] - slopes[k]);
        sum += area.max(0.0);
        cumulated.push(sum);
    }
    (cumulated, sum + tails.1)
}
