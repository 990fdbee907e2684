//! Why a metric has no figure: found by trying, not by what its columns are made of.
//!
//! The columns without a single value are filled with made-up ones and the metric's facts are evaluated anew over the desk's own rows.
//! A column is missed only if figures come with it and none without: many are alternatives, or spoil nothing by being empty.

use std::collections::BTreeSet;

use polars::prelude::*;

use super::{Kind, Metric};
use crate::desk::{Frame, NONE, Values, bug, code_of};
use crate::error::Result;
use crate::facts::{Facts, Table, columns_of, derived};

/// Rows tried, in pieces from all over the table.
const TRIED: usize = 1 << 15;

/// Fewer rows than these are tried several times over.
const FEW: usize = 1 << 11;

/// Pieces they come in.
const PIECES: usize = 16;

/// What a metric without a figure lacks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lacking {
    /// Columns without values and tables the config does not have; none: they are all there, and no row is one that counts.
    pub names: Vec<String>,
    /// Whether one of them would do; else all are needed.
    pub one_will_do: bool,
}

/// What a metric of this table lacks that has no figure over all the facts.
///
/// # Errors
/// A config error for SQL that polars refuses.
pub fn lacking(facts: &Facts, table: Table, metric: &Metric) -> Result<Lacking> {
    if facts.frame(table).height() == 0 {
        let is_of_clocks = matches!(table, Table::SlaClocks | Table::TicketSpans);
        return Ok(Lacking { names: if is_of_clocks { DUES.map(str::to_owned).to_vec() } else { Vec::new() }, one_will_do: true });
    }
    Trial::new(facts, table, metric)?.lacking()
}

/// What a clock is made of, one of these.
const DUES: [&str; 3] = ["tickets.due_resolution_at", "tickets.due_response_at", "[sla.targets] in the config"];

/// A metric tried over rows with made-up values.
struct Trial<'a> {
    facts: &'a Facts,
    table: Table,
    metric: &'a Metric,
    rows: Vec<DataFrame>,
    /// Stored columns its facts name that have no value in any row.
    empty: Vec<String>,
    /// Texts its SQL compares with.
    texts: Vec<String>,
}

impl<'a> Trial<'a> {
    fn new(facts: &'a Facts, table: Table, metric: &'a Metric) -> Result<Self> {
        let (mut stored, mut texts) = (BTreeSet::new(), BTreeSet::new());
        let mut open: Vec<String> = exprs(metric).into_iter().map(|(_, sql)| sql).collect();
        let mut seen = BTreeSet::new();
        while let Some(sql) = open.pop() {
            texts.extend(sql.split('\'').skip(1).step_by(2).map(str::to_owned));
            for name in columns_of(&sql)? {
                match derived::find(table, &name) {
                    Some(derived) if seen.insert(derived.name) => open.push(derived.sql.to_owned()),
                    Some(_) => {}
                    None => drop(stored.insert(name)),
                }
            }
        }
        let frame = facts.frame(table);
        let empty = stored.into_iter().filter(|name| is_empty(frame, name)).collect();
        Ok(Self { facts, table, metric, rows: some_rows(frame)?, empty, texts: texts.into_iter().collect() })
    }

    fn lacking(&self) -> Result<Lacking> {
        let all: Vec<&str> = self.empty.iter().map(String::as_str).collect();
        if all.is_empty() || !self.counts_with(&all)? {
            return Ok(Lacking { names: Vec::new(), one_will_do: true });
        }
        let mut enough = Vec::new();
        for name in &all {
            if self.counts_with(&[name])? {
                enough.push(*name);
            }
        }
        if !enough.is_empty() {
            return Ok(Lacking { names: self.said(&enough), one_will_do: true });
        }
        let mut needed = all;
        for name in self.empty.iter().map(String::as_str) {
            let without: Vec<&str> = needed.iter().copied().filter(|n| *n != name).collect();
            if self.counts_with(&without)? {
                needed = without;
            }
        }
        Ok(Lacking { names: self.said(&needed), one_will_do: false })
    }

    /// Whether any row counts once these columns have values.
    fn counts_with(&self, names: &[&str]) -> Result<bool> {
        let prepared = self.facts.prepare(self.table, &exprs(self.metric))?;
        for rows in &self.rows {
            let mut rows = rows.clone();
            for (seed, name) in names.iter().enumerate() {
                let values = self.made_up(&rows, name, seed)?;
                rows.with_column(values.column(name, 0..rows.height())).map_err(bug)?;
            }
            if any_counts(&prepared.evaluate(&rows)?, self.metric.kind)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Values such as the column might have, another one in each row.
    fn made_up(&self, rows: &DataFrame, name: &str, seed: usize) -> Result<Values> {
        let height = rows.height();
        // Neighbouring rows, and the columns of a row, take values independently of each other.
        let pick = |row: usize, most: usize| {
            ((row as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ (seed as u64 * 0xBF58_476D)) >> 40) as usize % most
        };
        // Now and then none: a value may as well spoil what its absence lets pass.
        let is_none = |row: usize| pick(row, 1 << 20) % 7 == 0;
        let column = rows.column(name).map_err(bug)?;
        Ok(match column.dtype() {
            DataType::Boolean => Values::Flag((0..height).map(|row| (!is_none(row)).then(|| pick(row, 2) == 0)).collect()),
            DataType::Float64 => Values::Number((0..height).map(|row| Some([0.0, 1.0, 3.0, 5.0, 90.0][pick(row, 5)])).collect()),
            DataType::Int32 => Values::Whole((0..height).map(|row| [0, 1, 2, 5, 600, 90_000][pick(row, 6)]).collect()),
            DataType::Int64 if name.ends_with("_key") => Values::Long((0..height).map(|row| row as i64 + 1).collect()),
            DataType::Int64 => {
                let from = rows.column(self.table.dated_by()).ok().map(|c| c.cast(&DataType::Int64).map_err(bug)).transpose()?;
                let from = from.as_ref().map(|c| c.i64().map_err(bug)).transpose()?;
                let dated = |row: usize| from.and_then(|c| c.get(row)).unwrap_or(self.facts.as_of() - 30 * 86_400);
                Values::Long((0..height).map(|row| dated(row) + [60, 7_200, 432_000][pick(row, 3)]).collect())
            }
            DataType::String => Values::Words((0..height).map(|row| Some(self.word(name, pick(row, 1 << 20)).to_owned())).collect()),
            _ => {
                let code = |row| if is_none(row) { Ok(NONE) } else { code_of(self.word(name, pick(row, 1 << 20))) };
                Values::Text((0..height).map(code).collect::<Result<_>>()?)
            }
        })
    }

    /// A word the column may hold: one its SQL compares with, or of its own list.
    fn word(&self, name: &str, number: usize) -> &str {
        let own = self.table.source().column(name).and_then(|c| c.kind.words()).unwrap_or(&["some word"]);
        let count = own.len() + self.texts.len();
        own.get(number % count).copied().unwrap_or_else(|| &self.texts[number % count - own.len()])
    }

    /// What would fill the columns, as a person knows it, once each.
    fn said(&self, names: &[&str]) -> Vec<String> {
        let mut said: Vec<String> = Vec::new();
        for name in names.iter().flat_map(|name| self.filled_by(name)) {
            if !said.contains(&name) {
                said.push(name);
            }
        }
        said
    }

    /// What fills a stored column: columns of exports, or tables of the config.
    fn filled_by(&self, name: &str) -> Vec<String> {
        let table = self.table;
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        match (table, name) {
            (Table::Tickets, "agent") => own(&["tickets.resolver or tickets.assignee"]),
            (Table::Tickets, "level" | "first_level")
                if ["group", "first_group"].iter().all(|name| is_empty(self.facts.frame(table), name)) =>
            {
                own(&["tickets.level or tickets.group with [levels] in the config"])
            }
            (Table::Tickets, "level" | "first_level") => own(&["[levels] in the config for the groups of tickets"]),
            (Table::Tickets, "first_response_at" | "frt_business_secs") => {
                own(&["tickets.first_response_at or tickets.first_response_secs"])
            }
            (Table::Tickets, "resolved_at" | "ttr_business_secs") => {
                own(&["tickets.resolved_at, tickets.closed_at or tickets.resolution_secs"])
            }
            // The product's own verdict is in the export or nowhere.
            (Table::Tickets, "sla_resolution_met") => own(&["tickets.sla_resolution_met"]),
            (Table::Tickets, "sla_response_met") => own(&["tickets.sla_response_met"]),
            (Table::Tickets, name) if name.starts_with("sla_resolution") => {
                own(&["tickets.due_resolution_at, tickets.sla_resolution_met or [sla.targets] in the config"])
            }
            (Table::Tickets, name) if name.starts_with("sla_response") => {
                own(&["tickets.due_response_at, tickets.sla_response_met or [sla.targets] in the config"])
            }
            (Table::Tickets, "is_surveyed") => own(&["surveys.ticket_id, tickets.csat_score or tickets.csat_at"]),
            (Table::Tickets, "next_contact_secs") => own(&["tickets.requester"]),
            (Table::Calls, "is_logged") => own(&["calls.ticket_id or calls.caller"]),
            (Table::Calls, "next_contact_secs") => own(&["calls.caller"]),
            (Table::Calls, "has_waits") => own(&["calls.wait_secs"]),
            (Table::Calls, "has_ticket_source") => own(&["source of tickets"]),
            (_, "tenure_weeks") => own(&["agents.hired_at"]),
            (_, name) => {
                let column = name.strip_suffix("_key").unwrap_or(name);
                let kind = table.source();
                vec![if kind.column(column).is_some() { format!("{}.{column}", kind.name()) } else { format!("{table}.{name}") }]
            }
        }
    }
}

/// What a row must have to count, as (name, SQL).
fn exprs(metric: &Metric) -> Vec<(String, String)> {
    let of = [("fact", metric.fact.as_str()), ("exposure", &metric.exposure), ("enters", &metric.enters), ("leaves", &metric.leaves)];
    let by = metric.by.as_deref().map(|by| ("by", by));
    of.into_iter().chain(by).filter(|(_, sql)| !sql.is_empty()).map(|(name, sql)| (name.to_owned(), sql.to_owned())).collect()
}

/// Whether any row counts: everything is known of it, and what is counted is true.
fn any_counts(rows: &DataFrame, kind: Kind) -> Result<bool> {
    let mut counts = vec![true; rows.height()];
    for column in rows.columns() {
        let known = column.is_not_null();
        counts.iter_mut().zip(known.iter()).for_each(|(counts, known)| *counts &= known == Some(true));
        if kind == Kind::Count && column.name() == "fact" && column.dtype() == &DataType::Boolean {
            let hits = column.bool().map_err(bug)?;
            counts.iter_mut().zip(hits.iter()).for_each(|(counts, hit)| *counts &= hit == Some(true));
        }
    }
    Ok(counts.contains(&true))
}

/// Whether no row has a value there; a mark of what the desk has at all (`has_…`) has one where it is set.
fn is_empty(frame: &Frame, name: &str) -> bool {
    let is_set = |c: &Column| c.bool().is_ok_and(BooleanChunked::any);
    let has_value =
        |s: &DataFrame| s.column(name).is_ok_and(|c| if name.starts_with("has_") { is_set(c) } else { c.null_count() < c.len() });
    !frame.segments.iter().any(has_value)
}

/// Rows from all over a table; of few rows several copies, or made-up values would never meet as they must to count.
fn some_rows(frame: &Frame) -> Result<Vec<DataFrame>> {
    let height = frame.height();
    if height <= FEW {
        let one = frame.collect()?;
        let mut all = one.clone();
        (1..FEW.div_ceil(height.max(1))).try_for_each(|_| all.vstack_mut(&one).map(drop).map_err(bug))?;
        return Ok(vec![all]);
    }
    if height <= TRIED {
        return Ok(frame.segments.clone());
    }
    let each = (TRIED / frame.segments.len().max(1)).max(PIECES);
    let pieces = |s: &DataFrame| {
        let (step, length) = ((s.height() / PIECES).max(1), each / PIECES);
        (0..PIECES).map(|n| s.slice((n * step) as i64, length)).filter(|s| s.height() > 0).collect::<Vec<_>>()
    };
    Ok(frame.segments.iter().flat_map(pieces).collect())
}
