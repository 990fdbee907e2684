//! `[sla.targets]`, `[goals]` and `[calendar]`: what the desk promises, wants, and when it is open.

use super::node::{Node, Table};
use super::span::Span;
use crate::clock::calendar::Weekly;
use crate::clock::parse_time;
use crate::error::Result;
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};

/// What is promised for a priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Until the first response.
    pub response: Option<Span>,
    /// Until the resolution.
    pub resolution: Option<Span>,
}

/// A goal for a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// The metric's id, not checked against the catalogue yet.
    pub metric: String,
    /// A share from 0 to 1, seconds, or a plain number.
    pub value: f64,
    /// Where the goal's name stands: `deskcard.toml:LINE:COLUMN`.
    pub at: String,
    /// Where the goal's value stands.
    pub value_at: String,
}

/// `[sla.targets]`: by `P1` to `P5` or `default`.
pub(super) fn sla(root: &Table<'_>) -> Result<BTreeMap<String, Target>> {
    let Some(node) = root.get("sla") else { return Ok(BTreeMap::new()) };
    let Some(node) = node.table("[sla]", &["targets"])?.get("targets") else { return Ok(BTreeMap::new()) };
    let targets = node.table("[sla.targets]", &["P1", "P2", "P3", "P4", "P5", "default"])?;
    targets.nodes().iter().map(|n| Ok((n.key.to_owned(), target(n)?))).collect()
}

fn target(node: &Node<'_>) -> Result<Target> {
    let table = node.table(format!("the target `{}`", node.key), &["response", "resolution"])?;
    let span = |key| table.get(key).map(|n| n.span()).transpose();
    let target = Target { response: span("response")?, resolution: span("resolution")? };
    if target == (Target { response: None, resolution: None }) {
        return Err(node
            .error(format!("the target `{}` promises nothing", node.key))
            .hint("give it response = \"2bh\" or resolution = \"3bd\""));
    }
    Ok(target)
}

/// `[goals]`, in the order of the file.
pub(super) fn goals(root: &Table<'_>) -> Result<Vec<Goal>> {
    let Some(node) = root.get("goals") else { return Ok(Vec::new()) };
    let goal = |n: &Node<'_>| Ok(Goal { metric: n.key.to_owned(), value: goal_value(n)?, at: n.key_place(), value_at: n.place() });
    node.open_table("[goals]")?.nodes().iter().map(goal).collect()
}

fn goal_value(node: &Node<'_>) -> Result<f64> {
    const FORMS: &str = "write a share such as \"85%\" or 0.85, a duration such as \"4h\", or a number";
    if node.is_number() {
        return node.number();
    }
    let text = node.text()?;
    if let Some(percent) = text.strip_suffix('%') {
        let value = percent.trim().parse().ok().filter(|x: &f64| x.is_finite());
        return value.map(|x| x / 100.0).ok_or_else(|| node.error(format!("`{text}` is not a percentage")).hint(FORMS));
    }
    match node.span() {
        Ok(Span::Calendar(secs) | Span::Business(secs)) => Ok(secs as f64),
        Ok(Span::BusinessDays(_)) => {
            Err(node.error("a goal cannot be in business days").hint("write it in business hours, such as \"8bh\""))
        }
        Err(error) if text.contains("day") => Err(error),
        Err(_) => Err(node.error(format!("`{text}` is not a goal")).hint(FORMS)),
    }
}

impl Node<'_> {
    /// A share more than 0 and at most 1, as a number or a percentage.
    pub(crate) fn share(&self) -> Result<f64> {
        let value = if self.is_number() { self.number()? } else { goal_value(self)? };
        if 0.0 < value && value <= 1.0 {
            return Ok(value);
        }
        Err(self.error(format!("`{}` must be more than 0 and at most 1", self.key)).hint("write a share such as 0.8 or \"80%\""))
    }
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// `[calendar]`: weekly opening hours.
pub(super) fn calendar(root: &Table<'_>, desk_zone: Tz) -> Result<Option<Weekly>> {
    let Some(node) = root.get("calendar") else { return Ok(None) };
    let table = node.table("[calendar]", &["time_zone", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "holidays"])?;
    let time_zone = table.get("time_zone").map_or(Ok(desk_zone), |n| n.zone())?;
    let mut hours: [Vec<(i64, i64)>; 7] = Default::default();
    for (slot, day) in hours.iter_mut().zip(DAYS) {
        *slot = table.get(day).map_or(Ok(Vec::new()), |n| opening_hours(&n))?;
    }
    if hours.iter().all(Vec::is_empty) {
        return Err(table.error("[calendar] has no opening hours").hint("give at least one day hours, such as mon = \"08:00-18:00\""));
    }
    let holidays = table.get("holidays").map_or_else(Vec::new, |n| n.items());
    let holidays = holidays.iter().map(Node::day).collect::<Result<BTreeSet<i32>>>()?;
    Ok(Some(Weekly { time_zone, hours, holidays }))
}

/// The hours of one day in order; an empty list is a closed day.
fn opening_hours(node: &Node<'_>) -> Result<Vec<(i64, i64)>> {
    let mut hours: Vec<(i64, i64)> = Vec::new();
    for item in node.items() {
        let (from, to) = stretch(&item)?;
        if hours.iter().any(|(a, b)| from < *b && *a < to) {
            return Err(item.error(format!("the hours `{}` of `{}` overlap others of that day", item.text()?, node.key)));
        }
        hours.push((from, to));
    }
    hours.sort_unstable();
    Ok(hours)
}

fn stretch(node: &Node<'_>) -> Result<(i64, i64)> {
    let text = node.text()?;
    let ends = text.split_once('-').and_then(|(from, to)| Some((parse_time(from.trim())?, parse_time(to.trim())?)));
    let Some((from, to)) = ends else {
        return Err(node.error(format!("`{text}` are not opening hours")).hint("write \"08:00-18:00\""));
    };
    if to > from {
        return Ok((from, to));
    }
    let error = node.error(format!("the hours `{text}` end before they start"));
    Err(if to < from && to > 0 {
        error.hint("hours over midnight belong to two days: end one at 24:00 and start the next at 00:00")
    } else {
        error.hint("midnight at the end of a day is 24:00")
    })
}
