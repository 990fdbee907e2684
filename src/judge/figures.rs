//! What to draw for a subject.

use super::cards::{Subject, pages, point};
use super::{Evidence, RECENT_PERIODS};
use crate::format;
use crate::metrics::{Kind, Metric, Reading};
use crate::scorecard::{CardKind, ChartData, GroupValue, Point};
use crate::stats::interval::wilson;

/// Groups drawn in one figure at most.
const MOST_GROUPS: usize = 40;

/// The figures of a subject, in order.
pub(super) fn all(e: &Evidence<'_>, s: &Subject, subjects: &[Subject]) -> Vec<ChartData> {
    let trends: &[&str] = match s.kind {
        CardKind::Desk => &["csat", "sla_resolution", "fcr_touch", "log_rate"],
        CardKind::Team | CardKind::Supplier => &["csat", "sla_resolution", "reopen_rate"],
        CardKind::Agent => &["csat", "sla_resolution"],
    };
    let mut out: Vec<ChartData> = trends.iter().filter_map(|id| trend(e, s, id)).collect();
    if s.kind != CardKind::Agent {
        out.extend(by_agent(e, s, subjects, "csat"));
        out.extend(backlog(e, s));
        out.extend(trend(e, s, "turnover_12m"));
    }
    out
}

fn series(e: &Evidence<'_>, metric: &Metric, breakdown: usize, group: &[String]) -> Vec<Point> {
    (0..e.periods.len()).map(|p| point(e, metric, e.history.get(&metric.id, breakdown, group, p), p)).collect()
}

fn trend(e: &Evidence<'_>, s: &Subject, id: &str) -> Option<ChartData> {
    let metric = e.catalogue.get(id).ok()?;
    let mut points = series(e, metric, s.breakdown, &s.group());
    let first = points.iter().position(|p| p.n > 0)?;
    points.drain(..first);
    let desk = if s.kind == CardKind::Desk { Vec::new() } else { series(e, metric, 0, &[]).split_off(first) };
    let now = points.last()?;
    let target = e.target(id);
    let said = format::optional(metric.unit(), now.value, now.n);
    let title = match target {
        Some(t) => format!("{} {said} in {}, target {}", metric.short(), now.short, format::bare_target(metric.unit(), t)),
        None => format!("{} {said} in {}", metric.short(), now.short),
    };
    let subtitle = format!("{}, {} to {}", metric.label, points[0].period, now.period);
    Some(ChartData::Trend { metric: id.to_owned(), title, subtitle, events: events(e, &points), points, desk, target })
}

/// Dated events of the config, at the period that holds them.
fn events(e: &Evidence<'_>, points: &[Point]) -> Vec<(String, String)> {
    let day = |date: chrono::NaiveDate| crate::clock::parse_day(&date.to_string()).unwrap_or(i32::MIN);
    e.settings
        .events
        .iter()
        .filter_map(|event| {
            let period = e.periods.iter().find(|p| p.contains(day(event.date)))?;
            points.iter().any(|p| p.period == period.id).then(|| (period.id.clone(), event.label.clone()))
        })
        .collect()
}

/// A share by agent over the recent periods: one week of one person says little.
fn by_agent(e: &Evidence<'_>, s: &Subject, subjects: &[Subject], id: &str) -> Option<ChartData> {
    let metric = e.catalogue.get(id).ok()?;
    let pages = pages(subjects, CardKind::Agent);
    let breakdown = match s.kind {
        CardKind::Team => 1,
        CardKind::Supplier => 2,
        _ => 0,
    };
    let mut groups: Vec<GroupValue> = e
        .recent
        .groups(id, breakdown)
        .filter(|(group, _)| breakdown == 0 || group[0] == s.name)
        .filter_map(|(group, values)| {
            let name = group.last()?;
            let reading = values.first().copied().flatten().filter(|r| r.n > 0.0 && !name.is_empty())?;
            Some(GroupValue { page: pages.get(name.as_str()).cloned(), ..group_value(metric, name, reading) })
        })
        .collect();
    groups.truncate(MOST_GROUPS);
    if groups.len() < 2 {
        return None;
    }
    let desk = e.recent.get(id, 3, &[], 0).and_then(|r| r.value);
    let few = groups.iter().filter(|g| g.n < u64::from(e.settings.report.min_n)).count();
    let title = format!("{} by agent: intervals of {} people", metric.short(), groups.len());
    let mut subtitle = format!("{}, last {RECENT_PERIODS} periods, 95 % intervals, by name; line: the desk", metric.label);
    if few > 0 {
        subtitle += &format!("; {few} with fewer than {} answers", e.settings.report.min_n);
    }
    Some(ChartData::Groups { metric: id.to_owned(), title, subtitle, groups, desk, target: e.target(id) })
}

pub(super) fn group_value(metric: &Metric, name: &str, reading: Reading) -> GroupValue {
    let n = reading.n.round() as u64;
    let interval = if metric.kind == Kind::Share { wilson(reading.sum as u64, n) } else { None };
    GroupValue { name: name.to_owned(), page: None, value: reading.value, n, interval }
}

fn backlog(e: &Evidence<'_>, s: &Subject) -> Option<ChartData> {
    let of = |id: &str| e.catalogue.get(id).ok().map(|m| series(e, m, s.breakdown, &s.group()));
    let (mut open, mut created, mut resolved) = (of("backlog")?, of("tickets_created")?, of("tickets_resolved")?);
    let first = (0..open.len()).find(|&i| created[i].n > 0 || open[i].n > 0)?;
    for line in [&mut open, &mut created, &mut resolved] {
        line.drain(..first);
    }
    let (now, then) = (open.last()?, open.first()?);
    let text = |p: &Point| format::optional(crate::scorecard::Unit::Count, p.value, p.n);
    let title = format!("Backlog {} at the end of {}, {} at the end of {}", text(now), now.short, text(then), then.short);
    Some(ChartData::Backlog {
        title,
        subtitle: "Tickets open at the end of each period; created and resolved in it".to_owned(),
        open,
        created,
        resolved,
    })
}
