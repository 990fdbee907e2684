//! Plug-in empirical Bayes: one fitted Beta prior, taken for certain.
//!
//! Good enough for a point estimate and for comparing with published software. Not for intervals: they leave out that the prior is a
//! guess, and 95 % intervals hold the truth 40 to 85 times in a hundred. Use [`hierarchical`](super::hierarchical) for everything
//! that is printed.

use super::hierarchical::Posterior;
use super::hierarchical::counts::Counts;
use super::{Invalid, Proportion, Result};

/// A Beta distribution of the groups' true rates, in hits and misses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaPrior {
    /// First shape, above 0.
    pub alpha: f64,
    /// Second shape, above 0.
    pub beta: f64,
}

impl BetaPrior {
    /// Mean of the true rates, 0 to 1.
    pub fn mean(&self) -> f64 {
        self.alpha / self.strength()
    }

    /// What the prior is worth in rows, `s = alpha + beta`.
    pub fn strength(&self) -> f64 {
        self.alpha + self.beta
    }

    /// `n / (n + s)`.
    pub fn reliability(&self, n: u64) -> f64 {
        n as f64 / (n as f64 + self.strength())
    }

    /// `Beta(alpha + hits, beta + misses)`, as if the prior were known.
    pub fn posterior(&self, group: Proportion) -> Posterior {
        let (hits, misses) = (group.hits() as f64, (group.n() - group.hits()) as f64);
        Posterior::mixture(&[(self.alpha + hits, self.beta + misses, 1.0)])
    }
}

/// What the likelihood says of the groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fit {
    /// They differ, with this prior.
    Differ {
        /// The most likely prior.
        prior: BetaPrior,
        /// Its log likelihood, binomial coefficients included.
        ln_likelihood: f64,
    },
    /// They vary no more than chance makes them: the likelihood has no optimum, it rises with the strength of the prior without end.
    /// There is no detectable difference and every group's best estimate is the pooled rate.
    Alike {
        /// All hits of all trials.
        pooled: f64,
        /// Log likelihood of one binomial rate for all.
        ln_likelihood: f64,
    },
}

impl Fit {
    /// The shrunken estimate of a group's rate.
    pub fn shrunken(&self, group: Proportion) -> f64 {
        match self {
            Self::Differ { prior, .. } => prior.posterior(group).mean(),
            Self::Alike { pooled, .. } => *pooled,
        }
    }
}

/// The most likely beta-binomial (ebbr's default, Robinson 2017).
///
/// # Errors
/// [`Invalid::Empty`]; [`Invalid::OutOfRange`] if the likelihood rises as the strength falls to 0, which happens when some groups
/// are all hits and the others all misses.
pub fn maximum_likelihood(groups: &[Proportion]) -> Result<Fit> {
    /// Logarithms of the strengths that are looked at, 1/1000 to 10 million rows.
    const FROM: f64 = -6.9;
    const STEPS: usize = 46;
    const STEP: f64 = 0.5;
    if groups.is_empty() {
        return Err(Invalid::Empty);
    }
    let counts = Counts::new(groups);
    let choices = counts.ln_choices();
    let (pooled, binomial) = pooled(groups);
    let alike = Fit::Alike { pooled, ln_likelihood: choices + binomial };
    let at = |k: usize| FROM + k as f64 * STEP;
    let best = (0..=STEPS)
        .map(|k| (k, best_mean(&counts, at(k)).1))
        .fold((0, f64::NEG_INFINITY), |best, next| if next.1 > best.1 { next } else { best })
        .0;
    let (ln_strength, ln_likelihood) = highest(at(best.saturating_sub(1)), at(best + 1), |s| best_mean(&counts, s).1);
    // Where there is no optimum the likelihood comes as near to the binomial's as one likes.
    if ln_likelihood <= binomial + 1e-6 {
        return Ok(alike);
    }
    if best == 0 {
        return Err(Invalid::OutOfRange("the strength of the prior"));
    }
    let (logit, strength) = (best_mean(&counts, ln_strength).0, ln_strength.exp());
    let prior = BetaPrior { alpha: strength / (1.0 + (-logit).exp()), beta: strength / (1.0 + logit.exp()) };
    Ok(Fit::Differ { prior, ln_likelihood: choices + ln_likelihood })
}

/// The pooled rate and its log likelihood without the binomial coefficients.
fn pooled(groups: &[Proportion]) -> (f64, f64) {
    let hits: f64 = groups.iter().map(|g| g.hits() as f64).sum();
    let misses: f64 = groups.iter().map(|g| (g.n() - g.hits()) as f64).sum();
    // `0 ln 0` is 0.
    let part = |count: f64| if count > 0.0 { count * (count / (hits + misses)).ln() } else { 0.0 };
    (hits / (hits + misses), part(hits) + part(misses))
}

/// The best logit of the mean at a strength, and its log likelihood. In the mean the likelihood is log-concave.
fn best_mean(counts: &Counts, ln_strength: f64) -> (f64, f64) {
    let strength = ln_strength.exp();
    let trials = counts.ln_rising_trials(strength);
    highest(-25.0, 25.0, |logit| counts.ln_rising_outcomes(strength / (1.0 + (-logit).exp()), strength / (1.0 + logit.exp())) - trials)
}

/// The place and height of a single peak, by golden sections (Kiefer 1953).
fn highest(mut low: f64, mut high: f64, height: impl Fn(f64) -> f64) -> (f64, f64) {
    const GOLDEN: f64 = 0.618_033_988_749_894_8;
    let (mut left, mut right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut at_left, mut at_right) = (height(left), height(right));
    // A peak's place cannot be told to more than half the digits.
    while high - low > 1e-9 * (1.0 + low.abs() + high.abs()) {
        if at_left < at_right {
            (low, left, at_left) = (left, right, at_right);
            right = low + GOLDEN * (high - low);
            at_right = height(right);
        } else {
            (high, right, at_right) = (right, left, at_left);
            left = high - GOLDEN * (high - low);
            at_left = height(left);
        }
    }
    if at_left < at_right { (right, at_right) } else { (left, at_left) }
}

/// The prior with the mean and variance of the raw rates (ebbr's `method = "mm"`).
///
/// A group of 3 rows weighs as much as one of 300, and chance counts as difference, so it shrinks far too little: on the published
/// desk its strength is 6.5 where the likelihood says 23.4. For comparison only.
///
/// # Errors
/// [`Invalid::TooFew`] for less than two groups, [`Invalid::NoVariation`] if all rates are equal, [`Invalid::OutOfRange`] if they
/// vary more than a Beta distribution can.
pub fn moments(groups: &[Proportion]) -> Result<BetaPrior> {
    if groups.len() < 2 {
        return Err(Invalid::TooFew);
    }
    let count = groups.len() as f64;
    let mean = groups.iter().map(|g| g.rate()).sum::<f64>() / count;
    let variance = groups.iter().map(|g| (g.rate() - mean).powi(2)).sum::<f64>() / (count - 1.0);
    // Equal rates leave rounding errors.
    if variance < 1e-20 {
        return Err(Invalid::NoVariation);
    }
    let strength = mean * (1.0 - mean) / variance - 1.0;
    if strength > 0.0 {
        Ok(BetaPrior { alpha: mean * strength, beta: (1.0 - mean) * strength })
    } else {
        Err(Invalid::OutOfRange("the strength of the prior"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Fit, maximum_likelihood, moments};
    use crate::stats::hierarchical::counts::Counts;
    use crate::stats::numbers::{case, counts, list, near};
    use crate::stats::{Invalid, Proportion};
    use serde_json::Value;

    const NUMBERS: &str = include_str!("../../tests/numbers/04_beta_binomial_eb.json");

    fn of(pairs: &[(u64, u64)]) -> Vec<Proportion> {
        pairs.iter().map(|(x, n)| Proportion::new(*x, *n).unwrap()).collect()
    }

    fn groups(inputs: &Value) -> Vec<Proportion> {
        of(&counts(&inputs["x"]).into_iter().zip(counts(&inputs["n"])).collect::<Vec<_>>())
    }

    #[test]
    fn published_fits() {
        for name in ["ebbr_desk", "ebbr_40"] {
            let case = case(NUMBERS, name);
            let (groups, want) = (groups(&case["inputs"]), &case["expected"]);
            let by_moments = moments(&groups).unwrap();
            let shapes = list(&want["mm_alpha_beta"]);
            near(by_moments.alpha / shapes[0], 1.0, 1e-9);
            near(by_moments.beta / shapes[1], 1.0, 1e-9);
            let fit = maximum_likelihood(&groups).unwrap();
            let Fit::Differ { prior, ln_likelihood } = fit else { panic!("{fit:?}") };
            let shapes = list(&want["mle_alpha_beta"]);
            near(prior.alpha / shapes[0], 1.0, 2e-3);
            near(prior.beta / shapes[1], 1.0, 2e-3);
            near(ln_likelihood, want["mle_loglik"].as_f64().unwrap(), 1e-5);
            for (i, group) in groups.iter().enumerate() {
                let (posterior, (low, high)) = (prior.posterior(*group), prior.posterior(*group).interval(0.95));
                near(fit.shrunken(*group), list(&want["posterior_mean"])[i], 1e-4);
                near(low, list(&want["posterior_95"][i])[0], 1e-3);
                near(high, list(&want["posterior_95"][i])[1], 1e-3);
                near(posterior.below(0.8), list(&want["p_below_80"])[i], 1e-3);
                near(prior.reliability(group.n()), list(&want["reliability_n_over_n_plus_s"])[i], 1e-3);
            }
        }
    }

    #[test]
    fn published_case_without_an_optimum() {
        let case = case(NUMBERS, "underdispersed_no_signal");
        let (groups, want) = (groups(&case["inputs"]), &case["expected"]);
        let tolerance = case["tolerance"].as_f64().unwrap();
        let fit = maximum_likelihood(&groups).unwrap();
        let Fit::Alike { pooled, ln_likelihood } = fit else { panic!("{fit:?}") };
        near(pooled, want["pooled"].as_f64().unwrap(), tolerance);
        near(ln_likelihood, want["binomial_loglik"].as_f64().unwrap(), tolerance);
        groups.iter().for_each(|g| near(fit.shrunken(*g), pooled, 0.0));
        let counts = Counts::new(&groups);
        for pair in want["loglik_at_s"].as_array().unwrap() {
            let (s, want) = (list(pair)[0], list(pair)[1]);
            let got = counts.ln_choices() + counts.ln_rising_outcomes(pooled * s, (1.0 - pooled) * s) - counts.ln_rising_trials(s);
            near(got, want, tolerance);
        }
    }

    #[test]
    fn alike_to_the_last() {
        for pairs in [&[(3, 4)][..], &[(0, 5), (0, 60)], &[(5, 5), (9, 9)], &[(800_000, 1_000_000), (8, 10)]] {
            let fit = maximum_likelihood(&of(pairs)).unwrap();
            let Fit::Alike { pooled, ln_likelihood } = fit else { panic!("{pairs:?}: {fit:?}") };
            near(pooled, pairs[0].0 as f64 / pairs[0].1 as f64, 1e-12);
            assert!(ln_likelihood.is_finite());
        }
    }

    #[test]
    fn hits_and_misses_mirror() {
        let groups = groups(&case(NUMBERS, "ebbr_desk")["inputs"]);
        let flipped: Vec<Proportion> = groups.iter().map(|g| g.flipped()).collect();
        let (one, other) = (maximum_likelihood(&groups).unwrap(), maximum_likelihood(&flipped).unwrap());
        groups.iter().zip(&flipped).for_each(|(a, b)| near(one.shrunken(*a) + other.shrunken(*b), 1.0, 1e-6));
        let (one, other) = (moments(&groups).unwrap(), moments(&flipped).unwrap());
        near(one.alpha, other.beta, 1e-9);
    }

    #[test]
    fn refused() {
        assert_eq!(maximum_likelihood(&[]), Err(Invalid::Empty));
        assert_eq!(maximum_likelihood(&of(&[(3, 3), (0, 5), (6, 6)])), Err(Invalid::OutOfRange("the strength of the prior")));
        assert_eq!(moments(&of(&[(3, 4)])), Err(Invalid::TooFew));
        assert_eq!(moments(&of(&[(3, 4), (6, 8)])), Err(Invalid::NoVariation));
        assert_eq!(moments(&of(&[(0, 4), (8, 8)])), Err(Invalid::OutOfRange("the strength of the prior")));
    }
}
