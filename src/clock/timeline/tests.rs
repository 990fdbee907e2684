use super::*;
use EventKind::{Assigned, Closed, Created, Other, Reopened, ReplyInternal, ReplyPublic, Resolved};
use proptest::prelude::*;

const ROW: Row = Row {
    created_at: 1000,
    first_response_at: None,
    resolved_at: None,
    closed_at: None,
    status: None,
    state: State::UNKNOWN,
    first_group: NONE,
};

fn event(at: i64, kind: EventKind) -> Event {
    Event { at, kind, status: None, priority: 0, group: NONE, assignee: NONE, hold_reason: NONE, role: Role::Agent }
}

fn to(at: i64, status: Status) -> Event {
    Event { status: Some(status), ..event(at, EventKind::Status) }
}

fn told(row: &Row, events: &[Event]) -> (Timeline, Doubts) {
    let (mut timeline, mut doubts) = (Timeline::default(), Doubts::default());
    timeline.tell(row, events, 10_000, |_| Party::Desk, &mut doubts);
    (timeline, doubts)
}

/// When which status began.
fn statuses(row: &Row, events: &[Event]) -> Vec<(i64, Status)> {
    told(row, events).0.states.iter().map(|(at, s)| (*at, s.status)).collect()
}

#[test]
fn sets_of_statuses() {
    let set = Statuses::of(&[Status::Pending, Status::Cancelled]);
    assert!(set.has(Status::Pending) && set.has(Status::Cancelled) && !set.has(Status::New) && !set.has(Status::Closed));
    assert!(set.with(Status::New).has(Status::New) && !Statuses::NONE.has(Status::New));
    assert_eq!(set.without(Statuses::of(&[Status::Pending])), Statuses::of(&[Status::Cancelled]));
    assert_eq!(set.union(Statuses::of(&[Status::New])), set.with(Status::New));
}

#[test]
fn spans_cover_what_is_asked_and_the_first_state_holds_before_it() {
    let (timeline, _) = told(&ROW, &[to(1100, Status::Open), to(1200, Status::Resolved)]);
    let spans = |from, to| timeline.spans(from, to).map(|(a, b, s)| (a, b, s.status)).collect::<Vec<_>>();
    assert_eq!(spans(900, 1150), [(900, 1100, Status::New), (1100, 1150, Status::Open)]);
    assert_eq!(spans(1150, 9000), [(1150, 1200, Status::Open), (1200, 9000, Status::Resolved)]);
    assert_eq!(spans(1200, 1200), []);
    assert_eq!(spans(1300, 1250), []);
    let at = |at| timeline.state_at(at).status;
    assert_eq!([at(0), at(1099), at(1100), at(1200)], [Status::New, Status::New, Status::Open, Status::Resolved]);
    assert_eq!(Timeline::default().state_at(5), State::UNKNOWN);
}

#[test]
fn without_events_the_row_is_the_story() {
    let pending = Row { status: Some(Status::Pending), ..ROW };
    assert_eq!(statuses(&pending, &[]), [(1000, Status::Pending)]);
    let resolved = Row { status: Some(Status::Resolved), resolved_at: Some(1500), closed_at: Some(1900), ..ROW };
    assert_eq!(statuses(&resolved, &[]), [(1000, Status::New), (1500, Status::Resolved)]);
    // Closed and never solved.
    assert_eq!(statuses(&Row { status: Some(Status::Closed), resolved_at: None, ..resolved }, &[])[1], (1900, Status::Resolved));
    // Solved after the cut-off: not yet.
    assert_eq!(statuses(&Row { resolved_at: Some(10_000), ..resolved }, &[]), [(1000, Status::New)]);
    let cancelled = Row { status: Some(Status::Cancelled), closed_at: Some(1900), ..ROW };
    assert_eq!(statuses(&cancelled, &[]), [(1000, Status::New), (1900, Status::Cancelled)]);
    assert_eq!(statuses(&Row { closed_at: None, ..cancelled }, &[]), [(1000, Status::Cancelled)]);
}

#[test]
fn an_end_before_the_beginning_is_counted_and_ends_it_at_once() {
    let row = Row { resolved_at: Some(400), ..ROW };
    assert_eq!(statuses(&row, &[]), [(1000, Status::Resolved)]);
    assert_eq!(told(&row, &[]).1, Doubts { stops_before_start: 1, ..Doubts::default() });
}

#[test]
fn an_event_before_creation_counts_from_creation() {
    let row = Row { resolved_at: Some(2000), ..ROW };
    let (timeline, doubts) = told(&row, &[to(900, Status::Open), event(950, ReplyPublic), to(2000, Status::Resolved)]);
    assert_eq!(timeline.states.iter().map(|s| (s.0, s.1.status)).collect::<Vec<_>>(), [(1000, Status::Open), (2000, Status::Resolved)]);
    assert!(timeline.moments.is_empty());
    assert_eq!(doubts, Doubts { before_creation: 2, ..Doubts::default() });
}

#[test]
fn kinds_imply_a_status_and_the_last_change_of_a_second_counts() {
    let events = [event(1000, Created), to(1100, Status::Open), to(1100, Status::Pending), event(1200, Resolved), event(1300, Reopened)];
    let expected = [(1000, Status::New), (1100, Status::Pending), (1200, Status::Resolved), (1300, Status::Open), (1400, Status::Closed)];
    assert_eq!(statuses(&ROW, &[&events[..], &[event(1400, Closed)]].concat()), expected);
    // A status that is named wins.
    assert_eq!(statuses(&ROW, &[Event { status: Some(Status::Pending), ..event(1300, Reopened) }])[1], (1300, Status::Pending));
}

#[test]
fn a_field_is_unknown_before_the_event_that_names_it() {
    let state = State { group: 7, priority: 2, assignee: 5, hold_reason: 9, ..State::UNKNOWN };
    let row = Row { state, ..ROW };
    let (timeline, _) = told(&row, &[Event { group: 8, priority: 1, ..event(1500, Assigned) }]);
    let told_of = |s: &State| (s.group, s.priority, s.assignee, s.hold_reason);
    // No event names the agent and the reason: the row's hold throughout.
    assert_eq!(timeline.states.iter().map(|s| told_of(&s.1)).collect::<Vec<_>>(), [(NONE, 0, 5, 9), (8, 1, 5, 9)]);
    // The group that had it first may be known.
    let first = Row { first_group: 3, ..row };
    assert_eq!(told(&first, &[Event { group: 8, ..event(1500, Assigned) }]).0.states[0].1.group, 3);
    assert_eq!(told(&first, &[]).0.states[0].1.group, 7);
    // Named at creation: known from the start.
    assert_eq!(told(&row, &[Event { group: 8, ..event(1000, Created) }]).0.states, [(1000, State { group: 8, ..state })]);
}

#[test]
fn an_earlier_resolution_of_the_row_moves_that_of_the_events() {
    let events = [to(1100, Status::Open), to(2000, Status::Resolved), to(3000, Status::Closed)];
    let resolved = |at| (statuses(&Row { resolved_at: Some(at), ..ROW }, &events), told(&Row { resolved_at: Some(at), ..ROW }, &events).1);
    let with = |at| vec![(1000, Status::New), (1100, Status::Open), (at, Status::Resolved), (3000, Status::Closed)];
    assert_eq!(resolved(2000), (with(2000), Doubts::default()));
    assert_eq!(resolved(1940), (with(1940), Doubts::default()));
    assert_eq!(resolved(1939), (with(1939), Doubts { resolution_moved: 1, ..Doubts::default() }));
    // Before it was even opened.
    assert_eq!(resolved(1050).0, [(1000, Status::New), (1050, Status::Resolved), (3000, Status::Closed)]);
    // Later the row was only saved again.
    assert_eq!(resolved(2060), (with(2000), Doubts::default()));
    assert_eq!(resolved(2500), (with(2000), Doubts { resolution_moved: 1, ..Doubts::default() }));
}

#[test]
fn a_resolution_only_the_row_knows_is_added_and_final() {
    let row = Row { resolved_at: Some(2000), ..ROW };
    let (timeline, _) = told(&row, &[to(1100, Status::Open), Event { group: 4, ..event(2500, Assigned) }]);
    let told_of: Vec<_> = timeline.states.iter().map(|(at, s)| (*at, s.status, s.group)).collect();
    assert_eq!(
        told_of,
        [(1000, Status::New, NONE), (1100, Status::Open, NONE), (2000, Status::Resolved, NONE), (2500, Status::Resolved, 4)]
    );
    // Solved, reopened, and solved again without an event.
    let events = [to(1200, Status::Resolved), to(1500, Status::Open)];
    let expected = [(1000, Status::New), (1200, Status::Resolved), (1500, Status::Open), (2000, Status::Resolved)];
    assert_eq!(statuses(&row, &events), expected);
    // The row still has the first resolution: it is open again.
    assert_eq!(statuses(&Row { resolved_at: Some(1200), ..ROW }, &events), expected[..3]);
}

#[test]
fn the_row_is_the_later_word_on_whether_it_is_open() {
    let events = [to(1200, Status::Resolved), event(1700, ReplyPublic)];
    let open = Row { status: Some(Status::Open), ..ROW };
    assert_eq!(statuses(&open, &events), [(1000, Status::New), (1200, Status::Resolved), (1700, Status::Open)]);
    assert_eq!(told(&open, &events).1, Doubts { still_open: 1, ..Doubts::default() });
    let closed = Row { status: Some(Status::Closed), closed_at: Some(2500), ..ROW };
    assert_eq!(statuses(&closed, &[to(1200, Status::Open)]), [(1000, Status::New), (1200, Status::Open), (2500, Status::Resolved)]);
    // Nobody says when.
    assert_eq!(statuses(&Row { closed_at: None, ..closed }, &[to(1200, Status::Open), event(1700, Other)])[2], (1700, Status::Resolved));
    let cancelled = Row { status: Some(Status::Cancelled), ..closed };
    assert_eq!(statuses(&cancelled, &[to(1200, Status::Open)])[2], (2500, Status::Cancelled));
    // The events say it was cancelled; what the row calls resolved was that.
    let row = Row { resolved_at: Some(1300), ..ROW };
    assert_eq!(statuses(&row, &[to(1200, Status::Cancelled)]), [(1000, Status::New), (1200, Status::Cancelled)]);
}

#[test]
fn answers_and_questions() {
    let asked = Event { role: Role::Requester, ..event(1300, ReplyPublic) };
    let system = Event { role: Role::System, ..event(1400, ReplyPublic) };
    let events = [event(1000, ReplyPublic), event(1200, ReplyInternal), asked, system, event(1500, ReplyPublic)];
    let moments = |first_response_at| told(&Row { first_response_at, ..ROW }, &events).0.moments;
    let own = [(1300, What::Asked), (1400, What::Reply), (1500, What::Reply)];
    assert_eq!(moments(None), own);
    assert_eq!(moments(Some(1340)), own);
    assert_eq!(moments(Some(1339)), [(1300, What::Asked), (1339, What::Reply), (1400, What::Reply), (1500, What::Reply)]);
    // Answered as it was made, says the row; and one made up before that.
    assert_eq!(moments(Some(1000))[0], (1000, What::Reply));
    assert_eq!(moments(Some(700))[0], (1000, What::Reply));
    assert_eq!(moments(Some(10_000)), own);
}

#[test]
fn who_has_to_act_is_asked_for_every_state() {
    let (mut timeline, mut doubts) = (Timeline::default(), Doubts::default());
    let party = |s: &State| if s.status == Status::Pending { Party::Requester } else { Party::SecondLevel };
    timeline.tell(&ROW, &[to(1200, Status::Pending)], 10_000, party, &mut doubts);
    assert_eq!(timeline.states.iter().map(|s| s.1.party).collect::<Vec<_>>(), [Party::SecondLevel, Party::Requester]);
}

fn some_status() -> impl Strategy<Value = Option<Status>> {
    use Status::{Cancelled, New, Open, Pending};
    prop::option::of(prop::sample::select(vec![New, Open, Pending, Status::Resolved, Status::Closed, Cancelled]))
}

fn some_event() -> impl Strategy<Value = Event> {
    let kinds = vec![Created, EventKind::Status, Assigned, ReplyPublic, Reopened, Resolved, Closed, Other];
    (0i64..60, prop::sample::select(kinds), some_status(), 0u8..4, prop::sample::select(vec![NONE, 1, 2]))
        .prop_map(|(at, kind, status, priority, group)| Event { at: at * 50, status, priority, group, ..event(0, kind) })
}

fn some_row() -> impl Strategy<Value = Row> {
    let when = || prop::option::of((0i64..60).prop_map(|t| t * 50));
    (when(), when(), when(), some_status()).prop_map(|(first_response_at, resolved_at, closed_at, status)| Row {
        first_response_at,
        resolved_at,
        closed_at,
        status,
        ..ROW
    })
}

proptest! {
    #[test]
    fn whatever_is_told_is_a_story(row in some_row(), mut events in prop::collection::vec(some_event(), 0..12), as_of in 1001i64..3000) {
        events.sort_by_key(|e| e.at);
        let (mut timeline, mut doubts) = (Timeline::default(), Doubts::default());
        timeline.tell(&row, &events, as_of, |_| Party::Desk, &mut doubts);
        prop_assert_eq!(timeline.states[0].0, row.created_at);
        prop_assert!(timeline.states.windows(2).all(|w| w[0].0 < w[1].0), "{:?}", timeline.states);
        prop_assert!(timeline.moments.windows(2).all(|w| w[0].0 <= w[1].0));
        prop_assert!(timeline.states.iter().all(|s| s.0 < as_of) && timeline.moments.iter().all(|m| m.0 < as_of));
        // What comes at the cut-off or later is not looked at.
        let known: Vec<Event> = events.iter().copied().filter(|e| e.at < as_of).collect();
        let mut again = Timeline::default();
        again.tell(&row, &known, as_of, |_| Party::Desk, &mut Doubts::default());
        prop_assert_eq!(&again, &timeline);
        // The row's word on the end.
        if let (Some(at), true) = (row.resolved_at.filter(|at| *at < as_of), row.status != Some(Status::Cancelled)) {
            let ever_ended = timeline.states.iter().any(|s| !s.1.status.is_live() && s.0 <= at.max(row.created_at));
            let was_cancelled = timeline.states.last().is_some_and(|s| s.1.status == Status::Cancelled);
            prop_assert!(ever_ended || was_cancelled, "{:?}", timeline.states);
        }
    }
}
