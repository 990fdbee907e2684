//! Until when a ticket that was not heard of again is known to be open still.
//!
//! A ticket open in an export was open when the export was made, which no export says. Until the last instant it tells of any ticket the
//! export is as good as made at the cut-off. Whether what follows is a quiet stretch or one the export does not reach is told by how many
//! tickets came in the same stretch of the weeks before: a night or a weekend without a ticket is nothing odd where those before had none.

use crate::clock::zone::Zone;
use crate::desk::{Frame, MISSING, get, longs};
use crate::error::Result;

/// Weeks before that are looked at, as far as the tickets reach back.
const WEEKS: i32 = 4;
/// New tickets in the same stretch of a week, on average, from which on none at all is no quiet: by chance it would be so once in twenty.
const EXPECTED: u64 = 3;

/// The cut-off, or the last instant anything is told of tickets if they end before it; both are given, the earlier one first.
pub(super) fn open_until(zone: &Zone, (from, to): (i64, i64), tickets: &Frame) -> Result<i64> {
    if !tickets.has("created_at") {
        return Ok(to);
    }
    let mut first = i64::MAX;
    let stretches: Vec<(i64, i64)> = (1..=WEEKS).map(|weeks| (weeks_before(zone, from, weeks), weeks_before(zone, to, weeks))).collect();
    let mut counts = [0; WEEKS as usize];
    for segment in &tickets.segments {
        for at in longs(get(segment, "created_at")?)?.into_iter().filter(|at| *at != MISSING) {
            first = first.min(at);
            for (count, (from, to)) in counts.iter_mut().zip(&stretches) {
                *count += u64::from(at > *from && at < *to);
            }
        }
    }
    let reached: Vec<u64> = counts.into_iter().zip(&stretches).filter(|(_, (from, _))| *from >= first).map(|(n, _)| n).collect();
    Ok(if is_odd(&reached) { from } else { to })
}

/// Whether none at all is odd where the same stretches of the weeks before had so many.
fn is_odd(counts: &[u64]) -> bool {
    !counts.is_empty() && counts.iter().sum::<u64>() >= EXPECTED * counts.len() as u64
}

/// The same reading of the clock so many weeks before.
fn weeks_before(zone: &Zone, at: i64, weeks: i32) -> i64 {
    let day = zone.local_day(at);
    zone.day_start(day - 7 * weeks) + at - zone.day_start(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_odd_where_three_were_usual() {
        assert!(!is_odd(&[]), "nothing to go by");
        assert!(!is_odd(&[2, 3, 3, 3]), "eleven in four weeks");
        assert!(is_odd(&[0, 6, 3, 3]), "twelve in four weeks");
    }

    #[test]
    fn a_week_before_is_told_by_the_clock() {
        // 2026-03-30 08:00 in Berlin is 06:00 UTC, a day after the clocks went forward; a week before it was 07:00 UTC.
        let berlin = Zone::new(chrono_tz::Europe::Berlin);
        let monday = 1_774_850_400;
        assert_eq!(weeks_before(&berlin, monday, 1), monday - 7 * 86_400 + 3_600);
    }
}
