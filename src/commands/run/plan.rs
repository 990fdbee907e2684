//! Which periods a run makes: those that are due, and those published before that late rows may have changed.

use std::io::Write;
use std::path::Path;

use super::super::{Context, stdout_failed};
use super::intake::files;
use super::{Run, shown};
use crate::cli::RunArgs;
use crate::clock::period::Period;
use crate::clock::period::due::{Asked, Due, Published, Standing, due};
use crate::clock::{DAY, parse_local};
use crate::error::{Error, Result};
use crate::history::journal::Seen;
use crate::publish::names_in;
use crate::publish::settle::identity;
use crate::scorecard::Scorecard;

/// The scorecards of a period as they are published.
pub(super) const SCORECARD: &str = "scorecard.json";

/// What a run makes.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) due: Due,
    /// Published periods that are looked at again, oldest first.
    pub(super) again: Vec<Period>,
}

impl Plan {
    /// From what is asked for, what is published, and what the history covers.
    ///
    /// # Errors
    /// A config error for a period that cannot be read, an input error for a damaged history.
    pub(super) fn new(run: &Run<'_>, ctx: &Context) -> Result<Self> {
        let first = run.history.first_instant(&ctx.settings)?;
        Self::from(run, ctx, first)
    }

    /// As if the data began at `first`.
    fn from(run: &Run<'_>, ctx: &Context, first: Option<i64>) -> Result<Self> {
        let unit = ctx.settings.report.period;
        let zone = ctx.zone();
        let today = zone.local_day(ctx.as_of);
        let asked = Asked::parse(run.args.period.as_deref(), unit, today)?;
        let published = published(&run.out)?;
        let first_day = first.map(|t| zone.local_day(t));
        let limit = ctx.settings.run.catch_up as usize;
        let due = due(&asked, &Standing { unit, today, published: &published, first_day, limit });
        let newest = due.periods.last().cloned().unwrap_or_else(|| Period::last_complete(unit, today));
        // The newest itself is looked at as well: it may be published already, by a run that was killed after it.
        let back = std::iter::successors(Some(newest), |p| Some(p.previous())).take(ctx.settings.run.restate as usize + 1);
        let is_published = |p: &Period| published.iter().any(|x| x.id == p.id && x.day >= p.end_day);
        let mut again: Vec<Period> = back.filter(|p| is_published(p) && !due.periods.contains(p)).collect();
        again.reverse();
        Ok(Self { due, again })
    }

    /// Refuses a period that cannot be read, before anything is taken in.
    ///
    /// # Errors
    /// A config error with the forms there are.
    pub(super) fn check(args: &RunArgs, ctx: &Context) -> Result<()> {
        let today = ctx.zone().local_day(ctx.as_of);
        match Asked::parse(args.period.as_deref(), ctx.settings.report.period, today).map_err(|e| e.at("--period"))? {
            Asked::One(_) => ctx.period(args.period.as_deref()).map(|_| ()),
            Asked::SinceLastRun => Ok(()),
        }
    }

    /// The newest period that is made; `None` if there is none.
    pub(super) fn newest(&self) -> Option<&Period> {
        self.due.periods.last().or(self.again.last())
    }

    /// The oldest period that may be made; `None` where there is nothing to do: nothing is due, and nothing new came.
    pub(super) fn oldest(&self, is_news: bool) -> Option<Period> {
        let again = self.again.first().filter(|_| is_news || !self.due.periods.is_empty());
        self.due.periods.iter().chain(again).min_by_key(|p| p.first_day).cloned()
    }
}

/// The periods published in a folder. What is no period's folder, or has no scorecard that can be read, is none.
fn published(out: &Path) -> Result<Vec<Published>> {
    let mut found = Vec::new();
    for id in names_in(out)?.unwrap_or_default().into_iter().filter(|id| Period::from_id(id).is_some()) {
        let cut_off = scorecard(&out.join(&id))?.and_then(|s| parse_local(&s.as_of));
        found.extend(cut_off.map(|t| Published { id, day: t.div_euclid(DAY) as i32 }));
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(found)
}

/// The scorecards in a period's folder; `None` where there are none, or none that this version understands.
///
/// # Errors
/// An output error for a file that is there and cannot be read.
pub(in crate::commands) fn scorecard(folder: &Path) -> Result<Option<Scorecard>> {
    let path = folder.join(SCORECARD);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(Error::output(format!("cannot be read: {e}")).at(path.display().to_string())),
    }
}

/// Says what a run would do.
pub(super) fn dry(run: &Run<'_>, ctx: &Context, stdout: &mut dyn Write) -> Result<()> {
    let mut lines = Vec::new();
    let entries = run.history.journal().entries()?;
    for source in &ctx.settings.sources {
        let seen = Seen::of(&entries, &source.name);
        let (found, missing) = files(ctx, source)?;
        for (path, name) in found {
            let (bytes, modified) = identity(&path)?;
            if seen.has_file(&name, bytes, modified) {
                continue;
            }
            let hash = ingest_hash(&path)?;
            let what = if seen.has_bytes(&hash) { "seen before under another name or date" } else { "would be taken in" };
            lines.push(format!("{}: {name} ({bytes} bytes) {what}", source.name));
        }
        lines.extend(missing.into_iter().map(|pattern| format!("{}: no file matches {pattern}", source.name)));
    }
    let is_news = !lines.is_empty();
    if !is_news {
        lines.push("no new exports".to_owned());
    }
    let first = run.history.first_instant(&ctx.settings)?;
    if first.is_none() && is_news {
        lines.push("the history is empty: that the exports reach back to the period is taken for granted".to_owned());
    }
    let plan = Plan::from(run, ctx, first.or(is_news.then_some(0)))?;
    lines.extend(plan.due.periods.iter().map(|p| format!("{} would be published to {}", p.label, shown(ctx, &run.out.join(&p.id)))));
    lines.extend(plan.due.skipped.iter().map(|s| format!("{s} would be left out")));
    if plan.due.periods.is_empty() {
        lines.push("no period is due".to_owned());
    }
    lines.push("nothing was changed (--dry-run)".to_owned());
    writeln!(stdout, "{}", lines.join("\n")).map_err(|e| stdout_failed(&e))
}

fn ingest_hash(path: &Path) -> Result<String> {
    crate::ingest::decode::sha256(path)
        .map(|(hash, _)| hash)
        .map_err(|e| Error::input(format!("cannot be read: {e}")).at(path.display().to_string()))
}
