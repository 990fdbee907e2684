//! Row-local fact columns as SQL, in an order in which each uses only stored columns and earlier ones.

use super::Table;

/// A fact column that is computed from other columns of its own row.
#[derive(Debug, Clone, Copy)]
pub struct Derived {
    /// Its name.
    pub name: &'static str,
    /// SQL over stored columns and earlier derived ones.
    pub sql: &'static str,
    /// What it says.
    pub doc: &'static str,
}

const fn d(name: &'static str, sql: &'static str, doc: &'static str) -> Derived {
    Derived { name, sql, doc }
}

const TICKETS: &[Derived] = &[
    d("is_resolved", "resolved_at IS NOT NULL", "resolved by the cut-off"),
    d("is_cancelled", "COALESCE(status = 'cancelled', FALSE)", "withdrawn, a duplicate, spam"),
    d(
        "is_closed",
        "resolved_at IS NOT NULL OR COALESCE(status IN ('resolved', 'closed', 'cancelled'), FALSE)",
        "no longer open, whether or not the export says when",
    ),
    d("is_open", "NOT is_closed", "open at the cut-off"),
    d(
        "gone_at",
        "COALESCE(resolved_at, CASE WHEN is_closed THEN COALESCE(closed_at, updated_at, created_at) END)",
        "when it was resolved, or closed by whatever the export tells; null while it is open",
    ),
    d(
        "first_end_at",
        "COALESCE(first_resolved_at, CASE WHEN reopen_count > 0 THEN created_at END)",
        "when it was first resolved, as far as that is known; one that was reopened and nobody says when, its creation",
    ),
    d("ttr_secs", "CASE WHEN resolved_at >= created_at THEN resolved_at - created_at END", "creation to last resolution, round the clock"),
    d(
        "is_one_touch",
        "CASE WHEN agent_replies IS NOT NULL OR reassign_count IS NOT NULL THEN \
         COALESCE(agent_replies, 0) <= 1 AND COALESCE(reassign_count, 0) = 0 AND COALESCE(reopen_count, 0) = 0 END",
        "at most one public agent reply, never passed on, never reopened; null where neither replies nor reassignments are known",
    ),
    d("is_first_contact", "COALESCE(fcr_flag, is_one_touch)", "the agent's tick where there is one, else one touch"),
    d(
        "is_repeat_mature",
        "requester_key IS NOT NULL AND created_at + $repeat_window <= $seen_until",
        "known requester, and the repeat window has elapsed within the data",
    ),
    d("is_repeated", "COALESCE(next_contact_secs <= $repeat_window, FALSE)", "followed by another contact within the window"),
    d(
        "is_resolution_in_sla",
        "sla_resolution_verdict",
        "resolved by the due time, or every time; open past it is a miss; null while not yet due, and where nobody knows when it was closed",
    ),
    d(
        "sla_resolution_at",
        "COALESCE(sla_resolution_due_at, CASE WHEN sla_resolution_verdict IS NOT NULL THEN gone_at END)",
        "when the resolution falls due; without a due time, when it was resolved: not while it is open",
    ),
    d(
        "is_response_in_sla",
        "sla_response_verdict",
        "answered (or resolved, unless a policy wants a reply) by the due time of the first response; null while not yet due",
    ),
    d(
        "sla_response_at",
        "COALESCE(sla_response_due_at, CASE WHEN sla_response_verdict IS NOT NULL THEN COALESCE(first_response_at, created_at) END)",
        "when the first response falls due",
    ),
    d(
        "snapshot_at",
        "CASE WHEN created_at IS NOT NULL THEN $as_of - 43200 END",
        "twelve hours before the cut-off: a cut-off on Monday morning shows the state of the week before",
    ),
];

const CLOCKS: &[Derived] = &[
    d("is_near_miss", "is_met AND used_share >= $near_miss", "kept, with little of the target left"),
    d("is_open_overdue", "stopped_at IS NULL AND NOT is_met", "still running past its due time"),
];

const CALLS: &[Derived] = &[
    d(
        "is_offered",
        "COALESCE(direction = 'inbound', TRUE) AND COALESCE(is_acd, TRUE) AND \
         COALESCE(outcome IN ('answered', 'abandoned', 'voicemail', 'callback', 'overflow'), FALSE)",
        "an inbound call that entered a queue for an agent",
    ),
    d("is_answered", "is_offered AND outcome = 'answered'", "an agent took it"),
    d("is_abandoned", "is_offered AND outcome = 'abandoned'", "the caller hung up in the queue"),
    d("is_quick", "COALESCE(wait_secs <= $service_level, FALSE)", "its wait is known and within the service level"),
    d(
        "is_waited",
        "is_offered AND has_waits AND (wait_secs IS NOT NULL OR NOT is_answered)",
        "an offered call that the service level counts: where any answered call of its source has a wait, all that were not answered, and the answered ones with theirs",
    ),
    d("is_short_abandon", "is_abandoned AND COALESCE(wait_secs <= $short_abandon, FALSE)", "hung up almost at once"),
    d(
        "handled_secs",
        "CASE WHEN handle_secs IS NOT NULL THEN handle_secs WHEN talk_secs IS NOT NULL OR hold_secs IS NOT NULL OR acw_secs IS NOT NULL \
         THEN COALESCE(talk_secs, 0) + COALESCE(hold_secs, 0) + COALESCE(acw_secs, 0) END",
        "handle time: the export's own, else talk + hold + after-call work",
    ),
];

const SURVEYS: &[Derived] = &[
    d("is_answered", "answered_at IS NOT NULL", "came back"),
    d("is_scored", "is_answered AND score IS NOT NULL", "came back with a score"),
];

/// The derived columns of a table, in order.
pub fn of(table: Table) -> &'static [Derived] {
    match table {
        Table::Tickets => TICKETS,
        Table::SlaClocks => CLOCKS,
        Table::Calls => CALLS,
        Table::Surveys => SURVEYS,
        Table::TicketEvents | Table::TicketSpans | Table::AgentDays | Table::Spells | Table::Observations => &[],
    }
}

/// The derived column of that name.
pub fn find(table: Table, name: &str) -> Option<&'static Derived> {
    of(table).iter().find(|d| d.name == name)
}
