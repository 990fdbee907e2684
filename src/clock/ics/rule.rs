//! Repetition (`RRULE`) of whole days, as RFC 5545 §3.3.10 has it.
//!
//! All parts that make sense for whole days are worked out but `BYWEEKNO`; a rule with another is refused, never bent. A rule
//! goes from period to period (years, months, weeks or days): of each it takes the days that all its `BY` parts agree on.

use super::value::{day, local, short};
use crate::clock::zone::Zone;
use crate::clock::{DAY, date};
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeSet;
use std::ops::Range;

/// The last day of the year 9999.
const LAST: i32 = 2_932_896;

/// How an event repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    every: Every,
    interval: u32,
    /// How many days there are in all, with the first.
    count: Option<u32>,
    /// The last day there may be, since 1970.
    until: Option<i32>,
    /// 1 to 12.
    months: Vec<i32>,
    /// 1 to 31, or from the end of the month -1 to -31.
    month_days: Vec<i32>,
    /// 1 to 366, or from the end of the year -1 to -366.
    year_days: Vec<i32>,
    /// Weekdays (Monday 0) with which of them in the period; 0: all.
    weekdays: Vec<(i32, i32)>,
    /// Which of the days of a period, from 1, or from its end -1.
    positions: Vec<i32>,
    /// Monday 0.
    week_start: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

impl Rule {
    /// Reads `FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO`; says what is wrong with it otherwise.
    pub(super) fn read(text: &str, zone: &Zone) -> Result<Self, String> {
        let mut rule = Self::new();
        let mut every = None;
        for part in text.split(';').filter(|p| !p.is_empty()) {
            let (key, value) = part.split_once('=').ok_or_else(|| format!("`{}` of the rule has no value", short(part)))?;
            if key.trim().eq_ignore_ascii_case("FREQ") {
                every = Some(frequency(value.trim())?);
            } else {
                rule.part(&key.trim().to_ascii_uppercase(), value.trim(), zone)?;
            }
        }
        rule.every = every.ok_or("the rule does not say how often (FREQ)")?;
        rule.checked()
    }

    fn new() -> Self {
        Self {
            every: Every::Year,
            interval: 1,
            count: None,
            until: None,
            months: Vec::new(),
            month_days: Vec::new(),
            year_days: Vec::new(),
            weekdays: Vec::new(),
            positions: Vec::new(),
            week_start: 0,
        }
    }

    fn part(&mut self, key: &str, value: &str, zone: &Zone) -> Result<(), String> {
        let wrong = || format!("`{key}={}` of the rule cannot be read", short(value));
        match key {
            "INTERVAL" => self.interval = value.parse().ok().filter(|n| *n > 0).ok_or_else(wrong)?,
            "COUNT" => self.count = Some(value.parse().ok().filter(|n| *n > 0).ok_or_else(wrong)?),
            "UNTIL" => self.until = Some(until(value, zone).ok_or_else(wrong)?),
            "BYMONTH" => self.months = numbers(value, 1, 12).ok_or_else(wrong)?,
            "BYMONTHDAY" => self.month_days = numbers(value, -31, 31).ok_or_else(wrong)?,
            "BYYEARDAY" => self.year_days = numbers(value, -366, 366).ok_or_else(wrong)?,
            "BYSETPOS" => self.positions = numbers(value, -366, 366).ok_or_else(wrong)?,
            "BYDAY" => self.weekdays = weekdays(value).ok_or_else(wrong)?,
            "WKST" => self.week_start = weekday(value).filter(|w| w.1 == 0).ok_or_else(wrong)?.0,
            _ => return Err(format!("`{}` of the rule is not known here", short(key))),
        }
        Ok(())
    }

    fn checked(self) -> Result<Self, String> {
        let is_numbered = self.weekdays.iter().any(|w| w.1 != 0);
        if is_numbered && matches!(self.every, Every::Day | Every::Week) {
            return Err("the rule numbers weekdays, which only those of a month or a year have".to_owned());
        }
        if self.count.is_some() && self.until.is_some() {
            return Err("the rule has both COUNT and UNTIL".to_owned());
        }
        Ok(self)
    }

    /// Puts its days within `reach` into `found`; `first` is the day of the event. None if there are too many steps to them.
    pub(super) fn days(&self, first: i32, reach: &Range<i32>, steps: &mut u64, found: &mut BTreeSet<i32>) -> Option<()> {
        let last = self.until.unwrap_or(LAST).min(reach.end - 1);
        let rule = self.completed(first);
        // The event's day is the first of its days even where the rule would not give it.
        let mut left = self.count.map(|n| n - 1);
        let mut period = if left.is_none() { rule.periods_before(first, reach.start) } else { 0 };
        while let Some(days) = rule.period(first, period).filter(|days| days.start <= last) {
            *steps = steps.checked_sub(1 + (days.end - days.start) as u64)?;
            for day in rule.of_period(days).into_iter().filter(|d| (first + 1..=last).contains(d)) {
                if left == Some(0) {
                    return Some(());
                }
                left = left.map(|n| n - 1);
                if reach.contains(&day) {
                    found.insert(day);
                }
            }
            period += 1;
        }
        Some(())
    }

    /// With what it leaves to the day of the event.
    fn completed(&self, first: i32) -> Self {
        let mut rule = self.clone();
        let at = date(first);
        if !(self.weekdays.is_empty() && self.month_days.is_empty() && self.year_days.is_empty()) {
            return rule;
        }
        match self.every {
            Every::Day => {}
            Every::Week => rule.weekdays = vec![(weekday_of(first), 0)],
            Every::Month => rule.month_days = vec![at.day() as i32],
            Every::Year => {
                rule.month_days = vec![at.day() as i32];
                if rule.months.is_empty() {
                    rule.months = vec![at.month() as i32];
                }
            }
        }
        rule
    }

    /// How many periods from that of `first` on are over before `day`; none too many.
    fn periods_before(&self, first: i32, day: i32) -> i64 {
        let days = match self.every {
            Every::Day => 1,
            Every::Week => 7,
            Every::Month => 31,
            Every::Year => 366,
        };
        ((i64::from(day) - i64::from(first)) / (days * i64::from(self.interval)) - 1).max(0)
    }

    /// The days of a period, counted from that of `first`; None beyond the year 9999.
    fn period(&self, first: i32, number: i64) -> Option<Range<i32>> {
        let steps = number.checked_mul(i64::from(self.interval))?;
        let at = date(first);
        let start_of = |months: i64| {
            let year = i32::try_from(months.div_euclid(12)).ok().filter(|y| *y <= 10_000)?;
            Some(NaiveDate::from_ymd_opt(year, months.rem_euclid(12) as u32 + 1, 1)?.to_epoch_days())
        };
        let on = |day: i64| i32::try_from(day).ok().filter(|d| *d <= LAST);
        let month = i64::from(at.year()) * 12 + i64::from(at.month0());
        match self.every {
            Every::Day => on(i64::from(first) + steps).map(|d| d..d + 1),
            Every::Week => {
                let start = first - (weekday_of(first) - self.week_start).rem_euclid(7);
                on(i64::from(start) + 7 * steps).map(|d| d..d + 7)
            }
            Every::Month => Some(start_of(month + steps)?..start_of(month + steps + 1)?),
            Every::Year => {
                let january = i64::from(at.year()).checked_add(steps)?.checked_mul(12)?;
                Some(start_of(january)?..start_of(january + 12)?)
            }
        }
    }

    /// Its days in a period.
    fn of_period(&self, period: Range<i32>) -> Vec<i32> {
        let days: Vec<i32> = period.filter(|d| self.has(*d)).collect();
        if self.positions.is_empty() {
            return days;
        }
        let nth = |n: &i32| if *n > 0 { *n as usize - 1 } else { days.len().wrapping_sub(n.unsigned_abs() as usize) };
        let picked: BTreeSet<i32> = self.positions.iter().filter_map(|n| days.get(nth(n)).copied()).collect();
        picked.into_iter().collect()
    }

    /// Whether all its parts agree on a day.
    fn has(&self, day: i32) -> bool {
        let at = date(day);
        let month = at.day() as i32..days_of_month(at);
        let year = at.ordinal() as i32..if at.leap_year() { 366 } else { 365 };
        let is_numbered = |numbers: &[i32], day: &Range<i32>| numbers.is_empty() || numbers.iter().any(|n| is_nth(*n, day, 1));
        let in_month = self.every == Every::Month || !self.months.is_empty();
        let within = if in_month { &month } else { &year };
        let is_weekday = |(weekday, n): &(i32, i32)| *weekday == weekday_of(day) && (*n == 0 || is_nth(*n, within, 7));
        (self.months.is_empty() || self.months.contains(&(at.month() as i32)))
            && is_numbered(&self.month_days, &month)
            && is_numbered(&self.year_days, &year)
            && (self.weekdays.is_empty() || self.weekdays.iter().any(is_weekday))
    }
}

/// Whether day `within.start` of `within.end` is number `n` of those that come every `step` days; from the end for -1.
fn is_nth(n: i32, within: &Range<i32>, step: i32) -> bool {
    let (before, after) = ((within.start - 1) / step, (within.end - within.start) / step);
    if n > 0 { before == n - 1 } else { after == -n - 1 }
}

fn days_of_month(at: NaiveDate) -> i32 {
    i32::from(at.num_days_in_month())
}

/// Monday 0; 1970-01-01 was a Thursday.
fn weekday_of(day: i32) -> i32 {
    (day + 3).rem_euclid(7)
}

fn frequency(text: &str) -> Result<Every, String> {
    match text.to_ascii_uppercase().as_str() {
        "YEARLY" => Ok(Every::Year),
        "MONTHLY" => Ok(Every::Month),
        "WEEKLY" => Ok(Every::Week),
        "DAILY" => Ok(Every::Day),
        _ => Err(format!("a holiday cannot repeat `{}`", short(text))),
    }
}

/// Numbers from `least` to `most` but 0, separated by commas; each once, however long the list.
fn numbers(text: &str, least: i32, most: i32) -> Option<Vec<i32>> {
    let number = |t: &str| t.trim().parse().ok().filter(|n| *n != 0 && (least..=most).contains(n));
    text.split(',').map(number).collect::<Option<BTreeSet<i32>>>().map(Vec::from_iter)
}

/// Weekdays separated by commas, each once.
fn weekdays(text: &str) -> Option<Vec<(i32, i32)>> {
    text.split(',').map(|w| weekday(w.trim())).collect::<Option<BTreeSet<_>>>().map(Vec::from_iter)
}

/// `MO`, `1MO` or `-1MO`: the weekday (Monday 0) and its number.
fn weekday(text: &str) -> Option<(i32, i32)> {
    const NAMES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let (number, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let weekday = NAMES.iter().position(|n| n.eq_ignore_ascii_case(name))?;
    let number = if number.is_empty() { 0 } else { number.parse().ok().filter(|n| *n != 0 && (-53..=53).contains(n))? };
    Some((weekday as i32, number))
}

/// The last local day on which something may begin.
fn until(text: &str, zone: &Zone) -> Option<i32> {
    day(text).or_else(|| {
        let (local, is_utc) = local(text)?;
        Some(if is_utc { zone.local_day(local) } else { local.div_euclid(DAY) as i32 })
    })
}
