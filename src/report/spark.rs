//! A trend as a word of block characters, where no picture can be.
//!
//! Owns its scale: the lowest of the known values is the lowest block, the highest the tallest; a gap is a dot.

use crate::scorecard::Point;

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const GAP: char = '·';
/// The same place is the same period in every row.
const SLOTS: usize = 13;

/// The last 13 periods, oldest first, always 13 characters; empty when none of them has a value.
pub(super) fn blocks(history: &[Point]) -> String {
    let last = &history[history.len().saturating_sub(SLOTS)..];
    let known = || last.iter().filter_map(|p| p.value).filter(|v| v.is_finite());
    if known().next().is_none() {
        return String::new();
    }
    let (low, high) = known().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
    let missing = std::iter::repeat_n(GAP, SLOTS - last.len());
    missing.chain(last.iter().map(|p| p.value.filter(|v| v.is_finite()).map_or(GAP, |v| block(v, low, high)))).collect()
}

/// Halves first: the distance of two huge values may not be a number.
fn block(v: f64, low: f64, high: f64) -> char {
    let span = high / 2.0 - low / 2.0;
    if span <= 0.0 {
        return BLOCKS[3];
    }
    let part = (v / 2.0 - low / 2.0) / span;
    BLOCKS[((part * 7.0).round() as usize).min(7)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[Option<f64>]) -> Vec<Point> {
        values.iter().map(|v| Point { period: String::new(), short: String::new(), value: *v, n: 1, is_partial: false }).collect()
    }

    #[test]
    fn the_lowest_is_the_lowest_block_and_a_gap_is_a_dot() {
        assert_eq!(blocks(&points(&[Some(0.0), Some(0.5), None, Some(1.0)])), "·········▁▅·█");
        assert_eq!(blocks(&points(&[Some(0.4); 13])), "▄▄▄▄▄▄▄▄▄▄▄▄▄");
        let twenty: Vec<Option<f64>> = (0..20).map(|i| Some(f64::from(i))).collect();
        assert_eq!(blocks(&points(&twenty)), "▁▂▂▃▃▄▅▅▆▆▇▇█");
    }

    #[test]
    fn nothing_known_is_nothing_and_huge_values_stay_in_range() {
        assert_eq!(blocks(&[]), "");
        assert_eq!(blocks(&points(&[None, Some(f64::NAN)])), "");
        assert_eq!(blocks(&points(&[Some(f64::MIN), Some(0.0), Some(f64::MAX)])), "··········▁▅█");
    }
}
