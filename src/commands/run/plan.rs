//! Which periods a run makes: those that are due, and those published before that late rows may have changed.

use std::io::Write;
use std::path::Path;

use super::super::{Context, stdout_failed};
use super::intake::files;
use super::{Run, shown};
use crate::cli::RunArgs;
use crate::clock::period::due::{Asked, Due, Published, Standing, due};
use crate::clock::period::{Period, Unit};
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
        let restate = ctx.settings.run.restate as usize;
        let limit = ctx.settings.run.catch_up as usize;
        // As far back as anything is caught up on or looked at again.
        let back = |from: Period| std::iter::successors(Some(from), |p| Some(p.previous()));
        let reach = |from: Period| back(from).nth(restate.max(limit) + 1).map_or(i32::MIN, |p| p.first_day);
        let complete = Period::last_complete(unit, today);
        let since = match &asked {
            Asked::One(period) => reach(period.clone()).min(reach(complete.clone())),
            Asked::SinceLastRun => reach(complete.clone()),
        };
        let published = published(&run.out, unit, since)?;
        let first_day = first.map(|t| zone.local_day(t));
        let due = due(&asked, &Standing { unit, today, published: &published, first_day, limit });
        let newest = due.periods.last().cloned().unwrap_or(complete);
        // The newest itself is looked at as well: it may be published already, by a run that was killed after it.
        let is_published = |p: &Period| published.iter().any(|x| x.id == p.id && x.day >= p.end_day);
        let mut again: Vec<Period> = back(newest).take(restate + 1).filter(|p| is_published(p) && !due.periods.contains(p)).collect();
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

/// The periods published in a folder: those that end after a day, and the last of the unit that was over when it was published. What is no
/// period's folder, or has no scorecard that this version understands, is none. However many were published before, they are not looked at.
fn published(out: &Path, unit: Unit, since: i32) -> Result<Vec<Published>> {
    let mut named: Vec<Period> = names_in(out)?.unwrap_or_default().iter().filter_map(|id| Period::from_id(id)).collect();
    named.sort_by(|a, b| b.first_day.cmp(&a.first_day).then_with(|| a.id.cmp(&b.id)));
    let (mut found, mut has_last) = (Vec::new(), false);
    for period in named {
        let is_of_unit = period == Period::containing(unit, period.first_day);
        if period.end_day <= since && (has_last || !is_of_unit) {
            continue;
        }
        let Some(day) = published_on(&out.join(&period.id))? else { continue };
        has_last |= is_of_unit && period.end_day <= day;
        found.push(Published { id: period.id, day });
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(found)
}

/// The day of the run that published the scorecards in a folder, in days since 1970; `None` where there are none that this version understands.
fn published_on(folder: &Path) -> Result<Option<i32>> {
    let path = folder.join(SCORECARD);
    // Of a desk of hundreds they are some twenty megabytes: no more is read than says when they were made.
    match std::fs::File::open(&path).and_then(crate::scorecard::as_of) {
        Ok(cut_off) => Ok(cut_off.and_then(|t| parse_local(&t)).map(|t| t.div_euclid(DAY) as i32)),
        Err(e) if is_missing(&e) => Ok(None),
        Err(e) => Err(unreadable(&e, &path)),
    }
}

fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

fn unreadable(error: &std::io::Error, path: &Path) -> Error {
    Error::output(format!("cannot be read: {error}")).at(path.display().to_string())
}

/// The scorecards in a period's folder; `None` where there are none, or none that this version understands.
///
/// # Errors
/// An output error for a file that is there and cannot be read.
pub(in crate::commands) fn scorecard(folder: &Path) -> Result<Option<Scorecard>> {
    let path = folder.join(SCORECARD);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(e) if is_missing(&e) => Ok(None),
        Err(e) => Err(unreadable(&e, &path)),
    }
}

/// Says what a run would do.
pub(super) fn dry(run: &Run<'_>, ctx: &Context, stdout: &mut dyn Write) -> Result<()> {
    let (mut lines, mut is_news) = (Vec::new(), false);
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
            is_news = true;
        }
        lines.extend(missing.into_iter().map(|pattern| format!("{}: no file matches {pattern}", source.name)));
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::SCHEMA_VERSION;

    /// A folder of scorecards, by period and what its file holds; `None` for one that must not be opened: it is a folder.
    fn folder(published: &[(&str, Option<&str>)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        for (id, text) in published {
            let place = dir.path().join(id);
            std::fs::create_dir(&place).expect("a folder");
            match text {
                Some(text) => std::fs::write(place.join(SCORECARD), text).expect("a file"),
                None => std::fs::create_dir(place.join(SCORECARD)).expect("a folder"),
            }
        }
        dir
    }

    fn cut_off(day: &str) -> String {
        format!("{{\"schema_version\": {SCHEMA_VERSION}, \"as_of\": \"{day} 06:00\", \"rest\": [")
    }

    fn found(published: &[(&str, Option<&str>)], since: &str) -> Vec<String> {
        let since = Period::from_id(since).expect("a period").first_day;
        let all = super::published(folder(published).path(), Unit::Week, since).expect("it can be read");
        all.into_iter().map(|p| p.id).collect()
    }

    #[test]
    fn what_was_published_long_ago_is_not_looked_at() {
        let (w45, w46) = (cut_off("2026-11-09"), cut_off("2026-11-16"));
        let long_ago = [("2026-W10", None), ("2026-W45", Some(&*w45)), ("2026-W46", Some(&*w46)), ("2026-01", None), ("notes", None)];
        assert_eq!(found(&long_ago, "2026-W40"), ["2026-W45", "2026-W46"]);
        assert_eq!(found(&long_ago, "2026-W46"), ["2026-W46"]);
    }

    #[test]
    fn the_last_whole_one_is_found_however_long_ago_it_was() {
        // The newest was published before it was over, the one before it is of no version known, a month is of another unit.
        let (early, old, month) = (cut_off("2026-11-12"), cut_off("2026-05-11"), cut_off("2026-06-01"));
        let published = [
            ("2026-W18", None),
            ("2026-W19", Some(&*old)),
            ("2026-05", Some(&*month)),
            ("2026-W45", Some("{}")),
            ("2026-W46", Some(&*early)),
        ];
        assert_eq!(found(&published, "2026-W40"), ["2026-W19", "2026-W46"]);
        // A file that cannot be read is told where it matters.
        let unreadable = folder(&[("2026-W46", None)]);
        assert_eq!(super::published(unreadable.path(), Unit::Week, 0).unwrap_err().kind.exit_code(), 4);
    }
}
