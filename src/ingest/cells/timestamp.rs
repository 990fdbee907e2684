//! Points in time as columns write them.

mod candidates;
mod counts;
mod form;
mod iso;
mod names;
mod null;
mod read;
mod search;
#[cfg(test)]
mod tests;

pub use candidates::Order;
pub use form::{Form, FormError};
pub use null::is_null_instant;
pub use search::{FormProblem, FormSearch, FoundForms};

pub(super) use iso::iso;
pub(in crate::ingest) use iso::plain;
pub(super) use read::split_half_day;

/// A point in time as a cell tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// Wall-clock seconds since 1970-01-01 00:00:00; fractions are cut off.
    pub secs: i64,
    /// Seconds east of UTC, if the cell tells.
    pub offset: Option<i32>,
}

/// Days since 1970-01-01 of a date that is in the calendar (years 1 to 9999).
#[inline]
pub(super) fn days(year: u32, month: u32, day: u32) -> Option<i64> {
    let month_or_year_wrong = month.wrapping_sub(1) >= 12 || year == 0;
    // Few days are late enough to need the length of their month.
    if month_or_year_wrong || day == 0 || (day > 28 && day > length_of(year, month)) {
        return None;
    }
    // The year starts in March here, so that the leap day ends it.
    let early = u32::from(month <= 2);
    let (year, month) = (year - early, month + 12 * early);
    let century = year / 100;
    // Days before a month, March being 3: a line through 0, 31, 61, 92, ... in 32nds.
    let of_year = (979 * month - 2919) >> 5;
    Some(i64::from(1461 * year / 4 - century + century / 4 + of_year + day) - 719_469)
}

fn length_of(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
