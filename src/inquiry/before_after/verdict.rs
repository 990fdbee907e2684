//! What it comes to: changed clearly, leaning, or cannot tell and what it would take.

use super::super::{Part, words};
use super::Sum;
use super::answer::{BeforeAfter, Design, Differed, More, Paired, Smallest, Verdict};
use super::records::{Agent, Records};
use crate::format;
use crate::say;
use crate::scorecard::{Certainty, Unit};
use crate::stats::permutation::DRAWS;

/// p of a clear change, and of one it leans to.
const CLEAR: f64 = 0.05;
const LEANING: f64 = 0.1;

/// Of the dates before, the share that may look like the real one, and how many dates it takes to say so.
const PLACEBO_SHARE: f64 = 0.2;
const PLACEBO_DATES: usize = 5;

/// What comes for free is an estimate too: where it is more than this part of what is left, the rest is not beyond doubt.
const FREE_SHARE: f64 = 0.5;

/// More than this is not a plan.
const MOST_WEEKS: f64 = 104.0;
const MOST_AGENTS: f64 = 1_000.0;

/// What the design could have seen.
pub(super) fn smallest(records: &Records<'_>, paired: &Part<Paired>, differed: &Part<Differed>) -> Part<Smallest> {
    let numbers = match (&differed.numbers, &paired.numbers) {
        (Some(d), _) => {
            // Sides of equal size can change places, which turns the sign and not the size.
            let alike = if d.agents.0 == d.agents.1 && records.splits.len() == 1 { 2.0 } else { 1.0 };
            Smallest { change: d.smallest, p: if d.is_exact { alike / d.rearrangements as f64 } else { 1.0 / (DRAWS as f64 + 1.0) } }
        }
        (None, Some(p)) => {
            let p_least = if p.is_exact { 2.0 / 2_f64.powi(p.agents as i32) } else { 1.0 / (DRAWS as f64 + 1.0) };
            Smallest { change: p.smallest, p: p_least.min(1.0) }
        }
        (None, None) => return Part::unsaid(say!("There is no figure, so there is no saying what could have been seen.")),
    };
    let beyond = if differed.numbers.is_some() { say!(" beyond the others") } else { "" };
    let text = say!(
        "With these agents and weeks a true change of {size}{beyond} would have been seen four times in five; smaller ones less often.",
        size = words::size(&records.question.measure, numbers.change),
        beyond
    );
    Part::said(text, numbers)
}

/// The figure the verdict rests on.
#[derive(Debug, Clone, Copy)]
struct Figure {
    change: f64,
    interval: (f64, f64),
    certainty: Certainty,
}

pub(super) fn verdict(records: &Records<'_>, answer: &BeforeAfter) -> Verdict {
    let Some(figure) = figure(answer) else { return nothing(answer) };
    let m = &answer.measure;
    let caveats = caveats(records, answer, &figure);
    let certainty = (0..caveats.iter().filter(|c| c.1).count()).fold(figure.certainty, |c, _| lower(c));
    let is_told = certainty != Certainty::CannotTellYet;
    let is_good = m.is_good(figure.change).filter(|_| is_told);
    let more = (certainty != Certainty::Clear).then(|| more(records, answer, figure.change)).flatten();
    Verdict {
        certainty,
        text: headline(records, answer, (&figure, certainty, more)),
        change: Some(figure.change),
        interval: Some(figure.interval),
        is_good,
        more,
        caveats: caveats.into_iter().map(|c| c.0).collect(),
    }
}

const fn lower(certainty: Certainty) -> Certainty {
    match certainty {
        Certainty::Clear => Certainty::Leaning,
        Certainty::Leaning | Certainty::CannotTellYet => Certainty::CannotTellYet,
    }
}

fn by_p(p: f64, (low, high): (f64, f64)) -> Certainty {
    match p {
        p if p <= CLEAR && (low > 0.0 || high < 0.0) => Certainty::Clear,
        p if p <= LEANING => Certainty::Leaning,
        _ => Certainty::CannotTellYet,
    }
}

/// Of the others, if there are; else of the agents paired, as far as the series bears it out; else of the series alone.
fn figure(answer: &BeforeAfter) -> Option<Figure> {
    if let Some(d) = &answer.differed.numbers {
        return Some(Figure { change: d.estimate, interval: d.interval, certainty: by_p(d.p, d.interval) });
    }
    match (&answer.paired.numbers, &answer.series.numbers) {
        (Some(p), series) => {
            let own = by_p(p.p, p.interval);
            let certainty = match series {
                // Without a series long enough nobody knows where things were heading anyway.
                None => own.max(Certainty::Leaning),
                Some(s) if s.step * p.change > 0.0 && s.p <= CLEAR => own,
                Some(s) if s.step * p.change > 0.0 && (s.p <= LEANING || s.trend_p > LEANING) => own.max(Certainty::Leaning),
                Some(_) => Certainty::CannotTellYet,
            };
            Some(Figure { change: p.change, interval: p.interval, certainty })
        }
        (None, Some(s)) => Some(Figure { change: s.step, interval: s.interval, certainty: by_p(s.p, s.interval).max(Certainty::Leaning) }),
        (None, None) => None,
    }
}

/// No figure at all: the first reason there is.
fn nothing(answer: &BeforeAfter) -> Verdict {
    let why = match answer.counted.design {
        Design::Some if answer.counted.others >= 2 => &answer.differed.text,
        Design::Everyone | Design::Some if answer.counted.treated > 0 => &answer.paired.text,
        _ => &answer.differed.text,
    };
    let c = &answer.counted;
    let text = match (c.treated, c.weeks_before, c.weeks_after) {
        _ if c.design == Design::Nobody => say!("Cannot tell: nobody had it in these weeks.").to_owned(),
        (0, ..) if !c.left_out.is_empty() => {
            let first = &c.left_out[0];
            say!("Cannot tell: no agent that had it counts ({agent}: {why}).", agent = first.agent, why = first.why)
        }
        (_, 0, _) => say!("Cannot tell: there is no whole week before the date.").to_owned(),
        (_, _, 0) => say!("Cannot tell yet: there is no whole week after the date.").to_owned(),
        _ => say!("Cannot tell: {why}", why),
    };
    Verdict { text, ..Verdict::default() }
}

/// What to keep in mind, and whether it takes a step off the certainty.
fn caveats(records: &Records<'_>, answer: &BeforeAfter, figure: &Figure) -> Vec<(String, bool)> {
    let m = &answer.measure;
    let mut all = Vec::new();
    if let Some(trend) =
        answer.pre_trend.numbers.filter(|t| answer.series.numbers.is_none() && t.p <= CLEAR && t.slope * figure.change > 0.0)
    {
        let text = say!(
            "They were moving that way before the date ({slope} a week), so part of the change may be where they were heading.",
            slope = words::change(m, trend.slope)
        );
        all.push((text, true));
    }
    if let Some(p) = answer.placebos.numbers.as_ref().filter(|p| p.dates.len() >= PLACEBO_DATES) {
        let share = p.as_strong as f64 / p.dates.len() as f64;
        if share > PLACEBO_SHARE {
            let text = say!(
                "{as_strong} of {dates} dates on which nothing happened show as much.",
                as_strong = p.as_strong,
                dates = p.dates.len()
            );
            all.push((text, true));
        }
    }
    if let Some(r) = answer.regression.numbers.as_ref().filter(|r| r.is_subtracted && r.free.abs() > FREE_SHARE * figure.change.abs()) {
        let text =
            say!("Of what they changed, {free} was to come by itself; how much exactly nobody knows.", free = words::change(m, r.free));
        all.push((text, true));
    }
    if let Some(s) = answer.smallest.numbers.filter(|s| s.p > CLEAR) {
        all.push((say!("So few agents can never be clear: the smallest p there can be is {p}.", p = format::decimals(s.p, 2)), false));
    }
    if answer.differed.numbers.is_none() {
        all.push((say!("There is nobody to compare with: whatever else changed at that time is in the figure.").to_owned(), false));
        if answer.series.numbers.is_none() {
            all.push((answer.series.text.clone(), false));
        }
    }
    if figure.change.abs() < records.question.choices.margin && figure.certainty != Certainty::CannotTellYet {
        all.push((
            say!("It is smaller than the {margin} that matter here.", margin = words::size(m, records.question.choices.margin)),
            false,
        ));
    }
    all
}

fn headline(records: &Records<'_>, answer: &BeforeAfter, (figure, certainty, more): (&Figure, Certainty, Option<More>)) -> String {
    let m = &answer.measure;
    let beyond = if answer.differed.numbers.is_some() { say!(" beyond what the others changed") } else { "" };
    let found = say!(
        "{label} changed by {change} ({interval}){beyond}",
        label = m.label,
        change = words::change(m, figure.change),
        interval = words::range(m, figure.interval),
        beyond
    );
    let since = say!("since {event} ({date})", event = answer.event, date = answer.date);
    let side = match m.is_good(figure.change) {
        Some(true) => say!(", for the better"),
        Some(false) => say!(", for the worse"),
        None => "",
    };
    match certainty {
        Certainty::Clear => say!("Changed clearly: {found} {since}{side}.", found, since, side),
        Certainty::Leaning => say!("Leaning: {found} {since}{side}; not beyond doubt.{more}", found, since, side, more = needs(more)),
        Certainty::CannotTellYet => {
            let margin = records.question.choices.margin;
            let (low, high) = figure.interval;
            if low > -margin && high < margin {
                return say!(
                    "Cannot tell a change from none: {found} {since}, and one of {margin} or more is unlikely.",
                    found,
                    since,
                    margin = words::size(m, margin)
                );
            }
            let why = match figure.certainty {
                Certainty::CannotTellYet => say!("and luck alone can do that much."),
                Certainty::Clear | Certainty::Leaning => say!("but other dates, or the way things were heading, account for as much."),
            };
            say!("Cannot tell: {found} {since}, {why}{more}", found, since, why, more = needs(more))
        }
    }
}

fn needs(more: Option<More>) -> String {
    let weeks = |n: u64| say!(n => "{n} more week", "{n} more weeks", n = format::count(n));
    let agents = |n: u64| say!(n => "{n} more agent", "{n} more agents", n = format::count(n));
    match more.map(|m| (m.weeks.map(weeks), m.agents.map(agents))) {
        Some((Some(weeks), Some(agents))) => say!(" To tell one of this size it needs about {weeks}, or {agents}.", weeks, agents),
        Some((Some(one), None) | (None, Some(one))) => say!(" To tell one of this size it needs about {one}.", one),
        Some((None, None)) => say!(" No number of weeks or agents within reach would tell one of this size.").to_owned(),
        None => String::new(),
    }
}

/// What it would take to see a change as large as the one found, or as the smallest that matters, four times in five.
fn more(records: &Records<'_>, answer: &BeforeAfter, found: f64) -> Option<More> {
    let smallest = answer.smallest.numbers?.change;
    let wanted = found.abs().max(records.question.choices.margin);
    if wanted <= 0.0 || smallest <= wanted {
        return None;
    }
    let ratio = (smallest / wanted).powi(2);
    let (treated, others) = (answer.counted.treated as f64, answer.counted.others as f64);
    let (agents, error, parts) = match (&answer.differed.numbers, &answer.paired.numbers) {
        (Some(d), _) => (treated + others, d.standard_error, 1.0 / treated + 1.0 / others),
        (None, Some(p)) => (treated, p.standard_error, 1.0 / treated),
        (None, None) => return None,
    };
    let extra_agents = (agents * (ratio - 1.0)).ceil();
    // The variance of one agent's change: its rows' on either side, and what lies in the agent.
    let variance = error * error / parts;
    let (before, after) = sampling(records);
    let own = (variance - before - after).max(0.0);
    let left = variance / ratio - own - before.min(variance);
    let weeks = answer.counted.weeks_after.max(1) as f64;
    let extra_weeks = (left > 0.0).then(|| (weeks * (after / left - 1.0)).ceil().max(1.0));
    Some(More {
        weeks: extra_weeks.filter(|w| *w <= MOST_WEEKS).map(|w| w as u64),
        agents: (extra_agents <= MOST_AGENTS).then_some(extra_agents.max(1.0) as u64),
    })
}

/// Mean variance of an agent's level before and after by its rows alone.
fn sampling(records: &Records<'_>) -> (f64, f64) {
    let is_share = records.question.measure.unit == Unit::Share;
    let of = |agent: &Agent<'_>, is_after: bool| {
        let split = agent.start.unwrap_or(0);
        let sum = if is_after { agent.sides[split].1 } else { agent.sides[split].0 };
        if is_share {
            return sum.rate() * (1.0 - sum.rate()) / sum.n as f64;
        }
        let cut = records.splits[split];
        let weeks = if is_after { &agent.record.weeks[cut.after..] } else { &agent.record.weeks[..cut.before] };
        between_weeks(weeks)
    };
    let mean = |is_after: bool| records.agents.iter().map(|a| of(a, is_after)).sum::<f64>() / records.agents.len().max(1) as f64;
    (mean(false), mean(true))
}

/// Variance of the mean of some weeks, from how they differ.
fn between_weeks(weeks: &[Sum]) -> f64 {
    let rates: Vec<f64> = weeks.iter().filter(|w| w.n > 0).map(|w| w.rate()).collect();
    if rates.len() < 2 {
        return 0.0;
    }
    let n = rates.len() as f64;
    let mean = rates.iter().sum::<f64>() / n;
    rates.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (n - 1.0) / n
}
