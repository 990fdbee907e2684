//! A time zone as a table of UTC offsets: conversions by binary search, or faster with a [`Cursor`].

use super::{DAY, date, day_text};
use chrono::{DateTime, Datelike, Offset, TimeZone};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// The instants between which transitions are looked up: 1970-01-01 and 2101-01-01 in UTC.
const HORIZON: Range<i64> = 0..4_133_980_800;

/// Transitions are looked for between samples this far apart; no zone changed there and back within it since 1970.
const STEP: i64 = DAY;

/// A time zone with its offsets from 1970 to 2100; earlier and later instants take the first and the last offset.
#[derive(Debug, Clone)]
pub struct Zone {
    tz: Tz,
    /// Stretches of constant offset, one after the other; the first starts at `i64::MIN`, the last ends at `i64::MAX`.
    stretches: Vec<Stretch>,
}

/// A stretch of constant offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    /// First instant, and the first after: UTC.
    start: i64,
    end: i64,
    /// The wall clock at `start` and just before `end`: local seconds.
    local_start: i64,
    local_end: i64,
    /// Seconds to add to UTC.
    offset: i32,
}

/// An instant found for a wall clock reading, and what was peculiar about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utc {
    /// Seconds since 1970 in UTC.
    pub secs: i64,
    /// Whether the reading was skipped or shown twice.
    pub note: Option<Note>,
}

/// Why a wall clock reading does not name one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The clock was put forward over it: shifted forward by the same amount.
    Gap,
    /// The clock was put back and showed it twice: the earlier instant was taken.
    Overlap,
}

impl Zone {
    /// The zone's offsets, looked up once.
    pub fn new(tz: Tz) -> Self {
        let mut changes = vec![(i64::MIN, offset_of(tz, HORIZON.start))];
        let mut from = HORIZON.start;
        while from < HORIZON.end {
            let to = (from + STEP).min(HORIZON.end);
            changes.extend(changes_between(tz, from, to));
            from = to;
        }
        Self { tz, stretches: stretches(&changes) }
    }

    /// The zone, made once in this process.
    pub fn shared(tz: Tz) -> Arc<Self> {
        static MADE: Mutex<BTreeMap<&str, Arc<Zone>>> = Mutex::new(BTreeMap::new());
        let mut made = MADE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        made.entry(tz.name()).or_insert_with(|| Arc::new(Self::new(tz))).clone()
    }

    /// The zone it was made from.
    pub fn tz(&self) -> Tz {
        self.tz
    }

    /// Seconds to add to UTC at an instant.
    pub fn offset_at(&self, utc: i64) -> i32 {
        self.stretches[self.index_at(utc)].offset
    }

    /// The instant at which the wall clock shows `local` seconds since 1970.
    pub fn to_utc(&self, local: i64) -> Utc {
        let index = self.stretches.partition_point(|s| s.local_end <= local).min(self.stretches.len() - 1);
        let here = self.stretches[index];
        if local < here.local_start {
            let before = self.stretches[index.saturating_sub(1)];
            return Utc { secs: local - i64::from(before.offset), note: Some(Note::Gap) };
        }
        let is_shown_again = self.stretches.get(index + 1).is_some_and(|next| next.local_start <= local);
        Utc { secs: local - i64::from(here.offset), note: is_shown_again.then_some(Note::Overlap) }
    }

    /// The wall clock at an instant: local seconds since 1970.
    pub fn to_local(&self, utc: i64) -> i64 {
        utc + i64::from(self.offset_at(utc))
    }

    /// The day in this zone, in days since 1970.
    pub fn local_day(&self, utc: i64) -> i32 {
        self.to_local(utc).div_euclid(DAY) as i32
    }

    /// The first instant of a local day, also where the clock was put forward over midnight.
    ///
    /// Where it was put back over midnight this is the earlier midnight (St John's did so until 2011).
    pub fn day_start(&self, day: i32) -> i64 {
        let midnight = i64::from(day) * DAY;
        match self.to_utc(midnight) {
            Utc { secs, note: Some(Note::Gap) } => self.stretches[self.index_at(secs)].start,
            Utc { secs, .. } => secs,
        }
    }

    /// `2026-11-16 06:00`, on this zone's wall clock.
    pub fn format_minute(&self, utc: i64) -> String {
        let local = self.to_local(utc);
        let minute = local.rem_euclid(DAY) / 60;
        let date = date(local.div_euclid(DAY) as i32);
        // By hand: reading a pattern anew for every cell of a table costs more than all the rest of it.
        format!("{:04}-{:02}-{:02} {:02}:{:02}", date.year(), date.month(), date.day(), minute / 60, minute % 60)
    }

    /// `2026-11-16 06:00:30`, on this zone's wall clock.
    pub fn format_second(&self, utc: i64) -> String {
        format!("{}:{:02}", self.format_minute(utc), self.to_local(utc).rem_euclid(60))
    }

    /// `2026-11-16`, on this zone's calendar.
    pub fn format_day(&self, utc: i64) -> String {
        day_text(self.local_day(utc))
    }

    /// The stretches of UTC during which the wall clock shows a time in `local`: two of them around a change of the clock.
    pub(super) fn utc_stretches(&self, local: Range<i64>) -> impl Iterator<Item = Range<i64>> {
        let first = self.stretches.partition_point(|s| s.local_end <= local.start);
        // One more is looked at after the first that begins too late: the clock may have gone back into the range.
        self.stretches[first..].iter().take(3).filter_map(move |s| {
            let offset = i64::from(s.offset);
            let (start, end) = ((local.start - offset).max(s.start), (local.end - offset).min(s.end));
            (start < end).then_some(start..end)
        })
    }

    fn index_at(&self, utc: i64) -> usize {
        self.stretches.partition_point(|s| s.end <= utc).min(self.stretches.len() - 1)
    }
}

/// Conversions for values that are mostly close to each other, such as a column in the order of an export.
#[derive(Debug, Clone)]
pub struct Cursor<'z> {
    zone: &'z Zone,
    /// UTC over which `offset` holds.
    utc: Range<i64>,
    /// Local time over which `offset` holds and nothing is peculiar.
    local: Range<i64>,
    utc_offset: i64,
    local_offset: i64,
}

impl<'z> Cursor<'z> {
    /// A cursor that has seen nothing yet.
    pub fn new(zone: &'z Zone) -> Self {
        Self { zone, utc: 0..0, local: 0..0, utc_offset: 0, local_offset: 0 }
    }

    /// As [`Zone::offset_at`].
    #[inline]
    pub fn offset_at(&mut self, utc: i64) -> i32 {
        if !self.utc.contains(&utc) {
            let found = self.zone.stretches[self.zone.index_at(utc)];
            self.utc = found.start..found.end;
            self.utc_offset = i64::from(found.offset);
        }
        self.utc_offset as i32
    }

    /// As [`Zone::local_day`].
    #[inline]
    pub fn local_day(&mut self, utc: i64) -> i32 {
        (utc + i64::from(self.offset_at(utc))).div_euclid(DAY) as i32
    }

    /// As [`Zone::to_utc`].
    #[inline]
    pub fn to_utc(&mut self, local: i64) -> Utc {
        if self.local.contains(&local) {
            return Utc { secs: local - self.local_offset, note: None };
        }
        self.look_up(local)
    }

    fn look_up(&mut self, local: i64) -> Utc {
        let stretches = &self.zone.stretches;
        let index = stretches.partition_point(|s| s.local_end <= local).min(stretches.len() - 1);
        let here = stretches[index];
        let end = stretches.get(index + 1).map_or(i64::MAX, |next| next.local_start.min(here.local_end));
        let start = index.checked_sub(1).map_or(i64::MIN, |i| stretches[i].local_end.max(here.local_start));
        if !(start..end).contains(&local) {
            return self.zone.to_utc(local);
        }
        self.local = start..end;
        self.local_offset = i64::from(here.offset);
        Utc { secs: local - self.local_offset, note: None }
    }
}

fn offset_of(tz: Tz, utc: i64) -> i32 {
    let instant = DateTime::from_timestamp(utc, 0).expect("the horizon is within chrono's range");
    tz.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc()
}

/// The change of offset in `from..to`, if the two ends differ: its instant and the new offset.
fn changes_between(tz: Tz, from: i64, to: i64) -> Option<(i64, i32)> {
    let (old, new) = (offset_of(tz, from), offset_of(tz, to));
    let (mut from, mut to) = (from, to);
    if old == new {
        return None;
    }
    while to - from > 1 {
        let middle = from.midpoint(to);
        if offset_of(tz, middle) == old { from = middle } else { to = middle }
    }
    Some((to, new))
}

fn stretches(changes: &[(i64, i32)]) -> Vec<Stretch> {
    let ends = changes.iter().skip(1).map(|c| c.0).chain([i64::MAX]);
    let local = |utc: i64, offset: i32| if utc == i64::MIN || utc == i64::MAX { utc } else { utc + i64::from(offset) };
    let stretch =
        |(&(start, offset), end)| Stretch { start, end, local_start: local(start, offset), local_end: local(end, offset), offset };
    changes.iter().zip(ends).map(stretch).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use chrono::{LocalResult, NaiveDateTime};
    use proptest::prelude::*;

    /// Zones of every kind: half hours, no midnight, a day that never was, clocks that go back in winter.
    pub(in crate::clock) const TWELVE: [Tz; 12] = [
        Tz::UTC,
        Tz::Europe__Berlin,
        Tz::Europe__London,
        Tz::America__New_York,
        Tz::America__St_Johns,
        Tz::America__Sao_Paulo,
        Tz::Asia__Kolkata,
        Tz::Asia__Tehran,
        Tz::Australia__Lord_Howe,
        Tz::Pacific__Auckland,
        Tz::Pacific__Apia,
        Tz::Africa__Casablanca,
    ];

    fn local(text: &str) -> i64 {
        super::super::parse_local(text).expect("a local time")
    }

    fn naive(secs: i64) -> NaiveDateTime {
        DateTime::from_timestamp(secs, 0).expect("in range").naive_utc()
    }

    #[test]
    fn offsets_agree_with_the_database_every_hour_in_twelve_zones() {
        for tz in TWELVE {
            let zone = Zone::new(tz);
            let mut cursor = Cursor::new(&zone);
            for utc in HORIZON.step_by(3600).chain(HORIZON.step_by(7211)) {
                let expected = offset_of(tz, utc);
                assert_eq!((zone.offset_at(utc), cursor.offset_at(utc)), (expected, expected), "{tz} {utc}");
            }
        }
    }

    #[test]
    fn the_skipped_and_the_doubled_hour_of_berlin() {
        let zone = Zone::new(Tz::Europe__Berlin);
        let skipped = zone.to_utc(local("2026-03-29 02:30"));
        assert_eq!((zone.format_minute(skipped.secs).as_str(), skipped.note), ("2026-03-29 03:30", Some(Note::Gap)));
        let doubled = zone.to_utc(local("2026-10-25 02:30"));
        assert_eq!((doubled.secs, doubled.note), (local("2026-10-25 00:30"), Some(Note::Overlap)));
        assert_eq!(zone.to_utc(local("2026-10-25 03:00")), Utc { secs: local("2026-10-25 02:00"), note: None });
        assert_eq!(zone.to_utc(local("2026-10-25 01:59:59")), Utc { secs: local("2026-10-24 23:59:59"), note: None });
    }

    #[test]
    fn a_day_starts_where_midnight_was_skipped() {
        let zone = Zone::new(Tz::America__Sao_Paulo);
        let day = super::super::parse_day("2018-11-04").expect("a day");
        assert_eq!(zone.format_minute(zone.day_start(day)), "2018-11-04 01:00");
        assert_eq!(zone.format_minute(zone.day_start(day) - 1), "2018-11-03 23:59");
        let apia = Zone::new(Tz::Pacific__Apia);
        let lost = super::super::parse_day("2011-12-30").expect("a day");
        assert_eq!(apia.day_start(lost), apia.day_start(lost + 1));
        assert_eq!(apia.format_day(apia.day_start(lost) - 1), "2011-12-29");
    }

    #[test]
    fn every_day_of_twenty_years_begins_at_its_start_in_twelve_zones() {
        let (first, last) = (super::super::parse_day("2015-01-01").expect("a day"), super::super::parse_day("2035-12-31").expect("a day"));
        for tz in TWELVE {
            let zone = Zone::new(tz);
            for day in first..=last {
                let start = zone.day_start(day);
                assert_eq!((zone.local_day(start - 1), zone.local_day(start)), (day - 1, day), "{tz} {}", day_text(day));
            }
        }
    }

    #[test]
    fn instants_outside_the_table_take_the_nearest_offset() {
        let zone = Zone::new(Tz::Europe__Berlin);
        assert_eq!(zone.offset_at(-1_000_000_000), 3600);
        assert_eq!(zone.to_utc(local("1955-05-05 12:00")), Utc { secs: local("1955-05-05 11:00"), note: None });
        assert_eq!(zone.offset_at(HORIZON.end + 10 * DAY), 3600);
    }

    /// What chrono makes of a wall clock reading; only how a gap is stepped over is ours.
    fn resolved(zone: &Zone, local: i64) -> Utc {
        let less = |offset: i32, note| Utc { secs: local - i64::from(offset), note };
        match zone.tz.offset_from_local_datetime(&naive(local)) {
            LocalResult::Single(only) => less(only.fix().local_minus_utc(), None),
            LocalResult::Ambiguous(earlier, _) => less(earlier.fix().local_minus_utc(), Some(Note::Overlap)),
            LocalResult::None => less(offset_of(zone.tz, local - 2 * DAY), Some(Note::Gap)),
        }
    }

    /// Wall clock readings around the changes of a zone: that is where it goes wrong.
    fn edges(zone: &Zone) -> Vec<i64> {
        let around = |s: &Stretch| [-5400, -1800, -1, 0, 1, 1800, 3599, 3600].map(|d| s.local_start + d);
        zone.stretches.iter().skip(1).flat_map(around).filter(|l| HORIZON.contains(l)).collect()
    }

    proptest! {
        #[test]
        fn wall_clocks_resolve_as_chrono_resolves_them(
            tz in prop::sample::select(&TWELVE[..]),
            locals in prop::collection::vec(100_000_000i64..4_000_000_000, 1..50),
        ) {
            let zone = Zone::new(tz);
            let mut cursor = Cursor::new(&zone);
            for local in locals.into_iter().chain(edges(&zone)) {
                let expected = resolved(&zone, local);
                prop_assert_eq!(zone.to_utc(local), expected, "{} {}", tz, naive(local));
                prop_assert_eq!(cursor.to_utc(local), expected, "{} {}", tz, naive(local));
            }
        }
    }
}
