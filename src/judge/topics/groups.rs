//! The rest of IT: what comes to each resolver group, what it passes on, how long it has it, and what the first level could take over.

use super::super::Evidence;
use super::super::cards::Ground;
use super::super::tables::{column, plain_column};
use super::Made;
use super::rows::{MOST, Row, Rows, SMALL, cell, nobody, share_cell, share_words};
use crate::contacts::handovers::{Handovers, Held};
use crate::error::Result;
use crate::format;
use crate::metrics::Metric;
use crate::scorecard::{Card, Cell, ChartData, GroupValue, Section, TableData, TableRow, Topic, Unit};
use crate::stats::Proportion;
use crate::stats::interval::wilson_95;
use crate::{key, say};

const MISSING: &str = key!("No ticket says which group had it.");
/// What to do about it.
const MAP: &str = key!("map the column `group` under [source.columns] of the tickets.");
/// The rows of this page.
const ROWS: &str = key!("groups");
/// Hand-overs between groups shown.
const WAYS: usize = 12;
/// Escalated tickets of a category from which it is a candidate.
const CANDIDATE: u64 = 10;
const FIRST_LEVEL: &str = "L1";

pub(super) fn topic(ground: &Ground<'_>, _: &[Card]) -> Result<Made> {
    let e = ground.e;
    let rows = Rows::new(e.folds.resolver_groups(), 0, ("tickets_resolved", ROWS));
    if rows.list.iter().all(|r| r.name == nobody()) {
        return Ok(Made::missing(MISSING).hinting(true, MAP));
    }
    let sections = [Some(has(e, &rows)?), goes(e.handovers), take_over(e)?];
    Ok(Made::page(Topic {
        finding: finding(e.handovers),
        over: say!("The desk for the rest of IT").to_owned(),
        lead: say!(
            "What each group that resolves tickets received, passed on, held and promised over {span}. For those who lead such a group; by name, not by rank.",
            span = e.recent_words()
        ),
        sections: sections.into_iter().flatten().collect(),
        footer: footer(e, &rows),
        ..Topic::default()
    }))
}

fn footer(e: &Evidence<'_>, rows: &Rows<'_>) -> Vec<String> {
    let mut out = vec![
        say!("Who passes much on may be the one who sorts; who holds much may have the hardest work. Groups are shown side by side to find what to talk about.").to_owned(),
    ];
    if e.handovers.tickets > 0 && e.handovers.passed == 0 {
        out.push(
            say!("No hand-over is known: they come from ticket events. Without them a ticket was with its last group all the time.")
                .to_owned(),
        );
    }
    out.extend(Some(rows.small_words(ROWS)).filter(|s| !s.is_empty()));
    out
}

fn finding(h: &Handovers) -> String {
    let Ok(passed) = Proportion::new(h.passed, h.tickets) else { return String::new() };
    let share = format::value_of(Unit::Share, passed.rate(), passed.n());
    let most = h.ways.iter().max_by(|a, b| a.1.tickets.cmp(&b.1.tickets).then_with(|| b.0.cmp(a.0)));
    match most {
        Some(((from, to), _)) => {
            say!(
                "{share} of tickets change hands, most often from {from} to {to}",
                share,
                from = format::label(from, 50),
                to = format::label(to, 50)
            )
        }
        None => say!("From which group to which tickets went is not told").to_owned(),
    }
}

/// What each group has, keeps and passes on.
fn has(e: &Evidence<'_>, rows: &Rows<'_>) -> Result<Section> {
    let sla = e.catalogue.get("sla_resolution")?;
    let charts = [
        passed_on(e),
        rows.chart(e, sla, say!("What was promised, kept by the group that resolved it").to_owned()),
        rows.chart(e, e.catalogue.get("reopen_rate")?, say!("What came back after it was resolved").to_owned()),
    ];
    let differences = rows.differences(e, &["sla_resolution", "reopen_rate"]);
    Ok(Section {
        id: "groups".to_owned(),
        title: say!("What each group has").to_owned(),
        lead: say!("Findings for the groups that differ from the others by more than chance explains.").to_owned(),
        empty: if differences.is_empty() { say!("No group does.").to_owned() } else { String::new() },
        findings: differences.into_iter().map(|d| d.finding).collect(),
        charts: charts.into_iter().flatten().collect(),
        tables: vec![table(e, rows)?],
        footer: say!("Received and passed on count tickets that the group had at some time; the other figures are of those it resolved.")
            .to_owned(),
        ..Section::default()
    })
}

/// What the members of a row had. A ticket that two small groups had counts in both.
fn held(h: &Handovers, row: &Row) -> Held {
    let all = row.members.iter().filter_map(|m| h.groups.get(m));
    all.fold(Held::default(), |a, b| Held { tickets: a.tickets + b.tickets, passed_on: a.passed_on + b.passed_on })
}

/// The share of tickets each group passed on, of those it had.
fn passed_on(e: &Evidence<'_>) -> Option<ChartData> {
    let h = e.handovers;
    let all: Vec<(&String, Proportion)> = h
        .groups
        .iter()
        .filter(|(_, held)| held.tickets >= SMALL)
        .filter_map(|(name, held)| Some((name, Proportion::new(held.passed_on, held.tickets).ok()?)))
        .collect();
    let (passed, tickets) = h.groups.values().fold((0, 0), |(a, b), held| (a + held.passed_on, b + held.tickets));
    let most = all.iter().max_by(|a, b| a.1.rate().total_cmp(&b.1.rate()).then_with(|| b.0.cmp(a.0)))?;
    if all.len() < 2 || all.len() > MOST || passed == 0 {
        return None;
    }
    let one = |(name, p): &(&String, Proportion)| GroupValue {
        name: (*name).clone(),
        page: None,
        value: Some(p.rate()),
        n: p.n(),
        interval: Some(wilson_95(*p)),
    };
    Some(ChartData::Groups {
        // A share of the tickets a group held: written as one.
        metric: "bounce".to_owned(),
        title: say!(
            "{name} passes on {share} of what it has",
            name = format::label(most.0, 60),
            share = format::value_of(Unit::Share, most.1.rate(), most.1.n())
        ),
        subtitle: say!("Share of the tickets a group had that it passed on at least once, resolved in {span}", span = e.recent_words()),
        groups: all.iter().map(one).collect(),
        desk: Proportion::new(passed, tickets).ok().map(Proportion::rate),
        target: None,
    })
}

fn table(e: &Evidence<'_>, rows: &Rows<'_>) -> Result<TableData> {
    let get = |id: &str| e.catalogue.get(id);
    let (resolved, sla, reopened, backlog) = (get("tickets_resolved")?, get("sla_resolution")?, get("reopen_rate")?, get("backlog")?);
    let readings = e.folds.resolver_groups();
    let opening = |row: &Row| {
        let sum = |metric: &str| {
            let of = |m: &String| readings.get(metric, 2, std::slice::from_ref(m), 0).map_or(0.0, |r| r.sum);
            row.members.iter().map(of).sum::<f64>()
        };
        let (secs, tickets) = (sum("held_open"), sum("held_tickets"));
        Cell { value: (tickets > 0.0).then(|| secs / tickets), ..Cell::default() }
    };
    let missed = |row: &Row| {
        let of = |m: &String| {
            let group = ["resolution".to_owned(), m.clone()];
            e.folds.clocks_recent().get("clock_missed", 4, &group, 0).map_or(0.0, |r| r.sum)
        };
        Cell { value: Some(row.members.iter().map(of).sum::<f64>()), ..Cell::default() }
    };
    let line = |row: &Row| {
        let had = held(e.handovers, row);
        let number = |n: u64| Cell { value: Some(n as f64), ..Cell::default() };
        let cells = vec![
            number(had.tickets),
            share_cell(had.passed_on, had.tickets),
            number(rows.count(row, resolved)),
            opening(row),
            rows.cell(row, sla),
            missed(row),
            rows.cell(row, reopened),
            rows.cell(row, backlog),
        ];
        TableRow { name: row.name.clone(), page: None, cells }
    };
    let columns = [
        Some(plain_column(say!("Received"), Unit::Count)),
        Some(plain_column(say!("Passed on"), Unit::Share)),
        column(e, "tickets_resolved"),
        Some(plain_column(say!("Opening hours a ticket"), Unit::OpenSeconds)),
        column(e, "sla_resolution"),
        Some(plain_column(say!("Breached with it"), Unit::Count)),
        column(e, "reopen_rate"),
        column(e, "backlog"),
    ];
    Ok(TableData {
        title: say!("Groups").to_owned(),
        note: say!("By name. Opening hours a ticket: how long a ticket lay with the group, whoever had to act. Breached with it: resolution targets that ran out while the group had the ticket.").to_owned(),
        row_label: say!("Group").to_owned(),
        columns: columns.into_iter().flatten().collect(),
        rows: rows.list.iter().map(line).collect(),
    })
}

/// From whom to whom, and what came straight back.
fn goes(h: &Handovers) -> Option<Section> {
    let mut ways: Vec<_> = h.ways.iter().collect();
    ways.sort_by(|a, b| b.1.tickets.cmp(&a.1.tickets).then_with(|| a.0.cmp(b.0)));
    if ways.is_empty() {
        return None;
    }
    let (returned, tickets) = ways.iter().fold((0, 0), |(a, b), (_, w)| (a + w.returned, b + w.tickets));
    let row = |((from, to), way): &(&(String, String), &crate::contacts::handovers::Passed)| TableRow {
        name: format!("{} → {}", format::label(from, 40), format::label(to, 40)),
        page: None,
        cells: vec![Cell { value: Some(way.tickets as f64), ..Cell::default() }, share_cell(way.returned, way.tickets)],
    };
    let shown = ways.len().min(WAYS);
    let note = if ways.len() > shown { say!("The {shown} with most tickets of {all}.", shown, all = ways.len()) } else { String::new() };
    let facts = [
        (say!("Changed hands"), Proportion::new(h.passed, h.tickets).ok()),
        (say!("Of the hand-overs, straight back"), Proportion::new(returned, tickets).ok()),
    ];
    Some(Section {
        id: "handovers".to_owned(),
        title: say!("Who passes tickets to whom").to_owned(),
        lead: say!("A ticket that goes to another group and straight back was sent to the wrong one, or without what that group needs: worth reading a few of them together.").to_owned(),
        facts: facts.into_iter().filter_map(|(label, p)| Some((label.to_owned(), share_words(p?)))).collect(),
        tables: vec![TableData {
            title: say!("Hand-overs between groups").to_owned(),
            note,
            row_label: say!("From and to").to_owned(),
            columns: vec![plain_column(say!("Tickets"), Unit::Count), plain_column(say!("Straight back"), Unit::Share)],
            rows: ways.iter().take(shown).map(row).collect(),
        }],
        footer: say!("A ticket counts once on every way it went, however often.").to_owned(),
        ..Section::default()
    })
}

/// That no escalated ticket was simple, where there are any.
fn nothing(e: &Evidence<'_>) -> Option<Section> {
    let all: u64 = e
        .folds
        .resolver_groups()
        .groups("escalated_simple", 1)
        .map(|(_, v)| v.first().copied().flatten().map_or(0, |r| r.counts().1))
        .sum();
    (all > 0).then(|| Section {
        id: "take-over".to_owned(),
        title: say!("What the first level could take over").to_owned(),
        empty: say!(
            "No category has {fewest} or more escalated tickets with simple ones among them; {all} were escalated over {span}.",
            fewest = CANDIDATE,
            all = format::count(all),
            span = e.recent_words()
        ),
        ..Section::default()
    })
}

/// Categories of which the first level passes on much that turns out to be simple.
fn take_over(e: &Evidence<'_>) -> Result<Option<Section>> {
    let (simple, flr) = (e.catalogue.get("escalated_simple")?, e.catalogue.get("flr")?);
    let readings = e.folds.resolver_groups();
    if !readings.has(&simple.id, 1) {
        return Ok(None);
    }
    let of = |metric: &Metric, name: &str| readings.get(&metric.id, 1, &[name.to_owned()], 0);
    let mut candidates: Vec<(String, Proportion)> = readings
        .groups(&simple.id, 1)
        .filter_map(|(group, v)| Some((group[0].clone(), v.first().copied().flatten()?.proportion()?)))
        .filter(|(name, p)| !name.is_empty() && p.n() >= CANDIDATE && p.hits() > 0)
        .collect();
    candidates.sort_by(|a, b| b.1.hits().cmp(&a.1.hits()).then_with(|| a.0.cmp(&b.0)));
    let Some((most, first)) = candidates.first().cloned() else { return Ok(nothing(e)) };
    candidates.truncate(WAYS);
    let row = |(name, p): &(String, Proportion)| TableRow {
        name: format::label(name, 60),
        page: None,
        cells: vec![
            Cell { value: Some(p.n() as f64), ..Cell::default() },
            share_cell(p.hits(), p.n()),
            Cell { value: Some(p.hits() as f64), ..Cell::default() },
            cell(flr, of(flr, name)),
        ],
    };
    let chart = ChartData::Groups {
        metric: simple.id.clone(),
        title: say!(
            "{name}: {hits} of {n} escalated were simple",
            name = format::label(&most, 60),
            hits = format::count(first.hits()),
            n = format::count(first.n())
        ),
        subtitle: say!("{metric}, {span}; most first", metric = simple.label, span = e.recent_words()),
        groups: candidates
            .iter()
            .map(|(name, p)| GroupValue { name: name.clone(), page: None, value: Some(p.rate()), n: p.n(), interval: Some(wilson_95(*p)) })
            .collect(),
        desk: None,
        target: None,
    };
    let columns = [
        Some(plain_column(say!("Escalated"), Unit::Count)),
        column(e, &simple.id),
        Some(plain_column(say!("Simple ones"), Unit::Count)),
        column(e, &flr.id),
    ];
    Ok(Some(Section {
        id: "take-over".to_owned(),
        title: say!("What the first level could take over").to_owned(),
        lead: say!(
            "Tickets that came to the first level ({level}) and were resolved elsewhere with one hand-over, at most two replies (one of each group) and no reopening, by category. An article, a right or an hour of training may do.",
            level = FIRST_LEVEL
        ),
        charts: vec![chart],
        tables: vec![TableData {
            title: say!("Candidates").to_owned(),
            note: say!(
                "Categories with {fewest} escalated tickets or more; those with most simple ones first. The last column is what the first level already resolves itself.",
                fewest = CANDIDATE
            ),
            row_label: say!("Category").to_owned(),
            columns: columns.into_iter().flatten().collect(),
            rows: candidates.iter().map(row).collect(),
        }],
        footer: say!("Simple for the group that knows it. Whether the first level may and can is for both groups to say.").to_owned(),
        ..Section::default()
    }))
}
