//! Rows of tickets and calls as contacts, as far back as anything is asked of them.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use foldhash::fast::FixedState;

use crate::commands::Context;
use crate::contacts::Contact;
use crate::contacts::join::{Call, Rule, joined};
use crate::contacts::knowledge::Solved;
use crate::desk::{Frame, MISSING, NONE, code_of, known, text_of};
use crate::error::Result;
use crate::facts::{Facts, Table, Wanted};

const OF_TICKET: [&str; 9] =
    ["id", "id_key", "created_at", "resolved_at", "requester_key", "category", "channel", "is_cancelled", "is_first_contact"];
const OF_CALL: [&str; 7] = ["id_key", "start_at", "end_at", "caller_key", "ticket_id_key", "category", "is_answered"];

/// Adds what contacts are made of.
pub(in crate::commands) fn want(wanted: &mut Wanted, by: &[String]) -> Result<()> {
    let tickets = OF_TICKET.iter().copied().chain(["kb_linked"]).chain(by.iter().map(String::as_str));
    tickets.into_iter().try_for_each(|c| wanted.add(Table::Tickets, c))?;
    OF_CALL.iter().try_for_each(|c| wanted.add(Table::Calls, c))
}

/// Which rows.
pub(super) struct Wish<'a> {
    /// Columns of a cell.
    pub(super) by: &'a [&'a str],
    /// Contacts from here on, seconds UTC.
    pub(super) since: i64,
    /// Tickets resolved then.
    pub(super) solved: &'a Range<i64>,
}

/// Contacts with the names behind their numbers.
pub(super) struct Gathered {
    pub(super) contacts: Vec<Contact>,
    pub(super) solved: Vec<Solved>,
    pub(super) subjects: Vec<String>,
    pub(super) channels: Vec<String>,
    pub(super) cells: Vec<Vec<String>>,
    /// The first thing the exports tell of, seconds UTC; `None` without rows.
    pub(super) first: Option<i64>,
    /// Whether any row of whatever time says who asked.
    pub(super) is_told_who: bool,
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

/// What is known of all rows, those that are looked at or not.
#[derive(Default)]
struct Known {
    first: Option<i64>,
    is_told_who: bool,
}

impl Known {
    fn see(&mut self, at: i64, who: i64) {
        if at != MISSING {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
        }
        self.is_told_who |= who != MISSING;
    }
}

pub(super) fn gather(ctx: &Context, facts: &Facts, wish: &Wish<'_>) -> Result<Gathered> {
    let (mut named, mut known) = (Named::default(), Known::default());
    let calls = calls(facts, wish, (&mut named, &mut known))?;
    // A call about an older ticket is about what that was about.
    let spoken_of: HashSet<i64, FixedState> = calls.iter().filter_map(|(.., ticket)| *ticket).collect();
    let (tickets, solved) = tickets(facts, wish, &spoken_of, (&mut named, &mut known))?;
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
    let mut contacts = joined(tickets.into_iter().map(contact).collect(), &calls, rule);
    contacts.retain(|c| c.at >= wish.since);
    let about = |(category, is_linked, is_first): SolvedRow| Solved { subject: categories.number(category), is_linked, is_first };
    Ok(Gathered {
        contacts,
        solved: solved.into_iter().map(about).collect(),
        subjects: categories.names.into_iter().flatten().collect(),
        channels: channels.names.into_iter().flatten().collect(),
        cells: cells.names,
        first: known.first,
        is_told_who: known.is_told_who,
    })
}

/// The number of its category, whether an article was linked, whether it was solved at first contact.
type SolvedRow = (u32, Option<bool>, Option<bool>);

/// The tickets that people made and nobody withdrew, and those of them that were resolved when it is asked for.
fn tickets(
    facts: &Facts,
    wish: &Wish<'_>,
    spoken_of: &HashSet<i64, FixedState>,
    (named, of_all): (&mut Named, &mut Known),
) -> Result<(Vec<Row>, Vec<SolvedRow>)> {
    let (mut out, mut solved, mut cell) = (Vec::new(), Vec::new(), Vec::new());
    let machine = code_of("auto")?;
    let mut names: Vec<&str> = OF_TICKET[1..].iter().copied().chain(["kb_linked"]).collect();
    names.extend(wish.by.iter().filter(|c| !OF_TICKET.contains(c) && **c != "kb_linked"));
    names.retain(|c| facts.has_column(Table::Tickets, c));
    let is_contact = |at: i64, id: i64| at != MISSING && (at >= wish.since || spoken_of.contains(&id));
    let is_wanted = |[at, done, id, who]: [i64; 4]| {
        of_all.see(at, who);
        is_contact(at, id) || wish.solved.contains(&done)
    };
    for frame in facts.parts(Table::Tickets, (["created_at", "resolved_at", "id_key", "requester_key"], &names), is_wanted)? {
        let long = |name: &str| frame.longs(name);
        let (at, done, who, id) = (long("created_at")?, long("resolved_at")?, long("requester_key")?, long("id_key")?);
        let (category, channel) = (frame.codes("category")?, frame.codes("channel")?);
        let (cancelled, linked, first) = (frame.flags("is_cancelled")?, frame.flags("kb_linked")?, frame.flags("is_first_contact")?);
        let cells = wish.by.iter().map(|c| short_texts(&frame, c)).collect::<Result<Vec<_>>>()?;
        for row in (0..at.len()).filter(|&row| cancelled[row] != Some(true)) {
            if wish.solved.contains(&done[row]) {
                solved.push((named.categories.number(&category[row..=row]), linked[row], first[row]));
            }
            if is_contact(at[row], id[row]) && channel[row] != machine {
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
fn calls(facts: &Facts, wish: &Wish<'_>, (named, of_all): (&mut Named, &mut Known)) -> Result<Vec<(Row, i64, Option<i64>)>> {
    let (mut out, mut cell) = (Vec::new(), Vec::new());
    let is_wanted = |[start, who]: [i64; 2]| {
        of_all.see(start, who);
        start != MISSING && start >= wish.since
    };
    for frame in facts.parts(Table::Calls, (["start_at", "caller_key"], &OF_CALL), is_wanted)? {
        let long = |name: &str| frame.longs(name);
        let (id, start, end) = (long("id_key")?, long("start_at")?, long("end_at")?);
        let (who, ticket, category) = (long("caller_key")?, long("ticket_id_key")?, frame.codes("category")?);
        let answered = frame.flags("is_answered")?;
        for row in (0..id.len()).filter(|&row| answered[row] == Some(true)) {
            cell.clear();
            cell.extend(wish.by.iter().map(|c| if *c == "category" { category[row] } else { NONE }));
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
