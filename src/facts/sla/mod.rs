//! The SLA clock of every ticket: which policy applies, what its clocks say, who held the ticket meanwhile.
//!
//! Rows and settings go in, the arithmetic is [`crate::clock::sla`]'s. Ticket columns, a row a clock (`sla_clocks`) and a row a stretch of
//! time with one holder (`ticket_spans`) come out.

mod cycles;
mod difference;
mod rows;
mod spans;
mod terms;

use polars::prelude::*;
use rayon::prelude::*;

use super::events::{EventLog, Words};
use super::{Making, Table};
use crate::clock::sla::{Cycle, Kind};
use crate::clock::timeline::{Doubts, State, Status, Timeline};
use crate::columns::Source;
use crate::desk::{Frame, MISSING, Values};
use crate::error::Result;
use crate::format::count;
use crate::say;
use crate::settings::sla::{Aim, CLOCKS, Choice};
use crate::settings::{Rows, Settings};

use cycles::Cycles;
use rows::Columns;
use spans::Spans;
use terms::Terms;

pub(super) use cycles::COLUMNS as CLOCK_COLUMNS;
pub(super) use spans::COLUMNS as SPAN_COLUMNS;

/// Columns of the tickets that are made here.
pub(super) const TICKET_COLUMNS: [&str; 8] = [
    "sla_resolution_due_at",
    "sla_response_due_at",
    "sla_resolution_verdict",
    "sla_response_verdict",
    "sla_resolution_used_share",
    "sla_response_used_share",
    "sla_resolution_late_secs",
    "sla_resolution_overdue_at",
];

/// The ticket columns anything here is made of, apart from those the policies name.
const NEEDED: [&str; 18] = [
    "id_key",
    "created_at",
    "first_response_at",
    "resolved_at",
    "closed_at",
    "updated_at",
    "status",
    "hold_reason",
    "hold_secs",
    "priority",
    "group",
    "first_group",
    "assignee",
    "resolver",
    "due_response_at",
    "due_resolution_at",
    "sla_response_met",
    "sla_resolution_met",
];

/// What a column made here is made of.
pub(super) fn requirements() -> Vec<(Table, &'static str)> {
    NEEDED.iter().map(|n| (Table::Tickets, *n)).chain(super::events::needed()).collect()
}

/// Columns of the tickets that the policies of a config name.
pub(super) fn named_columns(settings: &Settings) -> Vec<String> {
    let sla = &settings.sla;
    let mut names: Vec<String> = Vec::new();
    for rules in sla.all_rules() {
        names.push(rules.start.clone());
        names.extend(rules.attached.clone());
        if let Choice::By { column, .. } = &rules.calendar {
            names.push(column.clone());
        }
    }
    for policy in &sla.policies {
        // A condition that cannot be read is told when it is used.
        names.extend(policy.when.iter().flat_map(|w| super::columns_of(w).unwrap_or_default()));
        let aims = policy.targets.iter().flat_map(|t| t.by_priority.iter().flatten()).flat_map(|p| p.aims.iter().flatten());
        names.extend(aims.filter_map(|a| if let Aim::Column(name) = a { Some(name.clone()) } else { None }));
    }
    names.sort();
    names.dedup();
    names
}

/// What became of the policies and the stories.
#[derive(Debug, Default)]
struct Account {
    doubts: Doubts,
    /// Tickets that are closed, nobody knows when.
    unknown_ends: u64,
    /// For each policy: tickets its condition is true of, and tickets it was applied to.
    policies: Vec<(u64, u64)>,
    tickets: u64,
}

impl Account {
    fn add(&mut self, other: &Self) {
        self.doubts += other.doubts;
        self.unknown_ends += other.unknown_ends;
        self.tickets += other.tickets;
        self.policies.resize(self.policies.len().max(other.policies.len()), (0, 0));
        for (mine, others) in self.policies.iter_mut().zip(&other.policies) {
            *mine = (mine.0 + others.0, mine.1 + others.1);
        }
    }
}

/// The tables made beside the tickets, and sentences about what was odd.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// A row a clock and cycle.
    pub(super) clocks: Frame,
    /// A row a stretch of time with one holder.
    pub(super) spans: Frame,
    /// Sentences for the data-quality box: (code, text).
    pub(super) remarks: Vec<(String, String)>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
struct Asked {
    tickets: bool,
    clocks: bool,
    spans: bool,
}

/// Adds the ticket columns and makes the two tables, as far as they are wanted.
pub(super) fn add(m: &Making<'_>, tickets: &mut Frame, log: &EventLog) -> Result<Made> {
    let asked = Asked {
        tickets: TICKET_COLUMNS.iter().any(|c| m.wanted.has(Table::Tickets, c)),
        clocks: m.wanted.wants_rows(Table::SlaClocks),
        spans: m.wanted.wants_rows(Table::TicketSpans),
    };
    if !(asked.tickets || asked.clocks || asked.spans) {
        return Ok(Made::default());
    }
    let terms = Terms::new(m, tickets)?;
    let words = Words::new()?;
    let mut rows = 0;
    let mut firsts = Vec::with_capacity(tickets.segments.len());
    for segment in &tickets.segments {
        firsts.push(rows);
        rows += segment.height();
    }
    let parts = tickets
        .segments
        .par_iter_mut()
        .zip(firsts)
        .map(|(segment, first)| Segment { m, log, terms: &terms, words: &words, first, asked }.make(segment))
        .collect::<Result<Vec<_>>>()?;
    for (name, met, due) in [
        ("sla_resolution_verdict", "sla_resolution_met", "sla_resolution_due_at"),
        ("sla_response_verdict", "sla_response_met", "sla_response_due_at"),
    ] {
        if m.wanted.has(Table::Tickets, name) {
            product_verdict(tickets, name, met, due)?;
        }
    }
    let mut made = Made::default();
    let mut account = Account::default();
    for part in parts {
        made.clocks.segments.extend(part.0);
        made.spans.segments.extend(part.1);
        account.add(&part.2);
    }
    made.remarks = remarks(m.settings, &account);
    Ok(made)
}

/// The product's verdict, where no ticket has a due time to judge by.
///
/// Never ticket by ticket: products call tickets without a target "on time", and those would flatter the share.
fn product_verdict(tickets: &mut Frame, name: &str, met: &str, due: &str) -> Result<()> {
    if !tickets.longs(due)?.iter().any(|t| *t != MISSING) {
        let verdicts = tickets.flags(met)?;
        tickets.set(name, &Values::Flag(verdicts))?;
    }
    Ok(())
}

/// The wanted columns of the tickets a table's rows belong to, `own` ones apart.
fn of_tickets(segment: &Segment<'_>, table: Table, own: &[&str], tickets: &DataFrame, rows: &[u32]) -> Result<DataFrame> {
    let is_wanted = |name: &str| !own.contains(&name) && segment.m.wanted.has(table, name);
    let columns: Vec<Column> = tickets.columns().iter().filter(|c| is_wanted(c.name())).cloned().collect();
    let frame = DataFrame::new(tickets.height(), columns).map_err(crate::desk::bug)?;
    frame.take(&IdxCa::from_vec("row".into(), rows.to_vec())).map_err(crate::desk::bug)
}

/// One segment of the tickets, worked on by one thread.
struct Segment<'a> {
    m: &'a Making<'a>,
    log: &'a EventLog,
    terms: &'a Terms<'a>,
    words: &'a Words,
    /// The number of its first row in the whole frame.
    first: usize,
    asked: Asked,
}

/// The ticket columns of one clock.
#[derive(Default)]
struct TicketColumns {
    due: Vec<i64>,
    verdict: Vec<Option<bool>>,
    used: Vec<Option<f64>>,
    late: Vec<i32>,
    overdue: Vec<i64>,
}

impl TicketColumns {
    fn new(rows: usize) -> Self {
        Self {
            due: vec![MISSING; rows],
            verdict: vec![None; rows],
            used: vec![None; rows],
            late: vec![i32::MIN; rows],
            overdue: vec![MISSING; rows],
        }
    }

    /// All cycles of one ticket: missed if any was, met if all are. Due time, share and lateness are those of the cycle that decides: a miss
    /// of September counts in September, whenever the ticket was opened again. What is past due now is told by the last one.
    fn set(&mut self, row: usize, cycles: &[Cycle], timeline: &Timeline) {
        let Some(last) = cycles.last() else { return };
        let decides = cycles.iter().find(|c| c.is_met == Some(false)).unwrap_or(last);
        self.due[row] = decides.due_at.unwrap_or(MISSING);
        self.verdict[row] = decides.is_met;
        self.used[row] = cycles::used_share(decides);
        let late =
            decides.stopped_at.zip(decides.due_at).filter(|_| decides.is_met == Some(false)).map(|(end, due)| unsolved(timeline, due, end));
        self.late[row] = late.filter(|late| *late > 0).map_or(i32::MIN, cycles::whole);
        self.overdue[row] = last.due_at.filter(|_| last.is_met == Some(false)).unwrap_or(MISSING);
    }
}

/// Seconds between two instants in which a ticket was not resolved: between a resolution and a reopening nobody waited.
fn unsolved(timeline: &Timeline, from: i64, to: i64) -> i64 {
    let is_waiting = |state: &State| !matches!(state.status, Status::Resolved | Status::Closed);
    timeline.spans(from, to).filter(|(.., state)| is_waiting(state)).map(|(from, to, _)| to - from).sum()
}

/// What a segment gives.
#[derive(Default)]
struct Parts {
    resolution: TicketColumns,
    response: TicketColumns,
    cycles: Cycles,
    spans: Spans,
    account: Account,
}

impl Segment<'_> {
    fn make(&self, segment: &mut DataFrame) -> Result<(Option<DataFrame>, Option<DataFrame>, Account)> {
        let columns = Columns::read(self.m, segment, self.words)?;
        let mut parts = Parts {
            resolution: TicketColumns::new(columns.len()),
            response: TicketColumns::new(columns.len()),
            account: Account { tickets: columns.len() as u64, ..Account::default() },
            ..Parts::default()
        };
        let policies = self.terms.policies(self.m, segment, &columns, &mut parts.account.policies)?;
        let kinds = self.kinds();
        let (mut timeline, mut told) = (Timeline::default(), Vec::new());
        for (row, policy) in policies.into_iter().enumerate().filter(|(row, _)| columns.created[*row] != MISSING) {
            self.tell(&columns, (row, policy), &kinds, (&mut timeline, &mut told), &mut parts);
        }
        self.set(segment, parts.resolution, "sla_resolution")?;
        self.set(segment, parts.response, "sla_response")?;
        let clocks = self.asked.clocks.then(|| parts.cycles.frame(self, segment, &columns)).transpose()?;
        let spans = self.asked.spans.then(|| parts.spans.frame(self, segment)).transpose()?;
        Ok((clocks, spans, parts.account))
    }

    /// Tells the story of one ticket and runs its clocks.
    fn tell(
        &self,
        columns: &Columns,
        (row, policy): (usize, u16),
        kinds: &[Kind],
        (timeline, told): (&mut Timeline, &mut Vec<Cycle>),
        parts: &mut Parts,
    ) {
        let events = self.log.of(self.first + row);
        let (has_events, is_end_unknown) = (!events.is_empty(), columns.is_end_unknown(row, events));
        parts.account.unknown_ends += u64::from(is_end_unknown);
        let party = |s: &State| self.terms.party(s);
        let mut told_row = columns.row(row);
        if is_end_unknown {
            // Nothing says when: it is not taken to have ended at any time we know, least of all at its creation.
            (told_row.status, told_row.state.status) = (Some(Status::Open), Status::Open);
        }
        timeline.tell(&told_row, events, self.m.desk.as_of, party, &mut parts.account.doubts);
        for &kind in kinds {
            told.clear();
            let of = terms::Of { policy, kind, row, columns, has_events };
            self.terms.run(&of, timeline, told);
            told.iter_mut().for_each(|cycle| self.as_far_as_known(cycle));
            // A ticket closed nobody knows when has a due time and no verdict, and no clock but that of an answer it got can be shown.
            let is_shown = !is_end_unknown || (kind == Kind::FirstResponse && told.iter().all(|c| c.stopped_at.is_some()));
            if !is_shown {
                told.iter_mut().for_each(|c| c.is_met = None);
            }
            match kind {
                Kind::Resolution => parts.resolution.set(row, told, timeline),
                Kind::FirstResponse => parts.response.set(row, told, timeline),
                _ => {}
            }
            if self.asked.clocks && is_shown && told.iter().any(|cycle| self.is_asked_of(cycle)) {
                parts.cycles.add(self, &of, timeline, told);
            }
        }
        if self.asked.spans && !is_end_unknown && self.is_since(columns.resolved[row]) {
            parts.spans.add(self, columns, (row, policy), timeline);
        }
    }

    /// Whether a time nobody knows, or one that is asked for.
    fn is_since(&self, at: i64) -> bool {
        at == MISSING || self.m.wanted.clocks_since.is_none_or(|since| at >= since)
    }

    /// Whether a cycle was running, or due, in the time that is asked for.
    fn is_asked_of(&self, cycle: &Cycle) -> bool {
        self.is_since(cycle.stopped_at.unwrap_or(MISSING)) || cycle.due_at.is_some_and(|at| self.is_since(at))
    }

    /// A clock that runs past what is known of the tickets is not known to have run past its due time.
    fn as_far_as_known(&self, cycle: &mut Cycle) {
        let is_later = cycle.breached_at.or(cycle.due_at).is_some_and(|at| at > self.m.open_until);
        if cycle.stopped_at.is_none() && cycle.is_met == Some(false) && is_later {
            (cycle.is_met, cycle.breached_at, cycle.at_breach) = (None, None, None);
        }
    }

    /// Adds the wanted columns of one clock to the tickets.
    fn set(&self, segment: &mut DataFrame, values: TicketColumns, clock: &str) -> Result<()> {
        let named = [
            ("due_at", Values::Long(values.due)),
            ("verdict", Values::Flag(values.verdict)),
            ("used_share", Values::Number(values.used)),
            ("late_secs", Values::Whole(values.late)),
            ("overdue_at", Values::Long(values.overdue)),
        ];
        for (what, values) in named {
            let name = format!("{clock}_{what}");
            if self.m.wanted.has(Table::Tickets, &name) {
                segment.with_column(values.column(&name, 0..segment.height())).map_err(crate::desk::bug)?;
            }
        }
        Ok(())
    }

    /// The clocks to run: all that anything is promised for, or the two of the tickets' own columns.
    fn kinds(&self) -> Vec<Kind> {
        let is_run = |kind: &Kind| match kind {
            Kind::Resolution => true,
            Kind::FirstResponse => self.terms.has_responses,
            other => self.asked.clocks && self.m.settings.sla.promises(*other),
        };
        CLOCKS.iter().map(|(_, kind)| *kind).filter(is_run).collect()
    }
}

/// Sentences about what was odd, and about policies that do nothing.
fn remarks(settings: &Settings, account: &Account) -> Vec<(String, String)> {
    let d = &account.doubts;
    let (before_creation, before_start) = (u64::from(d.before_creation), u64::from(d.stops_before_start));
    let (moved, still_open, unknown_ends) = (u64::from(d.resolution_moved), u64::from(d.still_open), account.unknown_ends);
    let mut out: Vec<(String, String)> = [
        (
            before_creation,
            "clock-event-before-creation",
            say!(
                before_creation => "1 event of a ticket lies before its creation; it counts as the state at creation.",
                "{n} events of tickets lie before their creation; they count as the state at creation.",
                n = count(before_creation)
            ),
        ),
        (
            before_start,
            "clock-stops-before-start",
            say!(
                before_start => "1 ticket was resolved before its clock started; it stands at 0.",
                "{n} tickets were resolved before their clock started; it stands at 0.",
                n = count(before_start)
            ),
        ),
        (
            moved,
            "clock-resolution-moved",
            say!(
                moved => "1 ticket was resolved at another time by its events than by its row (more than a minute apart); the clocks take the earlier, all other figures the row’s.",
                "{n} tickets were resolved at another time by their events than by their row (more than a minute apart); the clocks take the earlier, all other figures the row’s.",
                n = count(moved)
            ),
        ),
        (
            still_open,
            "clock-still-open",
            say!(
                still_open => "1 ticket is open by its row and resolved by its events; the row counts.",
                "{n} tickets are open by their row and resolved by their events; the row counts.",
                n = count(still_open)
            ),
        ),
        (
            unknown_ends,
            "clock-end-unknown",
            say!(
                unknown_ends => "1 ticket is closed and nothing says when; its resolution clock has no verdict.",
                "{n} tickets are closed and nothing says when; their resolution clock has no verdict.",
                n = count(unknown_ends)
            ),
        ),
    ]
    .into_iter()
    .filter(|(n, ..)| *n > 0)
    .map(|(_, code, text)| (code.to_owned(), text))
    .collect();
    for (policy, (meant, applied)) in settings.sla.policies.iter().zip(&account.policies) {
        let name = &policy.name;
        let text = match (meant, applied) {
            (_, 1..) => continue,
            (0, 0) => say!("The SLA policy “{name}” ({at}) applies to no ticket: its condition is true of none.", name, at = policy.at),
            (n, 0) => say!(
                *n => "The SLA policy “{name}” ({at}) is never used: its one ticket is taken by a policy before it.",
                "The SLA policy “{name}” ({at}) is never used: its {n} tickets are all taken by the policies before it.",
                name,
                at = policy.at,
                n = count(*n)
            ),
        };
        if account.tickets > 0 {
            out.push(("sla-policy-unused".to_owned(), text));
        }
    }
    out
}

/// Whether a config has ticket events at all, or the states of an audit log that are like them.
pub(super) fn has_event_source(settings: &Settings) -> bool {
    settings.sources.iter().any(|s| s.kind == Source::TicketEvents || s.rows() == Rows::Versions)
}
