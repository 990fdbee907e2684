//! The four rules of Making Data Count, in the precedence of `NHSRplotthedots`: outside the limits, trend, two of three, shift.
//!
//! A rule marks the whole run that breaks it, not only its end. Where several rules mark a point, the first in the list counts.

use std::ops::Range;

use super::{Band, tolerance};

/// Points on one side of the centre that make a shift.
const SHIFT: usize = 7;

/// Which rule marks a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Outside the limits of three sigma.
    Outside,
    /// Part of a run that rises or falls at every step.
    Trend,
    /// One of at least two points between two and three sigma among three neighbours on one side of the centre.
    TwoOfThree,
    /// Part of a run of seven or more on one side of the centre; a point on the centre breaks a run.
    Shift,
}

/// Above or below; for a trend, rising or falling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Above the centre, or rising.
    High,
    /// Below the centre, or falling.
    Low,
}

/// A point that is not the usual wobble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signal {
    /// Why.
    pub rule: Rule,
    /// Which way. A trend keeps its direction where it crosses the centre.
    pub side: Side,
}

/// How many points make a trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TrendLength {
    /// Six points, five steps: allowed by the Excel tool of Making Data Count.
    Six,
    /// Seven points, six steps: `NHSRplotthedots`.
    #[default]
    Seven,
}

impl TrendLength {
    const fn points(self) -> usize {
        match self {
            Self::Six => 6,
            Self::Seven => 7,
        }
    }
}

/// The signal of each point of one phase, oldest first, each with its own limits.
pub fn signals(points: &[(f64, Band)], trend: TrendLength) -> Vec<Option<Signal>> {
    let mut marks = Marks(vec![None; points.len()]);
    let sides: Vec<Option<Side>> = points.iter().map(|(value, band)| side(*value, band)).collect();
    // From the weakest rule to the strongest: the later mark stays.
    for run in runs(&sides, |a, b| a == b).filter(|run| run.len() >= SHIFT) {
        marks.set(run.clone(), Rule::Shift, sides[run.start]);
    }
    two_of_three(points, &sides, &mut marks);
    trends(points, trend, &mut marks);
    for (i, (value, band)) in points.iter().enumerate() {
        if outside(*value, band) {
            marks.set(i..i + 1, Rule::Outside, sides[i]);
        }
    }
    marks.0
}

struct Marks(Vec<Option<Signal>>);

impl Marks {
    fn set(&mut self, range: Range<usize>, rule: Rule, side: Option<Side>) {
        if let Some(side) = side {
            self.0[range].fill(Some(Signal { rule, side }));
        }
    }
}

/// Above or below the centre; `None` on it.
fn side(value: f64, band: &Band) -> Option<Side> {
    let off = value - band.centre;
    match off.abs() > tolerance(value, band.centre) {
        true if off > 0.0 => Some(Side::High),
        true => Some(Side::Low),
        false => None,
    }
}

fn outside(value: f64, band: &Band) -> bool {
    let slack = tolerance(value, band.centre);
    value > band.upper + slack || value < band.lower - slack
}

/// Between two and three sigma, by the point's own sigma.
fn close(value: f64, band: &Band) -> bool {
    !outside(value, band) && (value - band.centre).abs() > 2.0 * band.sigma + tolerance(value, band.centre)
}

/// Maximal runs of neighbours that belong together.
fn runs<T>(items: &[T], together: impl Fn(&T, &T) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    items.chunk_by(together).map(move |chunk| {
        let run = start..start + chunk.len();
        start = run.end;
        run
    })
}

fn two_of_three(points: &[(f64, Band)], sides: &[Option<Side>], marks: &mut Marks) {
    let close: Vec<bool> = points.iter().map(|(value, band)| close(*value, band)).collect();
    for start in 0..points.len().saturating_sub(2) {
        let window = start..start + 3;
        let one_side = sides[window.clone()].iter().all(|s| *s == sides[start]);
        if one_side && close[window.clone()].iter().filter(|c| **c).count() >= 2 {
            for i in window.filter(|i| close[*i]) {
                marks.set(i..i + 1, Rule::TwoOfThree, sides[i]);
            }
        }
    }
}

/// Runs of steps in one direction. A turning point of two trends takes the later one.
fn trends(points: &[(f64, Band)], length: TrendLength, marks: &mut Marks) {
    let step = |pair: &[(f64, Band)]| match pair[1].0.total_cmp(&pair[0].0) {
        _ if (pair[1].0 - pair[0].0).abs() <= tolerance(pair[0].0, pair[1].0) => None,
        std::cmp::Ordering::Less => Some(Side::Low),
        _ => Some(Side::High),
    };
    let steps: Vec<Option<Side>> = points.windows(2).map(step).collect();
    for run in runs(&steps, |a, b| a == b).filter(|run| run.len() + 1 >= length.points()) {
        marks.set(run.start..run.end + 1, Rule::Trend, steps[run.start]);
    }
}
