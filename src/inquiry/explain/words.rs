//! Conditions and differences in words.

use crate::format;
use crate::scorecard::{Side, Unit};

/// Longest value shown.
const LONGEST: usize = 60;

/// A condition as people say it: `category VPN`, `on Mondays`, `between 08:00 and 10:00`, `no channel given`.
pub fn condition(attribute: &str, value: &str) -> String {
    let shown = format::label(value, LONGEST);
    let name = attribute.replace('_', " ");
    match attribute {
        _ if value.is_empty() => format!("no {} given", column(attribute)),
        _ if attribute.ends_with("_weekday") => format!("on {shown}s"),
        _ if attribute.ends_with("_hour") => shown.split_once('–').map_or(shown.clone(), |(a, b)| format!("between {a} and {b}")),
        "requester_vip" => {
            if value == "true" {
                "important people".to_owned()
            } else {
                "people who are not on the list of important ones".to_owned()
            }
        }
        "is_rest" => shown,
        _ if value == super::segments::OTHERS => format!("rare values of {}", column(attribute)),
        _ if matches!(value, "true" | "false") => format!("{name}: {}", if value == "true" { "yes" } else { "no" }),
        _ => format!("{} {shown}", column(attribute)),
    }
}

/// A column's everyday name.
pub(super) fn column(attribute: &str) -> String {
    match attribute {
        "requester_department" => "department".to_owned(),
        "first_group" => "first group".to_owned(),
        "created_weekday" | "start_weekday" => "day of the week".to_owned(),
        "created_hour" | "start_hour" => "time of day".to_owned(),
        other => other.replace('_', " "),
    }
}

/// Several conditions, the first with a capital: `Category VPN, on Mondays`.
pub fn conditions(all: &[(String, String)]) -> String {
    let text = all.iter().map(|(a, v)| condition(a, v)).collect::<Vec<_>>().join(", ");
    format::capital(&text)
}

/// `57.6 % of 1,056 against 65.4 % of 4,123 before`.
pub(super) fn against(unit: Unit, now: Side, before: Side) -> String {
    let of = |side: Side| format!("{} of {}", format::optional(unit, side.value, side.n), format::count(side.n));
    let of = |side: Side| {
        if unit == Unit::Share {
            of(side)
        } else {
            format!("{} (n = {})", format::optional(unit, side.value, side.n), format::count(side.n))
        }
    };
    format!("{} against {} before", of(now), of(before))
}

/// The ends of an interval of a difference: `−12.4 to −3.3`, with the unit where it does not go without saying.
pub(super) fn ends(unit: Unit, (low, high): (f64, f64)) -> String {
    let bare = |v: f64| signed(unit, v).replace(" points", "");
    format!("{} to {}", bare(low), bare(high))
}

/// `+3.1 points`, `−2 h 10 min`.
pub(super) fn signed(unit: Unit, v: f64) -> String {
    let sign = if v < 0.0 { '−' } else { '+' };
    match unit {
        Unit::Share => format!("{sign}{:.1} points", (v.abs() * 1000.0).round() / 10.0),
        _ => format!("{sign}{}", format::value(unit, v.abs())),
    }
}
