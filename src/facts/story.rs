//! What the events of a ticket tell that its row does not: where it came in, when it was first answered, how often it moved.

use crate::clock::timeline::{Event, EventKind, Role, Status};
use crate::desk::{MISSING, NONE};

/// The story of one ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Story {
    /// The first group any event names.
    pub(super) first_group: u32,
    /// The first public reply, seconds UTC.
    pub(super) first_reply: i64,
    /// When it was last resolved or closed, unless it was open again later.
    pub(super) resolved: i64,
    /// Events that reopened it.
    pub(super) reopened: i32,
    /// Changes from one group to another.
    pub(super) moves: i32,
}

impl Story {
    /// Told by the events of a ticket in the order of time; None without any.
    pub(super) fn of(events: &[Event]) -> Option<Self> {
        let mut story = Self { first_group: NONE, first_reply: MISSING, resolved: MISSING, reopened: 0, moves: 0 };
        let mut group = NONE;
        for event in events {
            if event.kind == EventKind::ReplyPublic && event.role != Role::Requester && story.first_reply == MISSING {
                story.first_reply = event.at;
            }
            story.reopened += i32::from(event.kind == EventKind::Reopened);
            match (event.status, event.kind) {
                (Some(Status::Resolved | Status::Closed), _) | (None, EventKind::Resolved | EventKind::Closed) => {
                    if story.resolved == MISSING {
                        story.resolved = event.at;
                    }
                }
                (Some(_), _) | (None, EventKind::Reopened) => story.resolved = MISSING,
                (None, _) => {}
            }
            if event.group != NONE {
                story.moves += i32::from(group != NONE && group != event.group);
                if story.first_group == NONE {
                    story.first_group = event.group;
                }
                group = event.group;
            }
        }
        (!events.is_empty()).then_some(story)
    }
}
