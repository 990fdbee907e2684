//! `deskcard check`: what was read, what was refused, and what is missing for which metric.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::{Context, Outcome, stdout_failed, wanted};
use crate::cli::{CheckArgs, CheckFormat};
use crate::clock::period::Period;
use crate::clock::zone::Zone;
use crate::desk::{NONE, text_of};
use crate::error::{Result, nearest};
use crate::facts::{Facts, Table, Wanted};
use crate::format::things;
use crate::ingest::ledger::{Ledger, SourceLedger};
use crate::metrics::{Ask, Kind, Metric, fold};

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
    let silent = silent_metrics(&ctx, &facts, &ledger)?;
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

/// Metrics without a single figure over all the data, with the columns no export has.
fn silent_metrics(ctx: &Context, facts: &Facts, ledger: &Ledger) -> Result<BTreeMap<String, Vec<String>>> {
    let metrics: Vec<&Metric> = ctx.catalogue.iter().collect();
    let ask =
        Ask { metrics: metrics.clone(), breakdowns: vec![Vec::new()], periods: vec![Period::span(0, facts.as_of_day())], filter: None };
    let readings = fold(facts, &ctx.catalogue, &ask)?;
    let mut silent = BTreeMap::new();
    for metric in metrics {
        if metric.kind == Kind::Stock {
            // A stock of nothing is a figure.
            continue;
        }
        let has_figure = readings.groups(&metric.id, 0).any(|(_, v)| v.iter().flatten().any(|r| r.n > 0.0 || r.immature > 0));
        if !has_figure {
            silent.insert(metric.id.clone(), missing_columns(ctx, metric, ledger)?);
        }
    }
    Ok(silent)
}

/// Canonical columns a metric is made of that no source of their kind has.
pub(super) fn missing_columns(ctx: &Context, metric: &Metric, ledger: &Ledger) -> Result<Vec<String>> {
    let needed = wanted(ctx, &[metric], &[], None)?;
    let mut missing = Vec::new();
    for kind in crate::columns::Source::ALL {
        for column in kind.columns() {
            if needed.needs(kind, column.name, &crate::desk::frame_name(column)) && !ledger.has_column(kind, column.name) {
                missing.push(format!("{}.{}", kind.name(), column.name));
            }
        }
    }
    Ok(missing)
}

/// Metrics without data, and names of the config without rows.
type Missing<'a> = (&'a BTreeMap<String, Vec<String>>, &'a BTreeMap<&'static str, Vec<String>>);

fn json(ledger: &Ledger, facts: &Facts, (silent, strangers): Missing<'_>) -> String {
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
    if !silent.is_empty() {
        out += "\nMetrics without data:\n";
    }
    let has_source = |metric: &str| {
        let on = ctx.catalogue.get(metric).ok().and_then(|m| m.on);
        on.is_none_or(|table| ctx.settings.sources.iter().any(|s| s.kind == table.source()))
    };
    for kind in crate::columns::Source::ALL {
        let of_kind = |m: &&String| ctx.catalogue.get(m).ok().and_then(|m| m.on).is_some_and(|t| t.source() == kind);
        let count = silent.keys().filter(|m| !has_source(m)).filter(of_kind).count();
        if count > 0 {
            out += &format!("  {count} of them for want of a source of {}\n", kind.name());
        }
    }
    for (metric, missing) in silent.iter().filter(|(m, _)| has_source(m)) {
        let why = if missing.is_empty() { "no row falls into its population".to_owned() } else { no_column(ctx, missing) };
        out += &format!("  {metric}: {why}\n");
    }
    out
}

/// The columns a metric could be made of; those of kinds of sources the config does not have are alternatives nobody asked for.
fn no_column(ctx: &Context, missing: &[String]) -> String {
    const MOST: usize = 6;
    let has_kind = |name: &&String| ctx.settings.sources.iter().any(|s| name.split('.').next() == Some(s.kind.name()));
    let own: Vec<&str> = missing.iter().filter(has_kind).map(String::as_str).collect();
    match own.len() {
        0 => "no row falls into its population".to_owned(),
        1 => format!("no column for {}", own[0]),
        n if n <= MOST => format!("no column for one or more of {}", own.join(", ")),
        n => format!("no column for one or more of {} and {} others", own[..MOST].join(", "), n - MOST),
    }
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
            out += &format!("  {count} {what}\n");
        }
    }
    if !source.ignored_headers.is_empty() {
        out += &format!("  headers not used: {}\n", source.ignored_headers.join(", "));
    }
    out
}
