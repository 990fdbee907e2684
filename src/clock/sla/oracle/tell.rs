//! A ticket's story from its row and its events, told the plain way: what holds in each tick, one after the other.

use super::world::{one_in, pick};
use crate::clock::timeline::{Doubts, Event, EventKind, NONE, Party, Role, Row, State, Status, Timeline, What};
use crate::stats::random::Random;

/// Seconds in a tick: the limits of 60 seconds are met exactly, and missed by one tick.
const TICK: i64 = 20;

const BIRTH: i64 = 1_500_000_000;

/// Who has to act, for these tickets: any rule will do that looks at the whole state.
fn party(state: &State) -> Party {
    match state.group {
        0 => Party::SecondLevel,
        1 if state.assignee == 1 => Party::Supplier,
        _ if state.status == Status::Pending && state.hold_reason != 2 => Party::Requester,
        _ => Party::Desk,
    }
}

fn status_of(event: &Event) -> Option<Status> {
    event.status.or(match event.kind {
        EventKind::Resolved => Some(Status::Resolved),
        EventKind::Closed => Some(Status::Closed),
        EventKind::Reopened => Some(Status::Open),
        _ => None,
    })
}

fn is_done(status: Status) -> bool {
    matches!(status, Status::Resolved | Status::Closed)
}

fn is_live(status: Status) -> bool {
    matches!(status, Status::New | Status::Open | Status::Pending)
}

/// A story with a state for every tick from creation to the end.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    ticks: Vec<State>,
    moments: Vec<(i64, What)>,
    doubts: [u32; 4],
}

/// The story of a row and its events, up to the cut-off.
fn told(row: &Row, events: &[Event], as_of: i64) -> Told {
    let events: Vec<Event> = events.iter().copied().filter(|e| e.at < as_of).collect();
    let mut doubts = [events.iter().filter(|e| e.at < row.created_at).count() as u32, 0, 0, 0];
    let names = |known: fn(&Event) -> bool| events.iter().any(known);
    let mut now = State {
        status: first_status(row, &events),
        hold_reason: if names(|e| e.hold_reason != NONE) { NONE } else { row.state.hold_reason },
        priority: if names(|e| e.priority != 0) { 0 } else { row.state.priority },
        group: if names(|e| e.group != NONE) || row.state.group == NONE { row.first_group } else { row.state.group },
        assignee: if names(|e| e.assignee != NONE) { NONE } else { row.state.assignee },
        party: Party::Desk,
    };
    let mut ticks = Vec::new();
    for at in (row.created_at..as_of).step_by(TICK as usize) {
        for event in events.iter().filter(|e| e.at.max(row.created_at) == at) {
            now.status = status_of(event).unwrap_or(now.status);
            let keep = |new: u32, old: u32| if new == NONE { old } else { new };
            now.hold_reason = keep(event.hold_reason, now.hold_reason);
            now.group = keep(event.group, now.group);
            now.assignee = keep(event.assignee, now.assignee);
            now.priority = if event.priority == 0 { now.priority } else { event.priority };
        }
        ticks.push(now);
    }
    end_as_the_row_says(row, &events, &mut ticks, &mut doubts);
    for state in &mut ticks {
        state.party = party(state);
    }
    Told { ticks, moments: moments(row, &events, as_of), doubts }
}

/// New, unless an event at creation says otherwise; what the row says if no event ever does and the row knows of no end.
fn first_status(row: &Row, events: &[Event]) -> Status {
    let is_silent = !events.iter().any(|e| status_of(e).is_some());
    match row.status {
        Some(status) if is_silent && is_live(status) && row.resolved_at.is_none() => status,
        Some(status) if is_silent && row.resolved_at.is_none() && row.closed_at.is_none() => status,
        _ => Status::New,
    }
}

/// The row knows when the ticket was resolved last, and whether it is open.
fn end_as_the_row_says(row: &Row, events: &[Event], ticks: &mut [State], doubts: &mut [u32; 4]) {
    let end = row.created_at + ticks.len() as i64 * TICK;
    let tick_of = |at: i64| ((at.max(row.created_at) - row.created_at) / TICK) as usize;
    let last_event = events.last().map_or(row.created_at, |e| e.at.max(row.created_at));
    let last = ticks.last().expect("a tick").status;
    let entry = last_entry(ticks);
    // The first tick after the last that is done, if it is open again.
    let reopened = ticks.iter().rposition(|s| is_done(s.status)).map(|i| i + 1).filter(|i| *i < ticks.len());
    let mut ends_at = |at: i64, status: Status, not_before: usize| {
        if at < end {
            doubts[2] += u32::from(at < row.created_at);
            ticks[tick_of(at).max(not_before)..].iter_mut().for_each(|s| s.status = status);
        }
    };
    match (row.status, row.resolved_at) {
        _ if last == Status::Cancelled => {}
        (Some(Status::Cancelled), _) if is_done(last) => {}
        (Some(Status::Cancelled), resolved_at) => ends_at(row.closed_at.or(resolved_at).unwrap_or(last_event), Status::Cancelled, 0),
        (_, Some(at)) if at >= end => {}
        (_, Some(at)) => match (entry, reopened) {
            (None, _) => ends_at(at, Status::Resolved, 0),
            (Some(_), Some(reopened)) if tick_of(at) >= reopened => ends_at(at, Status::Resolved, 0),
            (Some(entry), _) => {
                doubts[2] += u32::from(at < row.created_at);
                doubts[1] += u32::from((entry.abs_diff(tick_of(at))) as i64 * TICK > 60);
                // Resolved since the entry: whatever the row means by a later instant, it was not open in between.
                let entered = ticks[entry];
                (tick_of(at)..entry).for_each(|earlier| ticks[earlier] = entered);
            }
        },
        (Some(status), None) if is_live(status) && is_done(last) => {
            doubts[3] += 1;
            ticks[tick_of(last_event)..].iter_mut().for_each(|s| s.status = status);
        }
        (Some(status), None) if is_done(status) && is_live(last) => {
            ends_at(row.closed_at.unwrap_or(last_event), Status::Resolved, reopened.unwrap_or(0));
        }
        _ => {}
    }
}

/// The first tick of the last stretch that is resolved or closed.
fn last_entry(ticks: &[State]) -> Option<usize> {
    (0..ticks.len()).rev().find(|i| is_done(ticks[*i].status) && (*i == 0 || !is_done(ticks[*i - 1].status)))
}

fn moments(row: &Row, events: &[Event], as_of: i64) -> Vec<(i64, What)> {
    let said = events.iter().filter(|e| e.kind == EventKind::ReplyPublic && e.at > row.created_at);
    let mut moments: Vec<(i64, What)> = said.map(|e| (e.at, if e.role == Role::Requester { What::Asked } else { What::Reply })).collect();
    // What the row calls a response is one, even at creation.
    let response = row.first_response_at.map(|at| at.max(row.created_at));
    let is_known = |at: &i64| moments.iter().any(|(then, what)| *what == What::Reply && (then - at).abs() <= 60);
    if let Some(at) = response.filter(|at| *at < as_of && !is_known(at)) {
        moments.push((at, What::Reply));
        moments.sort_by_key(|m| m.0);
    }
    moments
}

// ---- rows and events

fn event(random: &mut Random, at: i64) -> Event {
    let kind = pick(
        random,
        &[
            EventKind::Created,
            EventKind::Status,
            EventKind::Status,
            EventKind::Assigned,
            EventKind::Priority,
            EventKind::ReplyPublic,
            EventKind::ReplyPublic,
            EventKind::ReplyInternal,
            EventKind::Reopened,
            EventKind::Resolved,
            EventKind::Resolved,
            EventKind::Closed,
            EventKind::Other,
        ],
    );
    let statuses = [Status::New, Status::Open, Status::Pending, Status::Resolved, Status::Closed, Status::Cancelled];
    let status = match kind {
        EventKind::Status => Some(pick(random, &statuses)),
        _ if one_in(random, 10) => Some(pick(random, &statuses)),
        _ => None,
    };
    let mut code = |often: bool| if often || one_in(random, 8) { random.below(4) as u32 } else { NONE };
    let (group, assignee) = (code(kind == EventKind::Assigned), code(kind == EventKind::Assigned));
    let hold_reason = code(status == Some(Status::Pending));
    let is_raised = kind == EventKind::Priority || one_in(random, 10);
    let priority = if is_raised { 1 + random.below(5) as u8 } else { 0 };
    Event {
        at,
        kind,
        status,
        priority,
        group,
        assignee,
        hold_reason,
        role: pick(random, &[Role::Agent, Role::Requester, Role::System, Role::Unknown]),
    }
}

/// Events, a row that fits them more or less, and a cut-off after everything the row tells.
fn case(seed: u64) -> (Row, Vec<Event>, i64) {
    let random = &mut Random::new(seed);
    let mut at = if one_in(random, 6) { BIRTH - 5 * TICK } else { BIRTH };
    let mut events = Vec::new();
    for _ in 0..random.below(9) {
        at += random.below(8) as i64 * TICK * i64::from(!one_in(random, 3));
        events.push(event(random, at));
    }
    let last = at.max(BIRTH);
    let as_of = if one_in(random, 5) { BIRTH + (1 + random.below(20) as i64) * TICK } else { last + 40 * TICK };
    let code = |random: &mut Random| pick(random, &[0, 1, 2, NONE]);
    let state = State {
        status: Status::New,
        hold_reason: code(random),
        priority: random.below(6) as u8,
        group: code(random),
        assignee: code(random),
        party: Party::Desk,
    };
    let bare = Row {
        created_at: BIRTH,
        first_response_at: None,
        resolved_at: None,
        closed_at: None,
        status: None,
        state,
        first_group: code(random),
    };
    (row_for(random, bare, &events, as_of), events, as_of)
}

/// The row of a ticket with these events: more or less theirs, or anything at all.
fn row_for(random: &mut Random, bare: Row, events: &[Event], as_of: i64) -> Row {
    let mut row = bare;
    let ticks = told(&bare, events, as_of).ticks;
    let end = ticks.last().expect("a tick at least").status;
    let anywhere = |random: &mut Random| BIRTH + (random.below(ticks.len() as u64 + 4) as i64 - 2) * TICK;
    row.status = if one_in(random, 5) { None } else { Some(end) };
    if one_in(random, 3) {
        let statuses = [Status::New, Status::Open, Status::Pending, Status::Resolved, Status::Closed, Status::Cancelled];
        row.status = Some(pick(random, &statuses));
    }
    row.resolved_at = match (last_entry(&ticks), random.below(5)) {
        (_, 0) => Some(anywhere(random)),
        (Some(entry), 1..=3) => Some(BIRTH + (entry as i64 + random.below(9) as i64 - 4) * TICK),
        _ => None,
    };
    row.closed_at = one_in(random, 3).then(|| anywhere(random));
    row.first_response_at = one_in(random, 3).then(|| anywhere(random));
    row
}

#[test]
fn stories_are_told_as_tick_by_tick() {
    let mut timeline = Timeline::default();
    let mut seen = [0; 4];
    for seed in 0..20_000 {
        let (row, events, as_of) = case(seed);
        let want = told(&row, &events, as_of);
        let mut doubts = Doubts::default();
        timeline.clear();
        timeline.tell(&row, &events, as_of, party, &mut doubts);
        let states = &timeline.states;
        let about = || format!("case {seed}\n{row:#?}\n{events:#?}\nas_of {as_of}\ntold {states:#?}");
        assert!(states.first().is_some_and(|s| s.0 == row.created_at), "starts elsewhere: {}", about());
        assert!(states.is_sorted_by_key(|s| s.0) && states.windows(2).all(|w| w[0].0 < w[1].0), "not ascending: {}", about());
        let state_at = |at: i64| states.iter().rev().find(|s| s.0 <= at).expect("a first state").1;
        let ticks = (row.created_at..as_of).step_by(TICK as usize);
        for (at, want) in ticks.zip(&want.ticks) {
            assert_eq!(state_at(at), *want, "{} s after creation: {}", at - row.created_at, about());
        }
        assert_eq!(timeline.moments, want.moments, "{}", about());
        let doubts = [doubts.before_creation, doubts.resolution_moved, doubts.stops_before_start, doubts.still_open];
        assert_eq!(doubts, want.doubts, "before creation, moved, stops before start, still open: {}", about());
        seen.iter_mut().zip(doubts).for_each(|(seen, count)| *seen += count);
    }
    assert!(seen.iter().all(|s| *s > 100), "the random rows do not show everything: {seen:?}");
}

/// An event so many ticks after creation that says nothing but its kind.
fn bare(ticks: i64, kind: EventKind) -> Event {
    let (group, assignee, hold_reason) = (NONE, NONE, NONE);
    Event { at: BIRTH + ticks * TICK, kind, status: None, priority: 0, group, assignee, hold_reason, role: Role::Agent }
}

/// A story by hand: changes of the status and moments by ticks after creation, and the doubts.
type ByHand<'a> = (&'a [(i64, Status)], &'a [(i64, What)], [u32; 4]);

fn check(name: &str, row: &Row, events: &[Event], want: ByHand) {
    let as_of = BIRTH + 100 * TICK;
    let since = |at: i64| (at - BIRTH) / TICK;
    let said = |moments: &[(i64, What)]| moments.iter().map(|m| (since(m.0), m.1)).collect::<Vec<_>>();
    let plain = told(row, events, as_of);
    let changed = (0..plain.ticks.len()).filter(|i| *i == 0 || plain.ticks[*i].status != plain.ticks[i - 1].status);
    let statuses: Vec<(i64, Status)> = changed.map(|i| (i as i64, plain.ticks[i].status)).collect();
    assert_eq!((&statuses[..], &said(&plain.moments)[..], plain.doubts), want, "plainly: {name}");
    let (mut timeline, mut doubts) = (Timeline::default(), Doubts::default());
    timeline.tell(row, events, as_of, party, &mut doubts);
    let mut statuses: Vec<(i64, Status)> = timeline.states.iter().map(|s| (since(s.0), s.1.status)).collect();
    statuses.dedup_by_key(|s| s.1);
    let doubts = [doubts.before_creation, doubts.resolution_moved, doubts.stops_before_start, doubts.still_open];
    assert_eq!((&statuses[..], &said(&timeline.moments)[..], doubts), want, "{name}");
}

#[test]
fn told_by_hand() {
    use EventKind::{Created, Reopened, ReplyPublic, Resolved};
    let at = |ticks: i64| Some(BIRTH + ticks * TICK);
    let state = State { status: Status::New, hold_reason: NONE, priority: 3, group: 2, assignee: NONE, party: Party::Desk };
    let row =
        Row { created_at: BIRTH, first_response_at: None, resolved_at: None, closed_at: None, status: None, state, first_group: NONE };
    let by_agent = [bare(0, Created), bare(0, ReplyPublic), bare(30, ReplyPublic)];
    check("an agent wrote the description", &row, &by_agent, (&[(0, Status::New)], &[(30, What::Reply)], [0; 4]));
    let at_once = Row { first_response_at: at(0), ..row };
    check("answered at creation, says the row", &at_once, &[], (&[(0, Status::New)], &[(0, What::Reply)], [0; 4]));
    let early = [bare(-5, Reopened), bare(-5, ReplyPublic), bare(9, Resolved)];
    check("an hour of the file before creation", &row, &early, (&[(0, Status::Open), (9, Status::Resolved)], &[], [2, 0, 0, 0]));
    let thanked = [bare(10, Resolved), bare(40, Reopened), bare(42, Resolved)];
    let story = [(0, Status::New), (10, Status::Resolved), (40, Status::Open), (42, Status::Resolved)];
    check("resolved, thanked, resolved", &Row { resolved_at: at(42), ..row }, &thanked, (&story, &[], [0; 4]));
    check("saved again", &Row { resolved_at: at(60), ..row }, &thanked, (&story, &[], [0, 1, 0, 0]));
    let before = Row { resolved_at: at(30), ..row };
    check("resolved before it was opened again", &before, &thanked, (&story[..2], &[], [0, 1, 0, 0]));
    let open = Row { status: Some(Status::Open), ..row };
    check("open, says the row", &open, &thanked, (&story[..3], &[], [0, 0, 0, 1]));
    let never = Row { status: Some(Status::Closed), closed_at: at(50), ..row };
    check("closed, never solved", &never, &[], (&[(0, Status::New), (50, Status::Resolved)], &[], [0; 4]));
    let backwards = Row { status: Some(Status::Closed), resolved_at: at(-50), ..row };
    check("resolved before it was created", &backwards, &[], (&[(0, Status::Resolved)], &[], [0, 0, 1, 0]));
    let called_off = Row { status: Some(Status::Cancelled), closed_at: at(7), ..row };
    check("cancelled", &called_off, &[], (&[(0, Status::New), (7, Status::Cancelled)], &[], [0; 4]));
}
