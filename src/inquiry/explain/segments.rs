//! Third: in which segment; fourth: how much of it.

use super::gauge::{Gauge, Rows};
use super::moved::is_good;
use super::words::{against, conditions};
use super::{Question, volume};
use crate::clock::day_text;
use crate::clock::zone::Cursor;
use crate::format;
use crate::say;
use crate::scorecard::{Certainty, SearchInfo, Segment, Side, Unit};

/// The value that stands for all rare ones.
pub(super) const OTHERS: &str = "\u{2}rare";
/// Probability up to which a find is clear; up to the search's own it is leaning.
const CLEAR: f64 = 0.01;

/// Part of the rows of now beyond which a segment is the whole.
const NEARLY_ALL: f64 = 0.8;
/// Fewest rows of which it can be said on which day most of them came.
const ENOUGH: usize = 5;
/// Rows worth reading told of a segment.
const EXAMPLES: usize = 5;

/// A segment, and the rows of the sample worth reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What is told of it; its examples are left to whoever can read the rows.
    pub segment: Segment,
    /// Numbers of rows in the sample, the most telling first.
    pub rows: Vec<usize>,
}

/// A segment that was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    /// Number of the attribute and of its value; [`u32::MAX`] for all rare ones.
    pub(super) conditions: Vec<(usize, u32)>,
    /// Other conditions that the same rows meet.
    pub(super) also: Vec<Vec<(usize, u32)>>,
    /// Whether the figure rose there.
    pub(super) is_rise: bool,
    /// Probability that luck shows as much anywhere in the search.
    pub(super) p: f64,
}

/// What was found, and in what.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Hunt {
    pub(super) found: Vec<Candidate>,
    /// Numbers of the values of each attribute that were put together as rare.
    pub(super) folded: Vec<Vec<u32>>,
}

/// The segments that moved otherwise than the rest, by more than chance explains, the largest first; and how they were searched for.
///
/// `progress` is told how much of the work is done, and how much there is.
pub fn segments(q: &Question<'_>, progress: &(dyn Fn(u64, u64) + Sync)) -> (Vec<Answer>, SearchInfo) {
    let hunt = match Gauge::of(q.metric) {
        Gauge::Count => volume::hunt(q),
        gauge => super::rates::hunt(q, gauge, progress),
    };
    let whole = Split::of(q, |_| true);
    // What was found before is no yardstick for what is found after it.
    let mut gone = vec![false; q.sample.len()];
    let mut segments: Vec<Answer> = Vec::new();
    for found in &hunt.found {
        // What is nearly all there is says nothing of where.
        let inside = |row: &usize| q.sample.is_now[*row] && meets(q, &hunt.folded, &found.conditions, *row);
        if (0..q.sample.len()).filter(inside).count() as f64 > NEARLY_ALL * whole.now.n as f64 {
            continue;
        }
        let is_inside: Vec<bool> = (0..q.sample.len()).map(|row| !gone[row] && meets(q, &hunt.folded, &found.conditions, row)).collect();
        segments.push(told(q, found, &whole, (&is_inside, &gone)));
        gone.iter_mut().zip(&is_inside).for_each(|(gone, inside)| *gone |= inside);
    }
    segments.sort_by(|a, b| weight(&b.segment).total_cmp(&weight(&a.segment)).then_with(|| a.segment.title.cmp(&b.segment.title)));
    let count = |(i, values): (usize, &Vec<u32>)| (q.sample.attributes[i].name.clone(), values.len() as u64);
    let info = SearchInfo {
        attributes: q.sample.attributes.iter().map(|a| a.name.clone()).collect(),
        lacking: Vec::new(),
        outcomes: Vec::new(),
        folded: hunt.folded.iter().enumerate().filter(|(_, values)| !values.is_empty()).map(count).collect(),
        depth: q.search.depth,
        fewest: q.search.fewest,
        shuffles: if Gauge::of(q.metric) == Gauge::Count { 0 } else { q.search.shuffles },
        alpha: q.search.alpha,
        seed: q.search.seed,
    };
    (segments, info)
}

/// Bad news first, then the good, each by how much there is of it.
fn weight(s: &Segment) -> f64 {
    let size = s.share_of_change.map_or(0.0, f64::abs).max(s.excess.abs() / 1e9);
    if s.is_good == Some(true) { size - 1e6 } else { size }
}

/// Rows inside and outside, now and before.
struct Split {
    now: Side,
    before: Side,
    sum_now: f64,
}

impl Split {
    fn of(q: &Question<'_>, is_meant: impl Fn(usize) -> bool) -> Self {
        let gauge = Gauge::of(q.metric);
        let (mut now, mut before) = (Rows::default(), Rows::default());
        for row in (0..q.sample.len()).filter(|row| is_meant(*row) && q.counts(*row)) {
            let side = if q.sample.is_now[row] { &mut now } else { &mut before };
            side.push(q.sample.facts[row]);
        }
        let mut earlier = gauge.side(&before);
        if gauge == Gauge::Count {
            // Per span as long as the one explained.
            earlier.value = earlier.value.map(|v| v / q.earlier.len().max(1) as f64);
        }
        Self { now: gauge.side(&now), before: earlier, sum_now: now.sum() }
    }
}

/// Whether a row meets conditions.
pub(super) fn meets(q: &Question<'_>, folded: &[Vec<u32>], conditions: &[(usize, u32)], row: usize) -> bool {
    conditions.iter().all(|&(attribute, code)| {
        let own = q.sample.attributes[attribute].codes[row];
        if code == u32::MAX { folded[attribute].binary_search(&own).is_ok() } else { own == code }
    })
}

fn told(q: &Question<'_>, found: &Candidate, whole: &Split, (is_inside, gone): (&[bool], &[bool])) -> Answer {
    let (inside, rest) = (Split::of(q, |row| is_inside[row]), Split::of(q, |row| !is_inside[row] && !gone[row]));
    let is_first = !gone.contains(&true);
    let named = |list: &[(usize, u32)]| -> Vec<(String, String)> {
        let value = |attribute: usize, code: u32| match code {
            u32::MAX => OTHERS.to_owned(),
            code => q.sample.attributes[attribute].values[code as usize].clone(),
        };
        list.iter().map(|&(a, code)| (q.sample.attributes[a].name.clone(), value(a, code))).collect()
    };
    let excess = excess(q, &inside, &rest);
    let share_of_change = share_of_change(q, excess, whole);
    let conditions_named = named(&found.conditions);
    let cost = cost(q, is_inside, excess);
    let mut segment = Segment {
        title: conditions(&conditions_named),
        conditions: conditions_named,
        also: found.also.iter().map(|list| named(list)).collect(),
        is_good: is_good(q.metric, found.is_rise),
        is_rise: found.is_rise,
        now: inside.now,
        before: inside.before,
        rest_now: rest.now,
        rest_before: rest.before,
        excess,
        share_of_change,
        p: found.p,
        cost,
        text: String::new(),
        examples: Vec::new(),
    };
    segment.text = sentence(q, &segment, is_first);
    if let Some(day) = one_day(q, is_inside, &segment) {
        segment.text += " ";
        segment.text += &say!("Most of it is one day, {day}.", day = format::day(&day_text(day)));
    }
    let rows = worth_reading(q, is_inside, found.is_rise);
    Answer { segment, rows }
}

/// The day, since 1970, on which more than half of what a segment tells of happened: an outage on a Tuesday makes every Tuesday, and every
/// kind of work that it brought, look bad. `None` for what is measured rather than counted, and where the segment is a day by its name.
fn one_day(q: &Question<'_>, is_inside: &[bool], s: &Segment) -> Option<i32> {
    if !matches!(Gauge::of(q.metric), Gauge::Share | Gauge::Count) || !s.is_rise && Gauge::of(q.metric) == Gauge::Count {
        return None;
    }
    let mut cursor = Cursor::new(q.zone);
    let mut day = |row: usize| (q.sample.at[row] + i64::from(cursor.offset_at(q.sample.at[row]))).div_euclid(86_400) as i32;
    let days: Vec<i32> = (0..q.sample.len()).filter(|&row| is_inside[row] && shows(q, row, s.is_rise)).map(&mut day).collect();
    let all: Vec<i32> = (0..q.sample.len()).filter(|&row| q.sample.is_now[row]).map(&mut day).collect();
    let length = all.iter().max()? - all.iter().min()? + 1;
    let is_named = s.conditions.iter().any(|(attribute, _)| attribute.ends_with("_weekday"));
    if days.len() < ENOUGH || length < 2 || is_named && length <= 7 {
        return None;
    }
    let mut sorted = days;
    sorted.sort_unstable();
    // More than half of them is what lies in the middle.
    let middle = sorted[sorted.len() / 2];
    (2 * sorted.iter().filter(|day| **day == middle).count() > sorted.len()).then_some(middle)
}

/// Whether a row of now is one of those a segment tells of: of a share those on its side.
fn shows(q: &Question<'_>, row: usize, is_rise: bool) -> bool {
    q.sample.is_now[row] && (Gauge::of(q.metric) != Gauge::Share || (q.sample.facts[row] > 0.5) == is_rise)
}

/// The rows of now in a segment that show what it says, the most telling and then the newest first.
fn worth_reading(q: &Question<'_>, is_inside: &[bool], is_rise: bool) -> Vec<usize> {
    let telling = |row: usize| if is_rise { q.sample.facts[row] } else { -q.sample.facts[row] };
    let mut rows: Vec<usize> = (0..q.sample.len()).filter(|&row| is_inside[row] && shows(q, row, is_rise)).collect();
    rows.sort_by(|&a, &b| {
        telling(b).total_cmp(&telling(a)).then(q.sample.at[b].cmp(&q.sample.at[a])).then(q.sample.places[a].cmp(&q.sample.places[b]))
    });
    rows.truncate(EXAMPLES);
    rows
}

/// What there is beyond what the segment before and the movement of the rest lead one to expect: rows for shares and counts, the sum
/// over its rows for means and quantiles.
fn excess(q: &Question<'_>, inside: &Split, rest: &Split) -> f64 {
    let zero = |v: Option<f64>| v.unwrap_or_default();
    if Gauge::of(q.metric) == Gauge::Count {
        let growth = match (rest.now.value, rest.before.value) {
            (Some(now), Some(before)) if before > 0.0 => now / before,
            _ => 1.0,
        };
        return zero(inside.now.value) - zero(inside.before.value) * growth;
    }
    let moved = rest.now.value.zip(rest.before.value).map_or(0.0, |(a, b)| a - b);
    // Without a period before, the rest says what to expect.
    let before = inside.before.value.or(rest.before.value).or(rest.now.value);
    let mut expected = zero(before) + moved;
    if q.metric.unit() == Unit::Share {
        expected = expected.clamp(0.0, 1.0);
    }
    (zero(inside.now.value) - expected) * inside.now.n as f64
}

/// The excess as a part of the change of the whole.
fn share_of_change(q: &Question<'_>, excess: f64, whole: &Split) -> Option<f64> {
    if matches!(Gauge::of(q.metric), Gauge::Quantile(_)) {
        // What is lost adds up; a median does not.
        return None;
    }
    let change = whole.now.value? - whole.before.value?;
    let total = if Gauge::of(q.metric) == Gauge::Count { change } else { change * whole.now.n as f64 };
    // A whole that hardly moved has no parts worth a number.
    let is_moved = total.abs() > 0.05 * whole.sum_now.abs().max(1.0) * 0.1;
    (is_moved && total != 0.0).then(|| excess / total)
}

fn cost(q: &Question<'_>, is_inside: &[bool], excess: f64) -> Option<f64> {
    let costs = &q.sample.costs;
    let of_rows: Vec<f64> = costs
        .iter()
        .zip(is_inside)
        .zip(&q.sample.is_now)
        .filter(|((c, inside), now)| **inside && **now && c.is_finite())
        .map(|((c, _), _)| *c)
        .collect();
    let is_row = matches!(Gauge::of(q.metric), Gauge::Share | Gauge::Count);
    (is_row && !of_rows.is_empty()).then(|| excess.abs() * of_rows.iter().sum::<f64>() / of_rows.len() as f64)
}

/// How sure a find is.
pub(super) fn certainty(p: f64) -> Certainty {
    if p <= CLEAR { Certainty::Clear } else { Certainty::Leaning }
}

fn sentence(q: &Question<'_>, s: &Segment, is_first: bool) -> String {
    let unit = q.metric.unit();
    let elsewhere = if is_first { say!("everywhere else") } else { say!("in the rest, what is named above left out,") };
    let mut text = match Gauge::of(q.metric) {
        Gauge::Count => say!(
            "{now} against {before} before; {elsewhere} {rest} against {rest_before}.",
            now = format::count(s.now.n),
            before = format::value(Unit::Number, s.before.value.unwrap_or_default()),
            elsewhere,
            rest = format::count(s.rest_now.n),
            rest_before = format::value(Unit::Number, s.rest_before.value.unwrap_or_default())
        ),
        _ if q.earlier.is_empty() => say!(
            "{now} of {now2} against {rest_now} of {rest} {trim_end_matches}.",
            now = format::optional(unit, s.now.value, s.now.n),
            now2 = format::count(s.now.n),
            rest_now = format::optional(unit, s.rest_now.value, s.rest_now.n),
            rest = format::count(s.rest_now.n),
            trim_end_matches = elsewhere.trim_end_matches(',')
        ),
        _ => {
            let rest = say!(
                "{elsewhere} {rest_now} against {rest_before}",
                elsewhere,
                rest_now = format::optional(unit, s.rest_now.value, s.rest_now.n),
                rest_before = format::optional(unit, s.rest_before.value, s.rest_before.n)
            );
            format!("{}; {rest}.", against(unit, s.now, s.before))
        }
    };
    let size = match Gauge::of(q.metric) {
        Gauge::Share | Gauge::Count => {
            let rows = format::count(s.excess.abs().round() as u64);
            if s.is_rise {
                say!(" That is {rows} more than that leads one to expect", rows)
            } else {
                say!(" That is {rows} fewer than that leads one to expect", rows)
            }
        }
        _ => say!(" That is {excess} altogether beyond what that leads one to expect", excess = format::value(unit, s.excess.abs())),
    };
    text += &size;
    if let Some(share) = s.share_of_change.filter(|share| *share > 0.0) {
        text += &say!(", {min} of the whole change", min = format::value_of(Unit::Share, share.min(9.99), 1));
    }
    if let Some(cost) = s.cost {
        text += &say!(", at a cost of about {cost}", cost = format::value(Unit::Money, cost));
    }
    text += &say!(". Luck alone finds as much in {p}.", p = chance(s.p));
    text
}

/// `4 of 1,000 such searches`.
fn chance(p: f64) -> String {
    match (p * 1000.0).round() as u64 {
        0 => say!("fewer than 1 of 1,000 such searches").to_owned(),
        n => say!("{n} of 1,000 such searches", n = format::count(n)),
    }
}
