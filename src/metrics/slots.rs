//! Which period an instant falls into.

use polars::prelude::Int64Chunked;

use crate::clock::period::Period;
use crate::clock::zone::{Cursor, Zone};

/// The day of no instant.
pub(super) const NO_DAY: i32 = i32::MIN;

/// Maps local days to slots: 0 is before the first period, `1 + i` is period `i`.
#[derive(Debug)]
pub(super) struct Slots {
    first_day: i32,
    by_day: Vec<u32>,
    count: usize,
}

impl Slots {
    /// Slots for periods in ascending order.
    pub(super) fn new(periods: &[Period]) -> Self {
        let first_day = periods.first().map_or(0, |p| p.first_day);
        let end = periods.last().map_or(0, |p| p.end_day);
        let mut by_day = vec![u32::MAX; (end - first_day).max(0) as usize];
        for (i, p) in periods.iter().enumerate() {
            by_day[(p.first_day - first_day) as usize..(p.end_day - first_day) as usize].fill(i as u32 + 1);
        }
        Self { first_day, by_day, count: periods.len() + 1 }
    }

    /// A slot for each of the `trailing` days before the first period and for every day up to the end of the last.
    pub(super) fn days(periods: &[Period], trailing: u32) -> Self {
        let first_day = periods.first().map_or(0, |p| p.first_day) - trailing as i32;
        let end = periods.last().map_or(0, |p| p.end_day);
        let count = (end - first_day).max(0) as usize;
        Self { first_day, by_day: (1..=count as u32).collect(), count: count + 1 }
    }

    /// Number of slots, the one before the first period included.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// First day of slot 1.
    pub(super) fn first_day(&self) -> i32 {
        self.first_day
    }

    /// The slot of a local day; `u32::MAX` for none: after the last period, in a gap, or [`NO_DAY`].
    #[inline]
    pub(super) fn slot(&self, day: i32) -> u32 {
        if day < self.first_day {
            return if day == NO_DAY { u32::MAX } else { 0 };
        }
        self.by_day.get((day - self.first_day) as usize).copied().unwrap_or(u32::MAX)
    }
}

/// The local day of every instant of a column (seconds UTC); [`NO_DAY`] for none, and for what lies at the cut-off or after it: that
/// has not happened yet, such as a promise that falls due later this week.
pub(super) fn days((zone, as_of): (&Zone, i64), at: &Int64Chunked) -> Vec<i32> {
    let mut cursor = Cursor::new(zone);
    let mut day = |at: i64| (at + i64::from(cursor.offset_at(at))).div_euclid(86_400) as i32;
    at.iter().map(|at| at.filter(|t| *t < as_of).map_or(NO_DAY, &mut day)).collect()
}
