//! The two icons of Making Data Count: variation (what the newest point says) and assurance (what the limits promise).

use super::rules::{Side, Signal};
use super::{Band, tolerance};

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither: a volume, say.
    Neither,
}

/// What the newest point says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variation {
    /// The usual wobble.
    CommonCause,
    /// A signal on the good side.
    Improving(Side),
    /// A signal on the bad side.
    Concerning(Side),
    /// A signal where neither way is better.
    Changed(Side),
}

/// What the limits promise about the target, if nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Assurance {
    /// The target is outside the limits on the bad side: it will be met.
    Passes,
    /// The target is outside the limits on the good side: it will be missed.
    Fails,
    /// The target is between the limits: chance decides.
    HitOrMiss,
}

/// The variation icon of a point.
pub const fn variation(signal: Option<Signal>, direction: Direction) -> Variation {
    let Some(Signal { side, .. }) = signal else { return Variation::CommonCause };
    match (direction, side) {
        (Direction::Neither, _) => Variation::Changed(side),
        (Direction::Higher, Side::High) | (Direction::Lower, Side::Low) => Variation::Improving(side),
        _ => Variation::Concerning(side),
    }
}

/// The assurance icon of a finite `target` against the limits of the latest point; `None` where neither way is better.
///
/// A target on a limit is between the limits.
pub fn assurance(target: f64, band: &Band, direction: Direction) -> Option<Assurance> {
    let slack = tolerance(target, band.centre);
    let (above, below) = (target > band.upper + slack, target < band.lower - slack);
    match direction {
        Direction::Neither => None,
        _ if !above && !below => Some(Assurance::HitOrMiss),
        Direction::Higher => Some(if above { Assurance::Fails } else { Assurance::Passes }),
        Direction::Lower => Some(if above { Assurance::Passes } else { Assurance::Fails }),
    }
}
