//! Opening hours, Monday to Friday, asked day by day.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeZone, Weekday};
use chrono_tz::Tz;

/// The same hours on every working day.
pub(crate) struct Hours {
    pub(crate) zone: Tz,
    pub(crate) open: NaiveTime,
    pub(crate) close: NaiveTime,
    pub(crate) holidays: HashSet<NaiveDate>,
}

impl Hours {
    /// Open seconds from one instant to another, in seconds since 1970.
    pub(crate) fn elapsed(&self, from: i64, to: i64) -> i64 {
        let Some(last) = self.local_day(to) else { return 0 };
        let days = self.local_day(from).into_iter().flat_map(|first| first.iter_days().take_while(|day| *day <= last));
        days.filter_map(|day| self.open_on(day)).map(|(open, close)| (close.min(to) - open.max(from)).max(0)).sum()
    }

    fn local_day(&self, at: i64) -> Option<NaiveDate> {
        DateTime::from_timestamp(at, 0).map(|at| at.with_timezone(&self.zone).date_naive())
    }

    /// The opening and the closing of a day, unless it is a closed one.
    fn open_on(&self, day: NaiveDate) -> Option<(i64, i64)> {
        if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) || self.holidays.contains(&day) {
            return None;
        }
        // No zone changes its clock in the middle of a working day.
        let instant = |time| self.zone.from_local_datetime(&day.and_time(time)).earliest().map(|at| at.timestamp());
        instant(self.open).zip(instant(self.close))
    }
}
