//! What the fold has to gather over one table: which expressions, put into which periods, for which metric.

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

/// Everything about one table that does not change from segment to segment.
pub(super) struct Plan<'a> {
    pub(super) facts: &'a Facts,
    pub(super) table: Table,
    pub(super) exprs: Vec<(String, String)>,
    pub(super) items: Vec<Item>,
    pub(super) anchors: Vec<(usize, usize)>,
    pub(super) slots: Vec<Slots<'a>>,
    pub(super) recipes: Vec<Recipe<'a>>,
    pub(super) breakdowns: Vec<(usize, Vec<usize>)>,
    pub(super) filter: Option<usize>,
}

impl<'a> Plan<'a> {
    pub(super) fn expr(&mut self, sql: &str) -> Result<usize> {
        if let Some(i) = self.exprs.iter().position(|(_, t)| t == sql) {
            return Ok(i);
        }
        let _ = parse_sql(&self.facts.sql(self.table, sql))?;
        self.exprs.push((format!("x{}", self.exprs.len()), sql.to_owned()));
        Ok(self.exprs.len() - 1)
    }

    pub(super) fn anchor(&mut self, sql: &str, slots: usize) -> Result<usize> {
        let wanted = (self.expr(sql)?, slots);
        Ok(self.anchors.iter().position(|a| *a == wanted).unwrap_or_else(|| {
            self.anchors.push(wanted);
            self.anchors.len() - 1
        }))
    }

    pub(super) fn item(&mut self, sql: &str, anchor: usize, gather: Gather) -> Result<usize> {
        let wanted = Item { value: self.expr(sql)?, anchor, gather };
        Ok(self.items.iter().position(|i| *i == wanted).unwrap_or_else(|| {
            self.items.push(wanted);
            self.items.len() - 1
        }))
    }

    pub(super) fn add(&mut self, metric: &'a Metric, slots: usize) -> Result<()> {
        let recipe = match metric.kind {
            Kind::Stock | Kind::Turnover => {
                // What happens at the cut-off or after it has not happened yet.
                let past = |sql: &str| format!("(CASE WHEN ({sql}) < $as_of THEN ({sql}) END)");
                let (enters, leaves) = (past(&metric.enters), past(&metric.leaves));
                let enter = self.anchor(&enters, slots)?;
                let leave = self.anchor(
                    &format!("CASE WHEN {enters} IS NOT NULL AND {leaves} IS NOT NULL THEN CASE WHEN {leaves} < {enters} THEN {enters} ELSE {leaves} END END"),
                    slots,
                )?;
                let main = self.item("TRUE", enter, Gather::Total)?;
                let second = Some(self.item("TRUE", leave, Gather::Total)?);
                let leavers = match metric.by.as_deref() {
                    Some(by) => {
                        let anchor = self.anchor(by, slots)?;
                        Some(self.item(&metric.fact, anchor, Gather::Total)?)
                    }
                    None => None,
                };
                Recipe { metric, main, second, leavers, immature: None, trailing: None }
            }
            _ => {
                let anchor = self.anchor(metric.by.as_deref().unwrap_or_default(), slots)?;
                let gather = match metric.kind {
                    Kind::Median | Kind::P90 => Gather::Values,
                    Kind::Min => Gather::Least,
                    Kind::Max => Gather::Most,
                    _ => Gather::Total,
                };
                let main = self.item(&metric.fact, anchor, gather)?;
                let second = match metric.kind {
                    Kind::Rate => Some(self.item(&metric.exposure, anchor, Gather::Total)?),
                    _ => None,
                };
                let immature = match metric.immature.is_empty() {
                    true => None,
                    false => Some(self.item(&metric.immature, anchor, Gather::Total)?),
                };
                Recipe { metric, main, second, leavers: None, immature, trailing: metric.trailing_days.map(|_| slots) }
            }
        };
        self.recipes.push(recipe);
        Ok(())
    }
}

pub(super) fn plan<'a>(facts: &'a Facts, table: Table, metrics: &[&'a Metric], ask: &'a Ask<'a>) -> Result<Plan<'a>> {
    let mut plan = Plan {
        facts,
        table,
        exprs: Vec::new(),
        items: Vec::new(),
        anchors: Vec::new(),
        slots: vec![Slots::new(facts.zone(), &ask.periods)],
        recipes: Vec::new(),
        breakdowns: Vec::new(),
        filter: None,
    };
    for metric in metrics {
        let slots = match metric.trailing_days {
            Some(days) => {
                plan.slots.push(Slots::days(facts.zone(), &ask.periods, days));
                plan.slots.len() - 1
            }
            None => 0,
        };
        let at = format!("metric {:?}", metric.id);
        plan.add(metric, slots).map_err(|e| if e.at.is_empty() { e.at(at) } else { e })?;
    }
    for (i, breakdown) in ask.breakdowns.iter().enumerate() {
        if breakdown.len() > MOST_DIMENSIONS {
            return Err(Error::config(format!("a breakdown can have {MOST_DIMENSIONS} columns at most")));
        }
        if breakdown.iter().all(|c| facts.has_column(table, c)) {
            let columns = breakdown.iter().map(|c| plan.expr(&format!("\"{c}\""))).collect::<Result<_>>()?;
            plan.breakdowns.push((i, columns));
        }
    }
    if let Some(sql) = &ask.filter {
        plan.filter = Some(plan.expr(sql)?);
    }
    Ok(plan)
}
