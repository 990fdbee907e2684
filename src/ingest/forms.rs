//! The timestamp forms of a source: declared, or proved from the values of all its files.

use std::collections::BTreeMap;

use super::cells::timestamp::{Form, FormProblem, FormSearch, Order};
use super::column::{ColumnPlan, cell};
use super::files::{Opened, fields, unreadable};
use super::plan::column_plan;
use super::source::BLOCK;
use crate::columns::Type;
use crate::error::{Error, Result};
use crate::settings::{self, ColumnMapping, SourceSettings};

pub(super) type Forms = BTreeMap<&'static str, Vec<Form>>;

/// The timestamp forms of every instant column: declared, or proved from the values of all files.
pub(super) fn forms(source: &SourceSettings, opened: &[Opened]) -> Result<Forms> {
    let mut out = Forms::new();
    let mut open: Vec<(&ColumnMapping, FormSearch)> = Vec::new();
    for mapping in source.columns.iter().filter(|m| m.canonical.kind == Type::Instant && m.constant.is_none()) {
        if !opened.iter().any(|o| fields(source, &o.header).contains_key(mapping.canonical.name)) {
            continue;
        }
        let declared = if mapping.timestamps.is_empty() { &source.timestamps } else { &mapping.timestamps };
        let declared: Vec<&String> = declared.iter().filter(|d| *d != "auto").collect();
        if declared.is_empty() {
            open.push((mapping, FormSearch::new(mapping.order.or(source.order).map(order))));
            continue;
        }
        let compile =
            |text: &&String| Form::compile(text).map_err(|e| Error::config(format!("timestamp form {text:?}: {e}")).at(source.at.clone()));
        out.insert(mapping.canonical.name, declared.iter().map(compile).collect::<Result<_>>()?);
    }
    for file in opened {
        if open.iter().all(|(_, search)| search.settled()) {
            break;
        }
        search_file(source, file, &mut open)?;
    }
    for (mapping, search) in open {
        let name = mapping.canonical.name;
        match search.finish() {
            // Hours without a leading zero may come up later in a column that starts with whole ones.
            Ok(form) if form == Form::iso() => {
                out.insert(name, vec![form, Form::compile("%Y-%m-%d %H:%M[:%S]").unwrap_or_else(|_| Form::iso())])
            }
            Ok(form) => out.insert(name, vec![form]),
            Err(FormProblem::NoValues) => out.insert(name, vec![Form::iso()]),
            Err(problem) => return Err(form_error(source, mapping, &problem)),
        };
    }
    Ok(out)
}

pub(super) fn order(order: settings::Order) -> Order {
    match order {
        settings::Order::Dmy => Order::Dmy,
        settings::Order::Mdy => Order::Mdy,
    }
}

pub(super) fn search_file(source: &SourceSettings, file: &Opened, open: &mut [(&ColumnMapping, FormSearch)]) -> Result<()> {
    let mut scanner = file.scanner(BLOCK)?;
    let plans: Vec<Option<ColumnPlan>> = open.iter().map(|(m, _)| search_plan(source, m, file)).collect();
    let (mut scratch, mut joined) = (Vec::new(), Vec::new());
    while !open.iter().all(|(_, search)| search.settled()) {
        let Some(block) = scanner.next_block().map_err(|e| unreadable(&file.shown, &e))? else { break };
        for ((_, search), plan) in open.iter_mut().zip(&plans) {
            let Some(plan) = plan else { continue };
            let mut lines = block.lines();
            for row in 0..block.rows() {
                if search.settled() {
                    break;
                }
                let text = cell(&block, plan, row, &mut scratch, &mut joined);
                if !plan.nulls.is_null(text) {
                    search.feed(text, lines.of(row));
                }
            }
        }
        scanner.recycle(block);
    }
    Ok(())
}

pub(super) fn search_plan(source: &SourceSettings, mapping: &ColumnMapping, file: &Opened) -> Option<ColumnPlan> {
    let fields = fields(source, &file.header).remove(mapping.canonical.name)?;
    Some(column_plan(source, mapping, fields, file, Vec::new()))
}

pub(super) fn form_error(source: &SourceSettings, mapping: &ColumnMapping, problem: &FormProblem) -> Error {
    let header = mapping.headers.first().map(|h| h.join(" + ")).unwrap_or_default();
    let at = if mapping.at.is_empty() { source.at.clone() } else { mapping.at.clone() };
    let error =
        Error::input(format!("source {:?}, column {header:?} (`{}`): {}", source.name, mapping.canonical.name, in_words(problem))).at(at);
    match problem {
        FormProblem::Ambiguous { .. } => error
            .hint("is the day first or the month? No value of the column tells")
            .hint("answer it in the [[source]]: order = \"dmy\" or order = \"mdy\""),
        _ => error.hint("declare what is accepted in the [[source]]: timestamps = [\"%d/%m/%Y %H:%M\", …]"),
    }
}

pub(super) fn in_words(problem: &FormProblem) -> String {
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
