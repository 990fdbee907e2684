//! `ticket_spans`: a row a stretch of a ticket's time with one holder: who had to act, and how much of it lay in opening hours.

use polars::prelude::DataFrame;

use super::Segment;
use super::cycles::whole;
use super::rows::Columns;
use super::terms::Of;
use crate::clock::sla::Cycle;
use crate::clock::timeline::{NONE, Party, State, Status, Timeline};
use crate::desk::{Values, bug, code_of};
use crate::error::Result;
use crate::facts::Table;

/// Its own columns; every column of the tickets is there as well.
pub(in crate::facts) const COLUMNS: &[&str] = &[
    "from_at",
    "to_at",
    "party",
    "holder_group",
    "holder_agent",
    "holder_status",
    "holder_reason",
    "open_secs",
    "closed_secs",
    "has_events",
    "is_first_of_group",
];

/// Who has to act, by the words of the facts.
pub(super) const PARTIES: [(&str, Party); 4] =
    [("desk", Party::Desk), ("second level", Party::SecondLevel), ("supplier", Party::Supplier), ("requester", Party::Requester)];

/// The rows of one segment of tickets.
#[derive(Default)]
pub(super) struct Spans {
    rows: Vec<u32>,
    ends: Vec<(i64, i64)>,
    states: Vec<State>,
    open: Vec<i32>,
    has_events: Vec<Option<bool>>,
    is_first_of_group: Vec<Option<bool>>,
}

impl Spans {
    /// Adds the time of one ticket from its creation to its end or the cut-off, without what lies between a resolution and a reopening.
    pub(super) fn add(&mut self, segment: &Segment<'_>, columns: &Columns, (row, policy): (usize, u16), timeline: &Timeline) {
        let rules = segment.terms.rules(policy);
        let is_over = |s: &State| rules.stop.has(s.status) || rules.cancel.has(s.status);
        let has_events = !segment.log.of(segment.first + row).is_empty();
        let first = self.rows.len();
        for (from, to, state) in timeline.spans(columns.created[row], segment.m.desk.as_of).filter(|(.., s)| !is_over(s)) {
            let calendar = segment.terms.calendar(policy, columns, row, state.group);
            self.is_first_of_group.push(Some(self.states[first..].iter().all(|s| s.group != state.group)));
            self.rows.push(row as u32);
            self.ends.push((from, to));
            self.states.push(state);
            self.open.push(whole(calendar.elapsed(from, to)));
            self.has_events.push(Some(has_events));
        }
    }

    /// The rows as a frame, with the wanted columns of their tickets.
    pub(super) fn frame(&self, segment: &Segment<'_>, tickets: &DataFrame) -> Result<DataFrame> {
        let mut frame = super::of_tickets(segment, Table::TicketSpans, COLUMNS, tickets, &self.rows)?;
        for name in COLUMNS.iter().filter(|n| segment.m.wanted.has(Table::TicketSpans, n)) {
            let values = self.values(name, segment)?;
            frame.with_column(values.column(name, 0..self.rows.len())).map_err(bug)?;
        }
        Ok(frame)
    }

    fn values(&self, name: &str, segment: &Segment<'_>) -> Result<Values> {
        let text = |f: &dyn Fn(&State) -> u32| Values::Text(self.states.iter().map(f).collect());
        Ok(match name {
            "from_at" => Values::Long(self.ends.iter().map(|(from, _)| *from).collect()),
            "to_at" => Values::Long(self.ends.iter().map(|(_, to)| *to).collect()),
            "party" => {
                let parties: Vec<(Party, u32)> = PARTIES.iter().map(|(name, p)| Ok((*p, code_of(name)?))).collect::<Result<_>>()?;
                text(&|s| parties.iter().find(|(p, _)| *p == s.party).map_or(NONE, |(_, code)| *code))
            }
            "holder_group" => text(&|s| s.group),
            "holder_agent" => text(&|s| s.assignee),
            "holder_status" => text(&|s| segment.words.status_code(s.status)),
            // The reason of a hold that is over says nothing.
            "holder_reason" => text(&|s| if s.status == Status::Pending { s.hold_reason } else { NONE }),
            "open_secs" => Values::Whole(self.open.clone()),
            "closed_secs" => Values::Whole(self.ends.iter().zip(&self.open).map(|((from, to), open)| whole(to - from) - open).collect()),
            "has_events" => Values::Flag(self.has_events.clone()),
            "is_first_of_group" => Values::Flag(self.is_first_of_group.clone()),
            other => return Err(crate::error::Error::bug(format!("ticket_spans has no column {other:?}"))),
        })
    }
}

/// The party (its number in [`PARTIES`]) and the group that held a ticket longest while its clock ran, by opening hours; of equals the
/// first to hold it.
pub(super) fn longest(segment: &Segment<'_>, of: &Of<'_>, timeline: &Timeline, cycle: &Cycle) -> (u8, u32) {
    let mut parties = [0; PARTIES.len()];
    let mut groups: Vec<(u32, i64)> = Vec::new();
    let is_running = |s: &State| segment.terms.is_running(of.policy, of.kind, s);
    let end = cycle.stopped_at.unwrap_or(segment.m.desk.as_of);
    for (from, to, state) in timeline.spans(cycle.started_at, end).filter(|(.., s)| is_running(s)) {
        let secs = segment.terms.calendar(of.policy, of.columns, of.row, state.group).elapsed(from, to);
        if let Some(i) = PARTIES.iter().position(|(_, p)| *p == state.party) {
            parties[i] += secs;
        }
        match groups.iter_mut().find(|(group, _)| *group == state.group) {
            Some((_, held)) => *held += secs,
            None => groups.push((state.group, secs)),
        }
    }
    let party = (0..parties.len()).rev().max_by_key(|&i| parties[i]).filter(|&i| parties[i] > 0);
    let group = groups.iter().rev().max_by_key(|(_, secs)| *secs).map_or(NONE, |(group, _)| *group);
    (party.map_or(u8::MAX, |p| p as u8), group)
}
