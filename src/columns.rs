//! The canonical columns: what each kind of source is mapped to, whatever product it came from.

use crate::error::{Error, Result, nearest};
use std::fmt;
use std::str::FromStr;

/// What the cells of a column hold once they are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text that identifies something; compared, never shown as a breakdown.
    Id,
    /// A point in time: seconds since 1970 in UTC.
    Instant,
    /// A length of time: whole seconds.
    Duration,
    /// A whole number.
    Int,
    /// A number with a fraction.
    Number,
    /// True or false.
    Flag,
    /// Short text of few distinct values, used as a breakdown.
    Dim,
    /// One of these words.
    Enum(&'static [&'static str]),
    /// Long text, kept only where it is shown.
    Words,
}

impl Type {
    /// The words a cell may be mapped to, for columns that have such a list.
    pub fn words(self) -> Option<&'static [&'static str]> {
        match self {
            Type::Enum(words) => Some(words),
            Type::Flag => Some(&["true", "false"]),
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Id => "an id",
            Type::Instant => "a point in time",
            Type::Duration => "a duration",
            Type::Int => "a whole number",
            Type::Number => "a number",
            Type::Flag => "true or false",
            Type::Dim => "a short text",
            Type::Enum(_) => "one of a few words",
            Type::Words => "a text",
        })
    }
}

/// A canonical column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name, unique within its kind of source.
    pub name: &'static str,
    /// What its cells hold.
    pub kind: Type,
    /// Whether a row without it is of no use.
    pub is_required: bool,
    /// What it means and in which unit: a sentence.
    pub doc: &'static str,
}

/// The kinds of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// One row a ticket.
    Tickets,
    /// One row a change of a ticket.
    TicketEvents,
    /// One row a call.
    Calls,
    /// One row an answered or sent survey.
    Surveys,
    /// The roster: one row a spell of a person on the desk.
    Agents,
    /// Anything else counted about an agent on a day.
    Observations,
}

impl Source {
    /// All kinds, in the order they are documented.
    pub const ALL: [Source; 6] =
        [Source::Tickets, Source::TicketEvents, Source::Calls, Source::Surveys, Source::Agents, Source::Observations];

    /// The name used in the config and for the canonical table.
    pub fn name(self) -> &'static str {
        match self {
            Source::Tickets => "tickets",
            Source::TicketEvents => "ticket_events",
            Source::Calls => "calls",
            Source::Surveys => "surveys",
            Source::Agents => "agents",
            Source::Observations => "observations",
        }
    }

    /// The canonical columns of this kind, in their order in the canonical table.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Source::Tickets => TICKETS,
            Source::TicketEvents => TICKET_EVENTS,
            Source::Calls => CALLS,
            Source::Surveys => SURVEYS,
            Source::Agents => AGENTS,
            Source::Observations => OBSERVATIONS,
        }
    }

    /// The canonical column of that name.
    pub fn column(self, name: &str) -> Option<&'static Column> {
        self.columns().iter().find(|c| c.name == name)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Source {
    type Err = Error;

    /// The kind of that name; else an error with the nearest.
    fn from_str(text: &str) -> Result<Self> {
        let found = Source::ALL.into_iter().find(|s| s.name() == text);
        found.ok_or_else(|| {
            let names = Source::ALL.map(Source::name);
            let error = Error::config(format!("unknown kind of source `{text}`"));
            match nearest(text, names).first() {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("kinds: {}", names.join(", "))),
            }
        })
    }
}

const fn required(name: &'static str, kind: Type, doc: &'static str) -> Column {
    Column { name, kind, is_required: true, doc }
}

const fn optional(name: &'static str, kind: Type, doc: &'static str) -> Column {
    Column { name, kind, is_required: false, doc }
}

const TICKET_TYPE: Type = Type::Enum(&["incident", "request", "question", "problem"]);
const STATUS: Type = Type::Enum(&["new", "open", "pending", "resolved", "closed", "cancelled"]);
const PRIORITY: Type = Type::Enum(&["P1", "P2", "P3", "P4", "P5"]);
const CHANNEL: Type = Type::Enum(&["phone", "email", "portal", "chat", "walkup", "auto"]);
const LEVEL: Type = Type::Enum(&["L1", "L2", "L3", "field", "supplier"]);
const EVENT: Type = Type::Enum(&[
    "created",
    "status",
    "assigned",
    "priority",
    "reply_public",
    "reply_internal",
    "reopened",
    "resolved",
    "closed",
    "kb_linked",
    "sla",
    "other",
]);
const ROLE: Type = Type::Enum(&["agent", "requester", "system"]);
const DIRECTION: Type = Type::Enum(&["inbound", "outbound", "internal"]);
const OUTCOME: Type = Type::Enum(&["answered", "abandoned", "voicemail", "callback", "overflow", "self_service"]);
const LEAVE_REASON: Type = Type::Enum(&["voluntary", "involuntary", "internal_move", "contract_end"]);

const TICKETS: &[Column] = &[
    required("id", Type::Id, "The ticket's number; the same number again is the same ticket."),
    optional("parent_id", Type::Id, "The ticket this one was merged into or belongs under."),
    optional("type", TICKET_TYPE, "Whether it is an incident, a request, a question or a problem."),
    optional("request_type", Type::Dim, "The desk's own finer type, such as the help topic or catalogue item."),
    required("created_at", Type::Instant, "When the requester's contact was first recorded."),
    optional("first_assigned_at", Type::Instant, "When it first had an assignee."),
    optional("first_response_at", Type::Instant, "When an agent first answered the requester."),
    optional("clock_start_at", Type::Instant, "When the desk's own clock starts, if none of the other instants says it."),
    optional("sla_attached_at", Type::Instant, "When the product attached its SLA to the ticket."),
    optional("resolved_at", Type::Instant, "When it was last resolved; empty while it is open."),
    optional("closed_at", Type::Instant, "When it was closed for good, often days after it was resolved."),
    optional("updated_at", Type::Instant, "When it was last changed; decides which of two rows of a ticket is the later."),
    optional("version", Type::Int, "A counter of changes; decides between rows of one ticket with the same update time."),
    optional("status", STATUS, "Where it stands: waiting for someone outside the desk is pending."),
    optional("hold_reason", Type::Dim, "What it waits for while it is pending."),
    optional("hold_secs", Type::Duration, "Total time on hold as the product counted it, in seconds."),
    optional("first_response_secs", Type::Duration, "Time to the first response as the product counted it, in seconds."),
    optional("resolution_secs", Type::Duration, "Time to resolution as the product counted it, in seconds."),
    optional("priority", PRIORITY, "P1, the most urgent, to P5."),
    optional("impact", Type::Dim, "How many people or how much business it touches, in the desk's words."),
    optional("urgency", Type::Dim, "How soon it must be dealt with, in the desk's words."),
    optional("category", Type::Dim, "What it is about, top level."),
    optional("subcategory", Type::Dim, "What it is about, second level."),
    optional("service", Type::Dim, "The business service, product or configuration item concerned."),
    optional("channel", CHANNEL, "How the requester reached the desk."),
    optional("requester", Type::Id, "Who needs help; the same identity as a call's caller where the products share one."),
    optional("requester_department", Type::Dim, "The requester's department or company."),
    optional("location", Type::Dim, "The requester's site."),
    optional("requester_vip", Type::Flag, "Whether the requester is on the list of important people."),
    optional("group", Type::Dim, "The group or queue that holds it now or resolved it."),
    optional("first_group", Type::Dim, "The group or queue it was first given to."),
    optional("assignee", Type::Dim, "The agent who holds it now."),
    optional("resolver", Type::Dim, "The agent who resolved it."),
    optional("opener", Type::Dim, "The agent or person who recorded it."),
    optional("level", LEVEL, "The level of support that resolved it, where the export says so."),
    optional("supplier", Type::Dim, "The outside company that worked on it."),
    optional("reassign_count", Type::Int, "How often it changed hands after its first assignment."),
    optional("reopen_count", Type::Int, "How often it was reopened after having been resolved."),
    optional("agent_replies", Type::Int, "Answers to the requester by agents."),
    optional("customer_replies", Type::Int, "Messages by the requester after the first."),
    optional("fcr_flag", Type::Flag, "Whether an agent or the product ticked it as solved at first contact."),
    optional("kb_linked", Type::Flag, "Whether a knowledge article was used or linked."),
    optional("due_response_at", Type::Instant, "When the first response is due by the product's own clock."),
    optional("due_resolution_at", Type::Instant, "When the resolution is due by the product's own clock."),
    optional("sla_response_met", Type::Flag, "The product's verdict on the response target."),
    optional("sla_resolution_met", Type::Flag, "The product's verdict on the resolution target."),
    optional("close_code", Type::Dim, "How it was resolved, in the desk's words."),
    optional("csat_score", Type::Number, "The requester's satisfaction, 1 (worst) to csat_max."),
    optional("csat_at", Type::Instant, "When the requester gave the score."),
    optional("csat_comment", Type::Words, "What the requester wrote with the score."),
    optional("subject", Type::Words, "The title under which it was recorded."),
    optional("cost", Type::Number, "What it cost, in the desk's currency."),
    optional("effort_secs", Type::Duration, "Work booked on it, in seconds."),
];

const TICKET_EVENTS: &[Column] = &[
    required("ticket_id", Type::Id, "The ticket that changed."),
    required("at", Type::Instant, "When it changed."),
    optional("kind", EVENT, "What happened to the ticket."),
    optional("status", STATUS, "The ticket's status after the change."),
    optional("priority", PRIORITY, "The ticket's priority after the change."),
    optional("group", Type::Dim, "The group that holds the ticket after the change."),
    optional("assignee", Type::Dim, "The agent who holds the ticket after the change."),
    optional("hold_reason", Type::Dim, "What the ticket waits for after the change."),
    optional("actor", Type::Dim, "Who made the change."),
    optional("actor_role", ROLE, "Whether an agent, the requester or the system made the change."),
    optional("sla_resolution_met", Type::Flag, "The product's verdict on the resolution target as of the change."),
    optional("sla_response_met", Type::Flag, "The product's verdict on the response target as of the change."),
];

const CALLS: &[Column] = &[
    optional("id", Type::Id, "The call's id; legs with the same id are one call."),
    optional("parent_id", Type::Id, "The first leg's id where a transfer gets an id of its own."),
    required("start_at", Type::Instant, "When the caller reached the desk's line or queue."),
    optional("answer_at", Type::Instant, "When an agent picked up; empty if none did."),
    optional("end_at", Type::Instant, "When the call ended."),
    optional("direction", DIRECTION, "Whether the caller, an agent or a colleague inside the desk rang."),
    optional("queue", Type::Dim, "The queue or skill that answered or lost it."),
    optional("first_queue", Type::Dim, "The queue or skill it first entered."),
    optional("agent", Type::Dim, "The agent who answered, the last one after transfers."),
    optional("caller", Type::Id, "Who rang; the same identity as a ticket's requester where the products share one."),
    optional("wait_secs", Type::Duration, "From the queue's start to the answer or the hang-up, in seconds."),
    optional("ring_secs", Type::Duration, "Ringing at the agent's desk, in seconds."),
    optional("talk_secs", Type::Duration, "Talking, without hold, in seconds."),
    optional("hold_secs", Type::Duration, "The caller on hold after the answer, in seconds."),
    optional("acw_secs", Type::Duration, "Work after the call, in seconds."),
    optional("handle_secs", Type::Duration, "Talk, hold and after-call work together, in seconds."),
    optional("outcome", OUTCOME, "How it ended for the caller."),
    optional("transfers", Type::Int, "How often it was handed on."),
    optional("wrap_code", Type::Dim, "The agent's code for what it was about."),
    optional("is_acd", Type::Flag, "Whether the queue delivered it, as opposed to a direct call."),
    optional("ticket_id", Type::Id, "The ticket the agent recorded it on."),
    optional("fcr_flag", Type::Flag, "Whether the agent or the product ticked it as solved."),
    optional("category", Type::Dim, "What it was about."),
    optional("csat_score", Type::Number, "The caller's satisfaction, 1 (worst) to csat_max."),
];

const SURVEYS: &[Column] = &[
    optional("id", Type::Id, "The survey's id."),
    optional("ticket_id", Type::Id, "The ticket it asks about."),
    optional("call_id", Type::Id, "The call it asks about."),
    optional("sent_at", Type::Instant, "When it was sent."),
    optional("answered_at", Type::Instant, "When it was answered; empty if it was not."),
    optional("agent", Type::Dim, "The agent it asks about, at the time of the contact."),
    optional("score", Type::Number, "Satisfaction, 1 (worst) to csat_max."),
    optional("resolved_first_contact", Type::Flag, "Whether the requester says one contact was enough."),
    optional("effort", Type::Number, "How hard it was for the requester, on the survey's own scale."),
    optional("lost_secs", Type::Duration, "Work time the requester lost, in seconds."),
    optional("comment", Type::Words, "What the requester wrote."),
];

const AGENTS: &[Column] = &[
    required("agent_id", Type::Dim, "The person's stable id; spells with the same id are one person."),
    optional("name", Type::Dim, "The name shown on the pages."),
    optional("names", Type::Dim, "Other spellings of the name in other products, separated by semicolons."),
    optional("emails", Type::Dim, "Mail addresses, separated by semicolons."),
    optional("logins", Type::Dim, "User names in other products, separated by semicolons."),
    optional("extensions", Type::Dim, "Telephone extensions, separated by semicolons."),
    optional("team", Type::Dim, "The team in this spell."),
    optional("level", LEVEL, "The level of support in this spell."),
    optional("site", Type::Dim, "Where the person works."),
    optional("supplier", Type::Dim, "The outside company that employs the person; empty for the desk's own people."),
    optional("employment", Type::Dim, "The form of contract, in the desk's words."),
    optional("fte", Type::Number, "Share of a full-time position: 1 is full time."),
    required("hired_at", Type::Instant, "The first day in the company or of this spell."),
    optional("desk_start_at", Type::Instant, "The first day on the desk, if later than the hire."),
    optional("left_at", Type::Instant, "The last day employed or of this spell; empty for people still there."),
    optional("leave_reason", LEAVE_REASON, "Why the spell ended."),
    optional("prior_business", Type::Dim, "The part of the business the person worked in before."),
    optional("prior_business_months", Type::Number, "How long the person worked in the business before, in months."),
    optional("mentor", Type::Dim, "Who looks after the person: an agent id or name."),
    optional("mentor_since_at", Type::Instant, "The first day with the mentor."),
    optional("shift", Type::Dim, "The shift or working pattern."),
    optional("languages", Type::Dim, "Languages spoken, separated by semicolons."),
    optional("scheduled_hours", Type::Number, "Hours planned a week."),
    optional("role", Type::Dim, "What the person does on the desk."),
];

const OBSERVATIONS: &[Column] = &[
    optional("agent", Type::Dim, "The agent it is about; empty for the whole desk."),
    required("at", Type::Instant, "The day it belongs to."),
    required("measure", Type::Dim, "What was counted, in the desk's words."),
    required("value", Type::Number, "How much, in the measure's own unit."),
    optional("note", Type::Words, "A remark for the reader of the page."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_every_column_is_explained() {
        for source in Source::ALL {
            let names: BTreeSet<_> = source.columns().iter().map(|c| c.name).collect();
            assert_eq!(names.len(), source.columns().len(), "{source}");
            for column in source.columns() {
                assert!(column.doc.ends_with('.') && column.doc.len() > 10, "{source}.{}", column.name);
                assert_eq!(column.name.ends_with("_secs"), column.kind == Type::Duration, "{source}.{}", column.name);
                assert_eq!(column.name == "at" || column.name.ends_with("_at"), column.kind == Type::Instant, "{source}.{}", column.name);
            }
        }
    }

    #[test]
    fn kinds_are_read_by_name_and_the_nearest_is_offered() {
        for source in Source::ALL {
            assert_eq!(source.name().parse(), Ok(source));
        }
        let error = "ticket".parse::<Source>().expect_err("refused");
        assert_eq!(error.to_string(), "unknown kind of source `ticket`\n  hint: did you mean `tickets`?");
    }

    #[test]
    fn required_columns_are_those_of_the_specification() {
        let required: Vec<String> =
            Source::ALL.iter().flat_map(|s| s.columns().iter().filter(|c| c.is_required).map(move |c| format!("{s}.{}", c.name))).collect();
        let expected = "tickets.id tickets.created_at ticket_events.ticket_id ticket_events.at calls.start_at agents.agent_id \
                        agents.hired_at observations.at observations.measure observations.value";
        assert_eq!(required.join(" "), expected);
    }
}
