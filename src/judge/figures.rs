//! What to draw for a subject.

use super::Evidence;
use super::cards::{Ground, Measured, Subject, pages, points};
use super::signals::Charted;
use crate::format;
use crate::metrics::{Kind, Metric};
use crate::say;
use crate::scorecard::{Better, CardKind, ChartData, FunnelGroup, FunnelLimit, Point};
use crate::stats::Proportion;
use crate::stats::funnel::{Funnel, Level, Place};
use crate::stats::ranking;

/// Numbers of rows at which a funnel's limits are given.
const FUNNEL_STEPS: usize = 48;
/// Rows from which a group counts towards the dispersion.
const FEWEST_ROWS: u64 = 10;
/// Rows a point of a share needs to be more than noise.
const ENOUGH: f64 = 20.0;

/// The figures of a subject, in order.
pub(super) fn all(ground: &Ground<'_>, s: &Subject, measured: &[Measured<'_>]) -> Vec<ChartData> {
    let e = ground.e;
    let trends: &[&str] = match s.kind {
        CardKind::Desk => &["csat", "sla_resolution", "fcr_touch", "log_rate"],
        CardKind::Team | CardKind::Supplier => &["csat", "sla_resolution", "reopen_rate"],
        CardKind::Agent => &["csat", "sla_resolution_own"],
    };
    // What stands out has its chart, whatever it is.
    let is_special = |m: &&Measured<'_>| {
        m.signal.as_ref().is_some_and(|c| c.is_outside() && c.is_noticeable(m.metric))
            && m.kpi.is_judged
            && !trends.contains(&m.metric.id.as_str())
    };
    let special = measured.iter().filter(|_| s.kind != CardKind::Agent).filter(is_special).map(|m| m.metric.id.as_str()).take(3);
    let mut out: Vec<ChartData> = trends.iter().copied().chain(special).filter_map(|id| trend(e, s, id, measured)).collect();
    if s.kind != CardKind::Agent {
        out.extend(["csat", "sla_resolution_own"].into_iter().filter_map(|id| funnel(e, s, &ground.subjects, id)));
        out.extend(backlog(e, s));
        // The people have a page of their own.
        let is_told = measured.iter().any(|m| m.metric.id == "turnover_12m");
        if is_told && (s.kind != CardKind::Desk || !e.is_asked("people")) {
            out.extend(trend(e, s, "turnover_12m", measured));
        }
    }
    out
}

pub(super) fn series(e: &Evidence<'_>, metric: &Metric, breakdown: usize, group: &[String]) -> Vec<Point> {
    points(e, metric, (breakdown, group), 0)
}

fn trend(e: &Evidence<'_>, s: &Subject, id: &str, measured: &[Measured<'_>]) -> Option<ChartData> {
    let charted = measured.iter().find(|m| m.metric.id == id).and_then(|m| m.signal.as_ref());
    drawn(e, s, e.catalogue.get(id).ok()?, charted)
}

/// A measure over time, with the limits of its chart.
pub(super) fn drawn(e: &Evidence<'_>, s: &Subject, metric: &Metric, charted: Option<&Charted>) -> Option<ChartData> {
    let id = metric.id.as_str();
    let mut points = series(e, metric, s.breakdown, &s.group());
    let first = points.iter().position(|p| p.n > 0)?;
    points.drain(..first);
    let mut desk = if s.kind == CardKind::Desk { Vec::new() } else { series(e, metric, 0, &[]).split_off(first) };
    let mut by = String::new();
    if s.kind == CardKind::Agent && metric.kind == Kind::Share {
        let size = block_size(&points);
        if size > 1 {
            points = blocks(e, s.breakdown, &s.group(), (metric, first, size));
            desk = blocks(e, 0, &[], (metric, first, size));
            by = say!(", {size} periods at a time because one has too few rows", size);
        }
    }
    let newest = points.iter().rev().find(|p| p.value.is_some())?;
    if points.iter().filter(|p| p.value.is_some()).count() < 2 {
        return None;
    }
    let target = e.target(id);
    let said = format::optional(metric.unit(), newest.value, newest.n);
    let mut title = match target {
        Some(t) => say!(
            "{metric} {said} in {period}, target {target}",
            metric = metric.label,
            said,
            period = newest.short,
            target = format::bare_target(metric.unit(), t)
        ),
        None => say!("{metric} {said} in {period}", metric = metric.label, said, period = newest.short),
    };
    if let Some(charted) = charted {
        title += charted.title_words();
    }
    let control = charted.and_then(|c| c.control(points.len()));
    let subtitle = say!("{first} to {last}{by}", first = points[0].period, last = points.last()?.period, by);
    let events = events(e, &points);
    Some(ChartData::Trend { metric: id.to_owned(), title, subtitle, events, points, desk, target, control })
}

/// Periods to put together so that a point has [`ENOUGH`] rows on average, a quarter of a year of weeks at most.
fn block_size(points: &[Point]) -> usize {
    let mean = points.iter().map(|p| p.n).sum::<u64>() as f64 / points.len() as f64;
    ((ENOUGH / mean.max(0.1)).ceil() as usize).clamp(1, 13).min(points.len())
}

/// A share by blocks of periods, the last of which ends with the newest period; the oldest block may be shorter.
fn blocks(e: &Evidence<'_>, breakdown: usize, group: &[String], (metric, first, size): (&Metric, usize, usize)) -> Vec<Point> {
    let len = e.periods.len();
    let count = (len - first).div_ceil(size);
    let block = |i: usize| {
        let end = len - (count - 1 - i) * size;
        let start = end.saturating_sub(size).max(first);
        let readings = (start..end).map(|p| (p, e.folds.history().get(&metric.id, breakdown, group, p)));
        let mut point = Point { period: e.periods[end - 1].id.clone(), short: short(e, start, end), value: None, n: 0, is_partial: false };
        let mut hits = 0.0;
        for (p, reading) in readings {
            point.is_partial |= e.is_partial(&e.periods[p]) || reading.is_some_and(|r| r.immature > 0);
            hits += reading.map_or(0.0, |r| r.sum);
            point.n += reading.map_or(0, |r| r.n.round() as u64);
        }
        point.value = (point.n > 0).then(|| hits / point.n as f64);
        point
    };
    (0..count).map(block).collect()
}

/// `W34–W46`.
fn short(e: &Evidence<'_>, start: usize, end: usize) -> String {
    let (from, to) = (&e.periods[start].short, &e.periods[end - 1].short);
    if from == to { to.clone() } else { format!("{from}–{to}") }
}

/// Dated events of the config, at the period that holds them.
fn events(e: &Evidence<'_>, points: &[Point]) -> Vec<(String, String)> {
    e.settings
        .events
        .iter()
        .filter_map(|event| {
            let at = e.periods.iter().position(|p| p.contains(event.day()))?;
            // Points may stand for several periods: theirs is the last one.
            let is_after = |p: &&Point| e.periods.iter().position(|period| period.id == p.period).is_some_and(|i| i >= at);
            points.iter().find(is_after).map(|p| (p.period.clone(), event.label.clone()))
        })
        .collect()
}

/// A share by agent over the recent periods against its rows, with the limits of chance.
pub(super) fn funnel(e: &Evidence<'_>, s: &Subject, subjects: &[Subject], id: &str) -> Option<ChartData> {
    let metric = e.catalogue.get(id).ok()?;
    let pages = pages(subjects, CardKind::Agent);
    let breakdown = match s.kind {
        CardKind::Team => 1,
        CardKind::Supplier => 2,
        _ => 0,
    };
    let of_group = |(group, values): (&Vec<String>, &Vec<Option<crate::metrics::Reading>>)| {
        let reading = values.first().copied().flatten()?;
        let name = group.last().filter(|name| !name.is_empty() && (breakdown == 0 || group[0] == s.name))?;
        Some((name.clone(), reading.proportion()?))
    };
    let people: Vec<(String, Proportion)> = e.folds.recent().groups(id, breakdown).filter_map(of_group).collect();
    let rates: Vec<Proportion> = people.iter().map(|(_, p)| *p).collect();
    let funnel = Funnel::fit(&rates).ok().filter(|_| people.len() >= 3)?;
    let (phi, outer) = (dispersion(&rates), Level::AllOf(people.len()));
    let groups: Vec<FunnelGroup> = people
        .iter()
        .map(|(name, p)| FunnelGroup {
            name: name.clone(),
            page: pages.get(name.as_str()).cloned(),
            n: p.n(),
            value: p.rate(),
            stands_out: stands_out(funnel.place(*p, outer), metric),
        })
        .collect();
    let out = groups.iter().filter(|g| g.stands_out.is_some()).count();
    let title = match out {
        // Wider limits say that agents differ: not that they do not.
        0 if funnel.is_adjusted => say!("{metric}: no agent stands out from the spread of all", metric = metric.label),
        0 => say!("{metric}: no agent differs from the others by more than chance", metric = metric.label),
        1 => say!("{metric}: 1 of {all} agents differs from the others by more than chance", metric = metric.label, all = groups.len()),
        _ => say!(
            "{metric}: {out} of {all} agents differ from the others by more than chance",
            metric = metric.label,
            out,
            all = groups.len()
        ),
    };
    // What the limits were widened by, where they were.
    let phi = phi.filter(|_| !funnel.is_adjusted).unwrap_or(funnel.phi);
    let times = format::decimals(phi, 1);
    let spread = match funnel.is_adjusted {
        true => say!("; variance {times} times that of chance without the extremes, limits widened by it", times),
        false => say!("; variance {times} times that of chance", times),
    };
    let subtitle = format::capital(&say!(
        "{span}; a dot is an agent; limits 95 % and {outer} %, for all {all} at once{spread}",
        span = e.recent_words(),
        outer = share_inside(outer),
        all = groups.len(),
        spread
    ));
    let most = groups.iter().map(|g| g.n).max()?;
    let limits = steps(most).into_iter().map(|n| FunnelLimit { n, inner: funnel.limits(n, Level::P95), outer: funnel.limits(n, outer) });
    Some(ChartData::Funnel {
        metric: id.to_owned(),
        title,
        subtitle,
        centre: funnel.centre,
        target: e.target(id),
        limits: limits.collect(),
        groups,
        phi,
        is_adjusted: funnel.is_adjusted,
    })
}

/// `99.8`, with as many decimals as it takes to be told from 100.
fn share_inside(level: Level) -> String {
    let outside = 100.0 * (1.0 - level.confidence());
    format::decimals(100.0 - outside, (-outside.log10()).ceil().clamp(1.0, 6.0) as usize)
}

/// Pearson's X² over its degrees of freedom, of groups with enough rows for it: 1 if they differ as much as chance makes them.
fn dispersion(groups: &[Proportion]) -> Option<f64> {
    let large: Vec<Proportion> = groups.iter().copied().filter(|g| g.n() >= FEWEST_ROWS).collect();
    let test = ranking::homogeneity(&large).ok()?;
    Some(test.chi_squared / test.freedom as f64)
}

/// Beyond the outer limits: the good side or the bad one.
fn stands_out(place: Place, metric: &Metric) -> Option<bool> {
    match place {
        Place::FarHigh => Some(metric.better == Better::Higher),
        Place::FarLow => Some(metric.better == Better::Lower),
        Place::Inside | Place::Low | Place::High => None,
    }
}

/// Numbers of rows from 1 to a little more than `most`, closer together where limits bend.
fn steps(most: u64) -> Vec<u64> {
    let end = (most as f64 * 1.08).ceil().max(4.0);
    let mut out: Vec<u64> =
        (0..=FUNNEL_STEPS).map(|i| (1.0 + (end - 1.0) * (i as f64 / FUNNEL_STEPS as f64).powi(2)).round() as u64).collect();
    out.dedup();
    out
}

fn backlog(e: &Evidence<'_>, s: &Subject) -> Option<ChartData> {
    let of = |id: &str| e.catalogue.get(id).ok().map(|m| series(e, m, s.breakdown, &s.group()));
    let (mut open, mut created, mut resolved) = (of("backlog")?, of("tickets_created")?, of("tickets_resolved")?);
    let first = (0..open.len().saturating_sub(1)).find(|&i| created[i].n > 0 || open[i].n > 0)?;
    for line in [&mut open, &mut created, &mut resolved] {
        line.drain(..first);
    }
    let (now, then) = (open.last()?, open.first()?);
    let text = |p: &Point| format::optional(crate::scorecard::Unit::Count, p.value, p.n);
    let then_name = if now.short == then.short { &then.period } else { &then.short };
    let title = say!(
        "Backlog {now} at the end of {short}, {then} at the end of {then_name}",
        now = text(now),
        short = now.short,
        then = text(then),
        then_name
    );
    Some(ChartData::Backlog {
        title,
        subtitle: say!("Tickets open at the end of each period; created and resolved in it").to_owned(),
        open,
        created,
        resolved,
    })
}
