//! Which person is meant, and all the ways in which the history names them.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use crate::columns::Source;
use crate::error::{Error, Result, nearest};
use crate::format::compared;
use crate::history::History;
use crate::privacy::erased::Naming;
use crate::privacy::{Holds, Key, Marks};

/// Candidates named at most.
const NAMED: usize = 8;

/// Somebody of whom the history holds rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    /// As shown to whoever asked.
    pub(super) shown: String,
    /// Whether they ask for help rather than give it.
    pub(super) is_requester: bool,
    /// Names and addresses.
    pub(super) names: BTreeSet<String>,
    /// What systems gave them: ids, logins, extensions.
    pub(super) ids: BTreeSet<String>,
    /// Longer names of others that hold one of theirs.
    spared: BTreeSet<String>,
    /// What is told of it.
    pub(super) remarks: Vec<String>,
}

impl Person {
    /// What they are known by from now on, under a key.
    pub(super) fn marks(&self, key: &Key, pseudonym: &str) -> Marks {
        let mut marks = Marks::new(pseudonym);
        self.names.iter().for_each(|name| marks.add(key, name, Naming::Name));
        self.ids.iter().for_each(|id| marks.add(key, id, Naming::Id));
        self.spared.iter().for_each(|name| marks.spare(key, name));
        marks
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        self.names.iter().chain(&self.ids)
    }

    fn has(&self, text: &str) -> bool {
        self.all().any(|name| compared(name) == compared(text))
    }
}

/// Whom a command is about, as it was typed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) agent: Option<&'a str>,
    pub(super) requester: Option<&'a str>,
    pub(super) also: &'a [String],
}

/// Everybody on any roster that is kept, by id.
pub(super) fn roster(ctx: &Context, history: &History) -> Result<Vec<Person>> {
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    history.raw_tables(&ctx.settings, |raw| {
        if raw.settings.is_none_or(|s| s.kind != Source::Agents) {
            return Ok(());
        }
        for table in &raw.tables {
            table.rows(|row| {
                let id = table.value(&row, "agent_id");
                if row.is_broken || id.is_empty() {
                    return Ok(());
                }
                let person = people.entry(compared(&id)).or_default();
                let list = |column: &str| split(&table.value(&row, column));
                person.names.extend(["name", "names", "emails"].iter().flat_map(|column| list(column)));
                person.ids.extend(["agent_id", "logins", "extensions"].iter().flat_map(|column| list(column)));
                let name = table.value(&row, "name");
                person.shown = if name.is_empty() { id } else { format!("{name} ({id})") };
                Ok(())
            })?;
        }
        Ok(())
    })?;
    Ok(people.into_values().collect())
}

/// The person that is meant, with everything the rosters know of them.
///
/// # Errors
/// An input error for nobody, and for several with whom it may be.
pub(super) fn find(ctx: &Context, history: &History, asked: Asked<'_>) -> Result<Person> {
    if history.journal().last()? == 0 {
        return Err(Error::input("the history holds nothing yet")
            .at(history.dir().display().to_string())
            .hint("`deskcard run` takes exports in; without a history nothing is kept about anybody but the pages"));
    }
    let people = roster(ctx, history)?;
    let mut person = match (asked.agent, asked.requester) {
        (_, Some(key)) => requester(ctx, history, key)?,
        (Some(query), None) => agent(ctx, history, query, &people)?,
        (None, None) => return Err(Error::config("say who: an agent, or --requester KEY")),
    };
    person.names.extend(asked.also.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()));
    settle(&mut person, &people)?;
    Ok(person)
}

fn agent(ctx: &Context, history: &History, query: &str, people: &[Person]) -> Result<Person> {
    let found: Vec<&Person> = people.iter().filter(|p| p.has(query)).collect();
    match found.as_slice() {
        [one] => return Ok((*one).clone()),
        [] => {}
        several => {
            let shown: Vec<&str> = several.iter().take(NAMED).map(|p| p.shown.as_str()).collect();
            return Err(Error::input(format!("{query:?} is the name of {} people on the roster: {}", several.len(), shown.join(", ")))
                .hint("name one of them by id"));
        }
    }
    // Who never was on a roster has the name that rows have.
    if let Some(name) = stands(ctx, history, query, |_| true)? {
        let mut person = Person { shown: name.clone(), ..Person::default() };
        if name.contains(' ') || name.contains('@') {
            person.names.insert(name)
        } else {
            person.ids.insert(name)
        };
        person.remarks.push("on no roster: known by this one name".to_owned());
        return Ok(person);
    }
    let known = people.iter().flat_map(Person::all).map(String::as_str);
    let error = Error::input(format!("nobody in the history is called {query:?}"));
    let near = nearest(query, known);
    Err(match near.is_empty() {
        true => error.hint("name an agent by id, name, login, extension or e-mail address, as the roster has it"),
        false => error.hint(format!("nearest: {}", near.join(", "))),
    })
}

fn requester(ctx: &Context, history: &History, key: &str) -> Result<Person> {
    let is_theirs = |column: Option<&str>| column.is_some_and(|c| ["requester", "caller"].contains(&c));
    let Some(found) = stands(ctx, history, key, is_theirs)? else {
        return Err(Error::input(format!("no ticket or call in the history is of the requester {key:?}"))
            .hint("the key is what the columns mapped to `requester` and `caller` hold"));
    };
    let mut person = Person { shown: found.clone(), is_requester: true, ..Person::default() };
    if found.contains(' ') || found.contains('@') {
        person.names.insert(found)
    } else {
        person.ids.insert(found)
    };
    Ok(person)
}

/// A cell that holds people and all of which is this text: as it stands.
fn stands(ctx: &Context, history: &History, text: &str, is_meant: impl Fn(Option<&str>) -> bool) -> Result<Option<String>> {
    let wanted = compared(text);
    let mut found = None;
    history.raw_tables(&ctx.settings, |raw| {
        if found.is_some() {
            return Ok(());
        }
        for table in &raw.tables {
            table.rows(|row| {
                let cells = row.cells.iter().enumerate().filter(|(i, _)| table.holds(*i) == Holds::People && !row.is_broken);
                let mut cells = cells.filter(|(i, _)| is_meant(table.columns.get(*i).and_then(|c| c.canonical)));
                if let Some((_, cell)) = cells.find(|(_, cell)| compared(cell) == wanted) {
                    found.get_or_insert_with(|| cell.trim().to_owned());
                }
                Ok(())
            })?;
        }
        Ok(())
    })?;
    Ok(found)
}

/// Names that others have too: a name of two people tells nobody's rows, and a shared extension is left to the other.
fn settle(person: &mut Person, people: &[Person]) -> Result<()> {
    let others: Vec<&Person> = people.iter().filter(|p| p.shown != person.shown || person.is_requester).collect();
    let mut shared = Vec::new();
    for name in person.all() {
        let Some(other) = others.iter().find(|o| o.has(name)) else { continue };
        if person.names.contains(name) && name.contains(' ') {
            return Err(Error::input(format!("{name:?} is also the name of {}: which rows are whose cannot be told", other.shown))
                .hint("give one of them another name in the exports; names alone do not tell two people apart"));
        }
        shared.push((name.clone(), other.shown.clone()));
    }
    for (name, other) in shared {
        person.names.remove(&name);
        person.ids.remove(&name);
        person.remarks.push(format!("{name:?} is also of {other}, and is left as it is"));
    }
    let within = |longer: &str, shorter: &str| {
        let (longer, shorter) = (format!(" {} ", compared(longer)), format!(" {} ", compared(shorter)));
        longer.len() > shorter.len() && longer.contains(&shorter)
    };
    let longer = others.iter().flat_map(|o| &o.names).filter(|longer| person.names.iter().any(|name| within(longer, name)));
    person.spared = longer.cloned().collect();
    Ok(())
}

fn split(list: &str) -> Vec<String> {
    list.split(';').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect()
}
