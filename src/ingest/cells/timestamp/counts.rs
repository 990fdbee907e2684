//! Points in time written as one number: seconds or milliseconds since 1970, days of a spreadsheet.

use super::Stamp;
use crate::ingest::cells::number::Decimal;

/// The last second of the year 9999.
const LAST: i128 = 253_402_300_799;

pub(super) fn epoch(text: &[u8], places: i32) -> Option<Stamp> {
    let mut decimal = Decimal::parse(text)?;
    decimal.exponent = decimal.exponent.checked_sub(places)?;
    let secs = decimal.floor()?;
    (-62_135_596_800..=LAST).contains(&secs).then_some(Stamp { secs: secs as i64, offset: Some(0) })
}

/// Days since the end of 1899 in the count that takes 1900 for a leap year; to the nearest second, for the text is rounded anyhow.
pub(super) fn excel_serial(text: &[u8]) -> Option<Stamp> {
    let secs = Decimal::parse(text)?.times(86_400)?;
    let days = secs.div_euclid(86_400);
    let origin = match days {
        1..=59 => 25_568,
        61..=2_958_465 => 25_569,
        // Day 60 is 29 February 1900, which never was.
        _ => return None,
    };
    Some(Stamp { secs: (secs - origin * 86_400) as i64, offset: None })
}
