//! What is removed because it has become older than the config promises to keep it.

use chrono::{DateTime, Datelike, Months, NaiveDate};

use super::super::Context;
use super::super::history::upkeep::purge_before;
use crate::clock::stamp::stamp;
use crate::error::Result;
use crate::format::things;
use crate::history::History;
use crate::publish::{names_in, remove};

/// The start of the first month that is kept, UTC: months are what the tables are cut by. `None`: nothing was promised.
pub(in crate::commands) fn first_kept(ctx: &Context) -> Option<i64> {
    let months = ctx.settings.history.clone().unwrap_or_default().keep_months?;
    month_start(ctx.as_of, months)
}

fn month_start(as_of: i64, months: u32) -> Option<i64> {
    let today = DateTime::from_timestamp(as_of, 0)?.date_naive();
    let first = NaiveDate::from_ymd_opt(today.year(), today.month(), 1)?.checked_sub_months(Months::new(months))?;
    Some(first.and_hms_opt(0, 0, 0)?.and_utc().timestamp())
}

/// Removes rows, exports and records of runs that are too old; what was done, a sentence each.
///
/// Where nothing is too old no entry is written, so that a run a week makes one a month. What a killed run left of the files that are no
/// longer used goes with the next entry.
///
/// # Errors
/// As of `history purge`.
pub(super) fn apply(ctx: &Context, history: &History) -> Result<Vec<String>> {
    let Some(before) = first_kept(ctx) else { return Ok(Vec::new()) };
    let mut said = Vec::new();
    if !history.has_older(&ctx.settings, before)?.is_empty() {
        said.push(format!("removed what nothing happened to since {}", ctx.zone().format_day(before)));
        said.extend(purge_before(ctx, history, before)?.0);
    }
    let runs = history.dir().join("runs");
    let oldest = stamp(before);
    let old: Vec<String> = names_in(&runs)?.unwrap_or_default().into_iter().filter(|name| name.as_str() < oldest.as_str()).collect();
    old.iter().try_for_each(|name| remove(&runs.join(name)))?;
    if !old.is_empty() {
        said.push(format!("{} of runs removed", things(old.len(), "record", "records")));
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::month_start;

    #[test]
    fn whole_months_are_kept() {
        let at =
            |y, m, d| chrono::NaiveDate::from_ymd_opt(y, m, d).and_then(|d| d.and_hms_opt(6, 0, 0)).expect("a day").and_utc().timestamp();
        let midnight = 6 * 3600;
        assert_eq!(month_start(at(2026, 11, 16), 13), Some(at(2025, 10, 1) - midnight));
        assert_eq!(month_start(at(2026, 1, 31), 1), Some(at(2025, 12, 1) - midnight));
        assert_eq!(month_start(i64::MAX, 1), None);
    }
}
