//! How the answers write their numbers.

use super::Measure;
use crate::format;
use crate::say;
use crate::scorecard::Unit;

/// A change with its sign, e.g. `+4.1 points`; `no change` where it rounds to nothing.
pub(super) fn change(measure: &Measure, by: f64) -> String {
    format::difference(measure.unit, by, 0.0, format::DECIMAL_FROM).map_or_else(|| say!("no change").to_owned(), |text| spelled(&text))
}

/// A size without a sign, e.g. `4.1 points`.
pub(super) fn size(measure: &Measure, by: f64) -> String {
    let text = format::difference(measure.unit, by.abs(), 0.0, format::DECIMAL_FROM);
    text.map_or_else(|| "0".to_owned(), |text| spelled(text.trim_start_matches('+')))
}

/// Both ends of a change, e.g. `+1.2 to +7.1 points`.
pub(super) fn range(measure: &Measure, (low, high): (f64, f64)) -> String {
    let end = |v: f64| format::difference(measure.unit, v, 0.0, format::DECIMAL_FROM).unwrap_or_else(|| "0".to_owned());
    let (low, high) = (end(low), end(high));
    match measure.unit {
        Unit::Share => {
            let bare = |text: &str| text.trim_end_matches(say!("pts")).trim_end_matches(format::NBSP).to_owned();
            say!("{low} to {high}\u{a0}points", low = bare(&low), high = bare(&high))
        }
        _ => say!("{low} to {high}", low, high),
    }
}

/// A level of the measure with its precision.
pub(super) fn level(measure: &Measure, value: f64, n: u64) -> String {
    format::value_of(measure.unit, value, n)
}

/// A chance, e.g. `p = 0.031`.
pub(super) fn chance(p: f64) -> String {
    if p < 0.001 { say!("p\u{a0}less than 0.001").to_owned() } else { format!("p\u{a0}=\u{a0}{}", format::decimals(p, 3)) }
}

/// `1 agent`, `12 agents`.
pub(super) fn agents(n: usize) -> String {
    say!(n => "{n} agent", "{n} agents", n = format::count(n as u64))
}

/// `1 person`, `12 people`.
pub(super) fn people(n: usize) -> String {
    say!(n => "{n} person", "{n} people", n = format::count(n as u64))
}

/// `1 comparison`, `12 comparisons`.
pub(super) fn comparisons(n: usize) -> String {
    say!(n => "{n} comparison", "{n} comparisons", n = format::count(n as u64))
}

/// Names in a row, e.g. `A, B and C`; from the fifth on the rest is counted.
pub(super) fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] if names.len() <= 5 => say!("{most} and {last}", most = most.join(", "), last),
        _ => say!("{names} and {more} more", names = names[..4].join(", "), more = names.len() - 4),
    }
}

fn spelled(text: &str) -> String {
    text.strip_suffix(say!("pts")).map_or_else(|| text.to_owned(), |bare| format!("{bare}{}", say!("points")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::Better;

    fn measure(unit: Unit) -> Measure {
        Measure { id: "m".into(), label: "M".into(), unit, better: Better::Higher }
    }

    fn plain(text: &str) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn changes_have_signs_and_units() {
        let share = measure(Unit::Share);
        assert_eq!(plain(&change(&share, 0.0411)), "+4.1 points");
        assert_eq!(plain(&change(&share, -0.02)), "−2 points");
        assert_eq!(change(&share, 0.0), "no change");
        assert_eq!(plain(&size(&share, -0.02)), "2 points");
        assert_eq!(plain(&range(&share, (-0.012, 0.07))), "−1.2 to +7 points");
        assert_eq!(plain(&range(&measure(Unit::Seconds), (-60.0, 0.0))), "−1 min to 0");
    }

    #[test]
    fn many_names_are_counted() {
        let names: Vec<String> = ["A", "B", "C", "D", "E", "F"].map(str::to_owned).to_vec();
        assert_eq!(list(&names), "A, B, C, D and 2 more");
        assert_eq!(list(&names[..3]), "A, B and C");
    }
}
