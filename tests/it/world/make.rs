//! Draws a world from its seed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};
use chrono_tz::Tz;

use super::{Call, ClockRules, Event, Hours, Numbers, Observation, Promise, Rng, Span, Spell, Survey, Ticket, World, ZONES};
use crate::oracle::time::{local_day, to_utc};

const DAY: i64 = 86_400;
const GROUPS: [&str; 4] = ["Desk North", "Desk \"South\", late", "Network", "Field"];
const CATEGORIES: [&str; 4] = ["Access", "Hardware, other", "Network", "Travel"];
const OFF_ROSTER: [&str; 2] = ["Nobody Known", "bot-7"];

/// What rows are drawn with.
struct Maker {
    rng: Rng,
    zone: Tz,
    as_of: i64,
    span: i64,
    /// Instants at which something happens to the clock or the calendar.
    edges: Vec<i64>,
    /// Every text by which an export may call an agent.
    aliases: Vec<String>,
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

pub(super) fn world(seed: u64) -> World {
    let mut rng = Rng::new(seed);
    let zone = *rng.pick(&ZONES);
    // Turns of years with 53 weeks, and weeks with a change of the clock in one of the zones.
    let starts = [
        date(2016, 1, 3),
        date(2021, 1, 4),
        date(2021, 1, 1),
        date(2018, 11, 5),
        date(2019, 2, 18),
        date(2019, 10, 28),
        date(2020, 3, 30),
        date(2020, 11, 2),
        date(2022, 6, 15),
    ];
    let day = *rng.pick(&starts) + Days::new(rng.between(0, 9) as u64);
    let local = day.and_hms_opt(rng.between(0, 24) as u32, *rng.pick(&[0, 0, 30, 59]), 0).expect("a time");
    let as_of = to_utc(zone, local);
    let span = *rng.pick(&[20, 60, 200, 900]) * DAY;
    let edges = edges(zone, as_of, span);
    let mut maker = Maker { rng, zone, as_of, span, edges, aliases: Vec::new() };
    let roster = maker.roster();
    let mut world = maker.frame(seed, local.format("%Y-%m-%d %H:%M").to_string());
    world.roster = maker.rng.maybe(88, |_| roster);
    let tickets = maker.tickets();
    world.events = maker.rng.percent(40).then(|| maker.events(&tickets));
    world.calls = maker.rng.percent(90).then(|| maker.calls(&tickets));
    world.surveys = maker.rng.percent(90).then(|| maker.surveys(&tickets));
    world.observations = maker.rng.percent(88).then(|| maker.observations());
    world.tickets = maker.rng.maybe(95, |_| tickets);
    world.absent = maker.absent();
    world.forget_absent();
    world.old_states = maker.old_states(world.tickets.as_deref().unwrap_or_default());
    world
}

/// Local midnights around every change of the clock, week 1 and the cut-off.
fn edges(zone: Tz, as_of: i64, span: i64) -> Vec<i64> {
    let mut out = vec![as_of - 1, as_of, as_of - 7 * DAY];
    let (first, last) = (local_day(zone, as_of - span), local_day(zone, as_of));
    for day in first.iter_days().take_while(|d| *d <= last) {
        let (here, next) = (
            to_utc(zone, day.and_hms_opt(0, 0, 0).expect("midnight")),
            to_utc(zone, (day + Days::new(1)).and_hms_opt(0, 0, 0).expect("midnight")),
        );
        let is_changed = next - here != DAY;
        if is_changed || (day.iso_week().week() == 1 && day.weekday().num_days_from_monday() == 0) {
            out.extend([here - 1, here, next - 1, next, i64::midpoint(here, next)]);
            // The hour that is shown twice or skipped.
            out.extend((0..6).map(|h| here + h * 1800));
        }
    }
    out
}

impl Maker {
    /// An instant of the world: often anywhere, sometimes at an edge, rarely after the cut-off.
    fn instant(&mut self) -> i64 {
        match self.rng.between(0, 100) {
            0..=12 => *self.rng.pick(&self.edges.clone()),
            13..=15 => self.as_of + self.rng.between(0, 3 * DAY),
            16..=40 => self.as_of - self.rng.between(1, 10 * DAY),
            _ => self.as_of - self.rng.between(1, self.span),
        }
    }

    /// Some time later, from seconds to weeks.
    fn later(&mut self, than: i64) -> i64 {
        let most = *self.rng.pick(&[90, 3_600, 3_600, 8 * 3_600, DAY, 5 * DAY, 12 * DAY, 45 * DAY]);
        than + self.rng.between(0, most)
    }

    fn agent(&mut self) -> String {
        let rng = &mut self.rng;
        if rng.percent(10) || self.aliases.is_empty() { (*rng.pick(&OFF_ROSTER)).to_owned() } else { rng.pick(&self.aliases).clone() }
    }

    fn person(&mut self) -> String {
        format!("R{}", self.rng.between(0, 25))
    }

    /// Everything but the rows.
    fn frame(&mut self, seed: u64, as_of_text: String) -> World {
        let rng = &mut self.rng;
        let last = local_day(self.zone, self.as_of - 1);
        let length = rng.between(1, (self.span / DAY).min(120));
        let to = if rng.percent(60) { last } else { last - Days::new(rng.between(0, 15) as u64) };
        let (from, to) = (to - Days::new(length as u64), if rng.percent(10) { to + Days::new(5) } else { to });
        let levels = ["L1", "L1", "L2", "field"];
        let is_levelled = rng.percent(75);
        World {
            seed,
            zone: self.zone,
            as_of: self.as_of,
            as_of_text,
            from,
            to,
            calendar: self.rng.percent(75).then(|| self.hours()),
            promises: self.promises(),
            clock: ClockRules {
                pauses: self.rng.percent(50),
                reopen: self.rng.pick::<&str>(&["resume", "resume", "new cycle", "ignore 2h"]),
                on_priority: self.rng.pick::<&str>(&["retarget", "retarget", "keep", "restart"]),
                is_answered_by_resolution: self.rng.percent(70),
            },
            levels: GROUPS.iter().zip(levels).take(if is_levelled { 3 } else { 0 }).map(|(g, l)| ((*g).to_owned(), l.to_owned())).collect(),
            cannot_resolve: self.rng.maybe(50, |_| vec!["Travel".to_owned()]).unwrap_or_default(),
            repeats_by_category: self.rng.percent(40),
            numbers: self.numbers(),
            absent: BTreeSet::new(),
            tickets: None,
            old_states: Vec::new(),
            events: None,
            calls: None,
            surveys: None,
            roster: None,
            observations: None,
        }
    }

    fn numbers(&mut self) -> Numbers {
        let rng = &mut self.rng;
        let usual = Numbers {
            service_level: 20,
            short_abandon: 10,
            repeat_window: 7 * DAY,
            reopen_window: 7 * DAY,
            fcr_time: 3_600,
            stale_after: 5 * DAY,
            near_miss: 0.8,
            survey_window: 7 * DAY,
            csat_good: 4,
            match_before: 300,
            match_after: 3_600,
        };
        if rng.percent(60) {
            return usual;
        }
        let day = |rng: &mut Rng| rng.between(1, 20) * DAY / 2;
        Numbers {
            service_level: rng.between(1, 60),
            short_abandon: rng.between(1, 30),
            repeat_window: day(rng),
            reopen_window: day(rng),
            fcr_time: rng.between(1, 9) * 1_200,
            stale_after: day(rng),
            near_miss: *rng.pick(&[0.5, 0.75, 0.9, 1.0]),
            survey_window: day(rng),
            csat_good: rng.between(2, 6),
            match_before: rng.between(1, 2_000),
            match_after: rng.between(1, 20_000),
        }
    }

    fn promises(&mut self) -> BTreeMap<String, Promise> {
        let span = |rng: &mut Rng| match rng.between(0, 3) {
            0 => Span::Plain(rng.between(1, 200) * 900),
            1 => Span::Hours(rng.between(1, 30)),
            _ => Span::Days(rng.between(1, 4)),
        };
        let mut out = BTreeMap::new();
        let share = *self.rng.pick(&[0, 50, 100]);
        for name in ["P1", "P2", "P3", "P4", "default"] {
            if self.rng.percent(share) {
                let promise = (self.rng.maybe(80, span), self.rng.maybe(80, span));
                let is_empty = promise == (None, None);
                out.insert(name.to_owned(), if is_empty { (Some(Span::Plain(900)), None) } else { promise });
            }
        }
        out
    }

    fn hours(&mut self) -> Hours {
        let rng = &mut self.rng;
        let day = *rng.pick(&[&[(480, 1080)][..], &[(480, 720), (780, 1080)], &[(0, 1440)], &[(60, 210), (1200, 1440)], &[(570, 990)]]);
        let mut week: [Vec<(i64, i64)>; 7] = std::array::from_fn(|_| day.to_vec());
        week[4] = vec![(480, 900)];
        week[5] = if rng.percent(30) { vec![(540, 780)] } else { Vec::new() };
        week[6] = if rng.percent(30) { vec![(0, 300)] } else { Vec::new() };
        let zone = if rng.percent(70) { self.zone } else { *rng.pick(&ZONES) };
        let holiday = local_day(zone, self.as_of) - Days::new(rng.between(0, 12) as u64);
        Hours { zone, week, holiday }
    }

    /// The roster, and with it the names agents go by.
    fn roster(&mut self) -> Vec<Spell> {
        let people = self.rng.between(3, 10);
        let mut out = Vec::new();
        for p in 0..people {
            out.extend(self.person_on_roster(p));
        }
        let names: Vec<String> = self.aliases.clone();
        for spell in &mut out {
            spell.mentor = self.rng.maybe(40, |r| r.pick(&names).clone()).filter(|m| !m.contains(&spell.agent_id));
        }
        self.rng.shuffle(&mut out);
        out
    }

    /// One person's stays: one, a move, a return; never two at a time.
    fn person_on_roster(&mut self, p: i64) -> Vec<Spell> {
        let id = format!("A{p:02}");
        // Two people may have the same name; a few have none.
        let name = if p == 1 && self.rng.percent(30) { Some("Agent 0".to_owned()) } else { self.rng.maybe(92, |_| format!("Agent {p}")) };
        let (login, email) = (self.rng.maybe(70, |_| format!("login.{p}")), self.rng.maybe(70, |_| format!("agent{p}@desk.example")));
        let names = self.rng.maybe(40, |_| format!("A. Gent {p}; Agent  {p} (temp)"));
        let written = [Some(id.clone()), name.clone(), login.clone(), email.clone().map(|e| e.to_uppercase())];
        self.aliases.extend(written.into_iter().flatten());
        self.aliases.extend(names.as_ref().map(|_| format!("agent {p}  (TEMP)")));
        let last = local_day(self.zone, self.as_of);
        let mut hired = last - Days::new(self.rng.between(1, 2 * self.span / DAY + 400) as u64);
        if self.rng.percent(25) {
            hired = self.edge_day();
        }
        let mut out: Vec<Spell> = Vec::new();
        for _ in 0..*self.rng.pick(&[1, 1, 2, 2, 3]) {
            let desk_start = self.rng.maybe(20, |r| hired + Days::new(r.between(0, 40) as u64));
            let start = desk_start.unwrap_or(hired);
            let stays = self.rng.between(0, 300);
            let end = if self.rng.percent(20) { self.edge_day().max(start) } else { start + Days::new(stays as u64) };
            let fte = self.rng.maybe(80, |r| *r.pick(&[1.0, 1.0, 0.5, 0.75, 0.8]));
            let hours = self.rng.maybe(80, |r| *r.pick(&[40.0, 38.5, 20.0]));
            let since = self.rng.maybe(30, |r| start + Days::new(r.between(0, 60) as u64));
            let team = self.rng.word(90, &["North", "South", "Süd, Nacht"]);
            let (name, names) = (name.clone(), names.clone());
            let (email, login, agent_id) = (email.clone(), login.clone(), id.clone());
            let (mentor, left) = (None, Some(end));
            out.push(Spell { agent_id, name, names, email, login, team, fte, hired, desk_start, left, mentor, mentor_since: since, hours });
            // The next stay begins the day after, a day later, or after a gap.
            hired = end + Days::new(*self.rng.pick(&[1, 1, 2, 3, 90]));
        }
        if self.rng.percent(55) {
            out.last_mut().expect("a stay").left = None;
        }
        out
    }

    fn edge_day(&mut self) -> NaiveDate {
        let at = *self.rng.pick(&self.edges.clone());
        local_day(self.zone, at)
    }

    fn tickets(&mut self) -> Vec<Ticket> {
        let count = self.rng.between(60, 201);
        let has_scores = self.rng.percent(30);
        let mut out: Vec<Ticket> = (0..count).map(|n| self.ticket(n, has_scores)).collect();
        // Repeats: the same person again, within or after the window, or at the very end of it.
        for n in 1..out.len() {
            if self.rng.percent(25) {
                let (earlier, gap) = (out[n - 1].clone(), self.rng.between(1, 20) * DAY / 2);
                out[n].requester = earlier.requester;
                out[n].created = earlier.created + gap + self.rng.between(-1, 2);
                out[n].category = if self.rng.percent(60) { earlier.category } else { out[n].category.clone() };
            }
        }
        // Of one person's contacts at the same instant either may come first: `with_ties` has such ones.
        let mut seen = BTreeSet::new();
        for ticket in &mut out {
            while !seen.insert((ticket.requester.clone(), ticket.created)) {
                ticket.created += 1;
            }
        }
        out
    }

    fn ticket(&mut self, n: i64, has_scores: bool) -> Ticket {
        let created = self.instant();
        let status = self.rng.word(92, &["new", "open", "pending", "resolved", "resolved", "closed", "closed", "cancelled"]);
        let is_done = matches!(status.as_deref(), None | Some("resolved" | "closed" | "cancelled"));
        let resolved = if self.rng.percent(if is_done { 80 } else { 25 }) { Some(self.later(created)) } else { None };
        // Some exports have tickets that were resolved before they were opened.
        let resolved = resolved.map(|t| if self.rng.percent(4) { created - self.rng.between(1, 9_000) } else { t });
        let first_response = if self.rng.percent(60) { Some(self.later(created)) } else { None };
        let closed = if is_done && self.rng.percent(60) { Some(self.later(resolved.unwrap_or(created))) } else { None };
        let due = |maker: &mut Self, percent| if maker.rng.percent(percent) { Some(maker.later(created)) } else { None };
        let (due_response, due_resolution) = (due(self, 50), due(self, 50));
        let csat_at = if has_scores && self.rng.percent(50) { Some(self.later(resolved.unwrap_or(created))) } else { None };
        let updated = if self.rng.percent(85) { Some(self.later(created)) } else { None };
        let (assignee, resolver) = (self.rng.percent(75), self.rng.percent(50));
        let (assignee, resolver) = (assignee.then(|| self.agent()), resolver.then(|| self.agent()));
        let requester = if self.rng.percent(88) { Some(self.person()) } else { None };
        let rng = &mut self.rng;
        Ticket {
            id: format!("INC{n:04}"),
            created,
            first_response,
            first_response_secs: rng.maybe(20, |r| r.between(0, 90_000)),
            resolved,
            resolution_secs: rng.maybe(10, |r| r.between(0, 900_000)),
            closed,
            updated,
            status,
            priority: rng.word(90, &["P1", "P2", "P3", "P4", "P5", "p2", "sev-zero"]),
            category: rng.word(85, &CATEGORIES),
            channel: rng.word(85, &["phone", "phone", "email", "portal", "fax"]),
            requester,
            group: rng.word(85, &GROUPS),
            first_group: rng.word(60, &GROUPS),
            level: rng.word(25, &["L1", "L2", "supplier"]),
            assignee,
            resolver,
            reassigned: rng.maybe(90, |r| *r.pick(&[0, 0, 0, 1, 2, 3])),
            reopened: rng.maybe(90, |r| *r.pick(&[0, 0, 0, 0, 1])),
            replies: rng.maybe(80, |r| r.between(0, 4)),
            fcr_flag: rng.flag(50),
            kb_linked: rng.flag(60),
            due_response,
            due_resolution,
            response_met: rng.flag(60),
            resolution_met: rng.flag(60),
            csat_score: if has_scores { rng.maybe(40, |r| r.between(2, 11) as f64 / 2.0) } else { None },
            csat_at,
        }
    }

    /// Earlier states of tickets and exact copies; a state without an update time would not be older for sure.
    fn old_states(&mut self, now: &[Ticket]) -> Vec<Ticket> {
        let mut out = Vec::new();
        for ticket in now {
            if self.rng.percent(4) {
                out.push(ticket.clone());
            }
            let Some(updated) = ticket.updated.filter(|_| self.rng.percent(8)) else { continue };
            let older = updated - self.rng.between(1, 90_000);
            out.push(Ticket { updated: Some(older), status: Some("open".into()), assignee: Some("Older State".into()), ..ticket.clone() });
        }
        out
    }

    /// What happened to some tickets; of one ticket never two things at once.
    fn events(&mut self, tickets: &[Ticket]) -> Vec<Event> {
        let mut out = Vec::new();
        for ticket in tickets {
            let mut at = ticket.created;
            for _ in 0..*self.rng.pick(&[0, 0, 1, 2, 4]) {
                let kind = self.rng.word(90, &["created", "assigned", "reply_public", "reply_internal", "reopened", "resolved", "hiccup"]);
                let status = self.rng.word(35, &["new", "open", "pending", "pending", "resolved", "closed", "cancelled"]);
                let (priority, group) = (self.rng.word(15, &["P1", "P2", "P3"]), self.rng.word(60, &GROUPS));
                out.push(Event { ticket: ticket.id.clone(), at, kind, status, priority, group });
                at = self.later(at) + 1;
            }
        }
        self.rng.shuffle(&mut out);
        out
    }

    fn calls(&mut self, tickets: &[Ticket]) -> Vec<Call> {
        let (count, has_scores) = (self.rng.between(20, 150), self.rng.percent(30));
        let mut out: Vec<Call> = (0..count).map(|n| self.call(n, tickets, has_scores)).collect();
        let mut seen = BTreeSet::new();
        for call in &mut out {
            while !seen.insert((call.caller.clone(), call.start)) {
                call.start += 1;
            }
        }
        out
    }

    fn call(&mut self, n: i64, tickets: &[Ticket], has_scores: bool) -> Call {
        // Half of the calls happen around a ticket of the same person, which may be their record.
        let near = self.rng.maybe(50, |r| r.pick(tickets).clone());
        let start = match &near {
            Some(ticket) => ticket.created + self.rng.between(-4_000, 700),
            None => self.instant(),
        };
        let caller = match near {
            Some(ticket) => ticket.requester,
            None => Some(self.person()),
        };
        let agent = if self.rng.percent(80) { Some(self.agent()) } else { None };
        let rng = &mut self.rng;
        Call {
            id: format!("C{n}"),
            start,
            end: rng.maybe(70, |r| start + r.between(0, 3_000)),
            direction: rng.word(80, &["inbound", "inbound", "inbound", "inbound", "outbound", "internal"]),
            queue: rng.word(80, &GROUPS),
            agent,
            caller: caller.filter(|_| rng.percent(90)),
            wait: rng.maybe(85, |r| r.between(0, 60)),
            talk: rng.maybe(70, |r| r.between(0, 1_500)),
            hold: rng.maybe(40, |r| r.between(0, 300)),
            acw: rng.maybe(40, |r| r.between(0, 300)),
            handle: rng.maybe(30, |r| r.between(0, 3_000)),
            outcome: rng.word(93, &["answered", "answered", "answered", "abandoned", "voicemail", "self_service", "dropped?"]),
            transfers: rng.maybe(80, |r| *r.pick(&[0, 0, 0, 1, 2])),
            is_acd: rng.maybe(60, |r| r.percent(85)),
            ticket: rng.maybe(15, |r| if r.percent(80) { r.pick(tickets).id.clone() } else { "INC-GONE".to_owned() }),
            fcr_flag: rng.flag(60),
            csat_score: if has_scores { rng.maybe(30, |r| r.between(1, 6) as f64) } else { None },
        }
    }

    fn surveys(&mut self, tickets: &[Ticket]) -> Vec<Survey> {
        let count = self.rng.between(10, 120);
        (0..count).map(|n| self.survey(n, tickets)).collect()
    }

    fn survey(&mut self, n: i64, tickets: &[Ticket]) -> Survey {
        let about = self.rng.maybe(85, |r| r.pick(tickets).clone());
        let base = about.as_ref().map_or_else(|| self.instant(), |t| t.resolved.unwrap_or(t.created));
        let sent = if self.rng.percent(85) { Some(self.later(base)) } else { None };
        let answered = if self.rng.percent(60) { Some(self.later(sent.unwrap_or(base))) } else { None };
        // What the wall clock shows twice is read as the first time.
        let zone = self.zone;
        let readable = |t: i64| to_utc(zone, crate::oracle::time::local(zone, t));
        let agent = if self.rng.percent(25) { Some(self.agent()) } else { None };
        let rng = &mut self.rng;
        Survey {
            id: format!("S{n}"),
            ticket: about.map(|t| t.id).or_else(|| rng.maybe(20, |_| "INC-GONE".to_owned())),
            sent: sent.map(readable),
            answered: answered.map(readable),
            agent,
            score: rng.maybe(if answered.is_some() { 90 } else { 5 }, |r| r.between(2, 11) as f64 / 2.0),
            first_contact: rng.flag(60),
            lost: rng.maybe(40, |r| r.between(0, 20_000)),
        }
    }

    fn observations(&mut self) -> Vec<Observation> {
        let count = self.rng.between(5, 80);
        let mut measures = vec!["qa_score", "peer_360", "kudos", "shadowing_days", "operating_cost", "coffee"];
        if self.rng.percent(70) {
            measures.push("absence_hours");
        }
        (0..count)
            .map(|n| {
                let agent = if self.rng.percent(88) { Some(self.agent()) } else { None };
                let at = local_day(self.zone, self.instant());
                let measure = (*self.rng.pick(&measures)).to_owned();
                Observation { agent, at, measure, value: self.rng.between(-200, 10_000) as f64 / 100.0, note: format!("n{n}") }
            })
            .collect()
    }

    fn absent(&mut self) -> BTreeSet<String> {
        let may_miss = [
            "first_response_at",
            "first_response_secs",
            "resolution_secs",
            "closed_at",
            "updated_at",
            "status",
            "priority",
            "category",
            "channel",
            "requester",
            "group",
            "first_group",
            "level",
            "assignee",
            "resolver",
            "reassign_count",
            "reopen_count",
            "agent_replies",
            "fcr_flag",
            "kb_linked",
            "due_response_at",
            "due_resolution_at",
            "sla_response_met",
            "sla_resolution_met",
        ];
        let mut out: BTreeSet<String> = BTreeSet::new();
        for name in may_miss {
            out.extend(self.rng.maybe(6, |_| format!("tickets.{name}")));
        }
        for name in ["end_at", "direction", "queue", "agent", "caller", "wait_secs", "transfers", "is_acd", "ticket_id", "fcr_flag"] {
            out.extend(self.rng.maybe(5, |_| format!("calls.{name}")));
        }
        for name in ["sent_at", "agent", "lost_secs", "resolved_first_contact"] {
            out.extend(self.rng.maybe(5, |_| format!("surveys.{name}")));
        }
        out
    }
}
