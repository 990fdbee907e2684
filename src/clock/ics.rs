//! Holidays from iCalendar text (RFC 5545): the whole days of its events, with their names.
//!
//! An event is a holiday if it covers whole days: given as dates, or from midnight to midnight on the calendar's wall clock.
//! Whatever else the file holds is counted, and what cannot be read is an error with its line; nothing is left out silently.
//! The work is bounded by the size of the text and [`Holidays::between`] by a number of steps.

mod event;
mod line;
mod rule;
mod value;

use super::zone::Zone;
use crate::error::{Error, Result};
use chrono_tz::Tz;
use rule::Rule;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The longest event, in days: a longer one is no holiday but a mistake.
const LONGEST: i32 = 366;

/// The most days looked at to work out the rules of one file.
const MOST_STEPS: u64 = 10_000_000;

/// The most names kept of one day.
const MOST_NAMES: usize = 4;

/// The holidays a file tells of, its rules not worked out yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holidays {
    name: String,
    events: Vec<Event>,
    /// The events that are no holidays, by the reason.
    pub skipped: BTreeMap<Skip, Skipped>,
}

/// Why an event is no holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skip {
    /// It has a time of day: it does not cover whole days in the calendar's zone.
    TimeOfDay,
    /// Its time zone is not an IANA one, so what day it is here cannot be told.
    UnknownZone,
    /// It is repeated in another zone than the calendar's.
    RepeatedElsewhere,
    /// It was called off (`STATUS:CANCELLED`).
    Cancelled,
}

/// How many events were left out for a reason, and the first of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// How many.
    pub events: u32,
    /// The line of the first, from 1.
    pub line: usize,
    /// The name of the first.
    pub name: String,
}

/// Whole days that may repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Event {
    /// Where it begins, from 1.
    line: usize,
    name: String,
    /// The first day, since 1970.
    first: i32,
    /// Its length in days, at least 1.
    days: i32,
    rules: Vec<Rule>,
    /// Further first days.
    also: BTreeSet<i32>,
    /// First days on which it does not take place.
    except: BTreeSet<i32>,
}

impl Holidays {
    /// Reads the text of a file; `name` is how errors call it, `time_zone` that of the calendar.
    pub fn read(text: &str, name: &str, time_zone: Tz) -> Result<Self> {
        let source = Source { name, zone: &Zone::shared(time_zone) };
        let (events, skipped) = event::events(text, &source)?;
        Ok(Self { name: name.to_owned(), events, skipped })
    }

    /// How many events are holidays.
    pub fn events(&self) -> usize {
        self.events.len()
    }

    /// The holidays among `days` (since 1970) with their names, each once, up to four, in the order of the file.
    ///
    /// An input error if the rules repeat so often that working them out has no end in sight.
    pub fn between(&self, days: Range<i32>) -> Result<BTreeMap<i32, Vec<String>>> {
        let mut found: BTreeMap<i32, Vec<String>> = BTreeMap::new();
        let mut steps = MOST_STEPS;
        for event in &self.events {
            let starts = event.starts(&days, &mut steps).ok_or_else(|| self.too_often(event))?;
            for day in starts.into_iter().flat_map(|first| first..first + event.days).filter(|d| days.contains(d)) {
                let names = found.entry(day).or_default();
                if names.len() < MOST_NAMES && !names.contains(&event.name) {
                    names.push(event.name.clone());
                }
            }
        }
        Ok(found)
    }

    fn too_often(&self, event: &Event) -> Error {
        let name = if event.name.is_empty() { "this event".to_owned() } else { format!("`{}`", event.name) };
        Error::input(format!("{name} repeats too often to be a holiday"))
            .at(format!("{} line {}", self.name, event.line))
            .hint("take the event out of the file, or give its days under `holidays`")
    }
}

impl Event {
    /// The first days of its repetitions that reach into `days`; None if there are too many steps to them.
    fn starts(&self, days: &Range<i32>, steps: &mut u64) -> Option<BTreeSet<i32>> {
        let reach = days.start.saturating_sub(self.days - 1)..days.end;
        let mut starts: BTreeSet<i32> = self.also.iter().copied().chain([self.first]).filter(|d| reach.contains(d)).collect();
        for rule in &self.rules {
            rule.days(self.first, &reach, steps, &mut starts)?;
        }
        *steps = steps.checked_sub(starts.len() as u64 * self.days as u64)?;
        Some(starts.difference(&self.except).copied().collect())
    }
}

/// The file being read, for errors, and the zone its days are wanted in.
struct Source<'a> {
    name: &'a str,
    zone: &'a Zone,
}

impl Source<'_> {
    /// An error at a line, from 1.
    fn error(&self, line: usize, what: impl Into<String>) -> Error {
        Error::input(what).at(format!("{} line {line}", self.name))
    }
}

#[cfg(test)]
mod tests;
