//! Which period an instant falls into.

use crate::clock::period::Period;
use crate::clock::zone::{Cursor, Zone};

/// Maps instants to slots: 0 is before the first period, `1 + i` is period `i`; `None` is after the last or in a gap.
#[derive(Debug)]
pub(super) struct Slots<'a> {
    zone: &'a Zone,
    first_day: i32,
    by_day: Vec<u32>,
    count: usize,
}

impl<'a> Slots<'a> {
    /// Slots for periods in ascending order.
    pub(super) fn new(zone: &'a Zone, periods: &[Period]) -> Self {
        let first_day = periods.first().map_or(0, |p| p.first_day);
        let end = periods.last().map_or(0, |p| p.end_day);
        let mut by_day = vec![u32::MAX; (end - first_day).max(0) as usize];
        for (i, p) in periods.iter().enumerate() {
            by_day[(p.first_day - first_day) as usize..(p.end_day - first_day) as usize].fill(i as u32 + 1);
        }
        Self { zone, first_day, by_day, count: periods.len() + 1 }
    }

    /// A slot for each of the `trailing` days before the first period and for every day up to the end of the last.
    pub(super) fn days(zone: &'a Zone, periods: &[Period], trailing: u32) -> Self {
        let first_day = periods.first().map_or(0, |p| p.first_day) - trailing as i32;
        let end = periods.last().map_or(0, |p| p.end_day);
        let count = (end - first_day).max(0) as usize;
        Self { zone, first_day, by_day: (1..=count as u32).collect(), count: count + 1 }
    }

    /// Number of slots, the one before the first period included.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// First day of slot 1.
    pub(super) fn first_day(&self) -> i32 {
        self.first_day
    }

    /// A cursor for a run of lookups.
    pub(super) fn cursor(&self) -> Cursor<'_> {
        Cursor::new(self.zone)
    }

    /// The slot of an instant (seconds UTC), `u32::MAX` for none.
    #[inline]
    pub(super) fn slot(&self, cursor: &mut Cursor<'_>, at: i64) -> u32 {
        let day = (at + i64::from(cursor.offset_at(at))).div_euclid(86_400) as i32;
        if day < self.first_day {
            return 0;
        }
        self.by_day.get((day - self.first_day) as usize).copied().unwrap_or(u32::MAX)
    }
}
