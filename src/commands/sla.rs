//! `deskcard sla`: what was kept, where the product says otherwise, and what would be if.

mod answer;
mod list;
mod story;

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};

use super::{Context, Outcome, stdout_failed};
use crate::cli::{Format, SlaArgs};
use crate::clock::period::Period;
use crate::desk::{Frame, known};
use crate::error::{Error, Result};
use crate::facts::{Facts, Table, Wanted};
use crate::settings::Settings;

use answer::Answer;
use list::{LISTED, list};

pub(super) fn run(args: &SlaArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    // `--by ""` asks for no breakdown.
    let args = &SlaArgs { by: args.by.iter().filter(|c| !c.is_empty()).cloned().collect(), ..args.clone() };
    let ctx = Context::load(&args.common, now)?;
    let span = span(&ctx, args)?;
    if args.format == Format::Csv && !args.what_if.is_empty() {
        return Err(Error::config("--format csv lists the clocks as they are, without --what-if").hint("use --format json"));
    }
    if let Some(ticket) = &args.ticket {
        let mut wanted = Wanted::new(&ctx.settings);
        story::want(&mut wanted)?;
        let (facts, _) = ctx.facts(&wanted)?;
        writeln!(stdout, "{}", story::story(&facts, ctx.settings.desk.time_zone.name(), ticket)?.trim_end())
            .map_err(|e| stdout_failed(&e))?;
        return Ok(Outcome::Done);
    }
    let wanted = wanted(&ctx.settings, &args.by, args.format)?;
    let desk = ctx.desk(&wanted)?;
    desk.ledger.accept()?;
    let changed = match args.what_if.as_slice() {
        [] => None,
        changes => Some(ctx.settings.changed(changes)?),
    };
    let otherwise = changed
        .map(|settings| {
            let wanted = self::wanted(&settings, &args.by, args.format)?;
            // What the change needs is not always what was read.
            let desk =
                if wanted == self::wanted(&ctx.settings, &args.by, args.format)? { desk.clone() } else { ctx.desk_of(&settings, &wanted)? };
            Clocks::read(&Facts::make(&settings, desk, &wanted)?.0, &args.by, span)
        })
        .transpose()?;
    let (facts, _) = ctx.facts_of(desk, &wanted)?;
    if args.format == Format::Csv {
        let mut out = BufWriter::new(stdout);
        return list(&facts, &args.by, span, &mut out).map(|()| Outcome::Done);
    }
    let clocks = Clocks::read(&facts, &args.by, span)?;
    let answer = Answer::new(&clocks, otherwise.as_ref(), args);
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&answer.json()).map_err(|e| Error::bug(e.to_string()))?,
        Format::Table | Format::Csv => answer.words(args, &facts),
    };
    writeln!(stdout, "{}", text.trim_end()).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

/// The days asked for, as seconds UTC: all up to the cut-off unless said otherwise.
fn span(ctx: &Context, args: &SlaArgs) -> Result<(i64, i64)> {
    let zone = ctx.zone();
    let from = args.from.as_deref().map(|d| super::day(d, "--from")).transpose()?;
    let to = args.to.as_deref().map(|d| super::day(d, "--to")).transpose()?;
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(Error::config("--to is before --from"));
    }
    let period = Period::span(from.unwrap_or(0), to.unwrap_or(i32::MAX / 2));
    Ok((if from.is_some() { period.start_utc(&zone) } else { i64::MIN }, if to.is_some() { period.end_utc(&zone) } else { i64::MAX }))
}

/// Columns of a clock that are shown or counted.
const COLUMNS: [&str; 13] = [
    "id",
    "clock",
    "cycle",
    "due_at",
    "stopped_at",
    "is_met",
    "used_share",
    "margin_secs",
    "vendor_met",
    "difference",
    "breach_group",
    "breach_agent",
    "basis",
];

fn wanted(settings: &Settings, by: &[String], format: Format) -> Result<Wanted> {
    let mut wanted = Wanted::new(settings);
    wanted.texts = true;
    let shown: &[&str] = if format == Format::Csv { &LISTED } else { &COLUMNS };
    for column in shown.iter().copied().chain(by.iter().map(String::as_str)) {
        wanted.add(Table::SlaClocks, column)?;
    }
    Ok(wanted)
}

/// A clock of a ticket that is due in the span.
#[derive(Debug, Clone)]
struct Clock {
    group: Vec<String>,
    due: Option<i64>,
    stopped: Option<i64>,
    is_met: Option<bool>,
    is_near_miss: bool,
    margin_secs: Option<i64>,
    vendor_met: Option<bool>,
    difference: String,
    holder: String,
    has_history: bool,
}

/// Clocks by ticket, name and cycle.
#[derive(Debug, Default)]
struct Clocks(BTreeMap<(String, String, i64), Clock>);

impl Clocks {
    fn read(facts: &Facts, by: &[String], (from, to): (i64, i64)) -> Result<Self> {
        let names: Vec<&str> = COLUMNS.iter().copied().chain(by.iter().map(String::as_str)).collect();
        for column in &names {
            if !facts.has_column(Table::SlaClocks, column) && facts.frame(Table::SlaClocks).height() > 0 {
                return Err(Error::config(format!("sla_clocks have no column {column:?}"))
                    .hint("name a column of tickets or of sla_clocks, such as policy, priority, team"));
            }
        }
        if facts.frame(Table::SlaClocks).height() == 0 {
            return Ok(Self::default());
        }
        let frame: Frame = facts.columns(Table::SlaClocks, &names)?;
        let (id, clock, cycle) = (frame.texts("id")?, frame.texts("clock")?, frame.longs("cycle")?);
        let (due, stopped, margin) = (frame.longs("due_at")?, frame.longs("stopped_at")?, frame.longs("margin_secs")?);
        let (is_met, vendor, used) = (frame.flags("is_met")?, frame.flags("vendor_met")?, frame.numbers("used_share")?);
        let (difference, group, agent, basis) =
            (frame.texts("difference")?, frame.texts("breach_group")?, frame.texts("breach_agent")?, frame.texts("basis")?);
        let by = by.iter().map(|c| frame.texts(c)).collect::<Result<Vec<_>>>()?;
        let near_miss = facts.parameter("near_miss");
        let mut out = BTreeMap::new();
        for row in (0..id.len()).filter(|&row| known(due[row]).is_none_or(|t| (from..to).contains(&t))) {
            let said = |column: &[Option<String>]| column[row].clone().unwrap_or_default();
            let holder = [said(&group), said(&agent)].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ");
            let one = Clock {
                group: by.iter().map(|c| c[row].clone().unwrap_or_default()).collect(),
                due: known(due[row]),
                stopped: known(stopped[row]),
                is_met: is_met[row],
                is_near_miss: is_met[row] == Some(true) && used[row].is_some_and(|u| u >= near_miss),
                margin_secs: known(margin[row]),
                vendor_met: vendor[row],
                difference: said(&difference),
                holder,
                has_history: basis[row].as_deref() == Some("events"),
            };
            out.insert((said(&id), said(&clock), cycle[row]), one);
        }
        Ok(Self(out))
    }
}
