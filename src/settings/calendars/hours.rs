//! Hours of weekdays and dates: `mon = ["08:00-12:00", "13:00-18:00"]`, `shifts`, `breaks`.

use super::super::node::{Node, Table};
use crate::clock::calendar::Hours;
use crate::clock::{DAY, day_text, parse_day, parse_time};
use crate::error::{Error, Result};
use std::collections::BTreeMap;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Seconds since midnight as written; `to` is that of the next day if not after `from`.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: i64,
    to: i64,
}

impl Stretch {
    /// What of it lies on its own day and on the next.
    fn split(self) -> [(i64, i64); 2] {
        if self.to > self.from { [(self.from, self.to), (0, 0)] } else { [(self.from, DAY), (0, self.to)] }
    }
}

/// The hours of a day with what the config says of each.
type Written<'a> = Vec<((i64, i64), Node<'a>)>;

/// The hours of the week; those over midnight are of both days.
pub(super) fn week(table: &Table<'_>) -> Result<[Hours; 7]> {
    let mut week: [Written<'_>; 7] = Default::default();
    for (index, day) in DAYS.iter().enumerate() {
        for item in table.get(day).map_or_else(Vec::new, |n| n.items()) {
            let [here, next] = stretch(&item)?.split();
            put(&mut week[index], DAYS[index], here, &item)?;
            put(&mut week[(index + 1) % 7], DAYS[(index + 1) % 7], next, &item)?;
        }
    }
    Ok(week.map(in_order))
}

fn put<'a>(day: &mut Written<'a>, name: &str, (from, to): (i64, i64), item: &Node<'a>) -> Result<()> {
    if from == to {
        return Ok(());
    }
    let Some((_, other)) = day.iter().find(|((a, b), _)| from < *b && *a < to) else {
        day.push(((from, to), item.clone()));
        return Ok(());
    };
    if item.key != name {
        return Err(item.error(format!("the hours `{}` of `{}` go on into others of `{name}`", item.text()?, item.key)));
    }
    let error = item.error(format!("the hours `{}` of `{name}` overlap others of that day", item.text()?));
    Err(if other.key == name { error } else { error.hint(format!("`{}` of `{}` go on into it", other.text()?, other.key)) })
}

fn in_order(written: Written<'_>) -> Hours {
    let mut hours: Hours = written.into_iter().map(|(hours, _)| hours).collect();
    hours.sort_unstable();
    hours
}

/// `shifts`: the hours of dates instead of those of their weekdays; an empty list is a closed date.
pub(super) fn shifts(table: &Table<'_>) -> Result<BTreeMap<i32, Hours>> {
    let mut shifts = BTreeMap::new();
    for (day, node) in dates(table, "shifts")? {
        let mut hours = Written::new();
        for item in node.items() {
            let [here, next] = stretch(&item)?.split();
            if next.1 > 0 {
                return Err(over_midnight(&item, day));
            }
            put(&mut hours, node.key, here, &item)?;
        }
        shifts.insert(day, in_order(hours));
    }
    Ok(shifts)
}

/// Whether the next date keeps its weekday's hours cannot be told, so it must be said.
fn over_midnight(item: &Node<'_>, day: i32) -> Error {
    let next = day_text(day.saturating_add(1));
    item.error(format!("a shift of `{}` cannot go on over midnight", item.key))
        .hint(format!("end it at 24:00, and give all hours of the next date under `{next}`"))
}

/// `breaks`: stretches of dates that are closed; they may overlap, and go on into the next date.
pub(super) fn breaks(table: &Table<'_>) -> Result<BTreeMap<i32, Hours>> {
    let mut breaks: BTreeMap<i32, Hours> = BTreeMap::new();
    for (day, node) in dates(table, "breaks")? {
        for item in node.items() {
            let [here, next] = stretch(&item)?.split();
            for (day, (from, to)) in [(day, here), (day.saturating_add(1), next)] {
                if from < to {
                    breaks.entry(day).or_default().push((from, to));
                }
            }
        }
    }
    Ok(breaks.into_iter().map(|(day, hours)| (day, without_overlap(hours))).collect())
}

fn without_overlap(mut hours: Hours) -> Hours {
    hours.sort_unstable();
    hours.dedup_by(|next, last| {
        let touches = next.0 <= last.1;
        if touches {
            last.1 = last.1.max(next.1);
        }
        touches
    });
    hours
}

/// The dates of a table with what they are given.
fn dates<'a>(table: &Table<'a>, key: &str) -> Result<Vec<(i32, Node<'a>)>> {
    let Some(node) = table.get(key) else { return Ok(Vec::new()) };
    let date = |n: Node<'a>| {
        let day = parse_day(n.key).ok_or_else(|| n.key_error(format!("`{}` is not a date", n.key)).hint("write \"2026-11-16\""))?;
        Ok((day, n))
    };
    node.open_table(format!("`{key}`"))?.nodes().into_iter().map(date).collect()
}

fn stretch(node: &Node<'_>) -> Result<Stretch> {
    let text = node.text()?;
    let ends = text.split_once('-').and_then(|(from, to)| Some((parse_time(from.trim())?, parse_time(to.trim())?)));
    match ends {
        None => Err(node.error(format!("`{text}` are not opening hours")).hint("write \"08:00-18:00\"")),
        Some((from, to)) if from == to => {
            Err(node.error(format!("the hours `{text}` end where they start")).hint("day and night is \"00:00-24:00\""))
        }
        Some((DAY, _)) => {
            Err(node.error(format!("the hours `{text}` start at the end of the day")).hint("start those of the next at 00:00"))
        }
        Some((_, 0)) => Err(node.error(format!("the hours `{text}` end before they start")).hint("midnight at the end of a day is 24:00")),
        Some((from, to)) => Ok(Stretch { from, to }),
    }
}
