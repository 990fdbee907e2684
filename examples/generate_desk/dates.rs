//! Civil dates, the desk's business hours and summer time, all in whole seconds of local wall-clock time since 1970.

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;
/// Seconds of an hour.
pub(crate) const HOUR: i64 = 3_600;

/// Days on which the desk is closed; those of `deskcard.toml`.
const HOLIDAYS: [&str; 8] =
    ["2025-12-25", "2025-12-26", "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25"];

/// Year, month and day of a number of days since 1970 (after Howard Hinnant).
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let (era, doe) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

/// Days since 1970 of a year, month and day.
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, yoe) = (year.div_euclid(400), year.rem_euclid(400));
    let doy = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// Days since 1970 of a date such as `2025-11-03`, which the tables of this program are trusted to spell well.
pub(crate) fn date(text: &str) -> i64 {
    let mut parts = text.split('-').map(|part| part.parse().unwrap_or(1));
    let mut next = || parts.next().unwrap_or(1);
    days(next(), next(), next())
}

/// The date of a number of days since 1970, as `2025-11-03`.
pub(crate) fn day_text(days: i64) -> String {
    let (y, m, d) = civil(days);
    format!("{y:04}-{m:02}-{d:02}")
}

/// A moment, as `2025-11-03 08:15:00`.
pub(crate) fn stamp(at: i64) -> String {
    let s = at.rem_euclid(DAY);
    format!("{} {:02}:{:02}:{:02}", day_text(at.div_euclid(DAY)), s / HOUR, s / 60 % 60, s % 60)
}

/// The weekday of a number of days since 1970; Monday is 0.
pub(crate) const fn weekday(days: i64) -> i64 {
    (days + 3).rem_euclid(7)
}

/// The last Sunday of a month of 31 days.
fn last_sunday(year: i64, month: i64) -> i64 {
    let last = days(year, month, 31);
    last - (weekday(last) + 1) % 7
}

/// Berlin wall-clock time as UTC.
pub(crate) fn berlin_to_utc(at: i64) -> i64 {
    let (year, _, _) = civil(at.div_euclid(DAY));
    let summer = last_sunday(year, 3) * DAY + 2 * HOUR..last_sunday(year, 10) * DAY + 3 * HOUR;
    at - if summer.contains(&at) { 2 * HOUR } else { HOUR }
}

/// Whether a day is a public holiday.
pub(crate) fn is_holiday(days: i64) -> bool {
    HOLIDAYS.contains(&day_text(days).as_str())
}

/// The moment after this many seconds of business time, Monday to Friday 08:00 to 18:00.
pub(crate) fn add_business(from: i64, seconds: i64) -> i64 {
    let (mut at, mut left) = (from, seconds);
    loop {
        let day = at.div_euclid(DAY);
        let close = day * DAY + 18 * HOUR;
        at = at.max(day * DAY + 8 * HOUR);
        if weekday(day) < 5 && !is_holiday(day) && at < close {
            if at + left <= close {
                return at + left;
            }
            left -= close - at;
        }
        at = (day + 1) * DAY;
    }
}
