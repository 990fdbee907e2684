//! What headers nobody claims might be: names of other kinds, names that look alike, columns to break figures down by. Never applied.

use std::sync::OnceLock;

use super::Question;
use super::aliases::table;
use super::columns::Reading;
use super::fit::{Fit, fit};
use super::proposal::Line;
use super::write::quoted;
use super::{known, shown};
use crate::columns::Source;
use crate::ingest::preset::normalise;

/// How much alike two headers must look.
const ALIKE: f64 = 0.90;

/// Suggestions written, at most.
const MOST: usize = 12;

/// Headers that mean different things on different desks.
pub(super) fn asked(reading: &Reading<'_>) -> Vec<Question> {
    let kind = reading.view.known.kind;
    let open = free(reading).into_iter().map(|f| (f, table().asked(kind, &reading.view.sample.header[f])));
    open.filter(|(_, meanings)| !meanings.is_empty())
        .filter_map(|(field, meanings)| {
            let header = &reading.view.sample.header[field];
            let left = meanings.into_iter().filter(|(column, _)| reading.find(column).is_none());
            let answers: Vec<(String, String)> = left.map(|(c, m)| (m.to_owned(), format!("{c} = {}", quoted(header)))).collect();
            let evidence = "desks mean different things by it".to_owned();
            (!answers.is_empty()).then(|| Question { what: format!("what is {header:?}?"), evidence, answers, is_of_column: true })
        })
        .collect()
}

/// The fields nothing is made of, as far as a person reads on.
fn free(reading: &Reading<'_>) -> Vec<usize> {
    (0..reading.view.sample.header.len()).filter(|f| !reading.is_taken(*f)).take(300).collect()
}

/// The column a header might be: by its name in another preset or the alias table, else by looks.
fn nearest(reading: &Reading<'_>, field: usize) -> Option<(&'static str, String)> {
    let wanted = normalise(&reading.view.sample.header[field]);
    if wanted.is_empty() {
        return None;
    }
    let kind = reading.view.known.kind;
    if let Some(column) = table().column_of(kind, &wanted, reading.view.looks[field].is_list()) {
        return Some((column, "by its name".to_owned()));
    }
    let names = names_of(kind);
    if let Some((_, column)) = names.iter().find(|(name, _)| *name == wanted) {
        return Some((column, "a usual name for it".to_owned()));
    }
    let scored = names.iter().map(|(name, column)| (strsim::jaro_winkler(name, &wanted), name, *column));
    let best = scored.filter(|(score, ..)| *score >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))?;
    Some((best.2, format!("looks like {:?}", best.1)))
}

/// [`names`], made once a kind.
fn names_of(kind: Source) -> &'static [(String, &'static str)] {
    type Names = Vec<(String, &'static str)>;
    static NAMES: OnceLock<Vec<(Source, Names)>> = OnceLock::new();
    let all = NAMES.get_or_init(|| Source::ALL.map(|k| (k, names(k))).into_iter().collect());
    all.iter().find(|(k, _)| *k == kind).map_or(&[], |(_, names)| names.as_slice())
}

/// All names any preset has for columns of a kind, normalised.
fn names(kind: Source) -> Vec<(String, &'static str)> {
    let of_kind = known::all().iter().filter(|k| k.kind == kind);
    let columns = of_kind.flat_map(|k| &k.columns).flat_map(|c| c.headers.iter().map(|h| (h, c.canonical.name)));
    let mut names: Vec<(String, &str)> = columns.filter_map(|(h, c)| Some((normalise(h.first()?), c))).collect();
    names.sort();
    names.dedup();
    names
}

/// Why a header is not used, in a few words.
pub(super) fn hint(reading: &Reading<'_>, field: usize) -> String {
    if let Some((name, _, reason)) = reading.off.iter().find(|(_, f, _)| *f == field) {
        return format!("not {name}: {reason}");
    }
    if reading.view.looks[field].filled == 0 {
        return "empty".to_owned();
    }
    if reading.view.known.options.shape.is_some() {
        return "read by its own reader".to_owned();
    }
    if reading.view.known.measures(&reading.view.sample.header[field]) {
        return "a measure: its cells become rows".to_owned();
    }
    match nearest(reading, field).filter(|(c, _)| reading.find(c).is_none()) {
        Some((column, how)) => format!("perhaps {column}: {how}"),
        None => "not used".to_owned(),
    }
}

/// Unmapped headers with the column they might be, as comments.
pub(super) fn near(reading: &Reading<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    for field in free(reading) {
        let header = &reading.view.sample.header[field];
        let is_open = |column: &str| {
            let answers = |line: &str| line.starts_with(&format!("{column} = "));
            reading.find(column).is_none() && !reading.questions.iter().any(|q| q.answers.iter().any(|(_, l)| answers(l)))
        };
        let fits = |column: &str| {
            let mapping = reading
                .view
                .known
                .column(column)
                .or_else(|| known::all().iter().find(|k| k.is_generic() && k.kind == reading.view.known.kind)?.column(column));
            mapping.is_some_and(|m| matches!(fit(&reading.view, m, field), Fit::Good(_)))
        };
        let is_dropped = reading.off.iter().any(|(_, f, _)| *f == field);
        if let Some((column, how)) =
            nearest(reading, field).filter(|(c, _)| is_open(c) && fits(c) && !is_dropped && reading.view.looks[field].filled > 0)
        {
            let text = format!("{column} = {}", quoted(header));
            // Whoever calls a column by our own name means it.
            let is_own_name = normalise(header) == normalise(column);
            lines.push(if is_own_name { Line::live(text, "its own name") } else { Line::open(text, format!("perhaps: {how}")) });
        }
    }
    lines.truncate(MOST);
    lines
}

/// Unmapped columns of few values, as breakdowns to be uncommented.
pub(super) fn extra(reading: &Reading<'_>) -> Vec<Line> {
    let looks = &reading.view.looks;
    // A staff list has columns that nothing should be broken down by.
    if reading.view.known.kind == Source::Agents {
        return Vec::new();
    }
    let is_measure = |f: usize| reading.view.known.measures(&reading.view.sample.header[f]);
    let is_measured = |f: usize| looks[f].are_numbers() && looks[f].words.len() > 12;
    let is_useful = |f: &usize| {
        !is_measure(*f)
            && !is_measured(*f)
            && looks[*f].filled >= 20
            && looks[*f].is_list()
            && looks[*f].words.len() >= 2
            && looks[*f].words.len() <= 60
            && !looks[*f].are_dates()
    };
    let mut lines: Vec<Line> = Vec::new();
    for field in free(reading).into_iter().filter(is_useful) {
        let header = &reading.view.sample.header[field];
        let Some(name) = own_name(header, reading.view.known.kind) else { continue };
        let text = format!("{name} = {}", quoted(header));
        if lines.iter().all(|l| !l.text.starts_with(&format!("{name} ="))) {
            let values = looks[field].examples().into_iter().take(2).collect::<Vec<_>>().join(", ");
            lines.push(Line::open(text, shown(&format!("to break figures down by: {values} …"), 60)));
        }
    }
    lines.truncate(MOST);
    lines
}

/// A name of our own for a header: lower case letters, digits, underscores; None if nothing is left or it is a canonical one.
fn own_name(header: &str, kind: Source) -> Option<String> {
    let mapped: String = header.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    let name = mapped.split_whitespace().collect::<Vec<_>>().join("_");
    let is_usable = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() <= 40 && kind.column(&name).is_none();
    is_usable.then_some(name)
}
