//! Where the values must overrule the name of a header: a subject that is a short list, a type that is none of ours, a place
//! that is a different one in every row, a verdict given where there was nothing to keep.

use std::collections::HashMap;
use std::rc::Rc;

use super::aliases::table;
use super::columns::{Match, Reading};
use super::fit::{Detail, Fit, fit};
use super::looks::Looks;
use super::write::{list, quoted};
use super::{Question, words};
use crate::columns::Source;
use crate::ingest::preset::find_header;

/// Rows from which on it means something that values repeat.
const ENOUGH: usize = 20;

/// What frees or takes headers before the table of aliases is asked.
pub(super) fn before_aliases(reading: &mut Reading<'_>) {
    if reading.view.known.kind == Source::Tickets {
        listed_subject(reading);
        own_type(reading);
        listed_place(reading);
    }
}

/// What can be judged only when all columns are known.
pub(super) fn after_aliases(reading: &mut Reading<'_>) {
    nobody(reading);
    if reading.view.known.kind == Source::Tickets {
        own_type(reading);
        only_closing(reading);
        verdict_without_target(reading, "sla_resolution_met", "due_resolution_at");
        verdict_without_target(reading, "sla_response_met", "due_response_at");
    }
}

/// A column of words none of which is known gives way to another header whose words all are.
pub(super) fn known_words(reading: &mut Reading<'_>) {
    let kind = reading.view.known.kind;
    let is_foreign = |m: &&Match<'_>| m.mapping.canonical.kind.words().is_some() && !m.detail.unknown.is_empty() && m.fields.len() == 1;
    let foreign: Vec<_> = reading.matches.iter().filter(is_foreign).map(|m| (m.mapping, m.fields[0])).collect();
    for (mapping, field) in foreign {
        let known = |f: usize| words::meaning(mapping, &reading.view.looks[f]).filter(|m| m.known > 0).map_or(0, |m| m.unknown.len() + 1);
        if known(field) != 0 {
            continue;
        }
        let name = mapping.canonical.name;
        let header = &reading.view.sample.header;
        let others = table().of(kind, name).iter().filter_map(|a| find_header(header, a.header())).filter(|f| !reading.is_taken(*f));
        let better = others.filter(|f| known(*f) == 1).find_map(|f| match fit(&reading.view, mapping, f) {
            Fit::Good(detail) => Some((f, *detail)),
            Fit::Unfit(_) => None,
        });
        if let Some((other, detail)) = better {
            let why = format!("its words are known; those of {:?} are not", super::shown(&header[field], 40));
            reading.remove(name);
            reading.matches.push(Match { mapping, fields: vec![other], timestamps: None, is_preset: false, why, detail });
        }
    }
}

/// A match declared for another column of the preset.
fn declare(reading: &mut Reading<'_>, name: &str, field: usize, why: String) {
    if let Some(mapping) = reading.view.known.column(name) {
        reading.matches.push(Match { mapping, fields: vec![field], timestamps: None, is_preset: false, why, detail: Detail::default() });
    }
}

/// A subject that takes few values is no title but what the ticket is about.
fn listed_subject(reading: &mut Reading<'_>) {
    let Some(field) = reading.find("subject").and_then(|m| m.fields.first().copied()) else { return };
    let looks = &reading.view.looks[field];
    if reading.find("category").is_some() || looks.filled < ENOUGH || !looks.is_list() {
        return;
    }
    let why = format!("a short list of {} texts, no title", looks.words.len());
    reading.remove("subject");
    declare(reading, "category", field, why);
}

/// A type in the desk's own words: a subcategory if each of them lies under one category, else a request type.
fn own_type(reading: &mut Reading<'_>) {
    let header = &reading.view.sample.header;
    let Some(field) = ["type", "ticket type", "case type"].iter().find_map(|h| find_header(header, h)) else { return };
    let looks = &reading.view.looks[field];
    if reading.is_taken(field) || looks.filled < ENOUGH || !looks.is_list() {
        return;
    }
    let count = looks.words.len();
    let category = reading.find("category").map(|m| m.fields.clone());
    let nests = category.is_some_and(|c| c.len() == 1 && nests(reading, field, c[0]));
    if nests && reading.find("subcategory").is_none() {
        declare(reading, "subcategory", field, format!("{count} texts, each under one category"));
    } else if reading.find("category").is_some() && reading.find("request_type").is_none() {
        declare(reading, "request_type", field, format!("a list of {count} texts of the desk's own"));
    }
}

/// Whether nearly every value of one column comes with one value of another, that has fewer.
fn nests(reading: &Reading<'_>, inner: usize, outer: usize) -> bool {
    let looks = &reading.view.looks;
    if looks[outer].words.len() < 2 || looks[inner].words.len() <= looks[outer].words.len() {
        return false;
    }
    let mut pairs: HashMap<&str, HashMap<&str, usize>> = HashMap::new();
    for row in &reading.view.sample.rows {
        if let (Some(inner), Some(outer)) = (row.get(inner), row.get(outer)) {
            *pairs.entry(inner.trim()).or_default().entry(outer.trim()).or_default() += 1;
        }
    }
    let all: usize = pairs.values().flat_map(HashMap::values).sum();
    let main: usize = pairs.values().filter_map(|outer| outer.values().max()).sum();
    main * 100 >= all * 90
}

/// A place that is another one in nearly every row gives way to a short list of places.
fn listed_place(reading: &mut Reading<'_>) {
    let Some(field) = reading.find("location").and_then(|m| m.fields.first().copied()) else { return };
    if !reading.view.looks[field].is_scattered() {
        return;
    }
    let header = &reading.view.sample.header;
    let aliases = table().of(Source::Tickets, "location").iter().filter_map(|a| find_header(header, a.header()));
    let Some(short) = aliases.filter(|f| !reading.is_taken(*f)).find(|f| reading.view.looks[*f].is_list()) else { return };
    let why = format!("a list of {} places; {:?} is another in nearly every row", reading.view.looks[short].words.len(), header[field]);
    reading.remove("location");
    declare(reading, "location", short, why);
}

/// The only time of completion is the resolution, whatever it is called.
fn only_closing(reading: &mut Reading<'_>) {
    if reading.find("resolved_at").is_none()
        && reading.find("resolution_secs").is_none()
        && let Some(closed) = reading.remove("closed_at")
        && let Some(mapping) = reading.view.known.column("resolved_at")
    {
        let why = "the only time of completion in the file".to_owned();
        reading.matches.push(Match { mapping, is_preset: false, why, ..closed });
    }
}

/// Texts that stand for nobody: an agent called "no …" says so, a caller far more frequent than any other is asked about, for every
/// figure by person hangs on it.
fn nobody(reading: &mut Reading<'_>) {
    let mut questions = Vec::new();
    let looks = Rc::clone(&reading.view.looks);
    for m in &mut reading.matches {
        let [field] = m.fields[..] else { continue };
        if !["agent", "assignee", "resolver", "caller", "requester"].contains(&m.name()) {
            continue;
        }
        m.detail.nulls.extend(looks[field].words.iter().map(|(w, _)| w).filter(|w| says_nobody(w)).take(3).cloned());
        if let Some((word, count)) = looks[field].words.first().filter(|_| is_dominated(&looks[field])) {
            let header = &reading.view.sample.header[field];
            let nulls: Vec<String> = m.detail.nulls.iter().chain([word]).cloned().collect();
            let line = format!("{} = {{ header = {}, nulls = {} }}", m.name(), quoted(header), list(&nulls));
            questions.push(Question {
                what: format!("is {:?} in {header:?} nobody in particular?", super::shown(word, 30)),
                evidence: format!("it stands in {count} of {} rows", looks[field].filled),
                answers: vec![("yes; leave it as it is if that is a person".to_owned(), line)],
                is_of_column: true,
            });
        }
    }
    reading.questions.extend(questions);
}

fn says_nobody(word: &str) -> bool {
    let lower = word.to_lowercase();
    let first = lower.split([' ', '_', '-']).next().unwrap_or_default();
    ["none", "nobody", "unassigned", "anonymous"].contains(&first) || (first == "no" && lower != "no" && !lower.contains(','))
}

/// Whether the most frequent text is short and leaves all others far behind.
fn is_dominated(looks: &Looks) -> bool {
    const SHORT: usize = 3;
    let [(word, most), (_, next), ..] = looks.words.as_slice() else { return false };
    let stands_out = most * 5 > looks.filled as u64 && *most > next * 10;
    looks.filled >= 100 && looks.words.len() >= 20 && stands_out && word.chars().count() <= SHORT
}

/// A verdict of "met" on tickets without a target is none on the target: not mapped, but asked.
fn verdict_without_target(reading: &mut Reading<'_>, verdict: &'static str, due: &str) {
    let field = |name: &str| reading.find(name).and_then(|m| (m.fields.len() == 1).then(|| m.fields[0]));
    let (Some(met), Some(target)) = (field(verdict), field(due)) else { return };
    let map = &reading.find(verdict).map_or_else(Default::default, |m| m.mapping.values.clone());
    let cell = |row: &[String], f: usize| row.get(f).map_or_else(String::new, |c| c.trim().to_lowercase());
    let without = reading.view.sample.rows.iter().filter(|r| cell(r, target).is_empty());
    let count = without.filter(|r| map.get(&cell(r, met)).is_some_and(|w| w == "true")).count();
    let header = &reading.view.sample.header;
    if count * 100 < reading.view.sample.rows.len() || count == 0 {
        return;
    }
    let question = Question {
        what: format!("is {:?} a verdict on the target {:?}?", header[met], header[target]),
        evidence: format!(
            "it calls {count} rows met that have no target, which flatters any share; without it the target's own time decides"
        ),
        answers: vec![("yes".to_owned(), format!("{verdict} = {}", quoted(&header[met]))), ("no".to_owned(), format!("{verdict} = false"))],
        is_of_column: true,
    };
    reading.remove(verdict);
    reading.questions.push(question);
}
