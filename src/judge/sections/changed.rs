//! What changed: for the measures that moved beyond noise, whether it is the work that came in or how it was done, and in which segment.
//!
//! A quiet week asks nothing of the rows: they are looked at only for measures whose totals moved. All measures share one chance of a
//! false find, so each move, and each segment, must be that much rarer (Bonferroni).

use super::super::Evidence;
use super::super::cards::Ground;
use super::super::folds::{CHANGED, COUNTED};
use super::cells::cells;
use super::finding;
use crate::error::Result;
use crate::format;
use crate::inquiry::explain::{self, Question, Search};
use crate::metrics::Metric;
use crate::say;
use crate::scorecard::{Certainty, Finding, Section};
use crate::stats::Proportion;
use crate::stats::two_proportions::newcombe;

/// Dimensions of the folds of the period and of what came before it.
const DIMENSIONS: usize = 4;
/// Conditions of a segment on the page: three read like a riddle.
const DEPTH: u32 = 2;
/// Chance that a quiet week names a measure, and that it names a segment.
const ALPHA: f64 = 0.05;
/// The part of it that each measure has.
const EACH: f64 = ALPHA / (CHANGED.len() + COUNTED.len()) as f64;

/// The section; `None` without anything to compare with.
pub(super) fn section(ground: &Ground<'_>) -> Result<Option<Section>> {
    let e = ground.e;
    let (mut findings, mut compared): (Vec<(f64, Finding)>, Vec<&str>) = (Vec::new(), Vec::new());
    for id in CHANGED {
        let metric = e.catalogue.get(id)?;
        let Some((now, before)) = totals(ground, metric) else { continue };
        compared.push(metric.short());
        if is_moved(e, metric, (now, before)) {
            findings.extend(told(e, metric)?);
        }
    }
    for id in COUNTED {
        let metric = e.catalogue.get(id)?;
        if explain::is_unusual(&counts(ground, metric), 1.0 - EACH).is_some_and(|is_unusual| {
            compared.push(metric.short());
            is_unusual
        }) {
            findings.extend(told(e, metric)?);
        }
    }
    if compared.is_empty() {
        return Ok(None);
    }
    // The surest first, then what luck explains least.
    findings.sort_by(|a, b| a.1.certainty.cmp(&b.1.certainty).then(b.0.total_cmp(&a.0)));
    let empty =
        if findings.is_empty() { say!("Nothing beyond noise in {compared}.", compared = compared.join(", ")) } else { String::new() };
    Ok(Some(Section {
        id: "changed".to_owned(),
        title: say!("What changed").to_owned(),
        lead: say!(
            "{period} against {before}: the work that came in or the way it was done, and in which part of it.",
            period = e.now().label,
            before = e.recent_length()
        ),
        findings: findings.into_iter().map(|(_, finding)| finding).collect(),
        empty,
        footer: say!(
            "“From the mix” is what the change would be if every kind of work had kept its own rate; the two parts add up to the change. A measure is \
             told only if it moved further than luck moves any of all {len} in 5 of 100 weeks in which nothing happened, and a part of it only if \
             shuffled rows show as much as seldom.",
            len = CHANGED.len() + COUNTED.len()
        ),
        ..Section::default()
    }))
}

/// The desk in the period and before it; from the first breakdown with rows, so that parts and whole are the same rows.
fn totals(ground: &Ground<'_>, metric: &Metric) -> Option<(Proportion, Proportion)> {
    let folds = &ground.e.folds;
    let all = |readings: &crate::metrics::Readings| {
        (0..DIMENSIONS).find_map(|number| {
            let cells = cells(readings.groups(&metric.id, number), |group| Some(group.last().cloned().unwrap_or_default()));
            let (hits, n) = cells.values().fold((0, 0), |(a, b), (hits, n)| (a + hits, b + n));
            Proportion::new(hits, n).ok()
        })
    };
    Some((all(folds.now())?, all(folds.before())?))
}

/// Rows of the recent periods, the one reported last.
fn counts(ground: &Ground<'_>, metric: &Metric) -> Vec<u64> {
    let e = ground.e;
    let first = (e.last() + 1).saturating_sub(e.recent_periods());
    let reading = |p: usize| e.folds.history().get(&metric.id, 0, &[], p).map(|r| r.counts().0);
    let counts: Vec<Option<u64>> = (first..=e.last()).map(reading).collect();
    // Nothing was counted before the exports begin.
    counts.into_iter().skip_while(Option::is_none).map(Option::unwrap_or_default).collect()
}

/// Whether the totals differ by more than luck and by as much as matters.
fn is_moved(e: &Evidence<'_>, metric: &Metric, (now, before): (Proportion, Proportion)) -> bool {
    let margin = e.settings.judge.margin_of(&metric.id, before.rate());
    (now.rate() - before.rate()).abs() >= margin && differ(now, before)
}

/// Whether two shares differ by more than luck makes one of all measures differ.
fn differ(now: Proportion, before: Proportion) -> bool {
    newcombe(now, before, 1.0 - EACH).is_ok_and(|(low, high)| low > 0.0 || high < 0.0)
}

/// What moved, taken apart, and how far beyond luck the first segment is.
fn told(e: &Evidence<'_>, metric: &Metric) -> Result<Option<(f64, Finding)>> {
    let Some((sample, earlier)) = e.rows.of(metric)? else { return Ok(None) };
    let search = Search { depth: DEPTH, alpha: EACH, answers: 2, ..Search::default() };
    let question = Question { metric, sample: &sample, judge: &e.settings.judge, earlier: &earlier, search, zone: e.zone };
    let moved = explain::moved(&question);
    let Some(certainty) = moved.certainty else { return Ok(None) };
    let mut text = moved.text.clone();
    if let Some(part) = explain::parts(&question).first() {
        text += &format!(" {}", part.text);
    }
    // What went the other way is no explanation.
    let is_rise = moved.difference.is_some_and(|d| d > 0.0);
    let answers = explain::segments(&question, &|_, _| ()).0;
    let first = answers.into_iter().find(|a| a.segment.is_rise == is_rise);
    let mut weight = 0.0;
    if let Some(answer) = first {
        weight = answer.segment.share_of_change.unwrap_or_default();
        text += &say!(" Most of all {title}: {segment}", title = format::uncapital(&answer.segment.title), segment = answer.segment.text);
    }
    let certainty = if certainty == Certainty::Clear { Certainty::Clear } else { Certainty::Leaning };
    Ok(Some((weight, finding(&metric.id, metric.label.clone(), text, (certainty, moved.is_good)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::Random;

    /// Six shares and two counts of a desk in which nothing changes: a week against the thirteen before it.
    #[test]
    fn a_quiet_week_seldom_tells_of_a_change() {
        const QUIET: usize = 1_000;
        let mut random = Random::new(43);
        let mut told = 0;
        for _ in 0..QUIET {
            let moved = |random: &mut Random, (n, p): (u64, f64)| {
                let mut of = |n: u64| Proportion::new(random.binomial(n, p), n).expect("hits");
                differ(of(n), of(13 * n))
            };
            let shares = [(120, 0.7), (40, 0.85), (120, 0.9), (120, 0.06), (110, 0.9), (120, 0.07)];
            let is_share = shares.map(|share| moved(&mut random, share)).contains(&true);
            let mut counted = || {
                let counts: Vec<u64> = (0..14).map(|_| random.binomial(400, 0.3)).collect();
                explain::is_unusual(&counts, 1.0 - EACH) == Some(true)
            };
            let is_count = [counted(), counted()].contains(&true);
            told += usize::from(is_share || is_count);
        }
        assert!(told <= QUIET * 6 / 100, "{told} of {QUIET}");
        // A real change is still told.
        assert!(differ(Proportion::new(70, 120).expect("hits"), Proportion::new(1_260, 1_560).expect("hits")));
    }
}
