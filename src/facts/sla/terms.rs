//! Policies made ready: which applies to a ticket, and the terms of each of its clocks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::FixedState;
use polars::prelude::*;
use rayon::prelude::*;

use super::rows::Columns;
use crate::clock::calendar::Calendar;
use crate::clock::sla::{self, Calendars, Cycle, Kind, Target};
use crate::clock::timeline::{NONE, Party, State, Status, Statuses, Timeline};
use crate::columns::Source;
use crate::desk::{Frame, bug, code_of, text_of};
use crate::error::{Error, Result};
use crate::facts::{Making, Table, names_of, unknown_column};
use crate::settings::sla::{Aim, Choice, Policy, Promises, Rules, Targets, clock_number};
use crate::settings::{Sla, Span};

/// The number of no policy: the export's due times count.
pub(super) const NO_POLICY: u16 = u16::MAX;

/// Which calendar counts, with the texts it depends on looked up.
enum Chosen<'a> {
    One(&'a Calendar),
    By { column: String, of: HashMap<u32, &'a Calendar, FixedState>, otherwise: &'a Calendar, follow: Option<sla::Follow> },
}

/// How the clocks of a policy run, with its texts looked up.
struct Ready<'a> {
    rules: &'a Rules,
    calendar: Chosen<'a>,
    reasons: Vec<u32>,
    groups: Vec<u32>,
}

impl Ready<'_> {
    /// Whether the clock can be paused. None of the hold reasons that pause may occur, and an empty list would mean any.
    fn pauses(&self, kind: Kind) -> bool {
        let is_without_reasons = self.reasons.is_empty() && !self.rules.pause_reasons.is_empty();
        self.rules.pause_clocks[clock_number(kind)] && self.rules.pause != Statuses::NONE && !is_without_reasons
    }

    /// Whether none of the groups that have a target occurs.
    fn is_without_groups(&self) -> bool {
        self.groups.is_empty() && !self.rules.groups.is_empty()
    }
}

/// Everything the clocks of any ticket need.
pub(super) struct Terms<'a> {
    sla: &'a Sla,
    as_of: i64,
    zone: &'a crate::clock::zone::Zone,
    always: &'a Calendar,
    /// One a policy, then the export's due times.
    ready: Vec<Ready<'a>>,
    names: Vec<u32>,
    party_of_reason: HashMap<u32, Party, FixedState>,
    party_of_group: HashMap<u32, Party, FixedState>,
    /// Whether anything tells when tickets were first answered.
    pub(super) has_responses: bool,
}

/// One clock of one ticket.
pub(super) struct Of<'a> {
    pub(super) policy: u16,
    pub(super) kind: Kind,
    pub(super) row: usize,
    pub(super) columns: &'a Columns,
    pub(super) has_events: bool,
}

/// What to do otherwise in [`Terms::run_but`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct But {
    /// Count round the clock.
    pub(super) always: bool,
    /// No pause.
    pub(super) unpaused: bool,
    /// The export's due time.
    pub(super) of_export: bool,
    /// Look at it at that instant.
    pub(super) until: Option<i64>,
}

impl<'a> Terms<'a> {
    pub(super) fn new(m: &'a Making<'a>, tickets: &Frame) -> Result<Self> {
        let sla = &m.settings.sla;
        let events = m.desk.frame(Source::TicketEvents);
        let met = |name: &str| -> Result<BTreeSet<u32>> { Ok(&distinct(tickets, name)? | &distinct(events, name)?) };
        let (reasons, groups) = (met("hold_reason")?, met("group")?);
        let mut by_column: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for rules in sla.all_rules() {
            if let Choice::By { column, .. } = &rules.calendar {
                if tickets.height() > 0 && !tickets.is_short_text(column) {
                    let what = format!("tickets have no column {column:?} of short texts that a calendar could be chosen by");
                    return Err(Error::config(what)
                        .at("[sla] calendar")
                        .hint("such as location, group, team, priority, or one of [source.extra]"));
                }
                by_column.insert(column, if column == "group" { groups.clone() } else { distinct(tickets, column)? });
            }
        }
        let ready = sla.all_rules().map(|rules| Ready {
            rules,
            calendar: chosen(m, &rules.calendar, &by_column),
            reasons: like(&reasons, |t| rules.pause_reasons.iter().any(|r| r == t)),
            groups: like(&groups, |t| rules.groups.iter().any(|g| g.trim().to_lowercase() == t)),
        });
        let p = &sla.parties;
        let of_reason = |code: &u32| {
            let text = text_of(*code).trim().to_lowercase();
            let known = [(&p.desk, Party::Desk), (&p.second_level, Party::SecondLevel), (&p.supplier, Party::Supplier)];
            Some((*code, known.into_iter().find(|(words, _)| words.contains(&text))?.1))
        };
        let of_group = |code: &u32| {
            let party = match m.settings.levels.get(&text_of(*code)).map(String::as_str) {
                Some("L2" | "L3" | "field") => Party::SecondLevel,
                Some("supplier") => Party::Supplier,
                _ => return None,
            };
            Some((*code, party))
        };
        let has_replies = distinct(events, "kind")?.contains(&code_of("reply_public")?);
        let has_times = tickets.has("first_response_at") && tickets.longs("first_response_at")?.iter().any(|t| *t != crate::desk::MISSING);
        Ok(Self {
            sla,
            as_of: m.desk.as_of,
            zone: m.zone,
            always: m.calendars.of(&Choice::Always),
            ready: ready.collect(),
            names: sla.policies.iter().map(|p| code_of(&p.name)).collect::<Result<_>>()?,
            party_of_reason: reasons.iter().filter_map(of_reason).collect(),
            party_of_group: groups.iter().filter_map(of_group).collect(),
            has_responses: has_replies || has_times,
        })
    }

    /// The number of the policy of every row, and how often each is meant and applied.
    pub(super) fn policies(&self, m: &Making<'_>, segment: &DataFrame, columns: &Columns, uses: &mut Vec<(u64, u64)>) -> Result<Vec<u16>> {
        let mut of_row = vec![NO_POLICY; columns.len()];
        uses.resize(self.sla.policies.len(), (0, 0));
        for (number, policy) in self.sla.policies.iter().enumerate() {
            let is_meant = condition(m, segment, policy)?;
            for row in (0..of_row.len()).filter(|&row| is_meant.as_ref().is_none_or(|mask| mask[row])) {
                if !self.holds_on(policy, columns, row) {
                    continue;
                }
                uses[number].0 += 1;
                if of_row[row] == NO_POLICY {
                    of_row[row] = number as u16;
                    uses[number].1 += 1;
                }
            }
        }
        Ok(of_row)
    }

    /// Whether the policy holds on the day the clock starts.
    fn holds_on(&self, policy: &Policy, columns: &Columns, row: usize) -> bool {
        let (from, until) = policy.days;
        if from.is_none() && until.is_none() {
            return true;
        }
        let Some(start) = columns.instant(&policy.rules.start, row) else { return false };
        let day = self.zone.local_day(start);
        from.is_none_or(|f| f <= day) && until.is_none_or(|u| day <= u)
    }

    /// Who has to act in a state.
    pub(super) fn party(&self, state: &State) -> Party {
        if state.status == Status::Pending {
            return self.party_of_reason.get(&state.hold_reason).copied().unwrap_or(Party::Requester);
        }
        self.party_of_group.get(&state.group).copied().unwrap_or(Party::Desk)
    }

    /// The code of a policy's name; NONE for the export's due times.
    pub(super) fn name(&self, policy: u16) -> u32 {
        self.names.get(usize::from(policy)).copied().unwrap_or(NONE)
    }

    pub(super) fn rules(&self, policy: u16) -> &'a Rules {
        self.ready(policy).rules
    }

    fn ready(&self, policy: u16) -> &Ready<'a> {
        self.ready.get(usize::from(policy)).unwrap_or(&self.ready[self.ready.len() - 1])
    }

    /// Whether a clock stands still in a state, as the policy has it.
    pub(super) fn is_paused(&self, policy: u16, kind: Kind, state: &State) -> bool {
        let ready = self.ready(policy);
        let has_reason = || ready.rules.pause_reasons.is_empty() || ready.reasons.contains(&state.hold_reason);
        ready.pauses(kind) && ready.rules.pause.has(state.status) && has_reason()
    }

    /// Whether a clock runs in a state.
    pub(super) fn is_running(&self, policy: u16, kind: Kind, state: &State) -> bool {
        let rules = self.rules(policy);
        !self.is_paused(policy, kind, state) && !stops(rules, kind).has(state.status) && !rules.cancel.has(state.status)
    }

    /// Whether a clock can be paused at all.
    pub(super) fn pauses(&self, policy: u16, kind: Kind) -> bool {
        self.ready(policy).pauses(kind)
    }

    /// The calendar that counts for a holder of a ticket.
    pub(super) fn calendar(&self, policy: u16, columns: &Columns, row: usize, group: u32) -> &'a Calendar {
        match &self.ready(policy).calendar {
            Chosen::One(calendar) => calendar,
            Chosen::By { of, otherwise, follow: Some(_), .. } => of.get(&group).unwrap_or(otherwise),
            Chosen::By { column, of, otherwise, follow: None } => of.get(&columns.text(column, row)).unwrap_or(otherwise),
        }
    }

    /// The cycles of a clock.
    pub(super) fn run(&self, of: &Of<'_>, timeline: &Timeline, out: &mut Vec<Cycle>) {
        self.run_but(of, timeline, But::default(), out);
    }

    /// The cycles of a clock if some things were otherwise.
    pub(super) fn run_but(&self, of: &Of<'_>, timeline: &Timeline, but: But, out: &mut Vec<Cycle>) {
        let ready = self.ready(of.policy);
        let rules = ready.rules;
        let Some(start) = of.columns.instant(&rules.start, of.row) else { return };
        if start >= self.as_of {
            return;
        }
        let by_group;
        let calendars = match &ready.calendar {
            _ if but.always => Calendars::One(self.always),
            Chosen::By { of: calendars, otherwise, follow: Some(follow), .. } => {
                by_group = |group: u32| *calendars.get(&group).unwrap_or(otherwise);
                Calendars::ByGroup { of: &by_group, follow: *follow }
            }
            _ => Calendars::One(self.calendar(of.policy, of.columns, of.row, NONE)),
        };
        let targets = self.targets(of, start, but);
        if targets.iter().all(Option::is_none) {
            return;
        }
        if of.kind == Kind::Group && ready.is_without_groups() {
            return;
        }
        let is_pausing = ready.pauses(of.kind) && !but.unpaused;
        let hold =
            crate::desk::known(of.columns.hold_secs[of.row]).filter(|_| is_pausing && !of.has_events && rules.pause.has(Status::Pending));
        let terms = sla::Terms {
            kind: of.kind,
            start,
            attached: rules.attached.as_ref().and_then(|name| of.columns.instant(name, of.row)).unwrap_or(start),
            is_pause_retroactive: rules.is_pause_retroactive,
            paused: if is_pausing { rules.pause } else { Statuses::NONE },
            paused_reasons: &ready.reasons,
            stopped: stops(rules, of.kind),
            cancelled: rules.cancel,
            reopen: rules.reopen,
            on_priority: rules.on_priority,
            targets,
            is_answered_by_resolution: rules.is_answered_by_resolution,
            known_pause: hold.unwrap_or(0).max(0),
            groups: &ready.groups,
            calendars,
            as_of: but.until.unwrap_or(self.as_of),
        };
        sla::run(&terms, timeline, out);
    }

    /// The targets by priority; where nothing is promised, the export's due time.
    fn targets(&self, of: &Of<'_>, start: i64, but: But) -> [Option<Target>; 6] {
        let due = match of.kind {
            Kind::FirstResponse => "due_response_at",
            Kind::Resolution => "due_resolution_at",
            _ => "",
        };
        let of_export = self.at(of, due);
        let policy = self.sla.policies.get(usize::from(of.policy)).filter(|_| !but.of_export);
        let Some(targets) = policy.and_then(|p| self.targets_on(&p.targets, start)) else { return [of_export; 6] };
        std::array::from_fn(|priority| self.target(of, targets.of(priority as u8)).or(of_export))
    }

    /// Those that hold on the day the clock starts.
    fn targets_on<'t>(&self, all: &'t [Targets], start: i64) -> Option<&'t Targets> {
        match all {
            [only] if only.from.is_none() => Some(only),
            all => {
                let day = self.zone.local_day(start);
                all.iter().rev().find(|t| t.from.is_none_or(|from| from <= day))
            }
        }
    }

    fn target(&self, of: &Of<'_>, promises: Option<&Promises>) -> Option<Target> {
        Some(match promises?.aims[clock_number(of.kind)].as_ref()? {
            Aim::Span(Span::Calendar(secs)) => Target::Plain(*secs),
            Aim::Span(Span::Business(secs)) => Target::Open(*secs),
            Aim::Span(Span::BusinessDays(days)) => Target::Days(*days),
            Aim::EndOfDay(days) => Target::EndOfDay(*days),
            Aim::DayBy(days, secs) => Target::DayAt(*days, *secs),
            Aim::Column(name) => self.at(of, name)?,
        })
    }

    /// A due time of a column, moved to the next opening where the policy says so.
    fn at(&self, of: &Of<'_>, column: &str) -> Option<Target> {
        let due = of.columns.instant(column, of.row)?;
        let calendar = self.calendar(of.policy, of.columns, of.row, of.columns.group[of.row]);
        let is_moved = self.rules(of.policy).is_due_moved_to_opening;
        Some(Target::At(if is_moved { calendar.next_opening(due).unwrap_or(due) } else { due }))
    }
}

/// The statuses that stop a clock: none stops one that waits for an answer where a resolution is none.
fn stops(rules: &Rules, kind: Kind) -> Statuses {
    let waits_for_answer = matches!(kind, Kind::FirstResponse | Kind::NextResponse);
    if waits_for_answer && !rules.is_answered_by_resolution { Statuses::NONE } else { rules.stop }
}

/// The rows a policy's condition is true of; None for all.
fn condition(m: &Making<'_>, segment: &DataFrame, policy: &Policy) -> Result<Option<Vec<bool>>> {
    let Some(sql) = &policy.when else { return Ok(None) };
    let place = |e: Error| e.at(format!("{}, policy {:?}", policy.at, policy.name));
    let expr = crate::facts::parse_sql(&m.settings.parameters.sql(sql).map_err(place)?).map_err(place)?;
    for name in crate::facts::column_names(&expr) {
        if segment.column(&name).is_err() {
            return Err(place(unknown_column(Table::Tickets, &name, names_of(segment))));
        }
    }
    let column = segment.clone().lazy().select([crate::facts::as_text(&expr, segment).alias("when")]).collect();
    let column = column.map_err(|e| place(Error::config(format!("polars refuses the condition: {e}"))))?;
    let mask = column.column("when").map_err(bug)?.bool().map_err(|_| place(Error::config("the condition is neither true nor false")))?;
    let one = |value: Option<bool>| value.unwrap_or(false);
    // A constant gives one row for all.
    Ok(Some(if mask.len() == 1 { vec![one(mask.get(0)); segment.height()] } else { mask.iter().map(one).collect() }))
}

/// The codes of the short texts that occur in a column.
fn distinct(frame: &Frame, column: &str) -> Result<BTreeSet<u32>> {
    if !frame.has(column) {
        return Ok(BTreeSet::new());
    }
    let of_segment = |segment: &DataFrame| {
        // Codes are dense: a mark each is quicker than a set of millions of rows.
        let mut is_met: Vec<bool> = Vec::new();
        for code in crate::desk::codes(crate::desk::get(segment, column)?)?.into_iter().filter(|c| *c != NONE) {
            if is_met.len() <= code as usize {
                is_met.resize(code as usize + 1, false);
            }
            is_met[code as usize] = true;
        }
        Ok(is_met.iter().enumerate().filter(|(_, met)| **met).map(|(code, _)| code as u32).collect::<BTreeSet<u32>>())
    };
    let parts = frame.segments.par_iter().map(of_segment).collect::<Result<Vec<_>>>()?;
    Ok(parts.into_iter().flatten().collect())
}

/// Those of the codes whose text, trimmed and in lower case, is meant.
fn like(met: &BTreeSet<u32>, is_meant: impl Fn(&str) -> bool) -> Vec<u32> {
    met.iter().copied().filter(|c| is_meant(text_of(*c).trim().to_lowercase().as_str())).collect()
}

fn chosen<'a>(m: &'a Making<'_>, choice: &Choice, met: &BTreeMap<&str, BTreeSet<u32>>) -> Chosen<'a> {
    let Choice::By { column, of, otherwise, follow } = choice else { return Chosen::One(m.calendars.of(choice)) };
    let calendar_of = |code: &u32| {
        let name = of.get(&text_of(*code).trim().to_lowercase())?;
        Some((*code, m.calendars.named(name)))
    };
    let of = met.get(column.as_str()).into_iter().flatten().filter_map(calendar_of).collect();
    let follow = (column == "group").then_some(*follow);
    Chosen::By { column: column.clone(), of, otherwise: m.calendars.of(otherwise), follow }
}
