//! A year of contacts: calls, and the tickets that come of them and of the other channels.

use crate::dates::{DAY, HOUR, date, is_holiday, weekday};
use crate::people::Agent;
use crate::rng::Rng;
use crate::ticket::{Request, Ticket, first_team, live, on_duty};
use crate::topics::{NETWORK, TOPICS, VPN, requester, topic};

/// How a call ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered,
    Abandoned,
    Voicemail,
}

/// A call; times are local here and become UTC on output.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) start: i64,
    pub(crate) team: usize,
    pub(crate) agent: Option<usize>,
    pub(crate) caller: usize,
    pub(crate) outcome: Outcome,
    pub(crate) wait: i64,
    pub(crate) talk: i64,
    pub(crate) hold: i64,
    pub(crate) wrap: i64,
    pub(crate) transferred: bool,
    /// The ticket the agent noted in the telephone system: an index into the tickets before they are sorted.
    pub(crate) noted: Option<usize>,
}

/// Calls of an ordinary day.
const CALLS: f64 = 30.0;
/// Tickets of an ordinary day that do not come by telephone.
const WRITTEN: f64 = 18.5;
/// What a weekday brings of an ordinary day, Monday first.
const WEEKDAYS: [f64; 7] = [1.35, 1.1, 1.0, 1.0, 0.85, 0.08, 0.05];
/// What each hour brings, from 07:00.
const HOURS: [f64; 12] = [2.0, 9.0, 12.0, 11.0, 9.0, 7.0, 7.0, 8.0, 8.0, 7.0, 5.0, 2.0];

/// The year as it happens.
pub(crate) struct Year<'a> {
    pub(crate) staff: &'a [Agent],
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) calls: Vec<Call>,
    rng: Rng,
}

/// Lives through all days from the first to the one before the last.
pub(crate) fn year(staff: &[Agent], first: i64, end: i64) -> Year<'_> {
    let mut year = Year { staff, tickets: Vec::new(), calls: Vec::new(), rng: Rng::new(22) };
    for day in first..end {
        year.day(day);
    }
    year.outage();
    year
}

/// What a day brings of an ordinary one: weekday, holidays, Christmas, the summer, the roll-out in June.
fn demand(day: i64) -> f64 {
    let season = match day {
        d if is_holiday(d) => 0.12,
        d if (date("2025-12-22")..=date("2026-01-02")).contains(&d) => 0.45,
        d if (date("2026-07-27")..=date("2026-08-21")).contains(&d) => 0.85,
        d if in_june(d) => 1.15,
        _ => 1.0,
    };
    WEEKDAYS[weekday(day) as usize] * season
}

/// Whether a day is in the month of the roll-out.
fn in_june(day: i64) -> bool {
    (date("2026-06-01")..date("2026-07-01")).contains(&day)
}

/// Whether a moment is on a Monday between 08:00 and 10:00.
fn monday_rush(at: i64) -> bool {
    weekday(at / DAY) == 0 && (8 * HOUR..10 * HOUR).contains(&(at % DAY))
}

/// Priorities: critical, high, moderate, low.
fn priority(rng: &mut Rng) -> usize {
    rng.weighted(&[0.02, 0.10, 0.58, 0.30])
}

impl Year<'_> {
    /// One day.
    fn day(&mut self, day: i64) {
        let busy = demand(day);
        for _ in 0..self.count(CALLS * busy) {
            let hour = self.hour(weekday(day) == 0);
            let start = day * DAY + (7 + hour) * HOUR + self.rng.between(0, HOUR - 1);
            let about = topic(&mut self.rng, in_june(day));
            self.call(start, about, None);
        }
        for _ in 0..self.count(WRITTEN * busy) {
            let about = topic(&mut self.rng, in_june(day));
            let at = day * DAY + self.written_at();
            self.written(at, about, None);
        }
    }

    /// A whole number that is right on average.
    fn count(&mut self, mean: f64) -> u64 {
        (mean * (1.0 + 0.12 * self.rng.normal()) + self.rng.unit()).max(0.0) as u64
    }

    /// An hour after seven; Mondays start with more.
    fn hour(&mut self, monday: bool) -> i64 {
        let mut weights = HOURS;
        if monday {
            weights[1] *= 1.5;
            weights[2] *= 1.4;
        }
        self.rng.weighted(&weights) as i64
    }

    /// The second of the day at which somebody writes: by day, or late in the evening; never in the hour the clocks change.
    fn written_at(&mut self) -> i64 {
        if self.rng.chance(0.9) {
            (7 + self.hour(false)) * HOUR + self.rng.between(0, HOUR - 1)
        } else {
            self.rng.between(19 * HOUR, DAY - 1)
        }
    }

    /// A ticket without a call.
    fn written(&mut self, at: i64, topic: usize, kind: Option<usize>) {
        let requester = requester(&mut self.rng);
        let team = first_team(&mut self.rng, requester, weekday(at / DAY) < 5);
        let agent = on_duty(&mut self.rng, self.staff, team, at / DAY);
        let channel = 1 + self.rng.weighted(&[0.5, 0.28, 0.1, 0.06, 0.06]);
        self.open(Request { at, requester, topic, kind: kind.unwrap_or(usize::MAX), priority: 0, channel, agent });
    }

    /// Opens a ticket and returns its place; the kind and the priority are drawn here.
    fn open(&mut self, mut ask: Request) -> usize {
        ask.priority = priority(&mut self.rng);
        if ask.kind == usize::MAX {
            ask.kind = self.rng.below(TOPICS[ask.topic].kinds.len() as u64) as usize;
        }
        self.tickets.push(live(&mut self.rng, self.staff, ask));
        self.tickets.len() - 1
    }

    /// A call, answered or not; `rush` is the mean wait when it is not the usual one.
    fn call(&mut self, start: i64, topic: usize, rush: Option<f64>) {
        let caller = requester(&mut self.rng);
        let team = first_team(&mut self.rng, caller, weekday(start / DAY) < 5);
        let (mean, lost) = match rush {
            Some(mean) => (mean, 0.36),
            None if monday_rush(start) => (52.0, 0.08),
            None => (19.0, 0.04),
        };
        let outcome = match self.rng.unit() {
            u if u < lost => Outcome::Abandoned,
            u if u < lost + 0.012 => Outcome::Voicemail,
            _ => Outcome::Answered,
        };
        let patience = if outcome == Outcome::Abandoned { mean * 0.7 + 22.0 } else { mean };
        let wait = self.rng.wait(patience) as i64 + 2;
        let quiet = Call { start, team, agent: None, caller, outcome, wait, talk: 0, hold: 0, wrap: 0, transferred: false, noted: None };
        let call = if outcome == Outcome::Answered { self.answer(quiet, topic, rush.is_some()) } else { quiet };
        self.calls.push(call);
    }

    /// The conversation: how long it takes and whether it is logged in a ticket.
    fn answer(&mut self, call: Call, topic: usize, outage: bool) -> Call {
        let at = on_duty(&mut self.rng, self.staff, call.team, call.start / DAY);
        let agent = &self.staff[at];
        let pace = agent.pace_at(call.start);
        let talk = self.rng.around(250.0 * pace, 0.55) as i64;
        let hold = if self.rng.chance(0.25) { self.rng.around(45.0 * pace, 0.5) as i64 } else { 0 };
        let wrap = self.rng.around(60.0 * pace, 0.5) as i64;
        let logged = if monday_rush(call.start) && !outage { 0.60 } else { 0.93 } + agent.logs;
        let mut call = Call { agent: Some(at), talk, hold, wrap, transferred: self.rng.chance(0.06), ..call };
        if self.rng.chance(logged) {
            self.log(&mut call, topic, outage);
        }
        call
    }

    /// The record of a call: a note of the open ticket it is about, or a ticket of its own.
    fn log(&mut self, call: &mut Call, topic: usize, outage: bool) {
        let recent = self.tickets.len().saturating_sub(60);
        let open = (recent..self.tickets.len()).find(|&at| self.tickets[at].ask.at < call.start && self.tickets[at].resolved > call.start);
        if let Some(at) = open.filter(|_| !outage && self.rng.chance(0.24)) {
            call.caller = self.tickets[at].ask.requester;
            call.noted = Some(at);
            return;
        }
        let after = if self.rng.chance(0.85) { self.rng.between(15, 90) } else { call.talk + self.rng.between(60, 2400) };
        let kind = if outage { VPN } else { usize::MAX };
        let (at, agent) = (call.start + call.wait + after, call.agent.unwrap_or(0));
        let place = self.open(Request { at, requester: call.caller, topic, kind, priority: 0, channel: 0, agent });
        call.noted = self.rng.chance(0.7).then_some(place);
    }

    /// The VPN is down from Tuesday morning to Wednesday afternoon.
    fn outage(&mut self) {
        let day = date("2026-09-15") * DAY;
        for (from, to, calls, written) in [(day + 15 * HOUR / 2, day + 17 * HOUR, 170, 55), (day + 32 * HOUR, day + 41 * HOUR, 60, 25)] {
            for _ in 0..calls {
                let start = self.rng.between(from, to);
                self.call(start, NETWORK, Some(260.0));
            }
            for _ in 0..written {
                let at = self.rng.between(from, to);
                self.written(at, NETWORK, Some(VPN));
            }
        }
    }
}
