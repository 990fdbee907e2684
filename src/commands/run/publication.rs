//! The pages of every period that is due, oldest first, and of those that late rows have changed.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::super::report::{Base, Judged};
use super::plan::{Plan, SCORECARD, scorecard};
use super::record::Recorder;
use super::{Run, shown};
use crate::clock::period::Period;
use crate::error::Result;
use crate::format;
use crate::guards::{Code, Warning as Noticed};
use crate::publish::file::{link, linked};
use crate::publish::folder::{Folder, Published};
use crate::publish::retain::LATEST;
use crate::publish::stage::hex;
use crate::run_record::{MetricChange, OutputFile, PeriodRecord, PeriodState};
use crate::say;
use crate::scorecard::{CardKind, RESTATED, Scorecard};

/// Changes named in a sentence at most.
const NAMED: usize = 4;

/// A published period whose figures are no longer what was published.
struct Restated {
    period: Period,
    /// The desk's own figures.
    changes: Vec<MetricChange>,
    /// What changed, in a sentence.
    text: String,
    /// What was said when it was made again before: the newest first.
    earlier: Vec<String>,
}

/// Publishes what the plan says.
///
/// That a week was restated is said on its own pages and in the record: the newest pages follow from the history alone, so that they can be
/// made again. The periods that are due come first, so that a run that stops in between is told by what is published; what was restated is found
/// again by the next.
///
/// # Errors
/// An output error; what stands in place is then whole, and the next run goes on from there.
pub(super) fn publish(run: &Run<'_>, base: &Base<'_>, plan: &Plan, (noticed, recorder): (&[Noticed], &mut Recorder)) -> Result<()> {
    let Some(newest) = plan.newest() else { return Ok(()) };
    let mut first = recorder.step("judge", || base.judged(newest, &again_by(run, base, newest)))?;
    let restated = recorder.step("compare", || restated(run, base, &plan.again, &first.scorecard))?;
    recorder.restated(restated.iter().map(|r| r.text.clone()));
    for period in plan.due.periods.iter().filter(|p| *p != newest) {
        let judged = recorder.step("judge", || base.judged(period, &again_by(run, base, period)))?;
        put(run, base, (period, &judged, Vec::new()), recorder)?;
    }
    if plan.due.periods.contains(newest) {
        // What the account of the exports and the roster say on every page is not said twice.
        let is_told = |n: &&Noticed| matches!(n.code, Code::OffRoster | Code::RowLimit);
        noticed.iter().filter(|n| !is_told(n)).for_each(|n| first.warn(&n.code.name().replace('_', "-"), &n.text));
        put(run, base, (newest, &first, Vec::new()), recorder)?;
    }
    for again in restated {
        let mut judged = recorder.step("judge", || base.judged(&again.period, &again_by(run, base, &again.period)))?;
        let ctx = base.ctx();
        let day = format::day(&ctx.zone().format_day(ctx.as_of));
        judged.warn(RESTATED, &say!("Made again on {day}, after its first publication. {text}", day, text = again.text));
        again.earlier.iter().for_each(|text| judged.warn(RESTATED, text));
        put(run, base, (&again.period, &judged, again.changes), recorder)?;
    }
    recorder.step("link", || point_to(run, newest))
}

/// Points `latest` to a period, unless it points to a later one of the same unit that is still there: an older one made again is not news.
fn point_to(run: &Run<'_>, period: &Period) -> Result<()> {
    let place = run.out.join(LATEST);
    let is_later = |id: &String| {
        let other = Period::from_id(id).filter(|p| p.unit == period.unit && p.first_day > period.first_day);
        other.is_some() && run.out.join(id).join(SCORECARD).exists()
    };
    if linked(&place)?.is_some_and(|id| is_later(&id)) {
        return Ok(());
    }
    link(&place, &period.id)
}

/// The command that makes the pages of a period again from what the history held then.
fn again_by(run: &Run<'_>, base: &Base<'_>, period: &Period) -> String {
    let as_of = base.ctx().zone().format_minute(base.ctx().as_of);
    format!("deskcard report --read history --batch {} --period {} --as-of \"{as_of}\"", run.batch.get(), period.id)
}

/// Puts the pages of a period in their place.
fn put(
    run: &Run<'_>,
    base: &Base<'_>,
    (period, judged, changes): (&Period, &Judged, Vec<MetricChange>),
    recorder: &mut Recorder,
) -> Result<()> {
    let place = run.out.join(&period.id);
    let pages = recorder.step("pages", || base.pages(judged, run.args.templates.as_deref()))?;
    let published = recorder.step("publish", || {
        let mut folder = Folder::start(&place)?;
        pages.iter().try_for_each(|page| folder.write(&page.name, &page.bytes))?;
        folder.finish()
    })?;
    let state = match published {
        Published::Same => PeriodState::Same,
        _ if !changes.is_empty() => PeriodState::Restated,
        Published::New => PeriodState::New,
        Published::Replaced => PeriodState::Replaced,
    };
    let folder = shown(base.ctx(), &place);
    let outputs = pages.iter().map(|page| OutputFile {
        path: format!("{folder}/{}", page.name),
        bytes: page.bytes.len() as u64,
        sha256: hex(&Sha256::digest(&page.bytes)),
    });
    recorder.published(PeriodRecord { id: period.id.clone(), state, folder: folder.clone(), changes }, outputs.collect());
    Ok(())
}

/// The periods whose published figures are told otherwise now: by the newest scorecards, or by their own where those reach back less far.
fn restated(run: &Run<'_>, base: &Base<'_>, again: &[Period], newest: &Scorecard) -> Result<Vec<Restated>> {
    let is_told = |period: &Period| {
        let points = newest.cards.iter().flat_map(|c| &c.kpis).flat_map(|k| &k.history);
        newest.period.id == period.id || points.into_iter().any(|p| p.period == period.id)
    };
    let mut out = Vec::new();
    for period in again {
        let Some(published) = scorecard(&run.out.join(&period.id))? else { continue };
        out.extend(match is_told(period) {
            true => compared(period, &published, newest),
            false => compared(period, &published, &base.judged(period, &again_by(run, base, period))?.scorecard),
        });
    }
    Ok(out)
}

fn compared(period: &Period, published: &Scorecard, newest: &Scorecard) -> Option<Restated> {
    let now = figures(newest, &period.id);
    let mut changes = Vec::new();
    let (mut cards, mut words, mut unseen) = (0_usize, Vec::new(), 0_usize);
    for card in &published.cards {
        let mut is_other = false;
        // What was announced as not final yet is no restatement when it becomes final.
        for kpi in card.kpis.iter().filter(|k| k.immature == 0 && !k.is_hidden) {
            let Some((value, n)) = now.get(&(card.kind, card.name.as_str(), kpi.metric.as_str())) else { continue };
            // A snapshot of a day gone by cannot be taken again.
            let is_snapshot = kpi.value.is_some() && value.is_none();
            if is_snapshot || (is_same(kpi.value, *value) && kpi.n == *n) {
                continue;
            }
            is_other = true;
            if card.kind == CardKind::Desk {
                let definition = newest.definitions.iter().find(|d| d.id == kpi.metric);
                let shown = |value: Option<f64>, n: u64| match (definition, value) {
                    (Some(d), Some(value)) => format::value_of(d.unit, value, n),
                    _ => say!("no data").to_owned(),
                };
                let label = definition.map_or(kpi.metric.as_str(), |d| d.short.as_str());
                let (before, after) = (shown(kpi.value, kpi.n), shown(*value, *n));
                match before == after {
                    true => unseen += 1,
                    false => words.push(format!("{label} {before} → {after}")),
                }
                changes.push(MetricChange { metric: kpi.metric.clone(), before: kpi.value, after: *value });
            }
        }
        cards += usize::from(is_other);
    }
    if cards == 0 {
        return None;
    }
    let rest = words.len().saturating_sub(NAMED) + unseen;
    let more = if rest > 0 { say!(" and {n} more", n = rest) } else { String::new() };
    words.truncate(NAMED);
    let desk = match (words.is_empty(), unseen) {
        (true, 0) => say!("no figure of the whole desk").to_owned(),
        (true, n) => {
            say!(n => "one figure of the whole desk, by less than is shown", "{n} figures of the whole desk, by less than is shown", n)
        }
        _ => format!("{}{more}", words.join(", ")),
    };
    let text = say!(
        cards => "{label}: rows that came later changed figures published before, on one card: {desk}.",
        "{label}: rows that came later changed figures published before, on {cards} cards: {desk}.",
        label = period.label,
        cards,
        desk
    );
    let earlier = published.notes.iter().filter(|note| note.code == RESTATED).map(|note| note.text.clone()).collect();
    Some(Restated { period: period.clone(), changes, text, earlier })
}

/// Value and rows of every card and measure in a period, by the newest scorecards.
fn figures<'s>(newest: &'s Scorecard, period: &str) -> BTreeMap<(CardKind, &'s str, &'s str), (Option<f64>, u64)> {
    let mut out = BTreeMap::new();
    for card in &newest.cards {
        for kpi in &card.kpis {
            let point = match newest.period.id == period {
                true => Some((kpi.value, kpi.n)),
                false => kpi.history.iter().find(|p| p.period == period).map(|p| (p.value, p.n)),
            };
            out.extend(point.map(|p| ((card.kind, card.name.as_str(), kpi.metric.as_str()), p)));
        }
    }
    out
}

fn is_same(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
        (a, b) => a.is_none() && b.is_none(),
    }
}
