//! `deskcard report`: the scorecards of a period.

mod pdf;
mod people;
mod show;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::clocks::clocks;
use super::contacts;
use super::handovers;
use super::{Context, Outcome, stdout_failed, wanted};
use crate::cli::ReportArgs;
use crate::clock::period::{Period, Unit};
use crate::contacts::Repeats;
use crate::desk::{Desk, known};
use crate::error::{Error, Result, nearest};
use crate::facts::{Facts, Table, Wanted};
use crate::ingest::ledger::Ledger;
use crate::inquiry::explain::attributes;
use crate::judge::folds::{Folds, LOOKS, Look, Over, looked_into as looked_into_ids, months};
use crate::judge::{self, ClockRows, Differing, Evidence, Examples, Looked, Missed, RowsOf, Stay};
use crate::metrics::rows::{Rows, describing, rows};
use crate::metrics::sample::{Wish, sample};
use crate::metrics::worth::{DESK, worth};
use crate::metrics::{Ask, Metric, fold_all};
use crate::privacy::{self, Key, People, Withheld};
use crate::publish::folder::Folder;
use crate::report::chat;
use crate::report::csv::safe_text;
use crate::report::html::TEMPLATES;
use crate::report::mail::TEMPLATES as MAIL_TEMPLATES;
use crate::report::outputs::{self, Output, Outputs};
use crate::report::tidy::Decimal;
use crate::report::{self, Page};
use crate::say;
use crate::scorecard::{CardKind, Level, Note, Scorecard};
use people::OptedOut;

pub(super) use people::PEOPLE;

/// Periods in the trend charts.
const HISTORY_PERIODS: usize = 53;
/// Seconds before the first period shown: half a year.
const LOOKING_BACK: i64 = 183 * 86_400;
/// Periods of a kind of which there is no year.
const FREE_PERIODS: usize = 13;
/// Rows kept as worth reading, on either side.
const EXAMPLES: usize = 5;

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
    let mut evidence = Base::new(&ctx, desk)?;
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
        let newest = Period::containing(ctx.settings.report.period, ctx.zone().local_day(base.facts.last_instant()));
        let instead = match note.code.as_str() {
            "no-rows" => "`deskcard check` says which columns were read, and which have no date".to_owned(),
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
const AFTER_THE_FIGURES: [&str; 2] = ["off-roster", "restated"];

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
    /// Makes the facts of a desk.
    pub(super) fn new(ctx: &'a Context, desk: Desk) -> Result<Self> {
        let metrics = judge::shown(&ctx.catalogue);
        let opted_out = OptedOut::of(ctx, &desk)?;
        let (facts, ledger) = ctx.facts_of(desk, &needed(ctx, &metrics)?)?;
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
        let rows: Vec<&(Table, Rows)> = judged.rows.iter().filter(|(table, _)| *table != Table::Surveys).collect();
        pages.extend(row_pages(scorecard, &rows, &unnamed)?);
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

/// The period, last, with those before it that the charts show.
fn history(period: &Period) -> Vec<Period> {
    let is_regular = matches!(period.unit, Unit::Week | Unit::Month | Unit::Quarter);
    let wanted = if is_regular { HISTORY_PERIODS } else { FREE_PERIODS };
    let mut all: Vec<Period> = std::iter::successors(Some(period.clone()), |p| Some(p.previous())).take(wanted).collect();
    all.reverse();
    all
}

/// The instant from which on things that happened can show in the scorecards of a period, or in what they are compared with.
///
/// A ticket counts in a period by any of its instants, and by when something fell due; half a year before the first period shown is
/// far beyond what any rule looks back over, unless a promise is longer than that.
pub(super) fn needed_since(ctx: &Context, period: &Period) -> i64 {
    let first = history(period)[0].start_utc(&ctx.zone());
    first - LOOKING_BACK.max(4 * ctx.settings.sla.longest_secs())
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

/// Columns of a stay on the roster.
const STAY: [&str; 9] = ["agent", "team", "supplier", "mentor", "mentor_since_at", "started_at", "left_at", "is_new_start", "leave_reason"];

impl Base<'_> {
    /// Folds, judges, and collects the rows behind; `command` is printed on the pages.
    pub(super) fn judged(&self, now: &Period, command: &str) -> Result<Judged> {
        let Self { ctx, metrics, facts, ledger, .. } = self;
        let periods = &history(now);
        let started = Instant::now();
        let (folds, contradicting) = folds(ctx, facts, metrics, periods)?;
        ctx.say(&format!("folded in {:.3} s", started.elapsed().as_secs_f64()));
        let tables = Table::ALL.iter().map(|t| Ok((*t, rows(facts, *t, metrics, now)?))).collect::<Result<Vec<_>>>()?;
        let examples = examples(ctx, facts, metrics, &recent(ctx, periods, 0))?;
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
            clocks: &clock_rows(facts, now)?,
            rows: &RowsOf(&|metric| looked_into(ctx, facts, metric, periods)),
            repeats: came_back(ctx, facts, &recent(ctx, periods, 0))?.as_ref(),
            handovers: &handovers::handovers(facts, &recent(ctx, periods, 0))?,
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

/// The readings of all looks, and a remark on tickets that contradict themselves, in one pass over the facts.
fn folds(ctx: &Context, facts: &Facts, metrics: &[&Metric], periods: &[Period]) -> Result<(Folds, Option<(String, String)>)> {
    let contradicting = contradicting()?;
    let mut asks: Vec<Ask<'_>> = LOOKS.iter().map(|look| ask(ctx, look, metrics, periods)).collect();
    let ever = Period::span(0, facts.as_of_day());
    asks.push(Ask { metrics: vec![&contradicting], breakdowns: vec![Vec::new()], periods: vec![ever], filter: None });
    let mut readings = fold_all(facts, &ctx.catalogue, &asks)?;
    let count = readings.pop().and_then(|r| r.get(&contradicting.id, 0, &[], 0)).map_or(0.0, |r| r.sum).max(0.0) as u64;
    let text = say!(
        count => "1 ticket is resolved before it was created; it counts everywhere but in durations.",
        "{count} tickets are resolved before they were created; they count everywhere but in durations.",
        count = crate::format::count(count)
    );
    let all: Vec<&Metric> = ctx.catalogue.iter().collect();
    let seen = Folds::new(readings).as_far_as_seen(&all, periods.len(), |metric| first_unseen(ctx, facts, metric, periods));
    let seen = match ctx.settings.people.leavers_since {
        Some(since) => seen.since_leavers_are_known(&all, periods, since),
        None => seen,
    };
    let seen = if facts.is_absence_monthly { seen.with_absence_of_months(&all, periods) } else { seen };
    Ok((seen, (count > 0).then(|| ("resolved-before-created".to_owned(), text))))
}

/// The first period that begins after the last thing told of a metric's rows; of a ratio, of either of its two.
fn first_unseen(ctx: &Context, facts: &Facts, metric: &Metric, periods: &[Period]) -> Option<usize> {
    let of_table = |metric: &Metric| {
        let until = facts.told_until(metric.on?);
        periods.iter().position(|p| p.start_utc(facts.zone()) > until)
    };
    let parts = [&metric.numerator, &metric.denominator].into_iter().filter_map(|id| ctx.catalogue.get(id).ok());
    of_table(metric).into_iter().chain(parts.filter_map(of_table)).min()
}

fn ask<'a>(ctx: &'a Context, look: &Look, metrics: &[&'a Metric], periods: &[Period]) -> Ask<'a> {
    let now = &periods[periods.len() - 1];
    let periods = match look.over {
        Over::Each => periods.to_vec(),
        Over::Period => vec![now.clone()],
        Over::Before => vec![recent(ctx, periods, 1)],
        Over::Recent => vec![recent(ctx, periods, 0)],
        Over::Months => months(periods),
        Over::All => vec![Period::span(periods[0].first_day, now.end_day - 1)],
    };
    Ask { metrics: look.metrics(&ctx.catalogue, metrics), breakdowns: look.breakdowns(), periods, filter: None }
}

/// The rows of a measure that moved: in the period, and in the recent ones before. People are left to the review: they are no causes.
fn looked_into(ctx: &Context, facts: &Facts, metric: &Metric, periods: &[Period]) -> Result<Option<Looked>> {
    let (Some(table), now) = (metric.on, &periods[periods.len() - 1]) else { return Ok(None) };
    let before = recent(ctx, periods, 1);
    let attributes = attributes(&ctx.settings, table);
    let mut sample = sample(facts, &Wish { metric, spans: (now, Some(&before)), attributes: &attributes, filter: None })?;
    sample.drop_outcomes();
    sample.drop_people();
    let earlier = periods.iter().filter(|p| p.first_day >= before.first_day && p.end_day <= before.end_day);
    let zone = facts.zone();
    Ok((!sample.is_empty()).then(|| (sample, earlier.map(|p| p.start_utc(zone)..p.end_utc(zone)).collect())))
}

/// The recent periods as one, leaving out the newest `back`.
fn recent(ctx: &Context, periods: &[Period], back: usize) -> Period {
    let end = (periods.len() - 1).saturating_sub(back);
    let first = (end + 1).saturating_sub(judge::recent_periods(&ctx.settings, periods[end].unit));
    Period::span(periods[first].first_day, periods[end].end_day - 1)
}

/// The recent periods up to the last complete one.
pub(super) fn recent_span(ctx: &Context) -> Result<Period> {
    Ok(recent(ctx, &history(&ctx.period(None)?), 0))
}

/// Who comes back about what.
fn came_back(ctx: &Context, facts: &Facts, span: &Period) -> Result<Option<Repeats>> {
    let by = contacts::BY.map(str::to_owned);
    contacts::repeats(ctx, facts, &contacts::Question { period: span, window: contacts::WINDOW, by: &by, list: EXAMPLES })
}

/// Tickets whose times contradict each other, over all the data.
fn contradicting() -> Result<Metric> {
    let value = serde_json::json!({
        "id": "resolved_before_created", "label": "Resolved before created", "on": "tickets", "by": "created_at", "kind": "count",
        "fact": "resolved_at < created_at",
    });
    serde_json::from_value(value).map_err(|e| Error::bug(e.to_string()))
}

/// The stays on the roster: spells that follow each other without a break are one.
fn stays(facts: &Facts) -> Result<Vec<Stay>> {
    let spells = facts.frame(Table::Spells);
    let mut out: Vec<Stay> = Vec::new();
    if !STAY.iter().all(|c| spells.has(c)) {
        return Ok(out);
    }
    let text = |name: &str| spells.texts(name);
    let (agent, team, supplier, mentor, reason) =
        (text("agent")?, text("team")?, text("supplier")?, text("mentor")?, text("leave_reason")?);
    let (start, left, since) = (spells.longs("started_at")?, spells.longs("left_at")?, spells.longs("mentor_since_at")?);
    let is_new = spells.flags("is_new_start")?;
    let day = |at: i64| known(at).map(|t| facts.zone().local_day(t));
    for row in 0..agent.len() {
        let (Some(name), Some(first_day)) = (&agent[row], day(start[row])) else { continue };
        let said = |column: &[Option<String>]| column[row].clone().unwrap_or_default();
        let begun = out.pop_if(|last| last.agent == *name && is_new[row] == Some(false)).map_or(first_day, |last| last.first_day);
        out.push(Stay {
            agent: name.clone(),
            team: said(&team),
            supplier: said(&supplier),
            mentor: said(&mentor),
            mentor_since: day(since[row]),
            first_day: begun,
            last_day: day(left[row]),
            reason: said(&reason),
        });
    }
    Ok(out)
}

/// Clocks in a list at most.
const CLOCK_ROWS: usize = 15;

/// The clocks due in the period that are worth a line.
fn clock_rows(facts: &Facts, period: &Period) -> Result<ClockRows> {
    let span = period.start_utc(facts.zone())..period.end_utc(facts.zone());
    let mut out = ClockRows::default();
    for c in clocks(facts, &[], |due| due.is_some_and(|t| span.contains(&t)))? {
        if let Some(theirs) = c.vendor_met.filter(|_| !c.difference.is_empty()) {
            let (ticket, clock) = (c.ticket.clone(), c.name.clone());
            out.differing.push(Differing { ticket, clock, ours: c.is_met, theirs, reason: c.difference.clone() });
        }
        if let Some(late_secs) = c.late_secs {
            let (clock, holder, longest) = (c.name, c.holder, c.longest);
            out.missed.push(Missed {
                ticket: c.ticket,
                clock,
                target_for: c.target_for,
                late_secs,
                is_open: c.is_open_overdue,
                holder,
                longest,
            });
        }
    }
    out.missed.sort_by(|a, b| b.late_secs.cmp(&a.late_secs).then_with(|| a.ticket.cmp(&b.ticket)).then_with(|| a.clock.cmp(&b.clock)));
    out.missed.truncate(CLOCK_ROWS);
    out.differing.sort_by(|a, b| b.ticket.cmp(&a.ticket).then_with(|| a.clock.cmp(&b.clock)));
    out.differing.truncate(CLOCK_ROWS);
    Ok(out)
}

/// What the roster says of each agent: team, supplier, mentor, since when.
fn about(facts: &Facts, stays: &[Stay]) -> BTreeMap<String, Vec<(String, String)>> {
    let lines = |stay: &Stay| {
        let described = [(say!("Team"), &stay.team), (say!("Supplier"), &stay.supplier), (say!("Mentor"), &stay.mentor)];
        let mut lines: Vec<(String, String)> =
            described.into_iter().filter(|(_, text)| !text.is_empty()).map(|(label, text)| (label.to_owned(), text.clone())).collect();
        lines.push((
            say!("On the desk since").to_owned(),
            crate::format::day(&facts.zone().format_day(facts.zone().day_start(stay.first_day))),
        ));
        lines
    };
    // Stays come in order of time: the latest one counts.
    stays.iter().map(|stay| (stay.agent.clone(), lines(stay))).collect()
}

/// For each subject and share the rows that are worth reading.
fn examples(ctx: &Context, facts: &Facts, metrics: &[&Metric], span: &Period) -> Result<Examples> {
    let mut out = Examples::new();
    for table in [Table::Tickets, Table::Calls, Table::Surveys] {
        for found in worth(facts, table, metrics, (span, EXAMPLES))? {
            let kind = [CardKind::Agent, CardKind::Team, CardKind::Supplier, CardKind::Desk][found.by];
            let name = if found.by == DESK { ctx.settings.desk.name.clone() } else { found.group };
            let worth = out.entry((kind, name, found.metric)).or_default();
            *(if found.is_good { &mut worth.good } else { &mut worth.bad }) = found.rows;
        }
    }
    Ok(out)
}

/// A CSV for each card and table with the rows behind its numbers; who is unnamed has no name in them.
fn row_pages(scorecard: &Scorecard, tables: &[&(Table, Rows)], unnamed: &BTreeSet<&str>) -> Result<Vec<Page>> {
    let mut pages = Vec::new();
    for card in &scorecard.cards {
        for (table, rows) in tables {
            let is_mine = |groups: &[String; 3]| match card.kind {
                CardKind::Desk => true,
                CardKind::Agent => groups[0] == card.name,
                CardKind::Team => groups[1] == card.name,
                CardKind::Supplier => groups[2] == card.name,
            };
            let name = format!("rows/{}-{table}.csv", card.slug);
            let is_linked = card.kpis.iter().any(|k| k.rows_file.as_deref() == Some(name.as_str()));
            if is_linked {
                let mine = rows.cells.iter().zip(&rows.groups).filter(|(_, g)| is_mine(g));
                let mine = mine.map(
                    |(cells, g)| if unnamed.contains(g[0].as_str()) { without(cells, &g[0]) } else { Cow::Borrowed(cells.as_slice()) },
                );
                pages.push(Page { name, bytes: csv_bytes(&rows.header, mine, rows.described)? });
            }
        }
    }
    Ok(pages)
}

/// The cells of a row without a name.
fn without<'a>(cells: &[String], name: &str) -> Cow<'a, [String]> {
    Cow::Owned(cells.iter().map(|cell| if cell == name { String::new() } else { cell.clone() }).collect())
}

/// CSV bytes; the first `texts` cells of a row are text that a spreadsheet must not run.
fn csv_bytes<'a>(header: &[String], rows: impl Iterator<Item = Cow<'a, [String]>>, texts: usize) -> Result<Vec<u8>> {
    let failed = |e: &dyn std::fmt::Display| Error::bug(format!("csv: {e}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(|e| failed(&e))?;
    for row in rows {
        let cells = row.iter().enumerate().map(|(i, cell)| if i < texts { safe_text(cell) } else { cell.clone() });
        writer.write_record(cells).map_err(|e| failed(&e))?;
    }
    writer.into_inner().map_err(|e| failed(&e))
}

/// Every row that was set aside, with its place and reason.
fn rejects(ledger: &Ledger, told: impl Fn(&str) -> String) -> Result<Page> {
    let header: Vec<String> = ["source", "file", "line", "byte", "column", "code", "value", "reason"].map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> = ledger
        .sources
        .iter()
        .flat_map(|s| s.rejects.iter().map(move |r| (s, r)))
        .map(|(s, r)| {
            let (line, byte) = (r.line.to_string(), r.byte.to_string());
            vec![s.name.clone(), r.file.clone(), line, byte, r.column.clone(), r.code.clone().into_owned(), told(&r.value), told(&r.reason)]
        })
        .collect();
    Ok(Page {
        name: "rejects.csv".to_owned(),
        bytes: csv_bytes(&header, rows.iter().map(|cells| Cow::Borrowed(cells.as_slice())), header.len())?,
    })
}
