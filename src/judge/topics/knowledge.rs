//! Knowledge: how often an article was at hand, where one is missing, and what comes back.

use super::super::Evidence;
use super::super::cards::Ground;
use super::super::sections::repeats;
use super::super::tables::column;
use super::rows::{Row, Rows, nobody};
use super::{Made, desk_kpis, desk_trend};
use crate::error::Result;
use crate::format;
use crate::metrics::Metric;
use crate::scorecard::{Card, ChartData, GroupValue, Kpi, Section, TableData, TableRow, Topic};
use crate::stats::interval::wilson_95;
use crate::{key, say};

const MISSING: &str = key!("No ticket says whether an article was linked, and nobody knows who asked.");
/// What to do about it.
const MAP: &str = key!("map the column `kb_linked` or `requester` under [source.columns] of the tickets.");

/// The rows of the table of this page.
const ROWS: &str = key!("categories");

pub(super) fn topic(ground: &Ground<'_>, cards: &[Card]) -> Result<Made> {
    let e = ground.e;
    let link = e.catalogue.get("kb_link")?;
    let rows = Rows::new(e.folds.knowledge(), 0, ("tickets_resolved", ROWS));
    let has_links = rows.list.iter().any(|r| rows.proportion(r, link).is_some());
    let repeats = repeats::section(ground);
    if !has_links && repeats.is_none() {
        return Ok(Made::missing(MISSING).hinting(true, MAP));
    }
    let kpis = desk_kpis(cards, &["kb_link", "fcr_repeat"]);
    let linked = if has_links { Some(linked(ground, &rows, link)?) } else { None };
    Ok(Made::page(Topic {
        finding: finding(e, &kpis),
        lead: say!(
            "Whether what was known was at hand over {span}: for the desk as a whole. As a personal quota such figures corrupt themselves.",
            span = e.recent_words()
        ),
        kpis,
        sections: linked.into_iter().chain(repeats).collect(),
        footer: vec![
            say!("A link tells that an article was there and used, not that it was right or read.").to_owned(),
            say!("Tickets with an article and those without differ in what they are about: a difference between them is no effect of the article.").to_owned(),
            rows.small_words(ROWS),
        ]
        .into_iter()
        .filter(|s| !s.is_empty())
        .collect(),
        ..Topic::default()
    }))
}

/// The clearest gap, else how many tickets had an article.
fn finding(e: &Evidence<'_>, kpis: &[Kpi]) -> String {
    let gap = e.repeats.and_then(|r| r.knowledge.gaps.first().filter(|g| g.is_clear).map(|g| r.subject(g.subject)));
    if let Some(name) = gap.filter(|name| !name.is_empty()) {
        return say!("{name}: much work, few articles, few solved at first contact", name = format::label(name, 60));
    }
    let link = kpis.iter().find(|k| k.metric == "kb_link").and_then(|k| Some((k.value?, k.n)));
    match link {
        Some((share, n)) => {
            say!("{share} of resolved tickets had an article", share = format::value_of(crate::scorecard::Unit::Share, share, n))
        }
        None => say!("What comes back, and what nobody has written down").to_owned(),
    }
}

fn linked(ground: &Ground<'_>, rows: &Rows<'_>, link: &Metric) -> Result<Section> {
    let e = ground.e;
    let (first, reopened) = (e.catalogue.get("fcr_touch")?, e.catalogue.get("reopen_rate")?);
    let charts = [desk_trend(ground, &link.id), rows.chart(e, link, lowest(rows, link)), with_and_without(e, first)];
    let differences = rows.differences(e, &["kb_link"]);
    Ok(Section {
        id: "links".to_owned(),
        title: say!("Where an article was at hand").to_owned(),
        lead: say!("Categories whose share of tickets with an article differs from the others’ by more than chance explains.").to_owned(),
        empty: if differences.is_empty() { say!("No category does.").to_owned() } else { String::new() },
        findings: differences.into_iter().map(|d| d.finding).collect(),
        charts: charts.into_iter().flatten().collect(),
        tables: vec![TableData {
            title: say!("Categories").to_owned(),
            note: say!("By name.").to_owned(),
            row_label: say!("Category").to_owned(),
            columns: ["tickets_resolved", "kb_link", "fcr_touch", "reopen_rate"].iter().filter_map(|id| column(e, id)).collect(),
            rows: rows.list.iter().map(|row| line(e, rows, row, &[link, first, reopened])).collect::<Result<_>>()?,
        }],
        ..Section::default()
    })
}

fn line(e: &Evidence<'_>, rows: &Rows<'_>, row: &Row, metrics: &[&Metric]) -> Result<TableRow> {
    let resolved = e.catalogue.get("tickets_resolved")?;
    let cells = [resolved].into_iter().chain(metrics.iter().copied()).map(|m| rows.cell(row, m)).collect();
    Ok(TableRow { name: row.name.clone(), page: None, cells })
}

/// The category with the lowest share, as the title of the chart that shows all.
fn lowest(rows: &Rows<'_>, link: &Metric) -> String {
    let all = rows.list.iter().filter(|r| r.name != nobody() && r.members.len() == 1).filter_map(|r| Some((r, rows.proportion(r, link)?)));
    let least = all.min_by(|a, b| a.1.rate().total_cmp(&b.1.rate()).then_with(|| a.0.name.cmp(&b.0.name)));
    match least {
        Some((row, p)) => say!(
            "{name} has fewest: an article for {share} of its tickets",
            name = format::label(&row.name, 60),
            share = format::value_of(link.unit(), p.rate(), p.n())
        ),
        None => say!("Tickets with an article, by category").to_owned(),
    }
}

/// First contact with an article and without one.
fn with_and_without(e: &Evidence<'_>, metric: &Metric) -> Option<ChartData> {
    let readings = e.folds.knowledge();
    let of = |value: &str, name: &str| {
        let p = readings.get(&metric.id, 1, &[value.to_owned()], 0)?.proportion()?;
        Some((p, GroupValue { name: name.to_owned(), page: None, value: Some(p.rate()), n: p.n(), interval: Some(wilson_95(p)) }))
    };
    let ((with, one), (without, other)) = of("true", say!("with an article")).zip(of("false", say!("without")))?;
    let said = |p: crate::stats::Proportion| format::value_of(metric.unit(), p.rate(), p.n());
    Some(ChartData::Groups {
        metric: metric.id.clone(),
        title: say!("Solved at first contact: {with} with an article, {without} without", with = said(with), without = said(without)),
        subtitle: say!("{metric}, {span}; what they are about differs too", metric = metric.label, span = e.recent_words()),
        groups: vec![one, other],
        desk: None,
        target: None,
    })
}
