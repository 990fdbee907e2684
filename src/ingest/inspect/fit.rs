//! Whether the values of a column are what a canonical column holds, and what must be said for them to be read.

use super::columns::View;
use super::looks::{Dates, Looks};
use super::units::{self, Unit};
use super::words::{self, Meaning};
use super::{Question, shown};
use crate::columns::Type;
use crate::ingest::cells::number::{NumberProblem, NumberSearch, NumberStyle, int_in};
use crate::ingest::cells::timestamp::Form;
use crate::settings::{ColumnMapping, Part};

/// Whether values fit a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fit {
    /// They do, if this is said.
    Good(Box<Detail>),
    /// They do not, for this reason.
    Unfit(String),
}

/// What has to be said of a column besides its header, and what is to be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Detail {
    /// The units of a duration, where they are not the preset's.
    pub(super) units: Vec<&'static str>,
    /// Words, and what they mean.
    pub(super) values: Vec<(String, String)>,
    /// Texts that mean nothing is there.
    pub(super) nulls: Vec<String>,
    /// What proves it.
    pub(super) evidence: String,
    /// Whether only the header speaks for it.
    pub(super) is_weak: bool,
    /// Words that mean nothing yet.
    pub(super) unknown: Vec<(String, u64)>,
    /// A question about this very column.
    pub(super) question: Option<Question>,
    /// Dates whose order no value tells.
    pub(super) either: Option<Dates>,
    /// A number whose comma or point no value explains, and what it may be.
    pub(super) comma: Option<(String, String)>,
}

impl Detail {
    pub(super) fn good(self) -> Fit {
        Fit::Good(Box::new(self))
    }
}

/// Whether the values of one field fit.
pub(super) fn fit(view: &View<'_>, mapping: &ColumnMapping, field: usize) -> Fit {
    let own;
    let looks = if mapping.nulls.is_empty() {
        &view.looks[field]
    } else {
        own = Looks::of(view.sample, &[field], &[view.known.nulls.as_slice(), &mapping.nulls].concat());
        &own
    };
    if looks.filled == 0 {
        return Detail { evidence: "no values yet".to_owned(), ..Detail::default() }.good();
    }
    // What counts is a part of the cells, or of the rows: that is the preset's to know.
    if mapping.part != Part::default() || mapping.when.is_some() {
        return Detail::default().good();
    }
    match mapping.canonical.kind {
        Type::Instant => instants(view, mapping, looks),
        Type::Duration => durations(view, mapping, field, looks),
        Type::Int | Type::Number => numbers(view, mapping, looks),
        Type::Flag | Type::Enum(_) => of_words(view, mapping, looks),
        Type::Id | Type::Dim | Type::Words => Detail::default().good(),
    }
}

/// Marks for nothing that neither the source nor the column knows.
fn new_marks(mapping: &ColumnMapping, looks: &Looks) -> Vec<String> {
    looks.odd.iter().filter(|w| !mapping.nulls.contains(w)).cloned().collect()
}

fn instants(view: &View<'_>, mapping: &ColumnMapping, looks: &Looks) -> Fit {
    let forms = if mapping.timestamps.is_empty() { &view.known.timestamps } else { &mapping.timestamps };
    let forms: Vec<Form> = forms.iter().filter_map(|f| Form::compile(f).ok()).collect();
    if !forms.is_empty() && looks.all(|w| forms.iter().any(|f| f.parse(w.as_bytes()).is_some())) {
        return Detail::default().good();
    }
    // What every row must have is never marked as nothing: a row without it is refused.
    let nulls = if mapping.canonical.is_required { Vec::new() } else { new_marks(mapping, looks) };
    match &looks.dates {
        Dates::No => Fit::Unfit(format!("{} is no date of a form that reads all of them", example(looks))),
        _ if !looks.odd_are_marks() => Fit::Unfit(format!("besides dates it holds texts such as {:?}", shown(&looks.odd[0], 24))),
        Dates::Form(form) => {
            let evidence = looks.guess.clone().unwrap_or_else(|| format!("dates read as {form}"));
            Detail { nulls, evidence, ..Detail::default() }.good()
        }
        either @ Dates::Either { .. } => {
            let is_open = mapping.order.is_none() && !view.known.says_order;
            Detail { nulls, either: is_open.then(|| either.clone()), ..Detail::default() }.good()
        }
    }
}

fn example(looks: &Looks) -> String {
    looks.words.first().map_or_else(String::new, |(w, _)| format!("{:?}", shown(w, 24)))
}

fn durations(view: &View<'_>, mapping: &ColumnMapping, field: usize, looks: &Looks) -> Fit {
    if !looks.odd_are_marks() {
        return Fit::Unfit(format!("besides lengths of time it holds texts such as {:?}", shown(&looks.odd[0], 24)));
    }
    let nulls = new_marks(mapping, looks);
    if !mapping.units.is_empty() && looks.all(|w| mapping.units.iter().any(|u| u.parse(w.as_bytes()).is_some())) {
        return Detail { nulls, ..Detail::default() }.good();
    }
    let header = &view.sample.header[field];
    match units::prove(header, looks) {
        Unit::Is { units, is_plain, evidence } => {
            let is_known = units.iter().copied().eq(mapping.units.iter().map(|u| u.name())) || (mapping.units.is_empty() && units == ["s"]);
            // Said so that it stays what it is next week; numbers with marks of their own are left to the search that reads them.
            let units = if is_plain && !is_known { units } else { Vec::new() };
            Detail { units, nulls, evidence, ..Detail::default() }.good()
        }
        Unit::Bare(evidence) => match units::by_clock(view.sample, field, &view.clocks) {
            Some((unit, evidence)) => Detail { units: vec![unit], nulls, evidence, ..Detail::default() }.good(),
            // A product's preset that names no unit has seconds in mind.
            None if !view.known.is_generic() => Detail { nulls, ..Detail::default() }.good(),
            None => open_unit(mapping, header, &["s", "min", "h", "ms"], evidence),
        },
        Unit::Open(units, evidence) => open_unit(mapping, header, &units, evidence),
        Unit::No(reason) => Fit::Unfit(reason),
    }
}

fn open_unit(mapping: &ColumnMapping, header: &str, units: &[&str], evidence: String) -> Fit {
    let question = Some(unit_question(mapping.canonical.name, header, units, evidence));
    Detail { question, ..Detail::default() }.good()
}

fn unit_question(column: &str, header: &str, units: &[&str], evidence: String) -> Question {
    let line = |unit: &&str| {
        (unit_words(unit).to_owned(), format!("{column} = {{ header = {}, unit = \"{unit}\" }}", super::write::quoted(header)))
    };
    Question { what: format!("what is {header:?} measured in?"), evidence, answers: units.iter().map(line).collect(), is_of_column: true }
}

fn unit_words(unit: &str) -> &'static str {
    match unit {
        "ms" => "milliseconds",
        "min" => "minutes",
        "h" => "hours",
        "hms" => "hours and minutes",
        "mmss" => "minutes and seconds",
        _ => "seconds",
    }
}

/// Numbers, or words the map turns into numbers.
fn numbers(view: &View<'_>, mapping: &ColumnMapping, looks: &Looks) -> Fit {
    let is_mapped = |w: &str| mapping.values.contains_key(&w.to_lowercase());
    if !looks.words.is_empty() && looks.words.iter().all(|(w, _)| is_mapped(w)) {
        return Detail::default().good();
    }
    let nulls: Vec<String> = new_marks(mapping, looks).into_iter().filter(|w| !is_mapped(w)).collect();
    if nulls.len() > 3 {
        return Fit::Unfit(format!("besides numbers it holds texts such as {:?}", shown(&nulls[0], 24)));
    }
    let mut search = NumberSearch::new();
    let digits = looks.words.iter().filter(|(w, _)| !looks.odd.contains(w) && !is_mapped(w));
    digits.clone().enumerate().for_each(|(row, (w, _))| search.feed(w.as_bytes(), row as u64 + 1));
    match search.finish() {
        Ok(found) if mapping.canonical.kind == Type::Int && !digits.clone().all(|(w, _)| int_in(found.style, w.as_bytes()).is_some()) => {
            Fit::Unfit(format!("{} is no whole number", example(looks)))
        }
        Ok(found) => {
            let evidence = if found.style == NumberStyle::PLAIN { "" } else { "numbers with marks of their own" };
            Detail { nulls, evidence: evidence.to_owned(), ..Detail::default() }.good()
        }
        Err(NumberProblem::Ambiguous { example, decimal_reading, thousands_reading, .. }) => {
            let comma = view.known.options.decimal.is_none().then(|| (example, format!("{decimal_reading} or {thousands_reading}")));
            Detail { nulls, comma, ..Detail::default() }.good()
        }
        Err(_) => Fit::Unfit(format!("{} is no number", example(looks))),
    }
}

fn of_words(view: &View<'_>, mapping: &ColumnMapping, looks: &Looks) -> Fit {
    let Some(Meaning { known, hinted, nothing, unknown }) = words::meaning(mapping, looks) else {
        return Fit::Unfit(format!("it holds more different texts than {} has words", mapping.canonical.name));
    };
    if known == 0 && (hinted.is_empty() || hinted.len() < unknown.len()) && view.known.is_generic() {
        return Fit::Unfit(format!("none of its words, such as {}, is one of {}", example(looks), mapping.canonical.name));
    }
    let evidence = if hinted.is_empty() { String::new() } else { "by the words in them".to_owned() };
    Detail { values: hinted, nulls: nothing, unknown, evidence, ..Detail::default() }.good()
}
