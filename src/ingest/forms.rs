//! How the columns of a source are written: declared, or proved from the values of its files.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::duration::{DurationProblem, DurationSearch, DurationUnit, Units};
use super::cells::number::{NumberProblem, NumberSearch, NumberStyle};
use super::cells::timestamp::{Form, FormProblem, FormSearch, Order};
use super::column::{ColumnPlan, cell};
use super::decode::unreadable;
use super::files::{Opened, fields};
use super::plan::{column_plan, shown_header};
use super::source::BLOCK;
use crate::columns::Type;
use crate::error::{Error, Result};
use crate::settings::{self, ColumnMapping, SourceSettings};

/// Rows looked at to find out how numbers and lengths of time are written, unless all are.
const FEW: u64 = 20_000;

/// How the columns of a source are written, by canonical name.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Forms {
    pub(super) instants: BTreeMap<&'static str, Vec<Form>>,
    pub(super) durations: BTreeMap<&'static str, Units>,
    pub(super) numbers: BTreeMap<&'static str, NumberStyle>,
    /// What was taken for likely, a sentence each.
    pub(super) guesses: Vec<String>,
}

/// A column that has to be found out about.
struct Open<'s> {
    mapping: &'s ColumnMapping,
    search: Search,
    /// Whether every value is looked at.
    is_thorough: bool,
}

enum Search {
    Instant(FormSearch),
    Duration(Box<DurationSearch>),
    Number(NumberSearch),
}

impl Search {
    fn feed(&mut self, cell: &[u8], line: u64) {
        match self {
            Self::Instant(search) => search.feed(cell, line),
            Self::Duration(search) => search.feed(cell, line),
            Self::Number(search) => search.feed(cell, line),
        }
    }
}

impl Open<'_> {
    /// Whether more rows need not be looked at, of which so many were.
    fn is_done(&self, rows: u64) -> bool {
        match &self.search {
            Search::Instant(search) => search.has_failed() || !self.is_thorough && search.settled(),
            _ => !self.is_thorough && rows >= FEW,
        }
    }
}

/// Finds out how the columns of a source are written.
///
/// The search for a column stops as soon as the answer is plain: what it does not see, the rows that cannot be read will tell. For the
/// columns of these headers, which had such rows, every value is looked at.
///
/// # Errors
/// An input error with the question to answer, where the values leave one open; a config error for a declared form that is none.
pub(super) fn forms(source: &SourceSettings, opened: &[Opened], surprising: &BTreeSet<String>) -> Result<Forms> {
    let mut out = Forms::default();
    let mut open: Vec<Open<'_>> = Vec::new();
    for mapping in source.columns.iter().filter(|m| m.constant.is_none()) {
        let headers = opened.iter().filter_map(|o| Some((o, fields(source, &o.header).remove(mapping.canonical.name)?)));
        let Some(header) = headers.map(|(o, f)| shown_header(&f, o)).next() else { continue };
        if let Some(search) = search_for(source, mapping, &header, &mut out)? {
            open.push(Open { mapping, search, is_thorough: surprising.contains(&header) });
        }
    }
    let mut rows = 0;
    for file in opened {
        if open.iter().all(|o| o.is_done(rows)) {
            break;
        }
        rows += search_file(source, file, &mut open, rows)?;
    }
    for Open { mapping, search, .. } in open {
        settle(source, mapping, search, &mut out).map_err(|e| e.hint(format!("looked in {}", files_in_words(opened))))?;
    }
    Ok(out)
}

/// The files a line may be one of.
fn files_in_words(opened: &[Opened]) -> String {
    match opened {
        [] => String::new(),
        [one] => one.shown.clone(),
        [first, others @ ..] => format!("{} and {} more", first.shown, others.len()),
    }
}

/// The search a column needs; none if what is declared is enough.
fn search_for(source: &SourceSettings, mapping: &ColumnMapping, header: &str, out: &mut Forms) -> Result<Option<Search>> {
    let name = mapping.canonical.name;
    match mapping.canonical.kind {
        Type::Instant => {
            let declared = if mapping.timestamps.is_empty() { &source.timestamps } else { &mapping.timestamps };
            let declared: Vec<&String> = declared.iter().filter(|d| *d != "auto").collect();
            if declared.is_empty() {
                return Ok(Some(Search::Instant(FormSearch::new(mapping.order.or(source.order).map(order)).headed(header))));
            }
            let compile = |text: &&String| {
                Form::compile(text).map_err(|e| Error::config(format!("timestamp form {text:?}: {e}")).at(source.at.clone()))
            };
            out.instants.insert(name, declared.iter().map(compile).collect::<Result<_>>()?);
        }
        Type::Duration if mapping.units.is_empty() => return Ok(Some(Search::Duration(Box::new(DurationSearch::new(header))))),
        Type::Duration => {
            let clash = |(one, other): (DurationUnit, DurationUnit)| {
                let what = format!("`{name}`: the units `{}` and `{}` may look the same", one.name(), other.name());
                Error::config(what).at(if mapping.at.is_empty() { source.at.clone() } else { mapping.at.clone() })
            };
            out.durations.insert(
                name,
                Units::new(mapping.units.clone()).map_err(clash)?.styled(declared_style(source).unwrap_or(NumberStyle::PLAIN)),
            );
        }
        Type::Number | Type::Int if declared_style(source).is_none() && mapping.values.is_empty() => {
            return Ok(Some(Search::Number(NumberSearch::new())));
        }
        Type::Number | Type::Int => {
            out.numbers.insert(name, declared_style(source).unwrap_or(NumberStyle::PLAIN));
        }
        _ => {}
    }
    Ok(None)
}

fn declared_style(source: &SourceSettings) -> Option<NumberStyle> {
    let (decimal, thousands) = source.options.decimal.as_ref()?;
    NumberStyle::named(decimal, thousands.as_deref())
}

fn order(order: settings::Order) -> Order {
    match order {
        settings::Order::Dmy => Order::Dmy,
        settings::Order::Mdy => Order::Mdy,
    }
}

/// Shows the rows of a file to the searches, after so many others; how many rows it looked at.
fn search_file(source: &SourceSettings, file: &Opened, open: &mut [Open<'_>], before: u64) -> Result<u64> {
    let mut scanner = file.scanner(BLOCK)?;
    let plans: Vec<Option<ColumnPlan>> = open.iter().map(|o| search_plan(source, o.mapping, file)).collect();
    let (mut scratch, mut joined) = (Vec::new(), Vec::new());
    let mut seen = 0;
    while !open.iter().all(|o| o.is_done(before + seen)) {
        let Some(block) = scanner.next_block().map_err(|e| unreadable(&file.shown, e))? else { break };
        for (column, plan) in open.iter_mut().zip(&plans) {
            let Some(plan) = plan else { continue };
            let mut lines = block.lines();
            for row in 0..block.rows() {
                if column.is_done(before + seen + row as u64) {
                    break;
                }
                let text = cell(&block, plan, row, &mut scratch, &mut joined);
                if !plan.nulls.is_null(text) {
                    column.search.feed(text, lines.of(row));
                }
            }
        }
        seen += block.rows() as u64;
        scanner.recycle(block);
    }
    Ok(seen)
}

fn search_plan(source: &SourceSettings, mapping: &ColumnMapping, file: &Opened) -> Option<ColumnPlan> {
    let fields = fields(source, &file.header).remove(mapping.canonical.name)?;
    Some(column_plan(source, mapping, fields, file, &Forms::default()))
}

/// Notes what a search has found.
fn settle(source: &SourceSettings, mapping: &ColumnMapping, search: Search, out: &mut Forms) -> Result<()> {
    let name = mapping.canonical.name;
    let mut guess = |guess: Option<String>| out.guesses.extend(guess.map(|g| format!("{name}: {g}")));
    match search {
        Search::Instant(search) => {
            let forms = match search.finish() {
                Ok(found) => {
                    guess(found.guess);
                    found.forms
                }
                Err(FormProblem::NoValues) => vec![Form::iso()],
                Err(problem) => return Err(form_error(source, mapping, &problem)),
            };
            out.instants.insert(name, forms);
        }
        Search::Duration(search) => {
            let units = match search.finish() {
                Ok(found) => {
                    guess(found.guess.clone());
                    found.into_units()
                }
                Err(problem @ (DurationProblem::Clock { .. } | DurationProblem::Number(NumberProblem::Ambiguous { .. }))) => {
                    let what = format!("source {:?}, column {:?} (`{name}`): {problem}", source.name, header(mapping));
                    return Err(Error::input(what).at(place(source, mapping)).hint(problem.answer()));
                }
                Err(DurationProblem::Bare { example, .. }) => {
                    guess(Some(format!("bare numbers such as {example} are read as seconds; if they are not, say unit = \"min\"")));
                    Units::default()
                }
                Err(_) => Units::default(),
            };
            out.durations.insert(name, units);
        }
        Search::Number(search) => {
            let style = match search.finish() {
                Ok(found) => found.style,
                Err(problem @ NumberProblem::Ambiguous { .. }) => {
                    let what = format!("source {:?}, column {:?} (`{name}`): {problem}", source.name, header(mapping));
                    return Err(Error::input(what).at(place(source, mapping)).hint(problem.answer()));
                }
                Err(_) => NumberStyle::PLAIN,
            };
            out.numbers.insert(name, style);
        }
    }
    Ok(())
}

fn header(mapping: &ColumnMapping) -> String {
    mapping.headers.first().map(|h| h.join(" + ")).unwrap_or_default()
}

fn place(source: &SourceSettings, mapping: &ColumnMapping) -> String {
    if mapping.at.is_empty() { source.at.clone() } else { mapping.at.clone() }
}

fn form_error(source: &SourceSettings, mapping: &ColumnMapping, problem: &FormProblem) -> Error {
    let what = format!("source {:?}, column {:?} (`{}`): {}", source.name, header(mapping), mapping.canonical.name, in_words(problem));
    let error = Error::input(what).at(place(source, mapping));
    match problem {
        FormProblem::Ambiguous { .. } => error
            .hint("is the day first or the month? No value of the column tells")
            .hint("answer it in the [[source]]: order = \"dmy\" or order = \"mdy\""),
        _ => error.hint("declare what is accepted in the [[source]]: timestamps = [\"%d/%m/%Y %H:%M\", …]"),
    }
}

fn in_words(problem: &FormProblem) -> String {
    match problem {
        FormProblem::NoValues => "no value".into(),
        FormProblem::Ambiguous { example, line, dmy_reading, mdy_reading } => {
            format!("{example:?} on line {line} may be {dmy_reading} or {mdy_reading}, and no other value decides it")
        }
        FormProblem::Unknown { example, line } => format!("{example:?} on line {line} is no timestamp of a known form"),
        FormProblem::Mixed { first, other } => {
            format!("two timestamp forms in one column: {:?} on line {} and {:?} on line {}", first.0, first.1, other.0, other.1)
        }
    }
}
