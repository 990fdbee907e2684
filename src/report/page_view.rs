//! The pages around the cards: what every page has, the first page, definitions, data.

use super::blocks::blocks;
use super::card_view::{Place, anchor, headline, note};
use super::parts::extra_of;
use super::view::{Chrome, DataView, DefinitionSection, DefinitionView, DefinitionsView, FileView, IndexView, SourceView};
use super::{lists, measure, own, signals, topic_view};
use crate::format;
use crate::say;
use crate::scorecard::{Assurance, Better, Card, CardKind, Definition, FileInfo, Kpi, RuleInfo, Scorecard, SourceInfo, Unit, Variation};

const MAIN_TILES: usize = 6;
/// What a manager asks first, whatever goals there are: what came, what went, what is left.
const FLOW_TILES: [&str; 3] = ["tickets_created", "tickets_resolved", "backlog"];

/// Everything around the content of a page.
pub(super) fn chrome(place: Place<'_>, here: &str, title: &str) -> Chrome {
    let s = place.scorecard;
    Chrome {
        lang: crate::language::tag().to_owned(),
        trusted_css: String::new(),
        trusted_sheet: css_string(&sheet(s, title)),
        root: place.root.to_owned(),
        title: format::label(title, 160),
        desk: format::label(&s.desk, 80),
        has_index: here != "agent" && !s.cards.is_empty(),
        is_alone: s.cards.is_empty() && s.topics.is_empty(),
        here: here.to_owned(),
        topics: topic_view::navigation(place),
        period: format::clean(&s.period.label),
        span: say!(
            "{first_day} to {last_day}, {time_zone}",
            first_day = format::day(&s.period.first_day),
            last_day = format::day(&s.period.last_day),
            time_zone = s.time_zone
        ),
        period_id: format::clean(&s.period.id),
        is_partial: s.period.is_partial,
        previous_period: format::clean(&s.previous_period.label),
        as_of: format!("{} {}", format::day(&format::clean(&s.as_of)), s.time_zone),
        tool: format::clean(&s.tool),
        config_hash: format::clean(&s.config_hash),
        command: format::clean(&s.command),
        sources: s.sources.iter().map(source_line).collect(),
    }
}

/// Whose page of which period it is.
fn sheet(s: &Scorecard, title: &str) -> String {
    let (title, period, desk) = (format::label(title, 80), format::clean(&s.period.label), format::label(&s.desk, 80));
    if title == desk { format!("{desk} · {period}") } else { format!("{title} · {period} · {desk}") }
}

/// A text as a string of CSS: whatever is no letter, figure or blank is written by its number, so nothing ends the string or the style.
fn css_string(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || c == ' ';
    let letters: String = text.chars().map(|c| if plain(c) { c.to_string() } else { format!("\\{:x} ", u32::from(c)) }).collect();
    format!("\"{letters}\"")
}

fn source_line(s: &SourceInfo) -> String {
    let rejected = if s.rejected > 0 { say!(", {rejected} rejected", rejected = format::count(s.rejected)) } else { String::new() };
    say!("{name}: {rows_in} rows{rejected}", name = format::label(&s.name, 40), rows_in = format::count(s.rows_in), rejected)
}

/// The desk at a glance and every card by name.
pub(super) fn index(place: Place<'_>) -> IndexView {
    let desk = place.scorecard.cards.iter().find(|c| c.kind == CardKind::Desk);
    let kpis = desk.map_or(&[][..], |d| &d.kpis);
    let tiles = tiles(kpis);
    IndexView {
        headline: headline(kpis),
        notes: own::for_readers(place.scorecard).map(note).collect(),
        tiles: tiles.into_iter().enumerate().map(|(i, k)| measure::kpi(place, k, &format!("t{i}"))).collect(),
        pages: topic_view::contents(place, &headline(kpis)),
        blocks: desk.map_or_else(Vec::new, |d| blocks(place, d)),
        extras: desk.and_then(|d| extra_of(place, d, "recognition")).into_iter().collect(),
        lists: lists::on_index(place),
        listings: lists::elsewhere(place),
    }
}

/// The measures of the glance, and a row of what came, went and is left.
fn tiles(kpis: &[Kpi]) -> Vec<&Kpi> {
    let is_flow = |k: &&Kpi| FLOW_TILES.contains(&k.metric.as_str());
    let judged = kpis.iter().filter(|k| k.is_judged && !is_flow(k)).collect();
    let flow = FLOW_TILES.iter().filter_map(|id| kpis.iter().find(|k| k.metric == *id && k.value.is_some()));
    with_targets_first(judged).into_iter().take(MAIN_TILES).chain(flow).collect()
}

/// What somebody set a goal for is what a glance is for; within both halves the order stays.
pub(super) fn with_targets_first(mut kpis: Vec<&Kpi>) -> Vec<&Kpi> {
    kpis.sort_by_key(|k| (k.target.is_none(), k.value.is_none()));
    kpis
}

/// Where a card's page lies below the scorecard's folder.
pub(super) fn card_path(card: &Card) -> String {
    match card.kind {
        CardKind::Desk => "desk.html".to_owned(),
        CardKind::Team => format!("teams/{}.html", card.slug),
        CardKind::Supplier => format!("suppliers/{}.html", card.slug),
        CardKind::Agent => format!("agents/{}.html", card.slug),
    }
}

/// Every definition, by section.
pub(super) fn definitions(scorecard: &Scorecard) -> DefinitionsView {
    let mut sections: Vec<DefinitionSection> = Vec::new();
    for d in &scorecard.definitions {
        match sections.iter_mut().find(|s| s.name == d.section) {
            Some(section) => section.definitions.push(definition(d)),
            None => sections.push(DefinitionSection { name: format::clean(&d.section), definitions: vec![definition(d)] }),
        }
    }
    sections.sort_by(|a, b| a.name.cmp(&b.name));
    DefinitionsView {
        rule: rule(&scorecard.rule),
        recent: format::label(&scorecard.rule.recent, 60),
        variations: Variation::ALL.map(signals::variation).to_vec(),
        assurances: Assurance::ALL.map(signals::assurance).to_vec(),
        sections,
    }
}

/// When a verdict is clear and when it leans, with the desk's own limits.
fn rule(rule: &RuleInfo) -> String {
    let percent = |share: f64| format::bare_target(Unit::Share, share);
    let points = percent(rule.margin).replace('%', say!("points"));
    say!(
        "How sure a verdict is. Clear: with a probability of {clear} or more the true rate lies {points} or more beyond its target, or \
         beyond the desk where there is no target, and the 95 % interval leaves that out. Leaning: {leaning} or more. Everything else cannot be told yet.",
        clear = percent(rule.clear),
        points,
        leaning = percent(rule.leaning)
    )
}

fn definition(d: &Definition) -> DefinitionView {
    let unit = match d.unit {
        Unit::Share => say!("share of rows, in percent"),
        Unit::Seconds => say!("duration; 1 d is 24 h on the metric's clock"),
        Unit::OpenSeconds => say!("duration in opening hours"),
        Unit::Count => say!("count"),
        Unit::Number => say!("number"),
        Unit::Money => say!("money"),
        Unit::Days => say!("days"),
    };
    let better = match d.better {
        Better::Higher => say!("more is better"),
        Better::Lower => say!("less is better"),
        Better::Neither => say!("context, not judged"),
    };
    DefinitionView {
        id: anchor(&d.id),
        label: format::clean(&d.label),
        text: format::clean(&d.text),
        unit: unit.to_owned(),
        better: better.to_owned(),
        basis: format::clean(&d.basis),
        sql: d.sql.lines().map(format::clean).collect::<Vec<_>>().join("\n"),
        is_own: d.is_own,
    }
}

/// Sources with their rows, all notes, and the topics that are not in the navigation.
pub(super) fn data(place: Place<'_>) -> DataView {
    let s = place.scorecard;
    DataView {
        notes: s.notes.iter().map(note).collect(),
        sources: s.sources.iter().map(|source| source_view(source, FILES / s.sources.len().max(1))).collect(),
        further: topic_view::further(place, |_| true),
    }
}

/// Files that have a line on the page of the data: some thousand of them would be more than the megabyte that a page may have.
const FILES: usize = 400;

/// The files of a source that have a line, `most` at most: those with rejected rows first, then the last that were read; in the order of reading.
fn listed(files: &[FileInfo], most: usize) -> Vec<&FileInfo> {
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|&i| (files[i].rejected == 0, std::cmp::Reverse(i)));
    order.truncate(most);
    order.sort_unstable();
    order.into_iter().map(|i| &files[i]).collect()
}

/// How many files have no line.
fn unlisted(files: &[FileInfo], most: usize) -> Option<String> {
    let more = files.len().saturating_sub(most);
    (more > 0).then(|| {
        say!(
            more => "1 more file was read; scorecard.json lists it.",
            "{more} more files were read; scorecard.json lists them.",
            more = format::count(more as u64)
        )
    })
}

fn file(f: &FileInfo) -> FileView {
    let written: Vec<String> = f.written.iter().map(|w| format::label(w, 120)).collect();
    FileView {
        name: format::label(&f.name, 200),
        written: written.join(", "),
        sha256: (f.sha256.chars().take(12).collect(), f.sha256.clone()),
        rows: [f.rows_in, f.accepted, f.rejected, f.duplicate, f.superseded].map(format::count),
    }
}

fn left_out(s: &SourceInfo) -> Vec<String> {
    let rule = |(rule, n): &(String, u64)| say!("{n} rows left out: {rule}", n = format::count(*n), rule = format::label(rule, 120));
    let folded = (s.folded > 0).then(|| say!("{folded} legs became part of another leg's call", folded = format::count(s.folded)));
    s.set_aside.iter().map(rule).chain(folded).collect()
}

fn source_view(s: &SourceInfo, most: usize) -> SourceView {
    SourceView {
        name: format::label(&s.name, 80),
        kind: if s.kind == s.name { String::new() } else { format::label(&s.kind, 40) },
        files: listed(&s.files, most).into_iter().map(file).collect(),
        remarks: left_out(s).into_iter().chain(unlisted(&s.files, most)).collect(),
        covers: s
            .covers
            .as_ref()
            .map_or_else(|| format::NO_DATA.to_owned(), |(a, b)| say!("{first} to {last}", first = format::day(a), last = format::day(b))),
        rows_in: format::count(s.rows_in),
        accepted: format::count(s.accepted),
        rejected: format::count(s.rejected),
        duplicate: format::count(s.duplicate),
        superseded: format::count(s.superseded),
        is_balanced: u128::from(s.rows_in) == [s.accepted, s.rejected, s.duplicate, s.superseded].map(u128::from).iter().sum::<u128>(),
        has_rejected: s.rejected > 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_many_files_those_with_rejects_and_the_last_have_a_line() {
        let file = |i: u64| FileInfo {
            name: i.to_string(),
            sha256: String::new(),
            written: Vec::new(),
            rows_in: 10,
            accepted: 10 - u64::from(i == 3),
            rejected: u64::from(i == 3),
            duplicate: 0,
            superseded: 0,
        };
        let files: Vec<FileInfo> = (0..1_200).map(file).collect();
        let names = |most| listed(&files, most).iter().map(|f| f.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(3), ["3", "1198", "1199"]);
        assert_eq!((names(5_000).len(), unlisted(&files, 5_000)), (1_200, None));
        assert_eq!(unlisted(&files, 3).as_deref(), Some("1,197 more files were read; scorecard.json lists them."));
    }

    #[test]
    fn no_name_ends_the_string_or_the_style_it_is_printed_by() {
        assert_eq!(css_string("Zoë Groß 7"), "\"Zoë Groß 7\"");
        assert_eq!(css_string("a\"b\\</style>"), "\"a\\22 b\\5c \\3c \\2f style\\3e \"");
        assert_eq!(css_string("{{ x }}\n"), "\"\\7b \\7b  x \\7d \\7d \\a \"");
    }
}
