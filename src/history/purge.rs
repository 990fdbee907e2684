//! Rows that have become too old.
//!
//! A row goes where nothing has happened to it from an instant on. What is told in several rows, the states of a ticket or its events, goes as
//! a whole or not at all: a clock without its first pauses would say something else.

use std::collections::HashMap;

use polars::prelude::*;

use super::commit::{Account, Commit};
use super::journal::Entry;
use super::partition::{CURRENT, last_touched, month};
use super::stored::{KEY, columns, read_identities};
use super::table::{Change, State, Table};
use crate::columns::Source;
use crate::desk::{MISSING, get, longs};
use crate::error::Result;
use crate::settings::Rows;

/// When the last thing happened; `None`: more can happen at any time.
type End = Option<i64>;

impl Table<'_> {
    /// Removes the rows to which nothing happened from an instant on; `None` if there are none.
    ///
    /// # Errors
    /// As [`Self::merge`].
    pub(crate) fn purge(&self, entry: &Entry, before: i64) -> Result<Option<Change>> {
        let Some(state) = self.state(None)? else { return Ok(None) };
        let account = self.kept(&state)?;
        let stories = self.stories(&state)?;
        let mut commit = Commit::new(self, entry, Some(&state));
        let mut deleted = 0;
        let last = month(Some(before));
        for file in state.files.iter().filter(|f| f.part != CURRENT && f.part <= last) {
            let frame = self.load(file, &columns(self.source))?;
            let gone: Vec<bool> = self.ends(&frame, &stories)?.iter().map(|end| end.is_some_and(|t| t < before)).collect();
            let rows = gone.iter().filter(|g| **g).count() as u64;
            if rows > 0 {
                deleted += rows;
                commit.without(file, &gone)?;
            }
        }
        if deleted == 0 {
            return Ok(None);
        }
        let change = Change { before: state.rows(), deleted, ..Change::default() };
        commit.finish("DELETE", change, Account::Still(account)).map(Some)
    }

    /// The column that says which ticket's story a row is a part of; `None` where a row is a story by itself.
    fn teller(&self) -> Option<&'static str> {
        match (self.source.rows(), self.source.kind) {
            (Rows::Versions, _) => Some(KEY),
            (_, Source::TicketEvents) => Some("ticket_id_key"),
            _ => None,
        }
    }

    /// The end of each story that several rows tell.
    fn stories(&self, state: &State) -> Result<HashMap<i64, End>> {
        let Some(teller) = self.teller() else { return Ok(HashMap::new()) };
        let mut newest: HashMap<i64, ((u32, i32), End)> = HashMap::new();
        for file in &state.files {
            let frame = self.load(file, &columns(self.source))?;
            let (ages, keys) = (read_identities(&frame)?, longs(get(&frame, teller)?)?);
            // Whether a ticket is open is said by its newest state; of events the last one counts, whatever it says.
            let is_of_states = self.source.rows() == Rows::Versions;
            let ends = last_touched(self.source.kind, if is_of_states { Rows::Latest } else { self.source.rows() }, &frame)?;
            for (row, (key, end)) in keys.into_iter().zip(ends).enumerate() {
                let age = if is_of_states { ages.age_of(row) } else { (0, 0) };
                let known = newest.entry(key).or_insert((age, end));
                let is_newer = if is_of_states { age >= known.0 } else { end > known.1 };
                if is_newer {
                    *known = (age, end);
                }
            }
        }
        Ok(newest.into_iter().map(|(key, (_, end))| (key, end)).collect())
    }

    /// For each row the end of the story it is a part of.
    fn ends(&self, frame: &DataFrame, stories: &HashMap<i64, End>) -> Result<Vec<End>> {
        let mut ends = last_touched(self.source.kind, self.source.rows(), frame)?;
        if let Some(teller) = self.teller() {
            let keys = longs(get(frame, teller)?)?;
            let parts = ends.iter_mut().zip(keys).filter(|(_, key)| *key != MISSING);
            parts.for_each(|(end, key)| *end = stories.get(&key).copied().unwrap_or(*end));
        }
        Ok(ends)
    }
}
