//! `deskcard run`: the weekly job. Takes new exports into the history and publishes every period that is due.
//!
//! An intake happens when its entry stands in the journal, a publication when its folder is in its place: one call each. A run that
//! is killed anywhere leaves what was there, and the next one ends where an undisturbed one would have.

pub(super) mod intake;
mod notice;
pub(super) mod plan;
mod publication;
mod record;
pub(super) mod retention;

use std::io::Write;
use std::path::{Path, PathBuf};

use super::report::{Base, check_templates, desk, needed_since};
use super::send::{self, Post};
use super::{Context, Outcome};
use crate::cli::RunArgs;
use crate::clock::period::{Period, Unit};
use crate::error::Result;
use crate::guards::Code;
use crate::history::{History, Span};
use crate::mail::{Outbox, State};
use crate::publish::folder;
use crate::publish::lock::Lock;
use crate::publish::retain::retain;
use crate::run_record::{OutboxEntry, OutboxState};
use crate::settings::Mail;
use intake::Intake;
use plan::Plan;
use publication::publish;
use record::Recorder;

/// What every step of a run knows.
struct Run<'a> {
    args: &'a RunArgs,
    /// The last batch of the history, once it is known.
    batch: std::cell::Cell<u64>,
    history: History,
    /// The folder of the period folders.
    out: PathBuf,
    /// The machine's time, whatever the cut-off.
    now: i64,
}

pub(super) fn run(args: &RunArgs, now: i64, command_line: &str, stdout: &mut dyn Write) -> Result<Outcome> {
    let mut recorder = Recorder::new(args, now, command_line);
    let ended = locked(args, now, &mut recorder, stdout);
    let recorded = recorder.end(&ended);
    ended.and_then(|outcome| recorded.map(|()| outcome))
}

fn locked(args: &RunArgs, now: i64, recorder: &mut Recorder, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?;
    check_templates(args.templates.as_deref())?;
    Plan::check(args, &ctx)?;
    let out = ctx.settings.dir.join(&ctx.settings.report.out);
    let run = Run { args, batch: std::cell::Cell::new(0), history: ctx.kept().clone(), out, now };
    recorder.knows(&ctx, &run);
    if args.dry_run {
        return plan::dry(&run, &ctx, stdout).map(|()| Outcome::Done);
    }
    let _lock = recorder.step("lock", || Lock::take(run.history.dir()))?;
    recorder.is_ours();
    weekly(&run, ctx, recorder).map(|()| Outcome::Done)
}

/// The recipe.
fn weekly(run: &Run<'_>, mut ctx: Context, recorder: &mut Recorder) -> Result<()> {
    recorder.step("sweep", || sweep(run))?;
    if let Some(rest) = recorder.step("erase", || super::erase::finish(&ctx, &run.history, run.args.templates.as_deref()))? {
        recorder.erased(&rest.lines());
    }
    let recovered = recorder.step("recover", || run.history.recover(&ctx.settings))?;
    recorder.recovered(&recovered);
    let intake = recorder.step("intake", || Intake::run(run, &ctx))?;
    recorder.took(&intake);
    let removed = recorder.step("retention", || retention::apply(&ctx, &run.history))?;
    recorder.removed(&removed);
    run.batch.set(run.history.journal().last()?);
    let plan = Plan::new(run, &ctx)?;
    recorder.planned(&plan, run.batch.get());
    let unit = ctx.settings.report.period;
    let complete = |day: i32| Period::last_complete(unit, day);
    let today = complete(ctx.zone().local_day(ctx.as_of));
    let newest = plan.newest().map_or("", |p| p.id.as_str());
    let is_done = record::last_done(&run.out)
        .is_some_and(|(batch, day, looked_at)| batch == run.batch.get() && complete(day) == today && looked_at == newest);
    let Some(oldest) = plan.oldest(!is_done) else {
        return recorder.step("clean up", || clean_up(run, &ctx, &[]));
    };
    ctx.history = Some(Span { since: Some(needed_since(&ctx, &oldest)), entry: None });
    let desk = recorder.step("read", || desk(&ctx))?;
    let counted = recorder.step("count", || notice::count(run, &ctx, &desk, (&plan, &intake)))?;
    let base = recorder.step("facts", || Base::new(&ctx, desk, &oldest))?;
    let noticed = notice::notice(&ctx, counted, &base);
    recorder.noticed(&noticed);
    notice::stop(&noticed)?;
    // Nobody looks at the pages of a job that seems to work.
    noticed.iter().filter(|n| matches!(n.code, Code::NoNewData | Code::SourceMissing)).for_each(|n| ctx.tell(&n.text));
    publish(run, &base, &plan, (&noticed, recorder))?;
    // Also where it was published by a run that did not come this far: what is queued already is known.
    let is_due = |p: &&Period| plan.due.periods.contains(p) || **p == today;
    if let (Some(mail), Some(newest)) = (&ctx.settings.mail, plan.newest().filter(is_due)) {
        let queued = recorder.step("mail", || post(run, &ctx, mail, &newest.id))?;
        // A mail that is missing every week is in the record; that nobody gets any is no success.
        if queued.entries.is_empty() {
            let why = queued.problems.first().map_or("[mail] names nobody, and nobody of the roster is to get a card", String::as_str);
            ctx.tell(&format!("no mail was made of {} ({why}); `deskcard send` says who would get what", newest.id));
        }
        recorder.queued(queued);
    }
    recorder.step("clean up", || clean_up(run, &ctx, &plan.due.periods))
}

/// Puts the mails of a period into the outbox; `deskcard send --send` sends them. Who cannot be reached is told as a warning.
fn post(run: &Run<'_>, ctx: &Context, mail: &Mail, period: &str) -> Result<Queued> {
    let Some(scorecard) = plan::scorecard(&run.out.join(period))? else { return Ok(Queued::default()) };
    let post = Post::new(ctx, mail, &scorecard, run.args.templates.as_deref())?;
    let outbox = Outbox::open(&send::place(ctx))?;
    post.queue(&outbox, run.now)?;
    let entries = outbox.entries()?.into_iter().filter(|e| e.period == period);
    let told = |e: crate::mail::Entry| OutboxEntry {
        path: shown(ctx, &outbox.message_path(&e)),
        state: match e.state {
            State::Queued | State::Sending | State::Retry { .. } => OutboxState::Waiting,
            State::Sent { .. } | State::Replaced => OutboxState::Sent,
            State::Failed { .. } => OutboxState::Failed,
            State::Unknown { .. } => OutboxState::Unknown,
        },
        id: e.message_id,
    };
    let problems = post.problems.iter().map(ToString::to_string).collect();
    Ok(Queued { entries: entries.map(told).collect(), problems })
}

/// What came into the outbox.
#[derive(Debug, Default)]
struct Queued {
    entries: Vec<OutboxEntry>,
    problems: Vec<String>,
}

/// Clears away what a killed run left.
fn sweep(run: &Run<'_>) -> Result<()> {
    run.history.sweep()?;
    folder::recover(&run.out, |name| Period::from_id(name).is_some())?;
    crate::publish::file::sweep(&run.out).map(|_| ())
}

/// Removes what has become too old, but for what was made just now.
fn clean_up(run: &Run<'_>, ctx: &Context, made: &[Period]) -> Result<()> {
    let keep = ctx.settings.run.keep as usize;
    for unit in [Unit::Week, Unit::Month, Unit::Quarter].into_iter().filter(|_| keep > 0) {
        retain(&run.out, keep, |name| Period::from_id(name).is_some_and(|p| p.unit == unit && !made.contains(&p)))?;
    }
    let kept = ctx.settings.history.clone().unwrap_or_default().keep_removed;
    ctx.settings.sources.iter().try_for_each(|source| run.history.table(source).vacuum(ctx.as_of - kept).map(|_| ()))
}

/// A path as it is told: relative to the config's folder where it lies below it.
fn shown(ctx: &Context, path: &Path) -> String {
    path.strip_prefix(&ctx.settings.dir).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
