//! The two files, as far as the clock needs them.

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use chrono::NaiveDateTime;
use csv::{ByteRecord, Reader};

/// One ticket; its changes of state in the order of the file, which is that of time.
pub(crate) struct Ticket {
    pub(crate) number: String,
    opened: i64,
    resolved: Option<i64>,
    states: Vec<(i64, bool)>,
}

/// All tickets, in the order of their file.
pub(crate) struct Desk {
    pub(crate) tickets: Vec<Ticket>,
}

impl Desk {
    /// Reads `tickets.csv` and `ticket_events.csv` of a folder.
    pub(crate) fn read(dir: &Path) -> Result<Self, Box<dyn Error>> {
        let mut tickets = Vec::new();
        let mut places = HashMap::new();
        each_row(&dir.join("tickets.csv"), ["number", "opened_at", "resolved_at"], |[number, opened, resolved]| {
            places.insert(number.to_owned(), tickets.len());
            let resolved = if resolved.is_empty() { None } else { Some(instant(resolved)?) };
            tickets.push(Ticket { number: number.to_owned(), opened: instant(opened)?, resolved, states: Vec::new() });
            Ok(())
        })?;
        each_row(&dir.join("ticket_events.csv"), ["number", "at", "state"], |[number, at, state]| {
            if let (false, Some(place)) = (state.is_empty(), places.get(number)) {
                tickets[*place].states.push((instant(at)?, matches!(state, "New" | "In Progress")));
            }
            Ok(())
        })?;
        Ok(Self { tickets })
    }

    /// The spans in which a ticket's clock runs: in the states New and In Progress, until its resolution or what is known.
    pub(crate) fn running(&self, at: usize, as_of: i64) -> impl Iterator<Item = (i64, i64)> {
        let ticket = &self.tickets[at];
        let end = ticket.resolved.unwrap_or(as_of);
        let ends = ticket.states.iter().skip(1).map(|state| state.0).chain([as_of]);
        let spans = ticket.states.iter().zip(ends).filter(|(state, _)| state.1);
        spans.map(move |(state, to)| (state.0.max(ticket.opened), to.min(end))).filter(|(from, to)| from < to)
    }
}

/// Hands some cells of every row over.
fn each_row<const N: usize>(
    path: &Path,
    names: [&str; N],
    mut take: impl FnMut([&str; N]) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut reader = Reader::from_path(path)?;
    let head = reader.headers()?.clone();
    let mut places = [0; N];
    for (place, name) in places.iter_mut().zip(names) {
        *place = head.iter().position(|cell| cell == name).ok_or_else(|| format!("{}: no column {name}", path.display()))?;
    }
    let mut row = ByteRecord::new();
    while reader.read_byte_record(&mut row)? {
        let mut cells = [""; N];
        for (cell, place) in cells.iter_mut().zip(places) {
            *cell = std::str::from_utf8(&row[place])?;
        }
        take(cells)?;
    }
    Ok(())
}

fn instant(text: &str) -> Result<i64, chrono::ParseError> {
    Ok(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")?.and_utc().timestamp())
}
