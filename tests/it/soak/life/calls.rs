//! Calls. The work after a call is booked a day later, so that its row changes once.

use super::staff::Agent;
use super::{DAY, HOUR, Row, stamp};
use crate::world::Rng;

pub(super) const HEADER: &[&str] =
    &["id", "start_at", "queue", "agent", "caller", "wait_secs", "talk_secs", "acw_secs", "outcome", "direction"];

/// A call.
#[derive(Debug)]
pub(super) struct Call {
    id: String,
    /// Seconds since 1970.
    pub(super) start: i64,
    agent: Agent,
    caller: i64,
    wait: i64,
    talk: i64,
    work_after: i64,
    is_answered: bool,
}

impl Call {
    /// A call of the week that starts at `monday`.
    pub(super) fn new(rng: &mut Rng, number: i64, monday: i64, agents: &[Agent]) -> Self {
        Self {
            id: format!("C{number:08}"),
            start: monday + rng.between(0, 7) * DAY + 6 * HOUR + rng.between(0, 12 * HOUR),
            agent: rng.pick(agents).clone(),
            caller: rng.between(0, 300),
            wait: rng.between(0, 120),
            talk: rng.between(30, 1_200),
            work_after: rng.between(1, 300),
            is_answered: rng.percent(93),
        }
    }

    /// The row as an export made then shows it.
    pub(super) fn row(&self, at: i64) -> Row {
        let only_answered = |value: String| if self.is_answered { value } else { String::new() };
        let work_after = if self.start + DAY <= at { self.work_after.to_string() } else { String::new() };
        vec![
            self.id.clone(),
            stamp(self.start),
            self.agent.team.into(),
            only_answered(self.agent.name.clone()),
            format!("E{:04}", self.caller),
            self.wait.to_string(),
            only_answered(self.talk.to_string()),
            only_answered(work_after),
            if self.is_answered { "answered" } else { "abandoned" }.into(),
            "inbound".into(),
        ]
    }
}
