//! What the events of a ticket tell that its row does not: where it came in, when it was first answered, how often it moved.

use crate::clock::timeline::{Event, EventKind, Role, Status};
use crate::desk::{MISSING, NONE};

/// The story of one ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Story {
    /// The first group any event names.
    pub(super) first_group: u32,
    /// The first public reply after its creation, seconds UTC: what is written at that instant is the description.
    pub(super) first_reply: i64,
    /// When it was last resolved or closed, unless it was open again later.
    pub(super) resolved: i64,
    /// Who had it when it was first resolved or closed: an agent's code.
    pub(super) first_resolver: u32,
    /// When it was first reopened, seconds UTC.
    pub(super) reopened_at: i64,
    /// Whether it was cancelled, and nothing that came later says otherwise.
    pub(super) is_cancelled: bool,
    /// How often it was reopened: by an event that says so, or by a live status after it was done.
    pub(super) reopened: i32,
    /// Changes from one group to another, and within a group from one agent to another.
    pub(super) moves: i32,
}

/// How far a story has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Live,
    /// A status showed that it is live again, and was counted: an event that says so may still follow.
    Shown,
    Done,
}

impl Story {
    /// Told by the events of a ticket in the order of time; None without any. `created` may be [`MISSING`].
    pub(super) fn of(events: &[Event], created: i64) -> Option<Self> {
        let mut story = Self {
            first_group: NONE,
            first_reply: MISSING,
            resolved: MISSING,
            is_cancelled: false,
            first_resolver: NONE,
            reopened_at: MISSING,
            reopened: 0,
            moves: 0,
        };
        let (mut group, mut agent, mut stage) = (NONE, NONE, Stage::Live);
        for event in events {
            let is_reply = event.kind == EventKind::ReplyPublic && event.role != Role::Requester;
            if is_reply && story.first_reply == MISSING && (created == MISSING || event.at > created) {
                story.first_reply = event.at;
            }
            let before = story.reopened;
            stage = story.turn(event, stage);
            if story.reopened > before && story.reopened_at == MISSING {
                story.reopened_at = event.at;
            }
            let is_passed_on = group != NONE && event.group != NONE && event.group != group;
            if event.group != NONE {
                if story.first_group == NONE {
                    story.first_group = event.group;
                }
                group = event.group;
            }
            // Whoever of the next group takes it up first was not handed it by a colleague.
            agent = if is_passed_on { NONE } else { agent };
            let is_handed_over = agent != NONE && event.assignee != NONE && event.assignee != agent;
            agent = if event.assignee == NONE { agent } else { event.assignee };
            story.moves += i32::from(is_passed_on || is_handed_over);
            if stage == Stage::Done && story.reopened == 0 && story.first_resolver == NONE {
                story.first_resolver = agent;
            }
        }
        (!events.is_empty()).then_some(story)
    }

    /// When the first event says that it is done, seconds UTC.
    pub(super) fn first_end(events: &[Event]) -> Option<i64> {
        let is_end = |e: &&Event| match e.status {
            Some(status) => matches!(status, Status::Resolved | Status::Closed),
            None => matches!(e.kind, EventKind::Resolved | EventKind::Closed),
        };
        events.iter().find(is_end).map(|e| e.at)
    }

    /// Takes in what an event says of whether the ticket is done.
    fn turn(&mut self, event: &Event, stage: Stage) -> Stage {
        let is_told = event.kind == EventKind::Reopened;
        let is_of_status = event.status.is_some() || matches!(event.kind, EventKind::Resolved | EventKind::Closed | EventKind::Reopened);
        if is_of_status {
            self.is_cancelled = event.status == Some(Status::Cancelled) && !is_told;
        }
        match (event.status, event.kind) {
            (Some(Status::Resolved | Status::Closed), _) | (None, EventKind::Resolved | EventKind::Closed) => {
                self.reopened += i32::from(is_told);
                self.resolved = if self.resolved == MISSING { event.at } else { self.resolved };
                Stage::Done
            }
            (Some(Status::Cancelled), _) if !is_told => {
                self.resolved = MISSING;
                stage
            }
            (Some(_), _) | (None, EventKind::Reopened) => {
                self.resolved = MISSING;
                self.reopened += i32::from(if is_told { stage != Stage::Shown } else { stage == Stage::Done });
                match stage {
                    _ if is_told => Stage::Live,
                    Stage::Done => Stage::Shown,
                    stage => stage,
                }
            }
            (None, _) => stage,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATED: i64 = 1_000;

    fn event(at: i64, kind: EventKind, status: Option<Status>) -> Event {
        Event { at, kind, status, priority: 0, group: NONE, assignee: NONE, hold_reason: NONE, role: Role::Agent }
    }

    fn told(events: &[Event]) -> Story {
        Story::of(events, CREATED).expect("events")
    }

    #[test]
    fn the_description_is_no_reply() {
        let reply = |at| event(at, EventKind::ReplyPublic, None);
        assert_eq!(told(&[reply(CREATED)]).first_reply, MISSING);
        assert_eq!(told(&[reply(CREATED), reply(1_060), reply(1_090)]).first_reply, 1_060);
        assert_eq!(Story::of(&[reply(CREATED)], MISSING).expect("events").first_reply, CREATED);
    }

    #[test]
    fn a_reopening_is_counted_once_however_it_is_told() {
        let status = |at, status| event(at, EventKind::Status, Some(status));
        let done = |at| status(at, Status::Resolved);
        let reopened = |at| event(at, EventKind::Reopened, None);
        let cases: [(&[Event], i32); 8] = [
            (&[status(1, Status::New), status(2, Status::Open), done(3), status(4, Status::Closed)], 0),
            (&[done(3), status(4, Status::Open), status(5, Status::Pending), done(6)], 1),
            (&[done(3), status(4, Status::Open), reopened(4), done(6)], 1),
            (&[done(3), reopened(4), status(4, Status::Open), done(6), status(7, Status::Open)], 2),
            (&[reopened(4), reopened(5)], 2),
            (&[done(3), event(4, EventKind::Reopened, Some(Status::Open))], 1),
            (&[done(3), status(4, Status::Cancelled)], 0),
            (&[done(3), event(4, EventKind::Reopened, Some(Status::Cancelled))], 1),
        ];
        for (events, n) in cases {
            assert_eq!(told(events).reopened, n, "{events:?}");
        }
    }

    #[test]
    fn who_resolved_it_first_had_it_then() {
        let at = |at, kind, assignee| Event { assignee, ..event(at, kind, None) };
        let story = [
            at(1, EventKind::Assigned, 7),
            at(2, EventKind::Resolved, NONE),
            at(3, EventKind::Reopened, NONE),
            at(4, EventKind::Assigned, 8),
        ];
        assert_eq!((told(&story).first_resolver, told(&story).reopened_at), (7, 3));
        let late = [at(2, EventKind::Resolved, 9), at(5, EventKind::Closed, NONE)];
        assert_eq!((told(&late).first_resolver, told(&late).reopened_at), (9, MISSING));
        assert_eq!(told(&[at(1, EventKind::Reopened, 7), at(2, EventKind::Resolved, 8)]).first_resolver, NONE, "who it was is not told");
    }

    #[test]
    fn hands_change_with_the_group_or_within_it() {
        let at = |at, group, assignee| Event { group, assignee, ..event(at, EventKind::Assigned, None) };
        let cases: [(&[Event], i32); 5] = [
            // Taken from the queue.
            (&[at(1, 7, NONE), at(2, 7, 1)], 0),
            (&[at(1, 7, 1), at(2, 7, 2), at(3, NONE, 2)], 1),
            // Passed on, and taken from the next queue.
            (&[at(1, 7, 1), at(2, 8, NONE), at(3, 8, 2)], 1),
            (&[at(1, 7, 1), at(2, 8, 2)], 1),
            (&[at(1, 7, 1), at(2, 8, 2), at(3, 7, 1)], 2),
        ];
        for (events, n) in cases {
            assert_eq!(told(events).moves, n, "{events:?}");
        }
    }
}
