//! Wall clocks, periods and opening hours, slowly: chrono for every instant, a step a minute.

use std::cell::RefCell;
use std::collections::HashMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;

use crate::world::{Hours, World};

/// The wall clock at an instant.
pub(crate) fn local(zone: Tz, utc: i64) -> NaiveDateTime {
    zone.from_utc_datetime(&DateTime::from_timestamp(utc, 0).expect("an instant").naive_utc()).naive_local()
}

/// The local day of an instant.
pub(crate) fn local_day(zone: Tz, utc: i64) -> NaiveDate {
    local(zone, utc).date()
}

/// The instant of a wall clock reading: the first of two, and a skipped one as far after the gap as it lies in it.
pub(crate) fn to_utc(zone: Tz, reading: NaiveDateTime) -> i64 {
    match zone.from_local_datetime(&reading).earliest() {
        Some(at) => at.timestamp(),
        None => to_utc(zone, reading - TimeDelta::days(1)) + 86_400,
    }
}

/// The first instant of a local day.
pub(crate) fn day_start(zone: Tz, day: NaiveDate) -> i64 {
    to_utc(zone, day.and_time(NaiveTime::MIN))
}

/// Local days with a name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Period {
    pub(crate) id: String,
    pub(crate) first: NaiveDate,
    pub(crate) last: NaiveDate,
}

/// The periods of a query: `all`, `week` or `month`.
pub(crate) fn periods(unit: &str, from: NaiveDate, to: NaiveDate) -> Vec<Period> {
    if unit == "all" {
        return vec![Period { id: format!("{from}..{to}"), first: from, last: to }];
    }
    let id = |d: NaiveDate| if unit == "week" { d.format("%G-W%V").to_string() } else { d.format("%Y-%m").to_string() };
    // Whole periods, from the one that holds the first day to the one that holds the last.
    let mut out: Vec<Period> = Vec::new();
    for day in (from - Days::new(31)).iter_days().take_while(|d| *d <= to + Days::new(31)) {
        match out.last_mut() {
            Some(period) if period.id == id(day) => period.last = day,
            _ => out.push(Period { id: id(day), first: day, last: day }),
        }
    }
    let (first, last) = (id(from), id(to));
    let start = out.iter().position(|p| p.id == first).expect("the first period");
    let end = out.iter().position(|p| p.id == last).expect("the last period");
    out[start..=end].to_vec()
}

/// Opening hours, a minute at a time.
pub(crate) struct Clock<'a> {
    hours: Option<&'a Hours>,
    open: RefCell<HashMap<i64, Vec<bool>>>,
}

impl<'a> Clock<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        Self { hours: world.calendar.as_ref(), open: RefCell::default() }
    }

    fn is_open(hours: &Hours, utc: i64) -> bool {
        let now = local(hours.zone, utc);
        let minute = i64::from(now.hour()) * 60 + i64::from(now.minute());
        let stretches = &hours.week[now.weekday().num_days_from_monday() as usize];
        now.date() != hours.holiday && stretches.iter().any(|(from, to)| (*from..*to).contains(&minute))
    }

    /// Whether the desk is open in the UTC minute with that number.
    fn minute(&self, number: i64) -> bool {
        let Some(hours) = self.hours else { return true };
        let mut open = self.open.borrow_mut();
        // Clocks change and hours begin on whole minutes only, so a minute is open or closed as a whole.
        let day = open
            .entry(number.div_euclid(1_440))
            .or_insert_with_key(|d| (0..1_440).map(|m| Self::is_open(hours, (d * 1_440 + m) * 60)).collect());
        day[number.rem_euclid(1_440) as usize]
    }

    /// Open seconds from one instant to a later one.
    pub(crate) fn elapsed(&self, from: i64, to: i64) -> i64 {
        let mut secs = 0;
        for minute in from.div_euclid(60)..=to.div_euclid(60) {
            if self.minute(minute) {
                secs += ((minute + 1) * 60).min(to).saturating_sub((minute * 60).max(from)).max(0);
            }
        }
        secs
    }
}
