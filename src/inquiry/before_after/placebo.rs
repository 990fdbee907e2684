//! Dates on which nothing happened, and where things were heading before.

use super::super::{Part, words};
use super::answer::{Differed, Placebos, PreTrend};
use super::everyone::{Everyone, Weekly};
use super::records::{Agent, Records};
use super::{Sum, answer};
use crate::format;
use crate::say;
use crate::stats::before_after::TTest;
use crate::stats::before_after::differences::welch;
use crate::stats::before_after::paired::t_test;
use crate::stats::before_after::time_series::{PLACEBO_SIDE, placebos as series_placebos, usual_lags};

/// Weeks on each side of a date on which nothing happened.
const SIDE: usize = 4;

/// Weeks an agent's slope needs.
const SLOPE_WEEKS: usize = 4;

/// The analysis the verdict rests on, at every date before the first start.
pub(super) fn placebos(records: &Records<'_>, everyone: &Everyone, differed: &Part<Differed>) -> Part<Placebos> {
    let found = match (&everyone.series.numbers, &everyone.paired.numbers, &differed.numbers) {
        (_, _, Some(d)) => by_agent(records).map(|dates| (dates, d.estimate / d.standard_error)),
        (Some(s), ..) => by_series(records).map(|dates| (dates, s.step / s.standard_error)),
        (None, Some(p), None) => by_agent(records).map(|dates| (dates, p.change / p.standard_error)),
        (None, None, None) => return Part::unsaid(say!("There is no figure to try at other dates.")),
    };
    let Some((dates, real)) = found.filter(|(dates, _)| !dates.is_empty()) else {
        let why = say!("Other dates cannot be tried: that takes {weeks} weeks before, and noise in them.", weeks = 2 * SIDE);
        return Part::unsaid(why);
    };
    let as_strong = dates.iter().filter(|(_, t)| t.abs() >= real.abs()).count();
    let text = say!(
        "At {dates} before, with nothing happening, the same analysis was tried: {n} as much as the real one.",
        dates = say!(dates.len() => "{n} date", "{n} dates", n = format::count(dates.len() as u64)),
        n = match as_strong {
            0 => say!("none shows").to_owned(),
            n => say!(n => "1 shows", "{n} show", n),
        }
    );
    Part::said(text, Placebos { dates, real, as_strong })
}

fn by_series(records: &Records<'_>) -> Option<Vec<(String, f64)>> {
    let weekly = Weekly::of_treated(records).known();
    let found = series_placebos(&weekly.rates(), weekly.first_after, usual_lags(weekly.first_after)).ok()?;
    debug_assert!(found.iter().all(|p| p.first_after >= PLACEBO_SIDE));
    Some(found.into_iter().map(|p| (weekly.weeks[p.first_after].0.clone(), p.level_change.estimate / p.level_change.hac_error)).collect())
}

fn by_agent(records: &Records<'_>) -> Option<Vec<(String, f64)>> {
    let weeks = records.first().before;
    let last = weeks.checked_sub(SIDE)?;
    let at = |date: usize| {
        let test = compared(records, &|a| {
            let (before, after) = (Sum::of(&a.record.weeks[..date]), Sum::of(&a.record.weeks[date..weeks]));
            (before.n > 0 && after.n > 0).then(|| after.rate() - before.rate())
        })?;
        Some((records.question.weeks[date].id.clone(), test.t))
    };
    Some((SIDE..=last).filter_map(at).collect())
}

/// Treated against others by one number an agent; without others, the treated against zero.
fn compared(records: &Records<'_>, of: &dyn Fn(&Agent<'_>) -> Option<f64>) -> Option<TTest> {
    let treated: Vec<f64> = records.treated().filter_map(|(a, _)| of(a)).collect();
    if !records.has_others() {
        return t_test(&treated).ok();
    }
    let others: Vec<f64> = records.others().filter_map(of).collect();
    if treated.len() < 2 || others.len() < 2 {
        return None;
    }
    welch(&treated, &others).ok()
}

/// Whether the treated were already moving, by themselves or away from the others.
pub(super) fn pre_trend(records: &Records<'_>, everyone: &Everyone) -> Part<PreTrend> {
    let m = &records.question.measure;
    if let Some(s) = &everyone.series.numbers {
        let half = 1.96 * s.trend_error;
        let numbers = PreTrend { slope: s.trend, interval: (s.trend - half, s.trend + half), p: s.trend_p };
        let text = say!(
            "Before the date it moved by {trend} a week ({trend_p}).",
            trend = words::change(m, s.trend),
            trend_p = words::chance(s.trend_p)
        );
        return Part::said(text, numbers);
    }
    if records.design == answer::Design::Nobody {
        return Part::unsaid(say!("Nobody had it in these weeks."));
    }
    let of = |a: &Agent<'_>| slope(&a.record.weeks[..a.start.map_or(records.first(), |s| records.splits[s]).before]);
    let Some(test) = compared(records, &of) else {
        return Part::unsaid(say!(
            "Where things were heading is not known: that takes two agents a side with {slope_weeks} weeks of rows before.",
            slope_weeks = SLOPE_WEEKS
        ));
    };
    let numbers = PreTrend { slope: test.estimate, interval: test.interval, p: test.p };
    let beyond = if records.has_others() { say!("those with it moved away from the others") } else { say!("the agents moved") };
    let text = say!(
        "Before the date {beyond} by {estimate} a week ({p}).",
        beyond,
        estimate = words::change(m, test.estimate),
        p = words::chance(test.p)
    );
    Part::said(text, numbers)
}

/// Slope a week, by least squares, a week weighing as much as it has rows.
fn slope(weeks: &[Sum]) -> Option<f64> {
    let known: Vec<(f64, f64, f64)> =
        weeks.iter().enumerate().filter(|(_, w)| w.n > 0).map(|(i, w)| (i as f64, w.rate(), w.n as f64)).collect();
    if known.len() < SLOPE_WEEKS {
        return None;
    }
    let rows: f64 = known.iter().map(|k| k.2).sum();
    let mean = |of: fn(&(f64, f64, f64)) -> f64| known.iter().map(|k| of(k) * k.2).sum::<f64>() / rows;
    let (week, rate) = (mean(|k| k.0), mean(|k| k.1));
    let spread: f64 = known.iter().map(|k| k.2 * (k.0 - week).powi(2)).sum();
    let both: f64 = known.iter().map(|k| k.2 * (k.0 - week) * (k.1 - rate)).sum();
    (spread > 0.0).then(|| both / spread)
}
