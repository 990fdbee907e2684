//! Who does better, and what goes with it: attributes of people held against their results.
//!
//! The unit is the person, never the ticket. A person's level is drawn towards everybody's as far as few rows demand, the work's mix
//! taken out where it is known; the attribute is then shuffled among the people, inside their supplier or team where asked. All
//! comparisons made are one family (Benjamini-Hochberg): searching widely costs certainty. What goes together is said, since then
//! nobody can tell which of the two it is. Nothing depends on the order or the names of the people.

mod answer;
mod compare;
mod confounded;
mod levels;
mod tell;
#[cfg(test)]
mod tests;

pub use answer::{Compared, Drivers, Group, PersonPoint, Skipped, Together};

use super::Measure;
use crate::error::{Error, Result};

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// The outcomes, all of them shares.
    pub measures: Vec<Outcome>,
    /// The attributes looked at.
    pub attributes: Vec<Attribute>,
    /// The people.
    pub people: Vec<Person>,
    /// What people are compared within, e.g. `organisation`; `None` compares all with all.
    pub within: Option<String>,
    /// What counts as enough.
    pub choices: Choices,
}

/// An outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The measure.
    pub measure: Measure,
    /// The smallest difference that matters, 0 to 1.
    pub margin: f64,
}

/// An attribute of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its column, e.g. `prior_business`.
    pub id: String,
    /// What it is in a sentence, e.g. `earlier work in the business`.
    pub label: String,
}

/// What an attribute says of a person.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Has it, or has it not.
    Flag(bool),
    /// One of some words: a shift, a site, a mentor. Hostile text.
    Word(String),
    /// A number: years, days of shadowing.
    Number(f64),
}

/// A person.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Name as shown; empty where nobody is to be named. Hostile text.
    pub name: String,
    /// The group people are compared within, e.g. the supplier.
    pub stratum: String,
    /// One an attribute; `None` is not known.
    pub attributes: Vec<Option<Value>>,
    /// One an outcome; `None` without rows.
    pub outcomes: Vec<Option<Record>>,
}

/// A person's record in an outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record {
    /// Hits.
    pub events: u64,
    /// Rows.
    pub n: u64,
    /// Hits the person's mix of work would give at everybody's rates; `None` where that is not known.
    pub expected: Option<f64>,
}

/// What counts as enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choices {
    /// Rows from which a person counts.
    pub fewest_rows: u64,
    /// People on either side of a comparison.
    pub fewest_people: usize,
    /// Seed of the draws where not all rearrangements can be tried.
    pub seed: u64,
}

impl Default for Choices {
    fn default() -> Self {
        Self { fewest_rows: 20, fewest_people: 3, seed: 20_240_601 }
    }
}

/// Searches.
///
/// # Errors
/// Input that does not fit together: people with another number of attributes or outcomes, more hits than rows, numbers that are
/// none. Too little data is no error: the answer says so.
pub fn search(search: &Search) -> Result<Drivers> {
    check(search)?;
    let (mut compared, mut skipped) = (Vec::new(), Vec::new());
    for (at, outcome) in search.measures.iter().enumerate() {
        let people = levels::people(search, at);
        for (number, attribute) in search.attributes.iter().enumerate() {
            match compare::compare(search, (outcome, &people), number) {
                Ok(found) => compared.extend(found),
                Err(why) => skipped.push(Skipped { metric: outcome.measure.id.clone(), attribute: attribute.label.clone(), why }),
            }
        }
    }
    let together = confounded::together(search);
    tell::judge(search, &mut compared, &together);
    Ok(tell::told(search, compared, (skipped, together)))
}

fn check(s: &Search) -> Result<()> {
    for person in &s.people {
        let refused = |what: &str| Err(Error::input(format!("{}: {what}", crate::format::label(&person.name, 60))));
        if person.attributes.len() != s.attributes.len() || person.outcomes.len() != s.measures.len() {
            return refused("the number of attributes or outcomes is not that of the search");
        }
        if person.outcomes.iter().flatten().any(|r| r.events > r.n) {
            return refused("more hits than rows");
        }
        if person.outcomes.iter().flatten().filter_map(|r| r.expected).any(|e| !e.is_finite() || e < 0.0) {
            return refused("expected hits that are no number");
        }
        if person.attributes.iter().flatten().any(|v| matches!(v, Value::Number(x) if !x.is_finite())) {
            return refused("an attribute that is no number");
        }
    }
    Ok(())
}
