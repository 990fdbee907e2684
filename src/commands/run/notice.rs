//! What a run must notice: the evidence for the guards, and what stops it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Context;
use super::super::report::Base;
use super::Run;
use super::intake::Intake;
use super::plan::Plan;
use crate::clock::period::{Period, Unit};
use crate::clock::zone::{Cursor, Zone};
use crate::columns::Source;
use crate::desk::{Desk, Frame, NONE, known, text_of};
use crate::error::{Error, Result};
use crate::guards::{Cells, Column, File, Group, OffRoster, Rules, SourceEvidence, Warning, guards};
use crate::history::Kept;
use crate::ingest::dating_column;
use crate::settings::{Settings, SourceSettings};

/// Days looked back over: two years and a week.
const DAYS: i32 = 737;
/// Batches of which the empty cells are compared.
const BATCHES: usize = 8;
/// Columns that name a group or queue, the first that a source has counting.
const GROUPS: [&str; 2] = ["group", "queue"];
/// The column that names an agent, by kind.
const AGENTS: [&str; 2] = ["agent", "assignee"];

/// Counts of a desk, taken before its rows become facts.
pub(super) struct Counted {
    sources: Vec<SourceEvidence>,
    week: Period,
    /// Rows of the week by agent and source.
    agents: BTreeMap<String, BTreeMap<String, u64>>,
}

/// Counts what the guards look at.
///
/// # Errors
/// A bug, if the frames of the desk are not what they should be.
pub(super) fn count(run: &Run<'_>, ctx: &Context, desk: &Desk, (plan, intake): (&Plan, &Intake)) -> Result<Counted> {
    let zone = ctx.zone();
    let newest = plan.newest().cloned().unwrap_or_else(|| Period::last_complete(Unit::Week, zone.local_day(ctx.as_of)));
    let week = Period::containing(Unit::Week, newest.end_day - 1);
    // Of older weeks only the rows were read that something happened to since: no week to compare with.
    let read_since = ctx.history.as_ref().and_then(|span| span.since).map(|t| Period::containing(Unit::Week, zone.local_day(t)).end_day);
    let from = (week.end_day - DAYS).max(read_since.unwrap_or(i32::MIN)).min(week.first_day);
    let (mut sources, mut agents) = (Vec::new(), BTreeMap::new());
    for source in &ctx.settings.sources {
        let of_kind = ctx.settings.sources.iter().filter(|s| s.kind == source.kind).count();
        // Sources of one kind are one frame: what is told of them is told of all together, once.
        let is_first = sources.iter().all(|s: &SourceEvidence| s.kind != source.kind);
        let frame = desk.frame(source.kind);
        let mut evidence = about(run, source, intake)?;
        if is_first && source.kind != Source::Agents {
            let days = local_days(frame, dating_column(source.kind), &zone)?;
            evidence.days = by_day(&days, from, week.end_day);
            evidence.newest = newest_instant(frame, dating_column(source.kind), ctx.as_of)?;
            evidence.groups = groups(frame, &days, &week)?;
            if of_kind == 1 {
                agents.insert(source.name.clone(), rows_by_agent(frame, &days, &week)?);
            }
        }
        sources.push(evidence);
    }
    Ok(Counted { sources, week, agents })
}

/// What the guards say of it.
pub(super) fn notice(ctx: &Context, mut counted: Counted, base: &Base<'_>) -> Vec<Warning> {
    let has_roster = ctx.settings.sources.iter().any(|s| s.kind == Source::Agents);
    let off: BTreeSet<&str> = base.off_roster().iter().map(String::as_str).collect();
    for source in counted.sources.iter_mut().filter(|_| has_roster) {
        let Some(rows) = counted.agents.get(&source.name).filter(|rows| !rows.is_empty()) else { continue };
        let agents = rows.iter().filter(|(name, _)| off.contains(name.as_str())).map(|(name, n)| (name.clone(), *n)).collect();
        source.off_roster = Some(OffRoster { rows: rows.values().sum(), agents });
    }
    let rules = &ctx.settings.guards;
    let zone = ctx.zone();
    guards(&crate::guards::Evidence {
        sources: counted.sources,
        zone: &zone,
        as_of: ctx.as_of,
        week: counted.week,
        holidays: holidays(&ctx.settings),
        rules: Rules {
            stop: rules.stop.iter().copied().collect(),
            ignore: rules.ignore.iter().copied().collect(),
            silent_after: rules.silent_after,
        },
    })
}

/// Refuses to publish where the config says so.
///
/// # Errors
/// An input error with the first warning that stops a run.
pub(super) fn stop(noticed: &[Warning]) -> Result<()> {
    match noticed.iter().find(|n| n.is_stop) {
        Some(n) => Err(Error::input(format!("nothing was published: {}", n.text))
            .hint(format!("[guards] stop has {:?}: put the exports right and run again, or take it out of the list", n.code.name()))),
        None => Ok(()),
    }
}

/// What is known of a source without its rows: all of it from the history, so that a run that goes on where another was killed says the
/// same.
fn about(run: &Run<'_>, source: &SourceSettings, intake: &Intake) -> Result<SourceEvidence> {
    let batches = run.history.table(source).last_batches(BATCHES + 1)?;
    let files = batches.first().map_or(&[][..], |b| &b.ledger.files);
    Ok(SourceEvidence {
        name: source.name.clone(),
        kind: source.kind,
        days: Vec::new(),
        newest: None,
        arrived: batches.first().map(|b| b.at),
        pattern: source.files.join(", "),
        files_found: intake.found.iter().filter(|f| f.source == source.name).count() as u64,
        files: files.iter().map(|f| File { name: f.name.clone(), rows: f.rows_in + f.set_aside }).collect(),
        product: source.product.clone(),
        row_limits: source.options.row_limits.clone(),
        columns: columns(source, &batches),
        groups: Vec::new(),
        off_roster: None,
    })
}

/// The columns of the newest batch beside those before it; the batches come newest first.
fn columns(source: &SourceSettings, batches: &[Kept]) -> Vec<Column> {
    let Some((newest, earlier)) = batches.split_first() else { return Vec::new() };
    let cells = |&(rows, empty): &(u64, u64)| Cells { rows, empty };
    let header = |name: &str| {
        let mapping = source.columns.iter().find(|m| m.canonical.name == name)?;
        mapping.headers.first().map(|headers| headers.join(" + "))
    };
    let one = |(name, newest): (&String, &(u64, u64))| {
        let earlier = earlier.iter().rev().filter_map(|b| b.empty.get(name)).map(cells).collect();
        Some(Column { name: name.clone(), header: header(name)?, newest: cells(newest), earlier })
    };
    newest.empty.iter().filter_map(one).collect()
}

/// The local day of every row; `None` for one without a date.
fn local_days(frame: &Frame, column: &str, zone: &Zone) -> Result<Vec<Option<i32>>> {
    if !frame.has(column) {
        return Ok(vec![None; frame.height()]);
    }
    let mut cursor = Cursor::new(zone);
    let mut day = |at: i64| known(at).map(|t| (t + i64::from(cursor.offset_at(t))).div_euclid(86_400) as i32);
    Ok(frame.longs(column)?.into_iter().map(&mut day).collect())
}

/// Rows a day, from the first of these days with a row on.
fn by_day(days: &[Option<i32>], from: i32, end: i32) -> Vec<u64> {
    let within = || days.iter().flatten().filter(|d| (from..end).contains(d));
    let Some(&first) = within().min() else { return Vec::new() };
    // Whole weeks: the end is a Monday.
    let first = end - (end - first).div_euclid(7) * 7 - if (end - first) % 7 == 0 { 0 } else { 7 };
    let mut counts = vec![0; (end - first) as usize];
    within().for_each(|d| counts[(d - first) as usize] += 1);
    counts
}

fn newest_instant(frame: &Frame, column: &str, as_of: i64) -> Result<Option<i64>> {
    if !frame.has(column) {
        return Ok(None);
    }
    Ok(frame.longs(column)?.into_iter().filter_map(known).filter(|t| *t < as_of).max())
}

/// Rows a week by group or queue, the week reported last.
fn groups(frame: &Frame, days: &[Option<i32>], week: &Period) -> Result<Vec<Group>> {
    let Some(column) = GROUPS.into_iter().find(|c| frame.is_short_text(c)) else { return Ok(Vec::new()) };
    let weeks = (DAYS / 7) as usize;
    let mut counts: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for (code, day) in frame.codes(column)?.into_iter().zip(days) {
        let Some(day) = day.filter(|d| *d < week.end_day && code != NONE) else { continue };
        let back = ((week.end_day - 1 - day) / 7) as usize;
        if back < weeks {
            counts.entry(code).or_insert_with(|| vec![0; weeks])[weeks - 1 - back] += 1;
        }
    }
    let mut groups: Vec<Group> = counts.into_iter().map(|(code, weeks)| Group { name: text_of(code), weeks }).collect();
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(groups)
}

/// Rows of the week by agent, as the export names them.
fn rows_by_agent(frame: &Frame, days: &[Option<i32>], week: &Period) -> Result<BTreeMap<String, u64>> {
    let Some(column) = AGENTS.into_iter().find(|c| frame.is_short_text(c)) else { return Ok(BTreeMap::new()) };
    let mut out = BTreeMap::new();
    for (code, day) in frame.codes(column)?.into_iter().zip(days) {
        if code != NONE && day.is_some_and(|d| (week.first_day..week.end_day).contains(&d)) {
            *out.entry(text_of(code)).or_default() += 1;
        }
    }
    Ok(out)
}

/// Days on which the desk's own calendar is closed as written in the config.
fn holidays(settings: &Settings) -> BTreeSet<i32> {
    settings.calendars.own.as_ref().map(|own| own.first.schedule.holidays.clone()).unwrap_or_default()
}
