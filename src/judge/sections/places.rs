//! Where it differs: the hour of the week, the category, the priority in which most is lost against everywhere else.

use std::rc::Rc;

use super::super::cards::Ground;
use super::super::folds::weeks;
use super::cells::{Against, ByWeek, against_rest, by_week, cells_of, own_name};
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
/// What the hours of the week are called among the dimensions.
const HOUR: &str = "hour";
/// Numbers of the two foldings by hour of the week, by calls and by tickets.
const HOURS: [usize; 2] = [6, 7];
/// Hours put together: one hour of a week has too few rows.
const BLOCK: u32 = 2;
/// A place with so many times the rows of all the others is no place.
const NEARLY_ALL: u64 = 9;
/// Findings shown.
const MOST: usize = 5;
/// Fewest weeks with rows of which one can be left out; an hour of fewer weeks is no hour of the week.
const WEEKS: usize = 4;

/// A place where something is lost.
struct Place<'a> {
    metric: &'a Metric,
    dimension: &'static str,
    cell: Against,
    /// Rows on the bad side beyond those the others' rate would give.
    lost: f64,
    /// What it is one of.
    cells: Rc<ByWeek>,
    /// Whether it is less sure without its worst week.
    is_weaker: bool,
}

/// Whether a place is one without the week in which it lost most: an outage on one Tuesday is no weakness of Tuesdays.
enum Without {
    /// It is, as sure as this.
    Holds(Certainty),
    /// It is that week's, by number.
    OneWeek(usize),
    /// Too few weeks to tell.
    TooFew,
}

/// The section; `None` where nothing can be broken down.
pub(super) fn section(ground: &Ground<'_>) -> Result<Option<Section>> {
    let (mut worst, mut passing, mut looked) = (Vec::new(), Vec::new(), 0);
    for id in METRICS {
        let metric = ground.e.catalogue.get(id)?;
        let (place, one_week) = lasting(ground, places(ground, metric, &mut looked));
        worst.extend(place);
        passing.extend(one_week);
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
        lead: say!(
            "For each measure the one place, of {looked} hours, categories, priorities, channels and levels looked at, where most is lost against everywhere \
             else over {span}.",
            looked = format::count(looked as u64),
            span = ground.e.recent_words()
        ),
        findings,
        empty,
        footer: footer(ground, &passing),
        ..Section::default()
    }))
}

/// The worst place that is one without its worst week; and the one that would have stood there, with the week that made it.
fn lasting<'a>(ground: &Ground<'_>, mut places: Vec<Place<'a>>) -> (Option<Place<'a>>, Option<(Place<'a>, usize)>) {
    places.sort_by(|a, b| a.cell.judged.standing.certainty.cmp(&b.cell.judged.standing.certainty).then(b.lost.total_cmp(&a.lost)));
    let mut passing = None;
    for mut place in places {
        match without_worst_week(ground, &place) {
            Without::Holds(certainty) => {
                let told = &mut place.cell.judged.standing.certainty;
                place.is_weaker = told.is_some_and(|told| told < certainty);
                *told = told.map(|told| told.max(certainty));
                return (Some(place), passing);
            }
            Without::OneWeek(week) if passing.is_none() => passing = Some((place, week)),
            Without::TooFew if place.dimension != HOUR => return (Some(place), passing),
            Without::OneWeek(_) | Without::TooFew => {}
        }
    }
    (None, passing)
}

/// The same judgement once more, the week left out for all cells: what happened in it happened to the others as well.
fn without_worst_week(ground: &Ground<'_>, place: &Place<'_>) -> Without {
    let Some(weeks) = place.cells.get(&place.cell.name) else { return Without::TooFew };
    if weeks.iter().filter(|(_, n)| *n > 0).count() < WEEKS {
        return Without::TooFew;
    }
    let sign = if place.metric.better == Better::Lower { 1.0 } else { -1.0 };
    let lost = |(hits, n): &(u64, u64)| sign * (*hits as f64 - place.cell.rest.rate() * *n as f64);
    // Of equal weeks the first.
    let worst = (0..weeks.len()).rev().max_by(|a, b| lost(&weeks[*a]).total_cmp(&lost(&weeks[*b]))).unwrap_or_default();
    let others = against_rest(ground.e, place.metric, &cells_of(&place.cells, |week| week != worst));
    let standing = others.into_iter().find(|cell| cell.name == place.cell.name).map(|cell| cell.judged.standing);
    match standing {
        Some(st) if st.is_good == Some(false) => Without::Holds(st.certainty.unwrap_or(Certainty::CannotTellYet)),
        _ => Without::OneWeek(worst),
    }
}

/// How places are judged, and which of them were one week's.
fn footer(ground: &Ground<'_>, passing: &[(Place<'_>, usize)]) -> String {
    let rule = say!(
        "Places are judged together, so that the worst of many is not taken for bad by being the worst, and each once more without its worst week. \
         That a place is worse does not say why."
    );
    let weeks = weeks(&ground.e.recent());
    let one = |(place, week): &(Place<'_>, usize)| Some(format!("{} ({})", title(place), weeks.get(*week)?.label));
    let named: Vec<String> = passing.iter().filter_map(one).collect();
    if named.is_empty() {
        return rule.to_owned();
    }
    format!("{rule} {}", say!("Left out, as a single week made them: {places}.", places = named.join("; ")))
}

/// All places of a metric on the bad side, leaning or clear.
fn places<'a>(ground: &Ground<'a>, metric: &'a Metric, looked: &mut usize) -> Vec<Place<'a>> {
    let mut out = Vec::new();
    let mut take = |dimension: &'static str, by_week: ByWeek| {
        let (cells, by_week) = (cells_of(&by_week, |_| true), Rc::new(by_week));
        *looked += cells.len();
        for cell in against_rest(ground.e, metric, &cells) {
            // What is nearly everything has no elsewhere to be held against.
            if cell.rest.n() * NEARLY_ALL < cell.own.n() {
                continue;
            }
            let st = &cell.judged.standing;
            if st.is_good == Some(false) {
                let lost = (cell.own.rate() - cell.rest.rate()).abs() * cell.own.n() as f64;
                out.push(Place { metric, dimension, cell, lost, cells: Rc::clone(&by_week), is_weaker: false });
            }
        }
    };
    let readings = ground.e.folds.places();
    for (name, number) in DIMENSIONS {
        take(name, by_week(readings.groups(&metric.id, number), own_name));
    }
    for number in HOURS {
        take(HOUR, by_week(readings.groups(&metric.id, number), hour_block));
    }
    out
}

/// `Monday 08:00–10:00` of a weekday (1 is Monday) and an hour.
fn hour_block(group: &[String]) -> Option<String> {
    let (day, hour): (usize, u32) = (group.first()?.parse().ok()?, group.get(1)?.parse().ok()?);
    let from = hour / BLOCK * BLOCK;
    Some(format!("{} {from:02}:00–{:02}:00", crate::language::text(WEEKDAYS.get(day.checked_sub(1)?)?), from + BLOCK))
}

/// `Abandoned calls: Monday 08:00–10:00`, `Customer satisfaction: category Network`.
fn title(p: &Place<'_>) -> String {
    let name = format::label(&p.cell.name, 60);
    match p.dimension {
        HOUR => format!("{}: {name}", p.metric.label),
        dimension => format!("{}: {} {name}", p.metric.label, crate::language::of_data(dimension)),
    }
}

fn told(ground: &Ground<'_>, p: &Place<'_>) -> Finding {
    let (unit, own, rest) = (p.metric.unit(), p.cell.own, p.cell.rest);
    let lost = format::count(p.lost.round() as u64);
    let at_theirs = if p.metric.better == Better::Lower {
        say!("{lost} fewer at the others’ rate", lost)
    } else {
        say!("{lost} more at the others’ rate", lost)
    };
    let mut text = say!(
        "{hits} of {n} ({own}) against {rest} everywhere else in {span}: {at_theirs}. {chance_words}",
        hits = format::count(own.hits()),
        n = format::count(own.n()),
        own = format::value_of(unit, own.rate(), own.n()),
        rest = format::value_of(unit, rest.rate(), rest.n()),
        span = ground.e.recent_words(),
        at_theirs,
        chance_words = p.cell.judged.chance_words()
    );
    if p.is_weaker {
        text += " ";
        text += say!("Without its worst week it is no more than leaning.");
    }
    let certainty = p.cell.judged.standing.certainty.unwrap_or(Certainty::CannotTellYet);
    finding(&p.metric.id, title(p), text, (certainty, Some(false)))
}
