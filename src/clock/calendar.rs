//! Business hours: how much open time lies between two instants, when an amount of it is used up, and which days are open.

use super::zone::Zone;
use super::{DAY, parse_day};
use crate::error::{Error, Result};
use chrono_tz::Tz;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// Half-open stretches of a day in seconds since midnight, in order, none overlapping; 86,400 is midnight at its end.
pub type Hours = Vec<(i64, i64)>;

/// Opening hours on the wall clock of a zone.
///
/// The desk is open at every second whose local time of day lies in the hours of its local date. So an hour the clock shows
/// twice counts twice, and one it skips does not count. What says most about a date wins: its shifts, else the holiday, else
/// the hours of its weekday; whatever that leaves open, the breaks of the date are cut out of.
///
/// The words are those of zendesk/biz (`README.md`, `lib/biz/periods/abstract.rb`); there a holiday closes even a date with
/// shifts. Here a shift opens it: holidays come from files nobody edits, a shift is written for that very date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The zone of the wall clock.
    pub time_zone: Tz,
    /// Monday to Sunday.
    pub hours: [Hours; 7],
    /// The hours of single dates, in days since 1970: instead of those of the weekday or a holiday. Empty: closed.
    pub shifts: BTreeMap<i32, Hours>,
    /// Closed stretches of single dates, in days since 1970.
    pub breaks: BTreeMap<i32, Hours>,
    /// Closed dates, in days since 1970, but for those with shifts.
    pub holidays: BTreeSet<i32>,
}

impl Schedule {
    /// The same hours every week.
    pub fn weekly(time_zone: Tz, hours: [Hours; 7]) -> Self {
        Self { time_zone, hours, shifts: BTreeMap::new(), breaks: BTreeMap::new(), holidays: BTreeSet::new() }
    }

    /// Open day and night.
    pub fn always(time_zone: Tz) -> Self {
        Self::weekly(time_zone, std::array::from_fn(|_| vec![(0, DAY)]))
    }

    /// The opening hours of a date, in days since 1970.
    pub fn hours_of(&self, day: i32) -> Cow<'_, [(i64, i64)]> {
        let hours = match self.shifts.get(&day) {
            Some(shifts) => shifts.as_slice(),
            None if self.holidays.contains(&day) => &[],
            // 1970-01-01 was a Thursday.
            None => &self.hours[(day + 3).rem_euclid(7) as usize],
        };
        match self.breaks.get(&day) {
            Some(breaks) => Cow::Owned(breaks.iter().fold(hours.to_vec(), |hours, at| without(&hours, *at))),
            None => Cow::Borrowed(hours),
        }
    }

    /// Open seconds of the longest weekday; of the longest shift, if there are shifts only.
    fn business_day_secs(&self) -> i64 {
        let secs = |hours: &Hours| hours.iter().map(|(from, to)| to - from).sum();
        let weekday: i64 = self.hours.iter().map(secs).max().unwrap_or(0);
        if weekday > 0 { weekday } else { self.shifts.values().map(secs).max().unwrap_or(0) }
    }

    /// Its ordinary week, without what is told of single dates.
    fn ordinary(&self) -> Self {
        Self::weekly(self.time_zone, self.hours.clone())
    }
}

/// Hours with a break cut out of them.
fn without(hours: &[(i64, i64)], at: (i64, i64)) -> Hours {
    let around = |(from, to): &(i64, i64)| [(*from, at.0.min(*to)), (at.1.max(*from), *to)];
    hours.iter().flat_map(around).filter(|(from, to)| from < to).collect()
}

/// Opening hours laid out on the line of time for some years.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Open intervals in UTC, in order, none touching the next.
    open: Vec<Open>,
    /// Open seconds of the whole table.
    total: i64,
    /// The UTC day of the first entry of `index`.
    first_day: i64,
    /// For each UTC day the first interval that ends after the day's start.
    index: Vec<u32>,
    /// The local days with open time, in order.
    days: Vec<BusinessDay>,
    business_day_secs: i64,
    /// The zone of the local days: that of the (first) schedule.
    zone: Arc<Zone>,
}

/// An open interval.
#[derive(Debug, Clone, Copy)]
struct Open {
    start: i64,
    end: i64,
    /// Open seconds of all intervals before this one.
    before: i64,
}

/// A local day with open time.
#[derive(Debug, Clone, Copy)]
struct BusinessDay {
    /// In days since 1970.
    day: i32,
    /// When it closes for the day: the first instant after its open time.
    end: i64,
}

impl Calendar {
    /// The calendar from January of `first_year` to December of `last_year`; outside them it is closed.
    ///
    /// A config error if the desk is never open in those years, or the years are not in order or not in 1 to 9999.
    pub fn new(schedule: &Schedule, first_year: i32, last_year: i32) -> Result<Self> {
        Self::within(&[schedule], first_year, last_year)
    }

    /// The calendar that is open when all of the schedules are; local days are those of the first.
    ///
    /// Each schedule keeps its own zone: the open instants are intersected, not the times of day. A business day of several
    /// schedules is the longest weekday they have in common, in a week without holidays, shifts, breaks or a change of the
    /// clock. Errors as in [`Calendar::new`].
    pub fn within(schedules: &[&Schedule], first_year: i32, last_year: i32) -> Result<Self> {
        let days = days_of_years(first_year, last_year)?;
        let Some(open) = common(schedules, &days).filter(|open| !open.is_empty()) else { return Err(never_open(schedules.len())) };
        // There is a first schedule: without one nothing is open.
        let zone = Zone::shared(schedules[0].time_zone);
        let business_day_secs = match schedules {
            [only] => only.business_day_secs(),
            _ => common_business_day(schedules, &zone),
        };
        Ok(Self::laid_out(intervals(open), &days, business_day_secs, zone))
    }

    fn laid_out(open: Vec<Open>, days: &Range<i32>, business_day_secs: i64, zone: Arc<Zone>) -> Self {
        // A day more on either side: local days reach into the UTC days around them.
        let utc_days = i64::from(days.start) - 1..i64::from(days.end) + 1;
        let index = utc_days.clone().map(|d| open.partition_point(|o| o.end <= d * DAY) as u32).collect();
        let days = days.clone().filter_map(|day| Some(BusinessDay { day, end: day_end(&open, &zone, day)? })).collect();
        let total = open.last().map_or(0, |last| last.before + last.end - last.start);
        Self { total, first_day: utc_days.start, index, days, business_day_secs, zone, open }
    }

    /// Open seconds in `a..b`; 0 if `b` is not after `a`.
    #[inline]
    pub fn elapsed(&self, a: i64, b: i64) -> i64 {
        if b <= a { 0 } else { self.open_before(b) - self.open_before(a) }
    }

    /// The first instant at which `business_secs` of open time have passed since `a`; `a` itself for none.
    ///
    /// Eight hours from opening time end at closing time, not at the next opening. None if the years of the calendar do not
    /// hold that much open time.
    pub fn add(&self, a: i64, business_secs: i64) -> Option<i64> {
        if business_secs <= 0 {
            return Some(a);
        }
        let target = self.open_before(a).checked_add(business_secs).filter(|t| *t <= self.total)?;
        let from = self.index_at(a);
        let last = from + self.nearby(from, target).partition_point(|o| o.before < target) - 1;
        Some(self.open[last].start + target - self.open[last].before)
    }

    /// Whether it is open at an instant; at closing time it is closed.
    pub fn is_open(&self, at: i64) -> bool {
        self.open.get(self.index_at(at)).is_some_and(|o| o.start <= at)
    }

    /// The first open instant from `at` on: `at` itself if open. None after the last opening of its years.
    pub fn next_opening(&self, at: i64) -> Option<i64> {
        self.open.get(self.index_at(at)).map(|o| o.start.max(at))
    }

    /// When the `days`-th open local day after the local day of `from` closes: 1 is "the end of the next business day".
    ///
    /// With 0 days it is the first open day that is not over at `from`. None outside the years of the calendar.
    pub fn business_day_end(&self, from: i64, days: u32) -> Option<i64> {
        self.business_day(from, days).map(|d| d.end)
    }

    /// A time of that day on the wall clock, in seconds since midnight: 1 and 57,600 is "the next business day by 16:00".
    ///
    /// The time is taken as it stands, also where that day closes earlier or has a break. One the clock skips is as much later
    /// as it was put forward; of one shown twice it is the first.
    pub fn business_day_at(&self, from: i64, days: u32, secs_of_day: i64) -> Option<i64> {
        let day = i64::from(self.business_day(from, days)?.day);
        Some(self.zone.to_utc(day * DAY + secs_of_day.clamp(0, DAY)).secs)
    }

    fn business_day(&self, from: i64, days: u32) -> Option<&BusinessDay> {
        // Beyond the years of any calendar, and within what a day can be counted to.
        let from = from.clamp(i64::from(i32::MIN) * DAY / 2, i64::from(i32::MAX) * DAY / 2);
        let first = match days.checked_sub(1) {
            Some(more) => {
                let day = self.zone.local_day(from);
                self.days.partition_point(|d| d.day <= day).checked_add(more as usize)?
            }
            None => self.days.partition_point(|d| d.end <= from),
        };
        self.days.get(first)
    }

    /// The intervals from `from` on, far enough for one that starts after `target` open seconds, if there is one.
    #[inline]
    fn nearby(&self, from: usize, target: i64) -> &[Open] {
        // Targets are days away, the table is years long.
        let mut length = 8;
        while self.open.get(from + length).is_some_and(|o| o.before < target) {
            length *= 2;
        }
        &self.open[from..self.open.len().min(from + length)]
    }

    /// Open seconds of the longest weekday: what one business day stands for.
    pub fn business_day_secs(&self) -> i64 {
        self.business_day_secs
    }

    /// Open seconds of the table before an instant.
    #[inline]
    fn open_before(&self, utc: i64) -> i64 {
        match self.open.get(self.index_at(utc)) {
            Some(open) => open.before + utc.max(open.start) - open.start,
            None => self.total,
        }
    }

    /// The first interval that ends after an instant.
    #[inline]
    fn index_at(&self, utc: i64) -> usize {
        let day = utc.div_euclid(DAY) - self.first_day;
        if day < 0 {
            return 0;
        }
        let Some(&first) = self.index.get(day as usize) else { return self.open.len() };
        let mut index = first as usize;
        while self.open.get(index).is_some_and(|o| o.end <= utc) {
            index += 1;
        }
        index
    }
}

/// The days of some years, since 1970; a config error if the years are not in order or not in 1 to 9999.
pub fn days_of_years(first_year: i32, last_year: i32) -> Result<Range<i32>> {
    let day = |year: i32, rest: &str| parse_day(&format!("{year:04}{rest}"));
    match (day(first_year, "-01-01"), day(last_year, "-12-31")) {
        (Some(first), Some(last)) => Ok(first..last + 1),
        _ => Err(Error::config(format!("a calendar cannot run from {first_year} to {last_year}"))),
    }
}

fn never_open(schedules: usize) -> Error {
    if schedules > 1 {
        return Error::config("the calendar and those it is within are never open at the same time")
            .hint("compare their hours and time zones, or take one of them out of `within`");
    }
    Error::config("the calendar has no opening hours").hint("give at least one weekday hours, such as mon = \"08:00-18:00\"")
}

/// When all of the schedules are open; None without a schedule.
fn common(schedules: &[&Schedule], days: &Range<i32>) -> Option<Vec<Range<i64>>> {
    schedules.iter().map(|s| open_in(s, days)).reduce(|a, b| intersection(&a, &b))
}

/// When a schedule is open: sorted, with touching stretches made one.
fn open_in(schedule: &Schedule, days: &Range<i32>) -> Vec<Range<i64>> {
    let zone = Zone::shared(schedule.time_zone);
    let mut spans: Vec<Range<i64>> = days.clone().flat_map(|d| open_on(schedule, &zone, d)).collect();
    spans.sort_unstable_by_key(|s| s.start);
    let mut open: Vec<Range<i64>> = Vec::with_capacity(spans.len());
    for span in spans {
        match open.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => open.push(span),
        }
    }
    open
}

/// The stretches of UTC in which the desk is open on a local day.
fn open_on(schedule: &Schedule, zone: &Zone, day: i32) -> Vec<Range<i64>> {
    let midnight = i64::from(day) * DAY;
    schedule.hours_of(day).iter().flat_map(|(from, to)| zone.utc_stretches(midnight + from..midnight + to)).collect()
}

fn intersection(a: &[Range<i64>], b: &[Range<i64>]) -> Vec<Range<i64>> {
    let (mut i, mut j, mut both) = (0, 0, Vec::new());
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let span = x.start.max(y.start)..x.end.min(y.end);
        if !span.is_empty() {
            both.push(span);
        }
        if x.end < y.end { i += 1 } else { j += 1 }
    }
    both
}

/// With their running total.
fn intervals(spans: Vec<Range<i64>>) -> Vec<Open> {
    let mut before = 0;
    let open = |s: Range<i64>| {
        let open = Open { start: s.start, end: s.end, before };
        before += s.end - s.start;
        open
    };
    spans.into_iter().map(open).collect()
}

/// The end of the open time of a local day, if it has any.
fn day_end(open: &[Open], zone: &Zone, day: i32) -> Option<i64> {
    let midnight = i64::from(day) * DAY;
    let end = |stretch: Range<i64>| {
        let last = open[..open.partition_point(|o| o.start < stretch.end)].last()?;
        (last.end > stretch.start).then(|| last.end.min(stretch.end))
    };
    zone.utc_stretches(midnight..midnight + DAY).filter_map(end).last()
}

/// Open seconds of the longest weekday several schedules have in common.
fn common_business_day(schedules: &[&Schedule], zone: &Zone) -> i64 {
    let ordinary: Vec<Schedule> = schedules.iter().map(|s| s.ordinary()).collect();
    // A year that holds every change of the clock, and a day more for zones far apart; 2025-12-31 to 2027-01-01.
    let days = 20_453..20_820;
    let Some(open) = common(&ordinary.iter().collect::<Vec<_>>(), &days) else { return 0 };
    let open = intervals(open);
    let secs_of = |day: i32| day_secs(&open, zone, day);
    (0..7).map(|weekday| most_common((days.start + 1 + weekday..days.end - 1).step_by(7).map(secs_of))).max().unwrap_or(0)
}

/// Open seconds of a local day.
fn day_secs(open: &[Open], zone: &Zone, day: i32) -> i64 {
    let midnight = i64::from(day) * DAY;
    let secs = |stretch: Range<i64>| -> i64 {
        let first = open.partition_point(|o| o.end <= stretch.start);
        let within = open[first..].iter().take_while(|o| o.start < stretch.end);
        within.map(|o| o.end.min(stretch.end) - o.start.max(stretch.start)).sum()
    };
    zone.utc_stretches(midnight..midnight + DAY).map(secs).sum()
}

/// The value seen most often, the larger of two seen as often.
fn most_common(values: impl Iterator<Item = i64>) -> i64 {
    let mut counts: BTreeMap<i64, u32> = BTreeMap::new();
    values.for_each(|v| *counts.entry(v).or_default() += 1);
    counts.into_iter().max_by_key(|(_, count)| *count).map_or(0, |(value, _)| value)
}

#[cfg(test)]
mod biz;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod tests;
