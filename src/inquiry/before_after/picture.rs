//! The weeks as a picture: what was, where it would have gone, and the others.

use super::super::words;
use super::Sum;
use super::answer::{BeforeAfter, Design};
use super::everyone::Weekly;
use super::records::Records;
use crate::format;
use crate::say;
use crate::scorecard::{ChartData, Control, Point};

/// The picture; `None` without weeks on both sides.
pub(super) fn picture(records: &Records<'_>, answer: &BeforeAfter, limits: Option<Control>) -> Option<ChartData> {
    if answer.counted.treated == 0 || answer.counted.weeks_before == 0 || answer.counted.weeks_after == 0 {
        return None;
    }
    let is_compared = answer.counted.design == Design::Some && records.has_others();
    let drawn = if is_compared { beside_the_others(records, answer) } else { alone(records, answer) };
    let m = &answer.measure;
    let who = words::agents(answer.counted.treated);
    let subtitle = match is_compared {
        true => say!("{label} per week, {who} with it and {others} without", label = m.label, who, others = answer.counted.others),
        false if records.splits.len() > 1 => say!("{label} per week from each agent’s own start, {who}", label = m.label, who),
        false => say!("{label} per week, {who}", label = m.label, who),
    };
    Some(ChartData::Phases {
        metric: m.id.clone(),
        title: answer.verdict.text.clone(),
        subtitle,
        event: (drawn.first_after, format::label(&answer.event, 60)),
        points: drawn.points,
        others: drawn.others,
        fitted: drawn.fitted,
        expected: drawn.expected,
        control: limits.filter(|_| !is_compared),
    })
}

/// The lines of the picture, on the same weeks.
struct Drawn {
    points: Vec<Point>,
    others: Vec<Point>,
    /// Id of the first week after.
    first_after: String,
    fitted: Vec<Option<f64>>,
    expected: Vec<Option<f64>>,
}

fn point((id, short): (&str, &str), sum: Sum) -> Point {
    Point { period: id.to_owned(), short: short.to_owned(), value: (sum.n > 0).then(|| sum.rate()), n: sum.n, is_partial: false }
}

/// Everyone treated: the series, with the fitted lines or the levels.
fn alone(records: &Records<'_>, answer: &BeforeAfter) -> Drawn {
    let weekly = Weekly::of_treated(records).known();
    let points: Vec<Point> = weekly.weeks.iter().zip(&weekly.sums).map(|((id, short), sum)| point((id, short), *sum)).collect();
    let (before, count) = (weekly.first_after, points.len());
    let level = |sums: &[Sum]| Some(Sum::of(sums)).filter(|s| s.n > 0).map(Sum::rate);
    let (fitted, expected) = if let Some(s) = &answer.series.numbers {
        let lead = std::iter::repeat_n(None, before);
        (s.fitted.iter().copied().map(Some).collect(), lead.chain(s.expected.iter().copied().map(Some)).collect())
    } else {
        let (was, is) = (level(&weekly.sums[..before]), level(&weekly.sums[before..]));
        let gone = |i: usize| if i < before { None } else { was };
        ((0..count).map(|i| if i < before { was } else { is }).collect(), (0..count).map(gone).collect())
    };
    let first_after = weekly.weeks.get(before).map(|w| w.0.clone()).unwrap_or_default();
    Drawn { points, others: Vec::new(), first_after, fitted, expected }
}

/// Some treated: both lines by the calendar; where the treated would have gone had they changed as the others did.
fn beside_the_others(records: &Records<'_>, answer: &BeforeAfter) -> Drawn {
    let weeks = &records.question.weeks;
    let first = records.first();
    let is_split = |i: usize| records.splits.len() == 1 && i >= first.before && i < first.after;
    let line = |is_treated: bool| -> Vec<Point> {
        let sum = |i: usize| {
            records.agents.iter().filter(|a| a.start.is_some() == is_treated).fold(Sum::default(), |s, a| s.plus(a.record.weeks[i]))
        };
        let one = |(i, w): (usize, &super::Week)| point((&w.id, &w.short), if is_split(i) { Sum::default() } else { sum(i) });
        weeks.iter().enumerate().map(one).collect()
    };
    let mean = |of: &dyn Fn(&super::records::Agent<'_>, usize) -> f64| {
        records.treated().map(|(a, s)| of(a, s)).sum::<f64>() / answer.counted.treated as f64
    };
    let (was, is) = (mean(&|a, s| a.sides[s].0.rate()), mean(&|a, s| a.sides[s].1.rate()));
    let last = records.splits.last().map_or(first.after, |s| s.after);
    let level = |i: usize| if i < first.before { Some(was) } else { (i >= last).then_some(is) };
    let gone = answer.differed.numbers.as_ref().map(|d| is - d.estimate);
    Drawn {
        points: line(true),
        others: line(false),
        first_after: weeks.get(first.after).map(|w| w.id.clone()).unwrap_or_default(),
        fitted: (0..weeks.len()).map(level).collect(),
        expected: (0..weeks.len()).map(|i| gone.filter(|_| i >= last)).collect(),
    }
}
