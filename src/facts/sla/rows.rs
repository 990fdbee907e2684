//! The columns of a segment of tickets that clocks are made of.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use crate::clock::timeline::{Event, EventKind, NONE, Party, Row, State, Status};
use crate::desk::{MISSING, codes, get, known, longs};
use crate::error::Result;
use crate::facts::Making;
use crate::facts::events::Words;

/// One value a row, all vectors of one length.
pub(super) struct Columns {
    pub(super) created: Vec<i64>,
    pub(super) first_response: Vec<i64>,
    pub(super) resolved: Vec<i64>,
    pub(super) closed: Vec<i64>,
    pub(super) status: Vec<Option<Status>>,
    pub(super) hold_reason: Vec<u32>,
    pub(super) hold_secs: Vec<i64>,
    pub(super) priority: Vec<u8>,
    pub(super) group: Vec<u32>,
    first_group: Vec<u32>,
    assignee: Vec<u32>,
    /// Instant columns by name: due times, and those the policies name.
    instants: BTreeMap<String, Vec<i64>>,
    /// The product's verdicts: response, resolution.
    pub(super) met: [Vec<Option<bool>>; 2],
    /// Short texts that calendars are chosen by.
    texts: BTreeMap<String, Vec<u32>>,
}

impl Columns {
    pub(super) fn read(m: &Making<'_>, segment: &DataFrame, words: &Words) -> Result<Self> {
        let rows = segment.height();
        let long = |name: &str| if segment.column(name).is_ok() { longs(get(segment, name)?) } else { Ok(vec![MISSING; rows]) };
        let text = |name: &str| if segment.column(name).is_ok() { codes(get(segment, name)?) } else { Ok(vec![NONE; rows]) };
        let flag = |name: &str| -> Result<Vec<Option<bool>>> {
            match segment.column(name) {
                Ok(column) => Ok(column.bool().map_err(crate::desk::bug)?.iter().collect()),
                Err(_) => Ok(vec![None; rows]),
            }
        };
        let mut assignee = m.identity.agents(&text("assignee")?)?;
        let resolver = m.identity.agents(&text("resolver")?)?;
        assignee.iter_mut().zip(resolver).filter(|(a, _)| **a == NONE).for_each(|(a, r)| *a = r);
        let is_instant = |name: &&String| name.ends_with("_at");
        let named = super::named_columns(m.settings);
        let due = ["due_response_at", "due_resolution_at"].map(str::to_owned);
        let instants = named.iter().filter(is_instant).chain(&due).map(|n| Ok((n.clone(), long(n)?))).collect::<Result<_>>()?;
        let by = m.settings.sla.all_rules().filter_map(|r| match &r.calendar {
            crate::settings::sla::Choice::By { column, .. } => Some(column),
            _ => None,
        });
        let texts = by.map(|n| Ok((n.clone(), text(n)?))).collect::<Result<_>>()?;
        Ok(Self {
            created: long("created_at")?,
            first_response: long("first_response_at")?,
            resolved: long("resolved_at")?,
            closed: long("closed_at")?,
            status: text("status")?.into_iter().map(|c| words.status(c)).collect(),
            hold_reason: text("hold_reason")?,
            hold_secs: long("hold_secs")?,
            priority: text("priority")?.into_iter().map(|c| words.priority(c)).collect(),
            group: text("group")?,
            first_group: text("first_group")?,
            assignee,
            instants,
            met: [flag("sla_response_met")?, flag("sla_resolution_met")?],
            texts,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.created.len()
    }

    /// What a ticket's row says.
    pub(super) fn row(&self, row: usize) -> Row {
        let state = State {
            status: self.status[row].unwrap_or(Status::Open),
            hold_reason: self.hold_reason[row],
            priority: self.priority[row],
            group: self.group[row],
            assignee: self.assignee[row],
            party: Party::Desk,
        };
        Row {
            created_at: self.created[row],
            first_response_at: known(self.first_response[row]),
            resolved_at: known(self.resolved[row]),
            closed_at: known(self.closed[row]),
            status: self.status[row],
            state,
            first_group: self.first_group[row],
        }
    }

    /// Whether the ticket is closed and neither its row nor its events say when.
    pub(super) fn is_end_unknown(&self, row: usize, events: &[Event]) -> bool {
        let is_over = matches!(self.status[row], Some(Status::Resolved | Status::Closed));
        let ends = |e: &Event| {
            matches!(e.kind, EventKind::Resolved | EventKind::Closed) || matches!(e.status, Some(Status::Resolved | Status::Closed))
        };
        is_over && self.resolved[row] == MISSING && !events.iter().any(ends)
    }

    /// An instant of a row by the name of its column.
    pub(super) fn instant(&self, name: &str, row: usize) -> Option<i64> {
        match name {
            "created_at" => known(self.created[row]),
            name => self.instants.get(name).and_then(|v| known(v[row])),
        }
    }

    /// The code of a short text of a row.
    pub(super) fn text(&self, name: &str, row: usize) -> u32 {
        self.texts.get(name).map_or(NONE, |v| v[row])
    }
}
