//! The business: the desk as the customer's departments see it.

use std::collections::BTreeMap;

use super::super::Evidence;
use super::super::cards::Ground;
use super::super::tables::{column, plain_column, words};
use super::Made;
use super::rows::{Difference, Row, Rows, by_two, nobody};
use crate::error::Result;
use crate::format;
use crate::metrics::Reading;
use crate::scorecard::{
    Card, Cell, ChartData, Point, Section, ShareRow, SharesAbout, SmallPanel, TableColumn, TableData, TableRow, Topic, Unit,
};
use crate::stats::Proportion;
use crate::stats::two_proportions::newcombe;
use crate::{key, say};

const MISSING: &str = key!("No ticket says which department it came from.");
/// What to do about it.
const MAP: &str = key!("map the column `requester_department` under [source.columns] of the tickets.");
/// What tickets a head need.
const COUNT: &str = key!("write how many people each department has under [departments]: tickets for every hundred of them follow.");
/// The rows of this page.
const ROWS: &str = key!("departments");
/// Measures by which departments are compared.
const COMPARED: [&str; 5] = ["csat", "sla_resolution", "fcr_touch", "reopen_rate", "fcr_repeat"];
/// Who has to act, in the order of the chart, which is about the first: the word of the facts, and what it is called.
const PARTIES: [(&str, &str); 4] = [
    (REQUESTER, key!("Waiting for the department")),
    ("desk", key!("With the desk")),
    ("second level", key!("With second level")),
    ("supplier", key!("With a supplier")),
];
const REQUESTER: &str = "requester";
/// Chance that anything in the table of what departments ask is told or marked while all ask the same.
const CHANCE: f64 = 0.05;
/// Columns of that table in which a share can be marked: by telephone, and came again.
const MARKED: usize = 2;

pub(super) fn topic(ground: &Ground<'_>, _: &[Card]) -> Result<Made> {
    let e = ground.e;
    let rows = Rows::new(e.folds.business(), 0, ("tickets_created", ROWS));
    if rows.list.iter().all(|r| r.name == nobody()) {
        return Ok(Made::missing(MISSING).hinting(true, MAP));
    }
    let differences = rows.differences(e, &COMPARED);
    let sections = [Some(fares(e, &rows, &differences)?), asks(e, &rows)?, waits(e, &rows)];
    let has_heads = !e.settings.departments.is_empty();
    let page = Made::page(Topic {
        finding: finding(&differences),
        over: say!("The desk for the business").to_owned(),
        lead: say!(
            "What each department of the customer asked for over {span}, and how it was served. For those who speak for a department; by name, not by rank.",
            span = e.recent_words()
        ),
        sections: sections.into_iter().flatten().collect(),
        footer: [
            say!("Departments are compared with all others together, and judged at once, so that the worst of many is not taken for bad by being the worst.").to_owned(),
            say!("That a department differs does not say why: what it asks for, and of whom, differs too.").to_owned(),
            rows.small_words(ROWS),
        ]
        .into_iter()
        .filter(|s| !s.is_empty())
        .collect(),
        ..Topic::default()
    });
    Ok(page.hinting(!has_heads, COUNT))
}

fn finding(differences: &[Difference]) -> String {
    match differences.first() {
        Some(first) => first.line.clone(),
        None => say!("No share of any department differs from the others’ by more than chance explains").to_owned(),
    }
}

/// How the departments fare, with what can be told of each.
fn fares(e: &Evidence<'_>, rows: &Rows<'_>, differences: &[Difference]) -> Result<Section> {
    let get = |id: &str| e.catalogue.get(id);
    let charts = [
        volume(e, rows),
        rows.chart(e, get("csat")?, say!("How satisfied each department is").to_owned()),
        rows.chart(e, get("sla_resolution")?, say!("What each department was promised, kept").to_owned()),
    ];
    Ok(Section {
        id: "departments".to_owned(),
        title: say!("How each department fares").to_owned(),
        lead: say!("Findings for the departments that differ from the others by more than chance explains.").to_owned(),
        findings: differences.iter().map(|d| d.finding.clone()).collect(),
        empty: if differences.is_empty() { say!("No department does.").to_owned() } else { String::new() },
        charts: charts.into_iter().flatten().collect(),
        tables: vec![table(e, rows)?],
        ..Section::default()
    })
}

/// Tickets of each department, period by period.
fn volume(e: &Evidence<'_>, rows: &Rows<'_>) -> Option<ChartData> {
    let each = e.folds.business_each();
    let panel = |row: &Row| {
        let count = |p: usize| {
            row.members.iter().filter_map(|m| each.get("tickets_created", 0, std::slice::from_ref(m), p)).map(|r| r.sum).sum::<f64>()
        };
        let point = |(i, p): (usize, &crate::clock::period::Period)| {
            let tickets = count(i);
            Point {
                period: p.id.clone(),
                short: p.short.clone(),
                value: Some(tickets),
                n: tickets.round() as u64,
                is_partial: e.is_partial(p),
            }
        };
        SmallPanel { name: row.name.clone(), points: e.periods.iter().enumerate().map(point).collect() }
    };
    let mut panels: Vec<SmallPanel> = rows.list.iter().map(panel).collect();
    // Before the first ticket of anybody there is no data, which is not zero.
    let first = (0..e.periods.len()).find(|&i| panels.iter().any(|p| p.points[i].n > 0))?;
    panels.iter_mut().for_each(|p| drop(p.points.drain(..first)));
    let (from, to) = (&e.periods[first].id, &e.now().id);
    if from == to || panels.len() < 2 {
        return None;
    }
    let now = |p: &SmallPanel| p.points.last().map_or(0, |p| p.n);
    let most = panels.iter().max_by_key(|p| now(p))?;
    Some(ChartData::Multiples {
        metric: "tickets_created".to_owned(),
        title: say!(
            "{name} asked most in {period}: {tickets} tickets",
            name = format::label(&most.name, 60),
            period = e.now().short,
            tickets = format::count(now(most))
        ),
        subtitle: say!("Tickets created, {from} to {to}", from, to),
        panels,
    })
}

fn table(e: &Evidence<'_>, rows: &Rows<'_>) -> Result<TableData> {
    let heads = &e.settings.departments;
    let created = e.catalogue.get("tickets_created")?;
    let measures = ["fcr_touch", "sla_resolution", "csat", "reopen_rate", "ttr_median"];
    let shown: Vec<_> = measures.iter().map(|id| e.catalogue.get(id)).collect::<Result<Vec<_>>>()?;
    let shown: Vec<_> = shown.into_iter().filter(|m| rows.list.iter().any(|r| rows.reading(r, m).is_some_and(|r| r.n > 0.0))).collect();
    let a_head = |row: &Row, tickets: u64| {
        let people = row.members.iter().map(|m| heads.get(m).copied()).sum::<Option<u32>>().filter(|n| *n > 0);
        Cell { value: people.map(|n| tickets as f64 * 100.0 / f64::from(n)), ..Cell::default() }
    };
    let line = |row: &Row| {
        let tickets = rows.count(row, created);
        let first = Cell { value: Some(tickets as f64), ..Cell::default() };
        let a_head = (!heads.is_empty()).then(|| a_head(row, tickets));
        let cells = [first].into_iter().chain(a_head).chain(shown.iter().map(|m| rows.cell(row, m))).collect();
        TableRow { name: row.name.clone(), page: None, cells }
    };
    let a_head = (!heads.is_empty()).then(|| plain_column(say!("Per 100 people"), Unit::Count));
    let columns: Vec<TableColumn> =
        column(e, "tickets_created").into_iter().chain(a_head).chain(shown.iter().filter_map(|m| column(e, &m.id))).collect();
    let note = if heads.is_empty() {
        say!("By name. How many people each has is not known, so tickets a head are not told.")
    } else {
        say!("By name, with tickets for every hundred people there.")
    };
    Ok(TableData {
        title: say!("Departments").to_owned(),
        note: note.to_owned(),
        row_label: say!("Department").to_owned(),
        columns,
        rows: rows.list.iter().map(line).collect(),
    })
}

/// What recurs, and where a department itself could begin.
fn asks(e: &Evidence<'_>, rows: &Rows<'_>) -> Result<Option<Section>> {
    let readings = e.folds.business();
    let categories = by_two(readings, "tickets_created", 1);
    let channels = by_two(readings, "tickets_created", 2);
    let named: Vec<&Row> = rows.list.iter().filter(|r| r.name != nobody()).collect();
    // Every share of the table can be the odd one out: as many as there are departments times categories, and marks (Bonferroni).
    let shares = named.len().max(1) * (sums(&categories, None).len() + MARKED);
    let confidence = 1.0 - CHANCE / shares as f64;
    let repeat = e.catalogue.get("fcr_repeat")?;
    let all = |of: &BTreeMap<String, BTreeMap<String, Reading>>, row: Option<&Row>| sums(of, row);
    let own_requests: Vec<Option<String>> =
        named.iter().map(|row| recurring(&all(&categories, Some(row)), &all(&categories, None), confidence)).collect();
    let is_any = own_requests.iter().any(Option::is_some);
    let line = |(row, own): (&&Row, Option<String>)| {
        let recurring = is_any.then(|| own.map_or_else(|| words(say!("nothing more than elsewhere")), words));
        let (by, by_all) = (all(&channels, Some(row)), all(&channels, None));
        let repeats = rows.proportion(row, repeat).map(|p| (p.n() - p.hits(), p.n()));
        let repeats_of_all = rows.cells(repeat).values().fold((0, 0), |(a, b), (hits, n)| (a + n - hits, b + n));
        let told = [
            part(by.get("phone").copied().unwrap_or(0), &by, (&by_all, "phone"), confidence),
            part(by.get("portal").copied().unwrap_or(0), &by, (&by_all, "portal"), confidence),
            repeats.map_or_else(Cell::default, |own| marked(own, repeats_of_all, confidence, true)),
        ];
        TableRow { name: row.name.clone(), page: None, cells: recurring.into_iter().chain(told).collect() }
    };
    let lines: Vec<TableRow> = named.iter().zip(own_requests).map(line).collect();
    if categories.keys().all(String::is_empty) || lines.is_empty() {
        return Ok(None);
    }
    let window = format::value(Unit::Seconds, e.settings.parameters.secs("repeat_window")? as f64);
    let again = say!("Came again in {window}", window);
    let recurring = is_any.then(|| plain_column(say!("What it asks more than others"), Unit::Number));
    let shares = [say!("By telephone"), say!("By portal"), again.as_str()].map(|label| plain_column(label, Unit::Share));
    let note = say!(
        "Tickets created over {span}. Came again: another contact of the same requester within {window}.",
        span = e.recent_words(),
        window
    );
    let nothing = say!("No department clearly asks for anything more often than the others do.");
    Ok(Some(Section {
        id: "begin".to_owned(),
        title: say!("Where a department could begin").to_owned(),
        lead: say!("What it asks for more often than the others do, how it comes, and how often it comes again. Marked where a department clearly has more of it than the others.").to_owned(),
        tables: vec![TableData {
            title: say!("What each asks, and how").to_owned(),
            note: if is_any { note } else { format!("{nothing} {note}") },
            row_label: say!("Department").to_owned(),
            columns: recurring.into_iter().chain(shares).collect(),
            rows: lines,
        }],
        footer: say!("Worth asking a department: can what recurs be mended once, or be answered by one article or one training? Can what comes by telephone come by portal? A mark says that it differs, not why.").to_owned(),
        ..Section::default()
    }))
}

/// Sums by the second column over the members of a row, or over everybody.
fn sums(of: &BTreeMap<String, BTreeMap<String, Reading>>, row: Option<&Row>) -> BTreeMap<String, u64> {
    let mut out = BTreeMap::new();
    let is_in = |name: &String| row.is_none_or(|r| r.members.contains(name));
    for (name, reading) in of.iter().filter(|(name, _)| is_in(name)).flat_map(|(_, by)| by) {
        *out.entry(name.clone()).or_default() += reading.sum.round() as u64;
    }
    out
}

/// Whether a share is larger than the others', whose own luck counts too (Newcombe 1998).
fn is_more(own: Proportion, others: Proportion, confidence: f64) -> bool {
    newcombe(own, others, confidence).is_ok_and(|(low, _)| low > 0.0)
}

/// The category of which a department has most beyond what the others' share would give it, in words; `None` where that is luck.
fn recurring(own: &BTreeMap<String, u64>, all: &BTreeMap<String, u64>, confidence: f64) -> Option<String> {
    let (mine, total): (u64, u64) = (own.values().sum(), all.values().sum());
    if mine == total {
        return None;
    }
    let excess = |name: &String, n: u64| {
        let (p, others) = (Proportion::new(n, mine).ok()?, Proportion::new(all.get(name)? - n, total - mine).ok()?);
        let is_told = !name.is_empty() && is_more(p, others, confidence);
        is_told.then_some((n as f64 - others.rate() * mine as f64, p, others.rate()))
    };
    let found = own.iter().filter_map(|(name, n)| Some((name, excess(name, *n)?)));
    let (name, (_, p, others)) = found.max_by(|a, b| a.1.0.total_cmp(&b.1.0).then_with(|| b.0.cmp(a.0)))?;
    let share = |v: f64, n: u64| format::value_of(Unit::Share, v, n);
    Some(say!(
        "{name}: {own} of its tickets, {others} elsewhere",
        name = format::label(name, 40),
        own = share(p.rate(), p.n()),
        others = share(others, total - mine)
    ))
}

/// A share of a department's tickets, marked as a concern where it is clearly more than the others'; a share of the portal never is.
fn part(hits: u64, own: &BTreeMap<String, u64>, (all, name): (&BTreeMap<String, u64>, &str), confidence: f64) -> Cell {
    let everybody = (all.get(name).copied().unwrap_or(0), all.values().sum());
    marked((hits, own.values().sum()), everybody, confidence, name == "phone")
}

fn marked((hits, n): (u64, u64), (all_hits, all_n): (u64, u64), confidence: f64, is_marked: bool) -> Cell {
    let mut cell = super::rows::share_cell(hits, n);
    let others = Proportion::new(all_hits - hits.min(all_hits), all_n - n.min(all_n)).ok();
    if let (true, Ok(own), Some(others)) = (is_marked, Proportion::new(hits, n), others)
        && is_more(own, others, confidence)
    {
        cell.is_good = Some(false);
    }
    cell
}

/// Who had to act while tickets of each department were open.
fn waits(e: &Evidence<'_>, rows: &Rows<'_>) -> Option<Section> {
    let held = by_two(e.folds.business(), "held_open", 3);
    let resolved = e.catalogue.get("tickets_resolved").ok()?;
    let line = |row: &Row| {
        let secs = |party: &str| row.members.iter().filter_map(|m| held.get(m)?.get(party)).map(|r| r.sum).sum::<f64>();
        let values: Vec<f64> = PARTIES.iter().map(|(word, _)| secs(word)).collect();
        ShareRow { name: row.name.clone(), page: None, n: rows.count(row, resolved), values }
    };
    let all: Vec<ShareRow> = rows.list.iter().map(line).filter(|r| r.values.iter().sum::<f64>() > 0.0).collect();
    let waits = PARTIES.iter().position(|(word, _)| *word == REQUESTER)?;
    let (waiting, total) = all.iter().fold((0.0, 0.0), |(a, b), r| (a + r.values[waits], b + r.values.iter().sum::<f64>()));
    if all.len() < 2 || waiting <= 0.0 {
        return None;
    }
    let share = |part: f64, of: f64, n: u64| format::value_of(Unit::Share, part / of, n);
    let n = all.iter().map(|r| r.n).sum();
    Some(Section {
        id: "waiting".to_owned(),
        title: say!("Where the time goes").to_owned(),
        lead: say!("Opening hours from creation to resolution, by who had to act. What waits for the department is what its people could shorten: an answer, a test, an approval.").to_owned(),
        charts: vec![ChartData::Shares {
            title: say!("{share} of all the time waits for the departments themselves", share = share(waiting, total, n)),
            subtitle: say!("Opening hours of tickets resolved in {span}, by department", span = e.recent_words()),
            parts: PARTIES.iter().map(|(_, title)| crate::language::text(title).to_owned()).collect(),
            rows: all,
            unit: Unit::OpenSeconds,
            about: SharesAbout::FirstPart,
        }],
        footer: say!("Who had to act is told by why a ticket was on hold and by the level of the group that had it; a few long tickets can make a bar.").to_owned(),
        ..Section::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::Random;

    fn counts(of: &[(&str, u64)]) -> BTreeMap<String, u64> {
        of.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect()
    }

    #[test]
    fn what_recurs_must_be_more_than_luck() {
        let all = counts(&[("VPN", 100), ("Email", 300), ("", 100)]);
        let recurring = |own: &BTreeMap<String, u64>, all: &BTreeMap<String, u64>| super::recurring(own, all, 0.99);
        let said = recurring(&counts(&[("VPN", 40), ("Email", 50), ("", 10)]), &all).unwrap();
        // 40 of 100 here, 60 of 400 elsewhere.
        assert!(said.starts_with("VPN: 40\u{a0}% of its tickets, 15\u{a0}% elsewhere"), "{said}");
        assert_eq!(recurring(&counts(&[("VPN", 4), ("Email", 12), ("", 4)]), &all), None);
        assert_eq!(recurring(&counts(&[("", 90), ("Email", 10)]), &counts(&[("", 100), ("Email", 100)])), None, "nothing named recurs");
        assert_eq!(recurring(&counts(&[]), &counts(&[])), None);
    }

    /// Twenty departments that all ask the same of eight categories, a quarter of a year each time.
    #[test]
    fn departments_that_ask_the_same_are_seldom_told_apart() {
        const QUARTERS: usize = 200;
        let (names, mut random, mut told) = (["a", "b", "c", "d", "e", "f", "g", "h"], Random::new(77), 0);
        let confidence = 1.0 - CHANCE / (20 * (names.len() + MARKED)) as f64;
        for _ in 0..QUARTERS {
            let mut all = counts(&names.map(|name| (name, 0)));
            let departments: Vec<_> = (0..20)
                .map(|_| {
                    let mut own = counts(&names.map(|name| (name, 0)));
                    for _ in 0..156 {
                        let name = names[random.below(names.len() as u64) as usize];
                        *own.get_mut(name).unwrap() += 1;
                        *all.get_mut(name).unwrap() += 1;
                    }
                    own
                })
                .collect();
            told += usize::from(departments.iter().any(|own| recurring(own, &all, confidence).is_some()));
        }
        assert!(told <= QUARTERS / 20, "{told} of {QUARTERS}");
    }

    #[test]
    fn a_mark_needs_a_clear_difference_and_others_to_differ_from() {
        assert_eq!(marked((40, 100), (100, 500), 0.99, true).is_good, Some(false));
        assert_eq!(marked((40, 100), (100, 500), 0.99, false).is_good, None);
        assert_eq!(marked((22, 100), (100, 500), 0.99, true).is_good, None);
        assert_eq!(marked((40, 100), (40, 100), 0.99, true).is_good, None, "nobody else");
        assert_eq!(marked((0, 0), (0, 0), 0.99, true), Cell::default());
    }
}
