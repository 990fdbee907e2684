//! What is recorded by the month is told of months: a month's cost is not that of the week its last day is in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike as _;

use super::fold::{Ask, Readings};
use super::{Catalogue, Kind, Metric};
use crate::clock::date;
use crate::clock::period::Period;
use crate::desk::{MISSING, get, longs};
use crate::error::Result;
use crate::facts::{Facts, Table};

/// Days of a February.
const SHORTEST_MONTH: i32 = 28;

/// Takes figures out of periods for which they were not recorded: absence by the month out of anything shorter, and sums by the month over
/// tickets (or whatever it is) out of all but whole months that the tickets reach over. `monthly` are the ids of [`told_of_months`].
pub(super) fn keep_months(facts: &Facts, monthly: &BTreeSet<&str>, ask: &Ask<'_>, readings: &mut Readings) {
    for metric in ask.metrics.iter().filter(|m| monthly.contains(m.id.as_str())) {
        for (i, period) in ask.periods.iter().enumerate() {
            let is_told = match metric.kind {
                Kind::Ratio => is_of_months(period) && facts.has_tickets_over(period),
                _ => period.days() >= SHORTEST_MONTH,
            };
            if !is_told {
                readings.forget(&metric.id, i);
            }
        }
    }
}

/// The ids of the metrics that are told of months alone; each is asked of the rows once.
///
/// # Errors
/// As [`is_told_of_months`].
pub(super) fn told_of_months<'a>(
    facts: &Facts,
    catalogue: &Catalogue,
    metrics: impl Iterator<Item = &'a Metric>,
) -> Result<BTreeSet<&'a str>> {
    let once: BTreeMap<&str, &Metric> = metrics.map(|m| (m.id.as_str(), m)).collect();
    let asked = once.into_iter().map(|(id, metric)| Ok((id, is_told_of_months(facts, catalogue, metric)?)));
    asked.filter_map(|told| told.map(|(id, is_monthly)| is_monthly.then_some(id)).transpose()).collect()
}

/// Whether a metric is told of months and what is made of them alone, because what it counts is recorded by the month.
///
/// # Errors
/// A config error for SQL that polars refuses, or an unknown numerator.
pub fn is_told_of_months(facts: &Facts, catalogue: &Catalogue, metric: &Metric) -> Result<bool> {
    match metric.kind {
        Kind::Ratio => is_by_month(facts, catalogue.get(&metric.numerator)?),
        _ => Ok(facts.is_absence_monthly && metric.sql_texts().any(|sql| sql.contains("absent_hours"))),
    }
}

/// Whether it is made of whole months.
fn is_of_months(period: &Period) -> bool {
    [period.first_day, period.end_day].iter().all(|day| date(*day).day() == 1)
}

/// Whether what a sum of observations is made of comes by the month.
fn is_by_month(facts: &Facts, metric: &Metric) -> Result<bool> {
    if metric.kind != Kind::Sum || metric.on != Some(Table::Observations) {
        return Ok(false);
    }
    let fact = facts.prepare(Table::Observations, &[("fact".to_owned(), metric.fact.clone())])?;
    let mut days = BTreeSet::new();
    for segment in &facts.frame(Table::Observations).segments {
        let told = fact.evaluate(segment)?;
        let known = get(&told, "fact")?.is_not_null();
        let dated = longs(get(segment, "at")?)?.into_iter().zip(known.iter());
        days.extend(dated.filter(|(at, known)| *known == Some(true) && *at != MISSING).map(|(at, _)| facts.zone().local_day(at)));
    }
    Ok(are_monthly(&days))
}

/// Whether days are one a month, about as far apart as months are; a single one is if it is the first or the last of its month.
fn are_monthly(days: &BTreeSet<i32>) -> bool {
    let days: Vec<i32> = days.iter().copied().collect();
    match days[..] {
        [] => false,
        [one] => [one, one + 1].iter().any(|day| date(*day).day() == 1),
        _ => days.windows(2).all(|two| two[1] - two[0] >= SHORTEST_MONTH),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_by_the_month_if_a_month_lies_between_them() {
        let of = |days: &[&str]| are_monthly(&days.iter().map(|day| crate::clock::parse_day(day).expect("a day")).collect());
        assert!(of(&["2026-01-31", "2026-02-28", "2026-03-31"]) && of(&["2026-09-28", "2026-10-28"]) && of(&["2026-01-01", "2026-04-01"]));
        assert!(!of(&["2026-01-31", "2026-02-28", "2026-03-07"]) && !of(&[]));
        assert!(of(&["2026-10-31"]) && of(&["2026-10-01"]) && !of(&["2026-10-30"]));
    }

    #[test]
    fn a_quarter_is_made_of_months_and_four_weeks_are_not() {
        assert!(["2026-Q3", "2026-02"].iter().all(|id| is_of_months(&Period::from_id(id).expect("a period"))));
        assert!(["2026-W46", "2026-11-02..2026-11-30"].iter().all(|id| !is_of_months(&Period::from_id(id).expect("a period"))));
    }
}
