//! Days, weeks and lists as a desk manager says them.

use chrono::Datelike as _;

use super::Look;
use crate::clock::date;
use crate::format;

/// Names shown of a list.
const SHOWN: usize = 4;

/// Characters shown of a name from an export.
const LONGEST: usize = 60;

/// `Tuesday 10 November`.
pub(super) fn day(day: i32) -> String {
    date(day).format("%A %-d %B").to_string()
}

/// `Tuesday 10 November 2026`, in the desk's zone.
pub(super) fn day_of(look: &Look<'_>, utc: i64) -> String {
    date(look.e.zone.local_day(utc)).format("%A %-d %B %Y").to_string()
}

/// `week 46`.
pub(super) fn week(look: &Look<'_>) -> String {
    format!("week {}", date(look.e.week.first_day).iso_week().week())
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
        _ if items.len() > SHOWN => format!("{} and {} more", items[..SHOWN].join(", "), items.len() - SHOWN),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `none`, `12,345`.
pub(super) fn rows(n: u64) -> String {
    if n == 0 { "none".to_owned() } else { format::count(n) }
}

/// A share of rows as a whole percentage, `about 3 %`; nothing and everything only where it is so.
pub(super) fn percent(part: u64, of: u64) -> String {
    let whole = match (part, of) {
        (0, _) | (_, 0) => return "none".to_owned(),
        (part, of) if part >= of => return "all".to_owned(),
        _ => (part as f64 / of as f64 * 100.0).round().clamp(1.0, 99.0),
    };
    format!("about {whole:.0} %")
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
