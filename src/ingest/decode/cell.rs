//! A typed cell of a workbook or a Parquet file as text.

use std::borrow::Cow;
use std::fmt::Write;

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Days from 1970-01-01 back to Excel's day 0 (1899-12-30, as counted since March 1900), and to the day 0 of old Macintosh workbooks (1904-01-01).
const EPOCH_1900: i64 = -25_569;
const EPOCH_1904: i64 = -24_107;

/// The day behind the last that Excel knows, 9999-12-31, as it counts them.
const LAST_DAY: f64 = 2_958_466.0;

/// A cell's value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    Empty,
    Text(Cow<'a, str>),
    Integer(i64),
    Number(f64),
    Bool(bool),
    /// Seconds since 1970-01-01 on the clock that the sheet shows.
    Moment(i64),
    /// Seconds since midnight.
    Time(i64),
    /// Seconds, of which there may be more than a day.
    Duration(i64),
}

impl Cell<'_> {
    /// A number that a sheet shows as a date or a time. Below 1 it is a time of day.
    pub(super) fn serial(value: f64, is_1904: bool) -> Self {
        if !(0.0..LAST_DAY).contains(&value) {
            return Self::Number(value);
        }
        let seconds = whole_seconds(value);
        if value < 1.0 {
            return Self::Time(seconds);
        }
        // Excel has a 29th of February 1900; the days before it are counted one less.
        let early = i64::from(!is_1904 && value < 60.0);
        let epoch = if is_1904 { EPOCH_1904 } else { EPOCH_1900 };
        Self::Moment(seconds + (epoch + early) * DAY)
    }

    /// A number that a sheet shows as a duration.
    pub(super) fn span(value: f64) -> Self {
        match value.abs() < LAST_DAY {
            true => Self::Duration(whole_seconds(value)),
            false => Self::Number(value),
        }
    }

    /// A date, or date and time, of ISO 8601: `2021-01-01`, `2021-01-01T09:12:58.5`.
    pub(super) fn iso_moment(text: &str) -> Option<Self> {
        let moment: NaiveDateTime = match text.len() {
            10 => text.parse::<chrono::NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?,
            _ => text.trim_end_matches('Z').parse().ok()?,
        };
        let rounded = i64::from(moment.nanosecond() >= 500_000_000);
        Some(Self::Moment(moment.and_utc().timestamp() + rounded))
    }

    /// A time or duration of ISO 8601 without years and months: `PT09H12M58S`, `P1DT2H`, `-PT5M`. As a time where it is less than a day.
    pub(super) fn iso_span(text: &str) -> Option<Self> {
        let (sign, rest) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
        let (mut seconds, mut digits) = (0.0, String::new());
        for c in rest.strip_prefix('P')?.chars() {
            let unit = match c {
                'T' if digits.is_empty() => continue,
                '0'..='9' | '.' => {
                    digits.push(c);
                    continue;
                }
                'D' => 86_400.0,
                'H' => 3600.0,
                'M' => 60.0,
                'S' => 1.0,
                _ => return None,
            };
            seconds += std::mem::take(&mut digits).parse::<f64>().ok()? * unit;
        }
        let seconds = (sign * seconds).round();
        match seconds as i64 {
            _ if !digits.is_empty() || seconds.abs() > 1e12 => None,
            time @ 0..DAY => Some(Self::Time(time)),
            span => Some(Self::Duration(span)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.is_empty(),
            _ => false,
        }
    }

    /// Whether it is a moment other than midnight.
    pub(super) fn has_time(&self) -> bool {
        matches!(self, Self::Moment(seconds) if seconds.rem_euclid(DAY) != 0)
    }

    /// Adds its text; `with_time` tells that its column has moments other than midnight.
    pub(super) fn write(&self, out: &mut String, with_time: bool) {
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Empty => Ok(()),
            Self::Text(text) => out.write_str(text),
            Self::Integer(value) => write!(out, "{value}"),
            // Adding zero takes the sign off a negative zero.
            Self::Number(value) => write!(out, "{}", value + 0.0),
            Self::Bool(value) => out.write_str(if *value { "TRUE" } else { "FALSE" }),
            Self::Moment(seconds) => moment(*seconds, with_time, out),
            Self::Time(seconds) => write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
            Self::Duration(seconds) => duration(*seconds, out),
        };
    }
}

fn whole_seconds(days: f64) -> i64 {
    (days * DAY as f64).round() as i64
}

/// `2021-01-01` or `2021-01-01 09:12:58`.
fn moment(seconds: i64, with_time: bool, out: &mut String) -> std::fmt::Result {
    let Some(at) = DateTime::from_timestamp(seconds, 0) else { return write!(out, "{seconds}") };
    write!(out, "{:04}-{:02}-{:02}", at.year(), at.month(), at.day())?;
    if with_time {
        write!(out, " {:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())?;
    }
    Ok(())
}

/// `49:00:05`.
fn duration(seconds: i64, out: &mut String) -> std::fmt::Result {
    let (sign, seconds) = (if seconds < 0 { "-" } else { "" }, seconds.unsigned_abs());
    write!(out, "{sign}{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::Cell;
    use proptest::prelude::*;

    fn text(cell: &Cell<'_>, with_time: bool) -> String {
        let mut out = String::new();
        cell.write(&mut out, with_time);
        out
    }

    #[test]
    fn serials_by_hand() {
        // Excel's own examples of its calendar: day 1 and day 59 of 1900, day 61, and a day of this century.
        for (serial, shown) in
            [(1.0, "1900-01-01"), (59.0, "1900-02-28"), (61.0, "1900-03-01"), (44197.0, "2021-01-01"), (2_958_465.0, "9999-12-31")]
        {
            assert_eq!(text(&Cell::serial(serial, false), false), shown);
        }
        assert_eq!(text(&Cell::serial(42735.0, true), false), "2021-01-01");
        assert_eq!(text(&Cell::serial(44_197.384_004_629_63, false), true), "2021-01-01 09:12:58");
        assert_eq!(text(&Cell::serial(0.384_004_629_629_63, false), false), "09:12:58");
        // A breath before midnight is midnight of the next day.
        assert_eq!(text(&Cell::serial(44_196.999_999_9, false), true), "2021-01-01 00:00:00");
        assert_eq!(text(&Cell::serial(-3.5, false), false), "-3.5");
        assert_eq!(text(&Cell::serial(f64::NAN, false), false), "NaN");
    }

    #[test]
    fn durations_by_hand() {
        assert_eq!(text(&Cell::span(2.5), false), "60:00:00");
        assert_eq!(text(&Cell::span(-1.0 / 24.0), false), "-1:00:00");
        assert_eq!(text(&Cell::span(0.0), false), "0:00:00");
    }

    #[test]
    fn numbers_as_people_write_them() {
        let shown = |value: f64| text(&Cell::Number(value), false);
        assert_eq!(
            (shown(109.0), shown(0.1), shown(-0.0), shown(1e21)),
            ("109".into(), "0.1".into(), "0".into(), "1000000000000000000000".into())
        );
        assert_eq!((text(&Cell::Bool(true), false), text(&Cell::Integer(-7), false)), ("TRUE".into(), "-7".into()));
    }

    #[test]
    fn iso_8601() {
        let moment = |t: &str| Cell::iso_moment(t).map(|c| text(&c, c.has_time()));
        assert_eq!(moment("2021-01-01"), Some("2021-01-01".into()));
        assert_eq!(moment("2021-01-01T09:12:58"), Some("2021-01-01 09:12:58".into()));
        assert_eq!(moment("2021-01-01T09:12:58.7Z"), Some("2021-01-01 09:12:59".into()));
        assert_eq!((moment("09:12"), moment("2021-13-01"), moment("")), (None, None, None));
        let span = |t: &str| Cell::iso_span(t).map(|c| text(&c, false));
        assert_eq!(span("PT09H12M58S"), Some("09:12:58".into()));
        assert_eq!(
            (span("P1DT2H"), span("-PT5M"), span("PT49H0M5.4S")),
            (Some("26:00:00".into()), Some("-0:05:00".into()), Some("49:00:05".into()))
        );
        assert_eq!((span("P1Y"), span("PT5"), span("x"), span("PT1.2.3S")), (None, None, None, None));
    }

    proptest! {
        #[test]
        fn any_number_has_a_text(value in any::<f64>(), is_1904: bool) {
            prop_assert!(!text(&Cell::serial(value, is_1904), true).is_empty());
            prop_assert!(!text(&Cell::span(value), true).is_empty());
        }

        #[test]
        fn a_second_of_a_serial_is_that_second(day in 61i64..100_000, second in 0i64..86_400) {
            let serial = day as f64 + second as f64 / 86_400.0;
            prop_assert_eq!(Cell::serial(serial, false), Cell::Moment((day - 25_569) * 86_400 + second));
        }

        #[test]
        fn spans_of_any_text_do_not_panic(span in "-?P[0-9DTHMS.]{0,12}") {
            let _ = Cell::iso_span(&span);
            let _ = Cell::iso_moment(&span);
        }
    }
}
