//! Conditions and differences in words.

use crate::format;
use crate::language::of_data;
use crate::say;
use crate::scorecard::{Side, Unit};

/// Longest value shown.
const LONGEST: usize = 60;
/// Longest value shown among others.
const SHORT: usize = 40;

/// A condition as people say it: `category VPN`, `on Mondays`, `between 08:00 and 10:00`, `no channel given`.
pub fn condition(attribute: &str, value: &str) -> String {
    let shown = itself(attribute, value, LONGEST);
    let name = attribute.replace('_', " ");
    match attribute {
        _ if value.is_empty() => say!("no {attribute} given", attribute = column(attribute)),
        _ if attribute.ends_with("_weekday") => say!("on {shown}s", shown),
        _ if attribute.ends_with("_hour") => shown.split_once('–').map_or(shown.clone(), |(a, b)| say!("between {a} and {b}", a, b)),
        "requester_vip" => {
            if value == "true" {
                say!("important people").to_owned()
            } else {
                say!("people who are not on the list of important ones").to_owned()
            }
        }
        "is_rest" => shown,
        _ if value == super::segments::OTHERS => say!("rare values of {attribute}", attribute = column(attribute)),
        _ if matches!(value, "true" | "false") => format!("{name}: {}", if value == "true" { say!("yes") } else { say!("no") }),
        _ => format!("{} {shown}", column(attribute)),
    }
}

/// A value as it is shown; the days of the week are ours and have names in every language.
fn itself(attribute: &str, value: &str, longest: usize) -> String {
    if attribute.ends_with("_weekday") { of_data(value) } else { format::label(value, longest) }
}

/// A value by itself: `VPN`, `Monday`, `no channel given`.
pub(super) fn value(attribute: &str, value: &str) -> String {
    if value.is_empty() { condition(attribute, value) } else { itself(attribute, value, SHORT) }
}

/// A column's everyday name.
pub(super) fn column(attribute: &str) -> String {
    match attribute {
        "requester_department" => say!("department").to_owned(),
        "first_group" => say!("first group").to_owned(),
        "created_weekday" | "start_weekday" => say!("day of the week").to_owned(),
        "created_hour" | "start_hour" => say!("time of day").to_owned(),
        "category" => say!("category").to_owned(),
        "subcategory" => say!("subcategory").to_owned(),
        "service" => say!("service").to_owned(),
        "type" => say!("type").to_owned(),
        "priority" => say!("priority").to_owned(),
        "channel" => say!("channel").to_owned(),
        "supplier" => say!("supplier").to_owned(),
        "team" => say!("team").to_owned(),
        "location" => say!("location").to_owned(),
        "site" => say!("site").to_owned(),
        "shift" => say!("shift").to_owned(),
        "agent" => say!("agent").to_owned(),
        "queue" => say!("queue").to_owned(),
        "direction" => say!("direction").to_owned(),
        "employment" => say!("employment").to_owned(),
        "mentor" => say!("mentor").to_owned(),
        "level" => say!("level").to_owned(),
        "clock" => say!("clock").to_owned(),
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
    let of = |side: Side| say!("{side} of {n}", side = format::optional(unit, side.value, side.n), n = format::count(side.n));
    let of = |side: Side| {
        if unit == Unit::Share {
            of(side)
        } else {
            format!("{} (n = {})", format::optional(unit, side.value, side.n), format::count(side.n))
        }
    };
    say!("{now} against {before} before", now = of(now), before = of(before))
}

/// The ends of an interval of a difference: `−12.4 to −3.3`, with the unit where it does not go without saying.
pub(super) fn ends(unit: Unit, (low, high): (f64, f64)) -> String {
    let bare = |v: f64| signed(unit, v).trim_end_matches(say!("points")).trim_end().to_owned();
    say!("{low} to {high}", low = bare(low), high = bare(high))
}

/// `+3.1 points`, `−2 h 10 min`.
pub(super) fn signed(unit: Unit, v: f64) -> String {
    let sign = if v < 0.0 { '−' } else { '+' };
    match unit {
        Unit::Share => format!("{sign}{} {}", format::decimals((v.abs() * 1000.0).round() / 10.0, 1), say!("points")),
        _ => format!("{sign}{}", format::value(unit, v.abs())),
    }
}
