//! When a clock starts and ends: the windows of a ticket's story that are measured.

use super::meter::measure;
use super::pieces::{Piece, Pieces};
use super::{Cycle, Kind, Reopen, Terms};
use crate::clock::timeline::{NONE, State, Status, Statuses, What, index_at};

/// A ticket's states before the cut-off (at least one) and the terms they are measured by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Story<'s, 'a> {
    pub(super) terms: &'s Terms<'a>,
    pub(super) states: &'s [(i64, State)],
}

/// The stretch `from..to` of a story in which one clock goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// The index of the state in force at `from`.
    pub(super) first: usize,
    pub(super) from: i64,
    /// When it ended, or the cut-off.
    pub(super) to: i64,
    pub(super) ending: Ending,
    /// Group clocks: whose.
    pub(super) group: u32,
}

/// How a window ends. As wide as it is read, like [`Statuses`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Ending {
    /// Not before the cut-off.
    Going,
    Stopped,
    Cancelled,
    /// By a change of the priority.
    Restarted,
}

/// What comes after a stop.
enum After {
    /// The same clock runs on from this state.
    Resumed(usize),
    /// A new clock starts at this state.
    Anew(usize),
    Over,
}

impl Story<'_, '_> {
    /// From the start to the resolution, as often as reopenings have it.
    pub(super) fn resolution(&self, out: &mut Vec<Cycle>) {
        let mut first = index_at(self.states, self.terms.start);
        let mut from = self.terms.start;
        loop {
            let (to, ending, again) = self.resolved(first, from);
            measure(self, &Window { first, from, to, ending, group: NONE }, out);
            let Some(next) = again else { return };
            (first, from) = (next, self.states[next].0);
        }
    }

    /// When and how a clock that starts in a state ends, and the state a new one starts in.
    fn resolved(&self, first: usize, from: i64) -> (i64, Ending, Option<usize>) {
        let mut here = first;
        loop {
            let Some(stop) = self.halt(here, self.terms.stopped) else { return (self.terms.as_of, Ending::Going, None) };
            let at = self.entry(first, from, stop);
            if self.is_cancelled(stop) {
                return (at, Ending::Cancelled, None);
            }
            match self.after(stop) {
                After::Resumed(next) => here = next,
                After::Anew(next) => return (at, Ending::Stopped, Some(next)),
                After::Over => return (at, Ending::Stopped, None),
            }
        }
    }

    /// When a window that starts in the state `first` enters a state; the first one at its start.
    fn entry(&self, first: usize, from: i64, index: usize) -> i64 {
        if index == first { from } else { self.states[index].0 }
    }

    /// A cancellation after the stop changes nothing; only work taken up again does.
    fn after(&self, stop: usize) -> After {
        let mut stop = stop;
        loop {
            let Some(open) = self.states[stop..].iter().position(|s| self.is_live(s.1.status)).map(|i| stop + i) else {
                return After::Over;
            };
            match self.terms.reopen {
                Reopen::Resume => return After::Resumed(open),
                Reopen::NewCycle => return After::Anew(open),
                Reopen::IgnoreUpTo(secs) => match self.ignored_until(open, secs) {
                    Some(until) if until >= self.terms.as_of => return After::Over,
                    Some(until) => stop = self.forward(open, until),
                    None => return After::Resumed(open),
                },
            }
        }
    }

    /// The end of a reopening that is ignored: stopped again within so many seconds, or not open for longer at the cut-off.
    pub(super) fn ignored_until(&self, open: usize, secs: i64) -> Option<i64> {
        let halt = self.halt(open, self.terms.stopped);
        let until = halt.map_or(self.terms.as_of, |again| self.states[again].0);
        let is_cancelled = halt.is_some_and(|again| self.is_cancelled(again));
        (!is_cancelled && until - self.states[open].0 <= secs).then_some(until)
    }

    /// The first state from `here` on that is cancelled or one of `stopped`.
    pub(super) fn halt(&self, here: usize, stopped: Statuses) -> Option<usize> {
        let halting = stopped.union(self.terms.cancelled.without(self.terms.stopped));
        self.states[here..].iter().position(|s| halting.has(s.1.status)).map(|i| here + i)
    }

    /// A status that is both stops.
    fn is_cancelled(&self, index: usize) -> bool {
        let status = self.states[index].1.status;
        self.terms.cancelled.has(status) && !self.terms.stopped.has(status)
    }

    /// Neither stopped nor cancelled.
    #[inline]
    pub(super) fn is_live(&self, status: Status) -> bool {
        !self.terms.stopped.union(self.terms.cancelled).has(status)
    }

    /// The statuses that stand for an answer.
    fn answering(&self) -> Statuses {
        if self.terms.kind == Kind::Update || self.terms.is_answered_by_resolution { self.terms.stopped } else { Statuses::NONE }
    }

    /// From the start to the first answer from then on.
    pub(super) fn first_response(&self, moments: &[(i64, What)], out: &mut Vec<Cycle>) {
        let start = self.terms.start;
        let first = index_at(self.states, start);
        let reply = moments.iter().find(|m| m.1 == What::Reply && m.0 >= start).map(|m| m.0);
        let (to, ending) = self.answered(first, start, reply);
        measure(self, &Window { first, from: start, to, ending, group: NONE }, out);
    }

    fn answered(&self, first: usize, from: i64, reply: Option<i64>) -> (i64, Ending) {
        let halt = self.halt(first, self.answering());
        self.ended(first, halt, from, reply)
    }

    /// By the answer, or by the state `halt` if that comes first.
    fn ended(&self, first: usize, halt: Option<usize>, from: i64, reply: Option<i64>) -> (i64, Ending) {
        match (halt.map(|i| (i, self.entry(first, from, i))), reply) {
            (Some((i, at)), reply) if reply.is_none_or(|r| at < r) => {
                (at, if self.is_cancelled(i) { Ending::Cancelled } else { Ending::Stopped })
            }
            (_, Some(at)) => (at, Ending::Stopped),
            _ => (self.terms.as_of, Ending::Going),
        }
    }

    /// One window for each question after an answer, or for each answer: to the next answer.
    pub(super) fn exchanges(&self, moments: &[(i64, What)], out: &mut Vec<Cycle>) {
        let is_update = self.terms.kind == Kind::Update;
        let (mut here, mut is_answered, mut halt) = (index_at(self.states, self.terms.start), false, None);
        let mut left = &moments[moments.partition_point(|m| m.0 < self.terms.start)..];
        while let Some(((at, what), rest)) = left.split_first() {
            left = rest;
            let opens = if is_update { *what == What::Reply } else { *what == What::Asked && is_answered };
            is_answered |= *what == What::Reply;
            here = self.forward(here, *at);
            if !opens || !self.is_live(self.states[here].1.status) {
                continue;
            }
            // Found once for all windows before it.
            halt = halt.filter(|h| *h > here).or_else(|| self.halt(here, self.answering()));
            let until = halt.map_or(i64::MAX, |h: usize| self.states[h].0);
            let earliest = if is_update { at + 1 } else { *at };
            left = skip(left, |m| m.0 <= until && !(m.1 == What::Reply && m.0 >= earliest));
            let reply = left.first().filter(|m| m.0 <= until).map(|m| m.0);
            let (to, ending) = self.ended(here, halt, *at, reply);
            measure(self, &Window { first: here, from: *at, to, ending, group: NONE }, out);
        }
    }

    /// The state in force at an instant, not before `here`.
    fn forward(&self, here: usize, at: i64) -> usize {
        here + self.states[here + 1..].iter().take_while(|s| s.0 <= at).count()
    }

    /// One window for each group that held the ticket while somebody had to act: from its first turn to the end of its last.
    pub(super) fn groups(&self, out: &mut Vec<Cycle>) {
        let whole = self.until_cancelled();
        let turns = || Pieces::new(self, &whole).filter(|p| p.is_live);
        for turn in turns() {
            let group = self.states[turn.index].1.group;
            let is_asked = group != NONE && (self.terms.groups.is_empty() || self.terms.groups.contains(&group));
            let is_own = |p: &Piece| self.states[p.index].1.group == group;
            if is_asked && !turns().take_while(|p| p.from < turn.from).any(|p| is_own(&p)) {
                let last = turns().filter(is_own).last().unwrap_or(turn);
                let ending = self.turn_ends(&last);
                measure(self, &Window { first: turn.index, from: turn.from, to: last.to, ending, group }, out);
            }
        }
    }

    /// From the start to the cut-off, or to the cancellation of work under way.
    fn until_cancelled(&self) -> Window {
        let (start, as_of) = (self.terms.start, self.terms.as_of);
        let whole = Window { first: index_at(self.states, start), from: start, to: as_of, ending: Ending::Going, group: NONE };
        let mut was_live = true;
        for piece in Pieces::new(self, &whole) {
            if was_live && self.is_cancelled(piece.index) {
                return Window { to: piece.from, ..whole };
            }
            was_live = piece.is_live;
        }
        whole
    }

    fn turn_ends(&self, last: &Piece) -> Ending {
        match last.index + 1 {
            _ if last.to >= self.terms.as_of => Ending::Going,
            next if next < self.states.len() && self.is_cancelled(next) => Ending::Cancelled,
            _ => Ending::Stopped,
        }
    }
}

/// What is left after the first moments that are of no interest.
fn skip(moments: &[(i64, What)], is_idle: impl Fn(&(i64, What)) -> bool) -> &[(i64, What)] {
    &moments[moments.iter().take_while(|m| is_idle(m)).count()..]
}
