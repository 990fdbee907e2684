//! What the clocks mean, tick by tick: slow, and meant to be read.
//!
//! Nothing is added up but ticks, and a due instant is found by walking to it. Every change of the world lies on a tick.

use super::hours::{Hours, NEVER};
use crate::clock::sla::{Cycle, Follow, Kind, OnPriority, Reopen, Stage, Target};
use crate::clock::timeline::{NONE, Party, State, Status, Statuses, What};

/// A ticket and the terms of a clock, as the oracle wants them.
#[derive(Debug, Clone)]
pub(super) struct Story {
    pub(super) kind: Kind,
    pub(super) start: i64,
    pub(super) attached: i64,
    pub(super) is_pause_retroactive: bool,
    pub(super) paused: Statuses,
    pub(super) paused_reasons: Vec<u32>,
    pub(super) stopped: Statuses,
    pub(super) cancelled: Statuses,
    pub(super) reopen: Reopen,
    pub(super) on_priority: OnPriority,
    pub(super) targets: [Option<Target>; 6],
    pub(super) is_answered_by_resolution: bool,
    pub(super) known_pause: i64,
    pub(super) groups: Vec<u32>,
    /// None: the first calendar for everyone; otherwise group `g` has calendar `g % count`, no group the first.
    pub(super) follow: Option<Follow>,
    pub(super) as_of: i64,
    pub(super) states: Vec<(i64, State)>,
    pub(super) moments: Vec<(i64, What)>,
}

/// Whether a ticket's clock can go at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Going,
    Stopped,
    Cancelled,
}

/// A stretch a clock is judged over, and what ended it (None: it goes on at the cut-off).
#[derive(Debug, Clone, Copy)]
struct Stretch {
    group: u32,
    from: i64,
    to: i64,
    end: Option<Stage>,
}

/// Walks one ticket.
pub(super) struct Walk<'a> {
    story: &'a Story,
    calendars: &'a [Hours],
    tick: i64,
    /// Of each tick from the start to the cut-off: the state and whether the clock can go.
    states: Vec<State>,
    phases: Vec<Phase>,
}

/// The cycles of a ticket.
pub(super) fn cycles(story: &Story, calendars: &[Hours], tick: i64) -> Vec<Cycle> {
    let mut walk = Walk { story, calendars, tick, states: Vec::new(), phases: Vec::new() };
    if story.start >= story.as_of {
        return Vec::new();
    }
    walk.states = walk.ticks().map(|now| walk.look_up(now)).collect();
    walk.phases = walk.states.iter().map(|state| walk.phase(state.status)).collect();
    let stretches = match story.kind {
        Kind::FirstResponse => vec![walk.first_response()],
        Kind::NextResponse | Kind::Update => walk.replies(),
        Kind::Group => {
            walk.forget_short_reopenings();
            walk.groups()
        }
        Kind::Resolution | Kind::Work | Kind::Wait | Kind::Supplier => {
            walk.forget_short_reopenings();
            walk.resolution()
        }
    };
    let pieces = stretches.iter().flat_map(|stretch| walk.pieces(stretch));
    let was_there = |piece: &Stretch| story.kind != Kind::Supplier || walk.count(piece.from, piece.to, |now| walk.runs(piece, now)) > 0;
    pieces.filter(was_there).map(|piece| walk.cycle(&piece)).collect()
}

impl Walk<'_> {
    fn ticks(&self) -> impl Iterator<Item = i64> + use<> {
        (self.story.start..self.story.as_of).step_by(self.tick as usize)
    }

    /// The state in force from an instant to the next tick; what is not before the cut-off has not happened.
    fn look_up(&self, now: i64) -> State {
        let states = &self.story.states;
        let known = states.iter().rev().find(|(at, _)| *at <= now && *at < self.story.as_of);
        known.unwrap_or(&states[0]).1
    }

    /// The same for an instant from the start on; from the cut-off on the last state stays.
    fn state(&self, now: i64) -> State {
        let index = ((now - self.story.start) / self.tick) as usize;
        if index < self.states.len() { self.states[index] } else { self.states[self.states.len() - 1] }
    }

    fn phase(&self, status: Status) -> Phase {
        match () {
            () if self.story.stopped.has(status) => Phase::Stopped,
            () if self.story.cancelled.has(status) => Phase::Cancelled,
            () => Phase::Going,
        }
    }

    fn phase_at(&self, now: i64) -> Phase {
        self.phases[((now - self.story.start) / self.tick) as usize]
    }

    /// Seconds of the ticks in `from..to` that count.
    fn count(&self, from: i64, to: i64, counts: impl Fn(i64) -> bool) -> i64 {
        (from..to).step_by(self.tick as usize).filter(|now| counts(*now)).count() as i64 * self.tick
    }

    // ---- where a clock starts and ends

    /// A reopening that is stopped again within the limit, or not older than it at the cut-off, did not happen.
    fn forget_short_reopenings(&mut self) {
        let Reopen::IgnoreUpTo(limit) = self.story.reopen else { return };
        let limit = (limit / self.tick) as usize;
        let count = self.phases.len();
        for from in 1..count {
            if self.phases[from] != Phase::Going || self.phases[from - 1] == Phase::Going {
                continue;
            }
            let to = (from..count).find(|i| self.phases[*i] != Phase::Going).unwrap_or(count);
            let is_over_or_open = to == count || self.phases[to] == Phase::Stopped;
            if is_over_or_open && to - from <= limit {
                self.phases[from..to].fill(Phase::Stopped);
            }
        }
    }

    fn resolution(&self) -> Vec<Stretch> {
        let mut all: Vec<Stretch> = vec![self.going_from(self.story.start)];
        for now in self.ticks() {
            let last = all.last_mut().expect("one at least");
            match (last.end, self.phase_at(now)) {
                (None, Phase::Stopped) => (last.to, last.end) = (now, Some(Stage::Completed)),
                (None, Phase::Cancelled) => (last.to, last.end) = (now, Some(Stage::Cancelled)),
                (Some(Stage::Completed), Phase::Going) if self.story.reopen == Reopen::NewCycle => all.push(self.going_from(now)),
                (Some(Stage::Completed), Phase::Going) => (last.to, last.end) = (self.story.as_of, None),
                _ => {}
            }
        }
        all
    }

    fn going_from(&self, from: i64) -> Stretch {
        Stretch { group: NONE, from, to: self.story.as_of, end: None }
    }

    fn first_response(&self) -> Stretch {
        let is_answer = |now: i64| self.story.moments.contains(&(now, What::Reply));
        for now in self.ticks() {
            let end = match self.phase_at(now) {
                _ if is_answer(now) => Stage::Completed,
                Phase::Stopped if self.story.is_answered_by_resolution => Stage::Completed,
                Phase::Cancelled => Stage::Cancelled,
                _ => continue,
            };
            return Stretch { to: now, end: Some(end), ..self.going_from(self.story.start) };
        }
        self.going_from(self.story.start)
    }

    /// Next responses and updates.
    fn replies(&self) -> Vec<Stretch> {
        let is_update = self.story.kind == Kind::Update;
        let mut all: Vec<Stretch> = Vec::new();
        let mut has_reply = false;
        for now in self.ticks() {
            let phase = self.phase_at(now);
            for (_, what) in self.story.moments.iter().filter(|(at, _)| *at == now) {
                let running = all.last_mut().filter(|s| s.end.is_none());
                if is_update && running.as_ref().is_some_and(|s| s.from == now) {
                    // Two answers in one second are one update.
                    continue;
                }
                let is_running = running.is_some();
                let starts = match what {
                    What::Reply => is_update,
                    What::Asked => !is_update && has_reply && !is_running,
                };
                has_reply |= *what == What::Reply;
                if let (What::Reply, Some(stretch)) = (what, running) {
                    (stretch.to, stretch.end) = (now, Some(Stage::Completed));
                }
                if starts && phase == Phase::Going {
                    all.push(self.going_from(now));
                }
            }
            if let Some(stretch) = all.last_mut().filter(|s| s.end.is_none()) {
                let end = match phase {
                    Phase::Stopped if is_update || self.story.is_answered_by_resolution => Stage::Completed,
                    Phase::Cancelled => Stage::Cancelled,
                    _ => continue,
                };
                (stretch.to, stretch.end) = (now, Some(end));
            }
        }
        all
    }

    fn groups(&self) -> Vec<Stretch> {
        let over = *self.resolution().last().expect("one at least");
        let over = if over.end == Some(Stage::Cancelled) { over.to } else { self.story.as_of };
        let holder = |now: i64| (self.phase_at(now) == Phase::Going && now < over).then(|| self.state(now).group);
        let mut all: Vec<Stretch> = Vec::new();
        for now in self.ticks() {
            let Some(group) = holder(now).filter(|g| *g != NONE) else { continue };
            if !self.story.groups.is_empty() && !self.story.groups.contains(&group) {
                continue;
            }
            match all.iter_mut().find(|s| s.group == group) {
                Some(stretch) => stretch.to = now + self.tick,
                None => all.push(Stretch { group, from: now, to: now + self.tick, end: None }),
            }
        }
        for stretch in all.iter_mut().filter(|s| s.to < self.story.as_of) {
            let is_cancelled = self.phase_at(stretch.to) == Phase::Cancelled;
            stretch.end = Some(if is_cancelled { Stage::Cancelled } else { Stage::Completed });
        }
        all
    }

    // ---- what runs

    fn runs(&self, stretch: &Stretch, now: i64) -> bool {
        let state = self.state(now);
        if now >= self.story.as_of || self.phase_at(now) != Phase::Going {
            return false;
        }
        match self.story.kind {
            Kind::Work => matches!(state.status, Status::New | Status::Open),
            Kind::Wait => state.party != Party::Requester,
            Kind::Supplier => state.party == Party::Supplier,
            Kind::Group => state.group == stretch.group && !self.is_paused(&state, now),
            _ => !self.is_paused(&state, now),
        }
    }

    fn is_paused(&self, state: &State, now: i64) -> bool {
        let is_reason = self.story.paused_reasons.is_empty() || self.story.paused_reasons.contains(&state.hold_reason);
        let is_counted = self.story.is_pause_retroactive || now >= self.story.attached;
        self.story.paused.has(state.status) && is_reason && is_counted
    }

    /// The last tick of a stretch, or its only instant.
    fn last(&self, stretch: &Stretch) -> i64 {
        (stretch.to - self.tick).max(stretch.from)
    }

    /// Whose hours count at an instant.
    fn hours(&self, stretch: &Stretch, now: i64) -> &Hours {
        let holder = match self.story.follow {
            None => return &self.calendars[0],
            // A group answers for its own hours.
            Some(_) if self.story.kind == Kind::Group => stretch.group,
            Some(Follow::Each) if now < stretch.to => self.state(now).group,
            Some(Follow::Each | Follow::Last) => self.state(self.last(stretch)).group,
        };
        let index = if holder == NONE { 0 } else { holder as usize % self.calendars.len() };
        &self.calendars[index]
    }

    // ---- targets

    /// The pieces a stretch is cut into by priorities, if they start the clock anew.
    fn pieces(&self, stretch: &Stretch) -> Vec<Stretch> {
        let mut pieces = vec![*stretch];
        if self.story.on_priority == OnPriority::Restart {
            for (change, _) in self.changes(stretch) {
                let last = pieces.last_mut().expect("one at least");
                let rest = Stretch { from: change, ..*last };
                (last.to, last.end) = (change, Some(Stage::Cancelled));
                let is_breached = self.due(last, self.target(self.priority(last.from))).is_some_and(|due| due < change);
                if is_breached {
                    last.end = Some(Stage::Completed);
                }
                pieces.push(rest);
            }
        }
        pieces
    }

    /// The priority at an instant, or the first known one after it.
    fn priority(&self, at: i64) -> u8 {
        let later = self.story.states.iter().filter(|(then, _)| *then > at && *then < self.story.as_of).map(|(_, s)| s.priority);
        std::iter::once(self.state(at).priority).chain(later).find(|p| *p != 0).unwrap_or(0)
    }

    /// The changes of priority inside a stretch.
    fn changes(&self, stretch: &Stretch) -> Vec<(i64, u8)> {
        let mut priority = self.priority(stretch.from);
        let mut changes = Vec::new();
        for now in (stretch.from + self.tick..stretch.to).step_by(self.tick as usize) {
            let new = self.state(now).priority;
            if new != 0 && new != priority {
                changes.push((now, new));
                priority = new;
            }
        }
        changes
    }

    fn target(&self, priority: u8) -> Option<Target> {
        self.story.targets[usize::from(priority)]
    }

    /// A target's length in its own clock, unless it is an instant.
    fn length(&self, stretch: &Stretch, target: Target) -> Option<i64> {
        match target {
            Target::Plain(secs) | Target::Open(secs) => Some(secs),
            Target::Days(days) => Some(days * self.hours(stretch, stretch.from).business_day_secs),
            Target::EndOfDay(_) | Target::DayAt(..) | Target::At(_) => None,
        }
    }

    /// The first instant at which a target is used up; after the end of the stretch the clock is taken to run on.
    fn due(&self, stretch: &Stretch, target: Option<Target>) -> Option<i64> {
        self.due_if(stretch, target?, self.story.known_pause, |now| now >= stretch.to || self.runs(stretch, now))
    }

    fn due_if(&self, stretch: &Stretch, target: Target, known_pause: i64, runs: impl Fn(i64) -> bool) -> Option<i64> {
        match (target, self.length(stretch, target)) {
            (Target::EndOfDay(days), _) => self.hours(stretch, stretch.from).end_of_day(stretch.from, days),
            (Target::DayAt(days, secs), _) => self.hours(stretch, stretch.from).day_at(stretch.from, days, secs),
            (Target::At(at), _) => Some(at),
            (_, None) => None,
            (_, Some(length)) => {
                let is_plain = matches!(target, Target::Plain(_));
                let mut left = length + known_pause;
                let mut now = stretch.from;
                while left > 0 {
                    if !is_plain && now >= NEVER {
                        return None;
                    }
                    if runs(now) && (is_plain || self.hours(stretch, now).is_open(now)) {
                        left -= self.tick;
                    }
                    now += self.tick;
                }
                Some(now)
            }
        }
    }

    /// The priority a stretch is judged by, its due instant, and whether that was missed before a later priority could help.
    fn judged_by(&self, stretch: &Stretch) -> (u8, Option<i64>) {
        let mut priority = self.priority(stretch.from);
        if self.story.on_priority == OnPriority::Retarget {
            for (change, new) in self.changes(stretch) {
                if self.due(stretch, self.target(priority)).is_some_and(|due| due < change) {
                    break;
                }
                priority = new;
            }
        }
        (priority, self.due(stretch, self.target(priority)))
    }

    // ---- the numbers

    fn cycle(&self, stretch: &Stretch) -> Cycle {
        let (from, to) = (stretch.from, stretch.to);
        let (priority, due_at) = self.judged_by(stretch);
        let target = self.target(priority);
        let running = self.count(from, to, |now| self.runs(stretch, now));
        let open_at = |now| self.hours(stretch, now).is_open(now);
        let open_secs = self.count(from, to, |now| self.runs(stretch, now) && open_at(now));
        let used_secs = match target {
            Some(Target::Plain(_)) => (running - self.story.known_pause).max(0),
            Some(Target::Open(_) | Target::Days(_)) => (open_secs - self.story.known_pause).max(0),
            Some(Target::EndOfDay(_) | Target::DayAt(..) | Target::At(_)) => self.count(from, to, open_at),
            None => open_secs,
        };
        let target_secs = target.and_then(|t| self.length(stretch, t).or_else(|| due_at.map(|due| self.count(from, due, open_at))));
        let is_breached = due_at.is_some_and(|due| due < to);
        let breached_at = due_at.filter(|_| is_breached).map(|due| due.max(from));
        let is_judged = target.is_some() && due_at.is_some();
        Cycle {
            group: stretch.group,
            priority,
            started_at: from,
            stopped_at: stretch.end.map(|_| to),
            stage: stretch.end.unwrap_or(if self.runs(stretch, self.last(stretch)) { Stage::Running } else { Stage::Paused }),
            target_secs,
            due_at,
            original_due_at: target.and_then(|t| self.due_if(stretch, t, 0, |_| true)),
            used_secs,
            open_secs,
            elapsed_secs: to - from,
            paused_secs: to - from - running,
            breached_at,
            is_met: match stretch.end {
                _ if !is_judged => None,
                Some(Stage::Cancelled) => None,
                Some(_) => Some(due_at.is_some_and(|due| to <= due)),
                None => is_breached.then_some(false),
            },
            at_breach: breached_at.map(|at| self.state(at)),
        }
    }
}
