//! One ticket's story: the states it was in, and the moments at which somebody wrote.
//!
//! A timeline is told once from the ticket's row and its events and then read by every clock. Its states ascend strictly: two changes
//! in one second are one, and the last counts. It always has a state, and the first one also holds for any instant before it.

/// The code of a text that is missing.
pub const NONE: u32 = u32::MAX;

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Nobody has begun.
    New,
    /// In work.
    Open,
    /// On hold.
    Pending,
    /// Solved; may still be reopened.
    Resolved,
    /// Solved for good.
    Closed,
    /// Withdrawn, a duplicate, spam.
    Cancelled,
}

impl Status {
    /// Resolved or closed.
    pub fn is_done(self) -> bool {
        matches!(self, Status::Resolved | Status::Closed)
    }

    /// New, open or pending.
    pub fn is_live(self) -> bool {
        matches!(self, Status::New | Status::Open | Status::Pending)
    }
}

/// A set of statuses.
///
/// As wide as the processor reads it: a byte just written and read back as a word stalls for longer than all that is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statuses(u32);

impl Statuses {
    /// None of them.
    pub const NONE: Self = Self(0);

    /// The set of those named.
    pub const fn of(statuses: &[Status]) -> Self {
        let mut set = Self::NONE;
        let mut i = 0;
        while i < statuses.len() {
            set = set.with(statuses[i]);
            i += 1;
        }
        set
    }

    /// The set and one more.
    #[must_use]
    pub const fn with(self, status: Status) -> Self {
        Self(self.0 | 1 << status as u8)
    }

    /// Those in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are not in the other set.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it holds a status.
    #[inline]
    pub const fn has(self, status: Status) -> bool {
        self.0 >> status as u8 & 1 == 1
    }
}

/// Who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The first line.
    Desk,
    /// A group behind it.
    SecondLevel,
    /// Somebody outside, under contract.
    Supplier,
    /// Whoever asked.
    Requester,
}

/// What is known of a ticket at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// Where it stands.
    pub status: Status,
    /// Why it is on hold: a text code, or [`NONE`].
    pub hold_reason: u32,
    /// 1 to 5, most urgent first; 0 unknown.
    pub priority: u8,
    /// Who holds it: a text code, or [`NONE`].
    pub group: u32,
    /// Who works on it: a text code, or [`NONE`].
    pub assignee: u32,
    /// Who has to act.
    pub party: Party,
}

impl State {
    /// A new ticket of which nothing is known.
    pub const UNKNOWN: Self = Self { status: Status::New, hold_reason: NONE, priority: 0, group: NONE, assignee: NONE, party: Party::Desk };
}

/// What somebody wrote, for the other side to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// By an agent.
    Reply,
    /// By the requester.
    Asked,
}

/// What one ticket's row says; None where it says nothing. Instants in seconds since 1970 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// When the ticket was made.
    pub created_at: i64,
    /// When an agent first answered.
    pub first_response_at: Option<i64>,
    /// When it was last resolved.
    pub resolved_at: Option<i64>,
    /// When it was closed or cancelled.
    pub closed_at: Option<i64>,
    /// Where it stands at the end.
    pub status: Option<Status>,
    /// Everything else as it stands at the end; status and party are not read.
    pub state: State,
    /// The group that had it first: a text code, or [`NONE`].
    pub first_group: u32,
}

/// What happened to a ticket; a field the event does not name is None, 0 or [`NONE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// When: seconds since 1970 UTC.
    pub at: i64,
    /// What kind of thing.
    pub kind: EventKind,
    /// The status from now on.
    pub status: Option<Status>,
    /// The priority from now on, 1 to 5.
    pub priority: u8,
    /// The group from now on.
    pub group: u32,
    /// The agent from now on.
    pub assignee: u32,
    /// The reason of the hold from now on.
    pub hold_reason: u32,
    /// Who did it.
    pub role: Role,
}

impl Event {
    /// The status it names, or the one its kind implies.
    fn status(&self) -> Option<Status> {
        self.status.or(match self.kind {
            EventKind::Resolved => Some(Status::Resolved),
            EventKind::Closed => Some(Status::Closed),
            EventKind::Reopened => Some(Status::Open),
            _ => None,
        })
    }
}

/// Kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// The ticket was made.
    Created,
    /// The status changed.
    Status,
    /// The group or the agent changed.
    Assigned,
    /// The priority changed.
    Priority,
    /// Somebody wrote for the other side to read.
    ReplyPublic,
    /// An agent wrote for the desk alone.
    ReplyInternal,
    /// Opened again; the status is open where the event names none.
    Reopened,
    /// Resolved, where the event names no other status.
    Resolved,
    /// Closed, where the event names no other status.
    Closed,
    /// Anything else; what it names counts.
    Other,
}

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Somebody of the desk.
    Agent,
    /// Whoever asked.
    Requester,
    /// A rule or an interface; its public replies count as the desk's.
    System,
    /// Not said; public replies count as the desk's.
    Unknown,
}

/// How often row and events did not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Doubts {
    /// Events before the creation of their ticket.
    pub before_creation: u32,
    /// Tickets whose row and events put the resolution more than 60 s apart: the earlier was taken.
    pub resolution_moved: u32,
    /// Tickets that end before they begin: they count as resolved from the start.
    pub stops_before_start: u32,
    /// Tickets that are resolved by their events but open by their row: open since the last event.
    pub still_open: u32,
}

impl std::ops::AddAssign for Doubts {
    fn add_assign(&mut self, other: Self) {
        self.before_creation += other.before_creation;
        self.resolution_moved += other.resolution_moved;
        self.stops_before_start += other.stops_before_start;
        self.still_open += other.still_open;
    }
}

/// One ticket's story. Keep one and [`tell`](Timeline::tell) it again for the next ticket: it allocates only to grow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// From when which state held; strictly ascending.
    pub states: Vec<(i64, State)>,
    /// When somebody wrote; ascending.
    pub moments: Vec<(i64, What)>,
}

/// An answer this near to the row's first response is that response.
const SAME_RESPONSE_SECS: u64 = 60;
/// A resolution moved further than this is counted.
const SAME_RESOLUTION_SECS: u64 = 60;

impl Timeline {
    /// Forgets the ticket and keeps the memory.
    pub fn clear(&mut self) {
        self.states.clear();
        self.moments.clear();
    }

    /// The state in force at an instant.
    pub fn state_at(&self, at: i64) -> State {
        self.states.get(index_at(&self.states, at)).map_or(State::UNKNOWN, |s| s.1)
    }

    /// The spans of constant state in `from..to`: their begin, their end, their state. None is empty; together they cover it.
    pub fn spans(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, i64, State)> + '_ {
        let states = self.states.get(index_at(&self.states, from)..).unwrap_or_default();
        states.iter().enumerate().map_while(move |(i, (since, state))| {
            let (begin, end) = (from.max(*since), states.get(i + 1).map_or(to, |next| next.0.min(to)));
            // Before the first state its own holds.
            let begin = if i == 0 { from } else { begin };
            (begin < end).then_some((begin, end, *state))
        })
    }

    /// Tells the story of a ticket from its row and its events (ascending; in one second in the order of the file), as it was known just
    /// before `as_of`: what happens at `as_of` or later has not happened.
    ///
    /// Where the two disagree about the end the row is right, and `doubts` counts it:
    ///
    /// - A `resolved_at` before the last entry into resolved or closed is that entry: what lay between did not happen. One after it is the
    ///   row saved once more and changes nothing. Where the events end open, a `resolved_at` not before their last reopening is one more
    ///   resolution, and nothing reopens the ticket after it; the same where they never resolve it.
    /// - A row that is open without a `resolved_at` is open from the last event on.
    /// - A row that is resolved, closed or cancelled while its events end open ends at `closed_at`; where that is unknown at the last event,
    ///   and where no event names a status, at creation. The `resolved_at` of a cancelled ticket stands in for a missing `closed_at`.
    /// - `first_response_at` is an answer, at creation at the earliest, unless the events have one within a minute of it. A public reply the
    ///   events have at creation is no answer but the description.
    ///
    /// A field no event names is the row's throughout. A field some event names is unknown before that, save that the group may be
    /// known as the row's `first_group`, and that the status is new.
    pub fn tell(&mut self, row: &Row, events: &[Event], as_of: i64, party: impl Fn(&State) -> Party, doubts: &mut Doubts) {
        self.clear();
        let events = &events[..events.partition_point(|e| e.at < as_of)];
        self.states.push((row.created_at, initial(row, events)));
        for event in events {
            self.apply(row.created_at, event, doubts);
        }
        let last_event_at = events.last().map_or(row.created_at, |e| e.at.max(row.created_at));
        self.end(row, last_event_at, as_of, doubts);
        if let Some(at) = row.first_response_at.filter(|at| *at < as_of) {
            self.respond(at.max(row.created_at));
        }
        for (_, state) in &mut self.states {
            state.party = party(state);
        }
    }

    fn apply(&mut self, created_at: i64, event: &Event, doubts: &mut Doubts) {
        doubts.before_creation += u32::from(event.at < created_at);
        // What is written at the very creation is the description.
        if event.kind == EventKind::ReplyPublic && event.at > created_at {
            self.moments.push((event.at, if event.role == Role::Requester { What::Asked } else { What::Reply }));
        }
        let Some(&(since, state)) = self.states.last() else { return };
        let next = state.after(event);
        if next != state {
            self.set(event.at.max(since), next);
        }
    }

    /// A state from an instant on that is not before the last.
    fn set(&mut self, at: i64, state: State) {
        match self.states.last_mut() {
            Some(last) if last.0 == at => last.1 = state,
            _ => self.states.push((at, state)),
        }
    }

    /// The row's word on the end.
    fn end(&mut self, row: &Row, last_event_at: i64, as_of: i64, doubts: &mut Doubts) {
        let Some(&(since, last)) = self.states.last() else { return };
        let known = |at: &i64| *at < as_of;
        match row.status {
            _ if last.status == Status::Cancelled => {}
            Some(Status::Cancelled) if last.status.is_live() => {
                let at = row.closed_at.or(row.resolved_at).unwrap_or(last_event_at);
                if known(&at) {
                    self.end_at(not_before(at, row.created_at, doubts), Status::Cancelled);
                }
            }
            Some(Status::Cancelled) => {}
            _ if row.resolved_at.is_some() => {
                if let Some(at) = row.resolved_at.filter(known) {
                    self.resolve_at(not_before(at, row.created_at, doubts), doubts);
                }
            }
            Some(status) if status.is_live() && last.status.is_done() => {
                doubts.still_open += 1;
                self.set(last_event_at.max(since), State { status, ..last });
            }
            Some(status) if status.is_done() && last.status.is_live() => {
                let at = row.closed_at.unwrap_or(last_event_at);
                if known(&at) {
                    // A reopening after it is older than the row.
                    let at = not_before(at, row.created_at, doubts).max(self.reopened_at().unwrap_or(at));
                    self.end_at(at, Status::Resolved);
                }
            }
            _ => {}
        }
    }

    /// When it was last reopened, if it is now open.
    fn reopened_at(&self) -> Option<i64> {
        let done = self.states.iter().rposition(|s| s.1.status.is_done())?;
        self.states.get(done + 1).map(|s| s.0)
    }

    /// Puts the last resolution where the row has it.
    fn resolve_at(&mut self, at: i64, doubts: &mut Doubts) {
        let Some(last_done) = self.states.iter().rposition(|s| s.1.status.is_done()) else {
            return self.end_at(at, Status::Resolved);
        };
        if self.states.get(last_done + 1).is_some_and(|reopened| reopened.0 <= at) {
            return self.end_at(at, Status::Resolved);
        }
        let entry = self.states[..last_done].iter().rposition(|s| !s.1.status.is_done()).map_or(0, |before| before + 1);
        let found = self.states[entry].0;
        doubts.resolution_moved += u32::from(found.abs_diff(at) > SAME_RESOLUTION_SECS);
        // Later it was only saved once more.
        if at < found {
            self.advance(entry, at);
        }
    }

    /// An entry happens at `at` already: what lay between did not.
    fn advance(&mut self, entry: usize, at: i64) {
        self.states[entry].0 = at;
        let first = self.states[..entry].partition_point(|s| s.0 < at);
        self.states.drain(first..entry);
    }

    /// A status from an instant on, whatever the states after it say.
    fn end_at(&mut self, at: i64, status: Status) {
        let after = self.states.partition_point(|s| s.0 <= at);
        let before = index_at(&self.states, at);
        if self.states[before].0 < at {
            self.states.insert(after, (at, self.states[before].1));
        }
        let from = self.states.partition_point(|s| s.0 < at);
        for (_, state) in &mut self.states[from..] {
            state.status = status;
        }
    }

    /// The row's first response.
    fn respond(&mut self, at: i64) {
        if self.moments.iter().any(|m| m.1 == What::Reply && m.0.abs_diff(at) <= SAME_RESPONSE_SECS) {
            return;
        }
        let after = self.moments.partition_point(|m| m.0 <= at);
        self.moments.insert(after, (at, What::Reply));
    }
}

impl State {
    /// The state after an event.
    fn after(self, event: &Event) -> Self {
        let text = |old: u32, new: u32| if new == NONE { old } else { new };
        Self {
            status: event.status().unwrap_or(self.status),
            hold_reason: text(self.hold_reason, event.hold_reason),
            priority: if event.priority == 0 { self.priority } else { event.priority },
            group: text(self.group, event.group),
            assignee: text(self.assignee, event.assignee),
            party: self.party,
        }
    }
}

/// The index of the state in force at an instant.
#[inline]
pub(super) fn index_at(states: &[(i64, State)], at: i64) -> usize {
    // Most clocks start with their ticket.
    if states.get(1).is_none_or(|s| s.0 > at) {
        return 0;
    }
    states.partition_point(|s| s.0 <= at).saturating_sub(1)
}

/// The end of a ticket, not before its creation.
fn not_before(at: i64, created_at: i64, doubts: &mut Doubts) -> i64 {
    doubts.stops_before_start += u32::from(at < created_at);
    at.max(created_at)
}

/// The state at creation, before the events at creation.
fn initial(row: &Row, events: &[Event]) -> State {
    let text = |named: fn(&Event) -> u32, unnamed: u32| if events.iter().any(|e| named(e) != NONE) { NONE } else { unnamed };
    let is_status_named = events.iter().any(|e| e.status().is_some());
    let group = text(|e| e.group, row.state.group);
    State {
        status: if is_status_named { Status::New } else { throughout(row) },
        hold_reason: text(|e| e.hold_reason, row.state.hold_reason),
        priority: if events.iter().any(|e| e.priority != 0) { 0 } else { row.state.priority },
        group: if group == NONE { row.first_group } else { group },
        assignee: text(|e| e.assignee, row.state.assignee),
        party: Party::Desk,
    }
}

/// The status of a ticket without a history, before its end if that is known.
fn throughout(row: &Row) -> Status {
    match (row.status, row.resolved_at, row.closed_at) {
        (Some(status), None, _) if status.is_live() => status,
        (Some(status), None, None) => status,
        _ => Status::New,
    }
}

#[cfg(test)]
mod tests;
