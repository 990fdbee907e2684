//! Ticket metrics: what each says of one ticket.

use std::collections::BTreeSet;

use super::agents::People;
use super::clock::{Clocks, Held, Moments, Seen, Told, known_until, share};
use super::logic::{and, is};
use super::measure::{Keys, Measure, Row, Stay};
use super::time::{Clock, local_day};
use crate::world::{Event, Ticket, World};
use deskcard::clock::sla::{Cycle, Stage};

const DAY: i64 = 86_400;

/// A ticket with what follows from it and the ones around it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Known {
    /// The ticket, with what its events tell filled in.
    pub(crate) ticket: Ticket,
    pub(crate) agent: Option<String>,
    pub(crate) keys: Keys,
    pub(crate) resolved: Option<i64>,
    /// When it was first resolved; reopened and nobody says when, its creation.
    first_end: Option<i64>,
    pub(crate) is_cancelled: bool,
    /// When it left the desk's hands, by whatever tells; none while it is open.
    gone: Option<i64>,
    one_touch: Option<bool>,
    first_contact: Option<bool>,
    is_mature: bool,
    is_repeated: bool,
    is_repeated_in_a_day: bool,
    due_resolution: Option<i64>,
    pub(crate) resolution_in_sla: Option<bool>,
    response_in_sla: Option<bool>,
    resolution_at: Option<i64>,
    response_at: Option<i64>,
    due_response: Option<i64>,
    first_response: Option<i64>,
    /// Share of the resolution target used.
    used: Option<f64>,
    clocks: Told,
    ttr: Option<i64>,
    ttr_business: Option<i64>,
    frt_business: Option<i64>,
    level: Option<String>,
    first_level: Option<String>,
    is_first_level_work: bool,
}

/// What the tickets tell at all.
#[derive(Clone, Copy)]
struct Has {
    responses: bool,
    response_dues: bool,
    resolution_dues: bool,
}

impl Has {
    fn of(world: &World, clocks: &Clocks<'_>, tickets: &[Ticket]) -> Self {
        let is_told = world.events.iter().flatten().any(|e| e.kind.as_deref() == Some("reply_public"));
        let responses = is_told || tickets.iter().any(|t| first_response(world, t).is_some());
        let cycles = |t: &Ticket| {
            let (resolved, first_response) = (resolved(world, t), first_response(world, t));
            clocks.told(&Seen { ticket: t, resolved, first_response, has_responses: responses, events: events_of(world, t) })
        };
        let is_due = |cycles: &[Cycle]| cycles.last().is_some_and(|c| c.due_at.is_some());
        let all: Vec<Told> = tickets.iter().map(cycles).collect();
        let (response_dues, resolution_dues) = (all.iter().any(|t| is_due(&t.response)), all.iter().any(|t| is_due(&t.resolution)));
        Self { responses, response_dues, resolution_dues }
    }
}

impl Known {
    /// Closed, and neither its row nor its events say when.
    fn is_end_unknown(&self) -> bool {
        self.clocks.is_end_unknown
    }

    fn shown_response(&self) -> &[Cycle] {
        if self.clocks.is_answer_unknown { &[] } else { &self.clocks.response }
    }
}

/// All tickets that count: created before the cut-off.
pub(crate) struct Tickets<'a> {
    world: &'a World,
    pub(crate) all: Vec<Known>,
    seen_until: i64,
    /// The last instant at which anything is told of a ticket.
    known_until: i64,
}

/// The canonical priority: the words of the scale, whatever their case.
fn priority(ticket: &Ticket) -> Option<String> {
    let word = ticket.priority.as_ref()?.to_uppercase();
    ["P1", "P2", "P3", "P4", "P5"].contains(&word.as_str()).then_some(word)
}

fn resolved(world: &World, t: &Ticket) -> Option<i64> {
    let is_done = matches!(t.status.as_deref(), None | Some("resolved" | "closed"));
    let by_length = t.resolution_secs.map(|secs| t.created + secs);
    // What is open has an end left over from before it was opened again, unless it was not touched since.
    let is_live = matches!(t.status.as_deref(), Some("new" | "open" | "pending"));
    let is_left_over = |at: i64| is_live && t.updated.is_none_or(|updated| at <= updated);
    t.resolved.or(by_length).or(t.closed.filter(|_| is_done)).filter(|at| *at < world.as_of && !is_left_over(*at))
}

/// When it was first resolved: by its events or its row, though it may be open again; reopened and nobody says when, its creation.
fn first_end(world: &World, t: &Ticket) -> Option<i64> {
    let is_done = matches!(t.status.as_deref(), None | Some("resolved" | "closed"));
    let by_length = t.resolution_secs.map(|secs| t.created + secs);
    let by_row = t.resolved.or(by_length).or(t.closed.filter(|_| is_done)).filter(|at| *at < world.as_of);
    let is_end = |e: &&Event| match e.status.as_deref() {
        Some(status) => matches!(status, "resolved" | "closed"),
        None => matches!(e.kind.as_deref(), Some("resolved" | "closed")),
    };
    let by_events = events_of(world, t).into_iter().find(is_end).map(|e| e.at);
    let first = by_row.into_iter().chain(by_events).min();
    first.or(t.reopened.filter(|n| *n > 0).map(|_| t.created))
}

/// The response an export gives, or the creation and the time it took; what came after the cut-off has not come yet.
fn first_response(world: &World, t: &Ticket) -> Option<i64> {
    t.first_response.or(t.first_response_secs.map(|secs| t.created + secs)).filter(|at| *at < world.as_of)
}

/// The ticket with what its row leaves out and its events tell.
fn told(world: &World, ticket: &Ticket) -> Ticket {
    let own = events_of(world, ticket);
    let mut out = ticket.clone();
    if own.is_empty() {
        return stood(world, out);
    }
    let groups: Vec<&String> = own.iter().filter_map(|e| e.group.as_ref()).collect();
    let is = |e: &&&Event, kind: &str| e.kind.as_deref() == Some(kind);
    let moves = groups.windows(2).filter(|pair| pair[0] != pair[1]).count() as i64;
    out.first_group = out.first_group.or(groups.first().map(|g| (*g).clone()));
    out.reassigned = out.reassigned.or(Some(moves));
    out.reopened = out.reopened.or(Some(reopenings(&own)));
    out.first_response = out.first_response.or(own.iter().find(|e| is(e, "reply_public") && e.at > ticket.created).map(|e| e.at));
    let (mut ended, mut is_cancelled) = (None, false);
    for e in &own {
        let is_told_open = e.kind.as_deref() == Some("reopened");
        match (e.status.as_deref(), e.kind.as_deref()) {
            (Some("resolved" | "closed"), _) | (None, Some("resolved" | "closed")) => (ended, is_cancelled) = (ended.or(Some(e.at)), false),
            (Some(status), _) => (ended, is_cancelled) = (None, status == "cancelled" && !is_told_open),
            (None, Some("reopened")) => (ended, is_cancelled) = (None, false),
            (None, _) => {}
        }
    }
    // Whenever the row was closed, it had been cancelled by then.
    if is_cancelled && out.status.as_deref() == Some("cancelled") {
        return out;
    }
    let is_over = matches!(out.status.as_deref(), None | Some("resolved" | "closed"));
    // An end after the cut-off is a later one than that of the events.
    let is_later = out.resolved.is_some_and(|at| at >= world.as_of);
    if is_over && (out.resolved.is_none() || (is_later && ended.is_some())) {
        out.resolved = ended;
    }
    stood(world, out)
}

/// The ticket as it stood at the cut-off: not over if it ended later.
fn stood(world: &World, mut t: Ticket) -> Ticket {
    let is_later = |at: Option<i64>| at.is_some_and(|at| at >= world.as_of);
    let solved = t.resolved.or(t.resolution_secs.map(|secs| t.created + secs)).or(t.closed);
    match t.status.as_deref() {
        Some("resolved" | "closed") if is_later(solved) => t.status = Some("open".to_owned()),
        // A cancelled ticket ended when it was closed, else when it was resolved; before that it was what its resolution says.
        Some("cancelled") if is_later(t.closed.or(solved)) => {
            t.status = Some(if is_later(solved) { "open" } else { "resolved" }.to_owned());
        }
        Some("closed") if solved.is_some() && is_later(t.closed) => t.status = Some("resolved".to_owned()),
        _ => {}
    }
    t
}

/// How often a ticket was opened again: events that say so, and live statuses right after a done one, an event that says so after such
/// a status being the same opening.
fn reopenings(own: &[&Event]) -> i64 {
    let is_done = |e: &Event| match e.status.as_deref() {
        Some(status) => matches!(status, "resolved" | "closed"),
        None => matches!(e.kind.as_deref(), Some("resolved" | "closed")),
    };
    let (mut n, mut was_done, mut was_shown) = (0, false, false);
    for e in own {
        let (is_told, is_live) = (e.kind.as_deref() == Some("reopened"), matches!(e.status.as_deref(), Some("new" | "open" | "pending")));
        if is_told {
            n += i64::from(!was_shown || is_done(e));
        } else if is_live && was_done {
            n += 1;
        }
        if is_done(e) {
            (was_done, was_shown) = (true, false);
        } else if is_told || is_live {
            was_shown = !is_told && (was_done || was_shown);
            was_done = false;
        }
    }
    n
}

/// The events of a ticket in the order of time.
fn events_of<'w>(world: &'w World, ticket: &Ticket) -> Vec<&'w Event> {
    let mut own: Vec<&Event> = world.events.iter().flatten().filter(|e| e.ticket == ticket.id && e.at < world.as_of).collect();
    own.sort_by_key(|e| e.at);
    own
}

/// The verdict of all cycles, the due time of the one that decides, and the share it used.
fn verdict(cycles: &[Cycle]) -> (Option<bool>, Option<i64>, Option<f64>) {
    let Some(decides) = decisive(cycles) else { return (None, None, None) };
    (decides.is_met, decides.due_at, share(decides))
}

/// The first cycle that was missed, else the last.
fn decisive(cycles: &[Cycle]) -> Option<&Cycle> {
    cycles.iter().find(|c| c.is_met == Some(false)).or(cycles.last())
}

impl<'a> Tickets<'a> {
    pub(crate) fn new(world: &'a World, people: &People<'_>) -> Self {
        let tickets: Vec<Ticket> = world.tickets.iter().flatten().filter(|t| t.created < world.as_of).map(|t| told(world, t)).collect();
        let (clock, clocks) = (Clock::new(world), Clocks::new(world));
        let seen_until = tickets.iter().map(|t| t.created).max().unwrap_or(world.as_of);
        let known_until = known_until(world);
        let has = Has::of(world, &clocks, &tickets);
        let mut all: Vec<Known> = tickets.iter().map(|t| Self::known(world, people, (&clock, &clocks), t, has)).collect();
        for i in 0..all.len() {
            let window = world.numbers.repeat_window;
            all[i].is_mature = tickets[i].requester.is_some() && tickets[i].created + window <= seen_until;
            let is_repeated = |window: i64| {
                tickets.iter().enumerate().any(|(j, other)| {
                    let gap = other.created - tickets[i].created;
                    // Of two contacts at the same instant one comes before the other.
                    let is_later = gap > 0 || (gap == 0 && other.id > tickets[i].id);
                    j != i && is_later && gap <= window && !all[j].is_cancelled && same_matter(world, &tickets[i], other)
                })
            };
            (all[i].is_repeated, all[i].is_repeated_in_a_day) = (is_repeated(window), is_repeated(DAY));
        }
        Self { world, all, seen_until, known_until }
    }

    fn known(world: &World, people: &People<'_>, (clock, clocks): (&Clock<'_>, &Clocks<'_>), t: &Ticket, has: Has) -> Known {
        let resolved = resolved(world, t);
        let first_response = first_response(world, t);
        let is_cancelled = t.status.as_deref() == Some("cancelled");
        let is_closed = resolved.is_some() || matches!(t.status.as_deref(), Some("resolved" | "closed" | "cancelled"));
        let gone = resolved.or(is_closed.then(|| t.closed.or(t.updated).unwrap_or(t.created)));
        let agent = people.agent(t.resolver.as_ref().or(t.assignee.as_ref()));
        let mut keys = people.keys(agent.as_ref(), resolved, t.group.as_ref());
        keys.insert("priority", priority(t).unwrap_or_default());
        // What is not counted is not tested, but without replies and reassignments there is nothing to go by.
        let is_one_touch = t.replies.unwrap_or(0) <= 1 && t.reassigned.unwrap_or(0) == 0 && t.reopened.unwrap_or(0) == 0;
        let one_touch = (t.replies.is_some() || t.reassigned.is_some()).then_some(is_one_touch);
        let seen = Seen { ticket: t, resolved, first_response, has_responses: has.responses, events: events_of(world, t) };
        let told = clocks.told(&seen);
        let (resolution_verdict, due_resolution, used) = verdict(&told.resolution);
        let (response_verdict, due_response, _) = verdict(&told.response);
        // The product's verdict counts only where no ticket at all has a due time.
        let resolution_in_sla = if has.resolution_dues { resolution_verdict } else { t.resolution_met };
        let response_in_sla = if has.response_dues { response_verdict } else { t.response_met };
        let (level, first_level) = levels(world, t);
        let is_first_level_work =
            matches!(first_level.as_deref(), None | Some("L1")) && !t.category.as_ref().is_some_and(|c| world.cannot_resolve.contains(c));
        let later = |at: Option<i64>| at.filter(|at| *at >= t.created);
        Known {
            resolution_at: due_resolution.or(resolution_in_sla.and(gone)),
            response_at: due_response.or(response_in_sla.map(|_| first_response.unwrap_or(t.created))),
            ttr: later(resolved).map(|at| at - t.created),
            ttr_business: later(resolved).map(|at| clock.elapsed(t.created, at)),
            frt_business: later(first_response).map(|at| clock.elapsed(t.created, at)),
            first_contact: t.fcr_flag.or(one_touch),
            is_mature: false,
            is_repeated: false,
            is_repeated_in_a_day: false,
            ticket: t.clone(),
            agent,
            keys,
            resolved,
            first_end: first_end(world, t),
            is_cancelled,
            gone,
            one_touch,
            due_resolution,
            due_response,
            resolution_in_sla,
            response_in_sla,
            first_response,
            used,
            clocks: told,
            level,
            first_level,
            is_first_level_work,
        }
    }

    fn rows(&self, at: impl Fn(&Known) -> Option<i64>, fact: impl Fn(&Known) -> Option<f64>) -> Vec<Row> {
        self.all.iter().map(|k| Row::new(&k.keys, at(k), fact(k))).collect()
    }

    /// Rows of tickets resolved and not cancelled, by resolution.
    fn done(&self, fact: impl Fn(&Known) -> Option<f64>) -> Vec<Row> {
        self.rows(|k| k.resolved, |k| if k.resolved.is_some() && !k.is_cancelled { fact(k) } else { None })
    }

    /// Rows of tickets not cancelled, by an instant.
    fn live(&self, at: impl Fn(&Known) -> Option<i64>, fact: impl Fn(&Known) -> Option<f64>) -> Vec<Row> {
        self.rows(at, |k| if k.is_cancelled { None } else { fact(k) })
    }

    fn immature(&self, mut rows: Vec<Row>, which: impl Fn(&Known) -> bool) -> Vec<Row> {
        for (row, k) in rows.iter_mut().zip(&self.all) {
            row.immature = which(k);
        }
        rows
    }

    /// The metrics, by id.
    pub(crate) fn measures(&self) -> Vec<(&'static str, Measure)> {
        let mut out = self.first_contact();
        out.extend(self.levels());
        out.extend(self.sla());
        out.extend(self.speed_and_flow());
        out.extend(self.clocks());
        out.extend(self.held());
        out
    }

    fn first_contact(&self) -> Vec<(&'static str, Measure)> {
        let n = &self.world.numbers;
        let created = |k: &Known| Some(k.ticket.created);
        let is_week_old = |k: &Known| k.ticket.created + 7 * DAY <= self.seen_until;
        // Resolved or not: of young tickets only the quick ones would be in.
        let gross = |k: &Known| (is_week_old(k) && k.first_contact.is_some()).then_some(and(Some(k.resolved.is_some()), k.first_contact));
        let young = |k: &Known| !k.is_cancelled && k.first_contact.is_some() && !is_week_old(k);
        let repeat = self.live(created, |k| k.is_mature.then_some(f64::from(!k.is_repeated)));
        let ocr = self.done(|k| k.first_contact.filter(|_| k.is_mature).map(|first| f64::from(first && !k.is_repeated)));
        let ocr = self.immature(ocr, |k| {
            k.resolved.is_some() && !k.is_cancelled && k.ticket.requester.is_some() && k.first_contact.is_some() && !k.is_mature
        });
        let net = self.live(created, |k| gross(k).filter(|_| k.is_first_level_work).and_then(is));
        vec![
            ("fcr_touch", Measure::Share(self.done(|k| is(k.one_touch)))),
            ("fcr_flag", Measure::Share(self.done(|k| is(k.ticket.fcr_flag)))),
            ("fcr_time", Measure::Share(self.done(|k| is(k.ttr_business.map(|s| s <= n.fcr_time))))),
            ("fcr_repeat", Measure::Share(self.immature(repeat, |k| !k.is_cancelled && k.ticket.requester.is_some() && !k.is_mature))),
            ("fcr_gross", Measure::Share(self.immature(self.live(created, |k| gross(k).and_then(is)), young))),
            ("fcr_net", Measure::Share(self.immature(net, |k| young(k) && k.is_first_level_work))),
            ("ocr", Measure::Share(ocr)),
            ("first_assign", Measure::Share(self.done(|k| is(k.ticket.reassigned.map(|n| n == 0))))),
        ]
    }

    fn levels(&self) -> Vec<(&'static str, Measure)> {
        let n = &self.world.numbers;
        let created = |k: &Known| Some(k.ticket.created);
        let at_first = |k: &Known| k.first_level.as_deref() == Some("L1");
        let is_settled = |k: &Known| k.first_end.is_some_and(|at| at + n.reopen_window <= self.known_until);
        let reopened = self.live(|k| k.first_end, |k| if is_settled(k) { is(k.ticket.reopened.map(|n| n > 0)) } else { None });
        let reopened = self.immature(reopened, |k| k.first_end.is_some() && !k.is_cancelled && !is_settled(k));
        vec![
            ("flr", Measure::Share(self.done(|k| if at_first(k) { is(k.level.as_ref().map(|l| l == "L1")) } else { None }))),
            (
                "escalation",
                Measure::Share(self.live(created, |k| if at_first(k) { is(k.level.as_ref().map(|l| l != "L1")) } else { None })),
            ),
            (
                "escalated_simple",
                Measure::Share(self.done(|k| {
                    let t = &k.ticket;
                    let is_elsewhere = at_first(k) && k.level.as_ref().is_some_and(|l| l != "L1");
                    let is_known = t.replies.is_some() || t.reassigned.is_some();
                    let is_simple = t.replies.unwrap_or(0) <= 2 && t.reassigned.unwrap_or(0) <= 1 && t.reopened.unwrap_or(0) == 0;
                    (is_elsewhere && is_known).then(|| f64::from(is_simple))
                })),
            ),
            ("reassign_mean", Measure::Mean(self.done(|k| k.ticket.reassigned.map(|n| n as f64)))),
            ("bounce", Measure::Share(self.done(|k| is(k.ticket.reassigned.map(|n| n >= 2))))),
            ("reopen_rate", Measure::Share(reopened)),
        ]
    }

    fn sla(&self) -> Vec<(&'static str, Measure)> {
        let share = self.world.numbers.near_miss;
        let created = |k: &Known| Some(k.ticket.created);
        let resolution = |k: &Known| is(k.resolution_in_sla);
        let response = |k: &Known| is(k.response_in_sla);
        let pending = self.immature(self.live(|k| k.resolution_at, resolution), |k| {
            !k.is_cancelled && k.gone.is_none() && k.due_resolution.is_some() && k.resolution_in_sla.is_none()
        });
        let unanswered = self.immature(self.live(|k| k.response_at, response), |k| {
            !k.is_cancelled && (k.gone.is_none() || k.resolved.is_some()) && k.due_response.is_some() && k.response_in_sla.is_none()
        });
        // Never passed on, as far as anything is told of that.
        let is_own = |k: &Known| k.ticket.reassigned.unwrap_or(0) == 0;
        let own = |mut rows: Vec<Row>| {
            for (row, _) in rows.iter_mut().zip(&self.all).filter(|(_, k)| !is_own(k)) {
                (row.fact, row.immature) = (None, false);
            }
            rows
        };
        let (own_resolution, own_response) = (own(pending.clone()), own(unanswered.clone()));
        let near = |k: &Known| {
            let used = k.used.filter(|_| k.resolution_in_sla == Some(true))?;
            is(Some(used >= share))
        };
        let late = |k: &Known| k.clocks.late.filter(|_| !k.is_end_unknown()).map(|secs| secs as f64);
        let overdue = |k: &Known| k.clocks.resolution.last().filter(|c| c.is_met == Some(false) && !k.is_cancelled).and_then(|c| c.due_at);
        let of_due = |fact: &dyn Fn(&Known) -> Option<f64>| {
            self.rows(|k| k.resolution_at, |k| if k.resolved.is_some() && !k.is_cancelled { fact(k) } else { None })
        };
        vec![
            ("sla_resolution", Measure::Share(pending)),
            ("sla_resolution_own", Measure::Share(own_resolution)),
            ("sla_response_own", Measure::Share(own_response)),
            ("sla_resolution_created", Measure::Share(self.live(created, resolution))),
            ("sla_resolution_resolved", Measure::Share(self.done(resolution))),
            ("sla_resolution_vendor", Measure::Share(self.live(created, |k| is(k.ticket.resolution_met)))),
            ("sla_response", Measure::Share(unanswered)),
            ("sla_response_created", Measure::Share(self.live(created, response))),
            ("sla_response_resolved", Measure::Share(self.done(response))),
            ("sla_response_vendor", Measure::Share(self.live(created, |k| is(k.ticket.response_met)))),
            ("sla_near_miss", Measure::Share(of_due(&near))),
            ("sla_breach_median", Measure::Quantile(0.5, of_due(&late))),
            ("sla_breach_p90", Measure::Quantile(0.9, of_due(&late))),
            ("open_overdue", Measure::Stock(self.stock(overdue))),
        ]
    }

    /// A row a clock and cycle.
    fn cycles(&self, at: impl Fn(&Cycle) -> Option<i64>, fact: impl Fn(&Known, &Cycle) -> Option<f64>) -> Vec<Row> {
        let of = |k: &Known| -> Vec<Cycle> {
            let known = if k.is_end_unknown() { &[][..] } else { &k.clocks.resolution[..] };
            k.shown_response().iter().chain(known).copied().collect()
        };
        self.all.iter().flat_map(|k| of(k).into_iter().map(|c| Row::new(&k.keys, at(&c), fact(k, &c))).collect::<Vec<_>>()).collect()
    }

    fn clocks(&self) -> Vec<(&'static str, Measure)> {
        let near = self.world.numbers.near_miss;
        let due = |c: &Cycle| c.due_at;
        let met = |_: &Known, c: &Cycle| is(c.is_met);
        let undecided = |c: &Cycle| c.is_met.is_none() && c.stage != Stage::Cancelled;
        let mut kept = self.cycles(due, met);
        for (row, pending) in kept.iter_mut().zip(self.cycles(due, |_, c| is(Some(undecided(c))))) {
            row.immature = pending.fact == Some(1.0);
        }
        let missed = |c: &Cycle| c.is_met.map(|m| !m);
        let late = |_: &Known, c: &Cycle| c.target_secs.filter(|_| c.is_met == Some(false)).map(|t| (c.used_secs - t) as f64);
        let near_miss = |_: &Known, c: &Cycle| if c.is_met == Some(true) { is(share(c).map(|u| u >= near)) } else { None };
        let created = self.created_cycles();
        let mut paused = self.cycles(|c| c.stopped_at, |_, c| Some(c.paused_secs as f64));
        for (row, all) in paused.iter_mut().zip(self.cycles(|c| c.stopped_at, |_, c| Some(c.elapsed_secs as f64))) {
            row.exposure = all.fact;
        }
        vec![
            ("clock_met", Measure::Share(kept)),
            ("clock_met_created", Measure::Share(created)),
            ("clock_met_stopped", Measure::Share(self.cycles(|c| c.stopped_at, met))),
            ("clock_near_miss", Measure::Share(self.cycles(due, near_miss))),
            ("clock_missed", Measure::Count(self.cycles(due, |_, c| is(missed(c))))),
            ("clock_open_overdue", Measure::Count(self.cycles(due, |_, c| is(Some(c.stopped_at.is_none() && c.is_met == Some(false)))))),
            ("clock_decided", Measure::Count(self.cycles(due, |_, c| is(Some(c.is_met.is_some()))))),
            ("clock_any", Measure::Count(self.cycles(due, |_, _| Some(1.0)))),
            ("clock_used_median", Measure::Quantile(0.5, self.cycles(due, |_, c| c.is_met.and(share(c))))),
            ("clock_late_median", Measure::Quantile(0.5, self.cycles(due, late))),
            ("clock_late_p90", Measure::Quantile(0.9, self.cycles(due, late))),
            ("clock_paused_share", Measure::Rate(1.0, None, paused)),
            ("sla_agreement", Measure::Share(self.agreement())),
            ("clock_with_events", Measure::Share(self.cycles(due, |k, c| c.is_met.map(|_| f64::from(k.clocks.has_events))))),
        ]
    }

    /// Clocks by the creation of their ticket.
    fn created_cycles(&self) -> Vec<Row> {
        let mut rows = self.cycles(|_| None, |_, c| is(c.is_met));
        for (row, created) in rows.iter_mut().zip(self.cycles(|_| None, |k, _| Some(k.ticket.created as f64))) {
            row.at = created.fact.map(|at| at as i64);
        }
        rows
    }

    /// The last cycle of each clock against the product's verdict.
    fn agreement(&self) -> Vec<Row> {
        let same = |k: &Known, cycles: &[Cycle], theirs: Option<bool>| {
            let last = *cycles.last()?;
            Some(Row::new(&k.keys, last.due_at, is(last.is_met.zip(theirs).map(|(a, b)| a == b))))
        };
        let of = |k: &Known| {
            let resolution = if k.is_end_unknown() { &[][..] } else { &k.clocks.resolution[..] };
            [same(k, k.shown_response(), k.ticket.response_met), same(k, resolution, k.ticket.resolution_met)]
        };
        self.all.iter().flat_map(of).flatten().collect()
    }

    fn held(&self) -> Vec<(&'static str, Measure)> {
        let spans = |fact: &dyn Fn(&[Held], usize) -> Option<f64>| {
            let of = |k: &Known| -> Vec<Row> {
                (0..k.clocks.spans.len()).map(|i| Row::new(&k.keys, k.resolved, fact(&k.clocks.spans, i))).collect()
            };
            self.all.iter().flat_map(of).collect::<Vec<Row>>()
        };
        let judged = |c: &Cycle, k: &Known| k.clocks.has_events && c.is_met.is_some();
        let within = |used: Option<f64>, from: f64| f64::from(used.is_some_and(|u| u >= from && u <= 1.0));
        let late = |from: f64, which: fn(&Moments) -> Option<f64>| {
            let of = |k: &Known| -> Vec<Row> {
                let cycles = k.clocks.resolution.iter().zip(&k.clocks.moments);
                cycles.map(|(c, m)| Row::new(&k.keys, c.due_at, judged(c, k).then(|| within(which(m), from)))).collect()
            };
            self.all.iter().flat_map(of).collect::<Vec<Row>>()
        };
        let (day, written) = (DAY, ["email", "portal"]);
        let recreated = |k: &Known| {
            let is_old = k.ticket.requester.is_some() && k.ticket.created + day <= self.seen_until;
            (k.resolved.is_some() && !k.is_cancelled && is_old).then_some(f64::from(k.is_repeated_in_a_day))
        };
        let sent = |s: &&crate::world::Survey| s.sent.is_some_and(|at| at < self.world.as_of);
        let surveyed: BTreeSet<&String> = self.world.surveys.iter().flatten().filter(sent).filter_map(|s| s.ticket.as_ref()).collect();
        let asked = |k: &Known| (!surveyed.is_empty()).then(|| f64::from(surveyed.contains(&k.ticket.id)));
        let silent = |k: &Known| {
            let is_written = k.ticket.channel.as_deref().is_some_and(|c| written.contains(&c));
            if is_written { is(k.ticket.replies.map(|n| n == 0)) } else { None }
        };
        vec![
            ("held_open", Measure::Sum(spans(&|s, i| Some(s[i].1 as f64)))),
            ("held_closed", Measure::Sum(spans(&|s, i| Some(s[i].2 as f64)))),
            ("held_tickets", Measure::Count(spans(&|s, i| is(Some(s[..i].iter().all(|before| before.0 != s[i].0)))))),
            ("review_late_pause", Measure::Share(late(0.9, |m| m.0))),
            ("review_late_priority", Measure::Share(late(0.8, |m| m.1))),
            ("review_silent", Measure::Share(self.done(silent))),
            ("review_asked", Measure::Share(self.done(asked))),
            ("review_recreated", Measure::Share(self.rows(|k| Some(k.ticket.created), recreated))),
        ]
    }

    fn speed_and_flow(&self) -> Vec<(&'static str, Measure)> {
        let (n, as_of) = (&self.world.numbers, self.world.as_of);
        let frt = self.live(|k| k.first_response, |k| k.frt_business.map(|s| s as f64));
        let ttr = self.done(|k| k.ttr.map(|s| s as f64));
        let business = self.done(|k| k.ttr_business.map(|s| s as f64));
        let created = Measure::Count(self.rows(|k| Some(k.ticket.created), |_| Some(1.0)));
        let resolved = Measure::Count(self.done(|_| Some(1.0)));
        let gone = Measure::Count(self.rows(|k| k.gone, |_| Some(1.0)));
        let phone = self.rows(|k| Some(k.ticket.created), |k| is(k.ticket.channel.as_ref().map(|c| c == "phone")));
        let age = self.rows(|_| Some(as_of - DAY / 2), |k| k.gone.is_none().then_some((as_of - k.ticket.created) as f64));
        let stale = |k: &Known| {
            if k.gone.is_none() { is(k.ticket.updated.filter(|at| *at < as_of).map(|at| at < as_of - n.stale_after)) } else { None }
        };
        vec![
            ("frt_median", Measure::Quantile(0.5, frt.clone())),
            ("frt_p90", Measure::Quantile(0.9, frt)),
            ("ttr_median", Measure::Quantile(0.5, ttr.clone())),
            ("ttr_p90", Measure::Quantile(0.9, ttr.clone())),
            ("mttr", Measure::Mean(ttr)),
            ("ttr_business_median", Measure::Quantile(0.5, business)),
            ("net_flow", Measure::Ratio(Box::new(gone.clone()), Box::new(created.clone()))),
            ("tickets_gone", gone),
            ("tickets_created", created),
            ("tickets_resolved", resolved),
            ("phone_tickets", Measure::Count(phone)),
            ("backlog", Measure::Stock(self.stock(|k| Some(k.ticket.created)))),
            ("backlog_30d", Measure::Stock(self.stock(|k| Some(k.ticket.created + 30 * DAY)))),
            ("age_median", Measure::Quantile(0.5, age)),
            ("stale", Measure::Share(self.rows(|_| Some(as_of - DAY / 2), stale))),
            ("kb_link", Measure::Share(self.done(|k| is(k.ticket.kb_linked)))),
        ]
    }

    /// Tickets that are in a stock from an instant on, if they were still there then, until they are gone.
    fn stock(&self, enters: impl Fn(&Known) -> Option<i64>) -> Vec<Stay> {
        let day = |at: i64| local_day(self.world.zone, at);
        let mut out = Vec::new();
        for k in &self.all {
            let gone = k.gone.filter(|at| *at < self.world.as_of);
            let Some(from) = enters(k).filter(|at| *at < self.world.as_of) else { continue };
            // Gone before it came in: only the backlog itself has it for a moment, as what came in and went.
            let is_there = from == k.ticket.created || gone.is_none_or(|at| at > from);
            if is_there {
                out.push(Stay { keys: k.keys.clone(), from: day(from), until: gone.map(|at| day(at.max(from))) });
            }
        }
        out
    }
}

fn same_matter(world: &World, one: &Ticket, other: &Ticket) -> bool {
    one.requester.is_some() && one.requester == other.requester && (!world.repeats_by_category || one.category == other.category)
}

/// The level now, and the one that received it.
fn levels(world: &World, t: &Ticket) -> (Option<String>, Option<String>) {
    let of = |group: &Option<String>| group.as_ref().and_then(|g| world.levels.get(g)).cloned();
    let now = t.level.clone().or(of(&t.group));
    let first = of(&t.first_group).or(if t.reassigned == Some(0) { now.clone() } else { None });
    (now, first)
}
