//! Facts: one row per ticket, call, survey, agent-day, spell, observation with everything a metric needs as plain columns.
//!
//! Stored columns (the desk's own and the ones that look across rows: repeats, rosters, calendars) are made once;
//! row-local columns are SQL ([`derived::of`]) evaluated segment by segment when a metric asks for them, so that the same
//! text runs in any other engine. All time arithmetic ends here.

mod calendars;
mod calls;
pub mod derived;
mod events;
mod identity;
mod logged;
mod people;
mod prepared;
mod quiet;
mod repeat;
mod roster;
mod scale;
mod sla;
mod story;
mod surveys;
mod table;
mod tickets;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use polars::sql::sql_expr;

use crate::clock::zone::Zone;
use crate::columns::Source;
use crate::desk::{Desk, Frame, bug};
use crate::error::{Error, Result, nearest};
use crate::settings::{Parameters, Settings};

pub use prepared::Prepared;
pub use roster::{Contact, contacts, names};
pub use table::Table;
pub use wanted::{Wanted, all_columns};

/// Columns that say something of the agent of a row, as the roster has it.
pub const OF_AGENT: &[&str] = &roster::ATTRIBUTES;

/// All facts.
#[derive(Debug)]
pub struct Facts {
    frames: BTreeMap<Table, Frame>,
    seen_until: BTreeMap<Table, i64>,
    /// Latest instant at which anything at all happened to a ticket.
    known_until: i64,
    /// Until when a ticket that was not heard of again is known to be open still.
    open_until: i64,
    /// The local day of each table's first row, of those that have any.
    first_days: BTreeMap<Table, i32>,
    zone: Zone,
    as_of: i64,
    parameters: Parameters,
    /// Agents that appear in the exports but not on the roster, sorted; empty without a roster.
    pub off_roster: Vec<String>,
    /// Sentences for the data-quality box: (code, text).
    pub remarks: Vec<(String, String)>,
    /// Whether absence is recorded by the month, so that nothing can be said of the absence of a week.
    pub is_absence_monthly: bool,
}

/// What the makers of facts share.
#[derive(Debug)]
pub(crate) struct Making<'a> {
    settings: &'a Settings,
    desk: &'a Desk,
    wanted: &'a Wanted,
    zone: &'a Zone,
    /// Until when a ticket that was not heard of again is known to be open still.
    open_until: i64,
    calendars: calendars::Calendars,
    identity: identity::Identity,
    roster: roster::Roster,
}

impl Facts {
    /// Makes the wanted facts of a desk.
    ///
    /// # Errors
    /// A config error for an unusable calendar or a roster whose aliases name two people; a bug otherwise.
    pub fn make(settings: &Settings, mut desk: Desk, wanted: &Wanted) -> Result<(Self, crate::ingest::ledger::Ledger)> {
        let zone = Zone::shared(settings.desk.time_zone).as_ref().clone();
        let calendars = calendars::Calendars::new(settings)?;
        let mut frames: BTreeMap<Table, Frame> = BTreeMap::new();
        let taken = |desk: &mut Desk, source: Source| desk.frames.get_mut(&source).map(std::mem::take).unwrap_or_default();
        let mut seen_until = BTreeMap::new();
        for (table, column) in
            [(Table::Tickets, "created_at"), (Table::Calls, "start_at"), (Table::Surveys, "answered_at"), (Table::TicketEvents, "at")]
        {
            seen_until.insert(table, desk.seen_until(table.source(), column));
        }
        // An export of tickets by creation goes on being updated: a reopening is seen until the last update, a new contact is not.
        let known_until = wanted::LAST_TOLD
            .map(|column| desk.seen_in(Source::Tickets, column))
            .into_iter()
            .chain([desk.seen_in(Source::TicketEvents, "at")])
            .flatten()
            .max()
            .unwrap_or(desk.as_of);
        let (identity, roster) = roster::read(&desk, &zone, &calendars)?;
        let mut tickets = taken(&mut desk, Source::Tickets);
        let mut calls = taken(&mut desk, Source::Calls);
        let mut surveys = taken(&mut desk, Source::Surveys);
        let open_until = quiet::open_until(&zone, (known_until, desk.as_of), &tickets)?;
        let making = Making { settings, desk: &desk, wanted, zone: &zone, open_until, calendars, identity, roster };
        let off_scale = [
            scale::keep_on_scale(&making, &mut surveys, "score", Source::Surveys)?,
            scale::keep_on_scale(&making, &mut tickets, "csat_score", Source::Tickets)?,
            scale::keep_on_scale(&making, &mut calls, "csat_score", Source::Calls)?,
        ];
        let clocks = tickets::add(&making, &mut tickets)?;
        surveys::mark(&making, &surveys, &mut tickets)?;
        let of_calls = calls::add(&making, &mut calls, &tickets)?;
        surveys::embed(&making, &mut surveys, &tickets, &calls)?;
        frames.insert(Table::Tickets, tickets);
        frames.insert(Table::SlaClocks, clocks.clocks);
        frames.insert(Table::TicketSpans, clocks.spans);
        frames.insert(Table::Calls, calls);
        let mut facts = Self {
            frames,
            seen_until,
            known_until,
            open_until,
            first_days: BTreeMap::new(),
            zone: zone.clone(),
            as_of: desk.as_of,
            parameters: settings.parameters.clone(),
            off_roster: Vec::new(),
            remarks: clocks.remarks.into_iter().chain(of_calls).collect(),
            is_absence_monthly: false,
        };
        surveys::add(&making, &mut surveys, &facts)?;
        facts.frames.insert(Table::Surveys, surveys);
        facts.frames.insert(Table::TicketEvents, tickets::events(&making)?);
        let people = people::make(&making)?;
        facts.frames.insert(Table::AgentDays, people.days);
        facts.frames.insert(Table::Spells, people.spells);
        facts.frames.insert(Table::Observations, people.observations);
        facts.is_absence_monthly = people.is_absence_monthly;
        for (table, frame) in &mut facts.frames {
            let is_kept = |name: &str| wanted.is_direct(*table, name) || name == table.dated_by();
            frame.keep_columns(&is_kept)?;
        }
        facts.first_days = Table::ALL.into_iter().filter_map(|table| Some((table, facts.find_first_day(table)?))).collect();
        facts.off_roster = making.identity.off_roster();
        facts.remarks.extend(making.identity.remarks());
        facts.remarks.extend(making.roster.remarks());
        facts.remarks.extend(off_scale.into_iter().flatten());
        drop(making);
        Ok((facts, desk.ledger))
    }

    /// The desk's zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The cut-off, seconds UTC.
    pub fn as_of(&self) -> i64 {
        self.as_of
    }

    /// The last local day that has begun at the cut-off.
    pub fn as_of_day(&self) -> i32 {
        self.zone.local_day(self.as_of - 1)
    }

    /// The last instant at which a table's exports tell anything, seconds UTC: a period that begins after it is not quiet, it is unseen.
    pub fn told_until(&self, table: Table) -> i64 {
        match table {
            Table::Tickets | Table::SlaClocks | Table::TicketSpans | Table::TicketEvents => self.known_until,
            Table::Calls => self.seen_until(table),
            // Surveys and observations come when they come, and the roster holds until another is there.
            Table::Surveys | Table::AgentDays | Table::Spells | Table::Observations => self.as_of,
        }
    }

    /// Whether the tickets reach over all days of a period: from the first one created to the last instant at which those open are known to be.
    pub fn has_tickets_over(&self, period: &crate::clock::period::Period) -> bool {
        let is_begun = self.first_day(Table::Tickets).is_some_and(|first| first <= period.first_day);
        is_begun && period.end_utc(&self.zone) <= self.open_until
    }

    /// The end of a table's data, seconds UTC: the latest row, not after the cut-off.
    pub fn seen_until(&self, table: Table) -> i64 {
        self.seen_until.get(&table).copied().unwrap_or(self.as_of)
    }

    /// The last instant of any kind in the tickets, calls, surveys and observations, not after the cut-off.
    pub fn last_instant(&self) -> i64 {
        let tables = [Table::Tickets, Table::TicketEvents, Table::Calls, Table::Surveys, Table::Observations];
        let frames = tables.iter().filter_map(|t| self.frames.get(t)).flat_map(|f| &f.segments);
        let is_instant = |name: &str| name == "at" || name.ends_with("_at");
        let latest = |c: &Column| c.i64().ok().and_then(|at| at.iter().flatten().filter(|t| *t < self.as_of).max());
        frames.flat_map(DataFrame::columns).filter(|c| is_instant(c.name())).filter_map(latest).max().unwrap_or(self.as_of - 1)
    }

    /// The local day of a table's first row by the instant its rows come at; `None` without any, and for the days of a roster, which begin
    /// before anything is told: see [`roster_from`](Self::roster_from).
    pub fn first_day(&self, table: Table) -> Option<i32> {
        self.first_days.get(&table).copied().filter(|_| table != Table::AgentDays)
    }

    /// The first local day of anybody on the roster; `None` without one.
    pub fn roster_from(&self) -> Option<i32> {
        self.first_days.get(&Table::AgentDays).copied()
    }

    fn find_first_day(&self, table: Table) -> Option<i32> {
        let column = match table {
            Table::SlaClocks | Table::TicketSpans => Table::Tickets.dated_by(),
            Table::Spells => return None,
            _ => table.dated_by(),
        };
        let earliest = |s: &DataFrame| s.column(column).ok()?.i64().ok()?.min();
        let first = self.frames.get(&table)?.segments.iter().filter_map(earliest).filter(|t| *t != crate::desk::MISSING).min()?;
        Some(self.zone.local_day(first))
    }

    /// Number of segments of a table.
    pub fn segments(&self, table: Table) -> usize {
        self.frames.get(&table).map_or(0, |f| f.segments.len())
    }

    /// The stored frame of a table.
    pub fn frame(&self, table: Table) -> &Frame {
        &self.frames[&table]
    }

    /// Whether the table has a column of that name, stored or derived from stored ones.
    pub fn has_column(&self, table: Table, name: &str) -> bool {
        match derived::find(table, name) {
            Some(d) => self.expr(table, d.sql).is_ok_and(|e| self.knows(table, &e)),
            None => self.frames.get(&table).is_some_and(|f| f.has(name)),
        }
    }

    /// Whether the table has every column the expression names.
    pub fn knows(&self, table: Table, expr: &Expr) -> bool {
        column_names(expr).iter().all(|name| self.has_column(table, name))
    }

    /// The SQL text with this table's instants filled in.
    pub fn sql(&self, table: Table, sql: &str) -> String {
        sql.replace("$seen_until", &self.seen_until(table).to_string())
            .replace("$known_until", &self.known_until.to_string())
            .replace("$as_of", &self.as_of.to_string())
    }

    fn expr(&self, table: Table, sql: &str) -> Result<Expr> {
        parse_sql(&self.parameters.sql(&self.sql(table, sql))?)
    }

    /// Evaluates SQL expressions over one segment: (name, SQL) → a frame with those columns, a row a fact.
    ///
    /// # Errors
    /// A config error that names an unknown column with the nearest ones, or says what polars refused.
    pub fn evaluate(&self, table: Table, segment: usize, exprs: &[(String, String)]) -> Result<DataFrame> {
        self.prepare(table, exprs)?.evaluate(&self.frames[&table].segments[segment])
    }

    /// Reads SQL expressions, (name, SQL), for evaluating them over any rows of a table.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub fn prepare(&self, table: Table, exprs: &[(String, String)]) -> Result<Prepared> {
        let none = DataFrame::default();
        let frame = self.frames.get(&table).and_then(|f| f.segments.first()).unwrap_or(&none);
        let exprs: Vec<(&str, Expr)> = exprs.iter().map(|(n, s)| Ok((n.as_str(), self.expr(table, s)?))).collect::<Result<_>>()?;
        let levels = self.levels(table, frame, exprs.iter().map(|(_, e)| e))?;
        let select = exprs.iter().map(|(name, e)| as_text(e, frame).alias(*name)).chain([lit(0i32).alias("__row")]).collect();
        let named = levels.iter().flatten().chain(exprs.iter().map(|(_, e)| e)).flat_map(column_names);
        let stored = named.filter(|name| frame.column(name).is_ok()).collect();
        let names = exprs.iter().map(|(name, _)| col(*name)).collect();
        Ok(Prepared { stored, levels, select, names })
    }

    /// Derived columns the expressions need, in steps that each use only earlier ones.
    fn levels<'e>(&self, table: Table, frame: &DataFrame, exprs: impl Iterator<Item = &'e Expr>) -> Result<Vec<Vec<Expr>>> {
        let mut needed: BTreeSet<String> = BTreeSet::new();
        let mut open: Vec<String> = exprs.flat_map(column_names).collect();
        while let Some(name) = open.pop() {
            if frame.column(&name).is_ok() || needed.contains(&name) {
                continue;
            }
            let derived = derived::find(table, &name).ok_or_else(|| self.unknown(table, &name))?;
            open.extend(column_names(&self.expr(table, derived.sql)?));
            needed.insert(name);
        }
        let mut levels: Vec<Vec<Expr>> = Vec::new();
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        for derived in derived::of(table).iter().filter(|d| needed.contains(d.name)) {
            let expr = self.expr(table, derived.sql)?;
            let level = column_names(&expr).iter().filter_map(|n| known.get(n.as_str())).map(|l| l + 1).max().unwrap_or(0);
            known.insert(derived.name, level);
            if levels.len() <= level {
                levels.push(Vec::new());
            }
            levels[level].push(expr.alias(derived.name));
        }
        Ok(levels)
    }

    fn unknown(&self, table: Table, name: &str) -> Error {
        let stored = self.frames[&table].segments.first().into_iter().flat_map(names_of);
        unknown_column(table, name, stored.chain(derived::of(table).iter().map(|d| d.name)))
    }

    /// A table with the named columns for every row, in order.
    pub fn columns(&self, table: Table, names: &[&str]) -> Result<Frame> {
        let exprs: Vec<(String, String)> = names.iter().map(|n| ((*n).to_owned(), format!("\"{n}\""))).collect();
        let segments = (0..self.segments(table)).map(|s| self.evaluate(table, s, &exprs)).collect::<Result<_>>()?;
        Ok(Frame { segments })
    }
}

/// The names of a frame's columns.
fn names_of(frame: &DataFrame) -> impl Iterator<Item = &str> {
    frame.get_column_names().into_iter().map(PlSmallStr::as_str)
}

/// A config error about a column that a table does not have, with the nearest it has.
fn unknown_column<'a>(table: Table, name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let near = nearest(name, known);
    let error = Error::config(format!("{table} have no column {name:?}"));
    match near.is_empty() {
        true => error.hint("`deskcard sql` lists the columns of every table; `deskcard check` says which came with the exports"),
        false => error.hint(format!("nearest: {}", near.join(", "))),
    }
}

/// The expression with short texts taken as texts where they are cast or searched: polars would take their codes.
fn as_text(expr: &Expr, frame: &DataFrame) -> Expr {
    let is_short_text = |e: &Expr| matches!(e, Expr::Column(name) if frame.column(name).is_ok_and(|c| c.dtype().is_categorical()));
    let text = |e: &Expr| if is_short_text(e) { e.clone().cast(DataType::String) } else { e.clone() };
    expr.clone().map_expr(|e| match e {
        Expr::Cast { expr, dtype, options } if is_short_text(&expr) && dtype.as_literal() != Some(&DataType::String) => {
            Expr::Cast { expr: text(&expr).into(), dtype, options }
        }
        Expr::Function { input, function: function @ FunctionExpr::StringExpr(_) } => {
            Expr::Function { input: input.iter().map(text).collect(), function }
        }
        other => other,
    })
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// The SQL expression.
///
/// # Errors
/// A config error with polars' own words.
pub fn parse_sql(sql: &str) -> Result<Expr> {
    sql_expr(sql).map_err(|e| {
        Error::config(format!("cannot read the SQL expression {sql:?}: {}", first_line(&e.to_string())))
            .hint("texts stand in single quotes, as in priority = 'P1' AND category <> 'Other'; `deskcard sql` lists the columns")
    })
}

/// The text with every `$name` replaced by a number, for finding the columns it names.
fn placeholders(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        out.push('0');
        rest = rest[at + 1..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    }
    out + rest
}

/// The columns a SQL text names, sorted, once each.
///
/// # Errors
/// A config error if it is no SQL expression.
pub fn columns_of(sql: &str) -> Result<Vec<String>> {
    Ok(column_names(&parse_sql(&placeholders(sql))?))
}

/// Column names in an expression, sorted, once each.
pub fn column_names(expr: &Expr) -> Vec<String> {
    let mut names: Vec<String> = expr
        .into_iter()
        .filter_map(|e| match e {
            Expr::Column(name) => Some(name.to_string()),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

/// A frame without rows or columns made from nothing.
pub(crate) fn frame_of(height: usize, columns: Vec<Column>) -> Result<Frame> {
    Ok(Frame { segments: vec![DataFrame::new(height, columns).map_err(bug)?] })
}

/// Whether the column is an id, whose text is kept only when asked for.
pub fn is_id(table: Table, name: &str) -> bool {
    !matches!(table, Table::AgentDays | Table::Spells)
        && table.source().column(name).is_some_and(|c| matches!(c.kind, crate::columns::Type::Id))
}
