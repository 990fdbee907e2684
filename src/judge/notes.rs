//! What is to be said of the data: what a reader must know before the numbers, what can wait until after them, and what the config
//! could add.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Evidence;
use crate::columns::Source;
use crate::format;
use crate::ingest::ledger::{Ledger, SourceLedger};
use crate::metrics::Reading;
use crate::say;
use crate::scorecard::{Card, Level, Note};

/// One refused or unread row in so many leaves the figures what they are; more make them doubtful.
const FEW: u64 = 50;

/// Number of the levels among the breakdowns of the period.
const LEVEL: usize = 3;

/// Remarks on the facts that are no warnings.
const GOOD_TO_KNOW: [&str; 1] = ["absence-by-month"];

/// The notes, most serious first; `setup` are those of the pages.
pub(super) fn all(e: &Evidence<'_>, cards: &[Card], setup: Vec<Note>) -> Vec<Note> {
    let mut out = setup;
    if e.settings.goals.is_empty() {
        out.push(note(Level::Setup, "no-goals", say!("No goals are set: [goals] in the config sets them.").to_owned()));
    }
    out.extend(period(e, cards));
    for source in &e.ledger.sources {
        out.extend(of_source(e, source));
    }
    if !e.off_roster.is_empty() {
        let text = say!(
            "{people} in the exports, but not on the roster: {names}.",
            people = people(e.off_roster.len()),
            names = listed(e.off_roster)
        );
        out.push(note(Level::Warning, "agents-off-roster", text));
    }
    let remark = |(code, text): &(String, String)| {
        let level = if GOOD_TO_KNOW.contains(&code.as_str()) { Level::Info } else { Level::Warning };
        note(level, code, text.clone())
    };
    out.extend(e.remarks.iter().map(remark));
    for file in e.settings.calendars.files() {
        out.extend(file.remarks().into_iter().map(|text| note(Level::Warning, "holiday-file-in-doubt", text)));
        let text = say!("Holidays come from {name} too (SHA-256 {sha256}…).", name = file.name, sha256 = &file.sha256[..12]);
        out.push(note(Level::Info, "holiday-file", text));
    }
    out.extend(without_level(e));
    out.extend(immature(e, cards));
    out.sort_by_key(|n| n.level);
    out
}

pub(super) fn note(level: Level, code: &str, text: String) -> Note {
    Note { level, code: code.to_owned(), text }
}

/// How much it matters that so many rows of a source are not read as they should be.
fn weight(rows: u64, of: u64) -> Level {
    if rows.saturating_mul(FEW) > of { Level::Critical } else { Level::Warning }
}

fn people(n: usize) -> String {
    if n == 1 { say!("1 agent is").to_owned() } else { say!("{n} agents are", n) }
}

fn listed(names: &[String]) -> String {
    const MOST: usize = 6;
    let shown = names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > MOST { say!("{shown} and {more} more", shown, more = names.len() - MOST) } else { shown }
}

/// The first and the last instant that rows of tickets, calls and surveys are dated by, seconds UTC; `None` without any.
pub fn covered(ledger: &Ledger) -> Option<(i64, i64)> {
    let work = |s: &&SourceLedger| s.kind != Source::Agents.name();
    let covers = ledger.sources.iter().filter(work).filter_map(|s| s.covers);
    covers.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)))
}

fn period(e: &Evidence<'_>, cards: &[Card]) -> Vec<Note> {
    let mut out = Vec::new();
    let now = e.now();
    if e.is_partial(now) {
        let text = say!(
            "{period} is not over: the data was cut off at {as_of}. Its figures are not comparable yet.",
            period = now.label,
            as_of = format::day(&e.zone.format_minute(e.as_of))
        );
        out.push(note(Level::Critical, "period-partial", text));
    }
    let (first, last) = covered(e.ledger).unzip();
    let has_rows = cards.first().is_some_and(|c| c.kpis.iter().any(|k| k.n > 0));
    match (first, last) {
        (Some(first), _) if now.end_utc(e.zone) <= first => {
            let text = say!(
                "{period} lies before the first row of the exports ({first}).",
                period = now.label,
                first = format::day(&e.zone.format_day(first))
            );
            out.push(note(Level::Critical, "period-before-data", text));
        }
        (_, Some(last)) if now.start_utc(e.zone) > last => {
            let text = say!(
                "{period} lies after the last row of the exports ({last}).",
                period = now.label,
                last = format::day(&e.zone.format_day(last))
            );
            out.push(note(Level::Critical, "period-after-data", text));
        }
        (None, None) if e.ledger.sources.iter().any(|s| s.after_cut_off > 0) => {
            let text =
                say!("All dated rows of the exports lie after the cut-off ({as_of}).", as_of = format::day(&e.zone.format_minute(e.as_of)));
            out.push(note(Level::Critical, "all-after-cut-off", text));
        }
        (None, None) if e.ledger.sources.iter().any(|s| s.covers.is_some()) => {
            let text = say!("There are no tickets, calls or surveys: the figures are of people alone.").to_owned();
            out.push(note(Level::Info, "people-alone", text));
        }
        (None, None) => out.push(note(Level::Critical, "no-rows", say!("The exports hold no dated row at all.").to_owned())),
        _ if !has_rows => {
            out.push(note(Level::Critical, "no-rows-in-period", say!("No row of the exports falls into {period}.", period = now.label)));
        }
        (_, Some(last)) if last + 86_400 < now.end_utc(e.zone).min(e.as_of) => {
            let text = say!(
                "The newest row is of {last}; the period ends on {end_day}.",
                last = format::day(&e.zone.format_minute(last)),
                end_day = format::day(&crate::clock::day_text(now.end_day - 1))
            );
            out.push(note(Level::Info, "data-ends-early", text));
        }
        _ => {}
    }
    out
}

fn of_source(e: &Evidence<'_>, s: &SourceLedger) -> Vec<Note> {
    let mut out = Vec::new();
    let name = &s.name;
    if let Some(held) = &s.history {
        let text = say!(
            held.batches => "{name}: figures rest on the {rows} rows of the only batch in the history ({inserted} new, {updated} newer states, {unchanged} as they were, {older} older).",
            "{name}: figures rest on {rows} rows of {batches} batches in the history; the files and rows named here are those of the last batch ({inserted} new, {updated} newer states, {unchanged} as they were, {older} older).",
            name,
            rows = format::count(held.rows),
            batches = format::count(held.batches),
            inserted = format::count(held.inserted),
            updated = format::count(held.updated),
            unchanged = format::count(held.unchanged),
            older = format::count(held.older)
        );
        out.push(note(Level::Info, "from-history", text));
    }
    if s.rejected > 0 {
        let text = say!(
            "{name}: {rejected} of {rows_in} rows set aside ({faults}); they are listed in rejects.csv.",
            name,
            rejected = s.rejected,
            rows_in = format::count(s.rows_in),
            faults = faults(&s.reject_codes)
        );
        out.push(note(weight(s.rejected, s.rows_in), "rows-rejected", text));
    }
    for file in &s.files {
        let doubts = file.remarks.iter().map(|remark| note(Level::Warning, "file-in-doubt", format!("{name}: {}: {remark}.", file.name)));
        out.extend(doubts);
    }
    for (column, rows) in &s.mangled {
        let text = say!(
            *rows => "{name}: one row has an id in {column} that a spreadsheet has rounded, such as 1.23457E+11: different ids look the same. Export again without opening the file there.",
            "{name}: {rows} rows have an id in {column} that a spreadsheet has rounded, such as 1.23457E+11: different ids look the same. Export again without opening the file there.",
            name,
            rows = format::count(*rows),
            column
        );
        out.push(note(Level::Critical, "ids-rounded", text));
    }
    // Some products never end the last line: then no file of theirs does.
    let unended: Vec<&str> = s.files.iter().filter(|f| f.is_unended).map(|f| f.name.as_str()).collect();
    if !unended.is_empty() && (unended.len() < s.files.len() || s.files.len() == 1) {
        let shown = unended.iter().take(4).copied().collect::<Vec<_>>().join(", ");
        let more = if unended.len() > 4 { " …" } else { "" };
        let text = say!("{name}: the last line of {shown}{more} does not end: a file may have been cut off there.", name, shown, more);
        out.push(note(Level::Info, "file-unended", text));
    }
    out.extend(s.guesses.iter().map(|guess| note(Level::Info, "reading-guessed", format!("{name}: {guess}."))));
    if s.rows_in == 0 {
        out.push(note(Level::Critical, "source-empty", say!("{name}: the export has a header and no rows.", name)));
    }
    for (column, words) in &s.unmapped {
        let rows: u64 = words.values().sum();
        let shown: Vec<String> = words.keys().take(4).map(|w| say!("“{word}”", word = w)).collect();
        let more = if words.len() > 4 { " …" } else { "" };
        let text = say!(
            rows => "{name}: one row has a word in {column} that is not mapped: {words}{more}. It counts as unknown there.",
            "{name}: {rows} rows have a word in {column} that is not mapped: {words}{more}. They count as unknown there.",
            name,
            rows = format::count(rows),
            column,
            words = shown.join(", "),
            more
        );
        out.push(note(weight(rows, s.rows_in), "words-unmapped", text));
    }
    let is_log = e.settings.sources.iter().any(|source| source.name == s.name && source.rows() == crate::settings::Rows::Versions);
    if !is_log && s.superseded * 10 > s.rows_in {
        let text = say!(
            "{name}: {superseded} of {rows_in} rows have an id that another row has too, and only the newest counts.",
            name,
            superseded = format::count(s.superseded),
            rows_in = format::count(s.rows_in)
        );
        out.push(note(Level::Warning, "ids-repeated", text));
        let text = say!("{name}: if the product uses ids again for other things, switch the id off: id = false.", name);
        out.push(note(Level::Setup, "ids-repeated", text));
    }
    if s.duplicate + s.superseded > 0 {
        let text = say!(
            "{name}: rows that came more than once: exact copies {duplicate}, older states {superseded}; set aside.",
            name,
            duplicate = format::count(s.duplicate),
            superseded = format::count(s.superseded)
        );
        out.push(note(Level::Info, "rows-repeated", text));
    }
    for (count, code, what) in [
        (s.after_cut_off, "rows-after-cut-off", say!("rows are dated after the cut-off and not counted")),
        (s.garbled, "rows-garbled", say!("rows hold damaged characters; the export was made with the wrong encoding")),
        (s.left_out(), "rows-set-aside", say!("rows were left out by the rules of the source")),
    ] {
        if count > 0 {
            out.push(note(Level::Info, code, format!("{name}: {} {what}.", format::count(count))));
        }
    }
    out.extend((s.clock_changes > 0).then(|| note(Level::Info, "clock-changes", clock_changes(e, s))));
    out
}

/// What is wrong with rows, by the codes of their rejects.
fn faults(codes: &BTreeMap<Cow<'static, str>, u64>) -> String {
    let mut by_words: BTreeMap<&str, u64> = BTreeMap::new();
    for (code, n) in codes {
        *by_words.entry(fault(code)).or_default() += n;
    }
    by_words.iter().map(|(words, n)| say!("{words}: {n}", words, n = format::count(*n))).collect::<Vec<_>>().join(", ")
}

fn fault(code: &str) -> &str {
    match code {
        "extra-cell" => say!("too many cells"),
        "missing-cell" => say!("too few cells"),
        "blank-row" => say!("an empty line between rows"),
        "stray-quote" | "text-after-quote" | "unterminated-quote" => say!("quotes that do not match"),
        "repeated-header" => say!("the header once more"),
        "field-too-long" | "row-too-long" => say!("longer than any row is"),
        "encoding-error" => say!("bytes that are no text"),
        "type-error" => say!("a cell that cannot be read"),
        "constraint-error" => say!("a needed cell is empty"),
        "incorrect-label" | "source-error" => say!("no row of the table"),
        other => other,
    }
}

fn clock_changes(e: &Evidence<'_>, s: &SourceLedger) -> String {
    say!(
        s.clock_changes => "{name}: one local time was skipped or repeated by a clock change in {time_zone}.",
        "{name}: {clock_changes} local times were skipped or repeated by a clock change in {time_zone}.",
        name = s.name,
        clock_changes = format::count(s.clock_changes),
        time_zone = e.settings.desk.time_zone
    )
}

/// Tickets of groups without a level, where others have one: measures of levels leave them out.
fn without_level(e: &Evidence<'_>) -> Option<Note> {
    let of = |(group, values): (&Vec<String>, &Vec<Option<Reading>>)| {
        let n = values.first().copied().flatten().map_or(0, |r| r.counts().1);
        (group.first().is_none_or(String::is_empty), n)
    };
    let (mut without, mut all) = (0, 0);
    for (is_without, n) in e.folds.period().groups("tickets_resolved", LEVEL).map(of) {
        (without, all) = (without + if is_without { n } else { 0 }, all + n);
    }
    if without == 0 || without == all {
        return None;
    }
    let level = if without.saturating_mul(FEW) > all { Level::Warning } else { Level::Info };
    let text = say!(
        without => "1 of {all} tickets resolved in {period} is with a group that has no level: first level resolution and escalation leave it out. [levels] in the config names the groups’ levels; `{query}` lists the groups.",
        "{without} of {all} tickets resolved in {period} are with groups that have no level: first level resolution and escalation leave them out. [levels] in the config names the groups’ levels; `{query}` lists the groups.",
        without = format::count(without),
        all = format::count(all),
        period = e.now().label,
        query = format!("deskcard query tickets_resolved --by group --where \"level IS NULL\" --period {}", e.now().id)
    );
    Some(note(level, "groups-without-level", text))
}

fn immature(e: &Evidence<'_>, cards: &[Card]) -> Option<Note> {
    let desk = cards.first()?;
    let young: Vec<String> = desk
        .kpis
        .iter()
        .filter(|k| k.immature > 0)
        .filter_map(|k| Some(format!("{} ({})", e.catalogue.get(&k.metric).ok()?.short(), format::count(k.immature))))
        .collect();
    if young.is_empty() {
        return None;
    }
    Some(note(Level::Info, "not-yet-mature", say!("Rows still too young to count, by measure: {young}.", young = young.join(", "))))
}
