//! First: did anything happen?

use super::Question;
use super::gauge::{Gauge, Rows};
use super::words::{against, ends, signed};
use crate::format;
use crate::metrics::Metric;
use crate::say;
use crate::scorecard::{Better, Certainty, Moved, Side, Unit};
use crate::stats::negative_binomial::NegativeBinomial;

/// Of measures that are no shares, the difference that matters, as a share of what it was.
const MATTERS: f64 = 0.05;
/// Limits of a count that is usual.
const USUAL: f64 = 0.95;
/// Fewest earlier spans that tell what is usual.
const FEWEST_SPANS: usize = 3;

/// Whether the measure moved, by how much, and how sure that is.
pub fn moved(q: &Question<'_>) -> Moved {
    let (mut now, mut before) = (Rows::default(), Rows::default());
    for (fact, is_now) in q.sample.facts.iter().zip(&q.sample.is_now) {
        if *is_now { now.push(*fact) } else { before.push(*fact) }
    }
    match Gauge::of(q.metric) {
        Gauge::Count => counted(q, &now),
        gauge => measured(q, gauge, (&now, &before)),
    }
}

/// The verdict on a difference, by its interval and what matters.
fn verdict((low, high): (f64, f64), difference: f64, margin: f64) -> Option<Certainty> {
    let is_noise = low <= 0.0 && high >= 0.0 || difference.abs() < margin;
    let is_clear = low > margin || high < -margin;
    (!is_noise).then_some(if is_clear { Certainty::Clear } else { Certainty::Leaning })
}

/// Whether a rise is good news.
pub(super) fn is_good(metric: &Metric, is_rise: bool) -> Option<bool> {
    (metric.better != Better::Neither).then_some(is_rise == (metric.better == Better::Higher))
}

/// The smallest difference that matters.
pub(super) fn margin(q: &Question<'_>, before: f64) -> f64 {
    if q.metric.unit() == Unit::Share { q.judge.margin_of(&q.metric.id, before) } else { MATTERS * before.abs() }
}

fn measured(q: &Question<'_>, gauge: Gauge, (now, before): (&Rows, &Rows)) -> Moved {
    let interval = gauge.difference(now, before);
    let (now, before) = (gauge.side(now), gauge.side(before));
    let difference = now.value.zip(before.value).map(|(a, b)| a - b);
    let certainty = interval.zip(difference).and_then(|(i, d)| verdict(i, d, margin(q, before.value.unwrap_or_default())));
    let unit = q.metric.unit();
    let text = match (difference, interval) {
        (None, _) if q.earlier.is_empty() => format!("{} (n = {}).", format::optional(unit, now.value, now.n), format::count(now.n)),
        (None, _) => nothing(now, before),
        (Some(_), None) => say!("{now}. Too few rows to say whether that is a change.", now = against(unit, now, before)),
        (Some(d), Some(range)) => {
            format!("{}: {} ({}). {}", against(unit, now, before), signed(unit, d), ends(unit, range), conclusion(certainty, range))
        }
    };
    finished(q, (now, before), (difference, interval, certainty), text)
}

fn nothing(now: Side, before: Side) -> String {
    match (now.n, before.n) {
        (0, 0) => say!("There are no rows, neither now nor before.").to_owned(),
        (0, n) => say!("There are no rows now; before there were {n}.", n = format::count(n)),
        (n, _) => say!("{n} rows now, and none before to hold them against.", n = format::count(n)),
    }
}

fn conclusion(certainty: Option<Certainty>, (low, high): (f64, f64)) -> &'static str {
    match certainty {
        None if low > 0.0 || high < 0.0 => say!("That is more than noise, but too little to matter."),
        Some(Certainty::Clear) => say!("That is more than noise."),
        Some(_) => say!("That is probably more than noise, but not surely more than matters."),
        None => say!("Nothing beyond noise."),
    }
}

fn finished(q: &Question<'_>, (now, before): (Side, Side), (difference, interval, certainty): Told, mut text: String) -> Moved {
    if q.sample.immature > 0 {
        text +=
            &say!(" {immature} more rows are too young to count yet, so this may still move.", immature = format::count(q.sample.immature));
    }
    let is_good = certainty.and(difference).and_then(|d| is_good(q.metric, d > 0.0));
    Moved { now, before, difference, interval, certainty, is_good, immature: q.sample.immature, text }
}

/// Difference, its interval, the verdict.
type Told = (Option<f64>, Option<(f64, f64)>, Option<Certainty>);

/// A count against what the earlier spans lead one to expect (negative binomial, by their mean and variance).
fn counted(q: &Question<'_>, now: &Rows) -> Moved {
    let counts = by_span(q, |_| true);
    let side = |n: f64| Side { value: Some(n), n: n.round() as u64, interval: None };
    let n = now.n() as f64;
    if q.earlier.is_empty() {
        return finished(q, (side(n), Side::default()), (None, None, None), say!("{n} rows.", n = format::count(now.n())));
    }
    let Some(expected) = Expected::of(&counts) else {
        let text = say!("{n} now, and nothing before to hold it against.", n = format::count(now.n()));
        return finished(q, (side(n), Side::default()), (None, None, None), text);
    };
    let (low, high) = expected.usual(USUAL);
    let before = expected.seen;
    let difference = n - before;
    let interval = (n - high, n - low);
    let certainty = verdict(interval, difference, MATTERS * expected.mean).filter(|_| counts.len() >= FEWEST_SPANS);
    let usual = match counts.len() {
        1 => say!("{mean} in the period before", mean = mean_of(before)),
        k => say!(
            "{mean} on average of the {k} periods before, {low} to {high} of which would be usual",
            mean = mean_of(before),
            k,
            low = format::count(low as u64),
            high = format::count(high as u64)
        ),
    };
    let sure =
        if counts.len() < FEWEST_SPANS { say!("Too few periods before to say what is usual.") } else { conclusion(certainty, interval) };
    let text = say!("{n} against {usual}. {sure}", n = format::count(now.n()), usual, sure);
    finished(q, (side(n), side(before)), (Some(difference), Some(interval), certainty), text)
}

/// A mean of counts: with a decimal where they are few.
fn mean_of(v: f64) -> String {
    format::decimals(v, usize::from(v < 100.0))
}

/// Whether the last of some counts is beyond the range in which those before it lead one to expect it with this confidence; `None` where they
/// are too few to say.
pub fn is_unusual(counts: &[u64], confidence: f64) -> Option<bool> {
    let (now, before) = counts.split_last()?;
    let expected = Expected::of(before).filter(|_| before.len() >= FEWEST_SPANS)?;
    let ((low, high), n) = (expected.usual(confidence), *now as f64);
    Some((n < low || n > high) && (n - expected.mean).abs() >= MATTERS * expected.mean)
}

/// Rows of each earlier span of which something holds.
pub(super) fn by_span(q: &Question<'_>, is_meant: impl Fn(usize) -> bool) -> Vec<u64> {
    let mut counts = vec![0; q.earlier.len()];
    for row in (0..q.sample.len()).filter(|&row| !q.sample.is_now[row] && is_meant(row)) {
        if let Some(span) = q.earlier.iter().position(|span| span.contains(&q.sample.at[row])) {
            counts[span] += 1;
        }
    }
    counts
}

/// What earlier counts lead one to expect of the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected {
    pub(super) mean: f64,
    /// The mean of the counts themselves.
    seen: f64,
    variance: f64,
}

impl Expected {
    /// `None` without any earlier count. The variance is at least that of independent rows, and that of a mean of few is added.
    pub(super) fn of(counts: &[u64]) -> Option<Self> {
        let k = counts.len() as f64;
        if counts.is_empty() {
            return None;
        }
        // Where there never was a row, one is nothing unheard of: half a row in all of the time seen.
        let all = counts.iter().sum::<u64>() as f64;
        let mean = all.max(0.5) / k;
        let squares: f64 = counts.iter().map(|c| (*c as f64 - mean).powi(2)).sum();
        let seen = if counts.len() > 1 { squares / (k - 1.0) } else { 0.0 };
        Some(Self { mean, seen: all / k, variance: seen.max(mean) * (1.0 + 1.0 / k) })
    }

    /// The middle of what may come, as large a share of it as the confidence.
    fn usual(self, confidence: f64) -> (f64, f64) {
        let at =
            |chance: f64| NegativeBinomial::new(self.mean, self.variance).and_then(|d| d.quantile(chance)).map_or(self.mean, |n| n as f64);
        let tail = (1.0 - confidence) / 2.0;
        (at(tail), at(1.0 - tail))
    }
}
