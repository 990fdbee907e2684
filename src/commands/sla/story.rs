//! One ticket: who held it when, and what each of its clocks says.

use std::rc::Rc;

use comfy_table::{ContentArrangement, Table as Grid, presets};

use super::cells::Cells;
use super::list::LISTED;
use crate::error::{Error, Result};
use crate::facts::{Facts, Table, Wanted};
use crate::format;
use crate::scorecard::Unit;

/// Columns of a stretch of time.
const SPAN: [&str; 10] =
    ["id", "from_at", "to_at", "holder_status", "holder_reason", "holder_group", "holder_agent", "party", "open_secs", "closed_secs"];

/// So many rows that a share is written in whole percent.
const WHOLE_PERCENT: u64 = 100;

/// Adds what a story is made of.
pub(super) fn want(wanted: &mut Wanted) -> Result<()> {
    LISTED.iter().try_for_each(|c| wanted.add(Table::SlaClocks, c))?;
    SPAN.iter().try_for_each(|c| wanted.add(Table::TicketSpans, c))?;
    wanted.add(Table::Tickets, "id")
}

/// The story of a ticket in words.
///
/// # Errors
/// A config error if there is no such ticket, or it has no clock.
pub(super) fn story(facts: &Facts, zone: &str, ticket: &str) -> Result<String> {
    let (clocks, spans) = (of_ticket(facts, Table::SlaClocks, &LISTED, ticket)?, of_ticket(facts, Table::TicketSpans, &SPAN, ticket)?);
    if clocks.is_empty() && spans.is_empty() {
        if !of_ticket(facts, Table::Tickets, &["id"], ticket)?.is_empty() {
            let hint = "a clock needs a target or a due time, a start before the cut-off, and of a ticket that is over, when that was";
            return Err(Error::config(format!("ticket {ticket:?} has no clock")).hint(hint));
        }
        let hint = "its id must be written as in the export; rows that were refused are in `deskcard check`";
        return Err(Error::config(format!("there is no ticket {ticket:?}")).hint(hint));
    }
    let mut out = format!("{}, times of {zone}\n", format::clean(ticket));
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    grid.set_header(["from", "to", "status", "hold reason", "group", "agent", "has to act", "in hours", "out of hours"]);
    for span in &spans {
        let ends = ["from_at", "to_at"].map(|name| span.instant(name, facts));
        let texts = ["holder_status", "holder_reason", "holder_group", "holder_agent", "party"].map(|name| span.text(name));
        let open = span.number("open_secs").map_or_else(|| "–".to_owned(), format::open_hours);
        grid.add_row(ends.into_iter().chain(texts).chain([open, span.length("closed_secs")]));
    }
    out += &format!("{grid}\n");
    for clock in &clocks {
        out += &clock_words(facts, clock);
    }
    Ok(out)
}

/// A row of a table: its columns, and its number.
struct Row<'a> {
    names: &'a [&'static str],
    columns: Rc<Vec<Cells>>,
    number: usize,
}

impl Row<'_> {
    fn cells(&self, name: &str) -> &Cells {
        &self.columns[self.names.iter().position(|n| *n == name).unwrap_or(0)]
    }

    fn text(&self, name: &str) -> String {
        format::clean(self.cells(name).text(self.number))
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.cells(name).number(self.number)
    }

    fn instant(&self, name: &str, facts: &Facts) -> String {
        self.number(name).map_or_else(|| "–".to_owned(), |t| facts.zone().format_second(t))
    }

    fn length(&self, name: &str) -> String {
        self.number(name).map_or_else(|| "–".to_owned(), |s| format::value(Unit::Seconds, s as f64))
    }
}

/// The rows of a table that belong to a ticket, with the columns asked for.
fn of_ticket<'n>(facts: &Facts, table: Table, names: &'n [&'static str], ticket: &str) -> Result<Vec<Row<'n>>> {
    let mut out = Vec::new();
    if facts.frame(table).height() == 0 {
        return Ok(out);
    }
    for frame in facts.columns(table, names)?.split() {
        let ids = frame.texts("id")?;
        let rows: Vec<usize> = (0..ids.len()).filter(|&row| ids[row].as_deref() == Some(ticket)).collect();
        if !rows.is_empty() {
            let columns = Rc::new(names.iter().map(|name| Cells::of(&frame, name)).collect::<Result<Vec<_>>>()?);
            out.extend(rows.into_iter().map(|row| Row { names, columns: columns.clone(), number: row }));
        }
    }
    Ok(out)
}

/// `resolution, by "targets" for P3: used 20 h of 30 h (67 %) …; kept`.
fn clock_words(facts: &Facts, clock: &Row<'_>) -> String {
    let text = |name: &str| clock.text(name);
    let at = |name: &str| clock.instant(name, facts);
    let (used, target) = (clock.number("used_secs"), clock.number("target_secs").filter(|t| *t > 0));
    let of = match used.zip(target) {
        Some((used, target)) => {
            let share = format::value_of(Unit::Share, used as f64 / target as f64, WHOLE_PERCENT);
            format!(" of {} ({share})", format::open_hours(target))
        }
        None => ", no target".to_owned(),
    };
    let verdict = match text("is_met").as_str() {
        "true" => "kept",
        "false" => "missed",
        _ if text("stage") == "cancelled" => "cancelled",
        _ => "not decided",
    };
    let priority = text("target_for");
    let for_priority = if priority.is_empty() { String::new() } else { format!(" for {priority}") };
    let mut out = format!("\n{}, by {:?}{for_priority}: {verdict}\n", text("clock"), text("policy"));
    out += &format!("  started {}, due {}, ended {} ({})\n", at("started_at"), at("due_at"), at("stopped_at"), text("stage"));
    // The paused time is counted in open hours as well; the wall clock has days.
    let open = |secs: Option<i64>| secs.map_or_else(|| "–".to_owned(), format::open_hours);
    let (paused, elapsed) = (open(clock.number("paused_secs")), clock.length("elapsed_secs"));
    out += &format!("  used {}{of}; paused {paused}; {elapsed} on the wall clock\n", open(used));
    if verdict == "missed" {
        let holder: Vec<String> = ["breach_group", "breach_agent"].map(text).into_iter().filter(|t| !t.is_empty()).collect();
        out += &format!("  when the time ran out it was with {}; longest with: {}\n", holder.join(", "), text("longest_party"));
    }
    let difference = text("difference");
    if !difference.is_empty() {
        out += &format!("  the product says {}: {difference}\n", if text("vendor_met") == "true" { "met" } else { "missed" });
    }
    let basis = match text("basis").as_str() {
        "events" => "from its events",
        "hold total" => "from its row, less the product's hold total: no pause history",
        _ => "from its row alone: no pause history",
    };
    out + &format!("  told {basis}\n")
}
