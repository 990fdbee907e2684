//! The clock itself: counts the pieces of a window and finds when the target is used up.

use super::pieces::{Piece, Pieces};
use super::windows::{Ending, Story, Window};
use super::{Calendars, Cycle, Follow, Kind, OnPriority, Stage, Target};
use crate::clock::calendar::Calendar;
use crate::clock::timeline::{NONE, State, index_at};

/// Measures a window and adds its cycle; where a change of priority restarts the clock, its cycles.
pub(super) fn measure(story: &Story, window: &Window, out: &mut Vec<Cycle>) {
    let mut meter = Meter::new(story, window, window.first, window.from);
    // Apart, so that the usual clock stays in registers.
    if story.terms.on_priority == OnPriority::Keep {
        Pieces::new(story, window).for_each(|piece| meter.count(&piece));
        return meter.finish(window.to, window.ending, out);
    }
    measure_by_priority(meter, out);
}

#[cold]
fn measure_by_priority(mut meter: Meter, out: &mut Vec<Cycle>) {
    let window = meter.window;
    for piece in Pieces::new(meter.story, window) {
        meter.reprioritise(&piece, out);
        meter.count(&piece);
    }
    meter.finish(window.to, window.ending, out);
}

/// What a target is counted in, and how much of it there is.
#[derive(Debug, Clone, Copy)]
enum Goal {
    None,
    Plain(i64),
    Open(i64),
    /// A due instant; None beyond the calendar.
    Due(Option<i64>),
}

impl Goal {
    /// The target of a priority, for a clock that starts at `start`.
    #[inline]
    fn of(story: &Story, priority: u8, calendar: &Calendar, start: i64) -> Self {
        match story.terms.targets.get(usize::from(priority)).copied().flatten() {
            None => Goal::None,
            Some(Target::Plain(secs)) => Goal::Plain(secs.max(0)),
            Some(Target::Open(secs)) => Goal::Open(secs.max(0)),
            Some(Target::Days(days)) => Goal::Open(days.max(0).saturating_mul(calendar.business_day_secs())),
            Some(Target::EndOfDay(days)) => Goal::Due(calendar.business_day_end(start, days)),
            Some(Target::DayAt(days, secs)) => Goal::Due(calendar.business_day_at(start, days, secs)),
            Some(Target::At(at)) => Goal::Due(Some(at)),
        }
    }

    #[inline]
    fn amount(self, story: &Story) -> i64 {
        match self {
            Goal::Plain(secs) | Goal::Open(secs) => secs.saturating_add(story.terms.known_pause.max(0)),
            Goal::None | Goal::Due(_) => i64::MAX,
        }
    }

    /// When it is due, if that does not depend on what is used.
    #[inline]
    fn due_at(self, story: &Story, start: i64) -> Option<i64> {
        match self {
            Goal::Due(due) => due,
            Goal::Plain(0) | Goal::Open(0) if story.terms.known_pause <= 0 => Some(start),
            _ => None,
        }
    }
}

/// A running clock.
struct Meter<'s, 'a> {
    story: &'s Story<'s, 'a>,
    window: &'s Window,
    shared: Option<&'a Calendar>,
    /// The calendar at the start.
    at_start: &'a Calendar,
    /// The calendar of the last piece.
    here: &'a Calendar,
    first: usize,
    started_at: i64,
    priority: u8,
    goal: Goal,
    due_at: Option<i64>,
    /// What has to be used up, the known pause included; never used up where there is nothing to use up.
    amount: i64,
    /// Seconds run so far, round the clock and open.
    plain_secs: i64,
    open_secs: i64,
    is_running: bool,
}

impl<'s, 'a> Meter<'s, 'a> {
    #[expect(clippy::inline_always, reason = "handing the struct over in memory costs as much again as the clock")]
    #[inline(always)]
    fn new(story: &'s Story<'s, 'a>, window: &'s Window, first: usize, started_at: i64) -> Self {
        let priority = known_priority(story, first);
        let shared = shared_calendar(story, window, first, priority);
        let at_start = calendar(story, shared, first);
        let goal = Goal::of(story, priority, at_start, started_at);
        Self {
            story,
            window,
            shared,
            at_start,
            here: at_start,
            first,
            started_at,
            priority,
            goal,
            due_at: goal.due_at(story, started_at),
            amount: goal.amount(story),
            plain_secs: 0,
            open_secs: 0,
            is_running: false,
        }
    }

    /// Takes the target of another priority.
    fn aim(&mut self, priority: u8) {
        self.priority = priority;
        self.goal = Goal::of(self.story, priority, self.at_start, self.started_at);
        self.due_at = self.goal.due_at(self.story, self.started_at);
        self.amount = self.goal.amount(self.story);
    }

    /// Seconds used so far, in the target's clock.
    #[inline]
    fn used(&self) -> i64 {
        if matches!(self.goal, Goal::Plain(_)) { self.plain_secs } else { self.open_secs }
    }

    #[expect(clippy::inline_always, reason = "handing the struct over in memory costs as much again as the clock")]
    #[inline(always)]
    fn count(&mut self, piece: &Piece) {
        self.here = match self.shared {
            Some(calendar) => calendar,
            None => calendar(self.story, None, piece.index),
        };
        self.is_running = piece.is_running;
        if !piece.is_running {
            return;
        }
        let before = self.used();
        self.plain_secs += piece.to - piece.from;
        self.open_secs += self.here.elapsed(piece.from, piece.to);
        if self.used() >= self.amount && self.due_at.is_none() {
            self.due_at = self.after(self.here, piece.from, self.amount - before);
        }
    }

    /// The instant so many seconds of the target's clock after another.
    #[inline]
    fn after(&self, calendar: &Calendar, from: i64, secs: i64) -> Option<i64> {
        if matches!(self.goal, Goal::Plain(_)) { from.checked_add(secs) } else { calendar.add(from, secs) }
    }

    /// Does what a change of priority at the begin of a piece does.
    fn reprioritise(&mut self, piece: &Piece, out: &mut Vec<Cycle>) {
        let (at, priority) = (piece.from, self.story.states[piece.index].1.priority);
        if priority == 0 || priority == self.priority || at == self.started_at {
            return;
        }
        let is_overdue = self.due_at.is_some_and(|due| due < at);
        if self.story.terms.on_priority == OnPriority::Restart {
            self.finish(at, Ending::Restarted, out);
            *self = Self::new(self.story, self.window, piece.index, at);
        } else if !is_overdue {
            self.aim(priority);
            if self.due_at.is_none() && self.amount <= self.used() {
                self.due_at = self.recount(at);
            }
        }
    }

    /// When the target was used up, before an instant.
    fn recount(&self, until: i64) -> Option<i64> {
        let mut again = Self { here: self.at_start, plain_secs: 0, open_secs: 0, ..*self };
        Pieces::new(self.story, self.window).take_while(|p| p.from < until).for_each(|piece| again.count(&piece));
        again.due_at
    }

    /// Ends the clock and adds its cycle.
    #[expect(clippy::inline_always, reason = "handing the struct over in memory costs as much again as the clock")]
    #[inline(always)]
    fn finish(&self, to: i64, ending: Ending, out: &mut Vec<Cycle>) {
        // A supplier that never had the ticket has nothing to answer for.
        if self.story.terms.kind == Kind::Supplier && self.plain_secs == 0 {
            return;
        }
        let due_at = match self.goal {
            Goal::Plain(_) | Goal::Open(_) if self.due_at.is_none() => self.after(self.here, to, self.amount - self.used()),
            _ => self.due_at,
        };
        let breached_at = due_at.filter(|due| *due < to).map(|due| due.max(self.started_at));
        let (stage, is_met) = self.verdict(to, ending, due_at);
        let elapsed_secs = to - self.started_at;
        let paused_secs = elapsed_secs - self.plain_secs;
        let has_run = paused_secs == 0 && self.story.terms.known_pause <= 0;
        out.push(Cycle {
            group: if self.story.terms.kind == Kind::Group { self.window.group } else { NONE },
            priority: self.priority,
            started_at: self.started_at,
            stopped_at: (ending != Ending::Going).then_some(to),
            stage,
            target_secs: self.target_secs(to),
            due_at,
            original_due_at: if has_run { due_at } else { self.original_due_at(to) },
            used_secs: self.used_secs(to),
            open_secs: self.open_secs,
            elapsed_secs,
            paused_secs,
            breached_at,
            is_met,
            at_breach: None,
        });
        // Most cycles have none, and moving one that is not there costs more than this.
        if let (Some(at), Some(cycle)) = (breached_at, out.last_mut()) {
            cycle.at_breach = Some(self.story.states[index_at(self.story.states, at)].1);
        }
    }

    fn verdict(&self, to: i64, ending: Ending, due_at: Option<i64>) -> (Stage, Option<bool>) {
        let is_overdue = due_at.is_some_and(|due| due < to);
        let going = if self.is_running { Stage::Running } else { Stage::Paused };
        match ending {
            Ending::Going => (going, is_overdue.then_some(false)),
            Ending::Restarted if is_overdue => (Stage::Completed, Some(false)),
            Ending::Restarted | Ending::Cancelled => (Stage::Cancelled, None),
            Ending::Stopped => (Stage::Completed, due_at.map(|_| !is_overdue)),
        }
    }

    fn target_secs(&self, to: i64) -> Option<i64> {
        match self.goal {
            Goal::None => None,
            Goal::Plain(secs) | Goal::Open(secs) => Some(secs),
            Goal::Due(due) => due.map(|due| self.open_until(due, to)),
        }
    }

    fn used_secs(&self, to: i64) -> i64 {
        match self.goal {
            Goal::None => self.open_secs,
            Goal::Plain(_) | Goal::Open(_) => (self.used() - self.story.terms.known_pause.max(0)).max(0),
            Goal::Due(_) => self.open_until(to, to),
        }
    }

    /// When it had been due, had it run all the time.
    #[cold]
    fn original_due_at(&self, to: i64) -> Option<i64> {
        let (Goal::Plain(mut left) | Goal::Open(mut left)) = self.goal else { return self.due_at };
        if let Some(calendar) = self.shared {
            return self.after(calendar, self.started_at, left);
        }
        for (calendar, from, until) in self.holders(to) {
            let used = if matches!(self.goal, Goal::Plain(_)) { until.saturating_sub(from) } else { calendar.elapsed(from, until) };
            if used >= left {
                return self.after(calendar, from, left);
            }
            left -= used;
        }
        None
    }

    /// Open seconds from the start to an instant, pauses included, of a clock that ends at `to`.
    fn open_until(&self, until: i64, to: i64) -> i64 {
        self.holders(to).map(|(calendar, begin, end)| calendar.elapsed(begin, end.min(until))).sum()
    }

    /// Whose calendar counts from when until when; the last one's for ever.
    fn holders(&self, to: i64) -> impl Iterator<Item = (&'a Calendar, i64, i64)> {
        let states = self.story.states;
        // One calendar is one holder, from the first state on.
        let to = if self.shared.is_some() { self.started_at } else { to };
        let mut index = self.first;
        let mut from = Some(self.started_at);
        std::iter::from_fn(move || {
            let (begin, calendar) = (from?, calendar(self.story, self.shared, index));
            index += 1;
            from = states.get(index).map(|s| s.0).filter(|at| *at < to);
            Some((calendar, begin, from.unwrap_or(i64::MAX)))
        })
    }
}

/// The calendar that counts for all of a clock; None if it follows the group.
fn shared_calendar<'a>(story: &Story<'_, 'a>, window: &Window, first: usize, priority: u8) -> Option<&'a Calendar> {
    match story.terms.calendars {
        Calendars::One(calendar) => Some(calendar),
        Calendars::ByGroup { of, .. } if story.terms.kind == Kind::Group => Some(of(window.group)),
        Calendars::ByGroup { follow: Follow::Each, .. } => None,
        Calendars::ByGroup { of, follow: Follow::Last } => Some(of(story.states[last(story, window, first, priority)].1.group)),
    }
}

/// The last state of a clock that starts in the state `first`: before the end of its window, or before the change that restarts it.
fn last(story: &Story, window: &Window, first: usize, priority: u8) -> usize {
    let is_restarted = story.terms.on_priority == OnPriority::Restart;
    let is_end = |s: &(i64, State)| s.0 >= window.to || is_restarted && s.1.priority != 0 && s.1.priority != priority;
    first + story.states[first + 1..].iter().take_while(|s| !is_end(s)).count()
}

/// The calendar in force in a state.
fn calendar<'a>(story: &Story<'_, 'a>, shared: Option<&'a Calendar>, index: usize) -> &'a Calendar {
    match (shared, story.terms.calendars) {
        (Some(calendar), _) | (None, Calendars::One(calendar)) => calendar,
        (None, Calendars::ByGroup { of, .. }) => of(story.states[index].1.group),
    }
}

/// The priority in a state, or the first one known after it.
fn known_priority(story: &Story, index: usize) -> u8 {
    story.states[index..].iter().map(|s| s.1.priority).find(|p| *p != 0).unwrap_or(0)
}
