//! Agents on both sides of the date: who counts, who does not and why.

use super::super::words;
use super::answer::{Counted, Design, LeftOut};
use super::{AgentRecord, Question, Sum, WEEK};
use crate::format;
use crate::say;

/// Where a start cuts the weeks: whole weeks before it, and from which week on they are whole after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Split {
    /// Weeks `..before` end before the start.
    pub(super) before: usize,
    /// Weeks `after..` begin at the start or later.
    pub(super) after: usize,
}

/// An agent that counts.
#[derive(Debug, Clone)]
pub(super) struct Agent<'a> {
    /// The record.
    pub(super) record: &'a AgentRecord,
    /// Number of the split of its own start; `None` for one who was not treated.
    pub(super) start: Option<usize>,
    /// Rows before and after each split.
    pub(super) sides: Vec<(Sum, Sum)>,
}

impl Agent<'_> {
    /// After less before at a split.
    pub(super) fn change(&self, split: usize) -> f64 {
        let (before, after) = self.sides[split];
        after.rate() - before.rate()
    }
}

/// The question's agents, sorted by what they did, so that neither names nor their order matter.
#[derive(Debug)]
pub(super) struct Records<'a> {
    pub(super) question: &'a Question,
    pub(super) design: Design,
    /// The starts of the treated that count, ascending; the event's day where nobody counts.
    pub(super) splits: Vec<Split>,
    pub(super) agents: Vec<Agent<'a>>,
    left_out: Vec<LeftOut>,
}

impl<'a> Records<'a> {
    pub(super) fn new(question: &'a Question) -> Self {
        let mut agents: Vec<(&AgentRecord, Option<Split>)> = Vec::new();
        let mut left_out = Vec::new();
        for record in &question.agents {
            match start(question, record) {
                Ok(split) => agents.push((record, split)),
                Err(why) => left_out.push(LeftOut { agent: format::label(&record.name, 80), why }),
            }
        }
        agents.sort_by_key(content);
        let has_rows = |r: &AgentRecord| r.weeks.iter().any(|w| w.n > 0);
        let has_others = agents.iter().any(|(r, split)| split.is_none() && has_rows(r));
        let began = agents.iter().any(|(_, split)| split.is_some()) || !left_out.is_empty();
        let design = match (began, has_others) {
            (true, false) => Design::Everyone,
            (true, true) => Design::Some,
            (false, _) => Design::Nobody,
        };
        let splits = settled(question, &mut agents, &mut left_out);
        left_out.sort();
        let agent = |(record, own): (&'a AgentRecord, Option<Split>)| Agent {
            record,
            start: own.and_then(|own| splits.iter().position(|s| *s == own)),
            sides: splits.iter().map(|s| sides(record, *s)).collect(),
        };
        let agents = agents.into_iter().map(agent).collect();
        Self { question, design, splits, agents, left_out }
    }

    /// Agents that were treated.
    pub(super) fn treated(&self) -> impl Iterator<Item = (&Agent<'a>, usize)> {
        self.agents.iter().filter_map(|a| Some((a, a.start?)))
    }

    /// Agents that were not.
    pub(super) fn others(&self) -> impl Iterator<Item = &Agent<'a>> {
        self.agents.iter().filter(|a| a.start.is_none())
    }

    /// Whether there are enough others to compare with.
    pub(super) fn has_others(&self) -> bool {
        self.others().count() >= 2
    }

    /// The numbers of every start, by agent.
    pub(super) fn starts(&self) -> Vec<Option<usize>> {
        self.agents.iter().map(|a| a.start).collect()
    }

    /// The first split of all.
    pub(super) fn first(&self) -> Split {
        self.splits.first().copied().unwrap_or(Split { before: 0, after: self.question.weeks.len() })
    }

    /// Weeks after the last start.
    pub(super) fn weeks_after(&self) -> usize {
        self.question.weeks.len() - self.splits.last().map_or(self.question.weeks.len(), |s| s.after)
    }

    pub(super) fn counted(&self) -> Counted {
        let (treated, others) = (self.treated().count(), self.others().count());
        let week = |i: usize| self.question.weeks[i].short.clone();
        let split_weeks: Vec<String> = self.splits.iter().flat_map(|s| (s.before..s.after).map(week)).collect();
        let (weeks_before, weeks_after) = (self.first().before, self.weeks_after());
        let mut text = match self.design {
            Design::Everyone => say!("{treated}, all of them with it", treated = words::agents(treated)),
            Design::Some => say!("{treated} with it, {others} without", treated = words::agents(treated), others),
            Design::Nobody => say!("Nobody had it in these weeks").to_owned(),
        };
        text += &say!(
            "; {weeks_before} before, {weeks_after} after.",
            weeks_before = say!(weeks_before => "{n} whole week", "{n} whole weeks", n = format::count(weeks_before as u64)),
            weeks_after
        );
        if self.splits.len() > 1 {
            text += &say!(" They began at {splits} different dates; each is cut at the own one.", splits = self.splits.len());
        }
        if !split_weeks.is_empty() {
            text += &say!(" {split_weeks} has days of both and counts for neither.", split_weeks = words::list(&split_weeks));
        }
        if !self.left_out.is_empty() {
            let n = self.left_out.len();
            text += &say!(n => " {n} agent does not count.", " {n} agents do not count.", n = format::count(n as u64));
        }
        Counted {
            design: self.design,
            treated,
            others,
            starts: self.splits.len(),
            weeks_before,
            weeks_after,
            split_weeks,
            left_out: self.left_out.clone(),
            text,
        }
    }
}

/// What orders agents: all they did and since when, never their names.
fn content(agent: &(&AgentRecord, Option<Split>)) -> (Option<Split>, Vec<(u64, u64)>) {
    (agent.1, agent.0.weeks.iter().map(|w| (w.n, w.sum.to_bits())).collect())
}

/// Where a day cuts the weeks.
fn split_at(question: &Question, day: i32) -> Split {
    let weeks = &question.weeks;
    Split { before: weeks.partition_point(|w| w.first_day + WEEK <= day), after: weeks.partition_point(|w| w.first_day < day) }
}

/// The split of an agent's own start, `None` for one without; or why there is none.
fn start(question: &Question, record: &AgentRecord) -> Result<Option<Split>, String> {
    let Some(day) = record.since else { return Ok(None) };
    let split = split_at(question, day);
    match split {
        s if s.after >= question.weeks.len() && question.weeks.last().is_some_and(|w| w.first_day + WEEK <= day) => Ok(None),
        s if s.after >= question.weeks.len() => Err(say!("no whole week after the start").to_owned()),
        s if s.before == 0 => Err(say!("no whole week before the start").to_owned()),
        s => Ok(Some(s)),
    }
}

fn sides(record: &AgentRecord, split: Split) -> (Sum, Sum) {
    (Sum::of(&record.weeks[..split.before]), Sum::of(&record.weeks[split.after..]))
}

/// The starts of those that count. Who lacks rows at one of them goes, and with the last agent of a start the start goes.
fn settled(q: &Question, agents: &mut Vec<(&AgentRecord, Option<Split>)>, left_out: &mut Vec<LeftOut>) -> Vec<Split> {
    loop {
        let mut splits: Vec<Split> = agents.iter().filter_map(|a| a.1).collect();
        splits.sort_unstable();
        splits.dedup();
        if splits.is_empty() {
            splits.push(split_at(q, q.event.day));
        }
        let before = agents.len();
        agents.retain(|(record, own)| {
            // The own start first: agents that fall out take their start with them.
            let at = own.map_or_else(|| splits.clone(), |own| vec![own]);
            let why = at.iter().find_map(|s| lacking(q, sides(record, *s)));
            left_out.extend(why.iter().map(|why| LeftOut { agent: format::label(&record.name, 80), why: why.clone() }));
            why.is_none()
        });
        if agents.len() == before {
            let full = |record: &AgentRecord| splits.iter().find_map(|s| lacking(q, sides(record, *s)));
            agents.retain(|(record, _)| {
                let why = full(record);
                let told = |why: &String| LeftOut { agent: format::label(&record.name, 80), why: say!("at another’s start: {why}", why) };
                left_out.extend(why.iter().map(told));
                why.is_none()
            });
            if agents.len() == before {
                return splits;
            }
        }
    }
}

/// What an agent lacks on a side.
fn lacking(q: &Question, (before, after): (Sum, Sum)) -> Option<String> {
    let needed = q.choices.fewest_rows.max(1);
    match (before.n, after.n) {
        (0, 0) => Some(say!("no rows in these weeks").to_owned()),
        (0, n) => Some(say!("rows after the start only ({n})", n)),
        (n, 0) => Some(say!("rows before the start only ({n})", n)),
        (b, a) if b < needed || a < needed => {
            Some(say!("too few rows: {b} before, {a} after; {needed} are needed on each side", b, a, needed))
        }
        _ => None,
    }
}
