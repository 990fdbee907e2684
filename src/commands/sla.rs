//! `deskcard sla`: what was kept, where the product says otherwise, and what would be if.

mod answer;
mod cells;
mod list;
mod story;

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};

use super::clocks::{Clock, clocks};
use super::{Context, Outcome, stdout_failed};
use crate::cli::{Format, SlaArgs};
use crate::clock::period::Period;
use crate::error::{Error, Result};
use crate::facts::{Facts, Table, Wanted};
use crate::settings::Settings;

use answer::Answer;
use list::{LISTED, list};

pub(super) fn run(args: &SlaArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    // `--by ""` asks for no breakdown.
    let args = &SlaArgs { by: args.by.iter().filter(|c| !c.is_empty()).cloned().collect(), ..args.clone() };
    let ctx = Context::load(&args.common, now)?.reading(&args.data)?;
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
    let changed = if args.what_if.is_empty() { None } else { Some(ctx.settings.changed(&args.what_if)?) };
    let mut wanted = wanted(&ctx.settings, args)?;
    if let Some(settings) = &changed {
        // What the change needs is read as well: both look at one desk.
        wanted.merge(self::wanted(settings, args)?);
    }
    let desk = ctx.desk(&wanted)?;
    desk.ledger.accept()?;
    let is_in_span = |due: Option<i64>| due.is_none_or(|t| (span.0..span.1).contains(&t));
    let otherwise = match &changed {
        Some(settings) => Some(keyed(clocks(&Facts::make(settings, desk.clone(), &wanted)?.0, &args.by, is_in_span)?)),
        None => None,
    };
    let (facts, _) = ctx.facts_of(desk, &wanted)?;
    if args.format == Format::Csv {
        let mut out = BufWriter::new(stdout);
        return list(&facts, &args.by, is_in_span, &mut out).map(|()| Outcome::Done);
    }
    let clocks = keyed(clocks(&facts, &args.by, is_in_span)?);
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
        return Err(Error::config("--to is before --from").hint("swap the two days"));
    }
    let period = Period::span(from.unwrap_or(0), to.unwrap_or(i32::MAX / 2));
    Ok((if from.is_some() { period.start_utc(&zone) } else { i64::MIN }, if to.is_some() { period.end_utc(&zone) } else { i64::MAX }))
}

fn wanted(settings: &Settings, args: &SlaArgs) -> Result<Wanted> {
    let mut wanted = Wanted::new(settings);
    super::clocks::want(&mut wanted, &args.by)?;
    if args.format == Format::Csv {
        LISTED.iter().try_for_each(|c| wanted.add(Table::SlaClocks, c))?;
    }
    Ok(wanted)
}

/// Clocks by ticket, name and cycle.
type Clocks = BTreeMap<(String, String, i64), Clock>;

fn keyed(clocks: Vec<Clock>) -> Clocks {
    clocks.into_iter().map(|c| ((c.ticket.clone(), c.name.clone(), c.cycle), c)).collect()
}
