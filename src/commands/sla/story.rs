//! One ticket: who held it when, and what each of its clocks says.

use comfy_table::{ContentArrangement, Table as Grid, presets};

use super::list::LISTED;
use crate::desk::{Frame, known};
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
    SPAN.iter().try_for_each(|c| wanted.add(Table::TicketSpans, c))
}

/// The story of a ticket in words.
///
/// # Errors
/// A config error if there is no such ticket, or it has no clock.
pub(super) fn story(facts: &Facts, zone: &str, ticket: &str) -> Result<String> {
    let (clocks, spans) = (of_ticket(facts, Table::SlaClocks, &LISTED, ticket)?, of_ticket(facts, Table::TicketSpans, &SPAN, ticket)?);
    if clocks.is_empty() && spans.is_empty() {
        let hint = "its id must be written as in the export; rows that were refused are in `deskcard check`";
        return Err(Error::config(format!("there is no ticket {ticket:?}")).hint(hint));
    }
    let mut out = format!("{}, times of {zone}\n", format::clean(ticket));
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    grid.set_header(["from", "to", "status", "hold reason", "group", "agent", "has to act", "in hours", "out of hours"]);
    for span in &spans {
        let secs = |i: usize| span[i].secs().map_or_else(String::new, |s| format::value(Unit::Seconds, s as f64));
        grid.add_row([1, 2, 3, 4, 5, 6, 7].map(|i| span[i].text(facts)).into_iter().chain([secs(8), secs(9)]));
    }
    out += &format!("{grid}\n");
    for clock in &clocks {
        out += &clock_words(facts, clock);
    }
    Ok(out)
}

/// A value of a row.
enum Cell {
    Text(String),
    Instant(Option<i64>),
    Secs(Option<i64>),
}

impl Cell {
    fn secs(&self) -> Option<i64> {
        if let Self::Secs(secs) = self { *secs } else { None }
    }

    fn text(&self, facts: &Facts) -> String {
        match self {
            Self::Text(text) => format::clean(text),
            Self::Instant(at) => at.map_or_else(|| "–".to_owned(), |t| facts.zone().format_second(t)),
            Self::Secs(secs) => secs.map_or_else(|| "–".to_owned(), |s| format::value(Unit::Seconds, s as f64)),
        }
    }
}

/// The rows of a table that belong to a ticket, with the columns asked for.
fn of_ticket(facts: &Facts, table: Table, names: &[&str], ticket: &str) -> Result<Vec<Vec<Cell>>> {
    let mut out = Vec::new();
    if facts.frame(table).height() == 0 {
        return Ok(out);
    }
    for (segment, frame) in facts.columns(table, &["id"])?.split().into_iter().enumerate() {
        let ids = frame.texts("id")?;
        let rows: Vec<usize> = (0..ids.len()).filter(|&row| ids[row].as_deref() == Some(ticket)).collect();
        if rows.is_empty() {
            continue;
        }
        let exprs: Vec<(String, String)> = names.iter().map(|n| ((*n).to_owned(), format!("\"{n}\""))).collect();
        let all = Frame { segments: vec![facts.evaluate(table, segment, &exprs)?] };
        let columns = names.iter().map(|name| cells(&all, name)).collect::<Result<Vec<_>>>()?;
        out.extend(rows.into_iter().map(|row| columns.iter().map(|c| c(row)).collect()));
    }
    Ok(out)
}

/// How a column's values are read.
fn cells(frame: &Frame, name: &str) -> Result<Box<dyn Fn(usize) -> Cell>> {
    if name.ends_with("_at") {
        let at = frame.longs(name)?;
        return Ok(Box::new(move |row| Cell::Instant(known(at[row]))));
    }
    if name.ends_with("_secs") {
        let secs = frame.longs(name)?;
        return Ok(Box::new(move |row| Cell::Secs(known(secs[row]))));
    }
    let texts = frame.texts(name)?;
    Ok(Box::new(move |row| Cell::Text(texts[row].clone().unwrap_or_default())))
}

/// `resolution, by "targets" for P3: used 2 d of 3 d (67 %) …; kept`.
fn clock_words(facts: &Facts, clock: &[Cell]) -> String {
    let at = |name: &str| LISTED.iter().position(|n| *n == name).map_or(&clock[0], |i| &clock[i]);
    let text = |name: &str| at(name).text(facts);
    let target = at("target_secs").secs();
    let share = at("used_secs").secs().zip(target.filter(|t| *t > 0)).map(|(used, target)| used as f64 / target as f64);
    let of = match (target, share) {
        (Some(_), Some(share)) => format!(" of {} ({})", text("target_secs"), format::value_of(Unit::Share, share, WHOLE_PERCENT)),
        _ => ", no target".to_owned(),
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
    out += &format!("  started {}, due {}, ended {} ({})\n", text("started_at"), text("due_at"), text("stopped_at"), text("stage"));
    out += &format!("  used {}{of}; paused {}; {} on the wall clock\n", text("used_secs"), text("paused_secs"), text("elapsed_secs"));
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
