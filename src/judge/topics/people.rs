//! The people: who comes, stays and leaves, how joiners learn, how time and feedback are spread. Teams and cohorts, never a ranking.

use super::super::Evidence;
use super::super::cards::Ground;
use super::super::sections::{mentors, people};
use super::super::tables::column;
use super::rows::cell;
use super::{Made, desk_kpis, desk_trend};
use crate::error::Result;
use crate::format;
use crate::scorecard::{Card, Kpi, Section, TableData, TableRow, Topic, Unit};
use crate::{key, say};

const MISSING: &str = key!("No roster tells who is on the desk.");
/// What to do about it.
const ADD: &str = key!("add a source of the kind `agents`: a row a person with `agent_id`, `hired_at`, `left_at` and team.");
/// Measures of the desk's card that belong here.
const KPIS: [&str; 6] = ["headcount", "leavers", "turnover_12m", "absenteeism", "mentor_span", "tenure"];
/// Smaller groups of people are not shown.
const FEWEST: f64 = 5.0;

pub(super) fn topic(ground: &Ground<'_>, cards: &[Card]) -> Result<Made> {
    let Some(mut stay) = people::section(ground)? else { return Ok(Made::missing(MISSING).hinting(true, ADD)) };
    say!("Who comes, stays and leaves").clone_into(&mut stay.title);
    stay.charts.extend(desk_trend(ground, "turnover_12m"));
    let kpis = desk_kpis(cards, &KPIS);
    let sections = [Some(stay), mentors::section(ground)?, time(ground.e), feedback(ground.e)];
    Ok(Made::page(Topic {
        finding: finding(&kpis),
        lead: say!("For those who lead people. Teams and cohorts by name, not by rank; nobody’s risk of leaving is estimated, and nothing here enters a verdict on a person.").to_owned(),
        kpis,
        sections: sections.into_iter().flatten().collect(),
        footer: vec![
            say!("Teams and shifts of fewer than {fewest} people at the end of the period are not shown.", fewest = FEWEST),
            say!("A few people who leave or stay move a rate by much: read the interval, not the figure.").to_owned(),
        ],
        ..Topic::default()
    }))
}

fn finding(kpis: &[Kpi]) -> String {
    let get = |id: &str| kpis.iter().find(|k| k.metric == id);
    let heads = get("headcount").and_then(|k| k.value).map(|v| say!("{n} people on the desk", n = format::value(Unit::Count, v)));
    let left = get("turnover_12m").and_then(|k| Some((k.value?, k.sum))).map(|(rate, left)| {
        say!(
            "{n} left in twelve months ({rate} a year)",
            n = format::value(Unit::Count, left),
            rate = format::value_of(Unit::Share, rate, 1)
        )
    });
    heads.into_iter().chain(left).collect::<Vec<_>>().join(", ")
}

/// Time on the roster, absence and work, by shift.
fn time(e: &Evidence<'_>) -> Option<Section> {
    let shown = ["headcount", "agent_days", "tickets_per_agent_day", "absenteeism"];
    let table = table(e, (say!("Shifts"), say!("Shift"), 1), &shown)?;
    Some(Section {
        id: "schedule".to_owned(),
        title: say!("How the work is spread").to_owned(),
        lead: say!(
            "People, days and absence by shift over {span}. Volume is not quality: it says how many hands there are.",
            span = e.recent_words()
        ),
        tables: vec![table],
        ..Section::default()
    })
}

/// What people observed, by team.
fn feedback(e: &Evidence<'_>) -> Option<Section> {
    let table = table(
        e,
        (say!("Teams"), say!("Team"), 0),
        &["headcount", "qa_score", "peer_360", "kudos", "shadowing_days", "absenteeism", "tenure"],
    )?;
    Some(Section {
        id: "feedback".to_owned(),
        title: say!("What no system measures").to_owned(),
        lead: say!(
            "Quality reviews, feedback of colleagues, praise, time with those the desk serves: as far as somebody wrote them down, over {span}.",
            span = e.recent_words()
        ),
        tables: vec![table],
        footer: say!(
            "Means of a team over all its people; n counts observations. Everybody’s own are on their own card, beside the numbers."
        )
        .to_owned(),
        ..Section::default()
    })
}

/// Measures by a column of the roster, for those groups with people enough.
fn table(e: &Evidence<'_>, (title, label, breakdown): (&str, &str, usize), metrics: &[&str]) -> Option<TableData> {
    let readings = e.folds.people();
    let is_large = |group: &[String]| readings.get("headcount", breakdown, group, 0).is_some_and(|r| r.sum >= FEWEST);
    let groups: Vec<&Vec<String>> = readings.groups("headcount", breakdown).map(|(g, _)| g).filter(|g| !g[0].is_empty()).collect();
    let large: Vec<&Vec<String>> = groups.iter().copied().filter(|g| is_large(g)).collect();
    let has_data = |id: &&&str| large.iter().any(|g| readings.get(id, breakdown, g, 0).is_some_and(|r| r.n > 0.0 || r.sum > 0.0));
    let shown: Vec<&str> = metrics.iter().filter(has_data).copied().collect();
    let row = |group: &&Vec<String>| {
        let one = |id: &&str| e.catalogue.get(id).map(|m| cell(m, readings.get(id, breakdown, group, 0))).unwrap_or_default();
        TableRow { name: group[0].clone(), page: None, cells: shown.iter().map(one).collect() }
    };
    let hidden = groups.len() - large.len();
    let note = match hidden {
        0 => say!("By name.").to_owned(),
        _ => say!("By name. {hidden} of fewer than {fewest} people not shown.", hidden, fewest = FEWEST),
    };
    (large.len() > 1 && shown.len() > 1).then(|| TableData {
        title: title.to_owned(),
        note,
        row_label: label.to_owned(),
        columns: shown.iter().filter_map(|id| column(e, id)).collect(),
        rows: large.iter().map(row).collect(),
    })
}
