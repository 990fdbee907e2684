//! When in the week: the measure by weekday and hour.

use super::Question;
use super::gauge::{Gauge, Rows};
use crate::clock::zone::Cursor;
use crate::scorecard::{HourOfWeek, Side};

/// Hours of a week.
const WEEK: usize = 7 * 24;
/// 1970-01-01 was a Thursday: days since Monday.
const THURSDAY: i64 = 3;

/// 7 × 24 figures from Monday 00:00, in the desk's zone; empty where there are no rows.
pub fn hours(q: &Question<'_>) -> Vec<HourOfWeek> {
    if q.sample.is_empty() {
        return Vec::new();
    }
    let mut cells = vec![(Rows::default(), Rows::default()); WEEK];
    let mut cursor = Cursor::new(q.zone);
    for (row, &at) in q.sample.at.iter().enumerate().filter(|(row, _)| q.counts(*row)) {
        let hour = (at + i64::from(cursor.offset_at(at))).div_euclid(3600);
        let cell = &mut cells[(hour + THURSDAY * 24).rem_euclid(WEEK as i64) as usize];
        let side = if q.sample.is_now[row] { &mut cell.1 } else { &mut cell.0 };
        side.push(q.sample.facts[row]);
    }
    let gauge = Gauge::of(q.metric);
    let spans = q.earlier.len().max(1) as f64;
    let one = |(before, now): &(Rows, Rows)| {
        let scaled = |side: Side| if gauge == Gauge::Count { Side { value: side.value.map(|v| v / spans), ..side } } else { side };
        HourOfWeek { now: gauge.side(now), before: scaled(gauge.side(before)) }
    };
    cells.iter().map(one).collect()
}
