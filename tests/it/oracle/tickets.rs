//! Ticket metrics: what each says of one ticket.

use super::agents::People;
use super::logic::{and, is};
use super::measure::{Keys, Measure, Row, Stay};
use super::time::{Clock, local_day};
use crate::world::{Event, Ticket, World};

const DAY: i64 = 86_400;

/// A ticket with what follows from it and the ones around it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Known {
    /// The ticket, with what its events tell filled in.
    pub(crate) ticket: Ticket,
    pub(crate) agent: Option<String>,
    pub(crate) keys: Keys,
    pub(crate) resolved: Option<i64>,
    pub(crate) is_cancelled: bool,
    /// When it left the desk's hands, by whatever tells; none while it is open.
    gone: Option<i64>,
    one_touch: Option<bool>,
    first_contact: Option<bool>,
    is_mature: bool,
    is_repeated: bool,
    due_resolution: Option<i64>,
    pub(crate) resolution_in_sla: Option<bool>,
    response_in_sla: Option<bool>,
    resolution_at: Option<i64>,
    response_at: Option<i64>,
    due_response: Option<i64>,
    first_response: Option<i64>,
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
    fn of(world: &World, clock: &Clock<'_>, tickets: &[Ticket]) -> Self {
        let responses = tickets.iter().any(|t| first_response(world, t).is_some());
        let dues: Vec<(Option<i64>, Option<i64>)> = tickets.iter().map(|t| dues(world, clock, t)).collect();
        let (response_dues, resolution_dues) = (dues.iter().any(|d| d.0.is_some()) && responses, dues.iter().any(|d| d.1.is_some()));
        Self { responses, response_dues, resolution_dues }
    }
}

/// All tickets that count: created before the cut-off.
pub(crate) struct Tickets<'a> {
    world: &'a World,
    pub(crate) all: Vec<Known>,
    seen_until: i64,
}

/// The canonical priority: the words of the scale, whatever their case.
fn priority(ticket: &Ticket) -> Option<String> {
    let word = ticket.priority.as_ref()?.to_uppercase();
    ["P1", "P2", "P3", "P4", "P5"].contains(&word.as_str()).then_some(word)
}

fn resolved(world: &World, t: &Ticket) -> Option<i64> {
    let is_done = matches!(t.status.as_deref(), None | Some("resolved" | "closed"));
    let by_length = t.resolution_secs.map(|secs| t.created + secs);
    t.resolved.or(by_length).or(t.closed.filter(|_| is_done)).filter(|at| *at < world.as_of)
}

/// The response an export gives, or the creation and the time it took; what came after the cut-off has not come yet.
fn first_response(world: &World, t: &Ticket) -> Option<i64> {
    t.first_response.or(t.first_response_secs.map(|secs| t.created + secs)).filter(|at| *at < world.as_of)
}

/// The ticket with what its row leaves out and its events tell.
fn told(world: &World, ticket: &Ticket) -> Ticket {
    let mut own: Vec<&Event> = world.events.iter().flatten().filter(|e| e.ticket == ticket.id && e.at < world.as_of).collect();
    own.sort_by_key(|e| e.at);
    let mut out = ticket.clone();
    if own.is_empty() {
        return out;
    }
    let groups: Vec<&String> = own.iter().filter_map(|e| e.group.as_ref()).collect();
    let is = |e: &&&Event, kind: &str| e.kind.as_deref() == Some(kind);
    let moves = groups.windows(2).filter(|pair| pair[0] != pair[1]).count() as i64;
    let reopened = own.iter().filter(|e| is(e, "reopened")).count() as i64;
    out.first_group = out.first_group.or(groups.first().map(|g| (*g).clone()));
    out.reassigned = out.reassigned.or(Some(moves));
    out.reopened = out.reopened.or(Some(reopened));
    out.first_response = out.first_response.or(own.iter().find(|e| is(e, "reply_public")).map(|e| e.at));
    out
}

impl<'a> Tickets<'a> {
    pub(crate) fn new(world: &'a World, people: &People<'_>) -> Self {
        let tickets: Vec<Ticket> = world.tickets.iter().flatten().filter(|t| t.created < world.as_of).map(|t| told(world, t)).collect();
        let clock = Clock::new(world);
        let seen_until = tickets.iter().map(|t| t.created).max().unwrap_or(world.as_of);
        let has = Has::of(world, &clock, &tickets);
        let mut all: Vec<Known> = tickets.iter().map(|t| Self::known(world, people, &clock, t, has)).collect();
        for i in 0..all.len() {
            let window = world.numbers.repeat_window;
            all[i].is_mature = tickets[i].requester.is_some() && tickets[i].created + window <= seen_until;
            all[i].is_repeated = tickets.iter().enumerate().any(|(j, other)| {
                let gap = other.created - tickets[i].created;
                // Of two contacts at the same instant one comes before the other.
                let is_later = gap > 0 || (gap == 0 && other.id > tickets[i].id);
                j != i && is_later && gap <= window && same_matter(world, &tickets[i], other)
            });
        }
        Self { world, all, seen_until }
    }

    fn known(world: &World, people: &People<'_>, clock: &Clock<'_>, t: &Ticket, has: Has) -> Known {
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
        let (due_response, due_resolution) = dues(world, clock, t);
        let due_response = due_response.filter(|_| has.responses);
        // The product's verdict counts only where no ticket at all has a due time.
        let (resolution_met, response_met) =
            (t.resolution_met.filter(|_| !has.resolution_dues), t.response_met.filter(|_| !has.response_dues));
        let in_time = |done: Option<i64>, due: i64, is_over: bool| match done {
            Some(at) => Some(at <= due),
            None => (due < world.as_of && !is_over).then_some(false),
        };
        // Closed nobody knows when: neither in time nor late.
        let resolution_in_sla = due_resolution.map_or(resolution_met, |due| in_time(resolved, due, is_closed));
        let response_in_sla = due_response.map_or(response_met, |due| in_time(first_response.or(resolved), due, false));
        let (level, first_level) = levels(world, t);
        let is_first_level_work =
            matches!(first_level.as_deref(), None | Some("L1")) && !t.category.as_ref().is_some_and(|c| world.cannot_resolve.contains(c));
        let later = |at: Option<i64>| at.filter(|at| *at >= t.created);
        Known {
            resolution_at: due_resolution.or(resolution_met.map(|_| resolved.unwrap_or(t.created))),
            response_at: due_response.or(response_met.map(|_| first_response.unwrap_or(t.created))),
            ttr: later(resolved).map(|at| at - t.created),
            ttr_business: later(resolved).map(|at| clock.elapsed(t.created, at)),
            frt_business: later(first_response).map(|at| clock.elapsed(t.created, at)),
            first_contact: t.fcr_flag.or(one_touch),
            is_mature: false,
            is_repeated: false,
            ticket: t.clone(),
            agent,
            keys,
            resolved,
            is_cancelled,
            gone,
            one_touch,
            due_resolution,
            due_response,
            resolution_in_sla,
            response_in_sla,
            first_response,
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
        out
    }

    fn first_contact(&self) -> Vec<(&'static str, Measure)> {
        let n = &self.world.numbers;
        let created = |k: &Known| Some(k.ticket.created);
        let is_week_old = |k: &Known| k.ticket.created + 7 * DAY <= self.seen_until;
        // Resolved or not: of young tickets only the quick ones would be in.
        let gross = |k: &Known| is_week_old(k).then_some(and(Some(k.resolved.is_some()), k.first_contact));
        let young = |k: &Known| !k.is_cancelled && !is_week_old(k);
        let repeat = self.rows(created, |k| k.is_mature.then_some(f64::from(!k.is_repeated)));
        let ocr = self.done(|k| k.is_mature.then(|| is(and(k.first_contact, Some(!k.is_repeated)))).flatten());
        let net = self.live(created, |k| gross(k).filter(|_| k.is_first_level_work).and_then(is));
        vec![
            ("fcr_touch", Measure::Share(self.done(|k| is(k.one_touch)))),
            ("fcr_flag", Measure::Share(self.done(|k| is(k.ticket.fcr_flag)))),
            ("fcr_time", Measure::Share(self.done(|k| is(k.ttr_business.map(|s| s <= n.fcr_time))))),
            ("fcr_repeat", Measure::Share(self.immature(repeat, |k| k.ticket.requester.is_some() && !k.is_mature))),
            ("fcr_gross", Measure::Share(self.immature(self.live(created, |k| gross(k).and_then(is)), young))),
            ("fcr_net", Measure::Share(self.immature(net, |k| young(k) && k.is_first_level_work))),
            (
                "ocr",
                Measure::Share(
                    self.immature(ocr, |k| k.resolved.is_some() && !k.is_cancelled && k.ticket.requester.is_some() && !k.is_mature),
                ),
            ),
            ("first_assign", Measure::Share(self.done(|k| is(k.ticket.reassigned.map(|n| n == 0))))),
        ]
    }

    fn levels(&self) -> Vec<(&'static str, Measure)> {
        let n = &self.world.numbers;
        let created = |k: &Known| Some(k.ticket.created);
        let at_first = |k: &Known| k.first_level.as_deref() == Some("L1");
        let is_settled = |k: &Known| k.resolved.is_some_and(|at| at + n.reopen_window <= self.seen_until);
        let reopened = self.done(|k| if is_settled(k) { is(k.ticket.reopened.map(|n| n > 0)) } else { None });
        let reopened = self.immature(reopened, |k| k.resolved.is_some() && !k.is_cancelled && !is_settled(k));
        vec![
            ("flr", Measure::Share(self.done(|k| if at_first(k) { is(k.level.as_ref().map(|l| l == "L1")) } else { None }))),
            (
                "escalation",
                Measure::Share(self.live(created, |k| if at_first(k) { is(k.level.as_ref().map(|l| l != "L1")) } else { None })),
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
        let due_later = |due: Option<i64>| due.is_some_and(|due| due >= self.world.as_of);
        let pending = self
            .immature(self.live(|k| k.resolution_at, resolution), |k| !k.is_cancelled && k.gone.is_none() && due_later(k.due_resolution));
        let unanswered = self.immature(self.live(|k| k.response_at, response), |k| {
            !k.is_cancelled && k.first_response.or(k.resolved).is_none() && due_later(k.due_response)
        });
        let near = |k: &Known| {
            let due = k.due_resolution.filter(|due| *due > k.ticket.created && k.resolution_in_sla == Some(true))?;
            is(k.resolved.map(|at| (at - k.ticket.created) as f64 >= share * (due - k.ticket.created) as f64))
        };
        let late = |k: &Known| k.resolved.zip(k.due_resolution).filter(|(at, due)| at > due).map(|(at, due)| (at - due) as f64);
        let of_due = |fact: &dyn Fn(&Known) -> Option<f64>| {
            self.rows(|k| k.resolution_at, |k| if k.resolved.is_some() && !k.is_cancelled { fact(k) } else { None })
        };
        vec![
            ("sla_resolution", Measure::Share(pending)),
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
            ("open_overdue", Measure::Stock(self.stock(|k| k.due_resolution.filter(|_| !k.is_cancelled)))),
        ]
    }

    fn speed_and_flow(&self) -> Vec<(&'static str, Measure)> {
        let (n, as_of) = (&self.world.numbers, self.world.as_of);
        let frt = self.live(|k| k.first_response, |k| k.frt_business.map(|s| s as f64));
        let ttr = self.done(|k| k.ttr.map(|s| s as f64));
        let business = self.done(|k| k.ttr_business.map(|s| s as f64));
        let created = Measure::Count(self.rows(|k| Some(k.ticket.created), |_| Some(1.0)));
        let resolved = Measure::Count(self.rows(|k| k.resolved, |_| Some(1.0)));
        let phone = self.rows(|k| Some(k.ticket.created), |k| is(k.ticket.channel.as_ref().map(|c| c == "phone")));
        let age = self.rows(|_| Some(as_of - DAY / 2), |k| k.gone.is_none().then_some((as_of - k.ticket.created) as f64));
        let stale = |k: &Known| if k.gone.is_none() { is(k.ticket.updated.map(|at| at < as_of - n.stale_after)) } else { None };
        vec![
            ("frt_median", Measure::Quantile(0.5, frt.clone())),
            ("frt_p90", Measure::Quantile(0.9, frt)),
            ("ttr_median", Measure::Quantile(0.5, ttr.clone())),
            ("ttr_p90", Measure::Quantile(0.9, ttr.clone())),
            ("mttr", Measure::Mean(ttr)),
            ("ttr_business_median", Measure::Quantile(0.5, business)),
            ("net_flow", Measure::Ratio(Box::new(resolved.clone()), Box::new(created.clone()))),
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

/// Response and resolution due: the desk's promise for the priority, else what the export says.
fn dues(world: &World, clock: &Clock<'_>, t: &Ticket) -> (Option<i64>, Option<i64>) {
    let own = priority(t).and_then(|p| world.promises.get(&p));
    let promise = own.or(world.promises.get("default")).copied().unwrap_or_default();
    let due = |span: Option<crate::world::Span>, given: Option<i64>| span.map(|s| clock.due(t.created, s)).or(given);
    (due(promise.0, t.due_response), due(promise.1, t.due_resolution))
}

/// The level now, and the one that received it.
fn levels(world: &World, t: &Ticket) -> (Option<String>, Option<String>) {
    let of = |group: &Option<String>| group.as_ref().and_then(|g| world.levels.get(g)).cloned();
    let now = t.level.clone().or(of(&t.group));
    let first = of(&t.first_group).or(if t.reassigned == Some(0) { now.clone() } else { None });
    (now, first)
}
