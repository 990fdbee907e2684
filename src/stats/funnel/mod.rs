//! Funnel plots: which groups are unlike the others, and not merely small (Spiegelhalter 2005). Not: which are below a target.

mod limits;
mod overdispersion;
mod ratio;
#[cfg(test)]
mod tests;

pub use limits::{arcsine, mirrored, score, spiegelhalter};
pub use overdispersion::{Overdispersion, TRIM, arcsine_scores, kept, overdispersion, winsorised};
pub use ratio::{Ratio, RatioFunnel, Scale, poisson_ratio_limits, ratio_scores};

use super::{Invalid, Proportion, Result};

/// From this φ on the limits of chance alone would flag nearly everybody.
pub const LARGEST_PHI: f64 = 1.5;

/// Fewer groups cannot be told from their own outliers. Simulated with 1,000 trials a group around 85 %: once adjusted, a group 10
/// points below equal others is never flagged among 5, in 55 % of funnels of 6 and in 99 % of 8. With fewer, a `phi` above
/// [`LARGEST_PHI`] says that the limits are those of chance alone and that more than chance is at work.
pub const FEWEST_GROUPS: usize = 8;

/// Which pair of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Holds 95 % of the groups that are like the others: worth a look.
    P95,
    /// Holds 99.8 %: unlike the others.
    P998,
    /// Holds 99.8 %, and as much more as it takes to hold every one of so many like groups in 95 % of funnels (Bonferroni): 99.8 % leave
    /// one of 300 like groups outside in every third funnel or so. Up to 25 groups it is the same as [`Self::P998`].
    AllOf(usize),
}

/// Chance that a funnel of groups that are all alike has one outside [`Level::AllOf`] its groups.
const CHANCE_OF_ANY: f64 = 0.05;

impl Level {
    /// The share of like groups inside.
    pub fn confidence(self) -> f64 {
        match self {
            Self::P95 => 0.95,
            Self::P998 => 0.998,
            Self::AllOf(groups) => Self::P998.confidence().max(1.0 - CHANCE_OF_ANY / groups.max(1) as f64),
        }
    }
}

/// Where a group lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Within the 95 % limits.
    Inside,
    /// Below the 95 % limits.
    Low,
    /// Above the 95 % limits.
    High,
    /// Below the outer limits.
    FarLow,
    /// Above the outer limits.
    FarHigh,
}

/// A funnel of proportions around the rate of all groups together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Funnel {
    /// Hits of all groups over trials of all groups, 0 to 1.
    pub centre: f64,
    /// Mean squared score, outliers drawn in: 1 if chance is all there is. To be printed beside the funnel.
    pub phi: f64,
    /// Variance between groups beyond chance, on the arcsine scale.
    pub tau2: f64,
    /// Whether [`Self::limits`] allow for `tau2`: `phi` above [`LARGEST_PHI`] among at least [`FEWEST_GROUPS`] groups.
    pub is_adjusted: bool,
}

impl Funnel {
    /// # Errors
    /// [`Invalid::Empty`] for no groups.
    pub fn fit(groups: &[Proportion]) -> Result<Self> {
        let centre = pooled_rate(groups)?;
        let scores = winsorised(&arcsine_scores(groups, centre)?, TRIM)?;
        let variances: Vec<f64> = groups.iter().map(|g| 0.25 / g.n() as f64).collect();
        let Overdispersion { phi, tau2 } = overdispersion(&scores, &variances)?;
        Ok(Self { centre, phi, tau2, is_adjusted: phi > LARGEST_PHI && tau2 > 0.0 && groups.len() >= FEWEST_GROUPS })
    }

    /// The rates between which a group of `n` like the others stays, 0 to 1: everything for an `n` of 0.
    ///
    /// [`mirrored`] exact limits; when adjusted, the wider of them and the [`arcsine`] limits with τ² on either side, since the
    /// arcsine is no good approximation for a handful of trials.
    pub fn limits(&self, n: u64, level: Level) -> (f64, f64) {
        let Ok(exact) = mirrored(self.centre, n, level.confidence()) else { return (0.0, 1.0) };
        match arcsine(self.centre, n, level.confidence(), self.tau2) {
            Ok(wide) if self.is_adjusted => (exact.0.min(wide.0), exact.1.max(wide.1)),
            _ => exact,
        }
    }

    /// Where a group lies, beyond the 95 % limits and beyond the `outer` ones; on a limit is inside.
    pub fn place(&self, group: Proportion, outer: Level) -> Place {
        let side = |level| {
            let (low, high) = self.limits(group.n(), level);
            (group.rate() < low, group.rate() > high)
        };
        match side(Level::P95) {
            (false, false) => Place::Inside,
            (true, _) if side(outer).0 => Place::FarLow,
            (true, _) => Place::Low,
            _ if side(outer).1 => Place::FarHigh,
            _ => Place::High,
        }
    }
}

/// Hits of all groups over trials of all groups.
///
/// # Errors
/// [`Invalid::Empty`] for no groups.
pub fn pooled_rate(groups: &[Proportion]) -> Result<f64> {
    if groups.is_empty() {
        return Err(Invalid::Empty);
    }
    let (hits, n) = groups.iter().fold((0.0, 0.0), |(hits, n), g| (hits + g.hits() as f64, n + g.n() as f64));
    Ok(hits / n)
}
