//! `deskcard report`: the scorecards of a period.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Context, Outcome, stdout_failed, wanted, write_file};
use crate::cli::ReportArgs;
use crate::clock::period::{Period, Unit};
use crate::clock::zone::Zone;
use crate::error::{Error, Result};
use crate::facts::{Facts, Table};
use crate::ingest::ledger::Ledger;
use crate::judge::{self, Evidence, Examples, HISTORY, PERIOD, RECENT, RECENT_PERIODS, breakdowns};
use crate::metrics::rows::{Rows, describing, rows};
use crate::metrics::{Ask, Kind, Metric, Readings, fold};
use crate::report::csv::safe_text;
use crate::report::{self, Page};
use crate::scorecard::{Better, CardKind, Scorecard};

/// Periods in the trend charts.
const HISTORY_PERIODS: usize = 53;
/// Tickets named as worth reading.
const EXAMPLES: usize = 5;

pub(super) fn run(args: &ReportArgs, now: i64, command_line: &str, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?;
    let zone = ctx.zone();
    let periods = periods(&ctx, args, &zone)?;
    if let Some(folder) = args.templates.as_deref().filter(|t| !t.is_dir()) {
        return Err(Error::config(format!("--templates {}: no such folder", folder.display()))
            .hint("it holds files named as those of report_templates"));
    }
    let out = output(&ctx, args, &periods[periods.len() - 1])?;
    let metrics = judge::shown(&ctx.catalogue);
    let (facts, ledger) = read(&ctx, &metrics)?;
    let (scorecard, row_tables) = judged(&ctx, &facts, &ledger, &metrics, &periods, command_line)?;
    let mut pages = report::pages_with(&scorecard, args.templates.as_deref())?;
    pages.extend(row_pages(&scorecard, &row_tables)?);
    pages.push(rejects(&ledger)?);
    publish(&out, &pages)?;
    ctx.say(&format!("{} files in {}", pages.len(), out.display()));
    writeln!(stdout, "{}", out.join("index.html").display()).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

/// The period reported, last, with those before it that the charts show.
fn periods(ctx: &Context, args: &ReportArgs, zone: &Zone) -> Result<Vec<Period>> {
    let unit = ctx.settings.report.period;
    let today = zone.local_day(ctx.as_of);
    let period = match &args.period {
        Some(text) => Period::parse(text, unit, today)?,
        None => Period::last_complete(unit, today),
    };
    let mut all = vec![period];
    let is_regular = matches!(all[0].unit, Unit::Week | Unit::Month | Unit::Quarter);
    let wanted = if is_regular { HISTORY_PERIODS } else { RECENT_PERIODS };
    while all.len() < wanted {
        let before = all[all.len() - 1].previous();
        all.push(before);
    }
    all.reverse();
    Ok(all)
}

/// The folder to fill, checked before the work begins.
fn output(ctx: &Context, args: &ReportArgs, period: &Period) -> Result<PathBuf> {
    let base = args.out.clone().unwrap_or_else(|| ctx.settings.dir.join(&ctx.settings.report.out));
    let failed =
        |e: std::io::Error| Error::output(format!("cannot write to {}: {e}", base.display())).hint("choose another folder with --out");
    std::fs::create_dir_all(&base).map_err(failed)?;
    Ok(base.join(&period.id))
}

fn read(ctx: &Context, metrics: &[&Metric]) -> Result<(Facts, Ledger)> {
    let all: Vec<_> = [&HISTORY[..], &PERIOD[..], &RECENT[..]].into_iter().flat_map(breakdowns).collect();
    let mut wanted = wanted(ctx, metrics, &all, None)?;
    for table in Table::ALL {
        let known = crate::facts::all_columns(&ctx.settings, table);
        for column in describing(table).iter().filter(|c| known.iter().any(|k| k == *c) || crate::facts::is_id(table, c)) {
            wanted.add(table, column)?;
        }
    }
    for column in ["agent", "team", "supplier", "mentor", "started_at"] {
        wanted.add(Table::Spells, column)?;
    }
    wanted.texts = true;
    ctx.facts(&wanted)
}

/// Folds, judges, and collects the rows behind.
fn judged(
    ctx: &Context,
    facts: &Facts,
    ledger: &Ledger,
    metrics: &[&Metric],
    periods: &[Period],
    command: &str,
) -> Result<(Scorecard, Vec<(Table, Rows)>)> {
    let now = &periods[periods.len() - 1];
    let recent = Period::span(periods[periods.len().saturating_sub(RECENT_PERIODS)].first_day, now.end_day - 1);
    let folded = |by: &[&[&str]], periods: Vec<Period>| -> Result<Readings> {
        fold(facts, &ctx.catalogue, &Ask { metrics: metrics.to_vec(), breakdowns: breakdowns(by), periods, filter: None })
    };
    let (history, period, recent) =
        (folded(&HISTORY, periods.to_vec())?, folded(&PERIOD, vec![now.clone()])?, folded(&RECENT, vec![recent])?);
    let tables = Table::ALL.iter().map(|t| Ok((*t, rows(facts, *t, metrics, now)?))).collect::<Result<Vec<_>>>()?;
    let about = about(facts)?;
    let mut remarks = facts.remarks.clone();
    remarks.extend(inconsistent(ctx, facts)?);
    let scorecard = judge::scorecard(&Evidence {
        settings: &ctx.settings,
        catalogue: &ctx.catalogue,
        ledger,
        zone: facts.zone(),
        as_of: ctx.as_of,
        periods,
        history: &history,
        period: &period,
        recent: &recent,
        about: &about,
        off_roster: &facts.off_roster,
        remarks: &remarks,
        examples: &examples(&tables, metrics),
        command,
    })?;
    Ok((scorecard, tables))
}

/// Tickets whose times contradict each other, over all the data.
fn inconsistent(ctx: &Context, facts: &Facts) -> Result<Option<(String, String)>> {
    let value = serde_json::json!({
        "id": "resolved_before_created", "label": "Resolved before created", "on": "tickets", "by": "created_at", "kind": "count",
        "fact": "resolved_at < created_at",
    });
    let metric: Metric = serde_json::from_value(value).map_err(|e| Error::bug(e.to_string()))?;
    let ask = Ask { metrics: vec![&metric], breakdowns: vec![Vec::new()], periods: vec![Period::span(0, facts.as_of_day())], filter: None };
    let count = fold(facts, &ctx.catalogue, &ask)?.get(&metric.id, 0, &[], 0).map_or(0.0, |r| r.sum);
    let text = format!("{count} ticket(s) are resolved before they were created; they count everywhere but in durations.");
    Ok((count > 0.0).then(|| ("resolved-before-created".to_owned(), text)))
}

/// What the roster says of each agent: team, supplier, mentor, since when.
fn about(facts: &Facts) -> Result<BTreeMap<String, Vec<(String, String)>>> {
    let spells = facts.frame(Table::Spells);
    let mut out = BTreeMap::new();
    if !["agent", "team", "supplier", "mentor", "started_at"].iter().all(|c| spells.has(c)) {
        return Ok(out);
    }
    let (agent, start) = (spells.texts("agent")?, spells.longs("started_at")?);
    let described = [("Team", spells.texts("team")?), ("Supplier", spells.texts("supplier")?), ("Mentor", spells.texts("mentor")?)];
    for row in 0..agent.len() {
        let Some(name) = &agent[row] else { continue };
        let mut lines: Vec<(String, String)> =
            described.iter().filter_map(|(label, texts)| Some(((*label).to_owned(), texts[row].clone()?))).collect();
        lines.push(("On the desk since".to_owned(), facts.zone().format_day(start[row])));
        // Spells come in order of time: the latest stays.
        out.insert(name.clone(), lines);
    }
    Ok(out)
}

/// For each subject and share the rows on the bad side: what is worth reading.
fn examples(tables: &[(Table, Rows)], metrics: &[&Metric]) -> Examples {
    let mut out = Examples::new();
    for (table, rows) in tables {
        let at = |name: &str| rows.header[..rows.described].iter().position(|h| h == name);
        let Some(id) = at("id").or(at("ticket_id")) else { continue };
        let why = [at("score"), at("priority"), at("category")];
        for (i, metric) in rows.header.iter().enumerate().skip(rows.described) {
            let Some(metric) = metrics.iter().find(|m| m.id == *metric && m.on == Some(*table) && m.kind == Kind::Share) else { continue };
            let bad = if metric.better == Better::Lower { "1" } else { "0" };
            for (cells, [agent, team, supplier]) in rows.cells.iter().zip(&rows.groups).filter(|(c, _)| c[i] == bad && !c[id].is_empty()) {
                let words: Vec<String> =
                    why.iter()
                        .flatten()
                        .filter(|w| !cells[**w].is_empty())
                        .map(|w| {
                            if rows.header[*w] == "score" {
                                format!("score {}", cells[*w].trim_end_matches(".0"))
                            } else {
                                cells[*w].clone()
                            }
                        })
                        .collect();
                for (kind, name) in [(CardKind::Agent, agent), (CardKind::Team, team), (CardKind::Supplier, supplier)] {
                    let list = out.entry((kind, name.clone(), metric.id.clone())).or_default();
                    if list.len() < EXAMPLES {
                        list.push((cells[id].clone(), words.join(" · ")));
                    }
                }
            }
        }
    }
    out
}

/// A CSV for each card and table with the rows behind its numbers.
fn row_pages(scorecard: &Scorecard, tables: &[(Table, Rows)]) -> Result<Vec<Page>> {
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
                let mine = rows.cells.iter().zip(&rows.groups).filter(|(_, g)| is_mine(g)).map(|(c, _)| c);
                pages.push(Page { name, bytes: csv_bytes(&rows.header, mine, rows.described)? });
            }
        }
    }
    Ok(pages)
}

/// CSV bytes; the first `texts` cells of a row are text that a spreadsheet must not run.
fn csv_bytes<'a>(header: &[String], rows: impl Iterator<Item = &'a Vec<String>>, texts: usize) -> Result<Vec<u8>> {
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
fn rejects(ledger: &Ledger) -> Result<Page> {
    let header: Vec<String> = ["source", "file", "line", "byte", "column", "code", "value", "reason"].map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> = ledger
        .sources
        .iter()
        .flat_map(|s| s.rejects.iter().map(move |r| (s, r)))
        .map(|(s, r)| {
            let (line, byte) = (r.line.to_string(), r.byte.to_string());
            vec![s.name.clone(), r.file.clone(), line, byte, r.column.clone(), r.code.to_owned(), r.value.clone(), r.reason.clone()]
        })
        .collect();
    Ok(Page { name: "rejects.csv".to_owned(), bytes: csv_bytes(&header, rows.iter(), header.len())? })
}

/// Writes all files beside the folder, then puts it in its place: a reader never finds half a report.
fn publish(out: &Path, pages: &[Page]) -> Result<()> {
    let failed = |e: std::io::Error| Error::output(format!("cannot write {}: {e}", out.display()));
    let beside = |suffix: &str| out.with_file_name(format!(".{}.{suffix}", out.file_name().unwrap_or_default().to_string_lossy()));
    let (fresh, old) = (beside("new"), beside("old"));
    for leftover in [&fresh, &old] {
        if leftover.exists() {
            std::fs::remove_dir_all(leftover).map_err(failed)?;
        }
    }
    for page in pages {
        write_file(&fresh.join(&page.name), &page.bytes)?;
    }
    if out.exists() {
        std::fs::rename(out, &old).map_err(failed)?;
    }
    std::fs::rename(&fresh, out).map_err(failed)?;
    if old.exists() {
        std::fs::remove_dir_all(&old).map_err(failed)?;
    }
    Ok(())
}
