//! Where it differs: the hour of the week, the category, the priority in which most is lost against everywhere else.

use super::super::cards::Ground;
use super::cells::{Against, Cells, against_rest, cells, own_name};
use super::finding;
use crate::clock::period::WEEKDAYS;
use crate::error::Result;
use crate::format;
use crate::metrics::Metric;
use crate::say;
use crate::scorecard::{Better, Certainty, Finding, Section};

/// Measures looked at, in order.
const METRICS: [&str; 7] = ["log_rate", "csat", "sla_resolution", "reopen_rate", "fcr_touch", "fcr_repeat", "abandonment"];
/// Dimensions of the places fold: what they are called, and their number there.
const DIMENSIONS: [(&str, usize); 4] = [("priority", 0), ("category", 1), ("channel", 2), ("level", 3)];
/// Numbers of the two foldings by hour of the week, by calls and by tickets.
const HOURS: [usize; 2] = [6, 7];
/// Hours put together: one hour of a week has too few rows.
const BLOCK: u32 = 2;
/// A place with so many times the rows of all the others is no place.
const NEARLY_ALL: u64 = 9;
/// Findings shown.
const MOST: usize = 5;

/// A place where something is lost.
struct Place<'a> {
    metric: &'a Metric,
    dimension: &'static str,
    cell: Against,
    /// Rows on the bad side beyond those the others' rate would give.
    lost: f64,
}

/// The section; `None` where nothing can be broken down.
pub(super) fn section(ground: &Ground<'_>) -> Result<Option<Section>> {
    let (mut worst, mut looked) = (Vec::new(), 0);
    for id in METRICS {
        let metric = ground.e.catalogue.get(id)?;
        let places = places(ground, metric, &mut looked);
        worst.extend(
            places
                .into_iter()
                .max_by(|a, b| b.cell.judged.standing.certainty.cmp(&a.cell.judged.standing.certainty).then(a.lost.total_cmp(&b.lost))),
        );
    }
    if looked == 0 {
        return Ok(None);
    }
    worst.sort_by(|a: &Place<'_>, b: &Place<'_>| {
        let (a_sure, b_sure) = (a.cell.judged.standing.certainty, b.cell.judged.standing.certainty);
        a_sure.cmp(&b_sure).then((b.lost / b.cell.own.n() as f64).total_cmp(&(a.lost / a.cell.own.n() as f64)))
    });
    worst.truncate(MOST);
    let findings: Vec<Finding> = worst.iter().map(|p| told(ground, p)).collect();
    let empty =
        if findings.is_empty() { say!("No place differs from the others by more than chance explains.").to_owned() } else { String::new() };
    Ok(Some(Section {
        id: "where".to_owned(),
        title: say!("Where it is lost").to_owned(),
        lead: say!("For each measure the one place, of {looked} hours, categories, priorities, channels and levels looked at, where most is lost against everywhere \
             else over {span}.", looked = format::count(looked as u64), span = ground.e.recent_words()),
        findings,
        empty,
        footer: say!("Places are judged together, so that the worst of many is not taken for bad by being the worst. That a place is worse does not say why.").to_owned(),
        ..Section::default()
    }))
}

/// All places of a metric on the bad side, leaning or clear.
fn places<'a>(ground: &Ground<'a>, metric: &'a Metric, looked: &mut usize) -> Vec<Place<'a>> {
    let mut out = Vec::new();
    let mut take = |dimension: &'static str, cells: &Cells| {
        *looked += cells.len();
        for cell in against_rest(ground.e, metric, cells) {
            // What is nearly everything has no elsewhere to be held against.
            if cell.rest.n() * NEARLY_ALL < cell.own.n() {
                continue;
            }
            let st = &cell.judged.standing;
            if st.is_good == Some(false) {
                let lost = (cell.own.rate() - cell.rest.rate()).abs() * cell.own.n() as f64;
                out.push(Place { metric, dimension, cell, lost });
            }
        }
    };
    let readings = ground.e.folds.places();
    for (name, number) in DIMENSIONS {
        take(name, &cells(readings.groups(&metric.id, number), own_name));
    }
    for number in HOURS {
        take("hour", &cells(readings.groups(&metric.id, number), hour_block));
    }
    out
}

/// `Monday 08:00–10:00` of a weekday (1 is Monday) and an hour.
fn hour_block(group: &[String]) -> Option<String> {
    let (day, hour): (usize, u32) = (group.first()?.parse().ok()?, group.get(1)?.parse().ok()?);
    let from = hour / BLOCK * BLOCK;
    Some(format!("{} {from:02}:00–{:02}:00", crate::language::text(WEEKDAYS.get(day.checked_sub(1)?)?), from + BLOCK))
}

fn told(ground: &Ground<'_>, p: &Place<'_>) -> Finding {
    let (unit, own, rest) = (p.metric.unit(), p.cell.own, p.cell.rest);
    let name = format::label(&p.cell.name, 60);
    let title = match p.dimension {
        "hour" => format!("{}: {name}", p.metric.label),
        dimension => format!("{}: {} {name}", p.metric.label, crate::language::of_data(dimension)),
    };
    let lost = format::count(p.lost.round() as u64);
    let at_theirs = if p.metric.better == Better::Lower {
        say!("{lost} fewer at the others’ rate", lost)
    } else {
        say!("{lost} more at the others’ rate", lost)
    };
    let text = say!(
        "{hits} of {n} ({own}) against {rest} everywhere else in {span}: {at_theirs}. {chance_words}",
        hits = format::count(own.hits()),
        n = format::count(own.n()),
        own = format::value_of(unit, own.rate(), own.n()),
        rest = format::value_of(unit, rest.rate(), rest.n()),
        span = ground.e.recent_words(),
        at_theirs,
        chance_words = p.cell.judged.chance_words()
    );
    let certainty = p.cell.judged.standing.certainty.unwrap_or(Certainty::CannotTellYet);
    finding(&p.metric.id, title, text, (certainty, Some(false)))
}
