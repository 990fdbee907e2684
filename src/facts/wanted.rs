//! Which columns of which tables are asked for, resolved into what they are made of, so that nothing else is read or made.

use std::collections::{BTreeMap, BTreeSet};

use super::{Table, calls, column_names, derived, is_id, parse_sql, people, placeholders, roster, sla, surveys, tickets};
use crate::columns::Source;
use crate::desk::frame_name;
use crate::error::Result;
use crate::settings::Settings;

/// The columns asked of each table, derived ones resolved into what they are made of.
#[expect(clippy::struct_excessive_bools, reason = "independent wishes, each asked for by name")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    columns: BTreeMap<Table, BTreeSet<String>>,
    /// Those of them that a metric, breakdown or condition names, and not only another column is made of.
    direct: BTreeMap<Table, BTreeSet<String>>,
    /// Columns of a contact that make it "the same".
    repeat_by: Vec<String>,
    /// Columns of the tickets that the SLA policies name.
    sla_columns: Vec<String>,
    /// Whether every source of tickets says itself when they were resolved, and there are no events that could.
    is_resolution_declared: bool,
    /// Whether ids and long texts are wanted as text.
    pub texts: bool,
    /// Whether the files are to be hashed for the account.
    pub hashes: bool,
    /// Clocks, and stretches of time with one holder, of tickets that ended before then (seconds UTC) are left out; `None` for all.
    pub clocks_since: Option<i64>,
    /// Whether every column is wanted as it came.
    is_whole_desk: bool,
}

impl Wanted {
    /// Nothing yet.
    pub fn new(settings: &Settings) -> Self {
        let mut tickets = settings.sources.iter().filter(|s| s.kind == Source::Tickets);
        let says_when = |s: &crate::settings::SourceSettings| s.columns.iter().any(|m| m.canonical.name == "resolved_at" && m.is_declared);
        let is_resolution_declared = tickets.all(says_when) && !sla::has_event_source(settings);
        Self {
            columns: BTreeMap::new(),
            direct: BTreeMap::new(),
            repeat_by: settings.repeat_by.clone(),
            sla_columns: sla::named_columns(settings),
            is_resolution_declared,
            texts: false,
            hashes: false,
            clocks_since: None,
            is_whole_desk: false,
        }
    }

    /// Every canonical column as it came, for a desk that no facts are made of.
    pub fn whole_desk(settings: &Settings) -> Self {
        Self { texts: true, hashes: true, is_whole_desk: true, ..Self::new(settings) }
    }

    /// Every column of some tables.
    pub fn everything(settings: &Settings, tables: &[Table]) -> Self {
        let mut wanted = Self { texts: true, ..Self::new(settings) };
        for &table in tables {
            let names: Vec<String> = all_columns(settings, table);
            wanted.columns.entry(table).or_default().extend(names.iter().cloned());
            wanted.direct.entry(table).or_default().extend(names);
        }
        wanted
    }

    /// Adds everything another wants.
    pub fn merge(&mut self, other: Self) {
        for (mine, others) in [(&mut self.columns, other.columns), (&mut self.direct, other.direct)] {
            for (table, columns) in others {
                mine.entry(table).or_default().extend(columns);
            }
        }
        self.texts |= other.texts;
        self.hashes |= other.hashes;
    }

    /// Adds the columns a SQL text names.
    ///
    /// # Errors
    /// A config error if the text is no SQL expression.
    pub fn add_sql(&mut self, table: Table, sql: &str) -> Result<()> {
        for name in column_names(&parse_sql(&placeholders(sql))?) {
            self.add(table, &name)?;
        }
        if sql.contains("$known_until") {
            // The same instant, whatever else is asked for.
            LAST_TOLD.iter().try_for_each(|name| self.require(Table::Tickets, name))?;
            self.require(Table::TicketEvents, "at")?;
        }
        Ok(())
    }

    /// Adds a column with all it is made of.
    pub fn add(&mut self, table: Table, name: &str) -> Result<()> {
        // An id that somebody names is wanted as it is written, not only its hash.
        self.texts |= is_id(table, name);
        let is_new = self.direct.entry(table).or_default().insert(name.to_owned());
        if let Some(derived) = derived::find(table, name)
            && is_new
        {
            // A derived column is computed where it is asked for: what it names is asked for as well.
            self.add_sql(table, derived.sql)?;
        }
        self.require(table, name)
    }

    /// Adds a column that another one is made of.
    fn require(&mut self, table: Table, name: &str) -> Result<()> {
        if !self.columns.entry(table).or_default().insert(name.to_owned()) {
            return Ok(());
        }
        if derived::find(table, name).is_some() {
            return self.add(table, name);
        }
        let needed = match (table, name) {
            // Filled in from nothing; but what is open by its status is open.
            (Table::Tickets, "resolved_at") if self.is_resolution_declared => ["status", "updated_at"].map(|name| (table, name)).to_vec(),
            // Then no row's end is worked out from how long it took.
            (Table::Tickets, "status") if self.is_resolution_declared => tickets::ENDS.map(|name| (table, name)).to_vec(),
            _ => requirements(table, name),
        };
        for (other, needed) in needed {
            self.require(other, needed)?;
        }
        let named = match (table, name) {
            (Table::Tickets, "next_contact_secs") => self.repeat_by.iter().filter(|c| *c != "requester").cloned().collect(),
            (Table::Tickets, name) if sla::TICKET_COLUMNS.contains(&name) => self.sla_columns.clone(),
            (Table::SlaClocks | Table::TicketSpans, name) => {
                let is_of_ticket = !added_columns(table).contains(&name);
                self.sla_columns.iter().cloned().chain(is_of_ticket.then(|| name.to_owned())).collect()
            }
            _ => Vec::new(),
        };
        for column in named {
            self.require(Table::Tickets, &column)?;
        }
        Ok(())
    }

    /// Whether the column must still be there when the facts are made.
    pub(super) fn is_direct(&self, table: Table, name: &str) -> bool {
        self.direct.get(&table).is_some_and(|c| c.contains(name))
    }

    /// Whether any column of the table is asked for.
    pub(super) fn wants_rows(&self, table: Table) -> bool {
        !self.is_whole_desk && self.columns.get(&table).is_some_and(|c| !c.is_empty())
    }

    /// Whether the column is asked for.
    pub fn has(&self, table: Table, name: &str) -> bool {
        self.is_whole_desk || self.columns.get(&table).is_some_and(|c| c.contains(name))
    }

    /// Whether a canonical column of a source is needed by anything asked for.
    pub fn needs(&self, source: Source, column: &str, key: &str) -> bool {
        Table::ALL.iter().filter(|t| t.source() == source).any(|t| self.has(*t, column) || self.has(*t, key))
    }

    /// Whether anything of the source is needed.
    pub fn needs_any(&self, source: Source) -> bool {
        Table::ALL.iter().filter(|t| t.source() == source).any(|t| self.columns.get(t).is_some_and(|c| !c.is_empty()))
    }
}

/// The columns of a ticket that tell until when anything is known of tickets.
pub(super) const LAST_TOLD: [&str; 5] = ["created_at", "first_response_at", "resolved_at", "closed_at", "updated_at"];

/// What a stored column that looks across rows or tables is made of.
fn requirements(table: Table, name: &str) -> Vec<(Table, &'static str)> {
    match table {
        Table::Tickets => tickets::requirements(name),
        Table::SlaClocks | Table::TicketSpans => sla::requirements(),
        Table::Calls => calls::requirements(name),
        Table::Surveys => surveys::requirements(name),
        Table::AgentDays | Table::Spells | Table::Observations => people::requirements(table, name),
        Table::TicketEvents => tickets::event_requirements(name),
    }
}

/// Names of all columns a table can have: canonical, added and derived.
pub fn all_columns(settings: &Settings, table: Table) -> Vec<String> {
    let canonical = match table {
        Table::AgentDays | Table::Spells => Vec::new(),
        _ => table.source().columns().iter().map(frame_name).collect(),
    };
    let extra = settings.sources.iter().filter(|s| s.kind == table.source()).flat_map(|s| s.extra.iter().map(|(name, _)| name.clone()));
    let of_roster = if table == Table::TicketEvents { &[][..] } else { &roster::ATTRIBUTES };
    let of_ticket = match table {
        Table::Surveys => &surveys::OF_TICKET[..],
        Table::SlaClocks | Table::TicketSpans => tickets::ADDED,
        _ => &[],
    };
    let added = [added_columns(table), of_roster, of_ticket].concat().into_iter().map(str::to_owned);
    let derived = derived::of(table).iter().map(|d| d.name.to_owned());
    let mut all: Vec<String> = canonical.into_iter().chain(extra).chain(added).chain(derived).collect();
    all.sort();
    all.dedup();
    all
}

fn added_columns(table: Table) -> &'static [&'static str] {
    match table {
        Table::Tickets => tickets::ADDED,
        Table::SlaClocks => sla::CLOCK_COLUMNS,
        Table::TicketSpans => sla::SPAN_COLUMNS,
        Table::TicketEvents => tickets::EVENTS_ADDED,
        Table::Calls => calls::ADDED,
        Table::Surveys => surveys::ADDED,
        Table::AgentDays => people::DAY_COLUMNS,
        Table::Spells => people::SPELL_COLUMNS,
        Table::Observations => people::OBSERVATIONS_ADDED,
    }
}
