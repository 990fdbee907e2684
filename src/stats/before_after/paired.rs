//! The same agents before and after.

use super::{TTest, moments};
use crate::stats::permutation::{Permutation, TIE, Tally};
use crate::stats::random::Random;
use crate::stats::{Invalid, Result, checked};

/// Up to this many agents all `2ⁿ` sign patterns are tried.
const EXACT_PAIRS: usize = 20;

/// After less before, agent by agent.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::LengthsDiffer`].
pub fn changes(before: &[f64], after: &[f64]) -> Result<Vec<f64>> {
    checked(before)?;
    checked(after)?;
    if before.len() != after.len() {
        return Err(Invalid::LengthsDiffer);
    }
    let changes: Vec<f64> = before.iter().zip(after).map(|(b, a)| a - b).collect();
    checked(&changes)?;
    Ok(changes)
}

/// Student's paired t-test (1908) of the mean change against zero.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::TooFew`] for one agent, [`Invalid::NoVariation`] if all changes are
/// equal.
pub fn t_test(changes: &[f64]) -> Result<TTest> {
    let (mean, variance) = moments(changes)?;
    if variance <= 0.0 {
        return Err(Invalid::NoVariation);
    }
    let n = changes.len() as f64;
    TTest::new(mean, (variance / n).sqrt(), n - 1.0)
}

/// Sign-flip permutation test of the mean change (Fisher 1935): if nothing happened, every change could as well have had the
/// other sign. Exact up to 20 agents, else by seeded draws.
///
/// The statistic is the mean change. A change of zero stays zero and counts.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::NoVariation`] if all changes are zero.
pub fn sign_flip(changes: &[f64], seed: u64) -> Result<Permutation> {
    checked(changes)?;
    let largest: f64 = changes.iter().map(|c| c.abs()).sum();
    if !largest.is_finite() {
        return Err(Invalid::NotFinite);
    }
    if largest <= 0.0 {
        return Err(Invalid::NoVariation);
    }
    let total: f64 = changes.iter().sum();
    let needed = total.abs() - TIE * largest;
    let signed = |flips: u64| -> f64 { changes.iter().enumerate().map(|(i, c)| if flips >> i & 1 == 1 { -c } else { *c }).sum() };
    let tally = if changes.len() <= EXACT_PAIRS {
        let patterns = 1_u64 << changes.len();
        Tally::exact((0..patterns).filter(|&flips| signed(flips).abs() >= needed).count() as u64, patterns)
    } else {
        let mut random = Random::new(seed);
        Tally::sampled(|| {
            let drawn: f64 = changes.iter().map(|c| if random.bits() >> 63 == 1 { -c } else { *c }).sum();
            drawn.abs() >= needed
        })
    };
    Ok(tally.of(total / changes.len() as f64))
}
