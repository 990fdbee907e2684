//! A desk to try the rules on: 1,000 tickets a week, five days and a little on Saturday, taken in on Monday 16 November 2026 at 06:00.

mod examples;
mod laws;
mod real;
mod simulation;

use std::collections::BTreeSet;

use super::{Code, Evidence, Rules, SourceEvidence, Warning, guards};
use crate::clock::DAY;
use crate::clock::period::{Period, Unit};
use crate::clock::zone::Zone;
use crate::columns::Source;

/// Rows from Monday to Sunday of the desk's every week.
const WEEK: [u64; 7] = [220, 200, 190, 190, 180, 20, 0];

/// Monday 9 November 2026: the first day of week 46.
const MONDAY: i32 = 20_766;

/// Monday 16 November 2026, 06:00 in UTC.
const AS_OF: i64 = (MONDAY as i64 + 7) * DAY + 6 * 3600;

fn zone() -> Zone {
    Zone::new(chrono_tz::Tz::UTC)
}

/// So many equal weeks of tickets, all there.
fn tickets(weeks: usize) -> SourceEvidence {
    SourceEvidence {
        name: "tickets".to_owned(),
        kind: Source::Tickets,
        days: WEEK.repeat(weeks),
        newest: Some(AS_OF - DAY),
        arrived: Some(AS_OF),
        pattern: "exports/tickets*.csv".to_owned(),
        files_found: 1,
        files: Vec::new(),
        product: "ServiceNow".to_owned(),
        row_limits: vec![10_000],
        columns: Vec::new(),
        groups: Vec::new(),
        off_roster: None,
    }
}

fn evidence(zone: &Zone, sources: Vec<SourceEvidence>) -> Evidence<'_> {
    let rules = Rules { stop: BTreeSet::new(), ignore: BTreeSet::new(), silent_after: 8 * DAY };
    Evidence { sources, zone, as_of: AS_OF, week: Period::containing(Unit::Week, MONDAY), holidays: BTreeSet::new(), rules }
}

/// The warnings about one source.
fn about(source: SourceEvidence) -> Vec<Warning> {
    guards(&evidence(&zone(), vec![source]))
}

/// The only warning about one source.
#[track_caller]
fn only(source: SourceEvidence) -> Warning {
    let mut found = about(source);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn codes(found: &[Warning]) -> Vec<Code> {
    found.iter().map(|w| w.code).collect()
}
