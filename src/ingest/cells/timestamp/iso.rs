//! ISO 8601, which most exports write: the one form with a quick way.

use super::read::{Parts, maybe_fraction, two, zone};
use super::{Stamp, days};

/// `YYYY-MM-DD HH:MM:SS`, eight bytes at a time: every byte minus its template must be a digit's value, or nothing for a separator.
#[inline(always)]
pub(in crate::ingest) fn plain(text: &[u8], between: u8) -> Option<i64> {
    // Added to a byte, these lift it to 128 if it is more than a digit's value (D) or more than nothing (S).
    const D: u8 = 128 - 10;
    const S: u8 = 127;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let text: &[u8; 19] = text.try_into().ok()?;
    let part = |from: usize, template: [u8; 8], room: [u8; 8]| {
        let bytes = text[from..].first_chunk::<8>().expect("19 bytes are enough for all parts");
        let word = u64::from_le_bytes(*bytes) ^ u64::from_le_bytes(template);
        (word, (word | word.wrapping_add(u64::from_le_bytes(room))) & HIGH)
    };
    let (date, bad_date) = part(0, *b"0000-00-", [D, D, D, D, S, D, D, S]);
    let (day, bad_day) = part(8, [b'0', b'0', between, b'0', b'0', b':', b'0', b'0'], [D, D, S, D, D, S, D, D]);
    let (time, bad_time) = part(11, *b"00:00:00", [D, D, S, D, D, S, D, D]);
    if bad_date | bad_day | bad_time != 0 {
        return None;
    }
    // Every pair of digits at once: ten times a byte plus the one behind it is below 256.
    let pairs = |word: u64| word.wrapping_mul(10).wrapping_add(word >> 8);
    let at = |word: u64, byte: u32| (word >> (8 * byte) & 255) as u32;
    let (date, day, time) = (pairs(date), pairs(day), pairs(time));
    let (hour, minute, second) = (at(time, 0), at(time, 3), at(time, 6));
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days(at(date, 0) * 100 + at(date, 2), at(date, 5), at(day, 0))?;
    Some(days * 86_400 + i64::from(hour * 3600 + minute * 60 + second))
}

/// Reads a cell as [`Form::iso`] does.
pub(in crate::ingest::cells) fn iso(text: &[u8]) -> Option<Stamp> {
    let between = text.get(10).filter(|b| **b == b'T').unwrap_or(&b' ');
    plain(text, *between).map(|secs| Stamp { secs, offset: None }).or_else(|| iso_in_steps(text))
}

fn iso_in_steps(text: &[u8]) -> Option<Stamp> {
    let mut parts = Parts::default();
    let (date, rest) = text.split_at_checked(10)?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else { return None };
    parts.year = two(y1, y2)? * 100 + two(y3, y4)?;
    (parts.month, parts.day) = (two(m1, m2)?, two(d1, d2)?);
    let [b' ' | b'T' | b't', h1, h2, b':', n1, n2, rest @ ..] = rest else { return rest.is_empty().then(|| parts.stamp())? };
    (parts.hour, parts.minute) = (two(*h1, *h2)?, two(*n1, *n2)?);
    let rest = match rest {
        [b':', s1, s2, rest @ ..] => {
            parts.second = two(*s1, *s2)?;
            maybe_fraction(rest)?
        }
        _ => rest,
    };
    parts.offset = match rest.strip_prefix(b" ").unwrap_or(rest) {
        [] if rest.is_empty() => None,
        zoned => Some(zone(zoned).filter(|(_, rest)| rest.is_empty())?.0),
    };
    parts.stamp()
}
