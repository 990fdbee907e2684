//! Over which periods a scorecard looks at the facts, and what is found there.

use crate::clock::period::{Period, Unit};
use crate::commands::Context;
use crate::error::{Error, Result};
use crate::facts::{Facts, Table};
use crate::inquiry::explain::attributes;
use crate::judge::folds::{Folds, LOOKS, Look, Over, months, weeks};
use crate::judge::{self, Looked};
use crate::metrics::sample::{Wish, sample};
use crate::metrics::{Ask, Metric, fold_all};
use crate::say;
use crate::settings::Settings;

/// Periods in the trend charts.
const HISTORY_PERIODS: usize = 53;
/// Least seconds before the first period shown: a quarter, three times what any rule of the catalogue looks back over as it is delivered.
const LOOKING_BACK: i64 = 92 * 86_400;
/// So many times the longest window that the config's rules know.
const WINDOWS: i64 = 3;
/// So many times the longest promise: a clock that counts seventeen hours a week takes ten days for a day.
const PROMISES: i64 = 10;
/// Periods of a kind of which there is no year.
const FREE_PERIODS: usize = 13;

/// The period, last, with those before it that the charts show.
pub(super) fn history(period: &Period) -> Vec<Period> {
    let is_regular = matches!(period.unit, Unit::Week | Unit::Month | Unit::Quarter);
    let wanted = if is_regular { HISTORY_PERIODS } else { FREE_PERIODS };
    let mut all: Vec<Period> = std::iter::successors(Some(period.clone()), |p| Some(p.previous())).take(wanted).collect();
    all.reverse();
    all
}

/// The instant from which on things that happened can show in the scorecards of a period, or in what they are compared with.
///
/// A ticket counts in a period by any of its instants, and by when something fell due, which may be after the last of them: no later than a
/// promise is long. What came before is looked back to no further than a window of the rules is long.
pub(in crate::commands) fn needed_since(ctx: &Context, period: &Period) -> i64 {
    let first = history(period)[0].start_utc(&ctx.zone());
    let Settings { sla, parameters, .. } = &ctx.settings;
    first - LOOKING_BACK.max(WINDOWS * parameters.longest_secs()).max(PROMISES * sla.longest_secs())
}

/// The instant from which on clocks and holders are looked at for the scorecards of a period and of later ones: the pages on them show the
/// recent periods, the history has what became of the tickets. `None` if a measure of the config's own follows them through the history.
pub(super) fn clocks_since(ctx: &Context, metrics: &[&Metric], oldest: &Period) -> Option<i64> {
    let is_followed = metrics.iter().any(|m| matches!(m.on, Some(Table::SlaClocks | Table::TicketSpans)));
    (!is_followed).then(|| recent(ctx, &history(oldest), 0).start_utc(&ctx.zone()))
}

/// The readings of all looks, and a remark on tickets that contradict themselves, in one pass over the facts.
pub(super) fn folds(ctx: &Context, facts: &Facts, metrics: &[&Metric], periods: &[Period]) -> Result<(Folds, Option<(String, String)>)> {
    let contradicting = contradicting()?;
    let mut asks: Vec<Ask<'_>> = LOOKS.iter().map(|look| ask(ctx, look, metrics, periods)).collect();
    let ever = Period::span(0, facts.as_of_day());
    asks.push(Ask { metrics: vec![&contradicting], breakdowns: vec![Vec::new()], periods: vec![ever], filter: None });
    let mut readings = fold_all(facts, &ctx.catalogue, &asks)?;
    let count = readings.pop().and_then(|r| r.get(&contradicting.id, 0, &[], 0)).map_or(0.0, |r| r.sum).max(0.0) as u64;
    let text = say!(
        count => "1 ticket is resolved before it was created; it counts everywhere but in durations.",
        "{count} tickets are resolved before they were created; they count everywhere but in durations.",
        count = crate::format::count(count)
    );
    let all: Vec<&Metric> = ctx.catalogue.iter().collect();
    let seen = Folds::new(readings).as_far_as_seen(&all, periods.len(), |metric| first_unseen(ctx, facts, metric, periods));
    let seen = match ctx.settings.people.leavers_since {
        Some(since) => seen.since_leavers_are_known(&all, periods, since),
        None => seen,
    };
    Ok((seen, (count > 0).then(|| ("resolved-before-created".to_owned(), text))))
}

/// The first period that begins after the last thing told of a metric's rows; of a ratio, of either of its two.
fn first_unseen(ctx: &Context, facts: &Facts, metric: &Metric, periods: &[Period]) -> Option<usize> {
    let of_table = |metric: &Metric| {
        let until = facts.told_until(metric.on?);
        periods.iter().position(|p| p.start_utc(facts.zone()) > until)
    };
    let parts = [&metric.numerator, &metric.denominator].into_iter().filter_map(|id| ctx.catalogue.get(id).ok());
    of_table(metric).into_iter().chain(parts.filter_map(of_table)).min()
}

fn ask<'a>(ctx: &'a Context, look: &Look, metrics: &[&'a Metric], periods: &[Period]) -> Ask<'a> {
    let now = &periods[periods.len() - 1];
    let periods = match look.over {
        Over::Each => periods.to_vec(),
        Over::Period => vec![now.clone()],
        Over::Before => vec![recent(ctx, periods, 1)],
        Over::Recent => vec![recent(ctx, periods, 0)],
        Over::RecentWeeks => weeks(&recent(ctx, periods, 0)),
        Over::Months => months(periods),
        Over::All => vec![Period::span(periods[0].first_day, now.end_day - 1)],
    };
    Ask { metrics: look.metrics(&ctx.catalogue, metrics), breakdowns: look.breakdowns(), periods, filter: None }
}

/// The rows of a measure that moved: in the period, and in the recent ones before. People are left to the review: they are no causes.
pub(super) fn looked_into(ctx: &Context, facts: &Facts, metric: &Metric, periods: &[Period]) -> Result<Option<Looked>> {
    let (Some(table), now) = (metric.on, &periods[periods.len() - 1]) else { return Ok(None) };
    let before = recent(ctx, periods, 1);
    let attributes = attributes(&ctx.settings, table);
    let mut sample = sample(facts, &Wish { metric, spans: (now, Some(&before)), attributes: &attributes, filter: None })?;
    sample.drop_outcomes();
    sample.drop_people();
    let earlier = periods.iter().filter(|p| p.first_day >= before.first_day && p.end_day <= before.end_day);
    let zone = facts.zone();
    Ok((!sample.is_empty()).then(|| (sample, earlier.map(|p| p.start_utc(zone)..p.end_utc(zone)).collect())))
}

/// The recent periods as one, leaving out the newest `back`.
pub(super) fn recent(ctx: &Context, periods: &[Period], back: usize) -> Period {
    let end = (periods.len() - 1).saturating_sub(back);
    let first = (end + 1).saturating_sub(judge::recent_periods(&ctx.settings, periods[end].unit));
    Period::span(periods[first].first_day, periods[end].end_day - 1)
}

/// The recent periods up to the last complete one.
pub(in crate::commands) fn recent_span(ctx: &Context) -> Result<Period> {
    Ok(recent(ctx, &history(&ctx.period(None)?), 0))
}

/// Tickets whose times contradict each other, over all the data.
fn contradicting() -> Result<Metric> {
    let value = serde_json::json!({
        "id": "resolved_before_created", "label": "Resolved before created", "on": "tickets", "by": "created_at", "kind": "count",
        "fact": "resolved_at < created_at",
    });
    serde_json::from_value(value).map_err(|e| Error::bug(e.to_string()))
}
