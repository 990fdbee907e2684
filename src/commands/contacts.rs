//! Tickets and calls as contacts, as the report and `deskcard repeats` speak of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Context;
use crate::clock::period::Period;
use crate::contacts::chains::{by_chance, chains, taken};
use crate::contacts::join::{Call, Rule, joined};
use crate::contacts::knowledge::{Solved, gaps};
use crate::contacts::problems::problems;
use crate::contacts::requesters::requesters;
use crate::contacts::{Asked, Contact, Repeats};
use crate::desk::{Frame, MISSING, NONE, code_of, known, text_of};
use crate::error::Result;
use crate::facts::{Facts, Table, Wanted};

/// Seconds after which a contact is no repeat any more, unless somebody says otherwise.
pub(super) const WINDOW: i64 = 28 * 86_400;
/// Columns that tell problems apart, unless somebody says otherwise.
pub(super) const BY: [&str; 3] = ["category", "service", "location"];
/// Days of a month, on average.
const MONTH: f64 = 365.25 / 12.0;

const OF_TICKET: [&str; 9] =
    ["id", "id_key", "created_at", "resolved_at", "requester_key", "category", "channel", "is_cancelled", "is_first_contact"];
const OF_CALL: [&str; 7] = ["id_key", "start_at", "end_at", "caller_key", "ticket_id_key", "category", "is_answered"];

/// What is asked of the facts.
pub(super) struct Question<'a> {
    pub(super) period: &'a Period,
    pub(super) window: i64,
    pub(super) by: &'a [String],
    /// Lines of each list.
    pub(super) list: usize,
}

/// Adds what contacts are made of.
pub(super) fn want(wanted: &mut Wanted, by: &[String]) -> Result<()> {
    let tickets = OF_TICKET.iter().copied().chain(["kb_linked"]).chain(by.iter().map(String::as_str));
    tickets.into_iter().try_for_each(|c| wanted.add(Table::Tickets, c))?;
    OF_CALL.iter().try_for_each(|c| wanted.add(Table::Calls, c))
}

/// Everything there is to say of repeats; `None` where nobody knows who asked.
pub(super) fn repeats(ctx: &Context, facts: &Facts, question: &Question<'_>) -> Result<Option<Repeats>> {
    let by: Vec<&str> = question.by.iter().map(String::as_str).collect();
    let gathered = gather(ctx, facts, &by)?;
    if gathered.contacts.iter().all(|c| c.requester.is_none()) {
        return Ok(None);
    }
    let (zone, period) = (facts.zone(), question.period);
    let span = period.start_utc(zone)..period.end_utc(zone).min(facts.as_of());
    let tables = [Table::Tickets, Table::Calls].into_iter().filter(|t| facts.frame(*t).height() > 0);
    let asked = Asked {
        window: question.window,
        seen_until: tables.map(|t| facts.seen_until(t)).min().unwrap_or(facts.as_of()),
        months: f64::from(period.days()) / MONTH,
        span: span.clone(),
    };
    let contacts = &gathered.contacts;
    let (any, same) = (chains(contacts, asked.window, false), chains(contacts, asked.window, true));
    let problems = problems(contacts, &same, &asked, question.list);
    let solved: Vec<Solved> = gathered.solved.iter().filter(|(at, _)| span.contains(at)).map(|(_, s)| *s).collect();
    let named: BTreeSet<i64> = problems.top.iter().flat_map(|p| p.tickets.iter().copied()).collect();
    let first = contacts.iter().map(|c| c.at).min().unwrap_or(span.start);
    let short = (first + asked.window - span.start).clamp(0, (span.end - span.start).max(0));
    Ok(Some(Repeats {
        taken: taken(contacts, &any, &same, &asked),
        by_chance: by_chance(contacts, &any, &asked),
        requesters: requesters(contacts, &any, &asked, question.list),
        knowledge: gaps(&solved),
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

/// Contacts with the names behind their numbers.
struct Gathered {
    contacts: Vec<Contact>,
    /// Resolved tickets with when.
    solved: Vec<(i64, Solved)>,
    subjects: Vec<String>,
    channels: Vec<String>,
    cells: Vec<Vec<String>>,
}

/// A row of either table, its texts by their codes.
struct Row {
    at: i64,
    who: Option<i64>,
    id: i64,
    category: u32,
    channel: u32,
    cell: Vec<u32>,
}

fn gather(ctx: &Context, facts: &Facts, by: &[&str]) -> Result<Gathered> {
    let (tickets, solved) = tickets(facts, by)?;
    let calls = calls(facts, by)?;
    // Numbers go by the alphabet: codes depend on the order of the files.
    let categories = tickets.iter().map(|r| r.category).chain(calls.iter().map(|(r, ..)| r.category)).chain(solved.iter().map(|s| s.1));
    let subjects = Numbers::of(categories.map(|c| vec![c]));
    let phone = code_of("phone")?;
    let channels = Numbers::of(tickets.iter().map(|r| r.channel).filter(|c| *c != NONE).chain([phone]).map(|c| vec![c]));
    let cells = Numbers::of(tickets.iter().map(|r| r.cell.clone()).chain(calls.iter().map(|(r, ..)| r.cell.clone())));
    let subject = |r: &Row| (r.category != NONE).then(|| subjects.number(&[r.category]));
    let contact = |r: &Row| Contact {
        at: r.at,
        requester: r.who,
        subject: subject(r),
        cell: cells.number(&r.cell),
        channel: (r.channel != NONE).then(|| channels.number(&[r.channel])),
        id: r.id,
        ticket: Some(r.id),
    };
    let call = |(r, end, ticket): &(Row, i64, Option<i64>)| Call {
        start: r.at,
        end: *end,
        caller: r.who,
        ticket: *ticket,
        subject: subject(r),
        cell: cells.number(&r.cell),
        id: r.id,
    };
    let secs = |name: &str| ctx.settings.parameters.secs(name);
    let rule = Rule { before: secs("match_before")?, after: secs("match_after")?, phone: channels.number(&[phone]) };
    let calls: Vec<Call> = calls.iter().map(call).collect();
    let about = |(at, category, is_linked, is_first): (i64, u32, Option<bool>, Option<bool>)| {
        (at, Solved { subject: subjects.number(&[category]), is_linked, is_first })
    };
    Ok(Gathered {
        contacts: joined(tickets.iter().map(contact).collect(), &calls, rule),
        solved: solved.into_iter().map(about).collect(),
        subjects: subjects.names.iter().map(|n| n[0].clone()).collect(),
        channels: channels.names.iter().map(|n| n[0].clone()).collect(),
        cells: cells.names,
    })
}

/// When it was resolved, its category, whether an article was linked, whether it was solved at first contact.
type SolvedRow = (i64, u32, Option<bool>, Option<bool>);

/// The tickets that people made and nobody withdrew, and those of them that are resolved.
fn tickets(facts: &Facts, by: &[&str]) -> Result<(Vec<Row>, Vec<SolvedRow>)> {
    let (mut out, mut solved) = (Vec::new(), Vec::new());
    let machine = code_of("auto")?;
    let mut names: Vec<&str> = OF_TICKET[1..].iter().copied().chain(["kb_linked"]).collect();
    names.extend(by.iter().filter(|c| !OF_TICKET.contains(c) && **c != "kb_linked"));
    names.retain(|c| facts.has_column(Table::Tickets, c));
    if facts.frame(Table::Tickets).height() == 0 {
        return Ok((out, solved));
    }
    for frame in facts.columns(Table::Tickets, &names)?.split() {
        let long = |name: &str| frame.longs(name);
        let (at, done, who, id) = (long("created_at")?, long("resolved_at")?, long("requester_key")?, long("id_key")?);
        let (category, channel) = (frame.codes("category")?, frame.codes("channel")?);
        let (cancelled, linked, first) = (frame.flags("is_cancelled")?, frame.flags("kb_linked")?, frame.flags("is_first_contact")?);
        let cells = by.iter().map(|c| short_texts(&frame, c)).collect::<Result<Vec<_>>>()?;
        for row in (0..at.len()).filter(|&row| cancelled[row] != Some(true)) {
            if done[row] != MISSING {
                solved.push((done[row], category[row], linked[row], first[row]));
            }
            if at[row] != MISSING && channel[row] != machine {
                let cell = cells.iter().map(|c| c[row]).collect();
                out.push(Row { at: at[row], who: known(who[row]), id: id[row], category: category[row], channel: channel[row], cell });
            }
        }
    }
    Ok((out, solved))
}

/// The calls that an agent answered, with their end and the ticket they were recorded on.
fn calls(facts: &Facts, by: &[&str]) -> Result<Vec<(Row, i64, Option<i64>)>> {
    let mut out = Vec::new();
    if facts.frame(Table::Calls).height() == 0 {
        return Ok(out);
    }
    for frame in facts.columns(Table::Calls, &OF_CALL)?.split() {
        let long = |name: &str| frame.longs(name);
        let (id, start, end) = (long("id_key")?, long("start_at")?, long("end_at")?);
        let (who, ticket, category) = (long("caller_key")?, long("ticket_id_key")?, frame.codes("category")?);
        let answered = frame.flags("is_answered")?;
        for row in (0..id.len()).filter(|&row| answered[row] == Some(true) && start[row] != MISSING) {
            let cell = by.iter().map(|c| if *c == "category" { category[row] } else { NONE }).collect();
            let of = Row { at: start[row], who: known(who[row]), id: id[row], category: category[row], channel: NONE, cell };
            out.push((of, known(end[row]).unwrap_or(start[row]), known(ticket[row])));
        }
    }
    Ok(out)
}

/// Codes of a column, whatever it holds.
fn short_texts(frame: &Frame, column: &str) -> Result<Vec<u32>> {
    if !frame.has(column) {
        return Ok(vec![NONE; frame.height()]);
    }
    if frame.is_short_text(column) {
        return frame.codes(column);
    }
    frame.texts(column)?.iter().map(|t| t.as_deref().map_or(Ok(NONE), code_of)).collect()
}

/// Numbers for combinations of texts, in the order of the alphabet.
struct Numbers {
    names: Vec<Vec<String>>,
    by_codes: HashMap<Vec<u32>, u32>,
}

impl Numbers {
    fn of(all: impl Iterator<Item = Vec<u32>>) -> Self {
        let distinct: BTreeSet<Vec<u32>> = all.collect();
        let mut named: Vec<(Vec<String>, Vec<u32>)> =
            distinct.into_iter().map(|codes| (codes.iter().map(|c| text_of(*c)).collect(), codes)).collect();
        named.sort();
        let by_codes = named.iter().enumerate().map(|(i, (_, codes))| (codes.clone(), i as u32)).collect();
        Self { names: named.into_iter().map(|(names, _)| names).collect(), by_codes }
    }

    fn number(&self, codes: &[u32]) -> u32 {
        self.by_codes.get(codes).copied().unwrap_or(NONE)
    }
}
