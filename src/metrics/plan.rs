//! What a look has to gather over one table: which expressions, put into which periods, for which metric.

use std::collections::HashMap;

use super::fold::Ask;
use super::groups::MOST_DIMENSIONS;
use super::slots::Slots;
use super::{Kind, Metric};
use crate::error::{Error, Result};
use crate::facts::{Facts, Table, parse_sql};

/// What one accumulator gathers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gather {
    Total,
    Values,
    Least,
    Most,
}

/// One accumulated quantity: a value column put into periods by an anchor column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) value: usize,
    pub(super) anchor: usize,
    pub(super) gather: Gather,
}

/// Which items make up a metric.
pub(super) struct Recipe<'a> {
    pub(super) metric: &'a Metric,
    pub(super) main: usize,
    pub(super) second: Option<usize>,
    /// Events of a turnover: a move between teams leaves a stock, but it is no leaver.
    pub(super) leavers: Option<usize>,
    pub(super) immature: Option<usize>,
    pub(super) trailing: Option<usize>,
}

/// The expressions of all looks at one table, each once.
pub(super) struct Exprs<'a> {
    facts: &'a Facts,
    table: Table,
    /// Name and SQL.
    pub(super) list: Vec<(String, String)>,
    index: HashMap<String, usize>,
}

impl<'a> Exprs<'a> {
    pub(super) fn new(facts: &'a Facts, table: Table) -> Self {
        Self { facts, table, list: Vec::new(), index: HashMap::new() }
    }

    fn number(&mut self, sql: &str) -> Result<usize> {
        if let Some(&i) = self.index.get(sql) {
            return Ok(i);
        }
        let _ = parse_sql(&self.facts.sql(self.table, sql))?;
        self.list.push((format!("x{}", self.list.len()), sql.to_owned()));
        self.index.insert(sql.to_owned(), self.list.len() - 1);
        Ok(self.list.len() - 1)
    }
}

/// Instants that put rows into periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchor {
    /// The expression.
    pub(super) at: usize,
    /// Which of the plan's [`Slots`].
    pub(super) slots: usize,
    /// Whether rows before the first period are counted too: what a stock begins with.
    pub(super) has_opening: bool,
}

/// One look at one table.
pub(super) struct Plan<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) items: Vec<Item>,
    pub(super) anchors: Vec<Anchor>,
    pub(super) slots: Vec<Slots>,
    pub(super) recipes: Vec<Recipe<'a>>,
    /// Number of the breakdown, and the expressions of its columns.
    pub(super) breakdowns: Vec<(usize, Vec<usize>)>,
    pub(super) filter: Option<usize>,
}

impl<'a> Plan<'a> {
    fn anchor(&mut self, exprs: &mut Exprs<'a>, (sql, slots): (&str, usize), has_opening: bool) -> Result<usize> {
        let at = exprs.number(sql)?;
        if let Some(known) = self.anchors.iter().position(|a| (a.at, a.slots) == (at, slots)) {
            self.anchors[known].has_opening |= has_opening;
            return Ok(known);
        }
        self.anchors.push(Anchor { at, slots, has_opening });
        Ok(self.anchors.len() - 1)
    }

    fn item(&mut self, exprs: &mut Exprs<'a>, sql: &str, (anchor, gather): (usize, Gather)) -> Result<usize> {
        let wanted = Item { value: exprs.number(sql)?, anchor, gather };
        Ok(self.items.iter().position(|i| *i == wanted).unwrap_or_else(|| {
            self.items.push(wanted);
            self.items.len() - 1
        }))
    }

    fn add(&mut self, exprs: &mut Exprs<'a>, metric: &'a Metric, slots: usize) -> Result<()> {
        let recipe = match metric.kind {
            Kind::Stock | Kind::Turnover => self.stock(exprs, metric, slots)?,
            _ => self.flow(exprs, metric, slots)?,
        };
        self.recipes.push(recipe);
        Ok(())
    }

    fn stock(&mut self, exprs: &mut Exprs<'a>, metric: &'a Metric, slots: usize) -> Result<Recipe<'a>> {
        // What happens at the cut-off or after it has not happened yet.
        let past = |sql: &str| format!("(CASE WHEN ({sql}) < $as_of THEN ({sql}) END)");
        let (enters, leaves) = (past(&metric.enters), past(&metric.leaves));
        let left = format!(
            "CASE WHEN {enters} IS NOT NULL AND {leaves} IS NOT NULL THEN CASE WHEN {leaves} < {enters} THEN {enters} ELSE {leaves} END END"
        );
        let enter = self.anchor(exprs, (&enters, slots), true)?;
        let leave = self.anchor(exprs, (&left, slots), true)?;
        let main = self.item(exprs, "TRUE", (enter, Gather::Total))?;
        let second = Some(self.item(exprs, "TRUE", (leave, Gather::Total))?);
        let leavers = match metric.by.as_deref() {
            Some(by) => {
                let anchor = self.anchor(exprs, (by, slots), false)?;
                Some(self.item(exprs, &metric.fact, (anchor, Gather::Total))?)
            }
            None => None,
        };
        Ok(Recipe { metric, main, second, leavers, immature: None, trailing: None })
    }

    fn flow(&mut self, exprs: &mut Exprs<'a>, metric: &'a Metric, slots: usize) -> Result<Recipe<'a>> {
        let anchor = self.anchor(exprs, (metric.by.as_deref().unwrap_or_default(), slots), false)?;
        let gather = match metric.kind {
            Kind::Median | Kind::P90 => Gather::Values,
            Kind::Min => Gather::Least,
            Kind::Max => Gather::Most,
            _ => Gather::Total,
        };
        let main = self.item(exprs, &metric.fact, (anchor, gather))?;
        let second = match metric.kind {
            Kind::Rate => Some(self.item(exprs, &metric.exposure, (anchor, Gather::Total))?),
            _ => None,
        };
        let immature = match metric.immature.is_empty() {
            true => None,
            false => Some(self.item(exprs, &metric.immature, (anchor, Gather::Total))?),
        };
        Ok(Recipe { metric, main, second, leavers: None, immature, trailing: metric.trailing_days.map(|_| slots) })
    }
}

/// The plan of one look; its expressions join those of the others.
pub(super) fn plan<'a>(exprs: &mut Exprs<'a>, metrics: &[&'a Metric], ask: &'a Ask<'a>) -> Result<Plan<'a>> {
    let (facts, table) = (exprs.facts, exprs.table);
    let mut plan = Plan {
        ask,
        items: Vec::new(),
        anchors: Vec::new(),
        slots: vec![Slots::new(&ask.periods)],
        recipes: Vec::new(),
        breakdowns: Vec::new(),
        filter: None,
    };
    for metric in metrics {
        let slots = match metric.trailing_days {
            Some(days) => {
                plan.slots.push(Slots::days(&ask.periods, days));
                plan.slots.len() - 1
            }
            None => 0,
        };
        let at = format!("metric {:?}", metric.id);
        plan.add(exprs, metric, slots).map_err(|e| if e.at.is_empty() { e.at(at) } else { e })?;
    }
    for (i, breakdown) in ask.breakdowns.iter().enumerate() {
        if breakdown.len() > MOST_DIMENSIONS {
            return Err(Error::config(format!("a breakdown can have {MOST_DIMENSIONS} columns at most")));
        }
        if breakdown.iter().all(|c| facts.has_column(table, c)) {
            let columns = breakdown.iter().map(|c| exprs.number(&format!("\"{c}\""))).collect::<Result<_>>()?;
            plan.breakdowns.push((i, columns));
        }
    }
    if let Some(sql) = &ask.filter {
        plan.filter = Some(exprs.number(sql)?);
    }
    Ok(plan)
}
