//! The line through the counts of a shuffled segment below which its change cannot be as large as the best one.

use super::lanes::{Count, Word};
use super::score::{Cell, Scorer};

/// Pieces in which the usual numbers of units of now are looked at.
const PIECES: u64 = 8;

/// Binary digits after the point of the line's slope.
const DIGITS: usize = 5;

/// A little less than what is compared with: the line is worked out in another order, and rounds differently.
const SLACK: f64 = 1.0 - 1e-6;

/// Segments up to this size are looked at for whether any shuffle at all could do as well.
const SMALL: u64 = 64;

/// What a shuffle must come to for a second look: few or many units of now, or a sum on or above the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gate {
    usual: (u64, u64),
    line: Line,
}

/// Where a shuffle with a usual number of units of now may do as well.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Line {
    Nowhere,
    /// Where `2^DIGITS` sums are at least `slope` units and `least`.
    From {
        slope: u64,
        least: i64,
    },
    Everywhere,
}

/// What is known of a segment before it is shuffled.
#[derive(Debug)]
struct Known<'s, 't> {
    scorer: &'s Scorer<'t>,
    /// The segment in both periods.
    all: Cell,
    /// Least sum of levels of now of all rows.
    least_now: u64,
    best: f64,
}

impl Known<'_, '_> {
    /// Least and most sum of levels of a number of units of the segment.
    fn sums(&self, units: u64) -> (u64, u64) {
        let highest = self.scorer.highest();
        (self.all.sum.saturating_sub((self.all.units - units) * highest), self.all.sum.min(units * highest))
    }

    /// Numbers of units of now, of those asked for, that leave enough in each cell.
    fn units(&self, (first, last): (u64, u64)) -> (u64, u64) {
        let ((all, of_now), min_rows) = (self.scorer.all(), self.scorer.min_rows());
        let of_before = all.units - of_now;
        let least = min_rows.max((self.all.units + min_rows).saturating_sub(of_before));
        (first.max(least), last.min(self.all.units.saturating_sub(min_rows)).min(of_now.saturating_sub(min_rows)))
    }

    /// Most a segment moves against the rest, of all with at least `units` of now and at most this sum.
    fn most_moved(&self, units: u64, sum: u64) -> f64 {
        let (all, of_now) = self.scorer.all();
        let mean = |sum: i64, units: u64| sum as f64 / units as f64;
        let (now, before) = (mean(sum as i64, units), mean((self.all.sum - sum) as i64, self.all.units - units));
        let rest_now = mean(self.least_now as i64 - sum as i64, of_now - units);
        let rest_before_sum = (all.sum - self.least_now) as i64 - (self.all.sum - sum) as i64;
        now - before - (rest_now - mean(rest_before_sum, all.units - of_now - (self.all.units - units)))
    }

    /// Least variance of that move, of all with so many units of now and a sum between two: of the rest it is left out.
    fn least_variance(&self, (first, last): (u64, u64), (low, high): (u64, u64)) -> f64 {
        let least = |cells: [(u64, u64); 4]| {
            cells.into_iter().map(|(units, sum)| self.scorer.variance(Cell { units, sum })).fold(f64::INFINITY, f64::min)
        };
        let now = least([(first, low), (first, high), (last, low), (last, high)]) / last as f64;
        let (few, many) = (self.all.units - last, self.all.units - first);
        let (less, more) = (self.all.sum - high, self.all.sum - low);
        now.max(0.0) + least([(few, less), (few, more), (many, less), (many, more)]).max(0.0) / many as f64
    }

    /// Whether one of these could do as well as the best.
    fn may(&self, units: (u64, u64), sums: (u64, u64)) -> bool {
        let moved = self.most_moved(units.0, sums.1);
        moved > 0.0 && 0.5 * moved * moved >= self.best * SLACK * self.least_variance(units, sums)
    }
}

impl Gate {
    /// `None` if no shuffle can do as well as `best`. `all` is the segment in both periods, `least_now` the least that the shuffles make of
    /// the sum of levels of now of all rows.
    pub(super) fn new(scorer: &Scorer, all: Cell, least_now: u64, best: f64) -> Option<Self> {
        let known = Known { scorer, all, least_now, best };
        let (first, last) = known.units((0, all.units));
        if all.units <= SMALL && !(first..=last).any(|units| known.may((units, units), known.sums(units))) {
            return None;
        }
        let usual = scorer.usual_now(all.units);
        Some(Self { usual, line: known.line(known.units(usual)) })
    }

    /// Shuffles to look at.
    pub(super) fn open<const W: usize>(&self, units: &Count<W>, sum: &Count<W>) -> Word<W> {
        let (enough, many) = (units.at_least(self.usual.0), units.at_least(self.usual.1 + 1));
        let above = match self.line {
            Line::Nowhere => [0; W],
            Line::Everywhere => [u64::MAX; W],
            Line::From { slope, least } => {
                let (mut line, mut own) = (Count::default(), Count::default());
                (0..64).filter(|bit| slope >> bit & 1 == 1).for_each(|bit| line.add_shifted(units, bit));
                own.add_shifted(sum, DIGITS);
                if least >= 0 {
                    line.add_number(least.unsigned_abs());
                } else {
                    own.add_number(least.unsigned_abs());
                }
                own.at_least_as(&line)
            }
        };
        std::array::from_fn(|w| !enough[w] | many[w] | above[w])
    }
}

impl Known<'_, '_> {
    /// The line above all shuffles with so many units of now that may do as well.
    fn line(&self, (first, last): (u64, u64)) -> Line {
        let slope = ((self.all.sum << DIGITS) + self.all.units / 2) / self.all.units.max(1);
        let mut line = Line::Nowhere;
        let mut from = first;
        while from <= last {
            let piece = (from, (from + (last - first) / PIECES).min(last));
            match self.least_sum(piece) {
                Some(0) => return Line::Everywhere,
                Some(sum) => {
                    let here = ((sum << DIGITS) as i64) - (slope * piece.1) as i64;
                    let least = if let Line::From { least, .. } = line { least.min(here) } else { here };
                    line = Line::From { slope, least };
                }
                None => {}
            }
            from = piece.1 + 1;
        }
        line
    }

    /// No shuffle with units in `piece` and a lower sum can do as well; `None` if none can at all.
    fn least_sum(&self, piece: (u64, u64)) -> Option<u64> {
        let (least, most) = (self.sums(piece.0).0, self.sums(piece.1).1);
        // Where the segment itself does not move, the rest hardly ever moves enough. Above, variances are bounded by those at both ends.
        let still = (self.all.sum * piece.0 / self.all.units).clamp(least, most);
        if self.may(piece, (least, still)) {
            return Some(least);
        }
        let (mut low, mut high) = (still, most + 1);
        while low < high {
            let middle = low.midpoint(high);
            if self.may(piece, (still, middle)) { high = middle } else { low = middle + 1 }
        }
        (low <= most).then_some(low)
    }
}
