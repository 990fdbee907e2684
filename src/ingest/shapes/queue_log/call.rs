//! What is known of one call while its events come in.

use chrono::DateTime;

use super::event::{Event, Step};

/// A call that is not over, or was left no long time ago.
#[derive(Debug, Default)]
pub(super) struct Call {
    caller: String,
    start: Option<i64>,
    /// When it entered the queue it is in or was last in.
    entered: Option<i64>,
    answer: Option<i64>,
    end: Option<i64>,
    /// When the agent who has it now, or had it last, picked up.
    connected: Option<i64>,
    first_queue: String,
    last_queue: String,
    /// The last queue that answered.
    answered_queue: String,
    agent: String,
    wait: Option<i64>,
    ring: Option<i64>,
    talk: Option<i64>,
    transfers: u32,
    outcome: Option<&'static str>,
    has_entry: bool,
    heard_at: i64,
}

impl Call {
    /// Whether the caller left the queue, or the agent the caller.
    pub(super) fn has_left(&self) -> bool {
        self.end.is_some()
    }

    /// Whether its entry into a queue is in the log.
    pub(super) fn has_entry(&self) -> bool {
        self.has_entry
    }

    /// The instant of its last event.
    pub(super) fn heard_at(&self) -> i64 {
        self.heard_at
    }

    /// When it started, as far as is known.
    pub(super) fn start(&self) -> i64 {
        self.start.unwrap_or(self.heard_at)
    }

    pub(super) fn take(&mut self, event: &Event<'_>, step: &Step<'_>) {
        self.heard_at = event.at;
        event.queue.clone_into(&mut self.last_queue);
        if self.first_queue.is_empty() {
            event.queue.clone_into(&mut self.first_queue);
        }
        match *step {
            Step::Enter { caller } => self.enter(event.at, caller),
            Step::Connect { wait, ring } => self.connect(event, wait, ring),
            Step::Complete { wait, talk, is_transfer } => self.complete(event, wait, talk, is_transfer),
            Step::Abandon { wait } => self.leave(event.at, wait, "abandoned"),
            Step::Overflow { wait } => self.leave(event.at, wait, "overflow"),
        }
    }

    fn enter(&mut self, at: i64, caller: &str) {
        self.start.get_or_insert(at);
        (self.entered, self.connected, self.end) = (Some(at), None, None);
        self.has_entry = true;
        if self.caller.is_empty() {
            caller.clone_into(&mut self.caller);
        }
    }

    fn connect(&mut self, event: &Event<'_>, wait: i64, ring: Option<i64>) {
        self.start.get_or_insert(event.at - wait);
        if self.answer.is_none() {
            self.wait = Some(self.wait.unwrap_or(0) + wait);
            self.answer = Some(event.at);
        }
        self.ring = sum(self.ring, ring);
        (self.connected, self.end) = (Some(event.at), None);
        self.answered_by(event);
    }

    fn complete(&mut self, event: &Event<'_>, wait: Option<i64>, talk: Option<i64>, is_transfer: bool) {
        let talk = talk.or(self.connected.map(|at| (event.at - at).max(0)));
        if self.connected.is_none() {
            // The log began, or was cut, between the answer and this line.
            let answer = event.at - talk.unwrap_or(0);
            self.start.get_or_insert(answer - wait.unwrap_or(0));
            if self.answer.is_none() {
                (self.answer, self.wait) = (Some(answer), sum(self.wait, wait));
            }
        }
        self.talk = sum(self.talk, talk);
        self.transfers += u32::from(is_transfer);
        (self.connected, self.end) = (None, Some(event.at));
        self.answered_by(event);
    }

    fn answered_by(&mut self, event: &Event<'_>) {
        self.outcome = Some("answered");
        event.queue.clone_into(&mut self.answered_queue);
        if !event.agent.is_empty() {
            event.agent.clone_into(&mut self.agent);
        }
    }

    fn leave(&mut self, at: i64, wait: Option<i64>, outcome: &'static str) {
        let wait = wait.or(self.entered.map(|entered| (at - entered).max(0)));
        self.start.get_or_insert(at - wait.unwrap_or(0));
        if self.answer.is_none() {
            (self.wait, self.outcome) = (sum(self.wait, wait), Some(outcome));
        }
        (self.connected, self.end) = (None, Some(at));
    }

    /// The cells of its row, in the order of the header.
    pub(super) fn row(&self, id: &str) -> [String; 13] {
        let queue = if self.answered_queue.is_empty() { &self.last_queue } else { &self.answered_queue };
        let secs = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
        [
            id.to_owned(),
            instant(Some(self.start())),
            instant(self.answer),
            instant(self.end),
            queue.clone(),
            self.first_queue.clone(),
            self.agent.clone(),
            self.caller.clone(),
            secs(self.wait),
            secs(self.ring),
            secs(self.talk),
            self.outcome.unwrap_or_default().to_owned(),
            self.transfers.to_string(),
        ]
    }
}

fn sum(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (one, other) => one.or(other),
    }
}

fn instant(at: Option<i64>) -> String {
    let at = at.and_then(|secs| DateTime::from_timestamp(secs, 0));
    at.map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}
