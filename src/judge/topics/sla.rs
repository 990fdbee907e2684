//! The SLA page: what was kept, how closely, who had the time, and where the product says otherwise.

use std::collections::BTreeMap;

use super::super::Evidence;
use super::super::cards::Ground;
use super::super::tables::{column, words};
use super::{Made, desk_kpis};
use crate::error::Result;
use crate::format;
use crate::metrics::{Reading, Readings};
use crate::scorecard::{Card, Cell, ChartData, MarginBin, Section, ShareRow, SharesAbout, TableColumn, TableData, TableRow, Topic, Unit};
use crate::settings::Number;
use crate::{key, say};

/// The measures of the desk's card that belong here.
const KPIS: [&str; 5] = ["sla_resolution", "sla_response", "sla_near_miss", "sla_breach_median", "open_overdue"];
/// Who has to act, in the order of the chart, by the word of the facts.
const PARTIES: [(&str, &str, &str); 4] = [
    ("desk", key!("With the desk"), key!("The desk itself")),
    ("requester", key!("Waiting for the requester"), key!("The requester")),
    ("second level", key!("With second level"), key!("Second level")),
    ("supplier", key!("With a supplier"), key!("A supplier")),
];
const OUT_OF_HOURS: &str = key!("Out of hours");
/// Steps of the target that make a bar: a tenth.
const STEPS_A_BAR: usize = 2;
/// The step that holds everything beyond twice the target.
const BEYOND: usize = 40;
/// Groups shown by themselves.
const MOST_GROUPS: usize = 12;
/// Clocks from which a distribution is drawn.
const FEWEST: u64 = 20;

const MISSING: &str = key!("Nothing was promised that could be kept or missed.");
/// What to do about it.
const PROMISE: &str = key!("set targets under [sla.targets], or map the due times of the tickets (`due_resolution_at`).");

#[expect(clippy::unnecessary_wraps, reason = "all topics are made alike")]
pub(super) fn topic(ground: &Ground<'_>, cards: &[Card]) -> Result<Made> {
    let e = ground.e;
    let clocks = clocks(e);
    if clocks.is_empty() {
        return Ok(Made::missing(MISSING).hinting(true, PROMISE));
    }
    let sections = [Some(kept(e, &clocks)), margins(e, &clocks), causes(e, &clocks), time(e), agreement(e)];
    Ok(Made::page(Topic {
        finding: finding(e, &clocks),
        lead: lead(e, &clocks),
        kpis: desk_kpis(cards, &KPIS),
        sections: sections.into_iter().flatten().collect(),
        footer: footer(e, &clocks),
        ..Topic::default()
    }))
}

/// The clocks with anything due over the recent periods, in the order of [`crate::settings::sla::CLOCKS`].
fn clocks(e: &Evidence<'_>) -> Vec<&'static str> {
    let is_there = |name: &&str| reading(e.folds.clocks_recent(), "clock_decided", 0, &[name]).is_some_and(|r| r.n > 0.0);
    crate::settings::sla::CLOCKS.iter().map(|(name, _)| *name).filter(is_there).collect()
}

fn reading(readings: &Readings, metric: &str, breakdown: usize, group: &[&str]) -> Option<Reading> {
    let group: Vec<String> = group.iter().map(|g| (*g).to_owned()).collect();
    readings.get(metric, breakdown, &group, 0)
}

/// The count of a metric.
fn count(readings: &Readings, metric: &str, breakdown: usize, group: &[&str]) -> u64 {
    reading(readings, metric, breakdown, group).map_or(0, |r| r.sum.round() as u64)
}

/// `Resolution`, `First response`.
fn title_of(clock: &str) -> &'static str {
    match clock {
        "response" => say!("First response"),
        "next_response" => say!("Next response"),
        "update" => say!("Updates"),
        "resolution" => say!("Resolution"),
        "work" => say!("Working time"),
        "wait" => say!("Requester’s waiting"),
        "group" => say!("Time in a group"),
        "supplier" => say!("Time with a supplier"),
        _ => say!("Other"),
    }
}

/// What was kept of the recent periods, where the period alone has few rows.
fn finding(e: &Evidence<'_>, clocks: &[&str]) -> String {
    let said = |clock: &&str| {
        let r = reading(e.folds.clocks_recent(), "clock_met", 0, &[clock]).filter(|r| r.n > 0.0)?;
        Some(format!("{} {}", format::uncapital(title_of(clock)), format::optional(Unit::Share, r.value, r.n as u64)))
    };
    let said: Vec<String> = clocks.iter().filter_map(said).take(2).collect();
    if said.is_empty() {
        return String::new();
    }
    say!("Kept over {span}: {clocks}", span = e.recent_words(), clocks = said.join(", "))
}

fn lead(e: &Evidence<'_>, clocks: &[&str]) -> String {
    let now = e.folds.clocks();
    let said = clocks.iter().filter_map(|clock| {
        let r = reading(now, "clock_met", 0, &[clock]).filter(|r| r.n > 0.0)?;
        let share = format::optional(Unit::Share, r.value, r.n as u64);
        Some(say!(
            "{clock}: {sum} of {n} kept ({share}).",
            clock = title_of(clock),
            sum = format::count(r.sum.round() as u64),
            n = format::count(r.n.round() as u64),
            share
        ))
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() {
        say!("Nothing was due in this period.").to_owned()
    } else {
        say!("Clocks due in this period, cancelled tickets’ too. {said}", said = said.join(" "))
    }
}

fn footer(e: &Evidence<'_>, clocks: &[&str]) -> Vec<String> {
    let recent = e.folds.clocks_recent();
    let mut out = vec![
        say!("A clock counts in the period in which it falls due; one still running past its due time is missed. The columns by creation and by end show what other tools count.").to_owned(),
        say!("A clock that stops exactly at its due second is kept. Pauses, reopenings and changes of priority count as the desk’s own rules say.").to_owned(),
    ];
    for clock in clocks {
        if let Some(r) = reading(recent, "clock_with_events", 0, &[clock]).filter(|r| r.n > 0.0 && r.sum < r.n) {
            out.push(say!("{clock}: {sum} of {n} clocks have ticket events; the others have no history of pauses and handovers and run from start to end.", clock = title_of(clock), sum = format::count(r.sum.round() as u64), n = format::count(r.n.round() as u64)));
        }
    }
    out
}

/// What was kept in the period, by clock and priority.
fn kept(e: &Evidence<'_>, clocks: &[&str]) -> Section {
    let metrics = [
        "clock_met",
        "clock_met_created",
        "clock_met_stopped",
        "clock_near_miss",
        "clock_open_overdue",
        "clock_late_median",
        "clock_late_p90",
    ];
    let now = e.folds.clocks();
    let columns: Vec<TableColumn> = metrics.iter().filter_map(|m| column(e, m)).collect();
    let mut rows = Vec::new();
    for clock in clocks {
        let groups = now.groups("clock_decided", 1).map(|(g, _)| g).chain(now.groups("clock_met_created", 1).map(|(g, _)| g));
        let mut groups: Vec<&Vec<String>> = groups.filter(|g| g[0] == **clock).collect();
        groups.sort();
        groups.dedup();
        for group in groups {
            let cell = |metric: &str| {
                let r = now.get(metric, 1, group, 0);
                Cell { value: r.and_then(|r| r.value), n: r.map_or(0, |r| r.n.round() as u64), ..Cell::default() }
            };
            let cells: Vec<Cell> = metrics.iter().map(|m| cell(m)).collect();
            if cells.iter().any(|c| c.n > 0) {
                let name = if group[1].is_empty() { title_of(clock).to_owned() } else { format!("{}, {}", title_of(clock), group[1]) };
                rows.push(TableRow { name, page: None, cells });
            }
        }
    }
    let mut tables = vec![TableData {
        title: say!("By clock and priority").to_owned(),
        note: say!("The priority is the one the target was taken for.").to_owned(),
        row_label: say!("Clock").to_owned(),
        columns,
        rows,
    }];
    tables.extend(latest(e));
    Section {
        id: "kept".to_owned(),
        title: say!("What was kept").to_owned(),
        lead: say!("The first column is the measure: due in the period, open past due is missed. The next two count the same clocks by creation and by their end, where misses still open drop out of sight.").to_owned(),
        tables,
        ..Section::default()
    }
}

/// The clocks furthest beyond their target that were due in the period.
fn latest(e: &Evidence<'_>) -> Option<TableData> {
    let rows: Vec<TableRow> = e
        .clocks
        .missed
        .iter()
        .map(|m| TableRow {
            name: m.ticket.clone(),
            page: None,
            cells: vec![
                words(title_of(&m.clock)),
                words(&m.target_for),
                Cell { value: Some(m.late_secs as f64), ..Cell::default() },
                words(if m.is_open { say!("still open") } else { say!("ended") }),
                words(&m.holder),
                words(party_title(&m.longest)),
            ],
        })
        .collect();
    let columns = [say!("Clock"), say!("Priority"), say!("Late by"), say!("State"), say!("At the breach with"), say!("Longest")];
    let columns =
        columns.iter().map(|label| text_column(label, if *label == say!("Late by") { Unit::OpenSeconds } else { Unit::Number })).collect();
    (!rows.is_empty()).then(|| TableData {
        title: say!("Furthest beyond their target").to_owned(),
        note: say!("Due in the period. Late by the clock of the target; who held the ticket when its time ran out, and who had to act longest until its end.").to_owned(),
        row_label: say!("Ticket").to_owned(),
        columns,
        rows,
    })
}

fn text_column(label: &str, unit: Unit) -> TableColumn {
    TableColumn { label: label.to_owned(), metric: None, unit }
}

fn party_title(party: &str) -> &str {
    PARTIES.iter().find(|(word, ..)| *word == party).map_or(party, |(.., name)| crate::language::text(name))
}

/// How much of the target was used.
fn margins(e: &Evidence<'_>, clocks: &[&str]) -> Option<Section> {
    let charts: Vec<ChartData> = clocks.iter().filter_map(|clock| margin_chart(e, clock)).collect();
    (!charts.is_empty()).then(|| Section {
        id: "margins".to_owned(),
        title: say!("How closely").to_owned(),
        lead: say!(
            "How much of its target each clock due in {span} had used when it stopped, or has used by now.",
            span = e.recent_words()
        ),
        charts,
        footer: near_miss_words(e),
        ..Section::default()
    })
}

/// Share of the target from which what was kept was a near miss.
pub(super) fn near_miss(e: &Evidence<'_>) -> f64 {
    match e.settings.parameters.get("near_miss") {
        Some(Number::Real(share)) => share,
        Some(Number::Int(share)) => share as f64,
        None => 1.0,
    }
}

/// What a near miss is.
fn near_miss_words(e: &Evidence<'_>) -> String {
    say!("Near misses are kept, with {left} of the target left or less.", left = format::bare_target(Unit::Share, 1.0 - near_miss(e)))
}

fn margin_chart(e: &Evidence<'_>, clock: &str) -> Option<ChartData> {
    let recent = e.folds.clocks_recent();
    let step = |metric: &str, i: usize| count(recent, metric, 2, &[clock, &i.to_string()]);
    let decided: Vec<u64> = (0..=BEYOND).map(|i| step("clock_decided", i)).collect();
    let open: Vec<u64> = (0..=BEYOND).map(|i| step("clock_open_overdue", i)).collect();
    let close: Vec<u64> = (0..=BEYOND).map(|i| step("clock_near_miss", i)).collect();
    let n: u64 = decided.iter().sum();
    if n < FEWEST {
        return None;
    }
    let share = |i: usize| i as f64 / 20.0;
    let bar = |i: usize| {
        let of = |steps: &[u64]| steps[i..(i + STEPS_A_BAR).min(BEYOND)].iter().sum();
        MarginBin { from: share(i), to: Some(share(i + STEPS_A_BAR)), count: of(&decided), is_open: of(&open), near: of(&close) }
    };
    let mut bins: Vec<MarginBin> = (0..BEYOND).step_by(STEPS_A_BAR).map(bar).collect();
    bins.push(MarginBin { from: share(BEYOND), to: None, count: decided[BEYOND], is_open: open[BEYOND], near: 0 });
    let missed: u64 = decided[20..].iter().sum();
    let near = reading(recent, "clock_near_miss", 0, &[clock]).map_or(0, |r| r.sum.round() as u64);
    let words = |k: u64| format::value_of(Unit::Share, k as f64 / n as f64, n);
    let all = reading(recent, "clock_decided", 0, &[clock]).map_or(0, |r| r.sum.round() as u64);
    Some(ChartData::Margins {
        metric: "clock_met".to_owned(),
        title: say!("{clock}: {missed} missed, {near} just kept", clock = title_of(clock), missed = words(missed), near = words(near)),
        subtitle: say!("Share of the target used, {n} clocks due in {span}", n = format::count(n), span = e.recent_words()),
        bins,
        near: near_miss(e),
        unknown: all.saturating_sub(n),
    })
}

/// Who had the missed ones.
fn causes(e: &Evidence<'_>, clocks: &[&str]) -> Option<Section> {
    let recent = e.folds.clocks_recent();
    let missed: Vec<(&str, u64)> = clocks.iter().map(|c| (*c, count(recent, "clock_missed", 0, &[c]))).filter(|(_, n)| *n > 0).collect();
    let mut tables = Vec::new();
    for (title, note, label, breakdown) in [
        (
            say!("Who had to act longest"),
            say!("Of the missed clocks, by the party with most of the opening hours until the end."),
            say!("Party"),
            3,
        ),
        (say!("Who held it at the breach"), say!("The group that held the ticket when its time ran out."), say!("Group"), 4),
    ] {
        tables.extend(cause_table(e, (title, note, label), breakdown, &missed));
    }
    if tables.is_empty() {
        return None;
    }
    let lead = missed.iter().filter_map(|(clock, n)| {
        let most = parties(recent, clock).into_iter().max_by_key(|(_, k)| *k)?;
        (most.1 > 0).then(|| {
            let share = format::value_of(Unit::Share, most.1 as f64 / *n as f64, *n);
            say!(
                "{clock}: of {n} missed, {share} lay longest with {most}.",
                clock = title_of(clock),
                n = format::count(*n),
                share,
                most = format::inside(most.0)
            )
        })
    });
    Some(Section {
        id: "causes".to_owned(),
        title: say!("Why the missed ones were missed").to_owned(),
        lead: lead.collect::<Vec<_>>().join(" "),
        tables,
        footer: say!("Clocks due in {span}. Who holds a ticket at the breach need not have caused it.", span = e.recent_words()),
        ..Section::default()
    })
}

/// Missed clocks by the party that had them longest.
fn parties(recent: &Readings, clock: &str) -> Vec<(&'static str, u64)> {
    PARTIES.iter().map(|(word, _, name)| (crate::language::text(name), count(recent, "clock_missed", 3, &[clock, word]))).collect()
}

fn cause_table(e: &Evidence<'_>, (title, note, label): (&str, &str, &str), breakdown: usize, missed: &[(&str, u64)]) -> Option<TableData> {
    let recent = e.folds.clocks_recent();
    let mut names: BTreeMap<String, u64> = BTreeMap::new();
    for (group, values) in recent.groups("clock_missed", breakdown) {
        if let Some(r) = values.first().copied().flatten().filter(|r| r.sum > 0.0)
            && missed.iter().any(|(clock, _)| *clock == group[0])
        {
            *names.entry(group[1].clone()).or_default() += r.sum.round() as u64;
        }
    }
    let mut names: Vec<(String, u64)> = names.into_iter().filter(|(name, _)| !name.is_empty()).collect();
    names.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    names.truncate(MOST_GROUPS);
    let cell = |name: &str, clock: &str, all: u64| {
        let n = count(recent, "clock_missed", breakdown, &[clock, name]);
        words(&if n == 0 {
            "–".to_owned()
        } else {
            format!("{} ({})", format::count(n), format::value_of(Unit::Share, n as f64 / all as f64, all))
        })
    };
    let rows: Vec<TableRow> = names
        .iter()
        .map(|(name, _)| TableRow {
            name: party_title(name).to_owned(),
            page: None,
            cells: missed.iter().map(|(clock, all)| cell(name, clock, *all)).collect(),
        })
        .collect();
    let columns = missed.iter().map(|(clock, _)| text_column(&say!("{clock}, missed", clock = title_of(clock)), Unit::Count)).collect();
    (!rows.is_empty()).then(|| TableData { title: title.to_owned(), note: note.to_owned(), row_label: label.to_owned(), columns, rows })
}

/// Where the time of resolved tickets went.
fn time(e: &Evidence<'_>) -> Option<Section> {
    let held = e.folds.held();
    let secs = |metric: &str, breakdown: usize, group: &[&str]| reading(held, metric, breakdown, group).map_or(0.0, |r| r.sum);
    let row = |name: &str, n: u64, breakdown: usize, before: &[&str]| {
        let with = |party: &'static str| [before, &[party]].concat();
        let mut values: Vec<f64> = PARTIES.iter().map(|(word, ..)| secs("held_open", breakdown, &with(word))).collect();
        values.push(PARTIES.iter().map(|(word, ..)| secs("held_closed", breakdown, &with(word))).sum());
        ShareRow { name: name.to_owned(), page: None, n, values }
    };
    let tickets = |breakdown: usize, group: &[&str]| count(held, "tickets_resolved", breakdown, group);
    let all = row(say!("All"), tickets(4, &[]), 0, &[]);
    let total: f64 = all.values.iter().sum();
    if total <= 0.0 || all.n < FEWEST {
        return None;
    }
    let share = |v: f64| format::value_of(Unit::Share, v / total, all.n);
    let title = say!(
        "{work} of a ticket’s time is opening time with the desk, {idle} lies out of hours",
        work = share(all.values[0]),
        idle = share(all.values[PARTIES.len()])
    );
    let mut priorities: Vec<&Vec<String>> = held.groups("tickets_resolved", 3).map(|(g, _)| g).filter(|g| !g[0].is_empty()).collect();
    priorities.sort();
    let by_priority = priorities.iter().map(|g| row(&g[0], tickets(3, &[&g[0]]), 1, &[&g[0]])).filter(|r| r.n > 0);
    let rows: Vec<ShareRow> = [all].into_iter().chain(by_priority).collect();
    let parts: Vec<String> = PARTIES
        .iter()
        .map(|(_, title, _)| crate::language::text(title).to_owned())
        .chain([crate::language::text(OUT_OF_HOURS).to_owned()])
        .collect();
    let subtitle = say!("Time from creation to resolution, tickets resolved in {span}", span = e.recent_words());
    let by_party = ChartData::Shares { title, subtitle, parts: parts.clone(), rows, unit: Unit::Seconds, about: SharesAbout::Division };
    let charts = [Some(by_party), by_group(e, &parts)].into_iter().flatten().collect();
    Some(Section {
        id: "time".to_owned(),
        title: say!("Where the time goes").to_owned(),
        lead: say!("Who had to act: the desk, second level or a supplier by the group that held the ticket, the requester or another party by the hold reason while it was on hold.").to_owned(),
        charts,
        footer: say!("Tickets without events are with their last group from creation to resolution.").to_owned(),
        ..Section::default()
    })
}

/// The same by the group that held the ticket.
fn by_group(e: &Evidence<'_>, parts: &[String]) -> Option<ChartData> {
    let held = e.folds.held();
    let mut groups: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (metric, is_open) in [("held_open", true), ("held_closed", false)] {
        for (group, values) in held.groups(metric, 2) {
            let secs = values.first().copied().flatten().map_or(0.0, |r| r.sum);
            let part = if is_open { PARTIES.iter().position(|(word, ..)| *word == group[1]) } else { Some(PARTIES.len()) };
            if let Some(part) = part.filter(|_| !group[0].is_empty()) {
                groups.entry(group[0].clone()).or_insert_with(|| vec![0.0; PARTIES.len() + 1])[part] += secs;
            }
        }
    }
    let mut rows: Vec<ShareRow> = groups
        .into_iter()
        .map(|(name, values)| ShareRow { n: count(held, "held_tickets", 5, &[&name]), name, page: None, values })
        .filter(|r| r.values.iter().sum::<f64>() > 0.0)
        .collect();
    if rows.len() < 2 {
        return None;
    }
    rows.sort_by(|a, b| b.values.iter().sum::<f64>().total_cmp(&a.values.iter().sum()).then(a.name.cmp(&b.name)));
    let (groups, all) = (rows.len(), rows.iter().flat_map(|r| &r.values).sum::<f64>());
    rows.truncate(MOST_GROUPS);
    let first = &rows[0];
    let left_out = match groups - rows.len() {
        0 => String::new(),
        n => say!(n => "; the smallest group is not shown", "; the {n} smallest groups are not shown", n),
    };
    let share = |row: &ShareRow| format::value_of(Unit::Share, row.values.iter().sum::<f64>() / all, 100);
    let (name, most) = (format::label(&first.name, 60), share(first));
    // Of two that hold as much, the order of names makes neither the first.
    let second = rows.get(1).filter(|row| share(row) == most);
    Some(ChartData::Shares {
        title: match second {
            Some(row) => {
                say!("{name} and {other} hold {share} of all the time each", name, other = format::label(&row.name, 60), share = most)
            }
            None => say!("{name} holds {share} of all the time", name, share = most),
        },
        subtitle: say!(
            "Time by the group that held the ticket, tickets resolved in {span}; largest first{left_out}",
            span = e.recent_words(),
            left_out
        ),
        parts: parts.to_vec(),
        rows,
        unit: Unit::Seconds,
        about: SharesAbout::Totals,
    })
}

/// Our verdict against the product's.
fn agreement(e: &Evidence<'_>) -> Option<Section> {
    let recent = e.folds.clocks_recent();
    let cells = ["both met", "ours met, theirs missed", "ours missed, theirs met", "both missed"];
    let mut rows = Vec::new();
    let mut lead = Vec::new();
    for clock in ["response", "resolution"] {
        let Some(r) = reading(recent, "sla_agreement", 0, &[clock]).filter(|r| r.n > 0.0) else { continue };
        let n = r.n.round() as u64;
        let numbers =
            cells.iter().map(|c| Cell { value: Some(count(recent, "clock_decided", 5, &[clock, c]) as f64), n: 0, ..Cell::default() });
        let agree = Cell { value: r.value, n, ..Cell::default() };
        rows.push(TableRow { name: title_of(clock).to_owned(), page: None, cells: numbers.chain([agree]).collect() });
        lead.push(say!(
            "{clock}: {sum} of {n} verdicts agree.",
            clock = title_of(clock),
            sum = format::count(r.sum.round() as u64),
            n = format::count(n)
        ));
    }
    if rows.is_empty() {
        return None;
    }
    let labels = [say!("Both met"), say!("Only ours met"), say!("Only theirs met"), say!("Both missed")];
    let columns = labels.iter().map(|l| text_column(l, Unit::Count)).chain(column(e, "sla_agreement")).collect();
    let mut tables = vec![TableData {
        title: say!("Verdicts side by side").to_owned(),
        note: String::new(),
        row_label: say!("Clock").to_owned(),
        columns,
        rows,
    }];
    tables.extend(reasons(e));
    tables.extend(differing(e));
    Some(Section {
        id: "agreement".to_owned(),
        title: say!("Against the product’s own verdict").to_owned(),
        lead: say!("Clocks due in {span}. {lead}", span = e.recent_words(), lead = lead.join(" ")),
        tables,
        footer: say!("The reason is the first change of the rules that gives the product’s verdict; `deskcard sla` lists every ticket.")
            .to_owned(),
        ..Section::default()
    })
}

/// Why verdicts differ, most frequent first.
fn reasons(e: &Evidence<'_>) -> Option<TableData> {
    let recent = e.folds.clocks_recent();
    let groups = recent.groups("clock_any", 6).filter_map(|(g, v)| Some((g, v.first().copied().flatten()?)));
    let mut found: Vec<(&str, &str, u64)> = groups
        .filter(|(g, r)| !g[1].is_empty() && r.sum > 0.0)
        .map(|(g, r)| (g[0].as_str(), g[1].as_str(), r.sum.round() as u64))
        .collect();
    found.sort_by(|a, b| b.2.cmp(&a.2).then(a.cmp(b)));
    let rows: Vec<TableRow> = found
        .iter()
        .map(|(clock, reason, n)| TableRow {
            name: format!("{}: {}", title_of(clock), crate::language::of_data(reason)),
            page: None,
            cells: vec![Cell { value: Some(*n as f64), ..Cell::default() }],
        })
        .collect();
    (!rows.is_empty()).then(|| TableData {
        title: say!("Why they differ").to_owned(),
        note: String::new(),
        row_label: say!("Reason found").to_owned(),
        columns: vec![text_column(say!("Clocks"), Unit::Count)],
        rows,
    })
}

fn differing(e: &Evidence<'_>) -> Option<TableData> {
    let verdict = |met: Option<bool>| met.map_or(say!("undecided"), |m| if m { say!("met") } else { say!("missed") });
    let rows: Vec<TableRow> = e
        .clocks
        .differing
        .iter()
        .map(|d| TableRow {
            name: d.ticket.clone(),
            page: None,
            cells: vec![
                words(title_of(&d.clock)),
                words(verdict(d.ours)),
                words(verdict(Some(d.theirs))),
                words(crate::language::of_data(&d.reason)),
            ],
        })
        .collect();
    let columns =
        [say!("Clock"), say!("Ours"), say!("The product’s"), say!("Reason found")].iter().map(|l| text_column(l, Unit::Number)).collect();
    (!rows.is_empty()).then(|| TableData {
        title: say!("Tickets whose verdicts differ").to_owned(),
        note: say!("The newest due in the period.").to_owned(),
        row_label: say!("Ticket").to_owned(),
        columns,
        rows,
    })
}
