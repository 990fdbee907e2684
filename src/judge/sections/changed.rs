//! What changed: did anything happen, and if so, is it the work that came in or how it was done (Kitagawa 1955)?

use std::collections::BTreeSet;

use super::super::cards::Ground;
use super::super::folds::CHANGED;
use super::cells::{Cells, cells, own_name};
use super::finding;
use crate::error::Result;
use crate::format;
use crate::metrics::Metric;
use crate::scorecard::{Better, Certainty, Finding, Section, Unit};
use crate::stats::Proportion;
use crate::stats::mix_rate::{SegmentChange, mix_rate};
use crate::stats::two_proportions;

/// What a change is taken apart by: its name and its number in the folds.
const DIMENSIONS: [(&str, &str, usize); 4] =
    [("category", "categories", 0), ("priority", "priorities", 1), ("channel", "channels", 2), ("team", "teams", 3)];

/// The section; `None` without anything to compare with.
pub(super) fn section(ground: &Ground<'_>) -> Result<Option<Section>> {
    let e = ground.e;
    let mut findings = Vec::new();
    let mut compared = Vec::new();
    for id in CHANGED {
        let metric = e.catalogue.get(id)?;
        let Some((now, before)) = totals(ground, metric) else { continue };
        compared.push(metric.short());
        findings.extend(change(ground, metric, now, before));
    }
    if compared.is_empty() {
        return Ok(None);
    }
    findings.sort_by_key(|f: &Finding| f.certainty);
    let empty = if findings.is_empty() { format!("Nothing beyond noise in {}.", compared.join(", ")) } else { String::new() };
    Ok(Some(Section {
        id: "changed".to_owned(),
        title: "What changed".to_owned(),
        lead: format!(
            "{} against the {} before, and whether the work that came in or the way it was done made the difference.",
            e.now().label,
            before_words(ground)
        ),
        findings,
        empty,
        footer:
            "“From the mix” is what the change would be if every kind of work had kept its own rate; the two parts add up to the change."
                .to_owned(),
        ..Section::default()
    }))
}

fn before_words(ground: &Ground<'_>) -> String {
    let words = ground.e.recent_words();
    words.strip_prefix("the last ").or(words.strip_prefix("this ")).unwrap_or(&words).to_owned()
}

/// The desk in the period and before it; from the first breakdown with rows, so that parts and whole are the same rows.
fn totals(ground: &Ground<'_>, metric: &Metric) -> Option<(Proportion, Proportion)> {
    let folds = &ground.e.folds;
    let all = |readings: &crate::metrics::Readings| {
        DIMENSIONS.iter().find_map(|(_, _, number)| {
            let cells = cells(readings.groups(&metric.id, *number), |group| Some(group.last().cloned().unwrap_or_default()));
            let (hits, n) = cells.values().fold((0, 0), |(a, b), (hits, n)| (a + hits, b + n));
            Proportion::new(hits, n).ok()
        })
    };
    Some((all(folds.now())?, all(folds.before())?))
}

/// A change beyond noise, taken apart.
fn change(ground: &Ground<'_>, metric: &Metric, now: Proportion, before: Proportion) -> Option<Finding> {
    let difference = now.rate() - before.rate();
    let margin = ground.e.settings.judge.margin_of(&metric.id, before.rate());
    let (low, high) = two_proportions::newcombe(now, before, 0.95).ok()?;
    if difference.abs() < margin || (low <= 0.0 && high >= 0.0) {
        return None;
    }
    let parts = DIMENSIONS.iter().filter_map(|d| part(ground, metric, d, difference));
    // The dimension whose mix tells most; one that tells nothing shows where the rates moved.
    let best = parts.max_by(|a, b| a.mix.abs().total_cmp(&b.mix.abs()));
    let mut text = format!(
        "{} of {} against {} of {} before: {} points ({} to {}).",
        format::value_of(metric.unit(), now.rate(), now.n()),
        format::count(now.n()),
        format::value_of(metric.unit(), before.rate(), before.n()),
        format::count(before.n()),
        signed(difference),
        signed(low),
        signed(high),
    );
    if let Some(part) = best {
        text += &part.words(metric);
    }
    let is_good = difference > 0.0;
    let is_good = (metric.better != Better::Neither).then_some(is_good == (metric.better == Better::Higher));
    let certainty = if low > margin || high < -margin { Certainty::Clear } else { Certainty::Leaning };
    Some(finding(&metric.id, metric.label.clone(), text, (certainty, is_good)))
}

/// One dimension's account of a change.
struct Part {
    one: &'static str,
    many: &'static str,
    mix: f64,
    rate: f64,
    /// The value whose share of the work grew most, with its shares before and now.
    grew: Option<(String, f64, f64)>,
    /// The value whose own rate moved the change most, with its rates before and now.
    moved: Option<(String, f64, f64)>,
}

fn part(ground: &Ground<'_>, metric: &Metric, (one, many, number): &(&'static str, &'static str, usize), total: f64) -> Option<Part> {
    let of = |readings: &crate::metrics::Readings| {
        cells(readings.groups(&metric.id, *number), |group| own_name(group).or(Some("(none)".to_owned())))
    };
    let (now, before) = (of(ground.e.folds.now()), of(ground.e.folds.before()));
    let names: BTreeSet<&String> = now.keys().chain(before.keys()).collect();
    let get = |cells: &Cells, name: &str| cells.get(name).and_then(|(hits, n)| Proportion::new(*hits, *n).ok());
    let segments: Vec<SegmentChange> =
        names.iter().map(|name| SegmentChange { before: get(&before, name), after: get(&now, name) }).collect();
    let split = mix_rate(&segments).ok()?;
    let named = |i: usize| format::label(names.iter().nth(i).map_or("", |n| n.as_str()), 40);
    let grew = (0..segments.len())
        .max_by(|a, b| (split.terms[*a].mix * total).total_cmp(&(split.terms[*b].mix * total)))
        .map(|i| (named(i), split.terms[i].share_before, split.terms[i].share_after));
    let rates = |i: usize| Some((segments[i].before?.rate(), segments[i].after?.rate()));
    let moved = (0..segments.len())
        .filter(|i| rates(*i).is_some())
        .max_by(|a, b| (split.terms[*a].rate * total).total_cmp(&(split.terms[*b].rate * total)))
        .and_then(|i| rates(i).map(|(before, now)| (named(i), before, now)));
    Some(Part { one, many, mix: split.mix_total, rate: split.rate_total, grew, moved })
}

impl Part {
    fn words(&self, metric: &Metric) -> String {
        let percent = |v: f64| format::value_of(Unit::Share, v, 1);
        let mut text =
            format!(" By {}: {} from the mix, {} from the {} themselves.", self.one, signed(self.mix), signed(self.rate), self.many);
        let is_mix = self.mix.abs() > self.rate.abs() && self.mix * (self.mix + self.rate) > 0.0;
        match (is_mix, &self.grew, &self.moved) {
            (true, Some((name, before, now)), _) => {
                text += &format!(" It is the work that changed: {name} went from {} to {} of it.", percent(*before), percent(*now));
            }
            (false, _, Some((name, before, now))) => {
                text += &format!(" Most of it in {name}: {} from {} to {}.", metric.short(), percent(*before), percent(*now));
            }
            _ => {}
        }
        text
    }
}

/// `+3.1`, `−8.4`: points.
fn signed(v: f64) -> String {
    let points = (v * 1000.0).round() / 10.0;
    if points < 0.0 { format!("−{:.1}", -points) } else { format!("+{points:.1}") }
}
