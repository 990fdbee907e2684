//! What rows are told apart by when nobody says: what is known before the outcome is, from the broad to the narrow.

use crate::facts::Table;
use crate::settings::Settings;

/// Of a ticket and what hangs on it. Groups and levels that resolved it are left out: they follow from the outcome.
const TICKETS: &[&str] = &[
    "category",
    "subcategory",
    "service",
    "type",
    "request_type",
    "priority",
    "channel",
    "supplier",
    "team",
    "location",
    "requester_department",
    "requester_vip",
    "first_group",
    "site",
    "shift",
    "created_weekday",
    "created_hour",
    "agent",
];
/// Of a clock, beside those of its ticket.
const CLOCKS: &[&str] = &["clock", "policy", "target_for"];
/// Of a call.
const CALLS: &[&str] =
    &["category", "queue", "first_queue", "direction", "supplier", "team", "site", "shift", "start_weekday", "start_hour", "agent"];
/// Of people.
const PEOPLE: &[&str] = &["supplier", "team", "site", "shift", "employment", "prior_business", "agent_level", "mentor", "agent"];
/// Of what was observed about people.
const OBSERVED: &[&str] = &["measure", "supplier", "team", "site", "shift", "agent"];

/// Columns of a table that rows are told apart by, the desk's own last.
pub fn attributes(settings: &Settings, table: Table) -> Vec<String> {
    let lists: &[&[&str]] = match table {
        Table::Tickets | Table::TicketEvents | Table::TicketSpans | Table::Surveys => &[TICKETS],
        Table::SlaClocks => &[CLOCKS, TICKETS],
        Table::Calls => &[CALLS],
        Table::AgentDays | Table::Spells => &[PEOPLE],
        Table::Observations => &[OBSERVED],
    };
    let of_source = settings.sources.iter().filter(|s| s.kind == table.source());
    let own = of_source.flat_map(|s| &s.extra).map(|(name, _)| name.clone());
    let mut all: Vec<String> = lists.iter().flat_map(|l| l.iter()).map(|c| (*c).to_owned()).collect();
    all.extend(own);
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|name| seen.insert(name.clone()));
    all
}
