//! `deskcard before-after`: did it work?

use std::collections::BTreeMap;
use std::io::Write;

use super::{Context, Outcome, day, stdout_failed, wanted};
use crate::cli::{BeforeAfterArgs, CheckFormat, PickedBy};
use crate::clock::day_text;
use crate::clock::period::{Period, Unit};
use crate::error::{Error, Result, nearest};
use crate::facts::{Facts, Table};
use crate::inquiry::Measure;
use crate::inquiry::before_after::{AgentRecord, Choices, Event, Picked, Question, Sum, Week, answer};
use crate::metrics::{Ask, Kind, Metric, fold};
use crate::report;
use crate::scorecard::Unit as Number;

/// Weeks looked at on either side, at most: a year.
const MOST_WEEKS: i32 = 52;
const WEEK: i32 = 7;
/// Names listed where none is near.
const LISTED: usize = 8;

pub(super) fn run(args: &BeforeAfterArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?.reading(&args.data)?;
    let metric = measurable(&ctx, &args.metric)?;
    let event = event(&ctx, args)?;
    let weeks = weeks(&ctx, args, event.day);
    let treated = Treated::of(args);
    let mut wanted = wanted(&ctx, &[metric], &[vec!["agent".to_owned(), "team".to_owned()]], args.filter.as_deref())?;
    if args.measure.is_some() {
        ["agent", "measure", "value", "at"].into_iter().try_for_each(|c| wanted.add(Table::Observations, c))?;
    }
    let (facts, _) = ctx.facts(&wanted)?;
    // Before the first row there was nothing to count.
    let first_day = metric.on.and_then(|table| facts.first_day(table));
    let weeks: Vec<Period> = weeks.into_iter().filter(|w| first_day.is_none_or(|first| w.first_day >= first)).collect();
    let agents = agents(&ctx, &facts, (metric, args), (&weeks, &treated, event.day))?;
    let choices = Choices { margin: margin(&ctx, metric), ..Choices::default() };
    let question = Question {
        measure: Measure { id: metric.id.clone(), label: metric.label.clone(), unit: metric.unit(), better: metric.better },
        event,
        weeks: weeks.iter().map(|p| Week { id: p.id.clone(), short: p.short.clone(), first_day: p.first_day }).collect(),
        agents,
        picked: match args.picked {
            None => Picked::Unknown,
            Some(PickedBy::Record) => Picked::ByRecord,
            Some(PickedBy::Otherwise) => Picked::Otherwise,
        },
        choices,
    };
    let answer = answer(&question)?;
    let text = match args.format {
        CheckFormat::Json => serde_json::to_string_pretty(&answer).map_err(|e| Error::bug(e.to_string()))?,
        CheckFormat::Table => report::inquiry::before_after(&answer),
    };
    writeln!(stdout, "{}", text.trim_end()).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

/// A metric that is one number an agent and week.
fn measurable<'c>(ctx: &'c Context, id: &str) -> Result<&'c Metric> {
    let metric = ctx.catalogue.get(id)?;
    if matches!(metric.kind, Kind::Share | Kind::Mean) && metric.trailing_days.is_none() {
        return Ok(metric);
    }
    Err(Error::config(format!("{id} is no share or mean of rows"))
        .hint("a change is looked for in shares and means, such as csat, fcr_touch, aht"))
}

fn margin(ctx: &Context, metric: &Metric) -> f64 {
    match metric.unit() {
        Number::Share => ctx.settings.judge.margin_of(&metric.id, 0.5),
        // Of a mean anything may matter; its interval says how much there is.
        _ => 0.0,
    }
}

/// What happened, by a day or by the words of an `[[event]]`.
fn event(ctx: &Context, args: &BeforeAfterArgs) -> Result<Event> {
    let dated = |name: &str, day: i32| Event { name: name.to_owned(), day, date: Period::span(day, day).label };
    if let Some(text) = &args.date {
        return Ok(dated(args.event.as_deref().unwrap_or("it"), day(text, "--date")?));
    }
    let Some(words) = &args.event else {
        return Err(
            Error::config("--event or --date is needed: when did it happen?").hint("--event takes words of an [[event]] of the config")
        );
    };
    let is_meant = |label: &str| label.to_lowercase().contains(&words.to_lowercase());
    let found: Vec<_> = ctx.settings.events.iter().filter(|e| is_meant(&e.label)).collect();
    match found[..] {
        [one] => Ok(dated(&one.label, one.day())),
        [] => {
            let labels: Vec<&str> = ctx.settings.events.iter().map(|e| e.label.as_str()).collect();
            let near = nearest(words, labels.iter().copied());
            let known = if near.is_empty() { labels.join(", ") } else { near.join(", ") };
            Err(Error::config(format!("no [[event]] of the config has {words:?} in its label")).hint(if known.is_empty() {
                "name the day with --date".to_owned()
            } else {
                format!("there are: {known}; or name the day with --date")
            }))
        }
        _ => {
            let labels: Vec<String> = found.iter().map(|e| format!("{} ({})", e.label, day_text(e.day()))).collect();
            Err(Error::config(format!("several events have {words:?} in their label"))
                .hint(format!("say more of one of them: {}", labels.join(", "))))
        }
    }
}

/// The complete weeks around a day, as many before and after it as are asked for, and the week the day cuts in two.
fn weeks(ctx: &Context, args: &BeforeAfterArgs, day: i32) -> Vec<Period> {
    let today = ctx.zone().local_day(ctx.as_of);
    let reach = |weeks: Option<u32>| WEEK * weeks.map_or(MOST_WEEKS, |n| n as i32);
    let monday = Period::containing(Unit::Week, day).first_day;
    let after = if monday == day { day } else { monday + WEEK };
    let all = Period::series(Unit::Week, monday - reach(args.before), after + reach(args.after) - 1);
    all.into_iter().filter(|p| p.end_day <= today).collect()
}

/// Who was treated.
enum Treated {
    Everyone,
    Agents(Vec<String>),
    Teams(Vec<String>),
    /// From the first observation of this measure on.
    Observed(String),
}

impl Treated {
    fn of(args: &BeforeAfterArgs) -> Self {
        match (&args.agents[..], &args.teams[..], &args.measure) {
            ([], [], Some(measure)) => Self::Observed(measure.clone()),
            ([], [], None) => Self::Everyone,
            ([], teams, _) => Self::Teams(teams.to_vec()),
            (agents, _, _) => Self::Agents(agents.to_vec()),
        }
    }
}

/// The agents with their weeks, and since when each was treated. Weeks before the first and after the last row of anybody are left out.
fn agents(
    ctx: &Context,
    facts: &Facts,
    (metric, args): (&Metric, &BeforeAfterArgs),
    (weeks, treated, day): (&[Period], &Treated, i32),
) -> Result<Vec<AgentRecord>> {
    if weeks.is_empty() {
        return Err(
            Error::input("no complete week lies around that day").hint("the day must lie within the data; --as-of says where it ends")
        );
    }
    let breakdown = vec!["agent".to_owned(), "team".to_owned()];
    let ask = Ask { metrics: vec![metric], breakdowns: vec![breakdown], periods: weeks.to_vec(), filter: args.filter.clone() };
    let readings = fold(facts, &ctx.catalogue, &ask)?;
    let mut records: BTreeMap<String, (Vec<Sum>, BTreeMap<String, u64>)> = BTreeMap::new();
    for (group, values) in readings.groups(&metric.id, 0).filter(|(group, _)| !group[0].is_empty()) {
        let entry = records.entry(group[0].clone()).or_insert_with(|| (vec![Sum::default(); weeks.len()], BTreeMap::new()));
        for (sum, reading) in entry.0.iter_mut().zip(values) {
            let Some(r) = reading else { continue };
            let n = r.n.round() as u64;
            *sum = Sum { sum: sum.sum + r.sum, n: sum.n + n };
            *entry.1.entry(group[1].clone()).or_default() += n;
        }
    }
    let since = since(ctx, facts, (treated, day), &records)?;
    Ok(records.into_iter().map(|(name, (weeks, _))| AgentRecord { since: since.get(&name).copied(), name, weeks }).collect())
}

/// Since when each treated agent was; those not named were not.
fn since(
    ctx: &Context,
    facts: &Facts,
    (treated, day): (&Treated, i32),
    records: &BTreeMap<String, (Vec<Sum>, BTreeMap<String, u64>)>,
) -> Result<BTreeMap<String, i32>> {
    let unknown = |what: &str, name: &str, mut known: Vec<&str>| {
        known.sort_unstable();
        known.dedup();
        let near = nearest(name, known.iter().copied());
        let listed = known.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
        let error = Error::config(format!("no rows of {what} {name:?}"));
        error.hint(if near.is_empty() { format!("there are: {listed}") } else { format!("nearest: {}", near.join(", ")) })
    };
    match treated {
        Treated::Everyone => Ok(records.keys().map(|name| (name.clone(), day)).collect()),
        Treated::Agents(names) => {
            if let Some(name) = names.iter().find(|n| !records.contains_key(*n)) {
                return Err(unknown("agent", name, records.keys().map(String::as_str).collect()));
            }
            Ok(names.iter().map(|name| (name.clone(), day)).collect())
        }
        Treated::Teams(teams) => {
            // Of somebody who changed teams, the team of most rows.
            let team = |of: &BTreeMap<String, u64>| {
                of.iter().max_by_key(|(name, n)| (**n, std::cmp::Reverse(*name))).map(|(name, _)| name.clone())
            };
            let of: BTreeMap<&String, String> = records.iter().filter_map(|(name, (_, teams))| Some((name, team(teams)?))).collect();
            if let Some(name) = teams.iter().find(|t| !of.values().any(|team| team == *t)) {
                return Err(unknown("team", name, of.values().map(String::as_str).collect()));
            }
            Ok(of.into_iter().filter(|(_, team)| teams.contains(team)).map(|(name, _)| (name.clone(), day)).collect())
        }
        Treated::Observed(measure) => first_observed(ctx, facts, measure),
    }
}

/// The first day of an observation of each agent.
fn first_observed(ctx: &Context, facts: &Facts, measure: &str) -> Result<BTreeMap<String, i32>> {
    let (zone, mut first, mut known) = (ctx.zone(), BTreeMap::new(), std::collections::BTreeSet::new());
    let frame = facts.columns(Table::Observations, &["agent", "measure", "value"])?;
    let at = facts.columns(Table::Observations, &["at"])?.longs("at")?;
    let (agents, measures, values) = (frame.texts("agent")?, frame.texts("measure")?, frame.numbers("value")?);
    for row in 0..at.len() {
        let (Some(agent), Some(own)) = (&agents[row], &measures[row]) else { continue };
        known.insert(own.clone());
        if own == measure && values[row].is_some_and(|v| v > 0.0) && crate::desk::known(at[row]).is_some() {
            let day = zone.local_day(at[row]);
            first.entry(agent.clone()).and_modify(|d: &mut i32| *d = (*d).min(day)).or_insert(day);
        }
    }
    if first.is_empty() {
        let near = nearest(measure, known.iter().map(String::as_str));
        let known = if near.is_empty() { known.into_iter().collect::<Vec<_>>() } else { near.iter().map(|n| (*n).to_owned()).collect() };
        return Err(Error::config(format!("no observation is named {measure:?}")).hint(format!("there are: {}", known.join(", "))));
    }
    Ok(first)
}
