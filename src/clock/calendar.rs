//! Business hours: how much open time lies between two instants, and when an amount of it is used up.

use super::zone::Zone;
use super::{DAY, parse_day};
use crate::error::{Error, Result};
use chrono_tz::Tz;
use std::collections::BTreeSet;
use std::ops::Range;

/// Weekly opening hours on the wall clock of a zone.
///
/// The desk is open at every second whose local time of day lies in the hours of its local weekday, unless that day is a
/// holiday. So an hour the clock shows twice counts twice, and one it skips does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weekly {
    /// The zone of the wall clock.
    pub time_zone: Tz,
    /// Monday to Sunday: half-open stretches in seconds since midnight, in order, none overlapping.
    pub hours: [Vec<(i64, i64)>; 7],
    /// Closed days, in days since 1970.
    pub holidays: BTreeSet<i32>,
}

impl Weekly {
    /// Open day and night.
    pub fn always(time_zone: Tz) -> Self {
        Self { time_zone, hours: std::array::from_fn(|_| vec![(0, DAY)]), holidays: BTreeSet::new() }
    }

    /// The opening hours of a day, in days since 1970.
    pub fn hours_of(&self, day: i32) -> &[(i64, i64)] {
        // 1970-01-01 was a Thursday.
        if self.holidays.contains(&day) { &[] } else { &self.hours[(day + 3).rem_euclid(7) as usize] }
    }
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
    business_day_secs: i64,
}

/// An open interval.
#[derive(Debug, Clone, Copy)]
struct Open {
    start: i64,
    end: i64,
    /// Open seconds of all intervals before this one.
    before: i64,
}

impl Calendar {
    /// The calendar from January of `first_year` to December of `last_year`; outside them it is closed.
    ///
    /// A config error if the desk is never open in those years, or the years are not in order or not in 1 to 9999.
    pub fn new(weekly: &Weekly, first_year: i32, last_year: i32) -> Result<Self> {
        let day = |year: i32, rest: &str| parse_day(&format!("{year:04}{rest}"));
        let (Some(first), Some(last)) = (day(first_year, "-01-01"), day(last_year, "-12-31")) else {
            return Err(Error::config(format!("a calendar cannot run from {first_year} to {last_year}")));
        };
        let zone = Zone::new(weekly.time_zone);
        let open = intervals((first..=last).flat_map(|d| open_on(weekly, &zone, d)).collect());
        let Some(end) = open.last() else {
            return Err(
                Error::config("the calendar has no opening hours").hint("give at least one weekday hours, such as mon = \"08:00-18:00\"")
            );
        };
        // A day more on either side: local days reach into the UTC days around them.
        let days = i64::from(first) - 1..=i64::from(last) + 1;
        let index = days.clone().map(|d| open.partition_point(|o| o.end <= d * DAY) as u32).collect();
        let business_day_secs = weekly.hours.iter().map(|h| h.iter().map(|(from, to)| to - from).sum()).max().unwrap_or(0);
        Ok(Self { total: end.before + end.end - end.start, first_day: *days.start(), index, business_day_secs, open })
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

/// The stretches of UTC in which the desk is open on a local day.
fn open_on(weekly: &Weekly, zone: &Zone, day: i32) -> Vec<Range<i64>> {
    let midnight = i64::from(day) * DAY;
    weekly.hours_of(day).iter().flat_map(|(from, to)| zone.utc_stretches(midnight + from..midnight + to)).collect()
}

/// Sorted, with touching ones made one, and with their running total.
fn intervals(mut spans: Vec<Range<i64>>) -> Vec<Open> {
    spans.sort_unstable_by_key(|s| s.start);
    let mut open: Vec<Open> = Vec::with_capacity(spans.len());
    for span in spans {
        match open.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            Some(&mut last) => open.push(Open { start: span.start, end: span.end, before: last.before + last.end - last.start }),
            None => open.push(Open { start: span.start, end: span.end, before: 0 }),
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::super::parse_local;
    use super::*;
    use chrono::{Datelike, TimeZone, Timelike};
    use proptest::prelude::*;

    fn office(time_zone: Tz) -> Weekly {
        let mut hours: [Vec<(i64, i64)>; 7] = std::array::from_fn(|_| vec![(8 * 3600, 12 * 3600), (13 * 3600, 18 * 3600)]);
        hours[5] = vec![];
        hours[6] = vec![];
        Weekly { time_zone, hours, holidays: BTreeSet::from([parse_day("2026-12-25").expect("a day")]) }
    }

    fn utc(zone: &Zone, text: &str) -> i64 {
        zone.to_utc(parse_local(text).expect("a local time")).secs
    }

    #[test]
    fn worked_by_hand() {
        let zone = Zone::new(Tz::Europe__Berlin);
        let calendar = Calendar::new(&office(Tz::Europe__Berlin), 2026, 2027).expect("a calendar");
        let elapsed = |a, b| calendar.elapsed(utc(&zone, a), utc(&zone, b));
        assert_eq!(elapsed("2026-11-16 11:00", "2026-11-16 14:00"), 2 * 3600);
        assert_eq!(elapsed("2026-11-13 17:00", "2026-11-16 09:00"), 2 * 3600);
        assert_eq!(elapsed("2026-12-24 17:00", "2026-12-28 08:30"), 3600 + 1800);
        assert_eq!(elapsed("2026-11-14 10:00", "2026-11-15 22:00"), 0);
        assert_eq!(elapsed("2026-11-16 14:00", "2026-11-16 11:00"), 0);
        let due = |from, secs| calendar.add(utc(&zone, from), secs).map(|t| zone.format_minute(t));
        assert_eq!(due("2026-11-16 08:00", 9 * 3600).as_deref(), Some("2026-11-16 18:00"));
        assert_eq!(due("2026-11-13 17:30", 3600).as_deref(), Some("2026-11-16 08:30"));
        assert_eq!(due("2026-11-14 10:00", 1).as_deref(), Some("2026-11-16 08:00"));
        assert_eq!(due("2026-11-14 10:00", 0).as_deref(), Some("2026-11-14 10:00"));
        assert_eq!(due("2027-12-31 17:00", 3600).as_deref(), Some("2027-12-31 18:00"));
        assert_eq!(due("2027-12-31 17:00", 3601), None);
        assert_eq!(calendar.business_day_secs(), 9 * 3600);
    }

    #[test]
    fn open_all_hours_is_plain_time_across_both_changes_of_the_clock() {
        let zone = Zone::new(Tz::Europe__Berlin);
        let calendar = Calendar::new(&Weekly::always(Tz::Europe__Berlin), 2026, 2026).expect("a calendar");
        assert_eq!(calendar.open.len(), 1);
        let week = |monday, next| calendar.elapsed(utc(&zone, monday), utc(&zone, next)) / 3600;
        assert_eq!(week("2026-03-23", "2026-03-30"), 167);
        assert_eq!(week("2026-10-19", "2026-10-26"), 169);
        assert_eq!(calendar.business_day_secs(), DAY);
    }

    #[test]
    fn hours_in_the_skipped_and_the_doubled_hour() {
        let zone = Zone::new(Tz::Europe__Berlin);
        let mut weekly = office(Tz::Europe__Berlin);
        weekly.hours[6] = vec![(2 * 3600 + 1800, 5 * 3600)];
        let calendar = Calendar::new(&weekly, 2026, 2026).expect("a calendar");
        assert_eq!(calendar.elapsed(utc(&zone, "2026-03-29"), utc(&zone, "2026-03-30")), 2 * 3600);
        assert_eq!(calendar.elapsed(utc(&zone, "2026-10-25"), utc(&zone, "2026-10-26")), 3 * 3600);
    }

    #[test]
    fn never_open_is_an_error() {
        let weekly = Weekly { time_zone: Tz::UTC, hours: Default::default(), holidays: BTreeSet::new() };
        assert_eq!(Calendar::new(&weekly, 2026, 2026).expect_err("refused").what, "the calendar has no opening hours");
        assert!(Calendar::new(&office(Tz::UTC), 2027, 2026).is_err());
        assert!(Calendar::new(&office(Tz::UTC), 2026, 20_000).is_err());
    }

    #[test]
    fn far_instants_do_not_overflow() {
        let calendar = Calendar::new(&office(Tz::UTC), 2026, 2026).expect("a calendar");
        assert_eq!(calendar.elapsed(i64::MIN, i64::MAX), calendar.total);
        assert_eq!(calendar.add(i64::MAX, 1), None);
        assert_eq!(calendar.add(0, i64::MAX), None);
        assert_eq!(calendar.add(i64::MIN, 1), Some(calendar.open[0].start + 1));
    }

    const SIX: [Tz; 6] = [
        Tz::Europe__Berlin,
        Tz::America__New_York,
        Tz::Asia__Kolkata,
        Tz::America__Sao_Paulo,
        Tz::America__St_Johns,
        Tz::Australia__Lord_Howe,
    ];

    /// Whether the desk is open at an instant, asked of chrono alone.
    fn is_open(weekly: &Weekly, utc: i64) -> bool {
        let local = weekly.time_zone.timestamp_opt(utc, 0).single().expect("an instant");
        let secs = i64::from(local.time().num_seconds_from_midnight());
        let is_holiday = weekly.holidays.contains(&local.date_naive().to_epoch_days());
        let hours = &weekly.hours[local.weekday().num_days_from_monday() as usize];
        !is_holiday && hours.iter().any(|(from, to)| (*from..*to).contains(&secs))
    }

    /// Opening hours in steps of half a minute, up to three stretches a day.
    fn some_hours() -> impl Strategy<Value = Vec<(i64, i64)>> {
        prop::collection::btree_set(0i64..=2880, 0..=6).prop_map(|edges| {
            let edges: Vec<i64> = edges.into_iter().map(|e| e * 30).collect();
            edges.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
        })
    }

    /// Starts near a change of the clock as often as anywhere else in 2016 to 2019, when Sao Paulo still had them.
    fn some_start(tz: Tz) -> impl Strategy<Value = i64> {
        let zone = Zone::new(tz);
        let range = 1_451_606_400i64..1_577_836_800;
        let changes: Vec<i64> = range.clone().step_by(3600).filter(|t| zone.offset_at(*t) != zone.offset_at(t + 3600)).collect();
        let changes = if changes.is_empty() { vec![range.start] } else { changes };
        prop_oneof![range, (prop::sample::select(changes), -DAY..DAY).prop_map(|(t, d)| t + d)]
    }

    fn some_case() -> impl Strategy<Value = (Weekly, i64, i64)> {
        prop::sample::select(&SIX[..]).prop_flat_map(move |tz| {
            let holidays = prop::collection::btree_set(16_801i32..18_262, 0..300);
            (prop::collection::vec(some_hours(), 7), holidays, some_start(tz), 0i64..3 * DAY).prop_filter_map(
                "never open",
                move |(hours, holidays, start, length)| {
                    let hours: [Vec<(i64, i64)>; 7] = hours.try_into().ok()?;
                    let is_ever_open = hours.iter().any(|h| !h.is_empty());
                    is_ever_open.then_some((Weekly { time_zone: tz, hours, holidays }, start, length))
                },
            )
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn agrees_with_a_loop_over_the_seconds((weekly, start, length) in some_case()) {
            let calendar = Calendar::new(&weekly, 2015, 2020).expect("a calendar");
            let mut open = 0;
            for now in start..start + length {
                // Checking every second's answers would be slow; the edges of half minutes are where they change.
                if now % 30 < 2 || now - start < 60 {
                    prop_assert_eq!(calendar.elapsed(start, now), open);
                }
                if is_open(&weekly, now) {
                    open += 1;
                    if now % 30 < 2 || (now + 1) % 30 == 0 {
                        prop_assert_eq!(calendar.add(start, open), Some(now + 1));
                    }
                }
            }
            prop_assert_eq!(calendar.elapsed(start, start + length), open);
        }

        #[test]
        fn adding_is_the_inverse_of_elapsing((weekly, start, _) in some_case(), secs in 1i64..2_000_000) {
            let calendar = Calendar::new(&weekly, 2015, 2020).expect("a calendar");
            match calendar.add(start, secs) {
                Some(due) => {
                    prop_assert_eq!(calendar.elapsed(start, due), secs);
                    prop_assert_eq!(calendar.elapsed(start, due - 1), secs - 1);
                }
                None => prop_assert!(calendar.elapsed(start, i64::MAX) < secs),
            }
        }
    }
}
