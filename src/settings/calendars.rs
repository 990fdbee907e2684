//! `[calendar]`, the desk's own opening hours, and `[calendars.NAME]`, those of others: suppliers, groups, public holidays.

mod files;
mod hours;

pub use files::HolidayFile;

use super::node::{Node, Table, did_you_mean};
use crate::clock::calendar::{Calendar, Schedule, days_of_years};
use crate::error::{Error, Result};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// All calendars of the config.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendars {
    /// `[calendar]`; None: day and night.
    pub own: Option<Schedules>,
    /// `[calendars.NAME]` by name.
    pub named: BTreeMap<String, Schedules>,
}

/// A calendar: open when all its parts are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedules {
    /// Its own hours; the local days are those of its zone.
    pub first: Part,
    /// Those of the calendars it is `within`, and of those these are within, each once.
    pub within: Vec<Part>,
    /// Where it stands: `deskcard.toml:LINE:COLUMN`.
    pub at: String,
}

/// Opening hours as the config tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The hours, shifts, breaks and the holidays written in the config; those of the files are not among them yet.
    pub schedule: Schedule,
    /// The files with more holidays, in the order given.
    pub files: Vec<HolidayFile>,
}

impl Calendars {
    /// The files with holidays, each once: results depend on them as they do on the config.
    pub fn files(&self) -> Vec<&HolidayFile> {
        let parts = self.own.iter().chain(self.named.values()).map(|s| &s.first);
        let files: BTreeMap<&str, &HolidayFile> = parts.flat_map(|p| &p.files).map(|f| (f.name.as_str(), f)).collect();
        files.into_values().collect()
    }
}

impl Schedules {
    /// The calendar of some years, with the holidays of the files.
    ///
    /// A config error if it is never open in them; an input error if a file repeats a holiday without end in sight.
    pub fn calendar(&self, first_year: i32, last_year: i32) -> Result<Calendar> {
        let schedules = self.parts().map(|p| p.whole(first_year, last_year)).collect::<Result<Vec<Schedule>>>()?;
        let calendar = Calendar::within(&schedules.iter().collect::<Vec<_>>(), first_year, last_year);
        calendar.map_err(|e| if e.at.is_empty() { e.at(self.at.clone()) } else { e })
    }

    /// The holidays of some years, of whichever part, with their names where a file gives one.
    pub fn holidays(&self, first_year: i32, last_year: i32) -> Result<BTreeMap<i32, Vec<String>>> {
        let days = days_of_years(first_year, last_year)?;
        let mut holidays: BTreeMap<i32, Vec<String>> = BTreeMap::new();
        for part in self.parts() {
            part.schedule.holidays.range(days.clone()).for_each(|day| _ = holidays.entry(*day).or_default());
            for file in &part.files {
                for (day, names) in file.holidays.between(days.clone())? {
                    let known = holidays.entry(day).or_default();
                    for name in names {
                        if !name.is_empty() && !known.contains(&name) {
                            known.push(name);
                        }
                    }
                }
            }
        }
        Ok(holidays)
    }

    /// What was left out of the files, a sentence each.
    pub fn remarks(&self) -> Vec<String> {
        let remarks: BTreeSet<String> = self.parts().flat_map(|p| &p.files).flat_map(HolidayFile::remarks).collect();
        remarks.into_iter().collect()
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(&self.first).chain(&self.within)
    }
}

impl Part {
    /// The schedule with the holidays its files have in some years.
    fn whole(&self, first_year: i32, last_year: i32) -> Result<Schedule> {
        let days = days_of_years(first_year, last_year)?;
        let mut schedule = self.schedule.clone();
        for file in &self.files {
            schedule.holidays.extend(file.holidays.between(days.clone())?.into_keys());
        }
        Ok(schedule)
    }
}

const KEYS: &[&str] =
    &["time_zone", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "holidays", "holiday_files", "shifts", "breaks", "within"];

/// A calendar as it stands in the config, before those it is within are looked up.
struct Draft<'a> {
    part: Part,
    within: Vec<Node<'a>>,
    at: String,
}

/// Reads `[calendar]` and `[calendars.NAME]`; files are looked for in `dir`, the config's folder.
pub(super) fn calendars(root: &Table<'_>, desk_zone: Tz, dir: &Path) -> Result<Calendars> {
    let own = root.get("calendar").map(|n| draft(&n, "[calendar]", desk_zone, dir)).transpose()?;
    let nodes = root.get("calendars").map_or(Ok(Vec::new()), |n| n.open_table("[calendars]").map(|t| t.nodes()))?;
    let named = nodes.iter().map(|n| Ok((n.key, draft(n, &format!("[calendars.{}]", n.key), desk_zone, dir)?)));
    let named: BTreeMap<&str, Draft<'_>> = named.collect::<Result<_>>()?;
    let own = own.map(|d| schedules(&d, None, &named)).transpose()?;
    let named = named.iter().map(|(name, d)| Ok(((*name).to_owned(), schedules(d, Some(name), &named)?))).collect::<Result<_>>()?;
    Ok(Calendars { own, named })
}

fn draft<'a>(node: &Node<'a>, title: &str, desk_zone: Tz, dir: &Path) -> Result<Draft<'a>> {
    let table = node.table(title, KEYS)?;
    let time_zone = table.get("time_zone").map_or(Ok(desk_zone), |n| n.zone())?;
    let mut schedule = Schedule::weekly(time_zone, hours::week(&table)?);
    schedule.shifts = hours::shifts(&table)?;
    schedule.breaks = hours::breaks(&table)?;
    let holidays = table.get("holidays").map_or_else(Vec::new, |n| n.items());
    schedule.holidays = holidays.iter().map(Node::day).collect::<Result<_>>()?;
    if schedule.hours.iter().chain(schedule.shifts.values()).all(Vec::is_empty) {
        let hint = if table.get("within").is_some() {
            "`within` narrows the hours of a calendar: give each day mon = \"00:00-24:00\" to be open whenever the others are"
        } else {
            "give at least one day hours, such as mon = \"08:00-18:00\""
        };
        return Err(table.error(format!("{title} has no opening hours")).hint(hint));
    }
    let files = table.get("holiday_files").map_or(Ok(Vec::new()), |n| files::files(&n, time_zone, dir))?;
    let within = table.get("within").map_or_else(Vec::new, |n| n.items());
    Ok(Draft { part: Part { schedule, files }, within, at: table.place() })
}

/// A draft with all it is within; `name` is its own.
fn schedules(draft: &Draft<'_>, name: Option<&str>, named: &BTreeMap<&str, Draft<'_>>) -> Result<Schedules> {
    let mut within = Vec::new();
    let mut path: Vec<&str> = name.into_iter().collect();
    add_within(draft, &mut path, named, &mut within)?;
    let parts = within.into_iter().filter_map(|other| named.get(other)).map(|d| d.part.clone()).collect();
    Ok(Schedules { first: draft.part.clone(), within: parts, at: draft.at.clone() })
}

/// The longest way from a calendar to one it is within.
const DEEPEST: usize = 32;

/// Adds the names of the calendars a draft is within, and of those they are within; `path` holds the names it is reached by.
fn add_within<'n>(
    draft: &Draft<'_>,
    path: &mut Vec<&'n str>,
    named: &BTreeMap<&'n str, Draft<'_>>,
    found: &mut Vec<&'n str>,
) -> Result<()> {
    for node in &draft.within {
        let (name, other) = look_up(node, named)?;
        if path.contains(&name) {
            return Err(round(node, path));
        }
        if found.contains(&name) {
            continue;
        }
        if path.len() == DEEPEST {
            return Err(node
                .error(format!("calendars are within each other more than {DEEPEST} deep"))
                .hint("name them all in one `within`"));
        }
        found.push(name);
        path.push(name);
        add_within(other, path, named, found)?;
        path.pop();
    }
    Ok(())
}

fn look_up<'n, 'm, 'a>(node: &Node<'_>, named: &'m BTreeMap<&'n str, Draft<'a>>) -> Result<(&'n str, &'m Draft<'a>)> {
    let name = node.text()?;
    if let Some((name, draft)) = named.get_key_value(name) {
        return Ok((name, draft));
    }
    let error = node.error(format!("there is no calendar `{name}`"));
    if named.is_empty() {
        return Err(error.hint(format!("describe it as [calendars.{name}]")));
    }
    Err(did_you_mean(error, name, &named.keys().collect::<Vec<_>>()))
}

fn round(node: &Node<'_>, path: &[&str]) -> Error {
    let steps: Vec<String> = path.iter().map(|name| format!("`{name}`")).collect();
    let what = format!("`within` goes round: {}, then `{}` again", steps.join(", then "), node.text().unwrap_or_default());
    node.error(what).hint("take one of them out")
}

#[cfg(test)]
mod tests;
