//! Which part of a table a row belongs to: the month in which something last happened to it.
//!
//! What a period can show happened in it or after it, so that a run reads the months from its first period on and no others. Rows to
//! which something may still happen lie apart: open tickets, people on the roster.

use chrono::DateTime;
use polars::prelude::*;

use crate::columns::{Source, Type};
use crate::desk::{MISSING, codes, get, longs, text_of};
use crate::error::Result;
use crate::settings::Rows;

/// The column that a table is cut by.
pub(crate) const COLUMN: &str = "month";
/// Rows that can still change whenever it may be: always read.
pub(crate) const CURRENT: &str = "current";
/// Statuses of a ticket to which nothing is left to do.
const DONE: [&str; 3] = ["resolved", "closed", "cancelled"];
/// Statuses of a ticket that is still open.
const LIVE: [&str; 3] = ["new", "open", "pending"];

/// For each row the last instant of anything that happened to it, seconds UTC; `None`: more can happen at any time.
///
/// Of a state of a ticket no more than its own time counts.
pub(crate) fn last_touched(kind: Source, rows: Rows, frame: &DataFrame) -> Result<Vec<Option<i64>>> {
    let mut latest = vec![MISSING; frame.height()];
    for column in kind.columns().iter().filter(|c| c.kind == Type::Instant && counts(kind, c.name)) {
        if let Ok(values) = frame.column(column.name) {
            latest.iter_mut().zip(longs(values)?).for_each(|(latest, t)| *latest = (*latest).max(t));
        }
    }
    let mut out: Vec<Option<i64>> = latest.into_iter().map(|t| (t != MISSING).then_some(t)).collect();
    if kind == Source::Tickets && rows != Rows::Versions {
        add_length(frame, &mut out)?;
        let done = is_done(frame)?;
        out.iter_mut().zip(done).filter(|(_, done)| !done).for_each(|(t, _)| *t = None);
    }
    Ok(out)
}

/// Of people only the day they left is an end; when they came says nothing of what may still be told of them.
fn counts(kind: Source, column: &str) -> bool {
    kind != Source::Agents || column == "left_at"
}

/// A ticket that tells how long its resolution took was resolved then.
fn add_length(frame: &DataFrame, touched: &mut [Option<i64>]) -> Result<()> {
    let (Ok(created), Ok(took)) = (frame.column("created_at"), frame.column("resolution_secs")) else { return Ok(()) };
    for (touched, (created, took)) in touched.iter_mut().zip(longs(created)?.into_iter().zip(longs(took)?)) {
        if created != MISSING && took != MISSING {
            *touched = (*touched).max(Some(created.saturating_add(took)));
        }
    }
    Ok(())
}

/// Whether the row of a ticket says that it is no longer open. A live status goes over a time of resolution: products leave the last one
/// standing when a ticket is opened again.
fn is_done(frame: &DataFrame) -> Result<Vec<bool>> {
    let mut done = vec![false; frame.height()];
    for name in ["resolved_at", "closed_at"] {
        if let Ok(column) = frame.column(name) {
            done.iter_mut().zip(longs(column)?).for_each(|(done, t)| *done |= t != MISSING);
        }
    }
    if frame.column("status").is_ok() {
        let status = codes(get(frame, "status")?)?;
        for (done, code) in done.iter_mut().zip(status) {
            let word = text_of(code);
            *done = (*done || DONE.contains(&word.as_str())) && !LIVE.contains(&word.as_str());
        }
    }
    Ok(done)
}

/// The month of an instant in UTC, `2026-11`; [`CURRENT`] for none.
pub(crate) fn month(touched: Option<i64>) -> String {
    // An instant beyond the calendar is no month; it is always read.
    let date = touched.and_then(|secs| DateTime::from_timestamp(secs, 0));
    date.map_or_else(|| CURRENT.to_owned(), |date| date.format("%Y-%m").to_string())
}

/// Whether rows of a part may matter from an instant on.
pub(crate) fn is_within(part: &str, since: Option<i64>) -> bool {
    part == CURRENT || since.is_none_or(|since| *part >= *month(Some(since)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Values;

    fn frame(columns: &[(&str, Values)]) -> DataFrame {
        let height = 3;
        DataFrame::new(height, columns.iter().map(|(name, v)| v.column(name, 0..height)).collect()).expect("a frame")
    }

    #[test]
    fn a_ticket_lies_in_the_month_of_its_last_change_unless_it_is_open() {
        let day = 86_400;
        let tickets = frame(&[
            ("created_at", Values::Long(vec![0, 0, 40 * day])),
            ("updated_at", Values::Long(vec![35 * day, 10 * day, MISSING])),
            ("resolved_at", Values::Long(vec![5 * day, MISSING, MISSING])),
        ]);
        let parts: Vec<String> = last_touched(Source::Tickets, Rows::Latest, &tickets).expect("parts").into_iter().map(month).collect();
        assert_eq!(parts, ["1970-02", CURRENT, CURRENT]);
    }

    #[test]
    fn people_who_are_there_are_current_and_leavers_lie_in_the_month_they_left() {
        let agents =
            frame(&[("hired_at", Values::Long(vec![0, 0, MISSING])), ("left_at", Values::Long(vec![40 * 86_400, MISSING, MISSING]))]);
        let parts: Vec<String> = last_touched(Source::Agents, Rows::Latest, &agents).expect("parts").into_iter().map(month).collect();
        assert_eq!(parts, ["1970-02", CURRENT, CURRENT]);
    }

    #[test]
    fn months_are_read_from_the_one_that_holds_the_instant() {
        let since = Some(45 * 86_400);
        assert!(is_within("1970-02", since) && is_within("1970-03", since) && is_within(CURRENT, since) && is_within("1969-01", None));
        assert!(!is_within("1970-01", since) && !is_within("1969-12", since));
    }
}
