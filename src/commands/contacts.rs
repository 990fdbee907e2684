//! Tickets and calls as contacts, as the report and `deskcard repeats` speak of them.

mod gathered;

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use crate::clock::period::Period;
use crate::contacts::chains::{by_chance, chains, taken};
use crate::contacts::knowledge::gaps;
use crate::contacts::problems::problems;
use crate::contacts::requesters::requesters;
use crate::contacts::{Asked, Repeats};
use crate::error::Result;
use crate::facts::{Facts, Table};
use gathered::{Wish, gather};

pub(super) use gathered::want;

/// Seconds after which a contact is no repeat any more, unless somebody says otherwise.
pub(super) const WINDOW: i64 = 28 * 86_400;
/// Columns that tell problems apart, unless somebody says otherwise.
pub(super) const BY: [&str; 3] = ["category", "service", "location"];
/// Days of a month, on average.
const MONTH: f64 = 365.25 / 12.0;

/// Windows before the span from which contacts are looked at. What came back in the span did so after a contact no more than one window
/// before it; a chain that is longer still is followed back for another.
const LOOKED_BACK: i64 = 2;

/// What is asked of the facts.
pub(super) struct Question<'a> {
    pub(super) period: &'a Period,
    pub(super) window: i64,
    pub(super) by: &'a [String],
    /// Lines of each list.
    pub(super) list: usize,
}

/// Everything there is to say of repeats; `None` where nobody knows who asked.
pub(super) fn repeats(ctx: &Context, facts: &Facts, question: &Question<'_>) -> Result<Option<Repeats>> {
    let by: Vec<&str> = question.by.iter().map(String::as_str).collect();
    let (zone, period) = (facts.zone(), question.period);
    let span = period.start_utc(zone)..period.end_utc(zone).min(facts.as_of());
    let since = span.start - LOOKED_BACK * question.window;
    let gathered = gather(ctx, facts, &Wish { by: &by, since, solved: &span })?;
    if !gathered.is_told_who {
        return Ok(None);
    }
    let tables = [Table::Tickets, Table::Calls].into_iter().filter(|t| facts.frame(*t).height() > 0);
    let asked = Asked {
        window: question.window,
        seen_until: tables.map(|t| facts.seen_until(t)).min().unwrap_or(facts.as_of()),
        months: f64::from(period.days()) / MONTH,
        span: span.clone(),
    };
    let contacts = &gathered.contacts;
    let (any, same) = chains(contacts, asked.window);
    let problems = problems(contacts, &same, &asked, question.list);
    let named: BTreeSet<i64> = problems.top.iter().flat_map(|p| p.tickets.iter().copied()).collect();
    let first = gathered.first.unwrap_or(span.start);
    let short = (first + asked.window - span.start).clamp(0, (span.end - span.start).max(0));
    Ok(Some(Repeats {
        taken: taken(contacts, &any, &same, &asked),
        by_chance: by_chance(contacts, &any, &asked),
        requesters: requesters(contacts, &any, &asked, question.list),
        knowledge: gaps(&gathered.solved),
        tickets: ticket_ids(facts, &named)?,
        short_days: (short / 86_400) as u32,
        by: question.by.to_vec(),
        cells: gathered.cells,
        subjects: gathered.subjects,
        channels: gathered.channels,
        problems,
        asked,
    }))
}

/// Names of requesters, by their number.
pub(super) fn requester_names(facts: &Facts, wanted: &[(i64, u64)]) -> Result<BTreeMap<i64, String>> {
    let keys: BTreeSet<i64> = wanted.iter().map(|(key, _)| *key).collect();
    let mut out = texts_of(facts, Table::Calls, ("caller_key", "caller"), &keys)?;
    out.extend(texts_of(facts, Table::Tickets, ("requester_key", "requester"), &keys)?);
    Ok(out)
}

fn ticket_ids(facts: &Facts, keys: &BTreeSet<i64>) -> Result<BTreeMap<i64, String>> {
    texts_of(facts, Table::Tickets, ("id_key", "id"), keys)
}

/// The texts behind some hashes; where they differ, the first by alphabet.
fn texts_of(facts: &Facts, table: Table, (key, text): (&str, &str), wanted: &BTreeSet<i64>) -> Result<BTreeMap<i64, String>> {
    let mut out: BTreeMap<i64, String> = BTreeMap::new();
    if !facts.has_column(table, text) || wanted.is_empty() {
        return Ok(out);
    }
    for frame in facts.columns(table, &[key, text])?.split() {
        let keys = frame.longs(key)?;
        if !keys.iter().any(|k| wanted.contains(k)) {
            continue;
        }
        for (key, text) in keys.into_iter().zip(frame.texts(text)?).filter(|(k, _)| wanted.contains(k)) {
            let Some(text) = text else { continue };
            let first = out.entry(key).or_insert_with(|| text.clone());
            if text < *first {
                *first = text;
            }
        }
    }
    Ok(out)
}
