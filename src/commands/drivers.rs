//! `deskcard drivers`: who does better, and what goes with it.

use std::collections::BTreeMap;
use std::io::Write;

use super::{Context, Outcome, stdout_failed, wanted};
use crate::cli::{CheckFormat, DriversArgs};
use crate::clock::period::{Period, Unit};
use crate::error::{Error, Result, nearest};
use crate::facts::{Facts, Table, all_columns};
use crate::inquiry::Measure;
use crate::inquiry::case_mix;
use crate::inquiry::drivers::{Attribute, Choices, Outcome as Measured, Person, Record, Search, Value, search};
use crate::metrics::{Ask, Breakdown, Kind, Metric, Readings, fold};
use crate::report;

/// Weeks looked at unless a period is given.
const WEEKS: i32 = 53;
/// What is known of people, with its name in a sentence. The first are asked for unless `--by` says otherwise.
const KNOWN: [(&str, &str); 10] = [
    ("prior_business", "earlier work in the business"),
    ("mentor", "mentor"),
    ("site", "site"),
    ("shift", "shift"),
    ("employment", "employment"),
    ("agent_level", "level"),
    ("languages", "languages"),
    ("role", "role"),
    ("team", "team"),
    ("supplier", "supplier"),
];
const ASKED: usize = 7;
/// The observation of days spent with the people the desk serves.
const SHADOWING: &str = "shadowing_days";

pub(super) fn run(args: &DriversArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?.reading(&args.data)?;
    let metrics = args.metrics.iter().map(|id| share(&ctx, id)).collect::<Result<Vec<_>>>()?;
    let attributes = attributes(args);
    let within = args.within.as_deref().filter(|w| *w != "none");
    if let Some(id) = args.by.iter().find(|id| within == Some(id.as_str())) {
        return Err(Error::config(format!("--by {id}: people are compared within the same {id}, where nobody differs by it"))
            .hint("--within none compares all with all"));
    }
    check_columns(&ctx, &attributes, within)?;
    let of_person =
        |columns: &[&str]| -> Breakdown { within.into_iter().chain(["agent"]).chain(columns.iter().copied()).map(str::to_owned).collect() };
    // The last one tells what work people do.
    let breakdowns: Vec<Breakdown> = attributes.iter().map(|(id, _)| of_person(&[id])).chain([of_person(&case_mix::WORK)]).collect();
    let shadowing = ctx.catalogue.get(SHADOWING)?;
    let all: Vec<&Metric> = metrics.iter().copied().chain([shadowing]).collect();
    let (facts, _) = ctx.facts(&wanted(&ctx, &all, &breakdowns, args.filter.as_deref())?)?;
    let span = span(&ctx, args)?;
    let ask = Ask { metrics: metrics.clone(), breakdowns, periods: vec![span.clone()], filter: args.filter.clone() };
    let readings = fold(&facts, &ctx.catalogue, &ask)?;
    let days = shadowed(&ctx, &facts, (shadowing, &span))?;
    let mut people = people(&metrics, &attributes, (&readings, within.is_some()), &days);
    // Of whom the roster does not list nothing is known: not even that there is nothing to tell.
    if let Some(earlier) = attributes.iter().position(|(id, _)| id == "prior_business") {
        people.iter_mut().filter(|p| facts.off_roster.contains(&p.name)).for_each(|p| p.attributes[earlier] = None);
    }
    if people.is_empty() {
        return Err(Error::input(format!("nobody has rows of {} in {}", args.metrics.join(", "), span.id))
            .hint("the rows must name an agent; `deskcard check` says which columns were found"));
    }
    let mut asked: Vec<Attribute> = attributes.iter().map(|(id, label)| Attribute { id: id.clone(), label: label.clone() }).collect();
    if !days.is_empty() {
        asked.push(Attribute { id: SHADOWING.to_owned(), label: "days of shadowing".to_owned() });
    }
    let found = search(&Search {
        measures: metrics.iter().map(|m| measured(&ctx, m)).collect(),
        attributes: asked,
        people,
        within: within.map(str::to_owned),
        choices: Choices::default(),
    })?;
    let text = match args.format {
        CheckFormat::Json => serde_json::to_string_pretty(&found).map_err(|e| Error::bug(e.to_string()))?,
        CheckFormat::Table => report::inquiry::drivers(&found),
    };
    writeln!(stdout, "{}", text.trim_end()).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

/// Refuses what the roster cannot say of people.
fn check_columns(ctx: &Context, attributes: &[(String, String)], within: Option<&str>) -> Result<()> {
    let known = all_columns(&ctx.settings, Table::Tickets);
    let named = attributes.iter().map(|(id, _)| ("--by", id.as_str())).chain(within.map(|id| ("--within", id)));
    let is_known = |id: &str| KNOWN.iter().any(|(k, _)| *k == id) || known.iter().any(|k| k == id);
    let Some((flag, id)) = named.into_iter().find(|(_, id)| !is_known(id)) else { return Ok(()) };
    let of_people = KNOWN.map(|(known, _)| known);
    let near = nearest(id, of_people);
    let hint = if near.is_empty() { format!("people have: {}", of_people.join(", ")) } else { format!("nearest: {}", near.join(", ")) };
    Err(Error::config(format!("{flag}: nothing is known of people under the name {id:?}")).hint(hint))
}

fn share<'c>(ctx: &'c Context, id: &str) -> Result<&'c Metric> {
    let metric = ctx.catalogue.get(id)?;
    match metric.kind {
        Kind::Share if metric.trailing_days.is_none() => Ok(metric),
        _ => {
            Err(Error::config(format!("{id} is no share of rows"))
                .hint("people are compared by shares, such as csat, fcr_touch, reopen_rate"))
        }
    }
}

fn measured(ctx: &Context, m: &Metric) -> Measured {
    let measure = Measure { id: m.id.clone(), label: m.label.clone(), unit: m.unit(), better: m.better };
    Measured { measure, margin: ctx.settings.judge.margin_of(&m.id, 0.5) }
}

/// Column and name of what people are compared by.
fn attributes(args: &DriversArgs) -> Vec<(String, String)> {
    let label =
        |id: &str| KNOWN.iter().find(|(known, _)| *known == id).map_or_else(|| id.replace('_', " "), |(_, label)| (*label).to_owned());
    let asked: Vec<String> = match args.by.is_empty() {
        true => KNOWN[..ASKED].iter().map(|(id, _)| (*id).to_owned()).collect(),
        false => args.by.clone(),
    };
    asked.into_iter().filter(|id| args.within.as_ref() != Some(id)).map(|id| (label(&id), id)).map(|(label, id)| (id, label)).collect()
}

fn span(ctx: &Context, args: &DriversArgs) -> Result<Period> {
    let today = ctx.zone().local_day(ctx.as_of);
    if let Some(text) = args.period.as_deref() {
        return Period::parse(text, ctx.settings.report.period, today).map_err(|e| if e.at.is_empty() { e.at("--period") } else { e });
    }
    let last = Period::last_complete(Unit::Week, today);
    Ok(Period::span(last.end_day - WEEKS * 7, last.end_day - 1))
}

/// Days of shadowing of each person; empty where nobody counts them.
fn shadowed(ctx: &Context, facts: &Facts, (metric, span): (&Metric, &Period)) -> Result<BTreeMap<String, f64>> {
    let ask = Ask { metrics: vec![metric], breakdowns: vec![vec!["agent".to_owned()]], periods: vec![span.clone()], filter: None };
    let readings = fold(facts, &ctx.catalogue, &ask)?;
    let days =
        readings.groups(&metric.id, 0).filter_map(|(group, values)| Some((group[0].clone(), values.first().copied().flatten()?.sum)));
    Ok(days.collect())
}

/// Everybody with rows, by organisation and name.
fn people(
    metrics: &[&Metric],
    attributes: &[(String, String)],
    (readings, is_within): (&Readings, bool),
    days: &BTreeMap<String, f64>,
) -> Vec<Person> {
    let mut people: BTreeMap<(String, String), Person> = BTreeMap::new();
    let mut votes: BTreeMap<(String, String, usize), BTreeMap<String, u64>> = BTreeMap::new();
    for (at, metric) in metrics.iter().enumerate() {
        let mix = case_mix::standardised(readings, &metric.id, attributes.len());
        for column in 0..attributes.len() {
            let mut own: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
            for (group, values) in readings.groups(&metric.id, column) {
                let (stratum, rest) = if is_within { (group[0].clone(), &group[1..]) } else { (String::new(), &group[..]) };
                let Some(r) = values.first().copied().flatten().filter(|_| !rest[0].is_empty()) else { continue };
                let (hits, n) = r.counts();
                let key = (stratum, rest[0].clone());
                let sum = own.entry(key.clone()).or_default();
                *sum = (sum.0 + hits, sum.1 + n);
                *votes.entry((key.0, key.1, column)).or_default().entry(rest[1].clone()).or_default() += n;
            }
            for ((stratum, name), (events, n)) in own {
                let key: Vec<String> = is_within.then(|| stratum.clone()).into_iter().chain([name.clone()]).collect();
                let expected = mix.get(&key).map(|one| one.standardised.expected);
                let person = people.entry((stratum.clone(), name.clone())).or_insert_with(|| Person {
                    name,
                    stratum,
                    attributes: vec![None; attributes.len()],
                    outcomes: vec![None; metrics.len()],
                });
                person.outcomes[at] = Some(Record { events, n, expected });
            }
        }
    }
    for ((stratum, name, column), values) in votes {
        // What most rows say.
        let most = values.into_iter().max_by(|(a, n), (b, m)| n.cmp(m).then_with(|| b.cmp(a))).map(|(value, _)| value);
        if let Some(person) = people.get_mut(&(stratum, name)) {
            person.attributes[column] = most.and_then(|value| as_value(&attributes[column].0, value));
        }
    }
    if !days.is_empty() {
        people.values_mut().for_each(|p| p.attributes.push(Some(Value::Number(days.get(&p.name).copied().unwrap_or_default()))));
    }
    people.into_values().collect()
}

/// Earlier departments are many, and what counts is to have been in one at all; nothing given is not known.
fn as_value(id: &str, value: String) -> Option<Value> {
    match id {
        "prior_business" => Some(Value::Flag(!value.is_empty())),
        _ => (!value.is_empty()).then_some(Value::Word(value)),
    }
}
