//! Tickets: everything that will happen to one is known when it is made, and an export shows what had happened by then.

use super::staff::Agent;
use super::{DAY, HOUR, Row, maybe, stamp};
use crate::world::Rng;

pub(super) const HEADER: &[&str] = &[
    "id",
    "created_at",
    "first_response_at",
    "resolved_at",
    "closed_at",
    "updated_at",
    "status",
    "priority",
    "category",
    "channel",
    "requester",
    "group",
    "assignee",
    "resolver",
    "reopen_count",
    "subject",
];
pub(super) const EVENT_HEADER: &[&str] = &["ticket_id", "at", "kind", "status", "group", "assignee", "actor_role"];
pub(super) const SURVEY_HEADER: &[&str] = &["id", "ticket_id", "sent_at", "answered_at", "score", "comment"];

/// Where the category stands in a row.
pub(super) const CATEGORY: usize = 8;

const CATEGORIES: [&str; 5] = ["Access", "Hardware", "Software", "Network", "Büro, Möbel"];
const SUBJECTS: [&str; 4] = ["VPN drops at home", "Drucker \"Etage 3\" druckt nicht", "Two\nlines", "=1+1, please"];

const COMMENTS: [&str; 3] = ["", "Danke, schnell!", "Said \"soon\"\nand meant it"];

/// How a ticket stands after a change.
#[derive(Debug, Clone)]
struct State {
    at: i64,
    /// What the change was, where the product records it.
    event: Option<&'static str>,
    created: i64,
    responded: Option<i64>,
    resolved: Option<i64>,
    closed: Option<i64>,
    status: &'static str,
    agent: Agent,
    reopened: u32,
}

/// A question sent after the first resolution.
#[derive(Debug)]
struct Survey {
    sent: i64,
    answered: Option<i64>,
    score: i64,
    comment: &'static str,
}

/// A ticket with all its states.
#[derive(Debug)]
pub(super) struct Ticket {
    id: String,
    priority: &'static str,
    category: &'static str,
    channel: &'static str,
    requester: i64,
    subject: &'static str,
    states: Vec<State>,
    survey: Option<Survey>,
}

impl Ticket {
    /// A ticket recorded in the week that starts at `monday`.
    pub(super) fn new(rng: &mut Rng, number: usize, monday: i64, agents: &[Agent]) -> Self {
        let states = story(rng, monday, agents);
        let resolved = states.iter().find_map(|s| s.resolved);
        Self {
            id: format!("INC{number:07}"),
            priority: *rng.pick(&["P1", "P2", "P3", "P3", "P4"]),
            category: *rng.pick(&CATEGORIES),
            channel: *rng.pick(&["phone", "email", "portal", "chat"]),
            requester: rng.between(0, 300),
            subject: *rng.pick(&SUBJECTS),
            survey: resolved.and_then(|at| rng.maybe(30, |rng| survey(rng, at + HOUR))),
            states,
        }
    }

    /// How many of its states are known then.
    pub(super) fn known(&self, at: i64) -> usize {
        self.states.iter().take_while(|s| s.at <= at).count()
    }

    /// When it was last changed, as known then.
    pub(super) fn changed(&self, at: i64) -> Option<i64> {
        self.known(at).checked_sub(1).map(|last| self.states[last].at)
    }

    /// The row of its state of that number, from 0.
    pub(super) fn row(&self, number: usize) -> Row {
        let state = &self.states[number];
        let agent = if state.status == "new" { "" } else { &state.agent.name };
        let resolver = if state.resolved.is_some() { agent } else { "" };
        vec![
            self.id.clone(),
            stamp(state.created),
            maybe(state.responded),
            maybe(state.resolved),
            maybe(state.closed),
            stamp(state.at),
            state.status.into(),
            self.priority.into(),
            self.category.into(),
            self.channel.into(),
            format!("E{:04}", self.requester),
            state.agent.team.into(),
            agent.into(),
            resolver.into(),
            state.reopened.to_string(),
            self.subject.into(),
        ]
    }

    /// What happened to it from one instant to another, both included.
    pub(super) fn events(&self, from: i64, to: i64) -> impl Iterator<Item = Row> {
        let within = self.states.iter().filter(move |s| (from..=to).contains(&s.at));
        within.filter_map(|s| {
            let role = if s.event? == "created" { "system" } else { "agent" };
            let holder = if s.status == "new" { "" } else { &s.agent.name };
            Some(vec![self.id.clone(), stamp(s.at), s.event?.into(), s.status.into(), s.agent.team.into(), holder.into(), role.into()])
        })
    }

    /// Its survey as an export made at `to` shows it, if it was sent or answered since `from`.
    pub(super) fn survey(&self, from: i64, to: i64) -> Option<Row> {
        let survey = self.survey.as_ref().filter(|s| s.sent <= to)?;
        let answered = survey.answered.filter(|at| *at <= to);
        let (score, comment) = answered.map_or_else(Default::default, |_| (survey.score.to_string(), survey.comment));
        let is_recent = answered.unwrap_or(survey.sent) >= from;
        is_recent.then(|| vec![format!("S{}", &self.id[3..]), self.id.clone(), stamp(survey.sent), maybe(answered), score, comment.into()])
    }
}

/// Answered after an hour to five weeks, or never.
fn survey(rng: &mut Rng, sent: i64) -> Survey {
    let answered = rng.maybe(60, |rng| sent + if rng.percent(70) { rng.between(HOUR, 3 * DAY) } else { rng.between(3 * DAY, 35 * DAY) });
    let comment = *rng.pick(&COMMENTS);
    Survey { sent, answered, score: rng.between(1, 6), comment }
}

/// All states of a ticket, oldest first, no two at the same second.
fn story(rng: &mut Rng, monday: i64, agents: &[Agent]) -> Vec<State> {
    let recorded = monday + rng.between(0, 5) * DAY + 6 * HOUR + rng.between(0, 11 * HOUR);
    // Now and then somebody logs what happened on a day three weeks ago.
    let created = if rng.percent(3) { recorded - 21 * DAY } else { recorded };
    let agent = rng.pick(agents).clone();
    let new = State {
        at: recorded,
        event: Some("created"),
        created,
        responded: None,
        resolved: None,
        closed: None,
        status: "new",
        agent,
        reopened: 0,
    };
    let mut story = Story { rng, states: vec![new] };
    story.then(300, 6 * HOUR, |s, _| (s.responded, s.status, s.event) = (Some(s.at), "open", Some("assigned")));
    story.work();
    if story.rng.percent(12) {
        story.then(DAY, 14 * DAY, |s, _| (s.resolved, s.status, s.event, s.reopened) = (None, "open", Some("reopened"), s.reopened + 1));
        story.work();
    }
    story.then(4 * DAY, 6 * DAY, |s, _| (s.closed, s.status, s.event) = (Some(s.at), "closed", Some("closed")));
    if story.rng.percent(6) {
        story.then(HOUR, 8 * DAY, |s, rng| (s.created, s.event) = (s.created - rng.between(HOUR, 9 * DAY), None));
    }
    if story.rng.percent(5) {
        story.then(HOUR, 40 * DAY, |s, rng| (s.agent, s.event) = (rng.pick(agents).clone(), None));
    }
    story.states
}

/// A story being made.
struct Story<'a> {
    rng: &'a mut Rng,
    states: Vec<State>,
}

impl Story<'_> {
    /// What happens next, so many seconds later.
    fn then(&mut self, soonest: i64, latest: i64, change: impl FnOnce(&mut State, &mut Rng)) {
        let mut next = self.states.last().expect("it was recorded").clone();
        next.at += self.rng.between(soonest, latest);
        change(&mut next, self.rng);
        self.states.push(next);
    }

    /// From open to resolved, perhaps with a wait for the requester.
    fn work(&mut self) {
        if self.rng.percent(30) {
            self.then(600, DAY, |s, _| (s.status, s.event) = ("pending", Some("status")));
            self.then(HOUR, 12 * DAY, |s, _| (s.status, s.event) = ("open", Some("status")));
        }
        self.then(300, 3 * DAY, |s, _| (s.resolved, s.status, s.event) = (Some(s.at), "resolved", Some("resolved")));
    }
}
