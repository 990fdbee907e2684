//! Targets: `{ response = "15m", resolution = "end of next business day" }` by priority.

use super::super::node::{Node, Table, did_you_mean, joined};
use super::super::span::Span;
use super::CLOCKS;
use crate::clock::{DAY, parse_time};
use crate::columns::{Source, Type};
use crate::error::Result;

/// What is to be kept for one clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// A length of time.
    Span(Span),
    /// The end of the so-manieth business day after the start's.
    EndOfDay(u32),
    /// The so-manieth business day after the start's, by a time of day in seconds.
    DayBy(u32, i64),
    /// The instant in a column of the tickets.
    Column(String),
}

impl Aim {
    /// About how long it allows, in seconds, a business day counting as a day; 0 for an instant that the ticket names.
    pub(super) fn rough_secs(&self) -> i64 {
        match self {
            Aim::Span(Span::Calendar(secs) | Span::Business(secs)) => *secs,
            Aim::Span(Span::BusinessDays(days)) => days * DAY,
            Aim::EndOfDay(days) | Aim::DayBy(days, _) => i64::from(*days) * DAY,
            Aim::Column(_) => 0,
        }
    }
}

/// What is promised for a priority: an aim a clock, in the order of [`CLOCKS`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Promises {
    /// None: nothing is promised for that clock.
    pub aims: [Option<Aim>; CLOCKS.len()],
}

/// Promises by priority.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets {
    /// The first day on which a clock may start for them to hold; None: from the beginning.
    pub from: Option<i32>,
    /// For P1 to P5, then `default`.
    pub by_priority: [Option<Promises>; 6],
}

impl Targets {
    /// What is promised for a priority, 1 to 5; the default for another, or where nothing is said for it.
    pub fn of(&self, priority: u8) -> Option<&Promises> {
        let own = usize::from(priority).checked_sub(1).and_then(|i| self.by_priority[..5].get(i)?.as_ref());
        own.or(self.by_priority[5].as_ref())
    }
}

const PRIORITIES: &[&str] = &["P1", "P2", "P3", "P4", "P5", "default"];
const WITH_FROM: &[&str] = &joined::<{ PRIORITIES.len() + 1 }>(PRIORITIES, &["from"]);
const CLOCK_NAMES: &[&str] = &{
    let mut names = [""; CLOCKS.len()];
    let mut i = 0;
    while i < names.len() {
        names[i] = CLOCKS[i].0;
        i += 1;
    }
    names
};

/// A table of targets; one of a policy may say from when it holds.
pub(super) fn targets(node: &Node<'_>, title: &str, is_of_policy: bool) -> Result<Targets> {
    let table = node.table(title, if is_of_policy { WITH_FROM } else { PRIORITIES })?;
    let mut targets = Targets::default();
    for (slot, name) in targets.by_priority.iter_mut().zip(PRIORITIES) {
        *slot = table.get(name).map(|n| promises(&n)).transpose()?;
    }
    if is_of_policy {
        targets.from = table.get("from").map(|n| n.day()).transpose()?;
    }
    if targets.by_priority.iter().all(Option::is_none) {
        return Err(table.error(format!("{title} promise nothing")).hint("write P1 = { resolution = \"4h\" } or default = { … }"));
    }
    Ok(targets)
}

fn promises(node: &Node<'_>) -> Result<Promises> {
    let table: Table<'_> = node.table(format!("the target `{}`", node.key), CLOCK_NAMES)?;
    let mut promises = Promises::default();
    for (slot, name) in promises.aims.iter_mut().zip(CLOCK_NAMES) {
        *slot = table.get(name).map(|n| aim(&n)).transpose()?;
    }
    if promises.aims.iter().all(Option::is_none) {
        return Err(node
            .error(format!("the target `{}` promises nothing", node.key))
            .hint("give it response = \"2bh\" or resolution = \"3bd\""));
    }
    Ok(promises)
}

/// A span, `end of next business day`, `next business day by 16:00`, `end of 2bd`, `1bd by 16:00`, or an instant column.
fn aim(node: &Node<'_>) -> Result<Aim> {
    let text = if node.is_number() { "" } else { node.text()?.trim() };
    if let Some(days) = text.strip_prefix("end of ").and_then(days) {
        return Ok(Aim::EndOfDay(days));
    }
    if let Some((day, time)) = text.split_once(" by ")
        && let Some(days) = days(day)
    {
        let secs = parse_time(time.trim()).ok_or_else(|| node.error(format!("`{time}` is no time of day")).hint("write it as 16:00"))?;
        return Ok(Aim::DayBy(days, secs));
    }
    if text.ends_with("_at") {
        return column(node, text).map(Aim::Column);
    }
    node.span().map(Aim::Span).map_err(|e| match text.contains("day") {
        true => e.hint("or \"end of next business day\", \"next business day by 16:00\""),
        false => e,
    })
}

/// `next business day` is 1; `2bd` is 2.
fn days(text: &str) -> Option<u32> {
    match text.trim() {
        "next business day" => Some(1),
        other => other.strip_suffix("bd")?.parse().ok().filter(|d| (1..=366).contains(d)),
    }
}

/// The name of a column of instants of the tickets.
pub(super) fn column(node: &Node<'_>, text: &str) -> Result<String> {
    let instants: Vec<&str> = Source::Tickets.columns().iter().filter(|c| c.kind == Type::Instant).map(|c| c.name).collect();
    match instants.contains(&text) {
        true => Ok(text.to_owned()),
        false => Err(did_you_mean(node.error(format!("tickets have no instant column `{text}`")), text, &instants)),
    }
}
