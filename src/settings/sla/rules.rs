//! How clocks run: calendar, start, pauses, what a reopening and a new priority do.

use super::super::node::{Node, Table, did_you_mean};
use super::super::span::Span;
use super::aim::{self, Aim};
use super::{CLOCKS, Policy, STATUSES, clock_number};
use crate::clock::sla::{Follow, Kind, OnPriority, Reopen};
use crate::clock::timeline::{Status, Statuses};
use crate::error::{Error, Result};
use crate::settings::is_name;
use std::collections::BTreeMap;

/// Which calendar counts the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The desk's own: `[calendar]`, else day and night.
    Own,
    /// Day and night.
    Always,
    /// A calendar of `[calendars.NAME]`.
    Named(String),
    /// By a column of the ticket.
    By {
        /// The column; `group` is the group that holds the ticket at the time.
        column: String,
        /// Calendar names by the column's text, in lower case.
        of: BTreeMap<String, String>,
        /// The calendar of any other text.
        otherwise: Box<Choice>,
        /// For `group`: whose calendar counts.
        follow: Follow,
    },
}

/// How the clocks of a policy run.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Which calendar counts the time.
    pub calendar: Choice,
    /// The instant column at which clocks start.
    pub start: String,
    /// The instant column at which the policy was attached; None: at the start.
    pub attached: Option<String>,
    /// Whether pauses before it was attached are pauses.
    pub is_pause_retroactive: bool,
    /// Statuses in which the clocks of `pause_clocks` stand still.
    pub pause: Statuses,
    /// Only while waiting for one of these hold reasons, in lower case; empty: for any.
    pub pause_reasons: Vec<String>,
    /// The clocks that pause, in the order of [`CLOCKS`].
    pub pause_clocks: [bool; CLOCKS.len()],
    /// Statuses that end a clock.
    pub stop: Statuses,
    /// Statuses that take the ticket out.
    pub cancel: Statuses,
    /// What a reopening does.
    pub reopen: Reopen,
    /// What a new priority does.
    pub on_priority: OnPriority,
    /// Whether the resolution is a response.
    pub is_answered_by_resolution: bool,
    /// Groups whose time is measured by the clock `group`; empty: all.
    pub groups: Vec<String>,
    /// Whether a due time of a column that lies outside the hours means the next opening.
    pub is_due_moved_to_opening: bool,
}

pub(super) const KEYS: [&str; 14] = [
    "calendar",
    "start",
    "attached",
    "retroactive_pause",
    "pause",
    "pause_reasons",
    "pause_clocks",
    "stop",
    "cancel",
    "reopen",
    "on_priority",
    "answered_by",
    "groups",
    "due_outside_hours",
];

impl Default for Rules {
    fn default() -> Self {
        let mut pause_clocks = [false; CLOCKS.len()];
        pause_clocks[clock_number(Kind::Resolution)] = true;
        pause_clocks[clock_number(Kind::Group)] = true;
        Self {
            calendar: Choice::Own,
            start: "created_at".to_owned(),
            attached: None,
            is_pause_retroactive: true,
            pause: Statuses::NONE,
            pause_reasons: Vec::new(),
            pause_clocks,
            stop: Statuses::of(&[Status::Resolved, Status::Closed]),
            cancel: Statuses::of(&[Status::Cancelled]),
            reopen: Reopen::Resume,
            on_priority: OnPriority::Retarget,
            is_answered_by_resolution: true,
            groups: Vec::new(),
            is_due_moved_to_opening: false,
        }
    }
}

impl Rules {
    /// The rules a table gives, the others from `base`.
    pub(super) fn read(table: &Table<'_>, base: &Self, calendars: &[&str]) -> Result<Self> {
        let mut rules = base.clone();
        let instant = |n: &Node<'_>| aim::column(n, n.text()?);
        let set = |key: &str, old: Statuses| table.get(key).map_or(Ok(old), |n| statuses(&n));
        if let Some(node) = table.get("calendar") {
            rules.calendar = choice(&node, calendars)?;
        }
        if let Some(node) = table.get("start") {
            rules.start = instant(&node)?;
        }
        if let Some(node) = table.get("attached") {
            rules.attached = Some(instant(&node)?);
        }
        if let Some(node) = table.get("retroactive_pause") {
            rules.is_pause_retroactive = node.flag()?;
        }
        (rules.pause, rules.stop, rules.cancel) = (set("pause", rules.pause)?, set("stop", rules.stop)?, set("cancel", rules.cancel)?);
        if table.get("pause_reasons").is_some() {
            rules.pause_reasons = table.texts("pause_reasons")?.into_iter().map(|r| r.trim().to_lowercase()).collect();
        }
        if let Some(node) = table.get("pause_clocks") {
            let names = CLOCKS.map(|(name, _)| name);
            rules.pause_clocks = [false; CLOCKS.len()];
            for item in node.items() {
                let name = item.choice(&names)?;
                rules.pause_clocks[names.iter().position(|n| *n == name).unwrap_or(0)] = true;
            }
        }
        if let Some(node) = table.get("reopen") {
            rules.reopen = reopen(&node)?;
        }
        if let Some(node) = table.get("on_priority") {
            rules.on_priority = match node.choice(&["keep", "restart", "retarget"])? {
                "keep" => OnPriority::Keep,
                "restart" => OnPriority::Restart,
                _ => OnPriority::Retarget,
            };
        }
        if let Some(node) = table.get("answered_by") {
            let by = node.items().iter().map(|n| n.choice(&["reply", "resolution"])).collect::<Result<Vec<_>>>()?;
            if !by.contains(&"reply") {
                return Err(node.error("`answered_by` must name `reply`: a reply is always an answer"));
            }
            rules.is_answered_by_resolution = by.contains(&"resolution");
        }
        if table.get("groups").is_some() {
            rules.groups = table.texts("groups")?;
        }
        if let Some(node) = table.get("due_outside_hours") {
            rules.is_due_moved_to_opening = node.choice(&["keep", "next opening"])? == "next opening";
        }
        if let Some((word, _)) = STATUSES.iter().find(|(_, s)| rules.pause.has(*s) && (rules.stop.has(*s) || rules.cancel.has(*s))) {
            return Err(table.error(format!("the status `{word}` both pauses and ends the clock")));
        }
        Ok(rules)
    }
}

/// Errors that only rules and targets together show: what adds up stretches of time has no fixed due time.
pub(super) fn check(policy: &Policy) -> Result<()> {
    let is_fixed = |aim: &Aim| !matches!(aim, Aim::Span(_));
    for (number, (name, kind)) in CLOCKS.iter().enumerate() {
        let adds_up = matches!(kind, Kind::Work | Kind::Wait | Kind::Group | Kind::Supplier);
        if adds_up && policy.aims(number).any(is_fixed) {
            let what = format!("the policy `{}` has a fixed due time for the clock `{name}`, which adds up stretches of time", policy.name);
            return Err(Error::config(what).at(policy.at.clone()).hint("give it a length of time, such as \"8bh\""));
        }
    }
    Ok(())
}

fn statuses(node: &Node<'_>) -> Result<Statuses> {
    let names = STATUSES.map(|(name, _)| name);
    let found = node.items().iter().map(|n| n.choice(&names)).collect::<Result<Vec<_>>>()?;
    let of = STATUSES.iter().filter(|(name, _)| found.contains(name)).map(|(_, s)| *s).collect::<Vec<_>>();
    Ok(Statuses::of(&of))
}

fn reopen(node: &Node<'_>) -> Result<Reopen> {
    let text = node.text()?;
    if let Some(rest) = text.strip_prefix("ignore") {
        return match Span::parse(rest.trim()) {
            Ok(Span::Calendar(secs)) => Ok(Reopen::IgnoreUpTo(secs)),
            _ => Err(node.error(format!("`{text}` does not say up to how long a reopening is ignored")).hint("write \"ignore 30m\"")),
        };
    }
    Ok(match node.choice(&["resume", "new cycle", "ignore 30m"])? {
        "new cycle" => Reopen::NewCycle,
        _ => Reopen::Resume,
    })
}

fn choice(node: &Node<'_>, calendars: &[&str]) -> Result<Choice> {
    if !node.is_table() {
        return named(node, calendars);
    }
    let table = node.table("`calendar`", &["by", "of", "otherwise", "follow"])?;
    let by = table.need("by")?;
    let column = by.text()?.to_owned();
    if !is_name(&column) {
        return Err(by.error(format!("`{column}` cannot be a column")).hint("name a column of tickets, such as \"location\" or \"group\""));
    }
    let entries = table.need("of")?.open_table("`of`")?.nodes();
    let of = entries
        .iter()
        .map(|n| {
            named(n, calendars)?;
            Ok((n.key.trim().to_lowercase(), n.text()?.to_owned()))
        })
        .collect::<Result<BTreeMap<_, _>>>()?;
    let otherwise = Box::new(table.get("otherwise").map_or(Ok(Choice::Own), |n| named(&n, calendars))?);
    let follow = match table.get("follow") {
        Some(node) if column != "group" => return Err(node.key_error("`follow` is for calendars by `group` only")),
        Some(node) => match node.choice(&["each", "last"])? {
            "last" => Follow::Last,
            _ => Follow::Each,
        },
        None => Follow::Each,
    };
    Ok(Choice::By { column, of, otherwise, follow })
}

fn named(node: &Node<'_>, calendars: &[&str]) -> Result<Choice> {
    let name = node.text()?;
    match name {
        "always" => Ok(Choice::Always),
        name if calendars.contains(&name) => Ok(Choice::Named(name.to_owned())),
        name => {
            let error = node.error(format!("there is no calendar `{name}`"));
            let known: Vec<&str> = calendars.iter().copied().chain(["always"]).collect();
            Err(did_you_mean(error, name, &known).hint(format!("describe it in [calendars.{name}]")))
        }
    }
}
