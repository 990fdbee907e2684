//! Who an agent is, and where on the roster at an instant.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate};

use super::measure::Keys;
use super::time::{Clock, day_start, local_day};
use crate::world::{Spell, World};

/// A stay with what follows from the roster around it.
#[derive(Debug, Clone)]
pub(crate) struct Stint {
    /// The name shown.
    pub(crate) agent: String,
    pub(crate) spell: Spell,
    /// First day on the desk.
    pub(crate) start: NaiveDate,
    /// Last day, if it was before the cut-off.
    pub(crate) left: Option<NaiveDate>,
    /// First day of the unbroken time on the desk this stay is part of, and its last.
    pub(crate) first_day: NaiveDate,
    pub(crate) last_day: Option<NaiveDate>,
}

/// Every agent and stay.
pub(crate) struct People<'a> {
    world: &'a World,
    names: Vec<(String, String)>,
    pub(crate) stints: Vec<Stint>,
}

/// Lower case, one blank between words.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn shown(roster: &[Spell], spell: &Spell) -> String {
    let Some(name) = &spell.name else { return spell.agent_id.clone() };
    let is_shared = roster.iter().any(|s| s.name.as_ref() == Some(name) && s.agent_id != spell.agent_id);
    if is_shared { format!("{name} ({})", spell.agent_id) } else { name.clone() }
}

impl<'a> People<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        let roster = world.roster.as_deref().unwrap_or_default();
        let mut people = Self { world, names: Vec::new(), stints: Vec::new() };
        for spell in roster {
            let agent = shown(roster, spell);
            let texts = [
                Some(&spell.agent_id),
                spell.name.as_ref(),
                spell.names.as_ref(),
                spell.email.as_ref(),
                spell.login.as_ref(),
                Some(&agent),
            ];
            for alias in texts.into_iter().flatten().flat_map(|t| t.split(';')) {
                people.names.push((plain(alias), agent.clone()));
            }
        }
        for spell in roster {
            let start = spell.desk_start.unwrap_or(spell.hired);
            let left = spell.left.filter(|d| day_start(world.zone, *d) < world.as_of);
            let agent = shown(roster, spell);
            people.stints.push(Stint { agent, spell: spell.clone(), start, left, first_day: start, last_day: left });
        }
        people.stints.sort_by_key(|s| (s.agent.clone(), s.start));
        people.join_moves();
        people
    }

    /// A stay that begins with at most one day of work after another continues it: a move, not a leaver.
    fn join_moves(&mut self) {
        for i in 1..self.stints.len() {
            if self.goes_on(i - 1) {
                self.stints[i].first_day = self.stints[i - 1].first_day;
            }
        }
        for i in (1..self.stints.len()).rev() {
            if self.goes_on(i - 1) {
                self.stints[i - 1].last_day = self.stints[i].last_day;
            }
        }
    }

    /// Whether the same person goes on in the next stay.
    pub(crate) fn goes_on(&self, i: usize) -> bool {
        let (this, next) = (&self.stints[i], self.stints.get(i + 1));
        let is_soon = |left: NaiveDate, start: NaiveDate| {
            let between = (left + Days::new(1)).iter_days().take_while(|day| *day < start);
            start <= left + Days::new(31) && between.filter(|day| self.is_worked(*day)).count() <= 1
        };
        next.is_some_and(|next| next.agent == this.agent && this.left.is_some_and(|left| is_soon(left, next.start)))
    }

    /// Monday to Friday, unless the desk is shut all day.
    fn is_worked(&self, day: NaiveDate) -> bool {
        let zone = self.world.zone;
        let open = || Clock::new(self.world).elapsed(day_start(zone, day), day_start(zone, day + Days::new(1)));
        day.weekday().num_days_from_monday() < 5 && open() > 0
    }

    /// Whether the stay began with a person new to the desk (or back after a break).
    pub(crate) fn is_new(&self, i: usize) -> bool {
        self.stints[i].first_day == self.stints[i].start
    }

    /// The agent an export's text means; a name that fits two people means neither.
    pub(crate) fn agent(&self, text: Option<&String>) -> Option<String> {
        let text = text?;
        let found: BTreeSet<&String> = self.names.iter().filter(|(alias, _)| *alias == plain(text)).map(|(_, agent)| agent).collect();
        Some(if found.len() == 1 { found.first().map_or_else(String::new, |a| (*a).clone()) } else { text.trim().to_owned() })
    }

    /// The team of an agent at an instant (at the cut-off without one); without a roster what is given instead.
    pub(crate) fn team(&self, agent: Option<&String>, at: Option<i64>, instead: Option<&String>) -> Option<String> {
        if self.stints.is_empty() {
            return instead.cloned();
        }
        let day = local_day(self.world.zone, at.unwrap_or(self.world.as_of - 1));
        let own: Vec<&Stint> = self.stints.iter().filter(|s| Some(&s.agent) == agent).collect();
        let held = own.iter().rev().find(|s| s.start <= day).or(own.first());
        held.and_then(|s| s.spell.team.clone())
    }

    /// The keys of a row of an agent.
    pub(crate) fn keys(&self, agent: Option<&String>, at: Option<i64>, instead: Option<&String>) -> Keys {
        let team = self.team(agent, at, instead);
        Keys::from([("agent", agent.cloned().unwrap_or_default()), ("team", team.unwrap_or_default())])
    }
}
