//! Reporting periods: ISO weeks, months, quarters and free spans of local days.

pub mod due;

use super::zone::Zone;
use super::{date, day_text, parse_day};
use crate::error::{Error, Result};
use crate::language::text;
use crate::{key, say};
use chrono::{Datelike, Months, NaiveDate, Weekday};
use std::fmt;
use std::str::FromStr;

/// How time is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// ISO weeks, Monday to Sunday; the week belongs to the year that holds its Thursday.
    Week,
    /// Calendar months.
    Month,
    /// Three calendar months from January, April, July, October.
    Quarter,
    /// A free span of days.
    All,
}

impl Unit {
    /// `week`, `month`, `quarter`, `all`.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Week => "week",
            Unit::Month => "month",
            Unit::Quarter => "quarter",
            Unit::All => "all",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Unit {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = [Unit::Week, Unit::Month, Unit::Quarter, Unit::All].into_iter().find(|u| u.name() == text);
        found.ok_or_else(|| Error::config(format!("unknown unit of time `{text}`")).hint("units: week, month, quarter, all"))
    }
}

/// A half-open stretch of local days with its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The cut it belongs to.
    pub unit: Unit,
    /// First day, in days since 1970.
    pub first_day: i32,
    /// The day after its last, in days since 1970.
    pub end_day: i32,
    /// `2026-W46`, `2026-11`, `2026-Q4`, `2026-11-02..2026-11-20` (both days included).
    pub id: String,
    /// `Week 46 · 9–15 November 2026`, `November 2026`, `Q4 2026`, `2–20 November 2026`.
    pub label: String,
    /// `W46`, `Nov 26`, `Q4 26`, `2–20 Nov 26`.
    pub short: String,
}

impl Period {
    /// The period that holds a day, in days since 1970; for [`Unit::All`] the day alone.
    pub fn containing(unit: Unit, day: i32) -> Self {
        let on = date(day);
        match unit {
            Unit::Week => Self::week(day - on.weekday().num_days_from_monday() as i32),
            Unit::Month => Self::months(unit, on.year(), on.month(), 1),
            Unit::Quarter => Self::months(unit, on.year(), on.month0() / 3 * 3 + 1, 3),
            Unit::All => Self::span(day, day),
        }
    }

    /// A free span, both days included; the days may come in either order.
    pub fn span(one: i32, other: i32) -> Self {
        let (first_day, last_day) = (one.min(other), one.max(other));
        Self {
            unit: Unit::All,
            first_day,
            end_day: last_day + 1,
            id: format!("{}..{}", day_text(first_day), day_text(last_day)),
            label: days_text(first_day, last_day, false),
            short: days_text(first_day, last_day, true),
        }
    }

    /// The period before this one; for a free span one of the same length.
    #[must_use]
    pub fn previous(&self) -> Self {
        match self.unit {
            Unit::All => Self::span(self.first_day - self.days(), self.first_day - 1),
            unit => Self::containing(unit, self.first_day - 1),
        }
    }

    /// The period after this one; for a free span one of the same length.
    #[must_use]
    pub fn next(&self) -> Self {
        match self.unit {
            Unit::All => Self::span(self.end_day, self.end_day + self.days() - 1),
            unit => Self::containing(unit, self.end_day),
        }
    }

    /// The periods from the one that holds `from_day` to the one that holds `to_day`; for [`Unit::All`] the span of both days.
    /// None if `to_day` is before `from_day`.
    pub fn series(unit: Unit, from_day: i32, to_day: i32) -> Vec<Self> {
        if to_day < from_day {
            return Vec::new();
        }
        if unit == Unit::All {
            return vec![Self::span(from_day, to_day)];
        }
        std::iter::successors(Some(Self::containing(unit, from_day)), |p| Some(p.next())).take_while(|p| p.first_day <= to_day).collect()
    }

    /// The last period that was over when the day `as_of` began.
    pub fn last_complete(unit: Unit, as_of: i32) -> Self {
        Self::containing(unit, as_of).previous()
    }

    /// Reads an id, or `last`, `last-week`, `last-month`, `last-quarter`: the last complete one before the day `as_of`, where
    /// `last` alone means the last one of `unit`.
    ///
    /// A config error for anything else, with the forms there are.
    pub fn parse(text: &str, unit: Unit, as_of: i32) -> Result<Self> {
        let last = match text {
            "last" => Some(unit),
            "last-week" => Some(Unit::Week),
            "last-month" => Some(Unit::Month),
            "last-quarter" => Some(Unit::Quarter),
            _ => None,
        };
        if let Some(unit) = last {
            return Ok(Self::last_complete(unit, as_of));
        }
        if let Some((from, to)) = text.split_once("..") {
            return Self::parse_span(text, from, to);
        }
        Self::parse_named(text).unwrap_or_else(|| Err(unreadable(text)))
    }

    /// The period whose id is exactly this, such as the name of a folder; None for every other text, `last-week` among them.
    pub fn from_id(id: &str) -> Option<Self> {
        let found = match id.split_once("..") {
            Some((from, to)) => Self::parse_span(id, from, to),
            None => Self::parse_named(id)?,
        };
        found.ok().filter(|p| p.id == id)
    }

    /// Number of days.
    pub fn days(&self) -> i32 {
        self.end_day - self.first_day
    }

    /// Whether it holds a day, in days since 1970.
    pub fn contains(&self, day: i32) -> bool {
        (self.first_day..self.end_day).contains(&day)
    }

    /// Its first instant in a zone: seconds since 1970 in UTC.
    pub fn start_utc(&self, zone: &Zone) -> i64 {
        zone.day_start(self.first_day)
    }

    /// The first instant after it in a zone: seconds since 1970 in UTC.
    pub fn end_utc(&self, zone: &Zone) -> i64 {
        zone.day_start(self.end_day)
    }

    fn week(monday: i32) -> Self {
        let week = date(monday).iso_week();
        Self {
            unit: Unit::Week,
            first_day: monday,
            end_day: monday + 7,
            id: format!("{:04}-W{:02}", week.year(), week.week()),
            label: say!("Week {week} · {days}", week = week.week(), days = days_text(monday, monday + 6, false)),
            short: say!("W{week}", week = format!("{:02}", week.week())),
        }
    }

    fn months(unit: Unit, year: i32, month: u32, length: u32) -> Self {
        let first = NaiveDate::from_ymd_opt(year, month, 1).expect("a month of a date has a first day");
        let end = first.checked_add_months(Months::new(length)).expect("dates end long after the year 9999");
        let (id, label, short) = match unit {
            Unit::Quarter => {
                let quarter = month.div_ceil(3);
                let said = |year: String| say!("Q{quarter} {year}", quarter, year);
                (format!("{year:04}-Q{quarter}"), said(format!("{year:04}")), said(format!("{:02}", year.rem_euclid(100))))
            }
            _ => {
                let said = |is_short| say!("{month} {year}", month = month_text(first, is_short), year = year_text(first, is_short));
                (first.format("%Y-%m").to_string(), said(false), said(true))
            }
        };
        Self { unit, first_day: first.to_epoch_days(), end_day: end.to_epoch_days(), id, label, short }
    }

    fn parse_span(text: &str, from: &str, to: &str) -> Result<Self> {
        let (Some(from), Some(to)) = (parse_day(from), parse_day(to)) else { return Err(unreadable(text)) };
        if to < from {
            return Err(Error::config(format!("the period `{text}` ends before it starts")));
        }
        Ok(Self::span(from, to))
    }

    /// None if it has not the shape of an id, an error if it has but there is no such period.
    fn parse_named(text: &str) -> Option<Result<Self>> {
        let (year, rest) = text.split_once('-').filter(|(year, _)| year.len() == 4)?;
        let number = |digits: &str, length| digits.parse::<u32>().ok().filter(|_| digits.len() == length && !digits.starts_with('+'));
        let year = Some(number(year, 4)? as i32).filter(|y| *y > 0)?;
        if let Some(week) = rest.strip_prefix('W') {
            let week = number(week, 2)?;
            let monday = NaiveDate::from_isoywd_opt(year, week, Weekday::Mon);
            return Some(monday.map(|d| Self::week(d.to_epoch_days())).ok_or_else(|| no_such_week(text, year)));
        }
        let (unit, month) = match rest.strip_prefix('Q') {
            Some(quarter) => (Unit::Quarter, number(quarter, 1)?.checked_mul(3)?.checked_sub(2)?),
            None => (Unit::Month, number(rest, 2)?),
        };
        let first = NaiveDate::from_ymd_opt(year, month, 1);
        Some(first.map(|d| Self::containing(unit, d.to_epoch_days())).ok_or_else(|| unreadable(text)))
    }
}

fn unreadable(text: &str) -> Error {
    Error::config(format!("`{text}` is not a period"))
        .hint("write 2026-W46, 2026-11, 2026-Q4, 2026-11-02..2026-11-20, last, last-week, last-month or last-quarter")
}

fn no_such_week(text: &str, year: i32) -> Error {
    // The 28th of December always lies in the last ISO week of its year.
    let last = NaiveDate::from_ymd_opt(year, 12, 28).map_or(52, |d| d.iso_week().week());
    Error::config(format!("there is no week `{text}`")).hint(format!("the ISO weeks of {year} run from {year}-W01 to {year}-W{last}"))
}

/// `9–15 November 2026`, `30 November – 6 December 2026`, `28 December 2026 – 3 January 2027`, `2 November 2026`.
fn days_text(first_day: i32, last_day: i32, is_short: bool) -> String {
    let (first, last) = (date(first_day), date(last_day));
    let (from, day) = (first.day(), last.day());
    let (month, year) = (month_text(last, is_short), year_text(last, is_short));
    if first == last {
        return say!("{day} {month} {year}", day, month, year);
    }
    let (from_month, from_year) = (month_text(first, is_short), year_text(first, is_short));
    if first.year() != last.year() {
        say!("{from} {from_month} {from_year} – {day} {month} {year}", from, from_month, from_year, day, month, year)
    } else if first.month() != last.month() {
        say!("{from} {from_month} – {day} {month} {year}", from, from_month, day, month, year)
    } else {
        say!("{from}–{day} {month} {year}", from, day, month, year)
    }
}

const MONTHS: [[&str; 2]; 12] = [
    [key!("January"), key!("Jan")],
    [key!("February"), key!("Feb")],
    [key!("March"), key!("Mar")],
    [key!("April"), key!("Apr")],
    [key!("May"), key!("May")],
    [key!("June"), key!("Jun")],
    [key!("July"), key!("Jul")],
    [key!("August"), key!("Aug")],
    [key!("September"), key!("Sep")],
    [key!("October"), key!("Oct")],
    [key!("November"), key!("Nov")],
    [key!("December"), key!("Dec")],
];

/// The days of the week from Monday on, as keys of the language.
pub const WEEKDAYS: [&str; 7] =
    [key!("Monday"), key!("Tuesday"), key!("Wednesday"), key!("Thursday"), key!("Friday"), key!("Saturday"), key!("Sunday")];

/// `Tuesday 10 November`.
pub fn weekday_text(day: i32) -> String {
    let day = date(day);
    let weekday = text(WEEKDAYS[day.weekday().num_days_from_monday() as usize]);
    say!("{weekday} {day} {month}", weekday, day = day.day(), month = month_text(day, false))
}

/// `week 46`, of a day in it.
pub fn week_text(day: i32) -> String {
    say!("week {week}", week = date(day).iso_week().week())
}

fn month_text(day: NaiveDate, is_short: bool) -> &'static str {
    text(MONTHS[day.month0() as usize][usize::from(is_short)])
}

fn year_text(day: NaiveDate, is_short: bool) -> String {
    day.format(if is_short { "%y" } else { "%Y" }).to_string()
}

#[cfg(test)]
mod oracle;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::zone::tests::TWELVE;
    use chrono_tz::Tz;

    fn day(text: &str) -> i32 {
        parse_day(text).expect("a day")
    }

    fn read(text: &str) -> Period {
        Period::parse(text, Unit::Week, day("2026-11-16")).expect("a period")
    }

    #[test]
    fn every_day_round_trips_into_its_week_in_twelve_zones() {
        for tz in TWELVE {
            let zone = Zone::new(tz);
            for at in day("2015-01-01")..=day("2035-12-31") {
                let week = Period::containing(Unit::Week, at);
                assert_eq!(week.id, date(at).format("%G-W%V").to_string());
                assert_eq!(read(&week.id), week);
                let (start, end) = (week.start_utc(&zone), week.end_utc(&zone));
                assert_eq!((zone.local_day(start), zone.local_day(end - 1)), (week.first_day, week.end_day - 1), "{tz} {}", week.id);
                let noon = zone.to_utc(i64::from(at) * 86_400 + 43_200).secs;
                assert!((start..end).contains(&noon), "{tz} {}", day_text(at));
                assert_eq!(week.next().start_utc(&zone), end, "{tz} {}", week.id);
            }
        }
    }

    #[test]
    fn names_of_every_kind() {
        let names = |p: Period| [p.id, p.label, p.short];
        assert_eq!(names(read("2026-W46")), ["2026-W46", "Week 46 · 9–15 November 2026", "W46"]);
        assert_eq!(names(read("2026-W49")), ["2026-W49", "Week 49 · 30 November – 6 December 2026", "W49"]);
        assert_eq!(names(read("2026-W53")), ["2026-W53", "Week 53 · 28 December 2026 – 3 January 2027", "W53"]);
        assert_eq!(names(read("2026-11")), ["2026-11", "November 2026", "Nov 26"]);
        assert_eq!(names(read("2026-Q4")), ["2026-Q4", "Q4 2026", "Q4 26"]);
        assert_eq!(names(read("2026-11-02..2026-11-20")), ["2026-11-02..2026-11-20", "2–20 November 2026", "2–20 Nov 26"]);
        assert_eq!(names(read("2026-11-02..2026-11-02")), ["2026-11-02..2026-11-02", "2 November 2026", "2 Nov 26"]);
        assert_eq!(read("2026-11-30..2026-12-06").short, "30 Nov – 6 Dec 26");
    }

    #[test]
    fn week_53_and_the_turn_of_the_year() {
        assert_eq!(Period::containing(Unit::Week, day("2027-01-03")).id, "2026-W53");
        assert_eq!(Period::containing(Unit::Week, day("2024-12-30")).id, "2025-W01");
        assert_eq!(read("2026-W53").next().id, "2027-W01");
        assert_eq!(read("2027-W01").previous().id, "2026-W53");
        let error = Period::parse("2027-W53", Unit::Week, 0).expect_err("refused");
        assert_eq!(error.to_string(), "there is no week `2027-W53`\n  hint: the ISO weeks of 2027 run from 2027-W01 to 2027-W52");
    }

    #[test]
    fn last_means_the_last_complete_one() {
        let last = |text, as_of| Period::parse(text, Unit::Month, day(as_of)).expect("a period").id;
        assert_eq!(last("last-week", "2026-11-16"), "2026-W46");
        assert_eq!(last("last-week", "2026-11-15"), "2026-W45");
        assert_eq!(last("last", "2026-11-30"), "2026-10");
        assert_eq!(last("last-month", "2026-12-01"), "2026-11");
        assert_eq!(last("last-quarter", "2027-01-01"), "2026-Q4");
    }

    #[test]
    fn neighbours_of_every_kind_touch() {
        for text in ["2026-W46", "2026-11", "2026-Q4", "2026-01", "2026-Q1", "2026-11-02..2026-11-20"] {
            let period = read(text);
            assert_eq!((period.previous().end_day, period.next().first_day), (period.first_day, period.end_day), "{text}");
            assert_eq!(period.next().previous(), period, "{text}");
            assert!(period.contains(period.first_day) && !period.contains(period.end_day));
        }
        assert_eq!((read("2028-02").days(), read("2028-Q1").days()), (29, 91));
    }

    #[test]
    fn series_hold_both_ends() {
        let ids = |unit, from, to| Period::series(unit, day(from), day(to)).into_iter().map(|p| p.id).collect::<Vec<_>>();
        assert_eq!(ids(Unit::Week, "2026-12-27", "2027-01-04"), ["2026-W52", "2026-W53", "2027-W01"]);
        assert_eq!(ids(Unit::Month, "2026-11-30", "2026-12-01"), ["2026-11", "2026-12"]);
        assert_eq!(ids(Unit::Quarter, "2026-11-30", "2026-11-30"), ["2026-Q4"]);
        assert_eq!(ids(Unit::All, "2026-11-02", "2026-11-20"), ["2026-11-02..2026-11-20"]);
        assert!(ids(Unit::Week, "2026-11-20", "2026-11-02").is_empty());
    }

    #[test]
    fn weeks_with_a_change_of_the_clock_are_167_and_169_hours() {
        let zone = Zone::new(Tz::Europe__Berlin);
        let hours = |text| (read(text).end_utc(&zone) - read(text).start_utc(&zone)) / 3600;
        assert_eq!((hours("2026-W13"), hours("2026-W43"), hours("2026-W46")), (167, 169, 168));
    }

    #[test]
    fn an_id_is_read_exactly_as_it_is_written() {
        for id in ["2026-W46", "2026-11", "2026-Q4", "2026-11-02..2026-11-20", "0026-W46", "0026-02", "0026-Q1", "9999-W52", "9999-12"] {
            assert_eq!(Period::from_id(id).map(|p| p.id).as_deref(), Some(id));
        }
        let others = ["last", "last-week", "latest", "run.json", ".2026-W46.new", "2026-W46.old", "2027-W53", "2026-13", "2026-w46", ""];
        for text in others.into_iter().chain(["2026", "2026-11-20..2026-11-02", "2026-11-02..", "..", "２０２６-11"]) {
            assert_eq!(Period::from_id(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_period_is_refused() {
        for text in [
            "2026", "2026-W00", "2026-W54", "2026-13", "2026-00", "2026-Q0", "2026-Q5", "26-11", "2026-w46", "2026-1", "", "-W46",
            "2026-+1",
        ] {
            assert!(Period::parse(text, Unit::Week, 0).is_err(), "{text}");
        }
        let error = Period::parse("2026-11-20..2026-11-02", Unit::Week, 0).expect_err("refused");
        assert_eq!(error.what, "the period `2026-11-20..2026-11-02` ends before it starts");
        assert!(Period::parse("2026-11-20..", Unit::Week, 0).is_err());
    }
}
