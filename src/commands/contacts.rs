//! Tickets and calls as contacts, as the report and `deskcard repeats` speak of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::FixedState;

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
    let (any, same) = chains(contacts, asked.window);
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

/// A row of either table, its texts by the number of their [`Combinations`].
struct Row {
    at: i64,
    who: Option<i64>,
    id: i64,
    category: Option<u32>,
    channel: Option<u32>,
    cell: u32,
}

/// What the rows name.
#[derive(Default)]
struct Named {
    categories: Combinations,
    channels: Combinations,
    cells: Combinations,
}

fn gather(ctx: &Context, facts: &Facts, by: &[&str]) -> Result<Gathered> {
    let mut named = Named::default();
    let (tickets, solved) = tickets(facts, by, &mut named)?;
    let calls = calls(facts, by, &mut named)?;
    let phone = named.channels.number(&[code_of("phone")?]);
    // Numbers go by the alphabet: those of the rows depend on the order of the files.
    let (categories, channels, cells) = (named.categories.sorted(), named.channels.sorted(), named.cells.sorted());
    let subject = |r: &Row| r.category.map(|c| categories.number(c));
    let contact = |r: Row| Contact {
        at: r.at,
        requester: r.who,
        subject: subject(&r),
        cell: cells.number(r.cell),
        channel: r.channel.map(|c| channels.number(c)),
        id: r.id,
        ticket: Some(r.id),
    };
    let call = |(r, end, ticket): (Row, i64, Option<i64>)| Call {
        start: r.at,
        end,
        caller: r.who,
        ticket,
        subject: subject(&r),
        cell: cells.number(r.cell),
        id: r.id,
    };
    let secs = |name: &str| ctx.settings.parameters.secs(name);
    let rule = Rule { before: secs("match_before")?, after: secs("match_after")?, phone: channels.number(phone) };
    let calls: Vec<Call> = calls.into_iter().map(call).collect();
    let about = |(at, category, is_linked, is_first): SolvedRow| (at, Solved { subject: categories.number(category), is_linked, is_first });
    Ok(Gathered {
        contacts: joined(tickets.into_iter().map(contact).collect(), &calls, rule),
        solved: solved.into_iter().map(about).collect(),
        subjects: categories.names.into_iter().flatten().collect(),
        channels: channels.names.into_iter().flatten().collect(),
        cells: cells.names,
    })
}

/// When it was resolved, the number of its category, whether an article was linked, whether it was solved at first contact.
type SolvedRow = (i64, u32, Option<bool>, Option<bool>);

/// The tickets that people made and nobody withdrew, and those of them that are resolved.
fn tickets(facts: &Facts, by: &[&str], named: &mut Named) -> Result<(Vec<Row>, Vec<SolvedRow>)> {
    let (mut out, mut solved, mut cell) = (Vec::new(), Vec::new(), Vec::new());
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
                solved.push((done[row], named.categories.number(&category[row..=row]), linked[row], first[row]));
            }
            if at[row] != MISSING && channel[row] != machine {
                cell.clear();
                cell.extend(cells.iter().map(|c| c[row]));
                out.push(Row {
                    at: at[row],
                    who: known(who[row]),
                    id: id[row],
                    category: named.category(category[row]),
                    channel: (channel[row] != NONE).then(|| named.channels.number(&[channel[row]])),
                    cell: named.cells.number(&cell),
                });
            }
        }
    }
    Ok((out, solved))
}

/// The calls that an agent answered, with their end and the ticket they were recorded on.
fn calls(facts: &Facts, by: &[&str], named: &mut Named) -> Result<Vec<(Row, i64, Option<i64>)>> {
    let (mut out, mut cell) = (Vec::new(), Vec::new());
    if facts.frame(Table::Calls).height() == 0 {
        return Ok(out);
    }
    for frame in facts.columns(Table::Calls, &OF_CALL)?.split() {
        let long = |name: &str| frame.longs(name);
        let (id, start, end) = (long("id_key")?, long("start_at")?, long("end_at")?);
        let (who, ticket, category) = (long("caller_key")?, long("ticket_id_key")?, frame.codes("category")?);
        let answered = frame.flags("is_answered")?;
        for row in (0..id.len()).filter(|&row| answered[row] == Some(true) && start[row] != MISSING) {
            cell.clear();
            cell.extend(by.iter().map(|c| if *c == "category" { category[row] } else { NONE }));
            let of = Row {
                at: start[row],
                who: known(who[row]),
                id: id[row],
                category: named.category(category[row]),
                channel: None,
                cell: named.cells.number(&cell),
            };
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

impl Named {
    /// The number of a category; `None` for no category.
    fn category(&mut self, code: u32) -> Option<u32> {
        // Numbered all the same: a row about nothing is in the list of what rows are about.
        let number = self.categories.number(&[code]);
        (code != NONE).then_some(number)
    }
}

/// Combinations of codes of texts, numbered as they come.
#[derive(Default)]
struct Combinations {
    codes: Vec<Vec<u32>>,
    numbers: HashMap<Vec<u32>, u32, FixedState>,
}

impl Combinations {
    fn number(&mut self, codes: &[u32]) -> u32 {
        if let Some(number) = self.numbers.get(codes) {
            return *number;
        }
        let number = self.codes.len() as u32;
        self.codes.push(codes.to_vec());
        self.numbers.insert(codes.to_vec(), number);
        number
    }

    /// The same in the order of the alphabet.
    fn sorted(self) -> Numbers {
        let named = self.codes.into_iter().enumerate().map(|(number, codes)| (codes.into_iter().map(text_of).collect(), number));
        let mut named: Vec<(Vec<String>, usize)> = named.collect();
        named.sort();
        let mut ranks = vec![0; named.len()];
        named.iter().enumerate().for_each(|(rank, (_, number))| ranks[*number] = rank as u32);
        Numbers { names: named.into_iter().map(|(names, _)| names).collect(), ranks }
    }
}

/// Combinations of texts in the order of the alphabet.
struct Numbers {
    names: Vec<Vec<String>>,
    /// Places in `names`, by the number as it came.
    ranks: Vec<u32>,
}

impl Numbers {
    fn number(&self, as_it_came: u32) -> u32 {
        self.ranks[as_it_came as usize]
    }
}
