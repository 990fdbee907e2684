//! Opening hours as chrono alone tells them, a tick at a time.

use crate::clock::calendar::Schedule;
use chrono::{Datelike, Days, LocalResult, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;
use std::cell::RefCell;
use std::rc::Rc;

/// The last year any calendar of the random world knows; after it nothing opens.
pub(super) const LAST_YEAR: i32 = 2018;

/// A tick in no calendar's years any more, in any zone: 2019-01-03.
pub(super) const NEVER: i64 = 1_546_473_600;

/// The wall clock of a zone from an instant on, read off chrono once a tick and kept.
#[derive(Debug)]
pub(super) struct Wall {
    pub(super) zone: Tz,
    pub(super) from: i64,
    /// Seconds in a tick.
    pub(super) tick: i64,
    read: RefCell<Vec<(i32, i64)>>,
}

impl Wall {
    pub(super) fn new(zone: Tz, from: i64, tick: i64) -> Rc<Self> {
        Rc::new(Self { zone, from, tick, read: RefCell::default() })
    }

    /// The local day since 1970 and the seconds since its midnight.
    fn at(&self, utc: i64) -> (i32, i64) {
        let index = ((utc - self.from) / self.tick) as usize;
        let mut read = self.read.borrow_mut();
        while read.len() <= index {
            let next = self.from + read.len() as i64 * self.tick;
            let local = self.zone.timestamp_opt(next, 0).single().expect("an instant");
            read.push((local.date_naive().to_epoch_days(), i64::from(local.time().num_seconds_from_midnight())));
        }
        read[index]
    }
}

/// The instants at which all of some schedules are open.
#[derive(Debug)]
pub(super) struct Hours {
    schedules: Vec<(Schedule, Rc<Wall>)>,
    from: i64,
    tick: i64,
    /// Open seconds of the longest weekday, by the weekly hours.
    pub(super) business_day_secs: i64,
    /// The first ticks, asked at once, and the later ones as they are needed.
    near: Vec<bool>,
    far: RefCell<Vec<bool>>,
}

/// Two months of minutes.
const NEAR: usize = 86_400;

impl Hours {
    /// The first schedule's zone is the one whose days count; the zones of all are the same.
    pub(super) fn new(schedules: Vec<(Schedule, Rc<Wall>)>) -> Self {
        let (from, tick) = (schedules[0].1.from, schedules[0].1.tick);
        let is_open = |weekday: usize, secs: &i64| {
            schedules.iter().all(|(s, _)| s.hours[weekday].iter().any(|(from, to)| (*from..*to).contains(secs)))
        };
        let open_secs = |weekday: usize| (0..86_400).filter(|secs| is_open(weekday, secs)).count() as i64;
        let business_day_secs = (0..7).map(open_secs).max().unwrap_or(0);
        let near = (0..NEAR).map(|i| all_open(&schedules, from + i as i64 * tick)).collect();
        Self { schedules, from, tick, business_day_secs, near, far: RefCell::default() }
    }

    /// Whether all are open, from this instant to the next tick.
    pub(super) fn is_open(&self, utc: i64) -> bool {
        let index = ((utc - self.from) / self.tick) as usize;
        match self.near.get(index) {
            Some(is_open) => *is_open,
            None => self.is_open_far(index - NEAR),
        }
    }

    fn is_open_far(&self, index: usize) -> bool {
        let mut far = self.far.borrow_mut();
        while far.len() <= index {
            let next = self.from + (NEAR + far.len()) as i64 * self.tick;
            far.push(all_open(&self.schedules, next));
        }
        far[index]
    }

    /// The end of the last open tick of the `days`-th local day after that of `from` on which anything is open.
    pub(super) fn end_of_day(&self, from: i64, days: u32) -> Option<i64> {
        self.open_day(from, days).map(|(_, end)| end)
    }

    /// That day at a time of day: a skipped one is as much later as the clock jumped, the first of two shown.
    pub(super) fn day_at(&self, from: i64, days: u32, secs: i64) -> Option<i64> {
        let (day, _) = self.open_day(from, days)?;
        let midnight = chrono::NaiveDate::from_epoch_days(day)?.and_time(NaiveTime::MIN);
        Some(instant(self.schedules[0].1.zone, midnight + TimeDelta::seconds(secs)))
    }

    /// The day and the end of its last open tick.
    fn open_day(&self, from: i64, days: u32) -> Option<(i32, i64)> {
        let wall = &self.schedules[0].1;
        // With 0 days it is the first day with anything open from now on.
        let (mut last_day, mut left) = if days == 0 { (i32::MIN, 1) } else { (wall.at(from).0, days) };
        let mut found = None;
        for now in (from..NEVER).step_by(self.tick as usize) {
            let (day, _) = wall.at(now);
            if found.is_some_and(|(of, _)| of != day) {
                return found;
            }
            if !self.is_open(now) || (day == last_day && found.is_none()) {
                continue;
            }
            if day != last_day {
                (last_day, left) = (day, left - 1);
            }
            if left == 0 {
                found = Some((day, now + self.tick));
            }
        }
        found
    }
}

fn all_open(schedules: &[(Schedule, Rc<Wall>)], utc: i64) -> bool {
    schedules.iter().all(|(schedule, wall)| opens(schedule, wall.at(utc)))
}

/// Whether a schedule is open at a wall clock reading: a shift for the date, else its holiday, else its weekday; not in a break.
fn opens(schedule: &Schedule, (day, secs): (i32, i64)) -> bool {
    let date = chrono::NaiveDate::from_epoch_days(day).expect("a day");
    let covers = |stretches: &[(i64, i64)]| stretches.iter().any(|(from, to)| *from <= secs && secs < *to);
    if date.year() > LAST_YEAR || schedule.breaks.get(&day).is_some_and(|b| covers(b)) {
        return false;
    }
    match schedule.shifts.get(&day) {
        Some(shift) => covers(shift),
        None if schedule.holidays.contains(&day) => false,
        None => covers(&schedule.hours[date.weekday().num_days_from_monday() as usize]),
    }
}

/// The instant of a wall clock reading.
pub(super) fn instant(zone: Tz, local: NaiveDateTime) -> i64 {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.timestamp(),
        LocalResult::None => {
            let before = local.checked_sub_days(Days::new(1)).and_then(|d| zone.from_local_datetime(&d).earliest()).expect("a day before");
            local.and_utc().timestamp() - i64::from(before.offset().fix().local_minus_utc())
        }
    }
}
