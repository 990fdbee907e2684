//! The tables of facts, and what each is called.

use std::fmt;

use serde::Deserialize;

use crate::columns::Source;

/// A fact table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// A row a ticket.
    Tickets,
    /// A row an event or earlier state of a ticket.
    TicketEvents,
    /// A row a clock of a ticket, and a cycle of it where it starts anew.
    SlaClocks,
    /// A row a stretch of a ticket's time with one holder.
    TicketSpans,
    /// A row a call.
    Calls,
    /// A row a survey sent or answered.
    Surveys,
    /// A row a person and calendar day on the roster.
    AgentDays,
    /// A row a stay on the roster.
    Spells,
    /// A row an observation (quality score, kudos, absence, cost …).
    Observations,
}

impl Table {
    /// All tables.
    pub const ALL: [Self; 9] = [
        Self::Tickets,
        Self::TicketEvents,
        Self::SlaClocks,
        Self::TicketSpans,
        Self::Calls,
        Self::Surveys,
        Self::AgentDays,
        Self::Spells,
        Self::Observations,
    ];

    /// The kind of source its rows come from.
    pub fn source(self) -> Source {
        match self {
            Self::Tickets | Self::SlaClocks | Self::TicketSpans => Source::Tickets,
            Self::TicketEvents => Source::TicketEvents,
            Self::Calls => Source::Calls,
            Self::Surveys => Source::Surveys,
            Self::AgentDays | Self::Spells => Source::Agents,
            Self::Observations => Source::Observations,
        }
    }

    /// The instant that dates a row.
    pub fn dated_by(self) -> &'static str {
        match self {
            Self::Tickets => "created_at",
            Self::SlaClocks => "ended_at",
            Self::TicketSpans => "from_at",
            Self::TicketEvents | Self::Observations => "at",
            Self::Calls => "start_at",
            Self::Surveys => "answered_at",
            Self::AgentDays => "day_at",
            Self::Spells => "started_at",
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tickets => "tickets",
            Self::TicketEvents => "ticket_events",
            Self::SlaClocks => "sla_clocks",
            Self::TicketSpans => "ticket_spans",
            Self::Calls => "calls",
            Self::Surveys => "surveys",
            Self::AgentDays => "agent_days",
            Self::Spells => "spells",
            Self::Observations => "observations",
        })
    }
}
