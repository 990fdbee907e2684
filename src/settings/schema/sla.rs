//! `[sla]`.

use super::form::{
    EITHER, Key, TIME, any_of, choice, date, definition, flag, key, list_of, one_or_list, open_table, pattern, table, text, texts, to,
};
use crate::clock::timeline::Statuses;
use crate::columns::{Source, Type};
use crate::settings::sla::{CLOCKS, Rules, STATUSES};
use serde_json::{Value, json};

pub(super) fn sla() -> Value {
    let own = [
        key("targets", "What is promised to everybody no policy applies to, by priority.", to("targets")),
        key("policy", "What is promised to whom, in order: the first that applies counts.", list_of(&policy(), 0)),
        key("parties", "Who has to act while a ticket is on hold, by hold reason; for any other reason the requester.", parties()),
    ];
    table("What is promised, and by which clock it is measured.", &[], own.into_iter().chain(rules()))
}

pub(super) fn definitions() -> Vec<(String, Value)> {
    let from = key("from", "The first day on which a clock may start for these to hold.", date());
    vec![
        definition("targets", targets("What is promised, by priority.", [])),
        definition("targets_from", targets("What is promised from a day on, by priority.", [from])),
        definition("promises", promises()),
        definition("calendar_by", by_column()),
    ]
}

fn policy() -> Value {
    let own = [
        key("name", "Its name on the pages; not `targets`.", text()),
        key("when", "The tickets it applies to: a condition in SQL over the ticket facts; without it, all.", text()),
        key("from", "The first day on which a clock may start for it to apply.", date()),
        key("until", "The last such day.", date()),
        key(
            "targets",
            "What it promises, by priority; a list where that changed, each with the day it holds `from`.",
            one_or_list(to("targets_from"), 1),
        ),
    ];
    table(
        "What is promised to whom, measured how; what it does not say is as in [sla].",
        &["name", "targets"],
        own.into_iter().chain(rules()),
    )
}

/// The keys that [sla] and every policy have.
fn rules() -> Vec<Key> {
    let default = Rules::default();
    let clocks = CLOCKS.map(|(name, _)| name);
    let pausing: Vec<&str> = clocks.into_iter().zip(default.pause_clocks).filter_map(|(name, pauses)| pauses.then_some(name)).collect();
    let reopen = any_of([choice(["resume", "new cycle"]), pattern(&format!(r"ignore\s*{EITHER}\s*"))]);
    let outside = "What a due time of a column that lies outside the hours means.";
    vec![
        key(
            "calendar",
            "Which calendar counts the time: a name of [calendars], \"always\", or a table by a column.",
            any_of([text(), to("calendar_by")]),
        ),
        key("start", "The instant of the ticket at which clocks start.", choice(instants())).or(default.start),
        key("attached", "The instant at which the promise began to hold; without it, the start.", choice(instants())),
        key("retroactive_pause", "Whether pauses before that are pauses.", flag()).or(default.is_pause_retroactive),
        key("pause", "Statuses in which the clock stands still.", statuses()).or(words(default.pause)),
        key("pause_reasons", "Only while on hold for one of these reasons; without it, for any.", texts()),
        key("pause_clocks", "The clocks that pause.", one_or_list(choice(clocks), 0)).or(pausing),
        key("stop", "Statuses that end the clock.", statuses()).or(words(default.stop)),
        key("cancel", "Statuses that take the ticket out.", statuses()).or(words(default.cancel)),
        key("reopen", "What a reopening does; \"ignore 30m\": one that short did not happen.", reopen).or("resume"),
        key(
            "on_priority",
            "What a new priority does: a new target counted from the start, nothing, or a new clock.",
            choice(["keep", "restart", "retarget"]),
        )
        .or("retarget"),
        key(
            "answered_by",
            "What counts as the first response; `reply` is always among it.",
            one_or_list(choice(["reply", "resolution"]), 1),
        )
        .or(json!(["reply", "resolution"])),
        key("groups", "Groups whose time the clock `group` measures; without it, all.", texts()),
        key("due_outside_hours", outside, choice(["keep", "next opening"])).or("keep"),
    ]
}

fn by_column() -> Value {
    let keys = [
        key("by", "The column of the ticket; `group` is the group that holds it at the time.", super::form::name()),
        key("of", "Calendars by the column's text.", open_table(&text())),
        key("otherwise", "The calendar of any other text; without it, the desk's own.", text()),
        key(
            "follow",
            "For `group`: each holder's calendar for its own time, or the last holder's for all of it.",
            choice(["each", "last"]),
        )
        .or("each"),
    ];
    table("The calendar by a column of the ticket.", &["by", "of"], keys)
}

fn targets<const N: usize>(doc: &str, more: [Key; N]) -> Value {
    let priorities = [
        ("P1", "What is promised for tickets of priority P1."),
        ("P2", "What is promised for tickets of priority P2."),
        ("P3", "What is promised for tickets of priority P3."),
        ("P4", "What is promised for tickets of priority P4."),
        ("P5", "What is promised for tickets of priority P5."),
        ("default", "What is promised for any other priority, and for none."),
    ];
    let mut table = table(doc, &[], priorities.map(|(name, doc)| key(name, doc, to("promises"))).into_iter().chain(more));
    table["minProperties"] = json!(1);
    table
}

fn promises() -> Value {
    let doc = |clock| match clock {
        "response" => "Until the first response.",
        "next_response" => "Until the answer to each reply of the requester.",
        "update" => "Between two updates to the requester.",
        "resolution" => "Until the resolution.",
        "work" => "Time in the statuses new and open.",
        "wait" => "Until the resolution, less the requester's waiting.",
        "group" => "Time in each group.",
        "supplier" => "Time with a supplier.",
        _ => "",
    };
    let mut table = table("What is promised, by clock.", &[], CLOCKS.map(|(name, _)| key(name, doc(name), aim())));
    table["minProperties"] = json!(1);
    table
}

/// `4h`, `2bh`, `next business day by 16:00`, `end of 2bd`, or an instant of the ticket.
fn aim() -> Value {
    const DAYS: &str = r"\s*(next business day|\+?[0-9]+bd)\s*";
    let columns = instants().join("|");
    let mut aim = pattern(&format!(r"{EITHER}|\s*end of {DAYS}|{DAYS} by \s*{TIME}\s*|\s*({columns})\s*"));
    aim["examples"] = json!(["4h", "2bh", "3bd", "end of next business day", "next business day by 16:00", "due_resolution_at"]);
    aim
}

fn parties() -> Value {
    let keys = [
        key("desk", "Hold reasons for which the desk itself has to act.", texts()),
        key("second_level", "Hold reasons for which second or third level has to act.", texts()),
        key("supplier", "Hold reasons for which an outside company has to act.", texts()),
    ];
    table("Who has to act while a ticket is on hold, by hold reason.", &[], keys)
}

fn statuses() -> Value {
    one_or_list(choice(STATUSES.map(|(name, _)| name)), 0)
}

fn words(statuses: Statuses) -> Vec<&'static str> {
    STATUSES.iter().filter(|(_, status)| statuses.has(*status)).map(|(name, _)| *name).collect()
}

/// The columns of tickets that are instants.
fn instants() -> Vec<&'static str> {
    Source::Tickets.columns().iter().filter(|c| c.kind == Type::Instant).map(|c| c.name).collect()
}
