//! Instants as the names of files: `20261116T060000Z`, the basic form of ISO 8601 in UTC. In the order of text they are in the order of time.

use super::{DAY, FIRST_DAY, LAST_DAY, day_text, parse_local};

/// `20261116T060000Z`: seconds since 1970 in UTC. Instants outside the years 1 to 9999 count as the nearest one inside.
pub fn stamp(utc: i64) -> String {
    let utc = utc.clamp(i64::from(FIRST_DAY) * DAY, i64::from(LAST_DAY) * DAY + DAY - 1);
    let (day, second) = (utc.div_euclid(DAY) as i32, utc.rem_euclid(DAY));
    format!("{}T{:02}{:02}{:02}Z", day_text(day).replace('-', ""), second / 3600, second / 60 % 60, second % 60)
}

/// The seconds since 1970 in UTC of exactly what [`stamp`] writes.
pub fn parse_stamp(text: &str) -> Option<i64> {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (day, time) = text.strip_suffix('Z')?.split_once('T').filter(|(day, time)| digits(day) && digits(time))?;
    if (day.len(), time.len()) != (8, 6) {
        return None;
    }
    let (year, month, of_month) = (&day[..4], &day[4..6], &day[6..]);
    let (hour, minute, second) = (&time[..2], &time[2..4], &time[4..]);
    parse_local(&format!("{year}-{month}-{of_month}T{hour}:{minute}:{second}")).filter(|utc| stamp(*utc) == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_instant_has_a_name() {
        // 20,773 days are 2026-11-16.
        let six = 20_773 * DAY + 6 * 3600;
        assert_eq!((stamp(six).as_str(), stamp(six + 3599).as_str()), ("20261116T060000Z", "20261116T065959Z"));
        assert_eq!((stamp(0).as_str(), stamp(-1).as_str()), ("19700101T000000Z", "19691231T235959Z"));
        assert_eq!((stamp(i64::MIN).as_str(), stamp(i64::MAX).as_str()), ("00010101T000000Z", "99991231T235959Z"));
        assert_eq!(parse_stamp("20261116T060000Z"), Some(six));
    }

    #[test]
    fn nothing_else_is_a_name() {
        for text in [
            "20261116T060000",
            "20261116T060000z",
            "20261116T240000Z",
            "20261116T066000Z",
            "20261116T060060Z",
            "20260229T060000Z",
            "2026-11-16T06:00:00Z",
            "20261116T60000Z",
            "20261116 060000Z",
            "2026111T0060000Z",
            "+0261116T060000Z",
            "00000101T000000Z",
            "２２T060000Z",
            "T060000Z",
            "TZ",
            "Z",
            "",
        ] {
            assert_eq!(parse_stamp(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn names_round_trip_in_the_order_of_time(a in -62_135_596_800i64..253_402_300_800, b in -62_135_596_800i64..253_402_300_800) {
            prop_assert_eq!(parse_stamp(&stamp(a)), Some(a));
            prop_assert_eq!(stamp(a).cmp(&stamp(b)), a.cmp(&b));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,20}") {
            if let Some(utc) = parse_stamp(&text) {
                prop_assert_eq!(stamp(utc), text);
            }
        }
    }
}
