//! The roster: who was on the desk when, in which team, with which mentor.

use std::collections::HashMap;

use super::calendars::Calendars;
use super::identity::Identity;
use crate::clock::zone::{Cursor, Zone};
use crate::columns::Source;
use crate::desk::{Desk, NONE, Values, code_of, known, text_of};
use crate::error::Result;
use crate::format::count;
use crate::say;

/// Columns of the roster that every fact about an agent can be broken down by.
pub(crate) const ATTRIBUTES: [&str; 10] =
    ["team", "supplier", "mentor", "agent_level", "site", "shift", "employment", "prior_business", "role", "languages"];

/// One stay on the roster.
#[derive(Debug, Clone)]
pub(crate) struct Spell {
    pub(crate) agent: u32,
    /// First instant on the desk, UTC.
    pub(crate) start: i64,
    /// Start of the last day, UTC; `None` while on the desk.
    pub(crate) left: Option<i64>,
    /// First instant after the last day, or the end of time.
    pub(crate) end: i64,
    /// First and last local day.
    pub(crate) first_day: i32,
    pub(crate) last_day: Option<i32>,
    /// First local day of the unbroken time on the desk that this spell is part of.
    pub(crate) stay_first_day: i32,
    /// Whether the same person goes on at once in the next spell: a move between teams, not a leaver.
    goes_on: bool,
    /// First local day with the mentor.
    pub(crate) mentor_day: Option<i32>,
    pub(crate) attributes: [u32; ATTRIBUTES.len()],
    pub(crate) leave_reason: u32,
    pub(crate) prior_months: Option<f64>,
    pub(crate) weekly_hours: Option<f64>,
    pub(crate) fte: f64,
}

/// All stays, and those of each agent in order of time.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    pub(crate) spells: Vec<Spell>,
    by_agent: HashMap<u32, Vec<usize>>,
    as_of: i64,
    /// Whether anything says when people left.
    pub(crate) has_leaving: bool,
    /// Spells that went on beside the next one of the same person.
    cut: u64,
}

impl Roster {
    /// Whether there is no roster at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.spells.is_empty()
    }

    /// Sentences about spells that lie over each other.
    pub(crate) fn remarks(&self) -> Option<(String, String)> {
        let text = say!(
            self.cut => "The roster has 1 stay that goes on beside a later one of the same person; it counts until that begins.",
            "The roster has {n} stays that go on beside a later one of the same person; they count until that begins.",
            n = count(self.cut)
        );
        (self.cut > 0).then(|| ("roster-overlap".to_owned(), text))
    }

    /// The spell of an agent at an instant: the one that holds it, else the last before it, else the first.
    pub(crate) fn spell(&self, agent: u32, at: i64) -> Option<&Spell> {
        let spells = self.by_agent.get(&agent)?;
        let held = spells.iter().rev().find(|&&i| self.spells[i].start <= at);
        held.or(spells.first()).map(|&i| &self.spells[i])
    }

    /// Weeks on the desk without a break, from 1, for agents at instants; missing off the roster and before the first day.
    pub(crate) fn tenure_weeks(&self, zone: &Zone, agents: &[u32], at: &[i64]) -> Values {
        let mut cursor = Cursor::new(zone);
        let mut weeks = |(&agent, &at): (&u32, &i64)| {
            let day = known(at).map(|t| ((t + i64::from(cursor.offset_at(t))).div_euclid(86_400)) as i32)?;
            let days = day - self.spell(agent, at)?.stay_first_day;
            (days >= 0).then_some(days / 7 + 1)
        };
        Values::Whole(agents.iter().zip(at).map(|pair| weeks(pair).unwrap_or(i32::MIN)).collect())
    }

    /// One of [`ATTRIBUTES`] for agents at instants; at the cut-off for a missing instant.
    pub(crate) fn attribute(&self, which: usize, agents: &[u32], at: &[i64]) -> Values {
        let code =
            |(&agent, &at): (&u32, &i64)| self.spell(agent, known(at).unwrap_or(self.as_of - 1)).map_or(NONE, |s| s.attributes[which]);
        Values::Text(agents.iter().zip(at).map(code).collect())
    }
}

/// Whether the same person goes on at once in another spell: a move between teams, not a leaver.
pub(super) fn goes_on(spells: &[Spell], i: usize) -> bool {
    spells[i].goes_on
}

/// Days without work between two spells that are looked through, at most: longer is a break.
const LONGEST_BRIDGE: i32 = 31;

/// Whether at most one day on which anybody works lies between two spells of a person: from Friday to Monday is a move like any other.
fn is_move(one: &Spell, next: &Spell, is_worked: impl Fn(i32) -> bool) -> bool {
    let Some(last) = one.last_day.filter(|_| one.agent == next.agent) else { return false };
    next.first_day <= last + LONGEST_BRIDGE && (last + 1..next.first_day).filter(|day| is_worked(*day)).count() <= 1
}

/// Monday to Friday, unless the desk's calendar has no hour of the day open.
fn is_worked(day: i32, zone: &Zone, calendars: &Calendars) -> bool {
    (day + 3).rem_euclid(7) < 5 && calendars.own().elapsed(zone.day_start(day), zone.day_start(day + 1)) > 0
}

/// A person is in one spell at a time: an older one ends when the next begins, and goes on when that one is over first. How many were cut.
fn untangle(spells: &mut Vec<Spell>, zone: &Zone, as_of: i64) -> u64 {
    let (mut cut, mut i) = (0, 0);
    while i + 1 < spells.len() {
        let (older, newer) = (&spells[i], &spells[i + 1]);
        let is_over = older.last_day.is_some_and(|last| last < newer.first_day);
        if older.agent != newer.agent || is_over || newer.start >= as_of {
            i += 1;
            continue;
        }
        cut += 1;
        let rest = newer.last_day.filter(|last| older.last_day.is_none_or(|own| own > *last)).map(|last| Spell {
            start: zone.day_start(last + 1),
            first_day: last + 1,
            stay_first_day: last + 1,
            ..older.clone()
        });
        let before = newer.first_day - 1;
        if older.first_day > before {
            spells.remove(i);
        } else {
            let end = zone.day_start(before + 1);
            let older = &mut spells[i];
            (older.left, older.end, older.last_day) = (Some(zone.day_start(before)), end, Some(before));
            i += 1;
        }
        if let Some(rest) = rest.filter(|rest| rest.start < as_of) {
            let later = spells[i..].iter().position(|s| s.agent != rest.agent || s.start > rest.start);
            spells.insert(later.map_or(spells.len(), |at| i + at), rest);
        }
    }
    cut
}

/// Reads the roster and the identities it holds.
pub(crate) fn read(desk: &Desk, zone: &Zone, calendars: &Calendars) -> Result<(Identity, Roster)> {
    let frame = desk.frame(Source::Agents);
    let (mut identity, mut roster) = (Identity::default(), Roster { as_of: desk.as_of, ..Roster::default() });
    if frame.height() == 0 {
        return Ok((identity, roster));
    }
    let text = |name: &str| frame.codes(name);
    let (ids, names) = (text("agent_id")?, text("name")?);
    let shown = shown_names(&ids, &names)?;
    let aliases: Vec<Vec<u32>> = ["names", "emails", "logins", "extensions"].iter().map(|c| text(c)).collect::<Result<_>>()?;
    for row in 0..ids.len() {
        let texts: Vec<String> =
            [ids[row], names[row]].into_iter().chain(aliases.iter().map(|a| a[row])).map(text_of).chain([text_of(shown[row])]).collect();
        identity.add(shown[row], texts.iter().map(String::as_str));
    }
    identity.settle();
    let source = |name: &str| if name == "agent_level" { "level".to_owned() } else { name.to_owned() };
    let mut attributes: Vec<Vec<u32>> = ATTRIBUTES.iter().map(|c| text(&source(c))).collect::<Result<_>>()?;
    attributes[2] = identity.agents(&attributes[2])?;
    let mentor_since = frame.whole("mentor_since_at")?;
    let (hired, desk_start, left) = (frame.whole("hired_at")?, frame.whole("desk_start_at")?, frame.whole("left_at")?);
    let (reason, months) = (text("leave_reason")?, frame.numbers("prior_business_months")?);
    let (hours, fte) = (frame.numbers("scheduled_hours")?, frame.numbers("fte")?);
    for row in 0..ids.len() {
        let Some(start) = desk_start[row].or(hired[row]) else { continue };
        let left = left[row].filter(|t| *t < desk.as_of);
        let end = left.map_or(i64::MAX, |t| zone.day_start(zone.local_day(t) + 1));
        let attributes = std::array::from_fn(|i| attributes[i][row]);
        roster.spells.push(Spell {
            agent: shown[row],
            start,
            left,
            end,
            first_day: zone.local_day(start),
            last_day: left.map(|t| zone.local_day(t)),
            stay_first_day: zone.local_day(start),
            goes_on: false,
            mentor_day: mentor_since[row].map(|t| zone.local_day(t)),
            attributes,
            leave_reason: reason[row],
            prior_months: months[row],
            weekly_hours: hours[row],
            fte: fte[row].unwrap_or(1.0),
        });
    }
    // An empty column says that nobody has left, a missing one nothing.
    roster.has_leaving = desk.ledger.has_column(Source::Agents, "left_at") || left.iter().any(Option::is_some);
    roster.spells.sort_by_cached_key(|s| (text_of(s.agent), s.start, s.end, s.attributes.map(text_of)));
    roster.cut = untangle(&mut roster.spells, zone, desk.as_of);
    for i in 1..roster.spells.len() {
        if is_move(&roster.spells[i - 1], &roster.spells[i], |day| is_worked(day, zone, calendars)) {
            roster.spells[i - 1].goes_on = true;
            roster.spells[i].stay_first_day = roster.spells[i - 1].stay_first_day;
        }
    }
    for (i, spell) in roster.spells.iter().enumerate() {
        roster.by_agent.entry(spell.agent).or_default().push(i);
    }
    Ok((identity, roster))
}

/// Where to reach a person of the roster, as of the cut-off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// The name shown; no two people share one.
    pub name: String,
    /// Addresses, separated by semicolons.
    pub emails: String,
    /// `agent`, `lead`, `manager` … in the desk's words.
    pub role: String,
    /// Team of the newest stay.
    pub team: String,
    /// Supplier of the newest stay; empty for the desk's own people.
    pub supplier: String,
    /// Whether the person has left.
    pub has_left: bool,
}

/// Everybody on the roster who has begun by the cut-off, by name.
///
/// # Errors
/// A bug if the roster lacks a column it always has.
pub fn contacts(desk: &Desk) -> Result<Vec<Contact>> {
    let frame = desk.frame(Source::Agents);
    if frame.height() == 0 {
        return Ok(Vec::new());
    }
    let text = |name: &str| frame.codes(name);
    let shown = shown_names(&text("agent_id")?, &text("name")?)?;
    let (emails, role, team, supplier) = (text("emails")?, text("role")?, text("team")?, text("supplier")?);
    let (hired, desk_start, left) = (frame.whole("hired_at")?, frame.whole("desk_start_at")?, frame.whole("left_at")?);
    let mut newest: std::collections::BTreeMap<String, (i64, Contact)> = std::collections::BTreeMap::new();
    for row in 0..shown.len() {
        let Some(start) = desk_start[row].or(hired[row]).filter(|start| *start < desk.as_of) else { continue };
        let said = |codes: &[u32]| text_of(codes[row]);
        let contact = Contact {
            name: text_of(shown[row]),
            emails: said(&emails),
            role: said(&role),
            team: said(&team),
            supplier: said(&supplier),
            has_left: left[row].is_some_and(|t| t < desk.as_of),
        };
        let known = newest.entry(contact.name.clone()).or_insert_with(|| (i64::MIN, Contact::default()));
        if start >= known.0 {
            *known = (start, contact);
        }
    }
    Ok(newest.into_values().map(|(_, contact)| contact).collect())
}

/// The name shown of everybody on the roster, with every other name, id, login, extension and address of theirs.
///
/// # Errors
/// A bug if the roster lacks a column it always has.
pub fn names(desk: &Desk) -> Result<std::collections::BTreeMap<String, std::collections::BTreeSet<String>>> {
    let mut out: std::collections::BTreeMap<String, std::collections::BTreeSet<String>> = std::collections::BTreeMap::new();
    let frame = desk.frame(Source::Agents);
    if frame.height() == 0 {
        return Ok(out);
    }
    let shown = shown_names(&frame.codes("agent_id")?, &frame.codes("name")?)?;
    for column in ["agent_id", "name", "names", "logins", "extensions", "emails"] {
        for (person, code) in shown.iter().zip(frame.codes(column)?) {
            let all = text_of(code);
            let each = all.split(';').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
            out.entry(text_of(*person)).or_default().extend(each);
        }
    }
    Ok(out)
}

/// The name to show for each row: the name, else the id; with the id where two people share a name.
fn shown_names(ids: &[u32], names: &[u32]) -> Result<Vec<u32>> {
    let mut ids_of: HashMap<u32, std::collections::BTreeSet<u32>> = HashMap::new();
    for (id, name) in ids.iter().zip(names) {
        ids_of.entry(*name).or_default().insert(*id);
    }
    ids.iter()
        .zip(names)
        .map(|(&id, &name)| match name {
            NONE => code_of(text_of(id).trim()),
            _ if ids_of[&name].len() > 1 => code_of(&format!("{} ({})", text_of(name).trim(), text_of(id).trim())),
            _ => code_of(text_of(name).trim()),
        })
        .collect()
}
