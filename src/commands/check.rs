//! `deskcard check`: what was read, what was refused, and what is missing for which metric.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::{Context, Outcome, stdout_failed, wanted};
use crate::cli::{CheckArgs, CheckFormat};
use crate::clock::period::{Period, Unit};
use crate::clock::zone::Zone;
use crate::columns::Source;
use crate::desk::{NONE, text_of};
use crate::error::{Result, nearest};
use crate::facts::{Facts, Table, Wanted};
use crate::format::things;
use crate::ingest::ledger::{Ledger, SourceLedger};
use crate::metrics::{Ask, Kind, Lacking, Metric, Readings, fold, is_told_of_months, lacking};

/// Rejects shown for each source.
const SHOWN: usize = 10;

pub(super) fn run(args: &CheckArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?.reading(&args.data)?;
    // Clocks and spans repeat the columns of their tickets: only what metrics name of them is made.
    let tables: Vec<Table> = Table::ALL.into_iter().filter(|t| !matches!(t, Table::SlaClocks | Table::TicketSpans)).collect();
    let mut everything = Wanted::everything(&ctx.settings, &tables);
    everything.merge(wanted(&ctx, &ctx.catalogue.iter().collect::<Vec<_>>(), &[], None)?);
    everything.hashes = true;
    let wanted = everything;
    let desk = ctx.desk(&wanted)?;
    let refusal = desk.ledger.accept();
    if let Some(dir) = &args.rejects {
        super::ingest::write_rejects(&desk.ledger, dir)?;
    }
    let (facts, ledger) = ctx.facts_of(desk, &wanted)?;
    let silent = silent_metrics(&ctx, &facts)?;
    let strangers = strangers(&ctx, &facts)?;
    let text = match args.format {
        CheckFormat::Json => json(&ledger, &facts, (&silent, &strangers)),
        CheckFormat::Table => words(&ctx, &ledger, &facts, (&silent, &strangers)),
    };
    writeln!(stdout, "{}", text.trim_end()).map_err(|e| stdout_failed(&e))?;
    refusal?;
    let rejected: u64 = ledger.sources.iter().map(|s| s.rejected).sum();
    Ok(if args.strict && rejected > 0 { Outcome::GateSaidNo } else { Outcome::Done })
}

/// A table of the config, its names, and where they could stand.
type Wish<'a> = (&'static str, Vec<&'a String>, &'a [(Table, &'static str)]);

/// Names the config knows and no row has, by the table of the config: a typing mistake there would go unnoticed.
fn strangers(ctx: &Context, facts: &Facts) -> Result<BTreeMap<&'static str, Vec<String>>> {
    let mut out = BTreeMap::new();
    let groups = [(Table::Tickets, "group"), (Table::Tickets, "first_group"), (Table::TicketEvents, "group")];
    let wishes: [Wish<'_>; 2] = [
        ("[levels]", ctx.settings.levels.keys().collect(), &groups),
        ("[departments]", ctx.settings.departments.keys().collect(), &[(Table::Tickets, "requester_department")]),
    ];
    for (place, names, columns) in wishes {
        let mut there = BTreeSet::new();
        for (table, column) in columns {
            let frame = facts.frame(*table);
            if frame.height() > 0 && frame.has(column) {
                there.extend(frame.codes(column)?.into_iter().filter(|c| *c != NONE).collect::<BTreeSet<u32>>().into_iter().map(text_of));
            }
        }
        // Without any name there is nothing a mistake could be told by.
        let told = |name: &&String| {
            let near = nearest(name, there.iter().map(String::as_str));
            near.first().map_or_else(|| format!("{name:?}"), |near| format!("{name:?} (nearest: {near:?})"))
        };
        let unknown: Vec<String> = names.iter().filter(|n| !there.contains(**n)).map(told).collect();
        if !unknown.is_empty() && !there.is_empty() {
            out.insert(place, unknown);
        }
    }
    Ok(out)
}

fn has_figure(readings: &Readings, metric: &Metric) -> bool {
    readings.groups(&metric.id, 0).any(|(_, values)| values.iter().flatten().any(|r| r.n > 0.0 || r.immature > 0))
}

/// Those of the metrics that have a figure in some month: what is recorded by the month is told of whole months, not of all the data.
fn told_by_month(ctx: &Context, facts: &Facts, metrics: &[&Metric]) -> Result<BTreeSet<String>> {
    let mut monthly = Vec::new();
    for metric in metrics {
        if is_told_of_months(facts, &ctx.catalogue, metric)? {
            monthly.push(*metric);
        }
    }
    let first = Table::ALL.into_iter().filter_map(|table| facts.first_day(table)).min();
    let Some(first) = first.filter(|_| !monthly.is_empty()) else { return Ok(BTreeSet::new()) };
    let periods = Period::series(Unit::Month, first, facts.as_of_day());
    let readings = fold(facts, &ctx.catalogue, &Ask { metrics: monthly.clone(), breakdowns: vec![Vec::new()], periods, filter: None })?;
    Ok(monthly.into_iter().filter(|m| has_figure(&readings, m)).map(|m| m.id.clone()).collect())
}

/// Metrics without a single figure over all the data, and why.
fn silent_metrics(ctx: &Context, facts: &Facts) -> Result<BTreeMap<String, Why>> {
    let metrics: Vec<&Metric> = ctx.catalogue.iter().collect();
    let ask =
        Ask { metrics: metrics.clone(), breakdowns: vec![Vec::new()], periods: vec![Period::span(0, facts.as_of_day())], filter: None };
    let readings = fold(facts, &ctx.catalogue, &ask)?;
    // A stock of nothing is a figure.
    let mut silent: Vec<&Metric> = metrics.into_iter().filter(|m| m.kind != Kind::Stock && !has_figure(&readings, m)).collect();
    let told: BTreeSet<String> = told_by_month(ctx, facts, &silent)?;
    silent.retain(|m| !told.contains(&m.id));
    let ids: BTreeSet<&str> = silent.iter().map(|m| m.id.as_str()).collect();
    silent.iter().map(|metric| Ok((metric.id.clone(), why(ctx, facts, metric, &ids)?))).collect()
}

/// Why a metric has no figure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// The config has no source of this kind.
    Source(Source),
    /// What it is made of is not there, or no row counts.
    Lacking(Lacking),
}

impl Why {
    /// What is missing, by name.
    fn names(&self) -> Vec<String> {
        match self {
            Self::Source(kind) => vec![kind.name().to_owned()],
            Self::Lacking(lacking) => lacking.names.clone(),
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Source(kind) => format!("no source of {}", kind.name()),
            Self::Lacking(lacking) if lacking.names.is_empty() => "no row that counts".to_owned(),
            Self::Lacking(Lacking { names, one_will_do }) => format!("no {}", names.join(if *one_will_do { " or " } else { " and no " })),
        }
    }
}

/// Why a metric without a figure has none; `silent` are all metrics that have none.
fn why(ctx: &Context, facts: &Facts, metric: &Metric, silent: &BTreeSet<&str>) -> Result<Why> {
    match metric.on {
        Some(table) if !ctx.settings.sources.iter().any(|s| s.kind == table.source()) => Ok(Why::Source(table.source())),
        Some(table) => lacking(facts, table, metric).map(Why::Lacking),
        None => {
            let part = [&metric.numerator, &metric.denominator].into_iter().find(|id| silent.contains(id.as_str()));
            let nothing = Why::Lacking(Lacking { names: Vec::new(), one_will_do: true });
            part.map_or(Ok(nothing), |id| why(ctx, facts, ctx.catalogue.get(id)?, silent))
        }
    }
}

/// Metrics without data, and names of the config without rows.
type Missing<'a> = (&'a BTreeMap<String, Why>, &'a BTreeMap<&'static str, Vec<String>>);

fn json(ledger: &Ledger, facts: &Facts, (silent, strangers): Missing<'_>) -> String {
    let silent: BTreeMap<&String, Vec<String>> = silent.iter().map(|(metric, why)| (metric, why.names())).collect();
    let value = serde_json::json!({
        "as_of": facts.zone().format_minute(facts.as_of()), "sources": ledger.sources, "agents_off_roster": facts.off_roster,
        "remarks": facts.remarks, "names_without_rows": strangers, "metrics_without_data": silent,
    });
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

fn words(ctx: &Context, ledger: &Ledger, facts: &Facts, (silent, strangers): Missing<'_>) -> String {
    let mut out =
        format!("{} · cut-off {} {}\n", ctx.settings.desk.name, facts.zone().format_minute(facts.as_of()), ctx.settings.desk.time_zone);
    for source in &ledger.sources {
        out += &source_words(source, facts.zone());
    }
    if !facts.off_roster.is_empty() {
        out += &format!("\nNot on the roster: {}\n", facts.off_roster.join(", "));
    }
    for (_, remark) in &facts.remarks {
        out += &format!("\n{remark}\n");
    }
    for (place, names) in strangers {
        out += &format!("\n{place}: no row has {}\n", names.join(", "));
    }
    out + &without_data(silent)
}

/// What is missing, and which metrics it costs; a whole kind of source costs too many to list.
fn without_data(silent: &BTreeMap<String, Why>) -> String {
    let mut costs: BTreeMap<&Why, Vec<&str>> = BTreeMap::new();
    silent.iter().for_each(|(metric, why)| costs.entry(why).or_default().push(metric));
    let mut out = String::new();
    for (why, metrics) in costs {
        let count = things(metrics.len() as u64, "metric", "metrics");
        out += &match why {
            Why::Source(_) => format!("  {}: {count}\n", why.words()),
            Why::Lacking(_) => format!("  {}: {}\n", why.words(), metrics.join(", ")),
        };
    }
    if out.is_empty() { out } else { format!("\nMetrics without data:\n{out}") }
}

fn source_words(source: &SourceLedger, zone: &Zone) -> String {
    let covers = source.covers.map_or_else(String::new, |(a, b)| format!(", {} to {}", zone.format_minute(a), zone.format_minute(b)));
    let mut out =
        format!("\n{} ({}): {}{covers}\n  {}\n", source.name, source.kind, things(source.files.len(), "file", "files"), source.identity());
    for (file, remark) in source.files.iter().flat_map(|f| f.remarks.iter().map(move |r| (f, r))) {
        out += &format!("  {}: {remark}\n", file.name);
    }
    for file in source.files.iter().filter(|f| f.is_unended) {
        out += &format!("  {}: its last line does not end; if the product's files do, it was cut off\n", file.name);
    }
    for guess in &source.guesses {
        out += &format!("  {guess}\n");
    }
    for (column, count) in &source.mangled {
        out += &format!("  ids of {column:?} rounded by a spreadsheet: {count}\n");
    }
    for file in source.files.iter().filter(|f| !f.written.is_empty()) {
        out += &format!("  {} is {}\n", file.name, file.written.join(", "));
    }
    for (rule, count) in &source.set_aside {
        out += &format!("  left out, {rule}: {count}\n");
    }
    if source.folded > 0 {
        out += &format!("  {} legs became part of another leg's call\n", source.folded);
    }
    for (code, count) in &source.reject_codes {
        out += &format!("  rejected, {code}: {count}\n");
    }
    for r in source.rejects.iter().take(SHOWN) {
        let column = if r.column.is_empty() { String::new() } else { format!(", column {:?}", r.column) };
        out += &format!("    {} line {}{column}: {}\n", r.file, r.line, r.reason);
    }
    if source.rejects.len() > SHOWN {
        out += &format!("    … and {} more\n", source.rejected - SHOWN as u64);
    }
    for (column, words) in &source.unmapped {
        let each: Vec<String> = words.iter().take(SHOWN).map(|(w, n)| format!("{w:?} ×{n}")).collect();
        out += &format!("  words of {column:?} that mean nothing to us: {}\n", each.join(", "));
    }
    for (count, what) in [
        (source.after_cut_off, "rows dated after the cut-off"),
        (source.garbled, "rows with damaged characters (U+FFFD)"),
        (source.clock_changes, "local times a clock change skipped or repeated"),
    ] {
        if count > 0 {
            out += &format!("  {what}: {count}\n");
        }
    }
    if !source.ignored_headers.is_empty() {
        out += &format!("  headers not used: {}\n", source.ignored_headers.join(", "));
    }
    out
}
