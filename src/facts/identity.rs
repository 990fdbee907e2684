//! One person under several names: the roster's names, e-mail addresses, logins and extensions lead to one agent.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;

use crate::desk::{NONE, code_of, text_of};
use crate::error::Result;
use crate::format::compared;

/// Leads any name a system uses for an agent to the one we show.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    by_alias: HashMap<String, u32>,
    on_roster: BTreeSet<u32>,
    ambiguous: BTreeMap<String, BTreeSet<String>>,
    off_roster: Mutex<BTreeSet<u32>>,
}

impl Identity {
    /// Adds one person: the code of the name shown and every alias (several in a text are separated by `;`).
    pub(crate) fn add<'a>(&mut self, shown: u32, aliases: impl Iterator<Item = &'a str>) {
        self.on_roster.insert(shown);
        for alias in aliases.flat_map(|a| a.split(';')).map(compared).filter(|a| !a.is_empty()) {
            match self.by_alias.get(&alias) {
                Some(&other) if other != shown => {
                    self.ambiguous.entry(alias).or_default().extend([text_of(other), text_of(shown)]);
                }
                _ => {
                    self.by_alias.insert(alias, shown);
                }
            }
        }
    }

    /// Forgets aliases that name two people: better no agent than the wrong one.
    pub(crate) fn settle(&mut self) {
        for alias in self.ambiguous.keys() {
            self.by_alias.remove(alias);
        }
    }

    /// Agent codes for the codes an export uses, each distinct one looked up once.
    pub(crate) fn agents(&self, codes: &[u32]) -> Result<Vec<u32>> {
        let mut known: HashMap<u32, u32, foldhash::fast::FixedState> = HashMap::default();
        codes
            .iter()
            .map(|&code| {
                if code == NONE {
                    return Ok(NONE);
                }
                if let Some(&agent) = known.get(&code) {
                    return Ok(agent);
                }
                let agent = self.agent(code)?;
                known.insert(code, agent);
                Ok(agent)
            })
            .collect()
    }

    fn agent(&self, code: u32) -> Result<u32> {
        let text = text_of(code);
        if let Some(&agent) = self.by_alias.get(&compared(&text)) {
            return Ok(agent);
        }
        let agent = code_of(text.trim())?;
        if !self.on_roster.is_empty() {
            self.off_roster.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(agent);
        }
        Ok(agent)
    }

    /// Agents met that are not on the roster, sorted by name.
    pub(crate) fn off_roster(&self) -> Vec<String> {
        let met = self.off_roster.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut names: Vec<String> = met.iter().map(|&c| text_of(c)).collect();
        names.sort();
        names
    }

    /// Sentences about aliases that name two people.
    pub(crate) fn remarks(&self) -> Vec<(String, String)> {
        let sentence = |(alias, people): (&String, &BTreeSet<String>)| {
            let people: Vec<&str> = people.iter().map(String::as_str).collect();
            (
                "alias-ambiguous".to_owned(),
                crate::say!(
                    "The roster gives the name {alias} to {people}; it is matched to neither.",
                    alias = format!("{alias:?}"),
                    people = people.join(crate::say!(" and "))
                ),
            )
        };
        self.ambiguous.iter().map(sentence).collect()
    }
}
