//! `deskcard explain`: why a measure moved.

use std::io::Write;

use super::{Context, Outcome, stdout_failed, wanted};
use crate::cli::{CheckFormat, ExplainArgs};
use crate::clock::period::Period;
use crate::error::{Error, Result};
use crate::facts::{Facts, Table, Wanted};
use crate::inquiry::explain::{self, Answer, Question, Search};
use crate::judge::{self, DeskHistory};
use crate::metrics::sample::{Sample, Wish, is_explainable, sample, told};
use crate::metrics::{Ask, Kind, Metric, fold};
use crate::publish::file::replace;
use crate::report;
use crate::say;
use crate::scorecard::{ChartData, EXPLANATION_VERSION, Explanation, PeriodInfo};

/// Periods in the trend chart.
const HISTORY_PERIODS: usize = 53;
/// Said of a row worth reading, so far as the table has it.
const SAID: [&str; 5] = ["priority", "category", "subject", "comment", "csat_comment"];
/// Longest text said of a row.
const LONGEST: usize = 160;

/// What is explained, and against what.
struct Spans {
    now: Period,
    /// `None` where nothing is held against it.
    before: Option<Period>,
    /// The span before in periods like the one explained, oldest first.
    earlier: Vec<Period>,
}

pub(super) fn run(args: &ExplainArgs, now: i64, command_line: &str, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?.reading(&args.data)?;
    let metric = explainable(&ctx, &args.metric)?;
    let spans = spans(&ctx, args)?;
    let table = metric.on.ok_or_else(|| Error::bug(format!("{} is on no table", metric.id)))?;
    let attributes = if args.by.is_empty() { explain::attributes(&ctx.settings, table) } else { args.by.clone() };
    let (facts, _) = ctx.facts(&needed(&ctx, metric, (&attributes, args.filter.as_deref()))?)?;
    if let Some(lacking) = args.by.iter().find(|name| !facts.has_column(table, name)) {
        facts.columns(table, &[lacking.as_str()])?;
    }
    let spans = spans.within_data(facts.first_day(table));
    let explanation = explained(&ctx, &facts, (metric, &attributes), (args, &spans, command_line))?;
    let (page, words) = report::explanation(&explanation, &explain::topic(&explanation))?;
    if let Some(out) = &args.out {
        let path = out.join(format!("explain-{}.html", metric.id));
        replace(&path, &page.bytes)?;
        ctx.say(&format!("{} written", path.display()));
    }
    let text = match args.format {
        CheckFormat::Json => serde_json::to_string_pretty(&explanation).map_err(|e| Error::bug(e.to_string()))?,
        CheckFormat::Table => words,
    };
    writeln!(stdout, "{}", text.trim_end()).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

/// The metric of that id, if it has rows that can be told apart.
fn explainable<'c>(ctx: &'c Context, id: &str) -> Result<&'c Metric> {
    let metric = ctx.catalogue.get(id)?;
    if is_explainable(metric) {
        return Ok(metric);
    }
    let instead = match metric.kind {
        Kind::Ratio => format!("it is {} over {}: explain one of these", metric.numerator, metric.denominator),
        Kind::Stock => "it is what is left of what came and went: explain tickets_created and tickets_resolved".to_owned(),
        Kind::Turnover | Kind::Rate => {
            "it is events over time: `deskcard query` breaks it down, and the page People tells the rest".to_owned()
        }
        _ => "`deskcard query` breaks it down".to_owned(),
    };
    Err(Error::config(format!("{id} has no rows of its own that could be told apart")).hint(instead))
}

impl Spans {
    /// Without what lies before the first row: there was nothing to count, which is no count of zero.
    fn within_data(mut self, first_day: Option<i32>) -> Self {
        let Some(first_day) = first_day else { return self };
        let Some(before) = self.before.as_ref().filter(|p| p.first_day < first_day && first_day < p.end_day) else { return self };
        let end_day = before.end_day;
        self.earlier.retain(|p| p.first_day >= first_day);
        let begins = self.earlier.first().map_or(first_day, |p| p.first_day);
        self.before = Some(Period::span(begins, end_day - 1));
        if self.earlier.is_empty() {
            self.earlier.extend(self.before.clone());
        }
        self
    }
}

fn spans(ctx: &Context, args: &ExplainArgs) -> Result<Spans> {
    let unit = ctx.settings.report.period;
    let today = ctx.zone().local_day(ctx.as_of);
    let parsed = |text: &str, flag: &str| Period::parse(text, unit, today).map_err(|e| if e.at.is_empty() { e.at(flag) } else { e });
    let asked = ctx.period(args.period.as_deref()).map_err(|e| if e.at.is_empty() { e.at("--period") } else { e })?;
    // Of a period that is not over, the days that are: half a month against whole ones would be news every time.
    let now = if asked.first_day < today && today < asked.end_day { Period::span(asked.first_day, today - 1) } else { asked.clone() };
    let before = match args.against.as_deref() {
        Some("none") => return Ok(Spans { now, before: None, earlier: Vec::new() }),
        Some(text) => parsed(text, "--against")?,
        None => {
            let first = (0..judge::recent_periods(&ctx.settings, asked.unit)).fold(asked, |p, _| p.previous());
            Period::span(first.first_day, now.first_day - 1)
        }
    };
    if before.end_day > now.first_day {
        let hint = format!("name an earlier one, such as {}, or `--against none` to ask where it differs", now.previous().id);
        return Err(Error::config(format!("--against {} does not end before {} begins", before.id, now.id)).hint(hint));
    }
    // Counts are held against spans of one length; what the older end leaves over is left out.
    let is_inside = |p: &Period| p.first_day >= before.first_day;
    let back = std::iter::successors(Some(Period::span(before.end_day - (now.end_day - now.first_day), before.end_day - 1)), |p| {
        Some(Period::span(p.first_day - (p.end_day - p.first_day), p.first_day - 1))
    });
    let mut earlier: Vec<Period> = back.take_while(is_inside).collect();
    earlier.reverse();
    if earlier.is_empty() {
        earlier.push(before.clone());
    }
    Ok(Spans { now, before: Some(before), earlier })
}

fn needed(ctx: &Context, metric: &Metric, (attributes, filter): (&[String], Option<&str>)) -> Result<Wanted> {
    let mut wanted = wanted(ctx, &[metric], &[attributes.to_vec()], filter)?;
    let table = metric.on.ok_or_else(|| Error::bug(format!("{} is on no table", metric.id)))?;
    let known = crate::facts::all_columns(&ctx.settings, table);
    for column in ["id", "ticket_id", "agent", "cost"].into_iter().chain(SAID).filter(|c| known.iter().any(|k| k == c)) {
        wanted.add(table, column)?;
    }
    wanted.texts = true;
    Ok(wanted)
}

fn explained(
    ctx: &Context,
    facts: &Facts,
    (metric, attributes): (&Metric, &[String]),
    (args, spans, command): (&ExplainArgs, &Spans, &str),
) -> Result<Explanation> {
    let wish = Wish { metric, spans: (&spans.now, spans.before.as_ref()), attributes, filter: args.filter.as_deref() };
    let mut sample = sample(facts, &wish)?;
    if sample.is_empty() {
        return Err(nothing(ctx, facts, metric, (args, spans)));
    }
    let is_share = explain::Gauge::of(metric) == explain::Gauge::Share;
    let outcomes = if is_share && args.by.is_empty() { sample.drop_outcomes() } else { Vec::new() };
    let zone = ctx.zone();
    let earlier: Vec<_> = spans.earlier.iter().map(|p| p.start_utc(&zone)..p.end_utc(&zone)).collect();
    let search = Search { depth: args.depth, shuffles: args.shuffles, seed: args.seed, ..Search::default() };
    let question = Question { metric, sample: &sample, judge: &ctx.settings.judge, earlier: &earlier, search, zone: &zone };
    let bar = ctx.bar_of_work();
    let (answers, mut info) = explain::segments(&question, &|done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    info.lacking = args.by.iter().filter(|name| sample.attribute(name).is_none()).cloned().collect();
    info.outcomes = outcomes;
    let segments = with_examples(facts, metric, &sample, answers)?;
    let hash = ctx.settings.hash.clone();
    Ok(Explanation {
        schema_version: EXPLANATION_VERSION,
        tool: concat!("deskcard ", env!("CARGO_PKG_VERSION")).to_owned(),
        desk: ctx.settings.desk.name.clone(),
        time_zone: ctx.settings.desk.time_zone.name().to_owned(),
        as_of: zone.format_minute(ctx.as_of),
        config_hash: hash,
        command: command.to_owned(),
        definition: metric.definition(),
        period: info_of(&spans.now, ctx),
        against: spans.before.as_ref().map(|p| info_of(p, ctx)),
        filter: args.filter.clone().unwrap_or_default(),
        moved: explain::moved(&question),
        parts: explain::parts(&question),
        segments,
        search: info,
        hours: explain::hours(&question),
        trend: trend(ctx, facts, metric, (&spans.now, args.filter.as_deref()))?,
        notes: notes(metric),
    })
}

/// Why there is nothing to explain.
fn nothing(ctx: &Context, facts: &Facts, metric: &Metric, (args, spans): (&ExplainArgs, &Spans)) -> Error {
    let filter = args.filter.as_ref().map_or_else(String::new, |f| format!(" where {f}"));
    let what = format!("{} has no rows in {} or before{filter}", metric.id, spans.now.id);
    let last = ctx.zone().format_day(facts.last_instant());
    Error::input(what).hint(format!("the data ends on {last}; `deskcard query {} --period week` shows where there are rows", metric.id))
}

fn info_of(period: &Period, ctx: &Context) -> PeriodInfo {
    PeriodInfo {
        id: period.id.clone(),
        label: period.label.clone(),
        short: period.short.clone(),
        first_day: crate::clock::day_text(period.first_day),
        last_day: crate::clock::day_text(period.end_day - 1),
        is_partial: ctx.as_of < period.end_utc(&ctx.zone()),
    }
}

/// The segments with the rows worth reading.
fn with_examples(facts: &Facts, metric: &Metric, sample: &Sample, answers: Vec<Answer>) -> Result<Vec<crate::scorecard::Segment>> {
    let Some(table) = metric.on else { return Ok(Vec::new()) };
    let id = ["id", "ticket_id"].into_iter().find(|c| facts.has_column(table, c) && crate::facts::is_id(table, c));
    let said: Vec<&str> = SAID.into_iter().filter(|c| facts.has_column(table, c)).collect();
    let mut out = Vec::new();
    for Answer { mut segment, rows } in answers {
        if let Some(id) = id {
            let names: Vec<&str> = [id].into_iter().chain(said.iter().copied()).collect();
            let places: Vec<(u32, u32)> = rows.iter().map(|row| sample.places[*row]).collect();
            let texts = told(facts, table, &places, &names)?;
            let words = |cells: &[String]| {
                let said = cells[1..].iter().filter(|c| !c.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" · ");
                (cells[0].clone(), crate::format::label(&said, LONGEST))
            };
            segment.examples = texts.iter().filter(|cells| !cells[0].is_empty()).map(|cells| words(cells)).collect();
        }
        out.push(segment);
    }
    Ok(out)
}

/// The measure over the periods before, with its limits.
fn trend(ctx: &Context, facts: &Facts, metric: &Metric, (now, filter): (&Period, Option<&str>)) -> Result<Option<ChartData>> {
    let mut periods: Vec<Period> = std::iter::successors(Some(now.clone()), |p| Some(p.previous())).take(HISTORY_PERIODS).collect();
    periods.reverse();
    let ask = Ask { metrics: vec![metric], breakdowns: vec![Vec::new()], periods: periods.clone(), filter: filter.map(str::to_owned) };
    let readings = fold(facts, &ctx.catalogue, &ask)?;
    let (settings, catalogue, as_of) = (&ctx.settings, &ctx.catalogue, ctx.as_of);
    Ok(judge::desk_trend(DeskHistory { settings, catalogue, zone: facts.zone(), as_of, periods: &periods, readings }, metric))
}

/// What to keep in mind.
fn notes(metric: &Metric) -> Vec<String> {
    let mut notes = vec![say!("A segment is told only if shuffled rows (or, for counts, its own earlier spans) rarely show as much anywhere in the search; which of several causes that go together is the right one, the rows to read tell better than any figure.").to_owned()];
    notes.push(format!("{}: {}", metric.label, metric.text));
    if matches!(metric.kind, Kind::Median | Kind::P90) {
        notes.push(say!("Medians and percentiles do not add up, so they are not taken apart into mix and rate.").to_owned());
    }
    if metric.on == Some(Table::Surveys) {
        notes.push(say!("Who answers is not everybody: a segment of surveys is one of those who answered.").to_owned());
    }
    notes
}
