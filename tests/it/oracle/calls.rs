//! Call metrics, and whether a call left a ticket.

use super::agents::People;
use super::logic::is;
use super::measure::{Measure, Row};
use super::tickets::Tickets;
use crate::world::{Call, World};

/// A call with what follows from it and the ones around it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Known<'a> {
    pub(crate) call: &'a Call,
    pub(crate) agent: Option<String>,
    pub(crate) keys: super::measure::Keys,
    is_offered: bool,
    is_answered: bool,
    is_abandoned: bool,
    is_short: bool,
    handled: Option<i64>,
    is_logged: Option<bool>,
    /// Seconds to the next answered call of the same caller.
    next: Option<i64>,
}

/// All calls that count: begun before the cut-off.
pub(crate) struct Calls<'a> {
    world: &'a World,
    pub(crate) all: Vec<Known<'a>>,
    /// The first and the last creation of a ticket.
    reach: Option<(i64, i64)>,
}

fn known<'a>(world: &World, people: &People<'_>, call: &'a Call) -> Known<'a> {
    let outcome = call.outcome.as_deref();
    let is_inbound = matches!(call.direction.as_deref(), None | Some("inbound"));
    let is_queued = matches!(outcome, Some("answered" | "abandoned" | "voicemail" | "callback" | "overflow"));
    let is_offered = is_inbound && call.is_acd != Some(false) && is_queued;
    let is_abandoned = is_offered && outcome == Some("abandoned");
    let parts = [call.talk, call.hold, call.acw];
    let handled = call.handle.or(parts.iter().any(Option::is_some).then(|| parts.iter().flatten().sum()));
    let agent = people.agent(call.agent.as_ref());
    Known {
        keys: people.keys(agent.as_ref(), Some(call.start), call.queue.as_ref()),
        agent,
        call,
        is_offered,
        is_answered: is_offered && outcome == Some("answered"),
        is_abandoned,
        is_short: is_abandoned && call.wait.is_some_and(|w| w <= world.numbers.short_abandon),
        handled,
        is_logged: None,
        next: None,
    }
}

impl<'a> Calls<'a> {
    pub(crate) fn new(world: &'a World, people: &People<'_>, tickets: &Tickets<'_>) -> Self {
        let mut all: Vec<Known<'a>> =
            world.calls.iter().flatten().filter(|c| c.start < world.as_of).map(|c| known(world, people, c)).collect();
        for i in 0..all.len() {
            let gap = |other: &Known<'_>| other.call.start - all[i].call.start;
            let is_next = |j: usize| {
                let is_later = gap(&all[j]) > 0 || (gap(&all[j]) == 0 && all[j].call.id > all[i].call.id);
                j != i && is_later && all[j].is_answered && all[j].call.caller.is_some() && all[j].call.caller == all[i].call.caller
            };
            let next = (0..all.len()).filter(|j| is_next(*j)).map(|j| gap(&all[j])).min();
            all[i].next = next;
        }
        log(world, &mut all, tickets);
        let created = || tickets.all.iter().map(|t| t.ticket.created);
        Self { world, all, reach: created().min().zip(created().max()) }
    }

    fn rows(&self, fact: impl Fn(&Known<'_>) -> Option<f64>) -> Vec<Row> {
        self.all.iter().map(|k| Row::new(&k.keys, Some(k.call.start), fact(k))).collect()
    }

    fn answered(&self, fact: impl Fn(&Known<'_>) -> Option<f64>) -> Vec<Row> {
        self.rows(|k| if k.is_answered { fact(k) } else { None })
    }

    /// Rows of offered calls, the answered ones with a wait, where any answered call has one; a wait that is not told is not within.
    fn waited(&self, fact: impl Fn(&Known<'_>, bool) -> Option<bool>) -> Measure {
        let has_waits = self.all.iter().any(|k| k.is_answered && k.call.wait.is_some());
        Measure::Share(self.rows(|k| {
            let counts = has_waits && k.is_offered && (!k.is_answered || k.call.wait.is_some());
            let quick = k.call.wait.is_some_and(|w| w <= self.world.numbers.service_level);
            if counts { is(fact(k, quick)) } else { None }
        }))
    }

    /// The metrics, by id.
    pub(crate) fn measures(&self) -> Vec<(&'static str, Measure)> {
        let window = self.world.numbers.repeat_window;
        let seen_until = self.all.iter().map(|k| k.call.start).max().unwrap_or(self.world.as_of);
        let is_mature = |k: &Known<'_>| k.call.start + window <= seen_until;
        let of_known = |k: &Known<'_>| k.is_answered && k.call.caller.is_some();
        let mut repeat = self.rows(|k| (of_known(k) && is_mature(k)).then(|| f64::from(k.next.is_none_or(|secs| secs > window))));
        for (row, k) in repeat.iter_mut().zip(&self.all) {
            row.immature = of_known(k) && !is_mature(k);
        }
        let number = |value: Option<i64>| value.map(|v| v as f64);
        let within = |k: &Known<'_>| k.call.wait.map(|w| w <= self.world.numbers.service_level);
        // Tickets can be missing before the first one read and after the last.
        let n = &self.world.numbers;
        let begins = |k: &Known<'_>| self.reach.is_some_and(|(first, _)| k.call.start - n.match_before >= first);
        let is_over = |k: &Known<'_>| self.reach.is_some_and(|(_, last)| k.call.end.unwrap_or(k.call.start) + n.match_after <= last);
        let mut logged = self.answered(|k| is(k.is_logged.filter(|_| begins(k) && is_over(k))));
        for (row, k) in logged.iter_mut().zip(&self.all) {
            row.immature = k.is_answered && k.is_logged.is_some() && begins(k) && !is_over(k);
        }
        vec![
            ("one_done", Measure::Share(self.answered(|k| is(k.call.fcr_flag)))),
            ("call_fcr_repeat", Measure::Share(repeat)),
            ("calls_offered", Measure::Count(self.rows(|k| is(Some(k.is_offered))))),
            ("calls_answered", Measure::Count(self.rows(|k| is(Some(k.is_answered))))),
            ("answer_rate", Measure::Share(self.rows(|k| k.is_offered.then_some(f64::from(k.is_answered))))),
            ("asa", Measure::Mean(self.answered(|k| number(k.call.wait)))),
            ("sl_answered", Measure::Share(self.answered(|k| is(within(k))))),
            ("sl_offered", self.waited(|k, quick| Some(k.is_answered && quick))),
            ("sl_less_early", self.waited(|k, quick| if k.is_abandoned && quick { None } else { Some(k.is_answered && quick) })),
            ("sl_either", self.waited(|k, quick| Some((k.is_answered || k.is_abandoned) && quick))),
            ("abandonment", Measure::Share(self.rows(|k| (k.is_offered && !k.is_short).then_some(f64::from(k.is_abandoned))))),
            ("aht", Measure::Mean(self.answered(|k| number(k.handled)))),
            ("transfer_rate", Measure::Share(self.answered(|k| is(k.call.transfers.map(|n| n > 0))))),
            ("log_rate", Measure::Share(logged)),
        ]
    }
}

/// Which answered calls have a ticket: the one named, else the earliest of the caller's in the window that is no other call's.
fn log(world: &World, calls: &mut [Known<'_>], tickets: &Tickets<'_>) {
    let named: Vec<String> = calls.iter().filter_map(|k| k.call.ticket.clone()).collect();
    let mut order: Vec<usize> = (0..calls.len()).filter(|i| calls[*i].is_answered).collect();
    order.sort_by_key(|i| (calls[*i].call.start, calls[*i].call.id.clone()));
    let mut taken: Vec<bool> = tickets.all.iter().map(|t| named.contains(&t.ticket.id)).collect();
    for i in order {
        let call = calls[i].call;
        let (from, to) = (call.start - world.numbers.match_before, call.end.unwrap_or(call.start) + world.numbers.match_after);
        let fits = |t: usize| {
            let ticket = &tickets.all[t].ticket;
            call.caller.is_some() && ticket.requester == call.caller && (from..=to).contains(&ticket.created)
        };
        let record = (0..taken.len()).filter(|t| !taken[*t] && fits(*t)).min_by_key(|t| tickets.all[*t].ticket.created);
        calls[i].is_logged = match (&call.ticket, &call.caller) {
            (Some(_), _) => Some(true),
            (None, None) => None,
            (None, Some(_)) => Some(record.is_some()),
        };
        if call.ticket.is_none()
            && let Some(t) = record
        {
            taken[t] = true;
        }
    }
}
