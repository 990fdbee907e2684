//! `deskcard erase`: a person taken out of everything that is kept, for good, while every total stays true.
//!
//! From its record on an erasure has happened: what a killed command left undone is done by the next `erase` or `run` ([`finish`]).

mod pages;

use std::io::Write;
use std::path::Path;

use serde_json::json;

use super::person::{Asked, Person, find};
use super::report::check_templates;
use super::{Context, Outcome, stdout_failed};
use crate::cli::{CheckFormat, EraseArgs};
use crate::error::{Error, Result};
use crate::format::things;
use crate::history::History;
use crate::history::erasure::{Record, Rewriting};
use crate::privacy::erased::{PSEUDONYM, key as key_of};
use crate::privacy::{Erased, Holds, Marks};
use crate::publish::lock::Lock;
use pages::{Pages, Rest};

/// What is not deskcard's to change.
const NOT_OURS: &str = "Not touched, because deskcard does not own it: the export files in their own folder, the config, the products they come from, \
    mail that was delivered, what `export`, `report --out` and `subject-export` wrote elsewhere, and backups.";

pub(super) fn run(args: &EraseArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?;
    check_templates(args.templates.as_deref())?;
    let history = ctx.kept();
    if !history.dir().is_dir() {
        return Err(Error::input("there is no history: nothing is kept but pages").at(history.dir().display().to_string()));
    }
    let _lock = Lock::take(history.dir())?;
    history.sweep()?;
    let finished = if args.yes { finish(&ctx, history, args.templates.as_deref())? } else { None };
    let said = args.agent.as_deref().or(args.requester.as_deref()).unwrap_or_default();
    let asked = Asked { agent: args.agent.as_deref(), requester: args.requester.as_deref(), also: &args.also };
    let person = match find(&ctx, history, asked) {
        Ok(person) => person,
        Err(error) => {
            let before = history.erased()?.and_then(|e| e.pseudonym(said).map(str::to_owned)).ok_or(error)?;
            return already(args, &before, finished.as_ref(), stdout);
        }
    };
    let done = Erasure::plan(&ctx, history, person).and_then(|plan| match args.yes {
        true => plan.carry_out(&ctx, history, args.templates.as_deref()),
        false => Ok(plan),
    });
    let swept = history.sweep();
    let done = done.and_then(|done| swept.map(|()| done))?;
    say(args, &done, stdout)
}

/// Does what a killed erasure left undone; `None`: there was nothing.
///
/// # Errors
/// As of the erasure itself.
pub(super) fn finish(ctx: &Context, history: &History, templates: Option<&Path>) -> Result<Option<Rest>> {
    if history.erasures()?.iter().all(|r| r.is_done) {
        return Ok(None);
    }
    let Some(erased) = history.erased()? else { return Ok(None) };
    let rewriting = history.rewriting(&ctx.settings, &erased)?;
    history.rewrite(&ctx.settings, rewriting)?;
    rest(ctx, history, &erased, templates).map(Some)
}

/// Everything beside the history itself, and the end of it.
fn rest(ctx: &Context, history: &History, erased: &Erased, templates: Option<&Path>) -> Result<Rest> {
    let rest = Pages::new(ctx, erased)?.renew(history, templates)?;
    history.erasures_done()?;
    Ok(rest)
}

/// An erasure, planned or done.
struct Erasure {
    person: Person,
    record: Record,
    erased: Erased,
    rewriting: Rewriting,
    /// Exports and places that change.
    size: (usize, u64),
    /// Periods whose pages name the person.
    periods: Vec<String>,
    rest: Option<Rest>,
}

impl Erasure {
    fn plan(ctx: &Context, history: &History, person: Person) -> Result<Self> {
        let before = history.erasures()?;
        let number = before.len() as u64 + 1;
        // Without a key yet the plan is made under one that is thrown away.
        let key = history.key()?.map_or_else(|| key_of("a key of no erasure"), Ok)?;
        let marks = person.marks(&key, &format!("{PSEUDONYM}{number}"));
        let people: Vec<Marks> = before.into_iter().map(|r| r.marks).chain([marks.clone()]).collect();
        let erased = Erased::new(key, &people);
        let rewriting = history.rewriting(&ctx.settings, &erased)?;
        let record = Record {
            number,
            at: ctx.as_of,
            tool: concat!("deskcard ", env!("CARGO_PKG_VERSION")).to_owned(),
            whom: if person.is_requester { "requester" } else { "agent" }.to_owned(),
            marks,
            is_done: false,
        };
        let periods = Pages::new(ctx, &erased)?.touched.iter().map(|t| t.id.clone()).collect();
        let size = (rewriting.exports(), rewriting.places.values().sum());
        Ok(Self { person, record, erased, rewriting, size, periods, rest: None })
    }

    /// Does it.
    fn carry_out(mut self, ctx: &Context, history: &History, templates: Option<&Path>) -> Result<Self> {
        if history.key()?.is_none() {
            let key = history.key_or_new()?;
            self.record.marks = self.person.marks(&key, &self.record.marks.pseudonym);
            self.erased = Erased::new(key, std::slice::from_ref(&self.record.marks));
        }
        history.record_erasure(&self.record)?;
        history.rewrite(&ctx.settings, std::mem::take(&mut self.rewriting))?;
        self.rest = Some(rest(ctx, history, &self.erased, templates)?);
        Ok(self)
    }

    fn words(&self, is_done: bool) -> String {
        let pseudonym = &self.record.marks.pseudonym;
        let (verb, periods) = if is_done { ("now stands", "were") } else { ("would stand", "would be") };
        let mut lines = vec![format!(
            "{}: {pseudonym} {verb} in {} of {}; tickets, calls and surveys stay, so every total does.",
            self.person.shown,
            things(self.size.1, "place", "places"),
            things(self.size.0, "kept export", "kept exports")
        )];
        let known = self.person.names.iter().chain(&self.person.ids).map(|n| format!("{n:?}")).collect::<Vec<_>>();
        lines.push(format!(
            "Found by: {}. A first name alone, or a misspelt one, in free text is not found: name it with --also.",
            known.join(", ")
        ));
        lines.extend(self.person.remarks.iter().chain(&self.rewriting.remarks).map(|r| format!("Note: {r}.")));
        match self.periods.as_slice() {
            [] => lines.push("No published page names the person.".to_owned()),
            ids => lines.push(format!("Pages {periods} made again without a card of the person: {}.", ids.join(", "))),
        }
        lines.extend(self.rest.iter().flat_map(Rest::lines));
        lines.push(NOT_OURS.to_owned());
        let end = match is_done {
            true => "Every version of the tables was made anew; rows that come later are written under the pseudonym before they are kept.",
            false => "Nothing was changed. `--yes` does it; there is no way back.",
        };
        lines.push(end.to_owned());
        lines.join("\n")
    }
}

fn say(args: &EraseArgs, done: &Erasure, stdout: &mut dyn Write) -> Result<Outcome> {
    let text = match args.format {
        CheckFormat::Table => done.words(args.yes),
        CheckFormat::Json => json!({
            "is_done": args.yes, "pseudonym": done.record.marks.pseudonym, "exports": done.size.0, "places": done.size.1,
            "periods": done.periods, "remarks": done.person.remarks.iter().chain(&done.rewriting.remarks).collect::<Vec<_>>(),
            "rest": done.rest.as_ref().map(Rest::lines),
        })
        .to_string(),
    };
    writeln!(stdout, "{text}").map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

/// Whoever was erased before is not found any more, but by their hash.
fn already(args: &EraseArgs, pseudonym: &str, finished: Option<&Rest>, stdout: &mut dyn Write) -> Result<Outcome> {
    let text = match args.format {
        CheckFormat::Json => json!({ "is_done": true, "pseudonym": pseudonym, "exports": 0, "places": 0, "periods": [] }).to_string(),
        CheckFormat::Table if finished.is_some() => format!("The erasure of {pseudonym} that was cut short is finished."),
        CheckFormat::Table => format!("Erased already, as {pseudonym}: there is nothing to do."),
    };
    writeln!(stdout, "{text}").map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

/// Whether a file's text names anybody.
fn names(erased: &Erased, path: &Path) -> bool {
    // A picture or a workbook is made of the same scorecard as the texts beside it.
    std::fs::read(path).is_ok_and(|bytes| std::str::from_utf8(&bytes).is_ok_and(|text| erased.names(text, Holds::Text)))
}
