//! Everyone treated: the weeks after against the weeks before, by chart, by series, by agent.

use super::super::{Part, words};
use super::answer::{Charted, Paired, Series};
use super::records::{Agent, Records};
use super::{Sum, answer};
use crate::format;
use crate::say;
use crate::scorecard::{Better, Control, ControlPoint, Unit, Variation};
use crate::stats::before_after::paired::{sign_flip, t_test};
use crate::stats::before_after::time_series::{Interrupted, SIDE, interrupted, usual_lags};
use crate::stats::control_chart::{
    self, ChartPoint, Direction, FEWEST_POINTS_IN_PHASE, Options, Outcome, Phase, Side, Values, Withheld, chart,
};
use crate::stats::{Invalid, Proportion};

/// 97.5 % quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// What can be said without others to compare with.
#[derive(Debug)]
pub(super) struct Everyone {
    pub(super) chart: Part<Charted>,
    pub(super) series: Part<Series>,
    pub(super) paired: Part<Paired>,
    /// Limits of both phases, one a week with rows, where both have them.
    pub(super) limits: Option<Control>,
}

/// The treated agents' weeks as one series.
#[derive(Debug, Clone)]
pub(super) struct Weekly {
    /// Name and short name of each week.
    pub(super) weeks: Vec<(String, String)>,
    /// All agents together, one a week.
    pub(super) sums: Vec<Sum>,
    /// Index of the first week after.
    pub(super) first_after: usize,
}

impl Weekly {
    /// By the calendar, weeks with days of both sides left away; with several starts by weeks from each agent's own one, over the
    /// stretch every agent has.
    pub(super) fn of_treated(records: &Records<'_>) -> Self {
        let (first, weeks) = (records.first(), &records.question.weeks);
        if records.splits.len() > 1 {
            let back = records.splits.iter().map(|s| s.before).min().unwrap_or(0);
            let ahead = records.splits.iter().map(|s| weeks.len() - s.after).min().unwrap_or(0);
            let at =
                |of: &dyn Fn(&Agent<'_>, usize) -> Sum| records.treated().fold(Sum::default(), |sum, (a, split)| sum.plus(of(a, split)));
            let before = (0..back).map(|i| at(&|a, s| a.record.weeks[records.splits[s].before - back + i]));
            let after = (0..ahead).map(|i| at(&|a, s| a.record.weeks[records.splits[s].after + i]));
            let name = |text: String| (text.clone(), text);
            return Self {
                sums: before.chain(after).collect(),
                weeks: (0..back).map(|i| name(format!("−{}", back - i))).chain((0..ahead).map(|i| name(format!("+{}", i + 1)))).collect(),
                first_after: back,
            };
        }
        let sides = (0..first.before).chain(first.after..weeks.len());
        let sum = |i: usize| records.treated().fold(Sum::default(), |sum, (a, _)| sum.plus(a.record.weeks[i]));
        Self {
            sums: sides.clone().map(sum).collect(),
            weeks: sides.map(|i| (weeks[i].id.clone(), weeks[i].short.clone())).collect(),
            first_after: first.before,
        }
    }

    /// The same without weeks that have no rows: their neighbours stand side by side.
    pub(super) fn known(&self) -> Self {
        let keep: Vec<usize> = (0..self.sums.len()).filter(|i| self.sums[*i].n > 0).collect();
        Self {
            weeks: keep.iter().map(|i| self.weeks[*i].clone()).collect(),
            sums: keep.iter().map(|i| self.sums[*i]).collect(),
            first_after: keep.iter().filter(|i| **i < self.first_after).count(),
        }
    }

    pub(super) fn rates(&self) -> Vec<f64> {
        self.sums.iter().map(|s| s.rate()).collect()
    }
}

impl Everyone {
    pub(super) fn new(records: &Records<'_>) -> Self {
        if records.treated().next().is_none() {
            let why = if records.design == answer::Design::Nobody {
                say!("Nobody had it in these weeks.")
            } else {
                say!("No agent that had it counts.")
            };
            return Self::unsaid(why);
        }
        if records.design == answer::Design::Some && records.has_others() {
            return Self::unsaid(say!("Some agents were without it: they are the better yardstick, see below."));
        }
        let weekly = Weekly::of_treated(records).known();
        let (chart, limits) = charted(records, &weekly);
        Self { chart, limits, series: series(records, &weekly), paired: paired(records) }
    }

    fn unsaid(why: &str) -> Self {
        Self { chart: Part::unsaid(why), series: Part::unsaid(why), paired: Part::unsaid(why), limits: None }
    }
}

/// The chart with the limits of the weeks before, and the limits of both phases for a picture.
fn charted(records: &Records<'_>, weekly: &Weekly) -> (Part<Charted>, Option<Control>) {
    let (before, after) = (weekly.first_after, weekly.sums.len() - weekly.first_after);
    if before < FEWEST_POINTS_IN_PHASE || after == 0 {
        let why = say!(
            "A chart needs {fewest_points_in_phase} weeks with rows before and one after; there are {before} and {after}.",
            fewest_points_in_phase = FEWEST_POINTS_IN_PHASE,
            before,
            after
        );
        return (Part::unsaid(why), None);
    }
    let frozen = [Phase { start: 0, baseline: Some(before) }];
    let points = match drawn(records, weekly, &frozen) {
        Ok(points) => points,
        Err(why) => return (Part::unsaid(why), None),
    };
    let marked = |side: &[Option<ChartPoint>]| side.iter().flatten().filter(|p| p.signal.is_some()).count();
    let centre = points.iter().flatten().find_map(|p| p.band.map(|b| b.centre)).unwrap_or_default();
    let method = if records.question.measure.unit == Unit::Share { say!("p′ chart") } else { say!("XmR chart") };
    let numbers = Charted {
        method: method.to_owned(),
        before: centre,
        after: Sum::of(&weekly.sums[before..]).rate(),
        marked: marked(&points[before..]),
        weeks_after: after,
        marked_before: marked(&points[..before]),
    };
    let m = &records.question.measure;
    let text = say!(
        "The weeks before ran at {centre}; of {after} weeks after, {n} unlike them by the chart’s rules ({method}, limits of the weeks before). After: {after2}.",
        centre = words::level(m, centre, Sum::of(&weekly.sums[..before]).n),
        after,
        n = match numbers.marked {
            0 => say!("none is").to_owned(),
            n => say!(n => "1 is", "{n} are", n),
        },
        method,
        after2 = words::level(m, numbers.after, Sum::of(&weekly.sums[before..]).n)
    );
    let phases = [Phase { start: 0, baseline: None }, Phase { start: before, baseline: None }];
    let limits = drawn(records, weekly, &phases).ok().and_then(|points| control(records, weekly, (&points, method)));
    (Part::said(text, numbers), limits)
}

/// The points of a chart with some phases, or why there is none.
fn drawn(records: &Records<'_>, weekly: &Weekly, phases: &[Phase]) -> Result<Vec<Option<ChartPoint>>, String> {
    let m = &records.question.measure;
    let individuals: Vec<Option<f64>> = weekly.rates().into_iter().map(Some).collect();
    let proportions: Vec<Option<Proportion>> = weekly.sums.iter().map(|s| Proportion::new(s.sum as u64, s.n).ok()).collect();
    let values = if m.unit == Unit::Share { Values::Proportions(&proportions) } else { Values::Individuals(&individuals) };
    let direction = match m.better {
        Better::Higher => Direction::Higher,
        Better::Lower => Direction::Lower,
        Better::Neither => Direction::Neither,
    };
    let series = control_chart::Series { values, direction, target: None, phases, options: Options::default() };
    match chart(&series) {
        Ok(Outcome::Drawn(chart)) => Ok(chart.points),
        Ok(Outcome::Withheld(Withheld::TooShort { known, .. })) => Err(say!("A chart needs 13 weeks with rows; there are {known}.", known)),
        Ok(Outcome::Withheld(Withheld::SmallDenominators { mean })) => {
            Err(say!("A chart needs about 20 rows a week; there are {mean}.", mean = format::decimals(mean, 0)))
        }
        Ok(Outcome::Withheld(Withheld::FewEvents { events })) => {
            Err(say!("A chart needs 12 hits and 12 misses in all; there are {events} of one kind.", events))
        }
        Err(Invalid::NoVariation) => {
            Err(say!("The weeks before are all alike: there is no usual range to hold the others against.").to_owned())
        }
        Err(why) => Err(say!("There is no chart: {why}.", why)),
    }
}

/// The limits in the form of a picture; only where every week has them.
fn control(records: &Records<'_>, weekly: &Weekly, (points, method): (&[Option<ChartPoint>], &str)) -> Option<Control> {
    let better = records.question.measure.better;
    let one = |p: &Option<ChartPoint>| {
        let (point, band) = (p.as_ref()?, p.as_ref()?.band?);
        let variation = match (point.signal.map(|s| s.side), better) {
            (None, _) => Variation::CommonCause,
            (Some(Side::High), Better::Higher) => Variation::ImprovingHigh,
            (Some(Side::High), Better::Lower) => Variation::ConcerningHigh,
            (Some(Side::High), Better::Neither) => Variation::ChangedHigh,
            (Some(Side::Low), Better::Higher) => Variation::ConcerningLow,
            (Some(Side::Low), Better::Lower) => Variation::ImprovingLow,
            (Some(Side::Low), Better::Neither) => Variation::ChangedLow,
        };
        Some(ControlPoint { centre: band.centre, low: band.lower, high: band.upper, variation })
    };
    let points = points.iter().map(one).collect::<Option<Vec<_>>>()?;
    let (id, _) = weekly.weeks.get(weekly.first_after)?;
    let event = crate::format::label(&records.question.event.name, 60);
    Some(Control { method: method.to_owned(), points, phases: vec![(id.clone(), event)] })
}

/// The interrupted series.
fn series(records: &Records<'_>, weekly: &Weekly) -> Part<Series> {
    let rates = weekly.rates();
    let (before, after) = (weekly.first_after, rates.len() - weekly.first_after);
    if before < SIDE || after < SIDE {
        let why = say!(
            "A series needs {side} weeks with rows on each side to tell a step from a trend; there are {before} and {after}.",
            side = SIDE,
            before,
            after
        );
        return Part::unsaid(why);
    }
    match interrupted(&rates, before, usual_lags(rates.len())) {
        Ok(fit) => {
            let numbers = numbers(&fit, rates.len(), before, records.splits.len() > 1);
            Part::said(series_text(records, &numbers), numbers)
        }
        Err(Invalid::NoVariation) => {
            Part::unsaid(say!("The weeks lie on a straight line without any noise: there is nothing to hold a step against."))
        }
        Err(why) => Part::unsaid(say!("The series cannot be fitted: {why}.", why)),
    }
}

fn numbers(fit: &Interrupted, weeks: usize, first_after: usize, is_by_own_start: bool) -> Series {
    let earlier = |i: usize| fit.start.estimate + fit.trend.estimate * (i as f64 + 1.0);
    let later = |i: usize| earlier(i) + fit.level_change.estimate + fit.slope_change.estimate * (i - first_after) as f64;
    let (step, half) = (fit.level_change.estimate, Z * fit.level_change.hac_error);
    Series {
        step,
        standard_error: fit.level_change.hac_error,
        interval: (step - half, step + half),
        p: fit.level_change.p,
        trend: fit.trend.estimate,
        trend_error: fit.trend.hac_error,
        trend_p: fit.trend.p,
        bend: fit.slope_change.estimate,
        bend_p: fit.slope_change.p,
        durbin_watson: fit.durbin_watson,
        fitted: (0..weeks).map(|i| if i < first_after { earlier(i) } else { later(i) }).collect(),
        expected: (first_after..weeks).map(earlier).collect(),
        is_by_own_start,
    }
}

fn series_text(records: &Records<'_>, s: &Series) -> String {
    let m = &records.question.measure;
    let from = if s.is_by_own_start { say!(", weeks counted from each agent’s own start") } else { "" };
    let trend =
        say!("before, it moved by {trend} a week ({trend_p})", trend = words::change(m, s.trend), trend_p = words::chance(s.trend_p));
    let bend = if s.bend_p <= 0.05 {
        say!(
            " After it, each week brings {bend} more than before ({bend_p}).",
            bend = words::change(m, s.bend),
            bend_p = words::chance(s.bend_p)
        )
    } else {
        String::new()
    };
    say!(
        "At the date the line steps by {step} ({interval}; {p}) beyond where it was heading{from}; {trend}.{bend}",
        step = words::change(m, s.step),
        interval = words::range(m, s.interval),
        p = words::chance(s.p),
        from,
        trend,
        bend
    )
}

/// Every agent before and after.
fn paired(records: &Records<'_>) -> Part<Paired> {
    let changes: Vec<f64> = records.treated().map(|(a, split)| a.change(split)).collect();
    let m = &records.question.measure;
    if let [one] = changes.as_slice() {
        return Part::unsaid(say!(
            "One agent counts, and changed by {change}: with one agent nobody can tell the event from what that agent’s weeks did by themselves.",
            change = words::change(m, *one)
        ));
    }
    let side = |is: fn(f64) -> bool| changes.iter().filter(|c| is(**c)).count();
    let up_down_same = (side(|c| c > 0.0), side(|c| c < 0.0), side(|c| c == 0.0));
    match (t_test(&changes), sign_flip(&changes, records.question.choices.seed)) {
        (Ok(t), Ok(flips)) => {
            let numbers = Paired {
                agents: changes.len(),
                up_down_same,
                change: t.estimate,
                standard_error: t.standard_error,
                interval: t.interval,
                p: flips.p,
                is_exact: flips.exact,
                smallest: t.smallest_effect,
            };
            let same = if up_down_same.2 > 0 { say!(", {same} stayed", same = up_down_same.2) } else { String::new() };
            let text = say!(
                "{agents} agents, each before and after: {up} went up, {down} down{same}; the mean change is {change} ({interval}; {p} if each could as well have gone the other way).",
                agents = numbers.agents,
                up = up_down_same.0,
                down = up_down_same.1,
                same,
                change = words::change(m, numbers.change),
                interval = words::range(m, numbers.interval),
                p = words::chance(numbers.p)
            );
            Part::said(text, numbers)
        }
        _ => Part::unsaid(say!(
            "All {changes} agents changed by exactly as much ({copied}): there is no variation to hold it against.",
            changes = changes.len(),
            copied = words::change(m, changes.first().copied().unwrap_or_default())
        )),
    }
}
