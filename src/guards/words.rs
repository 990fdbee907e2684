//! Days, weeks and lists as a desk manager says them.

use chrono::Datelike as _;

use super::Look;
use crate::clock::date;
use crate::clock::period::{week_text, weekday_text};
use crate::format;
use crate::say;

/// Names shown of a list.
const SHOWN: usize = 4;

/// Characters shown of a name from an export.
const LONGEST: usize = 60;

pub(super) use crate::clock::period::weekday_text as day;

/// `Tuesday 10 November 2026`, in the desk's zone.
pub(super) fn day_of(look: &Look<'_>, utc: i64) -> String {
    let day = look.e.zone.local_day(utc);
    say!("{day} {year}", day = weekday_text(day), year = date(day).year())
}

/// `week 46`.
pub(super) fn week(look: &Look<'_>) -> String {
    week_text(look.e.week.first_day)
}

/// A name from an export or the config, made fit to show.
pub(super) fn name(text: &str) -> String {
    format::label(text, LONGEST)
}

/// `a`, `a and b`, `a, b and c`; of a long list the first four.
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        _ if items.len() > SHOWN => say!("{names} and {more} more", names = items[..SHOWN].join(", "), more = items.len() - SHOWN),
        [most @ .., last] => say!("{most} and {last}", most = most.join(", "), last),
    }
}

/// `none`, `12,345`.
pub(super) fn rows(n: u64) -> String {
    if n == 0 { say!("none").to_owned() } else { format::count(n) }
}

/// A share of rows as a whole percentage, `about 3 %`; nothing and everything only where it is so.
pub(super) fn percent(part: u64, of: u64) -> String {
    let whole = match (part, of) {
        (0, _) | (_, 0) => return say!("none").to_owned(),
        (part, of) if part >= of => return say!("all").to_owned(),
        _ => (part as f64 / of as f64 * 100.0).round().clamp(1.0, 99.0),
    };
    say!("about {whole} %", whole = format!("{whole:.0}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_shares() {
        let names = |n: usize| listed(&["a", "b", "c", "d", "e", "f"].map(str::to_owned)[..n]);
        assert_eq!([0, 1, 2, 4, 6].map(names), ["", "a", "a and b", "a, b, c and d", "a, b, c, d and 2 more"]);
        assert_eq!(
            [(0, 9), (9, 9), (1, 1000), (999, 1000), (1, 3), (0, 0)].map(|(p, n)| percent(p, n)),
            ["none", "all", "about 1 %", "about 99 %", "about 33 %", "none"]
        );
        assert_eq!(day(20_767), "Tuesday 10 November");
        assert_eq!((rows(0).as_str(), rows(1_234).as_str()), ("none", "1,234"));
    }
}
