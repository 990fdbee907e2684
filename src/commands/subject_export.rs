//! `deskcard subject-export`: everything that is kept about one person, for that person.

mod readme;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use serde_json::json;

use super::person::{Asked, Person, find, roster};
use super::report::PEOPLE;
use super::run::plan::scorecard;
use super::{Context, Outcome, send, stdout_failed};
use crate::cli::SubjectExportArgs;
use crate::clock::period::Period;
use crate::columns::Source;
use crate::error::{Error, Result};
use crate::format::compared;
use crate::history::History;
use crate::history::erasure::RawExport;
use crate::mail::Outbox;
use crate::privacy::erased::key;
use crate::privacy::{Erased, Holds, Marks};
use crate::publish::folder::Folder;
use crate::publish::lock::Lock;
use crate::publish::{archive, names_in};
use crate::report::csv::safe_text;
use crate::scorecard::{Card, CardKind};

/// The key under which people are compared while this command runs; nothing made with it is kept.
const PASSING: &str = "for as long as one export takes";

pub(super) fn run(args: &SubjectExportArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?;
    let history = ctx.kept();
    let is_zip = args.out.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"));
    if args.out.exists() {
        return Err(Error::output("there is something already")
            .at(args.out.display().to_string())
            .hint("name a new folder or .zip with --out"));
    }
    if !history.dir().is_dir() {
        return Err(Error::input("there is no history: nothing is kept but pages").at(history.dir().display().to_string()));
    }
    let lock = Lock::take(history.dir())?;
    history.sweep()?;
    let asked = Asked { agent: args.agent.as_deref(), requester: args.requester.as_deref(), also: &args.also };
    let person = find(&ctx, history, asked)?;
    let mut export = Export::new(&ctx, history, person)?;
    export.rows()?;
    drop(lock);
    export.cards()?;
    export.mails()?;
    export.log()?;
    let files = export.files(&ctx.zone().format_minute(ctx.as_of));
    if is_zip {
        archive::zip(&args.out, &files)?;
    } else {
        let mut folder = Folder::start(&args.out)?;
        files.iter().try_for_each(|(name, bytes)| folder.write(name, bytes))?;
        folder.finish()?;
    }
    writeln!(stdout, "{} files in {}; read README.txt before you hand them on", files.len(), args.out.display())
        .map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

/// What is found about a person.
struct Export<'a> {
    ctx: &'a Context,
    history: &'a History,
    person: Person,
    /// The person, to be found.
    theirs: Erased,
    /// Everybody else on the roster, to be left out.
    others: Erased,
    /// People on no roster, in the order they are met.
    strangers: BTreeMap<String, usize>,
    /// Tickets of the person.
    tickets: BTreeSet<String>,
    files: Vec<(String, Vec<u8>)>,
    /// Rows by source.
    counts: BTreeMap<String, u64>,
    batches: BTreeSet<u64>,
}

/// Rows of one header.
type Sheet = (Vec<String>, Vec<Vec<String>>);

impl<'a> Export<'a> {
    fn new(ctx: &'a Context, history: &'a History, person: Person) -> Result<Self> {
        let theirs = Erased::new(key(PASSING)?, &[person.marks(&key(PASSING)?, "")]);
        let people = roster(ctx, history)?;
        let others = people.iter().filter(|p| p.shown != person.shown).enumerate();
        let others: Vec<Marks> =
            others.map(|(i, p)| Ok(p.marks(&key(PASSING)?, &format!("colleague-{}", i + 1)))).collect::<Result<_>>()?;
        let others = Erased::new(key(PASSING)?, &others);
        Ok(Self {
            ctx,
            history,
            person,
            theirs,
            others,
            strangers: BTreeMap::new(),
            tickets: BTreeSet::new(),
            files: Vec::new(),
            counts: BTreeMap::new(),
            batches: BTreeSet::new(),
        })
    }

    /// Their rows of every export that is kept, and the surveys about their tickets.
    fn rows(&mut self) -> Result<()> {
        let mut sheets: BTreeMap<String, Vec<Sheet>> = BTreeMap::new();
        // Tickets first: surveys name them.
        for is_survey in [false, true] {
            let history = self.history;
            history.raw_tables(&self.ctx.settings, |raw| {
                let is_now = raw.settings.is_some_and(|s| s.kind == Source::Surveys) == is_survey;
                if is_now { self.rows_of(raw, sheets.entry(raw.source.to_owned()).or_default()) } else { Ok(()) }
            })?;
        }
        for (source, sheets) in sheets {
            let safe: String = source.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
            for (i, (header, rows)) in sheets.into_iter().enumerate().filter(|(_, (_, rows))| !rows.is_empty()) {
                let more = if i == 0 { String::new() } else { format!("-{}", i + 1) };
                *self.counts.entry(source.clone()).or_default() += rows.len() as u64;
                self.files.push((format!("rows/{}{more}.csv", safe.trim_matches('-')), csv(&header, &rows)?));
            }
        }
        Ok(())
    }

    fn rows_of(&mut self, raw: &RawExport<'_>, sheets: &mut Vec<Sheet>) -> Result<()> {
        let is_ticket = raw.settings.is_some_and(|s| s.kind == Source::Tickets);
        for table in &raw.tables {
            let header: Vec<String> = ["batch", "file", "line", "why"]
                .map(str::to_owned)
                .into_iter()
                .chain(table.columns.iter().map(|c| c.header.clone()))
                .collect();
            table.rows(|row| {
                let is_named = row.cells.iter().enumerate().any(|(i, cell)| self.theirs.names(cell, table.holds(i)));
                let ticket = table.value(&row, if is_ticket { "id" } else { "ticket_id" });
                let is_about = raw.settings.is_some_and(|s| s.kind == Source::Surveys) && self.tickets.contains(&ticket);
                if !is_named && !is_about {
                    return Ok(());
                }
                if is_ticket && !row.is_broken {
                    self.tickets.insert(ticket);
                }
                let why = if is_named { "names the person" } else { "about a ticket of the person" };
                let place = [raw.entry.to_string(), raw.export.name.clone(), row.line.to_string(), why.to_owned()];
                // A colleague whose mentor they are is a colleague: of that row only who stands in it.
                let is_of_other = raw.settings.is_some_and(|s| s.kind == Source::Agents)
                    && !self.theirs.names(&table.value(&row, "agent_id"), Holds::People);
                let cells = row.cells.iter().enumerate().map(|(i, cell)| match table.holds(i) {
                    Holds::Text | Holds::Other if is_of_other => String::new(),
                    holds => self.shown(cell, holds),
                });
                let cells: Vec<String> = place.into_iter().chain(cells.collect::<Vec<_>>()).collect();
                self.batches.insert(raw.entry);
                match sheets.iter_mut().find(|(h, _)| *h == header) {
                    Some((_, rows)) => rows.push(cells),
                    None => sheets.push((header.clone(), vec![cells])),
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// A cell without other people.
    fn shown(&mut self, cell: &str, holds: Holds) -> String {
        if holds != Holds::People || cell.trim().is_empty() {
            return self.others.rewrite(cell, holds).into_owned();
        }
        let without = self.others.rewrite(cell, holds);
        if without != cell || self.theirs.names(cell, holds) {
            return without.into_owned();
        }
        let next = self.strangers.len() + 1;
        format!("person-{}", self.strangers.entry(compared(cell)).or_insert(next))
    }

    /// Their card of every period that is published, with its figures.
    fn cards(&mut self) -> Result<()> {
        let out = self.ctx.settings.dir.join(&self.ctx.settings.report.out);
        let mut readings = Vec::new();
        for id in names_in(&out)?.unwrap_or_default().into_iter().filter(|id| Period::from_id(id).is_some()) {
            let folder = out.join(&id);
            let Some(scorecard) = scorecard(&folder)? else { continue };
            let mine = |c: &&Card| c.kind == CardKind::Agent && self.theirs.names(&c.name, Holds::People);
            let cards: Vec<&Card> = scorecard.cards.iter().filter(mine).collect();
            for card in cards {
                readings.extend(card.kpis.iter().chain(&card.observations).map(|k| {
                    let value = k.value.map_or_else(String::new, |v| v.to_string());
                    vec![id.clone(), k.metric.clone(), value, k.n.to_string()]
                }));
                let text = serde_json::to_string_pretty(card).map_err(|e| Error::bug(e.to_string()))?;
                self.add(format!("cards/{id}/{}.json", card.slug), &text);
                self.pages(&folder, (&id, &card.slug))?;
            }
        }
        if !readings.is_empty() {
            let header = ["period", "metric", "value", "rows"].map(str::to_owned);
            self.files.push(("readings.csv".to_owned(), csv(&header, &readings)?));
        }
        Ok(())
    }

    /// The page of a card, the rows behind it, and the folder of their own.
    fn pages(&mut self, folder: &Path, (id, slug): (&str, &str)) -> Result<()> {
        for below in ["agents", "rows"] {
            for name in names_in(&folder.join(below))?.unwrap_or_default() {
                let is_mine = name.strip_prefix(slug).is_some_and(|rest| rest.starts_with(['.', '-']));
                if let Some(text) = is_mine.then(|| std::fs::read_to_string(folder.join(below).join(&name)).ok()).flatten() {
                    self.add(format!("cards/{id}/{name}"), &text);
                }
            }
        }
        self.own_folder(&folder.join(PEOPLE).join(slug), &format!("cards/{id}/own"))
    }

    /// What they were given as their own. Nobody else is named there, so what is no text comes along as it is.
    fn own_folder(&mut self, folder: &Path, name: &str) -> Result<()> {
        for below in names_in(folder)?.unwrap_or_default() {
            let (path, name) = (folder.join(&below), format!("{name}/{below}"));
            if path.is_dir() {
                self.own_folder(&path, &name)?;
                continue;
            }
            match std::fs::read(&path).map(String::from_utf8) {
                Ok(Ok(text)) => self.add(name, &text),
                Ok(Err(other)) => self.files.push((name, other.into_bytes())),
                // Another run has replaced the period meanwhile.
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Adds a text without other people.
    fn add(&mut self, name: String, text: &str) {
        self.files.push((name, self.others.rewrite(text, Holds::Text).into_owned().into_bytes()));
    }

    /// Messages to them.
    fn mails(&mut self) -> Result<()> {
        let place = send::place(self.ctx);
        if !place.is_dir() {
            return Ok(());
        }
        let outbox = Outbox::open(&place)?;
        for entry in outbox.entries()?.into_iter().filter(|e| self.theirs.names(e.to.as_str(), Holds::People)) {
            let text = serde_json::to_string_pretty(&entry).map_err(|e| Error::bug(e.to_string()))?;
            self.files.push((format!("mails/{}.json", entry.id()), text.into_bytes()));
            if let Ok(bytes) = outbox.message(&entry) {
                self.files.push((format!("mails/{}.eml", entry.id()), bytes));
            }
        }
        Ok(())
    }

    /// When their rows came, and who asked for them by name.
    fn log(&mut self) -> Result<()> {
        let entries = self.history.journal().entries()?;
        let came = entries.iter().filter(|e| self.batches.contains(&e.number)).map(|e| {
            json!({ "batch": e.number, "as_of": self.ctx.zone().format_minute(e.at), "tool": e.tool, "files": e.exports().map(|x| &x.name).collect::<Vec<_>>() })
        });
        let came = came.collect::<Vec<_>>();
        let names = self.person.names.iter().chain(&self.person.ids);
        let tokens: BTreeSet<String> = match self.history.key()? {
            Some(_) => names.clone().map(|name| self.history.person_token(name)).collect::<Result<_>>()?,
            None => BTreeSet::new(),
        };
        let seen: Vec<_> = self.history.audited(i64::MIN)?.0.into_iter().filter(|l| l.people.iter().any(|p| tokens.contains(p))).collect();
        let known = json!({
            "person": self.person.shown, "known_by": names.collect::<Vec<_>>(), "remarks": self.person.remarks,
            "rows": self.counts, "came": came, "asked_for_by_name": seen,
        });
        let text = serde_json::to_string_pretty(&known).map_err(|e| Error::bug(e.to_string()))?;
        self.files.push(("person.json".to_owned(), text.into_bytes()));
        Ok(())
    }

    fn files(mut self, as_of: &str) -> Vec<(String, Vec<u8>)> {
        let readme = readme::text(&readme::Said {
            desk: &self.ctx.settings.desk.name,
            person: &self.person,
            rows: &self.counts,
            files: &self.files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            as_of,
        });
        self.files.push(("README.txt".to_owned(), readme.into_bytes()));
        self.files.sort();
        self.files
    }
}

/// CSV bytes for a spreadsheet: no text is taken for a formula.
fn csv(header: &[String], rows: &[Vec<String>]) -> Result<Vec<u8>> {
    let failed = |e: &dyn std::fmt::Display| Error::bug(format!("csv: {e}"));
    // A broken row is one long cell.
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in std::iter::once(header).chain(rows.iter().map(Vec::as_slice)) {
        writer.write_record(row.iter().map(|cell| safe_text(cell))).map_err(|e| failed(&e))?;
    }
    writer.into_inner().map_err(|e| failed(&e))
}
