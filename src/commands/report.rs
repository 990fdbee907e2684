//! `deskcard report`: the scorecards of a period.

mod evidence;
mod looks;
mod pdf;
mod people;
mod row_files;
mod show;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Context, Outcome, contacts, handovers, stdout_failed, wanted};
use crate::cli::ReportArgs;
use crate::clock::period::{Period, Unit};
use crate::desk::Desk;
use crate::error::{Error, Result, nearest};
use crate::facts::{Facts, Table, Wanted};
use crate::ingest::ledger::Ledger;
use crate::inquiry::explain::attributes;
use crate::judge::folds::{LOOKS, looked_into as looked_into_ids};
use crate::judge::notes::covered;
use crate::judge::{self, Evidence, RowsOf};
use crate::metrics::Metric;
use crate::metrics::rows::{Rows, describing, rows};
use crate::privacy::{self, Key, People, Withheld};
use crate::publish::folder::Folder;
use crate::publish::lock::Lock;
use crate::report::chat;
use crate::report::html::TEMPLATES;
use crate::report::mail::TEMPLATES as MAIL_TEMPLATES;
use crate::report::outputs::{self, Output, Outputs};
use crate::report::tidy::Decimal;
use crate::report::{self, Page};
use crate::say;
use crate::scorecard::{Level, Note, Scorecard};
use evidence::{STAY, about, came_back, clock_rows, examples, stays};
use looks::{folds, history, looked_into, recent};
use people::OptedOut;
use row_files::{Named, RowFiles, rejects};

pub(super) use looks::{needed_since, recent_span};
pub(super) use people::PEOPLE;

pub(super) fn run(args: &ReportArgs, now: i64, command_line: &str, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?.reading(&args.data)?;
    let period = ctx.period(args.period.as_deref())?;
    check_templates(args.templates.as_deref())?;
    let out = if args.context.is_none() { output(&ctx, args, &period)? } else { PathBuf::new() };
    let since = needed_since(&ctx, &period);
    let ctx = ctx.since(since);
    let asked: Vec<Output> = args.outputs.iter().map(|name| name.parse()).collect::<Result<_>>().map_err(|e| e.at("--outputs"))?;
    pdf::check(&ctx.settings, &asked)?;
    let desk = desk(&ctx)?;
    desk.ledger.accept()?;
    let mut evidence = Base::new(&ctx, desk, &period)?;
    if !asked.is_empty() {
        evidence.outputs = asked;
    }
    evidence.veil = veil(args)?;
    evidence.has_own_folders |= args.own_folders;
    let judged = evidence.judged(&period, command_line)?;
    if let Some(asked) = &args.context {
        return show::context(&evidence.for_others(&judged)?, asked, stdout);
    }
    tell_of_no_rows(&ctx, &evidence, &judged);
    let pages = evidence.pages(&judged, args.templates.as_deref())?;
    // Only now: who looks at a week by hand must not be in the way of the weekly run for longer than the writing takes.
    let _lock = lock(&ctx, args)?;
    let mut folder = Folder::start(&out)?;
    pages.iter().try_for_each(|page| folder.write(&page.name, &page.bytes))?;
    folder.finish()?;
    ctx.say(&format!("{} files in {}", pages.len(), out.display()));
    let first = out.join("index.html");
    writeln!(stdout, "{}", first.display()).map_err(|e| stdout_failed(&e))?;
    if args.open {
        show::open(&ctx, &first);
    }
    Ok(Outcome::Done)
}

/// Says that the pages are empty, and what to ask for instead: often the exports are older than the machine's clock makes one think.
fn tell_of_no_rows(ctx: &Context, base: &Base<'_>, judged: &Judged) {
    const EMPTY: [&str; 5] = ["period-before-data", "period-after-data", "no-rows", "no-rows-in-period", "all-after-cut-off"];
    for note in judged.scorecard.notes.iter().filter(|n| EMPTY.contains(&n.code.as_str())) {
        let last = covered(&base.ledger).map_or(ctx.as_of - 1, |(_, last)| last);
        let newest = Period::containing(ctx.settings.report.period, ctx.zone().local_day(last));
        let instead = match note.code.as_str() {
            "no-rows" => "`deskcard check` says which columns were read, and which have no date".to_owned(),
            _ if newest.id == judged.scorecard.period.id => "`deskcard check` says what the measures lack".to_owned(),
            _ => format!("`--period {}` has the newest rows; `[desk] as_of` says when exports of long ago were made", newest.id),
        };
        ctx.tell(&format!("warning: {} {instead}", note.text));
    }
}

/// Refuses a folder of templates that is none, and one with a template that nothing would use.
pub(super) fn check_templates(folder: Option<&Path>) -> Result<()> {
    let Some(folder) = folder else { return Ok(()) };
    let named = std::fs::read_dir(folder).and_then(|entries| entries.map(|e| Ok(e?.file_name())).collect::<std::io::Result<Vec<_>>>());
    let named = named.map_err(|e| {
        Error::config(format!("--templates {}: no such folder ({e})", folder.display()))
            .hint("it holds files named as those of report_templates")
    })?;
    let known = || TEMPLATES.iter().chain(&MAIL_TEMPLATES).map(|(name, _)| *name).chain(["style.css", "fonts.css"]);
    let mut named: Vec<String> = named.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    named.sort();
    let is_template = |name: &&String| Path::new(name).extension().is_some_and(|e| e == "html" || e == "css");
    match named.iter().filter(is_template).find(|name| !known().any(|k| k == **name)) {
        Some(name) => {
            let error = Error::config(format!("{name} replaces nothing: no template has that name")).at(folder.display().to_string());
            let near = nearest(name, known());
            Err(if near.is_empty() {
                error.hint("they are those of report_templates")
            } else {
                error.hint(format!("nearest: {}", near.join(", ")))
            })
        }
        None => Ok(()),
    }
}

/// What the scorecards of any period are made of.
pub(super) struct Base<'a> {
    ctx: &'a Context,
    metrics: Vec<&'a Metric>,
    facts: Facts,
    ledger: Ledger,
    /// Further files to make.
    outputs: Vec<Output>,
    /// How people are hidden; `None`: they are not.
    veil: Option<Veil>,
    /// Whether everybody has a folder of their own.
    has_own_folders: bool,
    /// Who is named nowhere.
    opted_out: OptedOut,
}

/// How people are hidden.
enum Veil {
    /// Nothing of single persons is shown.
    TeamOnly,
    /// They have pseudonyms.
    Pseudonyms(Key),
}

/// How people are to be hidden.
fn veil(args: &ReportArgs) -> Result<Option<Veil>> {
    let Some(path) = &args.anonymise else { return Ok(args.team_only.then_some(Veil::TeamOnly)) };
    let at = || format!("--anonymise {}", path.display());
    let bytes = std::fs::read(path).map_err(|e| {
        let hint = format!("any secret of 16 bytes or more is one; `openssl rand -base64 32 > {}` makes one: keep it", path.display());
        Error::config(format!("the key cannot be read: {e}")).at(at()).hint(hint)
    })?;
    Key::new(bytes.trim_ascii()).map(|key| Some(Veil::Pseudonyms(key))).map_err(|e| e.at(at()))
}

/// What is noticed and leaves the figures what they are.
const AFTER_THE_FIGURES: [&str; 1] = ["off-roster"];

/// The scorecards of a period, and the rows behind their numbers.
pub(super) struct Judged {
    /// As others may read it.
    pub(super) scorecard: Scorecard,
    /// With everything in it: for what each person sees of themselves.
    own: Scorecard,
    rows: Vec<(Table, Rows)>,
}

impl Judged {
    /// Adds what was noticed, after the others of its weight: what may be missing or counted twice before the figures, the rest
    /// after them.
    pub(super) fn warn(&mut self, code: &str, text: &str) {
        let level = if AFTER_THE_FIGURES.contains(&code) { Level::Warning } else { Level::Critical };
        for notes in [&mut self.scorecard.notes, &mut self.own.notes] {
            let end = notes.iter().position(|n| n.level > level).unwrap_or(notes.len());
            notes.insert(end, Note { level, code: code.to_owned(), text: text.to_owned() });
        }
    }
}

impl<'a> Base<'a> {
    /// Makes the facts of a desk, as far as the scorecards of a period and of later ones need them.
    pub(super) fn new(ctx: &'a Context, desk: Desk, oldest: &Period) -> Result<Self> {
        let metrics = judge::shown(&ctx.catalogue);
        let opted_out = OptedOut::of(ctx, &desk)?;
        let mut wanted = needed(ctx, &metrics)?;
        wanted.clocks_since = looks::clocks_since(ctx, &metrics, oldest);
        let (facts, ledger) = ctx.facts_of(desk, &wanted)?;
        let opted_out = opted_out.settle(&facts)?;
        let has_own_folders = ctx.settings.report.own_folders;
        let outputs = ctx.settings.report.outputs.iter().map(|name| name.parse()).collect::<Result<_>>()?;
        Ok(Self { ctx, metrics, facts, ledger, outputs, veil: None, has_own_folders, opted_out })
    }

    /// The config and the cut-off.
    pub(super) fn ctx(&self) -> &'a Context {
        self.ctx
    }

    /// Agents in the exports whom the roster does not know.
    pub(super) fn off_roster(&self) -> &[String] {
        &self.facts.off_roster
    }

    /// The scorecard as it is seen through a veil, without links to rows.
    fn veiled(&self, scorecard: &Scorecard, veil: &Veil) -> Result<Scorecard> {
        let people = self.people(scorecard)?;
        let mut out = match veil {
            Veil::TeamOnly => privacy::team_only(scorecard, &people)?,
            Veil::Pseudonyms(key) => privacy::anonymise(scorecard, &people, key)?,
        };
        let kpis = out.cards.iter_mut().flat_map(|c| c.kpis.iter_mut().chain(&mut c.observations));
        kpis.chain(out.topics.iter_mut().flat_map(|t| &mut t.kpis)).for_each(|k| k.rows_file = None);
        Ok(out)
    }

    /// Everybody whose name may be somewhere.
    fn people(&self, scorecard: &Scorecard) -> Result<People> {
        let stays = stays(&self.facts)?;
        let names = stays.iter().flat_map(|s| [s.agent.clone(), s.mentor.clone()]).chain(self.facts.off_roster.iter().cloned());
        Ok(People::of(scorecard).and(names.filter(|name| !name.is_empty())))
    }

    /// How the further files of scorecards are written.
    fn outputs_of(&self, scorecard: &Scorecard) -> Result<Outputs> {
        let report = &self.ctx.settings.report;
        let link = report.link.as_ref().map(|link| chat::Base::new(&format!("{link}/{}", scorecard.period.id)));
        let decimal = if report.is_decimal_comma { Decimal::Comma } else { Decimal::Point };
        Ok(Outputs { kinds: self.outputs.clone(), decimal, link: link.transpose().map_err(|e| e.at("[report] link"))? })
    }

    /// The files of scorecards: for others, and everybody's own.
    pub(super) fn pages(&self, judged: &Judged, templates: Option<&Path>) -> Result<Vec<Page>> {
        let withheld = self.opted_out.withheld(judged);
        let mut pages = self.pages_for_others(judged, &withheld, templates)?;
        if self.has_own_folders && !matches!(self.veil, Some(Veil::Pseudonyms(_))) {
            let everybody = self.people(&judged.own)?;
            pages.extend(people::folders(self, judged, (&everybody, &withheld), templates)?);
        }
        Ok(pages)
    }

    /// What others are shown: nobody who opted out, and everybody under the veil asked for.
    fn for_others(&self, judged: &Judged) -> Result<Scorecard> {
        let scorecard = privacy::opt_out(&judged.scorecard, &self.opted_out.withheld(judged))?;
        match &self.veil {
            Some(veil) => self.veiled(&scorecard, veil),
            None => Ok(scorecard),
        }
    }

    fn pages_for_others(&self, judged: &Judged, withheld: &Withheld, templates: Option<&Path>) -> Result<Vec<Page>> {
        let scorecard = &privacy::opt_out(&judged.scorecard, withheld)?;
        if let Some(veil) = &self.veil {
            // Rows have names in them, and so may what was rejected.
            let scorecard = &self.veiled(scorecard, veil)?;
            let mut pages = report::pages_with(scorecard, templates)?;
            pages.extend(outputs::pages(scorecard, &self.outputs_of(scorecard)?)?);
            return self.printed(pages, scorecard);
        }
        let mut pages = report::pages_with(scorecard, templates)?;
        pages.extend(outputs::pages(scorecard, &self.outputs_of(scorecard)?)?);
        let unnamed: BTreeSet<&str> = withheld.opted_out.iter().chain(&withheld.beside).map(String::as_str).collect();
        // Every row of a survey is an answer.
        let rows = RowFiles::new(judged.rows.iter().filter(|(table, _)| *table != Table::Surveys));
        pages.extend(rows.pages(scorecard, Named::AllBut(&unnamed))?);
        pages.push(rejects(&self.ledger, |text| withheld.told(text, self.opted_out.others()))?);
        self.printed(pages, scorecard)
    }

    /// The files with, where they are asked for, the PDFs of the pages among them.
    fn printed(&self, mut pages: Vec<Page>, scorecard: &Scorecard) -> Result<Vec<Page>> {
        let report = &self.ctx.settings.report;
        if let Some(printer) = report.pdf.as_ref().filter(|_| self.outputs.contains(&Output::Pdf)) {
            let base = report.link.as_ref().map(|link| format!("{link}/{}", scorecard.period.id));
            let started = Instant::now();
            let papers = pdf::printed(&pages, printer, base.as_deref())?;
            self.ctx.say(&format!("{} PDFs in {:.1} s", papers.len(), started.elapsed().as_secs_f64()));
            pages.extend(papers);
        }
        Ok(pages)
    }
}

/// Reads what the scorecards are made of.
pub(super) fn desk(ctx: &Context) -> Result<Desk> {
    ctx.desk(&needed(ctx, &judge::shown(&ctx.catalogue))?)
}

/// The folder to fill, checked before the work begins.
fn output(ctx: &Context, args: &ReportArgs, period: &Period) -> Result<PathBuf> {
    let base = args.out.clone().unwrap_or_else(|| ctx.settings.dir.join(&ctx.settings.report.out));
    crate::publish::ensure_folder(&base)
        .map_err(|e| Error::output(format!("cannot write to {}: {}", base.display(), e.what)).hint("choose another folder with --out"))?;
    Ok(base.join(&period.id))
}

/// The lock of the weekly run, where it may be at work on the same folders.
fn lock(ctx: &Context, args: &ReportArgs) -> Result<Option<Lock>> {
    let history = ctx.kept();
    let is_theirs = args.out.is_none() && history.dir().is_dir();
    is_theirs.then(|| Lock::take(history.dir())).transpose()
}

/// Everything that scorecards need of the facts.
fn needed(ctx: &Context, metrics: &[&Metric]) -> Result<Wanted> {
    let mut wanted = wanted(ctx, metrics, &[], None)?;
    for look in LOOKS {
        wanted.merge(super::wanted(ctx, &look.metrics(&ctx.catalogue, metrics), &look.breakdowns(), None)?);
    }
    for table in Table::ALL {
        let known = crate::facts::all_columns(&ctx.settings, table);
        for column in describing(table).iter().filter(|c| known.iter().any(|k| k == *c) || crate::facts::is_id(table, c)) {
            wanted.add(table, column)?;
        }
    }
    for id in looked_into_ids() {
        let metric = ctx.catalogue.get(id)?;
        let Some(table) = metric.on else { continue };
        wanted.merge(super::wanted(ctx, &[metric], &[attributes(&ctx.settings, table)], None)?);
    }
    for column in STAY {
        wanted.add(Table::Spells, column)?;
    }
    super::clocks::want(&mut wanted, &[])?;
    handovers::want(&mut wanted)?;
    contacts::want(&mut wanted, &contacts::BY.map(str::to_owned))?;
    (wanted.texts, wanted.hashes) = (true, true);
    Ok(wanted)
}

impl Base<'_> {
    /// Folds, judges, and collects the rows behind; `command` is printed on the pages.
    pub(super) fn judged(&self, now: &Period, command: &str) -> Result<Judged> {
        let Self { ctx, metrics, facts, ledger, .. } = self;
        let periods = &history(now);
        let started = Instant::now();
        let recent = recent(ctx, periods, 0);
        // Neither needs the other, and long stretches of each run on one core.
        let (looks, contacts) = rayon::join(
            || {
                let found = folds(ctx, facts, metrics, periods)?;
                ctx.say(&format!("folded in {:.3} s", started.elapsed().as_secs_f64()));
                let tables = Table::ALL.iter().map(|t| Ok((*t, rows(facts, *t, metrics, now)?))).collect::<Result<Vec<_>>>()?;
                Ok::<_, Error>((found, tables, examples(ctx, facts, metrics, &recent)?))
            },
            || Ok::<_, Error>((clock_rows(facts, now)?, came_back(ctx, facts, &recent)?, handovers::handovers(facts, &recent)?)),
        );
        let (((folds, contradicting), tables, examples), (clocks, repeats, handovers)) = (looks?, contacts?);
        ctx.say(&format!("folds and rows in {:.3} s", started.elapsed().as_secs_f64()));
        let stays = stays(facts)?;
        let about = about(facts, &stays);
        let mut remarks = facts.remarks.clone();
        remarks.extend(contradicting);
        remarks.extend(absence_by_month(facts, now));
        let scorecard = judge::scorecard(&Evidence {
            settings: &ctx.settings,
            catalogue: &ctx.catalogue,
            ledger,
            zone: facts.zone(),
            as_of: ctx.as_of,
            periods,
            folds: &folds,
            stays: &stays,
            about: &about,
            off_roster: &facts.off_roster,
            remarks: &remarks,
            examples: &examples,
            clocks: &clocks,
            rows: &RowsOf(&|metric| looked_into(ctx, facts, metric, periods)),
            repeats: repeats.as_ref(),
            handovers: &handovers,
            command,
        })?;
        ctx.say(&format!("judged in {:.3} s", started.elapsed().as_secs_f64()));
        let answers = people::answers(ctx, facts, periods)?;
        let shared = privacy::for_others(&scorecard, &answers, ctx.settings.privacy.min_n);
        ctx.say(&format!("kept back in {:.3} s", started.elapsed().as_secs_f64()));
        Ok(Judged { scorecard: shared, own: scorecard, rows: tables })
    }
}

/// Why absence is not told of a week.
fn absence_by_month(facts: &Facts, now: &Period) -> Option<(String, String)> {
    let is_untold = facts.is_absence_monthly && now.unit == Unit::Week;
    let text = say!("Absence is recorded by the month: it is told of months, not of weeks.");
    is_untold.then(|| ("absence-by-month".to_owned(), text.to_owned()))
}
