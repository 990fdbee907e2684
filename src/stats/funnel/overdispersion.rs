//! Whether groups differ more than chance makes them, and by how much.

use super::super::{Invalid, Proportion, Result, checked};

/// Share of the scores cut on either side before they are averaged, so that the outliers do not widen the limits that should show
/// them.
pub const TRIM: f64 = 0.1;

/// How much groups differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overdispersion {
    /// The mean squared score: 1 if chance is all there is.
    pub phi: f64,
    /// Variance between groups beyond chance, on the scale of the scores; 0 if there is none.
    pub tau2: f64,
}

/// The groups' distances from the common rate in standard errors, on the arcsine scale: `2 √n (asin √p - asin √rate)`.
///
/// # Errors
/// [`Invalid::Empty`] for no groups, [`Invalid::OutOfRange`] for a rate outside 0 to 1.
pub fn arcsine_scores(groups: &[Proportion], rate: f64) -> Result<Vec<f64>> {
    if groups.is_empty() {
        return Err(Invalid::Empty);
    }
    if !(0.0..=1.0).contains(&rate) {
        return Err(Invalid::OutOfRange("rate"));
    }
    let angle = |p: f64| p.sqrt().asin();
    Ok(groups.iter().map(|p| 2.0 * (p.n() as f64).sqrt() * (angle(p.rate()) - angle(rate))).collect())
}

/// Scores below the quantile at `trim` raised to it, those above the one at `1 - trim` lowered to it; in the order of the input.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], or [`Invalid::OutOfRange`] for a trim outside 0 to ½.
pub fn winsorised(scores: &[f64], trim: f64) -> Result<Vec<f64>> {
    let sorted = ascending(scores, trim)?;
    let (low, high) = (quantile(&sorted, trim), quantile(&sorted, 1.0 - trim));
    Ok(scores.iter().map(|score| score.clamp(low, high.max(low))).collect())
}

/// Whether a score stays when the outer `trim` of the ranks is left out on either side, rounded down; in the order of the input.
///
/// # Errors
/// As [`winsorised`].
pub fn kept(scores: &[f64], trim: f64) -> Result<Vec<bool>> {
    let count = scores.len();
    ascending(scores, trim)?;
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let cut = (count as f64 * trim) as usize;
    let mut kept = vec![false; count];
    order[cut..count - cut].iter().for_each(|&at| kept[at] = true);
    Ok(kept)
}

/// φ and τ² (Spiegelhalter 2005, after `DerSimonian` and Laird 1986) from trimmed scores and the groups' chance variances:
/// `τ² = (kφ - (k - 1)) / (Σw - Σw² / Σw)` with `w = 1 / variance`, never below 0.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::LengthsDiffer`], or [`Invalid::OutOfRange`] for a variance of 0 or less.
pub fn overdispersion(scores: &[f64], variances: &[f64]) -> Result<Overdispersion> {
    checked(scores)?;
    checked(variances)?;
    if scores.len() != variances.len() {
        return Err(Invalid::LengthsDiffer);
    }
    if variances.iter().any(|v| *v <= 0.0) {
        return Err(Invalid::OutOfRange("variance"));
    }
    let groups = scores.len() as f64;
    let phi = scores.iter().map(|z| z * z).sum::<f64>() / groups;
    let (weights, squares) = variances.iter().fold((0.0, 0.0), |(w, w2), v| (w + 1.0 / v, w2 + 1.0 / (v * v)));
    // One group, or one beside which the others weigh nothing, tells nothing about how groups differ.
    let spread = weights - squares / weights;
    let excess = groups * phi - (groups - 1.0);
    let is_measurable = excess > 0.0 && spread > 1e-12 * weights;
    Ok(Overdispersion { phi, tau2: if is_measurable { excess / spread } else { 0.0 } })
}

fn ascending(scores: &[f64], trim: f64) -> Result<Vec<f64>> {
    checked(scores)?;
    if !(0.0..0.5).contains(&trim) {
        return Err(Invalid::OutOfRange("trim"));
    }
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(sorted)
}

/// R's default quantile, type 7 of Hyndman and Fan 1996.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = (sorted.len() - 1) as f64 * share;
    let (below, above) = (place as usize, (place as usize + 1).min(sorted.len() - 1));
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}
