//! The pieces a window is cut into: in each the state is one and the clock either runs or does not.

use super::windows::{Story, Window};
use super::{Kind, Reopen};
use crate::clock::timeline::{Party, State, Status, Statuses};

/// A piece of a window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) from: i64,
    pub(super) to: i64,
    /// The index of its state.
    pub(super) index: usize,
    /// Neither stopped nor cancelled, nor a reopening that did not happen.
    pub(super) is_live: bool,
    pub(super) is_running: bool,
}

/// The pieces of a window, in order, none empty.
#[derive(Debug, Clone)]
pub(super) struct Pieces<'s, 'a> {
    story: &'s Story<'s, 'a>,
    group: u32,
    index: usize,
    at: i64,
    to: i64,
    /// In which statuses nobody has to act, and in which it pauses.
    idle: Statuses,
    pausing: Statuses,
    /// Before this instant pauses do not count.
    unpaused_before: i64,
    was_stopped: bool,
    /// The end of a reopening that did not happen.
    ignored_before: i64,
}

impl<'s, 'a> Pieces<'s, 'a> {
    #[inline]
    pub(super) fn new(story: &'s Story<'s, 'a>, window: &Window) -> Self {
        let terms = story.terms;
        let has_own_rule = matches!(terms.kind, Kind::Work | Kind::Wait | Kind::Supplier);
        Self {
            story,
            group: window.group,
            index: window.first,
            at: window.from,
            to: window.to,
            idle: terms.stopped.union(terms.cancelled),
            pausing: if has_own_rule { Statuses::NONE } else { terms.paused },
            unpaused_before: if terms.is_pause_retroactive || has_own_rule { i64::MIN } else { terms.attached },
            was_stopped: false,
            ignored_before: i64::MIN,
        }
    }

    /// Whether the state here counts as one in which somebody has to act.
    #[inline]
    fn is_live(&mut self, status: Status) -> bool {
        if self.idle.has(status) {
            self.was_stopped = true;
            return false;
        }
        if self.was_stopped {
            self.was_stopped = false;
            self.ignore();
        }
        self.at >= self.ignored_before
    }

    #[inline]
    fn runs(&self, state: &State) -> bool {
        if self.pausing.has(state.status) && self.pauses(state) {
            return false;
        }
        match self.story.terms.kind {
            Kind::Work => matches!(state.status, Status::New | Status::Open),
            Kind::Wait => state.party != Party::Requester,
            Kind::Supplier => state.party == Party::Supplier,
            Kind::Group => state.group == self.group,
            _ => true,
        }
    }

    /// Whether a pausing status does pause.
    #[inline]
    fn pauses(&self, state: &State) -> bool {
        let reasons = self.story.terms.paused_reasons;
        self.at >= self.unpaused_before && (reasons.is_empty() || reasons.contains(&state.hold_reason))
    }

    /// A reopening that begins here may be one that did not happen.
    #[cold]
    fn ignore(&mut self) {
        if let Reopen::IgnoreUpTo(secs) = self.story.terms.reopen
            && self.story.terms.kind.can_reopen()
            && let Some(until) = self.story.ignored_until(self.index, secs)
        {
            self.ignored_before = until;
        }
    }
}

impl Iterator for Pieces<'_, '_> {
    type Item = Piece;

    #[expect(clippy::inline_always, reason = "handing the struct over in memory costs as much again as the clock")]
    #[inline(always)]
    fn next(&mut self) -> Option<Piece> {
        if self.at >= self.to {
            return None;
        }
        let (from, index) = (self.at, self.index);
        let story = self.story;
        let state = &story.states.get(index)?.1;
        let is_live = self.is_live(state.status);
        let is_running = is_live && self.runs(state);
        let mut to = story.states.get(index + 1).map_or(self.to, |s| s.0.min(self.to));
        if from < self.unpaused_before && self.unpaused_before < to {
            to = self.unpaused_before;
        } else {
            self.index += 1;
        }
        self.at = to;
        Some(Piece { from, to, index, is_live, is_running })
    }
}
